/* Each feature of the format is a row of a table: how it is written, and how often it occurs. Rows are independent
 * of each other, so that all pairs occur; what makes no sense together is for the reader to refuse. */
#include "tests/random_scenario.h"

#include "sim/stream.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATIONS_MOST = 4, KINDS_MOST = 3, DEPTH_MOST = 3, TEXT_MOST = 1 << 16 };

struct maker {
    struct stream stream;
    char *text;
    size_t length;
    unsigned stations, kinds;
    unsigned station, kind;         /* those in hand */
    bool holdable[STATIONS_MOST];   /* a server can be held there */
    bool tokens;                    /* there is a token bucket */
    bool shared;                    /* the kind in hand shares a draw */
};

static void say(struct maker *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct maker *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(m->text + m->length, TEXT_MOST - m->length, format, args);
    va_end(args);
    if (n > 0)
        m->length += (size_t)n < TEXT_MOST - m->length ? (size_t)n : TEXT_MOST - m->length - 1;
}

/* A whole number below n. */
static unsigned below(struct maker *m, unsigned n)
{
    return (unsigned)(stream_uniform(&m->stream) * n);
}

static bool chance(struct maker *m, double p)
{
    return stream_uniform(&m->stream) < p;
}

/* A time of about this mean; often one from a coarse grid, so that events fall on the same instant. */
static void say_time(struct maker *m, double mean)
{
    switch (below(m, 8)) {
    case 0:
        say(m, "{\"dist\":\"exponential\",\"mean\":%g}", mean);
        break;
    case 1:
        say(m, "{\"dist\":\"uniform\",\"min\":0,\"max\":%g}", 2.0 * mean);
        break;
    case 2:
        say(m, "{\"dist\":\"bimodal\",\"p\":0.75,\"a\":%g,\"b\":%g}", 0.5 * mean, 2.5 * mean);
        break;
    case 3:
        say(m, "{\"mean\":%g,\"scv\":4}", mean);
        break;
    case 4:
        say(m, "{\"dist\":\"discrete\",\"values\":[0,%g,%g],\"p\":[0.2,0.4,0.4]}", mean, 1.5 * mean);
        break;
    default:
        say(m, "%g", mean * (double)(1 + below(m, 3)) / 2.0);
    }
}

/* ---- Stations ---- */

struct feature {
    double often;
    void (*say)(struct maker *m);
};

/* Servers that go round several lines. */
static void say_polling(struct maker *m)
{
    static const char *const visits[] = {"exhaustive", "gated", "limited"};
    const unsigned visit = below(m, 3);
    say(m, ",\"discipline\":{\"name\":\"polling\",\"visit\":\"%s\"", visits[visit]);
    if (visit == 2 && chance(m, 0.5))
        say(m, ",\"limit\":2");
    if (chance(m, 0.7)) {
        say(m, ",\"switch_over\":");
        say_time(m, 0.2);
    }
    say(m, "%s%s}", chance(m, 0.4) ? ",\"lines\":\"priority\"" : "", chance(m, 0.4) ? ",\"empty\":\"stay\"" : "");
}

static void discipline(struct maker *m)
{
    if (chance(m, 0.15)) {
        say_polling(m);
        return;
    }
    if (chance(m, 0.15)) {
        say(m, ",\"discipline\":{\"name\":\"codel\",\"target\":0.25,\"interval\":1}%s",
            chance(m, 0.3) ? ",\"on_full\":[{\"delay\":0.5}]" : "");
        return;
    }
    if (chance(m, 0.1)) {
        say(m, ",\"discipline\":{\"name\":\"adaptive_lifo\",\"longest\":%u,\"oldest\":1.5}", below(m, 4));
        return;
    }
    static const char *const names[] = {"fcfs",     "lcfs",     "random", "priority", "sjf",     "edf",
                                        "ps",       "dps",      "las",    "lcfs_pr",  "srpt",    "psjf",
                                        "priority", "priority", "rr",     "edf",      "lcfs_pr", "psjf",     "gps"};
    const unsigned i = below(m, sizeof names / sizeof names[0]);
    if ((i == 4 || i == 10 || i == 11) && chance(m, 0.5)) { /* by size */
        say(m, ",\"discipline\":{\"name\":\"%s\",\"estimate\":", names[i]);
        say_time(m, 1.0);
        say(m, "}");
        m->holdable[m->station] = false;
        return;
    }
    say(m, ",\"discipline\":\"%s\"", names[i]);
    m->holdable[m->station] = i < 4;
    if (i == 12 || i == 13 || i == 15)
        say(m, ",\"preempt\":\"%s\"", chance(m, 0.5) ? "resume" : chance(m, 0.5) ? "restart" : "repeat");
    if (i == 14)
        say(m, ",\"quantum\":0.25");
}

