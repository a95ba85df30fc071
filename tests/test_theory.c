/* Simulated queues against exact results.
 *
 * Each scenario runs with a fixed seed, 60 replications, and intervals at confidence 0.99999; the exact value
 * has to lie within. So each comparison of a sound program fails for one seed in 1e5 (normal |z| = 4.4), all
 * those here together for about one in a thousand. An interval may not be wider than `power` (4.5 %; at the
 * usual confidence of 0.95 the same interval is 1.9 %; mostly it is far less): a comparison that could not
 * fail shows nothing. The last test looks at the z-scores as a whole: intervals that are too wide everywhere
 * would make them too small. */
#include "tests/closed_forms.h"
#include "tests/trial.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <stdio.h>
#include <stdlib.h>

#define CONFIDENCE   0.99999
#define REPLICATIONS 60
static const double power = 0.045;

/* One z-score per scenario, of its first figure: independent of each other. */
static double scores[100];
static size_t score_count;

static double exact_t(void)
{
    return gsl_cdf_tdist_Pinv(0.5 + CONFIDENCE / 2.0, REPLICATIONS - 1);
}

struct bench {
    struct trial trial;
    bool ran, scored;
};

/* A scenario without its outer braces and its run. warmup and time are of each replication. */
static struct bench run(double warmup, double time, const char *scenario)
{
    struct bench b = {.ran = false};
    b.ran = trial_read(&b.trial,
                       "{%s,'run':{'seed':20,'confidence':%.6f,'replications':%d,'warmup':%g,'time':%g,"
                       "'quantiles':[0.2,0.5,0.9,0.99]}}",
                       scenario, CONFIDENCE, REPLICATIONS, warmup, time) &&
            trial_run(&b.trial, 0);
    return b;
}

static void done(struct bench *b)
{
    trial_free(&b->trial);
}

static void is(struct bench *b, const char *subject, const char *probe, double exact)
{
    if (!b->ran)
        return;
    const struct figure *f = trial_figure(&b->trial, 0, subject, probe);
    const double z = (f->mean - exact) / (f->half_width / exact_t());
    EXPECT(fabs(f->mean - exact) <= f->half_width + 1e-9 * fabs(exact),
           "%s.%s is %.6g +- %.2g, exactly %.6g: z = %.2f", subject, probe, f->mean, f->half_width, exact, z);
    EXPECT(f->half_width <= power * fabs(exact),
           "%s.%s = %.4g: interval of %.2g is too wide to show anything", subject, probe, exact,
           f->half_width);
    if (!b->scored && f->half_width > 0.0 && score_count < sizeof scores / sizeof scores[0])
        scores[score_count++] = z;
    b->scored = true;
}

static void quantile_is(struct bench *b, const char *subject, const char *probe, double p, double exact)
{
    if (!b->ran)
        return;
    const struct quantile q = trial_quantile(trial_figure(&b->trial, 0, subject, probe), p);
    EXPECT(q.low * 0.999 <= exact && exact <= q.high * 1.001,
           "%s.%s p%g is %.6g in %.6g .. %.6g, exactly %.6g", subject, probe, 100.0 * p, q.value, q.low,
           q.high, exact);
    EXPECT(q.high - q.low <= 2.0 * power * exact, "%s.%s p%g: %.4g .. %.4g is too wide to show anything",
           subject, probe, 100.0 * p, q.low, q.high);
}

/* ---- One station ---- */

