/* text.h: the parts of the report on the terminal; text.c puts them together. */
#ifndef CLI_OUTPUT_TEXT_H
#define CLI_OUTPUT_TEXT_H

#include "cli/output/label.h"
#include "cli/output/number.h"
#include "cli/output/table.h"

struct page {
    FILE *out;
    struct arena *arena;
    const struct result *result;
    size_t points_asked; /* of the scenario; the result of an interrupted run has fewer */
    bool unsure;         /* a number without an interval was printed */
    bool unstable;       /* a point marked as unstable was printed */
    bool failed;         /* no memory */
};

/* Tasks and stations. */
void text_figures(struct page *p);
/* How long each point ran and why it stopped. */
void text_runs(struct page *p);
/* Variants against each other. */
void text_verdict(struct page *p);
void text_requirements(struct page *p);
/* The cycles of tasks that wait for each other, drawn. */
void text_deadlocks(struct page *p);
/* What theory says beside what was simulated. */
void text_theory(struct page *p);

/* The point ended in a deadlock: its figures say nothing. */
bool text_deadlocked(const struct result *r, size_t point);
/* Utilisation counts busy servers here: of infinitely many there is no share. */
bool text_infinite_servers(const struct point *p, size_t station);

/* The paired difference of this figure between two variants (places within one combination of sweep values)
 * of one kind or of the run; NULL: none was made. */
struct subject_key {
    size_t base, other;
    bool of_run;
    size_t kind;
    const struct probe_type *probe;
};
const struct difference *text_difference(const struct result *r, const struct subject_key *key, size_t place,
                                         enum statistic statistic, double quantile);
const char *text_difference_cell(struct page *p, const struct difference *d);

/* The figure's mean with half-width as the report shows it: fractions in per cent. */
const char *text_figure(struct page *p, const struct figure *f);
const char *text_quantile(struct page *p, const struct quantile *q);

/* The variant's name, with a star where the point is unstable. */
const char *text_variant(struct page *p, size_t point);

/* Adds label columns for what is swept and for the variant. */
void text_point_labels(struct page *p, struct table *t);
/* Begins a row with them; returns the first column after. */
size_t text_point_row(struct page *p, struct table *t, size_t point);
/* Prints the table; notes a failure. */
void text_table(struct page *p, const struct table *t, int indent);

#endif
