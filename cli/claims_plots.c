#include "cli/claims_plots.h"

#include "cli/draw.h"
#include "cli/save.h"

#include <stdio.h>

static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#e69f00", "#56b4e9", "#000000"};
enum { COLOURS = sizeof colours / sizeof colours[0] };

static bool write_data(void *context, FILE *out, struct error *err)
{
    const struct picture *p = context;
    (void)err;
    for (size_t i = 0; i < p->series_count; i++) {
        fprintf(out, "# %s\n", p->series[i].label);
        for (size_t k = 0; k < p->series[i].count; k++)
            fprintf(out, "%.10g %.10g\n", p->series[i].x[k], p->series[i].y[k]);
        fputs("\n\n", out);
    }
    return true;
}

/* Lines first; points that come without a label belong to those before them. */
static void write_series(FILE *out, const struct picture *p)
{
    size_t lines = 0;
    for (size_t i = 0; i < p->series_count; i++) {
        const struct picture_series *s = &p->series[i];
        fprintf(out, "%s'%s.dat' index %zu using 1:2 with ", i == 0 ? "plot " : ", \\\n    ", p->name, i);
        if (s->style == PICTURE_LINE) {
            fprintf(out, "lines linewidth 2 dashtype %zu linecolor rgb '%s'", lines % 5 + 1,
                    colours[lines % COLOURS]);
            lines++;
        } else if (s->style == PICTURE_POINTS) {
            fprintf(out, "points pointtype 6 pointsize 1 linewidth 1.5 linecolor rgb '#333333'");
        } else {
            fprintf(out, "points pointtype 7 pointsize 0.5 linecolor rgb '#999999'");
        }
        if (s->label[0] != '\0')
            fprintf(out, " title '%s'", s->label);
        else
            fprintf(out, " notitle");
    }
    fputc('\n', out);
}

static bool write_script(void *context, FILE *out, struct error *err)
{
    const struct picture *p = context;
    (void)err;
    fprintf(out,
            "# gnuplot %s.gp draws it again\n"
            "set encoding utf8\nset title \"%s\" noenhanced\nset xlabel '%s' noenhanced\nset ylabel '%s' "
            "noenhanced\n"
            "set border 3 linewidth 1 linecolor rgb '#444444'\nset tics nomirror out\n"
            "set grid xtics ytics linetype 1 linewidth 0.5 linecolor rgb '#dddddd'\n"
            "set bmargin at screen 0.22\nset key at screen 0.5, 0.02 center bottom horizontal noenhanced samplen 3 maxrows 4\n%s%s",
            p->name, p->title, p->x_label, p->y_label, p->log_x ? "set logscale x\n" : "",
            p->log_y ? "set logscale y\n" : "set yrange [0:*]\n");
    if (p->y_least > 0.0)
        fprintf(out, "set yrange [%g:*]\n", p->y_least);
    fprintf(out, "set terminal pngcairo noenhanced size 1000, 640 font 'sans,12'\nset output '%s.png'\n",
            p->name);
    write_series(out, p);
    fprintf(out, "set terminal svg noenhanced size 1000, 640 font 'sans,14'\nset output '%s.svg'\nreplot\n",
            p->name);
    return true;
}

bool claims_plots(const struct picture *pictures, size_t count, const char *folder, struct error *err)
{
    bool missing = false;
    if (!save_folder(folder, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct picture p = pictures[i];
        char data[4096], script[4096], name[300];
        const int a = snprintf(data, sizeof data, "%s/%s.dat", folder, p.name);
        const int b = snprintf(script, sizeof script, "%s/%s.gp", folder, p.name);
        snprintf(name, sizeof name, "%s.gp", p.name);
        if (a < 0 || (size_t)a >= sizeof data || b < 0 || (size_t)b >= sizeof script)
            return error_set(err, "the name of the folder for plots is too long");
        if (!save_file(data, write_data, &p, err) || !save_file(script, write_script, &p, err) ||
            !draw_script(folder, name, &missing, err))
            return false;
    }
    return true;
}