static void capacity(struct maker *m)
{
    say(m, ",\"capacity\":%u", 2 + below(m, 6));
}

static void release(struct maker *m)
{
    if (!m->holdable[m->station] && chance(m, 0.9)) /* now and then, to be refused */
        return;
    say(m, ",\"await\":\"release\"");
    if (chance(m, 0.4))
        say(m, ",\"resume\":\"first\"");
}

static void switches(struct maker *m)
{
    say(m, ",\"switch\":");
    say_time(m, 0.1);
}

static void setup(struct maker *m)
{
    say(m, ",\"setup\":");
    say_time(m, 0.5);
    if (chance(m, 0.6)) {
        say(m, ",\"keep_alive\":");
        say_time(m, 1.0);
    }
    if (chance(m, 0.3))
        say(m, ",\"setup_serial\":true");
}

static void full(struct maker *m)
{
    say(m, ",\"capacity\":%u,\"on_full\":", 1 + below(m, 4));
    if (chance(m, 0.6))
        say(m, chance(m, 0.5) ? "\"block\"" : "{\"block\":\"before\"}");
    else if (chance(m, 0.4))
        say(m, "\"drop_oldest\"");
    else if (chance(m, 0.4))
        say(m, "{\"retry\":1}");
    else
        say(m, "[{\"delay\":1}]");
}

static void lines(struct maker *m)
{
    static const char *const rules[] = {"random", "round_robin", "hash\",\"key\":{\"dist\":\"uniform\",\"min\":0,\"max\":9},\"queues\":\"per_server",
                                        "jsq", "power_of_d", "least_work", "join_idle"};
    const unsigned rule = below(m, 7);
    if (rule == 2)
        say(m, ",\"dispatch\":\"%s\"", rules[rule]);
    else
        say(m, ",\"queues\":\"per_server\",\"dispatch\":\"%s\"", rules[rule]);
    if (rule > 2 && chance(m, 0.3))
        say(m, ",\"information\":{\"age\":%s}", chance(m, 0.5) ? "2" : "{\"dist\":\"exponential\",\"mean\":1}");
    if (rule > 2 && chance(m, 0.3)) {
        say(m, ",\"probe\":");
        say_time(m, 0.25);
    }
    if (rule != 2 && chance(m, 0.4))
        say(m, ",\"sticky\":\"%s\"", chance(m, 0.5) ? "task" : "session");
    else if (m->holdable[m->station] && chance(m, 0.4))
        say(m, chance(m, 0.5) ? ",\"steal\":true" : ",\"jockey\":2");
}

static void breakdown(struct maker *m)
{
    static const char *const tasks[] = {"resume", "restart", "lost"};
    say(m, ",\"breakdown\":{\"up\":");
    say_time(m, 6.0);
    say(m, ",\"down\":");
    say_time(m, 1.0);
    say(m, ",\"scope\":\"%s\",\"task\":\"%s\"}", chance(m, 0.5) ? "server" : "station", tasks[chance(m, 0.5) ? 0 : below(m, 3)]);
}

static void vacation(struct maker *m)
{
    if (chance(m, 0.3)) {
        say(m, ",\"vacation\":{\"until\":2}");
        return;
    }
    say(m, ",\"vacation\":{\"time\":");
    say_time(m, 1.0);
    say(m, ",\"policy\":\"%s\"}", chance(m, 0.5) ? "single" : "multiple");
}

