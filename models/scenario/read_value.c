/* read_value.c: single values and objects of named values, by tables of struct param. */
#include "models/scenario/read.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool fail(struct reader *r, const cJSON *node, bool key, const char *format, va_list args)
{
    char text[sizeof r->err->text];
    vsnprintf(text, sizeof text, format, args);
    error_set(r->err, "%s", text);
    return key ? json_stand_key(r->tree, node, r->err) : json_stand(r->tree, node, r->err);
}

bool read_fail(struct reader *r, const cJSON *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(r, node, false, format, args);
    va_end(args);
    return false;
}

bool read_fail_key(struct reader *r, const cJSON *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(r, node, true, format, args);
    va_end(args);
    return false;
}

bool read_no_memory(struct reader *r)
{
    return error_set(r->err, "out of memory");
}

const struct param *read_param(const struct param *params, const char *key)
{
    for (const struct param *p = params; p != NULL && p->type != PARAM_NONE; p++)
        if (strcmp(p->name, key) == 0)
            return p;
    return NULL;
}

/* ---- unknown keys and names ---- */

enum { MOST_NAMES = 96, LIST_SIZE = 480 };

/* "a", "b" and "c" as one text, cut where it does not fit. */
static const char *list_names(const char *const *names, size_t count, char out[LIST_SIZE])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char quoted[UNITS_QUOTE_SIZE];
        const int n = snprintf(out + used, LIST_SIZE - used, "%s%s", used == 0 ? "" : ", ",
                               units_quote(names[i], quoted));
        if (n < 0 || used + (size_t)n >= LIST_SIZE - 5) {
            snprintf(out + used, LIST_SIZE - used, ", ...");
            break;
        }
        used += (size_t)n;
    }
    return out;
}

bool read_unknown_name(struct reader *r, const cJSON *node, const char *what, const char *name,
                       const char *const *names, size_t count)
{
    char quoted[UNITS_QUOTE_SIZE], near[UNITS_QUOTE_SIZE], list[LIST_SIZE];
    const char *nearest = lookup_nearest(name, names, count);
    if (nearest != NULL)
        return read_fail(r, node, "unknown %s %s; did you mean %s?", what, units_quote(name, quoted),
                         units_quote(nearest, near));
    if (count == 0)
        return read_fail(r, node, "unknown %s %s; there are none", what, units_quote(name, quoted));
    return read_fail(r, node, "unknown %s %s; known: %s", what, units_quote(name, quoted),
                     list_names(names, count, list));
}

bool read_unknown_key(struct reader *r, const cJSON *node, const struct param *params,
                      const struct param *more)
{
    const char *names[MOST_NAMES];
    size_t count = 0, now = 0;
    for (const struct param *p = params; p->type != PARAM_NONE && count < MOST_NAMES; p++)
        if (p->type != PARAM_LATER)
            names[count++] = p->name;
    now = count; /* what is listed when none is near: not what is refused anyway */
    for (const struct param *p = params; p->type != PARAM_NONE && count < MOST_NAMES; p++)
        if (p->type == PARAM_LATER)
            names[count++] = p->name;
    for (const struct param *p = more; p != NULL && p->type != PARAM_NONE && count < MOST_NAMES; p++)
        names[count++] = p->name;
    char quoted[UNITS_QUOTE_SIZE], near[UNITS_QUOTE_SIZE], list[LIST_SIZE];
    const char *nearest = lookup_nearest(node->string, names, count);
    if (nearest != NULL)
        return read_fail_key(r, node, "unknown key %s; did you mean %s?", units_quote(node->string, quoted),
                             units_quote(nearest, near));
    return read_fail_key(r, node, "unknown key %s; known here: %s", units_quote(node->string, quoted),
                         list_names(names, now, list));
}

static bool later(struct reader *r, const cJSON *node, const char *what)
{
    char quoted[UNITS_QUOTE_SIZE];
    return read_fail_key(r, node, "%s is part of the scenario format but not of this version of desq",
                         units_quote(what, quoted));
}

/* ---- numbers ---- */

static bool expected(struct reader *r, const cJSON *node, const char *expectation)
{
    char described[JSON_DESCRIBE_SIZE];
    return read_fail(r, node, "expected %s, found %s", expectation, json_describe(node, described));
}

