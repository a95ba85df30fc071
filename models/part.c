#include "models/part.h"

#include "models/redelivery.h"
#include "models/withdraw.h"

void part_unlink(const struct world *w, uint32_t ti)
{
    struct part *part = task_part(w, ti), *parent = task_part(w, part->parent);
    if (part->before == NO_TASK)
        parent->first = part->next;
    else
        task_part(w, part->before)->next = part->next;
    if (part->next != NO_TASK)
        task_part(w, part->next)->before = part->before;
    parent->running--;
    part->parent = NO_TASK;
}

uint64_t part_key(struct world *w, uint32_t ti)
{
    return part_key_at(w->tasks[ti].key, w->tasks[ti].draws++);
}

uint32_t part_start(struct world *w, uint32_t ti, uint64_t key, uint32_t step, uint32_t last)
{
    uint32_t branch;
    if (!world_part_start(w, w->tasks[ti].kind, key, &branch)) /* records may have moved */
        return NO_TASK;
    w->tasks[branch].step = step;
    struct task_more *more = task_more(w, branch);
    more->shared = task_more(w, ti)->shared;
    more->given = task_more(w, ti)->given;
    more->deadline = task_more(w, ti)->deadline;
    if (w->model->linked) {
        w->links[branch].class = w->links[ti].class;
        w->links[branch].weight = w->links[ti].weight;
    }
    for (uint32_t i = 0; i < w->model->sticky_count; i++)
        task_sticky(w, branch)[i] = task_sticky(w, ti)[i];
    struct part *part = task_part(w, branch);
    part->parent = ti;
    part->before = last;
    if (last == NO_TASK)
        task_part(w, ti)->first = branch;
    else
        task_part(w, last)->next = branch;
    task_part(w, ti)->running++;
    ready_push(w, branch);
    return branch;
}

void part_fork(struct world *w, uint32_t ti)
{
    const struct op *fork = task_op(w, ti);
    const uint64_t key = part_key(w, ti);
    uint32_t last = NO_TASK;
    task_part(w, ti)->joined = 0;
    task_is(w, ti, TASK_JOINING);
    for (uint32_t b = 0; b < fork->slot; b++) {
        last = part_start(w, ti, stream_subkey(key, b), fork[1 + (fork->station > 0 ? 0 : b)].target, last);
        if (last == NO_TASK)
            return;
    }
}

void part_withdraw_all(struct world *w, uint32_t ti)
{
    while (task_part(w, ti)->first != NO_TASK) {
        const uint32_t branch = task_part(w, ti)->first;
        withdraw(w, branch);
        part_unlink(w, branch);
        station_give_all(w, branch);
        world_part_end(w, branch);
    }
}

/* A branch is done. The task goes on if that was the last one it needs. */
static void join(struct world *w, uint32_t ti, uint32_t parent)
{
    struct task *t = &w->tasks[parent];
    const struct task *branch = &w->tasks[ti];
    const struct task_more *of_branch = task_more(w, ti);
    struct task_more *more = task_more(w, parent);
    struct part *part = task_part(w, parent);
    const struct op *fork = task_op(w, parent);
    more->wasted += of_branch->wasted;
    more->beside += of_branch->beside;
    if (++part->joined < (uint32_t)fork->p) {
        more->beside += branch->service;
        return;
    }
    t->wait += branch->wait;
    t->service += branch->service;
    more->delay += of_branch->delay;
    more->overhead += of_branch->overhead;
    if (fork->code == OP_DELIVER) {
        redelivery_rest(w, parent);
    } else if (fork->given) {
        part_withdraw_all(w, parent);
    } else {
        while (part->first != NO_TASK) {
            const uint32_t other = part->first;
            part_unlink(w, other);
            task_part(w, other)->orphan = true;
        }
    }
    w->tasks[parent].step = fork->target;
    task_is(w, parent, TASK_WALKING);
    ready_push(w, parent);
}

void part_end(struct world *w, uint32_t ti, enum task_end how)
{
    const uint32_t parent = task_part(w, ti)->parent;
    if (parent == NO_TASK) {
        world_part_end(w, ti);
        return;
    }
    if (how != TASK_COMPLETED && task_part(w, ti)->begun) {
        redelivery_fail(w, ti, how);
        return;
    }
    part_unlink(w, ti);
    if (how == TASK_COMPLETED) {
        join(w, ti, parent);
        world_part_end(w, ti);
        return;
    }
    const struct task branch = w->tasks[ti];
    const struct task_more of_branch = *task_more(w, ti);
    world_part_end(w, ti);
    const struct part *part = task_part(w, parent);
    if (part->joined + part->running >= (uint32_t)task_op(w, parent)->p)
        return;
    const bool others = part->first != NO_TASK; /* then the time until now is counted along one of those */
    withdraw(w, parent);
    if (!others) {
        w->tasks[parent].wait += branch.wait;
        w->tasks[parent].service += branch.service;
        task_more(w, parent)->delay += of_branch.delay;
        task_more(w, parent)->overhead += of_branch.overhead;
    }
    station_give_all(w, parent);
    world_task_end(w, parent, how);
}

void part_replace(struct world *w, uint32_t ti, uint32_t to)
{
    struct part *part = task_part(w, ti), *new = task_part(w, to);
    part_init(w, to);
    new->parent = part->parent;
    new->orphan = part->orphan;
    new->begun = part->begun;
    new->before = part->before;
    new->next = part->next;
    if (part->parent != NO_TASK) {
        if (part->before == NO_TASK)
            task_part(w, part->parent)->first = to;
        else
            task_part(w, part->before)->next = to;
        if (part->next != NO_TASK)
            task_part(w, part->next)->before = to;
    }
    part->parent = NO_TASK;
    part->orphan = true;
}
