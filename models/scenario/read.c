/* read.c: the scenario as a whole, and its kinds of task. */
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

/* ---- the tables ---- */

enum {
    TOP_TITLE,
    TOP_DESCRIPTION,
    TOP_ANSWER,
    TOP_TIME_UNIT,
    TOP_ENVIRONMENTS,
    TOP_STATIONS,
    TOP_TASKS,
    TOP_VARIANTS,
    TOP_SWEEP,
    TOP_REQUIRE,
    TOP_RUN,
    TOP_KEYS
};

const struct param scenario_top_params[] = {
    [TOP_TITLE] = {.name = "title", .type = PARAM_TEXT, .summary = "what the report is headed with"},
    [TOP_DESCRIPTION] = {.name = "description", .type = PARAM_TEXT, .summary = "what question it answers"},
    [TOP_ANSWER] = {.name = "answer", .type = PARAM_TEXT, .summary = "what came out, in one line"},
    [TOP_TIME_UNIT] = {.name = "time_unit",
                       .type = PARAM_JSON,
                       .summary = "unit of plain numbers of time; default s"},
    [TOP_ENVIRONMENTS] = {.name = "environments", .type = PARAM_JSON,
                          .summary = "what changes the speed of stations, by name"},
    [TOP_STATIONS] = {.name = "stations", .type = PARAM_JSON, .summary = "what tasks queue for, by name"},
    [TOP_TASKS] = {.name = "tasks", .type = PARAM_JSON, .summary = "kinds of task, by name"},
    [TOP_VARIANTS] = {.name = "variants", .type = PARAM_JSON, .summary = "named sets of changes"},
    [TOP_SWEEP] = {.name = "sweep", .type = PARAM_JSON, .summary = "values to try, by pointer"},
    [TOP_REQUIRE] = {.name = "require", .type = PARAM_JSON, .summary = "comparisons that must hold"},
    [TOP_RUN] = {.name = "run", .type = PARAM_JSON, .summary = "how long, how precisely, which seed"},
    [TOP_KEYS] = {0},
};

enum {
    KIND_ARRIVALS,
    KIND_STEPS,
    KIND_PRIORITY,
    KIND_WEIGHT,
    KIND_DEADLINE,
    KIND_LIMIT,
    KIND_PATIENCE,
    KIND_BALK,
    KIND_DRAWS,
    KIND_KEYS
};

const struct param scenario_kind_params[] = {
    [KIND_ARRIVALS] = {.name = "arrivals", .type = PARAM_JSON, .summary = "where tasks come from"},
    [KIND_STEPS] = {.name = "steps", .type = PARAM_STEPS, .summary = "what one task does, in order"},
    [KIND_PRIORITY] = {.name = "priority",
                       .type = PARAM_NUMBER,
                       .summary = "smaller is served first; default 0"},
    [KIND_WEIGHT] = {.name = "weight",
                     .type = PARAM_NUMBER,
                     .range = RANGE_POSITIVE,
                     .summary = "share of the speed at stations with dps; default 1"},
    [KIND_DEADLINE] = {.name = "deadline",
                       .type = PARAM_DIST,
                       .dimension = DIMENSION_TIME,
                       .summary = "time from arrival within which it should be done; default: none"},
    [KIND_LIMIT] = {.name = "limit",
                    .type = PARAM_WHOLE,
                    .range = RANGE_FROM_ONE,
                    .summary = "at most this many tasks; default: no limit"},
    [KIND_PATIENCE] = {.name = "patience",
                       .type = PARAM_DIST,
                       .dimension = DIMENSION_TIME,
                       .summary = "a task leaves a line after waiting this long; default: never"},
    [KIND_BALK] = {.name = "balk",
                   .type = PARAM_NUMBERS,
                   .range = RANGE_PROBABILITY,
                   .summary = "probability of not joining, by number present from 0; the last holds beyond"},
    [KIND_DRAWS] = {.name = "draws",
                    .type = PARAM_JSON,
                    .summary = "distributions by name, drawn once for each task: steps that share a draw have the same "
                               "value"},
    /* expand has turned it into steps; here it is only known */
    [KIND_KEYS] = {.name = "service",
                   .type = PARAM_JSON,
                   .summary = "one step at the only station, for this long"},
    {0},
};
enum { KIND_ENTRIES = sizeof scenario_kind_params / sizeof scenario_kind_params[0] };
_Static_assert(KIND_ENTRIES <= 64, "one bit each in kind_spec.given");

