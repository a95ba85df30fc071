#include "models/limit/limit.h"

#include <math.h>

enum { SMOOTHING };

static void tell(struct limit_told *told, const struct arg *args)
{
    told->smoothing = limit_arg(&args[SMOOTHING], 0.2);
}

static void hear(struct limit_state *state, const struct limit_told *told, const struct limit_visit *visit)
{
    const double took = visit->ended - visit->began;
    if (visit->broken_off)
        return;
    state->least = took < state->least ? took : state->least;
    const double gradient = took > 0.0 ? fmax(state->least / took, 0.5) : 1.0;
    const double wanted = state->limit * gradient + sqrt(state->limit);
    if (wanted > state->limit && 2.0 * visit->at_once < state->limit)
        return;
    state->limit += told->smoothing * (wanted - state->limit);
}

const struct limit_type limit_gradient = {
    .name = "gradient",
    .summary = "in proportion to the shortest visit so far over this one, with room for a short queue",
    .rule = "wanted = limit max(1/2, shortest visit so far / this one) + sqrt(limit); the limit goes `smoothing` of the way there, upwards "
            "only if at least half of it is in use. Visits that are broken off are not looked at. (The first form of the rule in Netflix's "
            "concurrency-limits, 2018.)",
    .params = {{.name = "smoothing", .type = PARAM_NUMBER, .range = RANGE_OPEN_PROBABILITY, .summary = "default 0.2"}},
    .example = "{ \"rule\": \"gradient\", \"max\": 200 }",
    .tell = tell,
    .hear = hear,
};
