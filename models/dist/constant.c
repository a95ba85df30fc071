/* constant.c: always the same value. */
#include "models/dist/build.h"
#include "models/dist/transform.h"

enum { VALUE, MEAN };

static bool init(struct dist *d, const struct arg *args, struct arena *arena, struct error *err)
{
    (void)arena;
    if (!dist_check(d, args, err))
        return false;
    if (args[VALUE].given == args[MEAN].given)
        return dist_needs(d, args, err, "either \"value\" or \"mean\"");
    *d = dist_make_constant(args[VALUE].given ? args[VALUE].number : args[MEAN].number);
    return true;
}

static double draw(const struct dist *d, struct stream *s)
{
    (void)s;
    return d->a;
}

static double cdf(const struct dist *d, double x)
{
    return x >= d->a ? 1.0 : 0.0;
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    moments[0] = d->a >= low && d->a <= high;
    moments[1] = moments[0] * (d->a - low);
    moments[2] = moments[1] * (d->a - low);
}

/* Never to be waited for; any other constant has no phases. */
static bool phase_law(const struct dist *d, struct arena *arena, struct phase_law *out)
{
    struct phase_room room;
    return d->a == 0.0 && dist_phase_room(arena, 0, out, &room);
}

static bool transform(const struct dist *d, struct transform *at)
{
    transform_add_value(at, 1.0, d->a);
    return true;
}

static double third_moment(const struct dist *d)
{
    return d->a * d->a * d->a;
}

const struct dist_type dist_constant = {
    .name = "constant",
    .summary = "always the same value; a plain number means this too",
    .params = {{.name = "value", .type = PARAM_NUMBER, .dimension = DIMENSION_DRAWN, .summary = "the value"},
               {.name = "mean",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_DRAWN,
                .summary = "another name for value"}},
    .examples = {"{ \"dist\": \"constant\", \"value\": 2.5 }", "{ \"dist\": \"constant\", \"mean\": 0.385 }"},
    .init = init,
    .draw = draw,
    .cdf = cdf,
    .between = between,
    .phases = phase_law,
    .transform = transform,
    .third_moment = third_moment,
};
