#include "models/series.h"

#include "models/conduct.h"
#include "models/coverage.h"
#include "models/experiment.h"
#include "models/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A study: every window has the samples and histograms of a record of its own, one behind another in one large record;
 * behind them, for each requirement, whether each window broke it, how many did, and the longest stretch. */
struct study {
    struct model model; /* that of the point, begun without warm-up and run through all windows */
    struct experiment experiment;
    size_t windows, samples, histograms; /* the last two: of one window */
    double every;
    const struct requirement **promises;
    size_t promise_count;
    struct batches *batches;
    uint64_t *broken, *counted; /* by promise and window: replications in which it was broken; in which there was something */
};

/* A worker: its world, and where the replication in hand goes. */
struct viewer {
    const struct study *study;
    struct world *world;
    struct record window; /* the world's */
    struct record *all;
    size_t done; /* windows */
};

static bool no_memory(struct error *err)
{
    return error_set(err, "out of memory");
}

static size_t broken_sample(const struct study *s, size_t promise, size_t window)
{
    return s->windows * s->samples + promise * (s->windows + 2) + window;
}

/* The two behind the windows': share of windows, longest stretch. */
static size_t all_broken_sample(const struct study *s, size_t promise)
{
    return broken_sample(s, promise, s->windows);
}

static size_t longest_sample(const struct study *s, size_t promise)
{
    return broken_sample(s, promise, s->windows + 1);
}

/* What the requirement speaks of, in this window. NAN: nothing was observed. */
static double value_of(const struct study *s, const struct requirement *r, const struct record *window)
{
    const enum probe_scope scope = r->of_station ? PROBE_STATION : PROBE_KIND;
    const struct sample *x = &window->samples[experiment_sample(&s->model, scope, r->subject, experiment_place(scope, r->metric))];
    switch (r->statistic) {
    case STATISTIC_MEAN:
        return x->denominator > 0.0 ? x->numerator / x->denominator : (double)NAN;
    case STATISTIC_SD:
        return (double)NAN;
    case STATISTIC_MAX:
        return x->denominator > 0.0 ? x->max : (double)NAN;
    case STATISTIC_QUANTILE: {
        const struct histogram *h = &window->histograms[r->subject * model_histograms_per_kind() + experiment_values_place(scope, r->metric)];
        return h->count > 0 ? histogram_quantile(h, r->quantile) : (double)NAN;
    }
    }
    return (double)NAN;
}

static bool met(const struct requirement *r, double x)
{
    switch (r->comparison) {
    case LESS:
        return x < r->value;
    case LESS_OR_EQUAL:
        return x <= r->value;
    case GREATER:
        return x > r->value;
    case GREATER_OR_EQUAL:
        return x >= r->value;
    }
    return false;
}

/* A window is over. */
static bool take_window(void *context, struct world *w)
{
    struct viewer *v = context;
    const struct study *s = v->study;
    experiment_fill(w, &v->window);
    memcpy(v->all->samples + v->done * s->samples, v->window.samples, s->samples * sizeof *v->window.samples);
    for (size_t h = 0; h < s->histograms; h++) {
        struct histogram *to = &v->all->histograms[v->done * s->histograms + h];
        histogram_reset(to);
        if (!histogram_merge(to, &v->window.histograms[h]))
            return false;
    }
    for (size_t p = 0; p < s->promise_count; p++) {
        const double x = value_of(s, s->promises[p], &v->window);
        v->all->samples[broken_sample(s, p, v->done)] =
            isnan(x) ? sample_of_ratio(0.0, 0.0) : sample_of_ratio(met(s->promises[p], x) ? 0.0 : 1.0, 1.0);
    }
    v->done++;
    return true;
}

/* A window in which nothing was observed ends no stretch. */
static void sum_up(const struct study *s, struct record *all)
{
    for (size_t p = 0; p < s->promise_count; p++) {
        double broken = 0.0, counted = 0.0, stretch = 0.0, longest = 0.0;
        for (size_t i = 0; i < s->windows; i++) {
            const struct sample *x = &all->samples[broken_sample(s, p, i)];
            counted += x->denominator;
            broken += x->numerator;
            stretch = x->denominator > 0.0 && x->numerator == 0.0 ? 0.0 : stretch + x->numerator;
            longest = fmax(longest, stretch);
        }
        all->samples[all_broken_sample(s, p)] = sample_of_ratio(broken, counted);
        all->samples[longest_sample(s, p)] = sample_of_ratio(longest * s->every, 1.0);
    }
}

static void viewer_free(void *worker)
{
    struct viewer *v = worker;
    world_free(v->world);
    record_free(&v->window);
    free(v);
}

static void *viewer_new(void *context)
{
    struct study *s = context;
    struct viewer *v = calloc(1, sizeof *v);
    if (v == NULL || !record_init(&v->window, s->samples, s->histograms)) {
        free(v);
        return NULL;
    }
    v->study = s;
    if ((v->world = world_new(&s->model)) == NULL) {
        record_free(&v->window);
        free(v);
        return NULL;
    }
    v->world->section = take_window;
    v->world->section_context = v;
    v->world->sections = (uint32_t)s->windows;
    v->world->to_the_end = true;
    return v;
}

