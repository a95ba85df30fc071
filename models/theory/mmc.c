/* M/M/1 and M/M/c. */
#include "models/theory/erlang.h"
#include "models/theory/single.h"

#include <math.h>

struct law {
    double delayed; /* P(wait > 0) */
    double theta;   /* c mu - rate */
    double mu;
};

/* Wait plus an independent exponential service. */
static double response_above(const void *l, double t)
{
    const struct law *x = l;
    const double difference = x->theta - x->mu;
    const double delayed = fabs(difference) < 1e-7 * x->mu
                               ? (1.0 + x->mu * t) * exp(-x->mu * t)
                               : (x->theta * exp(-x->mu * t) - x->mu * exp(-x->theta * t)) / difference;
    return (1.0 - x->delayed) * exp(-x->mu * t) + x->delayed * delayed;
}

static double wait_quantile(const void *l, double p)
{
    const struct law *x = l;
    return p <= 1.0 - x->delayed ? 0.0 : log(x->delayed / (1.0 - p)) / x->theta;
}

static double response_quantile(const void *l, double p)
{
    const struct law *x = l;
    if (x->delayed == 1.0 - x->theta / x->mu && x->theta < x->mu) /* one server: exponential */
        return -log1p(-p) / x->theta;
    return single_quantile(response_above, l, p, 1.0 / x->mu);
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL};
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_exponential(c, err) ||
        !single_no_capacity(c, err) || !single_finite_servers(c, err) || !single_discipline(c, any, err) ||
        !single_stable(c, err))
        return false;
    const double mu = 1.0 / c->mean, theta = c->servers * mu - c->rate;
    const struct law law = {erlang_c_of(c->servers, c->rate * c->mean), theta, mu};
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = law.delayed / theta;
    single_add_open(c, out, wait);
    static const char *const fcfs[] = {"fcfs", NULL};
    if (!single_discipline(c, fcfs, err))
        return true;
    const double variance = law.delayed * (2.0 - law.delayed) / (theta * theta);
    single_add_spread(c, out, "wait", sqrt(variance), wait_quantile, &law);
    single_add_spread(c, out, "response", sqrt(variance + c->mean * c->mean), response_quantile, &law);
    return true;
}

const struct theory_form theory_mmc = {
    .name = "mmc",
    .title = "M/M/c: Poisson arrivals, exponential service of one mean, c servers, one line",
    .source = "Erlang 1917; Cooper, Introduction to Queueing Theory, 2nd ed. 1981, eqs. 4.9, 5.8",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.5},'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'rate':0.9},'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'rate':7.2},'servers':8,'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'rate':15},'servers':100,'service':{'dist':'exponential','mean':6}",
                 "'arrivals':{'rate':1.6},'servers':2,'discipline':'random','service':{'dist':'exponential','"
                 "mean':1}"},
    .apply = apply,
};
