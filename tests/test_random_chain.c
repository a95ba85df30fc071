/* Scenarios made at random of all that a Markov chain can be made of, each run and held against its chain, which is generated
 * from the compiled model by other code (models/markov/): combinations that nobody thought of are checked against exact values.
 *
 * |z| < 5 for each figure, exceeded by chance with probability 6e-7: with some 12 figures of 120 scenarios about one false alarm in 1000; the
 * seeds are fixed. DESQ_VALIDATE: a thousand; DESQ_RANDOM_MANY, DESQ_RANDOM_FROM: how many, from which on. */
#include "sim/stream.h"
#include "tests/trial.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL = 120, VALIDATION = 1000, STATIONS = 3, TEXT_MOST = 8192, REPLICATIONS = 24, LENGTH = 600 };

struct writer {
    struct stream stream;
    char text[TEXT_MOST];
    size_t length;
    unsigned stations;
    bool holdable[STATIONS];
    bool held; /* a server, around the step in hand */
};

static void say(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(w->text + w->length, TEXT_MOST - w->length, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < TEXT_MOST - w->length)
        w->length += (size_t)n;
}

static bool chance(struct writer *w, double p)
{
    return stream_uniform(&w->stream) < p;
}

static unsigned below(struct writer *w, unsigned n)
{
    return (unsigned)(stream_uniform(&w->stream) * n);
}

static double between(struct writer *w, double low, double high)
{
    return low + (high - low) * stream_uniform(&w->stream);
}

static void exponential(struct writer *w, double low, double high)
{
    say(w, "{'dist':'exponential','mean':%.3f}", between(w, low, high));
}

static void duration(struct writer *w, double low, double high)
{
    const unsigned law = below(w, 5);
    if (law == 0)
        say(w, "{'dist':'erlang','k':2,'mean':%.3f}", between(w, low, high));
    else if (law == 1)
        say(w, "{'mean':%.3f,'scv':3}", between(w, low, high));
    else
        exponential(w, low, high);
}

static void station(struct writer *w, unsigned i)
{
    static const char *const orders[] = {"fcfs", "fcfs", "lcfs", "random", "priority", "priority", "lcfs_pr", "ps", "dps"};
    const unsigned order = below(w, sizeof orders / sizeof *orders), servers = order == 8 ? 1 : 1 + below(w, 3);
    const bool preempts = order == 5 || order == 6;
    w->holdable[i] = order < 5;
    say(w, "%s's%u':{'servers':%u,'discipline':'%s','capacity':%u", i > 0 ? "," : "", i, servers, orders[order], servers + (1U << below(w, 3)) - 1);
    if (order == 5)
        say(w, ",'preempt':'resume'");
    if (w->holdable[i] && chance(w, 0.25)) {
        const bool orbit = chance(w, 0.4);
        say(w, orbit ? ",'on_full':{'retry':" : ",'on_full':[{'delay':");
        exponential(w, 0.2, 0.8);
        say(w, orbit ? "}" : "}]");
    }
    if (w->holdable[i] && chance(w, 0.15))
        say(w, ",'resume':'first'");
    if (w->holdable[i] && chance(w, 0.2))
        say(w, ",'await':'release'");
    if (w->holdable[i] && chance(w, 0.2)) {
        say(w, ",'setup':");
        exponential(w, 0.2, 1.0);
        say(w, chance(w, 0.3) ? ",'setup_serial':true" : "");
        say(w, ",'keep_alive':");
        if (chance(w, 0.5))
            exponential(w, 0.3, 1.5);
        else
            say(w, "0");
    }
    if (w->holdable[i] && chance(w, 0.2)) {
        say(w, ",'switch':");
        exponential(w, 0.05, 0.2);
    }
    if ((order == 0 || order == 7) && !preempts && chance(w, 0.2)) {
        static const char *const rules[] = {"random", "jsq", "round_robin"};
        if (order == 0)
            say(w, ",'queues':'per_server','dispatch':'%s'", rules[below(w, 3)]);
        w->holdable[i] = w->holdable[i] && order != 0;
    }
    say(w, "}");
}

static void steps(struct writer *w, unsigned depth);

static void one_step(struct writer *w, unsigned depth)
{
    const unsigned i = below(w, w->stations), other = (i + 1) % w->stations, what = below(w, 23);
    if (what >= 11 && what < 15 && w->holdable[i] && !w->held) {
        w->held = true; /* two held at once lead to deadlocks */
        say(w, "{'in':'s%u','do':[{'await':[{'delay':", i);
        exponential(w, 0.2, 0.8);
        say(w, "}]}");
        if (other != i && chance(w, 0.6)) {
            say(w, ",{'at':'s%u','for':", other);
            exponential(w, 0.2, 0.8);
            say(w, "}");
        }
        say(w, "]}");
        w->held = false;
    } else if (what == 15) {
        say(w, "{'delay':");
        exponential(w, 0.1, 0.6);
        say(w, "}");
    } else if (what >= 16 && what < 18 && depth < 2) {
        say(w, "{'choose':[{'p':0.4,'do':");
        steps(w, depth + 1);
        say(w, "},{'do':");
        steps(w, depth + 1);
        say(w, "}]}");
    } else if (what >= 20 && depth < 2) {
        say(w, "{'timeout':");
        exponential(w, 0.8, 3.0);
        say(w, ",'do':");
        steps(w, depth + 1);
        if (chance(w, 0.5)) {
            say(w, ",'retry':{'max':%u", 1 + below(w, 2));
            if (chance(w, 0.5)) {
                say(w, ",'backoff':");
                exponential(w, 0.2, 0.8);
            }
            say(w, "}");
        }
        if (chance(w, 0.4)) {
            say(w, ",'else':[{'delay':");
            exponential(w, 0.1, 0.6);
            say(w, "}]");
        }
        say(w, "}");
    } else if (what >= 18 && depth < 2) {
        say(w, "{'repeat':%s,'do':", chance(w, 0.5) ? "2" : "{'dist':'geometric','mean':1.5}");
        steps(w, depth + 1);
        say(w, "}");
    } else if (what == 10) {
        say(w, "{'become':{'priority':%u,'weight':%u}}", below(w, 3), 1 + below(w, 3));
    } else {
        say(w, "{'at':'s%u','for':", i);
        duration(w, 0.2, 1.0);
        say(w, "}");
    }
}

