/* plain.h: handlers of events for models in which tasks only visit plain stations (or hold their servers): one line before whole
 * servers that are always there and keep their task until it is done; nobody holds, awaits, leaves early or
 * is measured in more than the usual ways. They do what the general handlers do, event for event and bit for
 * bit, without asking for what cannot be. */
#ifndef MODELS_PLAIN_H
#define MODELS_PLAIN_H

#include "models/world.h"

/* Settled once m is compiled. */
bool plain_suits(const struct model *m);

event_handler plain_on_arrival, plain_on_service_end;

/* Which stations are plain, in m: once they are compiled, before the two that follow. */
void plain_stations(struct model *m);
/* Tasks do more than visit stations: hold servers, await, wait, repeat; but nobody is taken from where it is, or looked at there. Then steps and stations
 * that are plain have the handlers of this loop, others those of the general one. */
bool plain_suits_holding(const struct model *m);

/* world_advance of a task that has just begun. */
void plain_go_on(struct world *w, uint32_t ti);

/* sim_run of w, with these two in the loop itself; nobody else may have asked for their events. */
bool plain_run(struct world *w, uint64_t most);
/* The same where plain_suits_holding. */
bool plain_run_holding(struct world *w, uint64_t most);

#endif
