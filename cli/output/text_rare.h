/* text_rare.h: what was too rare to be seen, as text. */
#ifndef CLI_OUTPUT_TEXT_RARE_H
#define CLI_OUTPUT_TEXT_RARE_H

#include "models/rare.h"

#include <stdio.h>

/* label: of the point, or empty; unit: of time. */
void text_rare(FILE *out, const char *label, const struct rare *r, const char *unit);

#endif
