/* test_shared.c: draws that steps share; sessions of several requests. */
#include "tests/exact.h"
#include "tests/schedule.h"

#include <math.h>

#define SIZE "'draws':{'size':{'dist':'gamma','mean':1,'scv':2}},"

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * (1.0 + fabs(a));
}

static void the_same_at_each_use(void)
{
    struct trial t;
    struct history h;
    /* Served for the size, then a delay of twice it, in two branches of a fork the same again: side by side, but behind
     * each other at the one server of `b`. */
    if (trial_read(&t, "{'stations':{'a':{'servers':'infinite'},'b':{}},'tasks':{'t':{'arrivals':{'interarrival':1000,"
                       "'count':200}," SIZE "'steps':[{'at':'a','for':{'shared':'size'}},{'delay':{'shared':'size','times':"
                       "2}},{'fork':[[{'at':'b','for':{'shared':'size'}}],[{'at':'b','for':{'shared':'size'}}]]}]}}}") &&
        trial_trace(&t, 0, 0, &h)) {
        EXPECT(h.count == 200, "%zu tasks", h.count);
        for (size_t i = 0; i < h.count; i++) {
            const struct desq_task *task = &h.tasks[i];
            const double size = task->delay / 2.0;
            EXPECT(near(task->service, 2.0 * size), "service %g, size %g", task->service, size);
            EXPECT(near(task->wait, size), "wait %g, size %g", task->wait, size);
            EXPECT(i == 0 || task->service != h.tasks[i - 1].service, "two tasks of one size");
        }
        history_free(&h);
    }
    trial_free(&t);
}

static void drawn_anew_by_the_next_task(void)
{
    struct trial t;
    struct history h;
    /* A closed client: each cycle has its own; within it a call, a loop and a retry have the same. */
    if (trial_read(&t, "{'stations':{'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'closed':1,'count':100,'think':1},"
                       SIZE "'steps':[{'repeat':2,'do':[{'at':'a','for':{'shared':'size'}}]},{'timeout':{'shared':'size'},"
                       "'retry':{'max':1},'else':[],'do':[{'delay':1e6}]}]}}}") &&
        trial_trace(&t, 0, 0, &h)) {
        EXPECT(h.count == 100, "%zu tasks", h.count);
        for (size_t i = 0; i < h.count; i++) {
            EXPECT(near(h.tasks[i].service, h.tasks[i].delay), "service %g, delay %g", h.tasks[i].service,
                   h.tasks[i].delay);
            EXPECT(i == 0 || h.tasks[i].service != h.tasks[i - 1].service, "two tasks of one size");
        }
        history_free(&h);
    }
    trial_free(&t);
}

/* Two queues in a row with the same service time at both: each task leaves as Lindley's recursion says (departures
 * max(D, arrival) + S, twice). The variance of the sum of both is 4 Var S; were they drawn apart, 2 Var S. */
static void tandem_of_equal_services(void)
{
    struct trial t;
    struct history h;
    if (trial_read(&t, "{'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.7,'count':20000},'draws':{'size':{"
                       "'dist':'exponential','mean':1}},'steps':[{'at':'a','for':{'shared':'size'}},{'at':'b','for':{"
                       "'shared':'size'}}]}}}") &&
        trial_trace(&t, 0, 0, &h)) {
        double first = 0.0, second = 0.0, sum = 0.0, squares = 0.0;
        size_t wrong = 0;
        for (size_t i = 0; i < h.count; i++) {
            const struct desq_task *task = &h.tasks[i];
            const double size = task->service / 2.0;
            first = fmax(first, task->arrived) + size;
            second = fmax(second, first) + size;
            wrong += !near(second, task->left);
            sum += task->service;
            squares += task->service * task->service;
        }
        EXPECT(h.count == 20000 && wrong == 0, "%zu of %zu leave at another time", wrong, h.count);
        const double n = (double)h.count, mean = sum / n, variance = squares / n - mean * mean;
        /* Var S = 1; the sample variance of 2 S has the error 4 sqrt(8 / n) (fourth moment 9). */
        EXPECT(fabs(variance - 4.0) < 4.4 * 4.0 * sqrt(8.0 / n), "variance %g, not 4", variance);
        history_free(&h);
    }
    trial_free(&t);
}

/* ---- Sessions ---- */

static void a_session_by_hand(void)
{
    /* Sessions at 10 and 11, of three requests of 2 with 5 between: 10-12, 17-19, 24-26; 11 waits: 12-14, 19-21, 26-28. */
    PLAYS("{'stations':{'q':{}},'tasks':{'t':{'arrivals':{'sessions':{'interarrival':1,'start':9,'count':2,'requests':3,"
          "'think':5}},'steps':[{'at':'q','for':2}]}}}",
          {0, 12, 0, 2, 0, 0, false}, {0, 14, 1, 2, 0, 0, false}, {0, 19, 0, 2, 0, 0, false},
          {0, 21, 0, 2, 0, 0, false}, {0, 26, 0, 2, 0, 0, false}, {0, 28, 0, 2, 0, 0, false});
    /* One that is lost does not end its session; at once, and with no time to think. */
    PLAYS("{'stations':{'q':{'capacity':1}},'tasks':{'t':{'arrivals':{'sessions':{'at_once':2,'requests':2,'think':1}},"
          "'steps':[{'at':'q','for':3}]}}}",
          {0, 0, 0, 0, 0, 0, true}, {0, 1, 0, 0, 0, 0, true}, {0, 3, 0, 3, 0, 0, false},
          {0, 7, 0, 3, 0, 0, false});
}

static void sessions_are_feedback(void)
{
    /* Geometric requests of mean 4 are feedback with chance 3/4: an open Jackson network of an M/M/1 and a delay (the
     * thinking), so the queue is as M/M/1 of rate 0.15 * 4 (Jackson 1957; Schroeder et al. 2006, section 2.3). */
    struct exact e = exact_run(1000, 40000,
                               "'stations':{'q':{}},'tasks':{'t':{'arrivals':{'sessions':{'rate':0.15,'requests':{'dist':"
                               "'geometric','mean':4},'think':{'dist':'exponential','mean':3}}},'steps':[{'at':'q','for':{"
                               "'dist':'exponential','mean':1}}]}}");
    exact_is(&e, "t", "throughput", 0.6);
    exact_is(&e, "t", "response", 1.0 / (1.0 - 0.6));
    exact_is(&e, "t", "in_system", 0.6 / (1.0 - 0.6));
    exact_quantile_is(&e, "t", "response", 0.9, -log(0.1) / 0.4);
    exact_done(&e);
    /* Processor sharing: whatever the law of the service, the number and the thinking (BCMP 1975). */
    struct exact b = exact_run(1000, 60000,
                               "'stations':{'q':{'discipline':'ps'}},'tasks':{'t':{'arrivals':{'sessions':{'rate':0.2,"
                               "'requests':3,'think':10}},'steps':[{'at':'q','for':{'mean':1,'scv':3}}]}}");
    exact_is(&b, "t", "response", 1.0 / (1.0 - 0.6));
    exact_done(&b);
}

const struct test shared_tests[] = {
    {"a shared draw has one value in a task, its branches included", the_same_at_each_use},
    {"the next task of a client draws anew; loops and retries do not", drawn_anew_by_the_next_task},
    {"a tandem with the same service at both stations, task by task", tandem_of_equal_services},
    {"sessions issue request after request", a_session_by_hand},
    {"sessions of geometric length are a queue with feedback", sessions_are_feedback},
    {NULL, NULL},
};
