/* desq explain: of what response times are made, those of the slowest tasks above all. */
#include "models/explain.h"

#include "cli/command.h"
#include "cli/point_plots.h"
#include "cli/draw.h"
#include "cli/output/number.h"
#include "cli/output/table.h"
#include "cli/save.h"
#include "cli/scenario_args.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_ABOVE = KEY_OTHER, KEY_REPLICATIONS, KEY_JSON, KEY_PLOTS };
enum { BARS_MOST = 40 };

struct explain_args {
    struct scenario_args scenarios;
    double above;
    unsigned long long replications;
    const char *json, *plots;
};

static const struct argp_option options[] = {
    {"above", KEY_ABOVE, "P", 0, "The slowest tasks are those above this percentile of the response: p99 (default), p99.9, ...", 0},
    {"replications", KEY_REPLICATIONS, "N", 0, "How many replications to look at (default: 8)", 0},
    {"json", KEY_JSON, "FILE", 0, "Write the figures to FILE (-: standard output)", 0},
    {"plots", KEY_PLOTS, "FOLDER", 0, "Draw stacked bars into FOLDER", 0},
    SCENARIO_ARGS_OPTIONS,
    {0},
};

static bool percentile(const char *text, double *out)
{
    char *end;
    if (*text == 'p')
        text++;
    *out = strtod(text, &end) / 100.0;
    return end != text && *end == '\0' && *out > 0.0 && *out < 1.0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct explain_args *args = state->input;
    switch (key) {
    case KEY_ABOVE:
        if (!percentile(argument, &args->above))
            return arguments_complain(state, "--above takes a percentile such as p99; got \"%s\"", argument);
        return 0;
    case KEY_REPLICATIONS:
        if (!arguments_whole(argument, 100000, &args->replications) || args->replications < 2)
            return arguments_complain(state, "--replications takes a whole number from 2 on; got \"%s\"", argument);
        return 0;
    case KEY_JSON:
        args->json = argument;
        return 0;
    case KEY_PLOTS:
        args->plots = argument;
        return 0;
    case ARGP_KEY_END:
        if (args->scenarios.file_count > 1)
            return arguments_complain(state, "one scenario at a time");
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp explain_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE",
    .doc = "Says of what the response time of each kind of task is made, on average and for the slowest: how long they waited where, were "
           "served where, switched, let time pass, waited for branches, or tried in vain.\v"
           "Examples:\n"
           "  desq explain scenarios/web-server.json\n"
           "  desq explain web.json --above p99.9 --plots out\n"
           "\n"
           "A time that a server needs to be set up counts as wait. Exit status: 0 fine; 2 bad usage or scenario, or a deadlock."};

/* One point's explanations. */
struct told {
    const char *label; /* "" for the only one */
    const struct explanation *kinds;
    size_t count;
};

struct all_told {
    const struct desq *d;
    struct told *points;
    size_t count;
    const char *title;
};

static const char *part_name(struct arena *arena, const struct explained_part *p)
{
    if (p->station == NULL)
        return explained_names[p->what];
    return arena_printf(arena, p->what == EXPLAINED_SERVICE ? "%s at %s" : "%s: %s", explained_names[p->what], p->station);
}

static void share(struct table *t, size_t column, double x, double of)
{
    char text[NUMBER_ROOM];
    snprintf(text, sizeof text, "%.1f %%", 100.0 * x / of);
    table_cell(t, column, of > 0.0 && !isnan(x) ? text : "-");
}

static bool print_kind(const struct told *p, const struct explanation *e, const char *unit)
{
    struct arena arena;
    arena_init(&arena);
    struct table *t = arena_alloc(&arena, sizeof *t);
    if (t == NULL)
        return false;
    char number[NUMBER_ROOM], slow[40];
    printf("%s%s%s\n", p->label, p->label[0] != '\0' ? ": " : "", e->kind);
    if (e->tasks == 0) {
        printf("  no task was completed\n\n");
        arena_free(&arena);
        return true;
    }
    snprintf(slow, sizeof slow, "above p%.10g", 100.0 * e->above);
    table_init(t, &arena);
    table_label(t, "of the response");
    table_column(t, "all tasks", "mean");
    table_column(t, "all tasks", "share");
    table_column(t, slow, "mean");
    table_column(t, slow, "share");
    for (size_t i = 0; i < e->part_count; i++) {
        const struct explained_part *x = &e->parts[i];
        table_row(t);
        table_cell(t, 0, part_name(&arena, x));
        table_cell(t, 1, number_interval(x->all.mean, x->all.half_width, number));
        share(t, 2, x->all.mean, e->all.mean);
        table_cell(t, 3, number_interval(x->slow.mean, x->slow.half_width, number));
        share(t, 4, x->slow.mean, e->slow.mean);
    }
    table_row(t);
    table_cell(t, 0, "response");
    table_cell(t, 1, number_interval(e->all.mean, e->all.half_width, number));
    table_cell(t, 3, number_interval(e->slow.mean, e->slow.half_width, number));
    const bool ok = table_print(t, stdout, 2);
    char tasks[NUMBER_ROOM], slow_tasks[NUMBER_ROOM];
    printf("  %s tasks; the slow ones, %s of them, took more than %s %s", number_whole((double)e->tasks, tasks),
           number_whole((double)e->slow_tasks, slow_tasks), number_short(e->threshold, 4, number), unit);
    if (e->looked_at < e->tasks)
        printf("; \"all tasks\" are %s of them", number_whole((double)e->looked_at, number));
    printf("\n\n");
    arena_free(&arena);
    return ok;
}

/* ---- JSON ---- */

static void add_estimate(cJSON *o, const char *name, struct estimate x)
{
    cJSON *e = cJSON_AddObjectToObject(o, name);
    if (isnan(x.mean))
        cJSON_AddNullToObject(e, "mean");
    else
        cJSON_AddNumberToObject(e, "mean", x.mean);
    if (isnan(x.half_width))
        cJSON_AddNullToObject(e, "half_width");
    else
        cJSON_AddNumberToObject(e, "half_width", x.half_width);
}

static bool write_json(void *context, FILE *out, struct error *err)
{
    const struct all_told *a = context;
    cJSON *root = cJSON_CreateArray();
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < a->points[i].count; k++) {
            const struct explanation *e = &a->points[i].kinds[k];
            cJSON *o = cJSON_CreateObject();
            cJSON_AddStringToObject(o, "point", a->points[i].label);
            cJSON_AddStringToObject(o, "task", e->kind);
            cJSON_AddNumberToObject(o, "above", e->above);
            cJSON_AddNumberToObject(o, "tasks", (double)e->tasks);
            cJSON_AddNumberToObject(o, "slow_tasks", (double)e->slow_tasks);
            cJSON_AddNumberToObject(o, "looked_at", (double)e->looked_at);
            if (e->tasks > 0)
                cJSON_AddNumberToObject(o, "threshold", e->threshold);
            add_estimate(o, "response_of_all", e->all);
            add_estimate(o, "response_of_slow", e->slow);
            cJSON *parts = cJSON_AddArrayToObject(o, "parts");
            for (size_t p = 0; p < e->part_count; p++) {
                cJSON *x = cJSON_CreateObject();
                cJSON_AddStringToObject(x, "what", explained_names[e->parts[p].what]);
                if (e->parts[p].station != NULL)
                    cJSON_AddStringToObject(x, "station", e->parts[p].station);
                add_estimate(x, "all", e->parts[p].all);
                add_estimate(x, "slow", e->parts[p].slow);
                cJSON_AddItemToArray(parts, x);
            }
            cJSON_AddItemToArray(root, o);
        }
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text == NULL)
        return error_set(err, "out of memory");
    fprintf(out, "%s\n", text);
    free(text);
    return true;
}

