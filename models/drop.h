/* drop.h: lines that drop tasks when a server turns to them ("discipline": "codel"). Internal to the engine.
 *
 * The discipline puts those whom it drops aside (line.dropped) when it is asked for the next task; here they leave the
 * station. They move on (to their end, or to the steps of `on_full`) when the event in hand is settled, in that order: what
 * they hold goes back then, not in the middle of another station's business. */
#ifndef MODELS_DROP_H
#define MODELS_DROP_H

#include "models/station.h"

/* A server has turned to a task that has waited so long, at st whose discipline drops. */
void drop_settle(struct world *w, struct station *st, double waited);

/* "on_full": "drop_oldest": the task that has waited longest in st's line, of those who want their first server there, leaves it
 * and is lost. false: there is none. */
bool drop_oldest(struct world *w, struct station *st);

#endif
