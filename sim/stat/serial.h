/* serial.h: the mean of one long series whose values depend on their neighbours, and where its warm-up ends.
 *
 * Intervals follow the line of N-Skart (Tafazzoli, Steiger, Wilson, "N-Skart: a nonsequential skewness- and
 * autoregression-adjusted batch-means procedure for simulation analysis", IEEE Trans. Automatic Control 56,
 * 2011): batches are made longer until a test no longer sees that neighbours depend on each other (von
 * Neumann, "Distribution of the ratio of the mean square successive difference to the variance", Ann. Math.
 * Stat. 12, 1941), what dependence is left is taken into account as that of a first-order autoregressive
 * process, and Student's t is corrected for the skewness of the batches. Three things differ: the
 * batches at the start are those that were kept (64), the correction for skewness is serial_widening's, and
 * so the interval is symmetric, with the longer of its two sides. */
#ifndef SIM_STAT_SERIAL_H
#define SIM_STAT_SERIAL_H

#include <stdbool.h>
#include <stddef.h>

enum { SERIAL_BATCHES_FEWEST = 16, SERIAL_MOST = 1024 };

struct serial {
    double mean;
    double half_width;       /* at the confidence asked for; NAN: fewer than SERIAL_BATCHES_FEWEST values */
    double half_width_plain; /* without the correction for skewness */
    size_t batches;          /* that were left */
    double correlation;      /* of neighbouring batches, as corrected for */
    bool dependent; /* the test still saw dependence in the fewest batches: the series is short beside it */
};

/* x: n values of equal weight, in their order; n at most SERIAL_MOST. */
struct serial serial_mean(const double *x, size_t n, double confidence);

/* How many times as wide as by Student's t an interval is on its longer side, for `count` batches whose
 * deviations from their mean have these sums of squares and cubes. Where values are skewed to the right, a
 * mean that is low by chance goes with a spread that is low by chance, and the truth is missed above more
 * often than claimed. 1 + |a| (1 + 2 t^2) / t, a = skewness / (6 sqrt(count)): Johnson, "Modified t tests and
 * confidence intervals for asymmetrical populations", JASA 73, 1978, eq. 2.9 solved for the mean to the first
 * order in a. */
double serial_widening(double squares, double cubes, double count, double confidence);

/* How many values to cut from the start of a series: the cut d that makes sum over i >= d of (x_i - mean of
 * those)^2 / (n - d)^2 least: White, "An effective truncation heuristic for bias reduction in simulation
 * output", Simulation 69, 1997; on means of 5 values it is MSER-5 (Spratt 1998). The values are such means
 * already. At most half of the series can be cut; n / 2 says that more would have been: run longer. */
size_t serial_cut(const double *x, size_t n);

#endif
