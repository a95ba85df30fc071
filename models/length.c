/* length.c: how long to run what the scenario leaves open.
 *
 * A replication starts empty. How fast that is forgotten follows from the load: the relaxation time of an
 * M/M/1 queue is 1 / (sqrt(mu) - sqrt(lambda))^2 (Morse, Queues, Inventories and Maintenance, 1958, ch. 6;
 * Cohen, The Single Server Queue, 1982, p. 178), that of M/M/1/K 1 / (lambda + mu - 2 sqrt(lambda mu) cos(pi
 * / (K + 1))) (ibid.); c servers are taken as one that is c times as fast, and other laws of service scale it
 * by (1 + scv) / 2, as in heavy traffic (Kingman 1962). The slowest station decides. This is a choice of
 * length, not a result: models/settle.c asks the data beforehand how long the start is felt, and models/conduct.c checks
 * afterwards that the number in system has no trend; both lengthen the replications. */
#include "models/discipline/discipline.h"
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

/* How long two states that follow each other are remembered: 1 / (1 / a + 1 / b) where their times are exponential, ten times as
 * long where they hardly vary. */
static double alternation(double a, double b, double scv)
{
    return a > 0.0 && b > 0.0 ? a * b / (a + b) / fmin(fmax(scv, 0.1), 1.0) : 0.0;
}

static double breakdown_period(const struct station_model *station)
{
    return station->up != NULL && station->up->shape == DIST_CONSTANT && station->down->shape == DIST_CONSTANT
               ? station->up->a + station->down->a
               : 0.0;
}

/* How long it is remembered which servers are there, and how fast they are. What repeats itself is a period, not here. */
static double servers_memory(const struct station_model *station)
{
    double time = mean_or_0(station->setup) + mean_or_0(station->keep_alive) / 2.0 + mean_or_0(station->vacation) +
                  station->list_count * mean_or_0(station->told.switch_over) + station->scale_every +
                  mean_or_0(station->scale_lag) + station->scale_stabilisation;
    if (station->up != NULL && !(breakdown_period(station) > 0.0))
        time += alternation(mean_or_0(station->up), mean_or_0(station->down), fmax(station->up->scv, station->down->scv));
    const struct environment_spec *e = station->environment;
    if (e != NULL && !(e->period > 0.0)) {
        double scv = 0.0;
        for (size_t i = 0; i < e->state_count; i++)
            scv = fmax(scv, e->states[i].lasts->scv);
        time += alternation(e->home, e->away, scv);
    }
    return time;
}

/* 2 sqrt(rho) (1 - cos(pi / (places + 1))): what a bound on the number there adds to the gap (see above). */
static double bound_gap(double rho, double places)
{
    return 2.0 * sqrt(rho) * (1.0 - cos(M_PI / (places + 1.0)));
}

static double free_gap(double rho)
{
    return (1.0 - sqrt(rho)) * (1.0 - sqrt(rho));
}

/* Is a task that asks for much not served while another is there that asks for less? */
static bool puts_off(const struct station_model *station)
{
    const struct discipline_type *d = station->discipline;
    return (station->preempt != PREEMPT_NOBODY && (d->order == ORDER_SIZE || d->order == ORDER_LEFT)) || d == lookup_row(discipline_table, "las");
}

/* Where it does, the number there settles soon if there is room for few, but not who they are: those that ask for much fill the places one after the other. A relaxation time for
 * each place, but no more than without a bound. (A choice, as all of these: M/G/1/5 SRPT at load 1, scv 5, takes about 240 mean services, where the number takes 11; this says 67.) */
static double putting_off(double step, double rho, double places)
{
    const double gap = free_gap(rho) + bound_gap(rho, places), least = 1e-3;
    return fmin(step * (places + 1.0) / gap, step / (rho < 1.0 ? fmax(free_gap(rho), least) : least));
}

/* Relaxation time of one station under load rho. */
static double relaxation(const struct model *m, uint32_t i, double rho)
{
    const struct station_model *station = &m->stations[i];
    if (!(m->visits[i] > 0.0) || !(m->held_mean[i] > 0.0))
        return 0.0;
    const double service = m->held_mean[i] / m->visits[i];
    double time = service * irregularity(m, i);
    if (station->servers != UNLIMITED && rho > 0.0) {
        double gap = free_gap(rho);
        if (station->capacity != UNLIMITED)
            gap += bound_gap(rho, (double)station->capacity);
        else if (rho >= 1.0)
            gap = 1e-3; /* overloaded: there is no steady state to wait for */
        else if (rho > load_most)
            gap = free_gap(load_most);
        double queue = time / (double)station->servers / gap;
        if (station->capacity != UNLIMITED && puts_off(station))
            queue = fmax(queue, putting_off(time / (double)station->servers, rho, (double)station->capacity));
        if (queue > time + m->patience[i]) /* nobody waits for longer, and then it is forgotten */
            queue = time + m->patience[i];
        time = queue > time ? queue : time;
    }
    return time + servers_memory(station);
}

/* Mean time that one task asks of each server of a station with finitely many; 0 for others. */
static double demand(const struct model *m, uint32_t i)
{
    return m->stations[i].servers == UNLIMITED ? 0.0 : m->held_mean[i] / (double)m->stations[i].servers;
}

