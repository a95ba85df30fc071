/* calendar.c and sim.c: the order of events, whatever was pushed, moved and cleared. */
#include "sim/sim.h"
#include "sim/stream.h"
#include "tests/suites.h"

#include <stdlib.h>

/* What the calendar must agree with: a plain list, searched from end to end. */
struct reference {
    struct calendar_node nodes[4096];
    bool gone[4096];
    size_t count;
};

static size_t reference_add(struct reference *r, struct calendar_node node)
{
    r->nodes[r->count] = node;
    r->gone[r->count] = false;
    return r->count++;
}

static size_t reference_first(const struct reference *r)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < r->count; i++)
        if (!r->gone[i] &&
            (best == SIZE_MAX || r->nodes[i].time < r->nodes[best].time ||
             (r->nodes[i].time == r->nodes[best].time && r->nodes[i].key < r->nodes[best].key)))
            best = i;
    return best;
}

static struct calendar_node node_of(double time, uint64_t key)
{
    struct calendar_node node = {.key = key};
    memcpy(&node.time, &time, sizeof time);
    return node;
}

static double draw_time(struct stream *s, int shape, double now)
{
    switch (shape) {
    case 0: /* anything */
        return now + stream_uniform(s);
    case 1: /* many ties */
        return now + (double)stream_below(s, 3);
    case 2: /* all at once */
        return now;
    default: /* near and very far */
        return now + (stream_below(s, 2) == 0 ? 1e-9 : 1e9) * stream_uniform(s);
    }
}

static void order_is_that_of_a_sorted_list(void)
{
    static struct reference r;
    struct stream s = {1};
    for (int shape = 0; shape < 4; shape++) {
        struct calendar c;
        calendar_init(&c);
        r.count = 0;
        double now = 0.0;
        size_t pending = 0;
        for (int i = 0; i < 4000; i++) {
            /* Sometimes several pushes after one pop, sometimes several pops: the vacant root in every state.
             */
            if (pending == 0 || stream_below(&s, 100) < 53) {
                const enum rank rank = (enum rank)stream_below(&s, 4);
                const double time = draw_time(&s, shape, now);
                const uint64_t key = (uint64_t)rank << CALENDAR_RANK_SHIFT |
                                     c.sequence << (CALENDAR_KIND_BITS + CALENDAR_SUBJECT_BITS) |
                                     (uint64_t)(i % 16) << CALENDAR_SUBJECT_BITS | (uint64_t)i;
                calendar_push(&c, time, rank, (unsigned)i % 16, (uint32_t)i);
                reference_add(&r, node_of(time, key));
                pending++;
            } else {
                struct event e;
                const size_t first = reference_first(&r);
                CU_ASSERT_FATAL(calendar_pop(&c, &e));
                CU_ASSERT_EQUAL_FATAL(e.key, r.nodes[first].key);
                CU_ASSERT_EQUAL(e.subject, (uint32_t)(e.key & (CALENDAR_SUBJECTS - 1)));
                CU_ASSERT_EQUAL(e.kind, e.subject % 16);
                r.gone[first] = true;
                now = e.time;
                pending--;
            }
            CU_ASSERT_EQUAL(calendar_count(&c), pending);
        }
        calendar_free(&c);
    }
}

/* A sorted list, the first event last. */
struct sorted {
    struct calendar_node *nodes;
    size_t count;
};

