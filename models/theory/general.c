/* GI/G/c: bounds and approximations from two moments. */
#include "models/theory/erlang.h"
#include "models/theory/single.h"

#include <math.h>

static bool ready(const struct single *c, struct error *err)
{
    static const char *const fcfs[] = {"fcfs", NULL};
    if (!single_plain(c, NULL, err) || !single_open(c, err) || !single_no_capacity(c, err) ||
        !single_finite_servers(c, err) || !single_discipline(c, fcfs, err))
        return false;
    for (uint32_t k = 0; k < c->kinds; k++) {
        const struct arrival *a = c->visits[k].arrival;
        if (a->batch != NULL || (a->type->next != NULL && c->kinds == 1))
            return error_set(err, "arrivals are not a renewal process of single tasks");
        if (c->kinds > 1 && !c->visits[k].poisson)
            return error_set(err, "several kinds of task, and arrivals that are not Poisson");
    }
    return single_stable(c, err);
}

static double scv_of_arrivals(const struct single *c)
{
    return c->kinds > 1 ? 1.0 : c->visits[0].arrival->interarrival.scv;
}

static bool apply_kingman(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!ready(c, err) || !single_one_server(c, err))
        return false;
    const double arrivals = scv_of_arrivals(c) / (c->rate * c->rate), service = c->second - c->mean * c->mean;
    const double most = c->rate * (arrivals + service) / (2.0 * (1.0 - c->load));
    if (!isfinite(most))
        return error_set(err, "a variance is infinite");
    /* Daley's is never larger. */
    const double daley = c->rate * ((2.0 - c->load) * c->load * arrivals + service) / (2.0 * (1.0 - c->load));
    for (uint32_t k = 0; k < c->kinds; k++) {
        theory_bound(out, THEORY_OF_KIND, k, "wait", THEORY_AT_MOST, most);
        theory_bound(out, THEORY_OF_KIND, k, "wait", THEORY_AT_MOST, daley);
    }
    return true;
}

const struct theory_form theory_kingman = {
    .name = "kingman",
    .title = "GI/G/1: upper bounds of Kingman and of Daley on the mean wait",
    .source = "Kingman, Proc. Camb. Phil. Soc. 58 (1962); Daley, Adv. Appl. Prob. 9 (1977)",
    .class = THEORY_BOUND,
    .apply = apply_kingman,
};

static bool apply_allen_cunneen(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!ready(c, err))
        return false;
    const double wait = erlang_c_of(c->servers, c->rate * c->mean) * c->mean /
                        (c->servers * (1.0 - c->load)) * (scv_of_arrivals(c) + c->scv) / 2.0;
    if (!isfinite(wait))
        return error_set(err, "a variance is infinite");
    for (uint32_t k = 0; k < c->kinds; k++) {
        theory_mean(out, THEORY_OF_KIND, k, "wait", wait);
        theory_mean(out, THEORY_OF_KIND, k, "response", wait + c->visits[k].service->mean);
    }
    return true;
}

const struct theory_form theory_allen_cunneen = {
    .name = "allen_cunneen",
    .title = "GI/G/c: the mean wait from two moments of arrivals and service (Kingman's formula where c = 1)",
    .source = "Allen, Probability, Statistics, and Queueing Theory, 2nd ed. 1990, section 5.3; Kingman 1961",
    .class = THEORY_APPROXIMATION,
    .apply = apply_allen_cunneen,
};
