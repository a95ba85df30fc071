/* test_theory_waits.c: laws of waits: transforms of distributions against quadrature, and percentiles of theory's rows against
 * closed forms that they do not use. */
#include "models/dist/phases.h"
#include "models/dist/transform.h"
#include "tests/dist_text.h"
#include "tests/row.h"
#include "tests/trial.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdio.h>

/* ---- Transforms ---- */

struct damped {
    const struct dist *d;
    double complex s;
    bool imaginary;
};

static double damped_tail(double x, void *damped)
{
    const struct damped *p = damped;
    const double complex value = cexp(-p->s * x) * (1.0 - p->d->type->cdf(p->d, x));
    return p->imaginary ? cimag(value) : creal(value);
}

/* (1 - E[exp(-s X)]) / s, the integral of exp(-s x) P(X > x). */
static double complex tail_by_quadrature(const struct dist *d, double complex s)
{
    double parts[2] = {0.0, 0.0}, error;
    double value[40], p[40];
    const size_t atoms = dist_atoms(d, 40, value, p);
    double complex sum = 1.0;
    for (size_t i = 0; i < atoms; i++)
        sum -= p[i] * cexp(-s * value[i]);
    if (atoms > 0)
        return sum / s;
    gsl_integration_workspace *room = gsl_integration_workspace_alloc(1000);
    for (int k = 0; k < 2; k++) {
        struct damped damped = {d, s, k == 1};
        gsl_function f = {damped_tail, &damped};
        const double most = 36.0 / creal(s);
        for (double from = 0.0, part, step; from < most && d->type->cdf(d, from) < 1.0; from += step, parts[k] += part) {
            step = fmax(0.5 * d->mean, 0.05 * from);
            gsl_integration_qag(&f, from, from + step, 1e-13 * d->mean, 1e-12, 1000, GSL_INTEG_GAUSS31, room, &part, &error);
        }
    }
    gsl_integration_workspace_free(room);
    return parts[0] + I * parts[1];
}

static int transforms;

static void check_transform(const struct dist *d, const char *text)
{
    static const double complex points[] = {0.3, 0.05 + 0.7 * I, 1.0 + 4.0 * I, 2.0 + 40.0 * I, 0.2 + 0.2 * I};
    struct transform at = {.s = 1.0};
    if (!(d->min >= 0.0) || !isfinite(d->variance) || d->mean == 0.0 || !dist_transform(d, &at))
        return;
    transforms++;
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        at.s = points[i] / d->mean;
        dist_transform(d, &at);
        const double complex tail = tail_by_quadrature(d, at.s);
        dist_text_check(cabs(at.tail[1] - tail) < 1e-9 * d->mean, "the iterated tail is an integral", text);
        dist_text_check(cabs(at.tail[0] - (1.0 - at.s * tail)) < 1e-8 * cabs(points[i]), "the transform is that of the distribution", text);
        dist_text_check(cabs(at.s * at.tail[2] - (d->mean - tail)) < 1e-9 * d->mean, "the second iterated tail is an integral", text);
    }
    /* Near 0: moments, the second too, where 1 - s E[X] - E[exp(-s X)] has lost all digits. */
    at.s = (1e-10 + 1e-10 * I) / (d->mean + sqrt(d->variance));
    dist_transform(d, &at);
    const double second = d->variance + d->mean * d->mean;
    dist_text_check(cabs(at.tail[1] - d->mean) < 1e-8 * d->mean, "the mean is the first iterated tail", text);
    if (isfinite(dist_third_moment(d)))
        dist_text_check(cabs(at.tail[2] - 0.5 * second) < 1e-8 * second, "the second moment is the second iterated tail", text);
}

static void transforms_are_integrals(void)
{
    transforms = 0;
    dist_text_each_example(check_transform);
    EXPECT(transforms >= 20, "only %d distributions have transforms", transforms);
}

