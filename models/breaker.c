#include "models/breaker.h"

#include <math.h>

void breakers_reset(struct world *w, uint64_t seed, uint64_t r)
{
    const uint64_t key = stream_key(seed, r, STREAM_ENVIRONMENT, "breakers");
    for (uint32_t i = 0; i < w->model->breaker_count; i++)
        w->breakers[i] = (struct breaker){.stream = {.state = stream_subkey(key, i)}};
}

bool breaker_lets(const struct world *w, uint32_t breaker)
{
    const struct breaker *b = &w->breakers[breaker];
    return b->state == BREAKER_CLOSED || (b->state == BREAKER_OPEN && w->sim.now >= b->until);
}

/* Unrelated to the keys of a task's own draws. */
#define THROTTLE_KEY UINT64_C(0x510E527FADE682D1)

/* Counts are brought up to now. */
static void forget(const struct world *w, struct breaker *b, const struct breaker_model *m)
{
    const double left = exp((b->since - w->sim.now) / m->open->a);
    b->requests *= left;
    b->accepts *= left;
    b->since = w->sim.now;
}

/* Chance that has no part in what the task draws for itself. */
static bool throttled(struct world *w, uint32_t ti, struct breaker *b, const struct breaker_model *m)
{
    const struct task *t = &w->tasks[ti];
    forget(w, b, m);
    const double refused = (b->requests - m->ratio * b->accepts) / (b->requests + 1.0);
    struct stream s = stream_draw(stream_mix(t->key ^ THROTTLE_KEY), t->draws);
    b->requests += 1.0;
    return stream_uniform(&s) < refused;
}

void breaker_guard(struct world *w, uint32_t ti)
{
    const struct op *op = task_op(w, ti);
    struct frame *frame = &task_frames(w, ti)[op->slot];
    struct breaker *b = &w->breakers[op->station];
    const struct breaker_model *m = &w->model->breakers[op->station];
    if (m->ratio > 0.0) {
        const bool refused = throttled(w, ti, b, m);
        if (!refused)
            frame->breaker = (uint16_t)(op->station + 1);
        w->tasks[ti].step = refused ? op->target : w->tasks[ti].step + 1;
        return;
    }
    if (!breaker_lets(w, op->station)) {
        w->tasks[ti].step = op->target;
        return;
    }
    frame->breaker = (uint16_t)(op->station + 1);
    frame->trial = b->state == BREAKER_OPEN;
    if (frame->trial)
        b->state = BREAKER_TRIED;
    w->tasks[ti].step++;
}

void breaker_tell(struct world *w, struct frame *frame, bool came_through)
{
    if (frame->breaker == 0)
        return;
    struct breaker *b = &w->breakers[frame->breaker - 1];
    const struct breaker_model *m = &w->model->breakers[frame->breaker - 1];
    const bool counts = frame->trial || b->state == BREAKER_CLOSED, trial = frame->trial;
    frame->breaker = 0;
    frame->trial = false;
    if (m->ratio > 0.0) {
        forget(w, b, m);
        b->accepts += came_through ? 1.0 : 0.0;
        return;
    }
    if (!counts)
        return;
    if (came_through) {
        b->state = BREAKER_CLOSED;
        b->failures = 0;
    } else if (trial || ++b->failures >= m->failures) {
        b->state = BREAKER_OPEN;
        b->failures = 0;
        b->until = w->sim.now + dist_draw(m->open, &b->stream);
    }
}

void breaker_budget(struct world *w, uint32_t ti)
{
    const struct op *op = task_op(w, ti);
    struct breaker *b = &w->breakers[op->station];
    const double one = 1.0 - 1e-9; /* shares that should sum to it come out rounded */
    if (op->given) {
        b->tokens = fmin(b->tokens + op->p, (double)op->target);
    } else if (b->tokens < one) {
        w->tasks[ti].step = op->target;
        return;
    } else {
        b->tokens -= 1.0;
    }
    w->tasks[ti].step++;
}
