/* poisson.c: P(X = n) = exp(-a) a^n / n!. */
#include "models/dist/build.h"
#include "models/dist/incomplete_gamma.h"

#include <gsl/gsl_randist.h>
#include <math.h>

enum { MEAN };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    d->a = args[MEAN].number;
    if (d->a > 1e9)
        return dist_fault(err, &args[MEAN], "poisson: \"mean\" must be at most 1e9, not %g", d->a);
    return dist_moments(d, d->a, d->a, 0.0, false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    const gsl_rng rng = stream_gsl(s);
    return gsl_ran_poisson(&rng, d->a);
}

static double cdf(const struct dist *d, double x)
{
    return x < 0.0 ? 0.0 : d->a == 0.0 || x == INFINITY ? 1.0 : incomplete_gamma_upper(floor(x) + 1.0, d->a);
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    /* n P(n) = a P(n - 1): the moments about 0 are probabilities of shifted intervals. */
    double share[3];
    const double n = ceil(low), least = n - 1.0;
    for (int k = 0; k < 3; k++)
        share[k] = cdf(d, high - k) - cdf(d, least - k);
    const double first = d->a * share[1], second = d->a * d->a * share[2] + first;
    moments[0] = share[0];
    moments[1] = first - low * share[0];
    moments[2] = second - 2.0 * low * first + low * low * share[0];
}

static double third_moment(const struct dist *d)
{
    return d->a * (1.0 + d->a * (3.0 + d->a));
}

const struct dist_type dist_poisson = {
    .name = "poisson",
    .summary = "number of events of a Poisson process; scv 1/mean",
    .params = {{.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_NOT_NEGATIVE,
                .required = true,
                .summary = "the mean"}},
    .examples = {"{ \"dist\": \"poisson\", \"mean\": 2.385 }", "{ \"dist\": \"poisson\", \"mean\": 47.5 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
    .third_moment = third_moment,
};