/* ---- Plots: for each kind of task two bars per point, stacked from its parts ---- */

struct bars {
    const struct all_told *a;
    size_t kind;
    const char *file; /* name without suffix */
    const char *parts[BARS_MOST];
    size_t part_count;
    struct arena *arena;
};

/* All parts that occur at any point. */
static void find_parts(struct bars *b)
{
    for (size_t i = 0; i < b->a->count; i++) {
        const struct explanation *e = &b->a->points[i].kinds[b->kind];
        for (size_t p = 0; p < e->part_count; p++) {
            const char *name = part_name(b->arena, &e->parts[p]);
            size_t n = 0;
            while (name != NULL && n < b->part_count && strcmp(b->parts[n], name) != 0)
                n++;
            if (name != NULL && n == b->part_count && n < BARS_MOST)
                b->parts[b->part_count++] = name;
        }
    }
}

static double part_of(const struct bars *b, const struct explanation *e, const char *name, bool slow)
{
    for (size_t p = 0; p < e->part_count; p++)
        if (strcmp(part_name(b->arena, &e->parts[p]), name) == 0) {
            const double x = slow ? e->parts[p].slow.mean : e->parts[p].all.mean;
            return isnan(x) ? 0.0 : x;
        }
    return 0.0;
}

static bool write_bars(void *context, FILE *out, struct error *err)
{
    const struct bars *b = context;
    char text[LABEL_ROOM];
    (void)err;
    fprintf(out, "# bar");
    for (size_t p = 0; p < b->part_count; p++)
        fprintf(out, "; %s", b->parts[p]);
    fputc('\n', out);
    for (size_t i = 0; i < b->a->count; i++)
        for (int slow = 0; slow < 2; slow++) {
            const struct explanation *e = &b->a->points[i].kinds[b->kind];
            plot_text(text, sizeof text, b->a->points[i].label);
            if (slow)
                fprintf(out, "\"%s%sabove p%.10g\"", text, text[0] != '\0' ? ", " : "", 100.0 * e->above);
            else
                fprintf(out, "\"%s%sall\"", text, text[0] != '\0' ? ", " : "");
            for (size_t p = 0; p < b->part_count; p++)
                fprintf(out, " %.10g", part_of(b, e, b->parts[p], slow != 0));
            fputc('\n', out);
        }
    return true;
}

