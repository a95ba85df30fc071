#include "models/settle.h"

#include "models/conduct.h"
#include "models/experiment.h"
#include "models/probe/probe.h"
#include "sim/stat/serial.h"

#include <math.h>
#include <stdlib.h>

enum {
    LOOKS = 2,          /* the second twice as long */
    TASKS_PER_PIECE = 5,
    PIECES_FEWEST = 50, /* with tasks in them, of a measure that is looked at */
};

/* What looking may cost: of the study's first replications, and of the events that it may take. */
static const double share_of_study = 0.5, share_of_limit = 0.1;

/* One look. */
struct look {
    struct model model; /* begun without warm-up */
    struct world_limits limits;
    size_t series;      /* headline measures of all kinds */
    size_t cuts[SETTLE_REPLICATIONS];
};

/* A worker: its world, and the means of the pieces so far. */
struct watcher {
    const struct look *look;
    struct world *world;
    struct record record; /* the world's */
    double *means;        /* series after series, SETTLE_PIECES of each; NAN: no task */
    size_t done;          /* pieces */
};

static bool is_headline_of_times(const struct probe_type *probe)
{
    return probe->scope == PROBE_KIND && probe->headline && probe->tally;
}

static size_t count_series(const struct model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < probe_table.count; i++)
        n += is_headline_of_times(probe_table.rows[i]);
    return n * m->kind_count;
}

static bool take_piece(void *context, struct world *w)
{
    struct watcher *x = context;
    size_t n = 0;
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *probe = probe_table.rows[i];
        for (size_t k = 0; is_headline_of_times(probe) && k < w->model->kind_count; k++) {
            const struct sample s = probe->read(w, k);
            x->means[SETTLE_PIECES * n++ + x->done] = s.denominator > 0.0 ? s.numerator / s.denominator : (double)NAN;
        }
    }
    x->done++;
    return true;
}

/* In pieces of the whole. Pieces without tasks are passed over. */
static size_t cut_of(const double *means)
{
    double x[SETTLE_PIECES];
    size_t place[SETTLE_PIECES + 1], n = 0;
    for (size_t i = 0; i < SETTLE_PIECES; i++)
        if (!isnan(means[i])) {
            x[n] = means[i];
            place[n++] = i;
        }
    return n < PIECES_FEWEST ? 0 : place[serial_cut(x, n)];
}

static void watcher_free(void *worker)
{
    struct watcher *x = worker;
    world_free(x->world);
    record_free(&x->record);
    free(x->means);
    free(x);
}

static void *watcher_new(void *context)
{
    const struct look *look = context;
    struct watcher *x = calloc(1, sizeof *x);
    if (x == NULL)
        return NULL;
    x->look = look;
    x->means = calloc(look->series * SETTLE_PIECES + 1, sizeof *x->means);
    x->world = world_new(&look->model);
    if (x->means == NULL || x->world == NULL ||
        !record_init(&x->record, experiment_samples(&look->model), look->model.kind_count * model_histograms_per_kind())) {
        world_free(x->world);
        free(x->means);
        free(x);
        return NULL;
    }
    x->world->section = take_piece;
    x->world->section_context = x;
    x->world->sections = SETTLE_PIECES;
    x->world->unmeasured = true;
    x->world->to_the_end = true;
    return x;
}

static bool watch(void *worker, uint64_t r, struct record *out, struct error *err)
{
    struct watcher *x = worker;
    x->done = 0;
    const enum world_end end = world_run(x->world, r, &x->record, &x->look->limits);
    if (end != WORLD_DONE && end != WORLD_EMPTY)
        return experiment_failed(x->world, end, r, err);
    take_piece(x, x->world);
    size_t cut = 0;
    for (size_t n = 0; n < x->look->series; n++) {
        const size_t c = cut_of(x->means + SETTLE_PIECES * n);
        cut = c > cut ? c : cut;
    }
    out->samples[0] = sample_of_ratio((double)cut, 1.0);
    out->events = x->record.events;
    return true;
}

