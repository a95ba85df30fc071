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
        for (size_t k = b + 1; k > 0; k--)
            done[k] = done[k] * (1.0 - f) + done[k - 1] * f;
        done[0] *= 1.0 - f;
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
                m->capacity != UNLIMITED || m->pace != NULL || m->environment != NULL || m->individual || m->batch_max > 0 ||
                m->group != NULL || op->given)
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

bool race_read(const struct model *model, const struct op *program, const struct op *fork, struct race *race, struct error *err)
{
    if (fork->slot > BRANCHES_MOST)
        return error_set(err, "there are more than %d branches", BRANCHES_MOST);
    race->count = fork->slot;
    race->needed = (size_t)fork->p;
    for (uint32_t b = 0; b < fork->slot; b++)
        if (!read_branch(model, program, (uint32_t)(fork[1 + (fork->station > 0 ? 0 : b)].target), &race->branch[b], err))
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

/* The integral of P(time > t) times power t^(power - 1), between all points where it may jump. */
bool race_moment(const struct race *race, int power, double *out, struct error *err)
{
    enum { INTERVALS = 1000 };
    double points[2 * BRANCHES_MOST + 1] = {0.0}, error, part, errors = 0.0;
    size_t count = 1;
    for (size_t b = 0; b < race->count; b++) {
        const struct branch_law *law = &race->branch[b];
        points[count++] = law->shift + law->time->min;
        points[count++] = law->shift + law->time->mean;
    }
    qsort(points, count, sizeof *points, by_value);
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(INTERVALS);
    if (space == NULL)
        return error_set(err, "out of memory");
    gsl_error_handler_t *before = gsl_set_error_handler_off();
    struct moment moment = {race, power};
    gsl_function f = {integrand, &moment};
    *out = 0.0;
    for (size_t i = 0; i + 1 < count; i++) {
        if (!(points[i + 1] > points[i]))
            continue;
        gsl_integration_qag(&f, points[i], points[i + 1], 1e-13 * *out, 1e-11, INTERVALS, GSL_INTEG_GAUSS31, space, &part, &error);
        *out += part;
        errors += error;
    }
    const double last = points[count - 1];
    if (race_above(race, last * (1.0 + 1e-12)) > 0.0) {
        gsl_integration_qag(&f, last, 4.0 * last, 1e-13 * *out, 1e-11, INTERVALS, GSL_INTEG_GAUSS31, space, &part, &error);
        *out += part;
        errors += error;
        gsl_integration_qagiu(&f, 4.0 * last, 1e-12 * *out, 1e-11, INTERVALS, space, &part, &error);
        *out += part;
        errors += error;
    }
    gsl_set_error_handler(before);
    gsl_integration_workspace_free(space);
    return (errors <= 1e-9 * *out && isfinite(*out)) || error_set(err, "the moments of the branches cannot be integrated");
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

static bool apply(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    static const double ps[] = {0.5, 0.9, 0.95, 0.99, 0.999};
    struct race race;
    double mean = 0.0;
    if (!read_race(model, &race, err))
        return false;
    for (size_t b = 0; b < race.count; b++)
        if (!isfinite(race.branch[b].time->mean))
            return error_set(err, "a branch has no mean");
    if (!race_moment(&race, 1, &mean, err))
        return false;
    theory_mean(sheet, THEORY_OF_KIND, 0, "response", mean);
    theory_mean(sheet, THEORY_OF_KIND, 0, "wait", 0.0);
    for (size_t i = 0; i < sizeof ps / sizeof ps[0]; i++)
        theory_quantile(sheet, THEORY_OF_KIND, 0, "response", ps[i], quantile_of(&race, ps[i], mean));
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
