/* shifted.c: a + X. */
#include "models/dist/build.h"
#include "models/dist/transform.h"

#include <math.h>

enum { BY, OF };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    const struct dist *of = args[OF].dist;
    d->a = args[BY].number;
    d->data = of;
    return dist_moments(d, d->a + of->mean, of->variance, d->a + of->min, of->mean == INFINITY, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    return d->a + dist_draw(d->data, s);
}

/* The greatest y, or near it, such that a + y rounds to at most x: so that atoms stand where draws put them.
 */
static double before_shift(const struct dist *d, double x)
{
    if (isinf(x))
        return x;
    const double y = x - d->a, edge = y + 0.5 * (nextafter(x, INFINITY) - x);
    if (d->a + edge <= x)
        return edge;
    return d->a + y <= x ? y : nextafter(y, -INFINITY);
}

static double cdf(const struct dist *d, double x)
{
    const struct dist *of = d->data;
    return of->type->cdf(of, before_shift(d, x));
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    const struct dist *of = d->data;
    const double from = fmax(of->min, nextafter(before_shift(d, nextafter(low, -INFINITY)), INFINITY));
    dist_moments_between(of, from, before_shift(d, high), moments);
    dist_move_origin(moments, from - (low - d->a));
}

static bool transform(const struct dist *d, struct transform *at)
{
    if (!dist_transform(d->data, at))
        return false;
    transform_shift(at, d->a, ((const struct dist *)d->data)->mean);
    return true;
}

static double third_moment(const struct dist *d)
{
    const struct dist *of = d->data;
    const double second = of->variance + of->mean * of->mean;
    return dist_third_moment(of) + d->a * (3.0 * second + d->a * (3.0 * of->mean + d->a));
}

const struct dist_type dist_shifted = {
    .name = "shifted",
    .summary = "a distribution moved by a constant",
    .params = {{.name = "by",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .range = RANGE_ANY,
                .required = true,
                .summary = "what is added"},
               {.name = "of",
                .type = PARAM_DIST,
                .dimension = DIMENSION_DRAWN,
                .required = true,
                .summary = "the distribution"}},
    .examples =
        {"{ \"dist\": \"shifted\", \"by\": 0.7, \"of\": { \"dist\": \"exponential\", \"mean\": 1.3 } }",
         "{ \"dist\": \"shifted\", \"by\": 0.1, \"of\": { \"dist\": \"discrete\", \"values\": [0.2, 0.7, 3], "
         "\"p\": [0.2, 0.3, 0.5] } }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
    .transform = transform,
    .third_moment = third_moment,
};
