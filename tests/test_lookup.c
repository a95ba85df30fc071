#include "sim/lookup.h"
#include "tests/suites.h"

#include <string.h>

struct row {
    const char *name;
    int value;
};

static const struct row fcfs = {"fcfs", 1}, lcfs = {"lcfs", 2}, random_row = {"random", 3},
                        priority = {"priority", 4};
static const void *const rows[] = {&fcfs, &lcfs, &random_row, &priority};
static const struct lookup_table table = {rows, 4};

static void exact(void)
{
    CU_ASSERT_PTR_EQUAL(lookup_row(table, "fcfs"), &fcfs);
    CU_ASSERT_PTR_EQUAL(lookup_row(table, "priority"), &priority);
    CU_ASSERT_PTR_NULL(lookup_row(table, "FCFS"));
    CU_ASSERT_PTR_NULL(lookup_row(table, "fcf"));
    CU_ASSERT_PTR_NULL(lookup_row(table, ""));
    CU_ASSERT_PTR_NULL(lookup_row((struct lookup_table){NULL, 0}, "fcfs"));
}

static void slips(void)
{
    CU_ASSERT_STRING_EQUAL(lookup_nearest_row(table, "prioirty"), "priority"); /* swapped */
    CU_ASSERT_STRING_EQUAL(lookup_nearest_row(table, "rndom"), "random");      /* left out */
    CU_ASSERT_STRING_EQUAL(lookup_nearest_row(table, "randdom"), "random");    /* put in */
    CU_ASSERT_STRING_EQUAL(lookup_nearest_row(table, "RANDON"), "random");     /* replaced, case */
    CU_ASSERT_STRING_EQUAL(lookup_nearest_row(table, "FCFS"), "fcfs");
    CU_ASSERT_PTR_NULL(lookup_nearest_row(table, "exponential"));
    CU_ASSERT_PTR_NULL(lookup_nearest_row(table, ""));
    CU_ASSERT_PTR_NULL(lookup_nearest_row((struct lookup_table){NULL, 0}, "fcfs"));
}

/* Distance at most 1 + length / 3, and less than the length. */
static void limits(void)
{
    const char *const c[] = {"abcdef"};
    CU_ASSERT_STRING_EQUAL(lookup_nearest("abcxyz", c, 1), "abcdef"); /* 3 = 1 + 6 / 3 */
    CU_ASSERT_PTR_NULL(lookup_nearest("abwxyz", c, 1));               /* 4 */
    const char *const one[] = {"b", "ab"};
    CU_ASSERT_PTR_NULL(lookup_nearest("a", one, 2)); /* distance 1 is the whole name */
    CU_ASSERT_STRING_EQUAL(lookup_nearest("ac", one, 2), "ab");
}

static void ties_and_gaps(void)
{
    const char *const c[] = {NULL, "cat", "bat", NULL, "rat"};
    CU_ASSERT_STRING_EQUAL(lookup_nearest("hat", c, 5), "cat");
    CU_ASSERT_STRING_EQUAL(lookup_nearest("rat", c, 5), "rat");
    CU_ASSERT_PTR_NULL(lookup_nearest("hat", c, 0));
    const struct row first = {"cat", 0}, second = {"bat", 0};
    const void *const both[] = {&first, &second};
    CU_ASSERT_STRING_EQUAL(lookup_nearest_row((struct lookup_table){both, 2}, "hat"), "cat");
}

static void beginnings(void)
{
    const char *const c[] = {"exponential", NULL, "erlang", "hyperexponential", "hypoexponential", "exp"};
    CU_ASSERT_STRING_EQUAL(lookup_nearest("expo", c, 6), "exponential");
    CU_ASSERT_STRING_EQUAL(lookup_nearest("EXPO", c, 6), "exponential");
    CU_ASSERT_STRING_EQUAL(lookup_nearest("er", c, 6), "erlang");
    CU_ASSERT_PTR_NULL(lookup_nearest("e", c, 6));   /* one letter says nothing */
    CU_ASSERT_PTR_NULL(lookup_nearest("hyp", c, 5)); /* two begin so */
    CU_ASSERT_STRING_EQUAL(lookup_nearest("hype", c, 6), "hyperexponential");
    CU_ASSERT_STRING_EQUAL(lookup_nearest("exp", c, 6), "exp"); /* itself, though another begins so */
    CU_ASSERT_STRING_EQUAL(lookup_nearest("exq", c, 6), "exp"); /* a slip still finds the nearest */
    CU_ASSERT_STRING_EQUAL(lookup_nearest_row(table, "pri"), "priority");
    CU_ASSERT_STRING_EQUAL(lookup_nearest_row(table, "ran"), "random");
    const struct row first = {"stations", 0}, second = {"station", 0};
    const void *const both[] = {&first, &second};
    const struct lookup_table alike = {both, 2};
    CU_ASSERT_STRING_EQUAL(lookup_nearest_row(alike, "station"), "station");
}

static void long_names(void)
{
    char name[200];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const char *const c[] = {name, "aaaa"};
    CU_ASSERT_PTR_NULL(lookup_nearest(name, c, 2));
    name[63] = '\0'; /* the longest that is compared */
    char other[64];
    memcpy(other, name, sizeof other);
    other[10] = 'b';
    CU_ASSERT_PTR_EQUAL(lookup_nearest(other, c, 2), name);
    CU_ASSERT_STRING_EQUAL(lookup_nearest("aaab", c, 2), "aaaa");
}

const struct test lookup_tests[] = {
    {"a row is found by its exact name", exact},
    {"a slip of the pen finds the name that was meant", slips},
    {"what is too far from every name finds none", limits},
    {"of several nearest the first is taken, and gaps are passed over", ties_and_gaps},
    {"the beginning of one name alone finds it", beginnings},
    {"very long names neither match nor overflow", long_names},
    {NULL, NULL},
};
