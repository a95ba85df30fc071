/* part.h: tasks in parts. A fork starts branches, each of which is a task record of its own that walks on in the
 * program of its kind; the task waits until as many of them as it needs are done. Internal to the engine.
 *
 * A branch is no arrival and no completion. Its random draws come from a key of its own, made of the task's key,
 * the number of the draw and the branch's index. It holds what it takes itself; what the task held when it forked
 * stays with the task. The branch that decides the join gives the task its parts, so that response = wait + service
 * + delay + overhead along that branch. What is left of the others is cancelled, or goes on as orphans: nobody waits
 * for them, but they occupy servers, and a terminating run is over when they are. A branch that is lost, abandoned
 * or timed out cannot join; when too few are left the task ends in the same way, with all its branches. */
#ifndef MODELS_PART_H
#define MODELS_PART_H

#include "models/station.h"

/* What each task has where the model is parted, at model.part_offset of its struct task_more. */
struct part {
    uint32_t parent;       /* the task whose branch it is; NO_TASK: none */
    uint32_t first;        /* of its own branches that are under way, in the order in which they began */
    uint32_t before, next; /* among the branches of parent */
    uint32_t running;      /* own branches under way */
    uint32_t joined;       /* own branches done */
    bool orphan;           /* nobody waits for it */
    bool begun;            /* a delivery (models/redelivery.h): it is being processed */
};

static inline struct part *task_part(const struct world *w, uint32_t ti)
{
    return (struct part *)(void *)(w->more + (size_t)ti * w->model->more_size + w->model->part_offset);
}

/* A branch or an orphan: no task that anybody counts. */
static inline bool task_is_part(const struct world *w, uint32_t ti)
{
    return w->model->parted && (task_part(w, ti)->orphan || task_part(w, ti)->parent != NO_TASK);
}

/* A task of its own. */
static inline void part_init(const struct world *w, uint32_t ti)
{
    *task_part(w, ti) = (struct part){.parent = NO_TASK, .first = NO_TASK, .before = NO_TASK, .next = NO_TASK};
}

/* Of the key from which a branch's key is made; unrelated to the task's own draws. */
#define BRANCH_KEY UINT64_C(0xBB67AE8584CAA73B)

/* The key under which the branches have theirs, by number, of a fork at the task's draw number `draw`. */
static inline uint64_t part_key_at(uint64_t key, uint64_t draw)
{
    return stream_subkey(stream_mix(key ^ BRANCH_KEY), draw);
}

/* The task is at OP_FORK: its branches begin (they are put among those that move on), and it waits. */
void part_fork(struct world *w, uint32_t ti);

/* The part has ended, in whatever way; what it held has gone back. */
void part_end(struct world *w, uint32_t ti, enum task_end how);

/* One branch of ti more, which walks on from step `step` and is put among those that move on; last: the last of its
 * branches so far, or NO_TASK. NO_TASK: no memory. */
uint32_t part_start(struct world *w, uint32_t ti, uint64_t key, uint32_t step, uint32_t last);

/* The branch's parent knows it no more. */
void part_unlink(const struct world *w, uint32_t ti);

/* Of the key of a task's next branches; one draw. */
uint64_t part_key(struct world *w, uint32_t ti);

/* All branches of a task are withdrawn, and are no more. */
void part_withdraw_all(struct world *w, uint32_t ti);

/* ti's place in the world is taken by to, a new record: as a branch, where it was one. ti is an orphan. */
void part_replace(struct world *w, uint32_t ti, uint32_t to);

#endif
