#include "models/world.h"

#include "models/alarm.h"
#include "models/batch.h"
#include "models/block.h"
#include "models/breaker.h"
#include "models/environment.h"
#include "models/group.h"
#include "models/individual.h"
#include "models/part.h"
#include "models/plain.h"
#include "models/polling.h"
#include "models/recursion.h"
#include "models/respond.h"
#include "models/preempt.h"
#include "models/source.h"
#include "models/station.h"
#include "models/timeout.h"
#include "models/tokens.h"
#include "models/witness.h"
#include "models/work.h"

#include "models/patience.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* More events than this at one instant are taken for a circle: a task that comes back without any time
 * passing. */
#define EVENTS_AT_ONE_INSTANT (4 * (uint64_t)CALENDAR_SUBJECTS)

bool world_record_new(struct world *w, uint32_t *out)
{
    if (w->task_free != NO_TASK) {
        *out = w->task_free;
        w->task_free = w->tasks[*out].next;
        if (w->model->sticky_count > 0)
            group_forget(w, *out, true);
        return true;
    }
    if (w->task_count == w->task_size) {
        const uint32_t size = w->task_size == 0 ? 64 : 2 * w->task_size;
        struct task *tasks = size > CALENDAR_SUBJECTS ? NULL : realloc(w->tasks, size * sizeof *tasks);
        if (tasks != NULL) {
            w->tasks = tasks;
            w->sim.subjects = (const unsigned char *)tasks;
            w->sim.subject_size = sizeof *tasks;
        }
        unsigned char *more = NULL;
        if (tasks != NULL && w->model->more_size > 0) {
            more = realloc(w->more, (size_t)size * w->model->more_size);
            if (more != NULL)
                w->more = more;
        }
        struct task_link *links = NULL;
        if (tasks != NULL && w->model->linked) {
            links = realloc(w->links, size * sizeof *links);
            if (links != NULL)
                w->links = links;
        }
        if (tasks == NULL || (w->model->more_size > 0 && more == NULL) ||
            (w->model->linked && links == NULL)) {
            w->failed = true;
            w->sim.stop = true;
            return false;
        }
        w->task_size = size;
    }
    *out = w->task_count++;
    if (w->model->impatient)
        task_impatience(w, *out)->timer = (struct timer){0};
    if (w->model->interruptible)
        *task_stay(w, *out) = (struct stay){.where = TASK_WALKING};
    for (uint32_t f = 0; f < w->model->frames; f++)
        task_frames(w, *out)[f] = (struct frame){0};
    if (w->model->sticky_count > 0)
        group_forget(w, *out, true);
    return true;
}

/* One less of what keeps the run going. */
static void one_less_alive(struct world *w)
{
    if (--w->alive == 0)
        w->sim.stop = true;
}

static void task_forget(struct world *w, uint32_t ti)
{
    w->tasks[ti].next = w->task_free;
    w->tasks[ti].arrived = INFINITY;
    w->task_free = ti;
    task_is(w, ti, TASK_WALKING);
    one_less_alive(w);
}

/* Outside of its kind's cache line. A deadline's draw has a number of its own, so that kinds with and without
 * one see the same work. Every model that is impatient or linked comes here. */
__attribute__((noinline)) void world_begin_more(struct world *w, uint32_t ti)
{
    const struct model *m = w->model;
    const struct task *t = &w->tasks[ti];
    struct task_more *more = task_more(w, ti);
    *more = (struct task_more){.shared = t->key, .given = w->sources[t->kind].given};
    if (m->impatient)
        task_impatience(w, ti)->lines = 0;
    if (m->linked) {
        w->links[ti].class = m->class_of_kind[t->kind];
        w->links[ti].weight = t->kind;
    }
    if (m->parted)
        part_init(w, ti);
    if (m->sticky_count > 0)
        group_forget(w, ti, false);
    task_is(w, ti, TASK_WALKING);
    if (!m->deadlines)
        return;
    const struct dist *deadline = m->kinds[t->kind].deadline;
    struct stream s = stream_draw(t->key, UINT64_C(1) << 32);
    more->deadline = deadline == NULL ? INFINITY : t->arrived + dist_draw(deadline, &s);
}

