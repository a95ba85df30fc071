/* read_dispatch.c: what a station says about other stations, and about lines of its servers' own. */
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

enum { D_MOST = 64, SERVERS_MOST = 10000 };

/* "jockey": a least difference, or true for the least that makes a task better off. */
static bool read_jockey(struct reader *r, const cJSON *node, struct station_spec *out)
{
    cJSON *jockey = json_get(node, "jockey");
    char described[JSON_DESCRIBE_SIZE];
    if (jockey == NULL || cJSON_IsFalse(jockey))
        return true;
    if (cJSON_IsTrue(jockey)) {
        out->jockey = 2.0;
        return true;
    }
    const double least = cJSON_IsNumber(jockey) ? jockey->valuedouble : 0.0;
    if (!(least >= 1.0 && least <= UINT32_MAX && floor(least) == least))
        return read_fail(r, jockey, "expected a whole number from 1, true or false, found %s",
                         json_describe(jockey, described));
    out->jockey = least;
    return true;
}

/* "information": { "age": D }: what the rule knows is renewed each time after D. */
static bool read_information(struct reader *r, const cJSON *node, struct station_spec *out)
{
    static const struct param params[] = {
        {.name = "age", .type = PARAM_DIST, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE, .required = true,
         .summary = "how long what the rule knows stays as it is"},
        {0}};
    const cJSON *information = json_get(node, "information");
    struct arg args[sizeof params / sizeof params[0]];
    if (information == NULL)
        return true;
    if (!read_args(r, information, params, NULL, NULL, "\"information\"", DIMENSION_NUMBER, args))
        return false;
    if (!out->dispatch->looks)
        return read_fail_key(r, information, "\"information\" has no meaning with \"dispatch\": \"%s\", which looks at nothing",
                             out->dispatch->name);
    out->information = args[0].dist;
    return args[0].dist->mean > 0.0 || read_fail(r, information, "an \"age\" must be above 0");
}

bool read_dispatch(struct reader *r, const cJSON *node, const struct arg *args, struct station_spec *out)
{
    (void)args;
    static const char *const only_lines[] = {"dispatch", "d", "replacement", "weights", "information", "key", "sticky", "probe", NULL};
    if (!read_jockey(r, node, out))
        return false;
    const bool group = json_get(node, "balance") != NULL;
    if (!group && !out->per_server)
        for (const char *const *key = only_lines; *key != NULL; key++)
            if (json_get(node, *key) != NULL)
                return read_fail_key(r, json_get(node, *key),
                                     "\"%s\" needs \"queues\": \"per_server\", or a group (\"balance\")", *key);
    if (!out->per_server && (out->steal || out->jockey > 0.0))
        return read_fail_key(r, json_get(node, out->steal ? "steal" : "jockey"),
                             "\"%s\" needs \"queues\": \"per_server\": there are no other lines",
                             out->steal ? "steal" : "jockey");
    if (!group && !out->per_server)
        return true;
    if (out->dispatch == NULL)
        out->dispatch = lookup_row(dispatch_table, "random");
    const bool power = out->dispatch == lookup_row(dispatch_table, "power_of_d");
    const bool weighted = out->dispatch == lookup_row(dispatch_table, "weighted");
    if (!power && (json_get(node, "d") != NULL || json_get(node, "replacement") != NULL))
        return read_fail_key(r, json_get(node, json_get(node, "d") != NULL ? "d" : "replacement"),
                             "\"%s\" has no meaning with \"dispatch\": \"%s\"; \"power_of_d\" has one",
                             json_get(node, "d") != NULL ? "d" : "replacement", out->dispatch->name);
    if (power && out->d > D_MOST)
        return read_fail(r, json_get(node, "d"), "\"d\" is at most %d", D_MOST);
    if (weighted && out->weights == NULL)
        return read_fail(r, json_get(node, "dispatch"), "\"weighted\" needs \"weights\"");
    if (out->dispatch->keyed && out->key == NULL)
        return read_fail(r, json_get(node, "dispatch"), "\"%s\" needs \"key\"", out->dispatch->name);
    if (!out->dispatch->keyed && out->key != NULL)
        return read_fail_key(r, json_get(node, "key"), "\"key\" has no meaning with \"dispatch\": \"%s\"; \"hash\" has one",
                             out->dispatch->name);
    if (!read_information(r, node, out))
        return false;
    if (out->dispatch->keyed && out->sticky != STICKY_NOT)
        return read_fail_key(r, json_get(node, "sticky"), "\"sticky\" has no meaning with \"dispatch\": \"%s\": its \"key\" says who goes together",
                             out->dispatch->name);
    if (out->sticky != STICKY_NOT && (out->steal || out->jockey > 0.0))
        return read_fail_key(r, json_get(node, "sticky"), "\"sticky\" does not go with \"%s\"", out->steal ? "steal" : "jockey");
    if (out->probe != NULL && !out->dispatch->looks)
        return read_fail_key(r, json_get(node, "probe"), "\"probe\" has no meaning with \"dispatch\": \"%s\", which looks at nothing",
                             out->dispatch->name);
    if (!weighted && out->weights != NULL)
        return read_fail_key(r, json_get(node, "weights"),
                             "\"weights\" has no meaning with \"dispatch\": \"%s\"; \"weighted\" has one",
                             out->dispatch->name);
    if (group)
        return true;
    if (!(out->servers <= SERVERS_MOST))
        return read_fail_key(r, json_get(node, "queues"),
                             "servers with lines of their own are at most %d, not %s", SERVERS_MOST,
                             out->servers < INFINITY ? "so many" : "infinite");
    return true;
}

