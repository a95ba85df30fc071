/* test_queues.c: lines of servers' own, groups, stealing and jockeying, full stations. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <stdio.h>
#include <stdlib.h>

#define EXPONENTIAL "{'dist':'exponential','mean':1}"

/* ---- By hand ---- */

static void round_robin_takes_turns(void)
{
    PLAYS("{'stations':{'q':{'servers':2,'queues':'per_server','dispatch':'round_robin'}},'tasks':{'a':{" AT_ONCE(
              3) "'steps':[{'at':'q','for':1}]}}}",
          {0, 1, 0, 1, 0, 0, false}, {0, 1, 0, 1, 0, 0, false}, {0, 2, 1, 1, 0, 0, false});
    /* One turn for all kinds. */
    PLAYS("{'stations':{'q':{'servers':2,'queues':'per_server','dispatch':'round_robin'}},'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'at':'q','for':4}]},'b':{" AT_ONCE(1) "'steps':[{'at':'q','for':4}]},'c':{" ARRIVES(
              1) "'steps':[{'at':'q','for':1}]}}}",
          {0, 4, 0, 4, 0, 0, false}, {1, 4, 0, 4, 0, 0, false}, {2, 5, 3, 1, 0, 0, false});
}

/* a and d are dealt to the first server, b to the second, in turn. */
#define DEALT(more)                                                                                          \
    "{'stations':{'q':{'servers':2,'queues':'per_server','dispatch':'round_robin'" more "}},'tasks':{"          \
    "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':5}]},'b':{" AT_ONCE(1) "'steps':[{'at':'q','for':1}]},"       \
    "'d':{" AT_ONCE(1) "'steps':[{'at':'q','for':1}]}"

static void stealing_and_jockeying(void)
{
    PLAYS(DEALT("") "}}", {1, 1, 0, 1, 0, 0, false}, {0, 5, 0, 5, 0, 0, false}, {2, 6, 5, 1, 0, 0, false});
    PLAYS(DEALT(",'steal':true") "}}", {1, 1, 0, 1, 0, 0, false}, {2, 2, 1, 1, 0, 0, false},
          {0, 5, 0, 5, 0, 0, false});
    /* One who is dealt to a busy server while another is idle goes to that. */
    PLAYS("{'stations':{'q':{'servers':2,'queues':'per_server','dispatch':'round_robin','steal':true}},'tasks':{"
          "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':5}]},'b':{" ARRIVES(1) "'steps':[{'at':'q','for':1}]},'c':{" ARRIVES(
              3) "'steps':[{'at':'q','for':1}]}}}",
          {1, 2, 0, 1, 0, 0, false}, {2, 4, 0, 1, 0, 0, false}, {0, 5, 0, 5, 0, 0, false});
    /* When b leaves, two are at the first server and none at the second: d changes over. */
    PLAYS(DEALT(",'jockey':2") "}}", {1, 1, 0, 1, 0, 0, false}, {2, 2, 1, 1, 0, 0, false},
          {0, 5, 0, 5, 0, 0, false});
    PLAYS(DEALT(",'jockey':true") "}}", {1, 1, 0, 1, 0, 0, false}, {2, 2, 1, 1, 0, 0, false},
          {0, 5, 0, 5, 0, 0, false});
    PLAYS(DEALT(",'jockey':3") "}}", {1, 1, 0, 1, 0, 0, false}, {0, 5, 0, 5, 0, 0, false},
          {2, 6, 5, 1, 0, 0, false});
}

static void a_group_is_one_station(void)
{
    /* The second goes where nobody is; what it holds it gives back there. */
    PLAYS("{'stations':{'x':{},'y':{},'z':{},'g':{'balance':['x','y'],'dispatch':'jsq'}},'tasks':{'a':{" AT_ONCE(
              2) "'steps':[{'in':'g','do':[{'delay':2}]},{'at':'z','for':1}]},'b':{" ARRIVES(
              1) "'steps':[{'in':'g','do':[{'delay':1}]}]}}}",
          {1, 3, 1, 0, 1, 0, false}, {0, 3, 0, 1, 2, 0, false}, {0, 4, 1, 1, 2, 0, false});
}

