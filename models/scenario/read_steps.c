/* read_steps.c: what a task does. */
#include "models/scenario/read.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_NAMES = 32 };

static bool is_param_of_any(const char *key)
{
    for (size_t i = 0; i < step_table.count; i++)
        if (read_param(((const struct step_type *)step_table.rows[i])->params, key) != NULL)
            return true;
    return read_param(scenario_route_params, key) != NULL;
}

static bool no_step(struct reader *r, const cJSON *node)
{
    const char *names[MOST_NAMES];
    size_t count = 0;
    for (; count < step_table.count && count < MOST_NAMES; count++)
        names[count] = *(const char *const *)step_table.rows[count];
    const size_t now = count;
    for (const struct param *p = scenario_route_params; p->type != PARAM_NONE && count < MOST_NAMES; p++)
        names[count++] = p->name;
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        const char *nearest =
            is_param_of_any(child->string) ? NULL : lookup_nearest(child->string, names, count);
        if (nearest != NULL) {
            char quoted[UNITS_QUOTE_SIZE];
            return read_fail_key(r, child, "unknown key %s; did you mean \"%s\"?",
                                 units_quote(child->string, quoted), nearest);
        }
    }
    char list[256];
    size_t used = 0;
    for (size_t i = 0; i < now && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s\"%s\"", i == 0 ? "" : ", ", names[i]);
    return read_fail(r, node, "a step needs one of %s", list);
}

/* Can a server (or as many as the step says) be held at this station, named by `key` or behind a balancer that is? */
static bool check_held(struct reader *r, const cJSON *node, const struct step *step, const char *key,
                       const struct station_spec *spec)
{
    const struct param *params = step->type->params;
    char quoted[UNITS_QUOTE_SIZE];
    for (size_t i = 0; params[i].type != PARAM_NONE; i++) {
        const struct arg *count = &step->args[i];
        if (params[i].type != PARAM_WHOLE || strcmp(params[i].name, "count") != 0 || !count->given || count->number <= 1.0)
            continue;
        if (count->number > spec->servers || count->number >= UINT16_MAX)
            return read_fail(r, json_get(node, params[i].name), "station %s never has %.0f servers",
                             units_quote(spec->name, quoted), count->number);
        if (!(spec->servers < INFINITY) || spec->per_server || spec->limit != NULL || spec->vacation != NULL || spec->rest_until > 0.0 ||
            spec->discipline->visits || spec->discipline->drops)
            return read_fail_key(r, json_get(node, params[i].name),
                                 "several servers at once can be taken where there is one line before a number of "
                                 "servers that do not go on vacation nor depend on a limit; at station %s there is not",
                                 units_quote(spec->name, quoted));
    }
    if (spec->batch_max > 0.0 || spec->pace != NULL)
        return read_fail(r, json_get(node, key), "station %s has \"%s\": no single server can be held there",
                         units_quote(spec->name, quoted), spec->pace != NULL ? "speed" : "batch");
    if (spec->environment != NULL && !(spec->servers < INFINITY))
        return read_fail(r, json_get(node, key), "station %s has infinite servers in an environment: none can be held there",
                         units_quote(spec->name, quoted));
    if (spec->preempt != PREEMPT_NOBODY)
        return read_fail(
            r, json_get(node, key),
            "station %s takes servers back from tasks in service (\"%s\"), so that none can be held",
            units_quote(spec->name, quoted), spec->discipline->name);
    if (spec->discipline->only_at)
        return read_fail(
            r, json_get(node, key),
            "station %s orders tasks by their service time (\"%s\"), which is not known of one that holds "
            "a server through steps",
            units_quote(spec->name, quoted), spec->discipline->name);
    if (spec->discipline->shape != DISCIPLINE_SHARING)
        return true;
    return read_fail(r, json_get(node, key),
                     "station %s shares its servers among all present (\"%s\"), so that none can be held",
                     units_quote(spec->name, quoted), spec->discipline->name);
}

/* A station with "tokens" is passed, any other is not. */
static bool check_passing(struct reader *r, const cJSON *node, const struct step *step)
{
    const struct param *params = step->type->params;
    char quoted[UNITS_QUOTE_SIZE];
    for (size_t i = 0; params[i].type != PARAM_NONE; i++) {
        if (params[i].type != PARAM_STATION || !step->args[i].given)
            continue;
        const struct station_spec *spec = &r->scenario->stations[step->args[i].index];
        if (step->type->passes != (spec->tokens_rate > 0.0))
            return read_fail(r, json_get(node, params[i].name),
                             step->type->passes ? "station %s has no \"tokens\" to take; \"at\" and \"in\" are for servers"
                                                : "station %s has \"tokens\", which are taken with \"pass\", and no servers",
                             units_quote(spec->name, quoted));
    }
    return true;
}

/* A step that names a station and has steps of its own holds a server there meanwhile. */
static bool check_holding(struct reader *r, const cJSON *node, const struct step *step)
{
    const struct param *params = step->type->params;
    const struct arg *station = NULL;
    const char *key = NULL;
    bool nested = false;
    for (size_t i = 0; params[i].type != PARAM_NONE; i++) {
        nested = nested || params[i].type == PARAM_STEPS;
        if (params[i].type == PARAM_STATION && step->args[i].given) {
            station = &step->args[i];
            key = params[i].name;
        }
    }
    if (!nested || station == NULL)
        return true;
    const struct station_spec *spec = &r->scenario->stations[station->index];
    if (!check_held(r, node, step, key, spec))
        return false;
    for (size_t i = 0; i < spec->balance_count; i++)
        if (!check_held(r, node, step, key, &r->scenario->stations[spec->balance[i]]))
            return false;
    return true;
}

