/* compile.c: scenario -> model: the one place that knows all families. */
#include "models/antithetic.h"
#include "models/discipline/ordered.h"
#include "models/batch.h"
#include "models/breaker.h"
#include "models/compile_load.h"
#include "models/counted.h"
#include "models/model.h"
#include "models/group.h"
#include "models/individual.h"
#include "models/paced.h"
#include "models/stint.h"
#include "models/part.h"
#include "models/patience.h"
#include "models/plain.h"
#include "models/polling.h"
#include "models/preempt.h"
#include "models/probe/probe.h"
#include "models/recursion.h"
#include "models/task.h"
#include "models/timeout.h"
#include "models/tokens.h"
#include "models/work.h"
#include "models/world.h"

#include <math.h>

static bool no_memory(struct error *err)
{
    return error_set(err, "out of memory");
}

static uint32_t whole_or_unlimited(double x)
{
    return x < (double)UNLIMITED ? (uint32_t)x : UNLIMITED;
}

static void compile_station(struct station_model *out, const struct station_spec *spec)
{
    /* Infinite servers serve all at full speed, however they would be shared. */
    const bool plainly_shared = (spec->discipline->shape == DISCIPLINE_SHARING || spec->environment != NULL) &&
                                !(spec->servers < INFINITY);
    const bool waits = spec->servers < INFINITY || spec->setup != NULL; /* tasks may wait for a server */
    *out = (struct station_model){
        .name = spec->name,
        .discipline = plainly_shared ? lookup_row(discipline_table, "ps") : spec->discipline,
        .told = spec->told,
        .behaviour = spec->setup != NULL && !spec->individual ? lookup_row(server_table, "setup") : NULL,
        .switch_cost = spec->switch_cost,
        .setup = spec->setup,
        .keep_alive = spec->keep_alive,
        .servers = whole_or_unlimited(spec->servers),
        .capacity = whole_or_unlimited(spec->capacity),
        .setup_serial = spec->setup_serial,
        .preempt = waits ? spec->preempt : PREEMPT_NOBODY,
        .quantum = spec->quantum,
        .tokens_rate = spec->tokens_rate,
        .tokens_most = spec->tokens_most,
        .deadlines = spec->discipline == lookup_row(discipline_table, "edf"),
        .in_order = spec->discipline == lookup_row(discipline_table, "fcfs"),
        .drops = spec->discipline->drops,
        .keyed = spec->discipline == lookup_row(discipline_table, "edf") || spec->told.estimate != NULL,
        .environment = spec->environment,
        .sharing = spec->discipline->shape == DISCIPLINE_SHARING || plainly_shared,
        .release = spec->await_release,
        .resume_first = spec->resume_first,
        .drops_oldest = spec->drops_oldest,
        .blocks = spec->blocks,
        .blocks_before = spec->blocks_before,
        .overflows = spec->on_full != NULL || spec->retry != NULL,
        .batch_max = (uint32_t)spec->batch_max,
        .batch_min = (uint32_t)spec->batch_min,
        .batch_wait = spec->batch_wait,
        .batch_per_task = spec->batch_per_task,
        .crowd = spec->batch_max > 0.0,
        .pace = spec->pace,
        .inner = spec->pace != NULL && spec->discipline->shape == DISCIPLINE_QUEUEING
                     ? lookup_row(discipline_table, "ps")
                     : NULL,
        .costs = spec->cost_unit != NULL,
        .cost_per_server = spec->cost_per_server,
        .cost_per_task = spec->cost_per_task,
        .individual = spec->individual,
        .by_class = spec->discipline == lookup_row(discipline_table, "priority"),
        .servers_at_start = whole_or_unlimited(spec->servers_at_start),
        .rest_until = (uint32_t)spec->rest_until,
        .take = spec->take,
        .broken_task = spec->broken_task,
        .up = spec->up,
        .down = spec->down,
        .vacation = spec->vacation,
        .scale_lag = spec->scale_lag,
        .breaks_whole = spec->breaks_whole,
        .vacation_single = spec->vacation_single,
        .schedule = spec->schedule,
        .schedule_count = spec->schedule_count,
        .schedule_repeat = spec->schedule_repeat,
        .limit = spec->limit,
        .limit_told = spec->limit_told,
        .limit_min = spec->limit_min,
        .limit_wait = whole_or_unlimited(spec->limit_wait),
        .scale_every = spec->scale_every,
        .scale_min = spec->scale_min,
        .scale_max = spec->scale_max,
        .scale_target = spec->scale_target,
        .scale_tolerance = spec->scale_tolerance,
        .scale_stabilisation = spec->scale_stabilisation,
    };
}