/* Two servers, of speed 1 and 1/2, in turn: who sticks to the first one is quicker. */
#define UNLIKE "'stations':{'x':{},'y':{'servers':[{'speed':0.5}]},'g':{'balance':['x','y'],'dispatch':'round_robin'"

static void sticking_to_a_server(void)
{
    static const char *const sticks[] = {"", ",'sticky':'task'", ",'sticky':'session'"};
    static const double ends[] = {3.0, 2.0, 2.0};
    for (int i = 0; i < 3; i++) {
        char text[400];
        snprintf(text, sizeof text, "{" UNLIKE "%s}},'tasks':{'a':{" AT_ONCE(1) "'steps':[{'at':'g','for':1},{'at':'g','for':1}]}}}", sticks[i]);
        PLAYS(text, {0, ends[i], 0, ends[i], 0, 0, false});
    }
    /* The second task of one client. */
    static const char *const more[] = {",'sticky':'task'", ",'sticky':'session'"};
    static const double second[] = {2.0, 1.0};
    for (int i = 0; i < 2; i++) {
        char text[400];
        snprintf(text, sizeof text, "{" UNLIKE "%s}},'tasks':{'a':{'arrivals':{'closed':1},'limit':2,'steps':[{'at':'g','for':1}]}}}", more[i]);
        PLAYS(text, {0, 1, 0, 1, 0, 0, false}, {0, 1 + second[i], 0, second[i], 0, 0, false});
    }
    /* A branch goes where its task has been. */
    PLAYS("{" UNLIKE ",'sticky':'task'}},'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'at':'g','for':1},{'fork':[[{'at':'g','for':1}],[{'at':'g','for':1}]]}]}}}",
          {0, 3, 1, 2, 0, 0, false});
}

static void asking_takes_time(void)
{
    /* a and b ask when z is at x and nobody at y, so both come there, at 1.5 and 1.75; c, who asks then and sees two of them, goes to
     * x, and waits there for z. */
    PLAYS("{'stations':{'x':{},'y':{},'g':{'balance':['x','y'],'dispatch':'jsq','probe':0.5}},'tasks':{'z':{" AT_ONCE(
              1) "'steps':[{'at':'x','for':5}]},'a':{" ARRIVES(1) "'steps':[{'at':'g','for':1}]},'b':{" ARRIVES(
              1.25) "'steps':[{'at':'g','for':1}]},'c':{" ARRIVES(1.75) "'steps':[{'in':'g','do':[{'delay':1}]}]}}}",
          {1, 2.5, 0, 1, 0.5, 0, false}, {2, 3.5, 0.75, 1, 0.5, 0, false}, {0, 5, 0, 5, 0, 0, false}, {3, 6, 2.75, 0, 1.5, 0, false});
    /* A time-out while it asks. */
    PLAYS("{'stations':{'x':{},'y':{},'g':{'balance':['x','y'],'dispatch':'jsq','probe':0.5}},'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'timeout':0.25,'do':[{'at':'g','for':1}],'retry':{'max':1}}]}}}",
          {0, 0.5, 0, 0, 0.5, 0, TIMED_OUT});
}

static void idle_ones_are_seen_everywhere(void)
{
    /* Five tasks, each to an idle one of five stations, whatever these are like. */
    static const char *const like[] = {"", "'take':'random'", "'breakdown':{'up':50,'down':1}", "'discipline':'ps'", "'discipline':'lcfs_pr'"};
    for (size_t i = 0; i < sizeof like / sizeof like[0]; i++) {
        char text[700];
        snprintf(text, sizeof text,
                 "{'stations':{'a':{%s},'b':{%s},'c':{%s},'d':{%s},'e':{%s},'g':{'balance':['a','b','c','d','e'],'dispatch':'join_idle'}},"
                 "'tasks':{'t':{" AT_ONCE(5) "'steps':[{'at':'g','for':1}]}}}",
                 like[i], like[i], like[i], like[i], like[i]);
        PLAYS(text, {0, 1, 0, 1, 0, 0, false}, {0, 1, 0, 1, 0, 0, false}, {0, 1, 0, 1, 0, 0, false}, {0, 1, 0, 1, 0, 0, false},
              {0, 1, 0, 1, 0, 0, false});
    }
}

