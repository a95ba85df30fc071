/* busy.h: for rows: work that arrives in Poisson streams, and how it stretches what it interrupts. */
#ifndef MODELS_THEORY_BUSY_H
#define MODELS_THEORY_BUSY_H

#include "models/dist/transform.h"
#include "models/theory/single.h"

/* Kinds whose class is from `from` on and below `below`. */
struct busy_streams {
    const struct single_visit *visits;
    uint32_t kinds, from, below;
};

/* Sums over the streams of rate times the iterated tails of their services (models/dist/transform.h): [1] at
 * s = 0 is their load, [2] half of rate E[service^2]. false: a transform is not known. */
bool busy_tails(const struct busy_streams *x, double complex s, double complex tail[TRANSFORM_TAILS]);

/* sigma(s) = s + the sum over streams of rate (1 - B(s)), B the transform of the busy period that one begins:
 * something of transform F takes, with all that interrupts it, a time of transform F(sigma(s)) (Takacs 1962,
 * section 1.4; Conway, Maxwell, Miller, Theory of Scheduling, 1967, section 8.6). Root of sigma = s + sigma
 * [1](sigma) of positive real part. NAN: it was not found. */
double complex busy_stretch(const struct busy_streams *x, double complex s);

/* No service has a value of its own (constants, lists of values): then laws of times have jumps, or bends. */
bool busy_smooth(const struct single_visit *visits, uint32_t kinds);

/* What a transform of the services costs, at least 1 (struct transform). */
double busy_cost(const struct single_visit *visits, uint32_t kinds);

/* Load, sum of rate E[service^2], sum of rate E[service^3] (NAN: not known). */
void busy_moments(const struct busy_streams *x, double *load, double *second, double *third);

#endif