/* By quadrature, where the transform is known all the same: an exponential that calls itself Weibull. */
static void tails_by_quadrature(void)
{
    struct arena arena;
    struct error err;
    arena_init(&arena);
    const struct dist *d = dist_text_make(&arena, "{\"dist\":\"weibull\",\"shape\":1,\"scale\":2}", &err);
    static const double points[] = {1e-9, 0.01, 0.5, 3.0, 1000.0};
    for (int i = 0; d != NULL && i < 5; i++) {
        double tail[TRANSFORM_TAILS];
        CU_ASSERT(dist_real_transform(d, points[i], tail));
        for (int k = 0; k < TRANSFORM_TAILS; k++)
            EXPECT(fabs(tail[k] * (1.0 + 2.0 * points[i]) - pow(2.0, k)) < 1e-10 * pow(2.0, k), "tail %d at %g is %.12g", k, points[i], tail[k]);
    }
    arena_free(&arena);
}

/* E[X^3] is the integral of 3 x^2 P(X > x), here by Simpson's rule in log(x). */
static void check_third_moment(const struct dist *d, const char *text)
{
    double value[64], p[64], sum = 0.0;
    const double third = dist_third_moment(d);
    if (!(d->min >= 0.0) || !isfinite(third) || d->mean == 0.0)
        return;
    const size_t atoms = dist_atoms(d, 64, value, p);
    for (size_t i = 0; i < atoms; i++)
        sum += p[i] * value[i] * value[i] * value[i];
    const int n = 60000;
    for (int i = 0; atoms == 0 && i <= n; i++) {
        const double h = 60.0 / n, x = d->mean * exp(-30.0 + h * i);
        sum += h / 3.0 * (i == 0 || i == n ? 1.0 : i % 2 == 1 ? 4.0 : 2.0) * 3.0 * x * x * x * (1.0 - d->type->cdf(d, x));
    }
    dist_text_check(fabs(sum - third) < 2e-3 * third, "the third moment is an integral of the tail", text);
}

static void third_moments_are_integrals(void)
{
    dist_text_each_example(check_third_moment);
}

/* ---- Percentiles ---- */

static const double percentiles[] = {0.5, 0.9, 0.99, 0.999};
enum { PERCENTILES = 4 };

/* The percentiles of a measure (of the last kind) that a row gives; NAN: it gives none. */
static void ask(const char *text, const char *row, const char *probe, double t[PERCENTILES])
{
    char with[600];
    struct row_answer a;
    snprintf(with, sizeof with, "%s,'run':{'quantiles':[0.5,0.9,0.99,0.999]}", text);
    row_ask(&a, row, with);
    EXPECT(a.applies, "%s does not apply to %s: %s", row, text, a.err.text);
    for (int q = 0; q < PERCENTILES; q++)
        t[q] = row_value(&a, probe, STATISTIC_QUANTILE, percentiles[q]);
    row_free(&a);
}

/* P(time > t), and whether all percentiles must be there. */
static void agrees(const char *text, const char *row, const char *probe, double (*above)(const void *law, double t), const void *law,
                   bool all, double tolerance)
{
    double t[PERCENTILES];
    ask(text, row, probe, t);
    for (int q = 0; q < PERCENTILES; q++) {
        const double rest = 1.0 - percentiles[q];
        if (isnan(t[q]))
            EXPECT(!all, "%s of %s: no p%g of the %s", row, text, 100.0 * percentiles[q], probe);
        else if (t[q] == 0.0 || above(law, 0.999999 * t[q]) > 1.01 * rest) /* an atom */
            EXPECT(above(law, t[q] * (1.0 + 1e-12)) <= rest * (1.0 + tolerance), "%s of %s: p%g of the %s is not %g", row, text, 100.0 * percentiles[q], probe, t[q]);
        else
            EXPECT(fabs(above(law, t[q]) / rest - 1.0) < tolerance, "%s of %s: p%g of the %s, %.12g, is exceeded with probability %.12g", row,
                   text, 100.0 * percentiles[q], probe, t[q], above(law, t[q]));
    }
}

static double phases_above(const void *law, double t)
{
    return 1.0 - phases_cdf(law, t);
}

