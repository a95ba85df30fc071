#include "cli/chart_write.h"

#include "cli/output/number.h"
#include "cli/output/table.h"

#include <math.h>
#include <string.h>

/* The scripts as text, made from plots/NAME.gp by the Makefile. */
static const char style_script[] =
#include "plots/style.gp.h"
    ;
static const char output_script[] =
#include "plots/output.gp.h"
    ;
static const char response_script[] =
#include "plots/response.gp.h"
    ;
static const char throughput_script[] =
#include "plots/throughput.gp.h"
    ;
static const char utilisation_script[] =
#include "plots/utilisation.gp.h"
    ;
static const char stations_script[] =
#include "plots/stations.gp.h"
    ;
static const char percentiles_script[] =
#include "plots/percentiles.gp.h"
    ;
static const char tail_script[] =
#include "plots/tail.gp.h"
    ;

const struct plot plots[] = {
#define PLOT(name, kinds, columns) {#name, kinds, columns, name##_script, build_##name},
#include "plots/list.h"
#undef PLOT
};
const size_t plot_count = sizeof plots / sizeof *plots;

static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                      "#E69F00", "#56B4E9", "#000000"};
static const int point_types[] = {7,  5,  9, 11,
                                  13, 15, 6}; /* gnuplot's filled circle, square, triangles, ... */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A gnuplot string: in single quotes nothing but the quote itself has a meaning. */
static void quoted_part(FILE *out, const char *text, size_t length)
{
    fputc('\'', out);
    for (; length > 0 && *text != '\0'; text++, length--) {
        if (*text == '\'')
            fputc('\'', out);
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
    }
    fputc('\'', out);
}

static void quoted(FILE *out, const char *text)
{
    quoted_part(out, text, strlen(text));
}

static void setting(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s = ", name);
    quoted(out, text);
    fputc('\n', out);
}

/* A long title is broken between words into lines that fit above the plot. */
static void title(FILE *out, const char *text)
{
    enum { LINE_MOST = 90 };
    size_t lines = 1;
    fputs("title = ", out);
    while (text_width(text) > LINE_MOST) {
        size_t at = 0;
        for (size_t i = 0, width = 0; text[i] != '\0' && width <= LINE_MOST; i++) {
            width += ((unsigned char)text[i] & 0xC0) != 0x80;
            if (text[i] == ' ' && width <= LINE_MOST && i > 0)
                at = i;
        }
        if (at == 0) /* one word as long as that: as it is */
            break;
        quoted_part(out, text, at);
        fputs(".\"\\n\".", out);
        text += at + 1;
        lines++;
    }
    quoted(out, text);
    fprintf(out, "\ntitle_lines = %zu\n", lines);
}

/* Text after "# ": a line break in it must not begin a command. */
static void comment(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
}

static const char *colour(size_t i)
{
    return colours[i % COUNT(colours)];
}

/* Gnuplot has no empty arrays: an unused one holds one element. */
static void begin_array(FILE *out, const char *name, size_t count)
{
    fprintf(out, "array %s[%zu] = [", name, count > 0 ? count : 1);
    if (count == 0)
        fputs("''", out);
}

static void write_lines(FILE *out, const char *name, const char *plural, const struct chart_line *lines,
                        size_t count)
{
    char text[64], number[NUMBER_ROOM];
    fprintf(out, "%s = %zu\n", plural, count);
    snprintf(text, sizeof text, "%s_at", name);
    begin_array(out, text, count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", number_exact(lines[i].at, number));
    fputs("]\n", out);
    snprintf(text, sizeof text, "%s_text", name);
    begin_array(out, text, count);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? ", " : "", out);
        quoted(out, lines[i].text);
    }
    fputs("]\n", out);
    snprintf(text, sizeof text, "%s_colour", name);
    begin_array(out, text, count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s'%s'", i > 0 ? ", " : "", colour(lines[i].colour));
    fputs("]\n", out);
}

/* The texts of neighbours stand at different heights where they might touch. */
static void write_marker_heights(FILE *out, const struct chart *c)
{
    const double near = 0.22 * (c->x_max - c->x_min);
    begin_array(out, "marker_height", c->marker_count);
    for (size_t i = 0; i < c->marker_count; i++) {
        bool touches = false;
        for (size_t k = 0; k < i; k++)
            touches = touches || fabs(c->markers[i].at - c->markers[k].at) < near;
        fprintf(out, "%s%s", i > 0 ? ", " : "", touches && i % 2 == 1 ? "1.06" : "1.025");
    }
    fputs("]\n", out);
}

