/* { "reply": true } */
#include "models/program.h"
#include "models/step/step.h"

static bool check(const struct step *step, struct error *err)
{
    return step->args[0].number == 1.0 || error_set(err, "\"reply\" is true; to reply at the end, leave it out");
}

static bool compile(const struct step *step, struct program *program)
{
    (void)step;
    program->replies = true;
    program->replies_in_part |= program->parts > 0;
    program_emit(program, (struct op){.code = OP_REPLY});
    return !program->failed;
}

static void demand(const struct step *step, struct load *load)
{
    (void)step;
    (void)load;
}

const struct step_type step_reply = {
    .name = "reply",
    .summary = "the answer is out: the response ends here, the task goes on with what follows (a second phase)",
    .params = {{.name = "reply", .type = PARAM_FLAG, .required = true, .summary = "true"}},
    .examples = {"{ \"reply\": true }"},
    .check = check,
    .compile = compile,
    .demand = demand,
};
