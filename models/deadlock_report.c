#include "models/deadlock.h"

#include <math.h>

static bool tell(struct arena *arena, const struct world *w, const struct deadlock *d, uint64_t r,
                 const struct deadlock_report **out)
{
    const struct model *m = w->model;
    const size_t length = d->length < DEADLOCK_LINKS ? d->length : DEADLOCK_LINKS;
    struct deadlock_report *report = arena_alloc(arena, sizeof *report);
    struct deadlock_step *steps = arena_array(arena, length, sizeof *steps);
    if (report == NULL || steps == NULL)
        return false;
    for (size_t i = 0; i < length; i++) {
        const struct deadlock_link *l = &d->links[i];
        const bool branches = l->wait == DEADLOCK_BRANCH;
        steps[i] = (struct deadlock_step){
            .task = m->kinds[l->kind].name,
            .branch = l->branch,
            .holds = l->holds == UINT32_MAX ? NULL : m->stations[l->holds].name,
            .waits_for = branches ? NULL : m->stations[l->station].name,
            .room = l->wait == DEADLOCK_ROOM,
            .arrived = w->tasks[l->task].arrived,
            .since = branches ? (double)NAN : l->since,
        };
    }
    *report = (struct deadlock_report){r, d->since, d->tasks, steps, length};
    *out = report;
    return true;
}

bool deadlock_report(struct arena *arena, const struct model *m, uint64_t r, const struct deadlock_report **out)
{
    *out = NULL;
    struct world *w = world_new(m);
    struct record record;
    if (w == NULL)
        return false;
    if (!record_init(&record, 0, m->kind_count * model_histograms_per_kind())) {
        world_free(w);
        return false;
    }
    const struct world_limits limits = {.events = INFINITY, .deadline = INFINITY};
    struct deadlock d;
    bool ok = true;
    if (world_run(w, r, &record, &limits) == WORLD_STUCK && deadlock_find(w, &d))
        ok = tell(arena, w, &d, r, out);
    record_free(&record);
    world_free(w);
    return ok;
}
