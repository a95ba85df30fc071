/* discrete.c: one of a list of values, with given probabilities. */
#include "models/dist/build.h"
#include "models/dist/choice.h"
#include "models/dist/transform.h"

#include <math.h>
#include <stdlib.h>

enum { VALUES, P };

struct atom {
    double value, p;
};

struct discrete {
    struct choice choice;
    const struct atom *atoms; /* by value */
};

static int by_value(const void *a, const void *b)
{
    const double x = ((const struct atom *)a)->value, y = ((const struct atom *)b)->value;
    return (x > y) - (x < y);
}

/* The atoms by value, in the arena, and p in that order. */
static struct atom *sorted(const struct dist *d, const struct arg *args, double **p, struct arena *arena,
                           struct error *err)
{
    const size_t n = args[VALUES].count;
    struct atom *atoms = arena_array(arena, n, sizeof *atoms);
    *p = args[P].given ? dist_probabilities(d, &args[P], n, "values", arena, err)
                       : arena_array(arena, n, sizeof **p);
    if (*p == NULL && args[P].given)
        return NULL;
    if (atoms == NULL || *p == NULL) {
        dist_no_memory(err);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        atoms[i] = (struct atom){args[VALUES].list[i], args[P].given ? (*p)[i] : 1.0 / (double)n};
    qsort(atoms, n, sizeof *atoms, by_value);
    for (size_t i = 0; i < n; i++)
        (*p)[i] = atoms[i].p;
    return atoms;
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    const size_t n = args[VALUES].count;
    double *p;
    struct discrete *discrete = arena_alloc(arena, sizeof *discrete);
    struct atom *atoms = sorted(d, args, &p, arena, err);
    if (atoms == NULL)
        return false;
    if (discrete == NULL || !choice_init(&discrete->choice, p, n, arena))
        return dist_no_memory(err);
    discrete->atoms = atoms;
    double mean = 0.0, variance = 0.0, min = INFINITY;
    for (size_t i = 0; i < n; i++) {
        mean += atoms[i].p * atoms[i].value;
        min = atoms[i].p > 0.0 ? fmin(min, atoms[i].value) : min;
    }
    for (size_t i = 0; i < n; i++)
        variance += atoms[i].p * (atoms[i].value - mean) * (atoms[i].value - mean);
    d->data = discrete;
    return dist_moments(d, mean, variance, min, false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    const struct discrete *discrete = d->data;
    return discrete->atoms[choice_draw(&discrete->choice, s)].value;
}

static double cdf(const struct dist *d, double x)
{
    const struct discrete *discrete = d->data;
    size_t low = 0, high = discrete->choice.n; /* atoms before low are at most x, from high on above it */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (discrete->atoms[middle].value <= x)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? 0.0 : discrete->choice.cumulative[low - 1];
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    const struct discrete *discrete = d->data;
    moments[0] = moments[1] = moments[2] = 0.0;
    for (size_t i = 0; i < discrete->choice.n; i++) {
        const struct atom *atom = &discrete->atoms[i];
        if (atom->value < low || atom->value > high)
            continue;
        moments[0] += atom->p;
        moments[1] += atom->p * (atom->value - low);
        moments[2] += atom->p * (atom->value - low) * (atom->value - low);
    }
}

static bool transform(const struct dist *d, struct transform *at)
{
    const struct discrete *discrete = d->data;
    for (size_t i = 0; i < discrete->choice.n; i++)
        transform_add_value(at, discrete->atoms[i].p, discrete->atoms[i].value);
    return true;
}

static double third_moment(const struct dist *d)
{
    const struct discrete *discrete = d->data;
    double sum = 0.0;
    for (size_t i = 0; i < discrete->choice.n; i++)
        sum += discrete->atoms[i].p * discrete->atoms[i].value * discrete->atoms[i].value * discrete->atoms[i].value;
    return sum;
}

const struct dist_type dist_discrete = {
    .name = "discrete",
    .summary = "one of a list of values",
    .params = {{.name = "values",
                .type = PARAM_NUMBERS,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_ANY,
                .required = true,
                .summary = "the values"},
               {.name = "p",
                .type = PARAM_NUMBERS,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_PROBABILITY,
                .summary = "probability of each; default all alike; the last may be left out"}},
    .examples = {"{ \"dist\": \"discrete\", \"values\": [1, 2.385, 8], \"p\": [0.5, 0.3, 0.2] }",
                 "{ \"dist\": \"discrete\", \"values\": [4, 1, 3, 2] }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
    .transform = transform,
    .third_moment = third_moment,
};
