/* M/G/1 under disciplines that go by service times: SJF, PSJF, SRPT, LAS. */
#include "models/theory/single.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST 1e-34 /* tails beyond this count for nothing, even at load 0.999999 */

/* Sizes are divided into cells, on each of which functions are polynomials through NODES points (of Chebyshev
 * and Lobatto), and integrals and derivatives are those of the polynomials. */
enum { NODES = 13, DEPTH_SMOOTH = 6, DEPTH_MOST = 48, CELLS_MOST = 6000, ROUNDS = 6 };

struct nodes {
    double at[NODES];           /* -1 .. 1 */
    double weight[NODES];       /* barycentric */
    double upto[NODES][NODES];  /* integral from -1 to node i of the polynomial that is 1 at node j, 0 at the
                                   others */
    double slope[NODES][NODES]; /* its derivative at node i */
};

static double basis(const struct nodes *n, size_t j, double t)
{
    double sum = 0.0;
    for (size_t i = 0; i < NODES; i++) {
        if (t == n->at[i])
            return i == j ? 1.0 : 0.0;
        sum += n->weight[i] / (t - n->at[i]);
    }
    return n->weight[j] / (t - n->at[j]) / sum;
}

static bool nodes_make(struct nodes *n)
{
    enum { POINTS = 8 }; /* of Gauss and Legendre: exact */
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(POINTS);
    if (table == NULL)
        return false;
    for (size_t i = 0; i < NODES; i++) {
        n->at[i] = -cos(3.14159265358979323846 * (double)i / (NODES - 1));
        n->weight[i] = (i % 2 == 0 ? 1.0 : -1.0) * (i == 0 || i == NODES - 1 ? 0.5 : 1.0);
    }
    n->at[NODES / 2] = 0.0;
    for (size_t i = 0; i < NODES; i++) {
        n->slope[i][i] = 0.0;
        for (size_t j = 0; j < NODES; j++) {
            n->upto[i][j] = 0.0;
            for (size_t k = 0; i > 0 && k < POINTS; k++) {
                double t, w;
                gsl_integration_glfixed_point(-1.0, n->at[i], k, &t, &w, table);
                n->upto[i][j] += w * basis(n, j, t);
            }
            if (i != j) {
                n->slope[i][j] = n->weight[j] / n->weight[i] / (n->at[i] - n->at[j]);
                n->slope[i][i] -= n->slope[i][j];
            }
        }
    }
    gsl_integration_glfixed_table_free(table);
    return true;
}

/* What tasks up to some size bring, at the nodes of a cell. */
struct cell {
    double from, half;                 /* left end, half its width */
    double above[NODES];               /* P(size > x) */
    double area[NODES], beyond[NODES]; /* integral of that up to x, and from x on */
    double second[NODES];              /* E[min(size, x)^2] */
};

struct cells {
    const struct nodes *nodes;
    const struct dist *d;
    size_t count;
    struct cell *all;
};

static double place(const struct nodes *n, const struct cell *c, size_t i)
{
    return c->from + c->half * (1.0 + n->at[i]);
}

/* Divides from .. to until the polynomial is good in between, to the last digits of the probability at its
 * left end (where that is known so well). false: too many cells. */
