/* race.h: for rows: branches of a fork that nobody queues for: the time until the k-th of them is done. */
#ifndef MODELS_THEORY_RACE_H
#define MODELS_THEORY_RACE_H

#include "models/theory/theory.h"

enum { BRANCHES_MOST = 200 };

struct branch_law {
    double shift; /* constant delays before */
    const struct dist *time;
};

struct race {
    struct branch_law branch[BRANCHES_MOST];
    size_t count, needed;
};

/* The branches of a fork: constant delays and one time each, at stations of unlimited servers. false: err says what else they are. */
bool race_read(const struct model *model, const struct op *program, const struct op *fork, struct race *race, struct error *err);

/* P(time > t). */
double race_above(const struct race *race, double t);

/* E[time^power], power 1, 2, 3, by quadrature to 1e-9. false: err. */
bool race_moment(const struct race *race, int power, double *out, struct error *err);

#endif
