/* M/M/1 and M/M/c. */
#include "models/theory/delay.h"
#include "models/theory/erlang.h"
#include "models/theory/orders.h"

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL};
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_exponential(c, err) ||
        !single_no_capacity(c, err) || !single_finite_servers(c, err) || !single_discipline(c, any, err) ||
        !single_stable(c, err))
        return false;
    const double mu = 1.0 / c->mean, theta = c->servers * mu - c->rate;
    const struct delay law = {erlang_c_of(c->servers, c->rate * c->mean), theta, mu, c->servers == 1.0};
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = law.delayed / theta;
    single_add_open(c, out, wait);
    static const char *const fcfs[] = {"fcfs", NULL}, *const lcfs[] = {"lcfs", NULL};
    if (!single_discipline(c, fcfs, err)) {
        /* While somebody waits all is as in M/M/1 with service c mu: E[W^2] as there (Takacs 1963). */
        const double order =
            single_discipline(c, lcfs, err) ? theta / (c->servers * mu) : 1.0 - 0.5 * c->load;
        const double sd = sqrt(2.0 * law.delayed / (theta * theta * order) - wait[0] * wait[0]);
        single_add_spread(c, out, "wait", sd, NULL, NULL);
        single_add_spread(c, out, "response", hypot(sd, c->mean), NULL, NULL);
        if (!single_discipline(c, lcfs, err))
            return orders_random(c, law.delayed, out) || error_set(err, "out of memory");
        orders_lcfs(c, law.delayed, out);
        return true;
    }
    single_add_spread(c, out, "wait", delay_wait_sd(&law), delay_wait_quantile, &law);
    single_add_spread(c, out, "response", delay_response_sd(&law), delay_response_quantile, &law);
    return true;
}

const struct theory_form theory_mmc = {
    .name = "mmc",
    .title = "M/M/c: Poisson arrivals, exponential service of one mean, c servers, one line",
    .source = "Erlang 1917; Cooper, Introduction to Queueing Theory, 2nd ed. 1981, eqs. 4.9, 5.8; lcfs: "
              "Vaulot 1954, Takacs 1963; random: "
              "Vaulot 1946, Takacs 1963",
    .class = THEORY_EXACT,
    .examples =
        {"'arrivals':{'rate':0.5},'service':{'dist':'exponential','mean':1}",
         "'arrivals':{'rate':0.9},'service':{'dist':'exponential','mean':1}",
         "'arrivals':{'rate':7.2},'servers':8,'service':{'dist':'exponential','mean':1}",
         "'arrivals':{'rate':15},'servers':100,'service':{'dist':'exponential','mean':6}",
         "'arrivals':{'rate':1.6},'servers':2,'discipline':'random','service':{'dist':'exponential','"
         "mean':1}",
         "'arrivals':{'rate':2.4},'servers':3,'discipline':'lcfs','service':{'dist':'exponential','mean':1}"},
    .apply = apply,
};
