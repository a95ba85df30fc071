/* series.c: windows of time after an empty start, held against exact means with |z| < 4.4: about one false alarm in 100,000
 * for each. */
#include "models/series.h"
#include "tests/trial.h"

#include <string.h>

static const struct series *look(struct trial *t, const char *every, const char *until, uint64_t replications, unsigned jobs)
{
    const struct series_how how = {.every = every, .until = until, .replications = replications, .jobs = jobs};
    const struct series *s = NULL;
    struct error err;
    if (!EXPECT(desq_series(t->desq, 0, &how, &s, &err), "%s", err.text))
        return NULL;
    CU_ASSERT_EQUAL(s->replications, replications);
    return s;
}

static const struct series_row *row_of(const struct series *s, const char *subject, const char *probe, double quantile)
{
    for (size_t i = 0; i < s->row_count; i++)
        if (strcmp(s->rows[i].subject, subject) == 0 && strcmp(s->rows[i].probe->name, probe) == 0 &&
            (isnan(quantile) ? s->rows[i].statistic == STATISTIC_MEAN : s->rows[i].quantile == quantile))
            return &s->rows[i];
    EXPECT(false, "no row %s.%s", subject, probe);
    return NULL;
}

static void near(const struct series_value *x, double exact, const char *what, size_t window)
{
    EXPECT(fabs(x->value - exact) < 4.4 * (x->high - x->value) / 1.97, "%s in window %zu: %g, exact %g, to %g", what, window, x->value, exact, x->high);
}

/* M/M/inf from empty: E N(t) = (lambda / mu) (1 - exp(-mu t)), whose mean over a window is an integral (Riordan, Telephone traffic
 * time averages, 1951); departures by the window's end are arrivals less E N. */
static void fills_as_infinite_servers_do(void)
{
    struct trial t;
    const double lambda = 3.0, mu = 0.5, every = 1.0;
    if (trial_read(&t, "{'arrivals': {'rate': 3}, 'service': {'dist': 'exponential', 'mean': 2}, 'servers': 'infinite'}")) {
        const struct series *s = look(&t, "1s", "6s", 2000, 2);
        const struct series_row *number = s == NULL ? NULL : row_of(s, "task", "in_system", NAN),
                                *throughput = s == NULL ? NULL : row_of(s, "task", "throughput", NAN);
        for (size_t i = 0; number != NULL && throughput != NULL && i < s->window_count; i++) {
            const double a = (double)i * every, b = a + every;
            near(&number->windows[i], lambda / mu * (1.0 - (exp(-mu * a) - exp(-mu * b)) / (mu * every)), "number", i);
            near(&throughput->windows[i], lambda * every - lambda / mu * (exp(-mu * a) - exp(-mu * b)), "throughput", i);
        }
        CU_ASSERT(s == NULL || s->window_count == 6);
    }
    trial_free(&t);
}

/* Ten tasks of 1 s at once, two servers: two leave each second; then nothing is there, to the end. */
static void batches_end_and_time_goes_on(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'at_once': 10}, 'service': 1, 'servers': 2, 'run': {'quantiles': [0.5]}}")) {
        const struct series *s = look(&t, "1s", "8s", 2, 1);
        const struct series_row *number = s == NULL ? NULL : row_of(s, "task", "in_system", NAN), *response = s == NULL ? NULL : row_of(s, "task", "response", 0.5),
                                *busy = s == NULL ? NULL : row_of(s, "queue", "utilisation", NAN);
        for (size_t i = 0; number != NULL && response != NULL && busy != NULL && i < 8; i++) {
            const double left = i < 5 ? 10.0 - 2.0 * (double)i : 0.0;
            EXPECT(fabs(number->windows[i].value - left) < 1e-12, "window %zu: %g in system", i, number->windows[i].value);
            EXPECT(fabs(busy->windows[i].value - (i < 5 ? 1.0 : 0.0)) < 1e-12, "window %zu: utilisation %g", i, busy->windows[i].value);
            /* What ends on the border of two windows belongs to the first. */
            EXPECT(i < 5 ? response->windows[i].value == (double)i + 1.0 : isnan(response->windows[i].value), "window %zu: response %g", i,
                   response->windows[i].value);
        }
    }
    trial_free(&t);
}

