/* phases.h: time to absorption of a Markov chain: what hypoexponential, coxian and phase_type have in common.
 */
#ifndef MODELS_DIST_PHASES_H
#define MODELS_DIST_PHASES_H

#include "models/dist/choice.h"
#include "models/dist/dist.h"

#define PHASES_MOST 500

/* Phase i lasts an exponential time of mean means[i], then goes to phase j with probability matrix[i n + j],
 * or ends. The first phase is drawn from alpha; what alpha lacks of 1 is the probability of the value 0. */
struct phases {
    size_t n;
    const double *alpha;         /* n */
    const double *means;         /* n */
    const double *matrix;        /* n by n, row by row */
    const struct choice *start;  /* n + 1 outcomes; n is the end. NULL: always phase 0 */
    const struct choice *follow; /* n of them, of n + 1 outcomes each */
};

/* Makes the phases in the arena and fills d: data, moments, min. alpha, means > 0 and matrix (whose rows sum
 * to at most 1) must be in the arena. Refuses chains that never end. */
bool phases_init(struct dist *d, size_t n, const double *alpha, const double *means, const double *matrix,
                 struct arena *arena, struct error *err);

/* The same for phases one after another, from the first: phase i + 1 follows phase i with probability
 * go_on[i] (n - 1 of them; NULL: always). */
bool phases_init_series(struct dist *d, size_t n, const double *means, const double *go_on,
                        struct arena *arena, struct error *err);

double phases_draw(const struct dist *d, struct stream *s);

/* By uniformisation (Jensen 1953) in vectors, where every term is positive, or for long times by squaring
 * matrices: absolute error about 1e-13 or less. NAN when there is no memory for the matrices. */
double phases_cdf(const struct dist *d, double x);

/* 6 alpha (-T)^-3 1 (Neuts 1981, eq. 2.2.7). NAN: no memory. */
double phases_third_moment(const struct dist *d);

/* As dist_transform; of at most 16 phases, or 100 none of which leads back to an earlier one. */
bool phases_transform(const struct dist *d, struct transform *at);

bool phases_law(const struct dist *d, struct arena *arena, struct phase_law *out);

#endif
