#include "models/antithetic.h"

#include "models/arrival/arrival.h"

/* The other stream of a law that cannot be inverted. */
#define OTHER_STREAM UINT64_C(0x5BE0CD19137E2179)

static const struct dist *law_of(const struct dist *d)
{
    return d->data;
}

static double draw_first(const struct dist *d, struct stream *s)
{
    return law_of(d)->type->exceeded(law_of(d), stream_uniform_open(s));
}

static double draw_second(const struct dist *d, struct stream *s)
{
    return law_of(d)->type->exceeded(law_of(d), 1.0 - stream_uniform_open(s));
}

static double draw_apart(const struct dist *d, struct stream *s)
{
    struct stream other = {s->state ^ OTHER_STREAM};
    const double x = dist_draw(law_of(d), &other);
    s->state = other.state ^ OTHER_STREAM;
    return x;
}

static double cdf(const struct dist *d, double x)
{
    return law_of(d)->type->cdf(law_of(d), x);
}

static double above(const struct dist *d, double x)
{
    return dist_above(law_of(d), x);
}

static const struct dist_type first = {.name = "antithetic", .draw = draw_first, .cdf = cdf, .above = above},
                              second = {.name = "antithetic", .draw = draw_second, .cdf = cdf, .above = above},
                              apart = {.name = "apart", .draw = draw_apart, .cdf = cdf, .above = above};

/* The law as the first (0) or the second (1) draws it. */
static struct dist as_drawn(const struct dist *law, int which)
{
    struct dist out = *law;
    const bool inverted = law->type != NULL && law->type->exceeded != NULL;
    if ((law->shape != DIST_OTHER && law->shape != DIST_EXPONENTIAL) || !(law->variance > 0.0) || (!inverted && which == 0))
        return out;
    out.shape = DIST_OTHER;
    out.type = !inverted ? &apart : which == 0 ? &first : &second;
    out.data = law;
    return out;
}

const char *antithetic_refused(const struct model *m)
{
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const struct arrival *a = m->kinds[k].arrival;
        if (a->form == ARRIVAL_OPEN && (a->type->next != NULL || a->batch != NULL || a->requests != NULL || a->services != NULL))
            return m->kinds[k].name;
    }
    return NULL;
}

static bool make_arrival(struct arena *arena, struct kind_model *kind, int which)
{
    struct arrival *a = arena_alloc(arena, sizeof *a);
    if (a == NULL)
        return false;
    *a = *kind->arrival;
    if (a->form == ARRIVAL_OPEN)
        a->interarrival = as_drawn(&kind->arrival->interarrival, which);
    if (a->form == ARRIVAL_CLOSED)
        a->think = as_drawn(&kind->arrival->think, which);
    kind->arrival = a;
    return true;
}

static bool make_program(struct arena *arena, struct kind_model *kind, int which)
{
    struct op *ops = arena_array(arena, kind->program_length, sizeof *ops);
    if (ops == NULL)
        return false;
    for (uint32_t i = 0; i < kind->program_length; i++) {
        ops[i] = kind->program[i];
        if ((ops[i].code != OP_AT && ops[i].code != OP_DELAY) || ops[i].dist == NULL)
            continue;
        struct dist *d = arena_alloc(arena, sizeof *d);
        if (d == NULL)
            return false;
        *d = as_drawn(ops[i].dist, which);
        ops[i].dist = d;
    }
    kind->program = ops;
    return true;
}

bool antithetic_models(struct arena *arena, const struct model *m, struct model out[static 2])
{
    for (int which = 0; which < 2; which++) {
        out[which] = *m;
        out[which].recursion = false;
        out[which].kinds = arena_array(arena, m->kind_count, sizeof *out[which].kinds);
        if (out[which].kinds == NULL)
            return false;
        for (uint32_t k = 0; k < m->kind_count; k++) {
            out[which].kinds[k] = m->kinds[k];
            if (!make_arrival(arena, &out[which].kinds[k], which) || !make_program(arena, &out[which].kinds[k], which))
                return false;
        }
    }
    return true;
}
