/* test_lines.c: lines that turn round, or drop tasks, when waits are long: adaptive_lifo, codel. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_Q(d) "'steps':[{'at':'q','for':" #d "}]"

/* Every task's end, bit for bit. */
static void same_tasks(const char *text)
{
    struct trial t;
    struct history a = {0}, b = {0};
    if (trial_read(&t, "{%s,'run':{'replications':1,'count':4000}}", text) && trial_trace(&t, 0, 0, &a) &&
        trial_trace(&t, 1, 0, &b)) {
        bool same = a.count == b.count && a.count > 3000;
        for (size_t i = 0; same && i < a.count; i++)
            same = a.tasks[i].key == b.tasks[i].key && a.tasks[i].left == b.tasks[i].left && a.tasks[i].wait == b.tasks[i].wait;
        EXPECT(same, "%zu and %zu tasks, not alike: %s", a.count, b.count, text);
    }
    history_free(&a);
    history_free(&b);
    trial_free(&t);
}

static void limits(void)
{
    static const char *const alike[][2] = {
        {"'fcfs'", "{'name':'codel','target':1e9,'interval':1}"},
        {"'fcfs'", "{'name':'codel','target':1e-9,'interval':1e12}"},
        {"'fcfs'", "{'name':'adaptive_lifo','longest':1000000}"},
        {"'fcfs'", "{'name':'adaptive_lifo','oldest':1e9}"},
        {"'lcfs'", "{'name':'adaptive_lifo','longest':0}"},
    };
    for (size_t i = 0; i < sizeof alike / sizeof alike[0]; i++)
        for (int servers = 1; servers < 3; servers++) {
            char text[500];
            snprintf(text, sizeof text,
                     "'arrivals':{'rate':%g},'service':{'dist':'exponential','mean':1},'servers':%d,'variants':{'a':{"
                     "'/discipline':%s},'b':{'/discipline':%s}}",
                     0.9 * servers, servers, alike[i][0], alike[i][1]);
            same_tasks(text);
        }
}

static void turning_round(void)
{
    /* Four behind the first: the last of them, then of three the last again; two are not more than two. */
    PLAYS("{'stations':{'q':{'discipline':{'name':'adaptive_lifo','longest':2}}},'tasks':{"
          "'a':{" AT_ONCE(2) AT_Q(1) "},'b':{" AT_ONCE(1) AT_Q(1) "},'c':{" AT_ONCE(1) AT_Q(1) "},'d':{" AT_ONCE(1) AT_Q(1) "}}}",
          {0, 1, 0, 1, 0, 0, false}, {3, 2, 1, 1, 0, 0, false}, {2, 3, 2, 1, 0, 0, false}, {0, 4, 3, 1, 0, 0, false},
          {1, 5, 4, 1, 0, 0, false});
    /* At 3 b has waited for 2, which is not more than 2; at 4 c for 2.5: d is served. */
    PLAYS("{'stations':{'q':{'discipline':{'name':'adaptive_lifo','oldest':2}}},'tasks':{"
          "'a':{" AT_ONCE(1) AT_Q(3) "},'b':{" ARRIVES(1) AT_Q(1) "},'c':{" ARRIVES(1.5) AT_Q(1) "},'d':{" ARRIVES(2) AT_Q(1) "}}}",
          {0, 3, 0, 3, 0, 0, false}, {1, 4, 2, 1, 0, 0, false}, {3, 5, 2, 1, 0, 0, false}, {2, 6, 3.5, 1, 0, 0, false});
}

/* Blind to size, so that numbers are those of M/M/c, and mean waits too. */
static void turning_round_conserves(void)
{
    struct exact e = exact_run(300, 30000,
                               "'servers':2,'arrivals':{'rate':1.6},'service':{'dist':'exponential','mean':1},"
                               "'discipline':{'name':'adaptive_lifo','longest':3,'oldest':4}");
    exact_is(&e, "task", "wait", mmc_wait_mean(1.6, 1.0, 2));
    exact_done(&e);
}

/* ---- CoDel ---- */

