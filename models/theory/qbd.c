#include "models/theory/qbd.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* out = a b; a: n by m, b: m by p. */
static void multiply(size_t n, size_t m, size_t p, const double *a, const double *b, double *out)
{
    const gsl_matrix_const_view x = gsl_matrix_const_view_array(a, n, m),
                                y = gsl_matrix_const_view_array(b, m, p);
    gsl_matrix_view z = gsl_matrix_view_array(out, n, p);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1.0, &x.matrix, &y.matrix, 0.0, &z.matrix);
}

/* x of (diag(rates 1 + leave) - rates) x = x, for `columns` right sides x at once: states are taken out one
 * by one, the last first. rates (n by n, without its diagonal) and leave are destroyed. */
static bool solve(size_t n, double *rates, double *leave, size_t columns, double *x)
{
    for (size_t k = n; k-- > 0;) {
        double out = leave[k];
        for (size_t j = 0; j < k; j++)
            out += rates[k * n + j];
        if (!(out > 0.0))
            return false;
        for (size_t i = 0; i < k; i++) {
            const double w = rates[i * n + k] / out;
            if (w == 0.0)
                continue;
            leave[i] += w * leave[k];
            for (size_t j = 0; j < k; j++)
                rates[i * n + j] += w * rates[k * n + j];
            for (size_t j = 0; j < columns; j++)
                x[i * columns + j] += w * x[k * columns + j];
        }
        leave[k] = out; /* from here on: all of its rates */
    }
    for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < columns; j++) {
            for (size_t i = 0; i < k; i++)
                x[k * columns + j] += rates[k * n + i] * x[i * columns + j];
            x[k * columns + j] /= leave[k];
        }
    return true;
}

/* p of p (rates - diag) = 0, up to a factor. rates are destroyed. */
static bool stationary(size_t n, double *rates, double *p)
{
    for (size_t k = n; k-- > 1;) {
        double out = 0.0;
        for (size_t j = 0; j < k; j++)
            out += rates[k * n + j];
        if (!(out > 0.0))
            return false;
        for (size_t i = 0; i < k; i++) {
            const double w = rates[i * n + k] /= out;
            for (size_t j = 0; j < k; j++)
                rates[i * n + j] += w * rates[k * n + j];
        }
    }
    p[0] = 1.0;
    for (size_t k = 1; k < n; k++) {
        p[k] = 0.0;
        for (size_t i = 0; i < k; i++)
            p[k] += p[i] * rates[i * n + k];
    }
    return true;
}

static void row_sums(size_t n, size_t m, const double *a, double *sums)
{
    for (size_t i = 0; i < n; i++) {
        sums[i] = 0.0;
        for (size_t j = 0; j < m; j++)
            sums[i] += a[i * m + j];
    }
}

static void unit(size_t n, double *a)
{
    memset(a, 0, n * n * sizeof *a);
    for (size_t i = 0; i < n; i++)
        a[i * n + i] = 1.0;
}

/* a (n by n) as one half of rows twice as long. */
static void abreast(size_t n, const double *a, double *half)
{
    for (size_t i = 0; i < n; i++)
        memcpy(half + 2 * i * n, a + i * n, n * sizeof *half);
}

