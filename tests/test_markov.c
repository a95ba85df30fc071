/* Chains generated from models: against closed forms, against hand-written chains, against each other, and
 * then simulation against them. */
#include "models/desq.h"
#include "models/markov/markov.h"
#include "tests/closed_forms.h"
#include "tests/exact.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A scenario's chain, solved. */
struct solved {
    struct arena arena;
    const struct model *model;
    struct markov_result result;
    struct error err;
    bool ok;
};

static void solve(struct solved *s, const char *text)
{
    char json[2000];
    const struct scenario_file *file;
    struct model *model;
    snprintf(json, sizeof json, "{%s}", text);
    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    arena_init(&s->arena);
    s->ok = scenario_read_text(&s->arena, "test", json, NULL, 0, &file, &s->err) &&
            model_compile(&s->arena, &file->points[0].scenario, &model, &s->err) &&
            markov_solve(model, NULL, &s->arena, &s->result, &s->err);
    s->model = s->ok ? model : NULL;
}

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b));
}

/* The kind's figure, and the station's, by index. */
enum figure_of { X, N, R, W, LOST, ABANDONED, TIMED_OUT, UTIL, QUEUE, STATION_W };
static double figure(const struct solved *s, enum figure_of f, uint32_t i)
{
    switch (f) {
    case X:
        return s->result.kinds[i].throughput;
    case N:
        return s->result.kinds[i].in_system;
    case R:
        return s->result.kinds[i].response;
    case W:
        return s->result.kinds[i].wait;
    case LOST:
        return s->result.kinds[i].lost;
    case ABANDONED:
        return s->result.kinds[i].abandoned;
    case TIMED_OUT:
        return s->result.kinds[i].timed_out;
    case UTIL:
        return s->result.stations[i].utilisation;
    case QUEUE:
        return s->result.stations[i].queue_length;
    case STATION_W:
        return s->result.stations[i].wait;
    }
    return NAN;
}

static void expect(const char *text, enum figure_of f, uint32_t i, double exact, double tolerance)
{
    struct solved s;
    solve(&s, text);
    if (EXPECT(s.ok, "%s: %s", text, s.err.text)) {
        const double found = figure(&s, f, i);
        EXPECT(near(found, exact, tolerance), "%s: %.12g, exact %.12g", text, found, exact);
    }
    arena_free(&s.arena);
}

#define EXP(mean) "{'dist':'exponential','mean':" #mean "}"

/* ---- one station ---- */

static void single_stations(void)
{
    expect("'arrivals':{'rate':0.7},'service':" EXP(1), R, 0, 1.0 / 0.3, 1e-12);
    expect("'arrivals':{'rate':0.99},'service':" EXP(1), R, 0, 100.0, 1e-10);
    expect("'arrivals':{'rate':27},'servers':30,'service':" EXP(1), W, 0, mmc_wait_mean(27, 1.0, 30), 1e-11);
    expect("'arrivals':{'rate':8},'servers':10,'capacity':10,'service':" EXP(1), LOST, 0, erlang_b(10, 8.0),
           1e-13);
    expect("'arrivals':{'rate':3},'servers':'infinite','service':{'dist':'erlang','k':2,'mean':2}", N, 0, 6.0,
           1e-12);
    /* M/G/1, Pollaczek-Khinchine: each service of phase type. */
    expect("'arrivals':{'rate':0.7},'service':{'dist':'erlang','k':3,'mean':1}", W, 0,
           mg1_wait_mean(0.7, 1.0, 4.0 / 3.0), 1e-12);
    expect("'arrivals':{'rate':0.7},'service':{'mean':1,'scv':4}", W, 0, mg1_wait_mean(0.7, 1.0, 5.0), 1e-12);
    expect("'arrivals':{'rate':0.7},'service':{'mean':1,'scv':0.7}", W, 0, mg1_wait_mean(0.7, 1.0, 1.7),
           1e-12);
    expect("'arrivals':{'rate':0.7},'service':{'dist':'hypoexponential','means':[0.7,0.3]}", W, 0,
           mg1_wait_mean(0.7, 1.0, 1.58), 1e-12);
    expect("'arrivals':{'rate':0.7},'discipline':'random','service':{'mean':1,'scv':2}", W, 0,
           mg1_wait_mean(0.7, 1.0, 3.0), 1e-12);
    expect("'arrivals':{'rate':0.7},'discipline':'lcfs','service':{'mean':1,'scv':2}", W, 0,
           mg1_wait_mean(0.7, 1.0, 3.0), 1e-12);
    /* Insensitive to the law of service. */
    expect("'arrivals':{'rate':0.6},'discipline':'ps','service':{'mean':1,'scv':4}", R, 0, 2.5, 1e-11);
    expect("'arrivals':{'rate':0.5},'discipline':'lcfs_pr','service':" EXP(1), R, 0, 2.0, 1e-11);
    double n = 0.0, all = 0.0;
    for (int i = 0; i <= 8; i++) {
        n += i * pow(0.5, i);
        all += pow(0.5, i);
    }
    expect("'arrivals':{'rate':0.5},'capacity':8,'discipline':'lcfs_pr','service':{'dist':'erlang','k':2,'"
           "mean':1}",
           N, 0, n / all, 1e-12);
    /* E2/M/1: response 1 / (mu (1 - sigma)), sigma = (1.6 / (1.6 + 1 - sigma))^2. */
    double sigma = 0.5;
    for (int i = 0; i < 200; i++)
        sigma = pow(1.6 / (1.6 + 1.0 - sigma), 2);
    expect("'arrivals':{'interarrival':{'dist':'erlang','k':2,'mean':1.25}},'service':" EXP(1), R, 0,
           1.0 / (1.0 - sigma), 1e-11);
    /* Two at a time: M^X/M/1, N = rho (X + 1) / (2 (1 - rho)) for constant X. */
    expect("'arrivals':{'rate':0.3,'batch':2},'service':" EXP(1), N, 0, 0.6 * 1.5 / 0.4, 1e-11);
}

