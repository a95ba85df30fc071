/* limit.h: adaptive concurrency limits: rules that say, from how long visits take, how many may go on at once. One file per
 * rule, its row at the end; list.h names them all.
 *
 * The limit is a number; as many servers are there as it has whole ones. After each visit the rule hears how long the server
 * was had. The limit stays between `min` and `max`, whatever the rule says. */
#ifndef MODELS_LIMIT_H
#define MODELS_LIMIT_H

#include "models/param.h"
#include "sim/lookup.h"

#include <stdbool.h>

enum { LIMIT_PARAMS = 5 };

/* A rule's parameters. Plain data. */
struct limit_told {
    double latency, backoff, increase;
    double alpha, beta;
    double smoothing;
};

/* What a rule remembers; at the start {the number of servers, INFINITY, -INFINITY}. */
struct limit_state {
    double limit;
    double least;   /* the shortest visit so far */
    double lowered; /* when the limit was last lowered */
};

/* A visit that is over. */
struct limit_visit {
    double began, ended; /* from when it had the server */
    double at_once;      /* visits under way at its end, itself counted */
    bool broken_off;     /* its task was withdrawn: timed out, or not needed any more */
};

struct limit_type {
    const char *name;
    const char *summary;               /* one line */
    const char *rule;                  /* exactly what it does, and its source; for `desq list` */
    struct param params[LIMIT_PARAMS]; /* ended by PARAM_NONE */
    const char *example;
    void (*tell)(struct limit_told *told, const struct arg *args);
    void (*hear)(struct limit_state *state, const struct limit_told *told, const struct limit_visit *visit);
};

extern const struct lookup_table limit_table;

/* An argument, or what stands for it where it is not given. */
static inline double limit_arg(const struct arg *arg, double otherwise)
{
    return arg->given ? arg->number : otherwise;
}

#endif
