/* read_station.c: stations. */
#include "models/scenario/read.h"

#include <math.h>
#include <string.h>

static const char *const await_words[] = {"hold", "release", NULL};
static const char *const resume_words[] = {"last", "first", NULL};
/* In the order of enum take_rule. */
static const char *const take_words[] = {"fastest", "longest_idle", "random", NULL};
/* In the order of enum sticky, after STICKY_NOT. */
static const char *const sticky_words[] = {"task", "session", NULL};
static const char *const queues_words[] = {"shared", "per_server", NULL};
/* In the order of enum preempt_mode, after PREEMPT_NOBODY. */
static const char *const preempt_words[] = {"resume", "restart", "repeat", NULL};

enum {
    STATION_SERVERS,
    STATION_DISCIPLINE,
    STATION_CAPACITY,
    STATION_ON_FULL,
    STATION_AWAIT,
    STATION_RESUME,
    STATION_SWITCH,
    STATION_SETUP,
    STATION_KEEP_ALIVE,
    STATION_SETUP_SERIAL,
    STATION_PREEMPT,
    STATION_QUANTUM,
    STATION_QUEUES,
    STATION_DISPATCH,
    STATION_D,
    STATION_REPLACEMENT,
    STATION_WEIGHTS,
    STATION_STEAL,
    STATION_JOCKEY,
    STATION_INFORMATION,
    STATION_KEY,
    STATION_BALANCE,
    STATION_TAKE,
    STATION_BREAKDOWN,
    STATION_VACATION,
    STATION_AUTOSCALE,
    STATION_BATCH,
    STATION_SPEED,
    STATION_COST,
    STATION_ENVIRONMENT,
    STATION_TOKENS,
    STATION_ADAPT,
    STATION_STICKY,
    STATION_PROBE,
    STATION_KEYS
};

