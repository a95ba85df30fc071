/* Queues fed by batches, Markovian arrivals and schedules, against closed forms and numerical Markov chains;
 * what a comparison means stands in exact.h. */
#include "tests/closed_forms.h"
#include "tests/exact.h"

#include <stdio.h>
#include <stdlib.h>

/* M^[X]/M/1: L = rho (1 + E[X^2] / E[X]) / (2 (1 - rho)). Gross, Harris, Fundamentals of Queueing Theory, 3rd
 * ed. 1998, section 3.1. */
static void bulk(const char *batch, double mean, double second)
{
    const double rate = 0.6 / mean, rho = 0.6, present = rho * (1.0 + second / mean) / (2.0 * (1.0 - rho));
    char text[300];
    snprintf(text, sizeof text,
             "'arrivals':{'rate':%.17g,'batch':%s},'service':{'dist':'exponential','mean':1}", rate, batch);
    struct exact e = exact_run(200, 32000, text);
    exact_is(&e, "task", "response", present / rho);
    exact_is(&e, "task", "in_system", present);
    exact_is(&e, "task", "throughput", rho);
    exact_done(&e);
}

static void bulk_arrivals(void)
{
    bulk("{'dist':'geometric','mean':2}", 2.0, 6.0);
    bulk("3", 3.0, 9.0);
    bulk("{'dist':'discrete','values':[0,1,4],'p':[0.5,0.25,0.25]}", 1.25, 4.25);
    /* Continuous draws, rounded: uniform on 0.5 .. 3.5 is 1, 2 or 3. */
    bulk("{'dist':'uniform','min':0.5,'max':3.5}", 2.0, 14.0 / 3.0);
}

/* MAP/M/1 on 0 .. most tasks: a chain of (tasks, phase). d0 without diagonal. Returns the mean number in
 * system, and the rate of arrivals. Loss at `most` is below rounding. */
static double map_m_1(size_t n, const double *d0, const double *d1, double mu, size_t most, double *rate)
{
    struct chain *c = chain_new(n * (most + 1));
    double *p = calloc(n * (most + 1), sizeof *p), present = 0.0;
    for (size_t k = 0; k <= most; k++)
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                if (i != j && d0[i * n + j] > 0.0)
                    chain_rate(c, k * n + i, k * n + j, d0[i * n + j]);
                if (d1[i * n + j] > 0.0 && (k < most || i != j))
                    chain_rate(c, k * n + i, (k < most ? k + 1 : k) * n + j, d1[i * n + j]);
            }
            if (k > 0)
                chain_rate(c, k * n + i, (k - 1) * n + i, mu);
        }
    CU_ASSERT_EQUAL(chain_stationary(c, p), 0);
    *rate = 0.0;
    for (size_t k = 0; k <= most; k++)
        for (size_t i = 0; i < n; i++) {
            present += (double)k * p[k * n + i];
            for (size_t j = 0; j < n; j++)
                *rate += p[k * n + i] * d1[i * n + j];
        }
    free(p);
    chain_free(c);
    return present;
}

static void markovian(const char *arrivals, size_t n, const double *d0, const double *d1, double mu)
{
    double rate;
    const double present = map_m_1(n, d0, d1, mu, 690 / n, &rate);
    char text[400];
    snprintf(text, sizeof text, "'arrivals':%s,'service':{'dist':'exponential','mean':%.17g}", arrivals,
             1.0 / mu);
    struct exact e = exact_run(300, 45000, text);
    exact_is(&e, "task", "response", present / rate);
    exact_is(&e, "task", "in_system", present);
    exact_is(&e, "task", "throughput", rate);
    exact_is(&e, "station:queue", "utilisation", rate / mu);
    exact_done(&e);
}

