#include "models/probe/probe.h"
#include "models/world.h"

static struct sample read_makespan(const struct world *w, size_t subject)
{
    (void)subject;
    if (!w->model->terminating || w->alive > 0)
        return sample_of_ratio(0.0, 0.0);
    struct tally t;
    tally_init(&t);
    tally_add(&t, w->last_leave);
    return sample_of_tally(&t);
}

const struct probe_type probe_makespan = {
    .name = "makespan",
    .summary = "time at which the last task of a terminating run ended",
    .at_end = true,
    .scope = PROBE_RUN,
    .unit = UNIT_TIME,
    .tally = true,
    .read = read_makespan,
};
