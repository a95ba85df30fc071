/* recursion_node.h: for models/recursion*.c: the nodes of a plan at work, and the lines at which they meet.
 *
 * Tasks pass in blocks, depth first. Where a line is shared they wait before it (struct queue) until the run is known up to a time: then
 * those who have come earlier are served in the order of time, whatever node they are at (recursion_flush). */
#ifndef MODELS_RECURSION_NODE_H
#define MODELS_RECURSION_NODE_H

#include "models/recursion_block.h"

/* A task between stations, or at one: a row of numbers. */
enum {
    ROW_KEY, /* its bits */
    ROW_JOINED, /* these two only while it waits in a queue */
    ROW_DEMAND,
    ROW_ARRIVED,
    ROW_WAIT,
    ROW_SERVICE,
    ROW_BESIDE, /* only where the model has forks */
    ROW_DELAY,  /* only where it has delays */
    ROW_TIMES /* start and left at each station */
};

/* Rows in the order of time: a ring. */
struct recursion_queue {
    double *rows;
    uint32_t size, first, count; /* size: a power of two, or 0 */
};

/* Servers, and the line before them. */
struct recursion_line {
    struct recursion_node *only; /* the one node that visits it; NULL: several */
    uint32_t servers;         /* UNLIMITED: infinite */
    uint32_t width;           /* of a row */
    double departure;         /* one server: when it is free */
    struct calendar calendar; /* several: the departures; subject: a slot */
    uint32_t used;            /* slots ever used */
    uint32_t free;            /* slots to use again, linked through `node` below; UINT32_MAX: none */
    uint32_t size;            /* slots allocated */
    uint32_t *node;           /* by slot: where its task is, where that is not said by `only` */
    double *rows;             /* by slot */
};

/* The visits of one block's branches. */
struct recursion_visit {
    const struct plan_visit *plan;
    struct recursion_account *account;
    double departure;         /* of the line that this visit is the first to visit: one server: when it is free; */
    uint32_t servers, used;
    struct calendar calendar; /* several: when they are */
    struct recursion_block times; /* one stage; arrived: at the station; wait, service: there */
    double wait[RECURSION_BLOCK], service[RECURSION_BLOCK]; /* in the branch so far */
};

/* A station: its servers, and with several of them who has which. A delay: the same as infinite servers. A choice: those who have gone each way. A fork: its branches, and
 * where they do not join in the order in which they began, those that have yet to join, as at infinite servers. */
struct recursion_node {
    const struct plan_node *plan;
    const struct dist *service; /* or delay; NULL: a choice or a fork */
    bool waits;                 /* a delay */
    bool in_order;              /* everybody is there for the same time, whoever else is there */
    struct recursion_line *line; /* NULL: a choice, or a fork in order */
    struct recursion_queue queue; /* before a shared line */
    struct recursion_block *out; /* those who have left, and have yet to go on: one for each place that follows */
};

/* A source and its next arrivals. */
struct recursion_inlet {
    struct source *source;
    const struct arrival *arrival;
    struct plan_place root;
    uint64_t given;        /* tasks so far */
    double last;           /* the latest of: */
    uint32_t first, count; /* those of `arrived` that have yet to come in */
    double arrived[RECURSION_BLOCK];
};

struct recursion {
    struct recursion_account *accounts; /* by way, then by visit in a branch */
    struct recursion_told told;
    bool failed; /* no memory */
    bool tied;   /* two tasks came to one line at the same time from different nodes: who is first is the calendar's affair */
    struct recursion_inlet inlets[PLAN_KINDS];
    struct recursion_block in;
    struct plan plan;
    struct recursion_node nodes[PLAN_NODES];
    struct recursion_line lines[PLAN_NODES]; /* of a node that is the first to visit it */
    struct recursion_visit *visits;          /* in branches of forks */
};

/* The tasks of b come to a node, or have come to the end. They are in the order of time, and b is theirs to change. */
void recursion_pass(struct recursion *x, struct recursion_block *b, struct plan_place at);

/* All tasks that arrive before `time` have been passed: everything that happens before it happens. INFINITY: nobody comes any more. */
void recursion_flush(struct recursion *x, double time);

/* The branches of the tasks of b, which have come to the fork, begin and end, all of them: in b is then when each task goes on, as the time
 * at which it leaves this stage. */
void recursion_fork(struct recursion *x, const struct recursion_node *s, struct recursion_block *b);

/* Room for the branches of x->plan, which is there, as x->accounts is. false: no memory. */
bool recursion_visits_new(struct recursion *x, const struct model *m);
void recursion_visits_free(struct recursion *x);
void recursion_visits_reset(struct recursion *x);

/* When the tasks of b came to a node at this depth. */
static inline const double *recursion_joined(const struct recursion_block *b, uint32_t depth)
{
    return depth == 0 ? b->arrived : b->left[depth - 1];
}

/* The service times of a block of tasks: draw number `draw` of each. */
void recursion_draw(double *demand, const struct dist *d, const struct recursion_block *b, uint64_t draw);

#endif
