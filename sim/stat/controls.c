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
    size_t n, q; /* batches; controls that were taken in */
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

/* What is left when the controls have explained what they can. */
struct explained {
    double rest[BATCHES_MOST];
    double shift;    /* of the mean, to where the controls are 0 */
    double variance; /* of it, in units of that of one replication's rest */
    size_t q;
    bool used; /* else they explain too little, and all is as without them */
};

static void explain(struct regression *r, const struct controls *controls, struct explained *out)
{
    for (size_t j = 0; j < controls->count; j++)
        take_in(r, controls->values[j]);
    *out = (struct explained){.variance = r->all, .q = r->q};
    for (size_t i = 0; i < r->n; i++)
        out->rest[i] = r->left[i];
    for (size_t j = 0; j < r->q; j++) {
        const double *control = r->controls[j];
        const double squares = product(r, control, control), slope = product(r, r->left, control) / squares;
        for (size_t i = 0; i < r->n; i++)
            out->rest[i] -= slope * control[i];
        out->shift -= slope * r->totals[j];
        out->variance += r->totals[j] * r->totals[j] / squares;
    }
    out->used = r->q > 0 && product(r, out->rest, out->rest) < (1.0 - explains_enough) * product(r, r->left, r->left);
    if (out->used)
        return;
    *out = (struct explained){.variance = r->all};
    for (size_t i = 0; i < r->n; i++)
        out->rest[i] = r->left[i];
}

/* The half-width of a sum whose rests these are. */
static double half_width_of(const struct regression *r, const struct explained *x, double confidence)
{
    const double squares = product(r, x->rest, x->rest), n = (double)r->n, degrees = n - 1.0 - (double)x->q;
    double cubes = 0.0;
    for (size_t i = 0; i < r->n; i++) {
        const double d = x->rest[i] / sqrt(r->weights[i]);
        cubes += d * d * d;
    }
    return squares > 0.0 ? batches_student(confidence, degrees) * sqrt(squares / degrees * x->variance) * serial_widening(squares, cubes, n, confidence) : 0.0;
}

/* Of the variance, loss factor included. */
static double left_of(const struct regression *r, const struct explained *x)
{
    const double n = (double)r->n, q = (double)x->q;
    return product(r, x->rest, x->rest) / (n - 1.0 - q) / (product(r, r->left, r->left) / (n - 1.0)) * (n - 2.0) / (n - q - 2.0);
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
static struct estimate corrected(struct estimate plain, double shift, double half_width, double off)
{
    const double mean = plain.mean + shift, scale = fabs(mean) + fabs(shift);
    return (struct estimate){mean, fmax(half_width, fmax(plain.half_width * off, rounding * scale))};
}

/* A study's figure over the sections of a pairing (or over its own batches), and what its controls say of it. */
struct side {
    struct regression r;
    struct explained x;
    double left[BATCHES_MOST];
    double off;
};

static void look(struct side *s, const struct batches *b, size_t sample, const struct pairing *pairs, const size_t *firsts, double confidence,
                 const struct controls *controls)
{
    const size_t items = firsts[pairs->count];
    s->r = (struct regression){.n = pairs->count, .weights = pairs->replications, .left = s->left};
    double numerator = 0.0, denominator = 0.0;
    for (size_t k = 0; k < items; k++) {
        numerator += b->items[k].samples[sample].numerator;
        denominator += b->items[k].samples[sample].denominator;
    }
    const double mean = numerator / denominator;
    struct controls in = {.count = controls->count};
    for (size_t i = 0; i < pairs->count; i++) {
        s->left[i] = 0.0;
        s->r.all += pairs->replications[i];
        for (size_t k = firsts[i]; k < firsts[i + 1]; k++) {
            s->left[i] += (b->items[k].samples[sample].numerator - mean * b->items[k].samples[sample].denominator) / denominator;
            for (size_t j = 0; j < controls->count; j++)
                in.values[j][i] += controls->values[j][k];
        }
    }
    explain(&s->r, &in, &s->x);
    s->off = denominators_off(b, sample, items, confidence);
}

struct controlled batches_mean_controlled(const struct batches *b, size_t sample, double confidence, const struct controls *controls)
{
    const struct estimate plain = batches_mean(b, sample, confidence);
    const struct controlled without = {plain, NAN};
    if (b->serial || b->used < CONTROLS_BATCHES_FEWEST || controls->count == 0 || !(plain.half_width > 0.0))
        return without;
    struct pairing own;
    batches_pair(b, b, &own);
    struct side s;
    look(&s, b, sample, &own, own.first_a, confidence, controls);
    if (!s.x.used)
        return without;
    return (struct controlled){corrected(plain, s.x.shift, half_width_of(&s.r, &s.x, confidence), s.off), left_of(&s.r, &s.x)};
}

struct estimate batches_mean_difference_controlled(const struct batches *a, size_t sample_a, const struct controls *controls_a, const struct batches *b, size_t sample_b,
                                                   const struct controls *controls_b, double confidence)
{
    const struct estimate plain = batches_mean_difference(a, sample_a, b, sample_b, confidence);
    struct pairing pairs;
    batches_pair(a, b, &pairs);
    if (a->serial || b->serial || pairs.count < CONTROLS_BATCHES_FEWEST || !(plain.half_width > 0.0))
        return plain;
    struct side of_a, of_b;
    look(&of_a, a, sample_a, &pairs, pairs.first_a, confidence, controls_a);
    look(&of_b, b, sample_b, &pairs, pairs.first_b, confidence, controls_b);
    if (!of_a.x.used && !of_b.x.used)
        return plain;
    /* Each side as its mean: so the difference is theirs. What the sides have in common goes, rest by rest. */
    struct explained both = {.shift = of_a.x.shift - of_b.x.shift,
                             .variance = fmax(of_a.x.variance, of_b.x.variance),
                             .q = of_a.x.q > of_b.x.q ? of_a.x.q : of_b.x.q};
    for (size_t i = 0; i < pairs.count; i++)
        both.rest[i] = of_a.x.rest[i] - of_b.x.rest[i];
    return corrected(plain, both.shift, half_width_of(&of_a.r, &both, confidence), fmax(of_a.off, of_b.off));
}
