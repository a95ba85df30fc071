/* qbd.h: quasi birth-death processes: chains on levels of states, whose moves change the level by at most one
 * and whose rates are the same on all levels from some one on. All steps add, multiply and divide numbers
 * that are not negative, so that nothing cancels (Grassmann, Taksar, Heyman 1985), but in sums over all
 * levels, whose condition is that of 1 / (1 - load). */
#ifndef MODELS_THEORY_QBD_H
#define MODELS_THEORY_QBD_H

#include "sim/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Rates row by row, none negative. */
struct qbd_level {
    size_t n;            /* states */
    const double *local; /* n by n; what stands on the diagonal is of no account */
    const double *up;    /* n by the n of the next level */
    const double *down;  /* n by the n of the level below; level 0: NULL */
};

/* levels[0 .. first], and levels[first + 1] for that and all above, which has as many states as
 * levels[first]. */
struct qbd {
    size_t first;
    const struct qbd_level *levels;
};

/* For sums over all levels from some one on; qbd.c says how. */
struct qbd_sums {
    size_t n;
    const double
        *r; /* R: P(level k + 1, state j) = sum over i of P(level k, state i) r[i n + j], k >= first */
    const double *turn; /* NULL: (I - R) is far enough from singular, and solved */
    const double *phases, *downs, *gain;
    double drift;
};

struct qbd_law {
    double **p;     /* p[k][i]: P(level k, state i), k = 0 .. first */
    double *above;  /* P(a level above first, state i) */
    double *excess; /* E[(level - first)+; state i] */
    struct qbd_sums sums;
};

/* The stationary law, in the arena: G by logarithmic reduction (Latouche, Ramaswami, J. Appl. Probab. 30,
 * 1993), R = A0 (-A1 - A0 G)^-1, lower levels by reduction from above (Latouche, Ramaswami, Introduction to
 * Matrix Analytic Methods, 1999, section 12.1). Every level must be reached from every other, and the drift
 * at high levels be downwards. false: it did not converge, or no memory. */
bool qbd_solve(const struct qbd *q, struct arena *arena, struct qbd_law *out);

/* x = x (I - R)^-1, and x = (I - R)^-1 x. false: no memory. */
bool qbd_sum_row(const struct qbd_sums *s, double *x);
bool qbd_sum_column(const struct qbd_sums *s, double *x);

#endif