static bool divide(struct cells *g, double from, double to, int depth)
{
    const struct nodes *n = g->nodes;
    if (g->count == CELLS_MOST)
        return false;
    struct cell *c = &g->all[g->count];
    *c = (struct cell){.from = from, .half = 0.5 * (to - from)};
    for (size_t i = 0; i < NODES; i++)
        c->above[i] = dist_above(g->d, place(n, c, i));
    static const double between[] = {-0.94, -0.63, -0.2, 0.31, 0.77, 0.97};
    bool good = true;
    for (size_t k = 0; k < sizeof between / sizeof between[0] && depth < DEPTH_MOST; k++) {
        double value = 0.0;
        for (size_t j = 0; j < NODES; j++)
            value += c->above[j] * basis(n, j, between[k]);
        const double rounding =
            1e-15 * to * (c->above[0] - c->above[NODES - 1]) / (to - from); /* of the sizes */
        const double share =
            depth < DEPTH_SMOOTH ? 1e-12 : 1e-10; /* some laws are not so smooth in double precision */
        const double most =
            g->d->type->above != NULL
                ? fmin(depth < DEPTH_SMOOTH ? 2e-15 : 1e-13,
                       share * c->above[0] + rounding + 1e-3 * LEAST / (1.0 + to / g->d->mean))
                : 2e-15;
        good = good && fabs(value - dist_above(g->d, from + c->half * (1.0 + between[k]))) <= most;
    }
    if (good) {
        g->count++;
        return true;
    }
    const double middle = from + c->half;
    return divide(g, from, middle, depth + 1) && divide(g, middle, to, depth + 1);
}

static double part(const struct nodes *n, const double *values, size_t i)
{
    double sum = 0.0;
    for (size_t j = 0; j < NODES; j++)
        sum += n->upto[i][j] * values[j];
    return sum;
}

/* The largest size; INFINITY where there is none. */
static double largest(const struct dist *d)
{
    double low = 0.0, high = d->mean;
    while (dist_above(d, high) > 0.0 && high < 1e100 * d->mean)
        high *= 2.0;
    for (int i = 0; i < 200 && high - low > 0.0; i++) {
        const double middle = 0.5 * (low + high);
        *(dist_above(d, middle) > 0.0 ? &low : &high) = middle;
    }
    return d->type->above != NULL && dist_above(d, high * (1.0 - 1e-9)) < 1e-30
               ? INFINITY
               : high; /* there it is rounding that ends */
}

/* Cells whose ends are at most a factor 2^(1 / parts) apart, or whose distances from the largest size are.
 * false: too many, or the mean does not come out: the tail is too long for 1 - F in double precision. */
static bool cells_make(struct cells *g, double parts)
{
    const struct nodes *n = g->nodes;
    const struct dist *d = g->d;
    const double ratio = exp2(1.0 / parts), low = d->mean * 1e-12, last = largest(d);
    g->count = 0;
    if (!divide(g, 0.0, low, DEPTH_MOST))
        return false;
    const bool exact = d->type->above != NULL;
    for (double x = low, to; x < last && (!exact || dist_above(d, x) * (1.0 + x / d->mean) > LEAST); x = to) {
        to = x < 0.4 * last ? x * ratio : last - (last - x) / ratio;
        if (isfinite(last) && last - to <= 1e-14 * last)
            to = last;
        if (x > (exact ? 1e100 : 1e9) * d->mean || !divide(g, x, to, 0))
            return false;
    }
    double area = 0.0, second = 0.0, beyond = 0.0;
    for (size_t k = 0; k < g->count; k++) {
        struct cell *c = &g->all[k];
        double twice[NODES];
        for (size_t i = 0; i < NODES; i++)
            twice[i] = 2.0 * place(n, c, i) * c->above[i];
        for (size_t i = 0; i < NODES; i++) {
            c->area[i] = area + c->half * part(n, c->above, i);
            c->second[i] = second + c->half * part(n, twice, i);
        }
        area = c->area[NODES - 1];
        second = c->second[NODES - 1];
    }
    for (size_t k = g->count; k-- > 0;) {
        struct cell *c = &g->all[k];
        const double whole = part(n, c->above, NODES - 1);
        for (size_t i = 0; i < NODES; i++)
            c->beyond[i] = beyond + c->half * (whole - part(n, c->above, i));
        beyond = c->beyond[0];
    }
    /* Where most is beyond, as what the mean leaves: so rounding in long tails counts among the largest sizes
     * alone. */
    for (size_t k = 0; k < g->count; k++)
        for (size_t i = 0; i < NODES; i++)
            if (g->all[k].area[i] < 0.5 * d->mean)
                g->all[k].beyond[i] = d->mean - g->all[k].area[i];
    return fabs(area - d->mean) <= (exact ? 1e-10 : 1e-8) * d->mean;
}

