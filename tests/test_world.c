/* The rules of docs/scenario-format.md under "Exactly", each on a schedule small enough to work out by hand.
 */
#include "tests/trial.h"

/* A kind of task of which one arrives, at time t. */
#define ARRIVES(t) "'limit':1,'arrivals':{'interarrival':" #t "},"
/* That many at time 0. */
#define AT_ONCE(n) "'arrivals':{'at_once':" #n "},"

struct ended {
    size_t kind;
    double left, wait, service, delay, overhead;
    bool lost;
};

/* Replication 0 of a point ends these tasks, in this order. */
static void ends(int line, size_t point, struct trial *t, const struct ended *expected, size_t count)
{
    struct history h;
    if (!trial_trace(t, point, 0, &h))
        return;
    EXPECT(h.count == count, "line %d: %zu tasks ended, not %zu", line, h.count, count);
    for (size_t i = 0; i < count && i < h.count; i++) {
        const struct desq_task *is = &h.tasks[i];
        const struct ended *e = &expected[i];
        const bool right =
            is->kind == e->kind && fabs(is->left - e->left) < 1e-12 && fabs(is->wait - e->wait) < 1e-12 &&
            is->lost == e->lost &&
            (e->lost || (fabs(is->service - e->service) < 1e-12 && fabs(is->delay - e->delay) < 1e-12 &&
                         fabs(is->overhead - e->overhead) < 1e-12));
        EXPECT(right,
               "line %d, end %zu: kind %zu left %g wait %g service %g delay %g overhead %g%s; not kind %zu "
               "left %g "
               "wait %g service %g delay %g overhead %g%s",
               line, i, is->kind, is->left, is->wait, is->service, is->delay, is->overhead,
               is->lost ? " lost" : "", e->kind, e->left, e->wait, e->service, e->delay, e->overhead,
               e->lost ? " lost" : "");
        if (!is->lost)
            EXPECT(fabs(is->left - is->arrived - (is->wait + is->service + is->delay + is->overhead)) < 1e-12,
                   "line %d, end %zu: response is not the sum of its parts", line, i);
    }
    history_free(&h);
}

#define ENDS(point, t, ...)                                                                                  \
    ends(__LINE__, point, t, (const struct ended[]){__VA_ARGS__},                                            \
         sizeof((const struct ended[]){__VA_ARGS__}) / sizeof(struct ended))

/* One scenario of one point. */
#define PLAYS(text, ...)                                                                                     \
    do {                                                                                                     \
        struct trial trial;                                                                                  \
        if (trial_read(&trial, "%s", text))                                                                  \
            ENDS(0, &trial, __VA_ARGS__);                                                                    \
        trial_free(&trial);                                                                                  \
    } while (0)

#define FREE_CPU    "'cpu':{'servers':'infinite'}"
#define POOL(await) "'stations':{'pool':{'servers':1,'await':'" await "'}," FREE_CPU "},"

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

/* ---- Disciplines ---- */

static void priority_for_every_order_of_arrival(void)
{
    static const double orders[6][3] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
    for (size_t i = 0; i < 6; i++) {
        struct trial t;
        const double *o = orders[i];
        if (trial_read(
                &t,
                "{'stations':{'q':{'discipline':'priority'}},'tasks':{"
                "'x':{'priority':9,'arrivals':{'at_once':1},'steps':[{'at':'q','for':10}]},"
                "'a':{'priority':-1,'limit':1,'arrivals':{'interarrival':%g},'steps':[{'at':'q','for':1}]},"
                "'b':{'priority':0.5,'limit':1,'arrivals':{'interarrival':%g},'steps':[{'at':'q','for':1}]},"
                "'c':{'priority':2,'limit':1,'arrivals':{'interarrival':%g},'steps':[{'at':'q','for':1}]}}}",
                o[0], o[1], o[2]))
            ENDS(0, &t, {0, 10, 0, 10, 0, 0, false}, {1, 11, 10 - o[0], 1, 0, 0, false},
                 {2, 12, 11 - o[1], 1, 0, 0, false}, {3, 13, 12 - o[2], 1, 0, 0, false});
        trial_free(&t);
    }
    /* Of equal priority: first come, first served, whatever their kinds. */
    PLAYS("{'stations':{'q':{'discipline':'priority'}},'tasks':{"
          "'x':{" AT_ONCE(1) "'steps':[{'at':'q','for':10}]},"
                             "'a':{'priority':1," ARRIVES(3) "'steps':[{'at':'q','for':1}]},"
                                                             "'b':{'priority':1," ARRIVES(
                                                                 2) "'steps':[{'at':'q','for':1}]}}}",
          {0, 10, 0, 10, 0, 0, false}, {2, 11, 8, 1, 0, 0, false}, {1, 12, 8, 1, 0, 0, false});
}