static void blocked_after_service(void)
{
    PLAYS("{'stations':{'r':{},'w':{'capacity':1,'on_full':'block'}},'tasks':{'a':{" AT_ONCE(
              3) "'steps':[{'at':'r','for':1},{'at':'w','for':3}]}}}",
          {0, 4, 0, 4, 0, 0, false}, {0, 7, 3, 4, 0, 0, false}, {0, 10, 6, 4, 0, 0, false});
    /* Outside, where no server is kept: first come, first served. */
    PLAYS("{'stations':{'w':{'capacity':1,'on_full':'block'}},'tasks':{'a':{" AT_ONCE(
              3) "'steps':[{'at':'w','for':3}]}}}",
          {0, 3, 0, 3, 0, 0, false}, {0, 6, 3, 3, 0, 0, false}, {0, 9, 6, 3, 0, 0, false});
    /* What is held stays held: b waits for the thread until a is in w at 5 and done at 6. */
    PLAYS("{'stations':{'t':{},'w':{'capacity':1,'on_full':'block'}},'tasks':{'c':{" AT_ONCE(
              1) "'steps':[{'at':'w','for':5}]},'a':{" ARRIVES(1) "'steps':[{'in':'t','do':[{'at':'w','for':1}]}]},"
              "'b':{" ARRIVES(2) "'steps':[{'in':'t','do':[{'delay':1}]}]}}}",
          {0, 5, 0, 5, 0, 0, false}, {1, 6, 4, 1, 0, 0, false}, {2, 7, 4, 0, 1, 0, false});
}

static void blocked_before_service(void)
{
    /* The second is not begun at r before the first has left w, nor is it with a server of its own. */
    static const char *const servers[] = {"1", "2"};
    for (int i = 0; i < 2; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "{'stations':{'r':{'servers':%s},'w':{'capacity':1,'on_full':{'block':'before'}}},'tasks':{'a':{" AT_ONCE(
                     3) "'steps':[{'at':'r','for':1},{'at':'w','for':3}]}}}",
                 servers[i]);
        PLAYS(text, {0, 4, 0, 4, 0, 0, false}, {0, 8, 4, 4, 0, 0, false}, {0, 12, 8, 4, 0, 0, false});
    }
    /* "after" is what "block" says. */
    PLAYS("{'stations':{'r':{},'w':{'capacity':1,'on_full':{'block':'after'}}},'tasks':{'a':{" AT_ONCE(
              3) "'steps':[{'at':'r','for':1},{'at':'w','for':3}]}}}",
          {0, 4, 0, 4, 0, 0, false}, {0, 7, 3, 4, 0, 0, false}, {0, 10, 6, 4, 0, 0, false});
    /* Two upstream, one place: kept for the one who began first, so that nobody's work is for nothing. A switch is paid when
     * the service begins. Who comes from outside waits there behind them. */
    PLAYS("{'stations':{'r':{},'s':{'switch':0.5},'w':{'capacity':1,'on_full':{'block':'before'}}},'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'at':'r','for':2},{'at':'w','for':1}]},'b':{" ARRIVES(
              1) "'steps':[{'at':'s','for':1},{'at':'w','for':1}]},'c':{" ARRIVES(1.5) "'steps':[{'at':'w','for':1}]}}}",
          {0, 3, 0, 3, 0, 0, false}, {1, 5.5, 2, 2, 0, 0.5, false}, {2, 6.5, 4, 1, 0, 0, false});
    /* A thread is kept through both. */
    PLAYS("{'stations':{'t':{},'r':{},'w':{'capacity':1,'on_full':{'block':'before'}}},'tasks':{'c':{" AT_ONCE(
              1) "'steps':[{'at':'w','for':5}]},'a':{" ARRIVES(
              1) "'steps':[{'in':'t','do':[{'at':'r','for':1}]},{'at':'w','for':1}]}}}",
          {0, 5, 0, 5, 0, 0, false}, {1, 7, 4, 2, 0, 0, false});
}