static bool view(void *worker, uint64_t r, struct record *all, struct error *err)
{
    struct viewer *v = worker;
    const struct study *s = v->study;
    v->all = all;
    v->done = 0;
    const enum world_end end = world_run(v->world, r, &v->window, &s->experiment.limits);
    if (end != WORLD_DONE && end != WORLD_EMPTY)
        return experiment_failed(v->world, end, r, err);
    if (!take_window(v, v->world))
        return no_memory(err);
    sum_up(s, all);
    all->events = v->window.events;
    return true;
}

static bool merge(void *context, uint64_t r, const struct record *all)
{
    struct study *s = context;
    (void)r;
    for (size_t p = 0; p < s->promise_count; p++)
        for (size_t i = 0; i < s->windows; i++) {
            const struct sample *x = &all->samples[broken_sample(s, p, i)];
            s->broken[p * s->windows + i] += x->numerator > 0.0;
            s->counted[p * s->windows + i] += x->denominator > 0.0;
        }
    return batches_add(s->batches, all);
}

/* ---- What is reported ---- */

static bool shown(const struct probe_type *probe)
{
    static const char *const names[] = {"throughput", "in_system", "response", "wait", "lost", "abandoned", "timed_out", "utilisation", "queue_length"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(probe->name, names[i]) == 0)
            return probe->scope != PROBE_RUN;
    return false;
}

static struct series_value of_estimate(struct estimate x)
{
    return (struct series_value){x.mean, x.mean - x.half_width, x.mean + x.half_width};
}

/* A row, unless it is 0 or nothing throughout. false: no memory. */
static bool add_row(const struct study *s, struct arena *arena, struct series_row row, size_t sample, size_t histogram, struct series_row *rows,
                    size_t *count)
{
    const double confidence = s->model.scenario->run.confidence;
    struct series_value *values = arena_array(arena, s->windows, sizeof *values);
    bool some = false;
    if (values == NULL)
        return false;
    for (size_t i = 0; i < s->windows; i++) {
        if (row.statistic == STATISTIC_MEAN) {
            values[i] = of_estimate(batches_mean(s->batches, i * s->samples + sample, confidence));
        } else {
            const struct quantile_estimate q = batches_quantile(s->batches, i * s->histograms + histogram, row.quantile, confidence);
            values[i] = (struct series_value){q.value, q.low, q.high};
        }
        some = some || (!isnan(values[i].value) && values[i].value != 0.0);
    }
    row.windows = values;
    if (some)
        rows[(*count)++] = row;
    return true;
}

static bool add_rows(const struct study *s, struct arena *arena, enum probe_scope scope, struct series_row *rows, size_t *count)
{
    const struct model *m = &s->model;
    const struct run_spec *run = &m->scenario->run;
    const size_t subjects = scope == PROBE_KIND ? m->kind_count : m->station_count;
    for (size_t subject = 0; subject < subjects; subject++) {
        size_t n = 0, h = 0;
        for (size_t i = 0; i < probe_table.count; i++) {
            const struct probe_type *probe = probe_table.rows[i];
            if (probe->scope != scope)
                continue;
            const size_t sample = experiment_sample(m, scope, subject, n++), histogram = subject * model_histograms_per_kind() + h;
            h += probe->histogram != NULL;
            if (!shown(probe))
                continue;
            struct series_row row = {.subject = scope == PROBE_KIND ? m->kinds[subject].name : m->stations[subject].name,
                                     .of_station = scope == PROBE_STATION,
                                     .probe = probe,
                                     .statistic = STATISTIC_MEAN,
                                     .quantile = (double)NAN};
            if (!add_row(s, arena, row, sample, histogram, rows, count))
                return false;
            row.statistic = STATISTIC_QUANTILE;
            for (size_t q = 0; probe->histogram != NULL && q < run->quantile_count; q++) {
                row.quantile = run->quantiles[q];
                if (!add_row(s, arena, row, sample, histogram, rows, count))
                    return false;
            }
        }
    }
    return true;
}

/* Where it never happened, the interval says how large the chance may still be. */
static struct series_value share_of_all(const struct study *s, size_t promise)
{
    const double confidence = s->model.scenario->run.confidence, replications = (double)batches_replications(s->batches);
    struct series_value x = of_estimate(batches_mean(s->batches, all_broken_sample(s, promise), confidence));
    double low, high;
    if (x.value == 0.0 || x.value == 1.0) {
        coverage_share(x.value * replications, replications, confidence, &low, &high);
        x.low = low;
        x.high = high;
    }
    x.low = fmax(x.low, 0.0);
    x.high = fmin(x.high, 1.0);
    return x;
}

static bool add_promise(const struct study *s, struct arena *arena, size_t promise, struct series_promise *out)
{
    const double confidence = s->model.scenario->run.confidence;
    struct series_value *broken = arena_array(arena, s->windows, sizeof *broken);
    if (broken == NULL)
        return false;
    for (size_t i = 0; i < s->windows; i++) {
        const double hits = (double)s->broken[promise * s->windows + i], trials = (double)s->counted[promise * s->windows + i];
        broken[i].value = trials > 0.0 ? hits / trials : (double)NAN;
        coverage_share(hits, trials, confidence, &broken[i].low, &broken[i].high);
    }
    *out = (struct series_promise){.requirement = s->promises[promise],
                                   .broken = broken,
                                   .broken_all = share_of_all(s, promise),
                                   .longest = of_estimate(batches_mean(s->batches, longest_sample(s, promise), confidence))};
    return true;
}

