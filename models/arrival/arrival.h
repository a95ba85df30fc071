/* arrival.h: where tasks come from. One file per form, its row at the end; list.h names them all.
 * The key that is present in "arrivals" ({ "rate": 2 }) picks the row: the first param of a row is that key. */
#ifndef MODELS_ARRIVAL_H
#define MODELS_ARRIVAL_H

#include "models/dist/dist.h"
#include "models/param.h"

#define ARRIVAL_PARAMS 4

enum arrival_form {
    ARRIVAL_NONE,    /* the kind has no arrivals of its own */
    ARRIVAL_OPEN,    /* one task after each interarrival time, the first after one interval */
    ARRIVAL_AT_ONCE, /* number tasks at time 0 */
    ARRIVAL_CLOSED   /* number tasks that come back for ever, each after a think time; at time 0 all think */
};

struct arrival;

struct arrival_type {
    const char *name; /* the key */
    const char *summary;
    struct param params[ARRIVAL_PARAMS]; /* params[0] is the key itself; ended by PARAM_NONE */
    const char *examples[3];
    bool (*init)(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err);
};

/* Plain data, const once made. */
struct arrival {
    const struct arrival_type *type; /* NULL with ARRIVAL_NONE */
    enum arrival_form form;
    struct dist interarrival; /* OPEN */
    double number;            /* AT_ONCE, CLOSED: tasks */
    struct dist think;        /* CLOSED; constant 0 where not given */
};

extern const struct lookup_table arrival_table;

#endif
