/* server.h: what makes servers come and go. One file per behaviour, its row at the end; list.h names them
 * all. A station without any behaviour has no row and pays nothing. */
#ifndef MODELS_SERVER_H
#define MODELS_SERVER_H

#include "models/param.h"
#include "sim/calendar.h"
#include "sim/lookup.h"

struct world;
struct station;

struct server_type {
    const char *name; /* the station's key that asks for it */
    const char *summary;
    const char *rule;

    /* Start of a replication: which servers are there. */
    void (*begin)(struct world *w, struct station *st);
    /* An idle server is wanted for a task that just came: true if there was one, now busy. */
    bool (*take)(struct world *w, struct station *st);
    /* A server has nothing left to do: busy has been counted down. */
    void (*freed)(struct world *w, struct station *st);
    /* A task joined the line. */
    void (*waiting)(struct world *w, struct station *st);
    /* Its own event (EV_SERVER) happened; slot is the event's second number, see world.h. */
    void (*event)(struct world *w, struct station *st, uint32_t slot);
};

extern const struct lookup_table server_table;

#endif
