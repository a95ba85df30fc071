#include "sim/stat/bucket.h"
#include "sim/stat/histogram.h"
#include "sim/stream.h"
#include "tests/suites.h"

#include <float.h>
#include <stdlib.h>

static struct histogram made(void)
{
    struct histogram h;
    CU_ASSERT_FATAL(histogram_init(&h));
    return h;
}

static double exponential(struct stream *s)
{
    return -log(stream_uniform_open(s));
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Whole-number arithmetic says what ceil(i n / 1000) is. */
static void ranks(void)
{
    CU_ASSERT_EQUAL(histogram_rank(0.99, 100), 99);
    CU_ASSERT_EQUAL(histogram_rank(0.999, 1000), 999);
    CU_ASSERT_EQUAL(histogram_rank(0.07, 100), 7);
    CU_ASSERT_EQUAL(histogram_rank(0.5, 1), 1);
    CU_ASSERT_EQUAL(histogram_rank(1e-9, 5), 1);
    CU_ASSERT_EQUAL(histogram_rank(1.0 - 1e-9, 5), 5);
    CU_ASSERT_EQUAL(histogram_rank(0.1 + 0.2, 10), 3);
    CU_ASSERT_EQUAL(histogram_rank(1.0 / 3.0, 3000000), 1000000);
    CU_ASSERT_EQUAL(histogram_rank(0.9999, UINT64_C(1000000000000)), UINT64_C(999900000000));
    CU_ASSERT_EQUAL(histogram_rank(0.5000001, 10000000), 5000001);
    unsigned wrong = 0;
    for (uint64_t n = 1; n <= 1200; n++)
        for (uint64_t i = 1; i < 1000; i++)
            wrong += histogram_rank((double)i / 1000.0, n) != (i * n + 999) / 1000;
    for (uint64_t i = 1; i < 1000; i++)
        wrong += histogram_rank((double)i / 1000.0, UINT64_C(123456789000)) != i * UINT64_C(123456789);
    CU_ASSERT_EQUAL(wrong, 0);
}

static void percentiles(void)
{
    struct histogram h = made();
    for (int i = 0; i < 100; i++) /* 1 .. 100 in some other order */
        histogram_add(&h, (i * 37) % 100 + 1);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.99), 99.0);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.991), 100.0);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.5), 50.0);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.07), 7.0);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.001), 1.0);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.9999), 100.0);
    histogram_free(&h);
}

static void few_values(void)
{
    struct histogram h = made();
    CU_ASSERT(isnan(histogram_quantile(&h, 0.5)));
    CU_ASSERT_EQUAL(histogram_count_to(&h, 1.0), 0.0);
    histogram_add(&h, 2.385);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.001), 2.385);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.999), 2.385);
    histogram_add(&h, 1.25);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.5), 1.25);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.501), 2.385);
    histogram_add(&h, 7.0);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 1.0 / 3.0), 1.25);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.5), 2.385);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.67), 7.0);
    CU_ASSERT_EQUAL(histogram_count_to(&h, 2.385), 2.0);
    CU_ASSERT_EQUAL(histogram_count_to(&h, 2.384), 1.0);
    CU_ASSERT_EQUAL(h.min, 1.25);
    CU_ASSERT_EQUAL(h.max, 7.0);
    histogram_free(&h);
}

