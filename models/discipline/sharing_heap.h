/* sharing_heap.h: a binary heap of the tasks at a station with a sharing discipline, least finish first, of equal
 * ones who joined first. */
#ifndef MODELS_DISCIPLINE_SHARING_HEAP_H
#define MODELS_DISCIPLINE_SHARING_HEAP_H

#include "models/discipline/discipline.h"

#include <stdlib.h>
#include <string.h>

/* Times are not negative, so that they are ordered as their bits are: one comparison of two words, which asks nothing. */
static inline bool sharing_before(const struct sharing_entry *a, const struct sharing_entry *b)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t a_finish, b_finish;
    memcpy(&a_finish, &a->finish, sizeof a_finish);
    memcpy(&b_finish, &b->finish, sizeof b_finish);
    return ((wide)a_finish << 64 | a->sequence) < ((wide)b_finish << 64 | b->sequence);
}

/* Word by word, as calendar_copy (sim/calendar.h). */
static inline void sharing_copy(struct sharing_entry *to, const struct sharing_entry *from)
{
    to->finish = from->finish;
    to->sequence = from->sequence;
    to->task = from->task;
}

/* Room for one more than count. false: no memory. */
static inline bool sharing_heap_room(struct sharing_entry **heap, uint32_t *size, uint32_t count)
{
    if (count < *size)
        return true;
    const uint32_t more = *size == 0 ? 64 : 2 * *size;
    struct sharing_entry *grown = realloc(*heap, more * sizeof *grown);
    if (grown == NULL)
        return false;
    *heap = grown;
    *size = more;
    return true;
}

static inline void sharing_heap_add(struct sharing_entry *heap, uint32_t *count, const struct sharing_entry *entry)
{
    uint32_t i = (*count)++;
    while (i > 0 && sharing_before(entry, &heap[(i - 1) / 2])) {
        sharing_copy(&heap[i], &heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    sharing_copy(&heap[i], entry);
}

/* The entry at i leaves. */
static inline void sharing_heap_remove(struct sharing_entry *heap, uint32_t *count, uint32_t i)
{
    struct sharing_entry last;
    sharing_copy(&last, &heap[--*count]);
    if (i == *count)
        return;
    while (i > 0 && sharing_before(&last, &heap[(i - 1) / 2])) {
        sharing_copy(&heap[i], &heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= *count)
            break;
        if (child + 1 < *count)
            child += sharing_before(&heap[child + 1], &heap[child]);
        if (!sharing_before(&heap[child], &last))
            break;
        sharing_copy(&heap[i], &heap[child]);
        i = child;
    }
    sharing_copy(&heap[i], &last);
}

/* Where the task is; UINT32_MAX: not here. */
static inline uint32_t sharing_heap_find(const struct sharing_entry *heap, uint32_t count, uint32_t task)
{
    for (uint32_t i = 0; i < count; i++)
        if (heap[i].task == task)
            return i;
    return UINT32_MAX;
}

#endif
