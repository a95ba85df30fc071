/* column.h: one column of numbers from a file of values separated by commas (or semicolons, or tabs). */
#ifndef MODELS_DIST_COLUMN_H
#define MODELS_DIST_COLUMN_H

#include "sim/arena.h"
#include "sim/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads the column (by its name in the first line, or by number from 1; NULL: the only one) of the file at
 * path into the arena. As RFC 4180, and also: lines end in LF, CRLF or CR; a byte order mark, empty lines and
 * lines that begin with # are passed over; blanks around values are ignored; the separator is whichever of
 * comma, semicolon and tab the first line has most of. The first line is a header if
 * it holds the name asked for (and not only numbers), or no number in the column asked for. false: err set;
 * it names the file and the line. */
bool column_read(const char *path, const char *column, struct arena *arena, double **values, size_t *count,
                 struct error *err);

/* The same, and the line in which each value stands. */
bool column_read_lines(const char *path, const char *column, struct arena *arena, double **values, int **lines,
                       size_t *count, struct error *err);

#endif