static void mm1(void)
{
    struct bench b = run(500, 120000, "'arrivals':{'rate':0.7},'service':{'dist':'exponential','mean':1}");
    is(&b, "task", "response", 1.0 / 0.3);
    is(&b, "task", "wait", 0.7 / 0.3);
    is(&b, "task", "service", 1.0);
    is(&b, "task", "throughput", 0.7);
    is(&b, "task", "in_system", 0.7 / 0.3);
    is(&b, "station:queue", "utilisation", 0.7);
    is(&b, "station:queue", "queue_length", 0.49 / 0.3);
    is(&b, "station:queue", "in_station", 0.7 / 0.3);
    is(&b, "station:queue", "wait", 0.7 / 0.3);
    is(&b, "station:queue", "response", 1.0 / 0.3);
    is(&b, "station:queue", "throughput", 0.7);
    static const double ps[] = {0.2, 0.5, 0.9, 0.99};
    for (size_t i = 0; i < 4; i++)
        quantile_is(&b, "task", "response", ps[i], mm1_response_quantile(0.7, 1.0, ps[i]));
    for (size_t i = 0; i < 4; i++) /* three in ten do not wait at all: they count */
        quantile_is(&b, "task", "wait", ps[i], mmc_wait_quantile(0.7, 1.0, 1, ps[i]));
    done(&b);
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
        struct bench b = run(300, c == 30 ? 12000 : 60000, text);
        is(&b, "task", "wait", wait);
        is(&b, "task", "response", wait + 1.0);
        is(&b, "station:queue", "utilisation", rate / c);
        is(&b, "station:queue", "queue_length", rate * wait);
        quantile_is(&b, "task", "wait", 0.9, mmc_wait_quantile(rate, 1.0, c, 0.9));
        done(&b);
    }
}

static void md1(void)
{
    struct bench b = run(500, 90000, "'arrivals':{'rate':0.7},'service':1");
    is(&b, "task", "wait", mg1_wait_mean(0.7, 1.0, 1.0));
    quantile_is(&b, "task", "wait", 0.2, 0.0);
    quantile_is(&b, "task", "wait", 0.5, md1_wait_quantile(0.7, 1.0, 0.5));
    quantile_is(&b, "task", "wait", 0.9, md1_wait_quantile(0.7, 1.0, 0.9));
    quantile_is(&b, "task", "wait", 0.99, md1_wait_quantile(0.7, 1.0, 0.99));
    done(&b);
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
        struct bench b = run(500, laws[i].time, text);
        is(&b, "task", "wait", mg1_wait_mean(0.6, laws[i].mean, laws[i].second));
        is(&b, "task", "service", laws[i].mean);
        is(&b, "station:queue", "utilisation", 0.6 * laws[i].mean);
        done(&b);
    }
}

static void switch_is_service_for_the_server(void)
{
    /* Service exp(0.8) after a switch of 0.1 at the same server: M/G/1 with mean 0.9 and second moment 0.81 +
     * 0.64. */
    struct bench b =
        run(500, 90000, "'arrivals':{'rate':0.7},'service':{'dist':'exponential','mean':0.8},'switch':0.1");
    is(&b, "task", "wait", mg1_wait_mean(0.7, 0.9, 0.81 + 0.64));
    is(&b, "task", "overhead", 0.1);
    is(&b, "task", "service", 0.8);
    is(&b, "station:queue", "utilisation", 0.63);
    done(&b);
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
    struct bench b =
        run(100, 24000,
            "'arrivals':{'rate':1.8},'service':{'dist':'exponential','mean':1},'servers':2,'capacity':5");
    is(&b, "task", "lost", p[K]);
    is(&b, "station:queue", "lost", p[K]);
    is(&b, "task", "throughput", accepted);
    is(&b, "task", "in_system", present);
    is(&b, "task", "wait", waiting / accepted); /* of those who were let in */
    is(&b, "task", "response", present / accepted);
    is(&b, "station:queue", "utilisation", accepted / C);
    done(&b);
}

static void loss_systems(void)
{
    /* Erlang's formula holds for every law of service. */
    static const char *const laws[] = {"{'dist':'exponential','mean':2}", "2",
                                       "{'dist':'lognormal','mean':2,'scv':4}"};
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        snprintf(text, sizeof text, "'arrivals':{'rate':2},'service':%s,'servers':6,'capacity':6", laws[i]);
        struct bench b = run(100, 15000, text);
        is(&b, "task", "lost", erlang_b(6, 4.0));
        is(&b, "station:queue", "utilisation", 4.0 * (1.0 - erlang_b(6, 4.0)) / 6.0);
        done(&b);
    }
}

