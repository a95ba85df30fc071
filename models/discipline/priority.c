#include "models/discipline/discipline.h"

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    task_list_append(&line->by_class[line->class_of_kind[tasks[task].kind]], tasks, task);
    line->count++;
    return true;
}

static uint32_t pop(struct line *line, struct task *tasks)
{
    struct task_list *list = line->by_class;
    while (list->first == NO_TASK)
        list++;
    line->count--;
    return task_list_take(list, tasks);
}

const struct discipline_type discipline_priority = {
    .name = "priority",
    .summary = "smallest `priority` of the kind first, with or without preemption",
    .rule = "The waiting task whose kind has the smallest `priority` is served next; of equals, first come, "
            "first served. "
            "Without \"preempt\" a task in service stays there to the end even if a more urgent one arrives. "
            "With it, a "
            "task that joins takes the server of the least urgent one in service (of equals, of who joined "
            "last) if it "
            "is strictly more urgent; that one waits at the head of its class.",
    .shape = DISCIPLINE_QUEUEING,
    .preemption = PREEMPT_OPTIONAL,
    .order = ORDER_CLASS,
    .push = push,
    .pop = pop,
};
