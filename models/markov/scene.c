#include "models/markov/scene.h"

#include "models/discipline/pace.h"

#include <stdlib.h>
#include <string.h>

void oracle_begin(struct oracle *oracle)
{
    oracle->count = 0;
    oracle_again(oracle);
}

void oracle_again(struct oracle *oracle)
{
    oracle->at = 0;
    oracle->weight = 1.0;
}

bool oracle_next(struct oracle *oracle)
{
    while (oracle->count > 0 && oracle->draws[oracle->count - 1].next == UINT32_MAX)
        oracle->count--;
    if (oracle->count == 0)
        return false;
    oracle->draws[oracle->count - 1].taken = oracle->draws[oracle->count - 1].next;
    return true;
}

uint32_t oracle_draw(struct oracle *oracle, uint32_t n, const double *p)
{
    oracle->looked += n;
    if (oracle->at == oracle->room) {
        const uint32_t room = oracle->room == 0 ? 64 : 2 * oracle->room;
        struct oracle_draw *draws = realloc(oracle->draws, room * sizeof *draws);
        if (draws == NULL) {
            oracle->failed = true;
            return 0;
        }
        oracle->draws = draws;
        oracle->room = room;
    }
    struct oracle_draw *draw = &oracle->draws[oracle->at];
    if (oracle->at == oracle->count) {
        oracle->count++;
        draw->taken = 0;
        while (draw->taken + 1 < n && !(p[draw->taken] > 0.0))
            draw->taken++;
    }
    oracle->at++;
    draw->next = draw->taken + 1;
    while (draw->next < n && !(p[draw->next] > 0.0))
        draw->next++;
    if (draw->next >= n)
        draw->next = UINT32_MAX;
    oracle->weight *= p[draw->taken];
    return draw->taken;
}

bool scene_make(struct scene *scene, const struct chain_model *chain, struct spots *spots,
                struct oracle *oracle)
{
    const size_t kinds = chain->model->kind_count + 1, stations = chain->model->part_count + 1;
    *scene = (struct scene){.chain = chain, .spots = spots, .oracle = oracle, .open_most = UNLIMITED};
    scene->source = calloc(kinds, sizeof *scene->source);
    scene->turn = calloc(stations, sizeof *scene->turn);
    scene->line = calloc(stations, sizeof *scene->line);
    scene->resumed = calloc(stations, sizeof *scene->resumed);
    scene->busy = calloc(stations, sizeof *scene->busy);
    scene->present = calloc(stations, sizeof *scene->present);
    scene->idle = calloc(stations, sizeof *scene->idle);
    scene->starting = calloc(stations, sizeof *scene->starting);
    scene->kinds = calloc(kinds, sizeof *scene->kinds);
    scene->stations = calloc(stations, sizeof *scene->stations);
    return scene->source != NULL && scene->turn != NULL && scene->line != NULL && scene->resumed != NULL &&
           scene->busy != NULL && scene->present != NULL && scene->idle != NULL && scene->starting != NULL && scene->kinds != NULL && scene->stations != NULL;
}

void scene_free(struct scene *scene)
{
    for (uint32_t s = 0; scene->line != NULL && scene->resumed != NULL && s < scene->chain->model->part_count;
         s++) {
        free(scene->line[s].items);
        free(scene->resumed[s].items);
    }
    free(scene->source);
    free(scene->turn);
    free(scene->line);
    free(scene->resumed);
    free(scene->active.items);
    free(scene->busy);
    free(scene->present);
    free(scene->idle);
    free(scene->starting);
    free(scene->ready);
    free(scene->instants);
    free(scene->kinds);
    free(scene->stations);
    free(scene->chances);
}

void scene_fail(struct scene *scene, const char *why)
{
    if (scene->failed == NULL)
        scene->failed = why;
}

double *scene_chances(struct scene *scene, uint32_t n)
{
    if (n > scene->chances_room) {
        free(scene->chances);
        scene->chances = malloc(n * sizeof *scene->chances);
        scene->chances_room = scene->chances != NULL ? n : 0;
    }
    if (scene->chances == NULL) {
        scene_fail(scene, "out of memory");
        return NULL;
    }
    for (uint32_t i = 0; i < n; i++)
        scene->chances[i] = 0.0;
    return scene->chances;
}

const struct spot *scene_spot(const struct scene *scene, uint32_t number)
{
    return &scene->spots->items[number];
}

/* ---- states as words ---- */

