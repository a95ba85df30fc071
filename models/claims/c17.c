/* C17: one line for all threads, or one for each. */
#include "models/claims/lab.h"

enum { THREADS = 4 };

static bool run(struct lab *lab, struct error *err)
{
    const double rate = 3.6, a = rate;
    double blocked = 1.0;
    for (int k = 1; k <= THREADS; k++)
        blocked = a * blocked / (k + a * blocked);
    const double load = a / THREADS, waits = blocked / (1.0 - load * (1.0 - blocked)),
                 shared = waits / (THREADS - rate);
    const char *scenario = lab_json(
        lab,
        "{ 'arrivals': { 'rate': %g }, 'servers': %d, 'service': { 'dist': 'exponential', 'mean': 1 },\n"
        "  'variants': {\n"
        "    'one line': {},\n"
        "    'lines, stealing': { '/queues': 'per_server', '/dispatch': 'random', '/steal': true },\n"
        "    'lines, shortest': { '/queues': 'per_server', '/dispatch': 'jsq' },\n"
        "    'lines, random': { '/queues': 'per_server', '/dispatch': 'random' } },\n"
        "  'run': { 'replications': %d, 'time': 20000, 'warmup': 1000, 'confidence': %g, 'quantiles': [0.99] "
        "} }\n",
        rate, THREADS, lab_replications(lab, 60), LAB_CONFIDENCE);
    struct desq *d = lab_open(lab, scenario, err);
    const struct result *result = NULL;
    const bool good = d != NULL && desq_run(d, &(struct desq_run){.jobs = lab->jobs}, &result, err);
    static const char *const what[] = {"mean wait, load 0.9: one line (executor)",
                                       "  lines, idle threads steal", "  lines, shortest joined",
                                       "  lines, at random"};
    const double exact[] = {shared, shared, (double)NAN, 9.0};
    double before = 0.0;
    for (size_t i = 0; good && i < 4; i++) {
        const struct point *p = &result->points[i];
        const struct figure *f = subject_figure(&p->kinds[0], "wait");
        struct claim_case *row = lab_case(lab, what[i], scenario, "s");
        if (row == NULL)
            break;
        lab_mean(row, (double)NAN, exact[i], f->mean, f->half_width, p->report.replications);
        row->variant = arena_text(lab->arena, p->variant); /* d goes */
        if (i == 1)
            row->note = "never idle while a task waits: as many are there as with one line";
        if (i >= 2) {
            row->contradicted |= !(f->mean > before);
            before = f->mean;
        } else {
            before = f->mean;
        }
    }
    /* The 99th percentile: of one line from P(T > t), a mixture of the wait's exponential and the service; of
     * a line of its own -ln(0.01) / (mu - rate / n). */
    double low = 0.0, high = 100.0;
    for (int i = 0; i < 200; i++) {
        const double t = 0.5 * (low + high), b = THREADS - rate;
        const double above = exp(-t) + waits * (exp(-b * t) - exp(-t)) / (1.0 - b); /* b != 1 */
        *(above > 0.01 ? &low : &high) = t;
    }
    const double percentiles[] = {low, log(100.0) / (1.0 - rate / THREADS)};
    for (size_t i = 0; good && i < 2; i++) {
        const struct point *p = &result->points[i == 0 ? 0 : 3];
        const struct figure *f = subject_figure(&p->kinds[0], "response");
        struct claim_case *row = lab_case(
            lab, i == 0 ? "99th percentile of the response: one line" : "  lines, at random", scenario, "s");
        if (row == NULL || f->quantile_count == 0)
            break;
        lab_mean(row, (double)NAN, percentiles[i], f->quantiles[0].value,
                 0.5 * (f->quantiles[0].high - f->quantiles[0].low), p->report.replications);
        row->variant = arena_text(lab->arena, p->variant);
    }
    desq_free(d);
    return good;
}

const struct claim claim_c17 = {
    .name = "C17",
    .title = "One line is better than one for each",
    .article = "Threads and their tasks are listed; whether they share a queue is left open.",
    .exact = "Same work, same threads: the mean wait with one line (M/M/4, Erlang) is at most that with a "
             "line for each thread. "
             "4 threads at load 0.9: 1.969 against 9.0 s; 99th percentile of the response 12.19 against "
             "46.05 s. Threads that "
             "steal whenever they would be idle are as good as one line in the mean.",
    .verdict = CLAIM_HOLDS,
    .why = "A line of one's own lets a thread be idle while tasks wait elsewhere.",
    .run = run,
};
