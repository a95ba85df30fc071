/* desq series: how a system changes with time: bursts, failures, and promises kept or broken window by window. */
#include "cli/command.h"
#include "cli/point_plots.h"
#include "cli/interrupt.h"
#include "cli/output/number.h"
#include "cli/output/table.h"
#include "cli/save.h"
#include "cli/scenario_args.h"
#include "cli/series_told.h"
#include "cli/trials.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_EVERY = KEY_OTHER, KEY_UNTIL, KEY_REQUIRE, KEY_REPLICATIONS, KEY_JOBS, KEY_JSON, KEY_PLOTS };
enum { REQUIREMENTS_MOST = 32, LINES_MOST = 48 };

struct series_args {
    struct scenario_args scenarios;
    const char *every, *until, *json, *plots;
    const char *require[REQUIREMENTS_MOST];
    size_t require_count;
    unsigned long long replications;
    unsigned jobs;
};

static const struct argp_option options[] = {
    {"every", KEY_EVERY, "TIME", 0, "Length of a window: 5min, or a number of the scenario's time units", 0},
    {"until", KEY_UNTIL, "TIME", 0, "Up to this time after the start: 2h", 0},
    {"require", KEY_REQUIRE, "TEXT", 0, "A requirement to be looked at in each window, instead of the scenario's own; repeatable", 0},
    {"replications", KEY_REPLICATIONS, "N", 0, "How many replications (default: 200)", 0},
    {"jobs", KEY_JOBS, "N", 0, "Use N threads (default: one per processor); the results are the same", 0},
    {"json", KEY_JSON, "FILE", 0, "Write all figures of all windows to FILE (-: standard output)", 0},
    {"plots", KEY_PLOTS, "FOLDER", 0, "Draw them into FOLDER", 0},
    SCENARIO_ARGS_OPTIONS,
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct series_args *args = state->input;
    switch (key) {
    case KEY_EVERY:
        args->every = argument;
        return 0;
    case KEY_UNTIL:
        args->until = argument;
        return 0;
    case KEY_REQUIRE:
        if (args->require_count == REQUIREMENTS_MOST)
            return arguments_complain(state, "more than %d requirements", REQUIREMENTS_MOST);
        args->require[args->require_count++] = argument;
        return 0;
    case KEY_REPLICATIONS:
        if (!arguments_whole(argument, 1000000, &args->replications) || args->replications < 2)
            return arguments_complain(state, "--replications takes a whole number from 2 on; got \"%s\"", argument);
        return 0;
    case KEY_JOBS:
        return arguments_jobs(state, argument, &args->jobs);
    case KEY_JSON:
        args->json = argument;
        return 0;
    case KEY_PLOTS:
        args->plots = argument;
        return 0;
    case ARGP_KEY_END:
        if (args->scenarios.file_count > 1)
            return arguments_complain(state, "one scenario at a time");
        if (args->scenarios.file_count == 1 && (args->every == NULL || args->until == NULL))
            return arguments_complain(state, "how long? --every TIME is a window's length, --until TIME where the last ends, as in --every 1min --until 1h");
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp series_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE",
    .doc = "Says how a system changes with time after an empty start: throughput, numbers, response times and utilisations in windows of time, with "
           "bands over replications; how likely each window breaks a requirement, and for how long in a row.\v"
           "Examples:\n"
           "  desq series scenarios/daily-load.json --every 30min --until 24h --plots out\n"
           "  desq series web.json --every 5min --until 2h --require \"request.response.p99 < 300ms\"\n"
           "\n"
           "run.warmup, run.time and run.count do not matter here. Exit status: 0 fine; 2 bad usage or scenario, or a deadlock; 130 interrupted."};

/* ---- Tables ---- */

static const char *heading(struct arena *arena, const struct series_row *row, const char *unit)
{
    if (row->statistic == STATISTIC_QUANTILE)
        return arena_printf(arena, "p%.10g", 100.0 * row->quantile);
    const bool time = row->probe->unit == UNIT_TIME, rate = row->probe->unit == UNIT_RATE, share = row->probe->unit == UNIT_FRACTION;
    return time ? arena_printf(arena, "mean %s, %s", row->probe->name, unit)
           : rate ? arena_printf(arena, "%s, per %s", row->probe->name, unit)
           : share ? arena_printf(arena, "%s, %%", row->probe->name)
           : strcmp(row->probe->name, "in_system") == 0 ? "in system"
           : strcmp(row->probe->name, "queue_length") == 0 ? "queue length" : row->probe->name;
}

static void put_value(struct table *t, size_t column, struct series_value x, double scale)
{
    char text[NUMBER_ROOM];
    number_between(scale * x.value, scale * x.low, scale * x.high, text);
    table_cell(t, column, text);
}

/* The rows of one kind, or of all stations, as columns; promises beside those of kinds. */
static bool print_table(const struct series_told *p, const char *subject, bool of_stations, const struct scenario *scenario)
{
    const struct series *s = p->series;
    struct arena arena;
    arena_init(&arena);
    struct table *t = arena_alloc(&arena, sizeof *t);
    if (t == NULL)
        return false;
    char number[NUMBER_ROOM];
    const char *unit = scenario->time_unit;
    table_init(t, &arena);
    table_label(t, arena_printf(&arena, "from, %s", unit));
    size_t columns = 0;
    for (size_t r = 0; r < s->row_count; r++) {
        const struct series_row *row = &s->rows[r];
        if (row->of_station != of_stations || !series_in_table(row) || (!of_stations && strcmp(row->subject, subject) != 0))
            continue;
        table_column(t, row->subject, heading(&arena, row, unit));
        columns++;
    }
    for (size_t i = 0; !of_stations && i < s->promise_count; i++)
        if (!s->promises[i].requirement->of_station && strcmp(scenario->kinds[s->promises[i].requirement->subject].name, subject) == 0)
            table_column(t, "broken, % of windows", s->promises[i].requirement->text);
    const size_t step = (s->window_count + LINES_MOST - 1) / LINES_MOST;
    for (size_t w = 0; columns > 0 && w < s->window_count; w += step) {
        size_t column = 1;
        table_row(t);
        table_cell(t, 0, number_short((double)w * s->every, 6, number));
        for (size_t r = 0; r < s->row_count; r++) {
            const struct series_row *row = &s->rows[r];
            if (row->of_station != of_stations || !series_in_table(row) || (!of_stations && strcmp(row->subject, subject) != 0))
                continue;
            put_value(t, column++, row->windows[w], row->probe->unit == UNIT_FRACTION ? 100.0 : 1.0);
        }
        for (size_t i = 0; !of_stations && i < s->promise_count; i++)
            if (!s->promises[i].requirement->of_station && strcmp(scenario->kinds[s->promises[i].requirement->subject].name, subject) == 0)
                put_value(t, column++, s->promises[i].broken[w], 100.0);
    }
    const bool ok = columns == 0 || table_print(t, stdout, 2);
    if (columns > 0 && step > 1)
        printf("  (every %zuth window of %zu; --json has all)\n", step, s->window_count);
    if (columns > 0)
        printf("\n");
    arena_free(&arena);
    return ok;
}

static bool print_point(const struct series_told *p, const struct scenario *scenario)
{
    const struct series *s = p->series;
    char number[NUMBER_ROOM], longest[NUMBER_ROOM];
    if (p->label[0] != '\0')
        printf("%s\n", p->label);
    bool ok = true;
    for (size_t k = 0; ok && k < scenario->kind_count; k++)
        ok = print_table(p, scenario->kinds[k].name, false, scenario);
    ok = ok && print_table(p, NULL, true, scenario);
    for (size_t i = 0; i < s->promise_count; i++) {
        const struct series_promise *x = &s->promises[i];
        number_between(100.0 * x->broken_all.value, 100.0 * x->broken_all.low, 100.0 * x->broken_all.high, number);
        number_between(x->longest.value, x->longest.low, x->longest.high, longest);
        printf("  %s: broken in %s %% of all windows; the longest time in a row: %s %s on average\n", x->requirement->text, number, longest,
               scenario->time_unit);
    }
    printf("%s", s->promise_count > 0 ? "\n" : "");
    return ok;
}

/* ---- JSON ---- */

static void add_number(cJSON *list, double x)
{
    cJSON_AddItemToArray(list, isfinite(x) ? cJSON_CreateNumber(x) : cJSON_CreateNull());
}

static void add_values(cJSON *o, const char *name, const struct series_value *x, size_t count)
{
    cJSON *list = cJSON_AddArrayToObject(o, name);
    for (size_t i = 0; i < count; i++) {
        cJSON *one = cJSON_CreateArray();
        add_number(one, x[i].value);
        add_number(one, x[i].low);
        add_number(one, x[i].high);
        cJSON_AddItemToArray(list, one);
    }
}

static cJSON *json_of(const struct series_told *p)
{
    const struct series *s = p->series;
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "point", p->label);
    cJSON_AddNumberToObject(o, "every", s->every);
    cJSON_AddNumberToObject(o, "windows", (double)s->window_count);
    cJSON_AddNumberToObject(o, "replications", (double)s->replications);
    cJSON_AddBoolToObject(o, "unfinished", s->unfinished);
    cJSON *figures = cJSON_AddArrayToObject(o, "figures");
    for (size_t r = 0; r < s->row_count; r++) {
        const struct series_row *row = &s->rows[r];
        cJSON *x = cJSON_CreateObject();
        cJSON_AddStringToObject(x, row->of_station ? "station" : "task", row->subject);
        cJSON_AddStringToObject(x, "figure", row->probe->name);
        if (row->statistic == STATISTIC_QUANTILE)
            cJSON_AddNumberToObject(x, "quantile", row->quantile);
        add_values(x, "value_low_high", row->windows, s->window_count);
        cJSON_AddItemToArray(figures, x);
    }
    cJSON *promises = cJSON_AddArrayToObject(o, "require");
    for (size_t i = 0; i < s->promise_count; i++) {
        cJSON *x = cJSON_CreateObject();
        cJSON_AddStringToObject(x, "require", s->promises[i].requirement->text);
        add_values(x, "broken_of_all_windows", &s->promises[i].broken_all, 1);
        add_values(x, "longest_time_broken", &s->promises[i].longest, 1);
        add_values(x, "broken", s->promises[i].broken, s->window_count);
        cJSON_AddItemToArray(promises, x);
    }
    return o;
}

