#include "models/theory/single.h"

#include "models/discipline/discipline.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
#include <math.h>
#include <string.h>

/* The only visit of a kind: its program is AT, END. */
static const char *not_one_visit(const struct kind_model *kind, uint32_t *station)
{
    if (kind->program_length != 2 || kind->program[0].code != OP_AT || kind->program[0].given)
        return "tasks do more than visit one station once";
    *station = kind->program[0].station;
    return NULL;
}

static const char *look(struct single *c, struct single_visit *visits)
{
    const struct model *m = c->model;
    for (uint32_t k = 0; k < m->kind_count; k++) {
        uint32_t station = 0;
        const char *why = not_one_visit(&m->kinds[k], &station);
        if (why != NULL)
            return why;
        if (k > 0 && station != c->station)
            return "tasks visit different stations";
        c->station = station;
        const struct arrival *a = m->kinds[k].arrival;
        if (a->form == ARRIVAL_AT_ONCE || a->ends || m->kinds[k].limit != UINT64_MAX)
            return "arrivals end, so there is no steady state";
        if (a->form == ARRIVAL_NONE)
            return "a kind of task has no arrivals of its own";
        if (a->requests != NULL)
            return "sessions of several requests";
        if (a->period > 0.0)
            return "the rate of arrivals changes with time";
        const bool closed = a->form == ARRIVAL_CLOSED;
        visits[k] = (struct single_visit){
            .rate = closed ? 0.0 : a->rate,
            .poisson = !closed && strcmp(a->type->name, "rate") == 0 && a->batch == NULL,
            .number = closed ? a->number : 0.0,
            .think = closed ? &a->think : NULL,
            .arrival = a,
            .service = m->kinds[k].program[0].dist,
            .class = m->class_of_kind[k],
            .weight = m->weights[k],
        };
        c->open = c->open && !closed;
    }
    return NULL;
}

static void moments(struct single *c)
{
    for (uint32_t k = 0; k < c->kinds; k++)
        c->rate += c->visits[k].rate;
    for (uint32_t k = 0; k < c->kinds; k++) {
        const struct dist *d = c->visits[k].service;
        const double share = c->kinds == 1 ? 1.0 : c->rate > 0.0 ? c->visits[k].rate / c->rate : (double)NAN;
        c->mean += share * d->mean;
        c->second += share * (d->variance + d->mean * d->mean);
        c->third += share * dist_third_moment(d);
    }
    c->scv = c->mean > 0.0 ? c->second / (c->mean * c->mean) - 1.0 : 0.0;
    if (c->kinds == 1)
        c->scv = c->visits[0].service->scv;
    c->load = isinf(c->servers) ? 0.0 : c->rate * c->mean / c->servers;
}

bool single_make(const struct model *m, struct arena *arena, struct single *out, struct error *err)
{
    struct single_visit *visits = arena_array(arena, m->kind_count, sizeof *visits);
    if (visits == NULL)
        return error_set(err, "out of memory");
    *out = (struct single){
        .model = m,
        .arena = arena,
        .quantiles = m->scenario->run.quantiles,
        .quantile_count = m->scenario->run.quantile_count,
        .kinds = m->kind_count,
        .visits = visits,
        .open = true,
    };
    const char *several = look(out, visits);
    if (several != NULL)
        return error_set(err, "%s", several);
    out->st = &m->stations[out->station];
    out->spec = &m->scenario->stations[out->station];
    out->servers = out->st->servers == UNLIMITED ? INFINITY : (double)out->st->servers;
    moments(out);
    return true;
}

/* ---- Conditions ---- */

bool single_plain_but(const struct single *c, const char *const *also, struct error *err)
{
    const char *known[16] = {"servers", "discipline", "capacity", "cost", "quantum", "preempt"};
    size_t n = 6;
    for (; also != NULL && *also != NULL && n + 1 < sizeof known / sizeof *known; also++)
        known[n++] = *also;
    const char *other = station_other_key(c->spec, known);
    if (other != NULL)
        return error_set(err, "the station has \"%s\"", other);
    if (c->spec->told.estimate != NULL)
        return error_set(err, "the discipline sees estimates of sizes");
    static const char *const kind_known[] = {"arrivals", "steps",    "service", "priority",
                                             "weight",   "deadline", NULL};
    for (uint32_t k = 0; k < c->kinds; k++) {
        other = kind_other_key(&c->model->scenario->kinds[k], kind_known);
        if (other != NULL)
            return error_set(err, "kind \"%s\" has \"%s\"", c->model->kinds[k].name, other);
    }
    return true;
}

bool single_plain(const struct single *c, const char *const *also, struct error *err)
{
    if (!single_plain_but(c, also, err))
        return false;
    return !c->st->individual || error_set(err, "servers differ, or come and go");
}

bool single_no_capacity(const struct single *c, struct error *err)
{
    return c->st->capacity == UNLIMITED ||
           error_set(err, "the station has a capacity of %u", c->st->capacity);
}

bool single_open(const struct single *c, struct error *err)
{
    return c->open || error_set(err, "tasks are closed: they come back");
}

