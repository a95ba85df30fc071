/* test_theory_laws.c: percentiles of waits and responses by birth and death, priorities and sharing, against
 * values that were computed with 20 digits and more from textbooks' formulas. */
#include "tests/row.h"
#include "tests/suites.h"
#include "tests/trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct known {
    const char *row, *text;
    double mean, sd, wait_90, response_90, wait_99, response_99; /* NAN: not known */
};

static void check(const char *text, const char *what, double value, double exact, double tolerance)
{
    if (!isnan(exact))
        EXPECT(fabs(value - exact) <= tolerance * exact, "%s: %s is %.14g, not %.14g", text, what, value,
               exact);
}

static void check_all(const struct known *k, double tolerance)
{
    char text[1200];
    struct row_answer a;
    snprintf(text, sizeof text, "%s,'run':{'quantiles':[0.9,0.99]}", k->text);
    row_ask(&a, k->row, text);
    EXPECT(a.applies, "%s: %s", text, a.err.text);
    check(k->text, "mean wait", row_value(&a, "wait", STATISTIC_MEAN, 0.0), k->mean, tolerance);
    check(k->text, "sd of the wait", row_value(&a, "wait", STATISTIC_SD, 0.0), k->sd, tolerance);
    check(k->text, "wait, p90", row_value(&a, "wait", STATISTIC_QUANTILE, 0.9), k->wait_90, tolerance);
    check(k->text, "response, p90", row_value(&a, "response", STATISTIC_QUANTILE, 0.9), k->response_90,
          tolerance);
    check(k->text, "wait, p99", row_value(&a, "wait", STATISTIC_QUANTILE, 0.99), k->wait_99, tolerance);
    check(k->text, "response, p99", row_value(&a, "response", STATISTIC_QUANTILE, 0.99), k->response_99,
          tolerance);
    row_free(&a);
}

#define EXP1 ",'service':{'dist':'exponential','mean':1}"

