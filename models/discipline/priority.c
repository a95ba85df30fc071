#include "models/discipline/discipline.h"

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    const uint32_t class =
        line->links != NULL ? (*line->links)[task].class : line->class_of_kind[tasks[task].kind];
    task_list_append(&line->by_class[class], tasks, task);
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
    .summary = "smallest `priority` first, without preemption",
    .rule =
        "The waiting task with the smallest `priority` (its kind's, or what it became) is served next; of "
        "equals, first come, first served. "
        "A task in service stays there to the end even if a more urgent one arrives.",
    .shape = DISCIPLINE_QUEUEING,
    .push = push,
    .pop = pop,
};
