#include "models/drop.h"

#include "models/patience.h"
#include "models/visit_waiting.h"
#include "models/withdraw.h"

void drop_settle(struct world *w, struct station *st, double waited)
{
    struct line *line = &st->line;
    if (!(waited > 0.0)) /* it came to an idle server, or might have */
        line->dropping = line->above_set = false;
    while (line->dropped.first != NO_TASK) {
        const uint32_t ti = task_list_take(&line->dropped, w->tasks);
        struct task *t = &w->tasks[ti];
        struct station *asked = &w->stations[task_op(w, ti)->station];
        if (st->model->impatient)
            patience_over(w, ti);
        if (w->model->weighed)
            st->line_work -= station_task_work(w, st, ti);
        t->wait += w->sim.now - t->since;
        st->present--;
        st->lost++;
        asked->lost += asked != st;
        check_left(&st->check, w->sim.now, NULL);
        t->step = asked->model->overflows ? task_op(w, ti)->target : w->model->kinds[t->kind].program_length;
        task_is(w, ti, TASK_WALKING);
        ready_push(w, ti);
    }
}

struct oldest {
    const struct world *w;
    uint32_t task;
};

static void older(void *oldest, uint32_t ti)
{
    struct oldest *o = oldest;
    const struct task *tasks = o->w->tasks;
    if (tasks[ti].resuming == 0 && (o->task == NO_TASK || tasks[ti].since < tasks[o->task].since))
        o->task = ti;
}

bool drop_oldest(struct world *w, struct station *st)
{
    struct oldest oldest = {w, NO_TASK};
    visit_line(w, st, older, &oldest);
    const uint32_t ti = oldest.task;
    if (ti == NO_TASK)
        return false;
    struct task *t = &w->tasks[ti];
    station_clock(w, st);
    if (w->model->interruptible) {
        const struct parts parts = withdraw_account(w, ti);
        t->wait = parts.wait;
        t->service = parts.service;
    } else {
        t->wait += w->sim.now - t->since;
    }
    if (st->model->impatient)
        patience_over(w, ti);
    if (w->model->weighed)
        st->line_work -= station_task_work(w, st, ti);
    st->model->remove(&st->line, w->tasks, ti);
    st->present--;
    st->lost++;
    check_left(&st->check, w->sim.now, NULL);
    if (st->model->shape != NULL && st->model->shape->gone != NULL)
        st->model->shape->gone(w, st);
    t->step = w->model->kinds[t->kind].program_length;
    task_is(w, ti, TASK_WALKING);
    ready_push(w, ti);
    return true;
}
