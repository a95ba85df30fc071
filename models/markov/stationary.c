/* stationary.c: the stationary law of a large sparse chain: sweeps (Gauss-Seidel), and between them the chain
 * of groups of states solved exactly (iterative aggregation and disaggregation: Koury, McAllister, Stewart,
 * SIAM J. Alg. Disc. Meth. 1984; Stewart, Introduction to the Numerical Solution of Markov Chains, 1994,
 * chapter 6). Small ones directly, by elimination without subtractions (Grassmann, Taksar, Heyman, Oper. Res.
 * 1985). */
#include "models/markov/chain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIRECT_MOST = 500, GROUPS_MOST = 300, SWEEPS_MOST = 20000 };
#define RESIDUAL_GOAL   2e-15
#define RESIDUAL_ENOUGH 1e-12
#define MOVED_MOST      1e-11 /* what the mean of the groups' numbers may still move, relatively */
#define SWEEP_WORK_MOST 6e9
#define BAND_WORK_MOST  2e9 /* operations */
#define BAND_ROOM_MOST  3e7 /* numbers */

/* Elimination; a is n by n, rates by row, spoilt. Every state must reach every other one. */
static void eliminate(size_t n, double *a, double *p)
{
    for (size_t k = n - 1; k > 0; k--) {
        double sum = 0.0;
        for (size_t j = 0; j < k; j++)
            sum += a[k * n + j];
        for (size_t i = 0; i < k; i++) {
            const double f = a[i * n + k] = sum > 0.0 ? a[i * n + k] / sum : 0.0;
            if (f == 0.0)
                continue;
            for (size_t j = 0; j < k; j++)
                if (j != i)
                    a[i * n + j] += f * a[k * n + j];
        }
    }
    double all = p[0] = 1.0; /* kept within what a double holds */
    for (size_t k = 1; k < n; k++) {
        p[k] = 0.0;
        for (size_t i = 0; i < k; i++)
            p[k] += p[i] * a[i * n + k];
        all += p[k];
        if (all > 1e200) {
            for (size_t i = 0; i <= k; i++)
                p[i] *= 1e-200;
            all *= 1e-200;
        }
    }
    for (size_t k = 0; k < n; k++)
        p[k] /= all;
}

/* Which states `from` leads to, over rows of q (or, where q is of the rates by column, which lead to it). */
static bool reach(const struct sparse *q, size_t from, bool *seen)
{
    size_t *stack = malloc(q->n * sizeof *stack), count = 0;
    if (stack == NULL)
        return false;
    memset(seen, 0, q->n * sizeof *seen);
    seen[from] = true;
    stack[count++] = from;
    while (count > 0) {
        const size_t i = stack[--count];
        for (size_t t = q->first[i]; t < q->first[i + 1]; t++)
            if (!seen[q->to[t]]) {
                seen[q->to[t]] = true;
                stack[count++] = q->to[t];
            }
    }
    free(stack);
    return true;
}

/* The rates by column. */
struct columns {
    size_t *first;
    uint32_t *from;
    double *rate;
};

static bool transpose(const struct sparse *q, struct columns *out)
{
    const size_t count = q->first[q->n];
    out->first = calloc(q->n + 2, sizeof *out->first);
    out->from = malloc((count + 1) * sizeof *out->from);
    out->rate = malloc((count + 1) * sizeof *out->rate);
    if (out->first == NULL || out->from == NULL || out->rate == NULL)
        return false;
    for (size_t t = 0; t < count; t++)
        out->first[q->to[t] + 2]++;
    for (size_t i = 2; i <= q->n; i++)
        out->first[i] += out->first[i - 1];
    for (size_t i = 0; i < q->n; i++)
        for (size_t t = q->first[i]; t < q->first[i + 1]; t++) {
            const size_t u = out->first[q->to[t] + 1]++;
            out->from[u] = (uint32_t)i;
            out->rate[u] = q->rate[t];
        }
    return true;
}

