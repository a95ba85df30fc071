/* One station against exact results; what a comparison means stands in exact.h. */
#include "tests/closed_forms.h"
#include "tests/exact.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- One station ---- */

static void mm1(void)
{
    struct exact b =
        exact_run(500, 120000, "'arrivals':{'rate':0.7},'service':{'dist':'exponential','mean':1}");
    exact_is(&b, "task", "response", 1.0 / 0.3);
    exact_is(&b, "task", "wait", 0.7 / 0.3);
    exact_is(&b, "task", "service", 1.0);
    exact_is(&b, "task", "throughput", 0.7);
    exact_is(&b, "task", "in_system", 0.7 / 0.3);
    exact_is(&b, "station:queue", "utilisation", 0.7);
    exact_is(&b, "station:queue", "queue_length", 0.49 / 0.3);
    exact_is(&b, "station:queue", "in_station", 0.7 / 0.3);
    exact_is(&b, "station:queue", "wait", 0.7 / 0.3);
    exact_is(&b, "station:queue", "response", 1.0 / 0.3);
    exact_is(&b, "station:queue", "throughput", 0.7);
    static const double ps[] = {0.2, 0.5, 0.9, 0.99};
    for (size_t i = 0; i < 4; i++)
        exact_quantile_is(&b, "task", "response", ps[i], mm1_response_quantile(0.7, 1.0, ps[i]));
    for (size_t i = 0; i < 4; i++) /* three in ten do not wait at all: they count */
        exact_quantile_is(&b, "task", "wait", ps[i], mmc_wait_quantile(0.7, 1.0, 1, ps[i]));
    exact_done(&b);
}

static void mmc(void)
{
    static const struct {
        unsigned c;
        double rate;
    } cases[] = {{2, 1.2}, {4, 3.0}, {30, 27.0}};
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        const unsigned c = cases[i].c;
        const double rate = cases[i].rate, wait = mmc_wait_mean(rate, 1.0, c);
        snprintf(text, sizeof text,
                 "'arrivals':{'rate':%g},'service':{'dist':'exponential','mean':1},'servers':%u", rate, c);
        struct exact b = exact_run(300, c == 30 ? 12000 : 60000, text);
        exact_is(&b, "task", "wait", wait);
        exact_is(&b, "task", "response", wait + 1.0);
        exact_is(&b, "station:queue", "utilisation", rate / c);
        exact_is(&b, "station:queue", "queue_length", rate * wait);
        exact_quantile_is(&b, "task", "wait", 0.9, mmc_wait_quantile(rate, 1.0, c, 0.9));
        exact_done(&b);
    }
}

static void md1(void)
{
    struct exact b = exact_run(500, 90000, "'arrivals':{'rate':0.7},'service':1");
    exact_is(&b, "task", "wait", mg1_wait_mean(0.7, 1.0, 1.0));
    exact_quantile_is(&b, "task", "wait", 0.2, 0.0);
    exact_quantile_is(&b, "task", "wait", 0.5, md1_wait_quantile(0.7, 1.0, 0.5));
    exact_quantile_is(&b, "task", "wait", 0.9, md1_wait_quantile(0.7, 1.0, 0.9));
    exact_quantile_is(&b, "task", "wait", 0.99, md1_wait_quantile(0.7, 1.0, 0.99));
    exact_done(&b);
}

static void mg1(void)
{
    static const struct {
        const char *service;
        double mean, second, time;
    } laws[] = {
        {"{'dist':'hyperexponential','mean':1,'scv':4}", 1.0, 5.0, 180000},
        {"{'dist':'erlang','k':4,'mean':1}", 1.0, 1.25, 60000},
        {"{'dist':'uniform','min':0,'max':2}", 1.0, 4.0 / 3.0, 60000},
        {"{'dist':'lognormal','mean':1,'scv':2}", 1.0, 3.0, 180000},
        {"{'dist':'bimodal','p':0.9,'a':0.5,'b':5.5}", 1.0, 0.9 * 0.25 + 0.1 * 30.25, 180000},
        {"{'dist':'gamma','mean':1,'scv':0.5}", 1.0, 1.5, 60000},
        {"{'dist':'hypoexponential','means':[0.7,0.3]}", 1.0, 1.0 + 0.49 + 0.09, 60000},
    };
    for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
        char text[300];
        snprintf(text, sizeof text, "'arrivals':{'rate':0.6},'service':%s", laws[i].service);
        struct exact b = exact_run(500, laws[i].time, text);
        exact_is(&b, "task", "wait", mg1_wait_mean(0.6, laws[i].mean, laws[i].second));
        exact_is(&b, "task", "service", laws[i].mean);
        exact_is(&b, "station:queue", "utilisation", 0.6 * laws[i].mean);
        exact_done(&b);
    }
}

