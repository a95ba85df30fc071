/* test_redelivery.c: messages that are delivered at least once: by hand, then against closed forms. */
#include "tests/exact.h"
#include "tests/schedule.h"

#include <math.h>

#define CONSUMERS(n) "'stations':{'c':{'servers':" #n "},'all':{'servers':'infinite'}},"
#define DELIVER(seconds, rest) "'steps':[{'deliver':'c','do':[{'at':'all','for':" #seconds "}]" rest "}]"
#define DEAD 1 /* a dead letter is listed as lost */

/* ---- By hand ---- */

static void an_acknowledged_message_is_delivered_once(void)
{
    PLAYS("{" CONSUMERS(1) "'tasks':{'m':{" AT_ONCE(2) DELIVER(3, ",'visibility':3") "}}}",
          {0, 3, 0, 3, 0, 0, false}, {0, 6, 3, 3, 0, 0, false});
}

static void a_late_acknowledgement_counts(void)
{
    /* Taken 0, visible again at 2, taken by the second consumer, which would be done at 5; the first acknowledges at 3.
     * b, at 1, waits until the first consumer is free. */
    PLAYS("{" CONSUMERS(2) "'tasks':{'m':{" AT_ONCE(1) DELIVER(3, ",'visibility':2") "},'b':{" ARRIVES(
              2.5) "'steps':[{'in':'c','do':[{'delay':1}]}]}}}",
          {0, 3, 0, 3, 0, 0, false}, {1, 4, 0.5, 0, 1, 0, false});
    /* One consumer: the second delivery waits in the line and is taken out of it at 3, when b has its turn. */
    PLAYS("{" CONSUMERS(1) "'tasks':{'m':{" AT_ONCE(1) DELIVER(3, ",'visibility':2") "},'b':{" ARRIVES(
              2.5) "'steps':[{'in':'c','do':[{'delay':1}]}]}}}",
          {0, 3, 0, 3, 0, 0, false}, {1, 4, 0.5, 0, 1, 0, false});
}

static void dead_letters(void)
{
    /* Taken at 0 and at 2; dead at 4; the consumers work on until 5 and 7. */
    PLAYS("{" CONSUMERS(2) "'tasks':{'m':{" AT_ONCE(1) DELIVER(5, ",'visibility':2,'deliveries':2") "},'b':{" ARRIVES(
              4) "'steps':[{'in':'c','do':[{'delay':1}]}]}}}",
          {0, 4, 0, 4, 0, 0, DEAD}, {1, 6, 1, 0, 1, 0, false});
    PLAYS("{" CONSUMERS(2) "'tasks':{'m':{" AT_ONCE(
              1) DELIVER(5, ",'visibility':2,'deliveries':2,'dead':[{'delay':10}]") "}}}",
          {0, 14, 0, 4, 10, 0, false});
    /* Each fails at its end; the message is visible again at once, behind the other in the line. */
    PLAYS("{" CONSUMERS(1) "'tasks':{'m':{" AT_ONCE(2) DELIVER(1, ",'fails':1,'deliveries':2") "}}}",
          {0, 3, 1, 2, 0, 0, DEAD}, {0, 4, 2, 2, 0, 0, DEAD});
}

static void deliveries_end_otherwise(void)
{
    /* What gives up inside a delivery fails it. */
    PLAYS("{" CONSUMERS(1) "'tasks':{'m':{" AT_ONCE(1) "'steps':[{'deliver':'c','do':[{'timeout':2,'do':[{'at':'all','for':"
                           "5}]}],'deliveries':3}]}}}",
          {0, 6, 0, 6, 0, 0, DEAD});
    /* A time-out around all of it takes every delivery away: the consumer is free for b. */
    PLAYS("{" CONSUMERS(1) "'tasks':{'m':{" AT_ONCE(1) "'steps':[{'timeout':2,'do':[{'deliver':'c','do':[{'at':'all','for':"
                           "5}],'visibility':1}]}]},'b':{" ARRIVES(1.5) "'steps':[{'in':'c','do':[{'delay':1}]}]}}}",
          {0, 2, 0, 2, 0, 0, TIMED_OUT}, {1, 3, 0.5, 0, 1, 0, false});
    /* Refused by a full line when it comes back: the first delivery goes on and is acknowledged. */
    PLAYS("{'stations':{'c':{'capacity':1},'all':{'servers':'infinite'}},'tasks':{'m':{" AT_ONCE(
              1) DELIVER(3, ",'visibility':2") "}}}",
          {0, 3, 0, 3, 0, 0, false});
}

