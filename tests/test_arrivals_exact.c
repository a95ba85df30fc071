#include "tests/suites.h"
const struct test arrivals_exact_tests[] = {{NULL, NULL}};
