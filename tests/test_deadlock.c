/* test_deadlock.c: tasks that wait for each other: found, with the cycle, and not where there is none. */
#include "tests/trial.h"

#include <stdio.h>
#include <string.h>

/* One task of a cycle, as expected. NULL holds: nothing; NULL waits: its branches. */
struct link {
    const char *task, *holds, *waits;
    bool room, branch;
};

static void expect_cycle(int line, struct trial *t, double time, uint64_t tasks, const struct link *steps, size_t length)
{
    const struct deadlock_report *d = t->result->points[0].deadlock;
    EXPECT(t->result->points[0].report.stopped == STOPPED_DEADLOCK && d != NULL, "line %d: no deadlock", line);
    if (d == NULL)
        return;
    EXPECT(d->time == time && d->tasks == tasks && d->length == length, "line %d: at %g, %llu tasks, cycle of %zu", line,
           d->time, (unsigned long long)d->tasks, d->length);
    /* A cycle may begin anywhere. */
    bool found = false;
    for (size_t shift = 0; shift < d->length && d->length == length; shift++) {
        bool same = true;
        for (size_t i = 0; i < length; i++) {
            const struct deadlock_step *s = &d->cycle[(i + shift) % length];
            same = same && strcmp(s->task, steps[i].task) == 0 && s->room == steps[i].room &&
                   s->branch == steps[i].branch && (s->holds == NULL) == (steps[i].holds == NULL) &&
                   (s->holds == NULL || strcmp(s->holds, steps[i].holds) == 0) &&
                   (s->waits_for == NULL) == (steps[i].waits == NULL) &&
                   (s->waits_for == NULL || strcmp(s->waits_for, steps[i].waits) == 0);
        }
        found |= same;
    }
    EXPECT(found, "line %d: another cycle", line);
    for (size_t i = 0; !found && i < d->length; i++)
        EXPECT(false, "  %s%s holds %s waits for %s%s", d->cycle[i].branch ? "branch of " : "", d->cycle[i].task,
               d->cycle[i].holds == NULL ? "-" : d->cycle[i].holds, d->cycle[i].room ? "room at " : "",
               d->cycle[i].waits_for == NULL ? "branches" : d->cycle[i].waits_for);
}

#define LOCKS(text, time, tasks, ...)                                                                                  \
    do {                                                                                                               \
        struct trial trial;                                                                                            \
        const struct link steps[] = {__VA_ARGS__};                                                                     \
        if (trial_read(&trial, "%s", text) && trial_run(&trial, 1))                                                    \
            expect_cycle(__LINE__, &trial, time, tasks, steps, sizeof steps / sizeof *steps);                          \
        trial_free(&trial);                                                                                            \
    } while (0)

#define IS_FREE(text)                                                                                                  \
    do {                                                                                                               \
        struct trial trial;                                                                                            \
        if (trial_read(&trial, "%s", text) && trial_run(&trial, 1))                                                    \
            EXPECT(trial.result->points[0].report.stopped != STOPPED_DEADLOCK &&                                       \
                       trial.result->points[0].deadlock == NULL,                                                       \
                   "a deadlock where there is none");                                                                  \
        trial_free(&trial);                                                                                            \
    } while (0)

/* m tasks that need C servers each, one after the other: with m (C - 1) servers each may hold C - 1, and all wait; with
 * one more somebody always has C. */
static void nested_calls_at_the_boundary(void)
{
    for (int m = 1; m <= 5; m++)
        for (int c = 2; c <= 4; c++)
            for (int more = -1; more <= 2; more++) {
                struct trial t;
                const int n = m * (c - 1) + more;
                if (n < 1)
                    continue;
                char steps[400] = "{'delay':1}", next[440];
                for (int i = 0; i < c; i++) {
                    snprintf(next, sizeof next, "{'in':'pool','do':[{'delay':1},%s]}", steps);
                    memcpy(steps, next, sizeof steps - 1);
                }
                if (trial_read(&t, "{'stations':{'pool':{'servers':%d}},'tasks':{'t':{'arrivals':{'at_once':%d},'steps':[%s]"
                                   "}}}", n, m, steps) &&
                    trial_run(&t, 1)) {
                    const bool dead = t.result->points[0].report.stopped == STOPPED_DEADLOCK;
                    EXPECT(dead == (more <= 0), "%d tasks of %d on %d servers: %s", m, c, n, dead ? "deadlock" : "none");
                }
                trial_free(&t);
            }
}