/* Where the tasks of a station with a group go. */
static bool compile_group(struct arena *arena, struct model *m, uint32_t station, const struct station_spec *spec,
                          uint32_t *next_part)
{
    struct group_model *group = arena_alloc(arena, sizeof *group);
    const size_t count = spec->balance != NULL ? spec->balance_count : (size_t)spec->servers;
    uint16_t *members = arena_array(arena, count, sizeof *members);
    if (group == NULL || members == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (spec->balance != NULL) {
            members[i] = (uint16_t)spec->balance[i];
            continue;
        }
        struct station_spec server = *spec;
        server.servers = server.servers_at_start = 1.0;
        server.capacity = INFINITY;
        server.blocks = server.blocks_before = false;
        server.name = arena_printf(arena, "%s/%zu", spec->name, i + 1);
        if (server.name == NULL)
            return false;
        compile_station(&m->stations[*next_part], &server);
        m->stations[*next_part].overflows = false;
        m->stations[*next_part].wanders = spec->steal || spec->jockey > 0.0;
        m->stations[*next_part].whole = (uint16_t)station;
        members[i] = (uint16_t)(*next_part)++;
    }
    double *weights = NULL, sum = 0.0;
    if (spec->weights != NULL) {
        weights = arena_array(arena, count, sizeof *weights);
        if (weights == NULL)
            return false;
        for (size_t i = 0; i < count; i++)
            weights[i] = sum += spec->weights[i];
        for (size_t i = 0; i < count; i++)
            weights[i] /= sum;
    }
    *group = (struct group_model){
        .rule = spec->dispatch,
        .members = members,
        .count = (uint32_t)count,
        .d = (uint32_t)spec->d,
        .replacement = spec->replacement,
        .sticky = spec->sticky,
        .sticky_slot = m->sticky_count,
        .probe = spec->probe,
        .weights = weights,
        .steal = spec->steal,
        .information = spec->information,
        .key = spec->key,
        .jockey = (uint32_t)spec->jockey,
    };
    m->stations[station].group = group;
    m->placed = true;
    m->sticky_count += spec->sticky != STICKY_NOT;
    m->probes |= spec->probe != NULL;
    m->weighed |= spec->dispatch == lookup_row(dispatch_table, "least_work");
    return true;
}

/* Speeds by server. */
static bool compile_speeds(struct arena *arena, struct station_model *out, const struct station_spec *spec)
{
    double *speeds = arena_array(arena, out->servers, sizeof *speeds);
    if (speeds == NULL)
        return false;
    for (uint32_t i = 0, c = 0, left = 0; i < out->servers; i++, left--) {
        while (spec->classes != NULL && left == 0)
            left = (uint32_t)spec->classes[c++].count;
        speeds[i] = spec->classes != NULL ? spec->classes[c - 1].speed : 1.0;
    }
    out->speeds = speeds;
    return true;
}

static bool compile_stations(struct arena *arena, struct model *m, const struct scenario *s)
{
    size_t parts = s->station_count;
    for (size_t i = 0; i < s->station_count; i++)
        parts += s->stations[i].per_server ? (size_t)s->stations[i].servers : 0;
    if (parts >= UINT16_MAX)
        return false;
    m->stations = arena_array(arena, parts + 1, sizeof *m->stations);
    if (m->stations == NULL)
        return false;
    uint32_t next_part = m->station_count;
    for (uint32_t i = 0; i < m->station_count; i++) {
        compile_station(&m->stations[i], &s->stations[i]);
        m->stations[i].whole = (uint16_t)i;
        m->overheads |= s->stations[i].switch_cost != NULL;
        m->deadlines |= m->stations[i].deadlines;
        m->blocking |= m->stations[i].blocks;
        m->blocking_before |= m->stations[i].blocks_before;
        m->linked |= m->stations[i].discipline->linked;
        m->drops |= m->stations[i].drops || m->stations[i].drops_oldest;
        m->linked |= m->stations[i].drops_oldest;
        if (s->stations[i].dispatch != NULL && !compile_group(arena, m, i, &s->stations[i], &next_part))
            return false;
    }
    m->part_count = next_part;
    for (uint32_t i = 0; i < m->part_count; i++) {
        if (m->stations[i].group != NULL)
            continue;
        m->stints |= m->stations[i].individual || m->stations[i].batch_max > 0 || m->stations[i].inner != NULL ||
                      m->stations[i].discipline->visits;
        if (!m->stations[i].individual)
            continue;
        if (!compile_speeds(arena, &m->stations[i], &s->stations[m->stations[i].whole]))
            return false;
    }
    return true;
}

