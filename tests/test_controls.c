/* Control variates: the regression against known answers, the controls' mean of 0 in many models, and what they save. */
#include "models/conduct.h"
#include "models/controls.h"
#include "sim/stream.h"
#include "tests/trial.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* ---- The regression ---- */

/* One replication each: a mean y (of count 1). */
static struct batches *made_of(const double *y, size_t n)
{
    struct batches *b = batches_new(1, 0);
    for (size_t i = 0; i < n; i++) {
        struct sample s = sample_of_ratio(y[i], 1.0);
        const struct record r = {.sample_count = 1, .samples = &s};
        batches_add(b, &r);
    }
    return b;
}

/* y = 3 + 2 c + 5 d has no variance but the controls': the mean is 3, whatever the controls came to. */
static void what_is_explained_wholly(void)
{
    enum { N = 24 };
    double y[N];
    struct controls c = {.count = 2};
    for (size_t i = 0; i < N; i++) {
        c.values[0][i] = (double)(i * i % 7) - 1.0;
        c.values[1][i] = (double)(i * 5 % 11) - 7.0;
        y[i] = 3.0 + 2.0 * c.values[0][i] + 5.0 * c.values[1][i];
    }
    struct batches *b = made_of(y, N);
    const struct controlled x = batches_mean_controlled(b, 0, 0.95, &c);
    EXPECT(fabs(x.estimate.mean - 3.0) < 1e-12 && x.estimate.half_width < 1e-10 && x.left < 1e-20, "%.17g +- %g, %g left", x.estimate.mean,
           x.estimate.half_width, x.left);
    batches_free(b);
}

/* One control in closed form: slope s_xy / s_xx, variance (s_yy - s_xy^2 / s_xx) / (n - 2) (1 / n + mean(x)^2 / s_xx). The residuals are
 * symmetric, so that nothing is widened. */
static void one_control_by_hand(void)
{
    enum { N = 20 };
    double y[N], sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0, rest = 0.0;
    struct controls c = {.count = 1};
    for (size_t i = 0; i < N; i++) {
        c.values[0][i] = (double)(i / 2) - 3.0;
        y[i] = 10.0 + c.values[0][i] + (i % 2 == 0 ? 1.0 : -1.0);
        sx += c.values[0][i] / N;
        sy += y[i] / N;
    }
    for (size_t i = 0; i < N; i++) {
        sxx += (c.values[0][i] - sx) * (c.values[0][i] - sx);
        sxy += (c.values[0][i] - sx) * (y[i] - sy);
    }
    const double slope = sxy / sxx;
    for (size_t i = 0; i < N; i++) {
        const double e = y[i] - sy - slope * (c.values[0][i] - sx);
        rest += e * e;
    }
    const double half = gsl_cdf_tdist_Pinv(0.975, N - 2.0) * sqrt(rest / (N - 2.0) * (1.0 / N + sx * sx / sxx));
    struct batches *b = made_of(y, N);
    const struct controlled x = batches_mean_controlled(b, 0, 0.95, &c);
    EXPECT(fabs(x.estimate.mean - (sy - slope * sx)) < 1e-12, "mean %.17g, not %.17g", x.estimate.mean, sy - slope * sx);
    EXPECT(fabs(x.estimate.half_width / half - 1.0) < 1e-12, "half-width %.17g, not %.17g", x.estimate.half_width, half);
    batches_free(b);
}

static double normal(struct stream *s)
{
    return gsl_cdf_ugaussian_Pinv(stream_uniform(s));
}

/* 4000 studies of 20 normal sums with two controls that explain half: 95 % hold the truth, with z = 4.4 at most off by chance in 1e-5; the
 * widening for skewness adds half a per cent. Means by controls vary as said, within 10 % (4.5 standard deviations of a variance of 4000). */