/* a holds A, b holds B; each wants the other. */
#define CROSS                                                                                  \
    "{'stations':{'A':{},'B':{}},'tasks':{'a':{'arrivals':{'at_once':1},'steps':["                                       \
    "{'in':'A','do':[{'delay':1},{'in':'B','do':[]}]}]},'b':{'arrivals':{'at_once':1},'steps':["                        \
    "{'in':'B','do':[{'delay':2},{'in':'A','do':[]}]}]}}}"

static void cycles_of_locks(void)
{
    LOCKS(CROSS, 2.0, 2, {"a", "A", "B", false, false}, {"b", "B", "A", false, false});
    /* One who waits behind them can never go on, but is no part of the cycle. */
    LOCKS("{'stations':{'A':{},'B':{}},'tasks':{'c':{'arrivals':{'interarrival':5,'count':1},'steps':[{'at':'A','for':1}]},"
          "'a':{'arrivals':{'at_once':1},'steps':[{'in':'A','do':[{'delay':1},{'in':'B','do':[]}]}]},"
          "'b':{'arrivals':{'at_once':1},'steps':[{'in':'B','do':[{'delay':1},{'in':'A','do':[]}]}]}}}",
          1.0, 3, {"a", "A", "B", false, false}, {"b", "B", "A", false, false});
    LOCKS("{'stations':{'A':{},'B':{},'C':{}},'tasks':{"
          "'a':{'arrivals':{'at_once':1},'steps':[{'in':'A','do':[{'delay':1},{'in':'B','do':[]}]}]},"
          "'b':{'arrivals':{'at_once':1},'steps':[{'in':'B','do':[{'delay':1},{'in':'C','do':[]}]}]},"
          "'c':{'arrivals':{'at_once':1},'steps':[{'in':'C','do':[{'delay':1},{'in':'A','do':[]}]}]}}}",
          1.0, 3, {"a", "A", "B", false, false}, {"b", "B", "C", false, false}, {"c", "C", "A", false, false});
    /* One task that wants what it has. */
    LOCKS("{'stations':{'A':{}},'tasks':{'a':{'arrivals':{'at_once':1},'steps':[{'in':'A','do':[{'in':'A','do':[]}]}]}}}",
          0.0, 1, {"a", "A", "A", false, false});
}

static void time_outs_break_cycles(void)
{
    /* The time-out is around the wait of a: it gives A back at 10, and b goes on. */
    IS_FREE("{'stations':{'A':{},'B':{}},'tasks':{"
            "'a':{'arrivals':{'at_once':1},'steps':[{'timeout':10,'do':[{'in':'A','do':[{'delay':1},{'in':'B','do':[]}]}]}]},"
            "'b':{'arrivals':{'at_once':1},'steps':[{'in':'B','do':[{'delay':1},{'in':'A','do':[]}]}]}}}");
    /* It is over before. */
    LOCKS("{'stations':{'A':{},'B':{}},'tasks':{"
          "'a':{'arrivals':{'at_once':1},'steps':[{'in':'A','do':[{'timeout':10,'do':[{'delay':1}]},{'in':'B','do':[]}]}]},"
          "'b':{'arrivals':{'at_once':1},'steps':[{'in':'B','do':[{'delay':1},{'in':'A','do':[]}]}]}}}",
          1.0, 2, {"a", "A", "B", false, false}, {"b", "B", "A", false, false});
    /* The attempt goes on holding A, though its task has given up. */
    LOCKS("{'stations':{'A':{},'B':{}},'tasks':{'a':{'arrivals':{'at_once':1},'steps':[{'timeout':10,'abandoned':'continues',"
          "'do':[{'in':'A','do':[{'delay':1},{'in':'B','do':[]}]}]}]},"
          "'b':{'arrivals':{'at_once':1},'steps':[{'in':'B','do':[{'delay':1},{'in':'A','do':[]}]}]}}}",
          1.0, 2, {"a", "A", "B", false, false}, {"b", "B", "A", false, false});
}

