#include "models/arrival/markov.h"

#include "models/dist/choice.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

struct phase {
    double mean;          /* time until something happens; INFINITY: never (it is not reached then) */
    struct choice follow; /* outcome j < n: to phase j; n + j: an arrival, and to phase j */
};

struct markov {
    size_t n;
    const struct phase *phases;
    struct choice start;
    const double *d0, *d1; /* rates by row; the diagonal of d0 means nothing */
};

bool markov_fault(struct error *err, const struct arg *arg)
{
    error_place(err, NULL, &arg->at);
    return false;
}

bool markov_check_row(size_t i, size_t n, const double *row, const char *name, const struct arg *arg,
                      struct error *err)
{
    double sum = 0.0, size = 0.0;
    for (size_t j = 0; j < n; j++) {
        if (j != i && row[j] < 0.0) {
            error_set(err, "row %zu of %s has %g beside the diagonal: a rate is at least 0", i + 1, name,
                      row[j]);
            return markov_fault(err, arg);
        }
        sum += row[j];
        size += fabs(row[j]);
    }
    if (fabs(sum) > 1e-9 * size) {
        error_set(err,
                  "row %zu of %s sums to %.6g; it must sum to 0 (the diagonal is minus the rate of leaving)",
                  i + 1, name, sum);
        return markov_fault(err, arg);
    }
    return true;
}

/* reach[j]: phase j can be reached from `from` (itself included). stack: room for n. */
static void reach_from(size_t n, const double *rates, size_t from, bool *reach, size_t *stack)
{
    size_t depth = 0;
    for (size_t j = 0; j < n; j++)
        reach[j] = false;
    reach[from] = true;
    stack[depth++] = from;
    while (depth > 0) {
        const size_t i = stack[--depth];
        for (size_t j = 0; j < n; j++)
            if (!reach[j] && rates[i * n + j] > 0.0) {
                reach[j] = true;
                stack[depth++] = j;
            }
    }
}

/* members[0 .. *count): the phases of the one closed class. false: there are several. */
static bool closed_class(size_t n, const double *rates, size_t *members, size_t *count, bool *reach,
                         bool *back, size_t *stack)
{
    size_t from = 0; /* follow the arrows until nothing new is to be had: from ends in a closed class */
    for (size_t i = 0; i < n; i++) {
        reach_from(n, rates, from, reach, stack);
        if (!reach[i])
            continue;
        reach_from(n, rates, i, back, stack);
        if (!back[from])
            from = i;
    }
    reach_from(n, rates, from, reach, stack);
    *count = 0;
    for (size_t i = 0; i < n; i++)
        if (reach[i])
            members[(*count)++] = i;
    for (size_t i = 0; i < n; i++) {
        reach_from(n, rates, i, back, stack);
        if (!back[from])
            return false;
    }
    return true;
}

/* Stationary law of the closed class: Grassmann, Taksar, Heyman, "Regenerative analysis and steady state
 * distributions for Markov chains", Oper. Res. 1985: no subtraction, so no cancellation. work: count by count
 * rates, destroyed. */
static void stationary(size_t count, double *work, double *pi)
{
    for (size_t k = count; k-- > 1;) {
        double sum = 0.0;
        for (size_t j = 0; j < k; j++)
            sum += work[k * count + j];
        for (size_t i = 0; i < k; i++)
            work[i * count + k] /= sum;
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < k; j++)
                if (i != j)
                    work[i * count + j] += work[i * count + k] * work[k * count + j];
    }
    double total = pi[0] = 1.0;
    for (size_t k = 1; k < count; k++) {
        pi[k] = 0.0;
        for (size_t i = 0; i < k; i++)
            pi[k] += pi[i] * work[i * count + k];
        total += pi[k];
    }
    for (size_t k = 0; k < count; k++)
        pi[k] /= total;
}

