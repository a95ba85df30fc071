/* compile.c: scenario -> model: the one place that knows all families. */
#include "models/discipline/ordered.h"
#include "models/load.h"
#include "models/model.h"
#include "models/patience.h"
#include "models/preempt.h"
#include "models/probe/probe.h"
#include "models/task.h"
#include "models/traffic.h"
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
    const bool plainly_shared = spec->discipline->shape == DISCIPLINE_SHARING && !(spec->servers < INFINITY);
    const bool waits = spec->servers < INFINITY || spec->setup != NULL; /* tasks may wait for a server */
    *out = (struct station_model){
        .name = spec->name,
        .discipline = plainly_shared ? lookup_row(discipline_table, "ps") : spec->discipline,
        .behaviour = spec->setup != NULL ? lookup_row(server_table, "setup") : NULL,
        .switch_cost = spec->switch_cost,
        .setup = spec->setup,
        .keep_alive = spec->keep_alive,
        .servers = whole_or_unlimited(spec->servers),
        .capacity = whole_or_unlimited(spec->capacity),
        .setup_serial = spec->setup_serial,
        .preempt = waits ? spec->preempt : PREEMPT_NOBODY,
        .quantum = spec->quantum,
        .deadlines = spec->discipline == lookup_row(discipline_table, "edf"),
        .sharing = spec->discipline->shape == DISCIPLINE_SHARING,
        .queueing =
            spec->discipline->shape == DISCIPLINE_QUEUEING && (spec->preempt == PREEMPT_NOBODY || !waits),
        .release = spec->await_release,
        .resume_first = spec->resume_first,
    };
}

static bool compile_kind(struct arena *arena, struct kind_model *out, const struct kind_spec *spec,
                         const struct steps *const *steps_of_kind, struct program *program, struct error *err)
{
    *program = (struct program){.arena = arena, .steps_of_kind = steps_of_kind};
    program_routed(program, &spec->steps);
    program_emit(program, (struct op){.code = OP_END});
    if (program->too_large)
        return error_set(
            err,
            "with those of the kinds it calls the steps are more than %d opcodes or calls, or calls "
            "are nested more than %d deep",
            PROGRAM_MOST, PROGRAM_CALLS);
    if (program->failed)
        return no_memory(err);
    *out = (struct kind_model){
        .name = spec->name,
        .arrival = &spec->arrival,
        .limit = spec->limit < 0x1p53 ? (uint64_t)spec->limit : UINT64_MAX,
        .program = program->ops,
        .program_length = program->count,
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
            op->target = class_of(s, programs, op->p);
            m->classes = op->target + 1 > m->classes ? op->target + 1 : m->classes;
            m->linked = true;
        }
    }
    return true;
}

/* No more of its tasks come after some time. */
static bool ends(const struct kind_spec *kind)
{
    return kind->arrival.ends || kind->limit < INFINITY;
}

/* Rate at which a kind's tasks come for ever; 0 if it is closed or ends. */
static double open_rate(const struct kind_spec *kind)
{
    return kind->arrival.form == ARRIVAL_OPEN && !ends(kind) ? kind->arrival.rate : 0.0;
}

/* About how often a kind's tasks come: what kinds are weighed by. A closed kind's as if nobody ever waited.
 */
static double task_rate(const struct kind_spec *kind, double time)
{
    if (kind->arrival.form != ARRIVAL_CLOSED)
        return open_rate(kind);
    const double cycle = time + kind->arrival.think.mean;
    return cycle > 0.0 && isfinite(cycle) ? kind->arrival.number / cycle : kind->arrival.number;
}

static double servers_or_one(const struct station_spec *spec)
{
    return spec->servers < INFINITY ? spec->servers : 1.0;
}

/* Settles before the run what each station does when a task joins it or leaves it. */
static void compile_shapes(struct model *m)
{
    for (uint32_t i = 0; i < m->station_count; i++) {
        struct station_model *station = &m->stations[i];
        const struct discipline_type *d = station->discipline;
        station->impatient = m->impatient;
        station->unusual = m->impatient || station->switch_cost != NULL || station->behaviour != NULL;
        station->capacity_plain = m->impatient ? 0 : station->capacity;
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
        if (station->discipline == lookup_row(discipline_table, "random") ||
            !constant(station->switch_cost) || !constant(station->setup) || !constant(station->keep_alive))
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
            if (op->code == OP_CHOOSE || !(op->given || constant(op->dist)))
                return false;
        }
    }
    return true;
}