static void last_come_first_served(void)
{
    PLAYS("{'arrivals':{'interarrival':1},'limit':4,'service':2.5,'discipline':'lcfs'}",
          {0, 3.5, 0, 2.5, 0, 0, false}, {0, 6, 0.5, 2.5, 0, 0, false}, {0, 8.5, 2, 2.5, 0, 0, false},
          {0, 11, 6.5, 2.5, 0, 0, false});
}

static void processor_sharing(void)
{
    /* Demands 1 and 2 on one server: both at half speed to 2, the second alone to 3. */
    struct trial t;
    if (trial_read(
            &t, "{'stations':{'q':{'discipline':'ps'}},'tasks':{"
                "'a':{'arrivals':{'at_once':1},'steps':[{'at':'q','for':1}]},"
                "'b':{'arrivals':{'at_once':1},'steps':[{'at':'q','for':2}]}},'run':{'replications':1}}")) {
        ENDS(0, &t, {0, 2, 1, 1, 0, 0, false}, {1, 3, 1, 2, 0, 0, false});
        if (trial_run(&t, 1)) {
            CU_ASSERT_DOUBLE_EQUAL(trial_figure(&t, 0, "station:q", "utilisation")->mean, 1.0, 1e-12);
            CU_ASSERT_DOUBLE_EQUAL(trial_figure(&t, 0, "station:q", "queue_length")->mean, 2.0 / 3.0, 1e-12);
            CU_ASSERT_DOUBLE_EQUAL(trial_figure(&t, 0, "station:q", "in_station")->mean, 5.0 / 3.0, 1e-12);
            CU_ASSERT_DOUBLE_EQUAL(trial_figure(&t, 0, "station:q", "wait")->mean, 1.0, 1e-12);
        }
    }
    trial_free(&t);
    /* Two servers, demands 1, 1, 2: speed 2/3 to 1.5, then the last alone at full speed, not at 2, to 2.5. */
    if (trial_read(
            &t, "{'stations':{'q':{'servers':2,'discipline':'ps'}},'tasks':{"
                "'a':{'arrivals':{'at_once':2},'steps':[{'at':'q','for':1}]},"
                "'b':{'arrivals':{'at_once':1},'steps':[{'at':'q','for':2}]}},'run':{'replications':1}}")) {
        ENDS(0, &t, {0, 1.5, 0.5, 1, 0, 0, false}, {0, 1.5, 0.5, 1, 0, 0, false},
             {1, 2.5, 0.5, 2, 0, 0, false});
        if (trial_run(&t, 1)) /* (2 * 1.5 + 1 * 1) / 2 servers / 2.5 */
            CU_ASSERT_DOUBLE_EQUAL(trial_figure(&t, 0, "station:q", "utilisation")->mean, 0.8, 1e-12);
    }
    trial_free(&t);
    /* b (demand 1) joins a (demand 3) at 1: each at half speed, b done at 3, a at 4. Infinite servers: nobody
     * waits. */
#define KINDS                                                                                                \
    "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':3}]},'b':{" ARRIVES(                               \
        1) "'steps':[{'at':'q','for':1}]}}}"
    PLAYS("{'stations':{'q':{'discipline':'ps'}}," KINDS, {1, 3, 1, 1, 0, 0, false},
          {0, 4, 1, 3, 0, 0, false});
    PLAYS("{'stations':{'q':{'discipline':'ps','servers':'infinite'}}," KINDS, {1, 2, 0, 1, 0, 0, false},
          {0, 3, 0, 3, 0, 0, false});
#undef KINDS
}

