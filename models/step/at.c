/* { "at": S, "for": D } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

static bool compile(const struct step *step, struct program *program)
{
    const uint32_t visit = program_emit(program, (struct op){.code = OP_AT,
                                      .station = (uint16_t)step->args[0].index,
                                      .dist = step->args[1].dist,
                                      .given = step->args[1].dist->shape == DIST_GIVEN ||
                                               step->args[1].dist->shape == DIST_SHARED});
    return program_on_full(program, step->args[0].index, visit);
}

static void demand(const struct step *step, struct load *load)
{
    load_visit(load, step->args[0].index, step->args[1].dist->mean, step->args[1].dist->variance);
    load_turns(load, step->args[0].index, step->args[1].dist);
}

const struct step_type step_at = {
    .name = "at",
    .summary = "queue at a station, then be served there",
    .params = {{.name = "at", .type = PARAM_STATION, .required = true, .summary = "the station"},
               {.name = "for",
                .type = PARAM_DIST,
                .dimension = DIMENSION_TIME,
                .required = true,
                .summary = "service time at full speed; left out where a trace gives it"}},
    .examples = {"{ \"at\": \"cpu\", \"for\": { \"dist\": \"exponential\", \"mean\": 1 } }"},
    .compile = compile,
    .demand = demand,
};
