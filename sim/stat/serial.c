#include "sim/stat/serial.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* Sums of powers of the deviations from the mean. */
struct moments {
    double mean, squares, cubes;
};

static struct moments moments_of(const double *x, size_t n)
{
    struct moments m = {0};
    for (size_t i = 0; i < n; i++)
        m.mean += x[i];
    m.mean /= (double)n;
    for (size_t i = 0; i < n; i++) {
        const double d = x[i] - m.mean;
        m.squares += d * d;
        m.cubes += d * d * d;
    }
    return m;
}

/* Correlation of neighbours by von Neumann's ratio, which takes nothing off at the ends of the series. */
static double neighbours(const double *x, size_t n, const struct moments *m)
{
    double apart = 0.0;
    for (size_t i = 0; i + 1 < n; i++)
        apart += (x[i + 1] - x[i]) * (x[i + 1] - x[i]);
    return 1.0 - apart / (2.0 * m->squares);
}

/* More than independent values show once in ten times. */
static bool depend(double correlation, size_t n)
{
    const double k = (double)n, once_in_ten = 1.2815515655446004;
    return correlation > once_in_ten * sqrt((k - 2.0) / (k * k - 1.0));
}

double serial_widening(double squares, double cubes, double count, double confidence)
{
    /* Third standardised moment without bias for normal values (Fisher's G1). */
    const double spread = sqrt(squares / count);
    const double skewness =
        cubes / count / (spread * spread * spread) * sqrt(count * (count - 1.0)) / (count - 2.0);
    const double t = gsl_cdf_tdist_Pinv(0.5 + confidence / 2.0, count - 1.0);
    return 1.0 + fabs(skewness) / (6.0 * sqrt(count)) * (1.0 + 2.0 * t * t) / t;
}

struct serial serial_mean(const double *x, size_t n, double confidence)
{
    double batches[SERIAL_MOST];
    assert(n <= SERIAL_MOST);
    struct serial out = {
        .mean = (double)NAN, .half_width = (double)NAN, .half_width_plain = (double)NAN, .batches = n};
    if (n == 0)
        return out;
    out.mean = moments_of(x, n).mean;
    if (n < SERIAL_BATCHES_FEWEST)
        return out;
    memcpy(batches, x, n * sizeof *x);
    struct moments m = moments_of(batches, n);
    size_t k = n;
    double correlation = 0.0;
    for (;;) {
        if (!(m.squares > 0.0)) {
            out.half_width = out.half_width_plain = 0.0;
            out.batches = k;
            return out;
        }
        correlation = neighbours(batches, k, &m);
        out.dependent = depend(correlation, k);
        if (!out.dependent || k / 2 < SERIAL_BATCHES_FEWEST || k % 2 != 0)
            break;
        k /= 2;
        for (size_t i = 0; i < k; i++)
            batches[i] = (batches[2 * i] + batches[2 * i + 1]) / 2.0;
        m = moments_of(batches, k);
    }
    const double count = (double)k;
    const double correlation_most = 0.8;
    out.batches = k;
    out.correlation = fmin(fmax(correlation, 0.0), correlation_most);
    const double variance =
        m.squares / (count - 1.0) / count * (1.0 + out.correlation) / (1.0 - out.correlation);
    out.half_width_plain = sqrt(variance) * gsl_cdf_tdist_Pinv(0.5 + confidence / 2.0, count - 1.0);
    out.half_width = out.half_width_plain * serial_widening(m.squares, m.cubes, count, confidence);
    return out;
}

size_t serial_cut(const double *x, size_t n)
{
    /* From the back, so that each cut costs one step (Welford, Technometrics 1962). */
    double mean = 0.0, squares = 0.0, least = INFINITY;
    size_t best = 0;
    for (size_t d = n; d-- > 0;) {
        const double count = (double)(n - d), apart = x[d] - mean;
        mean += apart / count;
        squares += apart * (x[d] - mean);
        if (d > n / 2)
            continue;
        const double error = squares / (count * count);
        if (error <= least) { /* of equal ones, the shortest cut */
            least = error;
            best = d;
        }
    }
    return best;
}
