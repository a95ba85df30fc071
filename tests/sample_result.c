#include "tests/sample_result.h"

#include <math.h>
#include <string.h>

enum { VARIANTS = 2, KINDS = 2, STATIONS = 2, QUANTILES = 3, TAIL = 5 };

static const char *const kind_names[KINDS] = {"request", "odd \"name\", with a comma"};
static const char *const station_names[STATIONS] = {"threads", "cpu"};
static const double shares[QUANTILES] = {0.5, 0.99, 0.999};

static const struct requirement requirement = {.text = "request.response.p99 < 100ms",
                                               .metric = "response",
                                               .statistic = STATISTIC_QUANTILE,
                                               .quantile = 0.99,
                                               .comparison = LESS,
                                               .value = 100.0};

/* Values that need all 17 digits, differ by figure and point, and are NAN where `known` is false. */
static void fill_figure(struct arena *a, struct figure *f, const struct probe_type *probe, double size,
                        bool known)
{
    const double mean = known ? size / 3.0 : NAN;
    *f = (struct figure){
        .probe = probe, .mean = mean, .half_width = mean / 70.0, .variance_left = probe->controlled && known ? 0.5 / size : NAN, .sd = NAN, .max = NAN, .count = NAN};
    if (!probe->tally)
        return;
    f->sd = mean * 1.1;
    f->max = mean * 17.0;
    f->count = known ? 1e6 : 0.0;
    struct quantile *quantiles = arena_array(a, QUANTILES, sizeof *quantiles);
    struct tail_point *tail = arena_array(a, TAIL, sizeof *tail);
    if (quantiles == NULL || tail == NULL || strcmp(probe->name, "response") != 0)
        return;
    for (size_t i = 0; i < QUANTILES; i++) {
        const double value = -mean * log(1.0 - shares[i]);
        quantiles[i] = (struct quantile){shares[i], value, value * 0.98, i == 2 ? NAN : value * 1.03};
    }
    for (size_t i = 0; i < TAIL && known; i++)
        tail[i] = (struct tail_point){mean * (double)i, exp(-(double)i)};
    f->quantiles = quantiles;
    f->quantile_count = QUANTILES;
    f->tail = tail;
    f->tail_count = known ? TAIL : 0;
}

static void fill_subject(struct arena *a, struct subject *s, const char *name, enum probe_scope scope,
                         double size, bool known)
{
    struct figure *figures = arena_array(a, probe_table.count, sizeof *figures);
    *s = (struct subject){.name = name, .figures = figures};
    for (size_t i = 0; i < probe_table.count && figures != NULL; i++) {
        const struct probe_type *probe = probe_table.rows[i];
        if (probe->scope == scope)
            fill_figure(a, &figures[s->figure_count++], probe, probe->unit == UNIT_FRACTION ? 0.9 : size,
                        known);
    }
}

