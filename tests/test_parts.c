/* test_parts.c: time-outs with retries, forks: on schedules worked out by hand, then against closed forms. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <stdio.h>

#define Q    "'stations':{'q':{},'all':{'servers':'infinite'}},"
#define AT_Q(t) "{'at':'q','for':" #t "}"
#define AT_ALL(t) "{'at':'all','for':" #t "}"

/* ---- Time-outs, by hand ---- */

static void time_out_in_line_and_in_service(void)
{
    /* a has the server 0-10; b (at 1) gives up at 4; c (at 5) is served 10-11. */
    PLAYS("{" Q "'tasks':{'a':{" AT_ONCE(1) "'steps':[" AT_Q(10) "]},'b':{" ARRIVES(
              1) "'steps':[{'timeout':3,'do':[" AT_Q(2) "]}]},'c':{" ARRIVES(5) "'steps':[" AT_Q(1) "]}}}",
          {1, 4, 3, 0, 0, 0, TIMED_OUT}, {0, 10, 0, 10, 0, 0, false}, {2, 11, 5, 1, 0, 0, false});
    /* a gives up in service at 3; the server turns to c at once. */
    PLAYS("{" Q "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'timeout':3,'do':[" AT_Q(10) "]}]},'c':{" ARRIVES(
              1) "'steps':[" AT_Q(1) "]}}}",
          {0, 3, 0, 3, 0, 0, TIMED_OUT}, {1, 4, 2, 1, 0, 0, false});
    /* Done at the very instant: done. */
    PLAYS("{" Q "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'timeout':3,'do':[" AT_Q(3) "]}]}}}",
          {0, 3, 0, 3, 0, 0, false});
}

static void retries(void)
{
    /* 0-2, backoff 2-3, 3-5, 5-6, 6-8. */
    PLAYS("{" Q "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'timeout':2,'do':[" AT_ALL(
              5) "],'retry':{'max':2,'backoff':1}}]}}}",
          {0, 8, 0, 6, 2, 0, TIMED_OUT});
    PLAYS("{" Q "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'timeout':2,'do':[" AT_ALL(
              5) "],'retry':{'max':2,'backoff':1,'growth':3},'else':[{'delay':1}]}," AT_ALL(1) "]}}}",
          {0, 12, 0, 7, 5, 0, false});
    /* The outer one ends the inner ones' attempts: inner 0-2, 2-4, outer over at 5 in the third. */
    PLAYS("{" Q "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'timeout':5,'do':[{'timeout':2,'do':[" AT_ALL(
              9) "],'retry':{'max':9}}],'else':[]}]}}}",
          {0, 5, 0, 5, 0, 0, false});
}

static void what_is_held_goes_back(void)
{
    /* a takes the lock inside the block: b (at 1) has it from 2 on. The pool, taken outside, a keeps to 3. */
    PLAYS("{'stations':{'pool':{},'lock':{}},'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'timeout':2,'do':[{'in':'lock','do':[{'delay':9}]}],"
                 "'else':[{'delay':1}]}]}]},"
                 "'b':{" ARRIVES(1) "'steps':[{'in':'lock','do':[{'delay':2}]},{'in':'pool','do':[{'delay':1}]}]}}}",
          {0, 3, 0, 0, 3, 0, false}, {1, 5, 1, 0, 3, 0, false});
    /* An await inside the block gave the pool back; after the time-out it is wanted again: b has it 0.5-6. */
    PLAYS("{'stations':{'pool':{'await':'release'}},'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'timeout':2,'do':[{'await':[{'delay':9}]}],'else':[]},{'delay':1}]}]},"
                 "'b':{" ARRIVES(0.5) "'steps':[{'in':'pool','do':[{'delay':5.5}]}]}}}",
          {1, 6, 0, 0, 5.5, 0, false}, {0, 7, 4, 0, 3, 0, false});
    /* It waits to have its server back, while its step is at another station, when the time-out comes: it leaves the line where
     * it stands, and no other. */
    PLAYS("{'stations':{'x':{},'pool':{'await':'release'}},'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'timeout':2,'do':[{'await':[{'delay':1}]},{'at':'x','for':1}]}]}]},'b':{" AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'delay':10}]}]},'c':{" ARRIVES(
              3) "'steps':[{'in':'pool','do':[{'at':'x','for':1}]}]}}}",
          {0, 2, 1, 0, 1, 0, TIMED_OUT}, {1, 10, 0, 0, 10, 0, false}, {2, 11, 7, 1, 0, 0, false});
}

