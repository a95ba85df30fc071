/* desq best: runs several designs until the best of them is known, with a stated probability. */
#include "models/select.h"

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output/number.h"
#include "cli/output/table.h"
#include "cli/save.h"
#include "cli/trials.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_OF = KEY_OTHER, KEY_BY, KEY_LARGEST, KEY_SMALLEST, KEY_CONFIDENCE, KEY_WITHIN, KEY_JSON, KEY_JOBS };
enum { AXES_MOST = 4, DESIGNS_MOST = 500 };

struct best_args {
    struct scenario_args scenarios;
    char *of[AXES_MOST];
    size_t of_count;
    const char *by;
    bool largest, smallest, quiet;
    double confidence, within;
    const char *json;
    unsigned jobs;
    struct ranks *ranks;
};

static const struct argp_option options[] = {
    {"of", KEY_OF, "/POINTER[=A,B,...]", 0,
     "Choose among these values there (of a dispatch rule or a discipline: without values, among all that there are); "
     "repeatable: all combinations. Default: among the scenario's variants",
     0},
    {"by", KEY_BY, "MEASURE", 0, "By what: request.response.p99, say (default: the mean response of the first kind of task)", 0},
    {"largest", KEY_LARGEST, NULL, 0, "The largest is best (default only for throughput and goodput)", 0},
    {"smallest", KEY_SMALLEST, NULL, 0, "The smallest is best", 0},
    {"confidence", KEY_CONFIDENCE, "C", 0, "Probability with which the choice is to be right (default: 0.95)", 0},
    {"within", KEY_WITHIN, "P", 0, "A difference that does not matter, in per cent of the best (default: 1)", 0},
    {"json", KEY_JSON, "FILE", 0, "Write what was found to FILE (-: standard output)", 0},
    {"jobs", KEY_JOBS, "N", 0, "Use N threads (default: one per processor); the results are the same", 0},
    {"quiet", 'q', NULL, 0, "No progress line", 0},
    SCENARIO_ARGS_OPTIONS,
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct best_args *args = state->input;
    switch (key) {
    case KEY_OF:
        if (args->of_count == AXES_MOST)
            return arguments_complain(state, "more than %d times --of", AXES_MOST);
        if (argument[0] != '/')
            return arguments_complain(state, "a JSON Pointer begins with \"/\", as in /stations/lb/dispatch; got \"%s\"", argument);
        args->of[args->of_count++] = argument;
        return 0;
    case KEY_BY:
        args->by = argument;
        return 0;
    case KEY_LARGEST:
        args->largest = true;
        return 0;
    case KEY_SMALLEST:
        args->smallest = true;
        return 0;
    case KEY_CONFIDENCE:
        if (!arguments_number(argument, 0.0, 1.0, &args->confidence))
            return arguments_complain(state, "--confidence takes a number between 0 and 1; got \"%s\"", argument);
        return 0;
    case KEY_WITHIN:
        if (!arguments_number(argument, 0.0, 100.0, &args->within))
            return arguments_complain(state, "--within takes a percentage above 0; got \"%s\"", argument);
        return 0;
    case KEY_JSON:
        args->json = argument;
        return 0;
    case KEY_JOBS:
        return arguments_jobs(state, argument, &args->jobs);
    case 'q':
        args->quiet = true;
        return 0;
    case ARGP_KEY_END:
        if (args->scenarios.file_count > 1)
            return arguments_complain(state, "one scenario at a time");
        if (args->largest && args->smallest)
            return arguments_complain(state, "--largest or --smallest, not both");
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp best_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE",
    .doc = "Runs several designs on the same arrivals and the same work until the best of them is known, with probability C: those that are "
           "surely worse are run no further, and it ends when the chosen one is behind no other by more than a difference that does "
           "not matter. Designs whose line grows without end, or that deadlock, are left out.\v"
           "Examples:\n"
           "  desq best scenarios/load-balancer.json --of /stations/balancer/dispatch --by request.response.p99\n"
           "  desq best web.json --of /stations/threads/servers=8,16,32 --of /stations/threads/await=hold,release\n"
           "  desq best web.json --by request.throughput\n"
           "\n"
           "Exit status: 0 chosen; 1 not decided within the scenario's limit, or no design can be run; 2 bad usage or scenario; "
           "130 interrupted."};

/* ---- The designs ---- */

/* One design: what it sets, as a member of "variants". */
struct design {
    const char *name;
    cJSON *sets;
};

struct designs {
    struct design all[DESIGNS_MOST];
    size_t count;
    struct arena arena;
};

/* The values of one --of: of a table of desq, or as the user lists them. false: said on stderr. */
static bool values_of(const char *pointer, const char *list, cJSON *out)
{
    if (list == NULL) {
        const char *key = strrchr(pointer, '/') + 1;
        static const char *const tables[][2] = {{"dispatch", "dispatch"}, {"discipline", "disciplines"}}; /* key, table */
        const char *table = strcmp(key, tables[0][0]) == 0 ? tables[0][1] : strcmp(key, tables[1][0]) == 0 ? tables[1][1] : "";
        for (size_t i = 0; i < desq_table_count; i++) {
            if (strcmp(desq_tables[i].name, table) != 0)
                continue;
            for (size_t r = 0; r < desq_tables[i].table->count; r++) {
                const char *row, *summary, *example, *rule;
                const struct param *params;
                desq_tables[i].row(desq_tables[i].table->rows[r], &row, &summary, &params, &example, &rule);
                cJSON_AddItemToArray(out, cJSON_CreateString(row));
            }
            return true;
        }
        fprintf(stderr, "desq best: which values? Say --of %s=A,B,... (without values only where a \"dispatch\" or a \"discipline\" is)\n", pointer);
        return false;
    }
    cJSON *whole = list[0] == '[' ? cJSON_Parse(list) : NULL;
    if (whole != NULL) {
        for (const cJSON *v = whole->child; v != NULL; v = v->next)
            cJSON_AddItemToArray(out, cJSON_Duplicate(v, true));
        cJSON_Delete(whole);
        return true;
    }
    char *copy = strdup(list), *rest = NULL;
    for (char *v = copy == NULL ? NULL : strtok_r(copy, ",", &rest); v != NULL; v = strtok_r(NULL, ",", &rest)) {
        cJSON *value = cJSON_Parse(v);
        cJSON_AddItemToArray(out, value != NULL ? value : cJSON_CreateString(v));
    }
    free(copy);
    return true;
}

static const char *label(struct arena *arena, const char *before, const cJSON *value)
{
    char *text = cJSON_IsString(value) ? strdup(value->valuestring) : cJSON_PrintUnformatted(value);
    const char *out = text == NULL ? NULL : arena_printf(arena, "%s%s%s", before, before[0] != '\0' ? ", " : "", text);
    free(text);
    return out;
}

/* Every combination of the values of all --of. */
static bool combine(struct designs *designs, const struct best_args *args)
{
    cJSON *none = cJSON_CreateObject();
    designs->all[designs->count++] = (struct design){"", none};
    for (size_t a = 0; a < args->of_count; a++) {
        char *list = strchr(args->of[a], '=');
        if (list != NULL)
            *list++ = '\0';
        cJSON *values = cJSON_CreateArray();
        bool ok = values_of(args->of[a], list, values);
        const size_t n = (size_t)cJSON_GetArraySize(values), before = designs->count;
        if (ok && (n == 0 || n * before > DESIGNS_MOST)) {
            fprintf(stderr, n == 0 ? "desq best: no values for %s\n" : "desq best: too many designs with the values of %s\n", args->of[a]);
            ok = false;
        }
        if (ok) { /* the last value takes the place of what was there, the others are put behind */
            struct design old[DESIGNS_MOST];
            memcpy(old, designs->all, before * sizeof *old);
            designs->count = 0;
            for (size_t d = 0; d < before; d++) {
                for (const cJSON *v = values->child; v != NULL; v = v->next) {
                    cJSON *sets = cJSON_Duplicate(old[d].sets, true);
                    cJSON_AddItemToObject(sets, args->of[a], cJSON_Duplicate(v, true));
                    designs->all[designs->count++] = (struct design){label(&designs->arena, old[d].name, v), sets};
                }
                cJSON_Delete(old[d].sets);
            }
        }
        cJSON_Delete(values);
        if (!ok)
            return false;
    }
    return true;
}

static void free_designs(struct designs *designs)
{
    for (size_t i = 0; i < designs->count; i++)
        cJSON_Delete(designs->all[i].sets);
    arena_free(&designs->arena);
}

/* ---- Reading ---- */

/* "/variants={...}" of designs from `first` on; free it. */
static char *variants_text(const struct designs *designs, size_t first, size_t count)
{
    cJSON *variants = cJSON_CreateObject();
    for (size_t i = first; i < first + count; i++)
        cJSON_AddItemToObject(variants, designs->all[i].name, cJSON_Duplicate(designs->all[i].sets, true));
    char *json = cJSON_PrintUnformatted(variants), *text = NULL;
    if (json != NULL && (text = malloc(strlen(json) + sizeof "/variants=")) != NULL)
        sprintf(text, "/variants=%s", json);
    cJSON_Delete(variants);
    free(json);
    return text;
}

/* The scenario with other variants ("/variants=...", NULL: its own), and a requirement that names the measure (NULL: none). */
static bool read_with(const struct best_args *args, const char *variants, const char *by, struct desq **d, struct error *err)
{
    char measure[400];
    snprintf(measure, sizeof measure, "%s < 1", by == NULL ? "" : by);
    const char *const texts[] = {measure}, *const more[] = {variants, NULL};
    char *require = trials_list(texts, by == NULL ? 0 : 1);
    if (require == NULL)
        return error_set(err, "out of memory");
    const struct trials t = {.file = args->scenarios.files[0], .args = &args->scenarios, .require = require};
    const bool ok = trials_read(&t, more, d, err);
    free(require);
    return ok;
}

/* Leaves out designs that are no scenario, saying why. False: none is left. */
static bool sift(struct designs *designs, const struct best_args *args, const char *by)
{
    size_t good = 0;
    struct error first;
    error_set(&first, "%s", "");
    for (size_t i = 0; i < designs->count; i++) {
        struct desq *d;
        struct error err;
        char *variants = variants_text(designs, i, 1);
        const bool ok = variants != NULL && read_with(args, variants, by, &d, &err);
        free(variants);
        if (ok) {
            desq_free(d);
            const struct design kept = designs->all[i];
            designs->all[i] = designs->all[good];
            designs->all[good++] = kept;
            continue;
        }
        if (first.text[0] == '\0')
            first = err;
        if (designs->count > 1 && !args->quiet)
            fprintf(stderr, "desq best: left out: %s (%s)\n", designs->all[i].name, err.text);
    }
    for (size_t i = good; i < designs->count; i++)
        cJSON_Delete(designs->all[i].sets);
    designs->count = good;
    if (good == 0)
        complain(&first);
    return good > 0;
}

/* ---- What came out ---- */

static const char *const fates[] = {
    [SELECTION_BEST] = "best",
    [SELECTION_WORSE] = "worse",
    [SELECTION_NEAR] = "as good",
    [SELECTION_OPEN] = "undecided",
    [SELECTION_OVERLOADED] = "overloaded",
    [SELECTION_STUCK] = "deadlock",
    [SELECTION_NOTHING] = "no such figure",
};

static const char *name_of(const struct desq *d, size_t point)
{
    const char *variant = desq_scenario(d)->points[point].variant;
    return variant == NULL ? "the scenario" : variant;
}

static bool print(const struct desq *d, const struct selection *s, const struct best_args *args, const char *by)
{
    struct arena arena;
    arena_init(&arena);
    struct table *t = arena_alloc(&arena, sizeof *t);
    if (t == NULL)
        return false;
    table_init(t, &arena);
    table_label(t, "design");
    table_column(t, "", by);
    table_column(t, "", "behind the best by");
    table_column(t, "", "replications");
    table_column(t, "", "");
    for (size_t i = 0; i < s->count; i++) {
        const struct selection_of_design *x = &s->designs[i];
        char number[NUMBER_ROOM];
        table_row(t);
        table_cell(t, 0, name_of(d, x->point));
        table_cell(t, 1, isnan(x->value) ? "" : number_between(x->value, x->low, x->high, number));
        table_cell(t, 2, isnan(x->difference) ? "" : number_interval(x->difference, x->half_width, number));
        table_cell(t, 3, x->replications == 0 ? "" : number_whole((double)x->replications, number));
        table_cell(t, 4, fates[x->fate]);
    }
    bool ok = table_print(t, stdout, 2);
    char number[NUMBER_ROOM];
    printf("\n");
    const char *unit = desq_scenario(d)->points[0].scenario.time_unit;
    if (s->unfinished)
        printf("interrupted: nothing is decided\n");
    else if (s->best == SIZE_MAX)
        printf("none of the designs can be run\n");
    else if (s->sure)
        printf("%s: the best by %s, with probability %g, or within %g %% of it\n", name_of(d, s->designs[s->best].point), by,
               args->confidence, args->within);
    else
        printf("%s leads, but the limit came before that was sure (run.limit, or a larger --within)\n", name_of(d, s->designs[s->best].point));
    text_wrapped(stdout,
                 arena_printf(&arena,
                              "Times in %s. Values at %g %%; differences are paired, at %.4g %% each, so that they hold together with probability "
                              "%g%s. %s events.",
                              unit, 100.0 * desq_scenario(d)->points[0].scenario.run.confidence, 100.0 * s->level, args->confidence, s->looks > 1 ? arena_printf(&arena, " over all %u looks", s->looks) : "",
                              number_whole((double)s->events, number)),
                 0, 0);
    arena_free(&arena);
    return ok;
}

struct outcome {
    const struct desq *d;
    const struct selection *s;
    const struct best_args *args;
    const char *by;
};

static void add_number(cJSON *o, const char *name, double x)
{
    if (isnan(x))
        cJSON_AddNullToObject(o, name);
    else
        cJSON_AddNumberToObject(o, name, x);
}

static bool write_json(void *context, FILE *out, struct error *err)
{
    const struct outcome *x = context;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "by", x->by);
    if (x->s->best == SIZE_MAX)
        cJSON_AddNullToObject(root, "best");
    else
        cJSON_AddStringToObject(root, "best", name_of(x->d, x->s->designs[x->s->best].point));
    cJSON_AddBoolToObject(root, "sure", x->s->sure);
    cJSON_AddNumberToObject(root, "confidence", x->args->confidence);
    cJSON_AddNumberToObject(root, "within", x->args->within / 100.0);
    cJSON_AddNumberToObject(root, "looks", x->s->looks);
    cJSON_AddNumberToObject(root, "events", (double)x->s->events);
    cJSON *designs = cJSON_AddArrayToObject(root, "designs");
    for (size_t i = 0; i < x->s->count; i++) {
        const struct selection_of_design *d = &x->s->designs[i];
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "name", name_of(x->d, d->point));
        cJSON_AddStringToObject(o, "fate", fates[d->fate]);
        add_number(o, "value", d->value);
        add_number(o, "low", d->low);
        add_number(o, "high", d->high);
        add_number(o, "difference", d->difference);
        add_number(o, "half_width", d->half_width);
        cJSON_AddNumberToObject(o, "replications", (double)d->replications);
        cJSON_AddItemToArray(designs, o);
    }
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text == NULL)
        return error_set(err, "out of memory");
    fprintf(out, "%s\n", text);
    free(text);
    return true;
}

