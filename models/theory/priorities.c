/* Priorities: M/G/1 with and without preemption, M/M/c without. */
#include "models/theory/erlang.h"
#include "models/theory/single.h"

#include <math.h>
#include <string.h>

/* Loads and delays of the classes up to and including one. */
struct up_to {
    double load, residual;
};

static struct up_to classes_to(const struct single *c, uint32_t last, bool included)
{
    struct up_to sum = {0.0, 0.0};
    for (uint32_t k = 0; k < c->kinds; k++) {
        const struct single_visit *v = &c->visits[k];
        if (v->class > last || (v->class == last && !included))
            continue;
        sum.load += v->rate * v->service->mean / c->servers;
        sum.residual += v->rate * (v->service->variance + v->service->mean * v->service->mean) / 2.0;
    }
    return sum;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_no_capacity(c, err) ||
        !single_finite_servers(c, err))
        return false;
    if (strcmp(c->st->discipline->name, "priority") != 0)
        return error_set(err, "the discipline is %s", c->st->discipline->name);
    const bool preempt = c->st->preempt == PREEMPT_RESUMES;
    if (!preempt && c->st->preempt != PREEMPT_NOBODY)
        return error_set(err, "preempted tasks do not resume");
    if (c->servers > 1.0 && (preempt || !single_exponential(c, err)))
        return preempt ? error_set(err, "tasks are preempted at several servers") : false;
    if (!single_stable(c, err))
        return false;
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    const double all = c->servers == 1.0 ? classes_to(c, UINT32_MAX, true).residual
                                         : erlang_c_of(c->servers, c->rate * c->mean) * c->mean / c->servers;
    for (uint32_t k = 0; k < c->kinds; k++) {
        const struct single_visit *v = &c->visits[k];
        const struct up_to before = classes_to(c, v->class, false), with = classes_to(c, v->class, true);
        wait[k] = (preempt ? with.residual : all) / ((1.0 - before.load) * (1.0 - with.load));
        if (preempt)
            wait[k] += v->service->mean * before.load / (1.0 - before.load);
    }
    single_add_open(c, out, wait);
    return true;
}

const struct theory_form theory_priorities = {
    .name = "priorities",
    .title = "priorities: M/G/1 with priorities, preemptive (resume) or not; M/M/c without preemption",
    .source = "Cobham, Oper. Res. 2 (1954), eqs. 3, 6; Gross, Shortle, Thompson, Harris 2008, section 3.4",
    .class = THEORY_EXACT,
    .examples = {"'stations':{'q':{'discipline':'priority'}},'tasks':{'high':{'priority':1,'arrivals':{'rate'"
                 ":0.3},'service':{'mean':1,'scv':2}},"
                 "'low':{'priority':2,'arrivals':{'rate':0.4},'service':{'mean':1,'scv':0.5}}}",
                 "'stations':{'q':{'discipline':'priority','preempt':'resume'}},'tasks':{'high':{'priority':"
                 "1,'arrivals':{'rate':0.3},"
                 "'service':{'dist':'exponential','mean':1}},'low':{'priority':2,'arrivals':{'rate':0.2},'"
                 "service':{'mean':2,'scv':2}}}",
                 "'stations':{'q':{'discipline':'priority','servers':4}},'tasks':{'high':{'priority':1,'"
                 "arrivals':{'rate':1},"
                 "'service':{'dist':'exponential','mean':1}},'low':{'priority':2,'arrivals':{'rate':2},'"
                 "service':{'dist':'exponential','mean':1}}}"},
    .apply = apply,
};