static void steps(struct writer *w, unsigned depth)
{
    say(w, "[");
    one_step(w, depth);
    if (depth == 0 && chance(w, 0.4)) {
        say(w, ",");
        one_step(w, depth);
    }
    say(w, "]");
}

static void kind(struct writer *w, unsigned k, unsigned kinds)
{
    say(w, "%s'k%u':{'arrivals':", k > 0 ? "," : "", k);
    if (chance(w, 0.45)) {
        say(w, "{'closed':%u,'think':", 1 + below(w, 4));
        exponential(w, 0.5, 2.0);
        say(w, "}");
    } else if (chance(w, 0.15)) {
        say(w, "{'mmpp':{'rates':[%.3f,%.3f],'generator':[[-0.5,0.5],[0.7,-0.7]]}}", between(w, 0.4, 1.0), between(w, 1.0, 2.0));
    } else if (chance(w, 0.15)) {
        say(w, "{'interarrival':");
        duration(w, 0.6, 2.0);
        say(w, "}");
    } else {
        say(w, "{'rate':%.3f%s}", between(w, 0.4, 1.8), chance(w, 0.2) ? ",'batch':2" : "");
    }
    if (kinds > 1)
        say(w, ",'priority':%u,'weight':%u", k, k + 1);
    if (chance(w, 0.2)) {
        say(w, ",'patience':");
        exponential(w, 0.5, 2.0);
    }
    if (chance(w, 0.2))
        say(w, ",'balk':[0,%.2f,0.5]", between(w, 0, 0.5));
    say(w, ",'steps':");
    steps(w, 0);
    say(w, "}");
}

static void write_scenario(struct writer *w, uint64_t number)
{
    w->stream = (struct stream){stream_key(number, 0, STREAM_TEST, "chain")};
    w->length = 0;
    w->stations = 1 + below(w, STATIONS);
    const unsigned kinds = 1 + below(w, 2);
    say(w, "{'stations':{");
    for (unsigned i = 0; i < w->stations; i++)
        station(w, i);
    say(w, "},'tasks':{");
    for (unsigned k = 0; k < kinds; k++)
        kind(w, k, kinds);
    say(w, "},'run':{'seed':%llu,'replications':%d,'time':%d,'warmup':60,'quantiles':[]}}", (unsigned long long)number + 1, REPLICATIONS, LENGTH);
}

static bool is_time(const struct prediction *p)
{
    return strcmp(p->measure, "response") == 0 || strcmp(p->measure, "wait") == 0;
}

/* So little of it is expected in all replications together that a few occurrences make it, of which no normal law holds. */
static bool rare(const struct prediction *p)
{
    return strcmp(p->measure, "response") != 0 && p->value * REPLICATIONS * LENGTH < 60.0; /* of waits: at one visit in a unit of time */
}

/* Where a station is always full, some wait for longer than is measured, and are not seen. */
static bool saturated(const struct point *p)
{
    for (size_t i = 0; i < p->station_count; i++)
        if (subject_figure(&p->stations[i], "utilisation")->mean > 0.9)
            return true;
    return false;
}

static unsigned long long number_of(const char *name, unsigned long long usual)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : usual;
}

static void as_their_chains_say(void)
{
    struct writer *w = calloc(1, sizeof *w);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    const uint64_t first = number_of("DESQ_RANDOM_FROM", 1), count = number_of("DESQ_RANDOM_MANY", getenv("DESQ_VALIDATE") != NULL ? VALIDATION : USUAL);
    unsigned solved = 0, figures = 0, stuck = 0;
    for (uint64_t n = first; n < first + count; n++) {
        struct trial t;
        write_scenario(w, n);
        if (trial_read(&t, "%s", w->text) && trial_run(&t, 0)) {
            const struct point *p = &t.result->points[0];
            const bool full = saturated(p);
            stuck += p->report.stopped == STOPPED_DEADLOCK;
            bool chain = false;
            for (size_t i = 0; i < p->prediction_count; i++) {
                const struct prediction *x = &p->predictions[i];
                if (strcmp(x->form, "markov_chain") != 0 || isnan(x->z) || (full && is_time(x)) || rare(x))
                    continue;
                chain = true;
                figures++;
                EXPECT(fabs(x->z) < 5.0, "scenario %llu: %s of %s %zu: exact %.6g, simulated %.6g, z %.1f: %s", (unsigned long long)n, x->measure,
                       x->of_station ? "station" : "kind", x->subject, x->value, x->simulated, x->z, w->text);
            }
            solved += chain;
        }
        trial_free(&t);
    }
    free(w);
    EXPECT(2 * solved > count, "only %u of %llu scenarios were solved", solved, (unsigned long long)count);
    EXPECT(4 * stuck < count, "%u of %llu scenarios end in a deadlock", stuck, (unsigned long long)count);
    EXPECT(figures > 5 * solved, "%u figures", figures);
}

const struct test random_chain_tests[] = {
    {"scenarios made at random do as their Markov chains say", as_their_chains_say},
    {NULL, NULL},
};
