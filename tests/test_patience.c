/* Tasks that do not join a line (balk), or leave it (patience). What a comparison means stands in exact.h. */
#include "models/discipline/ordered.h"
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* M/M/c+M by its birth-death chain (Palm 1957, Erlang-A), cut off at MOST. Whoever finds c + k present, k
 * waiting, is served if he outlasts k + 1 stages; stage j (j ahead of him) ends at rate c mu + j theta
 * without him, c mu + (j + 1) theta with him. */
enum { MOST = 400 };

static void erlang_a(unsigned c, double rate, double mu, double theta, double *abandoned, double *waiting,
                     double *wait_of_served)
{
    static double birth[MOST], death[MOST + 1], p[MOST + 1];
    for (unsigned n = 0; n <= MOST; n++) {
        death[n] = n <= c ? n * mu : c * mu + (n - c) * theta;
        if (n < MOST)
            birth[n] = rate;
    }
    birth_death(MOST, birth, death, p);
    double served = 0.0, stays = 1.0, time = 0.0, waits = 0.0;
    *waiting = 0.0;
    for (unsigned n = 0; n <= MOST; n++) {
        if (n < c) {
            served += p[n];
            continue;
        }
        const unsigned k = n - c;
        stays *= (c * mu + k * theta) / (c * mu + (k + 1) * theta);
        time += 1.0 / (c * mu + (k + 1) * theta);
        *waiting += k * p[n];
        served += p[n] * stays;
        waits += p[n] * stays * time;
    }
    *abandoned = *waiting * theta / rate;
    *wait_of_served = waits / served;
    EXPECT(fabs(1.0 - served - *abandoned) < 1e-9, "%g are served and %g abandon", served, *abandoned);
}

static void erlang_a_holds(void)
{
    double abandoned, waiting, wait;
    erlang_a(3, 4.0, 1.0, 0.5, &abandoned, &waiting, &wait);
    struct exact b = exact_run(50, 8000,
                               "'servers':3,'arrivals':{'rate':4},'service':{'dist':'exponential','mean':1},"
                               "'patience':{'dist':'exponential','mean':2}");
    exact_is(&b, "task", "abandoned", abandoned);
    exact_is(&b, "task", "wait", wait);
    exact_is(&b, "task", "throughput", 4.0 * (1.0 - abandoned));
    exact_is(&b, "station:queue", "queue_length", waiting);
    exact_is(&b, "station:queue", "wait", wait);
    exact_done(&b);
    /* With memory-less patience the number waiting does not depend on who is next: removal from every line.
     */
    static const char *const disciplines[] = {"'lcfs'", "'random'", "'priority'",
                                              "'edf','deadline':{'dist':'exponential','mean':2}"};
    for (size_t i = 0; i < sizeof disciplines / sizeof disciplines[0]; i++) {
        char text[300];
        snprintf(
            text, sizeof text,
            "'discipline':%s,'servers':3,'arrivals':{'rate':4},'service':{'dist':'exponential','mean':1},"
            "'patience':{'dist':'exponential','mean':2}",
            disciplines[i]);
        b = exact_run(50, 8000, text);
        exact_is(&b, "task", "abandoned", abandoned);
        exact_is(&b, "station:queue", "queue_length", waiting);
        exact_done(&b);
    }
    /* The same for threads that are held. */
    b = exact_run(
        50, 8000,
        "'stations':{'pool':{'servers':3}},'arrivals':{'rate':4},'patience':{'dist':'exponential','mean':2},"
        "'steps':[{'in':'pool','do':[{'delay':{'dist':'exponential','mean':1}}]}]");
    exact_is(&b, "task", "abandoned", abandoned);
    exact_is(&b, "task", "wait", wait);
    exact_done(&b);
}

/* Two kinds share an M/M/2 line, and only one has patience: the number of each that wait, by a chain, does
 * not matter if the impatient are served first (their chain is Erlang-A with the others in the way only as
 * load). Here: without patience for the others nobody of them abandons, and arrivals are conserved. */
