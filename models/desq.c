#include "models/desq.h"

#include "models/conduct.h"
#include "models/experiment.h"
#include "models/explain.h"
#include "models/forecast.h"
#include "models/rare.h"
#include "models/select.h"
#include "models/series.h"
#include "models/theory/theory.h"
#include "models/witness.h"

#include <stdlib.h>
#include <string.h>

struct desq {
    struct arena arena;        /* scenario, models */
    struct arena result_arena; /* the latest result */
    const struct scenario_file *file;
    struct model **models; /* one per point */
    const char **warnings; /* before running */
    size_t warning_count;
};

static bool no_memory(struct error *err)
{
    return error_set(err, "out of memory");
}

/* "variant sync, /servers = 8: ", so that a sentence about a point says which. "" for the only one. */
static const char *point_label(struct arena *arena, const struct scenario_point *p)
{
    const char *label = p->variant == NULL ? "" : arena_printf(arena, "variant %s", p->variant);
    for (size_t i = 0; i < p->set_count && label != NULL; i++)
        label = arena_printf(arena, "%s%s%s = %s", label, label[0] != '\0' ? ", " : "", p->sets[i].pointer,
                             p->sets[i].value);
    return label == NULL || label[0] == '\0' ? label : arena_printf(arena, "%s: ", label);
}

static bool warn_before(struct desq *d, struct error *err)
{
    d->warnings = arena_array(&d->arena, d->file->point_count + 1, sizeof *d->warnings);
    if (d->warnings == NULL)
        return no_memory(err);
    for (size_t i = 0; i < d->file->point_count; i++) {
        if (conduct_overloaded(d->models[i]) == SIZE_MAX)
            continue;
        const char *label = point_label(&d->arena, &d->file->points[i]);
        const char *warning = label == NULL ? NULL : conduct_overload_warning(&d->arena, d->models[i], label);
        if (warning == NULL)
            return no_memory(err);
        d->warnings[d->warning_count++] = warning;
    }
    return true;
}

static bool read_all(struct desq *d, const char *path, const char *text, const struct desq_options *options,
                     struct error *err)
{
    const size_t set_count = options == NULL ? 0 : options->set_count;
    const char *const *set = options == NULL ? NULL : options->set;
    if (text != NULL ? !scenario_read_text(&d->arena, path, text, set, set_count, &d->file, err)
                     : !scenario_read(&d->arena, path, set, set_count, &d->file, err))
        return false;
    d->models = arena_array(&d->arena, d->file->point_count, sizeof(struct model *));
    if (d->models == NULL)
        return no_memory(err);
    for (size_t i = 0; i < d->file->point_count; i++) {
        if (!model_compile(&d->arena, &d->file->points[i].scenario, &d->models[i], err)) {
            error_place(err, path, NULL);
            return false;
        }
        const enum desq_engine engine = options == NULL ? DESQ_ENGINE_AUTO : options->engine;
        d->models[i]->recursion &= engine != DESQ_ENGINE_CALENDAR;
        if (engine == DESQ_ENGINE_RECURSION && !d->models[i]->recursion) {
            error_set(err, "%sthe recursion cannot run this: %s; leave out --engine recursion",
                      point_label(&d->arena, &d->file->points[i]), d->models[i]->recursion_refused);
            error_place(err, path, NULL);
            return false;
        }
        d->models[i]->seed =
            options != NULL && options->seed_given ? options->seed : d->file->points[i].scenario.run.seed;
    }
    for (size_t i = 0; i < d->file->point_count; i += d->file->variant_count)
        conduct_align(d->models + i, d->file->variant_count);
    return warn_before(d, err);
}

static bool read_new(const char *path, const char *text, const struct desq_options *options,
                     struct desq **out, struct error *err)
{
    struct desq *d = calloc(1, sizeof *d);
    if (d == NULL)
        return no_memory(err);
    arena_init(&d->arena);
    arena_init(&d->result_arena);
    if (!read_all(d, path, text, options, err)) {
        desq_free(d);
        return false;
    }
    *out = d;
    return true;
}

