/* { "deliver": S, "do": [...], "visibility": D, "deliveries": N, "fails": P, "dead": [...] } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

#include <math.h>

enum { DELIVER, DO, VISIBILITY, DELIVERIES, FAILS, DEAD };

static double most(const struct step *step)
{
    return step->args[DELIVERIES].given ? step->args[DELIVERIES].number : INFINITY;
}

static bool check(const struct step *step, struct error *err)
{
    if (step->args[FAILS].number >= 1.0 && !step->args[DELIVERIES].given)
        return error_set(err, "every delivery fails, and there is no end of them: give \"deliveries\", or \"fails\" "
                              "below 1");
    if (step->args[DEAD].given && !step->args[DELIVERIES].given)
        return error_set(err, "\"dead\" needs \"deliveries\": after how many a message is a dead letter");
    return true;
}

/* DELIVER, BRANCH to a delivery, BRANCH to what becomes of dead letters; those; and what a delivery does. A delivery
 * is a branch, which has holdings and time-outs of its own. */
static bool compile(const struct step *step, struct program *program)
{
    const struct arg *args = step->args;
    const uint16_t station = (uint16_t)args[DELIVER].index, holds = program->holds, frames = program->frames;
    const uint16_t slot = program->loops++;
    if (program->loops > program->loops_most)
        program->loops_most = program->loops;
    program->delivers = program->forks = program->takes = true;
    const uint32_t head = program_emit(program, (struct op){.code = OP_DELIVER, .slot = slot, .p = 1.0});
    program_emit(program, (struct op){.code = OP_BRANCH, .p = most(step)});
    program_emit(program, (struct op){.code = OP_BRANCH});
    if (program->failed)
        return false;
    program->ops[head + 1].target = program->count;
    program->parts++;
    program->holds = program->frames = 1;
    if (program->holds_most == 0)
        program->holds_most = 1;
    if (program->frames_most == 0)
        program->frames_most = 1;
    const uint32_t visit = program_emit(program, (struct op){.code = OP_TAKE, .station = station, .slot = 1});
    program_emit(program, (struct op){.code = OP_VISIBLE, .slot = 0, .dist = args[VISIBILITY].dist});
    if (!program_steps(program, args[DO].steps))
        return false;
    program_emit(program, (struct op){.code = OP_GIVE, .station = station});
    if (!program_on_full(program, args[DELIVER].index, visit))
        return false;
    program_emit(program, (struct op){.code = OP_ACKNOWLEDGE, .slot = 0, .p = args[FAILS].number});
    program->parts--;
    program->holds = holds;
    program->frames = frames;
    program->loops--;
    if (program->failed)
        return false;
    program->ops[head + 2].target = program->count;
    if (!args[DEAD].given)
        program_emit(program, (struct op){.code = OP_DEAD});
    else if (!program_steps(program, args[DEAD].steps))
        return false;
    if (program->failed)
        return false;
    program->ops[head].target = program->count;
    return true;
}

/* Failures repeat the work a number of times that is known; what the time-out adds depends on the waiting. */
static void demand(const struct step *step, struct load *load)
{
    const double weight = load->weight, fails = step->args[FAILS].number, d = most(step);
    const double deliveries = fails < 1.0 ? (1.0 - (d < INFINITY ? pow(fails, d) : 0.0)) / (1.0 - fails) : d;
    load->weight = weight * deliveries;
    load_take(load, step->args[DELIVER].index, 1.0);
    load_steps(load, step->args[DO].steps, 1.0);
    load_give(load);
    load->weight = weight;
    if (step->args[DEAD].given && fails > 0.0) {
        load->weight = weight * pow(fails, d);
        load_steps(load, step->args[DEAD].steps, 1.0);
        load->weight = weight;
    }
}

const struct step_type step_deliver = {
    .name = "deliver",
    .summary = "a message: queue for a consumer, be processed, be acknowledged; delivered again if that takes too long "
               "or fails",
    .params = {{.name = "deliver", .type = PARAM_STATION, .required = true,
                .summary = "the consumers: one server is held by each delivery"},
               {.name = "do", .type = PARAM_STEPS, .required = true, .summary = "what a consumer does with the message"},
               {.name = "visibility", .type = PARAM_DIST, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE,
                .summary = "time from when a consumer takes it until the message is visible to others again; default: "
                           "never"},
               {.name = "deliveries", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE,
                .summary = "most deliveries of a message, the first included; default: no limit"},
               {.name = "fails", .type = PARAM_NUMBER, .range = RANGE_PROBABILITY,
                .summary = "probability that a delivery, at its end, is not acknowledged; default 0"},
               {.name = "dead", .type = PARAM_STEPS,
                .summary = "what a dead letter does; default: it ends, counted in dead_letters"}},
    .examples = {"{ \"deliver\": \"consumers\", \"do\": [ { \"at\": \"db\", \"for\": 8 } ], \"visibility\": 30, "
                 "\"deliveries\": 3 }"},
    .check = check,
    .compile = compile,
    .demand = demand,
};
