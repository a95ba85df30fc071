/* test_polling.c: servers that go round several lines. */
#include "models/theory/theory.h"
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POLLING(more, tasks) "{'stations':{'q':{'discipline':{'name':'polling'" more "}}},'tasks':{" tasks "}}"
#define EXPONENTIAL          "{'dist':'exponential','mean':1}"
#define AT_Q(d)              "'steps':[{'at':'q','for':" d "}]}"

/* ---- By hand ---- */

static void visits(void)
{
    static const char tasks[] = "'a':{" AT_ONCE(2) AT_Q("1") ",'b':{" AT_ONCE(1) AT_Q("1");
    struct trial t;
    if (trial_read(&t, "{'stations':{'q':{'discipline':{'name':'polling','switch_over':0.5}}},'tasks':{%s}}", tasks))
        ENDS(0, &t, {0, 1, 0, 1, 0, 0, false}, {0, 2, 1, 1, 0, 0, false}, {1, 3.5, 2.5, 1, 0, 0, false});
    trial_free(&t);
    if (trial_read(&t, "{'stations':{'q':{'discipline':{'name':'polling','visit':'limited','switch_over':0.5}}},'tasks':{%s}}", tasks))
        ENDS(0, &t, {0, 1, 0, 1, 0, 0, false}, {1, 2.5, 1.5, 1, 0, 0, false}, {0, 4, 3, 1, 0, 0, false});
    trial_free(&t);
    if (trial_read(&t, "{'stations':{'q':{'discipline':{'name':'polling','visit':'limited','limit':2}}},'tasks':{%s}}", tasks))
        ENDS(0, &t, {0, 1, 0, 1, 0, 0, false}, {0, 2, 1, 1, 0, 0, false}, {1, 3, 2, 1, 0, 0, false});
    trial_free(&t);
}

/* Lines by priority: a (0 to 1) and c, who comes at 0.5, share one; b comes at 0.625. */
#define SHARED_LINE                                                                                                    \
    "'a':{" AT_ONCE(1) AT_Q("1") ",'c':{" ARRIVES(0.5) AT_Q("1") ",'b':{'priority':1," ARRIVES(0.625) AT_Q("1")

static void gates(void)
{
    PLAYS(POLLING(",'lines':'priority','visit':'gated','switch_over':0.5", SHARED_LINE), {0, 1, 0, 1, 0, 0, false},
          {2, 2.5, 0.875, 1, 0, 0, false}, {1, 4, 2.5, 1, 0, 0, false});
    PLAYS(POLLING(",'lines':'priority','switch_over':0.5", SHARED_LINE), {0, 1, 0, 1, 0, 0, false},
          {1, 2, 0.5, 1, 0, 0, false}, {2, 3.5, 1.875, 1, 0, 0, false});
    /* Of three before the gate the second loses patience (at 1.25): the third still goes before b. */
    PLAYS(POLLING(",'lines':'priority','visit':'gated','switch_over':0.5",
                  "'a':{" AT_ONCE(1) AT_Q("2") ",'d':{'patience':1.25," AT_ONCE(1) AT_Q("1") ",'c':{" AT_ONCE(
                      1) AT_Q("1") ",'b':{'priority':1," ARRIVES(0.5) AT_Q("1")),
          {1, 1.25, 1.25, 0, 0, 0, ABANDONED}, {0, 2, 0, 2, 0, 0, false}, {2, 3, 2, 1, 0, 0, false},
          {3, 4.5, 3, 1, 0, 0, false});
}

static void nobody_there(void)
{
    static const char two[] = "'a':{" ARRIVES(1.25) AT_Q("1") ",'b':{" ARRIVES(10) AT_Q("1");
    struct trial t;
    /* At a at 0, 1, 2; then at b at 3.5, 4.5, ... 9.5, 10.5. */
    if (trial_read(&t, "{'stations':{'q':{'discipline':{'name':'polling','switch_over':0.5}}},'tasks':{%s}}", two))
        ENDS(0, &t, {0, 3, 0.75, 1, 0, 0, false}, {1, 11.5, 0.5, 1, 0, 0, false});
    trial_free(&t);
    if (trial_read(&t, "{'stations':{'q':{'discipline':{'name':'polling','switch_over':0.25,'empty':'stay'}}},'tasks':{%s}}", two))
        ENDS(0, &t, {0, 2.25, 0, 1, 0, 0, false}, {1, 11.25, 0.25, 1, 0, 0, false});
    trial_free(&t);
    if (trial_read(&t, "{'stations':{'q':{'discipline':'polling'}},'tasks':{%s}}", two))
        ENDS(0, &t, {0, 2.25, 0, 1, 0, 0, false}, {1, 11, 0, 1, 0, 0, false});
    trial_free(&t);
}

