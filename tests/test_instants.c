/* test_instants.c: events that fall on exactly the same instant, pair by pair, against what follows by hand
 * from the order at one instant (models/world.h): completions (of service, of a setup, servers that come and
 * go) before arrivals, arrivals before expiries (time-outs, patience, keep-alive, the wait for a batch).
 * Nobody is stranded, and nobody shares a server. */
#include "tests/schedule.h"

#define Q                          "'stations':{'q':{}},"
#define AT(t)                      "{'at':'q','for':" #t "}"
#define KIND(name, arrives, steps) "'" name "':{" arrives "'steps':[" steps "]}"
#define DONE                       false

static void completion_and_arrival(void)
{
    PLAYS("{'stations':{'q':{'capacity':1}},'tasks':{" KIND("a", AT_ONCE(1), AT(2)) "," KIND("b", ARRIVES(2),
                                                                                             AT(1)) "}}",
          {0, 2, 0, 2, 0, 0, DONE}, {1, 3, 0, 1, 0, 0, DONE});
    /* One who waits has the server before the one who comes. */
    PLAYS("{" Q "'tasks':{" KIND("a", AT_ONCE(2), AT(2)) "," KIND("b", ARRIVES(2), AT(1)) "}}",
          {0, 2, 0, 2, 0, 0, DONE}, {0, 4, 2, 2, 0, 0, DONE}, {1, 5, 2, 1, 0, 0, DONE});
    /* Two are done at once; each server has one of the two who wait. */
    PLAYS("{'stations':{'q':{'servers':2}},'tasks':{" KIND("a", AT_ONCE(4), AT(2)) "}}",
          {0, 2, 0, 2, 0, 0, DONE}, {0, 2, 0, 2, 0, 0, DONE}, {0, 4, 2, 2, 0, 0, DONE},
          {0, 4, 2, 2, 0, 0, DONE});
}

static void completion_and_time_out(void)
{
    /* Its own: done. */
    PLAYS("{" Q "'tasks':{" KIND("a", AT_ONCE(1), "{'timeout':2,'do':[" AT(2) "]}") "}}",
          {0, 2, 0, 2, 0, 0, DONE});
    /* Another's, who waits: it has the server, and is taken from it at once; the next has it. */
    PLAYS("{" Q "'tasks':{" KIND("a", AT_ONCE(1), AT(2)) "," KIND(
              "b", AT_ONCE(1), "{'timeout':2,'do':[" AT(5) "]}") "," KIND("c", ARRIVES(1), AT(1)) "}}",
          {0, 2, 0, 2, 0, 0, DONE}, {1, 2, 2, 0, 0, 0, TIMED_OUT}, {2, 3, 1, 1, 0, 0, DONE});
    /* The end of a join. */
    PLAYS("{" Q
          "'tasks':{" KIND("a", AT_ONCE(1), "{'timeout':3,'do':[{'fork':[[{'delay':3}],[" AT(3) "]]}]}") "}}",
          {0, 3, 0, 3, 0, 0, DONE});
}

static void completion_and_patience(void)
{
    PLAYS("{" Q
          "'tasks':{" KIND("a", AT_ONCE(1), AT(2)) ",'b':{'patience':2," AT_ONCE(1) "'steps':[" AT(1) "]}}}",
          {0, 2, 0, 2, 0, 0, DONE}, {1, 3, 2, 1, 0, 0, DONE});
}

static void arrival_and_expiry(void)
{
    /* A place that becomes free by patience, or by a time-out, comes too late for who arrives then. */
    PLAYS(
        "{'stations':{'q':{'capacity':2}},'tasks':{" KIND(
            "a", AT_ONCE(1),
            AT(5)) ",'b':{'patience':2," AT_ONCE(1) "'steps':[" AT(1) "]}," KIND("c", ARRIVES(2), AT(1)) "}}",
        {2, 2, 0, 0, 0, 0, true}, {1, 2, 2, 0, 0, 0, ABANDONED}, {0, 5, 0, 5, 0, 0, DONE});
    PLAYS("{'stations':{'q':{'capacity':1}},'tasks':{" KIND(
              "a", AT_ONCE(1), "{'timeout':2,'do':[" AT(5) "]}") "," KIND("c", ARRIVES(2), AT(1)) "}}",
          {1, 2, 0, 0, 0, 0, true}, {0, 2, 0, 2, 0, 0, TIMED_OUT});
}

