#include "models/witness.h"

#include "models/block.h"
#include "models/experiment.h"
#include "models/part.h"
#include "models/timeout.h"
#include "models/withdraw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One task that is watched. */
struct watched {
    uint32_t task; /* index of its record */
    uint64_t key;
    struct task_life life;
    struct task_stay_told *stays;
    size_t count, room;
    /* What tells that the stay in hand is over. */
    uint8_t where, resuming;
    uint32_t step;
    double due; /* of its own event */
    struct task_stay_told now; /* its parts: the task's at its begin */
};

struct witness {
    const struct witness_how *how;
    event_handler *real[EV_KINDS];
    struct watched *all;
    size_t count, room;
    uint64_t *others; /* by kind: tasks so far that no source numbers */
    uint64_t arrived; /* of all kinds, as seen last */
    uint64_t *from;   /* by kind: tasks that the source had begun before the event in hand */
    double instant;   /* of the tasks in met */
    uint64_t *met;    /* keys of those that came at that instant */
    size_t met_count, met_room;
    bool failed;      /* no memory */
};

static uint64_t arrived_so_far(const struct world *w)
{
    uint64_t n = 0;
    for (uint32_t k = 0; k < w->model->kind_count; k++)
        n += w->kinds[k].arrived;
    return n;
}

/* Whose server, which the task has just been given, turns to it: its step has moved on already. */
static size_t switching_at(const struct world *w, uint32_t ti)
{
    const struct task *t = &w->tasks[ti];
    const struct holding *holdings = task_holdings(w, ti);
    for (uint8_t h = t->holds; h-- > 0;)
        if (holdings[h].state == HOLDING_HELD && holdings[h].since == t->since)
            return w->stations[holdings[h].station].model->whole;
    return task_station(w, ti)->model->whole;
}

static size_t station_of(const struct world *w, uint32_t ti, enum whereabouts where)
{
    switch (where) {
    case TASK_SWITCHED:
        return switching_at(w, ti);
    case TASK_WAITING:
    case TASK_RESUMING:
    case TASK_SERVED:
    case TASK_SHARED:
    case TASK_VISITING:
        return task_station(w, ti)->model->whole;
    case TASK_BLOCKED:
        return block_where(w, ti)->model->whole;
    case TASK_WALKING:
    case TASK_DELAYED:
    case TASK_JOINING:
        return SIZE_MAX;
    }
    return SIZE_MAX;
}

static enum stay_place place_of(const struct world *w, uint32_t ti, enum whereabouts where)
{
    switch (where) {
    case TASK_WAITING:
    case TASK_RESUMING:
        return STAY_LINE;
    case TASK_BLOCKED:
        return STAY_ROOM;
    case TASK_SERVED:
        return STAY_SERVICE;
    case TASK_SWITCHED:
        return STAY_SWITCH;
    case TASK_SHARED:
    case TASK_VISITING:
        return STAY_STATION;
    case TASK_JOINING:
        return STAY_BRANCHES;
    case TASK_WALKING:
    case TASK_DELAYED:
        return task_op(w, ti)->code == OP_BACKOFF ? STAY_BACKOFF : STAY_DELAY;
    }
    return STAY_DELAY;
}

/* Those in line there, the task itself not counted. */
static uint64_t before(const struct world *w, uint32_t ti)
{
    const struct station *st = task_station(w, ti);
    const uint32_t in_service = st->model->crowd ? st->served_tasks : st->busy;
    const uint32_t waiting = st->present > in_service ? st->present - in_service : 0;
    return waiting > 0 ? waiting - 1 : 0;
}

/* A new stay, in which the task is now. */
static void stay_begin(const struct world *w, struct watched *x)
{
    const struct stay *stay = task_stay(w, x->task);
    const struct parts parts = withdraw_account(w, x->task);
    x->where = stay->where;
    x->resuming = w->tasks[x->task].resuming;
    x->step = w->tasks[x->task].step;
    x->due = stay->timer.due;
    x->now = (struct task_stay_told){.place = place_of(w, x->task, x->where),
                                     .station = station_of(w, x->task, x->where),
                                     .begin = w->sim.now,
                                     .wait = parts.wait,
                                     .service = parts.service,
                                     .delay = parts.delay,
                                     .overhead = parts.overhead};
    if (x->now.place == STAY_LINE)
        x->now.before = before(w, x->task);
}