/* Index of dispersion of the counts, 1 + 2 (pi D1 (e pi - D)^-1 D1 e / rate - rate) (Narayana, Neuts, "The
 * first two moment matrices of the counts for the Markovian arrival process", Stochastic Models 1992), and
 * the relaxation time of the phases, both within the closed class. Guides for the length of a run: where they
 * cannot be had, as Poisson. */
static void second_order(struct arrival *arrival, size_t n, const double *d0, const double *d1, size_t count,
                         const size_t *members, const double *pi)
{
    gsl_matrix *a = gsl_matrix_calloc(count, count), *q = gsl_matrix_calloc(count, count);
    gsl_vector *b = gsl_vector_calloc(count), *x = gsl_vector_calloc(count);
    gsl_vector_complex *eigen = gsl_vector_complex_alloc(count);
    gsl_permutation *order = gsl_permutation_alloc(count);
    gsl_eigen_nonsymm_workspace *space = gsl_eigen_nonsymm_alloc(count);
    arrival->scv = 1.0;
    if (a != NULL && q != NULL && b != NULL && x != NULL && eigen != NULL && order != NULL && space != NULL) {
        for (size_t i = 0; i < count; i++) {
            double out = 0.0, with = 0.0;
            for (size_t j = 0; j < count; j++) {
                const size_t at = members[i] * n + members[j];
                const double rate = (i == j ? 0.0 : d0[at]) + d1[at];
                with += d1[at];
                if (i != j) {
                    out += rate;
                    gsl_matrix_set(q, i, j, rate);
                }
                gsl_matrix_set(a, i, j, pi[j] - (i == j ? 0.0 : rate));
            }
            gsl_matrix_set(q, i, i, -out);
            gsl_matrix_set(a, i, i, pi[i] + out);
            gsl_vector_set(b, i, with);
        }
        int sign;
        double mix = 0.0;
        if (gsl_linalg_LU_decomp(a, order, &sign) == 0 && gsl_linalg_LU_solve(a, order, b, x) == 0) {
            for (size_t i = 0; i < count; i++)
                for (size_t j = 0; j < count; j++)
                    mix += pi[i] * d1[members[i] * n + members[j]] * gsl_vector_get(x, j);
            const double scv = 1.0 + 2.0 * (mix / arrival->rate - arrival->rate);
            arrival->scv = scv > 0.0 ? scv : isnan(scv) ? 1.0 : 0.0;
        }
        if (count > 1 && gsl_eigen_nonsymm(q, eigen, space) == 0) {
            double slowest = INFINITY;
            size_t zero = 0; /* the one eigenvalue that is 0 */
            for (size_t i = 1; i < count; i++)
                if (fabs(GSL_REAL(gsl_vector_complex_get(eigen, i))) <
                    fabs(GSL_REAL(gsl_vector_complex_get(eigen, zero))))
                    zero = i;
            for (size_t i = 0; i < count; i++)
                if (i != zero)
                    slowest = fmin(slowest, fabs(GSL_REAL(gsl_vector_complex_get(eigen, i))));
            arrival->memory = slowest > 0.0 ? 1.0 / slowest : 0.0;
        }
    }
    if (space != NULL)
        gsl_eigen_nonsymm_free(space);
    gsl_permutation_free(order);
    if (eigen != NULL)
        gsl_vector_complex_free(eigen);
    gsl_vector_free(x);
    gsl_vector_free(b);
    gsl_matrix_free(q);
    gsl_matrix_free(a);
}

static bool no_memory(struct error *err)
{
    return error_set(err, "out of memory");
}

static bool make_phase(struct phase *phase, size_t i, size_t n, const double *d0, const double *d1, double *p,
                       struct arena *arena)
{
    double out = 0.0;
    for (size_t j = 0; j < n; j++)
        out += (p[j] = j == i ? 0.0 : d0[i * n + j]) + (p[n + j] = d1[i * n + j]);
    phase->mean = out > 0.0 ? 1.0 / out : INFINITY;
    for (size_t j = 0; j < 2 * n; j++)
        p[j] = out > 0.0 ? p[j] / out : j == i ? 1.0 : 0.0;
    return choice_init(&phase->follow, p, 2 * n, arena);
}

