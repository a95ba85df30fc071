#include "models/discipline/sharing_heap.h"

#include <math.h>

/* All tasks of a kind are served at the same speed, so each kind has a virtual clock of its own, and within
 * it a heap by the virtual time at which a task's work is done. */
struct shared_class {
    struct sharing_entry *heap; /* least finish first */
    uint32_t count, size;
    double virtual_time, speed;
    bool full; /* at full speed */
};

static void advance(struct sharing *s, double now)
{
    for (uint32_t k = 0; k < s->kinds; k++)
        if (s->classes[k].count > 0)
            s->classes[k].virtual_time += (now - s->since) * s->classes[k].speed;
        else
            s->classes[k].virtual_time = 0.0; /* starting afresh keeps the clock's digits for what matters */
    s->since = now;
}

/* Each task's share is its weight's; whoever would get more than one server has one, and the rest is dealt
 * out among the others, until nobody has more than one. */
static void set_speeds(struct sharing *s)
{
    for (uint32_t k = 0; k < s->kinds; k++)
        s->classes[k].full = (double)s->count <= s->servers;
    for (bool changed = true; changed;) {
        double weights = 0.0, servers = s->servers;
        for (uint32_t k = 0; k < s->kinds; k++) {
            if (s->classes[k].full)
                servers -= s->classes[k].count;
            else
                weights += s->weights[k] * s->classes[k].count;
        }
        changed = false;
        for (uint32_t k = 0; k < s->kinds; k++) {
            struct shared_class *class = &s->classes[k];
            class->speed = class->full ? 1.0 : servers * (s->weights[k] / weights);
            if (class->count > 0 && class->speed > 1.0)
                class->full = changed = true;
        }
    }
}

static bool join(struct sharing *s, double now, uint32_t task, double work)
{
    if (s->classes == NULL) {
        s->classes = calloc(s->kinds, sizeof *s->classes);
        if (s->classes == NULL)
            return false;
    }
    struct shared_class *class = &s->classes[s->kind];
    if (!sharing_heap_room(&class->heap, &class->size, class->count))
        return false;
    advance(s, now);
    sharing_heap_add(class->heap, &class->count,
                     &(const struct sharing_entry){class->virtual_time + work, s->sequence++, task});
    s->count++;
    set_speeds(s);
    return true;
}

/* The kind whose task is done first, of several at one instant the one that joined first. */
static uint32_t first_class(const struct sharing *s, double *in)
{
    uint32_t first = 0;
    *in = INFINITY;
    for (uint32_t k = 0; k < s->kinds; k++) {
        const struct shared_class *class = &s->classes[k];
        if (class->count == 0 || !(class->speed > 0.0)) /* nobody, or no servers */
            continue;
        const double left = (class->heap[0].finish - class->virtual_time) / class->speed;
        if (left < *in || (left == *in && class->heap[0].sequence < s->classes[first].heap[0].sequence)) {
            *in = left;
            first = k;
        }
    }
    return first;
}

static double next(const struct sharing *s, double now)
{
    double in;
    first_class(s, &in);
    const double at = s->since + in;
    return at > now ? at : now;
}

static uint32_t finish(struct sharing *s, double now)
{
    double in;
    struct shared_class *class = &s->classes[first_class(s, &in)];
    advance(s, now);
    const uint32_t task = class->heap[0].task;
    /* Its clock shows just this task's finish: setting it so keeps rounding from adding up. */
    class->virtual_time = class->heap[0].finish;
    sharing_heap_remove(class->heap, &class->count, 0);
    s->count--;
    set_speeds(s);
    return task;
}

/* The kind among whose tasks it is; *at: its place there. */
static struct shared_class *class_of(const struct sharing *s, uint32_t task, uint32_t *at)
{
    struct shared_class *class = s->classes;
    while ((*at = sharing_heap_find(class->heap, class->count, task)) == UINT32_MAX)
        class++;
    return class;
}

static double left(const struct sharing *s, double now, uint32_t task)
{
    uint32_t at;
    const struct shared_class *class = class_of(s, task, &at);
    const double work = class->heap[at].finish - class->virtual_time - (now - s->since) * class->speed;
    return work > 0.0 ? work : 0.0;
}

static double work(const struct sharing *s, double now)
{
    double sum = 0.0;
    for (uint32_t k = 0; s->classes != NULL && k < s->kinds; k++) {
        const struct shared_class *class = &s->classes[k];
        for (uint32_t i = 0; i < class->count; i++)
            sum += class->heap[i].finish - class->virtual_time - (now - s->since) * class->speed;
    }
    return sum;
}

static void leave(struct sharing *s, double now, uint32_t task)
{
    uint32_t at;
    struct shared_class *class = class_of(s, task, &at);
    advance(s, now);
    sharing_heap_remove(class->heap, &class->count, at);
    s->count--;
    set_speeds(s);
}

static void change(struct sharing *s, double now, double servers)
{
    if (s->classes != NULL)
        advance(s, now);
    s->servers = servers;
    if (s->classes != NULL)
        set_speeds(s);
}

static void reset(struct sharing *s)
{
    for (uint32_t k = 0; s->classes != NULL && k < s->kinds; k++)
        s->classes[k].count = 0;
}

static void release(struct sharing *s)
{
    for (uint32_t k = 0; s->classes != NULL && k < s->kinds; k++)
        free(s->classes[k].heap);
    free(s->classes);
    s->classes = NULL;
}

const struct discipline_type discipline_dps = {
    .name = "dps",
    .summary = "discriminatory processor sharing: all present are served at once, in shares by `weight`",
    .rule = "With c servers each task is served at speed min(1, w x), where w is its kind's `weight` and x "
            "the same for "
            "all, such that all k present together are served at speed min(k, c): a task that would get more "
            "than a "
            "whole server has just one, and the others share the rest by weight. Equal weights are `ps`. "
            "Utilisation, "
            "queue_length and wait as under `ps`; of tasks that finish at one instant, the one that joined "
            "first moves "
            "on first.",
    .shape = DISCIPLINE_SHARING,
    .join = join,
    .next = next,
    .finish = finish,
    .left = left,
    .work = work,
    .leave = leave,
    .change = change,
    .reset = reset,
    .release = release,
};
