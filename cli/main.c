/* main.c: picks the command. The only place that ends the program. */
#include "cli/command.h"

#include "cli/interrupt.h"
#include "cli/scenario_args.h"
#include "models/desq.h"
#include "sim/study/ranks.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <string.h>

#define COMMAND(name) extern const struct command command_##name;
#include "cli/list.h"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cli/list.h"
#undef COMMAND
};

static const struct lookup_table command_table = {(const void *const *)commands,
                                                  sizeof commands / sizeof *commands};

static const char version[] = "desq " DESQ_VERSION "\n"
                              "Licence GPL-3.0-or-later: GNU General Public License, version 3 or later, "
                              "<https://gnu.org/licenses/gpl.html>.\n"
                              "This is free software: you may change and redistribute it. There is no "
                              "warranty, as far as the law permits.\n";

static const char before_commands[] =
    "Usage: desq COMMAND [OPTION...] [FILE...]\n"
    "Simulates systems of queues: waiting times, throughput and tails, with "
    "intervals that say how sure they are.\n"
    "\n"
    "Commands:\n";

static const char after_commands[] =
    "  help      this text; `desq help COMMAND` or `desq COMMAND --help`: one command\n"
    "\n"
    "Examples:\n"
    "  desq run scenarios/web-server.json\n"
    "  desq run web.json --set /stations/threads/servers=32 --json web.out.json --plots pictures\n"
    "  desq check web.json\n"
    "  desq list distributions\n"
    "\n"
    "Exit status: 0 fine; 1 a requirement is not met, or the tasks deadlocked; 2 bad usage or scenario, or a "
    "file\n"
    "that cannot be read or written; 130 interrupted (143, 129: by SIGTERM, SIGHUP).\n"
    "\n"
    "`desq --version` prints the version and the licence.\n";

static void show_help(FILE *out)
{
    fputs(before_commands, out);
    for (size_t i = 0; i < command_table.count; i++)
        fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fputs(after_commands, out);
}

static const struct command *find_command(const char *name)
{
    const struct command *command = lookup_row(command_table, name);
    if (command != NULL)
        return command;
    const char *near = lookup_nearest_row(command_table, name);
    fprintf(stderr, "desq: unknown %s \"%s\"%s%s%s\nTry `desq help`.\n",
            name[0] == '-' ? "option" : "command", name, near != NULL ? "; did you mean \"" : "",
            near != NULL ? near : "", near != NULL ? "\"?" : "");
    return NULL;
}

static int help(int argc, char **argv)
{
    if (argc < 2) {
        show_help(stdout);
        return STATUS_FINE;
    }
    const struct command *command = find_command(argv[1]);
    if (command == NULL)
        return STATUS_BAD;
    arguments_help(command);
    return STATUS_FINE;
}

static int dispatch(struct ranks *ranks, int argc, char **argv)
{
    if (argc < 2) {
        show_help(stderr);
        return STATUS_BAD;
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0)
        return help(argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "-?") == 0)
        return help(1, argv);
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        fputs(version, stdout);
        return STATUS_FINE;
    }
    const struct command *command = find_command(name);
    return command != NULL ? command->run(ranks, argc - 1, argv + 1) : STATUS_BAD;
}

/* The other ranks of MPI run replications for rank 0, which alone does what the command says. */
static int lead_or_serve(int argc, char **argv)
{
    struct error err;
    struct ranks *ranks;
    int status = STATUS_FINE;
    if (!ranks_open(&argc, &argv, &ranks, &err)) {
        complain(&err);
        return STATUS_BAD;
    }
    if (ranks_number(ranks) == 0) {
        status = dispatch(ranks, argc, argv);
    } else {
        interrupt_listen();
        desq_serve(ranks, &interrupted);
    }
    ranks_close(ranks);
    return status;
}

int main(int argc, char **argv)
{
    gsl_set_error_handler_off(); /* GSL's own would end the program; ours return errors */
    const int status = lead_or_serve(argc, argv);
    /* A full disk or a closed pipe shows only now. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("desq: standard output");
        return status > STATUS_BAD ? status : STATUS_BAD;
    }
    return status;
}
