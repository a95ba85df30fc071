/* M/G/1 under disciplines that go by service times: SJF, PSJF, SRPT, LAS. */
#include "models/theory/single.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What tasks up to some size bring, on a grid of sizes. */
struct grid {
    size_t count;
    double *size, *below;     /* x, F(x) */
    double *load, *second;    /* rate * integral of t dF, integral of t^2 dF, up to x */
    double *cut, *cut_second; /* of min(size, x): rate * mean, second moment */
};

/* Cells of equal ratio between a small size and one that hardly any task reaches. With 1 - F known at both
 * ends of a cell, integrals of powers of t times 1 - F by Simpson's rule give all the others. */
static bool grid_make(struct grid *g, const struct dist *d, double rate, size_t cells, struct arena *arena)
{
    double *all = arena_array(arena, 6 * (cells + 1), sizeof *all);
    if (all == NULL)
        return false;
    *g = (struct grid){cells + 1,
                       all,
                       all + (cells + 1),
                       all + 2 * (cells + 1),
                       all + 3 * (cells + 1),
                       all + 4 * (cells + 1),
                       all + 5 * (cells + 1)};
    const double low = d->mean * 1e-7;
    double high = d->mean;
    while (d->type->cdf(d, high) < 1.0 - 1e-15 && high < 1e9 * d->mean)
        high *= 1.25;
    const double ratio = pow(high / low, 1.0 / (double)(cells - 1));
    double area = 0.0, moment = 0.0; /* integrals of 1 - F, of t (1 - F) */
    for (size_t i = 0; i <= cells; i++) {
        const double x = i == 0 ? 0.0 : low * pow(ratio, (double)(i - 1));
        g->size[i] = x;
        g->below[i] = i == 0 ? 0.0 : d->type->cdf(d, x);
        if (i > 0) {
            const double a = g->size[i - 1], h = x - a, m = a + h / 2.0;
            const double fa = 1.0 - g->below[i - 1], fm = 1.0 - d->type->cdf(d, m), fx = 1.0 - g->below[i];
            area += h / 6.0 * (fa + 4.0 * fm + fx);
            moment += h / 6.0 * (a * fa + 4.0 * m * fm + x * fx);
        }
        g->cut[i] = rate * area;
        g->cut_second[i] = 2.0 * moment;
        g->load[i] = rate * (area - x * (1.0 - g->below[i]));
        g->second[i] = 2.0 * moment - x * x * (1.0 - g->below[i]);
    }
    return true;
}

/* Mean wait (response less service) of a task of each size, averaged over the law. */
static double mean_wait(const char *discipline, const struct grid *g, double rate)
{
    const double all = g->second[g->count - 1];
    double wait = 0.0, before = 0.0, served = 0.0;
    for (size_t i = 0; i < g->count; i++) {
        const double free = 1.0 - g->load[i], x = g->size[i];
        double w = 0.0;
        if (strcmp(discipline, "sjf") == 0) {
            w = rate * all / (2.0 * free * free);
        } else if (strcmp(discipline, "psjf") == 0) {
            w = rate * g->second[i] / (2.0 * free * free) + x / free - x;
        } else if (strcmp(discipline, "srpt") == 0) {
            if (i > 0) { /* time in service is stretched by smaller tasks all the while */
                const double h = x - g->size[i - 1];
                served += h / 2.0 * (1.0 / (1.0 - g->load[i - 1]) + 1.0 / free);
            }
            w = rate * g->cut_second[i] / (2.0 * free * free) + served - x;
        } else {
            const double rest = 1.0 - g->cut[i];
            w = rate * g->cut_second[i] / (2.0 * rest * rest) + x / rest - x;
        }
        if (i > 0)
            wait += (g->below[i] - g->below[i - 1]) * (w + before) / 2.0;
        before = w;
    }
    return wait;
}

static bool smooth(const struct dist *d)
{
    static const char *const names[] = {"exponential",     "erlang",     "gamma",      "hyperexponential",
                                        "hypoexponential", "coxian",     "lognormal",  "weibull",
                                        "uniform",         "triangular", "two_moment", NULL};
    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], d->type->name) == 0)
            return true;
    return d->type == &dist_two_moment;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const names[] = {"sjf", "psjf", "srpt", "las", NULL};
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_no_capacity(c, err) ||
        !single_one_server(c, err) || !single_one_kind(c, err))
        return false;
    bool found = false;
    for (size_t i = 0; names[i] != NULL; i++)
        found = found || strcmp(names[i], c->st->discipline->name) == 0;
    if (!found)
        return error_set(err, "the discipline is %s", c->st->discipline->name);
    if (!single_stable(c, err))
        return false;
    const struct dist *d = c->visits[0].service;
    if (!smooth(d))
        return error_set(err, "service times may be equal: %s", d->type->name);
    struct grid coarse, fine;
    enum { CELLS = 4000 };
    if (!grid_make(&coarse, d, c->rate, CELLS, c->arena) ||
        !grid_make(&fine, d, c->rate, 2 * CELLS - 1, c->arena))
        return error_set(err, "out of memory");
    /* The rule's error falls with the square of the cells' width. */
    const double rough = mean_wait(c->st->discipline->name, &coarse, c->rate),
                 better = mean_wait(c->st->discipline->name, &fine, c->rate);
    const double wait = better + (better - rough) / 3.0;
    single_add_open(c, out, &wait);
    return true;
}

const struct theory_form theory_sizes = {
    .name = "sizes",
    .title = "M/G/1 by size: Poisson arrivals, one server: shortest job first, with preemption, shortest "
             "remaining time, least attained service",
    .source = "Phipps 1956; Schrage, Miller, Oper. Res. 14 (1966); Harchol-Balter, Performance Modeling and "
              "Design, 2013, chs. 31-33",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.7},'discipline':'sjf','service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'rate':0.8},'discipline':'psjf','service':{'dist':'uniform','min':0,'max':2}",
                 "'arrivals':{'rate':0.8},'discipline':'srpt','service':{'mean':1,'scv':4}",
                 "'arrivals':{'rate':0.7},'discipline':'las','service':{'dist':'weibull','mean':1,'scv':2}"},
    .apply = apply,
};
