/* Disciplines that know sizes or deadlines, and those that preempt: each rule on a schedule small enough to
 * work out by hand, above all where several things happen at one instant. */
#include "tests/schedule.h"

#define QUEUE(text) "{'stations':{'q':{" text "}},'tasks':{"
#define WORK(w)     "'steps':[{'at':'q','for':" #w "}]"

static void shortest_first(void)
{
    /* x holds the server to 10; a, b, c wait with sizes 3, 1, 3: b, then a (first of the equals), then c. */
    PLAYS(QUEUE("'discipline':'sjf'") "'x':{" AT_ONCE(1) WORK(10) "},'a':{" ARRIVES(1)
              WORK(3) "},'b':{" ARRIVES(2) WORK(1) "},'c':{" ARRIVES(3) WORK(3) "}}}",
          {0, 10, 0, 10, 0, 0, false}, {2, 11, 8, 1, 0, 0, false}, {1, 14, 10, 3, 0, 0, false},
          {3, 17, 11, 3, 0, 0, false});
    /* Who comes at the very instant of a completion comes too late: y, larger, is served first. */
    PLAYS(QUEUE("'discipline':'sjf'") "'x':{" AT_ONCE(1) WORK(2) "},'y':{" ARRIVES(1)
              WORK(5) "},'a':{" ARRIVES(2) WORK(1) "}}}",
          {0, 2, 0, 2, 0, 0, false}, {1, 7, 1, 5, 0, 0, false}, {2, 8, 5, 1, 0, 0, false});
}

static void earliest_deadline_first(void)
{
    /* Deadlines: a at 1 + 20, b at 2 + 5, c none, d at 3 + 18: b, a (d's equal, but first), d, c. */
#define KINDS                                                                                                \
    "'x':{" AT_ONCE(1) WORK(10) "},'c':{" ARRIVES(0.5) WORK(1) "},'a':{'deadline':20," ARRIVES(1)            \
        WORK(3) "},'b':{'deadline':5," ARRIVES(2) WORK(1) "},'d':{'deadline':18," ARRIVES(3) WORK(1) "}}}"
    PLAYS(QUEUE("'discipline':'edf'") KINDS, {0, 10, 0, 10, 0, 0, false}, {3, 11, 8, 1, 0, 0, false},
          {2, 14, 10, 3, 0, 0, false}, {4, 15, 11, 1, 0, 0, false}, {1, 16, 14.5, 1, 0, 0, false});
    /* With preemption: c (no deadline, as x, but later) waits; a takes x's server at 1, b takes a's at 2.
     * Free at 3, it turns to a, whose deadline d's equals; x, without one, comes before c. */
    PLAYS(QUEUE("'discipline':'edf','preempt':'resume'") KINDS, {3, 3, 0, 1, 0, 0, false},
          {2, 5, 1, 3, 0, 0, false}, {4, 6, 2, 1, 0, 0, false}, {0, 15, 5, 10, 0, 0, false},
          {1, 16, 14.5, 1, 0, 0, false});
#undef KINDS
}

static void deadlines_missed(void)
{
    /* Responses 1, 2, 3, 4 against 2: at the deadline is in time. A kind without one has no such share. */
    struct trial t;
    if (trial_read(&t, QUEUE("") "'a':{'deadline':2," AT_ONCE(4) WORK(1) "},'b':{" AT_ONCE(1)
                           WORK(1) "}},'run':{'replications':1}}") &&
        trial_run(&t, 1)) {
        CU_ASSERT_DOUBLE_EQUAL(trial_figure(&t, 0, "a", "missed")->mean, 0.5, 1e-12);
        CU_ASSERT(isnan(trial_figure(&t, 0, "b", "missed")->mean));
    }
    trial_free(&t);
}

#define LOW_HIGH(low, at, high)                                                                              \
    "'low':{'priority':1," AT_ONCE(1) WORK(low) "},'high':{'priority':0," ARRIVES(at) WORK(high) "}}}"

