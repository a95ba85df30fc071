/* Distributions: each row is drawn from and held against its own moments and distribution function. Seeds are
 * fixed; every statistical bound is set so that a right sampler fails it with probability about 1e-5: |z|
 * < 4.4; sqrt(n) D < 2.47 for Kolmogorov and Smirnov's D (2 exp(-2 x^2) = 1e-5); P-value above 1e-5 for
 * chi-square. */
#include "models/dist/build.h"
#include "models/dist/incomplete_gamma.h"
#include "tests/dist_text.h"
#include "tests/suites.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- draws ---- */

enum { DRAWS = 40000, PLACES = 400 };

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
        const double there =
            cdf(d, x == 0.0 ? DBL_MIN : x); /* a draw of 0 may be one too small for a double */
        worst = fmax(worst, fmax(fabs(upto - there), fabs(before - cdf_before(d, x))));
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
            dist_text_check(false, "draws are finite", text);
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
    dist_text_check(least >= d->min, "no draw is below min", text);
    if (d->variance == 0.0) {
        dist_text_check(fabs(mean - d->mean) <= 1e-12 * fabs(d->mean) && m2 <= 1e-24 * mean * mean,
                        "it is constant", text);
        return;
    }
    const double mean_z = (mean - d->mean) / sqrt(d->variance / DRAWS);
    const double variance_z = (m2 - d->variance) / sqrt(fmax(m4 - m2 * m2, 1e-9 * m2 * m2) / DRAWS);
    /* Beyond an scv of 10 or so, and for power tails, a mean of so many is far from normal. */
    const bool tame = d->scv < 10.0 && strstr(text, "pareto") == NULL;
    dist_text_check(!tame || fabs(mean_z) < 4.4, "the draws' mean is right", text);
    dist_text_check(!tame || d->scv > 3.0 || fabs(variance_z) < 4.4 || m4 - m2 * m2 < 1e-6 * m2 * m2,
                    "the draws' variance is right", text);
    qsort(x, DRAWS, sizeof *x, ascending);
    dist_text_check(kolmogorov(d, x, DRAWS) * sqrt(DRAWS) < 2.47, "the draws fit the distribution function",
                    text);
    dist_text_check(atoms_fit(d, x, DRAWS) > 1e-5, "the draws fit the probabilities", text);
}

static void draws_fit(void)
{
    dist_text_each_example(check_draws);
}

static void draws_at_the_ends_fit(void)
{
    dist_text_each_awkward(check_draws);
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
    {NULL, NULL},
};
