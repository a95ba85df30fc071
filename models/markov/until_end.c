/* until_end.c: a chain that ends: how long that takes, and what is gathered on the way. First-step equations:
 * with out rates q(i) and rewards r(i), g(i) q(i) = r(i) + sum of q(i, j) g(j) (Kulkarni, Modeling and
 * Analysis of Stochastic Systems, 2nd ed. 2010, section 6.8); for second moments r(i) = 2 g(i). States are
 * numbered from the beginning outwards, so that sweeps from the last to the first need be few. */
#include "models/markov/chain.h"

#include <math.h>
#include <stdlib.h>

enum { SWEEPS_MOST = 20000 };

/* g from r (NULL: 1 in each state that takes time; twice: 2 r). The largest relative change in the last
 * sweep. */
static double sweep(const struct sparse *q, const bool *instant, const double *r, size_t stride,
                    double factor, double *g)
{
    double moved = 0.0;
    for (size_t i = q->n; i-- > 0;) {
        double out = 0.0, sum = instant[i] ? 0.0 : factor * (r != NULL ? r[i * stride] : 1.0);
        if (q->first[i] == q->first[i + 1])
            continue; /* the end */
        for (size_t t = q->first[i]; t < q->first[i + 1]; t++) {
            out += q->rate[t];
            sum += q->rate[t] * g[q->to[t]];
        }
        const double now = sum / out;
        moved = fmax(moved, fabs(now - g[i]) / fmax(fabs(now), 1e-300));
        g[i] = now;
    }
    return moved;
}

static bool gather(const struct sparse *q, const bool *instant, const double *r, size_t stride, double factor,
                   double *g, double *residual)
{
    for (size_t i = 0; i < q->n; i++)
        g[i] = 0.0;
    double moved = INFINITY;
    for (int s = 0; s < SWEEPS_MOST && moved > 1e-15; s++)
        moved = sweep(q, instant, r, stride, factor, g);
    *residual = fmax(*residual, moved);
    return moved <= 1e-12;
}

bool until_end(const struct sparse *q, const bool *instant, const double *rewards, size_t count, double *mean,
               double *second, double *totals, double *residual, struct error *err)
{
    double *g = calloc(q->n, sizeof *g), *h = calloc(q->n, sizeof *h);
    bool ok = (g != NULL && h != NULL) || error_set(err, "out of memory");
    *residual = 0.0;
    if (ok) {
        ok = gather(q, instant, NULL, 0, 1.0, g, residual) && gather(q, instant, g, 1, 2.0, h, residual);
        *mean = g[0];
        *second = h[0];
        for (size_t k = 0; ok && k < count; k++) {
            ok = gather(q, instant, rewards + k, count, 1.0, g, residual);
            totals[k] = g[0];
        }
        if (!ok)
            error_set(err, "the equations of its %zu states did not converge", q->n);
    }
    free(g);
    free(h);
    return ok;
}
