/* breaker.c: circuit breakers, by hand and in the mean. */
#include "tests/exact.h"
#include "tests/schedule.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdio.h>

/* One after another, each at an idle server, taking longer than the time-out of 1: those of 2 and 4 fail at 3 and 5, which opens the
 * breaker until 15. Refused: 6 to 14. That of 16 is tried and fails at 17: open until 27. Refused: 18. */
static void by_hand(void)
{
    PLAYS("{'stations':{'q':{'servers':'infinite'}},'tasks':{'a':{'arrivals':{'interarrival':2},'limit':9,'steps':[{'timeout':1,'do':["
          "{'at':'q','for':5}],'breaker':{'failures':2,'open':10},'else':[{'delay':0.25}]}]}}}",
          {0, 3.25, 0, 1, 0.25, 0, false}, {0, 5.25, 0, 1, 0.25, 0, false}, {0, 6.25, 0, 0, 0.25, 0, false}, {0, 8.25, 0, 0, 0.25, 0, false},
          {0, 10.25, 0, 0, 0.25, 0, false}, {0, 12.25, 0, 0, 0.25, 0, false}, {0, 14.25, 0, 0, 0.25, 0, false},
          {0, 17.25, 0, 1, 0.25, 0, false}, {0, 18.25, 0, 0, 0.25, 0, false});
}

/* A client that thinks for an exponential time of mean Z; its attempts last min(S, t), S exponential of mean 1, and fail with
 * probability q = exp(-t). Two failures in a row open the breaker for D. By visits between attempts (closed after a success x0,
 * after one failure x1 = q x0, on trial xh = q x1 + q xh): xh / (x0 + x1 + xh) openings per attempt; in each, attempts refused
 * at once are a Poisson process of rate 1 / Z, and the trial comes after D and what is left of the thinking, Z again. */
static void a_client_behind_a_breaker(void)
{
    const double z = 2.0, t = 0.7, d = 5.0, q = exp(-t), a = 1.0 - q;
    const double x1 = q, xh = q * q / (1.0 - q), openings = xh / (1.0 + x1 + xh);
    const double refused = openings * d / z; /* per attempt */
    const double cycle = z + a + openings * d;
    struct exact e = exact_run(
        200, 20000,
        "'stations':{'s':{'servers':'infinite'}},'tasks':{'task':{'arrivals':{'closed':1,'think':{'dist':'exponential','mean':2}},'steps':["
        "{'timeout':0.7,'do':[{'at':'s','for':{'dist':'exponential','mean':1}}],'breaker':{'failures':2,'open':5}}]}}");
    exact_is(&e, "task", "throughput", (1.0 - q) / cycle);
    exact_is(&e, "task", "timed_out", (q + refused) / (1.0 + refused));
    exact_done(&e);
    /* Open for an exponential time of the same mean: the same means. */
    e = exact_run(
        200, 20000,
        "'stations':{'s':{'servers':'infinite'}},'tasks':{'task':{'arrivals':{'closed':1,'think':{'dist':'exponential','mean':2}},'steps':["
        "{'timeout':0.7,'do':[{'at':'s','for':{'dist':'exponential','mean':1}}],'breaker':{'failures':2,'open':{'dist':'exponential','mean':5}}}]}}");
    exact_is(&e, "task", "throughput", (1.0 - q) / cycle);
    exact_done(&e);
}

/* 1 failure opens it. A task lost within its attempt has failed too, so a trial that is lost does not leave it in between
 * for ever: the first is served, the second finds the station full and opens it at 1 until 3.5, the third is refused
 * at 2, the fourth is lost at 4 on trial, and so on: all that come through are served. */
static void a_trial_that_is_lost_has_failed(void)
{
    struct trial t;
    struct history h = {0};
    if (trial_read(&t, "{'stations':{'q':{'capacity':1}},'tasks':{'a':{'arrivals':{'interarrival':1},'limit':20,'steps':["
                       "{'timeout':100,'do':[{'at':'q','for':5.5}],'breaker':{'failures':1,'open':2.5}}]}}}") &&
        trial_trace(&t, 0, 0, &h)) {
        /* Arrivals at 1, 2, ...: 1 served to 6.5; 2 lost, open to 4.5; 3, 4 refused; 5 lost on trial, open to 7.5; 6, 7 refused; 8 tried and
         * served to 13.5, others refused as long as that is not known; 14 is let through: served to 19.5; 15 lost, open to 17.5; 16, 17
         * refused; 18 lost on trial, open to 20.5; 19, 20 refused. */
        unsigned served = 0, lost = 0, refused = 0;
        for (size_t i = 0; i < h.count; i++) {
            served += !h.tasks[i].lost && !h.tasks[i].timed_out;
            lost += h.tasks[i].lost;
            refused += h.tasks[i].timed_out;
        }
        EXPECT(served == 3 && lost == 4 && refused == 13, "%u served, %u lost, %u refused", served, lost, refused);
    }
    history_free(&h);
    trial_free(&t);
}

/* ---- Throttles ---- */

static double laplace_exponent(double u, void *context)
{
    const double s = *(const double *)context;
    return u > 0.0 ? -expm1(-s * u) / u : s;
}