static void losses_and_patience(void)
{
    double birth[41], death[41], p[41];
    for (size_t i = 0; i <= 40; i++) { /* M/M/2/+ with balking 0, 0, 0.5, 0.75 ..., 40 places */
        birth[i] = 1.5 * (i < 2 ? 1.0 : i == 2 ? 0.5 : 0.25);
        death[i] = i < 2 ? (double)i : 2.0;
    }
    birth_death(40, birth, death, p);
    double n = 0.0;
    for (size_t i = 0; i <= 40; i++)
        n += (double)i * p[i];
    expect("'arrivals':{'rate':1.5},'servers':2,'capacity':40,'balk':[0,0,0.5,0.75],'service':" EXP(1), N, 0,
           n, 1e-12);
    for (size_t i = 0; i <= 40; i++) { /* M/M/2+M, patience 3 */
        birth[i] = 2.0;
        death[i] = i <= 2 ? (double)i : 2.0 + ((double)i - 2.0) / 3.0;
    }
    birth_death(40, birth, death, p);
    n = 0.0;
    double busy = 0.0;
    for (size_t i = 0; i <= 40; i++) {
        n += (double)i * p[i];
        busy += (i < 2 ? (double)i : 2.0) * p[i];
    }
    expect("'arrivals':{'rate':2},'servers':2,'patience':" EXP(3) ",'service':" EXP(1), N, 0, n, 1e-12);
    expect("'arrivals':{'rate':2},'servers':2,'patience':" EXP(3) ",'service':" EXP(1), ABANDONED, 0,
           1.0 - busy / 2.0, 1e-12);
    /* Retrials after an exponential time, M/M/1: N = rho (mu' + rate) / (mu' (1 - rho)) with retry rate mu'
     * (Falin, Templeton, Retrial Queues, 1997, section 1.2): orbit rho (rate + mu' rho) / (mu' (1 - rho)),
     * and rho in service. */
    const double orbit = 0.5 * (0.5 + 2.0 * 0.5) / (2.0 * 0.5);
    expect("'arrivals':{'rate':0.5},'capacity':1,'on_full':{'retry':" EXP(0.5) "},'service':" EXP(1), N, 0,
           orbit + 0.5, 1e-10);
}

static void time_outs(void)
{
    /* Around a visit, whoever is served: each of n leaves at rate 1/2 besides, as birth and death. */
    static const char *const orders[] = {"fcfs", "lcfs", "random", "lcfs_pr", "ps"};
    double birth[81], death[81], p[81], n = 0.0;
    for (size_t i = 0; i <= 80; i++) {
        birth[i] = 0.9;
        death[i] = (i > 0 ? 1.0 : 0.0) + 0.5 * (double)i;
    }
    birth_death(80, birth, death, p);
    for (size_t i = 0; i <= 80; i++)
        n += (double)i * p[i];
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        char text[400];
        snprintf(text, sizeof text, "'stations':{'a':{'discipline':'%s'}},'tasks':{'t':{'arrivals':{'rate':0.9},'steps':[{'timeout':" EXP(2) ",'do':[{'at':'a','for':" EXP(1) "}]}]}}",
                 orders[i]);
        expect(text, N, 0, n, 1e-12);
        expect(text, TIMED_OUT, 0, 0.5 * n / 0.9, 1e-12);
        expect(text, UTIL, 0, 1.0 - p[0], 1e-12);
    }
    /* Nobody waits: an attempt takes 2/3 and fails with probability 1/3; one retry, after 0.5; then 3 of other steps, or the end. */
    static const char retried[] = "'stations':{'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':0.6},'steps':[{'timeout':" EXP(2) ",'do':[{'at':'a','for':" EXP(
        1) "}],'retry':{'max':1,'backoff':" EXP(0.5) "}%s}]}}";
    const double attempt = 1.0 / 1.5, fails = 1.0 / 3.0, time = attempt + fails * (0.5 + attempt);
    char text[500];
    snprintf(text, sizeof text, retried, "");
    expect(text, N, 0, 0.6 * time, 1e-11);
    expect(text, TIMED_OUT, 0, fails * fails, 1e-11);
    snprintf(text, sizeof text, retried, ",'else':[{'delay':" EXP(3) "}]");
    expect(text, R, 0, time + fails * fails * 3.0, 1e-11);
    expect(text, X, 0, 0.6, 1e-11);
    /* What was taken within goes back; what was taken outside is kept for the other steps: M/PH/1, of which the second part is 2 with
     * probability 1/3. Its wait is that of Pollaczek and Khinchine. */
    const double mean = attempt + fails * 2.0, second = 2.0 * attempt * attempt + fails * (2.0 * attempt * 2.0 + 2.0 * 4.0);
    expect("'stations':{'a':{},'b':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':0.5},'steps':[{'in':'a','do':[{'timeout':" EXP(2) ",'do':[{'at':'b','for':" EXP(
               1) "}],'else':[{'delay':" EXP(2) "}]}]}]}}",
           R, 0, mean + 0.5 * second / 2.0 / (1.0 - 0.5 * mean), 1e-9);
}

