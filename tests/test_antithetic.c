/* Antithetic pairs: laws inverted, what pairs save, and that they hold the truth. */
#include "models/antithetic.h"
#include "models/conduct.h"
#include "tests/trial.h"

#include <math.h>

/* P(X > exceeded(p)) = p, for the laws that have it, and it falls in p. */
static void laws_are_inverted(void)
{
    static const char *const laws[] = {"{'dist':'exponential','mean':2}",
                                       "{'dist':'uniform','min':1,'max':3}",
                                       "{'dist':'lognormal','mean':8,'scv':2}",
                                       "{'dist':'weibull','shape':0.7,'scale':2}",
                                       "{'dist':'pareto','alpha':2.5,'min':0.7}",
                                       "{'dist':'pareto','alpha':1.5,'min':1,'max':1000}"};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct trial t;
        if (trial_read(&t, "{'arrivals':{'rate':0.01},'service':%s}", laws[i])) {
            const struct dist *d = desq_model(t.desq, 0)->kinds[0].program[0].dist;
            double before = INFINITY;
            for (double p = 1e-6; p < 1.0; p += 0.0625) {
                const double x = d->type->exceeded(d, p);
                EXPECT(fabs(dist_above(d, x) / p - 1.0) < 1e-9 && x < before, "%s: P(X > %g) is %g, not %g", laws[i], x, dist_above(d, x), p);
                before = x;
            }
        }
        trial_free(&t);
    }
}

#define QUEUE(rate, service, run) "{'arrivals':{'rate':" #rate "},'service':" service ",'run':{'replications':80,'time':4000,'warmup':400,'controls':false,'confidence':0.9999" run "}}"
#define EXPONENTIAL "{'dist':'exponential','mean':1}"

/* M/M/1 at 0.7, mean response 10 / 3: what is linear in the draws goes, what is even in them counts twice, so that pairs are about 0.88
 * as wide as independent ones (over 12 seeds, whose half-widths scatter by a tenth each: 0.04 in the mean of the ratio), and each interval at 99.99 % holds the truth. The mean of all is off by less than 4.4 standard errors. */
static void pairs_vary_less(void)
{
    double ratio = 0.0, sum = 0.0, squares = 0.0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct trial t;
        double half = (double)NAN;
        if (trial_read_seeded(&t, seed, "%s", QUEUE(0.7, EXPONENTIAL, ",'antithetic':true")) && trial_run(&t, 2)) {
            const struct figure *f = trial_figure(&t, 0, "task", "response");
            half = f->half_width;
            EXPECT(fabs(f->mean - 1.0 / 0.3) < half, "seed %d: %g +- %g", (int)seed, f->mean, half);
            sum += f->mean / 12.0;
            squares += f->mean * f->mean / 12.0;
        }
        trial_free(&t);
        if (trial_read_seeded(&t, seed, "%s", QUEUE(0.7, EXPONENTIAL, "")) && trial_run(&t, 2))
            ratio += half / trial_figure(&t, 0, "task", "response")->half_width / 12.0;
        trial_free(&t);
    }
    EXPECT(ratio > 0.7 && ratio < 0.98, "%g times as wide", ratio);
    const double error = sqrt((squares - sum * sum) / 11.0);
    EXPECT(fabs(sum - 1.0 / 0.3) < 6.5 * error, "mean of all %g, standard error %g", sum, error); /* Student's t at 11: 1e-5 beyond 7 */
}

/* The same with laws that are inverted by formula, and one that is not (Erlang): Pollaczek and Khinchine's mean wait, and pairs that claim no more than they hold. */
static void means_are_right(void)
{
    static const struct {
        const char *service;
        double scv;
    } all[] = {{"{'dist':'uniform','min':0.5,'max':1.5}", 1.0 / 12.0},
               {"{'dist':'lognormal','mean':1,'scv':0.5}", 0.5},
               {"{'dist':'weibull','mean':1,'scv':2}", 2.0},
               {"{'dist':'erlang','k':3,'mean':1}", 1.0 / 3.0}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct trial t;
        if (trial_read(&t, "{'arrivals':{'rate':0.6},'service':%s,'run':{'replications':80,'time':4000,'warmup':400,'confidence':0.9999,'antithetic':true}}", all[i].service) &&
            trial_run(&t, 2)) {
            const struct figure *f = trial_figure(&t, 0, "task", "wait");
            const double exact = 0.6 * (1.0 + all[i].scv) / 2.0 / 0.4;
            EXPECT(fabs(f->mean - exact) < f->half_width && f->half_width < 0.2 * exact, "%s: %g +- %g, not %g", all[i].service, f->mean, f->half_width, exact);
        }
        trial_free(&t);
    }
}

