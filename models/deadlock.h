/* deadlock.h: tasks that wait for each other for ever. Internal to the engine. */
#ifndef MODELS_DEADLOCK_H
#define MODELS_DEADLOCK_H

#include "models/result.h"
#include "models/world.h"

/* What one task of a cycle waits for. */
enum deadlock_wait {
    DEADLOCK_SERVER, /* a server of a station */
    DEADLOCK_ROOM,   /* room at a station that is full */
    DEADLOCK_BRANCH  /* its own branches */
};

/* One task of a cycle: the task before it waits for what it holds. */
struct deadlock_link {
    uint32_t task, kind;
    bool branch;    /* it is what the one before it waits for: a branch of it */
    uint32_t holds; /* station; UINT32_MAX: nothing (a branch, or one that stands in a full station) */
    enum deadlock_wait wait;
    uint32_t station; /* it waits at; UINT32_MAX: for branches */
    double since;     /* it has waited */
};

enum { DEADLOCK_LINKS = 12 };

struct deadlock {
    uint64_t tasks;   /* that can never go on, outside the cycle included */
    size_t length;    /* of the cycle; its first DEADLOCK_LINKS are in links */
    double since;     /* when the last one of the cycle began to wait */
    struct deadlock_link links[DEADLOCK_LINKS];
};

/* Is there one, after or in the middle of world_run? Then *out tells the cycle (NULL: not wanted). A task that waits only
 * for so long (patience, a time-out around it) is not stuck: when it gives up, what it holds goes back. false also where
 * memory runs out. */
bool deadlock_find(const struct world *w, struct deadlock *out);

/* Runs replication r, which ended in a deadlock, once more and tells it: *out in arena, or NULL where it did not come to
 * that again (an interruption). false: no memory. */
bool deadlock_report(struct arena *arena, const struct model *m, uint64_t r, const struct deadlock_report **out);

#endif
