/* theory.h: what theory says of a scenario without simulating it. One row per result, one file each (or a few
 * that belong together); list.h names them all.
 *
 * A row looks at the compiled model, says why it does not apply, or gives values; each value belongs to a
 * measure that a run reports too, so that the two can be laid beside each other. Nothing here shares code
 * with the engine. */
#ifndef MODELS_THEORY_THEORY_H
#define MODELS_THEORY_THEORY_H

#include "models/model.h"
#include "sim/arena.h"
#include "sim/error.h"
#include "sim/lookup.h"

enum theory_class {
    THEORY_EXACT,
    THEORY_LIMIT, /* exact as some number, which the source names, grows beyond all bounds */
    THEORY_BOUND,
    THEORY_APPROXIMATION
};

enum theory_relation { THEORY_EQUALS, THEORY_AT_MOST, THEORY_AT_LEAST };

enum theory_scope { THEORY_OF_KIND, THEORY_OF_STATION, THEORY_OF_RUN };

struct theory_value {
    enum theory_scope scope;
    size_t subject;    /* index of the kind or station */
    const char *probe; /* name of the measure, as in reports */
    enum statistic statistic;
    double quantile; /* STATISTIC_QUANTILE: p in (0, 1) */
    enum theory_relation relation;
    double value; /* in the scenario's time unit */
};

struct theory_form;

/* What one row says of one model. */
struct theory_answer {
    const struct theory_form *form;
    bool applies;
    const char *why_not; /* the condition that fails; NULL where it applies */
    const struct theory_value *values;
    size_t value_count;
    const char *note; /* what else there is to know (number of states, the bottleneck); NULL: nothing */
};

/* Where a row puts its values; storage in the arena. */
struct theory_sheet {
    struct arena *arena;
    size_t states_most; /* see theory_ask */
    struct theory_value *values;
    size_t count, room;
    const char *note;
    bool failed; /* no memory */
};

struct theory_form {
    const char *name;   /* "product_form" */
    const char *title;  /* "Networks with product form" */
    const char *source; /* author, year, place, equation */
    enum theory_class class;
    const char *examples[8]; /* scenarios without their run, ' for ", for tests and `desq validate`; NULL-ended */
    /* false: err says which condition fails. */
    bool (*apply)(const struct model *model, struct theory_sheet *sheet, struct error *err);
};

extern const struct lookup_table theory_table; /* of struct theory_form */

/* All rows' answers, in the table's order; in the arena. states_most: of Markov chains (0: as many as they take by
 * themselves, which may be seconds). false: no memory. */
bool theory_ask(const struct model *model, size_t states_most, struct arena *arena, const struct theory_answer **out,
                size_t *count, struct error *err);

/* "exact", "limit", "bound", "approximation". */
const char *theory_class_name(enum theory_class class);

/* For rows: a value of the mean of a measure. NAN and measures that nobody has are left out, and so are infinite
 * standard deviations. */
void theory_mean(struct theory_sheet *sheet, enum theory_scope scope, size_t subject, const char *probe,
                 double value);
void theory_bound(struct theory_sheet *sheet, enum theory_scope scope, size_t subject, const char *probe,
                  enum theory_relation relation, double value);
void theory_sd(struct theory_sheet *sheet, enum theory_scope scope, size_t subject, const char *probe,
               double value);
void theory_quantile(struct theory_sheet *sheet, enum theory_scope scope, size_t subject, const char *probe,
                     double p, double value);

/* What is known of the moments `times` (ascending) after an empty start: numbers and utilisations, exactly (models/markov/).
 * *out: count lists of *value_count values each, one behind another. false: err says why nothing is. */
bool theory_at(const struct model *model, const double *times, size_t count, struct arena *arena,
               const struct theory_value **out, size_t *value_count, struct error *err);

#endif
