/* { "call": K } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

static bool compile(const struct step *step, struct program *program)
{
    return program_call(program, step->args[0].index);
}

static void demand(const struct step *step, struct load *load)
{
    load_call(load, step->args[0].index);
}

const struct step_type step_call = {
    .name = "call",
    .summary = "do the steps of another kind as part of this task, and go on when they are done",
    .params = {{.name = "call", .type = PARAM_KIND, .required = true, .summary = "the kind of task"}},
    .examples = {"{ \"call\": \"lookup\" }"},
    .inlined = true,
    .compile = compile,
    .demand = demand,
};
