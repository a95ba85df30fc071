/* Closed systems, networks, and threads that hold or release, against exact results; what a comparison means
 * stands in exact.h. */
#include "tests/closed_forms.h"
#include "tests/exact.h"

#include <gsl/gsl_cdf.h>
#include <stdio.h>

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
        struct exact b = exact_run(200, 15000, text);
        exact_is(&b, "task", "response", present / busy);
        exact_is(&b, "task", "throughput", busy);
        exact_is(&b, "task", "in_system", present);
        exact_is(&b, "station:queue", "utilisation", busy / C);
        exact_done(&b);
    }
    /* Without thinking the servers are never idle. */
    struct exact b = exact_run(
        100, 12000, "'arrivals':{'closed':5},'service':{'dist':'exponential','mean':1},'servers':2");
    exact_is(&b, "task", "throughput", 2.0);
    exact_is(&b, "task", "response", 2.5);
    if (b.ran)
        CU_ASSERT_DOUBLE_EQUAL(trial_figure(&b.trial, 0, "station:queue", "utilisation")->mean, 1.0, 1e-12);
    exact_done(&b);
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
        struct exact b = exact_run(200, 15000, text);
        exact_is(&b, "task", "response", response);
        exact_is(&b, "task", "throughput", throughput);
        exact_is(&b, "station:a", "utilisation", throughput * demands[1]);
        exact_is(&b, "station:b", "throughput", throughput * 0.6);
        exact_done(&b);
    }
}

static void jackson(void)
{
    /* Tandem: M/M/1 and M/M/2 in a row (Jackson 1957). */
    struct exact b =
        exact_run(300, 60000,
                  "'stations':{'first':{},'second':{'servers':2}},'arrivals':{'rate':0.6},'steps':["
                  "{'at':'first','for':{'dist':'exponential','mean':1}},"
                  "{'at':'second','for':{'dist':'exponential','mean':2}}]");
    exact_is(&b, "task", "response", 2.5 + 2.0 + mmc_wait_mean(0.6, 2.0, 2));
    exact_is(&b, "station:first", "response", 2.5);
    exact_is(&b, "station:second", "wait", mmc_wait_mean(0.6, 2.0, 2));
    exact_done(&b);
    /* Feedback: a geometric number of rounds, of mean 2, through a; half of all then go to b. */
    b = exact_run(
        300, 60000,
        "'stations':{'a':{},'b':{}},'arrivals':{'rate':0.7},'steps':["
        "{'repeat':{'dist':'geometric','mean':2},'do':[{'at':'a','for':{'dist':'exponential','mean':0.45}}]},"
        "{'choose':[{'p':0.5,'do':[{'at':'b','for':{'dist':'exponential','mean':1.5}}]},{'do':[]}]}]");
    exact_is(&b, "task", "response", 2.0 * 0.45 / (1.0 - 0.63) + 0.5 * 1.5 / (1.0 - 0.525));
    exact_is(&b, "station:a", "throughput", 1.4);
    exact_is(&b, "station:b", "in_station", 0.525 / 0.475);
    exact_done(&b);
}

/* ---- Threads, synchronous and asynchronous ---- */

static void pool_as_a_queue(void)
{
    /* Threads that hold and cores without end are M/M/3. */
    struct exact b = exact_run(
        200, 60000,
        "'stations':{'pool':{'servers':3},'cpu':{'servers':'infinite'}},'arrivals':{'rate':2.2},'steps':["
        "{'in':'pool','do':[{'at':'cpu','for':{'dist':'exponential','mean':1}}]}]");
    exact_is(&b, "task", "wait", mmc_wait_mean(2.2, 1.0, 3));
    exact_is(&b, "station:pool", "wait", mmc_wait_mean(2.2, 1.0, 3));
    exact_is(&b, "station:pool", "utilisation", 2.2 / 3.0);
    exact_is(&b, "station:cpu", "utilisation", 2.2);
    exact_done(&b);
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
        struct exact b = exact_run(500, 60000, text);
        exact_is(&b, "task", "response", 2.0 / (1.0 - 0.8) + 4.0);
        exact_is(&b, "task", "delay", 4.0);
        exact_is(&b, "task", "wait", 8.0);
        exact_is(&b, "station:loop", "utilisation", 0.8);
        exact_is(&b, "station:loop", "throughput", 0.8);
        exact_done(&b);
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
        struct exact b = exact_run(1000, 75000, text);
        const double exact = cases[i].discipline[0] == 'p'
                                 ? threads_and_shared_core(cases[i].threads, cases[i].rate, 1.0, 4.0, 120)
                                 : threads_and_core(cases[i].threads, cases[i].rate, 1.0, 4.0, 120);
        exact_is(&b, "task", "in_system", exact);
        exact_is(&b, "task", "response", exact / cases[i].rate);
        exact_is(&b, "station:core", "utilisation", 2.0 * cases[i].rate);
        exact_done(&b);
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
    struct exact b = exact_run(300, 45000, TOKENS("hold", QUERY));
    const double exact = threads_and_connections(4, 2, 1.2, 1.0, 1.0, 120);
    exact_is(&b, "task", "in_system", exact);
    exact_is(&b, "task", "response", exact / 1.2);
    exact_is(&b, "station:connections", "utilisation", 0.6);
    exact_done(&b);
    b = exact_run(300, 45000, TOKENS("hold", "{'await':[" QUERY "]}"));
    exact_is(&b, "task", "in_system", exact);
    exact_done(&b);
    b = exact_run(300, 45000, TOKENS("release", "{'await':[" QUERY "]}"));
    exact_is(&b, "task", "response", 2.0 + mmc_wait_mean(1.2, 1.0, 4) + mmc_wait_mean(1.2, 1.0, 2));
    exact_is(&b, "station:threads", "utilisation", 0.3);
    exact_done(&b);
#undef TOKENS
#undef QUERY
}

