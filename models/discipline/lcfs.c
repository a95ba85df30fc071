#include "models/discipline/discipline.h"

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    task_list_prepend(&line->list, tasks, task);
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
    line_prepend(line, &line->list, tasks, task);
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

const struct discipline_type discipline_lcfs = {
    .name = "lcfs",
    .summary = "last come, first served, without preemption",
    .rule =
        "The task that joined the line last is served next; whoever is in service stays there to the end.",
    .shape = DISCIPLINE_QUEUEING,
    .push = push,
    .pop = pop,
    .push_linked = push_linked,
    .pop_linked = pop_linked,
    .remove = leave,
    .put_back = push_linked,
    .ranks = true,
};
