#include "models/dist/incomplete_gamma.h"

#include <float.h>
#include <math.h>

/* ln Gamma(a + 1) - (a + 1/2) ln a + a - ln(2 pi) / 2, for a >= 10: Stirling's series. */
static double stirling_rest(double a)
{
    const double r = 1.0 / (a * a);
    return (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0)))) / a;
}

/* y - ln(1 + y), without cancellation at small y. */
static double excess(double y)
{
    if (fabs(y) > 0.1)
        return y - log1p(y);
    double power = y * y, sum = 0.0;
    for (int k = 2; k < 20; k++, power *= -y)
        sum += power / k;
    return sum;
}

/* x^a exp(-x) / Gamma(a + 1), by its distance from the peak (Loader, "Fast and accurate computation of
 * binomial probabilities", 2000), so that large a loses no digits. */
static double peak(double a, double x)
{
    if (a < 10.0) {
        int sign;
        return exp(a * log(x) - x - lgamma_r(a + 1.0, &sign));
    }
    return exp(-a * excess((x - a) / a) - stirling_rest(a)) / sqrt(2.0 * M_PI * a);
}

/* Sum of x^n / ((a + 1) ... (a + n)). */
static double series(double a, double x)
{
    double term = 1.0, sum = 1.0;
    for (double n = 1.0; term > sum * DBL_EPSILON * 0.1; n += 1.0)
        sum += term *= x / (a + n);
    return sum;
}

/* Gamma(a, x) / (x^a exp(-x)) by its continued fraction (Lentz's method), x > a. */
static double fraction(double a, double x)
{
    const double tiny = DBL_MIN / DBL_EPSILON;
    double b = x + 1.0 - a, c = 1.0 / tiny, d = 1.0 / b, value = d, change = 0.0;
    for (double n = 1.0; fabs(change - 1.0) > DBL_EPSILON && n < 1e8; n += 1.0) {
        const double numerator = -n * (n - a);
        b += 2.0;
        d = numerator * d + b;
        d = 1.0 / (fabs(d) < tiny ? tiny : d);
        c = b + numerator / c;
        c = fabs(c) < tiny ? tiny : c;
        change = c * d;
        value *= change;
    }
    return value;
}

/* Q(a, x) for large a, to terms of order a^(-3/2) (Temme, "The asymptotic expansion of the incomplete gamma
 * functions", SIAM J. Math. Anal. 1979, with the first coefficient c_0). */
#define LARGE 1e8
static double asymptotic_upper(double a, double x)
{
    const double y = (x - a) / a, half = excess(y);
    const double eta = copysign(sqrt(2.0 * half), y);
    const double c0 =
        fabs(eta) < 1e-3 ? -1.0 / 3.0 + eta * (1.0 / 12.0 - eta * 2.0 / 135.0) : 1.0 / y - 1.0 / eta;
    return 0.5 * erfc(eta * sqrt(0.5 * a)) + exp(-a * half) / sqrt(2.0 * M_PI * a) * c0;
}

double incomplete_gamma_lower(double a, double x)
{
    if (!(x > 0.0))
        return 0.0;
    if (x == INFINITY)
        return 1.0;
    if (a > LARGE)
        return 1.0 - asymptotic_upper(a, x);
    return x < a + 1.0 ? peak(a, x) * series(a, x) : 1.0 - peak(a, x) * a * fraction(a, x);
}

double incomplete_gamma_upper(double a, double x)
{
    if (!(x > 0.0))
        return 1.0;
    if (x == INFINITY)
        return 0.0;
    if (a > LARGE)
        return asymptotic_upper(a, x);
    return x < a + 1.0 ? 1.0 - peak(a, x) * series(a, x) : peak(a, x) * a * fraction(a, x);
}
