/* C10: what it costs to begin: threads that are created, tasks that are handed over. */
#include "models/claims/lab.h"

/* A thread for each of m tasks, which the main thread creates one after another (s each), and which is gone
 * when its task is done. */
static const char *thread_per_task(struct lab *lab, int m, double s, double t)
{
    return lab_json(lab,
                    "{ 'stations': { 'main': { 'servers': 1 }, 'threads': { 'servers': 'infinite' } },\n"
                    "  'tasks': { 'task': { 'arrivals': { 'at_once': %d }, 'steps': [\n"
                    "    { 'at': 'main', 'for': %.17g }, { 'at': 'threads', 'for': %.17g } ] } } }\n",
                    m, s, t);
}

/* The same where a thread that has done its task takes the next one that waits for its own to be there: with
 * such a setup the makespan is at most that. */
static const char *created_on_demand(struct lab *lab, int m, double s, double t)
{
    return lab_json(lab,
                    "{ 'arrivals': { 'at_once': %d }, 'servers': %d, 'setup': %.17g, 'setup_serial': true,\n"
                    "  'service': %.17g }\n",
                    m, m, s, t);
}

/* Threads that are there already, tasks handed over one after another (d each). */
static const char *pool(struct lab *lab, int m, int n, double d, double t)
{
    return lab_json(lab,
                    "{ 'stations': { 'dispatcher': { 'servers': 1 }, 'threads': { 'servers': %d } },\n"
                    "  'tasks': { 'task': { 'arrivals': { 'at_once': %d }, 'steps': [\n"
                    "    { 'at': 'dispatcher', 'for': %.17g }, { 'at': 'threads', 'for': %.17g } ] } } }\n",
                    n, m, d, t);
}

/* Lane r of the last round is either kept busy from its r d on, or the last hand-over decides. */
static double pool_makespan(int m, int n, double d, double t)
{
    const double rounds = ceil((double)m / n), r = m - n * (rounds - 1.0);
    return fmax(rounds * t + r * d, m * d + t);
}

static bool created(struct lab *lab, const char *what, int m, double s, double t, struct error *err)
{
    return lab_makespan(lab, what, thread_per_task(lab, m, s, t), "s", t, m * s + t, err);
}

/* At T = s m / (m - 1) both ways take m T; the row's figure is T. */
static bool break_even(struct lab *lab, const char *of, double s, struct error *err)
{
    enum { M = 4 };
    const double t = s * M / (M - 1);
    const char *scenario = thread_per_task(lab, M, s, t),
               *what = arena_printf(lab->arena, "break-even T at 4 tasks, %s", of);
    struct desq *d = lab_open(lab, scenario, err);
    struct desq_trace trace;
    const bool good = d != NULL && what != NULL && desq_trace(d, 0, 0, NULL, NULL, &trace, err);
    if (good)
        lab_value(lab_case(lab, what, scenario, "s"), (double)NAN, t, trace.end / M);
    desq_free(d);
    return good;
}

/* The pool's formula over a grid of all its regimes. */
static bool grid(struct lab *lab, struct error *err)
{
    static const int tasks[] = {1, 2, 3, 5, 8, 9, 40, 101}, threads[] = {1, 2, 3, 4, 8, 50};
    static const double costs[] = {0.0, 0.001, 0.01, 0.2, 0.6, 1.0, 3.0};
    struct lab_check check = {0};
    const char *scenario = NULL;
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++)
        for (size_t j = 0; j < sizeof threads / sizeof threads[0]; j++)
            for (size_t k = 0; k < sizeof costs / sizeof costs[0]; k++) {
                struct desq_trace trace;
                scenario = pool(lab, tasks[i], threads[j], costs[k], 1.0);
                struct desq *d = lab_open(lab, scenario, err);
                const bool good = d != NULL && desq_trace(d, 0, 0, NULL, NULL, &trace, err);
                if (good)
                    lab_check_equal(&check, trace.end, pool_makespan(tasks[i], threads[j], costs[k], 1.0));
                desq_free(d);
                if (!good)
                    return false;
            }
    lab_every(lab_case(lab, "pool's formula on a grid of 336 cases", scenario, "s"), &check, false,
              CLAIM_SILENT);
    return true;
}

