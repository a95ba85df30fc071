#include "models/discipline/ordered.h"

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    (void)tasks;
    return ordered_push(line, line->deadline, line->sequence++, task);
}

static uint32_t pop(struct line *line, struct task *tasks)
{
    (void)tasks;
    return ordered_pop(line);
}

/* Sequence 0, before its equals: of two that are back in the line at one time the later one has the earlier
 * deadline. */
static bool put_back(struct line *line, struct task *tasks, uint32_t task)
{
    (void)tasks;
    return ordered_push(line, line->deadline, 0, task);
}

const struct discipline_type discipline_edf = {
    .name = "edf",
    .summary = "earliest deadline first, by the kind's `deadline`",
    .rule = "The waiting task whose deadline (its arrival plus its kind's `deadline`) comes first is served "
            "next; of "
            "equals, and of tasks without a deadline, which come last, first come, first served. A deadline "
            "that has "
            "passed still counts. Without \"preempt\" a task in service stays there to the end; with it, a "
            "task that "
            "joins takes the server of the one with the latest deadline if its own is strictly earlier.",
    .shape = DISCIPLINE_QUEUEING,
    .preemption = PREEMPT_OPTIONAL,
    .order = ORDER_DEADLINE,
    .push = push,
    .pop = pop,
    .push_linked = push,
    .pop_linked = pop,
    .remove = ordered_remove,
    .put_back = put_back,
    .ranks = true,
};
