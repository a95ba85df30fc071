/* fading.h: for rows: percentiles of the time until a Markov chain ends, by uniformisation (Jensen 1953):
 * steps come as a Poisson process, all terms are positive. */
#ifndef MODELS_THEORY_FADING_H
#define MODELS_THEORY_FADING_H

#include "models/theory/single.h"

struct fading_chain {
    double (*next)(void *context); /* one more step: P(it has not ended) */
    void *context;
    double rate;  /* of steps */
    double begin; /* P(it has not ended) at time 0 */
    double work;  /* of one step, in sums of products */
};

/* The percentiles asked for of a measure of all kinds; nothing, but a note, where that would take long.
 * false: no memory. */
bool fading_add(const struct single *c, const char *measure, const struct fading_chain *chain,
                struct theory_sheet *out);

extern const char fading_too_long[]; /* the note */

#endif