static void only_the_impatient_abandon(void)
{
    struct trial t;
    if (trial_read(&t,
                   "{'stations':{'q':{'servers':2,'discipline':'random'}},'tasks':{"
                   "'i':{'arrivals':{'rate':1.4},'patience':{'dist':'exponential','mean':0.7},"
                   "'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]},"
                   "'p':{'arrivals':{'rate':1},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]}},"
                   "'run':{'replications':4,'time':2000}}") &&
        trial_run(&t, 1)) {
        CU_ASSERT(trial_figure(&t, 0, "i", "abandoned")->mean > 0.1);
        CU_ASSERT_EQUAL(trial_figure(&t, 0, "p", "abandoned")->mean, 0.0);
        CU_ASSERT_EQUAL(trial_figure(&t, 0, "i", "lost")->mean, 0.0);
        /* 2.4 are offered for 2, but only 1 of them must be carried: the load says nothing, and the run finds
         * it steady. */
        CU_ASSERT_EQUAL(t.result->points[0].warning_count, 0);
    }
    trial_free(&t);
}

/* M/M/1 where a task that finds n present joins with probability 1 / (n + 1): the number present is Poisson
 * with mean rate / mu (Haight, Queueing with balking, Biometrika 1957). */
static void discouraged_arrivals(void)
{
    char balk[1000];
    size_t used = 0;
    for (int n = 0; n < 40; n++)
        used +=
            (size_t)snprintf(balk + used, sizeof balk - used, "%s%.16g", n == 0 ? "" : ",", n / (n + 1.0));
    char text[1300];
    static const char *const disciplines[] = {"fcfs", "ps"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(
            text, sizeof text,
            "'discipline':'%s','arrivals':{'rate':1.5},'service':{'dist':'exponential','mean':1},'balk':[%s]",
            disciplines[i], balk);
        struct exact b = exact_run(50, 10000, text);
        exact_is(&b, "task", "in_system", 1.5);
        exact_is(&b, "task", "lost", 1.0 - (1.0 - exp(-1.5)) / 1.5);
        exact_is(&b, "station:queue", "utilisation", 1.0 - exp(-1.5));
        exact_is(&b, "station:queue", "lost", 1.0 - (1.0 - exp(-1.5)) / 1.5);
        exact_done(&b);
    }
    /* The last probability holds beyond: M/M/1 whose arrivals are halved when the server is busy. */
    struct exact b = exact_run(
        50, 10000, "'arrivals':{'rate':1.2},'service':{'dist':'exponential','mean':1},'balk':[0,0.5]");
    const double idle = 1.0 / (1.0 + 1.2 / 0.4);
    exact_is(&b, "station:queue", "utilisation", 1.0 - idle);
    exact_is(&b, "task", "lost", 0.5 * (1.0 - idle));
    exact_done(&b);
    /* Never joining at 3 present is room for 3, task by task. */
    struct trial t;
    struct history x = {0}, y = {0};
    if (trial_read(&t,
                   "{'arrivals':{'rate':1.2},'service':{'dist':'exponential','mean':1},'run':{'time':500},"
                   "'variants':{'room':{'/capacity':3},'balk':{'/balk':[0,0,0,1]}}}") &&
        trial_trace(&t, 0, 0, &x) && trial_trace(&t, 1, 0, &y)) {
        size_t differ = 0;
        for (size_t i = 0; i < x.count && i < y.count; i++)
            differ += x.tasks[i].left != y.tasks[i].left || x.tasks[i].lost != y.tasks[i].lost;
        EXPECT(x.count == y.count && x.count > 300 && differ == 0, "%zu and %zu tasks, %zu differ", x.count,
               y.count, differ);
    }
    history_free(&x);
    history_free(&y);
    trial_free(&t);
}

#define LEAVES(kind, left, wait, service, delay)                                                             \
    {                                                                                                        \
        kind, left, wait, service, delay, 0, ABANDONED                                                       \
    }

