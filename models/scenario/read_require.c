/* read_require.c: "request.response.p99 < 100ms". */
#include "models/probe/probe.h"
#include "models/scenario/read.h"

#include <string.h>

enum { MOST_NAMES = 64 };

#define STATION_PREFIX "station:"

/* The text from begin to end without spaces around it; NULL: no memory. */
static char *trimmed(struct reader *r, const char *begin, const char *end)
{
    while (begin < end && *begin == ' ')
        begin++;
    while (end > begin && end[-1] == ' ')
        end--;
    char *out = arena_alloc(r->arena, (size_t)(end - begin) + 1);
    if (out != NULL)
        memcpy(out, begin, (size_t)(end - begin));
    return out;
}

/* Longest name that text begins with and that a dot follows; *rest: behind the dot. count: none. */
static size_t find_subject(const char *text, const char *const *names, size_t count, const char **rest)
{
    size_t best = count, best_length = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(names[i]);
        if (strncmp(text, names[i], length) == 0 && text[length] == '.' && length > best_length) {
            best = i;
            best_length = length;
            *rest = text + length + 1;
        }
    }
    return best;
}

static const struct probe_type *find_probe(enum probe_scope scope, const char *name)
{
    for (size_t i = 0; i < probe_table.count; i++) {
        const struct probe_type *probe = probe_table.rows[i];
        if (probe->scope == scope && strcmp(probe->name, name) == 0)
            return probe;
    }
    return NULL;
}

static bool unknown_probe(struct reader *r, const cJSON *node, enum probe_scope scope, const char *name)
{
    const char *names[MOST_NAMES];
    size_t count = 0;
    for (size_t i = 0; i < probe_table.count && count < MOST_NAMES; i++)
        if (((const struct probe_type *)probe_table.rows[i])->scope == scope)
            names[count++] = *(const char *const *)probe_table.rows[i];
    return read_unknown_name(r, node,
                             scope == PROBE_STATION ? "measure of a station" : "measure of a task kind", name,
                             names, count);
}

/* first: the part up to the first dot. */
static bool unknown_subject(struct reader *r, const cJSON *node, bool station, const char *text,
                            const char *const *names, size_t count)
{
    char quoted[UNITS_QUOTE_SIZE];
    const char *dot = strchr(text, '.');
    char *first = trimmed(r, text, dot == NULL ? text + strlen(text) : dot);
    if (first == NULL)
        return read_no_memory(r);
    if (!station && find_probe(PROBE_KIND, first) != NULL)
        return read_fail(r, node, "say whose %s is meant: %s.%s, for example", first, names[0], first);
    for (size_t i = 0; dot == NULL && i < count; i++)
        if (strcmp(names[i], first) == 0)
            return read_fail(r, node, "say which measure of %s is meant: \"%s.%s\", for example",
                             units_quote(first, quoted), first, station ? "utilisation" : "response");
    return read_unknown_name(r, node, station ? "station" : "task kind", first, names, count);
}

/* What is compared: of_run, of_station, subject, metric; *stat: what follows the measure's name, or NULL. */
static bool read_subject(struct reader *r, const cJSON *node, char *left, struct requirement *q,
                         const struct probe_type **probe, const char **stat)
{
    const struct scenario *s = r->scenario;
    const char *rest = left;
    q->of_station = strncmp(left, STATION_PREFIX, strlen(STATION_PREFIX)) == 0;
    const size_t count = q->of_station ? s->station_count : s->kind_count;
    const char **names = arena_array(r->arena, count, sizeof *names);
    if (names == NULL)
        return read_no_memory(r);
    for (size_t i = 0; i < count; i++)
        names[i] = q->of_station ? s->stations[i].name : s->kinds[i].name;
    char *text = q->of_station ? left + strlen(STATION_PREFIX) : left;
    q->subject = find_subject(text, names, count, &rest);
    if (q->subject == count) {
        char *first = trimmed(r, text, text + strcspn(text, "."));
        if (first == NULL)
            return read_no_memory(r);
        q->of_run = !q->of_station && find_probe(PROBE_RUN, first) != NULL;
        if (!q->of_run)
            return unknown_subject(r, node, q->of_station, text, names, count);
        q->subject = 0;
    }
    char *metric = trimmed(r, rest, rest + strcspn(rest, "."));
    if (metric == NULL)
        return read_no_memory(r);
    const enum probe_scope scope = q->of_run ? PROBE_RUN : q->of_station ? PROBE_STATION : PROBE_KIND;
    *stat = rest[strcspn(rest, ".")] == '.' ? rest + strcspn(rest, ".") + 1 : NULL;
    *probe = find_probe(scope, metric);
    q->metric = metric;
    char quoted[UNITS_QUOTE_SIZE];
    if (scope == PROBE_KIND && strcmp(metric, "missed") == 0 && s->kinds[q->subject].deadline == NULL)
        return read_fail(r, node, "task kind %s has no \"deadline\" to miss",
                         units_quote(s->kinds[q->subject].name, quoted));
    return *probe != NULL || unknown_probe(r, node, scope, metric);
}

