/* read_routes.c: how a task goes from one of its kind's own steps to another. */
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

const struct param scenario_route_params[] = {
    {.name = "id", .type = PARAM_JSON, .summary = "a name for \"next\" to go to"},
    {.name = "next", .type = PARAM_JSON, .summary = "where to go afterwards, by probability"},
    {0},
};

static const char exit_name[] = "exit";

static bool read_id(struct reader *r, const cJSON *node, const struct step *before, size_t count,
                    struct step *step)
{
    char described[JSON_DESCRIBE_SIZE], quoted[UNITS_QUOTE_SIZE];
    if (node == NULL)
        return true;
    if (!cJSON_IsString(node) || node->valuestring[0] == '\0')
        return read_fail(r, node, "expected a name for the step, found %s", json_describe(node, described));
    if (strcmp(node->valuestring, exit_name) == 0)
        return read_fail(r, node, "\"exit\" is the end of the steps, so no step has that name");
    for (size_t i = 0; i < count; i++)
        if (before[i].id != NULL && strcmp(before[i].id, node->valuestring) == 0)
            return read_fail(r, node, "%s is the name of an earlier step",
                             units_quote(node->valuestring, quoted));
    step->id = arena_text(r->arena, node->valuestring);
    return step->id != NULL || read_no_memory(r);
}

/* A name that no step has. */
static bool no_such_step(struct reader *r, const cJSON *node, const struct step *steps, size_t count)
{
    char quoted[UNITS_QUOTE_SIZE];
    const char **names = arena_array(r->arena, count + 1, sizeof *names);
    size_t n = 0;
    if (names == NULL)
        return read_no_memory(r);
    for (size_t i = 0; i < count; i++)
        if (steps[i].id != NULL)
            names[n++] = steps[i].id;
    names[n++] = exit_name;
    const char *nearest = lookup_nearest(node->string, names, n);
    units_quote(node->string, quoted);
    if (nearest != NULL)
        return read_fail_key(r, node, "no step has the id %s; did you mean \"%s\"?", quoted, nearest);
    return read_fail_key(r, node, "no step has the id %s%s", quoted,
                         n == 1 ? ": give one an \"id\", or write \"exit\"" : "");
}

static bool read_next(struct reader *r, const cJSON *node, const struct step *steps, size_t count,
                      struct step *step)
{
    char described[JSON_DESCRIBE_SIZE];
    if (node == NULL)
        return true;
    if (!cJSON_IsObject(node))
        return read_fail(r, node, "expected probabilities by the id of a step, or \"exit\", found %s",
                         json_describe(node, described));
    struct route *routes = arena_array(r->arena, (size_t)cJSON_GetArraySize(node) + 1, sizeof *routes);
    if (routes == NULL)
        return read_no_memory(r);
    double sum = 0.0;
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        struct route route = {.to = count};
        if (strcmp(child->string, exit_name) != 0) {
            for (route.to = 0; route.to < count; route.to++)
                if (steps[route.to].id != NULL && strcmp(steps[route.to].id, child->string) == 0)
                    break;
            if (route.to == count)
                return no_such_step(r, child, steps, count);
        }
        if (!read_number(r, child, DIMENSION_NUMBER, RANGE_PROBABILITY, &route.p))
            return false;
        sum += route.p;
        if (route.p > 0.0)
            routes[step->route_count++] = route;
    }
    const double tolerance = 1e-9; /* what rounding of written decimals explains, and no more */
    if (fabs(sum - 1.0) > tolerance)
        return read_fail(r, node, "the probabilities of \"next\" sum to %.10g, not to 1", sum);
    step->routes = routes;
    return true;
}

static bool leads_to(const struct step *steps, size_t count, size_t from, const bool *marked)
{
    if (steps[from].route_count == 0)
        return from + 1 == count || marked[from + 1];
    for (size_t i = 0; i < steps[from].route_count; i++)
        if (steps[from].routes[i].to == count || marked[steps[from].routes[i].to])
            return true;
    return false;
}

/* From every step that a task can come to, the end can be reached. */
static bool check_exit(struct reader *r, const cJSON *node, const struct step *steps, size_t count)
{
    bool *ends = arena_array(r->arena, count + 1, sizeof *ends),
         *comes = arena_array(r->arena, count + 1, sizeof *comes);
    if (ends == NULL || comes == NULL)
        return read_no_memory(r);
    if (count > 0)
        comes[0] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < count; i++) {
            if (!ends[i] && leads_to(steps, count, i, ends))
                ends[i] = changed = true;
            for (size_t j = 0; comes[i] && j < steps[i].route_count; j++)
                if (!comes[steps[i].routes[j].to]) /* of the end too: it has a place of its own */
                    comes[steps[i].routes[j].to] = changed = true;
            if (comes[i] && steps[i].route_count == 0 && !comes[i + 1])
                comes[i + 1] = changed = true;
        }
    }
    const cJSON *child = node->child;
    for (size_t i = 0; i < count; i++, child = child->next)
        if (comes[i] && !ends[i])
            return read_fail(r, child, "a task that comes to this step never ends: no way leads to \"exit\"");
    return true;
}

bool read_routes(struct reader *r, const cJSON *node, struct step *steps, size_t count)
{
    bool any = false;
    size_t i = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next, i++)
        if (!read_id(r, json_get(child, "id"), steps, i, &steps[i]))
            return false;
    i = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next, i++) {
        if (!read_next(r, json_get(child, "next"), steps, count, &steps[i]))
            return false;
        any |= steps[i].route_count > 0;
    }
    return !any || check_exit(r, node, steps, count);
}