/* The task of kind k is there. */
static inline void task_enter(struct world *w, uint32_t ti)
{
    struct task *t = &w->tasks[ti];
    const double now = w->sim.now;
    struct kind_state *ks = &w->kinds[t->kind];
    t->arrived = now;
    t->wait = t->service = 0.0;
    t->step = 0;
    t->holds = 0;
    t->resuming = 0;
    if (w->model->more_size > 0)
        world_begin_more(w, ti);
    ks->arrived++;
    ks->present++;
    time_average_set(&ks->in_system, (double)ks->present, now);
    check_joined(&ks->check, now, &ks->all_arrived);
}

static void first_step(struct world *w, uint32_t ti)
{
    if (w->model->plain)
        plain_go_on(w, ti);
    else
        world_advance(w, ti, false);
}

/* The task is there and takes its first step. */
static void task_begin(struct world *w, uint32_t ti)
{
    task_enter(w, ti);
    first_step(w, ti);
}

/* The number of a draw beyond those of the steps and of the deadline: of the requests of a session. */
#define SESSION_DRAW (UINT64_C(1) << 34)

/* The task begins; where its kind has sessions it is the first of one. */
static void task_begin_first(struct world *w, uint32_t ti)
{
    const struct task *t = &w->tasks[ti];
    const struct dist *requests = w->model->kinds[t->kind].arrival->requests;
    if (requests == NULL) {
        task_begin(w, ti);
        return;
    }
    struct stream s = stream_draw(t->key, SESSION_DRAW);
    const double n = floor(dist_draw(requests, &s) + 0.5);
    task_enter(w, ti);
    task_more(w, ti)->requests = n < 1.0 ? 0 : n < 0x1p53 ? (uint64_t)n - 1 : UINT64_C(1) << 53;
    world_advance(w, ti, false); /* what has sessions is not plain */
}

bool world_task_start(struct world *w, uint32_t k, uint64_t key, uint32_t *out)
{
    if (!world_record_new(w, out))
        return false;
    struct task *t = &w->tasks[*out];
    t->kind = (uint16_t)k;
    t->key = key;
    t->draws = 0;
    w->alive++;
    task_enter(w, *out);
    return true;
}

bool world_part_start(struct world *w, uint32_t k, uint64_t key, uint32_t *out)
{
    if (!world_record_new(w, out))
        return false;
    struct task *t = &w->tasks[*out];
    *t = (struct task){.arrived = w->sim.now, .key = key, .kind = (uint16_t)k, .next = NO_TASK};
    w->alive++;
    world_begin_more(w, *out);
    return true;
}

void world_part_end(struct world *w, uint32_t ti)
{
    if (w->model->blocking_before)
        block_forgo(w, ti);
    timeout_clear(w, ti);
    w->last_leave = w->sim.now;
    task_forget(w, ti);
}

void world_on_arrival(void *world, const struct event *e)
{
    struct world *w = world;
    const uint32_t k = e->subject;
    const struct kind_model *kind = &w->model->kinds[k];
    struct source *source = &w->sources[k];
    const struct arrival *arrival = kind->arrival;
    uint64_t number = 1;
    if (!arrival->plain) {
        number = source_epoch(w, k);
    } else {
        w->alive++;
        if (source->started + 1 < kind->limit)
            calendar_push(&w->sim.calendar, w->sim.now + dist_draw(&arrival->interarrival, &source->stream),
                          RANK_ARRIVAL, EV_ARRIVAL, k);
        else
            w->alive--;
    }
    while (number-- > 0) {
        uint32_t ti;
        if (!world_record_new(w, &ti))
            return;
        struct task *t = &w->tasks[ti];
        t->kind = (uint16_t)k;
        t->key = stream_subkey(source->key, source->started++);
        t->draws = 0;
        task_begin_first(w, ti);
    }
}

/* The client thinks before its next task: a cycle has random draws of its own, a function of the client and
 * the number of the cycle alone, so that no order of service shifts them. */
static void think(struct world *w, uint32_t ti, double from)
{
    struct task *t = &w->tasks[ti];
    t->draws = 0;
    t->arrived = INFINITY;
    task_is(w, ti, TASK_WALKING);
    calendar_push(&w->sim.calendar, from + task_draw(t, &w->model->kinds[t->kind].arrival->think),
                  RANK_ARRIVAL, EV_THINK_END, ti);
}