static void the_oldest_makes_room(void)
{
    static const char *const like[] = {"", ",'take':'random'", ",'discipline':'priority'", ",'discipline':'sjf'", ",'batch':{'max':1}",
                                       ",'switch':0", ",'setup':0"};
    for (size_t i = 0; i < sizeof like / sizeof like[0]; i++) {
        char text[500];
        snprintf(text, sizeof text,
                 "{'stations':{'q':{'capacity':2,'on_full':'drop_oldest'%s}},'tasks':{'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':5}]},'b':{" ARRIVES(
                     1) "'steps':[{'at':'q','for':1}]},'c':{" ARRIVES(2) "'steps':[{'at':'q','for':1}]}}}",
                 like[i]);
        PLAYS(text, {1, 2, 1, 0, 0, 0, true}, {0, 5, 0, 5, 0, 0, false}, {2, 6, 3, 1, 0, 0, false});
    }
    /* The one who came first, whoever is next; and with what it holds. */
    PLAYS("{'stations':{'t':{'servers':2},'q':{'capacity':3,'discipline':'lcfs','on_full':'drop_oldest'}},'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'at':'q','for':5}]},'b':{" ARRIVES(1) "'steps':[{'in':'t','do':[{'at':'q','for':1}]}]},'c':{" ARRIVES(
              2) "'steps':[{'in':'t','do':[{'at':'q','for':1}]}]},'d':{" ARRIVES(3) "'steps':[{'at':'q','for':1}]},'e':{" ARRIVES(
              2.5) "'steps':[{'in':'t','do':[{'delay':1}]}]}}}",
          {1, 3, 2, 0, 0, 0, true}, {4, 4, 0.5, 0, 1, 0, false}, {0, 5, 0, 5, 0, 0, false}, {3, 6, 2, 1, 0, 0, false}, {2, 7, 4, 1, 0, 0, false});
    /* All are in service: it is lost itself. A branch that makes room for its sister: the task is lost with it. */
    PLAYS("{'stations':{'q':{'servers':2,'capacity':2,'on_full':'drop_oldest'}},'tasks':{'a':{" AT_ONCE(3) "'steps':[{'at':'q','for':1}]}}}",
          {0, 0, 0, 0, 0, 0, true}, {0, 1, 0, 1, 0, 0, false}, {0, 1, 0, 1, 0, 0, false});
    PLAYS("{'stations':{'q':{'capacity':2,'on_full':'drop_oldest'}},'tasks':{'z':{" AT_ONCE(1) "'steps':[{'at':'q','for':3}]},'a':{" ARRIVES(
              1) "'steps':[{'fork':[[{'at':'q','for':1}],[{'at':'q','for':1}]]}]}}}",
          {1, 1, 0, 0, 0, 0, true}, {0, 3, 0, 3, 0, 0, false});
    PLAYS("{'stations':{'b':{'tokens':{'rate':1},'capacity':1,'on_full':'drop_oldest'}},'tasks':{'a':{" AT_ONCE(
              3) "'steps':[{'pass':'b'}]}}}",
          {0, 0, 0, 0, 0, 0, false}, {0, 0, 0, 0, 0, 0, true}, {0, 1, 1, 0, 0, 0, false});
}

static void other_steps_when_full(void)
{
    PLAYS("{'stations':{'q':{'capacity':1,'on_full':[{'delay':2}]}},'tasks':{'a':{" AT_ONCE(
              2) "'steps':[{'at':'q','for':1},{'delay':1}]}}}",
          {0, 2, 0, 1, 1, 0, false}, {0, 3, 0, 0, 3, 0, false});
    /* The whole block is left out. */
    PLAYS("{'stations':{'q':{'capacity':1,'on_full':[]}},'tasks':{'a':{" AT_ONCE(
              2) "'steps':[{'in':'q','do':[{'delay':4}]},{'delay':1}]}}}",
          {0, 1, 0, 0, 1, 0, false}, {0, 5, 0, 0, 5, 0, false});
}

static void retrial_and_reply(void)
{
    /* The second comes again at 1.5 and at 3: served 3-5. */
    PLAYS("{'stations':{'q':{'capacity':1,'on_full':{'retry':1.5}}},'tasks':{'a':{" AT_ONCE(
              2) "'steps':[{'at':'q','for':2}]}}}",
          {0, 2, 0, 2, 0, 0, false}, {0, 5, 0, 2, 3, 0, false});
    /* The reply is out at 1; the second phase has the server until 3. */
    struct trial t;
    if (trial_read(&t, "{'stations':{'q':{}},'tasks':{'a':{'arrivals':{'at_once':2},'steps':[{'in':'q','do':["
                       "{'delay':1},{'reply':true},{'delay':2}]}]}},'run':{'replications':1}}") &&
        trial_run(&t, 1)) {
        EXPECT(trial_figure(&t, 0, "a", "response")->mean == 2.5, "response %g",
               trial_figure(&t, 0, "a", "response")->mean);
        EXPECT(trial_figure(&t, 0, "run", "makespan")->mean == 6.0, "makespan %g",
               trial_figure(&t, 0, "run", "makespan")->mean);
    }
    trial_free(&t);
}

