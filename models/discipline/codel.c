#include "models/discipline/discipline.h"

#include <math.h>

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    line_append(line, &line->list, tasks, task);
    line->count++;
    return true;
}

/* The first of the line leaves it; *may_drop: waits have been above the target for an interval. */
static uint32_t take(struct line *line, struct task *tasks, bool *may_drop)
{
    const double now = *line->clock;
    const uint32_t task = line_take(line, &line->list, tasks);
    line->count--;
    *may_drop = false;
    if (now - tasks[task].since < line->told->target || line->count <= 1) {
        line->above_set = false;
    } else if (!line->above_set) {
        line->above_set = true;
        line->above_until = now + line->told->interval;
    } else {
        *may_drop = now >= line->above_until;
    }
    return task;
}

static double next_drop(const struct line *line, double from)
{
    return from + line->told->interval / sqrt((double)line->drops);
}

static void drop(struct line *line, struct task *tasks, uint32_t task)
{
    task_list_append(&line->dropped, tasks, task);
}

/* RFC 8289, section 5: each time a task is dropped another one is left, since none is where at most one is behind it. */
static uint32_t pop(struct line *line, struct task *tasks)
{
    const double now = *line->clock;
    bool may_drop;
    uint32_t task = take(line, tasks, &may_drop);
    if (line->dropping) {
        line->dropping = may_drop;
        while (line->dropping && now >= line->next_drop) {
            drop(line, tasks, task);
            line->drops++;
            task = take(line, tasks, &may_drop);
            line->dropping = may_drop;
            if (may_drop)
                line->next_drop = next_drop(line, line->next_drop);
        }
    } else if (may_drop) {
        drop(line, tasks, task);
        task = take(line, tasks, &may_drop);
        line->dropping = true;
        const uint32_t more = line->drops - line->drops_before;
        line->drops = more > 1 && now - line->next_drop < 16.0 * line->told->interval ? more : 1;
        line->next_drop = next_drop(line, now);
        line->drops_before = line->drops;
    }
    return task;
}

static void leave(struct line *line, struct task *tasks, uint32_t task)
{
    line->count--;
    line_unlink(line, &line->list, tasks, task);
}

enum { TARGET, INTERVAL };

static bool tell(struct discipline_told *told, const struct arg *args, struct error *err)
{
    (void)err;
    told->target = args[TARGET].number;
    told->interval = args[INTERVAL].number;
    return true;
}

const struct discipline_type discipline_codel = {
    .name = "codel",
    .summary = "first come, first served; tasks are dropped when waits stay above a target (controlled delay)",
    .rule = "First come, first served. When a server turns to the line, the first task leaves it; if all who left it during the "
            "last `interval` had waited for `target` or more, with at least two tasks behind them, tasks are dropped: this one, "
            "and when the next drop is due, `interval` / sqrt(n) after the n-th, who leaves the line then, until one has "
            "waited for less or has at most one behind it. Soon (within 16 intervals) after the last time dropping begins at "
            "the rate at which it ended (RFC 8289, Nichols, Jacobson et al. 2018, section 5, with one task for a packet of full "
            "size). A task that finds an idle server counts as one that has not waited. Who is dropped leaves before service, "
            "as if the station were full: it is lost, or does what `on_full` says; its wait is no part of the station's, "
            "but its station's `lost` counts it. No server is given back to await here.",
    .shape = DISCIPLINE_QUEUEING,
    .params = {[TARGET] = {.name = "target", .type = PARAM_NUMBER, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE,
                           .required = true, .summary = "wait that is thought fine"},
               [INTERVAL] = {.name = "interval", .type = PARAM_NUMBER, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE,
                             .required = true, .summary = "how long waits may be above it; about the longest usual response"}},
    .example = "{ \"name\": \"codel\", \"target\": 0.7, \"interval\": 11.3 }",
    .tell = tell,
    .linked = true,
    .drops = true,
    .push = push,
    .pop = pop,
    .push_linked = push,
    .pop_linked = pop,
    .remove = leave,
};