/* G, by the chain seen at levels 1, 2, 4, ... away alone: up and down hold the chances of going there. */
static bool first_passage(const struct qbd_level *l, struct arena *arena, double *g)
{
    enum { ROUNDS = 100 };
    const size_t n = l->n, nn = n * n;
    double *room = arena_array(arena, 7 * nn + n, sizeof *room);
    if (room == NULL)
        return false;
    double *both = room, *u = both + 2 * nn, *t = u + nn, *up = t + nn, *down = up + nn, *square = down + nn,
           *leave = square + nn;
    /* both: up and down side by side, as right sides of one system */
    abreast(n, l->up, both);
    abreast(n, l->down, both + n);
    memcpy(u, l->local, nn * sizeof *u);
    unit(n, t);
    memset(g, 0, nn * sizeof *g);
    for (int round = 0; round < ROUNDS; round++) {
        row_sums(n, 2 * n, both, leave);
        if (!solve(n, u, leave, 2 * n, both))
            return false;
        for (size_t i = 0; i < n; i++) {
            memcpy(up + i * n, both + 2 * i * n, n * sizeof *up);
            memcpy(down + i * n, both + 2 * i * n + n, n * sizeof *down);
        }
        /* G += T down, T = T up */
        double most = 0.0, largest = 0.0;
        multiply(n, n, n, t, down, u);
        for (size_t i = 0; i < nn; i++)
            g[i] += u[i];
        multiply(n, n, n, t, up, u);
        memcpy(t, u, nn * sizeof *t);
        row_sums(n, n, t, leave);
        for (size_t i = 0; i < n; i++)
            most = fmax(most, leave[i]);
        row_sums(n, n, up, leave);
        for (size_t i = 0; i < n; i++)
            largest = fmax(largest, leave[i]);
        if (most < 1e-17 || largest == 0.0)
            return true;
        /* up down + down up; up^2 and down^2 side by side */
        multiply(n, n, n, up, down, u);
        multiply(n, n, n, down, up, both);
        for (size_t i = 0; i < nn; i++)
            u[i] += both[i];
        multiply(n, n, n, up, up, square);
        abreast(n, square, both);
        multiply(n, n, n, down, down, square);
        abreast(n, square, both + n);
    }
    return false;
}

/* N = -(local + up G)^-1, where G leads back from the level above. */
static bool sojourn(const struct qbd_level *l, size_t next, size_t below, const double *g,
                    struct arena *arena, double *inverse)
{
    const size_t n = l->n;
    double *u = arena_array(arena, n * n, sizeof *u), *leave = arena_array(arena, n, sizeof *leave);
    if (u == NULL || leave == NULL)
        return false;
    multiply(n, next, n, l->up, g, u);
    for (size_t i = 0; i < n * n; i++)
        u[i] += l->local[i];
    row_sums(n, below, l->down, leave);
    unit(n, inverse);
    return solve(n, u, leave, n, inverse);
}

/* ---- Sums over all levels ---- */

