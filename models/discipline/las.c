#include "models/discipline/discipline.h"

#include <math.h>
#include <stdlib.h>

/* Tasks that have been served equally long form a level; levels are kept lowest first. Servers go to the
 * lowest level, at most one to each of its tasks, what is left of them to the next one, and so on. A level
 * rises at the speed at which each of its tasks is served, so that a lower one never rises more slowly; it
 * merges with the next when it reaches it.
 *
 * Within a level the one with the least demand is done first: a pairing heap (Fredman, Sedgewick, Sleator,
 * Tarjan, "The pairing heap", Algorithmica 1986), since levels merge. */
struct las_task {
    double demand;
    uint64_t sequence;
    uint32_t task;
    uint32_t child, sibling; /* nodes, or NO_TASK; sibling also links free nodes */
};

struct level {
    double served; /* each of its tasks so far, at `since` */
    double speed;
    uint32_t tasks;
    uint32_t root;
};

struct level_set {
    struct level *levels; /* the highest first, so that newcomers are added at the end */
    uint32_t count, size;
    struct las_task *nodes;
    uint32_t node_count, node_size, node_free;
};

static bool before(const struct las_task *a, const struct las_task *b)
{
    return a->demand != b->demand ? a->demand < b->demand : a->sequence < b->sequence;
}

/* Either may be NO_TASK. */
static uint32_t meld(struct las_task *nodes, uint32_t a, uint32_t b)
{
    if (a == NO_TASK || b == NO_TASK)
        return a == NO_TASK ? b : a;
    if (before(&nodes[b], &nodes[a])) {
        const uint32_t swap = a;
        a = b;
        b = swap;
    }
    nodes[b].sibling = nodes[a].child;
    nodes[a].child = b;
    return a;
}

/* What is left of a heap without its root: in pairs from left to right, then those from right to left. */
static uint32_t without_root(struct las_task *nodes, uint32_t root)
{
    uint32_t pairs = NO_TASK; /* the last pair first */
    for (uint32_t a = nodes[root].child; a != NO_TASK;) {
        const uint32_t b = nodes[a].sibling;
        const uint32_t rest = b == NO_TASK ? NO_TASK : nodes[b].sibling;
        const uint32_t pair = meld(nodes, a, b);
        nodes[pair].sibling = pairs;
        pairs = pair;
        a = rest;
    }
    uint32_t all = NO_TASK;
    while (pairs != NO_TASK) {
        const uint32_t next = nodes[pairs].sibling;
        all = meld(nodes, all, pairs);
        pairs = next;
    }
    if (all != NO_TASK)
        nodes[all].sibling = NO_TASK;
    return all;
}

static uint32_t new_node(struct level_set *set)
{
    if (set->node_free != NO_TASK) {
        const uint32_t node = set->node_free;
        set->node_free = set->nodes[node].sibling;
        return node;
    }
    if (set->node_count == set->node_size) {
        const uint32_t size = set->node_size == 0 ? 64 : 2 * set->node_size;
        struct las_task *nodes = realloc(set->nodes, size * sizeof *nodes);
        if (nodes == NULL)
            return NO_TASK;
        set->nodes = nodes;
        set->node_size = size;
    }
    return set->node_count++;
}

static bool add_level(struct level_set *set)
{
    if (set->count == set->size) {
        const uint32_t size = set->size == 0 ? 16 : 2 * set->size;
        struct level *levels = realloc(set->levels, size * sizeof *levels);
        if (levels == NULL)
            return false;
        set->levels = levels;
        set->size = size;
    }
    set->levels[set->count++] = (struct level){.root = NO_TASK};
    return true;
}

/* Brings what was served up to now. */
static void advance(struct sharing *s, double now)
{
    struct level_set *set = s->levels;
    for (uint32_t i = set->count; i-- > 0 && set->levels[i].speed > 0.0;)
        set->levels[i].served += (now - s->since) * set->levels[i].speed;
    s->since = now;
}

