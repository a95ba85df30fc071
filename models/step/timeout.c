/* { "timeout": D, "do": [...], "retry": { "max": 3, "backoff": D }, "else": [...] } */
#include "models/load.h"
#include "models/program.h"
#include "models/step/step.h"

#include <math.h>

enum { TIMEOUT, DO, RETRY, ELSE, ABANDONED, BREAKER, THROTTLE };
enum { FAILURES, OPEN };
enum { RATIO, MEMORY };
enum { MAX, BACKOFF, GROWTH, JITTER, BUDGET };
enum { SHARE, BURST };

static const char *const jitter_words[] = {"none", "full", "equal", NULL};

static const struct param budget_members[] = {
    [SHARE] = {.name = "share", .type = PARAM_NUMBER, .range = RANGE_POSITIVE, .required = true,
               .summary = "retries per first attempt, in the long run"},
    [BURST] = {.name = "burst", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE, .summary = "most that are saved up; default 10"},
    {0},
};

static const struct param retry_members[] = {
    [MAX] = {.name = "max", .type = PARAM_WHOLE, .range = RANGE_NOT_NEGATIVE, .required = true,
             .summary = "attempts after the first"},
    [BACKOFF] = {.name = "backoff", .type = PARAM_DIST, .dimension = DIMENSION_TIME,
                 .summary = "time before each of them; default 0"},
    [GROWTH] = {.name = "growth", .type = PARAM_NUMBER, .range = RANGE_POSITIVE,
                .summary = "each backoff is so many times the one before; default 1"},
    [JITTER] = {.name = "jitter", .type = PARAM_WORD, .words = jitter_words,
                .summary = "the backoff is multiplied by a number at random: in (0, 1) (full), in (1/2, 1) (equal)"},
    [BUDGET] = {.name = "budget", .type = PARAM_OBJECT, .members = budget_members,
                .summary = "for all tasks together: { \"share\": x, \"burst\": n }; default: no limit"},
    {0},
};

static const struct param breaker_members[] = {
    [FAILURES] = {.name = "failures", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE, .required = true,
                  .summary = "attempts that fail one after another, which open it"},
    [OPEN] = {.name = "open", .type = PARAM_DIST, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE, .required = true,
              .summary = "how long it refuses all attempts; then one is let through on trial"},
    {0},
};

static const struct param throttle_members[] = {
    [RATIO] = {.name = "ratio", .type = PARAM_NUMBER, .range = RANGE_POSITIVE, .required = true,
               .summary = "so many attempts are let through for each that came through"},
    [MEMORY] = {.name = "memory", .type = PARAM_DIST, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE, .required = true,
                .summary = "a time: attempts are forgotten exponentially"},
    {0},
};

static const char *const abandoned_words[] = {"cancelled", "continues", NULL};

static bool check(const struct step *step, struct error *err)
{
    const struct arg *retry = step->args[RETRY].args, *throttle = &step->args[THROTTLE];
    if (throttle->given && step->args[BREAKER].given)
        return error_set(err, "a \"timeout\" has a \"breaker\" or a \"throttle\", not both");
    if (throttle->given && throttle->args[MEMORY].dist->shape != DIST_CONSTANT)
        return error_set(err, "\"memory\" is a number, not drawn from a distribution");
    if (!step->args[RETRY].given || retry[BACKOFF].given)
        return true;
    if (retry[GROWTH].given || retry[JITTER].given)
        return error_set(err, "\"%s\" needs \"backoff\"", retry[GROWTH].given ? "growth" : "jitter");
    return true;
}

