/* M/G/1. */
#include "models/theory/single.h"

#include <math.h>

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL}, *const fcfs[] = {"fcfs", NULL};
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_one_server(c, err) ||
        !single_no_capacity(c, err) || !single_discipline(c, any, err) || !single_stable(c, err))
        return false;
    const double idle = 1.0 - c->load, mean = c->rate * c->second / (2.0 * idle);
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = mean;
    single_add_open(c, out, wait);
    if (!single_discipline(c, fcfs, err))
        return true;
    const double variance = mean * mean + c->rate * c->third / (3.0 * idle);
    for (uint32_t k = 0; k < c->kinds; k++) {
        theory_sd(out, THEORY_OF_KIND, k, "wait", sqrt(variance));
        theory_sd(out, THEORY_OF_KIND, k, "response", sqrt(variance + c->visits[k].service->variance));
    }
    return true;
}

const struct theory_form theory_mg1 = {
    .name = "mg1",
    .title = "M/G/1: Poisson arrivals, any service time, one server: Pollaczek and Khinchine",
    .source = "Pollaczek 1930; Khinchine 1932; Takacs 1962; Kleinrock, Queueing Systems vol. 1, 1975, eqs. "
              "5.70, 5.113",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.8},'service':1",
                 "'arrivals':{'rate':0.7},'service':{'mean':1,'scv':4}",
                 "'arrivals':{'rate':0.8},'service':{'dist':'uniform','min':0,'max':2},'discipline':'lcfs'"},
    .apply = apply,
};
