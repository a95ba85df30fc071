/* lognormal.c: exp(a + b Z), Z standard normal. */
#include "models/dist/build.h"
#include "models/dist/transform.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

enum { MEAN, SCV, MU, SIGMA };

/* Of the standard deviations of the logarithm for which there is a transform: in narrower ones the density along the turned line is
 * many times as large, and digits are lost. */
#define NARROWEST 0.3
#define WIDEST    4.0

static double complex density(const struct dist *d, double complex y)
{
    const double complex z = (y - d->a) / d->b;
    return cexp(-0.5 * z * z) / (d->b * sqrt(2.0 * M_PI));
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    double mean, scv;
    switch (dist_given(d, args)) {
    case 1u << MEAN | 1u << SCV:
        mean = args[MEAN].number;
        scv = args[SCV].number;
        d->b = sqrt(log1p(scv));
        d->a = log(mean) - 0.5 * log1p(scv);
        break;
    case 1u << MU | 1u << SIGMA:
        d->a = args[MU].number;
        d->b = args[SIGMA].number;
        mean = exp(d->a + 0.5 * d->b * d->b);
        scv = expm1(d->b * d->b);
        break;
    default:
        return dist_needs(d, args, err, "\"mean\" and \"scv\", or \"mu\" and \"sigma\"");
    }
    if (!dist_moments(d, mean, scv * mean * mean, 0.0, false, err))
        return false;
    if (d->b == 0.0)
        *d = dist_make_constant(mean);
    else if (d->b >= NARROWEST && d->b <= WIDEST) {
        d->data = transform_line_make(d, density, d->a - 9.0 * d->b, d->a + (9.0 + 2.0 * d->b) * d->b, 0.25 * M_PI, 0.25 * M_PI, arena);
        return d->data != NULL || dist_no_memory(err);
    }
    return true;
}

static double draw(const struct dist *d, struct stream *s)
{
    return exp(d->a + d->b * stream_normal(s));
}

static double cdf(const struct dist *d, double x)
{
    if (!(x > 0.0))
        return 0.0;
    return 0.5 * erfc(-(log(x) - d->a) / d->b * M_SQRT1_2);
}

static double above(const struct dist *d, double x)
{
    return x > 0.0 ? 0.5 * erfc((log(x) - d->a) / d->b * M_SQRT1_2) : 1.0;
}

static double exceeded(const struct dist *d, double p)
{
    return exp(d->a + d->b * gsl_cdf_ugaussian_Qinv(p));
}

static double third_moment(const struct dist *d)
{
    return exp(3.0 * d->a + 4.5 * d->b * d->b);
}

static bool transform(const struct dist *d, struct transform *at)
{
    if (d->data == NULL)
        return false;
    transform_along(at, d->data);
    return true;
}

const struct dist_type dist_lognormal = {
    .name = "lognormal",
    .summary = "exp of a normal; long-tailed, all moments finite",
    .params = {{.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "the mean"},
               {.name = "scv",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_NOT_NEGATIVE,
                .summary = "squared coefficient of variation"},
               {.name = "mu",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .summary = "mean of the logarithm (of the value in time_unit)"},
               {.name = "sigma",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_NOT_NEGATIVE,
                .summary = "standard deviation of the logarithm"}},
    .examples = {"{ \"dist\": \"lognormal\", \"mean\": 8, \"scv\": 2 }",
                 "{ \"dist\": \"lognormal\", \"mu\": 0.3, \"sigma\": 0.5 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .above = above,
    .exceeded = exceeded,
    .third_moment = third_moment,
    .transform = transform,
};