static void arrival_and_keep_alive(void)
{
    /* Set up 0-1, served 1-2, warm until 4: who arrives at 4 finds it warm; at 4 + a bit it would be cold. */
    PLAYS("{'stations':{'q':{'setup':1,'keep_alive':2}},'tasks':{" KIND("a", AT_ONCE(1), AT(1)) "," KIND(
              "b", ARRIVES(4), AT(1)) "}}",
          {0, 2, 1, 1, 0, 0, DONE}, {1, 5, 0, 1, 0, 0, DONE});
    PLAYS("{'stations':{'q':{'setup':1,'keep_alive':2}},'tasks':{" KIND("a", AT_ONCE(1), AT(1)) "," KIND(
              "b", ARRIVES(4.5), AT(1)) "}}",
          {0, 2, 1, 1, 0, 0, DONE}, {1, 6.5, 1, 1, 0, 0, DONE});
}

static void setup_and_others(void)
{
    /* Warm at 2: one who gives up then has the server, and gives it up; patience ends with service. */
    PLAYS("{'stations':{'q':{'setup':2}},'tasks':{" KIND(
              "a", AT_ONCE(1), "{'timeout':2,'do':[" AT(3) "]}") "," KIND("b", ARRIVES(2), AT(1)) "}}",
          {0, 2, 2, 0, 0, 0, TIMED_OUT}, {1, 3, 0, 1, 0, 0, DONE});
    PLAYS("{'stations':{'q':{'setup':2}},'tasks':{'a':{'patience':2," AT_ONCE(1) "'steps':[" AT(1) "]}," KIND(
              "b", ARRIVES(2), AT(1)) "}}",
          {0, 3, 2, 1, 0, 0, DONE}, {1, 4, 1, 1, 0, 0, DONE});
}

static void preemption_and_others(void)
{
#define URGENT "'stations':{'q':{'discipline':'priority','preempt':'resume'}},"
    /* Done before the urgent one comes. */
    PLAYS("{" URGENT "'tasks':{'a':{'priority':2," AT_ONCE(1) "'steps':[" AT(
              2) "]},'b':{'priority':1," ARRIVES(2) "'steps':[" AT(1) "]}}}",
          {0, 2, 0, 2, 0, 0, DONE}, {1, 3, 0, 1, 0, 0, DONE});
    /* Preempted by the arrival, then timed out in the line. */
    PLAYS("{" URGENT "'tasks':{'a':{'priority':2," AT_ONCE(1) "'steps':[{'timeout':2,'do':[" AT(
              5) "]}]},'b':{'priority':1," ARRIVES(2) "'steps':[" AT(1) "]}}}",
          {0, 2, 0, 2, 0, 0, TIMED_OUT}, {1, 3, 0, 1, 0, 0, DONE});
    /* The urgent one times out at the instant at which another comes: that one preempts nobody twice. */
    PLAYS(
        "{" URGENT "'tasks':{'a':{'priority':3," AT_ONCE(1) "'steps':[" AT(4) "]},'b':{'priority':2," ARRIVES(
            1) "'steps':[{'timeout':1,'do':[" AT(5) "]}]},'c':{'priority':1," ARRIVES(2) "'steps':[" AT(1) "]"
                                                                                                           "}"
                                                                                                           "}"
                                                                                                           "}",
        {1, 2, 0, 1, 0, 0, TIMED_OUT}, {2, 3, 0, 1, 0, 0, DONE}, {0, 6, 2, 4, 0, 0, DONE});
    /* The quantum ends with the service. */
    PLAYS("{'stations':{'q':{'discipline':'rr','quantum':1}},'tasks':{" KIND("a", AT_ONCE(1), AT(2)) "," KIND(
              "b", AT_ONCE(1), AT(1)) "}}",
          {1, 2, 1, 1, 0, 0, DONE}, {0, 3, 1, 2, 0, 0, DONE});
}

