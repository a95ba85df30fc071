/* lookup.h: exact and nearest name over any table whose rows begin with a name. */
#ifndef SIM_LOOKUP_H
#define SIM_LOOKUP_H

#include <stddef.h>

/* A table: count pointers to structs whose first member is "const char *name". */
struct lookup_table {
    const void *const *rows;
    size_t count;
};

/* The row named name, or NULL. Case matters. */
const void *lookup_row(struct lookup_table table, const char *name);

/* The candidate (of count names) that was probably meant: the only one that begins with name (two letters at
 * least, case ignored); else the one nearest by optimal string alignment distance (insert, delete, replace,
 * swap neighbours; case ignored), the first of several; NULL when none is near enough to be a
 * plausible slip: distance at most 1 + length / 3 and less than the length of the name. NULL candidates are
 * passed over. */
const char *lookup_nearest(const char *name, const char *const *candidates, size_t count);

/* lookup_nearest over the names of a table. */
const char *lookup_nearest_row(struct lookup_table table, const char *name);

#endif
