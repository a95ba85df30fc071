/* Warm-up from the data: MSER-5 over replications that are watched from time 0 on. */
#include "models/conduct.h"
#include "models/settle.h"
#include "tests/trial.h"

#include <math.h>

/* M/M/1 at 0.8 that begins with so many tasks there: they drain at 0.2 per time, which no load foretells. */
#define BACKLOG(initial, run)                                                                                                  \
    "{'stations':{'q':{}},'tasks':{'task':{'arrivals':{'rate':0.8},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]}}," \
    "'run':{'initial':{'task':" #initial "}," run "}}"

static const struct world_limits none = {.events = INFINITY, .deadline = INFINITY};

static struct settled looked_at(struct trial *t, unsigned threads)
{
    struct crew *crew = crew_new(threads, 0);
    const struct settled found = settle_look(desq_model(t->desq, 0), &none, crew, 0);
    crew_free(crew);
    return found;
}

/* Of 30 seeds the median cut of M/M/1 at 0.8 was within the theory's warm-up each time: it is not reached by chance once in a hundred. */
static void empty_starts_are_foretold(void)
{
    struct trial t;
    if (trial_read(&t, BACKLOG(0, "'replications':8")) && trial_run(&t, 1)) {
        const struct run_report *run = &t.result->points[0].report;
        EXPECT(run->warmup_found >= 0.0 && run->warmup_found < run->warmup, "found %g, cut %g", run->warmup_found, run->warmup);
        EXPECT(fabs(run->warmup - 717.77) < 0.01, "cut %g", run->warmup);
        EXPECT(t.result->points[0].warning_count == 0, "warned");
    }
    trial_free(&t);
}

/* 400 tasks take 2000 to drain, with a standard deviation of sqrt(1.6 * 400 / 0.2^3) = 283 in each of 8 replications. MSER-5 cuts a
 * little before the last is gone. */
static void a_backlog_is_found(void)
{
    struct trial t;
    if (trial_read(&t, BACKLOG(400, "'replications':8")) && trial_run(&t, 1)) {
        const struct run_report *run = &t.result->points[0].report;
        EXPECT(run->warmup_found > 1400.0 && run->warmup_found < 2700.0, "found %g", run->warmup_found);
        EXPECT(run->warmup >= run->warmup_found && run->length > 10.0 * run->warmup * 0.99, "cut %g of %g", run->warmup, run->length);
    }
    trial_free(&t);
}

/* 5000 take 25 000: beyond the middle of all that is looked at. */
static void longer_is_said(void)
{
    struct trial t;
    if (trial_read(&t, BACKLOG(5000, "'replications':2"))) {
        const struct settled found = looked_at(&t, 1);
        EXPECT(found.longer && fabs(found.warmup / (4.0 * desq_model(t.desq, 0)->warmup) - 1.0) < 1e-9, "longer than %g: %d", found.warmup, found.longer);
    }
    trial_free(&t);
}

/* Where it cannot be had, a warning says so. */
static void what_cannot_be_had_is_said(void)
{
    struct trial t;
    bool said = false;
    if (trial_read(&t, BACKLOG(5000, "'replications':40,'time':4000"))) {
        struct model *m = desq_model(t.desq, 0);
        struct crew *crew = crew_new(1, 0);
        settle_all(&m, 1, &none, crew, 0);
        said = m->warmup_doubtful && m->length == 4000.0;
        crew_free(crew);
    }
    EXPECT(said, "not said");
    trial_free(&t);
}

static void told_or_terminating_is_left_alone(void)
{
    static const char *const files[] = {BACKLOG(0, "'replications':8,'warmup':10,'time':1000"), BACKLOG(0, "'replications':2"),
                                        "{'arrivals':{'at_once':10},'service':{'dist':'exponential','mean':1},'run':{'replications':2}}",
                                        "{'arrivals':{'rate':1.5},'service':{'dist':'exponential','mean':1},'run':{'replications':2}}"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct trial t;
        if (trial_read(&t, "%s", files[i]))
            EXPECT(!settle_applies(desq_model(t.desq, 0)), "scenario %zu", i);
        trial_free(&t);
    }
}

static void threads_change_nothing(void)
{
    struct trial t;
    if (trial_read(&t, BACKLOG(100, "'replications':2"))) {
        const struct settled one = looked_at(&t, 1), three = looked_at(&t, 3);
        EXPECT(one.warmup > 0.0 && one.warmup == three.warmup && one.longer == three.longer, "%.17g, %.17g", one.warmup, three.warmup);
    }
    trial_free(&t);
}

const struct test settle_tests[] = {
    {"an empty start is foretold by the load", empty_starts_are_foretold},
    {"a backlog that no load foretells is found, and cut", a_backlog_is_found},
    {"a cut at the middle of what was watched: run longer", longer_is_said},
    {"where longer cannot be had, it is said", what_cannot_be_had_is_said},
    {"what is told, ends or overflows is left alone", told_or_terminating_is_left_alone},
    {"one thread or three find the same", threads_change_nothing},
    {NULL, NULL},
};
