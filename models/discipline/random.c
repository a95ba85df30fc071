#include "models/discipline/discipline.h"

#include <stdlib.h>

static bool push(struct line *line, struct task *tasks, uint32_t task)
{
    (void)tasks;
    if (line->count == line->slots_size) {
        const uint32_t size = line->slots_size == 0 ? 64 : 2 * line->slots_size;
        uint32_t *slots = realloc(line->slots, size * sizeof *slots);
        if (slots == NULL)
            return false;
        line->slots = slots;
        line->slots_size = size;
    }
    line->slots[line->count++] = task;
    return true;
}

static uint32_t pop(struct line *line, struct task *tasks)
{
    (void)tasks;
    const uint32_t i = (uint32_t)stream_below(&line->stream, line->count);
    const uint32_t task = line->slots[i];
    line->slots[i] = line->slots[--line->count];
    return task;
}

static bool push_linked(struct line *line, struct task *tasks, uint32_t task)
{
    (*line->links)[task].before = line->count;
    return push(line, tasks, task);
}

/* The last one takes the place. */
static uint32_t take(struct line *line, uint32_t i)
{
    const uint32_t task = line->slots[i];
    line->slots[i] = line->slots[--line->count];
    (*line->links)[line->slots[i]].before = i;
    return task;
}

static uint32_t pop_linked(struct line *line, struct task *tasks)
{
    (void)tasks;
    return take(line, (uint32_t)stream_below(&line->stream, line->count));
}

static void leave(struct line *line, struct task *tasks, uint32_t task)
{
    (void)tasks;
    take(line, (*line->links)[task].before);
}

const struct discipline_type discipline_random = {
    .name = "random",
    .summary = "random order of service, without preemption",
    .rule =
        "When a server turns to the line, each task in it is equally likely to be next. Nobody is preempted.",
    .shape = DISCIPLINE_QUEUEING,
    .push = push,
    .pop = pop,
    .push_linked = push_linked,
    .pop_linked = pop_linked,
    .remove = leave,
    .put_back = push_linked,
};
