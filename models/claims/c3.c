/* C3: the one reading of W with start-ups under which it is an elapsed time: nothing overlaps. */
#include "models/claims/lab.h"

enum { SAMPLES = 2000, THREADS = 4, TASKS = 6 };

static const char random_start[] = "{ 'dist': 'uniform', 'min': 0.5, 'max': 1.5 }",
                  random_work[] = "{ 'dist': 'exponential', 'mean': 1 }";

/* The main thread starts all threads one after another, on the only core, before any task gets it. */
static const char *main_starts(struct lab *lab, int cores, const char *start, int tasks, const char *work)
{
    return lab_json(
        lab,
        "{ 'stations': { 'cores': { 'servers': %d }, 'start': { 'servers': 1 } },\n"
        "  'tasks': {\n"
        "    'main': { 'arrivals': { 'at_once': 1 }, 'steps': [\n"
        "      { 'in': 'cores', 'do': [ { 'repeat': %d, 'do': [ { 'at': 'start', 'for': %s } ] } ] } ] },\n"
        "    'task': { 'arrivals': { 'at_once': %d }, 'steps': [ { 'at': 'cores', 'for': %s } ] } } }\n",
        cores, THREADS, start, tasks, work);
}

/* Threads that are started when tasks come, and put to work at once. */
static const char *on_demand(struct lab *lab, int threads, bool serial, int cores, const char *start,
                             int tasks, const char *work)
{
    return lab_json(lab,
                    "{ 'stations': { 'threads': { 'servers': %d, 'setup': %s, 'setup_serial': %s }, 'cores': "
                    "{ 'servers': "
                    "%d } },\n"
                    "  'tasks': { 'task': { 'arrivals': { 'at_once': %d }, 'steps': [\n"
                    "    { 'in': 'threads', 'do': [ { 'at': 'cores', 'for': %s } ] } ] } } }\n",
                    threads, start, serial ? "true" : "false", cores, tasks, work);
}

/* Makespan = W in every run. start: the station whose busy (or setting-up) time is that of all start-ups. */
static bool identity(struct lab *lab, const char *what, const char *scenario, bool setup, struct error *err)
{
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct lab_check check = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &run, err);
        /* The main thread's own service is the start-ups. */
        if (good)
            lab_check_equal(&check, run.trace.end,
                            lab_total_service(&run) + (setup ? run.trace.setting_up[0] : 0.0));
    }
    lab_run_free(&run);
    desq_free(d);
    if (good)
        lab_every(lab_case(lab, what, scenario, "s"), &check, false, CLAIM_HOLDS);
    return good;
}

/* 4 start-ups of 1 s and 4 tasks of 1 s: W = 8 s. One assumption is given up in each row. */
static bool broken(struct lab *lab, struct error *err)
{
    const size_t first = lab->count;
    const bool good =
        lab_makespan(lab, "4 start-ups, 4 tasks, 1 s each, 1 core", main_starts(lab, 1, "1", 4, "1"), "s",
                     8.0, 8.0, err) &&
        lab_makespan(lab, "  but tasks begin as soon as a thread is up",
                     on_demand(lab, 4, true, 1, "1", 4, "1"), "s", 8.0, 1.0 + 4.0, err) &&
        lab_makespan(lab, "  but start-ups side by side", on_demand(lab, 4, false, 1, "1", 4, "1"), "s", 8.0,
                     1.0 + 4.0, err) &&
        lab_makespan(lab, "  but two cores", main_starts(lab, 2, "1", 4, "1"), "s", 8.0, 4.0, err) &&
        lab_makespan(lab, "  all three given up: 4 cores, all at once",
                     on_demand(lab, 4, false, 4, "1", 4, "1"), "s", 8.0, 1.0 + 1.0, err);
    for (size_t i = first + 1; i < lab->count; i++)
        lab->cases[i].verdict = CLAIM_BOUND; /* W is too large, never too small */
    return good;
}

static bool run(struct lab *lab, struct error *err)
{
    return identity(lab, "4 start-ups, then 6 tasks, random lengths",
                    main_starts(lab, 1, random_start, TASKS, random_work), false, err) &&
           identity(lab, "1 thread, started for the first of 6 tasks",
                    on_demand(lab, 1, true, 1, random_start, TASKS, random_work), true, err) &&
           broken(lab, err);
}

const struct claim claim_c3 = {
    .name = "C3",
    .title = "W as elapsed time",
    .article = "W = sum over n threads + sum over m tasks is the system's waiting time.",
    .exact = "If the n start-ups are paid one after another before any work, and the work is serial (one "
             "core, or all of it "
             "under one lock), then all is done at exactly W.",
    .verdict = CLAIM_HOLDS,
    .why = "All of these assumptions are needed together; this is the only reading of W with start-ups as an "
           "elapsed time in which "
           "it is an equality. Give up any one of them and W is too large: a pool of threads exists in order "
           "to give them up.",
    .run = run,
};
