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

struct histogram_bucket *histogram_octave(struct histogram *h, unsigned o)
{
    h->octaves[o] = calloc(HISTOGRAM_SUBS, sizeof *h->octaves[o]);
    h->failed = h->failed || h->octaves[o] == NULL;
    return h->octaves[o];
}

void histogram_add_rare(struct histogram *h, double x)
{
    x = x > 0.0 ? x : 0.0;
    if (h->count < HISTOGRAM_EXACT && h->exact != NULL)
        h->exact[h->count] = x;
    h->count++;
    h->min = x < h->min ? x : h->min;
    h->max = x > h->max ? x : h->max;
    if (x == 0.0) {
        h->zeros++;
        return;
    }
    const double low = 0x1p-64, high = 0x1.fffffffffffffp63;
    x = x < low ? low : x > high ? high : x;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const unsigned o = (unsigned)(bits >> 52) - (1023 - HISTOGRAM_OCTAVES_BELOW);
    struct histogram_bucket *octave = h->octaves[o];
    if (octave == NULL && (octave = histogram_octave(h, o)) == NULL)
        return;
    struct histogram_bucket *b = &octave[(bits >> (52 - HISTOGRAM_SUB_BITS)) & (HISTOGRAM_SUBS - 1)];
    b->counted += (uint64_t)1 << HISTOGRAM_TAIL_BITS;
    if (b->others != UINT32_MAX &&
        !histogram_cells_alike((uint32_t)(bits >> HISTOGRAM_TAIL_BITS) | UINT32_C(1) << 31, b->cell))
        histogram_vote(b, bits);
}

void histogram_add_column(struct histogram *h, const double *x, size_t n, double least, double greatest)
{
    size_t i = 0;
    for (; i < n && h->count < HISTOGRAM_EXACT; i++)
        histogram_add(h, x[i]);
    h->count += n - i;
    h->min = least < h->min ? least > 0.0 ? least : 0.0 : h->min;
    h->max = greatest > h->max ? greatest : h->max;
    const uint64_t first = (uint64_t)(1023 - HISTOGRAM_OCTAVES_BELOW) << HISTOGRAM_SUB_BITS;
    for (; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        const uint64_t place = (bits >> (52 - HISTOGRAM_SUB_BITS)) - first;
        struct histogram_bucket *octave =
            place < (uint64_t)HISTOGRAM_OCTAVES * HISTOGRAM_SUBS ? h->octaves[place >> HISTOGRAM_SUB_BITS] : NULL;
        if (__builtin_expect(octave == NULL, 0)) { /* 0 is one of these; histogram_add counts what is counted here */
            h->count--;
            histogram_add(h, x[i]);
            continue;
        }
        struct histogram_bucket *b = &octave[place & (HISTOGRAM_SUBS - 1)];
        b->counted += (uint64_t)1 << HISTOGRAM_TAIL_BITS;
        if (b->others != UINT32_MAX &&
            !histogram_cells_alike((uint32_t)(bits >> HISTOGRAM_TAIL_BITS) | UINT32_C(1) << 31, b->cell))
            histogram_vote(b, bits);
    }
}

static const uint64_t tail = ((uint64_t)1 << HISTOGRAM_TAIL_BITS) - 1;

static void elect(struct histogram_bucket *b, uint64_t bits)
{
    b->counted = (b->counted & ~tail) | (bits & tail);
    b->cell = (uint32_t)(bits >> HISTOGRAM_TAIL_BITS) | UINT32_C(1) << 31;
}

void histogram_vote(struct histogram_bucket *b, uint64_t bits)
{
    if (b->cell == 0) {
        elect(b, bits);
        return;
    }
    b->others++;
    if (2 * (uint64_t)b->others <= histogram_bucket_count(b))
        return;
    if (b->others > HISTOGRAM_PATIENCE) { /* evenly filled, as most are: no more time for it */
        b->others = UINT32_MAX;
        return;
    }
    elect(b, bits);
    b->others--;
}

/* By how many votes the elected value leads: so many values are alike to it for certain. */
static uint64_t lead(const struct histogram_bucket *b)
{
    const uint64_t count = histogram_bucket_count(b), others = b->others;
    return others == UINT32_MAX || 2 * others > count ? 0 : count - 2 * others;
}