/* The wait of M/PH/1 is of phase type: begun as a residual service with probability `load`, and so once more at its end (Neuts 1981,
 * section 5.1). The chain of wait and own service is of phase type too. */
static void wait_of_phases(double rate, const struct dist *service, bool response, struct arena *arena, struct dist *out)
{
    struct phase_law law;
    struct error err;
    dist_phases(service, arena, &law);
    const size_t n = law.n, all = response ? 2 * n : n;
    double *residual = arena_array(arena, n, sizeof *residual), *alpha = arena_array(arena, all, sizeof *alpha);
    double *means = arena_array(arena, all, sizeof *means), *matrix = arena_array(arena, all * all, sizeof *matrix);
    /* residual = alpha (-T)^-1 / mean, by sweeps: the phases here are left for good sooner or later. */
    for (int sweep = 0; sweep < 4000; sweep++)
        for (size_t j = 0; j < n; j++) {
            double in = law.alpha[j];
            for (size_t i = 0; i < n; i++)
                in += i == j ? 0.0 : residual[i] * law.rate[i] * law.follow[i * n + j];
            residual[j] = in / (law.rate[j] * (1.0 - law.follow[j * n + j]));
        }
    const double load = rate * service->mean;
    for (size_t j = 0; j < n; j++) {
        residual[j] /= service->mean;
        alpha[j] = load * residual[j];
        if (response)
            alpha[n + j] = (1.0 - load) * law.alpha[j];
        means[j] = 1.0 / law.rate[j];
        if (response)
            means[n + j] = means[j];
    }
    for (size_t i = 0; i < n; i++) {
        double leaves = 1.0;
        for (size_t j = 0; j < n; j++)
            leaves -= law.follow[i * n + j];
        for (size_t j = 0; j < n; j++) {
            matrix[i * all + j] = law.follow[i * n + j] + leaves * load * residual[j];
            if (response) {
                matrix[i * all + n + j] = leaves * (1.0 - load) * law.alpha[j];
                matrix[(n + i) * all + n + j] = law.follow[i * n + j];
            }
        }
    }
    EXPECT(phases_init(out, all, alpha, means, matrix, arena, &err), "%s", err.text);
}

static const char *const phase_services[] = {
    "{'dist':'hyperexponential','p':[0.9,0.1],'means':[0.5,5]}",
    "{'dist':'erlang','k':4,'mean':0.7}",
    "{'dist':'coxian','means':[0.385,2,7],'p':[0.6,0.1]}",
    "{'dist':'phase_type','alpha':[0.6,0.4],'T':[[-3,1.5],[0.3,-2.7]]}",
    "{'mean':0.9,'scv':0.7}",
    "{'mean':0.5,'scv':100}",
};

static void with_quotes(const char *text, char *out)
{
    for (; *text != '\0'; text++)
        *out++ = (char)(*text == '\'' ? '"' : *text);
    *out = '\0';
}

static void phases_wait_in_phases(void)
{
    static const double loads[] = {0.3, 0.97};
    for (size_t i = 0; i < sizeof phase_services / sizeof phase_services[0]; i++)
        for (int l = 0; l < 2; l++) {
            char text[300], json[200];
            struct arena arena;
            struct error err;
            struct dist wait = {.mean = 0.0}, response = {.mean = 0.0};
            arena_init(&arena);
            with_quotes(phase_services[i], json);
            const struct dist *service = dist_text_make(&arena, json, &err);
            if (EXPECT(service != NULL, "%s", err.text)) {
                const double rate = loads[l] / service->mean;
                wait_of_phases(rate, service, false, &arena, &wait);
                wait_of_phases(rate, service, true, &arena, &response);
                snprintf(text, sizeof text, "'arrivals':{'rate':%.17g},'service':%s", rate, phase_services[i]);
                agrees(text, "mg1", "wait", phases_above, &wait, true, 1e-9);
                agrees(text, "mg1", "response", phases_above, &response, true, 1e-9);
            }
            arena_free(&arena);
        }
}

