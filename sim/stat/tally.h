/* tally.h: statistics of single observations (one per task). init, add, read; merging goes through struct
 * sample.
 *
 * An observation is noted at once and counted later, with TALLY_NOTED of them in short loops without branches: what an
 * event pays is a store. All functions here that read see what is noted too; the fields do not. */
#ifndef SIM_STAT_TALLY_H
#define SIM_STAT_TALLY_H

#include "sim/stat/histogram.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { TALLY_NOTED = 32 };

/* Sums about the first value seen, so that a spread that is small beside the mean is not lost in rounding. */
struct tally {
    uint32_t noted; /* of values, not counted yet */
    uint64_t count;
    double shift, sum, squares; /* of (x - shift) */
    double min, max;
    struct histogram *histogram; /* that counts the same observations; NULL: none does */
    double values[TALLY_NOTED];
};

static inline void tally_init(struct tally *t)
{
    t->noted = 0;
    t->count = 0;
    t->shift = t->sum = t->squares = 0.0;
    t->min = INFINITY;
    t->max = -INFINITY;
    t->histogram = NULL;
}

/* Counts what is noted, in the histogram too: before somebody reads that. */
void tally_settle(struct tally *t);

static inline void tally_add(struct tally *t, double x)
{
    t->values[t->noted++] = x;
    if (__builtin_expect(t->noted == TALLY_NOTED, 0))
        tally_settle(t);
}

/* As tally_add of x[0] .. x[n - 1], n > 0, after all that is noted: to rounding, by which the sums of a long column are the
 * more exact. Sums are taken in an order of their own, the same with every compiler. */
void tally_add_column(struct tally *t, const double *x, size_t n);

/* Observations. */
static inline uint64_t tally_count(const struct tally *t)
{
    return t->count + t->noted;
}

/* Their sum. */
double tally_total(const struct tally *t);

/* The observations of b join those of a; no histogram is touched but by what a had noted. */
void tally_merge(struct tally *a, const struct tally *b);

#endif