/* The states of the one closed class in `closed`; what else there is, is transient. */
static bool closed_class(const struct sparse *q, const struct sparse *back, bool *closed, bool *scratch,
                         struct error *err)
{
    size_t x = 0;
    for (;;) {
        if (!reach(q, x, closed) || !reach(back, x, scratch))
            return error_set(err, "out of memory");
        size_t y = 0;
        while (y < q->n && !(closed[y] && !scratch[y]))
            y++;
        if (y == q->n)
            break;
        x = y; /* it does not lead back to where we came from */
    }
    for (size_t i = 0; i < q->n; i++)
        if (!scratch[i])
            return error_set(err, "the chain falls apart: where it ends depends on how it begins");
    return true;
}

struct solver {
    const struct sparse *q;
    struct columns by_column;
    double *out;     /* by state: sum of its rates */
    uint32_t *group; /* by state */
    size_t groups;
    double *p, *rates, *masses, *share;
};

static void sweep(struct solver *s, bool upwards)
{
    const struct columns *c = &s->by_column;
    for (size_t step = 0; step < s->q->n; step++) {
        const size_t j = upwards ? step : s->q->n - 1 - step;
        double in = 0.0;
        for (size_t t = c->first[j]; t < c->first[j + 1]; t++)
            in += s->p[c->from[t]] * c->rate[t];
        s->p[j] = s->out[j] > 0.0 ? in / s->out[j] : 0.0;
    }
}

static void normalise(struct solver *s)
{
    double all = 0.0;
    for (size_t i = 0; i < s->q->n; i++)
        all += s->p[i];
    for (size_t i = 0; i < s->q->n; i++)
        s->p[i] /= all;
}

/* The groups as a chain of their own; each group's mass becomes what that chain gives it. */
static void aggregate(struct solver *s)
{
    const size_t g = s->groups;
    memset(s->rates, 0, g * g * sizeof *s->rates);
    memset(s->masses, 0, g * sizeof *s->masses);
    for (size_t i = 0; i < s->q->n; i++) {
        s->masses[s->group[i]] += s->p[i];
        for (size_t t = s->q->first[i]; t < s->q->first[i + 1]; t++) {
            const uint32_t from = s->group[i], to = s->group[s->q->to[t]];
            if (from != to)
                s->rates[from * g + to] += s->p[i] * s->q->rate[t];
        }
    }
    for (size_t i = 0; i < g; i++)
        for (size_t j = 0; j < g; j++)
            s->rates[i * g + j] = s->masses[i] > 0.0 ? s->rates[i * g + j] / s->masses[i] : 0.0;
    eliminate(g, s->rates, s->share);
    for (size_t i = 0; i < s->q->n; i++) {
        const uint32_t h = s->group[i];
        if (s->masses[h] > 0.0)
            s->p[i] *= s->share[h] / s->masses[h];
    }
}

static double residual_of(const struct solver *s)
{
    const struct columns *c = &s->by_column;
    double missed = 0.0, flow = 0.0;
    for (size_t j = 0; j < s->q->n; j++) {
        double in = 0.0;
        for (size_t t = c->first[j]; t < c->first[j + 1]; t++)
            in += s->p[c->from[t]] * c->rate[t];
        missed += fabs(in - s->p[j] * s->out[j]);
        flow += s->p[j] * s->out[j];
    }
    return flow > 0.0 ? missed / flow : 0.0;
}

/* Groups of states with numbers next to each other, at most GROUPS_MOST. */
static void number_groups(struct solver *s, const uint32_t *group)
{
    uint32_t most = 0;
    for (size_t i = 0; i < s->q->n; i++) {
        s->group[i] = group != NULL ? group[i] : (uint32_t)i;
        most = s->group[i] > most ? s->group[i] : most;
    }
    const uint32_t width = most / GROUPS_MOST + 1;
    for (size_t i = 0; i < s->q->n; i++)
        s->group[i] /= width;
    s->groups = most / width + 1;
}

/* Mean of the groups' numbers. */
static double mean_group(const struct solver *s)
{
    double sum = 0.0;
    for (size_t i = 0; i < s->q->n; i++)
        sum += s->p[i] * (s->group[i] + 1.0);
    return sum;
}

