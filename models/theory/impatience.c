/* M/M/c+M with balking and a capacity: a birth-death process. */
#include "models/theory/single.h"

#include <math.h>

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    const char *const station_known[] = {"servers", "discipline", "capacity", "cost", NULL};
    const char *const kind_known[] = {"arrivals", "steps", "service", "patience", "balk", NULL};
    const char *other = station_other_key(c->spec, station_known);
    if (other != NULL)
        return error_set(err, "the station has \"%s\"", other);
    if (!single_one_kind(c, err) || !single_poisson(c, err) || !single_exponential(c, err) ||
        !single_finite_servers(c, err))
        return false;
    const struct kind_model *kind = &c->model->kinds[0];
    other = kind_other_key(&c->model->scenario->kinds[0], kind_known);
    if (other != NULL)
        return error_set(err, "kind \"%s\" has \"%s\"", kind->name, other);
    static const char *const any[] = {"fcfs", "lcfs", "random", NULL};
    if (!single_discipline(c, any, err))
        return false;
    if (c->st->individual)
        return error_set(err, "servers differ, or come and go");
    if (kind->patience == NULL && kind->balk_count == 0)
        return error_set(err, "nobody loses patience or balks");
    if (kind->patience != NULL && kind->patience->shape != DIST_EXPONENTIAL)
        return error_set(err, "patience is not exponential: %s, scv %.4g", kind->patience->type->name,
                         kind->patience->scv);
    const double theta = kind->patience == NULL ? 0.0 : 1.0 / kind->patience->mean, mu = 1.0 / c->mean;
    const double stay = kind->balk_count == 0 ? 1.0 : 1.0 - kind->balk[kind->balk_count - 1];
    if (theta == 0.0 && c->st->capacity == UNLIMITED && c->rate * stay >= c->servers * mu)
        return error_set(err,
                         "of those who come beyond any number too many join, so the line grows without end");
    double p = 1.0, sum = 0.0, line = 0.0, busy = 0.0, refused = 0.0;
    for (double n = 0.0;; n += 1.0) {
        const bool full = n >= (double)c->st->capacity && c->st->capacity != UNLIMITED;
        const double balk = kind->balk_count == 0
                                ? 0.0
                                : kind->balk[n < kind->balk_count ? (size_t)n : kind->balk_count - 1U];
        const double join = full ? 0.0 : 1.0 - balk;
        sum += p;
        line += fmax(n - c->servers, 0.0) * p;
        busy += fmin(n, c->servers) * p;
        refused += (1.0 - join) * p;
        const double next =
            p * c->rate * join / (fmin(n + 1.0, c->servers) * mu + fmax(n + 1.0 - c->servers, 0.0) * theta);
        if (next == 0.0 || (next < 1e-18 * sum && next < p && n > c->servers))
            break;
        if (n > 1e8)
            return error_set(err, "the line would be longer than 1e8");
        p = next;
        if (p > 1e250) {
            sum /= p;
            line /= p;
            busy /= p;
            refused /= p;
            p = 1.0;
        }
    }
    const double waiting = line / sum, serving = busy / sum, in_station = waiting + serving;
#define ADD(scope, subject, measure, value) theory_mean(out, scope, subject, measure, value)
    ADD(THEORY_OF_KIND, 0, "throughput", serving * mu);
    ADD(THEORY_OF_KIND, 0, "in_system", in_station);
    ADD(THEORY_OF_KIND, 0, "abandoned", theta * waiting / c->rate);
    ADD(THEORY_OF_KIND, 0, "lost", refused / sum);
    ADD(THEORY_OF_STATION, c->station, "in_station", in_station);
    ADD(THEORY_OF_STATION, c->station, "queue_length", waiting);
    ADD(THEORY_OF_STATION, c->station, "utilisation", serving / c->servers);
#undef ADD
    return true;
}

const struct theory_form theory_impatience = {
    .name = "impatience",
    .title = "M/M/c+M: as M/M/c, with exponential patience (Erlang-A), balking by number present, or both",
    .source =
        "Palm 1943; Garnett, Mandelbaum, Reiman, M&SOM 4 (2002); birth-death: Kleinrock 1975, section 3.1",
    .class = THEORY_EXACT,
    .examples =
        {"'arrivals':{'rate':5},'servers':4,'patience':{'dist':'exponential','mean':2},'service':{'dist':'"
         "exponential','mean':1}",
         "'arrivals':{'rate':1.5},'balk':[0,0.2,0.4,0.6,0.8],'service':{'dist':'exponential','mean':1}"},
    .apply = apply,
};
