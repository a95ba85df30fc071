/* conduct.h: running all points of a scenario file. Internal to models/. */
#ifndef MODELS_CONDUCT_H
#define MODELS_CONDUCT_H

#include "models/desq.h"
#include "models/model.h"

/* The most loaded station whose line can grow without end; SIZE_MAX: none is overloaded. */
size_t conduct_overloaded(const struct model *m);

/* A sentence about it, after label; in arena, NULL: no memory. */
const char *conduct_overload_warning(struct arena *arena, const struct model *m, const char *label);

/* All `count` variants at one combination of sweep values, from point `first` on, run equally long, so that
 * they see the same arrivals. */
void conduct_align(const struct scenario_file *file, struct model *const *models, size_t first, size_t count);

/* desq_run, for the compiled models of all points; the result lives in arena. */
bool conduct_run(struct arena *arena, const struct scenario_file *file, struct model *const *models,
                 const struct desq_run *how, const struct result **out, struct error *err);

#endif
