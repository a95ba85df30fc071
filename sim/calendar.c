#include "sim/calendar_radix.h"

#include <stdlib.h>
#include <string.h>

void calendar_init(struct calendar *c)
{
    memset(c, 0, sizeof *c);
    c->sequence = 1; /* so that no key is 0 */
    c->soonest.time = CALENDAR_NEVER;
}

void calendar_free(struct calendar *c)
{
    free(c->memory);
    calendar_radix_free(c->radix);
    calendar_init(c);
}

void calendar_reset(struct calendar *c)
{
    if (c->in_radix)
        calendar_radix_clear(c->radix);
    c->in_radix = false;
    c->count = 0;
    c->heap = false;
    c->latest = 0;
    c->sequence = 1;
    c->vacant = false;
    c->failed = c->numbers_ran_out = c->none_stand = false;
    c->stand_count = 0;
    c->soonest.time = CALENDAR_NEVER;
}

/* Nodes a and b of a heap: which is the earlier, and what is in it. Words are chosen by a mask: there is no branch on times, for
 * nobody can foretell them, and no load that has to wait for the choice. */
struct choice {
    uint64_t time, key;
    size_t place;
};

static inline struct choice earlier(struct choice a, struct choice b)
{
    const struct calendar_node of_a = {a.time, a.key}, of_b = {b.time, b.key};
    const uint64_t second = -(uint64_t)calendar_before(of_b, of_a);
    return (struct choice){
        .time = a.time ^ ((a.time ^ b.time) & second),
        .key = a.key ^ ((a.key ^ b.key) & second),
        .place = a.place ^ ((a.place ^ b.place) & (size_t)second),
    };
}

static inline struct choice choice(const struct calendar_node *nodes, size_t place)
{
    return (struct choice){nodes[place].time, nodes[place].key, place};
}

/* The earliest of the children that begin at child < count. */
static inline struct choice earliest(const struct calendar_node *nodes, size_t count, size_t child)
{
    if (child + 4 <= count)
        return earlier(earlier(choice(nodes, child), choice(nodes, child + 1)),
                       earlier(choice(nodes, child + 2), choice(nodes, child + 3)));
    struct choice least = choice(nodes, child);
    for (size_t i = child + 1; i < count; i++)
        least = earlier(least, choice(nodes, i));
    return least;
}

/* Puts node where it belongs below the vacant place i among count nodes. */
static inline void sift_down(struct calendar_node *nodes, size_t count, size_t i, struct calendar_node node)
{
    for (size_t child = 4 * i + 1; child < count; child = 4 * i + 1) {
        const struct choice least = earliest(nodes, count, child);
        const struct calendar_node of_least = {least.time, least.key};
        if (!calendar_before(of_least, node))
            break;
        calendar_copy(&nodes[i], &of_least);
        i = least.place;
    }
    calendar_copy(&nodes[i], &node);
}

void calendar_sink(struct calendar_node *nodes, size_t count, struct calendar_node node)
{
    sift_down(nodes, count, 0, node);
}

void calendar_heapify(struct calendar *c)
{
    for (size_t i = c->count / 4 + 1; i-- > 0;) /* every node that may have children, the lowest first */
        if (i < c->count)
            sift_down(c->nodes, c->count, i, c->nodes[i]);
    c->heap = true;
}

static struct event event_of(struct calendar_node node)
{
    struct event e = {.key = node.key,
                      .kind = (unsigned)(node.key >> CALENDAR_SUBJECT_BITS) & ((1U << CALENDAR_KIND_BITS) - 1),
                      .subject = (uint32_t)(node.key & (CALENDAR_SUBJECTS - 1))};
    memcpy(&e.time, &node.time, sizeof e.time);
    return e;
}

/* The first of the events that do not lie in the radix heap, which stays. false: there is none. */
static bool first_of(struct calendar *c, struct calendar_node *first)
{
    if (c->count == 0 && c->soonest.time == CALENDAR_NEVER)
        return false;
    const size_t at = c->heap || c->count == 0 ? 0 : calendar_least(c->nodes, c->count);
    *first = calendar_timer_first(c, at) ? c->soonest : c->nodes[at];
    return true;
}

bool calendar_next(struct calendar *c, double *time)
{
    struct calendar_node first;
    calendar_close(c);
    if (!(c->in_radix ? calendar_radix_soonest(c->radix, &first.time) : first_of(c, &first)))
        return false;
    memcpy(time, &first.time, sizeof *time);
    return true;
}

