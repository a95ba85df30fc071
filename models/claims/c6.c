/* C6: n T against T, equal tasks that only wait. */
#include "models/claims/lab.h"

static bool pair(struct lab *lab, int n, int m, struct error *err)
{
    const char *scenario[2];
    const char *what[2];
    const bool articles = n == m; /* the article has one thread per task */
    for (int i = 0; i < 2; i++)
        scenario[i] = lab_json(lab, "{ 'arrivals': { 'at_once': %d }, 'servers': %d, 'service': 1 }\n", m,
                               i == 0 ? 1 : n);
    what[0] = arena_printf(lab->arena, "%d tasks of 1 s: sync, 1 thread", m);
    what[1] = arena_printf(lab->arena, "%d tasks of 1 s: async, %d threads", m, n);
    if (what[0] == NULL || what[1] == NULL)
        return error_set(err, "out of memory");
    return lab_makespan(lab, what[0], scenario[0], "s", m, m, err) &&
           lab_makespan(lab, what[1], scenario[1], "s", articles ? 1.0 : (double)NAN, ceil((double)m / n),
                        err);
}

static bool run(struct lab *lab, struct error *err)
{
    return pair(lab, 4, 4, err) && pair(lab, 4, 5, err) && pair(lab, 4, 8, err) && pair(lab, 4, 9, err) &&
           pair(lab, 200, 10000, err);
}

const struct claim claim_c6 = {
    .name = "C6",
    .title = "n T against T",
    .article =
        "n tasks of T take n T synchronously and T asynchronously: 4 s against 1 s for n = 4, T = 1 s.",
    .exact = "m equal tasks that only wait (or have a core each), no overhead: m T on one thread, ceil(m / "
             "n) T on n threads: "
             "m / ceil(m / n) times as fast.",
    .verdict = CLAIM_HOLDS,
    .why = "The article's 4 s against 1 s is the case m = n. With one task more than threads it is 2 s; 10 "
           "000 tasks on 200 "
           "threads take 50 s.",
    .run = run,
};
