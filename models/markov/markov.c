#include "models/markov/chain.h"

#include <math.h>
#include <stdlib.h>

/* A cut is fine where this much probability stands at it. */
#define LEFT_OUT_GOAL 1e-14
#define LEFT_OUT_MOST 1e-12
/* The first try leaves about this much out, if the tail is that of the busiest station. */
#define LEFT_OUT_PLANNED 1e-13

static bool overloaded(const struct model *m, struct error *err)
{
    for (uint32_t s = 0; s < m->station_count; s++)
        if (m->exposed[s] && m->load_sure[s] >= 1.0) {
            error_set(err, "station %s is offered a load of %.6g: there is no steady state",
                      m->stations[s].name, m->load_sure[s]);
            return true;
        }
    return false;
}

/* Room for open tasks in a first try. */
static double plan_room(const struct model *m)
{
    double busiest = 0.05, time = 0.0, servers = 0.0;
    for (uint32_t s = 0; s < m->station_count; s++) {
        busiest = fmax(busiest, m->load[s]);
        servers += m->stations[s].servers == UNLIMITED ? 0.0 : m->stations[s].servers * m->load[s];
    }
    for (uint32_t k = 0; k < m->kind_count; k++)
        if (m->kinds[k].arrival->form == ARRIVAL_OPEN)
            time += m->kinds[k].arrival->rate * m->kind_time[k];
    const double plain = time + servers,
                 tail = busiest < 1.0 ? log(LEFT_OUT_PLANNED) / log(busiest) : plain + 30.0;
    return fmin(ceil(plain + 10.0 * sqrt(plain) + 30.0 + tail), 1e6);
}

/* States near each other: by the number of open tasks, or where there are none by the number at the busiest
 * station. */
static uint32_t *group_states(const struct chain *c)
{
    const struct model *m = c->model->model;
    uint32_t *group = malloc(c->states * sizeof *group);
    bool open = false;
    uint32_t busiest = 0;
    double most = -1.0;
    for (uint32_t k = 0; k < m->kind_count; k++)
        open |= !c->model->closed[k];
    for (uint32_t s = 0; s < m->station_count; s++) {
        const double demand =
            m->held_mean[s] / (m->stations[s].servers == UNLIMITED ? 1e300 : m->stations[s].servers);
        if (m->stations[s].group == NULL && demand > most) {
            most = demand;
            busiest = s;
        }
    }
    for (size_t i = 0; group != NULL && i < c->states; i++)
        group[i] =
            open || m->station_count == 0 ? c->open[i] : (uint32_t)reward_stations(c, i)[busiest].present;
    return group;
}

/* How much less likely each further task is, seen near the cut; the room that would leave little enough out.
 */
static double next_room(const struct chain *c, const double *p, uint32_t room, double left_out)
{
    enum { SPAN = 8 };
    double here = 0.0, before = 0.0;
    for (size_t i = 0; i < c->states; i++) {
        here += c->open[i] == room ? p[i] : 0.0;
        before += c->open[i] + SPAN == room ? p[i] : 0.0;
    }
    const double decay = pow(here / before, 1.0 / SPAN);
    if (!(decay < 1.0) || !(before > 0.0))
        return 2.0 * room;
    return ceil(room + 1.1 * log(0.1 * LEFT_OUT_GOAL / left_out) / log(decay)) + 5.0;
}

static double ratio(double a, double b)
{
    return b > 0.0 ? a / b : NAN;
}

static void add_station(struct reward_station *sum, const struct reward_station *r, double weight)
{
    sum->offered += weight * r->offered;
    sum->left += weight * r->left;
    sum->lost += weight * r->lost;
    sum->busy += weight * r->busy;
    sum->present += weight * r->present;
    sum->queue += weight * r->queue;
}

static struct markov_station station_means(const struct chain *c, const struct reward_station *sums,
                                           uint32_t s)
{
    const struct station_model *m = &c->model->model->stations[s];
    struct reward_station all = sums[s];
    double servers = m->servers == UNLIMITED ? 1.0 : m->servers;
    bool impatient = m->impatient;
    if (m->group != NULL) {
        servers = 0.0;
        for (uint32_t i = 0; i < m->group->count; i++) {
            const uint32_t member = m->group->members[i];
            struct reward_station part = sums[member];
            part.offered = part.lost = 0.0;
            add_station(&all, &part, 1.0);
            servers += c->model->model->stations[member].servers;
            impatient |= c->model->model->stations[member].impatient;
        }
    }
    const bool known = !impatient && c->model->model->frames == 0; /* who leaves early takes a part in its length */
    return (struct markov_station){
        .utilisation = all.busy / servers,
        .in_station = all.present,
        .queue_length = all.queue,
        .throughput = all.left,
        .wait = known ? ratio(all.queue, all.left) : NAN,
        .response = known ? ratio(all.present, all.left) : NAN,
        .lost = ratio(all.lost, all.offered),
    };
}

