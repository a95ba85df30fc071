/* plain_steps.h: what happens at each event of the loops of models/plain.h, inlined in both: internal to models/plain*.c. */
#ifndef MODELS_PLAIN_STEPS_H
#define MODELS_PLAIN_STEPS_H

#include "models/plain_ps.h"
#include "models/respond.h"

#include <math.h>

/* A server of station number `at` turns to the task, which is in no list and keeps the number where lists have their link:
 * what its step says would be known only after three loads more. */
static inline void plain_serve(struct world *w, struct station *st, uint32_t at, uint32_t ti, double now)
{
    struct task *t = &w->tasks[ti];
    t->next = at;
    const double wait = now - t->since;
    tally_add(&st->wait, wait);
    t->wait += wait;
    t->service += t->demand;
    calendar_push(&w->sim.calendar, now + t->demand, RANK_COMPLETION, EV_SERVICE_END, ti);
}

/* The task has come to the station. */
static inline void plain_join(struct world *w, struct station *st, uint32_t at, uint32_t ti, double now)
{
    const struct station_model *m = st->model;
    plain_bring_up(st, now);
    st->present++;
    check_joined(&st->check, now, NULL);
    w->tasks[ti].since = now;
    if (st->idle > 0) {
        st->idle--;
        st->busy++;
        plain_serve(w, st, at, ti, now);
    } else if (m->plain_fcfs) {
        task_list_append(&st->line.list, w->tasks, ti);
        st->line.count++;
    } else if (!m->push(&st->line, w->tasks, ti)) {
        w->failed = w->sim.stop = true;
    }
    check_station(st);
}

/* The client thinks before its next task. */
__attribute__((noinline)) static void plain_think(struct world *w, uint32_t ti, const struct arrival *arrival, double now)
{
    struct task *t = &w->tasks[ti];
    t->key = stream_mix(t->key + STREAM_STEP);
    t->draws = 0;
    t->arrived = INFINITY;
    calendar_push(&w->sim.calendar, now + task_draw(t, &arrival->think), RANK_ARRIVAL, EV_THINK_END, ti);
}

/* The task has completed: as world_task_end. */
static inline void plain_complete(struct world *w, uint32_t ti, double now, const bool holding)
{
    struct task *t = &w->tasks[ti];
    struct kind_state *ks = &w->kinds[t->kind];
    const struct arrival *arrival = w->model->kinds[t->kind].arrival;
    if (w->left != NULL || arrival->requests != NULL) {
        world_task_end(w, ti, TASK_COMPLETED);
        return;
    }
    ks->present--;
    time_average_set(&ks->in_system, (double)ks->present, now);
    check_left(&ks->check, now, &ks->all_ended[TASK_COMPLETED]);
    world_respond(w, ti, now, !holding);
    w->last_leave = now;
    if (arrival->form == ARRIVAL_CLOSED) { /* the client thinks */
        plain_think(w, ti, arrival, now);
        return;
    }
    t->next = w->task_free;
    t->arrived = INFINITY;
    w->task_free = ti;
    if (--w->alive == 0)
        w->sim.stop = true;
}

/* ---- What tasks hold ---- */

/* As world_begin_more, where it takes no more than this. */
static inline void plain_begin_holding(struct world *w, uint32_t ti)
{
    const struct task *t = &w->tasks[ti];
    if (w->model->deadlines || w->model->sticky_count > 0)
        world_begin_more(w, ti);
    else
        *task_more(w, ti) = (struct task_more){.shared = t->key, .given = w->sources[t->kind].given};
}

/* A server of the station is the task's to hold, after it has waited. */
static inline void plain_hold(struct world *w, struct station *st, uint32_t at, uint32_t ti)
{
    struct task *t = &w->tasks[ti];
    tally_add(&st->wait, 0.0);
    task_holdings(w, ti)[t->holds++] = (struct holding){.since = t->since, .station = (uint16_t)at, .state = HOLDING_HELD};
    t->step++;
}

/* One who had a server leaves; the server turns to the next, or rests. */
static inline void plain_free_server(struct world *w, struct station *st, uint32_t at, double now)
{
    st->present--;
    if (st->line.count == 0 && st->resumed.first == NO_TASK) {
        st->busy--;
        st->idle++;
        return;
    }
    if (!st->model->plain_fcfs || st->resumed.first != NO_TASK) {
        station_serve_next(w, st);
        return;
    }
    const uint32_t next = task_list_take(&st->line.list, w->tasks);
    st->line.count--;
    if (w->tasks[next].resuming == 0 && task_op(w, next)->code == OP_AT)
        plain_serve(w, st, at, next, now);
    else if (station_turn_to(w, st, next))
        ready_push(w, next);
}

