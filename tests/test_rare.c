/* rare.c: chances of losses by splitting, held against exact ones with |z| < 4.4: about one false alarm in 100,000 for each. */
#include "models/rare.h"
#include "tests/trial.h"

#include <string.h>

static const struct rare *find_with(struct trial *t, const char *station, uint64_t effort, double precision, unsigned jobs)
{
    const struct rare_how how = {.station = station, .effort = effort, .precision = precision, .events_most = 8e6, .jobs = jobs};
    const struct rare *r = NULL;
    struct error err;
    return EXPECT(desq_rare(t->desq, 0, &how, &r, &err), "%s", err.text) ? r : NULL;
}

static const struct rare *find(struct trial *t, const char *station, double precision, unsigned jobs)
{
    return find_with(t, station, 200, precision, jobs);
}

static void near(const struct rare *r, double exact)
{
    if (r != NULL)
        EXPECT(fabs(r->lost - exact) < 4.4 * r->half_width / 1.97 && r->half_width < 0.6 * exact, "lost %g +- %g, exact %g", r->lost, r->half_width, exact);
}

/* M/M/1/K: (1 - a) a^K / (1 - a^(K + 1)); M/M/c/K by its birth-death chain. */
static double lost_mmck(double rate, double servers, unsigned capacity)
{
    double p = 1.0, sum = 1.0;
    for (unsigned n = 1; n <= capacity; n++) {
        p *= rate / (n < servers ? n : servers);
        sum += p;
    }
    return p / sum;
}

static void queues_of_birth_and_death(void)
{
    static const struct {
        double rate, servers;
        unsigned capacity;
        uint64_t effort;
    } cases[] = {{0.5, 1, 20, 200}, {0.2, 1, 12, 200}, {1.2, 3, 24, 200}, {3.0, 20, 20, 300}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trial t;
        if (trial_read(&t, "{'arrivals': {'rate': %g}, 'service': {'dist': 'exponential', 'mean': 1}, 'servers': %g, 'capacity': %u}", cases[i].rate,
                       cases[i].servers, cases[i].capacity)) {
            const struct rare *r = find_with(&t, NULL, cases[i].effort, 0.2, 0);
            near(r, lost_mmck(cases[i].rate, cases[i].servers, cases[i].capacity));
            if (r != NULL)
                EXPECT(fabs(r->exact / lost_mmck(cases[i].rate, cases[i].servers, cases[i].capacity) - 1.0) < 1e-9, "theory says %g", r->exact);
        }
        trial_free(&t);
    }
}

/* Processor sharing with a capacity: the number present does not depend on the law of the service times beyond their mean. */
static void sharing_is_insensitive(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'rate': 0.4}, 'service': {'mean': 1, 'scv': 3}, 'discipline': 'ps', 'capacity': 14}"))
        near(find(&t, NULL, 0.1, 0), lost_mmck(0.4, 1, 14));
    trial_free(&t);
}

/* Half of all tasks are sent away by chance before the station, and come back to a second one: paths are then split behind the
 * event by which a level is reached. What arrives is Poisson at half the rate (thinning). */
static void routes_by_chance(void)
{
    struct trial t;
    if (trial_read(&t, "{'stations': {'a': {'servers': 'infinite'}, 'b': {'capacity': 12}}, 'tasks': {'t': {'arrivals': {'rate': 0.8}, 'steps': ["
                       "{'at': 'a', 'for': {'dist': 'exponential', 'mean': 1}}, {'choose': [{'p': 0.5, 'do': [{'at': 'b', 'for': {'dist': 'exponential', 'mean': 1}}]}, "
                       "{'p': 0.5, 'do': []}]}]}}}"))
        near(find(&t, "b", 0.2, 0), lost_mmck(0.4, 1, 12));
    trial_free(&t);
}

/* A second station behind a first (Burke): what leaves M/M/1 is Poisson. */
static void behind_another(void)
{
    struct trial t;
    if (trial_read(&t, "{'stations': {'a': {}, 'b': {'capacity': 12}}, 'tasks': {'t': {'arrivals': {'rate': 0.4}, 'steps': ["
                       "{'at': 'a', 'for': {'dist': 'exponential', 'mean': 0.8}}, {'at': 'b', 'for': {'dist': 'exponential', 'mean': 1}}]}}}"))
        near(find(&t, "b", 0.2, 0), lost_mmck(0.4, 1, 12));
    trial_free(&t);
}

