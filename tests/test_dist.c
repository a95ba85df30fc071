/* Distributions: each row is drawn from and held against its own moments and distribution function. Seeds are
 * fixed; every statistical bound is set so that a right sampler fails it with probability about 1e-5: |z|
 * < 4.4; sqrt(n) D < 2.47 for Kolmogorov and Smirnov's D (2 exp(-2 x^2) = 1e-5); P-value above 1e-5 for
 * chi-square. */
#include "models/dist/build.h"
#include "models/dist/column.h"
#include "models/dist/incomplete_gamma.h"
#include "tests/suites.h"

#include <cjson/cJSON.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- from text to a distribution, by the row's own table of parameters ---- */

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

static const struct dist *make_text(struct arena *arena, const char *text, struct error *err)
{
    cJSON *node = cJSON_Parse(text);
    CU_ASSERT_FATAL(node != NULL);
    const struct dist *d = make(arena, node, err);
    cJSON_Delete(node);
    return d;
}

/* As CU_ASSERT, naming the distribution. */
static void check(bool right, const char *what, const char *text)
{
    if (!right)
        printf("\n    %s: %s\n", what, text);
    CU_ASSERT(right);
}

/* Calls f for every example of every row, and for the two-moment fit's. */
static void each_example(void (*f)(const struct dist *d, const char *text))
{
    for (size_t i = 0; i <= dist_table.count; i++) {
        const struct dist_type *type = i < dist_table.count ? dist_table.rows[i] : &dist_two_moment;
        CU_ASSERT(type->examples[0] != NULL);
        for (size_t j = 0; j < 4 && type->examples[j] != NULL; j++) {
            struct arena arena;
            struct error err = {.text = ""};
            arena_init(&arena);
            const struct dist *d = make_text(&arena, type->examples[j], &err);
            check(d != NULL, err.text, type->examples[j]);
            if (d != NULL)
                f(d, type->examples[j]);
            arena_free(&arena);
        }
    }
}

/* ---- draws ---- */