/* Sorted order, ties, reversed order: selection finds what sorting finds. */
static void selection(void)
{
    struct stream s = {7};
    double x[300];
    unsigned wrong = 0;
    for (size_t n = 1; n <= 300; n += 13)
        for (int kind = 0; kind < 4; kind++) {
            struct histogram h = made();
            for (size_t i = 0; i < n; i++) {
                x[i] = kind == 0   ? (double)i
                       : kind == 1 ? (double)(n - i)
                       : kind == 2 ? (double)(stream_bits(&s) % 4)
                                   : stream_uniform(&s);
                histogram_add(&h, x[i]);
            }
            qsort(x, n, sizeof *x, ascending);
            for (size_t i = 0; i < n; i++)
                wrong += histogram_quantile(&h, ((double)i + 0.5) / (double)n) != x[i];
            histogram_free(&h);
        }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void resolution(void)
{
    enum { N = 8000 };
    double *x = malloc(N * sizeof *x);
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    struct histogram h = made();
    struct stream s = {11};
    for (int i = 0; i < N; i++) {
        x[i] = i % 5 == 0 ? 0.0 : exp(20.0 * (stream_uniform(&s) - 0.5)); /* over nine decades */
        histogram_add(&h, x[i]);
    }
    CU_ASSERT_FALSE(histogram_is_exact(&h));
    qsort(x, N, sizeof *x, ascending);
    double worst = 0.0, last = 0.0;
    bool falling = false, inconsistent = false;
    for (int i = 0; i < N; i++) {
        const double p = (i + 0.5) / N, q = histogram_quantile(&h, p);
        if (x[i] == 0.0) {
            CU_ASSERT_EQUAL(q, 0.0);
        } else {
            worst = fmax(worst, fabs(q - x[i]) / x[i]);
        }
        falling = falling || q < last;
        /* interpolation puts rank i + 1 at i + 1/2; ties at 0 and values alone in a bucket are counted whole
         */
        const double count = histogram_count_to(&h, q);
        inconsistent = inconsistent || (q > 0.0 && count > i + 1.0 + 1e-6) || count + 0.5 + 1e-6 < i + 1.0;
        last = q;
    }
    CU_ASSERT(worst <= 1.0 / 1024.0);
    CU_ASSERT_FALSE(falling);
    CU_ASSERT_FALSE(inconsistent);
    CU_ASSERT_EQUAL(histogram_count_to(&h, 0.0), N / 5);
    CU_ASSERT_EQUAL(histogram_count_to(&h, -1.0), 0.0);
    CU_ASSERT_EQUAL(histogram_count_to(&h, h.max), N);
    CU_ASSERT_EQUAL(histogram_count_to(&h, INFINITY), N);
    double before = 0.0;
    bool monotone = true;
    for (double v = 1e-5; v < 1e5; v *= 1.003) {
        const double count = histogram_count_to(&h, v);
        monotone = monotone && count >= before && count <= N;
        before = count;
    }
    CU_ASSERT(monotone);
    histogram_free(&h);
    free(x);
}

static void one_value_often(void)
{
    struct histogram h = made();
    for (int i = 0; i < 10000; i++)
        histogram_add(&h, 4.1);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.001), 4.1);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.999), 4.1);
    CU_ASSERT_EQUAL(histogram_count_to(&h, 4.1), 10000.0);
    CU_ASSERT_EQUAL(histogram_count_to(&h, 4.0), 0.0);
    histogram_free(&h);
}

/* As the responses of M/D/1: an atom of 0.6 at the service time, and values spread right above it; the bucket
 * of the atom holds both. Also with the atom inside its bucket, and read off a clock. */
static void atom_among_others(void)
{
    const double atoms[] = {1.0, 4.1, 0.3, 1e-9};
    for (size_t a = 0; a < sizeof atoms / sizeof atoms[0]; a++)
        for (int clock = 0; clock <= 1; clock++) {
            const double atom = atoms[a];
            struct histogram h = made();
            struct stream s = {stream_mix(a + 3)};
            double now = 0.0;
            for (int i = 0; i < 60000; i++) {
                now += exponential(&s);
                const double x = stream_uniform(&s) < 0.6 ? atom : atom * (0.9 + exponential(&s));
                histogram_add(&h, clock && a < 3 ? (now + x) - now : x);
            }
            const double near =
                clock && a < 3 ? 4e-11 : 0.0; /* the clock's resolution before 65536 is 1.5e-11 */
            /* 0.4 (1 - exp(-0.1)) = 0.038 lies below the atom. */
            CU_ASSERT(fabs(histogram_quantile(&h, 0.1) - atom) <= near);
            CU_ASSERT(fabs(histogram_quantile(&h, 0.5) - atom) <= near);
            CU_ASSERT(fabs(histogram_quantile(&h, 0.6) - atom) <= near);
            CU_ASSERT(histogram_quantile(&h, 0.02) < atom * 0.99);
            CU_ASSERT(histogram_quantile(&h, 0.7) > atom * 1.01);
            /* Six standard deviations of a count: 2e-9. */
            const double step =
                histogram_count_to(&h, atom + near) - histogram_count_to(&h, atom * (1.0 - 1e-9));
            CU_ASSERT(fabs(step - 36000.0) < 6.0 * sqrt(60000.0 * 0.24));
            histogram_free(&h);
        }
}