/* The wait behind services of two values, by a sum like Erlang's for one (the compound Poisson process of work that comes, seen from
 * its end), whose terms change sign: for short waits alone. */
struct two_values {
    double rate, load, value[2], p[2];
};

static double behind_two_values(const void *law, double t)
{
    const struct two_values *x = law;
    double sum = 0.0;
    for (int i = 0; i * x->value[0] <= t; i++)
        for (int j = 0; i * x->value[0] + j * x->value[1] <= t; j++) {
            const double y = i * x->value[0] + j * x->value[1] - t;
            sum += exp(-x->rate * y) * pow(x->rate * x->p[0] * y, i) * pow(x->rate * x->p[1] * y, j) / (tgamma(i + 1.0) * tgamma(j + 1.0));
        }
    return 1.0 - (1.0 - x->load) * sum;
}

static double response_of_two_values(const void *law, double t)
{
    const struct two_values *x = law;
    double sum = 0.0;
    for (int i = 0; i < 2; i++)
        sum += x->p[i] * (t < x->value[i] ? 1.0 : behind_two_values(law, t - x->value[i]));
    return sum;
}

static void two_values_bend(void)
{
    const struct two_values one = {0.25, 0.25 * 1.24, {1.0, 1.8}, {0.7, 0.3}}, two = {0.4, 0.4, {0.5, 5.5}, {0.9, 0.1}};
    static const char first[] = "'arrivals':{'rate':0.25},'service':{'dist':'discrete','values':[1,1.8],'p':[0.7,0.3]}";
    static const char second[] = "'arrivals':{'rate':0.4},'service':{'dist':'bimodal','p':0.9,'a':0.5,'b':5.5}";
    agrees(first, "mg1", "wait", behind_two_values, &one, true, 1e-9);
    agrees(first, "mg1", "response", response_of_two_values, &one, true, 1e-9);
    agrees(second, "mg1", "wait", behind_two_values, &two, true, 1e-8);
    agrees(second, "mg1", "response", response_of_two_values, &two, true, 1e-8);
}

/* Two kinds of task wait alike, as one kind whose service is their mixture. */
static void kinds_wait_alike(void)
{
    static const char mixed[] = "'stations':{'q':{}},'tasks':{'a':{'arrivals':{'rate':0.5},'steps':[{'at':'q','for':{'dist':'uniform','min':0,"
                                "'max':1}}]},'b':{'arrivals':{'rate':0.25},'steps':[{'at':'q','for':{'dist':'exponential','mean':2}}]}}";
    static const char one[] = "'arrivals':{'rate':0.75},'service':{'dist':'mixture','of':[{'dist':'uniform','min':0,'max':1},{'dist':"
                              "'exponential','mean':2}],'p':[0.6666666666666666,0.3333333333333333]}";
    double a[PERCENTILES], b[PERCENTILES];
    ask(mixed, "mg1", "wait", a);
    ask(one, "mg1", "wait", b);
    for (int q = 0; q < PERCENTILES; q++)
        EXPECT(fabs(a[q] - b[q]) < 1e-9 * b[q], "p%g: %.12g and %.12g", 100.0 * percentiles[q], a[q], b[q]);
    /* Of no closed form: none, rather than a guess. */
    ask("'arrivals':{'rate':0.5},'service':{'dist':'truncated','max':3,'of':{'dist':'exponential','mean':1}}", "mg1", "wait", a);
    CU_ASSERT(isnan(a[0]));
}

static double mm1_wait_above(const void *rate, double t)
{
    const double rho = *(const double *)rate;
    return rho * exp(-(1.0 - rho) * t);
}

static double mm1_response_above(const void *rate, double t)
{
    return exp(-(1.0 - *(const double *)rate) * t);
}

/* Along a turned line: an exponential that calls itself Weibull. And the longest tails: far out the wait is longer than t where one
 * service was, P(W > t) = rate (integral of P(S > x) beyond t) / (1 - load) to first order (Pakes 1975). */
