/* C1: W is a ledger. Whatever the policy, servers are busy for as long as there is work, no longer and no
 * shorter. */
#include "models/claims/lab.h"

enum { SAMPLES = 300, THREADS = 3, TASKS = 20 };

#define SETUP       0.25  /* s */
#define SWITCH_COST 0.125 /* s */

/* A task computes, waits, and computes again. There is a core for every thread, so that no task queues for a
 * core while it holds a thread: what a thread is busy with is then known task by task. */
static const char *threads_and_cores(struct lab *lab, const char *arrivals, const char *discipline,
                                     const char *await)
{
    return lab_json(
        lab,
        "{ 'stations': {\n"
        "    'threads': { 'servers': %d, 'setup': %g, 'switch': %g, 'discipline': '%s', 'await': '%s' },\n"
        "    'cores': { 'servers': %d } },\n"
        "  'tasks': { 'task': { 'arrivals': %s, 'limit': %d, 'steps': [\n"
        "    { 'in': 'threads', 'do': [\n"
        "      { 'at': 'cores', 'for': { 'dist': 'exponential', 'mean': 1 } },\n"
        "      { 'await': [ { 'delay': { 'dist': 'lognormal', 'mean': 4, 'scv': 2 } } ] },\n"
        "      { 'at': 'cores', 'for': { 'dist': 'uniform', 'min': 0, 'max': 1 } } ] } ] } } }\n",
        THREADS, SETUP, SWITCH_COST, discipline, await, THREADS, arrivals, TASKS);
}

/* W counted on both sides: by the stations' clocks, and from the tasks. */
struct ledger {
    struct lab_check threads, cores, turns, starts;
};

static void balance(const struct lab_run *run, bool release, struct ledger *ledger)
{
    const double service = lab_total_service(run), overhead = lab_total_overhead(run);
    const double held = service + overhead + (release ? 0.0 : lab_total_delay(run));
    lab_check_equal(&ledger->threads, run->trace.busy[0], held);
    lab_check_equal(&ledger->cores, run->trace.busy[1], service);
    lab_check_equal(&ledger->turns, overhead, SWITCH_COST * (double)run->count * (release ? 2.0 : 1.0));
    /* At most one start per thread, each of the same length. */
    const double starts = run->trace.setting_up[0] / SETUP;
    lab_check_equal(&ledger->starts, starts, fmin(fmax(round(starts), 1.0), THREADS));
}

static bool policy(struct lab *lab, const char *what, const char *arrivals, const char *discipline,
                   bool release, struct error *err)
{
    const char *scenario = threads_and_cores(lab, arrivals, discipline, release ? "release" : "hold");
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct ledger ledger = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &run, err);
        if (good)
            balance(&run, release, &ledger);
    }
    lab_run_free(&run);
    desq_free(d);
    if (!good)
        return false;
    /* One row: all four accounts of a sample path. */
    struct lab_check all = ledger.threads;
    const struct lab_check others[] = {ledger.cores, ledger.turns, ledger.starts};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        all.held = others[i].held < all.held ? others[i].held : all.held;
        all.error = fmax(all.error, others[i].error);
    }
    struct claim_case *row = lab_case(lab, what, scenario, "s");
    lab_every(row, &all, false, CLAIM_HOLDS);
    if (row != NULL)
        row->note = release ? "each task turned a thread to itself twice: at the start and after its await"
                            : "each task turned a thread to itself once, and kept it";
    return true;
}

/* Processor sharing: the server is divided among all who are there, and still does W seconds of work. */
static bool shared(struct lab *lab, struct error *err)
{
    const char *scenario =
        lab_json(lab,
                 "{ 'arrivals': { 'rate': 3 }, 'limit': %d, 'servers': 4, 'discipline': 'ps',\n"
                 "  'service': { 'dist': 'exponential', 'mean': 1 } }\n",
                 TASKS);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct lab_check check = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &run, err);
        if (good)
            lab_check_equal(&check, run.trace.busy[0], lab_total_service(&run));
    }
    lab_run_free(&run);
    desq_free(d);
    if (good)
        lab_every(lab_case(lab, "4 cores shared by all, arrivals over time", scenario, "s"), &check, false,
                  CLAIM_HOLDS);
    return good;
}

static bool run(struct lab *lab, struct error *err)
{
    static const char at_once[] = "{ 'at_once': 20 }", open[] = "{ 'rate': 0.5 }";
    return policy(lab, "sync, batch, first come first served", at_once, "fcfs", false, err) &&
           policy(lab, "sync, batch, last come first served", at_once, "lcfs", false, err) &&
           policy(lab, "sync, arrivals over time, random order", open, "random", false, err) &&
           policy(lab, "async, batch, first come first served", at_once, "fcfs", true, err) &&
           policy(lab, "async, batch, last come first served", at_once, "lcfs", true, err) &&
           policy(lab, "async, arrivals over time, random order", open, "random", true, err) &&
           shared(lab, err);
}

const struct claim claim_c1 = {
    .name = "C1",
    .title = "W as a ledger of work",
    .article = "W = sum of the threads' times + sum of the tasks' times.",
    .exact = "The time for which threads are starting or busy is the sum of all start-ups, all work and all "
             "switches, in "
             "every single run: under every policy, for tasks that come at once or over time. What a thread "
             "holds through "
             "an await counts as its work if synchronous, and not if asynchronous; the cores' account is the "
             "same in both.",
    .verdict = CLAIM_HOLDS,
    .why = "W says how much is done, whoever does it and in whatever order. So it says nothing yet about how "
           "long anyone "
           "waits. (Read the threads' times as the time that they work, and W would count every task twice.)",
    .run = run,
};
