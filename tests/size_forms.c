#include "tests/size_forms.h"

#include <math.h>
#include <stdlib.h>

static double uniform_density(double x)
{
    return x <= 2.0 ? 0.5 : 0.0;
}

static double uniform_tail(double x)
{
    return x < 2.0 ? 1.0 - x / 2.0 : 0.0;
}

static double exponential(double x)
{
    return exp(-x);
}

static double hyperexponential_density(double x)
{
    return 0.9 / 0.5 * exp(-x / 0.5) + 0.1 / 5.5 * exp(-x / 5.5);
}

static double hyperexponential_tail(double x)
{
    return 0.9 * exp(-x / 0.5) + 0.1 * exp(-x / 5.5);
}

const struct size_law size_uniform = {uniform_density, uniform_tail, 2.0};
const struct size_law size_exponential = {exponential, exponential, 45.0};
const struct size_law size_hyperexponential = {hyperexponential_density, hyperexponential_tail, 220.0};

enum discipline { SJF, PSJF, SRPT, LAS };

/* All integrals that build up with x are carried along in one pass of Simpson's rule in steps of h; the error
 * is of order h^4, here below 1e-8. */
struct sums {
    double work, second; /* E[S; S <= x], E[S^2; S <= x] */
    double residence;    /* integral of 1 / (1 - rho(t)) */
};

static double response(enum discipline discipline, double lambda, const struct size_law *law, double x,
                       const struct sums *s, double second_all)
{
    const double tail = law->tail(x), left = 1.0 - lambda * s->work;
    const double left_min = left - lambda * x * tail;
    switch (discipline) {
    case SJF:
        return lambda * second_all / (2.0 * left * left) + x;
    case PSJF:
        return lambda * s->second / (2.0 * left * left) + x / left;
    case SRPT:
        return lambda * (s->second + x * x * tail) / (2.0 * left * left) + s->residence;
    case LAS:
        return lambda * (s->second + x * x * tail) / (2.0 * left_min * left_min) + x / left_min;
    }
    return NAN;
}

static struct sums step(const struct size_law *law, double lambda, double x, double h, struct sums s)
{
    /* Simpson's rule over x .. x + h, for the inner ones over halves of it where they are needed. */
    const double f0 = law->density(x), f1 = law->density(x + h / 2.0), f2 = law->density(x + h);
    const double q = law->density(x + h / 4.0);
    const double half = s.work + h / 12.0 * (x * f0 + 4.0 * (x + h / 4.0) * q + (x + h / 2.0) * f1);
    const double m = x + h / 2.0, e = x + h, before = s.work;
    s.work += h / 6.0 * (x * f0 + 4.0 * m * f1 + e * f2);
    s.second += h / 6.0 * (x * x * f0 + 4.0 * m * m * f1 + e * e * f2);
    s.residence +=
        h / 6.0 *
        (1.0 / (1.0 - lambda * before) + 4.0 / (1.0 - lambda * half) + 1.0 / (1.0 - lambda * s.work));
    return s;
}

static double mean(enum discipline discipline, double lambda, const struct size_law *law)
{
    enum { STEPS = 40000 };
    const double h = law->upper / STEPS;
    double second_all = 0.0, total = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        struct sums s = {0};
        for (int i = 0; i < STEPS; i++) {
            const double x = h * i;
            const struct sums middle = step(law, lambda, x, h / 2.0, s), end = step(law, lambda, x, h, s);
            if (pass == 1)
                total += h / 6.0 *
                         (law->density(x) * response(discipline, lambda, law, x, &s, second_all) +
                          4.0 * law->density(x + h / 2.0) *
                              response(discipline, lambda, law, x + h / 2.0, &middle, second_all) +
                          law->density(x + h) * response(discipline, lambda, law, x + h, &end, second_all));
            s = end;
        }
        second_all = s.second;
    }
    return total;
}

double mg1_sjf(double lambda, const struct size_law *law)
{
    return mean(SJF, lambda, law);
}

double mg1_psjf(double lambda, const struct size_law *law)
{
    return mean(PSJF, lambda, law);
}

double mg1_srpt(double lambda, const struct size_law *law)
{
    return mean(SRPT, lambda, law);
}

double mg1_las(double lambda, const struct size_law *law)
{
    return mean(LAS, lambda, law);
}
