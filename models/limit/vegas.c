#include "models/limit/limit.h"

enum { ALPHA, BETA };

static void tell(struct limit_told *told, const struct arg *args)
{
    told->alpha = limit_arg(&args[ALPHA], 3.0);
    told->beta = limit_arg(&args[BETA], 6.0);
}

static void hear(struct limit_state *state, const struct limit_told *told, const struct limit_visit *visit)
{
    const double took = visit->ended - visit->began;
    if (visit->broken_off)
        return;
    state->least = took < state->least ? took : state->least;
    const double queue = took > 0.0 ? state->limit * (1.0 - state->least / took) : 0.0;
    if (queue < told->alpha && 2.0 * visit->at_once >= state->limit)
        state->limit += 1.0 / state->limit;
    else if (queue > told->beta)
        state->limit -= 1.0 / state->limit;
}

const struct limit_type limit_vegas = {
    .name = "vegas",
    .summary = "by the queue that the visits seem to make, from the shortest visit so far",
    .rule = "queue = limit (1 - shortest visit so far / this one). Below `alpha` the limit grows by 1 over itself, if at least half of it "
            "is in use; above `beta` it shrinks by as much: by 1 in a round of visits. Visits that are broken off are not looked at. Brakmo, "
            "Peterson, IEEE Journal on Selected Areas in Communications 13 (1995).",
    .params = {{.name = "alpha", .type = PARAM_NUMBER, .range = RANGE_POSITIVE, .summary = "default 3"},
               {.name = "beta", .type = PARAM_NUMBER, .range = RANGE_POSITIVE, .summary = "default 6"}},
    .example = "{ \"rule\": \"vegas\", \"max\": 200 }",
    .tell = tell,
    .hear = hear,
};
