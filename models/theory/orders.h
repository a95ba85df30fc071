/* orders.h: for rows: laws of wait and response at one station where tasks are not served in order of
 * arrival. */
#ifndef MODELS_THEORY_ORDERS_H
#define MODELS_THEORY_ORDERS_H

#include "models/theory/single.h"

/* Percentiles of M/M/c or M/G/1, last come first served without preemption: who waits does so until what is
 * in service is done, and all who come meanwhile. delayed: P(wait > 0). Nothing where services have atoms. */
void orders_lcfs(const struct single *c, double delayed, struct theory_sheet *out);

/* Percentiles of M/M/c, random order of service, or (shared) processor sharing, by uniformisation of the
 * chain of who is there beside a task while it is (Jensen 1953; shared: Coffman, Muntz, Trotter, J. ACM 17,
 * 1970; random: Vaulot 1946). Nothing, but a note, where that would take long. false: no memory. */
bool orders_random(const struct single *c, double delayed, struct theory_sheet *out);
bool orders_shared(const struct single *c, struct theory_sheet *out);

#endif
