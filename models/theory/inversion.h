/* inversion.h: functions from their Laplace transforms. */
#ifndef MODELS_THEORY_INVERSION_H
#define MODELS_THEORY_INVERSION_H

#include <complex.h>
#include <stdbool.h>

/* How often transforms may yet be evaluated (they take more of it where they cost more), and whether a value could not be had. */
struct inversion_budget {
    double evaluations;
    bool unsure;
};

/* f(t), t > 0, of a bounded f whose transform F(s) is known for real parts above 0: by Fourier series with Euler's summation (Abate,
 * Whitt, "Numerical inversion of Laplace transforms of probability distributions", ORSA J. Computing 7, 1995; with the
 * round-off control of Choudhury, Lucantoni, Whitt, Annals of Applied Probability 4, 1994), twice, with different contours and
 * numbers of terms, until the two agree to `tolerance`, relative to f(t) + beside. NAN: they do not, or the budget is spent. */
double inversion_at(double complex (*transform)(const void *law, double complex s), const void *law, double t, double tolerance,
                    double beside, struct inversion_budget *budget);

/* The same once, with few terms: to some seven digits where f is smooth; for searches that end with inversion_at. */
double inversion_rough(double complex (*transform)(const void *law, double complex s), const void *law, double t);

#endif
