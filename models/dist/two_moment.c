/* two_moment.c: the usual fit to a mean and an scv (Tijms, A First Course in Stochastic Models, 2003, section
 * B.2). Below 1, with 1/k <= scv <= 1/(k-1): Erlang with k - 1 phases with probability p, else k phases, all
 * of one rate. a is k, b the mean of a phase, c is p; k = 0 stands for hyperexponential: phase means b and
 * *data, c the probability of the first. */
#include "models/dist/build.h"
#include "models/dist/incomplete_gamma.h"
#include "models/dist/transform.h"

#include <math.h>

enum { MEAN, SCV };

/* Hyperexponential with balanced means: p1 m1 = p2 m2 = mean / 2. */
static bool above_one(struct dist *d, double mean, double scv, struct arena *arena)
{
    double *second = arena_alloc(arena, sizeof *second);
    if (second == NULL)
        return false;
    const double root = sqrt((scv - 1.0) / (scv + 1.0));
    const double rare = 1.0 / ((scv + 1.0) * (1.0 + root)); /* (1 - root) / 2 */
    d->a = 0.0;
    d->c = rare;
    d->b = 0.5 * mean / rare;
    *second = 0.5 * mean / (1.0 - rare);
    d->data = second;
    d->note =
        arena_printf(arena,
                     "two-moment fit of mean %g and scv %g: hyperexponential, mean %.4g with probability "
                     "%.4g, else mean %.4g",
                     mean, scv, *second, 1.0 - rare, d->b);
    return d->note != NULL;
}

static bool below_one(struct dist *d, double mean, double scv, struct arena *arena)
{
    const double k = ceil(1.0 / scv * (1.0 - 1e-12));
    const double p = (k * scv - sqrt(fmax(0.0, k * (1.0 + scv) - k * k * scv))) / (1.0 + scv);
    d->a = k;
    d->c = fmin(1.0, fmax(0.0, p));
    d->b = mean / (k - d->c);
    if (d->c > 1e-9)
        d->note =
            arena_printf(arena,
                         "two-moment fit of mean %g and scv %g: Erlang-%.0f with probability %.4g, else "
                         "Erlang-%.0f, phases of mean %.4g",
                         mean, scv, k - 1.0, d->c, k, d->b);
    else
        d->note = arena_printf(arena, "two-moment fit of mean %g and scv %g: Erlang-%.0f", mean, scv, k);
    return d->note != NULL;
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    const double mean = args[MEAN].number, scv = args[SCV].number;
    if (scv == 0.0) {
        *d = dist_make_constant(mean);
        d->note = arena_printf(arena, "two-moment fit of mean %g and scv 0: constant", mean);
        return d->note != NULL || dist_no_memory(err);
    }
    if (scv < 1e-12)
        return dist_fault(err, &args[SCV], "an scv of %g is too small to fit; 0 makes it constant", scv);
    if (fabs(scv - 1.0) < 1e-12) {
        *d = dist_make_exponential(mean);
        d->note = arena_printf(arena, "two-moment fit of mean %g and scv 1: exponential", mean);
        return d->note != NULL || dist_no_memory(err);
    }
    if (!(scv > 1.0 ? above_one : below_one)(d, mean, scv, arena))
        return dist_no_memory(err);
    return dist_moments(d, mean, scv * mean * mean, 0.0, false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    const bool first = stream_uniform(s) < d->c;
    if (d->a == 0.0)
        return (first ? d->b : *(const double *)d->data) * stream_exponential(s);
    const double k = first ? d->a - 1.0 : d->a;
    if (k > 8.0)
        return d->b * stream_gamma(s, k);
    double sum = 0.0;
    for (int i = (int)k; i > 0; i--)
        sum += stream_exponential(s);
    return d->b * sum;
}

static double cdf(const struct dist *d, double x)
{
    if (!(x > 0.0))
        return 0.0;
    if (d->a == 0.0)
        return -d->c * expm1(-x / d->b) - (1.0 - d->c) * expm1(-x / *(const double *)d->data);
    double sum = (1.0 - d->c) * incomplete_gamma_lower(d->a, x / d->b);
    if (d->a > 1.0)
        sum += d->c * incomplete_gamma_lower(d->a - 1.0, x / d->b);
    return sum;
}

static double above(const struct dist *d, double x)
{
    if (!(x > 0.0))
        return 1.0;
    if (d->a == 0.0)
        return d->c * exp(-x / d->b) + (1.0 - d->c) * exp(-x / *(const double *)d->data);
    double sum = (1.0 - d->c) * incomplete_gamma_upper(d->a, x / d->b);
    if (d->a > 1.0)
        sum += d->c * incomplete_gamma_upper(d->a - 1.0, x / d->b);
    return sum;
}

static bool phase_law(const struct dist *d, struct arena *arena, struct phase_law *out)
{
    if (d->a == 0.0) {
        const double p[] = {d->c, 1.0 - d->c}, means[] = {d->b, *(const double *)d->data};
        return dist_phases_abreast(arena, 2, p, means, out);
    }
    return d->a <= PHASE_LAW_MOST && dist_phases_in_series(arena, (size_t)d->a, 1.0 / d->b, d->c, out);
}

static bool transform(const struct dist *d, struct transform *at)
{
    if (d->a == 0.0) {
        transform_add_exponential(at, d->c, d->b);
        transform_add_exponential(at, 1.0 - d->c, *(const double *)d->data);
        return true;
    }
    if (d->a > 1.0)
        transform_add_gamma(at, d->c, d->a - 1.0, d->b);
    else
        transform_add_value(at, d->c, 0.0);
    transform_add_gamma(at, 1.0 - d->c, d->a, d->b);
    return true;
}

static double third_moment(const struct dist *d)
{
    if (d->a == 0.0) {
        const double other = *(const double *)d->data;
        return 6.0 * (d->c * d->b * d->b * d->b + (1.0 - d->c) * other * other * other);
    }
    return d->b * d->b * d->b * d->a * (d->a + 1.0) * (d->c * (d->a - 1.0) + (1.0 - d->c) * (d->a + 2.0));
}

const struct dist_type dist_two_moment = {
    .name = "two_moment",
    .summary = "fit to a mean and an scv: what { \"mean\": m, \"scv\": c } alone means",
    .params = {{.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .required = true,
                .summary = "the mean"},
               {.name = "scv",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_NOT_NEGATIVE,
                .required = true,
                .summary = "squared coefficient of variation: Erlang mixture below 1, exponential at 1, "
                           "hyperexponential above"}},
    .examples = {"{ \"mean\": 2.385, \"scv\": 0.3 }", "{ \"mean\": 1.3, \"scv\": 4 }",
                 "{ \"mean\": 1.3, \"scv\": 0.7 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .above = above,
    .phases = phase_law,
    .transform = transform,
    .third_moment = third_moment,
};
