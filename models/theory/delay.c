#include "models/theory/delay.h"

#include "models/theory/single.h"

#include <math.h>

double delay_wait_sd(const struct delay *x)
{
    return sqrt(x->delayed * (2.0 - x->delayed)) / x->theta;
}

double delay_response_sd(const struct delay *x)
{
    return x->single ? 1.0 / x->theta : hypot(delay_wait_sd(x), 1.0 / x->mu);
}

/* Wait plus an independent service: the sum of two exponentials, theta and mu, is beyond t with probability
 * exp(-mu t) + mu (exp(-mu t) - exp(-theta t)) / (theta - mu). */
static double response_above(const void *law, double t)
{
    const struct delay *x = law;
    const double served = exp(-x->mu * t), apart = (x->theta - x->mu) * t;
    const double both = fabs(apart) < 1.0 ? served * x->mu * t * (apart == 0.0 ? 1.0 : -expm1(-apart) / apart)
                                          : x->mu * t * (served - exp(-x->theta * t)) / apart;
    return served + x->delayed * both;
}

double delay_wait_quantile(const void *law, double p)
{
    const struct delay *x = law;
    return p <= 1.0 - x->delayed ? 0.0 : log(x->delayed / (1.0 - p)) / x->theta;
}

double delay_response_quantile(const void *law, double p)
{
    const struct delay *x = law;
    return x->single ? -log1p(-p) / x->theta : single_quantile(response_above, law, p, 1.0 / x->mu);
}
