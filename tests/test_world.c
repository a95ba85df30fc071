/* The rules of docs/scenario-format.md under "Exactly", each on a schedule small enough to work out by hand:
 * who holds what and when, and in which order things happen. */
#include "tests/schedule.h"

/* ---- Holding and awaiting ---- */

static void await_that_ends_a_block(void)
{
    /* a works 0-1, awaits 1-6, then delays outside. b comes at 2. Under release the thread is b's from 2 to
     * 12 and a must not queue for it at 6; under hold b gets it when a's block ends at 6. */
#define KINDS                                                                                                \
    "'tasks':{'a':{" AT_ONCE(                                                                                \
        1) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1},{'await':[{'delay':5}]}]},"                     \
           "{'delay':1}]},'b':{" ARRIVES(2) "'steps':[{'in':'pool','do':[{'at':'cpu','for':10}]}]}}}"
    PLAYS("{" POOL("release") KINDS, {0, 7, 0, 1, 6, 0, false}, {1, 12, 0, 10, 0, 0, false});
    PLAYS("{" POOL("hold") KINDS, {0, 7, 0, 1, 6, 0, false}, {1, 16, 4, 10, 0, 0, false});
#undef KINDS
    /* Still so where the await ends the last of several rounds (it ends the block then, and only then), and
     * where it ends an inner block and the outer one: a works 0-1, awaits 1-2, works 2-3, awaits 3-4, and is
     * gone at 4 though b has had the thread since 3. */
    PLAYS("{" POOL("release") "'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'repeat':2,'do':["
                 "{'at':'cpu','for':1},{'await':[{'delay':1}]}]}]}]},"
                 "'b':{" ARRIVES(2.5) "'steps':[{'in':'pool','do':[{'at':'cpu','for':7}]}]}}}",
          {0, 4, 0, 2, 2, 0, false}, {1, 10, 0.5, 7, 0, 0, false});
}

static void await_that_begins_a_block(void)
{
    /* c holds the thread 0-3. a (at 1) queues, takes it at 3 and gives it back at once, so that b (at 1.5)
     * works 3-4; a awaits 3-5 and works 5-6. */
    PLAYS("{" POOL("release") "'tasks':{'c':{" AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'at':'cpu','for':3}]}]},"
                 "'a':{" ARRIVES(
                     1) "'steps':[{'in':'pool','do':[{'await':[{'delay':2}]},{'at':'cpu','for':1}]}]},"
                        "'b':{" ARRIVES(1.5) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1}]}]}}}",
          {0, 3, 0, 3, 0, 0, false}, {2, 4, 1.5, 1, 0, 0, false}, {1, 6, 2, 1, 2, 0, false});
    /* A block that is nothing but an await still queues for its thread: a waits 1-3, awaits 3-5. */
    PLAYS("{" POOL("release") "'tasks':{'c':{" AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'at':'cpu','for':3}]}]},"
                 "'a':{" ARRIVES(1) "'steps':[{'in':'pool','do':[{'await':[{'delay':2}]}]}]}}}",
          {0, 3, 0, 3, 0, 0, false}, {1, 5, 2, 0, 2, 0, false});
    /* Two awaits on end: between them the server is queued for, taken and given back. a awaits 0-2; b has the
     * thread 1-4; a takes it at 4, awaits 4-6 and leaves. */
    PLAYS("{" POOL("release") "'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'await':[{'delay':2}]},"
                 "{'await':[{'delay':2}]}]}]},'b':{" ARRIVES(
                     1) "'steps':[{'in':'pool','do':[{'at':'cpu','for':3}]}]}}}",
          {1, 4, 0, 3, 0, 0, false}, {0, 6, 2, 0, 4, 0, false});
}

