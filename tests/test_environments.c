/* test_environments.c: processes that change the speed of several stations at once. */
#include "models/theory/theory.h"
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Speed 1 from 0 to 2, 1/2 to 5, 1 to 7, ... */
#define SLOWS "'environments':{'e':{'fast':{'lasts':2,'speed':1},'slow':{'lasts':3,'speed':0.5}}},"
/* Speed 1 from 0 to 2, none to 5, ... */
#define STOPS         "'environments':{'e':{'up':{'lasts':2,'speed':1},'down':{'lasts':3,'speed':0}}},"
#define AT_Q(d)       "'steps':[{'at':'q','for':" #d "}]"
#define STATION(more) "'stations':{'q':{'environment':'e'" more "}},"

static void by_hand(void)
{
    static const char *const alone[] = {"", ",'servers':'infinite'", ",'discipline':'ps'", ",'discipline':'las'", ",'discipline':'gps'",
                                        ",'speed':[1]",
                                        ",'discipline':'srpt'",
                                        ",'discipline':'lcfs_pr'",
                                        ",'discipline':'rr','quantum':0.75",
                                        ",'discipline':'polling'"};
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
        struct trial t;
        const bool shared = i == 2 || i == 3 || i == 4 || i == 1;
        /* 2 of 3 at full speed, 1 at half: done at 4. */
        if (trial_read(&t, "{" SLOWS "'stations':{'q':{'environment':'e'%s}},'tasks':{'a':{" AT_ONCE(1) AT_Q(3) "}}}", alone[i])) {
            if (shared)
                ENDS(0, &t, {0, 4, 1, 3, 0, 0, false});
            else
                ENDS(0, &t, {0, 4, 0, 4, 0, 0, false});
        }
        trial_free(&t);
        /* It comes while all stands still. */
        if (trial_read(&t, "{" STOPS "'stations':{'q':{'environment':'e'%s}},'tasks':{'a':{" ARRIVES(3) AT_Q(1.5) "}}}", alone[i])) {
            if (shared)
                ENDS(0, &t, {0, 6.5, 2, 1.5, 0, 0, false});
            else
                ENDS(0, &t, {0, 6.5, 0, 3.5, 0, 0, false});
        }
        trial_free(&t);
    }
    /* srpt: at 2.5 a (4) has 2 - 0.25 = 1.75 left; b (1.5) takes its server: 1.25 done at 5, 0.25 more; a goes on until 7. */
    PLAYS("{" SLOWS STATION(",'discipline':'srpt'") "'tasks':{'a':{" AT_ONCE(1) AT_Q(4) "},'b':{" ARRIVES(2.5) AT_Q(1.5) "}}}",
          {1, 5.25, 0, 2.75, 0, 0, false}, {0, 7, 2.75, 4.25, 0, 0, false});
    /* Among those at a standstill the order holds: c (0.75) takes the server of b (1.5 of 2 left), who has that of a (3 left). */
    PLAYS("{" STOPS STATION(",'discipline':'srpt'") "'tasks':{'a':{" AT_ONCE(1) AT_Q(4.5) "},'b':{" ARRIVES(1.5) AT_Q(2) "},'c':{" ARRIVES(
              3) AT_Q(0.75) "}}}",
          {2, 5.75, 0, 2.75, 0, 0, false}, {1, 10.25, 2.75, 6, 0, 0, false}, {0, 16.25, 8.75, 7.5, 0, 0, false});
    /* Turns of 1 by the clock: a to 1 (1 done), b to 2, a to 3 (0.5), b to 4 (0.5: done); a has 0.5 left at half speed. */
    PLAYS("{" SLOWS STATION(",'discipline':'rr','quantum':1") "'tasks':{'a':{" AT_ONCE(1) AT_Q(2) "},'b':{" AT_ONCE(1) AT_Q(1.5) "}}}",
          {1, 4, 2, 2, 0, 0, false}, {0, 5, 2, 3, 0, 0, false});
    /* All stands still from 2 to 5: b's turn from 1.5 ends at 3 all the same (0.5 done), a's comes to nothing; b from 4.5, a from 5.5. */
    PLAYS("{" STOPS STATION(",'discipline':'rr','quantum':1.5") "'tasks':{'a':{" AT_ONCE(1) AT_Q(2) "},'b':{" AT_ONCE(1) AT_Q(1) "}}}",
          {1, 5.5, 3, 2.5, 0, 0, false}, {0, 6, 2.5, 3.5, 0, 0, false});
    /* Two lines, a way of 1 between them that takes 1 at any speed. */
    PLAYS("{" SLOWS "'stations':{'q':{'environment':'e','discipline':{'name':'polling','switch_over':1}}},'tasks':{'a':{" AT_ONCE(
              1) AT_Q(2.5) "},'b':{" AT_ONCE(1) AT_Q(1) "}}}",
          {0, 3, 0, 3, 0, 0, false}, {1, 5.5, 4, 1.5, 0, 0, false});
    /* Two together, and a third that waits for both. */
    PLAYS("{" SLOWS STATION(",'batch':{'max':2,'per_task':0.5}") "'tasks':{'a':{" AT_ONCE(2) AT_Q(2) "},'b':{" ARRIVES(1) AT_Q(0.25) "}}}",
          {0, 4, 0, 4, 0, 0, false}, {0, 4, 0, 4, 0, 0, false}, {1, 5.25, 3, 1.25, 0, 0, false});
    /* What is done at the instant of a change is done; who comes then comes before it. */
    PLAYS("{" STOPS STATION("") "'tasks':{'a':{" AT_ONCE(1) AT_Q(2) "},'b':{" ARRIVES(2) AT_Q(1) "}}}", {0, 2, 0, 2, 0, 0, false},
          {1, 6, 0, 4, 0, 0, false});
    /* A switch takes its time whatever the speed: 1.5 to 2.5, then half a speed. */
    PLAYS("{" SLOWS STATION(",'switch':1") "'tasks':{'a':{" ARRIVES(1.5) AT_Q(1) "}}}", {0, 4.5, 0, 2, 0, 1, false});
    /* Faster than at full speed, shared or not. */
    PLAYS("{'environments':{'e':{'fast':{'lasts':2,'speed':2},'slow':{'lasts':3,'speed':0.5}}}," STATION(
              ",'discipline':'ps'") "'tasks':{'a':{" AT_ONCE(2) AT_Q(1) "}}}",
          {0, 1, 0, 1, 0, 0, false}, {0, 1, 0, 1, 0, 0, false});
    /* Held through a delay, which is no service. */
    PLAYS("{" STOPS STATION("") "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'in':'q','do':[{'delay':4}]}]},'b':{" ARRIVES(1) AT_Q(1) "}}}",
          {0, 4, 0, 0, 4, 0, false}, {1, 6, 3, 2, 0, 0, false});
    /* A time-out in the middle of it, a breakdown, and who goes on. */
    PLAYS("{" STOPS STATION("") "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'timeout':4,'do':[{'at':'q','for':3}]}]},'b':{" ARRIVES(
              1) AT_Q(1) "}}}",
          {0, 4, 0, 4, 0, 0, TIMED_OUT}, {1, 6, 3, 2, 0, 0, false});
    PLAYS("{" SLOWS STATION(",'breakdown':{'up':1,'down':2}") "'tasks':{'a':{" AT_ONCE(1) AT_Q(1.25) "}}}",
          {0, 3.5, 2, 1.5, 0, 0, false});
    /* States by chance that is none: fast, stop, slow, slow, ... */
    PLAYS("{'environments':{'e':{'fast':{'lasts':1,'speed':1,'next':{'stop':1}},'slow':{'lasts':5,'speed':0.5,'next':{'slow':1}},"
          "'stop':{'lasts':1,'speed':0,'next':{'slow':1}}}}," STATION("") "'tasks':{'a':{" AT_ONCE(1) AT_Q(5) "}}}",
          {0, 10, 0, 10, 0, 0, false});
}

