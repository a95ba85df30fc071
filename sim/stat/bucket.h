/* bucket.h: the buckets of a histogram by number, for the files of sim/stat alone.
 *
 * Bucket 0 holds the zeros; bucket 1 begins at 2^-HISTOGRAM_OCTAVES_BELOW and each one ends where the next
 * begins: a bucket's lower edge is a double whose low 42 bits are 0, so numbering buckets is shifting bits.
 */
#ifndef SIM_STAT_BUCKET_H
#define SIM_STAT_BUCKET_H

#include "sim/stat/histogram.h"

enum {
    BUCKET_LAST = HISTOGRAM_OCTAVES * HISTOGRAM_SUBS,
    BUCKET_SHIFT = 52 - HISTOGRAM_SUB_BITS,
};

static const uint64_t bucket_base = (uint64_t)(1023 - HISTOGRAM_OCTAVES_BELOW) << HISTOGRAM_SUB_BITS;

static inline double bucket_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint64_t bucket_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The bucket that histogram_add counts x >= 0 in. */
static inline uint32_t bucket_of(double x)
{
    if (!(x > 0.0))
        return 0;
    const double low = 0x1p-64, high = 0x1.fffffffffffffp63;
    x = x < low ? low : x > high ? high : x;
    return (uint32_t)((bucket_bits(x) >> BUCKET_SHIFT) - bucket_base) + 1;
}

/* Lower edge of a bucket 0 .. BUCKET_LAST; of BUCKET_LAST + 1: the upper edge of the last. */
static inline double bucket_low(uint32_t bucket)
{
    return bucket == 0 ? 0.0 : bucket_double((bucket_base + bucket - 1) << BUCKET_SHIFT);
}

/* The part of a bucket in which values can lie that are all within [min, max]. */
static inline void bucket_span(uint32_t bucket, double min, double max, double *low, double *high)
{
    *low = bucket_low(bucket);
    *high = bucket == 0 ? 0.0 : bucket_low(bucket + 1);
    *low = *low < min ? min : *low;
    *high = *high > max ? max : *high;
}

/* How the values of one bucket lie in it: an atom, and the others taken as evenly spread. */
struct bucket_shape {
    double low, high; /* all values are in here */
    double atom;      /* the prevailing value, where alike > 0 */
    double alike;     /* estimated share of the values at the atom; 0: no atom known */
    double least;     /* share that is at the atom for certain */
};

/* The shape of bucket 0 .. BUCKET_LAST of h. */
struct bucket_shape bucket_shape(const struct histogram *h, uint32_t bucket);

/* The value below which this share (0 .. 1) of the bucket's values lies. */
double bucket_value(const struct bucket_shape *s, double share);

/* The share (0 .. 1) of the bucket's values that are at most x. */
double bucket_share(const struct bucket_shape *s, double x);

/* Between which values that value is for certain, however those beside the atom are spread. */
void bucket_bounds(const struct bucket_shape *s, double share, double *low, double *high);

#endif