/* The weights' number and sum. */
static bool check_weights(struct reader *r, const cJSON *node, const struct station_spec *spec, size_t members)
{
    if (spec->weights == NULL)
        return true;
    if (spec->weight_count != members)
        return read_fail(r, json_get(node, "weights"), "there are %zu weights for %zu %s", spec->weight_count,
                         members, spec->balance != NULL ? "stations" : "servers");
    double sum = 0.0;
    for (size_t i = 0; i < members; i++)
        sum += spec->weights[i];
    return sum > 0.0 || read_fail(r, json_get(node, "weights"), "some weight must be above 0");
}

static bool read_balance(struct reader *r, const cJSON *node, const cJSON *list, struct station_spec *out)
{
    static const char *const allowed[] = {"balance", "dispatch", "d", "replacement", "weights", "information", "key", "sticky", "probe", "capacity", "on_full",
                                          NULL};
    char described[JSON_DESCRIBE_SIZE];
    const struct scenario *s = r->scenario;
    const char *other = station_other_key(out, allowed);
    if (other != NULL)
        return read_fail_key(r, json_get(node, other),
                             "a group has no \"%s\" of its own: its stations have", other);
    if (!cJSON_IsArray(list) || list->child == NULL)
        return read_fail(r, list, "expected a list of stations by name, found %s", json_describe(list, described));
    const size_t count = (size_t)cJSON_GetArraySize(list);
    size_t *members = arena_array(r->arena, count, sizeof *members);
    const char **names = arena_array(r->arena, s->station_count, sizeof *names);
    if (members == NULL || names == NULL)
        return read_no_memory(r);
    for (size_t i = 0; i < s->station_count; i++)
        names[i] = s->stations[i].name;
    size_t n = 0;
    out->servers = 0.0;
    for (const cJSON *name = list->child; name != NULL; name = name->next, n++) {
        if (!cJSON_IsString(name))
            return read_fail(r, name, "expected the name of a station, found %s", json_describe(name, described));
        size_t i = 0;
        while (i < s->station_count && strcmp(names[i], name->valuestring) != 0)
            i++;
        if (i == s->station_count)
            return read_unknown_name(r, name, "station", name->valuestring, names, s->station_count);
        const struct station_spec *member = &s->stations[i];
        for (size_t j = 0; j < n; j++)
            if (members[j] == i)
                return read_fail(r, name, "this station is in the group already");
        if (member->tokens_rate > 0.0)
            return read_fail(r, name, "a station of a group has servers, not \"tokens\"");
        if (member->dispatch != NULL)
            return read_fail(r, name, "a station of a group is neither a group nor has lines for each server");
        if (member->at_full)
            return read_fail(r, name, "\"on_full\" of a station in a group must be \"drop\"; the group may say more");
        members[n] = i;
        out->servers += member->servers;
        if (n == 0) { /* what it means to hold a server here */
            out->await_release = member->await_release;
            out->switch_cost = member->switch_cost;
        }
        if (member->discipline->shape == DISCIPLINE_SHARING || member->discipline->only_at ||
            member->preempt != PREEMPT_NOBODY) {
            out->discipline = member->discipline;
            out->preempt = member->preempt;
        }
    }
    out->balance = members;
    out->balance_count = count;
    return true;
}

