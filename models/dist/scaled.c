/* scaled.c: a X, a at least 0. */
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
    if (d->a == 0.0) {
        *d = dist_make_constant(0.0);
        return true;
    }
    d->data = of;
    return dist_moments(d, d->a * of->mean, d->a * d->a * of->variance, d->a * of->min, of->mean == INFINITY,
                        err);
}

static double draw(const struct dist *d, struct stream *s)
{
    return d->a * dist_draw(d->data, s);
}

/* The greatest y, or near it, such that a y rounds to at most x: so that atoms stand where draws put them. */
static double before_scaling(const struct dist *d, double x)
{
    if (isinf(x))
        return x;
    double y = nextafter(x / d->a, INFINITY);
    for (int i = 0; i < 3 && d->a * y > x; i++)
        y = nextafter(y, -INFINITY);
    return y;
}

static double cdf(const struct dist *d, double x)
{
    const struct dist *of = d->data;
    return of->type->cdf(of, before_scaling(d, x));
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    const struct dist *of = d->data;
    const double from = fmax(of->min, nextafter(before_scaling(d, nextafter(low, -INFINITY)), INFINITY));
    dist_moments_between(of, from, before_scaling(d, high), moments);
    dist_move_origin(moments, from - (low / d->a));
    moments[1] *= d->a;
    moments[2] *= d->a * d->a;
}

static bool phase_law(const struct dist *d, struct arena *arena, struct phase_law *out)
{
    if (!dist_phases(d->data, arena, out))
        return false;
    double *rate = arena_array(arena, out->n + 1, sizeof *rate);
    for (size_t i = 0; rate != NULL && i < out->n; i++)
        rate[i] = out->rate[i] / d->a;
    out->rate = rate;
    return rate != NULL;
}

static bool transform(const struct dist *d, struct transform *at)
{
    struct transform of = {.s = at->s * d->a};
    if (!dist_transform(d->data, &of))
        return false;
    at->tail[0] = of.tail[0];
    at->tail[1] = d->a * of.tail[1];
    at->tail[2] = d->a * d->a * of.tail[2];
    return true;
}

static double third_moment(const struct dist *d)
{
    return d->a * d->a * d->a * dist_third_moment(d->data);
}

const struct dist_type dist_scaled = {
    .name = "scaled",
    .summary = "a distribution times a constant",
    .params = {{.name = "by",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_NUMBER,
                .range = RANGE_NOT_NEGATIVE,
                .required = true,
                .summary = "the factor"},
               {.name = "of",
                .type = PARAM_DIST,
                .dimension = DIMENSION_DRAWN,
                .required = true,
                .summary = "the distribution"}},
    .examples =
        {"{ \"dist\": \"scaled\", \"by\": 2.385, \"of\": { \"dist\": \"erlang\", \"k\": 2, \"mean\": 1 } }",
         "{ \"dist\": \"scaled\", \"by\": 0.1, \"of\": { \"dist\": \"discrete\", \"values\": [1, 3, 7], "
         "\"p\": [0.2, 0.3, 0.5] } }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
    .phases = phase_law,
    .transform = transform,
    .third_moment = third_moment,
};