/* Steps of 0.1, geometric: each value is a bucket of its own, down to those seen once. */
static void discrete(void)
{
    enum { N = 50000 };
    struct histogram whole = made(), parts = made(), back = made(), part[7];
    struct stream s = {17};
    for (int k = 0; k < 7; k++)
        part[k] = made();
    double *x = malloc(N * sizeof *x);
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    for (int i = 0; i < N; i++) {
        x[i] = 0.1 * floor(20.0 * exponential(&s));
        histogram_add(&whole, x[i]);
        histogram_add(&part[stream_bits(&s) % 7], x[i]);
    }
    for (int k = 0; k < 7; k++) {
        CU_ASSERT(histogram_merge(&parts, &part[k]));
        CU_ASSERT(histogram_merge(&back, &part[6 - k]));
    }
    qsort(x, N, sizeof *x, ascending);
    unsigned wrong = 0;
    for (int i = 0; i < N; i += 11) {
        const double p = (i + 0.5) / N, q = histogram_quantile(&whole, p);
        wrong += q != x[i] || histogram_quantile(&parts, p) != q || histogram_quantile(&back, p) != q;
        uint64_t upto = (uint64_t)i;
        while (upto < N && x[upto] == x[i])
            upto++;
        wrong += histogram_count_to(&whole, x[i]) != (double)upto;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    for (int k = 0; k < 7; k++)
        histogram_free(&part[k]);
    histogram_free(&whole);
    histogram_free(&parts);
    histogram_free(&back);
    free(x);
}

/* What is said to be at the atom for certain is there, whatever the order and the parts: a bucket of shares
 * of two atoms and of spread values, in order, in reverse, and in runs. */
static void certain_atoms(void)
{
    unsigned wrong = 0, found = 0;
    for (unsigned trial = 0; trial < 600; trial++) {
        struct stream s = {stream_mix(trial + 100)};
        struct histogram sum = made(), part = made();
        const double share = stream_uniform(&s), second = (1.0 - share) * stream_uniform(&s);
        const uint64_t length = 1 + stream_bits(&s) % 50;
        double atom = 1.0001, other = 1.0005;
        uint64_t at_atom = 0, at_other = 0;
        for (int i = 0; i < 400; i++) {
            const double u = stream_uniform(&s);
            const double x = u < share            ? atom
                             : u < share + second ? other
                                                  : 1.0 + 0.0009 * stream_uniform(&s);
            histogram_add(&part, x);
            at_atom += x == atom;
            at_other += x == other;
            if (stream_bits(&s) % length == 0) {
                CU_ASSERT(histogram_merge(&sum, &part));
                histogram_reset(&part);
            }
        }
        CU_ASSERT(histogram_merge(&sum, &part));
        const struct bucket_shape shape = bucket_shape(&sum, bucket_of(1.0));
        const uint64_t there = shape.atom == atom ? at_atom : shape.atom == other ? at_other : 1;
        wrong += shape.least * 400.0 > (double)there + 1e-6;
        wrong += shape.least > shape.alike;
        found += share > 0.9 && shape.atom == atom;
        wrong += share > 0.95 && shape.atom != atom; /* Bin(9, 0.05) >= 5: 3e-5 each of 30 */
        histogram_free(&sum);
        histogram_free(&part);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(found > 30);
}

static void ends_of_range(void)
{
    const double ends[] = {-1.0,    -0.0,   0.0,  DBL_TRUE_MIN, 1e-300, 0x1p-65, 0x1.fffffffffffffp-65,
                           0x1p-64, 0x1p63, 1e19, 0x1p64,       1e300,  DBL_MAX, INFINITY};
    const size_t n = sizeof ends / sizeof ends[0];
    struct histogram h = made();
    for (size_t i = 0; i < n; i++)
        histogram_add(&h, ends[i]);
    CU_ASSERT_EQUAL(h.min, 0.0); /* what is negative counts as 0 */
    CU_ASSERT_EQUAL(h.zeros, 3);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.01), 0.0);
    for (int i = 0; i < HISTOGRAM_EXACT; i++) /* no longer exact */
        histogram_add(&h, 1.0);
    CU_ASSERT_EQUAL(h.count, n + HISTOGRAM_EXACT);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 1e-9), 0.0);
    CU_ASSERT(histogram_quantile(&h, 5.0 / (double)h.count) <= 0x1.01p-64);
    CU_ASSERT(histogram_quantile(&h, 1.0 - 1e-9) >= 0x1.ffp63);
    CU_ASSERT_DOUBLE_EQUAL(histogram_quantile(&h, 0.5), 1.0, 1.0 / 1024.0);
    CU_ASSERT_EQUAL(histogram_count_to(&h, 0.5), 8.0);
    histogram_free(&h);
    for (uint32_t b = 1; b <= BUCKET_LAST; b += 97) {
        CU_ASSERT_EQUAL_FATAL(bucket_of(bucket_low(b)), b);
        CU_ASSERT_EQUAL_FATAL(bucket_of(nextafter(bucket_low(b + 1), 0.0)), b);
    }
    CU_ASSERT_EQUAL(bucket_low(1), 0x1p-64);
    CU_ASSERT_EQUAL(bucket_low(BUCKET_LAST + 1), 0x1p64);
}

static bool same(const struct histogram *a, const struct histogram *b)
{
    bool same_all = a->count == b->count && a->zeros == b->zeros && a->min == b->min && a->max == b->max;
    for (double p = 0.0005; p < 1.0; p += 0.013) {
        const double x = histogram_quantile(a, p), y = histogram_quantile(b, p);
        same_all =
            same_all && memcmp(&x, &y, sizeof x) == 0 && histogram_count_to(a, x) == histogram_count_to(b, x);
    }
    return same_all;
}

