/* batch.c: m tasks at time 0 before n servers, nothing else: claims C2, C5, C6 and C8. */
#include "models/theory/plain.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>

static bool batch(const struct model *model, struct plain *p, double *m, double *n, struct error *err)
{
    if (model->kind_count != 1 || model->kinds[0].arrival->form != ARRIVAL_AT_ONCE)
        return error_set(err, "the tasks do not all come at time 0");
    if (!plain_make(model, p, err))
        return false;
    const struct arrival *a = p->kind->arrival;
    if (a->batch != NULL)
        return error_set(err, "their number is random");
    if (a->start != 0.0)
        return error_set(err, "the tasks come later than at time 0");
    *m = fmin(a->number, (double)p->kind->limit);
    *n = p->station->servers == UNLIMITED ? *m : p->station->servers;
    if (p->station->capacity != UNLIMITED && p->station->capacity < *m)
        return error_set(err, "there is no room for all of them");
    if (p->station->group != NULL)
        return error_set(err, "the servers have lines of their own");
    return true;
}

static double harmonic(double n, double power)
{
    double sum = 0.0;
    for (double k = n; k >= 1.0; k--)
        sum += pow(k, -power);
    return sum;
}

enum { INTERVALS = 2000 };

struct largest {
    const struct dist *service;
    double m, about;
    bool squared;
};

/* 1 - F^m, of which the integral is E[max]; or 2 |x - about| times it beyond `about`, times F^m before, of
 * which it is E[(max - about)^2]. */
static double exceeds(double x, void *context)
{
    const struct largest *l = context;
    const double f = l->service->type->cdf(l->service, x), above = dist_above(l->service, x);
    const double logarithm = f > 0.5 ? l->m * log1p(-above) : f > 0.0 ? l->m * log(f) : -INFINITY;
    if (!l->squared)
        return -expm1(logarithm);
    return 2.0 * fabs(x - l->about) * (x < l->about ? exp(logarithm) : -expm1(logarithm));
}

/* Adds the integral between two points, and its error. */
static void add_part(struct largest *l, double from, double to, gsl_integration_workspace *space, double *sum,
                     double *errors)
{
    gsl_function f = {exceeds, l};
    double part = 0.0, error = 0.0;
    if (to > from) /* whatever its status: the error counts */
        gsl_integration_qag(&f, from, to, 1e-13 * *sum, 1e-12, INTERVALS, GSL_INTEG_GAUSS31, space, &part,
                            &error);
    *sum += part;
    *errors += error;
}

/* Over all x: in rooms on both sides of `about` that double, for the law of a largest value is narrow. NAN:
 * not right to 1e-9. */
static double over_all(struct largest *l, double about, gsl_integration_workspace *space)
{
    enum { ROOMS = 60 };
    double sum = 0.0, errors = 0.0;
    for (int i = 0; i <= ROOMS; i++)
        add_part(l, about * (1.0 - ldexp(1.0, -i)), i == ROOMS ? about : about * (1.0 - ldexp(1.0, -i - 1)),
                 space, &sum, &errors);
    for (int i = ROOMS; i >= 0; i--)
        add_part(l, i == ROOMS ? about : about * (1.0 + ldexp(1.0, -i - 1)), about * (1.0 + ldexp(1.0, -i)),
                 space, &sum, &errors);
    double before = 0.0;
    bool whole = false;
    for (double from = 2.0 * about; !whole && from < 1e290;
         from *= 2.0) { /* on, until what is left counts no more */
        const double till = sum;
        add_part(l, from, 2.0 * from, space, &sum, &errors);
        const double here = sum - till, ratio = here / before;
        whole = here == 0.0 || (ratio < 1.0 && here * ratio / (1.0 - ratio) < 1e-13 * sum);
        before = here;
    }
    return whole && errors <= 1e-9 * sum ? sum : NAN;
}

/* E[max] and Var(max) of m; *variance: NAN where it has none, or it is not known. */
static bool largest_moments(const struct dist *service, double m, double *mean, double *variance,
                            struct error *err)
{
    if (service->shape == DIST_CONSTANT) {
        *mean = service->a;
        *variance = 0.0;
        return true;
    }
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(INTERVALS);
    if (space == NULL)
        return error_set(err, "out of memory");
    /* A quantile near the largest, about which to divide. */
    double low = 0.0, high = service->mean;
    while (m * log(service->type->cdf(service, high)) < -0.7 && high < 1e300)
        high *= 2.0;
    for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
        const double middle = 0.5 * (low + high);
        *(m * log(service->type->cdf(service, middle)) < -0.7 ? &low : &high) = middle;
    }
    gsl_error_handler_t *before = gsl_set_error_handler_off();
    *mean = over_all(&(struct largest){.service = service, .m = m}, high, space);
    /* A tail so long that doubles do not hold 1 - F where it counts leaves the variance unknown. */
    *variance = isfinite(service->variance) && !isnan(*mean)
                    ? over_all(&(struct largest){service, m, *mean, true}, *mean, space)
                    : NAN;
    gsl_set_error_handler(before);
    gsl_integration_workspace_free(space);
    return !isnan(*mean) || error_set(err, "the mean of the largest of %g cannot be integrated", m);
}