static bool iterate(struct solver *s, double *residual, struct error *err)
{
    double best = INFINITY, before = 0.0;
    int since = 0;
    const double each = 4.0 * (double)s->q->first[s->q->n] + pow((double)s->groups, 3.0) / 3.0;
    for (int i = 0; i < SWEEPS_MOST && i * each < SWEEP_WORK_MOST; i++) {
        aggregate(s);
        sweep(s, true);
        sweep(s, false);
        normalise(s);
        *residual = residual_of(s);
        const double mean = mean_group(s), moved = fabs(mean - before) / mean;
        before = mean;
        if (*residual < RESIDUAL_GOAL && moved < MOVED_MOST)
            return true;
        since = *residual < 0.9 * best ? 0 : since + 1;
        best = fmin(best, *residual);
        if (since > 30 && best < RESIDUAL_ENOUGH &&
            moved < 1e-3 * MOVED_MOST) /* rounding lets it come no nearer */
            return true;
        if (since > 2000)
            break;
    }
    return error_set(err, "the equations of its %zu states did not converge (residual %.1e)", s->q->n, best);
}

static bool direct(const struct sparse *q, double *p)
{
    double *a = calloc(q->n * q->n, sizeof *a);
    if (a == NULL)
        return false;
    for (size_t i = 0; i < q->n; i++)
        for (size_t t = q->first[i]; t < q->first[i + 1]; t++)
            a[i * q->n + q->to[t]] += q->rate[t];
    eliminate(q->n, a, p);
    free(a);
    return true;
}

/* The same as eliminate, where no transition leads farther than `width` states: only these are kept. */
static bool direct_in_band(const struct sparse *q, size_t width, double *p)
{
    const size_t n = q->n, row = 2 * width + 1; /* rate from i to j at i row + width + j - i */
    double *a = calloc(n * row, sizeof *a);
    if (a == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t t = q->first[i]; t < q->first[i + 1]; t++)
            a[i * row + width + q->to[t] - i] += q->rate[t];
    for (size_t k = n - 1; k > 0; k--) {
        const size_t low = k > width ? k - width : 0;
        const double *from_k = a + k * row + width - k;
        double sum = 0.0;
        for (size_t j = low; j < k; j++)
            sum += from_k[j];
        for (size_t i = low; i < k; i++) {
            double *from_i = a + i * row + width - i;
            const double f = from_i[k] = sum > 0.0 ? from_i[k] / sum : 0.0;
            if (f == 0.0)
                continue;
            for (size_t j = low; j < k; j++)
                if (j != i)
                    from_i[j] += f * from_k[j];
        }
    }
    double all = p[0] = 1.0;
    for (size_t k = 1; k < n; k++) {
        p[k] = 0.0;
        for (size_t i = k > width ? k - width : 0; i < k; i++)
            p[k] += p[i] * a[i * row + width + k - i];
        all += p[k];
        if (all > 1e200) {
            for (size_t i = 0; i <= k; i++)
                p[i] *= 1e-200;
            all *= 1e-200;
        }
    }
    for (size_t k = 0; k < n; k++)
        p[k] /= all;
    free(a);
    return true;
}

static size_t band_width(const struct sparse *q)
{
    size_t width = 0;
    for (size_t i = 0; i < q->n; i++)
        for (size_t t = q->first[i]; t < q->first[i + 1]; t++) {
            const size_t distance = q->to[t] > i ? q->to[t] - i : i - q->to[t];
            width = distance > width ? distance : width;
        }
    return width;
}