static void async_of_claim_c14(void)
{
    /* 8 cores, bursts of 10 ms, I/O of 90 ms, 700 per s: M/M/8 before a pure delay, 106.353 ms. */
    struct exact b = exact_run(
        2000, 180000,
        "'time_unit':'ms','stations':{'threads':{'servers':8,'await':'release'},'cpu':{'servers':8}},"
        "'arrivals':{'rate':'700/s'},'steps':[{'in':'threads','do':["
        "{'at':'cpu','for':{'dist':'exponential','mean':10}},{'await':[{'delay':'90ms'}]}]}]");
    exact_is(&b, "task", "response", 90.0 + 10.0 + mmc_wait_mean(0.7, 10.0, 8));
    CU_ASSERT_DOUBLE_EQUAL(90.0 + 10.0 + mmc_wait_mean(0.7, 10.0, 8), 106.353, 5e-4);
    exact_is(&b, "task", "wait", mmc_wait_mean(0.7, 10.0, 8));
    exact_done(&b);
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
        struct exact b = {.ran = false};
        b.ran =
            trial_read(&b.trial,
                       "{'arrivals':{'at_once':%u},'service':{'dist':'exponential','mean':1},'servers':%u,"
                       "'run':{'seed':5,'confidence':%.6f,'replications':8000}}",
                       cases[i].m, cases[i].n, EXACT_CONFIDENCE) &&
            trial_run(&b.trial, 0);
        exact_is(&b, "run", "makespan", cases[i].exact);
        if (i > 0)
            exact_is(&b, "task", "wait",
                     (double)((cases[i].m - cases[i].n) * (cases[i].m - cases[i].n + 1)) / 2.0 / cases[i].n /
                         cases[i].m); /* the k-th beyond the first n waits k / n */
        exact_done(&b);
    }
}

static void scores_as_a_whole(void)
{
    /* Sum of squares of n independent z-scores (t with 59 degrees: 3.4 % more): chi-square. Too small:
     * intervals are too wide; too large: too narrow. False alarm 2e-5. Needs the tests above to have run. */
    const double *scores;
    const size_t score_count = exact_scores(&scores);
    double sum = 0.0;
    for (size_t i = 0; i < score_count; i++)
        sum += scores[i] * scores[i];
    if (score_count < 30)
        return;
    const double below = gsl_cdf_chisq_P(sum / 1.034, (double)score_count);
    EXPECT(below > 1e-5 && below < 1.0 - 1e-5, "mean square of %zu z-scores: %.3f", score_count,
           sum / (double)score_count);
}

const struct test networks_tests[] = {
    {"machine repairman, insensitive to the think time; closed without thinking", machine_repairman},
    {"a closed network: mean value analysis, FCFS and PS", closed_network},
    {"Jackson networks: tandem, feedback, branches", jackson},
    {"a pool of threads that hold before endless cores is M/M/c", pool_as_a_queue},
    {"an event loop is a Jackson network, insensitive to the I/O", event_loop},
    {"threads that hold before one core: a Markov chain", threads_before_a_core},
    {"threads and connections, two tokens at once: a Markov chain; released: two queues", two_tokens},
    {"C14, asynchronous: 106.353 ms", async_of_claim_c14},
    {"C14: with enough threads every task ends at the same time, sync or async, to the last bit",
     sync_is_async_with_enough_threads},
    {"C8: makespans of random tasks", makespans},
    {"the z-scores spread as they should", scores_as_a_whole},
    {NULL, NULL},
};
