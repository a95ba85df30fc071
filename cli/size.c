/* desq size: the smallest number of servers, or the largest load, that meets requirements. */
#include "cli/command.h"
#include "cli/output/number.h"
#include "cli/output/table.h"
#include "cli/save.h"
#include "cli/trials.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_VARY = KEY_OTHER, KEY_MAX, KEY_REQUIRE, KEY_CONFIDENCE, KEY_WITHIN, KEY_LARGEST, KEY_JSON, KEY_JOBS };
enum { REQUIREMENTS_MOST = 32, TRIED_MOST = 200 };

struct size_args {
    struct scenario_args scenarios;
    const char *require[REQUIREMENTS_MOST];
    size_t require_count;
    char *pointer;         /* what is varied */
    char *range;           /* "A..B", behind the = */
    bool load;             /* --max: any number, the largest */
    bool largest;
    double confidence, within;
    const char *json;
    unsigned jobs;
    struct ranks *ranks;
    bool quiet;
};

static const struct argp_option options[] = {
    {"vary", KEY_VARY, "/POINTER=A..B", 0, "Find the smallest whole number from A to B that meets the requirements", 0},
    {"largest", KEY_LARGEST, NULL, 0, "With --vary: the largest instead", 0},
    {"max", KEY_MAX, "/POINTER[=A..B]", 0, "Find the largest value (a rate, say) that meets them", 0},
    {"require", KEY_REQUIRE, "TEXT", 0, "A requirement, instead of the scenario's own; repeatable", 0},
    {"confidence", KEY_CONFIDENCE, "C", 0, "How sure all decisions together are to be (default: 0.95)", 0},
    {"within", KEY_WITHIN, "P", 0, "With --max: how closely to find it, in per cent (default: 1)", 0},
    {"json", KEY_JSON, "FILE", 0, "Write what was found and tried to FILE (-: standard output)", 0},
    {"jobs", KEY_JOBS, "N", 0, "Use N threads (default: one per processor); the results are the same", 0},
    {"quiet", 'q', NULL, 0, "Only what was found, not what was tried", 0},
    SCENARIO_ARGS_OPTIONS,
    {0},
};

