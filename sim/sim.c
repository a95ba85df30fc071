#include "sim/sim.h"

#include <assert.h>

void sim_init(struct sim *s)
{
    *s = (struct sim){.now = 0.0};
    calendar_init(&s->calendar);
}

void sim_free(struct sim *s)
{
    calendar_free(&s->calendar);
}

void sim_reset(struct sim *s)
{
    calendar_reset(&s->calendar);
    s->now = 0.0;
    s->events = 0;
    s->stop = false;
}

bool sim_run(struct sim *s, event_handler *const handlers[], void *world, uint64_t most)
{
    struct event e;
    while (!s->stop && most-- > 0) {
        if (!calendar_pop(&s->calendar, &e))
            return false;
        assert(e.time >= s->now); /* time never runs backwards */
        if (s->calendar.count > CALENDAR_PREFETCH && s->subjects != NULL) {
            const struct calendar_node *next;
            const size_t count = calendar_peek(&s->calendar, &next, 4);
            for (size_t i = 0; i < count; i++)
                __builtin_prefetch(s->subjects + (next[i].key & (CALENDAR_SUBJECTS - 1)) * s->subject_size, 1);
        }
        s->now = e.time;
        s->events++;
        handlers[e.kind](world, &e);
    }
    return !s->stop;
}
