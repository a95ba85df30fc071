/* C14: synchronous = asynchronous in the limit, and the number of threads at which they change places. */
#include "models/claims/lab.h"
#include "models/theory/theory.h"

#include <stdlib.h>
#include <string.h>

/* ---- with enough threads and no costs every task ends at the same time ---- */

/* Tasks of two kinds through a pool that is never full, cores that are, and a database. %s: cores'
 * discipline. */
static const char *enough_threads(struct lab *lab, const char *discipline)
{
    return lab_json(
        lab,
        "{ 'time_unit': 'ms',\n"
        "  'stations': { 'threads': { 'servers': 4000 }, 'cores': { 'servers': 4, 'discipline': '%s' }, "
        "'db': { "
        "'servers': 20 } },\n"
        "  'tasks': {\n"
        "    'page': { 'arrivals': { 'rate': 1.5 }, 'limit': 1500, 'steps': [ { 'in': 'threads', 'do': [\n"
        "      { 'at': 'cores', 'for': { 'dist': 'exponential', 'mean': 1 } },\n"
        "      { 'await': [ { 'at': 'db', 'for': { 'dist': 'lognormal', 'mean': 8, 'scv': 2 } } ] },\n"
        "      { 'at': 'cores', 'for': 0.5 } ] } ] },\n"
        "    'report': { 'arrivals': { 'rate': 0.1 }, 'limit': 100, 'steps': [ { 'in': 'threads', 'do': [\n"
        "      { 'repeat': 3, 'do': [ { 'await': [ { 'delay': { 'dist': 'exponential', 'mean': 20 } } ] },\n"
        "        { 'at': 'cores', 'for': { 'dist': 'pareto', 'alpha': 2.5, 'min': 1 } } ] } ] } ] } },\n"
        "  'variants': { 'sync': { '/stations/threads/await': 'hold' },\n"
        "                'async': { '/stations/threads/await': 'release' } } }\n",
        discipline);
}

static int by_key(const void *a, const void *b)
{
    const struct desq_task *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

struct pairing {
    struct lab_check tasks;
    uint64_t same_bits;
    bool unmatched; /* a task of one variant has no counterpart in the other */
};

static void compare(struct lab_run *a, struct lab_run *b, struct pairing *p)
{
    qsort(a->tasks, a->count, sizeof *a->tasks, by_key);
    qsort(b->tasks, b->count, sizeof *b->tasks, by_key);
    p->unmatched |= a->count != b->count;
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        p->unmatched |= by_key(&a->tasks[i], &b->tasks[i]) != 0;
        lab_check_equal(&p->tasks, a->tasks[i].left, b->tasks[i].left);
        p->same_bits += memcmp(&a->tasks[i].left, &b->tasks[i].left, sizeof a->tasks[i].left) == 0;
    }
}

static bool same_ends(struct lab *lab, const char *what, const char *discipline, struct error *err)
{
    enum { SAMPLES = 20 };
    const char *scenario = enough_threads(lab, discipline);
    struct desq *d = lab_open(lab, scenario, err);
    struct lab_run sync = {0}, async = {0};
    struct pairing p = {0};
    bool good = d != NULL;
    for (uint64_t r = 0; good && r < SAMPLES; r++) {
        good = lab_sample(d, 0, r, &sync, err) && lab_sample(d, 1, r, &async, err);
        if (good)
            compare(&sync, &async, &p);
    }
    lab_run_free(&sync);
    lab_run_free(&async);
    desq_free(d);
    if (!good)
        return false;
    struct claim_case *row = lab_case(lab, what, scenario, "ms");
    lab_every(row, &p.tasks, false, CLAIM_SILENT);
    if (row != NULL) {
        row->contradicted |= p.unmatched;
        row->note = p.same_bits == p.tasks.samples
                        ? "tasks, in 20 runs: each ends at the same time to the last bit"
                        : "tasks, in 20 runs: each ends at the same time but for rounding";
    }
    return true;
}

/* ---- how many threads ---- */

/* Bursts C on 8 cores, then waiting I, in ms. Only the asynchronous design pays 5 us for each turn of a core.
 */
