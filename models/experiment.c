#include "models/experiment.h"

#include "models/antithetic.h"
#include "models/controls.h"
#include "models/probe/probe.h"
#include "sim/study/crew.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t probes_of(enum probe_scope scope)
{
    size_t n = 0;
    for (size_t i = 0; i < probe_table.count; i++)
        n += ((const struct probe_type *)probe_table.rows[i])->scope == scope;
    return n;
}

size_t experiment_place(enum probe_scope scope, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *probe = probe_table.rows[i];
        if (probe->scope == scope && strcmp(probe->name, name) == 0)
            return n;
        n += probe->scope == scope;
    }
    return n;
}

size_t experiment_values_place(enum probe_scope scope, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *probe = probe_table.rows[i];
        if (probe->scope == scope && strcmp(probe->name, name) == 0)
            return n;
        n += probe->scope == scope && probe->histogram != NULL;
    }
    return n;
}

size_t experiment_sample(const struct model *m, enum probe_scope scope, size_t subject, size_t n)
{
    const size_t kinds = m->kind_count * probes_of(PROBE_KIND),
                 stations = m->station_count * probes_of(PROBE_STATION);
    switch (scope) {
    case PROBE_KIND:
        return subject * probes_of(PROBE_KIND) + n;
    case PROBE_STATION:
        return kinds + subject * probes_of(PROBE_STATION) + n;
    case PROBE_RUN:
        return kinds + stations + n;
    }
    return 0;
}

size_t experiment_trend(const struct model *m, size_t subject)
{
    return experiment_sample(m, PROBE_RUN, 0, probes_of(PROBE_RUN)) + subject;
}

size_t experiment_work_change(const struct model *m, size_t kind)
{
    return experiment_trend(m, m->kind_count + m->station_count) + kind;
}

size_t experiment_samples(const struct model *m)
{
    return experiment_work_change(m, m->kind_count);
}

static size_t histograms(const struct model *m)
{
    return m->kind_count * model_histograms_per_kind();
}

static struct sample trend(const struct model *m, double whole, double half)
{
    return isfinite(m->length) ? sample_of_ratio(whole - 2.0 * half, m->length / 2.0)
                               : sample_of_ratio(0.0, 1.0);
}

/* Reads every probe into the record. */
void experiment_fill(const struct world *w, struct record *record)
{
    const struct model *m = w->model;
    const size_t subjects[] = {
        [PROBE_KIND] = m->kind_count, [PROBE_STATION] = m->station_count, [PROBE_RUN] = 1};
    for (enum probe_scope scope = PROBE_KIND; scope <= PROBE_RUN; scope++) {
        size_t n = 0;
        for (size_t i = 0; i < probe_table.count; i++) {
            const struct probe_type *probe = probe_table.rows[i];
            if (probe->scope != scope)
                continue;
            for (size_t subject = 0; subject < subjects[scope]; subject++)
                record->samples[experiment_sample(m, scope, subject, n)] = probe->read(w, subject);
            n++;
        }
    }
    for (size_t k = 0; k < m->kind_count; k++) {
        record->samples[experiment_trend(m, k)] =
            trend(m, time_average_area(&w->kinds[k].in_system, w->end), w->kinds[k].half_area);
        record->samples[experiment_work_change(m, k)] = sample_of_ratio(w->kinds[k].work_change, 1.0);
    }
    for (size_t i = 0; i < m->station_count; i++) {
        const struct station *st = &w->stations[i];
        record->samples[experiment_trend(m, m->kind_count + i)] =
            trend(m, st->present_area + (double)st->present * (w->end - st->since), st->half_area);
    }
}

/* What a worker needs beside its world, so that job_run can speak of the experiment. */
struct worker {
    struct experiment *experiment;
    struct world *world, *second; /* second: of the second replications of pairs; NULL: there are none */
    struct model pair[2];         /* theirs */
    struct arena arena;           /* of pair */
};

static void job_worker_free(void *worker)
{
    struct worker *w = worker;
    world_free(w->world);
    world_free(w->second);
    arena_free(&w->arena);
    free(w);
}

