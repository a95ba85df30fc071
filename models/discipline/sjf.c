#include "models/discipline/estimate.h"
#include "models/discipline/ordered.h"

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    const double size = line->estimated ? line->size : tasks[task].demand;
    return ordered_push(line, size, line->sequence++, task);
}

static uint32_t pop(struct line *line, struct task *tasks)
{
    (void)tasks;
    return ordered_pop(line);
}

const struct discipline_type discipline_sjf = {
    .name = "sjf",
    .summary = "shortest job first, without preemption",
    .rule = "The waiting task whose service will take the least time is served next: the time drawn for this "
            "visit is known exactly. " ESTIMATE_RULE "Of equals, first come, first served. A task in service stays there to "
            "the end.",
    .shape = DISCIPLINE_QUEUEING,
    ESTIMATE_PARAMS("sjf"),
    .only_at = true,
    .push = push,
    .pop = pop,
    .push_linked = push,
    .pop_linked = pop,
    .remove = ordered_remove,
};
