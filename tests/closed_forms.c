#include "tests/closed_forms.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdlib.h>

double erlang_b(unsigned c, double a)
{
    double b = 1.0;
    for (unsigned i = 1; i <= c; i++)
        b = a * b / ((double)i + a * b);
    return b;
}

double erlang_c(unsigned c, double a)
{
    const double b = erlang_b(c, a);
    return (double)c * b / ((double)c - a * (1.0 - b));
}

double mmc_wait_mean(double rate, double mean, unsigned c)
{
    return erlang_c(c, rate * mean) / ((double)c / mean - rate);
}

double mmc_wait_quantile(double rate, double mean, unsigned c, double p)
{
    const double waits = erlang_c(c, rate * mean);
    return 1.0 - p >= waits ? 0.0 : log(waits / (1.0 - p)) / ((double)c / mean - rate);
}

double mm1_response_quantile(double rate, double mean, double p)
{
    return -log(1.0 - p) / (1.0 / mean - rate);
}

double mg1_wait_mean(double rate, double mean, double second)
{
    return rate * second / (2.0 * (1.0 - rate * mean));
}

double mg1_wait_second(double rate, double mean, double second, double third)
{
    const double w = mg1_wait_mean(rate, mean, second);
    return 2.0 * w * w + rate * third / (3.0 * (1.0 - rate * mean));
}

double md1_wait_cdf(double rate, double mean, double t)
{
    double sum = 0.0;
    for (unsigned k = 0; (double)k * mean <= t; k++) {
        const double x = rate * ((double)k * mean - t);
        sum += gsl_pow_int(x, (int)k) / gsl_sf_fact(k) * exp(-x);
    }
    return (1.0 - rate * mean) * sum;
}

struct md1 {
    double rate, mean, p;
};

static double md1_excess(double t, void *params)
{
    const struct md1 *q = params;
    return md1_wait_cdf(q->rate, q->mean, t) - q->p;
}

double md1_wait_quantile(double rate, double mean, double p)
{
    if (p <= 1.0 - rate * mean)
        return 0.0;
    struct md1 q = {rate, mean, p};
    gsl_function f = {md1_excess, &q};
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    double x = NAN;
    if (solver != NULL && gsl_root_fsolver_set(solver, &f, 0.0, 10.0 / rate) == GSL_SUCCESS)
        for (int i = 0; i < 200; i++) {
            gsl_root_fsolver_iterate(solver);
            x = gsl_root_fsolver_root(solver);
            if (gsl_root_test_interval(gsl_root_fsolver_x_lower(solver), gsl_root_fsolver_x_upper(solver),
                                       1e-10, 0.0) == GSL_SUCCESS)
                break;
        }
    gsl_root_fsolver_free(solver);
    return x;
}

double cobham_wait(double w0, const double *loads, size_t k)
{
    double before = 0.0;
    for (size_t i = 0; i < k; i++)
        before += loads[i];
    return w0 / ((1.0 - before) * (1.0 - before - loads[k]));
}

void birth_death(size_t n, const double *birth, const double *death, double *p)
{
    double sum = 1.0;
    p[0] = 1.0;
    for (size_t i = 1; i <= n; i++) {
        p[i] = p[i - 1] * birth[i - 1] / death[i];
        sum += p[i];
    }
    for (size_t i = 0; i <= n; i++)
        p[i] /= sum;
}

double mva(unsigned clients, double think, const double *demands, size_t stations, double *response)
{
    double *length = calloc(stations, sizeof *length);
    double throughput = NAN, total = NAN;
    for (unsigned n = 1; length != NULL && n <= clients; n++) {
        total = 0.0;
        for (size_t i = 0; i < stations; i++)
            total += demands[i] * (1.0 + length[i]);
        throughput = (double)n / (think + total);
        for (size_t i = 0; i < stations; i++)
            length[i] = throughput * demands[i] * (1.0 + length[i]);
    }
    free(length);
    if (response != NULL)
        *response = total;
    return throughput;
}

/* ---- Markov chains ---- */

struct arc {
    size_t from, to;
    double rate;
};

struct chain {
    size_t states, count, size;
    struct arc *arcs;
    int failed;
};

enum { DENSE_MOST = 700, SWEEPS_MOST = 200000 };

