/* work.h: how much service the tasks of a kind ask for: in the mean, and those that are in the system at one moment. Internal to models/.
 *
 * Services of tasks that come are independent draws: whatever becomes of them, the sum over all that came of (service - mean) is 0 in the mean,
 * from any moment to any other. Replications record those that are done. In a steady state that is as good, since as much is begun as is done;
 * but where those that ask for much stay longer (shared servers, shortest first), a system that is still filling holds more and more of
 * them, and what is done is less than the mean. So what is in the system at the cut and at the end is added up too. */
#ifndef MODELS_WORK_H
#define MODELS_WORK_H

#include "models/world.h"

/* Sets kind_model.mean_service of all kinds. Those whose tasks may be turned away after they have been served, give up, fork, or are served for
 * other times than they drew, are not known. false: no memory. */
bool work_means(struct arena *arena, struct model *m);

/* Adds sign times the sum of (all its services - mean) over the tasks that are present to kind_state.work_change, of kinds whose mean is known: -1 at
 * the cut, +1 at the end. */
void work_note(struct world *w, double sign);

#endif