static void *job_worker_new(void *context)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL)
        return NULL;
    worker->experiment = context;
    arena_init(&worker->arena);
    const struct model *m = worker->experiment->model;
    if (!m->scenario->run.antithetic) {
        worker->world = world_new(m);
    } else if (antithetic_models(&worker->arena, m, worker->pair)) {
        worker->world = world_new(&worker->pair[0]);
        worker->second = world_new(&worker->pair[1]);
    }
    if (worker->world != NULL && (worker->second != NULL) == m->scenario->run.antithetic) {
        worker->world->notes_work = !model_one_long_run(m) && !m->terminating;
        if (worker->second != NULL)
            worker->second->notes_work = worker->world->notes_work;
        return worker;
    }
    job_worker_free(worker);
    return NULL;
}

/* What a replication's error begins with where it is none of the whole run: a deadlock, a limit. The engine
 * hands on the error of the first replication that failed, whoever ran it, so that what is told does not
 * depend on the threads. */
static const char deadlock_text[] = "deadlock", limit_text[] = "limit";

/* Of a piece that is not the last: nothing of what only the end shows. */
static void leave_out_ends(const struct model *m, struct record *record)
{
    size_t places[] = {[PROBE_KIND] = 0, [PROBE_STATION] = 0, [PROBE_RUN] = 0};
    const size_t subjects[] = {
        [PROBE_KIND] = m->kind_count, [PROBE_STATION] = m->station_count, [PROBE_RUN] = 1};
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *probe = probe_table.rows[i];
        const size_t n = places[probe->scope]++;
        for (size_t s = 0; probe->at_end && s < subjects[probe->scope]; s++)
            record->samples[experiment_sample(m, probe->scope, s, n)] = sample_of_ratio(0.0, 0.0);
    }
}

/* What has been counted since the last piece of the one replication. */
static bool take_section(void *context, struct world *w)
{
    struct record *record = context;
    record->events = 0; /* told of the whole at its end */
    experiment_fill(w, record);
    leave_out_ends(w->model, record);
    return batches_add(w->section_batches, record);
}

static struct store_key key_of(const struct experiment *e)
{
    return (struct store_key){.point = e->point, .warmup = e->model->warmup, .length = e->model->length};
}

static bool keep(struct experiment *e, uint64_t r, const struct record *record)
{
    const struct store_key key = key_of(e);
    return e->store == NULL || (model_one_long_run(e->model) && isfinite(e->model->length)) ||
           store_put(e->store, &key, r, record, &e->store_error);
}

static bool job_known(void *context, uint64_t r, struct record *record)
{
    const struct experiment *e = context;
    const struct store_key key = key_of(e);
    return e->store != NULL && !(model_one_long_run(e->model) && isfinite(e->model->length)) && store_find(e->store, &key, r, record);
}

static void job_describe(void *context, unsigned char description[static JOB_DESCRIPTION])
{
    const struct store_key key = key_of(context);
    _Static_assert(sizeof key <= JOB_DESCRIPTION, "a key describes a job");
    memset(description, 0, JOB_DESCRIPTION);
    memcpy(description, &key, sizeof key);
}

bool experiment_failed(struct world *w, enum world_end end, uint64_t r, struct error *err)
{
    char who[600] = "";
    switch (end) {
    case WORLD_DONE:
    case WORLD_EMPTY:
        return true;
    case WORLD_STUCK:
        if (!world_deadlock(w, who, sizeof who))
            snprintf(who, sizeof who, "nothing can happen any more, though tasks are left (a batch that never fills?)");
        return error_set(err, "%s in replication %llu: %s", deadlock_text, (unsigned long long)r, who);
    case WORLD_INTERRUPTED:
        return false;
    case WORLD_NO_MEMORY:
        return error_set(err,
                         "out of memory: more than %u tasks were in the system at once, or more than this "
                         "machine can hold",
                         CALENDAR_SUBJECTS);
    case WORLD_LIMIT:
        return error_set(err, "%s", limit_text);
    case WORLD_FROZEN:
        if (w->sim.now > 0.0 && w->model->count != UINT64_MAX && w->completed == 0)
            return error_set(err, "no task completes any more (time %.10g), so \"count\" is never reached",
                             w->sim.now);
        return error_set(
            err,
            "the clock stands at %.10g: tasks come back again and again without any time passing (a "
            "closed kind that is refused and does not think?)",
            w->sim.now);
    case WORLD_TOO_LONG:
        return error_set(err,
                         "one replication took more than %.3g events; ask for shorter replications, and more",
                         (double)CALENDAR_SEQUENCES);
    }
    return false;
}

