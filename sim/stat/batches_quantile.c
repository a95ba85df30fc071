/* batches_quantile.c: intervals for quantiles, and for differences of quantiles, from batches' counts.
 *
 * Let C(v) be how many of all N values are at most v, and c, n the same in one batch. Were v the p-quantile,
 * C(v) would be p N but for chance. Its variance comes from the batches' residuals c - C n / N; as those are
 * about the share F = C / N seen and not about p, it is taken as a multiple of the binomial N F (1 - F) (the
 * "design effect", Kish, Survey Sampling, 1965) and the same multiple of N p (1 - p) is used: Wilson's
 * interval (JASA 1927) for correlated counts. The plain test divides by the variance at v instead, which far
 * out in the tail is near 0 just where C is off by chance, and its intervals then miss too often on the side
 * of the tail.
 *
 * Where values are known by their buckets alone, an end of an interval is as far out as the values of its
 * bucket may lie: at the bucket's edge, or at the atom where the end falls on one for certain (bucket.h). */
#include "sim/stat/batches.h"
#include "sim/stat/batches_store.h"
#include "sim/stat/bucket.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

enum { RARE_VALUES = 10, BURSTS_FEWEST = 20, BURSTS_FORETOLD_FEWEST = 10 };

/* Places to search by bisection: place 0 is below every value, place i + 1 just above value or bucket number
 * i, where values are numbered by their bits (which ascend with the double, from 0.0 on). */
static double limit_of(uint64_t place, bool coarse)
{
    if (!coarse)
        return bucket_double(place);
    if (place <= 1)
        return place == 0 ? 0.0
                          : 0x1p-1074; /* above zeros only: bucket 1 takes what is smaller than its edge */
    return place > BUCKET_LAST ? INFINITY : bucket_low((uint32_t)place);
}

static uint64_t place_of(double x, bool coarse)
{
    return (coarse ? bucket_of(x) : bucket_bits(x)) + 1;
}

/* A value, and within what it is for certain, as far as histograms tell values apart. */
struct located {
    double value, low, high;
};

/* The value at a place whose criterion crosses 0 between place - 1 (below, < 0) and place (at, >= 0). */
static struct located value_at(const struct histogram *h, uint64_t place, bool coarse, double below,
                               double at)
{
    if (!coarse) {
        const double x = bucket_double(place - 1);
        return (struct located){x, x, x};
    }
    const struct bucket_shape shape = bucket_shape(h, (uint32_t)(place - 1));
    const double share = -below / (at - below);
    struct located out = {.value = bucket_value(&shape, share)};
    bucket_bounds(&shape, share, &out.low, &out.high);
    return out;
}

/* One test to be inverted. */
struct inversion {
    const struct batches *b;
    size_t histogram;
    bool coarse;
    double p, n;
    double target; /* ceil(p n) - 1/2: C(v) is at least the rank, or at most rank - 1 */
    double t, confidence;
    double least_effect; /* design effect is taken to be at least that at the quantile itself */
};

/* C at a limit, and in *effect the design effect there; NAN where C is 0 or N: it cannot be told. */
static double count_below(const struct inversion *q, double limit, double *effect)
{
    double count[BATCHES_MOST], all = 0.0;
    for (size_t i = 0; i < q->b->used; i++) {
        count[i] = (double)packed_below(&q->b->items[i].packs[q->histogram], limit);
        all += count[i];
    }
    *effect = NAN;
    if (!(all > 0.0 && all < q->n))
        return all;
    double lefts[BATCHES_MOST];
    for (size_t i = 0; i < q->b->used; i++) {
        /* count - all * values / n from exact products (Dekker 1971): 0 exactly when the shares are the same.
         */
        const double values = (double)q->b->items[i].packs[q->histogram].count;
        const double x = count[i] * q->n, y = all * values;
        const double left = ((x - y) + (fma(count[i], q->n, -x) - fma(all, values, -y))) / q->n;
        lefts[i] = left;
    }
    *effect = batches_variance(q->b, lefts, false, q->confidence) / (all / q->n * (q->n - all));
    return all;
}

/* side +1: not below 0 from the lower end of the interval on; -1: from the upper end on. */
static double criterion(const struct inversion *q, uint64_t place, double side)
{
    double effect;
    const double all = count_below(q, limit_of(place, q->coarse), &effect);
    effect = effect > q->least_effect ? effect : q->least_effect;
    return all - q->target + side * q->t * sqrt(effect * q->n * q->p * (1.0 - q->p));
}

