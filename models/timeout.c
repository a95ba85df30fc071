#include "models/timeout.h"

#include "models/breaker.h"
#include "models/part.h"
#include "models/patience.h"
#include "models/redelivery.h"
#include "models/withdraw.h"

#include <math.h>

/* Of an orphan's further draws; unrelated to the task's own. */
#define ORPHAN_KEY UINT64_C(0x3C6EF372FE94F82B)

/* Frames are known by the slot of the opcode in hand. */
static struct frame *frame_of(const struct world *w, uint32_t ti)
{
    return &task_frames(w, ti)[task_op(w, ti)->slot];
}

void timeout_try(struct world *w, uint32_t ti)
{
    frame_of(w, ti)->retries = 0;
    frame_of(w, ti)->breaker = 0;
    frame_of(w, ti)->trial = false;
    w->tasks[ti].step++;
}

void timeout_arm(struct world *w, uint32_t ti)
{
    struct task *t = &w->tasks[ti];
    const struct op *op = task_op(w, ti);
    struct frame *frame = frame_of(w, ti);
    frame->step = t->step;
    frame->awaits = task_more(w, ti)->awaits;
    frame->holds = t->holds;
    frame->service = t->service;
    frame->wasted = task_more(w, ti)->wasted;
    frame->began = w->sim.now;
    frame->orphan = false;
    if (!task_is_part(w, ti) || !task_part(w, ti)->orphan)
        w->kinds[t->kind].attempts++;
    timer_set(&w->sim.calendar, &frame->timer, w->sim.now + task_draw_step(w, ti, op->dist), RANK_EXPIRY, EV_TIMEOUT, ti);
    t->step++;
}

bool timeout_disarm(struct world *w, uint32_t ti)
{
    struct frame *frame = frame_of(w, ti);
    if (frame->orphan) {
        frame->orphan = false;
        station_give_down_to(w, ti, 0);
        part_end(w, ti, TASK_COMPLETED);
        return false;
    }
    timer_clear(&frame->timer);
    breaker_tell(w, frame, true);
    w->tasks[ti].step++;
    return true;
}

void timeout_retry(struct world *w, uint32_t ti)
{
    struct task *t = &w->tasks[ti];
    const struct op *op = task_op(w, ti);
    struct frame *frame = frame_of(w, ti);
    if ((double)frame->retries >= op->p) {
        t->step = op->target;
        return;
    }
    frame->retries++;
    t->step++;
}

void timeout_backoff(struct world *w, uint32_t ti)
{
    struct task *t = &w->tasks[ti];
    const struct op *op = task_op(w, ti);
    double d = task_draw_step(w, ti, op->dist) * pow(op->p, (double)frame_of(w, ti)->retries - 1.0);
    if (op->target > 0) { /* jitter */
        struct stream s = stream_draw(t->key, t->draws++);
        const double u = stream_uniform(&s);
        d *= op->target == 1 ? u : 0.5 + 0.5 * u;
    }
    task_more(w, ti)->delay += d;
    task_is(w, ti, TASK_DELAYED);
    task_schedule(w, ti, w->sim.now + d, EV_DELAY_END);
}

/* The frame's attempt, if one is under way, is no more. */
static void attempt_ends(struct world *w, uint32_t ti, uint32_t f)
{
    struct frame *frame = &task_frames(w, ti)[f];
    if (w->model->breaker_count > 0 && frame->timer.set)
        breaker_tell(w, frame, false);
    timer_clear(&frame->timer);
}

void timeout_clear(struct world *w, uint32_t ti)
{
    for (uint32_t f = 0; f < w->model->frames; f++)
        attempt_ends(w, ti, f);
}

bool timeout_runs(const struct world *w, uint32_t ti)
{
    for (uint32_t f = 0; f < w->model->frames; f++)
        if (task_frames(w, ti)[f].timer.set &&
            w->model->kinds[w->tasks[ti].kind].program[task_frames(w, ti)[f].step].code == OP_ARM)
            return true;
    return w->model->parted && task_part(w, ti)->parent != NO_TASK && timeout_runs(w, task_part(w, ti)->parent);
}

/* Awaits inside the block are over: what they gave back of what is outside is wanted again. */
static void end_awaits(struct world *w, uint32_t ti, uint32_t awaits)
{
    struct task_more *more = task_more(w, ti);
    for (uint8_t h = 0; h < w->tasks[ti].holds; h++) {
        struct holding *holding = &task_holdings(w, ti)[h];
        if (holding->state == HOLDING_AWAY && holding->level > awaits) {
            holding->state = HOLDING_WANTED;
            more->wanted++;
        }
    }
    more->awaits = awaits;
}

