#include "sim/sim.h"

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
        if (!sim_next(s, &e, true))
            return false;
        handlers[e.kind](world, &e);
    }
    return !s->stop;
}
