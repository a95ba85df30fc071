#include "models/theory/busy.h"

#include <math.h>

static bool has(const struct busy_streams *x, uint32_t kind)
{
    return x->visits[kind].class >= x->from && x->visits[kind].class < x->below && x->visits[kind].rate > 0.0;
}

bool busy_tails(const struct busy_streams *x, double complex s, double complex tail[TRANSFORM_TAILS])
{
    for (int i = 0; i < TRANSFORM_TAILS; i++)
        tail[i] = 0.0;
    for (uint32_t k = 0; k < x->kinds; k++) {
        struct transform one = {.s = s};
        if (!has(x, k))
            continue;
        if (!dist_transform(x->visits[k].service, &one))
            return false;
        for (int i = 0; i < TRANSFORM_TAILS; i++)
            tail[i] += x->visits[k].rate * one.tail[i];
    }
    return true;
}

/* (1 - load) sigma + sigma^2 [2](sigma) - s: what the root makes 0, without what cancels near load 1. */
static double complex lacks(const struct busy_streams *x, double idle, double complex sigma, double complex s)
{
    double complex tail[TRANSFORM_TAILS];
    return busy_tails(x, sigma, tail) ? sigma * (idle + sigma * tail[2]) - s : NAN;
}

/* From two guesses near the root. */
static double complex polish(const struct busy_streams *x, double complex one, double complex other,
                             double complex s)
{
    enum { ROUNDS = 40 };
    double load = 0.0;
    for (uint32_t k = 0; k < x->kinds; k++)
        load += has(x, k) ? x->visits[k].rate * x->visits[k].service->mean : 0.0;
    double complex at_one = lacks(x, 1.0 - load, one, s), at_other = lacks(x, 1.0 - load, other, s);
    for (int i = 0; i < ROUNDS && at_other != 0.0 && at_other != at_one; i++) {
        const double complex next = other - at_other * (other - one) / (at_other - at_one);
        if (cabs(next - other) <= 1e-15 * cabs(next))
            return next;
        one = other;
        at_one = at_other;
        other = next;
        at_other = lacks(x, 1.0 - load, other, s);
    }
    return other;
}

double complex busy_stretch(const struct busy_streams *x, double complex s)
{
    enum { ROUNDS = 500 };
    double complex tail[TRANSFORM_TAILS], now = s, step_before = 0.0;
    /* The iteration contracts; Steffensen's steps make it quick. */
    for (int i = 0; i < ROUNDS; i++) {
        if (!busy_tails(x, now, tail))
            return NAN;
        const double complex next = s + now * tail[1], step = next - now;
        if (step == 0.0)
            return next;
        if (cabs(step) <= 1e-5 * cabs(next))
            return polish(x, now, next, s);
        const double complex change = step - step_before;
        double complex to = next;
        if (i % 2 == 1 && cabs(change) > 0.0) {
            to = next - step * step / change;
            if (!(creal(to) > 0.0) || !(cabs(to - next) < cabs(next)))
                to = next;
        }
        step_before = step;
        now = to;
    }
    return NAN;
}

bool busy_smooth(const struct single_visit *visits, uint32_t kinds)
{
    enum { ATOMS_MOST = 64 };
    double value[ATOMS_MOST], p[ATOMS_MOST];
    for (uint32_t k = 0; k < kinds; k++) {
        const struct dist *d = visits[k].service;
        if (d->shape == DIST_CONSTANT || d->shape == DIST_GIVEN || d->type->cdf(d, d->min) > 0.0 ||
            dist_atoms(d, ATOMS_MOST, value, p) > 0)
            return false;
    }
    return true;
}

double busy_cost(const struct single_visit *visits, uint32_t kinds)
{
    double cost = 1.0;
    for (uint32_t k = 0; k < kinds; k++) {
        struct transform at = {.s = 1.0 / visits[k].service->mean};
        dist_transform(visits[k].service, &at);
        cost = fmax(cost, at.cost);
    }
    return cost;
}

void busy_moments(const struct busy_streams *x, double *load, double *second, double *third)
{
    *load = *second = *third = 0.0;
    for (uint32_t k = 0; k < x->kinds; k++) {
        const struct single_visit *v = &x->visits[k];
        if (!has(x, k))
            continue;
        *load += v->rate * v->service->mean;
        *second += v->rate * (v->service->variance + v->service->mean * v->service->mean);
        *third += v->rate * dist_third_moment(v->service);
    }
}