/* "POINTER" or "POINTER=A..B" taken apart. */
static error_t take_pointer(struct size_args *args, char *argument, const struct argp_state *state)
{
    if (args->pointer != NULL)
        return arguments_complain(state, "--vary or --max, one of them, once");
    if (argument[0] != '/')
        return arguments_complain(state, "a JSON Pointer begins with \"/\", as in /stations/threads/servers; got \"%s\"", argument);
    args->pointer = argument;
    char *equals = strchr(argument, '=');
    if (equals != NULL) {
        *equals = '\0';
        args->range = equals + 1;
    }
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct size_args *args = state->input;
    switch (key) {
    case KEY_VARY:
        return take_pointer(args, argument, state);
    case KEY_MAX:
        args->load = true;
        return take_pointer(args, argument, state);
    case KEY_LARGEST:
        args->largest = true;
        return 0;
    case KEY_REQUIRE:
        if (args->require_count == REQUIREMENTS_MOST)
            return arguments_complain(state, "more than %d requirements", REQUIREMENTS_MOST);
        args->require[args->require_count++] = argument;
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
        if (args->pointer == NULL)
            return arguments_complain(state, "what is to be found? Say --vary /POINTER=A..B or --max /POINTER");
        if (!args->load && args->range == NULL)
            return arguments_complain(state, "--vary needs a range: --vary %s=1..512", args->pointer);
        if (args->scenarios.file_count > 1)
            return arguments_complain(state, "one scenario at a time");
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp size_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE",
    .doc = "Finds the smallest number of servers (or of anything) that meets requirements, or the largest load that still does. It takes "
           "for granted that more is better (with --max: worse), and looks by halving; each value is run just as long as it takes to "
           "decide. With variants, each has its own answer.\v"
           "Examples:\n"
           "  desq size web.json --vary /stations/threads/servers=1..512 --require \"request.response.p99 < 100ms\"\n"
           "  desq size web.json --max /tasks/request/arrivals/rate\n"
           "\n"
           "The confidence is that of all decisions together: each is taken at 1 - (1 - C) / (decisions times looks).\n"
           "Exit status: 0 found; 1 nothing in the range meets the requirements; 2 bad usage or scenario."};

/* ---- Trials ---- */

/* One value that was tried. */
struct tried {
    double x;
    size_t variants;
    enum verdict *verdicts;      /* by variant */
    double *value, *low, *high;  /* of the requirement that decided, by variant */
    const char **texts;          /* which; lives in arena */
    uint64_t events;
};

struct search {
    const struct size_args *args;
    struct trials trials;
    struct arena arena;
    double low, high;   /* of the range; --max without one: NAN */
    const char *suffix; /* of a value that was text: "/s"; NULL: it was a number */
    double decisions;   /* at most, for the confidence of each */
    struct tried tried[TRIED_MOST];
    size_t count;
    const char *const *names; /* of the variants; the first NULL: there are none */
    size_t variants;
    bool failed;
};

static const double precisions[] = {0.1, 0.05, 0.02, 0.01, 0.005};
enum { LOOKS = sizeof precisions / sizeof *precisions };

static void set_of(const struct search *s, double x, char *out, size_t size)
{
    if (s->suffix != NULL)
        snprintf(out, size, "%s=\"%.10g%s\"", s->args->pointer, x, s->suffix);
    else
        snprintf(out, size, "%s=%.10g", s->args->pointer, x);
}

/* The outcome that speaks loudest: one that is not met, else an undecided one, else the first. */
static const struct requirement_outcome *loudest(const struct point *p)
{
    const struct requirement_outcome *o = p->outcome_count > 0 ? &p->outcomes[0] : NULL;
    for (size_t i = 0; i < p->outcome_count; i++)
        if (p->outcomes[i].verdict == VERDICT_UNDECIDED && o->verdict == VERDICT_MET)
            o = &p->outcomes[i];
    for (size_t i = 0; i < p->outcome_count; i++)
        if (p->outcomes[i].verdict == VERDICT_NOT_MET && o->verdict != VERDICT_NOT_MET)
            o = &p->outcomes[i];
    return o;
}

static bool keep(struct search *s, struct tried *t, const struct result *r)
{
    if (s->names == NULL) {
        const char **names = arena_array(&s->arena, r->point_count, sizeof *names);
        if (names == NULL)
            return false;
        for (size_t v = 0; v < r->point_count; v++)
            names[v] = r->points[v].variant == NULL ? NULL : arena_text(&s->arena, r->points[v].variant);
        s->names = names;
        s->variants = r->point_count;
    }
    t->variants = r->point_count;
    t->verdicts = arena_array(&s->arena, r->point_count, sizeof *t->verdicts);
    t->value = arena_array(&s->arena, 3 * r->point_count, sizeof *t->value);
    t->texts = arena_array(&s->arena, r->point_count, sizeof *t->texts);
    if (t->verdicts == NULL || t->value == NULL || t->texts == NULL)
        return false;
    t->low = t->value + r->point_count;
    t->high = t->low + r->point_count;
    for (size_t v = 0; v < r->point_count; v++) {
        const struct point *p = &r->points[v];
        const struct requirement_outcome *o = loudest(p);
        t->verdicts[v] = trials_verdict(p);
        const bool run_away = p->report.stopped == STOPPED_UNSTABLE || p->report.stopped == STOPPED_DEADLOCK;
        t->value[v] = run_away || o == NULL ? (double)NAN : o->value;
        t->low[v] = run_away || o == NULL ? (double)NAN : o->low;
        t->high[v] = run_away || o == NULL ? (double)NAN : o->high;
        t->texts[v] = run_away ? (p->report.stopped == STOPPED_DEADLOCK ? "deadlock" : "the line grows without end")
                      : o == NULL ? ""
                                  : arena_text(&s->arena, o->requirement->text);
        t->events += p->report.events;
    }
    return true;
}

/* Is the value decided, for the variants that still ask? */
static bool decided(const struct tried *t)
{
    for (size_t v = 0; v < t->variants; v++)
        if (t->verdicts[v] == VERDICT_UNDECIDED)
            return false;
    return true;
}

/* Runs x until it is decided, or as long as makes sense. NULL: failed. */
static const struct tried *try(struct search *s, double x)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->tried[i].x == x)
            return &s->tried[i];
    if (s->count == TRIED_MOST) {
        s->failed = true;
        return NULL;
    }
    struct tried *t = &s->tried[s->count++];
    char set[300];
    set_of(s, x, set, sizeof set);
    for (size_t look = 0; look < LOOKS; look++) {
        const struct trial_run run = {.set = {set},
                                      .precision = precisions[look],
                                      .confidence = 1.0 - (1.0 - s->args->confidence) / (s->decisions * LOOKS)};
        struct desq *d;
        const struct result *r;
        const uint64_t events = t->events;
        *t = (struct tried){.x = x, .events = events};
        if (!trials_run(&s->trials, &run, &d, &r)) {
            s->failed = true;
            return NULL;
        }
        const bool asked = r->point_count > 0 && r->points[0].outcome_count > 0;
        if (!asked)
            fprintf(stderr, "desq size: no requirement: say --require \"task.response.p99 < 1\", or put \"require\" into the scenario\n");
        const bool good = asked && keep(s, t, r);
        desq_free(d);
        if (!good) {
            s->failed = true;
            return NULL;
        }
        if (decided(t))
            break;
    }
    if (!s->args->quiet) {
        char number[NUMBER_ROOM], low[NUMBER_ROOM], high[NUMBER_ROOM];
        static const char *const words[] = {[VERDICT_MET] = "met", [VERDICT_NOT_MET] = "not met", [VERDICT_UNDECIDED] = "undecided"};
        for (size_t v = 0; v < t->variants; v++) {
            printf("  %s = %.10g%s%s%s: %s", s->args->pointer, x, s->suffix != NULL ? s->suffix : "", s->names[v] != NULL ? ", " : "",
                   s->names[v] != NULL ? s->names[v] : "", words[t->verdicts[v]]);
            if (isnan(t->value[v]))
                printf(" (%s)\n", t->texts[v]);
            else
                printf(" (%s: %s, %s to %s)\n", t->texts[v], number_short(t->value[v], 4, number), number_short(t->low[v], 4, low),
                       number_short(t->high[v], 4, high));
        }
        fflush(stdout);
    }
    return t;
}