static bool expected_number(struct reader *r, const cJSON *node, enum dimension dimension)
{
    char text[96];
    snprintf(text, sizeof text,
             dimension == DIMENSION_TIME   ? "a time (a number of %s, or text such as \"250us\")"
             : dimension == DIMENSION_RATE ? "a rate (a number per %s, or text such as \"1500/s\")"
                                           : "a number",
             r->unit->name);
    return expected(r, node, text);
}

static bool check_range(struct reader *r, const cJSON *node, enum range range, double value)
{
    char described[JSON_DESCRIBE_SIZE];
    const char *must = NULL;
    switch (range) {
    case RANGE_ANY:
        break;
    case RANGE_POSITIVE:
        must = value > 0 ? NULL : "above 0";
        break;
    case RANGE_NOT_NEGATIVE:
        must = value >= 0 ? NULL : "at least 0";
        break;
    case RANGE_PROBABILITY:
        must = value >= 0 && value <= 1 ? NULL : "between 0 and 1";
        break;
    case RANGE_OPEN_PROBABILITY:
        must = value > 0 && value < 1 ? NULL : "above 0 and below 1";
        break;
    case RANGE_FROM_ONE:
        must = value >= 1 ? NULL : "at least 1";
        break;
    }
    return must == NULL || read_fail(r, node, "must be %s, found %s", must, json_describe(node, described));
}

bool read_number(struct reader *r, const cJSON *node, enum dimension dimension, enum range range, double *out)
{
    if (cJSON_IsNumber(node)) {
        *out = node->valuedouble;
    } else if (cJSON_IsString(node) && dimension == DIMENSION_TIME) {
        if (!units_time(node->valuestring, r->unit, out, r->err))
            return json_stand(r->tree, node, r->err);
    } else if (cJSON_IsString(node) && dimension == DIMENSION_RATE) {
        if (!units_rate(node->valuestring, r->unit, out, r->err))
            return json_stand(r->tree, node, r->err);
    } else {
        return expected_number(r, node, dimension);
    }
    return check_range(r, node, range, *out);
}

bool read_whole(struct reader *r, const cJSON *node, enum range range, double *out)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!cJSON_IsNumber(node) || node->valuedouble != floor(node->valuedouble))
        return expected(r, node, "a whole number");
    if (fabs(node->valuedouble) > 9007199254740992.0)
        return read_fail(r, node, "must be at most 9007199254740992 (2^53), found %s",
                         json_describe(node, described));
    *out = node->valuedouble;
    return check_range(r, node, range, *out);
}

static bool read_servers(struct reader *r, const cJSON *node, enum range range, double *out)
{
    if (cJSON_IsString(node) && strcmp(node->valuestring, "infinite") == 0) {
        *out = INFINITY;
        return true;
    }
    if (cJSON_IsArray(node) || cJSON_IsObject(node)) { /* a list or a schedule: the reader of stations' business */
        *out = 1.0;
        return true;
    }
    if (!cJSON_IsNumber(node) || node->valuedouble != floor(node->valuedouble))
        return expected(r, node, "a whole number or \"infinite\"");
    return read_whole(r, node, range, out);
}

static bool read_flag(struct reader *r, const cJSON *node, struct arg *out)
{
    if (!cJSON_IsBool(node))
        return expected(r, node, "true or false");
    out->number = cJSON_IsTrue(node) ? 1.0 : 0.0;
    return true;
}

/* Numbers of one array, appended to list. */
static bool read_row(struct reader *r, const cJSON *node, enum dimension dimension, enum range range,
                     double *list)
{
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!read_number(r, child, dimension, range, list++))
            return false;
    return true;
}

static size_t length_of(const cJSON *array)
{
    size_t count = 0;
    for (const cJSON *child = array->child; child != NULL; child = child->next)
        count++;
    return count;
}

static bool read_numbers(struct reader *r, const cJSON *node, enum dimension dimension, enum range range,
                         struct arg *out)
{
    if (!cJSON_IsArray(node))
        return expected(r, node, "a list of numbers");
    out->count = length_of(node);
    double *list = arena_array(r->arena, out->count, sizeof *list);
    if (list == NULL)
        return read_no_memory(r);
    out->list = list;
    return read_row(r, node, dimension, range, list);
}

