/* product_form.c: exact means by convolution of the stations' normalising constants (Buzen, "Computational
 * algorithms for closed queueing networks with exponential servers", Comm. ACM 16, 1973; several kinds:
 * Reiser, Kobayashi, IBM J. Res. Dev. 19, 1975). All terms are positive, so that nothing cancels; demands are
 * scaled so that long double holds all constants. Open kinds change the speeds that closed ones see (mixed
 * networks: Lavenberg, Computer Performance Modeling Handbook, 1983, section 3.8). */
#include "models/network/internal.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORK_MOST    4e9
#define LATTICE_MOST 4e6

/* ---- conditions ---- */

static bool fits(const struct network *n, struct error *err)
{
    for (uint32_t s = 0; s < n->stations; s++) {
        const struct network_station *st = &n->station[s];
        if (st->unlike != NULL &&
            (st->form == NETWORK_QUEUE || (st->form == NETWORK_LATEST && st->servers > 1.0)))
            return error_set(err, "station %s serves by %s: %s", n->model->stations[s].name,
                             n->model->stations[s].discipline->name, st->unlike);
    }
    for (uint32_t k = 0; k < n->kinds; k++)
        if (!n->kind[k].closed && !n->kind[k].poisson)
            return error_set(err, "the arrivals of %s are not Poisson", n->model->kinds[k].name);
    return true;
}

/* ---- stations that open kinds visit ---- */

/* Offered load of open kinds at s, in servers. */
double network_open_load(const struct network *n, uint32_t s)
{
    double sum = 0.0;
    for (uint32_t k = 0; k < n->kinds; k++)
        sum += n->kind[k].closed ? 0.0 : n->kind[k].rate * n->kind[k].demand[s];
    return sum;
}

/* The rate of service of i tasks, in servers. */
static double speed(const struct network_station *st, double i)
{
    return fmin(i, st->servers);
}

/* h(n) for n = 0 .. most, up to one common factor: the sum over m of the ways in which n closed and m open
 * tasks can be there: C(n + m, m) load^m / (speed(1) ... speed(n + m)). mean_open (or NULL): the mean of m
 * given n. As h(n) / h(n - 1) in `ratio` (n from 1), which stays in range. */
static void station_ratios(const struct network_station *st, double load, size_t most, double *ratio,
                           double *mean_open)
{
    /* For each n the terms over m, relative to m = 0: t(m) = t(m - 1) load (n + m) / (m speed(n + m)); their
     * sum is S(n). h(n) = S(n) / (speed(1) ... speed(n)). */
    double before = 1.0;
    for (size_t n = 0; n <= most; n++) {
        double term = 1.0, sum = 1.0, first = 0.0, scale = 0.0; /* sum times exp(scale) */
        for (double m = 1.0; load > 0.0; m++) {
            const double factor = load * ((double)n + m) / (m * speed(st, (double)n + m));
            term *= factor;
            sum += term;
            first += m * term;
            if (sum > 1e200) {
                term *= 1e-200;
                sum *= 1e-200;
                first *= 1e-200;
                scale += 200.0 * log(10.0);
            }
            if (factor < 1.0 && term * (m + 1.0) < 1e-18 * (1.0 - factor) * first)
                break;
        }
        const double log_sum = log(sum) + scale;
        if (mean_open != NULL)
            mean_open[n] = first / sum;
        if (n > 0)
            ratio[n] = exp(log_sum - before) / speed(st, (double)n);
        before = log_sum;
    }
}

/* ---- closed kinds ---- */

/* All vectors of numbers of the closed kinds from 0 to their populations. */
struct lattice {
    uint32_t kinds;
    const uint32_t *kind; /* of the network */
    const size_t *most;   /* population */
    const size_t *stride;
    size_t points;
    size_t total; /* of all populations */
};

/* One factor of the product: a station, or the time away (thinking and delays), seen by closed kinds. */
struct factor {
    double *demand; /* by closed kind, scaled */
    double *ratio;  /* h(n) / h(n - 1); NULL: 1 (a single server without open kinds) */
};

static void numbers_at(const struct lattice *l, size_t point, size_t *n)
{
    for (uint32_t k = l->kinds; k-- > 0;) {
        n[k] = point / l->stride[k];
        point %= l->stride[k];
    }
}

