/* Random numbers belong to things, not to the moment: see sim/stream.h. */
#include "tests/trial.h"

#include <gsl/gsl_statistics_double.h>

/* Tasks of kind a in x and kind b in y, in the order of their ends, agree in arrival, end, wait and service,
 * all times of y multiplied by `scale`. Returns how many. */
static size_t agree(const struct history *x, size_t a, const struct history *y, size_t b, double scale)
{
    size_t n = 0;
    for (;; n++) {
        const struct desq_task *p = history_task(x, a, n), *q = history_task(y, b, n);
        if (p == NULL || q == NULL || p->arrived != scale * q->arrived || p->left != scale * q->left ||
            p->wait != scale * q->wait || p->service != scale * q->service || p->delay != scale * q->delay)
            return n;
    }
}

static void unrelated_additions(void)
{
    /* Beside kind a: another kind on another station, before or behind it in the file. a does not notice. */
#define KIND_A                                                                                               \
    "'a':{'arrivals':{'rate':0.8},'limit':1000,'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]}"
#define KIND_B                                                                                               \
    "'b':{'arrivals':{'rate':9},'limit':5000,'steps':[{'at':'z','for':{'dist':'exponential','mean':1}}]}"
    static const char *const scenarios[] = {
        "{'stations':{'q':{'discipline':'random'}},'tasks':{" KIND_A "}}",
        "{'stations':{'z':{'servers':20,'discipline':'random'},'q':{'discipline':'random'}},'tasks':{" KIND_B
        "," KIND_A "}}",
        "{'stations':{'q':{'discipline':'random'},'z':{'servers':20}},'tasks':{" KIND_A "," KIND_B "}}",
    };
    struct trial t;
    struct history alone, with;
    if (trial_read(&t, "%s", scenarios[0]) && trial_trace(&t, 0, 3, &alone)) {
        for (size_t i = 1; i < 3; i++) {
            struct trial u;
            if (trial_read(&u, "%s", scenarios[i]) && trial_trace(&u, 0, 3, &with)) {
                const size_t n = agree(&alone, 0, &with, i == 1 ? 1 : 0, 1.0);
                EXPECT(n == 1000, "beside another kind (%zu) only the first %zu tasks are the same", i, n);
                history_free(&with);
            }
            trial_free(&u);
        }
        history_free(&alone);
    }
    trial_free(&t);
}

static void variants_share_their_tasks(void)
{
    /* Whatever the order of service, each task comes at the same time with the same work. */
    struct trial t;
    struct history base, other;
    if (trial_read(&t,
                   "{'arrivals':{'rate':0.9},'limit':5000,'service':{'dist':'gamma','mean':1,'scv':2},"
                   "'variants':{'fcfs':{},'lcfs':{'/discipline':'lcfs'},'random':{'/discipline':'random'},"
                   "'ps':{'/discipline':'ps'},'two':{'/servers':2},'setup':{'/setup':1}}}") &&
        trial_trace(&t, 0, 0, &base)) {
        history_by_key(&base);
        for (size_t v = 1; v < 6; v++)
            if (trial_trace(&t, v, 0, &other)) {
                size_t same = 0;
                history_by_key(&other);
                for (size_t i = 0; i < base.count && i < other.count; i++)
                    same += base.tasks[i].key == other.tasks[i].key &&
                            base.tasks[i].arrived == other.tasks[i].arrived &&
                            base.tasks[i].service == other.tasks[i].service;
                EXPECT(same == 5000, "variant %zu: %zu of 5000 tasks are the same", v, same);
                history_free(&other);
            }
        history_free(&base);
    }
    trial_free(&t);
}

static void scaled_time(void)
{
    /* All times multiplied by 4, all rates divided by it: the same path, to the last bit, four times slower.
     */
#define SCALED(discipline, rate, mean, low, high, cost)                                                      \
    "{'stations':{'pool':{'servers':3,'await':'release','switch':" cost "},'cpu':{'discipline':'" discipline \
    "'}},'arrivals':{'rate':" rate "},'limit':3000,'steps':[{'in':'pool','do':["                             \
    "{'at':'cpu','for':{'dist':'exponential','mean':" mean "}},"                                             \
    "{'await':[{'delay':{'dist':'uniform','min':" low ",'max':" high "}}]},{'at':'cpu','for':" low "}]}]}"
    static const char *const scenarios[][2] = {
        {SCALED("fcfs", "0.25", "1.1", "0.75", "3", "0.1"),
         SCALED("fcfs", "1", "0.275", "0.1875", "0.75", "0.025")},
        {SCALED("ps", "0.25", "1.1", "0.75", "3", "0.1"),
         SCALED("ps", "1", "0.275", "0.1875", "0.75", "0.025")},
        {SCALED("lcfs", "0.25", "1.1", "0.75", "3", "0.1"),
         SCALED("lcfs", "1", "0.275", "0.1875", "0.75", "0.025")},
    };
    for (size_t i = 0; i < 3; i++) {
        struct trial slow, fast;
        struct history a = {0}, b = {0};
        if (trial_read(&slow, "%s", scenarios[i][0]) && trial_trace(&slow, 0, 0, &a)) {
            if (trial_read(&fast, "%s", scenarios[i][1]) && trial_trace(&fast, 0, 0, &b)) {
                const size_t n = agree(&a, 0, &b, 0, 4.0);
                EXPECT(n == 3000, "scenario %zu: only the first %zu of 3000 tasks scale", i, n);
            }
            trial_free(&fast);
        }
        trial_free(&slow);
        history_free(&a);
        history_free(&b);
    }
}

