/* histogram.h: how often each size of a non-negative value occurred, for quantiles. init, add, merge, read.
 *
 * Log-linear: every power of two is cut into 1024 equal buckets, so that a value is known to 1 part in 1024
 * (0.098 %); 0 is exact. The first HISTOGRAM_EXACT values are kept as they are: up to that many in all,
 * quantiles are exact. Histograms are merged; quantiles never are. Values below 2^-HISTOGRAM_OCTAVES_BELOW
 * count as that, values of 2^HISTOGRAM_OCTAVES_ABOVE and more as just below it. Memory: 8 KiB for each power
 * of two that occurs, and 32 KiB for the exact values. */
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
};

struct histogram {
    uint64_t count;                       /* of all values */
    uint64_t zeros;                       /* of values that are 0 */
    double min, max;                      /* INFINITY, -INFINITY when empty */
    uint64_t *octaves[HISTOGRAM_OCTAVES]; /* HISTOGRAM_SUBS counters each; NULL: none in that power of two */
    double *exact; /* the first values, in the order they came; complete while count is at
                    * most HISTOGRAM_EXACT. NULL: memory for them ran out */
    bool failed;   /* memory ran out: counts are not complete */
};

/* An empty histogram. false: no memory. */
bool histogram_init(struct histogram *h);
void histogram_free(struct histogram *h);

/* Empty again; keeps its memory. */
void histogram_reset(struct histogram *h);

/* Takes memory for octave o; sets failed when there is none. Called by histogram_add alone. */
uint64_t *histogram_octave(struct histogram *h, unsigned o);

/* Counts x >= 0 (a negative x counts as 0; NaN is the caller's mistake). */
static inline void histogram_add(struct histogram *h, double x)
{
    x = x > 0.0 ? x : 0.0;
    if (h->count < HISTOGRAM_EXACT && h->exact != NULL)
        h->exact[h->count] = x;
    h->count++;
    h->min = x < h->min ? x : h->min;
    h->max = x > h->max ? x : h->max;
    if (x == 0.0) {
        h->zeros++;
        return;
    }
    const double low = 0x1p-64, high = 0x1.fffffffffffffp63;
    x = x < low ? low : x > high ? high : x;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const unsigned o = (unsigned)(bits >> 52) - (1023 - HISTOGRAM_OCTAVES_BELOW);
    uint64_t *octave = h->octaves[o];
    if (__builtin_expect(octave == NULL, 0) && (octave = histogram_octave(h, o)) == NULL)
        return;
    octave[(bits >> (52 - HISTOGRAM_SUB_BITS)) & (HISTOGRAM_SUBS - 1)]++;
}

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
 * 1/1024 relative (interpolated within its bucket, never outside [min, max]). NAN when empty. */
double histogram_quantile(const struct histogram *h, double p);

/* How many values are at most x (counting the part of x's bucket below x by interpolation when not exact). */
double histogram_count_to(const struct histogram *h, double x);

#endif
