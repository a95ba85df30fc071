#include "models/discipline/discipline.h"

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    task_list_append(&line->list, tasks, task);
    line->count++;
    return true;
}

static uint32_t pop(struct line *line, struct task *tasks)
{
    line->count--;
    return task_list_take(&line->list, tasks);
}

static bool push_linked(struct line *line, struct task *tasks, uint32_t task)
{
    line_append(line, &line->list, tasks, task);
    line->count++;
    return true;
}

static uint32_t pop_linked(struct line *line, struct task *tasks)
{
    line->count--;
    return line_take(line, &line->list, tasks);
}

static void leave(struct line *line, struct task *tasks, uint32_t task)
{
    line->count--;
    line_unlink(line, &line->list, tasks, task);
}

static bool put_back(struct line *line, struct task *tasks, uint32_t task)
{
    line_prepend(line, &line->list, tasks, task);
    line->count++;
    return true;
}

const struct discipline_type discipline_fcfs = {
    .name = "fcfs",
    .summary = "first come, first served (the default)",
    .rule = "Tasks are served in the order in which they joined the line; of several that join at one "
            "instant, in the "
            "order of their events. Nobody is preempted.",
    .shape = DISCIPLINE_QUEUEING,
    .push = push,
    .pop = pop,
    .push_linked = push_linked,
    .pop_linked = pop_linked,
    .remove = leave,
    .put_back = put_back,
};
