/* desq list: what scenarios may name, from the same tables that the reader uses. */
#include "cli/command.h"
#include "cli/output/table.h"

#include "models/desq.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct list_args {
    const char *table, *row;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct list_args *args = state->input;
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    if (args->table == NULL)
        args->table = argument;
    else if (args->row == NULL)
        args->row = argument;
    else
        return arguments_complain(state, "one table and one name at a time");
    return 0;
}

static const struct argp list_argp = {
    .parser = parse,
    .args_doc = "[TABLE [NAME]]",
    .doc =
        "Lists what scenarios may name; with TABLE, each row's parameters, an example and its exact rule.\v"
        "Examples:\n"
        "  desq list\n"
        "  desq list distributions\n"
        "  desq list distributions lognormal"};

static const struct desq_table *find_table(const char *name)
{
    const char *names[64] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < desq_table_count; i++) {
        if (strcmp(desq_tables[i].name, name) == 0)
            return &desq_tables[i];
        if (count < sizeof names / sizeof *names)
            names[count++] = desq_tables[i].name;
    }
    const char *near = lookup_nearest(name, names, count);
    fprintf(stderr, "desq list: no table \"%s\"", name);
    if (near != NULL) {
        fprintf(stderr, "; did you mean \"%s\"?\n", near);
        return NULL;
    }
    fprintf(stderr, "; there are:");
    for (size_t i = 0; i < desq_table_count; i++)
        fprintf(stderr, "%s %s", i > 0 ? "," : "", desq_tables[i].name);
    fprintf(stderr, "\n");
    return NULL;
}

struct row_text {
    const char *name, *summary, *example, *rule;
    const struct param *params;
};

static struct row_text row_of(const struct desq_table *t, size_t i)
{
    struct row_text row = {NULL, NULL, NULL, NULL, NULL};
    t->row(t->table->rows[i], &row.name, &row.summary, &row.params, &row.example, &row.rule);
    return row;
}

static int name_width(const struct desq_table *t)
{
    size_t width = 0;
    for (size_t i = 0; i < t->table->count; i++) {
        const size_t length = text_width(row_of(t, i).name);
        width = length > width ? length : width;
    }
    return (int)width;
}

/* "  name  text", the text wrapped beside the name. */
static void print_entry(int indent, const char *name, int width, const char *text)
{
    const int length = (int)text_width(name), padding = length < width ? width - length : 0;
    printf("%*s%s%*s  ", indent, "", name, padding, "");
    text_wrapped_from(stdout, text != NULL ? text : "", indent + length + padding + 2);
}

static const char *type_text(const struct param *p)
{
    switch (p->type) {
    case PARAM_NUMBER:
        switch (p->dimension) {
        case DIMENSION_TIME:
        case DIMENSION_DRAWN:
            return "time";
        case DIMENSION_RATE:
        case DIMENSION_DRAWN_RATE:
            return "rate";
        case DIMENSION_NUMBER:
            return "number";
        }
        return "number";
    case PARAM_WHOLE:
        return "whole number";
    case PARAM_SERVERS:
        return "whole number or \"infinite\"";
    case PARAM_NUMBERS:
        return "list of numbers";
    case PARAM_MATRIX:
        return "square matrix";
    case PARAM_FLAG:
        return "true or false";
    case PARAM_WORD:
        return "word";
    case PARAM_TEXT:
        return p->range == RANGE_FROM_ONE ? "text or whole number" : "text";
    case PARAM_FILE:
        return "file name";
    case PARAM_ROW:
        return "name";
    case PARAM_DIST:
        return "distribution";
    case PARAM_DISTS:
        return "list of distributions";
    case PARAM_STATION:
        return "station";
    case PARAM_KIND:
        return "kind of task";
    case PARAM_STEPS:
        return "list of steps";
    case PARAM_BRANCHES:
        return "list of branches";
    case PARAM_FORKS:
        return "list of lists of steps";
    case PARAM_PAIRS:
        return "list of pairs [time, number]";
    case PARAM_OBJECT:
        return "object";
    case PARAM_LATER:
        return "in a later version";
    case PARAM_NONE:
        break;
    }
    return "";
}

