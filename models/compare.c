/* compare.c: what the variants of a scenario say about each other. */
#include "models/controls.h"
#include "models/experiment.h"
#include "models/probe/probe.h"

#include <math.h>
#include <string.h>

/* The measures whose differences are reported: of every kind, mean and, where it has values, the asked
 * quantiles. */
static bool compared(const struct probe_type *probe)
{
    return (probe->scope == PROBE_KIND && (probe->headline || probe->histogram != NULL)) ||
           probe->scope == PROBE_RUN;
}

size_t experiment_difference_count(const struct model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *probe = probe_table.rows[i];
        if (!compared(probe))
            continue;
        const size_t each = 1 + (probe->histogram != NULL ? m->scenario->run.quantile_count : 0);
        n += each * (probe->scope == PROBE_KIND ? m->kind_count : 1);
    }
    return n;
}

/* Of several variants, all differences of one figure from that of the first hold together with the confidence that was asked
 * for (Bonferroni's inequality). */
static double confidence_of_each(const struct experiment *base, size_t variants)
{
    const double asked = base->model->scenario->run.confidence;
    return variants > 2 ? 1.0 - (1.0 - asked) / ((double)variants - 1.0) : asked;
}

static void add_mean(const struct experiment *base, const struct experiment *other, double confidence, struct difference d,
                     size_t sample, struct difference *out, size_t *used)
{
    struct controls of_base = {0}, of_other = {0};
    if (d.probe->controlled) {
        controls_of(base, &of_base);
        controls_of(other, &of_other);
    }
    const struct estimate paired =
        batches_mean_difference_controlled(other->batches, sample, &of_other, base->batches, sample, &of_base, confidence);
    const struct estimate unpaired =
        batches_mean_difference_unpaired(other->batches, sample, base->batches, sample, confidence);
    if (isnan(paired.mean))
        return;
    d.statistic = STATISTIC_MEAN;
    d.difference = paired.mean;
    d.half_width = paired.half_width;
    d.half_width_unpaired = unpaired.half_width;
    out[(*used)++] = d;
}

static void add_quantiles(const struct experiment *base, const struct experiment *other, double confidence, struct difference d,
                          size_t histogram, struct difference *out, size_t *used)
{
    const struct run_spec *run = &base->model->scenario->run;
    for (size_t q = 0; q < run->quantile_count; q++) {
        const struct estimate x = batches_quantile_difference(other->batches, histogram, base->batches,
                                                              histogram, run->quantiles[q], confidence);
        if (isnan(x.mean))
            continue;
        d.statistic = STATISTIC_QUANTILE;
        d.quantile = run->quantiles[q];
        d.difference = x.mean;
        /* Where nothing is random in either, another replication would show the same. */
        const bool exact = base->model->deterministic && other->model->deterministic;
        d.half_width = exact ? 0.0 : x.half_width;
        d.half_width_unpaired = (double)NAN;
        out[(*used)++] = d;
    }
}

/* Two variants have the same kinds of task in the same order, or their figures cannot be set against each
 * other. */
static bool same_kinds(const struct model *a, const struct model *b)
{
    if (a->kind_count != b->kind_count || a->station_count != b->station_count ||
        a->scenario->run.quantile_count != b->scenario->run.quantile_count)
        return false;
    for (uint32_t k = 0; k < a->kind_count; k++)
        if (strcmp(a->kinds[k].name, b->kinds[k].name) != 0)
            return false;
    return true;
}

void experiment_differences(const struct experiment *e, size_t count, size_t index, struct difference *out,
                            size_t *used)
{
    const double confidence = confidence_of_each(e, count);
    for (size_t v = 1; v < count; v++) {
        if (!same_kinds(e[0].model, e[v].model))
            continue;
        size_t n[3] = {0}, h = 0;
        for (size_t i = 0; i < probe_table.count; i++) {
            const struct probe_type *probe = probe_table.rows[i];
            const size_t place = n[probe->scope]++, values = h;
            h += probe->scope == PROBE_KIND && probe->histogram != NULL;
            if (!compared(probe))
                continue;
            const size_t subjects = probe->scope == PROBE_KIND ? e[0].model->kind_count : 1;
            for (size_t subject = 0; subject < subjects; subject++) {
                const struct difference d = {.base = index,
                                             .other = index + v,
                                             .of_run = probe->scope == PROBE_RUN,
                                             .kind = subject,
                                             .probe = probe,
                                             .quantile = (double)NAN};
                add_mean(&e[0], &e[v], confidence, d, experiment_sample(e[0].model, probe->scope, subject, place), out,
                         used);
                if (probe->histogram != NULL)
                    add_quantiles(&e[0], &e[v], confidence, d, subject * model_histograms_per_kind() + values, out, used);
            }
        }
    }
}

/* The station that is full first, and the rate at which it is. */
static double first_full(const struct model *m, size_t except, size_t *station)
{
    double most = INFINITY;
    *station = SIZE_MAX;
    for (uint32_t i = 0; i < m->station_count; i++)
        if (i != except && m->rate_most[i] < most) {
            most = m->rate_most[i];
            *station = i;
        }
    return most;
}

/* The station at which `sync` holds and `async` releases, if that is all that their `await`s differ in. */
static bool differ_in_await(const struct model *sync, const struct model *async, size_t *pool)
{
    bool found = false;
    for (uint32_t i = 0; i < sync->station_count; i++) {
        if (!sync->stations[i].release && async->stations[i].release) {
            if (!found)
                *pool = i;
            found = true;
        } else if (sync->stations[i].release != async->stations[i].release) {
            return false;
        }
    }
    return found;
}

struct comparison_of_await experiment_compare(const struct experiment *e, size_t count, size_t index)
{
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++) {
            size_t pool = 0;
            const struct model *sync = e[a].model, *async = e[b].model;
            if (!same_kinds(sync, async) || !differ_in_await(sync, async, &pool))
                continue;
            struct comparison_of_await out = {.sync = index + a,
                                              .async = index + b,
                                              .by_await = true,
                                              .pool = pool,
                                              .break_even_servers = (double)NAN};
            out.sync_rate_most = first_full(sync, SIZE_MAX, &out.sync_saturates);
            out.async_rate_most = first_full(async, SIZE_MAX, &out.async_saturates);
            /* Claim C14, Goetz's number with overhead: the pool size at which the synchronous design carries
             * as much as the asynchronous one does when the pool is not what limits it: n = rate * time held
             * per task. */
            size_t other;
            const double rate = first_full(async, pool, &other);
            if (rate < INFINITY)
                out.break_even_servers = rate * sync->held_mean[pool];
            return out;
        }
    return (struct comparison_of_await){.sync = index,
                                        .async = index + 1,
                                        .sync_saturates = SIZE_MAX,
                                        .async_saturates = SIZE_MAX,
                                        .break_even_servers = (double)NAN};
}
