#include "sim/stat/tally.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Four sums are kept side by side, so that they are the same whatever the compiler makes of the loop and however many the processor adds at
 * once. */
struct lanes {
    double sum[4], squares[4], low[4], high[4];
};

/* Sums x[0] .. x[n - 1], n a multiple of 4, the value at i in lane i mod 4. x[0] is there in any case: nothing is less or greater at first. */
typedef void add_four(struct lanes *lanes, const double *x, size_t n, double shift);

#ifdef __x86_64__
__attribute__((target("avx2"))) static void add_by_four(struct lanes *lanes, const double *x, size_t n, double shift)
{
    const __m256d shifts = _mm256_set1_pd(shift);
    __m256d sum = _mm256_setzero_pd(), squares = sum, low = _mm256_set1_pd(x[0]), high = low;
    for (size_t i = 0; i < n; i += 4) {
        const __m256d v = _mm256_loadu_pd(&x[i]), d = _mm256_sub_pd(v, shifts);
        sum = _mm256_add_pd(sum, d);
        squares = _mm256_add_pd(squares, _mm256_mul_pd(d, d));
        low = _mm256_min_pd(v, low);
        high = _mm256_max_pd(v, high);
    }
    _mm256_storeu_pd(lanes->sum, sum);
    _mm256_storeu_pd(lanes->squares, squares);
    _mm256_storeu_pd(lanes->low, low);
    _mm256_storeu_pd(lanes->high, high);
}

/* Every x86-64 has this. gcc makes no single instruction of least and greatest by itself. */
static void add_by_two(struct lanes *lanes, const double *x, size_t n, double shift)
{
    const __m128d shifts = _mm_set1_pd(shift);
    __m128d sum[2], squares[2], low[2], high[2];
    for (size_t l = 0; l < 2; l++) {
        sum[l] = squares[l] = _mm_setzero_pd();
        low[l] = high[l] = _mm_set1_pd(x[0]);
    }
    for (size_t i = 0; i < n; i += 4)
        for (size_t l = 0; l < 2; l++) {
            const __m128d v = _mm_loadu_pd(&x[i + 2 * l]), d = _mm_sub_pd(v, shifts);
            sum[l] = _mm_add_pd(sum[l], d);
            squares[l] = _mm_add_pd(squares[l], _mm_mul_pd(d, d));
            low[l] = _mm_min_pd(v, low[l]);
            high[l] = _mm_max_pd(v, high[l]);
        }
    for (size_t l = 0; l < 2; l++) {
        _mm_storeu_pd(&lanes->sum[2 * l], sum[l]);
        _mm_storeu_pd(&lanes->squares[2 * l], squares[l]);
        _mm_storeu_pd(&lanes->low[2 * l], low[l]);
        _mm_storeu_pd(&lanes->high[2 * l], high[l]);
    }
}
#else
static void add_one_by_one(struct lanes *lanes, const double *x, size_t n, double shift)
{
    *lanes = (struct lanes){.low = {x[0], x[0], x[0], x[0]}, .high = {x[0], x[0], x[0], x[0]}};
    for (size_t i = 0; i < n; i++) {
        const double d = x[i] - shift;
        lanes->sum[i % 4] += d;
        lanes->squares[i % 4] += d * d;
        lanes->low[i % 4] = x[i] < lanes->low[i % 4] ? x[i] : lanes->low[i % 4];
        lanes->high[i % 4] = x[i] > lanes->high[i % 4] ? x[i] : lanes->high[i % 4];
    }
}
#endif

static inline add_four *fastest(void)
{
#ifdef __x86_64__
    return __builtin_cpu_supports("avx2") ? add_by_four : add_by_two;
#else
    return add_one_by_one;
#endif
}

void tally_add_column(struct tally *t, const double *x, size_t n)
{
    if (t->noted > 0)
        tally_settle(t);
    if (t->count == 0)
        t->shift = x[0];
    const double shift = t->shift;
    struct lanes lanes;
    size_t i = n - n % 4;
    fastest()(&lanes, x, i, shift);
    double *const sum = lanes.sum, *const squares = lanes.squares, min = lanes.low[0], max = lanes.high[0];
    for (; i < n; i++) {
        const double d = x[i] - shift;
        sum[0] += d;
        squares[0] += d * d;
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    for (size_t l = 1; l < 4; l++) {
        min = lanes.low[l] < min ? lanes.low[l] : min;
        max = lanes.high[l] > max ? lanes.high[l] : max;
    }
    t->count += n;
    t->sum += (sum[0] + sum[1]) + (sum[2] + sum[3]);
    t->squares += (squares[0] + squares[1]) + (squares[2] + squares[3]);
    t->min = min < t->min ? min : t->min;
    t->max = max > t->max ? max : t->max;
    if (t->histogram != NULL)
        histogram_add_column(t->histogram, x, n, min, max);
}

void tally_settle(struct tally *t)
{
    const uint32_t n = t->noted;
    t->noted = 0;
    if (n > 0)
        tally_add_column(t, t->values, n);
}

/* What t would be if it were settled, without a histogram. */
static struct tally settled(const struct tally *t)
{
    struct tally copy = *t;
    copy.histogram = NULL;
    tally_settle(&copy);
    return copy;
}

double tally_total(const struct tally *t)
{
    const struct tally all = settled(t);
    return (double)all.count * all.shift + all.sum;
}

void tally_merge(struct tally *a, const struct tally *b)
{
    if (tally_count(b) == 0)
        return;
    const struct tally from = settled(b);
    tally_settle(a);
    if (a->count == 0)
        a->shift = from.shift;
    const double n = (double)from.count, d = from.shift - a->shift;
    a->count += from.count;
    a->sum += from.sum + n * d;
    a->squares += from.squares + d * (2.0 * from.sum + n * d);
    a->min = from.min < a->min ? from.min : a->min;
    a->max = from.max > a->max ? from.max : a->max;
}
