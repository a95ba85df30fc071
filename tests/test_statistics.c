/* Do the printed intervals mean what they say, and does the same scenario give the same result? */
#include "tests/closed_forms.h"
#include "tests/trial.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>
#include <string.h>

/* ---- Coverage ---- */

/* Of `runs` intervals at 0.95, `covered` hold the true value. True coverage may be 0.93 to 0.97 (Student's t
 * on skewed data is not exact); a count that such a coverage gives with probability below 1e-5 is a failure.
 */
static void expect_coverage(const char *what, unsigned covered, unsigned runs)
{
    EXPECT(gsl_cdf_binomial_P(covered, 0.93, runs) > 1e-5, "%s: only %u of %u intervals cover", what, covered,
           runs);
    EXPECT(covered == 0 || gsl_cdf_binomial_Q(covered - 1, 0.97, runs) > 1e-5,
           "%s: %u of %u intervals cover: too wide", what, covered, runs);
}

enum { SEEDS = 400, FIGURES = 8 };

struct coverage {
    const char *what;
    double exact;
    unsigned covered, given;
    double estimates[SEEDS], squared_errors; /* of those that are means */
};

static void look(struct coverage *c, unsigned seed, double value, double low, double high)
{
    c->estimates[seed] = value;
    if (isnan(low) || isnan(high))
        return;
    c->given++;
    c->covered += low <= c->exact && c->exact <= high;
    const double error = (high - low) / 2.0 / gsl_cdf_tdist_Pinv(0.975, 19);
    c->squared_errors += error * error;
}

/* 20 replications of length `time` for each seed. At least `given` of the intervals have to be given at all:
 * too few values beyond a percentile, and it is withheld. */
static void coverage_of_mm1(double rho, double time, double given)
{
    static struct coverage all[FIGURES];
    const double quantiles[] = {0.5, 0.99};
    memset(all, 0, sizeof all);
    all[0] = (struct coverage){.what = "mean response", .exact = 1.0 / (1.0 - rho)};
    all[1] = (struct coverage){.what = "mean wait", .exact = rho / (1.0 - rho)};
    all[2] = (struct coverage){.what = "utilisation", .exact = rho};
    all[3] = (struct coverage){.what = "throughput", .exact = rho};
    all[4] = (struct coverage){.what = "number in system", .exact = rho / (1.0 - rho)};
    all[5] = (struct coverage){.what = "p50 of response", .exact = mm1_response_quantile(rho, 1.0, 0.5)};
    all[6] = (struct coverage){.what = "p99 of response", .exact = mm1_response_quantile(rho, 1.0, 0.99)};
    all[7] = (struct coverage){.what = "p99 of wait", .exact = mmc_wait_quantile(rho, 1.0, 1, 0.99)};
    for (unsigned s = 0; s < SEEDS; s++) {
        struct trial t;
        if (trial_read_seeded(&t, s + 1,
                              "{'arrivals':{'rate':%g},'service':{'dist':'exponential','mean':1},"
                              "'run':{'replications':20,'warmup':200,'time':%g,'quantiles':[0.5,0.99]}}",
                              rho, time) &&
            trial_run(&t, 0)) {
            static const char *const figures[][2] = {{"task", "response"},
                                                     {"task", "wait"},
                                                     {"station:queue", "utilisation"},
                                                     {"task", "throughput"},
                                                     {"task", "in_system"}};
            for (size_t i = 0; i < 5; i++) {
                const struct figure *f = trial_figure(&t, 0, figures[i][0], figures[i][1]);
                look(&all[i], s, f->mean, f->mean - f->half_width, f->mean + f->half_width);
            }
            for (size_t i = 0; i < 3; i++) {
                const struct figure *f = trial_figure(&t, 0, "task", i < 2 ? "response" : "wait");
                const struct quantile q = trial_quantile(f, quantiles[i < 2 ? i : 1]);
                look(&all[5 + i], s, q.value, q.low, q.high);
            }
        }
        trial_free(&t);
    }
    for (size_t i = 0; i < FIGURES; i++) {
        EXPECT(all[i].given >= given * SEEDS, "%s: an interval is given in %u of %u runs", all[i].what,
               all[i].given, SEEDS);
        expect_coverage(all[i].what, all[i].covered, all[i].given);
        /* The estimates' own spread over the seeds (known to 3.5 %) is what the half-widths claim. Intervals
         * of p99 reach further up than down where few values lie beyond, so they may be longer; those of means are
         * widened where 20 skewed replications would miss too often. */
        const double spread = gsl_stats_sd(all[i].estimates, 1, SEEDS),
                     claimed = sqrt(all[i].squared_errors / all[i].given);
        EXPECT(claimed > 0.8 * spread && claimed < (i < 6 ? 1.3 : 1.8) * spread,
               "%s: standard error claimed %.4g, seen %.4g", all[i].what, claimed, spread);
        /* And they centre on the truth: the mean over the seeds, itself with Student's interval; a bias of a
         * tenth of one run's standard error is let pass (a percentile of a finite sample has one). */
        const double bias = gsl_stats_mean(all[i].estimates, 1, SEEDS) - all[i].exact;
        EXPECT(fabs(bias) < spread * (4.4 / sqrt(SEEDS) + 0.1), "%s: biased by %.3g standard errors",
               all[i].what, bias / spread);
    }
}

