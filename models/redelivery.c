#include "models/redelivery.h"

#include "models/part.h"
#include "models/timeout.h"
#include "models/withdraw.h"

/* The message is delivered once more, after deliveries that have come to `before`. */
static void deliver(struct world *w, uint32_t ti, const struct parts *before)
{
    uint32_t last = task_part(w, ti)->first;
    while (last != NO_TASK && task_part(w, last)->next != NO_TASK)
        last = task_part(w, last)->next;
    const uint64_t key = part_key(w, ti);
    const uint32_t branch = part_start(w, ti, key, task_op(w, ti)[1].target, last);
    if (branch == NO_TASK)
        return;
    struct task *t = &w->tasks[branch];
    struct task_more *more = task_more(w, branch);
    t->wait = before->wait;
    t->service = more->wasted = before->service;
    more->delay = before->delay;
    more->overhead = before->overhead;
}

/* The message leaves its deliveries behind. */
static void add_parts(struct world *w, uint32_t ti, const struct parts *parts)
{
    struct task *t = &w->tasks[ti];
    struct task_more *more = task_more(w, ti);
    t->wait += parts->wait;
    t->service += parts->service;
    more->wasted += parts->service;
    more->delay += parts->delay;
    more->overhead += parts->overhead;
}

void redelivery_begin(struct world *w, uint32_t ti)
{
    const struct parts none = {0};
    task_part(w, ti)->joined = 0;
    task_is(w, ti, TASK_JOINING);
    task_counters(w, ti)[task_op(w, ti)->slot] = 1;
    deliver(w, ti, &none);
}

static bool another_under_way(const struct world *w, uint32_t ti)
{
    const uint32_t parent = task_part(w, ti)->parent;
    for (uint32_t b = parent == NO_TASK ? NO_TASK : task_part(w, parent)->first; b != NO_TASK;
         b = task_part(w, b)->next)
        if (b != ti && task_part(w, b)->begun)
            return true;
    return false;
}

void redelivery_visible(struct world *w, uint32_t ti)
{
    const struct op *op = task_op(w, ti);
    struct frame *frame = &task_frames(w, ti)[op->slot];
    w->kinds[w->tasks[ti].kind].duplicates += another_under_way(w, ti);
    task_part(w, ti)->begun = true;
    frame->step = w->tasks[ti].step;
    frame->orphan = false;
    if (op->dist != NULL)
        timer_set(&w->sim.calendar, &frame->timer, w->sim.now + task_draw_step(w, ti, op->dist), RANK_EXPIRY,
                  EV_TIMEOUT, ti);
    w->tasks[ti].step++;
}

/* Once more, or never again. */
static void again(struct world *w, uint32_t ti, const struct parts *before)
{
    const struct op *op = task_op(w, ti);
    uint32_t *deliveries = &task_counters(w, ti)[op->slot];
    struct kind_state *ks = &w->kinds[w->tasks[ti].kind];
    if ((double)*deliveries < op[1].p) {
        ++*deliveries;
        ks->redelivered++;
        deliver(w, ti, before);
        return;
    }
    ks->dead++;
    redelivery_rest(w, ti);
    add_parts(w, ti, before);
    w->tasks[ti].step = op[2].target;
    task_is(w, ti, TASK_WALKING);
    ready_push(w, ti);
}

void redelivery_over(struct world *w, uint32_t ti)
{
    const uint32_t parent = task_part(w, ti)->parent;
    if (parent == NO_TASK)
        return;
    const struct parts parts = withdraw_account(w, ti);
    again(w, parent, &parts);
    world_settle(w);
}

/* The latest delivery: its time is not over, so that no other one has been put into the line. */
static bool visible_again(const struct world *w, uint32_t ti)
{
    const struct frame *frame = task_frames(w, ti); /* a delivery's first */
    const struct op *op = &w->model->kinds[w->tasks[ti].kind].program[frame->step];
    return op->dist != NULL && !frame->timer.set;
}

void redelivery_fail(struct world *w, uint32_t ti, enum task_end how)
{
    const uint32_t parent = task_part(w, ti)->parent;
    const bool late = visible_again(w, ti);
    const struct task_more *more = task_more(w, ti);
    const struct parts parts = {w->tasks[ti].wait, w->tasks[ti].service, more->delay, more->overhead};
    part_unlink(w, ti);
    world_part_end(w, ti);
    if (!late) {
        again(w, parent, &parts);
    } else if (task_part(w, parent)->running == 0) { /* the later one was refused at a full station */
        add_parts(w, parent, &parts);
        task_is(w, parent, TASK_WALKING);
        station_give_all(w, parent);
        world_task_end(w, parent, how);
    }
}

void redelivery_acknowledge(struct world *w, uint32_t ti)
{
    const struct op *op = task_op(w, ti);
    struct task *t = &w->tasks[ti];
    bool fails = op->p >= 1.0;
    if (op->p > 0.0 && op->p < 1.0) {
        struct stream s = stream_draw(t->key, t->draws++);
        fails = stream_uniform(&s) < op->p;
    }
    if (fails && task_part(w, ti)->parent != NO_TASK)
        redelivery_fail(w, ti, TASK_LOST);
    else
        part_end(w, ti, TASK_COMPLETED);
}

void redelivery_rest(struct world *w, uint32_t ti)
{
    while (task_part(w, ti)->first != NO_TASK) {
        const uint32_t other = task_part(w, ti)->first;
        if (task_part(w, other)->begun) {
            part_unlink(w, other);
            task_part(w, other)->orphan = true;
            continue;
        }
        withdraw(w, other);
        part_unlink(w, other);
        station_give_all(w, other);
        world_part_end(w, other);
    }
}