static void at_one_instant(void)
{
    /* x is served 0-5. a (at 1) has patience for just 4: at 5 the service ends first, and a is served. Half a
     * second less and it leaves. */
#define ONE(patience)                                                                                        \
    "{'stations':{'q':{}},'tasks':{'x':{" AT_ONCE(                                                           \
        1) "'steps':[{'at':'q','for':5}]},'a':{'patience':" patience                                         \
           "," ARRIVES(1) "'steps':[{'at':'q','for':1}]}}}"
    PLAYS(ONE("4"), {0, 5, 0, 5, 0, 0, false}, {1, 6, 4, 1, 0, 0, false});
    PLAYS(ONE("3.5"), LEAVES(1, 4.5, 3.5, 0, 0), {0, 5, 0, 5, 0, 0, false});
    /* No patience at all: served if the server becomes free at that very instant, else gone. */
    PLAYS(ONE("0"), LEAVES(1, 1, 0, 0, 0), {0, 5, 0, 5, 0, 0, false});
    PLAYS("{'stations':{'q':{}},'tasks':{'x':{" AT_ONCE(1) "'steps':[{'at':'q','for':5}]},'a':{'patience':"
                                                           "0," ARRIVES(5) "'steps':[{'at':'q','for':1}]}}}",
          {0, 5, 0, 5, 0, 0, false}, {1, 6, 0, 1, 0, 0, false});
    /* Arrivals come before what runs out: b, at 5, finds a still in line, and no room. */
    PLAYS(
        "{'stations':{'q':{'capacity':2}},'tasks':{'x':{" AT_ONCE(
            1) "'steps':[{'at':'q','for':10}]},'a':{'patience':4," ARRIVES(1) "'steps':[{'at':'q','for':1}]},"
                                                                              "'b':{" ARRIVES(5) "'steps':[{'"
                                                                                                 "at':'q','"
                                                                                                 "for':1}]}}"
                                                                                                 "}",
        {2, 5, 0, 0, 0, 0, true}, LEAVES(1, 5, 4, 0, 0), {0, 10, 0, 10, 0, 0, false});
#undef ONE
}

static void patience_by_line(void)
{
    /* Anew at each station, and not while being served: a waits 3 of 4 for p, is served 3-13, waits 2 of 4
     * for q. */
    PLAYS(
        "{'stations':{'p':{},'q':{}},'tasks':{'x':{" AT_ONCE(1) "'steps':[{'at':'p','for':3},{'delay':9},{'"
                                                                "at':'q','for':3}]},'a':{'patience':"
                                                                "4," AT_ONCE(1) "'steps':[{'at':'p','for':10}"
                                                                                ",{'at':'q','for':1}]}}}",
        {0, 15, 0, 6, 9, 0, false}, {1, 16, 5, 11, 0, 0, false});
    /* Whoever leaves gives back what he holds: a holds the pool and waits for q from 0 to 3; then u has the
     * pool. */
    PLAYS("{'stations':{'pool':{},'q':{}},'tasks':{'x':{" AT_ONCE(
              1) "'steps':[{'at':'q','for':10}]},'a':{'patience':3," AT_ONCE(1) "'steps':[{'in':'pool','do':["
                                                                                "{'at':'q','for':1}]}]},'u':"
                                                                                "{" AT_ONCE(1) "'steps':[{'"
                                                                                               "in':'pool','"
                                                                                               "do':[{'delay'"
                                                                                               ":1}]}]}}}",
          LEAVES(1, 3, 3, 0, 0), {2, 4, 3, 0, 1, 0, false}, {0, 10, 0, 10, 0, 0, false});
    /* For a pool too; but who had a server and comes back for it stays: a (patience 1) gives the thread back
     * 1-3, waits for it 3-9, and ends. b (patience 1) comes at 4 and is gone at 5. */
    PLAYS("{" POOL("release") "'tasks':{'a':{'patience':1," AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'delay':1}"
                 ",{'await':[{'delay':2}]},{'delay':1}]}]"
                 "},'u':{" ARRIVES(0.5) "'steps':[{'in':'pool','do':[{'"
                                        "delay':8}]}]},'b':{'patience':"
                                        "1," ARRIVES(4) "'steps':[{'in'"
                                                        ":'pool','do':["
                                                        "{'delay':1}]}]"
                                                        "}}}",
          LEAVES(2, 5, 1, 0, 0), {1, 9, 0.5, 0, 8, 0, false}, {0, 10, 6, 0, 4, 0, false});
    /* Sharing serves at once. */
    PLAYS("{'stations':{'q':{'discipline':'ps'}},'tasks':{'a':{'patience':0," AT_ONCE(
              2) "'steps':[{'at':'q','for':1}]}}}",
          {0, 2, 1, 1, 0, 0, false}, {0, 2, 1, 1, 0, 0, false});
    /* A closed client who leaves thinks, and comes again. */
    PLAYS(
        "{'stations':{'q':{}},'tasks':{'x':{" AT_ONCE(
            1) "'steps':[{'at':'q','for':5}]},'a':{'patience':1,'limit':3,'arrivals':{'closed':1,'think':1},"
               "'steps':[{'at':'q','for':1}]}}}",
        LEAVES(1, 2, 1, 0, 0), LEAVES(1, 4, 1, 0, 0), {0, 5, 0, 5, 0, 0, false}, {1, 6, 0, 1, 0, 0, false});
}