static bool put(struct words *words, uint32_t word)
{
    if (words->count == words->room) {
        const size_t room = words->room == 0 ? 256 : 2 * words->room;
        uint32_t *items = realloc(words->items, room * sizeof *items);
        if (items == NULL)
            return false;
        words->items = items;
        words->room = room;
    }
    words->items[words->count++] = word;
    return true;
}

static bool put_runs(struct words *words, const struct runs *runs)
{
    bool ok = put(words, runs->count);
    for (uint32_t i = 0; ok && i < runs->count; i++)
        ok = put(words, runs->items[i].number) && put(words, runs->items[i].count);
    return ok;
}

bool scene_store(const struct scene *scene, struct words *out)
{
    const struct model *m = scene->chain->model;
    out->count = 0;
    bool ok = true;
    for (uint32_t k = 0; ok && k < m->kind_count; k++)
        ok = put(out, scene->source[k]);
    for (uint32_t s = 0; ok && s < m->part_count; s++) {
        if (m->stations[s].group != NULL)
            ok = put(out, scene->turn[s]);
        else
            ok = put_runs(out, &scene->line[s]) && put_runs(out, &scene->resumed[s]) &&
                 (!scene_sets_up(scene, s) || (put(out, scene->idle[s]) && put(out, scene->starting[s])));
    }
    return ok && put_runs(out, &scene->active);
}

static const uint32_t *get_runs(struct scene *scene, struct runs *runs, const uint32_t *words)
{
    const uint32_t count = *words++;
    runs->count = 0;
    for (uint32_t i = 0; i < count; i++, words += 2)
        if (!runs_append(runs, words[0], words[1]))
            scene_fail(scene, "out of memory");
    return words;
}

/* Counts what the tasks at a place are and hold. */
static void count_place(struct scene *scene, const struct spot *place, uint32_t count)
{
    if (!scene->chain->closed[place->kind])
        scene->open += count;
    for (uint8_t h = 0; h < place->holds; h++) {
        if (place->hold[h].state != HOLDING_HELD)
            continue;
        scene->busy[place->hold[h].station] += count;
        scene->present[place->hold[h].station] += count;
    }
    if (place->where == SPOT_SERVED || place->where == SPOT_TURNING_AT) {
        scene->busy[place->station] += count;
        scene->present[place->station] += count;
    } else if (place->where == SPOT_SHARED) {
        scene->present[place->station] += count;
    }
}

static void count_line(struct scene *scene, uint32_t station, const struct runs *runs)
{
    for (uint32_t i = 0; i < runs->count; i++) {
        count_place(scene, scene_spot(scene, runs->items[i].number), runs->items[i].count);
        scene->present[station] += runs->items[i].count;
    }
}

static void counts_to_zero(struct scene *scene)
{
    const struct model *m = scene->chain->model;
    for (uint32_t s = 0; s < m->part_count; s++)
        scene->busy[s] = scene->present[s] = 0;
    memset(scene->kinds, 0, m->kind_count * sizeof *scene->kinds);
    memset(scene->stations, 0, m->part_count * sizeof *scene->stations);
    scene->open = scene->ready_count = scene->instant_count = 0;
    scene->full = false;
}

void scene_load(struct scene *scene, const uint32_t *words)
{
    const struct model *m = scene->chain->model;
    counts_to_zero(scene);
    for (uint32_t k = 0; k < m->kind_count; k++)
        scene->source[k] = *words++;
    for (uint32_t s = 0; s < m->part_count; s++) {
        if (m->stations[s].group != NULL) {
            scene->turn[s] = *words++;
            continue;
        }
        words = get_runs(scene, &scene->line[s], words);
        words = get_runs(scene, &scene->resumed[s], words);
        if (scene_sets_up(scene, s)) {
            scene->idle[s] = *words++;
            scene->starting[s] = *words++;
        }
    }
    get_runs(scene, &scene->active, words);
    for (uint32_t i = 0; i < scene->active.count; i++)
        count_place(scene, scene_spot(scene, scene->active.items[i].number), scene->active.items[i].count);
    for (uint32_t s = 0; s < m->part_count; s++) {
        count_line(scene, s, &scene->line[s]);
        count_line(scene, s, &scene->resumed[s]);
        if (m->stations[s].sharing || scene_preempts(scene, s))
            scene->busy[s] =
                scene->present[s] < m->stations[s].servers ? scene->present[s] : m->stations[s].servers;
    }
}