/* The service time of a step that has nothing nested: what a trace may give in its place. NULL: it has none.
 */
static struct param *given_param(struct param *params)
{
    struct param *found = NULL;
    bool station = false;
    for (struct param *p = params; p->type != PARAM_NONE; p++) {
        station |= p->type == PARAM_STATION;
        if (p->type == PARAM_DIST && p->dimension == DIMENSION_TIME && p->required)
            found = p;
    }
    return station ? found : NULL;
}

static bool read_step(struct reader *r, const cJSON *node, struct step *out)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!cJSON_IsObject(node))
        return read_fail(r, node, "expected a step (an object such as { \"delay\": 1 }), found %s",
                         json_describe(node, described));
    for (const struct param *p = scenario_route_params; p->type != PARAM_NONE && r->step_depth > 1; p++)
        if (json_get(node, p->name) != NULL)
            return read_fail_key(
                r, json_get(node, p->name),
                "\"%s\" belongs to a task kind's own steps, not to those inside another step", p->name);
    const struct step_type *type = NULL;
    for (size_t i = 0; i < step_table.count; i++) {
        const struct step_type *row = step_table.rows[i];
        const cJSON *key = json_get(node, row->name);
        if (key == NULL)
            continue;
        if (type != NULL)
            return read_fail_key(r, key, "one step per object, found both \"%s\" and \"%s\"", type->name,
                                 row->name);
        type = row;
    }
    if (type == NULL)
        return no_step(r, node);
    *out = (struct step){.type = type, .at = json_place(r->tree, node, r->arena)};
    char owner[32];
    snprintf(owner, sizeof owner, "\"%s\"", type->name);
    struct param params[STEP_PARAMS];
    memcpy(params, type->params, sizeof params);
    struct param *time = r->given == NULL ? NULL : given_param(params);
    if (time != NULL)
        time->required = false;
    if (!read_args(r, node, params, scenario_route_params, NULL, owner, DIMENSION_NUMBER, out->args))
        return false;
    if (time != NULL && !out->args[time - params].given) {
        out->args[time - params] = (struct arg){.given = true, .dist = r->given};
        r->given_used = true;
    }
    if (!check_passing(r, node, out) || !check_holding(r, node, out))
        return false;
    if (type->check != NULL && !type->check(out, r->err))
        return json_stand(r->tree, node, r->err);
    return true;
}

bool read_steps(struct reader *r, const cJSON *node, struct steps *out)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!cJSON_IsArray(node))
        return read_fail(r, node, "expected a list of steps, found %s", json_describe(node, described));
    const size_t count = (size_t)cJSON_GetArraySize(node);
    struct step *items = arena_array(r->arena, count, sizeof *items);
    if (items == NULL)
        return read_no_memory(r);
    size_t i = 0;
    r->step_depth++;
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!read_step(r, child, &items[i++]))
            return false;
    if (r->step_depth == 1 && !read_routes(r, node, items, count))
        return false;
    r->step_depth--;
    *out = (struct steps){items, count};
    return true;
}

bool read_branches(struct reader *r, const cJSON *node, const struct branch **out, size_t *count)
{
    static const struct param branch_params[] = {
        {.name = "p", .type = PARAM_NUMBER, .range = RANGE_PROBABILITY},
        {.name = "do", .type = PARAM_STEPS, .required = true},
        {0},
    };
    char described[JSON_DESCRIBE_SIZE];
    if (!cJSON_IsArray(node))
        return read_fail(r, node, "expected a list of branches, found %s", json_describe(node, described));
    if (node->child == NULL)
        return read_fail(r, node, "there is no branch to choose");
    *count = (size_t)cJSON_GetArraySize(node);
    struct branch *branches = arena_array(r->arena, *count, sizeof *branches);
    if (branches == NULL)
        return read_no_memory(r);
    double sum = 0.0;
    struct branch *rest = NULL;
    size_t i = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next, i++) {
        struct arg args[2];
        if (!read_args(r, child, branch_params, NULL, NULL, "a branch", DIMENSION_NUMBER, args))
            return false;
        branches[i] = (struct branch){args[0].number, *args[1].steps};
        sum += args[0].number;
        if (!args[0].given) {
            if (rest != NULL)
                return read_fail(r, child, "only one branch may leave out \"p\"");
            rest = &branches[i];
        }
    }
    const double tolerance = 1e-9; /* what rounding of written decimals explains, and no more */
    if (rest != NULL ? sum > 1.0 + tolerance : fabs(sum - 1.0) > tolerance)
        return read_fail(r, node, "the probabilities of the branches sum to %.10g%s", sum,
                         rest != NULL ? ", which leaves nothing for the branch without \"p\"" : ", not to 1");
    if (rest != NULL)
        rest->p = sum < 1.0 ? 1.0 - sum : 0.0;
    *out = branches;
    return true;
}

bool read_forks(struct reader *r, const cJSON *node, const struct branch **out, size_t *count)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!cJSON_IsArray(node))
        return read_fail(r, node, "expected a list of branches, each a list of steps, found %s",
                         json_describe(node, described));
    if (node->child == NULL)
        return read_fail(r, node, "there is no branch to start");
    *count = (size_t)cJSON_GetArraySize(node);
    struct branch *branches = arena_array(r->arena, *count, sizeof *branches);
    if (branches == NULL)
        return read_no_memory(r);
    size_t i = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!read_steps(r, child, &branches[i++].steps))
            return false;
    *out = branches;
    return true;
}
