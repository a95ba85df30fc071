/* MAP/PH/c, with PH/PH/c, MMPP/PH/c and M/PH/c: levels are the numbers present; states are the phase of arrivals and how many of the
 * busy servers are in which phase of service. */
#include "models/arrival/markov.h"
#include "models/theory/inversion.h"
#include "models/theory/qbd.h"
#include "models/theory/single.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#define TOLERANCE 5e-10 /* of P(time > t) */

enum { STATES_MOST = 120, STATES_MOST_INVERTED = 40, LEVELS_MOST = 60, EVALUATIONS_MOST = 200000 };

/* Arrivals: d0 and d1 (na by na), of which d0's diagonal is of no account. */
struct source {
    size_t na;
    const double *d0, *d1;
};

static bool source_of_renewals(const struct dist *interarrival, struct arena *arena, struct source *out)
{
    struct phase_law law;
    if (!dist_phases(interarrival, arena, &law) || law.n == 0)
        return false;
    const size_t n = law.n;
    double *d0 = arena_array(arena, n * n, sizeof *d0), *d1 = arena_array(arena, n * n, sizeof *d1), rest = 1.0;
    if (d0 == NULL || d1 == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        double leaves = 1.0;
        rest -= law.alpha[i];
        for (size_t j = 0; j < n; j++) {
            d0[i * n + j] = law.rate[i] * law.follow[i * n + j];
            leaves -= law.follow[i * n + j];
        }
        for (size_t j = 0; j < n && leaves > 1e-12; j++)
            d1[i * n + j] = law.rate[i] * leaves * law.alpha[j];
    }
    *out = (struct source){n, d0, d1};
    return rest < 1e-12;
}

static bool make_source(const struct single *c, struct source *out, struct error *err)
{
    const struct arrival *a = c->visits[0].arrival;
    const char *name = a->type->name;
    if (a->batch != NULL)
        return error_set(err, "arrivals come in batches");
    if (strcmp(name, "map") == 0 || strcmp(name, "mmpp") == 0) {
        out->na = markov_rates(a, &out->d0, &out->d1);
        return true;
    }
    if (a->type->next != NULL)
        return error_set(err, "arrivals are no Markovian process: \"%s\"", name);
    return source_of_renewals(&a->interarrival, c->arena, out) ||
           error_set(err, "the interarrival time is not of phase type: %s", a->interarrival.type->name);
}

/* How many of k busy servers are in each of ns phases: all ways, in lexicographic order. */
struct crowd_level {
    size_t ways;
    const unsigned *in; /* ways by ns */
};

struct chain {
    struct source source;
    struct phase_law service;
    const double *leave; /* of phase i for good, as a rate */
    size_t servers;
    struct crowd_level *crowds; /* 0 .. servers */
};

static double ways_of(double k, double ns)
{
    double ways = 1.0; /* k + ns - 1 over k */
    for (double i = 1.0; i < ns; i++)
        ways *= (k + i) / i;
    return ways;
}

static bool list_crowds(struct chain *x, struct arena *arena)
{
    const size_t ns = x->service.n;
    x->crowds = arena_array(arena, x->servers + 1, sizeof *x->crowds);
    for (size_t k = 0; x->crowds != NULL && k <= x->servers; k++) {
        const size_t ways = (size_t)lround(ways_of((double)k, (double)ns));
        unsigned *in = arena_array(arena, ways * ns, sizeof *in);
        if (in == NULL)
            return false;
        in[ns - 1] = (unsigned)k;
        for (size_t w = 1; w < ways; w++) { /* the next: one more before the last that is not empty, what is left at the end */
            unsigned *now = in + w * ns;
            memcpy(now, now - ns, ns * sizeof *now);
            size_t last = ns - 1;
            while (now[last] == 0)
                last--;
            const unsigned rest = now[last] - 1;
            now[last] = 0;
            now[last - 1]++;
            now[ns - 1] = rest;
        }
        x->crowds[k] = (struct crowd_level){ways, in};
    }
    return x->crowds != NULL;
}

/* The way in which one server of way w is gone from phase `from` (ns: none) and one more in phase `to` (ns: none). */
static size_t moved(const struct chain *x, size_t k, size_t w, size_t from, size_t to)
{
    const size_t ns = x->service.n, level = k + (from == ns) - (to == ns);
    unsigned in[STATES_MOST];
    memcpy(in, x->crowds[k].in + w * ns, ns * sizeof *in);
    if (from < ns)
        in[from]--;
    if (to < ns)
        in[to]++;
    const struct crowd_level *l = &x->crowds[level];
    size_t at = 0;
    while (at < l->ways && memcmp(l->in + at * ns, in, ns * sizeof *in) != 0)
        at++;
    return at;
}

