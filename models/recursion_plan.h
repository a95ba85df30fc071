/* recursion_plan.h: the ways of all tasks through a network without feedback, for models/recursion*.c.
 *
 * A node is a visit to a station or a choice. The nodes of one kind are a tree: its ways part at choices. Stations whose servers are
 * counted may be visited by several nodes (of other ways, or of other kinds), which then wait there in one line; but nobody comes back
 * to a station, not even by way of others, so that the stations can be put in an order in which tasks only go forward. */
#ifndef MODELS_RECURSION_PLAN_H
#define MODELS_RECURSION_PLAN_H

#include "models/model.h"
#include "models/recursion.h"

enum { PLAN_NODES = 64, PLAN_WAYS = 128, PLAN_KINDS = 32 };

/* Where a task goes next. */
struct plan_place {
    bool ends;      /* the end of way number `index`; else node number `index` */
    uint32_t index;
};

struct plan_node {
    const struct op *op;     /* AT or CHOOSE */
    uint32_t depth;          /* stations visited before */
    uint64_t draw;           /* number of the task's draw that is made here */
    uint32_t first, count;   /* of plan.places: where it goes on; one place after a station, one for each branch of a choice */
    uint32_t before;         /* the node from which tasks come; UINT32_MAX: none */
    uint32_t level;          /* more than that of `before`; the same for all visits to one line */
    uint32_t line;           /* a visit: the first node that visits the same line */
    bool shared;             /* a visit: to a line that others visit too */
};

/* A way from the beginning to an end. */
struct plan_way {
    uint32_t kind;
    uint32_t depth; /* stations on it */
    uint16_t stations[RECURSION_STAGES];
};

/* A kind whose tasks arrive. */
struct plan_source {
    uint32_t kind;
    struct plan_place root;
};

/* Nodes come before those to which they lead. */
struct plan {
    bool merges; /* some line is shared */
    uint32_t source_count, node_count, way_count, place_count;
    struct plan_source sources[PLAN_KINDS];
    struct plan_node nodes[PLAN_NODES];
    uint32_t order[PLAN_NODES]; /* nodes by level */
    struct plan_way ways[PLAN_WAYS];
    struct plan_place places[PLAN_NODES + PLAN_WAYS];
};

/* The plan of m. Else why there is none, as half a sentence. */
const char *plan_make(struct plan *plan, const struct model *m);

#endif
