/* tally.h: statistics of single observations (one per task). init, add, read; merging goes through struct
 * sample. */
#ifndef SIM_STAT_TALLY_H
#define SIM_STAT_TALLY_H

#include <math.h>
#include <stdint.h>

/* Sums about the first value seen, so that a spread that is small beside the mean is not lost in rounding. */
struct tally {
    uint64_t count;
    double shift, sum, squares; /* of (x - shift) */
    double min, max;
};

static inline void tally_init(struct tally *t)
{
    *t = (struct tally){.min = INFINITY, .max = -INFINITY};
}

static inline void tally_add(struct tally *t, double x)
{
    if (t->count++ == 0)
        t->shift = x;
    const double d = x - t->shift;
    t->sum += d;
    t->squares += d * d;
    t->min = x < t->min ? x : t->min;
    t->max = x > t->max ? x : t->max;
}

/* The observations of b join those of a. */
static inline void tally_merge(struct tally *a, const struct tally *b)
{
    if (b->count == 0)
        return;
    if (a->count == 0)
        a->shift = b->shift;
    const double n = (double)b->count, d = b->shift - a->shift;
    a->count += b->count;
    a->sum += b->sum + n * d;
    a->squares += b->squares + d * (2.0 * b->sum + n * d);
    a->min = b->min < a->min ? b->min : a->min;
    a->max = b->max > a->max ? b->max : a->max;
}

#endif
