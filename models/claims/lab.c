#include "models/claims/lab.h"

#include <gsl/gsl_cdf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *lab_json(struct lab *lab, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof text) {
        lab->failed = true;
        return NULL;
    }
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    const char *copy = arena_text(lab->arena, text);
    lab->failed |= copy == NULL;
    return copy;
}

int lab_replications(const struct lab *lab, int n)
{
    enum { LEAST = 10, SHARE = 10 };
    if (!lab->brief)
        return n;
    return n / SHARE > LEAST ? n / SHARE : LEAST;
}

struct desq *lab_open(const struct lab *lab, const char *scenario, struct error *err)
{
    struct desq *d = NULL;
    if (scenario == NULL) {
        error_set(err, "out of memory");
        return NULL;
    }
    const struct desq_options options = {.seed_given = true, .seed = lab->seed};
    return desq_read_text("claim", scenario, &options, &d, err) ? d : NULL;
}

static void keep_task(void *context, const struct desq_task *task)
{
    struct lab_run *run = context;
    if (run->count == run->room) {
        const size_t room = run->room == 0 ? 64 : 2 * run->room;
        struct desq_task *tasks = realloc(run->tasks, room * sizeof *tasks);
        if (tasks == NULL) {
            run->failed = true;
            return;
        }
        run->tasks = tasks;
        run->room = room;
    }
    run->tasks[run->count++] = *task;
}

bool lab_sample(struct desq *d, size_t point, uint64_t r, struct lab_run *run, struct error *err)
{
    run->count = 0;
    if (!desq_trace(d, point, r, keep_task, run, &run->trace, err))
        return false;
    return run->failed ? error_set(err, "out of memory") : true;
}

void lab_run_free(struct lab_run *run)
{
    free(run->tasks);
    *run = (struct lab_run){0};
}

double lab_total_service(const struct lab_run *run)
{
    double sum = 0.0;
    for (size_t i = 0; i < run->count; i++)
        sum += run->tasks[i].service;
    return sum;
}

double lab_total_delay(const struct lab_run *run)
{
    double sum = 0.0;
    for (size_t i = 0; i < run->count; i++)
        sum += run->tasks[i].delay;
    return sum;
}

double lab_total_overhead(const struct lab_run *run)
{
    double sum = 0.0;
    for (size_t i = 0; i < run->count; i++)
        sum += run->tasks[i].overhead;
    return sum;
}

double lab_total_wait(const struct lab_run *run)
{
    double sum = 0.0;
    for (size_t i = 0; i < run->count; i++)
        sum += run->tasks[i].wait;
    return sum;
}

double lab_longest_service(const struct lab_run *run)
{
    double longest = 0.0;
    for (size_t i = 0; i < run->count; i++)
        longest = fmax(longest, run->tasks[i].service);
    return longest;
}

static double deviation(double a, double b)
{
    const double larger = fmax(fabs(a), fabs(b));
    return a == b ? 0.0 : fabs(a - b) / larger;
}

void lab_check_equal(struct lab_check *check, double a, double b)
{
    const double error = deviation(a, b);
    check->samples++;
    check->held += error <= CLAIM_TOLERANCE;
    if (isnan(error) || error > check->error) /* NAN stays */
        check->error = error;
}

void lab_check_at_most(struct lab_check *check, double a, double b)
{
    check->samples++;
    check->held += a <= b + CLAIM_TOLERANCE * fmax(fabs(a), fabs(b));
}