static bool write_script(void *context, FILE *out, struct error *err)
{
    static const char *const colours[] = {"#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#f0e442", "#999999"};
    enum { COLOURS = sizeof colours / sizeof *colours };
    const struct bars *b = context;
    const size_t rows = 2 * b->a->count;
    char title[LABEL_ROOM], kind[LABEL_ROOM], part[LABEL_ROOM];
    (void)err;
    plot_text(title, sizeof title, b->a->title);
    plot_text(kind, sizeof kind, b->a->points[0].kinds[b->kind].kind);
    fprintf(out,
            "# gnuplot %s.gp draws it again\n"
            "set encoding utf8\nset title \"%s\\n%s: of what the response is made\" noenhanced\n"
            "set xlabel \"mean time per task in %s\" noenhanced\n"
            "set border 3 linewidth 1 linecolor rgb '#444444'\nset tics nomirror out\n"
            "set grid xtics linetype 1 linewidth 0.5 linecolor rgb '#dddddd'\n"
            "set style fill solid 0.85 border rgb '#ffffff'\nset yrange [%zu.6:0.4] \nset xrange [0:*]\n"
            "set key at screen 0.5, 0.01 center bottom horizontal noenhanced samplen 2 maxrows 3\nset bmargin 7\nset ytics noenhanced\n",
            b->file, title, kind, desq_scenario(b->a->d)->points[0].scenario.time_unit, rows);
    fprintf(out, "set terminal pngcairo noenhanced size 1000, %zu font 'sans,12'\nset output '%s.png'\n", 260 + 46 * rows, b->file);
    for (size_t p = 0; p < b->part_count; p++) {
        plot_text(part, sizeof part, b->parts[p]);
        /* Boxes that lie: from the sum of the parts before to that with this one. */
        fprintf(out, "%s'%s.dat' using ((sum [c=2:%zu] column(c)) + column(%zu)/2.0):($0+1):(sum [c=2:%zu] column(c)):(sum [c=2:%zu] column(c)):($0+0.65):($0+1.35):ytic(1) "
                     "with boxxyerror linecolor rgb '%s' %s title \"%s\"",
                p == 0 ? "plot " : ", \\\n    ", b->file, p + 1, p + 2, p + 1, p + 2, colours[p % COLOURS],
                p >= COLOURS ? "fillstyle pattern 1" : "", part);
    }
    fprintf(out, "\nset terminal svg noenhanced size 1000, %zu font 'sans,14'\nset output '%s.svg'\nreplot\n", 260 + 46 * rows, b->file);
    return true;
}

static bool draw(const struct all_told *a, const char *folder, struct error *err)
{
    struct arena arena;
    arena_init(&arena);
    bool missing = false, ok = save_folder(folder, err);
    for (size_t k = 0; ok && k < a->points[0].count; k++) {
        struct bars b = {.a = a, .kind = k, .arena = &arena};
        b.file = plot_file_name(&arena, "explain", a->points[0].kinds[k].kind);
        find_parts(&b);
        if (b.part_count == 0)
            continue;
        ok = (b.file != NULL || error_set(err, "out of memory")) && plot_pair(folder, b.file, write_bars, write_script, &b, &missing, err);
    }
    arena_free(&arena);
    return ok;
}

static int explain_file(const struct explain_args *args)
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
    bool ok = a.points != NULL || error_set(&err, "out of memory");
    if (ok)
        printf("%s%s%s: times in %s; ± gives %g %% confidence intervals\n\n", a.title, a.title[0] != '\0' ? "\n" : "", args->scenarios.files[0],
               s->time_unit, 100.0 * s->run.confidence);
    for (size_t i = 0; ok && i < a.count; i++) {
        a.points[i].label = point_name(&arena, &file->points[i]);
        const struct explain_how how = {.above = args->above, .replications = args->replications};
        ok = desq_explain(d, i, &how, &a.points[i].kinds, &a.points[i].count, &err);
        for (size_t k = 0; ok && k < a.points[i].count; k++)
            ok = print_kind(&a.points[i], &a.points[i].kinds[k], s->time_unit) || error_set(&err, "out of memory");
        fflush(stdout);
    }
    ok = ok && (args->json == NULL || save_file(args->json, write_json, &a, &err));
    ok = ok && (args->plots == NULL || draw(&a, args->plots, &err));
    if (!ok)
        complain(&err);
    arena_free(&arena);
    desq_free(d);
    return ok ? STATUS_FINE : STATUS_BAD;
}

static int run(struct ranks *ranks, int argc, char **argv);

const struct command command_explain = {
    .name = "explain", .summary = "say of what response times are made, the slowest above all", .argp = &explain_argp, .run = run};

static int run(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks; /* runs nothing long */
    struct explain_args args = {.above = 0.99, .replications = 8};
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    if (arguments_parse(&command_explain, argc, argv, &args, &status))
        status = explain_file(&args);
    scenario_args_free(&args.scenarios);
    return status;
}
