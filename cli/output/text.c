#include "cli/output/text.h"
#include "cli/output/output.h"
#include "cli/output/text_rare.h"

#include <string.h>

bool text_deadlocked(const struct result *r, size_t point)
{
    return r->points[point].report.stopped == STOPPED_DEADLOCK;
}

bool text_infinite_servers(const struct point *p, size_t station)
{
    return p->capacities != NULL && p->capacities[station].load == 0.0 &&
           isinf(p->capacities[station].rate_most);
}

const char *text_figure(struct page *p, const struct figure *f)
{
    char text[NUMBER_ROOM];
    if (f == NULL || isnan(f->mean))
        return "-";
    const double scale = f->probe->unit == UNIT_FRACTION ? 100.0 : 1.0;
    number_interval(scale * f->mean, scale * f->half_width, text);
    p->unsure = p->unsure || text[0] == '~';
    const char *copy = arena_text(p->arena, text);
    p->failed = p->failed || copy == NULL;
    return copy != NULL ? copy : "";
}

const char *text_quantile(struct page *p, const struct quantile *q)
{
    char text[NUMBER_ROOM];
    if (q == NULL || isnan(q->value))
        return "-";
    number_between(q->value, q->low, q->high, text);
    p->unsure = p->unsure || text[0] == '~';
    const char *copy = arena_text(p->arena, text);
    p->failed = p->failed || copy == NULL;
    return copy != NULL ? copy : "";
}

const char *text_variant(struct page *p, size_t point)
{
    const struct point *at = &p->result->points[point];
    const bool unstable = at->report.stopped == STOPPED_UNSTABLE;
    p->unstable = p->unstable || unstable;
    const char *name = arena_printf(p->arena, "%s%s%s", at->variant != NULL ? at->variant : "",
                                    unstable && at->variant != NULL ? " " : "", unstable ? "*" : "");
    p->failed = p->failed || name == NULL;
    return name != NULL ? name : "";
}

void text_point_labels(struct page *p, struct table *t)
{
    const struct point *first = &p->result->points[0];
    for (size_t i = 0; i < first->set_count; i++) {
        const char *label = label_column(p->arena, first, i);
        table_label(t, label != NULL ? label : "");
        p->failed = p->failed || label == NULL;
    }
    if (first->variant != NULL)
        table_label(t, "");
    if (t->label_count == 0)
        table_label(t, "");
}

size_t text_point_row(struct page *p, struct table *t, size_t point)
{
    const struct point *at = &p->result->points[point];
    const bool starred = at->report.stopped == STOPPED_UNSTABLE && at->variant == NULL;
    size_t column = 0;
    table_row(t);
    for (size_t i = 0; i < at->set_count && column < t->label_count; i++) {
        const char *value = label_value(p->arena, &at->sets[i]);
        if (value != NULL && starred && i + 1 == at->set_count)
            value = arena_printf(p->arena, "%s *", value);
        table_cell(t, column++, value != NULL ? value : "");
        p->failed = p->failed || value == NULL;
    }
    if (column < t->label_count)
        table_cell(t, column, text_variant(p, point));
    p->unstable = p->unstable || starred;
    return t->label_count;
}

void text_table(struct page *p, const struct table *t, int indent)
{
    if (t->row_count > 0 && t->column_count > t->label_count && !table_print(t, p->out, indent))
        p->failed = true;
}

/* What the heads of the columns abbreviate. */
static void print_sweep(struct page *p)
{
    const struct point *first = &p->result->points[0];
    for (size_t i = 0; i < first->set_count; i++) {
        const char *column = label_column(p->arena, first, i), *full = label_pointer(p->arena, first, i);
        if (column == NULL || full == NULL)
            p->failed = true;
        else if (strcmp(column, full) != 0)
            fprintf(p->out, "%s: of %s\n", column, first->sets[i].pointer);
    }
}

/* The points that were under way when the run was interrupted, and those never begun. A sweep's value has its
 * variants under way at once. */
static void print_unfinished(struct page *p)
{
    const struct result *r = p->result;
    size_t first = r->point_count, begun = 0;
    for (size_t i = 0; i < r->point_count; i++) {
        if (r->points[i].report.stopped == STOPPED_INTERRUPTED && first == r->point_count)
            first = i;
        if (i == first || r->points[i].report.replications > 0)
            begun = i + 1;
    }
    if (first == r->point_count) {
        fprintf(p->out, "UNFINISHED: interrupted; what follows is as far as it got.\n");
        return;
    }
    const char *label = label_point(p->arena, r, first), *text;
    if (begun > first + 1)
        text = arena_printf(p->arena, "UNFINISHED: interrupted at points %zu to %zu of %zu", first + 1, begun,
                            p->points_asked);
    else
        text =
            arena_printf(p->arena, "UNFINISHED: interrupted at point %zu of %zu", first + 1, p->points_asked);
    if (text != NULL && label != NULL && label[0] != '\0')
        text = arena_printf(p->arena, "%s (%s%s)", text, begun > first + 1 ? "from " : "", label);
    if (text != NULL && begun + 1 == p->points_asked)
        text = arena_printf(p->arena, "%s; point %zu not begun", text, p->points_asked);
    else if (text != NULL && begun < p->points_asked)
        text = arena_printf(p->arena, "%s; points %zu-%zu not begun", text, begun + 1, p->points_asked);
    p->failed = p->failed || text == NULL || label == NULL;
    if (text != NULL)
        text_wrapped(p->out, text, 0, 2);
}

