#include "models/dist/transform.h"

#include <math.h>

bool dist_transform(const struct dist *d, struct transform *at)
{
    for (int k = 0; k < TRANSFORM_TAILS; k++)
        at->tail[k] = 0.0;
    at->cost += 1.0;
    return d->type->transform != NULL && d->shape != DIST_GIVEN && d->type->transform(d, at);
}

void transform_phi(double complex z, double complex phi[PHI_MOST + 1])
{
    enum { TERMS = 22 };
    static const double whole[PHI_MOST + 1] = {1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0}; /* 1 / k! */
    if (cabs(z) < 1.0) {                                                              /* phi_k: sum of (-z)^i / (i + k)! */
        const double size = cabs(z);
        double complex sum = 0.0;
        for (int i = size < 1e-3 ? 4 : size < 0.1 ? 8 : TERMS; i >= 0; i--)
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

struct transform_line {
    size_t n;
    double complex *x, *weight;
};

const struct transform_line *transform_line_make(const struct dist *d, double complex (*density)(const struct dist *d, double complex y),
                                                 double low, double high, double turn, double margin, struct arena *arena)
{
    const double digits = 33.0, step = 2.0 * M_PI * margin / digits;
    struct transform_line *line = arena_alloc(arena, sizeof *line);
    if (line == NULL)
        return NULL;
    line->n = (size_t)ceil((high - low) / step) + 1;
    line->x = arena_array(arena, line->n, sizeof *line->x);
    line->weight = arena_array(arena, line->n, sizeof *line->weight);
    for (size_t i = 0; line->x != NULL && line->weight != NULL && i < line->n; i++) {
        const double complex y = low + step * (double)i - I * turn;
        line->x[i] = cexp(y);
        line->weight[i] = step * density(d, y);
    }
    return line->x != NULL && line->weight != NULL ? line : NULL;
}

void transform_along(struct transform *at, const struct transform_line *line)
{
    /* Below the real axis by the symmetry of transforms. */
    const bool below = cimag(at->s) < 0.0;
    const double complex s = below ? conj(at->s) : at->s;
    double complex sum[TRANSFORM_TAILS] = {0.0};
    at->cost += (double)line->n;
    for (size_t i = 0; i < line->n; i++) {
        const double complex x = line->x[i], z = s * x, weight = line->weight[i];
        double complex phi[PHI_MOST + 1];
        if (cabs(z) >= 1.0) {
            phi[0] = cexp(-z);
            phi[1] = (1.0 - phi[0]) / z;
            phi[2] = (1.0 - phi[1]) / z;
        } else {
            transform_phi(z, phi);
        }
        sum[0] += weight * phi[0];
        sum[1] += weight * x * phi[1];
        sum[2] += weight * x * x * phi[2];
    }
    for (int k = 0; k < TRANSFORM_TAILS; k++)
        at->tail[k] += below ? conj(sum[k]) : sum[k];
}
