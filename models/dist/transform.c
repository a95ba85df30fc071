#include "models/dist/transform.h"

#include <math.h>

bool dist_transform(const struct dist *d, struct transform *at)
{
    for (int k = 0; k < TRANSFORM_TAILS; k++)
        at->tail[k] = 0.0;
    return d->type->transform != NULL && d->shape != DIST_GIVEN && d->type->transform(d, at);
}

void transform_phi(double complex z, double complex phi[PHI_MOST + 1])
{
    enum { TERMS = 22 };
    static const double whole[PHI_MOST + 1] = {1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0}; /* 1 / k! */
    if (cabs(z) < 1.0) {                                                              /* phi_k: sum of (-z)^i / (i + k)! */
        double complex sum = 0.0;
        for (int i = TERMS; i >= 0; i--)
            sum = 1.0 - sum * z / (i + PHI_MOST + 1);
        phi[PHI_MOST] = sum * whole[PHI_MOST];
        for (int k = PHI_MOST; k-- > 0;)
            phi[k] = whole[k] - z * phi[k + 1];
        return;
    }
    phi[0] = cexp(-z);
    for (int k = 0; k < PHI_MOST; k++)
        phi[k + 1] = (whole[k] - phi[k]) / z;
}

void transform_add_value(struct transform *at, double p, double value)
{
    double complex phi[PHI_MOST + 1];
    transform_phi(at->s * value, phi);
    at->tail[0] += p * phi[0];
    at->tail[1] += p * value * phi[1];
    at->tail[2] += p * value * value * phi[2];
}

void transform_add_exponential(struct transform *at, double p, double mean)
{
    const double complex one = p / (1.0 + at->s * mean);
    at->tail[0] += one;
    at->tail[1] += mean * one;
    at->tail[2] += mean * mean * one;
}

/* (u - log(1 + u)) / u^2 */
static double complex behind_logarithm(double complex u)
{
    enum { TERMS = 28 };
    if (cabs(u) >= 0.25)
        return (u - clog(1.0 + u)) / (u * u);
    double complex sum = 0.0;
    for (int i = TERMS; i >= 0; i--)
        sum = 1.0 / (i + 2) - u * sum;
    return sum;
}

void transform_add_gamma(struct transform *at, double p, double shape, double scale)
{
    /* E[exp(-s X)] = exp(-w), w = shape log(1 + u), u = s scale */
    double complex phi[PHI_MOST + 1];
    const double complex u = at->s * scale, rest = behind_logarithm(u);
    const double complex per = shape * scale * (1.0 - u * rest); /* w / s */
    transform_phi(per * at->s, phi);
    at->tail[0] += p * phi[0];
    at->tail[1] += p * per * phi[1];
    at->tail[2] += p * (per * per * phi[2] + shape * scale * scale * rest);
}

void transform_shift(struct transform *at, double by, double mean)
{
    double complex phi[PHI_MOST + 1];
    transform_phi(at->s * by, phi);
    at->tail[2] = phi[0] * at->tail[2] + mean * by * phi[1] + by * by * phi[2];
    at->tail[1] = phi[0] * at->tail[1] + by * phi[1];
    at->tail[0] *= phi[0];
}
