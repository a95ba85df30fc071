/* series_plot.c: for each kind of task, response times above, numbers below; a colour for each point. */
#include "cli/point_plots.h"
#include "cli/save.h"
#include "cli/series_told.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool series_in_table(const struct series_row *row)
{
    if (strcmp(row->probe->name, "wait") == 0)
        return false;
    if (row->of_station)
        return strcmp(row->probe->name, "utilisation") == 0 || strcmp(row->probe->name, "queue_length") == 0;
    return row->statistic == STATISTIC_MEAN || row->quantile == 0.5 || row->quantile == 0.95 || row->quantile == 0.99;
}

struct panel {
    const struct series_told_all *a;
    const char *kind;
    const char *file; /* name without suffix */
};

static const struct series_row *find_row(const struct series *s, const char *kind, const char *probe, double quantile)
{
    for (size_t r = 0; r < s->row_count; r++) {
        const struct series_row *row = &s->rows[r];
        if (!row->of_station && strcmp(row->subject, kind) == 0 && strcmp(row->probe->name, probe) == 0 &&
            (isnan(quantile) ? row->statistic == STATISTIC_MEAN : row->quantile == quantile))
            return row;
    }
    return NULL;
}

/* The highest percentile that a table would show. */
static double highest(const struct series *s, const char *kind)
{
    double q = (double)NAN;
    for (size_t r = 0; r < s->row_count; r++)
        if (!s->rows[r].of_station && strcmp(s->rows[r].subject, kind) == 0 && s->rows[r].statistic == STATISTIC_QUANTILE && series_in_table(&s->rows[r]) &&
            strcmp(s->rows[r].probe->name, "response") == 0)
            q = s->rows[r].quantile;
    return q;
}

static void write_value(FILE *out, const struct series_row *row, size_t w)
{
    const struct series_value none = {(double)NAN, (double)NAN, (double)NAN}, x = row == NULL ? none : row->windows[w];
    const double all[] = {x.value, x.low, x.high};
    for (size_t i = 0; i < 3; i++)
        if (isnan(all[i]))
            fprintf(out, " ?");
        else
            fprintf(out, " %.10g", all[i]);
}

/* A block for each point: middle of the window; mean response, percentile, number in system, each with its band. */
static bool write_data(void *context, FILE *out, struct error *err)
{
    const struct panel *p = context;
    (void)err;
    for (size_t i = 0; i < p->a->count; i++) {
        const struct series *s = p->a->points[i].series;
        const struct series_row *rows[] = {find_row(s, p->kind, "response", (double)NAN), find_row(s, p->kind, "response", highest(s, p->kind)),
                                           find_row(s, p->kind, "in_system", (double)NAN)};
        fprintf(out, "# %s: time; mean response, low, high; percentile, low, high; in system, low, high\n", p->a->points[i].label);
        for (size_t w = 0; w < s->window_count; w++) {
            fprintf(out, "%.10g", ((double)w + 0.5) * s->every);
            for (size_t c = 0; c < 3; c++)
                write_value(out, rows[c], w);
            fputc('\n', out);
        }
        fprintf(out, "\n\n");
    }
    return true;
}

static void write_lines(FILE *out, const struct panel *p, size_t column, const char *what, bool response)
{
    static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};
    enum { COLOURS = sizeof colours / sizeof *colours };
    char label[LABEL_ROOM];
    for (size_t i = 0; i < p->a->count; i++) {
        const char *colour = colours[i % COLOURS];
        plot_text(label, sizeof label, p->a->points[i].label);
        fprintf(out, "%s'%s.dat' index %zu using 1:%zu:%zu with filledcurves linecolor rgb '%s' fillstyle transparent solid 0.2 noborder notitle, \\\n",
                i == 0 ? "plot " : "    ", p->file, i, column + 1, column + 2, colour);
        fprintf(out, "    '' index %zu using 1:%zu with lines linewidth 2 linecolor rgb '%s' title \"%s%s%s\"", i, column, colour, label,
                label[0] != '\0' ? ": " : "", what);
        if (response)
            fprintf(out, ", \\\n    '' index %zu using 1:2 with lines linewidth 1.5 dashtype 2 linecolor rgb '%s' title \"%s%smean\"", i, colour, label,
                    label[0] != '\0' ? ": " : "");
        fprintf(out, "%s", i + 1 < p->a->count ? ", \\\n" : "\n");
    }
}

