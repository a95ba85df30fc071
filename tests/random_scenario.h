/* random_scenario.h: for tests: scenarios made at random, from all that the scenario format has. */
#ifndef TESTS_RANDOM_SCENARIO_H
#define TESTS_RANDOM_SCENARIO_H

#include <stdint.h>

/* The scenario of this number as JSON text, the same on every machine; free it. It need not be one that desq
 * accepts: features that cannot meet do meet. NULL: no memory. */
char *random_scenario(uint64_t number);

#endif
