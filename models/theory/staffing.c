/* staffing.c: many servers: the square-root rule. */
#include "models/theory/single.h"

#include <gsl/gsl_sf_erf.h>
#include <math.h>

/* P(wait > 0) tends to 1 / (1 + b / hazard(-b)) as the load grows and servers = load + b sqrt(load), hazard that of the standard normal
 * at -b: phi(b) / Phi(b). */
static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL};
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_exponential(c, err) || !single_no_capacity(c, err) ||
        !single_finite_servers(c, err) || !single_discipline(c, any, err) || !single_stable(c, err))
        return false;
    const double fewest = 10.0;
    if (c->servers < fewest)
        return error_set(err, "there are fewer than %.0f servers", fewest);
    const double work = c->rate * c->mean, b = (c->servers - work) / sqrt(work);
    const double delayed = 1.0 / (1.0 + b / gsl_sf_hazard(-b));
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = delayed * c->mean / (c->servers - work);
    single_add_open(c, out, wait);
    out->note = arena_printf(out->arena, "servers = work + %.4g sqrt(work), work %.6g; about %.3g of the tasks wait", b, work, delayed);
    return true;
}

const struct theory_form theory_square_root_staffing = {
    .name = "square_root_staffing",
    .title = "Square-root staffing: many servers, of which work + b sqrt(work) are there",
    .source = "Halfin, Whitt, Oper. Res. 29 (1981), proposition 1",
    .class = THEORY_APPROXIMATION,
    .apply = apply,
};