/* All states reach each other. */
static bool solve(struct solver *s, const uint32_t *group, double *residual, struct error *err)
{
    const struct sparse *q = s->q;
    for (size_t i = 0; i < q->n; i++) {
        s->out[i] = 0.0;
        for (size_t t = q->first[i]; t < q->first[i + 1]; t++)
            s->out[i] += q->rate[t];
    }
    if (q->n <= DIRECT_MOST) {
        if (!direct(q, s->p))
            return error_set(err, "out of memory");
        *residual = residual_of(s);
        return true;
    }
    const size_t width = band_width(q);
    const double n = (double)q->n, w = (double)width;
    if (n * w * w <= BAND_WORK_MOST && n * (2.0 * w + 1.0) <= BAND_ROOM_MOST) {
        if (!direct_in_band(q, width, s->p))
            return error_set(err, "out of memory");
        *residual = residual_of(s);
        return true;
    }
    number_groups(s, group);
    s->rates = malloc(s->groups * s->groups * sizeof *s->rates);
    s->masses = malloc(s->groups * sizeof *s->masses);
    s->share = malloc(s->groups * sizeof *s->share);
    if (s->rates == NULL || s->masses == NULL || s->share == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < q->n; i++)
        s->p[i] = 1.0 / (double)q->n;
    return iterate(s, residual, err);
}

/* The chain without its transient states. */
static bool restrict_to(const struct sparse *q, const bool *closed, struct sparse *out, uint32_t *name)
{
    size_t n = 0, count = 0;
    for (size_t i = 0; i < q->n; i++) {
        name[i] = closed[i] ? (uint32_t)n++ : UINT32_MAX;
        count += closed[i] ? q->first[i + 1] - q->first[i] : 0;
    }
    size_t *first = malloc((n + 1) * sizeof *first);
    uint32_t *to = malloc((count + 1) * sizeof *to);
    double *rate = malloc((count + 1) * sizeof *rate);
    *out = (struct sparse){n, first, to, rate};
    if (first == NULL || to == NULL || rate == NULL)
        return false;
    size_t u = 0;
    for (size_t i = 0; i < q->n; i++) {
        if (!closed[i])
            continue;
        first[name[i]] = u;
        for (size_t t = q->first[i]; t < q->first[i + 1]; t++, u++) {
            to[u] = name[q->to[t]];
            rate[u] = q->rate[t];
        }
    }
    first[n] = u;
    return true;
}

bool stationary(const struct sparse *q, const uint32_t *group, double *p, double *residual, struct error *err)
{
    const size_t n = q->n;
    bool *closed = malloc(n * sizeof *closed), *scratch = malloc(n * sizeof *scratch);
    uint32_t *name = malloc(n * sizeof *name), *groups = malloc(n * sizeof *groups);
    struct columns back = {0};
    struct solver s = {0};
    struct sparse core = {0};
    bool ok = closed != NULL && scratch != NULL && name != NULL && groups != NULL && transpose(q, &back);
    if (!ok) {
        error_set(err, "out of memory");
    } else {
        const struct sparse reversed = {n, back.first, back.from, back.rate};
        ok = closed_class(q, &reversed, closed, scratch, err);
    }
    if (ok && !restrict_to(q, closed, &core, name))
        ok = error_set(err, "out of memory");
    if (ok) {
        s.q = &core;
        s.p = calloc(core.n, sizeof *s.p);
        s.out = calloc(core.n, sizeof *s.out);
        s.group = calloc(core.n, sizeof *s.group);
        for (size_t i = 0; group != NULL && i < n; i++)
            if (closed[i])
                groups[name[i]] = group[i];
        if (s.p == NULL || s.out == NULL || s.group == NULL || !transpose(&core, &s.by_column))
            ok = error_set(err, "out of memory");
        else
            ok = solve(&s, group != NULL ? groups : NULL, residual, err);
        for (size_t i = 0; ok && i < n; i++)
            p[i] = closed[i] ? s.p[name[i]] : 0.0;
    }
    free(closed);
    free(scratch);
    free(name);
    free(groups);
    free(back.first);
    free(back.from);
    free(back.rate);
    free((void *)core.first);
    free((void *)core.to);
    free((void *)core.rate);
    free(s.by_column.first);
    free(s.by_column.from);
    free(s.by_column.rate);
    free(s.p);
    free(s.out);
    free(s.group);
    free(s.rates);
    free(s.masses);
    free(s.share);
    return ok;
}