static void several_servers_and_holding(void)
{
    /* Server 0 begins at a, server 1 at b. */
    PLAYS("{'stations':{'q':{'servers':2,'discipline':{'name':'polling','switch_over':5}}},'tasks':{"
          "'a':{" AT_ONCE(2) AT_Q("1") ",'b':{" AT_ONCE(1) AT_Q("3") "}}",
          {0, 1, 0, 1, 0, 0, false}, {0, 2, 1, 1, 0, 0, false}, {1, 3, 0, 3, 0, 0, false});
    /* Held from 0 to 2; the await gives the server to b, and a comes back to its line. */
    PLAYS("{'stations':{'q':{'await':'release','discipline':{'name':'polling','switch_over':0.5}}},'tasks':{"
          "'a':{" AT_ONCE(1) "'steps':[{'in':'q','do':[{'delay':1},{'await':[{'delay':1}]},{'delay':1}]}]},"
          "'b':{" AT_ONCE(1) AT_Q("2") "}}",
          {1, 3.5, 1.5, 2, 0, 0, false}, {0, 5, 2, 0, 3, 0, false});
    /* A time-out takes the task out of service at 1.5; the server goes on at once. */
    PLAYS("{'stations':{'q':{'discipline':{'name':'polling','switch_over':0.5}}},'tasks':{"
          "'a':{" AT_ONCE(1) "'steps':[{'timeout':1.5,'do':[{'at':'q','for':9}]}]},'b':{" AT_ONCE(1) AT_Q("1") "}}",
          {0, 1.5, 0, 1.5, 0, 0, TIMED_OUT}, {1, 3, 2, 1, 0, 0, false});
}

/* ---- Against theory ---- */

/* Boxma, Groenendijk, "Pseudo-conservation laws in cyclic-service systems", Journal of Applied Probability 1987: sum of rho_i W_i. s, s2: moments of all switch-overs of a round together. */
static double pseudo_conserved(size_t n, const double *rate, const double *mean, const double *second, double s, double s2,
                               bool gated)
{
    double rho = 0.0, squares = 0.0, work = 0.0;
    for (size_t i = 0; i < n; i++) {
        rho += rate[i] * mean[i];
        squares += rate[i] * mean[i] * rate[i] * mean[i];
        work += rate[i] * second[i];
    }
    return rho * work / (2.0 * (1.0 - rho)) + rho * s2 / (2.0 * s) + s / (2.0 * (1.0 - rho)) * (rho * rho - squares) +
           (gated ? s / (1.0 - rho) * squares : 0.0);
}

/* Where all services have the same mean, the weighted sum is the mean wait of all tasks. */
static void pseudo_conservation(void)
{
    static const double rate[] = {0.1, 0.15, 0.35}, mean[] = {1, 1, 1}, second[] = {2, 1, 1.5};
    const double d = 0.75, s = 3.0 * d, s2 = 3.0 * d * d / 3.0 + s * s; /* uniform (0, 2 d): variance d^2 / 3 */
    for (int gated = 0; gated < 2; gated++) {
        char text[900];
        snprintf(text, sizeof text,
                 "'stations':{'q':{'discipline':{'name':'polling','visit':'%s','switch_over':{'dist':'uniform','min':0,"
                 "'max':1.5}}}},'tasks':{'a':{'arrivals':{'rate':0.1}," AT_Q(EXPONENTIAL) ",'b':{'arrivals':{'rate':0.15},"
                 AT_Q("1") ",'c':{'arrivals':{'rate':0.35}," AT_Q("{'dist':'erlang','k':2,'mean':1}") "}",
                 gated ? "gated" : "exhaustive");
        struct exact e = exact_run(300, 25000, text);
        exact_is(&e, "station:q", "wait", pseudo_conserved(3, rate, mean, second, s, s2, gated) / 0.6);
        exact_is(&e, "station:q", "utilisation", 0.6);
        exact_done(&e);
    }
}

