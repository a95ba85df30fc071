/* Steps that change the task or start others: become, call, send. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <string.h>

/* ---- become ---- */

static void becoming_moves_in_line(void)
{
    /* x is served 0-10. In line then: a, now of priority 5; b of its kind's 1; c, now of -2.5. */
#define REST                                                                                                 \
    "'tasks':{'x':{" AT_ONCE(1) "'steps':[{'at':'q','for':10}]},"                                            \
                                "'a':{" ARRIVES(                                                             \
                                    1) "'steps':[{'become':{'priority':5}},{'at':'q','for':1}]},"            \
                                       "'b':{'priority':1," ARRIVES(                                         \
                                           2) "'steps':[{'at':'q','for':1}]},"                               \
                                              "'c':{'priority':9," ARRIVES(                                  \
                                                  3) "'steps':[{'become':{'priority':-2.5}},"                \
                                                     "{'at':'q','for':1}]}}}"
    PLAYS("{'stations':{'q':{'discipline':'priority'}}," REST, {0, 10, 0, 10, 0, 0, false},
          {3, 11, 7, 1, 0, 0, false}, {2, 12, 9, 1, 0, 0, false}, {1, 13, 11, 1, 0, 0, false});
    /* First come, first served looks at no priority. */
    PLAYS("{'stations':{'q':{}}," REST, {0, 10, 0, 10, 0, 0, false}, {1, 11, 9, 1, 0, 0, false},
          {2, 12, 9, 1, 0, 0, false}, {3, 13, 9, 1, 0, 0, false});
#undef REST
    /* The next task of a closed client begins with its kind's priority: both clients of c fall behind p once
     * they have been served, p behind nobody's first visit. */
    PLAYS("{'stations':{'q':{'discipline':'priority'}},'tasks':{"
          "'c':{'limit':2,'arrivals':{'closed':1},'steps':[{'at':'q','for':1},{'become':{'priority':2}},"
          "{'at':'q','for':1}]},"
          "'p':{'priority':1," AT_ONCE(2) "'steps':[{'at':'q','for':10}]}}}",
          {1, 11, 1, 10, 0, 0, false}, {1, 21, 11, 10, 0, 0, false}, {0, 22, 20, 2, 0, 0, false},
          {0, 24, 0, 2, 0, 0, false});
}

static void becoming_makes_classes(void)
{
    /* One kind, of which a third becomes urgent: non-preemptive priorities (Cobham 1954). */
    const double rate = 0.8, w0 = 0.8 * 2.0 / 2.0, loads[] = {0.8 / 3.0, 1.6 / 3.0};
    const double wait = cobham_wait(w0, loads, 0) / 3.0 + cobham_wait(w0, loads, 1) * 2.0 / 3.0;
    struct exact b = exact_run(
        300, 30000,
        "'stations':{'q':{'discipline':'priority'}},'tasks':{'t':{'arrivals':{'rate':0.8},"
        "'steps':[{'choose':[{'p':0.3333333333333333,'do':[{'become':{'priority':-1}}]},{'do':[]}]},"
        "{'at':'q','for':{'dist':'exponential','mean':1}}]}}");
    exact_is(&b, "t", "wait", wait); /* conserved: the same as without priorities */
    exact_done(&b);
    CU_ASSERT_DOUBLE_EQUAL(wait, mg1_wait_mean(rate, 1.0, 2.0), 1e-9);
    /* That cannot tell who was first; the two ways apart can, since they end at stations of their own. */
    b = exact_run(300, 30000,
                  "'stations':{'q':{'discipline':'priority'},'u':{'servers':'infinite'}},"
                  "'tasks':{'t':{'arrivals':{'rate':0.8},'steps':[{'choose':["
                  "{'p':0.3333333333333333,'do':[{'become':{'priority':-1}},{'in':'u','do':["
                  "{'at':'q','for':{'dist':'exponential','mean':1}}]}]},"
                  "{'do':[{'at':'q','for':{'dist':'exponential','mean':1}}]}]}]}}");
    exact_is(&b, "station:u", "response", 1.0 + cobham_wait(w0, loads, 0));
    exact_done(&b);
}

/* ---- call ---- */