static void bucket_merge(struct histogram_bucket *b, const struct histogram_bucket *from)
{
    const uint64_t leads = lead(b), leads_from = lead(from);
    const uint64_t count = histogram_bucket_count(b) + histogram_bucket_count(from);
    const bool alike = histogram_cells_alike(b->cell, from->cell);
    const struct histogram_bucket *elected = leads_from > leads ? from : b;
    const uint64_t leading = alike                ? leads + leads_from
                             : leads > leads_from ? leads - leads_from
                                                  : leads_from - leads;
    const uint64_t others = (count - leading + 1) / 2;
    *b = (struct histogram_bucket){
        .counted = count << HISTOGRAM_TAIL_BITS | (elected->counted & tail),
        .cell = elected->cell,
        .others = leading == 0 || others > UINT32_MAX ? UINT32_MAX : (uint32_t)others,
    };
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
        for (unsigned i = 0; from->octaves[o] != NULL && i < HISTOGRAM_SUBS; i++) {
            if (h->octaves[o][i].cell == 0)
                h->octaves[o][i] = from->octaves[o][i];
            else if (from->octaves[o][i].cell != 0)
                bucket_merge(&h->octaves[o][i], &from->octaves[o][i]);
        }
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

struct bucket_shape bucket_shape(const struct histogram *h, uint32_t bucket)
{
    struct bucket_shape s = {0};
    bucket_span(bucket, h->min, h->max, &s.low, &s.high);
    if (bucket == 0) {
        s.alike = s.least = 1.0;
        return s;
    }
    const unsigned o = (bucket - 1) / HISTOGRAM_SUBS, i = (bucket - 1) % HISTOGRAM_SUBS;
    if (h->octaves[o] == NULL || h->octaves[o][i].cell == 0)
        return s;
    const struct histogram_bucket *b = &h->octaves[o][i];
    const uint64_t count = histogram_bucket_count(b), leads = lead(b);
    if (2 * leads <= count) /* not above what chance makes of a few values */
        return s;
    const uint64_t cell = b->cell & ~(UINT32_C(1) << 31);
    s.atom =
        bucket_double(bucket_bits(bucket_low(bucket)) | cell << HISTOGRAM_TAIL_BITS | (b->counted & tail));
    s.atom = s.atom < s.low ? s.low : s.atom > s.high ? s.high : s.atom;
    s.alike = 1.0 - (double)b->others / (double)count;
    s.least = (double)leads / (double)count;
    if (leads == count) /* no more of the bucket is in use, but for what is alike */
        s.low = s.high = s.atom;
    return s;
}

/* Share of the evenly spread values below x. */
static double spread_below(const struct bucket_shape *s, double x)
{
    return x <= s->low ? 0.0 : x >= s->high ? 1.0 : (x - s->low) / (s->high - s->low);
}

double bucket_value(const struct bucket_shape *s, double share)
{
    double spread = share;
    if (s->alike > 0.0) {
        const double before = (1.0 - s->alike) * spread_below(s, s->atom);
        if (share >= before && share <= before + s->alike)
            return s->atom;
        spread = (share < before ? share : share - s->alike) / (1.0 - s->alike);
    }
    const double x = s->high > s->low ? s->low + spread * (s->high - s->low) : s->low;
    return x < s->low ? s->low : x > s->high ? s->high : x;
}

double bucket_share(const struct bucket_shape *s, double x)
{
    const bool past = s->alike > 0.0 && x >= s->atom;
    return (1.0 - s->alike) * spread_below(s, x) + (past ? s->alike : 0.0);
}

void bucket_bounds(const struct bucket_shape *s, double share, double *low, double *high)
{
    *low = s->least > 0.0 && share >= 1.0 - s->least ? s->atom : s->low;
    *high = s->least > 0.0 && share <= s->least ? s->atom : s->high;
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
    /* From the nearer end: quantiles asked for are mostly high ones. */
    const bool down = rank > h->count / 2 && !h->failed;
    uint64_t rest = down ? h->count - rank : rank - h->zeros - 1; /* values beyond those passed */
    for (unsigned k = 0; k < HISTOGRAM_OCTAVES; k++) {
        const unsigned o = down ? HISTOGRAM_OCTAVES - 1 - k : k;
        if (h->octaves[o] == NULL)
            continue;
        for (unsigned j = 0; j < HISTOGRAM_SUBS; j++) {
            const unsigned i = down ? HISTOGRAM_SUBS - 1 - j : j;
            const uint64_t here = histogram_bucket_count(&h->octaves[o][i]);
            if (rest < here) {
                const uint64_t before = down ? here - 1 - rest : rest;
                const struct bucket_shape shape = bucket_shape(h, o * HISTOGRAM_SUBS + i + 1);
                return bucket_value(&shape, ((double)before + 0.5) / (double)here);
            }
            rest -= here;
        }
    }
    return h->max; /* only after failed */
}

/* Values in buckets from .. to - 1, from > 0. */
static uint64_t count_in(const struct histogram *h, uint32_t from, uint32_t to)
{
    uint64_t sum = 0;
    for (uint32_t at = from; at < to;) {
        const uint32_t o = (at - 1) / HISTOGRAM_SUBS, first = o * HISTOGRAM_SUBS + 1;
        const uint32_t end = to < first + HISTOGRAM_SUBS ? to : first + HISTOGRAM_SUBS;
        if (h->octaves[o] != NULL)
            for (uint32_t i = at - first; i < end - first; i++)
                sum += histogram_bucket_count(&h->octaves[o][i]);
        at = end;
    }
    return sum;
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
    const uint64_t here = count_in(h, bucket, bucket + 1);
    const uint32_t last = bucket_of(h->max);
    const uint64_t below = last - bucket < HISTOGRAM_SUBS && !h->failed
                               ? h->count - count_in(h, bucket, last + 1) /* the shorter way */
                               : h->zeros + count_in(h, 1, bucket);
    const struct bucket_shape shape = bucket_shape(h, bucket);
    return (double)below + bucket_share(&shape, x) * (double)here;
}
