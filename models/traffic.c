#include "models/traffic.h"

#include <gsl/gsl_linalg.h>
#include <math.h>

/* Beyond this many passages what was written cannot be told from "for ever". */
static const double most = 1e12;

bool traffic_solve(struct arena *arena, size_t n, const double *share, const double *source, double *x,
                   bool *finite)
{
    double *matrix = arena_array(arena, n * n, sizeof *matrix), *test = arena_array(arena, n, sizeof *test),
           *ones = arena_array(arena, n, sizeof *ones);
    size_t *order = arena_array(arena, n, sizeof *order);
    if (matrix == NULL || test == NULL || ones == NULL || order == NULL)
        return false;
    *finite = true;
    if (n == 0)
        return true;
    for (size_t i = 0; i < n; i++) {
        ones[i] = 1.0;
        for (size_t j = 0; j < n; j++)
            matrix[j * n + i] = (i == j ? 1.0 : 0.0) - share[i * n + j];
    }
    gsl_matrix_view lu = gsl_matrix_view_array(matrix, n, n);
    gsl_permutation p = {n, order};
    int sign;
    gsl_linalg_LU_decomp(&lu.matrix, &p, &sign);
    for (size_t i = 0; i < n; i++)
        *finite = *finite && matrix[i * n + i] != 0.0;
    if (!*finite)
        return true;
    gsl_vector_const_view one = gsl_vector_const_view_array(ones, n),
                          b = gsl_vector_const_view_array(source, n);
    gsl_vector_view y = gsl_vector_view_array(test, n), out = gsl_vector_view_array(x, n);
    /* share's largest eigenvalue is below 1 just when one task put in everywhere gives a flow above 0
     * everywhere (Berman and Plemmons, Nonnegative Matrices in the Mathematical Sciences, 1979,
     * theorem 6.2.3, condition K33). */
    gsl_linalg_LU_solve(&lu.matrix, &p, &one.vector, &y.vector);
    for (size_t i = 0; i < n; i++)
        *finite = *finite && test[i] > 0.0 && test[i] < most;
    if (*finite)
        gsl_linalg_LU_solve(&lu.matrix, &p, &b.vector, &out.vector);
    for (size_t i = 0; *finite && i < n; i++)
        x[i] = x[i] > 0.0 ? x[i] : 0.0; /* what rounding left of none */
    return true;
}

/* Marks the steps that a task can come to from step i on. */
static void reach(const struct steps *steps, bool *reached)
{
    reached[0] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < steps->count; i++) {
            const struct step *step = &steps->items[i];
            if (!reached[i])
                continue;
            if (step->route_count == 0 && i + 1 < steps->count && !reached[i + 1])
                reached[i + 1] = changed = true;
            for (size_t r = 0; r < step->route_count; r++)
                if (step->routes[r].to < steps->count && !reached[step->routes[r].to])
                    reached[step->routes[r].to] = changed = true;
        }
    }
}

bool traffic_visits(struct arena *arena, const struct steps *steps, const double **out, struct error *err)
{
    const size_t n = steps->count;
    double *visits = arena_array(arena, n + 1, sizeof *visits);
    bool routed = false;
    for (size_t i = 0; i < n; i++)
        routed |= steps->items[i].route_count > 0;
    if (visits == NULL)
        return error_set(err, "out of memory");
    *out = visits;
    if (!routed) {
        for (size_t i = 0; i < n; i++)
            visits[i] = 1.0;
        return true;
    }
    double *share = n > 10000 ? NULL : arena_array(arena, n * n, sizeof *share),
           *source = arena_array(arena, n, sizeof *source);
    bool *reached = arena_array(arena, n, sizeof *reached), finite;
    if (share == NULL || source == NULL || reached == NULL)
        return error_set(err, "out of memory");
    reach(steps, reached);
    source[0] = 1.0;
    for (size_t i = 0; i < n; i++) {
        const struct step *step = &steps->items[i];
        if (!reached[i]) /* may lead round and round without an end */
            continue;
        if (step->route_count == 0 && i + 1 < n)
            share[i * n + i + 1] = 1.0;
        for (size_t r = 0; r < step->route_count; r++)
            if (step->routes[r].to < n)
                share[i * n + step->routes[r].to] += step->routes[r].p;
    }
    if (!traffic_solve(arena, n, share, source, visits, &finite))
        return error_set(err, "out of memory");
    if (!finite) {
        error_set(err, "a task would go round its steps more than %g times before it ends", most);
        error_place(err, NULL, &steps->items[0].at);
        return false;
    }
    return true;
}
