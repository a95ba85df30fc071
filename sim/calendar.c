#include "sim/calendar.h"

#include <stdlib.h>

void calendar_init(struct calendar *c)
{
    memset(c, 0, sizeof *c);
    c->sequence = 1; /* so that no key is 0 */
}

void calendar_free(struct calendar *c)
{
    free(c->memory);
    calendar_init(c);
}

void calendar_reset(struct calendar *c)
{
    c->count = 0;
    c->sequence = 1;
    c->vacant = false;
    c->failed = false;
}

bool calendar_grow(struct calendar *c)
{
    enum { LINE = 64, FIRST = LINE / sizeof(struct calendar_node) - 1 };
    const size_t size = c->size == 0 ? 61 : 2 * c->size + FIRST;
    const size_t bytes = (size + FIRST) * sizeof(struct calendar_node);
    struct calendar_node *memory =
        size > SIZE_MAX / 2 / sizeof *memory ? NULL : aligned_alloc(LINE, (bytes + LINE - 1) / LINE * LINE);
    if (memory == NULL) {
        c->failed = true;
        return false;
    }
    if (c->count > 0)
        memcpy(memory + FIRST, c->nodes, c->count * sizeof *memory);
    free(c->memory);
    c->memory = memory;
    c->nodes = memory + FIRST;
    c->size = size;
    return true;
}

void timer_set(struct calendar *c, struct timer *t, double time, enum rank rank, unsigned kind,
               uint32_t subject)
{
    const struct calendar_node node = calendar_node(c, time, rank, kind, subject);
    t->due = time;
    t->key = node.key;
    t->set = true;
    /* A queued node that comes up no later than this one will put it back then. */
    if (t->queued != 0 && t->queued_time < time)
        return;
    calendar_put(c, node);
    t->queued = node.key;
    t->queued_time = time;
}

bool timer_due(struct calendar *c, struct timer *t, const struct event *e)
{
    if (e->key != t->queued)
        return false;
    t->queued = 0;
    if (!t->set)
        return false;
    if (e->key == t->key) {
        t->set = false;
        return true;
    }
    struct calendar_node node;
    memcpy(&node.time, &t->due, sizeof node.time);
    node.key = t->key;
    calendar_put(c, node);
    t->queued = t->key;
    t->queued_time = t->due;
    return false;
}
