/* Distributions, without chance: moments, distribution functions and inverses against each other and against
 * closed forms. */
#include "models/dist/build.h"
#include "models/dist/incomplete_gamma.h"
#include "models/dist/phases.h"
#include "tests/dist_text.h"
#include "tests/suites.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double cdf(const struct dist *d, double x)
{
    return d->type->cdf(d, x);
}

/* ---- moments and distribution functions, without chance ---- */

static void check_cdf(const struct dist *d, const char *text)
{
    const double sd = isfinite(d->variance) ? sqrt(d->variance) : 10.0 * (fabs(d->min) + 1.0);
    dist_text_check(cdf(d, nextafter(d->min, -INFINITY)) == 0.0, "nothing lies below min", text);
    dist_text_check(cdf(d, -INFINITY) == 0.0 && cdf(d, INFINITY) == 1.0, "the cdf runs from 0 to 1", text);
    double before = 0.0, center = isfinite(d->mean) ? d->mean : d->min;
    for (int i = -200; i <= 400; i++) {
        const double p = cdf(d, center + sd * i / 20.0);
        if (!(p >= before - 1e-13 && p >= 0.0 && p <= 1.0)) {
            dist_text_check(false, "the cdf never falls", text);
            return;
        }
        before = p;
        const double above = dist_above(d, center + sd * i / 20.0);
        if (!(fabs(p + above - 1.0) <= 1e-12 && above >= 0.0)) {
            dist_text_check(false, "what is above is what the cdf leaves", text);
            return;
        }
    }
}

/* ---- phases ---- */

/* A distribution that says of which phases it is made has the distribution function of the chain of these, by
 * uniformisation. */
static void check_phases(const struct dist *d, const char *text)
{
    struct arena arena;
    struct phase_law law;
    struct error err;
    struct dist chain = {.mean = 0.0};
    arena_init(&arena);
    if (dist_phases(d, &arena, &law) && law.n > 0) {
        double *means = arena_array(&arena, law.n, sizeof *means);
        for (size_t i = 0; i < law.n; i++)
            means[i] = 1.0 / law.rate[i];
        if (!phases_init(&chain, law.n, law.alpha, means, law.follow, &arena, &err)) {
            dist_text_check(false, err.text, text);
        } else {
            dist_text_check(fabs(chain.mean - d->mean) <= 1e-9 * d->mean, "the phases have its mean", text);
            dist_text_check(fabs(chain.variance - d->variance) <= 1e-8 * d->variance, "the phases have its variance",
                            text);
            for (int i = 0; i <= 8; i++)
                dist_text_check(fabs(phases_cdf(&chain, 0.5 * i * d->mean) - cdf(d, 0.5 * i * d->mean)) < 1e-9,
                                "the phases have its distribution function", text);
        }
    }
    arena_free(&arena);
}

static void phases_make_up_the_distribution(void)
{
    dist_text_each_example(check_phases);
}

static void cdfs_are_distribution_functions(void)
{
    dist_text_each_example(check_cdf);
    dist_text_each_awkward(check_cdf);
}

/* The integral of 1 - F beyond min, over octaves out to where F is 1, by Simpson's rule: not the code under
 * test. */
static double mean_from_cdf(const struct dist *d)
{
    enum { STEPS = 100 };
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
    dist_text_check(near(mean_from_cdf(d), d->mean, 1e-5), "the mean agrees with the cdf", text);
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
    dist_text_check(near(m[0], 1.0, 1e-12), "all lies between the ends", text);
    dist_text_check(!light || near(m[1], off, 1e-7), "first moments between the ends are those of all", text);
    dist_text_check(!light || near(m[2], d->variance + off * off, 1e-6),
                    "second moments between the ends are those of all", text);
    /* Cut anywhere, the parts add up: also with what lies beyond by subtraction. */
    const double cut = d->mean - 0.3 * sqrt(d->variance);
    dist_moments_between(d, d->min, nextafter(cut, -INFINITY), low);
    dist_moments_between(d, fmax(cut, d->min), INFINITY, high);
    const double step = fmax(cut, d->min) - d->min;
    dist_text_check(near(low[0] + high[0], 1.0, 1e-9), "parts add up to 1", text);
    dist_text_check(d->variance == 0.0 || near(low[1] + high[1] + step * high[0], off, 1e-7),
                    "parts add up to the mean", text);
}

