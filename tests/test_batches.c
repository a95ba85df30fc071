#include "sim/stat/batches.h"
#include "sim/stat/batches_store.h"
#include "sim/stream.h"
#include "tests/suites.h"

#include <gsl/gsl_cdf.h>
#include <stdlib.h>

static double exponential(struct stream *s)
{
    return -log(stream_uniform_open(s));
}

static struct batches *made(size_t samples, size_t histograms)
{
    struct batches *b = batches_new(samples, histograms);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    return b;
}

/* Adds a record that holds these values as sample 0 and histogram 0. */
static void add_values(struct batches *b, const double *x, size_t n)
{
    struct record r;
    CU_ASSERT_FATAL(record_init(&r, 1, 1));
    struct tally t;
    tally_init(&t);
    for (size_t i = 0; i < n; i++) {
        tally_add(&t, x[i]);
        histogram_add(&r.histograms[0], x[i]);
    }
    r.samples[0] = sample_of_tally(&t);
    r.events = n;
    CU_ASSERT_FATAL(batches_add(b, &r));
    record_free(&r);
}

static void add_ratio(struct batches *b, double numerator, double denominator)
{
    struct record r;
    CU_ASSERT_FATAL(record_init(&r, 1, 0));
    r.samples[0] = sample_of_ratio(numerator, denominator);
    CU_ASSERT_FATAL(batches_add(b, &r));
    record_free(&r);
}

/* --- Known values
 * ------------------------------------------------------------------------------------------------- */

/* Three replications 1/1, 2/2, 6/3: ratio 9/6, residuals -1/2, -1, 3/2 with squares 7/2 in all, so the
 * variance of the ratio is 3 (7/2 / 2) / 6^2 = 7/48; t at 97.5 % with 2 degrees of freedom is 4.302653. */
static void known_ratio(void)
{
    struct batches *b = made(1, 0);
    add_ratio(b, 1.0, 1.0);
    add_ratio(b, 2.0, 2.0);
    add_ratio(b, 6.0, 3.0);
    const struct estimate e = batches_mean(b, 0, 0.95);
    CU_ASSERT_EQUAL(e.mean, 1.5);
    CU_ASSERT_DOUBLE_EQUAL(e.half_width, 4.302652729911275 * sqrt(7.0 / 48.0), 1e-9);
    CU_ASSERT_EQUAL(batches_count(b, 0), 6.0);
    CU_ASSERT(isnan(batches_sd(b, 0))); /* no tally behind it */
    CU_ASSERT(isnan(batches_min(b, 0)));
    CU_ASSERT(isnan(batches_max(b, 0)));
    batches_free(b);
}

/* Student's interval for 3, 5, 10: mean 6, s^2 = 13. */
static void known_mean(void)
{
    struct batches *b = made(1, 0);
    add_ratio(b, 3.0, 1.0);
    CU_ASSERT(isnan(batches_mean(b, 0, 0.95).half_width));
    CU_ASSERT_EQUAL(batches_mean(b, 0, 0.95).mean, 3.0);
    add_ratio(b, 5.0, 1.0);
    CU_ASSERT_DOUBLE_EQUAL(batches_mean(b, 0, 0.9).half_width, 6.313751514675043, 1e-9); /* s / sqrt 2 = 1 */
    add_ratio(b, 10.0, 1.0);
    CU_ASSERT_EQUAL(batches_mean(b, 0, 0.95).mean, 6.0);
    CU_ASSERT_DOUBLE_EQUAL(batches_mean(b, 0, 0.95).half_width, 4.302652729911275 * sqrt(13.0 / 3.0), 1e-9);
    batches_free(b);
}