/* ---- Servers that come and go ---- */

/* Integral of servers being set up at the first station. */
static void expect_setting_up(struct trial *t, double expected)
{
    struct history h;
    if (!trial_trace(t, 0, 0, &h))
        return;
    EXPECT(fabs(h.whole.setting_up[0] - expected) < 1e-12, "setting up %g, not %g", h.whole.setting_up[0],
           expected);
    history_free(&h);
}

#define STARTS(text, setting_up, ...)                                                                        \
    do {                                                                                                     \
        struct trial trial;                                                                                  \
        if (trial_read(&trial, "%s", text)) {                                                                \
            ENDS(0, &trial, __VA_ARGS__);                                                                    \
            expect_setting_up(&trial, setting_up);                                                           \
        }                                                                                                    \
        trial_free(&trial);                                                                                  \
    } while (0)

static void setups(void)
{
    /* Cold at 0; starts in parallel, as many as there are cold servers: two at 2, the third task at 3. */
    STARTS("{'arrivals':{'at_once':3},'service':1,'servers':2,'setup':2}", 4, {0, 3, 2, 1, 0, 0, false},
           {0, 3, 2, 1, 0, 0, false}, {0, 4, 3, 1, 0, 0, false});
    /* Three cold servers: all three begin. One at a time: warm at 2, 4, 6. */
    STARTS("{'arrivals':{'at_once':3},'service':5,'servers':3,'setup':2}", 6, {0, 7, 2, 5, 0, 0, false},
           {0, 7, 2, 5, 0, 0, false}, {0, 7, 2, 5, 0, 0, false});
    PLAYS("{'arrivals':{'at_once':3},'service':5,'servers':3,'setup':2,'setup_serial':true}",
          {0, 7, 2, 5, 0, 0, false}, {0, 9, 4, 5, 0, 0, false}, {0, 11, 6, 5, 0, 0, false});
    /* A start is never cancelled: b's (1-4) goes on though the first server, free at 3.5, takes b; so c1 and
     * c2 at 5 find two warm servers. w at 3.6 waits with one start under way, so it begins none: 3 + 3 in
     * all. The server warm at 4 (or the one free at 4) takes it. */
    STARTS(
        "{'stations':{'q':{'servers':3,'setup':3}},'tasks':{"
        "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':0.5}]},"
                           "'b':{" ARRIVES(
                               1) "'steps':[{'at':'q','for':0.5}]},"
                                  "'w':{" ARRIVES(
                                      3.6) "'steps':[{'at':'q','for':0.5}]},"
                                           "'c1':{" ARRIVES(5) "'steps':[{'at':'q','for':1}]},'c2':{" ARRIVES(
                                               5) "'steps':[{'at':'q','for':1}]}}}",
        6, {0, 3.5, 3, 0.5, 0, 0, false}, {1, 4, 2.5, 0.5, 0, 0, false}, {2, 4.5, 0.4, 0.5, 0, 0, false},
        {3, 6, 0, 1, 0, 0, false}, {4, 6, 0, 1, 0, 0, false});
}

