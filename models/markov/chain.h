/* chain.h: the states and rates of a chain, and its stationary law. Internal to models/markov/. */
#ifndef MODELS_MARKOV_CHAIN_H
#define MODELS_MARKOV_CHAIN_H

#include "models/markov/scene.h"

/* What is summed over the states, each weighted by its probability: numbers in the state, and rates of what
 * is counted when it happens. */
struct reward_kind {
    double arrived, completed, lost, abandoned, timed_out;  /* per time */
    double in_system, waiting, serving, delayed, overheads; /* numbers */
};
struct reward_station {
    double offered, left, lost;  /* per time */
    double busy, present, queue; /* numbers */
};

struct chain {
    const struct chain_model *model;
    size_t states, transitions, room, transition_room, slot_count;
    struct words pool; /* the states, one behind another */
    size_t *at;        /* where each begins in the pool; states + 1 of them */
    size_t *slots;     /* open addressing: 1 + state */
    size_t *first;     /* of its transitions; states + 1 */
    uint32_t *to;
    double *rate;
    uint16_t *tag; /* by transition, where rates change with time: 1 + the kind whose rate of arrival it is to
                      be multiplied by; 0: none */
    uint32_t *open;      /* by state: tasks of open kinds */
    bool *full;          /* by state: somebody is not let in here */
    bool *instant;       /* by state: it is left at once, by its rates as probabilities */
    double *rewards;     /* by state: struct reward_kind by kind, then struct reward_station by station */
    size_t reward_count; /* numbers per state */
    bool lost_late;
    bool random_start;  /* it begins in one of several states */
    uint32_t open_seen; /* most open tasks in any state from which transitions have been generated */
    bool cut;           /* somebody was not let in somewhere */
};

/* Generates all states with at most open_most tasks of open kinds. false: err; *too_many says whether there
 * are more than states_most. Free with chain_forget also then. */
bool chain_explore(struct chain *chain, const struct chain_model *model, uint32_t open_most,
                   size_t states_most, bool *too_many, struct error *err);
void chain_forget(struct chain *chain);

static inline struct reward_kind *reward_kinds(const struct chain *chain, size_t state)
{
    return (struct reward_kind *)(void *)(chain->rewards + state * chain->reward_count);
}

static inline struct reward_station *reward_stations(const struct chain *chain, size_t state)
{
    return (struct reward_station *)(void *)(reward_kinds(chain, state) + chain->model->model->kind_count);
}

/* The means that a law of the states gives. */
bool chain_means(const struct chain *c, const double *p, struct arena *arena, struct markov_result *out);

/* Rates of a chain by row: those of state i are to[first[i]] .. to[first[i + 1] - 1]. */
struct sparse {
    size_t n;
    const size_t *first;
    const uint32_t *to;
    const double *rate;
};

/* Of a chain that ends: from state 0 until it does, the mean of the time, its second moment, and in `totals`
 * (count numbers) the means of the integrals of rewards (count numbers per state). false: err. */
bool until_end(const struct sparse *q, const bool *instant, const double *rewards, size_t count, double *mean,
               double *second, double *totals, double *residual, struct error *err);

/* Its stationary law in p (n numbers, 0 for transient states). group: by state, states of one group are near
 * each other (NULL: nothing known): the method is fast where few transitions leave groups for others than the
 * next. *residual: sum of |inflow - outflow| over sum of outflow. false: several closed classes, no
 * convergence or no memory; err. */
bool stationary(const struct sparse *q, const uint32_t *group, double *p, double *residual,
                struct error *err);

#endif
