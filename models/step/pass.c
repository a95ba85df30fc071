/* { "pass": S, "tokens": D } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

static const struct dist one = {.shape = DIST_CONSTANT, .a = 1.0, .mean = 1.0};

static const struct dist *tokens(const struct step *step)
{
    return step->args[1].given ? step->args[1].dist : &one;
}

static bool compile(const struct step *step, struct program *program)
{
    const uint32_t visit = program_emit(
        program, (struct op){.code = OP_PASS, .station = (uint16_t)step->args[0].index, .dist = tokens(step)});
    return program_on_full(program, step->args[0].index, visit);
}

static void demand(const struct step *step, struct load *load)
{
    const double rate = load->stations[step->args[0].index].tokens_rate;
    load_tokens(load, step->args[0].index, tokens(step)->mean / rate, tokens(step)->variance / (rate * rate));
}

const struct step_type step_pass = {
    .name = "pass",
    .summary = "take tokens of a bucket; wait for them where there are too few",
    .params = {{.name = "pass", .type = PARAM_STATION, .required = true, .summary = "the station: a rate limiter, with \"tokens\""},
               {.name = "tokens",
                .type = PARAM_DIST,
                .range = RANGE_POSITIVE,
                .summary = "how many; default 1"}},
    .examples = {"{ \"pass\": \"limiter\" }"},
    .passes = true,
    .compile = compile,
    .demand = demand,
};
