#include "sim/stat/time_average.h"
#include "tests/suites.h"

/* 0 on [1, 2), 3 on [2, 4), 1 on [4, 8): 10 over 7. */
static void area(void)
{
    struct time_average t;
    time_average_init(&t, 1.0);
    CU_ASSERT_EQUAL(time_average_area(&t, 1.0), 0.0);
    time_average_set(&t, 3.0, 2.0);
    time_average_set(&t, 1.0, 4.0);
    CU_ASSERT_EQUAL(time_average_area(&t, 8.0), 10.0);
    CU_ASSERT_EQUAL(time_average_area(&t, 8.0), 10.0); /* reading changes nothing */
    CU_ASSERT_EQUAL(t.value, 1.0);
}

static void split(void)
{
    struct time_average whole, parts;
    time_average_init(&whole, 0.0);
    time_average_init(&parts, 0.0);
    time_average_set(&whole, 5.0, 1.0);
    time_average_set(&whole, 2.0, 4.0);
    time_average_set(&parts, 5.0, 1.0);
    for (int i = 1; i <= 12; i++)
        time_average_set(&parts, 5.0, 1.0 + 0.25 * i);
    time_average_set(&parts, 2.0, 4.0);
    time_average_set(&parts, 2.0, 6.5);
    CU_ASSERT_EQUAL(time_average_area(&whole, 9.0), time_average_area(&parts, 9.0));
    CU_ASSERT_EQUAL(time_average_area(&whole, 9.0), 25.0);
}

static void zero_length(void)
{
    struct time_average t;
    time_average_init(&t, 0.0);
    time_average_set(&t, 2.0, 1.0);
    time_average_set(&t, 1e6, 3.0); /* a state that lasts no time */
    time_average_set(&t, 2.0, 3.0);
    CU_ASSERT_EQUAL(time_average_area(&t, 4.0), 6.0);
}

static void cut(void)
{
    struct time_average t;
    time_average_init(&t, 0.0);
    time_average_set(&t, 4.0, 1.0);
    time_average_cut(&t, 3.0);
    CU_ASSERT_EQUAL(time_average_area(&t, 3.0), 0.0);
    CU_ASSERT_EQUAL(time_average_area(&t, 5.0), 8.0); /* from the state at the cut, not from 0 */
    time_average_set(&t, 3.0, 5.0);
    CU_ASSERT_EQUAL(time_average_area(&t, 6.0), 11.0);
}

const struct test time_average_tests[] = {
    {"the area is value times how long it held", area},
    {"an interval split in two changes nothing", split},
    {"a state of zero length counts for nothing", zero_length},
    {"after a cut the integral starts from the present value", cut},
    {NULL, NULL},
};
