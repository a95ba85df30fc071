/* What is measured, on schedules whose figures can be worked out by hand: docs/scenario-format.md, "Exactly".
 */
#include "tests/trial.h"

static double mean_of(const struct trial *t, const char *subject, const char *probe)
{
    return trial_figure(t, 0, subject, probe)->mean;
}

#define IS(t, subject, probe, expected)                                                                      \
    EXPECT(fabs(mean_of(t, subject, probe) - (expected)) <= 1e-12 * fmax(1.0, fabs((double)(expected))),     \
           "%s.%s is %.17g, not %.17g", subject, probe, mean_of(t, subject, probe), (double)(expected))

/* Runs a scenario of one point; false: a failed assertion says why. */
static bool run(struct trial *t, const char *text)
{
    return trial_read(t, "%s", text) && trial_run(t, 1);
}

/* ---- Percentiles ---- */

static void percentiles_by_rank(void)
{
    /* n tasks of 1 at once on one server: responses 1, 2, ..., n. Percentile p is the value at rank ceil(p
     * n), so p99 of 100 values is 99, not the greatest, and p * n must not be spoilt by rounding (0.07 * 100
     * > 7 in doubles). Known to 0.1 % at worst. */
    static const struct {
        int n;
        double p, value;
    } cases[] = {
        {100, 0.99, 99}, {100, 0.999, 100},  {100, 0.5, 50}, {100, 0.07, 7}, {100, 0.29, 29},
        {100, 0.57, 57}, {1, 0.01, 1},       {1, 0.5, 1},    {1, 0.999, 1},  {2, 0.5, 1},
        {2, 0.51, 2},    {3, 0.5, 2},        {3, 0.99, 3},   {3, 0.33, 1},   {3, 0.34, 2},
        {10, 0.9, 9},    {1000, 0.999, 999},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        if (trial_read(&t,
                       "{'arrivals':{'at_once':%d},'service':1,'run':{'replications':1,'quantiles':[%g]}}",
                       cases[i].n, cases[i].p) &&
            trial_run(&t, 1)) {
            const struct quantile q = trial_quantile(trial_figure(&t, 0, "task", "response"), cases[i].p);
            EXPECT(fabs(q.value - cases[i].value) <= 1e-3 * cases[i].value, "p%g of 1..%d is %g, not %g",
                   100.0 * cases[i].p, cases[i].n, q.value, cases[i].value);
        }
        trial_free(&t);
    }
}

static void those_who_did_not_wait_count(void)
{
    /* Waits 0, 0, 1, 1, 2 on two servers: mean 0.8, not the 4/3 of those who waited. */
    struct trial t;
    if (run(&t, "{'arrivals':{'at_once':5},'service':1,'servers':2,'run':{'replications':1,'quantiles':[0.4,"
                "0.5]}}")) {
        const struct figure *wait = trial_figure(&t, 0, "task", "wait");
        IS(&t, "task", "wait", 0.8);
        IS(&t, "station:queue", "wait", 0.8);
        CU_ASSERT_EQUAL(wait->count, 5.0);
        CU_ASSERT_DOUBLE_EQUAL(wait->sd, sqrt(2.8 / 4.0), 1e-12);
        CU_ASSERT_EQUAL(wait->max, 2.0);
        CU_ASSERT_EQUAL(trial_quantile(wait, 0.4).value, 0.0);
        CU_ASSERT_DOUBLE_EQUAL(trial_quantile(wait, 0.5).value, 1.0, 1e-3);
    }
    trial_free(&t);
}

static void groups_of_batches(void)
{
    /* Three at once at a server that takes two together: one waits for 1 of the 2 time units, while at most one server is busy. */
    struct trial t;
    if (run(&t, "{'stations':{'b':{'batch':{'max':2}},'g':{'balance':['b'],'dispatch':'random'}},'tasks':{'a':{'arrivals':{'at_once':3},"
                "'steps':[{'at':'g','for':1}]}},'run':{'replications':1}}")) {
        IS(&t, "station:b", "queue_length", 0.5);
        IS(&t, "station:g", "queue_length", 0.5);
        IS(&t, "station:g", "in_station", 2.0);
        IS(&t, "station:g", "utilisation", 1.0);
    }
    trial_free(&t);
}

/* ---- Where a run begins and ends ---- */