/* The value where the criterion crosses 0, rounded outward; NAN when it does so nowhere among the values. */
static double crossing(const struct inversion *q, double side)
{
    const struct histogram *h = &q->b->merged[q->histogram];
    uint64_t low = 0, high = place_of(h->max, q->coarse);
    double below = criterion(q, low, side), at = criterion(q, high, side);
    if (!(below < 0.0 && at >= 0.0))
        return NAN;
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        const double here = criterion(q, middle, side);
        if (here < 0.0) {
            low = middle;
            below = here;
        } else {
            high = middle;
            at = here;
        }
    }
    const struct located end = value_at(h, high, q->coarse, below, at);
    return side > 0.0 ? end.low : end.high;
}

/* The design effect at the quantile itself: just above it, else just below; 1 (independent values) where all
 * lie together, so that neither can be told. */
static double effect_at(const struct inversion *q, double value)
{
    const uint64_t place = place_of(value, q->coarse);
    double effect;
    count_below(q, limit_of(place, q->coarse), &effect);
    if (isnan(effect))
        count_below(q, limit_of(place - 1, q->coarse), &effect);
    return isnan(effect) ? 1.0 : effect;
}

/* Whether too few batches have values on the rarer side of the quantile: those come in bursts, and a few bursts do not show how many there
 * are in the long run. Of independent replications, where they do come in bursts (several to a batch), most batches must have some. */
static bool few_bursts(const struct inversion *q, double value)
{
    const double burst = 2.0, most = 0.6;
    const uint64_t place = place_of(value, q->coarse);
    size_t batches = 0, filled = 0;
    double beyond = 0.0;
    for (size_t i = 0; i < q->b->used; i++) {
        const struct packed *pack = &q->b->items[i].packs[q->histogram];
        const uint64_t rarer = q->p < 0.5 ? packed_below(pack, limit_of(place, q->coarse))
                                          : pack->count - packed_below(pack, limit_of(place - 1, q->coarse));
        batches += rarer > 0;
        filled += pack->count > 0;
        beyond += (double)rarer;
    }
    if (q->b->serial)
        return batches < BURSTS_FEWEST;
    return batches < BURSTS_FEWEST && (double)batches < most * (double)filled && beyond > burst * (double)batches;
}

/* The same as foretold by the values beyond ten times the rarer share, of independent replications: a tail that is light by chance has its bursts in more of them than
 * usual, so that to count them there gives intervals just where they are too narrow. Further in chance has less to say. So many values as vary like n independent
 * bursts make n = (their number)^2 / its variance; of the bursts that come so far, those come to the quantile that the tail leaves. */
static bool few_bursts_foretold(const struct inversion *q)
{
    const double further_in = 10.0, most = 0.5, burst = 2.0;
    const bool low = q->p < 0.5;
    const double rarer = low ? q->p : 1.0 - q->p;
    if (q->b->serial || further_in * rarer > most * (1.0 + 0x1p-40))
        return false;
    const double value = histogram_quantile(&q->b->merged[q->histogram], low ? further_in * q->p : 1.0 - further_in * rarer);
    const double limit = limit_of(place_of(value, q->coarse) - low, q->coarse); /* beyond, where many values are equal */
    double left[BATCHES_MOST], beyond = 0.0;
    for (size_t i = 0; i < q->b->used; i++) {
        const struct packed *pack = &q->b->items[i].packs[q->histogram];
        const uint64_t below = packed_below(pack, limit);
        left[i] = (double)(low ? below : pack->count - below);
        beyond += left[i];
    }
    if (!(beyond > q->n * rarer))
        return false;
    for (size_t i = 0; i < q->b->used; i++)
        left[i] -= beyond / q->n * (double)q->b->items[i].packs[q->histogram].count;
    const double variance = batches_variance(q->b, left, false, q->confidence);
    return variance > burst * beyond && beyond * beyond / variance * (q->n * rarer / beyond) < BURSTS_FORETOLD_FEWEST;
}

