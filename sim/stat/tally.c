#include "sim/stat/tally.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Two doubles at a time, so that the sums are the same whatever the compiler makes of the loop. */
typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));

/* a[l] < b[l] ? a[l] : b[l], and the same with >. gcc makes no single instruction of these by itself. */
#ifdef __SSE2__
static inline pair lesser(pair a, pair b)
{
    return _mm_min_pd(a, b);
}
static inline pair greater(pair a, pair b)
{
    return _mm_max_pd(a, b);
}
#else
static inline pair lesser(pair a, pair b)
{
    return (pair){a[0] < b[0] ? a[0] : b[0], a[1] < b[1] ? a[1] : b[1]};
}
static inline pair greater(pair a, pair b)
{
    return (pair){a[0] > b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1]};
}
#endif

void tally_add_column(struct tally *t, const double *x, size_t n)
{
    if (t->noted > 0)
        tally_settle(t);
    if (t->count == 0)
        t->shift = x[0];
    const double shift = t->shift;
    pair sum[2] = {{0.0}}, squares[2] = {{0.0}};
    const pair shifts = {shift, shift};
    pair low[2] = {{x[0], x[0]}, {x[0], x[0]}}, high[2] = {{x[0], x[0]}, {x[0], x[0]}};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        for (size_t l = 0; l < 2; l++) {
            const pair v = *(const pair *)&x[i + 2 * l], d = v - shifts;
            sum[l] += d;
            squares[l] += d * d;
            low[l] = lesser(v, low[l]);
            high[l] = greater(v, high[l]);
        }
    }
    for (; i < n; i++) {
        const double d = x[i] - shift;
        sum[0][0] += d;
        squares[0][0] += d * d;
        low[0][0] = x[i] < low[0][0] ? x[i] : low[0][0];
        high[0][0] = x[i] > high[0][0] ? x[i] : high[0][0];
    }
    low[0] = lesser(low[1], low[0]);
    high[0] = greater(high[1], high[0]);
    const double min = low[0][0] < low[0][1] ? low[0][0] : low[0][1];
    const double max = high[0][0] > high[0][1] ? high[0][0] : high[0][1];
    t->count += n;
    t->sum += (sum[0][0] + sum[0][1]) + (sum[1][0] + sum[1][1]);
    t->squares += (squares[0][0] + squares[0][1]) + (squares[1][0] + squares[1][1]);
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
