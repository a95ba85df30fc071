/* { "map": { "d0": [[..]], "d1": [[..]] } }: Markovian arrival process (Lucantoni, Meier-Hellstern, Neuts, "A
 * single-server queue with server vacations and a class of non-renewal arrival processes", Adv. Appl. Prob.
 * 1990). */
#include "models/arrival/markov.h"

enum { D0, D1 };

static const struct param members[] = {
    {.name = "d0",
     .type = PARAM_MATRIX,
     .dimension = DIMENSION_RATE,
     .required = true,
     .summary =
         "rates of changes of phase without an arrival; the diagonal is minus the rate of all changes"},
    {.name = "d1",
     .type = PARAM_MATRIX,
     .dimension = DIMENSION_RATE,
     .range = RANGE_NOT_NEGATIVE,
     .required = true,
     .summary = "rates of arrivals, and the phase after each; rows of d0 + d1 sum to 0"},
    {0},
};

static bool init(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err)
{
    const struct arg *d0 = &args[0].args[D0], *d1 = &args[0].args[D1];
    const size_t n = d0->count;
    if (n == 0 || n > MARKOV_PHASES_MOST) {
        error_set(err, "a map has 1 to %d phases, not %zu", MARKOV_PHASES_MOST, n);
        return markov_fault(err, d0);
    }
    if (d1->count != n) {
        error_set(err, "\"d0\" has %zu rows but \"d1\" has %zu", n, d1->count);
        return markov_fault(err, d1);
    }
    double *row = arena_array(arena, n, sizeof *row);
    if (row == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            row[j] = d0->list[i * n + j] + d1->list[i * n + j];
            if (i != j && d0->list[i * n + j] < 0.0) {
                error_set(err, "row %zu of \"d0\" has %g beside the diagonal: a rate is at least 0", i + 1,
                          d0->list[i * n + j]);
                return markov_fault(err, d0);
            }
        }
        if (!markov_check_row(i, n, row, "\"d0\" + \"d1\"", d0, err))
            return false;
    }
    return markov_init(arrival, n, d0->list, d1->list, arena, err) || markov_fault(err, &args[0]);
}

const struct arrival_type arrival_map = {
    .name = "map",
    .summary = "Markovian arrival process: changes of phase without an arrival (d0) and with one (d1)",
    .rule = "The first phase is drawn from the stationary law of d0 + d1, at time 0 or \"start\".",
    .params = {{.name = "map",
                .type = PARAM_OBJECT,
                .members = members,
                .required = true,
                .summary = "an object of \"d0\" and \"d1\""}},
    .examples = {"{ \"map\": { \"d0\": [[-3, 1], [0.5, -1]], \"d1\": [[2, 0], [0.25, 0.25]] } }"},
    .init = init,
    .begin = markov_begin,
    .next = markov_next,
};
