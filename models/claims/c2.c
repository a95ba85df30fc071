/* C2: one serial worker, a batch at time 0, first come first served, no overhead. */
#include "models/claims/lab.h"

#include <stdlib.h>

enum { SAMPLES = 2000, TASKS = 12 };

static const char *batch(struct lab *lab, const char *discipline, const char *service)
{
    return lab_json(lab,
                    "{ 'arrivals': { 'at_once': %d }, 'servers': 1, 'discipline': '%s',\n  'service': %s }\n",
                    TASKS, discipline, service);
}

static const char heavy[] = "{ 'dist': 'pareto', 'alpha': 1.5, 'min': 1 }";

/* Start of task k = x_1 + ... + x_(k-1), in every run; so the last ends at the sum of all. Tasks end in the
 * order in which they came. */
static bool serial_waits(struct lab *lab, struct error *err)
{
    const char *scenario = batch(lab, "fcfs", heavy);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct lab_check waits = {0}, makespan = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &run, err);
        double before = 0.0, total = 0.0;
        for (size_t k = 0; good && k < run.count; k++) {
            if (k > 0) /* the first waits for nobody: 0 = 0 */
                lab_check_equal(&waits, run.tasks[k].wait, before);
            before += run.tasks[k].service;
            total += (double)(run.count - 1 - k) * run.tasks[k].service;
        }
        if (good) {
            lab_check_equal(&makespan, run.trace.end, before);
            lab_check_equal(&waits, lab_total_wait(&run), total);
        }
    }
    lab_run_free(&run);
    desq_free(d);
    if (!good)
        return false;
    lab_every(lab_case(lab, "makespan = W, 12 Pareto tasks", scenario, "s"), &makespan, false, CLAIM_HOLDS);
    struct claim_case *row = lab_case(lab, "each wait = sum of the tasks before", scenario, "s");
    lab_every(row, &waits, false, CLAIM_SILENT);
    if (row != NULL)
        row->note = "and the total wait = sum of (m - k) x_k";
    return true;
}

/* W against the sum of all waits, m tasks of 1 s. */
static bool equal_tasks(struct lab *lab, struct error *err)
{
    static const struct {
        int tasks;
        const char *span, *wait;
    } sizes[] = {
        {4, "makespan of 4 tasks of 1 s", "total wait of 4 tasks of 1 s"},
        {3, "makespan of 3 tasks of 1 s", "total wait of 3 tasks of 1 s (by chance)"},
        {100, "makespan of 100 tasks of 1 s", "total wait of 100 tasks of 1 s"},
    };
    bool good = true;
    for (size_t i = 0; good && i < sizeof sizes / sizeof sizes[0]; i++) {
        const double m = sizes[i].tasks;
        const char *scenario =
            lab_json(lab, "{ 'arrivals': { 'at_once': %d }, 'servers': 1, 'service': 1 }\n", sizes[i].tasks);
        struct desq *d = lab_open(lab, scenario, err);
        struct lab_run run = {0};
        good = d != NULL && lab_sample(d, 0, 0, &run, err);
        if (good) {
            lab_value(lab_case(lab, sizes[i].span, scenario, "s"), m, m, run.trace.end);
            lab_value(lab_case(lab, sizes[i].wait, scenario, "s"), m, m * (m - 1.0) / 2.0,
                      lab_total_wait(&run));
        }
        lab_run_free(&run);
        desq_free(d);
    }
    return good;
}

/* The mean wait over a batch is (m - 1) E[x] / 2. */
static bool mean_wait(struct lab *lab, struct error *err)
{
    const uint64_t replications = (uint64_t)lab_replications(lab, 20000);
    const char *scenario = batch(lab, "fcfs", "{ 'dist': 'exponential', 'mean': 1 }");
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct lab_tally tally = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < replications; r++) {
        good = lab_sample(d, 0, r, &run, err);
        if (good)
            lab_tally_add(&tally, lab_total_wait(&run) / TASKS);
    }
    lab_run_free(&run);
    desq_free(d);
    if (good)
        lab_mean(lab_case(lab, "mean wait, 12 exponential tasks", scenario, "s"), (double)NAN,
                 (TASKS - 1) / 2.0, tally.mean, lab_tally_half_width(&tally), tally.count);
    return good;
}

