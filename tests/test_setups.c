/* test_setups.c: setup where servers are told apart: of different speeds, there at certain hours, broken, in an environment; and several of them for one task. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <stdio.h>
#include <stdlib.h>

#define STEPS(d)               "'steps':[{'at':'q','for':" #d "}]"
#define KIND(name, arrives, d) "'" name "':{" arrives STEPS(d) "}"

static void by_hand(void)
{
    /* Both warm at 1; the faster one is set up first, and takes the first. */
    PLAYS("{'stations':{'q':{'servers':[{'speed':0.5},{'speed':1}],'setup':1}},'tasks':{" KIND("a", AT_ONCE(2), 1) "}}",
          {0, 2, 1, 1, 0, 0, false}, {0, 3, 1, 2, 0, 0, false});
    PLAYS("{'stations':{'q':{'servers':[{'speed':0.5},{'speed':1}],'setup':1,'setup_serial':true}},'tasks':{" KIND("a", AT_ONCE(2), 2) "}}",
          {0, 3, 1, 2, 0, 0, false}, {0, 6, 2, 4, 0, 0, false});
    /* Up 0 to 2, broken to 3, up to 5: who is served is so again when the server has been repaired and set up. */
    PLAYS("{'stations':{'q':{'setup':1,'breakdown':{'up':2,'down':1}}},'tasks':{" KIND("a", AT_ONCE(1), 1.5) "}}",
          {0, 4.5, 3, 1.5, 0, 0, false});
    /* A setup from 1.5 on is for nothing. */
    PLAYS("{'stations':{'q':{'setup':1,'breakdown':{'up':2,'down':1}}},'tasks':{" KIND("a", ARRIVES(1.5), 1) "}}",
          {0, 5, 2.5, 1, 0, 0, false});
    /* A second server is there from 2 on, cold; and the one that goes at 4 does so in the middle of its setup. */
    PLAYS("{'stations':{'q':{'servers':{'schedule':[[0,1],[2,2]]},'setup':1}},'tasks':{" KIND("a", AT_ONCE(1), 5) "," KIND(
              "b", ARRIVES(1.5), 1) "}}",
          {1, 4, 1.5, 1, 0, 0, false}, {0, 6, 1, 5, 0, 0, false});
    PLAYS("{'stations':{'q':{'servers':{'schedule':[[0,2],[4,1]]},'setup':1}},'tasks':{" KIND("a", AT_ONCE(1), 5) "," KIND(
              "b", ARRIVES(3.5), 1) "}}",
          {0, 6, 1, 5, 0, 0, false}, {1, 7, 2.5, 1, 0, 0, false});
    /* Set up while all stands still from 2 to 5. */
    PLAYS("{'environments':{'e':{'up':{'lasts':2,'speed':1},'down':{'lasts':3,'speed':0}}},'stations':{'q':{'environment':'e','setup':1}},"
          "'tasks':{" KIND("a", ARRIVES(1.5), 1) "}}",
          {0, 6, 1, 3.5, 0, 0, false});
    /* Who comes at 4, when it would go cold, finds it warm; at 4.5 it is cold. */
    PLAYS("{'stations':{'q':{'take':'longest_idle','setup':1,'keep_alive':2}},'tasks':{" KIND("a", AT_ONCE(1), 1) "," KIND(
              "b", ARRIVES(4), 1) "," KIND("c", ARRIVES(7.5), 1) "}}",
          {0, 2, 1, 1, 0, 0, false}, {1, 5, 0, 1, 0, 0, false}, {2, 9.5, 1, 1, 0, 0, false});
}

#define HOLDS(name, arrives, count, d) "'" name "':{" arrives "'steps':[{'in':'q','count':" #count ",'do':[{'delay':" #d "}]}]}"

static void several_at_once(void)
{
    /* Three of them are there from 2 on; nobody overtakes the one who waits for them. */
    PLAYS("{'stations':{'q':{'servers':{'schedule':[[0,2],[2,4]]}}},'tasks':{" HOLDS("a", AT_ONCE(1), 3, 1) "," HOLDS("b", AT_ONCE(1), 1, 1) "}}",
          {0, 3, 2, 0, 1, 0, false}, {1, 3, 2, 0, 1, 0, false});
    /* One of them is in service until 1.5; who gives up waiting lets the others go. */
    PLAYS("{'stations':{'q':{'servers':2,'take':'longest_idle'}},'tasks':{" KIND("z", AT_ONCE(1), 1.5) "," HOLDS("a", AT_ONCE(1), 2, 1) "}}",
          {0, 1.5, 0, 1.5, 0, 0, false}, {1, 2.5, 1.5, 0, 1, 0, false});
    PLAYS("{'stations':{'q':{'servers':2,'take':'longest_idle'}},'tasks':{" KIND("z", AT_ONCE(1), 5) ",'a':{'patience':1," AT_ONCE(
              1) "'steps':[{'in':'q','count':2,'do':[{'delay':1}]}]}," HOLDS("b", AT_ONCE(1), 1, 1) "}}",
          {1, 1, 1, 0, 0, 0, ABANDONED}, {2, 2, 1, 0, 1, 0, false}, {0, 5, 0, 5, 0, 0, false});
    /* What is held breaks when it comes back; here it has been repaired by then. Broken again from 5 to 6. */
    PLAYS("{'stations':{'q':{'servers':2,'breakdown':{'up':2,'down':1,'scope':'station'}}},'tasks':{" HOLDS("a", AT_ONCE(1), 2, 3.5) "," HOLDS(
              "b", ARRIVES(1), 2, 1) "," HOLDS("c", ARRIVES(5.25), 2, 1) "}}",
          {0, 3.5, 0, 0, 3.5, 0, false}, {1, 4.5, 2.5, 0, 1, 0, false}, {2, 7, 0.75, 0, 1, 0, false});
    /* As many are set up as are wanted; the first of them is kept for who waits for both, though it would go cold. */
    PLAYS("{'stations':{'q':{'servers':3,'setup':1}},'tasks':{" HOLDS("a", AT_ONCE(1), 2, 1) "," HOLDS("b", ARRIVES(1.5), 1, 1) "}}",
          {0, 2, 1, 0, 1, 0, false}, {1, 3, 0.5, 0, 1, 0, false});
    PLAYS("{'stations':{'q':{'servers':2,'setup':1,'setup_serial':true,'keep_alive':0.5}},'tasks':{" HOLDS("a", AT_ONCE(1), 2, 1) "," HOLDS(
              "b", ARRIVES(4), 1, 1) "}}",
          {0, 3, 2, 0, 1, 0, false}, {1, 6, 1, 0, 1, 0, false});
    /* Back after an await, and in an environment, where holding takes its time at any speed. */
    PLAYS("{'environments':{'e':{'up':{'lasts':1,'speed':1},'down':{'lasts':9,'speed':0.5}}},'stations':{'q':{'servers':2,'environment':'e','await':"
          "'release'}},'tasks':{'a':{" AT_ONCE(1) "'steps':[{'in':'q','count':2,'do':[{'delay':1},{'await':[{'delay':1}]},{'delay':1}]}]}," KIND(
              "b", ARRIVES(0.5), 1) "}}",
          {1, 3, 0.5, 2, 0, 0, false}, {0, 4, 1, 0, 3, 0, false});
}

