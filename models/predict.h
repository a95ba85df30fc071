/* predict.h: what theory predicts beside what was simulated. Internal to models/. */
#ifndef MODELS_PREDICT_H
#define MODELS_PREDICT_H

#include "models/experiment.h"

/* Fills out->predictions from the exact rows of theory (models/theory/) that apply to e's model: for every
 * measure the first row that has it. The point's figures are there already. Storage in arena. false: no
 * memory. */
bool predict(const struct experiment *e, struct arena *arena, struct point *out);

#endif
