#include "models/discipline/discipline.h"

#include <math.h>
#include <stdlib.h>

/* All tasks of a kind are served at the same speed, so each kind has a virtual clock of its own, and within
 * it a heap by the virtual time at which a task's work is done. */
struct shared_class {
    struct sharing_entry *heap; /* least finish first */
    uint32_t count, size;
    double virtual_time, speed;
    bool full; /* at full speed */
};

static bool before(const struct sharing_entry *a, const struct sharing_entry *b)
{
    return a->finish != b->finish ? a->finish < b->finish : a->sequence < b->sequence;
}

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
    if (class->count == class->size) {
        const uint32_t size = class->size == 0 ? 64 : 2 * class->size;
        struct sharing_entry *heap = realloc(class->heap, size * sizeof *heap);
        if (heap == NULL)
            return false;
        class->heap = heap;
        class->size = size;
    }
    advance(s, now);
    const struct sharing_entry entry = {class->virtual_time + work, s->sequence++, task};
    uint32_t i = class->count++;
    while (i > 0 && before(&entry, &class->heap[(i - 1) / 2])) {
        class->heap[i] = class->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    class->heap[i] = entry;
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
        if (class->count == 0)
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
    const struct sharing_entry last = class->heap[--class->count];
    uint32_t i = 0;
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= class->count)
            break;
        if (child + 1 < class->count && before(&class->heap[child + 1], &class->heap[child]))
            child++;
        if (!before(&class->heap[child], &last))
            break;
        class->heap[i] = class->heap[child];
        i = child;
    }
    class->heap[i] = last;
    s->count--;
    set_speeds(s);
    return task;
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
    .reset = reset,
    .release = release,
};
