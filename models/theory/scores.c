#include "models/theory/scores.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>

static double kolmogorov(double d, double n)
{
    const double x = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) * d;
    double sum = 0.0;
    for (int k = 1; k <= 100; k++)
        sum += (k % 2 == 1 ? 2.0 : -2.0) * exp(-2.0 * k * k * x * x);
    return fmin(fmax(sum, 0.0), 1.0);
}

struct theory_scores theory_scores(double *z, size_t n)
{
    struct theory_scores out = {.distance = 0.0};
    double squares = 0.0;
    gsl_sort(z, 1, n);
    for (size_t i = 0; i < n; i++) {
        const double p = gsl_cdf_ugaussian_P(z[i]);
        squares += z[i] * z[i];
        out.distance = fmax(out.distance, fmax(p - (double)i / (double)n, (double)(i + 1) / (double)n - p));
    }
    out.mean_square = squares / (double)n;
    out.as_large = gsl_cdf_chisq_Q(squares, (double)n);
    out.as_small = gsl_cdf_chisq_P(squares, (double)n);
    out.as_far = kolmogorov(out.distance, (double)n);
    return out;
}

bool theory_scores_pass(const struct theory_scores *look)
{
    return look->as_large >= THEORY_SCORES_CHANCE && look->as_small >= THEORY_SCORES_CHANCE && look->as_far >= THEORY_SCORES_CHANCE;
}
