/* C13: behind the threads there is something that has fewer places. */
#include "models/claims/lab.h"

/* m tasks of T that all need one of `slots` places for the whole time. */
static const char *downstream(struct lab *lab, int m, int n, int slots, const char *await)
{
    return lab_json(
        lab,
        "{ 'stations': { 'threads': { 'servers': %d, 'await': '%s' }, 'database': { 'servers': %d } },\n"
        "  'tasks': { 'task': { 'arrivals': { 'at_once': %d }, 'steps': [ { 'in': 'threads', 'do': [\n"
        "    { 'await': [ { 'at': 'database', 'for': 1 } ] } ] } ] } } }\n",
        n, await, slots, m);
}

/* For 1 to 100 threads. */
static bool every_number(struct lab *lab, const char *what, const char *await, bool hold, struct error *err)
{
    enum { M = 100, SLOTS = 4 };
    struct lab_check check = {0};
    const char *scenario = NULL;
    for (int n = 1; n <= M; n++) {
        struct desq_trace trace;
        scenario = downstream(lab, M, n, SLOTS, await);
        struct desq *d = lab_open(lab, scenario, err);
        const bool good = d != NULL && desq_trace(d, 0, 0, NULL, NULL, &trace, err);
        if (good)
            lab_check_equal(&check, trace.end, ceil((double)M / (hold && n < SLOTS ? n : SLOTS)));
        desq_free(d);
        if (!good)
            return false;
    }
    lab_every(lab_case(lab, what, scenario, "s"), &check, false, CLAIM_FAILS);
    return true;
}

/* No run ends before the work of any station is done: makespan >= busy_k / c_k. */
static bool bottleneck(struct lab *lab, const char *what, const char *await, struct error *err)
{
    enum { SAMPLES = 500, STATIONS = 3 };
    static const double servers[STATIONS] = {16.0, 2.0, 4.0};
    const char *scenario = lab_json(
        lab,
        "{ 'stations': { 'threads': { 'servers': 16, 'await': '%s' }, 'cores': { 'servers': 2 }, 'database': "
        "{ "
        "'servers': 4 } },\n"
        "  'tasks': { 'task': { 'arrivals': { 'at_once': 100 }, 'steps': [ { 'in': 'threads', 'do': [\n"
        "    { 'at': 'cores', 'for': { 'dist': 'exponential', 'mean': 1 } },\n"
        "    { 'await': [ { 'at': 'database', 'for': { 'dist': 'exponential', 'mean': 3 } } ] } ] } ] } } "
        "}\n",
        await);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct lab_check check = {0};
    struct lab_tally ratio = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &run, err);
        double least = 0.0;
        for (size_t k = 0; good && k < STATIONS; k++)
            least = fmax(least, run.trace.busy[k] / servers[k]);
        if (good) {
            lab_check_at_most(&check, least, run.trace.end);
            lab_tally_add(&ratio, run.trace.end / least);
        }
    }
    lab_run_free(&run);
    desq_free(d);
    if (!good)
        return false;
    struct claim_case *row = lab_case(lab, what, scenario, "s");
    lab_every(row, &check, true, CLAIM_SILENT);
    if (row != NULL)
        row->note = arena_printf(lab->arena, "makespan / bound %.3f to %.3f, mean %.3f", ratio.least,
                                 ratio.most, ratio.mean);
    return true;
}

static bool run(struct lab *lab, struct error *err)
{
    return lab_makespan(lab, "100 tasks of 1 s, 4 places, 100 threads: sync",
                        downstream(lab, 100, 100, 4, "hold"), "s", 1.0, 25.0, err) &&
           lab_makespan(lab, "  async", downstream(lab, 100, 100, 4, "release"), "s", 1.0, 25.0, err) &&
           every_number(lab, "  1 to 100 threads, sync: ceil(100 / min(n, 4))", "hold", true, err) &&
           every_number(lab, "  1 to 100 threads, async: 25 s", "release", false, err) &&
           bottleneck(lab, "random tasks: busiest station's work / servers, sync", "hold", err) &&
           bottleneck(lab, "  async", "release", err);
}

const struct claim claim_c13 = {
    .name = "C13",
    .title = "The queue only moves",
    .article = "Asynchronously n tasks of T take T: requests need not wait for each other.",
    .exact = "Tasks that need one of P places downstream for all of T: makespan ceil(m / P) T for any number "
             "of threads from P "
             "on, synchronous or asynchronous. In the long run throughput is at most min over k of c_k / D_k "
             "(servers, demand).",
    .verdict = CLAIM_FAILS,
    .why = "Threads that do not wait let their tasks wait elsewhere: before the database instead of before "
           "the threads. The "
           "slowest station sets the pace; and asynchronous processing takes away what limited how many "
           "tasks crowd there.",
    .run = run,
};
