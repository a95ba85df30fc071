/* stages.c: who finds j in the line of c exponential servers waits until those before him and then he himself
 * are served, or those before him have left. With i of them (himself counted) still in the line the next step
 * takes rate + i leave, and he is the one who leaves with probability leave / (rate + i leave): so he is
 * served with probability rate / (rate + (j + 1) leave), and then his wait is a sum of independent
 * exponentials of rates l(i) = rate + i leave, i = 1 .. j + 1 (Palm 1943; Riordan, Stochastic Service
 * Systems, 1962, section 6.4). exp(-leave wait) is then of a beta law, and all sums below have positive terms
 * alone. */
#include "models/theory/stages.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

enum { COUNT_BESIDE = 10000 /* beyond, no percentiles beside a run that nobody asked to wait for: each takes tens of sums */ };

bool stages_make(struct stages *out, double rate, double leave, double mu, double at_once,
                 const double *weight, size_t count, struct arena *arena)
{
    double *found = arena_array(arena, count + 1, sizeof *found),
           *more = arena_array(arena, count + 1, sizeof *more);
    double *served = arena_array(arena, count + 1, sizeof *served), all = at_once, after = 0.0;
    if (found == NULL || more == NULL || served == NULL)
        return false;
    for (size_t j = count; j-- > 0;)
        all += found[j] = weight[j] * rate / (rate + (double)(j + 1) * leave);
    for (size_t j = count; j-- > 0;)
        more[j] = more[j + 1] + (found[j] /= all);
    /* Wait and service last longer than t: the wait does, or it is over and the service is not: the sum over
     * i of step i (below) times served[i - 1], which sums over j < i the shares that found j, times the
     * product of (l(k) - mu) / l(k), k = j + 2 .. i. */
    for (size_t j = 0; j < count; j++) {
        const double l = rate + (double)(j + 1) * leave;
        served[j] = after * (l - mu) / l + found[j];
        after = served[j];
    }
    *out = (struct stages){.rate = rate,
                           .leave = leave,
                           .mu = mu,
                           .count = count,
                           .found = found,
                           .more = more,
                           .served = served};
    for (size_t i = 1; leave > 0.0 && i <= count; i++)
        out->tilt -= log1p(-mu / (rate + (double)i * leave));
    return true;
}

double stages_wait_mean(const struct stages *x)
{
    double sum = 0.0;
    for (size_t i = x->count; i-- > 0;)
        sum += x->more[i] / (x->rate + (double)(i + 1) * x->leave);
    return sum;
}

double stages_wait_sd(const struct stages *x)
{
    double mean = 0.0, variance = 0.0, second = 0.0;
    for (size_t j = 0; j < x->count; j++) {
        const double stage = 1.0 / (x->rate + (double)(j + 1) * x->leave);
        mean += stage;
        variance += stage * stage;
        second += x->found[j] * (mean * mean + variance);
    }
    const double all = stages_wait_mean(x);
    return sqrt(second - all * all);
}

/* P(wait > t), or with `response` P(wait + service > t): the sum over i of step i, the chance that just i of
 * the stages would be over at t, exp(-l(1) t) (product of l(k), k = 1 .. i) ((1 - exp(-leave t)) / leave)^i /
 * i!, times the share that has more of them to go. */
static double beyond(const struct stages *x, double t, bool response)
{
    const double g = x->leave > 0.0 ? -expm1(-x->leave * t) / x->leave : t;
    double step = 1.0, sum = 0.0, rest = 0.0, scale = -(x->rate + x->leave) * t;
    for (size_t i = 0; i < x->count || response; i++) {
        const double l = x->rate + (double)i * x->leave;
        if (i > 0)
            step *= g * l / (double)i;
        if (i > 0 && i <= x->count)
            rest = x->served[i - 1];
        else if (i > x->count) /* no more who found so many */
            rest *= (l - x->mu) / l;
        if (i == x->count && rest > 0.0 && x->leave * t > 1.0) /* the steps would fall too slowly */
            return exp(scale) * sum +
                   exp(x->tilt - x->mu * t) * rest *
                       gsl_cdf_beta_Q(exp(-x->leave * t), (x->rate - x->mu) / x->leave + 1.0, (double)i);
        sum += step * ((i < x->count ? x->more[i] : 0.0) + (response ? rest : 0.0));
        if (step > 1e250) {
            sum /= step;
            scale += log(step);
            step = 1.0;
        }
        if (i >= x->count && (rest == 0.0 || (step * rest < 1e-18 * (1.0 - g * l / (double)i) * sum)))
            break;
    }
    return exp(scale) * sum;
}

static double wait_above(const void *law, double t)
{
    return beyond(law, t, false);
}

static double response_above(const void *law, double t)
{
    const struct stages *x = law;
    return exp(-x->mu * t) * (1.0 - x->more[0]) + beyond(x, t, true);
}

static double wait_quantile(const void *law, double p)
{
    const struct stages *x = law;
    return single_quantile(wait_above, x, p, 1.0 / x->rate);
}

static double response_quantile(const void *law, double p)
{
    const struct stages *x = law;
    return single_quantile(response_above, x, p, 1.0 / x->mu);
}

void stages_add_laws(const struct single *c, const struct stages *x, struct theory_sheet *out)
{
    const double sd = stages_wait_sd(x);
    const bool costly = out->states_most > 0 && x->count > COUNT_BESIDE;
    single_add_spread(c, out, "wait", sd, costly ? NULL : wait_quantile, x);
    single_add_spread(c, out, "response", hypot(sd, c->mean), costly ? NULL : response_quantile, x);
}

void stages_add(const struct single *c, const struct stages *x, struct theory_sheet *out)
{
    const double mean = stages_wait_mean(x);
    for (uint32_t k = 0; k < c->kinds; k++) {
        theory_mean(out, THEORY_OF_KIND, k, "wait", mean);
        theory_mean(out, THEORY_OF_KIND, k, "response", mean + c->mean);
    }
    stages_add_laws(c, x, out);
}
