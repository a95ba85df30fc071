/* M/M/c/K: who finds K tasks present is lost. */
#include "models/theory/stages.h"

#include <math.h>
#include <string.h>

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL}, *const fcfs[] = {"fcfs", NULL};
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_exponential(c, err) ||
        !single_discipline(c, any, err))
        return false;
    if (c->st->capacity == UNLIMITED)
        return error_set(err, "the station has no capacity");
    const double room = c->st->capacity, mu = 1.0 / c->mean, servers = fmin(c->servers, room);
    /* p(n) relative to p(0), scaled down when they grow. */
    double p = 1.0, sum = 1.0, below = 0.0, waiting = 0.0, busy = 0.0; /* below: the sum but for the last */
    for (double n = 1.0; n <= room; n += 1.0) {
        p *= c->rate / (fmin(n, servers) * mu);
        if (p > 1e250) {
            sum /= p;
            below /= p;
            waiting /= p;
            busy /= p;
            p = 1.0;
        }
        below = sum;
        sum += p;
        waiting += fmax(n - servers, 0.0) * p;
        busy += fmin(n, servers) * p;
    }
    const double lost = p / sum, through = below / sum, queue = waiting / sum, serving = busy / sum;
    const double wait = queue / (c->rate * through);
    struct error why;
    const bool lawful =
        single_discipline(c, fcfs, &why) && room - servers <= STAGES_MOST && isfinite(c->servers);
    for (uint32_t k = 0; k < c->kinds; k++) {
        const double rate = c->visits[k].rate * through;
#define ADD(scope, subject, measure, value) theory_mean(out, scope, subject, measure, value)
        ADD(THEORY_OF_KIND, k, "lost", lost);
        ADD(THEORY_OF_KIND, k, "throughput", rate);
        if (!lawful) {
            ADD(THEORY_OF_KIND, k, "wait", wait);
            ADD(THEORY_OF_KIND, k, "response", wait + c->mean);
        }
        ADD(THEORY_OF_KIND, k, "in_system", rate * (wait + c->mean));
    }
    ADD(THEORY_OF_STATION, c->station, "lost", lost);
    ADD(THEORY_OF_STATION, c->station, "in_station", queue + serving);
    ADD(THEORY_OF_STATION, c->station, "queue_length", queue);
    ADD(THEORY_OF_STATION, c->station, "utilisation", isinf(c->servers) ? serving : serving / c->servers);
#undef ADD
    if (!lawful)
        return true;
    const size_t places = (size_t)(room - servers);
    double *weight = arena_array(c->arena, places + 1, sizeof *weight), among = 0.0, greatest = 0.0, at = 0.0;
    struct stages *stages = arena_alloc(c->arena, sizeof *stages);
    if (weight == NULL || stages == NULL)
        return error_set(err, "out of memory");
    for (int pass = 0; pass < 2; pass++, at = 0.0) /* by logarithms, about the greatest */
        for (double n = 0.0; n < room; n += 1.0) {
            at += n == 0.0 ? 0.0 : log(c->rate / (fmin(n, servers) * mu));
            if (pass == 0)
                greatest = fmax(greatest, at);
            else if (n < servers)
                among += exp(at - greatest);
            else
                weight[(size_t)(n - servers)] = exp(at - greatest);
        }
    if (!stages_make(stages, servers * mu, 0.0, mu, among, weight, places, c->arena))
        return error_set(err, "out of memory");
    stages_add(c, stages, out);
    return true;
}

const struct theory_form theory_mmck = {
    .name = "mmck",
    .title = "M/M/c/K: as M/M/c, but who finds K tasks present is lost (M/M/c/c: Erlang's loss formula)",
    .source = "Gross, Shortle, Thompson, Harris, Fundamentals of Queueing Theory, 4th ed. 2008, section 2.5",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':3},'servers':4,'capacity':4,'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'rate':4},'servers':4,'capacity':8,'service':{'dist':'exponential','mean':1}",
                 "'arrivals':{'rate':1.3},'capacity':6,'service':{'dist':'exponential','mean':1}"},
    .apply = apply,
};