static const char *sizing(struct lab *lab, double c, double i)
{
    return lab_json(
        lab,
        "{ 'time_unit': 'ms',\n"
        "  'stations': { 'threads': { 'servers': 16 }, 'cores': { 'servers': 8 } },\n"
        "  'tasks': { 'task': { 'arrivals': { 'rate': 0.001 }, 'steps': [ { 'in': 'threads', 'do': [\n"
        "    { 'at': 'cores', 'for': %g }, { 'await': [ { 'delay': %g } ] } ] } ] } },\n"
        "  'variants': { 'sync': { '/stations/threads/await': 'hold' },\n"
        "    'async': { '/stations/threads/await': 'release', '/stations/cores/switch': '5us' } },\n"
        "  'run': { 'replications': 2, 'count': 100, 'warmup': 0 } }\n",
        c, i);
}

static bool break_even(struct lab *lab, double c, double i, struct error *err)
{
    const double cores = 8.0, turn = 0.005;
    const char *scenario = sizing(lab, c, i),
               *what = arena_printf(lab->arena, "break-even threads, C = %g, I = %g", c, i);
    struct desq *d = lab_open(lab, scenario, err);
    const struct result *result = NULL;
    const bool good =
        d != NULL && what != NULL && desq_run(d, &(struct desq_run){.jobs = lab->jobs}, &result, err);
    if (good)
        lab_value(lab_case(lab, what, scenario, ""), (double)NAN, cores * (c + i) / (c + turn),
                  result->comparison_count > 0 ? result->comparisons[0].break_even_servers : (double)NAN);
    desq_free(d);
    return good;
}

/* The formula is a boundary of stability: just below it the synchronous design cannot carry what the
 * asynchronous one can, just above it it carries more. A closed system shows it: 2000 tasks that are always
 * there. Everything recurs: in 1100 ms 160,000 tasks leave the cores with a turn's cost, 1100 leave each
 * thread; the time measured begins between two such moments, so that the count is exact. */
static const char *saturated(struct lab *lab, int threads)
{
    return lab_json(
        lab,
        "{ 'time_unit': 'ms',\n"
        "  'stations': { 'threads': { 'servers': %d }, 'cores': { 'servers': 8 } },\n"
        "  'tasks': { 'task': { 'arrivals': { 'closed': 2000 }, 'steps': [ { 'in': 'threads', 'do': [\n"
        "    { 'at': 'cores', 'for': 0.05 }, { 'await': [ { 'delay': 0.95 } ] } ] } ] } },\n"
        "  'variants': { 'sync': { '/stations/threads/await': 'hold' },\n"
        "    'async': { '/stations/threads/await': 'release', '/stations/cores/switch': '5us' } },\n"
        "  'run': { 'replications': 2, 'time': 1100, 'warmup': 1000.02, 'confidence': %g } }\n",
        threads, LAB_CONFIDENCE);
}

/* ---- response times at 700 tasks a second ---- */

enum { CORES = 8 };

static const char *open_system(struct lab *lab)
{
    return lab_json(
        lab,
        "{ 'time_unit': 'ms',\n"
        "  'stations': { 'threads': { 'servers': 80 }, 'cores': { 'servers': %d } },\n"
        "  'tasks': { 'task': { 'arrivals': { 'rate': '700/s' }, 'steps': [ { 'in': 'threads', 'do': [\n"
        "    { 'at': 'cores', 'for': { 'dist': 'exponential', 'mean': 10 } }, { 'await': [ { 'delay': 90 } ] "
        "} ] "
        "} ] } },\n"
        "  'variants': {\n"
        "    'async, 80 threads': { '/stations/threads/await': 'release' },\n"
        "    'sync, 80 threads': {},\n"
        "    'sync, 90 threads': { '/stations/threads/servers': 90 },\n"
        "    'sync, 110 threads': { '/stations/threads/servers': 110 },\n"
        "    'sync, 160 threads': { '/stations/threads/servers': 160 } },\n"
        "  'run': { 'replications': %d, 'time': '60 s', 'warmup': '5 s', 'confidence': %g, 'quantiles': [] } "
        "}\n",
        CORES, lab_replications(lab, 40), LAB_CONFIDENCE);
}

