/* arrival.h: where tasks come from. One file per form, its row at the end; list.h names them all.
 * The key that is present in "arrivals" ({ "rate": 2 }) picks the row: the first param of a row is that key.
 */
#ifndef MODELS_ARRIVAL_H
#define MODELS_ARRIVAL_H

#include "models/dist/dist.h"
#include "models/param.h"

#define ARRIVAL_PARAMS 6

enum arrival_form {
    ARRIVAL_NONE,    /* the kind has no arrivals of its own */
    ARRIVAL_OPEN,    /* one batch (of one task, unless said otherwise) at each epoch of a point process */
    ARRIVAL_AT_ONCE, /* number batches at one instant */
    ARRIVAL_CLOSED   /* number tasks that come back for ever, each after a think time; first they all think */
};

/* What may stand beside any form (modifier.c). */
enum arrival_modifier { MODIFIER_BATCH, MODIFIER_START, MODIFIER_STOP, MODIFIER_COUNT, MODIFIERS };
extern const struct param arrival_modifier_params[MODIFIERS + 1]; /* ended by PARAM_NONE */

struct arrival_modifier_row {
    const char *name, *summary, *example, *rule;
};
extern const struct lookup_table arrival_modifier_table; /* for `desq list` */

struct arrival;
struct arrival_state;

struct arrival_type {
    const char *name; /* the key */
    const char *summary;
    const char *rule;                    /* exactly; NULL: the summary says it all */
    struct param params[ARRIVAL_PARAMS]; /* params[0] is the key itself; ended by PARAM_NONE */
    const char *examples[3];
    const char *refuses[MODIFIERS]; /* by modifier: why it makes no sense here; NULL: it does */
    bool clock; /* epochs lie at fixed times of the clock: "start" leaves out those before it (else the
                   process begins there) */
    bool (*init)(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err);

    /* OPEN, all but renewal processes (NULL: interarrival is drawn each time). begin: the state before the
     * first epoch; next: the time of the next epoch, INFINITY when there is none. Draws come from s alone, so
     * that epochs depend on nothing but the source. */
    void (*begin)(const struct arrival *arrival, struct arrival_state *state, struct stream *s);
    double (*next)(const struct arrival *arrival, struct arrival_state *state, struct stream *s);
};

/* Where a source stands; what the members mean is the form's matter. */
struct arrival_state {
    double time;    /* of the latest epoch, or up to where the process has been followed */
    uint64_t place; /* phase, segment, row */
    uint64_t cycle; /* whole periods behind it */
};

/* Plain data, const once made. */
struct arrival {
    const struct arrival_type *type; /* NULL with ARRIVAL_NONE */
    enum arrival_form form;
    struct dist interarrival; /* OPEN, a renewal process */
    double number;            /* AT_ONCE: batches; CLOSED: tasks; trace: rows */
    struct dist think;        /* CLOSED; constant 0 where not given */
    const void *data;         /* the form's own, in the arena */

    /* Modifiers. */
    const struct dist *batch; /* tasks per epoch, each draw rounded; NULL: one */
    double start;             /* nothing arrives before; default 0 */
    double stop;              /* nothing arrives after; INFINITY: never */
    double count;             /* most epochs (CLOSED: tasks); INFINITY: no limit */

    /* Sessions (sessions.c): each arrival is one, of several requests (tasks), `think` between them. */
    const struct dist *requests; /* draws rounded, at least 1; NULL: each arrival is one task */

    /* What follows from the above, filled by init (rate, scv, and where they apply the others) and completed
     * by arrival_modify. */
    double rate;    /* OPEN: tasks per time in the long run */
    double scv;     /* OPEN: variance of the number of tasks in a long time over its mean: 1 for Poisson, the
                       interarrival     scv for a renewal process */
    double memory;  /* OPEN: time in which the process forgets its state (relaxation time of its phases) */
    double settles; /* OPEN: time from which on the rate is what rate says */
    double period;  /* OPEN: after which the rate repeats itself; 0: it does not */
    bool drawn;     /* something is random */
    bool ends;      /* no more tasks after some time or number */
    bool plain; /* OPEN: a renewal process of single tasks that goes on for ever: the engine's short way */
    const double *services; /* trace: service time of each row's tasks; NULL: none given */
    const struct dist
        *service_law; /* the same as a law, which steps without "for" refer to; shape DIST_GIVEN */
};

extern const struct lookup_table arrival_table;

/* After init: takes the modifiers (args as arrival_modifier_params) and fills what follows from all. false:
 * err. */
bool arrival_modify(struct arrival *arrival, const struct arg *args, struct error *err);

/* What stands in "sessions" beside a form of arrivals and its modifiers. */
enum { SESSION_REQUESTS, SESSION_THINK, SESSION_PARAMS };
extern const struct param arrival_session_params[SESSION_PARAMS + 1];

/* After arrival_modify: each arrival is a session (args as arrival_session_params). false: err. */
bool arrival_make_sessions(struct arrival *arrival, const struct arg *args, struct error *err);

/* E[n] and Var(n) of the whole number n that a draw from d is rounded to (half upwards). */
void arrival_batch_moments(const struct dist *d, double *mean, double *variance);

#endif
