/* serial.c against processes whose truth is known: independent values, AR(1), waits of M/M/1. */
#include "sim/stat/serial.h"
#include "sim/stream.h"
#include "tests/trial.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdint.h>

/* Batch means of a series, from a process that gives one value at a time. */
typedef double process(struct stream *s, double *state);

static double independent(struct stream *s, double *state)
{
    (void)state;
    return stream_exponential(s) - 1.0;
}

static double autoregressive(struct stream *s, double *state)
{
    return *state = 0.9 * *state + stream_normal(s);
}

/* Lindley's recursion, load 0.8, minus the mean wait of 4. */
static double waiting(struct stream *s, double *state)
{
    *state = fmax(0.0, *state + stream_exponential(s) - stream_exponential(s) / 0.8);
    return *state - 4.0;
}

/* Of `runs` intervals at 95 %, from n batches of `size` values each after a warm-up: how many hold 0. */
static unsigned held(process *next, uint64_t seed, unsigned runs, size_t n, unsigned size, unsigned warmup)
{
    unsigned covered = 0;
    double batches[SERIAL_MOST];
    for (unsigned r = 0; r < runs; r++) {
        struct stream s = {.state = stream_mix(seed * UINT64_C(1000003) + r)};
        double state = 0.0;
        for (unsigned i = 0; i < warmup; i++)
            next(&s, &state);
        for (size_t b = 0; b < n; b++) {
            batches[b] = 0.0;
            for (unsigned i = 0; i < size; i++)
                batches[b] += next(&s, &state) / size;
        }
        const struct serial x = serial_mean(batches, n, 0.95);
        covered += fabs(x.mean) <= x.half_width;
    }
    return covered;
}

/* The longer side is taken for both, so somewhat more than 95 % hold it: 0.93 to 0.98 are let pass, and a
 * count that such a coverage gives once in 1e5 fails. */
static void expect_held(const char *what, unsigned covered, unsigned runs)
{
    EXPECT(gsl_cdf_binomial_P(covered, 0.93, runs) > 1e-5 &&
               gsl_cdf_binomial_Q(covered - 1, 0.98, runs) > 1e-5,
           "%s: %u of %u", what, covered, runs);
}

static void coverage_of_known_processes(void)
{
    expect_held("independent", held(independent, 1, 2000, 64, 1, 0), 2000);
    expect_held("AR(1), batches of 10 values", held(autoregressive, 2, 2000, 64, 10, 200), 2000);
    expect_held("AR(1), batches of 40 values", held(autoregressive, 3, 2000, 64, 40, 200), 2000);
    expect_held("waits of M/M/1", held(waiting, 4, 1000, 64, 1000, 1000), 1000);
}

/* Without the corrections the interval of the same batches holds it far less often: they are needed. */
static void neighbours_that_depend_are_seen(void)
{
    double x[64];
    struct stream s = {.state = stream_mix(5 * UINT64_C(1000003) + 0)};
    double state = 0.0;
    for (size_t i = 0; i < 64; i++)
        x[i] = autoregressive(&s, &state);
    const struct serial a = serial_mean(x, 64, 0.95);
    CU_ASSERT(a.batches < 64 && a.correlation > 0.2);
    for (size_t i = 0; i < 64; i++)
        x[i] = 7.0;
    const struct serial same = serial_mean(x, 64, 0.95);
    CU_ASSERT_EQUAL(same.half_width, 0.0);
    CU_ASSERT_EQUAL(same.mean, 7.0);
    CU_ASSERT(isnan(serial_mean(x, 15, 0.95).half_width));
    CU_ASSERT(isnan(serial_mean(x, 0, 0.95).mean));
}

/* Sixteen values, fifteen of them -1 and one 15: squares 240, cubes 15 * 15^2 - 15; symmetric ones: nothing
 * to widen. */
static void widening_by_skewness(void)
{
    CU_ASSERT_EQUAL(serial_widening(16.0, 0.0, 16.0, 0.95), 1.0);
    const double t = gsl_cdf_tdist_Pinv(0.975, 15.0);
    const double skewness = (15.0 * 15.0 * 15.0 - 15.0) / 16.0 / pow(15.0, 1.5) * sqrt(240.0) / 14.0;
    const double wide = 1.0 + skewness / 24.0 * (1.0 + 2.0 * t * t) / t;
    CU_ASSERT_DOUBLE_EQUAL(serial_widening(240.0, 3360.0, 16.0, 0.95), wide, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(serial_widening(240.0, -3360.0, 16.0, 0.95), wide, 1e-12);
}

static void warm_up_of_known_processes(void)
{
    double x[400];
    /* By hand: the first value is far off. */
    const double y[] = {9.0, 1.0, 2.0, 1.0, 2.0, 1.0};
    CU_ASSERT_EQUAL(serial_cut(y, 6), 1);
    const double flat[] = {3.0, 3.0, 3.0, 3.0};
    CU_ASSERT_EQUAL(serial_cut(flat, 4), 0);
    /* A trend to the end: more than half would have to go. */
    for (size_t i = 0; i < 400; i++)
        x[i] = (double)i;
    CU_ASSERT_EQUAL(serial_cut(x, 400), 200);
    /* AR(1) from 50 standard deviations off, 0.95^t: 6.4 standard deviations are left after 40 values, one
     * tenth after 121. Means of 5, as MSER-5 has them. */
    unsigned early = 0, late = 0;
    for (unsigned r = 0; r < 200; r++) {
        struct stream s = {.state = stream_mix(6 * UINT64_C(1000003) + r)};
        const double sd = 1.0 / sqrt(1.0 - 0.95 * 0.95);
        double state = 50.0 * sd;
        for (size_t i = 0; i < 400; i++) {
            x[i] = 0.0;
            for (int j = 0; j < 5; j++) {
                state = 0.95 * state + stream_normal(&s);
                x[i] += state / 5.0;
            }
        }
        const size_t cut = 5 * serial_cut(x, 400);
        early += cut < 40;
        late += cut > 1000;
    }
    EXPECT(early == 0, "%u of 200 cuts leave more than 6 standard deviations in", early);
    EXPECT(late < 20, "%u of 200 cuts take more than half", late);
}

const struct test serial_tests[] = {
    {"intervals of one series hold the mean of independent values, AR(1) and M/M/1 waits",
     coverage_of_known_processes},
    {"batches that depend on their neighbours are merged; constant ones are exact",
     neighbours_that_depend_are_seen},
    {"skewness widens an interval as Johnson's t says", widening_by_skewness},
    {"the warm-up of known processes is found", warm_up_of_known_processes},
    {NULL, NULL},
};
