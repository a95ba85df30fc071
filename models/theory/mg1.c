/* M/G/1. */
#include "models/theory/mg1.h"
#include "models/theory/orders.h"
#include "models/dist/transform.h"
#include "models/theory/inversion.h"

#include <math.h>

#define TOLERANCE 5e-10 /* of P(time > t) */

enum {
    ATOMS_MOST = 32,
    EVALUATIONS_MOST = 1500000, /* for one percentile */
    EVALUATIONS_BESIDE = 500000 /* for all of them, beside a run that nobody asked to wait for */
};

struct law {
    const struct single *c;
    uint32_t kind; /* whose response */
    /* Where all services are of few values, weighted by their rates: these. */
    size_t atoms;
    double value[ATOMS_MOST], p[ATOMS_MOST];
    struct inversion_budget *budget;
    double left; /* of the evaluations for all percentiles together */
    bool rough;  /* seven digits will do */
};

/* The transform of the service time over all kinds. */
static bool service_at(const struct single *c, struct transform *at)
{
    struct transform one = {.s = at->s};
    for (uint32_t k = 0; k < c->kinds; k++) {
        if (!dist_transform(c->visits[k].service, &one))
            return false;
        for (int i = 0; i < TRANSFORM_TAILS; i++)
            at->tail[i] += c->visits[k].rate / c->rate * one.tail[i];
    }
    at->cost += one.cost;
    return true;
}

/* The transform of P(wait > t): rate B2 / (1 - load + rate s B2), B2 the second iterated tail of the service:
 * Pollaczek and Khinchine's, without what cancels in it. Where the service has atoms the probability bends at
 * them, and the series would converge slowly: there without the first two terms of the geometric sum of
 * residual services that the wait is, which are known. */
static double complex wait_transform(const void *l, double complex s)
{
    const struct law *x = l;
    const struct single *c = x->c;
    const double idle = 1.0 - c->load;
    struct transform at = {.s = s};
    service_at(c, &at);
    x->budget->evaluations -= at.cost;
    const double complex per = c->rate * at.tail[2], all = 1.0 / (idle + s * per);
    return per * (x->atoms == 0 ? all : all - idle * (1.0 + c->load + c->rate * at.tail[1]));
}

/* The transform of P(wait + service > t, wait > 0), which has no jumps: that of P(wait > t), and E[exp(-s
 * wait); wait > 0] times the first iterated tail of the service. */
static double complex response_transform(const void *l, double complex s)
{
    const struct law *x = l;
    const struct single *c = x->c;
    struct transform at = {.s = s}, own = {.s = s};
    service_at(c, &at);
    dist_transform(c->visits[x->kind].service, &own);
    x->budget->evaluations -= at.cost + own.cost;
    const double idle = 1.0 - c->load;
    const double complex per = c->rate / (idle + c->rate * s * at.tail[2]);
    return per * (at.tail[2] + idle * at.tail[1] * own.tail[1]);
}

/* a b P(U + V > t) of U, V even on 0 .. a and 0 .. b, a <= b. */
static double two_residuals(double a, double b, double t)
{
    if (t <= a)
        return a * b - 0.5 * t * t;
    if (t <= b)
        return a * (b - t + 0.5 * a);
    const double rest = fmax(0.0, a + b - t);
    return 0.5 * rest * rest;
}

/* What wait_transform leaves out, but 1 - load. */
static double first_terms(const struct law *x, double t)
{
    double sum = 0.0;
    for (size_t i = 0; i < x->atoms; i++) {
        const double one = x->c->rate * x->p[i];
        sum += one * fmax(0.0, x->value[i] - t);
        for (size_t k = 0; k < x->atoms; k++)
            sum += one * x->c->rate * x->p[k] *
                   two_residuals(fmin(x->value[i], x->value[k]), fmax(x->value[i], x->value[k]), t);
    }
    return sum;
}

static double invert(const struct law *x, double complex (*transform)(const void *law, double complex s),
                     double t, double beside)
{
    return x->rough ? inversion_rough(transform, x, t)
                    : inversion_at(transform, x, t, TOLERANCE, beside, x->budget);
}

static double wait_above(const void *l, double t)
{
    const struct law *x = l;
    if (!(t > 0.0))
        return x->c->load;
    const double first = (1.0 - x->c->load) * first_terms(x, t);
    return first + invert(x, wait_transform, t, first);
}

static double response_above(const void *l, double t)
{
    const struct law *x = l;
    const struct dist *own = x->c->visits[x->kind].service;
    double value[ATOMS_MOST], p[ATOMS_MOST], sum = 0.0;
    if (x->atoms > 0) {
        const size_t atoms = dist_atoms(own, ATOMS_MOST, value, p);
        for (size_t i = 0; i < atoms; i++)
            sum += p[i] * (t < value[i] ? 1.0 : wait_above(l, t - value[i]));
        return sum;
    }
    sum = (1.0 - x->c->load) * dist_above(own, fmax(t, 0.0));
    return t > 0.0 ? sum + invert(x, response_transform, t, sum) : sum + x->c->load;
}
/* The atoms of the service over all kinds, if it has no other values. */
static void find_atoms(struct law *x)
{
    const struct single *c = x->c;
    size_t n = 0;
    for (uint32_t k = 0; k < c->kinds; k++) {
        const size_t more = dist_atoms(c->visits[k].service, ATOMS_MOST - n, x->value + n, x->p + n);
        if (more == 0)
            return;
        for (size_t i = n; i < n + more; i++)
            x->p[i] *= c->visits[k].rate / c->rate;
        n += more;
    }
    x->atoms = n;
}

