#include "models/recursion_block.h"

#include "models/discipline/discipline.h"
#include "models/station.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One station: its servers, and with several of them who has which. */
struct stage {
    const struct dist *service;
    uint32_t servers;         /* UNLIMITED: infinite */
    double departure;         /* one server: when it is free */
    struct calendar calendar; /* several: the departures; subject: a slot */
    uint32_t used;            /* slots ever used */
    uint32_t free;            /* infinite: slots to use again, linked through their keys; UINT32_MAX: none */
    uint32_t size;            /* slots allocated */
    uint64_t *keys;           /* by slot */
    double *times; /* by slot: arrived, wait, service, then start and left at each station up to this one */
    struct recursion_block out;
};

struct recursion {
    struct recursion_account account;
    uint32_t count;
    bool failed;
    struct recursion_block in;
    struct stage stages[];
};

static bool station_is_plain(const struct station_model *st)
{
    return st->shape == NULL && !st->unusual && st->behaviour == NULL && st->switch_cost == NULL &&
           st->capacity == UNLIMITED && st->capacity_plain == UNLIMITED && st->group == NULL &&
           !st->individual && !st->overflows && st->preempt == PREEMPT_NOBODY;
}

const char *recursion_refusal(struct arena *arena, const struct model *m)
{
    static const char other[] = "a station is of more than the plain kind";
    if (m->kind_count != 1)
        return "there are several kinds of task";
    const struct kind_model *kind = &m->kinds[0];
    if (kind->arrival->form != ARRIVAL_OPEN || !kind->arrival->plain || kind->limit != UINT64_MAX)
        return "arrivals are not a renewal process of single tasks that goes on for ever";
    if (model_one_long_run(m))
        return "one replication is cut into batches";
    if (m->deterministic)
        return "nothing is drawn at random";
    if (m->initial[0] > 0)
        return "tasks are there at time 0";
    if (m->more_size > 0 || m->linked || m->unusual || m->part_count != m->station_count)
        return "tasks do more than visit stations, or stations do more than serve";
    if (kind->program_length - 1 > RECURSION_STAGES)
        return "there are more than 8 steps";
    for (uint32_t i = 0; i < kind->program_length; i++) {
        const struct op *op = &kind->program[i];
        if (op->code == OP_END && i > 0)
            break;
        if (op->code != OP_AT || op->given)
            return "steps are not visits to one station after another";
        const struct station_model *st = &m->stations[op->station];
        for (uint32_t j = 0; j < i; j++)
            if (kind->program[j].station == op->station)
                return "a station is visited twice";
        const char *why = NULL;
        if (st->discipline != lookup_row(discipline_table, "fcfs") && st->servers != UNLIMITED)
            why = arena_printf(arena, "the discipline of station \"%s\" is not fcfs", st->name);
        else if (st->capacity != UNLIMITED)
            why = arena_printf(arena, "station \"%s\" has a capacity", st->name);
        else if (!station_is_plain(st))
            why = arena_printf(arena, "station \"%s\" is of more than the plain kind", st->name);
        else
            continue;
        return why != NULL ? why : other;
    }
    return NULL;
}

static uint32_t stages_of(const struct model *m)
{
    return m->kinds[0].program_length - 1;
}

static size_t times_of(size_t stage)
{
    return 3 + 2 * (stage + 1);
}

struct recursion *recursion_new(const struct model *m)
{
    const uint32_t count = stages_of(m);
    struct recursion *x = calloc(1, sizeof *x + count * sizeof x->stages[0]);
    if (x == NULL)
        return NULL;
    x->count = count;
    bool ok = true;
    for (uint32_t k = 0; k < count; k++) {
        struct stage *s = &x->stages[k];
        const struct op *op = &m->kinds[0].program[k];
        s->service = op->dist;
        s->servers = m->stations[op->station].servers;
        calendar_init(&s->calendar);
        s->size = s->servers == 1 ? 0 : s->servers == UNLIMITED ? 64 : s->servers;
        if (s->size == 0)
            continue;
        ok = ok && s->size < CALENDAR_SUBJECTS;
        s->keys = ok ? malloc(s->size * sizeof *s->keys) : NULL;
        s->times = ok ? malloc(s->size * times_of(k) * sizeof *s->times) : NULL;
        ok = s->keys != NULL && s->times != NULL;
    }
    if (ok)
        return x;
    recursion_free(x);
    return NULL;
}

void recursion_free(struct recursion *x)
{
    if (x == NULL)
        return;
    for (uint32_t k = 0; k < x->count; k++) {
        calendar_free(&x->stages[k].calendar);
        free(x->stages[k].keys);
        free(x->stages[k].times);
    }
    free(x);
}

