/* weibull.c: P(X > x) = exp(-(x / b)^a); a is the shape, b the scale. */
#include "models/dist/build.h"
#include "models/dist/transform.h"

#include <math.h>

enum { SHAPE, SCALE, MEAN, SCV };

static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* ln(1 + scv) of a shape: ln Gamma(1 + 2/shape) - 2 ln Gamma(1 + 1/shape). */
static double log_ratio(double shape)
{
    const double e = 1.0 / shape;
    if (e > 1e-3)
        return log_gamma(1.0 + 2.0 * e) - 2.0 * log_gamma(1.0 + e);
    /* Sum over n >= 2 of zeta(n) (-e)^n (2^n - 2) / n: the difference above would cancel. */
    const double zeta[] = {M_PI * M_PI / 6.0, 1.2020569031595942854, 1.0823232337111381915,
                           1.0369277551433699263};
    return e * e * (zeta[0] - e * (2.0 * zeta[1] - e * (3.5 * zeta[2] - e * 6.0 * zeta[3])));
}

static double above_target(double shape, double target)
{
    return log_ratio(shape) - target;
}

static double complex density(const struct dist *d, double complex y)
{
    const double complex power = d->a * (y - log(d->b));
    return d->a * cexp(power - cexp(power));
}

/* For the transform; for shapes whose density it can be had from in few points. */
static bool make_line(struct dist *d, struct arena *arena, struct error *err)
{
    const double least = 0.25, most = 4.0, a = d->a, turn = 0.25 * M_PI / fmax(1.0, a);
    if (a >= least && a <= most && isfinite(log(d->b))) {
        d->data = transform_line_make(d, density, log(d->b) - 38.0 / a, log(d->b) + log(60.0) / a, turn, turn, arena);
        return d->data != NULL || dist_no_memory(err);
    }
    return true;
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    const unsigned given = dist_given(d, args);
    if (given == (1u << MEAN | 1u << SCV)) {
        const double scv = args[SCV].number;
        if (!(scv >= 1e-12 && scv <= 1e100))
            return dist_fault(err, &args[SCV], "weibull: \"scv\" must be from 1e-12 to 1e100, not %g", scv);
        d->a = dist_root(above_target, log1p(scv), 1e-3, 1e8);
        d->b = args[MEAN].number / exp(log_gamma(1.0 + 1.0 / d->a));
        return make_line(d, arena, err) &&
               dist_moments(d, args[MEAN].number, scv * args[MEAN].number * args[MEAN].number, 0.0, false, err);
    }
    if (given != (1u << SHAPE | 1u << SCALE) && given != (1u << SHAPE | 1u << MEAN))
        return dist_needs(d, args, err,
                          "\"shape\" and \"scale\", or \"shape\" and \"mean\", or \"mean\" and \"scv\"");
    d->a = args[SHAPE].number;
    const double unit_mean = exp(log_gamma(1.0 + 1.0 / d->a));
    d->b = args[SCALE].given ? args[SCALE].number : args[MEAN].number / unit_mean;
    const double mean = args[SCALE].given ? d->b * unit_mean : args[MEAN].number;
    return make_line(d, arena, err) && dist_moments(d, mean, expm1(log_ratio(d->a)) * mean * mean, 0.0, false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    return d->b * pow(stream_exponential(s), 1.0 / d->a);
}

static double cdf(const struct dist *d, double x)
{
    return x > 0.0 ? -expm1(-pow(x / d->b, d->a)) : 0.0;
}

static double above(const struct dist *d, double x)
{
    return x > 0.0 ? exp(-pow(x / d->b, d->a)) : 1.0;
}

static double exceeded(const struct dist *d, double p)
{
    return d->b * pow(-log(p), 1.0 / d->a);
}

static double third_moment(const struct dist *d)
{
    return d->b * d->b * d->b * exp(log_gamma(1.0 + 3.0 / d->a));
}

static bool transform(const struct dist *d, struct transform *at)
{
    if (d->data == NULL)
        return false;
    transform_along(at, d->data);
    return true;
}

const struct dist_type dist_weibull = {
    .name = "weibull",
    .summary = "power of an exponential; shape below 1 long-tailed, above 1 ageing",
    .params = {{.name = "shape",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_POSITIVE,
                .summary = "the shape"},
               {.name = "scale",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "the scale: exceeded with probability 1/e"},
               {.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "the mean"},
               {.name = "scv",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_POSITIVE,
                .summary = "squared coefficient of variation"}},
    .examples = {"{ \"dist\": \"weibull\", \"shape\": 0.7, \"scale\": 2 }",
                 "{ \"dist\": \"weibull\", \"shape\": 2.385, \"mean\": 1.3 }",
                 "{ \"dist\": \"weibull\", \"mean\": 2, \"scv\": 4 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .above = above,
    .exceeded = exceeded,
    .third_moment = third_moment,
    .transform = transform,
};
