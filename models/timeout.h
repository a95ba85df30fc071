/* timeout.h: giving up after a time. Internal to the engine.
 *
 * Each time-out block that a task is in has a frame; those of nested blocks follow each other. When the time is over
 * the task is taken from where it is (models/withdraw.h), what it took inside the block goes back, innermost first,
 * and it goes on behind the block's steps: with a further attempt, with "else", or to its end. Servers outside the
 * block that an await inside it gave back are asked for again before the next step that needs them. What the attempt
 * waited, was served and so on stays in the task's parts. At one instant a completion comes before a time-out.
 *
 * "abandoned": "continues": the attempt's record goes on where it is as an orphan, up to the end of the block's
 * steps, with draws of its own from then on, while a new record goes on as the task. (But an attempt that waits to get
 * back a server from outside the block, after an await, is cancelled: that server is the task's.) */
#ifndef MODELS_TIMEOUT_H
#define MODELS_TIMEOUT_H

#include "models/station.h"

struct frame {
    struct timer timer; /* EV_TIMEOUT: while an attempt is under way */
    uint32_t step;      /* of its OP_ARM */
    uint32_t retries;   /* so far */
    uint32_t awaits;    /* open when the attempt began */
    double service, wasted; /* the task's when the attempt began */
    double began;       /* the attempt in hand */
    uint16_t breaker;   /* 1 + that which let it through and has yet to be told how it ended; 0: none */
    bool trial;         /* it was let through on trial */
    uint8_t holds;      /* holdings when the attempt began */
    bool orphan;        /* the attempt goes on for nobody: at the block's end the record is done with */
};

static inline struct frame *task_frames(const struct world *w, uint32_t ti)
{
    return (struct frame *)(void *)(w->more + (size_t)ti * w->model->more_size + w->model->frames_offset);
}

/* The task is at OP_TRY, OP_ARM, OP_DISARM, OP_RETRY, OP_BACKOFF: what these do. true: it moves on from t->step.
 * The task's index may not change. */
void timeout_try(struct world *w, uint32_t ti);
void timeout_arm(struct world *w, uint32_t ti);
bool timeout_disarm(struct world *w, uint32_t ti);
void timeout_retry(struct world *w, uint32_t ti);
void timeout_backoff(struct world *w, uint32_t ti);

/* No time-out of the task runs any more: it has ended. */
void timeout_clear(struct world *w, uint32_t ti);

/* Does the task wait only for so long? */
bool timeout_runs(const struct world *w, uint32_t ti);

event_handler timeout_on_end;

#endif