/* ---- Against theory ---- */

static void splits(void)
{
    /* At random: each line an M/M/1. In turn: E_2/M/1, wait s / (mu (1 - s)), s = ((2 rate) / (2 rate + mu (1 - s)))^2
     * with the rate of one line (Kleinrock 1975, section 6.4). */
    struct exact e = exact_run(400, 20000,
                               "'servers':3,'queues':'per_server','dispatch':'random','arrivals':{'rate':2.4},"
                               "'service':" EXPONENTIAL);
    exact_is(&e, "task", "wait", mmc_wait_mean(0.8, 1.0, 1));
    exact_is(&e, "station:queue", "utilisation", 0.8);
    exact_done(&e);
    double s = 0.5;
    for (int i = 0; i < 200; i++) {
        const double x = 1.6 / (1.6 + 1.0 - s);
        s = x * x;
    }
    struct exact r = exact_run(400, 30000,
                               "'servers':2,'queues':'per_server','dispatch':'round_robin','arrivals':{'rate':1.6},"
                               "'service':" EXPONENTIAL);
    exact_is(&r, "task", "wait", s / (1.0 - s));
    exact_done(&r);
    struct exact w = exact_run(400, 60000,
                               "'servers':2,'queues':'per_server','dispatch':'weighted','weights':[3,1],"
                               "'arrivals':{'rate':1},'service':" EXPONENTIAL);
    exact_is(&w, "task", "wait", 0.75 * mmc_wait_mean(0.75, 1.0, 1) + 0.25 * mmc_wait_mean(0.25, 1.0, 1));
    exact_done(&w);
}

/* Two exponential servers of rate 1 with lines of at most MOST present each: mean number present when arrivals, at
 * `rate`, see both lines. power: the shorter of two drawn with replacement (else of both); jockey: 0 none. */
static double two_lines(double rate, bool replacement)
{
    enum { MOST = 45, STATES = (MOST + 1) * (MOST + 1) };
    struct chain *c = chain_new(STATES);
    double *p = calloc(STATES, sizeof *p), mean = 0.0;
    if (c == NULL || p == NULL)
        return NAN;
    for (int i = 0; i <= MOST; i++)
        for (int j = 0; j <= MOST; j++) {
            const size_t at = (size_t)(i * (MOST + 1) + j);
            double first = i < j ? 1.0 : i > j ? 0.0 : 0.5; /* chance that line 1 gets an arrival */
            if (replacement)
                first = 0.25 + 0.5 * first; /* both draws alike: 1/4 each */
            if (i < MOST)
                chain_rate(c, at, at + MOST + 1, rate * first);
            if (j < MOST)
                chain_rate(c, at, at + 1, rate * (1.0 - first));
            if (i > 0)
                chain_rate(c, at, at - MOST - 1, 1.0);
            if (j > 0)
                chain_rate(c, at, at - 1, 1.0);
        }
    if (chain_stationary(c, p) != 0)
        mean = NAN;
    for (int i = 0; i <= MOST; i++)
        for (int j = 0; j <= MOST; j++)
            mean += (i + j) * p[i * (MOST + 1) + j];
    chain_free(c);
    free(p);
    return mean;
}

static void shorter_lines(void)
{
    struct exact e = exact_run(300, 20000,
                               "'servers':2,'queues':'per_server','dispatch':'jsq','arrivals':{'rate':1.5},"
                               "'service':" EXPONENTIAL);
    exact_is(&e, "task", "in_system", two_lines(1.5, false));
    exact_done(&e);
    struct exact d = exact_run(300, 20000,
                               "'servers':2,'queues':'per_server','dispatch':'power_of_d','replacement':true,"
                               "'arrivals':{'rate':1.5},'service':" EXPONENTIAL);
    exact_is(&d, "task", "in_system", two_lines(1.5, true));
    exact_done(&d);
    /* Of two without replacement it is jsq. */
    struct exact b = exact_run(300, 20000,
                               "'servers':2,'queues':'per_server','dispatch':'power_of_d','d':2,"
                               "'arrivals':{'rate':1.5},'service':" EXPONENTIAL);
    exact_is(&b, "task", "in_system", two_lines(1.5, false));
    exact_done(&b);
}