/* The stay in hand is over, with these parts of the task so far. */
static void stay_end(struct witness *s, struct watched *x, double now, const struct parts *parts)
{
    struct task_stay_told told = x->now;
    told.end = now;
    told.wait = parts->wait - told.wait;
    told.service = parts->service - told.service;
    told.delay = parts->delay - told.delay;
    told.overhead = parts->overhead - told.overhead;
    if (!(told.end > told.begin))
        return;
    double *const all[] = {&told.wait, &told.service, &told.delay, &told.overhead};
    for (int i = 0; i < 4; i++) /* differences of sums as large as the response: what rounding leaves is nothing */
        if (fabs(*all[i]) < 1e-11 * now)
            *all[i] = 0.0;
    if (x->count == x->room) {
        const size_t room = x->room == 0 ? 16 : 2 * x->room;
        struct task_stay_told *stays = realloc(x->stays, room * sizeof *stays);
        if (stays == NULL) {
            s->failed = true;
            return;
        }
        x->stays = stays;
        x->room = room;
    }
    x->stays[x->count++] = told;
}

static void tell(struct witness *s, size_t i)
{
    struct watched *x = &s->all[i];
    x->life.stays = x->stays;
    x->life.count = x->count;
    s->how->told(s->how->context, &x->life);
    free(x->stays);
    s->all[i] = s->all[--s->count];
}

/* Was the task met at this instant already? If not, it is now. */
static bool met(struct witness *s, double now, uint64_t key)
{
    if (now != s->instant)
        s->met_count = 0;
    s->instant = now;
    for (size_t i = 0; i < s->met_count; i++)
        if (s->met[i] == key)
            return true;
    if (s->met_count == s->met_room) {
        const size_t room = s->met_room == 0 ? 16 : 2 * s->met_room;
        uint64_t *more = realloc(s->met, room * sizeof *more);
        if (more == NULL) {
            s->failed = true;
            return true;
        }
        s->met = more;
        s->met_room = room;
    }
    s->met[s->met_count++] = key;
    return false;
}

/* The task of record ti is new. */
static void meet(struct witness *s, const struct world *w, uint32_t ti, uint64_t number)
{
    const struct task *t = &w->tasks[ti];
    if (!s->how->wanted(s->how->context, t->kind, number, t->key))
        return;
    if (s->count == s->room) {
        const size_t room = s->room == 0 ? 64 : 2 * s->room;
        struct watched *all = realloc(s->all, room * sizeof *all);
        if (all == NULL) {
            s->failed = true;
            return;
        }
        s->all = all;
        s->room = room;
    }
    struct watched *x = &s->all[s->count++];
    *x = (struct watched){.task = ti,
                          .key = t->key,
                          .life = {.kind = t->kind, .number = number, .key = t->key, .arrived = t->arrived, .replied = (double)NAN}};
    stay_begin(w, x);
}

/* Its number among the tasks of its kind. */
static uint64_t number_of(struct witness *s, const struct world *w, uint32_t ti)
{
    const struct task *t = &w->tasks[ti];
    const struct source *source = &w->sources[t->kind];
    if (w->model->kinds[t->kind].arrival->form == ARRIVAL_CLOSED || w->model->kinds[t->kind].arrival->form == ARRIVAL_NONE)
        return ++s->others[t->kind];
    for (uint64_t n = s->from[t->kind]; n < source->started; n++)
        if (stream_subkey(source->key, n) == t->key)
            return n + 1;
    return 0;
}

/* One that came at this instant and is somewhere now. */
static bool is_new(const struct world *w, uint32_t ti)
{
    return task_stay(w, ti)->where != TASK_WALKING && w->tasks[ti].arrived == w->sim.now && !task_is_part(w, ti);
}

static void meet_one(struct witness *s, const struct world *w, uint32_t ti)
{
    if (!met(s, w->sim.now, w->tasks[ti].key))
        meet(s, w, ti, number_of(s, w, ti));
}

/* Tasks that came with this event: `guess` or `subject` is the record where a single one would be. Those that came and
 * ended at once were met by on_left. */
static void meet_all(struct witness *s, const struct world *w, uint32_t guess, uint32_t subject, uint64_t come)
{
    const uint32_t guesses[] = {guess, subject};
    for (int i = 0; come == 1 && i < 2; i++)
        if (guesses[i] < w->task_count && is_new(w, guesses[i])) {
            meet_one(s, w, guesses[i]);
            return;
        }
    for (uint32_t ti = 0; ti < w->task_count; ti++)
        if (is_new(w, ti))
            meet_one(s, w, ti);
}

/* What was done for the attempt that began then was in vain. */
static void attempt_failed(struct watched *x, double began)
{
    for (size_t i = x->count; i > 0 && x->stays[i - 1].begin >= began; i--)
        x->stays[i - 1].in_vain = true;
}

