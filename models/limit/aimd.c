#include "models/limit/limit.h"

enum { LATENCY, BACKOFF, INCREASE };

static void tell(struct limit_told *told, const struct arg *args)
{
    told->latency = args[LATENCY].number;
    told->backoff = limit_arg(&args[BACKOFF], 0.9);
    told->increase = limit_arg(&args[INCREASE], 1.0);
}

static void hear(struct limit_state *state, const struct limit_told *told, const struct limit_visit *visit)
{
    if (visit->broken_off || visit->ended - visit->began > told->latency) {
        if (visit->began < state->lowered)
            return;
        state->limit *= told->backoff;
        state->lowered = visit->ended;
    } else if (2.0 * visit->at_once >= state->limit) {
        state->limit += told->increase / state->limit;
    }
}

const struct limit_type limit_aimd = {
    .name = "aimd",
    .summary = "additive increase, multiplicative decrease",
    .rule = "A visit that takes longer than `latency`, or is broken off, multiplies the limit by `backoff`; but not if it began before "
            "that last happened. Any other adds `increase` over the limit, if at least half of it is in use: `increase` for a round of "
            "visits. Chiu, Jain, Computer Networks and ISDN Systems 17 (1989); once per round: Jacobson, SIGCOMM 1988.",
    .params = {{.name = "latency", .type = PARAM_NUMBER, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE, .required = true,
                .summary = "how long a visit may take"},
               {.name = "backoff", .type = PARAM_NUMBER, .range = RANGE_OPEN_PROBABILITY, .summary = "what is left of the limit; default 0.9"},
               {.name = "increase", .type = PARAM_NUMBER, .range = RANGE_POSITIVE, .summary = "in a round of visits; default 1"}},
    .example = "{ \"rule\": \"aimd\", \"max\": 200, \"latency\": 100 }",
    .tell = tell,
    .hear = hear,
};
