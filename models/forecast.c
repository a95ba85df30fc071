#include "models/forecast.h"

#include "models/arrival/arrival.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* What an event costs, in seconds: by the recursion, and by the calendar. */
static const double event_recursion = 1e-8, event_calendar = 4e-8;
static const double default_precision = 0.02;

/* Variability of all arrivals together. */
static double arrivals_scv(const struct model *m)
{
    double rate = 0.0, sum = 0.0;
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const struct arrival *a = m->kinds[k].arrival;
        if (a->form != ARRIVAL_OPEN)
            continue;
        rate += a->rate;
        sum += a->rate * a->scv;
    }
    return rate > 0.0 ? sum / rate : 1.0;
}

/* D of one station: the relative variance of the mean response there is D over the number of customers. */
static double dependence(const struct model *m, uint32_t i, double ca)
{
    const double rho = m->load[i], cs = m->scv[i], spread = (ca + cs) / 2.0;
    const double servers = m->stations[i].servers == UNLIMITED ? INFINITY : (double)m->stations[i].servers;
    if (isinf(servers) || !(rho > 0.0))
        return cs;
    /* Waiting over service, Sakasegawa's form of the formula. */
    const double waiting = pow(rho, sqrt(2.0 * (servers + 1.0)) - 1.0) / (servers * (1.0 - rho)) * spread;
    const double share = waiting / (1.0 + waiting) / rho; /* 1 for M/M/1 */
    return fmax(2.0 * (1.0 + rho) / ((1.0 - rho) * (1.0 - rho)) * spread * share * share, cs);
}

static double of_quantile(double p)
{
    const double rare = fmin(p, 1.0 - p), log_rare = log(rare);
    if (p < 0.9) /* in the middle quantiles cost no more than the mean */
        return 1.0;
    return fmax((1.0 - rare) / (rare * log_rare * log_rare), 1.0);
}

bool forecast_make(const struct model *m, struct forecast *out, struct error *err)
{
    const struct run_spec *run = &m->scenario->run;
    *out = (struct forecast){.quantile = (double)NAN, .station = UINT32_MAX};
    if (m->terminating)
        return error_set(err,
                         "the run ends by itself: how many runs it takes depends on how much they differ");
    if (!(m->open_rate > 0.0))
        return error_set(err, "all tasks are closed");
    double worst = 0.0, factor = 1.0;
    const double ca = arrivals_scv(m);
    for (uint32_t i = 0; i < m->station_count; i++) {
        if (m->visits[i] <= 0.0)
            continue;
        if (m->load[i] >= 1.0)
            return error_set(err, "\"%s\" is offered more than it can carry", m->stations[i].name);
        const double d = dependence(m, i, ca);
        if (d > worst || out->station == UINT32_MAX) {
            worst = d;
            out->station = i;
        }
    }
    if (out->station == UINT32_MAX || !isfinite(worst))
        return error_set(err, "no station, or a variance that is infinite");
    for (size_t q = 0; q < run->quantile_count; q++)
        if (of_quantile(run->quantiles[q]) > factor) {
            factor = of_quantile(run->quantiles[q]);
            out->quantile = run->quantiles[q];
        }
    const double z = gsl_cdf_ugaussian_Pinv(0.5 + run->confidence / 2.0);
    const double per_customer = m->events_per_time > 0.0 ? m->events_per_time / m->open_rate : 2.0;
    out->load = m->load[out->station];
    out->given = run->replications > 0 && (isfinite(m->length) || m->count != UINT64_MAX);
    if (out->given) {
        const double each = m->count != UINT64_MAX ? (double)m->count : m->length * m->open_rate;
        out->customers = each * (double)run->replications;
        out->precision = z * sqrt(worst * factor / out->customers);
    } else {
        out->precision = isnan(run->precision) ? default_precision : run->precision;
        out->customers = z * z / (out->precision * out->precision) * worst * factor;
        /* Nothing is decided before the first look. */
        if (isfinite(m->length))
            out->customers = fmax(out->customers, (double)m->replications_first * m->length * m->open_rate);
    }
    out->events = out->customers * per_customer;
    out->seconds = out->events * (m->recursion ? event_recursion : event_calendar);
    return true;
}