bool desq_read(const char *path, const struct desq_options *options, struct desq **out, struct error *err)
{
    return read_new(path, NULL, options, out, err);
}

bool desq_read_text(const char *name, const char *text, const struct desq_options *options, struct desq **out,
                    struct error *err)
{
    return read_new(name, text, options, out, err);
}

void desq_free(struct desq *d)
{
    if (d == NULL)
        return;
    arena_free(&d->result_arena);
    arena_free(&d->arena);
    free(d);
}

uint64_t desq_seed(const struct desq *d)
{
    return d->models[0]->seed;
}

const struct scenario_file *desq_scenario(const struct desq *d)
{
    return d->file;
}

struct model *desq_model(struct desq *d, size_t point)
{
    return point < d->file->point_count ? d->models[point] : NULL;
}

size_t desq_warnings(const struct desq *d, const char *const **out)
{
    *out = d->warnings;
    return d->warning_count;
}

const char *desq_program(struct desq *d, size_t point)
{
    return model_print(&d->arena, d->models[point]);
}

bool desq_forecast(const struct desq *d, size_t point, struct forecast *out, struct error *err)
{
    return forecast_make(d->models[point], out, err);
}

bool desq_theory(struct desq *d, size_t point, const struct theory_answer **out, size_t *count, struct error *err)
{
    return theory_ask(d->models[point], 0, &d->arena, out, count, err);
}

bool desq_theory_at(struct desq *d, size_t point, const double *times, size_t count, const struct theory_value **out,
                    size_t *value_count, struct error *err)
{
    return theory_at(d->models[point], times, count, &d->arena, out, value_count, err);
}

bool desq_expand_text(const char *name, const char *text, const struct desq_options *options, char **out, struct error *err)
{
    struct arena arena;
    arena_init(&arena);
    const char *full = NULL;
    bool ok = scenario_expand(&arena, name, text, options == NULL ? NULL : options->set,
                              options == NULL ? 0 : options->set_count, &full, err);
    if (ok) {
        *out = strdup(full);
        ok = *out != NULL || no_memory(err);
    }
    arena_free(&arena);
    return ok;
}

bool desq_expand(const char *path, const struct desq_options *options, char **out, struct error *err)
{
    return desq_expand_text(path, NULL, options, out, err);
}

bool desq_trace(struct desq *d, size_t point, uint64_t r,
                void (*left)(void *context, const struct desq_task *task), void *context,
                struct desq_trace *out, struct error *err)
{
    return experiment_trace(&d->arena, d->models[point], r, left, context, out, err);
}

bool desq_run(struct desq *d, const struct desq_run *how, const struct result **out, struct error *err)
{
    arena_free(&d->result_arena);
    return conduct_run(&d->result_arena, d->file, d->models, how, out, err);
}

bool desq_select(struct desq *d, const struct selection_how *how, const struct selection **out, struct error *err)
{
    return select_best(&d->arena, d->file, d->models, how, out, err);
}

bool desq_witness(struct desq *d, size_t point, uint64_t r, const struct witness_how *how, struct error *err)
{
    return witness_run(d->models[point], r, how, err);
}

bool desq_responses(struct desq *d, size_t point, uint64_t r,
                    void (*told)(void *context, size_t kind, uint64_t key, double response), void *context, struct error *err)
{
    return witness_responses(&d->arena, d->models[point], r, told, context, err);
}

bool desq_series(struct desq *d, size_t point, const struct series_how *how, const struct series **out, struct error *err)
{
    return series_run(&d->arena, d->models[point], how, out, err);
}

bool desq_rare(struct desq *d, size_t point, const struct rare_how *how, const struct rare **out, struct error *err)
{
    return rare_run(&d->arena, d->models[point], how, out, err);
}

bool desq_explain(struct desq *d, size_t point, const struct explain_how *how, const struct explanation **out, size_t *count,
                  struct error *err)
{
    return explain(&d->arena, d->models[point], how, out, count, err);
}