static void keep_alive(void)
{
    /* Warm until 1 after the last work: a 2-3, b at 3.5 finds it warm, 3.5-4.5; c at 6 finds it cold
     * since 5.5. */
#define KINDS(b, c)                                                                                          \
    "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':1}]},'b':{" ARRIVES(                               \
        b) "'steps':[{'at':'q','for':1}]},"                                                                  \
           "'c':{" ARRIVES(c) "'steps':[{'at':'q','for':1}]}}}"
    STARTS("{'stations':{'q':{'setup':2,'keep_alive':1}}," KINDS(3.5, 6), 4, {0, 3, 2, 1, 0, 0, false},
           {1, 4.5, 0, 1, 0, 0, false}, {2, 9, 2, 1, 0, 0, false});
    /* At the very instant at which it would go cold it is still warm (4 and 6). */
    STARTS("{'stations':{'q':{'setup':2,'keep_alive':1}}," KINDS(4, 6), 2, {0, 3, 2, 1, 0, 0, false},
           {1, 5, 0, 1, 0, 0, false}, {2, 7, 0, 1, 0, 0, false});
    /* Not kept at all: b waited and is served on; c finds it cold. */
    STARTS("{'stations':{'q':{'setup':2,'keep_alive':0}}," KINDS(2.5, 4.5), 4, {0, 3, 2, 1, 0, 0, false},
           {1, 4, 0.5, 1, 0, 0, false}, {2, 7.5, 2, 1, 0, 0, false});
#undef KINDS
    /* A server held by a task that awaits is not idle: it stays, though its keep-alive is short. Given back,
     * it is. */
#define POOL_KEPT(await)                                                                                     \
    "{'stations':{'pool':{'setup':2,'keep_alive':0.5,'await':'" await "'}," FREE_CPU                         \
    "},'tasks':{'a':{" AT_ONCE(1) "'steps':[{'in':'pool','do':[{'at':'cpu','for':1},{'await':[{'delay':5}]}" \
                                  ",{'at':'cpu','for':1}]}]}}}"
    STARTS(POOL_KEPT("hold"), 2, {0, 9, 2, 2, 5, 0, false});
    STARTS(POOL_KEPT("release"), 4, {0, 11, 4, 2, 5, 0, false});
#undef POOL_KEPT
    /* Of several idle servers the latest to rest is used first: two servers warm from 2 (services 1 and 1.5);
     * b at 4 takes the one that rested at 3.5, so that the other is cold at 5 and c, at 5.2, waits for a
     * start. */
    STARTS("{'stations':{'q':{'servers':2,'setup':2,'keep_alive':2}},'tasks':{"
           "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':1}]},'A':{" AT_ONCE(
               1) "'steps':[{'at':'q','for':1.5}]},"
                  "'b':{" ARRIVES(4) "'steps':[{'at':'q','for':9}]},'c':{" ARRIVES(
                      5.2) "'steps':[{'at':'q','for':1}]}}}",
           6, {0, 3, 2, 1, 0, 0, false}, {1, 3.5, 2, 1.5, 0, 0, false}, {3, 8.2, 2, 1, 0, 0, false},
           {2, 13, 0, 9, 0, 0, false});
}

/* ---- The steps that only steer ---- */

static void steering_steps(void)
{
    /* repeat: none, rounded up from 2.5, nested 2 x 3; choose: p = 0 never, p = 1 always; empty blocks are
     * allowed. */
    PLAYS("{'stations':{'queue':{}},'arrivals':{'at_once':1},'steps':[{'repeat':0,'do':[{'delay':100}]},{'"
          "repeat':2.5,'do':[{'delay':1}]},"
          "{'repeat':2,'do':[{'repeat':3,'do':[{'delay':10}]}]},"
          "{'choose':[{'p':0,'do':[{'delay':1000}]},{'p':1,'do':[{'delay':0.5}]}]},"
          "{'choose':[{'p':1,'do':[]},{'do':[{'delay':1000}]}]},{'in':'queue','do':[]},{'await':[]},{'repeat'"
          ":5,'do':[]}]}",
          {0, 63.5, 0, 0, 63.5, 0, false});
}

