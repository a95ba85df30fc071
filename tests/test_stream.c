/* Random streams: tests of fit at fixed seeds. Every bound is set so that a right generator fails it with
 * probability about 1e-5 (|z| < 4.4, or P-value above 1e-5). */
#include "models/dist/incomplete_gamma.h"
#include "sim/stream.h"
#include "tests/suites.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <stdlib.h>
#include <string.h>

#define ALARM 1e-5

/* P-value of Pearson's statistic for cells equally likely counts of n observations. */
static double chi_square(const unsigned *count, unsigned cells, double n)
{
    const double expected = n / cells;
    double sum = 0.0;
    for (unsigned i = 0; i < cells; i++)
        sum += ((double)count[i] - expected) * ((double)count[i] - expected) / expected;
    return gsl_cdf_chisq_Q(sum, cells - 1.0);
}

/* Too even is as suspect as too uneven. */
static bool plausible(double p)
{
    return p > ALARM && p < 1.0 - ALARM;
}

static void bits_are_equally_distributed(void)
{
    enum { N = 1 << 20, CELLS = 256 };
    static const int shifts[] = {0, 5, 8, 24, 40, 56};
    unsigned count[6][CELLS] = {{0}};
    struct stream s = {stream_key(1, 0, STREAM_TEST, "bits")};
    for (int i = 0; i < N; i++) {
        const uint64_t bits = stream_bits(&s);
        for (int k = 0; k < 6; k++)
            count[k][(bits >> shifts[k]) & 255]++;
    }
    for (int k = 0; k < 6; k++)
        CU_ASSERT(plausible(chi_square(count[k], CELLS, N)));
}

/* z of the correlation of n pairs of uniforms. */
static double correlation_z(double sum_of_products, double n)
{
    return sum_of_products / n * 12.0 * sqrt(n); /* each factor has variance 1/12 */
}

static void successive_draws_are_uncorrelated(void)
{
    enum { N = 1 << 20, LAGS = 4 };
    struct stream s = {stream_key(2, 0, STREAM_TEST, NULL)};
    double past[LAGS] = {0}, sum[LAGS] = {0};
    for (int i = 0; i < N; i++) {
        const double u = stream_uniform(&s) - 0.5;
        for (int k = 0; k < LAGS; k++)
            sum[k] += u * past[k];
        memmove(past + 1, past, sizeof past - sizeof *past);
        past[0] = u;
    }
    for (int k = 0; k < LAGS; k++)
        CU_ASSERT(fabs(correlation_z(sum[k], N)) < 4.4);
}

static double first_uniform(uint64_t key, uint64_t draw)
{
    struct stream s = stream_draw(key, draw);
    return stream_uniform(&s) - 0.5;
}

