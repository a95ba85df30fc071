/* crew.h: threads that run the replications of all jobs that are at hand, so that none is idle as long as any job has a
 * replication left: while one job waits for its last, the others' are run. */
#ifndef SIM_STUDY_CREW_H
#define SIM_STUDY_CREW_H

#include "sim/study/study.h"

/* Opaque. Its functions may be called by several threads, but for crew_new and crew_free. */
struct crew;

/* A crew of so many threads; 0 means 1. A single one is the calling thread itself. Threads that cannot be started are
 * done without. `elsewhere` more members take their replications by crew_take. NULL: no memory. */
struct crew *crew_new(unsigned threads, unsigned elsewhere);

/* None of its jobs may be running. NULL: nothing. */
void crew_free(struct crew *crew);

unsigned crew_members(const struct crew *crew);

/* Runs replications from .. to - 1 of a job; returns when they are merged, as struct engine says. Several threads may
 * each have a job run at the same time. */
uint64_t crew_run(struct crew *crew, const struct job *job, uint64_t from, uint64_t to, struct error *err);

/* Calls each(context, i) for i = 0 .. count - 1, side by side in as many threads as the crew has members; these are for
 * decisions between replications, which are run by the crew. After one has returned false no further one is begun; those
 * before it have been. true: all returned true. */
bool crew_each(struct crew *crew, size_t count, bool (*each)(void *context, size_t i), void *context);

/* For members that are elsewhere: a replication that was taken. */
struct crew_unit {
    struct assignment *assignment; /* the crew's */
    const struct job *job;
    uint64_t replication;
    struct record *record; /* to be filled */
};

/* Takes a replication of a job that can be described, if one is at hand: true; it must be given back. */
bool crew_take(struct crew *crew, struct crew_unit *out);
/* The record is filled (good), or it failed: err, or stopped: err of no text. Merges what can be merged. */
void crew_give_back(struct crew *crew, const struct crew_unit *unit, bool good, const struct error *err);

/* The engine of crews of more than one member: see crew_run. */
uint64_t crew_share(struct crew *crew, const struct job *job, uint64_t from, uint64_t to, struct error *err);

#endif
