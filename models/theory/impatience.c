/* M/M/c+M with balking and a capacity: a birth-death process. */
#include "models/theory/stages.h"

#include <math.h>

/* Over the numbers present n, in proportion to their probabilities. */
struct walk {
    const struct single *c;
    const struct kind_model *kind;
    double theta, mu;
    double sum, line, busy,
        refused;    /* of P(n) times: 1, who waits, who is served, P(who comes does not join) */
    double at_once; /* ... times P(who comes joins), where a server is idle */
    double waits;   /* so many numbers of waiting tasks count; the rest is walked through for the chance of a
                       full station */
};

/* joins (or NULL): room for the same where none is idle, by number waiting. false: err. */
static bool walk_over(struct walk *w, double *joins, struct error *err)
{
    const struct single *c = w->c;
    const struct kind_model *kind = w->kind;
    double p = 1.0;
    bool counts = true;
    w->sum = w->line = w->busy = w->refused = w->at_once = 0.0;
    for (double n = 0.0;; n += 1.0) {
        const bool full = n >= (double)c->st->capacity && c->st->capacity != UNLIMITED;
        const double balk = kind->balk_count == 0
                                ? 0.0
                                : kind->balk[n < kind->balk_count ? (size_t)n : kind->balk_count - 1U];
        const double join = full ? 0.0 : 1.0 - balk, behind = fmax(n - c->servers, 0.0);
        w->sum += p;
        w->line += behind * p;
        w->busy += fmin(n, c->servers) * p;
        w->refused += (1.0 - join) * p;
        if (n < c->servers)
            w->at_once += join * p;
        else if (joins != NULL && behind < w->waits)
            joins[(size_t)behind] = join * p;
        if (joins == NULL && counts)
            w->waits = n < c->servers ? 0.0 : behind + 1.0;
        const double next = p * c->rate * join /
                            (fmin(n + 1.0, c->servers) * w->mu + fmax(n + 1.0 - c->servers, 0.0) * w->theta);
        /* The last that counts, for small figures too: for who waits, and for who does not join. */
        const double least = fmin(w->line, w->refused > 0.0 ? w->refused : w->line);
        counts = counts && !(n > c->servers && n >= kind->balk_count && next < p &&
                             next * (behind + 1.0) < 1e-20 * least * (1.0 - next / p));
        if (next == 0.0 || (!counts && (c->st->capacity == UNLIMITED || joins != NULL || n > 1e7)))
            return true;
        if (counts && n > 1e8)
            return error_set(err, "the line would be longer than 1e8");
        p = next;
        if (p > 1e250) {
            w->sum /= p;
            w->line /= p;
            w->busy /= p;
            w->refused /= p;
            w->at_once /= p;
            for (double j = 0.0; joins != NULL && j <= behind && j < w->waits; j++)
                joins[(size_t)j] /= p;
            p = 1.0;
        }
    }
}

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
    struct walk walk = {.c = c, .kind = kind, .theta = theta, .mu = mu};
    if (!walk_over(&walk, NULL, err))
        return false;
    const double waiting = walk.line / walk.sum, serving = walk.busy / walk.sum,
                 in_station = waiting + serving;
#define ADD(scope, subject, measure, value) theory_mean(out, scope, subject, measure, value)
    ADD(THEORY_OF_KIND, 0, "throughput", serving * mu);
    ADD(THEORY_OF_KIND, 0, "in_system", in_station);
    ADD(THEORY_OF_KIND, 0, "abandoned", theta * waiting / c->rate);
    ADD(THEORY_OF_KIND, 0, "lost", walk.refused / walk.sum);
    ADD(THEORY_OF_STATION, c->station, "in_station", in_station);
    ADD(THEORY_OF_STATION, c->station, "queue_length", waiting);
    ADD(THEORY_OF_STATION, c->station, "utilisation", serving / c->servers);
    static const char *const fcfs[] = {"fcfs", NULL};
    struct error why;
    if (single_discipline(c, fcfs, &why) && walk.waits <= STAGES_MOST) {
        double *joins = arena_array(c->arena, (size_t)walk.waits + 1, sizeof *joins);
        struct stages *stages = arena_alloc(c->arena, sizeof *stages);
        if (joins == NULL || stages == NULL)
            return error_set(err, "out of memory");
        walk_over(&walk, joins, err);
        if (!stages_make(stages, c->servers * mu, theta, mu, walk.at_once, joins, (size_t)walk.waits,
                         c->arena))
            return error_set(err, "out of memory");
        stages_add(c, stages, out);
    } else if (theta == 0.0) { /* all who join are served, in whatever order */
        ADD(THEORY_OF_KIND, 0, "wait", waiting / (serving * mu));
        ADD(THEORY_OF_KIND, 0, "response", in_station / (serving * mu));
    }
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