static void preemptive_priorities(void)
{
    PLAYS(QUEUE("'discipline':'priority','preempt':'resume'") LOW_HIGH(5, 2, 1), {1, 3, 0, 1, 0, 0, false},
          {0, 6, 1, 5, 0, 0, false});
    /* The two units done before are lost, but were service. */
    PLAYS(QUEUE("'discipline':'priority','preempt':'restart'") LOW_HIGH(5, 2, 1), {1, 3, 0, 1, 0, 0, false},
          {0, 8, 1, 7, 0, 0, false});
    PLAYS(QUEUE("'discipline':'priority','preempt':'repeat'") LOW_HIGH(5, 2, 1), {1, 3, 0, 1, 0, 0, false},
          {0, 8, 1, 7, 0, 0, false});
    /* Done at the instant of the arrival: completions come first. */
    PLAYS(QUEUE("'discipline':'priority','preempt':'restart'") LOW_HIGH(2, 2, 1), {0, 2, 0, 2, 0, 0, false},
          {1, 3, 0, 1, 0, 0, false});
    /* At 2 the high one's delay ends before the low one's service does, yet nothing is left to preempt. */
    PLAYS(QUEUE("'discipline':'priority','preempt':'restart'") "'high':{'priority':0," AT_ONCE(
              1) "'steps':[{'delay':2},{'at':'q','for':1}]},'low':{'priority':1," AT_ONCE(1) WORK(2) "}}}",
          {1, 2, 0, 2, 0, 0, false}, {0, 3, 0, 1, 2, 0, false});
    /* The same with two servers and two high ones: one gets the server of the low one that is done, the other
     * that of the low one that is not. */
    PLAYS(QUEUE("'servers':2,'discipline':'priority','preempt':'resume'") "'high':{'priority':0," AT_ONCE(
              2) "'steps':[{'delay':2},{'at':'q','for':1}]},'low':{'priority':1," AT_ONCE(1)
              WORK(4) "},'brief':{'priority':2," AT_ONCE(1) WORK(2) "}}}",
          {2, 2, 0, 2, 0, 0, false}, {0, 3, 0, 1, 2, 0, false}, {0, 3, 0, 1, 2, 0, false},
          {1, 5, 1, 4, 0, 0, false});
    /* Equals do not preempt; of two equal victims the one that joined last gives way and is then at the head.
     */
    PLAYS(QUEUE("'servers':2,'discipline':'priority','preempt':'resume'") "'a':{'priority':1," AT_ONCE(1)
              WORK(5) "},'b':{'priority':1," ARRIVES(1) WORK(5) "},'c':{'priority':1," ARRIVES(2)
                  WORK(1) "},'h':{'priority':0," ARRIVES(3) WORK(1) "}}}",
          {3, 4, 0, 1, 0, 0, false}, {0, 5, 0, 5, 0, 0, false}, {2, 6, 3, 1, 0, 0, false},
          {1, 7, 1, 5, 0, 0, false});
    /* Infinite servers preempt nobody. */
    PLAYS(QUEUE("'servers':'infinite','discipline':'priority','preempt':'restart'") LOW_HIGH(5, 2, 1),
          {1, 3, 0, 1, 0, 0, false}, {0, 5, 0, 5, 0, 0, false});
}

static void preempted_while_switching(void)
{
    /* low's switch is broken off at 0.5 and paid again from 2.5. */
    PLAYS(QUEUE("'switch':1,'discipline':'priority','preempt':'resume'") LOW_HIGH(5, 0.5, 1),
          {1, 2.5, 0, 1, 0, 1, false}, {0, 8.5, 2, 5, 0, 1.5, false});
    /* Preempted at 3 with 2 of 5 done; high 3-5; low switches 5-6 and is done at 9. */
    PLAYS(QUEUE("'switch':1,'discipline':'priority','preempt':'resume'") LOW_HIGH(5, 3, 1),
          {1, 5, 0, 1, 0, 1, false}, {0, 9, 2, 5, 0, 2, false});
}

