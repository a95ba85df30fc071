/* label.h: short names for what was varied, alike in reports and on plots. */
#ifndef CLI_OUTPUT_LABEL_H
#define CLI_OUTPUT_LABEL_H

#include "models/desq.h"

/* What a swept pointer is called: "/stations/threads/servers" is "threads: servers",
 * "/tasks/request/arrivals/rate" "request: rate"; the pointer itself where another one of the sweep would be
 * called the same. In the arena; NULL: no memory. */
const char *label_pointer(struct arena *a, const struct point *p, size_t set);

/* Shorter still, for the head of a column: "rate", "servers"; label_pointer where another one of the sweep
 * ends alike. */
const char *label_column(struct arena *a, const struct point *p, size_t set);

/* The value as the user wrote it, without quotes; long objects are cut. */
const char *label_value(struct arena *a, const struct setting *s);

/* One point among the others: "sync at request: rate 500/s", "sync", "servers 4"; "" for the only point. */
const char *label_point(struct arena *a, const struct result *r, size_t point);

/* The point's place in the sweep, without its variant: "request: rate 500/s"; "" without a sweep. */
const char *label_place(struct arena *a, const struct result *r, size_t point);

/* The unit in which a sweep wrote its rates: "1500/s" has "s". factor: so many of them make one rate per
 * time_unit. What varies nothing so written: the time unit, and 1. */
struct rate_unit {
    const char *name;
    double factor;
};
struct rate_unit label_rate_unit(struct arena *a, const struct result *r);
/* The same of one setting of the sweep; name NULL: its values are no rates with one unit. */
struct rate_unit label_rate_unit_of(struct arena *a, const struct result *r, size_t set);

/* "ms", "per ms", "%", "" as the probe's numbers are shown. */
const char *label_unit(struct arena *a, const struct result *r, const struct probe_type *probe);

/* "queue length" for queue_length. */
const char *label_measure(struct arena *a, const char *name);

/* "p99.9". */
const char *label_quantile(struct arena *a, double p);

/* Combinations of sweep values. */
size_t result_places(const struct result *r);

#endif
