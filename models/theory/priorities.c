/* Priorities: M/G/1 with and without preemption, M/M/c. */
#include "models/theory/busy.h"
#include "models/theory/erlang.h"
#include "models/theory/percentile.h"

#include <math.h>
#include <string.h>

enum { EVALUATIONS_MOST = 10000000, EVALUATIONS_BESIDE = 300000 };

/* One kind among all, whose classes are those before its own, its own, and those behind. Where tasks wait at
 * c servers all is as at one that is c times as fast, but for how often they do: `often` times. */
struct urgency {
    struct busy_streams before, with, all; /* with: its own class too */
    const struct dist *service;
    double load_before, load_with, often;
    bool preempts;
};

/* The transform of P(a task is not begun within t). It waits for the work V that it finds and that is done
 * first: that of its class and of those before, and (without preemption) what is in service of those behind;
 * 1 less the transform of V is s tail[2] of all over 1 - load + s tail[2] of its class and those before. What
 * comes later of those before stretches V: s becomes *sigma (Kesten, Runnenburg, Proc. Kon. Ned. Akad. Wet.
 * A60, 1957; Conway, Maxwell, Miller 1967, section 8.6). */
static double complex wait_of(const struct urgency *x, double complex s, double complex *sigma)
{
    double complex all[TRANSFORM_TAILS], with[TRANSFORM_TAILS];
    *sigma = busy_stretch(&x->before, s);
    busy_tails(&x->with, *sigma, with);
    busy_tails(x->preempts ? &x->with : &x->all, *sigma, all);
    return *sigma / s * x->often * all[2] / (1.0 - x->load_with + *sigma * with[2]);
}

static double complex wait_tail(const void *urgency, double complex s)
{
    const struct urgency *x = urgency;
    double complex sigma, wait = wait_of(x, s, &sigma);
    if (!x->preempts)
        return wait;
    struct transform own = {.s = sigma - s}; /* interruptions: as many as come during the service */
    dist_transform(x->service, &own);
    return wait + (1.0 - s * wait) * (sigma - s) / s * own.tail[1];
}

static double complex response_tail(const void *urgency, double complex s)
{
    const struct urgency *x = urgency;
    double complex sigma, wait = wait_of(x, s, &sigma);
    struct transform own = {.s = x->preempts ? sigma : s};
    dist_transform(x->service, &own);
    return wait + (1.0 - s * wait) * own.s / s * own.tail[1];
}

/* Means and variances of V, and of what a time becomes that those before interrupt. */
static void add_moments(uint32_t k, const struct urgency *x, double *wait, struct theory_sheet *out)
{
    double load, second, third, load_all, second_all, third_all, load_before, second_before, third_before;
    busy_moments(&x->before, &load_before, &second_before, &third_before);
    busy_moments(&x->with, &load, &second, &third);
    busy_moments(x->preempts ? &x->with : &x->all, &load_all, &second_all, &third_all);
    const double free = 1.0 - load, left = 1.0 - load_before, busy2 = second_before / (left * left * left);
    const double mean = x->often * second_all / (2.0 * free);
    const double of_work =
        x->often * (third_all / (3.0 * free) + second_all * second / (2.0 * free * free)); /* E[V^2] */
    const double m = x->service->mean, v = x->service->variance;
    double waits = (of_work - mean * mean) / (left * left) + mean * busy2, responses = waits + v;
    *wait = mean / left;
    if (x->preempts) {
        *wait += m * load_before / left;
        waits += m * busy2 + v * load_before * load_before / (left * left);
        responses = (of_work - mean * mean + v) / (left * left) + (mean + m) * busy2;
    }
    theory_sd(out, THEORY_OF_KIND, k, "wait", sqrt(waits));
    theory_sd(out, THEORY_OF_KIND, k, "response", sqrt(responses));
}

static void add_percentiles(const struct single *c, uint32_t k, const struct urgency *x, double wait,
                            double *left, struct theory_sheet *out)
{
    if (!busy_smooth(c->visits, c->kinds))
        return;
    struct transform none = {.s = 0.0};
    double at_once = x->often * c->load;
    if (x->preempts) {
        double rate = 0.0;
        for (uint32_t j = 0; j < c->kinds; j++)
            rate += c->visits[j].class < x->before.below ? c->visits[j].rate : 0.0;
        none.s = rate; /* nobody comes before while it is served */
        if (!dist_transform(x->service, &none))
            return;
        at_once = x->load_with + (1.0 - x->load_with) * rate * creal(none.tail[1]);
    }
    const struct percentile_law waits = {wait_tail, x, at_once}, responses = {response_tail, x, 1.0};
    percentile_add(c, k, "wait", &waits, wait + x->service->mean, left, out);
    percentile_add(c, k, "response", &responses, wait + x->service->mean, left, out);
}