const struct param scenario_station_params[] = {
    [STATION_SERVERS] = {.name = "servers",
                         .type = PARAM_SERVERS,
                         .range = RANGE_FROM_ONE,
                         .summary = "a whole number or \"infinite\"; default 1"},
    [STATION_DISCIPLINE] = {.name = "discipline",
                            .type = PARAM_ROW,
                            .rows = &discipline_table,
                            .told = true,
                            .summary = "who is served next, by name, or { \"name\": ..., ... } with parameters; "
                                       "default fcfs"},
    [STATION_CAPACITY] = {.name = "capacity",
                          .type = PARAM_WHOLE,
                          .range = RANGE_NOT_NEGATIVE,
                          .summary = "most tasks present, in service included, from 1 on (with \"tokens\": most that "
                                     "wait, from 0 on); default: no limit"},
    [STATION_ON_FULL] = {.name = "on_full",
                         .type = PARAM_JSON,
                         .summary = "what a task that finds the station full does: \"drop\" (it is lost; default), \"drop_oldest\" (one who waits is), "
                                    "\"block\" (it waits for room and keeps what it has), { \"block\": \"before\" } (it is "
                                    "not even served before there is room), { \"retry\": D } (it comes again after that "
                                    "time), or steps to take instead"},
    [STATION_AWAIT] = {.name = "await",
                       .type = PARAM_WORD,
                       .words = await_words,
                       .summary = "what a task that awaits does with its server; default hold"},
    [STATION_RESUME] = {.name = "resume",
                        .type = PARAM_WORD,
                        .words = resume_words,
                        .summary = "where it queues to get a server again; default last"},
    [STATION_SWITCH] = {.name = "switch",
                        .type = PARAM_DIST,
                        .dimension = DIMENSION_TIME,
                        .summary = "time added each time a server turns to a task; default 0"},
    [STATION_SETUP] = {.name = "setup",
                       .type = PARAM_DIST,
                       .dimension = DIMENSION_TIME,
                       .summary = "time for a cold server to start; default: always warm"},
    [STATION_KEEP_ALIVE] = {.name = "keep_alive",
                            .type = PARAM_DIST,
                            .dimension = DIMENSION_TIME,
                            .summary = "time until a warm server without work goes cold; default: never"},
    [STATION_SETUP_SERIAL] = {.name = "setup_serial",
                              .type = PARAM_FLAG,
                              .summary = "one server starts at a time; default false"},
    [STATION_PREEMPT] = {.name = "preempt",
                         .type = PARAM_WORD,
                         .words = preempt_words,
                         .summary =
                             "a more urgent task takes the server of one in service, which later goes on "
                             "(resume), begins the same work again (restart) or draws it anew (repeat)"},
    [STATION_QUANTUM] = {.name = "quantum",
                         .type = PARAM_NUMBER,
                         .dimension = DIMENSION_TIME,
                         .range = RANGE_POSITIVE,
                         .summary = "rr: how long a task is served in each turn"},
    [STATION_QUEUES] = {.name = "queues",
                        .type = PARAM_WORD,
                        .words = queues_words,
                        .summary = "one line for all servers, or each has its own; default shared"},
    [STATION_DISPATCH] = {.name = "dispatch",
                          .type = PARAM_ROW,
                          .rows = &dispatch_table,
                          .summary = "which line, or which station of a group, a task goes to; default random"},
    [STATION_D] = {.name = "d",
                   .type = PARAM_WHOLE,
                   .range = RANGE_FROM_ONE,
                   .summary = "power_of_d: how many are looked at; default 2"},
    [STATION_REPLACEMENT] = {.name = "replacement",
                             .type = PARAM_FLAG,
                             .summary = "power_of_d: one may be drawn twice; default false"},
    [STATION_WEIGHTS] = {.name = "weights",
                         .type = PARAM_NUMBERS,
                         .range = RANGE_NOT_NEGATIVE,
                         .summary = "weighted: one for each server, or each station of the group"},
    [STATION_STEAL] = {.name = "steal",
                       .type = PARAM_FLAG,
                       .summary = "a server with nothing to do takes a task from the longest line; default false"},
    [STATION_JOCKEY] = {.name = "jockey",
                        .type = PARAM_JSON,
                        .summary = "the last of a line changes to one that is shorter by this many, at least 2 (true: 2); "
                                   "default: never"},
    [STATION_INFORMATION] = {.name = "information",
                             .type = PARAM_JSON,
                             .summary = "what the rule of dispatch knows is as old as { \"age\": D }; default: it knows what is now"},
    [STATION_KEY] = {.name = "key",
                     .type = PARAM_DIST,
                     .summary = "hash: the task's key, rounded to a whole number"},
    [STATION_BALANCE] = {.name = "balance",
                         .type = PARAM_JSON,
                         .summary = "this is a group: the stations behind a load balancer, by name"},
    [STATION_TAKE] = {.name = "take",
                      .type = PARAM_WORD,
                      .words = take_words,
                      .summary = "which of the idle servers takes a task; default fastest"},
    [STATION_BREAKDOWN] = {.name = "breakdown",
                           .type = PARAM_JSON,
                           .summary = "servers are up and down in turn: { \"up\": D, \"down\": D, \"scope\": \"server\" or "
                                      "\"station\", \"task\": \"resume\", \"restart\" or \"lost\" }"},
    [STATION_VACATION] = {.name = "vacation",
                          .type = PARAM_JSON,
                          .summary = "a server with nothing to do goes away: a time, or { \"time\": D, \"policy\": "
                                     "\"multiple\" or \"single\" }, or { \"until\": N } (so many wait)"},
    [STATION_AUTOSCALE] = {.name = "autoscale",
                           .type = PARAM_JSON,
                           .summary = "a controller sets the number of servers: { \"min\", \"max\", \"target\", "
                                      "\"every\", \"lag\", \"tolerance\", \"stabilisation\" }"},
    [STATION_BATCH] = {.name = "batch",
                       .type = PARAM_JSON,
                       .summary = "several tasks are served together: { \"max\": n, \"min\": n, \"wait\": D, \"per_task\": "
                                  "time }"},
    [STATION_SPEED] = {.name = "speed",
                       .type = PARAM_JSON,
                       .summary = "speed of the whole station by number in service: a list, or { \"usl\": { \"alpha\": "
                                  "a, \"beta\": b } }"},
    [STATION_COST] = {.name = "cost",
                      .type = PARAM_JSON,
                      .summary = "what it occupies: { \"unit\": text, \"per_server\": x, \"per_task\": x }"},
    [STATION_ENVIRONMENT] = {.name = "environment",
                             .type = PARAM_JSON,
                             .summary = "an environment, by name, that sets its speed; default: none"},
    [STATION_TOKENS] = {.name = "tokens",
                        .type = PARAM_JSON,
                        .summary = "a token bucket in place of servers, for tasks that \"pass\": { \"rate\": r, "
                                   "\"bucket\": n } (1)"},
    [STATION_ADAPT] = {.name = "adapt",
                       .type = PARAM_JSON,
                       .summary = "a limit that adapts itself sets the number of servers: { \"rule\", \"min\", \"max\", \"wait\", "
                                  "... } (`desq list limits`)"},
    [STATION_STICKY] = {.name = "sticky",
                        .type = PARAM_WORD,
                        .words = sticky_words,
                        .summary = "for how long a task goes where the rule of dispatch sent it first: task (all its visits), session "
                                   "(all tasks of a session, or of a closed client); default: the rule is asked each time"},
    [STATION_PROBE] = {.name = "probe",
                       .type = PARAM_DIST,
                       .dimension = DIMENSION_TIME,
                       .range = RANGE_POSITIVE,
                       .summary = "how long it takes to ask: a task goes where the rule sent it, but only after this time; default 0"},
    {0},
};
enum { STATION_ENTRIES = sizeof scenario_station_params / sizeof scenario_station_params[0] };
_Static_assert(STATION_ENTRIES <= 64, "one bit each in station_spec.given");

