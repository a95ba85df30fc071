/* test_individual.c: servers one by one, batches, speed by number, several servers at once, tasks at time 0. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <stdio.h>
#include <stdlib.h>

#define EXPONENTIAL "{'dist':'exponential','mean':1}"
#define ONE(station, task) "{'stations':{'q':{" station "}},'tasks':{" task "}}"

/* ---- By hand ---- */

static void unequal_servers(void)
{
    /* The fast one (speed 2) takes the first and the third. */
    PLAYS(ONE("'servers':[{'speed':1},{'speed':2}]", "'a':{" AT_ONCE(3) "'steps':[{'at':'q','for':2}]}"),
          {0, 1, 0, 1, 0, 0, false}, {0, 2, 0, 2, 0, 0, false}, {0, 2, 1, 1, 0, 0, false});
    /* The one idle longest: the first task has had the fast one, the second (at 3) gets the slow one. */
    PLAYS(ONE("'servers':[{'speed':1},{'speed':2}],'take':'longest_idle'",
              "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':2}]},'b':{" ARRIVES(3) "'steps':[{'at':'q','for':2}]}"),
          {0, 1, 0, 1, 0, 0, false}, {1, 5, 0, 2, 0, 0, false});
}

static void broken_servers(void)
{
    /* Up 0-2, down 2-5. */
    PLAYS(ONE("'breakdown':{'up':2,'down':3}", "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':3}]}"),
          {0, 6, 3, 3, 0, 0, false});
    PLAYS(ONE("'breakdown':{'up':2,'down':3,'task':'restart'}", "'a':{" ARRIVES(1) "'steps':[{'at':'q','for':1.5}]}"),
          {0, 6.5, 3, 2.5, 0, 0, false});
    PLAYS(ONE("'breakdown':{'up':2,'down':3,'task':'lost'}", "'a':{" ARRIVES(1) "'steps':[{'at':'q','for':1.5}]}"),
          {0, 2, 0, 1, 0, 0, true});
    /* Who is interrupted goes on first: a 0-2, 5-6; b 6-6.5. */
    PLAYS(ONE("'breakdown':{'up':2,'down':3}", "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':3}]},'b':{" ARRIVES(
                                                  1) "'steps':[{'at':'q','for':0.5}]}"),
          {0, 6, 3, 3, 0, 0, false}, {1, 6.5, 5, 0.5, 0, 0, false});
    /* A server that is held breaks when it comes back (at 3): b has it from 5 on. */
    PLAYS(ONE("'breakdown':{'up':2,'down':3}", "'a':{" AT_ONCE(1) "'steps':[{'in':'q','do':[{'delay':3}]}]},'b':{" ARRIVES(
                                                  1) "'steps':[{'at':'q','for':0.5}]}"),
          {0, 3, 0, 0, 3, 0, false}, {1, 5.5, 4, 0.5, 0, 0, false});
}

static void hours(void)
{
    PLAYS(ONE("'servers':{'schedule':[[0,0],[4,1]]}", "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':1}]}"),
          {0, 5, 4, 1, 0, 0, false});
    /* Two until 1, then none (who is in service is finished), then one from 10 on. */
    PLAYS(ONE("'servers':{'schedule':[[0,2],[1,0],[10,1]]}", "'a':{" AT_ONCE(4) "'steps':[{'at':'q','for':2}]}"),
          {0, 2, 0, 2, 0, 0, false}, {0, 2, 0, 2, 0, 0, false}, {0, 12, 10, 2, 0, 0, false},
          {0, 14, 12, 2, 0, 0, false});
    PLAYS(ONE("'servers':{'schedule':[[0,1],[2,0]],'repeat':5}", "'a':{" AT_ONCE(3) "'steps':[{'at':'q','for':1.5}]}"),
          {0, 1.5, 0, 1.5, 0, 0, false}, {0, 3, 1.5, 1.5, 0, 0, false}, {0, 6.5, 5, 1.5, 0, 0, false});
}

