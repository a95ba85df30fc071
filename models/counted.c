#include "models/counted.h"

#include "models/crowd.h"
#include "models/patience.h"
#include "models/visit_waiting.h"

uint32_t counted_needs(const struct world *w, uint32_t ti)
{
    const struct task *t = &w->tasks[ti];
    if (t->resuming != 0)
        return task_holdings(w, ti)[t->resuming - 1].count;
    const struct op *op = task_op(w, ti);
    return op->code == OP_TAKE && op->slot > 1 ? op->slot : 1;
}

void counted_yield(struct world *w, struct station *st, bool resumes)
{
    const struct station_model *m = st->model;
    const uint32_t ti = st->head;
    if (ti == NO_TASK)
        return;
    if (m->resume_first && w->tasks[ti].resuming != 0) {
        if (resumes)
            task_list_prepend(&st->resumed, w->tasks, ti);
        else
            return;
    } else if (resumes || m->discipline->ranks) {
        if (m->deadlines)
            st->line.deadline = task_more(w, ti)->deadline;
        if (!m->discipline->put_back(&st->line, w->tasks, ti))
            w->failed = w->sim.stop = true;
    } else {
        return;
    }
    st->head = NO_TASK;
}

/* It gets them. true: it holds them now and can move on at once. */
static bool start(struct world *w, struct station *st, uint32_t ti, uint32_t count)
{
    const bool resumes = w->tasks[ti].resuming != 0;
    const uint8_t place = resumes ? (uint8_t)(w->tasks[ti].resuming - 1) : w->tasks[ti].holds;
    const bool takes = resumes || task_op(w, ti)->code == OP_TAKE;
    crowd_clock(w, st);
    st->idle -= count;
    st->busy += count;
    st->served_tasks++;
    const bool now = station_turn_to(w, st, ti);
    if (takes)
        task_holdings(w, ti)[place].count = (uint16_t)count;
    return now;
}

static void fill(struct world *w, struct station *st)
{
    while (st->idle > 0) {
        if (st->head == NO_TASK) {
            if (st->resumed.first != NO_TASK)
                st->head = task_list_take(&st->resumed, w->tasks);
            else if (st->line.count > 0)
                st->head = st->model->pop(&st->line, w->tasks);
            else
                return;
        }
        const uint32_t ti = st->head, count = counted_needs(w, ti);
        if (count > st->idle)
            return;
        st->head = NO_TASK;
        if (start(w, st, ti, count))
            ready_push(w, ti);
    }
}

static bool join(struct world *w, struct station *st, uint32_t ti)
{
    const struct station_model *m = st->model;
    const uint32_t count = counted_needs(w, ti);
    station_clock(w, st);
    st->present++;
    check_joined(&st->check, w->sim.now, NULL);
    if (st->head == NO_TASK && st->line.count == 0 && st->resumed.first == NO_TASK && st->idle >= count)
        return start(w, st, ti, count);
    counted_yield(w, st, w->tasks[ti].resuming != 0 && m->resume_first);
    if (m->deadlines)
        st->line.deadline = task_more(w, ti)->deadline;
    if (w->tasks[ti].resuming != 0 && m->resume_first)
        task_list_append(&st->resumed, w->tasks, ti);
    else if (!m->push(&st->line, w->tasks, ti))
        w->failed = w->sim.stop = true;
    task_is(w, ti, w->tasks[ti].resuming != 0 && m->resume_first ? TASK_RESUMING : TASK_WAITING);
    if (m->impatient && w->tasks[ti].resuming == 0)
        patience_begin(w, ti);
    fill(w, st);
    return false;
}

static void free_servers(struct world *w, struct station *st, uint32_t count)
{
    crowd_clock(w, st);
    st->present--;
    st->served_tasks--;
    st->busy -= count;
    st->idle += count;
    fill(w, st);
}

static void finish(struct world *w, struct station *st, uint32_t ti)
{
    (void)ti;
    free_servers(w, st, 1);
}

static void give_back(struct world *w, struct station *st, uint32_t ti, const struct holding *holding)
{
    (void)ti;
    free_servers(w, st, holding->count);
}

static void remove_waiting(struct world *w, struct station *st, uint32_t ti)
{
    if (st->head == ti)
        st->head = NO_TASK;
    else if (task_stay(w, ti)->where == TASK_RESUMING)
        task_list_remove(&st->resumed, w->tasks, ti);
    else
        st->model->remove(&st->line, w->tasks, ti);
}

static void withdraw(struct world *w, struct station *st, uint32_t ti)
{
    station_clock(w, st);
    check_left(&st->check, w->sim.now, NULL);
    if (task_stay(w, ti)->where == TASK_SERVED) {
        free_servers(w, st, 1);
        return;
    }
    st->present--;
    remove_waiting(w, st, ti);
    fill(w, st);
}

/* The servers of one who has several are all busy for so long. */
static double work(const struct world *w, const struct station *st)
{
    return (st->ends - st->serving_here * w->sim.now + (st->busy - st->serving_here) * st->model->visit_mean +
            waiting_work(w, st)) /
           st->model->servers;
}

const struct station_shape station_counted = {.work = work,

                                              .join = join,
                                              .give_back = give_back,
                                              .finish = finish,
                                              .withdraw = withdraw,
                                              .gone = fill};