/* All tasks of replication 0 of both, to the last bit. */
static void same_tasks(const char *one, const char *other)
{
    struct trial a, b;
    struct history x = {0}, y = {0};
    if (trial_read(&a, "%s", one) && trial_read(&b, "%s", other) && trial_trace(&a, 0, 0, &x) &&
        trial_trace(&b, 0, 0, &y)) {
        size_t differ = 0;
        for (size_t i = 0; i < x.count && i < y.count; i++)
            differ += x.tasks[i].key != y.tasks[i].key || x.tasks[i].left != y.tasks[i].left ||
                      x.tasks[i].wait != y.tasks[i].wait || x.tasks[i].service != y.tasks[i].service ||
                      x.tasks[i].delay != y.tasks[i].delay;
        EXPECT(x.count == y.count && x.count > 900 && differ == 0, "%zu and %zu tasks, %zu differ", x.count,
               y.count, differ);
    }
    history_free(&x);
    history_free(&y);
    trial_free(&a);
    trial_free(&b);
}

#define AROUND                                                                                               \
    "'stations':{'pool':{'servers':3,'await':'release'},'q':{'servers':2},'r':{'capacity':4}},"              \
    "'run':{'replications':1,'count':1000,'warmup':0},'tasks':{"                                             \
    "'t':{'arrivals':{'rate':1},'steps':[{'in':'pool','do':[{'delay':0.2},"

#define L_STEP "{'choose':[{'p':0.5,'do':[{'at':'r','for':{'dist':'uniform','min':0,'max':0.1}}]},{'do':[]}]}"

static void a_call_is_its_steps_in_place(void)
{
    same_tasks("{" AROUND "{'repeat':{'dist':'geometric','mean':2},'do':[{'call':'k'},{'await':[{'call':'l'}]"
               "}]},{'call':'l'}]}]},"
               "'k':{'steps':[{'at':'q','for':{'dist':'exponential','mean':0.3}},{'call':'l'},{'repeat':2,'"
               "do':[{'call':'l'}]}]},"
               "'l':{'steps':[{'choose':[{'p':0.5,'do':[{'at':'r','for':{'dist':'uniform','min':0,'max':0.1}}"
               "]},{'do':[]}]}]}}}",
               "{" AROUND "{'repeat':{'dist':'geometric','mean':2},'do':[{'at':'q','for':{'dist':'"
               "exponential','mean':0.3}}," L_STEP ",{'repeat':2,'do':[" L_STEP "]},{'await':[" L_STEP
               "]}]}," L_STEP "]}]}}}");
}

static void a_called_kind_ends_where_it_ends(void)
{
    /* k's "exit" ends the call, not the task; and it has no task of its own. */
    PLAYS("{'tasks':{'t':{" AT_ONCE(1) "'steps':[{'call':'k'},{'delay':1000},{'call':'k'}]},"
                                       "'k':{'steps':[{'delay':1,'next':{'c':1}},{'delay':10},"
                                       "{'id':'c','delay':100,'next':{'exit':1}},{'delay':1}]}}}",
          {0, 1202, 0, 0, 1202, 0, false});
    /* One that has arrivals besides works for itself too, and the two meet at its station. */
    PLAYS("{'stations':{'q':{}},'tasks':{'t':{" AT_ONCE(
              1) "'steps':[{'call':'k'},{'delay':1}]},'k':{" AT_ONCE(1) "'steps':[{'at':'q','for':2}]}}}",
          {0, 3, 0, 2, 1, 0, false}, {1, 4, 2, 2, 0, 0, false});
}