static void along_a_turned_line(void)
{
    double rate = 0.6, t[PERCENTILES];
    agrees("'arrivals':{'rate':0.6},'service':{'dist':'weibull','shape':1,'scale':1}", "mg1", "wait", mm1_wait_above, &rate, false, 1e-9);
    agrees("'arrivals':{'rate':0.6},'service':{'dist':'weibull','shape':1,'scale':1}", "mg1", "response", mm1_response_above, &rate, false, 1e-9);
    ask("'arrivals':{'rate':0.6},'service':{'dist':'weibull','shape':1,'scale':1}", "mg1", "wait", t);
    CU_ASSERT(!isnan(t[0]) && !isnan(t[1]) && !isnan(t[2]));
    ask("'arrivals':{'rate':0.1},'service':{'dist':'pareto','alpha':1.5,'mean':1}", "mg1", "wait", t);
    const double beyond = 0.1 / 0.9 * pow(1.0 / 3.0, 1.5) * 2.0 / sqrt(t[3]); /* min is 1 / 3 */
    EXPECT(fabs(beyond / 0.001 - 1.0) < 0.01, "p99.9 %.8g, where about %.6g wait longer", t[3], beyond);
}

/* Nearly constant services wait nearly as constant ones (Franx's formula, row md1). */
static void nearly_constant(void)
{
    double a[PERCENTILES], b[PERCENTILES];
    ask("'arrivals':{'rate':0.8},'service':{'dist':'gamma','mean':1,'scv':1e-6}", "mg1", "wait", a);
    ask("'arrivals':{'rate':0.8},'service':1", "md1", "wait", b);
    for (int q = 0; q < PERCENTILES; q++)
        EXPECT(fabs(a[q] - b[q]) < 1e-5 * b[q], "p%g: %.12g and %.12g", 100.0 * percentiles[q], a[q], b[q]);
}

/* ---- Markovian arrivals, phase-type services ---- */

/* spread: standard deviations and percentiles too, all that the other has. */
static void same(const char *text, const char *row, const char *other_text, const char *other_row, bool spread, double tolerance)
{
    static const char *const means[] = {"wait", "response", "in_system", "queue_length", "in_station", "utilisation", "throughput"};
    struct row_answer a, b;
    char with[2][800];
    snprintf(with[0], sizeof with[0], "%s,'run':{'quantiles':[0.5,0.9,0.99,0.999]}", text);
    snprintf(with[1], sizeof with[1], "%s,'run':{'quantiles':[0.5,0.9,0.99,0.999]}", other_text);
    row_ask(&a, row, with[0]);
    row_ask(&b, other_row, with[1]);
    EXPECT(a.applies && b.applies, "%s, %s of %s: %s%s", row, other_row, text, a.err.text, b.err.text);
    int compared = 0;
    for (size_t i = 0; i < sizeof means / sizeof means[0]; i++) {
        const double x = row_value(&a, means[i], STATISTIC_MEAN, 0.0), y = row_value(&b, means[i], STATISTIC_MEAN, 0.0);
        compared += !isnan(y);
        EXPECT(isnan(y) || fabs(x - y) <= tolerance * fabs(y), "%s of %s: %s is %.12g, by %s %.12g", row, text, means[i], x, other_row, y);
    }
    for (int i = 0; spread && i < 2; i++) {
        const double x = row_value(&a, means[i], STATISTIC_SD, 0.0), y = row_value(&b, means[i], STATISTIC_SD, 0.0);
        EXPECT(isnan(y) || fabs(x - y) <= tolerance * fabs(y), "%s of %s: %s.sd is %.12g, by %s %.12g", row, text, means[i], x, other_row, y);
        for (int q = 0; q < PERCENTILES; q++) {
            const double t = row_value(&a, means[i], STATISTIC_QUANTILE, percentiles[q]);
            const double u = row_value(&b, means[i], STATISTIC_QUANTILE, percentiles[q]);
            EXPECT(isnan(u) || fabs(t - u) <= fmax(tolerance, 2e-9) * u, "%s of %s: p%g of the %s is %.12g, by %s %.12g", row, text,
                   100.0 * percentiles[q], means[i], t, other_row, u);
        }
    }
    EXPECT(compared >= 5, "%s and %s have next to nothing in common", row, other_row);
    row_free(&a);
    row_free(&b);
}