/* A rough root, and one step of Newton's method from there: NAN where the probability does not come out as it
 * should. */
static double in_one_step(struct law *x, double (*above)(const void *law, double t), double p, double scale)
{
    x->rough = true;
    const double rough = single_quantile(above, x, p, scale), h = 1e-4 * rough;
    const double slope = rough > 0.0 ? (above(x, rough + h) - above(x, rough - h)) / (2.0 * h) : NAN;
    x->rough = false;
    if (rough == 0.0)
        return 0.0;
    const double t = rough + (1.0 - p - above(x, rough)) / slope;
    return t > 0.0 && fabs(above(x, t) / (1.0 - p) - 1.0) < 2.0 * TOLERANCE ? t : NAN;
}

/* Where inversion is not sure of one of the values on the way there is no percentile. */
static double percentile(struct law *x, double (*above)(const void *law, double t), double p, double scale)
{
    struct inversion_budget budget = {.evaluations = fmin(EVALUATIONS_MOST, x->left)};
    const double begun = budget.evaluations;
    if (!(begun > 0.0))
        return NAN;
    x->budget = &budget;
    double t = x->atoms == 0 ? in_one_step(x, above, p, scale) : NAN; /* atoms make jumps */
    if (isnan(t) && budget.evaluations > 0.0) {
        budget.unsure = false;
        t = single_quantile(above, x, p, scale);
    }
    x->left -= begun - budget.evaluations;
    return budget.unsure ? (double)NAN : t;
}

static bool percentiles(const struct single *c, struct theory_sheet *out, double mean_wait)
{
    bool left_out = false;
    struct transform at = {.s = 1.0 / c->mean};
    struct error err;
    if (c->quantile_count == 0 || single_exponential(c, &err) ||
        single_constant(c, &err)) /* mmc and md1 have closed forms */
        return true;
    if (!service_at(c, &at)) {
        out->note = "no percentiles: the transform of the service time is not known";
        return true;
    }
    struct law *law = arena_alloc(c->arena, sizeof *law);
    if (law == NULL)
        return false;
    law->c = c;
    law->left = out->states_most > 0 ? EVALUATIONS_BESIDE : INFINITY;
    find_atoms(law);
    const double scale = isfinite(mean_wait) ? mean_wait + c->mean : c->mean;
    for (size_t q = 0; q < c->quantile_count; q++) {
        const double p = c->quantiles[q], wait = percentile(law, wait_above, p, scale);
        left_out = left_out || isnan(wait);
        for (uint32_t k = 0; k < c->kinds; k++) {
            law->kind = k;
            const double response = percentile(law, response_above, p, scale);
            left_out = left_out || isnan(response);
            theory_quantile(out, THEORY_OF_KIND, k, "wait", p, wait);
            theory_quantile(out, THEORY_OF_KIND, k, "response", p, response);
        }
    }
    if (left_out)
        out->note =
            law->left > 0.0
                ? "percentiles are left out where the inversion of their transform is not sure of nine digits"
                : "percentiles that take long to find are left to `desq theory`";
    return true;
}

bool mg1_spread(const struct single *c, bool in_order, struct theory_sheet *out)
{
    /* E[W^2] in another order is that in order of arrival over 1 - load, or over 1 - load / 2 (Takacs 1963).
     */
    static const char *const lcfs[] = {"lcfs", NULL};
    struct error why;
    const double idle = 1.0 - c->load, mean = c->rate * c->second / (2.0 * idle);
    const double order = in_order ? 1.0 : single_discipline(c, lcfs, &why) ? idle : 1.0 - 0.5 * c->load;
    const double second = 2.0 * mean * mean + c->rate * c->third / (3.0 * idle);
    const double variance = in_order ? second - mean * mean : second / order - mean * mean;
    for (uint32_t k = 0; k < c->kinds; k++) {
        theory_sd(out, THEORY_OF_KIND, k, "wait", sqrt(variance));
        theory_sd(out, THEORY_OF_KIND, k, "response", sqrt(variance + c->visits[k].service->variance));
    }
    if (in_order)
        return percentiles(c, out, mean);
    if (!single_exponential(c, &why) && single_discipline(c, lcfs, &why))
        orders_lcfs(c, c->load, out);
    return true;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL}, *const fcfs[] = {"fcfs", NULL};
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_one_server(c, err) ||
        !single_no_capacity(c, err) || !single_discipline(c, any, err) || !single_stable(c, err))
        return false;
    const double mean = c->rate * c->second / (2.0 * (1.0 - c->load));
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = mean;
    single_add_open(c, out, wait);
    return mg1_spread(c, single_discipline(c, fcfs, err), out) || error_set(err, "out of memory");
}

const struct theory_form theory_mg1 = {
    .name = "mg1",
    .title = "M/G/1: Poisson arrivals, any service time, one server: Pollaczek and Khinchine",
    .source = "Pollaczek 1930; Khinchine 1932; Takacs 1962, 1963 (other orders); Kleinrock, Queueing Systems "
              "vol. 1, 1975, eqs. "
              "5.70, 5.113; percentiles: inversion of 5.103 by Abate, Whitt, ORSA J. Computing 7, 1995",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.8},'service':1",
                 "'arrivals':{'rate':0.7},'service':{'mean':1,'scv':4}",
                 "'arrivals':{'rate':0.8},'service':{'dist':'uniform','min':0,'max':2},'discipline':'lcfs'",
                 "'arrivals':{'rate':0.6},'service':{'dist':'triangular','min':0,'mode':1,'max':2}"},
    .apply = apply,
};
