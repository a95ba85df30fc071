/* transient.c: the law of the states at moments, by uniformisation: all events happen at the epochs of one
 * Poisson process, so that the law after k of them is a power of a stochastic matrix, and all terms are
 * positive. */
#include "models/arrival/schedule.h"
#include "models/markov/chain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MOST     200.0 /* events in the mean, at a time: e^-200 is still a number */
#define WORK_MOST     2e10
#define LEFT_OUT_MOST 1e-12

struct uniform {
    const struct chain *chain;
    double *rate; /* by tag: what rates are multiplied by */
    double *p, *power, *next, *sum;
    double *out;   /* by state */
    double events; /* per time */
    double work;
};

static double rate_of(const struct uniform *u, size_t t)
{
    return u->chain->rate[t] * u->rate[u->chain->tag[t]];
}

static void set_rates(struct uniform *u, double now, double *until)
{
    const struct model *m = u->chain->model->model;
    *until = INFINITY;
    u->rate[0] = 1.0;
    for (uint32_t k = 0; k < m->kind_count; k++) {
        double changes = INFINITY;
        u->rate[k + 1] = 1.0;
        if (m->kinds[k].arrival->form == ARRIVAL_OPEN && schedule_is(m->kinds[k].arrival))
            u->rate[k + 1] = schedule_rate(m->kinds[k].arrival, now, &changes);
        *until = fmin(*until, changes);
    }
    u->events = 0.0;
    for (size_t i = 0; i < u->chain->states; i++) {
        u->out[i] = 0.0;
        for (size_t t = u->chain->first[i]; t < u->chain->first[i + 1]; t++)
            u->out[i] += rate_of(u, t);
        u->events = fmax(u->events, u->out[i]);
    }
}

static void one_event(struct uniform *u)
{
    const struct chain *c = u->chain;
    for (size_t i = 0; i < c->states; i++)
        u->next[i] = u->power[i] * (1.0 - u->out[i] / u->events);
    for (size_t i = 0; i < c->states; i++)
        for (size_t t = c->first[i]; u->power[i] > 0.0 && t < c->first[i + 1]; t++)
            u->next[c->to[t]] += u->power[i] * rate_of(u, t) / u->events;
    double *swap = u->power;
    u->power = u->next;
    u->next = swap;
}

/* p moves on by so much time, in which no rate changes. */
static bool advance(struct uniform *u, double time)
{
    const size_t n = u->chain->states;
    if (!(u->events > 0.0))
        return true;
    const double steps = fmax(1.0, ceil(u->events * time / STEP_MOST)), mean = u->events * time / steps;
    for (double s = 0.0; s < steps; s++) {
        double weight = exp(-mean), seen = weight;
        memcpy(u->power, u->p, n * sizeof *u->p);
        for (size_t i = 0; i < n; i++)
            u->sum[i] = weight * u->power[i];
        for (double k = 1.0; seen < 1.0 - 1e-16 && (k < mean || weight > 1e-18); k++) {
            one_event(u);
            weight *= mean / k;
            seen += weight;
            for (size_t i = 0; i < n; i++)
                u->sum[i] += weight * u->power[i];
            u->work += (double)u->chain->transitions + 3.0 * (double)n;
        }
        for (size_t i = 0; i < n; i++)
            u->p[i] = u->sum[i] / seen;
        if (u->work > WORK_MOST)
            return false;
    }
    return true;
}

/* To the time `to`, through all changes of rates. */
static bool advance_to(struct uniform *u, double from, double to)
{
    while (from < to) {
        double until;
        set_rates(u, from, &until);
        const double end = fmin(to, until);
        if (!advance(u, end - from))
            return false;
        from = end;
    }
    return true;
}

static void only_numbers(const struct model *m, struct markov_result *r)
{
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const double number = r->kinds[k].in_system;
        r->kinds[k] = (struct markov_kind){(double)NAN, number,      (double)NAN, (double)NAN, (double)NAN,
                                           (double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    }
    for (uint32_t s = 0; s < m->station_count; s++) {
        struct markov_station *st = &r->stations[s];
        st->throughput = st->wait = st->response = st->lost = (double)NAN;
    }
    r->makespan = r->makespan_sd = (double)NAN;
}

/* With room for so many tasks. *full: the probability that there is none left, at the worst moment asked for.
 */
static bool with_room(const struct chain_model *model, uint32_t room, size_t states_most, const double *times,
                      size_t count, struct arena *arena, struct markov_result *out, double *full,
                      struct error *err)
{
    struct chain chain;
    struct uniform u = {.chain = &chain};
    bool too_many = false, ok = chain_explore(&chain, model, room, states_most, &too_many, err);
    const size_t n = chain.states;
    *full = 0.0;
    if (ok && chain.random_start)
        ok = error_set(err, "it begins in phases drawn at random");
    if (ok) {
        u.rate = calloc(model->model->kind_count + 1U, sizeof *u.rate);
        u.p = calloc(n, sizeof *u.p);
        u.power = calloc(n, sizeof *u.power);
        u.next = calloc(n, sizeof *u.next);
        u.sum = calloc(n, sizeof *u.sum);
        u.out = calloc(n, sizeof *u.out);
        ok = (u.rate != NULL && u.p != NULL && u.power != NULL && u.next != NULL && u.sum != NULL &&
              u.out != NULL) ||
             error_set(err, "out of memory");
    }
    if (ok)
        u.p[0] = 1.0;
    for (size_t i = 0; ok && i < count; i++) {
        ok = advance_to(&u, i == 0 ? 0.0 : times[i - 1], times[i]) ||
             error_set(err, "too many events happen until %g", times[i]);
        out[i] = (struct markov_result){
            .states = n, .transitions = chain.transitions, .tasks_most = chain.cut ? room : UNLIMITED};
        ok = ok && (chain_means(&chain, u.p, arena, &out[i]) || error_set(err, "out of memory"));
        for (size_t s = 0; ok && s < n; s++)
            out[i].left_out += chain.full[s] ? u.p[s] : 0.0;
        if (ok) {
            *full = fmax(*full, out[i].left_out);
            only_numbers(model->model, &out[i]);
        }
    }
    free(u.rate);
    free(u.p);
    free(u.power);
    free(u.next);
    free(u.sum);
    free(u.out);
    chain_forget(&chain);
    return ok;
}

bool markov_at(const struct model *model, const struct markov_options *options, const double *times,
               size_t count, struct arena *arena, struct markov_result *out, struct error *err)
{
    struct chain_model chain_model;
    const size_t states_most =
        options != NULL && options->states_most > 0 ? options->states_most : MARKOV_STATES_MOST;
    if (!chain_model_make(model, true, arena, &chain_model, err))
        return false;
    for (uint32_t k = 0; model->initial != NULL && k < model->kind_count; k++)
        if (model->initial[k] > 0)
            return error_set(err, "tasks are there at the beginning");
    for (uint32_t k = 0; k < model->kind_count; k++)
        if (model->kinds[k].arrival->form == ARRIVAL_AT_ONCE)
            return error_set(err, "all tasks come at time 0");
    for (double room = 64.0; room < 1e6; room *= 2.0) {
        double full;
        if (!with_room(&chain_model, (uint32_t)room, states_most, times, count, arena, out, &full, err))
            return false;
        if (full <= LEFT_OUT_MOST)
            return true;
    }
    return error_set(err, "more and more tasks are there");
}