/* Deals the servers out, from the lowest level up. */
static void set_speeds(struct sharing *s)
{
    struct level_set *set = s->levels;
    double left = s->servers;
    for (uint32_t i = set->count; i-- > 0;) {
        struct level *level = &set->levels[i];
        const bool was_still = level->speed == 0.0 && left <= 0.0;
        const double tasks = (double)level->tasks;
        level->speed = left >= tasks ? 1.0 : left > 0.0 ? left / tasks : 0.0;
        left = left >= tasks ? left - tasks : 0.0;
        if (was_still)
            break; /* those above have no servers and had none */
    }
}

static bool join(struct sharing *s, double now, uint32_t task, double work)
{
    if (s->levels == NULL) {
        s->levels = calloc(1, sizeof *s->levels);
        if (s->levels == NULL)
            return false;
        s->levels->node_free = NO_TASK;
    }
    struct level_set *set = s->levels;
    advance(s, now);
    if ((set->count == 0 || set->levels[set->count - 1].served > 0.0) && !add_level(set))
        return false;
    const uint32_t node = new_node(set);
    if (node == NO_TASK)
        return false;
    set->nodes[node] = (struct las_task){work, s->sequence++, task, NO_TASK, NO_TASK};
    struct level *level = &set->levels[set->count - 1];
    level->root = meld(set->nodes, level->root, node);
    level->tasks++;
    s->count++;
    set_speeds(s);
    return true;
}

/* How long until something happens to level i, as it rises; in *merges: it reaches the next, before a task is
 * done. */
static double time_left(const struct level_set *set, uint32_t i, bool *merges)
{
    const struct level *level = &set->levels[i];
    double least = (set->nodes[level->root].demand - level->served) / level->speed;
    *merges = false;
    if (i > 0 && level[-1].speed < level->speed) {
        const double reaches = (level[-1].served - level->served) / (level->speed - level[-1].speed);
        *merges = reaches < least;
        least = *merges ? reaches : least;
    }
    return least;
}

/* The level to which something happens first, from the lowest: UINT32_MAX never. */
static uint32_t first_level(const struct level_set *set, double *in, bool *merges)
{
    uint32_t first = UINT32_MAX;
    *in = INFINITY;
    for (uint32_t i = set->count; i-- > 0 && set->levels[i].speed > 0.0;) {
        bool merging;
        const double left = time_left(set, i, &merging);
        if (left < *in) {
            *in = left;
            *merges = merging;
            first = i;
        }
    }
    return first;
}

static double next(const struct sharing *s, double now)
{
    double in;
    bool merges;
    first_level(s->levels, &in, &merges);
    const double at = s->since + in;
    return at > now ? at : now;
}

static void remove_level(struct level_set *set, uint32_t i)
{
    set->count--;
    for (; i < set->count; i++)
        set->levels[i] = set->levels[i + 1];
}

static uint32_t finish(struct sharing *s, double now)
{
    struct level_set *set = s->levels;
    double in;
    bool merges;
    const uint32_t i = first_level(set, &in, &merges);
    advance(s, now);
    struct level *level = &set->levels[i];
    uint32_t task = NO_TASK;
    /* It has just reached what it was to reach: setting it so keeps rounding from adding up. */
    if (merges) {
        level[-1].tasks += level->tasks;
        level[-1].root = meld(set->nodes, level[-1].root, level->root);
        remove_level(set, i);
    } else {
        const uint32_t root = level->root;
        level->served = set->nodes[root].demand;
        task = set->nodes[root].task;
        level->root = without_root(set->nodes, root);
        set->nodes[root].sibling = set->node_free;
        set->node_free = root;
        s->count--;
        if (--level->tasks == 0)
            remove_level(set, i);
    }
    set_speeds(s);
    return task;
}

