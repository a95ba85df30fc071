#include "sim/stat/batches.h"
#include "sim/stat/tally.h"
#include "tests/suites.h"

static void small_counts(void)
{
    struct tally t;
    tally_init(&t);
    CU_ASSERT_EQUAL(t.count, 0);
    CU_ASSERT(t.min > t.max);
    struct sample s = sample_of_tally(&t);
    CU_ASSERT_EQUAL(s.numerator, 0.0);
    CU_ASSERT_EQUAL(s.denominator, 0.0);
    CU_ASSERT_EQUAL(s.squares, 0.0);
    CU_ASSERT(s.min > s.max);
    tally_add(&t, 2.385);
    s = sample_of_tally(&t);
    CU_ASSERT_EQUAL(s.numerator, 2.385);
    CU_ASSERT_EQUAL(s.denominator, 1.0);
    CU_ASSERT_EQUAL(s.squares, 0.0);
    CU_ASSERT_EQUAL(s.min, 2.385);
    CU_ASSERT_EQUAL(s.max, 2.385);
    tally_add(&t, -1.615);
    s = sample_of_tally(&t);
    CU_ASSERT_DOUBLE_EQUAL(s.numerator, 0.77, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(s.squares, 8.0, 1e-14); /* two values 4 apart */
    CU_ASSERT_EQUAL(s.min, -1.615);
    CU_ASSERT_EQUAL(s.max, 2.385);
}

/* 1, 2, ..., n far from 0: sum of squared deviations is n (n^2 - 1) / 12. */
static void spread_beside_mean(void)
{
    struct tally t;
    tally_init(&t);
    for (int i = 1; i <= 1000; i++)
        tally_add(&t, 1e12 + i);
    const struct sample s = sample_of_tally(&t);
    CU_ASSERT_DOUBLE_EQUAL(s.squares, 1000.0 * (1e6 - 1.0) / 12.0, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(s.numerator / s.denominator, 1e12 + 500.5, 1e-3);
}

static void no_variation(void)
{
    struct tally t;
    tally_init(&t);
    for (int i = 0; i < 1000; i++)
        tally_add(&t, 0.1);
    const struct sample s = sample_of_tally(&t);
    CU_ASSERT_EQUAL(s.squares, 0.0);
    CU_ASSERT_EQUAL(s.numerator, 0.1 * 1000.0);
}

const struct test tally_tests[] = {
    {"0, 1 and 2 observations give what they should", small_counts},
    {"a spread that is tiny beside the mean is not lost", spread_beside_mean},
    {"equal observations have no spread at all", no_variation},
    {NULL, NULL},
};
