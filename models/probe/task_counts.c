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

static struct sample read_timed_out(const struct world *w, size_t subject)
{
    return sample_of_ratio((double)w->kinds[subject].timed_out, (double)w->kinds[subject].arrived);
}

/* Where no time-out can be, there is nothing to count. */
static struct sample read_attempts(const struct world *w, size_t subject)
{
    const double arrived = w->model->frames > 0 ? (double)w->kinds[subject].arrived : 0.0;
    return sample_of_ratio(w->model->frames > 0 ? (double)w->kinds[subject].attempts : 0.0, arrived);
}

static struct sample read_wasted(const struct world *w, size_t subject)
{
    const struct kind_state *ks = &w->kinds[subject];
    if (w->model->frames == 0 && !w->model->parted)
        return sample_of_ratio(0.0, 0.0);
    return sample_of_ratio(ks->served > ks->useful ? ks->served - ks->useful : 0.0, ks->served);
}

/* Where nothing is delivered, there is nothing to count. */
static struct sample of_messages(const struct world *w, size_t subject, uint64_t number)
{
    return sample_of_ratio((double)number, w->model->delivers ? (double)w->kinds[subject].arrived : 0.0);
}

static struct sample read_redeliveries(const struct world *w, size_t subject)
{
    return of_messages(w, subject, w->kinds[subject].redelivered);
}

static struct sample read_duplicates(const struct world *w, size_t subject)
{
    return of_messages(w, subject, w->kinds[subject].duplicates);
}

static struct sample read_dead_letters(const struct world *w, size_t subject)
{
    return of_messages(w, subject, w->kinds[subject].dead);
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
    .controlled = true,
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
    .summary = "share of arrivals that ended because a `timeout` was over, with no retry left and no `else`",
    .scope = PROBE_KIND,
    .unit = UNIT_FRACTION,
    .read = read_timed_out,
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
    .at_end = true,
    .scope = PROBE_KIND,
    .unit = UNIT_NUMBER,
    .read = read_unfinished,
};

const struct probe_type probe_attempts = {
    .name = "attempts",
    .summary = "attempts under a `timeout` per arrival, in scenarios that have one",
    .scope = PROBE_KIND,
    .unit = UNIT_NUMBER,
    .read = read_attempts,
};

const struct probe_type probe_wasted = {
    .name = "wasted",
    .summary = "share of the service of its tasks that came to nothing: attempts that timed out, branches that "
               "nobody waited for, tasks that did not complete; in scenarios with `timeout` or `fork`",
    .scope = PROBE_KIND,
    .unit = UNIT_FRACTION,
    .read = read_wasted,
};

const struct probe_type probe_redeliveries = {
    .name = "redeliveries",
    .summary = "deliveries beyond the first per arrival, in scenarios with `deliver`",
    .scope = PROBE_KIND,
    .unit = UNIT_NUMBER,
    .read = read_redeliveries,
};

const struct probe_type probe_duplicates = {
    .name = "duplicates",
    .summary = "deliveries per arrival that began while another one of the same message was being processed, in "
               "scenarios with `deliver`",
    .scope = PROBE_KIND,
    .unit = UNIT_NUMBER,
    .read = read_duplicates,
};

const struct probe_type probe_dead_letters = {
    .name = "dead_letters",
    .summary = "messages per arrival that were delivered as often as may be and not acknowledged, in scenarios with "
               "`deliver`",
    .scope = PROBE_KIND,
    .unit = UNIT_NUMBER,
    .read = read_dead_letters,
};
