#include "models/drop.h"

#include "models/patience.h"

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