static void setups(void)
{
    /* M/M/1 whose server is set up anew in each busy period: the wait is longer by one set-up, as what is left of it is as long as all of
     * it (Welch, Oper. Res. 12, 1964). */
    expect("'arrivals':{'rate':0.6},'setup':" EXP(2) ",'keep_alive':0,'service':" EXP(1), W, 0, 0.6 / 0.4 + 2.0, 1e-10);
    /* One place: a cycle is cold for 1 / 0.6, set up for 2, busy for 1, and takes the one who comes while it is cold. */
    const double lost = 0.6 * 2.0 + 0.6;
    expect("'arrivals':{'rate':0.6},'capacity':1,'setup':" EXP(2) ",'keep_alive':0,'service':" EXP(1), LOST, 0, lost / (1.0 + lost), 1e-12);
    /* Kept alive for 5 in the mean it is still warm with probability 0.6 / (0.6 + 1 / 5) = 0.75 when the next one comes. */
    const double cold = 0.25, cycle = 0.75 * (1.0 / 0.8) + cold * (1.0 / 0.8 + 1.0 / 0.6 + 2.0) + 1.0;
    expect("'arrivals':{'rate':0.6},'capacity':1,'setup':" EXP(2) ",'keep_alive':" EXP(5) ",'service':" EXP(1), X, 0, 1.0 / cycle, 1e-12);
    /* Whoever is set up for whom, as many are busy as work comes. */
    expect("'arrivals':{'rate':0.6},'servers':'infinite','setup':" EXP(2) ",'keep_alive':0,'service':" EXP(1), UTIL, 0, 0.6, 1e-9);
}

static void priorities(void)
{
    static const char text[] =
        "'stations':{'a':{'discipline':'priority'%s}},'tasks':{'low':{'arrivals':{'rate':0.4},"
        "'priority':1,'service':%s},'high':{'arrivals':{'rate':0.3},'priority':0,'service':%s}}";
    char made[600];
    const double loads[] = {0.3, 0.4};
    snprintf(made, sizeof made, text, "", EXP(1), EXP(1));
    expect(made, W, 0, cobham_wait(0.7, loads, 1), 1e-11);
    expect(made, W, 1, cobham_wait(0.7, loads, 0), 1e-11);
    /* Preempt resume: R_k = x_k / (1 - s_(k-1)) + sum of rate second / 2 / ((1 - s_(k-1)) (1 - s_k)) over 0
     * .. k. */
    snprintf(made, sizeof made, text, ",'preempt':'resume'", EXP(1), "{'dist':'erlang','k':2,'mean':1}");
    expect(made, R, 0, 1.0 / 0.7 + (0.3 * 0.75 + 0.4) / (0.7 * 0.3), 1e-11);
    expect(made, R, 1, 1.0 + 0.3 * 0.75 / 0.7, 1e-11);
}

/* ---- networks ---- */

