/* row.h: for tests: one row of theory asked alone, so that no test waits for rows that it does not ask. */
#ifndef TESTS_ROW_H
#define TESTS_ROW_H

#include "models/theory/theory.h"

struct row_answer {
    struct arena arena;
    struct theory_sheet sheet; /* its values, where it applies */
    bool applies;
    struct error err; /* else why not, or why the scenario could not be read */
};

/* What the row says of a scenario: its members, JSON with ' for ". Free with row_free, also where it does not apply. */
void row_ask(struct row_answer *a, const char *row, const char *text);
void row_free(struct row_answer *a);

/* The value of a measure, NAN where there is none; the last of several subjects; p: for quantiles. */
double row_value(const struct row_answer *a, const char *probe, enum statistic statistic, double p);

/* All of the above for one mean. A row that does not apply is a failed assertion. */
double row_mean(const char *row, const char *text, const char *probe);

#endif
