#include "sim/stat/packed.h"
#include "sim/stat/bucket.h"

#include <math.h>
#include <stdlib.h>

void packed_init(struct packed *p)
{
    *p = (struct packed){.min = INFINITY, .max = -INFINITY};
}

void packed_free(struct packed *p)
{
    free(p->entries);
    packed_init(p);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Appends n values of this key, which is at least the last one. */
static void append(struct packed *p, double key, uint64_t n)
{
    p->count += n;
    if (p->length == 0 || p->entries[p->length - 1].key < key)
        p->entries[p->length++].key = key;
    p->entries[p->length - 1].upto = p->count;
}

static bool room(struct packed *p, size_t length)
{
    p->entries = calloc(length > 0 ? length : 1, sizeof *p->entries);
    return p->entries != NULL;
}

/* Gives back what the estimate of the length was too much. */
static void trim(struct packed *p)
{
    struct packed_entry *less = realloc(p->entries, (p->length > 0 ? p->length : 1) * sizeof *less);
    if (less != NULL)
        p->entries = less;
}

static bool fill_exact(struct packed *p, const struct histogram *h)
{
    double sorted[HISTOGRAM_EXACT];
    memcpy(sorted, h->exact, h->count * sizeof *sorted);
    qsort(sorted, h->count, sizeof *sorted, ascending);
    if (!room(p, h->count))
        return false;
    for (uint64_t i = 0; i < h->count; i++)
        append(p, sorted[i], 1);
    return true;
}

static bool fill_coarse(struct packed *p, const struct histogram *h)
{
    size_t length = h->zeros > 0;
    for (unsigned o = 0; o < HISTOGRAM_OCTAVES; o++)
        for (unsigned i = 0; h->octaves[o] != NULL && i < HISTOGRAM_SUBS; i++)
            length += h->octaves[o][i].cell != 0;
    if (!room(p, length))
        return false;
    p->coarse = true;
    if (h->zeros > 0)
        append(p, 0.0, h->zeros);
    for (unsigned o = 0; o < HISTOGRAM_OCTAVES; o++)
        for (unsigned i = 0; h->octaves[o] != NULL && i < HISTOGRAM_SUBS; i++)
            if (h->octaves[o][i].cell != 0)
                append(p, bucket_low(o * HISTOGRAM_SUBS + i + 1), histogram_bucket_count(&h->octaves[o][i]));
    return true;
}

bool packed_fill(struct packed *p, const struct histogram *h, bool coarse)
{
    p->min = h->min;
    p->max = h->max;
    if (!(!coarse && histogram_is_exact(h) ? fill_exact(p, h) : fill_coarse(p, h)))
        return false;
    trim(p);
    return true;
}

static double key_of(const struct packed *p, size_t i, bool coarse)
{
    const double key = p->entries[i].key;
    return coarse && !p->coarse ? bucket_low(bucket_of(key)) : key;
}

static uint64_t count_of(const struct packed *p, size_t i)
{
    return p->entries[i].upto - (i > 0 ? p->entries[i - 1].upto : 0);
}

bool packed_merge(struct packed *p, const struct packed *from)
{
    struct packed sum;
    packed_init(&sum);
    sum.coarse = p->coarse || from->coarse || p->count + from->count > HISTOGRAM_EXACT;
    sum.min = fmin(p->min, from->min);
    sum.max = fmax(p->max, from->max);
    if (!room(&sum, p->length + from->length))
        return false;
    for (size_t i = 0, j = 0; i < p->length || j < from->length;) {
        const double a = i < p->length ? key_of(p, i, sum.coarse) : INFINITY;
        const double b = j < from->length ? key_of(from, j, sum.coarse) : INFINITY;
        if (j == from->length || (i < p->length && a <= b))
            append(&sum, a, count_of(p, i++));
        else
            append(&sum, b, count_of(from, j++));
    }
    trim(&sum);
    packed_free(p);
    *p = sum;
    return true;
}

uint64_t packed_below(const struct packed *p, double limit)
{
    size_t low = 0, high = p->length; /* entries before low are below the limit, from high on not */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (p->entries[middle].key < limit)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? 0 : p->entries[low - 1].upto;
}
