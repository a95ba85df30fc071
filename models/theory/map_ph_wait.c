/* map_ph_wait.c: the wait and the response of MAP/PH/1: their transforms, inverted. */
#include "models/theory/inversion.h"
#include "models/theory/map_ph.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#define TOLERANCE 5e-10 /* of P(time > t) */

enum { STATES_MOST_INVERTED = 40, EVALUATIONS_MOST = 200000 };

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
static bool over_later_levels(const struct qbd_sums *sums, double *column, double *room)
{
    const size_t n = sums->n;
    if (!qbd_sum_column(sums, column))
        return false;
    memcpy(room, column, n * sizeof *room);
    for (size_t i = 0; i < n; i++) {
        column[i] = 0.0;
        for (size_t j = 0; j < n; j++)
            column[i] += sums->r[i * n + j] * room[j];
    }
    return true;
}

static double percentile(struct law *l, double (*above)(const void *law, double t), double p, double scale)
{
    struct inversion_budget budget = {.evaluations = EVALUATIONS_MOST};
    l->budget = &budget;
    const double t = single_quantile(above, l, p, scale);
    return budget.unsure ? (double)NAN : t;
}

bool map_ph_spread(const struct single *c, const struct chain *x, const struct qbd_law *law, struct theory_sheet *out)
{
    const size_t na = x->source.na, ns = x->service.n, n = na * ns;
    struct arena *arena = c->arena;
    double *h = arena_array(arena, n * n, sizeof *h), *q = arena_array(arena, n * n, sizeof *q), *first = arena_array(arena, n, sizeof *first);
    double *with = arena_array(arena, na, sizeof *with), *behind = arena_array(arena, n, sizeof *behind);
    double *column = arena_array(arena, n, sizeof *column), *later = arena_array(arena, n, sizeof *later);
    double complex *work = arena_array(arena, ns + n + n * n, sizeof *work);
    if (h == NULL || q == NULL || first == NULL || with == NULL || behind == NULL || column == NULL || later == NULL || work == NULL ||
        !decompose(n, law->sums.r, h, q))
        return false;
    struct law l = {.x = x, .n = n, .rate = c->rate, .h = h, .q = q, .first = first, .with = with, .behind = behind, .work = work};
    for (size_t a = 0; a < na; a++)
        for (size_t b = 0; b < na; b++)
            with[a] += x->source.d1[a * na + b];
    for (size_t i = 0; i < n; i++)
        column[i] = with[i % na];
    if (!over_later_levels(&law->sums, column, later))
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