static void only_await_gives_back(void)
{
    /* A delay outside await keeps the thread (a 0-4, b waits 1-4), and so does queueing for another station:
     * x holds the core 0-5, a queues for it from 0 with the thread in hand. */
    PLAYS("{" POOL("release") "'tasks':{'a':{" AT_ONCE(
              1) "'steps':[{'in':'pool','do':[{'delay':4}]}]},"
                 "'b':{" ARRIVES(1) "'steps':[{'in':'pool','do':[{'delay':1}]}]}}}",
          {0, 4, 0, 0, 4, 0, false}, {1, 5, 3, 0, 1, 0, false});
    PLAYS("{'stations':{'pool':{'servers':1,'await':'release'},'core':{}},'tasks':{"
          "'x':{" AT_ONCE(1) "'steps':[{'at':'core','for':5}]},"
                             "'a':{" AT_ONCE(1) "'steps':[{'in':'pool','do':[{'at':'core','for':1}]}]},"
                                                "'b':{" ARRIVES(
                                                    1) "'steps':[{'in':'pool','do':[{'delay':1}]}]}}}",
          {0, 5, 0, 5, 0, 0, false}, {1, 6, 5, 1, 0, 0, false}, {2, 7, 5, 0, 1, 0, false});
}

static void nested_releases(void)
{
    /* At 1 the task x gives back inner B, then outer A. z waits for B, y for A; whoever is served first
     * reaches q first: z at q 1-2, y 2-3. */
    PLAYS(
        "{'stations':{'A':{'await':'release'},'B':{'await':'release'},'q':{}," FREE_CPU "},'tasks':{"
        "'x':{" AT_ONCE(
            1) "'steps':[{'in':'A','do':[{'in':'B','do':[{'delay':1},{'await':[{'delay':9}]}]}]}]},"
               "'y':{" ARRIVES(0.4) "'steps':[{'in':'A','do':[{'at':'q','for':1}]}]},"
                                    "'z':{" ARRIVES(0.5) "'steps':[{'in':'B','do':[{'at':'q','for':1}]}]}}}",
        {2, 2, 0.5, 1, 0, 0, false}, {1, 3, 0.6 + 1, 1, 0, 0, false}, {0, 10, 0, 0, 10, 0, false});
    /* At 10 x wants both back and A is u's until 12. Outermost first: x waits for A and does not touch B, so
     * w has B 11-15; x has A at 12, B at 15, works 15-16. */
    PLAYS("{'stations':{'A':{'await':'release'},'B':{'await':'release'}," FREE_CPU "},'tasks':{"
          "'x':{" AT_ONCE(1) "'steps':[{'in':'A','do':[{'in':'B','do':[{'await':[{'delay':10}]},"
                             "{'at':'cpu','for':1}]}]}]},"
                             "'u':{" ARRIVES(8) "'steps':[{'in':'A','do':[{'delay':4}]}]},"
                                                "'w':{" ARRIVES(
                                                    11) "'steps':[{'in':'B','do':[{'delay':4}]}]}}}",
          {1, 12, 0, 0, 4, 0, false}, {2, 15, 0, 0, 4, 0, false}, {0, 16, 5, 1, 10, 0, false});
    /* Only the stations that say release do: A holds, B releases. y waits for A to the end (1-7), z has B
     * at 1. */
    PLAYS(
        "{'stations':{'A':{},'B':{'await':'release'}," FREE_CPU "},'tasks':{"
        "'x':{" AT_ONCE(1) "'steps':[{'in':'A','do':[{'in':'B','do':[{'delay':1},{'await':[{'delay':5}]},"
                           "{'at':'cpu','for':1}]}]}]},"
                           "'y':{" ARRIVES(1) "'steps':[{'in':'A','do':[{'delay':1}]}]},"
                                              "'z':{" ARRIVES(1) "'steps':[{'in':'B','do':[{'delay':1}]}]}}}",
        {2, 2, 0, 0, 1, 0, false}, {0, 7, 0, 1, 6, 0, false}, {1, 8, 6, 0, 1, 0, false});
    /* An await within an await: what the outer one gave back stays away until the outer one is over, what was
     * taken between them is given back by the inner one. A away 0-6; B held 0-1, away 1-4, held again 4-5. v
     * has A at 2-3, w has B at 2-3. */
    PLAYS("{'stations':{'A':{'await':'release'},'B':{'await':'release'}," FREE_CPU "},'tasks':{"
          "'x':{" AT_ONCE(
              1) "'steps':[{'in':'A','do':[{'await':[{'in':'B','do':[{'delay':1},{'await':[{'delay':3}]},"
                 "{'at':'cpu','for':1}]},{'delay':1}]},{'at':'cpu','for':1}]}]},"
                 "'v':{" ARRIVES(2) "'steps':[{'in':'A','do':[{'delay':1}]}]},"
                                    "'w':{" ARRIVES(2) "'steps':[{'in':'B','do':[{'delay':1}]}]}}}",
          {1, 3, 0, 0, 1, 0, false}, {2, 3, 0, 0, 1, 0, false}, {0, 7, 0, 2, 5, 0, false});
}

