/* M/D/1: the law of the wait. */
#include "models/theory/md1.h"

#include "models/theory/single.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

enum { STATES = MD1_STATES };

static double more_than(const struct md1_law *x, double n)
{
    return n <= STATES ? x->above[(int)n] : x->above[STATES] * pow(x->ratio, n - STATES);
}

/* P(number = n): what goes up across n balances what comes down, all terms positive (Ramaswami, Stochastic
 * Models 4, 1988). The ratio: 1 / z for the z > 1 at which z = exp(load (z - 1)). */
void md1_law_make(struct md1_law *x, double load, double time)
{
    x->load = load;
    x->time = time;
    double p[STATES + 1], come[STATES], y = 2.0 * (1.0 - x->load) / x->load;
    for (int i = 0; i < 200; i++) { /* log(1 + y) = load y, from above: Newton's method falls */
        const double step = (log1p(y) - x->load * y) / (1.0 / (1.0 + y) - x->load);
        y -= step;
        if (fabs(step) <= 1e-16 * y)
            break;
    }
    x->ratio = 1.0 / (1.0 + y);
    p[0] = 1.0 - x->load;
    for (int m = 0; m < STATES; m++)
        come[m] = gsl_cdf_poisson_Q((unsigned)m, x->load);
    for (int n = 1; n <= STATES; n++) {
        double up = p[0] * come[n - 1];
        for (int j = n - 1; j >= 1; j--)
            up += p[j] * come[n - j];
        p[n] = up * exp(x->load);
    }
    x->upto[0] = p[0];
    for (int n = 1; n <= STATES; n++)
        x->upto[n] = x->upto[n - 1] + p[n];
    x->above[STATES] = p[STATES] * x->ratio * (1.0 + y) / y; /* the sum of the geometric tail */
    for (int n = STATES - 1; n >= 0; n--)
        x->above[n] = x->above[n + 1] + p[n + 1];
}

/* P(wait > t), k - 1 whole services in t: the sum over j of the chances that j come in what is missing to k
 * services, and that more than k - j were there before (Franx, "A simple solution for the M/D/c waiting time
 * distribution", Operations Research Letters 29, 2001, eq. 10, for its complement, whose terms are positive).
 */
double md1_wait_above(const void *l, double t)
{
    const struct md1_law *x = l;
    const double k = floor(t / x->time) + 1.0, missing = x->load * (k - t / x->time);
    double sum = 0.0, chance = exp(-missing);
    for (double j = 0.0; j < k && j < 170.0; j++) {
        sum += chance * more_than(x, k - j);
        chance *= missing / (j + 1.0);
    }
    return sum + (k < 170.0 ? gsl_cdf_poisson_Q((unsigned)k - 1, missing) : 0.0);
}

double md1_wait_upto(const struct md1_law *x, double t)
{
    const double k = floor(t / x->time) + 1.0, missing = x->load * (k - t / x->time);
    if (k > STATES)
        return 1.0 - md1_wait_above(x, t);
    double sum = 0.0, chance = exp(-missing);
    for (double j = 0.0; j < k; j++) {
        sum += chance * x->upto[(int)(k - j)];
        chance *= missing / (j + 1.0);
    }
    return sum;
}

static double wait_quantile(const void *l, double p)
{
    const struct md1_law *x = l;
    return p <= 1.0 - x->load ? 0.0 : single_quantile(md1_wait_above, l, p, x->time);
}

static double response_quantile(const void *l, double p)
{
    return wait_quantile(l, p) + ((const struct md1_law *)l)->time;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const fcfs[] = {"fcfs", NULL};
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_one_server(c, err) ||
        !single_no_capacity(c, err) || !single_discipline(c, fcfs, err) || !single_stable(c, err) ||
        !single_constant(c, err))
        return false;
    struct md1_law *law = arena_alloc(out->arena, sizeof *law);
    if (law == NULL)
        return error_set(err, "out of memory");
    md1_law_make(law, c->load, c->mean);
    const double idle = 1.0 - c->load, mean = c->load * c->mean / (2.0 * idle);
    const double variance = mean * mean + c->load * c->mean * c->mean / (3.0 * idle);
    single_add_spread(c, out, "wait", sqrt(variance), wait_quantile, law);
    single_add_spread(c, out, "response", sqrt(variance), response_quantile, law);
    return true;
}

const struct theory_form theory_md1 = {
    .name = "md1",
    .title = "M/D/1: the law of the wait where every service takes the same time",
    .source = "Erlang 1909; Crommelin 1932; Franx, Operations Research Letters 29, 2001, eq. 10",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.8},'service':1", "'arrivals':{'rate':1.9},'service':0.5"},
    .apply = apply,
};
