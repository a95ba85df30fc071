/* Networks of queues: product form, bounds and the queueing network analyzer against closed forms, against
 * chains generated from the same scenarios, and in their special cases. */
#include "models/markov/markov.h"
#include "models/network/network.h"
#include "tests/closed_forms.h"
#include "tests/exact.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXP(mean) "{'dist':'exponential','mean':" #mean "}"

struct subject_network {
    struct arena arena;
    struct model *model;
    struct network network;
    struct network_means means;
    struct error err;
    bool ok;
};

static bool compile_text(struct subject_network *s, const char *text)
{
    char json[2000];
    const struct scenario_file *file;
    snprintf(json, sizeof json, "{%s}", text);
    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    arena_init(&s->arena);
    return scenario_read_text(&s->arena, "test", json, NULL, 0, &file, &s->err) &&
           model_compile(&s->arena, &file->points[0].scenario, &s->model, &s->err);
}

static void solve(struct subject_network *s, const char *text)
{
    s->ok = compile_text(s, text) && network_make(s->model, &s->arena, &s->network, &s->err) &&
            network_product_form(&s->network, &s->arena, &s->means, &s->err);
}

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b));
}

/* The chain of the same scenario gives the same means. */
static void as_its_chain(const char *text, double tolerance)
{
    struct subject_network s;
    struct markov_result r;
    solve(&s, text);
    if (EXPECT(s.ok && markov_solve(s.model, NULL, &s.arena, &r, &s.err), "%s: %s", text, s.err.text)) {
        for (uint32_t k = 0; k < s.network.kinds; k++)
            EXPECT(near(s.means.throughput[k], r.kinds[k].throughput, tolerance) &&
                       near(s.means.response[k], r.kinds[k].response, tolerance) &&
                       near(s.means.in_system[k], r.kinds[k].in_system, tolerance),
                   "%s: kind %u: %.12g %.12g, by its chain %.12g %.12g", text, k, s.means.throughput[k],
                   s.means.response[k], r.kinds[k].throughput, r.kinds[k].response);
        for (uint32_t i = 0; i < s.network.stations; i++) {
            double number = 0.0;
            for (uint32_t k = 0; k < s.network.kinds; k++)
                number += s.means.number[k * s.network.stations + i];
            EXPECT(near(s.means.utilisation[i], r.stations[i].utilisation, tolerance) &&
                       near(number, r.stations[i].in_station, tolerance),
                   "%s: station %u: %.12g %.12g, by its chain %.12g %.12g", text, i, s.means.utilisation[i],
                   number, r.stations[i].utilisation, r.stations[i].in_station);
        }
    }
    arena_free(&s.arena);
}

/* Three queues and thinkers; N and one more server count through snprintf. */
static void closed_text(char *text, size_t size, int number, int servers)
{
    snprintf(
        text, size,
        "'stations':{'a':{},'b':{'servers':%d},'c':{'discipline':'ps'}},'tasks':{'t':{'arrivals':{'closed':%"
        "d,'think':"
        "4},'steps':[{'at':'a','for':" EXP(0.8) "},{'at':'b','for':" EXP(0.5) "},{'at':'c','for':1.1}]}}",
        servers, number);
}

static void closed_networks(void)
{
    static const int numbers[] = {1, 2, 9, 100, 1000, 10000};
    const double demands[] = {0.8, 0.5, 1.1};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char text[600];
        struct subject_network s;
        double response;
        const double x = mva((unsigned)numbers[i], 4.0, demands, 3, &response);
        closed_text(text, sizeof text, numbers[i], 1);
        solve(&s, text);
        if (EXPECT(s.ok, "%s", s.err.text))
            EXPECT(near(s.means.throughput[0], x, 1e-11) && near(s.means.response[0], response, 1e-11),
                   "%d: %.14g %.14g, mean value analysis %.14g %.14g", numbers[i], s.means.throughput[0],
                   s.means.response[0], x, response);
        arena_free(&s.arena);
    }
}

/* 10,000 clients before 150 servers, one station: birth and death with logarithms. */
static void many_servers(void)
{
    enum { N = 10000, C = 150 };
    const double think = 60.0, mean = 1.0;
    double log_p = 0.0, most = 0.0, sum = 0.0, number = 0.0;
    static double logs[N + 1];
    for (int i = 0; i <= N; i++) {
        if (i > 0)
            log_p += log((N - i + 1) / think) - log(fmin(i, C) / mean);
        logs[i] = log_p;
        most = fmax(most, log_p);
    }
    for (int i = 0; i <= N; i++) {
        sum += exp(logs[i] - most);
        number += i * exp(logs[i] - most);
    }
    char text[300];
    struct subject_network s;
    snprintf(text, sizeof text, "'arrivals':{'closed':%d,'think':" EXP(60) "},'servers':%d,'service':" EXP(1),
             N, C);
    solve(&s, text);
    if (EXPECT(s.ok, "%s", s.err.text))
        EXPECT(near(s.means.in_system[0], number / sum, 1e-9), "%.14g, birth and death %.14g",
               s.means.in_system[0], number / sum);
    arena_free(&s.arena);
}

