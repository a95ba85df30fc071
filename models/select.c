#include "models/select.h"

#include "models/conduct.h"
#include "models/serve.h"
#include "models/settle.h"

#include <math.h>
#include <stdlib.h>

enum { LENGTHEN_MOST = 8, LOOKS_MOST = 200 };

/* One design while it is run. */
struct entrant {
    struct experiment experiment;
    size_t sample, histogram; /* of the figure */
    bool running;             /* may still be the best */
    enum selection_fate fate;
    struct error error; /* why it could not be run; text empty: it could */
};

struct contest {
    const struct selection_how *how;
    struct model *const *models;
    struct entrant *entrants;
    size_t count, in; /* designs; of them running at the first look */
    struct crew *crew;
    uint64_t target; /* replications that all that are in are run to */
    struct error *err;
    bool interrupted, limited;
};

static const struct requirement *asked(const struct model *m)
{
    return &m->scenario->requirements[0];
}

/* The figure as it is measured so far, so oriented that less is better. */
static double figure(const struct contest *c, const struct entrant *e)
{
    const struct requirement *r = asked(e->experiment.model);
    const double confidence = e->experiment.model->scenario->run.confidence;
    const double x = r->statistic == STATISTIC_QUANTILE
                         ? batches_quantile(e->experiment.batches, e->histogram, r->quantile, confidence).value
                         : batches_mean(e->experiment.batches, e->sample, confidence).mean;
    return c->how->largest ? -x : x;
}

/* a - b, less being better. */
static struct estimate behind(const struct contest *c, const struct entrant *a, const struct entrant *b, double level)
{
    const struct requirement *r = asked(a->experiment.model);
    struct estimate x =
        r->statistic == STATISTIC_QUANTILE
            ? batches_quantile_difference(a->experiment.batches, a->histogram, b->experiment.batches, b->histogram,
                                          r->quantile, level)
            : batches_mean_difference(a->experiment.batches, a->sample, b->experiment.batches, b->sample, level);
    if (a->experiment.model->deterministic && b->experiment.model->deterministic)
        x.half_width = 0.0; /* another replication would show the same */
    if (c->how->largest)
        x.mean = -x.mean;
    return x;
}

static void out_of_it(struct entrant *e, enum selection_fate fate)
{
    e->running = false;
    e->fate = fate;
}

static bool run_entrant(void *context, size_t i)
{
    struct contest *c = context;
    struct entrant *e = &c->entrants[i];
    e->experiment.finished = false;
    return !e->running || experiment_run(&e->experiment, c->target, c->crew, &e->error);
}

/* Runs all that are in up to so many replications each; those that deadlock, or give no figure, are out. */
static bool run_all(struct contest *c, uint64_t replications)
{
    c->target = replications;
    for (size_t i = 0; i < c->count; i++)
        error_set(&c->entrants[i].error, "%s", "");
    const bool good = crew_each(c->crew, c->count, run_entrant, c);
    for (size_t i = 0; i < c->count && !c->interrupted; i++) {
        struct entrant *e = &c->entrants[i];
        if (!good && e->error.text[0] != '\0') {
            *c->err = e->error;
            return false;
        }
        if (!e->running)
            continue;
        if (e->experiment.finished && e->experiment.stopped == STOPPED_DEADLOCK)
            out_of_it(e, SELECTION_STUCK);
        else if (e->experiment.finished && e->experiment.stopped == STOPPED_INTERRUPTED)
            c->interrupted = true;
        else if (e->experiment.finished)
            c->limited = true;
        else if (isnan(figure(c, e)))
            out_of_it(e, SELECTION_NOTHING);
    }
    return true;
}

/* The first look's replications, long enough for all that are in. */
static bool first_look(struct contest *c, uint64_t *replications)
{
    for (int times = 0; times <= LENGTHEN_MOST; times++) {
        *replications = 0;
        for (size_t i = 0; i < c->count; i++)
            if (c->entrants[i].running && conduct_first_replications(c->models[i]) > *replications)
                *replications = conduct_first_replications(c->models[i]);
        if (!run_all(c, *replications))
            return false;
        double longer = 1.0;
        for (size_t i = 0; i < c->count && !c->interrupted && !c->limited && times < LENGTHEN_MOST; i++)
            if (c->entrants[i].running)
                longer = fmax(longer, conduct_stretch(&c->entrants[i].experiment));
        if (longer <= 1.0)
            return true;
        for (size_t i = 0; i < c->count; i++)
            if (c->entrants[i].running && !conduct_lengthen(&c->entrants[i].experiment, longer, c->err))
                return false;
    }
    return true;
}

