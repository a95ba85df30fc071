/* station.h: servers and what waits before them; and the walk of a task through its program.
 * Internal to the engine: world.c and station.c share one replication's state. */
#ifndef MODELS_STATION_H
#define MODELS_STATION_H

#include "models/dist/shared.h"
#include "models/world.h"

#include <assert.h>
#include <string.h>

/* The opcode that the task has reached. */
static inline const struct op *task_op(const struct world *w, uint32_t ti)
{
    return &w->model->kinds[w->tasks[ti].kind].program[w->tasks[ti].step];
}

/* The task moves on from the step it has reached until it has to wait, then everybody whom that gave a
 * server. gave: its event has freed a server already, so those served by that move on first. */
void world_advance(struct world *w, uint32_t ti, bool gave);

/* All tasks that were given a server to hold move on. */
void world_settle(struct world *w);

/* The same, without looking for room at stations that were full. */
void world_settle_ready(struct world *w);

/* The task moves on from the step that it has reached, alone. */
void world_walk(struct world *w, uint32_t ti, bool gave);

/* One more task of kind k, which has yet to take its first step. May move w->tasks and w->more. false: no
 * memory. */
bool world_task_start(struct world *w, uint32_t k, uint64_t key, uint32_t *out);

/* The task's response is over, though it goes on; once. */
void world_reply(struct world *w, uint32_t ti);

/* The task has ended. */
void world_task_end(struct world *w, uint32_t ti, enum task_end how);

/* All that the task holds beyond the first `keep` holdings goes back, innermost first. */
void station_give_down_to(struct world *w, uint32_t ti, uint32_t keep);

static inline void station_give_all(struct world *w, uint32_t ti)
{
    station_give_down_to(w, ti, 0);
}

/* One who had a server at a plain station leaves; the server turns to the next, or rests. The clock has been
 * brought up. */
void station_free_server(struct world *w, struct station *st);

/* A task that waits in front of a plain station's server gets it: for service, or to hold. Returns true if it holds
 * the server now and can move on at once. */
bool station_turn_to(struct world *w, struct station *st, uint32_t ti);

/* One who has a server here, and was kept from being served (models/block.h), is served now. */
void station_begin_blocked(struct world *w, struct station *st, uint32_t ti);

/* One in service, who was to be done at `end`, is not any more. */
static inline void station_not_serving(struct station *st, double end)
{
    st->ends -= end;
    if (--st->serving_here == 0)
        st->ends = 0.0; /* no rounding is left */
}

/* What is left of the service of a task that waits at st. */
static inline double station_task_work(const struct world *w, const struct station *st, uint32_t ti)
{
    return task_op(w, ti)->code == OP_AT && w->tasks[ti].resuming == 0 ? w->tasks[ti].demand : st->model->visit_mean;
}

/* The task is put among those that move on when the event in hand is settled; is taken out again. */
void ready_push(struct world *w, uint32_t ti);
void ready_remove(struct world *w, uint32_t ti);

/* The new task gets what it has in its struct task_more, which its model has. */
void world_begin_more(struct world *w, uint32_t ti);

/* A record for one more task, its index in *out. May move w->tasks and w->more. false: no memory. */
bool world_record_new(struct world *w, uint32_t *out);

event_handler world_on_arrival;

/* A record for a task that belongs to another one of kind k: as world_task_start, but no arrival. */
bool world_part_start(struct world *w, uint32_t k, uint64_t key, uint32_t *out);

/* Such a record is done with. */
void world_part_end(struct world *w, uint32_t ti);

event_handler station_on_service_end, station_on_shared_end;

/* A server has nothing left to do. */
static inline void station_rest_server(struct world *w, struct station *st)
{
    st->busy--;
    if (st->model->behaviour != NULL)
        st->model->behaviour->freed(w, st);
    else
        st->idle++;
}

static inline struct task_more *task_more(const struct world *w, uint32_t ti)
{
    return (struct task_more *)(void *)(w->more + (size_t)ti * w->model->more_size);
}

static inline struct holding *task_holdings(const struct world *w, uint32_t ti)
{
    return (struct holding *)(void *)(w->more + (size_t)ti * w->model->more_size + w->model->holdings_offset);
}

/* The station where the task waits or is served. One who comes back for a server waits where that is, wherever its step is. */
static inline struct station *task_station(const struct world *w, uint32_t ti)
{
    const struct task *t = &w->tasks[ti];
    if (w->model->placed)
        return &w->stations[task_more(w, ti)->station];
    if (t->resuming != 0)
        return &w->stations[task_holdings(w, ti)[t->resuming - 1].station];
    return &w->stations[w->model->kinds[t->kind].program[t->step].station];
}