/* The weight of each vector at one station: (sum n)! / prod n_k! prod D_k^n_k h(sum n). */
static bool weights(const struct lattice *l, const struct factor *f, long double *out)
{
    size_t *n = calloc(l->kinds, sizeof *n);
    if (n == NULL)
        return false;
    out[0] = 1.0L;
    for (size_t p = 1; p < l->points; p++) {
        size_t total = 0;
        numbers_at(l, p, n);
        for (uint32_t k = 0; k < l->kinds; k++)
            total += n[k];
        /* Over who came last: the weight is the sum over k of D_k w(n - e_k), times h's ratio. */
        long double sum = 0.0L;
        for (uint32_t k = 0; k < l->kinds; k++)
            if (n[k] > 0)
                sum += (long double)f->demand[k] * out[p - l->stride[k]];
        out[p] = sum * (f->ratio != NULL ? (long double)f->ratio[total] : 1.0L);
    }
    free(n);
    return true;
}

/* g := g convolved with the factor. */
static bool convolve(const struct lattice *l, const struct factor *f, long double *g)
{
    size_t *n = calloc(l->kinds, sizeof *n), *m = calloc(l->kinds, sizeof *m);
    bool ok = n != NULL && m != NULL;
    if (ok && f->ratio == NULL) {
        for (size_t p = 1; p < l->points; p++) {
            numbers_at(l, p, n);
            for (uint32_t k = 0; k < l->kinds; k++)
                if (n[k] > 0)
                    g[p] += (long double)f->demand[k] * g[p - l->stride[k]];
        }
    } else if (ok) {
        long double *w = malloc(l->points * sizeof *w), *old = malloc(l->points * sizeof *old);
        ok = w != NULL && old != NULL && weights(l, f, w);
        if (ok)
            memcpy(old, g, l->points * sizeof *old);
        for (size_t p = 0; ok && p < l->points; p++) {
            numbers_at(l, p, n);
            long double sum = 0.0L;
            for (size_t q = 0; q <= p; q++) {
                bool within = true;
                if (l->kinds > 1) {
                    numbers_at(l, q, m);
                    for (uint32_t k = 0; k < l->kinds && within; k++)
                        within = m[k] <= n[k];
                }
                if (within)
                    sum += w[q] * old[p - q];
            }
            g[p] = sum;
        }
        free(w);
        free(old);
    }
    free(n);
    free(m);
    return ok;
}

/* The mean numbers of each closed kind at one station: sum over n of n_k w(n) g'(N - n) / g(N), g' without
 * the station. Its mean number of open tasks too, given mean_open by the number of closed ones. */
static bool numbers(const struct lattice *l, const struct factor *f, const long double *without,
                    long double all, const double *mean_open, double *closed, double *open)
{
    long double *w = malloc(l->points * sizeof *w);
    size_t *n = calloc(l->kinds, sizeof *n);
    const bool ok = w != NULL && n != NULL && weights(l, f, w);
    for (uint32_t k = 0; k < l->kinds; k++)
        closed[k] = 0.0;
    *open = 0.0;
    for (size_t p = 0; ok && p < l->points; p++) {
        const double here = (double)(w[p] * without[l->points - 1 - p] / all);
        size_t total = 0;
        numbers_at(l, p, n);
        for (uint32_t k = 0; k < l->kinds; k++) {
            closed[k] += (double)n[k] * here;
            total += n[k];
        }
        if (mean_open != NULL)
            *open += mean_open[total] * here;
    }
    free(w);
    free(n);
    return ok;
}

/* Rounds of n_k tasks in which nobody waits set the scale: the throughput that asymptotic bounds allow. */
static double scale_of(const struct network *n, const struct network_kind *kind)
{
    double longest = 0.0, time = kind->think + kind->delay;
    for (uint32_t s = 0; s < n->stations; s++) {
        const double c = n->station[s].servers, room = 1.0 - (isinf(c) ? 0.0 : network_open_load(n, s) / c);
        time += kind->demand[s];
        if (!isinf(c))
            longest = fmax(longest, kind->demand[s] / (c * room));
    }
    return fmin(kind->number / time, longest > 0.0 ? 1.0 / longest : INFINITY);
}

struct closed_parts {
    struct lattice lattice;
    struct factor *factors; /* stations, then the time away */
    double *scale;          /* by closed kind */
    double **mean_open;     /* by station; NULL: no open kinds there */
};

