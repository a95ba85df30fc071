/* ps.h: processor sharing among servers of full speed, for those who call it without going by its row: models/plain_ps.h. */
#ifndef MODELS_DISCIPLINE_PS_H
#define MODELS_DISCIPLINE_PS_H

#include "models/discipline/pace.h"
#include "models/discipline/sharing_heap.h"

/* Each of k tasks present is served at speed min(1, c / k), or at the k-th part of the pace. paced: a constant; false where
 * the station has none. */
static inline double ps_speed(const struct sharing *s, const bool paced)
{
    if (paced && s->pace != NULL)
        return pace_total(s->pace, s->count) / (double)s->count;
    return (double)s->count <= s->servers ? 1.0 : s->servers / (double)s->count;
}

static inline void ps_advance(struct sharing *s, double now, const bool paced)
{
    if (s->count == 0)
        s->virtual_time = 0.0; /* starting afresh keeps the clock's digits for what matters */
    else
        s->virtual_time += (now - s->since) * ps_speed(s, paced);
    s->since = now;
}

/* As discipline_type.join, next and finish. */
static inline bool ps_join(struct sharing *s, double now, uint32_t task, double work, const bool paced)
{
    if (!sharing_heap_room(&s->heap, &s->heap_size, s->count))
        return false;
    ps_advance(s, now, paced);
    const struct sharing_entry entry = {s->virtual_time + work, s->sequence++, task};
    sharing_heap_add(s->heap, &s->count, &entry);
    return true;
}

static inline double ps_next(const struct sharing *s, double now, const bool paced)
{
    const double left = s->heap[0].finish - s->virtual_time;
    const double at = left > 0.0 ? s->since + left / ps_speed(s, paced) : s->since;
    return at > now ? at : now;
}

static inline uint32_t ps_finish(struct sharing *s, double now)
{
    const uint32_t task = s->heap[0].task;
    /* The virtual clock shows just this task's finish: setting it so keeps rounding from adding up. */
    s->virtual_time = s->heap[0].finish;
    s->since = now;
    sharing_heap_remove(s->heap, &s->count, 0);
    return task;
}

#endif