static void preemption_and_setup(void)
{
    /* Both wait for the cold server, ready at 2: it takes the more urgent one. Later one preempts as ever. */
    PLAYS(QUEUE("'setup':2,'discipline':'priority','preempt':'resume'") LOW_HIGH(5, 1, 1),
          {1, 3, 1, 1, 0, 0, false}, {0, 8, 3, 5, 0, 0, false});
    PLAYS(QUEUE("'setup':2,'discipline':'priority','preempt':'resume'") LOW_HIGH(5, 4, 1),
          {1, 5, 0, 1, 0, 0, false}, {0, 8, 3, 5, 0, 0, false});
    /* Two servers: high at 2 preempts low, for whom the second server then starts, ready at 4. */
    PLAYS(QUEUE("'servers':2,'setup':{'dist':'discrete','values':[2],'p':[1]},'discipline':'priority','"
                "preempt':'resume'") LOW_HIGH(5, 3, 4),
          {1, 7, 0, 4, 0, 0, false}, {0, 9, 4, 5, 0, 0, false});
}

static void last_come_first_served_preemptive(void)
{
    PLAYS(QUEUE("'discipline':'lcfs_pr'") "'a':{" AT_ONCE(1) WORK(3) "},'b':{" ARRIVES(1)
              WORK(1) "},'c':{" ARRIVES(1.5) WORK(1) "}}}",
          {2, 2.5, 0, 1, 0, 0, false}, {1, 3, 1, 1, 0, 0, false}, {0, 5, 2, 3, 0, 0, false});
    /* Two servers serve the two that joined last. */
    PLAYS(QUEUE("'servers':2,'discipline':'lcfs_pr'") "'a':{" AT_ONCE(1) WORK(4) "},'b':{" ARRIVES(1)
              WORK(4) "},'c':{" ARRIVES(2) WORK(2) "}}}",
          {2, 4, 0, 2, 0, 0, false}, {1, 5, 0, 4, 0, 0, false}, {0, 6, 2, 4, 0, 0, false});
    /* All at one instant: the last is served first. */
    PLAYS("{'arrivals':{'at_once':3},'service':1,'discipline':'lcfs_pr'}", {0, 1, 0, 1, 0, 0, false},
          {0, 2, 1, 1, 0, 0, false}, {0, 3, 2, 1, 0, 0, false});
    PLAYS(QUEUE("'discipline':'lcfs_pr','preempt':'restart'") LOW_HIGH(5, 2, 1), {1, 3, 0, 1, 0, 0, false},
          {0, 8, 1, 7, 0, 0, false});
}

static void shortest_remaining(void)
{
    /* a's 3 at 2 equals what x has left: x keeps the server; b's 1 at 3 is less than 2. */
#define KINDS "'x':{" AT_ONCE(1) WORK(5) "},'a':{" ARRIVES(2) WORK(3) "},'b':{" ARRIVES(3) WORK(1) "}}}"
    PLAYS(QUEUE("'discipline':'srpt'") KINDS, {2, 4, 0, 1, 0, 0, false}, {0, 6, 1, 5, 0, 0, false},
          {1, 9, 4, 3, 0, 0, false});
    /* By original size a's 3 is less than x's 5. */
    PLAYS(QUEUE("'discipline':'psjf'") KINDS, {2, 4, 0, 1, 0, 0, false}, {1, 6, 1, 3, 0, 0, false},
          {0, 9, 4, 5, 0, 0, false});
#undef KINDS
    /* Equal sizes: nobody is preempted. */
    for (int srpt = 0; srpt < 2; srpt++) {
        struct trial t;
        if (trial_read(&t, "{'arrivals':{'interarrival':1},'limit':3,'service':2,'discipline':'%s'}",
                       srpt ? "srpt" : "psjf"))
            ENDS(0, &t, {0, 3, 0, 2, 0, 0, false}, {0, 5, 1, 2, 0, 0, false}, {0, 7, 2, 2, 0, 0, false});
        trial_free(&t);
    }
    /* Two servers: z's 4 is less than x's 9, the most that is left. */
    PLAYS(QUEUE("'servers':2,'discipline':'srpt'") "'x':{" AT_ONCE(1) WORK(10) "},'y':{" AT_ONCE(1)
              WORK(6) "},'z':{" ARRIVES(1) WORK(4) "}}}",
          {2, 5, 0, 4, 0, 0, false}, {1, 6, 0, 6, 0, 0, false}, {0, 14, 4, 10, 0, 0, false});
}

