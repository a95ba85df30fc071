/* The rules of docs/scenario-format.md under "Exactly", each on a schedule small enough to work out by hand:
 * who is served next, servers that come and go, and steps that only steer. */
#include "tests/schedule.h"

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

const struct test servers_tests[] = {
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
    {NULL, NULL},
};
