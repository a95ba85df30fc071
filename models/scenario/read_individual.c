/* read_individual.c: what a station says about its servers one by one: speeds, hours, breakdowns, vacations, a
 * controller. */
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

enum { SERVERS_MOST = 10000 };

/* ---- "servers" as a list or a schedule ---- */

static bool read_classes(struct reader *r, const cJSON *node, struct station_spec *out)
{
    static const struct param class_params[] = {
        {.name = "count", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE},
        {.name = "speed", .type = PARAM_NUMBER, .range = RANGE_POSITIVE},
        {0},
    };
    if (node->child == NULL)
        return read_fail(r, node, "a list of servers needs at least one");
    const size_t count = (size_t)cJSON_GetArraySize(node);
    struct server_class *classes = arena_array(r->arena, count, sizeof *classes);
    if (classes == NULL)
        return read_no_memory(r);
    size_t i = 0;
    out->servers = 0.0;
    for (const cJSON *child = node->child; child != NULL; child = child->next, i++) {
        struct arg args[2];
        if (!read_args(r, child, class_params, NULL, NULL, "servers of one speed", DIMENSION_NUMBER, args))
            return false;
        classes[i] = (struct server_class){args[0].given ? args[0].number : 1.0,
                                           args[1].given ? args[1].number : 1.0};
        out->servers += classes[i].count;
    }
    for (size_t a = 1; a < count; a++) /* the fastest first */
        for (size_t b = a; b > 0 && classes[b].speed > classes[b - 1].speed; b--) {
            const struct server_class swap = classes[b];
            classes[b] = classes[b - 1];
            classes[b - 1] = swap;
        }
    out->classes = classes;
    out->class_count = count;
    return true;
}

static bool read_schedule(struct reader *r, const cJSON *node, struct station_spec *out)
{
    static const struct param schedule_params[] = {
        {.name = "schedule", .type = PARAM_PAIRS, .range = RANGE_NOT_NEGATIVE, .required = true},
        {.name = "repeat", .type = PARAM_NUMBER, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE},
        {0},
    };
    struct arg args[2];
    if (!read_args(r, node, schedule_params, NULL, NULL, "a schedule of servers", DIMENSION_NUMBER, args))
        return false;
    const double *list = args[0].list;
    const size_t count = args[0].count;
    const cJSON *pairs = json_get(node, "schedule");
    if (count == 0 || list[0] != 0.0)
        return read_fail(r, pairs, "a schedule begins at time 0: its first pair gives the servers from there");
    out->servers = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !(list[2 * i] > list[2 * i - 2]))
            return read_fail(r, pairs, "the times of a schedule ascend, but %.10g comes after %.10g", list[2 * i],
                             list[2 * i - 2]);
        if (list[2 * i + 1] != floor(list[2 * i + 1]))
            return read_fail(r, pairs, "the number of servers is whole, not %.10g", list[2 * i + 1]);
        out->servers = fmax(out->servers, list[2 * i + 1]);
    }
    out->schedule_repeat = args[1].given ? args[1].number : INFINITY;
    if (!(out->schedule_repeat > list[2 * count - 2]))
        return read_fail(r, json_get(node, "repeat"), "\"repeat\" must be after the last time of the schedule (%.10g)",
                         list[2 * count - 2]);
    if (!(out->servers > 0.0))
        return read_fail(r, pairs, "there is never a server");
    out->schedule = list;
    out->schedule_count = count;
    return true;
}

/* ---- "vacation" ---- */

static bool read_vacation(struct reader *r, const cJSON *node, struct station_spec *out)
{
    static const char *const policies[] = {"multiple", "single", NULL};
    static const struct param vacation_params[] = {
        {.name = "time", .type = PARAM_DIST, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE},
        {.name = "policy", .type = PARAM_WORD, .words = policies},
        {.name = "until", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE},
        {0},
    };
    struct arg args[3];
    if (!cJSON_IsObject(node) ||
        (json_get(node, "time") == NULL && json_get(node, "until") == NULL && json_get(node, "policy") == NULL))
        return read_dist(r, node, DIMENSION_TIME, RANGE_POSITIVE, &out->vacation);
    if (!read_args(r, node, vacation_params, NULL, NULL, "a vacation", DIMENSION_NUMBER, args))
        return false;
    if (args[0].given == args[2].given)
        return read_fail(r, node, "a vacation has either \"time\" or \"until\" (so many wait)");
    if (args[1].given && args[2].given)
        return read_fail_key(r, json_get(node, "policy"), "\"policy\" has no meaning with \"until\"");
    out->vacation = args[0].dist;
    out->vacation_single = args[1].number == 1.0;
    out->rest_until = args[2].number;
    return true;
}