/* A Poisson process of two phases alike. */
#define POISSON_MMPP(rate) "'arrivals':{'mmpp':{'rates':[" #rate "," #rate "],'generator':[[-0.7,0.7],[0.2,-0.2]]}}"

static void markovian_arrivals(void)
{
    /* Special cases: M/PH/1 by Pollaczek and Khinchine; GI/M/1; M/M/c. Of load 0.999999 too. */
    same(POISSON_MMPP(0.8) ",'service':{'dist':'erlang','k':4,'mean':1.1}", "map_ph",
         "'arrivals':{'rate':0.8},'service':{'dist':'erlang','k':4,'mean':1.1}", "mg1", true, 1e-10);
    same(POISSON_MMPP(0.5) ",'service':{'mean':1.7,'scv':7}", "map_ph", "'arrivals':{'rate':0.5},'service':{'mean':1.7,'scv':7}", "mg1", true, 1e-10);
    same(POISSON_MMPP(0.999999) ",'service':{'mean':1,'scv':0.3}", "map_ph", "'arrivals':{'rate':0.999999},'service':{'mean':1,'scv':0.3}", "mg1",
         false, 1e-8);
    same("'arrivals':{'interarrival':{'dist':'coxian','means':[0.4,2],'p':[0.5]}},'service':{'dist':'erlang','k':1,'mean':1.1}", "map_ph",
         "'arrivals':{'interarrival':{'dist':'coxian','means':[0.4,2],'p':[0.5]}},'service':{'dist':'exponential','mean':1.1}", "gimc", true, 1e-9);
    same(POISSON_MMPP(5.5) ",'servers':7,'service':{'dist':'erlang','k':1,'mean':1.1}", "map_ph",
         "'arrivals':{'rate':5.5},'servers':7,'service':{'dist':'exponential','mean':1.1}", "mmc", false, 1e-10);
    /* Means by the scenario's own chain, which is cut at a high level and knows nothing of matrices. */
    static const char *const texts[] = {
        "'arrivals':{'interarrival':{'dist':'erlang','k':2,'mean':1.25}},'service':{'dist':'erlang','k':3,'mean':1}",
        "'arrivals':{'map':{'d0':[[-3,1],[0.5,-1]],'d1':[[2,0],[0.25,0.25]]}},'service':{'dist':'phase_type','alpha':[0.6,0.4],'T':[[-3,1.5],"
        "[0.3,-2.7]]}",
        "'arrivals':{'interarrival':{'mean':0.5,'scv':3}},'servers':3,'service':{'dist':'coxian','means':[0.5,2],'p':[0.4]}",
        "'arrivals':{'rate':1.5},'servers':2,'service':{'dist':'hyperexponential','p':[0.6,0.3,0.1],'means':[0.5,1,4]}",
        "'arrivals':{'mmpp':{'rates':[3,0,1],'generator':[[-1,0.5,0.5],[0.2,-0.2,0],[0.1,0.3,-0.4]]}},'servers':4,'discipline':'random',"
        "'service':{'dist':'erlang','k':2,'mean':3}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        same(texts[i], "map_ph", texts[i], "markov_chain", false, 1e-8);
}

/* ---- Renewal arrivals, exponential services, several servers ---- */

static void renewals(void)
{
    /* M/M/c by another formula, at the ends of the domain; PH/M/c by matrices. */
    static const struct {
        double rate;
        int servers;
        double tolerance;
    } poisson[] = {{0.9, 1, 1e-12}, {2.5, 3, 1e-11}, {1e-9, 1, 1e-11}, {1e-9, 4, 1e-11}, {0.999999, 1, 1e-9}, {4.999995, 5, 1e-9}, {9900, 10000, 1e-9}};
    for (size_t i = 0; i < sizeof poisson / sizeof poisson[0]; i++) {
        char text[2][300];
        snprintf(text[0], sizeof text[0], "'arrivals':{'interarrival':{'dist':'exponential','mean':%.17g}},'servers':%d,'service':{'dist':"
                 "'exponential','mean':1}", 1.0 / poisson[i].rate, poisson[i].servers);
        snprintf(text[1], sizeof text[1], "'arrivals':{'rate':%.17g},'servers':%d,'service':{'dist':'exponential','mean':1}", poisson[i].rate,
                 poisson[i].servers);
        same(text[0], "gimc", text[1], "mmc", true, poisson[i].tolerance);
    }
    same("'arrivals':{'interarrival':{'dist':'erlang','k':3,'mean':0.25}},'servers':5,'service':{'dist':'exponential','mean':1}", "gimc",
         "'arrivals':{'interarrival':{'dist':'erlang','k':3,'mean':0.25}},'servers':5,'service':{'dist':'erlang','k':1,'mean':1}", "map_ph", false,
         1e-10);
    same("'arrivals':{'interarrival':{'mean':0.5,'scv':5}},'servers':3,'service':{'dist':'exponential','mean':1.4}", "gimc",
         "'arrivals':{'interarrival':{'mean':0.5,'scv':5}},'servers':3,'service':{'dist':'erlang','k':1,'mean':1.4}", "map_ph", false, 1e-10);
    /* In heavy traffic the wait is exponential, of mean (1 / rate) (scv of both) / (2 (1 - load)), to about 1 - load (Kingman 1962). */
    const double heavy = row_mean("gimc", "'arrivals':{'interarrival':{'dist':'lognormal','mean':1.000001,'scv':3}},'service':{'dist':'exponential','mean':1}", "wait");
    EXPECT(fabs(heavy * 1e-6 / 2.0 - 1.0) < 1e-5, "%.10g", heavy);
    /* Where c (1 - sigma) is whole, here 1: D/M/2 whose sigma is 1/2 = exp(-2 mu D / 2), seen from both sides. */
    double wait[5];
    for (int i = 0; i < 5; i++) {
        char text[200];
        snprintf(text, sizeof text, "'arrivals':{'interarrival':%.17g},'servers':2,'service':{'dist':'exponential','mean':1}",
                 0.69314718055994531 * (1.0 + (i - 2) * 4e-4));
        wait[i] = row_mean("gimc", text, "wait");
    }
    const double between = (4.0 * (wait[1] + wait[3]) - wait[0] - wait[4]) / 6.0; /* but for a fourth difference */
    EXPECT(fabs(wait[2] - between) < 1e-10 * wait[2], "%.12g beside %.12g", wait[2], between);
}

/* ---- Constant services, several servers ---- */

/* The mean number that wait in M/D/c by the c - 1 roots of z^c = exp(a (z - 1)) within the unit circle (Crommelin 1932; Janssen, van
 * Leeuwaarden, Statistica Neerlandica 62, 2008): its sum cancels at light loads. */
static double waiting_by_roots(double c, double a)
{
    const double pi = 3.14159265358979323846, load = a / c;
    double sum = 0.0;
    for (double k = 1.0; k < c; k += 1.0) {
        double complex z = 0.0;
        const double complex turn = cexp(I * (2.0 * pi * k / c));
        for (int i = 0; i < 60; i++) { /* fixed-point steps for z = turn exp(load (z - 1)), then Newton's */
            const double complex g = turn * cexp(load * (z - 1.0));
            z = i < 10 ? g : z - (z - g) / (1.0 - load * g);
        }
        sum += creal(1.0 / (1.0 - z));
    }
    return a / (2.0 * (c - a)) - 0.5 * (c - 1.0 + a) + sum;
}

static void constant_services(void)
{
    static const struct {
        double rate;
        int servers;
        double tolerance;
    } cases[] = {{1.7, 2, 1e-12}, {1.999, 2, 1e-11}, {1.999998, 2, 1e-9}, {4.5, 5, 1e-12}, {95, 100, 1e-11}, {9900, 10000, 1e-9}, {9999.99, 10000, 1e-9}};
    char text[300];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "'arrivals':{'rate':%.17g},'servers':%d,'service':1", cases[i].rate, cases[i].servers);
        const double exact = waiting_by_roots(cases[i].servers, cases[i].rate), value = row_mean("mdc", text, "queue_length");
        EXPECT(fabs(value - exact) <= cases[i].tolerance * exact, "%s: %.12g wait, by roots %.12g", text, value, exact);
    }
    /* At light load who waits has met two services, and waits for the smaller of what two constants leave, 1 / 3. */
    const double light = row_mean("mdc", "'arrivals':{'rate':1e-9},'servers':2,'service':1", "wait");
    EXPECT(fabs(light - 1e-18 / 6.0) < 2e-9 * light, "%.12g", light);
    /* In the end the wait falls by z^-c per service, z > 1 with z^c = exp(a (z - 1)). */
    double t[PERCENTILES], z = 1.5;
    ask("'arrivals':{'rate':2.7},'servers':3,'service':1", "mdc", "wait", t);
    for (int i = 0; i < 100; i++)
        z -= (3.0 * log(z) - 2.7 * (z - 1.0)) / (3.0 / z - 2.7);
    EXPECT(fabs((t[3] - t[2]) * 3.0 * log(z) - log(10.0)) < 1e-6, "%.12g and %.12g", t[2], t[3]);
    /* E[W^2] of the percentiles' law is what the standard deviation says: both moments of quantiles at the middles of 500 parts, nearly. */
    struct row_answer a;
    char many[16000];
    size_t at = (size_t)snprintf(many, sizeof many, "'arrivals':{'rate':2.1},'servers':3,'service':1,'run':{'quantiles':[");
    enum { PARTS = 500 };
    for (int i = 0; i < PARTS; i++)
        at += (size_t)snprintf(many + at, sizeof many - at, "%s%.17g", i > 0 ? "," : "", (i + 0.5) / PARTS);
    snprintf(many + at, sizeof many - at, "]}");
    row_ask(&a, "mdc", many);
    double first = 0.0, second = 0.0;
    for (int i = 0; a.applies && i < PARTS; i++) {
        const double wait = row_value(&a, "wait", STATISTIC_QUANTILE, (i + 0.5) / PARTS);
        first += wait / PARTS;
        second += wait * wait / PARTS;
    }
    const double mean = row_value(&a, "wait", STATISTIC_MEAN, 0.0), sd = row_value(&a, "wait", STATISTIC_SD, 0.0);
    EXPECT(a.applies && fabs(first - mean) < 5e-3 * mean, "%s: mean %.8g, of the percentiles %.8g", a.err.text, mean, first);
    EXPECT(fabs(sqrt(second - first * first) - sd) < 3e-2 * sd, "sd %.8g, of the percentiles %.8g", sd, sqrt(second - first * first));
    row_free(&a);
}

const struct test theory_waits_tests[] = {
    {"M/D/c: the mean by roots, and the law's moments and tail", constant_services},
    {"transforms of distributions are integrals of their tails", transforms_are_integrals},
    {"transforms without a closed form, by quadrature", tails_by_quadrature},
    {"third moments", third_moments_are_integrals},
    {"GI/M/c has M/M/c as a special case, and the means of PH/M/c", renewals},
    {"M/PH/1: the wait and the response are of phase type", phases_wait_in_phases},
    {"M/G/1 with services of two values: Erlang's sum", two_values_bend},
    {"M/G/1: kinds wait alike, and without a transform there are no percentiles", kinds_wait_alike},
    {"M/G/1: transforms along turned lines", along_a_turned_line},
    {"M/G/1 nears M/D/1", nearly_constant},
    {"MAP/PH/c has M/PH/1, GI/M/1, M/M/c as special cases, and the means of its chain", markovian_arrivals},
    {NULL, NULL},
};
