/* { "fork": [ [...], [...] ], "join": "all" } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

#include <stdlib.h>
#include <string.h>

enum { FORK, JOIN, REST, COPIES, BRANCHES_MOST = 10000 };

static const char *const rest_words[] = {"finish", "cancel", NULL};

static size_t branches(const struct step *step)
{
    return step->args[COPIES].given ? (size_t)step->args[COPIES].number : step->args[FORK].count;
}

/* How many must be done; 0: "join" makes no sense. */
static double needed(const struct step *step)
{
    const struct arg *join = &step->args[JOIN];
    if (!join->given || strcmp(join->text, "all") == 0)
        return (double)branches(step);
    if (strcmp(join->text, "any") == 0)
        return 1.0;
    char *end;
    const double k = strtod(join->text, &end);
    return *end == '\0' ? k : 0.0;
}

static bool check(const struct step *step, struct error *err)
{
    if (step->args[COPIES].given && step->args[FORK].count != 1)
        return error_set(err, "\"copies\" needs a fork of one branch, which is copied; here are %zu",
                         step->args[FORK].count);
    if (branches(step) > BRANCHES_MOST)
        return error_set(err, "a fork has at most %d branches", BRANCHES_MOST);
    const double k = needed(step);
    if (k < 1.0)
        return error_set(err, "\"join\" is \"all\", \"any\" or a whole number, not \"%s\"", step->args[JOIN].text);
    if (k > (double)branches(step))
        return error_set(err, "\"join\" waits for %.0f branches, but there are only %zu", k, branches(step));
    return true;
}

/* FORK, one BRANCH for each written, then their steps, each with a JOIN behind them. A branch has loop counters,
 * holdings and time-outs of its own. */
static bool compile(const struct step *step, struct program *program)
{
    const size_t written = step->args[FORK].count;
    const uint32_t fork = program_emit(
        program, (struct op){.code = OP_FORK,
                             .slot = (uint16_t)branches(step),
                             .station = step->args[COPIES].given ? (uint16_t)branches(step) : 0,
                             .given = step->args[REST].given && step->args[REST].number == 1.0,
                             .p = needed(step)});
    const uint16_t holds = program->holds, frames = program->frames;
    program->forks = true;
    program->parts++;
    for (size_t i = 0; i < written; i++)
        program_emit(program, (struct op){.code = OP_BRANCH});
    for (size_t i = 0; i < written && !program->failed; i++) {
        program->ops[fork + 1 + i].target = program->count;
        program->holds = program->frames = 0;
        if (!program_steps(program, &step->args[FORK].branches[i].steps))
            return false;
        program_emit(program, (struct op){.code = OP_JOIN});
    }
    program->parts--;
    program->holds = holds;
    program->frames = frames;
    if (program->failed)
        return false;
    program->ops[fork].target = program->count;
    return true;
}

static void demand(const struct step *step, struct load *load)
{
    const double weight = load->weight;
    const size_t count = branches(step);
    load_fork(load, step->args[FORK].branches, step->args[FORK].count, count, needed(step),
              step->args[REST].given && step->args[REST].number == 1.0);
    load->weight = weight;
}

const struct step_type step_fork = {
    .name = "fork",
    .summary = "branches in parallel; the task goes on when enough of them are done",
    .params = {{.name = "fork", .type = PARAM_FORKS, .required = true, .summary = "the branches"},
               {.name = "join", .type = PARAM_TEXT, .range = RANGE_FROM_ONE,
                .summary = "\"all\" (default), \"any\", or how many of them"},
               {.name = "rest", .type = PARAM_WORD, .words = rest_words,
                .summary = "what becomes of the others then: finish (default) or cancel"},
               {.name = "copies", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE,
                .summary = "so many of the one branch written"}},
    .examples = {"{ \"fork\": [ [ { \"at\": \"a\", \"for\": 8 } ], [ { \"at\": \"b\", \"for\": 8 } ] ], \"join\": \"any\" }"},
    .check = check,
    .compile = compile,
    .demand = demand,
};
