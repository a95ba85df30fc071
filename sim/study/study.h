/* study.h: runs replications of an opaque job, in any number of threads, and merges them in the order of
 * their numbers, so that what comes out does not depend on who ran what. Knows nothing of queues. */
#ifndef SIM_STUDY_STUDY_H
#define SIM_STUDY_STUDY_H

#include "sim/error.h"
#include "sim/lookup.h"
#include "sim/stat/batches.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct crew;

enum { JOB_DESCRIPTION = 64 }; /* bytes */

struct job {
    void *context;                      /* const for the workers */
    void *(*worker_new)(void *context); /* one worker's own state (a world); NULL: no memory. By several threads at once */
    void (*worker_free)(void *worker);
    /* Runs replication r into record (reset by the callee). false: err set, or stopped by *stop. */
    bool (*run)(void *worker, uint64_t r, struct record *record, struct error *err);
    size_t samples, histograms; /* shape of the records */
    /* Called for r = from, from + 1, ... in that order, never by two threads at once. false: no memory. */
    bool (*merge)(void *context, uint64_t r, const struct record *record);
    const volatile sig_atomic_t *stop; /* nonzero: begin nothing new; NULL: never */
    /* Whether the record of r is there already; then it is read into record and r is not run. By several threads; or NULL. */
    bool (*known)(void *context, uint64_t r, struct record *record);
    /* Writes what another process (sim/study/ranks.h) needs to know, beside the study, to run this job's replications;
     * NULL: they are run in this process alone. */
    void (*describe)(void *context, unsigned char description[static JOB_DESCRIPTION]);
    uint64_t order;                    /* of the jobs that are run at once, that of the least order comes first */
};

/* A way to run replications. One file each; list.h names them all. */
struct engine {
    const char *name;
    const char *summary;
    /* Runs replications from .. to - 1. Returns how many, from `from` on without a gap, were merged: less than to - from
     * when *stop was set (no error) or one failed (err->text not empty). */
    uint64_t (*run)(struct crew *crew, const struct job *job, uint64_t from, uint64_t to, struct error *err);
};

extern const struct lookup_table engine_table; /* rows: struct engine */

#endif