static bool make_level(const struct chain *x, size_t k, struct arena *arena, struct qbd_level *out)
{
    const size_t na = x->source.na, ns = x->service.n, c = x->servers, busy = k < c ? k : c;
    const size_t ways = x->crowds[busy].ways, more = x->crowds[k < c ? k + 1 : c].ways, fewer = k == 0 ? 0 : x->crowds[k > c ? c : k - 1].ways;
    const size_t n = ways * na;
    double *local = arena_array(arena, n * n, sizeof *local), *up = arena_array(arena, n * more * na, sizeof *up);
    double *down = arena_array(arena, n * fewer * na + 1, sizeof *down);
    if (local == NULL || up == NULL || down == NULL)
        return false;
    for (size_t w = 0; w < ways; w++) {
        const unsigned *in = x->crowds[busy].in + w * ns;
        for (size_t a = 0; a < na; a++) {
            const size_t at = w * na + a;
            for (size_t b = 0; b < na; b++) {
                const double arrives = x->source.d1[a * na + b];
                if (b != a)
                    local[at * n + w * na + b] += x->source.d0[a * na + b];
                if (k >= c)
                    up[at * more * na + w * na + b] += arrives;
                for (size_t j = 0; k < c && arrives > 0.0 && j < ns; j++)
                    if (x->service.alpha[j] > 0.0)
                        up[at * more * na + moved(x, k, w, ns, j) * na + b] += arrives * x->service.alpha[j];
            }
            for (size_t i = 0; i < ns; i++) {
                if (in[i] == 0)
                    continue;
                for (size_t j = 0; j < ns; j++) {
                    const double rate = in[i] * x->service.rate[i] * x->service.follow[i * ns + j];
                    if (j != i && rate > 0.0)
                        local[at * n + moved(x, busy, w, i, j) * na + a] += rate;
                }
                if (k <= c)
                    down[at * fewer * na + moved(x, busy, w, i, ns) * na + a] += in[i] * x->leave[i];
                for (size_t j = 0; k > c && x->leave[i] > 0.0 && j < ns; j++)
                    if (x->service.alpha[j] > 0.0)
                        down[at * fewer * na + moved(x, busy, w, i, j) * na + a] += in[i] * x->leave[i] * x->service.alpha[j];
            }
        }
    }
    *out = (struct qbd_level){n, local, up, down};
    return true;
}

/* ---- Percentiles and standard deviations, one server ---- */

struct law {
    const struct chain *x;
    size_t n;
    double rate;            /* of arrivals */
    const double *h, *q;    /* R = Q H Q', H of Hessenberg's form */
    const double *first;    /* P(level 1, state) Q */
    const double *with;     /* d1 1 */
    const double *behind;   /* Q' R (I - R)^-1 (d1 1, for each phase of service) */
    double complex *work;
    struct inversion_budget *budget;
    double waits;           /* P(wait > 0) */
};

/* x = (s I - T)^-1 x; room for ns by ns. */
static void phases_at(const struct phase_law *l, double complex s, double complex *x, double complex *m)
{
    const size_t n = l->n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            m[i * n + j] = (i == j ? s + l->rate[i] : 0.0) - l->rate[i] * l->follow[i * n + j];
    for (size_t k = 0; k < n; k++) /* rows are dominated by the diagonal: no pivoting */
        for (size_t i = k + 1; i < n; i++) {
            if (m[i * n + k] == 0.0)
                continue;
            const double complex factor = m[i * n + k] / m[k * n + k];
            for (size_t j = k + 1; j < n; j++)
                m[i * n + j] -= factor * m[k * n + j];
            x[i] -= factor * x[k];
        }
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; j++)
            x[i] -= m[i * n + j] * x[j];
        x[i] /= m[i * n + i];
    }
}

