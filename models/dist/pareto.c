/* pareto.c: P(X > x) = (min / x)^alpha from min on; with max: the same, conditional on X <= max. a is alpha,
 * b min, c ln(max / min), INFINITY without max. */
#include "models/dist/build.h"
#include "models/dist/transform.h"

#include <float.h>
#include <math.h>

enum { ALPHA, MIN, MAX, MEAN, SCV };

/* E[(X / min)^k; X <= min exp(length)], but for the factor that max brings: the integral of alpha
 * t^(k-alpha-1). */
static double unit_moment(double alpha, double length, int k)
{
    const double power = k - alpha;
    if (length == INFINITY)
        return power < 0.0 ? -alpha / power : INFINITY;
    return alpha * (power == 0.0 ? length : expm1(power * length) / power);
}

/* P(X <= max) before truncation. */
static double kept(const struct dist *d)
{
    return -expm1(-d->a * d->c);
}

/* Of X - min. */
static double complex density(const struct dist *d, double complex y)
{
    const double complex x = cexp(y) / d->b;
    return d->a * x * cexp(-(d->a + 1.0) * clog(1.0 + x));
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    const double mean = args[MEAN].number;
    d->c = INFINITY;
    switch (dist_given(d, args)) {
    case 1u << ALPHA | 1u << MIN | 1u << MAX:
        if (args[MAX].number <= args[MIN].number)
            return dist_fault(err, &args[MAX], "pareto: \"max\" (%g) must be above \"min\" (%g)",
                              args[MAX].number, args[MIN].number);
        d->c = log(args[MAX].number / args[MIN].number);
        if (!(d->c > 0.0) || !isfinite(d->c))
            return dist_fault(err, &args[MAX], "pareto: \"max\" / \"min\" is out of range");
        /* fall through */
    case 1u << ALPHA | 1u << MIN:
        d->a = args[ALPHA].number;
        d->b = args[MIN].number;
        break;
    case 1u << ALPHA | 1u << MEAN:
        d->a = args[ALPHA].number;
        if (d->a <= 1.0)
            return dist_fault(err, &args[ALPHA],
                              "pareto: with an \"alpha\" of %g the mean is infinite; above 1 it can be "
                              "given",
                              d->a);
        d->b = mean * (d->a - 1.0) / d->a;
        break;
    case 1u << MEAN | 1u << SCV:
        d->a = 1.0 + sqrt(1.0 + 1.0 / args[SCV].number);
        d->b = mean * (d->a - 1.0) / d->a;
        break;
    default:
        return dist_needs(d, args, err,
                          "\"alpha\" and \"min\" (and perhaps \"max\"), or \"alpha\" and \"mean\", or "
                          "\"mean\" and \"scv\"");
    }
    double first, variance;
    if (d->c < INFINITY) {
        first = unit_moment(d->a, d->c, 1) / kept(d);
        variance = fmax(0.0, unit_moment(d->a, d->c, 2) / kept(d) - first * first);
    } else {
        first = d->a > 1.0 ? d->a / (d->a - 1.0) : INFINITY;
        variance = d->a > 2.0 ? first * first / (d->a * (d->a - 2.0)) : INFINITY;
        const double least = 1.2, most = 20.0; /* alphas for which a transform can be had in few points */
        if (d->a >= least && d->a <= most) {
            d->data = transform_line_make(d, density, log(d->b) - 38.0, log(d->b) + 38.0 / (d->a - 1.0),
                                          0.25 * M_PI, 0.25 * M_PI, arena);
            if (d->data == NULL)
                return dist_no_memory(err);
        }
    }
    return dist_moments(d, d->b * first, d->b * d->b * variance, d->b, d->c == INFINITY, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    if (d->c == INFINITY)
        return fmin(d->b * exp(stream_exponential(s) / d->a), DBL_MAX);
    const double y = -log1p(-kept(d) * stream_uniform(s)) / d->a;
    return d->b * exp(fmin(y, d->c));
}

static double cdf(const struct dist *d, double x)
{
    if (x < d->b)
        return 0.0;
    const double length = log(x / d->b);
    return length >= d->c ? 1.0 : -expm1(-d->a * length) / kept(d);
}

static double above(const struct dist *d, double x)
{
    if (x < d->b)
        return 1.0;
    if (isinf(d->c))
        return exp(-d->a * log(x / d->b));
    const double max = d->b * exp(d->c); /* what is left up to it, over what is kept */
    return x >= max ? 0.0 : -exp(-d->a * log(x / d->b)) * expm1(-d->a * log1p((max - x) / x)) / kept(d);
}

static double exceeded(const struct dist *d, double p)
{
    /* Of what is kept up to the greatest value. */
    return isinf(d->c) ? fmin(d->b * exp(-log(p) / d->a), DBL_MAX) : d->b * exp(-log1p(-(1.0 - p) * kept(d)) / d->a);
}

static double third_moment(const struct dist *d)
{
    return d->b * d->b * d->b * unit_moment(d->a, d->c, 3) / kept(d);
}

static bool transform(const struct dist *d, struct transform *at)
{
    if (d->data == NULL)
        return false;
    transform_along(at, d->data);
    transform_shift(at, d->b, d->b / (d->a - 1.0));
    return true;
}

const struct dist_type dist_pareto = {
    .name = "pareto",
    .summary = "power tail; bounded with max",
    .params = {{.name = "alpha",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_POSITIVE,
                .summary = "tail exponent: moments from alpha on are infinite"},
               {.name = "min",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "least value"},
               {.name = "max",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "greatest value: truncated there and renormalised; default none"},
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
    .examples = {"{ \"dist\": \"pareto\", \"alpha\": 2.385, \"min\": 0.7 }",
                 "{ \"dist\": \"pareto\", \"alpha\": 1.5, \"min\": 1, \"max\": 1000 }",
                 "{ \"dist\": \"pareto\", \"mean\": 2, \"scv\": 1.4 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .above = above,
    .exceeded = exceeded,
    .third_moment = third_moment,
    .transform = transform,
};
