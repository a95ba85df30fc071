/* calendar.h: the pending events, in the order in which they happen.
 *
 * Order is total: by time, then by rank, then by the sequence in which they were put in. An event is a value:
 * what happens (kind) and to whom (subject), both small numbers whose meaning is the caller's.
 *
 * Events are 16-byte nodes: the time as an integer (non-negative doubles order like their bits) above a word that holds rank,
 * sequence, kind and subject; one 128-bit comparison orders both. Few of them lie in no order and are looked through; more are a
 * 4-ary heap. Most events lead to another one, so the place of a popped node is left vacant and the next push fills it.
 *
 * A few timers may stand beside the heap: those that are moved at nearly every event, such as the next completion where servers
 * are shared. Setting one is a store.
 *
 * Where so many are pending that the heap outgrows the caches, it is turned into a radix heap (calendar_radix.h), which
 * keeps the same order, and turned back when few are left. */
#ifndef SIM_CALENDAR_H
#define SIM_CALENDAR_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* At equal times: completions first, then arrivals, then things that run out, last the marks of the
 * measurement. */
enum rank { RANK_COMPLETION, RANK_ARRIVAL, RANK_EXPIRY, RANK_MARK };

enum {
    CALENDAR_SUBJECT_BITS = 24, /* 16.7 million tasks */
    CALENDAR_KIND_BITS = 4,
    CALENDAR_SEQUENCE_BITS = 34, /* 17 thousand million events in one replication; past that: failed */
    CALENDAR_RANK_SHIFT = 62,
    CALENDAR_SCAN = 14, /* nodes, beyond which they become a heap; no heap any more below half of it */
    CALENDAR_RADIX = 2045, /* nodes, beyond which the heap is turned into a radix heap; back at a quarter of it */
    CALENDAR_STANDING = 8, /* timers that may stand beside the heap; all are looked through when one of them is moved */
    CALENDAR_PREFETCH = 16384, /* events pending, beyond which what the next ones speak of is fetched ahead */
};
#define CALENDAR_SUBJECTS  (UINT32_C(1) << CALENDAR_SUBJECT_BITS)
#define CALENDAR_SEQUENCES (UINT64_C(1) << CALENDAR_SEQUENCE_BITS)
#define CALENDAR_NEVER     UINT64_MAX /* as the time of a node: later than all */

struct calendar_node {
    uint64_t time; /* bits of a double >= 0 */
    uint64_t key;  /* rank:2 sequence:34 kind:4 subject:24 */
};

struct calendar_radix;

struct calendar {
    struct calendar_node
        *nodes;         /* nodes[1] begins a cache line, so that the four children of a node share one */
    void *memory;       /* what nodes lies in */
    size_t count, size; /* nodes in use, the vacant one included; allocated */
    size_t hole;        /* the vacant one */
    uint64_t sequence;  /* of the next event */
    struct calendar_radix *radix; /* memory of the radix heap; NULL: never used */
    uint64_t latest;    /* time of the last event that was popped, as bits: none is earlier from now on */
    bool in_radix;      /* the events lie there, and nodes is empty */
    bool heap;          /* nodes are a heap */
    bool vacant;        /* nodes[hole] was popped and not yet replaced; in a heap that is the root */
    bool failed;        /* memory or sequence numbers ran out: events were lost; the caller stops */
    bool numbers_ran_out; /* it was the sequence numbers */
    bool none_stand;      /* the radix heap was used: no timer stands beside it until the next reset */
    uint8_t stand_count, soonest_at;                    /* places given out; that of the soonest of them */
    struct calendar_node soonest;                       /* CALENDAR_NEVER: no standing timer is set */
    struct calendar_node standing[CALENDAR_STANDING];
};

struct event {
    double time;
    uint64_t key;
    unsigned kind;
    uint32_t subject;
};

/* An empty calendar without memory. */
void calendar_init(struct calendar *c);
void calendar_free(struct calendar *c);
/* Empty again, sequence from 0; keeps its memory. */
void calendar_reset(struct calendar *c);

/* Slow path of calendar_put: room for one more node. true: put it into the heap; false: it was put elsewhere, or c failed. */
bool calendar_grow(struct calendar *c, struct calendar_node node);

/* The same calls where the events lie in the radix heap (calendar_radix.h). */
void calendar_radix_put(struct calendar *c, struct calendar_node node);
bool calendar_radix_take(struct calendar *c, struct calendar_node *first);