bool calendar_first(struct calendar *c, struct event *e)
{
    struct calendar_node first;
    calendar_close(c);
    if (!(c->in_radix ? calendar_radix_next(c->radix, &first) : first_of(c, &first)))
        return false;
    *e = event_of(first);
    return true;
}

/* The nodes become those of the radix heap. false: no memory, nothing has changed. */
static bool turn_to_radix(struct calendar *c)
{
    if (c->radix == NULL)
        c->radix = calendar_radix_new();
    if (c->radix == NULL)
        return false;
    calendar_radix_begin(c->radix, c->latest);
    bool fit = true;
    for (size_t i = 0; fit && i < c->count; i++)
        fit = calendar_radix_add(c->radix, c->nodes[i]);
    size_t stood = 0;
    for (size_t i = 0; fit && i < c->stand_count; i++)
        if (c->standing[i].time != CALENDAR_NEVER) {
            fit = calendar_radix_add(c->radix, c->standing[i]);
            stood++;
        }
    if (!fit) {
        calendar_radix_clear(c->radix);
        return false;
    }
    c->count += stood;
    c->stand_count = 0;
    c->soonest.time = CALENDAR_NEVER;
    c->in_radix = c->none_stand = true;
    return true;
}

bool calendar_grow(struct calendar *c, struct calendar_node node)
{
    enum { LINE = 64, FIRST = LINE / sizeof(struct calendar_node) - 1 };
    if (c->size >= CALENDAR_RADIX && turn_to_radix(c)) {
        calendar_radix_put(c, node);
        return false;
    }
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

void calendar_radix_put(struct calendar *c, struct calendar_node node)
{
    if (calendar_radix_add(c->radix, node))
        c->count++;
    else
        c->failed = true;
}

bool calendar_radix_take(struct calendar *c, struct calendar_node *first)
{
    if (!calendar_radix_settle(c->radix)) {
        c->failed = true;
        return false;
    }
    if (!calendar_radix_least(c->radix, first))
        return false;
    calendar_radix_drop(c->radix);
    c->count--;
    if (c->count >= CALENDAR_RADIX / 4)
        return true;
    /* Few are left: back to the heap, whose memory is still there. */
    const size_t count = c->count;
    c->in_radix = c->heap = false;
    c->count = 0;
    for (size_t i = 0; i < count; i++)
        calendar_put(c, calendar_radix_any(c->radix));
    return true;
}

size_t calendar_peek(const struct calendar *c, const struct calendar_node **nodes, size_t most)
{
    if (c->in_radix)
        return calendar_radix_peek(c->radix, nodes, most);
    *nodes = c->nodes + 1;
    return c->count > most ? most : c->count > 0 ? c->count - 1 : 0;
}

bool calendar_change(struct calendar *c, double (*change)(void *context, const struct event *e), void *context)
{
    calendar_close(c);
    if (c->in_radix || c->soonest.time != CALENDAR_NEVER)
        return false;
    for (size_t i = 0; i < c->count; i++) {
        const struct event e = event_of(c->nodes[i]);
        const double time = change(context, &e);
        memcpy(&c->nodes[i].time, &time, sizeof time);
    }
    if (c->heap)
        calendar_heapify(c);
    return true;
}

void calendar_seek_soonest(struct calendar *c)
{
    struct calendar_node soonest = {.time = CALENDAR_NEVER};
    uint8_t at = 0;
    for (uint8_t i = 0; i < c->stand_count; i++)
        if (calendar_before(c->standing[i], soonest)) {
            calendar_copy(&soonest, &c->standing[i]);
            at = i;
        }
    calendar_copy(&c->soonest, &soonest);
    c->soonest_at = at;
}

uint8_t calendar_stand(struct calendar *c)
{
    if (c->stand_count == CALENDAR_STANDING || c->none_stand)
        return 0;
    c->standing[c->stand_count].time = CALENDAR_NEVER;
    return ++c->stand_count;
}

void timer_set(struct calendar *c, struct timer *t, double time, enum rank rank, unsigned kind,
               uint32_t subject)
{
    const struct calendar_node node = calendar_node(c, time, rank, kind, subject);
    t->due = time;
    t->key = node.key;
    t->set = true;
    if (t->standing != 0 && !c->none_stand) {
        const uint8_t place = (uint8_t)(t->standing - 1);
        calendar_copy(&c->standing[place], &node);
        if (c->stand_count == 1 || calendar_before(node, c->soonest)) {
            calendar_copy(&c->soonest, &node);
            c->soonest_at = place;
        } else if (c->soonest_at == place) {
            calendar_seek_soonest(c);
        }
        t->queued = node.key;
        t->queued_time = time;
        return;
    }
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
