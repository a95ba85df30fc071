/* desq plot: draws what `desq run --json` wrote. */
#include "cli/command.h"
#include "cli/draw.h"
#include "cli/output/output.h"
#include "cli/scenario_args.h"

#include <errno.h>

struct plot_args {
    const char *result, *folder;
    bool terminal;
};

enum { KEY_TERM = KEY_OTHER };

static const struct argp_option options[] = {
    {"term", KEY_TERM, NULL, 0, "Draw on the terminal, in characters", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct plot_args *args = state->input;
    switch (key) {
    case KEY_TERM:
        args->terminal = true;
        return 0;
    case ARGP_KEY_ARG:
        if (args->result == NULL)
            args->result = argument;
        else if (args->folder == NULL)
            args->folder = argument;
        else
            return arguments_complain(state, "one result and one folder; \"%s\" is too much", argument);
        return 0;
    case ARGP_KEY_END:
        if (args->result == NULL)
            return arguments_complain(state, "which result? Name a file that `desq run --json` wrote");
        if (args->terminal && args->folder != NULL)
            return arguments_complain(state, "--term draws on the terminal: it takes no folder");
        if (!args->terminal && args->folder == NULL)
            return arguments_complain(state, "where to? Name a folder, or say --term");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp plot_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "RESULT.json DIR\n--term RESULT.json",
    .doc = "Draws plots of a result that `desq run --json` wrote: PNG and SVG into DIR, each beside its data "
           "and its "
           "gnuplot script.\v"
           "Examples:\n"
           "  desq run web.json --json web.out.json\n"
           "  desq plot web.out.json pictures\n"
           "  desq plot --term web.out.json\n"
           "\n"
           "To restyle a plot, change pictures/NAME.gp and run `gnuplot NAME.gp` in that folder."};

static int plot(struct ranks *ranks, int argc, char **argv);

const struct command command_plot = {
    .name = "plot", .summary = "draw plots of results", .argp = &plot_argp, .run = plot};

static int plot(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks; /* runs nothing long */
    struct plot_args args = {NULL, NULL, false};
    struct arena arena;
    struct error err;
    const struct result *result;
    int status;
    if (!arguments_parse(&command_plot, argc, argv, &args, &status))
        return status;
    arena_init(&arena);
    bool good = result_read(&arena, args.result, &result, &err);
    if (good)
        good = args.terminal ? draw_in_terminal(result, &err) : draw_plots(result, args.folder, true, &err);
    if (!good)
        complain(&err);
    arena_free(&arena);
    return good ? STATUS_FINE : STATUS_BAD;
}
