/* desq series: how a system changes with time: bursts, failures, and promises kept or broken window by window. */
#include "models/series.h"

#include "cli/command.h"
#include "cli/draw.h"
#include "cli/interrupt.h"
#include "cli/output/number.h"
#include "cli/output/table.h"
#include "cli/save.h"
#include "cli/scenario_args.h"
#include "cli/trials.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_EVERY = KEY_OTHER, KEY_UNTIL, KEY_REQUIRE, KEY_REPLICATIONS, KEY_JOBS, KEY_JSON, KEY_PLOTS };
enum { REQUIREMENTS_MOST = 32, LABEL_ROOM = 200, LINES_MOST = 48 };

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

/* One point's series. */
struct told {
    const char *label; /* "" for the only one */
    const struct series *series;
};

struct all_told {
    const struct desq *d;
    struct told *points;
    size_t count;
    const char *title;
};

static const char *label_of(struct arena *arena, const struct scenario_point *p)
{
    const char *label = p->variant == NULL ? "" : p->variant;
    for (size_t i = 0; i < p->set_count && label != NULL; i++)
        label = arena_printf(arena, "%s%s%s = %s", label, label[0] != '\0' ? ", " : "", p->sets[i].pointer, p->sets[i].value);
    return label;
}

/* ---- Tables ---- */

/* Very far percentiles of a window's few tasks are left to the JSON. */
static bool in_table(const struct series_row *row)
{
    if (strcmp(row->probe->name, "wait") == 0)
        return false;
    if (row->of_station)
        return strcmp(row->probe->name, "utilisation") == 0 || strcmp(row->probe->name, "queue_length") == 0;
    return row->statistic == STATISTIC_MEAN || row->quantile == 0.5 || row->quantile == 0.95 || row->quantile == 0.99;
}

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
static bool print_table(const struct told *p, const char *subject, bool of_stations, const struct scenario *scenario)
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
        if (row->of_station != of_stations || !in_table(row) || (!of_stations && strcmp(row->subject, subject) != 0))
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
            if (row->of_station != of_stations || !in_table(row) || (!of_stations && strcmp(row->subject, subject) != 0))
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

static bool print_point(const struct told *p, const struct scenario *scenario)
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

static cJSON *json_of(const struct told *p)
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
    const struct all_told *a = context;
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

/* ---- Plots: for each kind of task, response times above, numbers below; a colour for each point ---- */

struct panel {
    const struct all_told *a;
    const char *kind;
    const char *file; /* name without suffix */
};

static void plain(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (; *text != '\0' && n + 1 < size; text++)
        if (*text != '"' && *text != '\\' && *text != '\'' && *text != '\n')
            out[n++] = *text;
    out[n] = '\0';
}

static const struct series_row *find_row(const struct series *s, const char *kind, const char *probe, double quantile)
{
    for (size_t r = 0; r < s->row_count; r++) {
        const struct series_row *row = &s->rows[r];
        if (!row->of_station && strcmp(row->subject, kind) == 0 && strcmp(row->probe->name, probe) == 0 &&
            (isnan(quantile) ? row->statistic == STATISTIC_MEAN : row->quantile == quantile))
            return row;
    }
    return NULL;
}

/* The highest percentile that a table would show. */
static double highest(const struct series *s, const char *kind)
{
    double q = (double)NAN;
    for (size_t r = 0; r < s->row_count; r++)
        if (!s->rows[r].of_station && strcmp(s->rows[r].subject, kind) == 0 && s->rows[r].statistic == STATISTIC_QUANTILE && in_table(&s->rows[r]) &&
            strcmp(s->rows[r].probe->name, "response") == 0)
            q = s->rows[r].quantile;
    return q;
}

static void write_value(FILE *out, const struct series_row *row, size_t w)
{
    const struct series_value none = {(double)NAN, (double)NAN, (double)NAN}, x = row == NULL ? none : row->windows[w];
    const double all[] = {x.value, x.low, x.high};
    for (size_t i = 0; i < 3; i++)
        if (isnan(all[i]))
            fprintf(out, " ?");
        else
            fprintf(out, " %.10g", all[i]);
}

/* A block for each point: middle of the window; mean response, percentile, number in system, each with its band. */
static bool write_data(void *context, FILE *out, struct error *err)
{
    const struct panel *p = context;
    (void)err;
    for (size_t i = 0; i < p->a->count; i++) {
        const struct series *s = p->a->points[i].series;
        const struct series_row *rows[] = {find_row(s, p->kind, "response", (double)NAN), find_row(s, p->kind, "response", highest(s, p->kind)),
                                           find_row(s, p->kind, "in_system", (double)NAN)};
        fprintf(out, "# %s: time; mean response, low, high; percentile, low, high; in system, low, high\n", p->a->points[i].label);
        for (size_t w = 0; w < s->window_count; w++) {
            fprintf(out, "%.10g", ((double)w + 0.5) * s->every);
            for (size_t c = 0; c < 3; c++)
                write_value(out, rows[c], w);
            fputc('\n', out);
        }
        fprintf(out, "\n\n");
    }
    return true;
}

