/* hypoexponential.c: the sum of exponentials of different means. */
#include "models/dist/build.h"
#include "models/dist/phases.h"

#include <math.h>

enum { MEANS, MEAN, SCV };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    switch (dist_given(d, args)) {
    case 1u << MEANS:
        return phases_init_series(d, args[MEANS].count, args[MEANS].list, NULL, arena, err);
    case 1u << MEAN | 1u << SCV: {
        const double mean = args[MEAN].number, scv = args[SCV].number;
        if (!(scv >= 0.5 - 1e-12 && scv <= 1.0))
            return dist_fault(err, &args[SCV],
                              "hypoexponential: with two phases \"scv\" is from 0.5 to 1, not %g", scv);
        const double root = sqrt(fmax(0.0, 2.0 * scv - 1.0));
        const double means[2] = {0.5 * mean * (1.0 + root), mean * (1.0 - scv) / (1.0 + root)};
        return phases_init_series(d, means[1] > 0.0 ? 2 : 1, means, NULL, arena, err);
    }
    default:
        return dist_needs(d, args, err, "\"means\", or \"mean\" and \"scv\" (two phases)");
    }
}

static double draw(const struct dist *d, struct stream *s)
{
    const struct phases *ph = d->data;
    double sum = 0.0;
    for (size_t i = 0; i < ph->n; i++)
        sum += ph->means[i] * stream_exponential(s);
    return sum;
}


const struct dist_type dist_hypoexponential = {
    .name = "hypoexponential",
    .summary = "sum of exponentials of different means; scv below 1",
    .params = {{.name = "means",
                .type = PARAM_NUMBERS,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "mean of each phase"},
               {.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "instead of means: two phases"},
               {.name = "scv",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_POSITIVE,
                .summary = "with mean; from 0.5 to 1"}},
    .examples = {"{ \"dist\": \"hypoexponential\", \"means\": [0.385, 2, 0.7] }",
                 "{ \"dist\": \"hypoexponential\", \"means\": [0.001, 1.3] }",
                 "{ \"dist\": \"hypoexponential\", \"mean\": 2, \"scv\": 0.6 }"},
    .init = init,
    .draw = draw,
    .cdf = phases_cdf,
    .phases = phases_law,
    .transform = phases_transform,
    .third_moment = phases_third_moment,
};