static void on_think_end(void *world, const struct event *e)
{
    struct world *w = world;
    struct task *t = &w->tasks[e->subject];
    const struct kind_model *kind = &w->model->kinds[t->kind];
    if (kind->arrival->requests != NULL) { /* of a session */
        const uint64_t left = task_more(w, e->subject)->requests - 1;
        task_enter(w, e->subject);
        task_more(w, e->subject)->requests = left;
        task_more(w, e->subject)->thought = 1;
        world_advance(w, e->subject, false);
        return;
    }
    if (w->sources[t->kind].started == kind->limit || w->sim.now > kind->arrival->stop) {
        task_forget(w, e->subject);
        return;
    }
    w->sources[t->kind].started++;
    task_begin(w, e->subject);
}

void world_reply(struct world *w, uint32_t ti)
{
    struct task_more *more = task_more(w, ti);
    if (more->replied)
        return;
    more->replied = true;
    world_respond(w, ti, w->sim.now, false);
}

void world_task_end(struct world *w, uint32_t ti, enum task_end how)
{
    if (w->model->interruptible) {
        if (task_is_part(w, ti)) {
            part_end(w, ti, how);
            return;
        }
        timeout_clear(w, ti);
    }
    if (w->model->blocking_before)
        block_forgo(w, ti);
    struct task *t = &w->tasks[ti];
    struct kind_state *ks = &w->kinds[t->kind];
    const double now = w->sim.now;
    ks->present--;
    time_average_set(&ks->in_system, (double)ks->present, now);
    check_left(&ks->check, now, &ks->all_ended[how]);
    if (w->model->replies && task_more(w, ti)->replied) {
        /* counted when it replied */
    } else if (how != TASK_COMPLETED) {
        ks->lost += how == TASK_LOST;
        ks->abandoned += how == TASK_ABANDONED;
        ks->timed_out += how == TASK_TIMED_OUT;
    } else {
        world_respond(w, ti, now, false);
    }
    w->last_leave = now;
    if (w->left != NULL)
        w->left(w->left_context, w, ti, how);
    const struct arrival *arrival = w->model->kinds[t->kind].arrival;
    if (arrival->form == ARRIVAL_CLOSED || (arrival->requests != NULL && task_more(w, ti)->requests > 0)) {
        t->key = stream_mix(t->key + STREAM_STEP);
        think(w, ti, now);
    } else {
        task_forget(w, ti);
    }
}

static void on_delay_end(void *world, const struct event *e)
{
    struct world *w = world;
    if (!task_due(w, e))
        return;
    w->tasks[e->subject].step++;
    world_advance(w, e->subject, false);
}

static void on_switch_end(void *world, const struct event *e)
{
    if (task_due(world, e))
        world_advance(world, e->subject, false);
}

static void on_setup_end(void *world, const struct event *e)
{
    struct world *w = world;
    struct station *st = &w->stations[e->subject];
    st->model->behaviour->event(w, st, UINT32_MAX);
    world_settle(w);
}

static void on_keep_alive(void *world, const struct event *e)
{
    struct world *w = world;
    if (!timer_due(&w->sim.calendar, &w->idle[e->subject].timer, e)) {
        w->sim.events--;
        return;
    }
    struct station *st = &w->stations[w->idle[e->subject].station];
    st->model->behaviour->event(w, st, e->subject);
}

static void on_cut(void *world, const struct event *e)
{
    struct world *w = world;
    (void)e;
    const double now = w->sim.now;
    for (uint32_t i = 0; i < w->model->part_count; i++) {
        struct station *st = &w->stations[i];
        station_clock(w, st);
        st->busy_area = st->present_area = st->setting_up_area = 0.0;
        st->offered = st->lost = 0;
        tally_init(&st->wait);
        tally_init(&st->response);
        st->served_area = st->warm_area = 0.0; /* what went before is forgotten; from here on as it is */
        st->served_since = st->warm_since = now;
        if (st->individuals != NULL)
            individual_cut(w, st);
        tokens_cut(w, st);
    }
    for (uint32_t k = 0; k < w->model->kind_count; k++) {
        struct kind_state *ks = &w->kinds[k];
        ks->arrived = ks->completed = ks->lost = ks->abandoned = ks->missed = 0;
        ks->timed_out = ks->attempts = ks->redelivered = ks->duplicates = ks->dead = 0;
        ks->served = ks->useful = 0.0;
        time_average_cut(&ks->in_system, now);
        world_begin_tallies(w, ks);
        histogram_reset(ks->response_histogram);
        histogram_reset(ks->wait_histogram);
    }
    if (w->notes_work)
        work_note(w, -1.0);
    w->completed = 0;
    w->cut = now;
    w->measuring = true;
}