/* A held server goes back. */
static inline void plain_give_back(struct world *w, uint32_t ti, const struct holding *holding, double now)
{
    struct station *st = &w->stations[holding->station];
    if (!st->model->plain) {
        station_give_back(w, ti, holding);
        return;
    }
    plain_bring_up(st, now);
    tally_add(&st->response, now - holding->since);
    check_left(&st->check, now, NULL);
    plain_free_server(w, st, holding->station, now);
    check_station(st);
}

static inline void plain_give_innermost(struct world *w, uint32_t ti, double now)
{
    const struct holding holding = task_holdings(w, ti)[--w->tasks[ti].holds];
    if (holding.state == HOLDING_HELD)
        plain_give_back(w, ti, &holding, now);
    else if (holding.state == HOLDING_WANTED)
        task_more(w, ti)->wanted--;
}

/* The task takes a server to hold. false: it has to wait, or has ended. */
static inline bool plain_take(struct world *w, const struct op *op, uint32_t ti, double now)
{
    struct station *st = &w->stations[op->station];
    if (!st->model->plain || st->present >= st->model->capacity_plain || st->idle == 0) {
        world_walk(w, ti, false);
        return false;
    }
    st->offered++;
    w->tasks[ti].since = now;
    plain_bring_up(st, now);
    st->present++;
    check_joined(&st->check, now, NULL);
    st->idle--;
    st->busy++;
    plain_hold(w, st, op->station, ti);
    check_station(st);
    return true;
}

/* The outermost server that it wants back is the task's again. false: it has to wait. */
static inline bool plain_take_again(struct world *w, uint32_t ti, double now)
{
    struct holding *holding = task_holdings(w, ti);
    while (holding->state != HOLDING_WANTED)
        holding++;
    struct station *st = &w->stations[holding->station];
    if (!st->model->plain || st->idle == 0) {
        world_walk(w, ti, false);
        return false;
    }
    w->tasks[ti].since = holding->since = now;
    plain_bring_up(st, now);
    st->present++;
    check_joined(&st->check, now, NULL);
    st->idle--;
    st->busy++;
    tally_add(&st->wait, 0.0);
    holding->state = HOLDING_HELD;
    task_more(w, ti)->wanted--;
    check_station(st);
    return true;
}

/* An await begins: what is held at stations that release goes back, innermost first. True if anything did. */
static inline bool plain_begin_await(struct world *w, uint32_t ti, double now)
{
    struct holding *holdings = task_holdings(w, ti);
    const uint32_t open = ++task_more(w, ti)->awaits;
    bool gave = false;
    for (uint8_t h = w->tasks[ti].holds; h-- > 0;) {
        if (holdings[h].state != HOLDING_HELD || !w->model->stations[holdings[h].station].release)
            continue;
        holdings[h].state = HOLDING_AWAY;
        holdings[h].level = (uint8_t)open;
        plain_give_back(w, ti, &holdings[h], now);
        gave = true;
    }
    return gave;
}

/* It is over: what it gave back is wanted again. */
static inline void plain_end_await(struct world *w, uint32_t ti)
{
    struct task_more *more = task_more(w, ti);
    struct holding *holdings = task_holdings(w, ti);
    for (uint8_t h = 0; h < w->tasks[ti].holds; h++)
        if (holdings[h].state == HOLDING_AWAY && holdings[h].level == more->awaits) {
            holdings[h].state = HOLDING_WANTED;
            more->wanted++;
        }
    more->awaits--;
}

/* The opcodes with which a task that holds servers moves on, of those that are not left to models/walk.c. */
static inline bool plain_moves_on(uint8_t code)
{
    return code == OP_AT || code == OP_TAKE || code == OP_AWAIT || code == OP_DELAY;
}

/* From the step that it has reached until it is at a station or ends. holding: a constant; tasks hold servers, and may have steps that
 * are left to models/walk.c. gave: the task has just given back a server (models/station.h: world_advance). */
