#include "models/recursion_node.h"

#include "models/discipline/discipline.h"
#include "models/station.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool station_is_plain(const struct station_model *st)
{
    return st->shape == NULL && !st->drops && st->behaviour == NULL && st->switch_cost == NULL &&
           st->capacity == UNLIMITED && st->capacity_plain == UNLIMITED && st->group == NULL &&
           !st->individual && !st->overflows && st->preempt == PREEMPT_NOBODY;
}

/* They carry nothing but what visits and delays need; with forks, also who is whose branch. */
static bool tasks_are_plain(const struct model *m)
{
    return (m->parted || (!m->linked && !m->unusual)) && !m->impatient && !m->placed && !m->blocking && m->frames == 0 && !m->weighed && !m->stints && !m->overheads && !m->replies &&
           !m->deadlines && !m->delivers && !m->probes && m->sticky_count == 0;
}

/* NULL: the recursion can do what the station does. */
static const char *station_refusal(struct arena *arena, const struct station_model *st)
{
    static const char other[] = "a station is of more than the plain kind";
    const char *why = NULL;
    if (st->discipline != lookup_row(discipline_table, "fcfs") && st->servers != UNLIMITED)
        why = arena_printf(arena, "the discipline of station \"%s\" is not fcfs", st->name);
    else if (st->capacity != UNLIMITED)
        why = arena_printf(arena, "station \"%s\" has a capacity", st->name);
    else if (!station_is_plain(st))
        why = arena_printf(arena, "station \"%s\" is of more than the plain kind", st->name);
    else
        return NULL;
    return why != NULL ? why : other;
}

const char *recursion_refusal(struct arena *arena, const struct model *m)
{
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const struct kind_model *kind = &m->kinds[k];
        if (kind->arrival->form == ARRIVAL_NONE)
            continue;
        if (kind->arrival->form != ARRIVAL_OPEN || !kind->arrival->plain || kind->limit != UINT64_MAX)
            return "arrivals are not a renewal process of single tasks that goes on for ever";
        if (kind->arrival->requests != NULL)
            return "arrivals are sessions of several tasks";
        if (m->initial[k] > 0)
            return "tasks are there at time 0";
    }
    if (model_one_long_run(m))
        return "one replication is cut into batches";
    if (m->deterministic)
        return "nothing is drawn at random";
    if (!tasks_are_plain(m) || m->part_count != m->station_count)
        return "tasks do more than visit stations, or stations do more than serve";
    struct plan plan;
    const char *no_plan = plan_make(&plan, m);
    if (no_plan != NULL)
        return no_plan;
    for (uint32_t i = 0; i < plan.source_count; i++)
        if (plan.sources[i].root.ends)
            return "tasks visit no station";
    if (plan.visit_count > 0 && !isnan(m->scenario->run.count))
        return "tasks fork, and a number of them ends the run";
    if (plan.way_count > 1 && !isnan(m->scenario->run.count))
        return plan.source_count > 1 ? "a number of tasks of several kinds ends the run" : "tasks go several ways, and a number of them ends the run";
    const char *why = NULL;
    for (uint32_t i = 0; why == NULL && i < plan.node_count; i++)
        if (plan.nodes[i].op->code == OP_AT)
            why = station_refusal(arena, &m->stations[plan.nodes[i].op->station]);
    for (uint32_t i = 0; why == NULL && i < plan.visit_count; i++)
        why = station_refusal(arena, &m->stations[plan.visits[i].op->station]);
    return why;
}

/* Room for a line before servers, and for a node that visits one. */
static bool line_new(struct recursion_line *line, uint32_t servers)
{
    calendar_init(&line->calendar);
    line->servers = servers;
    line->size = servers == 1 ? 0 : servers == UNLIMITED ? 64 : servers;
    if (line->size == 0)
        return true;
    const bool few = line->size < CALENDAR_SUBJECTS;
    line->node = few ? malloc(line->size * sizeof *line->node) : NULL;
    line->rows = few ? malloc((size_t)line->size * line->width * sizeof *line->rows) : NULL;
    return line->node != NULL && line->rows != NULL;
}

static bool node_new(struct recursion *x, uint32_t i, const struct model *m)
{
    struct recursion_node *s = &x->nodes[i];
    s->plan = &x->plan.nodes[i];
    s->out = malloc(s->plan->count * sizeof *s->out);
    const enum opcode code = s->plan->op->code;
    if (s->out == NULL || (code != OP_AT && code != OP_DELAY && !s->plan->unsorted))
        return s->out != NULL;
    const uint32_t servers = code == OP_AT ? m->stations[s->plan->op->station].servers : UNLIMITED;
    s->service = s->plan->op->dist;
    s->waits = code == OP_DELAY;
    s->in_order = servers == UNLIMITED && s->service != NULL && s->service->shape == DIST_CONSTANT;
    s->line = &x->lines[s->plan->line];
    if (s->plan->line != i)
        return true;
    s->line->only = s->plan->shared ? NULL : s;
    for (uint32_t j = i; j < x->plan.node_count; j++) {
        const uint32_t width = ROW_TIMES + 2 * (x->plan.nodes[j].depth + 1);
        if (x->plan.nodes[j].line == i && width > s->line->width)
            s->line->width = width;
    }
    return line_new(s->line, servers);
}