struct chain *chain_new(size_t states)
{
    struct chain *c = calloc(1, sizeof *c);
    if (c != NULL)
        c->states = states;
    return c;
}

void chain_free(struct chain *c)
{
    if (c != NULL)
        free(c->arcs);
    free(c);
}

void chain_rate(struct chain *c, size_t from, size_t to, double rate)
{
    if (c->count == c->size) {
        const size_t size = c->size == 0 ? 1024 : 2 * c->size;
        struct arc *arcs = realloc(c->arcs, size * sizeof *arcs);
        if (arcs == NULL) {
            c->failed = 1;
            return;
        }
        c->arcs = arcs;
        c->size = size;
    }
    if (rate > 0.0 && from != to)
        c->arcs[c->count++] = (struct arc){from, to, rate};
}

static int by_target(const void *a, const void *b)
{
    const struct arc *x = a, *y = b;
    return (x->to > y->to) - (x->to < y->to);
}

/* Transposed generator, its last equation replaced by sum of p = 1. */
static int solve_dense(const struct chain *c, double *p)
{
    const size_t n = c->states;
    gsl_matrix *q = gsl_matrix_calloc(n, n);
    gsl_vector *right = gsl_vector_calloc(n), *x = gsl_vector_alloc(n);
    gsl_permutation *order = gsl_permutation_alloc(n);
    int sign, ok = q != NULL && right != NULL && x != NULL && order != NULL;
    if (ok) {
        for (size_t i = 0; i < c->count; i++) {
            const struct arc *a = &c->arcs[i];
            *gsl_matrix_ptr(q, a->to, a->from) += a->rate;
            *gsl_matrix_ptr(q, a->from, a->from) -= a->rate;
        }
        for (size_t i = 0; i < n; i++)
            gsl_matrix_set(q, n - 1, i, 1.0);
        gsl_vector_set(right, n - 1, 1.0);
        ok = gsl_linalg_LU_decomp(q, order, &sign) == GSL_SUCCESS &&
             gsl_linalg_LU_solve(q, order, right, x) == GSL_SUCCESS;
        for (size_t i = 0; ok && i < n; i++)
            p[i] = gsl_vector_get(x, i);
    }
    gsl_permutation_free(order);
    gsl_vector_free(x);
    gsl_vector_free(right);
    gsl_matrix_free(q);
    return ok ? 0 : -1;
}

static int solve_sparse(struct chain *c, double *p)
{
    const size_t n = c->states;
    double *out = calloc(n, sizeof *out);
    size_t *first = calloc(n + 1, sizeof *first);
    if (out == NULL || first == NULL) {
        free(out);
        free(first);
        return -1;
    }
    qsort(c->arcs, c->count, sizeof *c->arcs, by_target);
    for (size_t i = 0; i < c->count; i++) {
        out[c->arcs[i].from] += c->arcs[i].rate;
        first[c->arcs[i].to + 1]++;
    }
    for (size_t i = 0; i < n; i++)
        first[i + 1] += first[i];
    for (size_t i = 0; i < n; i++)
        p[i] = 1.0 / (double)n;
    int sweeps = 0;
    for (double moved = 1.0; moved > 1e-13 && sweeps < SWEEPS_MOST; sweeps++) {
        double sum = 0.0;
        moved = 0.0;
        for (size_t j = 0; j < n; j++) {
            const size_t i = sweeps % 2 == 0 ? j : n - 1 - j;
            double in = 0.0;
            for (size_t a = first[i]; a < first[i + 1]; a++)
                in += p[c->arcs[a].from] * c->arcs[a].rate;
            const double next = out[i] > 0.0 ? in / out[i] : 0.0;
            moved += fabs(next - p[i]);
            p[i] = next;
            sum += next;
        }
        for (size_t i = 0; i < n; i++)
            p[i] /= sum;
    }
    free(out);
    free(first);
    return sweeps < SWEEPS_MOST ? 0 : -1;
}

int chain_stationary(struct chain *c, double *p)
{
    if (c->failed)
        return -1;
    return c->states <= DENSE_MOST ? solve_dense(c, p) : solve_sparse(c, p);
}