static void abandoned_work_goes_on(void)
{
    /* a is gone at 3, its work occupies the server until 5. */
    PLAYS("{" Q "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'timeout':2,'do':[" AT_Q(
              5) "],'abandoned':'continues','else':[{'delay':1}]}]},'c':{" ARRIVES(1) "'steps':[" AT_Q(1) "]}}}",
          {0, 3, 0, 2, 1, 0, false}, {1, 6, 4, 1, 0, 0, false});
    /* Two attempts: the second queues behind the first: 0-5 and 5-10; done for a at 2 + 9 by its third (max 1: else). */
    PLAYS("{" Q "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'timeout':2,'do':[" AT_Q(
              5) "],'abandoned':'continues','retry':{'max':1},'else':[" AT_Q(1) "]}]}}}",
          {0, 11, 8, 3, 0, 0, false});
}

/* ---- Forks, by hand ---- */

#define TWO "'stations':{'x':{},'y':{}},"
#define FORK(rest) "'steps':[{'fork':[[{'at':'x','for':2}],[{'at':'y','for':3}]]," rest "}]"

static void forks_join(void)
{
    PLAYS("{" TWO "'tasks':{'a':{" AT_ONCE(1) FORK("'join':'all'") "}}}", {0, 3, 0, 3, 0, 0, false});
    PLAYS("{" TWO "'tasks':{'a':{" AT_ONCE(1) FORK("'join':'any','rest':'cancel'") "},'c':{" ARRIVES(
              1) "'steps':[{'at':'y','for':1}]}}}",
          {0, 2, 0, 2, 0, 0, false}, {1, 3, 1, 1, 0, 0, false});
    PLAYS("{" TWO "'tasks':{'a':{" AT_ONCE(1) FORK("'join':'any'") "},'c':{" ARRIVES(
              1) "'steps':[{'at':'y','for':1}]}}}",
          {0, 2, 0, 2, 0, 0, false}, {1, 4, 2, 1, 0, 0, false});
    PLAYS("{'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'fork':[[{'delay':3}],[{'delay':1}],[{'delay':2}]],'join':2},{'delay':1}]}}}",
          {0, 3, 0, 0, 3, 0, false});
    /* Copies queue for the one server; the last of them decides. */
    PLAYS("{" TWO "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'fork':[[{'at':'x','for':2}]],'copies':3}]}}}",
          {0, 6, 4, 2, 0, 0, false});
    /* No step in a branch: done at once. */
    PLAYS("{" TWO "'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'fork':[[],[{'at':'x','for':2}]],'join':'any','rest':'cancel'},{'at':'x','for':1}]}}}",
          {0, 1, 0, 1, 0, 0, false});
}

static void forks_nest_and_fail(void)
{
    PLAYS("{'tasks':{'a':{" AT_ONCE(1) "'steps':[{'repeat':2,'do':[{'fork':[[{'delay':1},{'fork':[[{'delay':2}],"
                                       "[{'delay':5}]],'join':'any'}],[{'delay':2}]]}]}]}}}",
          {0, 6, 0, 0, 6, 0, false});
    /* The pool is held by the task while its branches run. */
    PLAYS("{'stations':{'pool':{}},'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'fork':[[{'delay':2}],[{'delay':3}]]}]}]},'b':{" ARRIVES(
              1) "'steps':[{'in':'pool','do':[{'delay':1}]}]}}}",
          {0, 3, 0, 0, 3, 0, false}, {1, 4, 2, 0, 1, 0, false});
    /* The second branch finds x full (c is there 0-1): with "all" the task is lost, and y is free for d at 0.5. */
    PLAYS("{'stations':{'x':{'capacity':1},'y':{}},'tasks':{'c':{" AT_ONCE(1) "'steps':[{'at':'x','for':1}]},"
          "'a':{" ARRIVES(0.5) "'steps':[{'fork':[[{'at':'y','for':3}],[{'at':'x','for':2}]]}]},"
          "'d':{" ARRIVES(0.75) "'steps':[{'at':'y','for':1}]}}}",
          {1, 0.5, 0, 0, 0, 0, true}, {0, 1, 0, 1, 0, 0, false}, {2, 1.75, 0, 1, 0, 0, false});
    /* With "any" the other is enough. */
    PLAYS("{'stations':{'x':{'capacity':1},'y':{}},'tasks':{'c':{" AT_ONCE(1) "'steps':[{'at':'x','for':1}]},"
          "'a':{" ARRIVES(0.5) "'steps':[{'fork':[[{'at':'y','for':3}],[{'at':'x','for':2}]],'join':'any'}]}}}",
          {0, 1, 0, 1, 0, 0, false}, {1, 3.5, 0, 3, 0, 0, false});
    /* A time-out around a fork takes the branches with it: x and y are free at 1. */
    PLAYS("{" TWO "'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'timeout':1,'do':[{'fork':[[{'at':'x','for':5}],[{'at':'y','for':4}]]}],'else':"
                 "[{'at':'x','for':1},{'at':'y','for':1}]}]}}}",
          {0, 3, 0, 3, 0, 0, false});
}

