/* antithetic.h: replications in pairs, the second of which draws the mirror image of what the first draws. Internal to models/.
 *
 * Replications 2 j and 2 j + 1 use the streams of replication 2 j. Times that come of one uniform number by inversion come of u in the first and
 * of 1 - u in the second: where intervals are long in one they are short in the other, and what depends on them monotonically is negatively
 * correlated, so that the pair's mean varies less than that of two independent replications (Hammersley, Morton, Proc. Cambridge Phil. Soc. 52, 1956; Law,
 * Simulation Modeling and Analysis, 5th ed. 2015, section 11.3). Each pair is one observation: intervals come from the pairs. Intervals between arrivals,
 * service times, delays and thinking times are mirrored, of laws that can be inverted (dist_type.exceeded); of others the second draws independently.
 * Choices, patience and what stations draw are the same in both. */
#ifndef MODELS_ANTITHETIC_H
#define MODELS_ANTITHETIC_H

#include "models/model.h"

/* What stands in the way of pairs: kinds whose arrivals are not renewals. NULL: nothing. */
const char *antithetic_refused(const struct model *m);

/* The model as the first and as the second of a pair run it; storage in arena, over which m must live. false: no memory. */
bool antithetic_models(struct arena *arena, const struct model *m, struct model out[static 2]);

#endif