/* Mean time in M/M/c. Erlang's C by way of his B; source: Kleinrock, Queueing Systems I (1975), section 3.5.
 * rate and service rate mu per time, load = rate / (c mu) < 1. */
static double mmc_response(double rate, double mu, int c)
{
    const double offered = rate / mu;
    double blocked = 1.0;
    for (int k = 1; k <= c; k++)
        blocked = offered * blocked / (k + offered * blocked);
    const double load = offered / c, waits = blocked / (1.0 - load * (1.0 - blocked));
    return 1.0 / mu + waits / (c * mu - rate);
}

/* Asynchronous: the exact value. Synchronous: from above towards it, the difference paired task by task. */
static bool responses(struct lab *lab, struct error *err)
{
    static const char *const what[] = {"mean response, 700/s: async, 80 threads", "  sync, 80 threads",
                                       "  sync, 90 threads", "  sync, 110 threads",
                                       "  sync, 160 threads: as async"};
    enum { VARIANTS = sizeof what / sizeof what[0] };
    const char *scenario = open_system(lab);
    const double exact = 90.0 + mmc_response(0.7, 0.1, CORES);
    struct desq *d = lab_open(lab, scenario, err);
    const struct result *result = NULL;
    const bool good = d != NULL && desq_run(d, &(struct desq_run){.jobs = lab->jobs}, &result, err);
    double before = INFINITY;
    for (size_t i = 0; good && i < VARIANTS; i++) {
        const struct point *p = &result->points[i];
        const struct figure *f = subject_figure(&p->kinds[0], "response");
        const bool has_exact = i == 0 || i + 1 == VARIANTS;
        struct claim_case *row = lab_case(lab, what[i], scenario, "ms");
        if (row == NULL)
            break;
        lab_mean(row, (double)NAN, has_exact ? exact : (double)NAN, f->mean, f->half_width,
                 p->report.replications);
        row->variant = arena_text(lab->arena, p->variant); /* d goes */
        if (i > 0) {
            row->contradicted |= !(f->mean <= before); /* more threads never hurt: the same tasks in each */
            before = f->mean;
        }
    }
    desq_free(d);
    return good;
}

static bool throughput(struct lab *lab, const char *what, int threads, bool sync, double exact,
                       struct error *err)
{
    const char *scenario = saturated(lab, threads);
    struct desq *d = lab_open(lab, scenario, err);
    const struct result *result = NULL;
    const bool good = d != NULL && desq_run(d, &(struct desq_run){.jobs = lab->jobs}, &result, err);
    if (good) {
        struct claim_case *row = lab_case(lab, what, scenario, "");
        lab_value(row, (double)NAN, exact,
                  subject_figure(&result->points[sync ? 0 : 1].kinds[0], "throughput")->mean);
        if (row != NULL)
            row->variant = sync ? "sync" : "async";
    }
    desq_free(d);
    return good;
}

/* ---- a bounded pool can even be better, at no cost at all ---- */

/* The mean response of point 0, as its own Markov chain has it. NAN: no chain. */
static bool exact_response(struct lab *lab, const char *scenario, double *out, struct error *err)
{
    struct desq *d = lab_open(lab, scenario, err);
    const struct theory_answer *answers;
    size_t count = 0;
    const bool good = d != NULL && desq_theory(d, 0, &answers, &count, err);
    *out = (double)NAN;
    for (size_t i = 0; good && i < count; i++)
        for (size_t v = 0; strcmp(answers[i].form->name, "markov_chain") == 0 && v < answers[i].value_count;
             v++)
            if (strcmp(answers[i].values[v].probe, "response") == 0 &&
                answers[i].values[v].scope == THEORY_OF_KIND)
                *out = answers[i].values[v].value;
    desq_free(d);
    return good;
}

/* Bursts of 1 ms before and after an I/O of 4 ms on one shared core, all exponential; threads kept. threads
 * 0: as many as there are tasks, which is what unlimited asynchrony comes to: product form, 2 / (1 - load)
 * + 4. */
