/* ranks.h: the processes of one MPI job. Rank 0 leads: it alone reads, decides, merges, prints and writes; the others run
 * replications for its crew. In a build without MPI (make MPI=1 makes one with it) there are none. */
#ifndef SIM_STUDY_RANKS_H
#define SIM_STUDY_RANKS_H

#include "sim/study/crew.h"

struct ranks; /* opaque; used by one thread at a time */

/* Begins MPI, if this build has it; before anything else. *out NULL: this process is the only one. false: err. */
bool ranks_open(int *argc, char ***argv, struct ranks **out, struct error *err);
/* Ends it; the leader's dismisses the others. NULL: nothing. */
void ranks_close(struct ranks *ranks);

int ranks_number(const struct ranks *ranks); /* of this process; 0: the leader. NULL: 0 */
int ranks_count(const struct ranks *ranks);  /* NULL: 1 */

struct ranks_leader; /* opaque */

/* The leader: the others get ready for a study, which these bytes describe to them, and from now on take replications of
 * the crew's jobs, for which the crew was made with ranks_count - 1 members elsewhere. NULL: no memory. */
struct ranks_leader *ranks_lead(struct ranks *ranks, struct crew *crew, const void *study, size_t bytes);
/* The others take nothing more; no job may be running. NULL: nothing. */
void ranks_release(struct ranks_leader *leader);

/* What another process does with what it is told. */
struct ranks_served {
    void *context;
    /* A study begins. false: err, which is what each of its replications will fail of. */
    bool (*begin)(void *context, const void *study, size_t bytes, struct error *err);
    void (*end)(void *context);
    /* The job of a description, for struct job's worker_new, worker_free, run, and the shape; valid until the next call or the
     * end of the study. false: err. */
    bool (*job)(void *context, const unsigned char description[static JOB_DESCRIPTION], struct job *out, struct error *err);
};

/* The others: does what the leader says until it says that all is over. */
void ranks_serve(struct ranks *ranks, const struct ranks_served *served);

#endif