static bool write_script(void *context, FILE *out, struct error *err)
{
    const struct panel *p = context;
    const struct series *s = p->a->points[0].series;
    const struct scenario *scenario = &desq_scenario(p->a->d)->points[0].scenario;
    const double q = highest(s, p->kind);
    char title[LABEL_ROOM], kind[LABEL_ROOM], what[40] = "mean", text[LABEL_ROOM];
    (void)err;
    plot_text(title, sizeof title, p->a->title);
    plot_text(kind, sizeof kind, p->kind);
    if (!isnan(q))
        snprintf(what, sizeof what, "p%.10g", 100.0 * q);
    fprintf(out,
            "# gnuplot %s.gp draws it again\nset encoding utf8\nset datafile missing '?'\nset border 3 linewidth 1 linecolor rgb '#444444'\n"
            "set tics nomirror out\nset grid xtics ytics linetype 1 linewidth 0.5 linecolor rgb '#dddddd'\n"
            "set key outside right top vertical Left reverse samplen 3 noenhanced\nset yrange [0:*]\nset xrange [0:%.10g]\nset lmargin 12\nset rmargin 28\n",
            p->file, (double)s->window_count * s->every);
    for (int svg = 0; svg < 2; svg++) {
        if (svg)
            fprintf(out, "unset multiplot\nset terminal svg noenhanced size 1200, 720 font 'sans,14'\nset output '%s.svg'\n", p->file);
        else
            fprintf(out, "set terminal pngcairo noenhanced size 1200, 720 font 'sans,13'\nset output '%s.png'\n", p->file);
        fprintf(out, "set multiplot layout 2,1\nset title \"%s\\n%s: windows of %.6g %s after an empty start; bands: %.4g %% intervals over %llu replications\" noenhanced\n",
                title, kind, s->every, scenario->time_unit, 100.0 * scenario->run.confidence, (unsigned long long)s->replications);
        fprintf(out, "unset xlabel\nset ylabel \"response, %s\" noenhanced\n", scenario->time_unit);
        for (size_t i = 0; i < s->promise_count; i++) {
            const struct requirement *r = s->promises[i].requirement;
            if (r->of_station || strcmp(scenario->kinds[r->subject].name, p->kind) != 0 || strcmp(r->metric, "response") != 0)
                continue;
            plot_text(text, sizeof text, r->text);
            fprintf(out, "set arrow from graph 0, first %.10g to graph 1, first %.10g nohead dashtype 3 linewidth 1.5 linecolor rgb '#666666'\n"
                         "set label \"%s\" at graph 0.01, first %.10g offset 0, 0.6 textcolor rgb '#444444' noenhanced\n",
                    r->value, r->value, text, r->value);
        }
        write_lines(out, p, isnan(q) ? 2 : 5, what, !isnan(q));
        fprintf(out, "unset arrow\nunset label\nunset title\nset xlabel \"time, %s\" noenhanced\nset ylabel \"number in system\"\n", scenario->time_unit);
        write_lines(out, p, 8, "in system", false);
    }
    fprintf(out, "unset multiplot\n");
    return true;
}

bool series_draw(const struct series_told_all *a, const char *folder, struct error *err)
{
    struct arena arena;
    arena_init(&arena);
    const struct scenario *scenario = &desq_scenario(a->d)->points[0].scenario;
    bool missing = false, ok = save_folder(folder, err);
    for (size_t k = 0; ok && k < scenario->kind_count; k++) {
        struct panel p = {.a = a, .kind = scenario->kinds[k].name, .file = plot_file_name(&arena, "series", scenario->kinds[k].name)};
        ok = (p.file != NULL || error_set(err, "out of memory")) && plot_pair(folder, p.file, write_data, write_script, &p, &missing, err);
    }
    arena_free(&arena);
    return ok;
}
