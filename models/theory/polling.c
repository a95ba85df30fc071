/* One server that goes round several lines: mean waits by the numbers found at its visits. */
#include "models/theory/single.h"

#include "models/discipline/discipline.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

enum { LINES_MOST = 40 };

struct line_of {
    double rate, mean, second, third;
    const struct dist *law; /* NULL: several */
};

struct round {
    size_t n;
    const struct line_of *lines;
    bool gated;
    double s, s2; /* moments of one switch-over */
    bool at_once; /* ... which is vanishing: then all is relative to the length of a round, and products of
                     two such times vanish */
};

/* One visit to line i and the switch-over behind it. x: mean numbers in each line when it began, f: their
 * second factorial moments, f[j n + k] = E[X_j X_k], for j = k E[X_j (X_j - 1)]; both are then those when the
 * next visit begins.
 *
 * The visit takes T, the sum of X_i independent terms: services (gated: those of who was found), or the busy
 * periods that they begin (exhaustive). In T and the switch-over arrivals to the lines are Poisson. */
static void visit(const struct round *r, size_t i, double *x, double *f)
{
    const size_t n = r->n;
    const struct line_of *own = &r->lines[i];
    const double free = r->gated ? 1.0 : 1.0 - own->rate * own->mean;
    const double g1 = own->mean / free, g2 = own->second / (free * free * free);
    const double t = g1 * x[i], t2 = x[i] * g2 + g1 * g1 * f[i * n + i];
    const double s = r->at_once ? 0.0 : r->s;
    double with_t[LINES_MOST]; /* E[X_j T] of those in line j who are not served now */
    for (size_t j = 0; j < n; j++)
        with_t[j] = j == i ? 0.0 : g1 * f[j * n + i];
    const double left = x[i];
    x[i] = 0.0;
    for (size_t j = 0; j < n; j++)
        f[i * n + j] = f[j * n + i] = 0.0;
    /* Arrivals to j during T count but where they are served at once. */
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k <= j; k++) {
            const double rj = r->lines[j].rate, rk = r->lines[k].rate;
            const double a = j == i && !r->gated ? 0.0 : 1.0, b = k == i && !r->gated ? 0.0 : 1.0;
            f[j * n + k] += rk * (b * with_t[j] + s * x[j]) + rj * (a * with_t[k] + s * x[k]) +
                            rj * rk * (a * b * t2 + (a + b) * s * t + r->s2);
            f[k * n + j] = f[j * n + k];
        }
    for (size_t j = 0; j < n; j++)
        x[j] += r->lines[j].rate * ((j == i && !r->gated ? 0.0 : g1 * left) + r->s);
}

/* A round from the start of the visit to line 0; found[i] (or NULL): E[X_i (X_i - 1)] when the visit to i
 * begins. */
static void go_round(const struct round *r, double *x, double *f, double *found)
{
    for (size_t i = 0; i < r->n; i++) {
        if (found != NULL)
            found[i] = f[i * r->n + i];
        visit(r, i, x, f);
    }
}

/* Mean numbers in all lines when the visit to line 0 begins: who came since each line was left, or (gated)
 * since it was visited. */
static void numbers_at_start(const struct round *r, double cycle, double *x)
{
    for (size_t j = 0; j < r->n; j++) {
        double since = (double)(r->n - j) * r->s;
        for (size_t k = r->gated ? j : j + 1; k < r->n; k++)
            since += r->lines[k].rate * r->lines[k].mean * cycle;
        x[j] = r->lines[j].rate * since;
    }
}

/* The second moments that a round does not change: f = M f + what f = 0 becomes. They are `count`, in the
 * order of the triangle. false: no memory, or singular. */
