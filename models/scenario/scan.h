/* scan.h: is this text JSON (RFC 8259), strictly, and where does each value stand? cJSON, which builds the
 * tree, keeps no positions, takes the first of two equal keys without a word and rounds whole numbers: so
 * this goes first. */
#ifndef MODELS_SCENARIO_SCAN_H
#define MODELS_SCENARIO_SCAN_H

#include "sim/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Of one value; lines and columns from 1, columns count bytes. key_line 0: not a member of an object. */
struct mark {
    int line, column;
    int key_line, key_column;
};

struct scan {
    struct mark *marks; /* one per value, in the order in which values begin in the text */
    size_t count, size;
};

/* Checks text (length bytes; need not end in NUL). what names it in messages: "file", "text". false: err has
 * text, line and column. Refused although RFC 8259 allows it: whole numbers above 2^53, numbers beyond the
 * range of a double, numbers of more than 60 characters, the character \u0000, nesting beyond 500. Free
 * with scan_free in either case. */
bool scan_json(const char *text, size_t length, const char *what, struct scan *out, struct error *err);
void scan_free(struct scan *scan);

#endif
