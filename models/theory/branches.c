/* branches.c: forks without queueing: hedged and redundant requests to servers that are never short. The
 * response is that of the k-th branch to be done, an order statistic of independent times. */
#include "models/theory/race.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>

/* P(response > t): fewer than `needed` branches are done. */
double race_above(const struct race *r, double t)
{
    double done[BRANCHES_MOST + 1] = {1.0}; /* by number of branches done, of those looked at */
    for (size_t b = 0; b < r->count; b++) {
        const struct branch_law *law = &r->branch[b];
        const double f = t >= law->shift ? law->time->type->cdf(law->time, t - law->shift) : 0.0;
        const double above = t >= law->shift ? dist_above(law->time, t - law->shift) : 1.0;
        for (size_t k = b + 1; k > 0; k--)
            done[k] = done[k] * above + done[k - 1] * f;
        done[0] *= above;
    }
    double sum = 0.0;
    for (size_t k = 0; k < r->needed; k++)
        sum += done[k];
    return sum;
}

/* One branch: constant delays, then one time that nobody queues for, then the join. */
static bool read_branch(const struct model *model, const struct op *program, uint32_t at,
                        struct branch_law *out, struct error *err)
{
    *out = (struct branch_law){0.0, NULL};
    for (;; at++) {
        const struct op *op = &program[at];
        if (op->code == OP_JOIN)
            return out->time != NULL || error_set(err, "a branch takes no time that varies");
        if (op->code != OP_DELAY && op->code != OP_AT)
            return error_set(err, "a branch is more than delays and one visit");
        if (op->code == OP_AT) {
            const struct station_model *m = &model->stations[op->station];
            if (m->servers != UNLIMITED || m->behaviour != NULL || m->switch_cost != NULL ||
                m->capacity != UNLIMITED || m->pace != NULL || m->environment != NULL || m->individual ||
                m->batch_max > 0 || m->group != NULL || op->given)
                return error_set(err, "station %s may be short of servers", m->name);
        }
        if (out->time == NULL && op->dist->shape == DIST_CONSTANT && program[at + 1].code != OP_JOIN)
            out->shift += op->dist->a;
        else if (out->time == NULL)
            out->time = op->dist;
        else
            return error_set(err, "a branch is more than constant delays and one time that varies");
    }
}

bool race_read(const struct model *model, const struct op *program, const struct op *fork, struct race *race,
               struct error *err)
{
    if (fork->slot > BRANCHES_MOST)
        return error_set(err, "there are more than %d branches", BRANCHES_MOST);
    race->count = fork->slot;
    race->needed = (size_t)fork->p;
    for (uint32_t b = 0; b < fork->slot; b++)
        if (!read_branch(model, program, (uint32_t)(fork[1 + (fork->station > 0 ? 0 : b)].target),
                         &race->branch[b], err))
            return false;
    return true;
}

static bool read_race(const struct model *model, struct race *race, struct error *err)
{
    if (model->kind_count != 1 || model->kinds[0].program[0].code != OP_FORK)
        return error_set(err, "its tasks do not begin with a fork");
    const struct kind_model *kind = &model->kinds[0];
    const struct op *program = kind->program, *fork = &program[0];
    if (fork->target != kind->program_length - 1 || program[fork->target].code != OP_END)
        return error_set(err, "its tasks go on after the fork");
    return race_read(model, program, fork, race, err);
}

enum { INTERVALS = 1000 };

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct moment {
    const struct race *race;
    int power;
};

static double integrand(double t, void *context)
{
    const struct moment *m = context;
    return m->power * pow(t, m->power - 1) * race_above(m->race, t);
}

/* The least t with P(response > t) <= 1 - p. */
static double quantile_of(const struct race *race, double p, double start)
{
    double low = 0.0, high = start > 0.0 ? start : 1.0;
    while (race_above(race, high) > 1.0 - p && high < 1e300)
        high *= 2.0;
    for (int i = 0; i < 200; i++) {
        const double middle = 0.5 * (low + high);
        *(race_above(race, middle) > 1.0 - p ? &low : &high) = middle;
    }
    return high;
}

/* Adds the integral from .. to, and its error. */
static void add_part(gsl_function *f, double from, double to, gsl_integration_workspace *space, double *sum,
                     double *errors)
{
    double part = 0.0, error = 0.0;
    if (to > from) /* whatever its status: the error counts */
        gsl_integration_qag(f, from, to, 1e-14 * *sum, 1e-12, INTERVALS, GSL_INTEG_GAUSS31, space, &part,
                            &error);
    *sum += part;
    *errors += error;
}