static void autoscale(struct maker *m)
{
    say(m, ",\"autoscale\":{\"min\":1,\"max\":5,\"target\":0.6,\"every\":2,\"lag\":");
    say_time(m, 1.0);
    say(m, "}");
}

static void adapt(struct maker *m)
{
    static const char *const rules[] = {"aimd\",\"latency\":1", "vegas\"", "gradient\"", "aimd\",\"latency\":0.5,\"backoff\":0.5"};
    static const char *const wait[] = {"", ",\"wait\":0", ",\"wait\":2", ""};
    say(m, ",\"adapt\":{\"rule\":\"%s,\"max\":6%s}", rules[below(m, 4)], wait[below(m, 4)]);
}

static void batch(struct maker *m)
{
    m->holdable[m->station] = false;
    say(m, ",\"batch\":{\"max\":%u", 2 + below(m, 4));
    if (chance(m, 0.4))
        say(m, ",\"min\":2");
    if (chance(m, 0.5)) {
        say(m, ",\"wait\":");
        say_time(m, 1.0);
    }
    say(m, ",\"per_task\":0.1}");
}

static void speed(struct maker *m)
{
    m->holdable[m->station] = false;
    say(m, chance(m, 0.5) ? ",\"speed\":[1,1.5,1.2]" : ",\"speed\":{\"usl\":{\"alpha\":0.1,\"beta\":0.01}}");
}

static void cost(struct maker *m)
{
    say(m, ",\"cost\":{\"unit\":\"MB\",\"per_server\":8,\"per_task\":1}");
}

static void take(struct maker *m)
{
    say(m, ",\"take\":\"%s\"", chance(m, 0.5) ? "longest_idle" : "random");
}

static void environment(struct maker *m)
{
    say(m, ",\"environment\":\"e%u\"", below(m, 2));
}

static const struct feature station_features[] = {
    {0.4, discipline}, {0.15, capacity}, {0.3, release}, {0.2, switches}, {0.15, setup}, {0.15, full}, {0.15, lines},
    {0.15, breakdown}, {0.1, vacation}, {0.1, autoscale}, {0.12, adapt}, {0.05, take},
    {0.1, batch},     {0.1, speed},    {0.1, cost},      {0.15, environment},
};

/* A balancer before the stations that were written first. */
static void say_balancer(struct maker *m, unsigned i)
{
    static const char *const rules[] = {"random", "round_robin", "jsq", "least_work", "join_idle"};
    m->holdable[i] = m->holdable[0];
    say(m, ",\"s%u\":{\"balance\":[\"s0\"%s],\"dispatch\":\"%s\"%s%s}", i, i > 1 ? ",\"s1\"" : "", rules[below(m, 5)],
        chance(m, 0.3) ? ",\"sticky\":\"session\"" : "",
        chance(m, 0.2) ? chance(m, 0.5) ? ",\"capacity\":4,\"on_full\":\"block\"" : ",\"capacity\":4,\"on_full\":{\"block\":\"before\"}" : "");
}

static void say_station(struct maker *m, unsigned i)
{
    if (i > 0 && chance(m, 0.1)) {
        say_balancer(m, i);
        return;
    }
    m->station = i;
    m->holdable[i] = true;
    say(m, "%s\"s%u\":{", i == 0 ? "" : ",", i);
    if (chance(m, 0.1))
        say(m, "\"servers\":\"infinite\"");
    else if (chance(m, 0.1))
        say(m, "\"servers\":[{\"count\":2,\"speed\":1.5},{\"count\":1,\"speed\":0.5}]");
    else if (chance(m, 0.1))
        say(m, "\"servers\":{\"schedule\":[[0,2],[10,0],[15,3]],\"repeat\":25}");
    else
        say(m, "\"servers\":%u", 1 + below(m, 4));
    /* Half of the stations stay plain, so that features meet plain ones too. */
    for (size_t f = 0; chance(m, 0.6) && f < sizeof station_features / sizeof station_features[0]; f++)
        if (chance(m, station_features[f].often))
            station_features[f].say(m);
    say(m, "}");
}