void scene_clear(struct scene *scene)
{
    const struct model *m = scene->chain->model;
    counts_to_zero(scene);
    for (uint32_t s = 0; s < m->part_count; s++)
        scene->line[s].count = scene->resumed[s].count = scene->turn[s] = scene->idle[s] = scene->starting[s] = 0;
    scene->active.count = 0;
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const struct phase_law *law = &scene->chain->between[k];
        scene->source[k] = scene->chain->ends && m->kinds[k].arrival->form == ARRIVAL_AT_ONCE
                               ? (uint32_t)m->kinds[k].arrival->number * scene->chain->batch[k]
                               : 0;
        while (law->n > 0 && !(law->alpha[scene->source[k]] > 0.0))
            scene->source[k]++;
    }
}

/* ---- times that run ---- */

const struct phase_law *scene_law(const struct scene *scene, const struct spot *place)
{
    const struct chain_model *chain = scene->chain;
    switch ((enum spot_where)place->where) {
    case SPOT_TURNING:
    case SPOT_TURNING_AT:
        return &chain->switching[place->station];
    case SPOT_THINKING:
        return &chain->thinking[place->kind];
    case SPOT_SERVED:
    case SPOT_SHARED:
    case SPOT_STAYING:
    case SPOT_DELAYED:
        return chain->law_of_op[chain->first_op[place->kind] + place->step];
    case SPOT_WALKING:
    case SPOT_WAITING:
        break;
    }
    return NULL;
}

double scene_speed(const struct scene *scene, const struct spot *place)
{
    const struct station_model *m = &scene->chain->model->stations[place->station];
    const double present = scene->present[place->station];
    if (place->where == SPOT_SERVED && m->pace != NULL)
        return pace_total(m->pace, scene->busy[place->station]) / scene->busy[place->station];
    if (place->where != SPOT_SHARED)
        return 1.0;
    if (m->pace != NULL)
        return pace_total(m->pace, scene->present[place->station]) / present;
    if (m->discipline == lookup_row(discipline_table, "ps"))
        return m->servers == UNLIMITED || present <= m->servers ? 1.0 : m->servers / present;
    double all = 0.0; /* dps, one server */
    for (uint32_t i = 0; i < scene->active.count; i++) {
        const struct spot *other = scene_spot(scene, scene->active.items[i].number);
        if (other->where == SPOT_SHARED && other->station == place->station)
            all += scene->active.items[i].count * scene->chain->model->weights[other->weight];
    }
    return scene->chain->model->weights[place->weight] / all;
}

void scene_add_active(struct scene *scene, const struct spot *place)
{
    struct spot kept = *place;
    kept.fresh = false;
    const uint32_t number = spots_number(scene->spots, &kept);
    if (number == NO_SPOT || !runs_add(&scene->active, number))
        scene_fail(scene, "out of memory");
}

bool scene_push(struct scene *scene, struct spot **items, uint32_t *first, uint32_t *count, uint32_t *room,
                const struct spot *place)
{
    if (*count == 0)
        *first = 0;
    if (*first + *count == *room) {
        const uint32_t more = *room == 0 ? 64 : 2 * *room;
        struct spot *moved = realloc(*items, more * sizeof *moved);
        if (moved == NULL || more > 1U << 24) {
            if (moved != NULL)
                *items = moved;
            scene_fail(scene, moved == NULL ? "out of memory" : "tasks go round and round in no time");
            return false;
        }
        *items = moved;
        *room = more;
    }
    (*items)[*first + (*count)++] = *place;
    return true;
}

void scene_begin(struct scene *scene, struct spot *place, const struct phase_law *law)
{
    double sum = 0.0;
    uint32_t phase = 0;
    const uint32_t n = (uint32_t)law->n;
    for (uint32_t i = 0; i < n; i++)
        sum += law->alpha[i];
    if (n == 0) {
        scene_push(scene, &scene->instants, &scene->instant_first, &scene->instant_count,
                   &scene->instant_room, place);
        return;
    }
    if (n > 1 || sum < 1.0 - 1e-12) {
        double *p = scene_chances(scene, n + 1);
        if (p == NULL)
            return;
        for (uint32_t i = 0; i < n; i++)
            p[i] = law->alpha[i];
        p[n] = sum < 1.0 - 1e-12 ? 1.0 - sum : 0.0;
        phase = oracle_draw(scene->oracle, n + 1, p);
    }
    place->phase = (uint16_t)phase;
    if (phase == n) {
        place->phase = 0;
        scene_push(scene, &scene->instants, &scene->instant_first, &scene->instant_count,
                   &scene->instant_room, place);
    } else {
        scene_add_active(scene, place);
    }
}

bool scene_preempts(const struct scene *scene, uint32_t station)
{
    return scene->chain->model->stations[station].preempt != PREEMPT_NOBODY;
}
