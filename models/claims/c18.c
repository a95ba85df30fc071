/* C18: tasks that hold a thread while they wait for another one of the same pool. */
#include "models/claims/lab.h"

#include <string.h>

/* m tasks; each holds one slot, then needs `depth` at once. */
static const char *nested(struct lab *lab, int n, int m, int depth, const char *await)
{
    char open[600] = "", close[300] = "";
    for (int i = 0; i < depth; i++) {
        strcat(open, i == 0 ? "{ 'in': 'pool', 'do': [ { 'delay': 1 }"
                            : ", { 'await': [ { 'in': 'pool', 'do': [ { 'delay': 1 }");
        strcat(close, i + 1 == depth ? " ] }" : " ] } ] }");
    }
    return lab_json(lab,
                    "{ 'stations': { 'pool': { 'servers': %d, 'await': '%s' } },\n"
                    "  'tasks': { 'task': { 'arrivals': { 'at_once': %d }, 'steps': [\n    %s%s ] } } }\n",
                    n, await, m, open, close);
}

/* 1: it comes to a deadlock. */
static bool row(struct lab *lab, int n, int m, int depth, const char *await, bool deadlock, struct error *err)
{
    const char *what = arena_printf(lab->arena, "%d tasks, %d deep, pool of %d, %s: deadlocks", m, depth, n,
                                    strcmp(await, "hold") == 0 ? "sync" : "async");
    const char *scenario = nested(lab, n, m, depth, await);
    struct desq *d = lab_open(lab, scenario, err);
    struct desq_trace trace;
    if (d == NULL || what == NULL) {
        desq_free(d);
        return false;
    }
    bool good = desq_trace(d, 0, 0, NULL, NULL, &trace, err);
    const bool stuck = !good && strstr(err->text, "deadlock") != NULL;
    if (good || stuck)
        lab_value(lab_case(lab, what, scenario, ""), (double)NAN, deadlock, stuck);
    desq_free(d);
    return good || stuck;
}

static bool run(struct lab *lab, struct error *err)
{
    static const struct {
        int m, depth;
    } cases[] = {{3, 2}, {2, 3}, {5, 2}, {4, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int m = cases[i].m, depth = cases[i].depth, safe = m * (depth - 1) + 1;
        if (!row(lab, safe, m, depth, "hold", false, err) ||
            !row(lab, safe - 1, m, depth, "hold", true, err) ||
            !row(lab, safe - 1, m, depth, "release", false, err) ||
            !row(lab, 1, m, depth, "release", false, err))
            return false;
    }
    return true;
}

const struct claim claim_c18 = {
    .name = "C18",
    .title = "Nested synchronous calls deadlock",
    .article = "Synchronously a thread waits until its request is answered.",
    .exact = "Pool of n, m tasks at once, each needing C slots, held while it asks for the next: safe if and "
             "only if n >= m (C - "
             "1) + 1. Asynchronously the slot is given back meanwhile: safe with one. 1: deadlock; 0: none.",
    .verdict = CLAIM_HOLDS,
    .why = "With one slot less all tasks can hold what the others need. Threads that wait for threads of "
           "their own pool are the "
           "one thing that synchronous processing may never do.",
    .run = run,
};
