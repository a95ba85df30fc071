/* M/D/c, c >= 2: the number that wait, and with it the law of the wait. */
#include "models/theory/single.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>

enum { NUMBERS_MOST = 8192, ONE_BY_ONE = 2000, ROOM = 200 };

#define PI 3.14159265358979323846

/* P(N = n), N Poisson of this mean, more = mean - n. For large n without the cancellation of n log mean - mean - log n!: deviance and
 * what Stirling's formula leaves apart (Loader, Fast and Accurate Computation of Binomial Probabilities, 2000). */
static double poisson(double n, double mean, double more)
{
    if (n < 100.0 && mean < 300.0)
        return exp(-mean) * pow(mean, n) / gsl_sf_gamma(n + 1.0);
    if (n == 0.0)
        return exp(-mean);
    return exp(n * gsl_sf_log_1plusx_mx(more / n)) / (sqrt(2.0 * PI * n) * gsl_sf_gammastar(n));
}

struct law {
    double servers, work, rate, time; /* work = rate time: what comes in a service */
    size_t n;                         /* numbers known one by one; from there on they fall geometrically */
    double *above;                    /* P(more than k wait), k < n */
    double ratio;
};

static double more_than(const struct law *x, double k)
{
    if (k < 0.0)
        return 1.0;
    return k < (double)x->n ? x->above[(size_t)k] : x->above[x->n - 1] * pow(x->ratio, k - (double)(x->n - 1));
}

/* The ratio by which P(k wait) falls in the end: 1 / z for the z > 1 at which z^c = exp(work (z - 1)); y = z - 1. */
static double last_ratio(double c, double work)
{
    const double load = work / c;
    double y = 2.0 * (1.0 - load) / load; /* above the root: Newton's method falls */
    for (int i = 0; i < 200; i++) {
        const double step = (log1p(y) - load * y) / (1.0 / (1.0 + y) - load);
        y -= step;
        if (fabs(step) <= 1e-16 * y)
            break;
    }
    return 1.0 / (1.0 + y);
}

/* P(N(l work) = l c + n) / l, for whole l and between. */
struct climb {
    double servers, work, n;
};

static double step_at(const struct climb *x, double l)
{
    return poisson(l * x->servers + x->n, l * x->work, -(l * (x->servers - x->work) + x->n)) / l;
}

static double step_of_log(double u, void *climb)
{
    const double l = exp(u);
    return step_at(climb, l) * l;
}

/* The sum over l > from of step_at, which is smooth where it counts: Euler and Maclaurin's formula. NAN: the integral is not sure. */
static double later_steps(struct climb *x, double from, double most, gsl_integration_workspace *room)
{
    gsl_function f = {step_of_log, x};
    double sum = 0.0, error, part, values[7];
    for (double u = log(from); u < log(most); u += 1.0) {
        if (gsl_integration_qag(&f, u, u + 1.0, 1e-300, 1e-13, ROOM, GSL_INTEG_GAUSS31, room, &part, &error) != GSL_SUCCESS && error > 1e-12 * sum)
            return NAN;
        sum += part;
    }
    const double h = from / 100.0;
    for (int i = 0; i < 7; i++)
        values[i] = step_at(x, from + (i - 3) * h);
    const double first = (values[6] - 9.0 * values[5] + 45.0 * values[4] - 45.0 * values[2] + 9.0 * values[1] - values[0]) / (60.0 * h);
    const double third = (-values[6] + 8.0 * values[5] - 13.0 * values[4] + 13.0 * values[2] - 8.0 * values[1] + values[0]) / (8.0 * h * h * h);
    return sum - values[3] / 2.0 - first / 12.0 + third / 720.0;
}

/* b(from .. to); see fill. */
static bool steps(const struct law *x, size_t from, size_t to, double *b)
{
    const double c = x->servers, work = x->work, climbs = work / x->ratio - c; /* per step, of walks that climb far */
    const double falls = -c * gsl_sf_log_1plusx_mx((work - c) / c);            /* P(N >= l c) <= exp(-l falls) (Chernoff) */
    const double all = ceil(fmax(45.0 / falls, 50.0 + 2.0 * (double)to / climbs));
    for (double l = 1.0; l <= fmin(all, ONE_BY_ONE); l += 1.0) {
        double one = step_at(&(struct climb){c, work, (double)from}, l);
        for (size_t k = from; k <= to && one > 0.0; k++) {
            b[k] += one;
            one *= l * work / (l * c + (double)k + 1.0);
        }
    }
    if (all <= ONE_BY_ONE)
        return true;
    gsl_integration_workspace *room = gsl_integration_workspace_alloc(ROOM);
    bool sure = room != NULL;
    for (size_t k = from; sure && k <= to; k++) {
        const double later = later_steps(&(struct climb){c, work, (double)k}, ONE_BY_ONE, all, room);
        b[k] += later;
        sure = !isnan(later);
    }
    if (room != NULL)
        gsl_integration_workspace_free(room);
    return sure;
}

/* The sum over k > n of last ratio^(k - n) / k. */
static double later_logarithm(double n, double last, double ratio)
{
    double sum = 0.0;
    if (ratio < 0.99) {
        for (double k = n + 1.0; last > 1e-18; k += 1.0)
            sum += (last *= ratio) / k;
        return sum;
    }
    for (double k = 1.0; k <= n; k += 1.0)
        sum += pow(ratio, k) / k;
    return last * pow(ratio, -n) * (-log1p(-ratio) - sum);
}

