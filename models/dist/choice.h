/* choice.h: one of n at random, with given probabilities. */
#ifndef MODELS_DIST_CHOICE_H
#define MODELS_DIST_CHOICE_H

#include "models/dist/dist.h"

/* Inversion with a guide table (Chen, Asau, "On generating random variates from an empirical distribution",
 * AIIE Transactions 1974): two steps or so whatever n is, and exact to the 53 bits of a uniform. */
struct choice {
    size_t n;
    const double *cumulative; /* n of them: P(index <= i); 1 from the last possible index on */
    const uint32_t *guide;    /* cells of them: the least index whose cumulative is above cell / cells */
    double cells;             /* a power of 2, at least n: so that u * cells is exact */
};

/* p: n >= 1 probabilities as dist_probabilities gives them. false: out of memory, or n beyond 2^31. */
bool choice_init(struct choice *c, const double *p, size_t n, struct arena *arena);

static inline size_t choice_draw(const struct choice *c, struct stream *s)
{
    const double u = stream_uniform(s);
    size_t i = c->guide[(size_t)(u * c->cells)];
    while (u >= c->cumulative[i])
        i++;
    return i;
}

#endif
