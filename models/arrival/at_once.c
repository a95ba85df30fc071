/* { "at_once": m }: a batch at time 0. */
#include "models/arrival/arrival.h"

static bool init(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    (void)err;
    arrival->form = ARRIVAL_AT_ONCE;
    arrival->number = args[0].number;
    return true;
}

const struct arrival_type arrival_at_once = {
    .name = "at_once",
    .summary = "a number of tasks at time 0; the run ends when all are done and reports the makespan",
    .params = {{.name = "at_once",
                .type = PARAM_WHOLE,
                .range = RANGE_FROM_ONE,
                .required = true,
                .summary = "how many tasks"}},
    .examples = {"{ \"at_once\": 4 }"},
    .init = init,
};
