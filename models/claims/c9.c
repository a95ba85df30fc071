/* C9: what W is as a random variable. */
#include "models/claims/lab.h"

#include <gsl/gsl_cdf.h>
#include <stdlib.h>

/* ---- laws ---- */

static double gamma_cdf(double x, const void *context)
{
    return gsl_cdf_gamma_P(x, *(const double *)context, 1.0);
}

/* The normal law with the mean and the variance of Gamma(m). */
static double normal_cdf(double x, const void *context)
{
    const double m = *(const double *)context;
    return gsl_cdf_gaussian_P(x - m, sqrt(m));
}

/* Sum of exponentials of different means: 1 - sum over i of exp(-r_i x) times the product over j of r_j /
 * (r_j - r_i). Feller, An Introduction to Probability Theory II, 1971, chapter I, problem 12. */
struct means {
    size_t count;
    const double *means;
};

static double hypoexponential_cdf(double x, const void *context)
{
    const struct means *h = context;
    double above = 0.0;
    for (size_t i = 0; i < h->count; i++) {
        double product = exp(-x / h->means[i]);
        for (size_t j = 0; j < h->count; j++)
            if (j != i)
                product *= h->means[i] / (h->means[i] - h->means[j]);
        above += product;
    }
    return 1.0 - above;
}

/* The largest of n exponentials. */
static double largest_cdf(double x, const void *context)
{
    return pow(-expm1(-x), *(const double *)context);
}

static double uniform_cdf(double x, const void *context)
{
    (void)context;
    return fmin(fmax(x, 0.0), 1.0);
}

/* The largest distance of Gamma(m) from its normal law, between 0 and twice its mean. */
static double distance_from_normal(double m)
{
    enum { STEPS = 200000 };
    double most = 0.0;
    for (int i = 1; i <= STEPS; i++) {
        const double x = 2.0 * m * i / STEPS;
        most = fmax(most, fabs(gamma_cdf(x, &m) - normal_cdf(x, &m)));
    }
    return most;
}

/* ---- samples ---- */

static const char *batch(struct lab *lab, int m, int n)
{
    return lab_json(
        lab,
        "{ 'arrivals': { 'at_once': %d }, 'servers': %d, 'service': { 'dist': 'exponential', 'mean': 1 } }\n",
        m, n);
}

enum summed { WORK, MAKESPAN };

/* n values of W, or of the makespan, from as many replications, the first being number `from`. NULL: err. */
static double *sample(struct lab *lab, const char *scenario, enum summed figure, uint64_t from, size_t n,
                      struct error *err)
{
    double *x = malloc(n * sizeof *x);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    bool good = d != NULL && (x != NULL || error_set(err, "out of memory"));
    for (size_t r = 0; good && r < n; r++) {
        good = lab_sample(d, 0, from + r, &run, err);
        if (good)
            x[r] = figure == WORK ? lab_total_service(&run) : run.trace.end;
    }
    lab_run_free(&run);
    desq_free(d);
    if (!good)
        free(x);
    return good ? x : NULL;
}

/* Both tests of one sample. */
static bool both(struct lab *lab, const char *what, const char *scenario, enum summed figure,
                 const struct lab_law *law, size_t n, struct error *err)
{
    double *x = sample(lab, scenario, figure, 0, n, err), p;
    if (x == NULL)
        return false;
    const double d = lab_ks(x, n, law, &p);
    lab_fit(lab_case(lab, arena_printf(lab->arena, "%s: KS", what), scenario, "s"), d, p, n, true,
            CLAIM_HOLDS);
    const double a = lab_ad(x, n, law, &p);
    lab_fit(lab_case(lab, arena_printf(lab->arena, "%s: AD", what), scenario, "s"), a, p, n, true,
            CLAIM_HOLDS);
    free(x);
    return true;
}

static bool gammas(struct lab *lab, struct error *err)
{
    static const double tasks[] = {4.0, 30.0, 100.0};
    const size_t n = (size_t)lab_replications(lab, 20000);
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        const struct lab_law law = {gamma_cdf, &tasks[i]};
        const char *what = arena_printf(lab->arena, "W of %g tasks is Gamma(%g)", tasks[i], tasks[i]);
        if (what == NULL || !both(lab, what, batch(lab, (int)tasks[i], 4), WORK, &law, n, err))
            return what != NULL ? false : error_set(err, "out of memory");
    }
    return true;
}