/* ---- Steps ---- */

static void say_steps(struct maker *m, int depth);

static void say_at(struct maker *m, int depth)
{
    (void)depth;
    say(m, "{\"at\":\"s%u\",\"for\":", below(m, m->stations));
    say_time(m, 1.0);
    say(m, "}");
}

static void say_delay(struct maker *m, int depth)
{
    (void)depth;
    say(m, "{\"delay\":");
    say_time(m, 1.0);
    say(m, "}");
}

static void say_in(struct maker *m, int depth)
{
    unsigned station = below(m, m->stations);
    for (unsigned i = 0; i < m->stations && !m->holdable[station]; i++)
        station = (station + 1) % m->stations;
    say(m, "{\"in\":\"s%u\",%s\"do\":", station, chance(m, 0.2) ? "\"count\":2," : "");
    say_steps(m, depth + 1);
    say(m, "}");
}

static void say_await(struct maker *m, int depth)
{
    say(m, "{\"await\":");
    say_steps(m, depth + 1);
    say(m, "}");
}

static void say_choose(struct maker *m, int depth)
{
    say(m, "{\"choose\":[{\"p\":0.4,\"do\":");
    say_steps(m, depth + 1);
    say(m, "},{\"do\":");
    say_steps(m, depth + 1);
    say(m, "}]}");
}

static void say_repeat(struct maker *m, int depth)
{
    say(m, "{\"repeat\":%s,\"do\":", chance(m, 0.5) ? "2" : "{\"dist\":\"poisson\",\"mean\":1.5}");
    say_steps(m, depth + 1);
    say(m, "}");
}

static void say_timeout(struct maker *m, int depth)
{
    say(m, "{\"timeout\":");
    say_time(m, 2.0);
    say(m, ",\"do\":");
    say_steps(m, depth + 1);
    if (chance(m, 0.5)) {
        say(m, ",\"retry\":{\"max\":2");
        if (chance(m, 0.3))
            say(m, ",\"budget\":{\"share\":%g}", chance(m, 0.5) ? 0.25 : 0.8);
        if (chance(m, 0.5)) {
            say(m, ",\"backoff\":");
            say_time(m, 0.5);
        }
        say(m, "}");
    }
    if (chance(m, 0.3)) {
        say(m, ",\"breaker\":{\"failures\":%u,\"open\":", 1 + below(m, 2));
        say_time(m, 3.0);
        say(m, "}");
    }
    else if (chance(m, 0.3)) {
        say(m, ",\"throttle\":{\"ratio\":%g,\"memory\":%u}", 0.5 + below(m, 3), 1 + below(m, 30));
    }
    if (chance(m, 0.4)) {
        say(m, ",\"else\":");
        say_steps(m, depth + 1);
    }
    if (chance(m, 0.4))
        say(m, ",\"abandoned\":\"continues\"");
    say(m, "}");
}

static void say_fork(struct maker *m, int depth)
{
    static const char *const joins[] = {"\"all\"", "\"any\"", "2"};
    const bool copies = chance(m, 0.3);
    say(m, "{\"fork\":[");
    say_steps(m, depth + 1);
    if (!copies) {
        say(m, ",");
        say_steps(m, depth + 1);
    }
    say(m, "],\"join\":%s,\"rest\":\"%s\"", joins[below(m, 3)], chance(m, 0.5) ? "cancel" : "finish");
    if (copies)
        say(m, ",\"copies\":3");
    say(m, "}");
}

static void say_deliver(struct maker *m, int depth)
{
    unsigned station = below(m, m->stations);
    for (unsigned i = 0; i < m->stations && !m->holdable[station]; i++)
        station = (station + 1) % m->stations;
    say(m, "{\"deliver\":\"s%u\",\"deliveries\":%u,\"do\":", station, 1 + below(m, 3));
    say_steps(m, depth + 1);
    if (chance(m, 0.8)) {
        say(m, ",\"visibility\":");
        say_time(m, 1.5);
    }
    if (chance(m, 0.4))
        say(m, ",\"fails\":0.3");
    if (chance(m, 0.3)) {
        say(m, ",\"dead\":");
        say_steps(m, depth + 1);
    }
    say(m, "}");
}

