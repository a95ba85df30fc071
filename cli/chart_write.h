/* chart_write.h: a chart as gnuplot reads it: a file of data and a script. */
#ifndef CLI_CHART_WRITE_H
#define CLI_CHART_WRITE_H

#include "cli/chart.h"

#include <stdio.h>

enum plot_kinds { PER_KIND, FOR_ALL };

/* A row of plots/list.h. */
struct plot {
    const char *name;
    enum plot_kinds kinds;
    const char *columns;
    const char *script; /* plots/NAME.gp */
    bool (*build)(struct chart *c, size_t kind);
};

extern const struct plot plots[];
extern const size_t plot_count;

/* A chart about to be written; name: of its files, without suffix. */
struct picture {
    const struct plot *plot;
    const struct chart *chart;
    const char *name;
};

/* For save_file; context is the struct picture. */
bool chart_write_data(void *context, FILE *out, struct error *err);
bool chart_write_script(void *context, FILE *out, struct error *err);

#endif