static void everyone_can_leave_from_anywhere(void)
{
    /* Five wait behind x, and leave by their patience from the middle, the front and the back; the rest go on
     * in their discipline's order. */
#define LINE(discipline)                                                                                     \
    "{'stations':{'q':{'discipline':'" discipline "'}},'tasks':{'x':{" AT_ONCE(                              \
        1) "'steps':[{'at':'q','for':10}]},"                                                                 \
           "'a':{'patience':7," ARRIVES(                                                                     \
               1) "'steps':[{'at':'q','for':1}]},"                                                           \
                  "'b':{" ARRIVES(2) "'steps':[{'at':'q','for':1}]},"                                        \
                                     "'c':{'patience':2.5," ARRIVES(                                         \
                                         3) "'steps':[{'at':'q','for':1}]},"                                 \
                                            "'d':{" ARRIVES(4) "'steps':[{'at':'q','for':1}]},"              \
                                                               "'e':{'patience':4," ARRIVES(                 \
                                                                   5) "'steps':[{'at':'q','for':1}]}}}"
    PLAYS(LINE("fcfs"), LEAVES(3, 5.5, 2.5, 0, 0), LEAVES(1, 8, 7, 0, 0), LEAVES(5, 9, 4, 0, 0),
          {0, 10, 0, 10, 0, 0, false}, {2, 11, 8, 1, 0, 0, false}, {4, 12, 7, 1, 0, 0, false});
    PLAYS(LINE("priority"), LEAVES(3, 5.5, 2.5, 0, 0), LEAVES(1, 8, 7, 0, 0), LEAVES(5, 9, 4, 0, 0),
          {0, 10, 0, 10, 0, 0, false}, {2, 11, 8, 1, 0, 0, false}, {4, 12, 7, 1, 0, 0, false});
    PLAYS(LINE("lcfs"), LEAVES(3, 5.5, 2.5, 0, 0), LEAVES(1, 8, 7, 0, 0), LEAVES(5, 9, 4, 0, 0),
          {0, 10, 0, 10, 0, 0, false}, {4, 11, 6, 1, 0, 0, false}, {2, 12, 9, 1, 0, 0, false});
    /* By size and by deadline, all alike here: first come, first served. */
    PLAYS(LINE("sjf"), LEAVES(3, 5.5, 2.5, 0, 0), LEAVES(1, 8, 7, 0, 0), LEAVES(5, 9, 4, 0, 0),
          {0, 10, 0, 10, 0, 0, false}, {2, 11, 8, 1, 0, 0, false}, {4, 12, 7, 1, 0, 0, false});
    PLAYS(LINE("edf"), LEAVES(3, 5.5, 2.5, 0, 0), LEAVES(1, 8, 7, 0, 0), LEAVES(5, 9, 4, 0, 0),
          {0, 10, 0, 10, 0, 0, false}, {2, 11, 8, 1, 0, 0, false}, {4, 12, 7, 1, 0, 0, false});
#undef LINE
}

