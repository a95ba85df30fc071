/* Reads back what json.c wrote. A file may have been edited or come from elsewhere, so every member is
 * checked; the first thing amiss is the error, with the JSON Pointer of where it stands. */
#include "cli/output/number.h"
#include "cli/output/output.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct arena *arena;
    struct error *err;
    const char *file;
    bool good;
};

/* A value and how one gets there. */
struct node {
    const cJSON *json;
    const char *pointer;
};

static void fail(struct reader *r, struct node at, const char *expected)
{
    if (!r->good)
        return;
    r->good = false;
    error_set(r->err, "expected %s; is this a file that `desq run --json` wrote?", expected);
    const struct place place = {.pointer = at.pointer != NULL ? at.pointer : ""};
    error_place(r->err, r->file, &place);
}

static void no_memory(struct reader *r)
{
    if (r->good)
        error_set(r->err, "out of memory while reading %s", r->file);
    r->good = false;
}

static void *take(struct reader *r, size_t count, size_t size)
{
    void *memory = arena_array(r->arena, count, size);
    if (memory == NULL)
        no_memory(r);
    return memory;
}

static const char *copy(struct reader *r, const char *text)
{
    const char *mine = arena_text(r->arena, text);
    if (mine == NULL)
        no_memory(r);
    return mine != NULL ? mine : "";
}

/* The pointer of a member: "~" and "/" in its key are written "~0" and "~1" (RFC 6901). */
static const char *member_pointer(struct reader *r, const char *parent, const char *key)
{
    char *pointer = arena_alloc(r->arena, strlen(parent) + 2 * strlen(key) + 2);
    if (pointer == NULL)
        return NULL;
    char *to = stpcpy(stpcpy(pointer, parent), "/");
    for (; *key != '\0'; key++) {
        if (*key == '~' || *key == '/')
            *to++ = '~';
        *to++ = (char)(*key == '~' ? '0' : *key == '/' ? '1' : *key);
    }
    return pointer;
}

static struct node at_key(struct reader *r, struct node parent, const char *key)
{
    const char *pointer = member_pointer(r, parent.pointer != NULL ? parent.pointer : "", key);
    if (pointer == NULL)
        no_memory(r);
    return (struct node){cJSON_GetObjectItemCaseSensitive(parent.json, key), pointer};
}

static struct node at_item(struct reader *r, struct node parent, const cJSON *item, size_t index)
{
    const char *pointer = arena_printf(r->arena, "%s/%zu", parent.pointer, index);
    if (pointer == NULL)
        no_memory(r);
    return (struct node){item, pointer};
}

/* Members of an object or array; 0 and an error where it is neither. */
static size_t members(struct reader *r, struct node at, bool object)
{
    if (object ? !cJSON_IsObject(at.json) : !cJSON_IsArray(at.json)) {
        fail(r, at, object ? "an object" : "a list");
        return 0;
    }
    size_t count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, at.json) count++;
    return count;
}

/* A number, null (NAN) or "infinite". */
static double number(struct reader *r, struct node at)
{
    if (cJSON_IsNumber(at.json) && isfinite(at.json->valuedouble))
        return at.json->valuedouble;
    if (cJSON_IsString(at.json) && strcmp(at.json->valuestring, "infinite") == 0)
        return INFINITY;
    if (cJSON_IsString(at.json) && strcmp(at.json->valuestring, "-infinite") == 0)
        return -INFINITY;
    if (!cJSON_IsNull(at.json))
        fail(r, at, "a number, null or \"infinite\"");
    return NAN;
}

static double number_of(struct reader *r, struct node parent, const char *key)
{
    return number(r, at_key(r, parent, key));
}

static uint64_t whole_of(struct reader *r, struct node parent, const char *key)
{
    const struct node at = at_key(r, parent, key);
    const double x = cJSON_IsNumber(at.json) ? at.json->valuedouble : -1.0;
    if (x >= 0.0 && x < 0x1p63 && x == floor(x))
        return (uint64_t)x;
    fail(r, at, "a whole number");
    return 0;
}

static const char *text(struct reader *r, struct node at)
{
    if (cJSON_IsString(at.json))
        return copy(r, at.json->valuestring);
    fail(r, at, "text");
    return "";
}

static const char *text_of(struct reader *r, struct node parent, const char *key)
{
    return text(r, at_key(r, parent, key));
}