static bool read_matrix(struct reader *r, const cJSON *node, enum dimension dimension, enum range range,
                        struct arg *out)
{
    if (!cJSON_IsArray(node))
        return expected(r, node, "a square matrix: a list of rows, each a list of numbers");
    const size_t n = length_of(node);
    for (const cJSON *row = node->child; row != NULL; row = row->next) {
        if (!cJSON_IsArray(row))
            return expected(r, row, "a row of the matrix: a list of numbers");
        const size_t columns = length_of(row);
        if (columns != n)
            return read_fail(r, row, "a square matrix of %zu rows has %zu numbers in each, found %zu", n, n,
                             columns);
    }
    double *list = n > 100000 ? NULL : arena_array(r->arena, n * n, sizeof *list);
    if (list == NULL)
        return read_no_memory(r);
    out->list = list;
    out->count = n;
    size_t i = 0;
    for (const cJSON *row = node->child; row != NULL; row = row->next, i++)
        if (!read_row(r, row, dimension, range, list + i * n))
            return false;
    return true;
}

/* [ [t, x], ... ] */
static bool read_pairs(struct reader *r, const cJSON *node, enum dimension dimension, enum range range,
                       struct arg *out)
{
    if (!cJSON_IsArray(node))
        return expected(r, node, "a list of pairs such as [ [0, 5], [10, 2] ]");
    out->count = length_of(node);
    double *list = arena_array(r->arena, 2 * out->count, sizeof *list);
    if (list == NULL)
        return read_no_memory(r);
    out->list = list;
    for (const cJSON *pair = node->child; pair != NULL; pair = pair->next, list += 2) {
        if (!cJSON_IsArray(pair) || length_of(pair) != 2)
            return expected(r, pair, "a pair: a time and a value");
        if (!read_number(r, pair->child, DIMENSION_TIME, RANGE_NOT_NEGATIVE, &list[0]) ||
            !read_number(r, pair->child->next, dimension, range, &list[1]))
            return false;
    }
    return true;
}

static bool read_object(struct reader *r, const cJSON *node, const struct param *p, enum dimension drawn,
                        struct arg *out)
{
    size_t count = 0;
    while (p->members[count].type != PARAM_NONE)
        count++;
    struct arg *args = arena_array(r->arena, count, sizeof *args);
    if (args == NULL)
        return read_no_memory(r);
    out->args = args;
    char owner[UNITS_QUOTE_SIZE];
    return read_args(r, node, p->members, NULL, NULL, units_quote(p->name, owner), drawn, args);
}

/* ---- words and names ---- */

static bool read_word(struct reader *r, const cJSON *node, const char *const *words, struct arg *out)
{
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    char list[LIST_SIZE];
    if (!cJSON_IsString(node)) {
        char text[LIST_SIZE + 16];
        snprintf(text, sizeof text, count == 1 ? "%s" : "one of %s", list_names(words, count, list));
        return expected(r, node, text);
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], node->valuestring) == 0) {
            out->text = words[i];
            out->number = (double)i;
            return true;
        }
    }
    return read_unknown_name(r, node, "word", node->valuestring, words, count);
}

/* A text; where the row's range is "from one", also a whole number, taken as its digits: the number of a
 * column. */
static bool read_text(struct reader *r, const cJSON *node, enum range range, struct arg *out)
{
    if (cJSON_IsNumber(node) && range == RANGE_FROM_ONE) {
        double number = 0.0;
        if (!read_whole(r, node, range, &number))
            return false;
        out->text = arena_printf(r->arena, "%.0f", number);
        return out->text != NULL || read_no_memory(r);
    }
    if (!cJSON_IsString(node))
        return expected(r, node, "a text");
    out->text = arena_text(r->arena, node->valuestring);
    return out->text != NULL || read_no_memory(r);
}

static bool read_file_name(struct reader *r, const cJSON *node, struct arg *out)
{
    if (!cJSON_IsString(node) || node->valuestring[0] == '\0')
        return expected(r, node, "the name of a file");
    out->text = node->valuestring[0] == '/' ? arena_text(r->arena, node->valuestring)
                                            : arena_printf(r->arena, "%s%s", r->folder, node->valuestring);
    return out->text != NULL || read_no_memory(r);
}

static bool read_row_name(struct reader *r, const cJSON *node, const struct param *p, struct arg *out)
{
    if (p->told && cJSON_IsObject(node)) {
        const cJSON *name = json_get(node, "name");
        if (name == NULL)
            return read_fail(r, node, "\"%s\" needs \"name\"", p->name);
        node = name;
    }
    if (!cJSON_IsString(node))
        return expected(r, node, p->told ? "a name, or { \"name\": ..., ... }" : "a name");
    out->row = lookup_row(*p->rows, node->valuestring);
    if (out->row != NULL)
        return true;
    const char *names[MOST_NAMES];
    size_t count = 0;
    for (; count < p->rows->count && count < MOST_NAMES; count++)
        names[count] = *(const char *const *)p->rows->rows[count];
    return read_unknown_name(r, node, p->name, node->valuestring, names, count);
}