static const char *range_text(enum range range)
{
    switch (range) {
    case RANGE_ANY:
        return "";
    case RANGE_POSITIVE:
        return " > 0";
    case RANGE_NOT_NEGATIVE:
        return " >= 0";
    case RANGE_PROBABILITY:
        return " from 0 to 1";
    case RANGE_OPEN_PROBABILITY:
        return " between 0 and 1";
    case RANGE_FROM_ONE:
        return " >= 1";
    }
    return "";
}

static void print_params(const struct param *params, int indent)
{
    size_t width = 0;
    for (const struct param *p = params; p->type != PARAM_NONE; p++)
        width = strlen(p->name) > width ? strlen(p->name) : width;
    for (const struct param *p = params; p->type != PARAM_NONE; p++) {
        char text[1024];
        int length = snprintf(text, sizeof text, "%s%s%s", type_text(p), range_text(p->range),
                              p->required ? ", required" : "");
        for (const char *const *w = p->type == PARAM_WORD ? p->words : NULL; w != NULL && *w != NULL; w++)
            if (length > 0 && length < (int)sizeof text)
                length += snprintf(text + length, sizeof text - (size_t)length, "%s \"%s\"",
                                   w == p->words ? ":" : ",", *w);
        if (p->summary != NULL && length > 0 && length < (int)sizeof text)
            snprintf(text + length, sizeof text - (size_t)length, "; %s", p->summary);
        print_entry(indent, p->name, (int)width, text);
        if (p->type == PARAM_OBJECT)
            print_params(p->members, indent + 2);
    }
}

static void print_row(const struct row_text *row, int width)
{
    print_entry(0, row->name, width, row->summary);
    if (row->params != NULL)
        print_params(row->params, 4);
    if (row->rule != NULL && row->rule[0] != '\0')
        text_wrapped(stdout, row->rule, 4, 4);
    if (row->example != NULL && row->example[0] != '\0')
        printf("    example: %s\n", row->example);
}

static void list_all(void)
{
    for (size_t i = 0; i < desq_table_count; i++) {
        const struct desq_table *t = &desq_tables[i];
        const int width = name_width(t);
        printf("%s%s: %s\n", i > 0 ? "\n" : "", t->name, t->summary);
        for (size_t k = 0; k < t->table->count; k++) {
            const struct row_text row = row_of(t, k);
            print_entry(2, row.name, width, row.summary);
        }
    }
    printf("\n`desq list TABLE` shows parameters and examples.\n");
}

static bool list_table(const struct desq_table *t, const char *only)
{
    const int width = name_width(t);
    bool found = false;
    if (only == NULL)
        printf("%s: %s\n\n", t->name, t->summary);
    for (size_t i = 0; i < t->table->count; i++) {
        const struct row_text row = row_of(t, i);
        if (only != NULL && strcmp(row.name, only) != 0)
            continue;
        if (only == NULL && i > 0)
            printf("\n");
        print_row(&row, only != NULL ? 0 : width);
        found = true;
    }
    if (found || only == NULL)
        return true;
    const char *near = lookup_nearest_row(*t->table, only);
    fprintf(stderr, "desq list: no \"%s\" among the %s%s%s%s\n", only, t->name,
            near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
    return false;
}

static int list(struct ranks *ranks, int argc, char **argv);

const struct command command_list = {.name = "list",
                                     .summary = "list distributions, disciplines, steps, ...",
                                     .argp = &list_argp,
                                     .run = list};

static int list(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks; /* runs nothing long */
    struct list_args args = {NULL, NULL};
    int status;
    if (!arguments_parse(&command_list, argc, argv, &args, &status))
        return status;
    if (args.table == NULL) {
        list_all();
        return STATUS_FINE;
    }
    const struct desq_table *table = find_table(args.table);
    return table != NULL && list_table(table, args.row) ? STATUS_FINE : STATUS_BAD;
}
