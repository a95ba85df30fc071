/* coverage.c: how often intervals hold the truth, and how surely that is known. */
#include "models/coverage.h"
#include "tests/closed_forms.h"
#include "tests/trial.h"

#include <gsl/gsl_cdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Each end is where so few (or so many) hits have just the chance of a tail (Clopper and Pearson 1934, whose
 * table has 0.0006 to 0.1994 scaled for 1 of 30: here by the binomial law itself). */
static void shares_by_the_binomial_law(void)
{
    const unsigned n = 30;
    for (unsigned k = 0; k <= n; k++) {
        double low, high;
        coverage_share(k, n, 0.95, &low, &high);
        if (k == 0)
            CU_ASSERT_EQUAL(low, 0.0)
        else
            CU_ASSERT_DOUBLE_EQUAL(gsl_cdf_binomial_Q(k - 1, low, n), 0.025, 1e-9);
        if (k == n)
            CU_ASSERT_EQUAL(high, 1.0)
        else
            CU_ASSERT_DOUBLE_EQUAL(gsl_cdf_binomial_P(k, high, n), 0.025, 1e-9);
    }
    double low, high;
    coverage_share(0.0, 0.0, 0.95, &low, &high);
    CU_ASSERT(isnan(low) && isnan(high));
}

/* Writes a scenario, repeats it, and looks for a figure. */
static void repeat(const char *scenario, uint64_t runs, struct arena *arena, struct coverage_of_study *out)
{
    char path[] = "/tmp/desq-coverage-XXXXXX";
    struct error err;
    const int file = mkstemp(path);
    memset(out, 0, sizeof *out);
    if (!expect_that(file >= 0, __LINE__, __FILE__, "no file"))
        return;
    for (const char *c = scenario; *c != '\0'; c++)
        expect_that(write(file, *c == '\'' ? "\"" : c, 1) == 1, __LINE__, __FILE__, "cannot write");
    close(file);
    const struct desq_options options = {.seed_given = true, .seed = 1};
    EXPECT(coverage_study(arena, path, &options, &(struct coverage_how){.runs = runs, .jobs = 1}, out, &err),
           "%s", err.text);
    remove(path);
}

static const struct coverage_figure *find(const struct coverage_of_study *s, const char *measure,
                                          double quantile)
{
    static const struct coverage_figure none = {.truth = NAN};
    for (size_t i = 0; i < s->figure_count; i++)
        if (strcmp(s->figures[i].measure, measure) == 0 &&
            (s->figures[i].statistic == STATISTIC_QUANTILE ? s->figures[i].quantile == quantile
                                                           : isnan(quantile)))
            return &s->figures[i];
    EXPECT(false, "no %s", measure);
    return &none;
}

