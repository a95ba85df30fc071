/* geometric.c: the number of trials up to the first success, from 1; a is the probability of success. */
#include "models/dist/build.h"

#include <math.h>

enum { P, MEAN };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    if (args[P].given == args[MEAN].given)
        return dist_needs(d, args, err, "either \"p\" or \"mean\"");
    if (args[P].given && args[P].number == 0.0)
        return dist_fault(err, &args[P], "geometric: \"p\" must be above 0: success never comes");
    d->a = args[P].given ? args[P].number : 1.0 / args[MEAN].number;
    d->b = -log1p(-d->a); /* -ln of the probability of failure; infinite for p = 1 */
    return dist_moments(d, 1.0 / d->a, (1.0 - d->a) / d->a / d->a, 1.0, false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    return 1.0 + floor(stream_exponential(s) / d->b);
}

static double cdf(const struct dist *d, double x)
{
    return x < 1.0 ? 0.0 : -expm1(-d->b * floor(x));
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    /* What is left from whole number n on is n - 1 plus a fresh copy, with probability (1 - a)^(n - 1). */
    double part[3] = {0.0, 0.0, 0.0};
    for (int i = 0; i < 2; i++) {
        const double n = i == 0 ? ceil(low) : floor(high) + 1.0, step = n - 1.0 - low;
        const double left = n == 1.0 ? 1.0 : exp(-d->b * (n - 1.0)), sign = i == 0 ? left : -left;
        if (left == 0.0)
            continue;
        part[0] += sign;
        part[1] += sign * (step + d->mean);
        part[2] += sign * (step * (step + 2.0 * d->mean) + d->variance + d->mean * d->mean);
    }
    for (int k = 0; k < 3; k++)
        moments[k] = fmax(0.0, part[k]);
}

static double third_moment(const struct dist *d)
{
    return (6.0 - d->a * (6.0 - d->a)) / (d->a * d->a * d->a);
}

const struct dist_type dist_geometric = {
    .name = "geometric",
    .summary = "trials up to the first success, from 1",
    .params = {{.name = "p",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_PROBABILITY,
                .summary = "probability of success"},
               {.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_FROM_ONE,
                .summary = "1 / p, instead of it"}},
    .examples = {"{ \"dist\": \"geometric\", \"p\": 0.385 }", "{ \"dist\": \"geometric\", \"mean\": 7.3 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
    .third_moment = third_moment,
};
