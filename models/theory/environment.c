/* M/M/c whose speed changes with the state of a Markov chain: a quasi birth-death process, whose levels are the numbers present
 * and whose phases are the states. */
#include "models/theory/single.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

enum { STATES_MOST = 20, UNKNOWNS_MOST = 600 };

struct chain_of_states {
    size_t n;
    double rate, mu, servers;
    const double *speed;
    const double *q; /* rates between states, row by row; the diagonal is minus the rate of leaving */
};

static double served(const struct chain_of_states *c, size_t level, size_t state)
{
    return c->mu * c->speed[state] * fmin((double)level, c->servers);
}

/* R, the least solution of rate I + R A1 + R^2 A2 = 0 of the levels from c on (Neuts, Matrix-Geometric Solutions in Stochastic
 * Models, 1981, section 3.1), by R = rate (-(A1 + R A2))^-1 from 0 on. */
static bool solve_r(const struct chain_of_states *c, gsl_matrix *r)
{
    enum { ROUNDS = 200000 };
    const size_t n = c->n;
    gsl_matrix *m = gsl_matrix_alloc(n, n), *inverse = gsl_matrix_alloc(n, n);
    gsl_permutation *p = gsl_permutation_alloc(n);
    bool settled = false;
    gsl_matrix_set_zero(r);
    for (int round = 0; m != NULL && inverse != NULL && p != NULL && round < ROUNDS && !settled; round++) {
        int sign;
        double moved = 0.0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                const double down = c->mu * c->servers * c->speed[j];
                gsl_matrix_set(m, i, j, -c->q[i * n + j] - gsl_matrix_get(r, i, j) * down + (i == j ? c->rate + down : 0.0));
            }
        gsl_linalg_LU_decomp(m, p, &sign);
        gsl_linalg_LU_invert(m, p, inverse);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                const double x = c->rate * gsl_matrix_get(inverse, i, j);
                moved = fmax(moved, fabs(x - gsl_matrix_get(r, i, j)));
                gsl_matrix_set(r, i, j, x);
            }
        settled = moved < 1e-15;
    }
    gsl_matrix_free(m);
    gsl_matrix_free(inverse);
    gsl_permutation_free(p);
    return settled;
}