/* ---- Against chains ---- */

#define RANDOM                                                                                                         \
    "'environments':{'e':{'calm':{'lasts':{'dist':'exponential','mean':10},'speed':1.25},'noisy':{'lasts':{'dist':"    \
    "'exponential','mean':5},'speed':0.25}}},"
static const double speeds[] = {1.25, 0.25}, leaves[] = {0.1, 0.2};

/* Number at one station of this many servers (0: infinite), and the state. */
static double one_station(double rate, unsigned servers)
{
    enum { MOST = 400 };
    struct chain *c = chain_new(2 * (MOST + 1));
    double *p = calloc(2 * (MOST + 1), sizeof *p), mean = 0.0;
    for (size_t n = 0; n <= MOST; n++)
        for (size_t s = 0; s < 2; s++) {
            const size_t at = 2 * n + s;
            if (n < MOST)
                chain_rate(c, at, at + 2, rate);
            if (n > 0)
                chain_rate(c, at, at - 2, speeds[s] * (servers == 0 || n < servers ? (double)n : servers));
            chain_rate(c, at, 2 * n + !s, leaves[s]);
        }
    EXPECT(chain_stationary(c, p) == 0, "no law");
    for (size_t i = 0; i < 2 * (MOST + 1); i++)
        mean += (double)(i / 2) * p[i];
    chain_free(c);
    free(p);
    return mean;
}