static void closed_networks(void)
{
    double response;
    const double demands[] = {0.8, 0.5, 1.1};
    const double x = mva(9, 4.0, demands, 3, &response);
    static const char text[] =
        "'stations':{'a':{},'b':{},'c':{}},'tasks':{'t':{'arrivals':{'closed':9,'think':" EXP(
            4) "},'steps':["
               "{'at':'a','for':" EXP(0.8) "},{'at':'b','for':" EXP(0.5) "},{'at':'c','for':" EXP(1.1) "}]}}";
    expect(text, X, 0, x, 1e-11);
    expect(text, R, 0, response, 1e-11);
    /* Machine repairman: birth and death. */
    double birth[21], death[21], p[21];
    for (size_t i = 0; i <= 20; i++) {
        birth[i] = (20.0 - (double)i) / 10.0;
        death[i] = i < 2 ? (double)i : 2.0;
    }
    birth_death(20, birth, death, p);
    double n = 0.0, busy = 0.0;
    for (size_t i = 0; i <= 20; i++) {
        n += (double)i * p[i];
        busy += (i < 2 ? (double)i : 2.0) * p[i];
    }
    static const char repair[] = "'arrivals':{'closed':20,'think':" EXP(10) "},'servers':2,'service':" EXP(1);
    expect(repair, N, 0, n, 1e-12);
    expect(repair, UTIL, 0, busy / 2.0, 1e-12);
    /* Nobody thinks: one is served at any time. */
    expect("'arrivals':{'closed':5},'service':{'mean':2,'scv':0.5}", X, 0, 0.5, 1e-12);
}

static void open_networks(void)
{
    /* Jackson: a, then b with probability 0.6, from b back to a with 0.3. Visits: a = 1 / (1 - 0.18), b = 0.6
     * a. */
    static const char text[] =
        "'stations':{'a':{},'b':{'servers':2}},'tasks':{'t':{'arrivals':{'rate':0.5},'steps':["
        "{'id':'x','at':'a','for':" EXP(1) ",'next':{'y':0.6,'exit':0.4}},"
                                           "{'id':'y','at':'b','for':" EXP(
                                               2) ",'next':{'x':0.3,'exit':0.7}}]}}";
    const double a = 0.5 / 0.82, b = 0.6 * a;
    const double n = a / (1.0 - a) + b * (mmc_wait_mean(b, 2.0, 2) + 2.0);
    expect(text, N, 0, n, 1e-10);
    expect(text, R, 0, n / 0.5, 1e-10);
}

/* ---- threads before cores ---- */

static const char threads_text[] =
    "'time_unit':'ms','stations':{'threads':{'servers':%d%s},'cpu':{'servers':1,'discipline':'%s'}},"
    "'tasks':{'request':{'arrivals':{'rate':%g},'steps':[{'in':'threads','do':[{'at':'cpu','for':" EXP(
        1) "},"
           "{'await':[{'delay':" EXP(4) "}]},{'at':'cpu','for':" EXP(1) "}]}]}}";

static void threads_and_cores(void)
{
    static const struct {
        int threads;
        const char *core;
        double rate, published;
    } cases[] = {{8, "fcfs", 0.40, 13.3891}, {8, "fcfs", 0.45, 21.4705}, {4, "fcfs", 0.40, 17.9379},
                 {8, "ps", 0.40, 13.397},    {8, "ps", 0.45, 21.478},    {4, "ps", 0.40, 17.931}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[700];
        snprintf(text, sizeof text, threads_text, cases[i].threads, "", cases[i].core, cases[i].rate);
        expect(text, R, 0, cases[i].published, 4e-5);
    }
    /* The same by chains written by hand. */
    char text[700];
    snprintf(text, sizeof text, threads_text, 4, "", "ps", 0.4);
    expect(text, N, 0, threads_and_shared_core(4, 0.4, 1.0, 4.0, 240), 1e-9);
    snprintf(text, sizeof text, threads_text, 4, "", "fcfs", 0.4);
    expect(text, N, 0, threads_and_core(4, 0.4, 1.0, 4.0, 240), 1e-9);
}

static void without_limit_or_cost_both_ways_are_one(void)
{
    /* As many threads as tasks: product form. */
    const double demand = 2.0;
    double response;
    mva(8, 7.0, &demand, 1, &response);
    for (int release = 0; release < 2; release++) {
        char text[700];
        snprintf(text, sizeof text,
                 "'stations':{'threads':{'servers':8,'await':'%s'},'cpu':{'discipline':'ps'}},'tasks':{'r':{'"
                 "arrivals':{"
                 "'closed':8,'think':" EXP(3) "},'steps':[{'in':'threads','do':[{'at':'cpu','for':" EXP(
                     1) "},{'await':[{'delay':" EXP(4) "}]},{'at':'cpu','for':" EXP(1) "}]}]}}",
                 release ? "release" : "hold");
        expect(text, R, 0, response + 4.0, 1e-12);
    }
    /* One thread that releases is the core's line itself: served one at a time, in the order of the line. */
    struct solved thread, core;
    solve(&thread, "'stations':{'threads':{'servers':1,'await':'release'},'cpu':{}},'tasks':{'r':{'arrivals':"
                   "{'closed':6,"
                   "'think':" EXP(5) "},'steps':[{'in':'threads','do':[{'at':'cpu','for':" EXP(
                       1) "},{'await':[{'delay':" EXP(4) "}]},{'at':'cpu','for':" EXP(0.5) "}]}]}}");
    solve(&core, "'stations':{'cpu':{}},'tasks':{'r':{'arrivals':{'closed':6,'think':" EXP(
                     5) "},'steps':[{'at':'cpu',"
                        "'for':" EXP(1) "},{'delay':" EXP(4) "},{'at':'cpu','for':" EXP(0.5) "}]}}");
    if (EXPECT(thread.ok && core.ok, "%s%s", thread.err.text, core.err.text)) {
        EXPECT(near(figure(&thread, R, 0), figure(&core, R, 0), 1e-12), "%.14g %.14g", figure(&thread, R, 0),
               figure(&core, R, 0));
        EXPECT(near(figure(&thread, W, 0), figure(&core, W, 0), 1e-12), "%.14g %.14g", figure(&thread, W, 0),
               figure(&core, W, 0));
    }
    arena_free(&thread.arena);
    arena_free(&core.arena);
}