static void markovian_arrivals(void)
{
    markovian("{'mmpp':{'rates':[1.5,0.2],'generator':[[-0.5,0.5],[0.3,-0.3]]}}", 2,
              (const double[]){0, 0.5, 0.3, 0}, (const double[]){1.5, 0, 0, 0.2}, 1.0);
    markovian("{'mmpp':{'rates':[3,0,0.5],'generator':[[-1,0.5,0.5],[0.2,-0.2,0],[0,0.4,-0.4]]}}", 3,
              (const double[]){0, 0.5, 0.5, 0.2, 0, 0, 0, 0.4, 0},
              (const double[]){3, 0, 0, 0, 0, 0, 0, 0, 0.5}, 1.3);
    /* Changes of phase at arrivals: intervals are correlated, positively and negatively. */
    markovian("{'map':{'d0':[[-3,0],[0,-0.4]],'d1':[[2.7,0.3],[0.1,0.3]]}}", 2, (const double[]){0, 0, 0, 0},
              (const double[]){2.7, 0.3, 0.1, 0.3}, 1.6);
    markovian("{'map':{'d0':[[-3,0.2],[0.1,-0.5]],'d1':[[0.1,2.7],[0.4,0]]}}", 2,
              (const double[]){0, 0.2, 0.1, 0}, (const double[]){0.1, 2.7, 0.4, 0}, 1.2);
}

/* M(t)/M/1/K: the forward equations, by Runge and Kutta's fourth-order method, until they are periodic; then
 * means over one period. */
enum { ROOM = 12 };
static const double from[] = {0, 4, 6, 10}, rates[] = {2, 0.3, 0, 0};

static double rate_at(double t)
{
    size_t s = 0;
    while (t >= from[s + 1])
        s++;
    return rates[s];
}

static void slope(double rate, const double *p, double *d)
{
    for (int k = 0; k <= ROOM; k++)
        d[k] = (k > 0 ? rate * p[k - 1] : 0.0) + (k < ROOM ? p[k + 1] : 0.0) -
               ((k < ROOM ? rate : 0.0) + (k > 0 ? 1.0 : 0.0)) * p[k];
}

static void scheduled_queue(void)
{
    enum { STEPS = 10000, PERIODS = 15 };
    double p[ROOM + 1] = {1.0}, present = 0.0, lost = 0.0;
    const double h = 10.0 / STEPS;
    for (int turn = 0; turn < PERIODS; turn++)
        for (int i = 0; i < STEPS; i++) {
            double k1[ROOM + 1], k2[ROOM + 1], k3[ROOM + 1], k4[ROOM + 1], q[ROOM + 1];
            const double rate = rate_at((i + 0.5) * h);
            if (turn == PERIODS - 1) {
                lost += 0.5 * h * rate * p[ROOM];
                for (int k = 0; k <= ROOM; k++)
                    present += 0.5 * h * k * p[k] / 10.0;
            }
            slope(rate, p, k1);
            for (int k = 0; k <= ROOM; k++)
                q[k] = p[k] + 0.5 * h * k1[k];
            slope(rate, q, k2);
            for (int k = 0; k <= ROOM; k++)
                q[k] = p[k] + 0.5 * h * k2[k];
            slope(rate, q, k3);
            for (int k = 0; k <= ROOM; k++)
                q[k] = p[k] + h * k3[k];
            slope(rate, q, k4);
            for (int k = 0; k <= ROOM; k++)
                p[k] += h / 6.0 * (k1[k] + 2.0 * k2[k] + 2.0 * k3[k] + k4[k]);
            if (turn == PERIODS - 1) {
                lost += 0.5 * h * rate * p[ROOM];
                for (int k = 0; k <= ROOM; k++)
                    present += 0.5 * h * k * p[k] / 10.0;
            }
        }
    const double offered = 2.0 * 4.0 + 0.3 * 2.0;
    struct exact e = exact_run(100, 60000,
                               "'arrivals':{'schedule':[[0,2],[4,0.3],[6,0]],'repeat':10},"
                               "'service':{'dist':'exponential','mean':1},'capacity':12");
    exact_is(&e, "task", "in_system", present);
    exact_is(&e, "task", "lost", lost / offered);
    exact_is(&e, "task", "throughput", (offered - lost) / 10.0);
    exact_is(&e, "task", "response", present / ((offered - lost) / 10.0));
    exact_done(&e);
}

