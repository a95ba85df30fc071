/* read_discipline.c: what a station's discipline is told beside its name, and what it does not go with. */
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

enum { SERVERS_MOST = 10000 };

bool read_discipline(struct reader *r, const cJSON *node, struct station_spec *out)
{
    const struct discipline_type *d = out->discipline;
    static const struct param nothing[] = {{0}};
    struct arg args[DISCIPLINE_PARAMS + 1] = {0};
    const struct param *params = d->tell == NULL ? nothing : d->params;
    char owner[UNITS_QUOTE_SIZE];
    for (const cJSON *key = cJSON_IsObject(node) ? node->child : NULL; key != NULL && d->tell == NULL; key = key->next)
        if (strcmp(key->string, "name") != 0)
            return read_fail_key(r, key, "\"%s\" has no parameters; it is written \"discipline\": \"%s\"", d->name, d->name);
    if (cJSON_IsObject(node) &&
        !read_args(r, node, params, NULL, "name", units_quote(d->name, owner), DIMENSION_NUMBER, args))
        return false;
    if (d->tell == NULL)
        return true;
    for (size_t i = 0; params[i].type != PARAM_NONE; i++)
        if (params[i].required && !args[i].given)
            return read_fail(r, node, "\"%s\" needs \"%s\": { \"name\": \"%s\", \"%s\": ... }", d->name, params[i].name,
                             d->name, params[i].name);
    if (d->tell(&out->told, args, r->err))
        return true;
    return json_stand(r->tree, node, r->err);
}

bool read_discipline_apart(struct reader *r, const cJSON *node, const struct station_spec *s)
{
    static const char *const no_environment[] = {"setup", "switch", NULL};
    for (size_t i = 0; s->environment != NULL && no_environment[i] != NULL; i++)
        if (json_get(node, no_environment[i]) != NULL && !(s->servers < INFINITY))
            return read_fail_key(r, json_get(node, no_environment[i]), "\"%s\" does not go with \"environment\" where servers are infinite",
                                 no_environment[i]);
    static const char *const apart[] = {"setup", "breakdown", "vacation", "autoscale", "take", "adapt", "batch",
                                        "speed", "steal",     "jockey",   NULL};
    if (s->discipline->drops && s->await_release)
        return read_fail(r, json_get(node, "await"),
                         "\"release\" does not go with \"discipline\": \"%s\": who comes back for a server cannot be dropped",
                         s->discipline->name);
    if (s->discipline->drops && s->steal)
        return read_fail_key(r, json_get(node, "steal"), "\"steal\" does not go with \"discipline\": \"%s\"", s->discipline->name);
    if (!s->discipline->visits)
        return true;
    for (size_t i = 0; apart[i] != NULL; i++)
        if (json_get(node, apart[i]) != NULL)
            return read_fail_key(r, json_get(node, apart[i]), "\"%s\" does not go with \"discipline\": \"%s\"", apart[i],
                                 s->discipline->name);
    if (s->individual || !(s->servers <= SERVERS_MOST))
        return read_fail(r, json_get(node, "servers"), "\"%s\" needs a number of servers, at most %d", s->discipline->name,
                         SERVERS_MOST);
    if (s->resume_first)
        return read_fail_key(r, json_get(node, "resume"),
                             "\"resume\": \"first\" does not go with \"discipline\": \"%s\": who comes back waits in its line",
                             s->discipline->name);
    return true;
}