#define BREAKS "'stations':{'q':{'breakdown':{'up':2,'down':1,'task':'%s'}}},"

static void breakdown_and_others(void)
{
    /* Up 0-2, down 2-3, up 3-5, down 5-6. Service that is done when the server breaks is done, whatever would
     * become of it; the next one, to whom the server turns then, waits for the repair, or is lost. */
    static const char *const tasks[] = {"resume", "restart", "lost"};
    for (size_t i = 0; i < 3; i++) {
        struct trial t;
        if (trial_read(
                &t, "{" BREAKS "'tasks':{" KIND("a", AT_ONCE(1), AT(2)) "," KIND("b", AT_ONCE(1), AT(1)) "}}",
                tasks[i]))
            i < 2 ? (void)ENDS(0, &t, {0, 2, 0, 2, 0, 0, DONE}, {1, 4, 3, 1, 0, 0, DONE})
                  : (void)ENDS(0, &t, {0, 2, 0, 2, 0, 0, DONE}, {1, 2, 2, 0, 0, 0, true});
        trial_free(&t);
    }
    /* One who arrives when it breaks waits; one who arrives when it is repaired does not. */
    PLAYS("{'stations':{'q':{'breakdown':{'up':2,'down':1,'task':'resume'}}},'tasks':{" KIND(
              "a", ARRIVES(2), AT(0.5)) "," KIND("b", ARRIVES(6), AT(0.5)) "}}",
          {0, 3.5, 1, 0.5, 0, 0, DONE}, {1, 6.5, 0, 0.5, 0, 0, DONE});
    /* Broken, then timed out in the line. */
    PLAYS("{'stations':{'q':{'breakdown':{'up':2,'down':1,'task':'resume'}}},'tasks':{" KIND(
              "a", AT_ONCE(1), "{'timeout':2,'do':[" AT(5) "]}") "," KIND("b", ARRIVES(2), AT(1)) "}}",
          {0, 2, 0, 2, 0, 0, TIMED_OUT}, {1, 4, 1, 1, 0, 0, DONE});
}

static void servers_that_come_and_go(void)
{
    /* A second server at 2: who arrives then has it, and who waits has it first. */
    PLAYS("{'stations':{'q':{'servers':{'schedule':[[0,1],[2,2]]}}},'tasks':{" KIND(
              "a", AT_ONCE(1), AT(5)) "," KIND("b", ARRIVES(2), AT(1)) "}}",
          {1, 3, 0, 1, 0, 0, DONE}, {0, 5, 0, 5, 0, 0, DONE});
    PLAYS(
        "{'stations':{'q':{'servers':{'schedule':[[0,1],[2,2]]}}},'tasks':{" KIND(
            "a", AT_ONCE(1),
            AT(5)) ",'w':{'patience':2," AT_ONCE(1) "'steps':[" AT(1) "]}," KIND("b", ARRIVES(2), AT(1)) "}}",
        {1, 3, 2, 1, 0, 0, DONE}, {2, 4, 1, 1, 0, 0, DONE}, {0, 5, 0, 5, 0, 0, DONE});
    /* One less at 2, when one of two is done: it has turned to the next by then, and goes when that is done.
     */
    PLAYS("{'stations':{'q':{'servers':{'schedule':[[0,2],[2,1]]}}},'tasks':{" KIND(
              "a", AT_ONCE(1), AT(2)) "," KIND("b", AT_ONCE(1), AT(3)) "," KIND("c", AT_ONCE(1), AT(1)) "}}",
          {0, 2, 0, 2, 0, 0, DONE}, {1, 3, 0, 3, 0, 0, DONE}, {2, 3, 2, 1, 0, 0, DONE});
    /* Back from a vacation at 3, when somebody comes. */
    PLAYS("{'stations':{'q':{'vacation':{'time':3,'policy':'multiple'}}},'tasks':{" KIND("a", ARRIVES(3),
                                                                                         AT(1)) "}}",
          {0, 7, 3, 1, 0, 0, DONE});
}

