/* { "send": K } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

static bool compile(const struct step *step, struct program *program)
{
    program_emit(program, (struct op){.code = OP_SEND, .station = (uint16_t)step->args[0].index});
    return !program->failed;
}

static void demand(const struct step *step, struct load *load)
{
    load_send(load, step->args[0].index);
}

const struct step_type step_send = {
    .name = "send",
    .summary = "start a task of another kind and go on: a message, not a call",
    .params = {{.name = "send", .type = PARAM_KIND, .required = true, .summary = "the kind of task"}},
    .examples = {"{ \"send\": \"log\" }"},
    .compile = compile,
    .demand = demand,
};
