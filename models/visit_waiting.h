/* visit_waiting.h: everybody who waits at a station. Internal to the engine. */
#ifndef MODELS_VISIT_WAITING_H
#define MODELS_VISIT_WAITING_H

#include "models/station.h"

typedef void task_visitor(void *context, uint32_t task);

/* Calls visit for all tasks that wait for a server of a station with a queueing discipline, the resumed first;
 * those of the line in no order that matters. */
void visit_waiting(const struct world *w, const struct station *st, task_visitor *visit, void *context);

/* The service times of those who wait for a server, each its demand, or what is left of it; of who wants a server to hold the mean time of a visit; where several servers may be taken at
 * once, times as many as are wanted. */
double waiting_work(const struct world *w, const struct station *st);

/* The same without those who come back for a server, or to go on (the station's resumed). */
void visit_line(const struct world *w, const struct station *st, task_visitor *visit, void *context);

#endif