/* Text or null. */
static const char *optional_text_of(struct reader *r, struct node parent, const char *key)
{
    const struct node at = at_key(r, parent, key);
    return cJSON_IsNull(at.json) ? NULL : text(r, at);
}

static bool flag_of(struct reader *r, struct node parent, const char *key)
{
    const struct node at = at_key(r, parent, key);
    if (!cJSON_IsBool(at.json))
        fail(r, at, "true or false");
    return cJSON_IsTrue(at.json);
}

static const char *const *texts_of(struct reader *r, struct node parent, const char *key, size_t *count)
{
    const struct node at = at_key(r, parent, key);
    *count = members(r, at, false);
    const char **list = take(r, *count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    if (!r->good)
        return NULL;
    cJSON_ArrayForEach(item, at.json)
    {
        list[i] = text(r, at_item(r, at, item, i));
        i++;
    }
    return list;
}

/* The index of a word among several; the error lists them. */
static size_t word_of(struct reader *r, struct node parent, const char *key, const char *const *words,
                      size_t count)
{
    const struct node at = at_key(r, parent, key);
    const char *expected = "one of";
    for (size_t i = 0; i < count; i++) {
        if (cJSON_IsString(at.json) && strcmp(at.json->valuestring, words[i]) == 0)
            return i;
        expected = arena_printf(r->arena, "%s%s \"%s\"", expected, i > 0 ? "," : "", words[i]);
        if (expected == NULL) {
            no_memory(r);
            return 0;
        }
    }
    fail(r, at, expected);
    return 0;
}

static const struct probe_type *probe(const char *name, enum probe_scope scope)
{
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *p = probe_table.rows[i];
        if (p->scope == scope && strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

static void read_quantiles(struct reader *r, struct node at, struct figure *f)
{
    f->quantile_count = members(r, at, true);
    struct quantile *list = take(r, f->quantile_count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    if (!r->good)
        return;
    cJSON_ArrayForEach(item, at.json)
    {
        char *end;
        const struct node here = at_key(r, at, item->string);
        list[i].p = strtod(item->string, &end);
        if (*end != '\0' || !(list[i].p > 0.0) || !(list[i].p < 1.0))
            fail(r, here, "a share between 0 and 1 as the quantile's key");
        list[i].value = number_of(r, here, "value");
        list[i].low = number_of(r, here, "low");
        list[i].high = number_of(r, here, "high");
        i++;
    }
    f->quantiles = list;
}

static void read_tail(struct reader *r, struct node at, struct figure *f)
{
    f->tail_count = members(r, at, false);
    struct tail_point *list = take(r, f->tail_count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    if (!r->good)
        return;
    cJSON_ArrayForEach(item, at.json)
    {
        const struct node here = at_item(r, at, item, i);
        if (members(r, here, false) != 2) {
            fail(r, here, "[value, share above it]");
            return;
        }
        list[i].value = number(r, at_item(r, here, item->child, 0));
        list[i].above = number(r, at_item(r, here, item->child->next, 1));
        i++;
    }
    f->tail = list;
}

static void read_figure(struct reader *r, struct node at, const struct probe_type *type, struct figure *f)
{
    *f = (struct figure){.probe = type, .sd = NAN, .max = NAN, .count = NAN};
    if (!cJSON_IsObject(at.json)) {
        fail(r, at, "a figure: { \"mean\": ... }");
        return;
    }
    f->mean = number_of(r, at, "mean");
    f->half_width = number_of(r, at, "half_width");
    if (type->tally) {
        f->sd = number_of(r, at, "sd");
        f->max = number_of(r, at, "max");
        f->count = number_of(r, at, "count");
    }
    const struct node quantiles = at_key(r, at, "quantiles"), tail = at_key(r, at, "tail");
    if (quantiles.json != NULL)
        read_quantiles(r, quantiles, f);
    if (tail.json != NULL)
        read_tail(r, tail, f);
}

/* The figures of one scope that the object holds, in probe_table's order; other members (measures of other
 * versions, or of the point) are passed over. */
static void read_subject(struct reader *r, struct node at, enum probe_scope scope, struct subject *s)
{
    struct figure *figures = take(r, probe_table.count, sizeof *figures);
    if (!cJSON_IsObject(at.json))
        fail(r, at, "an object");
    s->figures = figures;
    s->figure_count = 0;
    for (size_t i = 0; i < probe_table.count && r->good; i++) {
        const struct probe_type *type = probe_table.rows[i];
        if (type->scope != scope)
            continue;
        const struct node figure = at_key(r, at, type->name);
        if (figure.json != NULL)
            read_figure(r, figure, type, &figures[s->figure_count++]);
    }
}

static const struct subject *read_subjects(struct reader *r, struct node parent, const char *key,
                                           enum probe_scope scope, size_t *count)
{
    const struct node at = at_key(r, parent, key);
    *count = members(r, at, true);
    struct subject *list = take(r, *count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    if (!r->good)
        return NULL;
    cJSON_ArrayForEach(item, at.json)
    {
        list[i].name = copy(r, item->string);
        read_subject(r, (struct node){item, at_key(r, at, item->string).pointer}, scope, &list[i]);
        i++;
    }
    return list;
}

/* The index of the subject that a member names. */
static size_t subject_of(struct reader *r, struct node parent, const char *key, const struct subject *list,
                         size_t count)
{
    const struct node at = at_key(r, parent, key);
    for (size_t i = 0; i < count; i++)
        if (cJSON_IsString(at.json) && strcmp(at.json->valuestring, list[i].name) == 0)
            return i;
    fail(r, at, "the name of a task or station of this result");
    return 0;
}

static const char *const statistic_names[] = {"mean", "sd", "max", "quantile"}; /* as enum statistic */

static enum statistic statistic_of(struct reader *r, struct node at, double *p)
{
    const size_t s = word_of(r, at, "statistic", statistic_names, 4);
    *p = s == STATISTIC_QUANTILE ? number_of(r, at, "p") : NAN;
    return (enum statistic)s;
}

static void read_sets(struct reader *r, struct node parent, struct point *p)
{
    const struct node at = at_key(r, parent, "set"), numbers = at_key(r, parent, "set_numbers");
    p->set_count = members(r, at, true);
    struct setting *list = take(r, p->set_count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    if (!r->good)
        return;
    cJSON_ArrayForEach(item, at.json)
    {
        char *value = cJSON_PrintUnformatted(item);
        if (value == NULL)
            no_memory(r);
        else
            list[i].value = copy(r, value);
        cJSON_free(value);
        list[i].pointer = copy(r, item->string);
        list[i].number = number_of(r, numbers, item->string);
        i++;
    }
    p->sets = list;
}

static void read_capacities(struct reader *r, struct node parent, struct point *p)
{
    const struct node at = at_key(r, parent, "capacity"), stations = at_key(r, at, "stations");
    struct capacity *list = take(r, p->station_count, sizeof *list);
    p->arrival_rate = number_of(r, at, "arrival_rate");
    for (size_t i = 0; i < p->station_count && r->good; i++) {
        const struct node here = at_key(r, stations, p->stations[i].name);
        list[i] = (struct capacity){.station = i,
                                    .load = number_of(r, here, "load"),
                                    .rate_most = number_of(r, here, "rate_most"),
                                    .held_mean = number_of(r, here, "held_mean")};
    }
    p->capacities = list;
}

static void read_outcome(struct reader *r, struct node at, const struct point *p,
                         struct requirement_outcome *o)
{
    static const char *const comparisons[] = {"<", "<=", ">", ">="};       /* as enum comparison */
    static const char *const verdicts[] = {"met", "not met", "undecided"}; /* as enum verdict */
    struct requirement *q = take(r, 1, sizeof *q);
    if (q == NULL)
        return;
    q->text = text_of(r, at, "text");
    q->of_station = at_key(r, at, "station").json != NULL;
    q->of_run = !q->of_station && cJSON_IsNull(at_key(r, at, "task").json);
    if (q->of_station)
        q->subject = subject_of(r, at, "station", p->stations, p->station_count);
    else if (!q->of_run)
        q->subject = subject_of(r, at, "task", p->kinds, p->kind_count);
    q->metric = text_of(r, at, "figure");
    q->statistic = statistic_of(r, at, &q->quantile);
    q->comparison = (enum comparison)word_of(r, at, "comparison", comparisons, 4);
    q->value = number_of(r, at, "limit");
    o->requirement = q;
    o->value = number_of(r, at, "value");
    o->low = number_of(r, at, "low");
    o->high = number_of(r, at, "high");
    o->verdict = (enum verdict)word_of(r, at, "verdict", verdicts, 3);
}

static void read_outcomes(struct reader *r, struct node parent, struct point *p)
{
    const struct node at = at_key(r, parent, "require");
    p->outcome_count = members(r, at, false);
    struct requirement_outcome *list = take(r, p->outcome_count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, at.json)
    {
        if (!r->good)
            return;
        read_outcome(r, at_item(r, at, item, i), p, &list[i]);
        i++;
    }
    p->outcomes = list;
}

static void read_report(struct reader *r, struct node parent, struct run_report *run)
{
    const struct node at = at_key(r, parent, "run");
    run->replications = whole_of(r, at, "replications");
    run->warmup = number_of(r, at, "warmup");
    run->length = number_of(r, at, "length");
    run->terminating = flag_of(r, at, "terminating");
    run->events = whole_of(r, at, "events");
    run->precision = number_of(r, at, "precision");
    run->worst = optional_text_of(r, at, "worst");
    run->stopped = (enum stop_reason)word_of(r, at, "stopped", stop_reason_names, STOPPED_DEADLOCK + 1);
}

static void read_point(struct reader *r, struct node at, struct point *p)
{
    if (!cJSON_IsObject(at.json)) {
        fail(r, at, "an object");
        return;
    }
    p->variant = optional_text_of(r, at, "variant");
    read_sets(r, at, p);
    p->kinds = read_subjects(r, at, "tasks", PROBE_KIND, &p->kind_count);
    p->stations = read_subjects(r, at, "stations", PROBE_STATION, &p->station_count);
    struct subject *run = take(r, 1, sizeof *run);
    if (!r->good)
        return;
    run->name = "run";
    read_subject(r, at, PROBE_RUN, run);
    p->run = run;
    read_report(r, at, &p->report);
    read_capacities(r, at, p);
    read_outcomes(r, at, p);
    p->warnings = texts_of(r, at, "warnings", &p->warning_count);
}

/* An index of a point. */
static size_t point_of(struct reader *r, struct node parent, const char *key, size_t count)
{
    const uint64_t index = whole_of(r, parent, key);
    if (r->good && index >= count)
        fail(r, at_key(r, parent, key), "the number of one of the points, from 0");
    return (size_t)index;
}

static void read_difference(struct reader *r, struct node at, const struct result *result,
                            struct difference *d)
{
    d->base = point_of(r, at, "base", result->point_count);
    d->other = point_of(r, at, "other", result->point_count);
    d->of_run = cJSON_IsNull(at_key(r, at, "task").json);
    if (!r->good)
        return;
    const struct point *base = &result->points[d->base];
    d->kind = d->of_run ? 0 : subject_of(r, at, "task", base->kinds, base->kind_count);
    const char *name = text_of(r, at, "figure");
    d->probe = probe(name, d->of_run ? PROBE_RUN : PROBE_KIND);
    if (d->probe == NULL)
        fail(r, at_key(r, at, "figure"), "the name of a measure");
    d->statistic = statistic_of(r, at, &d->quantile);
    d->difference = number_of(r, at, "difference");
    d->half_width = number_of(r, at, "half_width");
    d->half_width_unpaired = number_of(r, at, "half_width_unpaired");
}

static void read_comparison(struct reader *r, struct node at, const struct result *result,
                            struct comparison_of_await *c)
{
    c->sync = point_of(r, at, "sync", result->point_count);
    c->async = point_of(r, at, "async", result->point_count);
    c->by_await = flag_of(r, at, "by_await");
    c->sync_rate_most = c->async_rate_most = c->break_even_servers = NAN;
    if (!r->good || !c->by_await)
        return;
    const struct point *p = &result->points[c->sync];
    c->sync_rate_most = number_of(r, at, "sync_rate_most");
    c->async_rate_most = number_of(r, at, "async_rate_most");
    c->sync_saturates = subject_of(r, at, "sync_saturates", p->stations, p->station_count);
    c->async_saturates = subject_of(r, at, "async_saturates", p->stations, p->station_count);
    c->pool = subject_of(r, at, "pool", p->stations, p->station_count);
    c->break_even_servers = number_of(r, at, "break_even_servers");
}

static void read_comparing(struct reader *r, struct node root, struct result *result)
{
    const struct node differences = at_key(r, root, "differences"),
                      comparisons = at_key(r, root, "comparisons");
    result->difference_count = members(r, differences, false);
    result->comparison_count = members(r, comparisons, false);
    struct difference *d = take(r, result->difference_count, sizeof *d);
    struct comparison_of_await *c = take(r, result->comparison_count, sizeof *c);
    size_t i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, differences.json)
    {
        if (r->good)
            read_difference(r, at_item(r, differences, item, i), result, &d[i]);
        i++;
    }
    i = 0;
    cJSON_ArrayForEach(item, comparisons.json)
    {
        if (r->good)
            read_comparison(r, at_item(r, comparisons, item, i), result, &c[i]);
        i++;
    }
    result->differences = d;
    result->comparisons = c;
}

/* Every point has the stations and kinds of the first, in its order: what follows relies on it. */
static void check_alike(struct reader *r, struct node points, const struct result *result)
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
            fail(r, at_item(r, points, NULL, i), "the same tasks, stations and sweep as in the first point");
    }
}

static void read_result(struct reader *r, const cJSON *json, struct result *result)
{
    const struct node root = {json, ""};
    if (!cJSON_IsObject(json)) {
        fail(r, root, "an object");
        return;
    }
    result->path = text_of(r, root, "scenario");
    result->title = optional_text_of(r, root, "title");
    result->description = optional_text_of(r, root, "description");
    result->time_unit = text_of(r, root, "time_unit");
    result->seed = whole_of(r, root, "seed");
    result->confidence = number_of(r, root, "confidence");
    result->variant_count = (size_t)whole_of(r, root, "variants");
    result->unfinished = flag_of(r, root, "unfinished");
    const struct node points = at_key(r, root, "points");
    result->point_count = members(r, points, false);
    struct point *list = take(r, result->point_count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, points.json)
    {
        if (!r->good)
            return;
        read_point(r, at_item(r, points, item, i), &list[i]);
        i++;
    }
    result->points = list;
    if (r->good && (result->variant_count == 0 || result->point_count % result->variant_count != 0))
        fail(r, at_key(r, root, "variants"), "a number that divides the number of points");
    check_alike(r, points, result);
    read_comparing(r, root, result);
    result->notes = texts_of(r, root, "notes", &result->note_count);
}

/* The whole file, ended by NUL, to be freed. */
static char *read_file(const char *path, struct error *err)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    size_t room = 1 << 16, length = 0, got;
    char *text = in != NULL ? malloc(room) : NULL;
    if (in == NULL) {
        error_set(err, "cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    errno = 0;
    while (text != NULL && (got = fread(text + length, 1, room - length - 1, in)) > 0) {
        length += got;
        if (length + 1 == room) {
            char *larger = realloc(text, room *= 2);
            if (larger == NULL)
                free(text);
            text = larger;
        }
    }
    const bool broken = ferror(in) != 0;
    if (text == NULL)
        error_set(err, "out of memory while reading %s", path);
    else if (broken)
        error_set(err, "cannot read %s: %s", path, strerror(errno));
    else
        text[length] = '\0';
    if (in != stdin)
        fclose(in);
    if (text != NULL && broken) {
        free(text);
        text = NULL;
    }
    return text;
}

/* Line and column of a byte. */
static struct place place_of(const char *text, const char *at)
{
    struct place place = {.pointer = "", .line = 1, .column = 1};
    for (; text < at; text++) {
        place.column = *text == '\n' ? 1 : place.column + 1;
        place.line += *text == '\n';
    }
    return place;
}

bool result_read(struct arena *a, const char *path, const struct result **out, struct error *err)
{
    char *content = read_file(path, err);
    if (content == NULL)
        return false;
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithOpts(content, &end, true);
    struct reader r = {.arena = a, .err = err, .file = path, .good = true};
    struct result *result = take(&r, 1, sizeof *result);
    if (json == NULL) {
        const struct place place = place_of(content, end != NULL ? end : content);
        error_set(err, "this is not JSON; expected a file that `desq run --json` wrote");
        error_place(err, path, &place);
        r.good = false;
    } else if (r.good) {
        read_result(&r, json, result);
    }
    cJSON_Delete(json);
    free(content);
    *out = result;
    return r.good;
}
