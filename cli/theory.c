/* desq theory: what is known of scenarios without simulating them. */
#include "models/theory/theory.h"
#include "cli/command.h"
#include "cli/output/number.h"
#include "cli/output/table.h"
#include "cli/save.h"
#include "cli/scenario_args.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_JSON = KEY_OTHER, KEY_WHY, KEY_AT };

enum { TIMES_MOST = 1000 };

struct theory_args {
    struct scenario_args scenarios;
    const char *json;
    bool why;
    double times[TIMES_MOST]; /* moments asked for, ascending */
    size_t time_count;
};

static const struct argp_option options[] = {
    SCENARIO_ARGS_OPTIONS,
    {"json", KEY_JSON, "FILE", 0, "Write all of it to FILE (-: standard output)", 0},
    {"why", KEY_WHY, NULL, 0,
     "Say of each result that does not apply which condition fails, even where others apply", 0},
    {"at", KEY_AT, "TIME,...", 0,
     "What is known of these moments after an empty start, in the scenario's time unit (ascending, or "
     "FROM:TO:POINTS)",
     0},
    {0},
};

/* "0.5,1,2" or "0:10:21". false: it is neither. */
static bool read_times(struct theory_args *args, const char *text)
{
    double from, to;
    int points, length = 0;
    args->time_count = 0;
    if (sscanf(text, "%lf:%lf:%d%n", &from, &to, &points, &length) == 3 && text[length] == '\0') {
        if (!(from >= 0.0 && to > from && to < 1e300) || points < 2 || points > TIMES_MOST)
            return false;
        for (int i = 0; i < points; i++)
            args->times[args->time_count++] = from + (to - from) * i / (points - 1);
        return true;
    }
    for (;;) {
        char *end;
        const double t = strtod(text, &end);
        if (end == text || !(t >= 0.0 && t < 1e300) || args->time_count == TIMES_MOST ||
            (args->time_count > 0 && t < args->times[args->time_count - 1]))
            return false;
        args->times[args->time_count++] = t;
        if (*end == '\0')
            return true;
        if (*end != ',')
            return false;
        text = end + 1;
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct theory_args *args = state->input;
    switch (key) {
    case KEY_JSON:
        args->json = argument;
        return 0;
    case KEY_AT:
        if (!read_times(args, argument))
            return arguments_complain(
                state,
                "--at takes up to %d times, ascending (0.5,1,2), or FROM:TO:POINTS (0:10:21), not "
                "\"%s\"",
                TIMES_MOST, argument);
        return 0;
    case KEY_WHY:
        args->why = true;
        return 0;
    case ARGP_KEY_END:
        if (args->json != NULL && args->time_count > 0)
            return arguments_complain(state, "--at writes a table, not --json");
        if (args->json != NULL && args->scenarios.file_count > 1)
            return arguments_complain(state, "--json takes one scenario at a time");
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp theory_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE...",
    .doc = "What theory says of scenarios, without simulating: exact results, limits, bounds and "
           "approximations, each with its "
           "source; and where nothing exact applies, which condition fails. FILE - is standard input.\v"
           "Examples:\n"
           "  desq theory mm1.json\n"
           "  desq theory mm1.json --at 0:20:11\n"
           "  desq theory web.json --set /stations/threads/servers=8 --why\n"
           "\n"
           "Exit status: 0 fine, whether or not anything applies; 2 an error, named with its line, column "
           "and JSON Pointer."};

/* ---- text ---- */

static const char *subject_name(const struct scenario *s, const struct theory_value *v)
{
    switch (v->scope) {
    case THEORY_OF_KIND:
        return s->kinds[v->subject].name;
    case THEORY_OF_STATION:
        return s->stations[v->subject].name;
    case THEORY_OF_RUN:
        break;
    }
    return "";
}

static const char *measure_name(struct arena *arena, const struct scenario *s, const struct theory_value *v)
{
    const char *subject = subject_name(s, v), *dot = subject[0] != '\0' ? "." : "";
    if (v->statistic == STATISTIC_SD)
        return arena_printf(arena, "%s%s%s.sd", subject, dot, v->probe);
    if (v->statistic == STATISTIC_QUANTILE)
        return arena_printf(arena, "%s%s%s.p%g", subject, dot, v->probe, 100.0 * v->quantile);
    return arena_printf(arena, "%s%s%s", subject, dot, v->probe);
}

static const char *const relation_signs[] = {
    [THEORY_EQUALS] = "=", [THEORY_AT_MOST] = "<=", [THEORY_AT_LEAST] = ">="};

static bool print_answer(struct arena *arena, const struct scenario *s, const struct theory_answer *a)
{
    size_t width = 0;
    printf("  %s (%s)\n", a->form->title, theory_class_name(a->form->class));
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < a->value_count; i++) {
            const char *name = measure_name(arena, s, &a->values[i]);
            char text[NUMBER_ROOM];
            if (name == NULL)
                return false;
            const size_t w = text_width(name);
            if (pass == 0)
                width = w > width ? w : width;
            else
                printf("    %s%*s  %-2s %s\n", name, (int)(width - w), "",
                       relation_signs[a->values[i].relation], number_moment(a->values[i].value, 9, text));
        }
    if (a->note != NULL)
        text_wrapped(stdout, a->note, 4, 4);
    text_wrapped(stdout, a->form->source, 4, 4);
    putchar('\n');
    return true;
}

static bool print_point(struct arena *arena, const struct scenario_point *p,
                        const struct theory_answer *answers, size_t count, bool why)
{
    bool exact = false;
    const char *label = p->variant;
    for (size_t i = 0; i < p->set_count; i++)
        label = arena_printf(arena, "%s%s%s = %s", label == NULL ? "" : label, label == NULL ? "" : ", ",
                             p->sets[i].pointer, p->sets[i].value);
    if (label != NULL)
        printf("%s\n", label);
    for (size_t i = 0; i < count; i++) {
        exact |= answers[i].applies && answers[i].form->class == THEORY_EXACT;
        if (answers[i].applies && !print_answer(arena, &p->scenario, &answers[i]))
            return false;
    }
    if (!exact)
        printf("  No exact result applies.\n");
    for (size_t i = 0; i < count; i++)
        if (!answers[i].applies && (why || (!exact && answers[i].form->class == THEORY_EXACT))) {
            const char *line = arena_printf(arena, "%s (%s): %s", answers[i].form->title,
                                            theory_class_name(answers[i].form->class), answers[i].why_not);
            if (line == NULL)
                return false;
            text_wrapped(stdout, line, 4, 6);
        }
    if (!exact || why)
        putchar('\n');
    return true;
}

/* ---- moments ---- */

static void print_label(const struct scenario_point *p)
{
    if (p->variant != NULL)
        printf("%s ", p->variant);
    for (size_t i = 0; i < p->set_count; i++)
        printf("%s = %s ", p->sets[i].pointer, p->sets[i].value);
    if (p->variant != NULL || p->set_count > 0)
        putchar('\n');
}

/* A line for each moment. */
static bool print_moments(const struct theory_args *args, struct desq *d, size_t point, struct arena *arena,
                          struct error *err)
{
    const struct scenario_point *p = &desq_scenario(d)->points[point];
    const struct theory_value *values;
    size_t each;
    char text[NUMBER_ROOM];
    print_label(p);
    struct error why;
    if (!desq_theory_at(d, point, args->times, args->time_count, &values, &each, &why)) {
        printf("  Nothing is known of its moments: %s.\n\n", why.text);
        return true;
    }
    struct table t;
    table_init(&t, arena);
    table_label(&t, arena_printf(arena, "time, %s", p->scenario.time_unit));
    for (size_t v = 0; v < each; v++)
        table_column(&t, NULL, measure_name(arena, &p->scenario, &values[v]));
    for (size_t i = 0; i < args->time_count; i++) {
        table_row(&t);
        table_cell(&t, 0, number_short(args->times[i], 6, text));
        for (size_t v = 0; v < each; v++)
            table_cell(&t, v + 1, number_short(values[i * each + v].value, 8, text));
    }
    if (!table_print(&t, stdout, 2))
        return error_set(err, "out of memory");
    putchar('\n');
    return true;
}

/* ---- JSON ---- */

static bool add(cJSON *object, const char *name, cJSON *item)
{
    if (item != NULL &&
        (name != NULL ? cJSON_AddItemToObject(object, name, item) : cJSON_AddItemToArray(object, item)))
        return true;
    cJSON_Delete(item);
    return false;
}

static cJSON *value_json(const struct scenario *s, const struct theory_value *v)
{
    static const char *const scopes[] = {"task", "station", "run"};
    static const char *const statistics[] = {[STATISTIC_MEAN] = "mean",
                                             [STATISTIC_SD] = "sd",
                                             [STATISTIC_MAX] = "max",
                                             [STATISTIC_QUANTILE] = "quantile"};
    cJSON *o = cJSON_CreateObject();
    if (o != NULL && add(o, scopes[v->scope], cJSON_CreateString(subject_name(s, v))) &&
        add(o, "measure", cJSON_CreateString(v->probe)) &&
        add(o, "statistic", cJSON_CreateString(statistics[v->statistic])) &&
        (v->statistic != STATISTIC_QUANTILE || add(o, "p", cJSON_CreateNumber(v->quantile))) &&
        add(o, "relation", cJSON_CreateString(relation_signs[v->relation])) &&
        add(o, "value", isinf(v->value) ? cJSON_CreateString("infinite") : cJSON_CreateNumber(v->value)))
        return o;
    cJSON_Delete(o);
    return NULL;
}

static cJSON *answer_json(const struct scenario *s, const struct theory_answer *a)
{
    cJSON *o = cJSON_CreateObject(), *values = cJSON_CreateArray();
    bool good = o != NULL && values != NULL && add(o, "name", cJSON_CreateString(a->form->name)) &&
                add(o, "title", cJSON_CreateString(a->form->title)) &&
                add(o, "class", cJSON_CreateString(theory_class_name(a->form->class))) &&
                add(o, "source", cJSON_CreateString(a->form->source)) &&
                add(o, "applies", cJSON_CreateBool(a->applies)) &&
                (a->why_not == NULL || add(o, "why_not", cJSON_CreateString(a->why_not))) &&
                (a->note == NULL || add(o, "note", cJSON_CreateString(a->note)));
    for (size_t i = 0; good && i < a->value_count; i++)
        good = add(values, NULL, value_json(s, &a->values[i]));
    if (good && add(o, "values", values))
        return o;
    if (!good)
        cJSON_Delete(values);
    cJSON_Delete(o);
    return NULL;
}

struct sheet {
    const struct scenario_file *file;
    const struct theory_answer *const *answers; /* by point */
    size_t count;
};

static cJSON *point_json(const struct scenario_point *p, const struct theory_answer *answers, size_t count)
{
    cJSON *o = cJSON_CreateObject(), *set = cJSON_CreateObject(), *list = cJSON_CreateArray();
    bool good = o != NULL && set != NULL && list != NULL &&
                add(o, "variant", p->variant != NULL ? cJSON_CreateString(p->variant) : cJSON_CreateNull());
    for (size_t i = 0; good && i < p->set_count; i++)
        good = add(set, p->sets[i].pointer, cJSON_CreateString(p->sets[i].value));
    for (size_t i = 0; good && i < count; i++)
        good = add(list, NULL, answer_json(&p->scenario, &answers[i]));
    good = good && add(o, "set", set);
    if (good && add(o, "theory", list))
        return o;
    cJSON_Delete(o); /* no memory: what is not in it is lost, and the program ends */
    return NULL;
}

static bool write_json(void *context, FILE *out, struct error *err)
{
    const struct sheet *sheet = context;
    cJSON *root = cJSON_CreateObject(), *points = cJSON_CreateArray();
    bool good = root != NULL && points != NULL &&
                add(root, "time_unit", cJSON_CreateString(sheet->file->points[0].scenario.time_unit));
    for (size_t i = 0; good && i < sheet->file->point_count; i++)
        good = add(points, NULL, point_json(&sheet->file->points[i], sheet->answers[i], sheet->count));
    good = good && add(root, "points", points);
    char *text = good ? cJSON_Print(root) : NULL;
    if (text != NULL)
        fprintf(out, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(root);
    return text != NULL ? true : error_set(err, "out of memory");
}

/* ---- the command ---- */

static int theory(struct ranks *ranks, int argc, char **argv);

const struct command command_theory = {.name = "theory",
                                       .summary = "what is known of scenarios without simulating",
                                       .argp = &theory_argp,
                                       .run = theory};

static bool one_file(const struct theory_args *args, size_t i, struct arena *arena, struct error *err)
{
    struct desq *d = NULL;
    if (!scenario_args_read(&args->scenarios, i, &d))
        return false;
    struct sheet sheet = {.file = desq_scenario(d)};
    const struct theory_answer **answers = arena_array(arena, sheet.file->point_count + 1, sizeof *answers);
    const bool text = args->json == NULL || strcmp(args->json, "-") != 0;
    bool good = answers != NULL || error_set(err, "out of memory");
    if (good && text && sheet.file->points[0].scenario.title != NULL)
        printf("%s\n", sheet.file->points[0].scenario.title);
    if (good && text)
        printf("Times in %s.\n\n", sheet.file->points[0].scenario.time_unit);
    for (size_t p = 0; good && args->time_count > 0 && p < sheet.file->point_count; p++)
        good = print_moments(args, d, p, arena, err);
    if (args->time_count > 0) {
        desq_free(d);
        return good;
    }
    for (size_t p = 0; good && p < sheet.file->point_count; p++) {
        good = desq_theory(d, p, &answers[p], &sheet.count, err);
        if (good && text && !print_point(arena, &sheet.file->points[p], answers[p], sheet.count, args->why))
            good = error_set(err, "out of memory");
    }
    sheet.answers = answers;
    if (good && args->json != NULL)
        good = save_file(args->json, write_json, &sheet, err);
    desq_free(d);
    return good;
}

static int theory(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks; /* runs nothing long */
    struct theory_args args = {0};
    struct arena arena;
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    arena_init(&arena);
    if (arguments_parse(&command_theory, argc, argv, &args, &status)) {
        status = STATUS_FINE;
        for (size_t i = 0; i < args.scenarios.file_count; i++) {
            struct error err = {0};
            if (one_file(&args, i, &arena, &err))
                continue;
            status = STATUS_BAD;
            if (err.text[0] != '\0') /* else it has been said */
                complain(&err);
        }
    }
    arena_free(&arena);
    scenario_args_free(&args.scenarios);
    return status;
}
