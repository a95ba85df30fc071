/* Reads back what json.c wrote. A file may have been edited or come from elsewhere, so every member is
 * checked. */
#include "cli/output/json_value.h"
#include "cli/output/output.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct probe_type *probe(const char *name, enum probe_scope scope)
{
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *p = probe_table.rows[i];
        if (p->scope == scope && strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

static void read_quantiles(struct node_reader *r, struct node at, struct figure *f)
{
    f->quantile_count = node_members(r, at, true);
    struct quantile *list = node_take(r, f->quantile_count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    if (!r->good)
        return;
    cJSON_ArrayForEach(item, at.json)
    {
        char *end;
        const struct node here = node_at(r, at, item->string);
        list[i].p = strtod(item->string, &end);
        if (*end != '\0' || !(list[i].p > 0.0) || !(list[i].p < 1.0))
            node_fail(r, here, "a share between 0 and 1 as the quantile's key");
        list[i].value = node_number_of(r, here, "value");
        list[i].low = node_number_of(r, here, "low");
        list[i].high = node_number_of(r, here, "high");
        i++;
    }
    f->quantiles = list;
}

static void read_tail(struct node_reader *r, struct node at, struct figure *f)
{
    f->tail_count = node_members(r, at, false);
    struct tail_point *list = node_take(r, f->tail_count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    if (!r->good)
        return;
    cJSON_ArrayForEach(item, at.json)
    {
        const struct node here = node_at_index(r, at, item, i);
        if (node_members(r, here, false) != 2) {
            node_fail(r, here, "[value, share above it]");
            return;
        }
        list[i].value = node_number(r, node_at_index(r, here, item->child, 0));
        list[i].above = node_number(r, node_at_index(r, here, item->child->next, 1));
        i++;
    }
    f->tail = list;
}

static void read_figure(struct node_reader *r, struct node at, const struct probe_type *type,
                        struct figure *f)
{
    *f = (struct figure){.probe = type, .variance_left = NAN, .sd = NAN, .max = NAN, .count = NAN};
    if (!cJSON_IsObject(at.json)) {
        node_fail(r, at, "a figure: { \"mean\": ... }");
        return;
    }
    f->mean = node_number_of(r, at, "mean");
    f->half_width = node_number_of(r, at, "half_width");
    if (cJSON_HasObjectItem(at.json, "variance_left"))
        f->variance_left = node_number_of(r, at, "variance_left");
    if (type->tally) {
        f->sd = node_number_of(r, at, "sd");
        f->max = node_number_of(r, at, "max");
        f->count = node_number_of(r, at, "count");
    }
    const struct node quantiles = node_at(r, at, "quantiles"), tail = node_at(r, at, "tail");
    if (quantiles.json != NULL)
        read_quantiles(r, quantiles, f);
    if (tail.json != NULL)
        read_tail(r, tail, f);
}

/* The figures of one scope that the object holds, in probe_table's order; other members (measures of other
 * versions, or of the point) are passed over. */
static void read_subject(struct node_reader *r, struct node at, enum probe_scope scope, struct subject *s)
{
    struct figure *figures = node_take(r, probe_table.count, sizeof *figures);
    if (!cJSON_IsObject(at.json))
        node_fail(r, at, "an object");
    s->figures = figures;
    s->figure_count = 0;
    for (size_t i = 0; i < probe_table.count && r->good; i++) {
        const struct probe_type *type = probe_table.rows[i];
        if (type->scope != scope)
            continue;
        const struct node figure = node_at(r, at, type->name);
        if (figure.json != NULL)
            read_figure(r, figure, type, &figures[s->figure_count++]);
    }
}

static const struct subject *read_subjects(struct node_reader *r, struct node parent, const char *key,
                                           enum probe_scope scope, size_t *count)
{
    const struct node at = node_at(r, parent, key);
    *count = node_members(r, at, true);
    struct subject *list = node_take(r, *count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    if (!r->good)
        return NULL;
    cJSON_ArrayForEach(item, at.json)
    {
        list[i].name = node_copy(r, item->string);
        read_subject(r, (struct node){item, node_at(r, at, item->string).pointer}, scope, &list[i]);
        i++;
    }
    return list;
}

/* The index of the subject that a member names. */
static size_t subject_of(struct node_reader *r, struct node parent, const char *key,
                         const struct subject *list, size_t count)
{
    const struct node at = node_at(r, parent, key);
    for (size_t i = 0; i < count; i++)
        if (cJSON_IsString(at.json) && strcmp(at.json->valuestring, list[i].name) == 0)
            return i;
    node_fail(r, at, "the name of a task or station of this result");
    return 0;
}

/* The same of a station that is full first; SIZE_MAX where the member is null: none ever is. */
static size_t saturates(struct node_reader *r, struct node parent, const char *key,
                        const struct subject *list, size_t count)
{
    return cJSON_IsNull(node_at(r, parent, key).json) ? SIZE_MAX : subject_of(r, parent, key, list, count);
}

static const char *const statistic_names[] = {"mean", "sd", "max", "quantile"}; /* as enum statistic */

static enum statistic statistic_of(struct node_reader *r, struct node at, double *p)
{
    const size_t s = node_word_of(r, at, "statistic", statistic_names, 4);
    *p = s == STATISTIC_QUANTILE ? node_number_of(r, at, "p") : NAN;
    return (enum statistic)s;
}

static void read_sets(struct node_reader *r, struct node parent, struct point *p)
{
    const struct node at = node_at(r, parent, "set"), numbers = node_at(r, parent, "set_numbers");
    p->set_count = node_members(r, at, true);
    struct setting *list = node_take(r, p->set_count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    if (!r->good)
        return;
    cJSON_ArrayForEach(item, at.json)
    {
        char *value = cJSON_PrintUnformatted(item);
        if (value == NULL)
            node_no_memory(r);
        else
            list[i].value = node_copy(r, value);
        cJSON_free(value);
        list[i].pointer = node_copy(r, item->string);
        list[i].number = node_number_of(r, numbers, item->string);
        i++;
    }
    p->sets = list;
}

static void read_capacities(struct node_reader *r, struct node parent, struct point *p)
{
    const struct node at = node_at(r, parent, "capacity"), stations = node_at(r, at, "stations");
    struct capacity *list = node_take(r, p->station_count, sizeof *list);
    p->arrival_rate = node_number_of(r, at, "arrival_rate");
    for (size_t i = 0; i < p->station_count && r->good; i++) {
        const struct node here = node_at(r, stations, p->stations[i].name);
        list[i] = (struct capacity){.station = i,
                                    .load = node_number_of(r, here, "load"),
                                    .rate_most = node_number_of(r, here, "rate_most"),
                                    .held_mean = node_number_of(r, here, "held_mean")};
    }
    p->capacities = list;
}

static void read_outcome(struct node_reader *r, struct node at, const struct point *p,
                         struct requirement_outcome *o)
{
    static const char *const comparisons[] = {"<", "<=", ">", ">="};       /* as enum comparison */
    static const char *const verdicts[] = {"met", "not met", "undecided"}; /* as enum verdict */
    struct requirement *q = node_take(r, 1, sizeof *q);
    if (q == NULL)
        return;
    q->text = node_text_of(r, at, "text");
    q->of_station = node_at(r, at, "station").json != NULL;
    q->of_run = !q->of_station && cJSON_IsNull(node_at(r, at, "task").json);
    if (q->of_station)
        q->subject = subject_of(r, at, "station", p->stations, p->station_count);
    else if (!q->of_run)
        q->subject = subject_of(r, at, "task", p->kinds, p->kind_count);
    q->metric = node_text_of(r, at, "figure");
    q->statistic = statistic_of(r, at, &q->quantile);
    q->comparison = (enum comparison)node_word_of(r, at, "comparison", comparisons, 4);
    q->value = node_number_of(r, at, "limit");
    o->requirement = q;
    o->value = node_number_of(r, at, "value");
    o->low = node_number_of(r, at, "low");
    o->high = node_number_of(r, at, "high");
    o->verdict = (enum verdict)node_word_of(r, at, "verdict", verdicts, 3);
}

static void read_outcomes(struct node_reader *r, struct node parent, struct point *p)
{
    const struct node at = node_at(r, parent, "require");
    p->outcome_count = node_members(r, at, false);
    struct requirement_outcome *list = node_take(r, p->outcome_count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, at.json)
    {
        if (!r->good)
            return;
        read_outcome(r, node_at_index(r, at, item, i), p, &list[i]);
        i++;
    }
    p->outcomes = list;
}

static void read_report(struct node_reader *r, struct node parent, struct run_report *run)
{
    const struct node at = node_at(r, parent, "run");
    run->replications = node_whole_of(r, at, "replications");
    run->warmup = node_number_of(r, at, "warmup");
    run->warmup_found = cJSON_HasObjectItem(at.json, "warmup_found") ? node_number_of(r, at, "warmup_found") : (double)NAN; /* older files lack it */
    run->length = node_number_of(r, at, "length");
    run->terminating = node_flag_of(r, at, "terminating");
    run->events = node_whole_of(r, at, "events");
    run->recursion = node_word_of(r, at, "engine", run_engine_names, 2) == 1;
    run->precision = node_number_of(r, at, "precision");
    run->worst = node_optional_text_of(r, at, "worst");
    run->stopped = (enum stop_reason)node_word_of(r, at, "stopped", stop_reason_names, STOPPED_DEADLOCK + 1);
}

static void read_point(struct node_reader *r, struct node at, struct point *p)
{
    if (!cJSON_IsObject(at.json)) {
        node_fail(r, at, "an object");
        return;
    }
    p->variant = node_optional_text_of(r, at, "variant");
    read_sets(r, at, p);
    p->kinds = read_subjects(r, at, "tasks", PROBE_KIND, &p->kind_count);
    p->stations = read_subjects(r, at, "stations", PROBE_STATION, &p->station_count);
    struct subject *run = node_take(r, 1, sizeof *run);
    if (!r->good)
        return;
    run->name = "run";
    read_subject(r, at, PROBE_RUN, run);
    p->run = run;
    read_report(r, at, &p->report);
    read_capacities(r, at, p);
    read_outcomes(r, at, p);
    p->warnings = node_texts_of(r, at, "warnings", &p->warning_count);
}

/* An index of a point. */
static size_t point_of(struct node_reader *r, struct node parent, const char *key, size_t count)
{
    const uint64_t index = node_whole_of(r, parent, key);
    if (r->good && index >= count)
        node_fail(r, node_at(r, parent, key), "the number of one of the points, from 0");
    return (size_t)index;
}

static void read_difference(struct node_reader *r, struct node at, const struct result *result,
                            struct difference *d)
{
    d->base = point_of(r, at, "base", result->point_count);
    d->other = point_of(r, at, "other", result->point_count);
    d->of_run = cJSON_IsNull(node_at(r, at, "task").json);
    if (!r->good)
        return;
    const struct point *base = &result->points[d->base];
    d->kind = d->of_run ? 0 : subject_of(r, at, "task", base->kinds, base->kind_count);
    const char *name = node_text_of(r, at, "figure");
    d->probe = probe(name, d->of_run ? PROBE_RUN : PROBE_KIND);
    if (d->probe == NULL)
        node_fail(r, node_at(r, at, "figure"), "the name of a measure");
    d->statistic = statistic_of(r, at, &d->quantile);
    d->difference = node_number_of(r, at, "difference");
    d->half_width = node_number_of(r, at, "half_width");
    d->half_width_unpaired = node_number_of(r, at, "half_width_unpaired");
}

static void read_comparison(struct node_reader *r, struct node at, const struct result *result,
                            struct comparison_of_await *c)
{
    c->sync = point_of(r, at, "sync", result->point_count);
    c->async = point_of(r, at, "async", result->point_count);
    c->by_await = node_flag_of(r, at, "by_await");
    c->sync_rate_most = c->async_rate_most = c->break_even_servers = NAN;
    if (!r->good || !c->by_await)
        return;
    const struct point *p = &result->points[c->sync];
    c->sync_rate_most = node_number_of(r, at, "sync_rate_most");
    c->async_rate_most = node_number_of(r, at, "async_rate_most");
    c->sync_saturates = saturates(r, at, "sync_saturates", p->stations, p->station_count);
    c->async_saturates = saturates(r, at, "async_saturates", p->stations, p->station_count);
    c->pool = subject_of(r, at, "pool", p->stations, p->station_count);
    c->break_even_servers = node_number_of(r, at, "break_even_servers");
}

static void read_comparing(struct node_reader *r, struct node root, struct result *result)
{
    const struct node differences = node_at(r, root, "differences"),
                      comparisons = node_at(r, root, "comparisons");
    result->difference_count = node_members(r, differences, false);
    result->comparison_count = node_members(r, comparisons, false);
    struct difference *d = node_take(r, result->difference_count, sizeof *d);
    struct comparison_of_await *c = node_take(r, result->comparison_count, sizeof *c);
    size_t i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, differences.json)
    {
        if (r->good)
            read_difference(r, node_at_index(r, differences, item, i), result, &d[i]);
        i++;
    }
    i = 0;
    cJSON_ArrayForEach(item, comparisons.json)
    {
        if (r->good)
            read_comparison(r, node_at_index(r, comparisons, item, i), result, &c[i]);
        i++;
    }
    result->differences = d;
    result->comparisons = c;
}

/* Every point has the stations and kinds of the first, in its order: what follows relies on it. */
static void check_alike(struct node_reader *r, struct node points, const struct result *result)
{
    for (size_t i = 1; i < result->point_count && r->good; i++) {
        const struct point *first = &result->points[0], *p = &result->points[i];
        bool alike = p->kind_count == first->kind_count && p->station_count == first->station_count &&
                     p->set_count == first->set_count && (p->variant == NULL) == (first->variant == NULL);
        for (size_t k = 0; alike && k < p->kind_count; k++)
            alike = strcmp(p->kinds[k].name, first->kinds[k].name) == 0;
        for (size_t k = 0; alike && k < p->station_count; k++)
            alike = strcmp(p->stations[k].name, first->stations[k].name) == 0;
        if (!alike)
            node_fail(r, node_at_index(r, points, NULL, i),
                      "the same tasks, stations and sweep as in the first point");
    }
}

static void read_result(struct node_reader *r, const cJSON *json, struct result *result)
{
    const struct node root = {json, ""};
    if (!cJSON_IsObject(json)) {
        node_fail(r, root, "an object");
        return;
    }
    result->path = node_text_of(r, root, "scenario");
    result->title = node_optional_text_of(r, root, "title");
    result->description = node_optional_text_of(r, root, "description");
    result->time_unit = node_text_of(r, root, "time_unit");
    result->seed = node_whole_of(r, root, "seed");
    result->confidence = node_number_of(r, root, "confidence");
    result->variant_count = (size_t)node_whole_of(r, root, "variants");
    result->unfinished = node_flag_of(r, root, "unfinished");
    const struct node points = node_at(r, root, "points");
    result->point_count = node_members(r, points, false);
    struct point *list = node_take(r, result->point_count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, points.json)
    {
        if (!r->good)
            return;
        read_point(r, node_at_index(r, points, item, i), &list[i]);
        i++;
    }
    result->points = list;
    if (r->good && (result->variant_count == 0 || result->point_count % result->variant_count != 0))
        node_fail(r, node_at(r, root, "variants"), "a number that divides the number of points");
    check_alike(r, points, result);
    read_comparing(r, root, result);
    result->notes = node_texts_of(r, root, "notes", &result->note_count);
}

bool result_read(struct arena *a, const char *path, const struct result **out, struct error *err)
{
    struct node_reader r = {.arena = a, .err = err, .file = path, .good = true};
    struct result *result = node_take(&r, 1, sizeof *result);
    cJSON *json = r.good ? node_parse_file(&r) : NULL;
    if (json != NULL)
        read_result(&r, json, result);
    cJSON_Delete(json);
    *out = result;
    return r.good;
}