/* Relaxation time of a closed kind's round. Where the bottleneck is always busy it acts on the other stations
 * as a Poisson source of its own rate, so that each of these is an M/M/1 of load demand / demand of the
 * bottleneck, with room for the tasks that are not on their way elsewhere: two stations of equal demand share
 * them out in a random walk whose time grows with the square of their number. Where it is not, the stations
 * see about N / (time of a round without waiting). */
static double round_relaxation(const struct model *m, const struct arrival *arrival, double round)
{
    double most = 0.0, time = round;
    uint32_t bottleneck = 0;
    for (uint32_t i = 0; i < m->station_count; i++)
        if (demand(m, i) > most) {
            most = demand(m, i);
            bottleneck = i;
        }
    if (!(most > 0.0) || !(round > 0.0))
        return time;
    const double n = arrival->number, fills = round / most; /* tasks that keep the bottleneck just busy */
    const bool busy = n >= 0.9 * fills;
    const double places = busy ? fmax(n - fills, 3.0 * sqrt(n)) : n;
    for (uint32_t i = 0; i < m->station_count; i++) {
        if (demand(m, i) > 0.0 && puts_off(&m->stations[i]))
            time = fmax(time, putting_off(demand(m, i) * irregularity(m, i), fmin(n * demand(m, i) / round, 1.0), n));
        if (!(demand(m, i) > 0.0) || (busy && i == bottleneck))
            continue;
        const double rho = busy ? demand(m, i) / most : n / round * demand(m, i);
        const double step = (busy ? most : demand(m, i)) * irregularity(m, i);
        time = fmax(time, step / (free_gap(rho) + bound_gap(rho, places)));
    }
    return fmax(time, n * most < round ? 0.0 : n * most);
}

/* About how long the whole takes to forget that it started empty. utilisation, by station: what was measured,
 * which for servers held across other lines is more than the mean values say; NULL: not yet known. */
static double slowest(const struct model *m, const double *utilisation)
{
    double time = 0.0;
    for (uint32_t i = 0; i < m->station_count; i++) {
        double rho = m->load[i];
        if (utilisation != NULL && m->open_rate > 0.0 && m->stations[i].servers != UNLIMITED)
            rho = fmax(rho, fmin(utilisation[i], load_most));
        time = fmax(time, relaxation(m, i, rho));
    }
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const struct arrival *arrival = m->kinds[k].arrival;
        double round = m->kind_time[k] + arrival->memory;
        if (arrival->form == ARRIVAL_CLOSED)
            round = round_relaxation(m, arrival, round + mean_or_0(&arrival->think));
        time = fmax(time, round);
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
    for (uint32_t i = 0; i < m->station_count; i++)
        if (m->stations[i].schedule_count > 1 && !(m->stations[i].schedule_repeat < INFINITY))
            time = fmax(time, m->stations[i].schedule[2 * m->stations[i].schedule_count - 2]);
    return time;
}

/* Period n of those that the model has: of arrivals, of the hours of servers, of breakdowns and environments by the clock. 0: it
 * does not repeat itself. */
static double period_of(const struct model *m, uint32_t n)
{
    if (n < m->kind_count)
        return m->kinds[n].arrival->ends ? 0.0 : m->kinds[n].arrival->period;
    const struct station_model *station = &m->stations[(n - m->kind_count) / 3];
    switch ((n - m->kind_count) % 3) {
    case 0:
        return station->schedule_count > 1 && station->schedule_repeat < INFINITY ? station->schedule_repeat : 0.0;
    case 1:
        return breakdown_period(station);
    default:
        return station->environment != NULL ? station->environment->period : 0.0;
    }
}

/* A time after which all that repeats itself has come round; 0: nothing does. Where the periods have no common
 * multiple within reason, the longest. */
static double common_period(const struct model *m)
{
    enum { MULTIPLES_MOST = 100 };
    const uint32_t count = m->kind_count + 3 * m->station_count;
    double longest = 0.0;
    for (uint32_t n = 0; n < count; n++)
        longest = fmax(longest, period_of(m, n));
    for (int i = 1; longest > 0.0 && i <= MULTIPLES_MOST; i++) {
        bool common = true;
        for (uint32_t n = 0; n < count && common; n++) {
            const double period = period_of(m, n);
            const double turns = period > 0.0 ? i * longest / period : 1.0;
            common = fabs(turns - nearbyint(turns)) < 1e-9 * turns;
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

bool model_one_long_run(const struct model *m)
{
    const struct run_spec *run = &m->scenario->run;
    return run->replications == 1 && isnan(run->count) && !m->terminating && !m->deterministic;
}

bool model_steady_rates(const struct model *m)
{
    return !(settled(m) > 0.0) && !(m->period > 0.0);
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
    const double rate = completion_rate(m), relax = slowest(m, NULL);
    m->events_per_time = rate * events_per_task(m);
    m->completions_per_time = rate;
    m->warmup_found = (double)NAN;
    m->warmup_doubtful = false;
    m->replications_first = (run->antithetic ? 2 : 1) * REPLICATIONS_FIRST; /* as many observations in pairs */
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

double model_warmup_for(const struct model *m, const double *utilisation)
{
    return settled(m) + WARMUP_RELAXATIONS * slowest(m, utilisation);
}

void model_lengthen(struct model *m, double factor)
{
    const struct run_spec *run = &m->scenario->run;
    if (isnan(run->warmup))
        m->warmup *= factor;
    if (isnan(run->time))
        m->length *= factor;
    model_round_length(m);
}