static bool make_parts(const struct network *n, struct arena *arena, struct closed_parts *out,
                       struct error *err)
{
    uint32_t *kind = arena_array(arena, n->kinds + 1U, sizeof *kind), kinds = 0;
    size_t *most = arena_array(arena, n->kinds + 1U, sizeof *most),
           *stride = arena_array(arena, n->kinds + 1U, sizeof *stride);
    out->factors = arena_array(arena, n->stations + 1U, sizeof *out->factors);
    out->scale = arena_array(arena, n->kinds + 1U, sizeof *out->scale);
    out->mean_open = arena_array(arena, n->stations + 1U, sizeof *out->mean_open);
    if (kind == NULL || most == NULL || stride == NULL || out->factors == NULL || out->scale == NULL ||
        out->mean_open == NULL)
        return error_set(err, "out of memory");
    double points = 1.0, total = 0.0;
    for (uint32_t k = 0; k < n->kinds; k++)
        if (n->kind[k].closed) {
            kind[kinds] = k;
            most[kinds] = (size_t)n->kind[k].number;
            stride[kinds] = (size_t)points;
            out->scale[kinds] = scale_of(n, &n->kind[k]);
            points *= n->kind[k].number + 1.0;
            total += n->kind[k].number;
            kinds++;
        }
    if (points > LATTICE_MOST)
        return error_set(err, "the closed kinds have %.3g vectors of numbers: too many for exact means",
                         points);
    out->lattice = (struct lattice){kinds, kind, most, stride, (size_t)points, (size_t)total};
    double work = 0.0;
    for (uint32_t s = 0; s <= n->stations; s++) {
        struct factor *f = &out->factors[s];
        const bool away = s == n->stations;
        const double load = away ? 0.0 : network_open_load(n, s);
        const struct network_station delay = {.form = NETWORK_DELAY, .servers = INFINITY};
        const struct network_station *st = away ? &delay : &n->station[s];
        f->demand = arena_array(arena, kinds + 1U, sizeof *f->demand);
        f->ratio = st->servers == 1.0 && load == 0.0
                       ? NULL
                       : arena_array(arena, (size_t)total + 1, sizeof *f->ratio);
        if (!away && load > 0.0)
            out->mean_open[s] = arena_array(arena, (size_t)total + 1, sizeof(double));
        if (f->demand == NULL || (f->ratio == NULL && !(st->servers == 1.0 && load == 0.0)) ||
            (!away && load > 0.0 && out->mean_open[s] == NULL))
            return error_set(err, "out of memory");
        for (uint32_t c = 0; c < kinds; c++)
            f->demand[c] = out->scale[c] * (away ? n->kind[kind[c]].think + n->kind[kind[c]].delay
                                                 : n->kind[kind[c]].demand[s]);
        if (f->ratio != NULL) {
            station_ratios(st, load, (size_t)total, f->ratio, away ? NULL : out->mean_open[s]);
            work += points * points;
        }
    }
    if (work * (n->stations + 1.0) > WORK_MOST)
        return error_set(err,
                         "the closed kinds have %.3g vectors of numbers: too many for exact means with "
                         "stations of several "
                         "servers",
                         points);
    return true;
}

static bool solve_closed(const struct network *n, struct arena *arena, struct network_means *out,
                         struct error *err)
{
    struct closed_parts parts = {0};
    if (!make_parts(n, arena, &parts, err))
        return false;
    const struct lattice *l = &parts.lattice;
    const uint32_t factors = n->stations + 1U;
    long double *g = malloc(l->points * sizeof *g), *without = malloc(l->points * sizeof *without);
    double *closed = arena_array(arena, l->kinds + 1U, sizeof *closed);
    bool ok = (g != NULL && without != NULL && closed != NULL) || error_set(err, "out of memory");
    if (ok) {
        memset(g, 0, l->points * sizeof *g);
        g[0] = 1.0L;
        for (uint32_t f = 0; ok && f < factors; f++)
            ok = convolve(l, &parts.factors[f], g) || error_set(err, "out of memory");
    }
    const size_t last = l->points - 1;
    if (ok && !(g[last] > LDBL_MIN && g[last] < LDBL_MAX))
        ok = error_set(err, "the constants of %zu tasks are beyond what numbers hold", l->total);
    for (uint32_t c = 0; ok && c < l->kinds; c++)
        out->throughput[l->kind[c]] =
            l->most[c] == 0 ? 0.0 : parts.scale[c] * (double)(g[last - l->stride[c]] / g[last]);
    for (uint32_t s = 0; ok && s < n->stations; s++) {
        double open;
        memset(without, 0, l->points * sizeof *without);
        without[0] = 1.0L;
        for (uint32_t f = 0; ok && f < factors; f++)
            ok = f == s || convolve(l, &parts.factors[f], without);
        ok = (ok && numbers(l, &parts.factors[s], without, g[last], parts.mean_open[s], closed, &open)) ||
             error_set(err, "out of memory");
        const double load = network_open_load(n, s);
        for (uint32_t c = 0; ok && c < l->kinds; c++)
            out->number[l->kind[c] * n->stations + s] = closed[c];
        for (uint32_t k = 0; ok && k < n->kinds; k++)
            if (!n->kind[k].closed)
                out->number[k * n->stations + s] =
                    load > 0.0 ? open * n->kind[k].rate * n->kind[k].demand[s] / load : 0.0;
    }
    free(g);
    free(without);
    return ok;
}

