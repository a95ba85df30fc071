/* store.h: records of replications in a file, so that a run that was ended goes on where it stood, and several
 * machines can each do a part. Knows nothing of queues.
 *
 * A record is kept bit for bit, under the number of its replication and a key that says of which study it is. The file
 * grows record by record, each with a checksum; one that was being written when the program died is left out when the
 * file is read, and written over. Numbers are as the machine has them: a file of a machine of the other byte order is
 * refused. */
#ifndef SIM_STUDY_STORE_H
#define SIM_STUDY_STORE_H

#include "sim/error.h"
#include "sim/stat/batches.h"

#include <stdbool.h>
#include <stdint.h>

struct store; /* opaque: the records that were read, and the file that grows */

/* What a replication belongs to: a point, run for so long. */
struct store_key {
    uint64_t point;
    double warmup, length;
};

/* No records yet. NULL: no memory. */
struct store *store_new(void);
void store_free(struct store *s);

/* The text that was to be kept beside the title when the file was made; free it. NULL: err. */
char *store_more(const char *path, struct error *err);

/* Reads all records of a file, whose title must be this. false: err. */
bool store_read(struct store *s, const char *path, const char *title, struct error *err);

/* From here on records that are put go to the end of this file, which is made where it does not exist, with its title
 * (what the study is) and whatever else is to be kept in it; what is in it is read. false: err. */
bool store_grow(struct store *s, const char *path, const char *title, const char *more, struct error *err);

/* The record of a replication, if it was read: true. Its shape must be the study's; one of another is no record of it.
 * May be asked by several threads. */
bool store_find(const struct store *s, const struct store_key *key, uint64_t replication, struct record *out);

/* Keeps a record in the growing file, if there is one and it has not been read from it. May be called by several threads. false: err. */
bool store_put(struct store *s, const struct store_key *key, uint64_t replication, const struct record *record, struct error *err);

/* How many records were read. */
uint64_t store_count(const struct store *s);

#endif
