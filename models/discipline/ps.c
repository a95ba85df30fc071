#include "models/discipline/discipline.h"

#include <stdlib.h>

/* Each of k tasks present is served at speed min(1, c / k). */
static double speed(const struct sharing *s)
{
    return (double)s->count <= s->servers ? 1.0 : s->servers / (double)s->count;
}

static void advance(struct sharing *s, double now)
{
    if (s->count == 0)
        s->virtual_time = 0.0; /* starting afresh keeps the clock's digits for what matters */
    else
        s->virtual_time += (now - s->since) * speed(s);
    s->since = now;
}

static bool before(const struct sharing_entry *a, const struct sharing_entry *b)
{
    return a->finish != b->finish ? a->finish < b->finish : a->sequence < b->sequence;
}

static bool join(struct sharing *s, double now, uint32_t task, double work)
{
    if (s->count == s->heap_size) {
        const uint32_t size = s->heap_size == 0 ? 64 : 2 * s->heap_size;
        struct sharing_entry *heap = realloc(s->heap, size * sizeof *heap);
        if (heap == NULL)
            return false;
        s->heap = heap;
        s->heap_size = size;
    }
    advance(s, now);
    const struct sharing_entry entry = {s->virtual_time + work, s->sequence++, task};
    uint32_t i = s->count++;
    while (i > 0 && before(&entry, &s->heap[(i - 1) / 2])) {
        s->heap[i] = s->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    s->heap[i] = entry;
    return true;
}

static double next(const struct sharing *s, double now)
{
    const double left = s->heap[0].finish - s->virtual_time;
    const double at = s->since + left / speed(s);
    return at > now ? at : now;
}

static uint32_t finish(struct sharing *s, double now)
{
    const uint32_t task = s->heap[0].task;
    /* The virtual clock shows just this task's finish: setting it so keeps rounding from adding up. */
    s->virtual_time = s->heap[0].finish;
    s->since = now;
    const struct sharing_entry last = s->heap[--s->count];
    uint32_t i = 0;
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= s->count)
            break;
        if (child + 1 < s->count && before(&s->heap[child + 1], &s->heap[child]))
            child++;
        if (!before(&s->heap[child], &last))
            break;
        s->heap[i] = s->heap[child];
        i = child;
    }
    s->heap[i] = last;
    return task;
}

const struct discipline_type discipline_ps = {
    .name = "ps",
    .summary = "processor sharing: all present are served at once",
    .rule = "With k tasks at c servers each is served at speed min(1, c / k). Utilisation is the mean of "
            "min(k, c) / c, "
            "queue_length the mean of k - min(k, c), wait the time in the station less the demand at full "
            "speed. Of "
            "tasks that finish at one instant, the one that joined first moves on first.",
    .shape = DISCIPLINE_SHARING,
    .join = join,
    .next = next,
    .finish = finish,
};
