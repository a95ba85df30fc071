#include "models/discipline/discipline.h"

#include <math.h>

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    line_append(line, &line->list, tasks, task);
    line->count++;
    return true;
}

static uint32_t pop(struct line *line, struct task *tasks)
{
    const bool latest = line->count > line->told->longest ||
                        *line->clock - tasks[line->list.first].since > line->told->oldest;
    line->count--;
    if (!latest)
        return line_take(line, &line->list, tasks);
    const uint32_t task = line->list.last;
    line_unlink(line, &line->list, tasks, task);
    return task;
}

static void leave(struct line *line, struct task *tasks, uint32_t task)
{
    line->count--;
    line_unlink(line, &line->list, tasks, task);
}

/* To the end from which it came. */
static bool put_back(struct line *line, struct task *tasks, uint32_t task)
{
    if (line->count > 0 && tasks[task].since > tasks[line->list.first].since)
        return push(line, tasks, task);
    line_prepend(line, &line->list, tasks, task);
    line->count++;
    return true;
}

enum { LONGEST, OLDEST };

static bool tell(struct discipline_told *told, const struct arg *args, struct error *err)
{
    if (!args[LONGEST].given && !args[OLDEST].given)
        return error_set(err, "\"adaptive_lifo\" needs \"longest\" or \"oldest\": when the last come is served first");
    if (args[LONGEST].number >= UINT32_MAX)
        return error_set(err, "\"longest\" is below 2^32");
    told->longest = args[LONGEST].given ? (uint32_t)args[LONGEST].number : UINT32_MAX;
    told->oldest = args[OLDEST].given ? args[OLDEST].number : (double)INFINITY;
    return true;
}

const struct discipline_type discipline_adaptive_lifo = {
    .name = "adaptive_lifo",
    .summary = "first come, first served while the line is short; last come, first served when it is long",
    .rule = "When a server turns to the line and more than `longest` tasks wait in it (the one that will be served included), or "
            "the first of them has waited for more than `oldest`, the task that joined last is served; else the one that joined "
            "first. Each turn looks anew. Nobody is preempted; a task in service stays there to the end. (Maurer, Fail at "
            "Scale, ACM Queue 2015.)",
    .shape = DISCIPLINE_QUEUEING,
    .params = {[LONGEST] = {.name = "longest", .type = PARAM_WHOLE, .range = RANGE_NOT_NEGATIVE,
                            .summary = "most tasks that wait where the first is served; default: any number"},
               [OLDEST] = {.name = "oldest", .type = PARAM_NUMBER, .dimension = DIMENSION_TIME, .range = RANGE_NOT_NEGATIVE,
                           .summary = "longest wait of the first where that is served; default: any"}},
    .example = "{ \"name\": \"adaptive_lifo\", \"longest\": 7 }",
    .tell = tell,
    .linked = true,
    .push = push,
    .pop = pop,
    .push_linked = push,
    .pop_linked = pop,
    .remove = leave,
    .put_back = put_back,
};
