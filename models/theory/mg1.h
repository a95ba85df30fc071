/* mg1.h: for rows: the laws of wait and response of M/G/1. */
#ifndef MODELS_THEORY_MG1_H
#define MODELS_THEORY_MG1_H

#include "models/theory/single.h"

/* Standard deviations of wait and response of all kinds at one server; in order of arrival percentiles too. c
 * needs rate, load, moments, visits and kinds. false: no memory. */
bool mg1_spread(const struct single *c, bool in_order, struct theory_sheet *out);

#endif
