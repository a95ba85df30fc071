#include "models/coverage.h"

#include "models/theory/theory.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void coverage_share(double hits, double trials, double confidence, double *low, double *high)
{
    const double tail = (1.0 - confidence) / 2.0;
    *low = *high = (double)NAN;
    if (!(trials > 0.0))
        return;
    *low = hits > 0.0 ? gsl_cdf_beta_Pinv(tail, hits, trials - hits + 1.0) : 0.0;
    *high = hits < trials ? gsl_cdf_beta_Qinv(tail, hits + 1.0, trials - hits) : 1.0;
}

/* An estimate and its interval. */
struct seen {
    double value, low, high;
};

/* What is looked at: name of the measure, and whether a station's. */
static bool wanted(const struct subject *s, const struct figure *f, bool station)
{
    static const char *const of_kinds[] = {"throughput", "response",  "wait",     "in_system",
                                           "lost",       "abandoned", "timed_out"};
    static const char *const of_stations[] = {"utilisation", "queue_length", "lost"};
    const char *const *names = station ? of_stations : of_kinds;
    const size_t count =
        station ? sizeof of_stations / sizeof *of_stations : sizeof of_kinds / sizeof *of_kinds;
    (void)s;
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], f->probe->name) == 0)
            return true;
    return false;
}

/* What theory says of one point. */
struct answers {
    const struct theory_answer *all;
    size_t count;
};

/* Walks over all figures of a result in one fixed order. */
struct walk {
    struct arena *arena;
    const struct result *result;
    struct coverage_figure *figures;
    size_t count;
    /* What to do with figure i. */
    void (*visit)(struct walk *w, struct coverage_figure *f, struct seen seen);
    const struct answers *answers; /* by point */
    bool first;                    /* fills in names and what theory says */
};

static void name(struct walk *w, struct coverage_figure *f, size_t point, const char *subject, size_t index,
                 bool station, const struct figure *figure, enum statistic statistic, double p)
{
    *f = (struct coverage_figure){.point = point,
                                  .subject = arena_text(w->arena, subject),
                                  .measure = figure->probe->name,
                                  .statistic = statistic,
                                  .quantile = p,
                                  .truth = (double)NAN};
    for (size_t a = 0; a < w->answers[point].count; a++) {
        const struct theory_answer *answer = &w->answers[point].all[a];
        for (size_t v = 0; answer->applies && answer->form->class == THEORY_EXACT && v < answer->value_count;
             v++) {
            const struct theory_value *x = &answer->values[v];
            if (x->relation != THEORY_EQUALS || f->form != NULL || x->subject != index ||
                x->scope != (station ? THEORY_OF_STATION : THEORY_OF_KIND) || x->statistic != statistic ||
                strcmp(x->probe, f->measure) != 0 || (statistic == STATISTIC_QUANTILE && x->quantile != p))
                continue;
            f->truth = x->value;
            f->form = answer->form->name;
        }
    }
}

static void walk_subject(struct walk *w, size_t point, const struct subject *s, size_t index, bool station)
{
    for (size_t i = 0; i < s->figure_count; i++) {
        const struct figure *f = &s->figures[i];
        if (!wanted(s, f, station))
            continue;
        struct coverage_figure *out = &w->figures[w->count++];
        if (w->first)
            name(w, out, point, s->name, index, station, f, STATISTIC_MEAN, (double)NAN);
        if (w->visit != NULL)
            w->visit(w, out, (struct seen){f->mean, f->mean - f->half_width, f->mean + f->half_width});
        for (size_t q = 0; q < f->quantile_count; q++) {
            const struct quantile *x = &f->quantiles[q];
            out = &w->figures[w->count++];
            if (w->first)
                name(w, out, point, s->name, index, station, f, STATISTIC_QUANTILE, x->p);
            if (w->visit != NULL)
                w->visit(w, out, (struct seen){x->value, x->low, x->high});
        }
    }
}

static void walk(struct walk *w)
{
    w->count = 0;
    for (size_t i = 0; i < w->result->point_count; i++) {
        const struct point *p = &w->result->points[i];
        for (size_t k = 0; k < p->kind_count; k++)
            walk_subject(w, i, &p->kinds[k], k, false);
        for (size_t k = 0; k < p->station_count; k++)
            walk_subject(w, i, &p->stations[k], k, true);
    }
}

static size_t most_figures(const struct result *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->point_count; i++) {
        const struct point *p = &r->points[i];
        for (size_t k = 0; k < p->kind_count + p->station_count; k++) {
            const struct subject *s = k < p->kind_count ? &p->kinds[k] : &p->stations[k - p->kind_count];
            for (size_t f = 0; f < s->figure_count; f++)
                n += 1 + s->figures[f].quantile_count;
        }
    }
    return n;
}

static void take_truth(struct walk *w, struct coverage_figure *f, struct seen seen)
{
    (void)w;
    if (f->form != NULL)
        return;
    f->truth = seen.value;
    f->uncertainty = isnan(seen.low) ? (double)INFINITY : (seen.high - seen.low) / 2.0;
}

static void count(struct walk *w, struct coverage_figure *f, struct seen seen)
{
    (void)w;
    f->estimate += seen.value;
    if (isnan(seen.low) || isnan(seen.high))
        return;
    /* A point that agrees to the last digits is a hit, whatever the rounding of an interval without width. */
    const double rounding = 1e-12 * fabs(f->truth);
    f->given++;
    f->half_width += (seen.high - seen.low) / 2.0;
    f->below += seen.high < f->truth - rounding;
    f->above += seen.low > f->truth + rounding;
    f->covered += seen.high >= f->truth - rounding && seen.low <= f->truth + rounding;
}

