/* conduct.c: in which order the points are run, and when each is precise enough. */
#include "models/conduct.h"

#include "models/experiment.h"
#include "models/rare.h"
#include "models/serve.h"
#include "models/settle.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const double default_precision = 0.02; /* asked for, unless the scenario says otherwise */
enum { LENGTHEN_MOST = 8 };

/* A point while it is run. */
struct point_run {
    struct group *group;
    struct experiment experiment;
    uint64_t target;      /* replications to the next decision */
    double goal;          /* precision; NAN: none */
    double precision;     /* at the last decision; NAN: not yet known */
    uint64_t checked;     /* replications then */
    double share;         /* of its work that is done, as far as can be foretold; 1: all is over */
    struct error error;
};

/* The variants at one combination of sweep values. */
struct group {
    struct running *run;
    size_t first, count; /* points first .. first + count - 1 */
    struct point_run *points;
    struct difference *differences; /* difference_count of them, of the room that is there for them */
    size_t difference_count;
    struct comparison_of_await comparison;
    bool reported;
    struct error error;
};

/* One run of all points. */
struct running {
    struct arena *arena; /* the result's */
    const struct scenario_file *file;
    struct model *const *models;
    const struct desq_run *how;
    struct crew *crew;
    double started;
    struct group *groups;
    struct point_run *points;
    pthread_mutex_t lock; /* guards the arena, what is told of progress, and what follows */
    struct point *out;
    size_t point_count, telling; /* telling: the first point that is not over */
    bool unfinished;
};

static bool no_memory(struct error *err)
{
    return error_set(err, "out of memory");
}

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

/* Under the lock: of all points, how much is done. */
static double share_of_all(const struct running *run)
{
    double sum = 0.0;
    for (size_t i = 0; i < run->point_count; i++)
        sum += run->points[i].share;
    return sum / (double)run->point_count;
}

/* Tells of the first point that is not over; the others only of how much is done. */
static void merged(void *context, const struct experiment *e)
{
    const double nearly = 0.999;
    struct point_run *p = context;
    struct running *run = p->group->run;
    const uint64_t done = batches_replications(e->batches);
    /* The replications that the goal will take, as the precision at the last check foretells: the half-width
     * shrinks with their square root. */
    double needed = (double)p->target;
    if (!isnan(p->precision) && p->precision > p->goal)
        needed = fmax(needed, (double)p->checked * pow(p->precision / p->goal, 2.0));
    pthread_mutex_lock(&run->lock);
    p->share = needed > 0.0 ? fmin((double)done / needed, nearly) : 0.0;
    while (run->telling < e->point && run->points[run->telling].share == 1.0)
        run->telling++;
    if (run->how->progress != NULL && run->telling == e->point) {
        const struct desq_progress now = {.point = e->point,
                                          .point_count = run->point_count,
                                          .replications = done,
                                          .replications_next = p->target,
                                          .precision = p->precision,
                                          .checked = p->checked,
                                          .precision_goal = p->goal,
                                          .done = share_of_all(run),
                                          .seconds = conduct_clock() - run->started};
        run->how->progress(run->how->context, &now);
    }
    pthread_mutex_unlock(&run->lock);
}

/* Replications up to the target, in pieces after each of which the events are counted; the size of a
 * piece depends on what was done before, not on the number of threads. e->finished if a limit was reached, or
 * something else ended it. */
static bool run_to_target(struct point_run *p)
{
    enum { PIECE_LEAST = 8 };
    struct experiment *e = &p->experiment;
    const double limit = conduct_limit_events(&e->model->scenario->run);
    while (!e->finished && batches_replications(e->batches) < p->target) {
        const uint64_t done = batches_replications(e->batches);
        const uint64_t piece = done / 4 > PIECE_LEAST ? done / 4 : PIECE_LEAST;
        const uint64_t to = isfinite(limit) && done + piece < p->target ? done + piece : p->target;
        if (!experiment_run(e, to, p->group->run->crew, &p->error))
            return false;
        if (!e->finished && (double)batches_events(e->batches) >= limit &&
            batches_replications(e->batches) < p->target) {
            e->finished = true;
            e->stopped = STOPPED_LIMIT;
        }
    }
    return true;
}

static bool run_point(void *context, size_t i)
{
    struct group *g = context;
    return run_to_target(&g->points[i]);
}

/* All points of the group that are not finished to their targets, side by side. */
static bool run_points(struct group *g)
{
    if (crew_each(g->run->crew, g->count, run_point, g))
        return true;
    for (size_t v = 0; v < g->count; v++)
        if (g->points[v].error.text[0] != '\0') {
            g->error = g->points[v].error;
            return false;
        }
    return false;
}