/* A window w of messages that are sent over a way of 4 and processed by one consumer in 2 each: the cycle w / (4 + 2),
 * or one in 2 if that is less. */
static void prefetch(void)
{
#define PREFETCH(w, n, ...)                                                                                            \
    {                                                                                                                  \
        struct trial t;                                                                                                \
        if (trial_read(&t, "{'stations':{'window':{'servers':%d},'c':{}},'tasks':{'m':{'arrivals':{'at_once':%d},"     \
                           "'steps':[{'deliver':'window','do':[{'delay':4},{'at':'c','for':2}]}]}}}", w, n) &&         \
            trial_run(&t, 1)) {                                                                                        \
            const double makespan = trial_figure(&t, 0, "run", "makespan")->mean;                                      \
            EXPECT(makespan == (__VA_ARGS__), "window %d: makespan %g, not %g", w, makespan, (double)(__VA_ARGS__));   \
        }                                                                                                              \
        trial_free(&t);                                                                                                \
    }
    PREFETCH(1, 30, 30 * 6)
    PREFETCH(2, 30, 15 * 6 + 2) /* the two of a round follow each other through the consumer */
    PREFETCH(3, 30, 4 + 30 * 2)
    PREFETCH(8, 30, 4 + 30 * 2)
}

/* A backlog of 50 at time 0, then Poisson arrivals: from 50 present down to 0 it takes B / (mu - lambda) in the mean, with
 * variance B (mu + lambda) / (mu - lambda)^3 (50 busy periods of M/M/1 in a row). False alarms: one seed in 1e5. */
static void backlog_drains(void)
{
    enum { RUNS = 400, BACKLOG = 50 };
    const double mu = 1.0, lambda = 0.5;
    struct trial t;
    double sum = 0.0;
    const bool ok = trial_read(&t, "{'stations':{'c':{}},'tasks':{'m':{'arrivals':{'rate':0.5,'count':400},'steps':[{"
                                   "'deliver':'c','do':[{'delay':{'dist':'exponential','mean':1}}]}]}},'run':{'initial':{"
                                   "'m':50}}}");
    for (uint64_t r = 0; ok && r < RUNS; r++) {
        struct history h;
        if (!trial_trace(&t, 0, r, &h))
            break;
        double free = 0.0; /* first come first served: they end in the order in which they came */
        for (size_t i = 0; i < h.count && h.tasks[i].arrived <= free + (i == 0); i++)
            free = h.tasks[i].left;
        sum += free;
        history_free(&h);
    }
    trial_free(&t);
    const double mean = BACKLOG / (mu - lambda);
    const double sd = sqrt(BACKLOG * (mu + lambda) / pow(mu - lambda, 3.0) / RUNS);
    EXPECT(fabs(sum / RUNS - mean) < 4.4 * sd, "drained after %g, not %g: z %g", sum / RUNS, mean, (sum / RUNS - mean) / sd);
}

/* ---- Closed forms ---- */

#define EXPONENTIAL "'do':[{'at':'all','for':{'dist':'exponential','mean':1}}]"

static void duplicates_are_those_that_take_too_long(void)
{
    /* Consumers without number: a second delivery begins just when the first takes longer than v = 1.2: with chance
     * q = exp(-v), for any law P(S > v). Two deliveries at most: dead at 2 v unless S1 < 2 v or S2 < v. */
    const double q = exp(-1.2);
    struct exact e = exact_run(20, 20000,
                               "'stations':{'c':{'servers':'infinite'},'all':{'servers':'infinite'}},'tasks':{'m':{"
                               "'arrivals':{'rate':2},'steps':[{'deliver':'c','visibility':1.2,'deliveries':2," EXPONENTIAL
                               "}]}}");
    exact_is(&e, "m", "duplicates", q);
    exact_is(&e, "m", "redeliveries", q);
    exact_is(&e, "m", "dead_letters", q * q * q);
    /* Every delivery is worked to its end: what was not acknowledged was wasted. */
    exact_is(&e, "station:all", "utilisation", 2.0 * (1.0 + q));
    exact_is(&e, "station:c", "utilisation", 2.0 * (1.0 + q));
    exact_done(&e);
    struct exact g = exact_run(20, 20000,
                               "'stations':{'c':{'servers':'infinite'},'all':{'servers':'infinite'}},'tasks':{'m':{"
                               "'arrivals':{'rate':2},'steps':[{'deliver':'c','visibility':0.9,'deliveries':2,'do':[{"
                               "'at':'all','for':{'dist':'uniform','min':0,'max':1.5}}]}]}}");
    exact_is(&g, "m", "duplicates", 0.4);
    exact_done(&g);
}

