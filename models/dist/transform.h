/* transform.h: Laplace transforms of distributions at complex arguments, for the numerical inversion of transforms of waits. */
#ifndef MODELS_DIST_TRANSFORM_H
#define MODELS_DIST_TRANSFORM_H

#include "models/dist/dist.h"

#include <complex.h>

/* The transform of X >= 0 and of its iterated tails at s, real part >= 0:
 *   tail[0] = E[exp(-s X)],  tail[1] = (1 - tail[0]) / s,  tail[2] = (E[X] - tail[1]) / s,
 * that is tail[k] = E[X^k phi_k(s X)] (see transform_phi): each without cancellation, also near s = 0, where they are
 * 1, E[X] and E[X^2] / 2. */
enum { TRANSFORM_TAILS = 3 };
struct transform {
    double complex s;
    double complex tail[TRANSFORM_TAILS];
    double cost; /* of its evaluation so far, in terms like exp(-s x) */
};

/* Fills at->tail from at->s. false: d's transform has no closed form here, or there is no memory. */
bool dist_transform(const struct dist *d, struct transform *at);

/* The same at a real s >= 0, where there is no closed form by quadrature of the distribution function, to about 1e-10 relative (the
 * tails of Re s > 0 exist for an infinite variance too). false: not known. */
bool dist_real_transform(const struct dist *d, double s, double tail[TRANSFORM_TAILS]);

/* ---- For members. ---- */

/* phi_0(z) = exp(-z), phi_k+1(z) = (1 / k! - phi_k(z)) / z: entire functions, phi_k(0) = 1 / k!. */
enum { PHI_MOST = 4 };
void transform_phi(double complex z, double complex phi[PHI_MOST + 1]);

/* Adds to the tails, with weight p: of a constant; of an exponential of this mean; of a gamma law. */
void transform_add_value(struct transform *at, double p, double value);
void transform_add_exponential(struct transform *at, double p, double mean);
void transform_add_gamma(struct transform *at, double p, double shape, double scale);

/* For densities that are analytic in a sector: points and weights of the trapezoidal rule in y = log(x), along the line turned by
 * `turn` (up to pi / 4) into the half plane where exp(-s x) falls for all s with an imaginary part >= 0. density(d, y): x f(x) at
 * complex y, analytic within `margin` of the line; beyond low .. high it counts no more. The rule converges as
 * exp(-2 pi margin / step) (Trefethen, Weideman, SIAM Review 56, 2014), here to 1e-14. In the arena; NULL: no memory. */
struct transform_line;
const struct transform_line *transform_line_make(const struct dist *d, double complex (*density)(const struct dist *d, double complex y),
                                                 double low, double high, double turn, double margin, struct arena *arena);
void transform_along(struct transform *at, const struct transform_line *line);

/* Makes the tails of X, of this mean, into those of X + by. */
void transform_shift(struct transform *at, double by, double mean);

#endif