static bool meets(struct search *s, double x, size_t variant)
{
    const struct tried *t = try(s, x);
    return t != NULL && variant < t->variants && t->verdicts[variant] == VERDICT_MET;
}

/* ---- The search ---- */

/* Whole numbers: the one nearest to `good` end of the range that meets, where all between it and `best` do. from: the end at
 * which it is hard; to: at which it is easy. NAN: not even that one. */
static double find_whole(struct search *s, size_t variant, double from, double to)
{
    const double step = to >= from ? 1.0 : -1.0;
    if (meets(s, from, variant))
        return from;
    double bad = from, reach = 1.0, good = (double)NAN;
    while (!s->failed && isnan(good)) { /* further and further: what is far off costs */
        double x = from + step * reach;
        x = step > 0.0 ? fmin(x, to) : fmax(x, to);
        if (meets(s, x, variant))
            good = x;
        else if (x == to)
            return (double)NAN;
        else
            bad = x;
        reach *= 2.0;
    }
    while (!s->failed && fabs(good - bad) > 1.0) {
        const double x = bad + step * floor(fabs(good - bad) / 2.0);
        if (meets(s, x, variant))
            good = x;
        else
            bad = x;
    }
    return good;
}

/* Any number: the largest that meets, from below, to `within`. NAN: none. */
static double find_load(struct search *s, size_t variant, double start)
{
    const double within = s->args->within / 100.0;
    double good = (double)NAN, bad = (double)NAN, x = start;
    for (int i = 0; i < 60 && !s->failed && (isnan(good) || isnan(bad)); i++) {
        if (meets(s, x, variant)) {
            good = x;
            if (x == s->high)
                return x;
            x = fmin(2.0 * x, isnan(s->high) ? INFINITY : s->high);
        } else {
            bad = x;
            if (x == s->low)
                return (double)NAN;
            x = fmax(x / 2.0, isnan(s->low) ? 0.0 : s->low);
            if (x < 1e-9 * start)
                return (double)NAN;
        }
    }
    while (!s->failed && bad - good > within * good) {
        x = strtod(arena_printf(&s->arena, "%.4g", (good + bad) / 2.0), NULL); /* a number that reads well */
        if (!(x > good && x < bad))
            x = (good + bad) / 2.0;
        if (meets(s, x, variant))
            good = x;
        else
            bad = x;
    }
    return s->failed ? (double)NAN : good;
}

