#include "models/recursion_block.h"
#include "models/recursion_plan.h"

#include "models/discipline/discipline.h"
#include "models/station.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A node of the plan. A station: its servers, and with several of them who has which. A choice: those who have gone each way. */
struct node {
    const struct plan_node *plan;
    const struct dist *service; /* NULL: a choice */
    uint32_t servers;         /* UNLIMITED: infinite */
    double departure;         /* one server: when it is free */
    struct calendar calendar; /* several: the departures; subject: a slot */
    uint32_t used;            /* slots ever used */
    uint32_t free;            /* infinite: slots to use again, linked through their keys; UINT32_MAX: none */
    uint32_t size;            /* slots allocated */
    uint64_t *keys;           /* by slot */
    double *times; /* by slot: arrived, wait, service, then start and left at each station up to this one */
    struct recursion_block *out; /* those who have left, and have yet to go on: one for each place that follows */
};

struct recursion {
    struct recursion_account *accounts; /* by way */
    struct recursion_told told;
    bool failed;
    struct recursion_block in;
    struct plan plan;
    struct node nodes[PLAN_NODES];
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
    struct plan plan;
    const char *no_plan = plan_make(&plan, m, 0);
    if (no_plan != NULL)
        return no_plan;
    if (plan.root.ends)
        return "tasks visit no station";
    if (plan.way_count > 1 && !isnan(m->scenario->run.count))
        return "tasks go several ways, and a number of them ends the run";
    for (uint32_t i = 0; i < plan.node_count; i++) {
        if (plan.nodes[i].op->code != OP_AT)
            continue;
        const struct station_model *st = &m->stations[plan.nodes[i].op->station];
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

static size_t times_of(size_t stage)
{
    return 3 + 2 * (stage + 1);
}

static bool node_new(struct node *s, const struct plan_node *plan, const struct model *m)
{
    s->plan = plan;
    calendar_init(&s->calendar);
    s->out = malloc(plan->count * sizeof *s->out);
    if (s->out == NULL || plan->op->code != OP_AT)
        return s->out != NULL;
    s->service = plan->op->dist;
    s->servers = m->stations[plan->op->station].servers;
    s->size = s->servers == 1 ? 0 : s->servers == UNLIMITED ? 64 : s->servers;
    if (s->size == 0)
        return true;
    const bool few = s->size < CALENDAR_SUBJECTS;
    s->keys = few ? malloc(s->size * sizeof *s->keys) : NULL;
    s->times = few ? malloc(s->size * times_of(plan->depth) * sizeof *s->times) : NULL;
    return s->keys != NULL && s->times != NULL;
}

struct recursion *recursion_new(const struct model *m)
{
    struct recursion *x = calloc(1, sizeof *x);
    if (x == NULL || plan_make(&x->plan, m, 0) != NULL) {
        free(x);
        return NULL;
    }
    x->accounts = calloc(x->plan.way_count, sizeof *x->accounts);
    bool ok = x->accounts != NULL;
    for (uint32_t i = 0; ok && i < x->plan.node_count; i++)
        ok = node_new(&x->nodes[i], &x->plan.nodes[i], m);
    if (ok)
        return x;
    recursion_free(x);
    return NULL;
}

void recursion_free(struct recursion *x)
{
    if (x == NULL)
        return;
    for (uint32_t i = 0; i < x->plan.node_count; i++) {
        calendar_free(&x->nodes[i].calendar);
        free(x->nodes[i].keys);
        free(x->nodes[i].times);
        free(x->nodes[i].out);
    }
    free(x->told.items);
    free(x->accounts);
    free(x);
}

/* The service times of a block: draw number `draw` of each task. */
static void draw_demands(double *demand, const struct dist *d, const struct recursion_block *b, uint64_t draw)
{
    const uint64_t step = draw * STREAM_STEP;
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
static void pass_one_server(struct node *s, const double *demand, struct recursion_block *b)
{
    const uint32_t k = s->plan->depth;
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

static void pass(struct recursion *x, struct recursion_block *b, struct plan_place at);

/* Those who have gone to place n after the node go on. */
static void go_on(struct recursion *x, struct node *s, uint32_t n)
{
    pass(x, &s->out[n], x->plan.places[s->plan->first + n]);
    s->out[n].count = 0;
}

/* Whoever has the slot leaves the station. */
static void leave(struct recursion *x, struct node *s, uint32_t slot)
{
    const uint32_t k = s->plan->depth;
    struct recursion_block *out = s->out;
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
    if (out->count == RECURSION_BLOCK)
        go_on(x, s, 0);
}

/* Each task of b chooses its way. */
static void choose(struct recursion *x, struct node *s, const struct recursion_block *b)
{
    const uint64_t step = s->plan->draw * STREAM_STEP;
    for (uint32_t i = 0; i < b->count; i++) {
        struct stream draw = {b->key[i] + step};
        const uint32_t way = op_choose_branch(s->plan->op, stream_uniform(&draw));
        struct recursion_block *out = &s->out[way];
        const uint32_t n = out->count++;
        out->key[n] = b->key[i];
        out->arrived[n] = b->arrived[i];
        out->wait[n] = b->wait[i];
        out->service[n] = b->service[i];
        for (uint32_t j = 0; j < s->plan->depth; j++) {
            out->start[j][n] = b->start[j][i];
            out->left[j][n] = b->left[j][i];
        }
        if (out->count == RECURSION_BLOCK)
            go_on(x, s, way);
    }
}

/* Task i of b has the slot from start on. */
static void enter(struct node *s, uint32_t slot, const struct recursion_block *b, uint32_t i, double joined, double start, double demand)
{
    const uint32_t k = s->plan->depth;
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
static void pass_servers(struct recursion *x, struct node *s, const double *demand, const struct recursion_block *b)
{
    const double *joined = s->plan->depth == 0 ? b->arrived : b->left[s->plan->depth - 1];
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
            leave(x, s, slot);
        }
        enter(s, slot, b, i, joined[i], start, demand[i]);
    }
}

static bool more_slots(struct node *s)
{
    const uint32_t k = s->plan->depth;
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
static void pass_infinite(struct recursion *x, struct node *s, const double *demand, const struct recursion_block *b)
{
    const double *joined = s->plan->depth == 0 ? b->arrived : b->left[s->plan->depth - 1];
    for (uint32_t i = 0; i < b->count; i++) {
        double departure;
        while (calendar_next(&s->calendar, &departure) && departure <= joined[i]) {
            struct event e = {.subject = 0};
            calendar_pop(&s->calendar, &e);
            leave(x, s, e.subject);
            s->keys[e.subject] = s->free;
            s->free = e.subject;
        }
        uint32_t slot = s->free;
        if (slot != UINT32_MAX) {
            s->free = (uint32_t)s->keys[slot];
        } else {
            if (s->used == s->size && !more_slots(s)) {
                x->failed = true;
                return;
            }
            slot = s->used++;
        }
        enter(s, slot, b, i, joined[i], joined[i], demand[i]);
    }
}

/* The tasks of b come to a node, or have come to the end. */
static void pass(struct recursion *x, struct recursion_block *b, struct plan_place at)
{
    if (b->count == 0)
        return;
    if (at.ends) {
        recursion_account_block(&x->accounts[at.index], b);
        return;
    }
    struct node *s = &x->nodes[at.index];
    if (s->service == NULL) {
        choose(x, s, b);
        return;
    }
    double demand[RECURSION_BLOCK];
    draw_demands(demand, s->service, b, s->plan->draw);
    if (s->servers == 1) {
        pass_one_server(s, demand, b);
        pass(x, b, x->plan.places[s->plan->first]);
    } else if (s->servers == UNLIMITED) {
        pass_infinite(x, s, demand, b);
    } else {
        pass_servers(x, s, demand, b);
    }
}

/* Nobody comes any more: whoever is at a station leaves it, and goes on. */
static void drain(struct recursion *x)
{
    for (uint32_t i = 0; i < x->plan.node_count; i++) {
        struct node *s = &x->nodes[i];
        struct event e;
        while (s->service != NULL && s->servers != 1 && calendar_pop(&s->calendar, &e))
            leave(x, s, e.subject);
        for (uint32_t n = 0; n < s->plan->count; n++)
            go_on(x, s, n);
    }
}

static void reset(struct recursion *x, struct world *w)
{
    x->told.count = 0;
    for (uint32_t i = 0; i < x->plan.way_count; i++)
        recursion_account_begin(&x->accounts[i], w, &x->plan.ways[i], x->plan.way_count > 1 ? &x->told : NULL);
    x->failed = false;
    for (uint32_t i = 0; i < x->plan.node_count; i++) {
        struct node *s = &x->nodes[i];
        calendar_reset(&s->calendar);
        s->departure = 0.0;
        s->used = 0;
        s->free = UINT32_MAX;
        for (uint32_t n = 0; n < s->plan->count; n++)
            s->out[n].count = 0;
    }
}

static uint64_t events_of(const struct recursion *x)
{
    uint64_t events = 0;
    for (uint32_t i = 0; i < x->plan.way_count; i++)
        events += x->accounts[i].events;
    return events;
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
    const struct recursion_account *a = &x->accounts[0];
    for (uint64_t blocks = 0;; blocks++) {
        arrive(&x->in, &w->sources[0], &arrival->interarrival, &time);
        const bool last = time > a->until;
        pass(x, &x->in, x->plan.root);
        if (x->failed)
            return WORLD_NO_MEMORY;
        if (last)
            break;
        if (blocks % BLOCKS_BETWEEN_LOOKS > 0)
            continue;
        if (limits->stop != NULL && *limits->stop)
            return WORLD_INTERRUPTED;
        if ((double)events_of(x) > limits->events ||
            (limits->deadline < INFINITY && seconds_now() > limits->deadline))
            return WORLD_LIMIT;
    }
    drain(x);
    recursion_account_end(x->accounts, x->plan.way_count);
    x->failed |= x->told.failed;
    record->events = w->sim.events;
    for (size_t h = 0; h < record->histogram_count; h++)
        x->failed |= record->histograms[h].failed;
    return x->failed ? WORLD_NO_MEMORY : WORLD_DONE;
}