static int by_length(const void *a, const void *b)
{
    const double x = ((const struct desq_task *)a)->service, y = ((const struct desq_task *)b)->service;
    return (x > y) - (x < y);
}

/* Shortest first has the least total wait: no order of the same tasks does better. */
static bool shortest_first(struct lab *lab, struct error *err)
{
    static const char *const disciplines[] = {"fcfs", "lcfs", "random"};
    struct lab_check check = {0};
    const char *scenario = NULL;
    struct lab_run run = {0};
    bool good = true;
    for (size_t i = 0; good && i < sizeof disciplines / sizeof disciplines[0]; i++) {
        scenario = batch(lab, disciplines[i], heavy);
        struct desq *d = lab_open(lab, scenario, err);
        good = d != NULL;
        for (uint64_t r = 0; good && r < SAMPLES; r++) {
            good = lab_sample(d, 0, r, &run, err);
            if (!good)
                break;
            const double total = lab_total_wait(&run);
            qsort(run.tasks, run.count, sizeof *run.tasks, by_length);
            double least = 0.0;
            for (size_t k = 0; k < run.count; k++)
                least += (double)(run.count - 1 - k) * run.tasks[k].service;
            lab_check_at_most(&check, least, total);
        }
        desq_free(d);
    }
    lab_run_free(&run);
    if (good)
        lab_every(lab_case(lab, "total wait >= that of shortest first", scenario, "s"), &check, true,
                  CLAIM_SILENT);
    return good;
}

/* The article's W is the same in both orders; the waits are not. */
static bool two_orders(struct lab *lab, struct error *err)
{
    const char *scenario = lab_json(
        lab,
        "{ 'stations': { 'thread': { 'servers': 1, 'discipline': 'priority' } },\n"
        "  'tasks': {\n"
        "    'short': { 'arrivals': { 'at_once': 3 }, 'priority': 1, 'steps': [ { 'at': 'thread', 'for': 1 "
        "} ] },\n"
        "    'long': { 'arrivals': { 'at_once': 1 }, 'priority': 2, 'steps': [ { 'at': 'thread', 'for': 4 } "
        "] } },\n"
        "  'variants': { 'short first': {},\n"
        "    'long first': { '/tasks/short/arrivals/at_once': 1, '/tasks/short/steps/0/for': 4,\n"
        "                    '/tasks/long/arrivals/at_once': 3, '/tasks/long/steps/0/for': 1 } } }\n");
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    static const char *const what[] = {"total wait of 1, 1, 1, 4 s: short first",
                                       "total wait of 4, 1, 1, 1 s: long first"};
    static const double wait[] = {0 + 1 + 2 + 3, 0 + 4 + 5 + 6};
    bool good = d != NULL;
    for (size_t i = 0; good && i < 2; i++) {
        good = lab_sample(d, i, 0, &run, err);
        struct claim_case *row = good ? lab_case(lab, what[i], scenario, "s") : NULL;
        lab_value(row, 7.0, wait[i], good ? lab_total_wait(&run) : (double)NAN);
        if (row != NULL)
            row->variant = i == 0 ? "short first" : "long first";
    }
    lab_run_free(&run);
    desq_free(d);
    return good;
}

static bool run(struct lab *lab, struct error *err)
{
    return serial_waits(lab, err) && equal_tasks(lab, err) && two_orders(lab, err) && mean_wait(lab, err) &&
           shortest_first(lab, err);
}

const struct claim claim_c2 = {
    .name = "C2",
    .title = "One serial worker",
    .article = "Synchronously, each request waits for the one before it: n tasks of T take n T. W is the "
               "total waiting time.",
    .exact = "A batch of m tasks on one thread, first come first served: task k starts at x_1 + ... + "
             "x_(k-1), the last one "
             "ends at W = x_1 + ... + x_m, and the waits add up to the sum of (m - k) x_k; in the mean (m - "
             "1) E[x] / 2 per "
             "task. No order has a smaller sum than shortest first.",
    .verdict = CLAIM_HOLDS,
    .why = "W is the time until all is done, in whatever order. It fails as a time spent "
           "waiting: m equal "
           "tasks wait m (m - 1) T / 2 in all, which is m T for m = 3 alone, and the order changes it while "
           "W stays.",
    .run = run,
};
