/* table.h: text in aligned columns. Numbers are set so that "±" stands in one line; what is too wide for the
 * page is continued below, its row labels repeated. */
#ifndef CLI_OUTPUT_TABLE_H
#define CLI_OUTPUT_TABLE_H

#include "models/desq.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MOST = 256 };

struct table {
    struct arena *arena;
    const char *groups[TABLE_COLUMNS_MOST]; /* heading above several columns; NULL or "": none */
    const char *titles[TABLE_COLUMNS_MOST];
    size_t column_count;
    size_t
        label_count; /* leading columns that name the row: set left, repeated when the table is continued */
    const char ***rows; /* each of column_count cells */
    size_t row_count, row_room;
    bool failed; /* no memory */
};

/* Texts handed over must live as long as the table; cells are copied into the arena. */
void table_init(struct table *t, struct arena *arena);

/* Adds a column; columns come before rows. Columns beyond TABLE_COLUMNS_MOST are refused (failed). */
void table_label(struct table *t, const char *title);
void table_column(struct table *t, const char *group, const char *title);

/* Begins a row of empty cells. */
void table_row(struct table *t);

/* Sets a cell of the last row. */
void table_cell(struct table *t, size_t column, const char *text);

/* Prints with `indent` spaces before each line. A label equal to the one above it is left blank. false: no
 * memory. */
bool table_print(const struct table *t, FILE *out, int indent);

/* The columns that text takes on a screen: bytes that continue a UTF-8 character take none. */
size_t text_width(const char *text);

enum { PAGE_WIDTH = 100 };

/* Prints a sentence broken at spaces to the page's width, the first line after `indent` spaces, the others
 * after `hanging`. */
void text_wrapped(FILE *out, const char *text, int indent, int hanging);

/* The same for a line that has something in it already, up to this column; further lines begin there. */
void text_wrapped_from(FILE *out, const char *text, int column);

#endif