static void resume_last_and_first(void)
{
    /* x works 0-1, awaits 1-5; y has the thread 2-8, z waits from 3. At 5 x queues behind z, or before it. */
#define RESUMES(resume)                                                                                      \
    "{'stations':{'pool':{'await':'release','resume':'" resume "'}," FREE_CPU "},'tasks':{"                  \
    "'x':{" AT_ONCE(1) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1},{'await':[{'delay':4}]},"           \
                       "{'at':'cpu','for':1}]}]},"                                                           \
                       "'y':{" ARRIVES(2) "'steps':[{'in':'pool','do':[{'at':'cpu','for':6}]}]},"            \
                                          "'z':{" ARRIVES(                                                   \
                                              3) "'steps':[{'in':'pool','do':[{'at':'cpu','for':10}]}]}}}"
    PLAYS(RESUMES("last"), {1, 8, 0, 6, 0, 0, false}, {2, 18, 5, 10, 0, 0, false},
          {0, 19, 13, 2, 4, 0, false});
    PLAYS(RESUMES("first"), {1, 8, 0, 6, 0, 0, false}, {0, 9, 3, 2, 4, 0, false},
          {2, 19, 6, 10, 0, 0, false});
#undef RESUMES
    /* Two resume at a last come, first served station: among resumed ones first come is served first (5
     * before 6), both before z; under "last" the line's own rule holds: u, then x, then z by coming last. The
     * threads are taken 0-1 by x and u (two servers), by y1 and y2 2-8. */
#define RESUMES(resume)                                                                                      \
    "{'stations':{'pool':{'servers':2,'discipline':'lcfs','await':'release','resume':'" resume               \
    "'}," FREE_CPU "},"                                                                                      \
    "'tasks':{'x':{" AT_ONCE(                                                                                \
        1) "'steps':[{'in':'pool','do':[{'await':[{'delay':5}]},{'at':'cpu','for':1}]}]},"                   \
           "'u':{" AT_ONCE(                                                                                  \
               1) "'steps':[{'in':'pool','do':[{'await':[{'delay':6}]},{'at':'cpu','for':2}]}]},"            \
                  "'y1':{" ARRIVES(2) "'steps':[{'in':'pool','do':[{'at':'cpu','for':6}]}]},"                \
                                      "'y2':{" ARRIVES(                                                      \
                                          2) "'steps':[{'in':'pool','do':[{'at':'cpu','for':60}]}]},"        \
                                             "'z':{" ARRIVES(                                                \
                                                 4) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1}]}]}}}"
    PLAYS(RESUMES("first"), {2, 8, 0, 6, 0, 0, false}, {0, 9, 3, 1, 5, 0, false}, {1, 11, 3, 2, 6, 0, false},
          {4, 12, 7, 1, 0, 0, false}, {3, 62, 0, 60, 0, 0, false});
    PLAYS(RESUMES("last"), {2, 8, 0, 6, 0, 0, false}, {1, 10, 2, 2, 6, 0, false}, {0, 11, 5, 1, 5, 0, false},
          {4, 12, 7, 1, 0, 0, false}, {3, 62, 0, 60, 0, 0, false});
#undef RESUMES
}