/* ---- phases of arrivals ---- */

static void markovian_arrivals(void)
{
    /* Both phases alike: Poisson. */
    expect("'arrivals':{'mmpp':{'rates':[0.7,0.7],'generator':[[-1,1],[2,-2]]}},'service':" EXP(1), R, 0,
           1.0 / 0.3, 1e-11);
    /* Every second change of phase brings a task: Erlang-2. */
    double sigma = 0.5;
    for (int i = 0; i < 200; i++)
        sigma = pow(1.6 / (1.6 + 1.0 - sigma), 2);
    expect("'arrivals':{'map':{'d0':[[-1.6,1.6],[0,-1.6]],'d1':[[0,0],[1.6,0]]}},'service':" EXP(1), R, 0,
           1.0 / (1.0 - sigma), 1e-11);
    /* Fast changes: nearly Poisson with the mean rate. */
    expect("'arrivals':{'mmpp':{'rates':[0.2,1.2],'generator':[[-1e6,1e6],[1e6,-1e6]]}},'service':" EXP(1), R,
           0, 1.0 / 0.3, 1e-5);
}

/* ---- batches at time 0 ---- */

static void batch_is(const char *text, double makespan, double sd, double response, double tolerance)
{
    struct solved s;
    solve(&s, text);
    if (EXPECT(s.ok, "%s: %s", text, s.err.text))
        EXPECT(near(s.result.makespan, makespan, tolerance) && near(s.result.makespan_sd, sd, tolerance) &&
                   near(figure(&s, R, 0), response, tolerance),
               "%s: %.12g %.12g %.12g, exactly %.12g %.12g %.12g", text, s.result.makespan,
               s.result.makespan_sd, figure(&s, R, 0), makespan, sd, response);
    arena_free(&s.arena);
}

static void batches(void)
{
    double mean = 24.0, variance = 6.0;
    for (int k = 1; k <= 4; k++) {
        mean += 1.0 / k;
        variance += 1.0 / k / k;
    }
    batch_is("'arrivals':{'at_once':100},'servers':4,'service':" EXP(1), mean, sqrt(variance),
             1.0 + 96.0 * 97.0 / 800.0, 1e-12);
    /* One server: sums. Shared, all end late: with exponential work n (n + 1) / 2 in the mean over n. */
    batch_is("'arrivals':{'at_once':6},'service':{'mean':1,'scv':4}", 6.0, sqrt(24.0), 3.5, 1e-12);
    batch_is("'arrivals':{'at_once':6},'discipline':'ps','service':" EXP(1), 6.0, sqrt(6.0), 3.5, 1e-12);
    /* The larger of two hyperexponentials, which begin in phases of their own: 2 E[x] - E[min]. */
    const double root = sqrt(3.0 / 5.0), p = 0.5 * (1.0 + root), a = 2.0 * p, b = 2.0 * (1.0 - p);
    const double least =
        p * p / (2.0 * a) + 2.0 * p * (1.0 - p) / (a + b) + (1.0 - p) * (1.0 - p) / (2.0 * b);
    struct solved s;
    solve(&s, "'arrivals':{'at_once':2},'servers':2,'service':{'dist':'hyperexponential','mean':1,'scv':4}");
    if (EXPECT(s.ok, "%s", s.err.text))
        EXPECT(near(s.result.makespan, 2.0 - least, 1e-12), "%.12g, exactly %.12g", s.result.makespan,
               2.0 - least);
    arena_free(&s.arena);
    /* Threads before a core, kept or given back: simulated. */
    for (int release = 0; release < 2; release++) {
        char text[700];
        snprintf(text, sizeof text,
                 "'stations':{'threads':{'servers':3,'await':'%s'},'cpu':{}},'tasks':{'t':{'arrivals':{'at_"
                 "once':8},'steps':[{'in':"
                 "'threads','do':[{'at':'cpu','for':" EXP(1) "},{'await':[{'delay':" EXP(
                     3) "}]},{'at':'cpu','for':" EXP(0.5) "}]}]}}",
                 release ? "release" : "hold");
        solve(&s, text);
        struct trial t;
        if (EXPECT(s.ok, "%s", s.err.text) &&
            trial_read(&t, "{%s,'run':{'seed':7,'replications':4000,'confidence':%.6f,'quantiles':[]}}", text,
                       EXACT_CONFIDENCE) &&
            trial_run(&t, 0)) {
            const struct figure *makespan = trial_figure(&t, 0, "run", "makespan"),
                                *response = trial_figure(&t, 0, "t", "response");
            EXPECT(fabs(makespan->mean - s.result.makespan) <= makespan->half_width &&
                       makespan->half_width < 0.4,
                   "%g +- %g, %g", makespan->mean, makespan->half_width, s.result.makespan);
            EXPECT(fabs(response->mean - figure(&s, R, 0)) <= response->half_width &&
                       response->half_width < 0.3,
                   "%g +- %g, %g", response->mean, response->half_width, figure(&s, R, 0));
            trial_free(&t);
        }
        arena_free(&s.arena);
    }
}