static void switch_is_service_for_the_server(void)
{
    /* Service exp(0.8) after a switch of 0.1 at the same server: M/G/1 with mean 0.9 and second moment 0.81 +
     * 0.64. */
    struct exact b = exact_run(
        500, 90000, "'arrivals':{'rate':0.7},'service':{'dist':'exponential','mean':0.8},'switch':0.1");
    exact_is(&b, "task", "wait", mg1_wait_mean(0.7, 0.9, 0.81 + 0.64));
    exact_is(&b, "task", "overhead", 0.1);
    exact_is(&b, "task", "service", 0.8);
    exact_is(&b, "station:queue", "utilisation", 0.63);
    exact_done(&b);
}

static void mmck(void)
{
    enum { C = 2, K = 5 };
    double birth[K], death[K + 1], p[K + 1], present = 0.0, waiting = 0.0;
    for (unsigned i = 0; i <= K; i++) {
        death[i] = i < C ? i : C;
        if (i < K)
            birth[i] = 1.8;
    }
    birth_death(K, birth, death, p);
    for (unsigned i = 0; i <= K; i++) {
        present += p[i] * i;
        waiting += i > C ? p[i] * (i - C) : 0.0;
    }
    const double accepted = 1.8 * (1.0 - p[K]);
    struct exact b = exact_run(
        100, 24000,
        "'arrivals':{'rate':1.8},'service':{'dist':'exponential','mean':1},'servers':2,'capacity':5");
    exact_is(&b, "task", "lost", p[K]);
    exact_is(&b, "station:queue", "lost", p[K]);
    exact_is(&b, "task", "throughput", accepted);
    exact_is(&b, "task", "in_system", present);
    exact_is(&b, "task", "wait", waiting / accepted); /* of those who were let in */
    exact_is(&b, "task", "response", present / accepted);
    exact_is(&b, "station:queue", "utilisation", accepted / C);
    exact_done(&b);
}

static void loss_systems(void)
{
    /* Erlang's formula holds for every law of service. */
    static const char *const laws[] = {"{'dist':'exponential','mean':2}", "2",
                                       "{'dist':'lognormal','mean':2,'scv':4}"};
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        snprintf(text, sizeof text, "'arrivals':{'rate':2},'service':%s,'servers':6,'capacity':6", laws[i]);
        struct exact b = exact_run(100, 15000, text);
        exact_is(&b, "task", "lost", erlang_b(6, 4.0));
        exact_is(&b, "station:queue", "utilisation", 4.0 * (1.0 - erlang_b(6, 4.0)) / 6.0);
        exact_done(&b);
    }
}

static void infinite_servers(void)
{
    static const char *const laws[] = {"{'dist':'exponential','mean':3}", "3",
                                       "{'dist':'lognormal','mean':3,'scv':4}"};
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        snprintf(text, sizeof text, "'arrivals':{'rate':4},'service':%s,'servers':'infinite'", laws[i]);
        struct exact b = exact_run(200, 6000, text);
        exact_is(&b, "task", "in_system", 12.0);
        exact_is(&b, "station:queue", "utilisation", 12.0); /* the mean number busy */
        exact_is(&b, "task", "response", 3.0);
        if (b.ran)
            CU_ASSERT_EQUAL(trial_figure(&b.trial, 0, "task", "wait")->max, 0.0);
        exact_done(&b);
    }
}