static void forks_that_wait_for_their_task(void)
{
    /* The task holds the lock for which its branch waits. */
    LOCKS("{'stations':{'A':{}},'tasks':{'a':{'arrivals':{'at_once':1},'steps':[{'in':'A','do':[{'fork':[[{'delay':3}],[{'in':"
          "'A','do':[]}]]}]}]}}}",
          0.0, 2, {"a", "A", NULL, false, false}, {"a", NULL, "A", false, true});
    /* One of the branches is enough. */
    IS_FREE("{'stations':{'A':{}},'tasks':{'a':{'arrivals':{'at_once':1},'steps':[{'in':'A','do':[{'fork':[[{'delay':3}],[{"
            "'in':'A','do':[]}]],'join':'any','rest':'cancel'}]}]}}}");
}

static void several_servers_at_once(void)
{
    /* Each has two of four and wants two more; and at five, three, the first in line can never have them. */
    LOCKS("{'stations':{'A':{'servers':4}},'tasks':{'a':{'arrivals':{'at_once':2},'steps':[{'in':'A','count':2,'do':[{'delay':"
          "1},{'in':'A','count':2,'do':[]}]}]}}}",
          1.0, 2, {"a", "A", "A", false, false}, {"a", "A", "A", false, false});
    LOCKS("{'stations':{'A':{'servers':5}},'tasks':{'a':{'arrivals':{'at_once':2},'steps':[{'in':'A','count':2,'do':[{'delay':"
          "1},{'in':'A','count':2,'do':[]}]}]}}}",
          1.0, 2, {"a", "A", "A", false, false}, {"a", "A", "A", false, false});
    IS_FREE("{'stations':{'A':{'servers':6}},'tasks':{'a':{'arrivals':{'at_once':2},'steps':[{'in':'A','count':2,'do':[{'delay':"
            "1},{'in':'A','count':2,'do':[]}]}]}}}");
    IS_FREE("{'stations':{'A':{'servers':5}},'tasks':{'a':{'arrivals':{'at_once':2},'steps':[{'in':'A','count':2,'do':[{'delay':"
            "1},{'in':'A','do':[]}]}]}}}");
}

static void full_stations_in_a_ring(void)
{
    /* Two stations of room for one that feed each other: each blocks the other's server. */
    LOCKS("{'stations':{'A':{'capacity':1,'on_full':'block'},'B':{'capacity':1,'on_full':'block'}},'tasks':{"
          "'a':{'arrivals':{'at_once':1},'steps':[{'at':'A','for':1},{'at':'B','for':1}]},"
          "'b':{'arrivals':{'at_once':1},'steps':[{'at':'B','for':2},{'at':'A','for':1}]}}}",
          2.0, 2, {"a", "A", "B", true, false}, {"b", "B", "A", true, false});
    /* Neither is begun before there is room at the other's station. */
    LOCKS("{'stations':{'A':{'capacity':1,'on_full':{'block':'before'}},'B':{'capacity':1,'on_full':{'block':'before'}}},'tasks':{"
          "'x':{'arrivals':{'at_once':1},'steps':[{'at':'A','for':2}]},"
          "'y':{'arrivals':{'at_once':1},'steps':[{'at':'B','for':1}]},"
          "'a':{'limit':1,'arrivals':{'interarrival':0.5},'steps':[{'at':'A','for':1},{'at':'B','for':1}]},"
          "'b':{'limit':1,'arrivals':{'interarrival':0.75},'steps':[{'at':'B','for':2},{'at':'A','for':1}]}}}",
          2.0, 2, {"a", "A", "B", true, false}, {"b", "B", "A", true, false});
    IS_FREE("{'stations':{'A':{'capacity':1,'on_full':'block'},'B':{'capacity':1,'on_full':'block'}},'tasks':{"
            "'a':{'arrivals':{'at_once':1},'steps':[{'at':'A','for':1},{'at':'B','for':1}]},"
            "'b':{'arrivals':{'at_once':1},'steps':[{'at':'B','for':2}]}}}");
}

const struct test deadlock_tests[] = {
    {"m tasks that need C servers each are safe from m (C - 1) + 1 servers on, and not below", nested_calls_at_the_boundary},
    {"cycles of two, three and one, and who waits behind them", cycles_of_locks},
    {"time-outs break a cycle while they run, not if the work goes on", time_outs_break_cycles},
    {"branches that wait for what their task holds", forks_that_wait_for_their_task},
    {"several servers at once", several_servers_at_once},
    {"full stations that block each other", full_stations_in_a_ring},
    {NULL, NULL},
};
