/* records.h: files of records of replications (sim/study/store.h) and the studies that they are of. */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include "cli/scenario_args.h"
#include "sim/study/store.h"

/* A study and its records. */
struct records {
    struct store *store;
    char *title; /* what the study is, but for how long it runs */
    char *more;  /* how to read it again */
};

/* Of the scenario file i of args: no records yet. false: what is wrong is on stderr. */
bool records_of_scenario(struct records *r, const struct scenario_args *args, size_t i);

/* Of what a file of records is of; *d: that study. set: of "/run" alone, how long to run. false: said on stderr. */
bool records_of_file(struct records *r, const char *path, const struct scenario_args *args, struct desq **d);

/* Reads the records of a file; or, grow: reads them and puts further ones there. false: said on stderr. */
bool records_take(struct records *r, const char *path, bool grow);

void records_free(struct records *r);

#endif