/* The same, alike lines, one task a visit: sum over i of rho_i (1 - rate_i s / (1 - rho)) W_i (Boxma, Groenendijk 1987); first by Fuhrmann, "Symmetric queues served in cyclic order", Operations Research Letters 1985. */
static void limited_symmetric(void)
{
    const double rate = 0.12, mean = 1.25, second = 2.0 * mean * mean, n = 4, rho = n * rate * mean, s = n * 0.25,
                 s2 = s * s;
    const double all = rho * n * rate * second / (2 * (1 - rho)) + rho * s2 / (2 * s) +
                       s / (2 * (1 - rho)) * (rho * rho - rho * rho / n) + s / (1 - rho) * rho * rho / n;
    struct exact e = exact_run(
        500, 30000,
        "'stations':{'q':{'discipline':{'name':'polling','visit':'limited','switch_over':0.25}}},'tasks':{"
        "'a':{'arrivals':{'rate':0.12},'service':{'dist':'exponential','mean':1.25}},"
        "'b':{'arrivals':{'rate':0.12},'service':{'dist':'exponential','mean':1.25}},"
        "'c':{'arrivals':{'rate':0.12},'service':{'dist':'exponential','mean':1.25}},"
        "'d':{'arrivals':{'rate':0.12},'service':{'dist':'exponential','mean':1.25}}}");
    exact_is(&e, "station:q", "wait", all / (rho * (1.0 - rate * s / (1.0 - rho))));
    exact_done(&e);
}

/* Without switch-overs the server is idle only when nobody is there: with c servers and exponential services all rules
 * leave the number in the system that of M/M/c. */
static void no_switch_over(void)
{
    static const char *const rules[] = {"'visit':'exhaustive'", "'visit':'gated'", "'visit':'limited','limit':2"};
    for (size_t i = 0; i < 3; i++)
        for (int servers = 1; servers < 4; servers += 2) {
            char text[600];
            snprintf(text, sizeof text,
                     "'stations':{'q':{'servers':%d,'discipline':{'name':'polling',%s}}},'tasks':{"
                     "'a':{'arrivals':{'rate':%g}," AT_Q(EXPONENTIAL) ",'b':{'arrivals':{'rate':%g}," AT_Q(EXPONENTIAL) "}",
                     servers, rules[i], 0.5 * servers, 0.25 * servers);
            struct exact e = exact_run(300, 15000, text);
            exact_is(&e, "station:q", "wait", mmc_wait_mean(0.75 * servers, 1.0, (unsigned)servers));
            exact_done(&e);
        }
}

/* Two lines, all exponential, one server: the chain of both numbers, where it is, and how many it has served in this visit
 * (0: exhaustive, none counted). Mean numbers in system. */
