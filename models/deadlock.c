/* deadlock.c: tasks that wait for each other for ever.
 *
 * A station is alive if some server of it is free, being set up, serving, or held by a task that will go on;
 * then every task that waits there will be served in its turn, and what these hold will be given back.
 * Starting from "whoever waits is stuck" and freeing what can go on until nothing changes leaves just the
 * deadlock (a reduction of the graph of who waits for whom: Holt, Some deadlock properties of computer
 * systems, ACM Computing Surveys 1972, section 3). */
#include "models/patience.h"
#include "models/visit_waiting.h"

#include <stdio.h>
#include <stdlib.h>

struct reduction {
    const struct world *w;
    uint32_t *held; /* by station: servers held by tasks that are taken for stuck */
    int sign;
};

static void count_held(void *context, uint32_t ti)
{
    const struct reduction *r = context;
    if (r->w->model->more_size == 0 || patience_runs(r->w, ti)) /* who has patience goes on in the end */
        return;
    const struct holding *holdings = task_holdings(r->w, ti);
    for (uint8_t h = 0; h < r->w->tasks[ti].holds; h++)
        if (holdings[h].state == HOLDING_HELD)
            r->held[holdings[h].station] += (uint32_t)r->sign;
}

/* Looks for a waiting task that holds a server of `station`. */
struct search {
    const struct world *w;
    uint32_t station;
    uint32_t found; /* task, or NO_TASK */
};

static void find_holder(void *context, uint32_t ti)
{
    struct search *s = context;
    const struct holding *holdings = task_holdings(s->w, ti);
    if (patience_runs(s->w, ti))
        return;
    for (uint8_t h = 0; h < s->w->tasks[ti].holds; h++)
        if (holdings[h].state == HOLDING_HELD && holdings[h].station == s->station)
            s->found = ti;
}

/* Follows holder after holder from station `first` until a station comes up again, and tells that cycle. */
static void describe(const struct world *w, const bool *alive, uint32_t first, char *out, size_t size)
{
    const uint32_t stations = w->model->part_count;
    uint32_t at = first;
    /* After as many steps as there are stations the walk is on the cycle. */
    for (uint32_t lap = 0; lap < 2; lap++) {
        const uint32_t begin = at;
        double since = 0.0;
        size_t used = 0;
        for (uint32_t step = 0; step < stations; step++) {
            struct search s = {.w = w, .station = at, .found = NO_TASK};
            uint32_t next = 0;
            for (uint32_t i = 0; i < stations && s.found == NO_TASK; i++) {
                next = i;
                if (!alive[i])
                    visit_waiting(w, &w->stations[i], find_holder, &s);
            }
            const struct task *t = &w->tasks[s.found];
            since = t->since > since ? t->since : since;
            if (lap == 1 && used < size) {
                const int n =
                    snprintf(out + used, size - used, "%sa task of \"%s\" holds \"%s\" and waits for \"%s\"",
                             used == 0 ? "" : ", ", w->model->kinds[t->kind].name,
                             w->model->stations[at].name, w->model->stations[next].name);
                used += n < 0 ? 0 : (size_t)n;
            }
            at = next;
            if (lap == 1 && at == begin)
                break;
        }
        if (lap == 1 && used < size)
            snprintf(out + used, size - used, ", since time %.10g", since);
    }
}

bool world_deadlock(const struct world *w, char *out, size_t size)
{
    const uint32_t stations = w->model->part_count;
    uint32_t *held = calloc(stations + 1, sizeof *held);
    bool *alive = calloc(stations + 1, sizeof *alive);
    struct reduction r = {.w = w, .held = held, .sign = 1};
    uint32_t stuck = UINT32_MAX;
    if (held == NULL || alive == NULL)
        goto done;
    for (uint32_t i = 0; i < stations; i++)
        visit_waiting(w, &w->stations[i], count_held, &r);
    r.sign = -1;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < stations; i++) {
            if (alive[i] || (held[i] > 0 && held[i] == w->model->stations[i].servers))
                continue;
            alive[i] = changed = true;
            visit_waiting(w, &w->stations[i], count_held, &r);
        }
    }
    for (uint32_t i = 0; i < stations && stuck == UINT32_MAX; i++)
        if (!alive[i])
            stuck = i;
    if (stuck != UINT32_MAX && size > 0)
        describe(w, alive, stuck, out, size);
done:
    free(held);
    free(alive);
    return stuck != UINT32_MAX;
}
