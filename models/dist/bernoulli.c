/* bernoulli.c: 1 with probability a, else 0. */
#include "models/dist/build.h"
#include "models/dist/transform.h"

enum { P };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    d->a = args[P].number;
    return dist_moments(d, d->a, d->a * (1.0 - d->a), d->a == 1.0 ? 1.0 : 0.0, false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    return stream_uniform(s) < d->a ? 1.0 : 0.0;
}

static double cdf(const struct dist *d, double x)
{
    return x >= 1.0 ? 1.0 : x >= 0.0 ? 1.0 - d->a : 0.0;
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    const double p = low <= 1.0 && high >= 1.0 ? d->a : 0.0;
    moments[0] = p + (low <= 0.0 ? 1.0 - d->a : 0.0); /* high >= low >= min */
    moments[1] = p * (1.0 - low);
    moments[2] = moments[1] * (1.0 - low);
}

static bool transform(const struct dist *d, struct transform *at)
{
    transform_add_value(at, d->a, 1.0);
    transform_add_value(at, 1.0 - d->a, 0.0);
    return true;
}

static double third_moment(const struct dist *d)
{
    return d->a;
}

const struct dist_type dist_bernoulli = {
    .name = "bernoulli",
    .summary = "1 with probability p, else 0",
    .params = {{.name = "p",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_PROBABILITY,
                .required = true,
                .summary = "probability of 1"}},
    .examples = {"{ \"dist\": \"bernoulli\", \"p\": 0.385 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
    .transform = transform,
    .third_moment = third_moment,
};