/* LU of I - R, or of its transpose, and the solution for x. false: no memory. */
static bool over_levels(size_t n, const double *r, bool rows, double *x)
{
    gsl_matrix *m = gsl_matrix_alloc(n, n);
    gsl_permutation *p = gsl_permutation_alloc(n);
    const bool room = m != NULL && p != NULL;
    if (room) {
        int sign;
        gsl_vector_view v = gsl_vector_view_array(x, n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                gsl_matrix_set(m, rows ? j : i, rows ? i : j, (double)(i == j) - r[i * n + j]);
        gsl_linalg_LU_decomp(m, p, &sign);
        gsl_linalg_LU_svx(m, p, &v.vector);
    }
    gsl_matrix_free(m);
    gsl_permutation_free(p);
    return room;
}

/* (A - 1 phases)^-1: the deviation matrix of A, but for what it makes of 1. a is destroyed. */
static bool deviation(size_t n, double *a, const double *phases, double *out)
{
    double most = 0.0;
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (size_t j = 0; j < n; j++)
            sum += j == i ? 0.0 : a[i * n + j];
        a[i * n + i] = -sum;
        most = fmax(most, sum);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            a[i * n + j] -= most * phases[j];
    gsl_matrix_view m = gsl_matrix_view_array(a, n, n), inverse = gsl_matrix_view_array(out, n, n);
    gsl_permutation *p = gsl_permutation_alloc(n);
    int sign;
    const bool done = p != NULL && gsl_linalg_LU_decomp(&m.matrix, p, &sign) == 0 &&
                      gsl_linalg_LU_invert(&m.matrix, p, &inverse.matrix) == 0;
    gsl_permutation_free(p);
    return done;
}

/* I - R is nearly singular near load 1, or where arrivals or services vary much, and rounding in R would cost
 * as many digits as 1 - (its largest eigenvalue) has zeros. But with U = A1 + A0 G: A = A0 + A1 + A2 = (I -
 * R) U (I - G), and (I - R) (-U) 1 = (A2 - A0) 1, of which the stationary phases make the drift. So (I -
 * R)^-1 v = A2 1 phases v / drift + U (I - G) A# (v - (A2 - A0) 1 phases v / drift), A# the deviation matrix
 * of A, and nothing is nearly singular. `turn`: U (I - G) A#. */
static bool make_sums(const struct qbd_level *l, const double *g, struct arena *arena, struct qbd_sums *out)
{
    enum { SINGULAR = 100000 };
    const size_t n = l->n, nn = n * n;
    double *phases = arena_array(arena, n, sizeof *phases), *downs = arena_array(arena, n, sizeof *downs),
           *gain = arena_array(arena, n, sizeof *gain);
    double *turn = arena_array(arena, nn, sizeof *turn), *a = arena_array(arena, nn, sizeof *a),
           *b = arena_array(arena, nn, sizeof *b);
    double *u = arena_array(arena, nn, sizeof *u), most = 0.0;
    if (phases == NULL || downs == NULL || gain == NULL || turn == NULL || a == NULL || b == NULL ||
        u == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        gain[i] = 1.0; /* for now: the levels that come after each state */
    if (!over_levels(n, out->r, false, gain))
        return false;
    for (size_t i = 0; i < n; i++)
        most = gain[i] >= 0.0 ? fmax(most, gain[i]) : INFINITY;
    if (most < SINGULAR)
        return true;
    for (size_t i = 0; i < nn; i++)
        b[i] = a[i] = l->up[i] + l->local[i] + l->down[i];
    row_sums(n, n, l->up, gain);
    row_sums(n, n, l->down, downs);
    if (!stationary(n, b, phases))
        return true; /* some phases are left for good: as before */
    double total = 0.0, drift = 0.0;
    for (size_t i = 0; i < n; i++)
        total += phases[i];
    for (size_t i = 0; i < n; i++) {
        phases[i] /= total;
        gain[i] = downs[i] - gain[i];
        drift += phases[i] * gain[i];
    }
    if (!(drift > 0.0) || !deviation(n, a, phases, b))
        return false;
    /* a: I - G, u: U */
    multiply(n, n, n, l->up, g, u);
    for (size_t i = 0; i < n; i++) {
        double leaves = downs[i];
        for (size_t j = 0; j < n; j++) {
            a[i * n + j] = (double)(i == j) - g[i * n + j];
            leaves += j == i ? 0.0 : l->local[i * n + j] + u[i * n + j];
            u[i * n + j] += l->local[i * n + j];
        }
        u[i * n + i] = -leaves;
    }
    multiply(n, n, n, a, b, turn);
    memcpy(b, turn, nn * sizeof *b);
    multiply(n, n, n, u, b, turn);
    out->turn = turn;
    out->phases = phases;
    out->downs = downs;
    out->gain = gain;
    out->drift = drift;
    return true;
}

static double dot(size_t n, const double *x, const double *y)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

bool qbd_sum_row(const struct qbd_sums *s, double *x)
{
    const size_t n = s->n;
    if (s->turn == NULL)
        return over_levels(n, s->r, true, x);
    double *w = calloc(n, sizeof *w);
    if (w == NULL)
        return false;
    multiply(1, n, n, x, s->turn, w);
    const double all = (dot(n, x, s->downs) - dot(n, w, s->gain)) / s->drift;
    for (size_t i = 0; i < n; i++)
        x[i] = w[i] + all * s->phases[i];
    free(w);
    return true;
}

bool qbd_sum_column(const struct qbd_sums *s, double *x)
{
    const size_t n = s->n;
    if (s->turn == NULL)
        return over_levels(n, s->r, false, x);
    double *rest = calloc(n, sizeof *rest);
    if (rest == NULL)
        return false;
    const double all = dot(n, s->phases, x) / s->drift;
    for (size_t i = 0; i < n; i++)
        rest[i] = x[i] - all * s->gain[i];
    multiply(n, n, 1, s->turn, rest, x);
    for (size_t i = 0; i < n; i++)
        x[i] += all * s->downs[i];
    free(rest);
    return true;
}

bool qbd_solve(const struct qbd *q, struct arena *arena, struct qbd_law *out)
{
    const size_t first = q->first, n = q->levels[first].n;
    size_t largest = n;
    for (size_t k = 0; k < first; k++)
        largest = largest > q->levels[k].n ? largest : q->levels[k].n;
    double **r = arena_array(arena, first + 1, sizeof *r),
           *g = arena_array(arena, largest * largest, sizeof *g);
    double *inverse = arena_array(arena, largest * largest, sizeof *inverse),
           *down = arena_array(arena, largest * largest, sizeof *down);
    *out = (struct qbd_law){.p = arena_array(arena, first + 1, sizeof *out->p),
                            .above = arena_array(arena, n, sizeof *out->above),
                            .excess = arena_array(arena, n, sizeof *out->excess)};
    if (r == NULL || g == NULL || inverse == NULL || down == NULL || out->p == NULL || out->above == NULL ||
        out->excess == NULL || !first_passage(&q->levels[first + 1], arena, g))
        return false;
    for (size_t k = first + 1; k > 0; k--) {
        const struct qbd_level *l = &q->levels[k], *below = l - 1;
        if (!sojourn(l, k > first ? n : l[1].n, below->n, g, arena, inverse))
            return false;
        r[k - 1] = arena_array(arena, below->n * l->n, sizeof **r);
        if (r[k - 1] == NULL)
            return false;
        multiply(below->n, l->n, l->n, below->up, inverse, r[k - 1]);
        multiply(l->n, l->n, below->n, inverse, l->down, down);
        memcpy(g, down, l->n * below->n * sizeof *g);
        if (k > first) {
            out->sums = (struct qbd_sums){.n = n, .r = r[first]};
            if (!make_sums(l, g, arena, &out->sums))
                return false;
        }
    }
    const struct qbd_level *zero = &q->levels[0];
    multiply(zero->n, zero[1].n, zero->n, zero->up, g, down);
    for (size_t i = 0; i < zero->n * zero->n; i++)
        down[i] += zero->local[i];
    double total = 0.0;
    for (size_t k = 0; k <= first; k++) {
        const size_t size = q->levels[k].n;
        out->p[k] = arena_array(arena, size, sizeof **out->p);
        if (out->p[k] == NULL)
            return false;
        if (k > 0)
            multiply(1, q->levels[k - 1].n, size, out->p[k - 1], r[k - 1], out->p[k]);
        else if (!stationary(size, down, out->p[0]))
            return false;
        double sum = 0.0;
        for (size_t i = 0; i < size; i++)
            sum += out->p[k][i];
        total += k < first ? sum : 0.0;
        if (sum > 1e100) { /* far from the likely levels yet: begin again from here */
            for (size_t j = 0; j <= k; j++)
                for (size_t i = 0; i < q->levels[j].n; i++)
                    out->p[j][i] /= sum;
            total /= sum;
        }
    }
    /* Above: p R (I - R)^-1, each once, and p R (I - R)^-2, each as often as it is levels away. */
    multiply(1, n, n, out->p[first], r[first], out->above);
    if (!qbd_sum_row(&out->sums, out->above))
        return false;
    memcpy(out->excess, out->above, n * sizeof *out->excess);
    if (!qbd_sum_row(&out->sums, out->excess))
        return false;
    for (size_t i = 0; i < n; i++)
        total += out->p[first][i] + out->above[i];
    for (size_t k = 0; k <= first; k++)
        for (size_t i = 0; i < q->levels[k].n; i++)
            out->p[k][i] /= total;
    for (size_t i = 0; i < n; i++) {
        out->above[i] /= total;
        out->excess[i] /= total;
        if (!(out->above[i] >= -1e-15 && isfinite(out->excess[i])))
            return false;
    }
    return isfinite(total) && total > 0.0;
}