/* In 1 .. 5 parts, up to the last count that is exact, and just beyond. */
static void merging(void)
{
    const int sizes[] = {1, 2, 3, 100, HISTOGRAM_EXACT - 1, HISTOGRAM_EXACT, HISTOGRAM_EXACT + 1, 9000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int parts = 1; parts <= 5; parts++) {
            struct stream s = {5};
            struct histogram whole = made(), sum = made(), back = made(), part[5];
            for (int k = 0; k < parts; k++)
                part[k] = made();
            for (int k = 0; k < sizes[i]; k++) {
                const double x = k % 7 == 0 ? 0.0 : exponential(&s);
                histogram_add(&whole, x);
                histogram_add(&part[stream_bits(&s) % (uint64_t)parts], x);
            }
            for (int k = 0; k < parts; k++) {
                CU_ASSERT(histogram_merge(&sum, &part[k]));
                CU_ASSERT(histogram_merge(&back, &part[parts - 1 - k]));
            }
            CU_ASSERT_EQUAL(histogram_is_exact(&sum), sizes[i] <= HISTOGRAM_EXACT);
            CU_ASSERT(same(&whole, &sum));
            CU_ASSERT(same(&whole, &back));
            for (int k = 0; k < parts; k++)
                histogram_free(&part[k]);
            histogram_free(&whole);
            histogram_free(&sum);
            histogram_free(&back);
        }
}

static void reset(void)
{
    struct histogram h = made(), fresh = made();
    for (int i = 0; i < 5000; i++)
        histogram_add(&h, 0.1 * i);
    histogram_reset(&h);
    CU_ASSERT_EQUAL(h.count, 0);
    CU_ASSERT(isnan(histogram_quantile(&h, 0.5)));
    for (int i = 1; i <= 5; i++) {
        histogram_add(&h, i);
        histogram_add(&fresh, i);
    }
    CU_ASSERT(histogram_is_exact(&h));
    CU_ASSERT(same(&h, &fresh));
    histogram_reset(&h);
    CU_ASSERT(histogram_merge(&h, &fresh)); /* into one that has been used, and from an empty one */
    histogram_reset(&fresh);
    CU_ASSERT(histogram_merge(&h, &fresh));
    CU_ASSERT_EQUAL(h.count, 5);
    CU_ASSERT_EQUAL(histogram_quantile(&h, 0.5), 3.0);
    histogram_free(&h);
    histogram_free(&fresh);
}

/* Without room for exact values quantiles are within a bucket, and merging does not claim more. */
static void without_exact(void)
{
    struct histogram h = made(), other = made();
    free(h.exact);
    h.exact = NULL;
    for (int i = 1; i <= 100; i++) {
        histogram_add(&h, i);
        histogram_add(&other, i);
    }
    CU_ASSERT_FALSE(histogram_is_exact(&h));
    CU_ASSERT_DOUBLE_EQUAL(histogram_quantile(&h, 0.99), 99.0, 99.0 / 1024.0);
    CU_ASSERT(histogram_merge(&other, &h));
    CU_ASSERT_FALSE(histogram_is_exact(&other));
    CU_ASSERT_DOUBLE_EQUAL(histogram_quantile(&other, 0.5), 50.0, 50.0 / 1024.0);
    other.failed = true; /* counts that are not complete are not passed on */
    CU_ASSERT_FALSE(histogram_merge(&h, &other));
    CU_ASSERT_EQUAL(h.count, 100);
    histogram_free(&h);
    histogram_free(&other);
}

const struct test histogram_tests[] = {
    {"the rank of a percentile is ceil(p n), whatever p n is in floating point", ranks},
    {"the 99th percentile of 1 .. 100 is 99", percentiles},
    {"0, 1, 2 and 3 values give exact quantiles", few_values},
    {"exact quantiles are those of the sorted values, ties and orders included", selection},
    {"many values give quantiles within 1/1024, ascending, and counts that agree with them", resolution},
    {"one value many times is that value", one_value_often},
    {"quantiles at an atom are the atom, though others share its bucket", atom_among_others},
    {"quantiles of values on a grid are those of the sorted values, in one or merged", discrete},
    {"no more values are said to be at an atom than are, whatever the order", certain_atoms},
    {"values at the ends of the range, zero, negative and infinite are counted", ends_of_range},
    {"merged parts are the same as the whole to the last bit, exact while they fit", merging},
    {"a histogram that was reset is as new", reset},
    {"a histogram without exact values still answers", without_exact},
    {NULL, NULL},
};