static void theory_gives_the_truth(void)
{
    struct arena arena;
    struct coverage_of_study s;
    arena_init(&arena);
    repeat("{'arrivals':{'rate':0.5},'service':{'dist':'exponential','mean':1},"
           "'run':{'replications':20,'warmup':100,'time':1000,'quantiles':[0.9]}}",
           300, &arena, &s);
    const struct coverage_figure *response = find(&s, "response", NAN), *p90 = find(&s, "response", 0.9);
    CU_ASSERT_EQUAL(s.runs, 300);
    CU_ASSERT_EQUAL(s.reference, 0); /* theory knows all of it */
    CU_ASSERT_DOUBLE_EQUAL(response->truth, 2.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(p90->truth, mm1_response_quantile(0.5, 1.0, 0.9), 1e-9);
    for (size_t i = 0; i < s.figure_count; i++) {
        const struct coverage_figure *f = &s.figures[i];
        CU_ASSERT_EQUAL(f->covered + f->below + f->above, f->given);
        /* Chance 1e-5 each where the true coverage is 0.93 to 0.97. */
        EXPECT(gsl_cdf_binomial_P((unsigned)f->covered, 0.93, (unsigned)f->given) > 1e-5 &&
                   gsl_cdf_binomial_Q((unsigned)f->covered - 1, 0.97, (unsigned)f->given) > 1e-5,
               "%s: %llu of %llu", f->measure, (unsigned long long)f->covered, (unsigned long long)f->given);
    }
    arena_free(&arena);
}

/* A warm-up that is far too short for the load: intervals lie below the truth, and it shows. */
static void a_bias_is_found(void)
{
    struct arena arena;
    struct coverage_of_study s;
    arena_init(&arena);
    repeat("{'arrivals':{'rate':0.95},'service':{'dist':'exponential','mean':1},"
           "'run':{'replications':40,'warmup':0,'time':200,'quantiles':[0.5]}}",
           50, &arena, &s);
    const struct coverage_figure *response = find(&s, "response", NAN);
    CU_ASSERT_DOUBLE_EQUAL(response->truth, 20.0, 1e-9);
    EXPECT(response->high < 0.5 && response->below > 40, "%llu of %llu hold it",
           (unsigned long long)response->covered, (unsigned long long)response->given);
    arena_free(&arena);
}

/* One long run, cut into 64 pieces of 780 services each: about ten relaxation times. The intervals are those
 * of serial.h, whose longer side is taken for both. */
static void one_long_run(void)
{
    struct arena arena;
    struct coverage_of_study s;
    arena_init(&arena);
    repeat("{'arrivals':{'rate':0.8},'service':{'dist':'exponential','mean':1},"
           "'run':{'replications':1,'warmup':500,'time':50000,'quantiles':[0.5,0.9,0.999]}}",
           300, &arena, &s);
    for (size_t i = 0; i < s.figure_count; i++) {
        const struct coverage_figure *f = &s.figures[i];
        if (f->given < 270)
            continue;
        EXPECT(gsl_cdf_binomial_P((unsigned)f->covered, 0.93, (unsigned)f->given) > 1e-5 &&
                   gsl_cdf_binomial_Q((unsigned)f->covered - 1, 0.98, (unsigned)f->given) > 1e-5,
               "%s: %llu of %llu", f->measure, (unsigned long long)f->covered, (unsigned long long)f->given);
    }
    CU_ASSERT_EQUAL(find(&s, "response", NAN)->given, 300);
    CU_ASSERT(find(&s, "response", 0.9)->given >= 290);
    CU_ASSERT_EQUAL(find(&s, "response", 0.999)->given, 0); /* some tens of values, in a few bursts */
    CU_ASSERT(find(&s, "response", NAN)->half_width < 1.5); /* 5 +- 0.66, so that something is said */
    arena_free(&arena);
}

/* The end of a run is one figure without an interval; the course of it has the same values in pieces as
 * whole. */
static void pieces_of_one_run(void)
{
    struct trial one, two;
    if (trial_read(&one, "{'arrivals':{'rate':0.5},'service':1,'capacity':3,"
                         "'run':{'replications':1,'warmup':10,'time':1000,'quantiles':[0.5]}}") &&
        trial_read(&two, "{'arrivals':{'rate':0.5},'service':1,'capacity':3,"
                         "'run':{'replications':2,'warmup':10,'time':1000,'quantiles':[0.5]}}") &&
        trial_run(&one, 1) && trial_run(&two, 1)) {
        const struct figure *left = trial_figure(&one, 0, "task", "unfinished");
        CU_ASSERT(isnan(left->half_width) && left->mean == floor(left->mean));
        CU_ASSERT_EQUAL(one.result->points[0].report.replications, 1);
        CU_ASSERT(trial_figure(&one, 0, "task", "response")->half_width > 0.0);
        CU_ASSERT(trial_figure(&one, 0, "task", "lost")->half_width > 0.0);
        const struct figure *wait = trial_figure(&one, 0, "task", "wait"),
                            *response = trial_figure(&one, 0, "task", "response"),
                            *service = trial_figure(&one, 0, "task", "service");
        CU_ASSERT_DOUBLE_EQUAL(wait->mean + service->mean, response->mean, 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(trial_figure(&one, 0, "station:queue", "utilisation")->mean,
                               trial_figure(&one, 0, "task", "throughput")->mean, 2e-3);
        CU_ASSERT_EQUAL(one.result->points[0].warning_count, 0);
    }
    trial_free(&one);
    trial_free(&two);
}

const struct test coverage_tests[] = {
    {"intervals of a share are those of the binomial law", shares_by_the_binomial_law},
    {"theory gives the truth where it knows it, and intervals hold it as often as they say",
     theory_gives_the_truth},
    {"intervals of a study that starts empty and hardly warms up are found out", a_bias_is_found},
    {"intervals of one long run hold the truth as often as they say, or are withheld", one_long_run},
    {"one long run is measured in pieces, its end once", pieces_of_one_run},
    {NULL, NULL},
};
