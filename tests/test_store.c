/* store.c: a record comes back from its file bit for bit, or not at all. */
#include "sim/study/store.h"
#include "sim/stream.h"
#include "tests/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLES = 7, HISTOGRAMS = 3 };

/* A record of replication r: one histogram empty, one exact, one beyond. */
static void make(struct record *record, uint64_t r)
{
    struct stream s = {.state = stream_mix(r + 1)};
    for (size_t i = 0; i < SAMPLES; i++)
        record->samples[i] = (struct sample){stream_exponential(&s), (double)i, -0.0, INFINITY, -INFINITY};
    record->events = 1000 + r;
    for (size_t h = 0; h < HISTOGRAMS; h++) {
        histogram_reset(&record->histograms[h]);
        for (size_t i = 0; i < (h == 0 ? 0 : h == 1 ? 100 : 20000); i++)
            histogram_add(&record->histograms[h], i % 7 == 0 ? 0.0 : i % 3 == 0 ? 1.25 : stream_exponential(&s));
    }
}

static bool same_histogram(const struct histogram *a, const struct histogram *b)
{
    bool same = a->count == b->count && a->zeros == b->zeros && a->min == b->min && a->max == b->max;
    if (histogram_is_exact(a))
        same = same && histogram_is_exact(b) && memcmp(a->exact, b->exact, a->count * sizeof *a->exact) == 0;
    static const struct histogram_bucket none[HISTOGRAM_SUBS];
    for (unsigned o = 0; o < HISTOGRAM_OCTAVES; o++)
        for (unsigned i = 0; i < HISTOGRAM_SUBS; i++) {
            const struct histogram_bucket *x = a->octaves[o] == NULL ? none : a->octaves[o], *y = b->octaves[o] == NULL ? none : b->octaves[o];
            same = same && x[i].counted == y[i].counted && x[i].cell == y[i].cell && x[i].others == y[i].others;
        }
    return same;
}

static bool same_record(const struct record *a, const struct record *b)
{
    bool same = a->events == b->events && memcmp(a->samples, b->samples, SAMPLES * sizeof *a->samples) == 0;
    for (size_t h = 0; h < HISTOGRAMS; h++)
        same = same && same_histogram(&a->histograms[h], &b->histograms[h]);
    return same;
}

static const struct store_key key = {.point = 3, .warmup = 0.1, .length = INFINITY};

/* A new file with records 0, 2, 4, 6. */
static void write_file(char *path, struct record *record)
{
    struct error err;
    const int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
    struct store *s = store_new();
    EXPECT(store_grow(s, path, "a study", "more of it", &err), "%s", err.text);
    for (uint64_t r = 0; r < 8; r += 2) {
        make(record, r);
        EXPECT(store_put(s, &key, r, record, &err), "%s", err.text);
    }
    store_free(s);
}

static void records_come_back(void)
{
    char path[] = "/tmp/desq-store-XXXXXX";
    struct record wrote, read;
    struct error err;
    CU_ASSERT_FATAL(record_init(&wrote, SAMPLES, HISTOGRAMS) && record_init(&read, SAMPLES, HISTOGRAMS));
    write_file(path, &wrote);
    char *more = store_more(path, &err);
    CU_ASSERT(more != NULL && strcmp(more, "more of it") == 0);
    free(more);
    struct store *s = store_new();
    EXPECT(store_grow(s, path, "a study", "other words", &err), "%s", err.text);
    CU_ASSERT_EQUAL(store_count(s), 4);
    make(&read, 99); /* what was there before must not matter */
    for (uint64_t r = 0; r < 8; r++) {
        CU_ASSERT_EQUAL(store_find(s, &key, r, &read), r % 2 == 0);
        make(&wrote, r);
        CU_ASSERT(r % 2 != 0 || same_record(&wrote, &read));
    }
    struct store_key other = key;
    other.warmup = 0.2;
    CU_ASSERT_FALSE(store_find(s, &other, 0, &read));
    struct record narrow; /* of another shape: no record of that study */
    CU_ASSERT_FATAL(record_init(&narrow, SAMPLES - 1, HISTOGRAMS));
    CU_ASSERT_FALSE(store_find(s, &key, 0, &narrow));
    record_free(&narrow);
    make(&wrote, 5);
    EXPECT(store_put(s, &key, 5, &wrote, &err), "%s", err.text);
    EXPECT(store_put(s, &key, 4, &wrote, &err), "%s", err.text); /* is there already */
    store_free(s);
    s = store_new();
    EXPECT(store_read(s, path, "a study", &err), "%s", err.text);
    CU_ASSERT_EQUAL(store_count(s), 5);
    CU_ASSERT(store_find(s, &key, 5, &read) && same_record(&wrote, &read));
    store_free(s);
    s = store_new();
    CU_ASSERT_FALSE(store_read(s, path, "another study", &err));
    CU_ASSERT(strstr(err.text, "another study") != NULL);
    CU_ASSERT_FALSE(store_read(s, "/nowhere/to/be/found", "a study", &err));
    store_free(s);
    record_free(&wrote);
    record_free(&read);
    remove(path);
}

/* Cut short or changed anywhere: what comes back is right, or does not come back. */
static void damaged_files(void)
{
    char path[] = "/tmp/desq-store-XXXXXX";
    struct record wrote, read;
    struct error err;
    CU_ASSERT_FATAL(record_init(&wrote, SAMPLES, HISTOGRAMS) && record_init(&read, SAMPLES, HISTOGRAMS));
    write_file(path, &wrote);
    FILE *f = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fseek(f, 0, SEEK_END);
    const size_t size = (size_t)ftell(f);
    unsigned char *whole = malloc(size), *text = malloc(size);
    rewind(f);
    CU_ASSERT_EQUAL_FATAL(fread(whole, 1, size, f), size);
    fclose(f);
    struct stream s = {.state = 7};
    for (int round = 0; round < 300; round++) {
        size_t length = size;
        memcpy(text, whole, size);
        if (round % 2 == 0)
            length = round < 100 ? (size_t)round : (size_t)stream_below(&s, (uint32_t)size);
        else
            text[round < 100 ? (uint32_t)round : stream_below(&s, (uint32_t)size)] ^= (unsigned char)(1u << stream_below(&s, 8));
        f = fopen(path, "wb");
        CU_ASSERT_PTR_NOT_NULL_FATAL(f);
        fwrite(text, 1, length, f);
        fclose(f);
        struct store *store = store_new();
        if (store_read(store, path, "a study", &err)) {
            for (uint64_t r = 0; r < 8; r++) {
                make(&wrote, r);
                CU_ASSERT(!store_find(store, &key, r, &read) || same_record(&wrote, &read));
            }
        } else {
            CU_ASSERT(strlen(err.text) > strlen(path));
        }
        store_free(store);
    }
    free(whole);
    free(text);
    record_free(&wrote);
    record_free(&read);
    remove(path);
}

const struct test store_tests[] = {
    {"records come back bit for bit", records_come_back},
    {"damaged files give what is right, or nothing", damaged_files},
    {NULL, NULL},
};
