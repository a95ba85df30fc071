/* M/M/c//N: closed tasks that think and are served, both exponential. */
#include "models/theory/stages.h"

#include <math.h>

/* In order of arrival: who comes finds n others there in proportion to P(n) (N - n): percentiles. */
static bool add_laws(const struct single *c, double think, double room, struct theory_sheet *out)
{
    static const char *const fcfs[] = {"fcfs", NULL};
    const struct single_visit *v = &c->visits[0];
    struct error why;
    const double servers = fmin(c->servers, room);
    if (!(think > 0.0) || isinf(c->servers) || room - servers > STAGES_MOST || !single_discipline(c, fcfs, &why))
        return true;
    const size_t places = (size_t)(room - servers);
    double *weight = arena_array(c->arena, places + 1, sizeof *weight), at_once = 0.0, greatest = -INFINITY;
    struct stages *stages = arena_alloc(c->arena, sizeof *stages);
    if (weight == NULL || stages == NULL)
        return false;
    for (int pass = 0; pass < 2; pass++) { /* by logarithms, about the greatest */
        double at = 0.0;
        for (double n = 0.0; n < room; n += 1.0) {
            at += n == 0.0 ? 0.0 : log((v->number - n + 1.0) / think * c->mean / fmin(n, servers));
            const double comes = at + log(v->number - n);
            if (pass == 0)
                greatest = fmax(greatest, comes);
            else if (n < servers)
                at_once += exp(comes - greatest);
            else
                weight[(size_t)(n - servers)] = exp(comes - greatest);
        }
    }
    const double mu = 1.0 / c->mean;
    if (!stages_make(stages, servers * mu, 0.0, mu, at_once, weight, places, c->arena))
        return false;
    stages_add_laws(c, stages, out);
    return true;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL};
    if (!single_plain(c, NULL, err) || !single_one_kind(c, err) || !single_exponential(c, err) ||
        !single_discipline(c, any, err))
        return false;
    const struct single_visit *v = &c->visits[0];
    if (v->number == 0.0)
        return error_set(err, "tasks are not closed");
    const double think = v->think->mean, mean = v->service->mean;
    if (v->think->shape != DIST_EXPONENTIAL && think > 0.0)
        return error_set(err, "think times are not exponential: %s, scv %.4g", v->think->type->name,
                         v->think->scv);
    const double room = c->st->capacity == UNLIMITED ? v->number : fmin(v->number, c->st->capacity);
    if (room < v->number && !(think > 0.0))
        return error_set(err, "who finds no room is back at once");
    double p = 1.0, sum = think > 0.0 ? 1.0 : 0.0, waiting = 0.0, busy = 0.0, away = think > 0.0 ? v->number : 0.0;
    for (double n = 1.0; n <= room; n += 1.0) {
        if (think > 0.0)
            p *= (v->number - n + 1.0) / think * mean / fmin(n, c->servers);
        else if (n < v->number)
            continue; /* all are always there */
        if (p > 1e250) {
            sum /= p;
            waiting /= p;
            busy /= p;
            away /= p;
            p = 1.0;
        }
        sum += p;
        waiting += fmax(n - c->servers, 0.0) * p;
        busy += fmin(n, c->servers) * p;
        away += (v->number - n) * p;
    }
    const double queue = waiting / sum, serving = busy / sum, in_station = queue + serving, throughput = serving / mean;
#define ADD(scope, subject, measure, value) theory_mean(out, scope, subject, measure, value)
    ADD(THEORY_OF_KIND, 0, "throughput", throughput);
    ADD(THEORY_OF_KIND, 0, "response", in_station / throughput);
    ADD(THEORY_OF_KIND, 0, "wait", queue / throughput);
    ADD(THEORY_OF_KIND, 0, "in_system", in_station);
    if (room < v->number) { /* seen by who comes: p(n) in proportion to those away */
        const double lost = (v->number - room) * p / away;
        ADD(THEORY_OF_KIND, 0, "lost", lost);
        ADD(THEORY_OF_STATION, c->station, "lost", lost);
    }
    ADD(THEORY_OF_STATION, c->station, "in_station", in_station);
    ADD(THEORY_OF_STATION, c->station, "queue_length", queue);
    ADD(THEORY_OF_STATION, c->station, "utilisation", isinf(c->servers) ? serving : serving / c->servers);
#undef ADD
    return add_laws(c, think, room, out) || error_set(err, "out of memory");
}

const struct theory_form theory_machine_repair = {
    .name = "machine_repair",
    .title = "M/M/c/K/N: N closed tasks that think and are served, both exponential (machine repair); who finds K there is lost and thinks again "
             "(K = c: Engset)",
    .source = "Palm 1947; Gross, Shortle, Thompson, Harris, Fundamentals of Queueing Theory, 4th ed. 2008, "
              "section 2.8; Engset 1918",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'closed':12,'think':{'dist':'exponential','mean':10}},'service':{'dist':'"
                 "exponential','mean':1}",
                 "'arrivals':{'closed':100,'think':{'dist':'exponential','mean':10}},'servers':8,'service':{'"
                 "dist':'exponential','mean':1}",
                 "'arrivals':{'closed':8,'think':{'dist':'exponential','mean':2}},'servers':3,'capacity':3,'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'closed':20,'think':{'dist':'exponential','mean':8}},'servers':2,'capacity':5,'service':{'dist':'exponential','mean':1}"},
    .apply = apply,
};
