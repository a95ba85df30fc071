#include "models/claims/pictures.h"

#include "models/claims/lab.h"
#include "models/claims/laws.h"

#include <gsl/gsl_randist.h>
#include <stdlib.h>

static struct picture_series *series(struct lab *lab, struct picture *p, const char *label,
                                     enum picture_style style, size_t count)
{
    double *x = arena_array(lab->arena, count + 1, sizeof *x),
           *y = arena_array(lab->arena, count + 1, sizeof *y);
    if (x == NULL || y == NULL || label == NULL || p->series_count == PICTURE_SERIES_MOST) {
        lab->failed = true;
        return NULL;
    }
    p->series[p->series_count] = (struct picture_series){label, style, x, y, count};
    return &p->series[p->series_count++];
}

static void put(struct picture_series *s, size_t i, double x, double y)
{
    if (s == NULL)
        return;
    ((double *)(void *)s->x)[i] = x;
    ((double *)(void *)s->y)[i] = y;
}

static const char *batch(struct lab *lab, int m, int n, const char *service, int replications)
{
    return lab_json(lab,
                    "{ 'arrivals': { 'at_once': %d }, 'servers': %d, 'service': %s,\n"
                    "  'run': { 'replications': %d, 'quantiles': [] } }\n",
                    m, n, service, replications);
}

static bool mean_makespan(struct lab *lab, const char *scenario, double *out, struct error *err)
{
    struct desq *d = lab_open(lab, scenario, err);
    const struct result *result = NULL;
    const bool good = d != NULL && desq_run(d, &(struct desq_run){.jobs = lab->jobs}, &result, err);
    if (good)
        *out = subject_figure(result->points[0].run, "makespan")->mean;
    desq_free(d);
    return good;
}

/* n tasks on n threads against one thread: n E[x] / E[largest of n]. */
static bool speed_up(struct lab *lab, struct picture *p, struct error *err)
{
    static const int points[] = {1, 2, 4, 8, 16, 32, 64};
    enum { POINTS = sizeof points / sizeof points[0], MOST = 64 };
    *p = (struct picture){.name = "speed-up",
                          .title = "n tasks on n threads: how much sooner than one after another?",
                          .x_label = "tasks and threads, n",
                          .y_label = "speed-up, n E[T] / E[makespan]",
                          .log_x = true,
                          .log_y = true,
                          .y_least = 1.0};
    for (size_t l = 0; l < claim_law_count; l++) {
        struct picture_series *line = series(lab, p, claim_laws[l].name, PICTURE_LINE, MOST);
        for (int n = 1; n <= MOST; n++) {
            double largest = 0.0;
            if (!claim_largest_mean(&claim_laws[l], n, &largest, err))
                return false;
            put(line, (size_t)(n - 1), n, n / largest);
        }
    }
    for (size_t l = 0; l < claim_law_count; l++) {
        struct picture_series *s = series(lab, p, l == 0 ? "simulated" : "", PICTURE_POINTS, POINTS);
        for (size_t i = 0; i < POINTS; i++) {
            double makespan = 0.0;
            if (!mean_makespan(
                    lab, batch(lab, points[i], points[i], claim_laws[l].json, lab_replications(lab, 4000)),
                    &makespan, err))
                return false;
            put(s, i, points[i], points[i] / makespan);
        }
    }
    return true;
}

/* Each dot a batch. */
static bool w_and_makespan(struct lab *lab, struct picture *p, struct error *err)
{
    enum { SAMPLES = 400, TASKS = 24, THREADS = 4 };
    static const char exponential[] = "{ 'dist': 'exponential', 'mean': 1 }";
    *p = (struct picture){
        .name = "w-and-makespan",
        .title = "24 exponential tasks on 4 threads: W is a bound on the makespan, not the makespan",
        .x_label = "W, the sum of all task times (s)",
        .y_label = "makespan (s)"};
    struct picture_series *dots = series(lab, p, "one batch each", PICTURE_DOTS, SAMPLES),
                          *w = series(lab, p, "makespan = W (the article)", PICTURE_LINE, 2),
                          *best = series(lab, p, "W / 4 (nobody idle)", PICTURE_LINE, 2);
    struct desq *d = lab_open(lab, batch(lab, TASKS, THREADS, exponential, 2), err);
    struct lab_run run = {0};
    bool good = d != NULL;
    double most = 0.0;
    for (size_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &run, err);
        if (!good)
            break;
        const double work = lab_total_service(&run);
        put(dots, r, work, run.trace.end);
        most = fmax(most, work);
    }
    lab_run_free(&run);
    desq_free(d);
    put(w, 1, most, most);
    put(best, 1, most, most / THREADS);
    return good;
}

/* The density of W of four tasks, against its exact law and the normal one. */
static bool law_of_w(struct lab *lab, struct picture *p, struct error *err)
{
    enum { TASKS = 4, BINS = 36, STEPS = 240 };
    const double width = 0.33;
    static const char exponential[] = "{ 'dist': 'exponential', 'mean': 1 }";
    const uint64_t samples = (uint64_t)lab_replications(lab, 50000);
    *p = (struct picture){.name = "law-of-w",
                          .title = "W of 4 exponential tasks: Gamma, not normal",
                          .x_label = "W (s)",
                          .y_label = "density"};
    struct picture_series *gamma = series(lab, p, "Gamma(4), exact", PICTURE_LINE, STEPS + 1),
                          *normal =
                              series(lab, p, "normal of the same mean and variance", PICTURE_LINE, STEPS + 1),
                          *seen = series(lab, p, "simulated", PICTURE_POINTS, BINS);
    for (size_t i = 0; i <= STEPS; i++) {
        const double x = BINS * width * (double)i / STEPS;
        put(gamma, i, x, gsl_ran_gamma_pdf(x, TASKS, 1.0));
        put(normal, i, x, gsl_ran_gaussian_pdf(x - TASKS, sqrt(TASKS)));
    }
    uint64_t counts[BINS] = {0};
    struct desq *d = lab_open(lab, batch(lab, TASKS, 1, exponential, 2), err);
    struct lab_run run = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < samples; r++) {
        good = lab_sample(d, 0, r, &run, err);
        const double bin = good ? floor(lab_total_service(&run) / width) : BINS;
        if (bin < BINS)
            counts[(size_t)bin]++;
    }
    lab_run_free(&run);
    desq_free(d);
    for (size_t i = 0; i < BINS; i++)
        put(seen, i, ((double)i + 0.5) * width, (double)counts[i] / (double)samples / width);
    return good;
}

