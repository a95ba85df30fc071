/* paced.h: stations with one line whose servers help or hinder each other ("speed"): with k in service each of them is
 * served at the k-th part of the station's speed for k. Internal to the engine: a station shape. */
#ifndef MODELS_PACED_H
#define MODELS_PACED_H

#include "models/station.h"

extern const struct station_shape station_paced;

/* EV_SHARED_END of such a station, its timer being due. */
void paced_on_end(struct world *w, struct station *st);

#endif
