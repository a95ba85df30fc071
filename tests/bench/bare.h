/* bare.h: what the bare programs share: the least that a simulation of one queue needs when it is written for
 * that queue alone. Draws come from sim/stream.h, so that both sides of the comparison pay the same for
 * chance.
 *
 * Every bare program keeps what desq prints for the same queue: waits, services and responses one by one (number, sum,
 * squares, least, greatest), log-linear histograms of waits and responses, time averages of who waits and who is
 * served. */
#ifndef TESTS_BENCH_BARE_H
#define TESTS_BENCH_BARE_H

#include "sim/stream.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bare_tally {
    uint64_t count;
    double sum, squares, min, max;
};

static inline void bare_tally_add(struct bare_tally *t, double x)
{
    t->count++;
    t->sum += x;
    t->squares += x * x;
    t->min = x < t->min ? x : t->min;
    t->max = x > t->max ? x : t->max;
}

/* 1024 buckets for each power of two from 2^-32 to 2^31. */
enum { BARE_SUB_BITS = 10, BARE_OCTAVES = 64, BARE_OCTAVES_BELOW = 32 };

struct bare {
    struct bare_tally wait, service, response;
    double waiting_area, busy_area; /* integrals over time of the numbers waiting and in service */
    uint64_t *histogram, *wait_histogram;
};

static inline void bare_init(struct bare *b)
{
    memset(b, 0, sizeof *b);
    b->wait.min = b->service.min = b->response.min = INFINITY;
    b->wait.max = b->service.max = b->response.max = -INFINITY;
    b->histogram = calloc((size_t)BARE_OCTAVES << BARE_SUB_BITS, sizeof *b->histogram);
    b->wait_histogram = calloc((size_t)BARE_OCTAVES << BARE_SUB_BITS, sizeof *b->histogram);
    if (b->histogram == NULL || b->wait_histogram == NULL)
        exit(2);
}

static inline void bare_histogram_add(uint64_t *histogram, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint64_t first = (uint64_t)(1023 - BARE_OCTAVES_BELOW) << BARE_SUB_BITS;
    const uint64_t last = ((uint64_t)BARE_OCTAVES << BARE_SUB_BITS) - 1;
    uint64_t i = bits >> (52 - BARE_SUB_BITS);
    i = i < first ? 0 : i - first;
    histogram[i > last ? last : i]++;
}

/* One customer is done: it arrived, was taken into service, and left at these times. */
static inline void bare_done(struct bare *b, double arrived, double started, double left)
{
    bare_tally_add(&b->wait, started - arrived);
    bare_tally_add(&b->service, left - started);
    bare_tally_add(&b->response, left - arrived);
    bare_histogram_add(b->wait_histogram, started - arrived);
    bare_histogram_add(b->histogram, left - arrived);
}

/* A circular list of waiting customers that doubles when full. */
struct bare_line {
    double *arrived;
    size_t size, first, count; /* size: a power of two */
};

static inline void bare_line_init(struct bare_line *l, size_t size)
{
    *l = (struct bare_line){.arrived = malloc(size * sizeof *l->arrived), .size = size};
    if (l->arrived == NULL)
        exit(2);
}

static void bare_line_grow(struct bare_line *l)
{
    double *wider = malloc(2 * l->size * sizeof *wider);
    if (wider == NULL)
        exit(2);
    for (size_t i = 0; i < l->count; i++)
        wider[i] = l->arrived[(l->first + i) & (l->size - 1)];
    free(l->arrived);
    *l = (struct bare_line){.arrived = wider, .size = 2 * l->size, .count = l->count};
}

static inline void bare_line_push(struct bare_line *l, double arrived)
{
    if (__builtin_expect(l->count == l->size, 0))
        bare_line_grow(l);
    l->arrived[(l->first + l->count++) & (l->size - 1)] = arrived;
}

static inline double bare_line_pop(struct bare_line *l)
{
    const double arrived = l->arrived[l->first];
    l->first = (l->first + 1) & (l->size - 1);
    l->count--;
    return arrived;
}

/* How many customers: the program's only argument. */
static inline uint64_t bare_count(int argc, char **argv)
{
    return argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
}

static inline void bare_print(const struct bare *b, double now)
{
    const double n = (double)b->response.count;
    uint64_t below = 0;
    size_t i = 0;
    while ((double)below < 0.99 * n && i < ((size_t)BARE_OCTAVES << BARE_SUB_BITS))
        below += b->histogram[i++];
    const double p99 = ldexp(1.0 + (double)(i & ((1 << BARE_SUB_BITS) - 1)) / (1 << BARE_SUB_BITS),
                             (int)(i >> BARE_SUB_BITS) - BARE_OCTAVES_BELOW);
    printf("customers %.0f wait %.6g response %.6g sd %.6g p99 %.6g max %.6g waiting %.6g busy %.6g\n", n,
           b->wait.sum / n, b->response.sum / n,
           sqrt(b->response.squares / n - (b->response.sum / n) * (b->response.sum / n)), p99,
           b->response.max, b->waiting_area / now, b->busy_area / now);
}

#endif
