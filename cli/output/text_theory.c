/* What theory says beside what was simulated. */
#include "cli/output/text.h"

#include <string.h>

/* A deviate that chance hardly gives (once in 16,000). */
static const double far = 4.0;

static const char *keep(struct page *p, const char *text)
{
    p->failed = p->failed || text == NULL;
    return text != NULL ? text : "";
}

/* "task.response.p99", "queue.utilisation". */
static const char *name_of(struct page *p, const struct point *at, const struct prediction *x)
{
    const char *subject = x->of_run       ? ""
                          : x->of_station ? at->stations[x->subject].name
                                          : at->kinds[x->subject].name;
    const char *dot = x->of_run ? "" : ".";
    if (x->statistic == STATISTIC_QUANTILE)
        return keep(p,
                    arena_printf(p->arena, "%s%s%s.p%.10g", subject, dot, x->measure, 100.0 * x->quantile));
    return keep(p, arena_printf(p->arena, "%s%s%s%s", subject, dot, x->measure,
                                x->statistic == STATISTIC_SD ? ".sd" : ""));
}

static const char *score_of(struct page *p, double z)
{
    char text[NUMBER_ROOM];
    if (isnan(z))
        return "-";
    return keep(p, arena_printf(p->arena, "%s%s", number_short(z, 2, text), fabs(z) > far ? " !" : ""));
}

/* What the reader of a report wants to see: waits, responses, losses, how busy stations are. */
static bool is_shown(const struct prediction *x)
{
    static const char *const shown[] = {"response",    "wait",     "lost",       "abandoned",
                                        "utilisation", "makespan", "throughput", NULL};
    if (x->statistic == STATISTIC_SD || (x->of_station && strcmp(x->measure, "utilisation") != 0))
        return false;
    for (size_t i = 0; shown[i] != NULL; i++)
        if (strcmp(shown[i], x->measure) == 0)
            return true;
    return false;
}

static void one_point(struct page *p, const struct point *at)
{
    struct table t;
    char one[NUMBER_ROOM], two[NUMBER_ROOM];
    table_init(&t, p->arena);
    table_label(&t, "theory");
    table_column(&t, "", "exact");
    table_column(&t, "", "simulated");
    table_column(&t, "", "z");
    table_column(&t, "", "by");
    for (size_t i = 0; i < at->prediction_count; i++) {
        const struct prediction *x = &at->predictions[i];
        if (!is_shown(x) && !(fabs(x->z) > far))
            continue;
        table_row(&t);
        table_cell(&t, 0, name_of(p, at, x));
        table_cell(&t, 1, number_moment(x->value, 5, one));
        table_cell(&t, 2, number_short(x->simulated, 5, two));
        table_cell(&t, 3, score_of(p, x->z));
        table_cell(&t, 4, x->form);
    }
    if (t.row_count == 0)
        return;
    fputc('\n', p->out);
    text_table(p, &t, 0);
}

/* The figure that is farthest from theory; NULL: none can be held against it. */
static const struct prediction *farthest(const struct point *at)
{
    const struct prediction *most = NULL;
    for (size_t i = 0; i < at->prediction_count; i++)
        if (!isnan(at->predictions[i].z) && (most == NULL || fabs(at->predictions[i].z) > fabs(most->z)))
            most = &at->predictions[i];
    return most;
}

static void all_points(struct page *p)
{
    const struct result *r = p->result;
    struct table t;
    char number[NUMBER_ROOM], exact[NUMBER_ROOM], simulated[NUMBER_ROOM];
    table_init(&t, p->arena);
    text_point_labels(p, &t);
    if (t.titles[t.label_count - 1][0] == '\0')
        t.titles[t.label_count - 1] = "theory";
    table_column(&t, "", "exact figures");
    table_column(&t, "", "farthest off, z");
    table_column(&t, "", "that is");
    table_column(&t, "", "exact");
    table_column(&t, "", "simulated");
    for (size_t i = 0; i < r->point_count; i++) {
        const struct point *at = &r->points[i];
        const struct prediction *x = farthest(at);
        size_t column = text_point_row(p, &t, i);
        table_cell(&t, column++, number_whole((double)at->prediction_count, number));
        if (x == NULL)
            continue;
        table_cell(&t, column++, score_of(p, x->z));
        table_cell(&t, column++, name_of(p, at, x));
        table_cell(&t, column++, number_moment(x->value, 5, exact));
        table_cell(&t, column, number_short(x->simulated, 5, simulated));
    }
    fputc('\n', p->out);
    text_table(p, &t, 0);
}

void text_theory(struct page *p)
{
    const struct result *r = p->result;
    size_t predictions = 0, off = 0;
    for (size_t i = 0; i < r->point_count; i++) {
        predictions += r->points[i].prediction_count;
        for (size_t k = 0; k < r->points[i].prediction_count; k++)
            off += fabs(r->points[i].predictions[k].z) > far;
    }
    if (predictions == 0)
        return;
    if (r->point_count == 1)
        one_point(p, &r->points[0]);
    else
        all_points(p);
    if (off > 0)
        text_wrapped(p->out,
                     "! simulation and theory differ by more than chance explains (|z| > 4): too short a "
                     "warm-up, or a mistake in "
                     "one of them; please report it.",
                     0, 2);
}
