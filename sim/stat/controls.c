#include "sim/stat/controls.h"

#include "sim/stat/batches_store.h"
#include "sim/stat/serial.h"

#include <math.h>

static const double explains_enough = 0.2;  /* R^2 */
static const double rounding = 0x1p-40;     /* of sums, relatively */
static const double too_much_alike = 1e-6;  /* 1 - correlation^2 of two controls: the second says nothing new */

struct sample batches_sample(const struct batches *b, size_t batch, size_t sample)
{
    return b->items[batch].samples[sample];
}

/* What is regressed: residuals of the mean, which add up to 0, of batches of so many replications. */
struct regression {
    size_t n, q;
    const double *weights; /* replications of each batch */
    double all;            /* of all */
    const double *left;
    double controls[CONTROLS_MOST][BATCHES_MOST]; /* their own mean taken away */
    double totals[CONTROLS_MOST];
};

/* Of two columns of sums: each of variance as its batch's replications. */
static double product(const struct regression *r, const double *a, const double *b)
{
    double sum = 0.0;
    for (size_t i = 0; i < r->n; i++)
        sum += a[i] * b[i] / r->weights[i];
    return sum;
}

/* Takes a control in, made orthogonal to those before it (Gram and Schmidt), so that each coefficient stands alone. */
static void take_in(struct regression *r, const double *values)
{
    double *own = r->controls[r->q], total = 0.0, before;
    for (size_t i = 0; i < r->n; i++)
        total += values[i];
    for (size_t i = 0; i < r->n; i++)
        own[i] = values[i] - r->weights[i] * (total / r->all);
    before = product(r, own, own);
    for (size_t j = 0; j < r->q; j++) {
        const double slope = product(r, own, r->controls[j]) / product(r, r->controls[j], r->controls[j]);
        for (size_t i = 0; i < r->n; i++)
            own[i] -= slope * r->controls[j][i];
        total -= slope * r->totals[j];
    }
    double scale = 0.0;
    for (size_t i = 0; i < r->n; i++)
        scale += values[i] * values[i] / r->weights[i];
    r->totals[r->q] = total;
    r->q += before > too_much_alike * scale && product(r, own, own) > too_much_alike * before;
}

/* The sum of left over all batches with what the controls explain taken away, and its half-width. left NAN: they explain too little. */
static struct controlled regress(struct regression *r, const struct controls *controls, double confidence)
{
    struct controlled out = {.left = NAN};
    for (size_t j = 0; j < controls->count; j++)
        take_in(r, controls->values[j]);
    const double before = product(r, r->left, r->left);
    double rest[BATCHES_MOST], variance = r->all; /* in units of that of one replication */
    for (size_t i = 0; i < r->n; i++)
        rest[i] = r->left[i];
    for (size_t j = 0; j < r->q; j++) {
        const double *control = r->controls[j];
        const double squares = product(r, control, control), slope = product(r, r->left, control) / squares;
        for (size_t i = 0; i < r->n; i++)
            rest[i] -= slope * control[i];
        out.estimate.mean -= slope * r->totals[j];
        variance += r->totals[j] * r->totals[j] / squares;
    }
    const double after = product(r, rest, rest), n = (double)r->n, q = (double)r->q;
    if (r->q == 0 || !(after < (1.0 - explains_enough) * before))
        return out;
    double cubes = 0.0;
    for (size_t i = 0; i < r->n; i++) {
        const double d = rest[i] / sqrt(r->weights[i]);
        cubes += d * d * d;
    }
    if (after > 0.0)
        out.estimate.half_width = batches_student(confidence, n - 1.0 - q) * sqrt(after / (n - 1.0 - q) * variance) *
                                  serial_widening(after, cubes, n, confidence);
    out.left = after / (n - 1.0 - q) / (before / (n - 1.0)) * (n - 2.0) / (n - q - 2.0);
    return out;
}

/* How far the sum of denominators of the first n batches may be off, relatively: their own half-width over their mean. */
static double denominators_off(const struct batches *b, size_t sample, size_t n, double confidence)
{
    double all = 0.0, replications = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        all += b->items[i].samples[sample].denominator;
        replications += (double)b->items[i].replications;
    }
    for (size_t i = 0; i < n; i++) {
        const double weight = (double)b->items[i].replications;
        const double off = b->items[i].samples[sample].denominator - weight * (all / replications);
        squares += off * off / weight;
    }
    return batches_student(confidence, (double)n - 1.0) * sqrt(squares / ((double)n - 1.0) * replications) / all;
}

