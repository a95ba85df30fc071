/* sample_result.h: a result made by hand, for tests of what is written from results. */
#ifndef TESTS_SAMPLE_RESULT_H
#define TESTS_SAMPLE_RESULT_H

#include "models/desq.h"

/* Two variants at `places` values of a swept rate, two kinds of task with awkward names, two stations, a
 * requirement, differences, a comparison of await, warnings; some numbers missing (NAN), some INFINITY. In
 * the arena; NULL: no memory. */
struct result *sample_result(struct arena *a, size_t places);

/* The same with everything that can be NAN set so. */
struct result *sample_result_unknown(struct arena *a);

#endif