static void nothing_observed(void)
{
    struct batches *b = made(1, 1), *other = made(1, 1);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(isnan(batches_mean(b, 0, 0.95).mean));
        CU_ASSERT(isnan(batches_mean(b, 0, 0.95).half_width));
        CU_ASSERT(isnan(batches_sd(b, 0)));
        CU_ASSERT(isnan(batches_max(b, 0)));
        CU_ASSERT_EQUAL(batches_count(b, 0), 0.0);
        CU_ASSERT(isnan(batches_quantile(b, 0, 0.5, 0.95).value));
        CU_ASSERT(isnan(batches_quantile(b, 0, 0.5, 0.95).low));
        CU_ASSERT(isnan(batches_mean_difference(b, 0, other, 0, 0.95).mean));
        CU_ASSERT(isnan(batches_mean_difference_unpaired(b, 0, other, 0, 0.95).mean));
        CU_ASSERT(isnan(batches_quantile_difference(b, 0, other, 0, 0.5, 0.95).mean));
        CU_ASSERT_EQUAL(batches_replications(b), (uint64_t)i);
        add_values(b, NULL, 0);
        add_values(other, NULL, 0);
    }
    const double x[] = {2.0, 4.0};
    add_values(b, x, 1); /* one value among empty replications */
    CU_ASSERT_EQUAL(batches_mean(b, 0, 0.95).mean, 2.0);
    CU_ASSERT(isnan(batches_sd(b, 0)));
    CU_ASSERT_EQUAL(batches_max(b, 0), 2.0);
    CU_ASSERT_EQUAL(batches_quantile(b, 0, 0.5, 0.95).value, 2.0);
    CU_ASSERT(isnan(batches_quantile(b, 0, 0.5, 0.95).high));
    add_values(b, x + 1, 1);
    CU_ASSERT_DOUBLE_EQUAL(batches_sd(b, 0), sqrt(2.0), 1e-15);
    CU_ASSERT_EQUAL(batches_mean(b, 0, 0.95).mean, 3.0);
    batches_free(b);
    batches_free(other);
}