static void round_robin(void)
{
    PLAYS("{'arrivals':{'at_once':2},'service':3,'discipline':'rr','quantum':2}", {0, 5, 2, 3, 0, 0, false},
          {0, 6, 3, 3, 0, 0, false});
    /* Each turn pays the switch: 0.5-2.5, 3-5, 5.5-6.5, 7-8. */
    PLAYS("{'arrivals':{'at_once':2},'service':3,'discipline':'rr','quantum':2,'switch':0.5}",
          {0, 6.5, 2.5, 3, 0, 1, false}, {0, 8, 4, 3, 0, 1, false});
    /* Alone, it is one turn. */
    PLAYS("{'arrivals':{'at_once':1},'service':5,'discipline':'rr','quantum':2,'switch':0.5}",
          {0, 5.5, 0, 5, 0, 0.5, false});
    /* b comes at the instant at which a's quantum ends: a goes on with another, which is its last. */
    PLAYS(QUEUE("'discipline':'rr','quantum':2") "'a':{" AT_ONCE(1) WORK(4) "},'b':{" ARRIVES(2)
              WORK(1) "}}}",
          {0, 4, 0, 4, 0, 0, false}, {1, 5, 2, 1, 0, 0, false});
    /* Ten tenths are one: no eleventh turn. Two servers, three tasks: 0-1 a b, 1-2 c a, 2-3 b c. */
    PLAYS("{'arrivals':{'at_once':1},'service':1,'discipline':'rr','quantum':0.1}",
          {0, 1, 0, 1, 0, 0, false});
    PLAYS("{'arrivals':{'at_once':3},'service':2,'discipline':'rr','quantum':1,'servers':2}",
          {0, 2, 0, 2, 0, 0, false}, {0, 3, 1, 2, 0, 0, false}, {0, 3, 1, 2, 0, 0, false});
}

static void least_attained_service(void)
{
    /* x alone to 1, y alone 1-2, then level; z alone 2-3; x and y, each at half speed, y done at 5, x at 6.
     */
    PLAYS(QUEUE("'discipline':'las'") "'x':{" AT_ONCE(1) WORK(3) "},'y':{" ARRIVES(1)
              WORK(2) "},'z':{" ARRIVES(2) WORK(1) "}}}",
          {2, 3, 0, 1, 0, 0, false}, {1, 5, 2, 2, 0, 0, false}, {0, 6, 3, 3, 0, 0, false});
    /* Two servers: z has one from 1 on, x and y share the other; they stand at 1.5 when z is done at 2. */
#define KINDS(z) "'xy':{" AT_ONCE(2) WORK(4) "},'z':{" ARRIVES(1) WORK(z) "}}}"
    PLAYS(QUEUE("'servers':2,'discipline':'las'") KINDS(1), {1, 2, 0, 1, 0, 0, false},
          {0, 4.5, 0.5, 4, 0, 0, false}, {0, 4.5, 0.5, 4, 0, 0, false});
    /* z has caught up with them at 3, all at 2; three tasks on two servers to 4.5, when z is done, all at 3.
     */
    PLAYS(QUEUE("'servers':2,'discipline':'las'") KINDS(3), {1, 4.5, 0.5, 3, 0, 0, false},
          {0, 5.5, 1.5, 4, 0, 0, false}, {0, 5.5, 1.5, 4, 0, 0, false});
    PLAYS(QUEUE("'servers':'infinite','discipline':'las'") KINDS(3), {0, 4, 0, 4, 0, 0, false},
          {0, 4, 0, 4, 0, 0, false}, {1, 4, 0, 3, 0, 0, false});
#undef KINDS
    /* Equal ones are one level, and leave in the order in which they came; those without work leave at once.
     */
    PLAYS("{'arrivals':{'at_once':3},'service':1,'discipline':'las'}", {0, 3, 2, 1, 0, 0, false},
          {0, 3, 2, 1, 0, 0, false}, {0, 3, 2, 1, 0, 0, false});
    PLAYS("{'arrivals':{'at_once':2},'service':0,'discipline':'las'}", {0, 0, 0, 0, 0, 0, false},
          {0, 0, 0, 0, 0, 0, false});
}

