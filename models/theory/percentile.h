/* percentile.h: for rows: percentiles of a time whose tail P(time > t) is known by its Laplace transform. */
#ifndef MODELS_THEORY_PERCENTILE_H
#define MODELS_THEORY_PERCENTILE_H

#include "models/theory/inversion.h"
#include "models/theory/single.h"

struct percentile_law {
    double complex (*tail)(const void *law,
                           double complex
                               s); /* the transform of P(time > t), which has no jumps from t > 0 on */
    const void *law;
    double at_once; /* P(time > 0) */
};

/* The time t at which P(time > t) is 1 - p, right to 1e-9 of 1 - p; scale: about as long as the times are.
 * Takes from *evaluations, so many of the transform as may yet be made. NAN: they do not suffice, or the
 * inversion is not sure of nine digits. */
double percentile_of(const struct percentile_law *law, double p, double scale, double *evaluations);

/* The percentiles asked for of a measure of kind k; a note where one of them is not known. */
void percentile_add(const struct single *c, uint32_t k, const char *measure, const struct percentile_law *law,
                    double scale, double *evaluations, struct theory_sheet *out);

#endif
