/* Ways that are left to chance: `next` between steps. What a comparison means stands in exact.h. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"

#include <string.h>

/* Jackson network of two stations with feedback (Jackson 1957): of those that leave a, half come back to it,
 * a fifth go to b (two servers), and all come from b to a. Traffic equations: x_a = rate + 0.5 x_a + x_b, x_b
 * = 0.2 x_a. */
static void jackson_with_feedback(void)
{
    const double rate = 0.2, xa = rate / 0.3, xb = 0.2 * xa;
    const double in_a = xa * 1.0 / (1.0 - xa), in_b = xb * (mmc_wait_mean(xb, 8.0, 2) + 8.0);
    struct exact b = exact_run(400, 40000,
                               "'stations':{'a':{},'b':{'servers':2}},'arrivals':{'rate':0.2},'steps':["
                               "{'id':'a','at':'a','for':{'dist':'exponential','mean':1},"
                               "'next':{'a':0.5,'b':0.2,'exit':0.3}},"
                               "{'id':'b','at':'b','for':{'dist':'exponential','mean':8},'next':{'a':1}}]");
    exact_is(&b, "task", "response", (in_a + in_b) / rate);
    exact_is(&b, "task", "throughput", rate);
    exact_is(&b, "station:a", "throughput", xa);
    exact_is(&b, "station:a", "in_station", in_a);
    exact_is(&b, "station:b", "in_station", in_b);
    exact_is(&b, "station:b", "utilisation", xb * 8.0 / 2.0);
    exact_done(&b);
}

/* M/M/1 with feedback: each service is the last with probability 1 - p. In all an M/M/1 queue whose service
 * has mean m / (1 - p), as far as the number present goes (Takacs, A single-server queue with feedback, BSTJ
 * 1963). */
static void mm1_with_feedback(void)
{
    struct exact b = exact_run(200, 40000,
                               "'stations':{'s':{}},'arrivals':{'rate':0.5},'steps':["
                               "{'id':'again','at':'s','for':{'dist':'exponential','mean':0.4},"
                               "'next':{'exit':0.3,'again':0.7}}]");
    const double rho = 0.5 * 0.4 / 0.3;
    exact_is(&b, "task", "in_system", rho / (1.0 - rho));
    exact_is(&b, "task", "response", rho / (1.0 - rho) / 0.5);
    exact_is(&b, "station:s", "throughput", 0.5 / 0.3);
    exact_done(&b);
}

/* Closed, all exponential (Gordon and Newell 1967): central server with feedback, against exact mean value
 * analysis. */
static void gordon_newell(void)
{
    /* cpu visited 1 / 0.25 = 4 times a cycle, disk 0.45 * 4, tape 0.3 * 4. */
    const double demands[] = {4.0 * 0.25, 1.8 * 0.6, 1.2 * 0.5};
    double response;
    const double throughput = mva(6, 0.0, demands, 3, &response);
    static const char *const disciplines[] = {"fcfs", "ps", "lcfs"};
    for (size_t i = 0; i < 3; i++) {
        char text[700];
        snprintf(text, sizeof text,
                 "'stations':{'cpu':{'discipline':'%s'},'disk':{},'tape':{'discipline':'%s'}},"
                 "'arrivals':{'closed':6},'steps':["
                 "{'id':'cpu','at':'cpu','for':{'dist':'exponential','mean':0.25},"
                 "'next':{'disk':0.45,'tape':0.3,'exit':0.25}},"
                 "{'id':'disk','at':'disk','for':{'dist':'exponential','mean':0.6},'next':{'cpu':1}},"
                 "{'id':'tape','at':'tape','for':{'dist':'exponential','mean':0.5},'next':{'cpu':1}}]",
                 disciplines[i], disciplines[i]);
        struct exact b = exact_run(200, 15000, text);
        exact_is(&b, "task", "response", response);
        exact_is(&b, "task", "throughput", throughput);
        exact_is(&b, "station:disk", "utilisation", throughput * demands[1]);
        exact_done(&b);
    }
}

/* Exact mean value analysis of two closed classes without thinking times of their own (Reiser and Lavenberg
 * 1980, eqs. 3.1-3.3): populations n[0], n[1]; stations that share (or infinite ones, where `delay`),
 * demand[station][class]. Throughputs in x. */
enum { MOST = 8, PLACES = 3 };
static void mva_of_two(const unsigned n[2], double demand[PLACES][2], const bool delay[PLACES], double x[2])
{
    static double q[MOST][MOST][PLACES];
    memset(q, 0, sizeof q);
    for (unsigned i = 0; i <= n[0]; i++)
        for (unsigned j = 0; j <= n[1]; j++) {
            const unsigned of[2] = {i, j};
            for (unsigned c = 0; c < 2; c++) {
                if (of[c] == 0)
                    continue;
                double time[PLACES], sum = 0.0;
                for (unsigned s = 0; s < PLACES; s++) {
                    const double seen = delay[s] ? 0.0 : q[c == 0 ? i - 1 : i][c == 1 ? j - 1 : j][s];
                    sum += time[s] = demand[s][c] * (1.0 + seen);
                }
                x[c] = of[c] / sum;
                for (unsigned s = 0; s < PLACES; s++)
                    q[i][j][s] += x[c] * time[s];
            }
        }
}

