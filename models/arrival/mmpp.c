/* { "mmpp": { "rates": [..], "generator": [[..], [..]] } }: Markov-modulated Poisson process (Fischer,
 * Meier-Hellstern, "The Markov-modulated Poisson process cookbook", Performance Evaluation 1993). */
#include "models/arrival/markov.h"

enum { RATES, GENERATOR };

static const struct param members[] = {
    {.name = "rates",
     .type = PARAM_NUMBERS,
     .dimension = DIMENSION_RATE,
     .range = RANGE_NOT_NEGATIVE,
     .required = true,
     .summary = "rate of arrivals in each phase"},
    {.name = "generator",
     .type = PARAM_MATRIX,
     .dimension = DIMENSION_RATE,
     .required = true,
     .summary = "rates from phase to phase; the diagonal is minus the rate of leaving, rows sum to 0"},
    {0},
};

static bool init(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err)
{
    const struct arg *rates = &args[0].args[RATES], *generator = &args[0].args[GENERATOR];
    const size_t n = rates->count;
    if (n == 0 || n > MARKOV_PHASES_MOST) {
        error_set(err, "an mmpp has 1 to %d phases, not %zu", MARKOV_PHASES_MOST, n);
        return markov_fault(err, rates);
    }
    if (generator->count != n) {
        error_set(err, "\"rates\" has %zu phases but \"generator\" has %zu rows", n, generator->count);
        return markov_fault(err, generator);
    }
    double *d1 = arena_array(arena, n * n, sizeof *d1);
    if (d1 == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < n; i++) {
        if (!markov_check_row(i, n, generator->list + i * n, "\"generator\"", generator, err))
            return false;
        for (size_t j = 0; j < n; j++)
            d1[i * n + j] = i == j ? rates->list[i] : 0.0;
    }
    return markov_init(arrival, n, generator->list, d1, arena, err) || markov_fault(err, &args[0]);
}

const struct arrival_type arrival_mmpp = {
    .name = "mmpp",
    .summary = "Markov-modulated Poisson process: the rate is that of the phase of a Markov chain",
    .rule = "The first phase is drawn from the stationary law of the generator, at time 0 or \"start\".",
    .params = {{.name = "mmpp",
                .type = PARAM_OBJECT,
                .members = members,
                .required = true,
                .summary = "an object of \"rates\" and \"generator\""}},
    .examples = {"{ \"mmpp\": { \"rates\": [2, 0.1], \"generator\": [[-0.2, 0.2], [0.1, -0.1]] } }"},
    .init = init,
    .begin = markov_begin,
    .next = markov_next,
};