/* M/D/1/2 by its embedded chain: with a = rate = 0.1 the states after departures are 0 and 1; pi_0 = exp(-a), and the share lost is
 * 1 - 1 / (pi_0 + a) (Gross and Harris, Fundamentals of queueing theory, 1998, sec. 5.1.7; time per departure 1 + pi_0 / a). */
static void constant_service(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'rate': 0.1}, 'service': 1, 'capacity': 2}"))
        near(find(&t, NULL, 0.05, 0), 1.0 - 1.0 / (exp(-0.1) + 0.1));
    trial_free(&t);
}

/* Tasks wait for 1 s for an answer to work that goes on without them: what is in the way of those who come is the work, M/M/1/8, whether
 * anybody waits for it or not. A cycle is over when the work is. */
static void abandoned_work_is_there(void)
{
    struct trial t;
    if (trial_read(&t, "{'stations': {'q': {'capacity': 8}}, 'tasks': {'t': {'arrivals': {'rate': 0.3}, 'steps': [{'timeout': 1, 'abandoned': 'continues', 'do': ["
                       "{'at': 'q', 'for': {'dist': 'exponential', 'mean': 1}}]}]}}}"))
        near(find(&t, "q", 0.2, 0), lost_mmck(0.3, 1, 8));
    trial_free(&t);
}

static void threads_change_nothing(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'rate': 0.3}, 'service': {'dist': 'exponential', 'mean': 1}, 'capacity': 10}")) {
        const struct rare *one = find(&t, NULL, 0.2, 1);
        for (unsigned jobs = 2; jobs <= 3; jobs++) {
            const struct rare *other = find(&t, NULL, 0.2, jobs);
            if (one != NULL && other != NULL) {
                CU_ASSERT_EQUAL(one->lost, other->lost);
                CU_ASSERT_EQUAL(one->half_width, other->half_width);
                CU_ASSERT_EQUAL(one->events, other->events);
            }
        }
    }
    trial_free(&t);
}

static void what_does_not_begin_alike_is_refused(void)
{
    static const char *const texts[] = {
        "{'arrivals': {'rate': 0.3}, 'service': 1}",
        "{'arrivals': {'rate': 0.3}, 'service': 1, 'capacity': 5, 'balk': [0, 0.5]}",
        "{'arrivals': {'rate': 0.3}, 'service': 1, 'capacity': 5, 'limit': 100}",
        "{'arrivals': {'rate': 0.3}, 'service': 1, 'capacity': 5, 'discipline': {'name': 'codel', 'target': 1, 'interval': 5}}",
        "{'arrivals': {'interarrival': 3}, 'service': 1, 'capacity': 5}",
        "{'arrivals': {'closed': 3}, 'service': 1, 'capacity': 2}",
        "{'arrivals': {'rate': 0.3}, 'service': 1, 'capacity': 5, 'setup': 1, 'keep_alive': 1}",
        "{'stations': {'q': {'capacity': 5, 'breakdown': {'up': 100, 'down': 1}}}, 'tasks': {'t': {'arrivals': {'rate': 0.3}, 'steps': [{'at': 'q', 'for': 1}]}}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct trial t;
        if (trial_read(&t, "%s", texts[i])) {
            const struct rare_how how = {.effort = 10, .precision = 0.1, .events_most = 1e5, .jobs = 1};
            const struct rare *r;
            struct error err;
            error_set(&err, "%s", "");
            EXPECT(!desq_rare(t.desq, 0, &how, &r, &err) && err.text[0] != '\0', "%s", texts[i]);
        }
        trial_free(&t);
    }
}

/* Waits of M/M/c: C exp(-(c - rate) t) (Erlang's C; Cooper 1981, eq. 5.8); responses of M/M/1: exp(-(1 - rate) t). */
static void long_times(void)
{
    static const struct {
        double rate, servers, beyond;
        const char *of;
        double exact;
    } cases[] = {{0.5, 1, 24, "wait", 3.0721061766640945e-06},
                 {0.3, 1, 20, "response", 8.315287191035679e-07},
                 {1.0, 2, 9, "wait", 4.11366013622265e-05}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trial t;
        if (trial_read(&t,
                       "{'arrivals': {'rate': %g}, 'service': {'dist': 'exponential', 'mean': 1}, 'servers': %g, 'run': {'replications': 2, 'time': 100, 'warmup': 10, "
                       "'limit': {'events': 6000000}, 'rare': {'of': 'task.%s', 'beyond': %g, 'effort': 200, 'precision': 0.2}}}",
                       cases[i].rate, cases[i].servers, cases[i].of, cases[i].beyond) &&
            trial_run(&t, 2)) {
            const struct rare *r = t.result->points[0].rare;
            near(r, cases[i].exact);
            EXPECT(r != NULL && r->beyond == cases[i].beyond && r->work, "not by the work in line");
        }
        trial_free(&t);
    }
}

