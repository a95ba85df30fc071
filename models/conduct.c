/* conduct.c: in which order the points are run, for how long, and when each is precise enough. */
#include "models/conduct.h"

#include "models/experiment.h"

#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Unless the scenario says otherwise: precision asked for, and the most events spent on one point. */
static const double default_precision = 0.02;
static const double default_limit_events = 1e9;
static const double stretch_matters = 1.5; /* lengths that are off by less are left as they are */
static const double stretch_most = 64.0;   /* at one go */
static const double overload_tasks = 2e5;  /* a line that grows without end is let grow to about so many */
static const double event_rate =
    1e7; /* events per second, roughly: turns a limit of time into one of events */
enum { LENGTHEN_MOST = 8 };

static bool no_memory(struct error *err)
{
    return error_set(err, "out of memory");
}

size_t conduct_overloaded(const struct model *m)
{
    size_t worst = SIZE_MAX;
    if (m->terminating)
        return worst;
    /* At just its capacity a line grows without end, unless nothing ever varies. */
    const double full = m->deterministic ? 1.0 + 1e-12 : 1.0 - 1e-12;
    for (uint32_t i = 0; i < m->station_count; i++)
        if (m->exposed[i] && m->load_sure[i] >= full && (worst == SIZE_MAX || m->load[i] > m->load[worst]))
            worst = i;
    return worst;
}

const char *conduct_overload_warning(struct arena *arena, const struct model *m, const char *label)
{
    const size_t i = conduct_overloaded(m);
    return arena_printf(
        arena,
        "%sunstable: \"%s\" is offered %.4g times what it can carry; its line grows without end. The "
        "largest stable rate is below %.6g per %s (offered: %.6g), because of \"%s\".",
        label, m->stations[i].name, m->load[i], m->rate_most[i], m->scenario->time_unit, m->open_rate,
        m->stations[i].name);
}

void conduct_align(struct model *const *models, size_t count)
{
    double warmup = 0.0, length = 0.0;
    double period = 0.0;
    for (size_t v = 0; v < count; v++) {
        warmup = fmax(warmup, models[v]->warmup);
        length = fmax(length, models[v]->length);
        period = fmax(period, models[v]->period);
    }
    for (size_t v = 0; v < count; v++) {
        const struct run_spec *run = &models[v]->scenario->run;
        if (isnan(run->warmup) && !models[v]->terminating)
            models[v]->warmup = warmup;
        if (isnan(run->time) && isfinite(length))
            models[v]->length = length;
        if (!models[v]->terminating && period > 0.0) {
            models[v]->period = period;
            model_round_length(models[v]);
        }
    }
}

/* One run of all points. */
struct running {
    struct arena *arena; /* the result's */
    const struct scenario_file *file;
    struct model *const *models;
    const struct desq_run *how;
    struct error *err;
    unsigned jobs;
    double started;
    struct desq_progress progress;
    struct experiment *experiments; /* of one combination of sweep values */
};

double conduct_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

unsigned conduct_jobs(unsigned jobs)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return jobs > 0 ? jobs : cores > 0 ? (unsigned)cores : 1;
}

static void merged(void *context, const struct experiment *e)
{
    struct running *run = context;
    struct desq_progress *p = &run->progress;
    p->replications = batches_replications(e->batches);
    p->seconds = conduct_clock() - run->started;
    /* The replications that the goal will take, as the precision at the last check foretells: the half-width
     * shrinks with their square root. */
    double needed = (double)p->replications_next;
    if (!isnan(p->precision) && p->precision > p->precision_goal)
        needed = fmax(needed, (double)p->checked * pow(p->precision / p->precision_goal, 2.0));
    const double share = needed > 0.0 ? (double)p->replications / needed : 0.0;
    p->done = ((double)p->point + fmin(share, 1.0)) / (double)p->point_count;
    if (run->how->progress != NULL)
        run->how->progress(run->how->context, p);
}

double conduct_limit_events(const struct run_spec *run)
{
    const bool chosen = isnan(run->time) && isnan(run->count) && run->replications == 0;
    if (run->limit_events < INFINITY || !chosen)
        return run->limit_events;
    return fmin(default_limit_events, fmax(run->limit_seconds * event_rate, 1e5));
}

/* Replications up to `replications`, in pieces after each of which the events are counted; the size of a
 * piece depends on what was done before, not on the number of threads. e->finished if a limit was reached, or
 * something else ended it. */
