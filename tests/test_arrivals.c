/* Where tasks come from, worked out by hand or held against the process that the scenario describes.
 * Statistical tests have a fixed seed and bounds of 4.4 standard deviations (one false alarm in 1e5) unless
 * said otherwise. */
#include "models/model.h"
#include "tests/schedule.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define INSTANT "'servers':'infinite','service':0"

/* The arrival times of replication 0 of a scenario whose tasks end as they come. Free them. */
static double *times_of(const char *arrivals, size_t *count)
{
    struct trial t;
    struct history h;
    double *times = NULL;
    *count = 0;
    if (trial_read(&t, "{'arrivals':%s," INSTANT "}", arrivals) && trial_trace(&t, 0, 0, &h)) {
        times = calloc(h.count + 1, sizeof *times);
        for (size_t i = 0; times != NULL && i < h.count; i++)
            times[i] = h.tasks[i].arrived;
        *count = times == NULL ? 0 : h.count;
        history_free(&h);
    }
    trial_free(&t);
    return times;
}

static void arrive_at(int line, const char *arrivals, const double *expected, size_t count)
{
    size_t found;
    double *times = times_of(arrivals, &found);
    EXPECT(found == count, "line %d: %zu tasks come, not %zu", line, found, count);
    for (size_t i = 0; i < count && i < found; i++)
        EXPECT(fabs(times[i] - expected[i]) < 1e-12, "line %d: task %zu comes at %g, not %g", line, i,
               times[i], expected[i]);
    free(times);
}

