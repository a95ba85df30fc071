/* C7: "asynchronously, all is done at T, however many there are". */
#include "models/claims/lab.h"

/* m tasks that compute for C and then wait for I. sync: one thread, kept; async: an event loop of `loops`
 * threads. */
static const char *burst_then_wait(struct lab *lab, int m, int loops, double c, double i, const char *await)
{
    return lab_json(
        lab,
        "{ 'stations': { 'loop': { 'servers': %d, 'await': '%s' }, 'cores': { 'servers': %d } },\n"
        "  'tasks': { 'task': { 'arrivals': { 'at_once': %d }, 'steps': [\n"
        "    { 'in': 'loop', 'do': [ { 'at': 'cores', 'for': %.17g }, { 'await': [ { 'delay': %.17g } ] } ] "
        "} ] } "
        "} }\n",
        loops, await, loops, m, c, i);
}

struct bursts {
    int tasks;
    double c, i;
};

static bool sync_and_async(struct lab *lab, const struct bursts *b, struct error *err)
{
    const double m = b->tasks, t = b->c + b->i;
    const char *sync = arena_printf(lab->arena, "%d x (%g + %g s): sync, one thread", b->tasks, b->c, b->i);
    const char *async = arena_printf(lab->arena, "%d x (%g + %g s): event loop", b->tasks, b->c, b->i);
    if (sync == NULL || async == NULL)
        return error_set(err, "out of memory");
    const size_t first = lab->count;
    if (!lab_makespan(lab, sync, burst_then_wait(lab, b->tasks, 1, b->c, b->i, "hold"), "s", m * t, m * t,
                      err) ||
        !lab_makespan(lab, async, burst_then_wait(lab, b->tasks, 1, b->c, b->i, "release"), "s", t,
                      m * b->c + b->i, err))
        return false;
    /* Amdahl's law with the share of computing as the serial share, from the two makespans that were
     * simulated. */
    const double f = b->c / t, speedup = lab->cases[first].simulated / lab->cases[first + 1].simulated;
    struct claim_case *row =
        lab_case(lab, "    speed-up (Amdahl, serial share C / T)", lab->cases[first + 1].scenario, "");
    lab_value(row, m, 1.0 / (f + (1.0 - f) / m), speedup);
    return true;
}

/* Several cores: ceil(m / c) C + I. */
static bool cores(struct lab *lab, int m, int c, struct error *err)
{
    const char *what = arena_printf(lab->arena, "%d x (0.01 + 0.99 s): loops on %d cores", m, c);
    return lab_makespan(lab, what, burst_then_wait(lab, m, c, 0.01, 0.99, "release"), "s", 1.0,
                        ceil((double)m / c) * 0.01 + 0.99, err);
}

/* A second burst when the latency is over, on one loop. First bursts queue at time 0 and run to m C1; task k
 * comes back at k C1 + I. So the last ends at the largest over k of max(m C1, k C1 + I) + (m - k + 1) C2,
 * which is linear in k. */
static double second_burst(double m, double c1, double i, double c2)
{
    return fmax(m * (c1 + c2), fmax(i + m * c1 + c2, i + c1 + m * c2));
}

static const char *two_bursts(struct lab *lab, int m, double c1, double i, double c2)
{
    return lab_json(
        lab,
        "{ 'stations': { 'loop': { 'servers': 1, 'await': 'release' }, 'cores': { 'servers': 1 } },\n"
        "  'tasks': { 'task': { 'arrivals': { 'at_once': %d }, 'steps': [\n"
        "    { 'in': 'loop', 'do': [ { 'at': 'cores', 'for': %.17g }, { 'await': [ { 'delay': %.17g } ] },\n"
        "      { 'at': 'cores', 'for': %.17g } ] } ] } } }\n",
        m, c1, i, c2);
}

static bool two_burst_row(struct lab *lab, const char *what, int m, double c1, double i, double c2,
                          struct error *err)
{
    return lab_makespan(lab, what, two_bursts(lab, m, c1, i, c2), "s", c1 + i + c2,
                        second_burst(m, c1, i, c2), err);
}

