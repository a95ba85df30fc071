/* read_run.c: how long, how precisely, and what must hold. */
#include "models/probe/probe.h"
#include "models/scenario/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- "run" ---- */

enum {
    RUN_SEED,
    RUN_CONFIDENCE,
    RUN_PRECISION,
    RUN_REPLICATIONS,
    RUN_TIME,
    RUN_COUNT,
    RUN_WARMUP,
    RUN_QUANTILES,
    RUN_LIMIT,
    RUN_INITIAL,
    RUN_CONTROLS,
    RUN_ANTITHETIC,
    RUN_RARE,
    RUN_KEYS
};

const struct param scenario_run_params[] = {
    [RUN_SEED] = {.name = "seed", .type = PARAM_JSON, .summary = "a whole number; default 1"},
    [RUN_CONFIDENCE] = {.name = "confidence",
                        .type = PARAM_NUMBER,
                        .range = RANGE_OPEN_PROBABILITY,
                        .summary = "level of every interval, above 0.5; default 0.95"},
    [RUN_PRECISION] = {.name = "precision",
                       .type = PARAM_NUMBER,
                       .range = RANGE_OPEN_PROBABILITY,
                       .summary =
                           "largest relative half-width to stop at; default 0.02 unless a length is given"},
    [RUN_REPLICATIONS] = {.name = "replications",
                          .type = PARAM_WHOLE,
                          .range = RANGE_FROM_ONE,
                          .summary = "a number, instead of deciding by precision"},
    [RUN_TIME] = {.name = "time",
                  .type = PARAM_NUMBER,
                  .dimension = DIMENSION_TIME,
                  .range = RANGE_POSITIVE,
                  .summary = "simulated time of one replication, after the warm-up"},
    [RUN_COUNT] = {.name = "count",
                   .type = PARAM_WHOLE,
                   .range = RANGE_FROM_ONE,
                   .summary = "tasks completed in one replication, after the warm-up"},
    [RUN_WARMUP] = {.name = "warmup", .type = PARAM_JSON, .summary = "\"auto\" or a time; default auto"},
    [RUN_QUANTILES] = {.name = "quantiles",
                       .type = PARAM_NUMBERS,
                       .range = RANGE_OPEN_PROBABILITY,
                       .summary = "default [0.5, 0.9, 0.95, 0.99, 0.999]"},
    [RUN_LIMIT] = {.name = "limit",
                   .type = PARAM_JSON,
                   .summary =
                       "most wall-clock time (\"60 s\") or events (a number), or { \"time\", \"events\" }"},
    [RUN_INITIAL] = {.name = "initial",
                     .type = PARAM_JSON,
                     .summary = "tasks present at time 0, by kind: { \"request\": 10 }"},
    [RUN_CONTROLS] = {.name = "controls",
                      .type = PARAM_FLAG,
                      .summary = "false: means without control variates; default true"},
    [RUN_ANTITHETIC] = {.name = "antithetic",
                        .type = PARAM_FLAG,
                        .summary = "replications in pairs, each time drawn from u and from 1 - u; default false"},
    [RUN_RARE] = {.name = "rare",
                  .type = PARAM_JSON,
                  .summary = "also what is too rare to be seen, by splitting: { \"station\": NAME }, or { \"of\": \"KIND.wait\", \"beyond\": TIME }"},
    [RUN_KEYS] = {0},
};
enum { RUN_ENTRIES = sizeof scenario_run_params / sizeof scenario_run_params[0] };

static bool read_seed(struct reader *r, const cJSON *node, uint64_t *out)
{
    if (cJSON_IsString(node)) { /* a text holds all 64 bits, which a number in JSON does not */
        const char *digits = node->valuestring;
        uint64_t seed = 0;
        bool good = *digits != '\0';
        for (; good && *digits != '\0'; digits++)
            good = *digits >= '0' && *digits <= '9' && !__builtin_mul_overflow(seed, UINT64_C(10), &seed) &&
                   !__builtin_add_overflow(seed, (uint64_t)(*digits - '0'), &seed);
        *out = seed;
        char quoted[UNITS_QUOTE_SIZE];
        return good ||
               read_fail(r, node, "expected a seed (a whole number from 0 to 18446744073709551615), found %s",
                         units_quote(node->valuestring, quoted));
    }
    double number = 0.0;
    if (!read_whole(r, node, RANGE_NOT_NEGATIVE, &number))
        return false;
    *out = (uint64_t)number;
    return true;
}

static bool read_wall_clock(struct reader *r, const cJSON *node, double *seconds)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!cJSON_IsString(node))
        return read_fail(r, node, "expected wall-clock time with a unit, such as \"60 s\", found %s",
                         json_describe(node, described));
    if (!units_time(node->valuestring, lookup_row(time_unit_table, "s"), seconds, r->err))
        return json_stand(r->tree, node, r->err);
    return *seconds > 0 || read_fail(r, node, "must be above 0, found %s", json_describe(node, described));
}

