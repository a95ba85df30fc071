/* { "interarrival": D }: a renewal process. */
#include "models/arrival/arrival.h"

static bool init(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    arrival->form = ARRIVAL_OPEN;
    arrival->interarrival = *args[0].dist;
    if (!(args[0].dist->mean > 0.0))
        return error_set(err,
                         "the mean time between arrivals must be above 0, or infinitely many arrive at once");
    arrival->rate = 1.0 / arrival->interarrival.mean;
    arrival->scv = arrival->interarrival.scv;
    arrival->drawn = arrival->interarrival.shape != DIST_CONSTANT;
    return true;
}

const struct arrival_type arrival_interarrival = {
    .name = "interarrival",
    .summary = "renewal process: independent times between arrivals, the first task after one of them",
    .params = {{.name = "interarrival",
                .type = PARAM_DIST,
                .dimension = DIMENSION_TIME,
                .required = true,
                .summary = "time from one arrival to the next"}},
    .examples = {"{ \"interarrival\": { \"dist\": \"erlang\", \"k\": 4, \"mean\": 2 } }"},
    .init = init,
};
