/* test_pairs.c: every pair of events at exactly the same instant, at stations of every kind.
 *
 * The oracle is continuity. The order at one instant is a rule (models/world.h): completions, then arrivals, then expiries. So what
 * happens when X and Y, of which X comes first by that rule, fall on the same instant is what happens when X comes a moment sooner:
 * every task ends in the same way, and at the same time but for that moment. Of two events of the same rank, one of the two
 * orders has to give the same. All times that follow differ, so that there is but one coincidence. */
#include "tests/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSTANT 2.0
#define MOMENT  0x1p-20

enum rank { COMPLETION, ARRIVAL, EXPIRY };

/* An event at a time: what it adds to the scenario, with that time for every %. */
struct event_kind {
    const char *name;
    enum rank rank;
    const char *tasks;       /* "" or ends with a comma */
    const char *station;     /* of q: begins with a comma */
    const char *environment; /* of q: its states */
    const char *slot;        /* two of one slot exclude each other; NULL: none */
};

static const struct event_kind kinds[] = {
    {"release", COMPLETION, "'release':{'priority':1,'arrivals':{'at_once':1},'steps':[{'at':'q','for':%}]},", "", "", NULL},
    {"given back", COMPLETION,
     "'holder':{'priority':1,'arrivals':{'at_once':1},'steps':[{'in':'lock','do':[{'delay':%}]}]},"
     "'wants':{'priority':3,'arrivals':{'at_once':1},'steps':[{'in':'lock','do':[{'at':'q','for':0.41}]}]},",
     "", "", NULL},
    {"delay over", COMPLETION, "'delayed':{'priority':2,'arrivals':{'at_once':1},'steps':[{'delay':%},{'at':'q','for':0.23}]},", "", "", NULL},
    {"token", COMPLETION,
     "'shaped':{'priority':2,'arrivals':{'at_once':1},'steps':[{'pass':'bucket','tokens':1},{'pass':'bucket','tokens':%},{'at':'q','for':0.29}]},",
     "", "", NULL},
    {"joined", COMPLETION,
     "'joined':{'priority':2,'arrivals':{'at_once':1},'steps':[{'fork':[[{'delay':%}],[{'delay':0.7}]]},{'at':'q','for':0.31}]},", "", "", NULL},
    {"room", COMPLETION,
     "'inside':{'arrivals':{'at_once':1},'steps':[{'at':'small','for':%}]},"
     "'outside':{'priority':2,'arrivals':{'at_once':1},'steps':[{'delay':0.1},{'at':'small','for':0.43},{'at':'q','for':0.47}]},",
     "", "", NULL},
    {"arrival", ARRIVAL, "'comes':{'priority':5,'limit':1,'arrivals':{'interarrival':%},'steps':[{'at':'q','for':0.53}]},", "", "", NULL},
    {"preemption", ARRIVAL, "'urgent':{'priority':0,'limit':1,'arrivals':{'interarrival':%},'steps':[{'at':'q','for':0.37}]},", "", "", NULL},
    {"time-out", EXPIRY, "'timed':{'priority':2,'arrivals':{'at_once':1},'steps':[{'timeout':%,'do':[{'at':'q','for':7.3}]}]},", "", "", NULL},
    {"time-out, held", EXPIRY,
     "'tholds':{'priority':2,'arrivals':{'at_once':1},'steps':[{'timeout':%,'do':[{'in':'lock2','do':[{'delay':9.1}]}]}]},"
     "'twants':{'priority':3,'arrivals':{'at_once':1},'steps':[{'in':'lock2','do':[{'at':'q','for':0.61}]}]},",
     "", "", NULL},
    {"goes on", EXPIRY,
     "'zombie':{'priority':2,'arrivals':{'at_once':1},'steps':[{'timeout':%,'abandoned':'continues','do':[{'at':'q','for':3.7}],'else':[{'delay':"
     "0.9}]}]},",
     "", "", NULL},
    {"patience", EXPIRY, "'patient':{'priority':3,'patience':%,'arrivals':{'at_once':1},'steps':[{'at':'q','for':0.67}]},", "", "", "patience"},
    {"breakdown", EXPIRY, "", ",'breakdown':{'up':{'dist':'discrete','values':[%]},'down':1.13}", "", "breakdown"},
    {"repair", COMPLETION, "", ",'breakdown':{'up':1.37,'down':{'dist':'shifted','by':-1.37,'of':%}}", "", "breakdown"},
    {"another server", COMPLETION, "", ",'servers':{'schedule':[[0,1],[%,2]]}", "", "servers"},
    {"one server less", EXPIRY, "", ",'servers':{'schedule':[[0,2],[%,1]]}", "", "servers"},
    {"environment", EXPIRY, "", ",'environment':'e'", "'fast':{'lasts':%,'speed':1},'slow':{'lasts':1.7,'speed':0.25}", NULL},
    {"standstill", EXPIRY, "", ",'environment':'e'", "'on':{'lasts':%,'speed':1},'off':{'lasts':0.77,'speed':0}", "environment"},
    {"set up", COMPLETION, "", ",'setup':%", "", "breakdown"}, /* which would never be over with such breakdowns */
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const char *const stations[] = {
    "'discipline':'fcfs'",
    "'discipline':'lcfs'",
    "'discipline':'priority'",
    "'discipline':'priority','preempt':'resume'",
    "'discipline':'priority','preempt':'restart'",
    "'discipline':'lcfs_pr'",
    "'discipline':'srpt'",
    "'discipline':'sjf'",
    "'discipline':'ps'",
    "'discipline':'las'",
    "'discipline':'gps'",
    "'discipline':'rr','quantum':0.83",
    "'discipline':{'name':'polling','switch_over':0.07}",
    "'capacity':4",
    "'switch':0.11",
};
enum { STATIONS = sizeof stations / sizeof stations[0] };

/* Text with time in the places of %. */
static void put(char *out, size_t size, const char *text, double time)
{
    size_t used = strlen(out);
    for (; *text != '\0' && used + 32 < size; text++) {
        if (*text == '%')
            used += (size_t)snprintf(out + used, size - used, "%.17g", time);
        else
            out[used++] = *text;
        out[used] = '\0';
    }
}

static void scenario(char *out, size_t size, const char *station, const struct event_kind *x, double time_x, const struct event_kind *y,
                     double time_y)
{
    *out = '\0';
    if (*x->environment != '\0' || *y->environment != '\0') {
        put(out, size, "{'environments':{'e':{", 0.0);
        put(out, size, x->environment, time_x);
        put(out, size, y->environment, time_y);
        put(out, size, "}},'stations':{'q':{", 0.0);
    } else {
        put(out, size, "{'stations':{'q':{", 0.0);
    }
    put(out, size, station, 0.0);
    put(out, size, x->station, time_x);
    if (strcmp(x->station, y->station) != 0)
        put(out, size, y->station, time_y);
    put(out, size, "},'lock':{},'lock2':{},'small':{'capacity':1,'on_full':'block'},'bucket':{'tokens':{'rate':1,'bucket':1}}},'tasks':{", 0.0);
    put(out, size, x->tasks, time_x);
    put(out, size, y->tasks, time_y);
    /* Always somebody there; and somebody who waits. */
    put(out, size, "'long':{'priority':4,'arrivals':{'at_once':1},'steps':[{'at':'q','for':5.9}]},"
                   "'behind':{'priority':4,'limit':1,'arrivals':{'interarrival':0.19},'steps':[{'at':'q','for':1.01}]}}}", 0.0);
}

/* false: refused, or nothing ran. */
static bool play(const char *text, struct trial *t, struct history *h)
{
    struct error err = {0};
    char *json = malloc(strlen(text) + 1);
    *t = (struct trial){0};
    *h = (struct history){0};
    for (size_t i = 0; json != NULL; i++) {
        json[i] = text[i] == '\'' ? '"' : text[i];
        if (text[i] == '\0')
            break;
    }
    const bool ok = json != NULL && desq_read_text("pair", json, NULL, &t->desq, &err);
    free(json);
    return ok && trial_trace(t, 0, 0, h);
}

static int fate(const struct desq_task *task)
{
    return task->timed_out ? 3 : task->abandoned ? 2 : task->lost ? 1 : 0;
}

static int by_kind(const void *a, const void *b)
{
    const struct desq_task *x = a, *y = b;
    return x->kind != y->kind ? (x->kind > y->kind) - (x->kind < y->kind) : (x->left > y->left) - (x->left < y->left);
}

static bool alike(struct history *a, struct history *b)
{
    if (a->count != b->count)
        return false;
    qsort(a->tasks, a->count, sizeof *a->tasks, by_kind);
    qsort(b->tasks, b->count, sizeof *b->tasks, by_kind);
    for (size_t i = 0; i < a->count; i++) {
        const struct desq_task *x = &a->tasks[i], *y = &b->tasks[i];
        if (x->kind != y->kind || fate(x) != fate(y) || fabs(x->left - y->left) > 64.0 * MOMENT ||
            fabs(x->wait - y->wait) > 64.0 * MOMENT || fabs(x->service - y->service) > 64.0 * MOMENT)
            return false;
    }
    return true;
}

static bool same_when(const char *station, const struct event_kind *x, double time_x, const struct event_kind *y, double time_y,
                      struct history *exact)
{
    char text[4000];
    struct trial t;
    struct history h;
    scenario(text, sizeof text, station, x, time_x, y, time_y);
    const bool same = play(text, &t, &h) && alike(exact, &h);
    history_free(&h);
    trial_free(&t);
    return same;
}

/* true: the two may meet. */
static bool try_pair(const char *station, const struct event_kind *x, const struct event_kind *y)
{
    char text[4000];
    struct trial t;
    struct history exact;
    scenario(text, sizeof text, station, x, INSTANT, y, INSTANT);
    const bool runs = play(text, &t, &exact);
    if (runs) {
        const bool x_first = x->rank <= y->rank && same_when(station, x, INSTANT - MOMENT, y, INSTANT, &exact);
        const bool y_first = y->rank <= x->rank && same_when(station, x, INSTANT, y, INSTANT - MOMENT, &exact);
        EXPECT(x_first || y_first, "%s and %s at one instant, at a station with %s: %s", x->name, y->name, station, text);
        EXPECT(exact.count >= 2, "%s and %s: nothing happened", x->name, y->name);
    }
    history_free(&exact);
    trial_free(&t);
    return runs;
}

static void every_pair(void)
{
    unsigned tried = 0;
    for (int s = 0; s < STATIONS; s++)
        for (int i = 0; i < KINDS; i++)
            for (int j = i + 1; j < KINDS; j++) {
                const struct event_kind *x = &kinds[i], *y = &kinds[j];
                if ((x->slot != NULL && y->slot != NULL && strcmp(x->slot, y->slot) == 0) ||
                    (*x->environment != '\0' && *y->environment != '\0'))
                    continue;
                if (strstr(stations[s], "restart") != NULL && (strstr(x->station, "breakdown") != NULL || strstr(y->station, "breakdown") != NULL))
                    continue; /* what takes longer than an up time is never done */
                tried += try_pair(stations[s], x, y);
            }
    EXPECT(tried > 1500, "only %u pairs can meet", tried);
    if (getenv("DESQ_RANDOM_TELL") != NULL)
        printf("%u pairs\n", tried);
}

const struct test pairs_tests[] = {
    {"every pair of events at one instant, at every kind of station", every_pair},
    {NULL, NULL},
};