static bool bounded(struct lab *lab, const char *what, int threads, double rate, struct error *err)
{
    const char *servers =
        threads > 0 ? arena_printf(lab->arena, "%d", threads) : "'infinite', 'await': 'release'";
    const char *scenario =
        lab_json(lab,
                 "{ 'time_unit': 'ms',\n"
                 "  'stations': { 'threads': { 'servers': %s }, 'core': { 'discipline': 'ps' } },\n"
                 "  'tasks': { 'task': { 'arrivals': { 'rate': %g }, 'steps': [ { 'in': 'threads', 'do': [\n"
                 "    { 'at': 'core', 'for': { 'dist': 'exponential', 'mean': 1 } },\n"
                 "    { 'await': [ { 'delay': { 'dist': 'exponential', 'mean': 4 } } ] },\n"
                 "    { 'at': 'core', 'for': { 'dist': 'exponential', 'mean': 1 } } ] } ] } },\n"
                 "  'run': { 'replications': %d, 'time': 20000, 'warmup': 1000, 'confidence': %g, "
                 "'quantiles': [] } }\n",
                 servers, rate, lab_replications(lab, 100), LAB_CONFIDENCE);
    double exact = 2.0 / (1.0 - 2.0 * rate) + 4.0;
    if (threads > 0 && !exact_response(lab, scenario, &exact, err))
        return false;
    const struct lab_figure figure = {what, 0, NULL, "response", (double)NAN, exact};
    return lab_figures(lab, scenario, "ms", &figure, 1, err);
}

static bool run(struct lab *lab, struct error *err)
{
    return same_ends(lab, "each task's end, sync = async", "fcfs", err) &&
           same_ends(lab, "  cores serve in random order", "random", err) &&
           same_ends(lab, "  cores shared by all", "ps", err) && break_even(lab, 10.0, 90.0, err) &&
           break_even(lab, 1.0, 99.0, err) && break_even(lab, 0.05, 0.95, err) &&
           break_even(lab, 0.01, 0.09, err) &&
           throughput(lab, "most tasks per ms (0.05, 0.95): async", 150, false, 8.0 / 0.055, err) &&
           throughput(lab, "  sync, 140 threads: less", 140, true, 140.0, err) &&
           throughput(lab, "  sync, 150 threads: more", 150, true, 150.0, err) && responses(lab, err) &&
           bounded(lab, "bursts around an I/O, 0.40/ms: async, unlimited", 0, 0.40, err) &&
           bounded(lab, "  sync, 8 threads: better", 8, 0.40, err) &&
           bounded(lab, "  sync, 4 threads", 4, 0.40, err) &&
           bounded(lab, "bursts around an I/O, 0.45/ms: async, unlimited", 0, 0.45, err) &&
           bounded(lab, "  sync, 8 threads: better", 8, 0.45, err);
}

const struct claim claim_c14 = {
    .name = "C14",
    .title = "Synchronous = asynchronous in the limit",
    .article = "Synchronously n T, asynchronously T. (How many threads each has, it does not say: the "
               "figures are those of one "
               "thread against n.)",
    .exact = "With no costs and a thread for every task present, each task ends at the same time either way. "
             "Bursts C on c cores, "
             "then waiting I, n threads: synchronous capacity is min(n / (C + I), c / (C + o_s)), "
             "asynchronous c / (C + o_a), "
             "with o the cost of a turn: asynchronous carries more if and only if n < c (C + I) / (C + o_a). "
             "Below: c = 8, "
             "o_a = 5 us, o_s = 0; responses without costs, C exponential of mean 10 ms, I = 90 ms. At the "
             "end, without costs: one core, bursts of 1 ms before "
             "and after an I/O of 4 ms, all exponential; exact by the scenario's own Markov chain.",
    .verdict = CLAIM_HOLDS,
    .why = "Asynchronous processing as such makes nothing faster: it takes fewer threads. Below the "
           "break-even number of threads it "
           "carries more; above it synchronous processing does as well, and better where a turn costs more "
           "asynchronously.",
    .run = run,
};
