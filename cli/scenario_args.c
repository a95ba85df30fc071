#include "cli/scenario_args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned long long seed_most = 1ULL << 53; /* beyond it JSON's numbers would not say which */

static const char *const engines[] = {
    [DESQ_ENGINE_AUTO] = "auto", [DESQ_ENGINE_CALENDAR] = "calendar", [DESQ_ENGINE_RECURSION] = "recursion"};

bool scenario_args_init(struct scenario_args *args, int argc)
{
    *args = (struct scenario_args){.files = calloc((size_t)argc + 1, sizeof *args->files),
                                   .set = calloc((size_t)argc + 1, sizeof *args->set)};
    if (args->files != NULL && args->set != NULL)
        return true;
    scenario_args_free(args);
    fprintf(stderr, "desq: out of memory\n");
    return false;
}

void scenario_args_free(struct scenario_args *args)
{
    free(args->files);
    free(args->set);
}

error_t scenario_args_parse(struct scenario_args *args, int key, char *argument, struct argp_state *state)
{
    unsigned long long seed;
    switch (key) {
    case KEY_SET:
        if (argument[0] != '/' || strchr(argument, '=') == NULL)
            return arguments_complain(state, "--set takes /POINTER=VALUE, as in --set /servers=8; got \"%s\"",
                                      argument);
        args->set[args->set_count++] = argument;
        return 0;
    case KEY_SEED:
        if (!arguments_whole(argument, seed_most, &seed))
            return arguments_complain(state, "--seed takes a whole number from 0 to 2^53; got \"%s\"",
                                      argument);
        args->options.seed = seed;
        args->options.seed_given = true;
        return 0;
    case KEY_ENGINE:
        for (size_t i = 0; i < sizeof engines / sizeof engines[0]; i++)
            if (strcmp(engines[i], argument) == 0) {
                args->options.engine = (enum desq_engine)i;
                return 0;
            }
        return arguments_complain(state, "--engine takes auto, calendar or recursion; got \"%s\"", argument);
    case ARGP_KEY_ARG:
        args->files[args->file_count++] = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        return arguments_complain(state, "which scenario? Name at least one file");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

bool scenario_args_read(const struct scenario_args *args, size_t i, struct desq **out)
{
    struct desq_options options = args->options;
    struct error err;
    options.set = args->set;
    options.set_count = args->set_count;
    if (desq_read(args->files[i], &options, out, &err))
        return true;
    complain(&err);
    return false;
}

void complain(const struct error *err)
{
    char text[sizeof *err + 64];
    fprintf(stderr, "%s%s\n", err->file[0] == '\0' ? "desq: " : "", error_format(err, text, sizeof text));
}