static void against_chains(void)
{
    as_its_chain(
        "'stations':{'a':{},'b':{'servers':2}},'tasks':{'t':{'arrivals':{'closed':7,'think':" EXP(
            3) "},'steps':[{'at':'a','for':" EXP(0.8) "},{'at':'b','for':" EXP(2) "},{'delay':" EXP(1) "}]}}",
        1e-11);
    /* Two closed kinds with demands of their own: ps with several servers, lcfs_pr, fcfs of one mean. */
    as_its_chain("'stations':{'a':{'discipline':'ps','servers':2},'b':{'discipline':'lcfs_pr'},'c':{}},'"
                 "tasks':{"
                 "'x':{'arrivals':{'closed':3,'think':" EXP(2) "},'steps':[{'at':'a','for':" EXP(
                     1) "},{'at':'b','for':" EXP(0.5) "},{'at':'c','for':" EXP(0.7) "}]},"
                                                                                    "'y':{'arrivals':{'"
                                                                                    "closed':2},'steps':[{'"
                                                                                    "at':'a','for':" EXP(
                                                                                        3) "},{'at':'c','for'"
                                                                                           ":" EXP(0.7) "},{'"
                                                                                                        "at':"
                                                                                                        "'c',"
                                                                                                        "'for"
                                                                                                        "'"
                                                                                                        ":" EXP(0.7) "}]}}",
                 1e-11);
    /* Mixed: an open kind comes between closed ones, at one server and at two. */
    as_its_chain(
        "'stations':{'a':{'discipline':'ps'},'b':{'discipline':'ps','servers':2}},'tasks':{"
        "'x':{'arrivals':{'closed':4,'think':" EXP(3) "},'steps':[{'at':'a','for':" EXP(
            1) "},{'at':'b','for':" EXP(1.5) "}]},"
                                             "'y':{'arrivals':{'rate':0.2},'steps':[{'at':'a','for':" EXP(
                                                 0.6) "},{'choose':[{'p':0.5,'do':[{'at':'b',"
                                                      "'for':" EXP(1.5) "}]},{'do':[]}]}]}}",
        1e-9);
    /* Open, insensitive to the law where shared; loops and choices. */
    as_its_chain("'stations':{'a':{'discipline':'ps'}},'tasks':{'x':{'arrivals':{'rate':0.1},'steps':[{'"
                 "repeat':2,'do':["
                 "{'at':'a','for':" EXP(
                     1) "}]},{'choose':[{'p':0.3,'do':[{'at':'a','for':{'dist':'erlang','k':2,'mean':1}}]},"
                        "{'do':[]}]}]}}",
                 1e-9);
}

static void open_networks(void)
{
    struct subject_network s;
    solve(&s, "'stations':{'a':{},'b':{'servers':2}},'tasks':{'t':{'arrivals':{'rate':0.5},'steps':["
              "{'id':'x','at':'a','for':" EXP(1) ",'next':{'y':0.6,'exit':0.4}},"
                                                 "{'id':'y','at':'b','for':" EXP(
                                                     2) ",'next':{'x':0.3,'exit':0.7}}]}}");
    const double a = 0.5 / 0.82, b = 0.6 * a, n = a / (1.0 - a) + b * (mmc_wait_mean(b, 2.0, 2) + 2.0);
    struct network_means qna;
    if (EXPECT(s.ok && network_qna(&s.network, &s.arena, &qna, &s.err), "%s", s.err.text)) {
        EXPECT(near(s.means.in_system[0], n, 1e-13), "%.14g, Jackson %.14g", s.means.in_system[0], n);
        EXPECT(near(qna.in_system[0], n, 1e-12), "the analyzer: %.14g, Jackson %.14g", qna.in_system[0], n);
    }
    arena_free(&s.arena);
    solve(&s, "'arrivals':{'rate':9990},'servers':10000,'service':" EXP(1));
    if (EXPECT(s.ok, "%s", s.err.text))
        EXPECT(near(s.means.response[0], 1.0 + mmc_wait_mean(9990, 1.0, 10000), 1e-11), "%.14g",
               s.means.response[0]);
    arena_free(&s.arena);
    solve(&s, "'arrivals':{'rate':1e-9},'servers':3,'service':" EXP(1));
    if (EXPECT(s.ok, "%s", s.err.text))
        EXPECT(near(s.means.response[0], 1.0, 1e-12), "%.14g", s.means.response[0]);
    arena_free(&s.arena);
}

