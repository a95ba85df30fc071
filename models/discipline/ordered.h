/* ordered.h: a line ordered by a number, smallest first, of equal ones in the order of their sequence: a
 * binary heap in the line. For disciplines that order by size, deadline or class, and for the tasks that wait
 * where tasks are preempted. Where the line has links, each task's `before` is its index in the heap. */
#ifndef MODELS_DISCIPLINE_ORDERED_H
#define MODELS_DISCIPLINE_ORDERED_H

#include "models/discipline/discipline.h"

/* The task joins, with this key and place among equals. false: no memory. */
bool ordered_push(struct line *line, double key, uint64_t sequence, uint32_t task);

/* The first leaves; count > 0. */
uint32_t ordered_pop(struct line *line);

/* The task leaves before its turn; the line has links. As discipline_type.remove. */
void ordered_remove(struct line *line, struct task *tasks, uint32_t task);

/* Without a branch, for nobody can foretell it. */
static inline bool ordered_before(const struct line_entry *a, const struct line_entry *b)
{
    return (a->key < b->key) | ((a->key == b->key) & (a->sequence < b->sequence));
}

/* Word by word, as calendar_copy (sim/calendar.h). */
static inline void ordered_copy(struct line_entry *to, const struct line_entry *from)
{
    to->key = from->key;
    to->sequence = from->sequence;
    to->task = from->task;
}

#endif