/* A line ordered by a number, against one that is searched: tasks join, the first one goes, any one goes. */
static void an_ordered_line_stays_in_order(void)
{
    enum { TASKS = 300, MOVES = 20000 };
    static struct task_link links[TASKS];
    static double keys[TASKS];
    static uint64_t joined[TASKS]; /* 0: not in the line */
    struct task_link *const at = links;
    struct line line = {.links = &at};
    struct stream s = {7};
    size_t wrong = 0;
    memset(joined, 0, sizeof joined);
    for (uint64_t move = 1; move <= MOVES; move++) {
        const uint32_t task = (uint32_t)stream_below(&s, TASKS);
        uint32_t first = TASKS;
        for (uint32_t i = 0; i < TASKS; i++)
            if (joined[i] != 0 && (first == TASKS || keys[i] < keys[first] ||
                                   (keys[i] == keys[first] && joined[i] < joined[first])))
                first = i;
        if (joined[task] == 0) {
            keys[task] = (double)stream_below(&s, 20);
            joined[task] = move;
            CU_ASSERT_TRUE_FATAL(ordered_push(&line, keys[task], move, task));
        } else if (stream_below(&s, 2) == 0) {
            ordered_remove(&line, NULL, task);
            joined[task] = 0;
        } else {
            wrong += ordered_pop(&line) != first;
            joined[first] = 0;
        }
        uint32_t there = 0;
        for (uint32_t i = 0; i < TASKS; i++) {
            there += joined[i] != 0;
            wrong += joined[i] != 0 && line.heap[links[i].before].task != i;
        }
        wrong += there != line.count;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    free(line.heap);
}

/* Patience is that of newcomers: whoever has been served, if for a moment, stays. */
static void the_preempted_stay(void)
{
    /* v is preempted at 2, before its patience of 1.5 could have ended had it waited from 0, and waits for 3;
     * w, never served, leaves. */
    PLAYS("{'stations':{'q':{'discipline':'priority','preempt':'resume'}},'tasks':{"
          "'u':{" ARRIVES(2) "'steps':[{'at':'q','for':3}]},"
                             "'v':{'priority':1,'patience':1.5," AT_ONCE(
                                 1) "'steps':[{'at':'q','for':4}]},"
                                    "'w':{'priority':2,'patience':2.5," ARRIVES(
                                        1) "'steps':[{'at':'q','for':1}]},"
                                           "'y':{'priority':2," ARRIVES(3) "'steps':[{'at':'q','for':1}]}}}",
          LEAVES(2, 3.5, 2.5, 0, 0), {0, 5, 0, 3, 0, 0, false}, {1, 7, 3, 4, 0, 0, false},
          {3, 8, 4, 1, 0, 0, false});
    /* Turns: y's first one does not come in time; z waits longer for its second than its patience. */
    PLAYS("{'stations':{'q':{'discipline':'rr','quantum':1}},'tasks':{"
          "'x':{" AT_ONCE(1) "'steps':[{'at':'q','for':3}]},"
                             "'y':{'patience':0.5," ARRIVES(0.25) "'steps':[{'at':'q','for':1}]},"
                                                                  "'z':{'patience':0.625," ARRIVES(
                                                                      0.5) "'steps':[{'at':'q','for':2}]}}}",
          LEAVES(1, 0.75, 0.5, 0, 0), {2, 4, 1.5, 2, 0, 0, false}, {0, 5, 2, 3, 0, 0, false});
    /* By size: y, the longer one, leaves; z, the shorter, takes the server, and x, who had it, stays. */
#define BY_SIZE(discipline)                                                                                  \
    "{'stations':{'q':{'discipline':'" discipline "'}},'tasks':{"                                            \
    "'x':{'patience':0.5," AT_ONCE(1) "'steps':[{'at':'q','for':4}]},"                                       \
                                      "'y':{'patience':1.5," ARRIVES(                                        \
                                          0.5) "'steps':[{'at':'q','for':5}]},"                              \
                                               "'z':{'patience':0.5," ARRIVES(                               \
                                                   1) "'steps':[{'at':'q','for':2}]}}}"
    PLAYS(BY_SIZE("psjf"), LEAVES(1, 2, 1.5, 0, 0), {2, 3, 0, 2, 0, 0, false}, {0, 6, 2, 4, 0, 0, false});
    PLAYS(BY_SIZE("srpt"), LEAVES(1, 2, 1.5, 0, 0), {2, 3, 0, 2, 0, 0, false}, {0, 6, 2, 4, 0, 0, false});
    PLAYS(BY_SIZE("lcfs_pr"), {2, 3, 0, 2, 0, 0, false}, {1, 7.5, 2, 5, 0, 0, false},
          {0, 11, 7, 4, 0, 0, false});
#undef BY_SIZE
    PLAYS("{'stations':{'q':{'discipline':'edf','preempt':'resume'}},'tasks':{"
          "'x':{'deadline':8,'patience':0.5," AT_ONCE(1) "'steps':[{'at':'q','for':4}]},"
                                                         "'y':{'deadline':9,'patience':1.5," ARRIVES(
                                                             0.5) "'steps':[{'at':'q','for':5}]},"
                                                                  "'z':{'deadline':3," ARRIVES(
                                                                      1) "'steps':[{'at':'q','for':2}]}}}",
          LEAVES(1, 2, 1.5, 0, 0), {2, 3, 0, 2, 0, 0, false}, {0, 6, 2, 4, 0, 0, false});
}

static void patience_ends_a_deadlock(void)
{
    /* a holds A and wants B, b holds B and wants A. When a loses patience, b goes on. Without patience: a
     * deadlock. */
#define CROSS(patience)                                                                                      \
    "{'stations':{'A':{},'B':{}},'tasks':{'a':{" patience                                                    \
        AT_ONCE(1) "'steps':[{'in':'A','do':[{'delay':1},{'in':'B','do':[{'delay':1}]}]}]},'b':{" AT_ONCE(   \
            1) "'steps':[{'in':'B','do':[{'delay':1},{'in':'A','do':[{'delay':1}]}]}]}},"                    \
               "'run':{'replications':2,'time':3}}"
    PLAYS(CROSS("'patience':1,"), LEAVES(0, 2, 1, 0, 1), {1, 3, 1, 0, 2, 0, false});
    struct trial t;
    if (trial_read(&t, CROSS("'patience':100,")) && trial_run(&t, 1)) /* still waiting when the run ends */
        CU_ASSERT_NOT_EQUAL(t.result->points[0].report.stopped, STOPPED_DEADLOCK);
    trial_free(&t);
    if (trial_read(&t, CROSS("")) && trial_run(&t, 1))
        CU_ASSERT_EQUAL(t.result->points[0].report.stopped, STOPPED_DEADLOCK);
    trial_free(&t);
#undef CROSS
}

/* Whoever ends in both worlds, the patient one and the other, had the same work in both. */
static void patience_shifts_no_work(void)
{
    struct trial t;
    struct history x = {0}, y = {0};
    if (trial_read(&t, "{'arrivals':{'rate':0.9},'limit':500,'service':{'dist':'exponential','mean':1},"
                       "'variants':{'patient':{},'impatient':{'/patience':{'dist':'exponential','mean':2},"
                       "'/balk':[0,0.2]}}}") &&
        trial_trace(&t, 0, 0, &x) && trial_trace(&t, 1, 0, &y)) {
        history_by_key(&x);
        history_by_key(&y);
        size_t served = 0, abandoned = 0, lost = 0, differ = 0;
        for (size_t i = 0; i < x.count && i < y.count; i++) {
            const struct desq_task *a = &x.tasks[i], *b = &y.tasks[i];
            served += !b->abandoned && !b->lost;
            abandoned += b->abandoned;
            lost += b->lost;
            differ += a->key != b->key || a->arrived != b->arrived ||
                      (!b->abandoned && !b->lost && a->service != b->service);
        }
        EXPECT(x.count == 500 && y.count == 500 && served > 200 && abandoned > 20 && lost > 20 && differ == 0,
               "%zu served, %zu abandoned, %zu lost, %zu differ", served, abandoned, lost, differ);
    }
    history_free(&x);
    history_free(&y);
    trial_free(&t);
}

const struct test patience_tests[] = {
    {"M/M/c with exponential patience is Erlang-A, whoever is next", erlang_a_holds},
    {"only those with patience abandon, and their load is no overload", only_the_impatient_abandon},
    {"discouraged arrivals make a Poisson number present", discouraged_arrivals},
    {"when patience ends at the instant service begins, service wins", at_one_instant},
    {"patience is by line, and ends what the task holds", patience_by_line},
    {"a task leaves from anywhere in every line", everyone_can_leave_from_anywhere},
    {"an ordered line stays in order whoever leaves", an_ordered_line_stays_in_order},
    {"patience is over when service begins, preempted or not", the_preempted_stay},
    {"patience ends a deadlock", patience_ends_a_deadlock},
    {"patience shifts no work", patience_shifts_no_work},
    {NULL, NULL},
};