/* The pseudo-code of RFC 8289, section 5, over a line of one server; times of arrival ascend. */
struct codel {
    const double *arrived;
    size_t head, tail; /* who waits */
    double now, target, interval, first_above, drop_next;
    unsigned count, last_count;
    bool dropping;
    bool *dropped;
    double *dropped_at;
};

static long dodeque(struct codel *c, bool *ok)
{
    *ok = false;
    if (c->head == c->tail) {
        c->first_above = 0.0;
        return -1;
    }
    const size_t p = c->head++;
    if (c->now - c->arrived[p] < c->target || c->tail - c->head <= 1)
        c->first_above = 0.0;
    else if (c->first_above == 0.0)
        c->first_above = c->now + c->interval;
    else if (c->now >= c->first_above)
        *ok = true;
    return (long)p;
}

static void dropped(struct codel *c, long p)
{
    c->dropped[p] = true;
    c->dropped_at[p] = c->now;
}

static long deque(struct codel *c)
{
    bool ok;
    long p = dodeque(c, &ok);
    if (p < 0) {
        c->dropping = false;
        return -1;
    }
    if (c->dropping) {
        if (!ok)
            c->dropping = false;
        while (c->now >= c->drop_next && c->dropping) {
            dropped(c, p);
            ++c->count;
            p = dodeque(c, &ok);
            if (!ok)
                c->dropping = false;
            else
                c->drop_next = c->drop_next + c->interval / sqrt(c->count);
        }
    } else if (ok) {
        dropped(c, p);
        p = dodeque(c, &ok);
        c->dropping = true;
        const unsigned delta = c->count - c->last_count;
        c->count = 1;
        if (delta > 1 && c->now - c->drop_next < 16 * c->interval)
            c->count = delta;
        c->drop_next = c->now + c->interval / sqrt(c->count);
        c->last_count = c->count;
    }
    return p;
}

/* What the same tasks come to by the pseudo-code; out: when each ends. demand by task. */
static void by_the_rfc(struct codel *c, const double *demand, size_t n, double *out)
{
    double free_at = 0.0; /* the server */
    bool busy = false;
    long served = -1;
    size_t next = 0;
    while (next < n || busy) {
        if (busy && (next == n || free_at <= c->arrived[next])) {
            c->now = free_at;
            out[served] = free_at;
            busy = false;
        } else {
            c->now = c->arrived[next++];
            c->tail = next;
        }
        if (!busy && (served = deque(c)) >= 0) {
            busy = true;
            free_at = c->now + demand[served];
        }
    }
}

static int by_arrival(const void *a, const void *b)
{
    const double x = ((const struct desq_task *)a)->arrived, y = ((const struct desq_task *)b)->arrived;
    return (x > y) - (x < y);
}

/* Tasks as desq makes them, overloaded by the hour, against the pseudo-code. */
static void against_the_rfc(void)
{
    struct trial t;
    struct history h = {0}, plain = {0};
    if (trial_read(&t, "{'arrivals':{'schedule':[[0,0.7],[100,1.6],[200,0.5]],'repeat':300},'service':{'dist':'uniform','min':0.5,"
                       "'max':1.5},'variants':{'codel':{'/discipline':{'name':'codel','target':1.5,'interval':12}},"
                       "'fcfs':{'/discipline':'fcfs'}},'run':{'replications':1,'time':9000,'warmup':0}}") &&
        trial_trace(&t, 0, 0, &h) && trial_trace(&t, 1, 0, &plain)) {
        qsort(h.tasks, h.count, sizeof *h.tasks, by_arrival);
        qsort(plain.tasks, plain.count, sizeof *plain.tasks, by_arrival);
        const size_t n = h.count < plain.count ? h.count : plain.count;
        double *arrived = calloc(n, sizeof *arrived), *demand = calloc(n, sizeof *demand), *end = calloc(n, sizeof *end),
               *at = calloc(n, sizeof *at);
        bool *gone = calloc(n, sizeof *gone);
        size_t lost = 0, common = 0;
        for (size_t i = 0; i < n && h.tasks[i].key == plain.tasks[i].key; i++, common++) {
            arrived[i] = h.tasks[i].arrived;
            demand[i] = plain.tasks[i].service; /* of the dropped ones too */
        }
        struct codel c = {.arrived = arrived, .target = 1.5, .interval = 12.0, .dropped = gone, .dropped_at = at};
        by_the_rfc(&c, demand, common, end);
        double most = 0.0;
        for (size_t i = 0; i + 50 < common; i++) {
            if (!EXPECT(h.tasks[i].lost == gone[i], "task %zu of %zu: %s", i, common, gone[i] ? "kept" : "dropped"))
                break;
            most = fmax(most, fabs(h.tasks[i].left - (gone[i] ? at[i] : end[i])));
            lost += gone[i];
        }
        EXPECT(common > 7000 && lost > 300 && most < 1e-6, "%zu tasks, %zu dropped, up to %g apart", common, lost, most);
        free(arrived);
        free(demand);
        free(end);
        free(at);
        free(gone);
    }
    history_free(&h);
    history_free(&plain);
    trial_free(&t);
}