static void vacations(void)
{
    /* Away 0-3, 3-6 were nobody there. */
    PLAYS(ONE("'vacation':3", "'a':{" ARRIVES(4) "'steps':[{'at':'q','for':1}]}"), {0, 7, 2, 1, 0, 0, false});
    /* Single: there at 0; after a's service (1-2) away until 5; c at 6 finds it. */
    PLAYS(ONE("'vacation':{'time':3,'policy':'single'}",
              "'a':{" ARRIVES(1) "'steps':[{'at':'q','for':1}]},'b':{" ARRIVES(
                  3) "'steps':[{'at':'q','for':0.5}]},'c':{" ARRIVES(9) "'steps':[{'at':'q','for':1}]}"),
          {0, 2, 0, 1, 0, 0, false}, {1, 5.5, 2, 0.5, 0, 0, false}, {2, 10, 0, 1, 0, 0, false});
    PLAYS(ONE("'vacation':{'until':2}", "'a':{" ARRIVES(1) "'steps':[{'at':'q','for':1}]},'b':{" ARRIVES(
                                           3) "'steps':[{'at':'q','for':1}]}"),
          {0, 4, 2, 1, 0, 0, false}, {1, 5, 1, 1, 0, 0, false});
}

static void batches(void)
{
    PLAYS(ONE("'batch':{'max':2}", "'a':{" AT_ONCE(3) "'steps':[{'at':'q','for':2}]}"), {0, 2, 0, 2, 0, 0, false},
          {0, 2, 0, 2, 0, 0, false}, {0, 4, 2, 2, 0, 0, false});
    PLAYS(ONE("'batch':{'max':2,'wait':3}", "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':2}]},'b':{" ARRIVES(
                                               1) "'steps':[{'at':'q','for':9}]},'c':{" ARRIVES(
                                               2) "'steps':[{'at':'q','for':1}]}"),
          {0, 3, 1, 2, 0, 0, false}, {1, 3, 0, 2, 0, 0, false}, {2, 6, 3, 1, 0, 0, false});
    PLAYS(ONE("'batch':{'max':4,'min':2,'per_task':0.5}",
              "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':2}]},'b':{" ARRIVES(1) "'steps':[{'at':'q','for':9}]}"),
          {0, 4, 1, 3, 0, 0, false}, {1, 4, 0, 3, 0, 0, false});
}

/* The order of the line says who is served together; who has waited longest, when. */
static void batches_in_order(void)
{
    /* a 0-2 alone; of those who came meanwhile c (urgent) first, b with it, then d. */
    PLAYS(ONE("'discipline':'priority','batch':{'max':2}",
              "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':2}]},'b':{'priority':1," ARRIVES(
                  0.5) "'steps':[{'at':'q','for':5}]},'d':{'priority':2," ARRIVES(1) "'steps':[{'at':'q','for':1}]},'c':{" ARRIVES(
                  1.5) "'steps':[{'at':'q','for':3}]}"),
          {0, 2, 0, 2, 0, 0, false}, {3, 5, 0.5, 3, 0, 0, false}, {1, 5, 1.5, 3, 0, 0, false}, {2, 6, 4, 1, 0, 0, false});
    /* b has waited for 2 at 3, though c is more urgent; c's service. */
    PLAYS(ONE("'discipline':'priority','batch':{'max':3,'wait':2}",
              "'b':{'priority':1," ARRIVES(1) "'steps':[{'at':'q','for':5}]},'c':{" ARRIVES(2.5) "'steps':[{'at':'q','for':1}]}"),
          {1, 4, 0.5, 1, 0, 0, false}, {0, 4, 2, 1, 0, 0, false});
    /* The shortest first; its service is that of all. */
    PLAYS(ONE("'discipline':'sjf','batch':{'max':2}",
              "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':9}]},'b':{" ARRIVES(2) "'steps':[{'at':'q','for':3}]},'c':{" ARRIVES(
                  3) "'steps':[{'at':'q','for':2}]},'d':{" ARRIVES(4) "'steps':[{'at':'q','for':1}]}"),
          {0, 9, 0, 9, 0, 0, false}, {3, 10, 5, 1, 0, 0, false}, {2, 10, 6, 1, 0, 0, false}, {1, 13, 8, 3, 0, 0, false});
}

