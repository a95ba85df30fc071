/* shared.h: a draw that several steps of a task share: the same value at each use. */
#ifndef MODELS_DIST_SHARED_H
#define MODELS_DIST_SHARED_H

#include "models/dist/dist.h"

/* What the data of a dist of shape DIST_SHARED is. */
struct shared_draw {
    const struct dist *of; /* its law, the factor included: all uses make the same random choices */
    uint64_t index;        /* of the draw, among those of the scenario */
};

#endif
