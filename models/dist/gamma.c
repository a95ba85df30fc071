/* gamma.c: density x^(a-1) exp(-x/b) / (Gamma(a) b^a); a is the shape, b the scale. */
#include "models/dist/build.h"
#include "models/dist/incomplete_gamma.h"
#include "models/dist/transform.h"

enum { SHAPE, SCALE, MEAN, SCV };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    switch (dist_given(d, args)) {
    case 1u << SHAPE | 1u << SCALE:
        d->a = args[SHAPE].number;
        d->b = args[SCALE].number;
        break;
    case 1u << SHAPE | 1u << MEAN:
        d->a = args[SHAPE].number;
        d->b = args[MEAN].number / d->a;
        break;
    case 1u << MEAN | 1u << SCV:
        d->a = 1.0 / args[SCV].number;
        d->b = args[MEAN].number * args[SCV].number;
        break;
    default:
        return dist_needs(d, args, err,
                          "\"shape\" and \"scale\", or \"shape\" and \"mean\", or \"mean\" and \"scv\"");
    }
    return dist_moments(d, d->a * d->b, d->a * d->b * d->b, 0.0, false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    return d->b * stream_gamma(s, d->a);
}

static double cdf(const struct dist *d, double x)
{
    return incomplete_gamma_lower(d->a, x / d->b);
}

static double above(const struct dist *d, double x)
{
    return x > 0.0 ? incomplete_gamma_upper(d->a, x / d->b) : 1.0;
}

static bool transform(const struct dist *d, struct transform *at)
{
    transform_add_gamma(at, 1.0, d->a, d->b);
    return true;
}

static double third_moment(const struct dist *d)
{
    return d->a * (d->a + 1.0) * (d->a + 2.0) * d->b * d->b * d->b;
}

const struct dist_type dist_gamma = {
    .name = "gamma",
    .summary = "any scv; Erlang where the shape is whole",
    .params = {{.name = "shape",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_POSITIVE,
                .summary = "the shape; 1 / scv"},
               {.name = "scale",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "the scale; mean / shape"},
               {.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "the mean"},
               {.name = "scv",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_POSITIVE,
                .summary = "squared coefficient of variation; 1 / shape"}},
    .examples = {"{ \"dist\": \"gamma\", \"shape\": 2.385, \"scale\": 0.7 }",
                 "{ \"dist\": \"gamma\", \"shape\": 0.6, \"mean\": 1.3 }",
                 "{ \"dist\": \"gamma\", \"mean\": 2, \"scv\": 3.5 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .above = above,
    .transform = transform,
    .third_moment = third_moment,
};
