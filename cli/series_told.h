/* series_told.h: what `desq series` found, for its tables, JSON and plots. */
#ifndef CLI_SERIES_TOLD_H
#define CLI_SERIES_TOLD_H

#include "models/series.h"

/* One point's series. */
struct series_told {
    const char *label; /* "" for the only one */
    const struct series *series;
};

struct series_told_all {
    const struct desq *d;
    struct series_told *points;
    size_t count;
    const char *title;
};

/* Whether tables and plots show it: very far percentiles of a window's few tasks are left to the JSON. */
bool series_in_table(const struct series_row *row);

/* Draws all kinds of task into the folder. false: err. */
bool series_draw(const struct series_told_all *a, const char *folder, struct error *err);

#endif
