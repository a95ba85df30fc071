/* desq run: reads all files, then runs them, then writes what came out. */
#include "cli/command.h"
#include "cli/draw.h"
#include "cli/output/output.h"
#include "cli/output/number.h"
#include "cli/interrupt.h"
#include "cli/knee.h"
#include "cli/progress.h"
#include "cli/records.h"
#include "cli/resume.h"
#include "models/forecast.h"
#include "cli/save.h"
#include "cli/scenario_args.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { KEY_JOBS = KEY_OTHER, KEY_JSON, KEY_CSV, KEY_PLOTS, KEY_FORECAST, KEY_CHECKPOINT, KEY_RESUME, KEY_PART };

struct run_args {
    struct scenario_args scenarios;
    struct ranks *ranks;
    unsigned jobs;
    const char *json, *csv, *plots;
    bool quiet, forecast;
    const char *checkpoint, *resume;
    unsigned long long part, parts; /* parts 0: all */
    const char *const *merged;      /* files of records, by `desq merge`; NULL: `desq run` */
    size_t merged_count;
};

static const struct argp_option options[] = {
    SCENARIO_ARGS_OPTIONS,
    {"jobs", KEY_JOBS, "N", 0, "Use N threads (default: one per processor); the results are the same", 0},
    {"json", KEY_JSON, "FILE", 0, "Write all numbers to FILE (-: standard output)", 0},
    {"csv", KEY_CSV, "FILE", 0, "Write one number per row to FILE (-: standard output)", 0},
    {"plots", KEY_PLOTS, "DIR", 0, "Draw plots into DIR, each with its data and gnuplot script", 0},
    {"forecast", KEY_FORECAST, NULL, 0, "Run nothing: say about how long it will take, and how exact it will be", 0},
    {"checkpoint", KEY_CHECKPOINT, "FILE", 0, "Keep the record of every replication in FILE; those that are there already are not run again", 0},
    {"resume", KEY_RESUME, "FILE", 0, "Go on with the study whose records are in FILE, as if it had never stopped (without a scenario); of a result R.json they are in R.records", 0},
    {"part", KEY_PART, "I/N", 0, "With --checkpoint: run only part I of N of the replications, for `desq merge`", 0},
    {"quiet", 'q', NULL, 0, "No report and no progress line: only errors, and the exit status", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct run_args *args = state->input;
    switch (key) {
    case KEY_JOBS:
        return arguments_jobs(state, argument, &args->jobs);
    case KEY_JSON:
        args->json = argument;
        return 0;
    case KEY_CSV:
        args->csv = argument;
        return 0;
    case KEY_PLOTS:
        args->plots = argument;
        return 0;
    case KEY_FORECAST:
        args->forecast = true;
        return 0;
    case 'q':
        args->quiet = true;
        return 0;
    case KEY_CHECKPOINT:
        args->checkpoint = argument;
        return 0;
    case KEY_RESUME:
        args->resume = argument;
        return 0;
    case KEY_PART: {
        char *slash = strchr(argument, '/');
        const bool good = slash != NULL && (*slash = '\0', arguments_whole(argument, 1000000, &args->part)) &&
                          arguments_whole(slash + 1, 1000000, &args->parts) && args->part >= 1 && args->part <= args->parts;
        if (slash != NULL)
            *slash = '/';
        return good ? 0 : arguments_complain(state, "--part takes I/N, as in 2/8; got \"%s\"", argument);
    }
    case ARGP_KEY_NO_ARGS:
        return args->resume != NULL ? 0 : scenario_args_parse(&args->scenarios, key, argument, state);
    case ARGP_KEY_END:
        if (args->resume != NULL && args->scenarios.file_count > 0)
            return arguments_complain(state, "--resume goes on with what its file is of: name no scenario");
        if (args->resume != NULL && (args->checkpoint != NULL || args->parts > 0 || args->forecast))
            return arguments_complain(state, "--resume goes with none of --checkpoint, --part, --forecast");
        if (args->checkpoint != NULL && args->scenarios.file_count > 1)
            return arguments_complain(state, "--checkpoint keeps the records of one scenario; %zu files are given", args->scenarios.file_count);
        if (args->parts > 0 && args->checkpoint == NULL)
            return arguments_complain(state, "--part needs --checkpoint FILE, for the records of the part");
        if (args->parts > 0 && (args->json != NULL || args->csv != NULL || args->plots != NULL || args->forecast))
            return arguments_complain(state, "--part makes records alone: --json, --csv, --plots go with desq merge");
        if (args->checkpoint != NULL && args->forecast)
            return arguments_complain(state, "--forecast runs nothing, so there is nothing for --checkpoint to keep");
        if (args->scenarios.file_count > 1 && (args->json != NULL || args->csv != NULL))
            return arguments_complain(
                state, "--json and --csv hold the results of one scenario; %zu files are given",
                args->scenarios.file_count);
        if (args->json != NULL && args->csv != NULL && strcmp(args->json, args->csv) == 0)
            return arguments_complain(state, "--json and --csv cannot both go to \"%s\"", args->json);
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp run_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE...",
    .doc =
        "Runs scenarios and reports what came out, with confidence intervals. FILE - is standard input.\v"
        "Examples:\n"
        "  desq run mm1.json\n"
        "  desq run mm1.json --set /arrivals/rate=0.95 --seed 7\n"
        "  desq run web.json --json web.out.json --plots pictures\n"
        "  desq run web.json --quiet --json - | jq '.points[0].tasks'\n"
        "  desq run web.json --checkpoint web.records      (and, after an interruption: desq run --resume web.records)\n"
        "  desq run web.json --checkpoint out.records --json out.json\n"
        "  desq run --resume out.json --set /run/precision=0.005 --json out.json      (goes on from there)\n"
        "\n"
        "All files are checked before any is run. Files that are written appear whole or not at all. With "
        "--json - or "
        "--csv - the report goes to standard error. Ctrl-C (or SIGTERM, SIGHUP) ends the run early with what "
        "there "
        "is, marked as unfinished; a second one ends it at once.\n"
        "\n"
        "Exit status: 0 fine; 1 a requirement is not met, or the tasks deadlocked; 2 bad usage or scenario, "
        "or a file "
        "that cannot be written; 130 interrupted (143, 129: by SIGTERM, SIGHUP)."};

struct job {
    const struct output *output;
    const struct result *result;
};

static bool write_output(void *context, FILE *out, struct error *err)
{
    const struct job *job = context;
    return job->output->write(job->result, out, err);
}

static bool save(const char *path, const struct output *output, const struct result *result)
{
    struct job job = {output, result};
    struct error err;
    if (path == NULL || save_file(path, write_output, &job, &err))
        return true;
    complain(&err);
    return false;
}

static int verdict(const struct result *r)
{
    int status = STATUS_FINE;
    for (size_t i = 0; i < r->point_count; i++) {
        const struct point *p = &r->points[i];
        if (p->report.stopped == STOPPED_DEADLOCK)
            status = STATUS_NOT_MET;
        for (size_t k = 0; k < p->outcome_count; k++)
            if (p->outcomes[k].verdict == VERDICT_NOT_MET)
                status = STATUS_NOT_MET;
    }
    return r->unfinished ? STATUS_INTERRUPTED : status;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* The folder for the plots of one file: DIR, or with several files DIR/NAME. */
static bool plot_folder(const struct run_args *args, size_t i, char *out, size_t size)
{
    const char *file = args->scenarios.file_count == 0 ? "" : args->scenarios.files[i], *slash = strrchr(file, '/');
    const char *name = slash != NULL ? slash + 1 : file, *dot = strrchr(name, '.');
    const int length = dot != NULL && dot != name ? (int)(dot - name) : (int)strlen(name);
    const int wanted = args->scenarios.file_count <= 1
                           ? snprintf(out, size, "%s", args->plots)
                           : snprintf(out, size, "%s/%.*s", args->plots, length, name);
    return wanted >= 0 && (size_t)wanted < size;
}

static bool draw(const struct run_args *args, size_t i, const struct result *result)
{
    char folder[4096];
    struct error err;
    if (args->plots == NULL)
        return true;
    if (!plot_folder(args, i, folder, sizeof folder))
        error_set(&err, "the name of the folder for plots is too long");
    else if (draw_plots(result, folder, false, &err))
        return true;
    complain(&err);
    return false;
}

static bool goes_to_stdout(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static int run_one(const struct run_args *args, size_t i, struct desq *d, struct store *store)
{
    struct progress progress;
    struct error err;
    const struct result *result;
    progress_init(&progress, args->scenarios.file_count == 0 ? "" : args->scenarios.files[i], args->quiet);
    const struct desq_run how = {.jobs = args->jobs,
                                 .ranks = args->ranks,
                                 .stop = &interrupted,
                                 .progress = progress_update,
                                 .context = &progress,
                                 .store = store,
                                 .part = args->part,
                                 .parts = args->parts};
    const bool good = desq_run(d, &how, &result, &err);
    progress_end(&progress);
    if (!good) {
        complain(&err);
        return STATUS_BAD;
    }
    if (args->parts > 0) {
        if (!args->quiet)
            printf("part %llu of %llu is in %s\n", args->part, args->parts, args->checkpoint);
        return STATUS_FINE;
    }
    int status = verdict(result);
    if (!args->quiet) {
        FILE *out = goes_to_stdout(args->json) || goes_to_stdout(args->csv) ? stderr : stdout;
        if (i > 0)
            fprintf(out, "\n");
        if (!output_report(result, desq_scenario(d)->point_count, out, &err)) {
            complain(&err);
            status = larger(status, STATUS_BAD);
        }
        fflush(out);
    }
    if (!save(args->json, &output_json, result) || !save(args->csv, &output_csv, result))
        status = larger(status, STATUS_BAD);
    if (!draw(args, i, result))
        status = larger(status, STATUS_BAD);
    return status;
}

/* Nothing is run that could not be written. */
static bool outputs_possible(const struct run_args *args)
{
    struct error err;
    if ((args->json == NULL || save_possible(args->json, &err)) &&
        (args->csv == NULL || save_possible(args->csv, &err)) &&
        (args->plots == NULL || save_folder(args->plots, &err)))
        return true;
    complain(&err);
    return false;
}

/* After an interruption: the files that were not come to. */
static void say_not_begun(const struct run_args *args, size_t begun)
{
    const size_t count = args->scenarios.file_count;
    for (size_t i = begun; i < count; i++)
        fprintf(stderr, "%s%s%s", i == begun ? "desq: interrupted; not begun: " : ", ",
                args->scenarios.files[i], i + 1 == count ? "\n" : "");
}

/* What each point will take. */
static int forecast_one(const struct desq *d, const char *file)
{
    const struct scenario_file *f = desq_scenario(d);
    printf("%s: about so long, by theory of queues in heavy traffic (docs/experiments.md); right to a factor of two or so\n", file);
    for (size_t i = 0; i < f->point_count; i++) {
        const struct scenario_point *p = &f->points[i];
        struct forecast x;
        struct error err;
        char short_number[NUMBER_ROOM], number[NUMBER_ROOM], clock[NUMBER_ROOM], deciding[32] = "mean response";
        printf("  %s", p->variant != NULL ? p->variant : p->set_count == 0 ? "the run" : "");
        for (size_t k = 0; k < p->set_count; k++)
            printf("%s%s = %s", p->variant != NULL || k > 0 ? ", " : "", p->sets[k].pointer, p->sets[k].value);
        if (!desq_forecast(d, i, &x, &err)) {
            printf(": cannot be foretold: %s\n", err.text);
            continue;
        }
        if (!isnan(x.quantile))
            snprintf(deciding, sizeof deciding, "p%.10g", 100.0 * x.quantile);
        printf(": %s customers, %s of one core, for %s to within %.2g %% (load of \"%s\": %.3g)\n", number_whole(strtod(number_short(x.customers, 2, short_number), NULL), number),
               number_clock(x.seconds, clock), deciding, 100.0 * x.precision, p->scenario.stations[x.station].name, x.load);
        printf("    half of that half-width: %s customers, %s\n", number_whole(strtod(number_short(4.0 * x.customers, 2, short_number), NULL), number),
               number_clock(4.0 * x.seconds, clock));
    }
    return STATUS_FINE;
}

static bool said(const struct error *err)
{
    complain(err);
    return false;
}

/* A study from files of records, or one that is kept in one. */
static int run_recorded(const struct run_args *args)
{
    struct records records = {0};
    struct desq *d = NULL;
    struct arena arena;
    struct error err;
    bool good;
    arena_init(&arena);
    if (args->resume != NULL) {
        struct resumed r;
        good = resume_find(&arena, args->resume, &r, &err) || said(&err);
        good = good && records_of_file(&records, r.records, &args->scenarios, &d);
        good = good && (resume_agrees(&r, desq_scenario(d)->path, desq_seed(d), &err) || said(&err)) && records_take(&records, r.records, true);
    } else if (args->merged != NULL) {
        good = records_of_file(&records, args->merged[0], &args->scenarios, &d);
        for (size_t i = 0; good && i < args->merged_count; i++)
            good = records_take(&records, args->merged[i], false);
    } else {
        good = scenario_args_read(&args->scenarios, 0, &d) && records_of_scenario(&records, &args->scenarios, 0) &&
               records_take(&records, args->checkpoint, true);
        if (good && desq_scenario(d)->knee.pointer != NULL) {
            fprintf(stderr, "desq: --checkpoint: a sweep with \"knee\" chooses its points as it runs; write them out as a list\n");
            good = false;
        }
        if (good && args->parts > 0 && desq_scenario(d)->points[0].scenario.run.replications < 2) {
            fprintf(stderr, "desq: --part: how many replications are all parts together? Say --set /run/replications=1000\n");
            good = false;
        }
    }
    int status = good && outputs_possible(args) ? STATUS_FINE : STATUS_BAD;
    if (status == STATUS_FINE) {
        interrupt_listen();
        status = run_one(args, 0, d, records.store);
        if (interrupted)
            status = STATUS_SIGNAL + interrupted;
    }
    desq_free(d);
    records_free(&records);
    arena_free(&arena);
    return status;
}

static int run_all(const struct run_args *args)
{
    if (args->merged != NULL || args->resume != NULL || args->checkpoint != NULL)
        return run_recorded(args);
    const size_t count = args->scenarios.file_count;
    struct desq **read = calloc(count, sizeof *read);
    int status = read != NULL ? STATUS_FINE : STATUS_BAD;
    for (size_t i = 0; i < count && read != NULL; i++)
        if (!scenario_args_read(&args->scenarios, i, &read[i]))
            status = STATUS_BAD;
    for (size_t i = 0; i < count && status == STATUS_FINE && args->forecast; i++)
        forecast_one(read[i], args->scenarios.files[i]);
    if (status == STATUS_FINE && !outputs_possible(args))
        status = STATUS_BAD;
    if (status == STATUS_FINE && !args->forecast) {
        interrupt_listen();
        size_t begun = 0;
        for (; begun < count && !interrupted; begun++)
            status = larger(status, !knee_place(&args->scenarios, begun, args->jobs, args->ranks, &read[begun]) ? STATUS_BAD
                                    : interrupted ? STATUS_FINE : run_one(args, begun, read[begun], NULL));
        if (interrupted) {
            say_not_begun(args, begun);
            status = STATUS_SIGNAL + interrupted;
        }
    }
    for (size_t i = 0; i < count && read != NULL; i++)
        desq_free(read[i]);
    free(read);
    return status;
}

static int run(struct ranks *ranks, int argc, char **argv);

const struct command command_run = {
    .name = "run", .summary = "run scenarios and report what came out", .argp = &run_argp, .run = run};

static int run(struct ranks *ranks, int argc, char **argv)
{
    struct run_args args = {.ranks = ranks};
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    if (arguments_parse(&command_run, argc, argv, &args, &status))
        status = run_all(&args);
    scenario_args_free(&args.scenarios);
    return status;
}

static error_t parse_merge(int key, char *argument, struct argp_state *state)
{
    struct run_args *args = state->input;
    switch (key) {
    case KEY_JOBS:
    case KEY_JSON:
    case KEY_CSV:
    case KEY_PLOTS:
    case 'q':
        return parse(key, argument, state);
    case ARGP_KEY_NO_ARGS:
        return arguments_complain(state, "which files of records? desq run --part I/N --checkpoint FILE writes them");
    case ARGP_KEY_END:
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp_option merge_options[] = {
    {"jobs", KEY_JOBS, "N", 0, "Use N threads for what has yet to be run", 0},
    {"json", KEY_JSON, "FILE", 0, "Write all numbers to FILE (-: standard output)", 0},
    {"csv", KEY_CSV, "FILE", 0, "Write one number per row to FILE (-: standard output)", 0},
    {"plots", KEY_PLOTS, "DIR", 0, "Draw plots into DIR, each with its data and gnuplot script", 0},
    {"quiet", 'q', NULL, 0, "No report and no progress line: only errors, and the exit status", 0},
    {"set", KEY_SET, "/run/KEY=VALUE", 0, "How long to run: replications, precision, confidence, quantiles, limit", 0},
    {0},
};

static const struct argp merge_argp = {
    .options = merge_options,
    .parser = parse_merge,
    .args_doc = "FILE...",
    .doc = "Puts the parts of a study together: the result is that of one run, to the bit. Replications that are in none of the files are run "
           "now.\v"
           "Example:\n"
           "  desq run web.json --set /run/replications=1000 --part 1/4 --checkpoint web.1   (on four machines: 1/4 to 4/4)\n"
           "  desq merge web.1 web.2 web.3 web.4 --json web.out.json\n"
           "\n"
           "Exit status: as of desq run."};

static int merge(struct ranks *ranks, int argc, char **argv);

const struct command command_merge = {
    .name = "merge", .summary = "put the parts of a study together", .argp = &merge_argp, .run = merge};

static int merge(struct ranks *ranks, int argc, char **argv)
{
    struct run_args args = {.ranks = ranks};
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    if (arguments_parse(&command_merge, argc, argv, &args, &status)) {
        args.merged = args.scenarios.files;
        args.merged_count = args.scenarios.file_count;
        args.scenarios.file_count = 0;
        status = run_all(&args);
    }
    scenario_args_free(&args.scenarios);
    return status;
}