/* Every response is 1: above 0.5 in every window, below 2 in none. */
static void promises_are_looked_at_window_by_window(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'rate': 4}, 'service': 1, 'servers': 'infinite', 'require': ['task.response.mean < 0.5', 'task.response.p99 < 2']}")) {
        const struct series *s = look(&t, "2s", "10s", 50, 0);
        if (s != NULL && EXPECT(s->promise_count == 2, "%zu promises", s->promise_count)) {
            /* Broken in every window in which a task ends, which none does by chance with probability exp(-4) in the first, exp(-8) later. */
            EXPECT(s->promises[0].broken_all.value == 1.0, "share %g", s->promises[0].broken_all.value);
            EXPECT(s->promises[0].longest.value > 9.0 && s->promises[0].longest.value <= 10.0, "longest %g", s->promises[0].longest.value);
            EXPECT(s->promises[1].broken_all.value == 0.0, "share %g", s->promises[1].broken_all.value);
            EXPECT(s->promises[1].broken_all.high > 0.0 && s->promises[1].broken_all.high < 0.1, "to %g", s->promises[1].broken_all.high);
            EXPECT(s->promises[1].longest.value == 0.0, "longest %g", s->promises[1].longest.value);
            EXPECT(fabs(s->promises[0].broken[2].low - pow(0.025, 1.0 / 50.0)) < 1e-9, "low %.12g", s->promises[0].broken[2].low);
        }
    }
    trial_free(&t);
}

static void threads_change_nothing(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'rate': 0.8}, 'service': {'dist': 'exponential', 'mean': 1}, 'require': ['task.response.p90 < 2']}")) {
        const struct series *one = look(&t, "5s", "50s", 40, 1);
        for (unsigned jobs = 2; jobs <= 3; jobs++) {
            const struct series *other = look(&t, "5s", "50s", 40, jobs);
            if (one == NULL || other == NULL || !EXPECT(one->row_count == other->row_count, "rows"))
                break;
            for (size_t r = 0; r < one->row_count; r++)
                for (size_t w = 0; w < one->window_count; w++)
                    EXPECT(memcmp(&one->rows[r].windows[w].value, &other->rows[r].windows[w].value, sizeof(double)) == 0, "row %zu, window %zu", r, w);
            CU_ASSERT_EQUAL(one->promises[0].longest.value, other->promises[0].longest.value);
        }
    }
    trial_free(&t);
}

static void times_that_make_no_sense_are_refused(void)
{
    static const char *const times[][2] = {{"0s", "1s"}, {"1 parsec", "2s"}, {"1ms", "1h"}, {"1s", "-1s"}, {"x", "1s"}};
    struct trial t;
    if (trial_read(&t, "{'arrivals': {'rate': 0.8}, 'service': 1}"))
        for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
            const struct series_how how = {.every = times[i][0], .until = times[i][1], .replications = 2, .jobs = 1};
            const struct series *s;
            struct error err;
            EXPECT(!desq_series(t.desq, 0, &how, &s, &err) && err.text[0] != '\0', "%s to %s", times[i][0], times[i][1]);
        }
    trial_free(&t);
}

const struct test series_tests[] = {
    {"infinite servers fill as they do by theory", fills_as_infinite_servers_do},
    {"a batch ends, and time goes on", batches_end_and_time_goes_on},
    {"promises are looked at window by window", promises_are_looked_at_window_by_window},
    {"any number of threads gives the same bits", threads_change_nothing},
    {"times that make no sense are refused", times_that_make_no_sense_are_refused},
    {NULL, NULL},
};