static void fence_posts(void)
{
    /* D/D/1 to time 24: arrivals at 1, 2, ..., 24; the instant of the end belongs to the run. Services of 1:
     * done at 2, ..., 24, so 23 completions and one task (come at 24) unfinished. Services of 0.5: done
     * at 1.5, ..., 23.5. */
    struct trial t;
    struct history h;
#define D_D_1(service)                                                                                       \
    "{'arrivals':{'interarrival':1},'service':" #service ",'run':{'replications':1,'time':24,'warmup':0}}"
    if (run(&t, D_D_1(1)) && trial_trace(&t, 0, 0, &h)) {
        CU_ASSERT_EQUAL(h.count, 23);
        CU_ASSERT_EQUAL(h.whole.unfinished, 1);
        CU_ASSERT_EQUAL(h.whole.end, 24.0);
        CU_ASSERT_DOUBLE_EQUAL(h.whole.busy[0], 23.0, 1e-12);
        IS(&t, "task", "throughput", 23.0 / 24.0);
        IS(&t, "task", "unfinished", 1);
        IS(&t, "task", "response", 1);
        IS(&t, "station:queue", "utilisation", 23.0 / 24.0);
        CU_ASSERT_EQUAL(trial_figure(&t, 0, "task", "response")->count, 23.0);
        history_free(&h);
    }
    trial_free(&t);
    if (run(&t, D_D_1(0.5))) {
        IS(&t, "task", "throughput", 23.0 / 24.0);
        IS(&t, "station:queue", "utilisation", 11.5 / 24.0);
    }
    trial_free(&t);
#undef D_D_1
    /* After a warm-up of 4 the arrivals at 5, ..., 28 and the completions at 5, ..., 28 count: 24 of each
     * in 24. */
    if (run(&t,
            "{'arrivals':{'interarrival':1},'service':1,'run':{'replications':1,'time':24,'warmup':4}}")) {
        IS(&t, "task", "throughput", 1);
        IS(&t, "station:queue", "utilisation", 1);
        IS(&t, "station:queue", "queue_length", 0);
        IS(&t, "task", "in_system", 1);
    }
    trial_free(&t);
    /* run.count: exactly that many completions after the warm-up, of all kinds. */
    if (run(&t,
            "{'arrivals':{'interarrival':1},'service':1,'run':{'replications':1,'count':10,'warmup':4}}")) {
        CU_ASSERT_EQUAL(trial_figure(&t, 0, "task", "response")->count, 10.0);
        IS(&t, "task", "throughput", 1);
    }
    trial_free(&t);
}

static void warmup_cut(void)
{
    /* Ten tasks of 1 at 0, cut at 5: five are left (one in service), then 4, 3, 2, 1: averages start from
     * what stands there, not from 0, and never go below it. Responses 6, ..., 10 are counted, whole. */
    struct trial t;
    if (run(&t, "{'stations':{'q':{},'idle':{}},'tasks':{'a':{'arrivals':{'at_once':10},'steps':[{'at':'q','"
                "for':1}]},"
                "'other':{'arrivals':{'interarrival':100},'steps':[{'at':'idle','for':1}]}},"
                "'run':{'replications':1,'time':5,'warmup':5}}")) {
        IS(&t, "station:q", "in_station", 3);
        IS(&t, "station:q", "queue_length", 2);
        IS(&t, "station:q", "utilisation", 1);
        IS(&t, "a", "in_system", 3);
        IS(&t, "a", "response", 8);
        IS(&t, "a", "wait", 7);
        IS(&t, "a", "throughput", 1);
        IS(&t, "station:q", "throughput", 1);
        IS(&t, "a", "unfinished", 0);
        IS(&t, "station:idle", "in_station", 0);
    }
    trial_free(&t);
}

