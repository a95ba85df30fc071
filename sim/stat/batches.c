#include "sim/stat/batches.h"
#include "sim/stat/batches_store.h"
#include "sim/stat/serial.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <stdlib.h>

enum { SKEWNESS_BATCHES_FEWEST = 8 }; /* fewer do not show it */

static const struct sample nothing = {.min = INFINITY, .max = -INFINITY};

static struct sample sample_of_settled(const struct tally *t)
{
    if (t->count == 0)
        return nothing;
    const double n = (double)t->count;
    const double squares = t->squares - t->sum * t->sum / n;
    return (struct sample){
        .numerator = t->shift * n + t->sum,
        .denominator = n,
        .squares = t->min < t->max && squares > 0.0 ? squares : 0.0,
        .min = t->min,
        .max = t->max,
    };
}

struct sample sample_of_tally(const struct tally *t)
{
    if (t->noted == 0)
        return sample_of_settled(t);
    struct tally all = *t;
    all.histogram = NULL;
    tally_settle(&all);
    return sample_of_settled(&all);
}

struct sample sample_of_ratio(double numerator, double denominator)
{
    struct sample s = nothing;
    s.numerator = numerator;
    s.denominator = denominator;
    return s;
}

/* Adds from to s; squares by Chan, Golub, LeVeque, "Algorithms for computing the sample variance", The
 * American Statistician 1983, eq. 2.1. */
static void sample_add(struct sample *s, const struct sample *from)
{
    const bool tallies = from->min <= from->max && s->min <= s->max;
    if (tallies && s->denominator > 0.0 && from->denominator > 0.0) {
        const double apart = from->numerator / from->denominator - s->numerator / s->denominator;
        s->squares +=
            apart * apart * (s->denominator * from->denominator / (s->denominator + from->denominator));
    }
    s->squares += from->squares;
    s->numerator += from->numerator;
    s->denominator += from->denominator;
    s->min = from->min < s->min ? from->min : s->min;
    s->max = from->max > s->max ? from->max : s->max;
}

bool record_init(struct record *r, size_t samples, size_t histograms)
{
    *r = (struct record){0};
    r->samples = calloc(samples > 0 ? samples : 1, sizeof *r->samples);
    r->histograms = calloc(histograms > 0 ? histograms : 1, sizeof *r->histograms);
    bool good = r->samples != NULL && r->histograms != NULL;
    for (size_t i = 0; good && i < samples; i++, r->sample_count++)
        r->samples[i] = nothing;
    for (size_t i = 0; good && i < histograms; i++, r->histogram_count++)
        good = histogram_init(&r->histograms[i]);
    if (!good)
        record_free(r);
    return good;
}

void record_free(struct record *r)
{
    for (size_t i = 0; i < r->histogram_count; i++)
        histogram_free(&r->histograms[i]);
    free(r->histograms);
    free(r->samples);
    *r = (struct record){0};
}

static bool batch_init(struct batch *batch, size_t samples, size_t histograms)
{
    batch->samples = calloc(samples > 0 ? samples : 1, sizeof *batch->samples);
    batch->packs = calloc(histograms > 0 ? histograms : 1, sizeof *batch->packs);
    return batch->samples != NULL && batch->packs != NULL;
}

struct batches *batches_new(size_t samples, size_t histograms)
{
    struct batches *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    b->sample_count = samples;
    b->histogram_count = histograms;
    b->group = 1;
    b->merged = calloc(histograms > 0 ? histograms : 1, sizeof *b->merged);
    bool good = b->merged != NULL;
    for (size_t i = 0; good && i < histograms; i++)
        good = histogram_init(&b->merged[i]);
    for (size_t i = 0; good && i < BATCHES_MOST; i++)
        good = batch_init(&b->items[i], samples, histograms);
    if (good)
        return b;
    batches_free(b);
    return NULL;
}

void batches_free(struct batches *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; i < BATCHES_MOST; i++) {
        if (b->items[i].packs != NULL)
            for (size_t h = 0; h < b->histogram_count; h++)
                packed_free(&b->items[i].packs[h]);
        free(b->items[i].packs);
        free(b->items[i].samples);
    }
    if (b->merged != NULL)
        for (size_t h = 0; h < b->histogram_count; h++)
            histogram_free(&b->merged[h]);
    free(b->merged);
    free(b);
}

static void batch_empty(const struct batches *b, struct batch *batch)
{
    batch->replications = 0;
    for (size_t i = 0; i < b->sample_count; i++)
        batch->samples[i] = nothing;
    for (size_t h = 0; h < b->histogram_count; h++)
        packed_free(&batch->packs[h]);
}