/* ---- dispatch ---- */

static void dispatched(void)
{
    /* Random splitting: two M/M/1. */
    expect("'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'random','service':" EXP(1),
           R, 0, 2.5, 1e-9);
    /* In turn: two E2/M/1. */
    double sigma = 0.5;
    for (int i = 0; i < 300; i++)
        sigma = pow(1.2 / (1.2 + 1.0 - sigma), 2);
    expect(
        "'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'round_robin','service':" EXP(
            1),
        R, 0, 1.0 / (1.0 - sigma), 1e-9);
    /* Both of two looked at: the shorter one. */
    struct solved jsq, two;
    solve(&jsq,
          "'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'jsq','service':" EXP(1));
    solve(&two,
          "'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'power_of_d','service':" EXP(
              1));
    if (EXPECT(jsq.ok && two.ok, "%s%s", jsq.err.text, two.err.text))
        EXPECT(near(figure(&jsq, R, 0), figure(&two, R, 0), 1e-12) &&
                   figure(&jsq, W, 0) > mmc_wait_mean(1.2, 1.0, 2),
               "%.12g %.12g", figure(&jsq, R, 0), figure(&two, R, 0));
    arena_free(&jsq.arena);
    arena_free(&two.arena);
}

/* ---- moments ---- */

enum { LEVELS = 120 };

/* Mean number in M(t)/M/c at time t, from empty, by Runge and Kutta's method on the levels; the rate is
 * `first` until `change`, then `second`. */
static double by_integration(double first, double change, double second, double c, double t)
{
    static double p[LEVELS], k[4][LEVELS], at[LEVELS];
    const double weights[] = {0.0, 0.5, 0.5, 1.0};
    for (size_t i = 0; i < LEVELS; i++)
        p[i] = i == 0;
    const int steps = 1000 * (int)ceil(t); /* a change falls between two steps */
    const double h = t / steps;
    for (int step = 0; step < steps; step++) {
        const double rate = (step + 0.5) * h < change ? first : second;
        for (int stage = 0; stage < 4; stage++) {
            for (size_t i = 0; i < LEVELS; i++)
                at[i] = p[i] + (stage == 0 ? 0.0 : weights[stage] * h * k[stage - 1][i]);
            for (size_t i = 0; i < LEVELS; i++)
                k[stage][i] = (i > 0 ? rate * at[i - 1] : 0.0) +
                              (i + 1 < LEVELS ? fmin((double)i + 1.0, c) * at[i + 1] - rate * at[i] : 0.0) -
                              fmin((double)i, c) * at[i];
        }
        for (size_t i = 0; i < LEVELS; i++)
            p[i] += h / 6.0 * (k[0][i] + 2.0 * k[1][i] + 2.0 * k[2][i] + k[3][i]);
    }
    double n = 0.0;
    for (size_t i = 0; i < LEVELS; i++)
        n += (double)i * p[i];
    return n;
}

static void at_moments(const char *text, const double *times, size_t count, const double *exact,
                       double tolerance)
{
    char json[1000];
    struct arena arena;
    const struct scenario_file *file;
    struct model *model;
    struct error err;
    struct markov_result out[8];
    snprintf(json, sizeof json, "{%s}", text);
    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    arena_init(&arena);
    if (EXPECT(scenario_read_text(&arena, "test", json, NULL, 0, &file, &err) &&
                   model_compile(&arena, &file->points[0].scenario, &model, &err) &&
                   markov_at(model, NULL, times, count, &arena, out, &err),
               "%s: %s", text, err.text))
        for (size_t i = 0; i < count; i++)
            EXPECT(near(out[i].kinds[0].in_system, exact[i], tolerance), "%s at %g: %.12g, exactly %.12g",
                   text, times[i], out[i].kinds[0].in_system, exact[i]);
    arena_free(&arena);
}

