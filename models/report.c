/* report.c: an experiment's replications -> the figures of one point. */
#include "models/controls.h"
#include "models/coverage.h"
#include "models/deadlock.h"
#include "models/experiment.h"
#include "models/predict.h"
#include "models/probe/probe.h"

#include <math.h>
#include <string.h>

const char *const run_engine_names[2] = {"calendar", "recursion"};

const char *const stop_reason_names[] = {
    [STOPPED_REPLICATIONS] = "replications",
    [STOPPED_PRECISION] = "precision",
    [STOPPED_LIMIT] = "limit",
    [STOPPED_UNSTABLE] = "unstable",
    [STOPPED_INTERRUPTED] = "interrupted",
    [STOPPED_DEADLOCK] = "deadlock",
};

const struct figure *subject_figure(const struct subject *s, const char *probe)
{
    for (size_t i = 0; i < s->figure_count; i++)
        if (strcmp(s->figures[i].probe->name, probe) == 0)
            return &s->figures[i];
    return NULL;
}

enum { TAIL_PER_DECADE = 20, TAIL_LEAST = 1 };

/* The measured distribution, upper tail on a logarithmic scale of the share above: even steps from all down
 * to the last observation. */
static bool tail(struct arena *arena, const struct histogram *h, struct figure *out)
{
    if (h->count < 2)
        return true;
    const double least = (double)TAIL_LEAST / (double)h->count;
    const size_t most = (size_t)(-log10(least) * TAIL_PER_DECADE) + 12;
    struct tail_point *points = arena_array(arena, most, sizeof *points);
    if (points == NULL)
        return false;
    size_t n = 0;
    /* In tenths down to 0.1, then on the logarithmic scale. */
    for (size_t i = 1; n < most; i++) {
        const double above =
            i < 9 ? 1.0 - 0.1 * (double)i : pow(10.0, -1.0 - ((double)i - 9.0) / (double)TAIL_PER_DECADE);
        if (above < least)
            break;
        const double value = histogram_quantile(h, 1.0 - above);
        const double exact = ((double)h->count - histogram_count_to(h, value)) / (double)h->count;
        if (exact <= 0.0 || (n > 0 && value <= points[n - 1].value))
            continue;
        points[n++] = (struct tail_point){value, exact};
    }
    out->tail = points;
    out->tail_count = n;
    return true;
}

static bool values(const struct experiment *e, struct arena *arena, size_t histogram, struct figure *out)
{
    const struct run_spec *run = &e->model->scenario->run;
    struct quantile *quantiles = arena_array(arena, run->quantile_count, sizeof *quantiles);
    if (quantiles == NULL)
        return false;
    for (size_t q = 0; q < run->quantile_count; q++) {
        const struct quantile_estimate x = experiment_quantile(e, histogram, run->quantiles[q]);
        quantiles[q] = (struct quantile){run->quantiles[q], x.value, x.low, x.high};
    }
    out->quantiles = quantiles;
    out->quantile_count = run->quantile_count;
    return tail(arena, batches_histogram(e->batches, histogram), out);
}

/* Some task can be refused there. */
static bool station_can_lose(const struct station_model *st)
{
    return st->capacity != UNLIMITED || st->drops;
}

/* Is the figure a share of trials of which some may come out either way? What cannot happen is 0 for certain. */
static bool is_chance(const struct model *m, const struct probe_type *probe, size_t index)
{
    if (probe->scope == PROBE_RUN || probe->unit != UNIT_FRACTION || m->deterministic)
        return false;
    if (probe->scope == PROBE_STATION)
        return strcmp(probe->name, "lost") == 0 && station_can_lose(&m->stations[index]);
    const struct kind_model *kind = &m->kinds[index];
    if (strcmp(probe->name, "lost") == 0) {
        bool can = kind->balk_count > 0;
        for (uint32_t i = 0; i < m->station_count; i++)
            can = can || station_can_lose(&m->stations[i]);
        return can;
    }
    return (strcmp(probe->name, "abandoned") == 0 && kind->patience != NULL) || (strcmp(probe->name, "timed_out") == 0 && m->frames > 0) ||
           (strcmp(probe->name, "missed") == 0 && kind->deadline != NULL);
}

