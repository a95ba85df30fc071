/* crew.h: threads that run the replications of all jobs that are at hand, so that none is idle as long as any job has a
 * replication left: while one job waits for its last, the others' are run. */
#ifndef SIM_STUDY_CREW_H
#define SIM_STUDY_CREW_H

#include "sim/study/study.h"

/* Opaque. Its functions may be called by several threads, but for crew_new and crew_free. */
struct crew;

/* A crew of so many members; 0 means 1. One member is the calling thread itself. Threads that cannot be started are
 * done without. NULL: no memory. */
struct crew *crew_new(unsigned members);

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

/* The engine of crews of more than one member: see crew_run. */
uint64_t crew_share(struct crew *crew, const struct job *job, uint64_t from, uint64_t to, struct error *err);

#endif
