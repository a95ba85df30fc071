/* { "choose": [ { "p": x, "do": [...] }, ... ] } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

/* CHOOSE, one BRANCH for each, then each branch's steps with a JUMP behind them to the end. */
static bool compile(const struct step *step, struct program *program)
{
    const struct branch *branches = step->args[0].branches;
    const size_t count = step->args[0].count;
    program_emit(program, (struct op){.code = OP_CHOOSE, .target = (uint32_t)count});
    const uint32_t first = program->count;
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += branches[i].p;
        program_emit(program, (struct op){.code = OP_BRANCH, .p = sum});
    }
    uint32_t last_jump = 0; /* the jumps are chained through their targets until the end is known; 0 ends */
    for (size_t i = 0; i < count && !program->failed; i++) {
        program->ops[first + i].target = program->count;
        if (!program_steps(program, &branches[i].steps))
            return false;
        last_jump = program_emit(program, (struct op){.code = OP_JUMP, .target = last_jump});
    }
    while (!program->failed && last_jump != 0) {
        const uint32_t before = program->ops[last_jump].target;
        program->ops[last_jump].target = program->count;
        last_jump = before;
    }
    return !program->failed;
}

static void demand(const struct step *step, struct load *load)
{
    const double weight = load->weight;
    for (size_t i = 0; i < step->args[0].count; i++) {
        load->weight = weight * step->args[0].branches[i].p;
        load_steps(load, &step->args[0].branches[i].steps, 1.0);
    }
    load->weight = weight;
}

const struct step_type step_choose = {
    .name = "choose",
    .summary = "one branch at random; one p may be left out and takes the rest",
    .params = {{.name = "choose", .type = PARAM_BRANCHES, .required = true, .summary = "the branches"}},
    .examples =
        {"{ \"choose\": [ { \"p\": 0.3, \"do\": [ { \"at\": \"db\", \"for\": 8 } ] }, { \"do\": [] } ] }"},
    .compile = compile,
    .demand = demand,
};
