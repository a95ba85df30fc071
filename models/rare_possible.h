/* rare_possible.h: of which models cycles can be split (models/rare.c). */
#ifndef MODELS_RARE_POSSIBLE_H
#define MODELS_RARE_POSSIBLE_H

#include "models/model.h"

/* false: err says why cycles from empty to empty do not begin alike. */
bool rare_refused(const struct model *m, struct error *err);

/* Where a task goes does not depend on its draws. Then the event by which a level is reached reaches it whatever is drawn from there on, so
 * that paths can be split before it: its draws, the time to the next arrival above all, are not the same for all of them. */
bool rare_moves_surely(const struct model *m);

#endif