static void shares_by_weight(void)
{
    /* a at 2/3 to 3; b, with 1 of 2 done, alone to 4. */
    PLAYS(QUEUE("'discipline':'dps'") "'a':{'weight':2," AT_ONCE(1) WORK(2) "},'b':{" AT_ONCE(1)
              WORK(2) "}}}",
          {0, 3, 1, 2, 0, 0, false}, {1, 4, 2, 2, 0, 0, false});
    /* Two servers: a's share would be 4/3 of one; it has one, and the two b share the other. */
    PLAYS(QUEUE("'servers':2,'discipline':'dps'") "'a':{'weight':4," AT_ONCE(1) WORK(2) "},'b':{" AT_ONCE(2)
              WORK(2) "}}}",
          {0, 2, 0, 2, 0, 0, false}, {1, 3, 1, 2, 0, 0, false}, {1, 3, 1, 2, 0, 0, false});
    /* Three servers, weights 8, 4, 1, 1: 24/14 caps a; then 8/6 caps b, who would have had 12/14; the last
     * two share. */
    PLAYS(QUEUE("'servers':3,'discipline':'dps'") "'a':{'weight':8," AT_ONCE(1)
              WORK(2) "},'b':{'weight':4," AT_ONCE(1) WORK(2) "},'c':{" AT_ONCE(2) WORK(2) "}}}",
          {0, 2, 0, 2, 0, 0, false}, {1, 2, 0, 2, 0, 0, false}, {2, 3, 1, 2, 0, 0, false},
          {2, 3, 1, 2, 0, 0, false});
    PLAYS(QUEUE("'servers':'infinite','discipline':'dps'") "'a':{'weight':2," AT_ONCE(1)
              WORK(2) "},'b':{" AT_ONCE(1) WORK(2) "}}}",
          {0, 2, 0, 2, 0, 0, false}, {1, 2, 0, 2, 0, 0, false});
}

/* Two scenarios play the same, task by task. */
static void same(int line, const char *a, const char *b)
{
    struct trial ta, tb;
    struct history ha = {0}, hb = {0};
    const char *text = "{%s,'arrivals':{'rate':0.9},'service':{'dist':'exponential','mean':1},"
                       "'run':{'count':500,'warmup':0,'replications':1}}";
    const bool read = trial_read(&ta, text, a);
    if (trial_read(&tb, text, b) && read && trial_trace(&ta, 0, 0, &ha) && trial_trace(&tb, 0, 0, &hb)) {
        EXPECT(ha.count >= 500 && hb.count == ha.count, "line %d: %zu and %zu tasks", line, ha.count,
               hb.count);
        size_t differ = 0;
        for (size_t i = 0; i < ha.count && i < hb.count; i++)
            differ += ha.tasks[i].key != hb.tasks[i].key ||
                      fabs(ha.tasks[i].left - hb.tasks[i].left) > 1e-9 ||
                      fabs(ha.tasks[i].wait - hb.tasks[i].wait) > 1e-9;
        EXPECT(differ == 0, "line %d: %zu tasks differ", line, differ);
        history_free(&ha);
        history_free(&hb);
    }
    trial_free(&ta);
    trial_free(&tb);
}

