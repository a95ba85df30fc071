/* Steps that change the task or start others: become, call, send. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <string.h>

/* ---- become ---- */

static void becoming_moves_in_line(void)
{
    /* x is served 0-10. In line then: a, now of priority 5; b of its kind's 1; c, now of -2.5. */
#define REST                                                                                                 \
    "'tasks':{'x':{" AT_ONCE(1) "'steps':[{'at':'q','for':10}]},"                                            \
                                "'a':{" ARRIVES(                                                             \
                                    1) "'steps':[{'become':{'priority':5}},{'at':'q','for':1}]},"            \
                                       "'b':{'priority':1," ARRIVES(                                         \
                                           2) "'steps':[{'at':'q','for':1}]},"                               \
                                              "'c':{'priority':9," ARRIVES(                                  \
                                                  3) "'steps':[{'become':{'priority':-2.5}},"                \
                                                     "{'at':'q','for':1}]}}}"
    PLAYS("{'stations':{'q':{'discipline':'priority'}}," REST, {0, 10, 0, 10, 0, 0, false},
          {3, 11, 7, 1, 0, 0, false}, {2, 12, 9, 1, 0, 0, false}, {1, 13, 11, 1, 0, 0, false});
    /* First come, first served looks at no priority. */
    PLAYS("{'stations':{'q':{}}," REST, {0, 10, 0, 10, 0, 0, false}, {1, 11, 9, 1, 0, 0, false},
          {2, 12, 9, 1, 0, 0, false}, {3, 13, 9, 1, 0, 0, false});
#undef REST
    /* The next task of a closed client begins with its kind's priority: both clients of c fall behind p once
     * they have been served, p behind nobody's first visit. */
    PLAYS("{'stations':{'q':{'discipline':'priority'}},'tasks':{"
          "'c':{'limit':2,'arrivals':{'closed':1},'steps':[{'at':'q','for':1},{'become':{'priority':2}},"
          "{'at':'q','for':1}]},"
          "'p':{'priority':1," AT_ONCE(2) "'steps':[{'at':'q','for':10}]}}}",
          {1, 11, 1, 10, 0, 0, false}, {1, 21, 11, 10, 0, 0, false}, {0, 22, 20, 2, 0, 0, false},
          {0, 24, 0, 2, 0, 0, false});
}

static void becoming_makes_classes(void)
{
    /* One kind, of which a third becomes urgent: non-preemptive priorities (Cobham 1954). */
    const double rate = 0.8, w0 = 0.8 * 2.0 / 2.0, loads[] = {0.8 / 3.0, 1.6 / 3.0};
    const double wait = cobham_wait(w0, loads, 0) / 3.0 + cobham_wait(w0, loads, 1) * 2.0 / 3.0;
    struct exact b = exact_run(
        300, 30000,
        "'stations':{'q':{'discipline':'priority'}},'tasks':{'t':{'arrivals':{'rate':0.8},"
        "'steps':[{'choose':[{'p':0.3333333333333333,'do':[{'become':{'priority':-1}}]},{'do':[]}]},"
        "{'at':'q','for':{'dist':'exponential','mean':1}}]}}");
    exact_is(&b, "t", "wait", wait); /* conserved: the same as without priorities */
    exact_done(&b);
    CU_ASSERT_DOUBLE_EQUAL(wait, mg1_wait_mean(rate, 1.0, 2.0), 1e-9);
    /* That cannot tell who was first; the two ways apart can, since they end at stations of their own. */
    b = exact_run(300, 30000,
                  "'stations':{'q':{'discipline':'priority'},'u':{'servers':'infinite'}},"
                  "'tasks':{'t':{'arrivals':{'rate':0.8},'steps':[{'choose':["
                  "{'p':0.3333333333333333,'do':[{'become':{'priority':-1}},{'in':'u','do':["
                  "{'at':'q','for':{'dist':'exponential','mean':1}}]}]},"
                  "{'do':[{'at':'q','for':{'dist':'exponential','mean':1}}]}]}]}}");
    exact_is(&b, "station:u", "response", 1.0 + cobham_wait(w0, loads, 0));
    exact_done(&b);
}

const struct test steps_tests[] = {
    {"a task that became another priority has its place in line", becoming_moves_in_line},
    {"a share of tasks that becomes urgent waits as Cobham says", becoming_makes_classes},
    {NULL, NULL},
};
