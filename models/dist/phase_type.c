/* phase_type.c: time to absorption of a Markov chain that starts in a phase drawn from alpha and moves by the
 * rates in T (Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981, chapter 2). */
#include "models/dist/build.h"
#include "models/dist/phases.h"

#include <math.h>

enum { ALPHA, T };

/* Row i of T as the mean of the phase and the probabilities of what follows. */
static bool read_row(const double *row, size_t i, size_t n, double *mean, double *follow,
                     const struct arg *arg, struct error *err)
{
    const double rate = -row[i];
    if (!(rate > 0.0))
        return dist_fault(
            err, arg,
            "phase_type: row %zu of \"T\" needs a diagonal below 0 (minus the rate of leaving the "
            "phase), not %g",
            i + 1, row[i]);
    double sum = 0.0;
    for (size_t j = 0; j < n; j++) {
        if (j == i)
            continue;
        if (row[j] < 0.0)
            return dist_fault(err, arg,
                              "phase_type: row %zu of \"T\" has %g beside the diagonal: a rate is at least 0",
                              i + 1, row[j]);
        sum += follow[j] = row[j] / rate;
    }
    if (sum > 1.0 + 1e-9)
        return dist_fault(err, arg, "phase_type: row %zu of \"T\" sums to %g; it must be at most 0", i + 1,
                          (sum - 1.0) * rate);
    for (size_t j = 0; sum > 1.0 && j < n; j++)
        follow[j] /= sum;
    *mean = 1.0 / rate;
    return isfinite(*mean) ||
           dist_fault(err, arg, "phase_type: row %zu of \"T\" has too small a rate", i + 1);
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    const size_t n = args[ALPHA].count;
    if (args[T].count != n)
        return dist_fault(err, &args[T], "phase_type: \"alpha\" has %zu phases but \"T\" has %zu rows", n,
                          args[T].count);
    if (n > PHASES_MOST)
        return dist_fault(err, &args[T], "phase_type: at most %d phases, not %zu", PHASES_MOST, n);
    double *alpha = arena_array(arena, n, sizeof *alpha), *means = arena_array(arena, n, sizeof *means);
    double *matrix = arena_array(arena, n * n, sizeof *matrix);
    if (alpha == NULL || means == NULL || matrix == NULL)
        return dist_no_memory(err);
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += alpha[i] = args[ALPHA].list[i];
    if (sum > 1.0 + 1e-9 || !(sum > 0.0))
        return dist_fault(err, &args[ALPHA],
                          "phase_type: \"alpha\" must sum to 1 (or less: the rest is the probability of "
                          "the value 0), not %.10g",
                          sum);
    for (size_t i = 0; fabs(sum - 1.0) <= 1e-9 && i < n; i++)
        alpha[i] /= sum;
    for (size_t i = 0; i < n; i++)
        if (!read_row(args[T].list + i * n, i, n, &means[i], matrix + i * n, &args[T], err))
            return false;
    return phases_init(d, n, alpha, means, matrix, arena, err);
}


const struct dist_type dist_phase_type = {
    .name = "phase_type",
    .summary = "time to absorption of a Markov chain",
    .params =
        {{.name = "alpha",
          .type = PARAM_NUMBERS,
          .dimension = DIMENSION_NUMBER,
          .range = RANGE_PROBABILITY,
          .required = true,
          .summary = "probability of starting in each phase; what it lacks of 1 is that of the value 0"},
         {.name = "T",
          .type = PARAM_MATRIX,
          .dimension = DIMENSION_DRAWN_RATE,
          .required = true,
          .summary =
              "rates from phase to phase; the diagonal is minus the rate of leaving, rows sum to at most 0"}},
    .examples = {"{ \"dist\": \"phase_type\", \"alpha\": [0.6, 0.4], \"T\": [[-2, 1.5], [0.3, -0.7]] }",
                 "{ \"dist\": \"phase_type\", \"alpha\": [0.5, 0, 0.2], \"T\": [[-1, 1, 0], [0, -2.385, 2], "
                 "[0.1, 0, -3]] }"},
    .init = init,
    .draw = phases_draw,
    .cdf = phases_cdf,
    .phases = phases_law,
    .transform = phases_transform,
    .third_moment = phases_third_moment,
};
