#include "models/theory/fading.h"

#include <math.h>
#include <string.h>

#define WORK_MOST   4e8
#define WORK_BESIDE 3e7 /* beside a run that nobody asked to wait for */

const char fading_too_long[] = "no percentiles: so near to load 1 they would take too long";

/* P(the chain has not ended after k steps), k = 0, 1, ... */
struct fading {
    double rate;
    double *above;
    size_t steps;
};

/* As far as percentiles up to p need it. false: that is too far; NULL `above`: no memory. */
static bool fade(const struct fading_chain *x, double p, double work_most, struct arena *arena,
                 struct fading *out)
{
    const double most = work_most / x->work;
    size_t enough = SIZE_MAX, room = 1024;
    double there = x->begin;
    *out = (struct fading){.rate = x->rate, .above = arena_array(arena, room, sizeof *out->above)};
    for (size_t k = 0; out->above != NULL && k < enough; k++) {
        if (k == room) {
            double *more = arena_array(arena, 2 * room, sizeof *more);
            if (more != NULL)
                memcpy(more, out->above, room * sizeof *more);
            out->above = more;
            room *= 2;
            if (more == NULL)
                break;
        }
        out->above[out->steps++] = there;
        if (enough == SIZE_MAX && there < 0.5 * (1.0 - p))
            enough = k + (size_t)(12.0 * sqrt((double)k)) + 60;
        if ((double)k > most)
            return false;
        there = x->next(x->context);
    }
    return out->above != NULL;
}

/* The sum over k of P(k steps in t) times above[k], about the most likely k, of weights that are made to sum
 * to 1. */
static double fading_above(const void *law, double t)
{
    const struct fading *x = law;
    const double m = x->rate * t, middle = floor(m), wide = 12.0 * sqrt(m) + 40.0;
    double sum = 0.0, all = 0.0, weight = 1.0;
    for (double k = middle; k <= middle + wide; k += 1.0) {
        all += weight;
        sum += weight * x->above[k < (double)x->steps ? (size_t)k : x->steps - 1];
        weight *= m / (k + 1.0);
    }
    weight = 1.0;
    for (double k = middle; k >= 1.0 && k >= middle - wide; k -= 1.0) {
        weight *= k / m;
        all += weight;
        sum += weight * x->above[k - 1.0 < (double)x->steps ? (size_t)(k - 1.0) : x->steps - 1];
    }
    return sum / all;
}

bool fading_add(const struct single *c, const char *measure, const struct fading_chain *chain,
                struct theory_sheet *out)
{
    struct fading law;
    if (c->quantile_count == 0)
        return true;
    if (!fade(chain, c->quantiles[c->quantile_count - 1], out->states_most > 0 ? WORK_BESIDE : WORK_MOST,
              c->arena, &law)) {
        out->note = fading_too_long;
        return law.above != NULL;
    }
    for (uint32_t k = 0; k < c->kinds; k++)
        for (size_t q = 0; q < c->quantile_count; q++)
            theory_quantile(out, THEORY_OF_KIND, k, measure, c->quantiles[q],
                            single_quantile(fading_above, &law, c->quantiles[q], c->mean));
    return true;
}
