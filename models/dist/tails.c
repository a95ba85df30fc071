/* What is known of distributions by quadrature of their distribution functions alone, where no closed form is. */
#include "models/dist/transform.h"

#include <gsl/gsl_integration.h>
#include <math.h>

enum { ROOM = 400 };

/* P(X - min > y), and how it is weighed. */
struct tail {
    const struct dist *d;
    double s;
    int what; /* 0 .. 2: the iterated tails at s; 3: the third moment */
};

/* In u = log(y). */
static double integrand(double u, void *context)
{
    const struct tail *tail = context;
    const double y = exp(u), s = tail->s, below = tail->d->type->cdf(tail->d, tail->d->min + y), above = 1.0 - below;
    switch (tail->what) {
    case 0:
        return s * exp(-s * y) * below * y;
    case 1:
        return exp(-s * y) * above * y;
    case 2:
        return (s > 0.0 ? -expm1(-s * y) / s : y) * above * y;
    default:
        return 3.0 * y * y * above * y;
    }
}

/* Over all y > 0, in pieces of a factor of e^2 outward from `scale` until they count no more. */
static double integral(struct tail *tail, double scale, gsl_integration_workspace *room)
{
    gsl_function f = {integrand, tail};
    double sum = 0.0, part, error, errors = 0.0;
    for (int side = -1; side <= 1; side += 2)
        for (int i = 0, quiet = 0; i < 400 && quiet < 3; i++) {
            const double from = log(scale) + side * 2.0 * i - (side < 0 ? 2.0 : 0.0);
            gsl_integration_qag(&f, from, from + 2.0, 1e-15 * sum, 1e-12, ROOM, GSL_INTEG_GAUSS21, room, &part, &error);
            sum += part;
            errors += error;
            quiet = part <= 1e-17 * sum ? quiet + 1 : 0;
        }
    return errors <= 1e-10 * sum && isfinite(sum) ? sum : NAN;
}

static double scale_of(const struct dist *d)
{
    return d->mean > d->min ? d->mean - d->min : 1.0;
}

bool dist_real_transform(const struct dist *d, double s, double tail[TRANSFORM_TAILS])
{
    struct transform at = {.s = s};
    /* Along a turned line terms of both signs add up: then E[exp(-s X)], which may be small, is rather had along the real line, where
     * all terms are positive. Its tails are never small; and they are what long tails of 1 - F, rounded to 1e-16, would spoil. */
    const double cost_of_lines = 50.0;
    const bool closed = dist_transform(d, &at), lines = closed && at.cost > cost_of_lines;
    if (!closed || lines) {
        gsl_integration_workspace *room = gsl_integration_workspace_alloc(ROOM);
        if (d->shape == DIST_GIVEN || !isfinite(d->mean) || d->min < 0.0 || room == NULL) {
            gsl_integration_workspace_free(room);
            return false;
        }
        struct transform above = {.s = s};
        above.tail[0] = s == 0.0 ? 1.0 : integral(&(struct tail){d, s, 0}, fmin(scale_of(d), 1.0 / s), room);
        for (int k = 1; !lines && k < TRANSFORM_TAILS; k++)
            above.tail[k] = integral(&(struct tail){d, s, k}, scale_of(d), room);
        gsl_integration_workspace_free(room);
        transform_shift(&above, d->min, d->mean - d->min);
        for (int k = 0; k < (lines ? 1 : TRANSFORM_TAILS); k++)
            at.tail[k] = above.tail[k];
    }
    bool known = true;
    for (int k = 0; k < TRANSFORM_TAILS; k++) {
        tail[k] = creal(at.tail[k]);
        known = known && !isnan(tail[k]);
    }
    return known;
}

double dist_third_moment(const struct dist *d)
{
    if (d->shape == DIST_GIVEN)
        return NAN;
    if (!isfinite(d->variance))
        return INFINITY;
    const double known = d->type->third_moment != NULL ? d->type->third_moment(d) : NAN;
    if (!isnan(known))
        return known;
    gsl_integration_workspace *room = gsl_integration_workspace_alloc(ROOM);
    if (room == NULL)
        return NAN;
    const double about = integral(&(struct tail){d, 0.0, 3}, scale_of(d), room), off = d->mean - d->min;
    gsl_integration_workspace_free(room);
    return about + d->min * (3.0 * (d->variance + off * off) + d->min * (3.0 * off + d->min));
}