static struct markov_kind kind_means(const struct chain *c, const struct reward_kind *sum)
{
    const bool known = !c->lost_late;
    return (struct markov_kind){
        .throughput = sum->completed,
        .in_system = sum->in_system,
        .response = known ? ratio(sum->in_system, sum->completed) : NAN,
        .wait = known ? ratio(sum->waiting, sum->completed) : NAN,
        .service = known ? ratio(sum->serving, sum->completed) : NAN,
        .delay = known ? ratio(sum->delayed, sum->completed) : NAN,
        .overhead = known ? ratio(sum->overheads, sum->completed) : NAN,
        .lost = ratio(sum->lost, sum->arrived),
        .abandoned = ratio(sum->abandoned, sum->arrived),
        .timed_out = ratio(sum->timed_out, sum->arrived),
    };
}

bool chain_means(const struct chain *c, const double *p, struct arena *arena, struct markov_result *out)
{
    const struct model *m = c->model->model;
    struct reward_kind *kinds = arena_array(arena, m->kind_count + 1, sizeof *kinds);
    struct reward_station *stations = arena_array(arena, m->part_count + 1, sizeof *stations);
    out->kinds = arena_array(arena, m->kind_count + 1, sizeof *out->kinds);
    out->stations = arena_array(arena, m->part_count + 1, sizeof *out->stations);
    if (kinds == NULL || stations == NULL || out->kinds == NULL || out->stations == NULL)
        return false;
    for (size_t i = 0; i < c->states; i++) {
        const struct reward_kind *k = reward_kinds(c, i);
        const struct reward_station *s = reward_stations(c, i);
        for (uint32_t j = 0; j < m->kind_count; j++) {
            kinds[j].arrived += p[i] * k[j].arrived;
            kinds[j].completed += p[i] * k[j].completed;
            kinds[j].lost += p[i] * k[j].lost;
            kinds[j].abandoned += p[i] * k[j].abandoned;
            kinds[j].timed_out += p[i] * k[j].timed_out;
            kinds[j].in_system += p[i] * k[j].in_system;
            kinds[j].waiting += p[i] * k[j].waiting;
            kinds[j].serving += p[i] * k[j].serving;
            kinds[j].delayed += p[i] * k[j].delayed;
            kinds[j].overheads += p[i] * k[j].overheads;
        }
        for (uint32_t j = 0; j < m->part_count; j++)
            add_station(&stations[j], &s[j], p[i]);
    }
    for (uint32_t j = 0; j < m->kind_count; j++)
        out->kinds[j] = kind_means(c, &kinds[j]);
    for (uint32_t j = 0; j < m->station_count; j++)
        out->stations[j] = station_means(c, stations, j);
    return true;
}

/* A state that is never left, in which tasks are stuck. */
static bool deadlocked(const struct chain *c, struct error *err)
{
    for (size_t i = 0; c->states > 1 && i < c->states; i++)
        if (c->first[i] == c->first[i + 1]) {
            error_set(err, "sooner or later it comes to a deadlock");
            return true;
        }
    return false;
}

/* One chain. more: the room to try next; 0: none, this was good. */
static bool solve_with_room(const struct chain_model *model, uint32_t room, size_t states_most,
                            struct arena *arena, struct markov_result *out, double *more, bool *too_many,
                            struct error *err)
{
    struct chain chain;
    double *p = NULL;
    uint32_t *group = NULL;
    *more = 0.0;
    *too_many = false;
    bool ok = chain_explore(&chain, model, room, states_most, too_many, err);
    if (ok) {
        p = calloc(chain.states, sizeof *p);
        group = group_states(&chain);
        ok = (p != NULL && group != NULL) || error_set(err, "out of memory");
    }
    if (ok) {
        const struct sparse q = {chain.states, chain.first, chain.to, chain.rate};
        *out = (struct markov_result){.states = chain.states,
                                      .transitions = chain.transitions,
                                      .tasks_most = UNLIMITED,
                                      .makespan = (double)NAN,
                                      .makespan_sd = (double)NAN};
        ok = !deadlocked(&chain, err) && stationary(&q, group, p, &out->residual, err);
    }
    if (ok && chain.cut) {
        out->tasks_most = room;
        for (size_t i = 0; i < chain.states; i++)
            out->left_out += chain.full[i] ? p[i] : 0.0;
        if (out->left_out > LEFT_OUT_GOAL)
            *more = next_room(&chain, p, room, out->left_out);
    }
    ok = ok && (chain_means(&chain, p, arena, out) || error_set(err, "out of memory"));
    if (*too_many && chain.open_seen > 1) /* there is room for about so many tasks */
        *more = fmin(chain.open_seen - 1.0, floor(0.85 * room));
    free(p);
    free(group);
    chain_forget(&chain);
    return ok;
}