static bool write_json(void *context, FILE *out, struct error *err)
{
    const struct series_told_all *a = context;
    cJSON *root = cJSON_CreateArray();
    for (size_t i = 0; i < a->count; i++)
        cJSON_AddItemToArray(root, json_of(&a->points[i]));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text == NULL)
        return error_set(err, "out of memory");
    fprintf(out, "%s\n", text);
    free(text);
    return true;
}

/* ---- The command ---- */

/* The requirements of the command line in place of the scenario's. *text is to be freed afterwards. */
static bool put_requirements(struct series_args *args, char **text)
{
    if (args->require_count == 0)
        return true;
    char *list = trials_list(args->require, args->require_count);
    const size_t room = list == NULL ? 0 : strlen(list) + sizeof "/require=";
    *text = list == NULL ? NULL : malloc(room);
    if (*text != NULL) {
        snprintf(*text, room, "/require=%s", list);
        args->scenarios.set[args->scenarios.set_count++] = *text; /* each --require left room for one */
    } else {
        fprintf(stderr, "desq: out of memory\n");
    }
    free(list);
    return *text != NULL;
}

static int series_file(const struct series_args *args)
{
    struct desq *d;
    struct error err;
    if (!scenario_args_read(&args->scenarios, 0, &d))
        return STATUS_BAD;
    const struct scenario_file *file = desq_scenario(d);
    const struct scenario *s = &file->points[0].scenario;
    struct arena arena;
    arena_init(&arena);
    struct series_told_all a = {.d = d, .count = file->point_count, .title = s->title == NULL ? "" : s->title};
    a.points = arena_array(&arena, a.count, sizeof *a.points);
    bool ok = a.points != NULL || error_set(&err, "out of memory"), first = true;
    const struct series_how how = {.every = args->every, .until = args->until, .replications = args->replications, .jobs = args->jobs, .stop = &interrupted};
    interrupt_listen();
    for (size_t i = 0; ok && i < a.count && !interrupted; i++) {
        a.points[i].label = point_name(&arena, &file->points[i]);
        ok = desq_series(d, i, &how, &a.points[i].series, &err);
        if (ok && first)
            printf("%s%s%s: times in %s; ± gives %g %% confidence intervals over %llu replications, from an empty start\n\n", a.title,
                   a.title[0] != '\0' ? "\n" : "", args->scenarios.files[0], s->time_unit, 100.0 * s->run.confidence,
                   (unsigned long long)a.points[i].series->replications);
        first = false;
        ok = ok && (print_point(&a.points[i], &file->points[i].scenario) || error_set(&err, "out of memory"));
        fflush(stdout);
    }
    if (!interrupted) {
        ok = ok && (args->json == NULL || save_file(args->json, write_json, &a, &err));
        ok = ok && (args->plots == NULL || series_draw(&a, args->plots, &err));
    }
    if (!ok)
        complain(&err);
    arena_free(&arena);
    desq_free(d);
    return !ok ? STATUS_BAD : interrupted ? STATUS_SIGNAL + interrupted : STATUS_FINE;
}

static int run(struct ranks *ranks, int argc, char **argv);

const struct command command_series = {
    .name = "series", .summary = "show how a system changes with time, window by window", .argp = &series_argp, .run = run};

static int run(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks;
    struct series_args args = {.replications = 200};
    char *requirements = NULL;
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    if (arguments_parse(&command_series, argc, argv, &args, &status) && put_requirements(&args, &requirements))
        status = series_file(&args);
    free(requirements);
    scenario_args_free(&args.scenarios);
    return status;
}