struct quantile_estimate batches_quantile(const struct batches *b, size_t histogram, double p,
                                          double confidence)
{
    const struct histogram *h = &b->merged[histogram];
    struct quantile_estimate out = {histogram_quantile(h, p), NAN, NAN};
    if (b->used < 2 || h->count < 2)
        return out;
    if (h->min == h->max) {
        out.low = out.high = out.value;
        return out;
    }
    const double n = (double)h->count;
    if (n * (p < 0.5 ? p : 1.0 - p) <
        RARE_VALUES * (1.0 - 0x1p-40)) /* 1 - 0.999 is a little less than 0.001 */
        return out;
    struct inversion q = {
        .b = b,
        .histogram = histogram,
        .coarse = !histogram_is_exact(h),
        .p = p,
        .n = n,
        .target = (double)histogram_rank(p, h->count) - 0.5,
        .confidence = confidence,
        .t = batches_student(confidence, (double)(b->used - 1)),
    };
    if (few_bursts(&q, out.value) || few_bursts_foretold(&q))
        return out;
    q.least_effect = effect_at(&q, out.value);
    const double low = crossing(&q, 1.0), high = crossing(&q, -1.0);
    if (isnan(low) || isnan(high))
        return out;
    out.low = low < out.value ? low : out.value;
    out.high = high > out.value ? high : out.value;
    return out;
}

/* Values of one histogram in items from .. to - 1. */
struct section {
    const struct batches *b;
    size_t histogram, from, to;
};

static uint64_t section_below(struct section s, double limit)
{
    uint64_t all = 0;
    for (size_t i = s.from; i < s.to; i++)
        all += packed_below(&s.b->items[i].packs[s.histogram], limit);
    return all;
}

static uint64_t section_count(struct section s)
{
    return section_below(s, INFINITY);
}

/* A quantile of a section's values (of which there is one), and the counts below and at its place. */
struct found {
    struct located located;
    double min, max;
    uint64_t place;
    double below, at, target;
};

static double within(double x, double min, double max)
{
    return x < min ? min : x > max ? max : x;
}

static struct found find_quantile(struct section s, double p, bool coarse)
{
    struct found out = {.min = INFINITY, .max = -INFINITY};
    for (size_t i = s.from; i < s.to; i++) {
        out.min = fmin(out.min, s.b->items[i].packs[s.histogram].min);
        out.max = fmax(out.max, s.b->items[i].packs[s.histogram].max);
    }
    const uint64_t count = section_count(s), rank = histogram_rank(p, count);
    uint64_t low = 0, high = place_of(out.max, coarse), below = 0, at = count;
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        const uint64_t here = section_below(s, limit_of(middle, coarse));
        if (here < rank) {
            low = middle;
            below = here;
        } else {
            high = middle;
            at = here;
        }
    }
    out.place = high;
    out.below = (double)below;
    out.at = (double)at;
    out.target = (double)rank - 0.5;
    out.located =
        value_at(&s.b->merged[s.histogram], high, coarse, out.below - out.target, out.at - out.target);
    out.located.value = within(out.located.value, out.min, out.max);
    out.located.low = within(out.located.low, out.min, out.max);
    out.located.high = within(out.located.high, out.min, out.max);
    return out;
}

/* Where a quantile stands in one study, seen section by section. */
struct standing {
    struct located located;
    double
        left[BATCHES_MOST]; /* how many more of a section's values lie below than its part, over all values */
    double share_error;     /* standard error of the share below value */
    bool constant;          /* all values are equal */
    bool thin;              /* too few values on the rarer side */
};

/* firsts[i] is the first item of section i of `whole`. */
static struct standing stand(struct section whole, const size_t *firsts, const struct pairing *pairs,
                             double p, bool coarse, double confidence)
{
    struct standing out = {0};
    const struct found q = find_quantile(whole, p, coarse);
    const double n = (double)section_count(whole);
    const double rarer = p < 0.5 ? p : 1.0 - p;
    out.located = q.located;
    out.constant = q.min == q.max;
    out.thin = n * rarer < RARE_VALUES * (1.0 - 0x1p-40);
    const double share = (q.target - q.below) / (q.at - q.below); /* of the place counted as below */
    for (size_t i = 0; i < pairs->count; i++) {
        const struct section part = {whole.b, whole.histogram, firsts[i], firsts[i + 1]};
        const double low = (double)section_below(part, limit_of(q.place - 1, coarse));
        const double high = (double)section_below(part, limit_of(q.place, coarse));
        const double count = low + share * (high - low),
                     expected = q.target / n * (double)section_count(part);
        out.left[i] = beyond_rounding(count - expected, count + expected) / n;
    }
    out.share_error = sqrt(pairing_variance(pairs, out.left, whole.b->serial, false, confidence));
    return out;
}

