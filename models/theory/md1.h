/* md1.h: for rows: the wait in M/D/1. */
#ifndef MODELS_THEORY_MD1_H
#define MODELS_THEORY_MD1_H

enum {
    MD1_STATES = 400
}; /* known one by one; from there on their probabilities fall geometrically, to the last bit */

struct md1_law {
    double load, time;            /* of service */
    double above[MD1_STATES + 1]; /* P(more than n are there) */
    double upto[MD1_STATES + 1];  /* P(at most n are there) */
    double ratio;                 /* by which it falls from one n to the next, for large n */
};

/* Of load < 1 and this service time. */
void md1_law_make(struct md1_law *x, double load, double time);

/* P(wait > t), t >= 0; law: a struct md1_law. */
double md1_wait_above(const void *law, double t);

/* P(wait <= t), as good relative to itself near load 1, where it is small. */
double md1_wait_upto(const struct md1_law *x, double t);

#endif
