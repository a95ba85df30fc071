/* counted.h: stations some of whose tasks take several servers at once ("count"). Internal to the engine: a station
 * shape.
 *
 * Tasks get their servers in the order of the line: the first one waits until as many are free as it needs, and nobody
 * overtakes it: but a task that ranks before it (of a more urgent class, say) is first when it joins. All are given
 * back together. */
#ifndef MODELS_COUNTED_H
#define MODELS_COUNTED_H

#include "models/station.h"

extern const struct station_shape station_counted;

/* Servers that the task, which waits there, needs. */
uint32_t counted_needs(const struct world *w, uint32_t ti);

/* The one that is first in the line and waits for several goes back into it, so that another can be before it:
 * because that one `resumes` before every task that has not started, or (otherwise) because it joins a line in which
 * ranks count. */
void counted_yield(struct world *w, struct station *st, bool resumes);

#endif