/* Tasks of one mean that preempt each other at c servers: those up to a class are as in M/M/c without the
 * others (Buzen, Bondi, Oper. Res. 31, 1983); what they add to the number present is their own. */
static double preemptive_number(const struct single *c, uint32_t below)
{
    double rate = 0.0;
    for (uint32_t k = 0; k < c->kinds; k++)
        rate += c->visits[k].class < below ? c->visits[k].rate : 0.0;
    const double work = rate * c->mean;
    return work > 0.0 ? work * erlang_c_of(c->servers, work) / (c->servers - work) : 0.0; /* who waits */
}

static double preemptive_wait(const struct single *c, uint32_t k)
{
    const uint32_t class = c->visits[k].class;
    double rate = 0.0;
    for (uint32_t j = 0; j < c->kinds; j++)
        rate += c->visits[j].class == class ? c->visits[j].rate : 0.0;
    return (preemptive_number(c, class + 1) - preemptive_number(c, class)) / rate;
}

/* As at one server, c times as fast. */
static struct single_visit *quicker(const struct single *c, struct dist *service)
{
    struct single_visit *visits = arena_array(c->arena, c->kinds, sizeof *visits);
    *service = dist_make_exponential(c->mean / c->servers);
    for (uint32_t k = 0; visits != NULL && k < c->kinds; k++) {
        visits[k] = c->visits[k];
        visits[k].service = service;
    }
    return visits;
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
    if (c->servers > 1.0 && !single_exponential(c, err))
        return false;
    if (!single_stable(c, err))
        return false;
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    struct dist *service = arena_alloc(c->arena, sizeof *service);
    const struct single_visit *visits =
        service == NULL || c->servers == 1.0 ? c->visits : quicker(c, service);
    if (wait == NULL || service == NULL || visits == NULL)
        return error_set(err, "out of memory");
    double left =
        (out->states_most > 0 ? EVALUATIONS_BESIDE : EVALUATIONS_MOST) / busy_cost(c->visits, c->kinds);
    for (uint32_t k = 0; k < c->kinds; k++) {
        const uint32_t class = c->visits[k].class;
        struct urgency x = {.before = {visits, c->kinds, 0, class},
                            .with = {visits, c->kinds, 0, class + 1},
                            .all = {visits, c->kinds, 0, UINT32_MAX},
                            .service = c->visits[k].service,
                            .often = c->servers == 1.0 ? 1.0
                                                       : erlang_c_of(c->servers, c->rate * c->mean) / c->load,
                            .preempts = preempt};
        double second, third;
        busy_moments(&x.before, &x.load_before, &second, &third);
        busy_moments(&x.with, &x.load_with, &second, &third);
        if (c->servers > 1.0 && preempt) {
            wait[k] = preemptive_wait(c, k);
            continue;
        }
        add_moments(k, &x, &wait[k], out);
        if (isfinite(wait[k]))
            add_percentiles(c, k, &x, wait[k], &left, out);
    }
    single_add_open(c, out, wait);
    return true;
}

const struct theory_form theory_priorities = {
    .name = "priorities",
    .title = "priorities: M/G/1, and M/M/c of one mean, with priorities, preemptive (resume) or not",
    .source = "Cobham, Oper. Res. 2 (1954), eqs. 3, 6; Gross, Shortle, Thompson, Harris 2008, section 3.4; "
              "laws: Kesten, Runnenburg 1957, "
              "Conway, Maxwell, Miller, Theory of Scheduling, 1967, chapter 8; preemption at c servers: "
              "Buzen, Bondi, Oper. Res. 31, 1983",
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
                 "service':{'dist':'exponential','mean':1}}}",
                 "'stations':{'q':{'discipline':'priority','servers':3,'preempt':'resume'}},'tasks':{'high':{"
                 "'priority':1,'arrivals':{'rate':"
                 "0.9},'service':{'dist':'exponential','mean':1}},'low':{'priority':2,'arrivals':{'rate':1.5}"
                 ",'service':{'dist':'exponential',"
                 "'mean':1}}}"},
    .apply = apply,
};