static bool job_run(void *worker, uint64_t r, struct record *record, struct error *err)
{
    struct experiment *e = ((struct worker *)worker)->experiment;
    const bool second = e->model->scenario->run.antithetic && r % 2 == 1;
    struct world *w = second ? ((struct worker *)worker)->second : ((struct worker *)worker)->world;
    if (model_one_long_run(e->model) && isfinite(e->model->length)) {
        w->section = take_section;
        w->section_context = record;
        w->section_batches = e->batches;
        w->sections = BATCHES_MOST;
    }
    const enum world_end end = world_run(w, second ? r - 1 : r, record, &e->limits);
    if (end != WORLD_DONE && end != WORLD_EMPTY)
        return experiment_failed(w, end, r, err);
    experiment_fill(w, record);
    return true;
}

static bool job_merge(void *context, uint64_t r, const struct record *record)
{
    struct experiment *e = context;
    if (!batches_add(e->batches, record) || !keep(e, r, record))
        return false;
    if (e->merged != NULL)
        e->merged(e->context, e);
    return true;
}

bool experiment_restart(struct experiment *e, struct error *err)
{
    batches_free(e->batches);
    e->batches = batches_new(experiment_samples(e->model), histograms(e->model));
    if (e->batches != NULL && model_one_long_run(e->model) && isfinite(e->model->length))
        batches_serial(e->batches);
    else if (e->batches != NULL && e->model->scenario->run.antithetic)
        batches_in_pairs(e->batches);
    return e->batches != NULL || error_set(err, "out of memory");
}

bool experiment_begin(struct experiment *e, struct model *m, struct error *err)
{
    *e = (struct experiment){.model = m};
    error_set(&e->store_error, "%s", "");
    return experiment_restart(e, err);
}

void experiment_end(struct experiment *e)
{
    batches_free(e->batches);
    e->batches = NULL;
}

struct job experiment_job(struct experiment *e)
{
    return (struct job){
        .context = e,
        .worker_new = job_worker_new,
        .worker_free = job_worker_free,
        .run = job_run,
        .samples = experiment_samples(e->model),
        .histograms = histograms(e->model),
        .merge = job_merge,
        .stop = e->limits.stop,
        .known = job_known,
        .describe = model_one_long_run(e->model) ? NULL : job_describe, /* its pieces go to its own batches */
        .order = e->point,
    };
}

bool experiment_run(struct experiment *e, uint64_t replications, struct crew *crew, struct error *err)
{
    const struct job job = experiment_job(e);
    const uint64_t from = batches_replications(e->batches);
    if (from >= replications)
        return true;
    struct error failed;
    error_set(&failed, "%s", "");
    const uint64_t done = crew_run(crew, &job, from, replications, &failed);
    if (from + done == replications)
        return true;
    e->finished = true;
    if (e->store_error.text[0] != '\0') {
        *err = e->store_error;
        return false;
    }
    /* The pieces of a replication that did not come to its end say nothing of it. */
    if (model_one_long_run(e->model) && done == 0 && !experiment_restart(e, err))
        return false;
    if (strncmp(failed.text, deadlock_text, strlen(deadlock_text)) == 0) {
        snprintf(e->stuck, sizeof e->stuck, "%s", failed.text);
        e->stuck_replication = from + done;
        e->stopped = STOPPED_DEADLOCK;
        return true;
    }
    if (strcmp(failed.text, limit_text) == 0) {
        e->stopped = STOPPED_LIMIT;
        return true;
    }
    if (failed.text[0] != '\0') {
        if (err != NULL)
            *err = failed;
        return false;
    }
    e->stopped = STOPPED_INTERRUPTED;
    return true;
}