static void pairs_of_servers(void)
{
    /* Two of four for each: M/M/2. */
    struct exact e = exact_run(300, 30000,
                               "'stations':{'q':{'servers':4,'take':'longest_idle'}},'tasks':{'t':{'arrivals':{'rate':1.4},'steps':[{'in':'q',"
                               "'count':2,'do':[{'delay':{'dist':'exponential','mean':1}}]}]}}");
    exact_is(&e, "t", "wait", mmc_wait_mean(1.4, 1.0, 2));
    exact_is(&e, "station:q", "queue_length", 1.4 * mmc_wait_mean(1.4, 1.0, 2));
    exact_is(&e, "station:q", "utilisation", 0.7);
    exact_done(&e);
}

static void servers_told_apart_are_set_up_alike(void)
{
    for (unsigned c = 1; c <= 3; c += 2) {
        const double rate = 0.6 * c;
        double in_system, starting;
        char text[400];
        if (mmc_setup(c, rate, 1.0, 0.5, 200, &in_system, &starting) != 0)
            EXPECT(false, "no law of the chain");
        snprintf(text, sizeof text,
                 "'servers':%u,'take':'longest_idle','setup':{'dist':'exponential','mean':2},'keep_alive':0,'arrivals':{'rate':%g},"
                 "'service':{'dist':'exponential','mean':1}",
                 c, rate);
        struct exact e = exact_run(300, 30000, text);
        exact_is(&e, "task", "in_system", in_system);
        exact_is(&e, "station:queue", "setting_up", starting / c);
        exact_done(&e);
    }
}

/* M/M/1 whose server works at one speed or another, as the environment says, goes cold without work, and is set up at rate alpha
 * whatever the environment: mean number in system. Modes: set up (or cold, with nobody there), or at work. */
static double in_an_environment(double rate, double alpha)
{
    enum { MOST = 250 };
    static const double speeds[] = {1.25, 0.25}, leaves[] = {0.1, 0.2};
    struct chain *c = chain_new(4 * (MOST + 1));
    double *p = calloc(4 * (MOST + 1), sizeof *p), mean = 0.0;
    for (size_t n = 0; n <= MOST; n++)
        for (size_t at = 4 * n; at < 4 * (n + 1); at++) {
            const size_t state = at & 1, works = at >> 1 & 1;
            chain_rate(c, at, at ^ 1U, leaves[state]);
            if (n < MOST)
                chain_rate(c, at, at + 4, rate);
            if (n == 0 && works) /* there is no such state: it leads away */
                chain_rate(c, at, at - 2, 1.0);
            if (n > 0 && works)
                chain_rate(c, at, n > 1 ? at - 4 : at - 6, speeds[state]);
            if (n > 0 && !works)
                chain_rate(c, at, at + 2, alpha);
        }
    EXPECT(chain_stationary(c, p) == 0, "no law");
    for (size_t i = 0; i < 4 * (MOST + 1); i++)
        mean += (double)(i / 4) * p[i];
    chain_free(c);
    free(p);
    return mean;
}

static void setup_in_an_environment(void)
{
    struct exact e = exact_run(600, 40000,
                               "'environments':{'e':{'calm':{'lasts':{'dist':'exponential','mean':10},'speed':1.25},'noisy':{'lasts':{'dist':"
                               "'exponential','mean':5},'speed':0.25}}},'environment':'e','setup':{'dist':'exponential','mean':2},'keep_alive':0,"
                               "'arrivals':{'rate':0.4},'service':{'dist':'exponential','mean':1}");
    exact_is(&e, "task", "in_system", in_an_environment(0.4, 0.5));
    exact_done(&e);
}

const struct test setups_tests[] = {
    {"several servers at once, that are told apart", several_at_once},
    {"two of four servers each: M/M/2", pairs_of_servers},
    {"cold servers of different speeds, hours, and fates", by_hand},
    {"servers that are told apart are set up as those that are not", servers_told_apart_are_set_up_alike},
    {"M/M/1 with setup in a random environment", setup_in_an_environment},
    {NULL, NULL},
};