/* The level at which the task is. Free nodes may still name it, so that levels are looked through as trees. */
static uint32_t find(const struct las_task *nodes, uint32_t root, uint32_t task)
{
    for (uint32_t node = root; node != NO_TASK; node = nodes[node].sibling) {
        if (nodes[node].task == task)
            return node;
        const uint32_t below = find(nodes, nodes[node].child, task);
        if (below != NO_TASK)
            return below;
    }
    return NO_TASK;
}

static uint32_t level_of(const struct level_set *set, uint32_t task, uint32_t *node)
{
    uint32_t i = 0;
    while ((*node = find(set->nodes, set->levels[i].root, task)) == NO_TASK)
        i++;
    return i;
}

static double left(const struct sharing *s, double now, uint32_t task)
{
    uint32_t node;
    const struct level *level = &s->levels->levels[level_of(s->levels, task, &node)];
    const double work =
        s->levels->nodes[node].demand - level->served - (now - s->since) * level->speed;
    return work > 0.0 ? work : 0.0;
}

static double work_below(const struct las_task *nodes, uint32_t root, double served)
{
    double sum = 0.0;
    for (uint32_t node = root; node != NO_TASK; node = nodes[node].sibling)
        sum += nodes[node].demand - served + work_below(nodes, nodes[node].child, served);
    return sum;
}

static double work(const struct sharing *s, double now)
{
    double sum = 0.0;
    for (uint32_t i = 0; s->levels != NULL && i < s->levels->count; i++) {
        const struct level *level = &s->levels->levels[i];
        sum += work_below(s->levels->nodes, level->root, level->served + (now - s->since) * level->speed);
    }
    return sum;
}

/* All of a heap but one node, melded into another; node's own children with it. */
static uint32_t meld_others(struct las_task *nodes, uint32_t into, uint32_t root, uint32_t without)
{
    while (root != NO_TASK) {
        const uint32_t sibling = nodes[root].sibling;
        into = meld_others(nodes, into, nodes[root].child, without);
        if (root != without) {
            nodes[root].child = nodes[root].sibling = NO_TASK;
            into = meld(nodes, into, root);
        }
        root = sibling;
    }
    return into;
}

static void leave(struct sharing *s, double now, uint32_t task)
{
    struct level_set *set = s->levels;
    uint32_t node;
    const uint32_t i = level_of(set, task, &node);
    advance(s, now);
    struct level *level = &set->levels[i];
    level->root = meld_others(set->nodes, NO_TASK, level->root, node);
    set->nodes[node].sibling = set->node_free;
    set->node_free = node;
    s->count--;
    if (--level->tasks == 0)
        remove_level(set, i);
    set_speeds(s);
}

static void change(struct sharing *s, double now, double servers)
{
    if (s->levels != NULL)
        advance(s, now);
    s->servers = servers;
    if (s->levels != NULL)
        set_speeds(s);
}

static void reset(struct sharing *s)
{
    if (s->levels == NULL)
        return;
    s->levels->count = s->levels->node_count = 0;
    s->levels->node_free = NO_TASK;
}

static void release(struct sharing *s)
{
    if (s->levels == NULL)
        return;
    free(s->levels->levels);
    free(s->levels->nodes);
    free(s->levels);
    s->levels = NULL;
}

const struct discipline_type discipline_las = {
    .name = "las",
    .summary = "least attained service first (foreground-background)",
    .rule = "Those present that have been served least are in service: with n of them at c servers each is "
            "served at "
            "speed min(1, c / n), exactly, without a quantum; servers that they leave go in the same way to "
            "those served "
            "next to least. A newcomer has been served for nothing. Of tasks of equal service that end at "
            "one instant, "
            "the one that joined first moves on first. Utilisation, queue_length and wait as under `ps`.",
    .shape = DISCIPLINE_SHARING,
    .join = join,
    .next = next,
    .finish = finish,
    .left = left,
    .work = work,
    .leave = leave,
    .change = change,
    .reset = reset,
    .release = release,
};
