/* test_patterns.c: the scenarios that we hand out, one for each pattern of synchronous and asynchronous systems and for each
 * system that the article names, against a closed form or an identity: each file as it stands, but for settings that bring it to
 * where something is known exactly. */
#include "tests/closed_forms.h"
#include "tests/exact.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SETS_MOST = 10, CHECKS_MOST = 4 };

struct check {
    const char *subject, *figure;
    double value;
};

struct pattern {
    const char *file;            /* scenarios/FILE.json */
    double warmup, time;         /* of each of 64 replications; 0: two replications of a run that nothing is random in */
    const char *sets[SETS_MOST]; /* beside the variants and the sweep, which are taken out */
    struct check checks[CHECKS_MOST];
};

static double harmonic(unsigned n)
{
    double sum = 0.0;
    for (unsigned i = 1; i <= n; i++)
        sum += 1.0 / i;
    return sum;
}

/* Does the file have such a key? */
static bool has(const char *path, const char *key)
{
    char line[4096];
    bool found = false;
    FILE *f = fopen(path, "r");
    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL)
        found = strstr(line, key) != NULL;
    if (f != NULL)
        fclose(f);
    return found;
}

static void look(const struct pattern *p)
{
    char path[100], run[200];
    snprintf(path, sizeof path, "scenarios/%s.json", p->file);
    if (p->time > 0.0)
        snprintf(run, sizeof run, "/run={\"seed\":20,\"confidence\":%.6f,\"replications\":64,\"warmup\":%g,\"time\":%g}", EXACT_CONFIDENCE,
                 p->warmup, p->time);
    else
        snprintf(run, sizeof run, "/run={\"replications\":2}");
    const char *set[SETS_MOST + 3];
    size_t count = 0;
    if (has(path, "\"variants\":"))
        set[count++] = "/variants=null";
    if (has(path, "\"sweep\":"))
        set[count++] = "/sweep=null";
    for (size_t i = 0; i < SETS_MOST && p->sets[i] != NULL; i++)
        set[count++] = p->sets[i];
    set[count++] = run;
    struct trial t = {0};
    const struct result *r;
    struct error err;
    if (!desq_read(path, &(struct desq_options){.set = set, .set_count = count}, &t.desq, &err) ||
        !desq_run(t.desq, &(struct desq_run){.jobs = 0}, &r, &err)) {
        EXPECT(false, "%s: %s", path, err.text);
        trial_free(&t);
        return;
    }
    t.result = r;
    for (size_t i = 0; i < CHECKS_MOST && p->checks[i].subject != NULL; i++) {
        const struct check *c = &p->checks[i];
        const struct figure *f = trial_figure(&t, 0, c->subject, c->figure);
        const double slack = p->time > 0.0 ? f->half_width : 0.0;
        EXPECT(fabs(f->mean - c->value) <= slack + 1e-9 * fabs(c->value), "%s: %s.%s is %.10g +- %.2g, not %.10g", path, c->subject, c->figure,
               f->mean, f->half_width, c->value);
        EXPECT(slack <= 0.045 * fabs(c->value), "%s: %s.%s: an interval of %.2g around %.4g shows nothing", path, c->subject, c->figure, slack,
               c->value);
    }
    trial_free(&t);
}

/* ---- Patterns ---- */

