/* C4: W is an upper bound on the makespan of n workers. */
#include "models/claims/lab.h"

enum { SAMPLES = 1500, TASKS = 16 };

static bool bound(struct lab *lab, const char *what, int threads, const char *discipline, const char *await,
                  int cores, struct error *err)
{
    const char *scenario =
        lab_json(lab,
                 "{ 'stations': {\n"
                 "    'threads': { 'servers': %d, 'setup': { 'dist': 'exponential', 'mean': 0.5 }, "
                 "'discipline': '%s', 'await': '%s' "
                 "},\n"
                 "    'cores': { 'servers': %d } },\n"
                 "  'tasks': { 'task': { 'arrivals': { 'at_once': %d }, 'steps': [\n"
                 "    { 'in': 'threads', 'do': [ { 'at': 'cores', 'for': { 'dist': 'pareto', 'alpha': 2.5, "
                 "'min': 0.6 } },\n"
                 "      { 'await': [ { 'delay': { 'dist': 'exponential', 'mean': 2 } } ] } ] } ] } } }\n",
                 threads, discipline, await, cores, TASKS);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct lab_check check = {0};
    struct lab_tally ratio = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &run, err);
        if (!good)
            break;
        const double w = run.trace.setting_up[0] + lab_total_service(&run) + lab_total_delay(&run);
        struct lab_check both = {0};
        lab_check_at_most(&both, run.trace.end, w);
        if (await[0] == 'h') /* a thread does one thing at a time */
            lab_check_at_most(&both, w, threads * run.trace.end);
        check.samples++;
        check.held += both.held == both.samples;
        lab_tally_add(&ratio, w / run.trace.end);
    }
    lab_run_free(&run);
    desq_free(d);
    if (!good)
        return false;
    struct claim_case *row = lab_case(lab, what, scenario, "");
    lab_every(row, &check, true, threads == 1 && await[0] == 'h' ? CLAIM_HOLDS : CLAIM_BOUND);
    if (row != NULL)
        row->note = arena_printf(lab->arena, "W / makespan %.2f to %.2f, mean %.2f", ratio.least, ratio.most,
                                 ratio.mean);
    return true;
}

static bool run(struct lab *lab, struct error *err)
{
    return bound(lab, "1 thread, sync", 1, "fcfs", "hold", 1, err) &&
           bound(lab, "1 thread, async", 1, "fcfs", "release", 1, err) &&
           bound(lab, "4 threads, 4 cores, sync", 4, "fcfs", "hold", 4, err) &&
           bound(lab, "4 threads, 4 cores, sync, last come first", 4, "lcfs", "hold", 4, err) &&
           bound(lab, "4 threads, 1 core, sync, random order", 4, "random", "hold", 1, err) &&
           bound(lab, "4 threads, 4 cores, async", 4, "fcfs", "release", 4, err) &&
           bound(lab, "16 threads, 16 cores, sync", 16, "fcfs", "hold", 16, err) &&
           bound(lab, "16 threads, 16 cores, async", 16, "fcfs", "release", 16, err);
}

const struct claim claim_c4 = {
    .name = "C4",
    .title = "W as an upper bound",
    .article = "W is the total waiting time of n threads and m tasks.",
    .exact = "If no worker idles while a task waits, all is done by W at the latest: makespan <= sum of "
             "start-ups + sum of "
             "work. Equality only if nothing at all overlaps. W / makespan is the effective concurrency: "
             "from 1 to n if synchronous (checked too), more where threads given back let awaits overlap.",
    .verdict = CLAIM_BOUND,
    .why = "At each moment before the end something is being started, worked on or awaited, so the makespan "
           "is covered by the "
           "terms of W; all that overlaps is counted more than once.",
    .run = run,
};