/* The service times of a block at station k: draw number k of each task. */
static void draw_demands(double *demand, const struct dist *d, const struct recursion_block *b, uint32_t k)
{
    const uint64_t step = k * STREAM_STEP;
    switch (d->shape) {
    case DIST_EXPONENTIAL:
        for (uint32_t i = 0; i < b->count; i++) {
            struct stream s = {b->key[i] + step};
            demand[i] = d->a * stream_exponential(&s);
        }
        return;
    case DIST_CONSTANT:
        for (uint32_t i = 0; i < b->count; i++)
            demand[i] = d->a;
        return;
    case DIST_OTHER:
    case DIST_GIVEN: /* neither comes here */
    case DIST_SHARED:
        for (uint32_t i = 0; i < b->count; i++) {
            struct stream s = {b->key[i] + step};
            demand[i] = d->type->draw(d, &s);
        }
        return;
    }
}

/* Lindley's recursion. */
static void pass_one_server(struct stage *s, const double *demand, struct recursion_block *b, uint32_t k)
{
    const double *restrict joined = k == 0 ? b->arrived : b->left[k - 1];
    double *restrict start = b->start[k], *restrict left = b->left[k];
    double departure = s->departure;
    for (uint32_t i = 0; i < b->count; i++) {
        start[i] = departure > joined[i] ? departure : joined[i];
        departure = start[i] + demand[i];
        left[i] = departure;
    }
    s->departure = departure;
    for (uint32_t i = 0; i < b->count; i++) {
        b->wait[i] += start[i] - joined[i];
        b->service[i] += demand[i];
    }
}

static void pass(struct recursion *x, struct recursion_block *b, uint32_t k);

/* Whoever has the slot leaves the station. */
static void leave(struct recursion *x, uint32_t k, uint32_t slot)
{
    struct stage *s = &x->stages[k];
    struct recursion_block *out = &s->out;
    const uint32_t n = out->count++;
    const double *times = s->times + slot * times_of(k);
    out->key[n] = s->keys[slot];
    out->arrived[n] = times[0];
    out->wait[n] = times[1];
    out->service[n] = times[2];
    for (uint32_t j = 0; j <= k; j++) {
        out->start[j][n] = times[3 + 2 * j];
        out->left[j][n] = times[4 + 2 * j];
    }
    if (out->count == RECURSION_BLOCK) {
        pass(x, out, k + 1);
        out->count = 0;
    }
}

/* Task i of b has the slot from start on. */
static void enter(struct stage *s, uint32_t k, uint32_t slot, const struct recursion_block *b, uint32_t i,
                  double joined, double start, double demand)
{
    double *times = s->times + slot * times_of(k);
    s->keys[slot] = b->key[i];
    times[0] = b->arrived[i];
    times[1] = b->wait[i] + (start - joined);
    times[2] = b->service[i] + demand;
    for (uint32_t j = 0; j < k; j++) {
        times[3 + 2 * j] = b->start[j][i];
        times[4 + 2 * j] = b->left[j][i];
    }
    times[3 + 2 * k] = start;
    times[4 + 2 * k] = start + demand;
    calendar_push(&s->calendar, start + demand, RANK_COMPLETION, 0, slot);
}

/* Kiefer and Wolfowitz's recursion. A server that is free keeps the task that it had last until it is taken
 * again. */
static void pass_servers(struct recursion *x, const double *demand, const struct recursion_block *b,
                         uint32_t k)
{
    struct stage *s = &x->stages[k];
    const double *joined = k == 0 ? b->arrived : b->left[k - 1];
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t slot = s->used;
        double start = joined[i];
        if (s->used < s->servers) {
            s->used++;
        } else {
            struct event e = {.subject = 0};
            calendar_pop(&s->calendar, &e);
            slot = e.subject;
            start = e.time > start ? e.time : start;
            leave(x, k, slot);
        }
        enter(s, k, slot, b, i, joined[i], start, demand[i]);
    }
}

static bool more_slots(struct stage *s, uint32_t k)
{
    const uint32_t size = 2 * s->size;
    uint64_t *keys = size > CALENDAR_SUBJECTS ? NULL : realloc(s->keys, size * sizeof *keys);
    if (keys != NULL)
        s->keys = keys;
    double *times = keys == NULL ? NULL : realloc(s->times, size * times_of(k) * sizeof *times);
    if (times == NULL)
        return false;
    s->times = times;
    s->size = size;
    return true;
}

