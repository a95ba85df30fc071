/* laws.h: laws of task times that claims and their pictures have in common: all of mean 1. */
#ifndef MODELS_CLAIMS_LAWS_H
#define MODELS_CLAIMS_LAWS_H

#include "sim/error.h"

#include <stdbool.h>
#include <stddef.h>

struct claim_law {
    const char *name, *json;             /* as a scenario has it, with ' for " */
    double (*cdf)(double x, double scv); /* NULL: always 1 */
    double scv;
};
extern const struct claim_law claim_laws[]; /* the last is exponential */
extern const size_t claim_law_count;

/* E[largest of n] = integral of 1 - F(x)^n. false: err. */
bool claim_largest_mean(const struct claim_law *law, int n, double *out, struct error *err);

#endif
