/* result.h: what came out. Numbers with intervals, names, and what was asked; no formatting. Times in the
 * scenario's unit, rates per that unit. A number that cannot be given is NAN. */
#ifndef MODELS_RESULT_H
#define MODELS_RESULT_H

#include "models/probe/probe.h"
#include "models/scenario/scenario.h"
#include "sim/stat/batches.h"

struct quantile {
    double p;
    double value, low, high; /* low, high NAN: too few observations beyond it */
};

/* One point of the measured distribution: this share of all values is greater than value. */
struct tail_point {
    double value, above;
};

/* One measure of one subject. */
struct figure {
    const struct probe_type *probe;
    double mean, half_width;          /* mean NAN: nothing observed; half_width NAN: too few replications */
    double variance_left;             /* of the mean, by control variates (models/controls.h); NAN: none were used */
    double sd, max;                   /* NAN where the probe is no tally */
    double count;                     /* observations behind it, where a tally; else NAN */
    const struct quantile *quantiles; /* the scenario's quantiles, ascending; count 0: none */
    size_t quantile_count;
    const struct tail_point *tail; /* complementary distribution function, values ascending; count 0: none */
    size_t tail_count;
};

/* A kind of task, a station, or the run. figures: one per probe of that scope, in probe_table's order. */
struct subject {
    const char *name;
    const struct figure *figures;
    size_t figure_count;
};

enum verdict { VERDICT_MET, VERDICT_NOT_MET, VERDICT_UNDECIDED };

struct requirement_outcome {
    const struct requirement *requirement;
    double value, low, high; /* what was measured */
    enum verdict verdict;
};

/* What a station can carry, from the scenario alone, contention for other stations left out of account (so
 * for servers held across other queues it is an upper bound). */
struct capacity {
    size_t station;
    double load; /* offered load over servers at this point; 0 for infinite servers; NAN for closed kinds */
    double rate_most; /* the largest total arrival rate of this mix of kinds that it could carry; INFINITY:
                         any */
    double
        held_mean; /* mean time one task occupies a server here, all visits together, averaged over kinds */
};

enum stop_reason {
    STOPPED_REPLICATIONS,
    STOPPED_PRECISION,
    STOPPED_LIMIT,
    STOPPED_UNSTABLE,
    STOPPED_INTERRUPTED,
    STOPPED_DEADLOCK
};
/* "replications" "precision" "limit" "unstable" "interrupted" "deadlock", indexed by the enum. */
extern const char *const stop_reason_names[];

/* "calendar" "recursion", indexed by run_report.recursion. */
extern const char *const run_engine_names[2];

struct run_report {
    uint64_t replications;
    double warmup;    /* time cut from the start of each replication */
    double warmup_found; /* the data ask for so long a warm-up (models/settle.h); NAN: they were not asked */
    double length;    /* measured time of each replication; NAN when it ran for a count or until empty */
    bool terminating; /* ran until nothing was left to do */
    uint64_t events;
    bool recursion;   /* run by the recursion, not by the event calendar (models/recursion.h) */
    double precision;  /* worst relative half-width among the headline figures; NAN: none can be given */
    const char *worst; /* which: "request.response.p99.9"; NULL */
    enum stop_reason stopped;
};

/* An exact result of theory beside what was simulated. */
struct prediction {
    const char *form, *title, *source; /* which row of theory (models/theory/) */
    bool of_station, of_run;           /* neither: of a kind */
    size_t subject;
    const char *measure;
    enum statistic statistic;
    double quantile; /* STATISTIC_QUANTILE */
    double value, simulated;
    double z; /* how far apart they are, as a normal deviate; NAN: no interval, or too few replications for one */
};

/* One task of a cycle of tasks that wait for each other; the one before it (of the first: the last) waits for it. */
struct deadlock_step {
    const char *task;      /* name of its kind */
    bool branch;           /* a branch of the task before it */
    const char *holds;     /* station; NULL: nothing that the one before it wants but its room, or its end */
    const char *waits_for; /* station; NULL: its own branches */
    bool room;             /* waits for room there, not for a server */
    double arrived;        /* of a branch: when it began */
    double since;          /* it has waited; NAN for branches */
};

/* The first replication that ended in a deadlock. */
struct deadlock_report {
    uint64_t replication;
    double time;    /* since when: the last one of the cycle began to wait */
    uint64_t tasks; /* that can never go on, outside the cycle included */
    const struct deadlock_step *cycle;
    size_t length;
};

struct point {
    const char *variant; /* NULL: the scenario has none */
    const struct setting *sets;
    size_t set_count;
    const struct subject *kinds;
    size_t kind_count;
    const struct subject *stations;
    size_t station_count;
    const struct subject *run; /* PROBE_RUN figures: makespan (of terminating runs; else its mean is NAN) */
    const struct capacity *capacities; /* one per station */
    double arrival_rate;               /* of all open kinds together; 0: none */
    const struct requirement_outcome *outcomes;
    size_t outcome_count;
    const char *const *warnings; /* sentences: an unstable point, a shortened warm-up */
    size_t warning_count;
    const struct prediction *predictions; /* of theory, where it has exact results */
    size_t prediction_count;
    struct run_report report;
    const struct deadlock_report *deadlock; /* NULL: none */
    const struct rare *rare;                /* what is too rare to be seen (models/rare.h), where run.rare asks for it; NULL: it does not */
};

/* other - base at one combination of sweep values, paired task by task. */
struct difference {
    size_t base, other; /* indices of points */
    bool of_run;        /* of the makespan; else of kind */
    size_t kind;
    const struct probe_type *probe;
    enum statistic statistic; /* MEAN or QUANTILE */
    double quantile;
    double difference, half_width; /* paired */
    double half_width_unpaired;    /* what it would be without common random numbers; NAN for quantiles */
};

/* Sync against async at one combination of sweep values: two variants alike but for `await` (or, failing
 * that, the first two variants). */
struct comparison_of_await {
    size_t sync, async;                     /* indices of points */
    bool by_await;                          /* they differ in `await`: the rest of the struct is filled in */
    double sync_rate_most, async_rate_most; /* largest total arrival rate each could carry; INFINITY: any */
    size_t sync_saturates, async_saturates; /* the station that is full first in each */
    size_t pool;                            /* the station whose await differs */
    double break_even_servers; /* servers of the pool at which both carry the same (claim C14); NAN: none */
};

struct result {
    const char *path, *title, *description; /* title, description NULL: none */
    const char *time_unit;
    uint64_t seed;
    double confidence;
    const struct point *points;
    size_t point_count;
    size_t variant_count; /* points per combination of sweep values */
    const struct difference *differences;
    size_t difference_count;
    const struct comparison_of_await *comparisons;
    size_t comparison_count;
    const char *const *notes;
    size_t note_count;
    bool unfinished; /* interrupted */
};

/* The figure of this probe, or NULL. */
const struct figure *subject_figure(const struct subject *s, const char *probe);

#endif
