/* recursion_block.h: for models/recursion*.c: tasks a block at a time, one column for each of their times, so
 * that loops over a column are short and free of branches. */
#ifndef MODELS_RECURSION_BLOCK_H
#define MODELS_RECURSION_BLOCK_H

#include "models/recursion_plan.h"

enum { RECURSION_BLOCK = 256 };

/* Tasks in the order in which they come to the next station, or have left the last. */
struct recursion_block {
    uint32_t count;
    uint64_t key[RECURSION_BLOCK];
    double arrived[RECURSION_BLOCK];
    double wait[RECURSION_BLOCK], service[RECURSION_BLOCK]; /* at all stations so far; in the branches that decided joins */
    double beside[RECURSION_BLOCK]; /* service in the other branches that joined, where the model has forks */
    double delay[RECURSION_BLOCK];  /* where it has delays */
    double start[RECURSION_STAGES][RECURSION_BLOCK], left[RECURSION_STAGES][RECURSION_BLOCK];
};

/* The tallies of one column, kept apart from those of tasks that a mark of the measurement cuts. */
struct recursion_tallies {
    struct tally wait, response, service, delay;
};

/* Tasks of which the listener is to hear once all have left: ways are not taken in the order of time. more: what the listener finds beside
 * a task where the model has forks or delays, all 0 but for the delay. */
struct told_task {
    struct task task;
    double left, delay;
};
struct recursion_told {
    struct told_task *items;
    size_t count, size;
    unsigned char *more;
    bool failed; /* no memory */
};

/* What is counted of the tasks that come to the end of one way. */
struct recursion_account {
    struct world *w;
    struct recursion_told *told; /* NULL: they are told at once */
    bool branch;   /* of one visit in a branch of a fork, which is no task of its own: `arrived` of a block is when it joined the station */
    bool unsorted; /* blocks are in the order in which tasks came, not in which they left */
    bool parted;   /* the model has forks: what was served is summed, and how much of it counted */
    double mean_service;         /* kind_state.work_change is kept; NAN: it is not */
    uint32_t stages;
    struct station *stations[RECURSION_STAGES]; /* NULL: a fork or a delay */
    bool delays[RECURSION_STAGES];              /* it is a delay */
    bool delayed;                               /* the kind has some, on whatever way */
    double cut, half, until; /* until: the end of the run, INFINITY while a number of completions decides */
    bool until_open; /* a number of completions decided: who comes at just that time is not there yet */
    uint64_t events; /* arrivals and completions by `until` */
    uint32_t kind;
    struct recursion_tallies tallies, at[RECURSION_STAGES]; /* of tasks wholly between cut and until */
    bool halved;                                         /* some task left after half: */
    double half_kind, half_at[RECURSION_STAGES];         /* the integrals of the tallies then */
    double area_kind, area_present[RECURSION_STAGES], area_busy[RECURSION_STAGES]; /* of all other tasks */
    double half_area_kind, half_area_at[RECURSION_STAGES];
};

void recursion_account_begin(struct recursion_account *a, struct world *w, const struct plan_way *way, struct recursion_told *told);
/* The same of a visit in a branch; the blocks have one stage, and the others' times are not looked at. */
void recursion_account_begin_branch(struct recursion_account *a, struct world *w, const struct plan_visit *visit);
/* The tasks of b have come to the end of the way, in the order of time. */
void recursion_account_block(struct recursion_account *a, const struct recursion_block *b);
/* All tasks that arrived by `until` have been accounted, on all ways and in all branches: w gets what probes read. */
void recursion_account_end(struct recursion_account *accounts, uint32_t count);

#endif
