/* witness.h: one replication, watched event by event: what some of its tasks went through, stay by stay. The sample path
 * is that of desq_run; nothing is logged beforehand, and nothing of this costs a run that nobody watches. */
#ifndef MODELS_WITNESS_H
#define MODELS_WITNESS_H

#include "models/desq.h"

/* Where a task was during a stay. */
enum stay_place {
    STAY_LINE,     /* waited for a server, or to get back one that it had */
    STAY_ROOM,     /* waited for room at a full station */
    STAY_SERVICE,  /* was served; a switch comes first */
    STAY_SWITCH,   /* held a server that was turning to it */
    STAY_STATION,  /* at a station that serves in shares or preempts: waited and was served in turns */
    STAY_DELAY,    /* let time pass */
    STAY_BACKOFF,  /* let time pass before another attempt */
    STAY_BRANCHES, /* waited for its branches, one of which decided */
    STAY_PLACES
};

/* A time that a task spent in one place: wait + service + delay + overhead = end - begin. */
struct task_stay_told {
    enum stay_place place;
    size_t station; /* SIZE_MAX: none (delays, branches) */
    double begin, end;
    double wait, service, delay, overhead;
    uint64_t before; /* STAY_LINE: those who waited there when it came, itself not counted */
    bool in_vain;    /* part of an attempt that timed out */
};

/* One task that ended, or was still there when the replication did. */
struct task_life {
    size_t kind;
    uint64_t number; /* of its kind's tasks, from 1, in the order of their arrival; 0: one that was there at time 0 */
    uint64_t key;    /* as in struct desq_task */
    double arrived, left;
    double replied;  /* NAN: it did not reply before its end */
    bool there;      /* it had not ended: left is the end of the replication */
    bool lost, abandoned, timed_out, dead;
    const struct task_stay_told *stays;
    size_t count;
};

struct witness_how {
    /* Whether this task is to be watched; asked when it arrives. */
    bool (*wanted)(void *context, size_t kind, uint64_t number, uint64_t key);
    /* Its life; what it points to lives until the call returns. */
    void (*told)(void *context, const struct task_life *life);
    void *context;
};

/* Runs replication r of one point from time 0 (no warm-up is cut). false: err (no memory, deadlock). */
bool desq_witness(struct desq *d, size_t point, uint64_t r, const struct witness_how *how, struct error *err);

struct model;
/* The same for a compiled model. */
bool witness_run(const struct model *m, uint64_t r, const struct witness_how *how, struct error *err);

/* Tells of every response of replication r that desq_run counts (of tasks completed, or replying, after the warm-up), with
 * the task's key. Arena: for what is needed meanwhile. false: err. */
bool witness_responses(struct arena *arena, const struct model *m, uint64_t r,
                       void (*told)(void *context, size_t kind, uint64_t key, double response), void *context, struct error *err);
bool desq_responses(struct desq *d, size_t point, uint64_t r,
                    void (*told)(void *context, size_t kind, uint64_t key, double response), void *context, struct error *err);

/* When the task's response was over, as it counts: NAN: it does not. */
double witness_responded(const struct model *m, const struct task_life *life);

/* Internal to the engine: every event of w goes through its witness from now on. */
struct world;
struct witness;
void witness_begin(struct world *w);

#endif