static void numbers_at_one_station(void)
{
    static const struct {
        double rate;
        unsigned servers;
        const char *more;
    } cases[] = {{0.45, 1, ""},
                 {0.45, 1, ",'discipline':'ps'"},
                 {0.9, 2, ",'servers':2"},
                 {0.9, 2, ",'servers':2,'discipline':'gps'"},
                 {0.9, 2, ",'servers':2,'speed':[1,2]"},
                 {0.9, 2, ",'servers':2,'discipline':'lcfs_pr'"},
                 {0.45, 1, ",'discipline':'rr','quantum':0.4"},
                 {0.9, 2, ",'servers':2,'discipline':'rr','quantum':1.5"},
                 {0.45, 1, ",'discipline':{'name':'polling','visit':'gated'}"},
                 {2.0, 0, ",'servers':'infinite'"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[700];
        snprintf(text, sizeof text, RANDOM "'environment':'e'%s,'arrivals':{'rate':%g},'service':{'dist':'exponential','mean':1}",
                 cases[i].more, cases[i].rate);
        struct exact e = exact_run(600, 30000, text);
        exact_is(&e, "task", "in_system", one_station(cases[i].rate, cases[i].servers));
        exact_done(&e);
    }
}

/* What theory's row says of numbers is what the chains say. */
static void theory_of_numbers(void)
{
    static const double rates[] = {0.45, 0.9, 1.8};
    for (unsigned servers = 1; servers <= 3; servers++) {
        struct trial t;
        double told = 0.0;
        const struct theory_answer *answers;
        size_t count = 0;
        struct error err;
        if (trial_read(&t, "{" RANDOM "'environment':'e','servers':%u,'arrivals':{'rate':%g},'service':{'dist':'exponential','mean':1}}",
                       servers, rates[servers - 1]) &&
            desq_theory(t.desq, 0, &answers, &count, &err))
            for (size_t i = 0; i < count; i++)
                for (size_t v = 0; strcmp(answers[i].form->name, "environment") == 0 && v < answers[i].value_count; v++)
                    if (strcmp(answers[i].values[v].probe, "in_station") == 0)
                        told = answers[i].values[v].value;
        const double chain = one_station(rates[servers - 1], servers);
        EXPECT(fabs(told - chain) < 1e-6 * chain, "%u servers: %.9g, by the chain %.9g", servers, told, chain);
        trial_free(&t);
    }
}

/* With preemption the urgent are alone; all together are as many as in any order. */
static void priorities(void)
{
    struct exact e = exact_run(600, 25000,
                               RANDOM "'stations':{'q':{'environment':'e','discipline':'priority','preempt':'resume'}},'tasks':{"
                                      "'high':{'arrivals':{'rate':0.2},'service':{'dist':'exponential','mean':1}},"
                                      "'low':{'priority':1,'arrivals':{'rate':0.25},'service':{'dist':'exponential','mean':1}}}");
    exact_is(&e, "high", "in_system", one_station(0.2, 1));
    exact_is(&e, "station:q", "in_station", one_station(0.45, 1));
    exact_done(&e);
}

/* Two stations, one behind the other, slow at the same times: both numbers and the state. */
static void two_stations(void)
{
    enum { MOST = 60 };
    const double rate = 0.4, mu[] = {1.0, 1.25};
    struct chain *c = chain_new((size_t)2 * (MOST + 1) * (MOST + 1));
    double *p = calloc((size_t)2 * (MOST + 1) * (MOST + 1), sizeof *p), first = 0.0, second = 0.0;
#define STATE(a, b, s) (((size_t)(a) * (MOST + 1) + (size_t)(b)) * 2 + (size_t)(s))
    for (int a = 0; a <= MOST; a++)
        for (int b = 0; b <= MOST; b++)
            for (int s = 0; s < 2; s++) {
                if (a < MOST)
                    chain_rate(c, STATE(a, b, s), STATE(a + 1, b, s), rate);
                if (a > 0 && b < MOST)
                    chain_rate(c, STATE(a, b, s), STATE(a - 1, b + 1, s), mu[0] * speeds[s]);
                if (b > 0)
                    chain_rate(c, STATE(a, b, s), STATE(a, b - 1, s), mu[1] * speeds[s]);
                chain_rate(c, STATE(a, b, s), STATE(a, b, !s), leaves[s]);
            }
    EXPECT(chain_stationary(c, p) == 0, "no law");
    for (int a = 0; a <= MOST; a++)
        for (int b = 0; b <= MOST; b++)
            for (int s = 0; s < 2; s++) {
                first += a * p[STATE(a, b, s)];
                second += b * p[STATE(a, b, s)];
            }
#undef STATE
    chain_free(c);
    free(p);
    struct exact e = exact_run(
        600, 25000,
        RANDOM "'stations':{'a':{'environment':'e'},'b':{'environment':'e','discipline':'ps'}},'tasks':{'t':{'arrivals':{"
               "'rate':0.4},'steps':[{'at':'a','for':{'dist':'exponential','mean':1}},{'at':'b','for':{'dist':'exponential',"
               "'mean':0.8}}]}}");
    exact_is(&e, "station:a", "in_station", first);
    exact_is(&e, "station:b", "in_station", second);
    exact_done(&e);
}

const struct test environments_tests[] = {
    {"speeds that change in the middle of a service, by hand", by_hand},
    {"numbers at one station: M/M/1, M/M/2, M/M/inf, shared or not, in a random environment", numbers_at_one_station},
    {"theory's numbers in a random environment are those of chains", theory_of_numbers},
    {"preemptive priorities in a random environment", priorities},
    {"two stations that are slow at the same times", two_stations},
    {NULL, NULL},
};
