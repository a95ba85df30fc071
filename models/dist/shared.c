#include "models/dist/shared.h"

extern const struct dist_type dist_scaled;

static const struct dist *of(const struct dist *d)
{
    return ((const struct shared_draw *)d->data)->of;
}

static double draw(const struct dist *d, struct stream *s)
{
    return dist_draw(of(d), s);
}

static double cdf(const struct dist *d, double x)
{
    return of(d)->type->cdf(of(d), x);
}

static void between(const struct dist *d, double low, double high, double moments[3])
{
    dist_moments_between(of(d), low, high, moments);
}

/* No row of the table: steps refer to it by { "shared": NAME }. */
static const struct dist_type shared = {
    .name = "shared", .summary = "a draw that the steps of a task share", .draw = draw, .cdf = cdf, .between = between};

bool dist_make_shared(struct dist *out, const struct dist *law, uint64_t index, double times, struct arena *arena,
                      struct error *err)
{
    if (law->shape == DIST_CONSTANT) {
        *out = dist_make_constant(times * law->a);
        return true;
    }
    struct shared_draw *data = arena_alloc(arena, sizeof *data);
    struct dist *scaled = arena_alloc(arena, sizeof *scaled);
    if (data == NULL || scaled == NULL)
        return error_set(err, "out of memory");
    *scaled = *law;
    if (times != 1.0) {
        const struct arg args[DIST_PARAMS] = {{.given = true, .number = times}, {.given = true, .dist = law}};
        *scaled = (struct dist){.type = &dist_scaled};
        if (!dist_scaled.init(scaled, args, arena, err))
            return false;
    }
    *data = (struct shared_draw){scaled, index};
    *out = *scaled;
    out->type = &shared;
    out->shape = DIST_SHARED;
    out->data = data;
    return true;
}