static void processor_sharing(void)
{
    /* Mean response mean / (1 - rho) for every law of service (Sakata, Noguchi, Oizumi 1971; Kleinrock vol.
     * 2, 1976, eq. 4.17); M/M/c-PS has the number in system of M/M/c. */
    static const char *const laws[] = {"{'dist':'exponential','mean':1}", "1",
                                       "{'dist':'hyperexponential','mean':1,'scv':4}",
                                       "{'dist':'uniform','min':0,'max':2}"};
    for (size_t i = 0; i < 4; i++) {
        char text[300];
        snprintf(text, sizeof text, "'arrivals':{'rate':0.6},'service':%s,'discipline':'ps'", laws[i]);
        struct exact b = exact_run(500, 60000, text);
        exact_is(&b, "task", "response", 2.5);
        exact_is(&b, "task", "wait", 1.5);
        exact_is(&b, "station:queue", "utilisation", 0.6);
        exact_is(&b, "station:queue", "queue_length", 0.9);
        exact_done(&b);
    }
    struct exact b =
        exact_run(500, 60000,
                  "'arrivals':{'rate':2.2},'service':{'dist':'exponential','mean':1},'servers':3,"
                  "'discipline':'ps'");
    exact_is(&b, "task", "response", 1.0 + mmc_wait_mean(2.2, 1.0, 3));
    exact_is(&b, "station:queue", "utilisation", 2.2 / 3.0);
    exact_done(&b);
}

/* Mean of the squared wait over tasks that came after `from`, replication by replication, against an exact
 * value. */
static void squared_wait_is(const char *scenario, double from, double exact)
{
    enum { R = 24 };
    struct trial t;
    double means[R];
    size_t r = 0;
    if (trial_read(&t, "{%s,'run':{'seed':21,'time':60000,'warmup':0,'replications':%d}}", scenario, R))
        for (struct history h; r < R && trial_trace(&t, 0, r, &h); r++) {
            double sum = 0.0, n = 0.0;
            for (size_t i = 0; i < h.count; i++)
                if (h.tasks[i].arrived > from) {
                    sum += h.tasks[i].wait * h.tasks[i].wait;
                    n++;
                }
            means[r] = sum / n;
            history_free(&h);
        }
    trial_free(&t);
    if (r < R)
        return;
    const double mean = gsl_stats_mean(means, 1, R), error = gsl_stats_sd(means, 1, R) / sqrt(R);
    EXPECT(fabs(mean - exact) < gsl_cdf_tdist_Pinv(0.5 + EXACT_CONFIDENCE / 2.0, R - 1) * error,
           "second moment of the wait %.5g +- %.2g, exactly %.5g", mean, error, exact);
    EXPECT(error < 0.02 * exact, "second moment of the wait: standard error %.2g of %.4g is too wide", error,
           exact);
}

static void order_of_service(void)
{
    /* Orders that do not look at the work leave the mean wait as it is (conservation; Kleinrock 1976,
     * section 3.4), but not its second moment: M/G/1 LCFS: that of FCFS over 1 - rho; random order: over 1 -
     * rho / 2 (Takacs, "Delay distributions for one line with Poisson input, general holding times, and
     * various orders of service", Bell Syst. Tech. J. 1963; Conway, Maxwell, Miller, Theory of Scheduling,
     * 1967, section 8-5). */
#define WITH(discipline, service)                                                                            \
    "'arrivals':{'rate':0.6},'service':" service ",'discipline':'" discipline "'"
#define EXPONENTIAL "{'dist':'exponential','mean':1}"
    static const char *const cases[] = {WITH("lcfs", EXPONENTIAL), WITH("random", EXPONENTIAL),
                                        WITH("priority", "1"), WITH("lcfs", "1"), WITH("random", "1")};
    for (size_t i = 0; i < 5; i++) {
        struct exact b = exact_run(500, 75000, cases[i]);
        exact_is(&b, "task", "wait", mg1_wait_mean(0.6, 1.0, i < 2 ? 2.0 : 1.0));
        exact_is(&b, "station:queue", "queue_length", 0.6 * mg1_wait_mean(0.6, 1.0, i < 2 ? 2.0 : 1.0));
        exact_done(&b);
    }
    const double m = mg1_wait_second(0.6, 1.0, 2.0, 6.0), d = mg1_wait_second(0.6, 1.0, 1.0, 1.0);
    squared_wait_is(WITH("fcfs", EXPONENTIAL), 500, m);
    squared_wait_is(WITH("lcfs", EXPONENTIAL), 500, m / (1.0 - 0.6));
    squared_wait_is(WITH("random", EXPONENTIAL), 500, m / (1.0 - 0.3));
    squared_wait_is(WITH("lcfs", "1"), 500, d / (1.0 - 0.6));
    squared_wait_is(WITH("random", "1"), 500, d / (1.0 - 0.3));
#undef WITH
#undef EXPONENTIAL
}

