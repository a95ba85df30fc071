/* batches_store.h: what batches.c keeps and batches_quantile.c reads. For these two files alone.
 *
 * Batches are kept in the order of their replications. All but the last hold `group` replications each; the
 * last may hold fewer. It counts like any other, by its number of replications: sums over m of them have m
 * times the variance of one, so weighting squared residuals by 1 / m uses all data and keeps Student's t
 * exact for normal sums. */
#ifndef SIM_STAT_BATCHES_STORE_H
#define SIM_STAT_BATCHES_STORE_H

#include "sim/stat/batches.h"
#include "sim/stat/packed.h"

struct batch {
    uint64_t replications;
    struct sample *samples;
    struct packed *packs;
};

struct batches {
    size_t sample_count, histogram_count;
    uint64_t replications, events;
    uint64_t group; /* a power of 2 */
    bool serial;    /* see batches_serial */
    size_t used;
    struct batch items[BATCHES_MOST];
    struct histogram *merged;
};

/* Two studies cut at the replications where both have a boundary between batches: section i is items
 * first_a[i] .. first_a[i + 1] - 1 of a, and the same replications of b. */
struct pairing {
    size_t count;
    size_t first_a[BATCHES_MOST + 1], first_b[BATCHES_MOST + 1];
    double replications[BATCHES_MOST];
};

void batches_pair(const struct batches *a, const struct batches *b, struct pairing *out);

/* What is left of a difference of two terms whose sizes add up to scale; 0 where rounding alone explains it:
 * sums of up to BATCHES_MOST terms are off by less than 2^-46 relatively. */
static inline double beyond_rounding(double left, double scale)
{
    return fabs(left) <= 0x1p-45 * scale ? 0.0 : left;
}

/* The variance of the sum of left over the batches, which are what is left of each when the mean is taken
 * away: from their spread, as independent, or as pieces of one series. In units for which Student's t at used
 * - 1 degrees of freedom makes the half-width of an interval of it. skewness: it is corrected for
 * (serial_widening): for means. For counts below a limit, the variance is scaled to the share under test
 * instead (batches_quantile.c). */
double batches_variance(const struct batches *b, const double *left, bool skewness, double confidence);
double pairing_variance(const struct pairing *pairs, const double *left, bool serial, bool skewness,
                        double confidence);

/* Student's t: |T| is at most this with probability `confidence`. */
double batches_student(double confidence, double degrees);

#endif
