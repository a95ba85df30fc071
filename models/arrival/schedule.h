/* schedule.h: rates of arrival that change with time, for theory. */
#ifndef MODELS_ARRIVAL_SCHEDULE_H
#define MODELS_ARRIVAL_SCHEDULE_H

#include "models/arrival/arrival.h"

/* Whether the arrivals are such. */
bool schedule_is(const struct arrival *arrival);

/* Their rate from time t on, and in *until when it changes next; INFINITY: never. */
double schedule_rate(const struct arrival *arrival, double t, double *until);

#endif