static void joins_and_others(void)
{
    /* Both branches are done at 3: the first cancels the other, which is still in service; c has its server
     * at 3. */
    PLAYS("{'stations':{'q':{},'y':{}},'tasks':{" KIND("a", AT_ONCE(1),
                                                       "{'fork':[[" AT(
                                                           3) "],[{'at':'y','for':3}]],'join':'any','rest':'"
                                                              "cancel'}") "," KIND("c", ARRIVES(1),
                                                                                   "{'at':'y','for':1}") "}}",
          {0, 3, 0, 3, 0, 0, DONE}, {1, 4, 2, 1, 0, 0, DONE});
    /* Cancelled before its own time-out, and before its patience, end. */
    PLAYS(
        "{'stations':{'q':{},'y':{}},'tasks':{" KIND("a", AT_ONCE(1),
                                                     "{'fork':[[" AT(3) "],[{'timeout':3,'do':[{'at':'y','"
                                                                        "for':5}]}]],'join':'any','rest':'"
                                                                        "cancel'}") "," KIND("c", ARRIVES(1),
                                                                                             "{'at':'y','for'"
                                                                                             ":1}") "}}",
        {0, 3, 0, 3, 0, 0, DONE}, {1, 4, 2, 1, 0, 0, DONE});
    /* A branch of two needed times out when the other is done: the task goes with it. */
    PLAYS("{'stations':{'q':{},'y':{}},'tasks':{" KIND(
              "a", AT_ONCE(1), "{'fork':[[" AT(3) "],[{'timeout':3,'do':[{'at':'y','for':5}]}]]}") "}}",
          {0, 3, 0, 3, 0, 0, TIMED_OUT});
}

static void expiry_and_expiry(void)
{
    /* Both in the line, both at 2, in the order in which they were set. */
    PLAYS("{" Q "'tasks':{" KIND("a", AT_ONCE(1), AT(5)) "," KIND("b", AT_ONCE(2),
                                                                  "{'timeout':2,'do':[" AT(1) "]}") "}}",
          {1, 2, 2, 0, 0, 0, TIMED_OUT}, {1, 2, 2, 0, 0, 0, TIMED_OUT}, {0, 5, 0, 5, 0, 0, DONE});
    /* Its time-out and its patience: the time-out was there first. */
    PLAYS("{" Q "'tasks':{" KIND("a", AT_ONCE(1), AT(5)) ",'b':{'patience':2," AT_ONCE(
              1) "'steps':[{'timeout':2,'do':[" AT(1) "]}]}}}",
          {1, 2, 2, 0, 0, 0, TIMED_OUT}, {0, 5, 0, 5, 0, 0, DONE});
    /* An outer and an inner one, both over: the outer one was there first. */
    PLAYS("{" Q
          "'tasks':{" KIND("a", AT_ONCE(1),
                           "{'timeout':2,'do':[{'timeout':2,'do':[" AT(5) "],'else':[{'delay':9}]}]}") "}}",
          {0, 2, 0, 2, 0, 0, TIMED_OUT});
    /* The wait for a batch and somebody who comes then: together. */
    PLAYS("{'stations':{'q':{'batch':{'max':3,'wait':2}}},'tasks':{" KIND("a", AT_ONCE(1), AT(1)) "," KIND(
              "b", ARRIVES(2), AT(1)) "}}",
          {0, 3, 2, 1, 0, 0, DONE}, {1, 3, 0, 1, 0, 0, DONE});
}

