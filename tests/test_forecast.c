/* test_forecast.c: how long a study will take, against the formula and against how long it took. */
#include "models/forecast.h"
#include "tests/trial.h"

#define MM1(rate, run)                                                                                       \
    "{'arrivals':{'rate':" #rate "},'service':{'dist':'exponential','mean':1},'run':{" run "}}"

static void the_formula(void)
{
    /* M/M/1 at 0.8: D = 2 * 1.8 / 0.04 = 90; the mean alone (median: no more) to 0.1 % takes (1.96 / 0.001)^2
     * D customers. */
    struct trial t;
    struct forecast x;
    struct error err;
    if (trial_read(&t, MM1(0.8, "'precision':0.001,'quantiles':[0.5]")) &&
        EXPECT(desq_forecast(t.desq, 0, &x, &err), "%s", err.text)) {
        EXPECT(fabs(x.customers / (90.0 * 1.959964 * 1.959964 / 1e-6) - 1.0) < 1e-6, "%g customers",
               x.customers);
        EXPECT(x.load == 0.8 && !x.given && fabs(x.events / x.customers - 2.0) < 0.01, "load %g, %g events",
               x.load, x.events);
    }
    trial_free(&t);
    /* A given length says how exact it will be: four times as long, half as wide. */
    double precision[2] = {0.0, 0.0};
    for (int i = 0; i < 2; i++) {
        if (trial_read(&t, MM1(0.8, "'replications':%d,'count':10000"), i == 0 ? 10 : 40) &&
            desq_forecast(t.desq, 0, &x, &err))
            precision[i] = x.precision;
        EXPECT(x.given, "the length is given");
        trial_free(&t);
    }
    EXPECT(fabs(precision[0] / precision[1] - 2.0) < 1e-9, "%g and %g", precision[0], precision[1]);
}

static void as_long_as_it_took(void)
{
    static const double rates[] = {0.5, 0.8, 0.9};
    for (size_t i = 0; i < 3; i++) {
        struct trial t;
        struct forecast x;
        struct error err;
        if (trial_read(&t,
                       "{'arrivals':{'rate':%g},'service':{'dist':'exponential','mean':1},'run':{'precision':"
                       "0.05,'quantiles':[0.5,0.9,0.99]}}",
                       rates[i]) &&
            EXPECT(desq_forecast(t.desq, 0, &x, &err), "%s", err.text) && trial_run(&t, 0)) {
            const double took = (double)t.result->points[0].report.events;
            EXPECT(took > x.events / 3.0 && took < 3.0 * x.events, "at %g: %g events foretold, %g taken",
                   rates[i], x.events, took);
        }
        trial_free(&t);
    }
}

static void what_cannot_be_foretold(void)
{
    struct trial t;
    struct forecast x;
    struct error err;
    if (trial_read(&t, "{'arrivals':{'at_once':4},'service':1}"))
        EXPECT(!desq_forecast(t.desq, 0, &x, &err) && err.text[0] != '\0', "a batch was foretold");
    trial_free(&t);
    if (trial_read(&t, MM1(1.1, "")))
        EXPECT(!desq_forecast(t.desq, 0, &x, &err) && err.text[0] != '\0', "overload was foretold");
    trial_free(&t);
}

const struct test forecast_tests[] = {
    {"the formula, and what a given length will come to", the_formula},
    {"studies take about as long as was foretold", as_long_as_it_took},
    {"what cannot be foretold is said", what_cannot_be_foretold},
    {NULL, NULL},
};
