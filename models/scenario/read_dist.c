/* read_dist.c: distributions and arrivals. */
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

enum { MOST_NAMES = 96 };

/* ---- distributions ---- */

/* An object without "dist": the two-moment fit, if it holds mean and scv and nothing else. */
static bool unnamed_type(struct reader *r, const cJSON *node, const struct dist_type **out)
{
    char quoted[UNITS_QUOTE_SIZE];
    bool fit = node->child != NULL;
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        static const char *const dist[] = {"dist"};
        if (lookup_nearest(child->string, dist, 1) != NULL && strcmp(child->string, "scv") != 0)
            return read_fail_key(r, child, "unknown key %s; did you mean \"dist\"?",
                                 units_quote(child->string, quoted));
        fit = fit && read_param(dist_two_moment.params, child->string) != NULL;
    }
    for (const struct param *p = dist_two_moment.params; p->type != PARAM_NONE; p++)
        fit = fit && json_get(node, p->name) != NULL;
    *out = &dist_two_moment;
    return fit || read_fail(r, node, "a distribution needs \"dist\" and a name, or \"mean\" and \"scv\"");
}

static bool named_type(struct reader *r, const cJSON *name, const struct dist_type **out)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!cJSON_IsString(name))
        return read_fail(r, name, "expected the name of a distribution, found %s",
                         json_describe(name, described));
    *out = lookup_row(dist_table, name->valuestring);
    if (*out != NULL)
        return true;
    const char *names[MOST_NAMES];
    size_t count = 0;
    for (; count < dist_table.count && count < MOST_NAMES; count++)
        names[count] = *(const char *const *)dist_table.rows[count];
    return read_unknown_name(r, name, "distribution", name->valuestring, names, count);
}

static bool read_dist_object(struct reader *r, const cJSON *node, enum dimension dimension, struct dist *out)
{
    const cJSON *name = json_get(node, "dist");
    const struct dist_type *type = NULL;
    if (name == NULL ? !unnamed_type(r, node, &type) : !named_type(r, name, &type))
        return false;
    struct arg args[DIST_PARAMS];
    char owner[UNITS_QUOTE_SIZE];
    if (!read_args(r, node, type->params, NULL, "dist",
                   name == NULL ? "a distribution without \"dist\"" : units_quote(type->name, owner),
                   dimension, args))
        return false;
    *out = (struct dist){.type = type};
    if (!type->init(out, args, r->arena, r->err))
        return json_stand(r->tree, node, r->err);
    return true;
}

bool read_dist_part(struct reader *r, const cJSON *node, enum dimension dimension, struct dist *out)
{
    if (cJSON_IsObject(node))
        return read_dist_object(r, node, dimension, out);
    double value = 0.0;
    if (cJSON_IsNumber(node) || (cJSON_IsString(node) && dimension != DIMENSION_NUMBER)) {
        if (!read_number(r, node, dimension, RANGE_ANY, &value))
            return false;
        *out = dist_make_constant(value);
        return true;
    }
    char described[JSON_DESCRIBE_SIZE];
    json_describe(node, described);
    if (dimension == DIMENSION_TIME)
        return read_fail(
            r, node,
            "expected a time or a distribution of times (a number of %s, text such as \"250us\", or an "
            "object with \"dist\"), found %s",
            r->unit->name, described);
    return read_fail(r, node, "expected a number or a distribution (an object with \"dist\"), found %s",
                     described);
}

