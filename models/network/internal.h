/* internal.h: what the methods of models/network/ have in common. */
#ifndef MODELS_NETWORK_INTERNAL_H
#define MODELS_NETWORK_INTERNAL_H

#include "models/network/network.h"

/* Offered load of open kinds at s, in servers. */
double network_open_load(const struct network *n, uint32_t s);

/* Mean number that waits at M/M/c (of one server, also M/G/1-PS; of infinitely many, M/G/infinity) with this load in
 * servers. */
double network_open_waiting(double servers, double load);

bool network_means_make(const struct network *n, struct arena *arena, struct network_means *out,
                        struct error *err);

/* Fills what follows from numbers at stations (and the throughput of closed kinds). */
void network_means_finish(const struct network *n, struct network_means *out);

#endif
