/* point_plots.h: names of points before they are run, and plots of a page of data and a script, for commands other than `run`. */
#ifndef CLI_POINT_PLOTS_H
#define CLI_POINT_PLOTS_H

#include "models/desq.h"

#include <stdio.h>

enum { LABEL_ROOM = 200 };

/* "sync, /servers = 8" of a point; "" for the only one; in arena, NULL: no memory. */
const char *point_name(struct arena *arena, const struct scenario_point *p);

/* text without what would end a string of gnuplot's; cut to fit. */
void plot_text(char *out, size_t size, const char *text);

/* "series-request" for a kind of task, fit for a file's name; in arena, NULL: no memory. */
const char *plot_file_name(struct arena *arena, const char *what, const char *kind);

/* Writes FOLDER/FILE.dat and FOLDER/FILE.gp and has gnuplot draw them; *missing: see draw_script. false: err. */
bool plot_pair(const char *folder, const char *file, bool (*data)(void *context, FILE *out, struct error *err),
                bool (*script)(void *context, FILE *out, struct error *err), void *context, bool *missing, struct error *err);

#endif