/* Task by task: going where least work is left is first come, first served before all servers. */
static void least_work_is_one_line(void)
{
    struct trial t;
    if (trial_read(&t, "{'stations':{'q':{'servers':3}},'tasks':{'a':{'arrivals':{'rate':2.5},'steps':[{'at':'q',"
                       "'for':{'dist':'lognormal','mean':1,'scv':3}}]}},'run':{'replications':1,'time':400,'warmup':0},"
                       "'variants':{'one line':{},'three':{'/stations/q/queues':'per_server','/stations/q/dispatch':"
                       "'least_work'}}}")) {
        struct history one, three;
        if (trial_trace(&t, 0, 0, &one) && trial_trace(&t, 1, 0, &three)) {
            history_by_key(&one);
            history_by_key(&three);
            EXPECT(one.count > 900 && one.count == three.count, "%zu and %zu tasks", one.count, three.count);
            for (size_t i = 0; i < one.count && i < three.count; i++)
                if (!EXPECT(fabs(one.tasks[i].left - three.tasks[i].left) < 1e-9, "task %zu left at %g and %g", i,
                            one.tasks[i].left, three.tasks[i].left))
                    break;
            history_free(&one);
            history_free(&three);
        }
    }
    trial_free(&t);
}

static void stealing_is_work_conserving(void)
{
    struct exact e = exact_run(300, 20000,
                               "'servers':4,'queues':'per_server','steal':true,'arrivals':{'rate':3.2},"
                               "'service':" EXPONENTIAL);
    exact_is(&e, "task", "wait", mmc_wait_mean(3.2, 1.0, 4));
    exact_done(&e);
}

/* M/M/1 -> ./M/1 with room for `room` at the second, blocking after service: mean number in system. */
static double blocking(double rate, int room, int servers)
{
    enum { MOST = 120 };
    /* States: n at the first station (blocked one included), m at the second; blocked only if m == room. */
    const int columns = room + 2;
    struct chain *c = chain_new((size_t)((MOST + 1) * columns));
    double *p = calloc((size_t)((MOST + 1) * columns), sizeof *p), mean = 0.0;
    if (c == NULL || p == NULL)
        return NAN;
#define AT(n, m) (size_t)((n) * columns + (m)) /* m == room + 1: room there, and the first station blocked */
    for (int n = 0; n <= MOST; n++)
        for (int m = 0; m <= room + 1; m++) {
            const bool blocked = m == room + 1;
            if (n < MOST && !(blocked && n == 0))
                chain_rate(c, AT(n, m), AT(n + 1, m), rate);
            if (blocked && n == 0) { /* cannot be: leads away at once */
                chain_rate(c, AT(n, m), AT(0, room), 1.0);
                continue;
            }
            if (blocked) {
                chain_rate(c, AT(n, m), AT(n - 1, room), (double)(room < servers ? room : servers));
                continue;
            }
            if (n > 0)
                chain_rate(c, AT(n, m), m < room ? AT(n - 1, m + 1) : AT(n, room + 1), 1.0);
            if (m > 0)
                chain_rate(c, AT(n, m), AT(n, m - 1), (double)(m < servers ? m : servers));
        }
    if (chain_stationary(c, p) != 0)
        mean = NAN;
    for (int n = 0; n <= MOST; n++)
        for (int m = 0; m <= room + 1; m++)
            mean += (n + (m > room ? room : m)) * p[AT(n, m)];
#undef AT
    chain_free(c);
    free(p);
    return mean;
}

/* M/M/c -> ./M/1 with room for `room` at the second, whose places are taken when service at the first begins: as many
 * are served there as there are places left. Mean number in system. */