static void blocked_and_others(void)
{
    /* a waits on its server for room in y, which is there at 3; its time-out at 3 comes after. */
    PLAYS("{'stations':{'q':{},'y':{'capacity':1,'on_full':'block'}},'tasks':{" KIND(
              "z", AT_ONCE(1),
              "{'at':'y','for':3}") "," KIND("a", AT_ONCE(1),
                                             "{'timeout':3,'do':[" AT(
                                                 1) ",{'at':'y','for':1}]}") "," KIND("b", ARRIVES(2),
                                                                                      AT(1)) "}}",
          {0, 3, 0, 3, 0, 0, DONE}, {1, 3, 2, 1, 0, 0, TIMED_OUT}, {2, 4, 1, 1, 0, 0, DONE});
    /* A place was kept for a, which times out at 2: it is b's, whose service begins at once. */
    PLAYS("{'stations':{'q':{},'x':{},'y':{'capacity':1,'on_full':{'block':'before'}}},'tasks':{" KIND(
              "a", AT_ONCE(1), "{'timeout':2,'do':[" AT(5) ",{'at':'y','for':1}]}") "," KIND(
              "b", ARRIVES(1), "{'at':'x','for':1},{'at':'y','for':1}") "}}",
          {0, 2, 0, 2, 0, 0, TIMED_OUT}, {1, 4, 1, 2, 0, 0, DONE});
    /* b, who is not begun at x, times out at 3 when there is room for it: room comes first. */
    PLAYS("{'stations':{'x':{},'y':{'capacity':1,'on_full':{'block':'before'}}},'tasks':{" KIND(
              "a", AT_ONCE(1), "{'at':'y','for':3}") "," KIND(
              "b", ARRIVES(1), "{'timeout':2,'do':[{'at':'x','for':1},{'at':'y','for':1}]}") "," KIND(
              "c", ARRIVES(2), "{'at':'x','for':1}") "}}",
          {0, 3, 0, 3, 0, 0, DONE}, {1, 3, 2, 0, 0, 0, TIMED_OUT}, {2, 4, 1, 1, 0, 0, DONE});
    /* Room at 3 for one who waits, before the one who comes at 3. */
    PLAYS("{'stations':{'y':{'capacity':1,'on_full':'block'}},'tasks':{" KIND(
              "z", AT_ONCE(2), "{'at':'y','for':3}") "," KIND("b", ARRIVES(3), "{'at':'y','for':1}") "}}",
          {0, 3, 0, 3, 0, 0, DONE}, {0, 6, 3, 3, 0, 0, DONE}, {1, 7, 3, 1, 0, 0, DONE});
}

static void polling_servers(void)
{
    /* A server comes to a line before the task that joins it then: it has gone on, and is back at 2 (from b, at 1.5). */
    PLAYS("{'stations':{'q':{'discipline':{'name':'polling','switch_over':0.5}}},'tasks':{" KIND("a", ARRIVES(1), AT(1)) "," KIND(
              "b", ARRIVES(100), AT(1)) "}}",
          {0, 3, 1, 1, 0, 0, DONE}, {1, 101.5, 0.5, 1, 0, 0, DONE});
    /* And before patience, or a time-out, ends: the task is served; timed out, it leaves at once. */
    PLAYS("{'stations':{'q':{'discipline':{'name':'polling','switch_over':0.5}}},'tasks':{'a':{'patience':0.5," ARRIVES(
              0.5) "'steps':[" AT(1) "]}," KIND("b", ARRIVES(100), AT(1)) "}}",
          {0, 2, 0.5, 1, 0, 0, DONE}, {1, 101.5, 0.5, 1, 0, 0, DONE});
    PLAYS("{'stations':{'q':{'discipline':{'name':'polling','switch_over':0.5}}},'tasks':{" KIND(
              "a", ARRIVES(0.5), "{'timeout':0.5,'do':[" AT(1) "]}") "," KIND("b", ARRIVES(1.25), AT(1)) "}}",
          {0, 1, 0.5, 0, 0, 0, TIMED_OUT}, {1, 2.5, 0.25, 1, 0, 0, DONE});
}