/* Four tasks, a thread each created for s, against one thread: by the length of the tasks. */
static bool by_length(struct lab *lab, struct picture *p, const struct advice_numbers *numbers,
                      struct error *err)
{
    enum { M = 4, STEPS = 60, POINTS = 13 };
    const double s = numbers->value[ADVICE_S] > 0.0 ? numbers->value[ADVICE_S] : 17e-6;
    *p = (struct picture){
        .name = "break-even-length",
        .title = arena_printf(lab->arena,
                              "4 tasks: a thread each (created in %s) or one after another; break-even at %s",
                              advice_time(lab->arena, s), advice_time(lab->arena, s * M / (M - 1.0))),
        .x_label = "length of a task (us)",
        .y_label = "until all are done (us)",
        .log_x = true,
        .log_y = true};
    struct picture_series *sync = series(lab, p, "one after another: 4 T", PICTURE_LINE, STEPS + 1),
                          *async = series(lab, p, "a thread each: 4 s + T", PICTURE_LINE, STEPS + 1),
                          *seen = series(lab, p, "a thread each, simulated", PICTURE_POINTS, POINTS);
    for (size_t i = 0; i <= STEPS; i++) {
        const double t = s * pow(10.0, -1.0 + 3.0 * (double)i / STEPS);
        put(sync, i, 1e6 * t, 1e6 * M * t);
        put(async, i, 1e6 * t, 1e6 * (M * s + t));
    }
    for (size_t i = 0; i < POINTS; i++) {
        const double t = s * pow(10.0, -1.0 + 3.0 * (double)i / (POINTS - 1));
        struct desq_trace trace;
        struct desq *d = lab_open(
            lab,
            lab_json(lab,
                     "{ 'stations': { 'main': { 'servers': 1 }, 'threads': { 'servers': 'infinite' } },\n"
                     "  'tasks': { 'task': { 'arrivals': { 'at_once': %d }, 'steps': [\n"
                     "    { 'at': 'main', 'for': %.17g }, { 'at': 'threads', 'for': %.17g } ] } } }\n",
                     M, s, t),
            err);
        const bool good = d != NULL && desq_trace(d, 0, 0, NULL, NULL, &trace, err);
        if (good)
            put(seen, i, 1e6 * t, 1e6 * trace.end);
        desq_free(d);
        if (!good)
            return false;
    }
    return true;
}

/* What a pool of n kept threads carries, and what asynchronous processing does. */
static bool by_threads(struct lab *lab, struct picture *p, const struct advice_numbers *numbers,
                       struct error *err)
{
    enum { STEPS = 120 };
    const double *v = numbers->value, c = v[ADVICE_CORES], burst = v[ADVICE_C], wait = v[ADVICE_I];
    const double sync_most = c / (burst + v[ADVICE_OS]), async = c / (burst + v[ADVICE_OA]),
                 even = (burst + wait) * async;
    (void)err;
    if (!(burst > 0.0))
        return true; /* no cores, no limit: nothing to see */
    *p = (struct picture){
        .name = "break-even-threads",
        .title = arena_printf(lab->arena,
                              "%g cores, C = %s, I = %s: synchronous carries as much from %.4g threads on", c,
                              advice_time(lab->arena, burst), advice_time(lab->arena, wait), even),
        .x_label = "threads",
        .y_label = "most tasks per second"};
    struct picture_series *sync = series(lab, p, "synchronous: min(n / (C + I), c / (C + o_s))", PICTURE_LINE,
                                         STEPS + 1),
                          *flat = series(lab, p, "asynchronous: c / (C + o)", PICTURE_LINE, 2);
    for (size_t i = 0; i <= STEPS; i++) {
        const double n = 2.0 * even * (double)i / STEPS;
        put(sync, i, n, fmin(n / (burst + wait), sync_most));
    }
    put(flat, 0, 0.0, async);
    put(flat, 1, 2.0 * even, async);
    return true;
}

bool claim_pictures(const struct claim_options *options, const struct advice_numbers *numbers,
                    struct arena *arena, const struct picture **out, size_t *count, struct error *err)
{
    enum { MOST = 5 };
    struct lab lab = {.arena = arena, .seed = options->seed, .jobs = options->jobs, .brief = options->brief};
    struct picture *pictures = arena_array(arena, MOST, sizeof *pictures);
    if (pictures == NULL)
        return error_set(err, "out of memory");
    if (!speed_up(&lab, &pictures[0], err) || !w_and_makespan(&lab, &pictures[1], err) ||
        !law_of_w(&lab, &pictures[2], err) || !by_length(&lab, &pictures[3], numbers, err) ||
        !by_threads(&lab, &pictures[4], numbers, err))
        return false;
    if (lab.failed)
        return error_set(err, "out of memory");
    *out = pictures;
    *count = pictures[4].name != NULL ? MOST : MOST - 1;
    return true;
}
