#include "tests/dist_text.h"
#include "tests/suites.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static const struct dist *make(struct arena *arena, const cJSON *node, struct error *err);

static void read_list(struct arena *arena, const cJSON *array, struct arg *arg)
{
    double *list = arena_array(arena, (size_t)cJSON_GetArraySize(array), sizeof *list);
    const cJSON *item;
    cJSON_ArrayForEach(item, array) list[arg->count++] = item->valuedouble;
    arg->list = list;
}

static void read_matrix(struct arena *arena, const cJSON *array, struct arg *arg)
{
    arg->count = (size_t)cJSON_GetArraySize(array);
    double *list = arena_array(arena, arg->count * arg->count, sizeof *list), *next = list;
    const cJSON *row, *item;
    cJSON_ArrayForEach(row, array)
    {
        cJSON_ArrayForEach(item, row) *next++ = item->valuedouble;
    }
    arg->list = list;
}

static bool read_dists(struct arena *arena, const cJSON *array, struct arg *arg, struct error *err)
{
    const size_t n = (size_t)cJSON_GetArraySize(array);
    const struct dist **dists = arena_array(arena, n, sizeof(*dists));
    double *weights = arena_array(arena, n, sizeof *weights);
    const cJSON *item;
    cJSON_ArrayForEach(item, array)
    {
        const cJSON *p = cJSON_GetObjectItemCaseSensitive(item, "p");
        const bool weighted = p != NULL && !cJSON_HasObjectItem(item, "dist");
        if (weighted) {
            weights[arg->count] = p->valuedouble;
            arg->list = weights;
        }
        dists[arg->count] = make(arena, weighted ? cJSON_GetObjectItem(item, "of") : item, err);
        if (dists[arg->count++] == NULL)
            return false;
    }
    arg->dists = dists;
    return true;
}

static bool read_arg(struct arena *arena, const struct param *param, const cJSON *node, struct arg *arg,
                     struct error *err)
{
    arg->given = true;
    arg->number = node->valuedouble;
    if (param->type == PARAM_NUMBERS)
        read_list(arena, node, arg);
    else if (param->type == PARAM_MATRIX)
        read_matrix(arena, node, arg);
    else if (param->type == PARAM_TEXT || param->type == PARAM_FILE)
        arg->text = arena_text(arena, node->valuestring);
    else if (param->type == PARAM_DISTS)
        return read_dists(arena, node, arg, err);
    else if (param->type == PARAM_DIST)
        return (arg->dist = make(arena, node, err)) != NULL;
    return true;
}

static const struct dist *make(struct arena *arena, const cJSON *node, struct error *err)
{
    struct dist *d = arena_alloc(arena, sizeof *d);
    if (cJSON_IsNumber(node)) {
        *d = dist_make_constant(node->valuedouble);
        return d;
    }
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(node, "dist");
    d->type = name == NULL ? &dist_two_moment : lookup_row(dist_table, name->valuestring);
    CU_ASSERT_FATAL(d->type != NULL);
    struct arg args[DIST_PARAMS] = {{0}};
    int known = name != NULL;
    for (size_t i = 0; d->type->params[i].type != PARAM_NONE; i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(node, d->type->params[i].name);
        if (value != NULL && !read_arg(arena, &d->type->params[i], value, &args[i], err))
            return NULL;
        known += value != NULL;
    }
    CU_ASSERT_EQUAL_FATAL(known, cJSON_GetArraySize(node)); /* no key of the text is unknown to the row */
    return d->type->init(d, args, arena, err) ? d : NULL;
}

const struct dist *dist_text_make(struct arena *arena, const char *text, struct error *err)
{
    cJSON *node = cJSON_Parse(text);
    CU_ASSERT_FATAL(node != NULL);
    const struct dist *d = make(arena, node, err);
    cJSON_Delete(node);
    return d;
}

void dist_text_check(bool right, const char *what, const char *text)
{
    if (!right)
        printf("\n    %s: %s\n", what, text);
    CU_ASSERT(right);
}

void dist_text_each_example(void (*f)(const struct dist *d, const char *text))
{
    for (size_t i = 0; i <= dist_table.count; i++) {
        const struct dist_type *type = i < dist_table.count ? dist_table.rows[i] : &dist_two_moment;
        CU_ASSERT(type->examples[0] != NULL);
        for (size_t j = 0; j < 4 && type->examples[j] != NULL; j++) {
            struct arena arena;
            struct error err = {.text = ""};
            arena_init(&arena);
            const struct dist *d = dist_text_make(&arena, type->examples[j], &err);
            dist_text_check(d != NULL, err.text, type->examples[j]);
            if (d != NULL)
                f(d, type->examples[j]);
            arena_free(&arena);
        }
    }
}

