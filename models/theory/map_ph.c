/* MAP/PH/c, with PH/PH/c, MMPP/PH/c and M/PH/c: levels are the numbers present; states are the phase of arrivals and how many of the
 * busy servers are in which phase of service. */
#include "models/arrival/markov.h"
#include "models/theory/map_ph.h"

#include <math.h>
#include <string.h>

enum { STATES_MOST = 120, LEVELS_MOST = 60 };

static bool source_of_renewals(const struct dist *interarrival, struct arena *arena, struct source *out)
{
    struct phase_law law;
    if (!dist_phases(interarrival, arena, &law) || law.n == 0)
        return false;
    const size_t n = law.n;
    double *d0 = arena_array(arena, n * n, sizeof *d0), *d1 = arena_array(arena, n * n, sizeof *d1), rest = 1.0;
    if (d0 == NULL || d1 == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        double leaves = 1.0;
        rest -= law.alpha[i];
        for (size_t j = 0; j < n; j++) {
            d0[i * n + j] = law.rate[i] * law.follow[i * n + j];
            leaves -= law.follow[i * n + j];
        }
        for (size_t j = 0; j < n && leaves > 1e-12; j++)
            d1[i * n + j] = law.rate[i] * leaves * law.alpha[j];
    }
    *out = (struct source){n, d0, d1};
    return rest < 1e-12;
}

static bool make_source(const struct single *c, struct source *out, struct error *err)
{
    const struct arrival *a = c->visits[0].arrival;
    const char *name = a->type->name;
    if (a->batch != NULL)
        return error_set(err, "arrivals come in batches");
    if (strcmp(name, "map") == 0 || strcmp(name, "mmpp") == 0) {
        out->na = markov_rates(a, &out->d0, &out->d1);
        return true;
    }
    if (a->type->next != NULL)
        return error_set(err, "arrivals are no Markovian process: \"%s\"", name);
    return source_of_renewals(&a->interarrival, c->arena, out) ||
           error_set(err, "the interarrival time is not of phase type: %s", a->interarrival.type->name);
}

static double ways_of(double k, double ns)
{
    double ways = 1.0; /* k + ns - 1 over k */
    for (double i = 1.0; i < ns; i++)
        ways *= (k + i) / i;
    return ways;
}

static bool list_crowds(struct chain *x, struct arena *arena)
{
    const size_t ns = x->service.n;
    x->crowds = arena_array(arena, x->servers + 1, sizeof *x->crowds);
    for (size_t k = 0; x->crowds != NULL && k <= x->servers; k++) {
        const size_t ways = (size_t)lround(ways_of((double)k, (double)ns));
        unsigned *in = arena_array(arena, ways * ns, sizeof *in);
        if (in == NULL)
            return false;
        in[ns - 1] = (unsigned)k;
        for (size_t w = 1; w < ways; w++) { /* the next: one more before the last that is not empty, what is left at the end */
            unsigned *now = in + w * ns;
            memcpy(now, now - ns, ns * sizeof *now);
            size_t last = ns - 1;
            while (now[last] == 0)
                last--;
            const unsigned rest = now[last] - 1;
            now[last] = 0;
            now[last - 1]++;
            now[ns - 1] = rest;
        }
        x->crowds[k] = (struct crowd_level){ways, in};
    }
    return x->crowds != NULL;
}

/* The way in which one server of way w is gone from phase `from` (ns: none) and one more in phase `to` (ns: none). */
size_t map_ph_moved(const struct chain *x, size_t k, size_t w, size_t from, size_t to)
{
    const size_t ns = x->service.n, level = k + (from == ns) - (to == ns);
    unsigned in[STATES_MOST];
    memcpy(in, x->crowds[k].in + w * ns, ns * sizeof *in);
    if (from < ns)
        in[from]--;
    if (to < ns)
        in[to]++;
    const struct crowd_level *l = &x->crowds[level];
    size_t at = 0;
    while (at < l->ways && memcmp(l->in + at * ns, in, ns * sizeof *in) != 0)
        at++;
    return at;
}

static bool make_level(const struct chain *x, size_t k, struct arena *arena, struct qbd_level *out)
{
    const size_t na = x->source.na, ns = x->service.n, c = x->servers, busy = k < c ? k : c;
    const size_t ways = x->crowds[busy].ways, more = x->crowds[k < c ? k + 1 : c].ways, fewer = k == 0 ? 0 : x->crowds[k > c ? c : k - 1].ways;
    const size_t n = ways * na;
    double *local = arena_array(arena, n * n, sizeof *local), *up = arena_array(arena, n * more * na, sizeof *up);
    double *down = arena_array(arena, n * fewer * na + 1, sizeof *down);
    if (local == NULL || up == NULL || down == NULL)
        return false;
    for (size_t w = 0; w < ways; w++) {
        const unsigned *in = x->crowds[busy].in + w * ns;
        for (size_t a = 0; a < na; a++) {
            const size_t at = w * na + a;
            for (size_t b = 0; b < na; b++) {
                const double arrives = x->source.d1[a * na + b];
                if (b != a)
                    local[at * n + w * na + b] += x->source.d0[a * na + b];
                if (k >= c)
                    up[at * more * na + w * na + b] += arrives;
                for (size_t j = 0; k < c && arrives > 0.0 && j < ns; j++)
                    if (x->service.alpha[j] > 0.0)
                        up[at * more * na + map_ph_moved(x, k, w, ns, j) * na + b] += arrives * x->service.alpha[j];
            }
            for (size_t i = 0; i < ns; i++) {
                if (in[i] == 0)
                    continue;
                for (size_t j = 0; j < ns; j++) {
                    const double rate = in[i] * x->service.rate[i] * x->service.follow[i * ns + j];
                    if (j != i && rate > 0.0)
                        local[at * n + map_ph_moved(x, busy, w, i, j) * na + a] += rate;
                }
                if (k <= c)
                    down[at * fewer * na + map_ph_moved(x, busy, w, i, ns) * na + a] += in[i] * x->leave[i];
                for (size_t j = 0; k > c && x->leave[i] > 0.0 && j < ns; j++)
                    if (x->service.alpha[j] > 0.0)
                        down[at * fewer * na + map_ph_moved(x, busy, w, i, j) * na + a] += in[i] * x->leave[i] * x->service.alpha[j];
            }
        }
    }
    *out = (struct qbd_level){n, local, up, down};
    return true;
}

