/* read.c: the scenario as a whole, its stations and its kinds of task. */
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

/* ---- the tables ---- */

enum {
    TOP_TITLE,
    TOP_DESCRIPTION,
    TOP_TIME_UNIT,
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
    [TOP_TIME_UNIT] = {.name = "time_unit",
                       .type = PARAM_JSON,
                       .summary = "unit of plain numbers of time; default s"},
    [TOP_STATIONS] = {.name = "stations", .type = PARAM_JSON, .summary = "what tasks queue for, by name"},
    [TOP_TASKS] = {.name = "tasks", .type = PARAM_JSON, .summary = "kinds of task, by name"},
    [TOP_VARIANTS] = {.name = "variants", .type = PARAM_JSON, .summary = "named sets of changes"},
    [TOP_SWEEP] = {.name = "sweep", .type = PARAM_JSON, .summary = "values to try, by pointer"},
    [TOP_REQUIRE] = {.name = "require", .type = PARAM_JSON, .summary = "comparisons that must hold"},
    [TOP_RUN] = {.name = "run", .type = PARAM_JSON, .summary = "how long, how precisely, which seed"},
    [TOP_KEYS] = {0},
};

static const char *const await_words[] = {"hold", "release", NULL};
static const char *const resume_words[] = {"last", "first", NULL};
static const char *const on_full_words[] = {"drop", NULL};
/* In the order of enum preempt_mode, after PREEMPT_NOBODY. */
static const char *const preempt_words[] = {"resume", "restart", "repeat", NULL};

enum {
    STATION_SERVERS,
    STATION_DISCIPLINE,
    STATION_CAPACITY,
    STATION_ON_FULL,
    STATION_AWAIT,
    STATION_RESUME,
    STATION_SWITCH,
    STATION_SETUP,
    STATION_KEEP_ALIVE,
    STATION_SETUP_SERIAL,
    STATION_PREEMPT,
    STATION_QUANTUM,
    STATION_KEYS
};

const struct param scenario_station_params[] = {
    [STATION_SERVERS] = {.name = "servers",
                         .type = PARAM_SERVERS,
                         .range = RANGE_FROM_ONE,
                         .summary = "a whole number or \"infinite\"; default 1"},
    [STATION_DISCIPLINE] = {.name = "discipline",
                            .type = PARAM_ROW,
                            .rows = &discipline_table,
                            .summary = "who is served next; default fcfs"},
    [STATION_CAPACITY] = {.name = "capacity",
                          .type = PARAM_WHOLE,
                          .range = RANGE_FROM_ONE,
                          .summary = "most tasks present, in service included; default: no limit"},
    [STATION_ON_FULL] = {.name = "on_full",
                         .type = PARAM_WORD,
                         .words = on_full_words,
                         .summary = "what happens to a task that finds the station full; default drop"},
    [STATION_AWAIT] = {.name = "await",
                       .type = PARAM_WORD,
                       .words = await_words,
                       .summary = "what a task that awaits does with its server; default hold"},
    [STATION_RESUME] = {.name = "resume",
                        .type = PARAM_WORD,
                        .words = resume_words,
                        .summary = "where it queues to get a server again; default last"},
    [STATION_SWITCH] = {.name = "switch",
                        .type = PARAM_DIST,
                        .dimension = DIMENSION_TIME,
                        .summary = "time added each time a server turns to a task; default 0"},
    [STATION_SETUP] = {.name = "setup",
                       .type = PARAM_DIST,
                       .dimension = DIMENSION_TIME,
                       .summary = "time for a cold server to start; default: always warm"},
    [STATION_KEEP_ALIVE] = {.name = "keep_alive",
                            .type = PARAM_DIST,
                            .dimension = DIMENSION_TIME,
                            .summary = "time until a warm server without work goes cold; default: never"},
    [STATION_SETUP_SERIAL] = {.name = "setup_serial",
                              .type = PARAM_FLAG,
                              .summary = "one server starts at a time; default false"},
    [STATION_PREEMPT] = {.name = "preempt",
                         .type = PARAM_WORD,
                         .words = preempt_words,
                         .summary =
                             "a more urgent task takes the server of one in service, which later goes on "
                             "(resume), begins the same work again (restart) or draws it anew (repeat)"},
    [STATION_QUANTUM] = {.name = "quantum",
                         .type = PARAM_NUMBER,
                         .dimension = DIMENSION_TIME,
                         .range = RANGE_POSITIVE,
                         .summary = "rr: how long a task is served in each turn"},
    [STATION_KEYS] = {.name = "queues", .type = PARAM_LATER},
    {.name = "dispatch", .type = PARAM_LATER},
    {.name = "d", .type = PARAM_LATER},
    {.name = "steal", .type = PARAM_LATER},
    {.name = "jockey", .type = PARAM_LATER},
    {.name = "breakdown", .type = PARAM_LATER},
    {.name = "vacation", .type = PARAM_LATER},
    {.name = "batch", .type = PARAM_LATER},
    {.name = "speed", .type = PARAM_LATER},
    {.name = "autoscale", .type = PARAM_LATER},
    {.name = "cost", .type = PARAM_LATER},
    {.name = "balance", .type = PARAM_LATER},
    {0},
};
enum { STATION_ENTRIES = sizeof scenario_station_params / sizeof scenario_station_params[0] };