#define ARRIVE(arrivals, ...)                                                                                \
    arrive_at(__LINE__, arrivals, (const double[]){__VA_ARGS__},                                             \
              sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void modifiers(void)
{
    ARRIVE("{'interarrival':2,'count':3}", 2, 4, 6);
    ARRIVE("{'interarrival':2,'count':1}", 2);
    ARRIVE("{'interarrival':2,'stop':6}", 2, 4, 6); /* what comes exactly then still comes */
    ARRIVE("{'interarrival':2,'stop':5.9}", 2, 4);
    ARRIVE("{'interarrival':2,'start':10,'count':2}", 12, 14);
    ARRIVE("{'interarrival':2,'start':10,'stop':14}", 12, 14);
    ARRIVE("{'interarrival':2,'batch':3,'count':2}", 2, 2, 2, 4, 4, 4); /* count is of batches */
    ARRIVE("{'interarrival':2,'batch':1.5,'count':1}", 2, 2);           /* half is rounded upwards */
    ARRIVE("{'interarrival':2,'batch':1.4,'count':1}", 2);
    ARRIVE("{'at_once':3}", 0, 0, 0);
    ARRIVE("{'at_once':2,'start':4}", 4, 4);
    ARRIVE("{'at_once':2,'batch':2}", 0, 0, 0, 0);
    size_t n;
    free(times_of("{'interarrival':2,'stop':1}", &n)); /* nothing ever comes: the run is over at once */
    CU_ASSERT_EQUAL(n, 0);
}

static void limits(void)
{
    /* limit is of tasks and cuts a batch; count of batches. */
    PLAYS("{'arrivals':{'interarrival':2,'batch':3,'count':9},'limit':5,'service':0}", {.left = 2},
          {.left = 2}, {.left = 2}, {.left = 4}, {.left = 4});
    PLAYS("{'arrivals':{'at_once':4},'limit':2,'service':1}", {.left = 1, .service = 1},
          {.left = 2, .wait = 1, .service = 1});
    PLAYS("{'arrivals':{'at_once':4,'batch':2},'limit':3,'service':0}", {.left = 0}, {.left = 0},
          {.left = 0});
    PLAYS("{'arrivals':{'interarrival':3,'count':5},'limit':1,'service':1}", {.left = 4, .service = 1});
    PLAYS("{'arrivals':{'interarrival':3,'count':1},'limit':5,'service':1}", {.left = 4, .service = 1});
}

static void closed_modifiers(void)
{
    PLAYS("{'arrivals':{'closed':1,'think':2,'count':2},'service':1}", {.left = 3, .service = 1},
          {.left = 6, .service = 1});
    PLAYS("{'arrivals':{'closed':1,'think':2,'start':10,'stop':15},'service':1}", {.left = 13, .service = 1},
          {.left = 16, .service = 1});
    PLAYS("{'arrivals':{'closed':2,'think':2,'stop':4},'service':1}", {.left = 3, .service = 1},
          {.left = 4, .wait = 1, .service = 1});
}

/* Two sources: one ends, the other goes on; the last batch is empty: the run ends all the same. */
static void empty_batches(void)
{
    ARRIVE("{'trace':'tests/errors/trace-good.csv','time':'t'}", 0, 1, 1, 2.5);
    PLAYS("{'stations':{'q':{}},'tasks':{"
          "'never':{'arrivals':{'interarrival':1,'count':3,'batch':0.6},'limit':1,'service':1},"
          "'other':{'arrivals':{'interarrival':5,'count':1},'service':1}}}",
          {.kind = 0, .left = 2, .service = 1}, {.kind = 1, .left = 6, .service = 1});
    /* A draw of 0 on average half of the time: epochs go on, tasks are binomial. */
    size_t n;
    free(times_of("{'interarrival':1,'count':10000,'batch':{'dist':'bernoulli','p':0.5}}", &n));
    EXPECT(fabs((double)n - 5000.0) < 4.4 * 50.0, "%zu tasks of 10000 batches of 0 or 1", n);
}

static void replay(void)
{
#define TRACE "'trace':'tests/errors/trace-good.csv','time':'t'"
    /* t,took: 0,3  1,2  1,1  2.5,0.5 */
    PLAYS("{'arrivals':{" TRACE ",'service':'took'}}", {.left = 3, .service = 3},
          {.left = 5, .wait = 2, .service = 2}, {.left = 6, .wait = 4, .service = 1},
          {.left = 6.5, .wait = 3.5, .service = 0.5});
    PLAYS("{'arrivals':{" TRACE ",'service':'took'},'servers':'infinite'}", {.left = 2, .service = 1},
          {.left = 3, .service = 3}, {.left = 3, .service = 2}, {.left = 3, .service = 0.5});
    PLAYS("{'arrivals':{" TRACE ",'service':'took','start':0.5,'stop':1},'servers':'infinite'}",
          {.left = 2, .service = 1}, {.left = 3, .service = 2});
    PLAYS("{'arrivals':{" TRACE ",'service':'2','origin':-10,'count':1}}", {.left = 13, .service = 3});
    PLAYS("{'arrivals':{" TRACE ",'service':'took','batch':2,'count':1}}", {.left = 3, .service = 3},
          {.left = 6, .wait = 3, .service = 3});
    PLAYS("{'arrivals':{" TRACE ",'count':2},'service':1}", {.left = 1, .service = 1},
          {.left = 2, .service = 1});
    /* The step without "for" takes it, the others what they say. */
    PLAYS("{'stations':{'a':{'servers':'infinite'},'b':{'servers':'infinite'}},'arrivals':{" TRACE
          ",'service':'took','count':2},'steps':[{'at':'a','for':10},{'at':'b'}]}",
          {.left = 13, .service = 13}, {.left = 13, .service = 12});
    PLAYS("{'stations':{'a':{'discipline':'ps'}},'arrivals':{" TRACE
          ",'service':'took','count':1},'steps':[{'at':'a'}]}",
          {.left = 3, .service = 3});
}

/* ---- schedules ---- */

static void counts_per_segment(void)
{
    /* A step of 10 to 1, a pause, and a last rate that the next period must not take over. */
    static const double from[] = {0, 1, 3, 4, 5}, rate[] = {10, 1, 0, 5};
    enum { PERIODS = 3000 };
    size_t n;
    double *times = times_of("{'schedule':[[0,10],[1,1],[3,0],[4,5]],'repeat':5,'stop':15000}", &n);
    unsigned *counts = calloc(4 * PERIODS, sizeof *counts);
    for (size_t i = 0; i < n && counts != NULL; i++) {
        const double within = fmod(times[i], 5.0);
        size_t s = 0;
        while (within >= from[s + 1])
            s++;
        counts[4 * (size_t)(times[i] / 5.0) + s]++;
        if (i > 0)
            CU_ASSERT_FATAL(times[i] >= times[i - 1]);
    }
    for (size_t s = 0; s < 4 && counts != NULL; s++) {
        const double mean = rate[s] * (from[s + 1] - from[s]);
        double total = 0.0, chi = 0.0;
        for (size_t p = 0; p < PERIODS; p++) {
            total += counts[4 * p + s];
            chi += mean > 0.0 ? (counts[4 * p + s] - mean) * (counts[4 * p + s] - mean) / mean
                              : counts[4 * p + s];
        }
        if (mean == 0.0) {
            CU_ASSERT_EQUAL(total, 0.0);
            continue;
        }
        EXPECT(fabs(total - mean * PERIODS) < 4.4 * sqrt(mean * PERIODS), "segment %zu: %g tasks, not %g", s,
               total, mean * PERIODS);
        /* Independent Poisson counts: variance over mean; sum of (n - m)^2 / m has mean P, variance P (2 + 1
         * / m). */
        const double z = (chi - PERIODS) / sqrt(PERIODS * (2.0 + 1.0 / mean));
        EXPECT(fabs(z) < 4.4, "segment %zu: index of dispersion, z = %.2f", s, z);
    }
    free(counts);
    free(times);
}

/* Integral of the rate of that schedule. */
static double integral(double t)
{
    static const double from[] = {0, 1, 3, 4, 5}, rate[] = {10, 1, 0, 5};
    const double whole = floor(t / 5.0);
    double sum = 17.0 * whole;
    for (size_t s = 0; s < 4; s++)
        sum += rate[s] * fmax(fmin(t - 5.0 * whole, from[s + 1]) - from[s], 0.0);
    return sum;
}

static void change_of_time(void)
{
    /* The integrated rate makes it the process of rate 1 that the same draws give: arrival by arrival. */
    size_t n, m;
    double *times = times_of("{'schedule':[[0,10],[1,1],[3,0],[4,5]],'repeat':5,'count':20000}", &n);
    double *unit = times_of("{'rate':1,'count':20000}", &m);
    CU_ASSERT_EQUAL(n, 20000);
    CU_ASSERT_EQUAL(m, 20000);
    double worst = 0.0;
    for (size_t i = 0; i < n && i < m; i++)
        worst = fmax(worst, fabs(integral(times[i]) - unit[i]) / unit[i]);
    EXPECT(worst < 1e-9, "the integrated rate is off by a relative %g", worst);
    free(times);
    free(unit);
    /* One segment, repeated or not, is Poisson of that rate. */
    double *a = times_of("{'schedule':[[0,4]],'repeat':0.01,'count':1000}", &n),
           *b = times_of("{'schedule':[[0,4]],'count':1000}", &m),
           *c = times_of("{'rate':4,'count':1000}", &n);
    for (size_t i = 0; i < 1000 && m == 1000 && n == 1000; i++)
        if (fabs(a[i] - c[i]) > 1e-9 * c[i] || fabs(b[i] - c[i]) > 1e-9 * c[i]) {
            EXPECT(false, "task %zu comes at %.17g, %.17g and %.17g", i, a[i], b[i], c[i]);
            break;
        }
    free(a);
    free(b);
    free(c);
}

static void ends_of_schedules(void)
{
    /* A last rate of 0 ends the arrivals, and the run: never a restart. Poisson of mean 20 in 0 .. 2. */
    enum { RUNS = 400 };
    struct trial t;
    double sum = 0.0;
    if (trial_read(&t, "{'arrivals':{'schedule':[[0,10],[2,0]]}," INSTANT "}"))
        for (uint64_t r = 0; r < RUNS; r++) {
            struct history h;
            if (!trial_trace(&t, 0, r, &h))
                break;
            sum += (double)h.count;
            for (size_t i = 0; i < h.count; i++)
                CU_ASSERT(h.tasks[i].arrived <= 2.0);
            history_free(&h);
        }
    trial_free(&t);
    EXPECT(fabs(sum - 20.0 * RUNS) < 4.4 * sqrt(20.0 * RUNS), "%g tasks, not %g", sum, 20.0 * RUNS);
    /* It begins with a pause; it begins in the middle of a period; far out on the clock nothing has drifted.
     */
    size_t n;
    double *times = times_of("{'schedule':[[0,0],[7,100]],'count':1000}", &n);
    CU_ASSERT(n == 1000 && times[0] > 7.0 && times[0] < 7.2 && times[999] < 7.0 + 15.0);
    free(times);
    times =
        times_of("{'schedule':[[0,0],[0.3,100],[0.6,0]],'repeat':0.7,'start':700000000.5,'count':3000}", &n);
    CU_ASSERT_EQUAL(n, 3000);
    for (size_t i = 0; i < n; i++) {
        const double within = fmod(times[i] - 7e8, 0.7);
        CU_ASSERT(times[i] >= 700000000.5 && within > 0.3 - 1e-5 && within < 0.6 + 1e-5);
    }
    free(times);
    /* Gaps of a million periods: exponential on that scale. Mean of 2000 gaps: 1 part in 45. */
    times = times_of("{'schedule':[[0,0.000002],[0.5,0]],'repeat':1,'count':2000}", &n);
    CU_ASSERT_EQUAL(n, 2000);
    EXPECT(n == 2000 && fabs(times[1999] / 2000e6 - 1.0) < 4.4 / sqrt(2000.0), "2000 gaps take %g, not %g",
           times[n - 1], 2000e6);
    free(times);
}

/* ---- Markovian ---- */

static void intervals_are(const char *arrivals, double (*cdf)(double))
{
    size_t n;
    double *times = times_of(arrivals, &n), worst = 0.0;
    CU_ASSERT_EQUAL(n, 50000);
    for (size_t i = n; i-- > 1;)
        times[i] -= times[i - 1];
    gsl_sort(times + 1, 1, n - 1); /* the first is not one of them: the phase begins as in the long run */
    for (size_t i = 1; i < n; i++)
        worst = fmax(worst, fmax(fabs(cdf(times[i]) - (double)(i - 1) / (double)(n - 1)),
                                 fabs(cdf(times[i]) - (double)i / (double)(n - 1))));
    /* Kolmogorov: P(sqrt(n) D > 2.47) = 2 exp(-2 2.47^2) = 1e-5. */
    EXPECT(worst * sqrt((double)n) < 2.47, "%s: distance of Kolmogorov %.3g", arrivals,
           worst * sqrt((double)n));
    free(times);
}

static double exponential_2(double x)
{
    return 1.0 - exp(-2.0 * x);
}

static double erlang_2(double x)
{
    return 1.0 - exp(-2.0 * x) * (1.0 + 2.0 * x);
}

static double interrupted(double x)
{
    /* On-off source, rate 2 when on, off at rate 1, on at rate 0.5: intervals hyperexponential (Kuczura
     * 1973). */
    const double l = 2, g = 1, w = 0.5, s = l + g + w, d = sqrt(s * s - 4.0 * l * w), r1 = (s + d) / 2,
                 r2 = (s - d) / 2;
    const double p = (l - r2) / (r1 - r2);
    return 1.0 - p * exp(-r1 * x) - (1.0 - p) * exp(-r2 * x);
}

static void interarrival_laws(void)
{
    intervals_are("{'mmpp':{'rates':[2],'generator':[[0]]},'count':50000}", exponential_2);
    intervals_are("{'map':{'d0':[[-2]],'d1':[[2]]},'count':50000}", exponential_2);
    intervals_are("{'map':{'d0':[[-2,2],[0,-2]],'d1':[[0,0],[2,0]]},'count':50000}", erlang_2);
    intervals_are("{'mmpp':{'rates':[2,0],'generator':[[-1,1],[0.5,-0.5]]},'count':50000}", interrupted);
    /* Phases that are never come back to do not matter. */
    intervals_are("{'mmpp':{'rates':[2,9],'generator':[[0,0],[3,-3]]},'count':50000}", exponential_2);
}

/* The first phase is drawn from the stationary law: the first arrival of the Erlang-2 process comes after one
 * phase or two, half and half: mean 0.75 (not 1), variance E[X^2] - 0.5625 = (0.5 + 1.5) / 2 - 0.5625. */
static void first_phase(void)
{
    enum { RUNS = 4000 };
    struct trial t;
    double sum = 0.0;
    if (trial_read(
            &t,
            "{'arrivals':{'map':{'d0':[[-2,2],[0,-2]],'d1':[[0,0],[2,0]]},'start':3,'count':1}," INSTANT "}"))
        for (uint64_t r = 0; r < RUNS; r++) {
            struct history h;
            if (!trial_trace(&t, 0, r, &h))
                break;
            sum += h.tasks[0].arrived - 3.0;
            history_free(&h);
        }
    trial_free(&t);
    const double z = (sum / RUNS - 0.75) / sqrt(0.4375 / RUNS);
    EXPECT(fabs(z) < 4.4, "first arrival at %g, not 0.75: z = %.2f", sum / RUNS, z);
}

/* ---- what is known before the run ---- */

static void analysed(int line, const char *arrivals, double rate, double scv, double memory)
{
    struct arena arena;
    struct error err;
    const struct scenario_file *file;
    struct model *m;
    char text[600];
    arena_init(&arena);
    snprintf(text, sizeof text, "{'stations':{'q':{}},'tasks':{'k':{'arrivals':%s,'service':0.125}}}",
             arrivals);
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '\'' ? '"' : *c;
    const bool ok = scenario_read_text(&arena, "test", text, NULL, 0, &file, &err) &&
                    model_compile(&arena, &file->points[0].scenario, &m, &err);
    EXPECT(ok, "line %d: %s", line, ok ? "" : err.text);
    if (ok) {
        const struct arrival *a = m->kinds[0].arrival;
        EXPECT(fabs(m->open_rate - rate) <= 1e-9 * rate, "line %d: rate %.12g, not %.12g", line, m->open_rate,
               rate);
        EXPECT(fabs(m->load[0] - 0.125 * rate) <= 1e-9 * rate, "line %d: load %g", line, m->load[0]);
        EXPECT(m->terminating == !(rate > 0.0), "line %d: terminating", line);
        EXPECT(rate == 0.0 || fabs(a->scv - scv) < 1e-9, "line %d: index of dispersion %.12g, not %.12g",
               line, a->scv, scv);
        EXPECT(rate == 0.0 || fabs(a->memory - memory) < 1e-9, "line %d: memory %g, not %g", line, a->memory,
               memory);
        EXPECT(m->terminating || m->warmup >= a->settles, "line %d: warm-up", line);
        if (a->period > 0.0) {
            const double halves = m->length / 2.0 / a->period, warmups = m->warmup / a->period;
            EXPECT(fabs(halves - nearbyint(halves)) < 1e-9 && fabs(warmups - nearbyint(warmups)) < 1e-9 &&
                       halves > 0.5,
                   "line %d: length %g and warm-up %g are not whole periods", line, m->length, m->warmup);
        }
    }
    arena_free(&arena);
}

static void analysis(void)
{
#define ANALYSED(arrivals, rate, scv, memory) analysed(__LINE__, arrivals, rate, scv, memory)
    ANALYSED("{'rate':3}", 3, 1, 0);
    ANALYSED("{'rate':1,'batch':{'dist':'geometric','mean':4}}", 4, 4 + 12.0 / 4, 0);
    ANALYSED("{'interarrival':2,'batch':3}", 1.5, 0, 0);
    ANALYSED("{'interarrival':2,'count':3}", 0, 0, 0);
    ANALYSED("{'rate':2,'stop':100}", 0, 0, 0);
    ANALYSED("{'rate':2,'start':1000}", 2, 1, 0);
    ANALYSED("{'schedule':[[0,10],[1,1],[3,0],[4,5]],'repeat':5}", 17.0 / 5, 1, 0);
    ANALYSED("{'schedule':[[0,10],[100,1]]}", 1, 1, 0);
    ANALYSED("{'schedule':[[0,10],[100,0]]}", 0, 1, 0);
    ANALYSED("{'trace':'tests/errors/trace-good.csv','time':'t'}", 0, 1, 0);
    /* Index of dispersion of two phases: 1 + 2 q1 q2 (r1 - r2)^2 / ((q1 + q2)^2 (q2 r1 + q1 r2)) (Heffes,
     * Lucantoni, IEEE JSAC 1986); relaxation time 1 / (q1 + q2). */
    ANALYSED("{'mmpp':{'rates':[2,0.1],'generator':[[-0.2,0.2],[0.1,-0.1]]}}", (0.1 * 2 + 0.2 * 0.1) / 0.3,
             1 + 2 * 0.2 * 0.1 * 1.9 * 1.9 / (0.09 * (0.1 * 2 + 0.2 * 0.1)), 1 / 0.3);
    ANALYSED("{'map':{'d0':[[-2,2],[0,-2]],'d1':[[0,0],[2,0]]}}", 1, 0.5, 0.25); /* Erlang-2 */
    ANALYSED("{'map':{'d0':[[-2,2],[0,-2]],'d1':[[0,0],[2,0]]},'batch':2}", 2, 1, 0.25);
}

/* E[n] = sum of exp(-(i - 1/2) / 4), E[n^2] = sum of (2 i - 1) exp(-(i - 1/2) / 4). */
static void batch_moments(void)
{
    double mean, variance, first = 0.0, second = 0.0;
    const struct dist d = dist_make_exponential(4.0), long_one = dist_make_exponential(1e5),
                      c = dist_make_constant(2.5);
    arrival_batch_moments(&d, &mean, &variance);
    for (int i = 1; i < 400; i++) {
        first += exp(-(i - 0.5) / 4.0);
        second += (2.0 * i - 1.0) * exp(-(i - 0.5) / 4.0);
    }
    CU_ASSERT_DOUBLE_EQUAL(mean, first, 1e-10);
    CU_ASSERT_DOUBLE_EQUAL(variance, second - first * first, 1e-8);
    arrival_batch_moments(&long_one, &mean, &variance);
    CU_ASSERT_DOUBLE_EQUAL(mean, 1e5, 1e-2);
    CU_ASSERT_DOUBLE_EQUAL(variance / 1e10, 1.0, 1e-6);
    arrival_batch_moments(&c, &mean, &variance);
    CU_ASSERT_EQUAL(mean, 3.0);
    CU_ASSERT_EQUAL(variance, 0.0);
}

/* ---- the same for all variants ---- */

static const char *const forms[] = {
    "{'rate':3,'batch':{'dist':'geometric','mean':2},'count':2000}",
    "{'interarrival':{'dist':'gamma','mean':1,'scv':2},'start':5,'stop':3000}",
    "{'schedule':[[0,10],[1,1],[3,0],[4,5]],'repeat':5,'batch':{'dist':'poisson','mean':0.7},'stop':1000}",
    "{'mmpp':{'rates':[2,0.1],'generator':[[-0.2,0.2],[0.1,-0.1]]},'count':3000}",
    "{'map':{'d0':[[-3,1],[0.5,-1]],'d1':[[2,0],[0.25,0.25]]},'count':3000}",
};

static void common_random_numbers(void)
{
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        struct trial t;
        struct history x, y;
        if (trial_read(&t,
                       "{'arrivals':%s,'service':{'dist':'exponential','mean':1},'variants':{'one':{},"
                       "'two':{'/servers':2},'lcfs':{'/discipline':'lcfs'},'again':{}}}",
                       forms[f]) &&
            trial_trace(&t, 0, 7, &x)) {
            history_by_key(&x);
            CU_ASSERT(x.count > 1000);
            for (size_t v = 1; v < 4; v++) {
                if (!trial_trace(&t, v, 7, &y))
                    continue;
                history_by_key(&y);
                size_t same = 0;
                while (same < x.count && same < y.count && x.tasks[same].arrived == y.tasks[same].arrived &&
                       x.tasks[same].key == y.tasks[same].key &&
                       (v != 3 || x.tasks[same].left == y.tasks[same].left))
                    same++;
                EXPECT(same == x.count && same == y.count,
                       "form %zu, variant %zu: only %zu tasks of %zu are the same", f, v, same, x.count);
                history_free(&y);
            }
            history_free(&x);
        }
        trial_free(&t);
    }
}

