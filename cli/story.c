/* desq story: one task's life, stay by stay. */
#include "models/witness.h"

#include "cli/command.h"
#include "cli/output/number.h"
#include "cli/save.h"
#include "cli/scenario_args.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_TASK = KEY_OTHER, KEY_KIND, KEY_SLOWEST, KEY_REPLICATION, KEY_VARIANT, KEY_JSON };

struct story_args {
    struct scenario_args scenarios;
    unsigned long long task, replication, slowest;
    const char *kind, *variant, *json;
};

static const struct argp_option options[] = {
    {"task", KEY_TASK, "N", 0, "The N-th task of its kind to arrive", 0},
    {"slowest", KEY_SLOWEST, "N", OPTION_ARG_OPTIONAL, "The slowest N tasks (default: 1) to be completed, after the warm-up", 0},
    {"kind", KEY_KIND, "NAME", 0, "Of this kind (default: the first)", 0},
    {"replication", KEY_REPLICATION, "R", 0, "In replication R (default: 0, the first)", 0},
    {"variant", KEY_VARIANT, "NAME", 0, "Of this variant (default: the first)", 0},
    {"json", KEY_JSON, "FILE", 0, "Write it to FILE (-: standard output) as well", 0},
    SCENARIO_ARGS_OPTIONS,
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct story_args *args = state->input;
    switch (key) {
    case KEY_TASK:
        if (!arguments_whole(argument, UINT64_MAX >> 1, &args->task) || args->task == 0)
            return arguments_complain(state, "--task takes a whole number from 1 on; got \"%s\"", argument);
        return 0;
    case KEY_SLOWEST:
        args->slowest = 1;
        if (argument != NULL && (!arguments_whole(argument, 1000, &args->slowest) || args->slowest == 0))
            return arguments_complain(state, "--slowest takes a whole number from 1 to 1000; got \"%s\"", argument);
        return 0;
    case KEY_REPLICATION:
        if (!arguments_whole(argument, UINT64_MAX >> 1, &args->replication))
            return arguments_complain(state, "--replication takes a whole number; got \"%s\"", argument);
        return 0;
    case KEY_KIND:
        args->kind = argument;
        return 0;
    case KEY_VARIANT:
        args->variant = argument;
        return 0;
    case KEY_JSON:
        args->json = argument;
        return 0;
    case ARGP_KEY_END:
        if (args->scenarios.file_count > 1)
            return arguments_complain(state, "one scenario at a time");
        if ((args->task > 0) == (args->slowest > 0))
            return arguments_complain(state, "which task? Say --task N or --slowest, one of them");
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp story_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE",
    .doc = "Tells what one task of a run went through: where it waited, for how long, behind how many; where it was served; how it ended. The run is "
           "done again from its seed; nothing need have been logged.\v"
           "Examples:\n"
           "  desq story scenarios/web-server.json --set /sweep=null --slowest --variant async\n"
           "  desq story web.json --task 91823\n"
           "\n"
           "Exit status: 0 told; 1 there is no such task; 2 bad usage or scenario."};

/* ---- Which tasks ---- */

struct slow {
    uint64_t key;
    double response;
};

struct seeker {
    size_t kind;
    struct slow *best; /* the slowest so far, the slowest first */
    size_t count, most;
};

static void consider(void *context, size_t kind, uint64_t key, double response)
{
    struct seeker *s = context;
    if (kind != s->kind || (s->count == s->most && response <= s->best[s->count - 1].response))
        return;
    if (s->count < s->most)
        s->count++;
    size_t i = s->count - 1;
    for (; i > 0 && s->best[i - 1].response < response; i--)
        s->best[i] = s->best[i - 1];
    s->best[i] = (struct slow){key, response};
}

/* ---- Telling ---- */

struct teller {
    const struct scenario *scenario;
    size_t kind;
    uint64_t number;         /* 0: by key */
    const struct slow *keys;
    size_t key_count, told;
    cJSON *json;             /* NULL: not wanted */
    bool failed;
};

static bool wanted(void *context, size_t kind, uint64_t number, uint64_t key)
{
    const struct teller *t = context;
    if (kind != t->kind)
        return false;
    if (t->number > 0)
        return number == t->number;
    for (size_t i = 0; i < t->key_count; i++)
        if (t->keys[i].key == key)
            return true;
    return false;
}

static const char *what_of(struct arena *arena, const struct scenario *s, const struct task_stay_told *x)
{
    const char *station = x->station == SIZE_MAX ? "" : s->stations[x->station].name;
    char number[NUMBER_ROOM];
    switch (x->place) {
    case STAY_LINE:
        return arena_printf(arena, "waits for %s of %s%s%s", s->stations[x->station].tokens_rate > 0.0 ? "tokens" : "a server", station,
                            x->before == 0 ? "" : ", behind ", x->before == 0 ? "" : number_whole((double)x->before, number));
    case STAY_ROOM:
        return arena_printf(arena, "waits for room at %s", station);
    case STAY_SERVICE:
        return x->overhead > 0.0 ? arena_printf(arena, "is served at %s, %s of it to switch", station, number_short(x->overhead, 4, number))
                                 : arena_printf(arena, "is served at %s", station);
    case STAY_SWITCH:
        return arena_printf(arena, "has a server of %s, which turns to it", station);
    case STAY_STATION:
        return x->wait > 0.0 ? arena_printf(arena, "is at %s: served for %s of that, in turns or in a share", station, number_short(x->service, 4, number))
                             : arena_printf(arena, "is served at %s", station);
    case STAY_DELAY:
        return "lets time pass";
    case STAY_BACKOFF:
        return "lets time pass before another attempt";
    case STAY_BRANCHES:
        return "waits for its branches";
    case STAY_PLACES:
        break;
    }
    return "";
}

static const char *end_of(const struct task_life *life)
{
    return life->there       ? "is still there at the end of the replication"
           : life->lost      ? "is lost"
           : life->dead      ? "ends as a dead letter"
           : life->abandoned ? "gives up: its patience is over"
           : life->timed_out ? "ends: timed out"
                             : "is done";
}

static void add_json(cJSON *list, const struct scenario *s, const struct task_life *life)
{
    static const char *const places[] = {[STAY_LINE] = "line",   [STAY_ROOM] = "room",   [STAY_SERVICE] = "service",  [STAY_SWITCH] = "switch",
                                         [STAY_STATION] = "station", [STAY_DELAY] = "delay", [STAY_BACKOFF] = "backoff", [STAY_BRANCHES] = "branches"};
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "task", s->kinds[life->kind].name);
    if (life->number > 0)
        cJSON_AddNumberToObject(o, "number", (double)life->number);
    cJSON_AddNumberToObject(o, "arrived", life->arrived);
    cJSON_AddNumberToObject(o, "left", life->left);
    cJSON_AddStringToObject(o, "end", end_of(life));
    cJSON *stays = cJSON_AddArrayToObject(o, "stays");
    for (size_t i = 0; i < life->count; i++) {
        const struct task_stay_told *x = &life->stays[i];
        cJSON *e = cJSON_CreateObject();
        cJSON_AddStringToObject(e, "place", places[x->place]);
        if (x->station != SIZE_MAX)
            cJSON_AddStringToObject(e, "station", s->stations[x->station].name);
        cJSON_AddNumberToObject(e, "begin", x->begin);
        cJSON_AddNumberToObject(e, "end", x->end);
        cJSON_AddNumberToObject(e, "wait", x->wait);
        cJSON_AddNumberToObject(e, "service", x->service);
        cJSON_AddNumberToObject(e, "delay", x->delay);
        cJSON_AddNumberToObject(e, "overhead", x->overhead);
        if (x->place == STAY_LINE)
            cJSON_AddNumberToObject(e, "before", (double)x->before);
        if (x->in_vain)
            cJSON_AddBoolToObject(e, "in_vain", true);
        cJSON_AddItemToArray(stays, e);
    }
    cJSON_AddItemToArray(list, o);
}