static double goal_of(const struct run_spec *spec)
{
    const bool by_length = !isnan(spec->time) || !isnan(spec->count);
    return !isnan(spec->precision)               ? spec->precision
           : spec->replications > 0 || by_length ? (double)NAN
                                                 : default_precision;
}

/* Whether the point, at its target, is finished; else sets its next. */
static void decide(struct point_run *p)
{
    struct experiment *e = &p->experiment;
    const struct run_spec *spec = &e->model->scenario->run;
    const bool fixed = spec->replications > 0 || isnan(p->goal);
    e->finished = true;
    if (e->unstable || fixed || e->model->deterministic) {
        e->stopped = e->unstable                         ? STOPPED_UNSTABLE
                     : e->model->deterministic && !fixed ? STOPPED_PRECISION
                                                         : STOPPED_REPLICATIONS;
        return;
    }
    const double precision = experiment_precision(e, NULL, NULL);
    p->precision = precision;
    p->checked = batches_replications(e->batches);
    if (!isnan(precision) && precision <= p->goal) {
        e->stopped = STOPPED_PRECISION;
        return;
    }
    const double events = (double)batches_events(e->batches), done = (double)p->checked;
    const double limit = conduct_limit_events(spec);
    if (events >= limit) {
        e->stopped = STOPPED_LIMIT;
        return;
    }
    /* The half-width shrinks with the square root of the replications: go where that foretells the goal,
     * but by no less than a tenth more and no more than twice, and not far beyond the limit. */
    const double foretold = isnan(precision) ? 2.0 : 1.05 * (precision / p->goal) * (precision / p->goal);
    double next = ceil(done * fmin(fmax(foretold, 1.1), 2.0));
    if (events > 0.0)
        next = fmin(next, fmax(done + 1.0, ceil(done * limit / events)));
    p->target = (uint64_t)next;
    p->target += spec->antithetic && p->target % 2 == 1; /* pairs */
    e->finished = false;
}

static bool interrupted(const struct group *g)
{
    for (size_t v = 0; v < g->count; v++)
        if (g->points[v].experiment.finished && g->points[v].experiment.stopped == STOPPED_INTERRUPTED)
            return true;
    return false;
}

/* Goes on until every point of the group is precise enough, or ended. The factor by which the replications of some turned
 * out to be too short, above 1: all are to be run anew. */
static bool finish_points(struct group *g, double *longer)
{
    for (size_t v = 0; v < g->count; v++) {
        struct point_run *p = &g->points[v];
        p->goal = goal_of(&p->experiment.model->scenario->run);
        p->precision = (double)NAN;
        p->target = conduct_first_replications(p->experiment.model);
    }
    for (bool going = true; going;) {
        if (!run_points(g))
            return false;
        if (interrupted(g))
            return true;
        for (size_t v = 0; v < g->count; v++) {
            struct experiment *e = &g->points[v].experiment;
            if (!e->finished && !e->unstable && !e->drifting)
                *longer = fmax(*longer, conduct_stretch(e));
        }
        if (*longer > 1.0)
            return true;
        going = false;
        for (size_t v = 0; v < g->count; v++) {
            if (!g->points[v].experiment.finished)
                decide(&g->points[v]);
            going = going || !g->points[v].experiment.finished;
        }
    }
    return true;
}

/* All variants at one combination of sweep values to their ends. As long as the replications of some turn out
 * to be too short, those of all are run anew and longer, so that variants go on seeing the same arrivals. */
static bool finish_group(struct group *g)
{
    for (size_t v = 0; v < g->count; v++)
        g->points[v].experiment.unstable = conduct_overloaded(g->run->models[g->first + v]) != SIZE_MAX;
    for (int times = 0;; times++) {
        double longer = 1.0;
        for (size_t v = 0; v < g->count && times == LENGTHEN_MOST; v++)
            g->points[v].experiment.drifting = true;
        if (!finish_points(g, &longer))
            return false;
        if (longer <= 1.0)
            return true;
        for (size_t v = 0; v < g->count; v++)
            if (!conduct_lengthen(&g->points[v].experiment, longer, &g->error))
                return false;
    }
}

/* Variants that were precise enough early go on to as many replications as the others needed, so that
 * differences are paired throughout. Where another ran into its limit, or has no steady state, that is not
 * worth the time. */