static bool read_limit(struct reader *r, const cJSON *node, struct run_spec *run)
{
    static const struct param limits[] = {
        {.name = "time", .type = PARAM_JSON},
        {.name = "events", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE},
        {0},
    };
    if (cJSON_IsString(node))
        return read_wall_clock(r, node, &run->limit_seconds);
    if (!cJSON_IsObject(node))
        return read_whole(r, node, RANGE_FROM_ONE, &run->limit_events);
    struct arg args[2];
    if (!read_args(r, node, limits, NULL, NULL, "a limit", DIMENSION_NUMBER, args))
        return false;
    if (args[1].given)
        run->limit_events = args[1].number;
    return !args[0].given || read_wall_clock(r, args[0].row, &run->limit_seconds);
}

static bool read_warmup(struct reader *r, const cJSON *node, double *out)
{
    char described[JSON_DESCRIBE_SIZE];
    if (cJSON_IsString(node) && strcmp(node->valuestring, "auto") == 0)
        return true;
    if (!cJSON_IsNumber(node) && (!cJSON_IsString(node) || units_number_length(node->valuestring) == 0))
        return read_fail(r, node, "expected \"auto\" or a time, found %s", json_describe(node, described));
    return read_number(r, node, DIMENSION_TIME, RANGE_NOT_NEGATIVE, out);
}

bool read_quantiles_add(struct reader *r, double p)
{
    struct run_spec *run = &r->scenario->run;
    size_t at = 0;
    while (at < run->quantile_count && run->quantiles[at] < p)
        at++;
    if (at < run->quantile_count && run->quantiles[at] == p)
        return true;
    double *list = arena_array(r->arena, run->quantile_count + 1, sizeof *list);
    if (list == NULL)
        return read_no_memory(r);
    for (size_t i = 0; i < run->quantile_count; i++)
        list[i + (i >= at)] = run->quantiles[i];
    list[at] = p;
    run->quantiles = list;
    run->quantile_count++;
    return true;
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool read_quantiles(struct reader *r, const double *list, size_t count)
{
    struct run_spec *run = &r->scenario->run;
    double *sorted = arena_array(r->arena, count, sizeof *sorted);
    if (sorted == NULL)
        return read_no_memory(r);
    for (size_t i = 0; i < count; i++)
        sorted[i] = list[i];
    qsort(sorted, count, sizeof *sorted, compare_numbers);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || sorted[kept - 1] != sorted[i])
            sorted[kept++] = sorted[i];
    run->quantiles = sorted;
    run->quantile_count = kept;
    return true;
}

/* Tasks present at time 0, by kind. */
static bool read_initial(struct reader *r, const cJSON *node)
{
    char described[JSON_DESCRIBE_SIZE];
    struct scenario *s = r->scenario;
    if (!cJSON_IsObject(node))
        return read_fail(r, node, "expected numbers of tasks by kind, found %s", json_describe(node, described));
    const char **names = arena_array(r->arena, s->kind_count, sizeof *names);
    if (names == NULL)
        return read_no_memory(r);
    for (size_t k = 0; k < s->kind_count; k++)
        names[k] = s->kinds[k].name;
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        size_t k = 0;
        while (k < s->kind_count && strcmp(names[k], child->string) != 0)
            k++;
        if (k == s->kind_count)
            return read_unknown_name(r, child, "task kind", child->string, names, s->kind_count);
        struct kind_spec *kind = &s->kinds[k];
        if (!read_whole(r, child, RANGE_NOT_NEGATIVE, &kind->initial))
            return false;
        if (kind->arrival.services != NULL)
            return read_fail_key(r, child, "this kind takes its service times from its trace: a task that is there at "
                                           "time 0 has none");
        if (kind->arrival.form == ARRIVAL_CLOSED && kind->initial > kind->arrival.number)
            return read_fail(r, child, "%.0f tasks at time 0 are more than the kind's %.0f", kind->initial,
                             kind->arrival.number);
        if (kind->initial >= 1e7)
            return read_fail(r, child, "at most 1e7 tasks can be there at time 0");
    }
    return true;
}

/* "request.wait", "request.response". */
static bool read_rare_figure(struct reader *r, const cJSON *node, struct rare_spec *out)
{
    const char *text = node->valuestring, *dot = strrchr(text, '.');
    char described[JSON_DESCRIBE_SIZE];
    const struct scenario *s = r->scenario;
    if (dot == NULL || (strcmp(dot, ".wait") != 0 && strcmp(dot, ".response") != 0))
        return read_fail(r, node, "expected a kind's wait or response, such as \"request.wait\", found %s", json_describe(node, described));
    out->of = strcmp(dot, ".wait") == 0 ? RARE_WAITS : RARE_RESPONSES;
    for (out->kind = 0; out->kind < s->kind_count; out->kind++)
        if (strlen(s->kinds[out->kind].name) == (size_t)(dot - text) && strncmp(s->kinds[out->kind].name, text, (size_t)(dot - text)) == 0)
            return true;
    return read_fail(r, node, "there is no task kind of that name: found %s", json_describe(node, described));
}

