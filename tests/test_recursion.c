/* test_recursion.c: the recursion and the event calendar, two independent implementations of the same queues,
 * against each other: every time of every task the same to the bit, every figure to rounding. */
#include "models/recursion.h"
#include "tests/trial.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#define EXPONENTIAL(mean) "{'dist':'exponential','mean':" #mean "}"

static const char *const eligible[] = {
    "'arrivals':{'rate':0.9},'service':" EXPONENTIAL(1),
    "'arrivals':{'rate':0.5},'service':{'dist':'lognormal','mean':1,'scv':4}",
    "'arrivals':{'interarrival':{'dist':'gamma','mean':1,'scv':0.3}},'service':{'dist':'uniform','min':0,'"
    "max':1.8}",
    "'arrivals':{'interarrival':1.25},'service':" EXPONENTIAL(1),
    "'arrivals':{'rate':0.7,'start':5},'service':1",
    /* Ties everywhere. */
    "'arrivals':{'interarrival':{'dist':'discrete','values':[1,2]}},'service':{'dist':'discrete','values':[0,"
    "1,2],'p':[0.3,0.3,0.4]}",
    "'arrivals':{'rate':7.2},'servers':8,'service':" EXPONENTIAL(1),
    "'arrivals':{'rate':1.6},'servers':2,'service':{'dist':'hyperexponential','mean':1,'scv':6}",
    "'arrivals':{'interarrival':{'dist':'discrete','values':[1,2]}},'servers':3,'service':{'dist':'discrete',"
    "'values':[1,2,3,9]}",
    "'arrivals':{'rate':90},'servers':100,'service':" EXPONENTIAL(1),
    "'arrivals':{'rate':20},'servers':'infinite','service':{'dist':'lognormal','mean':3,'scv':2}",
    /* So many at the infinite servers that their departures lie in the radix heap. */
    "'stations':{'far':{'servers':'infinite'},'near':{}},'tasks':{'t':{'arrivals':{'rate':2},'steps':[{'at':'far','for':" EXPONENTIAL(
        4000) "},{'at':'near','for':0.4}]}}",
    /* More than the servers can do. */
    "'arrivals':{'rate':1.3},'service':" EXPONENTIAL(1),
    "'stations':{'a':{},'b':{},'c':{}},'tasks':{'t':{'arrivals':{'rate':0.8},'steps':[{'at':'a','for'"
    ":" EXPONENTIAL(1) "},{'at':'b','for':" EXPONENTIAL(1) "},{'at':'c','for':1}]}}",
    "'stations':{'a':{'servers':3},'b':{'servers':'infinite'},'c':{'servers':2},'d':{},'spare':{'servers':4}}"
    ","
    "'tasks':{'t':{'arrivals':{'rate':1.7},'steps':[{'at':'a','for':" EXPONENTIAL(
        1) "},{'at':'b','for':" EXPONENTIAL(2) "},{'at':'c','for':" EXPONENTIAL(1) "},{'at':'d','for':0.5}]}"
                                                                                   "}",
};
/* Ways that part. */
static const char *const trees[] = {
    "'stations':{'front':{'servers':2},'a':{},'b':{'servers':3},'c':{'servers':'infinite'},'d':{}},'tasks':{'t':{'arrivals':{'rate':1.5},'steps':[{'at':'front','for':" EXPONENTIAL(
        1) "},{'choose':[{'p':0.4,'do':[{'at':'a','for':" EXPONENTIAL(1) "}]},{'p':0.5,'do':[{'at':'b','for':{'dist':'lognormal','mean':3,'scv':2}},{'choose':[{'p':0.3,'do':[{'at':'c','for':" EXPONENTIAL(
        5) "},{'at':'d','for':0.8}]},{'p':0.7,'do':[]}]}]},{'p':0.1,'do':[]}]}]}}",
    /* A choice first, which may lead nowhere at all, and one within it. */
    "'stations':{'a':{},'b':{'servers':2},'c':{}},'tasks':{'t':{'arrivals':{'interarrival':{'dist':'gamma','mean':0.8,'scv':2}},'steps':[{'choose':[{'p':0.5,'do':[{'choose':[{'p':0.5,'do':[{'at':'a','for':" EXPONENTIAL(
        2) "}]},{'p':0.5,'do':[{'at':'b','for':{'dist':'uniform','min':1,'max':4}}]}]}]},{'p':0.2,'do':[]},{'p':0.3,'do':[{'at':'c','for':" EXPONENTIAL(
        2) "}]}]}]}}",
    /* Many branches, by name. */
    "'stations':{'s0':{},'s1':{},'s2':{},'s3':{},'s4':{},'s5':{},'s6':{},'s7':{},'s8':{},'s9':{}},'tasks':{'t':{'arrivals':{'rate':7},'steps':[{'choose':["
    "{'p':0.1,'do':[{'at':'s0','for':" EXPONENTIAL(1) "}]},{'p':0.1,'do':[{'at':'s1','for':" EXPONENTIAL(1) "}]},{'p':0.1,'do':[{'at':'s2','for':" EXPONENTIAL(
        1) "}]},{'p':0.1,'do':[{'at':'s3','for':1}]},{'p':0.1,'do':[{'at':'s4','for':" EXPONENTIAL(1) "}]},{'p':0.1,'do':[{'at':'s5','for':" EXPONENTIAL(
        1) "}]},{'p':0.1,'do':[{'at':'s6','for':" EXPONENTIAL(1) "}]},{'p':0.1,'do':[{'at':'s7','for':1.2}]},{'p':0.1,'do':[{'at':'s8','for':" EXPONENTIAL(
        1) "}]},{'p':0.1,'do':[{'at':'s9','for':" EXPONENTIAL(1) "}]}]}]}}",
};
enum { ELIGIBLE = sizeof eligible / sizeof eligible[0] };

