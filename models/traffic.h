/* traffic.h: how often, in the mean, a task passes where the way is left to chance. */
#ifndef MODELS_TRAFFIC_H
#define MODELS_TRAFFIC_H

#include "models/step/step.h"
#include "sim/arena.h"
#include "sim/error.h"

/* The traffic equations x_j = source_j + sum over i of x_i share_ij (Jackson, Networks of waiting lines,
 * Operations Research 1957, equation 1), share n by n, row by row, no element below 0: the flow through each
 * of n places when each passes on to j the part share_ij of what it gets. *finite: false where what is passed
 * on never dies out (the largest eigenvalue of share is not below 1); x is then not set. Storage in arena;
 * returns false when there is none left. */
bool traffic_solve(struct arena *arena, size_t n, const double *share, const double *source, double *x,
                   bool *finite);

/* How often one task does each of these steps: *out has steps->count elements. false: err. */
bool traffic_visits(struct arena *arena, const struct steps *steps, const double **out, struct error *err);

#endif