static bool compile_kind(struct arena *arena, struct kind_model *out, const struct kind_spec *spec,
                         const struct scenario *s, const struct steps *const *steps_of_kind,
                         struct program *program, bool drops, struct error *err)
{
    const uint32_t weights = program->weight_first;
    *program = (struct program){
        .arena = arena, .steps_of_kind = steps_of_kind, .stations = s->stations, .weight_first = weights};
    program_routed(program, &spec->steps);
    program_emit(program, (struct op){.code = OP_END});
    const uint32_t length = program->count;
    if (drops)
        program_emit(program, (struct op){.code = OP_LOST});
    if (program->too_large)
        return error_set(
            err,
            "with those of the kinds it calls, and those taken at full stations, the steps are more than %d opcodes or calls, or "
            "these are nested more than %d deep",
            PROGRAM_MOST, PROGRAM_CALLS);
    if (program->failed)
        return no_memory(err);
    if (program->replies_in_part)
        return error_set(err, "a task replies once, so not in a branch of a fork or under a time-out, which may be "
                              "begun several times");
    *out = (struct kind_model){
        .name = spec->name,
        .arrival = &spec->arrival,
        .limit = spec->limit < 0x1p53 ? (uint64_t)spec->limit : UINT64_MAX,
        .program = program->ops,
        .program_length = length,
        .delays = program->delays,
        .deadline = spec->deadline,
        .patience = spec->patience,
        .balk = spec->balk,
        .balk_count = spec->balk_count < UINT32_MAX ? (uint32_t)spec->balk_count : UINT32_MAX,
    };
    /* Without batches an arrival is a task. */
    if (spec->arrival.batch == NULL && spec->arrival.count < 0x1p53 &&
        (uint64_t)spec->arrival.count < out->limit)
        out->limit = (uint64_t)spec->arrival.count;
    if (program->holds_most >= UINT8_MAX || program->loops_most >= UINT16_MAX)
        return error_set(err, "steps are nested too deeply");
    return true;
}

/* The place of a priority among all that occur, smallest first: those of kinds, and those that tasks become.
 */
static uint32_t class_of(const struct scenario *s, const struct program *programs, double priority)
{
    uint32_t smaller = 0;
    double last = -INFINITY;
    for (;;) {
        double next = priority; /* the smallest above last */
        for (size_t k = 0; k < s->kind_count; k++) {
            if (s->kinds[k].priority > last && s->kinds[k].priority < next)
                next = s->kinds[k].priority;
            for (uint32_t i = 0; i < programs[k].count; i++) {
                const struct op *op = &programs[k].ops[i];
                if (op->code == OP_BECOME && op->p > last && op->p < next)
                    next = op->p;
            }
        }
        if (!(next < priority))
            return smaller;
        smaller++;
        last = next;
    }
}

/* Priorities become classes, 0 the most urgent. */
static bool compile_classes(struct arena *arena, struct model *m, const struct scenario *s,
                            struct program *programs)
{
    m->class_of_kind = arena_array(arena, s->kind_count, sizeof *m->class_of_kind);
    if (m->class_of_kind == NULL)
        return false;
    for (size_t k = 0; k < s->kind_count; k++) {
        const uint32_t own = m->class_of_kind[k] = class_of(s, programs, s->kinds[k].priority);
        m->classes = own + 1 > m->classes ? own + 1 : m->classes;
        for (uint32_t i = 0; i < programs[k].count; i++) {
            struct op *op = &programs[k].ops[i];
            if (op->code != OP_BECOME)
                continue;
            m->linked = true;
            if (op->given) {
                op->target = class_of(s, programs, s->kinds[op->station].priority);
                op->slot = (uint16_t)(op->station + 1);
            } else if (!isnan(op->p)) {
                op->target = class_of(s, programs, op->p);
                m->classes = op->target + 1 > m->classes ? op->target + 1 : m->classes;
            }
        }
    }
    return true;
}

