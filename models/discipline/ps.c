#include "models/discipline/ps.h"

static bool join(struct sharing *s, double now, uint32_t task, double work)
{
    return ps_join(s, now, task, work, true);
}

static double next(const struct sharing *s, double now)
{
    return ps_next(s, now, true);
}

static uint32_t finish(struct sharing *s, double now)
{
    return ps_finish(s, now);
}

static double left(const struct sharing *s, double now, uint32_t task)
{
    const double finish = s->heap[sharing_heap_find(s->heap, s->count, task)].finish;
    const double work = finish - s->virtual_time - (now - s->since) * ps_speed(s, true);
    return work > 0.0 ? work : 0.0;
}

static double work(const struct sharing *s, double now)
{
    const double clock = s->virtual_time + (s->count == 0 ? 0.0 : (now - s->since) * ps_speed(s, true));
    double sum = 0.0;
    for (uint32_t i = 0; i < s->count; i++)
        sum += s->heap[i].finish - clock;
    return sum;
}

static void leave(struct sharing *s, double now, uint32_t task)
{
    ps_advance(s, now, true);
    sharing_heap_remove(s->heap, &s->count, sharing_heap_find(s->heap, s->count, task));
}

static void change(struct sharing *s, double now, double servers)
{
    ps_advance(s, now, true);
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