/* The ends of a run: by time, with a warm-up, by number, and chosen by desq itself. */
static const char *const runs[] = {
    "'time':3000,'warmup':0,'replications':2",
    "'time':2000,'warmup':700,'replications':2",
    "'count':2500,'warmup':300,'replications':2",
};

static void same_task(const struct desq_task *a, const struct desq_task *b, const char *text)
{
    EXPECT(a->key == b->key && a->arrived == b->arrived && a->left == b->left && a->wait == b->wait &&
               a->service == b->service,
           "calendar: arrived %.17g left %.17g wait %.17g; recursion: arrived %.17g left %.17g wait %.17g, "
           "in %s",
           a->arrived, a->left, a->wait, b->arrived, b->left, b->wait, text);
}

static bool in_order(const struct history *h)
{
    for (size_t i = 1; i < h->count; i++)
        if (h->tasks[i].left < h->tasks[i - 1].left)
            return false;
    return true;
}

/* Both hold the same tasks, in the order in which they left; those who left at the same time on different ways in any. */
static void same_history(struct trial *calendar, struct trial *recursion, const char *text)
{
    struct history a, b;
    if (trial_trace(calendar, 0, 1, &a) && trial_trace(recursion, 0, 1, &b)) {
        EXPECT(in_order(&a) && in_order(&b), "not in the order of time, in %s", text);
        history_by_key(&a);
        history_by_key(&b);
        EXPECT(a.count == b.count && a.count > 100, "%zu tasks and %zu, in %s", a.count, b.count, text);
        for (size_t i = 0; i < a.count && i < b.count; i++)
            same_task(&a.tasks[i], &b.tasks[i], text);
        EXPECT(a.whole.end == b.whole.end && a.whole.unfinished == b.whole.unfinished,
               "ends at %.17g with %llu, and %.17g with %llu, in %s", a.whole.end,
               (unsigned long long)a.whole.unfinished, b.whole.end, (unsigned long long)b.whole.unfinished,
               text);
    }
    history_free(&a);
    history_free(&b);
}

static bool near(double a, double b)
{
    return (isnan(a) && isnan(b)) || a == b || fabs(a - b) <= 1e-10 * fmax(1.0, fabs(b));
}

static void same_figures(const struct subject *a, const struct subject *b, const char *text)
{
    for (size_t i = 0; i < a->figure_count; i++) {
        const struct figure *x = &a->figures[i], *y = &b->figures[i];
        EXPECT(near(x->mean, y->mean) && near(x->sd, y->sd) && near(x->max, y->max) &&
                   near(x->count, y->count),
               "%s.%s: %.15g (sd %.15g, %g) by the calendar, %.15g (sd %.15g, %g) by the recursion, in %s",
               a->name, x->probe->name, x->mean, x->sd, x->count, y->mean, y->sd, y->count, text);
        for (size_t q = 0; q < x->quantile_count; q++)
            EXPECT(x->quantiles[q].value == y->quantiles[q].value, "%s.%s.p%g: %.15g and %.15g, in %s",
                   a->name, x->probe->name, 100.0 * x->quantiles[q].p, x->quantiles[q].value,
                   y->quantiles[q].value, text);
    }
}