bool read_dist(struct reader *r, const cJSON *node, enum dimension dimension, enum range range,
               const struct dist **out)
{
    if (cJSON_IsObject(node) && json_get(node, "shared") != NULL && json_get(node, "dist") == NULL)
        return read_shared(r, node, out);
    struct dist *d = arena_alloc(r->arena, sizeof *d);
    if (d == NULL)
        return read_no_memory(r);
    if (!read_dist_part(r, node, dimension, d))
        return false;
    char described[JSON_DESCRIBE_SIZE];
    const bool plain = !cJSON_IsObject(node);
    if (!(d->min >= 0)) {
        if (plain)
            return read_fail(r, node, "must be at least 0, found %s", json_describe(node, described));
        return read_fail(r, node,
                         "this distribution can be negative (its least value is %g), which a %s cannot be",
                         d->min, dimension == DIMENSION_TIME ? "time" : "count");
    }
    if (range == RANGE_POSITIVE && d->mean == 0) {
        if (plain)
            return read_fail(r, node, "must be above 0, found %s", json_describe(node, described));
        return read_fail(r, node, "this distribution is always 0, which it must not be here");
    }
    *out = d;
    return d->note == NULL || read_note(r, node, d->note);
}

/* ---- arrivals ---- */

static bool no_form(struct reader *r, const cJSON *node)
{
    const char *names[MOST_NAMES];
    size_t count = 0;
    for (; count < arrival_table.count && count < MOST_NAMES; count++)
        names[count] = *(const char *const *)arrival_table.rows[count];
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        const char *nearest = lookup_nearest(child->string, names, count);
        if (nearest != NULL) {
            char quoted[UNITS_QUOTE_SIZE];
            return read_fail_key(r, child, "unknown key %s; did you mean \"%s\"?",
                                 units_quote(child->string, quoted), nearest);
        }
    }
    char list[256] = "";
    for (size_t i = 0; i < count; i++) {
        const size_t used = strlen(list);
        if (used + strlen(names[i]) + 6 < sizeof list) {
            strcat(list, i == 0 ? "\"" : ", \"");
            strcat(list, names[i]);
            strcat(list, "\"");
        }
    }
    return read_fail(r, node, "arrivals need one of %s", list);
}

/* sessions: these are what arrives. */
static bool read_form(struct reader *r, const cJSON *node, bool sessions, struct arrival *out)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!cJSON_IsObject(node))
        return read_fail(r, node, "expected an object such as { \"rate\": 2 }, found %s",
                         json_describe(node, described));
    const struct arrival_type *type = NULL;
    for (size_t i = 0; i < arrival_table.count; i++) {
        const struct arrival_type *row = arrival_table.rows[i];
        const cJSON *form = json_get(node, row->name);
        if (form == NULL)
            continue;
        if (type != NULL)
            return read_fail_key(r, form, "arrivals have one form, found both \"%s\" and \"%s\"", type->name,
                                 row->name);
        type = row;
    }
    if (type == NULL)
        return no_form(r, node);
    struct param params[ARRIVAL_PARAMS + MODIFIERS + SESSION_PARAMS];
    struct arg args[ARRIVAL_PARAMS + MODIFIERS + SESSION_PARAMS];
    size_t own = 0;
    for (; type->params[own].type != PARAM_NONE; own++)
        params[own] = type->params[own];
    memcpy(params + own, arrival_modifier_params, sizeof arrival_modifier_params);
    if (sessions)
        memcpy(params + own + MODIFIERS, arrival_session_params, sizeof arrival_session_params);
    char owner[UNITS_QUOTE_SIZE];
    if (!read_args(r, node, params, NULL, NULL, units_quote(type->name, owner), DIMENSION_TIME, args))
        return false;
    *out = (struct arrival){.type = type};
    if (!type->init(out, args, r->arena, r->err) || !arrival_modify(out, args + own, r->err) ||
        (sessions && !arrival_make_sessions(out, args + own + MODIFIERS, r->err)))
        return json_stand(r->tree, node, r->err);
    return true;
}

bool read_arrival(struct reader *r, const cJSON *node, struct arrival *out)
{
    const cJSON *sessions = cJSON_IsObject(node) ? json_get(node, "sessions") : NULL;
    if (sessions == NULL)
        return read_form(r, node, false, out);
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (child != sessions)
            return read_fail_key(r, child, "what belongs to the sessions stands inside \"sessions\"");
    return read_form(r, sessions, true, out);
}
