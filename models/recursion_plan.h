/* recursion_plan.h: the ways of a kind's tasks as a tree, where they are one: for models/recursion*.c.
 *
 * A node is a visit to a station or a choice. Ways part at choices and never come together again before the end, so that each station has
 * its tasks from one place alone, in the order of time. */
#ifndef MODELS_RECURSION_PLAN_H
#define MODELS_RECURSION_PLAN_H

#include "models/model.h"
#include "models/recursion.h"

enum { PLAN_NODES = 64, PLAN_WAYS = 128 };

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
};

/* A way from the beginning to an end. */
struct plan_way {
    uint32_t depth; /* stations on it */
    uint16_t stations[RECURSION_STAGES];
};

/* Nodes come before those to which they lead. */
struct plan {
    struct plan_place root;
    uint32_t node_count, way_count, place_count;
    struct plan_node nodes[PLAN_NODES];
    struct plan_way ways[PLAN_WAYS];
    struct plan_place places[PLAN_NODES + PLAN_WAYS];
};

/* The plan of kind k. Else why there is none, as half a sentence. */
const char *plan_make(struct plan *plan, const struct model *m, uint32_t k);

#endif