static void same_point(const struct point *a, const struct point *b, const char *text)
{
    EXPECT(!a->report.recursion && b->report.recursion, "the wrong engine ran %s", text);
    EXPECT(a->report.events == b->report.events, "%llu events and %llu, in %s",
           (unsigned long long)a->report.events, (unsigned long long)b->report.events, text);
    for (size_t k = 0; k < a->kind_count; k++)
        same_figures(&a->kinds[k], &b->kinds[k], text);
    for (size_t i = 0; i < a->station_count; i++)
        same_figures(&a->stations[i], &b->stations[i], text);
}

static void engines_agree(const char *scenario, const char *run)
{
    struct trial calendar, recursion = {0};
    if (trial_read_engine(&calendar, DESQ_ENGINE_CALENDAR, "{%s,'run':{%s}}", scenario, run) &&
        trial_read_engine(&recursion, DESQ_ENGINE_RECURSION, "{%s,'run':{%s}}", scenario, run)) {
        same_history(&calendar, &recursion, scenario);
        if (trial_run(&calendar, 1) && trial_run(&recursion, 2))
            same_point(&calendar.result->points[0], &recursion.result->points[0], scenario);
    }
    trial_free(&calendar);
    trial_free(&recursion);
}

static void both_engines_agree(void)
{
    for (size_t i = 0; i < ELIGIBLE; i++)
        for (size_t j = 0; j < sizeof runs / sizeof runs[0]; j++)
            if (strstr(eligible[i], "discrete") == NULL || strstr(runs[j], "count") == NULL)
                /* what else happens at just the time of the last completion depends on the order of ties */
                engines_agree(eligible[i], runs[j]);
}

static void they_agree_where_ways_part(void)
{
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++)
        for (size_t j = 0; j < sizeof runs / sizeof runs[0]; j++)
            if (strstr(runs[j], "count") == NULL)
                engines_agree(trees[i], runs[j]);
}

/* Kinds and ways that come together. */
static const char *const networks[] = {
    /* Two kinds before one server, and before several. */
    "'stations':{'q':{}},'tasks':{'x':{'arrivals':{'rate':0.5},'steps':[{'at':'q','for':" EXPONENTIAL(
        1) "}]},'y':{'arrivals':{'rate':0.6},'steps':[{'at':'q','for':0.5}]}}",
    "'stations':{'q':{'servers':4}},'tasks':{'x':{'arrivals':{'rate':0.5},'steps':[{'at':'q','for':" EXPONENTIAL(
        2) "}]},'y':{'arrivals':{'interarrival':2},'steps':[{'at':'q','for':" EXPONENTIAL(3) "}]},'rare':{'arrivals':{'rate':0.01},'steps':[{'at':'q','for':20}]}}",
    /* Kinds that never meet, but at infinite servers, where some come twice. */
    "'stations':{'a':{},'b':{},'far':{'servers':'infinite'}},'tasks':{'x':{'arrivals':{'rate':0.5},'steps':[{'at':'far','for':" EXPONENTIAL(
        2) "},{'at':'a','for':1},{'at':'far','for':" EXPONENTIAL(1) "}]},'y':{'arrivals':{'rate':0.7},'steps':[{'at':'b','for':1},{'at':'far','for':0.5}]}}",
    /* Ways that come together again, by infinite servers and without. */
    "'stations':{'a':{},'b':{'servers':2},'c':{'servers':3},'far':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':0.8},'steps':[{'at':'a','for':" EXPONENTIAL(
        1) "},{'choose':[{'p':0.3,'do':[{'at':'b','for':" EXPONENTIAL(3) "}]},{'p':0.2,'do':[{'at':'far','for':7}]},{'p':0.5,'do':[]}]},{'at':'c','for':{'dist':'uniform','min':1,'max':4}}]}}",
    /* More than the second station can do, so that those who have left the first are far ahead. */
    "'stations':{'a':{},'b':{}},'tasks':{'x':{'arrivals':{'rate':1.5},'steps':[{'at':'a','for':" EXPONENTIAL(
        1) "},{'at':'b','for':" EXPONENTIAL(1) "}]},'y':{'arrivals':{'rate':0.1},'steps':[{'at':'b','for':1}]}}",
    /* Delays, before, between and behind. */
    "'stations':{'a':{},'b':{'servers':2}},'tasks':{'x':{'arrivals':{'rate':0.5},'steps':[{'delay':" EXPONENTIAL(
        2) "},{'at':'a','for':" EXPONENTIAL(1) "},{'delay':3},{'at':'b','for':" EXPONENTIAL(1) "}]},'y':{'arrivals':{'rate':0.6},'steps':[{'at':'b','for':" EXPONENTIAL(
        1.5) "},{'choose':[{'p':0.5,'do':[{'delay':{'dist':'uniform','min':0,'max':9}}]},{'p':0.5,'do':[]}]}]}}",
    /* Tasks come to d on different ways at the same time: only the calendar knows who is first, and it runs then. */
    "'stations':{'a':{},'far':{'servers':'infinite'},'d':{}},'tasks':{'t':{'arrivals':{'rate':0.7},'steps':[{'at':'a','for':1},{'choose':[{'p':0.5,'do':[{'at':'far','for':3}]},{'p':0.5,'do':[]}]},{'at':'d','for':" EXPONENTIAL(
        1) "}]}}",
};

