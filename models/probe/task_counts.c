/* How many tasks of a kind come, go and are there. */
#include "models/probe/probe.h"
#include "models/world.h"

static struct sample read_throughput(const struct world *w, size_t subject)
{
    return sample_of_ratio((double)w->kinds[subject].completed, w->end - w->cut);
}

static struct sample read_in_system(const struct world *w, size_t subject)
{
    return sample_of_ratio(time_average_area(&w->kinds[subject].in_system, w->end), w->end - w->cut);
}

static struct sample read_lost(const struct world *w, size_t subject)
{
    return sample_of_ratio((double)w->kinds[subject].lost, (double)w->kinds[subject].arrived);
}

static struct sample read_abandoned(const struct world *w, size_t subject)
{
    return sample_of_ratio((double)w->kinds[subject].abandoned, (double)w->kinds[subject].arrived);
}

/* Nothing in this version's language makes a task time out. */
static struct sample read_none(const struct world *w, size_t subject)
{
    return sample_of_ratio(0.0, (double)w->kinds[subject].arrived);
}

static struct sample read_missed(const struct world *w, size_t subject)
{
    const struct kind_state *ks = &w->kinds[subject];
    if (w->model->kinds[subject].deadline == NULL)
        return sample_of_ratio(0.0, 0.0);
    return sample_of_ratio((double)ks->missed, (double)ks->completed);
}

static struct sample read_unfinished(const struct world *w, size_t subject)
{
    return sample_of_ratio((double)w->kinds[subject].present, 1.0);
}

const struct probe_type probe_throughput = {
    .name = "throughput",
    .summary = "tasks completed per time",
    .scope = PROBE_KIND,
    .unit = UNIT_RATE,
    .headline = true,
    .read = read_throughput,
};

const struct probe_type probe_in_system = {
    .name = "in_system",
    .summary = "time average of the number of tasks present (those that think left out)",
    .scope = PROBE_KIND,
    .unit = UNIT_NUMBER,
    .read = read_in_system,
};

const struct probe_type probe_lost = {
    .name = "lost",
    .summary = "share of arrivals that were refused because a station was full, or did not join it (`balk`)",
    .scope = PROBE_KIND,
    .unit = UNIT_FRACTION,
    .headline = true,
    .read = read_lost,
};

const struct probe_type probe_abandoned = {
    .name = "abandoned",
    .summary = "share of arrivals that left a line because their `patience` ended",
    .scope = PROBE_KIND,
    .unit = UNIT_FRACTION,
    .read = read_abandoned,
};

const struct probe_type probe_timed_out = {
    .name = "timed_out",
    .summary = "share of arrivals that gave up for a time-out (0 in this version: no `timeout`)",
    .scope = PROBE_KIND,
    .unit = UNIT_FRACTION,
    .read = read_none,
};

const struct probe_type probe_missed = {
    .name = "missed",
    .summary = "share of completed tasks that ended after their deadline, of kinds that have one",
    .scope = PROBE_KIND,
    .unit = UNIT_FRACTION,
    .read = read_missed,
};

const struct probe_type probe_unfinished = {
    .name = "unfinished",
    .summary = "tasks still present when a replication ends",
    .scope = PROBE_KIND,
    .unit = UNIT_NUMBER,
    .read = read_unfinished,
};
