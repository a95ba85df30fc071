/* How long each point ran, and what became of the requirements. */
#include "cli/output/text.h"

#include <string.h>

static const char *keep(struct page *p, const char *text)
{
    p->failed = p->failed || text == NULL;
    return text != NULL ? text : "";
}

/* The worst figure; with one kind of task only, its name goes without saying. */
static const char *worst_of(const struct point *at)
{
    const char *worst = at->report.worst;
    if (worst == NULL || at->report.precision == 0.0)
        return "";
    const size_t length = at->kind_count == 1 ? strlen(at->kinds[0].name) : 0;
    if (length > 0 && strncmp(worst, at->kinds[0].name, length) == 0 && worst[length] == '.')
        return worst + length + 1;
    return worst;
}

static const char *precision_cell(struct page *p, const struct point *at)
{
    char text[NUMBER_ROOM];
    if (isnan(at->report.precision) || at->report.stopped == STOPPED_DEADLOCK)
        return "-";
    number_short(100.0 * at->report.precision, 2, text);
    const char *worst = worst_of(at);
    return keep(p, arena_printf(p->arena, "%s %%%s%s", text, worst[0] != '\0' ? " " : "", worst));
}

/* Warm-up and measured time; of a run for a count of tasks the warm-up alone. */
static const char *length_cell(struct page *p, const struct run_report *run)
{
    char warmup[NUMBER_ROOM], length[NUMBER_ROOM];
    number_short(run->warmup, 4, warmup);
    if (isnan(run->length))
        return keep(p, arena_text(p->arena, warmup));
    return keep(p, arena_printf(p->arena, "%s + %s", warmup, number_short(run->length, 4, length)));
}

void text_runs(struct page *p)
{
    const struct result *r = p->result;
    struct table t;
    char one[NUMBER_ROOM];
    bool cut = false;
    for (size_t i = 0; i < r->point_count; i++)
        cut = cut || r->points[i].report.warmup > 0.0;
    table_init(&t, p->arena);
    text_point_labels(p, &t);
    if (t.titles[t.label_count - 1][0] == '\0')
        t.titles[t.label_count - 1] = "run";
    table_column(&t, "", "runs");
    if (cut)
        table_column(&t, "", keep(p, arena_printf(p->arena, "warm-up + run, %s", r->time_unit)));
    table_column(&t, "", "events");
    table_column(&t, "", "ended by");
    table_column(&t, "", "least precise");
    for (size_t i = 0; i < r->point_count; i++) {
        const struct run_report *run = &r->points[i].report;
        size_t column = text_point_row(p, &t, i);
        table_cell(&t, column++, number_whole((double)run->replications, one));
        if (cut)
            table_cell(&t, column++, length_cell(p, run));
        table_cell(&t, column++, number_whole((double)run->events, one));
        table_cell(&t, column++, stop_reason_names[run->stopped]);
        table_cell(&t, column, precision_cell(p, &r->points[i]));
    }
    fputc('\n', p->out);
    text_table(p, &t, 0);
}

static const char *const verdict_texts[] = {
    [VERDICT_MET] = "met", [VERDICT_NOT_MET] = "NOT MET", [VERDICT_UNDECIDED] = "undecided"};

/* The measure that a requirement is about. */
static const struct probe_type *probe_of(const struct requirement *q)
{
    const enum probe_scope scope = q->of_run ? PROBE_RUN : q->of_station ? PROBE_STATION : PROBE_KIND;
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *probe = probe_table.rows[i];
        if (probe->scope == scope && strcmp(probe->name, q->metric) == 0)
            return probe;
    }
    return NULL;
}

/* Is this requirement about a share, shown in per cent? Of infinite servers it is about a number of them. */
static bool in_per_cent(const struct result *r, const struct requirement *q)
{
    const struct probe_type *probe = probe_of(q);
    return probe != NULL && probe->unit == UNIT_FRACTION &&
           !(q->of_station && text_infinite_servers(&r->points[0], q->subject) &&
             (strcmp(q->metric, "utilisation") == 0 || strcmp(q->metric, "setting_up") == 0));
}

/* "ms", "per ms", "%", "": what measured values of this requirement are in. */
static const char *unit_of(struct page *p, const struct requirement *q)
{
    const struct probe_type *probe = probe_of(q);
    if (probe == NULL || (probe->unit == UNIT_FRACTION && !in_per_cent(p->result, q)))
        return "";
    return keep(p, label_unit(p->arena, p->result, probe));
}