static bool steady(const struct round *r, double cycle, double *found)
{
    const size_t n = r->n, count = n * (n + 1) / 2;
    gsl_matrix *m = gsl_matrix_alloc(count, count);
    gsl_vector *b = gsl_vector_alloc(count);
    gsl_permutation *p = gsl_permutation_alloc(count);
    const bool room = m != NULL && b != NULL && p != NULL;
    const struct round homogeneous = {.n = n, .lines = r->lines, .gated = r->gated};
    double x[LINES_MOST], f[LINES_MOST * LINES_MOST];
    for (size_t j = 0, at = 0; room && j < n; j++)
        for (size_t k = 0; k <= j; k++, at++) {
            memset(x, 0, sizeof x);
            memset(f, 0, sizeof f);
            f[j * n + k] = f[k * n + j] = 1.0;
            go_round(&homogeneous, x, f, NULL);
            for (size_t i = 0, row = 0; i < n; i++)
                for (size_t l = 0; l <= i; l++, row++)
                    gsl_matrix_set(m, row, at, (double)(row == at) - f[i * n + l]);
        }
    memset(f, 0, sizeof f);
    numbers_at_start(r, cycle, x);
    go_round(r, x, f, NULL);
    for (size_t i = 0, row = 0; room && i < n; i++)
        for (size_t l = 0; l <= i; l++, row++)
            gsl_vector_set(b, row, f[i * n + l]);
    int sign;
    const bool done = room && gsl_linalg_LU_decomp(m, p, &sign) == 0 && gsl_linalg_LU_svx(m, p, b) == 0;
    for (size_t i = 0, row = 0; done && i < n; i++)
        for (size_t l = 0; l <= i; l++, row++)
            f[i * n + l] = f[l * n + i] = gsl_vector_get(b, row);
    numbers_at_start(r, cycle, x);
    go_round(r, x, f, found);
    gsl_matrix_free(m);
    gsl_vector_free(b);
    gsl_permutation_free(p);
    return done;
}

/* Mean waits by line. */
static bool waits(struct round *r, double *out)
{
    const size_t n = r->n;
    double found[LINES_MOST], rho = 0.0, work = 0.0, squares = 0.0, own_work = 0.0, others = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double own = r->lines[i].rate * r->lines[i].mean;
        rho += own;
        squares += own * own;
        work += r->lines[i].rate * r->lines[i].second;
    }
    const double all = (double)n * r->s, cycle = all > 0.0 ? all / (1.0 - rho) : 1.0;
    if (!(all > 0.0)) { /* the server goes round and round where nobody waits */
        r->at_once = true;
        r->s = (1.0 - rho) / (double)n;
    }
    if (!steady(r, cycle, found))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct line_of *line = &r->lines[i];
        const double own = line->rate * line->mean,
                     in_line = r->gated ? 0.0 : line->rate * line->second / (2.0 * (1.0 - own));
        found[i] *= (r->gated ? 1.0 + own : 1.0 / (1.0 - own)) / (2.0 * line->rate * line->rate * cycle);
        others += own * found[i];
        own_work += own * in_line;
        out[i] = in_line;
    }
    /* The work that waits is known (pseudo-conservation: Boxma, Groenendijk 1987). Near load 1 the equations
     * are nearly singular, and this gives their solution the digits that it lacks. */
    double factor = 1.0;
    if (rho > 0.9) {
        const double spread =
            all > 0.0 ? rho * ((double)n * (r->s2 - r->s * r->s) + all * all) / (2.0 * all) : 0.0;
        const double law = rho * work / (2.0 * (1.0 - rho)) + spread +
                           all / (2.0 * (1.0 - rho)) * (rho * rho - squares) +
                           (r->gated ? all / (1.0 - rho) * squares : 0.0);
        factor = (law - own_work) / others;
    }
    for (size_t i = 0; i < n; i++)
        out[i] += factor * found[i];
    return fabs(factor - 1.0) < 1e-6;
}

/* Alike lines, one task a visit. */
static bool alike(const struct line_of *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lines[i].law == NULL || lines[i].law->type != lines[0].law->type ||
            lines[i].rate != lines[0].rate || lines[i].mean != lines[0].mean ||
            lines[i].second != lines[0].second || !(lines[i].third == lines[0].third))
            return false;
    return true;
}

static double wait_of_alike(const struct line_of *line, double n, double s, double s2)
{
    const double rho = n * line->rate * line->mean, all = n * s, all2 = n * (s2 - s * s) + all * all;
    const double work = rho * n * line->rate * line->second / (2.0 * (1.0 - rho)) +
                        (all > 0.0 ? rho * all2 / (2.0 * all) : 0.0) +
                        all / (2.0 * (1.0 - rho)) * (rho * rho - rho * rho / n) +
                        all / (1.0 - rho) * rho * rho / n;
    return work / (rho * (1.0 - line->rate * all / (1.0 - rho)));
}