/* What the examples leave out: every way of giving each distribution, and awkward numbers. */
static const char *const more[] = {
    "{ \"dist\": \"erlang\", \"k\": 1, \"mean\": 0.7 }",
    "{ \"dist\": \"erlang\", \"k\": 8, \"mean\": 0.7 }",
    "{ \"dist\": \"erlang\", \"k\": 9, \"mean\": 0.7 }",
    "{ \"dist\": \"erlang\", \"mean\": 2.385, \"scv\": 1e-6 }",
    "{ \"dist\": \"gamma\", \"mean\": 2.385, \"scv\": 1e4 }",
    "{ \"dist\": \"gamma\", \"mean\": 2.385, \"scv\": 1e-6 }",
    "{ \"dist\": \"hyperexponential\", \"mean\": 2.385, \"scv\": 1 }",
    "{ \"dist\": \"hyperexponential\", \"mean\": 2.385, \"scv\": 1e4 }",
    "{ \"dist\": \"hyperexponential\", \"p\": [0, 1], \"means\": [5, 2] }",
    "{ \"dist\": \"hyperexponential\", \"p\": [1, 0], \"means\": [5, 2] }",
    "{ \"dist\": \"hyperexponential\", \"p\": [1], \"means\": [5] }",
    "{ \"dist\": \"hyperexponential\", \"p\": [0.1, 0.2, 0.3, 0.3999999999], \"means\": [1, 2, 3, 4] }",
    "{ \"dist\": \"hypoexponential\", \"means\": [1, 1, 1, 1, 1] }",
    "{ \"dist\": \"hypoexponential\", \"means\": [2.385] }",
    "{ \"dist\": \"hypoexponential\", \"means\": [1e-9, 1, 3] }",
    "{ \"dist\": \"hypoexponential\", \"mean\": 2, \"scv\": 0.5 }",
    "{ \"dist\": \"hypoexponential\", \"mean\": 2, \"scv\": 1 }",
    "{ \"dist\": \"coxian\", \"means\": [1, 2, 3], \"p\": [1, 0] }",
    "{ \"dist\": \"coxian\", \"means\": [1, 2, 3], \"p\": [0, 1] }",
    "{ \"dist\": \"phase_type\", \"alpha\": [1], \"T\": [[-2]] }",
    "{ \"dist\": \"phase_type\", \"alpha\": [0.3], \"T\": [[-2]] }",
    "{ \"dist\": \"phase_type\", \"alpha\": [0, 1], \"T\": [[-2, 0], [0.5, -0.5]] }",
    "{ \"dist\": \"lognormal\", \"mean\": 2.385, \"scv\": 1e-6 }",
    "{ \"dist\": \"lognormal\", \"mean\": 2.385, \"scv\": 1e4 }",
    "{ \"dist\": \"lognormal\", \"mean\": 2.385, \"scv\": 0 }",
    "{ \"dist\": \"weibull\", \"mean\": 2.385, \"scv\": 1e-6 }",
    "{ \"dist\": \"weibull\", \"mean\": 2.385, \"scv\": 1e4 }",
    "{ \"dist\": \"weibull\", \"shape\": 1, \"scale\": 2 }",
    "{ \"dist\": \"pareto\", \"alpha\": 0.7, \"min\": 2, \"max\": 1e6 }",
    "{ \"dist\": \"pareto\", \"alpha\": 1, \"min\": 2, \"max\": 3 }",
    "{ \"dist\": \"pareto\", \"alpha\": 2, \"min\": 2, \"max\": 300 }",
    "{ \"dist\": \"pareto\", \"alpha\": 3, \"mean\": 2 }",
    "{ \"dist\": \"pareto\", \"mean\": 2, \"scv\": 1e-6 }",
    "{ \"dist\": \"uniform\", \"min\": 0, \"max\": 0.7 }",
    "{ \"dist\": \"uniform\", \"min\": -1, \"max\": 1 }",
    "{ \"dist\": \"uniform\", \"min\": 3, \"max\": 3 }",
    "{ \"dist\": \"uniform\", \"mean\": 2, \"scv\": 0.3333333333333333 }",
    "{ \"dist\": \"uniform\", \"mean\": 2, \"scv\": 0 }",
    "{ \"dist\": \"triangular\", \"min\": 1, \"mode\": 4, \"max\": 4 }",
    "{ \"dist\": \"triangular\", \"min\": 2, \"mode\": 2, \"max\": 2 }",
    "{ \"dist\": \"normal\", \"mean\": 0, \"sd\": 2 }",
    "{ \"dist\": \"normal\", \"mean\": -7, \"sd\": 2 }",
    "{ \"dist\": \"normal\", \"mean\": -100, \"sd\": 1 }",
    "{ \"dist\": \"normal\", \"mean\": 2, \"scv\": 1e-6 }",
    "{ \"dist\": \"normal\", \"mean\": 2, \"scv\": 0.99 }",
    "{ \"dist\": \"bimodal\", \"p\": 0, \"a\": 1, \"b\": 2 }",
    "{ \"dist\": \"bimodal\", \"p\": 1, \"a\": 1, \"b\": 2 }",
    "{ \"dist\": \"mixture\", \"of\": [3], \"p\": [1] }",
    "{ \"dist\": \"mixture\", \"of\": [3, { \"dist\": \"pareto\", \"alpha\": 0.5, \"min\": 1 }], \"p\": [1, "
    "0] }",
    "{ \"dist\": \"discrete\", \"values\": [3], \"p\": [1] }",
    "{ \"dist\": \"discrete\", \"values\": [3, 1, 3, 2], \"p\": [0.25, 0, 0.25, 0.5] }",
    "{ \"dist\": \"discrete\", \"values\": [1, 2, 3], \"p\": [0.5, 0.5, 0] }",
    "{ \"dist\": \"discrete\", \"values\": [1, 2, 3], \"p\": [0.1, 0.2] }",
    "{ \"dist\": \"discrete\", \"values\": [-1, 1] }",
    "{ \"dist\": \"shifted\", \"by\": 5, \"of\": { \"dist\": \"uniform\", \"min\": -1, \"max\": 1 } }",
    "{ \"dist\": \"shifted\", \"by\": 1e6, \"of\": { \"dist\": \"bernoulli\", \"p\": 0.3 } }",
    "{ \"dist\": \"scaled\", \"by\": 0, \"of\": { \"dist\": \"exponential\", \"mean\": 2 } }",
    "{ \"dist\": \"scaled\", \"by\": 0.3, \"of\": { \"dist\": \"poisson\", \"mean\": 3 } }",
    "{ \"dist\": \"truncated\", \"min\": 1, \"max\": 3, \"of\": { \"dist\": \"discrete\", \"values\": [1, 2, "
    "3, 4] } }",
    "{ \"dist\": \"truncated\", \"min\": 5, \"max\": 5.001, \"of\": { \"dist\": \"exponential\", \"mean\": 1 "
    "} }",
    "{ \"dist\": \"truncated\", \"min\": 9, \"of\": { \"dist\": \"poisson\", \"mean\": 2 } }",
    "{ \"dist\": \"truncated\", \"min\": 9, \"of\": { \"dist\": \"exponential\", \"mean\": 1 } }",
    "{ \"dist\": \"truncated\", \"max\": 1e-3, \"of\": { \"dist\": \"lognormal\", \"mean\": 1, \"scv\": 3 } "
    "}",
    "{ \"dist\": \"truncated\", \"min\": 2, \"max\": 4, \"of\": { \"dist\": \"mixture\", \"of\": [3, { "
    "\"dist\": "
    "\"exponential\", \"mean\": 1 }] } }",
    "{ \"dist\": \"truncated\", \"min\": 1, \"of\": { \"dist\": \"truncated\", \"max\": 2, \"of\": { "
    "\"dist\": "
    "\"gamma\", \"shape\": 0.5, \"scale\": 2 } } }",
    "{ \"dist\": \"poisson\", \"mean\": 0 }",
    "{ \"dist\": \"poisson\", \"mean\": 1e6 }",
    "{ \"dist\": \"geometric\", \"p\": 1 }",
    "{ \"dist\": \"geometric\", \"mean\": 1e6 }",
    "{ \"dist\": \"bernoulli\", \"p\": 0 }",
    "{ \"dist\": \"bernoulli\", \"p\": 1 }",
    "{ \"mean\": 2, \"scv\": 0 }",
    "{ \"mean\": 2, \"scv\": 1 }",
    "{ \"mean\": 2, \"scv\": 0.5 }",
    "{ \"mean\": 2, \"scv\": 1e-6 }",
    "{ \"mean\": 2, \"scv\": 0.015 }",
    "{ \"mean\": 2, \"scv\": 1e4 }",
};

void dist_text_each_awkward(void (*f)(const struct dist *d, const char *text))
{
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        struct arena arena;
        struct error err = {.text = ""};
        arena_init(&arena);
        const struct dist *d = dist_text_make(&arena, more[i], &err);
        dist_text_check(d != NULL, err.text, more[i]);
        if (d != NULL)
            f(d, more[i]);
        arena_free(&arena);
    }
}
