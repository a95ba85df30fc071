#include "models/withdraw.h"

#include "models/block.h"
#include "models/group.h"
#include "models/part.h"
#include "models/patience.h"

/* Service and switch were counted in full when they began: what is left of them is taken off again. */
static void less_rest(const struct world *w, uint32_t ti, struct parts *parts)
{
    const struct stay *stay = task_stay(w, ti);
    const double left = stay->timer.due - w->sim.now, demand = w->tasks[ti].demand;
    parts->service -= left < demand ? left : demand;
    parts->overhead -= left < demand ? 0.0 : left - demand;
}

struct parts withdraw_account(const struct world *w, uint32_t ti)
{
    const struct task *t = &w->tasks[ti];
    const struct task_more *more = task_more(w, ti);
    const struct stay *stay = task_stay(w, ti);
    struct parts parts = {t->wait, t->service, more->delay, more->overhead};
    const enum whereabouts where = stay->where;
    switch (where) {
    case TASK_WALKING:
        break;
    case TASK_WAITING:
    case TASK_RESUMING:
    case TASK_BLOCKED:
        parts.wait += w->sim.now - t->since;
        break;
    case TASK_SERVED:
        less_rest(w, ti, &parts);
        break;
    case TASK_SWITCHED:
        parts.overhead -= stay->timer.due - w->sim.now;
        break;
    case TASK_SHARED:
    case TASK_VISITING: {
        const struct station *st = task_station(w, ti);
        st->model->shape->account(w, st, ti, &parts);
        break;
    }
    case TASK_DELAYED:
        parts.delay -= stay->timer.due - w->sim.now;
        break;
    case TASK_JOINING: {
        const uint32_t branch = task_part(w, ti)->first;
        if (branch == NO_TASK)
            break;
        const struct parts of_branch = withdraw_account(w, branch);
        parts.wait += of_branch.wait;
        parts.service += of_branch.service;
        parts.delay += of_branch.delay;
        parts.overhead += of_branch.overhead;
        break;
    }
    }
    return parts;
}

/* From a plain station. */
static void leave_plain(struct world *w, struct station *st, uint32_t ti, enum whereabouts where)
{
    station_clock(w, st);
    check_left(&st->check, w->sim.now, NULL);
    if (where == TASK_SERVED) {
        station_not_serving(st, task_stay(w, ti)->timer.due);
        station_free_server(w, st);
        if (st->model->wanders)
            group_left(w, st);
        return;
    }
    st->present--;
    if (where == TASK_WAITING && w->model->weighed)
        st->line_work -= station_task_work(w, st, ti);
    if (where == TASK_WAITING)
        st->model->remove(&st->line, w->tasks, ti);
    else
        task_list_remove(&st->resumed, w->tasks, ti);
}

void withdraw(struct world *w, uint32_t ti)
{
    const enum whereabouts where = task_stay(w, ti)->where;
    const struct parts parts = withdraw_account(w, ti);
    struct task *t = &w->tasks[ti];
    if (where != TASK_JOINING) /* branches are counted themselves */
        w->kinds[t->kind].served += parts.service - t->service + (where == TASK_SERVED ? t->demand : 0.0);
    t->wait = parts.wait;
    t->service = parts.service > 0.0 ? parts.service : 0.0;
    task_more(w, ti)->delay = parts.delay;
    task_more(w, ti)->overhead = parts.overhead;
    timer_clear(&task_stay(w, ti)->timer);
    if (w->model->impatient)
        patience_over(w, ti);
    switch (where) {
    case TASK_WALKING:
        ready_remove(w, ti);
        break;
    case TASK_WAITING:
    case TASK_RESUMING:
    case TASK_SERVED:
    case TASK_SHARED:
    case TASK_VISITING: {
        struct station *st = task_station(w, ti);
        if (st->model->shape != NULL)
            st->model->shape->withdraw(w, st, ti);
        else
            leave_plain(w, st, ti, where);
        check_station(st);
        break;
    }
    case TASK_BLOCKED:
        block_leave(w, ti);
        break;
    case TASK_SWITCHED:
        break;
    case TASK_DELAYED:
        task_more(w, ti)->probed = 0;
        break;
    case TASK_JOINING:
        part_withdraw_all(w, ti);
        break;
    }
    if (w->model->blocking_before)
        block_forgo(w, ti);
    w->tasks[ti].resuming = 0;
    task_stay(w, ti)->where = TASK_WALKING;
}