struct claim_case *lab_case(struct lab *lab, const char *what, const char *scenario, const char *unit)
{
    if (lab->count == lab->room) {
        const size_t room = lab->room == 0 ? 16 : 2 * lab->room;
        struct claim_case *cases = arena_array(lab->arena, room, sizeof *cases);
        if (cases == NULL) {
            lab->failed = true;
            return NULL;
        }
        if (lab->count > 0)
            memcpy(cases, lab->cases, lab->count * sizeof *cases);
        lab->cases = cases;
        lab->room = room;
    }
    struct claim_case *row = &lab->cases[lab->count++];
    *row = (struct claim_case){.what = what,
                               .article = (double)NAN,
                               .exact = (double)NAN,
                               .simulated = (double)NAN,
                               .half_width = (double)NAN,
                               .z = (double)NAN,
                               .p = (double)NAN,
                               .error = (double)NAN,
                               .unit = unit,
                               .verdict = CLAIM_SILENT,
                               .scenario = scenario};
    return row;
}

static enum claim_verdict verdict_of(double article, double exact)
{
    if (isnan(article))
        return CLAIM_SILENT;
    return deviation(article, exact) <= CLAIM_TOLERANCE ? CLAIM_HOLDS : CLAIM_FAILS;
}

void lab_value(struct claim_case *row, double article, double exact, double simulated)
{
    if (row == NULL)
        return;
    row->form = CASE_VALUE;
    row->article = article;
    row->exact = exact;
    row->simulated = simulated;
    row->verdict = verdict_of(article, exact);
    row->contradicted = !(deviation(exact, simulated) <= CLAIM_TOLERANCE);
}

/* The standard normal value that is as unlikely as t is with df degrees of freedom. */
static double normal_of_student(double t, double df)
{
    const double tail = gsl_cdf_tdist_Q(fabs(t), df);
    if (isnan(t) || tail <= 0.0)
        return t;
    return copysign(gsl_cdf_ugaussian_Qinv(tail), t);
}

static double student_quantile(uint64_t n)
{
    return gsl_cdf_tdist_Pinv(0.5 + LAB_CONFIDENCE / 2.0, (double)(n - 1));
}

void lab_mean(struct claim_case *row, double article, double exact, double simulated, double half_width,
              uint64_t n)
{
    if (row == NULL)
        return;
    row->form = CASE_MEAN;
    row->article = article;
    row->exact = exact;
    row->simulated = simulated;
    row->half_width = half_width;
    row->samples = n;
    row->verdict = verdict_of(article, exact);
    if (isnan(exact))
        return;
    if (n >= 2 && half_width > 0.0)
        row->z = normal_of_student((simulated - exact) / half_width * student_quantile(n), (double)(n - 1));
    row->contradicted = !(fabs(row->z) <= CLAIM_Z_MOST);
}

void lab_every(struct claim_case *row, const struct lab_check *check, bool bound, enum claim_verdict verdict)
{
    if (row == NULL)
        return;
    row->form = CASE_EVERY;
    row->samples = check->samples;
    row->held = check->held;
    row->error = bound ? (double)NAN : check->error;
    row->verdict = verdict;
    row->contradicted = check->samples == 0 || check->held < check->samples;
}

bool lab_makespan(struct lab *lab, const char *what, const char *scenario, const char *unit, double article,
                  double exact, struct error *err)
{
    struct desq_trace trace;
    struct desq *d = lab_open(lab, scenario, err);
    if (d == NULL)
        return false;
    const bool good = desq_trace(d, 0, 0, NULL, NULL, &trace, err);
    if (good)
        lab_value(lab_case(lab, what, scenario, unit), article, exact, trace.end);
    desq_free(d);
    return good;
}

void lab_tally_add(struct lab_tally *tally, double x)
{
    const double before = x - tally->mean;
    tally->least = tally->count == 0 ? x : fmin(tally->least, x);
    tally->most = tally->count == 0 ? x : fmax(tally->most, x);
    tally->count++;
    tally->mean += before / (double)tally->count;
    tally->squares += before * (x - tally->mean);
}

double lab_tally_half_width(const struct lab_tally *tally)
{
    if (tally->count < 2)
        return (double)NAN;
    const double n = (double)tally->count;
    return student_quantile(tally->count) * sqrt(tally->squares / (n - 1.0) / n);
}