static double blocking_before(double rate, unsigned room, unsigned servers)
{
    enum { MOST = 150 };
    const size_t columns = room + 1;
    struct chain *c = chain_new((MOST + 1) * columns);
    double *p = calloc((MOST + 1) * columns, sizeof *p), mean = 0.0;
    if (c == NULL || p == NULL)
        return NAN;
    for (unsigned n = 0; n <= MOST; n++)
        for (unsigned m = 0; m <= room; m++) {
            const size_t here = n * columns + m;
            const unsigned at_work = n < servers ? n : servers, places = room - m;
            if (n < MOST)
                chain_rate(c, here, here + columns, rate);
            if (at_work > 0 && places > 0)
                chain_rate(c, here, here - columns + 1, at_work < places ? at_work : places);
            if (m > 0)
                chain_rate(c, here, here - 1, 1.0);
        }
    if (chain_stationary(c, p) != 0)
        mean = NAN;
    for (unsigned n = 0; n <= MOST; n++)
        for (unsigned m = 0; m <= room; m++)
            mean += (n + m) * p[n * columns + m];
    chain_free(c);
    free(p);
    return mean;
}

static void tandem_with_blocking_before(void)
{
    static const struct {
        double rate;
        unsigned room, servers;
    } cases[] = {{0.35, 1, 1}, {0.5, 3, 1}, {0.6, 3, 2}, {0.6, 5, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "'stations':{'r':{'servers':%u},'w':{'capacity':%u,'on_full':{'block':'before'}}},'tasks':{'t':{"
                 "'arrivals':{'rate':%g},'steps':[{'at':'r','for':" EXPONENTIAL "},{'at':'w','for':" EXPONENTIAL "}]}}",
                 cases[i].servers, cases[i].room, cases[i].rate);
        struct exact e = exact_run(400, 30000, text);
        exact_is(&e, "t", "in_system", blocking_before(cases[i].rate, cases[i].room, cases[i].servers));
        exact_is(&e, "station:w", "utilisation", cases[i].rate);
        exact_done(&e);
    }
}

static void tandem_with_blocking(void)
{
    for (int room = 1; room <= 3; room += 2) {
        char text[400];
        snprintf(text, sizeof text,
                 "'stations':{'r':{},'w':{'capacity':%d,'on_full':'block'}},'tasks':{'t':{'arrivals':{'rate':0.45},"
                 "'steps':[{'at':'r','for':" EXPONENTIAL "},{'at':'w','for':" EXPONENTIAL "}]}}",
                 room);
        struct exact e = exact_run(400, 30000, text);
        exact_is(&e, "t", "in_system", blocking(0.45, room, 1));
        exact_done(&e);
    }
    /* The second station's servers have lines of their own, between which nobody is left waiting; or are two behind a balancer. */
    static const char *const two[] = {"'w':{'servers':2,'queues':'per_server','steal':true,'capacity':3,'on_full':'block'}",
                                      "'a':{},'b':{},'w':{'balance':['a','b'],'dispatch':'jsq','capacity':2,'on_full':'block'}"};
    for (int i = 0; i < 2; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "'stations':{'r':{},%s},'tasks':{'t':{'arrivals':{'rate':0.7},"
                 "'steps':[{'at':'r','for':" EXPONENTIAL "},{'at':'w','for':" EXPONENTIAL "}]}}",
                 two[i]);
        struct exact e = exact_run(400, 30000, text);
        exact_is(&e, "t", "in_system", blocking(0.7, 3 - i, 2));
        exact_done(&e);
    }
}

static void sessions_that_stick(void)
{
    /* Four clients, who begin in turn at two servers and stay there: two of M/M/1 with two clients each. */
    struct exact e = exact_run(100, 20000,
                               "'stations':{'q':{'servers':2,'queues':'per_server','dispatch':'round_robin','sticky':'session'}},'tasks':{'t':{"
                               "'arrivals':{'closed':4,'think':{'dist':'exponential','mean':2}},'steps':[{'at':'q','for':" EXPONENTIAL "}]}}");
    const double demand = 1.0;
    double response;
    exact_is(&e, "t", "throughput", 2.0 * mva(2, 2.0, &demand, 1, &response));
    exact_is(&e, "t", "response", response);
    exact_done(&e);
    /* One of one is asked: M/M/1 after the time that it takes. */
    e = exact_run(300, 30000,
                  "'stations':{'q':{'servers':2,'queues':'per_server','dispatch':'power_of_d','d':1,'probe':{'dist':'exponential','mean':0.5}}},"
                  "'tasks':{'t':{'arrivals':{'rate':1.2},'steps':[{'at':'q','for':" EXPONENTIAL "}]}}");
    exact_is(&e, "t", "response", 0.5 + 1.0 / 0.4);
    exact_is(&e, "t", "delay", 0.5);
    exact_is(&e, "station:q", "wait", 1.5);
    exact_done(&e);
}

