/* map_ph_servers.c: the wait and the response of MAP/PH/c: who waits does so for one service to end after
 * another, while the phases of all servers move; arrivals behind do not matter. */
#include "models/theory/fading.h"
#include "models/theory/map_ph.h"

#include <math.h>
#include <string.h>

/* A move of the crowd of busy servers at a step: within their services, or by the end of one, which the first
 * in line follows. */
struct move {
    size_t from, to;
    double chance;
    bool ends;
};

/* p[ahead ways + way]: so many are ahead in the line; own[i]: served, in phase i. */
struct waiting {
    size_t ahead, ways, phases;
    const struct move *moves;
    size_t move_count;
    double *p, *then, *own;
    const double *stays; /* by way */
    const struct phase_law *service;
    double rate;
    bool response;
};

static void serve(struct waiting *x, double begin)
{
    const struct phase_law *l = x->service;
    double *own = x->own, *now = own + x->phases;
    memcpy(now, own, x->phases * sizeof *now);
    for (size_t i = 0; i < x->phases; i++) {
        const double moves = now[i] * l->rate[i] / x->rate;
        own[i] -= moves;
        for (size_t j = 0; j < x->phases; j++)
            own[j] += moves * l->follow[i * x->phases + j];
    }
    for (size_t i = 0; i < x->phases; i++)
        own[i] += begin * l->alpha[i];
}

static double next_waiting(void *waiting)
{
    struct waiting *x = waiting;
    double begin = 0.0, there = 0.0;
    for (size_t k = 0; k < x->ahead; k++)
        for (size_t w = 0; w < x->ways; w++)
            x->then[k * x->ways + w] = x->p[k * x->ways + w] * x->stays[w];
    for (size_t m = 0; m < x->move_count; m++) {
        const struct move *move = &x->moves[m];
        for (size_t k = 0; k < x->ahead; k++) {
            const double mass = x->p[k * x->ways + move->from] * move->chance;
            if (!move->ends)
                x->then[k * x->ways + move->to] += mass;
            else if (k > 0)
                x->then[(k - 1) * x->ways + move->to] += mass;
            else
                begin += mass;
        }
    }
    double *swap = x->p;
    x->p = x->then;
    x->then = swap;
    for (size_t i = 0; i < x->ahead * x->ways; i++)
        there += x->p[i];
    if (!x->response)
        return there;
    serve(x, begin);
    for (size_t i = 0; i < x->phases; i++)
        there += x->own[i];
    return there;
}

/* All moves of the full crowd; rate: that of steps. */
static bool list_moves(const struct chain *x, double rate, struct arena *arena, struct waiting *out,
                       double *stays)
{
    const size_t ns = x->service.n, ways = x->crowds[x->servers].ways;
    struct move *moves = arena_array(arena, ways * ns * ns * 2, sizeof *moves);
    size_t n = 0;
    for (size_t w = 0; moves != NULL && w < ways; w++) {
        const unsigned *in = x->crowds[x->servers].in + w * ns;
        stays[w] = 1.0;
        for (size_t i = 0; i < ns; i++)
            for (size_t j = 0; in[i] > 0 && j < ns; j++) {
                const double within = in[i] * x->service.rate[i] * x->service.follow[i * ns + j] / rate;
                const double ends = in[i] * x->leave[i] * x->service.alpha[j] / rate;
                const size_t to = map_ph_moved(x, x->servers, w, i, j);
                if (within > 0.0 && j != i)
                    moves[n++] = (struct move){w, to, within, false};
                if (ends > 0.0)
                    moves[n++] = (struct move){w, to, ends, true};
                stays[w] -= (j != i ? within : 0.0) + ends;
            }
        stays[w] = fmax(stays[w], 0.0);
    }
    out->moves = moves;
    out->move_count = n;
    out->stays = stays;
    return moves != NULL;
}

bool map_ph_servers(const struct single *c, const struct chain *x, const struct qbd_law *law,
                    struct theory_sheet *out)
{
    enum { AHEAD_MOST = 100000 };
    const size_t na = x->source.na, ns = x->service.n, ways = x->crowds[x->servers].ways, n = na * ways;
    double *at = arena_array(c->arena, n, sizeof *at), *after = arena_array(c->arena, n, sizeof *after),
           rate = 0.0, delayed = 0.0;
    double *with = arena_array(c->arena, na, sizeof *with),
           *stays = arena_array(c->arena, ways, sizeof *stays);
    if (c->quantile_count == 0)
        return true;
    if (at == NULL || after == NULL || with == NULL || stays == NULL)
        return false;
    for (size_t a = 0; a < na; a++)
        for (size_t b = 0; b < na; b++)
            with[a] += x->source.d1[a * na + b] / c->rate;
    for (size_t i = 0; i < ns; i++)
        rate = fmax(rate, c->servers * x->service.rate[i]);
    for (size_t i = 0; i < n; i++)
        delayed += (law->p[x->servers][i] + law->above[i]) * with[i % na];
    /* Levels above the servers, until who comes hardly ever finds so many. */
    size_t ahead = 0, room = 64;
    double *p = arena_array(c->arena, room * ways, sizeof *p), left = 0.0;
    memcpy(at, law->p[x->servers], n * sizeof *at);
    for (left = delayed; p != NULL && left > 1e-16 * delayed && ahead < AHEAD_MOST; ahead++) {
        if (ahead == room) {
            double *more = arena_array(c->arena, 2 * room * ways, sizeof *more);
            if (more != NULL)
                memcpy(more, p, room * ways * sizeof *more);
            p = more;
            room *= 2;
            if (p == NULL)
                break;
        }
        double here = 0.0;
        for (size_t i = 0; i < n; i++) {
            p[ahead * ways + i / na] += at[i] * with[i % na];
            here += at[i] * with[i % na];
        }
        memset(after, 0, n * sizeof *after);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                after[j] += at[i] * law->sums.r[i * n + j];
        memcpy(at, after, n * sizeof *at);
        left = here > 1e-3 * delayed ? delayed : here; /* what comes after falls as this does, in the end */
    }
    if (p == NULL)
        return false;
    if (ahead == AHEAD_MOST) {
        out->note = fading_too_long;
        return true;
    }
    struct waiting w = {.ahead = ahead, .ways = ways, .phases = ns, .service = &x->service, .rate = rate};
    double *first = arena_array(c->arena, ahead * ways, sizeof *first);
    w.then = arena_array(c->arena, ahead * ways, sizeof *w.then);
    w.own = arena_array(c->arena, 2 * ns, sizeof *w.own);
    if (first == NULL || w.then == NULL || w.own == NULL || !list_moves(x, rate, c->arena, &w, stays))
        return false;
    for (int response = 0; response < 2; response++) {
        memcpy(first, p, ahead * ways * sizeof *first);
        w.p = first;
        w.response = response == 1;
        for (size_t i = 0; i < ns; i++)
            w.own[i] = response == 1 ? (1.0 - delayed) * x->service.alpha[i] : 0.0;
        const struct fading_chain chain = {next_waiting, &w, rate, response == 1 ? 1.0 : delayed,
                                           (double)(ahead * (ways + w.move_count))};
        if (!fading_add(c, response == 1 ? "response" : "wait", &chain, out))
            return false;
        if (w.p != first) { /* the two were exchanged */
            w.then = w.p;
            w.p = first;
        }
    }
    return true;
}
