/* { "become": { "priority": x } } */
#include "models/program.h"
#include "models/step/step.h"

enum { PRIORITY, WEIGHT, CLASS };

static const struct param members[] = {
    [PRIORITY] = {.name = "priority", .type = PARAM_NUMBER, .summary = "smaller is served first"},
    [WEIGHT] = {.name = "weight", .type = PARAM_LATER},
    [CLASS] = {.name = "class", .type = PARAM_TEXT},
    {0},
};

static bool check(const struct step *step, struct error *err)
{
    const struct arg *args = step->args[0].args;
    if (args[CLASS].given)
        return error_set(
            err, "\"class\" is not part of this version of desq: what a task's steps and figures are hangs "
                 "on its kind, which stays; \"become\" a \"priority\", or \"send\" a task of another kind");
    return args[PRIORITY].given || error_set(err, "\"become\" needs \"priority\"");
}

static bool compile(const struct step *step, struct program *program)
{
    program_emit(program, (struct op){.code = OP_BECOME, .p = step->args[0].args[PRIORITY].number});
    return !program->failed;
}

static void demand(const struct step *step, struct load *load)
{
    (void)step;
    (void)load;
}

const struct step_type step_become = {
    .name = "become",
    .summary = "from here to its end the task has this priority",
    .params = {{.name = "become",
                .type = PARAM_OBJECT,
                .members = members,
                .required = true,
                .summary = "\"priority\": smaller is served first"}},
    .examples = {"{ \"become\": { \"priority\": 2 } }"},
    .check = check,
    .compile = compile,
    .demand = demand,
};