static void moments(void)
{
    static const double times[] = {0.5, 2.0, 5.0, 20.0};
    double exact[4];
    for (size_t i = 0; i < 4; i++)
        exact[i] = by_integration(0.8, INFINITY, 0.8, 1.0, times[i]);
    at_moments("'arrivals':{'rate':0.8},'service':" EXP(1), times, 4, exact, 1e-8);
    for (size_t i = 0; i < 4; i++)
        exact[i] = by_integration(3.0, 2.0, 0.5, 2.0, times[i]);
    at_moments("'arrivals':{'schedule':[[0,3],[2,0.5]]},'servers':2,'service':" EXP(1), times, 4, exact,
               1e-8);
    for (size_t i = 0; i < 4;
         i++) { /* infinitely many servers: what has come and is still there; 2, from 1 on 6, from 3 on 0 */
        const double t = times[i], a = fmin(t, 1.0), b = fmin(fmax(t, 1.0), 3.0);
        exact[i] = 2.0 * (exp(a - t) - exp(-t)) + (t > 1.0 ? 6.0 * (exp(b - t) - exp(1.0 - t)) : 0.0);
    }
    at_moments("'arrivals':{'schedule':[[0,2],[1,6],[3,0]]},'servers':'infinite','service':" EXP(1), times, 4,
               exact, 1e-11);
    /* Late enough: the long run. */
    static const double late[] = {2000.0};
    const double n[] = {4.0};
    at_moments("'arrivals':{'rate':0.8},'service':" EXP(1), late, 1, n, 1e-10);
}

/* ---- what is refused, and why ---- */

static void refusals(void)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"'arrivals':{'rate':0.7},'service':1",
         "the service of queue is constant, not exponential or phase-type"},
        {"'arrivals':{'rate':1.2},'service':" EXP(1), "a load of 1.2: there is no steady state"},
        {"'arrivals':{'rate':1,'count':4},'service':" EXP(1), "arrivals that end"},
        {"'arrivals':{'rate':0.5},'discipline':'srpt','service':" EXP(1), "order by size"},
        {"'arrivals':{'rate':0.5},'setup':1,'keep_alive':0,'service':" EXP(1), "a setup that is not exponential"},
        {"'arrivals':{'rate':0.5},'setup':" EXP(1) ",'service':" EXP(1), "stay warm"},
        {"'stations':{'a':{}},'tasks':{'t':{'arrivals':{'rate':0.5},'steps':[{'timeout':2,'do':[{'at':'a','for':" EXP(1) "}]}]}}", "time-outs that are not exponential"},
        {"'stations':{'a':{}},'tasks':{'t':{'arrivals':{'rate':0.5},'steps':[{'timeout':" EXP(2) ",'abandoned':'continues','do':[{'at':'a','for':" EXP(1) "}]}]}}",
         "attempts that go on"},
        {"'stations':{'a':{}},'tasks':{'t':{'arrivals':{'rate':0.5},'steps':[{'timeout':" EXP(2) ",'do':[{'at':'a','for':" EXP(
             1) "}],'retry':{'max':2,'backoff':" EXP(1) ",'growth':2}}]}}",
         "backoffs that grow"},
        {"'stations':{'a':{}},'tasks':{'t':{'arrivals':{'at_once':3},'steps':[{'timeout':" EXP(2) ",'do':[{'at':'a','for':" EXP(1) "}]}]}}", "a run that ends"},
        {"'stations':{'t':{'servers':2},'p':{'servers':1}},'tasks':{'x':{'arrivals':{'closed':4,'think':" EXP(
             1) "},"
                "'steps':[{'in':'t','do':[{'in':'p','do':[{'delay':" EXP(1) "},{'in':'t','do':[{'delay':" EXP(
                    1) "}]}]}]}]}}",
         "deadlock"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct solved s;
        solve(&s, cases[i].text);
        EXPECT(!s.ok && strstr(s.err.text, cases[i].why) != NULL, "%s: %s", cases[i].text,
               s.ok ? "solved" : s.err.text);
        arena_free(&s.arena);
    }
}

/* ---- the simulator against the chain ---- */

static void simulated(const char *text, double warmup, double time, const char *kind)
{
    struct solved s;
    solve(&s, text);
    if (EXPECT(s.ok, "%s: %s", text, s.err.text)) {
        struct exact b = exact_run(warmup, time, text);
        exact_is(&b, kind, "throughput", s.result.kinds[0].throughput);
        exact_is(&b, kind, "in_system", s.result.kinds[0].in_system);
        if (!isnan(s.result.kinds[0].response)) {
            exact_is(&b, kind, "response", s.result.kinds[0].response);
            exact_is(&b, kind, "wait", s.result.kinds[0].wait);
        }
        for (uint32_t i = 0; i < s.model->station_count; i++) {
            char name[100];
            snprintf(name, sizeof name, "station:%s", s.model->stations[i].name);
            exact_is(&b, name, "utilisation", s.result.stations[i].utilisation);
            exact_is(&b, name, "in_station", s.result.stations[i].in_station);
        }
        exact_done(&b);
    }
    arena_free(&s.arena);
}