static void coverage_and_saving_of_normal_sums(void)
{
    enum { STUDIES = 4000, N = 20 };
    struct stream s = {12345};
    double held = 0.0, squares = 0.0, left = 0.0, used = 0.0;
    for (size_t study = 0; study < STUDIES; study++) {
        double y[N];
        struct controls c = {.count = 2};
        for (size_t i = 0; i < N; i++) {
            c.values[0][i] = normal(&s);
            c.values[1][i] = 3.0 * normal(&s) - c.values[0][i];
            y[i] = 1.0 + 0.5 * c.values[0][i] + (c.values[1][i] + c.values[0][i]) / 6.0 + sqrt(0.5) * normal(&s);
        }
        struct batches *b = made_of(y, N);
        const struct controlled x = batches_mean_controlled(b, 0, 0.95, &c);
        batches_free(b);
        held += fabs(x.estimate.mean - 1.0) <= x.estimate.half_width;
        squares += (x.estimate.mean - 1.0) * (x.estimate.mean - 1.0);
        used += !isnan(x.left);
        left += isnan(x.left) ? 0.0 : x.left;
    }
    EXPECT(fabs(held / STUDIES - 0.953) < 4.4 * sqrt(0.95 * 0.05 / STUDIES), "held %g", held / STUDIES);
    const double variance = squares / STUDIES * N, expected = 0.5 * (N - 2.0) / (N - 4.0);
    EXPECT(fabs(variance / expected - 1.0) < 0.1, "variance %g, not %g", variance, expected);
    EXPECT(used / STUDIES > 0.9 && fabs(left / used / expected - 1.0) < 0.1, "%g left, of %g used", left / used, used / STUDIES);
}

/* Controls that explain nothing are not used, but for chance (R^2 above 0.2 of 32 normal values in 3 % with two controls). */
static void noise_is_not_used(void)
{
    enum { STUDIES = 1000, N = 32 };
    struct stream s = {777};
    double used = 0.0;
    for (size_t study = 0; study < STUDIES; study++) {
        double y[N];
        struct controls c = {.count = 2};
        for (size_t i = 0; i < N; i++) {
            c.values[0][i] = normal(&s);
            c.values[1][i] = normal(&s);
            y[i] = normal(&s);
        }
        struct batches *b = made_of(y, N);
        used += !isnan(batches_mean_controlled(b, 0, 0.95, &c).left);
        batches_free(b);
    }
    /* P(R^2 > 0.2) = (1 - 0.2)^((N - 3) / 2) with two controls. */
    const double chance = pow(0.8, (N - 3.0) / 2.0);
    EXPECT(fabs(used / STUDIES - chance) < 4.4 * sqrt(chance / STUDIES), "used in %g, not %g", used / STUDIES, chance);
}

static void few_batches_have_none(void)
{
    double y[CONTROLS_BATCHES_FEWEST - 1];
    struct controls c = {.count = 1};
    for (size_t i = 0; i < CONTROLS_BATCHES_FEWEST - 1; i++)
        y[i] = c.values[0][i] = (double)(i % 5);
    struct batches *b = made_of(y, CONTROLS_BATCHES_FEWEST - 1);
    EXPECT(isnan(batches_mean_controlled(b, 0, 0.95, &c).left), "used");
    batches_free(b);
}

/* ---- The controls of models ---- */

#define EXPONENTIAL(mean) "{'dist':'exponential','mean':" #mean "}"
#define RUN ",'run':{'replications':60,'time':4000,'warmup':400}}"

#define FILLS ",'run':{'replications':600,'time':100,'warmup':10}}"

/* Where arrivals and services are known, their deviations are 0 in the mean, from whatever moment on: by all replications within 4.5 standard errors (by
 * chance in 7e-6 of each of 35). */