/* The chain's law, the chain freed; NULL: failed. */
static double *solve(struct chain *c)
{
    double *p = c == NULL ? NULL : calloc(c->states, sizeof *p);
    if (p != NULL && chain_stationary(c, p) != 0) {
        free(p);
        p = NULL;
    }
    chain_free(c);
    return p;
}

/* A line of k phases before the core: bit i is 1 where the task at place i is in its second burst; place 0 is
 * served. */
static size_t line_index(unsigned k, size_t bits)
{
    return ((size_t)1 << k) - 1 + bits;
}

/* States: m < n threads held, line; then m = n with q = 0 .. most waiting, line. */
static size_t threads_state(unsigned n, unsigned m, unsigned q, unsigned k, size_t bits)
{
    size_t at = 0;
    for (unsigned i = 0; i < m; i++)
        at += ((size_t)2 << i) - 1;
    return at + q * (((size_t)2 << n) - 1) + line_index(k, bits);
}

double threads_and_core(unsigned n, double rate, double burst, double io, unsigned most)
{
    struct chain *c = chain_new(threads_state(n, n, most + 1, 0, 0));
    if (c == NULL)
        return NAN;
    for (unsigned m = 0; m <= n; m++)
        for (unsigned q = 0; q <= (m == n ? most : 0); q++)
            for (unsigned k = 0; k <= m; k++)
                for (size_t bits = 0; bits < (size_t)1 << k; bits++) {
                    const size_t here = threads_state(n, m, q, k, bits);
                    if (m < n)
                        chain_rate(c, here, threads_state(n, m + 1, 0, k + 1, bits), rate);
                    else if (q < most)
                        chain_rate(c, here, threads_state(n, m, q + 1, k, bits), rate);
                    if (k < m)
                        chain_rate(c, here, threads_state(n, m, q, k + 1, bits | (size_t)1 << k),
                                   (double)(m - k) / io);
                    if (k == 0)
                        continue;
                    if ((bits & 1) == 0) /* on to its I/O */
                        chain_rate(c, here, threads_state(n, m, q, k - 1, bits >> 1), 1.0 / burst);
                    else if (q > 0) /* done; the next gets the thread and joins the line */
                        chain_rate(c, here, threads_state(n, m, q - 1, k, bits >> 1), 1.0 / burst);
                    else
                        chain_rate(c, here, threads_state(n, m - 1, 0, k - 1, bits >> 1), 1.0 / burst);
                }
    double *p = solve(c), mean = p == NULL ? NAN : 0.0;
    for (unsigned m = 0; p != NULL && m <= n; m++)
        for (unsigned q = 0; q <= (m == n ? most : 0); q++)
            for (unsigned k = 0; k <= m; k++)
                for (size_t bits = 0; bits < (size_t)1 << k; bits++)
                    mean += p[threads_state(n, m, q, k, bits)] * (double)(m + q);
    free(p);
    return mean;
}

/* i: tasks in system (all with a thread up to n, then n and i - n waiting); a, d: in their first and second
 * bursts. */
static size_t shared_state(unsigned n, unsigned i, unsigned a, unsigned d)
{
    return (i * ((size_t)n + 1) + a) * ((size_t)n + 1) + d;
}

double threads_and_shared_core(unsigned n, double rate, double burst, double io, unsigned most)
{
    struct chain *c = chain_new(shared_state(n, n + most + 1, 0, 0));
    if (c == NULL)
        return NAN;
    for (unsigned i = 0; i <= n + most; i++)
        for (unsigned a = 0; a <= n; a++)
            for (unsigned d = 0; d <= n; d++) {
                const size_t here = shared_state(n, i, a, d);
                const unsigned m = i < n ? i : n;
                if (a + d > m) { /* no such state; drains into one that there is */
                    chain_rate(c, here, 0, 1.0);
                    continue;
                }
                if (i < n + most)
                    chain_rate(c, here, shared_state(n, i + 1, i < n ? a + 1 : a, d), rate);
                if (a + d < m)
                    chain_rate(c, here, shared_state(n, i, a, d + 1), (double)(m - a - d) / io);
                if (a > 0)
                    chain_rate(c, here, shared_state(n, i, a - 1, d), (double)a / (double)(a + d) / burst);
                if (d > 0)
                    chain_rate(c, here, shared_state(n, i - 1, i > n ? a + 1 : a, d - 1),
                               (double)d / (double)(a + d) / burst);
            }
    double *p = solve(c), mean = p == NULL ? NAN : 0.0;
    for (unsigned i = 0; p != NULL && i <= n + most; i++)
        for (unsigned a = 0; a <= n; a++)
            for (unsigned d = 0; d <= n; d++)
                mean += p[shared_state(n, i, a, d)] * (double)i;
    free(p);
    return mean;
}

