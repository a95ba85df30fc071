/* experiment.h: one point of a scenario, run for as many replications as it needs. Internal to models/. */
#ifndef MODELS_EXPERIMENT_H
#define MODELS_EXPERIMENT_H

#include "models/desq.h"
#include "models/model.h"
#include "models/world.h"
#include "sim/stat/batches.h"
#include "sim/study/crew.h"
#include "sim/study/store.h"

struct experiment {
    struct model *model; /* its warm-up and length may grow until the first replications are accepted */
    struct batches *batches;
    enum stop_reason stopped;
    bool finished;
    bool unstable;              /* overloaded by the mean values, or growing by the data */
    bool drifting;              /* still not settled, and could not be run for longer */
    char stuck[768];            /* after STOPPED_DEADLOCK: who waits for whom */
    uint64_t stuck_replication; /* and in which replication */
    struct world_limits limits; /* of each replication */
    struct store *store;        /* of records of replications; NULL: none. One long run has none */
    size_t point;               /* of the file: part of their key; earlier ones are run first */
    struct error store_error;   /* why a record could not be kept; text empty: all were */
    /* After each replication, by any thread, never by two at once of one experiment; or NULL. */
    void (*merged)(void *context, const struct experiment *e);
    void *context;
};

/* How many replications before precision is first looked at: usually; where they are so long that more would
 * not fit the limit; where all are the same. */
enum { REPLICATIONS_FIRST = 32, REPLICATIONS_FEWEST = 12, REPLICATIONS_DETERMINISTIC = 2 };

/* The place of a figure in a replication's record: sample of the n-th probe (of its scope) of a subject. */
size_t experiment_sample(const struct model *m, enum probe_scope scope, size_t subject, size_t n);
/* The place of a probe among those of its scope, and of its values among those that have values. */
size_t experiment_place(enum probe_scope scope, const char *name);
size_t experiment_values_place(enum probe_scope scope, const char *name);
/* The sample that tells a trend: (mean number there in the second half - in the first) over time. subject: a
 * kind, or kind_count + a station. */
size_t experiment_trend(const struct model *m, size_t subject);
/* The sample that tells kind_state.work_change. */
size_t experiment_work_change(const struct model *m, size_t kind);
size_t experiment_samples(const struct model *m);

bool experiment_begin(struct experiment *e, struct model *m, struct error *err);
void experiment_end(struct experiment *e);
/* Forgets all replications. */
bool experiment_restart(struct experiment *e, struct error *err);

/* Reads every probe into the record: what was counted since the cut. */
void experiment_fill(const struct world *w, struct record *record);
/* Why replication r of a world ended as it did; true: as it should. Interrupted: false, without text. */
bool experiment_failed(struct world *w, enum world_end end, uint64_t r, struct error *err);

/* Its replications, for a crew, or for one elsewhere (models/serve.c). */
struct job experiment_job(struct experiment *e);

/* Runs until `replications` are done in all. false: err (no memory, an inner limit). Interrupted or stuck is
 * no error: e->finished and e->stopped say so. */
bool experiment_run(struct experiment *e, uint64_t replications, struct crew *crew, struct error *err);

/* Runs replications part - 1, part - 1 + parts, ... below `replications` for their records alone, which go to e->store. */
bool experiment_part(struct experiment *e, uint64_t replications, uint64_t part, uint64_t parts, struct crew *crew, struct error *err);

/* desq_trace for a compiled model; arrays of *out in arena. */
bool experiment_trace(struct arena *arena, const struct model *m, uint64_t r,
                      void (*left)(void *context, const struct desq_task *task), void *context,
                      struct desq_trace *out, struct error *err);

/* The worst relative half-width among the headline figures: NAN if one cannot be given yet, 0 if nothing
 * varies. *worst: its name in arena (NULL arena: not wanted). */
double experiment_precision(const struct experiment *e, struct arena *arena, const char **worst);

/* How much the number in system, or at any station, changes from the first half of the measured time to the
 * second, relative to its mean, where that is beyond chance and matters; else 0. Then the warm-up was too
 * short, or there is no steady state. */
double experiment_drift(const struct experiment *e);

/* Tasks of the kind arrived within the measured time. */
bool experiment_saw(const struct experiment *e, size_t kind);

/* How many times as long the replications ought to be, by the utilisation of the stations; at least 1. */
double experiment_stretch(const struct experiment *e);

/* Quantile p of a histogram at the scenario's confidence; exact where nothing is random. */
struct quantile_estimate experiment_quantile(const struct experiment *e, size_t histogram, double p);

/* Fills a point: figures, capacities, outcomes, report; warnings are the caller's. Storage in arena. */
bool experiment_report(const struct experiment *e, struct arena *arena, struct point *out);

/* Differences and comparisons of the `count` variants at one combination of sweep values; index: of the first
 * in the result. Appends to out, which holds experiment_difference_count for each. */
void experiment_differences(const struct experiment *e, size_t count, size_t index, struct difference *out,
                            size_t *used);
size_t experiment_difference_count(const struct model *m);
struct comparison_of_await experiment_compare(const struct experiment *e, size_t count, size_t index);

#endif