/* y = (I - z H)^-1 y, by elimination with exchange of neighbouring rows; room for n by n. */
static void hessenberg_at(size_t n, const double *h, double complex z, double complex *y, double complex *m)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i > 0 ? i - 1 : 0; j < n; j++)
            m[i * n + j] = (double)(i == j) - z * h[i * n + j];
    for (size_t k = 0; k + 1 < n; k++) {
        double complex *pivot = m + k * n, *next = pivot + n;
        if (cabs(next[k]) > cabs(pivot[k])) {
            for (size_t j = k; j < n; j++) {
                const double complex other = pivot[j];
                pivot[j] = next[j];
                next[j] = other;
            }
            const double complex other = y[k];
            y[k] = y[k + 1];
            y[k + 1] = other;
        }
        const double complex factor = next[k] / pivot[k];
        for (size_t j = k + 1; j < n; j++)
            next[j] -= factor * pivot[j];
        y[k + 1] -= factor * y[k];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; j++)
            y[i] -= m[i * n + j] * y[j];
        y[i] /= m[i * n + i];
    }
}

/* The transform of P(wait > t). Who finds n present waits for what is left of a service, in phase j, and n - 1 whole ones: with psi the
 * transform of a service and g_j = (1 - the transform from phase j) / s, summed over n, it is
 * p_1 (I - psi R)^-1 (d1 1 g + (1 - psi) / s R (I - R)^-1 d1 1) / rate. *own: (1 - psi) / s. */
static double complex wait_transform_and(const struct law *l, double complex s, double complex *own)
{
    const struct chain *x = l->x;
    const size_t na = x->source.na, ns = x->service.n, n = l->n;
    double complex *g = l->work, *y = g + ns, *m = y + n, sum = 0.0;
    for (size_t i = 0; i < ns; i++)
        g[i] = 1.0;
    phases_at(&x->service, s, g, m);
    *own = 0.0;
    for (size_t i = 0; i < ns; i++)
        *own += x->service.alpha[i] * g[i];
    /* The crowds of one server are the phases, the last first. */
    for (size_t i = 0; i < n; i++) {
        y[i] = *own * l->behind[i];
        for (size_t j = 0; j < n; j++)
            y[i] += l->q[j * n + i] * l->with[j % na] * g[ns - 1 - j / na];
    }
    hessenberg_at(n, l->h, 1.0 - s * *own, y, m);
    for (size_t i = 0; i < n; i++)
        sum += l->first[i] * y[i];
    return sum / l->rate;
}

static double complex wait_transform(const void *law, double complex s)
{
    double complex own;
    return wait_transform_and(law, s, &own);
}

static double complex response_transform(const void *law, double complex s)
{
    double complex own;
    const double complex wait = wait_transform_and(law, s, &own);
    return wait + (1.0 - s * wait) * own;
}

static double wait_above(const void *law, double t)
{
    const struct law *l = law;
    return t > 0.0 ? inversion_at(wait_transform, l, t, TOLERANCE, 0.0, l->budget) : l->waits;
}

static double response_above(const void *law, double t)
{
    const struct law *l = law;
    return t > 0.0 ? inversion_at(response_transform, l, t, TOLERANCE, 0.0, l->budget) : 1.0;
}

/* *h, *q of R = Q H Q'. */
static bool decompose(size_t n, const double *r, double *h, double *q)
{
    gsl_vector *tau = gsl_vector_alloc(n);
    gsl_matrix_view hm = gsl_matrix_view_array(h, n, n), qm = gsl_matrix_view_array(q, n, n);
    memcpy(h, r, n * n * sizeof *h);
    const bool done = tau != NULL && gsl_linalg_hessenberg_decomp(&hm.matrix, tau) == 0 &&
                      gsl_linalg_hessenberg_unpack(&hm.matrix, tau, &qm.matrix) == 0;
    gsl_vector_free(tau);
    return done;
}

/* column = R (I - R)^-1 column */
static bool over_later_levels(size_t n, const double *r, double *column)
{
    gsl_matrix *m = gsl_matrix_alloc(n, n);
    gsl_permutation *p = gsl_permutation_alloc(n);
    gsl_vector *y = gsl_vector_alloc(n);
    const bool room = m != NULL && p != NULL && y != NULL;
    if (room) {
        int sign;
        gsl_vector_view v = gsl_vector_view_array(column, n);
        for (size_t i = 0; i < n * n; i++)
            m->data[i / n * m->tda + i % n] = (double)(i / n == i % n) - r[i];
        gsl_linalg_LU_decomp(m, p, &sign);
        gsl_linalg_LU_solve(m, p, &v.vector, y);
        for (size_t i = 0; i < n; i++) {
            column[i] = 0.0;
            for (size_t j = 0; j < n; j++)
                column[i] += r[i * n + j] * gsl_vector_get(y, j);
        }
    }
    gsl_matrix_free(m);
    gsl_permutation_free(p);
    gsl_vector_free(y);
    return room;
}

