/* trace.c: one replication, task by task. */
#include "models/experiment.h"
#include "models/station.h"

#include <stdio.h>

struct listener {
    void (*left)(void *context, const struct desq_task *task);
    void *context;
};

static void task_left(void *context, const struct world *w, uint32_t ti, enum task_end how)
{
    const struct listener *listener = context;
    const struct task *t = &w->tasks[ti];
    struct desq_task task = {
        .kind = t->kind,
        .key = t->key,
        .arrived = t->arrived,
        .left = w->sim.now,
        .wait = t->wait,
        .service = t->service,
        .lost = how == TASK_LOST || how == TASK_DEAD,
        .abandoned = how == TASK_ABANDONED,
        .timed_out = how == TASK_TIMED_OUT,
    };
    if (w->model->more_size > 0) {
        task.delay = task_more(w, ti)->delay;
        task.overhead = task_more(w, ti)->overhead;
    }
    listener->left(listener->context, &task);
}

static bool fill(struct arena *arena, struct world *w, struct desq_trace *out, struct error *err)
{
    const uint32_t stations = w->model->station_count;
    *out = (struct desq_trace){
        .end = w->end,
        .busy = arena_array(arena, stations, sizeof *out->busy),
        .setting_up = arena_array(arena, stations, sizeof *out->setting_up),
    };
    if (out->busy == NULL || out->setting_up == NULL)
        return error_set(err, "out of memory");
    for (uint32_t i = 0; i < stations; i++) {
        const struct station *st = &w->stations[i];
        out->busy[i] = st->busy_area + (double)st->busy * (w->end - st->since);
        out->setting_up[i] = st->setting_up_area + (double)st->setting_up * (w->end - st->since);
    }
    for (uint32_t k = 0; k < w->model->kind_count; k++)
        out->unfinished += w->kinds[k].present;
    return true;
}

bool experiment_trace(struct arena *arena, const struct model *m, uint64_t r,
                      void (*left)(void *context, const struct desq_task *task), void *context,
                      struct desq_trace *out, struct error *err)
{
    struct model whole = *m; /* the same sample path, measured from time 0 */
    if (whole.length < INFINITY)
        whole.length += whole.warmup;
    whole.warmup = 0.0;
    struct world *w = world_new(&whole);
    struct record record;
    if (w == NULL)
        return error_set(err, "out of memory");
    if (!record_init(&record, 0, m->kind_count * model_histograms_per_kind())) {
        world_free(w);
        return error_set(err, "out of memory");
    }
    struct listener listener = {left, context};
    w->left = left == NULL ? NULL : task_left;
    w->left_context = &listener;
    const struct world_limits limits = {.events = m->scenario->run.limit_events, .deadline = INFINITY};
    const enum world_end end = world_run(w, r, &record, &limits);
    bool ok = end == WORLD_DONE || end == WORLD_EMPTY;
    if (!ok) {
        char who[600] = "out of memory, or too many events (run.limit)";
        if (end == WORLD_STUCK && !world_deadlock(w, who, sizeof who))
            snprintf(who, sizeof who, "nothing can happen any more, though tasks are left (a batch that never fills?)");
        error_set(err, "%s%s", end == WORLD_STUCK ? "deadlock: " : "", who);
    }
    ok = ok && (out == NULL || fill(arena, w, out, err));
    record_free(&record);
    world_free(w);
    return ok;
}
