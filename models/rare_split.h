/* rare_split.h: paths that are split: a state is reached again by its path, and from there on drawn anew. For models/rare*.c alone. */
#ifndef MODELS_RARE_SPLIT_H
#define MODELS_RARE_SPLIT_H

#include "models/rare.h"
#include "models/world.h"

enum { LEVELS_MOST = 64, REPLICATIONS_BEGIN = 32, RARE_SAMPLES = 1 + LEVELS_MOST };
#define CYCLE_EVENTS_MOST 1e7 /* of one path: where cycles are as long, nothing is rare */

struct rare_study {
    struct model model; /* without warm-up or end */
    const struct rare_how *how;
    size_t station;
    uint64_t sources; /* kinds that arrive */
    bool certain; /* see rare_moves_surely */
    bool times;   /* of those that take long, not of those that are lost */
    bool work;    /* levels are of the work in line for each server; else of the number present */
    double levels[LEVELS_MOST];
    size_t level_count;
    struct batches *batches;
};

/* A path goes on by other draws from here. */
struct split {
    const struct split *before; /* NULL: the cycle's beginning */
    uint64_t event, salt;
};

/* The state in which a level was first reached: after so many events of a path. */
struct entrance {
    uint64_t cycle;
    const struct split *split;
    uint64_t event;
};

struct splitter {
    const struct rare_study *study;
    struct world *world;
    struct record record; /* the world's */
    struct arena arena;   /* splits of the replication in hand */
    struct entrance *from, *to; /* effort of each: at the level before, at this one */
    struct stream stream;
    uint64_t events;
    double hits; /* tasks that took long, since the path was begun or split */
    bool too_long;
};

/* The state again, and from there on by draws of its own; entrance->split then stands for what follows. false: no memory, or the path is too long. */
bool rare_split(struct splitter *x, struct entrance *e);

enum outcome { REACHED, ENDED, FAILED };

/* On until the level is reached, or the cycle is over. */
enum outcome rare_climb(struct splitter *x, double level);

#endif