/* Of more than two variants, where their differences have intervals at all. */
static bool differences_hold_together(const struct result *r)
{
    bool some = false;
    for (size_t i = 0; i < r->difference_count; i++)
        some = some || r->differences[i].half_width > 0.0;
    return some && r->variant_count > 2;
}

static void print_head(struct page *p)
{
    const struct result *r = p->result;
    char level[NUMBER_ROOM];
    if (r->title != NULL && r->title[0] != '\0')
        text_wrapped(p->out, r->title, 0, 2);
    fprintf(p->out, "%s: seed %llu; times in %s; ± gives %s %% confidence intervals\n", r->path,
            (unsigned long long)r->seed, r->time_unit, number_short(100.0 * r->confidence, 6, level));
    if (differences_hold_together(r))
        fprintf(p->out, "Differences from the first variant hold together with %s %%\n", level);
    if (r->point_count > 0)
        print_sweep(p);
    if (r->unfinished)
        print_unfinished(p);
}

/* Whether a point before this one has the same warning. */
static bool said_before(const struct result *r, size_t point, const char *warning)
{
    for (size_t i = 0; i < point; i++)
        for (size_t k = 0; k < r->points[i].warning_count; k++)
            if (strcmp(r->points[i].warnings[k], warning) == 0)
                return true;
    return false;
}

/* A warning that several points share is printed once, with all their names. */
static void print_warning(struct page *p, size_t first, const char *warning)
{
    const struct result *r = p->result;
    const char *where = "";
    size_t points = 0;
    for (size_t i = first; i < r->point_count && where != NULL; i++) {
        for (size_t k = 0; k < r->points[i].warning_count && where != NULL; k++) {
            if (strcmp(r->points[i].warnings[k], warning) != 0)
                continue;
            const char *label = label_point(p->arena, r, i);
            where =
                label != NULL ? arena_printf(p->arena, "%s%s%s", where, points > 0 ? "; " : "", label) : NULL;
            points++;
            break;
        }
    }
    if (where != NULL && points == r->point_count)
        where = ""; /* everywhere */
    const char *text = where == NULL
                           ? NULL
                           : arena_printf(p->arena, "Warning%s%s%s: %s", where[0] != '\0' ? " (" : "", where,
                                          where[0] != '\0' ? ")" : "", warning);
    if (text != NULL)
        text_wrapped(p->out, text, 0, 2);
    else
        p->failed = true;
}

/* What control variates are worth where they help least. */
static void print_controls(struct page *p)
{
    double most = 0.0;
    for (size_t i = 0; i < p->result->point_count; i++)
        for (size_t k = 0; k < p->result->points[i].kind_count; k++) {
            const struct figure *f = subject_figure(&p->result->points[i].kinds[k], "response");
            if (f != NULL && !isnan(f->variance_left))
                most = fmax(most, f->variance_left);
        }
    if (!(most > 0.0))
        return;
    char times[NUMBER_ROOM];
    const char *text = arena_printf(p->arena, "Mean responses are by control variates (known rates and mean services): as sure as %s times as many replications, or more.",
                                    number_short(1.0 / most, 2, times));
    if (text != NULL)
        text_wrapped(p->out, text, 0, 2);
    else
        p->failed = true;
}

static void print_warnings(struct page *p)
{
    const struct result *r = p->result;
    for (size_t i = 0; i < r->point_count; i++)
        for (size_t k = 0; k < r->points[i].warning_count; k++)
            if (!said_before(r, i, r->points[i].warnings[k]))
                print_warning(p, i, r->points[i].warnings[k]);
    for (size_t i = 0; i < r->note_count; i++) {
        const char *text = arena_printf(p->arena, "Note: %s", r->notes[i]);
        if (text != NULL)
            text_wrapped(p->out, text, 0, 2);
        else
            p->failed = true;
    }
    if (p->unsure)
        text_wrapped(p->out, "~ before a number: too few observations or replications for an interval.", 0,
                     2);
    if (p->unstable)
        text_wrapped(
            p->out,
            "* unstable: more arrives than can be served, so queues grow for as long as one looks, and times "
            "describe only the length of this run.",
            0, 2);
}

static void print_rare(struct page *p)
{
    for (size_t i = 0; i < p->result->point_count; i++) {
        const struct rare *rare = p->result->points[i].rare;
        const char *label = label_point(p->arena, p->result, i);
        p->failed = p->failed || label == NULL;
        if (rare == NULL || label == NULL)
            continue;
        fputc('\n', p->out);
        text_rare(p->out, label, rare, p->result->time_unit);
    }
}

bool output_report(const struct result *r, size_t points, FILE *out, struct error *err)
{
    struct arena arena;
    arena_init(&arena);
    struct page p = {.out = out, .arena = &arena, .result = r, .points_asked = points};
    print_head(&p);
    bool all_dead = true;
    for (size_t i = 0; i < r->point_count; i++)
        all_dead = all_dead && text_deadlocked(r, i);
    if (r->point_count > 0 && all_dead) {
        fputc('\n', out);
        print_warnings(&p);
        text_deadlocks(&p);
    } else if (r->point_count > 0) {
        text_figures(&p);
        text_runs(&p);
        text_verdict(&p);
        text_requirements(&p);
        text_theory(&p);
        print_rare(&p);
        fputc('\n', out);
        print_controls(&p);
        print_warnings(&p);
        text_deadlocks(&p);
    }
    arena_free(&arena);
    return !p.failed || error_set(err, "out of memory while writing the report");
}

static bool write_text(const struct result *r, FILE *out, struct error *err)
{
    return output_report(r, r->point_count, out, err);
}

const struct output output_text = {
    .name = "text", .suffix = ".txt", .summary = "the report that people read", .write = write_text};
