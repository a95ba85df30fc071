/* test_tokens.c: token buckets: rate limiters that let tasks wait, or turn them away. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdio.h>

#define BUCKET(more) "'stations':{'b':{'tokens':{'rate':1,'bucket':2}" more "},'q':{}},"
#define KIND(name, arrives, steps) "'" name "':{" arrives "'steps':[" steps "]}"
#define PASS "{'pass':'b'}"

static void tokens_by_hand(void)
{
    /* Two are kept; then one a second. */
    PLAYS("{" BUCKET("") "'tasks':{" KIND("a", AT_ONCE(4), PASS ",{'at':'q','for':5}") "}}",
          {0, 5, 0, 5, 0, 0, false}, {0, 10, 5, 5, 0, 0, false}, {0, 15, 10, 5, 0, 0, false}, {0, 20, 15, 5, 0, 0, false});
    PLAYS("{" BUCKET("") "'tasks':{" KIND("a", AT_ONCE(4), PASS) "}}", {0, 0, 0, 0, 0, 0, false},
          {0, 0, 0, 0, 0, 0, false}, {0, 1, 1, 0, 0, 0, false}, {0, 2, 2, 0, 0, 0, false});
    /* At 2.5 half a token is there beside the one that came at 2. */
    PLAYS("{" BUCKET("") "'tasks':{" KIND("a", AT_ONCE(3), PASS) "," KIND("b", ARRIVES(2.5), PASS) "," KIND(
              "c", ARRIVES(2.75), PASS) "}}",
          {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, false}, {0, 1, 1, 0, 0, 0, false}, {1, 2.5, 0, 0, 0, 0, false},
          {2, 3, 0.25, 0, 0, 0, false});
    /* More than are kept: as soon as it is full, on credit. First come, first served: c would find enough. */
    PLAYS("{" BUCKET("") "'tasks':{" KIND("a", AT_ONCE(1), "{'pass':'b','tokens':3}") "," KIND(
              "b", ARRIVES(0.5), "{'pass':'b','tokens':2}") "," KIND("c", ARRIVES(2.5), "{'pass':'b','tokens':0.25}") "}}",
          {0, 0, 0, 0, 0, 0, false}, {1, 3, 2.5, 0, 0, 0, false}, {2, 3.25, 0.75, 0, 0, 0, false});
}

static void turned_away_by_hand(void)
{
    PLAYS("{" BUCKET(",'capacity':0") "'tasks':{" KIND("a", AT_ONCE(3), PASS) "," KIND("b", ARRIVES(1), PASS) "}}",
          {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, true}, {1, 1, 0, 0, 0, 0, false});
    PLAYS("{" BUCKET(",'capacity':1") "'tasks':{" KIND("a", AT_ONCE(4), PASS) "}}", {0, 0, 0, 0, 0, 0, false},
          {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, true}, {0, 1, 1, 0, 0, 0, false});
    /* Other steps instead; another try. */
    PLAYS("{" BUCKET(",'capacity':0,'on_full':[{'delay':0.25}]") "'tasks':{" KIND("a", AT_ONCE(3), PASS) "}}",
          {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, false}, {0, 0.25, 0, 0, 0.25, 0, false});
    PLAYS("{" BUCKET(",'capacity':0,'on_full':{'retry':0.75}") "'tasks':{" KIND("a", AT_ONCE(3), PASS) "}}",
          {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, false}, {0, 1.5, 0, 0, 1.5, 0, false});
}

static void at_one_instant(void)
{
    /* The token that comes at 1 is a's, who waits, before b comes; a's time-out, or the end of its patience, at 1 comes
     * after it. */
    PLAYS("{" BUCKET("") "'tasks':{" KIND("z", AT_ONCE(2), PASS) "," KIND("a", AT_ONCE(1), "{'timeout':1,'do':[" PASS "]}") "," KIND(
              "b", ARRIVES(1), PASS) "}}",
          {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, false}, {1, 1, 1, 0, 0, 0, false}, {2, 2, 1, 0, 0, 0, false});
    PLAYS("{" BUCKET("") "'tasks':{" KIND("z", AT_ONCE(2), PASS) ",'a':{'patience':1," AT_ONCE(1) "'steps':[" PASS "]}," KIND(
              "b", ARRIVES(1), PASS) "}}",
          {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, false}, {1, 1, 1, 0, 0, 0, false}, {2, 2, 1, 0, 0, 0, false});
    /* One who leaves the line took no token: b is next. */
    PLAYS("{" BUCKET("") "'tasks':{" KIND("z", AT_ONCE(2), PASS) ",'a':{'patience':0.5," AT_ONCE(1) "'steps':[{'pass':'b','tokens':2}]}," KIND(
              "b", ARRIVES(0.25), PASS) "}}",
          {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, false}, {1, 0.5, 0.5, 0, 0, 0, ABANDONED}, {2, 1, 0.75, 0, 0, 0, false});
    PLAYS("{" BUCKET("") "'tasks':{" KIND("z", AT_ONCE(2), PASS) "," KIND("a", AT_ONCE(1), "{'timeout':0.5,'do':[{'pass':'b','tokens':2}]}") "," KIND(
              "b", ARRIVES(0.25), PASS) "}}",
          {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, false}, {1, 0.5, 0.5, 0, 0, 0, TIMED_OUT}, {2, 1, 0.75, 0, 0, 0, false});
    /* A server that is done at 1 and the token that comes then: both before c. A thread is given back while its task waits. */
    PLAYS("{'stations':{'t':{'await':'release'},'b':{'tokens':{'rate':1}}},'tasks':{" KIND("z", AT_ONCE(1), PASS) "," KIND(
              "a", AT_ONCE(1), "{'in':'t','do':[{'await':[" PASS "]},{'delay':1}]}") "," KIND("c", ARRIVES(0.5), "{'in':'t','do':[{'delay':1}]}") "}}",
          {0, 0, 0, 0, 0, 0, false}, {2, 1.5, 0, 0, 1, 0, false}, {1, 2.5, 1.5, 0, 1, 0, false});
}