/* Weights of kinds, and of what tasks become. */
static bool compile_weights(struct arena *arena, struct model *m, const struct scenario *s,
                            const struct program *programs)
{
    const struct program *last = &programs[s->kind_count - 1];
    m->weight_count = last->weight_first + last->weight_count;
    m->weights = arena_array(arena, m->weight_count, sizeof *m->weights);
    uint64_t *initial = arena_array(arena, s->kind_count, sizeof *initial);
    if (m->weights == NULL || initial == NULL)
        return false;
    for (size_t k = 0; k < s->kind_count; k++) {
        m->weights[k] = s->kinds[k].weight;
        initial[k] = (uint64_t)s->kinds[k].initial;
        for (uint32_t i = 0; i < programs[k].weight_count; i++)
            m->weights[programs[k].weight_first + i] = programs[k].weights[i];
    }
    m->initial = initial;
    return true;
}

/* Breakers get their numbers: one for each step that has one, however often it is called. */
static bool compile_breakers(struct arena *arena, struct model *m, struct program *programs)
{
    size_t guards = 0;
    for (uint32_t k = 0; k < m->kind_count; k++)
        for (uint32_t i = 0; i < programs[k].count; i++)
            guards += programs[k].ops[i].code == OP_GUARD || programs[k].ops[i].code == OP_BUDGET;
    m->breakers = arena_array(arena, guards, sizeof *m->breakers);
    if (m->breakers == NULL || guards >= UINT16_MAX)
        return false;
    for (uint32_t k = 0; k < m->kind_count; k++)
        for (uint32_t i = 0; i < programs[k].count; i++) {
            struct op *op = &programs[k].ops[i];
            if (op->code != OP_GUARD && op->code != OP_BUDGET)
                continue;
            uint32_t b = 0; /* their distributions tell the steps apart */
            while (b < m->breaker_count && m->breakers[b].open != op->dist)
                b++;
            if (b == m->breaker_count)
                m->breakers[m->breaker_count++] = op->given ? (struct breaker_model){.open = op->dist, .ratio = op->p}
                                                            : (struct breaker_model){.open = op->dist, .failures = (uint32_t)op->p};
            op->station = (uint16_t)b;
        }
    return true;
}

/* Tasks that take several servers at once, where they do. */
static bool compile_counts(struct arena *arena, struct model *m, const struct scenario *s)
{
    for (uint32_t k = 0; k < m->kind_count; k++)
        for (uint32_t i = 0; i < m->kinds[k].program_length; i++) {
            const struct op *op = &m->kinds[k].program[i];
            if (op->code != OP_TAKE || op->slot <= 1)
                continue;
            const struct group_model *group = m->stations[op->station].group;
            for (uint32_t j = 0; j < (group == NULL ? 1 : group->count); j++) {
                struct station_model *station = &m->stations[group == NULL ? op->station : group->members[j]];
                station->counted = station->crowd = true;
                if (station->behaviour == NULL)
                    continue;
                /* Who has several servers has to know which: they are told apart. */
                station->behaviour = NULL;
                station->individual = m->stints = true;
                if (!compile_speeds(arena, station, &s->stations[station->whole]))
                    return false;
            }
            m->interruptible = true;
        }
    return true;
}

/* Does such an opcode bring a task to the station (a part, where lines are each server's own)? */
static bool leads_to(const struct model *m, const struct op *op, uint32_t station)
{
    if (op->code != OP_AT && op->code != OP_TAKE)
        return false; /* those who pass a token bucket are in no line of a server */
    const struct group_model *group = m->stations[op->station].group;
    for (uint32_t i = 0; group != NULL && i < group->count; i++)
        if (group->members[i] == station)
            return true;
    return op->station == station;
}

static bool comes_to(const struct model *m, uint32_t kind, uint32_t station)
{
    for (uint32_t i = 0; i < m->kinds[kind].program_length; i++)
        if (leads_to(m, &m->kinds[kind].program[i], station))
            return true;
    return false;
}