static void infinite_servers(void)
{
    static const char *const laws[] = {"{'dist':'exponential','mean':3}", "3",
                                       "{'dist':'lognormal','mean':3,'scv':4}"};
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        snprintf(text, sizeof text, "'arrivals':{'rate':4},'service':%s,'servers':'infinite'", laws[i]);
        struct bench b = run(200, 6000, text);
        is(&b, "task", "in_system", 12.0);
        is(&b, "station:queue", "utilisation", 12.0); /* the mean number busy */
        is(&b, "task", "response", 3.0);
        if (b.ran)
            CU_ASSERT_EQUAL(trial_figure(&b.trial, 0, "task", "wait")->max, 0.0);
        done(&b);
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
        struct bench b = run(500, 60000, text);
        is(&b, "task", "response", 2.5);
        is(&b, "task", "wait", 1.5);
        is(&b, "station:queue", "utilisation", 0.6);
        is(&b, "station:queue", "queue_length", 0.9);
        done(&b);
    }
    struct bench b = run(500, 60000,
                         "'arrivals':{'rate':2.2},'service':{'dist':'exponential','mean':1},'servers':3,"
                         "'discipline':'ps'");
    is(&b, "task", "response", 1.0 + mmc_wait_mean(2.2, 1.0, 3));
    is(&b, "station:queue", "utilisation", 2.2 / 3.0);
    done(&b);
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
    EXPECT(fabs(mean - exact) < gsl_cdf_tdist_Pinv(0.5 + CONFIDENCE / 2.0, R - 1) * error,
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
        struct bench b = run(500, 75000, cases[i]);
        is(&b, "task", "wait", mg1_wait_mean(0.6, 1.0, i < 2 ? 2.0 : 1.0));
        is(&b, "station:queue", "queue_length", 0.6 * mg1_wait_mean(0.6, 1.0, i < 2 ? 2.0 : 1.0));
        done(&b);
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
    struct bench b = run(500, 120000,
                         "'stations':{'q':{'discipline':'priority'}},'tasks':{"
                         "'last':{'priority':7,'arrivals':{'rate':0.15},'steps':[{'at':'q','for':{'dist':'"
                         "uniform','min':0,'max':3}}]},"
                         "'first':{'priority':-1,'arrivals':{'rate':0.3},'steps':[{'at':'q','for':{'dist':'"
                         "exponential','mean':0.5}}]},"
                         "'middle':{'priority':2.5,'arrivals':{'rate':0.2},'steps':[{'at':'q','for':1}]}}");
    is(&b, "first", "wait", cobham_wait(w0, loads, 0));
    is(&b, "middle", "wait", cobham_wait(w0, loads, 1));
    is(&b, "last", "wait", cobham_wait(w0, loads, 2));
    done(&b);
    /* Four servers, one law. */
    const double shares[] = {1.2 / 4.0, 2.0 / 4.0};
    b = run(200, 45000,
            "'stations':{'q':{'servers':4,'discipline':'priority'}},'tasks':{"
            "'gold':{'priority':1,'arrivals':{'rate':1.2},'steps':[{'at':'q','for':{'dist':'exponential','"
            "mean':1}}]},"
            "'iron':{'priority':2,'arrivals':{'rate':2},'steps':[{'at':'q','for':{'dist':'exponential','mean'"
            ":1}}]}}");
    is(&b, "gold", "wait", cobham_wait(erlang_c(4, 3.2) / 4.0, shares, 0));
    is(&b, "iron", "wait", cobham_wait(erlang_c(4, 3.2) / 4.0, shares, 1));
    done(&b);
}

/* ---- Closed systems and networks ---- */

