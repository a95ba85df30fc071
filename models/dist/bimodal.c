/* bimodal.c: a with probability c, else b. */
#include "models/dist/build.h"
#include "models/dist/transform.h"

#include <math.h>

enum { P, A, B };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    d->a = args[A].number;
    d->b = args[B].number;
    d->c = args[P].number;
    const double gap = d->a - d->b;
    const double min = d->c == 0.0 ? d->b : d->c == 1.0 ? d->a : fmin(d->a, d->b);
    return dist_moments(d, d->b + d->c * gap, d->c * (1.0 - d->c) * gap * gap, min, false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    return stream_uniform(s) < d->c ? d->a : d->b;
}

static double cdf(const struct dist *d, double x)
{
    return x >= d->a && x >= d->b ? 1.0 : x >= d->a ? d->c : x >= d->b ? 1.0 - d->c : 0.0;
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    const double p = d->a >= low && d->a <= high ? d->c : 0.0,
                 q = d->b >= low && d->b <= high ? 1.0 - d->c : 0.0;
    moments[0] = p + q;
    moments[1] = p * (d->a - low) + q * (d->b - low);
    moments[2] = p * (d->a - low) * (d->a - low) + q * (d->b - low) * (d->b - low);
}

static bool transform(const struct dist *d, struct transform *at)
{
    transform_add_value(at, d->c, d->a);
    transform_add_value(at, 1.0 - d->c, d->b);
    return true;
}

static double third_moment(const struct dist *d)
{
    return d->c * d->a * d->a * d->a + (1.0 - d->c) * d->b * d->b * d->b;
}

const struct dist_type dist_bimodal = {
    .name = "bimodal",
    .summary = "two values: short jobs and long ones",
    .params = {{.name = "p",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_PROBABILITY,
                .required = true,
                .summary = "probability of a"},
               {.name = "a",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .required = true,
                .summary = "the one value"},
               {.name = "b",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .required = true,
                .summary = "the other value"}},
    .examples = {"{ \"dist\": \"bimodal\", \"p\": 0.9, \"a\": 0.5, \"b\": 7.3 }",
                 "{ \"dist\": \"bimodal\", \"p\": 0.35, \"a\": 3, \"b\": 1.2 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
    .transform = transform,
    .third_moment = third_moment,
};