/* The lines that servers go round: those of kinds, or of priorities, that come there. */
static bool compile_polling(struct arena *arena, struct model *m)
{
    for (uint32_t s = 0; s < m->part_count; s++) {
        struct station_model *station = &m->stations[s];
        if (!station->discipline->visits || station->group != NULL)
            continue;
        const bool by_class = station->told.by_priority;
        const uint32_t count = by_class ? m->classes : m->kind_count;
        uint32_t *list_of = arena_array(arena, count, sizeof *list_of);
        bool *used = arena_array(arena, count, sizeof *used);
        if (list_of == NULL || used == NULL)
            return false;
        for (uint32_t i = 0; i < count; i++)
            used[i] = false;
        for (uint32_t k = 0; k < m->kind_count; k++) {
            if (!comes_to(m, k, s))
                continue;
            used[by_class ? m->class_of_kind[k] : k] = true;
            for (uint32_t i = 0; by_class && i < m->kinds[k].program_length; i++)
                if (m->kinds[k].program[i].code == OP_BECOME && m->kinds[k].program[i].target != UINT32_MAX)
                    used[m->kinds[k].program[i].target] = true;
        }
        for (uint32_t i = 0; i < count; i++) {
            list_of[i] = station->list_count;
            station->list_count += used[i];
        }
        station->list_of = list_of;
        if (station->list_count == 0) /* nobody comes */
            station->list_count = 1;
    }
    return true;
}

/* No more of its tasks come after some time. */
static bool ends(const struct kind_spec *kind)
{
    return kind->arrival.ends || kind->limit < INFINITY;
}

/* Settles before the run what each station does when a task joins it or leaves it. */
static void compile_shapes(struct model *m)
{
    for (uint32_t i = 0; i < m->part_count; i++) {
        struct station_model *station = &m->stations[i];
        const struct discipline_type *d = station->discipline;
        station->visit_mean = m->visits[station->whole] > 0.0 ? m->held_mean[station->whole] / m->visits[station->whole] : 0.0;
        if (station->group != NULL) {
            station->individual = false;
            for (uint32_t k = 0; k < station->group->count; k++) /* members come before or behind: known by now */
                station->crowd |= m->stations[station->group->members[k]].crowd;
        }
        if (station->individual && !station->sharing && station->preempt == PREEMPT_NOBODY)
            station->shape = &station_individual;
        else if (station->list_count > 0)
            station->shape = &station_polling;
        else if (station->batch_max > 0)
            station->shape = &station_batch;
        else if (station->counted)
            station->shape = &station_counted;
        else if (station->inner != NULL)
            station->shape = &station_paced;
        else if (station->sharing)
            station->shape = &station_sharing;
        else if (station->preempt != PREEMPT_NOBODY)
            station->shape = &station_preemptive;
        else if (station->tokens_rate > 0.0)
            station->shape = &station_tokens;
        station->impatient = m->impatient;
        station->unusual = m->impatient || m->interruptible || m->placed || m->blocking || station->switch_cost != NULL ||
                           station->behaviour != NULL || station->drops;
        station->capacity_plain = m->impatient || m->placed || station->blocks || station->tokens_rate > 0.0 || station->limit_wait != UNLIMITED || station->drops_oldest ? 0 : station->capacity;
        station->plain_ps = station->shape == &station_sharing && d == lookup_row(discipline_table, "ps") && station->pace == NULL &&
                            station->environment == NULL && !station->individual && !station->wanders && !station->unusual;
        station->push = m->linked ? d->push_linked : d->push;
        station->pop = m->linked ? d->pop_linked : d->pop;
        station->remove = station->preempt != PREEMPT_NOBODY ? ordered_remove : d->remove;
    }
}

static bool constant(const struct dist *d)
{
    return d == NULL || d->shape == DIST_CONSTANT;
}

