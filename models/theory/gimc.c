/* GI/M/c. */
#include "models/dist/transform.h"
#include "models/theory/delay.h"
#include "models/theory/single.h"

#include <gsl/gsl_roots.h>
#include <math.h>

enum { SERVERS_MOST = 10000, SERVERS_MOST_BY_QUADRATURE = 200 };

struct root {
    const struct dist *interarrival;
    double rate; /* c mu */
    double load;
};

/* x = 1 - sigma, sigma = A(c mu (1 - sigma)), A the interarrival time's transform: 1 - A(c mu x) - x; for heavy loads, where x is
 * small, in terms of the tails of A, so that nothing cancels: 1 / load - 1 - (c mu)^2 x A2(c mu x). Both fall at the root. NAN: A is
 * not known. */
static double lacks(double x, void *root)
{
    const struct root *r = root;
    double tail[TRANSFORM_TAILS];
    if (!dist_real_transform(r->interarrival, r->rate * x, tail))
        return NAN;
    return r->load < 0.5 ? 1.0 - tail[0] - x : (1.0 - r->load) / r->load - r->rate * r->rate * x * tail[2];
}

static double root_below_one(struct root *r)
{
    double low = 0.5, high = 1.0, at = lacks(low, r);
    while (at < 0.0 && low > 1e-300) {
        high = low;
        at = lacks(low *= 0.5, r);
    }
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    gsl_function f = {lacks, r};
    double x = NAN;
    if (lacks(high, r) >= 0.0)
        x = 1.0; /* but for rounding: hardly anybody waits */
    else if (solver != NULL && !isnan(at) && gsl_root_fsolver_set(solver, &f, low, high) == GSL_SUCCESS)
        for (int i = 0; i < 200; i++) {
            gsl_root_fsolver_iterate(solver);
            x = gsl_root_fsolver_root(solver);
            if (gsl_root_test_interval(gsl_root_fsolver_x_lower(solver), gsl_root_fsolver_x_upper(solver), 0.0, 1e-15) == GSL_SUCCESS)
                break;
        }
    if (solver != NULL)
        gsl_root_fsolver_free(solver);
    return x;
}

/* -d A(mu y) / dy, by differences over h and h / 2 and Richardson's step: right to about 1e-11. */
static double slope(const struct dist *interarrival, double mu, double y)
{
    double differences[2];
    for (int i = 0; i < 2; i++) {
        double here[TRANSFORM_TAILS], there[TRANSFORM_TAILS];
        const double h = y * (i == 0 ? 1e-3 : 5e-4);
        if (!dist_real_transform(interarrival, mu * (y - h), here) || !dist_real_transform(interarrival, mu * (y + h), there))
            return NAN;
        differences[i] = (here[0] - there[0]) / (2.0 * h);
    }
    return (4.0 * differences[1] - differences[0]) / 3.0;
}

/* P(wait > 0) = 1 / (1 + x sum over j of C(c, j) / (C_j (1 - f_j)) (c (1 - f_j) - j) / (c x - j)), f_j = A(j mu), C_j the product of
 * f_i / (1 - f_i), i <= j. Numerator and denominator of the last fraction change sign together: it is never negative. */
static double delayed(const struct dist *interarrival, double c, double mu, double x)
{
    double sum = 0.0, product = 0.0, choose = 0.0; /* logarithms of C_j and of C(c, j) */
    for (double j = 1.0; j <= c; j += 1.0) {
        double tail[TRANSFORM_TAILS];
        if (!dist_real_transform(interarrival, j * mu, tail))
            return NAN;
        const double rest = j * mu * tail[1]; /* 1 - f_j */
        product += log(tail[0]) - log(rest);
        choose += log((c - j + 1.0) / j);
        const double apart = c * x - j, fraction = fabs(apart) > 1e-5 * j ? (c * rest - j) / apart : 1.0 - c * slope(interarrival, mu, j);
        sum += exp(choose - product - log(rest)) * fraction;
    }
    return 1.0 / (1.0 + x * sum);
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL}, *const fcfs[] = {"fcfs", NULL};
    if (!single_plain(c, NULL, err) || !single_one_kind(c, err) || !single_open(c, err) || !single_finite_servers(c, err) ||
        !single_no_capacity(c, err) || !single_discipline(c, any, err))
        return false;
    const struct arrival *a = c->visits[0].arrival;
    if (a->type->next != NULL || a->batch != NULL)
        return error_set(err, "arrivals are not a renewal process of single tasks");
    if (!single_exponential(c, err) || !single_stable(c, err))
        return false;
    if (c->visits[0].poisson)
        return error_set(err, "arrivals are Poisson: M/M/c");
    const struct dist *interarrival = &a->interarrival;
    struct transform known = {.s = 1.0};
    if (c->servers > (dist_transform(interarrival, &known) ? SERVERS_MOST : SERVERS_MOST_BY_QUADRATURE))
        return error_set(err, "there are too many servers to sum over: %.0f", c->servers);
    const double mu = 1.0 / c->mean, all = c->servers * mu;
    struct root root = {interarrival, all, c->load};
    const double x = root_below_one(&root);
    double tail[TRANSFORM_TAILS] = {NAN};
    if (isnan(x) || !dist_real_transform(interarrival, all * x, tail))
        return error_set(err, "the transform of the interarrival time is not known");
    const struct delay law = {c->servers == 1.0 ? tail[0] : delayed(interarrival, c->servers, mu, x), all * x, mu, c->servers == 1.0};
    if (isnan(law.delayed))
        return error_set(err, "the transform of the interarrival time is not known");
    const double wait = law.delayed / law.theta;
    single_add_open(c, out, &wait);
    if (!single_discipline(c, fcfs, err))
        return true;
    single_add_spread(c, out, "wait", delay_wait_sd(&law), delay_wait_quantile, &law);
    single_add_spread(c, out, "response", delay_response_sd(&law), delay_response_quantile, &law);
    return true;
}

const struct theory_form theory_gimc = {
    .name = "gimc",
    .title = "GI/M/c: any renewal arrivals, exponential service",
    .source = "Kendall 1953; Takacs, Introduction to the Theory of Queues, 1962, section 2.3; Kleinrock, Queueing Systems vol. 1, "
              "1975, sections 6.4, 6.5",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'interarrival':1.25},'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'interarrival':{'dist':'erlang','k':3,'mean':1.25}},'service':{'dist':'"
                 "exponential','mean':1}",
                 "'arrivals':{'interarrival':{'dist':'lognormal','mean':1.6,'scv':3}},'service':{'dist':'"
                 "exponential','mean':1}",
                 "'arrivals':{'interarrival':{'dist':'uniform','min':0.1,'max':0.4}},'servers':5,'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'interarrival':{'dist':'hyperexponential','mean':0.4,'scv':4}},'servers':3,'service':{'dist':'exponential','"
                 "mean':1}"},
    .apply = apply,
};
