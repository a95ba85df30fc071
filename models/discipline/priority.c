#include "models/discipline/discipline.h"

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    task_list_append(&line->by_class[line->class_of_kind[tasks[task].kind]], tasks, task);
    line->count++;
    return true;
}

/* The most urgent ones; the line is not empty. */
static struct task_list *first(const struct line *line)
{
    struct task_list *list = line->by_class;
    while (list->first == NO_TASK)
        list++;
    return list;
}

static uint32_t pop(struct line *line, struct task *tasks)
{
    line->count--;
    return task_list_take(first(line), tasks);
}

static bool push_linked(struct line *line, struct task *tasks, uint32_t task)
{
    line_append(line, &line->by_class[(*line->links)[task].class], tasks, task);
    line->count++;
    return true;
}

static uint32_t pop_linked(struct line *line, struct task *tasks)
{
    line->count--;
    return line_take(line, first(line), tasks);
}

static void leave(struct line *line, struct task *tasks, uint32_t task)
{
    line->count--;
    line_unlink(line, &line->by_class[(*line->links)[task].class], tasks, task);
}

static bool put_back(struct line *line, struct task *tasks, uint32_t task)
{
    line_prepend(line, &line->by_class[(*line->links)[task].class], tasks, task);
    line->count++;
    return true;
}

const struct discipline_type discipline_priority = {
    .name = "priority",
    .summary = "smallest `priority` first, with or without preemption",
    .rule =
        "The waiting task with the smallest `priority` (its kind's, or what it became) is served next; of "
        "equals, first come, first served. "
        "Without \"preempt\" a task in service stays there to the end even if a more urgent one arrives. "
        "With it, a task that joins takes the server of the least urgent one in service (of equals, of "
        "who joined last) if it is strictly more urgent; that one waits at the head of its class.",
    .shape = DISCIPLINE_QUEUEING,
    .preemption = PREEMPT_OPTIONAL,
    .order = ORDER_CLASS,
    .push = push,
    .pop = pop,
    .push_linked = push_linked,
    .pop_linked = pop_linked,
    .remove = leave,
    .put_back = put_back,
    .ranks = true,
};