/* Mixtures of sums of exponential stages, and with the service by quadrature. */
static void birth_and_death(void)
{
    static const struct known all[] = {
        {"impatience", "'arrivals':{'rate':5},'servers':4,'patience':{'dist':'exponential','mean':2}" EXP1,
         0.520366604915586, 0.534178609111845, 1.276999114011, 2.997114625629, 2.138068823962,
         5.301929585954},
        {"impatience", "'arrivals':{'rate':4},'servers':2,'patience':{'dist':'exponential','mean':0.25}" EXP1,
         0.0948482850484381, 0.164681424880577, 0.3178994579742, 2.413097973953, 0.7237365066214,
         4.715683885975},
        {"impatience", "'arrivals':{'rate':1.5},'balk':[0,0.2,0.4,0.6,0.8]" EXP1, 1.55357142857143,
         1.78175414922198, 3.984413843487, 5.323185913751, 7.622115335752, 9.140553399673},
        {"impatience",
         "'arrivals':{'rate':6},'servers':4,'capacity':9,'balk':[0,0.2,0.4,0.6,0.8],'patience':{'dist':'"
         "exponential','mean':2}" EXP1,
         0.028322219305232, 0.120761246941709, 0.003547954278478, 2.340578618933, 0.6429953461616,
         4.643198692522},
        {"mmck", "'arrivals':{'rate':4},'servers':4,'capacity':12" EXP1, 0.880733944954128, 0.831984150367313,
         2.054120236049, 3.593779435293, 3.220863276113, 5.922695249554},
        {"mmck", "'arrivals':{'rate':1.3},'capacity':6" EXP1, 3.23455259982926, 2.4111024751945,
         6.485604078596, 7.742810611314, 10.19097571999, 11.67334080659},
        {"machine_repair",
         "'arrivals':{'closed':12,'think':{'dist':'exponential','mean':10}},'servers':2" EXP1,
         0.254947646534416, 0.582389813684511, 0.9452400380326, 2.800966534366, 2.740833811394,
         5.242337377259},
        {"machine_repair",
         "'arrivals':{'closed':20,'think':{'dist':'exponential','mean':8}},'servers':2,'capacity':5" EXP1,
         0.719265367316342, 0.828360169105262, 1.87121613538, 3.456985913097, 3.443161131699, 5.875736730043},
        /* Nobody waits; patience of no account: M/M/1. */
        {"mmck", "'arrivals':{'rate':50},'servers':4,'capacity':4" EXP1, 0.0, 0.0, 0.0, 2.302585092994046,
         0.0, 4.605170185988091},
        {"impatience", "'arrivals':{'rate':0.5},'patience':{'dist':'exponential','mean':1e12}" EXP1, 1.0,
         1.7320508075688772, 3.2188758248682006, 4.605170185988091, 7.824046010856292, 9.210340371976182},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        check_all(&all[i], 1e-9);
}

#define TWO(discipline, first, second) "'stations':{'q':{" discipline "}},'tasks':{" first "," second "}"
#define HIGH                           "'h':{'priority':1,'arrivals':{'rate':0.3}" EXP1 "}"
#define LOW                            "'l':{'priority':2,'arrivals':{'rate':0.4}" EXP1 "}"

/* Of the kind that stands last: transforms of Kesten and Runnenburg, with the busy period in closed form,
 * inverted with 30 digits (de Hoog's method); their derivatives. */
static void priorities_law(void)
{
    static const struct known all[] = {
        {"priorities", TWO("'discipline':'priority'", LOW, HIGH), 1.0, 1.36277028773849, 2.779871641508,
         4.251425464627, 6.069278917213, 7.705975521548},
        {"priorities", TWO("'discipline':'priority'", HIGH, LOW), 10.0 / 3.0, 4.97157452805264,
         9.598190670783, 10.70809442703, 22.69304315901, 23.79225128444},
        {"priorities", TWO("'discipline':'priority','preempt':'resume'", HIGH, LOW), 79.0 / 21.0,
         5.16231516806131, 10.33653722284, 11.58967418862, 23.47874953793, 24.75052010953},
        /* Undisturbed by the others: M/M/1. */
        {"priorities", TWO("'discipline':'priority','preempt':'resume'", LOW, HIGH), 3.0 / 7.0,
         1.0202040612204073, 1.5694461268, 3.2894072757057804, 4.858853402597, 6.57881455141156},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        check_all(&all[i], 1e-9);
}

/* Means by the row and by the chain. */
static void says_the_chain(const char *row, const char *text)
{
    struct row_answer a, b;
    row_ask(&a, row, text);
    row_ask(&b, "markov_chain", text);
    EXPECT(a.applies && b.applies, "%s: %s %s", text, a.err.text, b.err.text);
    size_t compared = 0;
    for (size_t i = 0; i < a.sheet.count; i++)
        for (size_t j = 0; j < b.sheet.count; j++) {
            const struct theory_value *x = &a.sheet.values[i], *y = &b.sheet.values[j];
            if (x->scope != y->scope || x->subject != y->subject || strcmp(x->probe, y->probe) != 0 ||
                x->statistic != y->statistic)
                continue;
            EXPECT(fabs(x->value - y->value) <= 1e-9 * y->value, "%s %zu: %.14g, %.14g", x->probe, x->subject,
                   x->value, y->value);
            compared++;
        }
    EXPECT(compared >= 6, "only %zu compared", compared);
    row_free(&a);
    row_free(&b);
}

/* Rows that must say the same of two scenarios: means, standard deviations, percentiles. */
static void same(const char *row, const char *text, const char *other_row, const char *other_text)
{
    static const char *const probes[] = {"wait", "response"};
    char asked[2][1200];
    struct row_answer a, b;
    snprintf(asked[0], sizeof asked[0], "%s,'run':{'quantiles':[0.9,0.99]}", text);
    snprintf(asked[1], sizeof asked[1], "%s,'run':{'quantiles':[0.9,0.99]}", other_text);
    row_ask(&a, row, asked[0]);
    row_ask(&b, other_row, asked[1]);
    EXPECT(a.applies && b.applies, "%s: %s %s", text, a.err.text, b.err.text);
    for (int i = 0; i < 2; i++) {
        check(text, probes[i], row_value(&a, probes[i], STATISTIC_MEAN, 0.0),
              row_value(&b, probes[i], STATISTIC_MEAN, 0.0), 1e-9);
        if (!isnan(row_value(&a, probes[i], STATISTIC_SD, 0.0)))
            check(text, probes[i], row_value(&a, probes[i], STATISTIC_SD, 0.0),
                  row_value(&b, probes[i], STATISTIC_SD, 0.0), 1e-9);
        for (double p = 0.9; p < 1.0; p += 0.09)
            check(text, probes[i], row_value(&a, probes[i], STATISTIC_QUANTILE, p > 0.95 ? 0.99 : 0.9),
                  row_value(&b, probes[i], STATISTIC_QUANTILE, p > 0.95 ? 0.99 : 0.9), 1e-8);
    }
    row_free(&a);
    row_free(&b);
}

static void special_cases(void)
{
    same("priorities", "'servers':3,'discipline':'priority','arrivals':{'rate':2.4}" EXP1, "mmc",
         "'servers':3,'arrivals':{'rate':2.4}" EXP1);
    same("priorities", "'discipline':'priority','arrivals':{'rate':0.8},'service':{'mean':1,'scv':3}", "mg1",
         "'arrivals':{'rate':0.8},'service':{'mean':1,'scv':3}");
    same("priorities",
         "'discipline':'priority','preempt':'resume','arrivals':{'rate':0.8},'service':{'dist':'erlang','k':"
         "3,'mean':1}",
         "mg1", "'arrivals':{'rate':0.8},'service':{'dist':'erlang','k':3,'mean':1}");
    same("split_at_random",
         "'arrivals':{'rate':1.6},'servers':2,'queues':'per_server','dispatch':'random','service':{'mean':1,'"
         "scv':3}",
         "mg1", "'arrivals':{'rate':0.8},'service':{'mean':1,'scv':3}");
    same("split_at_random",
         "'arrivals':{'rate':1.6},'servers':2,'queues':'per_server','dispatch':'random'" EXP1, "mmc",
         "'arrivals':{'rate':0.8}" EXP1);
    same("split_in_turn",
         "'arrivals':{'rate':1.6},'servers':2,'queues':'per_server','dispatch':'round_robin'" EXP1, "gimc",
         "'arrivals':{'interarrival':{'dist':'erlang','k':2,'mean':1.25}}" EXP1);
    /* Preemption at several servers: the urgent see nobody else; and the scenario's own chain. */
    says_the_chain("priorities", TWO("'discipline':'priority','preempt':'resume','servers':3", HIGH,
                                     "'l':{'priority':2,'arrivals':{'rate':1.8}" EXP1 "}"));
    says_the_chain("retrial", "'arrivals':{'rate':0.5},'capacity':1,'on_full':{'retry':{'dist':'exponential',"
                              "'mean':2}},'service':{'mean':1,'scv':3}");
    /* Markovian arrivals of one rate; and phases that are one. */
    same("map_ph",
         "'arrivals':{'mmpp':{'rates':[2.4,2.4],'generator':[[-0.1,0.1],[0.05,-0.05]]}},'servers':3" EXP1,
         "mmc", "'servers':3,'arrivals':{'rate':2.4}" EXP1);
    same("map_ph",
         "'arrivals':{'interarrival':{'dist':'erlang','k':2,'mean':0.4}},'servers':3,'service':{'dist':'"
         "hyperexponential','p':[0.3,0.7],'means':[1,1]}",
         "gimc", "'arrivals':{'interarrival':{'dist':'erlang','k':2,'mean':0.4}},'servers':3" EXP1);
    /* A bucket of one token: the wait of M/D/1. */
    struct row_answer a, b;
    row_ask(&a, "token_bucket",
            "'stations':{'b':{'tokens':{'rate':2}}},'tasks':{'t':{'arrivals':{'rate':1.6},'steps':[{'pass':'"
            "b'}]}},'run':{'quantiles':[0.9]}");
    row_ask(&b, "md1", "'arrivals':{'rate':1.6},'service':0.5,'run':{'quantiles':[0.9]}");
    check("token bucket", "wait, p90", row_value(&a, "wait", STATISTIC_QUANTILE, 0.9),
          row_value(&b, "wait", STATISTIC_QUANTILE, 0.9), 1e-12);
    check("token bucket", "mean wait", row_value(&a, "wait", STATISTIC_MEAN, 0.0), 1.0, 1e-12);
    row_free(&a);
    row_free(&b);
}

/* Busy periods: density exp(-(rate + 1) t) I_1(2 t sqrt(rate)) / (t sqrt(rate)) (Takacs 1962), by quadrature;
 * chains of who is there beside a task, their transforms inverted with 25 digits. */
static void other_orders(void)
{
    static const struct known all[] = {
        {"map_ph", "'servers':2,'arrivals':{'rate':1.6},'service':{'dist':'hyperexponential','mean':1,'scv':4}", NAN, NAN, 12.560169954532196,
         14.04675175198549, 28.809932798094174, 30.4372318762105},
        {"lcfs_pr", "'arrivals':{'rate':0.5},'discipline':'lcfs_pr'" EXP1, 1.0, 3.0, NAN, 4.936836115690697,
         NAN, 17.148112215280467},
        {"lcfs_pr", "'arrivals':{'rate':0.9},'discipline':'lcfs_pr'" EXP1, 9.0, 43.3704968844028, NAN,
         16.66837891762436, NAN, 179.79308747614087},
        {"ps", "'arrivals':{'rate':0.7},'discipline':'ps'" EXP1, 7.0 / 3.0, NAN, NAN, 8.25092752845, NAN,
         23.2487028273},
        {"ps", "'servers':3,'arrivals':{'rate':2.4},'discipline':'ps'" EXP1, 1.0786516853932584, NAN, NAN,
         4.95554988818, NAN, 13.3836468056},
        {"mmc", "'servers':2,'arrivals':{'rate':1.4},'discipline':'random'" EXP1, 0.96078431372549, NAN,
         2.80125913043, 4.33441568855, 9.5628662131, 10.7939194771},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        check_all(&all[i], 1e-9);
    /* Near load 1, where the iteration for the busy period hardly contracts: half of all are done before
     * anybody comes. */
    check_all(&(struct known){"lcfs_pr", "'arrivals':{'rate':1e-9},'discipline':'lcfs_pr'" EXP1,
                              1.000000001e-9, NAN, 0.0, 2.302585095644993, 0.0, 4.605170196591891},
              1e-9);
}

const struct test theory_laws_tests[] = {
    {"losses, balking, patience: laws of waits and responses", birth_and_death},
    {"priorities: laws of waits and responses", priorities_law},
    {"priorities and lines apart have M/M/c, M/G/1 and GI/M/1 as special cases", special_cases},
    {"last come first served, random order, sharing: laws", other_orders},
    {NULL, NULL},
};