/* Values that double precision cannot hold exactly, unequal denominators, more replications than batches. */
static void no_variation(void)
{
    for (int replications = 2; replications <= 160; replications += 31) {
        struct batches *ratio = made(1, 0), *values = made(1, 1), *same = made(1, 1), *blocks = made(1, 1);
        const double x[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
        double varied[5000];
        for (int k = 0; k < 5000; k++)
            varied[k] = 0.3 + 0.7 * (k % 100);
        for (int r = 0; r < replications; r++) {
            const double n = 1.0 + r % 3;
            add_ratio(ratio, 0.7 * n, n);
            add_values(values, x, 1 + (size_t)r % 11);
            add_values(same, varied, 100);                          /* alike, but not all equal */
            add_values(blocks, varied, 1000 * (1 + (size_t)r % 5)); /* the same shares of unequal numbers */
        }
        CU_ASSERT_EQUAL(batches_mean(ratio, 0, 0.95).half_width, 0.0);
        CU_ASSERT_DOUBLE_EQUAL(batches_mean(ratio, 0, 0.95).mean, 0.7, 1e-15);
        CU_ASSERT_EQUAL(batches_mean(values, 0, 0.95).half_width, 0.0);
        CU_ASSERT_EQUAL(batches_sd(values, 0), 0.0);
        CU_ASSERT_EQUAL(batches_mean(same, 0, 0.95).half_width, 0.0);
        CU_ASSERT_EQUAL(batches_mean(blocks, 0, 0.95).half_width, 0.0);
        struct quantile_estimate q = batches_quantile(values, 0, 0.99, 0.95);
        CU_ASSERT(q.value == 0.1 && q.low == 0.1 && q.high == 0.1);
        q = batches_quantile(same, 0, 0.5, 0.95);
        CU_ASSERT_EQUAL(q.low, q.value);
        CU_ASSERT_EQUAL(q.high, q.value);
        q = batches_quantile(blocks, 0, 0.9, 0.95);
        CU_ASSERT_EQUAL(q.low, q.value);
        CU_ASSERT_EQUAL(q.high, q.value);
        const struct estimate d = batches_mean_difference(same, 0, blocks, 0, 0.95);
        CU_ASSERT_EQUAL(d.half_width, 0.0);
        CU_ASSERT_EQUAL(batches_mean_difference_unpaired(same, 0, blocks, 0, 0.95).half_width, 0.0);
        batches_free(ratio);
        batches_free(values);
        batches_free(same);
        batches_free(blocks);
    }
}

/* --- Grouping
 * ----------------------------------------------------------------------------------------------------- */

static void grouping(void)
{
    struct batches *b = made(1, 1);
    struct stream s = {3};
    struct tally t;
    struct histogram h;
    tally_init(&t);
    CU_ASSERT_FATAL(histogram_init(&h));
    for (uint64_t r = 1; r <= 700; r++) {
        double x[9];
        const size_t n = stream_bits(&s) % 10;
        for (size_t i = 0; i < n; i++) {
            x[i] = 1e6 + exponential(&s);
            tally_add(&t, x[i]);
            histogram_add(&h, x[i]);
        }
        add_values(b, x, n);
        CU_ASSERT_EQUAL(batches_replications(b), r);
        CU_ASSERT_EQUAL(batches_events(b), tally_count(&t));
        size_t full = 0;
        uint64_t all = 0;
        for (size_t i = 0; i < b->used; i++) {
            full += b->items[i].replications == b->group;
            all += b->items[i].replications;
        }
        CU_ASSERT_EQUAL(all, r);
        CU_ASSERT(full + 1 >= b->used && b->used <= BATCHES_MOST);
        CU_ASSERT(r < BATCHES_MOST ? full == r : full >= BATCHES_MOST / 2);
        if (tally_count(&t) > 1 && r % 10 == 0) {
            const struct sample all_values = sample_of_tally(&t);
            CU_ASSERT_DOUBLE_EQUAL(batches_mean(b, 0, 0.95).mean,
                                   all_values.numerator / all_values.denominator, 1e-6);
            CU_ASSERT_DOUBLE_EQUAL(batches_sd(b, 0),
                                   sqrt(all_values.squares / (all_values.denominator - 1.0)), 1e-6);
            CU_ASSERT_EQUAL(batches_min(b, 0), sample_of_tally(&t).min);
            CU_ASSERT_EQUAL(batches_max(b, 0), sample_of_tally(&t).max);
            CU_ASSERT_EQUAL(batches_count(b, 0), (double)tally_count(&t));
            CU_ASSERT_EQUAL(batches_quantile(b, 0, 0.9, 0.95).value, histogram_quantile(&h, 0.9));
            uint64_t packed = 0;
            for (size_t i = 0; i < b->used; i++)
                packed += packed_below(&b->items[i].packs[0], INFINITY);
            CU_ASSERT_EQUAL(packed, tally_count(&t));
        }
    }
    histogram_free(&h);
    batches_free(b);
}

static void pairing(void)
{
    struct batches *a = made(1, 0), *b = made(1, 0);
    struct pairing pairs;
    batches_pair(a, b, &pairs);
    CU_ASSERT_EQUAL(pairs.count, 0);
    for (int r = 0; r < 100; r++)
        add_ratio(a, r, 1.0); /* groups of 2 */
    for (int r = 0; r < 71; r++)
        add_ratio(b, 2.0 * r, 1.0);
    struct estimate d = batches_mean_difference(a, 0, b, 0, 0.95);
    CU_ASSERT_DOUBLE_EQUAL(d.mean, -34.5, 1e-12); /* over 0 .. 69 */
    batches_pair(b, a, &pairs);
    CU_ASSERT_EQUAL(pairs.count, 35);
    for (int r = 100; r < 1000; r++)
        add_ratio(a, r, 1.0); /* groups of 16 */
    d = batches_mean_difference(a, 0, b, 0, 0.95);
    CU_ASSERT_DOUBLE_EQUAL(d.mean, -31.5, 1e-12); /* over 0 .. 63 */
    batches_pair(a, b, &pairs);
    CU_ASSERT_EQUAL(pairs.count, 4);
    CU_ASSERT_EQUAL(pairs.replications[3], 16.0);
    for (int r = 71; r < 1000; r++)
        add_ratio(b, 2.0 * r, 1.0);
    batches_pair(a, b, &pairs);
    CU_ASSERT_EQUAL(pairs.count, a->used); /* the incomplete last one included */
    CU_ASSERT_DOUBLE_EQUAL(batches_mean_difference(a, 0, b, 0, 0.95).mean, -499.5, 1e-10);
    batches_free(a);
    batches_free(b);
}

/* --- Coverage
 * ----------------------------------------------------------------------------------------------------- */

/* One run of a terminating or stationary system: n values, each exponential of mean 1, value i + 1 a mixture
 * that keeps the correlation of neighbours at rho (Gaver and Lewis, "First-order autoregressive gamma
 * sequences", Adv. Appl. Prob. 1980: EAR(1)). rho 0: independent. */
static void exponentials(struct stream *s, double *x, size_t n, double rho)
{
    for (size_t i = 0; i < n; i++)
        x[i] = i == 0 ? exponential(s) : rho * x[i - 1] + (stream_uniform(s) < rho ? 0.0 : exponential(s));
}

struct coverage {
    unsigned trials, mean_misses, said, below,
        above; /* of the quantile: true value below, above the interval */
    double worst_p;
};

static struct coverage cover(uint64_t seed, unsigned trials, unsigned replications, size_t n, double rho,
                             double p)
{
    struct coverage c = {.trials = trials};
    struct stream s = {seed};
    double *x = malloc(n * sizeof *x);
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    for (unsigned i = 0; i < trials; i++) {
        struct batches *b = made(1, 1);
        for (unsigned r = 0; r < replications; r++) {
            exponentials(&s, x, n, rho);
            add_values(b, x, n);
        }
        const struct estimate e = batches_mean(b, 0, 0.95);
        c.mean_misses += !(fabs(e.mean - 1.0) <= e.half_width);
        const struct quantile_estimate q = batches_quantile(b, 0, p, 0.95);
        const double truth = -log(1.0 - p);
        c.said += isnan(q.low) ? 0 : 1;
        c.below += truth < q.low;
        c.above += truth > q.high;
        CU_ASSERT(isnan(q.low) || (q.low <= q.value && q.value <= q.high));
        batches_free(b);
    }
    free(x);
    return c;
}

/* Whether so many misses could come of intervals that miss with this probability: each call rejects true ones
 * at most once in 10^5. */
static bool plausible(unsigned misses, unsigned trials, double probability)
{
    return misses == 0 || gsl_cdf_binomial_Q(misses - 1, probability, trials) > 1e-5;
}

/* Means: 5 % from both sides. Quantiles: intervals may be a little wide (the variance is not taken below that
 * at the quantile), so only too many misses are wrong, on either side (2.5 % each), and a width that never
 * misses. */
static void check_coverage(const struct coverage *c)
{
    CU_ASSERT(plausible(c->mean_misses, c->trials, 0.05));
    CU_ASSERT(gsl_cdf_binomial_P(c->mean_misses, 0.05, c->trials) > 1e-5);
    CU_ASSERT(plausible(c->below, c->said, 0.025));
    CU_ASSERT(plausible(c->above, c->said, 0.025));
    CU_ASSERT(gsl_cdf_binomial_P(c->below + c->above, 0.05, c->said) > 1e-5);
}

static void coverage_independent(void)
{
    struct coverage c = cover(1, 500, 20, 50, 0.0, 0.5);
    CU_ASSERT_EQUAL(c.said, c.trials);
    check_coverage(&c);
    c = cover(2, 500, 20, 50, 0.0, 0.9);
    CU_ASSERT_EQUAL(c.said, c.trials);
    check_coverage(&c);
    c = cover(3, 500, 71, 20, 0.0,
              0.99); /* 35 batches of 2 and half a batch; 14 values beyond the quantile */
    check_coverage(&c);
    c = cover(4, 100, 10, 1500, 0.0, 0.95); /* from buckets */
    check_coverage(&c);
}

static void coverage_dependent(void)
{
    struct coverage c = cover(5, 400, 30, 300, 0.9, 0.5);
    CU_ASSERT_EQUAL(c.said, c.trials);
    check_coverage(&c);
    c = cover(6, 400, 12, 300, 0.9, 0.9);
    check_coverage(&c);
    c = cover(7, 200, 40, 300, 0.9, 0.99);
    check_coverage(&c);
    c = cover(8, 400, 130, 20, 0.5, 0.9); /* 32 batches of 4 and half a batch */
    check_coverage(&c);
}

/* Few replications, a quantile with little beyond it: the interval is wide or withheld, never falsely sure.
 */
static void coverage_thin(void)
{
    struct coverage c = cover(9, 400, 3, 200, 0.0, 0.9);
    CU_ASSERT(plausible(c.below + c.above, c.trials, 0.05));
    c = cover(10, 400, 2, 200, 0.0, 0.5);
    CU_ASSERT(plausible(c.below + c.above, c.trials, 0.05));
    c = cover(11, 300, 10, 100, 0.0, 0.99);
    CU_ASSERT(plausible(c.below + c.above, c.trials, 0.05));
    c = cover(12, 200, 10, 99, 0.0, 0.99); /* 9.9 values beyond */
    CU_ASSERT_EQUAL(c.said, 0);
    c = cover(13, 200, 10, 99, 0.0, 0.01);
    CU_ASSERT_EQUAL(c.said, 0);
    c = cover(14, 200, 1, 2000, 0.0, 0.5); /* one replication */
    CU_ASSERT_EQUAL(c.said, 0);
    CU_ASSERT_EQUAL(c.mean_misses, c.trials);
}

/* Waiting times as they are: 30 % wait 0. The 20th percentile is 0 for certain, the 30th is at the edge. */
static void atom_at_zero(void)
{
    unsigned misses = 0, edge_misses = 0;
    const unsigned trials = 300;
    struct stream s = {21};
    for (unsigned i = 0; i < trials; i++) {
        struct batches *b = made(1, 1);
        for (int r = 0; r < 20; r++) {
            double x[400];
            for (int k = 0; k < 400; k++)
                x[k] = stream_uniform(&s) < 0.3 ? 0.0 : exponential(&s);
            add_values(b, x, 400);
        }
        const struct quantile_estimate certain = batches_quantile(b, 0, 0.2, 0.95);
        CU_ASSERT(certain.low == 0.0 && certain.value == 0.0 && certain.high == 0.0);
        const struct quantile_estimate median = batches_quantile(b, 0, 0.5, 0.95);
        const double truth = -log(0.5 / 0.7);
        misses += !(median.low <= truth && truth <= median.high);
        const struct quantile_estimate edge = batches_quantile(b, 0, 0.3, 0.95);
        edge_misses += edge.low > 0.0;
        CU_ASSERT(edge.high < 0.1);
        batches_free(b);
    }
    CU_ASSERT(plausible(misses, trials, 0.05));
    CU_ASSERT(plausible(edge_misses, trials, 0.025));
}

/* Responses like those of M/D/1, by buckets: 0.6 at 1, the rest above. */
static void add_atoms(struct batches *b, struct stream *s, double shift)
{
    double x[300];
    for (int k = 0; k < 300; k++)
        x[k] = 1.0 + (stream_uniform(s) < 0.6 ? 0.0 : shift + exponential(s));
    add_values(b, x, 300);
}

/* At an atom the point is the atom and certain; at its end, and beyond, the truth is covered. */
static void atom_by_buckets(void)
{
    unsigned misses = 0, edge_misses = 0;
    const unsigned trials = 200;
    struct stream s = {35};
    for (unsigned i = 0; i < trials; i++) {
        struct batches *b = made(1, 1);
        for (int r = 0; r < 30; r++)
            add_atoms(b, &s, 0.0);
        const double percentiles[] = {0.3, 0.5, 0.55};
        for (int k = 0; k < 3; k++) {
            const struct quantile_estimate q = batches_quantile(b, 0, percentiles[k], 0.95);
            CU_ASSERT(q.low == 1.0 && q.value == 1.0 && q.high == 1.0);
        }
        const struct quantile_estimate edge = batches_quantile(b, 0, 0.6, 0.95);
        edge_misses += edge.low > 1.0;
        const struct quantile_estimate above = batches_quantile(b, 0, 0.8, 0.95);
        misses += !(fabs(above.low) <= 1.0 - log(0.5) && 1.0 - log(0.5) <= above.high);
        batches_free(b);
    }
    CU_ASSERT(plausible(misses, trials, 0.05));
    CU_ASSERT(plausible(edge_misses, trials, 0.025));
}

/* However narrow by chance, an interval holds what its bucket may hold: values all within one bucket or two.
 */
static void rounded_outward(void)
{
    struct stream s = {36};
    struct batches *b = made(1, 1);
    for (int r = 0; r < 40; r++) {
        double x[500];
        for (int k = 0; k < 500; k++) { /* the upper quarter of a bucket, evenly, and a distant minority */
            const double u = stream_uniform(&s);
            x[k] = u < 0.2 ? 0.5 : u > 0.8 ? 2.0 : 1.0 + (0.75 + (u - 0.2) / 2.4) / 1024.0;
        }
        add_values(b, x, 500);
    }
    const double truth = 1.0 + (0.75 + 0.3 / 2.4) / 1024.0;
    const struct quantile_estimate q = batches_quantile(b, 0, 0.5, 0.95);
    CU_ASSERT(q.low <= truth && truth <= q.high);
    CU_ASSERT(q.high - q.low <= 1.01 / 1024.0);
    const struct quantile_estimate low = batches_quantile(b, 0, 0.1, 0.95);
    CU_ASSERT(low.low == 0.5 && low.value == 0.5 && low.high == 0.5);
    batches_free(b);
}

/* --- Differences
 * -------------------------------------------------------------------------------------------------- */

/* b is a plus something small: pairing takes away what they share. True difference of means -0.2; of 90th
 * percentiles the same, as b = a + 0.2 + noise is made so that its noise has mean 0 and is small. */
static void paired(void)
{
    unsigned misses = 0, unpaired_misses = 0, quantile_misses = 0;
    const unsigned trials = 300;
    struct stream s = {31};
    for (unsigned i = 0; i < trials; i++) {
        struct batches *a = made(1, 1), *b = made(1, 1);
        for (int r = 0; r < 35; r++) {
            double x[100], y[100];
            const double scale = 0.5 + stream_uniform(&s); /* the replication's own */
            for (int k = 0; k < 100; k++) {
                x[k] = scale * exponential(&s);
                y[k] = x[k] + 0.2 + 0.02 * (stream_uniform(&s) - 0.5);
            }
            add_values(a, x, 100);
            add_values(b, y, 100);
        }
        const struct estimate d = batches_mean_difference(a, 0, b, 0, 0.95);
        const struct estimate u = batches_mean_difference_unpaired(a, 0, b, 0, 0.95);
        CU_ASSERT(d.half_width < 0.05 * u.half_width);
        CU_ASSERT_DOUBLE_EQUAL(d.mean, u.mean, 1e-12);
        misses += fabs(d.mean + 0.2) > d.half_width;
        unpaired_misses += fabs(u.mean + 0.2) > u.half_width;
        const struct estimate q = batches_quantile_difference(a, 0, b, 0, 0.5, 0.95);
        const struct quantile_estimate alone = batches_quantile(a, 0, 0.5, 0.95);
        CU_ASSERT(q.half_width < 0.2 * (alone.high - alone.low));
        quantile_misses += fabs(q.mean + 0.2) > q.half_width;
        batches_free(a);
        batches_free(b);
    }
    CU_ASSERT(plausible(misses, trials, 0.05));
    CU_ASSERT(gsl_cdf_binomial_P(misses, 0.05, trials) > 1e-5);
    CU_ASSERT_EQUAL(unpaired_misses, 0); /* far too wide */
    CU_ASSERT(plausible(quantile_misses, trials, 0.05));
}

/* Nothing in common: both intervals hold, and are about as wide. Exponentials of mean 1 and 2. */
static void unpaired(void)
{
    unsigned misses = 0, paired_misses = 0, quantile_misses = 0;
    double ratio = 0.0;
    const unsigned trials = 300;
    struct stream s = {41};
    for (unsigned i = 0; i < trials; i++) {
        struct batches *a = made(1, 1), *b = made(1, 1);
        for (int r = 0; r < 30; r++) {
            double x[150];
            exponentials(&s, x, 150, 0.0);
            add_values(a, x, 150);
            exponentials(&s, x, 150, 0.0);
            for (int k = 0; k < 150; k++)
                x[k] *= 2.0;
            add_values(b, x, 150);
        }
        const struct estimate d = batches_mean_difference(a, 0, b, 0, 0.95);
        const struct estimate u = batches_mean_difference_unpaired(a, 0, b, 0, 0.95);
        ratio += u.half_width / d.half_width / trials;
        paired_misses += fabs(d.mean + 1.0) > d.half_width;
        misses += fabs(u.mean + 1.0) > u.half_width;
        const struct estimate q = batches_quantile_difference(a, 0, b, 0, 0.9, 0.95);
        quantile_misses += !(fabs(q.mean - log(0.1)) <= q.half_width); /* -log 0.1 - 2 (-log 0.1) */
        batches_free(a);
        batches_free(b);
    }
    CU_ASSERT(plausible(misses, trials, 0.05));
    CU_ASSERT(plausible(paired_misses, trials, 0.05));
    CU_ASSERT(plausible(quantile_misses, trials, 0.05));
    CU_ASSERT(ratio > 0.9 && ratio < 1.05);
}

static void no_difference(void)
{
    struct batches *a = made(1, 1), *b = made(1, 1), *c = made(1, 1);
    struct stream s = {51};
    for (int r = 0; r < 90; r++) {
        double x[200], y[200];
        exponentials(&s, x, 200, 0.5);
        for (int k = 0; k < 200; k++)
            y[k] = x[k] * (1.0 + (stream_uniform(&s) < 0.5 ? 0.0 : 0x1p-52)); /* another order of rounding */
        add_values(a, x, 200);
        add_values(b, x, 200);
        add_values(c, y, 200);
    }
    const struct estimate d = batches_mean_difference(a, 0, b, 0, 0.95);
    CU_ASSERT(d.mean == 0.0 && d.half_width == 0.0);
    CU_ASSERT(batches_mean_difference_unpaired(a, 0, b, 0, 0.95).half_width > 0.0);
    const struct estimate q = batches_quantile_difference(a, 0, b, 0, 0.99, 0.95);
    CU_ASSERT(q.mean == 0.0 && q.half_width == 0.0);
    const struct estimate e = batches_mean_difference(a, 0, c, 0, 0.95);
    CU_ASSERT(fabs(e.mean) < 1e-14);
    CU_ASSERT_EQUAL(e.half_width, 0.0);
    batches_free(a);
    batches_free(b);
    batches_free(c);
}

/* Nearly alike: few values differ, and by little. Where quantiles of small batches are compared, such
 * differences look far too certain. */
static void nearly_alike(void)
{
    const double percentiles[] = {0.5, 0.9, 0.99};
    for (int i = 0; i < 3; i++) {
        const unsigned trials = 200;
        unsigned misses = 0;
        struct stream s = {stream_mix((uint64_t)i + 71)};
        for (unsigned k = 0; k < trials; k++) {
            struct batches *a = made(1, 1), *b = made(1, 1);
            for (int r = 0; r < 30; r++) {
                double x[120], y[120];
                for (int m = 0; m < 120; m++) {
                    /* Both have the same distribution; one value in five is drawn anew. */
                    x[m] = exponential(&s);
                    y[m] = stream_uniform(&s) < 0.2 ? exponential(&s) : x[m];
                }
                add_values(a, x, 120);
                add_values(b, y, 120);
            }
            const struct estimate q = batches_quantile_difference(a, 0, b, 0, percentiles[i], 0.95);
            misses += fabs(q.mean) > q.half_width;
            CU_ASSERT_FALSE(isnan(q.half_width));
            batches_free(a);
            batches_free(b);
        }
        CU_ASSERT(plausible(misses, trials, 0.05));
        CU_ASSERT(gsl_cdf_binomial_P(misses, 0.05, trials) > 1e-5);
    }
}

/* By buckets: at an atom that both have there is no difference, and none is claimed of values that buckets do
 * not tell apart. */
static void differences_by_buckets(void)
{
    const unsigned trials = 100;
    unsigned misses = 0;
    struct stream s = {63};
    for (unsigned i = 0; i < trials; i++) {
        struct batches *a = made(1, 1), *b = made(1, 1);
        for (int r = 0; r < 30; r++) {
            add_atoms(a, &s, 0.0);
            add_atoms(b, &s, 1e-5);
        }
        const struct estimate atom = batches_quantile_difference(a, 0, b, 0, 0.3, 0.95);
        CU_ASSERT(atom.mean == 0.0 && atom.half_width == 0.0);
        const struct estimate above = batches_quantile_difference(a, 0, b, 0, 0.8, 0.95);
        misses += !(fabs(above.mean + 1e-5) <= above.half_width);
        batches_free(a);
        batches_free(b);
    }
    CU_ASSERT(plausible(misses, trials, 0.05));
    /* Paired to the last value but for a step of 1e-4: far less than a bucket, far more than chance. */
    struct batches *a = made(1, 1), *b = made(1, 1);
    for (int r = 0; r < 30; r++) {
        double x[300];
        exponentials(&s, x, 300, 0.0);
        add_values(a, x, 300);
        for (int k = 0; k < 300; k++)
            x[k] += 1e-4;
        add_values(b, x, 300);
    }
    for (double p = 0.1; p < 0.95; p += 0.1) {
        const struct estimate d = batches_quantile_difference(a, 0, b, 0, p, 0.95);
        CU_ASSERT(fabs(d.mean + 1e-4) <= d.half_width + 1e-12);
    }
    batches_free(a);
    batches_free(b);
}

static void thin_differences(void)
{
    struct batches *a = made(1, 1), *b = made(1, 1), *same = made(1, 1);
    struct stream s = {61};
    for (int r = 0; r < 100; r++) {
        double x[100], ones[100];
        exponentials(&s, x, 100, 0.0);
        add_values(a, x, 100);
        for (int k = 0; k < 100; k++) {
            x[k] += 1.0;
            ones[k] = 1.0;
        }
        add_values(b, x, 100);
        add_values(same, ones, 100);
        const struct estimate q = batches_quantile_difference(a, 0, b, 0, 0.99, 0.95);
        if (r < 9) /* fewer than 10 values beyond the quantile */
            CU_ASSERT(isnan(q.half_width));
        CU_ASSERT_EQUAL(isnan(batches_quantile_difference(a, 0, b, 0, 0.5, 0.95).half_width), r == 0);
        /* A constant has no error of its own. */
        const struct estimate c = batches_quantile_difference(same, 0, same, 0, 0.99, 0.95);
        CU_ASSERT_EQUAL(c.mean, 0.0);
        CU_ASSERT_EQUAL(isnan(c.half_width), r == 0);
        CU_ASSERT(r == 0 || c.half_width == 0.0);
    }
    const struct estimate q = batches_quantile_difference(a, 0, b, 0, 0.99, 0.95);
    const double whole = batches_quantile(a, 0, 0.99, 0.95).value - batches_quantile(b, 0, 0.99, 0.95).value;
    CU_ASSERT_DOUBLE_EQUAL(q.mean, whole, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(q.mean, -1.0,
                           0.02); /* by the buckets' width only: the values are the same but for 1 */
    CU_ASSERT(q.half_width < 0.1);
    const struct estimate c = batches_quantile_difference(a, 0, same, 0, 0.9, 0.95);
    const struct quantile_estimate alone = batches_quantile(a, 0, 0.9, 0.95);
    CU_ASSERT_DOUBLE_EQUAL(c.half_width / (0.5 * (alone.high - alone.low)), 1.0, 0.2);
    batches_free(a);
    batches_free(b);
    batches_free(same);
}

/* --- Ends
 * ---------------------------------------------------------------------------------------------------------
 */

static void records(void)
{
    struct record r;
    CU_ASSERT(record_init(&r, 0, 0));
    record_free(&r);
    record_free(&r); /* again: nothing left to free */
    CU_ASSERT(record_init(&r, 3, 2));
    CU_ASSERT_EQUAL(r.sample_count, 3);
    CU_ASSERT_EQUAL(r.histogram_count, 2);
    CU_ASSERT_EQUAL(r.histograms[1].count, 0);
    record_free(&r);
    batches_free(NULL);
    struct batches *b = made(0, 0);
    CU_ASSERT(record_init(&r, 0, 0));
    for (int i = 0; i < 200; i++)
        CU_ASSERT(batches_add(b, &r));
    CU_ASSERT_EQUAL(batches_replications(b), 200);
    record_free(&r);
    batches_free(b);
}

static void incomplete_counts(void)
{
    struct batches *b = made(1, 1);
    struct record r;
    CU_ASSERT_FATAL(record_init(&r, 1, 1));
    r.histograms[0].failed = true; /* memory ran out while it counted */
    CU_ASSERT_FALSE(batches_add(b, &r));
    record_free(&r);
    batches_free(b);
}

/* Is an interval given for p99.9 of 32 replications of 1000 values, so many of which have `beyond` values above the others? The first `bursts` have 80 values above the rest. */
static bool tail_is_given(size_t with, size_t beyond, size_t bursts)
{
    struct batches *b = batches_new(1, 1);
    double x[1000];
    for (size_t i = 0; i < 32; i++) {
        for (size_t k = 0; k < 1000; k++)
            x[k] = (double)k / 1000.0;
        for (size_t k = 0; i < bursts && k < 80; k++)
            x[900 + k] = 1.5 + 0.001 * (double)k;
        for (size_t k = 0; i < with && k < beyond; k++)
            x[k] = 2.0 + 0.001 * (double)((7 * i + 3 * k) % 97);
        add_values(b, x, 1000);
    }
    const struct quantile_estimate q = batches_quantile(b, 0, 0.999, 0.95);
    batches_free(b);
    return !isnan(q.low);
}

/* 33 values are at p99.9 or beyond: in four bursts or eleven, of which nobody knows how many would be usual; or one or two in most replications. */
static void tails_in_few_bursts(void)
{
    CU_ASSERT_FALSE(tail_is_given(4, 9, 0));
    CU_ASSERT_FALSE(tail_is_given(11, 3, 0));
    CU_ASSERT(tail_is_given(22, 2, 0));
    CU_ASSERT(tail_is_given(32, 2, 0));
}

/* One or two values beyond in most replications, but of the 320 beyond p99 nearly all came in four bursts: that far fewer come to p99.9, it was chance that spread them. */
static void bursts_foretold(void)
{
    CU_ASSERT_FALSE(tail_is_given(22, 2, 4));
    CU_ASSERT_FALSE(tail_is_given(32, 2, 4));
    CU_ASSERT(tail_is_given(32, 2, 32));
}

const struct test batches_tests[] = {
    {"the ratio estimator and its interval are those worked out by hand", known_ratio},
    {"with equal denominators the interval is Student's", known_mean},
    {"what was not observed is NAN, and empty replications do no harm", nothing_observed},
    {"no variation gives a half-width of exactly 0", no_variation},
    {"at most 64 batches, 32 of them full, hold all data in order", grouping},
    {"replications are paired as far as both studies have them", pairing},
    {"intervals from independent values cover as often as they say", coverage_independent},
    {"intervals from dependent values cover as often as they say", coverage_dependent},
    {"intervals from few values are wide or withheld", coverage_thin},
    {"quantiles of waits, many of them 0, are covered", atom_at_zero},
    {"quantiles at an atom are the atom and certain, by buckets too", atom_by_buckets},
    {"intervals hold what a bucket may hold", rounded_outward},
    {"paired differences are covered and far narrower than unpaired ones", paired},
    {"differences of unrelated studies are covered with and without pairing", unpaired},
    {"equal studies do not differ, not even by rounding", no_difference},
    {"differences of quantiles are covered where studies are nearly alike", nearly_alike},
    {"differences of quantiles claim no more than buckets tell", differences_by_buckets},
    {"differences of quantiles wait for enough values", thin_differences},
    {"a tail that comes in few bursts has no interval", tails_in_few_bursts},
    {"nor has one of which what is further in foretells few", bursts_foretold},
    {"records and batches of nothing work", records},
    {"a histogram that lost counts is refused", incomplete_counts},
    {NULL, NULL},
};