static bool read_rare(struct reader *r, const cJSON *node, struct rare_spec *out)
{
    enum { STATION, OF, BEYOND, EFFORT, PRECISION, KEYS };
    static const struct param params[] = {
        [STATION] = {.name = "station", .type = PARAM_TEXT},
        [OF] = {.name = "of", .type = PARAM_TEXT},
        [BEYOND] = {.name = "beyond", .type = PARAM_NUMBER, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE},
        [EFFORT] = {.name = "effort", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE},
        [PRECISION] = {.name = "precision", .type = PARAM_NUMBER, .range = RANGE_OPEN_PROBABILITY},
        [KEYS] = {0},
    };
    struct arg args[KEYS + 1];
    if (!read_args(r, node, params, NULL, NULL, "what is rare", DIMENSION_NUMBER, args))
        return false;
    *out = (struct rare_spec){.asked = true, .effort = NAN, .precision = NAN, .beyond = NAN};
    if (args[STATION].given) {
        const struct scenario *s = r->scenario;
        for (size_t i = 0; i < s->station_count; i++)
            if (strcmp(s->stations[i].name, args[STATION].text) == 0)
                out->station = s->stations[i].name;
        if (out->station == NULL)
            return read_fail(r, json_get(node, "station"), "there is no station \"%s\"", args[STATION].text);
    }
    if (args[OF].given != args[BEYOND].given)
        return read_fail(r, node, "\"of\" (a wait or a response) and \"beyond\" (a time) go together");
    if (args[BEYOND].given)
        out->beyond = args[BEYOND].number;
    if (args[EFFORT].given)
        out->effort = args[EFFORT].number;
    if (args[EFFORT].given && (out->effort < 2.0 || out->effort > 1e7))
        return read_fail(r, json_get(node, "effort"), "must be from 2 to 1e7");
    if (args[PRECISION].given)
        out->precision = args[PRECISION].number;
    return !args[OF].given || read_rare_figure(r, json_get(node, "of"), out);
}

bool read_run(struct reader *r, const cJSON *node)
{
    static const double usual[] = {0.5, 0.9, 0.95, 0.99, 0.999};
    struct run_spec *run = &r->scenario->run;
    *run = (struct run_spec){.seed = 1,
                             .confidence = 0.95,
                             .precision = NAN,
                             .time = NAN,
                             .count = NAN,
                             .warmup = NAN,
                             .controls = true,
                             .limit_seconds = INFINITY,
                             .limit_events = INFINITY};
    if (!read_quantiles(r, usual, sizeof usual / sizeof usual[0]) || node == NULL)
        return node == NULL;
    struct arg args[RUN_ENTRIES];
    if (!read_args(r, node, scenario_run_params, NULL, NULL, "\"run\"", DIMENSION_NUMBER, args))
        return false;
    if (args[RUN_CONFIDENCE].given) {
        char described[JSON_DESCRIBE_SIZE];
        const cJSON *confidence = json_get(node, "confidence");
        run->confidence = args[RUN_CONFIDENCE].number;
        if (run->confidence <= 0.5)
            return read_fail(r, confidence, "must be above 0.5 and below 1, found %s",
                             json_describe(confidence, described));
    }
    if (args[RUN_PRECISION].given)
        run->precision = args[RUN_PRECISION].number;
    if (args[RUN_REPLICATIONS].given)
        run->replications = (uint64_t)args[RUN_REPLICATIONS].number;
    if (args[RUN_TIME].given)
        run->time = args[RUN_TIME].number;
    if (args[RUN_COUNT].given)
        run->count = args[RUN_COUNT].number;
    if (args[RUN_CONTROLS].given)
        run->controls = args[RUN_CONTROLS].number != 0.0;
    if (args[RUN_ANTITHETIC].given)
        run->antithetic = args[RUN_ANTITHETIC].number != 0.0;
    if (run->antithetic && run->replications % 2 != 0)
        return read_fail(r, json_get(node, "replications"), "antithetic replications come in pairs: an even number of them, not %.0f",
                         (double)run->replications);
    if (args[RUN_TIME].given && args[RUN_COUNT].given)
        return read_fail_key(r, json_get(node, "count"),
                             "the length of a replication is either \"time\" or \"count\"");
    if (args[RUN_QUANTILES].given && !read_quantiles(r, args[RUN_QUANTILES].list, args[RUN_QUANTILES].count))
        return false;
    return (!args[RUN_SEED].given || read_seed(r, args[RUN_SEED].row, &run->seed)) &&
           (!args[RUN_WARMUP].given || read_warmup(r, args[RUN_WARMUP].row, &run->warmup)) &&
           (!args[RUN_INITIAL].given || read_initial(r, args[RUN_INITIAL].row)) &&
           (!args[RUN_RARE].given || read_rare(r, args[RUN_RARE].row, &run->rare)) &&
           (!args[RUN_LIMIT].given || read_limit(r, args[RUN_LIMIT].row, run));
}
