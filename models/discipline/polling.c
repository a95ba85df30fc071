#include "models/discipline/discipline.h"

static struct task_list *list(const struct line *line, const struct task *tasks, uint32_t task)
{
    return &line->by_class[line->list_of[line->list_by_class ? (*line->links)[task].class : tasks[task].kind]];
}

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    line_append(line, list(line, tasks, task), tasks, task);
    line->count++;
    return true;
}

/* Who is served next is the server's business (models/polling.h): this is the first of the first line. */
static uint32_t pop(struct line *line, struct task *tasks)
{
    struct task_list *first = line->by_class;
    while (first->first == NO_TASK)
        first++;
    line->count--;
    return line_take(line, first, tasks);
}

static void leave(struct line *line, struct task *tasks, uint32_t task)
{
    line->count--;
    line_unlink(line, list(line, tasks, task), tasks, task);
}

/* In the order of enum polling_visit. */
static const char *const visit_words[] = {"exhaustive", "gated", "limited", NULL};
static const char *const lines_words[] = {"kind", "priority", NULL};
static const char *const empty_words[] = {"walk", "stay", NULL};

enum { VISIT, LIMIT, SWITCH_OVER, LINES, EMPTY };

static bool tell(struct discipline_told *told, const struct arg *args, struct error *err)
{
    told->visit = (enum polling_visit)(int)args[VISIT].number;
    if (args[LIMIT].given && told->visit != VISIT_LIMITED)
        return error_set(err, "\"limit\" has no meaning with \"visit\": \"%s\"; \"limited\" has one",
                         visit_words[told->visit]);
    if (args[LIMIT].number >= UINT32_MAX)
        return error_set(err, "\"limit\" is below 2^32");
    told->limit = args[LIMIT].given ? (uint32_t)args[LIMIT].number : 1;
    told->by_priority = args[LINES].number == 1.0;
    told->switch_over = args[SWITCH_OVER].dist != NULL && args[SWITCH_OVER].dist->mean > 0.0 ? args[SWITCH_OVER].dist : NULL;
    told->stays = args[EMPTY].number == 1.0 || told->switch_over == NULL;
    return true;
}

const struct discipline_type discipline_polling = {
    .name = "polling",
    .summary = "servers go round several lines and serve each in turn",
    .rule = "Each kind of task that comes here has a line (in the order of the kinds), or each priority (ascending). Each "
            "server goes round them: it comes to a line, serves it, goes on to the next. `exhaustive`: until nobody waits "
            "in it; `gated`: those who joined it before the server came; `limited`: at most `limit` tasks, while any wait. "
            "Within a line first come, first served. The way to the next line takes `switch_over`, drawn for each move, "
            "also to and from lines where nobody waits. Where nobody waits in any line the server goes on walking, or "
            "(`stay`, and always without switch_over) stops where it is; whoever joins starts the stopped server with the "
            "shortest way to go (of equals the first), which finds a new visit wherever it comes. A server that comes at the same "
            "instant as a task is there before it. At time 0 server i comes to line i (round and round), after those who are "
            "there then. Nobody is preempted. A walking server is not busy; it counts as idle for `join_idle` only where it has "
            "stopped and needs no time to go on.",
    .shape = DISCIPLINE_QUEUEING,
    .visits = true,
    .params = {[VISIT] = {.name = "visit", .type = PARAM_WORD, .words = visit_words,
                          .summary = "exhaustive (default), gated or limited"},
               [LIMIT] = {.name = "limit", .type = PARAM_WHOLE, .range = RANGE_FROM_ONE,
                          .summary = "limited: most tasks served in a visit; default 1"},
               [SWITCH_OVER] = {.name = "switch_over", .type = PARAM_DIST, .dimension = DIMENSION_TIME,
                                .summary = "from one line to the next; default 0"},
               [LINES] = {.name = "lines", .type = PARAM_WORD, .words = lines_words,
                          .summary = "a line for each kind (default) or for each priority"},
               [EMPTY] = {.name = "empty", .type = PARAM_WORD, .words = empty_words,
                          .summary = "where nobody waits: walk on (default) or stay"}},
    .example = "{ \"name\": \"polling\", \"visit\": \"gated\", \"switch_over\": 0.385 }",
    .tell = tell,
    .push = push,
    .pop = pop,
    .push_linked = push,
    .pop_linked = pop,
    .remove = leave,
};
