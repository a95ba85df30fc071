/* chart.h: what is to be seen on one picture: series of points, axes, lines. Built from a result by one
 * function per plot of plots/list.h; draw.c turns it into a data file and a gnuplot script. */
#ifndef CLI_CHART_H
#define CLI_CHART_H

#include "models/desq.h"

#include <stdbool.h>
#include <stddef.h>

/* One point of a series; low and high NAN: no interval. */
struct chart_point {
    double x, y, low, high;
};

struct series {
    const char *label;
    size_t colour, dash; /* 0, 1, ...: which colour; which dash and point type */
    struct chart_point *points;
    size_t count;
};

/* A vertical line at x, or a horizontal one at y, with its text. */
struct chart_line {
    double at;
    const char *text;
    size_t colour;
};

enum { CHART_SERIES_MOST = 24, CHART_LINES_MOST = 16, CHART_CATEGORIES_MOST = 64 };

struct chart {
    struct arena *arena;
    const struct result *result;

    const char *subtitle, *x_label, *y_label;
    const char *key_title; /* above the legend; NULL: none */
    bool log_x, log_y;
    double x_min, x_max, y_min, y_max;
    const char *categories[CHART_CATEGORIES_MOST]; /* names of x = 1, 2, ...; count 0: x is a number */
    size_t category_count;
    bool whole_x;     /* all x are whole numbers */
    bool tick_points; /* x has ticks where the first series has points: a sweep with uneven steps */
    struct series series[CHART_SERIES_MOST];
    size_t series_count;
    struct chart_line markers[CHART_LINES_MOST]; /* vertical */
    size_t marker_count;
    struct chart_line limits[CHART_LINES_MOST]; /* horizontal */
    size_t limit_count;
    bool diagonal; /* throughput: x is what is offered */
    bool failed;   /* no memory */
};

/* Fills in an empty chart of kind `kind` (of all kinds, for plots that show no kind: only asked for kind 0).
 * false: there is nothing to draw. */
#define PLOT(name, kinds, columns) bool build_##name(struct chart *c, size_t kind);
#include "plots/list.h"
#undef PLOT

/* What the sweep offers as x axis. */
struct axis {
    bool known;    /* there is a sweep */
    size_t set;    /* which of the point's settings */
    bool numeric;  /* x is its number; else categories */
    size_t values; /* how many different x there are */
    bool alone;    /* other settings do not vary at the same x: they need no series of their own */
    const char *label;
    double factor;         /* x is so many times the setting's number: rates are drawn in the unit in which */
    const char *rate_unit; /* they were written; NULL: x is in the time unit */
};

struct axis chart_axis(struct chart *c);
/* x of a point; NAN: none. */
double chart_x(const struct chart *c, const struct axis *axis, size_t point);
/* The point's series name without its variant: the other settings' values; "" where alone. */
const char *chart_rest(struct chart *c, const struct axis *axis, size_t point);

/* Which of the series that share an axis a point belongs to: 0, 1, ... for each variant at each value of the
 * other settings; and how many there are. */
size_t chart_group(struct chart *c, const struct axis *axis, size_t point);
size_t chart_groups(const struct chart *c, const struct axis *axis);

/* The series of this label, made if missing; NULL: too many, or no memory. */
struct series *chart_series(struct chart *c, const char *label, size_t colour, size_t dash);
void chart_add(struct chart *c, struct series *s, struct chart_point point);

/* Drops series without points and sets the ranges from the others (and lines near them); x logarithmic where
 * the sweep's steps are. */
void chart_ranges(struct chart *c, bool x_may_be_log);
/* Vertical lines where each variant's bottleneck is full. */
void chart_capacities(struct chart *c, const struct axis *axis);

#endif
