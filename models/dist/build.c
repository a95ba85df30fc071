#include "models/dist/build.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

unsigned dist_given(const struct dist *d, const struct arg *args)
{
    unsigned given = 0;
    for (unsigned i = 0; d->type->params[i].type != PARAM_NONE; i++)
        given |= args[i].given ? 1u << i : 0u;
    return given;
}

bool dist_fault(struct error *err, const struct arg *arg, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    error_set(err, "%s", text);
    error_place(err, NULL, &arg->at);
    return false;
}

bool dist_no_memory(struct error *err)
{
    return error_set(err, "out of memory");
}

/* What a number out of range should have been; NULL: it is in range. */
static const char *range_fault(enum range range, double x)
{
    if (!isfinite(x))
        return "a finite number";
    switch (range) {
    case RANGE_ANY:
        return NULL;
    case RANGE_POSITIVE:
        return x > 0.0 ? NULL : "above 0";
    case RANGE_NOT_NEGATIVE:
        return x >= 0.0 ? NULL : "at least 0";
    case RANGE_PROBABILITY:
        return x >= 0.0 && x <= 1.0 ? NULL : "a probability, from 0 to 1";
    case RANGE_OPEN_PROBABILITY:
        return x > 0.0 && x < 1.0 ? NULL : "a probability above 0 and below 1";
    case RANGE_FROM_ONE:
        return x >= 1.0 ? NULL : "at least 1";
    }
    return NULL;
}

static bool number_check(const struct dist *d, const struct param *param, const struct arg *arg, double x,
                         struct error *err)
{
    const char *fault = range_fault(param->range, x);
    if (fault != NULL)
        return dist_fault(err, arg, "%s: \"%s\" must be %s, not %g", d->type->name, param->name, fault, x);
    if (param->type == PARAM_WHOLE && (x != floor(x) || fabs(x) > 0x1p53))
        return dist_fault(err, arg, "%s: \"%s\" must be a whole number, not %g", d->type->name, param->name,
                          x);
    return true;
}

bool dist_check(const struct dist *d, const struct arg *args, struct error *err)
{
    for (size_t i = 0; d->type->params[i].type != PARAM_NONE; i++) {
        const struct param *param = &d->type->params[i];
        const struct arg *arg = &args[i];
        if (!arg->given) {
            if (param->required)
                return error_set(err, "%s needs \"%s\"", d->type->name, param->name);
            continue;
        }
        if (param->type == PARAM_NUMBER || param->type == PARAM_WHOLE) {
            if (!number_check(d, param, arg, arg->number, err))
                return false;
        } else if (param->type == PARAM_NUMBERS || param->type == PARAM_MATRIX) {
            const size_t count = param->type == PARAM_MATRIX ? arg->count * arg->count : arg->count;
            if (count == 0)
                return dist_fault(err, arg, "%s: \"%s\" is empty", d->type->name, param->name);
            for (size_t j = 0; j < count; j++)
                if (!number_check(d, param, arg, arg->list[j], err))
                    return false;
        } else if (param->type == PARAM_DISTS && arg->count == 0) {
            return dist_fault(err, arg, "%s: \"%s\" is empty", d->type->name, param->name);
        }
    }
    return true;
}

bool dist_needs(const struct dist *d, const struct arg *args, struct error *err, const char *what)
{
    char found[256] = "nothing";
    size_t used = 0;
    for (size_t i = 0; d->type->params[i].type != PARAM_NONE; i++)
        if (args[i].given && used < sizeof found)
            used += (size_t)snprintf(found + used, sizeof found - used, "%s\"%s\"", used > 0 ? ", " : "",
                                     d->type->params[i].name);
    return error_set(err, "%s needs %s; found %s", d->type->name, what, found);
}

bool dist_moments(struct dist *d, double mean, double variance, double min, bool diverges, struct error *err)
{
    if (!(isfinite(mean) || (diverges && mean == INFINITY)) || isnan(variance) || variance < 0.0 ||
        !isfinite(min))
        return error_set(err, "%s: with these numbers the mean is too large or too small to compute",
                         d->type->name);
    d->mean = mean;
    d->variance = mean == INFINITY ? INFINITY : variance;
    d->scv = d->variance == 0.0 || mean == 0.0 ? 0.0 : mean == INFINITY ? INFINITY : variance / mean / mean;
    d->min = min;
    return true;
}