/* Mean wait (response less service) over all sizes: w(0) and the integral of P(size > x) w'(x), w the wait of
 * size x (Harchol-Balter 2013, chapters 31 to 33). *greatest: that of the largest. */
static double mean_wait(const char *discipline, const struct cells *g, double rate, double *greatest)
{
    const struct nodes *n = g->nodes;
    const double all = g->d->variance + g->d->mean * g->d->mean, idle = 1.0 - rate * g->d->mean;
    const bool sjf = strcmp(discipline, "sjf") == 0, psjf = strcmp(discipline, "psjf") == 0,
               srpt = strcmp(discipline, "srpt") == 0;
    double sum = sjf ? rate * all / 2.0 : 0.0, served = 0.0;
    for (size_t k = 0; k < g->count; k++) {
        const struct cell *c = &g->all[k];
        double w[NODES], stretch[NODES], slopes[NODES];
        for (size_t i = 0; i < NODES; i++) {
            const double x = place(n, c, i), over = x * c->above[i];
            const double free = idle + rate * (c->beyond[i] + over); /* 1 less the load up to x */
            const double rest = idle + rate * c->beyond[i];          /* ... of what is cut at x */
            stretch[i] = rate * (c->area[i] - over) / free;
            if (sjf)
                w[i] = rate * all / (2.0 * free * free);
            else if (psjf)
                w[i] = rate * (c->second[i] - x * over) / (2.0 * free * free) + x * stretch[i];
            else if (srpt)
                w[i] = rate * c->second[i] / (2.0 * free * free);
            else
                w[i] = rate * c->second[i] / (2.0 * rest * rest) + x * rate * c->area[i] / rest;
        }
        for (size_t i = 0; srpt && i < NODES;
             i++) /* time in service is stretched by smaller tasks all the while */
            w[i] += served + c->half * part(n, stretch, i);
        served += c->half * part(n, stretch, NODES - 1);
        for (size_t i = 0; i < NODES; i++) {
            slopes[i] = 0.0;
            for (size_t j = 0; j < NODES; j++)
                slopes[i] += n->slope[i][j] * w[j];
            slopes[i] *= c->above[i];
        }
        sum += part(n, slopes, NODES - 1);
        *greatest = w[NODES - 1];
    }
    return sum;
}

static bool smooth(const struct dist *d)
{
    static const char *const names[] = {"exponential",     "erlang",     "gamma",     "hyperexponential",
                                        "hypoexponential", "coxian",     "lognormal", "weibull",
                                        "uniform",         "triangular", "pareto",    NULL};
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
    if (isinf(d->variance) && strcmp(c->st->discipline->name, "sjf") ==
                                  0) { /* a task in service is not preempted, however long it is */
        const double infinite = INFINITY;
        single_add_open(c, out, &infinite);
        return true;
    }
    struct nodes nodes;
    struct cells cells = {
        .nodes = &nodes, .d = d, .all = arena_array(c->arena, CELLS_MOST, sizeof *cells.all)};
    if (cells.all == NULL || !nodes_make(&nodes))
        return error_set(err, "out of memory");
    /* Narrower and narrower cells, until two of them agree. */
    double wait = NAN, before, greatest = 0.0;
    int round = 0;
    do {
        before = wait;
        if (!cells_make(&cells, exp2(round)))
            return error_set(err, "the tail of the service times is too long for quadrature");
        wait = mean_wait(c->st->discipline->name, &cells, c->rate, &greatest);
    } while (!(fabs(wait - before) <= 2e-11 * wait) && ++round < ROUNDS);
    if (round == ROUNDS ||
        (d->type->above == NULL &&
         !(4e-17 * greatest <= 1e-9 * wait))) /* 1 - F is rounded to 1.1e-16, up and down */
        return error_set(err, "so near to load 1 the quadrature is not right to 1e-9");
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