static void oldest_dropped(void)
{
    /* Whoever is dropped, as many are: M/M/2/6. */
    double birth[7], death[7], p[7], mean = 0.0;
    for (int n = 0; n <= 6; n++) {
        birth[n] = 1.8;
        death[n] = n < 2 ? n : 2;
    }
    birth_death(6, birth, death, p);
    for (int n = 0; n <= 6; n++)
        mean += n * p[n];
    struct exact e = exact_run(100, 20000,
                               "'servers':2,'capacity':6,'on_full':'drop_oldest','arrivals':{'rate':1.8},'service':" EXPONENTIAL);
    exact_is(&e, "task", "lost", p[6]);
    exact_is(&e, "station:queue", "lost", p[6]);
    exact_is(&e, "task", "in_system", mean);
    exact_done(&e);
}

static void overflow(void)
{
    /* M/M/2/2 whose overflow works elsewhere: the share that finds it full is Erlang's. */
    struct exact e = exact_run(50, 20000,
                               "'stations':{'q':{'servers':2,'capacity':2,'on_full':[{'at':'other','for':2}]},"
                               "'other':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':1.5},'steps':"
                               "[{'at':'q','for':" EXPONENTIAL "}]}}");
    exact_is(&e, "station:q", "lost", erlang_b(2, 1.5));
    exact_is(&e, "t", "response", 1.0 + erlang_b(2, 1.5));
    exact_is(&e, "station:other", "utilisation", 1.5 * 2.0 * erlang_b(2, 1.5));
    exact_done(&e);
}

static void retrial_queue(void)
{
    /* M/M/1/1 with retrials at rate theta each: mean number in orbit rho / (1 - rho) (rate / theta + rho): Falin,
     * Templeton, Retrial Queues, 1997, section 1.2. */
    struct exact e = exact_run(200, 30000,
                               "'capacity':1,'on_full':{'retry':{'dist':'exponential','mean':2}},"
                               "'arrivals':{'rate':0.6},'service':" EXPONENTIAL);
    exact_is(&e, "task", "in_system", 0.6 + 0.6 / 0.4 * (0.6 * 2.0 + 0.6));
    exact_is(&e, "station:queue", "utilisation", 0.6);
    exact_done(&e);
}

const struct test queues_tests[] = {
    {"who finds a station full comes again; replies come before the end", retrial_and_reply},
    {"M/M/1/1 with retrials", retrial_queue},
    {"round robin takes turns", round_robin_takes_turns},
    {"idle servers steal, tasks change lines", stealing_and_jockeying},
    {"a group sends tasks to its stations, and they give back there", a_group_is_one_station},
    {"who finds a station full is blocked and keeps its server", blocked_after_service},
    {"idle servers are seen, whatever their stations are like", idle_ones_are_seen_everywhere},
    {"tasks and sessions stick to a server", sticking_to_a_server},
    {"asking where to go takes time", asking_takes_time},
    {"sessions that stick are queues of their own; probes come before them", sessions_that_stick},
    {"who would find the next station full is not begun", blocked_before_service},
    {"two stations in tandem with blocking before service", tandem_with_blocking_before},
    {"the oldest makes room", the_oldest_makes_room},
    {"M/M/2/6 that drops its oldest", oldest_dropped},
    {"other steps are taken where a station is full", other_steps_when_full},
    {"lines filled at random, in turn and by weight", splits},
    {"the shorter of two lines", shorter_lines},
    {"where least work is left is one line for all, task by task", least_work_is_one_line},
    {"with stealing nobody idles beside a task", stealing_is_work_conserving},
    {"two stations in tandem with blocking after service", tandem_with_blocking},
    {"overflow takes Erlang's share", overflow},
    {NULL, NULL},
};