enum { DRAWS = 100000, PLACES = 400 };

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How many of the sorted values are below x (or, with equal, at most x). */
static size_t rank_of(const double *sorted, size_t n, double x, bool equal)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (sorted[middle] < x || (equal && sorted[middle] == x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double cdf(const struct dist *d, double x)
{
    return d->type->cdf(d, x);
}

static double cdf_before(const struct dist *d, double x)
{
    return d->type->cdf(d, nextafter(x, -INFINITY));
}

/* D at some of the values only, so at most D; both sides of each, so right for atoms too (where it is smaller
 * still). */
static double kolmogorov(const struct dist *d, const double *sorted, size_t n)
{
    double worst = 0.0;
    for (size_t i = 0; i < PLACES; i++) {
        const double x = sorted[i * (n - 1) / (PLACES - 1)];
        const double upto = (double)rank_of(sorted, n, x, true) / (double)n;
        const double before = (double)rank_of(sorted, n, x, false) / (double)n;
        worst = fmax(worst, fmax(fabs(upto - cdf(d, x)), fabs(before - cdf_before(d, x))));
    }
    return worst;
}

/* P-value over the atoms, for distributions that have few; 1 for others. */
static double atoms_fit(const struct dist *d, const double *sorted, size_t n)
{
    double sum = 0.0, rest = 1.0, rest_seen = 0.0;
    int cells = 0;
    for (size_t i = 0, next; i < n; i = next) {
        next = rank_of(sorted, n, sorted[i], true);
        const double p = cdf(d, sorted[i]) - cdf_before(d, sorted[i]), seen = (double)(next - i);
        if (p == 0.0)
            return 1.0; /* continuous there */
        if (p * (double)n < 10.0) {
            rest_seen += seen;
            continue;
        }
        sum += (seen - p * (double)n) * (seen - p * (double)n) / (p * (double)n);
        rest -= p;
        cells++;
    }
    if (rest * (double)n > 10.0) {
        sum += (rest_seen - rest * (double)n) * (rest_seen - rest * (double)n) / (rest * (double)n);
        cells++;
    }
    return cells < 2 ? 1.0 : incomplete_gamma_upper(0.5 * (cells - 1), 0.5 * sum);
}

static void check_draws(const struct dist *d, const char *text)
{
    static double x[DRAWS];
    struct stream s = {stream_key(11, 0, STREAM_TEST, text)};
    double mean = 0.0, m2 = 0.0, m4 = 0.0, least = INFINITY;
    for (int i = 0; i < DRAWS; i++) {
        x[i] = dist_draw(d, &s);
        if (!isfinite(x[i])) {
            check(false, "draws are finite", text);
            return;
        }
        least = fmin(least, x[i]);
        mean += (x[i] - mean) / (i + 1);
    }
    for (int i = 0; i < DRAWS; i++) {
        const double off = (x[i] - mean) * (x[i] - mean);
        m2 += off / DRAWS;
        m4 += off * off / DRAWS;
    }
    check(least >= d->min, "no draw is below min", text);
    if (d->variance == 0.0) {
        check(fabs(mean - d->mean) <= 1e-12 * fabs(d->mean) && m2 <= 1e-24 * mean * mean, "it is constant",
              text);
        return;
    }
    const double mean_z = (mean - d->mean) / sqrt(d->variance / DRAWS);
    const double variance_z = (m2 - d->variance) / sqrt(fmax(m4 - m2 * m2, 1e-9 * m2 * m2) / DRAWS);
    /* Beyond an scv of 10 or so, and for power tails, a mean of 100,000 is far from normal. */
    const bool tame = d->scv < 10.0 && strstr(text, "pareto") == NULL;
    check(!tame || fabs(mean_z) < 4.4, "the draws' mean is right", text);
    check(!tame || d->scv > 3.0 || fabs(variance_z) < 4.4 || m4 - m2 * m2 < 1e-6 * m2 * m2,
          "the draws' variance is right", text);
    qsort(x, DRAWS, sizeof *x, ascending);
    check(kolmogorov(d, x, DRAWS) * sqrt(DRAWS) < 2.47, "the draws fit the distribution function", text);
    check(atoms_fit(d, x, DRAWS) > 1e-5, "the draws fit the probabilities", text);
}

static void draws_fit(void)
{
    each_example(check_draws);
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
    "{ \"dist\": \"shifted\", \"by\": 1e9, \"of\": { \"dist\": \"bernoulli\", \"p\": 0.3 } }",
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

static void each_more(void (*f)(const struct dist *d, const char *text))
{
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        struct arena arena;
        struct error err = {.text = ""};
        arena_init(&arena);
        const struct dist *d = make_text(&arena, more[i], &err);
        check(d != NULL, err.text, more[i]);
        if (d != NULL)
            f(d, more[i]);
        arena_free(&arena);
    }
}

static void draws_at_the_ends_fit(void)
{
    each_more(check_draws);
}

/* ---- moments and distribution functions, without chance ---- */

static void check_cdf(const struct dist *d, const char *text)
{
    const double sd = isfinite(d->variance) ? sqrt(d->variance) : 10.0 * (fabs(d->min) + 1.0);
    check(cdf(d, nextafter(d->min, -INFINITY)) == 0.0, "nothing lies below min", text);
    check(cdf(d, -INFINITY) == 0.0 && cdf(d, INFINITY) == 1.0, "the cdf runs from 0 to 1", text);
    double before = 0.0, center = isfinite(d->mean) ? d->mean : d->min;
    for (int i = -200; i <= 400; i++) {
        const double p = cdf(d, center + sd * i / 20.0);
        if (!(p >= before - 1e-13 && p >= 0.0 && p <= 1.0)) {
            check(false, "the cdf never falls", text);
            return;
        }
        before = p;
    }
}

static void cdfs_are_distribution_functions(void)
{
    each_example(check_cdf);
    each_more(check_cdf);
}

/* The integral of 1 - F beyond min, over octaves out to where F is 1, by Simpson's rule: not the code under
 * test. */
static double mean_from_cdf(const struct dist *d)
{
    enum { STEPS = 400 };
    double sum = 0.0, scale = d->variance > 0.0 ? sqrt(d->variance) : 1.0;
    if (d->mean - d->min > 50.0 * scale) { /* a narrow peak: one octave would not see it */
        const double low = d->mean - 12.0 * scale;
        for (int i = 0; i <= 20 * STEPS; i++)
            sum += (i == 0 || i == 20 * STEPS ? 1.0
                    : i % 2 == 1              ? 4.0
                                              : 2.0) *
                   (1.0 - cdf(d, low + 24.0 * scale * i / (20 * STEPS)));
        return low + sum * 24.0 * scale / (20 * STEPS) / 3.0;
    }
    for (int octave = -60; octave < 60; octave++) {
        const double low = d->min + ldexp(scale, octave), width = low - d->min;
        if (cdf(d, low) == 1.0)
            break;
        double part = 0.0;
        for (int i = 0; i <= STEPS; i++)
            part += (i == 0 || i == STEPS ? 1.0
                     : i % 2 == 1         ? 4.0
                                          : 2.0) *
                    (1.0 - cdf(d, low + width * i / STEPS));
        sum += part * width / STEPS / 3.0;
    }
    return d->min + sum;
}

static bool near(double x, double y, double tolerance)
{
    return x == y || fabs(x - y) <= tolerance * fmax(fabs(x), fabs(y));
}

/* Members that are smooth enough, and light enough in the tail, for the rule above. */
static void check_mean(const struct dist *d, const char *text)
{
    if (d->type->between != NULL || d->variance == 0.0 || strstr(text, "pareto") != NULL || d->scv > 100.0 ||
        d->min < 0.0)
        return;
    check(near(mean_from_cdf(d), d->mean, 1e-5), "the mean agrees with the cdf", text);
}

/* Up to where F is 1 to the last bit or nearly, what lies between has the moments of all. */
static void check_between(const struct dist *d, const char *text)
{
    if (!isfinite(d->variance))
        return;
    const double all = dist_inverse(d, 1.0 - 1e-15, d->min, DBL_MAX), off = d->mean - d->min;
    double m[3], low[3], high[3];
    dist_moments_between(d, d->min, all, m);
    const bool light = d->scv < 100.0 && (strstr(text, "pareto") == NULL || strstr(text, "max") != NULL);
    check(near(m[0], 1.0, 1e-12), "all lies between the ends", text);
    check(!light || near(m[1], off, 1e-7), "first moments between the ends are those of all", text);
    check(!light || near(m[2], d->variance + off * off, 1e-6),
          "second moments between the ends are those of all", text);
    /* Cut anywhere, the parts add up: also with what lies beyond by subtraction. */
    const double cut = d->mean - 0.3 * sqrt(d->variance);
    dist_moments_between(d, d->min, nextafter(cut, -INFINITY), low);
    dist_moments_between(d, fmax(cut, d->min), INFINITY, high);
    const double step = fmax(cut, d->min) - d->min;
    check(near(low[0] + high[0], 1.0, 1e-9), "parts add up to 1", text);
    check(d->variance == 0.0 || near(low[1] + high[1] + step * high[0], off, 1e-7),
          "parts add up to the mean", text);
}

static void moments_agree_with_cdfs(void)
{
    each_example(check_mean);
    each_more(check_mean);
    each_example(check_between);
    each_more(check_between);
}

struct exact {
    const char *text;
    double mean, scv, min;
};

static void moments_are_exact(void)
{
    static const struct exact rows[] = {
        {"{ \"dist\": \"constant\", \"value\": 2.5 }", 2.5, 0.0, 2.5},
        {"{ \"dist\": \"exponential\", \"rate\": 0.4 }", 2.5, 1.0, 0.0},
        {"{ \"dist\": \"erlang\", \"k\": 4, \"mean\": 3 }", 3.0, 0.25, 0.0},
        {"{ \"dist\": \"gamma\", \"shape\": 0.5, \"scale\": 3 }", 1.5, 2.0, 0.0},
        /* E X = 1.4, E X^2 = 2 (0.5 + 0.5 * 1.8^2) = 4.24 */
        {"{ \"dist\": \"hyperexponential\", \"p\": [0.5], \"means\": [1, 1.8] }", 1.4, 4.24 / 1.96 - 1.0,
         0.0},
        {"{ \"dist\": \"hypoexponential\", \"means\": [1, 2, 3] }", 6.0, 14.0 / 36.0, 0.0},
        /* With probability 1/2 another phase of mean 2: E X = 2, E X^2 = 2 + 2 * 1/2 * 2 + 1/2 * 8 = 8 */
        {"{ \"dist\": \"coxian\", \"means\": [1, 2], \"p\": [0.5] }", 2.0, 1.0, 0.0},
        /* A geometric sum of exponentials is exponential: mean 1 / (2 * 1/4) */
        {"{ \"dist\": \"phase_type\", \"alpha\": [1, 0], \"T\": [[-2, 1.5], [1.5, -2]] }", 2.0, 1.0, 0.0},
        {"{ \"dist\": \"phase_type\", \"alpha\": [0.5], \"T\": [[-1]] }", 0.5, 3.0, 0.0},
        {"{ \"dist\": \"lognormal\", \"mu\": 0, \"sigma\": 1 }", 1.6487212707001282, 1.7182818284590452, 0.0},
        /* Gamma(3/2) = sqrt(pi) / 2, Gamma(2) = 1 */
        {"{ \"dist\": \"weibull\", \"shape\": 2, \"scale\": 3 }", 2.6586807763582740, 0.27323954473516269,
         0.0},
        {"{ \"dist\": \"weibull\", \"shape\": 0.5, \"mean\": 3 }", 3.0, 5.0, 0.0},
        {"{ \"dist\": \"pareto\", \"alpha\": 3, \"min\": 2 }", 3.0, 1.0 / 3.0, 2.0},
        {"{ \"dist\": \"pareto\", \"alpha\": 1.5, \"min\": 2 }", 6.0, INFINITY, 2.0},
        {"{ \"dist\": \"pareto\", \"alpha\": 1, \"min\": 2 }", INFINITY, INFINITY, 2.0},
        /* alpha = 1 on 1 .. e: mean 1 / (1 - 1/e), E X^2 = (e - 1) / (1 - 1/e) = e */
        {"{ \"dist\": \"pareto\", \"alpha\": 1, \"min\": 1, \"max\": 2.718281828459045 }", 1.5819767068693265,
         0.086161269630487528, 1.0},
        {"{ \"dist\": \"pareto\", \"mean\": 3, \"scv\": 0.3333333333333333 }", 3.0, 1.0 / 3.0, 2.0},
        {"{ \"dist\": \"uniform\", \"min\": 1, \"max\": 3 }", 2.0, 1.0 / 12.0, 1.0},
        {"{ \"dist\": \"triangular\", \"min\": 1, \"mode\": 2, \"max\": 6 }", 3.0, 21.0 / 18.0 / 9.0, 1.0},
        /* half normal: mean sqrt(2 / pi), variance 1 - 2 / pi */
        {"{ \"dist\": \"normal\", \"mean\": 0, \"sd\": 1 }", 0.79788456080286536, 0.57079632679489662, 0.0},
        {"{ \"dist\": \"normal\", \"mean\": 100, \"sd\": 2 }", 100.0, 4e-4, 0.0},
        {"{ \"dist\": \"bimodal\", \"p\": 0.25, \"a\": 4, \"b\": 1 }", 1.75, 0.25 * 0.75 * 9.0 / 1.75 / 1.75,
         1.0},
        {"{ \"dist\": \"mixture\", \"of\": [2, { \"dist\": \"exponential\", \"mean\": 2 }] }", 2.0, 0.5, 0.0},
        {"{ \"dist\": \"mixture\", \"of\": [2, { \"dist\": \"pareto\", \"alpha\": 1, \"min\": 1 }] }",
         INFINITY, INFINITY, 1.0},
        {"{ \"dist\": \"discrete\", \"values\": [3, 1], \"p\": [0.5, 0.5] }", 2.0, 0.25, 1.0},
        {"{ \"dist\": \"discrete\", \"values\": [3, 1], \"p\": [1, 0] }", 3.0, 0.0, 3.0},
        {"{ \"dist\": \"empirical\", \"values\": [3, 1] }", 2.0, 0.25, 1.0},
        {"{ \"dist\": \"shifted\", \"by\": 1, \"of\": { \"dist\": \"exponential\", \"mean\": 1 } }", 2.0,
         0.25, 1.0},
        {"{ \"dist\": \"shifted\", \"by\": 2, \"of\": { \"dist\": \"uniform\", \"min\": -1, \"max\": 1 } }",
         2.0, 1.0 / 12.0, 1.0},
        {"{ \"dist\": \"scaled\", \"by\": 3, \"of\": { \"dist\": \"exponential\", \"mean\": 1 } }", 3.0, 1.0,
         0.0},
        {"{ \"dist\": \"scaled\", \"by\": 0, \"of\": { \"dist\": \"pareto\", \"alpha\": 1, \"min\": 1 } }",
         0.0, 0.0, 0.0},
        /* memoryless */
        {"{ \"dist\": \"truncated\", \"min\": 3, \"of\": { \"dist\": \"exponential\", \"mean\": 1 } }", 4.0,
         0.0625, 3.0},
        /* 1 - e^-1 of it: mean (1 - 2/e) / (1 - 1/e), E X^2 = (2 - 5/e) / (1 - 1/e) */
        {"{ \"dist\": \"truncated\", \"max\": 1, \"of\": { \"dist\": \"exponential\", \"mean\": 1 } }",
         0.41802329313067355, 0.45315547443778897, 0.0},
        {"{ \"dist\": \"truncated\", \"min\": 2, \"max\": 3, \"of\": { \"dist\": \"discrete\", \"values\": "
         "[1, 2, 3, 4] } }",
         2.5, 0.04, 2.0},
        {"{ \"dist\": \"truncated\", \"min\": 5, \"of\": { \"dist\": \"pareto\", \"alpha\": 3, \"min\": 1 } "
         "}",
         7.5, 1.0 / 3.0, 5.0},
        {"{ \"dist\": \"truncated\", \"min\": 5, \"of\": { \"dist\": \"pareto\", \"alpha\": 1, \"min\": 1 } "
         "}",
         INFINITY, INFINITY, 5.0},
        {"{ \"dist\": \"truncated\", \"min\": -3, \"of\": { \"dist\": \"discrete\", \"values\": [-5, 1, 3] } "
         "}",
         2.0, 0.25, 0.0},
        {"{ \"dist\": \"poisson\", \"mean\": 4 }", 4.0, 0.25, 0.0},
        {"{ \"dist\": \"geometric\", \"p\": 0.25 }", 4.0, 0.75, 1.0},
        {"{ \"dist\": \"bernoulli\", \"p\": 0.25 }", 0.25, 3.0, 0.0},
        {"{ \"dist\": \"bernoulli\", \"p\": 0 }", 0.0, 0.0, 0.0},
        {"{ \"dist\": \"bernoulli\", \"p\": 1 }", 1.0, 0.0, 1.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct error err = {.text = ""};
        arena_init(&arena);
        const struct dist *d = make_text(&arena, rows[i].text, &err);
        check(d != NULL, err.text, rows[i].text);
        if (d != NULL) {
            check(near(d->mean, rows[i].mean, 1e-9), "the mean is exact", rows[i].text);
            check(near(d->scv, rows[i].scv, 1e-8), "the scv is exact", rows[i].text);
            check(near(d->min, rows[i].min, 0.0), "min is exact", rows[i].text);
        }
        arena_free(&arena);
    }
}

static void mean_and_scv_give_mean_and_scv(void)
{
    static const struct {
        const char *name;
        double scv[8];
    } rows[] = {
        {"erlang", {1e-6, 0.2, 1.0}},
        {"gamma", {1e-6, 0.3, 1.0, 2.385, 1e4}},
        {"hyperexponential", {1.0, 1.0001, 2.385, 1e4}},
        {"hypoexponential", {0.5, 0.7, 1.0}},
        {"lognormal", {1e-6, 0.3, 1.0, 2.385, 1e4}},
        {"weibull", {1e-6, 0.3, 1.0, 2.385, 1e4}},
        {"pareto", {1e-6, 0.3, 1.0, 2.385, 1e4}},
        {"uniform", {1e-6, 0.3}},
        {"normal", {1e-6, 0.3, 0.5, 0.9, 0.99, 0.999}},
        {NULL, {1e-6, 1e-4, 0.3, 0.5, 0.999, 1.0, 1.001, 2.385, 1e4}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t j = 0; j < 8 && rows[i].scv[j] > 0.0; j++) {
            char text[128];
            if (rows[i].name == NULL)
                snprintf(text, sizeof text, "{ \"mean\": 0.7, \"scv\": %.17g }", rows[i].scv[j]);
            else
                snprintf(text, sizeof text, "{ \"dist\": \"%s\", \"mean\": 0.7, \"scv\": %.17g }",
                         rows[i].name, rows[i].scv[j]);
            struct arena arena;
            struct error err = {.text = ""};
            arena_init(&arena);
            const struct dist *d = make_text(&arena, text, &err);
            check(d != NULL, err.text, text);
            if (d != NULL) {
                check(near(d->mean, 0.7, 1e-12) && near(d->scv, rows[i].scv[j], 1e-8), "as asked for", text);
                /* Not only said: the distribution function has them too. */
                check_between(d, text);
                if (d->scv < 5.0)
                    check_mean(d, text);
            }
            arena_free(&arena);
        }
}

static void two_moment_fits_say_what_they_are(void)
{
    static const char *const rows[][2] = {
        {"{ \"mean\": 2, \"scv\": 0 }", "two-moment fit of mean 2 and scv 0: constant"},
        {"{ \"mean\": 2, \"scv\": 1 }", "two-moment fit of mean 2 and scv 1: exponential"},
        {"{ \"mean\": 2, \"scv\": 0.25 }", "two-moment fit of mean 2 and scv 0.25: Erlang-4"},
        {"{ \"mean\": 2, \"scv\": 0.3 }", "two-moment fit of mean 2 and scv 0.3: Erlang-3 with probability "
                                          "0.5703, else Erlang-4, phases of mean 0.5832"},
        {"{ \"mean\": 2, \"scv\": 4 }",
         "two-moment fit of mean 2 and scv 4: hyperexponential, mean 1.127 with "
         "probability 0.8873, else mean 8.873"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct error err = {.text = ""};
        arena_init(&arena);
        const struct dist *d = make_text(&arena, rows[i][0], &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(d);
        check(d->note != NULL && strcmp(d->note, rows[i][1]) == 0, d->note, rows[i][0]);
        arena_free(&arena);
    }
}

static void partial_moments_are_exact(void)
{
    struct arena arena;
    arena_init(&arena);
    double m[3];
    const struct dist d = dist_make_exponential(1.0);
    dist_moments_between(&d, 1.0, 2.0, m); /* about 1: e^-1 times those of an exponential up to 1 */
    const double e = exp(-1.0);
    CU_ASSERT_DOUBLE_EQUAL(m[0], e * (1.0 - e), 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(m[1], e * (1.0 - 2.0 * e), 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m[2], e * (2.0 - 5.0 * e), 1e-12);
    dist_moments_between(&d, -1.0, 1e9, m);
    CU_ASSERT(near(m[0], 1.0, 1e-12) && near(m[1], 2.0, 1e-9) && near(m[2], 5.0, 1e-9));
    dist_moments_between(&d, 2.0, 1.0, m);
    CU_ASSERT(m[0] == 0.0 && m[1] == 0.0 && m[2] == 0.0);
    dist_moments_between(&d, -2.0, -1.0, m);
    CU_ASSERT(m[0] == 0.0);
    const struct dist c = dist_make_constant(3.0);
    dist_moments_between(&c, 3.0, 3.0, m);
    CU_ASSERT(m[0] == 1.0 && m[1] == 0.0 && m[2] == 0.0);
    dist_moments_between(&c, 0.0, INFINITY, m);
    CU_ASSERT(m[0] == 1.0 && m[1] == 3.0 && m[2] == 9.0);
    dist_moments_between(&c, 3.1, 4.0, m);
    CU_ASSERT(m[0] == 0.0);
    struct error err;
    const struct dist *g = make_text(&arena, "{ \"dist\": \"geometric\", \"p\": 0.5 }", &err);
    dist_moments_between(g, 2.0, 3.0, m); /* 1/4 at 2, 1/8 at 3 */
    CU_ASSERT(near(m[0], 0.375, 1e-14) && near(m[1], 0.125, 1e-13) && near(m[2], 0.125, 1e-13));
    const struct dist *p = make_text(&arena, "{ \"dist\": \"poisson\", \"mean\": 2 }", &err);
    dist_moments_between(p, 0.5, 2.0, m); /* 2 e^-2 at 1, 2 e^-2 at 2 */
    CU_ASSERT(near(m[0], 4.0 * e * e, 1e-13) && near(m[1], 4.0 * e * e, 1e-13) &&
              near(m[2], 5.0 * e * e, 1e-13));
    arena_free(&arena);
}

static void inverses_are_exact(void)
{
    struct arena arena;
    arena_init(&arena);
    struct error err;
    const struct dist d = dist_make_exponential(1.0);
    CU_ASSERT(near(dist_inverse(&d, 0.5, 0.0, INFINITY), log(2.0), 1e-15));
    const struct dist *v = make_text(&arena, "{ \"dist\": \"discrete\", \"values\": [-2, 0.1, 3] }", &err);
    CU_ASSERT(dist_inverse(v, 0.3, -10.0, 10.0) == -2.0);
    CU_ASSERT(dist_inverse(v, 0.34, -10.0, 10.0) == 0.1);
    CU_ASSERT(dist_inverse(v, 1.0, -10.0, INFINITY) == 3.0);
    arena_free(&arena);
}

static void incomplete_gamma_is_right(void)
{
    for (double x = 0.01; x < 60.0; x *= 1.37) {
        CU_ASSERT(near(incomplete_gamma_lower(1.0, x), -expm1(-x), 1e-14));
        CU_ASSERT(near(incomplete_gamma_upper(1.0, x), exp(-x), 1e-13));
        CU_ASSERT(near(incomplete_gamma_lower(0.5, x), erf(sqrt(x)), 1e-13));
        CU_ASSERT(near(incomplete_gamma_upper(0.5, x), erfc(sqrt(x)), 1e-12));
        double term = exp(-x), sum = term;
        for (int n = 1; n < 20; n++)
            sum += term *= x / n;
        CU_ASSERT(near(incomplete_gamma_upper(20.0, x), sum, 1e-12));
    }
    for (double z = -5.0; z <= 5.0; z += 0.25) { /* where the asymptotic form takes over */
        const double a = 1e8, b = a * (1.0 + 1e-12);
        CU_ASSERT(fabs(incomplete_gamma_lower(a, a + z * 1e4) - incomplete_gamma_lower(b, b + z * 1e4)) <
                  1e-10);
    }
    CU_ASSERT(incomplete_gamma_lower(2.0, 0.0) == 0.0 && incomplete_gamma_upper(2.0, -1.0) == 1.0);
    CU_ASSERT(incomplete_gamma_lower(2.0, INFINITY) == 1.0 && incomplete_gamma_upper(2.0, INFINITY) == 0.0);
    CU_ASSERT(incomplete_gamma_lower(1e-4, 1e-300) > 0.9 && incomplete_gamma_lower(1e-4, 1e-300) < 0.95);
}

static void phases_agree_with_closed_forms(void)
{
    struct arena arena;
    arena_init(&arena);
    struct error err;
    const struct dist *five =
        make_text(&arena, "{ \"dist\": \"hypoexponential\", \"means\": [1, 1, 1, 1, 1] }", &err);
    const struct dist *stiff =
        make_text(&arena, "{ \"dist\": \"hypoexponential\", \"means\": [1e-6, 1] }", &err);
    for (double x = 0.001; x < 100.0; x *= 1.5) {
        CU_ASSERT(fabs(cdf(five, x) - incomplete_gamma_lower(5.0, x)) < 1e-14);
        /* 1 - (a e^(-x/a) - b e^(-x/b)) / (a - b), with the second term long gone */
        CU_ASSERT(fabs(cdf(stiff, x) - (1.0 - exp(-x) / (1.0 - 1e-6))) < 1e-9);
    }
    const struct dist *atom =
        make_text(&arena, "{ \"dist\": \"phase_type\", \"alpha\": [0.3], \"T\": [[-2]] }", &err);
    CU_ASSERT_DOUBLE_EQUAL(cdf(atom, 0.0), 0.7, 1e-15);
    CU_ASSERT(cdf(atom, -1e-300) == 0.0);
    arena_free(&arena);
}

/* ---- mistakes ---- */

static void check_error(const char *text, const char *expected)
{
    struct arena arena;
    struct error err = {.text = ""};
    arena_init(&arena);
    const struct dist *d = make_text(&arena, text, &err);
    if (d != NULL || strcmp(err.text, expected) != 0)
        printf("\n    %s\n    gave:     %s\n    expected: %s\n", text, d != NULL ? "no error" : err.text,
               expected);
    CU_ASSERT(d == NULL && strcmp(err.text, expected) == 0);
    arena_free(&arena);
}

static void mistakes_are_named(void)
{
    static const char *const rows[][2] = {
        {"{ \"dist\": \"constant\" }", "constant needs either \"value\" or \"mean\"; found nothing"},
        {"{ \"dist\": \"exponential\" }", "exponential needs either \"mean\" or \"rate\"; found nothing"},
        {"{ \"dist\": \"exponential\", \"mean\": 1, \"rate\": 1 }",
         "exponential needs either \"mean\" or \"rate\"; found \"mean\", \"rate\""},
        {"{ \"dist\": \"exponential\", \"mean\": 0 }", "exponential: \"mean\" must be above 0, not 0"},
        {"{ \"dist\": \"exponential\", \"mean\": 1e999 }",
         "exponential: \"mean\" must be a finite number, not inf"},
        {"{ \"dist\": \"exponential\", \"rate\": 1e-320 }",
         "exponential: a mean of inf is too large to compute with"},
        {"{ \"dist\": \"erlang\", \"mean\": 1, \"scv\": 0.3 }",
         "erlang: an scv of 0.3 is not 1/k for any whole k; the nearest are 0.25 (k = 4) and 0.333333 (k = "
         "3); { "
         "\"mean\": ..., \"scv\": ... } without \"dist\" fits any scv"},
        {"{ \"dist\": \"erlang\", \"mean\": 1, \"scv\": 2 }",
         "erlang: an scv of 2 is not 1/k for any whole k: at most 1; hyperexponential, gamma or lognormal go "
         "above"},
        {"{ \"dist\": \"erlang\", \"mean\": 1, \"k\": 2.5 }",
         "erlang: \"k\" must be a whole number, not 2.5"},
        {"{ \"dist\": \"erlang\", \"mean\": 1, \"k\": 0 }", "erlang: \"k\" must be at least 1, not 0"},
        {"{ \"dist\": \"erlang\", \"k\": 2 }",
         "erlang needs \"mean\" and either \"k\" or \"scv\"; found \"k\""},
        {"{ \"dist\": \"gamma\", \"mean\": 2, \"scale\": 1 }",
         "gamma needs \"shape\" and \"scale\", or \"shape\" and \"mean\", or \"mean\" and \"scv\"; found "
         "\"scale\", "
         "\"mean\""},
        {"{ \"dist\": \"hyperexponential\", \"p\": [0.5, 0.4], \"means\": [1, 2] }",
         "hyperexponential: the probabilities must sum to 1, not 0.9"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [0.5, 0.500000002], \"means\": [1, 2] }",
         "hyperexponential: the probabilities must sum to 1, not 1.000000002"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [0.5, 0.6], \"means\": [1, 2, 3] }",
         "hyperexponential: the probabilities must sum to at most 1, not 1.1"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [1.5, -0.5], \"means\": [1, 2] }",
         "hyperexponential: \"p\" must be a probability, from 0 to 1, not 1.5"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [1], \"means\": [1, 2, 3] }",
         "hyperexponential: \"p\" must hold one probability for each of the 3 means (or one less: the last "
         "takes the "
         "rest), not 1"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [0.5, 0.5], \"means\": [1, 0] }",
         "hyperexponential: \"means\" must be above 0, not 0"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [], \"means\": [1] }", "hyperexponential: \"p\" is empty"},
        {"{ \"dist\": \"hyperexponential\", \"mean\": 1, \"scv\": 0.5 }",
         "hyperexponential: \"scv\" must be at least 1, not 0.5; erlang, gamma and others go below"},
        {"{ \"dist\": \"hypoexponential\", \"mean\": 1, \"scv\": 0.3 }",
         "hypoexponential: with two phases \"scv\" is from 0.5 to 1, not 0.3"},
        {"{ \"dist\": \"coxian\", \"means\": [1, 2], \"p\": [0.5, 0.5] }",
         "coxian: \"p\" must hold one probability of going on after each of the 2 phases but the last, not "
         "2"},
        {"{ \"dist\": \"coxian\", \"means\": [1, 2] }", "coxian needs \"p\""},
        {"{ \"dist\": \"phase_type\", \"alpha\": [1, 0], \"T\": [[-1]] }",
         "phase_type: \"alpha\" has 2 phases but \"T\" has 1 rows"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [1], \"T\": [[1]] }",
         "phase_type: row 1 of \"T\" needs a diagonal below 0 (minus the rate of leaving the phase), not 1"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [1, 0], \"T\": [[-1, -1], [0, -1]] }",
         "phase_type: row 1 of \"T\" has -1 beside the diagonal: a rate is at least 0"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [1, 0], \"T\": [[-1, 1], [2, -1]] }",
         "phase_type: row 2 of \"T\" sums to 1; it must be at most 0"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [1, 0], \"T\": [[-1, 1], [1, -1]] }",
         "phase_type: from phase 1 (of 2) the end is never reached"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [0.7, 0.7], \"T\": [[-1, 0], [0, -1]] }",
         "phase_type: \"alpha\" must sum to 1 (or less: the rest is the probability of the value 0), not "
         "1.4"},
        {"{ \"dist\": \"lognormal\", \"mean\": 1, \"sigma\": 1 }",
         "lognormal needs \"mean\" and \"scv\", or \"mu\" and \"sigma\"; found \"mean\", \"sigma\""},
        {"{ \"dist\": \"lognormal\", \"mu\": 1000, \"sigma\": 1 }",
         "lognormal: with these numbers the mean is too large or too small to compute"},
        {"{ \"dist\": \"pareto\", \"alpha\": 1, \"min\": 2, \"max\": 2 }",
         "pareto: \"max\" (2) must be above \"min\" (2)"},
        {"{ \"dist\": \"pareto\", \"alpha\": 1, \"mean\": 2 }",
         "pareto: with an \"alpha\" of 1 the mean is infinite; above 1 it can be given"},
        {"{ \"dist\": \"uniform\", \"min\": 2, \"max\": 1 }",
         "uniform: \"min\" (2) must not be above \"max\" (1)"},
        {"{ \"dist\": \"uniform\", \"mean\": 2, \"scv\": 0.4 }",
         "uniform: an scv of 0.4 would reach below 0; at most 1/3"},
        {"{ \"dist\": \"triangular\", \"min\": 2, \"mode\": 1, \"max\": 3 }",
         "triangular needs min <= mode <= max, but they are 2, 1 and 3"},
        {"{ \"dist\": \"normal\", \"mean\": -2, \"scv\": 0.1 }",
         "normal: with \"scv\", \"mean\" is that of the values, all at least 0: it must be above 0, not -2"},
        {"{ \"dist\": \"normal\", \"mean\": 2, \"scv\": 1 }",
         "normal: truncated at 0, its scv is above 0 and below 1; 1 is out of reach"},
        {"{ \"dist\": \"bimodal\", \"p\": 1.1, \"a\": 1, \"b\": 2 }",
         "bimodal: \"p\" must be a probability, from 0 to 1, not 1.1"},
        {"{ \"dist\": \"mixture\", \"of\": [] }", "mixture: \"of\" is empty"},
        {"{ \"dist\": \"mixture\", \"of\": [{ \"p\": 0.5, \"of\": 1 }, { \"p\": 0.5, \"of\": 2 }], \"p\": "
         "[0.5, 0.5] }",
         "mixture: weights either in \"p\" or in the items of \"of\", not both"},
        {"{ \"dist\": \"discrete\", \"values\": [1, 2], \"p\": [0.5, 0.6] }",
         "discrete: the probabilities must sum to 1, not 1.1"},
        {"{ \"dist\": \"empirical\" }",
         "empirical needs either \"values\", or \"file\" and \"column\"; found nothing"},
        {"{ \"dist\": \"truncated\", \"of\": 3 }", "truncated needs \"min\", \"max\" or both; found \"of\""},
        {"{ \"dist\": \"truncated\", \"min\": 4, \"of\": 3 }",
         "truncated: nothing of the distribution lies between min and max (probability 0)"},
        {"{ \"dist\": \"truncated\", \"min\": 40, \"of\": { \"dist\": \"exponential\", \"mean\": 2 } }",
         "truncated: next to nothing of the distribution lies between min and max (probability 2.06e-09)"},
        {"{ \"dist\": \"truncated\", \"min\": 5, \"max\": 4, \"of\": { \"dist\": \"exponential\", \"mean\": "
         "1 } }",
         "truncated: \"min\" (5) must not be above \"max\" (4)"},
        {"{ \"dist\": \"scaled\", \"by\": -1, \"of\": 3 }", "scaled: \"by\" must be at least 0, not -1"},
        {"{ \"dist\": \"geometric\", \"p\": 0 }", "geometric: \"p\" must be above 0: success never comes"},
        {"{ \"dist\": \"geometric\", \"mean\": 0.5 }", "geometric: \"mean\" must be at least 1, not 0.5"},
        {"{ \"dist\": \"poisson\", \"mean\": 1e10 }", "poisson: \"mean\" must be at most 1e9, not 1e+10"},
        {"{ \"mean\": 1, \"scv\": 1e-13 }", "an scv of 1e-13 is too small to fit; 0 makes it constant"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_error(rows[i][0], rows[i][1]);
}

/* ---- files ---- */

struct file_case {
    const char *text, *column;
    const char *values; /* as printed with %g, a blank after each; NULL: it fails */
    const char *error;  /* @ stands for the path */
};

static void expand(const char *pattern, const char *path, char *out, size_t size)
{
    size_t used = 0;
    for (; *pattern != '\0' && used + 1 < size; pattern++)
        if (*pattern == '@')
            used += (size_t)snprintf(out + used, size - used, "%s", path);
        else
            out[used++] = *pattern;
    out[used] = '\0';
}

static void check_file(const struct file_case *c)
{
    char path[] = "/tmp/desq-test-XXXXXX", expected[600], found[600] = "";
    const int descriptor = mkstemp(path);
    CU_ASSERT_FATAL(descriptor >= 0);
    FILE *file = fdopen(descriptor, "w");
    CU_ASSERT_FATAL(file != NULL);
    fputs(c->text, file);
    fclose(file);
    struct arena arena;
    struct error err = {.text = ""};
    double *values;
    size_t count, used = 0;
    arena_init(&arena);
    const bool fine = column_read(path, c->column, &arena, &values, &count, &err);
    for (size_t i = 0; fine && i < count; i++)
        used += (size_t)snprintf(found + used, sizeof found - used, "%g ", values[i]);
    expand(fine && c->values != NULL ? c->values
           : c->error != NULL        ? c->error
                                     : "",
           path, expected, sizeof expected);
    const char *got = fine ? found : err.text;
    if (fine != (c->values != NULL) || strcmp(got, expected) != 0)
        printf("\n    %s\n    gave: %s\n    expected: %s\n", c->text, got, expected);
    CU_ASSERT(fine == (c->values != NULL) && strcmp(got, expected) == 0);
    arena_free(&arena);
    unlink(path);
}

static void columns_are_read(void)
{
    static const struct file_case cases[] = {
        {"time,service\n1,2\n3,4\n", "service", "2 4 ", NULL},
        {"time,service\n1,2\n3,4\n", "1", "1 3 ", NULL},
        {"1,2\n3,4", "2", "2 4 ", NULL},
        {"5\n6\n", NULL, "5 6 ", NULL},
        {"size\n5\n6", NULL, "5 6 ", NULL},
        {"\xEF\xBB\xBFtime, service \r\n\r\n# a remark\r\n1 ,\t2 \r\n3,4\r\n", "service", "2 4 ", NULL},
        {"a\rb\r", NULL, NULL, "@:2: column 1: \"b\" is not a finite number"},
        {"a;b\n\"1\";\"2\"\n", "b", "2 ", NULL},
        {"a\tb\n1\t-2e3\n", "b", "-2000 ", NULL},
        {"\"x, \"\"y\"\"\",z\n1,2\n", "x, \"y\"", "1 ", NULL},
        {"\"two\nlines\",b\n1,x\n", "b", NULL, "@:3: column 2: \"x\" is not a finite number"},
        {"2,1\n10,20\n", "2", "10 ", NULL}, /* a name comes before a number */
        {"", NULL, NULL, "@ is empty"},
        {"\n\n# nothing\n  \n", NULL, NULL, "@ is empty"},
        {"time\n", NULL, NULL, "@ has a header but no values"},
        {"time,service\n1,2\n", "servce", NULL, "@ has no column \"servce\"; did you mean \"service\"?"},
        {"time,service\n1,2\n", "xyzzy", NULL, "@ has no column \"xyzzy\"; it has \"time\", \"service\""},
        {"time,service\n1,2\n", NULL, NULL,
         "@ has 2 columns: \"column\" must name one of \"time\", \"service\""},
        {"time,service\n1,2\n", "3", NULL, "@ has 2 columns, so none of number 3"},
        {"time,service\n1,2\n3\n", "service", NULL, "@:3: the line has no column 2"},
        {"time,service\n1,\n", "service", NULL, "@:2: column 2 is empty"},
        {"time,service\n1,2ms\n", "service", NULL, "@:2: column 2: \"2ms\" is not a finite number"},
        {"time,service\n1,nan\n", "service", NULL, "@:2: column 2: \"nan\" is not a finite number"},
        {"time,service\n1,1e999\n", "service", NULL, "@:2: column 2: \"1e999\" is not a finite number"},
        {"time,service\n1,0x10\n", "service", NULL, "@:2: column 2: \"0x10\" is not a finite number"},
        {"a\n\"1\n2\n", NULL, NULL, "@:2: a quote is not closed"},
        {"a\n\"1\"2\n", NULL, NULL, "@:2: there is text after a closing quote"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_file(&cases[i]);
    struct error err;
    struct arena arena;
    double *values;
    size_t count;
    arena_init(&arena);
    CU_ASSERT(!column_read("/no/such/file.csv", NULL, &arena, &values, &count, &err));
    CU_ASSERT_STRING_EQUAL(err.text, "cannot read /no/such/file.csv: No such file or directory");
    CU_ASSERT(!column_read("/tmp", NULL, &arena, &values, &count, &err));
    CU_ASSERT_STRING_EQUAL(err.text, "cannot read /tmp: Is a directory");
    arena_free(&arena);
}

static void tables_are_whole(void)
{
    for (size_t i = 0; i < dist_table.count; i++) {
        const struct dist_type *type = dist_table.rows[i];
        CU_ASSERT(type->name != NULL && type->summary != NULL && type->init != NULL && type->draw != NULL &&
                  type->cdf != NULL);
        CU_ASSERT(lookup_row(dist_table, type->name) == type);
        for (size_t j = 0; type->params[j].type != PARAM_NONE; j++) {
            CU_ASSERT_FATAL(j + 1 < DIST_PARAMS);
            CU_ASSERT(type->params[j].name != NULL && type->params[j].summary[0] != '\0');
        }
    }
}

const struct test dist_tests[] = {
    {"every row is whole", tables_are_whole},
    {"draws of every example fit its mean, variance and distribution function", draws_fit},
    {"so do draws at the ends of each domain", draws_at_the_ends_fit},
    {"distribution functions rise from 0 below min to 1", cdfs_are_distribution_functions},
    {"moments agree with distribution functions", moments_agree_with_cdfs},
    {"means, scvs and least values are exact", moments_are_exact},
    {"what is made from a mean and an scv has them", mean_and_scv_give_mean_and_scv},
    {"two-moment fits say what they are", two_moment_fits_say_what_they_are},
    {"partial moments are exact", partial_moments_are_exact},
    {"inverses are exact, at atoms too", inverses_are_exact},
    {"the incomplete gamma function is right", incomplete_gamma_is_right},
    {"phases agree with closed forms", phases_agree_with_closed_forms},
    {"mistakes are named", mistakes_are_named},
    {"columns are read from files, and what is wrong with them is said", columns_are_read},
    {NULL, NULL},
};
