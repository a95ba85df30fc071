/* M/M/c/K: who finds K tasks present is lost. */
#include "models/theory/single.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

struct law {
    double *beyond; /* j: share of the accepted that find at least c + j tasks, j = 0 .. places - 1 */
    uint32_t places;
    double rate;   /* c mu */
    double *among; /* one server: share of the accepted that find n tasks */
    uint32_t room;
};

/* Who finds c + j tasks waits for j + 1 departures: P(W > t) = sum over j of Poisson(j; c mu t) times
 * beyond[j]. */
static double wait_above(const void *l, double t)
{
    const struct law *x = l;
    const double m = x->rate * t;
    double sum = 0.0;
    for (uint32_t j = 0; j < x->places; j++) {
        const double term = exp((double)j * log(m > 0.0 ? m : 1e-300) - m - lgamma((double)j + 1.0));
        sum += (m > 0.0 ? term : j == 0 ? 1.0 : 0.0) * x->beyond[j];
    }
    return sum;
}

/* One server: who finds n leaves after n + 1 services. */
static double response_above(const void *l, double t)
{
    const struct law *x = l;
    const double m = x->rate * t;
    double sum = 0.0;
    for (uint32_t n = 0; n < x->room; n++)
        if (x->among[n] > 0.0)
            sum += x->among[n] * (m > 0.0 ? gsl_cdf_poisson_P(n, m) : 1.0);
    return sum;
}

static double wait_quantile(const void *l, double p)
{
    return single_quantile(wait_above, l, p, 1.0 / ((const struct law *)l)->rate);
}

static double response_quantile(const void *l, double p)
{
    return single_quantile(response_above, l, p, 1.0 / ((const struct law *)l)->rate);
}

enum { PLACES_MOST = 2000 }; /* for laws; means go to any size */

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL}, *const fcfs[] = {"fcfs", NULL};
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_exponential(c, err) ||
        !single_discipline(c, any, err))
        return false;
    if (c->st->capacity == UNLIMITED)
        return error_set(err, "the station has no capacity");
    const double room = c->st->capacity, mu = 1.0 / c->mean, servers = fmin(c->servers, room);
    /* p(n) relative to p(0), scaled down when they grow. */
    double p = 1.0, sum = 1.0, waiting = 0.0, busy = 0.0;
    for (double n = 1.0; n <= room; n += 1.0) {
        p *= c->rate / (fmin(n, servers) * mu);
        if (p > 1e250) {
            sum /= p;
            waiting /= p;
            busy /= p;
            p = 1.0;
        }
        sum += p;
        waiting += fmax(n - servers, 0.0) * p;
        busy += fmin(n, servers) * p;
    }
    const double lost = p / sum, through = 1.0 - lost, queue = waiting / sum, serving = busy / sum;
    const double wait = queue / (c->rate * through);
    for (uint32_t k = 0; k < c->kinds; k++) {
        const double rate = c->visits[k].rate * through;
#define ADD(scope, subject, measure, value) theory_mean(out, scope, subject, measure, value)
        ADD(THEORY_OF_KIND, k, "lost", lost);
        ADD(THEORY_OF_KIND, k, "throughput", rate);
        ADD(THEORY_OF_KIND, k, "wait", wait);
        ADD(THEORY_OF_KIND, k, "response", wait + c->mean);
        ADD(THEORY_OF_KIND, k, "in_system", rate * (wait + c->mean));
    }
    ADD(THEORY_OF_STATION, c->station, "lost", lost);
    ADD(THEORY_OF_STATION, c->station, "in_station", queue + serving);
    ADD(THEORY_OF_STATION, c->station, "queue_length", queue);
    ADD(THEORY_OF_STATION, c->station, "utilisation", isinf(c->servers) ? serving : serving / c->servers);
#undef ADD
    if (!single_discipline(c, fcfs, err) || room > PLACES_MOST)
        return true;
    struct law law = {.rate = servers * mu, .places = (uint32_t)(room - servers), .room = (uint32_t)room};
    double *all = arena_array(c->arena, law.room + 1, sizeof *all);
    law.beyond = arena_array(c->arena, law.room + 1, sizeof *law.beyond);
    law.among = all;
    if (all == NULL || law.beyond == NULL)
        return error_set(err, "out of memory");
    double total = 0.0, greatest = 0.0;
    for (uint32_t n = 0; n <= law.room; n++) { /* by logarithms, about the greatest */
        all[n] = n == 0 ? 0.0 : all[n - 1] + log(c->rate / (fmin(n, servers) * mu));
        greatest = fmax(greatest, all[n]);
    }
    for (uint32_t n = 0; n < law.room; n++)
        total += all[n] = exp(all[n] - greatest);
    for (uint32_t n = 0; n < law.room; n++)
        all[n] /= total;
    double tail = 0.0;
    for (uint32_t n = law.room; n-- > (uint32_t)servers;)
        law.beyond[n - (uint32_t)servers] = tail += all[n];
    single_add_spread(c, out, "wait", (double)NAN, wait_quantile, &law);
    if (servers == 1.0)
        single_add_spread(c, out, "response", (double)NAN, response_quantile, &law);
    return true;
}

const struct theory_form theory_mmck = {
    .name = "mmck",
    .title = "M/M/c/K: as M/M/c, but who finds K tasks present is lost (M/M/c/c: Erlang's loss formula)",
    .source = "Gross, Shortle, Thompson, Harris, Fundamentals of Queueing Theory, 4th ed. 2008, section 2.5",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':3},'servers':4,'capacity':4,'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'rate':4},'servers':4,'capacity':8,'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'rate':1.3},'capacity':6,'service':{'dist':'exponential','mean':1}"},
    .apply = apply,
};
