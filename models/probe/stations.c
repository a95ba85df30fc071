/* What goes on at each station. */
#include "models/probe/probe.h"
#include "models/individual.h"
#include "models/tokens.h"
#include "models/world.h"

/* The integral, to the end, of one of the station's counts. */
static double area_to_end(const struct world *w, const struct station *st, double area, uint32_t count)
{
    return area + (double)count * (w->end - st->since);
}

static struct sample per_time(const struct world *w, double area)
{
    return sample_of_ratio(area, w->end - w->cut);
}

/* Per server, or in all where there are infinitely many. */
static double servers(const struct station *st)
{
    return st->model->servers == UNLIMITED ? 1.0 : (double)st->model->servers;
}

/* Where servers come and go, the integral of the number that is there. */
static double on_area(const struct world *w, const struct station *st)
{
    const struct individuals *all = st->individuals;
    return all->on_area + all->on * (w->end - all->since);
}

static struct sample read_servers(const struct world *w, size_t subject)
{
    const struct station *st = &w->stations[subject];
    return st->individuals == NULL ? sample_of_ratio(0.0, 0.0) : per_time(w, on_area(w, st));
}

static struct sample read_broken(const struct world *w, size_t subject)
{
    const struct station *st = &w->stations[subject];
    const struct individuals *all = st->individuals;
    if (all == NULL || st->model->up == NULL)
        return sample_of_ratio(0.0, 0.0);
    return sample_of_ratio(all->broken_area + all->broken * (w->end - all->since), on_area(w, st));
}

static struct sample read_away(const struct world *w, size_t subject)
{
    const struct station *st = &w->stations[subject];
    const struct individuals *all = st->individuals;
    if (all == NULL || (st->model->vacation == NULL && st->model->rest_until == 0))
        return sample_of_ratio(0.0, 0.0);
    return sample_of_ratio(all->away_area + all->away * (w->end - all->since), on_area(w, st));
}

static struct sample read_utilisation(const struct world *w, size_t subject)
{
    const struct station *st = &w->stations[subject];
    if (st->model->tokens_rate > 0.0)
        return per_time(w, tokens_used(w, st));
    if (st->individuals != NULL)
        return sample_of_ratio(area_to_end(w, st, st->busy_area, st->busy), on_area(w, st));
    return per_time(w, area_to_end(w, st, st->busy_area, st->busy) / servers(st));
}

static struct sample read_setting_up(const struct world *w, size_t subject)
{
    const struct station *st = &w->stations[subject];
    return per_time(w, area_to_end(w, st, st->setting_up_area, st->setting_up) / servers(st));
}

static struct sample read_queue_length(const struct world *w, size_t subject)
{
    const struct station *st = &w->stations[subject];
    const double in_service = st->model->crowd ? st->served_area + st->served_tasks * (w->end - st->served_since)
                                               : area_to_end(w, st, st->busy_area, st->busy);
    return per_time(w, area_to_end(w, st, st->present_area, st->present) - in_service);
}

static struct sample read_in_station(const struct world *w, size_t subject)
{
    const struct station *st = &w->stations[subject];
    return per_time(w, area_to_end(w, st, st->present_area, st->present));
}

static struct sample read_wait(const struct world *w, size_t subject)
{
    return sample_of_tally(&w->stations[subject].wait);
}

static struct sample read_response(const struct world *w, size_t subject)
{
    return sample_of_tally(&w->stations[subject].response);
}

static struct sample read_throughput(const struct world *w, size_t subject)
{
    return per_time(w, (double)tally_count(&w->stations[subject].response));
}

static struct sample read_lost(const struct world *w, size_t subject)
{
    return sample_of_ratio((double)w->stations[subject].lost, (double)w->stations[subject].offered);
}

const struct probe_type probe_station_utilisation = {
    .name = "utilisation",
    .summary = "mean share of the servers that are serving or held; of infinite servers the mean number; of a token bucket "
               "the share of time in which it is not full, so that tokens that come are kept",
    .scope = PROBE_STATION,
    .unit = UNIT_FRACTION,
    .read = read_utilisation,
};

