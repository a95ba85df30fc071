/* C15: tasks that come all the time: how long they wait depends on how often they come. */
#include "models/claims/lab.h"

/* P(wait) / (c mu - rate): Erlang's C by way of his B; Kleinrock, Queueing Systems I (1975), section 3.5. */
static double wait(double rate, int c)
{
    double blocked = 1.0;
    for (int k = 1; k <= c; k++)
        blocked = rate * blocked / (k + rate * blocked);
    const double load = rate / c;
    return blocked / (1.0 - load * (1.0 - blocked)) / (c - rate);
}

static bool row(struct lab *lab, const char *what, int c, double rate, const char *service, double exact,
                struct error *err)
{
    const char *scenario = lab_json(
        lab,
        "{ 'arrivals': { 'rate': %g }, 'servers': %d, 'service': %s,\n"
        "  'run': { 'replications': %d, 'time': %d, 'warmup': %d, 'confidence': %g, 'quantiles': [] } "
        "}\n",
        rate, c, service, lab_replications(lab, 100), rate / c > 0.85 ? 60000 : 20000,
        rate / c > 0.85 ? 3000 : 500, LAB_CONFIDENCE);
    const struct lab_figure figure = {what, 0, NULL, "wait", 1.0, exact};
    return lab_figures(lab, scenario, "s", &figure, 1, err);
}

/* Overload: one task a second, 1.2 s each: task k waits (k - 1) 0.2 s. */
static bool overload(struct lab *lab, struct error *err)
{
    enum { K = 1000 };
    const char *scenario =
        lab_json(lab, "{ 'arrivals': { 'interarrival': 1, 'count': %d }, 'service': 1.2 }\n", K);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    const bool good = d != NULL && lab_sample(d, 0, 0, &run, err);
    if (good)
        lab_value(lab_case(lab, "load 1.2: wait of the 1000th task", scenario, "s"), 1.0, 0.2 * (K - 1),
                  run.tasks[run.count - 1].wait);
    lab_run_free(&run);
    desq_free(d);
    return good;
}

static bool run(struct lab *lab, struct error *err)
{
    static const char exponential[] = "{ 'dist': 'exponential', 'mean': 1 }";
    return row(lab, "mean wait, 1 thread, 0.9 tasks/s, exponential", 1, 0.9, exponential, 9.0, err) &&
           row(lab, "  constant tasks of 1 s", 1, 0.9, "1", 4.5, err) &&
           row(lab, "mean wait, 4 threads, 2 tasks/s", 4, 2.0, exponential, wait(2.0, 4), err) &&
           row(lab, "  3 tasks/s", 4, 3.0, exponential, wait(3.0, 4), err) &&
           row(lab, "  3.6 tasks/s", 4, 3.6, exponential, wait(3.6, 4), err) &&
           row(lab, "  3.8 tasks/s", 4, 3.8, exponential, wait(3.8, 4), err) && overload(lab, err);
}

const struct claim claim_c15 = {
    .name = "C15",
    .title = "W is not how long tasks wait",
    .article = "W is the waiting time: each task adds its own T to it, 1 s on average here.",
    .exact = "Open arrivals at rate lambda: one thread waits rho (1 + scv) E[x] / (2 (1 - rho)) on average "
             "(Pollaczek, "
             "Khinchine); n threads C(n, a) / (n mu - lambda) (Erlang); at rho >= 1 the wait grows without "
             "end. E[x] = 1 s.",
    .verdict = CLAIM_FAILS,
    .why = "How long tasks wait hangs on how often they come, on how much they vary and on how many threads "
           "there are. W knows "
           "none of these.",
    .run = run,
};