enum {
    KIND_ARRIVALS,
    KIND_STEPS,
    KIND_PRIORITY,
    KIND_WEIGHT,
    KIND_DEADLINE,
    KIND_LIMIT,
    KIND_PATIENCE,
    KIND_BALK,
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
    /* expand has turned it into steps; here it is only known */
    [KIND_KEYS] = {.name = "service",
                   .type = PARAM_JSON,
                   .summary = "one step at the only station, for this long"},
    {0},
};
enum { KIND_ENTRIES = sizeof scenario_kind_params / sizeof scenario_kind_params[0] };

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

/* ---- stations ---- */

bool read_name(struct reader *r, const cJSON *node, const char *what)
{
    if (node->string[0] == '\0')
        return read_fail_key(r, node, "a %s needs a name", what);
    for (const char *c = node->string; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return read_fail_key(r, node, "the name of a %s has no control characters", what);
    return true;
}

/* What makes sense only where one task has one server. */
static bool check_sharing(struct reader *r, const cJSON *node, const struct station_spec *s,
                          const struct arg *args)
{
    static const struct {
        int key;
        const char *why;
    } refused[] = {
        {STATION_SETUP, "there is no single server that starts for a task"},
        {STATION_KEEP_ALIVE, "there is no single server that goes cold"},
        {STATION_SETUP_SERIAL, "there is no single server that starts for a task"},
        {STATION_SWITCH, "a server never turns from one task to another"},
        {STATION_RESUME, "a task never holds a server here"},
    };
    if (s->discipline->shape != DISCIPLINE_SHARING)
        return true;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const char *key = scenario_station_params[refused[i].key].name;
        if (args[refused[i].key].given)
            return read_fail_key(r, json_get(node, key),
                                 "\"%s\" has no meaning with \"discipline\": \"%s\": %s", key,
                                 s->discipline->name, refused[i].why);
    }
    if (s->await_release)
        return read_fail(
            r, json_get(node, "await"),
            "\"release\" has no meaning with \"discipline\": \"%s\": a task never holds a server here",
            s->discipline->name);
    return true;
}

/* Who is preempted, and what `rr` needs. */
static bool check_preemption(struct reader *r, const cJSON *node, struct station_spec *s,
                             const struct arg *args)
{
    const struct arg *preempt = &args[STATION_PREEMPT], *quantum = &args[STATION_QUANTUM];
    const char *name = s->discipline->name;
    const bool turns = s->discipline->preemption != PREEMPT_NEVER && s->discipline->order == ORDER_TURN;
    s->preempt = preempt->given ? (enum preempt_mode)(1 + (int)preempt->number) : PREEMPT_NOBODY;
    s->quantum = quantum->given ? quantum->number : INFINITY;
    if (quantum->given && !turns)
        return read_fail_key(r, json_get(node, "quantum"),
                             "\"quantum\" has no meaning with \"discipline\": \"%s\"; \"rr\" has one", name);
    if (!quantum->given && turns)
        return read_fail(r, json_get(node, "discipline"), "\"rr\" needs \"quantum\"");
    switch (s->discipline->preemption) {
    case PREEMPT_NEVER:
        if (preempt->given)
            return read_fail_key(r, json_get(node, "preempt"),
                                 "\"preempt\" has no meaning with \"discipline\": \"%s\": %s", name,
                                 s->discipline->shape == DISCIPLINE_SHARING
                                     ? "all present share the servers"
                                     : "it preempts nobody (lcfs_pr, psjf, srpt, priority and edf can)");
        break;
    case PREEMPT_OPTIONAL:
        break;
    case PREEMPT_ALWAYS:
        if (!preempt->given)
            s->preempt = PREEMPT_RESUMES;
        break;
    case PREEMPT_RESUME:
        if (preempt->given && s->preempt != PREEMPT_RESUMES)
            return read_fail(
                r, json_get(node, "preempt"),
                "with \"discipline\": \"%s\" a task goes on where it stopped: only \"resume\" has a meaning",
                name);
        s->preempt = PREEMPT_RESUMES;
        break;
    }
    if (s->preempt == PREEMPT_NOBODY && !s->discipline->only_at)
        return true;
    if (args[STATION_RESUME].given || s->await_release)
        return read_fail_key(r, json_get(node, s->await_release ? "await" : "resume"),
                             "\"%s\" has no meaning with %s\"%s\": a task never holds a server here",
                             s->await_release ? "await" : "resume",
                             s->discipline->only_at ? "\"discipline\": " : "\"preempt\" and ", name);
    return true;
}

