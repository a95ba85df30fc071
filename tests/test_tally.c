#include "sim/stat/batches.h"
#include "sim/stat/tally.h"
#include "sim/stream.h"
#include "tests/suites.h"

static void small_counts(void)
{
    struct tally t;
    tally_init(&t);
    CU_ASSERT_EQUAL(tally_count(&t), 0);
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

/* However many are noted and not yet counted, and whether one by one or a column at a time: the same number, least, greatest and
 * histogram, and the same sums to rounding, as by counting each on its own. */
static void noted_and_counted(void)
{
    struct stream s = {7};
    for (size_t n = 1; n < 200; n++) {
        double x[200];
        for (size_t i = 0; i < n; i++)
            x[i] = stream_below(&s, 4) == 0 ? 0.0 : 3.0 + stream_exponential(&s);
        struct tally single, column, merged, rest;
        struct histogram h[3];
        for (int i = 0; i < 3; i++)
            CU_ASSERT_FATAL(histogram_init(&h[i]));
        tally_init(&single);
        tally_init(&column);
        tally_init(&merged);
        tally_init(&rest);
        single.histogram = &h[0];
        column.histogram = &h[1];
        double sum = 0.0, least = INFINITY, most = -INFINITY;
        for (size_t i = 0; i < n; i++) {
            tally_add(&single, x[i]);
            tally_add(i < n / 3 ? &merged : &rest, x[i]);
            histogram_add(&h[2], x[i]);
            sum += x[i];
            least = fmin(least, x[i]);
            most = fmax(most, x[i]);
        }
        for (size_t i = 0; i < n / 2; i++)
            tally_add(&column, x[i]);
        tally_add_column(&column, x + n / 2, n - n / 2);
        tally_merge(&merged, &rest);
        double squares = 0.0;
        for (size_t i = 0; i < n; i++)
            squares += (x[i] - sum / (double)n) * (x[i] - sum / (double)n);
        const struct sample of[] = {sample_of_tally(&single), sample_of_tally(&column), sample_of_tally(&merged)};
        for (int i = 0; i < 3; i++) {
            CU_ASSERT_EQUAL(of[i].denominator, (double)n);
            CU_ASSERT_DOUBLE_EQUAL(of[i].numerator, sum, 1e-11);
            CU_ASSERT_DOUBLE_EQUAL(of[i].squares, squares, 1e-10);
            CU_ASSERT_EQUAL(of[i].min, least);
            CU_ASSERT_EQUAL(of[i].max, most);
        }
        CU_ASSERT_EQUAL(tally_count(&single), n);
        CU_ASSERT_DOUBLE_EQUAL(tally_total(&single), sum, 1e-11);
        tally_settle(&single);
        for (int i = 0; i < 2; i++) {
            CU_ASSERT_EQUAL(h[i].count, n);
            CU_ASSERT_EQUAL(h[i].zeros, h[2].zeros);
            CU_ASSERT_EQUAL(histogram_quantile(&h[i], 0.9), histogram_quantile(&h[2], 0.9));
        }
        for (int i = 0; i < 3; i++)
            histogram_free(&h[i]);
    }
}

/* Every processor adds in the same order, to the bit: value i to lane i mod 4, the rest to lane 0, and the lanes in pairs. */
static void order_of_sums(void)
{
    struct stream s = {11};
    for (size_t n = 1; n <= 70; n++) {
        double x[70], sum[4] = {0.0}, squares[4] = {0.0};
        for (size_t i = 0; i < n; i++)
            x[i] = stream_exponential(&s) * (i % 3 == 0 ? 1e-6 : 1e3);
        for (size_t i = 0; i < n; i++) {
            const size_t lane = i < n - n % 4 ? i % 4 : 0;
            sum[lane] += x[i] - x[0];
            squares[lane] += (x[i] - x[0]) * (x[i] - x[0]);
        }
        struct tally t;
        tally_init(&t);
        tally_add_column(&t, x, n);
        CU_ASSERT_EQUAL(t.sum, (sum[0] + sum[1]) + (sum[2] + sum[3]));
        CU_ASSERT_EQUAL(t.squares, (squares[0] + squares[1]) + (squares[2] + squares[3]));
    }
}

const struct test tally_tests[] = {
    {"sums are formed in one order, whatever the processor", order_of_sums},
    {"what is noted counts as if each had been counted at once", noted_and_counted},
    {"0, 1 and 2 observations give what they should", small_counts},
    {"a spread that is tiny beside the mean is not lost", spread_beside_mean},
    {"equal observations have no spread at all", no_variation},
    {NULL, NULL},
};
