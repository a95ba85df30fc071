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
    if (isnan(at->report.precision))
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

/* Requirement k at point i, with what was measured. */
static void requirement_row(struct page *p, struct table *t, size_t i, size_t k)
{
    const struct requirement_outcome *o = &p->result->points[i].outcomes[k];
    char value[NUMBER_ROOM], low[NUMBER_ROOM], high[NUMBER_ROOM];
    text_point_row(p, t, i);
    table_cell(t, t->label_count - 1, verdict_texts[o->verdict]);
    table_cell(t, t->label_count, number_short(o->value, 4, value));
    if (!isnan(o->low) && !isnan(o->high) && o->low != o->high)
        table_cell(t, t->label_count + 1,
                   keep(p, arena_printf(p->arena, "%s to %s", number_short(o->low, 4, low),
                                        number_short(o->high, 4, high))));
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
    table_column(&t, "", "measured");
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
        const char *text = r->points[0].outcomes[k].requirement->text;
        const size_t met = count_verdict(r, k, VERDICT_MET);
        fprintf(p->out, "%sRequired: %s", k == 0 ? "\n" : "", text);
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