static void write_lines(FILE *out, const struct panel *p, size_t column, const char *what, bool response)
{
    static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};
    enum { COLOURS = sizeof colours / sizeof *colours };
    char label[LABEL_ROOM];
    for (size_t i = 0; i < p->a->count; i++) {
        const char *colour = colours[i % COLOURS];
        plain(label, sizeof label, p->a->points[i].label);
        fprintf(out, "%s'%s.dat' index %zu using 1:%zu:%zu with filledcurves linecolor rgb '%s' fillstyle transparent solid 0.2 noborder notitle, \\\n",
                i == 0 ? "plot " : "    ", p->file, i, column + 1, column + 2, colour);
        fprintf(out, "    '' index %zu using 1:%zu with lines linewidth 2 linecolor rgb '%s' title \"%s%s%s\"", i, column, colour, label,
                label[0] != '\0' ? ": " : "", what);
        if (response)
            fprintf(out, ", \\\n    '' index %zu using 1:2 with lines linewidth 1.5 dashtype 2 linecolor rgb '%s' title \"%s%smean\"", i, colour, label,
                    label[0] != '\0' ? ": " : "");
        fprintf(out, "%s", i + 1 < p->a->count ? ", \\\n" : "\n");
    }
}

static bool write_script(void *context, FILE *out, struct error *err)
{
    const struct panel *p = context;
    const struct series *s = p->a->points[0].series;
    const struct scenario *scenario = &desq_scenario(p->a->d)->points[0].scenario;
    const double q = highest(s, p->kind);
    char title[LABEL_ROOM], kind[LABEL_ROOM], what[40] = "mean", text[LABEL_ROOM];
    (void)err;
    plain(title, sizeof title, p->a->title);
    plain(kind, sizeof kind, p->kind);
    if (!isnan(q))
        snprintf(what, sizeof what, "p%.10g", 100.0 * q);
    fprintf(out,
            "# gnuplot %s.gp draws it again\nset encoding utf8\nset datafile missing '?'\nset border 3 linewidth 1 linecolor rgb '#444444'\n"
            "set tics nomirror out\nset grid xtics ytics linetype 1 linewidth 0.5 linecolor rgb '#dddddd'\n"
            "set key outside right top vertical Left reverse samplen 3 noenhanced\nset yrange [0:*]\nset xrange [0:%.10g]\nset lmargin 12\nset rmargin 28\n",
            p->file, (double)s->window_count * s->every);
    for (int svg = 0; svg < 2; svg++) {
        if (svg)
            fprintf(out, "unset multiplot\nset terminal svg noenhanced size 1200, 720 font 'sans,14'\nset output '%s.svg'\n", p->file);
        else
            fprintf(out, "set terminal pngcairo noenhanced size 1200, 720 font 'sans,13'\nset output '%s.png'\n", p->file);
        fprintf(out, "set multiplot layout 2,1\nset title \"%s\\n%s: windows of %.6g %s after an empty start; bands: %.4g %% intervals over %llu replications\" noenhanced\n",
                title, kind, s->every, scenario->time_unit, 100.0 * scenario->run.confidence, (unsigned long long)s->replications);
        fprintf(out, "unset xlabel\nset ylabel \"response, %s\" noenhanced\n", scenario->time_unit);
        for (size_t i = 0; i < s->promise_count; i++) {
            const struct requirement *r = s->promises[i].requirement;
            if (r->of_station || strcmp(scenario->kinds[r->subject].name, p->kind) != 0 || strcmp(r->metric, "response") != 0)
                continue;
            plain(text, sizeof text, r->text);
            fprintf(out, "set arrow from graph 0, first %.10g to graph 1, first %.10g nohead dashtype 3 linewidth 1.5 linecolor rgb '#666666'\n"
                         "set label \"%s\" at graph 0.01, first %.10g offset 0, 0.6 textcolor rgb '#444444' noenhanced\n",
                    r->value, r->value, text, r->value);
        }
        write_lines(out, p, isnan(q) ? 2 : 5, what, !isnan(q));
        fprintf(out, "unset arrow\nunset label\nunset title\nset xlabel \"time, %s\" noenhanced\nset ylabel \"number in system\"\n", scenario->time_unit);
        write_lines(out, p, 8, "in system", false);
    }
    fprintf(out, "unset multiplot\n");
    return true;
}

static bool draw(const struct all_told *a, const char *folder, struct error *err)
{
    struct arena arena;
    arena_init(&arena);
    const struct scenario *scenario = &desq_scenario(a->d)->points[0].scenario;
    bool missing = false, ok = save_folder(folder, err);
    for (size_t k = 0; ok && k < scenario->kind_count; k++) {
        char name[LABEL_ROOM], data[4096], script[4096];
        plain(name, sizeof name, scenario->kinds[k].name);
        for (char *c = name; *c != '\0'; c++)
            if (*c == '/' || *c == ' ')
                *c = '-';
        struct panel p = {.a = a, .kind = scenario->kinds[k].name, .file = arena_printf(&arena, "series-%s", name)};
        const int x = snprintf(data, sizeof data, "%s/%s.dat", folder, p.file), y = snprintf(script, sizeof script, "%s/%s.gp", folder, p.file);
        if (x < 0 || (size_t)x >= sizeof data || y < 0 || (size_t)y >= sizeof script)
            ok = error_set(err, "the name of the folder for plots is too long");
        ok = ok && save_file(data, write_data, &p, err) && save_file(script, write_script, &p, err) &&
             draw_script(folder, strrchr(script, '/') + 1, &missing, err);
    }
    arena_free(&arena);
    return ok;
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
    struct all_told a = {.d = d, .count = file->point_count, .title = s->title == NULL ? "" : s->title};
    a.points = arena_array(&arena, a.count, sizeof *a.points);
    bool ok = a.points != NULL || error_set(&err, "out of memory"), first = true;
    const struct series_how how = {.every = args->every, .until = args->until, .replications = args->replications, .jobs = args->jobs, .stop = &interrupted};
    interrupt_listen();
    for (size_t i = 0; ok && i < a.count && !interrupted; i++) {
        a.points[i].label = label_of(&arena, &file->points[i]);
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
        ok = ok && (args->plots == NULL || draw(&a, args->plots, &err));
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
