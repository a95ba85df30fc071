/* controls.h: what is known beforehand of a model's arrivals and work, as control variates (sim/stat/controls.h). Internal to models/.
 *
 * Two controls, from what replications record anyway, so that the sample path is the same with them and without:
 * - tasks that came, less rate times time, weighed by the work that a task brings: of all open kinds whose arrivals go on unchanged;
 * - services of the tasks that came, less the mean service times their number: of all kinds whose mean service is known whatever becomes of their
 *   tasks. It is made of what is done and of what is in the system at the cut and at the end (models/work.h), so that it is 0 in the mean
 *   however short the warm-up was.
 * In heavy traffic these two are half of the variance of a mean wait. Indirect estimation by Little's law with known rates (Glynn, Whitt, "Indirect
 * estimation via L = lambda W", Operations Research 37, 1989) is a control by the arrivals alone, with a coefficient that need not be the best. */
#ifndef MODELS_CONTROLS_H
#define MODELS_CONTROLS_H

#include "models/experiment.h"
#include "sim/stat/controls.h"

/* The controls of e by what is merged so far; count 0: none apply (the scenario says so, there is no steady state, or nothing is known). */
void controls_of(const struct experiment *e, struct controls *out);

/* The mean of a figure: by controls where its row says that they may help. */
struct controlled controls_mean(const struct experiment *e, const struct probe_type *probe, size_t sample, const struct controls *controls);

#endif