/* The answer is out: in a branch or under a time-out it is refused. */
static void say_reply(struct maker *m, int depth)
{
    if (depth == 0)
        say(m, "{\"reply\":true}");
    else
        say_delay(m, depth);
}

static void say_shared(struct maker *m, int depth)
{
    (void)depth;
    m->shared = true;
    if (chance(m, 0.5))
        say(m, "{\"at\":\"s%u\",\"for\":{\"shared\":\"size\",\"times\":%g}}", below(m, m->stations), chance(m, 0.5) ? 1.0 : 0.5);
    else
        say(m, "{\"delay\":{\"shared\":\"size\"}}");
}

/* Through the token bucket, if there is one. */
static void say_pass(struct maker *m, int depth)
{
    if (!m->tokens) {
        say_at(m, depth);
        return;
    }
    say(m, "{\"pass\":\"tokens\"");
    if (chance(m, 0.5)) {
        say(m, ",\"tokens\":");
        say_time(m, 1.0);
    }
    say(m, "}");
}

/* Of a later kind, so that calls end. */
static void say_call(struct maker *m, int depth)
{
    (void)depth;
    if (m->kind + 1 < m->kinds)
        say(m, "{\"%s\":\"k%u\"}", chance(m, 0.5) ? "call" : "send", m->kind + 1);
    else
        say(m, chance(m, 0.5) ? "{\"become\":{\"priority\":%u}}" : "{\"become\":{\"weight\":%u}}", 1 + below(m, 3));
}

static const struct {
    unsigned weight;
    void (*say)(struct maker *m, int depth);
} steps[] = {
    {6, say_at}, {2, say_delay}, {3, say_in}, {2, say_await}, {1, say_choose}, {1, say_repeat}, {1, say_call}, {2, say_timeout}, {2, say_fork},
    {1, say_deliver}, {1, say_reply}, {1, say_shared}, {2, say_pass},
};

static void say_steps(struct maker *m, int depth)
{
    const unsigned leaves = 2, all = sizeof steps / sizeof steps[0];
    const unsigned count = depth == 0 ? 1 + below(m, 3) : below(m, 8) == 0 ? 0 : 1 + below(m, 2);
    say(m, "[");
    for (unsigned i = 0; i < count; i++) {
        unsigned weights = 0;
        const unsigned choice = depth < DEPTH_MOST ? all : leaves;
        for (unsigned s = 0; s < choice; s++)
            weights += steps[s].weight;
        unsigned u = below(m, weights), s = 0;
        while (u >= steps[s].weight)
            u -= steps[s++].weight;
        say(m, "%s", i == 0 ? "" : ",");
        steps[s].say(m, depth);
    }
    say(m, "]");
}

/* ---- Kinds ---- */

static void say_arrivals(struct maker *m)
{
    switch (below(m, 9)) {
    case 8:
        say(m, "\"arrivals\":{\"sessions\":{\"rate\":0.1,\"requests\":{\"dist\":\"geometric\",\"mean\":3},\"think\":");
        say_time(m, 2.0);
        say(m, "}}");
        return;
    case 0:
        say(m, "\"arrivals\":{\"closed\":%u,\"think\":", 1 + below(m, 6));
        say_time(m, 2.0);
        say(m, "}");
        return;
    case 1:
        say(m, "\"arrivals\":{\"at_once\":%u}", 1 + below(m, 20));
        return;
    case 2:
        say(m, "\"arrivals\":{\"schedule\":[[0,0.2],[20,0.8],[40,0]],\"repeat\":60");
        break;
    case 3:
        say(m, "\"arrivals\":{\"mmpp\":{\"rates\":[0.1,1],\"generator\":[[-0.1,0.1],[0.3,-0.3]]}");
        break;
    case 4:
        say(m, "\"arrivals\":{\"interarrival\":");
        say_time(m, 2.5);
        break;
    default:
        say(m, "\"arrivals\":{\"rate\":%g", 0.1 + 0.5 * stream_uniform(&m->stream));
    }
    if (chance(m, 0.2))
        say(m, ",\"batch\":{\"dist\":\"geometric\",\"mean\":2}");
    if (chance(m, 0.2))
        say(m, ",\"start\":5");
    if (chance(m, 0.2))
        say(m, ",\"stop\":300");
    say(m, "}");
}