static void coverage_at_half(void)
{
    coverage_of_mm1(0.5, 2000, 1.0);
}

static void coverage_at_0_8(void)
{
    coverage_of_mm1(0.8, 4000, 0.65); /* in the others p99 comes in fewer bursts than 12 of 20 replications, or p90 foretells fewer than 10 */
}

static void interval_by_hand(void)
{
    /* Three replications of one task each: mean +- t(0.975, 2) s / sqrt(3), t with n - 1 = 2 degrees. */
    struct trial t;
    double x[3];
    if (trial_read(&t, "{'arrivals':{'at_once':1},'service':{'dist':'exponential','mean':1},'run':{'"
                       "replications':3}}")) {
        size_t r = 0;
        for (struct history h; r < 3 && trial_trace(&t, 0, r, &h); r++) {
            x[r] = h.count == 1 ? h.tasks[0].left : NAN;
            history_free(&h);
        }
        if (r == 3 && trial_run(&t, 1)) {
            const struct figure *f = trial_figure(&t, 0, "task", "response");
            CU_ASSERT_DOUBLE_EQUAL(f->mean, gsl_stats_mean(x, 1, 3), 1e-12);
            CU_ASSERT_DOUBLE_EQUAL(f->half_width,
                                   gsl_cdf_tdist_Pinv(0.975, 2) * gsl_stats_sd(x, 1, 3) / sqrt(3.0), 1e-9);
            CU_ASSERT_DOUBLE_EQUAL(f->sd, gsl_stats_sd(x, 1, 3), 1e-12);
            CU_ASSERT_EQUAL(f->max, gsl_stats_max(x, 1, 3));
        }
    }
    trial_free(&t);
    /* One replication of so many tasks says nothing about the spread of replications. */
    if (trial_read(&t, "{'arrivals':{'rate':0.5},'service':{'dist':'exponential','mean':1},"
                       "'run':{'replications':1,'count':10000,'warmup':0,'quantiles':[0.5]}}") &&
        trial_run(&t, 1)) {
        const struct figure *f = trial_figure(&t, 0, "task", "response");
        CU_ASSERT(f->mean > 0.0 && isnan(f->half_width));
        CU_ASSERT(isnan(trial_quantile(f, 0.5).low) && isnan(trial_quantile(f, 0.5).high));
    }
    trial_free(&t);
}

/* ---- Paired differences ---- */

/* The difference in mean response of the first two points; NULL: none is given. */
static const struct difference *response_difference(const struct trial *t)
{
    for (size_t i = 0; t->result != NULL && i < t->result->difference_count; i++) {
        const struct difference *d = &t->result->differences[i];
        if (!d->of_run && strcmp(d->probe->name, "response") == 0 && d->statistic == STATISTIC_MEAN)
            return d;
    }
    return NULL;
}

static void paired_differences(void)
{
    /* The same tasks on a server a tenth faster: 1 / (1 - 0.7) against 0.9 / (1 - 0.63). The paired interval
     * covers, and is several times narrower than the one that ignores the pairing. */
    const double exact = 0.9 / (1.0 - 0.63) - 1.0 / (1.0 - 0.7);
    enum { RUNS = 300 };
    unsigned covered = 0;
    double paired = 0.0, unpaired = 0.0;
    for (unsigned s = 0; s < RUNS; s++) {
        struct trial t;
        if (trial_read_seeded(&t, s + 1,
                              "{'arrivals':{'rate':0.7},'service':{'dist':'exponential','mean':1},"
                              "'variants':{'slow':{},'fast':{'/service/mean':0.9}},"
                              "'run':{'replications':20,'warmup':200,'time':1000,'quantiles':[0.5]}}") &&
            trial_run(&t, 0)) {
            const struct difference *d = response_difference(&t);
            if (EXPECT(d != NULL && d->base == 0 && d->other == 1, "a difference is given")) {
                covered += fabs(d->difference - exact) <= d->half_width;
                paired += d->half_width / RUNS;
                unpaired += d->half_width_unpaired / RUNS;
            }
        }
        trial_free(&t);
    }
    expect_coverage("paired difference", covered, RUNS);
    EXPECT(paired < 0.5 * unpaired, "half-widths: paired %.4g, unpaired %.4g", paired, unpaired);
}