static bool read_on_full(struct reader *r, const cJSON *node, const cJSON *on_full, struct station_spec *out)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!(out->capacity < INFINITY) && !(out->limit_wait < INFINITY) && (!out->discipline->drops || cJSON_IsString(on_full)))
        return read_fail_key(r, on_full, "\"on_full\" needs \"capacity\": without it the station is never full");
    if (cJSON_IsString(on_full) && strcmp(on_full->valuestring, "drop") == 0)
        return true;
    if (cJSON_IsString(on_full) && strcmp(on_full->valuestring, "block") == 0) {
        out->blocks = true;
        return true;
    }
    if (cJSON_IsString(on_full) && strcmp(on_full->valuestring, "drop_oldest") == 0) {
        if (out->discipline->shape == DISCIPLINE_SHARING || out->preempt != PREEMPT_NOBODY || out->discipline->visits ||
            out->dispatch != NULL)
            return read_fail(r, on_full, "\"drop_oldest\" needs one line, before servers that keep their tasks");
        out->drops_oldest = true;
        return true;
    }
    if (json_get(on_full, "block") != NULL) {
        static const char *const when[] = {"after", "before", NULL};
        static const struct param block_params[] = {{.name = "block", .type = PARAM_WORD, .words = when, .required = true}, {0}};
        struct arg args[1];
        if (!read_args(r, on_full, block_params, NULL, NULL, "\"on_full\"", DIMENSION_NUMBER, args))
            return false;
        out->blocks = true;
        out->blocks_before = args[0].number == 1.0;
        return true;
    }
    if (cJSON_IsObject(on_full)) {
        static const struct param retry_params[] = {
            {.name = "retry", .type = PARAM_DIST, .dimension = DIMENSION_TIME, .range = RANGE_POSITIVE, .required = true},
            {0},
        };
        struct arg args[1];
        if (!read_args(r, on_full, retry_params, NULL, NULL, "\"on_full\"", DIMENSION_NUMBER, args))
            return false;
        out->retry = args[0].dist;
        return true;
    }
    if (!cJSON_IsArray(on_full))
        return read_fail(r, on_full, "expected \"drop\", \"drop_oldest\", \"block\", { \"block\": \"before\" }, { \"retry\": D } or a list of steps, found %s",
                         json_describe(on_full, described));
    (void)node;
    struct steps *steps = arena_alloc(r->arena, sizeof *steps);
    if (steps == NULL)
        return read_no_memory(r);
    const int depth = r->step_depth;
    r->step_depth = 1; /* not a kind's own: no ids */
    const bool ok = read_steps(r, on_full, steps);
    r->step_depth = depth;
    out->on_full = steps;
    return ok;
}

/* Lines of their own that tasks may leave for others. */
static bool check_lines(struct reader *r, const cJSON *node, const struct station_spec *s)
{
    const char *key = s->steal ? "steal" : "jockey";
    if (!s->steal && !(s->jockey > 0.0))
        return true;
    if (s->discipline->shape == DISCIPLINE_SHARING || s->preempt != PREEMPT_NOBODY)
        return read_fail_key(r, json_get(node, key), "\"%s\" has no meaning with \"discipline\": \"%s\"", key,
                             s->discipline->name);
    if (s->setup != NULL)
        return read_fail_key(r, json_get(node, key), "\"%s\" does not go with \"setup\"", key);
    if (s->resume_first)
        return read_fail_key(r, json_get(node, key), "\"%s\" does not go with \"resume\": \"first\"", key);
    if (s->jockey > 0.0 && strcmp(s->discipline->name, "fcfs") != 0)
        return read_fail_key(r, json_get(node, "jockey"), "\"jockey\" needs \"discipline\": \"fcfs\"");
    if (s->jockey == 1.0)
        return read_fail(r, json_get(node, "jockey"), "\"jockey\" is at least 2: who changes to a line that is "
                                                      "shorter by 1 is no better off");
    return true;
}

bool read_station_group(struct reader *r, const cJSON *node, struct station_spec *out)
{
    const cJSON *balance = json_get(node, "balance");
    return balance == NULL || read_balance(r, node, balance, out);
}

bool read_station_links(struct reader *r, const cJSON *node, struct station_spec *out)
{
    const cJSON *on_full = json_get(node, "on_full");
    if (on_full != NULL && !read_on_full(r, node, on_full, out))
        return false;
    if (out->limit != NULL && out->limit_wait < INFINITY && out->blocks)
        return read_fail(r, on_full, "\"block\" does not go with \"wait\" of \"adapt\"; without \"wait\" all who come wait");
    if (out->probe != NULL && out->blocks)
        return read_fail_key(r, json_get(node, "probe"), "\"probe\" does not go with \"on_full\": \"block\": whether there is room is seen when "
                                                         "the task comes");
    if (out->tokens_rate > 0.0 && out->blocks)
        return read_fail(r, on_full, "\"block\" has no meaning with \"tokens\": without \"capacity\" all who come wait");
    /* Weights of lines, of which infinite servers have none. */
    const size_t lines = out->servers < INFINITY ? (size_t)out->servers : 0;
    return check_lines(r, node, out) && check_weights(r, node, out, out->balance != NULL ? out->balance_count : lines);
}
