/* save.h: files that appear whole or not at all. */
#ifndef CLI_SAVE_H
#define CLI_SAVE_H

#include "models/desq.h"

#include <stdbool.h>
#include <stdio.h>

/* Whether a file of this name can be written, so that a long run does not end in "no such directory". "-"
 * can. */
bool save_possible(const char *path, struct error *err);

/* Writes through `write` (false: it has set err) to a new file in the same folder, which takes path's name
 * once all of it is on the disk. "-" is standard output; what exists and is no ordinary file (/dev/null, a
 * pipe) is written to as it is; a symbolic link is followed. */
bool save_file(const char *path, bool (*write)(void *context, FILE *out, struct error *err), void *context,
               struct error *err);

/* Makes the folder and those above it, where missing. */
bool save_folder(const char *path, struct error *err);

#endif
