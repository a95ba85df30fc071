/* test_gps.c: generalised processor sharing. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <stdio.h>
#include <stdlib.h>

#define TO_Q(weight, d) "'weight':" #weight ",'steps':[{'at':'q','for':" #d "}]}"

static void by_hand(void)
{
    /* a at speed 3/4, b at 1/4; a's second waits for the first (done at 4/3), not for b. At 8/3 b has 1/3 left: alone. */
    PLAYS("{'stations':{'q':{'discipline':'gps'}},'tasks':{'a':{" AT_ONCE(2) TO_Q(3, 1) ",'b':{" AT_ONCE(1) TO_Q(1, 1) "}}",
          {0, 4.0 / 3.0, 1.0 / 3.0, 1, 0, 0, false}, {0, 8.0 / 3.0, 5.0 / 3.0, 1, 0, 0, false}, {1, 3, 2, 1, 0, 0, false});
    /* Two servers: b, of one task, would have 5/3 of them: one whole; a's two go one after the other. */
    PLAYS("{'stations':{'q':{'servers':2,'discipline':'gps'}},'tasks':{'a':{" AT_ONCE(2) TO_Q(1, 1) ",'b':{" AT_ONCE(
              1) TO_Q(5, 3) "}}",
          {0, 1, 0, 1, 0, 0, false}, {0, 2, 1, 1, 0, 0, false}, {1, 3, 0, 3, 0, 0, false});
    /* Shares of 3/2 and 1/2: a's second at half speed beside the first; b half. At 1 a: 1/2 and 1 left, b 1/2. Again.
     * From 1.5 on each has a task in service at full speed. */
    PLAYS("{'stations':{'q':{'servers':2,'discipline':'gps'}},'tasks':{'a':{" AT_ONCE(3) TO_Q(3, 1) ",'b':{" AT_ONCE(
              2) TO_Q(1, 1) "}}",
          {0, 1, 0, 1, 0, 0, false}, {0, 1.5, 0.5, 1, 0, 0, false}, {1, 1.75, 0.75, 1, 0, 0, false},
          {0, 2.25, 1.25, 1, 0, 0, false}, {1, 2.75, 1.75, 1, 0, 0, false});
    /* A time-out takes the first of a away at 1; the second goes on with a's share. */
    PLAYS("{'stations':{'q':{'discipline':'gps'}},'tasks':{'a':{" AT_ONCE(
              2) "'steps':[{'timeout':1,'do':[{'at':'q','for':1}],'else':[{'at':'q','for':1}]}]},'b':{" AT_ONCE(1) TO_Q(1, 1) "}}",
          {1, 2, 1, 1, 0, 0, false}, {0, 2.5, 1, 1.5, 0, 0, false}, {0, 3.5, 2.5, 1, 0, 0, false});
}

/* Two kinds, exponential: both numbers are a chain. Speeds of the kinds with c servers as the rule says. */
static void two_kinds(double servers, const double *rate, const double *mu, const double *weight, double *in_system)
{
    enum { MOST = 40 };
    struct chain *c = chain_new((size_t)(MOST + 1) * (MOST + 1));
    double *p = calloc((size_t)(MOST + 1) * (MOST + 1), sizeof *p);
#define STATE(a, b) ((size_t)(a) * (MOST + 1) + (size_t)(b))
    for (int a = 0; a <= MOST; a++)
        for (int b = 0; b <= MOST; b++) {
            double share = b == 0 ? servers : servers * weight[0] / (weight[0] + weight[1]);
            const double other = a == 0 ? servers : servers - share;
            share = other > b ? servers - b : share;
            const double first = share < a ? share : a;
            const double second = servers - first < b ? servers - first : b;
            if (a < MOST)
                chain_rate(c, STATE(a, b), STATE(a + 1, b), rate[0]);
            if (b < MOST)
                chain_rate(c, STATE(a, b), STATE(a, b + 1), rate[1]);
            if (a > 0)
                chain_rate(c, STATE(a, b), STATE(a - 1, b), mu[0] * first);
            if (b > 0)
                chain_rate(c, STATE(a, b), STATE(a, b - 1), mu[1] * second);
        }
    EXPECT(chain_stationary(c, p) == 0, "no law");
    in_system[0] = in_system[1] = 0.0;
    for (int a = 0; a <= MOST; a++)
        for (int b = 0; b <= MOST; b++) {
            in_system[0] += a * p[STATE(a, b)];
            in_system[1] += b * p[STATE(a, b)];
        }
#undef STATE
    chain_free(c);
    free(p);
}

static void against_chains(void)
{
    const double rate[] = {0.3, 0.4}, mu[] = {1.0, 2.0}, weight[] = {1.0, 3.0};
    for (int servers = 1; servers < 3; servers++) {
        const double rates[] = {rate[0] * servers, rate[1] * servers};
        double exact[2];
        char text[500];
        two_kinds(servers, rates, mu, weight, exact);
        snprintf(text, sizeof text,
                 "'stations':{'q':{'servers':%d,'discipline':'gps'}},'tasks':{'a':{'arrivals':{'rate':%g},"
                 "'service':{'dist':'exponential','mean':1}},'b':{'weight':3,'arrivals':{'rate':%g},"
                 "'service':{'dist':'exponential','mean':0.5}}}",
                 servers, rates[0], rates[1]);
        struct exact e = exact_run(300, 20000, text);
        exact_is(&e, "a", "in_system", exact[0]);
        exact_is(&e, "b", "in_system", exact[1]);
        exact_is(&e, "station:q", "utilisation", 0.5);
        exact_done(&e);
    }
}

/* Task by task what fcfs gives. */
static void one_kind(void)
{
    struct trial t;
    struct history a = {0}, b = {0};
    if (trial_read(&t, "{'arrivals':{'rate':2.4},'service':{'mean':1,'scv':4},'servers':3,'variants':{'gps':{'/discipline':'gps'},"
                       "'fcfs':{}},'run':{'replications':1,'count':5000}}") &&
        trial_trace(&t, 0, 0, &a) && trial_trace(&t, 1, 0, &b)) {
        history_by_key(&a);
        history_by_key(&b);
        double most = 0.0;
        size_t same = 0;
        for (size_t i = 0, j = 0; i < a.count && j < b.count;) {
            if (a.tasks[i].key != b.tasks[j].key) {
                if (a.tasks[i].key < b.tasks[j].key)
                    i++;
                else
                    j++;
                continue;
            }
            most = fmax(most, fabs(a.tasks[i].left - b.tasks[j].left));
            same++;
            i++;
            j++;
        }
        EXPECT(same > 4900 && most < 1e-8, "%zu tasks, up to %g apart", same, most);
    }
    history_free(&a);
    history_free(&b);
    trial_free(&t);
}

const struct test gps_tests[] = {
    {"shares by kind, by hand", by_hand},
    {"two exponential kinds: their chain", against_chains},
    {"one kind is served first come first served", one_kind},
    {NULL, NULL},
};
