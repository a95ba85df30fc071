/* build.h: what the members of this family share when they check their parameters and fill in a distribution.
 */
#ifndef MODELS_DIST_BUILD_H
#define MODELS_DIST_BUILD_H

#include "models/dist/dist.h"

/* The args that are given, as bits: 1 << index. */
unsigned dist_given(const struct dist *d, const struct arg *args);

/* Every number given is finite and in its parameter's range, no list is empty, and what is required is given.
 * The reader has mostly seen to this; init begins with it all the same, so that no caller can make a
 * distribution of nonsense. */
bool dist_check(const struct dist *d, const struct arg *args, struct error *err);

/* Sets "NAME needs WHAT, but FOUND" for a combination of parameters that makes no distribution. Returns
 * false. */
bool dist_needs(const struct dist *d, const struct arg *args, struct error *err, const char *what);

/* error_set at the place of arg. Returns false. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
bool dist_fault(struct error *err, const struct arg *arg, const char *format, ...);

bool dist_no_memory(struct error *err);

/* Fills mean, variance, scv and min; false when they are not numbers that a double can hold. variance may be
 * INFINITY, and so may mean if `diverges` (a mean that overflowed is refused, one that is infinite by nature
 * is not). */
bool dist_moments(struct dist *d, double mean, double variance, double min, bool diverges, struct error *err);

/* n probabilities in the arena from a list of n of them, which sum to 1 within 1e-9, or of n - 1, where the
 * last takes the rest. The last one that is not 0 absorbs what rounding leaves. of: what there are n of
 * ("means"). NULL: err set. */
double *dist_probabilities(const struct dist *d, const struct arg *p, size_t n, const char *of,
                           struct arena *arena, struct error *err);

/* The least double x with cdf(x) >= u, for 0 < u <= 1, searched between low and high, whose cdf is at least
 * u: exact for any distribution, atoms included, at about 60 evaluations of the cdf. */
double dist_inverse(const struct dist *d, double u, double low, double high);

/* Makes moments[k] = E[(X - o)^k] into E[(X - o + step)^k]. */
void dist_move_origin(double moments[3], double step);

/* The x between low and high where f, monotone there, crosses 0, to the last bit or two; f(low) and f(high)
 * are of opposite sign. */
double dist_root(double (*f)(double x, double target), double target, double low, double high);

/* Room for n phases, zeroed, in `law`; its parts to be filled in through the pointers. false: no memory, or n is beyond
 * PHASE_LAW_MOST. */
struct phase_room {
    double *alpha, *rate, *follow;
};
bool dist_phase_room(struct arena *arena, size_t n, struct phase_law *law, struct phase_room *room);

/* Phases that follow one another, each at this rate, begun at the first with probability 1 - skip, else the second. */
bool dist_phases_in_series(struct arena *arena, size_t n, double rate, double skip, struct phase_law *law);

/* Phases of which one is drawn. */
bool dist_phases_abreast(struct arena *arena, size_t n, const double *p, const double *means, struct phase_law *law);

#endif