struct recursion *recursion_new(const struct model *m)
{
    struct recursion *x = calloc(1, sizeof *x);
    if (x == NULL || plan_make(&x->plan, m) != NULL) {
        free(x);
        return NULL;
    }
    x->accounts = calloc(x->plan.way_count + x->plan.visit_count, sizeof *x->accounts);
    bool ok = x->accounts != NULL && recursion_visits_new(x, m);
    x->told.more = ok && m->more_size > 0 ? calloc(1, m->more_size) : NULL;
    ok = ok && (m->more_size == 0 || x->told.more != NULL);
    for (uint32_t i = 0; ok && i < x->plan.node_count; i++)
        ok = node_new(x, i, m);
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
        if (x->lines[i].size > 0)
            calendar_free(&x->lines[i].calendar);
        free(x->lines[i].node);
        free(x->lines[i].rows);
        free(x->nodes[i].queue.rows);
        free(x->nodes[i].out);
    }
    recursion_visits_free(x);
    free(x->told.items);
    free(x->told.more);
    free(x->accounts);
    free(x);
}

static void reset(struct recursion *x, struct world *w)
{
    x->told.count = 0;
    for (uint32_t i = 0; i < x->plan.way_count; i++)
        recursion_account_begin(&x->accounts[i], w, &x->plan.ways[i], x->plan.way_count > 1 || w->model->more_size > 0 ? &x->told : NULL);
    x->failed = x->tied = false;
    for (uint32_t i = 0; i < x->plan.node_count; i++) {
        struct recursion_node *s = &x->nodes[i];
        s->queue.first = s->queue.count = 0;
        for (uint32_t n = 0; n < s->plan->count; n++)
            s->out[n].count = 0;
        if (s->line == NULL || s->plan->line != i)
            continue;
        calendar_reset(&s->line->calendar);
        s->line->departure = 0.0;
        s->line->used = 0;
        s->line->free = UINT32_MAX;
    }
    for (uint32_t i = 0; i < x->plan.visit_count; i++)
        recursion_account_begin_branch(x->visits[i].account, w, x->visits[i].plan);
    recursion_visits_reset(x);
    for (uint32_t i = 0; i < x->plan.source_count; i++) {
        const uint32_t k = x->plan.sources[i].kind;
        const struct arrival *arrival = w->model->kinds[k].arrival;
        struct recursion_inlet *inlet = &x->inlets[i];
        inlet->source = &w->sources[k];
        inlet->arrival = arrival;
        inlet->root = x->plan.sources[i].root;
        inlet->given = 0;
        inlet->last = arrival->start;
        inlet->count = 0;
    }
}

static uint64_t events_of(const struct recursion *x)
{
    uint64_t events = 0;
    for (uint32_t i = 0; i < x->plan.way_count + x->plan.visit_count; i++)
        events += x->accounts[i].events;
    return events;
}

/* The next arrivals of a source whose last have all been given. */
static void draw_arrivals(struct recursion_inlet *inlet)
{
    const struct dist *interarrival = &inlet->arrival->interarrival;
    double now = inlet->last;
    if (interarrival->shape == DIST_EXPONENTIAL)
        for (uint32_t i = 0; i < RECURSION_BLOCK; i++)
            inlet->arrived[i] = now += interarrival->a * stream_exponential(&inlet->source->stream);
    else
        for (uint32_t i = 0; i < RECURSION_BLOCK; i++)
            inlet->arrived[i] = now += dist_draw(interarrival, &inlet->source->stream);
    inlet->last = now;
    inlet->first = 0;
    inlet->count = RECURSION_BLOCK;
}

/* Those who arrive until `time` come in. */
static void come_in(struct recursion *x, struct recursion_inlet *inlet, double time)
{
    struct recursion_block *b = &x->in;
    const double *arrived = inlet->arrived + inlet->first;
    uint32_t n = inlet->count;
    if (inlet->last > time)
        for (n = 0; n < inlet->count && arrived[n] <= time;)
            n++;
    b->count = n;
    memcpy(b->arrived, arrived, n * sizeof *arrived);
    for (uint32_t i = 0; i < n; i++)
        b->key[i] = stream_subkey(inlet->source->key, inlet->given + i);
    for (uint32_t i = 0; i < n; i++)
        b->wait[i] = b->service[i] = 0.0;
    for (uint32_t i = 0; x->plan.visit_count > 0 && i < n; i++)
        b->beside[i] = 0.0;
    for (uint32_t i = 0; x->plan.delays && i < n; i++)
        b->delay[i] = 0.0;
    inlet->given += n;
    inlet->first += n;
    inlet->count -= n;
    recursion_pass(x, b, inlet->root);
}

/* All sources go on to a time until which one of them has drawn its arrivals: that time. */
static double advance(struct recursion *x)
{
    double time = INFINITY;
    for (uint32_t i = 0; i < x->plan.source_count; i++) {
        if (x->inlets[i].count == 0)
            draw_arrivals(&x->inlets[i]);
        time = x->inlets[i].last < time ? x->inlets[i].last : time;
    }
    for (uint32_t i = 0; i < x->plan.source_count; i++)
        come_in(x, &x->inlets[i], time);
    if (x->plan.merges)
        recursion_flush(x, time);
    return time;
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
    reset(x, w);
    const struct recursion_account *a = &x->accounts[0];
    for (uint64_t blocks = 0;; blocks++) {
        const bool last = advance(x) > a->until;
        if (x->failed || x->tied)
            break;
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
    if (!x->failed && !x->tied)
        recursion_flush(x, INFINITY);
    if (x->tied)
        return WORLD_DONE;
    recursion_account_end(x->accounts, x->plan.way_count + x->plan.visit_count);
    x->failed |= x->told.failed;
    record->events = w->sim.events;
    for (size_t h = 0; h < record->histogram_count; h++)
        x->failed |= record->histograms[h].failed;
    return x->failed ? WORLD_NO_MEMORY : WORLD_DONE;
}

bool recursion_tied(const struct recursion *x)
{
    return x->tied;
}