static bool run_to(struct running *run, struct experiment *e, uint64_t replications)
{
    enum { PIECE_LEAST = 8 };
    const double limit = conduct_limit_events(&e->model->scenario->run);
    run->progress.replications_next = replications;
    while (!e->finished && batches_replications(e->batches) < replications) {
        const uint64_t done = batches_replications(e->batches);
        const uint64_t piece = done / 4 > PIECE_LEAST ? done / 4 : PIECE_LEAST;
        const uint64_t to = isfinite(limit) && done + piece < replications ? done + piece : replications;
        if (!experiment_run(e, to, run->jobs, run->err))
            return false;
        if (!e->finished && (double)batches_events(e->batches) >= limit &&
            batches_replications(e->batches) < replications) {
            e->finished = true;
            e->stopped = STOPPED_LIMIT;
        }
    }
    return true;
}

uint64_t conduct_first_replications(const struct model *m)
{
    const struct run_spec *spec = &m->scenario->run;
    if (spec->replications > 0)
        return spec->replications;
    return m->deterministic ? REPLICATIONS_DETERMINISTIC : m->replications_first;
}

static double goal_of(const struct run_spec *spec)
{
    const bool by_length = !isnan(spec->time) || !isnan(spec->count);
    return !isnan(spec->precision)               ? spec->precision
           : spec->replications > 0 || by_length ? (double)NAN
                                                 : default_precision;
}

double conduct_stretch(struct experiment *e)
{
    const struct run_spec *spec = &e->model->scenario->run;
    const double drift = experiment_drift(e);
    double factor = drift > 0.1 ? 8.0 : drift > 0.0 ? 2.0 : 1.0;
    factor = fmax(factor, fmin(experiment_stretch(e), stretch_most));
    if (factor < stretch_matters)
        return 1.0;
    const bool open = isnan(spec->time) && isnan(spec->count);
    const double events = (double)batches_events(e->batches) / (double)batches_replications(e->batches);
    const double most = conduct_limit_events(spec) / 2.0 / (events * REPLICATIONS_FEWEST);
    if (open && fmin(factor, most) >= stretch_matters)
        return fmin(factor, most);
    e->unstable = drift > 0.0 && !(e->model->open_rate == 0.0);
    e->drifting = true;
    return 1.0;
}

bool conduct_lengthen(struct experiment *e, double factor, struct error *err)
{
    model_lengthen(e->model, factor);
    if (factor > 4.0)
        e->model->replications_first = REPLICATIONS_FEWEST;
    e->finished = false;
    return experiment_restart(e, err);
}

/* Goes on with one point until it is precise enough, or ended. *longer above 1: its replications turned out
 * to be too short; all is to be run anew. */
static bool finish_point(struct running *run, struct experiment *e, double *longer)
{
    const struct run_spec *spec = &e->model->scenario->run;
    const double goal = goal_of(spec);
    uint64_t target = conduct_first_replications(e->model);
    run->progress.precision_goal = goal;
    run->progress.precision = (double)NAN;
    while (!e->finished) {
        if (!run_to(run, e, target))
            return false;
        if (e->finished)
            break;
        const bool fixed = spec->replications > 0 || isnan(goal);
        if (!e->unstable && !e->drifting && (*longer = conduct_stretch(e)) > 1.0)
            return true;
        e->finished = true;
        if (e->unstable || fixed || e->model->deterministic) {
            e->stopped = e->unstable                         ? STOPPED_UNSTABLE
                         : e->model->deterministic && !fixed ? STOPPED_PRECISION
                                                             : STOPPED_REPLICATIONS;
            break;
        }
        const double precision = experiment_precision(e, NULL, NULL);
        run->progress.precision = precision;
        run->progress.checked = batches_replications(e->batches);
        if (!isnan(precision) && precision <= goal) {
            e->stopped = STOPPED_PRECISION;
            break;
        }
        const double events = (double)batches_events(e->batches),
                     done = (double)batches_replications(e->batches);
        if (events >= conduct_limit_events(spec)) {
            e->stopped = STOPPED_LIMIT;
            break;
        }
        /* The half-width shrinks with the square root of the replications: go where that foretells the goal,
         * but by no less than a tenth more and no more than twice, and not far beyond the limit. */
        const double foretold = isnan(precision) ? 2.0 : 1.05 * (precision / goal) * (precision / goal);
        double next = ceil(done * fmin(fmax(foretold, 1.1), 2.0));
        if (events > 0.0)
            next = fmin(next, fmax(done + 1.0, ceil(done * conduct_limit_events(spec) / events)));
        target = (uint64_t)next;
        e->finished = false;
    }
    return true;
}