/* Nothing is ever drawn, so that every replication is the same. */
static bool deterministic(const struct model *m)
{
    for (uint32_t i = 0; i < m->station_count; i++) {
        const struct station_model *station = &m->stations[i];
        if (station->environment != NULL)
            return false;
        if ((station->group != NULL && !constant(station->group->probe)) || (station->group != NULL && station->group->rule != lookup_row(dispatch_table, "round_robin")) ||
            station->discipline == lookup_row(discipline_table, "random") ||
            !constant(station->switch_cost) || !constant(station->told.switch_over) || !constant(station->told.estimate) || !constant(station->up) || !constant(station->down) ||
            !constant(station->vacation) || !constant(station->batch_wait) || !constant(station->scale_lag) || station->take == TAKE_RANDOM || !constant(station->setup) || !constant(station->keep_alive))
            return false;
    }
    for (uint32_t k = 0; k < m->kind_count; k++) {
        if (!constant(m->kinds[k].deadline) || !constant(m->kinds[k].patience))
            return false;
        if (m->kinds[k].arrival->drawn)
            return false;
        for (uint32_t i = 0; i < m->kinds[k].balk_count; i++)
            if (m->kinds[k].balk[i] > 0.0 && m->kinds[k].balk[i] < 1.0)
                return false;
        for (uint32_t i = 0; i < m->kinds[k].program_length; i++) {
            const struct op *op = &m->kinds[k].program[i];
            if (op->code == OP_CHOOSE || (op->code == OP_GUARD && op->given) || (op->code == OP_BACKOFF && op->target > 0) ||
                (op->code == OP_ACKNOWLEDGE && op->p > 0.0 && op->p < 1.0) || !(constant(op->dist) || op->dist->shape == DIST_GIVEN))
                return false;
        }
    }
    return true;
}

/* What kinds of opcodes there are decides what a task must carry. */
static void compile_layout(struct model *m, const struct program *programs)
{
    bool more = m->overheads || m->replies || m->deadlines || m->impatient || m->linked, visits = false;
    uint32_t loops = 0, holds = 0;
    for (uint32_t k = 0; k < m->kind_count; k++) {
        loops = programs[k].loops_most > loops ? programs[k].loops_most : loops;
        more |= m->kinds[k].arrival->requests != NULL;
        holds = programs[k].holds_most > holds ? programs[k].holds_most : holds;
        for (uint32_t i = 0; i < m->kinds[k].program_length; i++) {
            const enum opcode code = m->kinds[k].program[i].code;
            more |= m->kinds[k].program[i].given || code == OP_DELAY || code == OP_TAKE || code == OP_AWAIT ||
                    code == OP_REPEAT;
        }
    }
    m->unusual = m->interruptible || m->placed || m->blocking;
    m->counters_offset = (uint32_t)sizeof(struct task_more);
    m->holdings_offset = m->counters_offset + (loops * (uint32_t)sizeof(uint32_t) + 7) / 8 * 8;
    m->visit_offset = m->holdings_offset + holds * (uint32_t)sizeof(struct holding);
    for (uint32_t i = 0; i < m->part_count; i++)
        visits |= m->stations[i].preempt != PREEMPT_NOBODY;
    m->impatience_offset = m->visit_offset + (visits ? (uint32_t)sizeof(struct visit) : 0);
    m->stay_offset = m->impatience_offset + (m->impatient ? (uint32_t)sizeof(struct impatience) : 0);
    m->stint_offset = m->stay_offset + (m->interruptible ? (uint32_t)sizeof(struct stay) : 0);
    m->part_offset = m->stint_offset + (m->stints ? (uint32_t)sizeof(struct stint) : 0);
    m->frames_offset = m->part_offset + (m->parted ? (uint32_t)sizeof(struct part) + 4 : 0);
    m->frames_offset = (m->frames_offset + 7) / 8 * 8;
    m->sticky_offset = m->frames_offset + m->frames * (uint32_t)sizeof(struct frame);
    m->more_size = m->sticky_offset + (m->sticky_count * (uint32_t)sizeof(uint16_t) + 7) / 8 * 8;
    if (!more && !visits && !m->unusual)
        m->more_size = 0;
}