static void analyzer(void)
{
    struct subject_network s;
    struct network_means qna;
    /* One station, Poisson: Pollaczek and Khinchine, exactly. */
    s.ok = compile_text(&s, "'arrivals':{'rate':0.7},'service':{'mean':1,'scv':3}") &&
           network_make(s.model, &s.arena, &s.network, &s.err) &&
           network_qna(&s.network, &s.arena, &qna, &s.err);
    if (EXPECT(s.ok, "%s", s.err.text))
        EXPECT(near(qna.response[0], 1.0 + mg1_wait_mean(0.7, 1.0, 4.0), 1e-12), "%.14g", qna.response[0]);
    arena_free(&s.arena);
    /* Two in a row, constant service in the first: less variable on its way to the second. By hand: ca2 =
     * rho1^2 x1 + 1 - rho1^2 with x1 = 0.2 (Whitt's floor); W2 = (ca2 + 1) / 2 rho2 / (1 - rho2) g. */
    s.ok = compile_text(&s, "'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.8},'steps':[{'at':"
                            "'a','for':1},{'at':'b',"
                            "'for':" EXP(1) "}]}}") &&
           network_make(s.model, &s.arena, &s.network, &s.err) &&
           network_qna(&s.network, &s.arena, &qna, &s.err);
    const double ca = 0.64 * 0.2 + 0.36,
                 g = exp(-2.0 * 0.2 * (1.0 - ca) * (1.0 - ca) / (3.0 * 0.8 * (ca + 1.0)));
    const double exact = 1.0 + 0.5 * 0.8 / 0.2 + 1.0 + 0.5 * (ca + 1.0) * 0.8 / 0.2 * g;
    if (EXPECT(s.ok, "%s", s.err.text))
        EXPECT(near(qna.response[0], exact, 1e-12), "%.14g, by hand %.14g", qna.response[0], exact);
    arena_free(&s.arena);
}

static void bounds(void)
{
    for (int number = 1; number <= 40; number += 3) {
        char text[600];
        struct subject_network s;
        struct network_bounds b;
        closed_text(text, sizeof text, number, 1);
        solve(&s, text);
        if (EXPECT(s.ok && network_bounds(s.model, 0, &b, &s.err), "%s", s.err.text)) {
            const double x = s.means.throughput[0];
            EXPECT(x <= b.throughput_most * (1 + 1e-12) && x <= b.balanced_high * (1 + 1e-12) &&
                       x >= b.balanced_low * (1 - 1e-12),
                   "%d: %.10g in %.10g .. %.10g, %.10g", number, x, b.balanced_low, b.balanced_high,
                   b.throughput_most);
            EXPECT(near(b.throughput_most, fmin(number / 6.4, 1.0 / 1.1), 1e-12) &&
                       near(b.population, 6.4 / 1.1, 1e-12) && b.bottleneck == 2,
                   "%g %g %u", b.throughput_most, b.population, b.bottleneck);
            EXPECT(s.means.response[0] >= b.response_least * (1 - 1e-12), "%g", b.response_least);
        }
        arena_free(&s.arena);
    }
    /* Threads held while a database is asked: 5 threads for 4 + 1, a core for 1: the core's 1 per time is not
     * reached. */
    struct subject_network s;
    struct network_bounds b;
    s.ok =
        compile_text(
            &s,
            "'stations':{'threads':{'servers':4},'cpu':{}},'tasks':{'t':{'arrivals':{'closed':50},'steps':["
            "{'in':'threads','do':[{'at':'cpu','for':1},{'delay':4}]}]}}") &&
        network_bounds(s.model, 0, &b, &s.err);
    if (EXPECT(s.ok, "%s", s.err.text))
        EXPECT(near(b.throughput_most, 0.8, 1e-12) && b.bottleneck == 0, "%g %u", b.throughput_most,
               b.bottleneck);
    arena_free(&s.arena);
}

static void refusals(void)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"'arrivals':{'rate':0.5},'service':1", "service there is not exponential"},
        {"'arrivals':{'rate':1.5},'service':" EXP(1), "a load of 1.5"},
        {"'arrivals':{'interarrival':1},'service':" EXP(0.5), "not Poisson"},
        {"'stations':{'a':{}},'tasks':{'x':{'arrivals':{'rate':0.1},'service':" EXP(
             1) "},'y':{'arrivals':{'rate':0.1},"
                "'service':" EXP(2) "}}",
         "served for different means"},
        {"'arrivals':{'rate':0.5},'capacity':4,'service':" EXP(1), "a capacity"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct subject_network s;
        solve(&s, cases[i].text);
        EXPECT(!s.ok && strstr(s.err.text, cases[i].why) != NULL, "%s: %s", cases[i].text,
               s.ok ? "solved" : s.err.text);
        arena_free(&s.arena);
    }
}

const struct test product_form_tests[] = {
    {"closed networks are as by mean value analysis, for up to 10,000 tasks", closed_networks},
    {"150 servers before 10,000 clients are as by birth and death", many_servers},
    {"closed, mixed and open networks of several kinds are as their chains", against_chains},
    {"open networks are Jackson's, for up to 10,000 servers", open_networks},
    {"the analyzer is exact where it must be, and as by hand elsewhere", analyzer},
    {"bounds hold", bounds},
    {"the condition that fails is named", refusals},
    {NULL, NULL},
};