struct md1 {
    double rate, mean;
};

static double waits_longer(double t, void *context)
{
    const struct md1 *q = context;
    return 1.0 - md1_wait_cdf(q->rate, q->mean, t);
}

/* Poisson arrivals, one token each, a bucket of b: what the bucket lacks when a task comes, over the rate of tokens, is the wait
 * in M/D/1 (arrivals see time averages), and the task waits for what of it is beyond b - 1 tokens. */
static double shaped_wait(double rate, double tokens, unsigned b)
{
    struct md1 q = {rate, 1.0 / tokens};
    double mean = mg1_wait_mean(rate, q.mean, q.mean * q.mean), piece, error;
    size_t calls;
    for (unsigned i = 0; i + 1 < b; i++) { /* the law is smooth between multiples of the service time */
        gsl_integration_qng(&(gsl_function){waits_longer, &q}, i * q.mean * (1.0 + 1e-15), (i + 1) * q.mean * (1.0 - 1e-15), 1e-12,
                            1e-10, &piece, &error, &calls);
        mean -= piece;
    }
    return mean;
}

/* Of those who do not wait: below a level, the density of what a queue that turns away whoever finds more than that has to
 * do is that of the queue that lets all in, up to a factor (its level crossings are the same); and the work that is let in is
 * the work that is done. */
static double policed_loss(double rate, double tokens, unsigned b)
{
    const double rho = rate / tokens, below = md1_wait_cdf(rate, 1.0 / tokens, (b - 1) / tokens);
    return (1.0 - rho) * (1.0 - below) / (1.0 - rho + rho * below);
}

static void shaping_and_policing(void)
{
    static const struct {
        double rate, tokens;
        unsigned bucket;
    } cases[] = {{0.8, 1.0, 1}, {0.8, 1.0, 3}, {2.4, 3.0, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double rate = cases[i].rate, tokens = cases[i].tokens;
        for (int police = 0; police < 2; police++) {
            char text[300];
            snprintf(text, sizeof text,
                     "'stations':{'b':{'tokens':{'rate':%g,'bucket':%u}%s}},'tasks':{'t':{'arrivals':{'rate':%g},'steps':[{'pass':'b'}]}}",
                     tokens, cases[i].bucket, police ? ",'capacity':0" : "", rate);
            struct exact e = exact_run(400 / tokens, 160000 / tokens, text);
            const double loss = police ? policed_loss(rate, tokens, cases[i].bucket) : 0.0;
            if (police)
                exact_is(&e, "t", "lost", loss);
            else
                exact_is(&e, "t", "wait", shaped_wait(rate, tokens, cases[i].bucket));
            exact_is(&e, "station:b", "utilisation", rate * (1.0 - loss) / tokens);
            exact_done(&e);
        }
    }
    /* Erlang's formula, which knows nothing of M/D/1: one token, nobody waits. */
    if (!(fabs(policed_loss(0.8, 1.0, 1) - erlang_b(1, 0.8)) < 1e-12))
        EXPECT(false, "the policer of one token is not Erlang's");
    /* Service time tokens in place of one each: M/G/1 with a bucket for one of the least. */
    struct exact e = exact_run(1000, 60000,
                               "'stations':{'b':{'tokens':{'rate':1,'bucket':0.5}}},'tasks':{'t':{'arrivals':{'rate':0.7},"
                               "'steps':[{'pass':'b','tokens':{'dist':'uniform','min':0.5,'max':1.5}}]}}");
    exact_is(&e, "t", "wait", mg1_wait_mean(0.7, 1.0, 1.0 + 1.0 / 12.0));
    exact_is(&e, "station:b", "queue_length", 0.7 * mg1_wait_mean(0.7, 1.0, 1.0 + 1.0 / 12.0));
    exact_done(&e);
}

const struct test tokens_tests[] = {
    {"tokens are kept, waited for, and owed", tokens_by_hand},
    {"who finds too few is turned away, where nobody may wait", turned_away_by_hand},
    {"tokens and other events at one instant", at_one_instant},
    {"Poisson traffic through a bucket: M/D/1, shifted by what it keeps, or turned away there", shaping_and_policing},
    {NULL, NULL},
};
