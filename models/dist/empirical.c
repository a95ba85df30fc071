/* empirical.c: one of the values observed, all alike (resampling). */
#include "models/dist/build.h"
#include "models/dist/column.h"
#include "models/dist/transform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES, FILE_NAME, COLUMN };

struct empirical {
    size_t n;
    const double *values; /* ascending */
};

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    if (!dist_check(d, args, err))
        return false;
    if (args[VALUES].given == args[FILE_NAME].given || (args[COLUMN].given && args[VALUES].given))
        return dist_needs(d, args, err, "either \"values\", or \"file\" and \"column\"");
    struct empirical *e = arena_alloc(arena, sizeof *e);
    double *values = NULL;
    size_t n = args[VALUES].count;
    if (args[FILE_NAME].given) {
        if (!column_read(args[FILE_NAME].text, args[COLUMN].given ? args[COLUMN].text : NULL, arena, &values,
                         &n, err)) {
            error_place(err, NULL, &args[FILE_NAME].at);
            return false;
        }
    } else if ((values = arena_array(arena, n, sizeof *values)) != NULL) {
        memcpy(values, args[VALUES].list, n * sizeof *values);
    }
    if (e == NULL || values == NULL)
        return dist_no_memory(err);
    qsort(values, n, sizeof *values, ascending);
    double mean = 0.0, variance = 0.0;
    for (size_t i = 0; i < n; i++)
        mean += (values[i] - mean) / (double)(i + 1);
    for (size_t i = 0; i < n; i++)
        variance += (values[i] - mean) * (values[i] - mean) / (double)n;
    *e = (struct empirical){n, values};
    d->data = e;
    return dist_moments(d, mean, variance, values[0], false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    const struct empirical *e = d->data;
    return e->values[stream_below(s, e->n)];
}

/* How many values are at most x. */
static size_t rank(const struct empirical *e, double x)
{
    size_t low = 0, high = e->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (e->values[middle] <= x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double cdf(const struct dist *d, double x)
{
    const struct empirical *e = d->data;
    return (double)rank(e, x) / (double)e->n;
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    const struct empirical *e = d->data;
    const size_t from = rank(e, nextafter(low, -INFINITY)), to = rank(e, high);
    moments[0] = (double)(to - from) / (double)e->n;
    moments[1] = moments[2] = 0.0;
    for (size_t i = from; i < to; i++) {
        const double off = e->values[i] - low;
        moments[1] += off / (double)e->n;
        moments[2] += off * off / (double)e->n;
    }
}

static bool transform(const struct dist *d, struct transform *at)
{
    const struct empirical *e = d->data;
    for (size_t i = 0; i < e->n; i++)
        transform_add_value(at, 1.0 / (double)e->n, e->values[i]);
    return true;
}

static double third_moment(const struct dist *d)
{
    const struct empirical *e = d->data;
    double sum = 0.0;
    for (size_t i = 0; i < e->n; i++)
        sum += e->values[i] * e->values[i] * e->values[i] / (double)e->n;
    return sum;
}

const struct dist_type dist_empirical = {
    .name = "empirical",
    .summary = "one of the values observed, all alike",
    .params = {{.name = "values",
                .type = PARAM_NUMBERS,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_ANY,
                .summary = "the values"},
               {.name = "file",
                .type = PARAM_FILE,
                .dimension = DIMENSION_DRAWN,
                .summary = "a file of comma-separated values, in time_unit, instead of values"},
               {.name = "column",
                .type = PARAM_TEXT,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_FROM_ONE, /* as a number */
                .summary = "its column, by name or by number; may be left out if there is but one"}},
    .examples = {"{ \"dist\": \"empirical\", \"values\": [0.7, 1.3, 1.3, 2.385, 9] }",
                 "{ \"dist\": \"empirical\", \"values\": [3] }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
    .transform = transform,
    .third_moment = third_moment,
};