static void told(void *context, const struct task_life *life)
{
    struct teller *t = context;
    const struct scenario *s = t->scenario;
    struct arena arena;
    arena_init(&arena);
    char a[NUMBER_ROOM], b[NUMBER_ROOM];
    t->told++;
    printf("%s ", s->kinds[life->kind].name);
    if (life->number > 0)
        printf("%s ", number_whole((double)life->number, a));
    printf("came at %s %s and %s after %s %s\n", number_short(life->arrived, 10, a), s->time_unit, end_of(life),
           number_short(life->left - life->arrived, 6, b), s->time_unit);
    printf("%14s %13s\n", "after", "for");
    for (size_t i = 0; i < life->count; i++) {
        const struct task_stay_told *x = &life->stays[i];
        const char *what = what_of(&arena, s, x);
        printf("%14s %13s  %s%s\n", number_short(x->begin - life->arrived, 6, a), number_short(x->end - x->begin, 6, b), what == NULL ? "" : what,
               x->in_vain ? " (in vain: the attempt timed out)" : "");
        t->failed |= what == NULL;
    }
    printf("%14s %13s  %s\n", number_short(life->left - life->arrived, 6, a), "", end_of(life));
    if (!isnan(life->replied) && life->replied < life->left)
        printf("  (it replied after %s)\n", number_short(life->replied - life->arrived, 6, a));
    printf("\n");
    if (t->json != NULL)
        add_json(t->json, s, life);
    arena_free(&arena);
}