/* ---- the rest ---- */

static const char *const scope_words[] = {"server", "station", NULL};
static const char *const task_words[] = {"resume", "restart", "lost", NULL}; /* in the order of enum broken_task */

enum { BREAK_UP, BREAK_DOWN, BREAK_SCOPE, BREAK_TASK };
static const struct param breakdown_params[] = {
    [BREAK_UP] = {.name = "up", .type = PARAM_DIST, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE,
                  .required = true},
    [BREAK_DOWN] = {.name = "down", .type = PARAM_DIST, .dimension = DIMENSION_TIME, .required = true},
    [BREAK_SCOPE] = {.name = "scope", .type = PARAM_WORD, .words = scope_words},
    [BREAK_TASK] = {.name = "task", .type = PARAM_WORD, .words = task_words},
    {0},
};

enum { SCALE_MIN, SCALE_MAX, SCALE_TARGET, SCALE_EVERY, SCALE_LAG, SCALE_TOLERANCE, SCALE_STABILISATION };
static const struct param autoscale_params[] = {
    [SCALE_MIN] = {.name = "min", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE, .required = true},
    [SCALE_MAX] = {.name = "max", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE, .required = true},
    [SCALE_TARGET] = {.name = "target", .type = PARAM_NUMBER, .range = RANGE_OPEN_PROBABILITY, .required = true},
    [SCALE_EVERY] = {.name = "every", .type = PARAM_NUMBER, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE,
                     .required = true},
    [SCALE_LAG] = {.name = "lag", .type = PARAM_DIST, .dimension = DIMENSION_TIME},
    [SCALE_TOLERANCE] = {.name = "tolerance", .type = PARAM_NUMBER, .range = RANGE_NOT_NEGATIVE},
    [SCALE_STABILISATION] = {.name = "stabilisation", .type = PARAM_NUMBER, .dimension = DIMENSION_TIME,
                             .range = RANGE_NOT_NEGATIVE},
    {0},
};

static bool read_breakdown(struct reader *r, const cJSON *node, struct station_spec *out)
{
    struct arg args[sizeof breakdown_params / sizeof breakdown_params[0]];
    if (!read_args(r, node, breakdown_params, NULL, NULL, "a breakdown", DIMENSION_NUMBER, args))
        return false;
    out->up = args[BREAK_UP].dist;
    out->down = args[BREAK_DOWN].dist;
    out->breaks_whole = args[BREAK_SCOPE].number == 1.0;
    out->broken_task = (enum broken_task)(int)args[BREAK_TASK].number;
    return true;
}

static bool read_autoscale(struct reader *r, const cJSON *node, struct station_spec *out)
{
    enum { LOOKS_KEPT = 60 };
    struct arg args[sizeof autoscale_params / sizeof autoscale_params[0]];
    if (!read_args(r, node, autoscale_params, NULL, NULL, "autoscale", DIMENSION_NUMBER, args))
        return false;
    out->scale_min = args[SCALE_MIN].number;
    out->scale_max = args[SCALE_MAX].number;
    out->scale_target = args[SCALE_TARGET].number;
    out->scale_every = args[SCALE_EVERY].number;
    out->scale_lag = args[SCALE_LAG].dist;
    out->scale_tolerance = args[SCALE_TOLERANCE].given ? args[SCALE_TOLERANCE].number : 0.1;
    out->scale_stabilisation = args[SCALE_STABILISATION].number;
    if (out->scale_min > out->scale_max)
        return read_fail(r, json_get(node, "min"), "\"min\" (%.0f) is more than \"max\" (%.0f)", out->scale_min,
                         out->scale_max);
    if (out->scale_stabilisation > LOOKS_KEPT * out->scale_every)
        return read_fail(r, json_get(node, "stabilisation"), "\"stabilisation\" is at most %d times \"every\"",
                         LOOKS_KEPT);
    out->servers_at_start = fmin(fmax(out->servers, out->scale_min), out->scale_max);
    out->servers = out->scale_max;
    return true;
}