/* The number that wait, seen every service time, is Lindley's (Q + N - c)+, N Poisson of mean `work`: its generating function is the
 * exponential of the sum over n >= 1 of b(n) (z^n - 1), b(n) = sum over l of P(N(l work) = l c + n) / l (Spitzer, Trans. AMS 82, 1956).
 * All terms are positive: P(n) = sum over k <= n of k b(k) P(n - k) / n. *mean, *pairs: E[Q], Var(Q) - E[Q]. false: the numbers do not
 * settle soon. */
static bool fill(struct law *x, struct arena *arena, double *mean, double *pairs)
{
    x->ratio = last_ratio(x->servers, x->work);
    const double ratio = x->ratio, less = 1.0 - ratio;
    double *b = arena_array(arena, NUMBERS_MOST + 1, sizeof *b), *p = arena_array(arena, NUMBERS_MOST + 1, sizeof *p);
    x->above = arena_array(arena, NUMBERS_MOST + 1, sizeof *x->above);
    if (b == NULL || p == NULL || x->above == NULL)
        return false;
    for (size_t n = 16, from = 1; n <= NUMBERS_MOST; from = n + 1, n *= 2) {
        if (!steps(x, from, n, b))
            return false;
        /* Settled where k b(k) has come to ratio^k: other roots than the first count no more. */
        const double last = (double)n * b[n];
        if (last > 0.0 && !(fabs(last / pow(ratio, (double)n) - 1.0) < 1e-11))
            continue;
        double sum = 0.0;
        const double rest = last * ratio / less;
        *mean = rest;
        *pairs = rest * ((double)n + ratio / less);
        for (size_t k = n; k > 0; k--) {
            sum += b[k];
            *mean += (double)k * b[k];
            *pairs += (double)k * ((double)k - 1.0) * b[k];
        }
        p[0] = exp(-sum - later_logarithm((double)n, last, ratio));
        for (size_t k = 1; k <= n; k++) {
            for (size_t j = 1; j <= k; j++)
                p[k] += (double)j * b[j] * p[k - j];
            p[k] /= (double)k;
        }
        x->n = n;
        x->above[n - 1] = p[n - 1] * ratio / less;
        for (size_t k = n - 1; k > 0; k--)
            x->above[k - 1] = x->above[k] + p[k];
        if (fabs(p[0] + x->above[0] - 1.0) < 1e-9)
            return true;
        for (size_t k = 0; k <= n; k++) /* P(k) falls as the geometric series only further on */
            p[k] = 0.0;
    }
    return false;
}

/* P(wait > t), k - 1 whole services in t: the sum over j of the chances that j come in what is missing to k services, and that more
 * than k c - 1 - j waited before (Franx 2001, eq. 10, for its complement). */
static double wait_above(const void *l, double t)
{
    const struct law *x = l;
    const double k = floor(t / x->time) + 1.0, missing = x->rate * (k * x->time - t), wide = 45.0 + 12.0 * sqrt(missing);
    const double from = fmax(0.0, floor(missing - wide)), to = ceil(missing + wide);
    double sum = 0.0;
    for (double j = from; j <= to; j += 1.0)
        sum += poisson(j, missing, missing - j) * more_than(x, k * x->servers - 1.0 - j);
    return sum;
}

static double wait_quantile(const void *l, double p)
{
    return single_quantile(wait_above, l, p, ((const struct law *)l)->time);
}

static double response_quantile(const void *l, double p)
{
    return wait_quantile(l, p) + ((const struct law *)l)->time;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL}, *const fcfs[] = {"fcfs", NULL};
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_finite_servers(c, err) || !single_no_capacity(c, err) ||
        !single_discipline(c, any, err) || !single_stable(c, err) || !single_constant(c, err))
        return false;
    if (c->servers == 1.0)
        return error_set(err, "there is one server: M/D/1");
    struct law *law = arena_alloc(out->arena, sizeof *law);
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait), mean, pairs;
    if (law == NULL || wait == NULL)
        return error_set(err, "out of memory");
    *law = (struct law){.servers = c->servers, .work = c->rate * c->mean, .rate = c->rate, .time = c->mean};
    if (!fill(law, c->arena, &mean, &pairs))
        return error_set(err, "the numbers that wait do not settle soon: too many servers at this load");
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = mean / c->rate;
    single_add_open(c, out, wait);
    if (!single_discipline(c, fcfs, err))
        return true;
    /* Those behind a task that waits came while it did: E[Q (Q - 1)] = rate^2 E[W^2] (Haji, Newell, J. Appl. Probab. 8, 1971). */
    const double sd = sqrt(pairs) / c->rate;
    single_add_spread(c, out, "wait", sd, wait_quantile, law);
    single_add_spread(c, out, "response", sd, response_quantile, law);
    return true;
}

const struct theory_form theory_mdc = {
    .name = "mdc",
    .title = "M/D/c: Poisson arrivals, several servers, every service of the same time",
    .source = "Crommelin 1932; Spitzer, Trans. AMS 82, 1956, theorem 3.1; Franx, Operations Research Letters 29, 2001, eq. 10",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':1.7},'servers':2,'service':1", "'arrivals':{'rate':9},'servers':5,'service':0.5"},
    .apply = apply,
};