static void machine_repairman(void)
{
    enum { N = 10, C = 2 };
    double birth[N], death[N + 1], p[N + 1], present = 0.0, busy = 0.0;
    for (unsigned i = 0; i <= N; i++) {
        death[i] = i < C ? i : C;
        if (i < N)
            birth[i] = (N - i) / 4.0;
    }
    birth_death(N, birth, death, p);
    for (unsigned i = 0; i <= N; i++) {
        present += p[i] * i;
        busy += p[i] * (i < C ? i : C);
    }
    static const char *const thinks[] = {"{'dist':'exponential','mean':4}", "4",
                                         "{'dist':'lognormal','mean':4,'scv':2}"};
    for (size_t i = 0; i < 3; i++) { /* insensitive to the law of the think time */
        char text[300];
        snprintf(text, sizeof text,
                 "'arrivals':{'closed':10,'think':%s},'service':{'dist':'exponential','mean':1},'servers':2",
                 thinks[i]);
        struct bench b = run(200, 15000, text);
        is(&b, "task", "response", present / busy);
        is(&b, "task", "throughput", busy);
        is(&b, "task", "in_system", present);
        is(&b, "station:queue", "utilisation", busy / C);
        done(&b);
    }
    /* Without thinking the servers are never idle. */
    struct bench b =
        run(100, 12000, "'arrivals':{'closed':5},'service':{'dist':'exponential','mean':1},'servers':2");
    is(&b, "task", "throughput", 2.0);
    is(&b, "task", "response", 2.5);
    if (b.ran)
        CU_ASSERT_DOUBLE_EQUAL(trial_figure(&b.trial, 0, "station:queue", "utilisation")->mean, 1.0, 1e-12);
    done(&b);
}

static void closed_network(void)
{
    /* Each cycle: cpu, then with probability 0.4 disk a, else b. FCFS or PS: product form. */
    const double demands[] = {0.5, 0.4 * 2.0, 0.6 * 0.7};
    double response;
    const double throughput = mva(7, 3.0, demands, 3, &response);
    static const char *const disciplines[] = {"fcfs", "ps"};
    for (size_t i = 0; i < 2; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "'stations':{'cpu':{'discipline':'%s'},'a':{},'b':{'discipline':'%s'}},"
                 "'arrivals':{'closed':7,'think':3},'steps':["
                 "{'at':'cpu','for':{'dist':'exponential','mean':0.5}},{'choose':["
                 "{'p':0.4,'do':[{'at':'a','for':{'dist':'exponential','mean':2}}]},"
                 "{'do':[{'at':'b','for':{'dist':'exponential','mean':0.7}}]}]}]",
                 disciplines[i], disciplines[i]);
        struct bench b = run(200, 15000, text);
        is(&b, "task", "response", response);
        is(&b, "task", "throughput", throughput);
        is(&b, "station:a", "utilisation", throughput * demands[1]);
        is(&b, "station:b", "throughput", throughput * 0.6);
        done(&b);
    }
}

static void jackson(void)
{
    /* Tandem: M/M/1 and M/M/2 in a row (Jackson 1957). */
    struct bench b = run(300, 60000,
                         "'stations':{'first':{},'second':{'servers':2}},'arrivals':{'rate':0.6},'steps':["
                         "{'at':'first','for':{'dist':'exponential','mean':1}},"
                         "{'at':'second','for':{'dist':'exponential','mean':2}}]");
    is(&b, "task", "response", 2.5 + 2.0 + mmc_wait_mean(0.6, 2.0, 2));
    is(&b, "station:first", "response", 2.5);
    is(&b, "station:second", "wait", mmc_wait_mean(0.6, 2.0, 2));
    done(&b);
    /* Feedback: a geometric number of rounds, of mean 2, through a; half of all then go to b. */
    b = run(
        300, 60000,
        "'stations':{'a':{},'b':{}},'arrivals':{'rate':0.7},'steps':["
        "{'repeat':{'dist':'geometric','mean':2},'do':[{'at':'a','for':{'dist':'exponential','mean':0.45}}]},"
        "{'choose':[{'p':0.5,'do':[{'at':'b','for':{'dist':'exponential','mean':1.5}}]},{'do':[]}]}]");
    is(&b, "task", "response", 2.0 * 0.45 / (1.0 - 0.63) + 0.5 * 1.5 / (1.0 - 0.525));
    is(&b, "station:a", "throughput", 1.4);
    is(&b, "station:b", "in_station", 0.525 / 0.475);
    done(&b);
}

