/* dist.h: distributions. One file per member, its row at the end; list.h names them all.
 *
 * A distribution here is never negative once it serves as a time: compile refuses one whose minimum is below
 * 0. */
#ifndef MODELS_DIST_H
#define MODELS_DIST_H

#include "models/param.h"
#include "sim/arena.h"
#include "sim/error.h"
#include "sim/lookup.h"
#include "sim/stream.h"

#define DIST_PARAMS 7

struct dist;
struct transform; /* models/dist/transform.h */

/* A distribution as the time that a Markov chain takes: it starts in phase i with probability alpha[i] (what these lack
 * of 1 is the probability of the value 0), leaves it at rate[i], and goes on to phase j with probability
 * follow[i n + j], else ends. n 0: always 0. */
struct phase_law {
    size_t n;
    const double *alpha, *rate, *follow;
};

struct dist_type {
    const char *name;                 /* as in { "dist": NAME } */
    const char *summary;              /* one line for `desq list distributions` */
    struct param params[DIST_PARAMS]; /* ended by PARAM_NONE; .dimension mostly DIMENSION_DRAWN */
    const char *examples[4];          /* JSON objects, NULL-ended; tests draw from each of them */

    /* Checks args (one per param, in order) and fills d: parameters, mean, scv, min. false with err's text
     * set
     * ("needs either mean or rate") when they do not make a distribution. d->type is set already. */
    bool (*init)(struct dist *d, const struct arg *args, struct arena *arena, struct error *err);
    double (*draw)(const struct dist *d, struct stream *s);
    double (*cdf)(const struct dist *d, double x); /* P(X <= x) */
    /* P(X > x), as good relative to itself where it is small. NULL: 1 - cdf is all there is. */
    double (*above)(const struct dist *d, double x);
    /* The value that is exceeded with probability p, 0 < p < 1: above's inverse. NULL: it has no closed form. */
    double (*exceeded)(const struct dist *d, double p);
    /* As dist_moments_between, for min <= low <= high < INFINITY. NULL: quadrature of the cdf, for members
     * without atoms (but perhaps at min). */
    void (*between)(const struct dist *d, double low, double high, double moments[3]);
    /* As dist_phases. NULL: it is of no phase type (or would need more phases than it is worth). */
    bool (*phases)(const struct dist *d, struct arena *arena, struct phase_law *out);
    /* E[X^3], where the variance is finite; NAN: not known so. NULL: quadrature of the cdf. */
    double (*third_moment)(const struct dist *d);
    /* As dist_transform. NULL: it has no closed form. */
    bool (*transform)(const struct dist *d, struct transform *at);
};

/* How dist_draw takes the two commonest without an indirect call. DIST_GIVEN: nothing to draw, each task brings its value
 * with it (the service column of a trace); the moments are those of all values. DIST_SHARED: a draw that the steps of
 * a task share (models/dist/shared.h). */
enum dist_shape { DIST_OTHER, DIST_CONSTANT, DIST_EXPONENTIAL, DIST_GIVEN, DIST_SHARED };

/* Plain data, const once made; shared by all threads. */
struct dist {
    const struct dist_type *type;
    enum dist_shape shape;
    double mean;      /* of what is drawn; INFINITY where it diverges */
    double variance;  /* INFINITY where it diverges */
    double scv;       /* variance / mean^2; INFINITY where it diverges; 0 when mean is 0 */
    double min;       /* least value that can be drawn */
    double a, b, c;   /* the member's own parameters; the constant's value and the exponential's mean are a */
    const void *data; /* the member's own, in the arena; NULL when a, b, c suffice */
    const char *note; /* a sentence for the report ("two-moment fit: ..."), or NULL */
};

extern const struct lookup_table dist_table; /* all rows, in list.h's order */

/* The row that { "mean": m, "scv": c } without "dist" picks: the usual two-moment fit (Tijms, A First Course
 * in Stochastic Models, 2003, section B.2): a mixture of Erlang k-1 and k below scv 1, exponential at 1,
 * hyperexponential with balanced means above; its note says which. */
extern const struct dist_type dist_two_moment;

/* The distribution that is always value. */
struct dist dist_make_constant(double value);

/* Exponential of this mean > 0. */
struct dist dist_make_exponential(double mean);

/* A draw that steps share: number `index`, of this law, times a factor. A constant comes out as one. False: err. */
bool dist_make_shared(struct dist *out, const struct dist *law, uint64_t index, double times, struct arena *arena,
                      struct error *err);

/* What values in low .. high (both included; low finite, high may be INFINITY) contribute to the moments
 * about low: moments[k] = E[(X - low)^k; low <= X <= high], k = 0, 1, 2. So moments[1] from low = 0 is the
 * load due to jobs up to high. Sums for members with atoms, else quadrature to a relative 1e-10 or so. */
void dist_moments_between(const struct dist *d, double low, double high, double moments[3]);

/* The distribution as phases: exactly it, not a fit. At most PHASE_LAW_MOST of them. false: it is none, or no memory. */
#define PHASE_LAW_MOST 500
bool dist_phases(const struct dist *d, struct arena *arena, struct phase_law *out);

/* P(X > x). */
static inline double dist_above(const struct dist *d, double x)
{
    return d->type->above != NULL ? d->type->above(d, x) : 1.0 - d->type->cdf(d, x);
}

/* E[X^3]; INFINITY where it diverges; NAN: not known. */
double dist_third_moment(const struct dist *d);

/* The values of a distribution that has no others, ascending, and their probabilities. How many; 0: more than `most`, or it has others. */
size_t dist_atoms(const struct dist *d, size_t most, double *values, double *p);

/* One value. */
static inline double dist_draw(const struct dist *d, struct stream *s)
{
    if (d->shape == DIST_EXPONENTIAL)
        return d->a * stream_exponential(s);
    if (d->shape == DIST_CONSTANT)
        return d->a;
    return d->type->draw(d, s);
}

#endif