static void dropped_and_timed_out(void)
{
    /* Of six at 0 the fourth is dropped at 3, when its time-out ends too: the drop came with the completion. */
    PLAYS("{'stations':{'q':{'discipline':{'name':'codel','target':1,'interval':2}}},'tasks':{" KIND("a", AT_ONCE(3), AT(1)) "," KIND(
              "b", AT_ONCE(1), "{'timeout':3,'do':[" AT(1) "]}") "," KIND("c", AT_ONCE(2), AT(1)) "}}",
          {0, 1, 0, 1, 0, 0, DONE}, {0, 2, 1, 1, 0, 0, DONE}, {0, 3, 2, 1, 0, 0, DONE}, {1, 3, 3, 0, 0, 0, true},
          {2, 4, 3, 1, 0, 0, DONE}, {2, 5, 4, 1, 0, 0, DONE});
}

#define UP_DOWN "'environments':{'e':{'up':{'lasts':2,'speed':1},'down':{'lasts':3,'speed':0}}},"

static void changes_of_an_environment(void)
{
    /* After the completion, the arrival and the server that is released at that instant; with patience and time-outs in the order
     * in which they were set. */
    PLAYS("{" UP_DOWN "'stations':{'q':{'environment':'e'}},'tasks':{" KIND("a", AT_ONCE(2), AT(2)) "}}",
          {0, 2, 0, 2, 0, 0, DONE}, {0, 7, 2, 5, 0, 0, DONE});
    PLAYS("{" UP_DOWN "'stations':{'q':{'environment':'e','discipline':'ps'}},'tasks':{" KIND("a", AT_ONCE(1), AT(2)) "," KIND(
              "b", ARRIVES(2), AT(1)) "}}",
          {0, 2, 0, 2, 0, 0, DONE}, {1, 6, 3, 1, 0, 0, DONE});
    PLAYS("{" UP_DOWN "'stations':{'q':{'environment':'e','discipline':'srpt'}},'tasks':{" KIND("a", AT_ONCE(1), AT(3)) "," KIND(
              "b", ARRIVES(2), AT(0.5)) "}}",
          {1, 5.5, 0, 3.5, 0, 0, DONE}, {0, 6.5, 3.5, 3, 0, 0, DONE});
    /* Servers come back at 5 before the task that arrives then, whose own deadline for waiting is 0. */
    PLAYS("{'stations':{'q':{'discipline':'gps','breakdown':{'up':2,'down':3}}},'tasks':{" KIND("a", ARRIVES(5), AT(1)) "}}",
          {0, 6, 0, 1, 0, 0, DONE});
}

const struct test instants_tests[] = {
    {"a completion and an arrival", completion_and_arrival},
    {"a completion and a time-out", completion_and_time_out},
    {"a completion and the end of patience", completion_and_patience},
    {"an arrival and an expiry", arrival_and_expiry},
    {"an arrival and the end of keep-alive", arrival_and_keep_alive},
    {"the end of a setup and a time-out, patience, an arrival", setup_and_others},
    {"preemption and a completion, a time-out, the end of a quantum", preemption_and_others},
    {"a breakdown and a completion, an arrival, a time-out; a repair and an arrival", breakdown_and_others},
    {"servers that come and go, and arrivals, completions, patience", servers_that_come_and_go},
    {"a join that cancels, and a completion, a time-out", joins_and_others},
    {"time-out, patience, batch wait: which of two expiries", expiry_and_expiry},
    {"room at a full station, and a time-out, an arrival", blocked_and_others},
    {"a polling server that comes, and an arrival, patience and time-outs", polling_servers},
    {"a drop and a time-out", dropped_and_timed_out},
    {"a change of an environment, and all else", changes_of_an_environment},
    {NULL, NULL},
};