static void by_hand(void)
{
    /* Ten at 0, each of 1, target 1, interval 2. Leave the line at 1 (waited 1: above from now on, until 3), 2, 3: the fourth
     * is dropped, the fifth served, next drop at 5; at 4 the sixth; at 5 the seventh dropped, and the eighth (two behind it)
     * served, next drop at 5 + 2 / sqrt 2; at 6 the ninth, one behind it: over. */
    PLAYS("{'stations':{'q':{'discipline':{'name':'codel','target':1,'interval':2}}},'tasks':{'a':{" AT_ONCE(10) AT_Q(1) "}}}",
          {0, 1, 0, 1, 0, 0, false}, {0, 2, 1, 1, 0, 0, false}, {0, 3, 2, 1, 0, 0, false}, {0, 3, 3, 0, 0, 0, true},
          {0, 4, 3, 1, 0, 0, false}, {0, 5, 4, 1, 0, 0, false}, {0, 5, 5, 0, 0, 0, true}, {0, 6, 5, 1, 0, 0, false},
          {0, 7, 6, 1, 0, 0, false}, {0, 8, 7, 1, 0, 0, false});
    /* Other steps for the dropped one; what it holds it keeps through them. */
    PLAYS("{'stations':{'pool':{'servers':10},'q':{'discipline':{'name':'codel','target':1,'interval':2},'on_full':[{'delay':1}]}},"
          "'tasks':{'a':{" AT_ONCE(6) "'steps':[{'in':'pool','do':[{'at':'q','for':1}]}]}}}",
          {0, 1, 0, 1, 0, 0, false}, {0, 2, 1, 1, 0, 0, false}, {0, 3, 2, 1, 0, 0, false}, {0, 4, 3, 1, 0, 0, false},
          {0, 4, 3, 0, 1, 0, false}, {0, 5, 4, 1, 0, 0, false});
    PLAYS("{'stations':{'pool':{'servers':10},'q':{'discipline':{'name':'codel','target':1,'interval':2},'on_full':[{'delay':4}]}},"
          "'tasks':{'a':{" AT_ONCE(7) "'steps':[{'in':'pool','do':[{'at':'q','for':1}]}]}}}",
          {0, 1, 0, 1, 0, 0, false}, {0, 2, 1, 1, 0, 0, false}, {0, 3, 2, 1, 0, 0, false}, {0, 4, 3, 1, 0, 0, false},
          {0, 5, 4, 1, 0, 0, false}, {0, 6, 5, 1, 0, 0, false}, {0, 7, 3, 0, 4, 0, false});
}

const struct test lines_tests[] = {
    {"targets never reached, thresholds never passed: fcfs and lcfs, bit for bit", limits},
    {"adaptive_lifo by hand", turning_round},
    {"adaptive_lifo leaves the mean wait of M/M/2", turning_round_conserves},
    {"codel by hand", by_hand},
    {"codel does what the pseudo-code of RFC 8289 does, task by task", against_the_rfc},
    {NULL, NULL},
};