/* Everybody is served at once; a slot is given up when its task has left before somebody comes. */
static void pass_infinite(struct recursion *x, const double *demand, const struct recursion_block *b,
                          uint32_t k)
{
    struct stage *s = &x->stages[k];
    const double *joined = k == 0 ? b->arrived : b->left[k - 1];
    for (uint32_t i = 0; i < b->count; i++) {
        double departure;
        while (calendar_next(&s->calendar, &departure) && departure <= joined[i]) {
            struct event e = {.subject = 0};
            calendar_pop(&s->calendar, &e);
            leave(x, k, e.subject);
            s->keys[e.subject] = s->free;
            s->free = e.subject;
        }
        uint32_t slot = s->free;
        if (slot != UINT32_MAX) {
            s->free = (uint32_t)s->keys[slot];
        } else {
            if (s->used == s->size && !more_slots(s, k)) {
                x->failed = true;
                return;
            }
            slot = s->used++;
        }
        enter(s, k, slot, b, i, joined[i], joined[i], demand[i]);
    }
}

/* The tasks of b come to station k, or have left the last. */
static void pass(struct recursion *x, struct recursion_block *b, uint32_t k)
{
    if (b->count == 0)
        return;
    if (k == x->count) {
        recursion_account_block(&x->account, b);
        return;
    }
    struct stage *s = &x->stages[k];
    double demand[RECURSION_BLOCK];
    draw_demands(demand, s->service, b, k);
    if (s->servers == 1) {
        pass_one_server(s, demand, b, k);
        pass(x, b, k + 1);
    } else if (s->servers == UNLIMITED) {
        pass_infinite(x, demand, b, k);
    } else {
        pass_servers(x, demand, b, k);
    }
}

/* Nobody comes any more: whoever is at a station leaves it. */
static void drain(struct recursion *x)
{
    for (uint32_t k = 0; k < x->count; k++) {
        struct stage *s = &x->stages[k];
        struct event e;
        while (s->servers != 1 && calendar_pop(&s->calendar, &e))
            leave(x, k, e.subject);
        pass(x, &s->out, k + 1);
        s->out.count = 0;
    }
}

static void reset(struct recursion *x, struct world *w)
{
    recursion_account_begin(&x->account, w);
    x->failed = false;
    for (uint32_t k = 0; k < x->count; k++) {
        struct stage *s = &x->stages[k];
        calendar_reset(&s->calendar);
        s->departure = 0.0;
        s->used = 0;
        s->free = UINT32_MAX;
        s->out.count = 0;
    }
}

/* The next tasks of the source, the last of which arrived at *time. */
static void arrive(struct recursion_block *b, struct source *source, const struct dist *interarrival,
                   double *time)
{
    double now = *time;
    if (interarrival->shape == DIST_EXPONENTIAL)
        for (uint32_t i = 0; i < RECURSION_BLOCK; i++)
            b->arrived[i] = now += interarrival->a * stream_exponential(&source->stream);
    else
        for (uint32_t i = 0; i < RECURSION_BLOCK; i++)
            b->arrived[i] = now += dist_draw(interarrival, &source->stream);
    *time = now;
    for (uint32_t i = 0; i < RECURSION_BLOCK; i++)
        b->key[i] = stream_subkey(source->key, source->started + i);
    source->started += RECURSION_BLOCK;
    for (uint32_t i = 0; i < RECURSION_BLOCK; i++)
        b->wait[i] = b->service[i] = 0.0;
    b->count = RECURSION_BLOCK;
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum world_end recursion_run(struct world *w, struct record *record, const struct world_limits *limits)
{
    enum { BLOCKS_BETWEEN_LOOKS = 256 };
    struct recursion *x = w->recursion;
    const struct arrival *arrival = w->model->kinds[0].arrival;
    double time = arrival->start;
    reset(x, w);
    const struct recursion_account *a = &x->account;
    for (uint64_t blocks = 0;; blocks++) {
        arrive(&x->in, &w->sources[0], &arrival->interarrival, &time);
        const bool last = time > a->until;
        pass(x, &x->in, 0);
        if (x->failed)
            return WORLD_NO_MEMORY;
        if (last)
            break;
        if (blocks % BLOCKS_BETWEEN_LOOKS > 0)
            continue;
        if (limits->stop != NULL && *limits->stop)
            return WORLD_INTERRUPTED;
        if ((double)a->events > limits->events ||
            (limits->deadline < INFINITY && seconds_now() > limits->deadline))
            return WORLD_LIMIT;
    }
    drain(x);
    recursion_account_end(&x->account);
    record->events = w->sim.events;
    for (size_t h = 0; h < record->histogram_count; h++)
        x->failed |= record->histograms[h].failed;
    return x->failed ? WORLD_NO_MEMORY : WORLD_DONE;
}