static void controls_have_mean_0(void)
{
    static const struct {
        size_t count;
        const char *text;
    } models[] = {
        {2, "{'arrivals':{'rate':0.8},'service':" EXPONENTIAL(1) RUN},
        {2, "{'arrivals':{'rate':0.7},'service':{'dist':'hyperexponential','mean':1,'scv':6}" RUN},
        {2, "{'arrivals':{'interarrival':{'dist':'hyperexponential','mean':1.5,'scv':4}},'service':1" RUN},
        {2, "{'arrivals':{'rate':0.3,'batch':{'dist':'uniform','min':1,'max':3}},'service':" EXPONENTIAL(1) RUN},
        {2, "{'stations':{'q':{'servers':2,'capacity':4},'r':{'discipline':'ps'}},'tasks':{'a':{'arrivals':{'rate':1.8},'steps':[{'at':'q','for':" EXPONENTIAL(
            1) "},{'at':'r','for':" EXPONENTIAL(0.5) "}]}}" RUN},
        {2, "{'stations':{'q':{'discipline':'srpt'}},'tasks':{'a':{'arrivals':{'rate':0.4},'steps':[{'at':'q','for':" EXPONENTIAL(
            1) "}]},'b':{'arrivals':{'rate':0.2},'steps':[{'choose':[{'p':0.3,'do':[{'at':'q','for':2}]},{'p':0.7,'do':[{'delay':1},{'at':'q','for':" EXPONENTIAL(1) "}]}]}]}}" RUN},
        {2, "{'stations':{'pool':{'servers':6,'capacity':10},'cpu':{'servers':2}},'tasks':{'a':{'arrivals':{'rate':1},'steps':[{'in':'pool','do':[{'at':'cpu','for':" EXPONENTIAL(
            1) "},{'delay':" EXPONENTIAL(2) "},{'at':'cpu','for':0.2}]}]}}" RUN},
        {1, "{'stations':{'q':{}},'tasks':{'a':{'arrivals':{'closed':5,'think':" EXPONENTIAL(4) "},'steps':[{'at':'q','for':" EXPONENTIAL(1) "}]}}" RUN},
        /* More of b come than arrive by themselves: those that a sends. */
        {2, "{'stations':{'q':{},'r':{}},'tasks':{'a':{'arrivals':{'rate':0.4},'steps':[{'at':'q','for':" EXPONENTIAL(
            1) "},{'send':'b'}]},'b':{'arrivals':{'rate':0.3},'steps':[{'at':'r','for':" EXPONENTIAL(1) "}]}}" RUN},
        /* Of such intervals more begin at first than afterwards: work alone is known. */
        {1, "{'arrivals':{'interarrival':{'dist':'hyperexponential','mean':2,'scv':9}},'service':" EXPONENTIAL(1) ",'run':{'replications':60,'time':4000,'warmup':0}}"},
        /* Systems that are still filling with tasks that ask for much: those done ask for less than the mean. */
        {2, "{'stations':{'q':{'discipline':'srpt'}},'tasks':{'a':{'arrivals':{'rate':0.9},'steps':[{'at':'q','for':{'mean':1,'scv':20}}]}}" FILLS},
        {2, "{'stations':{'q':{'discipline':'ps'}},'tasks':{'a':{'arrivals':{'rate':0.9},'steps':[{'at':'q','for':{'mean':1,'scv':20}}]}}" FILLS},
        {2, "{'stations':{'q':{'discipline':'las'},'r':{}},'tasks':{'a':{'arrivals':{'mmpp':{'rates':[1,0.2],'generator':[[-0.1,0.1],[0.1,-0.1]]}},'steps':[{'delay':1},"
            "{'choose':[{'p':0.5,'do':[{'at':'r','for':0.5},{'at':'q','for':{'mean':1,'scv':9}}]},{'p':0.5,'do':[{'at':'q','for':{'mean':2,'scv':9}}]}]}]}}" FILLS},
        {2, "{'stations':{'q':{'discipline':'srpt','capacity':5}},'tasks':{'a':{'arrivals':{'rate':1},'steps':[{'at':'q','for':{'mean':1,'scv':5}}]}}" FILLS},
        {1, "{'stations':{'q':{'discipline':'srpt'}},'tasks':{'a':{'arrivals':{'closed':8,'think':" EXPONENTIAL(4) "},'steps':[{'at':'q','for':{'mean':1,'scv':5}}]}}" FILLS},
        {1, "{'stations':{'q':{'discipline':'srpt'}},'tasks':{'a':{'arrivals':{'sessions':{'rate':0.18,'requests':{'dist':'geometric','mean':4},'think':" EXPONENTIAL(
            3) "}},'steps':[{'at':'q','for':{'mean':1,'scv':9}}]}}" FILLS},
        /* Those who are there at time 0 come then. */
        {1, "{'arrivals':{'rate':0.8},'service':" EXPONENTIAL(1) ",'run':{'replications':600,'time':100,'warmup':0,'initial':{'task':5}}}"},
        {2, "{'arrivals':{'rate':0.8},'service':" EXPONENTIAL(1) ",'run':{'replications':600,'time':100,'warmup':5,'initial':{'task':5}}}"},
        /* By the recursion. */
        {2, "{'arrivals':{'rate':0.9},'service':{'mean':1,'scv':20},'servers':3,'run':{'replications':600,'time':20,'warmup':2}}"},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct trial t;
        if (trial_read(&t, "%s", models[i].text)) {
            struct experiment e;
            struct error err;
            struct controls c = {0};
            struct crew *crew = crew_new(1, 0);
            const bool ran = experiment_begin(&e, desq_model(t.desq, 0), &err);
            e.limits = (struct world_limits){.events = INFINITY, .deadline = INFINITY};
            if (EXPECT(ran && experiment_run(&e, e.model->scenario->run.replications, crew, &err), "%zu: %s", i, err.text))
                controls_of(&e, &c);
            EXPECT(c.count == models[i].count, "model %zu has %zu controls", i, c.count);
            for (size_t j = 0; j < c.count; j++) {
                double sum = 0.0, squares = 0.0;
                for (size_t n = 0; n < batches_groups(e.batches); n++) {
                    sum += c.values[j][n];
                    squares += c.values[j][n] * c.values[j][n];
                }
                EXPECT((squares > 0.0 || (i == 2 && j == 1)) && fabs(sum) <= 4.5 * sqrt(squares), "model %zu, control %zu: z %g", i, j, sum / sqrt(squares));
            }
            experiment_end(&e);
            crew_free(crew);
        }
        trial_free(&t);
    }
}