static void degenerate_cases(void)
{
    /* A deadline does not change what a task draws. */
    same(__LINE__, "'servers':1", "'deadline':{'dist':'exponential','mean':3}");
    /* Equal deadlines, one class, a quantum that is never reached: first come, first served. */
    same(__LINE__, "'servers':1", "'deadline':5,'discipline':'edf'");
    same(__LINE__, "'servers':1", "'deadline':5,'discipline':'edf','preempt':'restart'");
    same(__LINE__, "'servers':2", "'servers':2,'discipline':'priority','preempt':'repeat'");
    same(__LINE__, "'servers':2", "'servers':2,'discipline':'rr','quantum':1000");
    same(__LINE__, "'servers':1,'capacity':3", "'servers':1,'capacity':3,'discipline':'rr','quantum':1000");
    /* One weight: processor sharing. */
    same(__LINE__, "'servers':2,'discipline':'ps'", "'servers':2,'discipline':'dps','weight':7");
    /* Room for one: nothing to choose. */
    same(__LINE__, "'capacity':1", "'capacity':1,'discipline':'srpt'");
    same(__LINE__, "'capacity':1", "'capacity':1,'discipline':'las'");
}

static void nobody_stays_behind(void)
{
    /* More present than servers at the end of a terminating run, every discipline, two and three servers: all
     * complete, and, no switch being paid and no work lost, the servers have done just the work there was. */
    static const char *const rules[] = {"'sjf'",
                                        "'edf'",
                                        "'psjf'",
                                        "'srpt'",
                                        "'lcfs_pr'",
                                        "'rr','quantum':0.3",
                                        "'las'",
                                        "'dps'",
                                        "'edf','preempt':'resume'",
                                        "'priority','preempt':'resume'"};
    double work = 0.0;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        for (unsigned servers = 2; servers <= 3; servers++) {
            struct trial t;
            struct history h;
            if (trial_read(
                    &t,
                    "{'arrivals':{'rate':5},'limit':300,'deadline':{'dist':'uniform','min':0,'max':50},"
                    "'service':{'mean':1,'scv':3},'servers':%u,'discipline':%s}",
                    servers, rules[i]) &&
                trial_trace(&t, 0, 0, &h)) {
                EXPECT(h.count == 300, "%s: %zu ended", rules[i], h.count);
                double service = 0.0;
                for (size_t n = 0; n < h.count; n++)
                    service += h.tasks[n].service;
                work = work > 0.0 ? work : service;
                EXPECT(fabs(service - work) < 1e-6 && fabs(h.whole.busy[0] - work) < 1e-6,
                       "%s on %u: served %.9g, busy %.9g, not %.9g", rules[i], servers, service,
                       h.whole.busy[0], work);
                history_free(&h);
            }
            trial_free(&t);
        }
}

const struct test preemption_tests[] = {
    {"sjf: the shortest of those waiting, of equals the first", shortest_first},
    {"edf: the earliest deadline, of equals the first, then those without one", earliest_deadline_first},
    {"missed: the share after the deadline, of kinds that have one", deadlines_missed},
    {"priority with resume, restart and repeat; who gives way, and what happens at one instant",
     preemptive_priorities},
    {"a switch that is broken off is paid for and begun again", preempted_while_switching},
    {"servers that are set up and tasks that are preempted", preemption_and_setup},
    {"lcfs_pr: the latest are in service", last_come_first_served_preemptive},
    {"srpt by what is left, psjf by the whole; equals do not preempt", shortest_remaining},
    {"rr: turns of a quantum, each with its switch", round_robin},
    {"las: the least served share the servers, and are caught up with", least_attained_service},
    {"dps: shares by weight, of at most one server each", shares_by_weight},
    {"limiting cases are first come first served, or processor sharing, task by task", degenerate_cases},
    {"all disciplines serve everybody, and do the same work", nobody_stays_behind},
    {NULL, NULL},
};
