/* Rules of dispatch that do not look at what is now: at what was known some time ago, and at keys. */
#include "tests/schedule.h"
#include "models/dispatch/dispatch.h"
#include "tests/exact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT_G(d) "'steps':[{'at':'g','for':" #d "}]"

#define EXPONENTIAL "{'dist':'exponential','mean':1}"

/* Two M/M/1 at `rate` in all; which one looked shorter (0: the first, 1: neither, 2: the second) was last seen after an
 * exponential time of mean `age`: a Markov chain, solved by relaxation on lines up to LONGEST. Mean number present. */
static double present_of_stale_jsq(double rate, double age)
{
    enum { LONGEST = 60, SIDE = LONGEST + 1 };
    double(*p)[SIDE][3] = calloc(SIDE, sizeof *p), mean = 0.0, all = 0.0, moved = 1.0;
    for (int round = 0; round < 20000 && moved > 1e-13; round++) {
        moved = 0.0;
        for (int a = 0; a <= LONGEST; a++)
            for (int b = 0; b <= LONGEST; b++)
                for (int s = 0; s < 3; s++) {
                    const int sight = a < b ? 0 : a == b ? 1 : 2;
                    const double to_first = s == 0 ? 1.0 : s == 1 ? 0.5 : 0.0;
                    double in = 0.0, out = (a > 0) + (b > 0) + (sight != s ? 1.0 / age : 0.0);
                    out += rate * ((a < LONGEST ? to_first : 0.0) + (b < LONGEST ? 1.0 - to_first : 0.0));
                    if (a > 0)
                        in += p[a - 1][b][s] * rate * to_first;
                    if (b > 0)
                        in += p[a][b - 1][s] * rate * (1.0 - to_first);
                    if (a < LONGEST)
                        in += p[a + 1][b][s];
                    if (b < LONGEST)
                        in += p[a][b + 1][s];
                    for (int other = 0; other < 3; other++)
                        if (other != s && sight == s)
                            in += p[a][b][other] / age;
                    if (round == 0)
                        in = a + b == 0 ? 1.0 : 0.0;
                    const double next = round == 0 ? in : in / out;
                    moved = fmax(moved, fabs(next - p[a][b][s]));
                    p[a][b][s] = next;
                }
        all = 0.0;
        for (int a = 0; a <= LONGEST; a++)
            for (int b = 0; b <= LONGEST; b++)
                for (int s = 0; s < 3; s++)
                    all += p[a][b][s];
        for (int a = 0; a <= LONGEST; a++)
            for (int b = 0; b <= LONGEST; b++)
                for (int s = 0; s < 3; s++)
                    p[a][b][s] /= all;
    }
    for (int a = 0; a <= LONGEST; a++)
        for (int b = 0; b <= LONGEST; b++)
            for (int s = 0; s < 3; s++)
                mean += (a + b) * p[a][b][s];
    free(p);
    return mean;
}

static void the_shorter_line_as_it_was(void)
{
    struct exact e = exact_run(300, 20000, "'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'jsq',"
                                           "'information':{'age':{'dist':'exponential','mean':2}},'service':" EXPONENTIAL);
    exact_is(&e, "task", "in_system", present_of_stale_jsq(1.2, 2.0));
    exact_done(&e);
    e = exact_run(300, 20000, "'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'power_of_d',"
                              "'information':{'age':{'dist':'exponential','mean':0.3}},'service':" EXPONENTIAL);
    exact_is(&e, "task", "in_system", present_of_stale_jsq(1.2, 0.3)); /* the better of two of two */
    exact_done(&e);
}

static uint32_t target_of(uint64_t key, uint32_t count)
{
    const struct dispatch_type *hash = lookup_row(dispatch_table, "hash");
    const struct dispatch_view view = {.count = count, .key = key};
    return hash->choose(&view);
}

