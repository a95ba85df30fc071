/* packed.h: a histogram at rest: the values (or the buckets) that occur, ascending, with running counts.
 * Smaller than a struct histogram, and asked in logarithmic time how many values lie below a limit. For the
 * files of sim/stat alone: batches keeps one per batch and histogram. */
#ifndef SIM_STAT_PACKED_H
#define SIM_STAT_PACKED_H

#include "sim/stat/histogram.h"

struct packed_entry {
    double key;    /* a value (exact), or the lower edge of its bucket */
    uint64_t upto; /* values of this key and of all before it */
};

/* All zero is an empty one, but for min and max. */
struct packed {
    uint64_t count;
    size_t length;
    struct packed_entry *entries;
    bool coarse; /* keys are edges of buckets */
    double min, max;
};

void packed_init(struct packed *p);
void packed_free(struct packed *p);

/* Makes p (initialised, empty) hold what h holds, by buckets where values are not exact or need not be.
 * false: no memory. */
bool packed_fill(struct packed *p, const struct histogram *h, bool coarse);

/* Adds all of from; coarse if either is or more than HISTOGRAM_EXACT come together. false: no memory, p as
 * before. */
bool packed_merge(struct packed *p, const struct packed *from);

/* How many values have a key below limit. */
uint64_t packed_below(const struct packed *p, double limit);

#endif