static void two_lines(double first, double second, double move, unsigned limit, double *in_system)
{
    enum { MOST = 28 };
    const unsigned counts = limit == 0 ? 1 : limit, places = 2 * (counts + 1);
    const double rate[] = {first, second};
    struct chain *c = chain_new((size_t)(MOST + 1) * (MOST + 1) * places);
    double *p = calloc((size_t)(MOST + 1) * (MOST + 1) * places, sizeof *p);
    /* Place: line * (counts + 1) + (how many will have been served, from 1), or + 0: on the way to this line. */
#define STATE(a, b, place) (((size_t)(a) * (MOST + 1) + (size_t)(b)) * places + (size_t)(place))
    for (unsigned a = 0; a <= MOST; a++)
        for (unsigned b = 0; b <= MOST; b++)
            for (unsigned line = 0; line < 2; line++)
                for (unsigned k = 0; k <= counts; k++) {
                    const unsigned place = line * (counts + 1) + k, n[] = {a, b};
                    const unsigned other = (1 - line) * (counts + 1);
                    if (k > 0 && n[line] == 0) {
                        chain_rate(c, STATE(a, b, place), STATE(a, b, other), 1.0); /* never comes about */
                        continue;
                    }
                    if (a < MOST)
                        chain_rate(c, STATE(a, b, place), STATE(a + 1, b, place), rate[0]);
                    if (b < MOST)
                        chain_rate(c, STATE(a, b, place), STATE(a, b + 1, place), rate[1]);
                    if (k == 0) {
                        chain_rate(c, STATE(a, b, place), STATE(a, b, n[line] > 0 ? place + 1 : other), 1.0 / move);
                        continue;
                    }
                    const unsigned left = n[line] - 1;
                    const bool on = left > 0 && (limit == 0 || k < limit);
                    chain_rate(c, STATE(a, b, place),
                               STATE(line == 0 ? left : a, line == 1 ? left : b, on ? place + (limit > 0) : other), 1.0);
                }
    EXPECT(chain_stationary(c, p) == 0, "no law");
    in_system[0] = in_system[1] = 0.0;
    for (unsigned a = 0; a <= MOST; a++)
        for (unsigned b = 0; b <= MOST; b++)
            for (unsigned place = 0; place < places; place++) {
                in_system[0] += a * p[STATE(a, b, place)];
                in_system[1] += b * p[STATE(a, b, place)];
            }
#undef STATE
    chain_free(c);
    free(p);
}

static void each_line(void)
{
    static const struct {
        unsigned limit;
        const char *rule;
    } rules[] = {{0, "'visit':'exhaustive'"}, {1, "'visit':'limited'"}, {2, "'visit':'limited','limit':2"}};
    for (size_t i = 0; i < 3; i++) {
        double exact[2];
        char text[600];
        two_lines(0.25, 0.1, 0.4, rules[i].limit, exact);
        snprintf(text, sizeof text,
                 "'stations':{'q':{'discipline':{'name':'polling',%s,'switch_over':{'dist':'exponential','mean':0.4}}}},"
                 "'tasks':{'a':{'arrivals':{'rate':0.25}," AT_Q(EXPONENTIAL) ",'b':{'arrivals':{'rate':0.1}," AT_Q(
                     EXPONENTIAL) "}",
                 rules[i].rule);
        struct exact e = exact_run(300, 40000, text);
        exact_is(&e, "a", "in_system", exact[0]);
        exact_is(&e, "b", "in_system", exact[1]);
        exact_done(&e);
    }
}

/* Two servers and one line, from which each goes away for a time whenever it finds nobody: the chain of those who wait and of
 * busy servers. */
static void two_servers(void)
{
    enum { MOST = 200 };
    struct chain *c = chain_new(3 * (MOST + 1));
    double *p = calloc(3 * (MOST + 1), sizeof *p), waiting = 0.0;
    for (size_t n = 0; n <= MOST; n++)
        for (size_t busy = 0; busy < 3; busy++) {
            const size_t at = 3 * n + busy;
            if (n < MOST)
                chain_rate(c, at, at + 3, 1.2);
            if (busy > 0)
                chain_rate(c, at, n > 0 ? at - 3 : at - 1, (double)busy);
            if (busy < 2 && n > 0)
                chain_rate(c, at, at - 3 + 1, (double)(2 - busy) / 0.6);
        }
    EXPECT(chain_stationary(c, p) == 0, "no law");
    for (size_t i = 0; i < 3 * (MOST + 1); i++)
        waiting += (double)(i / 3) * p[i];
    chain_free(c);
    free(p);
    struct exact e = exact_run(300, 20000,
                               "'stations':{'q':{'servers':2,'discipline':{'name':'polling','switch_over':{'dist':"
                               "'exponential','mean':0.6}}}},'tasks':{'a':{'arrivals':{'rate':1.2}," AT_Q(EXPONENTIAL) "}");
    exact_is(&e, "station:q", "queue_length", waiting);
    exact_done(&e);
}

