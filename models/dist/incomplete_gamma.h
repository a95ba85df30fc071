/* incomplete_gamma.h: the gamma family's distribution function. */
#ifndef MODELS_DIST_INCOMPLETE_GAMMA_H
#define MODELS_DIST_INCOMPLETE_GAMMA_H

/* P(a, x) = (integral of t^(a-1) exp(-t) from 0 to x) / Gamma(a), a > 0; 0 for x <= 0. Relative error about
 * 1e-13 below the mean, absolute error about 1e-13 above it. Own code because GSL's calls its error handler
 * on underflow. */
double incomplete_gamma_lower(double a, double x);

/* Q(a, x) = 1 - P(a, x), without cancellation. */
double incomplete_gamma_upper(double a, double x);

#endif
