#include "models/theory/inversion.h"

#include <math.h>

/* What the series leaves out is the sum over k of exp(-k A) f((2 k l + 1) t): for a complementary distribution function at most
 * exp(-A) of f(t), about 7e-13; rounding costs about exp(A / (2 l)) units in the last place. */
#define A 28.0

enum { FIRST_TERMS = 20, AVERAGED = 20 };

/* The series is summed in groups of l terms, which alternate in sign; of the last partial sums the binomial average is taken. */
static double series(double complex (*transform)(const void *, double complex), const void *law, double t, int l, int terms)
{
    const double pi = 3.14159265358979323846, step = pi / (l * t), real = A / (2.0 * l * t);
    double sum = 0.5 * creal(transform(law, real)), average = 0.0, weight = ldexp(1.0, -AVERAGED);
    for (int group = 0; group < terms + AVERAGED; group++) {
        double part = 0.0;
        for (int k = 1; k <= l; k++) {
            const double complex value = transform(law, real + I * (step * ((double)group * l + k)));
            part += creal(cexp(I * (pi * k / l)) * value);
        }
        sum += group % 2 == 0 ? part : -part;
        if (group >= terms - 1) {
            const int k = group - (terms - 1);
            average += weight * sum;
            weight *= (double)(AVERAGED - k) / (k + 1);
        }
    }
    return exp(A / (2.0 * l)) / (l * t) * average;
}

double inversion_at(double complex (*transform)(const void *law, double complex s), const void *law, double t, double tolerance,
                    double beside, struct inversion_budget *budget)
{
    for (int terms = FIRST_TERMS; !budget->unsure; terms *= 2) {
        const int one_l = terms == FIRST_TERMS ? 3 : 6, other_l = one_l + 1; /* l of the two: first where it costs less */
        budget->evaluations -= one_l * (terms + AVERAGED) + other_l * (terms + terms / 2 + AVERAGED);
        if (budget->evaluations < 0.0)
            break;
        const double one = series(transform, law, t, one_l, terms), other = series(transform, law, t, other_l, terms + terms / 2);
        if (fabs(one - other) <= tolerance * fabs(other + beside))
            return other;
    }
    budget->unsure = true;
    return (double)NAN;
}

double inversion_rough(double complex (*transform)(const void *law, double complex s), const void *law, double t)
{
    return series(transform, law, t, 1, FIRST_TERMS);
}