/* The plain estimate as corrected. Figures are ratios, taken as straight lines near their mean: however much the controls explain, what
 * that leaves out is of the order of the plain interval times `off`, that of the denominators; and sums are rounded. */
static struct controlled controlled_by(struct controlled plain, struct controlled by, double off)
{
    if (isnan(by.left))
        return plain;
    const double mean = plain.estimate.mean + by.estimate.mean, scale = fabs(mean) + fabs(by.estimate.mean);
    const double bent = plain.estimate.half_width * off;
    return (struct controlled){{mean, fmax(by.estimate.half_width, fmax(bent, rounding * scale))}, by.left};
}

struct controlled batches_mean_controlled(const struct batches *b, size_t sample, double confidence, const struct controls *controls)
{
    struct controlled out = {batches_mean(b, sample, confidence), NAN};
    if (b->serial || b->used < CONTROLS_BATCHES_FEWEST || controls->count == 0 || !(out.estimate.half_width > 0.0))
        return out;
    double left[BATCHES_MOST], weights[BATCHES_MOST];
    struct regression r = {.n = b->used, .weights = weights, .left = left};
    const double denominators = batches_count(b, sample);
    for (size_t i = 0; i < r.n; i++) {
        const struct sample *s = &b->items[i].samples[sample];
        weights[i] = (double)b->items[i].replications;
        r.all += weights[i];
        left[i] = (s->numerator - out.estimate.mean * s->denominator) / denominators;
    }
    return controlled_by(out, regress(&r, controls, confidence), denominators_off(b, sample, b->used, confidence));
}

struct controlled batches_mean_difference_controlled(const struct batches *a, size_t sample_a, const struct batches *b, size_t sample_b,
                                                     double confidence, const struct controls *controls)
{
    struct controlled out = {batches_mean_difference(a, sample_a, b, sample_b, confidence), NAN};
    struct pairing pairs;
    batches_pair(a, b, &pairs);
    if (a->serial || b->serial || pairs.count < CONTROLS_BATCHES_FEWEST || controls->count == 0 || !(out.estimate.half_width > 0.0))
        return out;
    double left[BATCHES_MOST];
    struct regression r = {.n = pairs.count, .weights = pairs.replications, .left = left};
    struct controls paired = {.count = controls->count};
    struct sample all_a = {0}, all_b = {0};
    for (size_t i = 0; i < pairs.first_a[pairs.count]; i++) {
        all_a.numerator += a->items[i].samples[sample_a].numerator;
        all_a.denominator += a->items[i].samples[sample_a].denominator;
    }
    for (size_t i = 0; i < pairs.first_b[pairs.count]; i++) {
        all_b.numerator += b->items[i].samples[sample_b].numerator;
        all_b.denominator += b->items[i].samples[sample_b].denominator;
    }
    const double mean_a = all_a.numerator / all_a.denominator, mean_b = all_b.numerator / all_b.denominator;
    for (size_t i = 0; i < pairs.count; i++) {
        left[i] = 0.0;
        r.all += pairs.replications[i];
        for (size_t k = pairs.first_a[i]; k < pairs.first_a[i + 1]; k++) {
            const struct sample *s = &a->items[k].samples[sample_a];
            left[i] += (s->numerator - mean_a * s->denominator) / all_a.denominator;
            for (size_t j = 0; j < controls->count; j++)
                paired.values[j][i] += controls->values[j][k];
        }
        for (size_t k = pairs.first_b[i]; k < pairs.first_b[i + 1]; k++) {
            const struct sample *s = &b->items[k].samples[sample_b];
            left[i] -= (s->numerator - mean_b * s->denominator) / all_b.denominator;
        }
    }
    return controlled_by(out, regress(&r, &paired, confidence),
                         fmax(denominators_off(a, sample_a, pairs.first_a[pairs.count], confidence), denominators_off(b, sample_b, pairs.first_b[pairs.count], confidence)));
}