static bool merge(void *context, uint64_t r, const struct record *record)
{
    ((struct look *)context)->cuts[r] = (size_t)record->samples[0].numerator;
    return true;
}

static int compare(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* The first look's time: enough tasks in each piece. */
static double time_watched(const struct model *m)
{
    return fmax(SETTLE_WARMUPS * m->warmup, SETTLE_PIECES * TASKS_PER_PIECE / m->completions_per_time);
}

bool settle_applies(const struct model *m)
{
    if (!isnan(m->scenario->run.warmup) || m->terminating || m->deterministic || !(m->warmup > 0.0) || !model_steady_rates(m) ||
        conduct_overloaded(m) != SIZE_MAX || !(m->completions_per_time > 0.0))
        return false;
    const double time = time_watched(m) * SETTLE_REPLICATIONS;
    const double study = (double)conduct_first_replications(m) * (m->warmup + (isfinite(m->length) ? m->length : (double)m->count / m->completions_per_time));
    return time <= share_of_study * study && time * m->events_per_time <= share_of_limit * conduct_limit_events(&m->scenario->run);
}

struct settled settle_look(const struct model *m, const struct world_limits *limits, struct crew *crew, uint64_t order)
{
    struct look look = {.model = *m, .limits = *limits, .series = count_series(m)};
    struct settled out = {.warmup = (double)NAN};
    look.model.warmup = 0.0;
    look.model.count = UINT64_MAX;
    look.model.recursion = false;
    const struct job job = {.context = &look,
                            .worker_new = watcher_new,
                            .worker_free = watcher_free,
                            .run = watch,
                            .samples = 1,
                            .merge = merge,
                            .stop = limits->stop,
                            .order = order};
    double time = time_watched(m);
    for (int n = 0; n < LOOKS; n++, time *= 2.0) {
        struct error err;
        look.model.length = time;
        if (crew_run(crew, &job, 0, SETTLE_REPLICATIONS, &err) < SETTLE_REPLICATIONS)
            return (struct settled){.warmup = (double)NAN};
        qsort(look.cuts, SETTLE_REPLICATIONS, sizeof *look.cuts, compare);
        const size_t median = look.cuts[SETTLE_REPLICATIONS / 2];
        out.warmup = time * (double)median / SETTLE_PIECES;
        out.longer = median >= SETTLE_PIECES / 2;
        if (!out.longer)
            break;
    }
    return out;
}

/* By how much all of them can be lengthened. */
static double most_of(struct model *const *models, size_t count)
{
    double most = INFINITY;
    for (size_t v = 0; v < count; v++) {
        const struct model *m = models[v];
        const double time = m->warmup + (isfinite(m->length) ? m->length : 0.0);
        most = fmin(most, conduct_limit_events(&m->scenario->run) / 2.0 / (time * m->events_per_time * REPLICATIONS_FEWEST));
    }
    return fmax(most, 1.0);
}

void settle_all(struct model *const *models, size_t count, const struct world_limits *limits, struct crew *crew, uint64_t order)
{
    double factor = 1.0;
    bool longer = false;
    for (size_t v = 0; v < count; v++) {
        struct model *m = models[v];
        if (!isnan(m->warmup_found))
            continue; /* asked before, in an earlier run of the same models: so it stays */
        const struct settled found = settle_applies(m) ? settle_look(m, limits, crew, order) : (struct settled){.warmup = (double)NAN};
        m->warmup_found = found.warmup;
        if (isnan(found.warmup))
            continue;
        factor = fmax(factor, found.warmup / m->warmup);
        longer = longer || found.longer;
    }
    const double most = most_of(models, count), by = fmin(factor, most);
    for (size_t v = 0; v < count; v++) {
        struct model *m = models[v];
        if (by > 1.0)
            model_lengthen(m, by);
        m->warmup_doubtful = longer || factor > by;
    }
}