static bool make_lines(const struct single *c, struct line_of *lines, struct error *err)
{
    const struct station_model *st = c->st;
    for (uint32_t k = 0; k < c->kinds; k++) {
        const struct single_visit *v = &c->visits[k];
        struct line_of *line = &lines[st->list_of[st->told.by_priority ? v->class : k]];
        if (!isfinite(v->service->variance))
            return error_set(err, "the service time has no finite variance");
        line->law = line->rate > 0.0 ? NULL : v->service;
        line->rate += v->rate;
        line->mean += v->rate * v->service->mean;
        line->second += v->rate * (v->service->variance + v->service->mean * v->service->mean);
        line->third += v->rate * dist_third_moment(v->service);
    }
    for (uint32_t i = 0; i < st->list_count; i++) {
        if (!(lines[i].rate > 0.0))
            return error_set(err, "nobody comes to one of the lines");
        lines[i].mean /= lines[i].rate;
        lines[i].second /= lines[i].rate;
        lines[i].third /= lines[i].rate;
    }
    return true;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    const struct discipline_told *told = &c->st->told;
    if (!c->st->discipline->visits)
        return error_set(err, "the discipline is %s", c->st->discipline->name);
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_no_capacity(c, err) ||
        !single_one_server(c, err) || !single_stable(c, err))
        return false;
    const struct dist *way = told->switch_over;
    if (way != NULL && told->stays)
        return error_set(err, "the server stops where nobody waits");
    if (way != NULL && !isfinite(way->variance))
        return error_set(err, "switch-overs have no finite variance");
    if (c->st->list_count > LINES_MOST)
        return error_set(err, "there are more than %d lines", LINES_MOST);
    struct line_of lines[LINES_MOST] = {0};
    double of_line[LINES_MOST];
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    if (!make_lines(c, lines, err))
        return false;
    struct round r = {.n = c->st->list_count, .lines = lines, .gated = told->visit == VISIT_GATED};
    if (way != NULL) {
        r.s = way->mean;
        r.s2 = way->variance + way->mean * way->mean;
    }
    if (told->visit == VISIT_LIMITED) {
        if (told->limit != 1 || !alike(lines, r.n))
            return error_set(err, told->limit != 1 ? "several tasks may be served in a visit"
                                                   : "the lines are not alike");
        if (!(lines[0].rate * (double)r.n * r.s < 1.0 - c->load))
            return error_set(err, "lines grow without end: a round serves one of each at most");
        for (size_t i = 0; i < r.n; i++)
            of_line[i] = wait_of_alike(&lines[0], (double)r.n, r.s, r.s2);
    } else if (!waits(&r, of_line)) {
        return error_set(err, "the moments of the numbers found at visits are not sure of nine digits");
    }
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = of_line[c->st->list_of[told->by_priority ? c->visits[k].class : k]];
    single_add_open(c, out, wait);
    return true;
}

const struct theory_form theory_polling = {
    .name = "polling",
    .title = "M/G/1 polling: exhaustive or gated visits, or one task a visit where lines are alike",
    .source = "Cooper, Murray, Bell Syst. Tech. J. 48 (1969); Takagi, Analysis of Polling Systems, 1986 "
              "(numbers found at visits); "
              "Boxma, Groenendijk, J. Appl. Probab. 24 (1987) (alike lines)",
    .class = THEORY_EXACT,
    .examples =
        {"'stations':{'q':{'discipline':{'name':'polling','switch_over':{'dist':'uniform','min':0,'max':0.8}}"
         "}},'tasks':{"
         "'a':{'arrivals':{'rate':0.15},'service':{'dist':'exponential','mean':1.3}},'b':{'arrivals':{'rate':"
         "0.4},"
         "'service':0.7},'c':{'arrivals':{'rate':0.05},'service':{'dist':'erlang','k':2,'mean':2.3}}}",
         "'stations':{'q':{'discipline':{'name':'polling','visit':'gated','switch_over':0.35}}},'tasks':{"
         "'a':{'arrivals':{'rate':0.15},'service':{'dist':'exponential','mean':1.3}},'b':{'arrivals':{'rate':"
         "0.4},"
         "'service':0.7},'c':{'arrivals':{'rate':0.05},'service':{'dist':'erlang','k':2,'mean':2.3}}}",
         "'stations':{'q':{'discipline':{'name':'polling','lines':'priority'}}},'tasks':{"
         "'a':{'arrivals':{'rate':0.15},'service':{'dist':'exponential','mean':1.3}},'b':{'arrivals':{'rate':"
         "0.4},"
         "'service':0.7},'c':{'priority':1,'arrivals':{'rate':0.15},'service':{'dist':'erlang','k':2,'mean':"
         "2.3}}}",
         "'stations':{'q':{'discipline':{'name':'polling','visit':'limited','switch_over':0.35}}},'tasks':{"
         "'a':{'arrivals':{'rate':0.23},'service':{'dist':'exponential','mean':1.3}},'b':{'arrivals':{'rate':"
         "0.23},"
         "'service':{'dist':'exponential','mean':1.3}}}"},
    .apply = apply,
};
