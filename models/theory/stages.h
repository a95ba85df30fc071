/* stages.h: for rows of birth-death stations with c exponential servers in order of arrival: the wait of who
 * finds j tasks in the line is j + 1 departures from it, and the response one service more. */
#ifndef MODELS_THEORY_STAGES_H
#define MODELS_THEORY_STAGES_H

#include "models/theory/single.h"

enum { STAGES_MOST = 200000 };

struct stages {
    double rate;  /* at which busy servers finish: c mu */
    double leave; /* at which each who waits loses patience: 0: nobody does */
    double mu;
    size_t count;
    double *found;        /* j: of those served, the share that found j in the line and all servers busy */
    double *more;         /* j: the same, j or more; filled by stages_make */
    double *served, tilt; /* see stages.c; filled by stages_make */
};

/* From weights (any scale), weight[j], of those who come, find j in the line and join it (j < count), and
 * `at_once`, of who find an idle server: those who are served in the end, of patience that is exponential.
 * false: no memory. */
bool stages_make(struct stages *out, double rate, double leave, double mu, double at_once,
                 const double *weight, size_t count, struct arena *arena);

double stages_wait_mean(const struct stages *x);
double stages_wait_sd(const struct stages *x);

/* Standard deviations and percentiles of all kinds' wait and response; stages_add: means too. */
void stages_add_laws(const struct single *c, const struct stages *x, struct theory_sheet *out);
void stages_add(const struct single *c, const struct stages *x, struct theory_sheet *out);

#endif