uint64_t read_given(const struct param *params, const struct arg *args)
{
    uint64_t given = 0;
    for (size_t i = 0; params[i].type != PARAM_NONE; i++)
        given |= (uint64_t)args[i].given << i;
    return given;
}

static const char *other_key(uint64_t given, const struct param *params, const char *const *known)
{
    for (size_t i = 0; params[i].type != PARAM_NONE; i++) {
        bool found = (given >> i & 1) == 0;
        for (size_t k = 0; known[k] != NULL && !found; k++)
            found = strcmp(known[k], params[i].name) == 0;
        if (!found)
            return params[i].name;
    }
    return NULL;
}

const char *station_other_key(const struct station_spec *spec, const char *const *known)
{
    return other_key(spec->given, scenario_station_params, known);
}

const char *kind_other_key(const struct kind_spec *spec, const char *const *known)
{
    return other_key(spec->given, scenario_kind_params, known);
}

bool read_note(struct reader *r, const cJSON *node, const char *note)
{
    struct scenario *s = r->scenario;
    if (s->note_count == r->note_size) {
        const size_t size = r->note_size == 0 ? 8 : 2 * r->note_size;
        const char **notes = arena_array(r->arena, size, sizeof *notes);
        if (notes == NULL)
            return read_no_memory(r);
        for (size_t i = 0; i < s->note_count; i++)
            notes[i] = s->notes[i];
        s->notes = notes;
        r->note_size = size;
    }
    const struct place at = json_place(r->tree, node, r->arena);
    const char *text = arena_printf(r->arena, "%s: %s", at.pointer == NULL ? "" : at.pointer, note);
    s->notes[s->note_count++] = text;
    return text != NULL || read_no_memory(r);
}

bool read_name(struct reader *r, const cJSON *node, const char *what)
{
    if (node->string[0] == '\0')
        return read_fail_key(r, node, "a %s needs a name", what);
    for (const char *c = node->string; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return read_fail_key(r, node, "the name of a %s has no control characters", what);
    return true;
}

/* ---- kinds of task ---- */

static bool read_kind(struct reader *r, const cJSON *node, struct kind_spec *out)
{
    struct arg args[KIND_ENTRIES];
    /* A trace's service times first: steps may refer to them. */
    const cJSON *arrivals = json_get(node, "arrivals");
    struct arrival arrival = {0};
    const bool trace = json_get(arrivals, "trace") != NULL && json_get(arrivals, "service") != NULL;
    r->given = NULL;
    r->given_used = false;
    if (trace && !read_arrival(r, arrivals, &arrival))
        return false;
    r->given = arrival.service_law;
    if (!read_name(r, node, "task kind") || !read_draws(r, json_get(node, "draws")) ||
        !read_args(r, node, scenario_kind_params, NULL, NULL, "a task kind", DIMENSION_NUMBER, args) ||
        !read_draws_end(r))
        return false;
    char quoted[UNITS_QUOTE_SIZE];
    if (!args[KIND_STEPS].given)
        return read_fail(r, node, "task kind %s needs \"steps\" (or \"service\")",
                         units_quote(node->string, quoted));
    if (!args[KIND_ARRIVALS].given && args[KIND_LIMIT].given)
        return read_fail_key(r, json_get(node, "limit"), "\"limit\" needs \"arrivals\", which it limits");
    if (args[KIND_BALK].given && args[KIND_BALK].count == 0)
        return read_fail(r, json_get(node, "balk"), "there is no probability for any number present");
    *out = (struct kind_spec){
        .name = arena_text(r->arena, node->string),
        .at = json_place(r->tree, node, r->arena),
        .limit = args[KIND_LIMIT].given ? args[KIND_LIMIT].number : INFINITY,
        .priority = args[KIND_PRIORITY].number,
        .weight = args[KIND_WEIGHT].given ? args[KIND_WEIGHT].number : 1.0,
        .deadline = args[KIND_DEADLINE].dist,
        .patience = args[KIND_PATIENCE].dist,
        .balk = args[KIND_BALK].list,
        .balk_count = args[KIND_BALK].count,
        .steps = *args[KIND_STEPS].steps,
        .given = read_given(scenario_kind_params, args),
    };
    if (out->name == NULL)
        return read_no_memory(r);
    if (trace) {
        out->arrival = arrival;
        return r->given_used ||
               read_fail_key(r, json_get(arrivals, "service"),
                             "no step takes its service time from the trace: an `at` step that does "
                             "leaves out \"for\" (and a kind of one step \"service\")");
    }
    if (args[KIND_ARRIVALS].given)
        return read_arrival(r, args[KIND_ARRIVALS].row, &out->arrival);
    out->arrival = (struct arrival){.form = ARRIVAL_NONE, .stop = INFINITY, .count = INFINITY, .ends = true};
    return true;
}

bool read_kinds(struct reader *r, const cJSON *node)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!cJSON_IsObject(node))
        return read_fail(r, node, "expected an object of task kinds by name, found %s",
                         json_describe(node, described));
    if (node->child == NULL)
        return read_fail(r, node, "there is no kind of task: nothing to simulate");
    struct scenario *s = r->scenario;
    s->kinds = arena_array(r->arena, (size_t)cJSON_GetArraySize(node), sizeof *s->kinds);
    if (s->kinds == NULL)
        return read_no_memory(r);
    r->kinds = node;
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!read_kind(r, child, &s->kinds[s->kind_count++]))
            return false;
    return read_starts(r);
}

