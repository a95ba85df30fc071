#include "models/discipline/ordered.h"

#include <stdlib.h>

static void put(struct line *line, uint32_t i, const struct line_entry *entry)
{
    ordered_copy(&line->heap[i], entry);
    if (line->links != NULL)
        (*line->links)[entry->task].before = i;
}

/* Puts entry where place i is free, or above. */
static void sift_up(struct line *line, uint32_t i, const struct line_entry *entry)
{
    while (i > 0 && ordered_before(entry, &line->heap[(i - 1) / 2])) {
        put(line, i, &line->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(line, i, entry);
}

/* The place below i, down to a leaf or to where entry can stand, that is free once those on the way have
 * moved up. */
static uint32_t sift_down(struct line *line, uint32_t i, const struct line_entry *entry)
{
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= line->count)
            return i;
        if (child + 1 < line->count)
            child += ordered_before(&line->heap[child + 1], &line->heap[child]);
        if (!ordered_before(&line->heap[child], entry))
            return i;
        put(line, i, &line->heap[child]);
        i = child;
    }
}

bool ordered_push(struct line *line, double key, uint64_t sequence, uint32_t task)
{
    if (line->count == line->heap_size) {
        const uint32_t size = line->heap_size == 0 ? 64 : 2 * line->heap_size;
        struct line_entry *heap = realloc(line->heap, size * sizeof *heap);
        if (heap == NULL)
            return false;
        line->heap = heap;
        line->heap_size = size;
    }
    const struct line_entry entry = {key, sequence, task};
    sift_up(line, line->count++, &entry);
    return true;
}

uint32_t ordered_pop(struct line *line)
{
    const uint32_t first = line->heap[0].task;
    struct line_entry last;
    ordered_copy(&last, &line->heap[--line->count]);
    if (line->count > 0)
        put(line, sift_down(line, 0, &last), &last);
    return first;
}

void ordered_remove(struct line *line, struct task *tasks, uint32_t task)
{
    (void)tasks;
    const uint32_t i = (*line->links)[task].before;
    struct line_entry last;
    ordered_copy(&last, &line->heap[--line->count]);
    if (i < line->count)
        sift_up(line, sift_down(line, i, &last), &last);
}
