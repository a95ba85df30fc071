/* serial.h: the mean of one long series whose values depend on their neighbours, and where its warm-up ends.
 *
 * Intervals follow the line of N-Skart (Tafazzoli, Steiger, Wilson, "N-Skart: a nonsequential skewness- and
 * autoregression-adjusted batch-means procedure for simulation analysis", IEEE Trans. Automatic Control 56,
 * 2011): batches are made longer until a test no longer sees that neighbours depend on each other (von
 * Neumann, "Distribution of the ratio of the mean square successive difference to the variance", Ann. Math.
 * Stat. 12, 1941), what dependence is left is taken into account as that of a first-order autoregressive
 * process, and Student's t is bent by the skewness of the batches (Willink, "A confidence interval and test
 * for the mean of an asymmetric distribution", Comm. Stat. 34, 2005). Two things differ: the batches at the
 * start are those that were kept (64), and the interval is symmetric, with the longer of its two sides. */
#ifndef SIM_STAT_SERIAL_H
#define SIM_STAT_SERIAL_H

#include <stdbool.h>
#include <stddef.h>

enum { SERIAL_BATCHES_FEWEST = 16, SERIAL_MOST = 1024 };

struct serial {
    double mean;
    double half_width;  /* at the confidence asked for; NAN: fewer than SERIAL_BATCHES_FEWEST values */
    size_t batches;     /* that were left */
    double correlation; /* of neighbouring batches, as corrected for */
    bool dependent; /* the test still saw dependence in the fewest batches: the series is short beside it */
};

/* x: n values of equal weight, in their order; n at most SERIAL_MOST. */
struct serial serial_mean(const double *x, size_t n, double confidence);

/* Student's t bent by skewness: where the interval for a mean ends, in standard errors, on the side of `t`
 * (positive: how far the mean may lie above the truth). skewness: of one batch, count: batches. Willink 2005,
 * eq. 8. */
double serial_bend(double t, double skewness, double count);

/* How many values to cut from the start of a series: the cut d that makes sum over i >= d of (x_i - mean of
 * those)^2 / (n - d)^2 least: White, "An effective truncation heuristic for bias reduction in simulation
 * output", Simulation 69, 1997; on means of 5 values it is MSER-5 (Spratt 1998). The values are such means
 * already. At most half of the series can be cut; n / 2 says that more would have been: run longer. */
size_t serial_cut(const double *x, size_t n);

#endif