/* ---- Setup ---- */

static void setups(void)
{
    struct bench b = run(300, 60000,
                         "'arrivals':{'rate':0.6},'service':{'dist':'exponential','mean':1},"
                         "'setup':{'dist':'exponential','mean':2},'keep_alive':0");
    is(&b, "task", "response", 1.0 / 0.4 + 2.0);
    is(&b, "station:queue", "utilisation", 0.6);
    is(&b, "station:queue", "setting_up",
       0.4 * 0.6 * 2.0 / (1.0 + 0.6 * 2.0)); /* renewal of cold and starting */
    done(&b);
    for (int serial = 0; serial < 2; serial++) { /* with one server one at a time is no restriction */
        char text[300];
        snprintf(text, sizeof text,
                 "'arrivals':{'rate':0.6},'service':{'dist':'exponential','mean':1},"
                 "'setup':{'dist':'exponential','mean':2},'keep_alive':{'dist':'exponential','mean':4}%s",
                 serial ? ",'setup_serial':true" : "");
        b = run(300, 60000, text);
        is(&b, "task", "in_system", mm1_setup_kept(0.6, 1.0, 0.5, 0.25, 300));
        done(&b);
    }
    double in_system, starting;
    CU_ASSERT_EQUAL(mmc_setup(3, 1.8, 1.0, 0.5, 43, &in_system, &starting), 0);
    b = run(300, 60000,
            "'arrivals':{'rate':1.8},'service':{'dist':'exponential','mean':1},'servers':3,"
            "'setup':{'dist':'exponential','mean':2},'keep_alive':0");
    is(&b, "task", "in_system", in_system);
    is(&b, "task", "response", in_system / 1.8);
    is(&b, "station:queue", "setting_up", starting / 3.0);
    is(&b, "station:queue", "utilisation", 0.6);
    done(&b);
}

/* ---- Threads, synchronous and asynchronous ---- */

static void pool_as_a_queue(void)
{
    /* Threads that hold and cores without end are M/M/3. */
    struct bench b =
        run(200, 60000,
            "'stations':{'pool':{'servers':3},'cpu':{'servers':'infinite'}},'arrivals':{'rate':2.2},'steps':["
            "{'in':'pool','do':[{'at':'cpu','for':{'dist':'exponential','mean':1}}]}]");
    is(&b, "task", "wait", mmc_wait_mean(2.2, 1.0, 3));
    is(&b, "station:pool", "wait", mmc_wait_mean(2.2, 1.0, 3));
    is(&b, "station:pool", "utilisation", 2.2 / 3.0);
    is(&b, "station:cpu", "utilisation", 2.2);
    done(&b);
}

static void event_loop(void)
{
    /* One loop thread that releases, bursts before and after an I/O: each burst queues anew, a Jackson
     * network. */
    static const char *const io[] = {"{'dist':'exponential','mean':4}", "4"};
    for (size_t i = 0; i < 2; i++) { /* the I/O occupies nothing, so its law does not matter */
        char text[600];
        snprintf(
            text, sizeof text,
            "'stations':{'loop':{'await':'release'},'cpu':{'servers':'infinite'}},'arrivals':{'rate':0.4},'"
            "steps':["
            "{'in':'loop','do':[{'at':'cpu','for':{'dist':'exponential','mean':1}},{'await':[{'delay':%s}]},"
            "{'at':'cpu','for':{'dist':'exponential','mean':1}}]}]",
            io[i]);
        struct bench b = run(500, 60000, text);
        is(&b, "task", "response", 2.0 / (1.0 - 0.8) + 4.0);
        is(&b, "task", "delay", 4.0);
        is(&b, "task", "wait", 8.0);
        is(&b, "station:loop", "utilisation", 0.8);
        is(&b, "station:loop", "throughput", 0.8);
        done(&b);
    }
}

