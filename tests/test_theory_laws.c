/* test_theory_laws.c: percentiles of waits and responses by birth and death, priorities and sharing, against
 * values that were computed with 20 digits and more from textbooks' formulas. */
#include "tests/row.h"
#include "tests/suites.h"
#include "tests/trial.h"

#include <math.h>
#include <stdio.h>

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

const struct test theory_laws_tests[] = {
    {"losses, balking, patience: laws of waits and responses", birth_and_death},
    {NULL, NULL},
};
