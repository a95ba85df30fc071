/* record_bytes.h: the record of a replication as bytes, bit for bit, for files and for messages between machines of the
 * same order of bytes. */
#ifndef SIM_STUDY_RECORD_BYTES_H
#define SIM_STUDY_RECORD_BYTES_H

#include "sim/stat/batches.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes while they are written, or read. All 0: none; `at` is the owner's to free. */
struct record_bytes {
    unsigned char *at;
    size_t count, size, place;
    bool failed; /* no memory; or read beyond the end */
};

/* The record's bytes, in place of what was there. b->failed: no memory. */
void record_put(struct record_bytes *b, const struct record *r);

/* Reads a record of the shape that *r has, from b->place to the end. false: the bytes are no record of this shape. */
bool record_get(struct record_bytes *b, struct record *r);

#endif
