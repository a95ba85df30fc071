/* { "closed": N, "think": D }: a fixed population. */
#include "models/arrival/arrival.h"

static bool init(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    (void)err;
    arrival->form = ARRIVAL_CLOSED;
    arrival->number = args[0].number;
    arrival->think = args[1].given ? *args[1].dist : dist_make_constant(0.0);
    arrival->drawn = arrival->think.shape != DIST_CONSTANT;
    return true;
}

const struct arrival_type arrival_closed = {
    .name = "closed",
    .summary = "a number of tasks that come back for ever, each after a think time; at time 0 all think",
    .params = {{.name = "closed",
                .type = PARAM_WHOLE,
                .range = RANGE_FROM_ONE,
                .required = true,
                .summary = "how many tasks (clients)"},
               {.name = "think",
                .type = PARAM_DIST,
                .dimension = DIMENSION_TIME,
                .summary = "time between the end of one task and the next of the same client; default 0"}},
    .examples = {"{ \"closed\": 50, \"think\": { \"dist\": \"exponential\", \"mean\": 100 } }"},
    .refuses = {[MODIFIER_BATCH] = "each client comes back on its own"},
    .init = init,
};