static void on_half(void *world, const struct event *e)
{
    struct world *w = world;
    (void)e;
    for (uint32_t k = 0; k < w->model->kind_count; k++)
        w->kinds[k].half_area = time_average_area(&w->kinds[k].in_system, w->sim.now);
    for (uint32_t i = 0; i < w->model->part_count; i++) {
        station_clock(w, &w->stations[i]);
        w->stations[i].half_area = w->stations[i].present_area;
    }
}

/* Piece n ends. */
static void push_section(struct world *w, uint32_t n)
{
    const struct model *m = w->model;
    calendar_push(&w->sim.calendar, m->warmup + m->length * ((double)n / (double)w->sections), RANK_MARK,
                  EV_SECTION, n);
}

static void on_section(void *world, const struct event *e)
{
    struct world *w = world;
    const uint32_t n = e->subject;
    for (uint32_t i = 0; i < w->model->part_count; i++)
        station_clock(w, &w->stations[i]);
    w->end = w->sim.now;
    world_settle_tallies(w);
    group_gather(w);
    if (!w->section(w->section_context, w)) {
        w->failed = true;
        w->sim.stop = true;
        return;
    }
    on_cut(w, NULL);
    if (n + 1 < w->sections)
        push_section(w, n + 1);
}

static void on_stop(void *world, const struct event *e)
{
    (void)e;
    ((struct world *)world)->sim.stop = true;
}


static event_handler *const handlers[EV_KINDS] = {
    [EV_ARRIVAL] = world_on_arrival,
    [EV_THINK_END] = on_think_end,
    [EV_SERVICE_END] = station_on_service_end,
    [EV_SHARED_END] = station_on_shared_end,
    [EV_DELAY_END] = on_delay_end,
    [EV_SWITCH_END] = on_switch_end,
    [EV_SETUP_END] = on_setup_end,
    [EV_STINT_END] = preempt_on_stint_end,
    [EV_KEEP_ALIVE] = on_keep_alive,
    [EV_PATIENCE_END] = patience_on_end,
    [EV_TIMEOUT] = timeout_on_end,
    [EV_ALARM] = alarm_on_event,
    [EV_CUT] = on_cut,
    [EV_HALF] = on_half,
    [EV_SECTION] = on_section,
    [EV_STOP] = on_stop,
};

/* The handlers that this model needs. */
static void choose_handlers(struct world *w)
{
    memcpy(w->handlers, handlers, sizeof w->handlers);
    if (w->model->plain) {
        w->handlers[EV_ARRIVAL] = plain_on_arrival;
        w->handlers[EV_SERVICE_END] = plain_on_service_end;
    }
}

/* Of the keys of tasks that are there at time 0. */
#define INITIAL_KEY UINT64_C(0x1F83D9ABFB41BD6B)

/* Tasks of kind k that are there at time 0 take their first steps. */
static void begin_initial(struct world *w, uint32_t k)
{
    const uint64_t key = stream_mix(w->sources[k].key ^ INITIAL_KEY);
    for (uint64_t i = 0; i < w->model->initial[k]; i++) {
        uint32_t ti;
        if (!world_record_new(w, &ti))
            return;
        w->tasks[ti].kind = (uint16_t)k;
        w->tasks[ti].key = stream_subkey(key, i);
        w->tasks[ti].draws = 0;
        w->alive++;
        task_begin_first(w, ti);
    }
}

