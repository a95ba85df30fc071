/* C8: tasks of random length, one thread each: the last one decides. */
#include "models/claims/lab.h"
#include "models/claims/laws.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <stdlib.h>

static double erlang_cdf(double x, double scv)
{
    return gsl_cdf_gamma_P(x, 1.0 / scv, scv);
}

static double uniform_cdf(double x, double scv)
{
    (void)scv;
    return fmin(x / 2.0, 1.0);
}

/* Balanced means: p / rate_1 = (1 - p) / rate_2. */
static double hyperexponential_cdf(double x, double scv)
{
    const double p = 0.5 * (1.0 + sqrt((scv - 1.0) / (scv + 1.0)));
    return 1.0 - p * exp(-2.0 * p * x) - (1.0 - p) * exp(-2.0 * (1.0 - p) * x);
}

static double exponential_cdf(double x, double scv)
{
    (void)scv;
    return -expm1(-x);
}

static const char exponential_json[] = "{ 'dist': 'exponential', 'mean': 1 }";

const struct claim_law claim_laws[] = {
    {"constant", "1", NULL, 0.0},
    {"Erlang-4", "{ 'dist': 'erlang', 'k': 4, 'mean': 1 }", erlang_cdf, 0.25},
    {"uniform (0, 2)", "{ 'dist': 'uniform', 'min': 0, 'max': 2 }", uniform_cdf, 1.0 / 3.0},
    {"hyperexponential, scv 4", "{ 'dist': 'hyperexponential', 'mean': 1, 'scv': 4 }", hyperexponential_cdf,
     4.0},
    {"hyperexponential, scv 10", "{ 'dist': 'hyperexponential', 'mean': 1, 'scv': 10 }", hyperexponential_cdf,
     10.0},
    {"exponential", exponential_json, exponential_cdf, 1.0},
};
const size_t claim_law_count = sizeof claim_laws / sizeof claim_laws[0];

struct largest {
    const struct claim_law *law;
    int n;
};

static double exceeds(double x, void *context)
{
    const struct largest *l = context;
    return 1.0 - pow(l->law->cdf(x, l->law->scv), l->n);
}

/* E[max of n] = integral of 1 - F(x)^n. */
bool claim_largest_mean(const struct claim_law *law, int n, double *out, struct error *err)
{
    enum { INTERVALS = 1000 };
    if (law->cdf == NULL) {
        *out = 1.0;
        return true;
    }
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(INTERVALS);
    if (space == NULL)
        return error_set(err, "out of memory");
    struct largest largest = {law, n};
    gsl_function f = {exceeds, &largest};
    double error;
    const int status = gsl_integration_qagiu(&f, 0.0, 0.0, 1e-9, INTERVALS, space, out, &error);
    gsl_integration_workspace_free(space);
    return status == 0 ? true : error_set(err, "the mean of the largest of %d cannot be integrated", n);
}

static const char *batch(struct lab *lab, int m, int n, const char *service, int replications)
{
    return lab_json(lab,
                    "{ 'arrivals': { 'at_once': %d }, 'servers': %d,\n"
                    "  'service': %s,\n"
                    "  'run': { 'replications': %d, 'confidence': %g, 'quantiles': [] } }\n",
                    m, n, service, replications, LAB_CONFIDENCE);
}

/* The makespan of a scenario's only point. */
static bool makespan(struct lab *lab, const char *scenario, struct desq **d, const struct figure **out,
                     struct error *err)
{
    const struct result *result;
    *d = lab_open(lab, scenario, err);
    if (*d == NULL || !desq_run(*d, &(struct desq_run){.jobs = lab->jobs}, &result, err))
        return false;
    *out = subject_figure(result->points[0].run, "makespan");
    return *out != NULL ? true : error_set(err, "no makespan");
}

static bool mean_row(struct lab *lab, const char *what, const char *scenario, uint64_t replications,
                     double article, double exact, struct error *err)
{
    struct desq *d = NULL;
    const struct figure *figure = NULL;
    const bool good = what != NULL && makespan(lab, scenario, &d, &figure, err);
    if (good)
        lab_mean(lab_case(lab, what, scenario, "s"), article, exact, figure->mean, figure->half_width,
                 replications);
    desq_free(d);
    return good;
}

/* Four tasks, four threads, every law: E[largest of 4]. */
static bool four_of_each(struct lab *lab, struct error *err)
{
    enum { N = 4 };
    const int replications = lab_replications(lab, 20000);
    for (size_t i = 0; i + 1 < claim_law_count; i++) {
        double exact = 0.0;
        const char *what = arena_printf(lab->arena, "4 tasks, 4 threads, %s", claim_laws[i].name);
        if (!claim_largest_mean(&claim_laws[i], N, &exact, err))
            return false;
        const bool constant = claim_laws[i].cdf == NULL;
        const bool good =
            constant ? lab_makespan(lab, what, batch(lab, N, N, claim_laws[i].json, 2), "s", 1.0, exact, err)
                     : mean_row(lab, what, batch(lab, N, N, claim_laws[i].json, replications),
                                (uint64_t)replications, 1.0, exact, err);
        if (!good)
            return false;
        struct claim_case *row = lab->failed ? NULL : &lab->cases[lab->count - 1];
        if (row != NULL)
            row->note = constant ? "speed-up 4" : arena_printf(lab->arena, "speed-up %.3g, not 4", N / exact);
    }
    return true;
}