/* Where the sweep's values are to be the ticks of x. */
static void write_ticks(FILE *out, const struct chart *c)
{
    enum { TICKS_MOST = 14 };
    char number[NUMBER_ROOM];
    size_t count = c->tick_points && c->series_count > 0 ? c->series[0].count : 0;
    if (count > TICKS_MOST)
        count = 0;
    /* Between few whole numbers gnuplot would put halves. */
    const bool whole_steps = c->whole_x && !c->log_x && c->x_max - c->x_min < TICKS_MOST;
    fprintf(out, "ticks = %zu\nwhole_steps = %d\n", count, whole_steps);
    begin_array(out, "tick_at", count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", number_exact(c->series[0].points[i].x, number));
    fputs("]\n", out);
}

static void write_series(FILE *out, const struct chart *c)
{
    fprintf(out, "series = %zu\n", c->series_count);
    begin_array(out, "label", c->series_count);
    for (size_t i = 0; i < c->series_count; i++) {
        fputs(i > 0 ? ", " : "", out);
        quoted(out, c->series[i].label);
    }
    fputs("]\n", out);
    begin_array(out, "colour", c->series_count);
    for (size_t i = 0; i < c->series_count; i++)
        fprintf(out, "%s'%s'", i > 0 ? ", " : "", colour(c->series[i].colour));
    fputs("]\n", out);
    begin_array(out, "dash", c->series_count);
    for (size_t i = 0; i < c->series_count; i++) { /* where colours begin anew, dashes differ */
        const struct series *s = &c->series[i];
        fprintf(out, "%s%zu", i > 0 ? ", " : "", (s->dash + s->colour / COUNT(colours)) % 5 + 1);
    }
    fputs("]\n", out);
    begin_array(out, "point", c->series_count);
    for (size_t i = 0; i < c->series_count; i++)
        fprintf(out, "%s%d", i > 0 ? ", " : "",
                point_types[(c->series[i].colour + 2 * c->series[i].dash) % COUNT(point_types)]);
    fputs("]\n", out);
}

bool chart_write_script(void *context, FILE *out, struct error *err)
{
    const struct picture *p = context;
    const struct chart *c = p->chart;
    const struct result *r = c->result;
    char low[NUMBER_ROOM], high[NUMBER_ROOM];
    (void)err;
    fprintf(out, "# Drawn by desq " DESQ_VERSION ". Change what you like, then: gnuplot %s.gp\n# Scenario: ",
            p->name);
    comment(out, r->path);
    fprintf(out, "\n\n# ---- settings ----\n");
    setting(out, "name", p->name);
    fprintf(out, "data = name.'.dat'\n");
    title(out, r->title != NULL && r->title[0] != '\0' ? r->title : r->path);
    fprintf(out, "subtitle = ");
    if (r->unfinished)
        fputs("'UNFINISHED: '.", out);
    quoted(out, c->subtitle);
    fputc('\n', out);
    setting(out, "x_label", c->x_label);
    setting(out, "y_label", c->y_label);
    setting(out, "key_title", c->key_title != NULL ? c->key_title : "");
    fprintf(out, "log_x = %d\nlog_y = %d\n", c->log_x, c->log_y);
    fprintf(out, "x_min = %s; x_max = %s\n", number_exact(c->x_min, low), number_exact(c->x_max, high));
    fprintf(out, "y_min = %s; y_max = %s\n", number_exact(c->y_min, low), number_exact(c->y_max, high));
    fprintf(out, "diagonal = %d\ncategories = %zu\n", c->diagonal, c->category_count);
    begin_array(out, "category", c->category_count);
    for (size_t i = 0; i < c->category_count; i++) {
        fputs(i > 0 ? ", " : "", out);
        quoted(out, c->categories[i]);
    }
    fputs("]\n", out);
    write_ticks(out, c);
    write_series(out, c);
    write_lines(out, "marker", "markers", c->markers, c->marker_count);
    write_marker_heights(out, c);
    write_lines(out, "limit", "limits", c->limits, c->limit_count);
    fprintf(out, "%s%s%s", style_script, p->plot->script, output_script);
    return true;
}

static void number_or_missing(FILE *out, double x)
{
    char text[NUMBER_ROOM];
    fprintf(out, " %s", isfinite(x) ? number_exact(x, text) : "?");
}

bool chart_write_data(void *context, FILE *out, struct error *err)
{
    const struct picture *p = context;
    const struct chart *c = p->chart;
    (void)err;
    fprintf(out, "# Data of %s.gp: one block per series. Columns: %s\n# Scenario: ", p->name,
            p->plot->columns);
    comment(out, c->result->path);
    fprintf(out, "; seed %llu\n", (unsigned long long)c->result->seed);
    for (size_t i = 0; i < c->series_count; i++) {
        const struct series *s = &c->series[i];
        fprintf(out, "%s# ", i > 0 ? "\n\n" : "\n");
        comment(out, s->label);
        fputc('\n', out);
        for (size_t k = 0; k < s->count; k++) {
            char text[NUMBER_ROOM];
            fputs(number_exact(s->points[k].x, text), out);
            number_or_missing(out, s->points[k].y);
            if (strchr(p->plot->columns, ' ') != strrchr(p->plot->columns, ' ')) { /* more than two columns */
                number_or_missing(out, s->points[k].low);
                number_or_missing(out, s->points[k].high);
            }
            fputc('\n', out);
        }
    }
    return true;
}