static double percentile(struct law *l, double (*above)(const void *law, double t), double p, double scale)
{
    struct inversion_budget budget = {.evaluations = EVALUATIONS_MOST};
    l->budget = &budget;
    const double t = single_quantile(above, l, p, scale);
    return budget.unsure ? (double)NAN : t;
}

static bool spread(const struct single *c, const struct chain *x, const struct qbd_law *law, struct theory_sheet *out)
{
    const size_t na = x->source.na, ns = x->service.n, n = na * ns;
    struct arena *arena = c->arena;
    double *h = arena_array(arena, n * n, sizeof *h), *q = arena_array(arena, n * n, sizeof *q), *first = arena_array(arena, n, sizeof *first);
    double *with = arena_array(arena, na, sizeof *with), *behind = arena_array(arena, n, sizeof *behind);
    double *column = arena_array(arena, n, sizeof *column), *later = arena_array(arena, n, sizeof *later);
    double complex *work = arena_array(arena, ns + n + n * n, sizeof *work);
    if (h == NULL || q == NULL || first == NULL || with == NULL || behind == NULL || column == NULL || later == NULL || work == NULL ||
        !decompose(n, law->r, h, q))
        return false;
    struct law l = {.x = x, .n = n, .rate = c->rate, .h = h, .q = q, .first = first, .with = with, .behind = behind, .work = work};
    for (size_t a = 0; a < na; a++)
        for (size_t b = 0; b < na; b++)
            with[a] += x->source.d1[a * na + b];
    for (size_t i = 0; i < n; i++)
        column[i] = with[i % na];
    if (!over_later_levels(n, law->r, column))
        return false;
    /* E[W^2] / 2 is minus the derivative of the transform at 0. g and its derivative are -T^-1 1 and -T^-2 1. */
    double complex *g = work, *g2 = work + ns;
    for (size_t i = 0; i < ns; i++)
        g[i] = 1.0;
    phases_at(&x->service, 0.0, g, work + 2 * ns);
    memcpy(g2, g, ns * sizeof *g2);
    double complex *room = arena_array(arena, ns * ns, sizeof *room);
    if (room == NULL)
        return false;
    phases_at(&x->service, 0.0, g2, room);
    double half = 0.0, waits = 0.0, mean = 0.0;
    const double second = c->second / 2.0;
    for (size_t i = 0; i < n; i++) {
        const double at = with[i % na], from = creal(g[ns - 1 - i / na]), from2 = creal(g2[ns - 1 - i / na]);
        const double here = law->p[1][i] + law->above[i];
        waits += here * at;
        mean += here * (at * from + c->mean * column[i]);
        half += here * (at * from2 + second * column[i]) + c->mean * law->excess[i] * (at * from + c->mean * column[i]);
    }
    l.waits = waits / c->rate;
    mean /= c->rate;
    const double variance = 2.0 * half / c->rate - mean * mean;
    theory_sd(out, THEORY_OF_KIND, 0, "wait", sqrt(variance));
    theory_sd(out, THEORY_OF_KIND, 0, "response", sqrt(variance + c->visits[0].service->variance));
    if (n > STATES_MOST_INVERTED) {
        out->note = c->quantile_count > 0 ? "no percentiles: there are too many states to invert their transforms" : NULL;
        return true;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            first[i] += law->p[1][j] * q[j * n + i];
            behind[i] += q[j * n + i] * column[j];
        }
    for (size_t k = 0; k < c->quantile_count; k++) {
        const double p = c->quantiles[k], wait = percentile(&l, wait_above, p, mean + c->mean);
        const double response = percentile(&l, response_above, p, mean + c->mean);
        theory_quantile(out, THEORY_OF_KIND, 0, "wait", p, wait);
        theory_quantile(out, THEORY_OF_KIND, 0, "response", p, response);
        if (isnan(wait) || isnan(response))
            out->note = "percentiles are left out where the inversion of their transform is not sure of nine digits";
    }
    return true;
}

/* ---- The row ---- */