double *dist_probabilities(const struct dist *d, const struct arg *p, size_t n, const char *of,
                           struct arena *arena, struct error *err)
{
    if (p->count != n && p->count + 1 != n) {
        dist_fault(err, p,
                   "%s: \"p\" must hold one probability for each of the %zu %s (or one less: the last takes "
                   "the rest), not %zu",
                   d->type->name, n, of, p->count);
        return NULL;
    }
    double *out = arena_array(arena, n, sizeof *out);
    if (out == NULL) {
        dist_no_memory(err);
        return NULL;
    }
    double sum = 0.0;
    for (size_t i = 0; i < p->count; i++)
        sum += out[i] = p->list[i];
    if (p->count == n ? fabs(sum - 1.0) > 1e-9 : sum > 1.0 + 1e-9) {
        dist_fault(err, p, "%s: the probabilities must sum to %s1, not %.10g", d->type->name,
                   p->count == n ? "" : "at most ", sum);
        return NULL;
    }
    size_t last = n - 1;
    if (p->count == n)
        while (last > 0 && out[last] == 0.0)
            last--;
    double before = 0.0;
    for (size_t i = 0; i < last; i++)
        before += out[i];
    out[last] = fmax(0.0, 1.0 - before);
    return out;
}

/* Doubles in their order as whole numbers in the same order. */
static int64_t order_of(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >= 0 ? bits : INT64_MIN - bits;
}

static double double_of(int64_t order)
{
    const int64_t bits = order >= 0 ? order : INT64_MIN - order;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static int64_t between(int64_t low, int64_t high)
{
    return (low & high) + ((low ^ high) >> 1); /* floor of the mean, without overflow */
}

double dist_inverse(const struct dist *d, double u, double low, double high)
{
    if (d->type->cdf(d, low) >= u)
        return low;
    int64_t below = order_of(low), reached = order_of(fmin(high, DBL_MAX));
    for (;;) {
        const int64_t middle = between(below, reached);
        if (middle == below)
            return double_of(reached);
        *(d->type->cdf(d, double_of(middle)) >= u ? &reached : &below) = middle;
    }
}

double dist_root(double (*f)(double x, double target), double target, double low, double high)
{
    const bool rising = f(high, target) > 0.0;
    assert(low < high);
    int64_t a = order_of(low), b = order_of(high);
    for (;;) {
        const int64_t middle = between(a, b);
        if (middle == a)
            return double_of(b);
        *((f(double_of(middle), target) > 0.0) == rising ? &b : &a) = middle;
    }
}

void dist_move_origin(double moments[3], double step)
{
    moments[2] += step * (2.0 * moments[1] + step * moments[0]);
    moments[1] += step * moments[0];
}

bool dist_phase_room(struct arena *arena, size_t n, struct phase_law *law, struct phase_room *room)
{
    if (n > PHASE_LAW_MOST)
        return false;
    room->alpha = arena_array(arena, n + 1, sizeof *room->alpha);
    room->rate = arena_array(arena, n + 1, sizeof *room->rate);
    room->follow = arena_array(arena, n * n + 1, sizeof *room->follow);
    *law = (struct phase_law){n, room->alpha, room->rate, room->follow};
    return room->alpha != NULL && room->rate != NULL && room->follow != NULL;
}

bool dist_phases_in_series(struct arena *arena, size_t n, double rate, double skip, struct phase_law *law)
{
    struct phase_room room;
    if (!dist_phase_room(arena, n, law, &room))
        return false;
    room.alpha[0] = 1.0 - skip;
    if (n > 1)
        room.alpha[1] = skip;
    for (size_t i = 0; i < n; i++) {
        room.rate[i] = rate;
        if (i + 1 < n)
            room.follow[i * n + i + 1] = 1.0;
    }
    return true;
}

bool dist_phases_abreast(struct arena *arena, size_t n, const double *p, const double *means, struct phase_law *law)
{
    struct phase_room room;
    if (!dist_phase_room(arena, n, law, &room))
        return false;
    for (size_t i = 0; i < n; i++) {
        room.alpha[i] = p[i];
        room.rate[i] = 1.0 / means[i];
    }
    return true;
}