/* " (100 ms)" where the bound was written in another unit than the report's; else "". */
static const char *converted(struct page *p, const struct requirement *q)
{
    const char *bound = q->text + strlen(q->text), *unit = unit_of(p, q);
    char text[NUMBER_ROOM];
    while (bound > q->text && strchr("<>=", bound[-1]) == NULL)
        bound--;
    bound += strspn(bound, " ");
    const char *written = bound + strspn(bound, "+-.0123456789eE");
    written += strspn(written, " ");
    const bool per = strncmp(unit, "per ", 4) == 0;
    if (strcmp(unit, "%") == 0 ? strchr(written, '%') != NULL || q->value == 0.0
                               : *written == '\0' || strcmp(written, unit) == 0 ||
                                     (per && *written == '/' && strcmp(written + 1, unit + 4) == 0))
        return "";
    number_short(strcmp(unit, "%") == 0 ? 100.0 * q->value : q->value, 6, text);
    return keep(p, arena_printf(p->arena, " (%s %s)", text, unit));
}

/* Why it cannot be said whether the requirement is met. */
static const char *why_undecided(const struct result *r, size_t i, const struct requirement_outcome *o)
{
    if (text_deadlocked(r, i))
        return "undecided: deadlock";
    if (isnan(o->value))
        return "undecided: nothing observed";
    if (isnan(o->low) || isnan(o->high))
        return "undecided: no interval";
    return "undecided: bound in interval";
}

/* Requirement k at point i, with what was measured. */
static void requirement_row(struct page *p, struct table *t, size_t i, size_t k)
{
    const struct requirement_outcome *o = &p->result->points[i].outcomes[k];
    const double scale = in_per_cent(p->result, o->requirement) ? 100.0 : 1.0;
    const bool dead = text_deadlocked(p->result, i), known = !isnan(o->low) && !isnan(o->high);
    char value[NUMBER_ROOM], low[NUMBER_ROOM], high[NUMBER_ROOM];
    text_point_row(p, t, i);
    table_cell(t, t->label_count - 1,
               o->verdict == VERDICT_UNDECIDED ? why_undecided(p->result, i, o) : verdict_texts[o->verdict]);
    if (dead || isnan(o->value))
        table_cell(t, t->label_count, "-");
    else
        table_cell(t, t->label_count,
                   keep(p, arena_printf(p->arena, "%s%s", known ? "" : "~",
                                        number_short(scale * o->value, 4, value))));
    p->unsure = p->unsure || (!dead && !known && !isnan(o->value));
    if (!dead && known && o->high - o->low > 1e-9 * fabs(o->value))
        table_cell(t, t->label_count + 1,
                   keep(p, arena_printf(p->arena, "%s to %s", number_short(scale * o->low, 4, low),
                                        number_short(scale * o->high, 4, high))));
}

/* Points at which requirement k came out so. */
static size_t count_verdict(const struct result *r, size_t k, enum verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < r->point_count; i++)
        count += k < r->points[i].outcome_count && r->points[i].outcomes[k].verdict == verdict;
    return count;
}

/* The points where it is not met, or the only point. */
static void requirement_table(struct page *p, size_t k)
{
    const struct result *r = p->result;
    struct table t;
    table_init(&t, p->arena);
    if (r->point_count > 1)
        text_point_labels(p, &t);
    table_label(&t, "");
    const char *unit = unit_of(p, r->points[0].outcomes[k].requirement);
    table_column(&t, "", keep(p, arena_printf(p->arena, "measured%s%s", unit[0] != '\0' ? ", " : "", unit)));
    table_column(&t, "", "interval");
    for (size_t i = 0; i < r->point_count; i++)
        if (k < r->points[i].outcome_count &&
            (r->point_count == 1 || r->points[i].outcomes[k].verdict != VERDICT_MET))
            requirement_row(p, &t, i, k);
    text_table(p, &t, 2);
}

void text_requirements(struct page *p)
{
    const struct result *r = p->result;
    for (size_t k = 0; k < r->points[0].outcome_count; k++) {
        const struct requirement *q = r->points[0].outcomes[k].requirement;
        const size_t met = count_verdict(r, k, VERDICT_MET);
        fprintf(p->out, "%sRequired: %s%s", k == 0 ? "\n" : "", q->text, converted(p, q));
        if (met > 1 && met == r->point_count)
            fprintf(p->out, met == 2 ? ": met at both points\n" : ": met at all %zu points\n", met);
        else if (met > 0 && r->point_count > 1)
            fprintf(p->out, ": met at %zu of %zu points, but\n", met, r->point_count);
        else
            fputc('\n', p->out);
        if (met < r->point_count || r->point_count == 1)
            requirement_table(p, k);
    }
}