/* The loads of all kinds while they are put together. */
struct loading {
    struct load load;
    double *share;           /* row k: mean number of tasks of each kind that one of kind k sends */
    double *rates, *weights; /* by kind: as they arrive, then those sent included */
    double *occupied;        /* by station: by open kinds */
    bool sends;
};

static bool load_kind(struct model *m, const struct scenario *s, struct loading *l, size_t k,
                      struct error *err)
{
    for (size_t i = 0; i < s->station_count; i++)
        l->load.busy[i] = l->load.sure[i] = l->load.visits[i] = l->load.squares[i] = 0.0;
    for (size_t i = 0; i < s->kind_count; i++)
        l->load.sends[i] = 0.0;
    l->load.total = 0.0;
    l->load.loses = false;
    const struct kind_spec *kind = &s->kinds[k];
    l->load.leaves = l->load.doubtful[k] || kind->patience != NULL ||
                     (kind->balk_count > 0 && kind->balk[kind->balk_count - 1] > 0.0);
    load_call(&l->load, k);
    m->kind_time[k] = l->load.total;
    if (l->load.too_deep)
        error_set(err, "steps are nested more than %d deep", LOAD_DEPTH);
    else if (kind->arrival.form == ARRIVAL_CLOSED && l->load.total + kind->arrival.think.mean == 0.0)
        error_set(err,
                  "kind \"%s\" is closed, but neither its steps nor its think time take any time: its tasks "
                  "would come back without end at time 0",
                  kind->name);
    else
        return true;
    error_place(err, NULL, &kind->at);
    return false;
}

/* Adds to what arrives what is sent. */
static bool load_sent(struct arena *arena, const struct scenario *s, struct loading *l, struct error *err)
{
    const size_t n = s->kind_count;
    double *rates = arena_array(arena, n, sizeof *rates), *weights = arena_array(arena, n, sizeof *weights);
    bool finite;
    if (rates == NULL || weights == NULL || !traffic_solve(arena, n, l->share, l->rates, rates, &finite))
        return no_memory(err);
    if (finite && !traffic_solve(arena, n, l->share, l->weights, weights, &finite))
        return no_memory(err);
    if (!finite) {
        size_t k = 0; /* some kind that sends */
        while (l->share[k] == 0.0)
            k++;
        error_set(err, "tasks that are sent send others in their turn, so many that they never die out");
        error_place(err, NULL, &s->kinds[k / n].at);
        return false;
    }
    l->rates = rates;
    l->weights = weights;
    return true;
}

/* Where senders may not get as far as to send, neither may those whom they send: until nothing changes. */
static bool load_doubts(struct model *m, const struct scenario *s, struct loading *l, struct error *err)
{
    size_t doubtful = 0, before;
    do {
        before = doubtful;
        doubtful = 0;
        for (size_t k = 0; k < s->kind_count; k++)
            if (!load_kind(m, s, l, k, err))
                return false;
        for (size_t k = 0; k < s->kind_count; k++)
            doubtful += l->load.doubtful[k];
    } while (doubtful > before);
    return true;
}