static bool catch_up(struct group *g)
{
    uint64_t most = 0;
    for (size_t v = 0; v < g->count; v++) {
        const struct experiment *e = &g->points[v].experiment;
        if (e->stopped == STOPPED_PRECISION && batches_replications(e->batches) > most)
            most = batches_replications(e->batches);
    }
    for (size_t v = 0; v < g->count; v++) {
        struct experiment *e = &g->points[v].experiment;
        if (e->stopped != STOPPED_PRECISION || e->model->deterministic)
            continue;
        g->points[v].target = most;
        e->finished = false;
    }
    const bool good = run_points(g);
    for (size_t v = 0; v < g->count; v++)
        g->points[v].experiment.finished = true;
    return good;
}

static bool run_part(void *context, size_t i)
{
    struct group *g = context;
    struct point_run *p = &g->points[i];
    const struct desq_run *how = g->run->how;
    return experiment_part(&p->experiment, conduct_first_replications(p->experiment.model), how->part, how->parts, g->run->crew,
                           &p->error);
}

/* Under the lock: what came out of the group. */
static bool report(struct group *g, bool shortened)
{
    struct running *run = g->run;
    struct experiment *experiments = calloc(g->count, sizeof *experiments);
    bool good = experiments != NULL;
    for (size_t v = 0; good && v < g->count; v++) {
        const struct scenario_point *sp = &run->file->points[g->first + v];
        struct point *out = &run->out[g->first + v];
        const struct experiment *e = &g->points[v].experiment;
        experiments[v] = *e;
        out->variant = sp->variant;
        out->sets = sp->sets;
        out->set_count = sp->set_count;
        run->unfinished |= e->stopped == STOPPED_INTERRUPTED;
        good = experiment_report(e, run->arena, out) && conduct_warn(run->arena, e, shortened, out);
        g->points[v].share = 1.0;
    }
    if (good && g->count > 1) {
        experiment_differences(experiments, g->count, g->first, g->differences, &g->difference_count);
        g->comparison = experiment_compare(experiments, g->count, g->first);
    }
    free(experiments);
    g->reported = good;
    return good || no_memory(&g->error);
}