static struct entrant *leader_of(const struct contest *c)
{
    struct entrant *leader = NULL;
    for (size_t i = 0; i < c->count; i++)
        if (c->entrants[i].running && (leader == NULL || figure(c, &c->entrants[i]) < figure(c, leader)))
            leader = &c->entrants[i];
    return leader;
}

/* Sets all that are in against the leader. *more: how many times the replications the hardest undecided pair needs, by
 * what its half-width foretells; 0: all are decided. */
static void look(struct contest *c, struct entrant *leader, double level, double *more)
{
    const double matters = c->how->indifference * fabs(figure(c, leader));
    *more = 0.0;
    for (size_t i = 0; i < c->count; i++) {
        struct entrant *e = &c->entrants[i];
        if (!e->running || e == leader)
            continue;
        const struct estimate x = behind(c, e, leader, level);
        e->fate = SELECTION_OPEN;
        if (x.mean - x.half_width > 0.0) {
            out_of_it(e, SELECTION_WORSE);
        } else if (x.half_width - x.mean <= matters) {
            e->fate = SELECTION_NEAR;
        } else {
            const double reach = x.mean + matters; /* half-widths below this decide */
            const double times = isnan(x.half_width) || !(reach > 0.0) ? 4.0 : x.half_width / reach;
            *more = fmax(*more, times * times);
        }
    }
}

static uint64_t next_replications(const struct contest *c, uint64_t done, double more)
{
    const double factor = fmin(fmax(1.05 * more, 1.2), 4.0);
    double next = ceil((double)done * factor);
    for (size_t i = 0; i < c->count; i++) {
        const struct entrant *e = &c->entrants[i];
        const double events = (double)batches_events(e->experiment.batches);
        if (e->running && events > 0.0)
            next = fmin(next, floor((double)done * conduct_limit_events(&c->models[i]->scenario->run) / events));
    }
    return next > (double)done ? (uint64_t)next : done;
}

/* Reads what came out into *out. */
static bool read_off(const struct contest *c, struct arena *arena, const struct entrant *best, struct selection *out)
{
    struct selection_of_design *designs = arena_array(arena, c->count, sizeof *designs);
    if (designs == NULL)
        return error_set(c->err, "out of memory");
    for (size_t i = 0; i < c->count; i++) {
        const struct entrant *e = &c->entrants[i];
        const struct requirement *r = asked(c->models[i]);
        struct selection_of_design *d = &designs[i];
        *d = (struct selection_of_design){.point = i,
                                          .fate = e == best ? SELECTION_BEST : e->fate,
                                          .value = (double)NAN,
                                          .low = (double)NAN,
                                          .high = (double)NAN,
                                          .difference = (double)NAN,
                                          .half_width = (double)NAN};
        if (e->experiment.batches == NULL || best == NULL || batches_replications(e->experiment.batches) == 0 ||
            d->fate == SELECTION_STUCK || d->fate == SELECTION_NOTHING)
            continue;
        d->replications = batches_replications(e->experiment.batches);
        out->events += batches_events(e->experiment.batches);
        if (r->statistic == STATISTIC_QUANTILE) {
            const struct quantile_estimate q = experiment_quantile(&e->experiment, e->histogram, r->quantile);
            d->value = q.value;
            d->low = q.low;
            d->high = q.high;
        } else {
            const struct estimate m =
                batches_mean(e->experiment.batches, e->sample, c->models[i]->scenario->run.confidence);
            d->value = m.mean;
            d->low = m.mean - m.half_width;
            d->high = m.mean + m.half_width;
        }
        if (e != best) {
            const struct estimate x = behind(c, e, best, out->level);
            d->difference = c->how->largest ? -x.mean : x.mean;
            d->half_width = x.half_width;
        }
    }
    out->designs = designs;
    out->count = c->count;
    out->best = best == NULL ? SIZE_MAX : (size_t)(best - c->entrants);
    out->unfinished = c->interrupted;
    return true;
}

