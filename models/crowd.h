/* crowd.h: how many tasks are in service, at stations where that is not the number of busy servers. Internal to the
 * engine. */
#ifndef MODELS_CROWD_H
#define MODELS_CROWD_H

#include "models/station.h"

/* The integral up to now: before the number changes, and at the end. */
static inline void crowd_clock(const struct world *w, struct station *st)
{
    st->served_area += st->served_tasks * (w->sim.now - st->served_since);
    st->served_since = w->sim.now;
}

#endif
