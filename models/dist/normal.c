/* normal.c: a normal of mean a and standard deviation b, conditional on being at least 0; c is -a / b. */
#include "models/dist/build.h"

#include <math.h>

enum { MEAN, SD, SCV };

#define FAR 3.0 /* from here on by the continued fraction */

/* 1 / (density over tail of the standard normal at h) for h >= FAR, less h: Laplace's continued fraction. */
static double fraction(double h)
{
    double value = h;
    for (int n = 200; n >= 2; n--)
        value = h + n / value;
    return 1.0 / value;
}

/* Mean of Z - h given Z >= h. */
static double excess(double h)
{
    if (h >= FAR)
        return fraction(h);
    return exp(-0.5 * h * h) / sqrt(2.0 * M_PI) / (0.5 * erfc(h * M_SQRT1_2)) - h;
}

/* Variance of Z given Z >= h. */
static double variance_beyond(double h)
{
    const double e = excess(h);
    return fmax(0.0, 1.0 - e * (e + h));
}

static double scv_above(double h, double target)
{
    return variance_beyond(h) / (excess(h) * excess(h)) - target;
}

#define FARTHEST                                                                                             \
    1e3 /* farther below 0 than so many standard deviations it cannot be told from an exponential */

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    switch (dist_given(d, args)) {
    case 1u << MEAN | 1u << SD:
        d->a = args[MEAN].number;
        d->b = args[SD].number;
        d->c = -d->a / d->b;
        if (d->c > FARTHEST)
            return dist_fault(err, &args[MEAN],
                              "normal: a \"mean\" more than %g \"sd\" below 0 leaves nothing above 0",
                              FARTHEST);
        break;
    case 1u << MEAN | 1u << SCV: {
        const double mean = args[MEAN].number, scv = args[SCV].number;
        if (!(mean > 0.0))
            return dist_fault(err, &args[MEAN],
                              "normal: with \"scv\", \"mean\" is that of the values, all at least 0: it "
                              "must be above 0, not %g",
                              mean);
        if (scv < 1e-14 || scv_above(FARTHEST, scv) < 0.0)
            return dist_fault(err, &args[SCV],
                              "normal: truncated at 0, its scv is above 0 and below 1; %g is out of "
                              "reach",
                              scv);
        d->c = dist_root(scv_above, scv, -1e8, FARTHEST);
        d->b = mean / excess(d->c);
        d->a = -d->c * d->b;
        return dist_moments(d, mean, scv * mean * mean, 0.0, false, err);
    }
    default:
        return dist_needs(d, args, err,
                          "\"mean\" and \"sd\" (before truncation at 0), or \"mean\" and \"scv\" (after)");
    }
    return dist_moments(d, d->b * excess(d->c), d->b * d->b * variance_beyond(d->c), 0.0, false, err);
}

/* Z - h given Z >= h > 0, from an exponential (Robert, "Simulation of truncated normal variables", 1995). */
static double beyond(double h, struct stream *s)
{
    const double rate = 0.5 * (h + sqrt(h * h + 4.0));
    for (;;) {
        const double x = stream_exponential(s) / rate, off = h + x - rate;
        if (2.0 * stream_exponential(s) >= off * off)
            return x;
    }
}

static double draw(const struct dist *d, struct stream *s)
{
    if (d->c > 0.5)
        return d->b * beyond(d->c, s);
    for (;;) {
        const double x = d->a + d->b * stream_normal(s);
        if (x >= 0.0)
            return x;
    }
}

static double cdf(const struct dist *d, double x)
{
    if (!(x > 0.0))
        return 0.0;
    if (x == INFINITY)
        return 1.0;
    const double h = d->c, step = x / d->b, z = h + step;
    if (h < FAR)
        return 1.0 - erfc(z * M_SQRT1_2) / erfc(h * M_SQRT1_2);
    /* Tail over tail, each as density over (excess + argument). */
    return 1.0 - exp(-step * (h + 0.5 * step)) * (h + fraction(h)) / (z + fraction(z));
}

static double third_moment(const struct dist *d)
{
    return d->a > 0.0 ? d->a * (d->variance + d->mean * d->mean) + 2.0 * d->b * d->b * d->mean : NAN; /* by parts */
}

const struct dist_type dist_normal = {
    .name = "normal",
    .summary = "normal, truncated at 0",
    .params = {{.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_ANY,
                .summary = "with sd: the mean before truncation; with scv: after"},
               {.name = "sd",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "standard deviation before truncation"},
               {.name = "scv",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_POSITIVE,
                .summary = "squared coefficient of variation after truncation, below 1"}},
    .examples = {"{ \"dist\": \"normal\", \"mean\": 5, \"sd\": 1.3 }",
                 "{ \"dist\": \"normal\", \"mean\": 0.5, \"sd\": 2 }",
                 "{ \"dist\": \"normal\", \"mean\": 2.385, \"scv\": 0.3 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .third_moment = third_moment,
};