static double transform(double s, void *context)
{
    const double *amount = context; /* requests in a time of memory */
    double integral, error;
    size_t calls;
    gsl_integration_qng(&(gsl_function){laplace_exponent, &s}, 0.0, 1.0, 1e-13, 1e-11, &integral, &error, &calls);
    return exp(-s - *amount * integral);
}

/* All attempts fail, so that one is let through with probability 1 / (1 + requests). Requests are a Poisson process, each worth
 * exp(-age / memory) (shot noise): E[exp(-s R)] = exp(-rate memory integral of (1 - exp(-s u)) / u over 0 < u < 1), and an arrival
 * sees R as it is at any time. E[1 / (1 + R)] is the integral of exp(-s) times that. Cox, Isham, Point Processes, 1980, section 5.6. */
static double let_through(double rate, double memory)
{
    double amount = rate * memory, sum = 0.0, error, part;
    size_t calls;
    for (int i = 0; i < 40; i++) {
        gsl_integration_qng(&(gsl_function){transform, &amount}, i, i + 1, 1e-13, 1e-11, &part, &error, &calls);
        sum += part;
    }
    return sum;
}

static void throttles(void)
{
    static const double memories[] = {0.5, 3.0, 20.0};
    for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "'stations':{'s':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':2},'steps':[{'timeout':0,'do':["
                 "{'at':'s','for':1}],'throttle':{'ratio':2,'memory':%g},'else':[]}]}}",
                 memories[i]);
        struct exact e = exact_run(200, 20000, text);
        exact_is(&e, "t", "attempts", let_through(2.0, memories[i]));
        exact_done(&e);
    }
    /* Of a fraction 0.8 that comes through, twice as many are more than all: nearly nothing is refused. */
    struct trial t;
    if (trial_read(&t, "{'stations':{'s':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':2},'steps':[{'timeout':1,'do':[{'choose':["
                       "{'p':0.8,'do':[{'delay':0}]},{'do':[{'delay':2}]}]}],'throttle':{'ratio':2,'memory':1000},'else':[]}]}},"
                       "'run':{'time':20000,'warmup':5000,'replications':2}}") &&
        trial_run(&t, 1)) {
        const double attempts = trial_figure(&t, 0, "t", "attempts")->mean;
        EXPECT(attempts > 0.999, "%g attempts per task", attempts);
    }
    trial_free(&t);
}

/* ---- Budgets ---- */

static void budgets(void)
{
    /* Half a token for each first attempt, one for a retry: that of the second, and of the fourth. */
    PLAYS("{'stations':{'q':{'servers':'infinite'}},'tasks':{'a':{'arrivals':{'interarrival':10},'limit':4,'steps':[{'timeout':1,'do':["
          "{'at':'q','for':5}],'retry':{'max':3,'budget':{'share':0.5}}}]}}}",
          {0, 11, 0, 1, 0, 0, TIMED_OUT}, {0, 22, 0, 2, 0, 0, TIMED_OUT}, {0, 31, 0, 1, 0, 0, TIMED_OUT}, {0, 42, 0, 2, 0, 0, TIMED_OUT});
    /* Saved up to a burst of two while all went well; then, in slower times, two retries of the three that 3.5 tokens would allow. */
    PLAYS("{'environments':{'e':{'fast':{'lasts':45,'speed':1},'slow':{'lasts':1000,'speed':0.1}}},'stations':{'q':{'environment':'e'}},"
          "'tasks':{'a':{'arrivals':{'interarrival':10},'limit':5,'steps':[{'timeout':1,'do':[{'at':'q','for':0.5}],"
          "'retry':{'max':3,'budget':{'share':0.7,'burst':2}}}]}}}",
          {0, 10.5, 0, 0.5, 0, 0, false}, {0, 20.5, 0, 0.5, 0, 0, false}, {0, 30.5, 0, 0.5, 0, 0, false}, {0, 40.5, 0, 0.5, 0, 0, false},
          {0, 53, 0, 3, 0, 0, TIMED_OUT});
    /* One tenth more than requests, in the long run, where all fail; with half of them as many as are needed: 1 + 1/2 + 1/4 + 1/8. */
    struct exact e = exact_run(1000, 20000,
                               "'stations':{'s':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':2},'steps':[{'timeout':0,'do':["
                               "{'at':'s','for':1}],'retry':{'max':3,'budget':{'share':0.1}},'else':[]}]}}");
    exact_is(&e, "t", "attempts", 1.1);
    exact_done(&e);
    e = exact_run(100, 20000,
                  "'stations':{'s':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':2},'steps':[{'timeout':1,'do':[{'choose':[{'p':0.5,'do':["
                  "{'delay':0}]},{'do':[{'delay':2}]}]}],'retry':{'max':3,'budget':{'share':2,'burst':100}},'else':[]}]}}");
    exact_is(&e, "t", "attempts", 1.875);
    exact_done(&e);
}

const struct test breaker_tests[] = {
    {"a budget of retries is a share of requests", budgets},
    {"a throttle lets through one in (1 + requests) of those that fail", throttles},
    {"a breaker opens, refuses, and lets one through on trial", by_hand},
    {"a client behind a breaker", a_client_behind_a_breaker},
    {"a trial that is lost has failed", a_trial_that_is_lost_has_failed},
    {NULL, NULL},
};
