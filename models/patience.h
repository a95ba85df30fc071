/* patience.h: tasks that do not join, or do not wait to the end.
 * Internal to the engine. All draws made here are functions of the task's key and of how many lines it has
 * come to before, apart from its other draws: patience shifts no work, and two designs see the same patience.
 */
#ifndef MODELS_PATIENCE_H
#define MODELS_PATIENCE_H

#include "models/station.h"

/* What each task has where its model has patience or balking, at model.impatience_offset of its struct
 * task_more. */
struct impatience {
    struct timer timer; /* EV_PATIENCE_END: set while it waits as a newcomer, if its kind has patience */
    uint64_t lines;     /* come to so far */
};

static inline struct impatience *task_impatience(const struct world *w, uint32_t ti)
{
    return (struct impatience *)(void *)(w->more + (size_t)ti * w->model->more_size +
                                         w->model->impatience_offset);
}

/* A newcomer looks at a station where so many are present: true if it does not join. */
bool patience_balks(struct world *w, uint32_t present, uint32_t ti);

/* A newcomer has joined the line. */
void patience_begin(struct world *w, uint32_t ti);

/* A server turned to it. */
static inline void patience_over(struct world *w, uint32_t ti)
{
    timer_clear(&task_impatience(w, ti)->timer);
}

/* Does it wait, and only for so long? */
static inline bool patience_runs(const struct world *w, uint32_t ti)
{
    return w->model->impatient && task_impatience(w, ti)->timer.set;
}

event_handler patience_on_end;

#endif