/* ---- What was asked, and the answer ---- */

static bool read_range(struct search *s)
{
    const char *range = s->args->range;
    char *end;
    s->low = s->high = (double)NAN;
    if (range == NULL)
        return true;
    const char *dots = strstr(range, ".."); /* not for strtod, which takes the first dot */
    char first[64];
    if (dots != NULL && dots > range && (size_t)(dots - range) < sizeof first) {
        snprintf(first, sizeof first, "%.*s", (int)(dots - range), range);
        s->low = strtod(first, &end);
        const bool whole = *end == '\0';
        s->high = strtod(dots + 2, &end);
        if (whole && end != dots + 2 && s->high >= s->low &&
            (s->args->load || (*end == '\0' && s->low == floor(s->low) && s->high == floor(s->high)))) {
            if (*end != '\0')
                s->suffix = end;
            return true;
        }
    }
    fprintf(stderr, "desq size: a range is A..B with A at most B%s, as in 1..512; got \"%s\"\n",
            s->args->load ? "" : ", both whole numbers", range);
    return false;
}

/* Where --max begins, and the unit in which the value is written. */
static bool read_start(struct search *s, double *start)
{
    if (!isnan(s->low)) {
        *start = s->low;
        return true;
    }
    char *text = trials_value(s->args->scenarios.files[0], s->args->pointer), *end;
    for (size_t i = 0; i < s->args->scenarios.set_count; i++) { /* --set has the last word */
        const char *set = s->args->scenarios.set[i];
        const size_t length = strlen(s->args->pointer);
        if (strncmp(set, s->args->pointer, length) == 0 && set[length] == '=') {
            free(text);
            text = strdup(set + length + 1);
        }
    }
    const char *number = text == NULL ? "" : text[0] == '"' ? text + 1 : text;
    *start = strtod(number, &end);
    const bool good = end != number && *start > 0.0;
    if (good) {
        end[strcspn(end, "\"")] = '\0';
        s->suffix = *end != '\0' ? arena_text(&s->arena, end) : NULL;
    } else {
        fprintf(stderr, "desq size: no number above 0 at %s of %s to begin with; say --max %s=A..B\n", s->args->pointer,
                s->args->scenarios.files[0], s->args->pointer);
    }
    free(text);
    return good;
}

struct answers {
    const struct search *search;
    const double *found;
};

static cJSON *answers_json(const struct answers *a)
{
    const struct search *s = a->search;
    cJSON *root = cJSON_CreateObject(), *found = cJSON_AddArrayToObject(root, "found"), *tried = cJSON_AddArrayToObject(root, "tried");
    static const char *const words[] = {[VERDICT_MET] = "met", [VERDICT_NOT_MET] = "not met", [VERDICT_UNDECIDED] = "undecided"};
    cJSON_AddStringToObject(root, "pointer", s->args->pointer);
    cJSON_AddNumberToObject(root, "confidence", s->args->confidence);
    for (size_t v = 0; v < s->variants; v++) {
        cJSON *o = cJSON_CreateObject();
        if (s->names[v] != NULL)
            cJSON_AddStringToObject(o, "variant", s->names[v]);
        else
            cJSON_AddNullToObject(o, "variant");
        if (isnan(a->found[v]))
            cJSON_AddNullToObject(o, "value");
        else
            cJSON_AddNumberToObject(o, "value", a->found[v]);
        cJSON_AddItemToArray(found, o);
    }
    for (size_t i = 0; i < s->count; i++)
        for (size_t v = 0; v < s->tried[i].variants; v++) {
            cJSON *o = cJSON_CreateObject();
            cJSON_AddNumberToObject(o, "value", s->tried[i].x);
            if (s->names[v] != NULL)
                cJSON_AddStringToObject(o, "variant", s->names[v]);
            cJSON_AddStringToObject(o, "verdict", words[s->tried[i].verdicts[v]]);
            if (!isnan(s->tried[i].value[v])) {
                cJSON_AddNumberToObject(o, "measured", s->tried[i].value[v]);
                cJSON_AddNumberToObject(o, "low", s->tried[i].low[v]);
                cJSON_AddNumberToObject(o, "high", s->tried[i].high[v]);
            }
            cJSON_AddItemToArray(tried, o);
        }
    return root;
}