static void simulation_agrees(void)
{
    /* Released and taken again, as a newcomer and first. */
    for (int first = 0; first < 2; first++) {
        char text[900];
        snprintf(text, sizeof text,
                 "'stations':{'threads':{'servers':2,'capacity':5,'await':'release','resume':'%s','switch'"
                 ":" EXP(0.1) "},'cpu':{}},'tasks':{'r':{'arrivals':{'closed':7,'think':" EXP(
                     6) "},'steps':[{'in':'threads','do':["
                        "{'at':'cpu','for':" EXP(1) "},{'await':[{'delay':" EXP(
                            2) "}]},{'at':'cpu','for':" EXP(0.5) "}]}]}}",
                 first ? "first" : "last");
        simulated(text, 200, 4500, "r");
    }
    /* Two pools nested, both released; a connection pool with a capacity; a lock within. */
    simulated("'stations':{'outer':{'servers':3,'await':'release'},'inner':{'servers':2,'await':'release'},'"
              "db':{}},"
              "'tasks':{'r':{'arrivals':{'closed':6,'think':" EXP(
                  4) "},'steps':[{'in':'outer','do':[{'in':'inner','do':["
                     "{'delay':" EXP(0.5) "},{'await':[{'at':'db','for':" EXP(1) "}]},{'delay':" EXP(
                         0.5) "}]},{'delay':" EXP(0.3) "}]}]}}",
              200, 4500, "r");
    simulated(
        "'stations':{'threads':{'servers':4,'capacity':6},'cpu':{'servers':2,'discipline':'ps'},'lock':{}},"
        "'tasks':{'r':{'arrivals':{'rate':1},'steps':[{'in':'threads','do':[{'at':'cpu','for':{'mean':1,'scv'"
        ":2}},"
        "{'choose':[{'p':0.4,'do':[{'in':'lock','do':[{'at':'cpu','for':" EXP(
            0.5) "}]}]},{'do':[{'delay':" EXP(1) "}]}]},{'repeat':2,'do':[{'at':'cpu','for':" EXP(0.3) "}]}]}"
                                                                                                       "]}}",
        200, 4500, "r");
    /* Two kinds, one of which preempts; who is told apart by weights; messages. */
    simulated("'stations':{'a':{'servers':2,'discipline':'priority','preempt':'resume'}},'tasks':{'low':{'"
              "arrivals':{'rate':"
              "0.8},'priority':1,'service':" EXP(1) "},'high':{'arrivals':{'closed':2,'think':" EXP(
                  2) "},'service':" EXP(1) "}}",
              200, 8000, "low");
    simulated("'stations':{'a':{'discipline':'dps'}},'tasks':{'x':{'arrivals':{'rate':0.3},'weight':3,'"
              "service':" EXP(1) "},'y':{'arrivals':{'rate':0.2},'service':" EXP(1.5) "}}",
              500, 14000, "x");
    simulated(
        "'stations':{'a':{},'b':{'discipline':'ps'}},'tasks':{'x':{'arrivals':{'closed':3,'think':" EXP(
            3) "},'steps':[{'at':'a','for':" EXP(1) "},{'send':'y'},{'at':'b','for':" EXP(0.4) "}]},'y':{'"
                                                                                               "steps':[{'at'"
                                                                                               ":'b','for'"
                                                                                               ":" EXP(
                                                                                                   0.8) "}]}"
                                                                                                        "}",
        300, 4500, "x");
    simulated(
        "'arrivals':{'rate':2.1},'servers':3,'queues':'per_server','dispatch':'join_idle','service':" EXP(1),
        300, 6000, "task");
}

const struct test markov_tests[] = {
    {"single stations have their closed forms", single_stations},
    {"losses, balking, patience and retrials have theirs", losses_and_patience},
    {"exponential time-outs have theirs, with retries, other steps and what is held", time_outs},
    {"servers that are set up have theirs", setups},
    {"priorities have Cobham's means", priorities},
    {"closed networks have those of mean value analysis", closed_networks},
    {"open networks have those of Jackson", open_networks},
    {"threads before cores have the published means", threads_and_cores},
    {"without a limit and costs, holding and releasing are one", without_limit_or_cost_both_ways_are_one},
    {"tasks are dispatched by the rules", dispatched},
    {"Markovian arrivals have their special cases", markovian_arrivals},
    {"batches at time 0 have the figures of claim C8, and simulation agrees", batches},
    {"moments after an empty start are as by integration, with rates that change too", moments},
    {"what no chain is made of is named", refusals},
    {"simulation agrees with the chain", simulation_agrees},
    {NULL, NULL},
};