/* A part: the engine counts its replications from 0. */
struct part_of_study {
    struct experiment *e;
    uint64_t part, parts;
};

struct part_worker {
    struct worker *worker;
    const struct part_of_study *part;
};

static uint64_t replication_of(const struct part_of_study *p, uint64_t n)
{
    return p->part - 1 + n * p->parts;
}

static void *part_worker_new(void *context)
{
    struct part_of_study *p = context;
    struct part_worker *worker = malloc(sizeof *worker);
    if (worker == NULL)
        return NULL;
    *worker = (struct part_worker){job_worker_new(p->e), p};
    if (worker->worker == NULL) {
        free(worker);
        return NULL;
    }
    return worker;
}

static void part_worker_free(void *worker)
{
    job_worker_free(((struct part_worker *)worker)->worker);
    free(worker);
}

static bool part_run(void *worker, uint64_t n, struct record *record, struct error *err)
{
    struct part_worker *w = worker;
    return job_run(w->worker, replication_of(w->part, n), record, err);
}

static bool part_known(void *context, uint64_t n, struct record *record)
{
    const struct part_of_study *p = context;
    return job_known(p->e, replication_of(p, n), record);
}

static bool part_merge(void *context, uint64_t n, const struct record *record)
{
    const struct part_of_study *p = context;
    return keep(p->e, replication_of(p, n), record);
}

bool experiment_part(struct experiment *e, uint64_t replications, uint64_t part, uint64_t parts, struct crew *crew, struct error *err)
{
    struct part_of_study p = {e, part, parts};
    const struct job job = {
        .context = &p,
        .worker_new = part_worker_new,
        .worker_free = part_worker_free,
        .run = part_run,
        .samples = experiment_samples(e->model),
        .histograms = histograms(e->model),
        .merge = part_merge,
        .known = part_known,
        .stop = e->limits.stop,
        .order = e->point,
    };
    const uint64_t count = replications < part ? 0 : (replications - part) / parts + 1;
    error_set(err, "%s", "");
    const uint64_t done = count == 0 ? 0 : crew_run(crew, &job, 0, count, err);
    if (e->store_error.text[0] != '\0')
        *err = e->store_error;
    else if (strcmp(err->text, limit_text) == 0)
        error_set(err, "replication %llu would go beyond the limit (run.limit)", (unsigned long long)replication_of(&p, done));
    return done == count || (err->text[0] == '\0' && e->limits.stop != NULL && *e->limits.stop);
}

struct quantile_estimate experiment_quantile(const struct experiment *e, size_t histogram, double p)
{
    struct quantile_estimate x =
        batches_quantile(e->batches, histogram, p, e->model->scenario->run.confidence);
    if (e->model->deterministic)
        x.low = x.high = x.value; /* another replication would show the same values */
    return x;
}

/* Half-width relative to the figure; 0 is exempt. A share is asked for relative to at least share_matters:
 * whether one task in a hundred thousand is lost, or two, is not worth a thousand million events. */
static double relative(const struct probe_type *probe, double value, double half_width)
{
    const double share_matters = 1e-3;
    if (value == 0.0)
        return 0.0;
    return half_width / (probe->unit == UNIT_FRACTION ? fmax(fabs(value), share_matters) : fabs(value));
}

static void consider(double *worst, double value, struct arena *arena, const char **name, const char *kind,
                     const char *probe, double quantile)
{
    if (isnan(*worst) || (!isnan(value) && value <= *worst))
        return;
    *worst = value;
    if (arena != NULL)
        *name = isnan(quantile) ? arena_printf(arena, "%s.%s", kind, probe)
                                : arena_printf(arena, "%s.%s.p%.10g", kind, probe, 100.0 * quantile);
}

