/* explore.c: all states, breadth first. */
#include "models/markov/chain.h"

#include "models/arrival/schedule.h"
#include "models/discipline/pace.h"

#include <stdlib.h>
#include <string.h>

#define WORK_MOST 5e8 /* words, about: some seconds */
static const char *const too_much_work = "the chain has too many states and ways between them";
#define ROOM_MOST 4e8 /* bytes */

struct explorer {
    struct chain *chain;
    struct spots spots;
    struct oracle oracle;
    struct scene base, work;
    struct words words;
    size_t state; /* in hand */
    size_t states_most;
    uint16_t tag;     /* of the event in hand */
    double work_done; /* words of states taken apart and put together */
    bool too_many;
    const char *failed;
};

static void fail(struct explorer *x, const char *why)
{
    if (x->failed == NULL)
        x->failed = why;
}

/* ---- states ---- */

static size_t hash(const uint32_t *words, size_t count)
{
    uint64_t h = UINT64_C(0x9E3779B97F4A7C15) ^ count;
    for (size_t i = 0; i < count; i++) {
        h = (h ^ words[i]) * UINT64_C(0xFF51AFD7ED558CCD);
        h ^= h >> 32;
    }
    return (size_t)h;
}

static bool grow_states(struct chain *c)
{
    const size_t room = c->room == 0 ? 1024 : 2 * c->room;
    size_t *at = realloc(c->at, (room + 1) * sizeof *at);
    if (at != NULL)
        c->at = at;
    size_t *first = realloc(c->first, (room + 1) * sizeof *first);
    if (first != NULL)
        c->first = first;
    uint32_t *open = realloc(c->open, room * sizeof *open);
    if (open != NULL)
        c->open = open;
    bool *full = realloc(c->full, room * sizeof *full);
    if (full != NULL)
        c->full = full;
    bool *instant = realloc(c->instant, room * sizeof *instant);
    if (instant != NULL)
        c->instant = instant;
    double *rewards = realloc(c->rewards, room * c->reward_count * sizeof *rewards);
    if (rewards != NULL)
        c->rewards = rewards;
    size_t *slots = calloc(2 * room, sizeof *slots);
    if (at == NULL || first == NULL || open == NULL || full == NULL || rewards == NULL || instant == NULL ||
        slots == NULL) {
        free(slots);
        return false;
    }
    free(c->slots);
    c->slots = slots;
    c->slot_count = 2 * room;
    c->room = room;
    for (size_t i = 0; i < c->states; i++) {
        size_t slot = hash(c->pool.items + c->at[i], c->at[i + 1] - c->at[i]) & (c->slot_count - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (c->slot_count - 1);
        slots[slot] = i + 1;
    }
    return true;
}

/* The number of the state in x->words; UINT32_MAX: there are too many, or no memory. */
static uint32_t state_number(struct explorer *x)
{
    struct chain *c = x->chain;
    if (c->states == c->room && !grow_states(c)) {
        fail(x, "out of memory");
        return UINT32_MAX;
    }
    const size_t bytes = x->words.count * sizeof *x->words.items;
    size_t slot = hash(x->words.items, x->words.count) & (c->slot_count - 1);
    for (; c->slots[slot] != 0; slot = (slot + 1) & (c->slot_count - 1)) {
        const size_t i = c->slots[slot] - 1;
        if (c->at[i + 1] - c->at[i] == x->words.count &&
            memcmp(c->pool.items + c->at[i], x->words.items, bytes) == 0)
            return (uint32_t)i;
    }
    if (c->states >= x->states_most) {
        x->too_many = true;
        fail(x, "too many states");
        return UINT32_MAX;
    }
    while (c->pool.room < c->pool.count + x->words.count) {
        const size_t room = c->pool.room == 0 ? 65536 : 2 * c->pool.room;
        uint32_t *items = realloc(c->pool.items, room * sizeof *items);
        if (items == NULL) {
            fail(x, "out of memory");
            return UINT32_MAX;
        }
        c->pool.items = items;
        c->pool.room = room;
    }
    memcpy(c->pool.items + c->pool.count, x->words.items, bytes);
    c->at[c->states] = c->pool.count;
    c->pool.count += x->words.count;
    c->at[c->states + 1] = c->pool.count;
    c->full[c->states] = c->instant[c->states] = false;
    memset(c->rewards + c->states * c->reward_count, 0, c->reward_count * sizeof *c->rewards);
    c->slots[slot] = c->states + 1;
    return (uint32_t)c->states++;
}

static void add_transition(struct explorer *x, uint32_t to, double rate)
{
    struct chain *c = x->chain;
    for (size_t i = c->first[x->state]; i < c->transitions; i++)
        if (c->to[i] == to && c->tag[i] == x->tag) {
            c->rate[i] += rate;
            return;
        }
    if (c->transitions == c->transition_room) {
        const size_t room = c->transition_room == 0 ? 8192 : 2 * c->transition_room;
        uint32_t *tos = realloc(c->to, room * sizeof *tos);
        if (tos != NULL)
            c->to = tos;
        double *rates = realloc(c->rate, room * sizeof *rates);
        if (rates != NULL)
            c->rate = rates;
        uint16_t *tags = realloc(c->tag, room * sizeof *tags);
        if (tags != NULL)
            c->tag = tags;
        if (tos == NULL || rates == NULL || tags == NULL) {
            fail(x, "out of memory");
            return;
        }
        c->transition_room = room;
    }
    c->to[c->transitions] = to;
    c->tag[c->transitions] = x->tag;
    c->rate[c->transitions++] = rate;
}

/* What the scene at work has become, at this rate. */
static void arrive_at(struct explorer *x, double rate)
{
    struct chain *c = x->chain;
    struct scene *w = &x->work;
    if (w->failed != NULL) {
        fail(x, w->failed);
        return;
    }
    if (!scene_store(w, &x->words)) {
        fail(x, "out of memory");
        return;
    }
    const uint32_t to = state_number(x);
    if (to == UINT32_MAX)
        return;
    if (to != x->state)
        add_transition(x, to, rate);
    c->lost_late |= w->lost_late;
    c->cut |= w->full;
    c->full[x->state] |= w->full;
    struct reward_kind *kinds = reward_kinds(c, x->state);
    struct reward_station *stations = reward_stations(c, x->state);
    for (uint32_t k = 0; k < c->model->model->kind_count; k++) {
        kinds[k].arrived += rate * w->kinds[k].arrived;
        kinds[k].completed += rate * w->kinds[k].completed;
        kinds[k].lost += rate * w->kinds[k].lost;
        kinds[k].abandoned += rate * w->kinds[k].abandoned;
        kinds[k].timed_out += rate * w->kinds[k].timed_out;
    }
    for (uint32_t s = 0; s < c->model->model->part_count; s++) {
        stations[s].offered += rate * w->stations[s].offered;
        stations[s].left += rate * w->stations[s].left;
        stations[s].lost += rate * w->stations[s].lost;
    }
}

/* ---- events ---- */

enum happening { ARRIVES, ARRIVES_TO, STARTS, SOURCE_PHASE, PHASE, DONE, STAY_PHASE, STAY_DONE, ABANDONS, TIMES_OUT, TIMES_OUT_IN_LINE, IS_SET_UP, COOLS };

/* All ways that this event can take. */
static void happen(struct explorer *x, double rate, enum happening event, uint32_t a, uint32_t b, uint32_t c,
                   uint32_t d)
{
    if (!(rate > 0.0))
        return;
    oracle_begin(&x->oracle);
    do {
        oracle_again(&x->oracle);
        scene_load(&x->work, x->chain->pool.items + x->chain->at[x->state]);
        x->work_done += (double)(x->chain->at[x->state + 1] - x->chain->at[x->state]) + 40.0;
        switch (event) {
        case ARRIVES:
            scene_arrival(&x->work, a);
            break;
        case ARRIVES_TO:
            scene_arrival_to(&x->work, a, b);
            break;
        case STARTS:
            scene_start(&x->work, a);
            break;
        case SOURCE_PHASE:
            x->work.source[a] = b;
            break;
        case PHASE:
            scene_phase(&x->work, a, b);
            break;
        case DONE:
            scene_done(&x->work, a);
            break;
        case STAY_PHASE:
            scene_stay_phase(&x->work, a, b, c, d);
            break;
        case STAY_DONE:
            scene_stay_done(&x->work, a, b);
            break;
        case ABANDONS:
            scene_abandon(&x->work, a, b);
            break;
        case TIMES_OUT:
            scene_time_out(&x->work, a, b);
            break;
        case IS_SET_UP:
            scene_is_set_up(&x->work, a);
            break;
        case COOLS:
            scene_cools(&x->work, a);
            break;
        case TIMES_OUT_IN_LINE:
            scene_time_out_in_line(&x->work, a, b, c == 1, d);
            break;
        }
        x->work_done += 5.0 * x->oracle.looked;
        x->oracle.looked = 0.0;
        if (x->oracle.failed)
            fail(x, "out of memory");
        else if (x->work_done > WORK_MOST) /* one event may have more ways than all states together */
            fail(x, too_much_work);
        else
            arrive_at(x, rate * x->oracle.weight);
    } while (x->failed == NULL && oracle_next(&x->oracle));
}

/* Markovian arrivals. */
static void markovian(struct explorer *x, uint32_t k)
{
    const struct chain_source *source = &x->chain->model->source[k];
    const uint32_t i = x->base.source[k];
    for (uint32_t j = 0; j < source->n; j++) {
        if (j != i)
            happen(x, source->d0[i * source->n + j], SOURCE_PHASE, k, j, 0, 0);
        happen(x, source->d1[i * source->n + j], ARRIVES_TO, k, j, 0, 0);
    }
}

/* At time 0 tasks come one after another. false: all have. */
static bool beginning(struct explorer *x)
{
    for (uint32_t k = 0; x->chain->model->ends && k < x->chain->model->model->kind_count; k++)
        if (x->base.source[k] > 0) {
            x->chain->instant[x->state] = true;
            happen(x, 1.0, STARTS, k, 0, 0, 0);
            return true;
        }
    return false;
}

static void sources(struct explorer *x)
{
    const struct chain_model *m = x->chain->model;
    for (uint32_t k = 0; k < m->model->kind_count; k++) {
        const struct phase_law *law = &m->between[k];
        if (m->source[k].n > 0)
            markovian(x, k);
        if (law->n == 0)
            continue;
        const uint32_t i = x->base.source[k];
        const struct arrival *arrival = m->model->kinds[k].arrival;
        x->tag = m->timed && arrival->form == ARRIVAL_OPEN && schedule_is(arrival) ? (uint16_t)(k + 1U) : 0;
        double ends = 1.0;
        for (uint32_t j = 0; j < law->n; j++) {
            ends -= law->follow[i * law->n + j];
            happen(x, law->rate[i] * law->follow[i * law->n + j], SOURCE_PHASE, k, j, 0, 0);
        }
        happen(x, ends < 1e-14 ? 0.0 : law->rate[i] * ends, ARRIVES, k, 0, 0, 0);
        x->tag = 0;
    }
}

static void active(struct explorer *x)
{
    for (uint32_t r = 0; r < x->base.active.count; r++) {
        const struct spot_run run = x->base.active.items[r];
        const struct spot p = *scene_spot(&x->base, run.number);
        const struct phase_law *law = scene_law(&x->base, &p);
        const double rate = run.count * law->rate[p.phase] * scene_speed(&x->base, &p);
        double ends = 1.0;
        for (uint32_t j = 0; j < law->n; j++) {
            ends -= law->follow[p.phase * law->n + j];
            happen(x, rate * law->follow[p.phase * law->n + j], PHASE, run.number, j, 0, 0);
        }
        happen(x, ends < 1e-14 ? 0.0 : rate * ends, DONE, run.number, 0, 0, 0);
    }
}

/* Where tasks are preempted, the first in order are served. */
static void staying(struct explorer *x, uint32_t s)
{
    const struct runs *line = &x->base.line[s];
    uint32_t servers = x->chain->model->model->stations[s].servers;
    for (uint32_t i = 0; i < line->count && servers > 0; i++) {
        const struct spot p = *scene_spot(&x->base, line->items[i].number);
        const struct phase_law *law = scene_law(&x->base, &p);
        const uint32_t served = line->items[i].count < servers ? line->items[i].count : servers;
        double ends = 1.0;
        for (uint32_t j = 0; j < law->n; j++) {
            const double chance = law->follow[p.phase * law->n + j];
            ends -= chance;
            for (uint32_t b = 0; chance > 0.0 && b < served; b++)
                happen(x, law->rate[p.phase] * chance, STAY_PHASE, s, i, b, j);
        }
        happen(x, ends < 1e-14 ? 0.0 : served * law->rate[p.phase] * ends, STAY_DONE, s, i, 0, 0);
        servers -= served;
    }
}

static void patience(struct explorer *x, uint32_t s)
{
    for (uint32_t i = 0; i < x->base.line[s].count; i++) {
        const struct spot_run run = x->base.line[s].items[i];
        const struct spot *p = scene_spot(&x->base, run.number);
        if (p->resuming == 0)
            happen(x, run.count * x->chain->model->patience[p->kind], ABANDONS, s, i, 0, 0);
    }
}

static void timeouts_in_line(struct explorer *x, uint32_t s, bool resumed)
{
    const struct runs *line = resumed ? &x->base.resumed[s] : &x->base.line[s];
    for (uint32_t i = 0; i < line->count; i++) {
        const struct spot_run run = line->items[i];
        for (uint32_t f = 0; f < SPOT_FRAMES; f++)
            happen(x, run.count * scene_timeout_rate(&x->base, scene_spot(&x->base, run.number), f), TIMES_OUT_IN_LINE, s, i, resumed, f);
    }
}

static void timeouts(struct explorer *x)
{
    for (uint32_t r = 0; r < x->base.active.count; r++) {
        const struct spot_run run = x->base.active.items[r];
        for (uint32_t f = 0; f < SPOT_FRAMES; f++)
            happen(x, run.count * scene_timeout_rate(&x->base, scene_spot(&x->base, run.number), f), TIMES_OUT, run.number, f, 0, 0);
    }
    for (uint32_t s = 0; s < x->chain->model->model->part_count; s++) {
        timeouts_in_line(x, s, false);
        timeouts_in_line(x, s, true);
    }
}

/* ---- numbers ---- */

static void count_waiting(struct explorer *x, const struct runs *runs, bool preempts, uint32_t servers,
                          struct reward_kind *kinds)
{
    for (uint32_t i = 0; i < runs->count; i++) {
        const struct spot *p = scene_spot(&x->base, runs->items[i].number);
        const uint32_t count = runs->items[i].count, served = !preempts         ? 0
                                                              : count < servers ? count
                                                                                : servers;
        servers -= served;
        kinds[p->kind].in_system += count;
        kinds[p->kind].serving += served;
        kinds[p->kind].waiting += count - served;
    }
}

static void count_numbers(struct explorer *x)
{
    struct chain *c = x->chain;
    const struct model *m = c->model->model;
    struct reward_kind *kinds = reward_kinds(c, x->state);
    struct reward_station *stations = reward_stations(c, x->state);
    for (uint32_t i = 0; i < x->base.active.count; i++) {
        const struct spot *p = scene_spot(&x->base, x->base.active.items[i].number);
        const double count = x->base.active.items[i].count;
        struct reward_kind *k = &kinds[p->kind];
        if (p->where == SPOT_THINKING)
            continue;
        k->in_system += count;
        k->delayed += p->where == SPOT_DELAYED ? count : 0.0;
        k->overheads += p->where == SPOT_TURNING || p->where == SPOT_TURNING_AT ? count : 0.0;
        if (p->where != SPOT_SERVED && p->where != SPOT_SHARED)
            continue;
        const double speed = p->where == SPOT_SERVED ? 1.0 : scene_speed(&x->base, p);
        k->serving += count * speed;
        k->waiting += count * (1.0 - speed);
    }
    for (uint32_t s = 0; s < m->part_count; s++) {
        if (m->stations[s].group != NULL)
            continue;
        count_waiting(x, &x->base.line[s], scene_preempts(&x->base, s), m->stations[s].servers, kinds);
        count_waiting(x, &x->base.resumed[s], false, 0, kinds);
        stations[s].busy = x->base.busy[s];
        stations[s].present = x->base.present[s];
        stations[s].queue = (double)x->base.present[s] - x->base.busy[s];
    }
    c->open[x->state] = x->base.open;
}

/* ---- all of it ---- */

static void expand(struct explorer *x)
{
    struct chain *c = x->chain;
    scene_load(&x->base, c->pool.items + c->at[x->state]);
    c->first[x->state] = c->transitions;
    c->first[x->state + 1] = c->transitions;
    count_numbers(x);
    if (beginning(x)) {
        c->first[x->state + 1] = c->transitions;
        return;
    }
    sources(x);
    active(x);
    if (c->model->model->frames > 0)
        timeouts(x);
    for (uint32_t s = 0; s < c->model->model->part_count; s++) {
        if (c->model->model->stations[s].group != NULL)
            continue;
        if (scene_preempts(&x->base, s))
            staying(x, s);
        else if (c->model->model->stations[s].impatient)
            patience(x, s);
        if (!scene_sets_up(&x->base, s))
            continue;
        happen(x, scene_setup_rate(&x->base, s), IS_SET_UP, s, 0, 0, 0);
        happen(x, scene_cooling_rate(&x->base, s), COOLS, s, 0, 0, 0);
    }
    c->first[x->state + 1] = c->transitions;
}

/* Nobody is there (those that come at time 0 are still to come) but the closed tasks, which have all begun to
 * think, in whatever way comes first. */
static void begin(struct explorer *x)
{
    const struct model *m = x->chain->model->model;
    oracle_begin(&x->oracle);
    scene_clear(&x->work);
    for (uint32_t k = 0; k < m->kind_count; k++)
        for (double i = 0;
             x->chain->model->closed[k] && i < m->kinds[k].arrival->number && x->work.failed == NULL; i++) {
            oracle_begin(&x->oracle);
            scene_think(&x->work, k);
            for (uint32_t d = 0; d < x->oracle.count; d++)
                x->chain->random_start |= x->oracle.draws[d].next != UINT32_MAX;
        }
    for (uint32_t k = 0; k < m->kind_count; k++) {
        size_t phases = x->chain->model->source[k].n > 1 ? 2 : 0;
        for (size_t i = 0; i < x->chain->model->between[k].n; i++)
            phases += x->chain->model->between[k].alpha[i] > 0.0;
        x->chain->random_start |= phases > 1;
    }
    if (x->work.failed != NULL)
        fail(x, x->work.failed);
    else if (!scene_store(&x->work, &x->words))
        fail(x, "out of memory");
    else
        state_number(x);
}

bool chain_explore(struct chain *chain, const struct chain_model *model, uint32_t open_most,
                   size_t states_most, bool *too_many, struct error *err)
{
    *chain = (struct chain){.model = model};
    chain->reward_count = (model->model->kind_count * sizeof(struct reward_kind) +
                           model->model->part_count * sizeof(struct reward_station)) /
                          sizeof(double);
    const size_t room = (size_t)(ROOM_MOST / (double)(chain->reward_count * sizeof(double)));
    states_most = states_most < room ? states_most : room;
    struct explorer x = {.chain = chain, .states_most = states_most};
    const bool made =
        scene_make(&x.base, model, &x.spots, &x.oracle) && scene_make(&x.work, model, &x.spots, &x.oracle);
    if (!made)
        fail(&x, "out of memory");
    x.work.open_most = x.base.open_most = open_most;
    if (x.failed == NULL)
        begin(&x);
    for (; x.failed == NULL && x.state < chain->states; x.state++) {
        expand(&x);
        if (x.work_done > WORK_MOST)
            fail(&x, too_much_work);
    }
    for (size_t i = 0; i < x.state && i < chain->states; i++)
        chain->open_seen = chain->open[i] > chain->open_seen ? chain->open[i] : chain->open_seen;
    *too_many = x.too_many;
    const char *failed = x.failed;
    scene_free(&x.base);
    scene_free(&x.work);
    spots_free(&x.spots);
    free(x.oracle.draws);
    free(x.words.items);
    if (failed != NULL && x.too_many)
        return error_set(err, "the chain has more than %zu states", states_most);
    return failed == NULL || error_set(err, "%s", failed);
}

void chain_forget(struct chain *c)
{
    free(c->pool.items);
    free(c->at);
    free(c->slots);
    free(c->first);
    free(c->to);
    free(c->rate);
    free(c->tag);
    free(c->open);
    free(c->full);
    free(c->instant);
    free(c->rewards);
    *c = (struct chain){0};
}