/* What a batch comes to. totals: integrals of the rewards over a run. */
static bool ends(const struct chain *c, double mean, double second, const double *totals, struct arena *arena,
                 struct markov_result *out)
{
    const struct model *m = c->model->model;
    const struct reward_kind *kinds = (const struct reward_kind *)(const void *)totals;
    out->makespan = mean;
    out->makespan_sd = sqrt(fmax(0.0, second - mean * mean));
    out->kinds = arena_array(arena, m->kind_count + 1, sizeof *out->kinds);
    out->stations = arena_array(arena, m->part_count + 1, sizeof *out->stations);
    if (out->kinds == NULL || out->stations == NULL)
        return false;
    for (uint32_t k = 0; k < m->kind_count; k++) {
        struct reward_kind sum = kinds[k];
        const struct arrival *a = m->kinds[k].arrival;
        sum.arrived = a->form == ARRIVAL_AT_ONCE ? a->number * c->model->batch[k] : 0.0;
        sum.completed = sum.arrived;
        out->kinds[k] = kind_means(c, &sum);
        out->kinds[k].throughput = out->kinds[k].in_system = (double)NAN;
        /* Who is lost at time 0 takes no part; how many are is not counted here, as no time passes then. */
        bool lossless = true;
        for (uint32_t s = 0; s < m->station_count; s++)
            lossless &= m->stations[s].capacity == UNLIMITED && !m->stations[s].impatient;
        if (!lossless || sum.arrived == 0.0)
            out->kinds[k] = (struct markov_kind){.throughput = (double)NAN,
                                                 .in_system = (double)NAN,
                                                 .response = (double)NAN,
                                                 .wait = (double)NAN,
                                                 .service = (double)NAN,
                                                 .delay = (double)NAN,
                                                 .overhead = (double)NAN};
    }
    for (uint32_t s = 0; s < m->station_count; s++)
        out->stations[s] = (struct markov_station){.utilisation = (double)NAN,
                                                   .in_station = (double)NAN,
                                                   .queue_length = (double)NAN,
                                                   .throughput = (double)NAN,
                                                   .wait = (double)NAN,
                                                   .response = (double)NAN};
    return true;
}

/* No state with tasks in it that is never left. */
static bool ends_well(const struct chain *c, struct error *err)
{
    for (size_t i = 0; i < c->states; i++)
        if (c->first[i] == c->first[i + 1] && c->open[i] > 0)
            return error_set(err, "it may come to a deadlock");
    return true;
}

static bool solve_batch(const struct chain_model *model, size_t states_most, struct arena *arena,
                        struct markov_result *out, struct error *err)
{
    struct chain chain;
    bool too_many = false;
    bool ok = chain_explore(&chain, model, UNLIMITED, states_most, &too_many, err) && ends_well(&chain, err);
    double *totals = calloc(chain.reward_count + 1, sizeof *totals), mean = 0.0, second = 0.0;
    if (ok && totals == NULL)
        ok = error_set(err, "out of memory");
    if (ok) {
        const struct sparse q = {chain.states, chain.first, chain.to, chain.rate};
        *out = (struct markov_result){
            .states = chain.states, .transitions = chain.transitions, .tasks_most = UNLIMITED};
        ok = until_end(&q, chain.instant, chain.rewards, chain.reward_count, &mean, &second, totals,
                       &out->residual, err) &&
             (ends(&chain, mean, second, totals, arena, out) || error_set(err, "out of memory"));
    }
    free(totals);
    chain_forget(&chain);
    return ok;
}

bool markov_solve(const struct model *model, const struct markov_options *options, struct arena *arena,
                  struct markov_result *out, struct error *err)
{
    enum { TRIES = 8 };
    struct chain_model chain_model;
    *out = (struct markov_result){0};
    const size_t states_most =
        options != NULL && options->states_most > 0 ? options->states_most : MARKOV_STATES_MOST;
    if (!chain_model_make(model, false, arena, &chain_model, err) || overloaded(model, err))
        return false;
    if (chain_model.ends)
        return solve_batch(&chain_model, states_most, arena, out, err);
    double room = plan_room(model), largest = 1e6;
    for (int i = 0; i < TRIES; i++) {
        bool too_many = false;
        double more;
        if (solve_with_room(&chain_model, (uint32_t)room, states_most, arena, out, &more, &too_many, err)) {
            if (more == 0.0 || (out->left_out <= LEFT_OUT_MOST && more > largest))
                return true;
            if (!(more <= largest))
                return error_set(
                    err,
                    "a chain of %zu states, with room for %u tasks, is too small: with probability %.2g it "
                    "is full",
                    out->states, out->tasks_most, out->left_out);
            room = more;
        } else if (too_many && more > 0.4 * room) {
            largest = more;
            room = more;
        } else {
            return false;
        }
    }
    return error_set(err, "more than %zu states are needed", states_most);
}