/* Merges neighbours: half as many batches, each of twice as many replications. */
static bool halve(struct batches *b)
{
    for (size_t i = 0; i < BATCHES_MOST; i += 2) {
        struct batch *left = &b->items[i];
        const struct batch *right = &b->items[i + 1];
        left->replications += right->replications;
        for (size_t s = 0; s < b->sample_count; s++)
            sample_add(&left->samples[s], &right->samples[s]);
        for (size_t h = 0; h < b->histogram_count; h++)
            if (!packed_merge(&left->packs[h], &right->packs[h]))
                return false;
        const struct batch swap = b->items[i / 2];
        b->items[i / 2] = *left;
        *left = swap;
    }
    b->used = BATCHES_MOST / 2;
    b->group *= 2;
    for (size_t i = b->used; i < BATCHES_MOST; i++)
        batch_empty(b, &b->items[i]);
    return true;
}

bool batches_add(struct batches *b, const struct record *r)
{
    assert(r->sample_count == b->sample_count && r->histogram_count == b->histogram_count);
    if (b->used == 0 || b->items[b->used - 1].replications == b->group) {
        if (b->used == BATCHES_MOST && !halve(b))
            return false;
        batch_empty(b, &b->items[b->used++]);
    }
    struct batch *last = &b->items[b->used - 1];
    for (size_t h = 0; h < b->histogram_count; h++) {
        if (!histogram_merge(&b->merged[h], &r->histograms[h]))
            return false;
        struct packed pack;
        packed_init(&pack);
        if (!packed_fill(&pack, &r->histograms[h], !histogram_is_exact(&b->merged[h])))
            return false;
        if (last->replications == 0) {
            last->packs[h] = pack;
            continue;
        }
        const bool good = packed_merge(&last->packs[h], &pack);
        packed_free(&pack);
        if (!good)
            return false;
    }
    for (size_t s = 0; s < b->sample_count; s++)
        sample_add(&last->samples[s], &r->samples[s]);
    last->replications++;
    b->replications += !b->serial || r->events > 0;
    b->events += r->events;
    return true;
}

void batches_in_pairs(struct batches *b)
{
    assert(b->used == 0);
    b->group = 2;
}

void batches_serial(struct batches *b)
{
    assert(b->used == 0);
    b->serial = true;
}

uint64_t batches_replications(const struct batches *b)
{
    return b->replications;
}

size_t batches_groups(const struct batches *b)
{
    return b->used;
}

uint64_t batches_in_group(const struct batches *b, size_t group)
{
    return b->items[group].replications;
}

uint64_t batches_events(const struct batches *b)
{
    return b->events;
}

const struct histogram *batches_histogram(const struct batches *b, size_t histogram)
{
    return &b->merged[histogram];
}

double batches_student(double confidence, double degrees)
{
    return gsl_cdf_tdist_Pinv(0.5 + confidence / 2.0, degrees);
}

double pairing_variance(const struct pairing *pairs, const double *left, bool serial, bool skewness,
                        double confidence)
{
    const double degrees = (double)pairs->count - 1.0;
    if (serial) {
        const struct serial s = serial_mean(left, pairs->count, confidence);
        const double error = (skewness ? s.half_width : s.half_width_plain) * (double)pairs->count / batches_student(confidence, degrees);
        return error * error;
    }
    double squares = 0.0, cubes = 0.0, replications = 0.0; /* squares, cubes: per replication */
    for (size_t i = 0; i < pairs->count; i++) {
        const double d = left[i] / sqrt(pairs->replications[i]);
        squares += d * d;
        cubes += d * d * d;
        replications += pairs->replications[i];
    }
    const double variance = squares / degrees * replications;
    if (!skewness || pairs->count < SKEWNESS_BATCHES_FEWEST || !(squares > 0.0))
        return variance;
    const double bend = serial_widening(squares, cubes, (double)pairs->count, confidence);
    return variance * bend * bend;
}

double batches_variance(const struct batches *b, const double *left, bool skewness, double confidence)
{
    struct pairing own = {.count = b->used};
    for (size_t i = 0; i < b->used; i++)
        own.replications[i] = (double)b->items[i].replications;
    return pairing_variance(&own, left, b->serial, skewness, confidence);
}

static struct sample sum_of(const struct batches *b, size_t sample, size_t from, size_t to)
{
    struct sample sum = nothing;
    for (size_t i = from; i < to; i++)
        sample_add(&sum, &b->items[i].samples[sample]);
    return sum;
}

/* What is left of s when the ratio of all is taken away; 0 where that is no more than the rounding of the
 * sums. */
static double residual(const struct sample *s, double ratio)
{
    const double left = fma(-ratio, s->denominator, s->numerator);
    return beyond_rounding(left, fabs(s->numerator) + fabs(ratio * s->denominator));
}

/* A ratio estimate: variance is that of the point, NAN when there are not two batches. */
struct ratio {
    double point, variance, degrees;
};

