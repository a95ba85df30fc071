/* Last come, first served, with preemption: insensitive too. */
#include "models/theory/single.h"

#include <string.h>

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_no_capacity(c, err) ||
        !single_one_server(c, err))
        return false;
    if (strcmp(c->st->discipline->name, "lcfs_pr") != 0)
        return error_set(err, "the discipline is %s", c->st->discipline->name);
    if (c->st->preempt != PREEMPT_RESUMES)
        return error_set(err, "preempted tasks do not resume");
    if (!single_stable(c, err))
        return false;
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = c->visits[k].service->mean * c->load / (1.0 - c->load);
    single_add_open(c, out, wait);
    return true;
}

const struct theory_form theory_lcfs_pr = {
    .name = "lcfs_pr",
    .title = "M/G/1-LCFS-PR: last come, first served, with preemption: means depend on the mean service time "
             "alone",
    .source = "Kelly, Reversibility and Stochastic Networks, 1979, section 3.3",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.8},'discipline':'lcfs_pr','service':{'mean':1,'scv':0.3}"},
    .apply = apply,
};