static void speeds_and_counts(void)
{
    /* Two in service go at half speed each. */
    PLAYS(ONE("'servers':2,'speed':[1,1]", "'a':{" AT_ONCE(2) "'steps':[{'at':'q','for':1}]},'b':{" ARRIVES(
                                              1) "'steps':[{'at':'q','for':1}]}"),
          {0, 2, 0, 2, 0, 0, false}, {0, 2, 0, 2, 0, 0, false}, {1, 3, 1, 1, 0, 0, false});
    /* a 0-3; b needs both and waits; c does not overtake it. */
    PLAYS(ONE("'servers':2", "'a':{" AT_ONCE(1) "'steps':[{'in':'q','do':[{'delay':3}]}]},'b':{" ARRIVES(
                                1) "'steps':[{'in':'q','count':2,'do':[{'delay':1}]}]},'c':{" ARRIVES(
                                2) "'steps':[{'in':'q','do':[{'delay':1}]}]}"),
          {0, 3, 0, 0, 3, 0, false}, {1, 4, 2, 0, 1, 0, false}, {2, 5, 2, 0, 1, 0, false});
    /* But who ranks before it is the first when it comes: c goes at once; also where servers are told apart. */
    static const char *const ranks[] = {"'discipline':'priority'", "'discipline':'lcfs'", "'discipline':'edf'", "'discipline':'priority','take':'longest_idle'"};
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        struct trial t;
        if (trial_read(&t, ONE("'servers':2,%s", "'a':{" AT_ONCE(1) "'steps':[{'in':'q','do':[{'delay':3}]}]},'b':{'priority':1,'deadline':9," ARRIVES(
                                   1) "'steps':[{'in':'q','count':2,'do':[{'delay':1}]}]},'c':{'deadline':2," ARRIVES(
                                   2) "'steps':[{'in':'q','do':[{'delay':0.5}]}]},'d':{'priority':1,'deadline':10," ARRIVES(
                                   1) "'steps':[{'delay':0.5},{'in':'q','count':2,'do':[{'delay':1}]}]}"), ranks[i])) {
            if (i == 1) /* last come: d before b */
                ENDS(0, &t, {2, 2.5, 0, 0, 0.5, 0, false}, {0, 3, 0, 0, 3, 0, false}, {3, 4, 1.5, 0, 1.5, 0, false}, {1, 5, 3, 0, 1, 0, false});
            else
                ENDS(0, &t, {2, 2.5, 0, 0, 0.5, 0, false}, {0, 3, 0, 0, 3, 0, false}, {1, 4, 2, 0, 1, 0, false}, {3, 5, 2.5, 0, 1.5, 0, false});
        }
        trial_free(&t);
    }
    /* b resumes first, before a, which has not started: z 0-4; b 0-1, away until 2, when a (from 1.5 on) waits for both; 2-3. a has both at 4. */
    PLAYS(ONE("'servers':2,'await':'release','resume':'first'",
              "'z':{" AT_ONCE(1) "'steps':[{'in':'q','do':[{'delay':4}]}]},'b':{" AT_ONCE(
                  1) "'steps':[{'in':'q','do':[{'delay':1},{'await':[{'delay':1}]},{'delay':1}]}]},'a':{" ARRIVES(
                  1.5) "'steps':[{'in':'q','count':2,'do':[{'delay':1}]}]}"),
          {1, 3, 0, 0, 3, 0, false}, {0, 4, 0, 0, 4, 0, false}, {2, 5, 2.5, 0, 1, 0, false});
    /* Both are given back during an await, and both are taken again. */
    PLAYS(ONE("'servers':2,'await':'release'",
              "'b':{" AT_ONCE(1) "'steps':[{'in':'q','count':2,'do':[{'await':[{'delay':2}]},{'delay':1}]}]},'c':{" ARRIVES(
                  1) "'steps':[{'in':'q','do':[{'delay':3}]}]}"),
          {1, 4, 0, 0, 3, 0, false}, {0, 5, 2, 0, 3, 0, false});
}