static void limits(void)
{
    struct trial t;
    struct history h;
    static const char *const scenarios[] = {
        "{'arrivals':{'interarrival':1},'limit':3,'service':0.25}",
        "{'arrivals':{'at_once':5},'limit':3,'service':0.25}",
        "{'arrivals':{'closed':2,'think':1},'limit':3,'service':0.25}",
        "{'arrivals':{'closed':5,'think':1},'limit':3,'service':0.25}",
        "{'arrivals':{'rate':4},'limit':3,'service':0.25}",
    };
    static const double ends[] = {3.25, 0.75, 2.5, 1.75, NAN};
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        if (trial_read(&t, "%s", scenarios[i]) && trial_trace(&t, 0, 0, &h)) {
            EXPECT(h.count == 3 && h.whole.unfinished == 0, "scenario %zu: %zu tasks, %llu unfinished", i,
                   h.count, (unsigned long long)h.whole.unfinished);
            EXPECT(isnan(ends[i]) || h.whole.end == ends[i], "scenario %zu ends at %g", i, h.whole.end);
            EXPECT(h.count > 0 && h.whole.end == h.tasks[h.count - 1].left,
                   "scenario %zu ends with its last task", i);
            history_free(&h);
        }
        trial_free(&t);
    }
}

/* ---- Closed tasks ---- */

static void thinking_is_no_response(void)
{
    /* One client thinks 3 (it thinks first), is served 1: responses of 1 at 4, 8, ..., 40. */
    struct trial t;
    if (run(&t, "{'arrivals':{'closed':1,'think':3},'service':1,'run':{'replications':1,'time':40,'warmup':0}"
                "}")) {
        IS(&t, "task", "response", 1);
        IS(&t, "task", "throughput", 0.25);
        IS(&t, "task", "in_system", 0.25);
        IS(&t, "task", "unfinished", 0);
        IS(&t, "station:queue", "utilisation", 0.25);
        CU_ASSERT_EQUAL(trial_figure(&t, 0, "task", "response")->count, 10.0);
    }
    trial_free(&t);
}

/* ---- Everything tied ---- */

