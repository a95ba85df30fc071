/* coxian.c: phases one after another, with a chance to end after each (Cox, 1955). */
#include "models/dist/build.h"
#include "models/dist/phases.h"

enum { MEANS, P, MEAN, SCV };

/* Two phases from two moments: the first lasts half the mean, the second scv times the mean and is reached with
 * probability 1 / (2 scv) (Marie, 1980). */
static bool fitted(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    const double mean = args[MEAN].number, scv = args[SCV].number;
    if (!(scv >= 0.5))
        return dist_fault(err, &args[SCV], "coxian: with two phases \"scv\" is at least 0.5, not %g", scv);
    const double means[2] = {0.5 * mean, scv * mean}, go_on[1] = {0.5 / scv};
    return phases_init_series(d, 2, means, go_on, arena, err);
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    const unsigned given = dist_given(d, args);
    if (given == (1u << MEAN | 1u << SCV))
        return fitted(d, args, arena, err);
    if (given != (1u << MEANS | 1u << P))
        return dist_needs(d, args, err, "\"means\" and \"p\", or \"mean\" and \"scv\" (two phases)");
    if (args[P].count + 1 != args[MEANS].count)
        return dist_fault(err, &args[P],
                          "coxian: \"p\" must hold one probability of going on after each of the %zu phases "
                          "but the last, not %zu",
                          args[MEANS].count, args[P].count);
    return phases_init_series(d, args[MEANS].count, args[MEANS].list, args[P].list, arena, err);
}


const struct dist_type dist_coxian = {
    .name = "coxian",
    .summary = "phases in series with a chance to end after each",
    .params = {{.name = "means",
                .type = PARAM_NUMBERS,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "mean of each phase"},
               {.name = "p",
                .type = PARAM_NUMBERS,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_PROBABILITY,
                .summary = "probability of going on after each phase but the last"},
               {.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_POSITIVE,
                .summary = "instead of means and p: two phases"},
               {.name = "scv",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_POSITIVE,
                .summary = "with mean; at least 0.5"}},
    .examples = {"{ \"dist\": \"coxian\", \"means\": [0.385, 2, 7], \"p\": [0.6, 0.3] }",
                 "{ \"dist\": \"coxian\", \"means\": [1, 1.3], \"p\": [0.25] }",
                 "{ \"dist\": \"coxian\", \"mean\": 2, \"scv\": 3 }"},
    .init = init,
    .draw = phases_draw,
    .cdf = phases_cdf,
    .phases = phases_law,
    .transform = phases_transform,
    .third_moment = phases_third_moment,
};