static void several_at_once_behind_a_balancer(void)
{
    /* a has both servers of x (0 to 3), b one of y; c, sent to y in its turn after d to x, waits for y's second. */
    PLAYS("{'stations':{'x':{'servers':2},'y':{'servers':2},'g':{'balance':['x','y'],'dispatch':'round_robin'}},'tasks':{"
          "'a':{" AT_ONCE(1) "'steps':[{'in':'g','count':2,'do':[{'delay':3}]}]},'b':{" AT_ONCE(
              1) "'steps':[{'in':'g','do':[{'delay':2}]}]},'d':{" ARRIVES(0.5) "'steps':[{'in':'g','do':[{'delay':1}]}]},'c':{" ARRIVES(
              1) "'steps':[{'in':'g','count':2,'do':[{'delay':1}]}]}}}",
          {1, 2, 0, 0, 2, 0, false}, {0, 3, 0, 0, 3, 0, false}, {3, 3, 1, 0, 1, 0, false}, {2, 4, 2.5, 0, 1, 0, false});
}

static void there_at_time_0(void)
{
    struct trial t;
    if (trial_read(&t, "{'stations':{'q':{}},'tasks':{'a':{'arrivals':{'interarrival':10,'count':1},'steps':"
                       "[{'at':'q','for':1}]}},'run':{'initial':{'a':2},'replications':1}}"))
        ENDS(0, &t, {0, 1, 0, 1, 0, 0, false}, {0, 2, 1, 1, 0, 0, false}, {0, 11, 0, 1, 0, 0, false});
    trial_free(&t);
}

/* ---- Against theory ---- */

/* Servers that are shared, and come and go. */
static void shared_by_the_hour(void)
{
    static const char *const shared[] = {"ps", "dps", "gps", "las"};
    for (size_t i = 0; i < 4; i++) {
        struct trial t;
        /* Up 0-2, down 2-5. */
        if (trial_read(&t, ONE("'discipline':'%s','breakdown':{'up':2,'down':3}", "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':3}]}"),
                       shared[i]))
            ENDS(0, &t, {0, 6, 3, 3, 0, 0, false});
        trial_free(&t);
        /* Two servers until 1, one until 3, none until 4, then two: two tasks of 2 each do 1, 1, 0 of it, ... */
        if (trial_read(&t, ONE("'discipline':'%s','servers':{'schedule':[[0,2],[1,1],[3,0],[4,2]]}",
                               "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':2.5}]},'b':{" AT_ONCE(1) "'steps':[{'at':'q','for':2.5}]}"),
                       shared[i])) {
            if (i == 2) /* each kind has half of the server */
                ENDS(0, &t, {0, 4.5, 2, 2.5, 0, 0, false}, {1, 4.5, 2, 2.5, 0, 0, false});
            else
                ENDS(0, &t, {0, 4.5, 2, 2.5, 0, 0, false}, {1, 4.5, 2, 2.5, 0, 0, false});
        }
        trial_free(&t);
        /* One server, wholly busy: three after the look at 2, which are there at 2.5. */
        if (trial_read(&t, ONE("'discipline':'%s','autoscale':{'min':1,'max':3,'target':0.4,'every':2,'lag':0.5}",
                               "'a':{" AT_ONCE(3) "'steps':[{'at':'q','for':1.5}]}"),
                       shared[i])) {
            if (i == 2) /* one kind: one after another */
                ENDS(0, &t, {0, 1.5, 0, 1.5, 0, 0, false}, {0, 3, 1.5, 1.5, 0, 0, false}, {0, 4, 2.5, 1.5, 0, 0, false});
            else
                ENDS(0, &t, {0, 2.5 + 2.0 / 3.0, 5.0 / 3.0, 1.5, 0, 0, false}, {0, 2.5 + 2.0 / 3.0, 5.0 / 3.0, 1.5, 0, 0, false},
                     {0, 2.5 + 2.0 / 3.0, 5.0 / 3.0, 1.5, 0, 0, false});
        }
        trial_free(&t);
    }
}

