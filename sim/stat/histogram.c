#include "sim/stat/histogram.h"
#include "sim/stat/bucket.h"

#include <math.h>
#include <stdlib.h>

static void empty(struct histogram *h)
{
    h->count = h->zeros = 0;
    h->min = INFINITY;
    h->max = -INFINITY;
    h->failed = false;
}

bool histogram_init(struct histogram *h)
{
    memset(h, 0, sizeof *h);
    empty(h);
    h->exact = malloc(HISTOGRAM_EXACT * sizeof *h->exact);
    return h->exact != NULL;
}

void histogram_free(struct histogram *h)
{
    for (unsigned o = 0; o < HISTOGRAM_OCTAVES; o++) {
        free(h->octaves[o]);
        h->octaves[o] = NULL;
    }
    free(h->exact);
    h->exact = NULL;
    empty(h);
}

void histogram_reset(struct histogram *h)
{
    for (unsigned o = 0; o < HISTOGRAM_OCTAVES; o++)
        if (h->octaves[o] != NULL)
            memset(h->octaves[o], 0, HISTOGRAM_SUBS * sizeof *h->octaves[o]);
    if (h->exact == NULL)
        h->exact =
            malloc(HISTOGRAM_EXACT * sizeof *h->exact); /* without: quantiles within 1/1024 all the same */
    empty(h);
}

uint64_t *histogram_octave(struct histogram *h, unsigned o)
{
    h->octaves[o] = calloc(HISTOGRAM_SUBS, sizeof *h->octaves[o]);
    h->failed = h->failed || h->octaves[o] == NULL;
    return h->octaves[o];
}

bool histogram_merge(struct histogram *h, const struct histogram *from)
{
    if (h->failed || from->failed)
        return false;
    for (unsigned o = 0; o < HISTOGRAM_OCTAVES;
         o++) /* all memory first: h changes as a whole or not at all */
        if (from->octaves[o] != NULL && h->octaves[o] == NULL && histogram_octave(h, o) == NULL) {
            h->failed = false;
            return false;
        }
    for (unsigned o = 0; o < HISTOGRAM_OCTAVES; o++)
        if (from->octaves[o] != NULL)
            for (unsigned i = 0; i < HISTOGRAM_SUBS; i++)
                h->octaves[o][i] += from->octaves[o][i];
    if (from->count != 0 && h->count + from->count <= HISTOGRAM_EXACT) {
        if (histogram_is_exact(h) && histogram_is_exact(from)) {
            memcpy(h->exact + h->count, from->exact, from->count * sizeof *h->exact);
        } else {
            free(h->exact);
            h->exact = NULL;
        }
    }
    h->count += from->count;
    h->zeros += from->zeros;
    h->min = from->min < h->min ? from->min : h->min;
    h->max = from->max > h->max ? from->max : h->max;
    return true;
}

uint64_t histogram_rank(double p, uint64_t n)
{
    /* p and the product are each off by at most half a unit in the last place. */
    const double product = p * (double)n, whole = nearbyint(product);
    const double rank = fabs(product - whole) <= 0x1p-51 * product ? whole : ceil(product);
    if (!(rank > 1.0))
        return 1;
    return rank < (double)n ? (uint64_t)rank : n;
}

/* The k-th smallest (from 0) of n values, which are moved about: Hoare, "Algorithm 65: FIND", CACM 1961. */
static double select_value(double *x, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        const double pivot = x[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i >= j)
                break;
            const double swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        /* low .. j are at most the pivot, j + 1 .. high at least. */
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return x[k];
}

double histogram_quantile(const struct histogram *h, double p)
{
    if (h->count == 0)
        return NAN;
    const uint64_t rank = histogram_rank(p, h->count);
    if (histogram_is_exact(h)) {
        double copy[HISTOGRAM_EXACT];
        memcpy(copy, h->exact, h->count * sizeof *copy);
        return select_value(copy, h->count, rank - 1);
    }
    if (rank <= h->zeros)
        return 0.0;
    uint64_t below = h->zeros;
    for (unsigned o = 0; o < HISTOGRAM_OCTAVES; o++) {
        if (h->octaves[o] == NULL)
            continue;
        for (unsigned i = 0; i < HISTOGRAM_SUBS; i++) {
            const uint64_t here = h->octaves[o][i];
            if (rank <= below + here) {
                const double share = ((double)(rank - below) - 0.5) / (double)here;
                return bucket_value(o * HISTOGRAM_SUBS + i + 1, share, h->min, h->max);
            }
            below += here;
        }
    }
    return h->max; /* only after failed */
}

double histogram_count_to(const struct histogram *h, double x)
{
    if (h->count == 0 || !(x >= h->min))
        return 0.0;
    if (x >= h->max)
        return (double)h->count;
    if (histogram_is_exact(h)) {
        uint64_t count = 0;
        for (uint64_t i = 0; i < h->count; i++)
            count += h->exact[i] <= x;
        return (double)count;
    }
    const uint32_t bucket = bucket_of(x);
    if (bucket == 0)
        return (double)h->zeros;
    const unsigned octave = (bucket - 1) / HISTOGRAM_SUBS, sub = (bucket - 1) % HISTOGRAM_SUBS;
    uint64_t below = h->zeros;
    for (unsigned o = 0; o <= octave; o++)
        for (unsigned i = 0; h->octaves[o] != NULL && i < (o < octave ? HISTOGRAM_SUBS : sub); i++)
            below += h->octaves[o][i];
    const uint64_t here = h->octaves[octave] != NULL ? h->octaves[octave][sub] : 0;
    double low, high;
    bucket_span(bucket, h->min, h->max, &low, &high);
    const double share = x <= low ? 0.0 : x >= high ? 1.0 : (x - low) / (high - low);
    return (double)below + share * (double)here;
}