/* ---- The row ---- */

static bool make_chain(const struct single *c, struct chain *x, struct error *err)
{
    double rest = 1.0;
    const struct dist *service = c->visits[0].service;
    if (!dist_phases(service, c->arena, &x->service) || x->service.n == 0)
        return error_set(err, "service is not of phase type: %s", service->type->name);
    const size_t ns = x->service.n;
    double *leave = arena_array(c->arena, ns, sizeof *leave);
    if (leave == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < ns; i++) {
        double leaves = 1.0;
        rest -= x->service.alpha[i];
        for (size_t j = 0; j < ns; j++)
            leaves -= x->service.follow[i * ns + j];
        leave[i] = leaves > 1e-12 ? leaves * x->service.rate[i] : 0.0;
    }
    if (rest > 1e-12)
        return error_set(err, "a service may take no time at all");
    x->leave = leave;
    x->servers = c->servers < LEVELS_MOST ? (size_t)c->servers : LEVELS_MOST + 1;
    if (x->servers > LEVELS_MOST || ns > STATES_MOST || ways_of(c->servers, (double)ns) * (double)x->source.na > STATES_MOST)
        return error_set(err, "there are too many phases, or servers");
    return list_crowds(x, c->arena) || error_set(err, "out of memory");
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    static const char *const orders[] = {"fcfs", "lcfs", "random", NULL}, *const fcfs[] = {"fcfs", NULL};
    struct single single;
    struct chain x = {.servers = 0};
    struct error why;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!single_plain(c, NULL, err) || !single_open(c, err) || !single_one_kind(c, err) || !single_no_capacity(c, err) ||
        !single_finite_servers(c, err) || !single_discipline(c, orders, err) || !single_stable(c, err))
        return false;
    if (c->visits[0].poisson && (c->servers == 1.0 || single_exponential(c, &why)))
        return error_set(err, "arrivals are Poisson: M/G/1 and M/M/c say more");
    if (!make_source(c, &x.source, err) || !make_chain(c, &x, err))
        return false;
    if (c->visits[0].arrival->type->next == NULL && single_exponential(c, &why))
        return error_set(err, "GI/M/c says more");
    struct qbd_level *levels = arena_array(c->arena, x.servers + 2, sizeof *levels);
    struct qbd_law law;
    if (levels == NULL)
        return error_set(err, "out of memory");
    for (size_t k = 0; k <= x.servers + 1; k++)
        if (!make_level(&x, k, c->arena, &levels[k]))
            return error_set(err, "out of memory");
    if (!qbd_solve(&(struct qbd){x.servers, levels}, c->arena, &law))
        return error_set(err, "the numbers present do not settle");
    double waiting = 0.0, busy = 0.0;
    for (size_t i = 0; i < levels[x.servers].n; i++) {
        waiting += law.excess[i];
        busy += c->servers * law.above[i];
    }
    for (size_t k = 1; k <= x.servers; k++)
        for (size_t i = 0; i < levels[k].n; i++)
            busy += (double)k * law.p[k][i];
    if (!(fabs(busy - c->rate * c->mean) <= 1e-9 * busy)) /* as it must be, whatever the law */
        return error_set(err, "the numbers present do not settle");
    const double wait = waiting / c->rate;
    single_add_open(c, out, &wait);
    if (!single_discipline(c, fcfs, &why))
        return true;
    return (c->servers > 1.0 ? map_ph_servers : map_ph_spread)(c, &x, &law, out) || error_set(err, "out of memory");
}

const struct theory_form theory_map_ph = {
    .name = "map_ph",
    .title = "MAP/PH/c: Markovian arrivals, phase-type service, among them PH/PH/c, MMPP/PH/c and M/PH/c",
    .source = "Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981, chapter 3; R: Latouche, Ramaswami, J. Appl. Probab. 30, "
              "1993; percentiles: inversion by Abate, Whitt, ORSA J. Computing 7, 1995",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'interarrival':{'dist':'erlang','k':2,'mean':1.25}},'service':{'dist':'erlang','k':3,'mean':1}",
                 "'arrivals':{'mmpp':{'rates':[1.2,0.3],'generator':[[-0.1,0.1],[0.05,-0.05]]}},'service':{'mean':1,'scv':2}",
                 "'arrivals':{'interarrival':{'dist':'hyperexponential','mean':0.5,'scv':3}},'servers':3,'service':{'dist':'erlang','k':2,"
                 "'mean':1.2}",
                 "'arrivals':{'rate':1.6},'servers':2,'service':{'dist':'hyperexponential','mean':1,'scv':4}"},
    .apply = apply,
};
