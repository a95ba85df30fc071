/* stream.h: random streams keyed by what they are for.
 *
 * Randomness belongs to things, not to the moment: each stream's starting point is a strong mix of (seed,
 * replication, purpose, name), so that a new station or another order of service shifts nobody else's draws.
 *
 * Two generators, one type of output:
 * - a task's draws: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA
 * 2014): a Weyl sequence through a 64-bit mixer; passes BigCrush. State: 8 bytes. Draw number i of a task
 * starts at key + i * STREAM_STEP, so a draw's value depends on the task and the number of the draw alone.
 * - a source's or station's long sequence: the same SplitMix64 step over a state that is keyed by name.
 */
#ifndef SIM_STREAM_H
#define SIM_STREAM_H

#include <gsl/gsl_rng.h>
#include <stdint.h>
#include <string.h>

struct stream {
    uint64_t state;
};

#define STREAM_GAMMA UINT64_C(0x9E3779B97F4A7C15) /* golden ratio: the Weyl step within one stream */
#define STREAM_STEP                                                                                          \
    UINT64_C(0xD1342543DE82EF95) /* odd, unrelated to STREAM_GAMMA: from one draw of a task to its next */

/* Stafford's variant 13 of the MurmurHash3 finaliser, as in SplitMix64: a bijection on 64 bits. */
static inline uint64_t stream_mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* 64 independent uniform bits. */
static inline uint64_t stream_bits(struct stream *s)
{
    s->state += STREAM_GAMMA;
    return stream_mix(s->state);
}

/* Uniform on [0, 1): multiples of 2^-53. */
static inline double stream_uniform(struct stream *s)
{
    return (double)(int64_t)(stream_bits(s) >> 11) * 0x1p-53; /* by way of int64_t: one instruction */
}

/* Uniform on (0, 1): odd multiples of 2^-53; never 0, never 1, so that its logarithm is finite. */
static inline double stream_uniform_open(struct stream *s)
{
    return ((double)(int64_t)(stream_bits(s) >> 12) + 0.5) * 0x1p-52;
}

/* A whole number uniform on 0 .. n-1, n >= 1, without bias (Lemire, "Fast random integer generation in an
 * interval", ACM TOMACS 2019). */
uint64_t stream_below(struct stream *s, uint64_t n);

/* The ziggurat method (Marsaglia, Tsang, "The ziggurat method for generating random variables", J. Stat.
 * Software 2000), exact but for the 53-bit grid. 256 layers of equal area v cover the area under f: layer i
 * >= 1 is the rectangle [0, x_i] times [f(x_i), f(x_i+1)], layer 0 is [0, x_1] times [0, f(x_1)] and the tail
 * beyond x_1, taken as a rectangle of width x_0 = v / f(x_1); x_256 = 0. The layer comes from the low 8 bits,
 * the sign (normal) from bit 8, the point within the layer from the high 53: no bit is used twice. mantissa *
 * width is uniform on [0, x_i); where mantissa < edge it is below x_i+1, hence under the curve whatever its
 * height, and done. The rest goes to the _rest function: the wedge (by rejection) or the tail. Tables:
 * stream_tables.c. */
struct stream_layer {
    uint64_t edge; /* floor(2^53 x_i+1 / x_i) */
    double width;  /* 2^-53 x_i */
};
extern const struct stream_layer stream_exponential_layers[256];
extern const struct stream_layer stream_normal_layers[256];
extern const double stream_exponential_heights[257]; /* f(x_i) = exp(-x_i); [0] is 0, [256] is 1 */
extern const double stream_normal_heights[257];      /* f(x_i) = exp(-x_i^2 / 2) */
#define STREAM_EXPONENTIAL_TAIL 0x1.ec9d9297ebb83p+2 /* x_1 = 7.697117... */
#define STREAM_NORMAL_TAIL      0x1.d3bb48209ad33p+1 /* x_1 = 3.654153... */
double stream_exponential_rest(struct stream *s, uint64_t bits);
double stream_normal_rest(struct stream *s, uint64_t bits);

/* Exponential of mean 1; finite, at least 0 (0 itself with probability 2^-53). */
static inline double stream_exponential(struct stream *s)
{
    const uint64_t bits = stream_bits(s);
    const uint64_t mantissa = bits >> 11;
    const struct stream_layer *layer = &stream_exponential_layers[bits & 255];
    if (__builtin_expect(mantissa < layer->edge, 1)) /* 98.9 % */
        return (double)(int64_t)mantissa * layer->width;
    return stream_exponential_rest(s, bits);
}

/* x, or -x where bit 8 of bits is set; without a branch, which half of all draws would mispredict. */
static inline double stream_signed(double x, uint64_t bits)
{
    uint64_t image;
    memcpy(&image, &x, sizeof image);
    image ^= (bits & 256) << 55;
    memcpy(&x, &image, sizeof x);
    return x;
}

/* Normal of mean 0 and variance 1. */
static inline double stream_normal(struct stream *s)
{
    const uint64_t bits = stream_bits(s);
    const uint64_t mantissa = bits >> 11;
    const struct stream_layer *layer = &stream_normal_layers[bits & 255];
    if (__builtin_expect(mantissa < layer->edge, 1)) /* 98.8 % */
        return stream_signed((double)(int64_t)mantissa * layer->width, bits);
    return stream_normal_rest(s, bits);
}

/* Gamma of this shape > 0 and scale 1 (Marsaglia, Tsang, "A simple method for generating gamma variables",
 * ACM TOMS 2000). A small shape has most of its mass below the least double: there it gives 0. */
double stream_gamma(struct stream *s, double shape);

/* The key of what is named: a mix of all four. purpose is one of the STREAM_ constants below. Different
 * arguments give unrelated keys. name may be NULL. */
enum stream_purpose { STREAM_ARRIVAL = 1, STREAM_TASK, STREAM_STATION, STREAM_TEST, STREAM_ENVIRONMENT, STREAM_SPLIT };
uint64_t stream_key(uint64_t seed, uint64_t replication, enum stream_purpose purpose, const char *name);

/* The key of number n under key: for the tasks of a kind, the cycles of a closed task. */
static inline uint64_t stream_subkey(uint64_t key, uint64_t n)
{
    return stream_mix(key + n * STREAM_GAMMA) ^ key;
}

/* The stream for draw number i of the task with this key. */
static inline struct stream stream_draw(uint64_t key, uint64_t i)
{
    return (struct stream){key + i * STREAM_STEP};
}

/* A gsl_rng over a stream: serves GSL's samplers. Set up with stream_gsl on storage of the caller's; what a
 * sampler draws advances s. The type has range 0 .. 2^32 - 1 for gsl_rng_get and full 53 bits for
 * gsl_rng_uniform. */
gsl_rng stream_gsl(struct stream *s);

#endif
