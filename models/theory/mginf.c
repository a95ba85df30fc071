/* Infinitely many servers: nobody waits. */
#include "models/theory/single.h"

#include <math.h>

static double above(const void *d, double t)
{
    const struct dist *law = d;
    return dist_above(law, t);
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!single_plain(c, NULL, err) || !single_open(c, err) || !single_no_capacity(c, err))
        return false;
    if (isfinite(c->servers))
        return error_set(err, "servers are not infinitely many");
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    single_add_open(c, out, wait);
    for (uint32_t k = 0; k < c->kinds; k++) {
        const struct dist *d = c->visits[k].service;
        if (d->shape == DIST_GIVEN)
            continue;
        theory_sd(out, THEORY_OF_KIND, k, "response", sqrt(d->variance));
        for (size_t q = 0; q < c->quantile_count; q++)
            theory_quantile(out, THEORY_OF_KIND, k, "response", c->quantiles[q],
                            d->shape == DIST_CONSTANT ? d->a
                                                      : single_quantile(above, d, c->quantiles[q], d->mean));
    }
    return true;
}

const struct theory_form theory_ginf = {
    .name = "ginf",
    .title = "G/G/inf: infinitely many servers: the response is the service time",
    .source = "Little, Oper. Res. 9 (1961); the law of the response is that of the service",
    .class = THEORY_EXACT,
    .examples =
        {"'arrivals':{'rate':20},'servers':'infinite','service':{'dist':'lognormal','mean':3,'scv':2}",
         "'arrivals':{'interarrival':{'dist':'uniform','min':0,'max':1}},'servers':'infinite','service':{'"
         "dist':'exponential','mean':3}"},
    .apply = apply,
};
