/* markov.h: Markovian arrival processes: what mmpp and map have in common. */
#ifndef MODELS_ARRIVAL_MARKOV_H
#define MODELS_ARRIVAL_MARKOV_H

#include "models/arrival/arrival.h"

#define MARKOV_PHASES_MOST 200

/* Fills arrival from n phases, d0 (changes of phase without an arrival; its diagonal is not looked at) and d1
 * (with one), row by row, both without negative elements off the diagonal. The phase begins as in the
 * stationary law of d0 + d1. Refused: several closed classes of phases, since then there is no one such law;
 * a mean rate of 0. */
bool markov_init(struct arrival *arrival, size_t n, const double *d0, const double *d1, struct arena *arena,
                 struct error *err);

void markov_begin(const struct arrival *arrival, struct arrival_state *state, struct stream *s);
double markov_next(const struct arrival *arrival, struct arrival_state *state, struct stream *s);

/* The number of phases and the rates of such a process, for theory: n by n, by row; the diagonal of d0 means nothing. */
size_t markov_rates(const struct arrival *arrival, const double **d0, const double **d1);

/* Row i of a generator (or d0 + d1): nothing negative off the diagonal, and a sum of 0 up to rounding. name:
 * of the matrix, for the error. */
bool markov_check_row(size_t i, size_t n, const double *row, const char *name, const struct arg *arg,
                      struct error *err);
bool markov_fault(struct error *err, const struct arg *arg); /* adds the place; false */

#endif