static void hedges(void)
{
    /* The second copy begins at 3 and wins at 5; x is free then. */
    PLAYS("{" TWO "'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'fork':[[{'at':'x','for':9}],[{'delay':3},{'at':'y','for':2}]],"
                 "'join':'any','rest':'cancel'},{'at':'x','for':1}]}}}",
          {0, 6, 0, 3, 3, 0, false});
}

/* Taken out of every way of waiting and being served: the server is free for b at 2, whatever the discipline. */
static void out_of_every_discipline(void)
{
    static const char *const disciplines[] = {"fcfs", "lcfs",    "random", "priority", "sjf", "edf",
                                              "ps",   "lcfs_pr", "srpt",   "psjf",     "las", "dps"};
    for (size_t i = 0; i < sizeof disciplines / sizeof disciplines[0]; i++) {
        struct trial t;
        if (trial_read(&t,
                       "{'stations':{'q':{'discipline':'%s'}},'tasks':{'a':{'arrivals':{'at_once':3},'steps':"
                       "[{'timeout':2,'do':[{'at':'q','for':30}]}]},"
                       "'b':{'limit':1,'arrivals':{'interarrival':2.5},'steps':[{'at':'q','for':1}]}}}",
                       disciplines[i])) {
            struct history h;
            if (trial_trace(&t, 0, 0, &h)) {
                EXPECT(h.count == 4 && h.tasks[0].timed_out && h.tasks[1].timed_out && h.tasks[2].timed_out &&
                           h.tasks[0].left == 2.0 && h.tasks[3].left == 3.5,
                       "%s: %zu ended, the last at %g", disciplines[i], h.count,
                       h.count == 4 ? h.tasks[3].left : (double)NAN);
                double service = 0.0;
                for (size_t k = 0; k < 3 && h.count == 4; k++)
                    service += h.tasks[k].service;
                EXPECT(fabs(service - 2.0) < 1e-12, "%s: served for %g in 2 s", disciplines[i], service);
                history_free(&h);
            }
        }
        trial_free(&t);
    }
}

/* ---- Against theory ---- */

static void fork_join_of_two(void)
{
    /* Flatto, Hahn, SIAM J. Appl. Math. 1984; Nelson, Tantawi, IEEE Trans. Computers 1988, eq. 5. */
    for (int i = 0; i < 2; i++) {
        const double rho = i == 0 ? 0.5 : 0.8;
        char text[500];
        snprintf(text, sizeof text,
                 "'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':%g},'steps':[{'fork':["
                 "[{'at':'a','for':{'dist':'exponential','mean':1}}],"
                 "[{'at':'b','for':{'dist':'exponential','mean':1}}]]}]}}",
                 rho);
        struct exact e = exact_run(400, 40000, text);
        exact_is(&e, "t", "response", (12.0 - rho) / 8.0 / (1.0 - rho));
        exact_is(&e, "station:a", "response", 1.0 / (1.0 - rho));
        exact_done(&e);
    }
}

static void order_statistics(void)
{
    /* The k-th of n exponential times: 1/n + ... + 1/(n-k+1). */
    struct exact e = exact_run(
        20, 20000,
        "'stations':{'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':1},'steps':[{'fork':["
        "[{'at':'a','for':{'dist':'exponential','mean':1}}]],'copies':5,'join':3,'rest':'cancel'}]}}");
    exact_is(&e, "t", "response", 1.0 / 5 + 1.0 / 4 + 1.0 / 3);
    exact_is(&e, "station:a", "utilisation", 3.0); /* work done: three of five unit exponentials */
    exact_done(&e);
}