/* Figures of this run: in *result, which lives in *d. */
static bool run_once(const char *path, const struct desq_options *options, uint64_t seed, const char *extra,
                     const struct coverage_how *how, struct arena *arena, struct desq **d,
                     const struct result **result, struct error *err)
{
    struct desq_options changed = *options;
    const char **set = arena_array(arena, options->set_count + 1, sizeof *set);
    if (set == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < options->set_count; i++)
        set[i] = options->set[i];
    if (extra != NULL)
        set[changed.set_count++] = extra;
    changed.set = set;
    changed.seed_given = true;
    changed.seed = seed;
    if (!desq_read(path, &changed, d, err))
        return false;
    return desq_run(*d, &(struct desq_run){.jobs = how->jobs, .ranks = how->ranks, .stop = how->stop}, result, err);
}

/* What does not vary in the first run is not what a long run is made for: it is taken as it is. */
static void take_constant(struct walk *w, struct coverage_figure *f, struct seen seen)
{
    if (f->form != NULL || seen.low != seen.high)
        return;
    f->truth = seen.value;
    f->form = arena_text(w->arena, "constant");
}

static bool theory_knows_all(const struct coverage_figure *all, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].form == NULL)
            return false;
    return true;
}

/* Sets what is compared and what it is compared with. */
static bool find_truth(struct arena *arena, const char *path, const struct desq_options *options,
                       const struct coverage_how *how, uint64_t seed, struct walk *w,
                       struct coverage_of_study *out, struct error *err)
{
    struct desq *d = NULL;
    if (!run_once(path, options, seed, NULL, how, arena, &d, &w->result, err)) {
        desq_free(d);
        return false;
    }
    struct answers *answers = arena_array(arena, w->result->point_count + 1, sizeof *answers);
    w->answers = answers;
    out->confidence = w->result->confidence;
    out->unfinished = w->result->unfinished;
    w->figures = arena_array(arena, most_figures(w->result) + 1, sizeof *w->figures);
    bool good = (w->figures != NULL && answers != NULL) || error_set(err, "out of memory");
    for (size_t i = 0; good && i < w->result->point_count; i++)
        good = desq_theory(d, i, &answers[i].all, &answers[i].count, err);
    if (!good) {
        desq_free(d);
        return false;
    }
    w->first = true;
    w->visit = take_constant;
    walk(w);
    w->first = false;
    w->visit = NULL;
    uint64_t replications = how->reference;
    for (size_t i = 0; i < w->result->point_count && how->reference == 0; i++)
        if (100 * w->result->points[i].report.replications > replications)
            replications = 100 * w->result->points[i].report.replications;
    desq_free(d);
    d = NULL;
    if (out->unfinished || theory_knows_all(w->figures, w->count))
        return true;
    char extra[64];
    snprintf(extra, sizeof extra, "/run/replications=%llu", (unsigned long long)replications);
    /* Of another seed than all runs, so that truth and runs are independent. */
    if (!run_once(path, options, seed + how->runs + 1, extra, how, arena, &d, &w->result, err)) {
        desq_free(d);
        return false;
    }
    out->unfinished = w->result->unfinished;
    out->reference = UINT64_MAX;
    for (size_t i = 0; i < w->result->point_count; i++) /* the fewest, if a limit cut some short */
        if (w->result->points[i].report.replications < out->reference)
            out->reference = w->result->points[i].report.replications;
    w->visit = take_truth;
    walk(w);
    desq_free(d);
    return true;
}

bool coverage_study(struct arena *arena, const char *path, const struct desq_options *options,
                    const struct coverage_how *how, struct coverage_of_study *out, struct error *err)
{
    struct walk w = {.arena = arena};
    struct desq *d = NULL;
    *out = (struct coverage_of_study){0};
    if (!desq_read(path, options, &d, err))
        return false;
    const uint64_t seed = options->seed_given ? options->seed : desq_scenario(d)->points[0].scenario.run.seed;
    desq_free(d);
    if (!find_truth(arena, path, options, how, seed, &w, out, err))
        return false;
    w.visit = count;
    for (uint64_t r = 0; r < how->runs && !out->unfinished; r++) {
        d = NULL;
        if (!run_once(path, options, seed + 1 + r, NULL, how, arena, &d, &w.result, err)) {
            desq_free(d);
            return false;
        }
        out->unfinished = w.result->unfinished;
        if (!out->unfinished) {
            walk(&w);
            out->runs++;
            for (size_t i = 0; i < w.result->point_count; i++) {
                out->replications +=
                    (double)w.result->points[i].report.replications / (double)w.result->point_count;
                out->events += (double)w.result->points[i].report.events;
            }
        }
        desq_free(d);
        if (how->progress != NULL)
            how->progress(how->context, out->runs);
    }
    size_t used = 0;
    for (size_t i = 0; i < w.count; i++) {
        struct coverage_figure f = w.figures[i];
        coverage_share((double)f.covered, (double)f.given, 0.95, &f.low, &f.high);
        f.estimate /= (double)out->runs;
        f.half_width /= (double)f.given;
        if (isnan(f.truth) || isnan(f.estimate) || (f.half_width == 0.0 && f.covered == f.given))
            continue; /* nothing of the kind, or nothing that varies */
        w.figures[used++] = f;
    }
    out->replications /= (double)out->runs;
    out->figures = w.figures;
    out->figure_count = used;
    return true;
}
