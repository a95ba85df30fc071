#include "models/station.h"

#include "models/block.h"
#include "models/drop.h"
#include "models/group.h"
#include "models/patience.h"

#include <assert.h>
#include <stdlib.h>

/* The task in front of the server gets it: for service, or to hold. Returns true if it holds the server now
 * and can move on at once. again: it had it already, and was kept from being served (models/block.h). */
static inline bool turn(struct world *w, struct station *st, uint32_t ti, const bool again)
{
    const struct station_model *m = st->model;
    struct task *t = &w->tasks[ti];
    const double now = w->sim.now, wait = now - t->since;
    if (!again)
        tally_add(&st->wait, wait);
    t->wait += wait;
    double cost = 0.0;
    if (m->unusual) {
        if (w->model->weighed && (again || task_stay(w, ti)->where == TASK_WAITING))
            st->line_work -= station_task_work(w, st, ti);
        if (m->impatient)
            patience_over(w, ti);
        if (m->drops && !again)
            drop_settle(w, st, wait);
        if (again)
            t->since = task_more(w, ti)->joined;
        else if (w->model->blocking_before && block_begins_not(w, st, ti))
            return false;
        if (m->switch_cost != NULL) {
            cost = dist_draw(m->switch_cost, &st->line.stream);
            task_more(w, ti)->overhead += cost;
        }
    }
    if (t->resuming != 0) {
        struct holding *holding = &task_holdings(w, ti)[t->resuming - 1];
        holding->state = HOLDING_HELD;
        holding->since = t->since;
        task_more(w, ti)->wanted--;
        t->resuming = 0;
    } else if (task_op(w, ti)->code == OP_TAKE) {
        task_holdings(w, ti)[t->holds++] = (struct holding){
            .since = t->since, .station = (uint16_t)(st - w->stations), .state = HOLDING_HELD};
        t->step++;
    } else {
        t->service += t->demand;
        if (!m->unusual) {
            calendar_push(&w->sim.calendar, now + t->demand, RANK_COMPLETION, EV_SERVICE_END, ti);
        } else {
            if (w->model->interruptible) {
                task_is(w, ti, TASK_SERVED);
                task_stay(w, ti)->cost = cost;
                st->ends += now + (cost + t->demand);
                st->serving_here++;
            }
            task_schedule(w, ti, now + (cost + t->demand), EV_SERVICE_END);
        }
        return false;
    }
    if (!m->unusual)
        return true;
    task_is(w, ti, m->switch_cost == NULL ? TASK_WALKING : TASK_SWITCHED);
    if (m->switch_cost == NULL)
        return true;
    task_schedule(w, ti, now + cost, EV_SWITCH_END);
    return false;
}

static inline bool turn_to(struct world *w, struct station *st, uint32_t ti)
{
    return turn(w, st, ti, false);
}

void station_begin_blocked(struct world *w, struct station *st, uint32_t ti)
{
    const bool goes_on = turn(w, st, ti, true);
    assert(!goes_on);
    (void)goes_on;
}

bool station_turn_to(struct world *w, struct station *st, uint32_t ti)
{
    return turn_to(w, st, ti);
}

static void serve_next(struct world *w, struct station *st)
{
    const uint32_t ti = st->resumed.first != NO_TASK ? task_list_take(&st->resumed, w->tasks)
                                                     : st->model->pop(&st->line, w->tasks);
    if (turn_to(w, st, ti))
        ready_push(w, ti);
}

void station_serve_next(struct world *w, struct station *st)
{
    if (st->model->shape != NULL)
        st->model->shape->serve_next(w, st);
    else
        serve_next(w, st);
}

/* One who had a server here leaves; the server turns to the next, or rests. The clock has been brought up. */
static inline void free_server(struct world *w, struct station *st)
{
    st->present--;
    if (st->line.count > 0 || st->resumed.first != NO_TASK) {
        serve_next(w, st);
        return;
    }
    station_rest_server(w, st);
}

void station_free_server(struct world *w, struct station *st)
{
    free_server(w, st);
}

void station_give_back(struct world *w, uint32_t ti, const struct holding *holding)
{
    struct station *st = &w->stations[holding->station];
    station_clock(w, st);
    tally_add(&st->response, w->sim.now - holding->since);
    check_left(&st->check, w->sim.now, NULL);
    if (st->model->shape != NULL)
        st->model->shape->give_back(w, st, ti, holding);
    else
        free_server(w, st);
    if (st->model->wanders)
        group_left(w, st);
    check_station(st);
}

bool station_join_queue(struct world *w, struct station *st, uint32_t ti)
{
    const struct station_model *m = st->model;
    station_clock(w, st);
    st->present++;
    check_joined(&st->check, w->sim.now, NULL);
    if (m->behaviour == NULL && st->idle > 0) {
        st->idle--;
        st->busy++;
        return turn_to(w, st, ti);
    }
    if (m->behaviour != NULL && m->behaviour->take(w, st))
        return turn_to(w, st, ti);
    if (m->keyed)
        station_key(w, st, ti);
    if (w->tasks[ti].resuming != 0 && m->resume_first)
        task_list_append(&st->resumed, w->tasks, ti);
    else if (!m->push(&st->line, w->tasks, ti))
        w->failed = w->sim.stop = true;
    if (m->unusual) {
        task_is(w, ti, w->tasks[ti].resuming != 0 && m->resume_first ? TASK_RESUMING : TASK_WAITING);
        if (w->model->weighed)
            st->line_work += station_task_work(w, st, ti);
        if (m->impatient && w->tasks[ti].resuming == 0)
            patience_begin(w, ti);
        if (m->behaviour != NULL)
            m->behaviour->waiting(w, st);
    }
    return false;
}

void station_give_down_to(struct world *w, uint32_t ti, uint32_t keep)
{
    struct task *t = &w->tasks[ti];
    while (t->holds > keep) {
        const struct holding holding = task_holdings(w, ti)[--t->holds];
        if (holding.state == HOLDING_HELD)
            station_give_back(w, ti, &holding);
        else if (holding.state == HOLDING_WANTED)
            task_more(w, ti)->wanted--;
    }
}

void station_on_service_end(void *world, const struct event *e)
{
    struct world *w = world;
    const uint32_t ti = e->subject;
    struct station *st;
    if (!w->model->unusual) {
        st = &w->stations[task_op(w, ti)->station];
    } else {
        if (!task_due(w, e))
            return;
        st = task_station(w, ti);
        if (st->model->shape == NULL) {
            w->kinds[w->tasks[ti].kind].served += w->tasks[ti].demand;
            if (w->model->interruptible)
                station_not_serving(st, w->sim.now);
        }
        if (w->model->blocking && block_stays(w, st, ti))
            return;
    }
    const struct task *t = &w->tasks[ti];
    station_clock(w, st);
    tally_add(&st->response, w->sim.now - t->since);
    check_left(&st->check, w->sim.now, NULL);
    if (st->model->shape != NULL)
        st->model->shape->finish(w, st, ti);
    else
        free_server(w, st);
    if (st->model->wanders)
        group_left(w, st);
    check_station(st);
    w->tasks[ti].step++;
    world_advance(w, ti, true);
}
