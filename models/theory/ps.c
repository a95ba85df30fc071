/* Processor sharing: insensitive to the law of service. */
#include "models/theory/erlang.h"
#include "models/theory/orders.h"

#include <math.h>
#include <string.h>

static bool shared(const struct model *model, const char *discipline, bool law, struct theory_sheet *out,
                   struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_no_capacity(c, err) ||
        !single_finite_servers(c, err))
        return false;
    if (strcmp(c->st->discipline->name, discipline) != 0)
        return error_set(err, "the discipline is %s", c->st->discipline->name);
    if (!single_stable(c, err))
        return false;
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    /* The number present is that of M/M/c, and a response is in proportion to the service time. */
    const double a = c->rate * c->mean, stretch = erlang_c_of(c->servers, a) / (c->servers - a);
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = c->visits[k].service->mean * stretch;
    single_add_open(c, out, wait);
    struct error why;
    if (!law || !single_exponential(c, &why))
        return true;
    if (c->servers == 1.0)
        for (uint32_t k = 0; k < c->kinds; k++)
            theory_sd(out, THEORY_OF_KIND, k, "response",
                      c->mean / (1.0 - c->load) * sqrt((2.0 + c->load) / (2.0 - c->load)));
    return orders_shared(c, out) || error_set(err, "out of memory");
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    return shared(model, "ps", true, out, err);
}

const struct theory_form theory_ps = {
    .name = "ps",
    .title = "M/G/c-PS: Poisson arrivals, processor sharing: means depend on the mean service time alone",
    .source = "Sakata, Noguchi, Oizumi 1971; Kelly, Reversibility and Stochastic Networks, 1979, section "
              "3.3; exponential service, the law of "
              "the response: Coffman, Muntz, Trotter, J. ACM 17, 1970",
    .class = THEORY_EXACT,
    .examples =
        {"'arrivals':{'rate':0.8},'discipline':'ps','service':{'mean':1,'scv':4}",
         "'arrivals':{'rate':3},'servers':4,'discipline':'ps','service':{'dist':'uniform','min':0,'max':2}",
         "'arrivals':{'rate':0.7},'discipline':'ps','service':{'dist':'exponential','mean':1}",
         "'arrivals':{'rate':2.4},'servers':3,'discipline':'ps','service':{'dist':'exponential','mean':1}"},
    .apply = apply,
};

static bool in_turns(const struct model *model, struct theory_sheet *out, struct error *err)
{
    return shared(model, "rr", false, out, err);
}

const struct theory_form theory_round_robin_limit = {
    .name = "round_robin_limit",
    .title = "Round robin as the quantum becomes short: processor sharing",
    .source = "Kleinrock, J. ACM 14 (1967); Sakata, Noguchi, Oizumi 1971",
    .class = THEORY_LIMIT,
    .apply = in_turns,
};