/* Where tasks are preempted the most urgent are in service at the servers that are there. */
static void preempted_by_the_hour(void)
{
    /* One server from 1 to 3: b (2 in all, 1 done) gives way, a (urgent) goes on to 3; two again: b to 4. */
    PLAYS(ONE("'discipline':'priority','preempt':'resume','servers':{'schedule':[[0,2],[1,1],[3,2]]}",
              "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':3.5}]},'b':{'priority':1," AT_ONCE(1) "'steps':[{'at':'q','for':2}]}"),
          {0, 3.5, 0, 3.5, 0, 0, false}, {1, 4, 2, 2, 0, 0, false});
    /* What is begun again is as `preempt` says. */
    PLAYS(ONE("'discipline':'priority','preempt':'restart','servers':{'schedule':[[0,2],[1,1],[3,2]]}",
              "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':3.5}]},'b':{'priority':1," AT_ONCE(1) "'steps':[{'at':'q','for':2}]}"),
          {0, 3.5, 0, 3.5, 0, 0, false}, {1, 5, 2, 3, 0, 0, false});
    /* Up 0-2, down 2-5; c comes meanwhile and needs least. */
    PLAYS(ONE("'discipline':'srpt','breakdown':{'up':2,'down':3}",
              "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':3}]},'c':{" ARRIVES(3) "'steps':[{'at':'q','for':0.5}]}"),
          {1, 5.5, 2, 0.5, 0, 0, false}, {0, 6.5, 3.5, 3, 0, 0, false});
    /* Three after the look at 2, there at 2.5; all of the same class, so that the first come has one. */
    PLAYS(ONE("'discipline':'lcfs_pr','autoscale':{'min':1,'max':3,'target':0.4,'every':2,'lag':0.5}",
              "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':4}]},'b':{" ARRIVES(1) "'steps':[{'at':'q','for':4}]}"),
          {1, 5, 0, 4, 0, 0, false}, {0, 5.5, 1.5, 4, 0, 0, false});
    PLAYS(ONE("'discipline':'rr','quantum':0.5,'servers':{'schedule':[[0,1],[1,0],[2,1]]}",
              "'a':{" AT_ONCE(2) "'steps':[{'at':'q','for':1}]}"),
          {0, 2.5, 1.5, 1, 0, 0, false}, {0, 3, 2, 1, 0, 0, false});
}

/* Two servers that break down each on its own, and a number that depends on no order of service: its chain. */
static void shared_and_broken(void)
{
    enum { MOST = 300 };
    const double rate = 1.0, fails = 0.1, repairs = 0.5;
    static const char *const orders[] = {"fcfs", "ps", "las", "lcfs_pr"};
    struct chain *c = chain_new(3 * (MOST + 1));
    double *p = calloc(3 * (MOST + 1), sizeof *p), mean = 0.0;
    for (size_t n = 0; n <= MOST; n++)
        for (size_t up = 0; up < 3; up++) {
            const size_t at = 3 * n + up;
            if (n < MOST)
                chain_rate(c, at, at + 3, rate);
            if (n > 0 && up > 0)
                chain_rate(c, at, at - 3, (double)(n < up ? n : up));
            if (up > 0)
                chain_rate(c, at, at - 1, (double)up * fails);
            if (up < 2)
                chain_rate(c, at, at + 1, (double)(2 - up) * repairs);
        }
    EXPECT(chain_stationary(c, p) == 0, "no law");
    for (size_t i = 0; i < 3 * (MOST + 1); i++)
        mean += (double)(i / 3) * p[i];
    chain_free(c);
    free(p);
    for (size_t i = 0; i < 4; i++) {
        char text[500];
        snprintf(text, sizeof text,
                 "'servers':2,'discipline':'%s','breakdown':{'up':{'dist':'exponential','mean':10},'down':{'dist':'exponential','mean':2}},"
                 "'arrivals':{'rate':1},'service':" EXPONENTIAL,
                 orders[i]);
        struct exact e = exact_run(400, 15000, text);
        exact_is(&e, "task", "in_system", mean);
        exact_is(&e, "station:queue", "broken", 2.0 / 12.0);
        exact_is(&e, "station:queue", "utilisation", 0.5);
        exact_done(&e);
    }
}

