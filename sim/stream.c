#include "sim/stream.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

__extension__ typedef unsigned __int128 uint128;

uint64_t stream_below(struct stream *s, uint64_t n)
{
    assert(n > 0);
    uint128 product = (uint128)stream_bits(s) * n;
    if ((uint64_t)product < n) {
        const uint64_t reject = (0 - n) % n; /* 2^64 mod n: as many low parts are one too many */
        while ((uint64_t)product < reject)
            product = (uint128)stream_bits(s) * n;
    }
    return (uint64_t)(product >> 64);
}

/* Is a point at x, uniform over the height of the layer, under the curve? The height at x is f. */
static inline int under(struct stream *s, const double *heights, unsigned layer, double f)
{
    return heights[layer] + stream_uniform(s) * (heights[layer + 1] - heights[layer]) < f;
}

double stream_exponential_rest(struct stream *s, uint64_t bits)
{
    double shift = 0.0;
    for (;;) {
        const uint64_t mantissa = bits >> 11;
        const unsigned layer = (unsigned)(bits & 255);
        const double x = (double)(int64_t)mantissa * stream_exponential_layers[layer].width;
        if (mantissa < stream_exponential_layers[layer].edge)
            return shift + x;
        if (layer == 0)
            shift += STREAM_EXPONENTIAL_TAIL; /* memoryless: beyond x_1 it starts afresh */
        else if (under(s, stream_exponential_heights, layer, exp(-x)))
            return shift + x;
        bits = stream_bits(s);
    }
}

/* Beyond STREAM_NORMAL_TAIL (Marsaglia, "Generating a variable from the tail of the normal distribution",
 * Technometrics 1964). */
static double normal_tail(struct stream *s)
{
    for (;;) {
        const double x = stream_exponential(s) / STREAM_NORMAL_TAIL;
        if (2.0 * stream_exponential(s) >= x * x)
            return STREAM_NORMAL_TAIL + x;
    }
}

double stream_normal_rest(struct stream *s, uint64_t bits)
{
    for (;;) {
        const uint64_t mantissa = bits >> 11;
        const unsigned layer = (unsigned)(bits & 255);
        double x = (double)(int64_t)mantissa * stream_normal_layers[layer].width;
        int inside = mantissa < stream_normal_layers[layer].edge;
        if (!inside && layer == 0) {
            x = normal_tail(s);
            inside = 1;
        }
        if (inside || under(s, stream_normal_heights, layer, exp(-0.5 * x * x)))
            return stream_signed(x, bits);
        bits = stream_bits(s);
    }
}

double stream_gamma(struct stream *s, double shape)
{
    assert(shape > 0.0);
    if (shape < 1.0) /* X = Y U^(1/shape), Y of shape + 1 */
        return stream_gamma(s, shape + 1.0) * exp(-stream_exponential(s) / shape);
    const double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        const double z = stream_normal(s), t = 1.0 + c * z, v = t * t * t;
        if (t <= 0.0)
            continue;
        const double u = stream_uniform_open(s), zz = z * z;
        if (u < 1.0 - 0.0331 * zz * zz || log(u) < 0.5 * zz + d * (1.0 - v + log(v)))
            return d * v;
    }
}

uint64_t stream_key(uint64_t seed, uint64_t replication, enum stream_purpose purpose, const char *name)
{
    uint64_t key = stream_mix(seed + STREAM_GAMMA);
    key = stream_mix((key ^ replication) + STREAM_GAMMA);
    key = stream_mix((key ^ (uint64_t)purpose) + STREAM_GAMMA);
    if (name == NULL)
        return key;
    for (const char *c = name; *c != '\0'; c++)
        key = stream_mix((key ^ (unsigned char)*c) + STREAM_GAMMA);
    return stream_mix(key + STREAM_STEP); /* "" is a name too */
}

static void gsl_set(void *state, unsigned long seed)
{
    ((struct stream *)state)->state = stream_mix((uint64_t)seed + STREAM_GAMMA);
}

static unsigned long gsl_get(void *state)
{
    return (unsigned long)(stream_bits(state) >> 32);
}

static double gsl_get_double(void *state)
{
    return stream_uniform(state);
}

static const gsl_rng_type gsl_type = {
    .name = "desq stream",
    .max = 0xFFFFFFFFUL,
    .min = 0,
    .size = sizeof(struct stream),
    .set = gsl_set,
    .get = gsl_get,
    .get_double = gsl_get_double,
};

gsl_rng stream_gsl(struct stream *s)
{
    return (gsl_rng){.type = &gsl_type, .state = s};
}