static inline uint32_t *task_counters(const struct world *w, uint32_t ti)
{
    return (uint32_t *)(void *)(w->more + (size_t)ti * w->model->more_size + w->model->counters_offset);
}

/* By sticky group: 1 + the number of the member to which the task goes there; 0: not known yet. */
static inline uint16_t *task_sticky(const struct world *w, uint32_t ti)
{
    return (uint16_t *)(void *)(w->more + (size_t)ti * w->model->more_size + w->model->sticky_offset);
}

/* Unrelated to the keys of a task's own draws. */
#define ESTIMATE_KEY UINT64_C(0x3C6EF372FE94F82B)

/* The size of the visit that begins, as the discipline sees it. The factor is a function of the task, the station and the
 * draws made so far; where the step makes none of its own (a trace's row, a shared draw), of the time. */
static inline double station_size(const struct world *w, const struct station *st, uint32_t ti)
{
    const struct task *t = &w->tasks[ti];
    const struct dist *estimate = st->model->told.estimate;
    if (estimate == NULL)
        return t->demand;
    uint64_t number = t->draws;
    if (task_op(w, ti)->given)
        memcpy(&number, &w->sim.now, sizeof number);
    struct stream s = stream_draw(stream_subkey(stream_mix(t->key ^ ESTIMATE_KEY), (uint64_t)(st - w->stations)), number);
    return t->demand * dist_draw(estimate, &s);
}

/* The line is told what it orders the task by, where it is keyed. */
static inline void station_key(const struct world *w, struct station *st, uint32_t ti)
{
    if (st->model->deadlines)
        st->line.deadline = task_more(w, ti)->deadline;
    else
        st->line.size = station_size(w, st, ti);
}

/* The task's next draw from d. */
static inline double task_draw(struct task *t, const struct dist *d)
{
    struct stream s = stream_draw(t->key, t->draws++);
    return dist_draw(d, &s);
}

/* The step at which the task goes on: drawn among the branches. */
static inline uint32_t station_choose(struct task *t, const struct op *choose)
{
    struct stream s = stream_draw(t->key, t->draws++);
    return op_choose(choose, stream_uniform(&s));
}

/* Number of the first of the draws that steps share, beyond all others of a key. */
#define SHARED_DRAWS (UINT64_C(1) << 33)

/* What a step's dist comes to: the task's next draw, or one that its steps share. */
static inline double task_draw_step(const struct world *w, uint32_t ti, const struct dist *d)
{
    if (d->shape != DIST_SHARED)
        return task_draw(&w->tasks[ti], d);
    const struct shared_draw *shared = d->data;
    struct stream s = stream_draw(task_more(w, ti)->shared, SHARED_DRAWS + shared->index);
    return dist_draw(shared->of, &s);
}

/* What makes up a response. */
struct parts {
    double wait, service, delay, overhead;
};

/* What a station does where it is not plain (one line before whole servers that keep their task until it is
 * done). A model's station has one of these, or NULL, in station_model.shape. */
struct station_shape {
    /* The task, its `since` set and (at `at`) its demand drawn, joins: true if it holds a server now and can
     * move on at once. */
    bool (*join)(struct world *w, struct station *st, uint32_t ti);
    /* A server that is neither idle nor busy turns to the next waiting task, which there is. */
    void (*serve_next)(struct world *w, struct station *st);
    /* The task, which waits here or is served, leaves before it is done. Its parts are the caller's business
     * (models/withdraw.h). */
    void (*withdraw)(struct world *w, struct station *st, uint32_t ti);
    /* What the visit in hand has come to by now, added to parts; the task's own totals are not yet touched by
     * it. */
    void (*account)(const struct world *w, const struct station *st, uint32_t ti, struct parts *parts);
    /* What `from` holds here is `to`'s from now on. NULL: nobody knows who holds what. */
    void (*handed)(struct world *w, struct station *st, const struct holding *holding, uint32_t from, uint32_t to);
    /* EV_SERVICE_END of a task in service here; the clock has been brought up, the response counted. NULL: as at
     * plain stations. */
    void (*finish)(struct world *w, struct station *st, uint32_t ti);
    /* One who waited here has left (its patience was over), and is taken out of the line. NULL: nothing follows. */
    void (*gone)(struct world *w, struct station *st);
    /* A held server goes back; the holding is forgotten or away afterwards. NULL: none can be held. */
    void (*give_back)(struct world *w, struct station *st, uint32_t ti, const struct holding *holding);
    /* Where model.weighed: the service times left here per server, of those in service (with what is left of their
     * switches) and those who wait; of who holds a server or waits for one to hold, the mean time of a visit. For
     * `least_work`. NULL: as at plain stations, where it is kept up as tasks come and go. */
    double (*work)(const struct world *w, const struct station *st);
};