/* Run lengths are left open: they have to cover the hours, the breakdowns and the states that there are. */
static void lengths_that_fit(void)
{
    static const struct {
        const char *station;
        double utilisation;
    } slow[] = {
        {"'servers':{'schedule':[[0,8],['8h',2],['16h',8]],'repeat':'24h'}", 1.0 / 6.0},
        {"'servers':4,'breakdown':{'up':'5h','down':'1h','scope':'station'}", 0.25},
        {"'servers':4,'environment':'e'", -1.0},
        {"'servers':4,'environment':'f'", -1.0},
    };
    for (size_t i = 0; i < 4; i++) {
        struct trial t;
        if (trial_read(&t, "{'environments':{'e':{'a':{'lasts':'5h','speed':1},'b':{'lasts':'1h','speed':0.5}},"
                           "'f':{'a':{'lasts':{'dist':'exponential','mean':'5h'},'speed':1},'b':{'lasts':{'dist':'exponential','mean':"
                           "'1h'},'speed':0.5}}},'stations':{'q':{%s}},"
                           "'tasks':{'a':{'arrivals':{'rate':0.02},'steps':[{'at':'q','for':{'dist':'exponential','mean':50}}]}},"
                           "'run':{'replications':32}}",
                       slow[i].station) &&
            trial_run(&t, 0)) {
            const struct figure *f = trial_figure(&t, 0, "station:q", "utilisation"),
                                *busy = trial_figure(&t, 0, "a", "service");
            const double exact = slow[i].utilisation;
            if (exact > 0.0)
                EXPECT(fabs(f->mean - exact) < 2.5 * f->half_width + 1e-4, "%s: %g +- %g, not %g", slow[i].station, f->mean,
                       f->half_width, exact);
            else /* a tenth of the work is there at any time; a sixth of the time it takes twice as long */
                EXPECT(fabs(busy->mean - 50.0 * (5.0 + 2.0) / 6.0) < 1.0, "%s: service of %g", slow[i].station, busy->mean);
        }
        trial_free(&t);
    }
}

static void breakdowns_of_an_mm1(void)
{
    /* Up and down exponential, by the clock: White, Christie, "Queuing with preemptive priorities or with breakdown",
     * Operations Research 1958; here as the chain (number present, up). */
    enum { MOST = 300 };
    const double rate = 0.5, fails = 0.1, repairs = 0.5;
    struct chain *c = chain_new(2 * (MOST + 1));
    double *p = calloc(2 * (MOST + 1), sizeof *p), mean = 0.0;
    for (size_t n = 0; n <= MOST; n++)
        for (size_t up = 0; up < 2; up++) {
            const size_t at = 2 * n + up;
            if (n < MOST)
                chain_rate(c, at, at + 2, rate);
            if (n > 0 && up)
                chain_rate(c, at, at - 2, 1.0);
            chain_rate(c, at, 2 * n + !up, up ? fails : repairs);
        }
    EXPECT(chain_stationary(c, p) == 0, "no law");
    for (size_t n = 0; n <= MOST; n++)
        mean += (double)n * (p[2 * n] + p[2 * n + 1]);
    chain_free(c);
    free(p);
    struct exact e = exact_run(400, 40000,
                               "'breakdown':{'up':{'dist':'exponential','mean':10},'down':{'dist':'exponential',"
                               "'mean':2}},'arrivals':{'rate':0.5},'service':" EXPONENTIAL);
    exact_is(&e, "task", "in_system", mean);
    exact_is(&e, "station:queue", "broken", 2.0 / 12.0);
    exact_is(&e, "station:queue", "utilisation", 0.5);
    exact_done(&e);
}