static bool compile_load(struct arena *arena, struct model *m, const struct scenario *s,
                         const struct steps *const *steps_of_kind, struct error *err)
{
    const size_t stations = s->station_count + 1, kinds = s->kind_count;
    m->load = arena_array(arena, stations, sizeof *m->load);
    m->rate_most = arena_array(arena, stations, sizeof *m->rate_most);
    m->held_mean = arena_array(arena, stations, sizeof *m->held_mean);
    m->visits = arena_array(arena, stations, sizeof *m->visits);
    m->load_sure = arena_array(arena, stations, sizeof *m->load_sure);
    m->patience = arena_array(arena, stations, sizeof *m->patience);
    m->exposed = arena_array(arena, stations, sizeof *m->exposed);
    m->scv = arena_array(arena, stations, sizeof *m->scv);
    m->kind_time = arena_array(arena, kinds, sizeof *m->kind_time);
    const double **passages = arena_array(arena, kinds, sizeof *passages);
    struct loading l = {
        .load = {.stations = s->stations,
                 .steps_of_kind = steps_of_kind,
                 .passages_of_kind = passages,
                 .sends = arena_array(arena, kinds, sizeof(double)),
                 .doubtful = arena_array(arena, kinds, sizeof(bool)),
                 .busy = arena_array(arena, stations, sizeof(double)),
                 .sure = arena_array(arena, stations, sizeof(double)),
                 .squares = arena_array(arena, stations, sizeof(double)),
                 .visits = arena_array(arena, stations, sizeof(double)),
                 .exposed = m->exposed,
                 .weight = 1.0},
        .rates = arena_array(arena, kinds, sizeof(double)),
        .weights = arena_array(arena, kinds, sizeof(double)),
        .occupied = arena_array(arena, stations, sizeof(double)),
    };
    if (m->load == NULL || m->load_sure == NULL || m->patience == NULL || m->rate_most == NULL ||
        m->held_mean == NULL || m->visits == NULL || m->exposed == NULL || m->kind_time == NULL ||
        m->scv == NULL || passages == NULL || l.load.sends == NULL || l.load.doubtful == NULL ||
        l.load.sure == NULL || l.load.squares == NULL || l.load.busy == NULL || l.load.visits == NULL ||
        l.rates == NULL || l.weights == NULL || l.occupied == NULL)
        return no_memory(err);
    bool ongoing = false;
    for (size_t k = 0; k < kinds; k++) {
        ongoing |= open_rate(&s->kinds[k]) > 0.0 || s->kinds[k].arrival.form == ARRIVAL_CLOSED;
        if (!traffic_visits(arena, steps_of_kind[k], &passages[k], err))
            return false;
        for (uint32_t i = 0; i < m->kinds[k].program_length; i++)
            l.sends |= m->kinds[k].program[i].code == OP_SEND;
    }
    if (l.sends && (l.share = arena_array(arena, kinds * kinds, sizeof *l.share)) == NULL)
        return no_memory(err);
    for (size_t k = 0; k < kinds; k++) {
        if (!load_kind(m, s, &l, k, err))
            return false;
        for (size_t i = 0; l.sends && i < kinds; i++)
            l.share[k * kinds + i] = l.load.sends[i];
        l.rates[k] = open_rate(&s->kinds[k]);
        l.weights[k] = ongoing ? task_rate(&s->kinds[k], l.load.total) : s->kinds[k].arrival.number;
    }
    if (l.sends && (!load_sent(arena, s, &l, err) || !load_doubts(m, s, &l, err)))
        return false;
    for (size_t i = 0; i < stations; i++)
        m->exposed[i] = false;
    double weights = 0.0;
    for (size_t k = 0; k < kinds; k++) {
        if (s->kinds[k].arrival.form == ARRIVAL_NONE && l.weights[k] == 0.0)
            continue; /* only called: counted where it is */
        if (!load_kind(m, s, &l, k, err))
            return false;
        m->open_rate += l.rates[k];
        weights += l.weights[k];
        for (size_t i = 0; i < s->station_count; i++) {
            l.occupied[i] += l.rates[k] * l.load.busy[i];
            m->load_sure[i] += l.rates[k] * l.load.sure[i];
            if (l.load.visits[i] > 0.0)
                m->patience[i] = fmax(m->patience[i],
                                      s->kinds[k].patience == NULL ? INFINITY : s->kinds[k].patience->mean);
            m->held_mean[i] += l.weights[k] * l.load.busy[i];
            m->visits[i] += l.weights[k] * l.load.visits[i];
            m->scv[i] += l.weights[k] * l.load.squares[i];
        }
    }
    for (size_t i = 0; i < s->station_count; i++) {
        const bool infinite = !(s->stations[i].servers < INFINITY);
        m->load[i] = infinite ? 0.0 : l.occupied[i] / servers_or_one(&s->stations[i]);
        m->load_sure[i] = infinite ? 0.0 : m->load_sure[i] / servers_or_one(&s->stations[i]);
        if (weights > 0.0) {
            m->held_mean[i] /= weights;
            m->visits[i] /= weights;
        }
        if (weights > 0.0 && m->held_mean[i] > 0.0) { /* so far the sum of squares */
            const double mean = m->held_mean[i] / m->visits[i];
            m->scv[i] = fmax(m->scv[i] / weights / m->visits[i] / (mean * mean) - 1.0, 0.0);
        } else {
            m->scv[i] = 0.0;
        }
        m->rate_most[i] =
            infinite || !(m->held_mean[i] > 0.0) ? INFINITY : s->stations[i].servers / m->held_mean[i];
    }
    return true;
}

