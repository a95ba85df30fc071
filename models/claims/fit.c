/* fit.c: is a sample from a law? */
#include "models/claims/lab.h"

#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* P(D sqrt n > x), Kolmogorov 1933. */
static double kolmogorov(double x)
{
    if (x < 0.2)
        return 1.0;
    double sum = 0.0, sign = 1.0;
    for (int k = 1; k <= 100; k++, sign = -sign)
        sum += sign * exp(-2.0 * k * k * x * x);
    return fmin(1.0, fmax(0.0, 2.0 * sum));
}

double lab_ks(double *x, size_t n, const struct lab_law *law, double *p)
{
    qsort(x, n, sizeof *x, by_size);
    double d = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double f = law->cdf(x[i], law->context);
        d = fmax(d, fmax(f - (double)i / (double)n, (double)(i + 1) / (double)n - f));
    }
    const double root = sqrt((double)n);
    *p = kolmogorov((root + 0.12 + 0.11 / root) * d);
    return d;
}

/* P(A^2 <= z) for many observations. */
static double anderson_darling(double z)
{
    if (z < 0.01)
        return 0.0;
    if (z < 2.0)
        return exp(-1.2337141 / z) / sqrt(z) *
               (2.00012 +
                (0.247105 - (0.0649821 - (0.0347962 - (0.011672 - 0.00168691 * z) * z) * z) * z) * z);
    return exp(
        -exp(1.0776 - (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 * z) * z) * z) * z) * z));
}

double lab_ad(double *x, size_t n, const struct lab_law *law, double *p)
{
    qsort(x, n, sizeof *x, by_size);
    const double least = 1e-300;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double below = law->cdf(x[i], law->context), above = 1.0 - law->cdf(x[n - 1 - i], law->context);
        sum += (2.0 * (double)i + 1.0) * (log(fmax(below, least)) + log(fmax(above, least)));
    }
    const double a = -(double)n - sum / (double)n;
    *p = fmax(0.0, 1.0 - anderson_darling(a));
    return a;
}

void lab_fit(struct claim_case *row, double statistic, double p, size_t n, bool right,
             enum claim_verdict verdict)
{
    if (row == NULL)
        return;
    row->form = CASE_LAW;
    row->simulated = statistic;
    row->p = p;
    row->samples = n;
    row->verdict = verdict;
    row->contradicted = right ? !(p >= CLAIM_P_LEAST) : !(p < CLAIM_P_LEAST);
}

bool lab_figures(struct lab *lab, const char *scenario, const char *unit, const struct lab_figure *figures,
                 size_t count, struct error *err)
{
    struct desq *d = lab_open(lab, scenario, err);
    const struct result *result = NULL;
    bool good = d != NULL && desq_run(d, &(struct desq_run){.jobs = lab->jobs}, &result, err);
    for (size_t i = 0; good && i < count; i++) {
        const struct point *point = &result->points[figures[i].point];
        const struct subject *subject = &point->kinds[0];
        if (figures[i].station != NULL && figures[i].station[0] == '\0')
            subject = point->run;
        for (size_t s = 0; figures[i].station != NULL && s < point->station_count; s++)
            if (strcmp(point->stations[s].name, figures[i].station) == 0)
                subject = &point->stations[s];
        const struct figure *f = subject_figure(subject, figures[i].probe);
        if (f == NULL) {
            good = error_set(err, "%s has no %s", subject->name, figures[i].probe);
            break;
        }
        struct claim_case *row = lab_case(lab, figures[i].what, scenario, unit);
        lab_mean(row, figures[i].article, figures[i].exact, f->mean, f->half_width,
                 point->report.replications);
        if (row != NULL && point->variant != NULL)
            row->variant = arena_text(lab->arena, point->variant); /* d goes */
    }
    desq_free(d);
    return good;
}
