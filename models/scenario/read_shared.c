/* read_shared.c: draws that the steps of a kind share. */
#include "models/scenario/read.h"

#include <string.h>

enum { MOST_NAMES = 96 };

bool read_draws(struct reader *r, const cJSON *node)
{
    char described[JSON_DESCRIBE_SIZE];
    r->draws = node;
    if (node == NULL)
        return true;
    if (!cJSON_IsObject(node))
        return read_fail(r, node, "expected an object of draws by name, found %s", json_describe(node, described));
    const size_t count = (size_t)cJSON_GetArraySize(node);
    r->draw_laws = arena_array(r->arena, count + 1, sizeof *r->draw_laws);
    r->draw_used = arena_array(r->arena, count + 1, sizeof *r->draw_used);
    if (r->draw_laws == NULL || r->draw_used == NULL)
        return read_no_memory(r);
    size_t i = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next, i++) {
        r->draw_used[i] = false;
        if (!read_name(r, child, "draw") || !read_dist(r, child, DIMENSION_TIME, RANGE_ANY, &r->draw_laws[i]))
            return false;
    }
    return true;
}

bool read_draws_end(struct reader *r)
{
    char quoted[UNITS_QUOTE_SIZE];
    size_t i = 0;
    if (r->draws == NULL)
        return true;
    for (const cJSON *child = r->draws->child; child != NULL; child = child->next, i++)
        if (!r->draw_used[i])
            return read_fail_key(r, child, "no step uses this draw: { \"shared\": %s } stands for it",
                                 units_quote(child->string, quoted));
    r->draw_first += i;
    r->draws = NULL;
    return true;
}

bool read_shared(struct reader *r, const cJSON *node, const struct dist **out)
{
    static const struct param params[] = {
        {.name = "shared", .type = PARAM_TEXT, .required = true, .summary = "the name of one of the kind's draws"},
        {.name = "times", .type = PARAM_NUMBER, .range = RANGE_POSITIVE, .summary = "a factor; default 1"},
        {0},
    };
    struct arg args[2];
    const cJSON *name = json_get(node, "shared");
    if (r->step_depth == 0)
        return read_fail_key(r, name, "only what a step does can be shared with other steps");
    if (r->draws == NULL || r->draws->child == NULL)
        return read_fail_key(r, name, "the task kind has no \"draws\" that its steps could share");
    if (!read_args(r, node, params, NULL, NULL, "a shared draw", DIMENSION_NUMBER, args))
        return false;
    const char *names[MOST_NAMES];
    size_t i = 0, count = 0;
    const cJSON *child = r->draws->child;
    for (; child != NULL && strcmp(child->string, args[0].text) != 0; child = child->next, i++)
        if (count < MOST_NAMES)
            names[count++] = child->string;
    if (child == NULL)
        return read_unknown_name(r, name, "draw", args[0].text, names, count);
    struct dist *d = arena_alloc(r->arena, sizeof *d);
    if (d == NULL)
        return read_no_memory(r);
    r->draw_used[i] = true;
    *out = d;
    return dist_make_shared(d, r->draw_laws[i], r->draw_first + i, args[1].given ? args[1].number : 1.0, r->arena,
                            r->err) ||
           json_stand(r->tree, node, r->err);
}
