#include "sim/study/record_bytes.h"

#include <stdlib.h>
#include <string.h>

static void put(struct record_bytes *b, const void *what, size_t count)
{
    if (b->count + count > b->size) {
        const size_t size = 2 * (b->count + count);
        unsigned char *more = realloc(b->at, size);
        if (more == NULL) {
            b->failed = true;
            return;
        }
        b->at = more;
        b->size = size;
    }
    memcpy(b->at + b->count, what, count);
    b->count += count;
}

static void get(struct record_bytes *b, void *what, size_t count)
{
    if (count > b->count - b->place) {
        b->failed = true;
        memset(what, 0, count);
        return;
    }
    memcpy(what, b->at + b->place, count);
    b->place += count;
}

static void put_histogram(struct record_bytes *b, const struct histogram *h)
{
    const uint64_t exact = histogram_is_exact(h) ? h->count : 0, kept = h->exact != NULL;
    uint64_t filled = 0;
    for (unsigned o = 0; o < HISTOGRAM_OCTAVES; o++)
        for (unsigned i = 0; h->octaves[o] != NULL && i < HISTOGRAM_SUBS; i++)
            filled += h->octaves[o][i].cell != 0;
    const uint64_t numbers[] = {h->count, h->zeros, exact, kept, filled};
    put(b, numbers, sizeof numbers);
    put(b, &h->min, sizeof h->min);
    put(b, &h->max, sizeof h->max);
    if (exact > 0)
        put(b, h->exact, exact * sizeof *h->exact);
    for (uint32_t o = 0; o < HISTOGRAM_OCTAVES; o++)
        for (uint32_t i = 0; h->octaves[o] != NULL && i < HISTOGRAM_SUBS; i++)
            if (h->octaves[o][i].cell != 0) {
                const uint32_t place = o * HISTOGRAM_SUBS + i;
                put(b, &place, sizeof place);
                put(b, &h->octaves[o][i].counted, sizeof h->octaves[o][i].counted);
                put(b, &h->octaves[o][i].cell, sizeof h->octaves[o][i].cell);
                put(b, &h->octaves[o][i].others, sizeof h->octaves[o][i].others);
            }
}

static void get_histogram(struct record_bytes *b, struct histogram *h)
{
    uint64_t numbers[5];
    histogram_reset(h);
    get(b, numbers, sizeof numbers);
    get(b, &h->min, sizeof h->min);
    get(b, &h->max, sizeof h->max);
    h->count = numbers[0];
    h->zeros = numbers[1];
    b->failed |= numbers[2] > HISTOGRAM_EXACT || (numbers[2] > 0 && numbers[2] != h->count) || (numbers[3] != 0 && h->exact == NULL);
    if (!b->failed && numbers[2] > 0)
        get(b, h->exact, numbers[2] * sizeof *h->exact);
    if (!b->failed && numbers[3] == 0) {
        free(h->exact);
        h->exact = NULL;
    }
    uint64_t count = h->zeros;
    for (uint64_t n = 0; n < numbers[4] && !b->failed; n++) {
        uint32_t place;
        struct histogram_bucket bucket;
        get(b, &place, sizeof place);
        get(b, &bucket.counted, sizeof bucket.counted);
        get(b, &bucket.cell, sizeof bucket.cell);
        get(b, &bucket.others, sizeof bucket.others);
        if (b->failed || place >= HISTOGRAM_OCTAVES * HISTOGRAM_SUBS) {
            b->failed = true;
            break;
        }
        struct histogram_bucket *octave = h->octaves[place / HISTOGRAM_SUBS];
        if (octave == NULL)
            octave = histogram_octave(h, place / HISTOGRAM_SUBS);
        if (octave == NULL) {
            b->failed = true;
            break;
        }
        octave[place % HISTOGRAM_SUBS] = bucket;
        count += histogram_bucket_count(&bucket);
    }
    b->failed |= count != h->count;
}

void record_put(struct record_bytes *b, const struct record *r)
{
    const uint64_t shape[] = {r->sample_count, r->histogram_count, r->events};
    b->count = 0;
    b->failed = false;
    put(b, shape, sizeof shape);
    for (size_t i = 0; i < r->sample_count; i++) {
        const struct sample *x = &r->samples[i];
        const double numbers[] = {x->numerator, x->denominator, x->squares, x->min, x->max};
        put(b, numbers, sizeof numbers);
    }
    for (size_t i = 0; i < r->histogram_count; i++)
        put_histogram(b, &r->histograms[i]);
}

bool record_get(struct record_bytes *b, struct record *r)
{
    uint64_t shape[3];
    get(b, shape, sizeof shape);
    if (b->failed || shape[0] != r->sample_count || shape[1] != r->histogram_count)
        return false;
    r->events = shape[2];
    for (size_t i = 0; i < r->sample_count; i++) {
        double numbers[5];
        get(b, numbers, sizeof numbers);
        r->samples[i] = (struct sample){numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
    }
    for (size_t i = 0; i < r->histogram_count && !b->failed; i++)
        get_histogram(b, &r->histograms[i]);
    return !b->failed && b->place == b->count;
}
