/* C12: a part of each task under one lock. */
#include "models/claims/lab.h"

/* n tasks on n threads: the locked part first, then the rest. */
static const char *batch(struct lab *lab, int n, double f)
{
    return lab_json(
        lab,
        "{ 'stations': { 'threads': { 'servers': %d }, 'lock': { 'servers': 1 } },\n"
        "  'tasks': { 'task': { 'arrivals': { 'at_once': %d }, 'steps': [ { 'in': 'threads', 'do': [\n"
        "    { 'at': 'lock', 'for': %.17g }, { 'delay': %.17g } ] } ] } } }\n",
        n, n, f, 1.0 - f);
}

static bool amdahl(struct lab *lab, int n, double f, struct error *err)
{
    const char *what = arena_printf(lab->arena, "%d tasks and threads, locked share %g", n, f),
               *scenario = batch(lab, n, f);
    if (what == NULL || !lab_makespan(lab, what, scenario, "s", 1.0, n * f + (1.0 - f), err))
        return false;
    const double simulated = lab->cases[lab->count - 1].simulated;
    lab_value(lab_case(lab, "  speed-up (Amdahl)", scenario, ""), n, 1.0 / (f + (1.0 - f) / n),
              n / simulated);
    return true;
}

/* n clients that think for 1 - f and then need the lock for f, both exponential: mean value analysis of one
 * queue and one delay, the machine repairman. Tasks per time times T = 1 is the speed-up. */
static double repairman(int n, double f)
{
    double x = 0.0, queue = 0.0;
    for (int k = 1; k <= n; k++) {
        const double response = f * (1.0 + queue);
        x = k / (1.0 - f + response);
        queue = x * response;
    }
    return x;
}

static bool steady(struct lab *lab, int n, double f, struct error *err)
{
    const char *what =
        arena_printf(lab->arena, "speed-up in the long run, %d threads, locked share %g", n, f);
    const char *scenario = lab_json(
        lab,
        "{ 'stations': { 'lock': { 'servers': 1 } },\n"
        "  'tasks': { 'task': { 'arrivals': { 'closed': %d, 'think': { 'dist': 'exponential', 'mean': "
        "%.17g } },\n    'steps': [ { 'at': 'lock', 'for': { 'dist': 'exponential', 'mean': %.17g } } "
        "] } },\n  'run': { 'replications': %d, 'time': 2000, 'warmup': 50, 'confidence': %g, "
        "'quantiles': [] } }\n",
        n, 1.0 - f, f, lab_replications(lab, 60), LAB_CONFIDENCE);
    const struct lab_figure figure = {what, 0, NULL, "throughput", n, repairman(n, f)};
    if (what == NULL || !lab_figures(lab, scenario, "", &figure, 1, err))
        return false;
    struct claim_case *row = lab->failed ? NULL : &lab->cases[lab->count - 1];
    if (row != NULL)
        row->note =
            arena_printf(lab->arena, "Amdahl: %.4g; at most 1 / f = %g", 1.0 / (f + (1.0 - f) / n), 1.0 / f);
    return true;
}

/* Coherency: n threads work at n / (1 + a (n - 1) + b n (n - 1)) in all. */
static bool scaling(struct lab *lab, int n, struct error *err)
{
    const double a = 0.05, b = 0.005, peak = sqrt((1.0 - a) / b);
    const char *what = arena_printf(lab->arena, "contention 0.05, coherency 0.005: speed of %d threads", n);
    const char *scenario = lab_json(
        lab,
        "{ 'stations': { 'threads': { 'servers': %d, 'speed': { 'usl': { 'alpha': %g, 'beta': %g } } "
        "} },\n  'tasks': { 'task': { 'arrivals': { 'closed': %d },\n"
        "    'steps': [ { 'at': 'threads', 'for': { 'dist': 'exponential', 'mean': 1 } } ] } },\n"
        "  'run': { 'replications': %d, 'time': 2000, 'warmup': 50, 'confidence': %g, 'quantiles': [] "
        "} }\n",
        n, a, b, n, lab_replications(lab, 60), LAB_CONFIDENCE);
    const struct lab_figure figure = {what,         0, NULL,
                                      "throughput", n, n / (1.0 + a * (n - 1) + b * n * (n - 1))};
    if (what == NULL || !lab_figures(lab, scenario, "", &figure, 1, err))
        return false;
    struct claim_case *row = lab->failed ? NULL : &lab->cases[lab->count - 1];
    if (row != NULL)
        row->note = arena_printf(lab->arena, "falls beyond %.1f threads", peak);
    return true;
}

static bool run(struct lab *lab, struct error *err)
{
    return amdahl(lab, 4, 0.1, err) && amdahl(lab, 8, 0.1, err) && amdahl(lab, 16, 0.1, err) &&
           amdahl(lab, 64, 0.1, err) &&
           lab_makespan(lab, "8 tasks, all of them locked: W returns", batch(lab, 8, 1.0), "s", 8.0, 8.0,
                        err) &&
           steady(lab, 4, 0.1, err) && steady(lab, 8, 0.1, err) && steady(lab, 16, 0.1, err) &&
           steady(lab, 64, 0.1, err) && scaling(lab, 4, err) && scaling(lab, 14, err) &&
           scaling(lab, 40, err);
}

const struct claim claim_c12 = {
    .name = "C12",
    .title = "Locks",
    .article = "Asynchronously n tasks of T take T, a speed-up of n.",
    .exact = "A share f of each task inside one lock. Batch of n on n threads, locked part first: makespan n "
             "f T + (1 - f) T, a "
             "speed-up of 1 / (f + (1 - f) / n) (Amdahl). In the long run, at random phases: the machine "
             "repairman, better than "
             "Amdahl; both tend to 1 / f. Where threads also disturb each other (coherency b): n / (1 + a (n "
             "- 1) + b n (n - "
             "1)), which falls beyond n = sqrt((1 - a) / b). T = 1 s.",
    .verdict = CLAIM_FAILS,
    .why = "The locked parts of all tasks pass one after another, whoever executes them. With everything "
           "locked the makespan is "
           "W again, synchronous or not.",
    .run = run,
};