static void sorted_insert(struct sorted *list, struct calendar_node node)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (calendar_before(node, list->nodes[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    memmove(&list->nodes[low + 1], &list->nodes[low], (list->count - low) * sizeof *list->nodes);
    list->nodes[low] = node;
    list->count++;
}

/* Waves of up to thousands of events, so that they move from the heap to the radix heap and back. */
static void order_is_the_same_in_every_structure(void)
{
    enum { MOST = 6000, WAVES = 6 };
    struct sorted list = {.nodes = malloc((MOST + 1) * sizeof *list.nodes)};
    CU_ASSERT_FATAL(list.nodes != NULL);
    struct stream s = {7};
    for (int shape = 0; shape < 4; shape++) {
        struct calendar c;
        struct event e = {.time = 0.0};
        bool both[2] = {false, false};
        calendar_init(&c);
        list.count = 0;
        for (int wave = 0; wave < WAVES; wave++) {
            const size_t high = 1 + stream_below(&s, wave % 2 == 0 ? MOST : 400);
            bool up = true;
            while (up || list.count > 0) {
                up = up && list.count < high;
                if (list.count == 0 || stream_below(&s, 100) < (up ? 70 : 30)) {
                    if (list.count == MOST)
                        continue;
                    double next;
                    CU_ASSERT_EQUAL(calendar_next(&c, &next), list.count > 0); /* who looks may still put in something earlier */
                    const enum rank rank = (enum rank)stream_below(&s, 4);
                    struct calendar_node node =
                        node_of(draw_time(&s, shape, e.time), (uint64_t)rank << CALENDAR_RANK_SHIFT |
                                                                  c.sequence << (CALENDAR_KIND_BITS + CALENDAR_SUBJECT_BITS) | 5);
                    double time;
                    memcpy(&time, &node.time, sizeof time);
                    calendar_push(&c, time, rank, 0, 5);
                    sorted_insert(&list, node);
                } else {
                    double next = -1.0, expected;
                    const double now = e.time;
                    const struct calendar_node first = list.nodes[--list.count];
                    memcpy(&expected, &first.time, sizeof expected);
                    CU_ASSERT_TRUE(calendar_next(&c, &next));
                    CU_ASSERT_EQUAL(next, expected);
                    CU_ASSERT_TRUE(calendar_first(&c, &e));
                    CU_ASSERT_EQUAL(e.key, first.key);
                    CU_ASSERT_EQUAL(e.time, expected);
                    e.time = now;
                    CU_ASSERT_FATAL(calendar_pop(&c, &e));
                    CU_ASSERT_EQUAL_FATAL(e.key, first.key);
                    CU_ASSERT_EQUAL_FATAL(e.time, expected);
                }
                both[c.in_radix] = true;
                CU_ASSERT_EQUAL_FATAL(calendar_count(&c), list.count);
            }
            CU_ASSERT_FALSE(calendar_pop(&c, &e));
            if (wave == 3) {
                calendar_reset(&c);
                e.time = 0.0;
            }
        }
        CU_ASSERT_TRUE(both[0]);
        CU_ASSERT_TRUE(both[1]);
        CU_ASSERT_FALSE(c.failed);
        calendar_free(&c);
    }
    free(list.nodes);
}

static void equal_times_go_by_rank_then_sequence(void)
{
    struct calendar c;
    struct event e;
    calendar_init(&c);
    calendar_push(&c, 1.0, RANK_MARK, 0, 3);
    calendar_push(&c, 1.0, RANK_ARRIVAL, 0, 1);
    calendar_push(&c, 1.0, RANK_EXPIRY, 0, 2);
    calendar_push(&c, 1.0, RANK_COMPLETION, 0, 0);
    calendar_push(&c, 1.0, RANK_ARRIVAL, 0, 11);
    const uint32_t expected[] = {0, 1, 11, 2, 3};
    for (size_t i = 0; i < 5; i++) {
        CU_ASSERT_TRUE(calendar_pop(&c, &e));
        CU_ASSERT_EQUAL(e.subject, expected[i]);
    }
    CU_ASSERT_FALSE(calendar_pop(&c, &e));
    CU_ASSERT_FALSE(calendar_pop(&c, &e));
    calendar_push(&c, 2.0, RANK_ARRIVAL, 5, 7);
    CU_ASSERT_TRUE(calendar_pop(&c, &e));
    CU_ASSERT_EQUAL(e.kind, 5);
    calendar_free(&c);
}

/* Timers are moved earlier, later and to equal times, cleared and set again, among plain events. What fires,
 * and in which order, must be what removing and pushing anew would give. */
static void timers_fire_as_if_removed_and_pushed_anew(void)
{
    enum { TIMERS = 7 };
    static struct reference r;
    struct stream s = {2};
    struct calendar c;
    struct timer timers[TIMERS] = {{0}};
    size_t entry[TIMERS];
    calendar_init(&c);
    r.count = 0;
    double now = 0.0;
    int fired = 0;
    while (r.count < 4000) {
        const uint64_t what = stream_below(&s, 10);
        const uint32_t t = (uint32_t)stream_below(&s, TIMERS);
        if (what < 5) {
            const double time = now + (double)stream_below(&s, 6);
            if (timers[t].set)
                r.gone[entry[t]] = true;
            timer_set(&c, &timers[t], time, RANK_COMPLETION, 1, t);
            entry[t] = reference_add(&r, node_of(time, timers[t].key));
        } else if (what < 6) {
            if (timers[t].set)
                r.gone[entry[t]] = true;
            timer_clear(&timers[t]);
        } else if (what < 7) {
            const double time = now + (double)stream_below(&s, 6);
            const uint64_t sequence = c.sequence;
            calendar_push(&c, time, RANK_COMPLETION, 2, t);
            reference_add(&r, node_of(time, sequence << (CALENDAR_KIND_BITS + CALENDAR_SUBJECT_BITS) |
                                                UINT64_C(2) << CALENDAR_SUBJECT_BITS | t));
        } else {
            const size_t first = reference_first(&r);
            struct event e;
            bool real = false;
            while (!real && calendar_pop(&c, &e))
                real = e.kind == 2 || timer_due(&c, &timers[e.subject], &e);
            CU_ASSERT_EQUAL_FATAL(real, first != SIZE_MAX);
            if (!real)
                continue;
            CU_ASSERT_EQUAL_FATAL(e.key, r.nodes[first].key);
            CU_ASSERT_TRUE(e.time >= now);
            r.gone[first] = true;
            now = e.time;
            fired++;
        }
    }
    CU_ASSERT_TRUE(fired > 500);
    calendar_free(&c);
}

static void sorted_remove(struct sorted *list, uint64_t key)
{
    size_t i = 0;
    while (list->nodes[i].key != key)
        i++;
    list->count--;
    memmove(&list->nodes[i], &list->nodes[i + 1], (list->count - i) * sizeof *list->nodes);
}

/* The same for timers that stand beside the heap, some of them two to a place of which one is set at a time, while the other events
 * become so many that all go to the radix heap, and few again. */
static void standing_timers_fire_as_if_removed_and_pushed_anew(void)
{
    enum { TIMERS = CALENDAR_STANDING + 4, MOST = 3000 };
    struct sorted list = {.nodes = malloc((MOST + TIMERS + 1) * sizeof *list.nodes)};
    CU_ASSERT_FATAL(list.nodes != NULL);
    struct stream s = {stream_key(5, 0, STREAM_TEST, "standing")};
    struct timer timers[TIMERS] = {{0}};
    struct calendar c;
    calendar_init(&c);
    uint64_t fired = 0, in_radix = 0, first = 0;
    for (int wave = 0; wave < 8; wave++) {
        calendar_reset(&c);
        list.count = 0;
        for (uint32_t t = 0; t < TIMERS; t++)
            timers[t] = (struct timer){.standing = calendar_stand(&c)};
        for (uint32_t t = 0; t < TIMERS; t++)
            CU_ASSERT_EQUAL(timers[t].standing != 0, t < CALENDAR_STANDING);
        timers[1].standing = timers[0].standing; /* two to a place */
        double now = 0.0;
        const size_t high = wave % 2 == 0 ? 5 : MOST;
        for (size_t step = 0, plain = 0; step < 12 * high + 20000; step++) {
            const uint64_t what = stream_below(&s, 10);
            const uint32_t t = (uint32_t)stream_below(&s, TIMERS);
            const double time = now + (double)stream_below(&s, 64) / 4.0;
            if (what < 3) {
                if (t < 2 && timers[1 - t].set) {
                    sorted_remove(&list, timers[1 - t].key);
                    timer_clear(&timers[1 - t]);
                }
                if (timers[t].set)
                    sorted_remove(&list, timers[t].key);
                timer_set(&c, &timers[t], time, RANK_COMPLETION, 1, t);
                sorted_insert(&list, node_of(time, timers[t].key));
            } else if (what < 4) {
                if (timers[t].set)
                    sorted_remove(&list, timers[t].key);
                timer_clear(&timers[t]);
            } else if (plain < high && what < 8 && step < 10 * high) {
                const uint64_t key = c.sequence << (CALENDAR_KIND_BITS + CALENDAR_SUBJECT_BITS) |
                                     UINT64_C(2) << CALENDAR_SUBJECT_BITS | t;
                calendar_push(&c, time, RANK_COMPLETION, 2, t);
                sorted_insert(&list, node_of(time, key));
                plain++;
            } else {
                struct event e = {.time = now};
                bool real = false;
                while (!real && calendar_pop(&c, &e))
                    real = e.kind == 2 || timer_due(&c, &timers[e.subject], &e);
                CU_ASSERT_EQUAL_FATAL(real, list.count > 0);
                if (!real)
                    continue;
                CU_ASSERT_EQUAL_FATAL(e.key, list.nodes[--list.count].key);
                plain -= e.kind == 2;
                fired += e.kind == 1;
                first += e.kind == 1 && timers[e.subject].standing != 0 && !c.none_stand;
                now = e.time;
            }
            in_radix += c.in_radix;
        }
    }
    CU_ASSERT(fired > 10000);
    CU_ASSERT(first > 5000);
    CU_ASSERT(in_radix > 10000);
    CU_ASSERT_FALSE(c.failed);
    calendar_free(&c);
    free(list.nodes);
}

static void a_timer_moved_for_ever_keeps_one_node(void)
{
    struct calendar c;
    struct timer t = {0};
    calendar_init(&c);
    for (int i = 1; i <= 100000; i++)
        timer_set(&c, &t, (double)i, RANK_EXPIRY, 1, 0);
    CU_ASSERT_EQUAL(calendar_count(&c), 1);
    calendar_free(&c);
}

static void running_out_of_sequence_numbers_is_noticed(void)
{
    struct calendar c;
    calendar_init(&c);
    c.sequence = CALENDAR_SEQUENCES - 1;
    calendar_push(&c, 1.0, RANK_ARRIVAL, 0, 0);
    CU_ASSERT_FALSE(c.failed);
    calendar_push(&c, 1.0, RANK_ARRIVAL, 0, 0);
    CU_ASSERT_TRUE(c.failed);
    calendar_free(&c);
}

struct counting {
    struct sim sim;
    double last;
    int seen;
};

static void on_count(void *world, const struct event *e)
{
    struct counting *w = world;
    CU_ASSERT_EQUAL(w->sim.now, e->time);
    CU_ASSERT_TRUE(e->time >= w->last);
    w->last = e->time;
    if (++w->seen == 1000)
        w->sim.stop = true;
    calendar_push(&w->sim.calendar, e->time + 0.5, RANK_ARRIVAL, 0, 0);
}

static void the_loop_stops_when_told_when_empty_and_after_so_many(void)
{
    event_handler *const handlers[] = {on_count};
    struct counting w = {0};
    sim_init(&w.sim);
    CU_ASSERT_FALSE(sim_run(&w.sim, handlers, &w, 10)); /* nothing pending */
    calendar_push(&w.sim.calendar, 0.0, RANK_ARRIVAL, 0, 0);
    CU_ASSERT_TRUE(sim_run(&w.sim, handlers, &w, 10));
    CU_ASSERT_EQUAL(w.seen, 10);
    CU_ASSERT_FALSE(sim_run(&w.sim, handlers, &w, UINT64_MAX));
    CU_ASSERT_EQUAL(w.seen, 1000);
    CU_ASSERT_EQUAL(w.sim.events, 1000);
    CU_ASSERT_EQUAL(w.sim.now, 499.5);
    sim_reset(&w.sim);
    CU_ASSERT_EQUAL(calendar_count(&w.sim.calendar), 0);
    CU_ASSERT_EQUAL(w.sim.now, 0.0);
    sim_free(&w.sim);
}

static double mirror(void *context, const struct event *e)
{
    return *(const double *)context - e->time;
}

/* Every time t becomes 100 - t: the order is the reverse, whatever the number of events; those in the radix heap stay. */
static void times_change_all_at_once(void)
{
    struct stream s = {stream_key(11, 0, STREAM_TEST, "change")};
    double end = 100.0;
    for (size_t n = 0; n <= CALENDAR_RADIX; n += n < 12 ? 1 : 7) {
        struct calendar c;
        struct event e;
        double times[CALENDAR_RADIX], last = -1.0;
        calendar_init(&c);
        for (size_t i = 0; i < n; i++) {
            times[i] = 100.0 * stream_uniform(&s);
            calendar_push(&c, times[i], RANK_ARRIVAL, 1, (uint32_t)i);
        }
        CU_ASSERT(calendar_change(&c, mirror, &end));
        CU_ASSERT_EQUAL(calendar_count(&c), n);
        while (calendar_pop(&c, &e)) {
            CU_ASSERT(e.time >= last);
            CU_ASSERT_EQUAL(e.time, 100.0 - times[e.subject]);
            last = e.time;
        }
        calendar_free(&c);
    }
    struct calendar c;
    calendar_init(&c);
    for (uint32_t i = 0; i < 10 * CALENDAR_RADIX; i++)
        calendar_push(&c, i, RANK_ARRIVAL, 1, i);
    CU_ASSERT_FALSE(calendar_change(&c, mirror, &end));
    calendar_free(&c);
}

const struct test calendar_tests[] = {
    {"events come in the order of a sorted list, random, tied, all at once, near and far",
     order_is_that_of_a_sorted_list},
    {"the order is the same in the heap, in the radix heap and across both", order_is_the_same_in_every_structure},
    {"at equal times completions go before arrivals, expiries, marks; else first pushed, first out",
     equal_times_go_by_rank_then_sequence},
    {"timers moved and cleared fire as if they had been removed and pushed anew",
     timers_fire_as_if_removed_and_pushed_anew},
    {"so do those that stand beside the heap, also when all go to the radix heap", standing_timers_fire_as_if_removed_and_pushed_anew},
    {"a timer that is moved for ever does not fill the calendar", a_timer_moved_for_ever_keeps_one_node},
    {"times that change all at once are in order", times_change_all_at_once},
    {"running out of sequence numbers is noticed", running_out_of_sequence_numbers_is_noticed},
    {"the loop stops when told, when nothing is left, and after as many events as asked",
     the_loop_stops_when_told_when_empty_and_after_so_many},
    {NULL, NULL},
};
