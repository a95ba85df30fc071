#include "models/theory/percentile.h"

#include <math.h>

#define TOLERANCE 5e-10 /* of P(time > t) */

enum {
    ROUGH = 41,
    NEEDED = 4000
}; /* evaluations of a rough value, and of a percentile all in all at the least */

struct search {
    const struct percentile_law *law;
    struct inversion_budget *budget;
    bool rough; /* seven digits will do */
};

static double above(const void *context, double t)
{
    const struct search *x = context;
    if (!(t > 0.0))
        return x->law->at_once;
    x->budget->evaluations -= x->rough ? ROUGH : 0;
    return x->rough ? inversion_rough(x->law->tail, x->law->law, t)
                    : inversion_at(x->law->tail, x->law->law, t, TOLERANCE, 0.0, x->budget);
}

double percentile_of(const struct percentile_law *law, double p, double scale, double *evaluations)
{
    struct inversion_budget budget = {.evaluations = *evaluations};
    struct search search = {law, &budget, true};
    if (!(law->at_once > 1.0 - p))
        return 0.0;
    if (*evaluations < NEEDED)
        return NAN;
    /* A rough root, and one step of Newton's method from there; where that is not it, all the way. */
    const double rough = single_quantile(above, &search, p, scale), h = 1e-4 * rough;
    const double slope =
        rough > 0.0 ? (above(&search, rough + h) - above(&search, rough - h)) / (2.0 * h) : NAN;
    search.rough = false;
    double t = rough > 0.0 ? rough + (1.0 - p - above(&search, rough)) / slope : NAN;
    if (!(t > 0.0 && fabs(above(&search, t) / (1.0 - p) - 1.0) < 2.0 * TOLERANCE) &&
        budget.evaluations > 0.0) {
        budget.unsure = false;
        t = single_quantile(above, &search, p, scale);
    }
    *evaluations = fmax(0.0, budget.evaluations);
    return budget.unsure ? NAN : t;
}

void percentile_add(const struct single *c, uint32_t k, const char *measure, const struct percentile_law *law,
                    double scale, double *evaluations, struct theory_sheet *out)
{
    for (size_t q = 0; q < c->quantile_count; q++) {
        const double value = percentile_of(law, c->quantiles[q], scale, evaluations);
        if (isnan(value))
            out->note = *evaluations >= NEEDED ? "percentiles are left out where the inversion of their "
                                                 "transform is not sure of nine digits"
                        : out->states_most > 0
                            ? "percentiles that take long to find are left to `desq theory`"
                            : "percentiles that would take long to find are left out";
        theory_quantile(out, THEORY_OF_KIND, k, measure, c->quantiles[q], value);
    }
}
