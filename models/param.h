/* param.h: what a row of any family says about the values that a scenario may give it.
 *
 * The reader, its error texts, `desq list` and the documentation are made from these tables: no code outside
 * a row knows its parameters by name. */
#ifndef MODELS_PARAM_H
#define MODELS_PARAM_H

#include "sim/error.h"

#include <stdbool.h>
#include <stddef.h>

struct dist;
struct steps;
struct branch;

/* What the value may be; the member of struct arg that holds it. */
enum param_type {
    PARAM_NONE = 0, /* ends a table */
    PARAM_NUMBER,   /* .number; times may be written "250us", rates "1500/s" (see dimension) */
    PARAM_WHOLE,    /* .number: a whole number below 2^53 */
    PARAM_SERVERS,  /* .number: a whole number, or "infinite" (INFINITY) */
    PARAM_NUMBERS,  /* .list, .count: an array of numbers */
    PARAM_MATRIX,   /* .list (row by row), .count rows, .count columns: a square array of arrays */
    PARAM_FLAG,     /* .number: 0 or 1 */
    PARAM_WORD,     /* .text: one of the row's words; .number: its index */
    PARAM_TEXT,     /* .text: any string; with RANGE_FROM_ONE also a whole number, as its digits */
    PARAM_FILE,     /* .text: a path; a relative one was taken from the scenario's folder */
    PARAM_ROW,      /* .row: a row of the table in the row's `rows` (a discipline), by name */
    PARAM_DIST,     /* .dist: a distribution of the dimension given */
    PARAM_DISTS, /* .dists, .count, and .list the weights where written as { "p": w, "of": D } (else NULL) */
    PARAM_STATION,  /* .index: a station, by name */
    PARAM_KIND,     /* .index: a kind of task, by name */
    PARAM_STEPS,    /* .steps */
    PARAM_BRANCHES, /* .branches, .count: [ { "p": x, "do": [...] }, ... ]; one p may be left out */
    PARAM_FORKS,    /* .branches, .count: [ [steps], [steps], ... ] */
    PARAM_PAIRS,    /* .list, .count: [ [t, x], ... ]: times, and numbers of the dimension and range given */
    PARAM_OBJECT,   /* .args: an object whose members are the row's `members`, one arg for each */
    PARAM_LATER,    /* part of the format, but not of this version: refused, saying so */
};

/* DIMENSION_DRAWN, inside distributions: the dimension of whatever is drawn (time, or a pure number for
 * `repeat`). */
enum dimension { DIMENSION_NUMBER, DIMENSION_TIME, DIMENSION_RATE, DIMENSION_DRAWN, DIMENSION_DRAWN_RATE };

/* The numbers that are let through; every number must be finite. For lists and matrices: each element.
 * For PARAM_DIST with RANGE_POSITIVE: a constant must be above 0. */
enum range {
    RANGE_ANY,
    RANGE_POSITIVE,
    RANGE_NOT_NEGATIVE,
    RANGE_PROBABILITY,
    RANGE_OPEN_PROBABILITY,
    RANGE_FROM_ONE
};

struct param {
    const char *name; /* the JSON key */
    enum param_type type;
    enum dimension dimension;
    enum range range;
    bool required;
    const char *const *words;        /* PARAM_WORD: NULL-ended */
    const struct lookup_table *rows; /* PARAM_ROW */
    bool told; /* PARAM_ROW: may also be { "name": NAME, ... }; the rest is the caller's to read */
    const struct param *members;     /* PARAM_OBJECT: ended by PARAM_NONE */
    const char *summary;             /* one line: meaning and default */
};

/* One value as read; given is false where the scenario says nothing. Storage is the scenario's arena. */
struct arg {
    bool given;
    struct place at;
    double number;
    const double *list;
    size_t count;
    const char *text;
    const void *row;
    const struct dist *dist;
    const struct dist *const *dists;
    size_t index;
    const struct steps *steps;
    const struct branch *branches;
    const struct arg *args;
};

#endif
