/* triangular.c: density rising in a straight line from min (d->a) to mode (d->b) and falling to max (d->c).
 */
#include "models/dist/build.h"
#include "models/dist/transform.h"

#include <math.h>

enum { MIN, MODE, MAX };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    d->a = args[MIN].number;
    d->b = args[MODE].number;
    d->c = args[MAX].number;
    if (!(d->a <= d->b && d->b <= d->c))
        return error_set(err, "triangular needs min <= mode <= max, but they are %g, %g and %g", d->a, d->b,
                         d->c);
    if (d->a == d->c) {
        *d = dist_make_constant(d->a);
        return true;
    }
    const double rise = d->b - d->a, all = d->c - d->a;
    return dist_moments(d, d->a + (rise + all) / 3.0, (all * all - all * rise + rise * rise) / 18.0, d->a,
                        false, err);
}

static double draw(const struct dist *d, struct stream *s)
{
    const double rise = d->b - d->a, fall = d->c - d->b, all = d->c - d->a, u = stream_uniform(s);
    if (u * all < rise)
        return d->a + sqrt(u * all * rise);
    return d->c - sqrt((1.0 - u) * all * fall);
}

static double cdf(const struct dist *d, double x)
{
    if (x < d->a)
        return 0.0;
    if (x >= d->c)
        return 1.0;
    if (x < d->b)
        return (x - d->a) / (d->c - d->a) * ((x - d->a) / (d->b - d->a));
    return 1.0 - (d->c - x) / (d->c - d->a) * ((d->c - x) / (d->c - d->b));
}

static double above(const struct dist *d, double x)
{
    if (x >= d->c)
        return 0.0;
    if (x < d->b)
        return 1.0 - cdf(d, x);
    return (d->c - x) / (d->c - d->a) * ((d->c - x) / (d->c - d->b));
}

static bool transform(const struct dist *d, struct transform *at)
{
    /* With probability rise / all min plus rise times the larger of two uniform values, else the mode plus fall times the
     * smaller. */
    const double rise = d->b - d->a, fall = d->c - d->b, p = rise / (d->c - d->a);
    double complex up[PHI_MOST + 1], down[PHI_MOST + 1];
    struct transform falling = {.s = at->s};
    transform_phi(at->s * rise, up);
    transform_phi(at->s * fall, down);
    double scale = 2.0, falling_scale = 2.0;
    for (int k = 0; k < TRANSFORM_TAILS; k++, scale *= rise, falling_scale *= fall) {
        at->tail[k] = scale * (up[k + 1] - up[k + 2]);
        falling.tail[k] = falling_scale * down[k + 2];
    }
    transform_shift(at, d->a, rise * 2.0 / 3.0);
    transform_shift(&falling, d->b, fall / 3.0);
    for (int k = 0; k < TRANSFORM_TAILS; k++)
        at->tail[k] = p * at->tail[k] + (1.0 - p) * falling.tail[k];
    return true;
}

static double third_moment(const struct dist *d)
{
    /* As in transform: of the larger of two uniform values E[V^k] is 2 / (k + 2), of the smaller 1/3, 1/6, 1/10. */
    const double a = d->a, b = d->b, rise = b - a, fall = d->c - b, p = rise / (d->c - a);
    const double up = a * a * (a + 2.0 * rise) + rise * rise * (1.5 * a + 0.4 * rise);
    const double down = b * b * (b + fall) + fall * fall * (0.5 * b + 0.1 * fall);
    return p * up + (1.0 - p) * down;
}

const struct dist_type dist_triangular = {
    .name = "triangular",
    .summary = "min, mode and max: an expert's guess",
    .params = {{.name = "min",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .required = true,
                .summary = "least value"},
               {.name = "mode",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .required = true,
                .summary = "likeliest value"},
               {.name = "max",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .required = true,
                .summary = "greatest value"}},
    .examples = {"{ \"dist\": \"triangular\", \"min\": 1, \"mode\": 1.7, \"max\": 4.2 }",
                 "{ \"dist\": \"triangular\", \"min\": 0, \"mode\": 0, \"max\": 2.385 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .above = above,
    .transform = transform,
    .third_moment = third_moment,
};
