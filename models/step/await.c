/* { "await": [...] } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

static bool compile(const struct step *step, struct program *program)
{
    program_emit(program, (struct op){.code = OP_AWAIT});
    if (!program_steps(program, step->args[0].steps))
        return false;
    program_emit(program, (struct op){.code = OP_RETURN});
    return !program->failed;
}

static void demand(const struct step *step, struct load *load)
{
    load_await(load, step->args[0].steps);
}

const struct step_type step_await = {
    .name = "await",
    .summary = "wait for what the nested steps do; servers held meanwhile are kept or given back as their "
               "stations say",
    .params = {{.name = "await",
                .type = PARAM_STEPS,
                .required = true,
                .summary = "what is awaited: I/O, a query, a call"}},
    .examples = {"{ \"await\": [ { \"at\": \"db\", \"for\": 8 } ] }", "{ \"await\": [ { \"delay\": 10 } ] }"},
    .compile = compile,
    .demand = demand,
};
