/* coxian.c: phases one after another, with a chance to end after each (Cox, 1955). */
#include "models/dist/build.h"
#include "models/dist/phases.h"

enum { MEANS, P };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
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
                .required = true,
                .summary = "mean of each phase"},
               {.name = "p",
                .type = PARAM_NUMBERS,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_PROBABILITY,
                .required = true,
                .summary = "probability of going on after each phase but the last"}},
    .examples = {"{ \"dist\": \"coxian\", \"means\": [0.385, 2, 7], \"p\": [0.6, 0.3] }",
                 "{ \"dist\": \"coxian\", \"means\": [1, 1.3], \"p\": [0.25] }"},
    .init = init,
    .draw = phases_draw,
    .cdf = phases_cdf,
    .phases = phases_law,
};
