/* desq compare: what changed between two results, with intervals; requirements on the change. */
#include "cli/change.h"
#include "cli/command.h"
#include "cli/output/number.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "cli/scenario_args.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_REQUIRE = KEY_OTHER, KEY_ALL, REQUIRE_MOST = 64 };

struct requirement_on_change {
    const char *text;
    char path[256]; /* as the table names it: "request.response.p99" */
    bool less;
    size_t met, not_met, undecided; /* points */
    double limit;                   /* 0.05 is +5 % */
};

struct compare_args {
    const char *files[2];
    size_t file_count;
    struct requirement_on_change require[REQUIRE_MOST];
    size_t require_count;
    bool all;
};

static const struct argp_option options[] = {
    {"require", KEY_REQUIRE, "TEXT", 0,
     "What the change must keep to: \"KIND.MEASURE[.pNN] <= +5%\", also >=; repeatable", 0},
    {"all", KEY_ALL, NULL, 0, "Show every figure, not only those that changed", 0},
    {0},
};

static error_t read_require(struct compare_args *args, const char *text, const struct argp_state *state)
{
    if (args->require_count == REQUIRE_MOST)
        return arguments_complain(state, "at most %d of --require", REQUIRE_MOST);
    struct requirement_on_change *r = &args->require[args->require_count++];
    const size_t before = strcspn(text, "<>");
    size_t length = before;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    const char *limit = text + before + 1;
    char number[64];
    if (text[before] != '\0' && *limit == '=')
        limit++;
    else
        limit = NULL;
    if (limit != NULL)
        limit += strspn(limit, " ");
    if (limit != NULL && *limit == '+')
        limit++;
    const size_t digits = limit != NULL ? strcspn(limit, "% ") : 0;
    if (length == 0 || length >= sizeof r->path || digits == 0 || digits >= sizeof number ||
        strcmp(limit + digits + strspn(limit + digits, " "), "%") != 0)
        return arguments_complain(
            state, "--require takes \"FIGURE <= +5%%\" or \"FIGURE >= -5%%\"; got \"%s\"", text);
    memcpy(number, limit, digits);
    number[digits] = '\0';
    char *end;
    r->limit = strtod(number, &end) / 100;
    if (*end != '\0' || strspn(number, "+-.0123456789eE") != strlen(number) || !isfinite(r->limit))
        return arguments_complain(state, "--require: \"%s\" is no number of percent", number);
    memcpy(r->path, text, length);
    r->path[length] = '\0';
    if (length > 5 && strcmp(r->path + length - 5, ".mean") == 0)
        r->path[length - 5] = '\0';
    r->text = text;
    r->less = text[before] == '<';
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct compare_args *args = state->input;
    switch (key) {
    case KEY_REQUIRE:
        return read_require(args, argument, state);
    case KEY_ALL:
        args->all = true;
        return 0;
    case ARGP_KEY_ARG:
        if (args->file_count == 2)
            return arguments_complain(state, "two results; \"%s\" is too much", argument);
        args->files[args->file_count++] = argument;
        return 0;
    case ARGP_KEY_END:
        if (args->file_count < 2)
            return arguments_complain(state, "which results? Name two files that `desq run --json` wrote");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp compare_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "BEFORE.json AFTER.json",
    .doc =
        "Says what changed from one result to another, in percent, with intervals at the results' level of "
        "confidence: per point, kind or station, and measure.\v"
        "The two are taken as independent: run them with different seeds. With the same seed the intervals "
        "are "
        "as a rule wider than they need be (variants in one scenario are compared pairwise instead).\n"
        "\n"
        "Examples:\n"
        "  desq run web.json --json before.json\n"
        "  desq run web.json --set /servers=12 --seed 2 --json after.json\n"
        "  desq compare before.json after.json\n"
        "  desq compare before.json after.json --require \"request.response.p99 <= +5%\"\n"
        "\n"
        "Exit status: 0 all requirements are met or undecided; 1 one is not met: the whole interval is "
        "beyond the "
        "limit; 2 a mistake."};

static int compare(struct ranks *ranks, int argc, char **argv);

const struct command command_compare = {.name = "compare",
                                        .summary = "say what changed between two results",
                                        .argp = &compare_argp,
                                        .run = compare};

struct comparing {
    struct arena arena;
    struct compare_args args;
    struct table table;
    const char **names; /* of all figures, for the nearest */
    size_t name_count, compared, changed;
    bool failed;
};

static char *percent(struct arena *a, double x)
{
    char text[NUMBER_ROOM];
    if (isnan(x))
        return arena_text(a, "-");
    if (isinf(x))
        return arena_text(a, "from 0");
    return arena_printf(a, "%s%s %%", x > 0 ? "+" : "", number_short(100 * x, 3, text));
}

static void note_change(struct comparing *c, const char *point, const char *path, struct interval before,
                        struct interval after)
{
    const struct interval change = change_of(before, after);
    bool show = c->args.all;
    const char **names = realloc(c->names, (c->name_count + 1) * sizeof *names);
    if (names == NULL) {
        c->failed = true;
        return;
    }
    c->names = names;
    names[c->name_count++] = path;
    if (!isnan(change.low)) {
        c->compared++;
        if (change.low > 0 || change.high < 0) {
            c->changed++;
            show = true;
        }
    }
    for (size_t i = 0; i < c->args.require_count; i++) {
        struct requirement_on_change *r = &c->args.require[i];
        if (strcmp(r->path, path) != 0)
            continue;
        const double sign = r->less ? 1 : -1;
        const double slack = 4 * DBL_EPSILON * (1 + fabs(r->limit)); /* rounding of after / before - 1 */
        const double worst = r->less ? change.high : change.low, best = r->less ? change.low : change.high;
        show = true;
        if (sign * best > sign * r->limit + slack)
            r->not_met++;
        else if (sign * worst <= sign * r->limit + slack)
            r->met++;
        else
            r->undecided++;
    }
    if (!show)
        return;
    char text[NUMBER_ROOM];
    size_t column = 0;
    table_row(&c->table);
    table_cell(&c->table, column++, point);
    table_cell(&c->table, column++, path);
    table_cell(&c->table, column++, number_between(before.value, before.low, before.high, text));
    table_cell(&c->table, column++, number_between(after.value, after.low, after.high, text));
    table_cell(&c->table, column++, percent(&c->arena, change.value));
    table_cell(&c->table, column++, percent(&c->arena, change.low));
    table_cell(&c->table, column, percent(&c->arena, change.high));
}

static struct interval mean_of(const struct figure *f)
{
    return (struct interval){f->mean, f->mean - f->half_width, f->mean + f->half_width};
}

static void compare_subjects(struct comparing *c, const char *point, const char *prefix,
                             const struct subject *before, const struct subject *after)
{
    for (size_t i = 0; i < before->figure_count; i++) {
        const struct figure *f = &before->figures[i], *g = subject_figure(after, f->probe->name);
        if (g == NULL || isnan(f->mean) || isnan(g->mean))
            continue;
        char *path = arena_printf(&c->arena, "%s%s", prefix, f->probe->name);
        note_change(c, point, path, mean_of(f), mean_of(g));
        for (size_t k = 0; k < f->quantile_count; k++)
            for (size_t m = 0; m < g->quantile_count; m++) {
                const struct quantile *p = &f->quantiles[k], *q = &g->quantiles[m];
                char text[NUMBER_ROOM];
                if (fabs(p->p - q->p) > 1e-12)
                    continue;
                note_change(c, point,
                            arena_printf(&c->arena, "%s.p%s", path, number_short(100 * p->p, 10, text)),
                            (struct interval){p->value, p->low, p->high},
                            (struct interval){q->value, q->low, q->high});
            }
    }
}

static void compare_all(struct comparing *c, const char *point, bool station, const struct subject *before,
                        size_t n, const struct subject *after, size_t m)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            if (strcmp(before[i].name, after[k].name) == 0)
                compare_subjects(c, point,
                                 arena_printf(&c->arena, "%s%s.", station ? "station:" : "", before[i].name),
                                 &before[i], &after[k]);
}

