/* desq.h: the library's face: read, check, run, free. All that cli/ uses, so that others can do what cli/
 * does.
 *
 *   struct desq *d;
 *   struct error err;
 *   if (!desq_read("web.json", NULL, &d, &err) || !desq_run(d, &(struct desq_run){.jobs = 2}, &result, &err))
 * ... desq_free(d);
 *
 * No global state: any number of these may exist at once. One struct desq is used by one thread at a time. */
#ifndef MODELS_DESQ_H
#define MODELS_DESQ_H

#include "models/result.h"
#include "models/scenario/scenario.h"
#include "sim/error.h"
#include "sim/lookup.h"

#include <signal.h>

#define DESQ_VERSION "0.1.0"

struct desq;
struct ranks;

/* How replications are run: by the recursion (models/recursion.h) where it can and else by the event calendar, by the
 * calendar always, or by the recursion always: then a scenario that it cannot run is an error. */
enum desq_engine { DESQ_ENGINE_AUTO, DESQ_ENGINE_CALENDAR, DESQ_ENGINE_RECURSION };

/* What the command line may change. */
struct desq_options {
    const char *const *set; /* "/pointer=value" */
    size_t set_count;
    bool seed_given;
    uint64_t seed;
    enum desq_engine engine;
};

/* Reads and compiles every point of the scenario. options NULL: none. *out owns all; free with desq_free. */
bool desq_read(const char *path, const struct desq_options *options, struct desq **out, struct error *err);
void desq_free(struct desq *d);

/* The same for a scenario given as JSON text; name stands for the file in messages. */
bool desq_read_text(const char *name, const char *text, const struct desq_options *options, struct desq **out,
                    struct error *err);

const struct scenario_file *desq_scenario(const struct desq *d);

/* Of all its points: the scenario's, or what the options put in its place. */
uint64_t desq_seed(const struct desq *d);

/* Sentences about what the user should know before running: unstable points, two-moment fits. */
size_t desq_warnings(const struct desq *d, const char *const **out);

/* The task programs of point i as text (opcodes, one per line), in d's memory; NULL: no memory. */
const char *desq_program(struct desq *d, size_t point);

/* The scenario in full form as JSON text, in *out (free it). */
bool desq_expand(const char *path, const struct desq_options *options, char **out, struct error *err);

/* The same of a text; name stands for the file in messages. */
bool desq_expand_text(const char *name, const char *text, const struct desq_options *options, char **out, struct error *err);

/* How far a run is. */
struct desq_progress {
    size_t point, point_count;
    uint64_t replications;      /* done at this point */
    uint64_t replications_next; /* the next check of precision is after this many */
    double precision;           /* worst relative half-width at the last check; NAN: not yet known */
    uint64_t checked;           /* replications at that check */
    double precision_goal;      /* NAN: none */
    double done;                /* 0 to 1: estimated share of all work */
    double seconds;             /* since the start */
};

struct store; /* sim/study/store.h */

struct desq_run {
    unsigned jobs;                     /* threads; 0: one per core, or one where there are other ranks of MPI */
    struct ranks *ranks;               /* of MPI, that share the work (sim/study/ranks.h); NULL: none */
    const volatile sig_atomic_t *stop; /* becomes nonzero: end soon, with what there is; NULL: never */
    void (*progress)(void *context,
                     const struct desq_progress *progress); /* called between replications, by any thread, never by two at once; or NULL */
    void *context;
    struct store *store; /* records of replications that need not be run again, and where those go that are; NULL: none */
    uint64_t part, parts; /* parts above 0: only every parts-th replication, the part-th first, of so many as each point asks
                             for, for the records alone: the result has no points */
};

/* Runs all points. *out lives in d until the next desq_run or desq_free. false: err set (out of memory). A
 * deadlock, an interruption or an unmet requirement is no error here: the result says so. */
bool desq_run(struct desq *d, const struct desq_run *how, const struct result **out, struct error *err);

/* In a build with MPI, in every process but that of rank 0: runs replications of whatever rank 0 runs, until it says that all is over
 * (sim/study/ranks.h). *stop nonzero: those at hand end soon. */
void desq_serve(struct ranks *ranks, const volatile sig_atomic_t *stop);

/* One task that ended, in time units. */
struct desq_task {
    size_t kind;
    uint64_t
        key; /* the same for the same task in every variant of a scenario, unlike that of any other task */
    double arrived, left;
    double wait, service, delay, overhead;
    bool lost, abandoned, timed_out;
};

/* One replication as a whole, from time 0 (no warm-up is cut). */
struct desq_trace {
    double end;          /* when it ended: of a terminating run the makespan */
    double *busy;        /* by station: integral over time of the servers serving or held */
    double *setting_up;  /* by station: integral over time of the servers being set up */
    uint64_t unfinished; /* tasks still present */
};

/* Runs replication r of one point alone, without statistics, and tells of every task as it ends. The sample
 * path is that of desq_run. out (or NULL) is filled at the end; its arrays live in d. false: err (no memory,
 * deadlock). */
bool desq_trace(struct desq *d, size_t point, uint64_t r,
                void (*left)(void *context, const struct desq_task *task), void *context,
                struct desq_trace *out, struct error *err);

/* How long point i will take, told beforehand (models/forecast.h). false: err says why that cannot be told. */
struct forecast;
bool desq_forecast(const struct desq *d, size_t point, struct forecast *out, struct error *err);

/* What theory says of one point, row by row (models/theory/theory.h), in d's memory. false: err (no memory). */
struct theory_answer;
bool desq_theory(struct desq *d, size_t point, const struct theory_answer **out, size_t *count, struct error *err);

/* The same of moments after an empty start: theory_at. */
struct theory_value;
bool desq_theory_at(struct desq *d, size_t point, const double *times, size_t count, const struct theory_value **out,
                    size_t *value_count, struct error *err);

/* Every table that `desq list` shows: name ("distributions"), what it holds, and its rows. */
struct desq_table {
    const char *name;
    const char *summary;
    const struct lookup_table *table;
    /* name, summary and, where a row has them, params (ended by PARAM_NONE), an example and the exact rule of
     * row i; NULL where it has none. */
    void (*row)(const void *row, const char **name, const char **summary, const struct param **params,
                const char **example, const char **rule);
};
extern const struct desq_table desq_tables[];
extern const size_t desq_table_count;

#endif
