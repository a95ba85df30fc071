/* C16: Little's law on each sample path: sum of times in a system = integral of the number in it. J. D. C.
 * Little, "A proof for the queuing formula L = lambda W", Oper. Res. 9 (1961); for sample paths Stidham,
 * Oper. Res. 22 (1974). */
#include "models/claims/lab.h"

#include <stdlib.h>

enum { SAMPLES = 300 };

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The integral of the number present: a sweep over arrivals and departures, each in their own order. */
static double area(const struct lab_run *run, double *in, double *out)
{
    for (size_t i = 0; i < run->count; i++) {
        in[i] = run->tasks[i].arrived;
        out[i] = run->tasks[i].left;
    }
    qsort(in, run->count, sizeof *in, by_value);
    qsort(out, run->count, sizeof *out, by_value);
    double sum = 0.0, before = 0.0;
    for (size_t i = 0, o = 0, present = 0; o < run->count;) {
        const bool comes = i < run->count && in[i] <= out[o];
        const double now = comes ? in[i] : out[o];
        sum += (double)present * (now - before);
        before = now;
        if (comes) {
            i++;
            present++;
        } else {
            o++;
            present--;
        }
    }
    return sum;
}

/* Threads held across a delay, then a core: what the engine measured over time, against what its tasks spent.
 */
static const char *scenario_with(struct lab *lab, const char *discipline)
{
    return lab_json(
        lab,
        "{ 'stations': { 'connections': { 'servers': 3 }, 'cores': { 'servers': 2, 'discipline': '%s' } },\n"
        "  'tasks': { 'task': { 'arrivals': { 'rate': 1.2, 'count': 200 }, 'steps': [\n"
        "    { 'in': 'connections', 'do': [ { 'delay': { 'dist': 'uniform', 'min': 0, 'max': 2 } } ] },\n"
        "    { 'at': 'cores', 'for': { 'dist': 'lognormal', 'mean': 1, 'scv': 3 } } ] } } }\n",
        discipline);
}

static bool little(struct lab *lab, const char *discipline, struct error *err)
{
    const char *scenario = scenario_with(lab, discipline);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run run = {0};
    struct lab_check system = {0}, station = {0}, pool = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &run, err);
        double *in = good ? malloc(run.count * sizeof *in) : NULL,
               *out = good ? malloc(run.count * sizeof *out) : NULL;
        if (good && (in == NULL || out == NULL))
            good = error_set(err, "out of memory");
        double sum = 0.0;
        for (size_t i = 0; good && i < run.count; i++)
            sum += run.tasks[i].left - run.tasks[i].arrived;
        if (good) {
            lab_check_equal(&system, sum, area(&run, in, out));
            lab_check_equal(&pool, lab_total_delay(&run), run.trace.busy[0]);
            lab_check_equal(&station, lab_total_service(&run), run.trace.busy[1]);
        }
        free(in);
        free(out);
    }
    lab_run_free(&run);
    desq_free(d);
    if (!good)
        return false;
    lab_every(lab_case(lab, arena_printf(lab->arena, "the system, cores %s", discipline), scenario, "s"),
              &system, false, CLAIM_SILENT);
    lab_every(lab_case(lab, "  connections held", scenario, "s"), &pool, false, CLAIM_SILENT);
    lab_every(lab_case(lab, "  cores at work", scenario, "s"), &station, false, CLAIM_SILENT);
    return true;
}

static bool run(struct lab *lab, struct error *err)
{
    return little(lab, "fcfs", err) && little(lab, "lcfs", err) && little(lab, "ps", err) &&
           little(lab, "srpt", err);
}

const struct claim claim_c16 = {
    .name = "C16",
    .title = "Little's law",
    .article = "Not in the article; W needs it to become a statement about time.",
    .exact = "Any run that begins and ends empty: the sum over tasks of the time they spend somewhere is the "
             "integral of the "
             "number there, for the system, for each station and each pool, in any order of service.",
    .verdict = CLAIM_HOLDS,
    .why = "Exactly, for each run. A build with checks looks at it in every run of every scenario.",
    .run = run,
};
