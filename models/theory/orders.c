#include "models/theory/orders.h"

#include "models/theory/busy.h"
#include "models/theory/erlang.h"
#include "models/theory/fading.h"
#include "models/theory/percentile.h"

#include <math.h>
#include <string.h>

/* ---- Last come, first served ---- */

enum { EVALUATIONS_MOST = 10000000, EVALUATIONS_BESIDE = 300000 };

struct latest {
    struct busy_streams all;
    double delayed, load;
    const struct dist *service;
};

/* Of P(wait > t): what is left of a service, stretched: delayed / load sigma [2](sigma) / s. */
static double complex lcfs_wait(const void *latest, double complex s)
{
    const struct latest *x = latest;
    double complex tail[TRANSFORM_TAILS];
    const double complex sigma = busy_stretch(&x->all, s);
    return busy_tails(&x->all, sigma, tail) ? x->delayed / x->load * sigma * tail[2] / s : NAN;
}

static double complex lcfs_response(const void *latest, double complex s)
{
    const struct latest *x = latest;
    struct transform own = {.s = s};
    const double complex wait = lcfs_wait(x, s);
    return dist_transform(x->service, &own) ? wait + (1.0 - s * wait) * own.tail[1] : NAN;
}

void orders_lcfs(const struct single *c, double delayed, struct theory_sheet *out)
{
    double left = out->states_most > 0 ? EVALUATIONS_BESIDE : EVALUATIONS_MOST;
    struct single_visit *visits = arena_array(c->arena, c->kinds, sizeof *visits);
    const struct dist fast =
        dist_make_exponential(c->mean / c->servers); /* c servers that all work are as one */
    if (!busy_smooth(c->visits, c->kinds))
        return;
    for (uint32_t k = 0; visits != NULL && k < c->kinds; k++) {
        struct transform at = {.s = 1.0 / c->mean};
        visits[k] = c->visits[k];
        visits[k].class = 0;
        if (!dist_transform(visits[k].service, &at))
            return;
        if (c->servers > 1.0)
            visits[k].service = &fast;
    }
    left /= busy_cost(c->visits, c->kinds);
    for (uint32_t k = 0; visits != NULL && k < c->kinds; k++) {
        const struct latest x = {{visits, c->kinds, 0, 1}, delayed, c->load, c->visits[k].service};
        const struct percentile_law waits = {lcfs_wait, &x, delayed}, responses = {lcfs_response, &x, 1.0};
        percentile_add(c, k, "wait", &waits, c->mean, &left, out);
        percentile_add(c, k, "response", &responses, c->mean, &left, out);
    }
}

/* ---- A task and who is there beside it ---- */

/* n others are there: at a step (of a Poisson process of rate `rate`) one more comes with probability `up`,
 * one of them goes with `down[n]`, the task itself with `out[n]`: to the end or, with `served` > 0, into
 * service, which ends at a step with that probability. */
struct beside {
    size_t states;
    double rate, up, served, begins; /* begins: P(in service), at first who is from the start */
    double *down, *out, *p;          /* p: P(n others), and the task is there */
};

/* One step; P(the task is there still). */
static double next_beside(void *beside)
{
    struct beside *x = beside;
    double below = 0.0, gone = 0.0, there = 0.0;
    for (size_t n = 0; n < x->states; n++) { /* in place: `below` is what was one state lower */
        const double here = x->p[n];
        const bool last = n + 1 == x->states;
        x->p[n] = here * (1.0 - (last ? 0.0 : x->up) - x->down[n] - x->out[n]) + below * x->up +
                  (last ? 0.0 : x->p[n + 1] * x->down[n + 1]);
        below = here;
        gone += here * x->out[n];
        there += x->p[n];
    }
    x->begins = x->served > 0.0 ? x->begins * (1.0 - x->served) + gone : 0.0;
    return there + x->begins;
}

static bool beside_make(struct beside *x, const struct single *c, size_t states)
{
    const double mu = 1.0 / c->mean;
    *x = (struct beside){.states = states,
                         .rate = c->rate + c->servers * mu,
                         .up = c->rate / (c->rate + c->servers * mu),
                         .down = arena_array(c->arena, states, sizeof *x->down),
                         .out = arena_array(c->arena, states, sizeof *x->out),
                         .p = arena_array(c->arena, states, sizeof *x->p)};
    return x->down != NULL && x->out != NULL && x->p != NULL;
}

/* Of so many numbers of others that a geometric tail of this ratio has ended. 0: too many. */
static size_t states_of(double load, double servers)
{
    const double many = servers + ceil(40.0 / -log(load)) + 2.0;
    return many < 1e6 ? (size_t)many : 0;
}

static bool add(const struct single *c, const char *measure, struct beside *x, struct theory_sheet *out)
{
    double there = x->begins;
    for (size_t n = 0; n < x->states; n++)
        there += x->p[n];
    return fading_add(c, measure, &(struct fading_chain){next_beside, x, x->rate, there, (double)x->states},
                      out);
}

bool orders_random(const struct single *c, double delayed, struct theory_sheet *out)
{
    const size_t states = states_of(c->load, 0.0);
    if (states == 0) {
        out->note = fading_too_long;
        return true;
    }
    for (int response = 0; response < 2;
         response++) { /* n others wait too: each is next with the same probability */
        struct beside x;
        if (!beside_make(&x, c, states))
            return false;
        double share = delayed * (1.0 - c->load);
        for (size_t n = 0; n < states; n++) {
            const double next = 1.0 - x.up, all = (double)n + 1.0;
            x.p[n] = share;
            x.out[n] = next / all;
            x.down[n] = next * (double)n / all;
            share *= c->load;
        }
        x.served = response == 1 ? 1.0 / (c->mean * x.rate) : 0.0;
        x.begins = response == 1 ? 1.0 - delayed : 0.0;
        if (!add(c, response == 1 ? "response" : "wait", &x, out))
            return false;
    }
    return true;
}

bool orders_shared(const struct single *c, struct theory_sheet *out)
{
    const size_t states = states_of(c->load, c->servers);
    struct beside x;
    if (states == 0) {
        out->note = fading_too_long;
        return true;
    }
    if (!beside_make(&x, c, states))
        return false;
    const double work = c->rate * c->mean;
    double sum = 0.0, share = 1.0;
    for (size_t n = 0; n < states; n++) { /* as in M/M/c */
        const double present = (double)n + 1.0, each = fmin(1.0, c->servers / present) / (c->mean * x.rate);
        x.p[n] = share;
        sum += share;
        x.out[n] = each;
        x.down[n] = (double)n * each;
        share *= work / fmin(present, c->servers);
        if (share > 1e250) {
            for (size_t j = 0; j <= n; j++)
                x.p[j] /= share;
            sum /= share;
            share = 1.0;
        }
    }
    for (size_t n = 0; n < states; n++)
        x.p[n] /= sum;
    return add(c, "response", &x, out);
}