/* Nothing is drawn at random, or nothing of it counts: exact. */
static void without_chance(void)
{
    const struct pattern patterns[] = {
        /* One event loop (claim C11): m C + I; held, m (C + I); a thread for each, as the core allows, m C + I too. */
        {"one-event-loop", 0, 0, {"/stations/thread/await=release"}, {{"run", "makespan", 100 * 0.01 + 0.99}}},
        {"one-event-loop", 0, 0, {"/stations/thread/await=hold"}, {{"run", "makespan", 100 * (0.01 + 0.99)}}},
        {"one-event-loop", 0, 0, {"/stations/thread/servers=100"}, {{"run", "makespan", 100 * 0.01 + 0.99}}},
        /* An event loop with four threads: the fifth hash takes twice as long: ceil(m / 4) T, the loop before and after. */
        {"event-loop", 0, 0, {"/tasks/read=null", "/tasks/hash/arrivals={\"at_once\":4}"}, {{"run", "makespan", 0.4 + 50 + 0.1}}},
        {"event-loop", 0, 0, {"/tasks/read=null", "/tasks/hash/arrivals={\"at_once\":5}"}, {{"run", "makespan", 0.1 + 2 * 50 + 0.1}}},
        /* Virtual threads (JEP 444): ceil(10000 / 200) s; 1 s; ceil(10000 / 8) s where they are pinned. */
        {"virtual-threads", 0, 0, {NULL}, {{"run", "makespan", 50}}},
        {"virtual-threads", 0, 0, {"/stations/threads={\"servers\":8,\"await\":\"release\"}"}, {{"run", "makespan", 1}}},
        {"virtual-threads", 0, 0, {"/stations/threads/servers=8"}, {{"run", "makespan", 1250}}},
        /* Stages: the sum of the services, and the longest for each further task. */
        {"staged-pipeline",
         0,
         0,
         {"/tasks/request/arrivals={\"at_once\":20}", "/stations/work/servers=1", "/tasks/request/steps/0/for=1", "/tasks/request/steps/1/for=4",
          "/tasks/request/steps/2/for=1"},
         {{"run", "makespan", 6 + 19 * 4}}},
        /* Batches: ceil(m / B) a + b m. */
        {"batching", 0, 0, {"/tasks/record/arrivals={\"at_once\":80}"}, {{"run", "makespan", 3 * 5 + 80 * 0.1}}},
        /* Kubernetes' own example: 50 replicas at 90 % of a target of 75 % become 60, which are at 75 % then. */
        {"autoscaling",
         0,
         0,
         {"/tasks/request/arrivals={\"at_once\":45}", "/tasks/request/steps/0/for=100", "/stations/replicas/servers=50",
          "/stations/replicas/autoscale/target=0.75", "/stations/replicas/autoscale/lag=0"},
         {{"station:replicas", "servers", (15 * 50 + 85 * 60) / 100.0}, {"station:replicas", "utilisation", 45 * 100.0 / (15 * 50 + 85 * 60)}}},
        /* Nested calls: with one thread more than jobs the first helper goes through at 2, two more at 3, the last at 4. */
        {"nested-calls", 0, 0, {"/stations/pool/servers=5"}, {{"run", "makespan", 4}}},
        {"nested-calls", 0, 0, {"/stations/pool={\"servers\":1,\"await\":\"release\"}"}, {{"run", "makespan", 8}}},
        /* Tiles: where the dispatcher is the bottleneck (m d + t), and where it is not. */
        {"image-processing",
         0,
         0,
         {"/tasks/tile/arrivals={\"at_once\":1024}", "/tasks/tile/steps/1/for=0.0078125"},
         {{"run", "makespan", 1024 * 0.001 + 0.0078125}}},
        {"image-processing", 0, 0, {"/tasks/tile/steps/1/for=1"}, {{"run", "makespan", 8 * 0.001 + 1}}},
        /* Requests of a phone: ceil(m / P) T and the set-up once. */
        {"mobile-requests", 0, 0, {NULL}, {{"run", "makespan", 300 + 5 * 120}}},
        {"mobile-requests", 0, 0, {"/stations/connections/servers=1"}, {{"run", "makespan", 300 + 30 * 120}}},
        {"mobile-requests", 0, 0, {"/stations/connections/servers=30"}, {{"run", "makespan", 300 + 120}}},
        /* The article's own. */
        {"article", 0, 0, {"/servers=1"}, {{"run", "makespan", 4}, {"task", "wait", 1.5}}},
    };
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        look(&patterns[i]);
}

static void windows(void)
{
    /* Pipelined queries: min(1 / S, w / (R + S)). */
    for (unsigned w = 1; w <= 40; w += 13) {
        char set[60];
        snprintf(set, sizeof set, "/tasks/query/arrivals/closed=%u", w);
        const double x = fmin(1.0, w / 11.0);
        const struct pattern p = {"pipelined-queries", 110, 11000, {set}, {{"query", "throughput", x}, {"station:server", "utilisation", x}}};
        look(&p);
    }
}

