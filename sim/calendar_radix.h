/* calendar_radix.h: pending events in a radix heap (Ahuja, Mehlhorn, Orlin, Tarjan, "Faster algorithms for
 * the shortest path problem", JACM 1990), for calendar.c alone.
 *
 * No event is ever earlier than the last one popped. So an event lies in the bucket that is numbered by the
 * highest bit in which its time differs from `last`, the time of the earliest events known: bucket 0 holds
 * those at just that time, as a heap by rank and sequence, so that the order is exactly the calendar's. When
 * bucket 0 is empty, the lowest other bucket is dealt out anew around its own least time; every event only
 * moves down. All is read and written in sequence, which is what counts where nothing fits the caches. */
#ifndef SIM_CALENDAR_RADIX_H
#define SIM_CALENDAR_RADIX_H

#include "sim/calendar.h"

/* NULL: no memory. */
struct calendar_radix *calendar_radix_new(void);
void calendar_radix_free(struct calendar_radix *x);
/* Empty; keeps its memory. */
void calendar_radix_clear(struct calendar_radix *x);
/* Empty, and from now on nothing is earlier than this time (bits of a double >= 0). */
void calendar_radix_begin(struct calendar_radix *x, uint64_t last);

/* One more event. false: no memory. */
bool calendar_radix_add(struct calendar_radix *x, struct calendar_node node);
/* Bucket 0 has the earliest events, if there are any. false: no memory. */
bool calendar_radix_settle(struct calendar_radix *x);
/* Settled: the first event stays, or goes. false: there is none. */
bool calendar_radix_least(const struct calendar_radix *x, struct calendar_node *first);
void calendar_radix_drop(struct calendar_radix *x);
/* The first event, without settling, so that earlier ones may still be put in: all of it (which looks through a bucket), or its time
 * alone. false: there is none. */
bool calendar_radix_next(const struct calendar_radix *x, struct calendar_node *first);
bool calendar_radix_soonest(const struct calendar_radix *x, uint64_t *time);
/* Takes any event out; there is one, and nothing else is done from now on but to take all. */
struct calendar_node calendar_radix_any(struct calendar_radix *x);
/* Some of the events that come soon. */
size_t calendar_radix_peek(const struct calendar_radix *x, const struct calendar_node **nodes, size_t most);

#endif
