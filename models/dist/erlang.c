/* erlang.c: the sum of k exponentials, each of mean b; a is k. */
#include "models/dist/build.h"
#include "models/dist/incomplete_gamma.h"
#include "models/dist/transform.h"

#include <math.h>

enum { K, MEAN, SCV };

/* Sets *k to the whole number whose reciprocal is scv. */
static bool k_of_scv(double *k, double scv, const struct arg *arg, struct error *err)
{
    *k = round(1.0 / scv);
    if (*k >= 1.0 && fabs(*k * scv - 1.0) <= 1e-9)
        return true;
    if (scv > 1.0)
        return dist_fault(err, arg,
                          "erlang: an scv of %g is not 1/k for any whole k: at most 1; "
                          "hyperexponential, gamma or lognormal go above",
                          scv);
    const double below = ceil(1.0 / scv), above = floor(1.0 / scv);
    return dist_fault(err, arg,
                      "erlang: an scv of %g is not 1/k for any whole k; the nearest are %.6g (k = %.0f) and "
                      "%.6g (k = %.0f); { \"mean\": ..., \"scv\": ... } without \"dist\" fits any scv",
                      scv, 1.0 / below, below, 1.0 / above, above);
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    switch (dist_given(d, args)) {
    case 1u << K | 1u << MEAN:
        d->a = args[K].number;
        break;
    case 1u << MEAN | 1u << SCV:
        if (!k_of_scv(&d->a, args[SCV].number, &args[SCV], err))
            return false;
        break;
    default:
        return dist_needs(d, args, err, "\"mean\" and either \"k\" or \"scv\"");
    }
    d->b = args[MEAN].number / d->a;
    return dist_moments(d, args[MEAN].number, d->b * args[MEAN].number, 0.0, false, err);
}

#define FEW 8 /* up to so many, the sum of exponentials is the faster way */

static double draw(const struct dist *d, struct stream *s)
{
    if (d->a > FEW)
        return d->b * stream_gamma(s, d->a);
    double sum = 0.0;
    for (int i = (int)d->a; i > 0; i--)
        sum += stream_exponential(s);
    return d->b * sum;
}

static double cdf(const struct dist *d, double x)
{
    return incomplete_gamma_lower(d->a, x / d->b);
}

static double above(const struct dist *d, double x)
{
    return x > 0.0 ? incomplete_gamma_upper(d->a, x / d->b) : 1.0;
}

static bool phase_law(const struct dist *d, struct arena *arena, struct phase_law *out)
{
    return d->a <= PHASE_LAW_MOST && dist_phases_in_series(arena, (size_t)d->a, 1.0 / d->b, 0.0, out);
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

const struct dist_type dist_erlang = {
    .name = "erlang",
    .summary = "sum of k exponentials; scv 1/k",
    .params = {{.name = "k",
                .type = PARAM_WHOLE,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_FROM_ONE,
                .summary = "number of phases"},
               {.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "mean of the sum"},
               {.name = "scv",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_POSITIVE,
                .summary = "instead of k: 1/k"}},
    .examples = {"{ \"dist\": \"erlang\", \"k\": 3, \"mean\": 2.385 }",
                 "{ \"dist\": \"erlang\", \"k\": 20, \"mean\": 0.7 }",
                 "{ \"dist\": \"erlang\", \"mean\": 1.5, \"scv\": 0.25 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .above = above,
    .phases = phase_law,
    .transform = transform,
    .third_moment = third_moment,
};
