/* test_estimates.c: disciplines that see estimates of sizes. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/schedule.h"
#include "tests/size_forms.h"

#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_expint.h>

#define ESTIMATED(name, factor) "'discipline':{'name':'" name "','estimate':" factor "}"

static void same_bits_with(const char *name)
{
    struct trial with, without;
    const bool one =
        trial_read(&with, "{'arrivals':{'rate':0.8},'service':{'mean':1,'scv':4},'servers':2,'discipline':{'name':'%s',"
                          "'estimate':1},'run':{'replications':2,'count':5000}}", name),
               other =
        trial_read(&without, "{'arrivals':{'rate':0.8},'service':{'mean':1,'scv':4},'servers':2,'discipline':'%s',"
                             "'run':{'replications':2,'count':5000}}", name);
    if (one && other && trial_run(&with, 1) && trial_run(&without, 1)) {
        const struct figure *a = trial_figure(&with, 0, "task", "response"),
                            *b = trial_figure(&without, 0, "task", "response");
        EXPECT(a->mean == b->mean && a->max == b->max, "%s: %.17g against %.17g", name, a->mean, b->mean);
    }
    trial_free(&with);
    trial_free(&without);
}

/* X uniform on 0 .. 2 times S exponential of mean 1: with h = e / 2, the density of the estimate e is E1(h) / 2; of the work
 * with estimates up to e, E[S] = 1 - exp(-h) and E[S^2] = 2 - (h + 2) exp(-h). Classes by estimate, without preemption
 * (Cobham 1954) and with (Conway, Maxwell, Miller 1967, chapter 8), each class infinitely narrow. */
static double sjf_at(double h, void *rate)
{
    const double lambda = *(double *)rate, free = 1.0 - lambda + lambda * exp(-h);
    return gsl_sf_expint_E1(h) * lambda / (free * free);
}

static double psjf_at(double h, void *rate)
{
    const double lambda = *(double *)rate, free = 1.0 - lambda + lambda * exp(-h);
    return gsl_sf_expint_E1(h) * lambda * (2.0 - (h + 2.0) * exp(-h)) / (2.0 * free * free);
}

static double over_estimates(double (*at)(double, void *), double rate)
{
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(400);
    gsl_function f = {at, &rate};
    double near = 0.0, far = 0.0, error;
    gsl_integration_qags(&f, 0.0, 1.0, 0.0, 1e-10, 400, space, &near, &error);
    gsl_integration_qag(&f, 1.0, 60.0, 0.0, 1e-10, 400, GSL_INTEG_GAUSS31, space, &far, &error);
    gsl_integration_workspace_free(space);
    return near + far;
}

static void estimated_sizes(void)
{
    static const char *const names[] = {"sjf", "psjf", "srpt"};
    for (size_t i = 0; i < 3; i++)
        same_bits_with(names[i]);
    struct exact s = exact_run(500, 25000, "'arrivals':{'rate':0.7},'service':{'dist':'exponential','mean':1}," ESTIMATED(
                                               "sjf", "{'dist':'uniform','min':0,'max':2}"));
    exact_is(&s, "task", "wait", over_estimates(sjf_at, 0.7));
    exact_done(&s);
    struct exact p = exact_run(500, 25000, "'arrivals':{'rate':0.7},'service':{'dist':'exponential','mean':1}," ESTIMATED(
                                               "psjf", "{'dist':'uniform','min':0,'max':2}"));
    exact_is(&p, "task", "response", over_estimates(psjf_at, 0.7) - log(0.3) / 0.7);
    exact_done(&p);
    /* Work alike, seen as 1 (of three in ten) or 2: two classes. */
    const double loads[] = {0.3 * 0.8, 0.7 * 0.8};
    struct exact c = exact_run(500, 25000, "'arrivals':{'rate':0.8},'service':1," ESTIMATED(
                                               "sjf", "{'dist':'bimodal','p':0.3,'a':1,'b':2}"));
    exact_is(&c, "task", "wait", 0.3 * cobham_wait(0.4, loads, 0) + 0.7 * cobham_wait(0.4, loads, 1));
    exact_done(&c);
}

/* What is left by an estimate: of one far too large hardly anything goes off, so that srpt is psjf; of one far too small all
 * is used up at once, and nobody is preempted any more: sjf. */
static void estimates_of_what_is_left(void)
{
    struct exact large = exact_run(500, 25000, "'arrivals':{'rate':0.7},'service':{'dist':'exponential','mean':1}," ESTIMATED(
                                                   "srpt", "1e7"));
    exact_is(&large, "task", "response", mg1_psjf(0.7, &size_exponential));
    exact_done(&large);
    struct exact small = exact_run(500, 25000, "'arrivals':{'rate':0.7},'service':{'dist':'exponential','mean':1}," ESTIMATED(
                                                   "srpt", "1e-9"));
    exact_is(&small, "task", "response", mg1_sjf(0.7, &size_exponential));
    exact_done(&small);
}

/* All seen as half of what they are: a (4) has 2 left; b (1.5, at 1) seems to need 0.75, a 1 more; from 3.5 on a has used up
 * its estimate, so that c (0.125, at 4) waits. */
static void used_up(void)
{
    PLAYS("{'stations':{'q':{" ESTIMATED("srpt", "0.5") "}},'tasks':{"
          "'a':{" AT_ONCE(1) "'steps':[{'at':'q','for':4}]},'b':{" ARRIVES(1) "'steps':[{'at':'q','for':1.5}]},'c':{" ARRIVES(
              4) "'steps':[{'at':'q','for':0.125}]}}}",
          {1, 2.5, 0, 1.5, 0, 0, false}, {0, 5.5, 1.5, 4, 0, 0, false}, {2, 5.625, 1.5, 0.125, 0, 0, false});
}

const struct test estimates_tests[] = {
    {"exact estimates give the same bits; SJF and PSJF by classes of estimates", estimated_sizes},
    {"SRPT by estimates far too large, or far too small", estimates_of_what_is_left},
    {"SRPT whose estimate is used up", used_up},
    {NULL, NULL},
};
