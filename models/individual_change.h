/* individual_change.h: what makes individual servers come and go; the part of models/individual.h that is driven by
 * alarms. Internal to the two. */
#ifndef MODELS_INDIVIDUAL_CHANGE_H
#define MODELS_INDIVIDUAL_CHANGE_H

#include "models/individual.h"

/* Idle servers turn to waiting tasks until there are no more of the ones or of the others. */
void individual_fill(struct world *w, struct station *st);

/* A server changes its state; the clocks have been brought up. */
void individual_set(struct individuals *all, struct server *server, enum server_state state);

/* A server has nothing in hand any more: it goes, is broken, turns to the next task, or is idle or away. */
void individual_free(struct world *w, struct station *st, struct server *server);

/* A server that serves breaks. */
void individual_interrupt(struct world *w, struct station *st, struct server *server);

/* An idle server goes on vacation. */
void individual_go_away(struct world *w, struct station *st, struct server *server);

/* individual_setup.c, where servers are set up: as many are begun as tasks wait that none is under way for, if there are so many. */
void individual_warm(struct world *w, struct station *st);

/* A server that is warming is so no more: its setup is over, or broken off. It is in this state then. */
void individual_not_warm(struct world *w, struct station *st, struct server *server, enum server_state state);

/* Its setup is over. */
void individual_set_up(struct world *w, struct station *st, struct server *server);

/* An idle server is kept warm for a time. */
void individual_keep(struct world *w, struct station *st, struct server *server);

/* A task has joined the line: those who are away until enough wait may come back. */
void individual_wake(struct world *w, struct station *st);

/* The visit to this server is over (broken_off: its task was withdrawn), and the station's limit adapts itself. The server
 * still counts as busy; it is the first to go where there are too many. */
void individual_adapt(struct world *w, struct station *st, struct server *server, bool broken_off);

#endif
