/* read_environments.c: processes that change the speed of all stations that name them. */
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

enum { STATES_MOST = 100 };
enum { STATE_LASTS, STATE_SPEED, STATE_NEXT };
static const struct param state_params[] = {
    [STATE_LASTS] = {.name = "lasts", .type = PARAM_DIST, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE,
                     .required = true},
    [STATE_SPEED] = {.name = "speed", .type = PARAM_NUMBER, .range = RANGE_NOT_NEGATIVE, .required = true},
    [STATE_NEXT] = {.name = "next", .type = PARAM_JSON},
    {0},
};

/* { state: probability, ... } into a row of cumulated probabilities. */
static bool read_next(struct reader *r, const cJSON *node, const char *const *names, size_t count, double *row)
{
    double sum = 0.0;
    char described[JSON_DESCRIBE_SIZE];
    if (!cJSON_IsObject(node))
        return read_fail(r, node, "expected probabilities of states by name, found %s", json_describe(node, described));
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        size_t i = 0;
        while (i < count && strcmp(names[i], child->string) != 0)
            i++;
        if (i == count)
            return read_unknown_name(r, child, "state", child->string, names, count);
        if (!read_number(r, child, DIMENSION_NUMBER, RANGE_PROBABILITY, &row[i]))
            return false;
        sum += row[i];
    }
    if (!(fabs(sum - 1.0) <= 1e-9))
        return read_fail(r, node, "the probabilities of \"next\" sum to %.10g, not to 1", sum);
    return true;
}

/* The long run, from the first state on: shares of visits by iteration of the lazy chain (which has no periods), weighted by
 * how long each lasts. */
static void long_run(struct environment_spec *e, const double *p)
{
    enum { ROUNDS = 100000 };
    double share[STATES_MOST] = {1.0}, moved = 1.0, time = 0.0, work = 0.0;
    const size_t n = e->state_count;
    for (int round = 0; round < ROUNDS && moved > 1e-14; round++) {
        double next[STATES_MOST] = {0.0};
        moved = 0.0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                next[j] += 0.5 * share[i] * ((i == j) + p[i * n + j]);
        for (size_t i = 0; i < n; i++) {
            moved += fabs(next[i] - share[i]);
            share[i] = next[i];
        }
    }
    size_t home = 0;
    for (size_t i = 0; i < n; i++) {
        const double here = share[i] * e->states[i].lasts->mean;
        time += here;
        work += here * e->states[i].speed;
        if (here > share[home] * e->states[home].lasts->mean)
            home = i;
    }
    e->mean_speed = isfinite(time) ? work / time : 1.0; /* a state of infinite mean: nothing is known */
    e->home = e->states[home].lasts->mean;
    e->away = isfinite(time) ? time / share[home] - e->home : 0.0;
}

/* The time of a round where nothing is drawn; 0: something is. */
static double period_of(const struct environment_spec *e, const double *p)
{
    const size_t n = e->state_count;
    double reached[STATES_MOST], time = 0.0;
    bool seen[STATES_MOST] = {false};
    for (size_t state = 0;;) {
        if (seen[state])
            return time - reached[state];
        if (e->states[state].lasts->shape != DIST_CONSTANT)
            return 0.0;
        seen[state] = true;
        reached[state] = time;
        time += e->states[state].lasts->a;
        size_t next = 0;
        while (next < n && !(p[state * n + next] >= 1.0))
            next++;
        if (next == n)
            return 0.0;
        state = next;
    }
}

static bool read_environment(struct reader *r, const cJSON *node, struct environment_spec *out)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!read_name(r, node, "environment"))
        return false;
    if (!cJSON_IsObject(node) || node->child == NULL)
        return read_fail(r, node, "expected states by name, each { \"lasts\": D, \"speed\": x }, found %s",
                         json_describe(node, described));
    const size_t n = (size_t)cJSON_GetArraySize(node);
    if (n > STATES_MOST)
        return read_fail(r, node, "an environment has at most %d states", STATES_MOST);
    struct environment_state *states = arena_array(r->arena, n, sizeof *states);
    const char **names = arena_array(r->arena, n, sizeof *names);
    double *p = arena_array(r->arena, n * n, sizeof *p);
    *out = (struct environment_spec){.name = arena_text(r->arena, node->string), .states = states, .state_count = n, .next = p};
    if (out->name == NULL || states == NULL || names == NULL || p == NULL)
        return read_no_memory(r);
    size_t i = 0;
    bool moves = false;
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        names[i++] = child->string;
    i = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next, i++) {
        struct arg args[sizeof state_params / sizeof state_params[0]];
        if (!read_args(r, child, state_params, NULL, NULL, "a state", DIMENSION_NUMBER, args))
            return false;
        states[i] = (struct environment_state){args[STATE_LASTS].dist, args[STATE_SPEED].number};
        moves |= states[i].speed > 0.0;
        for (size_t j = 0; j < n; j++)
            p[i * n + j] = 0.0;
        if (!args[STATE_NEXT].given)
            p[i * n + (i + 1) % n] = 1.0;
        else if (!read_next(r, args[STATE_NEXT].row, names, n, &p[i * n]))
            return false;
    }
    if (!moves)
        return read_fail(r, node, "some state must have a speed above 0");
    long_run(out, p);
    out->period = period_of(out, p);
    if (!(out->mean_speed > 1e-9))
        return read_fail(r, node, "in the long run the speed is 0");
    for (i = 0; i < n; i++)
        for (size_t j = 1; j < n; j++)
            p[i * n + j] += p[i * n + j - 1];
    return true;
}

bool read_environments(struct reader *r, const cJSON *node)
{
    char described[JSON_DESCRIBE_SIZE];
    struct scenario *s = r->scenario;
    if (node == NULL)
        return true;
    if (!cJSON_IsObject(node))
        return read_fail(r, node, "expected an object of environments by name, found %s", json_describe(node, described));
    struct environment_spec *all = arena_array(r->arena, (size_t)cJSON_GetArraySize(node), sizeof *all);
    if (all == NULL)
        return read_no_memory(r);
    s->environments = all;
    for (const cJSON *child = node->child; child != NULL; child = child->next, s->environment_count++)
        if (!read_environment(r, child, &all[s->environment_count]))
            return false;
    return true;
}

bool read_environment_name(struct reader *r, const cJSON *node, const struct environment_spec **out)
{
    const struct scenario *s = r->scenario;
    char described[JSON_DESCRIBE_SIZE];
    *out = NULL;
    if (node == NULL)
        return true;
    if (!cJSON_IsString(node))
        return read_fail(r, node, "expected the name of an environment, found %s", json_describe(node, described));
    const char **names = arena_array(r->arena, s->environment_count, sizeof *names);
    if (names == NULL)
        return read_no_memory(r);
    for (size_t i = 0; i < s->environment_count; i++) {
        names[i] = s->environments[i].name;
        if (strcmp(names[i], node->valuestring) == 0)
            *out = &s->environments[i];
    }
    return *out != NULL || read_unknown_name(r, node, "environment", node->valuestring, names, s->environment_count);
}
