/* { "at_once": m }: a batch at time 0. */
#include "models/arrival/arrival.h"

static bool init(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    (void)err;
    arrival->form = ARRIVAL_AT_ONCE;
    arrival->number = args[0].number;
    arrival->ends = true;
    return true;
}

const struct arrival_type arrival_at_once = {
    .name = "at_once",
    .summary = "a number of tasks (or batches) at time 0, or at \"start\"; the run ends when all are done "
               "and reports the makespan",
    .params = {{.name = "at_once",
                .type = PARAM_WHOLE,
                .range = RANGE_FROM_ONE,
                .required = true,
                .summary = "how many tasks"}},
    .examples = {"{ \"at_once\": 4 }"},
    .refuses = {[MODIFIER_STOP] = "all arrive at one instant, \"start\"",
                [MODIFIER_COUNT] = "\"at_once\" itself says how many"},
    .init = init,
};