/* How far from 0 a share may be that was never observed among n, or from 1 one that always was: the one at which nothing would have been
 * seen with probability 1 - confidence (for 95 % about 3 / n; Hanley and Lippman-Hand, If nothing goes wrong,
 * is everything all right?, JAMA 1983). It takes the n for independent, which arrivals at a queue are not
 * quite. */
static double never_seen(double n, double confidence)
{
    return n > 0.0 ? 1.0 - pow(1.0 - confidence, 1.0 / n) : (double)NAN;
}

/* Whether the share is of one trial in each replication: then trials are independent, and their number of successes is binomial. */
static bool binomial(const struct experiment *e, const struct probe_type *probe, size_t sample)
{
    const struct batches *b = e->batches;
    if (probe->scope != PROBE_KIND || probe->unit != UNIT_FRACTION || probe->tally || e->model->scenario->run.antithetic || e->model->deterministic)
        return false;
    for (size_t i = 0; i < batches_groups(b); i++) {
        const struct sample s = batches_sample(b, i, sample);
        if (s.denominator != (double)batches_in_group(b, i) || s.numerator != floor(s.numerator))
            return false;
    }
    return batches_groups(b) > 1;
}

/* The longer side of the exact interval (Clopper and Pearson 1934). */
static double binomial_half_width(const struct experiment *e, size_t sample, double share)
{
    double low, high;
    const double trials = batches_count(e->batches, sample);
    coverage_share(nearbyint(share * trials), trials, e->model->scenario->run.confidence, &low, &high);
    return fmax(share - low, high - share);
}

/* All probes of one scope for one subject. */
static bool subject(const struct experiment *e, struct arena *arena, enum probe_scope scope, size_t index,
                    const char *name, const struct controls *controls, struct subject *out)
{
    struct figure *figures = arena_array(arena, probe_table.count, sizeof *figures);
    if (figures == NULL)
        return false;
    size_t n = 0, h = 0;
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *probe = probe_table.rows[i];
        if (probe->scope != scope)
            continue;
        const size_t sample = experiment_sample(e->model, scope, index, n);
        const struct controlled controlled = controls_mean(e, probe, sample, controls);
        struct estimate mean = controlled.estimate;
        if ((mean.mean == 0.0 || mean.mean == 1.0) && is_chance(e->model, probe, index))
            mean.half_width =
                never_seen(batches_count(e->batches, sample), e->model->scenario->run.confidence);
        else if (mean.mean > 0.0 && mean.mean < 1.0 && binomial(e, probe, sample))
            mean.half_width = binomial_half_width(e, sample, mean.mean);
        figures[n] = (struct figure){
            .probe = probe,
            .mean = mean.mean,
            .half_width = mean.half_width,
            .variance_left = controlled.left,
            .sd = probe->tally ? batches_sd(e->batches, sample) : (double)NAN,
            .max = probe->tally ? batches_max(e->batches, sample) : (double)NAN,
            .count = probe->tally ? batches_count(e->batches, sample) : (double)NAN,
        };
        if (probe->histogram != NULL &&
            !values(e, arena, index * model_histograms_per_kind() + h++, &figures[n]))
            return false;
        n++;
    }
    *out = (struct subject){.name = name, .figures = figures, .figure_count = n};
    return true;
}

static enum verdict judge(enum comparison comparison, double low, double high, double value)
{
    bool all, none; /* does the whole interval satisfy it; does none of it */
    switch (comparison) {
    case LESS:
        all = high < value;
        none = low >= value;
        break;
    case LESS_OR_EQUAL:
        all = high <= value;
        none = low > value;
        break;
    case GREATER:
        all = low > value;
        none = high <= value;
        break;
    case GREATER_OR_EQUAL:
        all = low >= value;
        none = high < value;
        break;
    default:
        return VERDICT_UNDECIDED;
    }
    return all ? VERDICT_MET : none ? VERDICT_NOT_MET : VERDICT_UNDECIDED;
}

