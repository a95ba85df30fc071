/* C11: tasks that only compute. */
#include "models/claims/lab.h"

/* m equal tasks of T on one core; all at time 0. */
static const char *one_core(struct lab *lab, const char *discipline, int m, double t)
{
    return lab_json(lab,
                    "{ 'arrivals': { 'at_once': %d }, 'servers': 1, 'discipline': '%s', 'service': %.17g }\n",
                    m, discipline, t);
}

static bool mean_completion(struct lab *lab, const char *what, const char *scenario, double exact,
                            struct error *err)
{
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    const bool good = d != NULL && lab_sample(d, 0, 0, &run, err);
    double sum = 0.0;
    for (size_t i = 0; good && i < run.count; i++)
        sum += run.tasks[i].left - run.tasks[i].arrived;
    if (good)
        lab_value(lab_case(lab, what, scenario, "s"), (double)NAN, exact, sum / (double)run.count);
    lab_run_free(&run);
    desq_free(d);
    return good;
}

/* Never sooner than the work over the cores, in any order. */
static bool bound(struct lab *lab, const char *what, const char *discipline, struct error *err)
{
    enum { SAMPLES = 500, CORES = 4 };
    const char *scenario = lab_json(lab,
                                    "{ 'arrivals': { 'at_once': 40 }, 'servers': %d, 'discipline': '%s',\n"
                                    "  'service': { 'dist': 'lognormal', 'mean': 1, 'scv': 2 } }\n",
                                    CORES, discipline);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct lab_check check = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &run, err);
        if (good)
            lab_check_at_most(&check, lab_total_service(&run) / CORES, run.trace.end);
    }
    lab_run_free(&run);
    desq_free(d);
    if (good)
        lab_every(lab_case(lab, what, scenario, "s"), &check, true, CLAIM_FAILS);
    return good;
}

/* One core, load 0.8, tasks of mean 1: first come first served by Pollaczek and Khinchine, shared 1 / (1 -
 * 0.8). */
static bool open_arrivals(struct lab *lab, double scv, const char *service, const char *fcfs, const char *ps,
                          struct error *err)
{
    const char *scenario =
        lab_json(lab,
                 "{ 'arrivals': { 'rate': 0.8 }, 'service': %s,\n"
                 "  'variants': { 'sync, fcfs': {}, 'async, ps': { '/discipline': 'ps' } },\n"
                 "  'run': { 'replications': %d, 'time': 20000, 'warmup': 500, 'confidence': %g, "
                 "'quantiles': [] } }\n",
                 service, lab_replications(lab, 100), LAB_CONFIDENCE);
    const struct lab_figure figures[] = {
        {fcfs, 0, NULL, "response", (double)NAN, 1.0 + 0.8 * (1.0 + scv) / (2.0 * 0.2)},
        {ps, 1, NULL, "response", (double)NAN, 1.0 / 0.2},
    };
    return lab_figures(lab, scenario, "s", figures, 2, err);
}

static bool run(struct lab *lab, struct error *err)
{
    enum { M = 8 };
    const double turns = M * 4.0, o = 0.0625;
    const char *turning =
        lab_json(lab,
                 "{ 'arrivals': { 'at_once': %d }, 'servers': 1, 'discipline': 'rr', 'quantum': 0.25, "
                 "'switch': %.17g, 'service': 1 }\n",
                 M, o);
    return lab_makespan(lab, "8 tasks of 1 s, one core: sync, fcfs", one_core(lab, "fcfs", M, 1.0), "s", 8.0,
                        8.0, err) &&
           lab_makespan(lab, "  async, core shared by all", one_core(lab, "ps", M, 1.0), "s", 1.0, 8.0,
                        err) &&
           lab_makespan(lab, "  async, turns of 1/4 s that cost 1/16 s", turning, "s", 1.0, M + turns * o,
                        err) &&
           mean_completion(lab, "  mean completion: sync, fcfs", one_core(lab, "fcfs", M, 1.0), (M + 1) / 2.0,
                           err) &&
           mean_completion(lab, "  mean completion: async, shared", one_core(lab, "ps", M, 1.0), M, err) &&
           bound(lab, "40 random tasks, 4 cores: work / 4 or more, fcfs", "fcfs", err) &&
           bound(lab, "  the same, shared", "ps", err) &&
           open_arrivals(lab, 0.0, "1", "mean response, load 0.8, scv 0: fcfs", "  ps", err) &&
           open_arrivals(lab, 1.0, "{ 'dist': 'exponential', 'mean': 1 }",
                         "mean response, load 0.8, scv 1: fcfs", "  ps", err) &&
           open_arrivals(lab, 4.0, "{ 'dist': 'hyperexponential', 'mean': 1, 'scv': 4 }",
                         "mean response, load 0.8, scv 4: fcfs", "  ps", err);
}

const struct claim claim_c11 = {
    .name = "C11",
    .title = "Tasks that only compute",
    .article = "Asynchronously n tasks of T take T.",
    .exact = "c cores: never sooner than the work over c. One core, m equal tasks: both ways end at m T, but "
             "the mean "
             "completion is (m + 1) T / 2 one after another and m T side by side, and each turn costs o. "
             "Open arrivals, one "
             "core, load rho: first come first served E[x] (1 + rho (1 + scv) / (2 (1 - rho))), shared E[x] "
             "/ (1 - rho): shared "
             "is better if and only if scv > 1.",
    .verdict = CLAIM_FAILS,
    .why = "Cores do not work faster for being shared. Synchronous processing gives the better mean where "
           "tasks vary little (up "
           "to twice as good), sharing where they vary much, since short tasks then need not wait for long "
           "ones.",
    .run = run,
};
