#include "models/theory/single.h"

#include "models/discipline/discipline.h"
#include "models/dist/transform.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_linalg.h>
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
        c->third += share * single_third_moment(d, c->arena);
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

static double tail_cubed(double x, void *d)
{
    const struct dist *law = d;
    return 3.0 * x * x * (1.0 - law->type->cdf(law, x));
}

/* 6 alpha (-T)^-3 1 (Neuts 1981, eq. 2.2.7). */
static double third_of_phases(const struct phase_law *law)
{
    const size_t n = law->n;
    gsl_matrix *t = gsl_matrix_calloc(n, n);
    gsl_vector *x = gsl_vector_alloc(n);
    gsl_permutation *p = gsl_permutation_alloc(n);
    double moment = NAN;
    if (t != NULL && x != NULL && p != NULL) {
        int sign;
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++)
                gsl_matrix_set(t, i, j,
                               (i == j ? law->rate[i] : 0.0) - law->rate[i] * law->follow[i * n + j]);
            gsl_vector_set(x, i, 1.0);
        }
        gsl_linalg_LU_decomp(t, p, &sign);
        for (int power = 0; power < 3; power++)
            gsl_linalg_LU_svx(t, p, x);
        moment = 0.0;
        for (size_t i = 0; i < n; i++)
            moment += 6.0 * law->alpha[i] * gsl_vector_get(x, i);
    }
    gsl_matrix_free(t);
    gsl_vector_free(x);
    gsl_permutation_free(p);
    return moment;
}

/* alpha (s I - T)^-1 t, where t = -T 1 (Neuts 1981, eq. 2.2.4). */
static double transform_of_phases(const struct phase_law *law, double at)
{
    const size_t n = law->n;
    gsl_matrix *t = gsl_matrix_calloc(n, n);
    gsl_vector *x = gsl_vector_alloc(n);
    gsl_permutation *p = gsl_permutation_alloc(n);
    double value = NAN;
    if (t != NULL && x != NULL && p != NULL) {
        int sign;
        value = 1.0;
        for (size_t i = 0; i < n; i++) {
            double leaves = 1.0;
            for (size_t j = 0; j < n; j++) {
                leaves -= law->follow[i * n + j];
                gsl_matrix_set(t, i, j,
                               (i == j ? at + law->rate[i] : 0.0) - law->rate[i] * law->follow[i * n + j]);
            }
            gsl_vector_set(x, i, law->rate[i] * leaves);
            value -= law->alpha[i];
        }
        gsl_linalg_LU_decomp(t, p, &sign);
        gsl_linalg_LU_svx(t, p, x);
        for (size_t i = 0; i < n; i++)
            value += law->alpha[i] * gsl_vector_get(x, i);
    }
    gsl_matrix_free(t);
    gsl_vector_free(x);
    gsl_permutation_free(p);
    return value;
}

struct damped {
    const struct dist *law;
    double s;
};

static double damped_cdf(double x, void *damped)
{
    const struct damped *d = damped;
    return exp(-x) * d->law->type->cdf(d->law, x / d->s);
}

double single_transform(const struct dist *d, double s, struct arena *arena)
{
    struct phase_law law;
    if (s == 0.0)
        return 1.0;
    if (d->shape == DIST_GIVEN)
        return (double)NAN;
    struct transform at = {.s = s};
    if (dist_transform(d, &at))
        return creal(at.tail[0]);
    if (dist_phases(d, arena, &law) && law.n <= 100)
        return transform_of_phases(&law, s);
    gsl_integration_workspace *room = gsl_integration_workspace_alloc(400);
    if (room == NULL)
        return (double)NAN;
    struct damped damped = {d, s};
    gsl_function f = {damped_cdf, &damped};
    double value = 0.0, error = 0.0;
    const int bad = gsl_integration_qags(&f, 0.0, 45.0, 1e-13, 1e-11, 400, room, &value, &error);
    gsl_integration_workspace_free(room);
    return bad == 0 || error < 1e-8 ? value + exp(-45.0) : (double)NAN;
}

double single_third_moment(const struct dist *d, struct arena *arena)
{
    struct phase_law law;
    if (d->shape == DIST_CONSTANT)
        return d->a * d->a * d->a;
    if (d->shape == DIST_EXPONENTIAL)
        return 6.0 * d->a * d->a * d->a;
    if (d->shape == DIST_GIVEN || !isfinite(d->variance))
        return (double)NAN;
    if (dist_phases(d, arena, &law) && law.n <= 100)
        return third_of_phases(&law);
    gsl_integration_workspace *room = gsl_integration_workspace_alloc(400);
    if (room == NULL)
        return (double)NAN;
    gsl_function f = {tail_cubed, (void *)(uintptr_t)d};
    double low = 0.0, high = 0.0, error_low = 0.0, error_high = 0.0;
    const int bad = gsl_integration_qags(&f, 0.0, d->mean, 0.0, 1e-9, 400, room, &low, &error_low) +
                    gsl_integration_qagiu(&f, d->mean, 0.0, 1e-8, 400, room, &high, &error_high);
    gsl_integration_workspace_free(room);
    return bad == 0 && error_high < 1e-6 * (low + high) ? low + high : (double)NAN;
}

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
