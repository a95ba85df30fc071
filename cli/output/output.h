/* output.h: forms in which a result can be written. One file per form, its row at the end; list.h names them
 * all. */
#ifndef CLI_OUTPUT_OUTPUT_H
#define CLI_OUTPUT_OUTPUT_H

#include "models/desq.h"

#include <stdio.h>

struct output {
    const char *name; /* "json" */
    const char *suffix;
    const char *summary;
    /* Writes all of it; false: err says why (no memory; errors of the file itself are the caller's to find).
     */
    bool (*write)(const struct result *r, FILE *out, struct error *err);
};

/* The report of a scenario that has `points` points in all; an interrupted run may have fewer. */
bool output_report(const struct result *r, size_t points, FILE *out, struct error *err);

#define OUTPUT(name) extern const struct output output_##name;
#include "cli/output/list.h"
#undef OUTPUT

/* Reads what output_json wrote, into the arena. false: err says what is wrong and where in the file. */
bool result_read(struct arena *a, const char *path, const struct result **out, struct error *err);

#endif
