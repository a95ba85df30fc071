#include "models/dist/phases.h"
#include "models/dist/build.h"
#include "models/dist/transform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Solves x = means * b + matrix x, that is (-T) x = b with T the generator, by elimination; -T is an
 * M-matrix, so it needs no pivoting. work: n by n. */
static void solve(const struct phases *ph, const double *b, double *x, double *work)
{
    const size_t n = ph->n;
    for (size_t i = 0; i < n; i++) {
        x[i] = ph->means[i] * b[i];
        for (size_t j = 0; j < n; j++)
            work[i * n + j] = (i == j ? 1.0 : 0.0) - ph->matrix[i * n + j];
    }
    for (size_t k = 0; k < n; k++)
        for (size_t i = k + 1; i < n; i++) {
            const double factor = work[i * n + k] / work[k * n + k];
            if (factor == 0.0)
                continue;
            for (size_t j = k + 1; j < n; j++)
                work[i * n + j] -= factor * work[k * n + j];
            x[i] -= factor * x[k];
        }
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; j++)
            x[i] -= work[i * n + j] * x[j];
        x[i] /= work[i * n + i];
    }
}

/* What a row of the matrix lacks of 1; 0 when it is no more than rounding. */
static double ending(const struct phases *ph, size_t i)
{
    double rest = 1.0;
    for (size_t j = 0; j < ph->n; j++)
        rest -= ph->matrix[i * ph->n + j];
    return rest > 1e-12 ? rest : 0.0;
}

/* A phase from which the end cannot be reached, or n. */
static size_t endless(const struct phases *ph, bool *ends)
{
    const size_t n = ph->n;
    for (size_t i = 0; i < n; i++)
        ends[i] = ending(ph, i) > 0.0;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; !ends[i] && j < n; j++)
                if (ph->matrix[i * n + j] > 0.0 && ends[j])
                    ends[i] = changed = true;
    }
    for (size_t i = 0; i < n; i++)
        if (!ends[i])
            return i;
    return n;
}

static bool make_choices(struct phases *ph, struct arena *arena)
{
    const size_t n = ph->n;
    struct choice *follow = arena_array(arena, n, sizeof *follow), *start = arena_alloc(arena, sizeof *start);
    double *p = malloc((n + 1) * sizeof *p);
    bool made = follow != NULL && start != NULL && p != NULL;
    for (size_t i = 0; made && i < n; i++) {
        memcpy(p, ph->matrix + i * n, n * sizeof *p);
        p[n] = ending(ph, i);
        made = choice_init(&follow[i], p, n + 1, arena);
    }
    if (made) {
        p[n] = 1.0;
        for (size_t i = 0; i < n; i++)
            p[n] -= p[i] = ph->alpha[i];
        p[n] = p[n] > 1e-9 ? p[n] : 0.0;
        made = choice_init(start, p, n + 1, arena);
        ph->start = ph->alpha[0] == 1.0 ? NULL : start;
    }
    ph->follow = follow;
    free(p);
    return made;
}

/* Mean and second moment: m = (-T)^-1 1 and 2 (-T)^-1 m, seen from alpha. */
static bool moments(const struct phases *ph, double *mean, double *second)
{
    const size_t n = ph->n;
    double *work = calloc(n * n + 3 * n, sizeof *work);
    if (work == NULL)
        return false;
    double *ones = work + n * n, *first = ones + n, *other = first + n;
    for (size_t i = 0; i < n; i++)
        ones[i] = 1.0;
    solve(ph, ones, first, work);
    solve(ph, first, other, work);
    *mean = *second = 0.0;
    for (size_t i = 0; i < n; i++) {
        *mean += ph->alpha[i] * first[i];
        *second += 2.0 * ph->alpha[i] * other[i];
    }
    free(work);
    return true;
}

double phases_third_moment(const struct dist *d)
{
    const struct phases *ph = d->data;
    const size_t n = ph->n;
    double *work = calloc(n * n + 2 * n, sizeof *work), sum = 0.0;
    if (work == NULL)
        return NAN;
    double *before = work + n * n, *x = before + n;
    for (size_t i = 0; i < n; i++)
        x[i] = 1.0;
    for (int power = 0; power < 3; power++) {
        memcpy(before, x, n * sizeof *x);
        solve(ph, before, x, work);
    }
    for (size_t i = 0; i < n; i++)
        sum += 6.0 * ph->alpha[i] * x[i];
    free(work);
    return sum;
}

