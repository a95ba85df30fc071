/* desq rare: chances of losses so small that an ordinary run hardly ever sees one. */
#include "models/rare.h"

#include "cli/command.h"
#include "cli/point_plots.h"
#include "cli/interrupt.h"
#include "cli/output/text_rare.h"
#include "cli/save.h"
#include "cli/scenario_args.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_STATION = KEY_OTHER, KEY_EFFORT, KEY_PRECISION, KEY_JOBS, KEY_JSON };

struct rare_args {
    struct scenario_args scenarios;
    const char *station, *json;
    unsigned long long effort; /* 0: not given */
    double precision;          /* in percent; 0: not given */
    unsigned jobs;
};

static const struct argp_option options[] = {
    {"station", KEY_STATION, "NAME", 0, "Where tasks are lost (default: the first station with a capacity)", 0},
    {"effort", KEY_EFFORT, "N", 0, "Paths at each level (default: 1000)", 0},
    {"precision", KEY_PRECISION, "PERCENT", 0, "Go on until the half-width is so small beside the chance (default: 5)", 0},
    {"jobs", KEY_JOBS, "N", 0, "Use N threads (default: one per processor); the results are the same", 0},
    {"json", KEY_JSON, "FILE", 0, "Write the figures to FILE (-: standard output)", 0},
    SCENARIO_ARGS_OPTIONS,
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct rare_args *args = state->input;
    switch (key) {
    case KEY_STATION:
        args->station = argument;
        return 0;
    case KEY_EFFORT:
        if (!arguments_whole(argument, 10000000, &args->effort) || args->effort < 2)
            return arguments_complain(state, "--effort takes a whole number from 2 on; got \"%s\"", argument);
        return 0;
    case KEY_PRECISION:
        if (!arguments_number(argument, 0.0, 100.0, &args->precision))
            return arguments_complain(state, "--precision takes percent, such as 5; got \"%s\"", argument);
        return 0;
    case KEY_JOBS:
        return arguments_jobs(state, argument, &args->jobs);
    case KEY_JSON:
        args->json = argument;
        return 0;
    case ARGP_KEY_END:
        if (args->scenarios.file_count > 1)
            return arguments_complain(state, "one scenario at a time");
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp rare_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE",
    .doc = "Finds the share of tasks lost at a full station, or of those that wait or take longer than some time, where that is one in a million or in 10^30, by splitting: paths on the way up are begun again and again "
           "from where they have come to. Arrivals must be Poisson; servers must be always there.\v"
           "Examples:\n"
           "  desq rare web.json --station pool\n"
           "  desq rare scenarios/thread-per-request.json --precision 2\n"
           "  desq rare mm1.json --set '/run/rare={\"of\": \"task.wait\", \"beyond\": \"2 min\"}'\n"
           "\n"
           "Exit status: 0 fine; 2 bad usage or scenario, or one that cannot be split; 130 interrupted."};

struct all_found {
    const char **labels;
    const struct rare **all;
    size_t count;
};

static void add_number(cJSON *o, const char *name, double x)
{
    cJSON_AddItemToObject(o, name, isfinite(x) ? cJSON_CreateNumber(x) : cJSON_CreateNull());
}

static bool write_json(void *context, FILE *out, struct error *err)
{
    const struct all_found *a = context;
    cJSON *root = cJSON_CreateArray();
    for (size_t i = 0; i < a->count; i++) {
        const struct rare *r = a->all[i];
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "point", a->labels[i]);
        cJSON_AddStringToObject(o, "station", r->station);
        add_number(o, "lost", r->lost);
        add_number(o, "half_width", r->half_width);
        add_number(o, "exact", r->exact);
        add_number(o, "replications", (double)r->replications);
        add_number(o, "events", (double)r->events);
        add_number(o, "tasks_of_an_ordinary_run", r->plain);
        add_number(o, "fewest_paths_at_a_level", r->fewest);
        cJSON *levels = cJSON_AddArrayToObject(o, "levels");
        for (size_t l = 0; l < r->level_count; l++) {
            cJSON *x = cJSON_CreateObject();
            add_number(x, "level", r->levels[l].level);
            add_number(x, "reached", r->levels[l].reached);
            cJSON_AddItemToArray(levels, x);
        }
        cJSON_AddItemToArray(root, o);
    }
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text == NULL)
        return error_set(err, "out of memory");
    fprintf(out, "%s\n", text);
    free(text);
    return true;
}

static int rare_file(const struct rare_args *args)
{
    struct desq *d;
    struct error err;
    if (!scenario_args_read(&args->scenarios, 0, &d))
        return STATUS_BAD;
    const struct scenario_file *file = desq_scenario(d);
    const struct scenario *s = &file->points[0].scenario;
    struct arena arena;
    arena_init(&arena);
    struct all_found a = {.labels = arena_array(&arena, file->point_count, sizeof *a.labels),
                          .all = arena_array(&arena, file->point_count, sizeof *a.all),
                          .count = file->point_count};
    bool ok = (a.labels != NULL && a.all != NULL) || error_set(&err, "out of memory");
    struct rare_how how = rare_as_asked(&s->run); /* of the scenario's "rare", where it has one */
    how.jobs = args->jobs;
    how.stop = &interrupted;
    if (args->station != NULL)
        how.station = args->station;
    if (args->effort > 0)
        how.effort = args->effort;
    if (args->precision > 0.0)
        how.precision = args->precision / 100.0;
    interrupt_listen();
    if (ok)
        printf("%s%s%s: seed %llu; ± gives %g %% confidence intervals\n\n", s->title == NULL ? "" : s->title, s->title == NULL ? "" : "\n", args->scenarios.files[0],
               (unsigned long long)s->run.seed, 100.0 * s->run.confidence);
    for (size_t i = 0; ok && i < a.count && !interrupted; i++) {
        a.labels[i] = point_name(&arena, &file->points[i]);
        ok = desq_rare(d, i, &how, &a.all[i], &err);
        if (ok) {
            text_rare(stdout, a.labels[i], a.all[i], s->time_unit);
            printf("\n");
        }
        fflush(stdout);
    }
    ok = ok && (args->json == NULL || interrupted || save_file(args->json, write_json, &a, &err));
    if (!ok)
        complain(&err);
    arena_free(&arena);
    desq_free(d);
    return !ok ? STATUS_BAD : interrupted ? STATUS_SIGNAL + interrupted : STATUS_FINE;
}

static int run(struct ranks *ranks, int argc, char **argv);

const struct command command_rare = {
    .name = "rare", .summary = "find chances of losses that are too small to be seen", .argp = &rare_argp, .run = run};

static int run(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks;
    struct rare_args args = {.effort = 0};
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    if (arguments_parse(&command_rare, argc, argv, &args, &status))
        status = rare_file(&args);
    scenario_args_free(&args.scenarios);
    return status;
}