static void the_load_of_calls(void)
{
    struct trial t;
    if (trial_read(
            &t, "{'stations':{'a':{},'pool':{'servers':5}},'tasks':{"
                "'t':{'arrivals':{'rate':0.25},'steps':[{'in':'pool','do':[{'call':'k'},{'send':'m'}]},"
                "{'call':'k'}]},"
                "'k':{'steps':[{'id':'a','at':'a','for':1,'next':{'a':0.5,'exit':0.5}}]},"
                "'m':{'steps':[{'choose':[{'p':0.2,'do':[{'send':'m'}]},{'do':[{'at':'a','for':0.4}]}]}]}},"
                "'run':{'replications':2,'time':100}}") &&
        trial_run(&t, 1)) {
        const struct point *p = &t.result->points[0];
        /* m: 0.25 / 0.8 a second, of which 0.8 visit a. */
        CU_ASSERT_DOUBLE_EQUAL(p->capacities[0].load, 0.25 * 4.0 + 0.25 * 0.4, 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(p->capacities[1].load, 0.25 * 2.0 / 5.0, 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(p->arrival_rate, 0.25 + 0.25 / 0.8, 1e-12);
    }
    trial_free(&t);
}

/* ---- send ---- */

static void sending_goes_on(void)
{
    /* t sends two m at 0 and works 0-5 itself, first; m come in order behind it. The run ends when all are
     * done. */
    PLAYS("{'stations':{'q':{}},'tasks':{'t':{" AT_ONCE(
              1) "'steps':[{'send':'m'},{'send':'n'},{'at':'q','for':5}]},'m':{'steps':[{'at':'q','for':1}]},"
                 "'n':{'steps':[{'at':'q','for':2},{'delay':1}]}}}",
          {0, 5, 0, 5, 0, 0, false}, {1, 6, 5, 1, 0, 0, false}, {2, 9, 6, 2, 1, 0, false});
    /* Who has given back a server first sees those served by that move on: at 2 t leaves the pool and sends
     * m, which comes to q behind u, who got the pool, and behind t. */
    PLAYS("{'stations':{'pool':{},'q':{}},'tasks':{'t':{" AT_ONCE(1) "'steps':[{'in':'pool','do':[{'delay':2}"
                                                                     "]},{'send':'m'},{'at':'q','for':1}]},'"
                                                                     "u':{" AT_ONCE(
                                                                         1) "'steps':[{'in':'pool','do':[{'"
                                                                            "at':'q','for':1}]}]},'m':{'"
                                                                            "steps':[{'at':'q','for':1}]}}}",
          {1, 3, 2, 1, 0, 0, false}, {0, 4, 1, 1, 2, 0, false}, {2, 5, 2, 1, 0, 0, false});
    /* Sending is something to do: a thread given back is asked for first. u has it 1-4. */
    PLAYS("{" POOL("release") "'tasks':{'t':{" AT_ONCE(1) "'steps':[{'in':'pool','do':[{'await':[{'delay':3}]"
                                                          "},{'send':'m'}]}]},'u':{" ARRIVES(
                                                              1) "'steps':[{'in':'pool','do':[{'delay':3}]}]}"
                                                                 ",'m':{'steps':[{'delay':1}]}}}",
          {1, 4, 0, 0, 3, 0, false}, {0, 4, 1, 0, 3, 0, false}, {2, 5, 0, 0, 1, 0, false});
}

static void sent_tasks_count(void)
{
    struct trial t;
    /* 40 tasks, each sends three m and, by m, three n; l is lost for want of room but for the first. */
    if (trial_read(
            &t,
            "{'stations':{'q':{'capacity':1}},'tasks':{'t':{'arrivals':{'at_once':40},'steps':["
            "{'repeat':3,'do':[{'send':'m'}]}]},'m':{'steps':[{'delay':{'dist':'exponential','mean':1}},"
            "{'send':'n'}]},'n':{'steps':[{'send':'l'},{'delay':1}]},'l':{'steps':[{'at':'q','for':100}]}},"
            "'run':{'replications':5}}") &&
        trial_run(&t, 1)) {
        struct history h;
        CU_ASSERT_TRUE(t.result->points[0].report.terminating);
        CU_ASSERT_DOUBLE_EQUAL(trial_figure(&t, 0, "l", "lost")->mean, 119.0 / 120.0, 1e-12);
        CU_ASSERT_EQUAL(trial_figure(&t, 0, "m", "response")->count, 5 * 120);
        CU_ASSERT_EQUAL(trial_figure(&t, 0, "n", "unfinished")->mean, 0.0);
        if (trial_trace(&t, 0, 0, &h)) {
            size_t of[4] = {0};
            for (size_t i = 0; i < h.count; i++)
                of[h.tasks[i].kind]++;
            EXPECT(of[0] == 40 && of[1] == 120 && of[2] == 120 && of[3] == 120, "%zu, %zu, %zu, %zu", of[0],
                   of[1], of[2], of[3]);
            history_free(&h);
        }
    }
    trial_free(&t);
}

/* What a sent task draws depends on who sent it and on nothing else: not on how long that took, nor on who
 * else sends. */
static void sent_tasks_have_keys_of_their_own(void)
{
    struct trial t;
    struct history x = {0}, y = {0};
    if (trial_read(&t,
                   "{'stations':{'q':{'servers':2}},'tasks':{'t':{'arrivals':{'rate':1},'limit':200,'steps':["
                   "{'at':'q','for':{'dist':'exponential','mean':1}},{'send':'m'},{'send':'m'}]},"
                   "'m':{'steps':[{'delay':{'dist':'exponential','mean':1}}]}},"
                   "'variants':{'two':{},'one':{'/stations/q/servers':1}}}") &&
        trial_trace(&t, 0, 0, &x) && trial_trace(&t, 1, 0, &y)) {
        history_by_key(&x);
        history_by_key(&y);
        size_t differ = 0, twins = 0;
        for (size_t i = 0; i < x.count && i < y.count; i++) {
            differ += x.tasks[i].key != y.tasks[i].key || x.tasks[i].delay != y.tasks[i].delay;
            twins += i > 0 && x.tasks[i].key == x.tasks[i - 1].key;
        }
        EXPECT(x.count == 600 && y.count == 600 && differ == 0 && twins == 0,
               "%zu tasks, %zu differ, %zu twins", x.count, differ, twins);
    }
    history_free(&x);
    history_free(&y);
    trial_free(&t);
}

/* Each task sends a geometric number of others, itself to an M/M/1 queue of their own whose arrivals are then
 * a Poisson process, since the sender's departures are (Burke 1956). */
static void sent_tasks_queue(void)
{
    struct exact b =
        exact_run(200, 40000,
                  "'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.7},'steps':["
                  "{'at':'a','for':{'dist':'exponential','mean':1}},{'choose':[{'p':0.6,'do':[{'send':'m'}]},"
                  "{'do':[]}]}]},'m':{'steps':[{'at':'b','for':{'dist':'exponential','mean':1.8}}]}}");
    exact_is(&b, "m", "response", 1.8 / (1.0 - 0.7 * 0.6 * 1.8));
    exact_is(&b, "m", "throughput", 0.42);
    exact_is(&b, "t", "response", 1.0 / 0.3);
    exact_done(&b);
}

/* ---- all at once ---- */

/* Every step and every way to end, on stations that come and go: builds that check themselves hold this
 * against the laws of world.h; here, that the same comes out again, and that everything occurs. */
static void steps_together(void)
{
    static const char text[] =
        "{'stations':{'pool':{'servers':3,'await':'release','setup':{'dist':'exponential','mean':0.5},'keep_"
        "alive':1,"
        "'setup_serial':true,'discipline':'priority'},'pf':{'servers':2,'await':'release','resume':'first','"
        "switch':0.01,"
        "'discipline':'lcfs'},'q':{'servers':2,'discipline':'random','capacity':3,'setup':0.2},'ps':{'"
        "discipline':'ps'},"
        "'f':{}},'tasks':{'a':{'arrivals':{'rate':1.2},'patience':{'dist':'exponential','mean':1},"
        "'balk':[0,0.05,0.1,0.5],'steps':[{'id':'s','in':'pool','do':[{'call':'c'},"
        "{'await':[{'at':'q','for':{'dist':'exponential','mean':1}},{'send':'b'}]},{'become':{'priority':-1}}"
        ","
        "{'call':'c'}],'next':{'s':0.3,'t':0.4,'exit':0.3}},{'delay':1},{'id':'t','in':'pf','do':["
        "{'repeat':{'dist':'geometric','mean':2},'do':[{'await':[{'call':'c'}]},"
        "{'at':'f','for':{'dist':'uniform','min':0,'max':0.5}}]},{'send':'b'}],'next':{'s':0.2,'exit':0.8}}]}"
        ","
        "'b':{'priority':2,'patience':0.7,'steps':[{'in':'pool','do':[{'at':'f','for':0.2}]},"
        "{'choose':[{'p':0.2,'do':[{'send':'b'}]},{'do':[]}]}]},"
        "'c':{'steps':[{'at':'ps','for':{'dist':'exponential','mean':0.1},'next':{'y':0.5,'exit':0.5}},"
        "{'id':'y','in':'pf','do':[{'delay':0.05}]}]},"
        "'z':{'arrivals':{'closed':5,'think':{'dist':'exponential','mean':2}},'priority':1,'steps':["
        "{'in':'pool','do':[{'await':[{'delay':0.5}]},{'call':'c'}]}]}},'run':{'replications':4,'time':1000}"
        "}";
    struct trial t;
    double first = 0.0;
    for (unsigned jobs = 1; jobs <= 2; jobs++) {
        if (trial_read(&t, "%s", text) && trial_run(&t, jobs)) {
            const double response = trial_figure(&t, 0, "b", "response")->mean;
            CU_ASSERT(trial_figure(&t, 0, "a", "abandoned")->mean > 0.001);
            CU_ASSERT(trial_figure(&t, 0, "b", "abandoned")->mean > 0.001);
            CU_ASSERT(trial_figure(&t, 0, "a", "lost")->mean > 0.001);
            CU_ASSERT(response > 0.2 && (jobs == 1 || response == first));
            first = response;
        }
        trial_free(&t);
    }
}

/* The same with the disciplines that preempt or order by a number, with deadlines and with arrivals that
 * are no plain ones. */
static void steps_with_preemption(void)
{
    static const char text[] =
        "{'stations':{'p':{'servers':2,'discipline':'priority','preempt':'repeat','switch':0.01,'setup':0.2,"
        "'keep_alive':{'dist':'exponential','mean':0.5}},'sr':{'discipline':'srpt','capacity':6},'rr':{"
        "'servers':2,'discipline':'rr','quantum':0.1,'switch':0.005},'l':{'discipline':'lcfs_pr','preempt':"
        "'restart'},'ps':{'discipline':'psjf'},'e':{'discipline':'edf','preempt':'resume'},'ed':{'discipline'"
        ":"
        "'edf'},'sj':{'discipline':'sjf'},'d':{'discipline':'dps'},'pool':{'servers':8}},'tasks':{"
        "'a':{'arrivals':{'mmpp':{'rates':[1,0.1],'generator':[[-0.5,0.5],[0.5,-0.5]]},'batch':{'dist':"
        "'discrete','values':[0,1,3],'p':[0.3,0.5,0.2]}},'patience':{'dist':'exponential','mean':0.5},'balk':"
        "[0,0.02,0.1],'deadline':{'dist':'exponential','mean':4},'steps':[{'in':'pool','do':[{'at':'p','for':"
        "{'dist':'exponential','mean':0.5}},{'become':{'priority':-1}},{'at':'p','for':0.3},{'send':'b'}]},"
        "{'id':'s','at':'sr','for':{'dist':'exponential','mean':0.4},'next':{'s':0.2,'r':0.8}},{'id':'r','at'"
        ":"
        "'rr','for':{'dist':'exponential','mean':0.6}},{'call':'c'}]},"
        "'b':{'priority':2,'deadline':1,'patience':0.7,'steps':[{'at':'l','for':{'dist':'uniform','min':0.1,"
        "'max':0.5}},{'at':'ps','for':{'dist':'exponential','mean':0.3}},{'become':{'priority':-2}},{'at':'p'"
        ","
        "'for':0.1},{'choose':[{'p':0.2,'do':[{'send':'b'}]},{'do':[]}]}]},"
        "'c':{'steps':[{'at':'e','for':{'dist':'exponential','mean':0.3}},{'at':'ed','for':0.2},{'at':'sj',"
        "'for':{'dist':'exponential','mean':0.4}},{'at':'d','for':0.1}]},"
        "'z':{'arrivals':{'closed':3,'think':{'dist':'exponential','mean':2}},'priority':1,'deadline':3,"
        "'steps':[{'at':'p','for':{'dist':'exponential','mean':0.4}},{'call':'c'},{'send':'b'}]}},"
        "'run':{'replications':4,'time':1000}}";
    struct trial t;
    double first = 0.0;
    for (unsigned jobs = 1; jobs <= 2; jobs++) {
        if (trial_read(&t, "%s", text) && trial_run(&t, jobs)) {
            const double missed = trial_figure(&t, 0, "b", "missed")->mean;
            CU_ASSERT(trial_figure(&t, 0, "a", "abandoned")->mean > 0.001);
            CU_ASSERT(trial_figure(&t, 0, "b", "abandoned")->mean > 0.001);
            CU_ASSERT(trial_figure(&t, 0, "a", "lost")->mean > 0.001);
            CU_ASSERT(trial_figure(&t, 0, "z", "lost")->mean == 0.0);
            CU_ASSERT(missed > 0.01 && missed < 0.99 && (jobs == 1 || missed == first));
            first = missed;
        }
        trial_free(&t);
    }
}

/* a is preempted neither by b nor, once it is urgent, by its own kind's priority, but by c, who is more
 * urgent still. */
static void becoming_preempts(void)
{
    PLAYS("{'stations':{'q':{'discipline':'priority','preempt':'resume'}},'tasks':{"
          "'a':{'priority':5," AT_ONCE(
              1) "'steps':[{'become':{'priority':0}},{'at':'q','for':3}]},"
                 "'b':{'priority':1," ARRIVES(
                     1) "'steps':[{'at':'q','for':2}]},"
                        "'c':{'priority':5," ARRIVES(
                            2) "'steps':[{'become':{'priority':-1}},{'at':'q','for':1}]}}}",
          {2, 3, 0, 1, 0, 0, false}, {0, 4, 1, 3, 0, 0, false}, {1, 6, 3, 2, 0, 0, false});
}

/* Deadlines of sent tasks run from when they are sent. */
static void sent_tasks_have_deadlines(void)
{
#define SENDS(deadline)                                                                                      \
    "{'stations':{'q':{'discipline':'edf'}},'tasks':{'a':{" AT_ONCE(                                         \
        1) "'steps':[{'delay':1},{'send':'c'},{'send':'b'},{'at':'q','for':3}]},"                            \
           "'b':{'deadline':" deadline ",'steps':[{'at':'q','for':1}]},"                                     \
           "'c':{'deadline':10,'steps':[{'at':'q','for':1}]}}}"
    PLAYS(SENDS("2"), {0, 4, 0, 3, 1, 0, false}, {1, 5, 3, 1, 0, 0, false}, {2, 6, 4, 1, 0, 0, false});
    PLAYS(SENDS("11"), {0, 4, 0, 3, 1, 0, false}, {2, 5, 3, 1, 0, 0, false}, {1, 6, 4, 1, 0, 0, false});
    static const char *const texts[] = {SENDS("3.5"), SENDS("4")};
    for (size_t i = 0; i < 2; i++) {
        struct trial t;
        if (trial_read(&t, "%s", texts[i]) && trial_run(&t, 1))
            CU_ASSERT_EQUAL(trial_figure(&t, 0, "b", "missed")->mean, i == 0 ? 1.0 : 0.0);
        trial_free(&t);
    }
#undef SENDS
}

const struct test steps_tests[] = {
    {"all steps together keep the laws of every sample path", steps_together},
    {"with preemption, deadlines and other arrivals they still do", steps_with_preemption},
    {"who became urgent preempts and is not preempted", becoming_preempts},
    {"sent tasks have deadlines", sent_tasks_have_deadlines},
    {"a call is its steps in place, bit for bit", a_call_is_its_steps_in_place},
    {"what is called ends where its own steps do", a_called_kind_ends_where_it_ends},
    {"the load analysis follows calls and messages", the_load_of_calls},
    {"a task that sends goes on first", sending_goes_on},
    {"sent tasks are counted, and ended for", sent_tasks_count},
    {"sent tasks draw by their sender alone", sent_tasks_have_keys_of_their_own},
    {"sent tasks queue as others do", sent_tasks_queue},
    {"a task that became another priority has its place in line", becoming_moves_in_line},
    {"a share of tasks that becomes urgent waits as Cobham says", becoming_makes_classes},
    {NULL, NULL},
};