/* The same variant and values of the sweep. */
static bool same_point(const struct point *a, const struct point *b)
{
    if ((a->variant == NULL) != (b->variant == NULL) || a->set_count != b->set_count ||
        (a->variant != NULL && strcmp(a->variant, b->variant) != 0))
        return false;
    for (size_t i = 0; i < a->set_count; i++)
        if (strcmp(a->sets[i].pointer, b->sets[i].pointer) != 0 ||
            strcmp(a->sets[i].value, b->sets[i].value) != 0)
            return false;
    return true;
}

static const char *point_name(struct comparing *c, const struct point *p)
{
    const char *name = p->variant != NULL ? p->variant : "";
    for (size_t i = 0; i < p->set_count; i++)
        name = arena_printf(&c->arena, "%s%s%s=%s", name, name[0] != '\0' ? " " : "", p->sets[i].pointer,
                            p->sets[i].value);
    return name;
}

static bool compare_results(struct comparing *c, const struct result *before, const struct result *after,
                            struct error *err)
{
    static const char *const columns[] = {"before", "after", "change", "from", "to"};
    size_t matched = 0;
    if (strcmp(before->time_unit, after->time_unit) != 0)
        return error_set(err, "the two results have different time units: %s and %s", before->time_unit,
                         after->time_unit);
    if (before->confidence != after->confidence)
        return error_set(err, "the two results have different levels of confidence: %g and %g",
                         before->confidence, after->confidence);
    table_init(&c->table, &c->arena);
    table_label(&c->table, "point");
    table_label(&c->table, "figure");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        table_column(&c->table, NULL, columns[i]);
    for (size_t i = 0; i < before->point_count; i++)
        for (size_t k = 0; k < after->point_count; k++) {
            const struct point *p = &before->points[i], *q = &after->points[k];
            if (!same_point(p, q))
                continue;
            const char *name = point_name(c, p);
            matched++;
            compare_all(c, name, false, p->kinds, p->kind_count, q->kinds, q->kind_count);
            compare_all(c, name, true, p->stations, p->station_count, q->stations, q->station_count);
            if (p->run != NULL && q->run != NULL)
                compare_subjects(c, name, "", p->run, q->run);
        }
    if (matched == 0)
        return error_set(
            err, "the two results have no point in common: no variant and values of the sweep are the same");
    for (size_t i = 0; i < c->args.require_count; i++)
        if (c->args.require[i].met + c->args.require[i].not_met + c->args.require[i].undecided == 0) {
            const char *near = lookup_nearest(c->args.require[i].path, c->names, c->name_count);
            return error_set(
                err, "--require: the results have no figure \"%s\"%s%s%s; --all shows those there are",
                c->args.require[i].path, near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                near != NULL ? "\"?" : "");
        }
    if (c->table.row_count > 0 && !table_print(&c->table, stdout, 0))
        c->failed = true;
    if (c->failed)
        return error_set(err, "no memory");
    printf("%zu of %zu figures changed, each at %g %% confidence: of those that did not, chance alone would "
           "show about "
           "one in %.0f.\n",
           c->changed, c->compared, 100 * before->confidence, 1 / (1 - before->confidence));
    if (before->point_count != matched || after->point_count != matched)
        printf("Not compared: %zu points that only one of the results has.\n",
               before->point_count + after->point_count - 2 * matched);
    if (before->seed == after->seed)
        printf("Both have seed %llu; the intervals are those of independent runs, as a rule wider than need "
               "be.\n",
               (unsigned long long)before->seed);
    return true;
}

