/* controls.h: what is known beforehand of a model's arrivals and work, as control variates (sim/stat/controls.h). Internal to models/.
 *
 * Two controls, from what replications record anyway, so that the sample path is the same with them and without:
 * - tasks that came, less rate times time, weighed by the work that a task brings: of all open kinds whose arrivals go on unchanged;
 * - work done, less the mean service times number of tasks done: of all kinds whose mean service is known whatever becomes of their tasks.
 * In heavy traffic these two are half of the variance of a mean wait. Indirect estimation by Little's law with known rates (Glynn, Whitt, "Indirect
 * estimation via L = lambda W", Operations Research 37, 1989) is a control by the arrivals alone, with a coefficient that need not be the best. */
#ifndef MODELS_CONTROLS_H
#define MODELS_CONTROLS_H

#include "models/experiment.h"
#include "sim/stat/controls.h"

/* E[service] of a task of kind k, all visits together; NAN: not known for certain, or what becomes of a task depends on it. */
double controls_mean_service(const struct model *m, uint32_t k);

/* The controls of e by what is merged so far; count 0: none apply (the scenario says so, there is no steady state, or nothing is known). */
void controls_of(const struct experiment *e, struct controls *out);

/* The mean of a figure: by controls where its row says that they may help. */
struct controlled controls_mean(const struct experiment *e, const struct probe_type *probe, size_t sample, const struct controls *controls);

#endif