/* The task's record after a time-out that left its attempt an orphan: another one has its key now. */
static void follow(const struct world *w, struct watched *x, uint32_t guess)
{
    if (guess < w->task_count && w->tasks[guess].key == x->key && w->tasks[guess].arrived == x->life.arrived && !task_is_part(w, guess)) {
        x->task = guess;
        return;
    }
    for (uint32_t ti = 0; w->tasks[x->task].key != x->key && ti < w->task_count; ti++)
        if (w->tasks[ti].key == x->key && w->tasks[ti].arrived == x->life.arrived && ti != x->task && !task_is_part(w, ti)) {
            x->task = ti;
            return;
        }
}

/* An attempt that the event in hand ends. */
struct attempt {
    uint64_t key; /* of the task */
    double began; /* NAN: none */
};

static void look(struct witness *s, const struct world *w, struct attempt attempt, uint32_t guess)
{
    for (size_t i = 0; i < s->count; i++) {
        struct watched *x = &s->all[i];
        if (w->tasks[x->task].key != x->key && w->model->parted)
            follow(w, x, guess);
        const struct stay *stay = task_stay(w, x->task);
        if (w->model->replies && isnan(x->life.replied) && task_more(w, x->task)->replied)
            x->life.replied = w->sim.now;
        if (x->where == stay->where && x->step == w->tasks[x->task].step && x->resuming == w->tasks[x->task].resuming &&
            (x->due == stay->timer.due || x->where == TASK_SHARED || x->where == TASK_VISITING || x->where == TASK_WAITING ||
             x->where == TASK_RESUMING || x->where == TASK_JOINING || x->where == TASK_BLOCKED))
            continue;
        const struct parts parts = withdraw_account(w, x->task);
        stay_end(s, x, w->sim.now, &parts);
        if (!isnan(attempt.began) && attempt.key == x->key)
            attempt_failed(x, attempt.began);
        stay_begin(w, x);
    }
}

static struct attempt attempt_of(const struct witness *s, const struct world *w, const struct event *e)
{
    for (size_t i = 0; e->kind == EV_TIMEOUT && i < s->count; i++)
        for (uint32_t f = 0; s->all[i].task == e->subject && f < w->model->frames; f++) {
            const struct frame *frame = &task_frames(w, e->subject)[f];
            if (frame->timer.queued == e->key && frame->timer.set && w->model->kinds[w->tasks[e->subject].kind].program[frame->step].code == OP_ARM)
                return (struct attempt){s->all[i].key, frame->began};
        }
    return (struct attempt){0, (double)NAN};
}

static void on_event(void *world, const struct event *e)
{
    struct world *w = world;
    struct witness *s = w->witness;
    for (uint32_t k = 0; k < w->model->kind_count; k++)
        s->from[k] = w->sources[k].started;
    const uint32_t guess = w->task_free != NO_TASK ? w->task_free : w->task_count;
    const struct attempt attempt = attempt_of(s, w, e);
    s->real[e->kind](world, e);
    look(s, w, attempt, guess);
    const uint64_t arrived = arrived_so_far(w);
    if (arrived != s->arrived)
        meet_all(s, w, guess, e->subject, arrived - s->arrived);
    s->arrived = arrived;
    if (s->failed)
        w->failed = w->sim.stop = true;
}

/* The task ends; its record is as it will be. */
static void on_left(void *context, const struct world *w, uint32_t ti, enum task_end how)
{
    struct witness *s = context;
    const struct task *t = &w->tasks[ti];
    size_t i = 0;
    while (i < s->count && !(s->all[i].key == t->key && s->all[i].life.kind == t->kind))
        i++;
    if (i == s->count) {
        if (t->arrived == w->sim.now) /* came and ended within one event */
            meet_one(s, w, ti);
        if (i == s->count)
            return; /* not wanted */
    }
    struct watched *x = &s->all[i];
    struct parts parts = {.wait = t->wait, .service = t->service};
    if (w->model->more_size > 0) {
        parts.delay = task_more(w, ti)->delay;
        parts.overhead = task_more(w, ti)->overhead;
        if (w->model->replies && task_more(w, ti)->replied && isnan(x->life.replied))
            x->life.replied = w->sim.now;
    }
    stay_end(s, x, w->sim.now, &parts);
    x->life.left = w->sim.now;
    x->life.lost = how == TASK_LOST;
    x->life.abandoned = how == TASK_ABANDONED;
    x->life.timed_out = how == TASK_TIMED_OUT;
    x->life.dead = how == TASK_DEAD;
    tell(s, i);
}