static void vacations_decompose(void)
{
    /* Wait of M/G/1 and, on top, E[V^2] / (2 E[V]): Fuhrmann, Cooper, Operations Research 1985; V uniform (0, 4). */
    struct exact e = exact_run(200, 30000,
                               "'vacation':{'dist':'uniform','min':0,'max':4},'arrivals':{'rate':0.6},"
                               "'service':{'dist':'erlang','k':2,'mean':1}");
    exact_is(&e, "task", "wait", mg1_wait_mean(0.6, 1.0, 1.5) + (16.0 / 3.0) / 4.0);
    exact_done(&e);
    /* N-policy: (N - 1) / (2 rate) on top (Heyman 1968; Gross, Harris 1985, section 5). */
    struct exact n = exact_run(200, 30000,
                               "'vacation':{'until':4},'arrivals':{'rate':0.6},'service':" EXPONENTIAL);
    exact_is(&n, "task", "wait", mg1_wait_mean(0.6, 1.0, 2.0) + 3.0 / 1.2);
    exact_done(&n);
}

static void unequal_exponential_servers(void)
{
    /* Speeds 1 and 0.4, the fast one first (Gumbel 1960): states 0; fast; slow; both and n waiting. */
    enum { MOST = 300 };
    const double rate = 1.0, fast = 1.0, slow = 0.4;
    struct chain *c = chain_new(MOST + 4);
    double *p = calloc(MOST + 4, sizeof *p), mean = 0.0;
    chain_rate(c, 0, 1, rate);
    chain_rate(c, 1, 0, fast);
    chain_rate(c, 1, 3, rate);
    chain_rate(c, 2, 0, slow);
    chain_rate(c, 2, 3, rate);
    chain_rate(c, 3, 2, fast);
    chain_rate(c, 3, 1, slow);
    for (size_t n = 0; n < MOST; n++) {
        chain_rate(c, 3 + n, 4 + n, rate);
        chain_rate(c, 4 + n, 3 + n, fast + slow);
    }
    EXPECT(chain_stationary(c, p) == 0, "no law");
    mean = p[1] + p[2];
    for (size_t n = 0; n <= MOST; n++)
        mean += (double)(n + 2) * p[3 + n];
    chain_free(c);
    free(p);
    struct exact e = exact_run(300, 30000,
                               "'servers':[{'speed':0.4},{'speed':1}],'arrivals':{'rate':1},'service':" EXPONENTIAL);
    exact_is(&e, "task", "in_system", mean);
    exact_done(&e);
}

static void bulk_service(void)
{
    /* M/M^[1,2]/1 (Bailey 1954): states idle; n waiting beside a batch of 1 or of 2. */
    enum { MOST = 200 };
    const double rate = 0.8;
    struct chain *c = chain_new(1 + 2 * (MOST + 1));
    double *p = calloc(1 + 2 * (MOST + 1), sizeof *p), mean = 0.0;
#define AT(n, size) (1 + 2 * (size_t)(n) + (size_t)(size)-1)
    chain_rate(c, 0, AT(0, 1), rate);
    for (int n = 0; n <= MOST; n++)
        for (int size = 1; size <= 2; size++) {
            if (n < MOST)
                chain_rate(c, AT(n, size), AT(n + 1, size), rate);
            chain_rate(c, AT(n, size), n == 0 ? 0 : n == 1 ? AT(0, 1) : AT(n - 2, 2), 1.0);
        }
    EXPECT(chain_stationary(c, p) == 0, "no law");
    for (int n = 0; n <= MOST; n++)
        mean += (n + 1) * p[AT(n, 1)] + (n + 2) * p[AT(n, 2)];
#undef AT
    chain_free(c);
    free(p);
    /* Whom it takes makes no difference to the number. */
    static const char *const orders[] = {"'fcfs'", "'random'", "{'name':'adaptive_lifo','longest':3}"};
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        snprintf(text, sizeof text, "'batch':{'max':2},'discipline':%s,'arrivals':{'rate':0.8},'service':" EXPONENTIAL, orders[i]);
        struct exact e = exact_run(200, 30000, text);
        exact_is(&e, "task", "in_system", mean);
        exact_done(&e);
    }
}