/* What theory's row says of a kind's mean wait; NAN: it does not apply. */
static double told_wait(const struct trial *t, size_t kind)
{
    const struct theory_answer *answers;
    size_t count;
    struct error err;
    if (!desq_theory(t->desq, 0, &answers, &count, &err))
        return (double)NAN;
    for (size_t i = 0; i < count; i++)
        if (strcmp(answers[i].form->name, "polling") == 0)
            for (size_t v = 0; answers[i].applies && v < answers[i].value_count; v++)
                if (answers[i].values[v].scope == THEORY_OF_KIND && answers[i].values[v].subject == kind &&
                    strcmp(answers[i].values[v].probe, "wait") == 0)
                    return answers[i].values[v].value;
    return (double)NAN;
}

/* The row of theory, line by line, against the pseudo-conservation law; three unlike lines. */
static void theory_conserves(void)
{
    static const double rate[] = {0.1, 0.15, 0.7}, mean[] = {2, 1, 0.5}, second[] = {8, 1, 0.375};
    for (int gated = 0; gated < 2; gated++)
        for (int ways = 0; ways < 3; ways++) {
            static const char *const way[] = {"", ",'switch_over':0.25", ",'switch_over':{'dist':'exponential','mean':1.5}"};
            static const double d[] = {0.0, 0.25, 1.5};
            const double s = 3.0 * d[ways], s2 = (ways == 2 ? 3.0 * d[2] * d[2] : 0.0) + s * s;
            struct trial t;
            if (trial_read(&t, "{'stations':{'q':{'discipline':{'name':'polling','visit':'%s'%s}}},'tasks':{'a':{'arrivals':{'rate':"
                               "0.1},'service':{'dist':'exponential','mean':2}},'b':{'arrivals':{'rate':0.15},'service':1},"
                               "'c':{'arrivals':{'rate':0.7},'service':{'dist':'erlang','k':2,'mean':0.5}}}}",
                           gated ? "gated" : "exhaustive", way[ways])) {
                double sum = 0.0;
                for (size_t k = 0; k < 3; k++)
                    sum += rate[k] * mean[k] * told_wait(&t, k);
                const double law = ways == 0 ? 0.7 * (0.1 * 8 + 0.15 + 0.7 * 0.375) / (2.0 * 0.3)
                                             : pseudo_conserved(3, rate, mean, second, s, s2, gated);
                EXPECT(fabs(sum - law) < 1e-8 * law, "%s, switch-overs of %g: %.12g, by the law %.12g", gated ? "gated" : "exhaustive",
                       d[ways], sum, law);
            }
            trial_free(&t);
        }
    /* Each line, where the chain of both numbers is known. */
    double in_system[2];
    struct trial t;
    two_lines(0.25, 0.1, 0.4, 0, in_system);
    if (trial_read(&t, "{'stations':{'q':{'discipline':{'name':'polling','switch_over':{'dist':'exponential','mean':0.4}}}},'tasks':{"
                       "'a':{'arrivals':{'rate':0.25},'service':" EXPONENTIAL "},'b':{'arrivals':{'rate':0.1},'service':" EXPONENTIAL
                       "}}}")) {
        EXPECT(fabs(told_wait(&t, 0) - (in_system[0] / 0.25 - 1.0)) < 1e-6, "%.9g", told_wait(&t, 0));
        EXPECT(fabs(told_wait(&t, 1) - (in_system[1] / 0.1 - 1.0)) < 1e-6, "%.9g", told_wait(&t, 1));
    }
    trial_free(&t);
}

const struct test polling_tests[] = {
    {"a visit ends as it should: exhaustive, limited to one, to two", visits},
    {"a gate lets through who joined before, and who of them is left", gates},
    {"where nobody waits servers walk, or stay", nobody_there},
    {"several servers, holding, awaiting, time-outs", several_servers_and_holding},
    {"pseudo-conservation with three unlike lines", pseudo_conservation},
    {"alike lines, one task a visit", limited_symmetric},
    {"without switch-overs the number in the system is that of M/M/c", no_switch_over},
    {"each of two lines", each_line},
    {"theory's waits of unlike lines keep the pseudo-conservation law, and are those of a chain", theory_conserves},
    {"two servers that walk round one line", two_servers},
    {NULL, NULL},
};