static void correlation_is_0(const char *what, const double *x, const double *y, size_t n)
{
    /* Of independent values sqrt(n) r is normal for large n: false alarm 1e-5. */
    const double r = gsl_stats_correlation(x, 1, y, 1, n);
    EXPECT(fabs(r) * sqrt((double)n) < 4.4, "%s: correlation %.3f over %zu", what, r, n);
}

static void independence(void)
{
    enum { R = 1000 };
    static double response[2][R], gap[2][R], seeds[R];
    struct trial t;
    struct history h;
    /* Two kinds alike in all but their names, each with a queue of its own. */
    if (trial_read(
            &t, "{'stations':{'q':{},'z':{}},'tasks':{"
                "'a':{'arrivals':{'rate':0.8},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]},"
                "'b':{'arrivals':{'rate':0.8},'steps':[{'at':'z','for':{'dist':'exponential','mean':1}}]}},"
                "'run':{'time':60,'warmup':0,'replications':1}}")) {
        bool ok = true;
        for (size_t r = 0; r < R && ok; r++) {
            double sum[2] = {0.0, 0.0}, n[2] = {0.0, 0.0};
            ok = trial_trace(&t, 0, r, &h);
            for (size_t i = 0; ok && i < h.count; i++) {
                if (n[h.tasks[i].kind]++ == 0.0)
                    gap[h.tasks[i].kind][r] = h.tasks[i].arrived;
                sum[h.tasks[i].kind] += h.tasks[i].left - h.tasks[i].arrived;
            }
            for (size_t k = 0; k < 2; k++)
                response[k][r] = sum[k] / fmax(n[k], 1.0);
            history_free(&h);
        }
        correlation_is_0("one replication and the next", response[0], response[0] + 1, R - 1);
        correlation_is_0("one replication and the next but one", response[0], response[0] + 2, R - 2);
        correlation_is_0("two kinds alike", response[0], response[1], R);
        correlation_is_0("first arrivals of two kinds", gap[0], gap[1], R);
        correlation_is_0("first arrivals of one replication and the next", gap[0], gap[0] + 1, R - 1);
    }
    trial_free(&t);
    /* Neighbouring seeds, one replication each: unlike each other, and unlike neighbouring replications of
     * one seed. */
    for (size_t s = 0; s < R; s++) {
        seeds[s] = NAN;
        if (trial_read_seeded(&t, s + 1,
                              "{'arrivals':{'at_once':20},'service':{'dist':'exponential','mean':1},"
                              "'run':{'replications':1}}") &&
            trial_trace(&t, 0, 0, &h)) {
            seeds[s] = h.whole.end;
            history_free(&h);
        }
        trial_free(&t);
    }
    correlation_is_0("one seed and the next", seeds, seeds + 1, R - 1);
    correlation_is_0("seeds and replications", seeds, response[0], R);
    /* Sums of 20 exponentials: mean 20, variance 20. */
    const double mean = gsl_stats_mean(seeds, 1, R);
    EXPECT(fabs(mean - 20.0) < 4.4 * sqrt(20.0 / R), "mean over the seeds %.4g, not 20", mean);
}

static void tasks_of_a_closed_kind(void)
{
    /* Clients do not move in lockstep, and a client's tasks are not all the same task. */
    struct trial t;
    struct history h;
    if (trial_read(
            &t, "{'arrivals':{'closed':2,'think':{'dist':'exponential','mean':1}},'limit':4000,'servers':2,"
                "'service':{'dist':'exponential','mean':1}}") &&
        trial_trace(&t, 0, 0, &h)) {
        static double x[4000];
        for (size_t i = 0; i < h.count && i < 4000; i++)
            x[i] = h.tasks[i].service;
        CU_ASSERT_EQUAL(h.count, 4000);
        correlation_is_0("one task and the next", x, x + 1, 3999);
        correlation_is_0("one task and the next but one", x, x + 2, 3998);
        EXPECT(fabs(gsl_stats_mean(x, 1, 4000) - 1.0) < 4.4 / sqrt(4000.0), "mean service %.4g, not 1",
               gsl_stats_mean(x, 1, 4000));
        history_by_key(&h);
        for (size_t i = 1; i < h.count; i++)
            CU_ASSERT(h.tasks[i].key != h.tasks[i - 1].key);
        history_free(&h);
    }
    trial_free(&t);
}

const struct test randomness_tests[] = {
    {"an unrelated kind or station shifts nobody else's draws", unrelated_additions},
    {"all variants see the same arrivals and the same work, task by task", variants_share_their_tasks},
    {"all times multiplied by 4 give the same path four times slower, to the last bit", scaled_time},
    {"replications, seeds and kinds are independent of each other", independence},
    {"closed clients do not move in lockstep, nor repeat themselves", tasks_of_a_closed_kind},
    {NULL, NULL},
};
