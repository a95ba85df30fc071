/* resume.h: what `desq run --resume` goes on with. */
#ifndef CLI_RESUME_H
#define CLI_RESUME_H

#include "cli/output/output.h"

struct resumed {
    const char *records;         /* the file of records */
    const struct result *result; /* what was told of them; NULL: path is the file of records itself */
};

/* path: a file of records, or a result that was written beside one: R.json stands for what --checkpoint R.records kept. Storage in arena. false: err. */
bool resume_find(struct arena *arena, const char *path, struct resumed *out, struct error *err);

/* Whether the result speaks of this study, of which the records are. false: err. */
bool resume_agrees(const struct resumed *r, const char *scenario, uint64_t seed, struct error *err);

#endif
