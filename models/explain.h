/* explain.h: of what the response time is made, for all tasks of a kind and for the slowest of them: how long they
 * waited where, were served where, let time pass, or tried in vain. */
#ifndef MODELS_EXPLAIN_H
#define MODELS_EXPLAIN_H

#include "models/desq.h"

enum explained { EXPLAINED_WAIT, EXPLAINED_ROOM, EXPLAINED_SERVICE, EXPLAINED_SWITCH, EXPLAINED_DELAY, EXPLAINED_BACKOFF,
                 EXPLAINED_BRANCHES, EXPLAINED_IN_VAIN };
/* "wait", "wait for room", ... in that order. */
extern const char *const explained_names[];

struct explained_part {
    enum explained what;
    const char *station; /* NULL: none */
    struct estimate all, slow; /* mean per task, half-width at the scenario's confidence */
};

struct explanation {
    const char *kind;
    double above;     /* the slow ones lie above this share of all responses: 0.99 */
    double threshold; /* which is this response time; NAN: no task was completed */
    uint64_t tasks, slow_tasks; /* completed; of them slow */
    uint64_t looked_at;         /* tasks in `all`: where there are very many, some of them, drawn by their keys */
    struct estimate all, slow;  /* mean response */
    const struct explained_part *parts; /* those that are not 0, in the order of the stations */
    size_t part_count;
};

struct explain_how {
    double above;           /* in (0, 1) */
    uint64_t replications;  /* at least 2 */
};

/* Of every kind of task at one point; storage in d until it is freed. Each replication is run twice: once to see which
 * tasks were slow, once to watch them (models/witness.h). Responses count as in desq_run: of tasks completed after
 * the warm-up. false: err (no memory, deadlock). */
bool desq_explain(struct desq *d, size_t point, const struct explain_how *how, const struct explanation **out, size_t *count,
                  struct error *err);

/* The same for a compiled model. */
struct model;
bool explain(struct arena *arena, const struct model *m, const struct explain_how *how, const struct explanation **out, size_t *count,
             struct error *err);

#endif