static void categories_that_sum_to_one_but_for_rounding(void)
{
    /* Ten times 0.1 adds up to 1 - 2^-53. Whatever is drawn, some branch is taken, and the last is an
     * ordinary one. */
    struct trial t;
    struct history h;
    double sum = 0.0;
    if (trial_read(
            &t, "{'arrivals':{'at_once':200000},'steps':[{'choose':["
                "{'p':0.1,'do':[]},{'p':0.1,'do':[]},{'p':0.1,'do':[]},{'p':0.1,'do':[]},{'p':0.1,'do':[]},"
                "{'p':0.1,'do':[]},{'p':0.1,'do':[]},{'p':0.1,'do':[]},{'p':0.1,'do':[]},"
                "{'p':0.1,'do':[{'delay':1}]}]}],'stations':{'q':{}}}") &&
        trial_trace(&t, 0, 0, &h)) {
        CU_ASSERT_EQUAL(h.count, 200000);
        for (size_t i = 0; i < h.count; i++)
            sum += h.tasks[i].delay;
        /* Binomial, sd 134: 4.4 of them, false alarm 1e-5. */
        EXPECT(fabs(sum - 20000.0) < 4.4 * sqrt(200000.0 * 0.09), "last of ten branches: %g of 200000", sum);
        history_free(&h);
    }
    trial_free(&t);
}

/* ---- Deadlock ---- */

#define DEADLOCK                                                                                             \
    "'stations':{'pool':{'servers':1,'await':'release'},'db':{'servers':1}},"                                \
    "'tasks':{'a':{%s'steps':[{'in':'pool','do':[{'in':'db','do':[{'await':[{'delay':1}]},{'delay':1}]}]}]}" \
    "}"

static void deadlock_is_detected(void)
{
    /* a holds db and wants the pool back; b has the pool and wants db. */
    static const char *const arrivals[] = {"'arrivals':{'at_once':2},", "'arrivals':{'closed':2},",
                                           "'arrivals':{'closed':2,'think':3},"};
    static const char *const runs[] = {"", ",'run':{'time':1000,'warmup':0}",
                                       ",'run':{'time':1000,'warmup':10}"};
    for (size_t i = 0; i < 3; i++) {
        struct trial t;
        struct error err;
        const char *given = arrivals[i];
        if (i == 2) /* thinking alike, they come at once again and again */
            given = "'arrivals':{'closed':2,'think':3},";
        if (trial_read(&t, "{" DEADLOCK "%s}", given, runs[i])) {
            const bool ran = desq_trace(t.desq, 0, 0, NULL, NULL, NULL, &err);
            EXPECT(!ran, "scenario %zu: a deadlock went unnoticed in the trace", i);
            if (trial_run(&t, 1))
                EXPECT(t.result->points[0].report.stopped == STOPPED_DEADLOCK, "scenario %zu: stopped for %s",
                       i, stop_reason_names[t.result->points[0].report.stopped]);
        }
        trial_free(&t);
    }
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
    {"priority holds for all orders of arrival, the first waiter included; ties first come",
     priority_for_every_order_of_arrival},
    {"lcfs serves the latest first and does not preempt", last_come_first_served},
    {"ps serves k at min(1, c/k), counts min(k, c) busy, and waits are what sharing costs",
     processor_sharing},
    {"servers are cold at 0, start in parallel or one by one, never in vain, never cancelled", setups},
    {"a warm server goes cold after keep_alive without work, not while held, not a moment sooner",
     keep_alive},
    {"repeat rounds, choose obeys 0 and 1, empty blocks pass", steering_steps},
    {"a choice whose shares sum to 1 but for rounding never falls off its end",
     categories_that_sum_to_one_but_for_rounding},
    {"a deadlock is reported, also of closed tasks and before the end of the run", deadlock_is_detected},
    {NULL, NULL},
};
