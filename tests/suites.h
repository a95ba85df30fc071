/* suites.h: what a test file offers to the runner. */
#ifndef TESTS_SUITES_H
#define TESTS_SUITES_H

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

struct test {
    const char *name; /* a sentence that the test shows to hold */
    void (*run)(void);
};

#define SUITE(module) extern const struct test module##_tests[];
#include "tests/suites_list.h"
#undef SUITE

#endif