/* With one target more, keys go nowhere but to the new one, and one in n + 1 does: of 20000, z within 4.4 for each n. */
static void keys_move_to_the_new_target_alone(void)
{
    enum { KEYS = 20000 };
    for (uint32_t n = 1; n < 20; n++) {
        unsigned moved = 0;
        for (uint64_t key = 0; key < KEYS; key++) {
            const uint32_t before = target_of(key, n), after = target_of(key, n + 1);
            CU_ASSERT(before < n && (after == before || after == n));
            moved += after != before;
        }
        const double p = 1.0 / (n + 1.0);
        EXPECT(fabs(moved - KEYS * p) < 4.4 * sqrt(KEYS * p * (1.0 - p)), "%u keys move from %u", moved, n);
    }
}

/* Ten keys, the first nine times as frequent as each other one, at three M/M/1: each has the rate of its keys. */
static void keys_split_the_arrivals(void)
{
    double share[3] = {0.0}, present = 0.0;
    const double rate = 1.0;
    for (uint64_t key = 1; key <= 10; key++)
        share[target_of(key, 3)] += key == 1 ? 0.5 : 0.5 / 9.0;
    for (int i = 0; i < 3; i++)
        present += share[i] * rate / (1.0 - share[i] * rate);
    struct exact e = exact_run(300, 20000,
                               "'arrivals':{'rate':1},'servers':3,'queues':'per_server','dispatch':'hash','key':{'dist':'discrete',"
                               "'values':[1,2,3,4,5,6,7,8,9,10],'p':[0.5,0.055555555555555556,0.055555555555555556,0.055555555555555556,"
                               "0.055555555555555556,0.055555555555555556,0.055555555555555556,0.055555555555555556,0.055555555555555556,"
                               "0.055555555555555552]},'service':" EXPONENTIAL);
    exact_is(&e, "task", "in_system", present);
    exact_done(&e);
}

static void remember(void *context, const struct desq_task *t)
{
    double *shortest = context;
    *shortest = fmin(*shortest, t->left - t->arrived);
}

/* A task has the same key at every visit: with 1000 keys at 50 servers of which each task takes one, gives it back and
 * comes again, two tasks at once collide again and again or never: each of two tasks of equal key waits at each visit. */
static void a_task_keeps_its_key(void)
{
    struct trial t;
    if (trial_read(&t, "{'stations':{'q':{'servers':50,'queues':'per_server','dispatch':'hash','key':7}},'tasks':{'a':{'arrivals':{'at_once':3},"
                       "'steps':[{'at':'q','for':1},{'at':'q','for':1}]}}}")) {
        double shortest = INFINITY;
        struct error err;
        CU_ASSERT(desq_trace(t.desq, 0, 0, remember, &shortest, NULL, &err));
        CU_ASSERT_EQUAL(shortest, 4.0); /* 1, 2, 3, then again: 4, 5, 6 */
    }
    trial_free(&t);
}

/* Two stations of every make behind `least_work`: x of 10 comes at 1 to either, y of 3 at 2 to the other; z, u and v of 1 at 3, 3.5 and 3.75
 * all to y's, where less is left throughout. */
