/* hyperexponential.c: one of several exponentials at random. */
#include "models/dist/build.h"
#include "models/dist/choice.h"
#include "models/dist/transform.h"

#include <math.h>

enum { P, MEANS, MEAN, SCV };

struct phases {
    struct choice choice;
    const double *p, *means;
};

/* Two phases of balanced means: p1 m1 = p2 m2 = mean / 2 (Morse, 1958; Tijms 2003, section B.2). */
static bool balanced(double *p, double *means, const struct arg *args, struct error *err)
{
    const double mean = args[MEAN].number, scv = args[SCV].number;
    if (scv < 1.0 || scv > 1e15)
        return dist_fault(err, &args[SCV],
                          "hyperexponential: \"scv\" must be at least 1%s, not %g; erlang, gamma and "
                          "others go below",
                          scv > 1.0 ? " and at most 1e15" : "", scv);
    const double root = sqrt((scv - 1.0) / (scv + 1.0));
    p[1] = 1.0 / ((scv + 1.0) * (1.0 + root)); /* (1 - root) / 2 */
    p[0] = 1.0 - p[1];
    for (int i = 0; i < 2; i++)
        means[i] = 0.5 * mean / p[i];
    return true;
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    const unsigned given = dist_given(d, args);
    const bool fitted = given == (1u << MEAN | 1u << SCV);
    if (!fitted && given != (1u << P | 1u << MEANS))
        return dist_needs(d, args, err, "\"p\" and \"means\", or \"mean\" and \"scv\" (balanced means)");
    const size_t n = fitted ? 2 : args[MEANS].count;
    struct phases *phases = arena_alloc(arena, sizeof *phases);
    double *means = arena_array(arena, n, sizeof *means);
    double *p =
        fitted ? arena_array(arena, n, sizeof *p) : dist_probabilities(d, &args[P], n, "means", arena, err);
    if (!fitted && p == NULL)
        return false;
    if (phases == NULL || means == NULL || p == NULL)
        return dist_no_memory(err);
    if (fitted && !balanced(p, means, args, err))
        return false;
    double mean = 0.0, variance = 0.0;
    for (size_t i = 0; i < n; i++) {
        means[i] = fitted ? means[i] : args[MEANS].list[i];
        mean += p[i] * means[i];
    }
    for (size_t i = 0; i < n; i++)
        variance += p[i] * (means[i] * means[i] + (means[i] - mean) * (means[i] - mean));
    if (!choice_init(&phases->choice, p, n, arena))
        return dist_no_memory(err);
    phases->p = p;
    phases->means = means;
    d->data = phases;
    return dist_moments(d, mean, variance, 0.0, false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    const struct phases *phases = d->data;
    return phases->means[choice_draw(&phases->choice, s)] * stream_exponential(s);
}

static double cdf(const struct dist *d, double x)
{
    const struct phases *phases = d->data;
    double sum = 0.0;
    for (size_t i = 0; x > 0.0 && i < phases->choice.n; i++)
        sum -= phases->p[i] * expm1(-x / phases->means[i]);
    return fmin(sum, 1.0);
}

static double above(const struct dist *d, double x)
{
    const struct phases *phases = d->data;
    double sum = 0.0;
    for (size_t i = 0; i < phases->choice.n; i++)
        sum += phases->p[i] * exp(-fmax(x, 0.0) / phases->means[i]);
    return sum;
}

static bool phase_law(const struct dist *d, struct arena *arena, struct phase_law *out)
{
    const struct phases *phases = d->data;
    return dist_phases_abreast(arena, phases->choice.n, phases->p, phases->means, out);
}

static bool transform(const struct dist *d, struct transform *at)
{
    const struct phases *phases = d->data;
    for (size_t i = 0; i < phases->choice.n; i++)
        transform_add_exponential(at, phases->p[i], phases->means[i]);
    return true;
}

static double third_moment(const struct dist *d)
{
    const struct phases *phases = d->data;
    double sum = 0.0;
    for (size_t i = 0; i < phases->choice.n; i++)
        sum += 6.0 * phases->p[i] * phases->means[i] * phases->means[i] * phases->means[i];
    return sum;
}

const struct dist_type dist_hyperexponential = {
    .name = "hyperexponential",
    .summary = "one of several exponentials; scv above 1",
    .params = {{.name = "p",
                .type = PARAM_NUMBERS,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_PROBABILITY,
                .summary = "probability of each; the last may be left out"},
               {.name = "means",
                .type = PARAM_NUMBERS,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "mean of each exponential"},
               {.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "instead of p and means: balanced means"},
               {.name = "scv",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_POSITIVE,
                .summary = "with mean; at least 1"}},
    .examples = {"{ \"dist\": \"hyperexponential\", \"p\": [0.7, 0.2, 0.1], \"means\": [0.385, 2, 11] }",
                 "{ \"dist\": \"hyperexponential\", \"p\": [0.9], \"means\": [1, 5] }",
                 "{ \"dist\": \"hyperexponential\", \"mean\": 2, \"scv\": 6 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .above = above,
    .phases = phase_law,
    .transform = transform,
    .third_moment = third_moment,
};
