/* M^X/G/1: Poisson arrivals in batches. */
#include "models/theory/single.h"

#include <math.h>
#include <string.h>

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL};
    if (!single_plain(c, NULL, err) || !single_one_kind(c, err) || !single_open(c, err) ||
        !single_one_server(c, err) || !single_no_capacity(c, err) || !single_discipline(c, any, err))
        return false;
    const struct arrival *a = c->visits[0].arrival;
    if (strcmp(a->type->name, "rate") != 0)
        return error_set(err, "arrivals are not Poisson: \"%s\"", a->type->name);
    if (a->batch == NULL)
        return error_set(err, "tasks come one by one");
    if (!single_stable(c, err))
        return false;
    double mean, variance;
    arrival_batch_moments(a->batch, &mean, &variance);
    /* The wait of a batch's first, and that behind the others of one's own batch. */
    const double others = (variance + mean * mean) / mean - 1.0, idle = 1.0 - c->load;
    const double wait = c->rate * c->second / (2.0 * idle) + others * c->mean / (2.0 * idle);
    single_add_open(c, out, &wait);
    return true;
}

const struct theory_form theory_bulk = {
    .name = "bulk",
    .title = "M^X/G/1: Poisson arrivals in batches, one server",
    .source = "Gaver 1959; Cohen, The Single Server Queue, 2nd ed. 1982, section III.2; Chaudhry, Templeton "
              "1983, eq. 3.1.14",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.3,'batch':{'dist':'geometric','mean':2}},'service':{'dist':'"
                 "exponential','mean':1}",
                 "'arrivals':{'rate':0.2,'batch':4},'service':{'mean':1,'scv':2}"},
    .apply = apply,
};
