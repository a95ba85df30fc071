/* { "rate": r }: a Poisson process. */
#include "models/arrival/arrival.h"

#include <math.h>

static bool init(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!isfinite(1.0 / args[0].number))
        return error_set(err, "a rate of %g is too small: the time between arrivals is beyond any number",
                         args[0].number);
    arrival->form = ARRIVAL_OPEN;
    arrival->interarrival = dist_make_exponential(1.0 / args[0].number);
    arrival->rate = 1.0 / arrival->interarrival.mean;
    arrival->scv = arrival->interarrival.scv;
    arrival->drawn = true;
    return true;
}

const struct arrival_type arrival_rate = {
    .name = "rate",
    .summary = "Poisson process: exponential times between arrivals",
    .params = {{.name = "rate",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_RATE,
                .range = RANGE_POSITIVE,
                .required = true,
                .summary = "arrivals per time unit, or \"1500/s\""}},
    .examples = {"{ \"rate\": 0.9 }", "{ \"rate\": \"1500/s\" }"},
    .init = init,
};