/* Where what becomes of a task depends on its own work, or work is not what was drawn. */
static void what_is_not_known(void)
{
    static const char *const models[] = {
        "{'stations':{'q':{}},'tasks':{'a':{'arrivals':{'rate':0.5},'steps':[{'timeout':3,'do':[{'at':'q','for':1}]}]}}}",
        "{'stations':{'q':{}},'tasks':{'a':{'arrivals':{'rate':0.5},'patience':3,'steps':[{'at':'q','for':1}]}}}",
        "{'stations':{'q':{},'r':{'capacity':2}},'tasks':{'a':{'arrivals':{'rate':0.5},'steps':[{'at':'q','for':1},{'at':'r','for':1}]}}}",
        "{'stations':{'q':{'breakdown':{'up':{'dist':'exponential','mean':50},'down':1}}},'tasks':{'a':{'arrivals':{'rate':0.5},'steps':[{'at':'q','for':1}]}}}",
        "{'stations':{'q':{}},'tasks':{'a':{'arrivals':{'rate':0.5},'steps':[{'at':'q','for':{'dist':'pareto','alpha':1.5,'min':0.2}}]}}}",
        /* Those who go around a full station are more of those done than of those that come. */
        "{'stations':{'q':{'capacity':1}},'tasks':{'a':{'arrivals':{'rate':0.5},'steps':[{'choose':[{'p':0.4,'do':[{'delay':1}]},{'p':0.6,'do':[{'at':'q','for':1}]}]}]}}}",
        "{'stations':{'pool':{'capacity':2,'on_full':[{'at':'r','for':3}]},'q':{},'r':{}},'tasks':{'a':{'arrivals':{'rate':0.1},'steps':[{'in':'pool','do':[{'at':'q','for':1}]}]}}}",
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct trial t;
        if (trial_read(&t, "%s", models[i]))
            EXPECT(isnan(desq_model(t.desq, 0)->kinds[0].mean_service), "model %zu", i);
        trial_free(&t);
    }
}

/* M/M/1 at 0.9: of the variance of the mean response, 2 (1 + rho) / (1 - rho)^2 times its square per customer (Whitt, Management Science 35, 1989, eq. 23),
 * the response's derivatives by the rate and the mean service explain 2 / (1 - rho)^2: 0.474 are left, 0.49 with the loss factor. One study's share has a
 * standard error of 0.09, so the mean of 24 one of 0.018; beyond 4.4 of these by chance in 1e-5. Half-widths are 0.76 times as wide in the mean, with a standard
 * error of 0.06 of one study and 0.012 of 24: at 0.8 or more by chance in 5e-4. */
static void half_of_the_variance_goes(void)
{
#define BUSY(more) "{'arrivals':{'rate':0.9},'service':" EXPONENTIAL(1) ",'run':{'replications':60,'confidence':0.9999" more "}}"
    enum { STUDIES = 24 };
    struct trial t;
    double left = 0.0, narrower = 0.0;
    for (uint64_t seed = 1; seed <= STUDIES; seed++) {
        if (trial_read_seeded(&t, seed, "%s", BUSY("")) && trial_run(&t, 2)) {
            const struct figure a = *trial_figure(&t, 0, "task", "response");
            const double middle = trial_quantile(&a, 0.5).value;
            left += a.variance_left / STUDIES;
            EXPECT(fabs(a.mean - 10.0) < a.half_width, "seed %d: %g +- %g", (int)seed, a.mean, a.half_width); /* but in 1e-4 each */
            trial_free(&t);
            if (trial_read_seeded(&t, seed, "%s", BUSY(",'controls':false")) && trial_run(&t, 1)) {
                const struct figure *b = trial_figure(&t, 0, "task", "response");
                narrower += a.half_width / b->half_width / STUDIES;
                EXPECT(isnan(b->variance_left) && a.sd == b->sd && a.max == b->max && a.count == b->count && middle == trial_quantile(b, 0.5).value,
                       "the sample path differs");
            }
        }
        trial_free(&t);
    }
    EXPECT(fabs(left - 0.49) < 4.4 * 0.018, "%g left", left);
    EXPECT(narrower < 0.8, "%g times as wide", narrower);
}