/* 1 + 1/2 + ... + 1/n^k. */
static double harmonic(int n, double power)
{
    double sum = 0.0;
    for (int k = n; k >= 1; k--)
        sum += pow(k, -power);
    return sum;
}

/* m exponential tasks of mean 1 on n threads: all are busy until m - n have ended, each of these ends taking
 * an exponential time of rate n; then n are left. */
static double exponential_mean(int m, int n)
{
    return (double)(m - n) / n + harmonic(n, 1.0);
}

/* The standard deviation of the makespan, from the same runs. Its standard error is that of the variance,
 * which follows from the fourth central moment (a sum of independent exponentials of rates r has fourth
 * cumulant 6 sum r^-4). */
static bool deviation(struct lab *lab, int m, int n, const struct figure *figure, int replications,
                      const char *scenario, struct error *err)
{
    const char *what = arena_printf(lab->arena, "  its standard deviation");
    if (what == NULL)
        return error_set(err, "out of memory");
    const double full = m - n, variance = full / pow(n, 2.0) + harmonic(n, 2.0), sd = sqrt(variance);
    const double fourth = 6.0 * (full / pow(n, 4.0) + harmonic(n, 4.0)) + 3.0 * variance * variance;
    const double error = sqrt((fourth - variance * variance) / replications) / (2.0 * sd);
    const double half_width = gsl_cdf_tdist_Pinv(0.5 + LAB_CONFIDENCE / 2.0, replications - 1) * error;
    lab_mean(lab_case(lab, what, scenario, "s"), (double)NAN, sd, figure->sd, half_width,
             (uint64_t)replications);
    return true;
}

static bool exponential(struct lab *lab, int m, int n, int replications, struct error *err)
{
    const char *scenario = batch(lab, m, n, exponential_json, replications),
               *what = arena_printf(lab->arena, "%d tasks, %d threads, exponential", m, n);
    struct desq *d = NULL;
    const struct figure *figure = NULL;
    const bool good = what != NULL && makespan(lab, scenario, &d, &figure, err);
    if (good) {
        struct claim_case *row = lab_case(lab, what, scenario, "s");
        lab_mean(row, 1.0, exponential_mean(m, n), figure->mean, figure->half_width, (uint64_t)replications);
        if (row != NULL)
            row->note = arena_printf(lab->arena, "speed-up %.3g, not %d", m / exponential_mean(m, n), n);
    }
    const bool both = good && deviation(lab, m, n, figure, replications, scenario, err);
    desq_free(d);
    return both;
}

static int by_wait(const void *a, const void *b)
{
    const double x = ((const struct desq_task *)a)->wait, y = ((const struct desq_task *)b)->wait;
    return (x > y) - (x < y);
}

/* Task k > n starts when the (k - n)-th has ended. First come first served, so the k-th smallest wait is that
 * of task k. */
static bool wait_of_task(struct lab *lab, int m, int n, int k, struct error *err)
{
    const int replications = lab_replications(lab, 20000);
    const char *scenario = batch(lab, m, n, exponential_json, replications),
               *what = arena_printf(lab->arena, "  mean wait of task %d of %d", k, m);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct lab_tally tally = {0};
    bool good = d != NULL && what != NULL;
    for (uint64_t r = 0; good && r < (uint64_t)replications; r++) {
        good = lab_sample(d, 0, r, &run, err);
        if (!good)
            break;
        qsort(run.tasks, run.count, sizeof *run.tasks, by_wait);
        lab_tally_add(&tally, run.tasks[k - 1].wait);
    }
    lab_run_free(&run);
    desq_free(d);
    if (good)
        lab_mean(lab_case(lab, what, scenario, "s"), (double)NAN, (double)(k - n) / n, tally.mean,
                 lab_tally_half_width(&tally), tally.count);
    return good;
}

static bool run(struct lab *lab, struct error *err)
{
    const int replications = lab_replications(lab, 20000);
    return mean_row(lab, "4 tasks, one thread (sync), exponential",
                    batch(lab, 4, 1, exponential_json, replications), (uint64_t)replications, 4.0, 4.0,
                    err) &&
           four_of_each(lab, err) && exponential(lab, 4, 4, replications, err) &&
           exponential(lab, 8, 4, replications, err) && wait_of_task(lab, 8, 4, 8, err) &&
           exponential(lab, 100, 4, replications, err) &&
           exponential(lab, 10000, 200, lab_replications(lab, 500), err);
}

const struct claim claim_c8 = {
    .name = "C8",
    .title = "Tasks of random length",
    .article =
        "The processing time is a random variable T; asynchronously the total is T, synchronously n T.",
    .exact = "One thread per task: the mean makespan is that of the largest of n, the integral of 1 - "
             "F(x)^n, at least E[x]. "
             "Exponential tasks, m >= n: mean (m - n) / (n mu) + H_n / mu with H_n = 1 + 1/2 + ... + 1/n; "
             "task k > n waits (k - "
             "n) / (n mu). All below with E[x] = 1 s.",
    .verdict = CLAIM_FAILS,
    .why = "n T for synchronous processing holds in the mean. Asynchronously E[largest of n] holds instead "
           "of T: everybody is "
           "done when the slowest is, and the more the lengths vary the later that is. A speed-up of n takes "
           "constant lengths.",
    .run = run,
};
