#include "sim/calendar_radix.h"

#include <assert.h>
#include <stdlib.h>

enum { BUCKETS = 65 };

struct bucket {
    struct calendar_node *nodes;
    size_t count, size;
    uint64_t least; /* time of the earliest node, while there is one; bucket 0 does without */
};

struct calendar_radix {
    uint64_t last;
    uint64_t used; /* bit b - 1: bucket b has events */
    struct bucket buckets[BUCKETS];
};

struct calendar_radix *calendar_radix_new(void)
{
    return calloc(1, sizeof(struct calendar_radix));
}

void calendar_radix_free(struct calendar_radix *x)
{
    if (x == NULL)
        return;
    for (unsigned b = 0; b < BUCKETS; b++)
        free(x->buckets[b].nodes);
    free(x);
}

void calendar_radix_clear(struct calendar_radix *x)
{
    for (unsigned b = 0; b < BUCKETS; b++)
        x->buckets[b].count = 0;
    x->used = 0;
}

void calendar_radix_begin(struct calendar_radix *x, uint64_t last)
{
    calendar_radix_clear(x);
    x->last = last;
}

__attribute__((noinline)) static bool grow(struct bucket *b)
{
    const size_t size = b->size == 0 ? 16 : 2 * b->size;
    struct calendar_node *nodes = realloc(b->nodes, size * sizeof *nodes);
    if (nodes == NULL)
        return false;
    b->nodes = nodes;
    b->size = size;
    return true;
}

/* Into the heap of those at time last. */
static void sift_up(struct bucket *b, struct calendar_node node)
{
    size_t i = b->count++;
    while (i > 0 && calendar_before(node, b->nodes[(i - 1) / 4])) {
        calendar_copy(&b->nodes[i], &b->nodes[(i - 1) / 4]);
        i = (i - 1) / 4;
    }
    calendar_copy(&b->nodes[i], &node);
}

static inline bool add(struct calendar_radix *x, struct calendar_node node)
{
    const uint64_t differs = node.time ^ x->last;
    const unsigned number = differs == 0 ? 0 : 64U - (unsigned)__builtin_clzll(differs);
    struct bucket *b = &x->buckets[number];
    if (__builtin_expect(b->count == b->size, 0) && !grow(b))
        return false;
    if (number == 0) {
        sift_up(b, node);
        return true;
    }
    b->least = b->count == 0 || node.time < b->least ? node.time : b->least;
    calendar_copy(&b->nodes[b->count++], &node);
    x->used |= UINT64_C(1) << (number - 1);
    return true;
}

bool calendar_radix_add(struct calendar_radix *x, struct calendar_node node)
{
    assert(node.time >= x->last);
    return add(x, node);
}

bool calendar_radix_settle(struct calendar_radix *x)
{
    if (x->buckets[0].count > 0 || x->used == 0)
        return true;
    const unsigned number = 1U + (unsigned)__builtin_ctzll(x->used);
    struct bucket *b = &x->buckets[number];
    x->last = b->least;
    x->used &= ~(UINT64_C(1) << (number - 1));
    const size_t count = b->count;
    b->count = 0; /* all go to lower buckets */
    for (size_t i = 0; i < count; i++)
        if (!add(x, b->nodes[i]))
            return false;
    return true;
}

bool calendar_radix_least(const struct calendar_radix *x, struct calendar_node *first)
{
    if (x->buckets[0].count == 0)
        return false;
    *first = x->buckets[0].nodes[0];
    return true;
}

bool calendar_radix_next(const struct calendar_radix *x, struct calendar_node *first)
{
    if (calendar_radix_least(x, first))
        return true;
    if (x->used == 0)
        return false;
    const struct bucket *b = &x->buckets[1U + (unsigned)__builtin_ctzll(x->used)];
    first->time = b->least;
    first->key = UINT64_MAX;
    for (size_t i = 0; i < b->count; i++)
        if (b->nodes[i].time == b->least && b->nodes[i].key < first->key)
            first->key = b->nodes[i].key;
    return true;
}

bool calendar_radix_soonest(const struct calendar_radix *x, uint64_t *time)
{
    const unsigned number = x->buckets[0].count > 0 || x->used == 0 ? 0 : 1U + (unsigned)__builtin_ctzll(x->used);
    *time = number == 0 ? x->last : x->buckets[number].least;
    return x->buckets[number].count > 0;
}

void calendar_radix_drop(struct calendar_radix *x)
{
    struct bucket *b = &x->buckets[0];
    if (--b->count > 0)
        calendar_sink(b->nodes, b->count, b->nodes[b->count]);
}

struct calendar_node calendar_radix_any(struct calendar_radix *x)
{
    unsigned number = 0;
    while (x->buckets[number].count == 0)
        number++;
    struct bucket *b = &x->buckets[number];
    if (--b->count == 0 && number > 0)
        x->used &= ~(UINT64_C(1) << (number - 1));
    return b->nodes[b->count];
}

size_t calendar_radix_peek(const struct calendar_radix *x, const struct calendar_node **nodes, size_t most)
{
    if (x->used == 0)
        return 0;
    const struct bucket *b = &x->buckets[1U + (unsigned)__builtin_ctzll(x->used)];
    *nodes = b->nodes;
    return b->count < most ? b->count : most;
}