/* Says how the requirements fared; true: one is not met. */
static bool print_verdicts(const struct comparing *c)
{
    bool any = false;
    for (size_t i = 0; i < c->args.require_count; i++) {
        const struct requirement_on_change *r = &c->args.require[i];
        const size_t points = r->met + r->not_met + r->undecided;
        any = any || r->not_met > 0;
        printf("%s: %s", r->text, r->not_met > 0 ? "NOT MET" : r->undecided > 0 ? "undecided" : "met");
        if (points > 1)
            printf(" (met at %zu of %zu points, not met at %zu)", r->met, points, r->not_met);
        putchar('\n');
    }
    return any;
}

static int compare(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks; /* runs nothing long */
    struct comparing c = {.names = NULL};
    struct error err;
    const struct result *results[2];
    int status;
    if (!arguments_parse(&command_compare, argc, argv, &c.args, &status))
        return status;
    arena_init(&c.arena);
    const bool good = result_read(&c.arena, c.args.files[0], &results[0], &err) &&
                      result_read(&c.arena, c.args.files[1], &results[1], &err) &&
                      compare_results(&c, results[0], results[1], &err);
    if (!good)
        complain(&err);
    const bool not_met = good && print_verdicts(&c);
    free(c.names);
    arena_free(&c.arena);
    return !good ? STATUS_BAD : not_met ? STATUS_NOT_MET : STATUS_FINE;
}
