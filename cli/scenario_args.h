/* scenario_args.h: what `run` and `check` have in common: files, --set, --seed, and telling what is wrong
 * with them. */
#ifndef CLI_SCENARIO_ARGS_H
#define CLI_SCENARIO_ARGS_H

#include "cli/command.h"

#include "models/desq.h"

struct scenario_args {
    const char **files, **set;
    size_t file_count, set_count;
    struct desq_options options;
};

enum { KEY_SET = 0x100, KEY_SEED, KEY_ENGINE, KEY_OTHER };

#define SCENARIO_ARGS_OPTIONS                                                                                \
    {"set",                                                                                                  \
     KEY_SET,                                                                                                \
     "/POINTER=VALUE",                                                                                       \
     0,                                                                                                      \
     "Put VALUE (JSON, or else text) where the JSON Pointer says; repeatable",                               \
     0},                                                                                                     \
    {"engine", KEY_ENGINE, "NAME", 0,                                                                        \
     "How replications run: calendar, recursion (quicker; first-come stations to which no task comes back) or auto (default: "  \
     "the recursion where it can)",                                                                          \
     0},                                                                                                     \
    {                                                                                                        \
        "seed", KEY_SEED, "N", 0, "Seed of all random numbers, instead of the scenario's", 0                 \
    }

/* Room for what argc arguments can hold; false: no memory, and said so. */
bool scenario_args_init(struct scenario_args *args, int argc);
void scenario_args_free(struct scenario_args *args);

/* For argp parsers: takes --set, --seed and files; ARGP_ERR_UNKNOWN for anything else. */
error_t scenario_args_parse(struct scenario_args *args, int key, char *argument, struct argp_state *state);

/* Reads file i. false: what is wrong is on stderr. */
bool scenario_args_read(const struct scenario_args *args, size_t i, struct desq **out);

/* An error with its place, on stderr. */
void complain(const struct error *err);

#endif