static bool compile(struct arena *arena, const struct scenario *s, bool watched, struct model **out, struct error *err)
{
    struct model *m = arena_alloc(arena, sizeof *m);
    if (m == NULL)
        return no_memory(err);
    m->scenario = s;
    m->station_count = (uint32_t)s->station_count;
    m->kind_count = (uint32_t)s->kind_count;
    if (s->station_count >= UINT16_MAX || s->kind_count >= UINT16_MAX)
        return error_set(err, "more than %d stations or kinds of task", UINT16_MAX - 1);
    m->kinds = arena_array(arena, s->kind_count + 1, sizeof *m->kinds);
    struct program *programs = arena_array(arena, s->kind_count + 1, sizeof *programs);
    const struct steps **steps_of_kind = arena_array(arena, s->kind_count + 1, sizeof *steps_of_kind);
    if (m->kinds == NULL || programs == NULL ||
        steps_of_kind == NULL)
        return no_memory(err);
    for (size_t k = 0; k < s->kind_count; k++)
        steps_of_kind[k] = &s->kinds[k].steps;
    if (!compile_stations(arena, m, s))
        return error_set(err, "out of memory, or more than %d stations and lines", UINT16_MAX - 1);
    m->terminating = true;
    for (size_t k = 0; k < s->kind_count; k++) {
        programs[k].weight_first =
            k == 0 ? (uint32_t)s->kind_count : programs[k - 1].weight_first + programs[k - 1].weight_count;
        if (!compile_kind(arena, &m->kinds[k], &s->kinds[k], s, steps_of_kind, &programs[k], m->drops, err)) {
            error_place(err, NULL, &s->kinds[k].at);
            return false;
        }
        m->frames = programs[k].frames_most > m->frames ? programs[k].frames_most : m->frames;
        m->replies |= programs[k].replies;
        m->delivers |= programs[k].delivers;
        m->parted |= programs[k].forks || programs[k].splits;
        m->impatient |= m->kinds[k].patience != NULL || m->kinds[k].balk_count > 0;
        m->linked |= m->kinds[k].patience != NULL;
        m->deadlines |= s->kinds[k].deadline != NULL;
        m->terminating &= ends(&s->kinds[k]);
    }
    for (size_t k = 0; m->probes && k < s->kind_count; k++)
        for (uint32_t i = 0; i < m->kinds[k].program_length; i++) {
            const struct op *op = &m->kinds[k].program[i];
            if (op->code == OP_AT || op->code == OP_TAKE)
                m->kinds[k].delays |= m->stations[op->station].group != NULL && m->stations[op->station].group->probe != NULL;
        }
    m->interruptible = watched || m->frames > 0 || m->parted || m->weighed || m->stints;
    if (!compile_breakers(arena, m, programs))
        return no_memory(err);
    if (!compile_counts(arena, m, s))
        return no_memory(err);
    m->linked |= m->interruptible || m->placed;
    for (size_t k = 0; k < s->kind_count; k++)
        m->kinds[k].extras = m->kinds[k].delays || m->overheads || m->kinds[k].deadline != NULL;
    if (!compile_weights(arena, m, s, programs))
        return no_memory(err);
    if (!compile_classes(arena, m, s, programs))
        return no_memory(err);
    if (!compile_polling(arena, m))
        return no_memory(err);
    if (!compile_load(arena, m, s, steps_of_kind, err))
        return false;
    compile_layout(m, programs);
    compile_shapes(m);
    m->deterministic = deterministic(m);
    plain_stations(m);
    m->plain = plain_suits(m);
    m->plain_holding = plain_suits_holding(m);
    for (uint32_t i = 0; i < m->part_count; i++)
        m->stations[i].plain_fcfs = m->stations[i].discipline == lookup_row(discipline_table, "fcfs") && !m->linked;
    m->recursion_refused = watched ? "it is watched" : s->run.antithetic ? "replications come in antithetic pairs" : recursion_refusal(arena, m);
    const char *unpaired = s->run.antithetic ? antithetic_refused(m) : NULL;
    if (unpaired != NULL)
        return error_set(err, "\"antithetic\" in \"run\" mirrors single arrivals after independent intervals (a renewal process); those of \"%s\" are no such", unpaired);
    m->recursion = m->recursion_refused == NULL;
    if (!work_means(arena, m))
        return no_memory(err);
    model_choose_length(m);
    *out = m;
    return true;
}

bool model_compile(struct arena *arena, const struct scenario *s, struct model **out, struct error *err)
{
    return compile(arena, s, false, out, err);
}

bool model_compile_watched(struct arena *arena, const struct scenario *s, struct model **out, struct error *err)
{
    return compile(arena, s, true, out, err);
}

size_t model_histograms_per_kind(void)
{
    size_t n = 0;
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *probe = probe_table.rows[i];
        n += probe->scope == PROBE_KIND && probe->histogram != NULL;
    }
    return n;
}