/* Infinitely many servers: over whole periods the mean number present is mean rate times mean service,
 * whatever the law (Little). The lengths are chosen by desq: only whole periods give this. */
static void whole_periods(void)
{
    struct trial t;
    if (trial_read(&t, "{'arrivals':{'schedule':[[0,40],[30,2],[100,0]],'repeat':1000},'servers':'infinite',"
                       "'service':{'dist':'uniform','min':5,'max':15},'run':{'replications':40,'confidence':"
                       "0.99999}}") &&
        trial_run(&t, 0)) {
        const double rate = (30 * 40 + 70 * 2) / 1000.0;
        const struct figure *f = trial_figure(&t, 0, "task", "in_system"),
                            *g = trial_figure(&t, 0, "task", "throughput");
        EXPECT(fabs(f->mean - 10.0 * rate) <= f->half_width, "in_system %g +- %g, not %g", f->mean,
               f->half_width, 10.0 * rate);
        EXPECT(fabs(g->mean - rate) <= g->half_width, "throughput %g +- %g, not %g", g->mean, g->half_width,
               rate);
        EXPECT(f->half_width < 0.05 * f->mean, "in_system %g +- %g is too wide", f->mean, f->half_width);
        CU_ASSERT_EQUAL(t.result->points[0].warning_count, 0);
    }
    trial_free(&t);
    /* One period, as a user would ask for a day: its halves differ, and that is no growth without end. */
    if (trial_read(&t, "{'arrivals':{'schedule':[[0,1],[300,9]],'repeat':600},'service':0.1,"
                       "'run':{'replications':16,'time':600,'warmup':0}}") &&
        trial_run(&t, 1)) {
        CU_ASSERT_EQUAL(t.result->points[0].warning_count, 0);
        CU_ASSERT_EQUAL(t.result->points[0].report.stopped, STOPPED_REPLICATIONS);
    }
    trial_free(&t);
    /* A change for good within the measured time is said to be one. */
    if (trial_read(&t, "{'arrivals':{'schedule':[[0,1],[300,9]]},'service':0.1,"
                       "'run':{'replications':16,'time':600,'warmup':0}}") &&
        trial_run(&t, 1)) {
        CU_ASSERT_EQUAL(t.result->points[0].warning_count, 1);
        CU_ASSERT_EQUAL(t.result->points[0].report.stopped, STOPPED_REPLICATIONS);
    }
    trial_free(&t);
    /* Left to itself, it is measured after the change. */
    if (trial_read(&t,
                   "{'arrivals':{'schedule':[[0,9],[300,1]]},'service':{'dist':'exponential','mean':0.1}}") &&
        trial_run(&t, 0)) {
        const struct figure *f = trial_figure(&t, 0, "task", "throughput");
        CU_ASSERT_EQUAL(t.result->points[0].warning_count, 0);
        EXPECT(fabs(f->mean - 1.0) <= 2.3 * f->half_width, "throughput %g +- %g, not 1", f->mean,
               f->half_width);
    }
    trial_free(&t);
    /* A length that is none is said to be so. */
    if (trial_read(&t, "{'arrivals':{'schedule':[[0,4],[30,2]],'repeat':100},'service':0.1,"
                       "'run':{'replications':2,'time':150}}") &&
        trial_run(&t, 1))
        CU_ASSERT_EQUAL(t.result->points[0].warning_count, 1);
    trial_free(&t);
}

const struct test arrivals_exact_tests[] = {
    {"batches: M^[X]/M/1", bulk_arrivals},
    {"MMPP/M/1 and MAP/M/1 against their Markov chain", markovian_arrivals},
    {"M(t)/M/1/K against its forward equations", scheduled_queue},
    {"schedules that repeat are measured over whole periods", whole_periods},
    {NULL, NULL},
};
