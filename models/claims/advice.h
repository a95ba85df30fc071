/* advice.h: when synchronous processing beats asynchronous, for a user's own numbers: each way in which it
 * can, with the value at which the two change places. The formulas are those of the claims, which are tested.
 */
#ifndef MODELS_CLAIMS_ADVICE_H
#define MODELS_CLAIMS_ADVICE_H

#include "sim/arena.h"
#include "sim/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A quantity that the user may set. Times in seconds. */
struct advice_quantity {
    const char *name, *meaning;
    enum advice_unit { ADVICE_NUMBER, ADVICE_TIME, ADVICE_RATE } unit;
    double usual; /* where it is not set */
    double least; /* it must be at least this */
};
extern const struct advice_quantity advice_quantities[];
extern const size_t advice_quantity_count;

/* Values, in the order of advice_quantities. */
enum advice_index {
    ADVICE_N,
    ADVICE_M,
    ADVICE_CORES,
    ADVICE_C,
    ADVICE_I,
    ADVICE_S,
    ADVICE_D,
    ADVICE_OA,
    ADVICE_OS,
    ADVICE_RATE_OF,
    ADVICE_SCV,
    ADVICE_F,
    ADVICE_P,
    ADVICE_COUNT
};
struct advice_numbers {
    double value[ADVICE_COUNT];
};
void advice_usual(struct advice_numbers *numbers);

/* "n=50", "I=20ms", "lambda=500/s". false: err says what is wrong, and what there is. */
bool advice_set(struct advice_numbers *numbers, const char *setting, struct error *err);

enum advice_winner { ADVICE_SYNC, ADVICE_ASYNC, ADVICE_NEITHER };

struct advice {
    const char *question;     /* "Creating a thread for each task" */
    const char *sync, *async; /* what each does, with numbers */
    enum advice_winner winner;
    bool slight;            /* ... by less than 0.1 % */
    const char *break_even; /* "they change places at T = 22.7 us" */
    const char *claim;      /* "C10" */
};

/* The page for these numbers, in the arena. false: no memory. */
bool advice_make(const struct advice_numbers *numbers, struct arena *arena, const struct advice **out,
                 size_t *count, struct error *err);

/* A time or a number as people read it, in the arena: "22.7 us". NULL: no memory. */
const char *advice_time(struct arena *arena, double seconds);

#endif