/* Branches that join. */
static const char *const forks[] = {
    /* In order: one server each; a branch of two visits; then on. */
    "'stations':{'a':{},'b':{},'c':{},'d':{'servers':2}},'tasks':{'t':{'arrivals':{'rate':0.6},'steps':[{'fork':[[{'at':'a','for':" EXPONENTIAL(
        1) "}],[{'at':'b','for':0.7},{'at':'c','for':" EXPONENTIAL(1) "}]]},{'at':'d','for':" EXPONENTIAL(2) "}]}}",
    /* Copies before one line of several servers: they join in another order than they came. */
    "'stations':{'pool':{'servers':5},'next':{}},'tasks':{'t':{'arrivals':{'rate':0.5},'steps':[{'fork':[[{'at':'pool','for':{'dist':'lognormal','mean':1.5,'scv':3}}]],'copies':6},{'at':'next','for':1}]}}",
    /* The first two of three decide; who is left goes on working. Constant times, so that branches end at the same instant. */
    "'stations':{'front':{},'a':{},'b':{},'c':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':0.6},'steps':[{'at':'front','for':" EXPONENTIAL(
        1) "},{'fork':[[{'at':'a','for':1}],[{'at':'b','for':1}],[{'at':'c','for':2}]],'join':'2'}]}}",
    /* One copy is enough. Another kind, which chooses whether to fork, comes to stations of its own. */
    "'stations':{'a':{'servers':3},'b':{'servers':2},'c':{}},'tasks':{'x':{'arrivals':{'rate':0.4},'steps':[{'fork':[[{'at':'a','for':" EXPONENTIAL(
        1) "}],[{'at':'a','for':2}],[{'at':'a','for':{'dist':'uniform','min':1,'max':3}}]],'join':'any'}]},'y':{'arrivals':{'rate':0.5},'steps':[{'choose':[{'p':0.6,'do':[{'fork':[[{'at':'b','for':" EXPONENTIAL(
        2) "}],[{'at':'b','for':" EXPONENTIAL(1) "}]]}]},{'p':0.4,'do':[{'at':'c','for':" EXPONENTIAL(1) "}]}]}]}}",
};

static void they_agree_where_tasks_fork(void)
{
    for (size_t i = 0; i < sizeof forks / sizeof forks[0]; i++)
        for (size_t j = 0; j < sizeof runs / sizeof runs[0]; j++)
            if (strstr(runs[j], "count") == NULL)
                engines_agree(forks[i], runs[j]);
}

static void they_agree_where_ways_meet(void)
{
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++)
        for (size_t j = 0; j < sizeof runs / sizeof runs[0]; j++)
            if (strstr(runs[j], "count") == NULL)
                engines_agree(networks[i], runs[j]);
}

static unsigned below(struct stream *s, unsigned n)
{
    return (unsigned)(stream_uniform(s) * n);
}

/* A fork of two or three branches, of which `needed` have to be done; all come to stations of their own, or to one. Stations of several
 * servers end branches. */
