#include "models/discipline/pace.h"
#include "models/discipline/sharing_heap.h"

/* Each of k tasks present is served at speed min(1, c / k), or at the k-th part of the pace. */
static double speed(const struct sharing *s)
{
    if (s->pace != NULL)
        return pace_total(s->pace, s->count) / (double)s->count;
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

static bool join(struct sharing *s, double now, uint32_t task, double work)
{
    if (!sharing_heap_room(&s->heap, &s->heap_size, s->count))
        return false;
    advance(s, now);
    sharing_heap_add(s->heap, &s->count, (struct sharing_entry){s->virtual_time + work, s->sequence++, task});
    return true;
}

static double next(const struct sharing *s, double now)
{
    const double left = s->heap[0].finish - s->virtual_time;
    const double at = left > 0.0 ? s->since + left / speed(s) : s->since;
    return at > now ? at : now;
}

static uint32_t finish(struct sharing *s, double now)
{
    const uint32_t task = s->heap[0].task;
    /* The virtual clock shows just this task's finish: setting it so keeps rounding from adding up. */
    s->virtual_time = s->heap[0].finish;
    s->since = now;
    sharing_heap_remove(s->heap, &s->count, 0);
    return task;
}

static double left(const struct sharing *s, double now, uint32_t task)
{
    const double finish = s->heap[sharing_heap_find(s->heap, s->count, task)].finish;
    const double work = finish - s->virtual_time - (now - s->since) * speed(s);
    return work > 0.0 ? work : 0.0;
}

static double work(const struct sharing *s, double now)
{
    const double clock = s->virtual_time + (s->count == 0 ? 0.0 : (now - s->since) * speed(s));
    double sum = 0.0;
    for (uint32_t i = 0; i < s->count; i++)
        sum += s->heap[i].finish - clock;
    return sum;
}

static void leave(struct sharing *s, double now, uint32_t task)
{
    advance(s, now);
    sharing_heap_remove(s->heap, &s->count, sharing_heap_find(s->heap, s->count, task));
}

static void change(struct sharing *s, double now, double servers)
{
    advance(s, now);
    s->servers = servers;
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
    .left = left,
    .work = work,
    .leave = leave,
    .change = change,
};