/* ---- The command ---- */

static void show_progress(void *context, unsigned look, size_t in, uint64_t replications)
{
    (void)context;
    fprintf(stderr, "\rlook %u: %zu still in, %llu replications each   ", look, in, (unsigned long long)replications);
    fflush(stderr);
}

static bool larger_is_better(const struct best_args *args, const char *by)
{
    return args->largest || (!args->smallest && (strstr(by, ".throughput") != NULL || strstr(by, ".goodput") != NULL));
}

static int choose(const struct best_args *args, struct designs *designs)
{
    struct desq *d;
    struct error err;
    if (!read_with(args, NULL, NULL, &d, &err)) {
        complain(&err);
        return STATUS_BAD;
    }
    const size_t own = desq_scenario(d)->point_count;
    const char *by = args->by != NULL ? args->by
                                      : arena_printf(&designs->arena, "%s.response", desq_scenario(d)->points[0].scenario.kinds[0].name);
    desq_free(d);
    if (args->of_count == 0 && own < 2) {
        fprintf(stderr, "desq best: %s has no variants to choose among: say --of /POINTER=A,B,...\n", args->scenarios.files[0]);
        return STATUS_BAD;
    }
    char *variants = NULL;
    if (args->of_count > 0) {
        if (!combine(designs, args) || !sift(designs, args, by))
            return STATUS_BAD;
        variants = variants_text(designs, 0, designs->count);
    }
    if (!read_with(args, variants, by, &d, &err)) {
        free(variants);
        complain(&err);
        return STATUS_BAD;
    }
    free(variants);
    interrupt_listen();
    const bool shown = !args->quiet && isatty(STDERR_FILENO);
    const struct selection_how how = {.largest = larger_is_better(args, by),
                                      .confidence = args->confidence,
                                      .indifference = args->within / 100.0,
                                      .jobs = args->jobs,
                                      .ranks = args->ranks,
                                      .stop = &interrupted,
                                      .progress = shown ? show_progress : NULL};
    const struct selection *s;
    int status = STATUS_BAD;
    const bool ok = desq_select(d, &how, &s, &err);
    if (shown)
        fprintf(stderr, "\r%60s\r", "");
    if (!ok) {
        complain(&err);
    } else {
        struct outcome outcome = {d, s, args, by};
        status = s->unfinished ? STATUS_SIGNAL + interrupted : s->sure && s->best != SIZE_MAX ? STATUS_FINE : STATUS_NOT_MET;
        if (!print(d, s, args, by) || (args->json != NULL && !save_file(args->json, write_json, &outcome, &err) && (complain(&err), true)))
            status = STATUS_BAD;
    }
    desq_free(d);
    return status;
}

static int run(struct ranks *ranks, int argc, char **argv);

const struct command command_best = {
    .name = "best", .summary = "find the best of several designs", .argp = &best_argp, .run = run};

static int run(struct ranks *ranks, int argc, char **argv)
{
    struct best_args args = {.ranks = ranks, .confidence = 0.95, .within = 1.0};
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    if (arguments_parse(&command_best, argc, argv, &args, &status)) {
        struct designs *designs = calloc(1, sizeof *designs);
        status = STATUS_BAD;
        if (designs != NULL) {
            arena_init(&designs->arena);
            status = choose(&args, designs);
            free_designs(designs);
        }
        free(designs);
    }
    scenario_args_free(&args.scenarios);
    return status;
}