/* BCMP (Baskett, Chandy, Muntz, Palacios 1975): two closed classes, of any service law at processor sharing
 * and infinite stations, routed differently. */
static void closed_bcmp(void)
{
    double demand[PLACES][2] = {{0.5 / 0.4, 0.9}, {0.6 / 0.4 * 0.7, 0.9 * 0.5}, {4.0, 2.0}}, x[2];
    const bool delay[PLACES] = {false, false, true};
    mva_of_two((const unsigned[]){4, 3}, demand, delay, x);
    struct exact b = exact_run(
        200, 12000,
        "'stations':{'cpu':{'discipline':'ps'},'disk':{'discipline':'ps'},'far':{'servers':'infinite'}},'"
        "tasks':{"
        "'x':{'arrivals':{'closed':4},'steps':[{'at':'far','for':4},"
        "{'id':'cpu','at':'cpu','for':{'dist':'erlang','k':3,'mean':0.5},'next':{'disk':0.6,'exit':0.4}},"
        "{'id':'disk','at':'disk','for':{'mean':0.7,'scv':3},'next':{'cpu':1}}]},"
        "'y':{'arrivals':{'closed':3},'steps':[{'at':'far','for':{'dist':'uniform','min':1,'max':3}},"
        "{'at':'cpu','for':{'dist':'exponential','mean':0.9},'next':{'disk':0.5,'exit':0.5}},"
        "{'id':'disk','at':'disk','for':0.9}]}}");
    exact_is(&b, "x", "throughput", x[0]);
    exact_is(&b, "y", "throughput", x[1]);
    exact_is(&b, "station:cpu", "utilisation", x[0] * demand[0][0] + x[1] * demand[0][1]);
    exact_is(&b, "station:disk", "utilisation", x[0] * demand[1][0] + x[1] * demand[1][1]);
    exact_done(&b);
}

/* Probabilities of 1 are no matter of chance: which steps are done can be told beforehand. */
static void next_leads(void)
{
    PLAYS("{'tasks':{'t':{" AT_ONCE(
              1) "'steps':[{'delay':1,'next':{'c':1}},{'id':'b','delay':10,'next':{'exit':1}},"
                 "{'id':'c','delay':100,'next':{'b':1,'c':0}},{'delay':1000}]}}}",
          {0, 111, 0, 0, 111, 0, false});
    /* What is held inside a step is given back before the next: a task goes three times through the pool's
     * block. */
    PLAYS("{'stations':{'pool':{}," FREE_CPU
          "},'tasks':{'t':{" AT_ONCE(2) "'steps':[{'id':'in','in':'pool','do':[{'delay':1},{'repeat':2,'do':["
                                        "{'delay':0.5}]}],'next':{'then':1}},"
                                        "{'delay':7,'next':{'in':1}},{'id':'then','delay':3}]}}}",
          {0, 5, 0, 0, 5, 0, false}, {0, 7, 2, 0, 5, 0, false});
}

/* The load analysis counts passages, so that it finds a station overloaded that a task visits again and
 * again. */
static void the_load_counts_passages(void)
{
    struct trial t;
    if (trial_read(&t,
                   "{'stations':{'a':{}},'arrivals':{'rate':0.2},'steps':["
                   "{'id':'a','at':'a','for':1,'next':{'a':0.9,'exit':0.1}},{'id':'never','at':'a','for':1,"
                   "'next':{'never':1}}],'run':{'replications':2,'time':100}}") &&
        trial_run(&t, 1)) {
        const struct capacity *s = &t.result->points[0].capacities[0];
        CU_ASSERT_DOUBLE_EQUAL(s->load, 2.0, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(s->held_mean, 10.0, 1e-9);
        CU_ASSERT_EQUAL(t.result->points[0].warning_count, 1);
    }
    trial_free(&t);
}

const struct test routing_tests[] = {
    {"an open Jackson network with feedback has product form", jackson_with_feedback},
    {"M/M/1 with feedback is an M/M/1 queue of longer service", mm1_with_feedback},
    {"a Gordon-Newell network follows mean value analysis", gordon_newell},
    {"a closed BCMP network of two classes follows mean value analysis", closed_bcmp},
    {"next leads where it says", next_leads},
    {"the load analysis counts passages", the_load_counts_passages},
    {NULL, NULL},
};