/* Two start-ups and three tasks, all of different means. */
static bool unequal(struct lab *lab, struct error *err)
{
    static const double means[] = {0.2, 0.3, 1.0, 1.5, 2.5};
    const struct means all = {5, means};
    const struct lab_law law = {hypoexponential_cdf, &all};
    const char *scenario = lab_json(
        lab,
        "{ 'stations': { 'worker': { 'servers': 2 } },\n"
        "  'tasks': {\n"
        "    'start 1': { 'arrivals': { 'at_once': 1 }, 'service': { 'dist': 'exponential', 'mean': 0.2 } "
        "},\n"
        "    'start 2': { 'arrivals': { 'at_once': 1 }, 'service': { 'dist': 'exponential', 'mean': 0.3 } "
        "},\n"
        "    'task 1': { 'arrivals': { 'at_once': 1 }, 'service': { 'dist': 'exponential', 'mean': 1 } },\n"
        "    'task 2': { 'arrivals': { 'at_once': 1 }, 'service': { 'dist': 'exponential', 'mean': 1.5 } },\n"
        "    'task 3': { 'arrivals': { 'at_once': 1 }, 'service': { 'dist': 'exponential', 'mean': 2.5 } } } "
        "}\n");
    return both(lab, "2 start-ups, 3 tasks, unequal: hypoexponential", scenario, WORK, &law,
                (size_t)lab_replications(lab, 20000), err);
}

static bool largest(struct lab *lab, double n, struct error *err)
{
    const struct lab_law law = {largest_cdf, &n};
    const char *what = arena_printf(lab->arena, "makespan, %g tasks and threads: (1 - e^-t)^%g", n, n);
    return what != NULL && both(lab, what, batch(lab, (int)n, (int)n), MAKESPAN, &law,
                                (size_t)lab_replications(lab, 20000), err);
}

/* If a law is right, the probabilities of its tests are uniform. */
static bool uniform(struct lab *lab, struct error *err)
{
    enum { SAMPLES = 200, EACH = 200 };
    static const double m = 4.0;
    const struct lab_law law = {gamma_cdf, &m}, flat = {uniform_cdf, NULL};
    const size_t count = (size_t)lab_replications(lab, SAMPLES);
    const char *scenario = batch(lab, 4, 4);
    double *x = sample(lab, scenario, WORK, 1000000, count * EACH, err), *p = malloc(count * sizeof *p),
           of_all;
    if (x == NULL || p == NULL) {
        free(x);
        free(p);
        return x == NULL ? false : error_set(err, "out of memory");
    }
    for (size_t i = 0; i < count; i++)
        lab_ks(x + i * EACH, EACH, &law, &p[i]);
    const double d = lab_ks(p, count, &flat, &of_all);
    struct claim_case *row = lab_case(lab, "KS probabilities of Gamma(4) are uniform: KS", scenario, "s");
    lab_fit(row, d, of_all, count, true, CLAIM_HOLDS);
    if (row != NULL)
        row->note = arena_printf(lab->arena, "%zu tests of %d sums each", count, EACH);
    free(x);
    free(p);
    return true;
}

/* Normal in the limit only: few sums do not show the difference, many do. */
static bool normal(struct lab *lab, struct error *err)
{
    static const double m = 30.0;
    const struct lab_law law = {normal_cdf, &m};
    const size_t few = 300, many = lab->brief ? 40000 : 100000;
    const char *scenario = batch(lab, 30, 30);
    double *x = sample(lab, scenario, WORK, 0, many, err), p;
    if (x == NULL)
        return false;
    double d = lab_ks(x, few, &law, &p);
    struct claim_case *row = lab_case(lab, "W of 30 tasks as a normal law, few seen: KS", scenario, "s");
    lab_fit(row, d, p, few, true, CLAIM_SILENT);
    if (row != NULL)
        row->note = arena_printf(lab->arena, "a 5 %% test sees the difference from about %.0f sums on",
                                 pow(1.358 / distance_from_normal(m), 2.0));
    d = lab_ks(x, many, &law, &p);
    row = lab_case(lab, "W of 30 tasks as a normal law, many seen: KS", scenario, "s");
    lab_fit(row, d, p, many, false, CLAIM_SILENT);
    if (row != NULL) {
        row->exact = distance_from_normal(m);
        row->note = arena_printf(
            lab->arena, "largest distance of Gamma from normal: %.4f of 4, %.4f of 30, %.4f of 100 tasks",
            distance_from_normal(4.0), row->exact, distance_from_normal(100.0));
    }
    free(x);
    return true;
}

static bool run(struct lab *lab, struct error *err)
{
    return gammas(lab, err) && unequal(lab, err) && largest(lab, 4.0, err) && largest(lab, 100.0, err) &&
           uniform(lab, err) && normal(lab, err);
}

const struct claim claim_c9 = {
    .name = "C9",
    .title = "The law of W",
    .article = "W is the sum of random times; of its distribution the article says nothing.",
    .exact = "m exponential tasks of rate mu: W is Gamma(m, mu); with unequal means (start-ups and tasks) "
             "hypoexponential; "
             "only in the limit of many tasks normal. The makespan of n tasks on n threads has the "
             "distribution function "
             "(1 - e^(-mu t))^n. Kolmogorov-Smirnov (KS) and Anderson-Darling (AD, which weighs tails) "
             "against each law; a "
             "law that is right is rejected below p = 1e-5. Means of 1 s but where said.",
    .verdict = CLAIM_HOLDS,
    .why = "As a ledger of work W has an exact law. The normal law is an approximation, which is good enough "
           "for a few "
           "hundred sums of 30 tasks and is seen to be wrong by a hundred thousand.",
    .run = run,
};