/* Where a line is not first come first served, levels are numbers present. */
static void long_times_by_numbers(void)
{
    struct trial t;
    if (trial_read(&t, "{'stations':{'a':{'discipline':'lcfs'},'b':{'discipline':'random'}},'tasks':{'x':{'arrivals':{'rate':0.5},'steps':[{'at':'a','for':{'dist':'exponential','mean':0.01}},"
                       "{'at':'b','for':{'dist':'constant','value':1}}]}},'run':{'rare':{'of':'x.wait','beyond':14,'station':'b','effort':200}}}")) {
        /* Held against an ordinary run: nothing is exact of random order at that time. */
        const struct rare *r = NULL;
        struct error err;
        struct rare_how how = rare_as_asked(&desq_scenario(t.desq)->points[0].scenario.run);
        how.precision = 0.2;
        how.events_most = 6e6;
        EXPECT(desq_rare(t.desq, 0, &how, &r, &err) && r->lost > 0.0 && !r->work && strcmp(r->station, "b") == 0, "%s", err.text);
        if (r != NULL) {
            double beyond = 0.0, all = 0.0;
            struct history h;
            if (trial_trace(&t, 0, 0, &h))
                for (size_t n = 0; n < h.count; n++) {
                    beyond += h.tasks[n].wait > 14.0;
                    all += 1.0;
                }
            history_free(&h);
            EXPECT(all > 5000.0 && fabs(beyond / all - r->lost) < 4.4 * (r->half_width / 1.97 + 5.0 * sqrt(r->lost / all)), "%g +- %g, of an ordinary run %g", r->lost,
                   r->half_width, beyond / all);
        }
    }
    trial_free(&t);
}

/* Losses, asked for in the scenario: with the other figures, the same for any number of threads. */
static void asked_for_in_a_scenario(void)
{
#define ASKS "{'arrivals':{'rate':0.5},'service':{'dist':'exponential','mean':1},'capacity':20,'run':{'replications':2,'time':100,'warmup':10,'rare':{'effort':100,'precision':0.3}}}"
    struct trial one, three;
    if (trial_read(&one, ASKS) && trial_read(&three, ASKS) && trial_run(&one, 1) && trial_run(&three, 3)) {
        const struct rare *a = one.result->points[0].rare, *b = three.result->points[0].rare;
        near(a, lost_mmck(0.5, 1, 20));
        EXPECT(a != NULL && b != NULL && a->lost == b->lost && a->half_width == b->half_width, "threads matter");
    }
    trial_free(&one);
    trial_free(&three);
}

/* Before anything is run. */
static void refused_in_a_scenario(void)
{
    struct trial t;
    struct error err;
    const struct result *result;
    if (trial_read(&t, "{'arrivals':{'rate':0.5},'service':{'dist':'exponential','mean':1},'run':{'rare':{}}}"))
        EXPECT(!desq_run(t.desq, &(struct desq_run){.jobs = 1}, &result, &err) && strstr(err.text, "capacity") != NULL, "%s", err.text);
    trial_free(&t);
}

const struct test rare_tests[] = {
    {"M/M/1/K and M/M/c/K down to 1e-9", queues_of_birth_and_death},
    {"processor sharing loses by the mean alone", sharing_is_insensitive},
    {"routes by chance", routes_by_chance},
    {"a station behind another", behind_another},
    {"constant service times", constant_service},
    {"work that nobody waits for is in the way all the same", abandoned_work_is_there},
    {"any number of threads gives the same bits", threads_change_nothing},
    {"what does not begin alike is refused, with the reason", what_does_not_begin_alike_is_refused},
    {"long waits and responses, by the work in line", long_times},
    {"long waits by the number present", long_times_by_numbers},
    {"losses that a scenario asks for", asked_for_in_a_scenario},
    {"what cannot be found is refused before anything is run", refused_in_a_scenario},
    {NULL, NULL},
};
