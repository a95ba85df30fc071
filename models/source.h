/* source.h: arrivals that are more than a renewal process of single tasks: batches, other point processes,
 * beginnings and ends. Internal to the engine, as station.h. */
#ifndef MODELS_SOURCE_H
#define MODELS_SOURCE_H

#include "models/world.h"

/* The source of kind k (open or at once) begins: its first epoch goes into the calendar, if it has one. */
void source_begin(struct world *w, uint32_t k);

/* An epoch of a source that is not plain has come: the next one goes into the calendar. Returns how many
 * tasks come now, which are counted as alive already. */
uint64_t source_epoch(struct world *w, uint32_t k);

#endif