static struct requirement_outcome outcome(const struct requirement *r, const struct figure *f)
{
    struct requirement_outcome out = {
        .requirement = r, .value = (double)NAN, .low = (double)NAN, .high = (double)NAN};
    switch (r->statistic) {
    case STATISTIC_MEAN:
        out.value = f->mean;
        out.low = f->mean - f->half_width;
        if (f->probe->unit == UNIT_FRACTION && out.low < 0.0)
            out.low = 0.0; /* no share is less */
        out.high = f->mean + f->half_width;
        break;
    case STATISTIC_SD:
        out.value = out.low = out.high = f->sd;
        break;
    case STATISTIC_MAX:
        out.value = out.low = out.high = f->max;
        break;
    case STATISTIC_QUANTILE:
        for (size_t q = 0; q < f->quantile_count; q++)
            if (f->quantiles[q].p == r->quantile) {
                out.value = f->quantiles[q].value;
                out.low = f->quantiles[q].low;
                out.high = f->quantiles[q].high;
            }
        break;
    }
    out.verdict =
        judge(r->comparison, out.low, out.high, r->value); /* comparisons with NAN are false: undecided */
    return out;
}

static bool outcomes(const struct scenario *s, struct arena *arena, struct point *out)
{
    struct requirement_outcome *all = arena_array(arena, s->requirement_count, sizeof *all);
    if (all == NULL)
        return false;
    for (size_t i = 0; i < s->requirement_count; i++) {
        const struct requirement *r = &s->requirements[i];
        const struct subject *of = r->of_run       ? out->run
                                   : r->of_station ? &out->stations[r->subject]
                                                   : &out->kinds[r->subject];
        all[i] = outcome(r, subject_figure(of, r->metric));
    }
    out->outcomes = all;
    out->outcome_count = s->requirement_count;
    return true;
}

bool experiment_report(const struct experiment *e, struct arena *arena, struct point *out)
{
    const struct model *m = e->model;
    struct subject *kinds = arena_array(arena, m->kind_count, sizeof *kinds);
    struct subject *stations = arena_array(arena, m->station_count, sizeof *stations);
    struct subject *run = arena_alloc(arena, sizeof *run);
    struct capacity *capacities = arena_array(arena, m->station_count, sizeof *capacities);
    if (kinds == NULL || stations == NULL || run == NULL || capacities == NULL)
        return false;
    struct controls controls;
    controls_of(e, &controls);
    for (uint32_t k = 0; k < m->kind_count; k++)
        if (!subject(e, arena, PROBE_KIND, k, m->kinds[k].name, &controls, &kinds[k]))
            return false;
    for (uint32_t i = 0; i < m->station_count; i++) {
        if (!subject(e, arena, PROBE_STATION, i, m->stations[i].name, &controls, &stations[i]))
            return false;
        capacities[i] = (struct capacity){.station = i,
                                          .load = m->open_rate > 0.0 ? m->load[i] : (double)NAN,
                                          .rate_most = m->rate_most[i],
                                          .held_mean = m->held_mean[i]};
    }
    if (!subject(e, arena, PROBE_RUN, 0, "run", &controls, run))
        return false;
    out->kinds = kinds;
    out->kind_count = m->kind_count;
    out->stations = stations;
    out->station_count = m->station_count;
    out->run = run;
    out->capacities = capacities;
    out->arrival_rate = m->open_rate;
    out->report = (struct run_report){
        .replications = batches_replications(e->batches),
        .warmup = m->warmup,
        .warmup_found = m->warmup_found,
        .length = isfinite(m->length) ? m->length : (double)NAN,
        .terminating = m->terminating,
        .events = batches_events(e->batches),
        .recursion = m->recursion,
        .stopped = e->stopped,
    };
    out->report.precision = experiment_precision(e, arena, &out->report.worst);
    if (e->stopped == STOPPED_DEADLOCK && !deadlock_report(arena, m, e->stuck_replication, &out->deadlock))
        return false;
    return outcomes(m->scenario, arena, out) && predict(e, arena, out);
}