/* ---- open kinds alone ---- */

/* Mean number that waits at M/M/c (M/G/c-PS of one server, M/G/infinity) with this load in servers: C load / (c - load), with Erlang's
 * C by way of his B. */
double network_open_waiting(double servers, double load)
{
    if (isinf(servers))
        return 0.0;
    double inverse = 1.0; /* 1 / B, which only grows: no underflow */
    for (double k = 1.0; k <= servers; k++)
        inverse = 1.0 + inverse * k / load;
    const double blocked = 1.0 / inverse, rho = load / servers;
    return blocked / (1.0 - rho * (1.0 - blocked)) * rho / (1.0 - rho);
}

static void solve_open(const struct network *n, struct network_means *out)
{
    for (uint32_t s = 0; s < n->stations; s++) {
        const double load = network_open_load(n, s),
                     waiting = load > 0.0 ? network_open_waiting(n->station[s].servers, load) : 0.0;
        for (uint32_t k = 0; k < n->kinds; k++) {
            const double own = n->kind[k].rate * n->kind[k].demand[s];
            out->waiting[k * n->stations + s] = load > 0.0 ? waiting * own / load : 0.0;
            out->number[k * n->stations + s] = own + out->waiting[k * n->stations + s];
        }
    }
}

bool network_means_make(const struct network *n, struct arena *arena, struct network_means *out,
                        struct error *err)
{
    out->throughput = arena_array(arena, n->kinds + 1U, sizeof(double));
    out->response = arena_array(arena, n->kinds + 1U, sizeof(double));
    out->in_system = arena_array(arena, n->kinds + 1U, sizeof(double));
    out->number = arena_array(arena, (size_t)n->kinds * n->stations + 1, sizeof(double));
    out->waiting = arena_array(arena, (size_t)n->kinds * n->stations + 1, sizeof(double));
    for (size_t i = 0; out->waiting != NULL && i < (size_t)n->kinds * n->stations; i++)
        out->waiting[i] = NAN;
    out->utilisation = arena_array(arena, n->stations + 1U, sizeof(double));
    return (out->waiting != NULL && out->throughput != NULL && out->response != NULL && out->in_system != NULL &&
            out->number != NULL && out->utilisation != NULL) ||
           error_set(err, "out of memory");
}

void network_means_finish(const struct network *n, struct network_means *out)
{
    for (uint32_t k = 0; k < n->kinds; k++) {
        const struct network_kind *kind = &n->kind[k];
        if (!kind->closed)
            out->throughput[k] = kind->rate;
        out->in_system[k] = out->throughput[k] * kind->delay;
        for (uint32_t s = 0; s < n->stations; s++) {
            const size_t at = (size_t)k * n->stations + s;
            out->in_system[k] += out->number[at];
            if (!isnan(out->waiting[at]))
                continue;
            /* A difference: good to nine digits where it is not too small, and 0 where rounding alone is left. */
            const double left = n->station[s].form == NETWORK_DELAY ? 0.0 : out->number[at] - out->throughput[k] * kind->demand[s];
            out->waiting[at] = fabs(left) <= 1e-14 * out->number[at] ? 0.0 : left >= 1e-7 * out->number[at] ? left : NAN;
        }
        out->response[k] = out->in_system[k] / out->throughput[k];
    }
    for (uint32_t s = 0; s < n->stations; s++) {
        for (uint32_t k = 0; k < n->kinds; k++)
            out->utilisation[s] += out->throughput[k] * n->kind[k].demand[s];
        if (!isinf(n->station[s].servers))
            out->utilisation[s] /= n->station[s].servers;
    }
}

bool network_product_form(const struct network *n, struct arena *arena, struct network_means *out,
                          struct error *err)
{
    bool closed = false;
    if (!fits(n, err) || !network_means_make(n, arena, out, err))
        return false;
    for (uint32_t s = 0; s < n->stations; s++)
        if (network_open_load(n, s) >= n->station[s].servers)
            return error_set(err, "station %s is offered a load of %.6g: there is no steady state",
                             n->model->stations[s].name, network_open_load(n, s) / n->station[s].servers);
    for (uint32_t k = 0; k < n->kinds; k++)
        closed |= n->kind[k].closed;
    if (closed && !solve_closed(n, arena, out, err))
        return false;
    if (!closed)
        solve_open(n, out);
    network_means_finish(n, out);
    return true;
}