/* What kinds of opcodes there are decides what a task must carry. */
static void compile_layout(struct model *m, const struct program *programs)
{
    bool more = m->overheads || m->deadlines || m->impatient || m->linked, visits = false;
    uint32_t loops = 0, holds = 0;
    for (uint32_t k = 0; k < m->kind_count; k++) {
        loops = programs[k].loops_most > loops ? programs[k].loops_most : loops;
        holds = programs[k].holds_most > holds ? programs[k].holds_most : holds;
        for (uint32_t i = 0; i < m->kinds[k].program_length; i++) {
            const enum opcode code = m->kinds[k].program[i].code;
            more |= m->kinds[k].program[i].given || code == OP_DELAY || code == OP_TAKE || code == OP_AWAIT ||
                    code == OP_REPEAT;
        }
    }
    m->counters_offset = (uint32_t)sizeof(struct task_more);
    m->holdings_offset = m->counters_offset + (loops * (uint32_t)sizeof(uint32_t) + 7) / 8 * 8;
    m->visit_offset = m->holdings_offset + holds * (uint32_t)sizeof(struct holding);
    for (uint32_t i = 0; i < m->station_count; i++)
        visits |= m->stations[i].preempt != PREEMPT_NOBODY;
    m->impatience_offset = m->visit_offset + (visits ? (uint32_t)sizeof(struct visit) : 0);
    m->more_size = m->impatience_offset + (m->impatient ? (uint32_t)sizeof(struct impatience) : 0);
    if (!more && !visits)
        m->more_size = 0;
}

bool model_compile(struct arena *arena, const struct scenario *s, struct model **out, struct error *err)
{
    struct model *m = arena_alloc(arena, sizeof *m);
    if (m == NULL)
        return no_memory(err);
    m->scenario = s;
    m->station_count = (uint32_t)s->station_count;
    m->kind_count = (uint32_t)s->kind_count;
    if (s->station_count >= UINT16_MAX || s->kind_count >= UINT16_MAX)
        return error_set(err, "more than %d stations or kinds of task", UINT16_MAX - 1);
    m->stations = arena_array(arena, s->station_count + 1, sizeof *m->stations);
    m->kinds = arena_array(arena, s->kind_count + 1, sizeof *m->kinds);
    m->weights = arena_array(arena, s->kind_count + 1, sizeof *m->weights);
    struct program *programs = arena_array(arena, s->kind_count + 1, sizeof *programs);
    const struct steps **steps_of_kind = arena_array(arena, s->kind_count + 1, sizeof *steps_of_kind);
    if (m->weights == NULL || m->stations == NULL || m->kinds == NULL || programs == NULL ||
        steps_of_kind == NULL)
        return no_memory(err);
    for (size_t k = 0; k < s->kind_count; k++)
        steps_of_kind[k] = &s->kinds[k].steps;
    for (size_t i = 0; i < s->station_count; i++) {
        compile_station(&m->stations[i], &s->stations[i]);
        m->overheads |= s->stations[i].switch_cost != NULL;
        m->deadlines |= m->stations[i].deadlines;
    }
    m->terminating = true;
    for (size_t k = 0; k < s->kind_count; k++) {
        if (!compile_kind(arena, &m->kinds[k], &s->kinds[k], steps_of_kind, &programs[k], err)) {
            error_place(err, NULL, &s->kinds[k].at);
            return false;
        }
        m->impatient |= m->kinds[k].patience != NULL || m->kinds[k].balk_count > 0;
        m->linked |= m->kinds[k].patience != NULL;
        m->deadlines |= s->kinds[k].deadline != NULL;
        m->weights[k] = s->kinds[k].weight;
        m->terminating &= ends(&s->kinds[k]);
    }
    for (size_t k = 0; k < s->kind_count; k++)
        m->kinds[k].extras = m->kinds[k].delays || m->overheads || m->kinds[k].deadline != NULL;
    if (!compile_classes(arena, m, s, programs))
        return no_memory(err);
    if (!compile_load(arena, m, s, steps_of_kind, err))
        return false;
    compile_layout(m, programs);
    compile_shapes(m);
    m->deterministic = deterministic(m);
    model_choose_length(m);
    *out = m;
    return true;
}

