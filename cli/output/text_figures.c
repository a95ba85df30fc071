/* Tasks and stations of all points. Without a sweep, variants stand side by side; with one, each point has a
 * row. */
#include "cli/output/text.h"

#include <string.h>

/* The times of a task that have quantiles, and what has one mean. */
static const char *const distributions[] = {"response", "wait"};
static const char *const scalars[] = {"throughput", "in_system", "service",   "delay",     "overhead",
                                      "lost",       "abandoned", "timed_out", "redeliveries", "duplicates", "dead_letters", "unfinished"};
static const char *const always[] = {"throughput", "in_system", "utilisation", "queue_length"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_always(const char *measure)
{
    for (size_t i = 0; i < COUNT(always); i++)
        if (strcmp(always[i], measure) == 0)
            return true;
    return false;
}

typedef const struct subject *subject_of(const struct point *p, size_t index);

static const struct subject *kind_of(const struct point *p, size_t index)
{
    return index < p->kind_count ? &p->kinds[index] : NULL;
}

static const struct subject *station_of(const struct point *p, size_t index)
{
    return index < p->station_count ? &p->stations[index] : NULL;
}

static const struct figure *figure_at(const struct result *r, size_t point, subject_of *of, size_t index,
                                      const char *measure)
{
    const struct subject *s = of(&r->points[point], index);
    return s != NULL && !text_deadlocked(r, point) ? subject_figure(s, measure) : NULL;
}

/* Whether the measure is known at any point and, unless it always counts, is anywhere large enough to matter.
 */
static bool worth_showing(const struct result *r, subject_of *of, size_t index, const char *measure)
{
    const double least =
        strcmp(measure, "setting_up") == 0 ? 5e-4 : 0.0; /* servers start at times; rarely it matters */
    for (size_t i = 0; i < r->point_count; i++) {
        const struct figure *f = figure_at(r, i, of, index, measure);
        if (f != NULL && !isnan(f->mean) && (is_always(measure) || f->mean > least))
            return true;
    }
    return false;
}

/* "response, ms" */
static const char *heading(struct page *p, const char *measure, const struct probe_type *probe)
{
    const char *name = label_measure(p->arena, measure), *unit = label_unit(p->arena, p->result, probe);
    const char *text = name != NULL && unit != NULL
                           ? arena_printf(p->arena, "%s%s%s", name, unit[0] != '\0' ? ", " : "", unit)
                           : NULL;
    p->failed = p->failed || text == NULL;
    return text != NULL ? text : "";
}

static const struct probe_type *probe_of(const struct result *r, subject_of *of, size_t index,
                                         const char *measure)
{
    for (size_t i = 0; i < r->point_count; i++) {
        const struct figure *f = figure_at(r, i, of, index, measure);
        if (f != NULL)
            return f->probe;
    }
    return NULL;
}

/* The figure with the most quantiles among all points: its p are the columns. */
static const struct figure *quantiles_of(const struct result *r, subject_of *of, size_t index,
                                         const char *measure)
{
    const struct figure *best = NULL;
    for (size_t i = 0; i < r->point_count; i++) {
        const struct figure *f = figure_at(r, i, of, index, measure);
        if (f != NULL && (best == NULL || f->quantile_count > best->quantile_count))
            best = f;
    }
    return best;
}

static const struct quantile *quantile_at(const struct figure *f, double p)
{
    for (size_t i = 0; f != NULL && i < f->quantile_count; i++)
        if (f->quantiles[i].p == p)
            return &f->quantiles[i];
    return NULL;
}

static const char *quantile_title(struct page *p, double quantile)
{
    const char *title = label_quantile(p->arena, quantile);
    p->failed = p->failed || title == NULL;
    return title != NULL ? title : "";
}

static const char *station_cell(struct page *p, size_t point, size_t station, const char *measure)
{
    const struct figure *f = figure_at(p->result, point, station_of, station, measure);
    if (f == NULL || strcmp(measure, "utilisation") != 0 || isnan(f->mean) ||
        !text_infinite_servers(&p->result->points[point], station))
        return text_figure(p, f);
    char text[NUMBER_ROOM];
    number_interval(f->mean, f->half_width, text);
    p->unsure = p->unsure || text[0] == '~';
    const char *cell = arena_printf(p->arena, f->mean == 0.0 ? "%s" : "%s busy", text);
    p->failed = p->failed || cell == NULL;
    return cell != NULL ? cell : "";
}

/* The column of other - base in a group of variants' columns. */
static void add_difference_columns(struct page *p, struct table *t, const char *group,
                                   struct subject_key *keys, size_t *count, const struct subject_key *wanted)
{
    const struct result *r = p->result;
    for (size_t i = 0; i < r->difference_count && *count < TABLE_COLUMNS_MOST; i++) {
        const struct difference *d = &r->differences[i];
        if (d->of_run || d->kind != wanted->kind || d->probe != wanted->probe ||
            d->statistic != STATISTIC_MEAN)
            continue;
        keys[*count] = *wanted;
        keys[*count].base = d->base % r->variant_count;
        keys[*count].other = d->other % r->variant_count;
        const char *title =
            arena_printf(p->arena, "%s - %s", r->points[d->other].variant, r->points[d->base].variant);
        table_column(t, group, title != NULL ? title : "");
        p->failed = p->failed || title == NULL;
        (*count)++;
    }
}

/* A quantile that did not vary at all. */
static bool exact(const struct result *r, size_t point, const struct subject_key *key, double quantile)
{
    const struct quantile *q =
        quantile_at(figure_at(r, point, kind_of, key->kind, key->probe->name), quantile);
    return q != NULL && q->low == q->value && q->high == q->value;
}

/* The difference between two exact quantiles is exact, though there may be too few replications for its
 * interval. */
static const char *paired_cell(struct page *p, const struct subject_key *key, enum statistic statistic,
                               double quantile)
{
    const struct difference *found = text_difference(p->result, key, 0, statistic, quantile);
    if (found == NULL || statistic != STATISTIC_QUANTILE || !isnan(found->half_width) ||
        !exact(p->result, found->base, key, quantile) || !exact(p->result, found->other, key, quantile))
        return text_difference_cell(p, found);
    struct difference d = *found;
    d.half_width = 0.0;
    return text_difference_cell(p, &d);
}

/* Rows: mean and quantiles. Columns: each measure of each variant, then the paired differences. */
static void kind_times(struct page *p, size_t kind)
{
    const struct result *r = p->result;
    struct table t;
    struct subject_key keys[COUNT(distributions)][TABLE_COLUMNS_MOST];
    size_t key_counts[COUNT(distributions)] = {0};
    const struct figure *most[COUNT(distributions)], *rows = NULL;
    table_init(&t, p->arena);
    table_label(&t, r->points[0].kinds[kind].name);
    for (size_t m = 0; m < COUNT(distributions); m++) {
        most[m] = quantiles_of(r, kind_of, kind, distributions[m]);
        if (most[m] == NULL)
            continue;
        if (rows == NULL || most[m]->quantile_count > rows->quantile_count)
            rows = most[m];
        const char *group = heading(p, distributions[m], most[m]->probe);
        for (size_t i = 0; i < r->point_count; i++)
            table_column(&t, r->points[i].variant != NULL ? group : "",
                         r->points[i].variant != NULL ? text_variant(p, i) : group);
        const struct subject_key wanted = {.kind = kind, .probe = most[m]->probe};
        add_difference_columns(p, &t, group, keys[m], &key_counts[m], &wanted);
    }
    for (size_t row = 0; rows != NULL && row <= rows->quantile_count; row++) {
        const double quantile = row > 0 ? rows->quantiles[row - 1].p : NAN;
        const enum statistic statistic = row > 0 ? STATISTIC_QUANTILE : STATISTIC_MEAN;
        size_t column = 1;
        table_row(&t);
        table_cell(&t, 0, row > 0 ? quantile_title(p, quantile) : "mean");
        for (size_t m = 0; m < COUNT(distributions); m++) {
            for (size_t i = 0; i < r->point_count && most[m] != NULL; i++) {
                const struct figure *f = figure_at(r, i, kind_of, kind, distributions[m]);
                table_cell(&t, column++,
                           row > 0 ? text_quantile(p, quantile_at(f, quantile)) : text_figure(p, f));
            }
            for (size_t k = 0; k < key_counts[m]; k++)
                table_cell(&t, column++, paired_cell(p, &keys[m][k], statistic, quantile));
        }
    }
    fputc('\n', p->out);
    text_table(p, &t, 0);
}

/* One mean each. */
static void kind_counts(struct page *p, size_t kind)
{
    const struct result *r = p->result;
    struct table t;
    const char *shown[COUNT(scalars)];
    size_t count = 0;
    table_init(&t, p->arena);
    text_point_labels(p, &t);
    t.titles[0] = r->points[0].kinds[kind].name;
    for (size_t m = 0; m < COUNT(scalars); m++) {
        if (!worth_showing(r, kind_of, kind, scalars[m]))
            continue;
        table_column(&t, "", heading(p, scalars[m], probe_of(r, kind_of, kind, scalars[m])));
        shown[count++] = scalars[m];
    }
    for (size_t i = 0; i < r->point_count; i++) {
        const size_t column = text_point_row(p, &t, i);
        for (size_t m = 0; m < count; m++)
            table_cell(&t, column + m, text_figure(p, figure_at(r, i, kind_of, kind, shown[m])));
    }
    fputc('\n', p->out);
    text_table(p, &t, 0);
}

/* Rows: points. Columns: each measure's mean and quantiles, then single means. */
static void kind_sweep(struct page *p, size_t kind)
{
    const struct result *r = p->result;
    struct table t;
    table_init(&t, p->arena);
    text_point_labels(p, &t);
    const struct figure *most[COUNT(distributions)];
    const char *shown[COUNT(scalars)];
    size_t shown_count = 0;
    for (size_t m = 0; m < COUNT(distributions); m++) {
        most[m] = quantiles_of(r, kind_of, kind, distributions[m]);
        if (most[m] == NULL)
            continue;
        const char *group = heading(p, distributions[m], most[m]->probe);
        table_column(&t, group, "mean");
        for (size_t i = 0; i < most[m]->quantile_count; i++)
            table_column(&t, group, quantile_title(p, most[m]->quantiles[i].p));
    }
    for (size_t m = 0; m < COUNT(scalars); m++) {
        const char *measure = scalars[m];
        if (!worth_showing(r, kind_of, kind, measure))
            continue;
        table_column(&t, "", heading(p, measure, probe_of(r, kind_of, kind, measure)));
        shown[shown_count++] = measure;
    }
    for (size_t i = 0; i < r->point_count; i++) {
        size_t column = text_point_row(p, &t, i);
        for (size_t m = 0; m < COUNT(distributions); m++) {
            if (most[m] == NULL)
                continue;
            const struct figure *f = figure_at(r, i, kind_of, kind, distributions[m]);
            table_cell(&t, column++, text_figure(p, f));
            for (size_t q = 0; q < most[m]->quantile_count; q++)
                table_cell(&t, column++, text_quantile(p, quantile_at(f, most[m]->quantiles[q].p)));
        }
        for (size_t m = 0; m < shown_count; m++)
            table_cell(&t, column++, text_figure(p, figure_at(r, i, kind_of, kind, shown[m])));
    }
    fprintf(p->out, "\n%s\n", r->points[0].kinds[kind].name);
    text_table(p, &t, 2);
}

static const char *const station_measures[] = {"utilisation", "setting_up", "queue_length",
                                               "wait",        "throughput", "lost"};

/* The stations at which this measure is worth a column; returns how many. */
static size_t stations_showing(const struct result *r, const char *measure,
                               bool shown[static TABLE_COLUMNS_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < r->points[0].station_count && i < TABLE_COLUMNS_MOST; i++) {
        shown[i] = worth_showing(r, station_of, i, measure);
        count += shown[i];
    }
    return count;
}

/* Rows: station by variant. */
static void stations_single(struct page *p)
{
    const struct result *r = p->result;
    struct table t;
    bool any[TABLE_COLUMNS_MOST];
    const char *shown[COUNT(station_measures)];
    size_t count = 0;
    table_init(&t, p->arena);
    table_label(&t, "station");
    if (r->points[0].variant != NULL)
        table_label(&t, "");
    for (size_t m = 0; m < COUNT(station_measures); m++) {
        const char *measure = station_measures[m];
        if (stations_showing(r, measure, any) == 0 && strcmp(measure, "wait") != 0)
            continue;
        const struct probe_type *probe = probe_of(r, station_of, 0, measure);
        if (probe == NULL)
            continue;
        table_column(&t, "", heading(p, measure, probe));
        shown[count++] = measure;
    }
    for (size_t s = 0; s < r->points[0].station_count; s++) {
        for (size_t i = 0; i < r->point_count; i++) {
            const struct point *at = &r->points[i];
            table_row(&t);
            table_cell(&t, 0, at->stations[s].name);
            if (t.label_count > 1)
                table_cell(&t, 1, text_variant(p, i));
            for (size_t m = 0; m < count; m++)
                table_cell(&t, t.label_count + m, station_cell(p, i, s, shown[m]));
        }
    }
    fputc('\n', p->out);
    text_table(p, &t, 0);
}

/* Rows: points. A group of columns per measure, in it one column per station. */
static void stations_sweep(struct page *p)
{
    const struct result *r = p->result;
    struct table t;
    bool shown[COUNT(station_measures)][TABLE_COLUMNS_MOST] = {{false}};
    table_init(&t, p->arena);
    text_point_labels(p, &t);
    for (size_t m = 0; m < COUNT(station_measures); m++) {
        if (strcmp(station_measures[m], "throughput") == 0) /* the tasks' says as much */
            continue;
        stations_showing(r, station_measures[m], shown[m]);
        for (size_t s = 0; s < r->points[0].station_count && s < TABLE_COLUMNS_MOST; s++)
            if (shown[m][s])
                table_column(&t,
                             heading(p, station_measures[m], probe_of(r, station_of, s, station_measures[m])),
                             r->points[0].stations[s].name);
    }
    for (size_t i = 0; i < r->point_count && !t.failed; i++) {
        size_t column = text_point_row(p, &t, i);
        for (size_t m = 0; m < COUNT(station_measures); m++)
            for (size_t s = 0; s < r->points[0].station_count && s < TABLE_COLUMNS_MOST; s++)
                if (shown[m][s] && column < t.column_count)
                    table_cell(&t, column++, station_cell(p, i, s, station_measures[m]));
    }
    fprintf(p->out, "\nstations\n");
    text_table(p, &t, 2);
}

/* How long until everything was done: what a terminating run is about. */
static void makespans(struct page *p)
{
    const struct result *r = p->result;
    struct table t;
    bool any = false;
    table_init(&t, p->arena);
    text_point_labels(p, &t);
    const char *title = arena_printf(p->arena, "makespan, %s", r->time_unit);
    table_column(&t, "", title != NULL ? title : "");
    p->failed = p->failed || title == NULL;
    for (size_t i = 0; i < r->point_count; i++) {
        const struct figure *f = r->points[i].run != NULL && !text_deadlocked(r, i)
                                     ? subject_figure(r->points[i].run, "makespan")
                                     : NULL;
        const size_t column = text_point_row(p, &t, i);
        table_cell(&t, column, text_figure(p, f));
        any = any || (f != NULL && !isnan(f->mean));
    }
    if (!any)
        return;
    fputc('\n', p->out);
    text_table(p, &t, 0);
}

void text_figures(struct page *p)
{
    const struct result *r = p->result;
    const bool sweep = result_places(r) > 1;
    makespans(p);
    for (size_t kind = 0; kind < r->points[0].kind_count; kind++) {
        if (sweep) {
            kind_sweep(p, kind);
        } else {
            kind_times(p, kind);
            kind_counts(p, kind);
        }
    }
    if (r->points[0].station_count == 0)
        return;
    if (sweep)
        stations_sweep(p);
    else
        stations_single(p);
}
