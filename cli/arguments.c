#include "cli/command.h"

#include "models/desq.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_ROOM = 48, OPTIONS_MOST = 32 };

/* What the outer parser hands to the command's own. */
struct request {
    void *input; /* the command's own */
    bool help;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct request *request = state->input;
    (void)argument;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = request->input;
        return 0;
    case '?':
        request->help = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option help_option[] = {
    {"help", '?', NULL, 0, "Show this help", -1},
    {0},
};

static void full_name(const struct command *command, char out[static NAME_ROOM])
{
    snprintf(out, NAME_ROOM, "desq %s", command->name);
}

void arguments_help(const struct command *command)
{
    struct argp options = *command->argp; /* without the texts, which argp would print twice */
    options.doc = options.args_doc = NULL;
    const struct argp_child children[] = {{&options, 0, NULL, 0}, {0}};
    const struct argp argp = {.options = help_option,
                              .parser = parse_option,
                              .args_doc = command->argp->args_doc,
                              .doc = command->argp->doc,
                              .children = children};
    char name[NAME_ROOM];
    full_name(command, name);
    argp_help(&argp, stdout, ARGP_HELP_USAGE | ARGP_HELP_DOC | ARGP_HELP_LONG, name);
}

error_t arguments_complain(const struct argp_state *state, const char *format, ...)
{
    fprintf(stderr, "%s: ", state->name);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    return EINVAL;
}

bool arguments_number(const char *text, double least, double most, double *out)
{
    char *end;
    *out = strtod(text, &end);
    if (end != text && *end == '%')
        end++;
    return end != text && *end == '\0' && *out > least && *out < most;
}

error_t arguments_jobs(const struct argp_state *state, const char *text, unsigned *out)
{
    enum { JOBS_MOST = 4096 };
    unsigned long long jobs;
    if (!arguments_whole(text, JOBS_MOST, &jobs) || jobs == 0)
        return arguments_complain(state, "--jobs takes a whole number from 1 to %d; got \"%s\"", JOBS_MOST, text);
    *out = (unsigned)jobs;
    return 0;
}

bool arguments_whole(const char *text, unsigned long long most, unsigned long long *out)
{
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0 && *out <= most;
}

/* The option of this name (the first `length` letters of text), or the only one that it is the beginning of.
 */
static const struct argp_option *find_long(const struct argp_option *options, const char *text, size_t length)
{
    const struct argp_option *found = NULL;
    for (const struct argp_option *o = options; o != NULL && (o->name != NULL || o->key != 0); o++) {
        if (o->name == NULL || strncmp(o->name, text, length) != 0)
            continue;
        if (o->name[length] == '\0')
            return o;
        if (found != NULL)
            return NULL;
        found = o;
    }
    return found;
}

static const struct argp_option *find_short(const struct argp_option *options, char letter)
{
    for (const struct argp_option *o = options; o != NULL && (o->name != NULL || o->key != 0); o++)
        if (o->key == letter)
            return o;
    return NULL;
}

static const char *nearest_option(const struct argp_option *options, const char *name)
{
    const char *names[OPTIONS_MOST] = {"help"};
    size_t count = 1;
    for (const struct argp_option *o = options; o != NULL && (o->name != NULL || o->key != 0); o++)
        if (o->name != NULL && count < OPTIONS_MOST)
            names[count++] = o->name;
    return lookup_nearest(name, names, count);
}

/* getopt names an unknown option but not the one that was meant, so options are looked over first. */
static bool options_known(const struct command *command, int argc, char **argv)
{
    const struct argp_option *options = command->argp->options;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *text = argv[i];
        const struct argp_option *o;
        if (text[0] != '-' || text[1] == '\0')
            continue;
        if (text[1] == '-') {
            const size_t length = strcspn(text + 2, "=");
            o = find_long(options, text + 2, length);
            if (o == NULL)
                o = find_long(help_option, text + 2, length);
            if (o == NULL) {
                char name[NAME_ROOM];
                snprintf(name, sizeof name, "%.*s", (int)length, text + 2);
                const char *near = nearest_option(options, name);
                fprintf(stderr, "desq %s: unknown option --%s%s%s%s\n", command->name, name,
                        near != NULL ? "; did you mean --" : "", near != NULL ? near : "",
                        near != NULL ? "?" : "");
                return false;
            }
            if (o->arg == NULL && text[2 + length] == '=') {
                fprintf(stderr, "desq %s: option --%s takes no value\n", command->name, o->name);
                return false;
            }
            if (o->arg == NULL || text[2 + length] == '=' || (o->flags & OPTION_ARG_OPTIONAL) != 0)
                continue;
        } else {
            o = find_short(options, text[1]);
            if (o == NULL)
                o = find_short(help_option, text[1]);
            if (o == NULL && text[1] == 'h' && text[2] == '\0')
                continue; /* -h is help wherever it means nothing else */
            if (o == NULL) {
                fprintf(stderr, "desq %s: unknown option -%c\n", command->name, text[1]);
                return false;
            }
            if (o->arg == NULL || text[2] != '\0')
                continue;
        }
        if (++i >= argc) { /* the value is the next argument */
            fprintf(stderr, "desq %s: option --%s needs a value: %s\n", command->name, o->name, o->arg);
            return false;
        }
    }
    return true;
}

bool arguments_parse(const struct command *command, int argc, char **argv, void *input, int *status)
{
    char name[NAME_ROOM], *first = argv[0];
    full_name(command, name);
    *status = STATUS_FINE;
    struct request request = {.input = input};
    const struct argp_child children[] = {{command->argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.options = help_option, .parser = parse_option, .children = children};
    bool good = options_known(command, argc, argv);
    if (good) {
        argv[0] = name;
        /* Help before complaints: `desq run --help` names no file. */
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
            if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-?") == 0 ||
                (strcmp(argv[i], "-h") == 0 && find_short(command->argp->options, 'h') == NULL))
                request.help = true;
        if (!request.help)
            good = argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &request) == 0;
        argv[0] = first;
    }
    if (good && request.help) {
        arguments_help(command);
        *status = STATUS_FINE;
        return false;
    }
    if (!good) {
        fprintf(stderr, "Try `desq %s --help`.\n", command->name);
        *status = STATUS_BAD;
    }
    return good;
}
