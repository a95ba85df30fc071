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

const struct discipline_type discipline_random = {
    .name = "random",
    .summary = "random order of service, without preemption",
    .rule =
        "When a server turns to the line, each task in it is equally likely to be next. Nobody is preempted.",
    .shape = DISCIPLINE_QUEUEING,
    .push = push,
    .pop = pop,
};