extern const struct station_shape station_sharing;

/* At a station without a shape: as station_shape.join. */
bool station_join_queue(struct world *w, struct station *st, uint32_t ti);

/* The task joins, however the station serves: true if it holds a server now and can move on at once. */
static inline bool station_join(struct world *w, struct station *st, uint32_t ti)
{
    return st->model->shape == NULL ? station_join_queue(w, st, ti) : st->model->shape->join(w, st, ti);
}

/* A held server goes back. */
void station_give_back(struct world *w, uint32_t ti, const struct holding *holding);

/* The number of servers that are there, at a station of individual servers, may have changed: those who share them are served
 * at other speeds; where tasks are preempted the most urgent ones are in service. Elsewhere nothing. */
void station_share(struct world *w, struct station *st);

/* Where a task is. */
enum whereabouts {
    TASK_WALKING,  /* on its way through its steps, or about to be */
    TASK_WAITING,  /* in the line of its station */
    TASK_RESUMING, /* among the station's resumed */
    TASK_SERVED,   /* EV_SERVICE_END is pending */
    TASK_SWITCHED, /* EV_SWITCH_END: it holds a server that turns to it */
    TASK_SHARED,   /* at a station with a sharing discipline */
    TASK_VISITING, /* at a station that preempts, in service or not */
    TASK_DELAYED,  /* EV_DELAY_END */
    TASK_JOINING,  /* it waits for its branches */
    TASK_BLOCKED   /* it waits for room at a station (models/block.h) */
};

/* What a task has where it may be taken from where it is (model.interruptible), at model.stay_offset of its
 * struct task_more. */
struct stay {
    struct timer timer; /* of the event that it waits for */
    double cost;        /* SERVED: the switch with which the service begins */
    uint8_t where;      /* enum whereabouts */
};

static inline struct stay *task_stay(const struct world *w, uint32_t ti)
{
    return (struct stay *)(void *)(w->more + (size_t)ti * w->model->more_size + w->model->stay_offset);
}

/* Says where the task is, where somebody may ask. */
static inline void task_is(const struct world *w, uint32_t ti, enum whereabouts where)
{
    if (w->model->interruptible)
        task_stay(w, ti)->where = (uint8_t)where;
}

/* An event of the task's own at time: service, switch or delay over. */
static inline void task_schedule(struct world *w, uint32_t ti, double time, enum event_kind kind)
{
    if (w->model->interruptible)
        timer_set(&w->sim.calendar, &task_stay(w, ti)->timer, time, RANK_COMPLETION, kind, ti);
    else
        calendar_push(&w->sim.calendar, time, RANK_COMPLETION, kind, ti);
}

/* Such an event came up: does it happen? */
static inline bool task_due(struct world *w, const struct event *e)
{
    if (!w->model->interruptible)
        return true;
    if (timer_due(&w->sim.calendar, &task_stay(w, e->subject)->timer, e)) {
        task_stay(w, e->subject)->where = TASK_WALKING;
        return true;
    }
    w->sim.events--;
    return false;
}

/* In a build with DESQ_CHECKS every replication checks itself: response = wait + service + delay + overhead
 * for each task; arrivals = completed + lost + present for each kind; Little's law on the sample path,
 * integral of the number present = sum of times spent, for each kind and station (claim C16); the invariant
 * of world.h; where tasks are preempted, that nobody waits who is more urgent than one in service, and that
 * whoever resumes is served for just what it demands. In other builds these are nothing. */
#ifdef DESQ_CHECKS
void check_require(bool holds, const char *what, double a, double b);
void check_joined(struct little_check *check, double now, uint64_t *counter);
void check_left(struct little_check *check, double now, uint64_t *counter);
void check_parts(double response, double parts, double now);
void check_station(const struct station *st);
void world_check(const struct world *w);
void check_epoch(const struct world *w, uint32_t k);
#else
#define check_joined(check, now, counter) ((void)0)
#define check_left(check, now, counter)   ((void)0)
#define check_parts(response, parts, now) ((void)(response), (void)(parts), (void)(now))
#define check_station(st)                 ((void)0)
#define world_check(w)                    ((void)0)
#define check_epoch(w, k)                 ((void)0)
#endif

#endif
