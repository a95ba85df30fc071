/* C5: Graham's bounds on list scheduling. R. L. Graham, "Bounds on multiprocessing timing anomalies", SIAM J.
 * Appl. Math. 17 (1969), Theorem 1 without precedence: makespan <= (1/n) sum x + (1 - 1/n) max x. */
#include "models/claims/lab.h"

enum { SAMPLES = 5000, TASKS = 24 };

static bool graham(struct lab *lab, const char *what, int n, const char *service, struct error *err)
{
    const char *scenario = lab_json(
        lab, "{ 'arrivals': { 'at_once': %d }, 'servers': %d,\n  'service': %s }\n", TASKS, n, service);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct lab_check check = {0};
    struct lab_tally ratio = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &run, err);
        if (!good)
            break;
        const double w = lab_total_service(&run), longest = lab_longest_service(&run);
        struct lab_check both = {0};
        lab_check_at_most(&both, fmax(longest, w / n), run.trace.end);
        lab_check_at_most(&both, run.trace.end, w / n + (1.0 - 1.0 / n) * longest);
        check.samples++;
        check.held += both.held == both.samples;
        lab_tally_add(&ratio, w / run.trace.end);
    }
    lab_run_free(&run);
    desq_free(d);
    if (!good)
        return false;
    struct claim_case *row = lab_case(lab, what, scenario, "");
    lab_every(row, &check, true, CLAIM_BOUND);
    if (row != NULL)
        row->note = arena_printf(lab->arena, "W / makespan %.2f to %.2f, mean %.2f", ratio.least, ratio.most,
                                 ratio.mean);
    return true;
}

/* The upper bound is reached: twelve tasks of 1 s, then one of 4 s. All kinds come at time 0, in the order of
 * the file. */
static bool tight(struct lab *lab, const char *what, bool long_first, double exact, struct error *err)
{
    static const char
        twelve[] = "'short': { 'arrivals': { 'at_once': 12 }, 'steps': [ { 'at': 'threads', 'for': 1 } ] }",
        one[] = "'long': { 'arrivals': { 'at_once': 1 }, 'steps': [ { 'at': 'threads', 'for': 4 } ] }";
    const char *scenario =
        lab_json(lab, "{ 'stations': { 'threads': { 'servers': 4 } },\n  'tasks': {\n    %s,\n    %s } }\n",
                 long_first ? one : twelve, long_first ? twelve : one);
    if (!lab_makespan(lab, what, scenario, "s", 12.0 * 1.0 + 4.0, exact, err))
        return false;
    if (lab->count > 0)
        lab->cases[lab->count - 1].verdict = CLAIM_BOUND;
    return true;
}

static bool run(struct lab *lab, struct error *err)
{
    static const char heavy[] = "{ 'dist': 'pareto', 'alpha': 1.2, 'min': 1 }",
                      lognormal[] = "{ 'dist': 'lognormal', 'mean': 1, 'scv': 10 }",
                      uniform[] = "{ 'dist': 'uniform', 'min': 0, 'max': 2 }";
    const double n = 4.0, sum = 16.0, longest = 4.0;
    return graham(lab, "2 threads, 24 tasks, Pareto 1.2", 2, heavy, err) &&
           graham(lab, "4 threads, 24 tasks, Pareto 1.2", 4, heavy, err) &&
           graham(lab, "8 threads, 24 tasks, Pareto 1.2", 8, heavy, err) &&
           graham(lab, "4 threads, 24 tasks, lognormal of scv 10", 4, lognormal, err) &&
           graham(lab, "8 threads, 24 tasks, uniform", 8, uniform, err) &&
           tight(lab, "4 threads, 12 tasks of 1 s, then one of 4 s", false,
                 sum / n + (1.0 - 1.0 / n) * longest, err) &&
           tight(lab, "4 threads, one task of 4 s, then 12 of 1 s", true, fmax(longest, sum / n), err);
}

const struct claim claim_c5 = {
    .name = "C5",
    .title = "How far W is off: Graham's bounds",
    .article = "W is the total waiting time of n threads and m tasks.",
    .exact = "On n threads without overhead, any order: max(longest, W / n) <= makespan <= W / n + (1 - 1/n) "
             "longest, in every "
             "single run.",
    .verdict = CLAIM_BOUND,
    .why = "The makespan is near W / n, not W: W is up to n times too large. Both bounds are reached: 12 "
           "tasks of 1 s before one "
           "of 4 s take 7 s on 4 threads, after it 4 s.",
    .run = run,
};