static void capacity_of_a_pool(void)
{
    /* Room for two. x works 0-1 and awaits 1-5. Under release y has the thread 2-12, z waits from 3, u is
     * lost at 4; x comes back at 5 as a third and is not dropped; v is lost at 6. Under hold x counts while
     * away: y waits from 2, z, u and v are lost. */
#define KINDS                                                                                                \
    FREE_CPU "},'tasks':{"                                                                                   \
             "'x':{" AT_ONCE(                                                                                \
                 1) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1},{'await':[{'delay':4}]},"              \
                    "{'at':'cpu','for':1}]}]},"                                                              \
                    "'y':{" ARRIVES(                                                                         \
                        2) "'steps':[{'in':'pool','do':[{'at':'cpu','for':10}]}]},"                          \
                           "'z':{" ARRIVES(                                                                  \
                               3) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1}]}]},"                    \
                                  "'u':{" ARRIVES(                                                           \
                                      4) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1}]}]},"             \
                                         "'v':{" ARRIVES(                                                    \
                                             5.5) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1}]}]}}}"
    PLAYS("{'stations':{'pool':{'capacity':2,'await':'release'}," KINDS, {3, 4, 0, 0, 0, 0, true},
          {4, 5.5, 0, 0, 0, 0, true}, {1, 12, 0, 10, 0, 0, false}, {2, 13, 9, 1, 0, 0, false},
          {0, 14, 8, 2, 4, 0, false});
    PLAYS("{'stations':{'pool':{'capacity':2}," KINDS, {2, 3, 0, 0, 0, 0, true}, {3, 4, 0, 0, 0, 0, true},
          {4, 5.5, 0, 0, 0, 0, true}, {0, 6, 0, 2, 4, 0, false}, {1, 16, 4, 10, 0, 0, false});
#undef KINDS
}

static void what_a_lost_task_held(void)
{
    /* db has room for one: d is there 0-10. a has thread and lock, is refused at db at 1, and gives both back
     * at once: b (waiting for the thread) and c (for the lock) go on at 1, c first since the lock was the
     * inner one. */
    PLAYS("{'stations':{'T':{},'L':{},'db':{'capacity':1},'q':{}},'tasks':{"
          "'d':{" AT_ONCE(
              1) "'steps':[{'at':'db','for':10}]},"
                 "'a':{" AT_ONCE(
                     1) "'steps':[{'in':'T','do':[{'in':'L','do':[{'delay':1},{'at':'db','for':1}]}]}]},"
                        "'b':{" ARRIVES(0.5) "'steps':[{'in':'T','do':[{'at':'q','for':1}]}]},"
                                             "'c':{" ARRIVES(
                                                 0.5) "'steps':[{'in':'L','do':[{'at':'q','for':1}]}]}}}",
          {1, 1, 0, 0, 0, 0, true}, {3, 2, 0.5, 1, 0, 0, false}, {2, 3, 1.5, 1, 0, 0, false},
          {0, 10, 0, 10, 0, 0, false});
    /* Refused inside an await while the thread is away: nothing of it is left anywhere. b has the thread 1-2.
     */
    PLAYS(
        "{'stations':{'T':{'await':'release'},'db':{'capacity':1}},'tasks':{"
        "'d':{" AT_ONCE(1) "'steps':[{'at':'db','for':10}]},"
                           "'a':{" AT_ONCE(1) "'steps':[{'in':'T','do':[{'await':[{'delay':0.5},{'at':'db','"
                                              "for':1}]},{'delay':1}]}]},"
                                              "'b':{" ARRIVES(1) "'steps':[{'in':'T','do':[{'delay':1}]}]}}}",
        {1, 0.5, 0, 0, 0, 0, true}, {2, 2, 0, 0, 1, 0, false}, {0, 10, 0, 10, 0, 0, false});
}

/* ---- Order at one instant ---- */

static void completions_before_arrivals(void)
{
    /* Every arrival falls on a completion: nobody waits, and a station with room for one refuses nobody. */
    for (int capacity = 0; capacity < 2; capacity++) {
        struct trial t;
        struct history h;
        if (trial_read(&t, "{'arrivals':{'interarrival':1},'limit':1000,'service':1%s}",
                       capacity ? ",'capacity':1" : "") &&
            trial_trace(&t, 0, 0, &h)) {
            CU_ASSERT_EQUAL(h.count, 1000);
            for (size_t i = 0; i < h.count; i++)
                EXPECT(!h.tasks[i].lost && h.tasks[i].wait == 0.0 && h.tasks[i].left == (double)i + 2.0,
                       "task %zu", i);
            history_free(&h);
        }
        trial_free(&t);
    }
}

