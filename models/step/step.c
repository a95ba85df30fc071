#include "models/step/step.h"

#define STEP(name) extern const struct step_type step_##name;
#include "models/step/list.h"
#undef STEP

static const void *const rows[] = {
#define STEP(name) &step_##name,
#include "models/step/list.h"
#undef STEP
};

const struct lookup_table step_table = {rows, sizeof rows / sizeof rows[0]};
