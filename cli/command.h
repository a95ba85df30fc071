/* command.h: what a command of the program is. One file per command, its row at the end; list.h names them
 * all. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <argp.h>
#include <stdbool.h>

struct ranks;

/* Exit statuses, documented in `desq help`. Where several apply, the largest counts. */
enum status {
    STATUS_FINE = 0,
    STATUS_NOT_MET = 1,      /* a requirement is not met, or the run ended in a deadlock */
    STATUS_BAD = 2,          /* bad usage or scenario, or a file that cannot be read or written */
    STATUS_SIGNAL = 128,     /* and the signal's number, as shells have it */
    STATUS_INTERRUPTED = 130 /* by Ctrl-C: SIGINT */
};

struct command {
    const char *name; /* `desq NAME` */
    const char *summary;
    const struct argp *argp; /* options, arguments and help; its parser gets `input` of arguments_parse */
    /* argv[0] is the command's name. ranks: that may share the work; NULL: none. Returns the exit status. */
    int (*run)(struct ranks *ranks, int argc, char **argv);
};

/* Parses argv by command->argp, input going to the parser as state->input. The parser returns EINVAL after
 * arguments_complain for what it does not like. Knows --help itself. Returns true to go on; false with
 * *status set when all is said: help was shown (STATUS_FINE), or the usage is bad (STATUS_BAD). */
bool arguments_parse(const struct command *command, int argc, char **argv, void *input, int *status);

/* Says on stderr what is wrong with the arguments: "desq run: ...", and returns EINVAL, for parsers to
 * return. */
__attribute__((format(printf, 2, 3))) error_t arguments_complain(const struct argp_state *state,
                                                                 const char *format, ...);

/* The whole number in text, at most `most`; false when it is not one. */
bool arguments_whole(const char *text, unsigned long long most, unsigned long long *out);

/* The number in text, a percent sign behind it or not, if it lies between least and most (not at them). */
bool arguments_number(const char *text, double least, double most, double *out);

/* The argument of --jobs: how many threads. For parsers: 0, or EINVAL, all being said. */
error_t arguments_jobs(const struct argp_state *state, const char *text, unsigned *out);

/* --help of one command on stdout. */
void arguments_help(const struct command *command);

#endif
