/* series.h: how a system changes with time after its start: the time is cut into windows, and each measure is given for each
 * window, with bands over replications. For bursts, failures, closing times, and promises that are kept window by window. */
#ifndef MODELS_SERIES_H
#define MODELS_SERIES_H

#include "models/desq.h"

enum { SERIES_WINDOWS_MOST = 500 };

struct series_how {
    const char *every, *until; /* "5min", "2h", or in the scenario's unit "300": length of a window; of the whole, rounded up to windows */
    uint64_t replications;     /* at least 2 */
    unsigned jobs;             /* threads; 0: one per core */
    const volatile sig_atomic_t *stop;
};

/* In one window. value NAN: nothing was observed; low, high NAN: too little for an interval. */
struct series_value {
    double value, low, high;
};

/* One figure through all windows. */
struct series_row {
    const char *subject; /* name of the kind or station */
    bool of_station;
    const struct probe_type *probe;
    enum statistic statistic; /* MEAN or QUANTILE: of all tasks of all replications that ended in the window */
    double quantile;
    const struct series_value *windows;
};

/* A requirement, looked at in every window of every replication for itself. */
struct series_promise {
    const struct requirement *requirement;
    const struct series_value *broken; /* by window: chance that it is not met (Clopper and Pearson over the replications) */
    struct series_value broken_all;    /* share of all windows in which it is not met */
    struct series_value longest;       /* the longest time through which it is not met in window after window: mean over replications */
};

struct series {
    double every;
    size_t window_count;
    uint64_t replications; /* done */
    bool unfinished;       /* stopped early */
    const struct series_row *rows; /* those that are not 0 throughout; kinds first */
    size_t row_count;
    const struct series_promise *promises; /* one for each requirement of a kind or station */
    size_t promise_count;
};

/* From an empty start (run.warmup and run.count do not matter), replications beside each other. Storage in d until it is freed. false: err (times that
 * make no sense, no memory, a deadlock). */
bool desq_series(struct desq *d, size_t point, const struct series_how *how, const struct series **out, struct error *err);

/* The same for a compiled model. */
struct model;
bool series_run(struct arena *arena, const struct model *m, const struct series_how *how, const struct series **out, struct error *err);

#endif