static void threads_before_a_core(void)
{
    /* A pool that holds, bursts of mean 1 before and after an I/O of mean 4, one core. */
    static const struct {
        const char *discipline;
        unsigned threads;
        double rate;
    } cases[] = {{"fcfs", 4, 0.3}, {"ps", 4, 0.3}, {"fcfs", 2, 0.2}, {"ps", 8, 0.4}};
    for (size_t i = 0; i < 4; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "'stations':{'threads':{'servers':%u},'core':{'discipline':'%s'}},'arrivals':{'rate':%g},'"
                 "steps':["
                 "{'in':'threads','do':[{'at':'core','for':{'dist':'exponential','mean':1}},"
                 "{'await':[{'delay':{'dist':'exponential','mean':4}}]},"
                 "{'at':'core','for':{'dist':'exponential','mean':1}}]}]",
                 cases[i].threads, cases[i].discipline, cases[i].rate);
        struct bench b = run(1000, 75000, text);
        const double exact = cases[i].discipline[0] == 'p'
                                 ? threads_and_shared_core(cases[i].threads, cases[i].rate, 1.0, 4.0, 120)
                                 : threads_and_core(cases[i].threads, cases[i].rate, 1.0, 4.0, 120);
        is(&b, "task", "in_system", exact);
        is(&b, "task", "response", exact / cases[i].rate);
        is(&b, "station:core", "utilisation", 2.0 * cases[i].rate);
        done(&b);
    }
    /* Claims, item 9: eight threads, 0.40 per time: 13.397 where the core is shared. */
    CU_ASSERT_DOUBLE_EQUAL(threads_and_shared_core(8, 0.4, 1.0, 4.0, 120) / 0.4, 13.397, 5e-4);
    CU_ASSERT_DOUBLE_EQUAL(threads_and_shared_core(4, 0.4, 1.0, 4.0, 200) / 0.4, 17.931, 5e-4);
}

static void two_tokens(void)
{
    /* A thread throughout, and one of two connections for the second part. Held: a chain. Released while it
     * waits for the connection and is served: the pool and the connections are queues of their own. */
#define TOKENS(await, inner)                                                                                 \
    "'stations':{'threads':{'servers':4,'await':'" await "'},'connections':{'servers':2},"                   \
    "'work':{'servers':'infinite'}},'arrivals':{'rate':1.2},'steps':[{'in':'threads','do':["                 \
    "{'at':'work','for':{'dist':'exponential','mean':1}}," inner "]}]"
#define QUERY "{'in':'connections','do':[{'at':'work','for':{'dist':'exponential','mean':1}}]}"
    struct bench b = run(300, 45000, TOKENS("hold", QUERY));
    const double exact = threads_and_connections(4, 2, 1.2, 1.0, 1.0, 120);
    is(&b, "task", "in_system", exact);
    is(&b, "task", "response", exact / 1.2);
    is(&b, "station:connections", "utilisation", 0.6);
    done(&b);
    b = run(300, 45000, TOKENS("hold", "{'await':[" QUERY "]}"));
    is(&b, "task", "in_system", exact);
    done(&b);
    b = run(300, 45000, TOKENS("release", "{'await':[" QUERY "]}"));
    is(&b, "task", "response", 2.0 + mmc_wait_mean(1.2, 1.0, 4) + mmc_wait_mean(1.2, 1.0, 2));
    is(&b, "station:threads", "utilisation", 0.3);
    done(&b);
#undef TOKENS
#undef QUERY
}