/* What does not go together. */
static bool check_individual(struct reader *r, const cJSON *node, const struct station_spec *s, const char *key)
{
    const cJSON *at = json_get(node, key);
    if (!(s->servers <= SERVERS_MOST))
        return read_fail_key(r, at, "\"%s\" needs servers that can be told apart, at most %d", key, SERVERS_MOST);
    const bool pooled = s->discipline->shape == DISCIPLINE_SHARING || s->preempt != PREEMPT_NOBODY; /* nobody has a server of its own */
    const char *how = s->preempt != PREEMPT_NOBODY ? " that preempts" : ", where all present share the servers";
    if (pooled && (s->classes != NULL || s->vacation != NULL || s->rest_until > 0 || json_get(node, "take") != NULL))
        return read_fail_key(r, at, "\"%s\" does not go with \"discipline\": \"%s\"%s", key, s->discipline->name, how);
    if (pooled && s->broken_task != BROKEN_RESUMES)
        return read_fail(r, json_get(json_get(node, "breakdown"), "task"),
                         "with \"discipline\": \"%s\"%s, nobody's own server breaks: only \"resume\" has a meaning",
                         s->discipline->name, how);
    static const char *const not_with_limit[] = {"breakdown", "vacation", "autoscale", "setup", NULL};
    for (size_t i = 0; s->limit != NULL && not_with_limit[i] != NULL; i++)
        if (json_get(node, not_with_limit[i]) != NULL)
            return read_fail_key(r, json_get(node, "adapt"), "\"adapt\" does not go with \"%s\"", not_with_limit[i]);
    if (s->limit != NULL && (pooled || s->classes != NULL || s->schedule != NULL || s->per_server))
        return read_fail_key(r, json_get(node, "adapt"),
                             "\"adapt\" needs one line before servers that are alike, given as a number, and keep their task");
    if (s->setup != NULL && pooled)
        return read_fail_key(r, json_get(node, "setup"), "\"setup\" does not go with \"%s\" where nobody has a server of its own", key);
    if (s->setup != NULL && (s->vacation != NULL || s->rest_until > 0))
        return read_fail_key(r, json_get(node, "setup"), "\"setup\" does not go with \"vacation\": both say what a server does without work");
    if (s->steal || s->jockey > 0.0)
        return read_fail_key(r, at, "\"%s\" does not go with \"%s\"", key, s->steal ? "steal" : "jockey");
    if (s->per_server && (s->classes != NULL || s->schedule != NULL || s->scale_every > 0.0))
        return read_fail_key(r, at, "\"%s\" does not go with \"queues\": \"per_server\"", key);
    if ((s->schedule != NULL) + (s->classes != NULL) + (s->scale_every > 0.0) > 1)
        return read_fail_key(r, at, "\"%s\" needs servers that are alike and given as a number", key);
    return true;
}

bool read_individual(struct reader *r, const cJSON *node, struct station_spec *out)
{
    static const char *const keys[] = {"breakdown", "vacation", "autoscale", "take", "adapt", "environment", "servers"};
    const cJSON *servers = json_get(node, "servers"), *breakdown = json_get(node, "breakdown"),
                *vacation = json_get(node, "vacation"), *autoscale = json_get(node, "autoscale"),
                *take = json_get(node, "take"), *adapt = json_get(node, "adapt");
    const bool listed = cJSON_IsArray(servers) || cJSON_IsObject(servers);
    out->schedule_repeat = INFINITY;
    if (cJSON_IsArray(servers) && !read_classes(r, servers, out))
        return false;
    if (cJSON_IsObject(servers) && !read_schedule(r, servers, out))
        return false;
    out->servers_at_start = out->schedule != NULL ? out->schedule[1] : out->servers;
    if ((breakdown != NULL && !read_breakdown(r, breakdown, out)) ||
        (vacation != NULL && !read_vacation(r, vacation, out)) ||
        (autoscale != NULL && !read_autoscale(r, autoscale, out)) || (adapt != NULL && !read_adapt(r, adapt, out)))
        return false;
    out->individual = listed || breakdown != NULL || vacation != NULL || autoscale != NULL || take != NULL || adapt != NULL;
    /* Servers that all serve alike, as in an environment, are told apart where each has a task of its own. */
    out->individual |= out->environment != NULL && out->discipline->shape == DISCIPLINE_QUEUEING && out->servers < INFINITY &&
                       out->preempt == PREEMPT_NOBODY && !out->discipline->visits && json_get(node, "speed") == NULL && json_get(node, "batch") == NULL;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (json_get(node, keys[i]) != NULL && out->individual)
            return check_individual(r, node, out, keys[i]);
    return true;
}
