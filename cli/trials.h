/* trials.h: for commands that run a scenario again and again with other values: one of them put in, its run and its
 * requirements replaced, run, and what became of the requirements. */
#ifndef CLI_TRIALS_H
#define CLI_TRIALS_H

#include "cli/scenario_args.h"

/* What stays the same from trial to trial. */
struct trials {
    const char *file;
    const struct scenario_args *args; /* --set, --seed, --engine */
    const char *require;              /* JSON text of a list; NULL: the scenario's own */
    unsigned jobs;
    struct ranks *ranks; /* as in struct desq_run */
};

/* One trial. */
struct trial_run {
    const char *set[4]; /* "/pointer=value" beside those of args; NULL-ended */
    double precision, confidence;
};

/* Reads the scenario with other values: t's, those in `more` ("/pointer=value", NULL-ended), without its sweep, and with t's
 * requirements, if any. *d is to be freed. false: err. */
bool trials_read(const struct trials *t, const char *const *more, struct desq **d, struct error *err);

/* Reads and runs it. *d is to be freed; *result lives in it. false: what is wrong is on stderr. */
bool trials_run(const struct trials *t, const struct trial_run *run, struct desq **d, const struct result **result);

/* The worst of the verdicts of one point: not met, then undecided, then met. A point that is unstable or deadlocked meets
 * nothing. */
enum verdict trials_verdict(const struct point *p);

/* JSON text of a list of texts; free it. NULL: no memory. */
char *trials_list(const char *const *texts, size_t count);

/* The value at a pointer of the scenario as it was written, as JSON text; free it. NULL: there is none, or it cannot be read. */
char *trials_value(const char *file, const char *pointer);

#endif
