/* length.c: how long to run what the scenario leaves open.
 *
 * A replication starts empty. How fast that is forgotten follows from the load: the relaxation time of an
 * M/M/1 queue is 1 / (sqrt(mu) - sqrt(lambda))^2 (Morse, Queues, Inventories and Maintenance, 1958, ch. 6;
 * Cohen, The Single Server Queue, 1982, p. 178), that of M/M/1/K 1 / (lambda + mu - 2 sqrt(lambda mu) cos(pi
 * / (K + 1))) (ibid.); c servers are taken as one that is c times as fast, and other laws of service scale it
 * by (1 + scv) / 2, as in heavy traffic (Kingman 1962). The slowest station decides. This is a choice of
 * length, not a result: models/run.c checks afterwards, from the data, that the number in system has no
 * trend, and lengthens the replications if it has. */
#include "models/experiment.h"
#include "models/model.h"

#include <math.h>

enum {
    WARMUP_RELAXATIONS = 8,
    LENGTH_RELAXATIONS = 80,
    COMPLETIONS_LEAST = 10000, /* in one replication: ten beyond p99.9 */
};

static const double scv_most = 10000.0; /* heavier tails than this cannot be waited for */
static const double load_most = 0.9999; /* nor can loads nearer to 1 */

/* How much longer than with exponential laws a station takes to forget: the mean of what its service and the
 * most irregular arrivals vary. */
static double irregularity(const struct model *m, uint32_t station)
{
    double arrivals = 1.0;
    for (uint32_t k = 0; k < m->kind_count; k++)
        if (m->kinds[k].arrival->form == ARRIVAL_OPEN && m->kinds[k].arrival->scv > arrivals)
            arrivals = m->kinds[k].arrival->scv;
    const double both = (arrivals + m->scv[station]) / 2.0;
    return both < scv_most ? both : scv_most;
}

static double mean_or_0(const struct dist *d)
{
    return d == NULL || !isfinite(d->mean) ? 0.0 : d->mean;
}

/* Relaxation time of one station under its open load. */
static double relaxation(const struct model *m, uint32_t i)
{
    const struct station_model *station = &m->stations[i];
    if (!(m->visits[i] > 0.0) || !(m->held_mean[i] > 0.0))
        return 0.0;
    const double service = m->held_mean[i] / m->visits[i];
    double time = service * irregularity(m, i);
    if (station->servers != UNLIMITED && m->load[i] > 0.0) {
        const double rho = m->load[i];
        double gap = (1.0 - sqrt(rho)) * (1.0 - sqrt(rho));
        if (station->capacity != UNLIMITED) {
            const double k = (double)station->capacity + 1.0;
            gap += 2.0 * sqrt(rho) * (1.0 - cos(M_PI / k));
        } else if (rho >= load_most) { /* overloaded, or nearly so: there is no steady state to wait for */
            gap = (1.0 - sqrt(load_most)) * (1.0 - sqrt(load_most));
            if (rho >= 1.0)
                gap = 1e-3;
        }
        double queue = time / (double)station->servers / gap;
        if (queue > time + m->patience[i]) /* nobody waits for longer, and then it is forgotten */
            queue = time + m->patience[i];
        time = queue > time ? queue : time;
    }
    return time + mean_or_0(station->setup) + mean_or_0(station->keep_alive) / 2.0;
}

/* About how long the whole takes to forget that it started empty. */
static double slowest(const struct model *m)
{
    double time = 0.0;
    for (uint32_t i = 0; i < m->station_count; i++) {
        const double r = relaxation(m, i);
        time = r > time ? r : time;
    }
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const struct arrival *arrival = m->kinds[k].arrival;
        double cycle = m->kind_time[k] + arrival->memory;
        if (arrival->form == ARRIVAL_CLOSED) {
            cycle += mean_or_0(&arrival->think);
            for (uint32_t i = 0; i < m->station_count; i++)
                if (m->stations[i].servers != UNLIMITED) {
                    const double drain = arrival->number * m->held_mean[i] / (double)m->stations[i].servers;
                    cycle = drain > cycle ? drain : cycle;
                }
        }
        time = cycle > time ? cycle : time;
    }
    return time;
}