static bool write_json(void *context, FILE *out, struct error *err)
{
    cJSON *json = answers_json(context);
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    if (text == NULL)
        return error_set(err, "out of memory");
    fprintf(out, "%s\n", text);
    free(text);
    return true;
}

static void say(const struct search *s, size_t v, double found, double start)
{
    const char *variant = s->names[v] != NULL ? s->names[v] : "", *colon = s->names[v] != NULL ? ": " : "";
    const char *unit = s->suffix != NULL ? s->suffix : "";
    if (isnan(found) && s->args->load)
        printf("%s%sno value of %s meets the requirements (down to %.4g%s)\n", variant, colon, s->args->pointer,
               isnan(s->low) ? 1e-9 * start : s->low, unit);
    else if (isnan(found))
        printf("%s%snothing from %.10g to %.10g meets the requirements\n", variant, colon, s->low, s->high);
    else if (s->args->load)
        printf("%s%s%s = %.6g%s is the largest that meets the requirements%s\n", variant, colon, s->args->pointer, found, unit,
               found == s->high ? " (the end of the range)" : "");
    else
        printf("%s%s%s = %.10g is the %s that meets the requirements\n", variant, colon, s->args->pointer, found,
               s->args->largest ? "largest" : "smallest");
    for (size_t i = 0; i < s->count; i++)
        if (s->tried[i].verdicts[v] == VERDICT_UNDECIDED)
            printf("  (%.6g%s could not be decided: it is too close to call)\n", s->tried[i].x, unit);
}

static int search(struct search *s)
{
    double start = 1.0;
    int status = STATUS_FINE;
    if (!read_range(s) || (s->args->load && !read_start(s, &start)))
        return STATUS_BAD;
    s->decisions = s->args->load ? 14.0 : 2.0 + 2.0 * ceil(log2(fmax(s->high - s->low, 2.0)));
    /* One trial tells the variants. */
    if (try(s, s->args->load ? start : s->args->largest ? s->high : s->low) == NULL)
        return STATUS_BAD;
    double *found = arena_array(&s->arena, s->variants, sizeof *found);
    for (size_t v = 0; found != NULL && v < s->variants && !s->failed; v++)
        found[v] = s->args->load      ? find_load(s, v, start)
                   : s->args->largest ? find_whole(s, v, s->high, s->low)
                                      : find_whole(s, v, s->low, s->high);
    if (found == NULL || s->failed)
        return STATUS_BAD;
    for (size_t v = 0; v < s->variants; v++) {
        say(s, v, found[v], start);
        if (isnan(found[v]))
            status = STATUS_NOT_MET;
    }
    struct answers answers = {s, found};
    struct error err;
    if (s->args->json != NULL && !save_file(s->args->json, write_json, &answers, &err)) {
        complain(&err);
        status = STATUS_BAD;
    }
    return status;
}

static int run(struct ranks *ranks, int argc, char **argv);

const struct command command_size = {
    .name = "size", .summary = "find how many servers, or how much load, meets requirements", .argp = &size_argp, .run = run};

static int run(struct ranks *ranks, int argc, char **argv)
{
    struct size_args args = {.ranks = ranks, .confidence = 0.95, .within = 1.0};
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    if (arguments_parse(&command_size, argc, argv, &args, &status)) {
        struct search *s = calloc(1, sizeof *s);
        char *require = args.require_count > 0 ? trials_list(args.require, args.require_count) : NULL;
        status = STATUS_BAD;
        if (s != NULL) {
            s->args = &args;
            s->trials = (struct trials){args.scenarios.files[0], &args.scenarios, require, args.jobs, args.ranks};
            arena_init(&s->arena);
            status = search(s);
            arena_free(&s->arena);
        }
        free(require);
        free(s);
    }
    scenario_args_free(&args.scenarios);
    return status;
}