static void neighbouring_streams_are_uncorrelated(void)
{
    enum { N = 1 << 18 };
    const uint64_t kind = stream_key(3, 0, STREAM_TASK, "task");
    double tasks = 0.0, draws = 0.0, both = 0.0, replications = 0.0, seeds = 0.0, names = 0.0;
    for (uint64_t i = 0; i < N; i++) {
        const uint64_t key = stream_subkey(kind, i), next = stream_subkey(kind, i + 1);
        tasks += first_uniform(key, 0) * first_uniform(next, 0);
        draws += first_uniform(key, 0) * first_uniform(key, 1);
        both += first_uniform(key, 1) * first_uniform(next, 0);
        const double here = first_uniform(stream_key(i, i, STREAM_TASK, "a"), 0);
        replications += here * first_uniform(stream_key(i, i + 1, STREAM_TASK, "a"), 0);
        seeds += here * first_uniform(stream_key(i + 1, i, STREAM_TASK, "a"), 0);
        names += here * first_uniform(stream_key(i, i, STREAM_TASK, "b"), 0);
    }
    CU_ASSERT(fabs(correlation_z(tasks, N)) < 4.4);
    CU_ASSERT(fabs(correlation_z(draws, N)) < 4.4);
    CU_ASSERT(fabs(correlation_z(both, N)) < 4.4);
    CU_ASSERT(fabs(correlation_z(replications, N)) < 4.4);
    CU_ASSERT(fabs(correlation_z(seeds, N)) < 4.4);
    CU_ASSERT(fabs(correlation_z(names, N)) < 4.4);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void keys_differ(void)
{
    enum { SEEDS = 16, NAMES = 5, PURPOSES = 3 };
    static const char *const names[NAMES] = {NULL, "", "a", "b", "ab"};
    static uint64_t keys[SEEDS * SEEDS * NAMES * PURPOSES];
    size_t n = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        for (uint64_t r = 0; r < SEEDS; r++)
            for (int name = 0; name < NAMES; name++)
                for (int purpose = STREAM_ARRIVAL; purpose <= PURPOSES; purpose++)
                    keys[n++] = stream_key(seed, r, (enum stream_purpose)purpose, names[name]);
    qsort(keys, n, sizeof *keys, by_value);
    for (size_t i = 1; i < n; i++)
        CU_ASSERT(keys[i - 1] != keys[i]);
    CU_ASSERT(stream_key(7, 3, STREAM_ARRIVAL, "web") == stream_key(7, 3, STREAM_ARRIVAL, "web"));
}

static uint64_t inverse(uint64_t odd)
{
    uint64_t x = odd;
    for (int i = 0; i < 6; i++)
        x *= 2 - odd * x;
    return x;
}

/* Draw number i of a task begins i STREAM_STEP along; were that few steps of STREAM_GAMMA, a long draw would
 * run into the next one. */
static void draws_of_one_task_do_not_run_into_each_other(void)
{
    const uint64_t steps = STREAM_STEP * inverse(STREAM_GAMMA);
    CU_ASSERT(STREAM_GAMMA * inverse(STREAM_GAMMA) == 1);
    for (uint64_t i = 1; i <= 100000; i++) {
        const uint64_t apart = i * steps, back = 0 - apart;
        CU_ASSERT_FATAL(apart > 1000000 && back > 1000000);
    }
}

static void below_is_unbiased_and_in_range(void)
{
    enum { N = 300000 };
    struct stream s = {stream_key(4, 0, STREAM_TEST, "below")};
    for (unsigned n = 1; n <= 11; n++) {
        unsigned count[11] = {0};
        for (int i = 0; i < N / 10; i++) {
            const uint64_t x = stream_below(&s, n);
            CU_ASSERT_FATAL(x < n);
            count[x]++;
        }
        CU_ASSERT(n == 1 || plausible(chi_square(count, n, N / 10)));
    }
    /* 3 * 2^62: plain multiplication would give every third number twice the chance. */
    unsigned count[3] = {0};
    for (int i = 0; i < N; i++)
        count[stream_below(&s, UINT64_C(3) << 62) % 3]++;
    CU_ASSERT(plausible(chi_square(count, 3, N)));
    CU_ASSERT(stream_below(&s, 1) == 0);
    for (int i = 0; i < 100; i++)
        CU_ASSERT(stream_below(&s, UINT64_MAX) < UINT64_MAX);
}

static void uniforms_keep_to_their_interval(void)
{
    /* Every bit 0, every bit 1: what the mixer gives at these states. */
    CU_ASSERT(stream_mix(0) == 0);
    struct stream zero = {0 - STREAM_GAMMA}, again = zero;
    CU_ASSERT(stream_uniform(&zero) == 0.0);
    CU_ASSERT(stream_uniform_open(&again) == 0x1p-53);
    struct stream s = {stream_key(5, 0, STREAM_TEST, NULL)};
    double sum = 0.0;
    enum { N = 200000 };
    for (int i = 0; i < N; i++) {
        const double u = stream_uniform(&s), v = stream_uniform_open(&s);
        CU_ASSERT_FATAL(u >= 0.0 && u < 1.0 && v > 0.0 && v < 1.0);
        sum += u + v - 1.0;
    }
    CU_ASSERT(fabs(sum / sqrt(N / 6.0)) < 4.4);
}

/* The tables again, from the definition in stream.h, in long double; beginning with an x_1 rounded to a
 * double, rounding grows from layer to layer to about 1e-14. */
static void check_tables(const struct stream_layer *layers, const double *heights, long double tail,
                         long double area, long double (*f)(long double),
                         long double (*f_inverse)(long double))
{
    long double x = area / f(tail), next = tail;
    for (int i = 0; i < 256; i++) {
        CU_ASSERT(fabsl((long double)layers[i].width * 0x1p53L / x - 1.0L) < 1e-13L);
        CU_ASSERT(fabsl((long double)layers[i].edge * 0x1p-53L - next / x) < 1e-13L);
        CU_ASSERT(i == 0 ? heights[0] == 0.0 : fabsl((long double)heights[i] - f(x)) < 1e-13L);
        const long double height = f(next) + area / next;
        x = next;
        next = i == 254 ? 0.0L : f_inverse(height);
        if (i == 254)
            CU_ASSERT(fabsl(height - 1.0L) < 1e-13L); /* the topmost layer ends at f(0) */
    }
    CU_ASSERT(heights[256] == 1.0 && layers[255].edge == 0);
}

static long double exponential(long double x)
{
    return expl(-x);
}

static long double exponential_inverse(long double y)
{
    return -logl(y);
}

static long double normal(long double x)
{
    return expl(-0.5L * x * x);
}

static long double normal_inverse(long double y)
{
    return sqrtl(-2.0L * logl(y));
}

static void ziggurat_tables_are_what_the_formula_gives(void)
{
    const long double r = (long double)STREAM_EXPONENTIAL_TAIL, q = (long double)STREAM_NORMAL_TAIL;
    check_tables(stream_exponential_layers, stream_exponential_heights, r, (r + 1.0L) * expl(-r), exponential,
                 exponential_inverse);
    const long double beyond = sqrtl(acosl(-1.0L) / 2.0L) * erfcl(q / sqrtl(2.0L));
    check_tables(stream_normal_layers, stream_normal_heights, q, q * normal(q) + beyond, normal,
                 normal_inverse);
}

static double exponential_quantile(double p)
{
    return -log1p(-p);
}

/* P-value of Pearson's statistic over equally likely cells between quantiles: found by a table of bounds. */
static double fit(double (*draw)(struct stream *), double (*quantile)(double), struct stream *s, int n)
{
    enum { CELLS = 512 };
    static double bounds[CELLS];
    unsigned count[CELLS] = {0};
    for (int i = 1; i < CELLS; i++)
        bounds[i] = quantile((double)i / CELLS);
    bounds[0] = -INFINITY;
    for (int i = 0; i < n; i++) {
        const double x = draw(s);
        unsigned cell = 0;
        for (unsigned step = CELLS / 2; step > 0; step /= 2)
            cell += bounds[cell + step] <= x ? step : 0;
        count[cell]++;
    }
    return chi_square(count, CELLS, n);
}

static double draw_exponential(struct stream *s)
{
    return stream_exponential(s);
}

static double draw_normal(struct stream *s)
{
    return stream_normal(s);
}

static void ziggurats_fit_in_512_equally_likely_cells(void)
{
    struct stream s = {stream_key(6, 0, STREAM_TEST, "fit")};
    const double p = fit(draw_exponential, exponential_quantile, &s, 4000000);
    const double q = fit(draw_normal, gsl_cdf_ugaussian_Pinv, &s, 4000000);
    CU_ASSERT(plausible(p));
    CU_ASSERT(plausible(q));
}

/* z of a count that is binomial. */
static double binomial_z(double count, double n, double p)
{
    return (count - n * p) / sqrt(n * p * (1.0 - p));
}

static void ziggurats_have_the_right_moments_and_tails(void)
{
    enum { N = 6000000 };
    struct stream s = {stream_key(7, 0, STREAM_TEST, "tails")};
    double e1 = 0.0, e2 = 0.0, n1 = 0.0, n2 = 0.0, n4 = 0.0;
    double beyond = 0.0, farther = 0.0, excess = 0.0, above = 0.0, below = 0.0, out = 0.0;
    for (int i = 0; i < N; i++) {
        const double x = stream_exponential(&s), z = stream_normal(&s);
        e1 += x;
        e2 += x * x;
        n1 += z;
        n2 += z * z;
        n4 += z * z * z * z;
        if (x > STREAM_EXPONENTIAL_TAIL) {
            beyond++;
            farther += x > 10.0;
            excess += x - STREAM_EXPONENTIAL_TAIL;
        }
        above += z > STREAM_NORMAL_TAIL;
        below += z < -STREAM_NORMAL_TAIL;
        out += fabs(z) > 4.0;
    }
    const double n = N;
    CU_ASSERT(fabs((e1 - n) / sqrt(n)) < 4.4);
    CU_ASSERT(fabs((e2 - 2.0 * n) / sqrt(20.0 * n)) < 4.4); /* E X^4 = 24 */
    CU_ASSERT(fabs(n1 / sqrt(n)) < 4.4);
    CU_ASSERT(fabs((n2 - n) / sqrt(2.0 * n)) < 4.4);
    CU_ASSERT(fabs((n4 - 3.0 * n) / sqrt(96.0 * n)) < 4.4); /* E Z^8 = 105 */
    CU_ASSERT(fabs(binomial_z(beyond, n, exp(-STREAM_EXPONENTIAL_TAIL))) < 4.4);
    CU_ASSERT(fabs(binomial_z(farther, n, exp(-10.0))) < 4.4);
    CU_ASSERT(fabs((excess - beyond) / sqrt(beyond)) < 4.4); /* memoryless: mean and sd 1 */
    CU_ASSERT(fabs(binomial_z(above, n, gsl_cdf_ugaussian_Q(STREAM_NORMAL_TAIL))) < 4.4);
    CU_ASSERT(fabs(binomial_z(below, n, gsl_cdf_ugaussian_Q(STREAM_NORMAL_TAIL))) < 4.4);
    CU_ASSERT(fabs(binomial_z(out, n, 2.0 * gsl_cdf_ugaussian_Q(4.0))) < 4.4);
}

static void gamma_has_its_distribution(void)
{
    enum { N = 100000, CELLS = 64 };
    static const double shapes[] = {0.05, 0.6, 1.0, 2.385, 40.0, 1e6};
    struct stream s = {stream_key(8, 0, STREAM_TEST, "gamma")};
    for (int k = 0; k < 6; k++) {
        unsigned count[CELLS] = {0};
        for (int i = 0; i < N; i++) {
            const double u = incomplete_gamma_lower(shapes[k], stream_gamma(&s, shapes[k]));
            count[u < 1.0 ? (unsigned)(u * CELLS) : CELLS - 1]++;
        }
        CU_ASSERT(plausible(chi_square(count, CELLS, N)));
    }
    CU_ASSERT(stream_gamma(&s, 1e-300) == 0.0);
    const double huge = stream_gamma(&s, 1e15);
    CU_ASSERT(fabs(huge / 1e15 - 1.0) < 1e-6);
}

static void gsl_samplers_draw_from_a_stream(void)
{
    enum { N = 200000 };
    struct stream s = {42}, same = {42};
    gsl_rng rng = stream_gsl(&s);
    CU_ASSERT(gsl_rng_uniform(&rng) == stream_uniform(&same));
    CU_ASSERT(s.state == same.state);
    CU_ASSERT(gsl_rng_get(&rng) == stream_bits(&same) >> 32);
    CU_ASSERT(gsl_rng_max(&rng) == 0xFFFFFFFFUL && gsl_rng_min(&rng) == 0);
    double sum = 0.0;
    for (int i = 0; i < N; i++)
        sum += gsl_ran_binomial(&rng, 0.3, 10);
    CU_ASSERT(fabs((sum - 3.0 * N) / sqrt(2.1 * N)) < 4.4);
    unsigned count[7] = {0};
    for (int i = 0; i < N; i++)
        count[gsl_rng_uniform_int(&rng, 7)]++;
    CU_ASSERT(plausible(chi_square(count, 7, N)));
}

const struct test stream_tests[] = {
    {"every byte of the bits is equally distributed", bits_are_equally_distributed},
    {"successive draws are uncorrelated", successive_draws_are_uncorrelated},
    {"streams of neighbouring tasks, draws, replications, seeds and names are uncorrelated",
     neighbouring_streams_are_uncorrelated},
    {"different seeds, replications, purposes and names have different keys", keys_differ},
    {"the draws of one task do not run into each other", draws_of_one_task_do_not_run_into_each_other},
    {"stream_below is unbiased and in range", below_is_unbiased_and_in_range},
    {"uniforms keep to their interval", uniforms_keep_to_their_interval},
    {"the ziggurat tables are what the formula gives", ziggurat_tables_are_what_the_formula_gives},
    {"the ziggurats fit in 512 equally likely cells", ziggurats_fit_in_512_equally_likely_cells},
    {"the ziggurats have the right moments, and tails beyond the last layer",
     ziggurats_have_the_right_moments_and_tails},
    {"gamma draws have their distribution, at small and large shapes", gamma_has_its_distribution},
    {"GSL's samplers draw from a stream", gsl_samplers_draw_from_a_stream},
    {NULL, NULL},
};
