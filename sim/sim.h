/* sim.h: the clock, the calendar and the one loop over events. Knows time, and nothing of queues.
 *
 * The order of events is part of the contract (calendar.h): by time; at equal times completions before
 * arrivals before expiries before marks; else as they were scheduled. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "sim/calendar.h"

#include <assert.h>

struct sim {
    double now;
    struct calendar calendar;
    uint64_t events; /* that happened (stale timers left out by their handlers) */
    bool stop;       /* set by a handler: the loop ends after it */
    /* Records of subject_size bytes that most events speak of by subject: where the calendar is large, those
     * of the next few events are fetched into the cache ahead. NULL: none. */
    const unsigned char *subjects;
    size_t subject_size;
};

/* Handles one event; time has advanced to e->time. */
typedef void event_handler(void *world, const struct event *e);

void sim_init(struct sim *s);
void sim_free(struct sim *s);
/* Time 0, nothing pending; keeps memory. */
void sim_reset(struct sim *s);

/* Takes the next event: time advances to it. false: nothing is pending. standing: false where no timer stands beside
 * the heap. */
static inline bool sim_next(struct sim *s, struct event *e, const bool standing)
{
    if (!calendar_take(&s->calendar, e, standing))
        return false;
    assert(e->time >= s->now); /* time never runs backwards */
    if (__builtin_expect(s->calendar.count > CALENDAR_PREFETCH, 0) && s->subjects != NULL) {
        const struct calendar_node *next;
        const size_t count = calendar_peek(&s->calendar, &next, 4);
        for (size_t i = 0; i < count; i++)
            __builtin_prefetch(s->subjects + (next[i].key & (CALENDAR_SUBJECTS - 1)) * s->subject_size, 1);
    }
    s->now = e->time;
    s->events++;
    return true;
}

/* Runs until a handler sets stop, nothing is pending, or `most` events were taken. handlers is indexed by the
 * event's kind. Returns true if there may be more to do (most was reached). */
bool sim_run(struct sim *s, event_handler *const handlers[], void *world, uint64_t most);

#endif
