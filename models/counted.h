/* counted.h: stations some of whose tasks take several servers at once ("count"). Internal to the engine: a station
 * shape.
 *
 * Tasks get their servers in the order of the line: the first one waits until as many are free as it needs, and nobody
 * overtakes it. All are given back together. */
#ifndef MODELS_COUNTED_H
#define MODELS_COUNTED_H

#include "models/station.h"

extern const struct station_shape station_counted;

/* Servers that the task, which waits there, needs. */
uint32_t counted_needs(const struct world *w, uint32_t ti);

#endif