/* ---- the whole ---- */

static bool read_time_unit(struct reader *r, const cJSON *node)
{
    r->unit = lookup_row(time_unit_table, "s");
    if (node != NULL) {
        char described[JSON_DESCRIBE_SIZE];
        r->unit = cJSON_IsString(node) ? lookup_row(time_unit_table, node->valuestring) : NULL;
        if (r->unit == NULL)
            return read_fail(r, node, "expected a unit of time (ns, us, ms, s, min, h or d), found %s",
                             json_describe(node, described));
    }
    r->scenario->time_unit = r->unit->name;
    r->scenario->time_unit_seconds = time_unit_seconds(r->unit);
    return true;
}

/* At the top, the keys of stations and task kinds are known too: they are its shorthand. */
static bool check_top_keys(struct reader *r)
{
    enum { MOST = 128 };
    struct param all[MOST];
    size_t count = 0;
    const struct param *const tables[] = {scenario_top_params, scenario_kind_params, scenario_station_params};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct param *p = tables[t]; p->type != PARAM_NONE; p++)
            if (count + 1 < MOST)
                all[count++] = *p;
    all[count] = (struct param){0};
    for (const cJSON *child = r->tree->root->child; child != NULL; child = child->next)
        if (read_param(scenario_top_params, child->string) == NULL)
            return read_unknown_key(r, child, all, NULL);
    return true;
}

static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strcmp(path, "-") == 0 ? NULL : strrchr(path, '/');
    char *folder = arena_text(arena, slash == NULL ? "" : path);
    if (folder != NULL && slash != NULL)
        folder[slash - path + 1] = '\0';
    return folder;
}

bool read_scenario(struct arena *arena, const struct json_tree *tree, const char *path, struct scenario *out,
                   struct error *err)
{
    *out = (struct scenario){0};
    struct reader r = {
        .arena = arena, .tree = tree, .folder = folder_of(arena, path), .scenario = out, .err = err};
    struct arg args[TOP_KEYS];
    char described[JSON_DESCRIBE_SIZE];
    if (r.folder == NULL)
        return read_no_memory(&r);
    if (!cJSON_IsObject(tree->root))
        return read_fail(&r, tree->root, "expected a scenario (an object), found %s",
                         json_describe(tree->root, described));
    if (!check_top_keys(&r) ||
        !read_args(&r, tree->root, scenario_top_params, NULL, NULL, "a scenario", DIMENSION_NUMBER, args))
        return false;
    out->title = args[TOP_TITLE].text;
    out->description = args[TOP_DESCRIPTION].text;
    out->answer = args[TOP_ANSWER].text;
    if (!args[TOP_TASKS].given)
        return read_fail(&r, tree->root,
                         "nothing to simulate: a scenario needs \"arrivals\" and \"service\", or \"tasks\"");
    r.kinds = args[TOP_TASKS].row;
    return read_time_unit(&r, args[TOP_TIME_UNIT].row) && read_environments(&r, args[TOP_ENVIRONMENTS].row) &&
           read_stations(&r, args[TOP_STATIONS].row) &&
           read_kinds(&r, args[TOP_TASKS].row) && read_run(&r, args[TOP_RUN].row) &&
           read_requirements(&r, args[TOP_REQUIRE].row);
}