static void order_of_freeing(void)
{
    /* At 1 x is done on its core: the core, the lock, the thread are freed, in that order, and k (core), z
     * (lock), y (thread) turn up at q in that order, before x. k needs no time on the core but its end is an
     * event of its own, so it comes after those who had nothing more to wait for. */
    PLAYS(
        "{'stations':{'T':{},'L':{},'core':{},'q':{}},'tasks':{"
        "'x':{" AT_ONCE(1) "'steps':[{'in':'T','do':[{'in':'L','do':[{'at':'core','for':1}]}]},"
                           "{'at':'q','for':1}]},"
                           "'y':{" ARRIVES(
                               0.3) "'steps':[{'in':'T','do':[{'at':'q','for':1}]}]},"
                                    "'z':{" ARRIVES(
                                        0.5) "'steps':[{'in':'L','do':[{'at':'q','for':1}]}]},"
                                             "'k':{" ARRIVES(
                                                 0.7) "'steps':[{'at':'core','for':0},{'at':'q','for':1}]}}}",
        {2, 2, 0.5, 1, 0, 0, false}, {1, 3, 1.7, 1, 0, 0, false}, {0, 4, 2, 2, 0, 0, false},
        {3, 5, 0.3 + 3, 1, 0, 0, false});
    /* A task that comes straight back for the server that it gave finds it taken by the one who waited. */
    PLAYS("{'stations':{'T':{},'core':{}},'tasks':{"
          "'x':{" AT_ONCE(1) "'steps':[{'repeat':2,'do':[{'in':'T','do':[{'at':'core','for':1}]}]}]},"
                             "'y':{" ARRIVES(0.5) "'steps':[{'in':'T','do':[{'at':'core','for':1}]}]}}}",
          {1, 2, 0.5, 1, 0, 0, false}, {0, 3, 1, 2, 0, 0, false});
    /* The same with `await` under release. x works 0-1, and its await takes no time: y has the thread 1-2 all
     * the same. */
    PLAYS("{" POOL("release") "'tasks':{"
                              "'x':{" AT_ONCE(
                                  1) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1},{'await':[]},{'at':'"
                                     "cpu','for':1}]}]},"
                                     "'y':{" ARRIVES(
                                         0.5) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1}]}]}}}",
          {1, 2, 0.5, 1, 0, 0, false}, {0, 3, 1, 2, 0, 0, false});
}

/* ---- Switch ---- */

static void switch_costs(void)
{
#define TURNS(await, steps)                                                                                  \
    "{'stations':{'pool':{'await':'" await "','switch':0.5}," FREE_CPU                                       \
    "},'tasks':{'x':{" AT_ONCE(1) "'steps':[{'in':'pool','do':[" steps                                       \
                                  "]}]},'y':{" ARRIVES(0.25) "'steps':[{'in':'pool','do':[]}]}}}"
    /* Once per `in` under hold: 0-0.5 switch, 1.5, 3.5, 4.5; y switches 4.5-5 for nothing. */
    PLAYS(TURNS("hold", "{'at':'cpu','for':1},{'await':[{'delay':2}]},{'at':'cpu','for':1}"),
          {0, 4.5, 0, 2, 2, 0.5, false}, {1, 5, 4.25, 0, 0, 0.5, false});
    /* Once more per resumption under release: back at 3.5, switch to 4, works to 5. y switches 1.5-2. */
    PLAYS(TURNS("release", "{'at':'cpu','for':1},{'await':[{'delay':2}]},{'at':'cpu','for':1}"),
          {1, 2, 1.25, 0, 0, 0.5, false}, {0, 5, 0, 2, 2, 1, false});
    /* An await that begins the block: 0.5 to take and give back, and again to resume; one that ends it: no
     * more. */
    PLAYS(TURNS("release", "{'await':[{'delay':2}]},{'at':'cpu','for':1},{'await':[{'delay':1}]}"),
          {1, 1, 0.25, 0, 0, 0.5, false}, {0, 5, 0, 1, 3, 1, false});
#undef TURNS
    /* Before a service, holding the server: 0.5 + 1 each; it is neither wait nor service. */
    PLAYS("{'arrivals':{'at_once':3},'service':1,'switch':0.5}", {0, 1.5, 0, 1, 0, 0.5, false},
          {0, 3, 1.5, 1, 0, 0.5, false}, {0, 4.5, 3, 1, 0, 0.5, false});
}