static const char *const opcode_names[] = {
    [OP_AT] = "at",       [OP_DELAY] = "delay",   [OP_TAKE] = "take",     [OP_GIVE] = "give",
    [OP_AWAIT] = "await", [OP_RETURN] = "return", [OP_CHOOSE] = "choose", [OP_BRANCH] = "branch",
    [OP_JUMP] = "jump",   [OP_REPEAT] = "repeat", [OP_LOOP] = "loop",     [OP_BECOME] = "become",
    [OP_SEND] = "send",   [OP_END] = "end",
};

static const char *describe(struct arena *arena, const struct dist *d)
{
    if (d->shape == DIST_CONSTANT)
        return arena_printf(arena, "%.10g", d->a);
    return arena_printf(arena, "%s, mean %.10g, scv %.10g", d->type->name, d->mean, d->scv);
}

static char *print_op(struct arena *arena, const struct model *m, uint32_t i, const struct op *op)
{
    const char *dist = op->dist == NULL ? "" : describe(arena, op->dist);
    const char *name = opcode_names[op->code];
    if (dist == NULL)
        return NULL;
    switch ((enum opcode)op->code) {
    case OP_AT:
        return arena_printf(arena, "%4u  %-7s %s, for %s\n", i, name, m->stations[op->station].name, dist);
    case OP_DELAY:
        return arena_printf(arena, "%4u  %-7s %s\n", i, name, dist);
    case OP_TAKE:
    case OP_GIVE:
        return arena_printf(arena, "%4u  %-7s %s\n", i, name, m->stations[op->station].name);
    case OP_BRANCH:
        return arena_printf(arena, "%4u  %-7s below %.10g: %u\n", i, name, op->p, op->target);
    case OP_JUMP:
        return arena_printf(arena, "%4u  %-7s %u\n", i, name, op->target);
    case OP_REPEAT:
        return arena_printf(arena, "%4u  %-7s %s times, counter %u; none: %u\n", i, name, dist, op->slot,
                            op->target);
    case OP_LOOP:
        return arena_printf(arena, "%4u  %-7s counter %u, back to %u\n", i, name, op->slot, op->target);
    case OP_SEND:
        return arena_printf(arena, "%4u  %-7s %s\n", i, name, m->kinds[op->station].name);
    case OP_BECOME:
        return arena_printf(arena, "%4u  %-7s priority %.10g\n", i, name, op->p);
    case OP_AWAIT:
    case OP_RETURN:
    case OP_CHOOSE:
    case OP_END:
        return arena_printf(arena, "%4u  %s\n", i, name);
    }
    return NULL;
}

char *model_print(struct arena *arena, const struct model *m)
{
    char *text = arena_text(arena, "");
    for (uint32_t k = 0; k < m->kind_count && text != NULL; k++) {
        text = arena_printf(arena, "%s%s%s:\n", text, k > 0 ? "\n" : "", m->kinds[k].name);
        for (uint32_t i = 0; i < m->kinds[k].program_length && text != NULL; i++) {
            const char *line = print_op(arena, m, i, &m->kinds[k].program[i]);
            text = line == NULL ? NULL : arena_printf(arena, "%s%s", text, line);
        }
    }
    return text;
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