static bool make_chain(const struct single *c, struct chain *x, struct error *err)
{
    double rest = 1.0;
    const struct dist *service = c->visits[0].service;
    if (!dist_phases(service, c->arena, &x->service) || x->service.n == 0)
        return error_set(err, "service is not of phase type: %s", service->type->name);
    const size_t ns = x->service.n;
    double *leave = arena_array(c->arena, ns, sizeof *leave);
    if (leave == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < ns; i++) {
        double leaves = 1.0;
        rest -= x->service.alpha[i];
        for (size_t j = 0; j < ns; j++)
            leaves -= x->service.follow[i * ns + j];
        leave[i] = leaves > 1e-12 ? leaves * x->service.rate[i] : 0.0;
    }
    if (rest > 1e-12)
        return error_set(err, "a service may take no time at all");
    x->leave = leave;
    x->servers = c->servers < LEVELS_MOST ? (size_t)c->servers : LEVELS_MOST + 1;
    if (x->servers > LEVELS_MOST || ns > STATES_MOST || ways_of(c->servers, (double)ns) * (double)x->source.na > STATES_MOST)
        return error_set(err, "there are too many phases, or servers");
    return list_crowds(x, c->arena) || error_set(err, "out of memory");
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    static const char *const orders[] = {"fcfs", "lcfs", "random", NULL}, *const fcfs[] = {"fcfs", NULL};
    struct single single;
    struct chain x = {.servers = 0};
    struct error why;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!single_plain(c, NULL, err) || !single_open(c, err) || !single_one_kind(c, err) || !single_no_capacity(c, err) ||
        !single_finite_servers(c, err) || !single_discipline(c, orders, err) || !single_stable(c, err))
        return false;
    if (c->visits[0].poisson && (c->servers == 1.0 || single_exponential(c, &why)))
        return error_set(err, "arrivals are Poisson: M/G/1 and M/M/c say more");
    if (!make_source(c, &x.source, err) || !make_chain(c, &x, err))
        return false;
    if (c->visits[0].arrival->type->next == NULL && single_exponential(c, &why))
        return error_set(err, "GI/M/c says more");
    struct qbd_level *levels = arena_array(c->arena, x.servers + 2, sizeof *levels);
    struct qbd_law law;
    if (levels == NULL)
        return error_set(err, "out of memory");
    for (size_t k = 0; k <= x.servers + 1; k++)
        if (!make_level(&x, k, c->arena, &levels[k]))
            return error_set(err, "out of memory");
    if (!qbd_solve(&(struct qbd){x.servers, levels}, c->arena, &law))
        return error_set(err, "the numbers present do not settle");
    double waiting = 0.0, busy = 0.0;
    for (size_t i = 0; i < levels[x.servers].n; i++) {
        waiting += law.excess[i];
        busy += c->servers * law.above[i];
    }
    for (size_t k = 1; k <= x.servers; k++)
        for (size_t i = 0; i < levels[k].n; i++)
            busy += (double)k * law.p[k][i];
    if (!(fabs(busy - c->rate * c->mean) <= 1e-9 * busy)) /* as it must be, whatever the law */
        return error_set(err, "the numbers present do not settle");
    const double wait = waiting / c->rate;
    single_add_open(c, out, &wait);
    return c->servers > 1.0 || !single_discipline(c, fcfs, &why) || spread(c, &x, &law, out) || error_set(err, "out of memory");
}

const struct theory_form theory_map_ph = {
    .name = "map_ph",
    .title = "MAP/PH/c: Markovian arrivals, phase-type service, among them PH/PH/c, MMPP/PH/c and M/PH/c",
    .source = "Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981, chapter 3; R: Latouche, Ramaswami, J. Appl. Probab. 30, "
              "1993; percentiles: inversion by Abate, Whitt, ORSA J. Computing 7, 1995",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'interarrival':{'dist':'erlang','k':2,'mean':1.25}},'service':{'dist':'erlang','k':3,'mean':1}",
                 "'arrivals':{'mmpp':{'rates':[1.2,0.3],'generator':[[-0.1,0.1],[0.05,-0.05]]}},'service':{'mean':1,'scv':2}",
                 "'arrivals':{'interarrival':{'dist':'hyperexponential','mean':0.5,'scv':3}},'servers':3,'service':{'dist':'erlang','k':2,"
                 "'mean':1.2}",
                 "'arrivals':{'rate':1.6},'servers':2,'service':{'dist':'hyperexponential','mean':1,'scv':4}"},
    .apply = apply,
};
