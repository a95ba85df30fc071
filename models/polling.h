/* polling.h: stations whose servers go round several lines ("discipline": "polling"; its row says how). Internal to the
 * engine: a station shape (models/station.h).
 *
 * A server is busy while it serves or is held; else it walks, or rests. While a task waits some server does not rest.
 * A line is that of the task's kind, or of its priority when it joined; kinds that never come here have none, nor
 * priorities that none of those who come can have. Who waits may leave (patience, time-outs): a gate is a number in the
 * order of joining, so it lets through who is left. `capacity` counts all lines and those in service. Who comes back for
 * a server that it gave away joins its line like anyone. Nobody who waits is stuck unless all servers are held by who is. */
#ifndef MODELS_POLLING_H
#define MODELS_POLLING_H

#include "models/station.h"

struct polling_server {
    uint64_t gate;   /* gated: who joined with this number or a later one is left for the next visit */
    uint32_t at;     /* the line where it is, or to which it walks */
    uint32_t served; /* in this visit */
    uint32_t alarm;  /* it comes to its line */
    uint32_t task;   /* whom it serves; NO_TASK: nobody, or it is held */
    bool rests;
};

/* What such a station has beyond struct station. */
struct polling {
    struct polling_server *servers;
    uint32_t count, resting;
};

extern const struct station_shape station_polling;

struct polling *polling_new(const struct station_model *m); /* NULL: no memory */

/* The station's environment sets another speed: services under way go on at that; servers walk as ever. */
void polling_speed(struct world *w, struct station *st, double speed);

/* Start of a replication. */
void polling_begin(struct world *w, struct station *st);

#endif