/* The formula, over a grid of all its regimes. */
static bool two_burst_grid(struct lab *lab, struct error *err)
{
    static const int tasks[] = {1, 2, 3, 7, 40};
    static const double bursts[] = {0.001, 0.013, 0.25, 1.0}, latencies[] = {0.0005, 0.1, 3.0};
    struct lab_check check = {0};
    const char *scenario = NULL;
    for (size_t t = 0; t < sizeof tasks / sizeof tasks[0]; t++)
        for (size_t a = 0; a < sizeof bursts / sizeof bursts[0]; a++)
            for (size_t b = 0; b < sizeof bursts / sizeof bursts[0]; b++)
                for (size_t l = 0; l < sizeof latencies / sizeof latencies[0]; l++) {
                    struct desq_trace trace;
                    scenario = two_bursts(lab, tasks[t], bursts[a], latencies[l], bursts[b]);
                    struct desq *d = lab_open(lab, scenario, err);
                    const bool good = d != NULL && desq_trace(d, 0, 0, NULL, NULL, &trace, err);
                    if (good)
                        lab_check_equal(&check, trace.end,
                                        second_burst(tasks[t], bursts[a], latencies[l], bursts[b]));
                    desq_free(d);
                    if (!good)
                        return false;
                }
    struct claim_case *row = lab_case(lab, "second burst: formula on a grid of 240 cases", scenario, "s");
    lab_every(row, &check, false, CLAIM_SILENT);
    return true;
}

/* No computing at all, but fewer threads than tasks and each kept while it waits. */
static bool too_few_threads(struct lab *lab, struct error *err)
{
    return lab_makespan(
        lab, "100 waits of 1 s, 4 threads kept",
        lab_json(lab, "{ 'stations': { 'threads': { 'servers': 4 } },\n"
                      "  'tasks': { 'task': { 'arrivals': { 'at_once': 100 }, 'steps': [\n"
                      "    { 'in': 'threads', 'do': [ { 'await': [ { 'delay': 1 } ] } ] } ] } } }\n"),
        "s", 1.0, 25.0, err);
}

static bool run(struct lab *lab, struct error *err)
{
    static const struct bursts bursts[] = {
        {4, 0.001, 0.999}, {4, 0.25, 0.75}, {4, 1.0, 0.0}, {100, 0.01, 0.99}, {1000, 0.01, 0.99}};
    for (size_t i = 0; i < sizeof bursts / sizeof bursts[0]; i++)
        if (!sync_and_async(lab, &bursts[i], err))
            return false;
    return cores(lab, 1000, 4, err) && cores(lab, 1000, 8, err) &&
           two_burst_row(lab, "100 x (0.01 + 0.98 + 0.01 s): loop", 100, 0.01, 0.98, 0.01, err) &&
           two_burst_row(lab, "10 x (0.01 + 0.97 + 0.02 s): loop", 10, 0.01, 0.97, 0.02, err) &&
           two_burst_grid(lab, err) && too_few_threads(lab, err);
}

const struct claim claim_c7 = {
    .name = "C7",
    .title = "\"Asynchronously, the total is T\"",
    .article = "Asynchronously, the server goes on while requests wait: the total time is T, and n tasks are "
               "done n times as "
               "fast.",
    .exact = "Tasks that compute for C and wait for I (T = C + I), on one event loop: makespan m C + I; on c "
             "cores ceil(m / c) C "
             "+ I; with a second burst C2: max(m (C + C2), I + m C + C2, I + C + m C2). The speed-up over "
             "one synchronous thread "
             "is 1 / (f + (1 - f) / m) with f = C / T.",
    .verdict = CLAIM_FAILS,
    .why = "m C + I holds instead: only the waiting overlaps, the computing of all tasks still passes "
           "through the cores. This is "
           "Amdahl's law, with the share of computing as the serial share. T is right only if tasks compute "
           "nothing (C = 0) and "
           "each has a thread or gives it back.",
    .run = run,
};