static void moments_agree_with_cdfs(void)
{
    dist_text_each_example(check_mean);
    dist_text_each_awkward(check_mean);
    dist_text_each_example(check_between);
    dist_text_each_awkward(check_between);
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
        {"{ \"dist\": \"coxian\", \"mean\": 2, \"scv\": 0.7 }", 2.0, 0.7, 0.0},
        {"{ \"dist\": \"coxian\", \"mean\": 2, \"scv\": 3 }", 2.0, 3.0, 0.0},
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
         0.41802329313067355, 0.45395919033792488, 0.0},
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
        const struct dist *d = dist_text_make(&arena, rows[i].text, &err);
        dist_text_check(d != NULL, err.text, rows[i].text);
        if (d != NULL) {
            dist_text_check(near(d->mean, rows[i].mean, 1e-9), "the mean is exact", rows[i].text);
            dist_text_check(near(d->scv, rows[i].scv, 1e-8), "the scv is exact", rows[i].text);
            dist_text_check(near(d->min, rows[i].min, 0.0), "min is exact", rows[i].text);
        }
        arena_free(&arena);
    }
}

static void mean_and_scv_give_mean_and_scv(void)
{
    static const struct {
        const char *name;
        double scv[10];
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
        for (size_t j = 0; j < 10 && rows[i].scv[j] > 0.0; j++) {
            char text[128];
            if (rows[i].name == NULL)
                snprintf(text, sizeof text, "{ \"mean\": 0.7, \"scv\": %.17g }", rows[i].scv[j]);
            else
                snprintf(text, sizeof text, "{ \"dist\": \"%s\", \"mean\": 0.7, \"scv\": %.17g }",
                         rows[i].name, rows[i].scv[j]);
            struct arena arena;
            struct error err = {.text = ""};
            arena_init(&arena);
            const struct dist *d = dist_text_make(&arena, text, &err);
            dist_text_check(d != NULL, err.text, text);
            if (d != NULL) {
                dist_text_check(near(d->mean, 0.7, 1e-12) && near(d->scv, rows[i].scv[j], 1e-8),
                                "as asked for", text);
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
                                          "0.4366, else Erlang-4, phases of mean 0.5613"},
        {"{ \"mean\": 2, \"scv\": 4 }",
         "two-moment fit of mean 2 and scv 4: hyperexponential, mean 1.127 with "
         "probability 0.8873, else mean 8.873"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct error err = {.text = ""};
        arena_init(&arena);
        const struct dist *d = dist_text_make(&arena, rows[i][0], &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(d);
        dist_text_check(d->note != NULL && strcmp(d->note, rows[i][1]) == 0, d->note, rows[i][0]);
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
    const struct dist *g = dist_text_make(&arena, "{ \"dist\": \"geometric\", \"p\": 0.5 }", &err);
    dist_moments_between(g, 2.0, 3.0, m); /* 1/4 at 2, 1/8 at 3 */
    CU_ASSERT(near(m[0], 0.375, 1e-14) && near(m[1], 0.125, 1e-13) && near(m[2], 0.125, 1e-13));
    const struct dist *p = dist_text_make(&arena, "{ \"dist\": \"poisson\", \"mean\": 2 }", &err);
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
    const struct dist *v =
        dist_text_make(&arena, "{ \"dist\": \"discrete\", \"values\": [-2, 0.1, 3] }", &err);
    CU_ASSERT(dist_inverse(v, 0.3, -10.0, 10.0) == -2.0);
    CU_ASSERT(dist_inverse(v, 0.34, -10.0, 10.0) == 0.1);
    CU_ASSERT(dist_inverse(v, 1.0, -10.0, INFINITY) == 3.0);
    arena_free(&arena);
}

/* Far out, relative to itself: values computed with 30 digits. */
static void tails_keep_their_digits(void)
{
    static const struct {
        const char *text;
        double x, above;
    } far[] = {
        {"{ \"dist\": \"exponential\", \"mean\": 1 }", 200.0, 1.3838965267367375e-87},
        {"{ \"dist\": \"erlang\", \"k\": 3, \"mean\": 1 }", 60.0, 1.0998505282519411e-74},
        {"{ \"dist\": \"gamma\", \"mean\": 1, \"scv\": 4 }", 400.0, 3.2207510388544148e-46},
        {"{ \"dist\": \"lognormal\", \"mean\": 1, \"scv\": 1 }", 1e5, 2.4177531315128272e-46},
        {"{ \"dist\": \"weibull\", \"shape\": 0.5, \"scale\": 1 }", 1000.0, 1.8467266624096931e-14},
        {"{ \"dist\": \"hyperexponential\", \"mean\": 1, \"scv\": 4 }", 400.0, 7.8588904189576613e-41},
        {"{ \"mean\": 1, \"scv\": 4 }", 400.0, 7.8588904189576613e-41},
        {"{ \"mean\": 1, \"scv\": 0.75 }", 100.0, 5.6323643990071971e-66},
        {"{ \"dist\": \"triangular\", \"min\": 0, \"mode\": 1, \"max\": 2 }", 1.9999999, 5.0000000058386718e-15},
        {"{ \"dist\": \"uniform\", \"min\": 0, \"max\": 2 }", 1.9999999, 5.0000000029193359e-8},
        {"{ \"dist\": \"pareto\", \"alpha\": 1.5, \"min\": 1 }", 1e9, 3.1622776601683793e-14},
        {"{ \"dist\": \"pareto\", \"alpha\": 1.5, \"min\": 1, \"max\": 1e6 }", 999999.9, 1.500000188650776e-16},
    };
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        struct arena arena;
        struct error err = {.text = ""};
        arena_init(&arena);
        const struct dist *d = dist_text_make(&arena, far[i].text, &err);
        const bool right = d != NULL && fabs(dist_above(d, far[i].x) / far[i].above - 1.0) < 1e-8;
        dist_text_check(right, "its tail keeps its digits", far[i].text);
        arena_free(&arena);
    }
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
        dist_text_make(&arena, "{ \"dist\": \"hypoexponential\", \"means\": [1, 1, 1, 1, 1] }", &err);
    const struct dist *stiff =
        dist_text_make(&arena, "{ \"dist\": \"hypoexponential\", \"means\": [1e-6, 1] }", &err);
    for (double x = 0.001; x < 100.0; x *= 1.5) {
        CU_ASSERT(fabs(cdf(five, x) - incomplete_gamma_lower(5.0, x)) < 1e-14);
        /* 1 - (a e^(-x/a) - b e^(-x/b)) / (a - b), with the second term long gone */
        CU_ASSERT(fabs(cdf(stiff, x) - (1.0 - exp(-x) / (1.0 - 1e-6))) < 1e-13);
    }
    const struct dist *atom =
        dist_text_make(&arena, "{ \"dist\": \"phase_type\", \"alpha\": [0.3], \"T\": [[-2]] }", &err);
    CU_ASSERT_DOUBLE_EQUAL(cdf(atom, 0.0), 0.7, 1e-15);
    CU_ASSERT(cdf(atom, -1e-300) == 0.0);
    arena_free(&arena);
}

const struct test dist_moments_tests[] = {
    {"distribution functions rise from 0 below min to 1", cdfs_are_distribution_functions},
    {"phases make up the distribution", phases_make_up_the_distribution},
    {"moments agree with distribution functions", moments_agree_with_cdfs},
    {"means, scvs and least values are exact", moments_are_exact},
    {"what is made from a mean and an scv has them", mean_and_scv_give_mean_and_scv},
    {"two-moment fits say what they are", two_moment_fits_say_what_they_are},
    {"partial moments are exact", partial_moments_are_exact},
    {"inverses are exact, at atoms too", inverses_are_exact},
    {"tails keep their digits far out", tails_keep_their_digits},
    {"the incomplete gamma function is right", incomplete_gamma_is_right},
    {"phases agree with closed forms", phases_agree_with_closed_forms},
    {NULL, NULL},
};