static void priorities(void)
{
    /* Three kinds with laws of their own; written in another order than that of their priorities. */
    const double w0 = 0.3 * 2.0 * 0.25 / 2.0 + 0.2 * 1.0 / 2.0 + 0.15 * (4.0 / 3.0 * 2.25) / 2.0;
    const double loads[] = {0.3 * 0.5, 0.2 * 1.0, 0.15 * 1.5};
    struct exact b =
        exact_run(500, 120000,
                  "'stations':{'q':{'discipline':'priority'}},'tasks':{"
                  "'last':{'priority':7,'arrivals':{'rate':0.15},'steps':[{'at':'q','for':{'dist':'"
                  "uniform','min':0,'max':3}}]},"
                  "'first':{'priority':-1,'arrivals':{'rate':0.3},'steps':[{'at':'q','for':{'dist':'"
                  "exponential','mean':0.5}}]},"
                  "'middle':{'priority':2.5,'arrivals':{'rate':0.2},'steps':[{'at':'q','for':1}]}}");
    exact_is(&b, "first", "wait", cobham_wait(w0, loads, 0));
    exact_is(&b, "middle", "wait", cobham_wait(w0, loads, 1));
    exact_is(&b, "last", "wait", cobham_wait(w0, loads, 2));
    exact_done(&b);
    /* Four servers, one law. */
    const double shares[] = {1.2 / 4.0, 2.0 / 4.0};
    b = exact_run(
        200, 45000,
        "'stations':{'q':{'servers':4,'discipline':'priority'}},'tasks':{"
        "'gold':{'priority':1,'arrivals':{'rate':1.2},'steps':[{'at':'q','for':{'dist':'exponential','"
        "mean':1}}]},"
        "'iron':{'priority':2,'arrivals':{'rate':2},'steps':[{'at':'q','for':{'dist':'exponential','mean'"
        ":1}}]}}");
    exact_is(&b, "gold", "wait", cobham_wait(erlang_c(4, 3.2) / 4.0, shares, 0));
    exact_is(&b, "iron", "wait", cobham_wait(erlang_c(4, 3.2) / 4.0, shares, 1));
    exact_done(&b);
}

/* ---- Setup ---- */

static void setups(void)
{
    struct exact b = exact_run(300, 60000,
                               "'arrivals':{'rate':0.6},'service':{'dist':'exponential','mean':1},"
                               "'setup':{'dist':'exponential','mean':2},'keep_alive':0");
    exact_is(&b, "task", "response", 1.0 / 0.4 + 2.0);
    exact_is(&b, "station:queue", "utilisation", 0.6);
    exact_is(&b, "station:queue", "setting_up",
             0.4 * 0.6 * 2.0 / (1.0 + 0.6 * 2.0)); /* renewal of cold and starting */
    exact_done(&b);
    for (int serial = 0; serial < 2; serial++) { /* with one server one at a time is no restriction */
        char text[300];
        snprintf(text, sizeof text,
                 "'arrivals':{'rate':0.6},'service':{'dist':'exponential','mean':1},"
                 "'setup':{'dist':'exponential','mean':2},'keep_alive':{'dist':'exponential','mean':4}%s",
                 serial ? ",'setup_serial':true" : "");
        b = exact_run(300, 60000, text);
        exact_is(&b, "task", "in_system", mm1_setup_kept(0.6, 1.0, 0.5, 0.25, 300));
        exact_done(&b);
    }
    double in_system, starting;
    CU_ASSERT_EQUAL(mmc_setup(3, 1.8, 1.0, 0.5, 43, &in_system, &starting), 0);
    b = exact_run(300, 60000,
                  "'arrivals':{'rate':1.8},'service':{'dist':'exponential','mean':1},'servers':3,"
                  "'setup':{'dist':'exponential','mean':2},'keep_alive':0");
    exact_is(&b, "task", "in_system", in_system);
    exact_is(&b, "task", "response", in_system / 1.8);
    exact_is(&b, "station:queue", "setting_up", starting / 3.0);
    exact_is(&b, "station:queue", "utilisation", 0.6);
    exact_done(&b);
}

/* ---- As a user writes it ---- */