void witness_begin(struct world *w)
{
    struct witness *s = w->witness;
    memcpy(s->real, w->handlers, sizeof s->real);
    for (int k = 0; k < EV_KINDS; k++)
        w->handlers[k] = on_event;
    s->arrived = arrived_so_far(w); /* those that are there from the start */
    if (s->arrived > 0)
        meet_all(s, w, NO_TASK, NO_TASK, s->arrived);
}

static bool run(struct world *w, uint64_t r, struct witness *s, struct error *err)
{
    struct record record;
    if (!record_init(&record, 0, w->model->kind_count * model_histograms_per_kind()))
        return error_set(err, "out of memory");
    w->witness = s;
    w->left = on_left;
    w->left_context = s;
    const struct world_limits limits = {.events = w->model->scenario->run.limit_events, .deadline = INFINITY};
    const enum world_end end = world_run(w, r, &record, &limits);
    record_free(&record);
    if (end == WORLD_NO_MEMORY || end == WORLD_TOO_LONG || end == WORLD_FROZEN || end == WORLD_LIMIT)
        return error_set(err, "out of memory, or too many events (run.limit)");
    while (s->count > 0) { /* still there */
        struct watched *x = &s->all[0];
        const struct parts parts = withdraw_account(w, x->task);
        stay_end(s, x, w->sim.now, &parts);
        x->life.there = true;
        x->life.left = w->sim.now;
        tell(s, 0);
    }
    char who[600];
    return end != WORLD_STUCK || error_set(err, "deadlock: %s", world_deadlock(w, who, sizeof who) ? who : "nothing can happen any more");
}

bool witness_run(const struct model *m, uint64_t r, const struct witness_how *how, struct error *err)
{
    struct arena arena;
    arena_init(&arena);
    struct model *watched;
    if (!model_compile_watched(&arena, m->scenario, &watched, err)) {
        arena_free(&arena);
        return false;
    }
    /* The same sample path, from time 0. */
    watched->seed = m->seed;
    watched->count = m->count;
    watched->length = m->length < INFINITY ? m->length + m->warmup : m->length;
    watched->warmup = 0.0;
    struct witness s = {.how = how, .others = calloc(m->kind_count + 1, sizeof *s.others), .from = calloc(m->kind_count + 1, sizeof *s.from), .instant = -1.0};
    struct world *w = s.others == NULL || s.from == NULL ? NULL : world_new(watched);
    const bool ok = w == NULL ? error_set(err, "out of memory") : run(w, r, &s, err);
    world_free(w);
    for (size_t i = 0; i < s.count; i++)
        free(s.all[i].stays);
    free(s.all);
    free(s.others);
    free(s.from);
    free(s.met);
    arena_free(&arena);
    return ok;
}

double witness_responded(const struct model *m, const struct task_life *life)
{
    const bool completed = !life->there && !life->lost && !life->dead && !life->abandoned && !life->timed_out;
    const double end = !isnan(life->replied) ? life->replied : completed ? life->left : (double)NAN;
    return end >= m->warmup ? end : (double)NAN;
}

/* Who hears of responses. */
struct hearer {
    const struct model *m;
    void (*told)(void *context, size_t kind, uint64_t key, double response);
    void *context;
};

static void task_left(void *context, const struct desq_task *t)
{
    const struct hearer *h = context;
    if (!t->lost && !t->abandoned && !t->timed_out && t->left >= h->m->warmup)
        h->told(h->context, t->kind, t->key, t->left - t->arrived);
}

static bool anyone(void *context, size_t kind, uint64_t number, uint64_t key)
{
    (void)context, (void)kind, (void)number, (void)key;
    return true;
}

static void life_told(void *context, const struct task_life *life)
{
    const struct hearer *h = context;
    const double end = witness_responded(h->m, life);
    if (!isnan(end))
        h->told(h->context, life->kind, life->key, end - life->arrived);
}

bool witness_responses(struct arena *arena, const struct model *m, uint64_t r,
                       void (*told)(void *context, size_t kind, uint64_t key, double response), void *context, struct error *err)
{
    struct hearer h = {m, told, context};
    const struct witness_how how = {.wanted = anyone, .told = life_told, .context = &h};
    /* Only who watches sees when a task replies; else the trace is quicker. */
    return m->replies ? witness_run(m, r, &how, err) : experiment_trace(arena, m, r, task_left, &h, NULL, err);
}