bool single_poisson(const struct single *c, struct error *err)
{
    if (!single_open(c, err))
        return false;
    for (uint32_t k = 0; k < c->kinds; k++)
        if (!c->visits[k].poisson)
            return error_set(err, "arrivals are not Poisson: \"%s\"%s", c->visits[k].arrival->type->name,
                             c->visits[k].arrival->batch != NULL ? " in batches" : "");
    return true;
}

bool single_one_kind(const struct single *c, struct error *err)
{
    return c->kinds == 1 || error_set(err, "there are %u kinds of task", c->kinds);
}

bool single_exponential(const struct single *c, struct error *err)
{
    for (uint32_t k = 0; k < c->kinds; k++) {
        const struct dist *d = c->visits[k].service;
        if (d->shape != DIST_EXPONENTIAL)
            return error_set(err, "service is not exponential: %s, scv %.4g", d->type->name, d->scv);
        if (d->mean != c->visits[0].service->mean)
            return error_set(err, "service times differ in their means");
    }
    return true;
}

bool single_constant(const struct single *c, struct error *err)
{
    for (uint32_t k = 0; k < c->kinds; k++)
        if (c->visits[k].service->shape != DIST_CONSTANT || c->visits[k].service->a != c->visits[0].service->a)
            return error_set(err, "service is not constant, the same for all");
    return true;
}

bool single_one_server(const struct single *c, struct error *err)
{
    return c->servers == 1.0 ||
           error_set(err, isinf(c->servers) ? "there are infinitely many servers" : "there are %.0f servers",
                     c->servers);
}

bool single_finite_servers(const struct single *c, struct error *err)
{
    return isfinite(c->servers) || error_set(err, "there are infinitely many servers");
}

bool single_stable(const struct single *c, struct error *err)
{
    return c->load < 1.0 ||
           error_set(err, "the load is %.6g: at least 1, so the line grows without end", c->load);
}

bool single_discipline(const struct single *c, const char *const *names, struct error *err)
{
    bool found = isinf(c->servers); /* then nobody ever waits */
    for (; *names != NULL; names++)
        found = found || strcmp(*names, c->st->discipline->name) == 0;
    if (!found)
        return error_set(err, "the discipline is %s", c->st->discipline->name);
    return c->st->preempt == PREEMPT_NOBODY || error_set(err, "tasks are preempted");
}

/* ---- What follows from means ---- */

void single_add_open(const struct single *c, struct theory_sheet *out, const double *wait)
{
    double waits = 0.0;
    for (uint32_t k = 0; k < c->kinds; k++) {
        const double rate = c->visits[k].rate, mean = c->visits[k].service->mean;
        waits += rate * wait[k];
        theory_mean(out, THEORY_OF_KIND, k, "response", wait[k] + mean);
        theory_mean(out, THEORY_OF_KIND, k, "wait", wait[k]);
        theory_mean(out, THEORY_OF_KIND, k, "in_system", rate * (wait[k] + mean));
        theory_mean(out, THEORY_OF_KIND, k, "throughput", rate);
    }
    theory_mean(out, THEORY_OF_STATION, c->station, "queue_length", waits);
    theory_mean(out, THEORY_OF_STATION, c->station, "in_station", waits + c->rate * c->mean);
    theory_mean(out, THEORY_OF_STATION, c->station, "utilisation",
                isinf(c->servers) ? c->rate * c->mean : c->load);
}

void single_add_spread(const struct single *c, struct theory_sheet *out, const char *measure, double sd,
                       double (*quantile)(const void *law, double p), const void *law)
{
    for (uint32_t k = 0; k < c->kinds; k++) {
        theory_sd(out, THEORY_OF_KIND, k, measure, sd);
        for (size_t q = 0; quantile != NULL && q < c->quantile_count; q++)
            theory_quantile(out, THEORY_OF_KIND, k, measure, c->quantiles[q], quantile(law, c->quantiles[q]));
    }
}

/* ---- Numbers ---- */

struct crossing {
    double (*above)(const void *law, double t);
    const void *law;
    double rest;
};

static double over(double t, void *crossing)
{
    const struct crossing *x = crossing;
    return x->above(x->law, t) - x->rest;
}

double single_quantile(double (*above)(const void *law, double t), const void *law, double p, double scale)
{
    struct crossing x = {above, law, 1.0 - p};
    double low = 0.0, high = scale, root = (double)NAN;
    if (!(above(law, 0.0) > x.rest))
        return 0.0;
    while (above(law, high) > x.rest) {
        low = high;
        high *= 2.0;
        if (!isfinite(high))
            return (double)NAN;
    }
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    if (solver == NULL)
        return (double)NAN;
    gsl_function f = {over, &x};
    if (gsl_root_fsolver_set(solver, &f, low, high) == GSL_SUCCESS)
        for (int i = 0; i < 200; i++) {
            gsl_root_fsolver_iterate(solver);
            root = gsl_root_fsolver_root(solver);
            if (gsl_root_test_interval(gsl_root_fsolver_x_lower(solver), gsl_root_fsolver_x_upper(solver),
                                       0.0, 1e-13) == GSL_SUCCESS)
                break;
        }
    gsl_root_fsolver_free(solver);
    return root;
}