static void sync_against_async_paired(void)
{
    struct trial t;
    if (trial_read(&t, "{'time_unit':'ms','stations':{'threads':{'servers':24},'cpu':{'servers':2}},"
                       "'arrivals':{'rate':'1500/s'},'steps':[{'in':'threads','do':["
                       "{'at':'cpu','for':{'dist':'exponential','mean':0.5}},"
                       "{'await':[{'delay':{'dist':'exponential','mean':8}}]},"
                       "{'at':'cpu','for':{'dist':'exponential','mean':0.4}}]}],"
                       "'variants':{'sync':{'/stations/threads/await':'hold'},'async':{'/stations/threads/"
                       "await':'release'}},"
                       "'run':{'replications':30,'warmup':500,'time':5000,'quantiles':[0.5],'controls':false}}") &&
        trial_run(&t, 0)) { /* with control variates a difference has a regression of its own: tests/test_controls.c */
        const struct difference *d = response_difference(&t);
        if (EXPECT(d != NULL, "a difference is given")) {
            const double apart = trial_figure(&t, d->other, "task", "response")->mean -
                                 trial_figure(&t, d->base, "task", "response")->mean;
            CU_ASSERT_DOUBLE_EQUAL(d->difference, apart, 1e-9);
            EXPECT(d->half_width < d->half_width_unpaired / 2.0, "half-widths: paired %.4g, unpaired %.4g",
                   d->half_width, d->half_width_unpaired);
        }
    }
    trial_free(&t);
}

/* ---- Same in, same out ---- */

#define MIXED                                                                                                \
    "'stations':{'threads':{'servers':4,'capacity':9,'switch':0.02,'setup':{'dist':'exponential','mean':0."  \
    "5},"                                                                                                    \
    "'keep_alive':3},'cpu':{'servers':2,'discipline':'ps'},'lock':{'discipline':'random'}},'tasks':{"        \
    "'web':{'arrivals':{'rate':1.3},'steps':[{'in':'threads','do':["                                         \
    "{'at':'cpu','for':{'dist':'exponential','mean':0.7}},{'await':[{'delay':{'dist':'uniform','min':0,'"    \
    "max':2}}]},"                                                                                            \
    "{'in':'lock','do':[{'at':'cpu','for':{'dist':'lognormal','mean':0.3,'scv':2}}]}]}]},"                   \
    "'job':{'arrivals':{'closed':2,'think':{'dist':'exponential','mean':2}},'steps':[{'at':'lock','for':0."  \
    "5}]}}"
#define TWO_VARIANTS                                                                                         \
    ",'variants':{'sync':{'/stations/threads/await':'hold'},'async':{'/stations/threads/await':'release'}}"
#define SHORT_RUN ",'run':{'replications':12,'warmup':50,'time':400}"