/* Looks until one is chosen. */
static bool decide(struct contest *c, struct selection *out, const struct entrant **best)
{
    uint64_t replications;
    if (!first_look(c, &replications))
        return false;
    const double pairs = c->in > 2 ? (double)c->in - 1.0 : 1.0;
    while (!c->interrupted) {
        const double j = ++out->looks;
        out->level = 1.0 - (1.0 - c->how->confidence) * 6.0 / (M_PI * M_PI * j * j) / pairs;
        struct entrant *leader = leader_of(c);
        if (leader == NULL)
            return true;
        double more;
        look(c, leader, out->level, &more);
        *best = leader;
        size_t in = 0;
        for (size_t i = 0; i < c->count; i++)
            in += c->entrants[i].running;
        if (c->how->progress != NULL)
            c->how->progress(c->how->context, out->looks, in, replications);
        out->sure = more == 0.0;
        const uint64_t next = next_replications(c, replications, more);
        if (out->sure || c->limited || next == replications || out->looks == LOOKS_MOST)
            return true;
        replications = next;
        if (!run_all(c, replications))
            return false;
    }
    return true;
}

/* Those that can be run at all, all equally long. */
static bool enter(struct contest *c)
{
    struct model **in = malloc((c->count + 1) * sizeof(struct model *));
    if (in == NULL)
        return error_set(c->err, "out of memory");
    for (size_t i = 0; i < c->count; i++) {
        struct entrant *e = &c->entrants[i];
        struct model *m = c->models[i];
        if (conduct_overloaded(m) != SIZE_MAX) {
            out_of_it(e, SELECTION_OVERLOADED);
            continue;
        }
        e->running = true;
        e->fate = SELECTION_OPEN;
        model_choose_length(m); /* without those that are left out */
        in[c->in++] = m;
    }
    conduct_align(in, c->in);
    conduct_shorten(in, c->in);
    const double now = conduct_clock();
    if (c->in > 0) {
        const struct run_spec *first = &in[0]->scenario->run;
        const struct world_limits looking = {
            .stop = c->how->stop, .events = conduct_limit_events(first), .deadline = now + first->limit_seconds};
        settle_all(in, c->in, &looking, c->crew, 0);
    }
    free(in);
    for (size_t i = 0; i < c->count; i++) {
        struct entrant *e = &c->entrants[i];
        const struct requirement *r = asked(c->models[i]);
        const enum probe_scope scope = r->of_run ? PROBE_RUN : r->of_station ? PROBE_STATION : PROBE_KIND;
        e->sample = experiment_sample(c->models[i], scope, r->subject, experiment_place(scope, r->metric));
        e->histogram = r->subject * model_histograms_per_kind() + experiment_values_place(scope, r->metric);
        if (!experiment_begin(&e->experiment, c->models[i], c->err))
            return false;
        const struct run_spec *spec = &c->models[i]->scenario->run;
        e->experiment.point = i;
        e->experiment.limits = (struct world_limits){
            .stop = c->how->stop, .events = conduct_limit_events(spec), .deadline = now + spec->limit_seconds};
    }
    return true;
}

bool select_best(struct arena *arena, const struct scenario_file *file, struct model *const *models, const struct selection_how *how,
                 const struct selection **out, struct error *err)
{
    const size_t count = file->point_count;
    struct ranks_leader *leader = NULL;
    struct contest c = {.how = how,
                        .models = models,
                        .entrants = calloc(count, sizeof(struct entrant)),
                        .count = count,
                        .err = err};
    struct selection *result = arena_alloc(arena, sizeof *result);
    const struct entrant *best = NULL;
    bool ok = (c.entrants != NULL && result != NULL) || error_set(err, "out of memory");
    for (size_t i = 0; ok && i < count; i++) {
        const struct scenario *s = models[i]->scenario;
        ok = (s->requirement_count > 0 && (asked(models[i])->statistic == STATISTIC_MEAN ||
                                           asked(models[i])->statistic == STATISTIC_QUANTILE)) ||
             error_set(err, "designs are chosen by a mean or a percentile, such as request.response.p99");
    }
    if (ok) {
        *result = (struct selection){0};
        ok = serve_crew(file, models, how->jobs, how->ranks, &c.crew, &leader, err) && enter(&c) && decide(&c, result, &best) && read_off(&c, arena, best, result);
    }
    for (size_t i = 0; c.entrants != NULL && i < count; i++)
        if (c.entrants[i].experiment.batches != NULL)
            experiment_end(&c.entrants[i].experiment);
    free(c.entrants);
    ranks_release(leader);
    crew_free(c.crew);
    *out = result;
    return ok;
}