static struct ratio ratio_of(const struct batches *b, size_t sample, double confidence)
{
    const struct sample sum = sum_of(b, sample, 0, b->used);
    struct ratio out = {.point = NAN, .variance = NAN, .degrees = (double)b->used - 1.0};
    if (!(sum.denominator > 0.0))
        return out;
    out.point = sum.numerator / sum.denominator;
    if (b->used < 2)
        return out;
    double left[BATCHES_MOST];
    size_t filled = 0;
    for (size_t i = 0; i < b->used; i++)
        filled += b->items[i].samples[sample].denominator > 0.0;
    if (b->serial && filled < SERIAL_BATCHES_FEWEST)
        return out;
    for (size_t i = 0; i < b->used; i++)
        left[i] = residual(&b->items[i].samples[sample], out.point) / sum.denominator;
    out.variance = batches_variance(b, left, true, confidence);
    return out;
}

static double half_width(double variance, double degrees, double confidence)
{
    if (variance == 0.0)
        return 0.0;
    return isnan(variance) ? NAN : batches_student(confidence, degrees) * sqrt(variance);
}

struct estimate batches_mean(const struct batches *b, size_t sample, double confidence)
{
    const struct ratio r = ratio_of(b, sample, confidence);
    return (struct estimate){r.point, half_width(r.variance, r.degrees, confidence)};
}

double batches_sd(const struct batches *b, size_t sample)
{
    const struct sample sum = sum_of(b, sample, 0, b->used);
    if (!(sum.min <= sum.max) || !(sum.denominator > 1.0))
        return NAN;
    return sum.min == sum.max ? 0.0 : sqrt(sum.squares / (sum.denominator - 1.0));
}

double batches_min(const struct batches *b, size_t sample)
{
    const struct sample sum = sum_of(b, sample, 0, b->used);
    return sum.min <= sum.max ? sum.min : NAN;
}

double batches_max(const struct batches *b, size_t sample)
{
    const struct sample sum = sum_of(b, sample, 0, b->used);
    return sum.min <= sum.max ? sum.max : NAN;
}

double batches_count(const struct batches *b, size_t sample)
{
    return sum_of(b, sample, 0, b->used).denominator;
}

void batches_pair(const struct batches *a, const struct batches *b, struct pairing *out)
{
    out->count = 0;
    out->first_a[0] = out->first_b[0] = 0;
    uint64_t in_a = 0, in_b = 0,
             cut = 0; /* replications before items i of a, j of b; at the last common boundary */
    for (size_t i = 0, j = 0; i < a->used || j < b->used;) {
        if (in_a <= in_b) {
            if (i == a->used)
                return;
            in_a += a->items[i++].replications;
        } else {
            if (j == b->used)
                return;
            in_b += b->items[j++].replications;
        }
        if (in_a != in_b)
            continue;
        out->replications[out->count] = (double)(in_a - cut);
        cut = in_a;
        out->count++;
        out->first_a[out->count] = i;
        out->first_b[out->count] = j;
    }
}

struct estimate batches_mean_difference(const struct batches *a, size_t sample_a, const struct batches *b,
                                        size_t sample_b, double confidence)
{
    struct pairing pairs;
    batches_pair(a, b, &pairs);
    const struct sample sum_a = sum_of(a, sample_a, 0, pairs.first_a[pairs.count]);
    const struct sample sum_b = sum_of(b, sample_b, 0, pairs.first_b[pairs.count]);
    if (!(sum_a.denominator > 0.0 && sum_b.denominator > 0.0))
        return (struct estimate){NAN, NAN};
    const double point_a = sum_a.numerator / sum_a.denominator, point_b = sum_b.numerator / sum_b.denominator;
    struct estimate out = {point_a - point_b, NAN};
    if (pairs.count < 2)
        return out;
    double left[BATCHES_MOST];
    for (size_t i = 0; i < pairs.count; i++) {
        const struct sample in_a = sum_of(a, sample_a, pairs.first_a[i], pairs.first_a[i + 1]);
        const struct sample in_b = sum_of(b, sample_b, pairs.first_b[i], pairs.first_b[i + 1]);
        left[i] = residual(&in_a, point_a) / sum_a.denominator - residual(&in_b, point_b) / sum_b.denominator;
        const double scale =
            fabs(in_a.numerator / sum_a.denominator) + fabs(in_b.numerator / sum_b.denominator);
        left[i] = beyond_rounding(left[i], scale);
    }
    out.half_width = half_width(pairing_variance(&pairs, left, a->serial && b->serial, true, confidence),
                                (double)pairs.count - 1.0, confidence);
    return out;
}

struct estimate batches_mean_difference_unpaired(const struct batches *a, size_t sample_a,
                                                 const struct batches *b, size_t sample_b, double confidence)
{
    const struct ratio ra = ratio_of(a, sample_a, confidence), rb = ratio_of(b, sample_b, confidence);
    const double variance = ra.variance + rb.variance;
    /* Welch, "The generalization of Student's problem when several different population variances are
     * involved", Biometrika 1947: the degrees of freedom of the sum. */
    const double degrees = variance * variance /
                           (ra.variance * ra.variance / ra.degrees + rb.variance * rb.variance / rb.degrees);
    return (struct estimate){ra.point - rb.point, half_width(variance, degrees, confidence)};
}
