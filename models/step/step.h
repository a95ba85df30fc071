/* step.h: what one task does. One file per step, its row at the end; list.h names them all.
 * The key that is present in the object ({ "at": "cpu", "for": 1 }) picks the row: the first param is that
 * key. */
#ifndef MODELS_STEP_H
#define MODELS_STEP_H

#include "models/dist/dist.h"
#include "models/param.h"

#define STEP_PARAMS 8

struct step;
struct program;
struct load;

struct steps {
    const struct step *items;
    size_t count;
};

struct branch {
    double p; /* filled in: all p of a choose sum to 1 */
    struct steps steps;
};

struct step_type {
    const char *name; /* the key */
    const char *summary;
    struct param params[STEP_PARAMS]; /* params[0] is the key itself; ended by PARAM_NONE */
    const char *examples[3];

    bool passes;  /* the stations named here are those with "tokens", and no others */
    bool inlined; /* a kind named here does its steps as part of the task: its compile calls program_call */

    /* What the tables cannot say, checked after reading: false with err's text. NULL: nothing to check. */
    bool (*check)(const struct step *step, struct error *err);
    /* Appends the step's opcodes (models/program.h). */
    bool (*compile)(const struct step *step, struct program *program);
    /* Adds what one passage through the step asks of each station (models/load.h). */
    void (*demand)(const struct step *step, struct load *load);
};

/* "next": with probability p > 0 to step `to` of the kind's steps; to == their count: the task has done its
 * last step. */
struct route {
    double p;
    size_t to;
};

/* Plain data, const once read. */
struct step {
    const struct step_type *type;
    struct arg args[STEP_PARAMS]; /* one per param, in the row's order */
    struct place at;
    const char *id;             /* NULL: none; only a kind's own steps have one */
    const struct route *routes; /* only of a kind's own steps; all p sum to 1 */
    size_t route_count;         /* 0: the step that follows is next */
};

extern const struct lookup_table step_table;

#endif