static char *write_fork(struct stream *s, unsigned kind, const char *law, char *at, const char *end)
{
    const unsigned branches = 2 + below(s, 2), needed = 1 + below(s, branches);
    const bool one = stream_uniform(s) < 0.4;
    at += snprintf(at, (size_t)(end - at), "{'fork':[");
    for (unsigned b = 0; b < branches; b++) {
        at += snprintf(at, (size_t)(end - at), "%s[{'at':'f%u-%u','for':%s}", b > 0 ? "," : "", kind, one ? 0 : b, law);
        if (!one && b == 1) /* a second visit: the first is to one server */
            at += snprintf(at, (size_t)(end - at), ",{'at':'f%u-3','for':" EXPONENTIAL(0.3) "}", kind);
        at += snprintf(at, (size_t)(end - at), "]");
    }
    return at + snprintf(at, (size_t)(end - at), "],'join':'%u'}", needed);
}

/* One to four kinds, each of which goes by way of some of six stations, in their order; sometimes one of two ways, sometimes with a fork before that.
 * lattice: with constant times, which let tasks meet at the same instant. */
static void write_network(struct stream *s, bool lattice, char *text, size_t size)
{
    static const char *const laws[] = {EXPONENTIAL(0.5), "{'dist':'uniform','min':0,'max':1}", "{'dist':'lognormal','mean':0.6,'scv':3}", "0.4"};
    char *at = text, *const end = text + size;
    at += snprintf(at, (size_t)(end - at), "'stations':{");
    for (unsigned i = 0; i < 6; i++) {
        const unsigned servers = below(s, 4);
        at += servers == 0 ? snprintf(at, (size_t)(end - at), "%s's%u':{'servers':'infinite'}", i > 0 ? "," : "", i)
                           : snprintf(at, (size_t)(end - at), "%s's%u':{'servers':%u}", i > 0 ? "," : "", i, servers);
    }
    const unsigned kinds = 1 + below(s, 4);
    for (unsigned k = 0; k < kinds; k++)
        at += snprintf(at, (size_t)(end - at), ",'f%u-0':{'servers':%u},'f%u-1':{},'f%u-2':{'servers':%u},'f%u-3':{'servers':2}", k, 1 + below(s, 3), k, k,
                       1 + below(s, 2), k);
    at += snprintf(at, (size_t)(end - at), "},'tasks':{");
    for (unsigned k = 0; k < kinds; k++) {
        at += snprintf(at, (size_t)(end - at), "%s'k%u':{'arrivals':{'rate':%g},'steps':[", k > 0 ? "," : "", k, 0.1 + 0.3 * stream_uniform(s));
        const unsigned sure = below(s, 6);
        bool forked = false;
        for (unsigned i = 0, some = 0, choices = 0; i < 6; i++) {
            const char *law = laws[below(s, lattice ? 4 : 3)];
            if (i != sure && stream_uniform(s) < 0.4)
                continue;
            const char *comma = some++ > 0 ? "," : "";
            if (stream_uniform(s) < 0.15) {
                at += snprintf(at, (size_t)(end - at), "%s{'delay':%s}", comma, law);
                continue;
            }
            if (!forked && choices == 0 && stream_uniform(s) < 0.25) {
                forked = true;
                at += snprintf(at, (size_t)(end - at), "%s", comma);
                at = write_fork(s, k, law, at, end);
                continue;
            }
            at += i != sure && stream_uniform(s) < 0.4 && choices++ < 2
                      ? snprintf(at, (size_t)(end - at), "%s{'choose':[{'p':0.6,'do':[{'at':'s%u','for':%s}]},{'p':0.4,'do':[]}]}", comma, i, law)
                      : snprintf(at, (size_t)(end - at), "%s{'at':'s%u','for':%s}", comma, i, law);
        }
        at += snprintf(at, (size_t)(end - at), "]}");
    }
    snprintf(at, (size_t)(end - at), "}");
}

static void they_agree_on_random_networks(void)
{
    struct stream s = {20261127};
    static char text[8192];
    for (unsigned n = 0; n < 100; n++) {
        write_network(&s, n % 4 == 0, text, sizeof text);
        engines_agree(text, runs[n % 2]);
    }
}

