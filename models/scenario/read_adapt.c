/* read_adapt.c: "adapt": the rule by which a pool limits itself. */
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

enum { RULE, MIN, MAX, WAIT, COMMON };

bool read_adapt(struct reader *r, const cJSON *node, struct station_spec *out)
{
    static const struct param common[] = {
        [RULE] = {.name = "rule", .type = PARAM_ROW, .rows = &limit_table, .required = true},
        [MIN] = {.name = "min", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE},
        [MAX] = {.name = "max", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE, .required = true},
        [WAIT] = {.name = "wait", .type = PARAM_WHOLE, .range = RANGE_NOT_NEGATIVE},
    };
    struct param params[COMMON + LIMIT_PARAMS] = {{0}};
    struct arg args[COMMON + LIMIT_PARAMS];
    const cJSON *name = json_get(node, "rule");
    const struct limit_type *rule = cJSON_IsString(name) ? lookup_row(limit_table, name->valuestring) : NULL;
    memcpy(params, common, sizeof common);
    for (size_t i = 0; rule != NULL && rule->params[i].type != PARAM_NONE; i++)
        params[COMMON + i] = rule->params[i];
    if (!read_args(r, node, params, NULL, NULL, "\"adapt\"", DIMENSION_NUMBER, args))
        return false;
    out->limit = args[RULE].row;
    out->limit_min = args[MIN].given ? args[MIN].number : 1.0;
    out->limit_wait = args[WAIT].given ? args[WAIT].number : INFINITY;
    out->limit->tell(&out->limit_told, &args[COMMON]);
    const double max = args[MAX].number;
    if (out->limit_min > max)
        return read_fail(r, json_get(node, "min"), "\"min\" (%.0f) is more than \"max\" (%.0f)", out->limit_min, max);
    out->servers_at_start = fmin(fmax(out->servers, out->limit_min), max);
    out->servers = max;
    return true;
}
