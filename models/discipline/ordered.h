/* ordered.h: a line ordered by a number, smallest first, of equal ones in the order of their sequence: a
 * binary heap in the line. For disciplines that order by size, deadline or class, and for the tasks that wait
 * where tasks are preempted. Where the line has links, each task's `before` is its index in the heap. */
#ifndef MODELS_DISCIPLINE_ORDERED_H
#define MODELS_DISCIPLINE_ORDERED_H

#include "models/discipline/discipline.h"

/* false: no memory. */
bool ordered_push(struct line *line, struct line_entry entry);

/* The first leaves; count > 0. */
struct line_entry ordered_pop(struct line *line);

/* The task leaves before its turn; the line has links. As discipline_type.remove. */
void ordered_remove(struct line *line, struct task *tasks, uint32_t task);

static inline bool ordered_before(struct line_entry a, struct line_entry b)
{
    return a.key != b.key ? a.key < b.key : a.sequence < b.sequence;
}

#endif
