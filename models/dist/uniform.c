/* uniform.c: every value from a to a + b alike. */
#include "models/dist/build.h"
#include "models/dist/transform.h"

#include <math.h>

enum { MIN, MAX, MEAN, SCV };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    switch (dist_given(d, args)) {
    case 1u << MIN | 1u << MAX:
        if (args[MIN].number > args[MAX].number)
            return dist_fault(err, &args[MIN], "uniform: \"min\" (%g) must not be above \"max\" (%g)",
                              args[MIN].number, args[MAX].number);
        d->a = args[MIN].number;
        d->b = args[MAX].number - d->a;
        break;
    case 1u << MEAN | 1u << SCV: {
        const double half = args[MEAN].number * sqrt(3.0 * args[SCV].number);
        if (args[SCV].number > 1.0 / 3.0 + 1e-12)
            return dist_fault(err, &args[SCV], "uniform: an scv of %g would reach below 0; at most 1/3",
                              args[SCV].number);
        d->a = half > 0.0 ? fmax(0.0, args[MEAN].number - half) : args[MEAN].number;
        d->b = 2.0 * half;
        break;
    }
    default:
        return dist_needs(d, args, err, "\"min\" and \"max\", or \"mean\" and \"scv\"");
    }
    if (d->b == 0.0) {
        *d = dist_make_constant(d->a);
        return true;
    }
    return dist_moments(d, d->a + 0.5 * d->b, d->b * d->b / 12.0, d->a, false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    return d->a + d->b * stream_uniform(s);
}

static double cdf(const struct dist *d, double x)
{
    return x < d->a ? 0.0 : x - d->a >= d->b ? 1.0 : (x - d->a) / d->b;
}

static double above(const struct dist *d, double x)
{
    return x < d->a ? 1.0 : fmax(0.0, (d->a + d->b - x) / d->b);
}

static double exceeded(const struct dist *d, double p)
{
    return d->a + d->b * (1.0 - p);
}

static bool transform(const struct dist *d, struct transform *at)
{
    double complex phi[PHI_MOST + 1];
    transform_phi(at->s * d->b, phi);
    at->tail[0] = phi[1];
    at->tail[1] = d->b * phi[2];
    at->tail[2] = d->b * d->b * phi[3];
    transform_shift(at, d->a, 0.5 * d->b);
    return true;
}

static double third_moment(const struct dist *d)
{
    return d->a * d->a * (d->a + 1.5 * d->b) + d->b * d->b * (d->a + 0.25 * d->b);
}

const struct dist_type dist_uniform = {
    .name = "uniform",
    .summary = "every value between two alike",
    .params =
        {{.name = "min", .type = PARAM_NUMBER, .dimension = DIMENSION_DRAWN, .summary = "least value"},
         {.name = "max", .type = PARAM_NUMBER, .dimension = DIMENSION_DRAWN, .summary = "greatest value"},
         {.name = "mean",
          .type = PARAM_NUMBER,
          .dimension = DIMENSION_DRAWN,
          .range = RANGE_POSITIVE,
          .summary = "the mean"},
         {.name = "scv",
          .type = PARAM_NUMBER,
          .dimension = DIMENSION_NUMBER,
          .range = RANGE_NOT_NEGATIVE,
          .summary = "squared coefficient of variation; at most 1/3"}},
    .examples = {"{ \"dist\": \"uniform\", \"min\": 0.5, \"max\": 2.385 }",
                 "{ \"dist\": \"uniform\", \"mean\": 1.3, \"scv\": 0.2 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .above = above,
    .exceeded = exceeded,
    .transform = transform,
    .third_moment = third_moment,
};