static void default_run(void)
{
    /* As a user writes it: length, warm-up and number of replications chosen by the program; stopped by
     * precision. */
    struct exact b = {.ran = false};
    b.ran = trial_read(&b.trial,
                       "{'arrivals':{'rate':0.8},'service':{'dist':'exponential','mean':1},"
                       "'run':{'seed':6,'confidence':0.99999,'precision':0.05,'quantiles':[0.5,0.9]}}") &&
            trial_run(&b.trial, 0);
    exact_is(&b, "task", "response", 5.0);
    exact_quantile_is(&b, "task", "response", 0.9, mm1_response_quantile(0.8, 1.0, 0.9));
    if (b.ran)
        CU_ASSERT_EQUAL(b.trial.result->points[0].report.stopped, STOPPED_PRECISION);
    exact_done(&b);
}

/* ---- Long runs: DESQ_VALIDATE=1 ---- */

static void long_runs(void)
{
    static const struct {
        const char *scenario;
        double warmup, time;
        unsigned c;
        double rate;
    } cases[] = {
        {"'arrivals':{'rate':0.95},'service':{'dist':'exponential','mean':1}", 2e4, 2e6, 1, 0.95},
        {"'arrivals':{'rate':0.99},'service':{'dist':'exponential','mean':1}", 1e5, 1e7, 1, 0.99},
        {"'arrivals':{'rate':190},'service':{'dist':'exponential','mean':1},'servers':200", 500, 2e4, 200,
         190},
        {"'arrivals':{'rate':7.9},'service':{'dist':'exponential','mean':1},'servers':8", 1e5, 1e6, 8, 7.9},
    };
    if (getenv("DESQ_VALIDATE") == NULL)
        return;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exact b = exact_run(cases[i].warmup, cases[i].time, cases[i].scenario);
        const double rate = cases[i].rate;
        exact_is(&b, "task", "wait", mmc_wait_mean(rate, 1.0, cases[i].c));
        exact_is(&b, "station:queue", "utilisation", rate / cases[i].c);
        if (rate <= 0.95 * cases[i].c) /* beyond that, p99 would take longer still */
            exact_quantile_is(&b, "task", "wait", 0.99, mmc_wait_quantile(rate, 1.0, cases[i].c, 0.99));
        exact_done(&b);
    }
    /* Claims, item 9, with the core as it is written there, first come first served: a little off the shared
     * one. */
    static const double rates[] = {0.40, 0.45};
    for (size_t i = 0; i < 2; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "'stations':{'threads':{'servers':8},'core':{}},'arrivals':{'rate':%g},'steps':["
                 "{'in':'threads','do':[{'at':'core','for':{'dist':'exponential','mean':1}},"
                 "{'await':[{'delay':{'dist':'exponential','mean':4}}]},"
                 "{'at':'core','for':{'dist':'exponential','mean':1}}]}]",
                 rates[i]);
        struct exact b = exact_run(5000, 4e5, text);
        exact_is(&b, "task", "response", threads_and_core(8, rates[i], 1.0, 4.0, 150) / rates[i]);
        exact_done(&b);
    }
}

const struct test theory_tests[] = {
    {"M/M/1: every figure and the percentiles of response and wait", mm1},
    {"M/M/c: Erlang C for c = 2, 4, 30", mmc},
    {"M/D/1: mean and percentiles of the wait (Erlang 1909)", md1},
    {"M/G/1: Pollaczek-Khinchine for seven laws of service", mg1},
    {"a switch cost makes the server's time M/G/1", switch_is_service_for_the_server},
    {"M/M/c/K: loss, and means over those who were let in", mmck},
    {"M/G/c/c: Erlang's loss formula, whatever the law of service", loss_systems},
    {"M/G/infinity: nobody waits, number in system, whatever the law of service", infinite_servers},
    {"M/G/1-PS: mean response insensitive; M/M/c-PS as M/M/c", processor_sharing},
    {"LCFS and random order: the mean wait of FCFS, and Takacs' second moments", order_of_service},
    {"non-preemptive priorities: Cobham's formulas", priorities},
    {"exponential setup: M/M/1, kept alive, M/M/3", setups},
    {"a run as the program chooses it hits M/M/1", default_run},
    {"long runs at high loads (only with DESQ_VALIDATE=1)", long_runs},
    {NULL, NULL},
};
