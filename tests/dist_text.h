/* dist_text.h: distributions from JSON text by the rows' own tables of parameters, without the reader of
 * scenarios: for tests of the rows alone. */
#ifndef TESTS_DIST_TEXT_H
#define TESTS_DIST_TEXT_H

#include "models/dist/dist.h"

/* The distribution, in the arena; NULL: err set. */
const struct dist *dist_text_make(struct arena *arena, const char *text, struct error *err);

/* As CU_ASSERT(right), naming what should hold and the distribution. */
void dist_text_check(bool right, const char *what, const char *text);

/* Calls f for every example of every row, and for the two-moment fit's. */
void dist_text_each_example(void (*f)(const struct dist *d, const char *text));

/* Calls f for what the examples leave out: every way of giving each distribution, ends of domains, extreme
 * numbers. */
void dist_text_each_awkward(void (*f)(const struct dist *d, const char *text));

#endif
