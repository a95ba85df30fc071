/* conduct.c: how long a point is run, when it ends, and what is said of it. Figures are held against exact
 * values with |z| < 4.4: about one false alarm in 100,000 for each. */
#include "tests/trial.h"

#include <string.h>

/* Distance from the exact value in standard errors; the half-width is that of a 95 % interval on many
 * replications. */
static double distance(const struct figure *f, double exact)
{
    return (f->mean - exact) / (f->half_width / 1.99);
}

static bool warned(const struct point *p, const char *word)
{
    for (size_t i = 0; i < p->warning_count; i++)
        if (strstr(p->warnings[i], word) != NULL)
            return true;
    return false;
}

/* One task in a thousand takes 100,000 times as long: scv 979, so the wait is that of Pollaczek and Khinchine
 * only if the run is long beside a relaxation time that no single branch foretells. */
static void mixtures_of_branches_are_run_long_enough(void)
{
    struct trial t;
    if (trial_read(&t,
                   "{'stations': {'q': {}}, 'tasks': {'t': {'arrivals': {'rate': 5}, 'steps': [{'choose': ["
                   "{'p': 0.001, 'do': [{'at': 'q', 'for': 100}]}, {'do': [{'at': 'q', 'for': 0.001}]}]}]}}, "
                   "'run': {'precision': 0.1, 'quantiles': [0.5]}}") &&
        trial_run(&t, 0)) {
        const double mean = 0.001 * 100 + 0.999 * 0.001, square = 0.001 * 1e4 + 0.999 * 1e-6;
        const double wait = 5 * square / (2.0 * (1.0 - 5 * mean));
        const struct figure *f = trial_figure(&t, 0, "t", "wait");
        EXPECT(fabs(distance(f, wait)) < 4.4, "wait %g +- %g, exact %g", f->mean, f->half_width, wait);
        EXPECT(f->half_width < 0.2 * wait, "half-width %g", f->half_width);
    }
    trial_free(&t);
}

/* Two stations of equal demand share N tasks out evenly, but need N^2 steps to do so: throughput N / (N + 1).
 */
static void balanced_closed_rounds_are_run_long_enough(void)
{
    struct trial t;
    if (trial_read(&t,
                   "{'stations': {'a': {}, 'b': {}}, 'tasks': {'t': {'arrivals': {'closed': 100}, 'steps': ["
                   "{'at': 'a', 'for': {'dist': 'exponential', 'mean': 1}}, "
                   "{'at': 'b', 'for': {'dist': 'exponential', 'mean': 1}}]}}, "
                   "'run': {'quantiles': [0.5], 'limit': 20000000}}") &&
        trial_run(&t, 0)) {
        const struct figure *a = trial_figure(&t, 0, "station:a", "in_station");
        const struct figure *x = trial_figure(&t, 0, "t", "throughput");
        EXPECT(fabs(distance(a, 50.0)) < 4.4, "at a: %g +- %g", a->mean, a->half_width);
        EXPECT(fabs(distance(x, 100.0 / 101.0)) < 4.4, "throughput %g +- %g", x->mean, x->half_width);
    }
    trial_free(&t);
}

static void count_begins_after_the_warm_up(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'interarrival': 1}, 'service': 0.5, "
                       "'run': {'count': 10, 'warmup': 100, 'replications': 2}}") &&
        trial_run(&t, 1)) {
        const struct figure *f = trial_figure(&t, 0, "task", "throughput");
        CU_ASSERT_DOUBLE_EQUAL(trial_figure(&t, 0, "task", "response")->count, 20.0, 0.0);
        CU_ASSERT_DOUBLE_EQUAL(f->mean, 10.0 / 9.5, 1e-12); /* completions at 100.5, 101.5, ..., 109.5 */
        EXPECT(t.result->points[0].report.events > 200, "%llu events",
               (unsigned long long)t.result->points[0].report.events);
    }
    trial_free(&t);
}

static void a_line_behind_a_loss_is_not_called_unstable(void)
{
    struct trial t;
    if (trial_read(&t,
                   "{'stations': {'a': {'capacity': 1}, 'b': {}}, 'tasks': {'t': {'arrivals': {'rate': 10}, "
                   "'steps': [{'at': 'a', 'for': {'dist': 'exponential', 'mean': 1}}, "
                   "{'at': 'b', 'for': {'dist': 'exponential', 'mean': 0.5}}]}}, "
                   "'run': {'precision': 0.05, 'quantiles': [0.5]}}") &&
        trial_run(&t, 0)) {
        const struct figure *u = trial_figure(&t, 0, "station:b", "utilisation");
        CU_ASSERT_EQUAL(t.result->points[0].report.stopped, STOPPED_PRECISION);
        EXPECT(fabs(distance(u, 0.5 * 10.0 / 11.0)) < 4.4, "b: %g +- %g", u->mean, u->half_width);
    }
    trial_free(&t);
}

