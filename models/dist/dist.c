#include "models/dist/build.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stddef.h>

#define DIST(name) extern const struct dist_type dist_##name;
#include "models/dist/list.h"
#undef DIST

#define DIST(name) &dist_##name,
static const void *const rows[] = {
#include "models/dist/list.h"
};
#undef DIST

const struct lookup_table dist_table = {.rows = rows, .count = sizeof rows / sizeof rows[0]};

struct dist dist_make_constant(double value)
{
    return (struct dist){
        .type = &dist_constant, .shape = DIST_CONSTANT, .mean = value, .min = value, .a = value};
}

struct dist dist_make_exponential(double mean)
{
    return (struct dist){.type = &dist_exponential,
                         .shape = DIST_EXPONENTIAL,
                         .mean = mean,
                         .variance = mean * mean,
                         .scv = 1.0,
                         .a = mean};
}

/* The integrand k (t - low)^(k-1) P(t < X <= high) of E[(X - low)^k; low <= X <= high]: by parts, so that
 * nothing cancels. */
struct part {
    const struct dist *d;
    double low, full; /* full: F(high) */
    int k;
    int budget; /* rules yet to be applied, whatever comes */
};

static double integrand(double t, void *context)
{
    const struct part *part = context;
    const double beyond = fmax(0.0, part->full - part->d->type->cdf(part->d, t));
    return part->k == 1 ? beyond : 2.0 * (t - part->low) * beyond;
}

static double rule(gsl_function *f, double low, double high, double *difference)
{
    double value, absolute, spread;
    gsl_integration_qk21(f, low, high, &value, difference, &absolute, &spread);
    return value;
}

#define CDF_NOISE 1e-15 /* rounding of a cdf: what it makes of an integral cannot be resolved */

/* Gauss and Kronrod's 21 points, halving until the two rules agree. */
static double refined(gsl_function *f, double low, double high, double tolerance, int depth)
{
    struct part *part = f->params;
    const double noise = CDF_NOISE * (high - low) * (part->k == 1 ? 1.0 : 2.0 * (high - part->low));
    double difference;
    const double value = rule(f, low, high, &difference);
    if (depth == 0 || --part->budget < 0 || difference <= tolerance || difference <= 30.0 * noise)
        return value;
    const double middle = low + 0.5 * (high - low);
    return refined(f, low, middle, tolerance, depth - 1) + refined(f, middle, high, tolerance, depth - 1);
}

#define OCTAVES                                                                                              \
    80 /* halvings towards low, where a density may be steep: 2^-80 of the range is beyond notice */

static double moment_by_quadrature(struct part *part, double high)
{
    gsl_function f = {integrand, part};
    double rough = 0.0, sum = 0.0, difference;
    part->budget = 20000;
    for (int i = 0; i < OCTAVES; i++)
        rough += rule(&f, part->low + ldexp(high - part->low, -i - 1),
                      part->low + ldexp(high - part->low, -i), &difference);
    for (int i = 0; i < OCTAVES; i++)
        sum += refined(&f, part->low + ldexp(high - part->low, -i - 1),
                       part->low + ldexp(high - part->low, -i), 1e-12 * rough, 40);
    return sum;
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    if (d->type->between != NULL) {
        d->type->between(d, low, high, moments);
        return;
    }
    struct part part = {.d = d, .low = low, .full = d->type->cdf(d, high), .k = 1};
    moments[0] = part.full - d->type->cdf(d, nextafter(low, -INFINITY));
    moments[1] = moment_by_quadrature(&part, high);
    part.k = 2;
    moments[2] = moment_by_quadrature(&part, high);
}

void dist_moments_between(const struct dist *d, double low, double high, double moments[3])
{
    moments[0] = moments[1] = moments[2] = 0.0;
    if (high < low || high < d->min)
        return;
    const double from = fmax(low, d->min);
    if (high < INFINITY) {
        between(d, from, high, moments);
    } else { /* all, less what lies below `from` */
        const double mean = d->mean - d->min;
        moments[0] = 1.0;
        moments[1] = mean;
        moments[2] = d->variance + mean * mean;
        if (from > d->min) {
            double below[3];
            between(d, d->min, nextafter(from, -INFINITY), below);
            for (int k = 0; k < 3; k++)
                moments[k] -= below[k];
            if (d->mean < INFINITY)
                dist_move_origin(moments, d->min - from);
        }
    }
    if (from > low)
        dist_move_origin(moments, from - low);
}

bool dist_phases(const struct dist *d, struct arena *arena, struct phase_law *out)
{
    return d->type->phases != NULL && d->shape != DIST_GIVEN && d->type->phases(d, arena, out) &&
           out->n <= PHASE_LAW_MOST;
}

size_t dist_atoms(const struct dist *d, size_t most, double *values, double *p)
{
    double x = d->min, before = 0.0, high = fmax(1.0, fabs(d->min));
    if (d->shape == DIST_GIVEN || !isfinite(d->min) || !(d->type->cdf(d, x) > 0.0))
        return 0;
    for (size_t n = 0; n < most; n++) {
        const double upto = d->type->cdf(d, x);
        values[n] = x;
        p[n] = upto - before;
        if (!(p[n] > 1e-15)) /* the next of a continuum */
            return 0;
        if (upto >= 1.0 - 1e-15)
            return n + 1;
        before = upto;
        while (d->type->cdf(d, high) <= upto && high < 1e300)
            high *= 2.0;
        x = dist_inverse(d, nextafter(upto, 2.0), x, high);
    }
    return 0;
}
