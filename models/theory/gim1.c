/* GI/M/1. */
#include "models/theory/single.h"

#include <gsl/gsl_roots.h>
#include <math.h>
#include <string.h>

struct law {
    double sigma, rate; /* P(wait > t) = sigma exp(-rate t) */
};

static double wait_quantile(const void *l, double p)
{
    const struct law *x = l;
    return p <= 1.0 - x->sigma ? 0.0 : log(x->sigma / (1.0 - p)) / x->rate;
}

static double response_quantile(const void *l, double p)
{
    return -log1p(-p) / ((const struct law *)l)->rate;
}

struct root {
    const struct dist *interarrival;
    struct arena *arena;
    double mu;
};

static double missing(double sigma, void *root)
{
    const struct root *r = root;
    return single_transform(r->interarrival, r->mu * (1.0 - sigma), r->arena) - sigma;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const fcfs[] = {"fcfs", NULL};
    if (!single_plain(c, NULL, err) || !single_one_kind(c, err) || !single_open(c, err) ||
        !single_one_server(c, err) || !single_no_capacity(c, err) || !single_discipline(c, fcfs, err))
        return false;
    const struct arrival *a = c->visits[0].arrival;
    if (a->type->next != NULL || a->batch != NULL)
        return error_set(err, "arrivals are not a renewal process of single tasks");
    if (!single_exponential(c, err) || !single_stable(c, err))
        return false;
    struct root root = {&a->interarrival, c->arena, 1.0 / c->mean};
    /* The root below 1: at 0 the difference is positive, and it is negative just below 1 where the load is.
     */
    double low = 0.0, high = 1.0 - 0.5 * (1.0 - c->load);
    for (int i = 0; i < 60 && missing(high, &root) > 0.0; i++)
        high = 1.0 - 0.5 * (1.0 - high);
    for (int i = 0; i < 200; i++) {
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high)
            break;
        if (missing(middle, &root) > 0.0)
            low = middle;
        else
            high = middle;
    }
    const struct law law = {0.5 * (low + high), (1.0 - 0.5 * (low + high)) / c->mean};
    if (isnan(single_transform(&a->interarrival, 1.0 / c->mean, c->arena)))
        return error_set(err, "the transform of the interarrival time is not known");
    const double wait = law.sigma / law.rate;
    single_add_open(c, out, &wait);
    single_add_spread(c, out, "wait", sqrt(law.sigma * (2.0 - law.sigma)) / law.rate, wait_quantile, &law);
    single_add_spread(c, out, "response", 1.0 / law.rate, response_quantile, &law);
    return true;
}

const struct theory_form theory_gim1 = {
    .name = "gim1",
    .title = "GI/M/1: any renewal arrivals, exponential service, one server",
    .source = "Kendall 1953; Kleinrock, Queueing Systems vol. 1, 1975, section 6.4",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'interarrival':1.25},'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'interarrival':{'dist':'erlang','k':3,'mean':1.25}},'service':{'dist':'"
                 "exponential','mean':1}",
                 "'arrivals':{'interarrival':{'dist':'lognormal','mean':1.6,'scv':3}},'service':{'dist':'"
                 "exponential','mean':1}"},
    .apply = apply,
};
