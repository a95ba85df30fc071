/* histogram.h: how often each size of a non-negative value occurred, for quantiles. init, add, merge, read.
 *
 * Log-linear: every power of two is cut into 1024 equal buckets, so that a value is known to 1 part in 1024
 * (0.098 %); 0 is exact. The first HISTOGRAM_EXACT values are kept as they are: up to that many in all,
 * quantiles are exact. Histograms are merged; quantiles never are. Values below 2^-HISTOGRAM_OCTAVES_BELOW
 * count as that, values of 2^HISTOGRAM_OCTAVES_ABOVE and more as just below it. Memory: 16 KiB for each power
 * of two that occurs, and 32 KiB for the exact values.
 *
 * Atoms: queues often repeat a value (the response of all who find a server with a fixed service time free),
 * and a bucket is not evenly filled then. So each bucket also elects the value most often seen in it, by
 * majority vote (Boyer and Moore, MJRTY, 1981; merged as Agarwal and others, Mergeable summaries, PODS 2012):
 * it keeps one value and how often others outvoted it. A value that makes up well over three quarters of its
 * bucket is nearly always found, and quantiles that fall on it are that value itself. Values within
 * 2^-30 (1e-9) of each other are alike: a difference of two clock readings is not the same to the last bit.
 */
#ifndef SIM_STAT_HISTOGRAM_H
#define SIM_STAT_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    HISTOGRAM_SUB_BITS = 10,
    HISTOGRAM_SUBS = 1 << HISTOGRAM_SUB_BITS, /* buckets per power of two */
    HISTOGRAM_OCTAVES_BELOW = 64,
    HISTOGRAM_OCTAVES_ABOVE = 64,
    HISTOGRAM_OCTAVES = HISTOGRAM_OCTAVES_BELOW + HISTOGRAM_OCTAVES_ABOVE,
    HISTOGRAM_EXACT = 4096,
    HISTOGRAM_TAIL_BITS = 11,         /* last bits of the elected value, below its cell */
    HISTOGRAM_ALIKE = 1 << (41 - 30), /* cells (of 2^-41) within which values are alike */
    HISTOGRAM_PATIENCE = 4,           /* elections lost before a bucket gives up */
};

/* Values n, one of them elected: `n << HISTOGRAM_TAIL_BITS | last bits of the elected value`; 31 bits of the
 * elected value below those that number its bucket, with the top bit set (0: empty); and how many values were
 * outvoted: with o of those, at least n - 2 o of the n values are alike to the elected one. */
struct histogram_bucket {
    uint64_t counted;
    uint32_t cell;
    uint32_t others; /* UINT32_MAX: given up, no value prevails */
};

static inline uint64_t histogram_bucket_count(const struct histogram_bucket *b)
{
    return b->counted >> HISTOGRAM_TAIL_BITS;
}

static inline bool histogram_cells_alike(uint32_t a, uint32_t b)
{
    return (uint64_t)a - b + HISTOGRAM_ALIKE <= 2 * HISTOGRAM_ALIKE;
}

struct histogram {
    uint64_t count;  /* of all values */
    uint64_t zeros;  /* of values that are 0 */
    double min, max; /* INFINITY, -INFINITY when empty */
    struct histogram_bucket
        *octaves[HISTOGRAM_OCTAVES]; /* HISTOGRAM_SUBS each; NULL: none in that power of two */
    double *exact;                   /* the first values, in the order they came; complete while count is at
                                      * most HISTOGRAM_EXACT. NULL: memory for them ran out */
    bool failed;                     /* memory ran out: counts are not complete */
};

/* An empty histogram. false: no memory. */
bool histogram_init(struct histogram *h);
void histogram_free(struct histogram *h);

/* Empty again; keeps its memory. */
void histogram_reset(struct histogram *h);

/* Takes memory for octave o; sets failed when there is none. Called by histogram_add alone. */
struct histogram_bucket *histogram_octave(struct histogram *h, unsigned o);

/* Votes on a value with these bits, already counted in b, that is not alike to the one elected. Called by
 * histogram_add alone. */
void histogram_vote(struct histogram_bucket *b, uint64_t bits);

/* The slow path of histogram_add: for the first values, for 0, for values beyond the octaves, and where one has no memory
 * yet. */
void histogram_add_rare(struct histogram *h, double x);

/* Counts x >= 0 (a negative x counts as 0; NaN is the caller's mistake). */
static inline void histogram_add(struct histogram *h, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    /* Of a negative x, and of 0, this is beyond all places. */
    const uint64_t place = (bits >> (52 - HISTOGRAM_SUB_BITS)) - ((uint64_t)(1023 - HISTOGRAM_OCTAVES_BELOW) << HISTOGRAM_SUB_BITS);
    struct histogram_bucket *octave;
    if (__builtin_expect(h->count < HISTOGRAM_EXACT || place >= (uint64_t)HISTOGRAM_OCTAVES * HISTOGRAM_SUBS ||
                             (octave = h->octaves[place >> HISTOGRAM_SUB_BITS]) == NULL,
                         0)) {
        histogram_add_rare(h, x);
        return;
    }
    h->count++;
    h->min = x < h->min ? x : h->min;
    h->max = x > h->max ? x : h->max;
    struct histogram_bucket *b = &octave[place & (HISTOGRAM_SUBS - 1)];
    b->counted += (uint64_t)1 << HISTOGRAM_TAIL_BITS;
    if (b->others != UINT32_MAX &&
        !histogram_cells_alike((uint32_t)(bits >> HISTOGRAM_TAIL_BITS) | UINT32_C(1) << 31, b->cell))
        histogram_vote(b, bits);
}

/* histogram_add of x[0] .. x[n - 1] in this order, quicker; least and greatest are theirs, n > 0. */
void histogram_add_column(struct histogram *h, const double *x, size_t n, double least, double greatest);

/* Whether every value is still known exactly. */
static inline bool histogram_is_exact(const struct histogram *h)
{
    return h->exact != NULL && h->count <= HISTOGRAM_EXACT;
}

/* Adds all of from to h; exact values stay so while both have them and they fit. false: no memory (h is as
 * before), or a count that failed earlier. */
bool histogram_merge(struct histogram *h, const struct histogram *from);

/* ceil(p n), within 1 .. n (n >= 1), where a product that is a whole number but for the rounding of p counts
 * as that number: 0.07 * 100 is rank 7, although it is more than 7 in floating point. */
uint64_t histogram_rank(double p, uint64_t n);

/* The value at rank ceil(p n) of the n values, 0 < p < 1, n > 0: exact for n <= HISTOGRAM_EXACT, else within
 * 1/1024 relative (an atom where its bucket has one there, else interpolated within the bucket; never outside
 * [min, max]). NAN when empty. */
double histogram_quantile(const struct histogram *h, double p);

/* How many values are at most x (counting the part of x's bucket below x by interpolation when not exact). */
double histogram_count_to(const struct histogram *h, double x);

#endif