/* Whether two studies, batch by batch, have the same counts in all buckets and the same ends: then they
 * differ nowhere, rather than just not visibly at one quantile. */
static bool same_sections(struct section a, struct section b)
{
    bool same = a.to == b.to;
    for (size_t i = 0; same && i < a.to; i++) {
        const struct packed *x = &a.b->items[i].packs[a.histogram], *y = &b.b->items[i].packs[b.histogram];
        same = x->length == y->length && x->coarse == y->coarse && x->min == y->min && x->max == y->max;
        for (size_t k = 0; same && k < x->length; k++)
            same = x->entries[k].key == y->entries[k].key && x->entries[k].upto == y->entries[k].upto;
    }
    return same;
}

/* Change of the quantile per change of p: a difference quotient over p - reach .. p + reach. */
static double slope(struct section whole, double p, double reach, bool coarse)
{
    return (find_quantile(whole, p + reach, coarse).located.value -
            find_quantile(whole, p - reach, coarse).located.value) /
           (2.0 * reach);
}

/* Hall and Sheather, "On the distribution of a studentized quantile", J. R. Statist. Soc. B 1988: the reach
 * that makes the studentized quantile of n values most nearly normal, for densities shaped like the normal
 * one. */
static double reach_of(double p, double n, double confidence)
{
    const double z = gsl_cdf_ugaussian_Pinv(p), density = gsl_ran_ugaussian_pdf(z);
    const double z_interval = gsl_cdf_ugaussian_Pinv(0.5 + confidence / 2.0);
    return cbrt(z_interval * z_interval * 1.5 * density * density / ((2.0 * z * z + 1.0) * n));
}

struct estimate batches_quantile_difference(const struct batches *a, size_t histogram_a,
                                            const struct batches *b, size_t histogram_b, double p,
                                            double confidence)
{
    struct pairing pairs;
    batches_pair(a, b, &pairs);
    const bool coarse =
        !histogram_is_exact(&a->merged[histogram_a]) || !histogram_is_exact(&b->merged[histogram_b]);
    const struct section in_a = {a, histogram_a, 0, pairs.first_a[pairs.count]};
    const struct section in_b = {b, histogram_b, 0, pairs.first_b[pairs.count]};
    const uint64_t count_a = section_count(in_a), count_b = section_count(in_b);
    if (count_a == 0 || count_b == 0)
        return (struct estimate){NAN, NAN};
    const struct standing sa = stand(in_a, pairs.first_a, &pairs, p, coarse, confidence);
    const struct standing sb = stand(in_b, pairs.first_b, &pairs, p, coarse, confidence);
    struct estimate out = {sa.located.value - sb.located.value, NAN};
    if (pairs.count < 2)
        return out;
    const double degrees = (double)pairs.count - 1.0, t = batches_student(confidence, degrees);
    const double rarer = p < 0.5 ? p : 1.0 - p, error = fmax(sa.share_error, sb.share_error);
    if ((!sa.constant && (sa.thin || t * sa.share_error >= rarer)) ||
        (!sb.constant && (sb.thin || t * sb.share_error >= rarer)))
        return out;
    /* As far as the share is uncertain (Woodruff, JASA 1952), so that no edge of an atom within it is
     * overlooked; the same in both, so that what both share cancels. */
    const double least = reach_of(p, (double)(count_a < count_b ? count_a : count_b), confidence);
    const double reach = fmin(fmax(least, t * error), 0.9 * rarer);
    const double slope_a = slope(in_a, p, reach, coarse), slope_b = slope(in_b, p, reach, coarse);
    double left[BATCHES_MOST];
    for (size_t i = 0; i < pairs.count; i++) {
        const double left_a = slope_a * sa.left[i], left_b = slope_b * sb.left[i];
        left[i] = beyond_rounding(left_a - left_b, fabs(left_a) + fabs(left_b));
    }
    const double variance = pairing_variance(&pairs, left, a->serial && b->serial, false, confidence);
    /* What chance explains, and what the buckets leave open. */
    const bool alike = out.mean == 0.0 && variance == 0.0 && same_sections(in_a, in_b);
    const double above = (sa.located.high - sa.located.value) + (sb.located.value - sb.located.low);
    const double below = (sa.located.value - sa.located.low) + (sb.located.high - sb.located.value);
    out.half_width = t * sqrt(variance) + (alike ? 0.0 : fmax(above, below));
    return out;
}
