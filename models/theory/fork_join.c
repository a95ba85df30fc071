/* fork_join.c: tasks whose branches queue at servers of their own, and that are done with the last. */
#include "models/theory/theory.h"

#include <math.h>

/* n branches, each one visit to a station of its own: one server, exponential service of one mean. */
static bool fork_join(const struct model *model, double *n, double *mean, double *rate, struct error *err)
{
    if (model->kind_count != 1)
        return error_set(err, "it is not one kind of task alone");
    const struct kind_model *kind = &model->kinds[0];
    const struct op *program = kind->program, *fork = &program[0];
    if (fork->code != OP_FORK)
        return error_set(err, "its tasks do not begin with a fork");
    if ((double)fork->slot != fork->p || program[kind->program_length - 1].code != OP_END ||
        fork->target != kind->program_length - 1)
        return error_set(err, "its tasks do not wait for all branches, and nothing else");
    *n = fork->slot;
    *mean = 0.0;
    for (uint32_t b = 0; b < fork->slot; b++) {
        const struct op *branch = &program[1 + b];
        if (branch->code != OP_BRANCH || fork->station > 0)
            return error_set(err, "several branches go to one station");
        const struct op *at = &program[branch->target];
        if (at->code != OP_AT || at[1].code != OP_JOIN)
            return error_set(err, "a branch is more than one visit");
        const struct station_model *m = &model->stations[at->station];
        for (uint32_t c = 0; c < b; c++)
            if (program[program[1 + c].target].station == at->station)
                return error_set(err, "several branches go to one station");
        if (m->servers != 1 || m->shape != NULL || m->capacity != UNLIMITED || m->switch_cost != NULL ||
            m->behaviour != NULL || m->impatient || m->group != NULL ||
            m->discipline != lookup_row(discipline_table, "fcfs"))
            return error_set(err, "station %s is not one plain server in order of arrival", m->name);
        if (at->dist->shape != DIST_EXPONENTIAL)
            return error_set(err, "service at %s is not exponential", m->name);
        if (b > 0 && fabs(at->dist->mean - *mean) > 1e-12 * *mean)
            return error_set(err, "the branches have different means");
        *mean = at->dist->mean;
    }
    const struct arrival *a = kind->arrival;
    if (a->form != ARRIVAL_OPEN || !a->plain || a->interarrival.shape != DIST_EXPONENTIAL ||
        kind->limit != UINT64_MAX)
        return error_set(err, "arrivals are not Poisson");
    *rate = a->rate;
    if (*rate * *mean >= 1.0)
        return error_set(err, "the load is %.6g: there is no steady state", *rate * *mean);
    return true;
}

static double of_two(double rate, double mean)
{
    const double rho = rate * mean;
    return (12.0 - rho) / 8.0 * mean / (1.0 - rho);
}

static bool two(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    double n, mean, rate;
    if (!fork_join(model, &n, &mean, &rate, err))
        return false;
    if (n != 2.0)
        return error_set(err, "there are %g branches, not 2", n);
    theory_mean(sheet, THEORY_OF_KIND, 0, "response", of_two(rate, mean));
    theory_mean(sheet, THEORY_OF_KIND, 0, "in_system", rate * of_two(rate, mean));
    return true;
}

const struct theory_form theory_fork_join_two = {
    .name = "fork_join_two",
    .title = "Fork and join of two branches",
    .source = "Flatto, Hahn, SIAM J. Appl. Math. 44 (1984); Nelson, Tantawi, IEEE Trans. Comp. 37 (1988), "
              "eq. 4: (12 - rho) / 8 "
              "of the response of M/M/1",
    .class = THEORY_EXACT,
    .examples =
        {"'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.6},'steps':[{'fork':[[{'at':'a','for'"
         ":{'dist':'exponential','mean':1}}],[{'at':'b','for':{'dist':'exponential','mean':1}}]]}]}}"},
    .apply = two,
};

static bool many(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    double n, mean, rate, harmonic = 0.0;
    if (!fork_join(model, &n, &mean, &rate, err))
        return false;
    if (n < 3.0 || n > 32.0)
        return error_set(err, "there are %g branches, not 3 to 32", n);
    for (double k = n; k >= 1.0; k--)
        harmonic += 1.0 / k;
    const double growth = harmonic / 1.5,
                 response = (growth + 4.0 / 11.0 * (1.0 - growth) * rate * mean) * of_two(rate, mean);
    theory_mean(sheet, THEORY_OF_KIND, 0, "response", response);
    return true;
}

const struct theory_form theory_fork_join = {
    .name = "fork_join",
    .title = "Fork and join of several branches",
    .source = "Nelson, Tantawi, IEEE Trans. Comp. 37 (1988), eq. 21: within 5 % up to 32 branches",
    .class = THEORY_APPROXIMATION,
    .apply = many,
};