/* All variants at one combination of sweep values to their ends. As long as the replications of some turn out
 * to be too short, those of all are run anew and longer, so that variants go on seeing the same arrivals. */
static bool finish_points(struct running *run, size_t first, size_t count)
{
    for (size_t v = 0; v < count; v++)
        run->experiments[v].unstable = conduct_overloaded(run->models[first + v]) != SIZE_MAX;
    for (int times = 0;; times++) {
        double longer = 1.0;
        for (size_t v = 0; v < count && longer <= 1.0; v++) {
            struct experiment *e = &run->experiments[v];
            run->progress.point = first + v;
            if (times == LENGTHEN_MOST)
                e->drifting = true;
            if (!finish_point(run, e, &longer))
                return false;
            if (e->finished && e->stopped == STOPPED_INTERRUPTED)
                return true;
        }
        if (longer <= 1.0)
            return true;
        for (size_t v = 0; v < count; v++) {
            if (!conduct_lengthen(&run->experiments[v], longer, run->err))
                return false;
        }
    }
}

/* An overloaded point shows what it is long before its lines fill the memory. */
static void shorten_overload(struct model *m)
{
    const struct run_spec *run = &m->scenario->run;
    const size_t i = conduct_overloaded(m);
    if (i == SIZE_MAX || !isfinite(m->length) || !isnan(run->time) || !isnan(run->warmup))
        return;
    const double growth = m->open_rate * (1.0 - 1.0 / m->load[i]);
    const double longest = growth > 0.0 ? overload_tasks / growth : INFINITY;
    if (m->warmup + m->length <= longest)
        return;
    m->warmup = longest / 11.0;
    m->length = 10.0 * m->warmup;
}

/* Where even the first replications would cost more than half the limit: fewer of them, then shorter ones,
 * and only if that does not do, a shorter warm-up. True in the last case. */
static bool shorten(struct model *m)
{
    const struct run_spec *run = &m->scenario->run;
    if (!isfinite(m->length) || !isnan(run->time) || !(m->events_per_time > 0.0))
        return false;
    const double budget = conduct_limit_events(run) / 2.0 / m->events_per_time; /* of simulated time */
    if (REPLICATIONS_FIRST * (m->warmup + m->length) <= budget)
        return false;
    const double least = 2.0 * m->warmup; /* a length that the warm-up does not dwarf */
    if (budget / REPLICATIONS_FIRST >= m->warmup + least) {
        m->length = budget / REPLICATIONS_FIRST - m->warmup;
        return false;
    }
    m->replications_first = REPLICATIONS_FEWEST;
    if (budget / REPLICATIONS_FEWEST >= m->warmup + least) {
        m->length = budget / REPLICATIONS_FEWEST - m->warmup;
        return false;
    }
    if (isnan(run->warmup))
        m->warmup = budget / REPLICATIONS_FEWEST / 3.0;
    m->length = 2.0 * budget / REPLICATIONS_FEWEST / 3.0;
    return true;
}

/* The one that costs most per time decides, so that all go on seeing the same arrivals. */
bool conduct_shorten(struct model *const *models, size_t count)
{
    struct model *costliest = NULL;
    for (size_t v = 0; v < count; v++)
        if (isfinite(models[v]->length) &&
            (costliest == NULL || models[v]->events_per_time > costliest->events_per_time))
            costliest = models[v];
    if (costliest == NULL)
        return false;
    const bool shortened = shorten(costliest);
    model_round_length(costliest);
    for (size_t v = 0; v < count; v++) {
        if (!isfinite(models[v]->length) || !isnan(models[v]->scenario->run.time))
            continue;
        models[v]->warmup = costliest->warmup;
        models[v]->length = costliest->length;
        models[v]->replications_first = costliest->replications_first;
    }
    return shortened;
}

