/* controls.h: means made more certain by what is known beforehand (control variates).
 *
 * Some sums over a batch have a known mean, 0 when it is taken away: so many tasks came more than expected, their work was so much more. Where a
 * figure moves with them, what chance did to them is taken out of the figure again: the batches' residuals are regressed on the controls,
 * and the mean is read off where the controls are 0 (Lavenberg, Welch, "A perspective on the use of control variables to increase the
 * efficiency of Monte Carlo simulations", Management Science 27, 1981). For normal sums Student's t with n - 1 - q degrees of freedom is exact for n
 * batches and q controls: the variance holds what estimating the coefficients costs, (n - 2) / (n - q - 2) in the mean, their loss factor. */
#ifndef SIM_STAT_CONTROLS_H
#define SIM_STAT_CONTROLS_H

#include "sim/stat/batches.h"

enum { CONTROLS_MOST = 2, CONTROLS_BATCHES_FEWEST = 20 };

struct controls {
    size_t count;                               /* 0: none */
    double values[CONTROLS_MOST][BATCHES_MOST]; /* of each batch: a sum over its replications, of mean 0 */
};

/* A sample summed over one batch's replications. */
struct sample batches_sample(const struct batches *b, size_t batch, size_t sample);

struct controlled {
    struct estimate estimate;
    double left; /* of the variance, by the regression, loss factor included; NAN: no controls were used */
};

/* As batches_mean, by controls where these explain enough: a fifth of the variance or more (R^2), of at least CONTROLS_BATCHES_FEWEST batches of
 * independent replications. With R^2 below that it is batches_mean's: whether they help is not judged by the width of the interval. */
struct controlled batches_mean_controlled(const struct batches *b, size_t sample, double confidence, const struct controls *controls);

/* The same of batches_mean_difference: of a's mean by controls_a and b's by controls_b, each as batches_mean_controlled gives it of the replications that both
 * have, with controls or without. count of either 0: it has none. */
struct estimate batches_mean_difference_controlled(const struct batches *a, size_t sample_a, const struct controls *controls_a, const struct batches *b, size_t sample_b,
                                                   const struct controls *controls_b, double confidence);

#endif