__attribute__((always_inline)) static inline void plain_walk(struct world *w, uint32_t ti, double now, bool gave, const bool holding)
{
    struct task *t = &w->tasks[ti];
    const struct op *const program = w->model->kinds[t->kind].program;
    for (;;) {
        const struct op *op = &program[t->step];
        if (holding && plain_moves_on(op->code)) {
            if (gave && w->ready_count > 0) { /* first those whom it gave a server */
                ready_push(w, ti);
                return;
            }
            gave = false;
            if (task_more(w, ti)->wanted > 0) {
                if (plain_take_again(w, ti, now))
                    continue;
                return;
            }
        }
        if (op->code == OP_AT) {
            struct station *st = &w->stations[op->station];
            if (holding && (op->given || st->present >= st->model->capacity_plain)) {
                world_walk(w, ti, gave);
                return;
            }
            t->demand = task_draw(t, op->dist);
            st->offered++;
            if (holding && !st->model->plain && !st->model->plain_ps) {
                t->since = now;
                station_join(w, st, ti);
                check_station(st);
                return;
            }
            if (st->present < st->model->capacity_plain) {
                if (st->model->plain_ps)
                    plain_ps_join(w, st, op->station, ti, now);
                else
                    plain_join(w, st, op->station, ti, now);
                return;
            }
            st->lost++;
            world_task_end(w, ti, TASK_LOST);
            return;
        }
        if (op->code == OP_END) {
            plain_complete(w, ti, now, holding);
            return;
        }
        if (holding && op->code == OP_TAKE) {
            if (!plain_take(w, op, ti, now))
                return;
        } else if (holding && op->code == OP_GIVE) {
            plain_give_innermost(w, ti, now);
            gave = true;
            t->step++;
        } else if (holding && op->code == OP_AWAIT) {
            gave = plain_begin_await(w, ti, now);
            t->step++;
        } else if (holding && op->code == OP_RETURN) {
            plain_end_await(w, ti);
            t->step++;
        } else if (holding && op->code == OP_DELAY) {
            const double d = task_draw_step(w, ti, op->dist);
            task_more(w, ti)->delay += d;
            calendar_push(&w->sim.calendar, now + d, RANK_COMPLETION, EV_DELAY_END, ti);
            return;
        } else if (holding && op->code != OP_JUMP && op->code != OP_CHOOSE) {
            world_walk(w, ti, gave);
            return;
        } else {
            t->step = op->code == OP_JUMP ? op->target : station_choose(t, op);
        }
    }
}

/* Task ti has been served. */
__attribute__((always_inline)) static inline void plain_service_ends(struct world *w, uint32_t ti, double now, const bool holding)
{
    struct task *t = &w->tasks[ti];
    const uint32_t at = holding ? task_op(w, ti)->station : t->next;
    struct station *st = &w->stations[at];
    plain_bring_up(st, now);
    tally_add(&st->response, now - t->since);
    check_left(&st->check, now, NULL);
    if (holding) {
        plain_free_server(w, st, at, now);
    } else if (st->present--, st->line.count > 0) {
        uint32_t next;
        if (st->model->plain_fcfs) {
            next = task_list_take(&st->line.list, w->tasks);
            st->line.count--;
        } else {
            next = st->model->pop(&st->line, w->tasks);
        }
        plain_serve(w, st, at, next, now);
    } else {
        st->busy--;
        st->idle++;
    }
    check_station(st);
    t->step++;
    plain_walk(w, ti, now, true, holding);
}

/* A task of kind k comes, from a plain source. */
__attribute__((always_inline)) static inline void plain_arrive(struct world *w, uint32_t k, double now, const bool holding)
{
    const struct kind_model *kind = &w->model->kinds[k];
    struct source *source = &w->sources[k];
    struct kind_state *ks = &w->kinds[k];
    uint32_t ti = w->task_free;
    if (source->started + 1 < kind->limit)
        calendar_push(&w->sim.calendar, now + dist_draw(&kind->arrival->interarrival, &source->stream),
                      RANK_ARRIVAL, EV_ARRIVAL, k);
    else
        w->alive--;
    if (ti != NO_TASK)
        w->task_free = w->tasks[ti].next;
    else if (!world_record_new(w, &ti))
        return;
    w->alive++;
    w->tasks[ti] = (struct task){
        .arrived = now, .key = stream_subkey(source->key, source->started++), .kind = (uint16_t)k};
    if (holding)
        plain_begin_holding(w, ti);
    ks->arrived++;
    ks->present++;
    time_average_set(&ks->in_system, (double)ks->present, now);
    check_joined(&ks->check, now, &ks->all_arrived);
    plain_walk(w, ti, now, false, holding);
}

/* A client is back from thinking. */
static inline void plain_think_ends(struct world *w, const struct event *e, const bool holding)
{
    const uint32_t ti = e->subject;
    struct task *t = &w->tasks[ti];
    const uint32_t k = t->kind;
    const struct kind_model *kind = &w->model->kinds[k];
    struct kind_state *ks = &w->kinds[k];
    if (kind->arrival->requests != NULL || w->sources[k].started == kind->limit || e->time > kind->arrival->stop) {
        w->handlers[EV_THINK_END](w, e);
        return;
    }
    w->sources[k].started++;
    t->arrived = e->time;
    t->wait = t->service = 0.0;
    t->step = 0;
    t->holds = t->resuming = 0;
    if (holding)
        plain_begin_holding(w, ti);
    ks->arrived++;
    ks->present++;
    time_average_set(&ks->in_system, (double)ks->present, e->time);
    check_joined(&ks->check, e->time, &ks->all_arrived);
    plain_walk(w, ti, e->time, false, holding);
}

/* The next completion at a station of shared servers. */
static inline void plain_shared_ends(struct world *w, const struct event *e, const bool holding)
{
    const uint32_t ti = plain_ps_end(w, e);
    if (ti != NO_TASK)
        plain_walk(w, ti, e->time, true, holding);
}

#endif