/* The attempt's record goes on as an orphan; in its place goes a new one. Returns that, or NO_TASK: no memory. */
static uint32_t split(struct world *w, uint32_t ti, uint32_t f)
{
    uint32_t to;
    if (!world_part_start(w, w->tasks[ti].kind, 0, &to)) /* records may have moved */
        return NO_TASK;
    struct task *old = &w->tasks[ti], *new = &w->tasks[to];
    struct task_more *old_more = task_more(w, ti), *new_more = task_more(w, to);
    const struct frame *frame = &task_frames(w, ti)[f];
    const struct parts parts = withdraw_account(w, ti);
    *new = *old;
    new->resuming = 0;
    new->wait = parts.wait;
    new->service = parts.service;
    *new_more = *old_more;
    new_more->delay = parts.delay;
    new_more->overhead = parts.overhead;
    new_more->wanted = 0;
    new_more->kept = new_more->promised = 0; /* it is the old one that keeps a server, and for whom a place is kept */
    new->holds = frame->holds;
    new_more->probed = 0;
    for (uint32_t i = 0; i < w->model->sticky_count; i++)
        task_sticky(w, to)[i] = task_sticky(w, ti)[i];
    for (uint32_t c = 0; c < (w->model->holdings_offset - w->model->counters_offset) / sizeof(uint32_t); c++)
        task_counters(w, to)[c] = task_counters(w, ti)[c];
    /* Holdings outside the block go with the new record; the old one's stack begins above them. */
    struct holding *from = task_holdings(w, ti), *into = task_holdings(w, to);
    for (uint8_t h = 0; h < frame->holds; h++) {
        into[h] = from[h];
        if (from[h].state == HOLDING_WANTED) {
            new_more->wanted++;
            old_more->wanted--;
        }
        if (from[h].state == HOLDING_HELD && w->stations[from[h].station].model->shape != NULL &&
            w->stations[from[h].station].model->shape->handed != NULL)
            w->stations[from[h].station].model->shape->handed(w, &w->stations[from[h].station], &from[h], ti, to);
        from[h].state = HOLDING_GONE;
    }
    for (uint32_t i = 0; i <= f; i++) {
        struct frame *of_old = &task_frames(w, ti)[i], *of_new = &task_frames(w, to)[i];
        of_new->step = of_old->step;
        of_new->retries = of_old->retries;
        of_new->awaits = of_old->awaits;
        of_new->holds = of_old->holds;
        of_new->service = of_old->service;
        of_new->wasted = of_old->wasted;
        of_new->began = of_old->began;
        of_new->breaker = of_old->breaker;
        of_new->trial = of_old->trial;
        of_old->breaker = 0;
        of_old->trial = false;
        of_new->orphan = i < f && of_old->orphan;
        if (of_old->timer.set)
            timer_set(&w->sim.calendar, &of_new->timer, of_old->timer.due, RANK_EXPIRY, EV_TIMEOUT, to);
        timer_clear(&of_old->timer);
        of_old->orphan = false;
    }
    task_frames(w, ti)[f].orphan = true;
    if (w->model->linked) {
        w->links[to].class = w->links[ti].class;
        w->links[to].weight = w->links[ti].weight;
    }
    if (w->model->impatient)
        task_impatience(w, to)->lines = task_impatience(w, ti)->lines;
    part_replace(w, ti, to);
    old->key = stream_mix(old->key ^ ORPHAN_KEY);
    return to;
}

void timeout_on_end(void *world, const struct event *e)
{
    struct world *w = world;
    uint32_t ti = e->subject, f = 0;
    while (f < w->model->frames && task_frames(w, ti)[f].timer.queued != e->key)
        f++;
    if (f == w->model->frames || !timer_due(&w->sim.calendar, &task_frames(w, ti)[f].timer, e)) {
        w->sim.events--;
        return;
    }
    const struct op *op = &w->model->kinds[w->tasks[ti].kind].program[task_frames(w, ti)[f].step];
    if (op->code == OP_VISIBLE) {
        redelivery_over(w, ti);
        return;
    }
    breaker_tell(w, &task_frames(w, ti)[f], false);
    /* An attempt that waits to get back a server from outside the block cannot go on without it. */
    const bool stuck = w->tasks[ti].resuming > 0 && w->tasks[ti].resuming <= task_frames(w, ti)[f].holds;
    if (op->given && !stuck) {
        const uint32_t to = split(w, ti, f);
        if (to == NO_TASK)
            return;
        ti = to;
    } else {
        withdraw(w, ti);
        for (uint32_t i = f + 1; i < w->model->frames; i++)
            attempt_ends(w, ti, i);
        station_give_down_to(w, ti, task_frames(w, ti)[f].holds);
    }
    end_awaits(w, ti, task_frames(w, ti)[f].awaits);
    const struct frame *frame = &task_frames(w, ti)[f];
    task_more(w, ti)->wasted = frame->wasted + (w->tasks[ti].service - frame->service);
    w->tasks[ti].step = op->target;
    world_advance(w, ti, true);
}
