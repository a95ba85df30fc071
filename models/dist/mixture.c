/* mixture.c: a value from one of several distributions, drawn at random each time. */
#include "models/dist/build.h"
#include "models/dist/choice.h"
#include "models/dist/transform.h"

#include <math.h>
#include <string.h>

enum { OF, P };

struct mixture {
    struct choice choice;
    const double *p;
    const struct dist **of;
};

/* The weights, from p, from the items of `of`, or all alike. NULL: err set. */
static const double *weights(const struct dist *d, const struct arg *args, struct arena *arena,
                             struct error *err)
{
    const size_t n = args[OF].count;
    if (args[P].given && args[OF].list != NULL) {
        error_set(err, "mixture: weights either in \"p\" or in the items of \"of\", not both");
        return NULL;
    }
    if (args[P].given)
        return dist_probabilities(d, &args[P], n, "distributions", arena, err);
    if (args[OF].list != NULL) {
        struct arg p = args[OF];
        for (size_t i = 0; i < n; i++)
            if (!(p.list[i] >= 0.0 && p.list[i] <= 1.0)) {
                dist_fault(err, &args[OF], "mixture: \"p\" must be a probability, from 0 to 1, not %g",
                           p.list[i]);
                return NULL;
            }
        return dist_probabilities(d, &p, n, "distributions", arena, err);
    }
    double *equal = arena_array(arena, n, sizeof *equal);
    for (size_t i = 0; equal != NULL && i < n; i++)
        equal[i] = 1.0 / (double)n;
    if (equal == NULL)
        dist_no_memory(err);
    return equal;
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    const size_t n = args[OF].count;
    struct mixture *m = arena_alloc(arena, sizeof *m);
    const struct dist **of = arena_array(arena, n, sizeof *of);
    if (m == NULL || of == NULL)
        return dist_no_memory(err);
    const double *p = weights(d, args, arena, err);
    if (p == NULL)
        return false;
    memcpy(of, args[OF].dists, n * sizeof *of);
    m->of = of;
    m->p = p;
    if (!choice_init(&m->choice, p, n, arena))
        return dist_no_memory(err);
    double mean = 0.0, variance = 0.0, min = INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == 0.0)
            continue;
        mean += p[i] * of[i]->mean;
        min = fmin(min, of[i]->min);
    }
    for (size_t i = 0; mean < INFINITY && i < n; i++) {
        const double off = of[i]->mean - mean;
        variance += p[i] > 0.0 ? p[i] * (of[i]->variance + off * off) : 0.0;
    }
    d->data = m;
    return dist_moments(d, mean, variance, min, true, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    const struct mixture *m = d->data;
    return dist_draw(m->of[choice_draw(&m->choice, s)], s);
}

static double cdf(const struct dist *d, double x)
{
    const struct mixture *m = d->data;
    double sum = 0.0;
    bool all = true;
    for (size_t i = 0; i < m->choice.n; i++) {
        const double part = m->of[i]->type->cdf(m->of[i], x);
        sum += m->p[i] * part;
        all = all && (part == 1.0 || m->p[i] == 0.0);
    }
    return all ? 1.0 : fmin(sum, 1.0);
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    const struct mixture *m = d->data;
    moments[0] = moments[1] = moments[2] = 0.0;
    for (size_t i = 0; i < m->choice.n; i++) {
        double part[3];
        if (m->p[i] == 0.0)
            continue;
        dist_moments_between(m->of[i], low, high, part);
        for (int k = 0; k < 3; k++)
            moments[k] += m->p[i] * part[k];
    }
}

static bool transform(const struct dist *d, struct transform *at)
{
    const struct mixture *m = d->data;
    for (size_t i = 0; i < m->choice.n; i++) {
        struct transform part = {.s = at->s};
        if (m->p[i] == 0.0)
            continue;
        if (!dist_transform(m->of[i], &part))
            return false;
        for (int k = 0; k < TRANSFORM_TAILS; k++)
            at->tail[k] += m->p[i] * part.tail[k];
    }
    return true;
}

static double third_moment(const struct dist *d)
{
    const struct mixture *m = d->data;
    double sum = 0.0;
    for (size_t i = 0; i < m->choice.n; i++)
        if (m->p[i] > 0.0)
            sum += m->p[i] * dist_third_moment(m->of[i]);
    return sum;
}

const struct dist_type dist_mixture = {
    .name = "mixture",
    .summary = "one of several distributions, at random",
    .params = {{.name = "of",
                .type = PARAM_DISTS,
                .dimension = DIMENSION_DRAWN,
                .required = true,
                .summary = "list of distributions, or of { \"p\": weight, \"of\": D }"},
               {.name = "p",
                .type = PARAM_NUMBERS,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_PROBABILITY,
                .summary = "probability of each; default all alike; the last may be left out"}},
    .examples = {"{ \"dist\": \"mixture\", \"of\": [1.5, { \"dist\": \"exponential\", \"mean\": 4 }], \"p\": "
                 "[0.7, 0.3] }",
                 "{ \"dist\": \"mixture\", \"of\": [{ \"dist\": \"uniform\", \"min\": 1, \"max\": 2 }, { "
                 "\"dist\": \"erlang\", \"k\": 2, \"mean\": 3 }] }",
                 "{ \"dist\": \"mixture\", \"of\": [{ \"p\": 0.2, \"of\": 3 }, { \"p\": 0.8, \"of\": { "
                 "\"dist\": \"exponential\", \"mean\": 0.385 } }] }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
    .transform = transform,
    .third_moment = third_moment,
};