static void what_was_never_seen_does_not_meet_a_requirement(void)
{
    struct trial t;
    if (trial_read(
            &t, "{'arrivals': {'rate': 0.2}, 'service': {'dist': 'exponential', 'mean': 1}, 'capacity': 12, "
                "'require': ['task.lost < 1e-7', 'task.lost < 0.01'], "
                "'run': {'count': 1000, 'replications': 10}}") &&
        trial_run(&t, 0)) {
        CU_ASSERT_EQUAL(trial_figure(&t, 0, "task", "lost")->mean, 0.0);
        CU_ASSERT_EQUAL(t.result->points[0].outcomes[0].verdict, VERDICT_UNDECIDED);
        CU_ASSERT_EQUAL(t.result->points[0].outcomes[1].verdict, VERDICT_MET);
    }
    trial_free(&t);
}

static void limits_hold_inside_and_between_replications(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'rate': 0.5}, 'service': 1, 'run': {'time': 1e7, 'limit': 100000}}") &&
        trial_run(&t, 2)) {
        CU_ASSERT_EQUAL(t.result->points[0].report.stopped, STOPPED_LIMIT);
        CU_ASSERT_EQUAL(t.result->points[0].report.replications, 0);
        CU_ASSERT_EQUAL_FATAL(t.result->points[0].warning_count, 1);
        CU_ASSERT_PTR_NOT_NULL(strstr(t.result->points[0].warnings[0], "before one replication was over"));
    }
    trial_free(&t);
    if (trial_read(&t, "{'arrivals': {'rate': 0.5}, 'service': 1, "
                       "'run': {'time': 1000, 'replications': 2000, 'limit': 100000}}") &&
        trial_run(&t, 2)) {
        CU_ASSERT_EQUAL(t.result->points[0].report.stopped, STOPPED_LIMIT);
        EXPECT(t.result->points[0].report.events >= 100000 && t.result->points[0].report.events < 150000,
               "%llu events", (unsigned long long)t.result->points[0].report.events);
    }
    trial_free(&t);
}

static void runs_that_end_are_not_said_to_grow(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'at_once': 4}, 'service': 1, 'run': {'time': 100}}") &&
        trial_run(&t, 1)) {
        CU_ASSERT_NOT_EQUAL(t.result->points[0].report.stopped, STOPPED_UNSTABLE);
        CU_ASSERT_EQUAL(t.result->points[0].warning_count, 0);
    }
    trial_free(&t);
    if (trial_read(&t, "{'arrivals': {'interarrival': 1}, 'service': 1}") && trial_run(&t, 1)) {
        CU_ASSERT_NOT_EQUAL(t.result->points[0].report.stopped, STOPPED_UNSTABLE);
        CU_ASSERT_EQUAL(trial_figure(&t, 0, "task", "wait")->mean, 0.0);
    }
    trial_free(&t);
}

static void overload_and_infinite_variance_are_said(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'rate': 1000}, 'service': 1}") && trial_run(&t, 0)) {
        CU_ASSERT_EQUAL(t.result->points[0].report.stopped, STOPPED_UNSTABLE);
        CU_ASSERT_TRUE(warned(&t.result->points[0], "unstable"));
    }
    trial_free(&t);
    if (trial_read(&t, "{'arrivals': {'rate': 0.2}, 'service': {'dist': 'pareto', 'alpha': 1.5, 'min': 1}, "
                       "'run': {'count': 1000, 'replications': 4}}") &&
        trial_run(&t, 0))
        CU_ASSERT_TRUE(warned(&t.result->points[0], "infinite variance"));
    trial_free(&t);
}

const struct test conduct_tests[] = {
    {"a mixture of short and very long tasks is run long enough", mixtures_of_branches_are_run_long_enough},
    {"a closed round of two equal stations is run long enough", balanced_closed_rounds_are_run_long_enough},
    {"run.count begins after the warm-up", count_begins_after_the_warm_up},
    {"a line behind a station that loses tasks is judged by the run, not by the mean values",
     a_line_behind_a_loss_is_not_called_unstable},
    {"a loss that was never seen is not proved to be rare", what_was_never_seen_does_not_meet_a_requirement},
    {"limits of events hold inside a replication and between replications",
     limits_hold_inside_and_between_replications},
    {"runs that end, or never vary, are not said to grow", runs_that_end_are_not_said_to_grow},
    {"overload and infinite variance are said", overload_and_infinite_variance_are_said},
    {NULL, NULL},
};