const struct probe_type probe_station_servers = {
    .name = "servers",
    .summary = "mean number of servers that are there (broken ones and those on vacation included), where they come "
               "and go",
    .scope = PROBE_STATION,
    .unit = UNIT_NUMBER,
    .read = read_servers,
};

const struct probe_type probe_station_broken = {
    .name = "broken",
    .summary = "mean share of the servers that are broken, of stations with `breakdown`",
    .scope = PROBE_STATION,
    .unit = UNIT_FRACTION,
    .read = read_broken,
};

const struct probe_type probe_station_away = {
    .name = "away",
    .summary = "mean share of the servers that are on vacation, of stations with `vacation`",
    .scope = PROBE_STATION,
    .unit = UNIT_FRACTION,
    .read = read_away,
};

/* Servers that exist: those that serve, start, or are warm and idle. */
static double existing(const struct world *w, const struct station *st)
{
    if (st->individuals != NULL) {
        const struct individuals *all = st->individuals;
        return on_area(w, st) - (all->cold_area + all->cold * (w->end - all->since));
    }
    if (st->model->servers != UNLIMITED && st->model->setup == NULL)
        return st->model->servers * (w->end - w->cut);
    double area = area_to_end(w, st, st->busy_area, st->busy);
    if (st->model->setup != NULL)
        area += area_to_end(w, st, st->setting_up_area, st->setting_up) + st->warm_area +
                st->idle * (w->end - st->warm_since);
    return area;
}

static struct sample read_cost(const struct world *w, size_t subject)
{
    const struct station *st = &w->stations[subject];
    if (!st->model->costs)
        return sample_of_ratio(0.0, 0.0);
    return per_time(w, st->model->cost_per_server * existing(w, st) +
                           st->model->cost_per_task * area_to_end(w, st, st->present_area, st->present));
}

const struct probe_type probe_station_cost = {
    .name = "cost",
    .summary = "time average of what the station occupies, in the unit of its `cost`: per server that exists (warm "
               "or being set up), per task present",
    .scope = PROBE_STATION,
    .unit = UNIT_NUMBER,
    .read = read_cost,
};

const struct probe_type probe_station_setting_up = {
    .name = "setting_up",
    .summary = "mean share of the servers that are being set up; of infinite servers the mean number",
    .scope = PROBE_STATION,
    .unit = UNIT_FRACTION,
    .read = read_setting_up,
};

const struct probe_type probe_station_queue_length = {
    .name = "queue_length",
    .summary = "time average of the number of tasks that wait here",
    .scope = PROBE_STATION,
    .unit = UNIT_NUMBER,
    .controlled = true,
    .read = read_queue_length,
};

const struct probe_type probe_station_in_station = {
    .name = "in_station",
    .summary = "time average of the number of tasks that wait here or have a server",
    .scope = PROBE_STATION,
    .unit = UNIT_NUMBER,
    .controlled = true,
    .read = read_in_station,
};

const struct probe_type probe_station_wait = {
    .name = "wait",
    .summary = "time that one visit waits for a server (a task that queues again after an await makes "
               "another visit)",
    .scope = PROBE_STATION,
    .unit = UNIT_TIME,
    .tally = true,
    .controlled = true,
    .read = read_wait,
};

const struct probe_type probe_station_response = {
    .name = "response",
    .summary = "time from joining the station to giving its server back, per visit",
    .scope = PROBE_STATION,
    .unit = UNIT_TIME,
    .tally = true,
    .controlled = true,
    .read = read_response,
};

const struct probe_type probe_station_throughput = {
    .name = "throughput",
    .summary = "visits that ended, per time",
    .scope = PROBE_STATION,
    .unit = UNIT_RATE,
    .read = read_throughput,
};

const struct probe_type probe_station_lost = {
    .name = "lost",
    .summary =
        "share of the tasks coming here that were refused because the station was full, were dropped by its line, or "
        "did not join",
    .scope = PROBE_STATION,
    .unit = UNIT_FRACTION,
    .read = read_lost,
};