static void pools(void)
{
    /* A thread for each request, that costs nothing: M/G/1-PS, whatever the law of the service. */
    const struct pattern unbounded = {"thread-per-request",
                                      300,
                                      50000,
                                      {"/stations/threads/setup=null", "/stations/threads/keep_alive=null", "/stations/threads/setup_serial=null"},
                                      {{"request", "response", 1.0 / (1.0 - 0.5)}, {"request", "in_system", 0.5 / (1.0 - 0.5)}}};
    look(&unbounded);
    /* M/M/4/K: loss by birth and death. */
    static const unsigned rooms[] = {4, 8, 14};
    for (size_t i = 0; i < 3; i++) {
        double birth[16], death[16], p[16], set_lost, waiting = 0.0;
        char set[60];
        for (unsigned n = 0; n <= rooms[i]; n++) {
            birth[n] = 0.15;
            death[n] = (n < 4 ? n : 4) / 20.0;
        }
        birth_death(rooms[i], birth, death, p);
        set_lost = p[rooms[i]];
        for (unsigned n = 5; n <= rooms[i]; n++)
            waiting += (n - 4) * p[n];
        snprintf(set, sizeof set, "/stations/pool/capacity=%u", rooms[i]);
        struct pattern bounded = {"thread-pool", 2000, i < 2 ? 400000 : 1600000, {set}, {{"job", "lost", set_lost}, {"station:pool", "queue_length", waiting}}};
        if (rooms[i] == 4)
            bounded.checks[1] = (struct check){"station:pool", "utilisation", 0.15 * 20.0 * (1.0 - erlang_b(4, 3.0)) / 4.0};
        look(&bounded);
    }
    /* A worker that goes cold at once: Welch. */
    const struct pattern elastic = {"elastic-pool", 1000, 60000, {NULL}, {{"task", "response", 1.0 / (1.0 - 0.8) + 5.0}}};
    look(&elastic);
    /* A connection for everybody: closed, 5 ms elsewhere and then a share of four cores. */
    double birth[9], death[9], p[9], x = 0.0;
    for (int n = 0; n <= 8; n++) {
        birth[n] = (8 - n) / 5.0;
        death[n] = (n < 4 ? n : 4) / 4.0;
    }
    birth_death(8, birth, death, p);
    for (int n = 0; n <= 8; n++)
        x += p[n] * death[n];
    const struct pattern connections = {
        "connection-pool", 500, 20000, {"/tasks/query/arrivals={\"closed\":8,\"think\":3}"}, {{"query", "throughput", x}, {"station:cores", "utilisation", x}}};
    look(&connections);
}

