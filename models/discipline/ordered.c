#include "models/discipline/ordered.h"

#include <stdlib.h>

bool ordered_push(struct line *line, struct line_entry entry)
{
    if (line->count == line->heap_size) {
        const uint32_t size = line->heap_size == 0 ? 64 : 2 * line->heap_size;
        struct line_entry *heap = realloc(line->heap, size * sizeof *heap);
        if (heap == NULL)
            return false;
        line->heap = heap;
        line->heap_size = size;
    }
    uint32_t i = line->count++;
    while (i > 0 && ordered_before(entry, line->heap[(i - 1) / 2])) {
        line->heap[i] = line->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    line->heap[i] = entry;
    return true;
}

struct line_entry ordered_pop(struct line *line)
{
    const struct line_entry first = line->heap[0], last = line->heap[--line->count];
    uint32_t i = 0;
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= line->count)
            break;
        if (child + 1 < line->count && ordered_before(line->heap[child + 1], line->heap[child]))
            child++;
        if (!ordered_before(line->heap[child], last))
            break;
        line->heap[i] = line->heap[child];
        i = child;
    }
    line->heap[i] = last;
    return first;
}