static void async_of_claim_c14(void)
{
    /* 8 cores, bursts of 10 ms, I/O of 90 ms, 700 per s: M/M/8 before a pure delay, 106.353 ms. */
    struct bench b =
        run(2000, 180000,
            "'time_unit':'ms','stations':{'threads':{'servers':8,'await':'release'},'cpu':{'servers':8}},"
            "'arrivals':{'rate':'700/s'},'steps':[{'in':'threads','do':["
            "{'at':'cpu','for':{'dist':'exponential','mean':10}},{'await':[{'delay':'90ms'}]}]}]");
    is(&b, "task", "response", 90.0 + 10.0 + mmc_wait_mean(0.7, 10.0, 8));
    CU_ASSERT_DOUBLE_EQUAL(90.0 + 10.0 + mmc_wait_mean(0.7, 10.0, 8), 106.353, 5e-4);
    is(&b, "task", "wait", mmc_wait_mean(0.7, 10.0, 8));
    done(&b);
}

static void sync_is_async_with_enough_threads(void)
{
    /* Claim C14, task by task: with a thread for everybody and no costs, holding and releasing end every task
     * at the same time. Equal to the last bit: the same sums in the same order. */
    struct trial t;
    struct history sync, async;
    if (trial_read(&t, "{'stations':{'threads':{'servers':2000},'cpu':{'servers':2,'discipline':'ps'},'db':{'"
                       "servers':3}},"
                       "'arrivals':{'rate':1.6},'steps':[{'in':'threads','do':["
                       "{'at':'cpu','for':{'dist':'exponential','mean':0.6}},"
                       "{'await':[{'at':'db','for':{'dist':'lognormal','mean':1.5,'scv':2}}]},"
                       "{'at':'cpu','for':0.4}]}],'run':{'replications':1,'time':20000,'warmup':0},"
                       "'variants':{'sync':{'/stations/threads/await':'hold'},"
                       "'async':{'/stations/threads/await':'release'}}}")) {
        if (trial_trace(&t, 0, 0, &sync)) {
            if (trial_trace(&t, 1, 0, &async)) {
                size_t equal = 0;
                history_by_key(&sync);
                history_by_key(&async);
                CU_ASSERT_EQUAL(sync.count, async.count);
                for (size_t i = 0; i < sync.count && i < async.count; i++)
                    equal += sync.tasks[i].key == async.tasks[i].key &&
                             sync.tasks[i].left == async.tasks[i].left &&
                             sync.tasks[i].wait == async.tasks[i].wait;
                EXPECT(equal == sync.count && equal > 30000, "%zu of %zu tasks end alike", equal, sync.count);
                history_free(&async);
            }
            history_free(&sync);
        }
    }
    trial_free(&t);
}

static void makespans(void)
{
    /* Claim C8: exponential tasks at once on n servers: (m - n) / n + H(n). */
    static const struct {
        unsigned n, m;
        double exact;
    } cases[] = {{4, 4, 2.0833333333}, {4, 8, 3.0833333333}, {4, 100, 26.0833333333}};
    for (size_t i = 0; i < 3; i++) {
        struct bench b = {.ran = false};
        b.ran =
            trial_read(&b.trial,
                       "{'arrivals':{'at_once':%u},'service':{'dist':'exponential','mean':1},'servers':%u,"
                       "'run':{'seed':5,'confidence':%.6f,'replications':8000}}",
                       cases[i].m, cases[i].n, CONFIDENCE) &&
            trial_run(&b.trial, 0);
        is(&b, "run", "makespan", cases[i].exact);
        if (i > 0)
            is(&b, "task", "wait",
               (double)((cases[i].m - cases[i].n) * (cases[i].m - cases[i].n + 1)) / 2.0 / cases[i].n /
                   cases[i].m); /* the k-th beyond the first n waits k / n */
        done(&b);
    }
}

