/* { "in": S, "do": [...] } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

static double count(const struct step *step)
{
    return step->args[2].given ? step->args[2].number : 1.0;
}

static bool compile(const struct step *step, struct program *program)
{
    const uint16_t station = (uint16_t)step->args[0].index;
    const uint32_t visit = program_emit(program, (struct op){.code = OP_TAKE, .station = station, .slot = (uint16_t)count(step)});
    program->takes = true;
    program->holds++;
    if (program->holds > program->holds_most)
        program->holds_most = program->holds;
    if (!program_steps(program, step->args[1].steps))
        return false;
    program->holds--;
    program_emit(program, (struct op){.code = OP_GIVE, .station = station});
    return program_on_full(program, step->args[0].index, visit);
}

static void demand(const struct step *step, struct load *load)
{
    load_take(load, step->args[0].index, count(step));
    load_steps(load, step->args[1].steps, 1.0);
    load_give(load);
}

const struct step_type step_in = {
    .name = "in",
    .summary = "queue for one server of a station, hold it through the nested steps, then release it",
    .params = {{.name = "in",
                .type = PARAM_STATION,
                .required = true,
                .summary = "the station: a thread pool, a lock"},
               {.name = "do", .type = PARAM_STEPS, .required = true, .summary = "what is done meanwhile"},
               {.name = "count", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE, .summary = "servers taken at once; default 1"}},
    .examples = {"{ \"in\": \"threads\", \"do\": [ { \"at\": \"cpu\", \"for\": 1 } ] }"},
    .compile = compile,
    .demand = demand,
};
