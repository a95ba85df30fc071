/* compile_load.h: what all kinds together ask of each station, in the mean. */
#ifndef MODELS_COMPILE_LOAD_H
#define MODELS_COMPILE_LOAD_H

#include "models/model.h"

/* Fills in the model's offered load (model.load and what follows it there), from its stations, programs and the
 * scenario's steps. Arrays in arena. false: err. */
bool compile_load(struct arena *arena, struct model *m, const struct scenario *s,
                  const struct steps *const *steps_of_kind, struct error *err);

#endif