/* ---- Deadlock ---- */

#define DEADLOCK(arrivals, others)                                                                           \
    "'stations':{'pool':{'servers':1,'await':'release'},'db':{'servers':1},'x':{}},'tasks':{'a':{" arrivals  \
    ",'steps':[{'in':'pool','do':[{'in':'db','do':[{'await':[{'delay':1}]},{'delay':1}]}]}]}" others "}"

static void deadlock_is_detected(void)
{
    /* a holds db and wants the pool back; b has the pool and wants db. Whatever comes besides: an end of the
     * run, more tasks of the kind, another kind that nothing keeps from going on. */
    static const char *const scenarios[] = {
        "{" DEADLOCK("'arrivals':{'at_once':2}", "") "}",
        "{" DEADLOCK("'arrivals':{'closed':2}", "") "}",
        "{" DEADLOCK("'arrivals':{'closed':2,'think':3}", "") ",'run':{'time':1000,'warmup':0}}",
        "{" DEADLOCK("'arrivals':{'closed':2,'think':3}", "") ",'run':{'time':1000,'warmup':10}}",
        "{" DEADLOCK("'arrivals':{'rate':0.5}", "") ",'run':{'time':1000,'warmup':0}}",
        "{" DEADLOCK(
            "'arrivals':{'closed':2}",
            ",'b':{'arrivals':{'rate':0.5},'steps':[{'at':'x','for':1}]}") ",'run':{'time':1000,'warmup':0}}",
    };
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        struct trial t;
        if (trial_read(&t, "%s", scenarios[i]) && trial_run(&t, 1))
            EXPECT(t.result->points[0].report.stopped == STOPPED_DEADLOCK, "scenario %zu: stopped for %s", i,
                   stop_reason_names[t.result->points[0].report.stopped]);
        trial_free(&t);
    }
    /* And none is seen where there is none: with two threads one of the two can always go on. */
    struct trial t;
    if (trial_read(
            &t,
            "{'stations':{'pool':{'servers':2,'await':'release'},'db':{'servers':1}},'arrivals':{'closed':2},"
            "'steps':[{'in':'pool','do':[{'in':'db','do':[{'await':[{'delay':1}]},{'delay':1}]}]}],"
            "'run':{'time':1000,'warmup':0,'replications':1}}") &&
        trial_run(&t, 1))
        CU_ASSERT_EQUAL(t.result->points[0].report.stopped, STOPPED_REPLICATIONS);
    trial_free(&t);
}

const struct test world_tests[] = {
    {"an await that ends the block gives the server back for good, under release only",
     await_that_ends_a_block},
    {"an await that begins the block queues for the server, takes it and gives it back",
     await_that_begins_a_block},
    {"only await gives a server back: neither delay nor queueing elsewhere", only_await_gives_back},
    {"nested releases: given back innermost first, taken again outermost first", nested_releases},
    {"resume: last queues as a newcomer, first goes before those who have not started",
     resume_last_and_first},
    {"capacity counts who waits or holds, not who is away; who resumes is never dropped", capacity_of_a_pool},
    {"a lost task gives back what it holds, at once, and nothing it does not hold", what_a_lost_task_held},
    {"completions go before arrivals at the same instant: no false wait, no false loss",
     completions_before_arrivals},
    {"core, lock, thread are freed in that order, the next ones go on, then the finished task",
     order_of_freeing},
    {"switch is paid once per in under hold, once more per resumption under release", switch_costs},
    {"a deadlock is reported, also of closed tasks and before the end of the run", deadlock_is_detected},
    {NULL, NULL},
};
