/* compile_load.c: the offered load of the whole model, from the loads of its kinds. */
#include "models/compile_load.h"

#include "models/discipline/pace.h"
#include "models/load.h"
#include "models/traffic.h"

#include <math.h>

static bool no_memory(struct error *err)
{
    return error_set(err, "out of memory");
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

/* Servers of speed 1 that would do as much: in the mean over time, of those that are there and up. */
static double servers_or_one(const struct station_spec *spec)
{
    if (!(spec->servers < INFINITY))
        return 1.0;
    const double speed = spec->environment == NULL ? 1.0 : spec->environment->mean_speed;
    double servers = spec->servers;
    if (spec->pace != NULL) { /* the most that it ever does */
        enum { MOST = 10000 };
        double most = 0.0;
        for (uint32_t k = 1; k <= MOST && (k <= spec->servers || spec->discipline->shape == DISCIPLINE_SHARING); k++)
            most = fmax(most, pace_total(spec->pace, k));
        return speed * most;
    }
    if (spec->batch_max > 0.0) /* a full batch in the time of one task: more than that it cannot do */
        return servers * spec->batch_max;
    if (spec->classes != NULL) {
        servers = 0.0;
        for (size_t i = 0; i < spec->class_count; i++)
            servers += spec->classes[i].count * spec->classes[i].speed;
    }
    if (spec->schedule != NULL && spec->schedule_repeat < INFINITY) {
        double area = 0.0;
        for (size_t i = 0; i < spec->schedule_count; i++) {
            const double to =
                i + 1 < spec->schedule_count ? spec->schedule[2 * i + 2] : spec->schedule_repeat;
            area += spec->schedule[2 * i + 1] * (to - spec->schedule[2 * i]);
        }
        servers = area / spec->schedule_repeat;
    }
    if (spec->up != NULL && spec->up->mean < INFINITY && spec->down->mean < INFINITY)
        servers *= spec->up->mean / (spec->up->mean + spec->down->mean);
    return speed * servers;
}

/* How many tasks of a kind come in a run that ends: what kinds are weighed by there. Where it is not said (a trace, a
 * schedule that falls to 0), as if one came. */
static double task_number(const struct kind_spec *kind)
{
    if (kind->arrival.form == ARRIVAL_NONE || kind->arrival.number > 0.0)
        return kind->arrival.number;
    return kind->limit < INFINITY ? kind->limit : 1.0;
}

/* The loads of all kinds while they are put together. */
struct loading {
    struct load load;
    double *share;           /* row k: mean number of tasks of each kind that one of kind k sends */
    double *rates, *weights; /* by kind: as they arrive, then those sent included */
    double *occupied;        /* by station: by open kinds */
    bool sends;
};

/* What was counted for a group is dealt out among its stations: by weight, or each alike where the rule does not look
 * at them; else by their servers. */
static void share_groups(const struct scenario *s, struct load *l)
{
    for (size_t g = 0; g < s->station_count; g++) {
        const struct station_spec *group = &s->stations[g];
        if (group->balance == NULL || l->visits[g] == 0.0)
            continue;
        const bool alike = group->dispatch == lookup_row(dispatch_table, "random") ||
                           group->dispatch == lookup_row(dispatch_table, "round_robin");
        double sum = 0.0;
        for (size_t i = 0; i < group->balance_count; i++)
            sum += group->weights != NULL ? group->weights[i] : 0.0;
        for (size_t i = 0; i < group->balance_count; i++) {
            const size_t member = group->balance[i];
            const bool infinite = !(group->servers < INFINITY);
            const double share = group->weights != NULL ? group->weights[i] / sum
                                 : alike || infinite    ? 1.0 / (double)group->balance_count
                                                        : s->stations[member].servers / group->servers;
            l->busy[member] += share * l->busy[g];
            l->sure[member] += share * l->sure[g];
            l->visits[member] += share * l->visits[g];
            l->squares[member] += share * l->squares[g];
            l->exposed[member] |= l->exposed[g] && !(s->stations[member].capacity < INFINITY) &&
                                  !s->stations[member].discipline->drops;
        }
    }
}

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
    share_groups(s, &l->load);
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

bool compile_load(struct arena *arena, struct model *m, const struct scenario *s,
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
        l.weights[k] = ongoing ? task_rate(&s->kinds[k], l.load.total) : task_number(&s->kinds[k]);
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
            infinite || !(m->held_mean[i] > 0.0) ? INFINITY : servers_or_one(&s->stations[i]) / m->held_mean[i];
    }
    return true;
}
