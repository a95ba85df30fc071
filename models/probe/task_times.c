/* How long a task takes, and of what that is made: tallies over the tasks of a kind that completed. */
#include "models/probe/probe.h"
#include "models/world.h"

#define TASK_TIME(field)                                                                                     \
    static struct sample read_##field(const struct world *w, size_t subject)                                 \
    {                                                                                                        \
        return sample_of_tally(&w->kinds[subject].field);                                                    \
    }

TASK_TIME(response)
TASK_TIME(wait)
TASK_TIME(service)

static const struct histogram *response_histogram(const struct world *w, size_t subject)
{
    return w->kinds[subject].response_histogram;
}

static const struct histogram *wait_histogram(const struct world *w, size_t subject)
{
    return w->kinds[subject].wait_histogram;
}

/* A kind whose tasks can have neither keeps no tally of them: each is 0, as often as a task completed. */
static struct sample of_tasks_with(const struct world *w, size_t subject, bool some, const struct tally *t)
{
    const uint64_t completed = w->kinds[subject].completed;
    if (some && (w->model->kinds[subject].delays || w->model->overheads))
        return sample_of_tally(t);
    struct tally zero = {.count = completed, .min = 0.0, .max = 0.0};
    if (completed == 0)
        tally_init(&zero);
    return sample_of_tally(&zero);
}

static struct sample read_delay(const struct world *w, size_t subject)
{
    return of_tasks_with(w, subject, w->model->kinds[subject].delays, &w->kinds[subject].delay);
}

static struct sample read_overhead(const struct world *w, size_t subject)
{
    return of_tasks_with(w, subject, w->model->overheads, &w->kinds[subject].overhead);
}

const struct probe_type probe_response = {
    .name = "response",
    .summary = "time from arrival to the end of the last step (sojourn time), over tasks that completed",
    .scope = PROBE_KIND,
    .unit = UNIT_TIME,
    .tally = true,
    .headline = true,
    .controlled = true,
    .read = read_response,
    .histogram = response_histogram,
};

const struct probe_type probe_wait = {
    .name = "wait",
    .summary =
        "the part of response spent queueing, anywhere: at stations, for pools, to resume, for a setup",
    .scope = PROBE_KIND,
    .unit = UNIT_TIME,
    .tally = true,
    .controlled = true,
    .read = read_wait,
    .histogram = wait_histogram,
};

const struct probe_type probe_service = {
    .name = "service",
    .summary = "the part of response spent being served at stations (`at`)",
    .scope = PROBE_KIND,
    .unit = UNIT_TIME,
    .tally = true,
    .read = read_service,
};

const struct probe_type probe_delay = {
    .name = "delay",
    .summary = "the part of response spent in `delay` steps",
    .scope = PROBE_KIND,
    .unit = UNIT_TIME,
    .tally = true,
    .read = read_delay,
};

const struct probe_type probe_overhead = {
    .name = "overhead",
    .summary = "the part of response spent on `switch` costs",
    .scope = PROBE_KIND,
    .unit = UNIT_TIME,
    .tally = true,
    .read = read_overhead,
};
