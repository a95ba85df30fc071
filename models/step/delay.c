/* { "delay": D } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

static bool compile(const struct step *step, struct program *program)
{
    program->delays = true;
    program_emit(program, (struct op){.code = OP_DELAY, .dist = step->args[0].dist});
    return !program->failed;
}

static void demand(const struct step *step, struct load *load)
{
    load_time(load, step->args[0].dist->mean, step->args[0].dist->variance);
}

const struct step_type step_delay = {
    .name = "delay",
    .summary = "time passes; nothing is occupied but what the task holds already",
    .params = {{.name = "delay",
                .type = PARAM_DIST,
                .dimension = DIMENSION_TIME,
                .required = true,
                .summary = "how long"}},
    .examples = {"{ \"delay\": { \"dist\": \"uniform\", \"min\": 5, \"max\": 15 } }"},
    .compile = compile,
    .demand = demand,
};