static void lines(void)
{
    const double shared = mmc_wait_mean(3.6, 1.0, 4), alone = 9.0;
    const struct pattern patterns[] = {
        {"loop-per-core", 1000, 60000, {NULL}, {{"callback", "wait", alone}}},
        {"loop-per-core", 1000, 60000, {"/stations/loops/steal=true"}, {{"callback", "wait", shared}}},
        {"loop-per-core", 1000, 60000, {"/stations/loops/queues=null", "/stations/loops/dispatch=null"}, {{"callback", "wait", shared}}},
        {"work-stealing", 500, 18000, {"/stations/workers/steal=true"}, {{"job", "wait", mmc_wait_mean(14.4, 1.0, 16)}}},
        {"work-stealing", 1000, 15000, {NULL}, {{"job", "wait", alone}}},
        {"executor", 1000, 60000, {NULL}, {{"job", "wait", shared}}},
        {"executor", 1000, 60000, {"/stations/threads/queues=per_server"}, {{"job", "wait", alone}}},
        {"load-balancer", 5000, 200000, {"/tasks/request/steps/0/for={\"dist\":\"exponential\",\"mean\":10}"}, {{"request", "wait", mmc_wait_mean(0.36, 10.0, 4)}}},
        /* Stages of exponential times: Jackson. */
        {"staged-pipeline",
         3000,
         100000,
         {"/stations/work/servers=3"},
         {{"request", "response", 2.0 / (1.0 - 0.45) + 4.0 + mmc_wait_mean(0.45, 4.0, 3)}}},
        /* Clients who wait for the answer: mean value analysis of one station. */
        {"closed-clients", 20000, 600000, {"/arrivals/closed=40"}, {{"task", "throughput", 0}}},
        /* A scheduler that lets each thread finish: Pollaczek and Khinchine. */
        {"scheduler",
         10000,
         900000,
         {"/stations/core={\"servers\":1}"},
         {{"thread", "wait", mg1_wait_mean(0.08, 10.0, 500.0)}}},
        {"sessions", 1000, 60000, {NULL}, {{"request", "wait", mg1_wait_mean(6.0, 0.1, 0.1)}}},
        {"who-is-next", 2000, 60000, {"/discipline=ps"}, {{"task", "response", 1.0 / 0.3}}},
        /* Rate limits: one passes every 10 ms, M/D/1; a bucket of one token, nobody waits: Erlang. */
        {"rate-limiter",
         2000,
         200000,
         {"/stations/limiter/capacity=null", "/tasks/request/arrivals={\"rate\":\"80/s\"}"},
         {{"request", "wait", mg1_wait_mean(0.08, 10.0, 100.0)}}},
        {"token-bucket",
         2000,
         200000,
         {"/stations/limiter/tokens/bucket=1", "/tasks/request/arrivals={\"rate\":\"80/s\"}"},
         {{"request", "lost", erlang_b(1, 0.8)}, {"station:limiter", "utilisation", 0.8 * (1.0 - erlang_b(1, 0.8))}}},
        {"token-bucket",
         2000,
         200000,
         {"/stations/limiter/tokens/bucket=1", "/stations/limiter/capacity=null", "/tasks/request/arrivals={\"rate\":\"80/s\"}"},
         {{"request", "wait", mg1_wait_mean(0.08, 10.0, 100.0)}}},
    };
    const double demand = 20.0;
    double response;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct pattern p = patterns[i];
        if (strcmp(p.file, "closed-clients") == 0)
            p.checks[0].value = mva(40, 1000.0, &demand, 1, &response);
        look(&p);
    }
}