/* A batch before one server: its mean response is linear in the work, and -ln u and -ln(1 - u) have the correlation 1 - pi^2 / 6, so that intervals are
 * sqrt(2 - pi^2 / 6) = 0.596 times as wide; known to a tenth by two times 64 batches. */
static void batches_vary_by_formula(void)
{
    static const char *const runs[] = {",'antithetic':true", ""};
    double half[2] = {NAN, NAN};
    for (size_t i = 0; i < 2; i++) {
        struct trial t;
        if (trial_read(&t, "{'arrivals':{'at_once':100},'service':" EXPONENTIAL ",'run':{'replications':400%s}}", runs[i]) && trial_run(&t, 2))
            half[i] = trial_figure(&t, 0, "task", "response")->half_width;
        trial_free(&t);
    }
    EXPECT(fabs(half[0] / half[1] / 0.596 - 1.0) < 0.4, "%g and %g", half[0], half[1]); /* 4 standard errors */
}

/* Closed tasks think in mirrored times too: M/M/1//4 with think 3, utilisation by the birth and death process 1 - p0. */
static void closed_tasks(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals':{'closed':4,'think':{'dist':'exponential','mean':3}},'service':" EXPONENTIAL
                       ",'run':{'replications':60,'time':3000,'warmup':100,'confidence':0.9999,'antithetic':true}}") &&
        trial_run(&t, 1)) {
        double weight = 1.0, all = 1.0;
        for (int n = 0; n < 4; n++)
            all += weight *= (4.0 - n) / 3.0;
        const struct figure *f = trial_figure(&t, 0, "station:queue", "utilisation");
        EXPECT(fabs(f->mean - (1.0 - 1.0 / all)) < f->half_width, "%g +- %g, not %g", f->mean, f->half_width, 1.0 - 1.0 / all);
    }
    trial_free(&t);
}

/* The bits do not depend on the threads. */
static void threads_change_nothing(void)
{
    struct trial one, three;
    if (trial_read(&one, "%s", QUEUE(0.7, EXPONENTIAL, ",'antithetic':true")) && trial_read(&three, "%s", QUEUE(0.7, EXPONENTIAL, ",'antithetic':true")) &&
        trial_run(&one, 1) && trial_run(&three, 3)) {
        const struct figure *a = trial_figure(&one, 0, "task", "response"), *b = trial_figure(&three, 0, "task", "response");
        EXPECT(a->mean == b->mean && a->half_width == b->half_width && a->max == b->max, "%.17g, %.17g", a->mean, b->mean);
    }
    trial_free(&one);
    trial_free(&three);
}

static void what_cannot_be_mirrored(void)
{
    static const char *const files[] = {
        "{'arrivals':{'rate':0.3,'batch':2},'service':1,'run':{'antithetic':true}}",
        "{'arrivals':{'rate':0.3},'service':1,'run':{'antithetic':true,'replications':7}}",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct desq *d = NULL;
        struct error err;
        char text[200];
        size_t n = 0;
        for (const char *c = files[i]; *c != '\0'; c++)
            text[n++] = *c == '\'' ? '"' : *c;
        text[n] = '\0';
        EXPECT(!desq_read_text("test", text, NULL, &d, &err) && strstr(err.text, "antithetic") != NULL, "scenario %zu was taken", i);
        desq_free(d);
    }
}

const struct test antithetic_tests[] = {
    {"laws are inverted", laws_are_inverted},
    {"pairs of M/M/1 vary less, and hold the truth", pairs_vary_less},
    {"means of M/G/1 are right, whether the law is inverted or not", means_are_right},
    {"batches vary less by what the formula says", batches_vary_by_formula},
    {"closed tasks think in mirrored times", closed_tasks},
    {"one thread or three: the same bits", threads_change_nothing},
    {"what cannot be mirrored is refused", what_cannot_be_mirrored},
    {NULL, NULL},
};