static bool run_group(void *context, size_t index)
{
    struct running *run = context;
    struct group *g = &run->groups[index];
    struct model *const *models = run->models + g->first;
    if (index > 0 && run->how->stop != NULL && *run->how->stop) {
        pthread_mutex_lock(&run->lock);
        run->unfinished = true; /* and nothing is reported of it */
        pthread_mutex_unlock(&run->lock);
        return true;
    }
    for (size_t v = 0; v < g->count; v++)
        conduct_shorten_overload(models[v]);
    const bool shortened = conduct_shorten(models, g->count);
    const struct run_spec *first = &models[0]->scenario->run;
    const struct world_limits looking = {
        .stop = run->how->stop, .events = conduct_limit_events(first), .deadline = run->started + first->limit_seconds};
    settle_all(models, g->count, &looking, run->crew, g->first);
    bool ok = true;
    for (size_t v = 0; v < g->count; v++) {
        struct point_run *p = &g->points[v];
        struct experiment *e = &p->experiment;
        ok = ok && experiment_begin(e, models[v], &g->error);
        const struct run_spec *spec = &models[v]->scenario->run;
        e->limits = (struct world_limits){
            .stop = run->how->stop, .events = conduct_limit_events(spec), .deadline = run->started + spec->limit_seconds};
        e->store = run->how->store;
        e->point = g->first + v;
        e->merged = merged;
        e->context = p;
    }
    if (ok && run->how->parts > 0) {
        ok = crew_each(run->crew, g->count, run_part, g);
        for (size_t v = 0; v < g->count && !ok; v++)
            if (g->error.text[0] == '\0')
                g->error = g->points[v].error;
    } else if (ok) {
        ok = finish_group(g) && catch_up(g);
        pthread_mutex_lock(&run->lock);
        ok = ok && report(g, shortened);
        pthread_mutex_unlock(&run->lock);
    }
    for (size_t v = 0; v < g->count; v++)
        if (g->points[v].experiment.batches != NULL)
            experiment_end(&g->points[v].experiment);
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

/* One group for each combination of sweep values. NULL: no memory. */
static struct group *make_groups(struct running *run, size_t count, size_t variants)
{
    struct group *groups = arena_array(run->arena, count, sizeof *groups);
    for (size_t i = 0; groups != NULL && i < count; i++) {
        struct group *g = &groups[i];
        *g = (struct group){.run = run, .first = i * variants, .count = variants, .points = &run->points[i * variants]};
        size_t differences = 0;
        error_set(&g->error, "%s", "");
        for (size_t v = 0; v < variants; v++) {
            g->points[v].group = g;
            error_set(&g->points[v].error, "%s", "");
            differences += experiment_difference_count(run->models[g->first + v]);
        }
        if ((g->differences = arena_array(run->arena, differences, sizeof *g->differences)) == NULL)
            return NULL;
    }
    return groups;
}

/* Puts together what the groups reported, in their order, as far as there is no gap. */
static bool gather(struct running *run, size_t count, struct result *result)
{
    size_t differences = 0;
    for (size_t i = 0; i < count; i++)
        differences += run->groups[i].difference_count;
    struct difference *all = arena_array(run->arena, differences, sizeof *all);
    struct comparison_of_await *comparisons = arena_array(run->arena, count, sizeof *comparisons);
    if (all == NULL || comparisons == NULL)
        return false;
    result->differences = all;
    result->comparisons = comparisons;
    for (size_t i = 0; i < count && run->groups[i].reported; i++) {
        const struct group *g = &run->groups[i];
        result->point_count = g->first + g->count;
        for (size_t n = 0; n < g->difference_count; n++)
            all[result->difference_count++] = g->differences[n];
        if (g->count > 1)
            comparisons[result->comparison_count++] = g->comparison;
    }
    return true;
}

/* All groups; false: err, of the first that failed. */
static bool run_groups(struct running *run, size_t count, struct error *err)
{
    if (crew_each(run->crew, count, run_group, run))
        return true;
    for (size_t i = 0; i < count; i++)
        if (run->groups[i].error.text[0] != '\0') {
            *err = run->groups[i].error;
            return false;
        }
    return no_memory(err);
}

/* What cannot be split is said before anything is run. */
static bool rare_can_be_found(const struct running *run, struct error *err)
{
    for (size_t i = 0; i < run->point_count; i++) {
        const struct run_spec *spec = &run->models[i]->scenario->run;
        const struct rare_how how = rare_as_asked(spec);
        if (spec->rare.asked && !rare_possible(run->models[i], &how, err))
            return false;
    }
    return true;
}

/* Point by point, after all else: each takes all threads for itself. */
static bool find_rare(struct running *run, struct result *result, struct error *err)
{
    for (size_t i = 0; i < result->point_count; i++) {
        const struct run_spec *spec = &run->models[i]->scenario->run;
        struct rare_how how = rare_as_asked(spec);
        how.jobs = run->how->jobs;
        how.stop = run->how->stop;
        if (!spec->rare.asked || run->out[i].report.stopped == STOPPED_INTERRUPTED || run->out[i].report.stopped == STOPPED_UNSTABLE)
            continue;
        if (!rare_run(run->arena, run->models[i], &how, &run->out[i].rare, err))
            return false;
        result->unfinished = result->unfinished || run->out[i].rare->unfinished;
    }
    return true;
}

bool conduct_run(struct arena *arena, const struct scenario_file *file, struct model *const *models,
                 const struct desq_run *how, const struct result **out, struct error *err)
{
    const size_t variants = file->variant_count, points = file->point_count, count = points / variants;
    struct result *result = arena_alloc(arena, sizeof *result);
    struct running run = {
        .arena = arena,
        .file = file,
        .models = models,
        .how = how,
        .started = conduct_clock(),
        .points = arena_array(arena, points, sizeof *run.points),
        .out = arena_array(arena, points, sizeof *run.out),
        .point_count = points,
    };
    if (result == NULL || run.points == NULL || run.out == NULL || (run.groups = make_groups(&run, count, variants)) == NULL)
        return no_memory(err);
    const struct scenario *first = &file->points[0].scenario;
    *result = (struct result){
        .path = file->path,
        .title = first->title,
        .description = first->description,
        .time_unit = first->time_unit,
        .seed = models[0]->seed,
        .confidence = first->run.confidence,
        .points = run.out,
        .variant_count = variants,
    };
    struct ranks_leader *leader;
    if (!rare_can_be_found(&run, err))
        return false;
    if (!serve_crew(file, models, how->jobs, how->ranks, &run.crew, &leader, err))
        return false;
    bool ok = pthread_mutex_init(&run.lock, NULL) == 0 || no_memory(err);
    if (ok) {
        ok = run_groups(&run, count, err);
        pthread_mutex_destroy(&run.lock);
    }
    ranks_release(leader);
    crew_free(run.crew);
    result->unfinished = run.unfinished || (how->parts > 0 && how->stop != NULL && *how->stop);
    ok = ok && (gather(&run, count, result) || no_memory(err)) && (how->parts > 0 || find_rare(&run, result, err));
    if (!ok || !collect_notes(arena, file, result, err))
        return false;
    *out = result;
    return true;
}