/* Word by word: what was just stored as two words cannot be loaded as one before it has reached the cache. */
static inline void calendar_copy(struct calendar_node *to, const struct calendar_node *from)
{
    to->time = from->time;
    to->key = from->key;
}

static inline bool calendar_before(struct calendar_node a, struct calendar_node b)
{
    __extension__ typedef unsigned __int128 wide;
    return ((wide)a.time << 64 | a.key) < ((wide)b.time << 64 | b.key);
}

/* Puts node, which takes the place of the root, where it belongs in the heap of count nodes. */
void calendar_sink(struct calendar_node *nodes, size_t count, struct calendar_node node);

/* Makes a heap of the nodes in use. */
void calendar_heapify(struct calendar *c);

/* The place of the earliest of count > 0 nodes in no order. The comparison of times becomes no branch, for nobody can foretell it. */
static inline size_t calendar_least(const struct calendar_node *nodes, size_t count)
{
    size_t at = 0;
    uint64_t least = nodes[0].time;
    for (size_t i = 1; i < count; i++) {
        const uint64_t time = nodes[i].time;
        if (__builtin_expect(time == least, 0)) {
            if (nodes[i].key < nodes[at].key)
                at = i;
            continue;
        }
        at = time < least ? i : at;
        least = time < least ? time : least;
    }
    return at;
}

static inline void calendar_put(struct calendar *c, struct calendar_node node)
{
    struct calendar_node *nodes = c->nodes;
    if (c->vacant) {
        c->vacant = false;
        if (c->heap)
            calendar_sink(nodes, c->count, node);
        else
            calendar_copy(&nodes[c->hole], &node);
        return;
    }
    if (__builtin_expect(c->in_radix, 0)) {
        calendar_radix_put(c, node);
        return;
    }
    if (__builtin_expect(c->count == c->size, 0)) {
        if (!calendar_grow(c, node))
            return;
        nodes = c->nodes;
    }
    if (!c->heap) {
        if (c->count < CALENDAR_SCAN) {
            calendar_copy(&nodes[c->count++], &node);
            return;
        }
        calendar_heapify(c);
    }
    size_t i = c->count++;
    while (i > 0 && calendar_before(node, nodes[(i - 1) / 4])) {
        calendar_copy(&nodes[i], &nodes[(i - 1) / 4]);
        i = (i - 1) / 4;
    }
    calendar_copy(&nodes[i], &node);
}

static inline struct calendar_node calendar_node(struct calendar *c, double time, enum rank rank,
                                                 unsigned kind, uint32_t subject)
{
    if (__builtin_expect(c->sequence == CALENDAR_SEQUENCES, 0)) {
        c->failed = c->numbers_ran_out = true;
        c->sequence = 1;
    }
    struct calendar_node node;
    memcpy(&node.time, &time, sizeof node.time);
    node.key = (uint64_t)rank << CALENDAR_RANK_SHIFT |
               c->sequence++ << (CALENDAR_KIND_BITS + CALENDAR_SUBJECT_BITS) |
               (uint64_t)kind << CALENDAR_SUBJECT_BITS | subject;
    return node;
}

/* One more event. time >= 0 and finite, kind < 16, subject < CALENDAR_SUBJECTS. Sets failed when memory or
 * numbers run out. */
static inline void calendar_push(struct calendar *c, double time, enum rank rank, unsigned kind,
                                 uint32_t subject)
{
    calendar_put(c, calendar_node(c, time, rank, kind, subject));
}

/* A vacant place that no push has filled goes. */
static inline void calendar_close(struct calendar *c)
{
    if (!c->vacant)
        return;
    c->vacant = false;
    c->count--;
    if (!c->heap) {
        calendar_copy(&c->nodes[c->hole], &c->nodes[c->count]);
        return;
    }
    calendar_sink(c->nodes, c->count, c->nodes[c->count]);
    c->heap = c->count >= CALENDAR_SCAN / 2;
}

/* The soonest of the standing timers is sought anew. */
void calendar_seek_soonest(struct calendar *c);

/* The time of the first event, or the event, which stays; earlier ones may yet be put in. false: none is left. */
bool calendar_next(struct calendar *c, double *time);
bool calendar_first(struct calendar *c, struct event *e);

/* Gives every pending event the time that `change` says, not before that of the latest event taken. For few pending events, which lie in the
 * heap: false, and nothing is changed, where they do not, and where a standing timer is set. */
bool calendar_change(struct calendar *c, double (*change)(void *context, const struct event *e), void *context);

