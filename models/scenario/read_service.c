/* read_service.c: how a station serves: several tasks together, faster or slower with their number; and what it costs.
 */
#include "models/discipline/pace.h"
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

enum { BATCH_MAX, BATCH_MIN, BATCH_WAIT, BATCH_PER_TASK };
static const struct param batch_params[] = {
    [BATCH_MAX] = {.name = "max", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE, .required = true},
    [BATCH_MIN] = {.name = "min", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE},
    [BATCH_WAIT] = {.name = "wait", .type = PARAM_DIST, .dimension = DIMENSION_TIME},
    [BATCH_PER_TASK] = {.name = "per_task", .type = PARAM_NUMBER, .dimension = DIMENSION_TIME,
                        .range = RANGE_NOT_NEGATIVE},
    {0},
};

static bool read_batch(struct reader *r, const cJSON *node, const cJSON *batch, struct station_spec *out)
{
    struct arg args[sizeof batch_params / sizeof batch_params[0]];
    if (!read_args(r, batch, batch_params, NULL, NULL, "a batch", DIMENSION_NUMBER, args))
        return false;
    out->batch_max = args[BATCH_MAX].number;
    out->batch_min = args[BATCH_MIN].given ? args[BATCH_MIN].number : 1.0;
    const struct dist *wait = args[BATCH_WAIT].dist;
    out->batch_wait = wait != NULL && wait->shape == DIST_CONSTANT && wait->a == 0.0 ? NULL : wait; /* 0 is the default */
    out->batch_per_task = args[BATCH_PER_TASK].number;
    if (out->batch_max >= 1e9)
        return read_fail(r, json_get(batch, "max"), "\"max\" is below 1e9");
    if (out->batch_min > out->batch_max)
        return read_fail(r, json_get(batch, "min"), "\"min\" (%.0f) is more than \"max\" (%.0f)", out->batch_min,
                         out->batch_max);
    if (!(out->servers <= 10000))
        return read_fail_key(r, batch, "\"batch\" needs a number of servers, at most 10000");
    if (out->discipline->shape == DISCIPLINE_SHARING || out->preempt != PREEMPT_NOBODY || out->discipline->drops ||
        out->discipline->visits)
        return read_fail_key(r, batch, "\"batch\" does not go with \"discipline\": \"%s\"%s", out->discipline->name,
                             out->preempt != PREEMPT_NOBODY ? " that preempts" : "");
    (void)node;
    return true;
}

static bool read_speed(struct reader *r, const cJSON *speed, struct station_spec *out)
{
    static const struct param usl_params[] = {
        {.name = "alpha", .type = PARAM_NUMBER, .range = RANGE_NOT_NEGATIVE},
        {.name = "beta", .type = PARAM_NUMBER, .range = RANGE_NOT_NEGATIVE},
        {0},
    };
    static const struct param speed_params[] = {
        {.name = "usl", .type = PARAM_OBJECT, .members = usl_params, .required = true}, {0}};
    char described[JSON_DESCRIBE_SIZE];
    struct pace *pace = arena_alloc(r->arena, sizeof *pace);
    if (pace == NULL)
        return read_no_memory(r);
    *pace = (struct pace){0};
    if (cJSON_IsArray(speed)) {
        const size_t count = (size_t)cJSON_GetArraySize(speed);
        double *list = arena_array(r->arena, count, sizeof *list);
        if (list == NULL)
            return read_no_memory(r);
        if (count == 0)
            return read_fail(r, speed, "a list of speeds needs at least one");
        for (const cJSON *child = speed->child; child != NULL; child = child->next)
            if (!read_number(r, child, DIMENSION_NUMBER, RANGE_POSITIVE, &list[pace->count++]))
                return false;
        pace->list = list;
    } else if (cJSON_IsObject(speed)) {
        struct arg args[1];
        if (!read_args(r, speed, speed_params, NULL, NULL, "\"speed\"", DIMENSION_NUMBER, args))
            return false;
        pace->alpha = args[0].args[0].number;
        pace->beta = args[0].args[1].number;
    } else {
        return read_fail(r, speed, "expected a list of speeds, or { \"usl\": { \"alpha\": a, \"beta\": b } }, found %s",
                         json_describe(speed, described));
    }
    if (out->discipline->shape == DISCIPLINE_SHARING ? strcmp(out->discipline->name, "ps") != 0
                                                     : out->preempt != PREEMPT_NOBODY)
        return read_fail_key(r, speed, "\"speed\" does not go with \"discipline\": \"%s\"", out->discipline->name);
    out->pace = pace;
    return true;
}

static bool read_cost(struct reader *r, const cJSON *cost, struct station_spec *out)
{
    static const struct param cost_params[] = {
        {.name = "unit", .type = PARAM_TEXT},
        {.name = "per_server", .type = PARAM_NUMBER, .range = RANGE_NOT_NEGATIVE},
        {.name = "per_task", .type = PARAM_NUMBER, .range = RANGE_NOT_NEGATIVE},
        {0},
    };
    struct arg args[3];
    if (!read_args(r, cost, cost_params, NULL, NULL, "\"cost\"", DIMENSION_NUMBER, args))
        return false;
    if (!args[1].given && !args[2].given)
        return read_fail(r, cost, "a cost needs \"per_server\" or \"per_task\"");
    out->cost_unit = args[0].given ? args[0].text : "";
    out->cost_per_server = args[1].number;
    out->cost_per_task = args[2].number;
    return true;
}

bool read_service(struct reader *r, const cJSON *node, struct station_spec *out)
{
    const cJSON *batch = json_get(node, "batch"), *speed = json_get(node, "speed"), *cost = json_get(node, "cost");
    if ((batch != NULL && !read_batch(r, node, batch, out)) || (speed != NULL && !read_speed(r, speed, out)) ||
        (cost != NULL && !read_cost(r, cost, out)))
        return false;
    static const char *const apart[] = {"batch", "speed", "breakdown", "vacation", "autoscale", "take", "adapt", "setup"};
    const char *first = NULL;
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++) {
        const cJSON *key = json_get(node, apart[i]);
        if (key == NULL)
            continue;
        if (first != NULL && (out->batch_max > 0.0 || out->pace != NULL))
            return read_fail_key(r, key, "\"%s\" does not go with \"%s\"", apart[i], first);
        first = first == NULL ? apart[i] : first;
    }
    if ((out->batch_max > 0.0 || out->pace != NULL) && (out->classes != NULL || out->schedule != NULL))
        return read_fail_key(r, json_get(node, "servers"), "servers one by one do not go with \"%s\"", first);
    if ((out->batch_max > 0.0 || out->pace != NULL) && (out->steal || out->jockey > 0.0))
        return read_fail_key(r, json_get(node, out->steal ? "steal" : "jockey"), "\"%s\" does not go with \"%s\"",
                             out->steal ? "steal" : "jockey", first);
    if ((out->batch_max > 0.0 || out->pace != NULL) && (out->await_release || out->resume_first))
        return read_fail_key(r, json_get(node, out->await_release ? "await" : "resume"),
                             "\"%s\" has no meaning with \"%s\": a task never holds a server here",
                             out->await_release ? "await" : "resume", first);
    return true;
}