static size_t rows_most(const struct model *m)
{
    return (m->kind_count + m->station_count) * probe_table.count * (1 + m->scenario->run.quantile_count);
}

static bool report(const struct study *s, struct arena *arena, struct series *out)
{
    struct series_row *rows = arena_array(arena, rows_most(&s->model), sizeof *rows);
    struct series_promise *promises = arena_array(arena, s->promise_count, sizeof *promises);
    bool good = rows != NULL && promises != NULL;
    *out = (struct series){.every = s->every, .window_count = s->windows, .replications = batches_replications(s->batches)};
    good = good && add_rows(s, arena, PROBE_KIND, rows, &out->row_count) && add_rows(s, arena, PROBE_STATION, rows, &out->row_count);
    for (size_t p = 0; good && p < s->promise_count; p++)
        good = add_promise(s, arena, p, &promises[p]);
    out->rows = rows;
    out->promises = promises;
    out->promise_count = s->promise_count;
    return good;
}

/* ---- The study ---- */

static const struct time_unit *unit_of(const struct scenario *s)
{
    return lookup_row(time_unit_table, s->time_unit);
}

static bool read_time(const struct scenario *s, const char *text, const char *what, double *out, struct error *err)
{
    struct error why;
    if (!units_decimal(text, 0, out) && !units_time(text, unit_of(s), out, &why)) /* without a unit: in the scenario's */
        return error_set(err, "%s: %.400s", what, why.text);
    return (*out > 0.0 && isfinite(*out)) || error_set(err, "%s must be above 0", what);
}

static bool read_windows(struct study *s, const struct series_how *how, struct error *err)
{
    double until;
    const struct scenario *scenario = s->model.scenario;
    if (!read_time(scenario, how->every, "the length of a window", &s->every, err) || !read_time(scenario, how->until, "the whole time", &until, err))
        return false;
    const double windows = ceil(until / s->every * (1.0 - 1e-12));
    if (windows > SERIES_WINDOWS_MOST)
        return error_set(err, "%.0f windows are more than %d: take longer windows, or less time", windows, SERIES_WINDOWS_MOST);
    s->windows = (size_t)windows;
    s->model.warmup = 0.0;
    s->model.length = windows * s->every;
    s->model.count = UINT64_MAX;
    s->model.recursion = false;
    return true;
}

static bool prepare(struct study *s, struct error *err)
{
    const struct scenario *scenario = s->model.scenario;
    s->samples = experiment_samples(&s->model);
    s->histograms = s->model.kind_count * model_histograms_per_kind();
    s->promises = calloc(scenario->requirement_count + 1, sizeof *s->promises);
    if (s->promises == NULL)
        return no_memory(err);
    for (size_t i = 0; i < scenario->requirement_count; i++)
        if (!scenario->requirements[i].of_run && scenario->requirements[i].statistic != STATISTIC_SD)
            s->promises[s->promise_count++] = &scenario->requirements[i];
    s->broken = calloc(s->promise_count * s->windows + 1, sizeof *s->broken);
    s->counted = calloc(s->promise_count * s->windows + 1, sizeof *s->counted);
    s->batches = batches_new(broken_sample(s, s->promise_count, 0), s->windows * s->histograms);
    s->experiment = (struct experiment){.model = &s->model};
    return (s->broken != NULL && s->counted != NULL && s->batches != NULL) || no_memory(err);
}

bool series_run(struct arena *arena, const struct model *m, const struct series_how *how, const struct series **out, struct error *err)
{
    struct study s = {.model = *m};
    struct series *result = arena_alloc(arena, sizeof *result);
    bool ok = (result != NULL || no_memory(err)) && read_windows(&s, how, err) && prepare(&s, err);
    if (ok) {
        s.experiment.limits = (struct world_limits){.stop = how->stop, .events = INFINITY, .deadline = INFINITY};
        const struct job job = {.context = &s,
                                .worker_new = viewer_new,
                                .worker_free = viewer_free,
                                .run = view,
                                .samples = broken_sample(&s, s.promise_count, 0),
                                .histograms = s.windows * s.histograms,
                                .merge = merge,
                                .stop = how->stop};
        struct crew *crew = crew_new(conduct_jobs(how->jobs), 0);
        ok = crew != NULL || no_memory(err);
        if (ok) {
            error_set(err, "%s", "");
            const uint64_t done = crew_run(crew, &job, 0, how->replications, err);
            ok = err->text[0] == '\0' && (report(&s, arena, result) || no_memory(err));
            result->unfinished = done < how->replications;
        }
        crew_free(crew);
    }
    batches_free(s.batches);
    free(s.promises);
    free(s.broken);
    free(s.counted);
    *out = result;
    return ok;
}