/* Does a standing timer come before all nodes, of which that at `at` is the first? */
static inline bool calendar_timer_first(const struct calendar *c, size_t at)
{
    return c->count > 0 ? calendar_before(c->soonest, c->nodes[at]) : c->soonest.time != CALENDAR_NEVER;
}

/* Takes the first event. false: none is left. standing: false where no timer stands. */
static inline bool calendar_take(struct calendar *c, struct event *e, const bool standing)
{
    uint64_t time, key; /* apart: see calendar_copy */
    calendar_close(c);
    if (__builtin_expect(c->in_radix, 0)) {
        struct calendar_node first;
        if (!calendar_radix_take(c, &first))
            return false;
        time = first.time;
        key = first.key;
    } else {
        const size_t at = c->heap ? 0 : c->count > 0 ? calendar_least(c->nodes, c->count) : 0;
        if (standing && calendar_timer_first(c, at)) {
            time = c->soonest.time;
            key = c->soonest.key;
            c->standing[c->soonest_at].time = CALENDAR_NEVER;
            calendar_seek_soonest(c);
        } else if (c->count > 0) {
            time = c->nodes[at].time;
            key = c->nodes[at].key;
            c->hole = at;
            c->vacant = true;
        } else {
            return false;
        }
    }
    c->latest = time;
    memcpy(&e->time, &time, sizeof e->time);
    e->key = key;
    e->kind = (unsigned)(key >> CALENDAR_SUBJECT_BITS) & ((1U << CALENDAR_KIND_BITS) - 1);
    e->subject = (uint32_t)(key & (CALENDAR_SUBJECTS - 1));
    return true;
}

/* Takes the first event. false: none is left. */
static inline bool calendar_pop(struct calendar *c, struct event *e)
{
    return calendar_take(c, e, true);
}

/* The first few events that are likely to be next, for fetching ahead what they speak of: at most most; how many. */
size_t calendar_peek(const struct calendar *c, const struct calendar_node **nodes, size_t most);

/* Events pending (those of moved and cleared timers included). */
static inline size_t calendar_count(const struct calendar *c)
{
    size_t count = c->count - (c->vacant ? 1 : 0);
    for (unsigned i = 0; i < c->stand_count; i++)
        count += c->standing[i].time != CALENDAR_NEVER;
    return count;
}

/* An event that can be moved and cleared. Nothing is ever searched in the heap: a timer moved later stays
 * where it is and is put back when it comes up early; one moved earlier is put in anew, and the stale node is
 * dropped when it comes up. One that stands beside the heap has a place of its own there, which each setting overwrites. The
 * order of events is in either case exactly that of removing it and pushing it again. Zero-initialised: not set, not
 * standing. */
struct timer {
    double due;      /* when it is to fire; meaningful while set */
    uint64_t key;    /* rank, sequence, kind, subject of the latest timer_set */
    uint64_t queued; /* key of the one node in the heap that speaks for it; 0: none (sequences start at 1, so
                        no key is 0) */
    double queued_time;
    bool set;
    uint8_t standing; /* 1 + its place; 0: it goes into the heap. One timer at a time may be set at each place */
};

/* A place for a standing timer until the next reset, as timer.standing wants it; 0: none is left. */
uint8_t calendar_stand(struct calendar *c);


/* Schedules the timer, or moves it. */
void timer_set(struct calendar *c, struct timer *t, double time, enum rank rank, unsigned kind,
               uint32_t subject);

/* timer_set, inlined for the only timer that stands beside the heap, if that is what t is. */
static inline void timer_move(struct calendar *c, struct timer *t, double time, enum rank rank, unsigned kind, uint32_t subject)
{
    if (t->standing == 0 || c->none_stand || c->stand_count > 1) {
        timer_set(c, t, time, rank, kind, subject);
        return;
    }
    const struct calendar_node node = calendar_node(c, time, rank, kind, subject);
    t->due = t->queued_time = time;
    t->key = t->queued = node.key;
    t->set = true;
    calendar_copy(&c->standing[0], &node);
    calendar_copy(&c->soonest, &node);
    c->soonest_at = 0;
}

/* Takes it out; a timer that is not set stays so. */
static inline void timer_clear(struct timer *t)
{
    t->set = false;
    if (t->standing != 0)
        t->queued = 0; /* another timer may have its place next */
}

/* An event of a timer's kind came up: true if it is to happen now (the timer is then no longer set), false if
 * it was stale or has been put back. */
bool timer_due(struct calendar *c, struct timer *t, const struct event *e);

#endif
