/* batches.h: what independent replications say together: points, and intervals that mean what they say.
 *
 * Each replication hands over one record: for every measure a ratio (sum over count, area over time, lost
 * over arrivals) and for some a histogram. Records are added in the order of their replication, whoever ran
 * them, so every sum is formed in one fixed order. At most BATCHES_MOST batches are kept: when they are full,
 * neighbours are merged and each batch from then on holds twice as many replications. Batches of whole
 * independent replications are independent and alike, so Student's t applies to them.
 *
 * The last batch may still lack replications: it counts by the number it has.
 *
 * Means: ratio estimator, point = sum of numerators / sum of denominators; half-width from the residuals
 * numerator - point * denominator (Law, Simulation Modeling and Analysis, 5th ed. 2015, section 9.5.3;
 * Cochran, Sampling Techniques, 3rd ed. 1977, section 2.11). Quantiles: point = quantile of the merged
 * histogram; interval = all x at which "a share p lies at or below x" is not rejected by the t test on the
 * batches' (count at or below x) - p * count (inverting the interval for the distribution function; Asmussen
 * and Glynn, Stochastic Simulation, 2007, section III.4a), with the variance scaled to the share p under test
 * (Wilson, JASA 1927). Valid for short and long replications alike, since counts, not quantiles, are
 * averaged; where values are known by buckets alone, its ends are rounded outward to what the bucket may hold
 * (at most 1/1024). Differences of two studies whose replications used the same random numbers: the same, on
 * paired batches. */
#ifndef SIM_STAT_BATCHES_H
#define SIM_STAT_BATCHES_H

#include "sim/stat/histogram.h"
#include "sim/stat/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BATCHES_MOST = 64 };

/* One measure in one replication, or summed over several. */
struct sample {
    double numerator, denominator;
    /* Where the measure is a tally: sum of squared deviations from its own mean, least, greatest; else 0,
     * INFINITY, -INFINITY. */
    double squares, min, max;
};

/* The sample of a tally: numerator = sum, denominator = count. */
struct sample sample_of_tally(const struct tally *t);

/* numerator / denominator, no tally behind it. */
struct sample sample_of_ratio(double numerator, double denominator);

/* What one replication hands over. */
struct record {
    size_t sample_count, histogram_count;
    struct sample *samples;
    struct histogram *histograms;
    uint64_t events;
};

bool record_init(struct record *r, size_t samples, size_t histograms);
void record_free(struct record *r);

struct batches; /* opaque: holds the invariant on order and grouping */

struct batches *batches_new(size_t samples, size_t histograms);
void batches_free(struct batches *b);

/* Adds the next replication's record (copied or merged, not kept). false: no memory; b is then only good for
 * batches_free. */
bool batches_add(struct batches *b, const struct record *r);

/* From here on (to be called while b is empty) replications come in pairs, 0 and 1, 2 and 3, ..., that depend on each other: no batch holds half of
 * one, but for the last as long as its second is not there. */
void batches_in_pairs(struct batches *b);

/* From here on (to be called while b is empty) each record is a piece of one replication, BATCHES_MOST of them in the
 * order of time and equally long, of which the last alone tells events: intervals take account of what neighbours have in common (sim/stat/serial.h). */
void batches_serial(struct batches *b);

/* Of a serial one: 1 when its last piece is there. */
uint64_t batches_replications(const struct batches *b);
uint64_t batches_events(const struct batches *b);
/* How many batches the intervals go by. */
size_t batches_groups(const struct batches *b);

/* Replications in one of them. */
uint64_t batches_in_group(const struct batches *b, size_t group);

/* A point and its interval's half-width at the confidence asked for. half_width NAN: cannot be said (fewer
 * than two batches, or nothing observed); 0: no variation at all. mean NAN: nothing observed. */
struct estimate {
    double mean, half_width;
};

struct quantile_estimate {
    double value, low, high; /* low, high NAN: too few values to say (see batches_quantile) */
};

struct estimate batches_mean(const struct batches *b, size_t sample, double confidence);

/* Of all values in all replications: standard deviation (n - 1), least, greatest, number; NAN or 0 when
 * empty. */
double batches_sd(const struct batches *b, size_t sample);
double batches_min(const struct batches *b, size_t sample);
double batches_max(const struct batches *b, size_t sample);
double batches_count(const struct batches *b, size_t sample); /* sum of denominators */

/* Quantile p of histogram h. The interval is withheld (NAN) when fewer than 10 values in all lie on the rarer
 * side of the quantile (count * min(p, 1-p) < 10), unless all values are equal, when there are fewer than two
 * batches, fewer than 20 pieces of a serial one with values there, fewer than 20 of independent batches and than 6 in 10
 * of them where they come in bursts (more than two in a batch that has any), when the values beyond ten times that share foretell fewer than 10 bursts, or when it is unbounded on a side: dependence leaves so few effective values there that the
 * quantile may lie beyond all. */
struct quantile_estimate batches_quantile(const struct batches *b, size_t histogram, double p,
                                          double confidence);

/* All replications' values of one measure in one histogram. */
const struct histogram *batches_histogram(const struct batches *b, size_t histogram);

/* mean(a) - mean(b) with a paired interval: replication r of a and of b used the same random numbers. Over
 * the replications that both have: all of them where both have equally many, else up to the last one at which
 * a batch ends in both. */
struct estimate batches_mean_difference(const struct batches *a, size_t sample_a, const struct batches *b,
                                        size_t sample_b, double confidence);

/* The same difference with the interval that ignores the pairing (Welch), from all replications of each. */
struct estimate batches_mean_difference_unpaired(const struct batches *a, size_t sample_a,
                                                 const struct batches *b, size_t sample_b, double confidence);

/* quantile_p(a) - quantile_p(b) with a paired interval: as batches_mean_difference, on the batches' counts
 * below each quantile over the density there (Bahadur 1966; Asmussen and Glynn 2007, section III.4), so that
 * it holds for studies that are nearly alike too; plus what the buckets leave open of both quantiles (nothing
 * where they are atoms, or where the studies have the same counts throughout). half_width NAN where either
 * study cannot give an interval of its own (batches_quantile).
 */
struct estimate batches_quantile_difference(const struct batches *a, size_t histogram_a,
                                            const struct batches *b, size_t histogram_b, double p,
                                            double confidence);

#endif
