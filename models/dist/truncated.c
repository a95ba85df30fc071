/* truncated.c: X given that it lies in min .. max, both included. */
#include "models/dist/build.h"

#include <float.h>
#include <math.h>

enum { MIN, MAX, OF };

struct truncated {
    const struct dist *of;
    double low, high; /* high may be INFINITY */
    double before;    /* P(X < low) */
    double upto;      /* P(X <= high) */
};

#define REJECTION 0.02 /* where so much of X is kept, drawing again is the faster way */
#define LEAST     1e-6 /* of X must be kept: below, differences of the cdf lose too many digits */

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    const struct dist *of = args[OF].dist;
    if (!args[MIN].given && !args[MAX].given)
        return dist_needs(d, args, err, "\"min\", \"max\" or both");
    struct truncated *t = arena_alloc(arena, sizeof *t);
    if (t == NULL)
        return dist_no_memory(err);
    t->of = of;
    t->low = args[MIN].given ? fmax(args[MIN].number, of->min) : of->min;
    t->high = args[MAX].given ? args[MAX].number : INFINITY;
    if (args[MIN].given && args[MAX].given && args[MIN].number > args[MAX].number)
        return dist_fault(err, &args[MIN], "truncated: \"min\" (%g) must not be above \"max\" (%g)",
                          args[MIN].number, args[MAX].number);
    t->before = of->type->cdf(of, nextafter(t->low, -INFINITY));
    t->upto = of->type->cdf(of, t->high);
    const double kept = t->high < t->low ? 0.0 : t->upto - t->before;
    if (!(kept >= LEAST * t->upto && kept > DBL_MIN))
        return error_set(err, "truncated: %s of the distribution lies between min and max (probability %.3g)",
                         kept > 0.0 ? "next to nothing" : "nothing", fmax(kept, 0.0));
    d->a = kept;
    d->data = t;
    double moments[3];
    dist_moments_between(of, t->low, t->high, moments);
    const double mean = moments[1] / kept, variance = fmax(0.0, moments[2] / kept - mean * mean);
    const bool never_negative = t->low < 0.0 && of->type->cdf(of, -DBL_TRUE_MIN) == t->before;
    return dist_moments(d, t->low + mean, variance, never_negative ? 0.0 : t->low, mean == INFINITY, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    const struct truncated *t = d->data;
    if (d->a < REJECTION) {
        const double u = t->before + d->a * stream_uniform_open(s);
        return dist_inverse(t->of, fmin(fmax(u, nextafter(t->before, 1.0)), t->upto), t->low, t->high);
    }
    for (;;) {
        const double x = dist_draw(t->of, s);
        if (x >= t->low && x <= t->high)
            return x;
    }
}

static double cdf(const struct dist *d, double x)
{
    const struct truncated *t = d->data;
    if (x < t->low)
        return 0.0;
    if (x >= t->high)
        return 1.0;
    return fmin(1.0, fmax(0.0, (t->of->type->cdf(t->of, x) - t->before) / d->a));
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    const struct truncated *t = d->data;
    dist_moments_between(t->of, low, fmin(high, t->high), moments);
    for (int k = 0; k < 3; k++)
        moments[k] /= d->a;
}

const struct dist_type dist_truncated = {
    .name = "truncated",
    .summary = "a distribution given that it lies between two values",
    .params = {{.name = "min",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_ANY,
                .summary = "least value; default: no bound"},
               {.name = "max",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_ANY,
                .summary = "greatest value; default: no bound"},
               {.name = "of",
                .type = PARAM_DIST,
                .dimension = DIMENSION_DRAWN,
                .required = true,
                .summary = "the distribution"}},
    .examples =
        {"{ \"dist\": \"truncated\", \"min\": 0.5, \"max\": 4, \"of\": { \"dist\": \"exponential\", "
         "\"mean\": 1.3 } }",
         "{ \"dist\": \"truncated\", \"min\": 6, \"of\": { \"dist\": \"erlang\", \"k\": 3, \"mean\": 2 } }",
         "{ \"dist\": \"truncated\", \"max\": 2, \"of\": { \"dist\": \"poisson\", \"mean\": 2.385 } }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
};
