/* { "become": { "priority": x } }, { "become": { "weight": w } }, { "become": { "class": K } } */
#include "models/program.h"
#include "models/step/step.h"

#include <math.h>

enum { PRIORITY, WEIGHT, CLASS };

static const struct param members[] = {
    [PRIORITY] = {.name = "priority", .type = PARAM_NUMBER, .summary = "smaller is served first"},
    [WEIGHT] = {.name = "weight", .type = PARAM_NUMBER, .range = RANGE_POSITIVE, .summary = "share under dps"},
    [CLASS] = {.name = "class", .type = PARAM_KIND, .summary = "a kind, whose priority and weight it takes"},
    {0},
};

static bool check(const struct step *step, struct error *err)
{
    const struct arg *args = step->args[0].args;
    if (args[CLASS].given && (args[PRIORITY].given || args[WEIGHT].given))
        return error_set(err, "\"class\" gives priority and weight: \"%s\" has no meaning beside it",
                         args[PRIORITY].given ? "priority" : "weight");
    return args[PRIORITY].given || args[WEIGHT].given || args[CLASS].given ||
           error_set(err, "\"become\" needs \"priority\", \"weight\" or \"class\"");
}

/* p: the priority, or what it was: NAN; slot and station: as compile.c settles them. */
static bool compile(const struct step *step, struct program *program)
{
    const struct arg *args = step->args[0].args;
    struct op op = {.code = OP_BECOME, .p = args[PRIORITY].given ? args[PRIORITY].number : (double)NAN};
    op.target = UINT32_MAX;
    if (args[CLASS].given) {
        op.given = true;
        op.station = (uint16_t)args[CLASS].index;
    }
    if (args[WEIGHT].given)
        program_weight(program, &op, args[WEIGHT].number);
    program_emit(program, op);
    return !program->failed;
}

static void demand(const struct step *step, struct load *load)
{
    (void)step;
    (void)load;
}

const struct step_type step_become = {
    .name = "become",
    .summary = "from here to its end the task has this priority or weight",
    .params = {{.name = "become",
                .type = PARAM_OBJECT,
                .members = members,
                .required = true,
                .summary = "\"priority\": smaller is served first; \"weight\": share under dps; \"class\": a "
                           "kind, whose priority and weight it takes"}},
    .examples = {"{ \"become\": { \"priority\": 2 } }"},
    .check = check,
    .compile = compile,
    .demand = demand,
};