bool markov_init(struct arrival *arrival, size_t n, const double *d0, const double *d1, struct arena *arena,
                 struct error *err)
{
    struct markov *m = arena_alloc(arena, sizeof *m);
    struct phase *phases = arena_array(arena, n, sizeof *phases);
    double *rates = arena_array(arena, n * n, sizeof *rates), *work = arena_array(arena, n * n, sizeof *work);
    double *pi = arena_array(arena, n, sizeof *pi), *p = arena_array(arena, 2 * n, sizeof *p);
    size_t *members = arena_array(arena, n, sizeof *members), *stack = arena_array(arena, n, sizeof *stack),
           count;
    bool *reach = arena_array(arena, n, sizeof *reach), *back = arena_array(arena, n, sizeof *back);
    if (m == NULL || phases == NULL || rates == NULL || work == NULL || pi == NULL || p == NULL ||
        members == NULL || stack == NULL || reach == NULL || back == NULL)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            rates[i * n + j] = i == j ? 0.0 : d0[i * n + j] + d1[i * n + j];
    if (!closed_class(n, rates, members, &count, reach, back, stack))
        return error_set(
            err, "the phases fall apart into classes that are never left, so that the long run depends on "
                 "where it begins; write one scenario (or variant) for each");
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            work[i * count + j] = rates[members[i] * n + members[j]];
    stationary(count, work, pi);
    for (size_t j = 0; j < 2 * n; j++)
        p[j] = 0.0;
    for (size_t i = 0; i < count; i++) {
        p[members[i]] = pi[i];
        for (size_t j = 0; j < n; j++)
            arrival->rate += pi[i] * d1[members[i] * n + j];
    }
    if (!(arrival->rate > 0.0))
        return error_set(err, "the mean rate is 0: in the long run nothing arrives");
    if (!isfinite(arrival->rate) || !choice_init(&m->start, p, n, arena))
        return isfinite(arrival->rate) ? no_memory(err)
                                       : error_set(err, "the mean rate is beyond any number");
    for (size_t i = 0; i < n; i++)
        if (!make_phase(&phases[i], i, n, d0, d1, p, arena))
            return no_memory(err);
    double *copies = arena_array(arena, 2 * n * n, sizeof *copies);
    if (copies == NULL)
        return no_memory(err);
    memcpy(copies, d0, n * n * sizeof *copies);
    memcpy(copies + n * n, d1, n * n * sizeof *copies);
    m->d0 = copies;
    m->d1 = copies + n * n;
    m->n = n;
    m->phases = phases;
    arrival->form = ARRIVAL_OPEN;
    arrival->data = m;
    arrival->drawn = true;
    second_order(arrival, n, d0, d1, count, members, pi);
    return true;
}

size_t markov_rates(const struct arrival *arrival, const double **d0, const double **d1)
{
    const struct markov *m = arrival->data;
    *d0 = m->d0;
    *d1 = m->d1;
    return m->n;
}

void markov_begin(const struct arrival *arrival, struct arrival_state *state, struct stream *s)
{
    const struct markov *m = arrival->data;
    *state = (struct arrival_state){.time = arrival->start, .place = choice_draw(&m->start, s)};
}

double markov_next(const struct arrival *arrival, struct arrival_state *state, struct stream *s)
{
    const struct markov *m = arrival->data;
    for (;;) {
        const struct phase *phase = &m->phases[state->place];
        state->time += phase->mean * stream_exponential(s);
        const size_t outcome = choice_draw(&phase->follow, s);
        state->place = outcome < m->n ? outcome : outcome - m->n;
        if (outcome >= m->n)
            return state->time;
    }
}