static bool read_station_name(struct reader *r, const cJSON *node, struct arg *out)
{
    if (!cJSON_IsString(node))
        return expected(r, node, "the name of a station");
    const struct scenario *s = r->scenario;
    for (size_t i = 0; i < s->station_count; i++) {
        if (strcmp(s->stations[i].name, node->valuestring) == 0) {
            out->index = i;
            return true;
        }
    }
    const char **names = arena_array(r->arena, s->station_count, sizeof *names);
    if (names == NULL)
        return read_no_memory(r);
    for (size_t i = 0; i < s->station_count; i++)
        names[i] = s->stations[i].name;
    return read_unknown_name(r, node, "station", node->valuestring, names, s->station_count);
}

static bool read_kind_name(struct reader *r, const cJSON *node, struct arg *out)
{
    if (!cJSON_IsString(node))
        return expected(r, node, "the name of a task kind");
    const size_t count = r->kinds == NULL ? 0 : length_of(r->kinds);
    const char **names = arena_array(r->arena, count, sizeof *names);
    size_t i = 0;
    if (names == NULL)
        return read_no_memory(r);
    for (const cJSON *kind = count == 0 ? NULL : r->kinds->child; kind != NULL; kind = kind->next, i++) {
        names[i] = kind->string;
        if (strcmp(kind->string, node->valuestring) == 0) {
            out->index = i;
            return true;
        }
    }
    return read_unknown_name(r, node, "task kind", node->valuestring, names, count);
}

/* ---- lists of distributions ---- */

/* The name of a distribution where the distribution itself belongs: "service": "exponential". */
static bool no_bare_name(struct reader *r, const cJSON *node)
{
    char quoted[UNITS_QUOTE_SIZE];
    if (!cJSON_IsString(node) || units_number_length(node->valuestring) > 0)
        return true;
    const struct dist_type *type = lookup_row(dist_table, node->valuestring);
    if (type == NULL) {
        const char *near = lookup_nearest_row(dist_table, node->valuestring);
        type = near != NULL ? lookup_row(dist_table, near) : NULL;
    }
    if (type == NULL)
        return true;
    const bool mean = read_param(type->params, "mean") != NULL;
    return read_fail(
        r, node, "%s is no distribution by itself; did you mean { \"dist\": \"%s\", \"%s\": ... }?",
        units_quote(node->valuestring, quoted), type->name, mean ? "mean" : type->params[0].name);
}

/* Either all elements are distributions, or all are { "p": weight, "of": distribution }. */
static bool read_dists(struct reader *r, const cJSON *node, enum dimension dimension, struct arg *out)
{
    static const struct param weighted[] = {
        {.name = "p", .type = PARAM_NUMBER, .range = RANGE_PROBABILITY, .required = true},
        {.name = "of", .type = PARAM_JSON, .required = true},
        {0},
    };
    if (!cJSON_IsArray(node))
        return expected(r, node, "a list of distributions");
    out->count = length_of(node);
    const struct dist **dists = arena_array(r->arena, out->count, sizeof *dists);
    double *weights = arena_array(r->arena, out->count, sizeof *weights);
    if (dists == NULL || weights == NULL)
        return read_no_memory(r);
    out->dists = dists;
    size_t i = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next, i++) {
        const bool has_weight = json_get(child, "p") != NULL && json_get(child, "dist") == NULL;
        const cJSON *of = child;
        if (i == 0)
            out->list = has_weight ? weights : NULL;
        if (has_weight != (out->list != NULL))
            return read_fail(r, child,
                             "either all elements are { \"p\": weight, \"of\": distribution } or none");
        if (has_weight) {
            struct arg args[2];
            if (!read_args(r, child, weighted, NULL, NULL, "an element of the mixture", dimension, args))
                return false;
            weights[i] = args[0].number;
            of = args[1].row;
        }
        struct dist *d = arena_alloc(r->arena, sizeof *d);
        if (d == NULL)
            return read_no_memory(r);
        if (!no_bare_name(r, of) || !read_dist_part(r, of, dimension, d))
            return false;
        dists[i] = d;
    }
    return true;
}