static void batches_of_equal_tasks(void)
{
    /* Claim C6: m tasks of T at once on n servers end at ceil(m / n) T; all servers work but in the last
     * round. */
    static const int cases[][2] = {{4, 4}, {4, 5}, {4, 8}, {4, 9}, {1, 4}, {3, 3}, {200, 10000}, {7, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int n = cases[i][0], m = cases[i][1];
        struct trial t;
        struct history h;
        if (trial_read(&t, "{'arrivals':{'at_once':%d},'service':1,'servers':%d,'run':{'replications':2}}", m,
                       n) &&
            trial_trace(&t, 0, 0, &h) && trial_run(&t, 1)) {
            const int rounds = (m + n - 1) / n;
            CU_ASSERT_EQUAL(h.count, (size_t)m);
            for (size_t k = 0; k < h.count; k++)
                EXPECT(h.tasks[k].left == (double)(k / (size_t)n + 1), "task %zu of %d on %d left at %g", k,
                       m, n, h.tasks[k].left);
            CU_ASSERT_EQUAL(h.whole.busy[0], (double)m);
            IS(&t, "run", "makespan", rounds);
            IS(&t, "station:queue", "utilisation", (double)m / (double)n / (double)rounds);
            const int full =
                rounds - 1; /* rounds in which all servers work: tasks of them end at 1, 2, ..., full */
            IS(&t, "task", "response",
               ((double)n * full * (full + 1) / 2.0 + (double)(m - full * n) * rounds) / (double)m);
            history_free(&h);
        }
        trial_free(&t);
    }
}

static void every_event_tied(void)
{
    /* D/D/4: four arrivals at each whole time, services of 1. Nobody ever waits, nobody is lost. */
    struct trial t;
    if (run(&t, "{'stations':{'q':{'servers':4,'capacity':4}},'tasks':{"
                "'a':{'arrivals':{'interarrival':1},'steps':[{'at':'q','for':1}]},"
                "'b':{'arrivals':{'interarrival':1},'steps':[{'at':'q','for':1}]},"
                "'c':{'arrivals':{'interarrival':1},'steps':[{'at':'q','for':1}]},"
                "'d':{'arrivals':{'interarrival':1},'steps':[{'at':'q','for':1}]}},"
                "'run':{'replications':1,'warmup':10,'time':1000}}")) {
        IS(&t, "station:q", "utilisation", 1);
        IS(&t, "station:q", "queue_length", 0);
        IS(&t, "station:q", "lost", 0);
        IS(&t, "station:q", "wait", 0);
        IS(&t, "a", "lost", 0);
        IS(&t, "d", "response", 1);
        IS(&t, "d", "throughput", 1);
    }
    trial_free(&t);
    /* Closed and without thinking: 8 tasks, 4 servers, under every discipline that serves whole tasks. Each
     * round 4 end and 4 begin: after the first, every response is 2 when first come is served first, and 2 on
     * average always. */
    static const char *const disciplines[] = {"fcfs", "lcfs", "random", "priority", "ps"};
    for (size_t i = 0; i < 5; i++) {
        if (trial_read(&t,
                       "{'arrivals':{'closed':8},'service':1,'servers':4,'discipline':'%s',"
                       "'run':{'replications':2,'warmup':10,'time':1000}}",
                       disciplines[i]) &&
            trial_run(&t, 1)) {
            IS(&t, "station:queue", "utilisation", 1);
            IS(&t, "station:queue", "in_station", 8);
            IS(&t, "station:queue", "queue_length", 4);
            IS(&t, "task", "throughput", 4);
            if (i == 0 || i == 3 || i == 4)
                IS(&t, "task", "response", 2);
        }
        trial_free(&t);
    }
}

/* ---- Conservation, and the parts of a response ---- */

/* A scenario with a little of everything, random throughout. */
#define EVERYTHING(await)                                                                                    \
    "{'stations':{'threads':{'servers':4,'capacity':6,'await':'" await "','switch':0.05,"                    \
    "'setup':{'dist':'exponential','mean':0.7},'keep_alive':1},"                                             \
    "'cpu':{'servers':2,'discipline':'ps'},'db':{'servers':2,'discipline':'lcfs'},"                          \
    "'lock':{'discipline':'random'},'line':{'discipline':'priority','capacity':30}},'tasks':{"               \
    "'web':{'priority':2,'arrivals':{'rate':1},'steps':[{'in':'threads','do':["                              \
    "{'at':'cpu','for':{'dist':'exponential','mean':0.4}},"                                                  \
    "{'await':[{'delay':{'dist':'uniform','min':0,'max':2}},{'at':'db','for':{'dist':'lognormal','mean':0."  \
    "5,'scv':3}}]},"                                                                                         \
    "{'choose':[{'p':0.4,'do':[{'in':'lock','do':[{'at':'cpu','for':0.2}]}]},{'do':[{'delay':0.1}]}]}]},"    \
    "{'at':'line','for':0.3}]},"                                                                             \
    "'job':{'priority':1,'arrivals':{'closed':3,'think':{'dist':'exponential','mean':2}},'steps':["          \
    "{'repeat':{'dist':'geometric','mean':2},'do':[{'at':'line','for':{'dist':'exponential','mean':0.3}}]}," \
    "{'in':'threads','do':[{'await':[{'at':'cpu','for':0.3}]}]}]}},"                                         \
    "'run':{'replications':2,'time':4000,'warmup':0}}"

static void parts_and_conservation(void)
{
    static const char *const scenarios[] = {EVERYTHING("hold"), EVERYTHING("release")};
    for (size_t s = 0; s < 2; s++) {
        struct trial t;
        struct history h;
        if (run(&t, scenarios[s]) && trial_trace(&t, 0, 0, &h)) {
            double last = 0.0, lost = 0.0;
            EXPECT(h.count > 3000, "%zu tasks ended", h.count);
            for (size_t i = 0; i < h.count; i++) {
                const struct desq_task *k = &h.tasks[i];
                const double parts = k->wait + k->service + k->delay + k->overhead;
                CU_ASSERT(k->left >= last && k->left >= k->arrived); /* time never runs backwards */
                CU_ASSERT(k->wait >= 0.0 && k->service >= 0.0 && k->delay >= 0.0 && k->overhead >= 0.0);
                CU_ASSERT(k->lost || fabs(k->left - k->arrived - parts) <= 1e-12 * k->left);
                last = k->left;
                lost += k->lost;
            }
            EXPECT(lost > 10, "%g lost: the test wants some", lost);
            history_by_key(&h);
            for (size_t i = 1; i < h.count; i++)
                CU_ASSERT(h.tasks[i].key != h.tasks[i - 1].key);
            static const char *const stations[] = {"station:threads", "station:cpu", "station:db",
                                                   "station:lock", "station:line"};
            for (size_t i = 0; i < 5; i++) {
                const double u = mean_of(&t, stations[i], "utilisation"),
                             n = mean_of(&t, stations[i], "in_station");
                EXPECT(u > 0.0 && u <= 1.0, "utilisation %g at %s", u, stations[i]);
                EXPECT(n >= mean_of(&t, stations[i], "queue_length"), "more wait than are at %s",
                       stations[i]);
            }
            history_free(&h);
        }
        trial_free(&t);
    }
}

static void ledger_of_busy_time(void)
{
    /* Claim C1: what servers were busy is what tasks were served, for every sample path; here on a station
     * where some are lost. */
    struct trial t;
    struct history h;
    if (trial_read(&t, "{'arrivals':{'rate':3},'limit':20000,'service':{'dist':'lognormal','mean':1,'scv':4},"
                       "'servers':3,'capacity':5,'switch':0.01}") &&
        trial_trace(&t, 0, 0, &h)) {
        double sum = 0.0;
        for (size_t i = 0; i < h.count; i++)
            sum += h.tasks[i].lost ? 0.0 : h.tasks[i].service + h.tasks[i].overhead;
        CU_ASSERT_EQUAL(h.count, 20000);
        EXPECT(fabs(h.whole.busy[0] - sum) <= 1e-9 * sum, "busy %.12g, served %.12g", h.whole.busy[0], sum);
        history_free(&h);
    }
    trial_free(&t);
}

/* ---- Late clocks ---- */

static void late_clock(void)
{
    /* 50000 tasks come at uniform times within 60000 time units, at the start or 1e9 time units later: the
     * same sample path but for the clock's last digits (2^-53 * 1e9 = 1.1e-7, some hundred of them in a busy
     * period). Ties that rounding makes could swap two tasks; in this sample it does not. */
    struct trial t;
    struct history early, late;
    static const char *const disciplines[] = {"fcfs", "ps", "random"};
    for (size_t d = 0; d < 3; d++) {
        if (!trial_read(&t,
                        "{'stations':{'q':{'discipline':'%s'}},'arrivals':{'at_once':50000},'steps':["
                        "{'delay':{'dist':'shifted','by':0,'of':{'dist':'uniform','min':0,'max':60000}}},"
                        "{'at':'q','for':{'dist':'exponential','mean':1}}],"
                        "'variants':{'early':{},'late':{'/steps/0/delay/by':1e9}}}",
                        disciplines[d])) {
            trial_free(&t);
            continue;
        }
        if (trial_trace(&t, 0, 0, &early)) {
            if (trial_trace(&t, 1, 0, &late)) {
                history_by_key(&early);
                history_by_key(&late);
                double worst = 0.0, sum = 0.0;
                for (size_t i = 0; i < early.count && i < late.count; i++) {
                    CU_ASSERT(late.tasks[i].wait >= 0.0);
                    worst = fmax(worst, fabs(late.tasks[i].wait - early.tasks[i].wait));
                    sum += early.tasks[i].wait;
                }
                CU_ASSERT_EQUAL(early.count, 50000);
                CU_ASSERT_EQUAL(late.count, 50000);
                EXPECT(worst < 1e-4, "%s: a wait differs by %g", disciplines[d], worst);
                EXPECT(sum > 50000.0, "mean wait %g: the test wants a queue", sum / 50000.0);
                history_free(&late);
            }
            history_free(&early);
        }
        trial_free(&t);
    }
}

const struct test measures_tests[] = {
    {"a group counts who waits at stations that serve several at once", groups_of_batches},
    {"percentile p of n values is the one at rank ceil(p n): p99 of 1..100 is 99, n = 1, 2, 3",
     percentiles_by_rank},
    {"those who did not wait count in the mean wait and its percentiles", those_who_did_not_wait_count},
    {"D/D/1 to time 24: the end belongs to the run, nobody is missing", fence_posts},
    {"time averages start from the state at the warm-up cut, not from 0", warmup_cut},
    {"limit: exactly that many tasks, of open, batch and closed kinds", limits},
    {"thinking is neither response nor presence", thinking_is_no_response},
    {"C6: m equal tasks on n servers end at ceil(m/n) T, with every event tied", batches_of_equal_tasks},
    {"D/D/c with every event tied loses nobody and lets nobody wait in vain", every_event_tied},
    {"response = wait + service + delay + overhead for every task of a scenario with everything",
     parts_and_conservation},
    {"C1: servers were busy for exactly what tasks were served", ledger_of_busy_time},
    {"1e9 time units after the start the same tasks wait as long, and never below 0", late_clock},
    {NULL, NULL},
};