static void scenarios_agree(void)
{
    glob_t files;
    size_t tried = 0;
    if (glob("scenarios/*.json", 0, NULL, &files) != 0)
        CU_FAIL_FATAL("no scenarios found");
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const struct desq_options by[] = {{.engine = DESQ_ENGINE_CALENDAR},
                                          {.engine = DESQ_ENGINE_RECURSION}};
        struct trial t[2] = {{0}};
        struct error err;
        if (desq_read(files.gl_pathv[i], &by[1], &t[1].desq, &err) &&
            desq_read(files.gl_pathv[i], &by[0], &t[0].desq, &err)) {
            same_history(&t[0], &t[1], files.gl_pathv[i]);
            tried++;
        }
        trial_free(&t[0]);
        trial_free(&t[1]);
    }
    globfree(&files);
    EXPECT(tried >= 3, "only %zu of the scenarios are for the recursion", tried);
}

static void others_are_refused(void)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"'arrivals':{'rate':0.9},'service':1,'capacity':5", "station \"queue\" has a capacity"},
        {"'arrivals':{'rate':0.9},'service':1,'discipline':'lcfs'",
         "the discipline of station \"queue\" is not fcfs"},
        {"'arrivals':{'closed':3},'service':" EXPONENTIAL(1), "not a renewal process"},
        {"'arrivals':{'interarrival':2},'service':1", "nothing is drawn"},
        {"'stations':{'q':{}},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[{'at':'q','for':1},{'at':'q','"
         "for':1}]}}",
         "come back to a station"},
        {"'stations':{'a':{},'b':{}},'tasks':{'x':{'arrivals':{'rate':0.4},'steps':[{'at':'a','for':1},{'at':'b','for':1}]},'y':{'arrivals':{'rate':0.4},'steps':[{'at':'b','for':1},{'at':'a','for':1}]}}",
         "come back to a station"},
        {"'stations':{'q':{}},'tasks':{'x':{'arrivals':{'rate':0.4},'steps':[{'at':'q','for':1}]},'y':{'arrivals':{'rate':0.4},'steps':[{'at':'q','for':1}]}},'run':{'count':1000}",
         "of several kinds ends the run"},
        {"'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[{'fork':[[{'at':'a','for':1}],[{'at':'b','for':1}]],'join':'any','rest':'cancel'}]}}",
         "are cancelled"},
        {"'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[{'at':'a','for':0.1},{'fork':[[{'at':'a','for':1}],[{'at':'b','for':1}]]}]}}",
         "at other times too"},
        {"'stations':{'a':{'servers':2},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[{'fork':[[{'at':'a','for':1},{'at':'b','for':1}]],'copies':2}]}}",
         "goes on from a station of several servers"},
        {"'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[{'fork':[[{'at':'a','for':1}],[{'at':'b','for':1}]]}]}},'run':{'count':1000}",
         "tasks fork, and a number"},
        {"'stations':{'a':{}},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[{'in':'a','do':[{'delay':1}]}]}}", "other steps than visits"},
        {"'arrivals':{'sessions':{'rate':0.1,'requests':{'dist':'geometric','mean':4},'think':1}},'service':" EXPONENTIAL(1), "of single tasks"},
        {"'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.4},'patience':9,'steps':[{'fork':[[{'at':'a','for':1}],[{'at':'b','for':1}]]}]}}",
         "more than visit stations"},
        {"'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[{'choose':[{'p':0.5,'do':[{'at':'a','for':1}]},{'p':0.5,'do':[{'at':'b','for':1}]}]}]}},'run':{'count':1000}",
         "a number of them ends the run"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[600];
        snprintf(text, sizeof text, "{%s}", cases[i].text);
        for (char *c = text; *c != '\0'; c++)
            *c = *c == '\'' ? '"' : *c;
        const struct desq_options options = {.engine = DESQ_ENGINE_RECURSION};
        struct desq *d = NULL;
        struct error err = {0};
        const bool read = desq_read_text("test", text, &options, &d, &err);
        EXPECT(!read && strstr(err.text, cases[i].why) != NULL, "%s: %s", text,
               read ? "was accepted" : err.text);
        if (read)
            desq_free(d);
    }
}

const struct test recursion_tests[] = {
    {"the recursion and the calendar agree on every task and every figure", both_engines_agree},
    {"also where ways part and do not come together again", they_agree_where_ways_part},
    {"and where kinds and ways come together", they_agree_where_ways_meet},
    {"and where tasks fork and join", they_agree_where_tasks_fork},
    {"and on random networks", they_agree_on_random_networks},
    {"they agree on all scenarios that the recursion can run", scenarios_agree},
    {"what the recursion cannot run is refused by name", others_are_refused},
    {NULL, NULL},
};
