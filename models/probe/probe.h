/* probe.h: what is measured. A probe only listens: it reads what a world has counted and changes nothing.
 * A row is one figure of every kind of task, of every station, or of the run. */
#ifndef MODELS_PROBE_H
#define MODELS_PROBE_H

#include "models/param.h"
#include "sim/lookup.h"
#include "sim/stat/batches.h"

struct world;

enum probe_scope { PROBE_KIND, PROBE_STATION, PROBE_RUN };

/* What the figure's numbers are. */
enum probe_unit { UNIT_TIME, UNIT_RATE, UNIT_FRACTION, UNIT_NUMBER };

struct probe_type {
    const char *name;    /* the key in the results: "response" */
    const char *summary; /* the definition, one line: `desq list measures` and the glossary print it */
    enum probe_scope scope;
    enum probe_unit unit;
    bool tally;          /* has sd and max */
    bool headline;       /* `precision` governs it */
    bool controlled;     /* its mean moves with how many tasks came and how much work they brought (models/controls.h) */
    bool at_end;         /* says something of the end of a replication, not of its course */
    /* The figure of kind or station `subject` in this replication, from the warm-up cut to now. */
    struct sample (*read)(const struct world *w, size_t subject);
    /* Its values, for quantiles; NULL: it has none. */
    const struct histogram *(*histogram)(const struct world *w, size_t subject);
};

extern const struct lookup_table probe_table; /* all rows, in the order the results show them */

#endif