static bool warn_point(struct running *run, const struct experiment *e, bool shortened, struct point *out)
{
    struct arena *arena = run->arena;
    const struct model *m = e->model;
    const char **warnings = arena_array(arena, 8 + m->station_count + m->kind_count, sizeof *warnings);
    if (warnings == NULL)
        return false;
    size_t n = 0;
    if (conduct_overloaded(e->model) != SIZE_MAX)
        warnings[n++] = conduct_overload_warning(arena, e->model, "");
    else if (e->unstable || (e->drifting && experiment_drift(e) > 0.0))
        warnings[n++] = arena_text(
            arena, "the number of tasks was still changing within the measured time, beyond chance: there is "
                   "no steady state, or it needs longer replications (run.time, run.warmup, run.limit); the "
                   "figures speak of these replications only");
    else if (e->drifting && !shortened)
        warnings[n++] = arena_text(
            arena, "the stations were so busy that the warm-up may have been too short for them (run.warmup, "
                   "run.time, run.limit): the figures may still carry the empty start");
    if (shortened)
        warnings[n++] =
            arena_printf(arena,
                         "warm-up and length were shortened to fit the limit of %.3g events; so near to "
                         "saturation the figures may still carry the empty start",
                         conduct_limit_events(&e->model->scenario->run));
    if (!model_settled(e->model))
        warnings[n++] =
            arena_text(arena, "rates of arrival, or numbers of servers, change for good within the measured time (a schedule "
                              "without \"repeat\", or \"start\", and run.warmup): the figures are means over "
                              "that change, not of a steady state");
    if (!model_whole_periods(e->model))
        warnings[n++] =
            arena_printf(arena,
                         "the measured time is no whole number of periods of what repeats itself (%.6g): figures "
                         "weigh some hours of the schedule more than others",
                         e->model->period);
    for (uint32_t i = 0; i < m->station_count; i++)
        if (!m->stations[i].sharing && m->stations[i].servers != UNLIMITED &&
            m->stations[i].capacity == UNLIMITED && m->open_rate > 0.0 && isinf(m->scv[i]))
            warnings[n++] =
                arena_printf(arena,
                             "the service times at \"%s\" have an infinite variance: where tasks wait behind "
                             "each other, the mean wait is infinite or its interval means little; go by the "
                             "percentiles",
                             m->stations[i].name);
    for (uint32_t k = 0; k < m->kind_count; k++)
        if (!m->terminating && m->warmup > 0.0 && e->stopped != STOPPED_INTERRUPTED &&
            (m->kinds[k].arrival->ends || m->kinds[k].limit != UINT64_MAX) && !experiment_saw(e, k))
            warnings[n++] =
                arena_printf(arena,
                             "all tasks of \"%s\" came before the warm-up of %.4g was over, so there are no "
                             "figures of them (run.warmup)",
                             m->kinds[k].name, m->warmup);
    if (e->stopped == STOPPED_LIMIT && batches_replications(e->batches) == 0)
        warnings[n++] = arena_text(arena, "the limit came before one replication was over, so nothing was measured: raise \"limit\" "
                                          "(events, seconds), or ask for shorter replications (run.time, run.count, run.warmup)");
    if (e->stopped == STOPPED_DEADLOCK)
        warnings[n++] = arena_text(arena, e->stuck);
    if (e->stopped != STOPPED_DEADLOCK && e->stopped != STOPPED_INTERRUPTED &&
        batches_replications(e->batches) == 1 && !(model_one_long_run(m) && isfinite(m->length)))
        warnings[n++] = arena_text(arena, "one replication gives no interval");
    out->warnings = warnings;
    out->warning_count = n;
    for (size_t i = 0; i < n; i++)
        if (warnings[i] == NULL)
            return false;
    return true;
}

/* Variants that were precise enough early go on to as many replications as the others needed, so that
 * differences are paired throughout. Where another ran into its limit, or has no steady state, that is not
 * worth the time. */
static bool catch_up(struct running *run, size_t first, size_t count)
{
    uint64_t most = 0;
    for (size_t v = 0; v < count; v++)
        if (run->experiments[v].stopped == STOPPED_PRECISION &&
            batches_replications(run->experiments[v].batches) > most)
            most = batches_replications(run->experiments[v].batches);
    for (size_t v = 0; v < count; v++) {
        struct experiment *e = &run->experiments[v];
        if (e->stopped != STOPPED_PRECISION || e->model->deterministic)
            continue;
        run->progress.point = first + v;
        e->finished = false;
        if (!run_to(run, e, most))
            return false;
        e->finished = true;
    }
    return true;
}

/* A part of all variants at one combination. */
static bool run_part(struct running *run, size_t first, size_t count, struct result *result)
{
    bool ok = true;
    for (size_t v = 0; v < count; v++) {
        struct experiment *e = &run->experiments[v];
        ok = ok && experiment_part(e, conduct_first_replications(run->models[first + v]), run->how->part, run->how->parts,
                                   run->jobs, run->err);
        experiment_end(e);
    }
    result->unfinished |= run->how->stop != NULL && *run->how->stop;
    return ok;
}