/* Thread-seconds spent on creation. */
static bool overhead(struct lab *lab, const char *what, int m, int n, double s, struct error *err)
{
    const char *scenario = lab_json(
        lab, "{ 'arrivals': { 'at_once': %d }, 'servers': %d, 'setup': %.17g, 'service': 1 }\n", m, n, s);
    struct desq *d = lab_open(lab, scenario, err);
    struct desq_trace trace;
    const bool good = d != NULL && desq_trace(d, 0, 0, NULL, NULL, &trace, err);
    if (good)
        lab_value(lab_case(lab, what, scenario, "s"), (double)NAN, (m < n ? m : n) * s, trace.setting_up[0]);
    desq_free(d);
    return good;
}

static bool run(struct lab *lab, struct error *err)
{
    return lab_makespan(lab, "4 tasks of 1 s, one thread (sync)",
                        lab_json(lab, "{ 'arrivals': { 'at_once': 4 }, 'servers': 1, 'service': 1 }\n"), "s",
                        4.0, 4.0, err) &&
           created(lab, "4 tasks of 1 s, threads of 17 us each", 4, 17e-6, 1.0, err) &&
           lab_makespan(lab, "  created when tasks come (setup)", created_on_demand(lab, 4, 17e-6, 1.0), "s",
                        1.0, 4.0 * 17e-6 + 1.0, err) &&
           created(lab, "4 tasks of 20 us, threads of 17 us each", 4, 17e-6, 20e-6, err) &&
           created(lab, "10000 tasks of 1 ms, threads of 17 us each", 10000, 17e-6, 1e-3, err) &&
           break_even(lab, "kernel thread (17 us)", 17e-6, err) &&
           break_even(lab, "async task (0.3 us)", 0.3e-6, err) &&
           break_even(lab, "thread (100 us)", 100e-6, err) && break_even(lab, "handoff (5 us)", 5e-6, err) &&
           lab_makespan(lab, "100 tasks of 1 ms, 8 threads, 5 us to hand over", pool(lab, 100, 8, 5e-6, 1e-3),
                        "s", 1e-3, pool_makespan(100, 8, 5e-6, 1e-3), err) &&
           lab_makespan(lab, "100 tasks of 4 us, 8 threads, 5 us to hand over", pool(lab, 100, 8, 5e-6, 4e-6),
                        "s", 4e-6, pool_makespan(100, 8, 5e-6, 4e-6), err) &&
           grid(lab, err) &&
           overhead(lab, "creation paid: 100 tasks, a thread each, 17 us", 100, 100, 17e-6, err) &&
           overhead(lab, "creation paid: 100 tasks, a pool of 8, 17 us", 100, 8, 17e-6, err);
}

const struct claim claim_c10 = {
    .name = "C10",
    .title = "Creating threads, handing over tasks",
    .article = "W adds the times of the threads to those of the tasks; asynchronously n tasks of T take T.",
    .exact = "A thread for each of m tasks, created one after another at s: makespan m s + T, less than m T "
             "if and only if s < "
             "T (m - 1) / m. A pool of n, tasks handed over at d: max(ceil(m / n) T + r d, m d + T), r = m - "
             "n (ceil(m / n) - "
             "1); for many tasks less than m T if and only if n >= 2 and d < T. A pool pays n s once, a "
             "thread for each task m "
             "s.",
    .verdict = CLAIM_FAILS,
    .why = "m s + T holds instead of T. Tasks shorter than what it costs to begin one are done sooner one "
           "after another: below "
           "23 us for four tasks and kernel threads of 17 us.",
    .run = run,
};