/* About how many tasks complete per time. */
static double completion_rate(const struct model *m)
{
    double rate = m->open_rate;
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const struct arrival *arrival = m->kinds[k].arrival;
        if (arrival->form != ARRIVAL_CLOSED)
            continue;
        const double cycle = m->kind_time[k] + mean_or_0(&arrival->think);
        double most = cycle > 0.0 ? arrival->number / cycle : 0.0;
        for (uint32_t i = 0; i < m->station_count; i++)
            if (m->stations[i].servers != UNLIMITED && m->held_mean[i] > 0.0) {
                const double bound = (double)m->stations[i].servers / m->held_mean[i];
                most = bound < most || most == 0.0 ? bound : most;
            }
        rate += most;
    }
    return rate;
}

static double events_per_task(const struct model *m)
{
    double events = 1.0;
    for (uint32_t i = 0; i < m->station_count; i++)
        events += m->visits[i];
    return events;
}

/* From when on the rates are those of the long run. */
static double settled(const struct model *m)
{
    double time = 0.0;
    for (uint32_t k = 0; k < m->kind_count; k++)
        time = fmax(time, m->kinds[k].arrival->settles);
    return time;
}

/* A time after which all rates that repeat themselves have come round; 0: none does. Where the periods have
 * no common multiple within reason, the longest. */
static double common_period(const struct model *m)
{
    enum { MULTIPLES_MOST = 100 };
    double longest = 0.0;
    for (uint32_t k = 0; k < m->kind_count; k++)
        if (!m->kinds[k].arrival->ends)
            longest = fmax(longest, m->kinds[k].arrival->period);
    for (int i = 1; longest > 0.0 && i <= MULTIPLES_MOST; i++) {
        bool common = true;
        for (uint32_t k = 0; k < m->kind_count && common; k++) {
            const double period = m->kinds[k].arrival->period;
            const double turns = period > 0.0 ? i * longest / period : 1.0;
            common = m->kinds[k].arrival->ends || fabs(turns - nearbyint(turns)) < 1e-9 * turns;
        }
        if (common)
            return i * longest;
    }
    return longest;
}

static double whole_periods(double time, double period)
{
    return ceil(time / period * (1.0 - 1e-12)) * period;
}

void model_round_length(struct model *m)
{
    const struct run_spec *run = &m->scenario->run;
    if (!(m->period > 0.0) || m->terminating)
        return;
    if (isnan(run->warmup))
        m->warmup = whole_periods(m->warmup, m->period);
    if (isnan(run->time) && isfinite(m->length)) /* each half by itself, so that halves can be compared */
        m->length = 2.0 * whole_periods(fmax(m->length / 2.0, m->period), m->period);
}

bool model_settled(const struct model *m)
{
    return m->terminating || m->warmup >= settled(m);
}

bool model_halves_alike(const struct model *m)
{
    if (m->terminating || !isfinite(m->length) || !model_settled(m))
        return false;
    const double turns = m->period > 0.0 ? m->length / 2.0 / m->period : 1.0;
    return fabs(turns - nearbyint(turns)) < 1e-9 * turns;
}

bool model_whole_periods(const struct model *m)
{
    if (!(m->period > 0.0) || m->terminating)
        return true;
    enum { TURNS_ENOUGH = 200 }; /* beyond, the part of a period that is left over hardly weighs */
    const double length = isfinite(m->length) ? m->length : (double)m->count / m->open_rate;
    const double turns = length / m->period;
    return turns >= TURNS_ENOUGH || (isfinite(m->length) && fabs(turns - nearbyint(turns)) < 1e-9 * turns);
}

void model_choose_length(struct model *m)
{
    const struct run_spec *run = &m->scenario->run;
    const double rate = completion_rate(m), relax = slowest(m);
    m->events_per_time = rate * events_per_task(m);
    m->replications_first = REPLICATIONS_FIRST;
    m->count = isnan(run->count) ? UINT64_MAX : (uint64_t)run->count;
    m->warmup = !isnan(run->warmup) ? run->warmup
                : m->terminating    ? 0.0
                                    : settled(m) + WARMUP_RELAXATIONS * relax;
    m->length = run->time;
    if (isnan(run->time)) {
        m->length = INFINITY;
        if (!m->terminating && m->count == UINT64_MAX) {
            const double least = rate > 0.0 ? COMPLETIONS_LEAST / rate : 1.0;
            m->length = LENGTH_RELAXATIONS * relax;
            m->length = m->length > least ? m->length : least;
        }
    }
    m->period = common_period(m);
    model_round_length(m);
}

void model_lengthen(struct model *m)
{
    const struct run_spec *run = &m->scenario->run;
    if (isnan(run->warmup))
        m->warmup *= 2.0;
    if (isnan(run->time))
        m->length *= 2.0;
}
