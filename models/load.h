/* load.h: what one task asks of each station, in the mean, before anything runs: for stability, warm-up and
 * the sizing formulas. Contention is left out of account: a holding lasts as long as its steps would on an
 * idle system. */
#ifndef MODELS_LOAD_H
#define MODELS_LOAD_H

#include "models/scenario/scenario.h"

enum { LOAD_DEPTH = 64 };

/* The state of one walk over a kind's steps. weight: expected number of times that the step in hand is done.
 */
struct load {
    const struct station_spec *stations;
    const struct steps *const *steps_of_kind;
    const double *const *passages_of_kind; /* by kind: how often one task does each step (models/traffic.h) */
    double *sends;                         /* by kind: mean number of tasks of it that are sent */
    bool *doubtful; /* by kind: of those sent, some may not come: the sender may be lost before */
    double *busy;   /* by station: mean time that one task occupies a server, all visits together */
    double *sure;   /* by station: of that, what no loss and no leaving can take away */
    double *visits; /* by station: mean number of times it queues there */
    bool *exposed;  /* by station: its line can grow without end, since neither it nor a server held around it
                       sits  behind a finite capacity */
    double *squares; /* by station: mean of the squares of the times for which its servers are occupied, all
                        visits together */
    bool loses;      /* a station met so far may refuse tasks: what comes later is at most what is counted */
    bool leaves;  /* the kind balks beyond some number, or loses patience: its line does not grow for ever */
    double total; /* mean time from start to end, nothing ever waiting */
    double weight;
    struct {
        size_t station;
        bool guarded;                  /* it, or a server held around it, sits behind a finite capacity */
        double count; /* servers */
        double weight, mean, variance; /* weight when it was taken; of the time it is held, so far */
        bool away;                     /* given back by an await around the step in hand */
        int lists;                     /* how many lists were open when it was taken */
    } held[LOAD_DEPTH];
    int held_count;
    double follows[LOAD_DEPTH]; /* by open list: the chance that something is left to do in it after the step
                                   in hand */
    int lists;
    bool too_deep;
};

/* All steps in order; repeats is the mean number of times that the list runs on end (1 unless a repeat's
 * body). */
void load_steps(struct load *l, const struct steps *steps, double repeats);

/* A kind's own steps, those among which "next" leads: of the task itself, or called. */
void load_call(struct load *l, size_t kind);

/* A task of a kind is sent. */
void load_send(struct load *l, size_t kind);

/* A time of this mean and variance passes; everything held meanwhile is occupied. */
void load_time(struct load *l, double mean, double variance);

/* One visit of this service time at a station; the switch cost comes on top. */
void load_visit(struct load *l, size_t station, double mean, double variance);

/* The further turns at a station with a quantum, where others wait at the end of each: a switch for each
 * quantum of the service time begun, but for the first, which load_visit has counted. They limit what the
 * station can carry, but a task that is alone does not pay them, so they are no part of its time. */
void load_turns(struct load *l, size_t station, const struct dist *service);

/* Tokens of a station are taken, so many in units of the time in which they come: they limit what it can carry, but take
 * no time of a task that is alone. */
void load_tokens(struct load *l, size_t station, double mean, double variance);

/* Takes and gives back servers of station around what is loaded between the two calls. */
void load_take(struct load *l, size_t station, double count);
void load_give(struct load *l);

/* What comes now may be cut short, or done again. */
void load_uncertain(struct load *l);

/* Branches side by side: count of them, copies of the one written where more than that. The time that they take is
 * taken to be that of the longest (of the k-th in order, where only k are needed). cancel: of those not needed only
 * part is done. */
struct branch;
void load_fork(struct load *l, const struct branch *branches, size_t written, size_t count, double needed,
               bool cancel);

/* An await around steps. */
void load_await(struct load *l, const struct steps *steps);

#endif
