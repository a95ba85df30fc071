/* respond.h: what is measured of a task that completes: at every completion, so it is inlined where tasks
 * end. */
#ifndef MODELS_RESPOND_H
#define MODELS_RESPOND_H

#include "models/station.h"

/* The response of the task is over at now: it is measured. plain: a constant; the model has no struct task_more. */
static inline void world_respond(struct world *w, uint32_t ti, double now, const bool plain)
{
    const struct task *t = &w->tasks[ti];
    const struct kind_model *kind = &w->model->kinds[t->kind];
    struct kind_state *ks = &w->kinds[t->kind];
    ks->completed++;
    const double response = now - t->arrived;
    tally_add(&ks->response, response);
    tally_add(&ks->wait, t->wait);
    tally_add(&ks->service, t->service);
    double others = 0.0;
    if (!plain && kind->extras) {
        const struct task_more *more = task_more(w, ti);
        tally_add(&ks->delay, more->delay);
        tally_add(&ks->overhead, more->overhead);
        others = more->delay + more->overhead;
        ks->missed += kind->deadline != NULL && now > more->deadline;
    }
    if (!plain && w->model->interruptible)
        ks->useful += t->service - task_more(w, ti)->wasted + task_more(w, ti)->beside;
    check_parts(response, t->wait + t->service + others, now);
    if (++w->completed == w->model->count && w->measuring)
        w->sim.stop = true;
}

#endif