static void first_acknowledgement_decides(void)
{
    /* Without limit: from i v on, i + 1 are at work, so that none is done by i v + t with chance
     * exp(-(1 + ... + i) v - (i + 1) t). Response: the integral of that; redeliveries: its sum at v, 2 v, ... */
    const double v = 0.5;
    double response = 0.0, redeliveries = 0.0, none = 1.0;
    for (int i = 0; i < 40; i++) {
        response += none * (1.0 - exp(-(i + 1) * v)) / (i + 1);
        none *= exp(-(i + 1) * v);
        redeliveries += none;
    }
    struct exact e = exact_run(20, 20000,
                               "'stations':{'c':{'servers':'infinite'},'all':{'servers':'infinite'}},'tasks':{'m':{"
                               "'arrivals':{'rate':2},'steps':[{'deliver':'c','visibility':0.5," EXPONENTIAL "}]}}");
    exact_is(&e, "m", "response", response);
    exact_is(&e, "m", "redeliveries", redeliveries);
    exact_is(&e, "m", "duplicates", redeliveries);
    /* Of (1 + redeliveries) mean services one is acknowledged: the least of several, not a mean one: its service is the
     * response less when it was taken; here only the whole is compared. */
    exact_is(&e, "station:all", "utilisation", 2.0 * (1.0 + redeliveries));
    exact_done(&e);
}

static void failures_come_back(void)
{
    /* One consumer, failures with chance p at the end, to the back of the line: M/M/1 with feedback, whose response
     * is that of a rate mu (1 - p) (Takacs, A single-server queue with feedback, 1963, eq. 18). */
    struct exact e = exact_run(500, 60000,
                               "'stations':{'c':{}},'tasks':{'m':{'arrivals':{'rate':0.5},'steps':[{'deliver':'c','fails':"
                               "0.25,'do':[{'delay':{'dist':'exponential','mean':1}}]}]}}");
    exact_is(&e, "m", "response", 1.0 / (0.75 - 0.5));
    exact_is(&e, "m", "redeliveries", 0.25 / 0.75);
    exact_is(&e, "station:c", "utilisation", 0.5 / 0.75);
    exact_done(&e);
    struct exact d = exact_run(20, 20000,
                               "'stations':{'c':{'servers':'infinite'},'all':{'servers':'infinite'}},'tasks':{'m':{"
                               "'arrivals':{'rate':2},'steps':[{'deliver':'c','fails':0.4,'deliveries':3," EXPONENTIAL
                               "}]}}");
    exact_is(&d, "m", "dead_letters", 0.4 * 0.4 * 0.4);
    exact_is(&d, "m", "redeliveries", 0.4 + 0.16);
    exact_done(&d);
}

const struct test redelivery_tests[] = {
    {"a message that is acknowledged in time, at the very instant included, is delivered once",
     an_acknowledged_message_is_delivered_once},
    {"whoever acknowledges first decides; a delivery in the line is taken out, one under way goes on",
     a_late_acknowledgement_counts},
    {"after so many deliveries a message is a dead letter", dead_letters},
    {"deliveries that give up, are taken away, or find the line full", deliveries_end_otherwise},
    {"the throughput of a window of messages", prefetch},
    {"a backlog drains in B / (mu - lambda)", backlog_drains},
    {"duplicates are as many as take longer than the visibility time-out", duplicates_are_those_that_take_too_long},
    {"the first acknowledgement of ever more deliveries decides", first_acknowledgement_decides},
    {"failed deliveries are M/M/1 with feedback", failures_come_back},
    {NULL, NULL},
};
