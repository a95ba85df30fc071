/* markov.h: scenarios as Markov chains. The states that the steps of a compiled model lead to are generated
 * from its programs and stations, by the rules of docs/scenario-format.md; their stationary law gives every
 * mean exactly. Nothing is shared with the simulator but the model, so that each can be held against the
 * other.
 *
 * What can be solved: Poisson, phase-type renewal and Markovian arrivals (mmpp, map), closed kinds, and
 * batches at time 0; times of phase type; fcfs, lcfs, random and priority lines, lcfs_pr and preemptive
 * priority (resume), ps, dps with one server; servers held and given back
 * (`in`, `await`), exponential time-outs with retries, exponential setups, switch costs, capacities (drop, other steps, retrials), balking, exponential patience,
 * groups and lines of the servers' own; delay, choose, repeat, next, call, send, become. markov_refuses says
 * what is in the way. */
#ifndef MODELS_MARKOV_MARKOV_H
#define MODELS_MARKOV_MARKOV_H

#include "models/model.h"
#include "sim/arena.h"
#include "sim/error.h"

struct markov_options {
    size_t states_most; /* 0: MARKOV_STATES_MOST */
};
#define MARKOV_STATES_MOST ((size_t)250000)

/* Long-run means. NAN: not known, because tasks that end early take a part in it. */
struct markov_kind {
    double throughput; /* completions per time */
    double in_system;  /* number, thinkers left out */
    double response, wait, service, delay, overhead;
    double lost, abandoned, timed_out; /* shares of arrivals */
};

struct markov_station {
    double utilisation, in_station, queue_length, throughput, wait, response, lost;
};

struct markov_result {
    struct markov_kind *kinds;       /* by kind of the model */
    struct markov_station *stations; /* by station of the scenario */
    size_t states, transitions;
    double makespan, makespan_sd; /* of a chain that ends (all tasks come at time 0); else NAN. Throughput and
                                     numbers of kinds and stations are NAN then */
    double residual;              /* what the balance equations miss by, relative to the flow */
    double left_out; /* probability of as many tasks as the chain has room for: what is cut off beyond is of
                        this order; 0: every state is there */
    uint32_t tasks_most; /* tasks of open kinds that there is room for; UNLIMITED: nothing was cut */
};

/* The model's chain, solved. false: err says what is in the way (not phase-type, too many states, a load of 1
 * or more, a deadlock). */
bool markov_solve(const struct model *model, const struct markov_options *options, struct arena *arena,
                  struct markov_result *out, struct error *err);

/* The same at moments (ascending, from 0 on) after it has begun empty, or with all closed tasks thinking:
 * numbers, queue lengths and utilisations; the rest is NAN. Rates of Poisson arrivals may change with time
 * (`schedule`). By uniformisation (Jensen, Skand. Aktuarietidskr. 36, 1953; Fox, Glynn, Comm. ACM 31, 1988).
 * out: count of them. */
bool markov_at(const struct model *model, const struct markov_options *options, const double *times,
               size_t count, struct arena *arena, struct markov_result *out, struct error *err);

/* true: the model has something that no chain is made of; err names it. */
bool markov_refuses(const struct model *model, struct error *err);

#endif
