#include "tests/trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool expect_that(bool holds, int line, const char *file, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    CU_assertImplementation(holds, (unsigned)line, text, file, "", CU_FALSE);
    return holds;
}

/* The text with ' replaced by "; NULL: no memory. */
static char *spell(const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        return NULL;
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    return text;
}

static bool read_text(struct trial *t, const struct desq_options *options, const char *format, va_list args)
{
    *t = (struct trial){0};
    char *text = spell(format, args);
    if (!EXPECT(text != NULL, "out of memory"))
        return false;
    struct error err;
    const bool ok = desq_read_text("test", text, options, &t->desq, &err);
    EXPECT(ok, "%s: %s, in: %s", ok ? "" : err.pointer, ok ? "" : err.text, text);
    free(text);
    if (!ok)
        t->desq = NULL;
    return ok;
}

bool trial_read(struct trial *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const bool ok = read_text(t, NULL, format, args);
    va_end(args);
    return ok;
}

bool trial_read_seeded(struct trial *t, uint64_t seed, const char *format, ...)
{
    const struct desq_options options = {.seed_given = true, .seed = seed};
    va_list args;
    va_start(args, format);
    const bool ok = read_text(t, &options, format, args);
    va_end(args);
    return ok;
}

bool trial_read_engine(struct trial *t, enum desq_engine engine, const char *format, ...)
{
    const struct desq_options options = {.engine = engine};
    va_list args;
    va_start(args, format);
    const bool ok = read_text(t, &options, format, args);
    va_end(args);
    return ok;
}

bool trial_run(struct trial *t, unsigned jobs)
{
    struct error err;
    const bool ok = desq_run(t->desq, &(struct desq_run){.jobs = jobs}, &t->result, &err);
    EXPECT(ok, "%s", ok ? "" : err.text);
    if (!ok)
        t->result = NULL;
    return ok;
}

void trial_free(struct trial *t)
{
    if (t->desq != NULL)
        desq_free(t->desq);
    *t = (struct trial){0};
}

const struct figure *trial_figure(const struct trial *t, size_t point, const char *subject, const char *probe)
{
    static const struct figure nothing = {
        .mean = NAN, .half_width = NAN, .sd = NAN, .max = NAN, .count = NAN};
    const char *station = strncmp(subject, "station:", 8) == 0 ? subject + 8 : NULL;
    const struct subject *found = NULL;
    if (t->result != NULL && point < t->result->point_count) {
        const struct point *p = &t->result->points[point];
        if (strcmp(subject, "run") == 0)
            found = p->run;
        const struct subject *list = station != NULL ? p->stations : p->kinds;
        const size_t count = station != NULL ? p->station_count : p->kind_count;
        for (size_t i = 0; i < count && found == NULL; i++)
            if (strcmp(list[i].name, station != NULL ? station : subject) == 0)
                found = &list[i];
    }
    const struct figure *f = found == NULL ? NULL : subject_figure(found, probe);
    EXPECT(f != NULL, "no figure %s.%s at point %zu", subject, probe, point);
    return f == NULL ? &nothing : f;
}

struct quantile trial_quantile(const struct figure *f, double p)
{
    for (size_t i = 0; i < f->quantile_count; i++)
        if (fabs(f->quantiles[i].p - p) < 1e-12)
            return f->quantiles[i];
    EXPECT(false, "quantile %g was not asked for", p);
    return (struct quantile){p, NAN, NAN, NAN};
}

static void keep(void *context, const struct desq_task *task)
{
    struct history *h = context;
    if (h->count == h->size) {
        const size_t size = h->size == 0 ? 64 : 2 * h->size;
        struct desq_task *tasks = realloc(h->tasks, size * sizeof *tasks);
        if (!EXPECT(tasks != NULL, "out of memory"))
            return;
        h->tasks = tasks;
        h->size = size;
    }
    h->tasks[h->count++] = *task;
}

bool trial_trace(struct trial *t, size_t point, uint64_t replication, struct history *h)
{
    struct error err;
    *h = (struct history){0};
    const bool ok = desq_trace(t->desq, point, replication, keep, h, &h->whole, &err);
    EXPECT(ok, "%s", ok ? "" : err.text);
    return ok;
}

void history_free(struct history *h)
{
    free(h->tasks);
    *h = (struct history){0};
}

static int by_key(const void *a, const void *b)
{
    const struct desq_task *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

void history_by_key(struct history *h)
{
    if (h->count > 0)
        qsort(h->tasks, h->count, sizeof *h->tasks, by_key);
}

const struct desq_task *history_task(const struct history *h, size_t kind, size_t n)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->tasks[i].kind == kind && n-- == 0)
            return &h->tasks[i];
    return NULL;
}