/* In the order of the line, or in any that does not look at the work. */
static bool blind(const struct plain *p)
{
    return p->station->discipline == lookup_row(discipline_table, "fcfs") ||
           p->station->discipline == lookup_row(discipline_table, "lcfs") ||
           p->station->discipline == lookup_row(discipline_table, "random");
}

static void put(struct theory_sheet *sheet, double mean, double variance)
{
    theory_mean(sheet, THEORY_OF_RUN, 0, "makespan", mean);
    if (variance > 0.0)
        theory_sd(sheet, THEORY_OF_RUN, 0, "makespan", sqrt(variance));
}

static bool exact(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct plain p;
    double m, n;
    if (!batch(model, &p, &m, &n, err))
        return false;
    const double x = p.service->mean;
    const bool shared = p.station->discipline == lookup_row(discipline_table, "ps");
    sheet->note = arena_printf(sheet->arena, "W = %.10g, the work of all", m * x);
    if (m <= n) {
        double first, variance;
        if (!largest_moments(p.service, m, &first, &variance, err))
            return false;
        put(sheet, first, variance);
        theory_mean(sheet, THEORY_OF_KIND, 0, "response", x);
        theory_mean(sheet, THEORY_OF_KIND, 0, "wait", 0.0);
    } else if (n == 1.0 && (blind(&p) || shared)) {
        put(sheet, m * x, m * p.service->variance);
        if (!shared) {
            theory_mean(sheet, THEORY_OF_KIND, 0, "wait", 0.5 * (m - 1.0) * x);
            theory_mean(sheet, THEORY_OF_KIND, 0, "response", 0.5 * (m + 1.0) * x);
        }
    } else if (p.service->shape == DIST_EXPONENTIAL && (blind(&p) || shared)) {
        const double full = m - n;
        put(sheet, x * (full / n + harmonic(n, 1.0)), x * x * (full / (n * n) + harmonic(n, 2.0)));
        theory_mean(sheet, THEORY_OF_KIND, 0, "wait", x * full * (full + 1.0) / (2.0 * n * m));
        theory_mean(sheet, THEORY_OF_KIND, 0, "response", x * (1.0 + full * (full + 1.0) / (2.0 * n * m)));
    } else if (p.service->shape == DIST_CONSTANT && blind(&p)) {
        double wait = 0.0;
        for (double first = 0.0, round = 0.0; first < m; first += n, round++)
            wait += round * x * fmin(n, m - first);
        put(sheet, ceil(m / n) * x, 0.0);
        theory_mean(sheet, THEORY_OF_KIND, 0, "wait", wait / m);
        theory_mean(sheet, THEORY_OF_KIND, 0, "response", wait / m + x);
    } else {
        return error_set(
            err,
            "more tasks than servers (%g, %g), and the service is neither exponential nor constant in an "
            "order that does not look at it",
            m, n);
    }
    return true;
}

const struct theory_form theory_batch = {
    .name = "batch",
    .title = "m tasks at time 0 before n servers",
    .source = "exponential: E = (m - n) / (n mu) + H_n / mu, Var = (m - n) / (n mu)^2 + sum of 1 / (k mu)^2 "
              "(Feller 1971, "
              "section I.6); m <= n: integral of 1 - F^m; constant: ceil(m / n) T",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'at_once':20},'servers':4,'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'at_once':5},'servers':5,'service':{'dist':'lognormal','mean':1,'scv':1}",
                 "'arrivals':{'at_once':9},'servers':1,'service':{'dist':'uniform','min':0,'max':2}"},
    .apply = exact,
};

static bool bounds(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct plain p;
    double m, n, first, variance;
    if (!batch(model, &p, &m, &n, err))
        return false;
    if (p.station->sharing || p.station->preempt != PREEMPT_NOBODY)
        return error_set(err, "tasks are not served whole by one server each");
    if (!largest_moments(p.service, m, &first, &variance, err))
        return false;
    const double work = m * p.service->mean;
    theory_bound(sheet, THEORY_OF_RUN, 0, "makespan", THEORY_AT_LEAST, fmax(work / n, first));
    theory_bound(sheet, THEORY_OF_RUN, 0, "makespan", THEORY_AT_MOST, work / n + (1.0 - 1.0 / n) * first);
    sheet->note = arena_printf(sheet->arena, "W = %.10g is a bound too, up to n times too large", work);
    return true;
}

const struct theory_form theory_batch_bounds = {
    .name = "batch_bounds",
    .title = "Graham's bounds on the makespan of a batch",
    .source = "Graham, SIAM J. Appl. Math. 17 (1969), theorem 1, in the mean: max(W / n, E[max]) <= E[M] <= "
              "W / n + (1 - 1/n) "
              "E[max]",
    .class = THEORY_BOUND,
    .apply = bounds,
};