/* Differences of variants are those of the means beside them, whether both have controls or one. */
static void differences_go_with_their_means(void)
{
#define AGAINST(b) "{'arrivals':{'rate':0.8},'service':" EXPONENTIAL(1) ",'variants':{'a':{},'b':" b "},'run':{'replications':40,'time':5000,'warmup':500}}"
    static const struct {
        const char *text;
        bool both;
    } models[] = {
        {AGAINST("{'/servers':2}"), true},
        {AGAINST("{'/breakdown':{'up':{'dist':'exponential','mean':2000},'down':" EXPONENTIAL(300) "}}"), false},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct trial t;
        if (trial_read(&t, "%s", models[i].text) && trial_run(&t, 2)) {
            const struct figure *a = trial_figure(&t, 0, "task", "response"), *b = trial_figure(&t, 1, "task", "response");
            const struct difference *d = NULL;
            for (size_t n = 0; n < t.result->difference_count && d == NULL; n++)
                if (strcmp(t.result->differences[n].probe->name, "response") == 0 && t.result->differences[n].statistic == STATISTIC_MEAN)
                    d = &t.result->differences[n];
            EXPECT(!isnan(a->variance_left) && isnan(b->variance_left) == !models[i].both, "%g and %g left", a->variance_left, b->variance_left);
            EXPECT(d != NULL && fabs(d->difference - (b->mean - a->mean)) < 1e-9 * fabs(d->difference), "%.12g, not %.12g - %.12g", d == NULL ? (double)NAN : d->difference,
                   b->mean, a->mean);
        }
        trial_free(&t);
    }
}

/* 4000 pairs of studies of 20 normal sums that share half of their variance; two controls explain half of the first, of the second nothing, half by the
 * same ones, or half by others. 95 % of the intervals hold the difference, with z = 4.4 below by chance in 5e-6; they are a little too wide where controls differ. */
static void coverage_of_differences(void)
{
    enum { STUDIES = 4000, N = 20, CASES = 3 };
    struct stream s = {54321};
    for (int of = 0; of < CASES; of++) {
        double held = 0.0;
        for (size_t study = 0; study < STUDIES; study++) {
            double y[N], z[N];
            struct controls c = {.count = 2}, d = {.count = of == 0 ? 0 : 2};
            for (size_t i = 0; i < N; i++) {
                const double common = sqrt(0.25) * normal(&s);
                for (size_t j = 0; j < 2; j++) {
                    c.values[j][i] = normal(&s);
                    d.values[j][i] = of == 1 ? c.values[j][i] : normal(&s);
                }
                y[i] = 1.0 + 0.5 * (c.values[0][i] + c.values[1][i]) + common + 0.5 * normal(&s);
                z[i] = 3.0 + (of > 0 ? 0.5 * (d.values[0][i] + d.values[1][i]) : 0.0) + common + 0.5 * normal(&s);
            }
            struct batches *a = made_of(y, N), *b = made_of(z, N);
            const struct estimate x = batches_mean_difference_controlled(a, 0, &c, b, 0, &d, 0.95);
            batches_free(a);
            batches_free(b);
            held += fabs(x.mean + 2.0) <= x.half_width;
        }
        EXPECT(held / STUDIES > 0.95 - 4.4 * sqrt(0.95 * 0.05 / STUDIES) && held / STUDIES < 0.98, "case %d: held %g", of, held / STUDIES);
    }
}

const struct test controls_tests[] = {
    {"what controls explain wholly has no variance", what_is_explained_wholly},
    {"one control by hand", one_control_by_hand},
    {"coverage and saving of normal sums", coverage_and_saving_of_normal_sums},
    {"controls that explain nothing are not used", noise_is_not_used},
    {"few batches have none", few_batches_have_none},
    {"controls of models have mean 0", controls_have_mean_0},
    {"what depends on a task's work has no control by it", what_is_not_known},
    {"M/M/1 at 0.9: half of the variance goes, and nothing else changes", half_of_the_variance_goes},
    {"differences go with the means beside them", differences_go_with_their_means},
    {"coverage of differences, with controls of one or of both", coverage_of_differences},
    {NULL, NULL},
};
