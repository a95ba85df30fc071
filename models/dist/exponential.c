/* exponential.c: memoryless. Density exp(-x / a) / a; a is the mean. */
#include "models/dist/build.h"
#include "models/dist/transform.h"

#include <math.h>

enum { MEAN, RATE };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    if (args[MEAN].given == args[RATE].given)
        return dist_needs(d, args, err, "either \"mean\" or \"rate\"");
    *d = dist_make_exponential(args[MEAN].given ? args[MEAN].number : 1.0 / args[RATE].number);
    if (!isfinite(d->variance))
        return error_set(err, "exponential: a mean of %g is too large to compute with", d->mean);
    return true;
}

static double draw(const struct dist *d, struct stream *s)
{
    return d->a * stream_exponential(s);
}

static double cdf(const struct dist *d, double x)
{
    return x > 0.0 ? -expm1(-x / d->a) : 0.0;
}

static double above(const struct dist *d, double x)
{
    return x > 0.0 ? exp(-x / d->a) : 1.0;
}

static double exceeded(const struct dist *d, double p)
{
    return -d->a * log(p);
}

static bool phase_law(const struct dist *d, struct arena *arena, struct phase_law *out)
{
    return dist_phases_in_series(arena, 1, 1.0 / d->a, 0.0, out);
}

static bool transform(const struct dist *d, struct transform *at)
{
    transform_add_exponential(at, 1.0, d->a);
    return true;
}

static double third_moment(const struct dist *d)
{
    return 6.0 * d->a * d->a * d->a;
}

const struct dist_type dist_exponential = {
    .name = "exponential",
    .summary = "memoryless; scv 1",
    .params = {{.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "the mean"},
               {.name = "rate",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN_RATE,
                .range = RANGE_POSITIVE,
                .summary = "1 / mean, instead of it"}},
    .examples = {"{ \"dist\": \"exponential\", \"mean\": 2.385 }",
                 "{ \"dist\": \"exponential\", \"rate\": 0.4 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .above = above,
    .exceeded = exceeded,
    .phases = phase_law,
    .transform = transform,
    .third_moment = third_moment,
};
