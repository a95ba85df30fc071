/* branches.c: forks without queueing: hedged and redundant requests to servers that are never short. The
 * response is that of the k-th branch to be done, an order statistic of independent times. */
#include "models/theory/theory.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>

enum { BRANCHES_MOST = 200 };

struct branch_law {
    double shift; /* constant delays before */
    const struct dist *time;
};

struct race {
    struct branch_law branch[BRANCHES_MOST];
    size_t count, needed;
};

/* P(response > t): fewer than `needed` branches are done. */
static double longer(double t, void *context)
{
    const struct race *r = context;
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

static bool read_race(const struct model *model, struct race *race, struct error *err)
{
    if (model->kind_count != 1 || model->kinds[0].program[0].code != OP_FORK)
        return error_set(err, "its tasks do not begin with a fork");
    const struct kind_model *kind = &model->kinds[0];
    const struct op *program = kind->program, *fork = &program[0];
    if (fork->target != kind->program_length - 1 || program[fork->target].code != OP_END)
        return error_set(err, "its tasks go on after the fork");
    if (fork->slot > BRANCHES_MOST)
        return error_set(err, "there are more than %d branches", BRANCHES_MOST);
    race->count = fork->slot;
    race->needed = (size_t)fork->p;
    for (uint32_t b = 0; b < fork->slot; b++)
        if (!read_branch(model, program, program[1 + (fork->station > 0 ? 0 : b)].target, &race->branch[b],
                         err))
            return false;
    return true;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The integral of P(response > t), between all points where it may jump. */
static bool mean_of(struct race *race, double *out, struct error *err)
{
    enum { INTERVALS = 1000 };
    double points[2 * BRANCHES_MOST + 1] = {0.0}, error, part;
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
    gsl_function f = {longer, race};
    int status = 0;
    *out = 0.0;
    for (size_t i = 0; i + 1 < count && status == 0; i++) {
        if (!(points[i + 1] > points[i]))
            continue;
        status = gsl_integration_qag(&f, points[i], points[i + 1], 0.0, 1e-10, INTERVALS, GSL_INTEG_GAUSS31,
                                     space, &part, &error);
        *out += part;
    }
    if (status == 0 && longer(points[count - 1] * (1.0 + 1e-12), race) > 0.0) {
        status = gsl_integration_qagiu(&f, points[count - 1], 0.0, 1e-9, INTERVALS, space, &part, &error);
        *out += part;
    }
    gsl_set_error_handler(before);
    gsl_integration_workspace_free(space);
    return (status == 0 && isfinite(*out)) || error_set(err, "the mean of the response cannot be integrated");
}

/* The least t with P(response > t) <= 1 - p. */
static double quantile_of(struct race *race, double p, double start)
{
    double low = 0.0, high = start > 0.0 ? start : 1.0;
    while (longer(high, race) > 1.0 - p && high < 1e300)
        high *= 2.0;
    for (int i = 0; i < 200; i++) {
        const double middle = 0.5 * (low + high);
        *(longer(middle, race) > 1.0 - p ? &low : &high) = middle;
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
    if (!mean_of(&race, &mean, err))
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