double experiment_precision(const struct experiment *e, struct arena *arena, const char **worst_name)
{
    const struct scenario *s = e->model->scenario;
    double worst = 0.0;
    struct controls controls;
    controls_of(e, &controls);
    if (worst_name != NULL)
        *worst_name = NULL;
    for (size_t k = 0; k < s->kind_count; k++) {
        size_t n = 0, h = 0;
        for (size_t i = 0; i < probe_table.count; i++) {
            const struct probe_type *probe = probe_table.rows[i];
            if (probe->scope != PROBE_KIND)
                continue;
            const size_t sample = experiment_sample(e->model, PROBE_KIND, k, n++);
            const size_t histogram = k * model_histograms_per_kind() + h;
            h += probe->histogram != NULL;
            if (!probe->headline)
                continue;
            const struct estimate mean = controls_mean(e, probe, sample, &controls).estimate;
            if (isnan(mean.mean))
                continue; /* nothing ever completes: no amount of running helps */
            consider(&worst, relative(probe, mean.mean, mean.half_width), arena, worst_name, s->kinds[k].name,
                     probe->name, (double)NAN);
            for (size_t q = 0; probe->histogram != NULL && q < s->run.quantile_count; q++) {
                const double p = s->run.quantiles[q];
                const struct quantile_estimate x = experiment_quantile(e, histogram, p);
                const double half = fmax(x.high - x.value, x.value - x.low);
                consider(&worst, isnan(x.low) || isnan(x.high) ? (double)NAN : relative(probe, x.value, half),
                         arena, worst_name, s->kinds[k].name, probe->name, p);
            }
        }
    }
    return worst;
}

/* One figure in ten thousand is taken for too busy, or for changing, by chance; then it is only run longer.
 */
static const double certain = 0.9999;

double experiment_drift(const struct experiment *e)
{
    const struct model *m = e->model;
    const double matters = 0.01;
    double worst = 0.0;
    if (m->deterministic || !model_halves_alike(m))
        return 0.0;
    for (size_t i = 0; i < m->kind_count + m->station_count; i++) {
        const bool kind = i < m->kind_count;
        if (kind && (m->kinds[i].arrival->ends || m->kinds[i].limit != UINT64_MAX))
            continue; /* its tasks go, whatever the rest does */
        const enum probe_scope scope = kind ? PROBE_KIND : PROBE_STATION;
        const size_t level_sample = experiment_sample(m, scope, kind ? i : i - m->kind_count,
                                                      experiment_place(scope, kind ? "in_system" : "in_station"));
        const struct estimate trend = batches_mean(e->batches, experiment_trend(m, i), certain);
        const double level = batches_mean(e->batches, level_sample, certain).mean;
        if (fabs(trend.mean) > trend.half_width && trend.half_width > 0.0 &&
            fabs(trend.mean) > matters * level)
            worst = fmax(worst, fabs(trend.mean) / level);
    }
    return worst;
}

double experiment_stretch(const struct experiment *e)
{
    const struct model *m = e->model;
    if (m->terminating || !(m->open_rate > 0.0) || !(m->warmup > 0.0))
        return 1.0;
    double *utilisation = calloc(m->station_count + 1, sizeof *utilisation);
    if (utilisation == NULL)
        return 1.0;
    const size_t place = experiment_place(PROBE_STATION, "utilisation");
    for (size_t i = 0; i < m->station_count; i++) { /* no more than is certain */
        const struct estimate u =
            batches_mean(e->batches, experiment_sample(m, PROBE_STATION, i, place), certain);
        utilisation[i] = isnan(u.half_width) ? 0.0 : u.mean - u.half_width;
    }
    const double factor = model_warmup_for(m, utilisation) / m->warmup;
    free(utilisation);
    return fmax(factor, 1.0);
}

bool experiment_saw(const struct experiment *e, size_t kind)
{
    return batches_count(e->batches,
                         experiment_sample(e->model, PROBE_KIND, kind, experiment_place(PROBE_KIND, "lost"))) > 0.0;
}
