#include "models/plain.h"

#include "models/discipline/discipline.h"
#include "models/plain_ps.h"
#include "models/respond.h"

#include <math.h>

static bool program_is_plain(const struct model *m, const struct kind_model *kind)
{
    for (uint32_t i = 0; i < kind->program_length; i++) {
        const struct op *op = &kind->program[i];
        switch ((enum opcode)op->code) {
        case OP_AT: {
            const struct station_model *st = &m->stations[op->station];
            if (op->given || (st->shape != NULL && !st->plain_ps) || st->unusual || st->behaviour != NULL || st->blocks ||
                st->overflows || st->group != NULL || st->individual || st->impatient || st->keyed)
                return false;
            break;
        }
        case OP_CHOOSE:
        case OP_BRANCH:
        case OP_JUMP:
        case OP_END:
            break;
        default:
            return false;
        }
    }
    return true;
}

bool plain_suits(const struct model *m)
{
    if (m->more_size > 0 || m->linked || m->unusual || m->impatient || m->replies)
        return false;
    for (uint32_t k = 0; k < m->kind_count; k++)
        if (!program_is_plain(m, &m->kinds[k]))
            return false;
    return true;
}

/* A server of station number `at` turns to the task, which is in no list and keeps the number where lists have their link:
 * what its step says would be known only after three loads more. */
static inline void serve(struct world *w, struct station *st, uint32_t at, uint32_t ti, double now)
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
static inline void join(struct world *w, struct station *st, uint32_t at, uint32_t ti, double now)
{
    const struct station_model *m = st->model;
    plain_bring_up(st, now);
    st->present++;
    check_joined(&st->check, now, NULL);
    w->tasks[ti].since = now;
    if (st->idle > 0) {
        st->idle--;
        st->busy++;
        serve(w, st, at, ti, now);
    } else if (m->plain_fcfs) {
        task_list_append(&st->line.list, w->tasks, ti);
        st->line.count++;
    } else if (!m->push(&st->line, w->tasks, ti)) {
        w->failed = w->sim.stop = true;
    }
    check_station(st);
}

/* The client thinks before its next task. */
__attribute__((noinline)) static void think(struct world *w, uint32_t ti, const struct arrival *arrival, double now)
{
    struct task *t = &w->tasks[ti];
    t->key = stream_mix(t->key + STREAM_STEP);
    t->draws = 0;
    t->arrived = INFINITY;
    calendar_push(&w->sim.calendar, now + task_draw(t, &arrival->think), RANK_ARRIVAL, EV_THINK_END, ti);
}

/* The task has completed: as world_task_end. */
static inline void complete(struct world *w, uint32_t ti, double now)
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
    world_respond(w, ti, now, true);
    w->last_leave = now;
    if (arrival->form == ARRIVAL_CLOSED) { /* the client thinks */
        think(w, ti, arrival, now);
        return;
    }
    t->next = w->task_free;
    t->arrived = INFINITY;
    w->task_free = ti;
    if (--w->alive == 0)
        w->sim.stop = true;
}

/* From the step that it has reached until it is at a station or ends. */
__attribute__((always_inline)) static inline void go_on(struct world *w, uint32_t ti, double now)
{
    struct task *t = &w->tasks[ti];
    for (;;) {
        const struct op *op = &w->model->kinds[t->kind].program[t->step];
        if (op->code == OP_AT) {
            struct station *st = &w->stations[op->station];
            t->demand = task_draw(t, op->dist);
            st->offered++;
            if (st->present < st->model->capacity_plain) {
                if (st->model->plain_ps)
                    plain_ps_join(w, st, op->station, ti, now);
                else
                    join(w, st, op->station, ti, now);
                return;
            }
            st->lost++;
            world_task_end(w, ti, TASK_LOST);
            return;
        }
        if (op->code == OP_END) {
            complete(w, ti, now);
            return;
        }
        t->step = op->code == OP_JUMP ? op->target : station_choose(t, op);
    }
}

/* Task ti has been served. */
__attribute__((always_inline)) static inline void service_ends(struct world *w, uint32_t ti, double now)
{
    struct task *t = &w->tasks[ti];
    const uint32_t at = t->next;
    struct station *st = &w->stations[at];
    plain_bring_up(st, now);
    tally_add(&st->response, now - t->since);
    check_left(&st->check, now, NULL);
    st->present--;
    if (st->line.count > 0) {
        uint32_t next;
        if (st->model->plain_fcfs) {
            next = task_list_take(&st->line.list, w->tasks);
            st->line.count--;
        } else {
            next = st->model->pop(&st->line, w->tasks);
        }
        serve(w, st, at, next, now);
    } else {
        st->busy--;
        st->idle++;
    }
    check_station(st);
    t->step++;
    go_on(w, ti, now);
}

/* A task of kind k comes, from a plain source. */
__attribute__((always_inline)) static inline void arrive(struct world *w, uint32_t k, double now)
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
    ks->arrived++;
    ks->present++;
    time_average_set(&ks->in_system, (double)ks->present, now);
    check_joined(&ks->check, now, &ks->all_arrived);
    go_on(w, ti, now);
}

/* A client is back from thinking. */
__attribute__((noinline)) static void think_ends(struct world *w, const struct event *e)
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
    ks->arrived++;
    ks->present++;
    time_average_set(&ks->in_system, (double)ks->present, e->time);
    check_joined(&ks->check, e->time, &ks->all_arrived);
    go_on(w, ti, e->time);
}

/* The next completion at a station of shared servers. */
__attribute__((noinline)) static void shared_ends(struct world *w, const struct event *e)
{
    const uint32_t ti = plain_ps_end(w, e);
    if (ti != NO_TASK)
        go_on(w, ti, e->time);
}

void plain_go_on(struct world *w, uint32_t ti)
{
    go_on(w, ti, w->sim.now);
}

void plain_on_service_end(void *world, const struct event *e)
{
    struct world *w = world;
    service_ends(w, e->subject, w->sim.now);
}

void plain_on_arrival(void *world, const struct event *e)
{
    struct world *w = world;
    if (w->sources[e->subject].plain)
        arrive(w, e->subject, w->sim.now);
    else
        world_on_arrival(world, e);
}

bool plain_run(struct world *w, uint64_t most)
{
    struct event e;
    const bool standing = w->sim.calendar.stand_count > 0;
    while (!w->sim.stop && most-- > 0) {
        if (!sim_next(&w->sim, &e, standing))
            return false;
        if (e.kind == EV_SERVICE_END)
            service_ends(w, e.subject, e.time);
        else if (e.kind == EV_ARRIVAL && w->sources[e.subject].plain)
            arrive(w, e.subject, e.time);
        else if (e.kind == EV_THINK_END)
            think_ends(w, &e);
        else if (e.kind == EV_SHARED_END)
            shared_ends(w, &e);
        else
            w->handlers[e.kind](w, &e);
    }
    return !w->sim.stop;
}
