/* conduct_warnings.c: what a reader of a point's figures must know. */
#include "models/conduct.h"

#include <math.h>

/* How much of the variance of all values of a measure the largest alone makes up; 0: too few values to say. */
static double share_of_largest(const struct experiment *e, size_t kind, const char *probe, double *largest)
{
    const double values_fewest = 1000.0;
    const size_t sample = experiment_sample(e->model, PROBE_KIND, kind, experiment_place(PROBE_KIND, probe));
    const double n = batches_count(e->batches, sample), sd = batches_sd(e->batches, sample);
    *largest = batches_max(e->batches, sample);
    if (!(n >= values_fewest) || !(sd > 0.0))
        return 0.0;
    const double beyond = *largest - batches_mean(e->batches, sample, e->model->scenario->run.confidence).mean;
    return beyond * beyond / (n * sd * sd);
}

/* Tails so heavy that one value decides: a mean's interval then tells of that value and not of the next. */
static const char *warn_of_tail(struct arena *arena, const struct experiment *e, size_t kind)
{
    static const char *const probes[] = {"response", "wait"};
    const double too_much = 0.2;
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        double largest;
        const double share = share_of_largest(e, kind, probes[i], &largest);
        if (share > too_much)
            return arena_printf(arena,
                                "heavy tail: of the variance of all %ss of \"%s\" the largest one, %.4g, makes up %.2g %% alone; means, "
                                "standard deviations and their intervals tell little of the next run: go by the percentiles",
                                probes[i], e->model->kinds[kind].name, largest, 100.0 * share);
    }
    return NULL;
}

bool conduct_warn(struct arena *arena, const struct experiment *e, bool shortened, struct point *out)
{
    const struct model *m = e->model;
    const char **warnings = arena_array(arena, 8 + m->station_count + 2 * m->kind_count, sizeof *warnings);
    if (warnings == NULL)
        return false;
    size_t n = 0;
    if (conduct_overloaded(e->model) != SIZE_MAX)
        warnings[n++] = conduct_overload_warning(arena, e->model, "");
    else if (e->unstable || (e->drifting && experiment_drift(e) > 0.0))
        warnings[n++] = arena_text(
            arena, "the number of tasks was still changing within the measured time, beyond chance: there is "
                   "no steady state, or it needs longer replications (run.time, run.warmup, run.limit); the "
                   "figures speak of these replications only");
    else if (e->drifting && !shortened)
        warnings[n++] = arena_text(
            arena, "the stations were so busy that the warm-up may have been too short for them (run.warmup, "
                   "run.time, run.limit): the figures may still carry the empty start");
    else if (m->warmup_doubtful && m->warmup <= m->warmup_found && !shortened)
        warnings[n++] = arena_printf(
            arena, "the warm-up of %.4g may be too short: by MSER-5 the start is felt for %.4g or longer; run longer (run.warmup, run.time, "
                   "run.limit)",
            m->warmup, m->warmup_found);
    if (shortened)
        warnings[n++] =
            arena_printf(arena,
                         "warm-up and length were shortened to fit the limit of %.3g events; so near to "
                         "saturation the figures may still carry the empty start",
                         conduct_limit_events(&e->model->scenario->run));
    if (!model_settled(e->model))
        warnings[n++] =
            arena_text(arena, "rates of arrival, or numbers of servers, change for good within the measured time (a schedule "
                              "without \"repeat\", or \"start\", and run.warmup): the figures are means over "
                              "that change, not of a steady state");
    if (!model_whole_periods(e->model))
        warnings[n++] =
            arena_printf(arena,
                         "the measured time is no whole number of periods of what repeats itself (%.6g): figures "
                         "weigh some hours of the schedule more than others",
                         e->model->period);
    for (uint32_t i = 0; i < m->station_count; i++)
        if (!m->stations[i].sharing && m->stations[i].servers != UNLIMITED &&
            m->stations[i].capacity == UNLIMITED && m->open_rate > 0.0 && isinf(m->scv[i]))
            warnings[n++] =
                arena_printf(arena,
                             "the service times at \"%s\" have an infinite variance: where tasks wait behind "
                             "each other, the mean wait is infinite or its interval means little; go by the "
                             "percentiles",
                             m->stations[i].name);
    for (uint32_t k = 0; k < m->kind_count; k++)
        if (!m->terminating && m->warmup > 0.0 && e->stopped != STOPPED_INTERRUPTED &&
            (m->kinds[k].arrival->ends || m->kinds[k].limit != UINT64_MAX) && !experiment_saw(e, k))
            warnings[n++] =
                arena_printf(arena,
                             "all tasks of \"%s\" came before the warm-up of %.4g was over, so there are no "
                             "figures of them (run.warmup)",
                             m->kinds[k].name, m->warmup);
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const char *tail = warn_of_tail(arena, e, k);
        if (tail != NULL)
            warnings[n++] = tail;
    }
    if (e->stopped == STOPPED_LIMIT && batches_replications(e->batches) == 0)
        warnings[n++] = arena_text(arena, "the limit came before one replication was over, so nothing was measured: raise \"limit\" "
                                          "(events, seconds), or ask for shorter replications (run.time, run.count, run.warmup)");
    if (e->stopped == STOPPED_DEADLOCK)
        warnings[n++] = arena_text(arena, e->stuck);
    if (e->stopped != STOPPED_DEADLOCK && e->stopped != STOPPED_INTERRUPTED &&
        batches_replications(e->batches) == 1 && !(model_one_long_run(m) && isfinite(m->length)))
        warnings[n++] = arena_text(arena, "one replication gives no interval");
    out->warnings = warnings;
    out->warning_count = n;
    for (size_t i = 0; i < n; i++)
        if (warnings[i] == NULL)
            return false;
    return true;
}
