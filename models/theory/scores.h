/* scores.h: do z-scores look like normal deviates? */
#ifndef MODELS_THEORY_SCORES_H
#define MODELS_THEORY_SCORES_H

#include <stdbool.h>
#include <stddef.h>

struct theory_scores {
    double mean_square;        /* 1 expected */
    double as_large, as_small; /* the chance of a mean square so large, so small (chi-square) */
    double distance, as_far;   /* greatest distance from the normal law; the chance of one so far (Kolmogorov
                                  1933, with   Stephens' correction for few values, JRSS B 32, 1970) */
};

/* Of n > 0 independent scores, which it sorts. */
struct theory_scores theory_scores(double *z, size_t n);

/* What is less likely than this is not put down to chance: true scores fail once in some 300 times; of 85 that are half as large again
 * as they should be, or half as large, 99 suites in 100 or all fail. */
#define THEORY_SCORES_CHANCE 1e-3

/* They look as chance makes them: not too large, not too small, not of another law. */
bool theory_scores_pass(const struct theory_scores *look);

#endif