static void priority(struct maker *m)
{
    say(m, ",\"priority\":%u", below(m, 3));
}

static void weight(struct maker *m)
{
    say(m, ",\"weight\":%u", 1 + below(m, 3));
}

static void deadline(struct maker *m)
{
    say(m, ",\"deadline\":");
    say_time(m, 4.0);
}

static void patience(struct maker *m)
{
    say(m, ",\"patience\":");
    say_time(m, 2.0);
}

static void balk(struct maker *m)
{
    say(m, ",\"balk\":[0,0,0.3,0.6]");
}

static const struct feature kind_features[] = {
    {0.4, priority}, {0.2, weight}, {0.2, deadline}, {0.15, patience}, {0.1, balk},
};

static void say_kind(struct maker *m, unsigned k)
{
    m->kind = k;
    m->shared = false;
    say(m, "%s\"k%u\":{", k == 0 ? "" : ",", k);
    say_arrivals(m);
    for (size_t f = 0; f < sizeof kind_features / sizeof kind_features[0]; f++)
        if (chance(m, kind_features[f].often))
            kind_features[f].say(m);
    say(m, ",\"steps\":");
    say_steps(m, 0);
    if (m->shared) {
        say(m, ",\"draws\":{\"size\":");
        say_time(m, 1.0);
        say(m, "}");
    }
    say(m, "}");
}

char *random_scenario(uint64_t number)
{
    struct maker m = {.stream = {stream_mix(number + UINT64_C(0x5DE5C))}, .text = malloc(TEXT_MOST)};
    if (m.text == NULL)
        return NULL;
    m.stations = 1 + below(&m, STATIONS_MOST);
    m.kinds = 1 + below(&m, KINDS_MOST);
    say(&m, "{\"environments\":{\"e0\":{\"a\":{\"lasts\":");
    say_time(&m, 6.0);
    say(&m, ",\"speed\":1},\"b\":{\"lasts\":");
    say_time(&m, 3.0);
    say(&m, ",\"speed\":%s}},\"e1\":{\"a\":{\"lasts\":4,\"speed\":1},\"b\":{\"lasts\":1,\"speed\":2,\"next\":{\"a\":0.5,\"c\":0.5}},"
            "\"c\":{\"lasts\":1,\"speed\":0}}},",
        chance(&m, 0.5) ? "0" : "0.25");
    say(&m, "\"stations\":{");
    for (unsigned i = 0; i < m.stations; i++)
        say_station(&m, i);
    m.tokens = chance(&m, 0.3);
    if (m.tokens) {
        static const char *const full[] = {"", ",\"capacity\":0", ",\"capacity\":2,\"on_full\":[{\"delay\":1}]",
                                           ",\"capacity\":1,\"on_full\":{\"retry\":1}", ",\"capacity\":2,\"on_full\":\"drop_oldest\""};
        say(&m, ",\"tokens\":{\"tokens\":{\"rate\":%g,\"bucket\":%g}%s}", 1.0 + below(&m, 3), 0.5 + 2.0 * below(&m, 3), full[below(&m, 5)]);
    }
    say(&m, "},\"tasks\":{");
    for (unsigned k = 0; k < m.kinds; k++)
        say_kind(&m, k);
    say(&m, "},\"run\":{\"initial\":{\"k0\":%u},\"replications\":1,\"count\":1000,\"warmup\":0,\"limit\":{\"events\":100000},\"seed\":%u}}",
        below(&m, 2), 1 + below(&m, 1000));
    return m.text;
}