/* Mean number present of a birth-death process with births at `rate`, deaths X(k). */
static double present(double rate, double (*x)(int k))
{
    double p = 1.0, sum = 1.0, mean = 0.0;
    for (int k = 1; k < 2000; k++) {
        p *= rate / x(k);
        sum += p;
        mean += k * p;
    }
    return mean / sum;
}

static double usl(int k)
{
    k = k < 4 ? k : 4;
    return k / (1.0 + 0.1 * (k - 1) + 0.02 * k * (k - 1));
}

static double listed(int k)
{
    return k == 1 ? 1.0 : k == 2 ? 1.5 : 1.8;
}

static void speed_by_number(void)
{
    struct exact e = exact_run(200, 30000,
                               "'servers':4,'speed':{'usl':{'alpha':0.1,'beta':0.02}},'arrivals':{'rate':1.6},"
                               "'service':" EXPONENTIAL);
    exact_is(&e, "task", "in_system", present(1.6, usl));
    exact_done(&e);
    /* ps: insensitive to the law of service (Kelly 1979, section 3.3). */
    struct exact s = exact_run(300, 30000,
                               "'discipline':'ps','speed':[1,1.5,1.8],'arrivals':{'rate':1.2},"
                               "'service':{'dist':'hyperexponential','mean':1,'scv':3}");
    exact_is(&s, "task", "in_system", present(1.2, listed));
    exact_done(&s);
}

static void costs(void)
{
    /* 8 for each of 3 servers, 0.5 for each task present. */
    struct exact e = exact_run(100, 20000,
                               "'servers':3,'cost':{'unit':'MB','per_server':8,'per_task':0.5},'arrivals':{'rate':2},"
                               "'service':" EXPONENTIAL);
    exact_is(&e, "station:queue", "cost", 24.0 + 0.5 * (2.0 + 2.0 * mmc_wait_mean(2.0, 1.0, 3)));
    exact_done(&e);
}

static void a_controller_finds_its_target(void)
{
    /* Kubernetes' worked example: 50 replicas, 90 % busy, target 75 %: 60. */
    struct exact e = exact_run(600, 6000,
                               "'servers':50,'autoscale':{'min':1,'max':200,'target':0.75,'every':20},"
                               "'arrivals':{'rate':45},'service':" EXPONENTIAL);
    exact_is(&e, "station:queue", "servers", 60.0);
    exact_done(&e);
}

const struct test individual_tests[] = {
    {"unequal servers: the fastest, or the one idle longest", unequal_servers},
    {"batches in another order than that of coming", batches_in_order},
    {"several servers at once at stations behind a balancer", several_at_once_behind_a_balancer},
    {"preempting stations by the clock, broken, scaled: by hand", preempted_by_the_hour},
    {"runs whose length is left open cover hours, breakdowns and states", lengths_that_fit},
    {"shared servers by the clock, broken, scaled: by hand", shared_by_the_hour},
    {"two servers that break down, shared or not: their chain", shared_and_broken},
    {"servers break: their tasks resume, restart or are lost", broken_servers},
    {"servers by the hour", hours},
    {"vacations: multiple, single, until enough wait", vacations},
    {"batches: full, after a wait, at least so many", batches},
    {"speed by number, and several servers at once", speeds_and_counts},
    {"tasks that are there at time 0", there_at_time_0},
    {"M/M/1 with breakdowns", breakdowns_of_an_mm1},
    {"M/G/1 with vacations, and with N-policy", vacations_decompose},
    {"two unequal exponential servers", unequal_exponential_servers},
    {"M/M/1 with bulk service", bulk_service},
    {"speed by number in service", speed_by_number},
    {"what a station costs", costs},
    {"a controller finds its target", a_controller_finds_its_target},
    {NULL, NULL},
};
