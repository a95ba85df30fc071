/* desq check: reads scenarios as `run` does, and says what it understood. */
#include "cli/command.h"
#include "cli/output/table.h"
#include "cli/scenario_args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_EXPAND = KEY_OTHER, KEY_PROGRAM };

struct check_args {
    struct scenario_args scenarios;
    bool expand, program;
};

static const struct argp_option options[] = {
    SCENARIO_ARGS_OPTIONS,
    {"expand", KEY_EXPAND, NULL, 0, "Print the scenario in full form, shorthand written out", 0},
    {"program", KEY_PROGRAM, NULL, 0, "Print the program that each kind of task walks through", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct check_args *args = state->input;
    switch (key) {
    case KEY_EXPAND:
        args->expand = true;
        return 0;
    case KEY_PROGRAM:
        args->program = true;
        return 0;
    case ARGP_KEY_END:
        if (args->expand && args->program)
            return arguments_complain(state, "--expand and --program: one at a time");
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp check_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE...",
    .doc =
        "Checks scenarios without running them: every key, name, unit and range. FILE - is standard input.\v"
        "Examples:\n"
        "  desq check web.json\n"
        "  desq check --expand mm1.json > mm1-full.json\n"
        "  desq check --program web.json --set /stations/threads/await=release\n"
        "\n"
        "Exit status: 0 fine (warnings included); 2 an error, named with its line, column and JSON Pointer."};

static void print_count(size_t count, const char *one, const char *many)
{
    printf("%zu %s", count, count == 1 ? one : many);
}

static void print_fine(const char *file, const struct desq *d)
{
    const struct scenario_file *f = desq_scenario(d);
    const struct scenario *s = &f->points[0].scenario;
    printf("%s: fine: ", file);
    const bool variants_only = f->variant_count > 1 && f->point_count == f->variant_count;
    print_count(f->point_count, variants_only ? "variant" : "point", variants_only ? "variants" : "points");
    if (f->variant_count > 1 && !variants_only) {
        printf(" (%zu of the sweep by ", f->point_count / f->variant_count);
        print_count(f->variant_count, "variant", "variants");
        printf(")");
    }
    printf(", ");
    print_count(s->station_count, "station", "stations");
    printf(", ");
    print_count(s->kind_count, "kind of task", "kinds of task");
    if (s->requirement_count > 0) {
        printf(", ");
        print_count(s->requirement_count, "requirement", "requirements");
    }
    printf("\n");
}

static bool print_warnings(const char *file, const struct desq *d)
{
    const char *const *warnings;
    const size_t count = desq_warnings(d, &warnings);
    for (size_t i = 0; i < count; i++) {
        const size_t size = strlen(file) + strlen(warnings[i]) + 16;
        char *text = malloc(size);
        if (text == NULL)
            return false;
        snprintf(text, size, "%s: warning: %s", file, warnings[i]);
        text_wrapped(stdout, text, 0, 2);
        free(text);
    }
    return true;
}

/* Programs that are the same for several points are printed once. */
static bool print_programs(struct desq *d)
{
    const struct scenario_file *f = desq_scenario(d);
    const char *last = NULL;
    for (size_t i = 0; i < f->point_count; i++) {
        const char *program = desq_program(d, i);
        if (program == NULL)
            return false;
        if (last != NULL && strcmp(last, program) == 0)
            continue;
        if (f->point_count > 1) {
            const struct scenario_point *p = &f->points[i];
            printf("%s# from point %zu on:", last != NULL ? "\n" : "", i + 1);
            if (p->variant != NULL)
                printf(" %s", p->variant);
            for (size_t k = 0; k < p->set_count; k++)
                printf(" %s=%s", p->sets[k].pointer, p->sets[k].value);
            printf("\n");
        }
        fputs(program, stdout);
        last = program;
    }
    return true;
}

static bool expand(const struct check_args *args, size_t i)
{
    struct desq_options how = args->scenarios.options;
    struct error err;
    char *text;
    how.set = args->scenarios.set;
    how.set_count = args->scenarios.set_count;
    if (!desq_expand(args->scenarios.files[i], &how, &text, &err)) {
        complain(&err);
        return false;
    }
    const size_t length = strlen(text);
    printf("%s%s", text, length > 0 && text[length - 1] == '\n' ? "" : "\n");
    free(text);
    return true;
}

static bool check_one(const struct check_args *args, size_t i)
{
    struct desq *d;
    if (args->expand)
        return expand(args, i);
    if (!scenario_args_read(&args->scenarios, i, &d))
        return false;
    bool good = true;
    if (args->program) {
        good = print_programs(d);
    } else {
        print_fine(args->scenarios.files[i], d);
        good = print_warnings(args->scenarios.files[i], d);
    }
    desq_free(d);
    if (!good)
        fprintf(stderr, "desq: out of memory\n");
    return good;
}

static int check(struct ranks *ranks, int argc, char **argv);

const struct command command_check = {
    .name = "check", .summary = "check scenarios without running them", .argp = &check_argp, .run = check};

static int check(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks; /* runs nothing long */
    struct check_args args = {.expand = false};
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    if (arguments_parse(&command_check, argc, argv, &args, &status))
        for (size_t i = 0; i < args.scenarios.file_count; i++)
            if (!check_one(&args, i))
                status = STATUS_BAD;
    scenario_args_free(&args.scenarios);
    return status;
}