static void parts(void)
{
    char sets[2][60];
    /* Shards that wait for nobody: the k-th of n exponential times. */
    static const unsigned needed[][2] = {{2, 2}, {8, 8}, {16, 8}};
    for (size_t i = 0; i < 3; i++) {
        const unsigned n = needed[i][0], k = needed[i][1];
        snprintf(sets[0], sizeof sets[0], "/tasks/query/steps/0/copies=%u", n);
        snprintf(sets[1], sizeof sets[1], "/tasks/query/steps/0/join=%u", k);
        const struct pattern p = {"fork-join", 1000, 200000, {sets[0], sets[1]}, {{"query", "response", 10.0 * (harmonic(n) - harmonic(n - k))}}};
        look(&p);
    }
    /* Three answers: the longest, by inclusion and exclusion. */
    const double a = 1 / 20.0, b = 1 / 30.0, c = 1 / 50.0;
    /* A copy after 15 ms: 10 with 0.9; else 25 with 0.9; else 100. Tied at once: 100 only if both are. */
    const double q = exp(-1.0), lognormal = log(5.0);
    const struct pattern patterns[] = {
        {"network-calls", 1000, 300000, {NULL},
         {{"page", "response", 1 / a + 1 / b + 1 / c - 1 / (a + b) - 1 / (a + c) - 1 / (b + c) + 1 / (a + b + c)}}},
        {"hedged-requests", 1000, 100000, {NULL}, {{"request", "response", 0.9 * 10 + 0.1 * (0.9 * 25 + 0.1 * 100)}}},
        {"hedged-requests", 1000, 100000, {"/tasks/request/steps/0/fork/1/0/delay=0"}, {{"request", "response", 0.99 * 10 + 0.01 * 100}}},
        /* Attempts of 10 ms at a service without a queue fail with probability 1 / e: three more of them. */
        {"retries",
         1000,
         60000,
         {"/stations/service/servers=infinite", "/tasks/request/steps/0/timeout=10"},
         {{"request", "attempts", (1.0 - q * q * q * q) / (1.0 - q)}, {"request", "timed_out", q * q * q * q}}},
        /* Messages that nobody waits for a consumer: delivered twice if they take longer than the visibility. */
        {"message-queue",
         1000,
         60000,
         {"/stations/consumers/servers=500", "/tasks/message/steps/0/visibility=10", "/tasks/message/steps/0/deliveries=2"},
         {{"message", "redeliveries", gsl_cdf_ugaussian_Q((log(10.0 / 5.0) + lognormal / 2.0) / sqrt(lognormal))},
          {"message", "duplicates", gsl_cdf_ugaussian_Q((log(10.0 / 5.0) + lognormal / 2.0) / sqrt(lognormal))}}},
        /* The reader always has work: the writer's room of 2, and the blocked reader, are a birth and death process of four states. */
        {"backpressure", 1000, 100000, {"/tasks/record/arrivals={\"closed\":50}"}, {{"record", "throughput", 0}}},
        /* All that is sent is done; and the request does not wait for it: a page of its own takes 5 ms. */
        {"task-queue", 3000, 300000, {"/stations/web/servers=infinite"}, {{"request", "response", 5.0}, {"job", "response", 100.0 + mmc_wait_mean(0.03, 100.0, 4)}}},
        {"task-queue",
         3000,
         300000,
         {"/stations/web/servers=infinite", "/tasks/request/steps/0/do/1={\"call\":\"job\"}"},
         {{"request", "response", 105.0 + mmc_wait_mean(0.03, 100.0, 4)}}},
        /* Permits and no queue: M/M/4-PS of at most 20, a birth and death process; the response of those let in by Little's law. */
        {"adaptive-limit", 2000, 60000, {"/tasks/request/steps/0/timeout=1e9"}, {{"request", "lost", 0}, {"request", "throughput", 0}, {"request", "response", 0}}},
        /* Microservices with threads enough, and stock of one line each at random: M/M/8 twice. */
        {"microservices",
         2000,
         30000,
         {"/stations/gateway-1/servers=500", "/stations/gateway-2/servers=500", "/stations/orders-1/servers=500", "/stations/orders-2/servers=500",
          "/stations/stock/dispatch=random", "/tasks/request/arrivals={\"rate\":\"1400/s\"}"},
         {{"request", "response", 8.0 + 10.0 + mmc_wait_mean(0.7, 10.0, 8)}}},
        /* A service that is never slow, and whose callers give up after what nobody waits: M/M/10, the breaker never open. */
        {"circuit-breaker",
         5000,
         500000,
         {"/stations/service/environment=null", "/tasks/call/steps/0/timeout=1e9", "/tasks/call/steps/0/breaker={\"failures\":1,\"open\":1000}"},
         {{"call", "wait", mmc_wait_mean(0.15, 50.0, 10)}}},
    };
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct pattern p = patterns[i];
        if (strcmp(p.file, "backpressure") == 0) {
            const double up = 1 / 8.0, down = 1 / 10.0, birth[4] = {up, up, up, 0.0}, death[4] = {0.0, down, down, down};
            double law[4];
            birth_death(3, birth, death, law);
            p.checks[0].value = down * (1.0 - law[0]);
        } else if (strcmp(p.file, "adaptive-limit") == 0) {
            double birth[21], death[21], law[21], mean = 0.0;
            for (int n = 0; n <= 20; n++) {
                birth[n] = 0.8;
                death[n] = (n < 4 ? n : 4) / 10.0;
            }
            birth_death(20, birth, death, law);
            for (int n = 0; n <= 20; n++)
                mean += n * law[n];
            p.checks[0].value = law[20];
            p.checks[1].value = 0.8 * (1.0 - law[20]);
            p.checks[2].value = mean / (0.8 * (1.0 - law[20]));
        }
        look(&p);
    }
}

const struct test patterns_tests[] = {
    {"where nothing is left to chance: makespans", without_chance},
    {"windows: throughput by Little's law", windows},
    {"pools: thread per request, bounded, elastic, connections", pools},
    {"lines: loops, executors, balancers, limiters, stages", lines},
    {"parts: forks, hedges, retries, messages, backpressure, services", parts},
    {NULL, NULL},
};