static bool read_statistic(struct reader *r, const cJSON *node, const char *stat,
                           const struct probe_type *probe, struct requirement *q)
{
    char quoted[UNITS_QUOTE_SIZE];
    q->statistic = STATISTIC_MEAN;
    if (stat == NULL || strcmp(stat, "mean") == 0)
        return true;
    const bool sd = strcmp(stat, "sd") == 0, max = strcmp(stat, "max") == 0;
    if (sd || max) {
        q->statistic = sd ? STATISTIC_SD : STATISTIC_MAX;
        return probe->tally ||
               read_fail(r, node, "\"%s\" has no \"%s\": it is not a value per task", probe->name, stat);
    }
    if (stat[0] != 'p' || !units_decimal(stat + 1, -2, &q->quantile) || !(q->quantile > 0 && q->quantile < 1))
        return read_fail(
            r, node,
            "unknown statistic %s; known: \"mean\", \"sd\", \"max\", and \"p\" with a percentage between "
            "0 and 100, such as \"p99.9\"",
            units_quote(stat, quoted));
    if (probe->histogram == NULL)
        return read_fail(r, node, "\"%s\" has no percentiles", probe->name);
    q->statistic = STATISTIC_QUANTILE;
    return read_quantiles_add(r, q->quantile);
}

static bool read_value(struct reader *r, const cJSON *node, const char *text, const struct probe_type *probe,
                       double *out)
{
    if (units_decimal(text, 0, out))
        return true;
    switch (probe->unit) {
    case UNIT_TIME:
        return units_time(text, r->unit, out, r->err) || json_stand(r->tree, node, r->err);
    case UNIT_RATE:
        return units_rate(text, r->unit, out, r->err) || json_stand(r->tree, node, r->err);
    case UNIT_FRACTION:
    case UNIT_NUMBER:
        break;
    }
    char quoted[UNITS_QUOTE_SIZE];
    return read_fail(r, node, "\"%s\" is compared with a number, found %s", probe->name,
                     units_quote(text, quoted));
}

static bool read_requirement(struct reader *r, const cJSON *node, struct requirement *q)
{
    char described[JSON_DESCRIBE_SIZE];
    const char *form = "expected a requirement such as \"request.response.p99 < 100ms\"";
    if (!cJSON_IsString(node))
        return read_fail(r, node, "%s, found %s", form, json_describe(node, described));
    const char *text = node->valuestring;
    const char *op = NULL;
    for (const char *c = text; *c != '\0'; c++) /* the last: names are free to contain one */
        if (*c == '<' || *c == '>')
            op = c;
    if (op == NULL)
        return read_fail(r, node, "%s, found %s: \"<\", \"<=\", \">\" or \">=\" is missing", form,
                         json_describe(node, described));
    const bool equal = op[1] == '=';
    *q = (struct requirement){
        .text = arena_text(r->arena, text),
        .at = json_place(r->tree, node, r->arena),
        .comparison = *op == '<' ? (equal ? LESS_OR_EQUAL : LESS) : (equal ? GREATER_OR_EQUAL : GREATER),
    };
    char *left = trimmed(r, text, op), *right = trimmed(r, op + 1 + equal, text + strlen(text));
    if (q->text == NULL || left == NULL || right == NULL)
        return read_no_memory(r);
    const struct probe_type *probe = NULL;
    const char *stat = NULL;
    return read_subject(r, node, left, q, &probe, &stat) && read_statistic(r, node, stat, probe, q) &&
           read_value(r, node, right, probe, &q->value);
}

bool read_requirements(struct reader *r, const cJSON *node)
{
    char described[JSON_DESCRIBE_SIZE];
    if (node == NULL)
        return true;
    if (!cJSON_IsArray(node))
        return read_fail(r, node, "expected a list of requirements, found %s",
                         json_describe(node, described));
    struct requirement *list = arena_array(r->arena, (size_t)cJSON_GetArraySize(node), sizeof *list);
    if (list == NULL)
        return read_no_memory(r);
    r->scenario->requirements = list;
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!read_requirement(r, child, &list[r->scenario->requirement_count++]))
            return false;
    return true;
}