/* Means of the number present, of those that wait and of busy servers. */
static bool numbers(const struct chain_of_states *c, double *present, double *waiting, double *busy)
{
    const size_t n = c->n, levels = (size_t)c->servers + 1, size = levels * n;
    gsl_matrix *r = gsl_matrix_alloc(n, n), *rest = gsl_matrix_alloc(n, n), *a = gsl_matrix_calloc(size, size);
    gsl_permutation *p = gsl_permutation_alloc(n), *whole = gsl_permutation_alloc(size);
    gsl_vector *pi = gsl_vector_calloc(size), *one = gsl_vector_alloc(n), *sum = gsl_vector_alloc(n), *twice = gsl_vector_alloc(n);
    bool good = r != NULL && rest != NULL && a != NULL && p != NULL && whole != NULL && pi != NULL && one != NULL && sum != NULL &&
                twice != NULL && solve_r(c, r);
    if (good) {
        int sign;
        /* sum = (I - R)^-1 1, twice = (I - R)^-2 1 */
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                gsl_matrix_set(rest, i, j, (double)(i == j) - gsl_matrix_get(r, i, j));
        gsl_vector_set_all(one, 1.0);
        gsl_linalg_LU_decomp(rest, p, &sign);
        gsl_linalg_LU_solve(rest, p, one, sum);
        gsl_linalg_LU_solve(rest, p, sum, twice);
        /* Column by column the balance of a state of a level; level c has what comes down from c + 1 as pi_c R A2. */
        for (size_t k = 0; k < levels; k++)
            for (size_t i = 0; i < n; i++) {
                const size_t at = k * n + i;
                for (size_t j = 0; j < n; j++)
                    *gsl_matrix_ptr(a, k * n + j, at) += c->q[i * n + j];
                *gsl_matrix_ptr(a, at, at) -= c->rate + served(c, k, i);
                if (k + 1 < levels)
                    *gsl_matrix_ptr(a, at + n, at) += c->rate;
                if (k > 0)
                    *gsl_matrix_ptr(a, at - n, at) += served(c, k, i);
                for (size_t j = 0; k + 1 == levels && j < n; j++)
                    *gsl_matrix_ptr(a, k * n + j, at) += gsl_matrix_get(r, i, j) * served(c, levels, j);
            }
        for (size_t at = 0; at < size; at++) /* one balance follows from the others: in its place all sum to 1 */
            gsl_matrix_set(a, 0, at, at < size - n ? 1.0 : gsl_vector_get(sum, at % n));
        gsl_vector_set(pi, 0, 1.0);
        gsl_linalg_LU_decomp(a, whole, &sign);
        gsl_linalg_LU_svx(a, whole, pi);
        *present = *waiting = *busy = 0.0;
        for (size_t at = 0; at < size; at++) {
            const double x = gsl_vector_get(pi, at), k = (double)(at / n);
            const bool last = at >= size - n;
            const double all = last ? gsl_vector_get(sum, at % n) : 1.0;
            const double above = last ? gsl_vector_get(twice, at % n) - gsl_vector_get(sum, at % n) : 0.0; /* R (I - R)^-2 */
            *present += x * (k * all + above);
            *waiting += x * above;
            *busy += x * k * all;
        }
        good = isfinite(*present);
    }
    gsl_matrix_free(r);
    gsl_matrix_free(rest);
    gsl_matrix_free(a);
    gsl_permutation_free(p);
    gsl_permutation_free(whole);
    gsl_vector_free(pi);
    gsl_vector_free(one);
    gsl_vector_free(sum);
    gsl_vector_free(twice);
    return good;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    static const char *const also[] = {"environment", NULL};
    static const char *const orders[] = {"fcfs", "lcfs", "random", NULL};
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    const struct environment_spec *e = c->spec->environment;
    if (e == NULL)
        return error_set(err, "the station is in no environment");
    if (!single_plain_but(c, also, err) || !single_poisson(c, err) || !single_exponential(c, err) || !single_no_capacity(c, err) ||
        !single_finite_servers(c, err) || !single_discipline(c, orders, err))
        return false;
    if (c->spec->classes != NULL || c->spec->schedule != NULL)
        return error_set(err, "servers differ, or come and go");
    const size_t n = e->state_count;
    if (n > STATES_MOST || ((size_t)c->servers + 1) * n > UNKNOWNS_MOST)
        return error_set(err, "there are too many states, or servers");
    double speed[STATES_MOST], q[STATES_MOST * STATES_MOST];
    for (size_t i = 0; i < n; i++) {
        if (e->states[i].lasts->shape != DIST_EXPONENTIAL)
            return error_set(err, "the time in a state is not exponential");
        speed[i] = e->states[i].speed;
        for (size_t j = 0; j < n; j++)
            q[i * n + j] = (e->next[i * n + j] - (j > 0 ? e->next[i * n + j - 1] : 0.0) - (double)(i == j)) / e->states[i].lasts->mean;
    }
    const struct chain_of_states chain = {n, c->rate, 1.0 / c->mean, c->servers, speed, q};
    if (!(c->load < e->mean_speed))
        return error_set(err, "the load is %.6g at the mean speed: at least 1, so the line grows without end", c->load / e->mean_speed);
    double present, waiting, busy;
    if (!numbers(&chain, &present, &waiting, &busy))
        return error_set(err, "the numbers present do not settle");
    for (uint32_t k = 0; k < c->kinds; k++) {
        theory_mean(out, THEORY_OF_KIND, k, "response", present / c->rate);
        theory_mean(out, THEORY_OF_KIND, k, "wait", waiting / c->rate);
        theory_mean(out, THEORY_OF_KIND, k, "service", busy / c->rate);
        theory_mean(out, THEORY_OF_KIND, k, "in_system", present * c->visits[k].rate / c->rate);
        theory_mean(out, THEORY_OF_KIND, k, "throughput", c->visits[k].rate);
    }
    theory_mean(out, THEORY_OF_STATION, c->station, "queue_length", waiting);
    theory_mean(out, THEORY_OF_STATION, c->station, "in_station", present);
    theory_mean(out, THEORY_OF_STATION, c->station, "utilisation", busy / c->servers);
    return true;
}

const struct theory_form theory_environment = {
    .name = "environment",
    .title = "M/M/c in a random environment whose states last exponential times",
    .source = "Yechiali, Naor, Oper. Res. 19 (1971); Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981, chapters 3, 6",
    .class = THEORY_EXACT,
    .examples = {"'environments':{'e':{'calm':{'lasts':{'dist':'exponential','mean':10},'speed':1.25},'noisy':{'lasts':{'dist':"
                 "'exponential','mean':5},'speed':0.25}}},'environment':'e','arrivals':{'rate':0.45},'service':{'dist':'exponential',"
                 "'mean':1}",
                 "'environments':{'e':{'a':{'lasts':{'dist':'exponential','mean':3},'speed':1,'next':{'b':0.7,'c':0.3}},'b':{'lasts':{"
                 "'dist':'exponential','mean':1.3},'speed':0.4},'c':{'lasts':{'dist':'exponential','mean':2},'speed':0}}},"
                 "'environment':'e','servers':3,'arrivals':{'rate':1.1},'service':{'dist':'exponential','mean':1.2}"},
    .apply = apply,
};
