/* recursion_plan.h: the ways of all tasks through a network without feedback, for models/recursion*.c.
 *
 * A node is a visit to a station, a delay, a choice or a fork with its join. The nodes of one kind are a tree: its ways part at choices. Stations whose servers are
 * counted may be visited by several nodes (of other ways, or of other kinds), which then wait there in one line; but nobody comes back
 * to a station, not even by way of others, so that the stations can be put in an order in which tasks only go forward.
 *
 * A branch of a fork is a row of visits, of which all but the last are to one server, so that branches come through in the order in which
 * they began. Its stations are its own; but several branches of one visit each may share one. */
#ifndef MODELS_RECURSION_PLAN_H
#define MODELS_RECURSION_PLAN_H

#include "models/model.h"
#include "models/recursion.h"

enum { PLAN_NODES = 64, PLAN_WAYS = 128, PLAN_KINDS = 32, PLAN_VISITS = 64 };

/* Where a task goes next. */
struct plan_place {
    bool ends;      /* the end of way number `index`; else node number `index` */
    uint32_t index;
};

struct plan_node {
    const struct op *op;     /* AT, DELAY, CHOOSE or FORK */
    uint32_t depth;          /* stations visited, delays over and forks joined before */
    uint64_t draw;           /* number of the task's draw that is made here */
    uint32_t first, count;   /* of plan.places: where it goes on; one place after a station, a delay or a join, one for each branch of a choice */
    uint32_t before;         /* the node from which tasks come; UINT32_MAX: none */
    uint32_t level;          /* more than that of `before`; the same for all visits to one line */
    uint32_t line;           /* a visit: the first node that visits the same line */
    bool shared;             /* a visit: to a line that others visit too */
    uint32_t first_visit, visit_count; /* a fork: of plan.visits, branch by branch */
    bool unsorted;           /* a fork: its tasks go on in another order than they came */
};

/* A visit in a branch. */
struct plan_visit {
    const struct op *op; /* AT */
    uint64_t draw;       /* number of the branch's draw that is made here */
    uint32_t kind;
    uint32_t fork;       /* node */
    uint32_t line;       /* the first visit to the same line */
    bool shared;         /* others visit it */
    bool first, last;    /* of its branch */
};

enum { PLAN_FORK = UINT16_MAX, PLAN_DELAY = UINT16_MAX - 1 };

/* A way from the beginning to an end. */
struct plan_way {
    uint32_t kind;
    uint32_t depth; /* stations, delays and forks on it */
    uint16_t stations[RECURSION_STAGES]; /* PLAN_FORK, PLAN_DELAY: none */
};

/* A kind whose tasks arrive. */
struct plan_source {
    uint32_t kind;
    struct plan_place root;
};

/* Nodes come before those to which they lead. */
struct plan {
    bool merges; /* some line is shared */
    bool delays; /* some node is one */
    uint32_t source_count, node_count, way_count, place_count, visit_count;
    struct plan_source sources[PLAN_KINDS];
    struct plan_node nodes[PLAN_NODES];
    struct plan_visit visits[PLAN_VISITS];
    uint32_t order[PLAN_NODES]; /* nodes by level */
    struct plan_way ways[PLAN_WAYS];
    struct plan_place places[PLAN_NODES + PLAN_WAYS];
};

/* The plan of m. Else why there is none, as half a sentence. */
const char *plan_make(struct plan *plan, const struct model *m);

#endif