static bool same_number(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static bool same_subject(const struct subject *a, const struct subject *b)
{
    bool same = a->figure_count == b->figure_count;
    for (size_t i = 0; same && i < a->figure_count; i++) {
        const struct figure *x = &a->figures[i], *y = &b->figures[i];
        same = same_number(x->mean, y->mean) && same_number(x->half_width, y->half_width) &&
               same_number(x->sd, y->sd) && same_number(x->max, y->max) && same_number(x->count, y->count) &&
               x->quantile_count == y->quantile_count && x->tail_count == y->tail_count;
        for (size_t q = 0; same && q < x->quantile_count; q++)
            same = same_number(x->quantiles[q].value, y->quantiles[q].value) &&
                   same_number(x->quantiles[q].low, y->quantiles[q].low) &&
                   same_number(x->quantiles[q].high, y->quantiles[q].high);
        for (size_t q = 0; same && q < x->tail_count; q++)
            same = same_number(x->tail[q].value, y->tail[q].value) &&
                   same_number(x->tail[q].above, y->tail[q].above);
    }
    return same;
}

static bool same_result(const struct result *a, const struct result *b)
{
    bool same = a != NULL && b != NULL && a->point_count == b->point_count &&
                a->difference_count == b->difference_count;
    for (size_t i = 0; same && i < a->point_count; i++) {
        const struct point *p = &a->points[i], *q = &b->points[i];
        same = p->kind_count == q->kind_count && p->station_count == q->station_count &&
               same_subject(p->run, q->run) && p->report.events == q->report.events &&
               p->report.replications == q->report.replications;
        for (size_t k = 0; same && k < p->kind_count; k++)
            same = same_subject(&p->kinds[k], &q->kinds[k]);
        for (size_t k = 0; same && k < p->station_count; k++)
            same = same_subject(&p->stations[k], &q->stations[k]);
    }
    for (size_t i = 0; same && i < a->difference_count; i++)
        same = same_number(a->differences[i].difference, b->differences[i].difference) &&
               same_number(a->differences[i].half_width, b->differences[i].half_width);
    return same;
}

static void jobs_do_not_matter(void)
{
    static const char *const runs[] = {"{" MIXED TWO_VARIANTS SHORT_RUN "}",
                                       "{" MIXED TWO_VARIANTS
                                       ",'run':{'precision':0.2,'quantiles':[0.5,0.9]}}"};
    for (size_t i = 0; i < 2; i++) {
        struct trial one, four;
        const bool a = trial_read(&one, "%s", runs[i]) && trial_run(&one, 1);
        const bool b = trial_read(&four, "%s", runs[i]) && trial_run(&four, 4);
        if (a && b)
            EXPECT(same_result(one.result, four.result), "run %zu: one thread and four differ", i);
        trial_free(&one);
        trial_free(&four);
    }
}

static void a_then_b_then_a(void)
{
    struct trial first, other, again;
    const bool a = trial_read(&first, "%s", "{" MIXED TWO_VARIANTS SHORT_RUN "}") && trial_run(&first, 2);
    const bool b =
        trial_read(&other, "{'arrivals':{'rate':0.9},'service':1" SHORT_RUN "}") && trial_run(&other, 1);
    const bool c = trial_read(&again, "%s", "{" MIXED TWO_VARIANTS SHORT_RUN "}") && trial_run(&again, 2);
    if (a && b && c)
        CU_ASSERT(same_result(first.result, again.result));
    trial_free(&again);
    /* And the same struct desq run twice. */
    const struct result *before = first.result;
    double mean = NAN;
    if (a && before != NULL)
        mean = trial_figure(&first, 1, "web", "response")->mean;
    if (a && trial_run(&first, 1))
        CU_ASSERT(same_number(mean, trial_figure(&first, 1, "web", "response")->mean));
    trial_free(&first);
    trial_free(&other);
    /* Another seed: another result. */
    const bool d = trial_read_seeded(&first, 7, "%s", "{" MIXED SHORT_RUN "}") && trial_run(&first, 1);
    const bool e = trial_read_seeded(&other, 8, "%s", "{" MIXED SHORT_RUN "}") && trial_run(&other, 1);
    if (d && e)
        CU_ASSERT(!same_result(first.result, other.result));
    trial_free(&first);
    trial_free(&other);
}

static void statistics_only_listen(void)
{
    /* The trace (no statistics at all) and the run are one sample path: what the run measured after its
     * warm-up is what the trace saw then. Other quantiles, another confidence: the same. */
    struct trial t;
    struct history h;
    static const char *const runs[] = {
        ",'run':{'replications':1,'warmup':0,'time':2000}}",
        ",'run':{'replications':1,'warmup':500,'time':1500}}",
        ",'run':{'replications':1,'warmup':700,'time':1300,'confidence':0.8,'quantiles':[0.25]}}",
    };
    static const double warmups[] = {0, 500, 700};
    for (size_t r = 0; r < 3; r++) {
        if (trial_read(&t, "{" MIXED "%s", runs[r]) && trial_run(&t, 1) && trial_trace(&t, 0, 0, &h)) {
            static const char *const kinds[] = {"web", "job"};
            for (size_t k = 0; k < 2; k++) {
                double n = 0.0, response = 0.0, wait = 0.0;
                for (size_t i = 0; i < h.count; i++) {
                    const struct desq_task *x = &h.tasks[i];
                    if (x->kind != k || x->lost || x->left <= warmups[r])
                        continue;
                    n++;
                    response += x->left - x->arrived;
                    wait += x->wait;
                }
                CU_ASSERT_EQUAL(trial_figure(&t, 0, kinds[k], "response")->count, n);
                CU_ASSERT_DOUBLE_EQUAL(trial_figure(&t, 0, kinds[k], "response")->mean, response / n, 1e-10);
                CU_ASSERT_DOUBLE_EQUAL(trial_figure(&t, 0, kinds[k], "wait")->mean, wait / n, 1e-10);
            }
            CU_ASSERT_EQUAL(h.whole.end, 2000.0);
            history_free(&h);
        }
        trial_free(&t);
    }
}

const struct test statistics_tests[] = {
    {"intervals of M/M/1 at 0.5 cover as often as they say (means, p50, p99)", coverage_at_half},
    {"intervals of M/M/1 at 0.8 cover as often as they say (means, p50, p99)", coverage_at_0_8},
    {"an interval is mean +- t s / sqrt(n), t at n - 1; one replication gives none", interval_by_hand},
    {"a paired difference covers the exact one and is narrower than an unpaired one", paired_differences},
    {"sync against async: the paired interval is less than half as wide as the unpaired one",
     sync_against_async_paired},
    {"one thread and four give the same bits", jobs_do_not_matter},
    {"A, then B, then A again gives A: nothing leaks from run to run", a_then_b_then_a},
    {"statistics only listen: with or without them the sample path is the same", statistics_only_listen},
    {NULL, NULL},
};
