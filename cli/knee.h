/* knee.h: a sweep whose points lie where the curve bends. */
#ifndef CLI_KNEE_H
#define CLI_KNEE_H

#include "cli/scenario_args.h"

/* Where file i has a sweep with "knee": short runs find where the mean response (of the kind and variant that takes longest) rises, and *d is read anew with the
 * points there. Else, and where it cannot be found, *d stays. Depends on the scenario and its seed alone. false: what is wrong is on stderr; *d is still to
 * be freed. */
bool knee_place(const struct scenario_args *args, size_t i, unsigned jobs, struct ranks *ranks, struct desq **d);

#endif
