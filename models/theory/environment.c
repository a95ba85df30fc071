/* M/M/c whose speed changes with the state of a Markov chain: a quasi birth-death process, whose levels are the numbers present
 * and whose phases are the states. */
#include "models/theory/qbd.h"
#include "models/theory/single.h"

#include <math.h>

enum { STATES_MOST = 20, LEVELS_MOST = 4000 };

struct chain_of_states {
    size_t n;
    double rate, mu, servers;
    const double *speed;
    const double *q; /* rates between states, row by row */
};

/* Means of the number present, of those that wait and of busy servers. */
static bool numbers(const struct chain_of_states *c, struct arena *arena, double *present, double *waiting, double *busy)
{
    const size_t n = c->n, servers = (size_t)c->servers;
    struct qbd_level *levels = arena_array(arena, servers + 2, sizeof *levels);
    double *up = arena_array(arena, n * n, sizeof *up);
    if (levels == NULL || up == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        up[i * n + i] = c->rate;
    for (size_t k = 0; k <= servers + 1; k++) {
        double *down = arena_array(arena, n * n, sizeof *down);
        if (down == NULL)
            return false;
        for (size_t i = 0; i < n; i++)
            down[i * n + i] = c->mu * c->speed[i] * fmin((double)k, c->servers);
        levels[k] = (struct qbd_level){n, c->q, up, down};
    }
    struct qbd_law law;
    if (!qbd_solve(&(struct qbd){servers, levels}, arena, &law))
        return false;
    *waiting = *busy = 0.0;
    for (size_t i = 0; i < n; i++) {
        *waiting += law.excess[i];
        *busy += c->servers * law.above[i];
        for (size_t k = 1; k <= servers; k++)
            *busy += (double)k * law.p[k][i];
    }
    *present = *waiting + *busy;
    return true;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    static const char *const also[] = {"environment", NULL};
    static const char *const orders[] = {"fcfs", "lcfs", "random", NULL};
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    const struct environment_spec *e = c->spec->environment;
    if (e == NULL)
        return error_set(err, "the station is in no environment");
    if (!single_plain_but(c, also, err) || !single_poisson(c, err) || !single_exponential(c, err) || !single_no_capacity(c, err) ||
        !single_finite_servers(c, err) || !single_discipline(c, orders, err))
        return false;
    if (c->spec->classes != NULL || c->spec->schedule != NULL)
        return error_set(err, "servers differ, or come and go");
    const size_t n = e->state_count;
    if (n > STATES_MOST || c->servers > LEVELS_MOST)
        return error_set(err, "there are too many states, or servers");
    double speed[STATES_MOST], q[STATES_MOST * STATES_MOST];
    for (size_t i = 0; i < n; i++) {
        if (e->states[i].lasts->shape != DIST_EXPONENTIAL)
            return error_set(err, "the time in a state is not exponential");
        speed[i] = e->states[i].speed;
        for (size_t j = 0; j < n; j++)
            q[i * n + j] = (e->next[i * n + j] - (j > 0 ? e->next[i * n + j - 1] : 0.0) - (double)(i == j)) / e->states[i].lasts->mean;
    }
    const struct chain_of_states chain = {n, c->rate, 1.0 / c->mean, c->servers, speed, q};
    if (!(c->load < e->mean_speed))
        return error_set(err, "the load is %.6g at the mean speed: at least 1, so the line grows without end", c->load / e->mean_speed);
    double present, waiting, busy;
    if (!numbers(&chain, out->arena, &present, &waiting, &busy))
        return error_set(err, "the numbers present do not settle");
    for (uint32_t k = 0; k < c->kinds; k++) {
        theory_mean(out, THEORY_OF_KIND, k, "response", present / c->rate);
        theory_mean(out, THEORY_OF_KIND, k, "wait", waiting / c->rate);
        theory_mean(out, THEORY_OF_KIND, k, "service", busy / c->rate);
        theory_mean(out, THEORY_OF_KIND, k, "in_system", present * c->visits[k].rate / c->rate);
        theory_mean(out, THEORY_OF_KIND, k, "throughput", c->visits[k].rate);
    }
    theory_mean(out, THEORY_OF_STATION, c->station, "queue_length", waiting);
    theory_mean(out, THEORY_OF_STATION, c->station, "in_station", present);
    theory_mean(out, THEORY_OF_STATION, c->station, "utilisation", busy / c->servers);
    return true;
}

const struct theory_form theory_environment = {
    .name = "environment",
    .title = "M/M/c in a random environment whose states last exponential times",
    .source = "Yechiali, Naor, Oper. Res. 19 (1971); Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981, chapters 3, 6; R: Latouche, Ramaswami, J. Appl. Probab. 30, 1993",
    .class = THEORY_EXACT,
    .examples = {"'environments':{'e':{'calm':{'lasts':{'dist':'exponential','mean':10},'speed':1.25},'noisy':{'lasts':{'dist':"
                 "'exponential','mean':5},'speed':0.25}}},'environment':'e','arrivals':{'rate':0.45},'service':{'dist':'exponential',"
                 "'mean':1}",
                 "'environments':{'e':{'a':{'lasts':{'dist':'exponential','mean':3},'speed':1,'next':{'b':0.7,'c':0.3}},'b':{'lasts':{"
                 "'dist':'exponential','mean':1.3},'speed':0.4},'c':{'lasts':{'dist':'exponential','mean':2},'speed':0}}},"
                 "'environment':'e','servers':3,'arrivals':{'rate':1.1},'service':{'dist':'exponential','mean':1.2}"},
    .apply = apply,
};