/* ---- by type ---- */

static enum dimension resolve(enum dimension dimension, enum dimension drawn)
{
    if (dimension == DIMENSION_DRAWN)
        return drawn;
    if (dimension == DIMENSION_DRAWN_RATE)
        return drawn == DIMENSION_TIME ? DIMENSION_RATE : DIMENSION_NUMBER;
    return dimension;
}

/* inner: the value is part of a distribution, where a nested one may be negative. */
static bool read_arg(struct reader *r, const cJSON *node, const struct param *p, enum dimension drawn,
                     struct arg *out)
{
    const enum dimension dimension = resolve(p->dimension, drawn);
    const bool inner = p->dimension == DIMENSION_DRAWN;
    out->given = true;
    out->at = json_place(r->tree, node, r->arena);
    if (p->type == PARAM_JSON) {
        out->row = node;
        return true;
    }
    switch (p->type) {
    case PARAM_NONE:
        return true;
    case PARAM_NUMBER:
        return read_number(r, node, dimension, p->range, &out->number);
    case PARAM_WHOLE:
        return read_whole(r, node, p->range, &out->number);
    case PARAM_SERVERS:
        return read_servers(r, node, p->range, &out->number);
    case PARAM_NUMBERS:
        return read_numbers(r, node, dimension, p->range, out);
    case PARAM_MATRIX:
        return read_matrix(r, node, dimension, p->range, out);
    case PARAM_FLAG:
        return read_flag(r, node, out);
    case PARAM_WORD:
        return read_word(r, node, p->words, out);
    case PARAM_TEXT:
        return read_text(r, node, p->range, out);
    case PARAM_FILE:
        return read_file_name(r, node, out);
    case PARAM_ROW:
        return read_row_name(r, node, p, out);
    case PARAM_DIST:
        if (!no_bare_name(r, node))
            return false;
        if (inner) {
            struct dist *d = arena_alloc(r->arena, sizeof *d);
            out->dist = d;
            return d == NULL ? read_no_memory(r) : read_dist_part(r, node, dimension, d);
        }
        return read_dist(r, node, dimension, p->range, &out->dist);
    case PARAM_DISTS:
        return read_dists(r, node, dimension, out);
    case PARAM_STATION:
        return read_station_name(r, node, out);
    case PARAM_KIND:
        return read_kind_name(r, node, out);
    case PARAM_STEPS: {
        struct steps *steps = arena_alloc(r->arena, sizeof *steps);
        out->steps = steps;
        return steps == NULL ? read_no_memory(r) : read_steps(r, node, steps);
    }
    case PARAM_BRANCHES:
        return read_branches(r, node, &out->branches, &out->count);
    case PARAM_FORKS:
        return read_forks(r, node, &out->branches, &out->count);
    case PARAM_PAIRS:
        return read_pairs(r, node, dimension, p->range, out);
    case PARAM_OBJECT:
        return read_object(r, node, p, drawn, out);
    case PARAM_LATER:
        return later(r, node, p->name);
    }
    return true;
}

bool read_args(struct reader *r, const cJSON *object, const struct param *params, const struct param *more,
               const char *skip, const char *owner, enum dimension drawn, struct arg *args)
{
    if (!cJSON_IsObject(object))
        return expected(r, object, "an object");
    size_t count = 0;
    for (; params[count].type != PARAM_NONE; count++)
        args[count] = (struct arg){0};
    /* keys first: a wrong one says more than what follows from it */
    for (const cJSON *child = object->child; child != NULL; child = child->next) {
        if (skip != NULL && strcmp(child->string, skip) == 0)
            continue;
        const struct param *p = read_param(params, child->string);
        if (p == NULL)
            p = read_param(more, child->string);
        if (p == NULL)
            return read_unknown_key(r, child, params, more);
        if (p->type == PARAM_LATER)
            return later(r, child, child->string);
    }
    for (size_t i = 0; i < count; i++)
        if (params[i].required && json_get(object, params[i].name) == NULL)
            return read_fail(r, object, "%s needs \"%s\"", owner, params[i].name);
    for (const cJSON *child = object->child; child != NULL; child = child->next) {
        const struct param *p = read_param(params, child->string);
        if (p != NULL && !read_arg(r, child, p, drawn, &args[p - params]))
            return false;
    }
    return true;
}