static void default_run(void)
{
    /* As a user writes it: length, warm-up and number of replications chosen by the program; stopped by
     * precision. */
    struct bench b = {.ran = false};
    b.ran = trial_read(&b.trial,
                       "{'arrivals':{'rate':0.8},'service':{'dist':'exponential','mean':1},"
                       "'run':{'seed':6,'confidence':0.99999,'precision':0.05,'quantiles':[0.5,0.9]}}") &&
            trial_run(&b.trial, 0);
    is(&b, "task", "response", 5.0);
    quantile_is(&b, "task", "response", 0.9, mm1_response_quantile(0.8, 1.0, 0.9));
    if (b.ran)
        CU_ASSERT_EQUAL(b.trial.result->points[0].report.stopped, STOPPED_PRECISION);
    done(&b);
}

static void scores_as_a_whole(void)
{
    /* Sum of squares of n independent z-scores (t with 59 degrees: 3.4 % more): chi-square. Too small:
     * intervals are too wide; too large: too narrow. False alarm 2e-5. Needs the tests above to have run. */
    double sum = 0.0;
    for (size_t i = 0; i < score_count; i++)
        sum += scores[i] * scores[i];
    if (score_count < 30)
        return;
    const double below = gsl_cdf_chisq_P(sum / 1.034, (double)score_count);
    EXPECT(below > 1e-5 && below < 1.0 - 1e-5, "mean square of %zu z-scores: %.3f", score_count,
           sum / (double)score_count);
}

/* ---- Long runs: DESQ_VALIDATE=1 ---- */

static void long_runs(void)
{
    static const struct {
        const char *scenario;
        double warmup, time, wait;
        unsigned c;
        double rate;
    } cases[] = {
        {"'arrivals':{'rate':0.95},'service':{'dist':'exponential','mean':1}", 2e4, 2e6, 0, 1, 0.95},
        {"'arrivals':{'rate':0.99},'service':{'dist':'exponential','mean':1}", 1e5, 1e7, 0, 1, 0.99},
        {"'arrivals':{'rate':190},'service':{'dist':'exponential','mean':1},'servers':200", 500, 2e4, 0, 200,
         190},
        {"'arrivals':{'rate':7.9},'service':{'dist':'exponential','mean':1},'servers':8", 1e5, 1e6, 0, 8,
         7.9},
    };
    if (getenv("DESQ_VALIDATE") == NULL)
        return;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench b = run(cases[i].warmup, cases[i].time, cases[i].scenario);
        const double rate = cases[i].rate;
        is(&b, "task", "wait", mmc_wait_mean(rate, 1.0, cases[i].c));
        is(&b, "station:queue", "utilisation", rate / cases[i].c);
        quantile_is(&b, "task", "wait", 0.99, mmc_wait_quantile(rate, 1.0, cases[i].c, 0.99));
        done(&b);
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
        struct bench b = run(5000, 4e5, text);
        is(&b, "task", "response", threads_and_core(8, rates[i], 1.0, 4.0, 150) / rates[i]);
        done(&b);
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
    {"machine repairman, insensitive to the think time; closed without thinking", machine_repairman},
    {"a closed network: mean value analysis, FCFS and PS", closed_network},
    {"Jackson networks: tandem, feedback, branches", jackson},
    {"exponential setup: M/M/1, kept alive, M/M/3", setups},
    {"a pool of threads that hold before endless cores is M/M/c", pool_as_a_queue},
    {"an event loop is a Jackson network, insensitive to the I/O", event_loop},
    {"threads that hold before one core: a Markov chain", threads_before_a_core},
    {"threads and connections, two tokens at once: a Markov chain; released: two queues", two_tokens},
    {"C14, asynchronous: 106.353 ms", async_of_claim_c14},
    {"C14: with enough threads every task ends at the same time, sync or async, to the last bit",
     sync_is_async_with_enough_threads},
    {"C8: makespans of random tasks", makespans},
    {"a run as the program chooses it hits M/M/1", default_run},
    {"the z-scores spread as they should", scores_as_a_whole},
    {"long runs at high loads (only with DESQ_VALIDATE=1)", long_runs},
    {NULL, NULL},
};