/* All variants at one combination of sweep values. */
static bool run_group(struct running *run, size_t first, size_t count, struct result *result,
                      struct difference *differences, struct comparison_of_await *comparisons,
                      struct point *points)
{
    for (size_t v = 0; v < count; v++)
        shorten_overload(run->models[first + v]);
    const bool shortened = conduct_shorten(run->models + first, count);
    bool ok = true;
    for (size_t v = 0; v < count; v++) {
        struct experiment *e = &run->experiments[v];
        ok = ok && experiment_begin(e, run->models[first + v], run->err);
        const struct run_spec *spec = &run->models[first + v]->scenario->run;
        e->limits = (struct world_limits){.stop = run->how->stop,
                                          .events = conduct_limit_events(spec),
                                          .deadline = run->started + spec->limit_seconds};
        e->store = run->how->store;
        e->point = first + v;
        e->merged = merged;
        e->context = run;
    }
    if (ok && run->how->parts > 0)
        return run_part(run, first, count, result);
    ok = ok && finish_points(run, first, count);
    ok = ok && catch_up(run, first, count);
    for (size_t v = 0; ok && v < count; v++) {
        const struct experiment *e = &run->experiments[v];
        struct point *p = &points[first + v];
        const struct scenario_point *sp = &run->file->points[first + v];
        p->variant = sp->variant;
        p->sets = sp->sets;
        p->set_count = sp->set_count;
        result->unfinished |= e->stopped == STOPPED_INTERRUPTED;
        ok = (experiment_report(e, run->arena, p) && warn_point(run, e, shortened, p)) || no_memory(run->err);
        result->point_count = first + v + 1;
    }
    if (ok && count > 1) {
        experiment_differences(run->experiments, count, first, differences, &result->difference_count);
        comparisons[result->comparison_count++] = experiment_compare(run->experiments, count, first);
    }
    for (size_t v = 0; v < count; v++)
        experiment_end(&run->experiments[v]);
    return ok;
}

static bool collect_notes(struct arena *arena, const struct scenario_file *file, struct result *result,
                          struct error *err)
{
    size_t most = 0;
    for (size_t i = 0; i < file->point_count; i++)
        most += file->points[i].scenario.note_count;
    const char **notes = arena_array(arena, most + 1, sizeof *notes);
    if (notes == NULL)
        return no_memory(err);
    for (size_t i = 0; i < file->point_count; i++)
        for (size_t n = 0; n < file->points[i].scenario.note_count; n++) {
            const char *note = file->points[i].scenario.notes[n];
            bool seen = false;
            for (size_t j = 0; j < result->note_count && !seen; j++)
                seen = strcmp(notes[j], note) == 0;
            if (!seen)
                notes[result->note_count++] = note;
        }
    result->notes = notes;
    return true;
}

bool conduct_run(struct arena *arena, const struct scenario_file *file, struct model *const *models,
                 const struct desq_run *how, const struct result **out, struct error *err)
{
    const size_t variants = file->variant_count, points = file->point_count;
    struct result *result = arena_alloc(arena, sizeof *result);
    struct point *all = arena_array(arena, points, sizeof *all);
    size_t differences = 0;
    for (size_t i = 0; i < points; i++)
        differences += experiment_difference_count(models[i]);
    struct difference *difference = arena_array(arena, differences, sizeof *difference);
    struct comparison_of_await *comparisons = arena_array(arena, points, sizeof *comparisons);
    struct running run = {
        .arena = arena,
        .file = file,
        .models = models,
        .how = how,
        .err = err,
        .jobs = conduct_jobs(how->jobs),
        .started = conduct_clock(),
        .progress = {.point_count = points},
        .experiments = arena_array(arena, variants, sizeof(struct experiment)),
    };
    if (result == NULL || all == NULL || difference == NULL || comparisons == NULL || run.experiments == NULL)
        return no_memory(err);
    const struct scenario *first = &file->points[0].scenario;
    *result = (struct result){
        .path = file->path,
        .title = first->title,
        .description = first->description,
        .time_unit = first->time_unit,
        .seed = models[0]->seed,
        .confidence = first->run.confidence,
        .points = all,
        .variant_count = variants,
        .differences = difference,
        .comparisons = comparisons,
    };
    for (size_t i = 0; i < points && !result->unfinished; i += variants)
        if (!run_group(&run, i, variants, result, difference, comparisons, all))
            return false;
    if (!collect_notes(arena, file, result, err))
        return false;
    *out = result;
    return true;
}