static bool write_json(void *context, FILE *out, struct error *err)
{
    char *text = cJSON_Print(context);
    if (text == NULL)
        return error_set(err, "out of memory");
    fprintf(out, "%s\n", text);
    free(text);
    return true;
}

/* The index of a name; count: unknown, which stderr is told. */
static size_t find(const char *what, const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    fprintf(stderr, "desq story: no %s \"%s\"; there is", what, name);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "%s \"%s\"", i > 0 ? "," : "", names[i]);
    fprintf(stderr, "\n");
    return count;
}

/* The point and the kind that are meant. */
static bool choose(const struct desq *d, const struct story_args *args, struct arena *arena, size_t *point, size_t *kind)
{
    const struct scenario_file *file = desq_scenario(d);
    *point = *kind = 0;
    if (args->variant != NULL) {
        const char **names = arena_array(arena, file->variant_count, sizeof *names);
        for (size_t v = 0; names != NULL && v < file->variant_count; v++)
            names[v] = file->points[v].variant == NULL ? "" : file->points[v].variant;
        *point = names == NULL ? file->variant_count : find("variant", args->variant, names, file->variant_count);
        if (*point == file->variant_count)
            return false;
    }
    const struct scenario *s = &file->points[*point].scenario;
    if (args->kind != NULL) {
        const char **names = arena_array(arena, s->kind_count, sizeof *names);
        for (size_t k = 0; names != NULL && k < s->kind_count; k++)
            names[k] = s->kinds[k].name;
        *kind = names == NULL ? s->kind_count : find("kind of task", args->kind, names, s->kind_count);
        if (*kind == s->kind_count)
            return false;
    }
    return true;
}

static int tell_story(const struct story_args *args, struct desq *d, struct arena *arena)
{
    struct error err;
    size_t point, kind;
    if (!choose(d, args, arena, &point, &kind))
        return STATUS_BAD;
    struct teller t = {.scenario = &desq_scenario(d)->points[point].scenario, .kind = kind, .number = args->task};
    if (args->slowest > 0) {
        struct seeker s = {.kind = kind, .most = args->slowest};
        s.best = arena_array(arena, s.most, sizeof *s.best);
        if (s.best == NULL || !desq_responses(d, point, args->replication, consider, &s, &err)) {
            if (s.best != NULL)
                complain(&err);
            return STATUS_BAD;
        }
        t.keys = s.best;
        t.key_count = s.count;
    }
    t.json = args->json != NULL ? cJSON_CreateArray() : NULL;
    const struct witness_how how = {.wanted = wanted, .told = told, .context = &t};
    bool ok = desq_witness(d, point, args->replication, &how, &err);
    ok = ok && (!t.failed || error_set(&err, "out of memory"));
    ok = ok && (args->json == NULL || save_file(args->json, write_json, t.json, &err));
    cJSON_Delete(t.json);
    if (!ok) {
        complain(&err);
        return STATUS_BAD;
    }
    if (t.told == 0) {
        fprintf(stderr, "desq story: replication %llu has no such task of kind \"%s\"\n", args->replication, t.scenario->kinds[kind].name);
        return STATUS_NOT_MET;
    }
    return STATUS_FINE;
}

static int run(struct ranks *ranks, int argc, char **argv);

const struct command command_story = {.name = "story", .summary = "tell one task's life, stay by stay", .argp = &story_argp, .run = run};

static int run(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks; /* runs nothing long */
    struct story_args args = {0};
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    if (arguments_parse(&command_story, argc, argv, &args, &status)) {
        struct desq *d;
        status = STATUS_BAD;
        if (scenario_args_read(&args.scenarios, 0, &d)) {
            struct arena arena;
            arena_init(&arena);
            status = tell_story(&args, d, &arena);
            arena_free(&arena);
            desq_free(d);
        }
    }
    scenario_args_free(&args.scenarios);
    return status;
}