static void fill_point(struct arena *a, struct point *p, size_t index, bool swept, bool known)
{
    static const char *const warnings[] = {"more arrives than it can carry"};
    const double rate = 0.5 * (double)(index / VARIANTS + 1),
                 size = rate * (index % VARIANTS == 0 ? 20.0 : 7.0);
    struct subject *kinds = arena_array(a, KINDS, sizeof *kinds), *run = arena_alloc(a, sizeof *run);
    struct subject *stations = arena_array(a, STATIONS, sizeof *stations);
    struct capacity *capacities = arena_array(a, STATIONS, sizeof *capacities);
    struct setting *set = arena_alloc(a, sizeof *set);
    struct requirement_outcome *outcome = arena_alloc(a, sizeof *outcome);
    if (kinds == NULL || run == NULL || stations == NULL || capacities == NULL || set == NULL ||
        outcome == NULL)
        return;
    for (size_t i = 0; i < KINDS; i++)
        fill_subject(a, &kinds[i], kind_names[i], PROBE_KIND, size, known);
    for (size_t i = 0; i < STATIONS; i++) {
        fill_subject(a, &stations[i], station_names[i], PROBE_STATION, size, known);
        capacities[i] =
            (struct capacity){i, known ? rate / 1.6 : NAN, i == 0 ? 1.6 : INFINITY, known ? 9.5 : NAN};
    }
    fill_subject(a, run, "run", PROBE_RUN, size, false);
    *set = (struct setting){"/tasks/request/arrivals/rate", arena_printf(a, "\"%g/s\"", 1000.0 * rate), rate};
    *outcome = (struct requirement_outcome){&requirement, size, known ? size * 0.9 : NAN,
                                            known ? size * 1.1 : NAN, VERDICT_UNDECIDED};
    *p = (struct point){.variant = index % VARIANTS == 0 ? "sync" : "async",
                        .sets = set,
                        .set_count = swept ? 1 : 0,
                        .kinds = kinds,
                        .kind_count = KINDS,
                        .stations = stations,
                        .station_count = STATIONS,
                        .run = run,
                        .capacities = capacities,
                        .arrival_rate = rate,
                        .outcomes = outcome,
                        .outcome_count = 1,
                        .warnings = warnings,
                        .warning_count = index == 0 ? 1 : 0};
    p->report = (struct run_report){.replications = 12,
                                    .warmup = known ? 310.5 : NAN,
                                    .warmup_found = known ? 120.25 : NAN,
                                    .length = known ? 1e4 / 3.0 : NAN,
                                    .events = 4810022,
                                    .precision = known ? 0.019 : NAN,
                                    .worst = known ? "request.response.p99.9" : NULL,
                                    .stopped = STOPPED_PRECISION};
}

static struct result *make(struct arena *a, size_t places, bool known)
{
    static const char *const notes[] = {"a two-moment fit was made"};
    struct result *r = arena_alloc(a, sizeof *r);
    struct point *points = arena_array(a, places * VARIANTS, sizeof *points);
    struct difference *differences = arena_array(a, 2 * places, sizeof *differences);
    struct comparison_of_await *comparisons = arena_array(a, places, sizeof *comparisons);
    if (r == NULL || points == NULL || differences == NULL || comparisons == NULL)
        return NULL;
    for (size_t i = 0; i < places * VARIANTS; i++)
        fill_point(a, &points[i], i, places > 1, known);
    for (size_t i = 0; i < places; i++) {
        const size_t sync = i * VARIANTS, async = sync + 1;
        const struct figure *f = subject_figure(&points[sync].kinds[0], "response");
        const struct figure *g = subject_figure(&points[async].kinds[0], "response");
        differences[2 * i] = (struct difference){.base = sync,
                                                 .other = async,
                                                 .probe = f->probe,
                                                 .statistic = STATISTIC_MEAN,
                                                 .quantile = NAN,
                                                 .difference = g->mean - f->mean,
                                                 .half_width = known ? 0.07 : NAN,
                                                 .half_width_unpaired = known ? 0.9 : NAN};
        differences[2 * i + 1] = differences[2 * i];
        differences[2 * i + 1].statistic = STATISTIC_QUANTILE;
        differences[2 * i + 1].quantile = 0.99;
        differences[2 * i + 1].half_width_unpaired = NAN;
        comparisons[i] = (struct comparison_of_await){.sync = sync,
                                                      .async = async,
                                                      .by_await = true,
                                                      .sync_rate_most = 1.6,
                                                      .async_rate_most = INFINITY,
                                                      .async_saturates = 1,
                                                      .break_even_servers = known ? 23.75 : NAN};
    }
    *r = (struct result){.path = "sample.json",
                         .title = "It's a `sample`: \"both\" ways",
                         .time_unit = "ms",
                         .seed = 42,
                         .confidence = 0.95,
                         .points = points,
                         .point_count = places * VARIANTS,
                         .variant_count = VARIANTS,
                         .differences = differences,
                         .difference_count = 2 * places,
                         .comparisons = comparisons,
                         .comparison_count = places,
                         .notes = notes,
                         .note_count = 1};
    return r;
}

struct result *sample_result(struct arena *a, size_t places)
{
    return make(a, places, true);
}

struct result *sample_result_unknown(struct arena *a)
{
    return make(a, 3, false);
}