/* Sources begin. */
static void begin(struct world *w)
{
    const struct model *m = w->model;
    w->alive += w->to_the_end; /* that which never ends */
    for (uint32_t k = 0; k < m->kind_count; k++)
        if (m->kinds[k].arrival->form != ARRIVAL_CLOSED)
            begin_initial(w, k);
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const struct arrival *arrival = m->kinds[k].arrival;
        switch (arrival->form) {
        case ARRIVAL_NONE:
            break;
        case ARRIVAL_OPEN:
        case ARRIVAL_AT_ONCE:
            source_begin(w, k);
            break;
        case ARRIVAL_CLOSED:
            for (uint64_t c = 0; c < (uint64_t)arrival->number; c++) {
                uint32_t ti;
                if (!world_record_new(w, &ti))
                    return;
                w->tasks[ti].kind = (uint16_t)k;
                w->tasks[ti].key = stream_subkey(w->sources[k].key, c);
                w->alive++;
                if (c < m->initial[k]) {
                    w->tasks[ti].draws = 1; /* as if it had thought */
                    w->sources[k].started++;
                    task_begin(w, ti);
                } else {
                    think(w, ti, arrival->start);
                }
            }
            break;
        }
    }
    if (m->warmup > 0.0)
        calendar_push(&w->sim.calendar, m->warmup, RANK_MARK, EV_CUT, 0);
    if (m->length < INFINITY) {
        calendar_push(&w->sim.calendar, m->warmup + m->length / 2.0, RANK_MARK, EV_HALF, 0);
        calendar_push(&w->sim.calendar, m->warmup + m->length, RANK_MARK, EV_STOP, 0);
        if (w->section != NULL)
            push_section(w, 1);
    }
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What is looked at between pieces of a replication, beside the clock: rarer and rarer, since it costs more.
 */
struct watch {
    double instant;         /* the clock when it was last seen to have moved */
    uint64_t instant_since; /* events then */
    uint64_t next;          /* look for a deadlock after this many events */
};

static enum world_end look(struct world *w, struct watch *watch, const struct world_limits *limits)
{
    const uint64_t events = w->sim.events;
    if (limits->stop != NULL && *limits->stop)
        return WORLD_INTERRUPTED;
    if ((double)events > limits->events || (limits->deadline < INFINITY && seconds_now() > limits->deadline))
        return WORLD_LIMIT;
    if (w->sim.now > watch->instant) {
        watch->instant = w->sim.now;
        watch->instant_since = events;
    } else if (events - watch->instant_since > EVENTS_AT_ONE_INSTANT) {
        return WORLD_FROZEN;
    }
    if (events < watch->next)
        return WORLD_DONE;
    watch->next = 2 * events;
    if (world_deadlock(w, NULL, 0))
        return WORLD_STUCK;
    return w->model->count != UINT64_MAX && w->completed == 0 && events > EVENTS_AT_ONE_INSTANT ? WORLD_FROZEN
                                                                                                : WORLD_DONE;
}

void world_begin(struct world *w, uint64_t r, struct record *record)
{
    world_reset(w, r, record);
    choose_handlers(w);
    begin(w);
}

enum world_end world_run(struct world *w, uint64_t r, struct record *record,
                         const struct world_limits *limits)
{
    enum { PIECE = 1 << 16, FIRST_LOOK = 1 << 20 };
    if (w->recursion != NULL) {
        world_reset(w, r, record);
        const enum world_end end = recursion_run(w, record, limits);
        if (!recursion_tied(w->recursion))
            return end;
    }
    world_begin(w, r, record);
    if (w->witness != NULL)
        witness_begin(w);
    struct watch watch = {.instant = -1.0, .next = FIRST_LOOK};
    const bool plain = w->model->plain && w->witness == NULL, holding = w->model->plain_holding && w->witness == NULL;
    while (plain     ? plain_run(w, PIECE)
           : holding ? plain_run_holding(w, PIECE)
                     : sim_run(&w->sim, w->handlers, w, PIECE)) {
        const enum world_end seen = look(w, &watch, limits);
        if (seen != WORLD_DONE)
            return seen;
        if (w->sim.calendar.failed)
            break;
    }
    world_settle_tallies(w);
    for (size_t h = 0; h < record->histogram_count; h++)
        w->failed |= record->histograms[h].failed;
    if (w->sim.calendar.numbers_ran_out)
        return WORLD_TOO_LONG;
    if (w->failed || w->sim.calendar.failed)
        return world_deadlock(w, NULL, 0) ? WORLD_STUCK : WORLD_NO_MEMORY;
    record->events = w->sim.events;
    w->end = w->sim.now;
    if (w->notes_work)
        work_note(w, 1.0);
    if (w->alive > 0) {
        world_check(w);
        group_gather(w);
        return !w->sim.stop || world_deadlock(w, NULL, 0) ? WORLD_STUCK : WORLD_DONE;
    }
    w->end = w->last_leave;
    if (!w->measuring) /* all was over before the warm-up: nothing is measured */
        on_cut(w, NULL);
    world_check(w);
    group_gather(w);
    return WORLD_EMPTY;
}