static void threads_do_not_matter(void)
{
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        double mean[2] = {0.0, 1.0};
        for (unsigned i = 0; i < 2; i++) {
            struct trial t;
            if (trial_read(
                    &t,
                    "{'arrivals':%s,'service':{'dist':'exponential','mean':0.2},'run':{'replications':8}}",
                    forms[f]) &&
                trial_run(&t, i == 0 ? 1 : 3))
                mean[i] = trial_figure(&t, 0, "task", "response")->mean;
            trial_free(&t);
        }
        EXPECT(mean[0] == mean[1], "form %zu: %.17g with one thread, %.17g with three", f, mean[0], mean[1]);
    }
}

/* Sizes of batches do not shift the arrivals. */
static void batches_leave_times_alone(void)
{
    size_t n, m;
    double *one = times_of("{'rate':1,'count':500}", &n),
           *two = times_of("{'rate':1,'batch':2,'count':500}", &m);
    CU_ASSERT_EQUAL(n, 500);
    CU_ASSERT_EQUAL(m, 1000);
    for (size_t i = 0; i < n && i < m / 2; i++)
        CU_ASSERT(one[i] == two[2 * i] && one[i] == two[2 * i + 1]);
    free(one);
    free(two);
}

/* A row's time is the task's own, also where preempted work is drawn anew; turns have a load. */
static void a_given_time_stays_given(void)
{
#define GIVEN(station)                                                                                       \
    "{'stations':{'q':{" station "}},'tasks':{'a':{'priority':1,'limit':2,'arrivals':{'trace':"              \
    "'tests/errors/trace-good.csv','time':'t','service':'took'},'steps':[{'at':'q'}]},"                      \
    "'b':{'limit':1,'arrivals':{'interarrival':2},'steps':[{'at':'q','for':0.5}]}}}"
    PLAYS(GIVEN("'discipline':'priority','preempt':'repeat'"), {1, 2.5, 0, 0.5, 0, 0, false},
          {0, 5.5, 0.5, 5, 0, 0, false}, {0, 7.5, 4.5, 2, 0, 0, false});
    struct arena arena;
    const struct scenario_file *file;
    struct model *m = NULL;
    struct error err;
    char text[600] = GIVEN("'discipline':'rr','quantum':1,'switch':0.5");
    arena_init(&arena);
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '\'' ? '"' : *c;
    if (scenario_read_text(&arena, "test", text, NULL, 0, &file, &err) &&
        model_compile(&arena, &file->points[0].scenario, &m, &err))
        CU_ASSERT(isfinite(m->load[0]) && m->held_mean[0] > 0.0 && isfinite(m->held_mean[0]));
    CU_ASSERT_PTR_NOT_NULL(m);
    arena_free(&arena);
#undef GIVEN
}

const struct test arrivals_tests[] = {
    {"a time that a trace gives stays given", a_given_time_stays_given},
    {"batch, start, stop and count, by hand", modifiers},
    {"limit is of tasks, count of arrivals", limits},
    {"closed clients start, stop and are counted", closed_modifiers},
    {"empty batches bring nobody and end no run early", empty_batches},
    {"a trace is replayed exactly", replay},
    {"a schedule's counts are Poisson, segment by segment", counts_per_segment},
    {"a schedule is a change of time of the Poisson process, exactly", change_of_time},
    {"pauses, ends and long gaps of schedules", ends_of_schedules},
    {"intervals of mmpp and map have the laws that their matrices say", interarrival_laws},
    {"the first phase is drawn from the stationary law", first_phase},
    {"rate, dispersion and memory of each form are known before the run", analysis},
    {"moments of rounded batch sizes", batch_moments},
    {"all variants see the same arrivals", common_random_numbers},
    {"the number of threads does not matter to any form", threads_do_not_matter},
    {"sizes of batches do not shift arrivals", batches_leave_times_alone},
    {NULL, NULL},
};