/* What makes sense only where one task has one server. */
static bool check_sharing(struct reader *r, const cJSON *node, const struct station_spec *s,
                          const struct arg *args)
{
    static const struct {
        int key;
        const char *why;
    } refused[] = {
        {STATION_SETUP, "there is no single server that starts for a task"},
        {STATION_KEEP_ALIVE, "there is no single server that goes cold"},
        {STATION_SETUP_SERIAL, "there is no single server that starts for a task"},
        {STATION_SWITCH, "a server never turns from one task to another"},
        {STATION_RESUME, "a task never holds a server here"},
    };
    if (s->discipline->shape != DISCIPLINE_SHARING)
        return true;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const char *key = scenario_station_params[refused[i].key].name;
        if (args[refused[i].key].given)
            return read_fail_key(r, json_get(node, key),
                                 "\"%s\" has no meaning with \"discipline\": \"%s\": %s", key,
                                 s->discipline->name, refused[i].why);
    }
    if (s->await_release)
        return read_fail(
            r, json_get(node, "await"),
            "\"release\" has no meaning with \"discipline\": \"%s\": a task never holds a server here",
            s->discipline->name);
    return true;
}

/* Who is preempted, and what `rr` needs. */
static bool check_preemption(struct reader *r, const cJSON *node, struct station_spec *s,
                             const struct arg *args)
{
    const struct arg *preempt = &args[STATION_PREEMPT], *quantum = &args[STATION_QUANTUM];
    const char *name = s->discipline->name;
    const bool turns = s->discipline->preemption != PREEMPT_NEVER && s->discipline->order == ORDER_TURN;
    s->preempt = preempt->given ? (enum preempt_mode)(1 + (int)preempt->number) : PREEMPT_NOBODY;
    s->quantum = quantum->given ? quantum->number : INFINITY;
    if (quantum->given && !turns)
        return read_fail_key(r, json_get(node, "quantum"),
                             "\"quantum\" has no meaning with \"discipline\": \"%s\"; \"rr\" has one", name);
    if (!quantum->given && turns)
        return read_fail(r, json_get(node, "discipline"), "\"rr\" needs \"quantum\"");
    switch (s->discipline->preemption) {
    case PREEMPT_NEVER:
        if (preempt->given)
            return read_fail_key(r, json_get(node, "preempt"),
                                 "\"preempt\" has no meaning with \"discipline\": \"%s\": %s", name,
                                 s->discipline->shape == DISCIPLINE_SHARING
                                     ? "all present share the servers"
                                     : "it preempts nobody (lcfs_pr, psjf, srpt, priority and edf can)");
        break;
    case PREEMPT_OPTIONAL:
        break;
    case PREEMPT_ALWAYS:
        if (!preempt->given)
            s->preempt = PREEMPT_RESUMES;
        break;
    case PREEMPT_RESUME:
        if (preempt->given && s->preempt != PREEMPT_RESUMES)
            return read_fail(
                r, json_get(node, "preempt"),
                "with \"discipline\": \"%s\" a task goes on where it stopped: only \"resume\" has a meaning",
                name);
        s->preempt = PREEMPT_RESUMES;
        break;
    }
    if (s->preempt == PREEMPT_NOBODY && !s->discipline->only_at)
        return true;
    if (args[STATION_RESUME].given || s->await_release)
        return read_fail_key(r, json_get(node, s->await_release ? "await" : "resume"),
                             "\"%s\" has no meaning with %s\"%s\": a task never holds a server here",
                             s->await_release ? "await" : "resume",
                             s->discipline->only_at ? "\"discipline\": " : "\"preempt\" and ", name);
    return true;
}

/* "tokens": a bucket, which has nothing of what servers have. */
static bool read_tokens(struct reader *r, const cJSON *node, struct station_spec *out)
{
    static const struct param params[] = {
        {.name = "rate", .type = PARAM_NUMBER, .dimension = DIMENSION_RATE, .range = RANGE_POSITIVE, .required = true},
        {.name = "bucket", .type = PARAM_NUMBER, .range = RANGE_POSITIVE},
        {0},
    };
    static const char *const allowed[] = {"tokens", "capacity", "on_full", NULL};
    struct arg args[2];
    const char *other = station_other_key(out, allowed);
    if (other != NULL)
        return read_fail_key(r, json_get(node, other), "\"%s\" has no meaning with \"tokens\": there are no servers", other);
    if (!read_args(r, json_get(node, "tokens"), params, NULL, NULL, "\"tokens\"", DIMENSION_NUMBER, args))
        return false;
    const cJSON *on_full = json_get(node, "on_full");
    out->tokens_rate = args[0].number;
    out->tokens_most = args[1].given ? args[1].number : 1.0;
    out->quantum = INFINITY;
    out->servers_at_start = 1.0;
    out->at_full = on_full != NULL && !(cJSON_IsString(on_full) && strcmp(on_full->valuestring, "drop") == 0);
    return true;
}