static bool compile(const struct step *step, struct program *program)
{
    const struct arg *args = step->args;
    const bool retries = args[RETRY].given && args[RETRY].args[MAX].number > 0.0;
    const bool continues = args[ABANDONED].given && args[ABANDONED].number == 1.0;
    const uint16_t slot = program->frames++;
    if (program->frames > program->frames_most)
        program->frames_most = program->frames;
    program->splits |= continues;
    program_emit(program, (struct op){.code = OP_TRY, .slot = slot});
    const struct arg *budget = retries && args[RETRY].args[BUDGET].given ? args[RETRY].args[BUDGET].args : NULL;
    if (budget != NULL)
        program_emit(program, (struct op){.code = OP_BUDGET,
                                          .given = true,
                                          .slot = slot,
                                          .dist = args[TIMEOUT].dist,
                                          .p = budget[SHARE].number,
                                          .target = budget[BURST].given ? (uint32_t)budget[BURST].number : 10});
    const uint32_t guard = program->count;
    if (args[BREAKER].given)
        program_emit(program, (struct op){.code = OP_GUARD,
                                          .slot = slot,
                                          .p = args[BREAKER].args[FAILURES].number,
                                          .dist = args[BREAKER].args[OPEN].dist});
    if (args[THROTTLE].given)
        program_emit(program, (struct op){.code = OP_GUARD,
                                          .given = true,
                                          .slot = slot,
                                          .p = args[THROTTLE].args[RATIO].number,
                                          .dist = args[THROTTLE].args[MEMORY].dist});
    const uint32_t arm = program_emit(
        program, (struct op){.code = OP_ARM, .slot = slot, .dist = args[TIMEOUT].dist, .given = continues});
    program->parts++;
    if (!program_steps(program, args[DO].steps))
        return false;
    program->parts--;
    program_emit(program, (struct op){.code = OP_DISARM, .slot = slot});
    const uint32_t jump = program_emit(program, (struct op){.code = OP_JUMP});
    if (program->failed)
        return false;
    program->ops[arm].target = program->count;
    if (retries) {
        const struct arg *retry = args[RETRY].args;
        const uint32_t test =
            program_emit(program, (struct op){.code = OP_RETRY, .slot = slot, .p = retry[MAX].number});
        const uint32_t spend =
            budget == NULL ? test : program_emit(program, (struct op){.code = OP_BUDGET, .slot = slot, .dist = args[TIMEOUT].dist});
        if (retry[BACKOFF].given)
            program_emit(program, (struct op){.code = OP_BACKOFF,
                                              .slot = slot,
                                              .dist = retry[BACKOFF].dist,
                                              .p = retry[GROWTH].given ? retry[GROWTH].number : 1.0,
                                              .target = (uint32_t)retry[JITTER].number});
        program->delays |= retry[BACKOFF].given;
        program_emit(program, (struct op){.code = OP_JUMP, .target = guard});
        if (program->failed)
            return false;
        program->ops[test].target = program->ops[spend].target = program->count;
    }
    program->frames--;
    if (args[BREAKER].given || args[THROTTLE].given)
        program->ops[guard].target = program->count;
    if (args[ELSE].given) {
        if (!program_steps(program, args[ELSE].steps))
            return false;
    } else {
        program_emit(program, (struct op){.code = OP_GIVE_UP});
    }
    if (program->failed)
        return false;
    program->ops[jump].target = program->count;
    return true;
}

/* As if no attempt timed out: an upper bound of what one attempt asks for; what further ones add cannot be said
 * before it is known how long tasks wait. */
static void demand(const struct step *step, struct load *load)
{
    load_uncertain(load);
    load_steps(load, step->args[DO].steps, 1.0);
}

const struct step_type step_timeout = {
    .name = "timeout",
    .summary = "give up on the nested steps after a time: what they hold or wait for is given back",
    .params = {{.name = "timeout", .type = PARAM_DIST, .dimension = DIMENSION_TIME, .required = true,
                .summary = "the time, drawn for each attempt"},
               {.name = "do", .type = PARAM_STEPS, .required = true, .summary = "what is given up"},
               {.name = "retry", .type = PARAM_OBJECT, .members = retry_members,
                .summary = "further attempts: \"max\", \"backoff\", \"growth\", \"jitter\", \"budget\"; default: none"},
               {.name = "else", .type = PARAM_STEPS,
                .summary = "what is done then; default: the task ends as timed_out"},
               {.name = "abandoned", .type = PARAM_WORD, .words = abandoned_words,
                .summary = "what becomes of an attempt given up: cancelled (default), or it continues for nobody"},
               {.name = "breaker", .type = PARAM_OBJECT, .members = breaker_members,
                .summary = "a circuit breaker: after \"failures\" in a row all attempts go to `else` at once, for the time \"open\""},
               {.name = "throttle", .type = PARAM_OBJECT, .members = throttle_members,
                .summary = "adaptive throttling: attempts are refused at random, where less than 1 / \"ratio\" of them come through"}},
    .examples = {"{ \"timeout\": 50, \"do\": [ { \"at\": \"db\", \"for\": 8 } ], \"retry\": { \"max\": 3 } }"},
    .check = check,
    .compile = compile,
    .demand = demand,
};