bool phases_init(struct dist *d, size_t n, const double *alpha, const double *means, const double *matrix,
                 struct arena *arena, struct error *err)
{
    struct phases *ph = arena_alloc(arena, sizeof *ph);
    bool *ends = malloc(n * sizeof *ends);
    if (ph == NULL || ends == NULL) {
        free(ends);
        return dist_no_memory(err);
    }
    *ph = (struct phases){.n = n, .alpha = alpha, .means = means, .matrix = matrix};
    const size_t stuck = endless(ph, ends);
    free(ends);
    if (stuck < n)
        return error_set(err, "%s: from phase %zu (of %zu) the end is never reached", d->type->name,
                         stuck + 1, n);
    double mean, second;
    if (!make_choices(ph, arena) || !moments(ph, &mean, &second))
        return dist_no_memory(err);
    d->data = ph;
    return dist_moments(d, mean, fmax(0.0, second - mean * mean), 0.0, false, err);
}

bool phases_init_series(struct dist *d, size_t n, const double *means, const double *go_on,
                        struct arena *arena, struct error *err)
{
    if (n > PHASES_MOST)
        return error_set(err, "%s: at most %d phases, not %zu", d->type->name, PHASES_MOST, n);
    double *own = arena_array(arena, n, sizeof *own), *alpha = arena_array(arena, n, sizeof *alpha);
    double *matrix = arena_array(arena, n * n, sizeof *matrix);
    if (own == NULL || alpha == NULL || matrix == NULL)
        return dist_no_memory(err);
    memcpy(own, means, n * sizeof *own);
    alpha[0] = 1.0;
    for (size_t i = 0; i + 1 < n; i++)
        matrix[i * n + i + 1] = go_on == NULL ? 1.0 : go_on[i];
    return phases_init(d, n, alpha, own, matrix, arena, err);
}

double phases_draw(const struct dist *d, struct stream *s)
{
    const struct phases *ph = d->data;
    double sum = 0.0;
    for (size_t i = ph->start == NULL ? 0 : choice_draw(ph->start, s); i < ph->n;
         i = choice_draw(&ph->follow[i], s))
        sum += ph->means[i] * stream_exponential(s);
    return sum;
}

/* One jump of the chain uniformised at rate: to = from (I + T / rate). */
static void jump(const struct phases *ph, double rate, const double *from, double *to)
{
    const size_t n = ph->n;
    memset(to, 0, n * sizeof *to);
    for (size_t i = 0; i < n; i++) {
        if (from[i] == 0.0)
            continue;
        const double moves = from[i] / (ph->means[i] * rate);
        to[i] += from[i] - moves;
        for (size_t j = 0; j < n; j++)
            to[j] += moves * ph->matrix[i * n + j];
    }
}

static double total(const double *v, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    return sum;
}

/* P(not yet absorbed) after mean_jumps = rate x; work: 2 n. */
static double survival(const struct phases *ph, double rate, double mean_jumps, double *work)
{
    double *now = work, *next = work + ph->n, weight = exp(-mean_jumps), sum = 0.0;
    memcpy(now, ph->alpha, ph->n * sizeof *now);
    for (double jumps = 0.0; jumps < mean_jumps || weight > 1e-18; weight *= mean_jumps / ++jumps) {
        sum += weight * total(now, ph->n);
        jump(ph, rate, now, next);
        double *other = now;
        now = next;
        next = other;
    }
    return sum;
}

static void multiply(const double *a, const double *b, double *product, size_t n)
{
    memset(product, 0, n * n * sizeof *product);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; a[i * n + k] != 0.0 && j < n; j++)
                product[i * n + j] += a[i * n + k] * b[k * n + j];
}

/* The same by exp(T x) = exp(T x / 2^m)^(2^m), in terms of E = exp(.) - I, whose square step is 2 E + E^2:
 * where rates are far apart, I + T / rate would round the small ones away. work: 4 n^2. */
static double survival_by_squaring(const struct phases *ph, double rate, double mean_jumps, double *work)
{
    const size_t n = ph->n, nn = n * n;
    double *e = work, *power = work + nn, *step = power + nn, *spare = step + nn;
    int squarings = 0;
    for (; mean_jumps > 0.125; squarings++)
        mean_jumps *= 0.5;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            step[i * n + j] =
                (ph->matrix[i * n + j] - (i == j ? 1.0 : 0.0)) * (mean_jumps / (ph->means[i] * rate));
    memcpy(e, step, nn * sizeof *e);
    memcpy(power, step, nn * sizeof *power);
    for (int k = 2; k <= 12; k++) {
        multiply(power, step, spare, n);
        for (size_t i = 0; i < nn; i++) {
            power[i] = spare[i] / k;
            e[i] += power[i];
        }
    }
    for (; squarings > 0; squarings--) {
        multiply(e, e, spare, n);
        for (size_t i = 0; i < nn; i++)
            e[i] = 2.0 * e[i] + spare[i];
    }
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += ph->alpha[i] * (1.0 + total(e + i * n, n));
    return sum;
}

