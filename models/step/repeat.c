/* { "repeat": N, "do": [...] } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

#include <math.h>

static bool compile(const struct step *step, struct program *program)
{
    const uint16_t slot = program->loops++;
    if (program->loops > program->loops_most)
        program->loops_most = program->loops;
    const uint32_t head =
        program_emit(program, (struct op){.code = OP_REPEAT, .slot = slot, .dist = step->args[0].dist});
    const uint32_t body = program->count;
    if (!program_steps(program, step->args[1].steps))
        return false;
    if (program->count == body) { /* nothing to repeat: no opcode, however often */
        program->count = head;
        program->loops--;
        return true;
    }
    program_emit(program, (struct op){.code = OP_LOOP, .slot = slot, .target = body});
    program->loops--;
    if (program->failed)
        return false;
    program->ops[head].target = program->count;
    return true;
}

/* Mean of the draw rounded to a whole number: the sum over k >= 1 of P(X >= k - 1/2). */
static double mean_rounded(const struct dist *d)
{
    enum { MOST = 100000 }; /* beyond this the rounding no longer matters */
    if (d->shape == DIST_CONSTANT)
        return floor(d->a + 0.5);
    double sum = 0.0;
    for (int k = 1; k <= MOST; k++) {
        const double above = 1.0 - d->type->cdf(d, nextafter((double)k - 0.5, 0.0));
        sum += above;
        if (above < 1e-12)
            return sum;
    }
    return d->mean;
}

static void demand(const struct step *step, struct load *load)
{
    const double weight = load->weight, repeats = mean_rounded(step->args[0].dist);
    load->weight = weight * repeats;
    load_steps(load, step->args[1].steps, repeats);
    load->weight = weight;
}

const struct step_type step_repeat = {
    .name = "repeat",
    .summary = "the nested steps, a number of times; a distribution is drawn and rounded to a whole number",
    .params = {{.name = "repeat",
                .type = PARAM_DIST,
                .dimension = DIMENSION_NUMBER,
                .required = true,
                .summary = "how often"},
               {.name = "do", .type = PARAM_STEPS, .required = true, .summary = "what is repeated"}},
    .examples = {"{ \"repeat\": 3, \"do\": [ { \"at\": \"db\", \"for\": 2 } ] }"},
    .compile = compile,
    .demand = demand,
};