static bool read_station(struct reader *r, const cJSON *node, struct station_spec *out)
{
    struct arg args[STATION_ENTRIES];
    const cJSON *on_full = json_get(node, "on_full");
    if (on_full != NULL &&
        (cJSON_IsArray(on_full) || (cJSON_IsString(on_full) && strcmp(on_full->valuestring, "block") == 0)))
        return read_fail(
            r, on_full, "%s for \"on_full\" %s part of the scenario format but not of this version of desq",
            cJSON_IsArray(on_full) ? "steps" : "\"block\"", cJSON_IsArray(on_full) ? "are" : "is");
    if (!read_name(r, node, "station") ||
        !read_args(r, node, scenario_station_params, NULL, NULL, "a station", DIMENSION_NUMBER, args))
        return false;
    *out = (struct station_spec){
        .name = arena_text(r->arena, node->string),
        .at = json_place(r->tree, node, r->arena),
        .servers = args[STATION_SERVERS].given ? args[STATION_SERVERS].number : 1.0,
        .capacity = args[STATION_CAPACITY].given ? args[STATION_CAPACITY].number : INFINITY,
        .discipline = args[STATION_DISCIPLINE].given ? args[STATION_DISCIPLINE].row
                                                     : lookup_row(discipline_table, "fcfs"),
        .await_release = args[STATION_AWAIT].given && args[STATION_AWAIT].number == 1.0,
        .resume_first = args[STATION_RESUME].given && args[STATION_RESUME].number == 1.0,
        .switch_cost = args[STATION_SWITCH].dist,
        .setup = args[STATION_SETUP].dist,
        .keep_alive = args[STATION_KEEP_ALIVE].dist,
        .setup_serial = args[STATION_SETUP_SERIAL].number == 1.0,
    };
    if (out->name == NULL)
        return read_no_memory(r);
    if (!check_sharing(r, node, out, args) || !check_preemption(r, node, out, args))
        return false;
    if (out->setup == NULL && out->keep_alive != NULL)
        return read_fail_key(r, json_get(node, "keep_alive"),
                             "\"keep_alive\" needs \"setup\": without it, servers are always warm");
    if (out->setup == NULL && out->setup_serial)
        return read_fail_key(r, json_get(node, "setup_serial"),
                             "\"setup_serial\" needs \"setup\": without it, servers are always warm");
    return true;
}

bool read_stations(struct reader *r, const cJSON *node)
{
    char described[JSON_DESCRIBE_SIZE];
    if (node == NULL)
        return true;
    if (!cJSON_IsObject(node))
        return read_fail(r, node, "expected an object of stations by name, found %s",
                         json_describe(node, described));
    struct scenario *s = r->scenario;
    s->stations = arena_array(r->arena, (size_t)cJSON_GetArraySize(node), sizeof *s->stations);
    if (s->stations == NULL)
        return read_no_memory(r);
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!read_station(r, child, &s->stations[s->station_count++]))
            return false;
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
    if (!read_name(r, node, "task kind") ||
        !read_args(r, node, scenario_kind_params, NULL, NULL, "a task kind", DIMENSION_NUMBER, args))
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
    struct param all[TOP_KEYS + STATION_ENTRIES + KIND_ENTRIES];
    size_t count = 0;
    const struct param *const tables[] = {scenario_top_params, scenario_kind_params, scenario_station_params};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct param *p = tables[t]; p->type != PARAM_NONE; p++)
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
    if (!args[TOP_TASKS].given)
        return read_fail(&r, tree->root,
                         "nothing to simulate: a scenario needs \"arrivals\" and \"service\", or \"tasks\"");
    return read_time_unit(&r, args[TOP_TIME_UNIT].row) && read_stations(&r, args[TOP_STATIONS].row) &&
           read_kinds(&r, args[TOP_TASKS].row) && read_run(&r, args[TOP_RUN].row) &&
           read_requirements(&r, args[TOP_REQUIRE].row);
}
