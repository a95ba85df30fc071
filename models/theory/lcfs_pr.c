/* Last come, first served, with preemption: insensitive too. */
#include "models/theory/busy.h"
#include "models/theory/percentile.h"

#include <math.h>
#include <string.h>

enum { EVALUATIONS_MOST = 10000000, EVALUATIONS_BESIDE = 300000 };

/* A task is served at once, and stretched by the busy period of everyone who comes meanwhile. */
struct stretched {
    struct busy_streams all;
    const struct dist *service;
};

static double complex response_tail(const void *stretched, double complex s)
{
    const struct stretched *x = stretched;
    struct transform own = {.s = busy_stretch(&x->all, s)};
    dist_transform(x->service, &own);
    return own.s / s * own.tail[1];
}

static double complex wait_tail(const void *stretched, double complex s)
{
    const struct stretched *x = stretched;
    struct transform own = {.s = busy_stretch(&x->all, s) - s};
    dist_transform(x->service, &own);
    return own.s / s * own.tail[1];
}

static void add_law(const struct single *c, uint32_t k, double *left, struct theory_sheet *out)
{
    const struct dist *service = c->visits[k].service;
    const double idle = 1.0 - c->load, m = service->mean, v = service->variance;
    const double busy =
        m * c->rate * c->second /
        (idle * idle * idle); /* busy periods of mean and second moment m / idle, E[S^2] / idle^3 */
    theory_sd(out, THEORY_OF_KIND, k, "wait", sqrt(busy + v * c->load * c->load / (idle * idle)));
    theory_sd(out, THEORY_OF_KIND, k, "response", sqrt(busy + v / (idle * idle)));
    if (!busy_smooth(c->visits, c->kinds))
        return;
    const struct stretched x = {{c->visits, c->kinds, 0, UINT32_MAX}, service};
    struct transform none = {.s = c->rate};
    if (!dist_transform(service, &none))
        return;
    const struct percentile_law waits = {wait_tail, &x, c->rate * creal(none.tail[1])},
                                responses = {response_tail, &x, 1.0};
    percentile_add(c, k, "wait", &waits, m / idle, left, out);
    percentile_add(c, k, "response", &responses, m / idle, left, out);
}

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
    double left =
        (out->states_most > 0 ? EVALUATIONS_BESIDE : EVALUATIONS_MOST) / busy_cost(c->visits, c->kinds);
    for (uint32_t k = 0; k < c->kinds; k++)
        add_law(c, k, &left, out);
    return true;
}

const struct theory_form theory_lcfs_pr = {
    .name = "lcfs_pr",
    .title = "M/G/1-LCFS-PR: last come, first served, with preemption: means depend on the mean service time "
             "alone",
    .source = "Kelly, Reversibility and Stochastic Networks, 1979, section 3.3; the response is a busy "
              "period: Takacs, Introduction to the "
              "Theory of Queues, 1962, section 1.4",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.8},'discipline':'lcfs_pr','service':{'mean':1,'scv':0.3}",
                 "'arrivals':{'rate':0.6},'discipline':'lcfs_pr','service':{'dist':'exponential','mean':1}"},
    .apply = apply,
};