static bool read_station(struct reader *r, const cJSON *node, struct station_spec *out)
{
    struct arg args[STATION_ENTRIES];
    if (!read_name(r, node, "station") ||
        !read_args(r, node, scenario_station_params, NULL, NULL, "a station", DIMENSION_NUMBER, args))
        return false;
    *out = (struct station_spec){
        .name = arena_text(r->arena, node->string),
        .at = json_place(r->tree, node, r->arena),
        .servers = args[STATION_SERVERS].given ? args[STATION_SERVERS].number : 1.0,
        .capacity = args[STATION_CAPACITY].given ? args[STATION_CAPACITY].number : INFINITY,
        .discipline = args[STATION_DISCIPLINE].given ? args[STATION_DISCIPLINE].row
                                                     : lookup_row(discipline_table, "fcfs"),
        .await_release = args[STATION_AWAIT].given && args[STATION_AWAIT].number == 1.0,
        .resume_first = args[STATION_RESUME].given && args[STATION_RESUME].number == 1.0,
        .switch_cost = args[STATION_SWITCH].dist,
        .setup = args[STATION_SETUP].dist,
        .keep_alive = args[STATION_KEEP_ALIVE].dist,
        .setup_serial = args[STATION_SETUP_SERIAL].number == 1.0,
        .given = read_given(scenario_station_params, args),
        .per_server = args[STATION_QUEUES].given && args[STATION_QUEUES].number == 1.0,
        .dispatch = args[STATION_DISPATCH].row,
        .d = args[STATION_D].given ? args[STATION_D].number : 2.0,
        .sticky = args[STATION_STICKY].given ? (enum sticky)(1 + (int)args[STATION_STICKY].number) : STICKY_NOT,
        .probe = args[STATION_PROBE].dist,
        .replacement = args[STATION_REPLACEMENT].number == 1.0,
        .key = args[STATION_KEY].dist,
        .weights = args[STATION_WEIGHTS].list,
        .weight_count = args[STATION_WEIGHTS].count,
        .steal = args[STATION_STEAL].number == 1.0,
        .take = (enum take_rule)(int)args[STATION_TAKE].number,
        .limit_wait = INFINITY,
    };
    if (out->name == NULL)
        return read_no_memory(r);
    if (json_get(node, "tokens") != NULL)
        return read_tokens(r, node, out);
    if (out->capacity == 0.0)
        return read_fail(r, json_get(node, "capacity"), "must be at least 1, found 0: those in service are counted");
    const cJSON *on_full = json_get(node, "on_full");
    out->at_full = on_full != NULL && !(cJSON_IsString(on_full) && strcmp(on_full->valuestring, "drop") == 0);
    if (!read_environment_name(r, json_get(node, "environment"), &out->environment) ||
        !read_discipline(r, json_get(node, "discipline"), out) || !read_dispatch(r, node, args, out))
        return false;
    if (!check_sharing(r, node, out, args) || !check_preemption(r, node, out, args))
        return false;
    if (out->setup == NULL && out->keep_alive != NULL)
        return read_fail_key(r, json_get(node, "keep_alive"),
                             "\"keep_alive\" needs \"setup\": without it, servers are always warm");
    if (out->setup == NULL && out->setup_serial)
        return read_fail_key(r, json_get(node, "setup_serial"),
                             "\"setup_serial\" needs \"setup\": without it, servers are always warm");
    return read_individual(r, node, out) && read_service(r, node, out) && read_discipline_apart(r, node, out);
}

bool read_stations(struct reader *r, const cJSON *node)
{
    char described[JSON_DESCRIBE_SIZE];
    if (node == NULL)
        return true;
    if (!cJSON_IsObject(node))
        return read_fail(r, node, "expected an object of stations by name, found %s",
                         json_describe(node, described));
    struct scenario *s = r->scenario;
    s->stations = arena_array(r->arena, (size_t)cJSON_GetArraySize(node), sizeof *s->stations);
    if (s->stations == NULL)
        return read_no_memory(r);
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!read_station(r, child, &s->stations[s->station_count++]))
            return false;
    size_t i = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!read_station_group(r, child, &s->stations[i++]))
            return false;
    i = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!read_station_links(r, child, &s->stations[i++]))
            return false;
    return true;
}