static void redundancy(void)
{
    /* d copies to all d servers, the first done cancels the others: M/M/1 of rate d (Gardner et al., "Reducing latency
     * via redundant requests", SIGMETRICS 2015, section 4: exponential times). */
    struct exact e = exact_run(
        200, 20000,
        "'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':1.5},'steps':[{'fork':["
        "[{'at':'a','for':{'dist':'exponential','mean':1}}],[{'at':'b','for':{'dist':'exponential','mean':1}}]],"
        "'join':'any','rest':'cancel'}]}}");
    exact_is(&e, "t", "response", 1.0 / (2.0 - 1.5));
    exact_done(&e);
}

static void time_outs_of_exponential_work(void)
{
    /* No queueing: an attempt succeeds with chance 1 - q, q = exp(-1); three of them. */
    const double q = exp(-1.0);
    struct exact e = exact_run(
        20, 20000,
        "'stations':{'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':2},'steps':[{'timeout':1,"
        "'do':[{'at':'a','for':{'dist':'exponential','mean':1}}],'retry':{'max':2}}]}}");
    exact_is(&e, "t", "timed_out", q * q * q);
    exact_is(&e, "t", "attempts", 1.0 + q + q * q);
    exact_is(&e, "station:a", "utilisation", 2.0 * (1.0 - q) * (1.0 + q + q * q));
    /* Useful: of completed tasks, the attempt that came through: E[S; S < 1] per attempt. */
    exact_is(&e, "t", "wasted", 1.0 - (1.0 - 2.0 * q) / (1.0 - q));
    exact_done(&e);
}

static void continued_work_fills_servers(void)
{
    /* Abandoned attempts go on: every attempt takes its whole service time. */
    const double q = exp(-1.0);
    struct exact e = exact_run(
        20, 20000,
        "'stations':{'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':2},'steps':[{'timeout':1,"
        "'abandoned':'continues','do':[{'at':'a','for':{'dist':'exponential','mean':1}}],'retry':{'max':2}}]}}");
    exact_is(&e, "station:a", "utilisation", 2.0 * (1.0 + q + q * q));
    exact_is(&e, "t", "timed_out", q * q * q);
    exact_done(&e);
}

static void impatience_to_the_end(void)
{
    /* M/M/1 whose tasks give up after an exponential time (rate g) in line or in service: birth-death, deaths
     * mu + n g. Share that times out: g L / rate. */
    enum { MOST = 200 };
    const double rate = 0.8, g = 0.25;
    double birth[MOST], death[MOST + 1], p[MOST + 1], present = 0.0;
    for (int n = 0; n < MOST; n++)
        birth[n] = rate;
    for (int n = 0; n <= MOST; n++)
        death[n] = 1.0 + n * g;
    p[0] = 1.0;
    double sum = 1.0;
    for (int n = 1; n <= MOST; n++) {
        p[n] = p[n - 1] * birth[n - 1] / death[n];
        sum += p[n];
    }
    for (int n = 1; n <= MOST; n++)
        present += n * p[n] / sum;
    struct exact e = exact_run(100, 20000,
                               "'stations':{'q':{}},'tasks':{'t':{'arrivals':{'rate':0.8},'steps':[{'timeout':"
                               "{'dist':'exponential','mean':4},'do':[{'at':'q','for':{'dist':'exponential','mean':1}}]}]}}");
    exact_is(&e, "t", "in_system", present);
    exact_is(&e, "t", "timed_out", g * present / rate);
    exact_done(&e);
}

const struct test parts_tests[] = {
    {"a time-out takes a task from the line and from its server, but not at the instant it is done",
     time_out_in_line_and_in_service},
    {"retries, backoff, else, and time-outs within time-outs", retries},
    {"a time-out gives back what was taken inside it, and asks again for what was outside", what_is_held_goes_back},
    {"abandoned work that continues occupies its server, for nobody", abandoned_work_goes_on},
    {"forks join on all, any and k, and cancel or finish the rest", forks_join},
    {"forks nest, hold, fail and time out", forks_nest_and_fail},
    {"a hedged request is answered by whoever is first", hedges},
    {"tasks can be taken out of every discipline, and the work they got is counted", out_of_every_discipline},
    {"fork-join of two queues", fork_join_of_two},
    {"k of n exponential branches", order_statistics},
    {"redundant requests to all servers", redundancy},
    {"time-outs and retries of exponential work", time_outs_of_exponential_work},
    {"work that continues takes its whole time", continued_work_fills_servers},
    {"M/M/1 whose tasks give up, in line or in service", impatience_to_the_end},
    {NULL, NULL},
};