#define MANY_JUMPS 300.0

double phases_cdf(const struct dist *d, double x)
{
    const struct phases *ph = d->data;
    if (x < 0.0)
        return 0.0;
    double rate = 0.0;
    for (size_t i = 0; i < ph->n; i++)
        rate = fmax(rate, 1.0 / ph->means[i]);
    const double mean_jumps = rate * x;
    if (!isfinite(mean_jumps) || x > 1e6 * (d->mean + sqrt(d->variance)))
        return 1.0; /* Markov's inequality makes it so in effect: the tail is exponential */
    const bool many = mean_jumps > MANY_JUMPS;
    double *work = malloc((many ? 4 * ph->n * ph->n : 2 * ph->n) * sizeof *work);
    if (work == NULL)
        return NAN;
    const double left = (many ? survival_by_squaring : survival)(ph, rate, mean_jumps, work);
    free(work);
    return fmin(1.0, fmax(0.0, 1.0 - left));
}

bool phases_law(const struct dist *d, struct arena *arena, struct phase_law *out)
{
    const struct phases *ph = d->data;
    double *rate = arena_array(arena, ph->n, sizeof *rate);
    for (size_t i = 0; rate != NULL && i < ph->n; i++)
        rate[i] = 1.0 / ph->means[i];
    *out = (struct phase_law){ph->n, ph->alpha, rate, ph->matrix};
    return rate != NULL;
}

/* x = (s I - T)^-1 x, s of real part >= 0, by elimination: rows are dominated by the diagonal, so it needs no pivoting. Rows of
 * zeros below the diagonal cost nothing. */
static void solve_shifted(const struct phases *ph, double complex s, double complex *x, double complex *work)
{
    const size_t n = ph->n;
    for (size_t i = 0; i < n; i++) {
        x[i] *= ph->means[i];
        for (size_t j = 0; j < n; j++)
            work[i * n + j] = (i == j ? 1.0 + s * ph->means[i] : 0.0) - ph->matrix[i * n + j];
    }
    for (size_t k = 0; k < n; k++)
        for (size_t i = k + 1; i < n; i++) {
            if (work[i * n + k] == 0.0)
                continue;
            const double complex factor = work[i * n + k] / work[k * n + k];
            for (size_t j = k + 1; j < n; j++)
                work[i * n + j] -= factor * work[k * n + j];
            x[i] -= factor * x[k];
        }
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; j++)
            if (work[i * n + j] != 0.0)
                x[i] -= work[i * n + j] * x[j];
        x[i] /= work[i * n + i];
    }
}

/* Elimination takes too long, evaluation after evaluation, of many phases that go back to earlier ones. */
static bool soon_solved(const struct phases *ph)
{
    enum { MOST = 16, MOST_FORWARD = 100 };
    bool back = false;
    for (size_t i = 0; i < ph->n; i++)
        for (size_t j = 0; j < i; j++)
            back = back || ph->matrix[i * ph->n + j] != 0.0;
    return ph->n <= (back ? MOST : MOST_FORWARD);
}

/* tail[0] = alpha (s I - T)^-1 t, tail[1] = alpha (s I - T)^-1 1 and tail[2] = alpha (-T)^-1 (s I - T)^-1 1 (from Neuts 1981, eq. 2.2.4). */
bool phases_transform(const struct dist *d, struct transform *at)
{
    const struct phases *ph = d->data;
    const size_t n = ph->n;
    double complex *x = soon_solved(ph) ? malloc((n * n + n) * sizeof *x) : NULL;
    if (x == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        x[i] = 1.0;
    for (int tail = 1; tail <= 2; tail++) {
        solve_shifted(ph, tail == 1 ? at->s : 0.0, x, x + n);
        for (size_t i = 0; i < n; i++)
            at->tail[tail] += ph->alpha[i] * x[i];
    }
    at->tail[0] = 1.0; /* of no phase at all */
    for (size_t i = 0; i < n; i++) {
        at->tail[0] -= ph->alpha[i];
        x[i] = ending(ph, i) / ph->means[i];
    }
    at->tail[0] = creal(at->tail[0]) > 1e-9 ? at->tail[0] : 0.0; /* as make_choices has it */
    solve_shifted(ph, at->s, x, x + n);
    for (size_t i = 0; i < n; i++)
        at->tail[0] += ph->alpha[i] * x[i];
    free(x);
    return true;
}