/* The integral of P(time > t) times power t^(power - 1), between all points where it may jump, and in rooms
 * that double: out from the median, for the law may be narrow, and up from 0 and on to infinity, for it may
 * be very wide. */
bool race_moment(const struct race *race, int power, double *out, struct error *err)
{
    enum { NARROW = 50, WIDE = 300, ROOMS_MOST = 3000 };
    double points[2 * BRANCHES_MOST + 2 * NARROW + WIDE + 2] = {0.0}, errors = 0.0, before = 0.0;
    const double about = quantile_of(race, 0.5, race->branch[0].shift + race->branch[0].time->mean);
    size_t count = 1;
    for (size_t b = 0; b < race->count; b++) {
        const struct branch_law *law = &race->branch[b];
        points[count++] = law->shift;
        points[count++] = law->shift + law->time->min;
    }
    for (int i = 1; i <= NARROW; i++) {
        points[count++] = about * (1.0 - ldexp(1.0, -i));
        points[count++] = about * (1.0 + ldexp(1.0, -i));
    }
    for (int i = 0; i < WIDE; i++)
        points[count++] = about * ldexp(1.0, -i);
    qsort(points, count, sizeof *points, by_value);
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(INTERVALS);
    if (space == NULL)
        return error_set(err, "out of memory");
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    struct moment moment = {race, power};
    gsl_function f = {integrand, &moment};
    *out = 0.0;
    for (size_t i = 0; i + 1 < count; i++)
        add_part(&f, points[i], points[i + 1], space, out, &errors);
    double from = points[count - 1];
    bool whole = !(from > 0.0);
    for (int i = 0; !whole && i < ROOMS_MOST && pow(from, power) < 1e290; i++, from *= 2.0) {
        const double sum = *out;
        add_part(&f, from, 2.0 * from, space, out, &errors);
        const double part = *out - sum, ratio = part / before;
        whole = part == 0.0 || (ratio < 1.0 && part * ratio / (1.0 - ratio) < 1e-13 * *out);
        before = part;
    }
    gsl_set_error_handler(handler);
    gsl_integration_workspace_free(space);
    return (whole && errors <= 1e-9 * *out && isfinite(*out)) ||
           error_set(err, "the moments of the branches cannot be integrated");
}

static bool apply(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    const struct run_spec *run = &model->scenario->run;
    struct race race;
    struct error why;
    double mean = 0.0, second = 0.0, variance = 0.0;
    if (!read_race(model, &race, err))
        return false;
    for (size_t b = 0; b < race.count; b++)
        if (!isfinite(race.branch[b].time->mean))
            return error_set(err, "a branch has no mean");
    if (!race_moment(&race, 1, &mean, err))
        return false;
    theory_mean(sheet, THEORY_OF_KIND, 0, "response", mean);
    theory_mean(sheet, THEORY_OF_KIND, 0, "wait", 0.0);
    for (size_t b = 0; b < race.count; b++)
        variance += race.branch[b].time->variance;
    /* From two moments, so long as few digits cancel. */
    if (isfinite(variance) && race_moment(&race, 2, &second, &why) && second - mean * mean > 1e-3 * second)
        theory_sd(sheet, THEORY_OF_KIND, 0, "response", sqrt(second - mean * mean));
    for (size_t i = 0; i < run->quantile_count; i++)
        theory_quantile(sheet, THEORY_OF_KIND, 0, "response", run->quantiles[i],
                        quantile_of(&race, run->quantiles[i], mean));
    return true;
}

const struct theory_form theory_branches = {
    .name = "branches",
    .title = "Hedged, redundant or parallel branches without queueing",
    .source = "the k-th of independent times: David, Nagaraja, Order Statistics, 3rd ed. 2003, section 5.2; "
              "by quadrature",
    .class = THEORY_EXACT,
    .examples = {"'stations':{'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':1},'steps':[{'"
                 "fork':[[{'at':'a','for':{"
                 "'dist':'exponential','mean':1}}],[{'delay':0.8},{'at':'a','for':{'dist':'exponential','"
                 "mean':1}}]],'join':'any',"
                 "'rest':'cancel'}]}}",
                 "'stations':{'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':1},'steps':[{'"
                 "fork':[[{'at':'a','for':{"
                 "'dist':'lognormal','mean':1,'scv':2}}]],'copies':5,'join':'3'}]}}"},
    .apply = apply,
};