static void least_work_of_every_make(void)
{
    static const struct {
        const char *station;
        int order; /* 0: as they come; 1: the last come first; 2: the least left first */
    } makes[] = {{"", 0}, {"'take':'random'", 0}, {"'servers':[{'speed':1}]", 0}, {"'breakdown':{'up':1000,'down':1}", 0}, {"'environment':'e'", 0},
                 {"'speed':[1,1]", 0}, {"'batch':{'max':1}", 0}, {"'discipline':'polling'", 0}, {"'discipline':'lcfs_pr'", 1}, {"'discipline':'srpt'", 2}};
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        struct trial t;
        if (trial_read(&t, "{'environments':{'e':{'up':{'lasts':1000,'speed':1},'down':{'lasts':1,'speed':0.5}}},'stations':{'a':{%s},'b':{%s},'g':"
                           "{'balance':['a','b'],'dispatch':'least_work'}},'tasks':{"
                           "'x':{" ARRIVES(1) AT_G(10) "},'y':{" ARRIVES(2) AT_G(3) "},'z':{" ARRIVES(3) AT_G(1) "},'u':{" ARRIVES(3.5) AT_G(1) "},'v':{" ARRIVES(
                               3.75) AT_G(1) "}}}", makes[i].station, makes[i].station)) {
            if (makes[i].order == 0)
                ENDS(0, &t, {1, 5, 0, 3, 0, 0, false}, {2, 6, 2, 1, 0, 0, false}, {3, 7, 2.5, 1, 0, 0, false}, {4, 8, 3.25, 1, 0, 0, false}, {0, 11, 0, 10, 0, 0, false});
            else if (makes[i].order == 1)
                ENDS(0, &t, {4, 4.75, 0, 1, 0, 0, false}, {3, 5.5, 1, 1, 0, 0, false}, {2, 6, 2, 1, 0, 0, false}, {1, 8, 3, 3, 0, 0, false}, {0, 11, 0, 10, 0, 0, false});
            else
                ENDS(0, &t, {2, 4, 0, 1, 0, 0, false}, {3, 5, 0.5, 1, 0, 0, false}, {4, 6, 1.25, 1, 0, 0, false}, {1, 8, 3, 3, 0, 0, false}, {0, 11, 0, 10, 0, 0, false});
        }
        trial_free(&t);
    }
    /* By time, not by work: at 3 the fast one has 6 left, which takes it 3, the slow one 5. */
    PLAYS("{'stations':{'a':{'servers':[{'speed':2}]},'b':{'servers':[{'speed':1}]},'g':{'balance':['a','b'],'dispatch':'least_work'}},'tasks':{"
          "'x':{" ARRIVES(1) "'steps':[{'at':'a','for':10}]},'y':{" ARRIVES(2) "'steps':[{'at':'b','for':6}]},'z':{" ARRIVES(3) AT_G(2) "}}}",
          {0, 6, 0, 5, 0, 0, false}, {2, 7, 3, 1, 0, 0, false}, {1, 8, 0, 6, 0, 0, false});
    /* Who takes two servers has both for the mean time of a visit there, (10 + 1/2) / (3/2) = 7: at 3 a has 2 x 7 left on two servers, b (3 + 1/2) / (3/2) on two. */
    PLAYS("{'stations':{'a':{'servers':2},'b':{'servers':2},'g':{'balance':['a','b'],'dispatch':'least_work'}},'tasks':{"
          "'x':{" AT_ONCE(1) "'steps':[{'delay':1},{'in':'a','count':2,'do':[{'delay':10}]}]},'y':{" AT_ONCE(
              1) "'steps':[{'delay':2},{'in':'b','do':[{'delay':3}]}]},'z':{" AT_ONCE(1) "'steps':[{'delay':3},{'in':'g','do':[{'delay':1}]}]}}}",
          {2, 4, 0, 0, 4, 0, false}, {1, 5, 0, 0, 5, 0, false}, {0, 11, 0, 0, 11, 0, false});
    /* Also where they come one by one, and no more. */
    PLAYS("{'stations':{'a':{},'b':{},'g':{'balance':['a','b'],'dispatch':'least_work'}},'tasks':{"
          "'x':{" ARRIVES(1) "'steps':[{'in':'a','do':[{'delay':10}]}]},'y':{" ARRIVES(2) "'steps':[{'in':'b','do':[{'delay':3}]}]},'z':{" ARRIVES(
              3) "'steps':[{'in':'g','do':[{'delay':1}]}]},'u':{" ARRIVES(3.5) "'steps':[{'in':'g','do':[{'delay':1}]}]}}}",
          {1, 5, 0, 0, 3, 0, false}, {2, 6, 2, 0, 1, 0, false}, {3, 7, 2.5, 0, 1, 0, false}, {0, 11, 0, 0, 10, 0, false});
}

const struct test dispatch_known_tests[] = {
    {"the shorter line as it was some time ago", the_shorter_line_as_it_was},
    {"keys move to a new target alone", keys_move_to_the_new_target_alone},
    {"keys split the arrivals", keys_split_the_arrivals},
    {"a task keeps its key", a_task_keeps_its_key},
    {"least work, at stations of every make", least_work_of_every_make},
    {NULL, NULL},
};