double threads_and_connections(unsigned n, unsigned m, double rate, double first, double second,
                               unsigned most)
{
    const size_t width = n + 1;
    struct chain *c = chain_new((most + 1) * width);
    if (c == NULL)
        return NAN;
    for (unsigned present = 0; present <= most; present++) {
        const unsigned threads = present < n ? present : n;
        for (unsigned j = 0; j <= n; j++) { /* j of the threads are at the connections, waiting or served */
            const size_t here = present * width + j;
            if (j > threads) { /* no such state; drains into one that there is */
                chain_rate(c, here, 0, 1.0);
                continue;
            }
            if (present < most)
                chain_rate(c, here, here + width, rate);
            chain_rate(c, here, here + 1, (double)(threads - j) / first);
            if (j > 0)
                chain_rate(c, here, here - width - 1, (double)(j < m ? j : m) / second);
        }
    }
    double *p = solve(c), mean = p == NULL ? NAN : 0.0;
    for (unsigned present = 0; p != NULL && present <= most; present++)
        for (unsigned j = 0; j <= n; j++)
            mean += p[present * width + j] * (double)present;
    free(p);
    return mean;
}

int mmc_setup(unsigned c, double rate, double mu, double alpha, unsigned most, double *in_system,
              double *starting)
{
    /* (waiting q, busy b, starting s), b + s <= c; whoever is neither is cold. */
    const size_t w = c + 1;
    struct chain *chain = chain_new((most + 1) * w * w);
    if (chain == NULL)
        return -1;
    for (unsigned q = 0; q <= most; q++)
        for (unsigned b = 0; b <= c; b++)
            for (unsigned s = 0; s <= c; s++) {
                const size_t here = (q * w + b) * w + s;
                if (b + s > c || (s < q && b + s < c)) { /* no such state; drains into one that there is */
                    chain_rate(chain, here, 0, 1.0);
                    continue;
                }
                if (q < most)
                    chain_rate(chain, here, ((q + 1) * w + b) * w + s + (s < q + 1 && b + s < c ? 1 : 0),
                               rate);
                if (b > 0)
                    chain_rate(chain, here, q > 0 ? here - w * w : here - w, (double)b * mu);
                if (s > 0)
                    chain_rate(chain, here, q > 0 ? here - w * w + w - 1 : here - 1, (double)s * alpha);
            }
    double *p = solve(chain);
    *in_system = *starting = 0.0;
    for (unsigned q = 0; p != NULL && q <= most; q++)
        for (unsigned b = 0; b <= c; b++)
            for (unsigned s = 0; s <= c; s++) {
                *in_system += p[(q * w + b) * w + s] * (double)(q + b);
                *starting += p[(q * w + b) * w + s] * (double)s;
            }
    const int result = p == NULL ? -1 : 0;
    free(p);
    return result;
}

double mm1_setup_kept(double rate, double mu, double alpha, double beta, unsigned most)
{
    struct chain *c = chain_new(2 * (size_t)(most + 1)); /* 2 n: cold or starting, n present; 2 n + 1: warm */
    if (c == NULL)
        return NAN;
    for (unsigned n = 0; n <= most; n++) {
        const size_t cold = 2 * (size_t)n, warm = cold + 1;
        if (n < most) {
            chain_rate(c, cold, cold + 2, rate);
            chain_rate(c, warm, warm + 2, rate);
        }
        if (n > 0) {
            chain_rate(c, cold, warm, alpha);
            chain_rate(c, warm, warm - 2, mu);
        } else {
            chain_rate(c, warm, cold, beta);
        }
    }
    double *p = solve(c), mean = p == NULL ? NAN : 0.0;
    for (unsigned n = 0; p != NULL && n <= most; n++)
        mean += (p[2 * n] + p[2 * n + 1]) * (double)n;
    free(p);
    return mean;
}
