/* desq coverage: repeats a study with other seeds, and says how often its intervals held the truth. */
#include "models/coverage.h"

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output/number.h"
#include "cli/output/table.h"
#include "cli/scenario_args.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { KEY_RUNS = KEY_OTHER, KEY_REFERENCE, KEY_JOBS };

struct coverage_args {
    struct scenario_args scenarios;
    unsigned long long runs, reference;
    unsigned jobs;
    struct ranks *ranks;
    bool quiet;
};

static const struct argp_option options[] = {
    SCENARIO_ARGS_OPTIONS,
    {"runs", KEY_RUNS, "N", 0, "Repeat the study N times (default: 500)", 0},
    {"reference", KEY_REFERENCE, "N", 0,
     "Replications of the long run that gives the truth where theory does not (default: 100 times those of "
     "one "
     "run)",
     0},
    {"jobs", KEY_JOBS, "N", 0, "Use N threads (default: one per processor); the results are the same", 0},
    {"quiet", 'q', NULL, 0, "No progress line", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct coverage_args *args = state->input;
    switch (key) {
    case KEY_RUNS:
        if (!arguments_whole(argument, 1000000, &args->runs) || args->runs < 2)
            return arguments_complain(state, "--runs takes a whole number from 2 to 1000000; got \"%s\"",
                                      argument);
        return 0;
    case KEY_REFERENCE:
        if (!arguments_whole(argument, 100000000, &args->reference) || args->reference < 12)
            return arguments_complain(
                state, "--reference takes a whole number from 12 to 100000000; got \"%s\"", argument);
        return 0;
    case KEY_JOBS:
        return arguments_jobs(state, argument, &args->jobs);
    case 'q':
        args->quiet = true;
        return 0;
    case ARGP_KEY_END:
        for (size_t i = 0; i < args->scenarios.file_count; i++)
            if (args->scenarios.files[i][0] == '-' && args->scenarios.files[i][1] == '\0')
                return arguments_complain(state,
                                          "a study that is repeated has to be in a file, not on standard "
                                          "input");
        return 0;
    default:
        return scenario_args_parse(&args->scenarios, key, argument, state);
    }
}

static const struct argp coverage_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE...",
    .doc =
        "Repeats the study that `desq run FILE` is, with other seeds, and reports how often its intervals "
        "held "
        "the truth, which is that of theory where it applies, else that of one long run.\v"
        "Intervals at 95 % should hold it 95 times in 100. The range behind the share is where the true "
        "coverage lies, with 95 % confidence. \"! low\" marks a figure whose coverage is surely below that "
        "which the intervals claim by more than 2 %, \"! high\" surely above: its intervals are wider than "
        "they need to be. \"few\": fewer than a tenth of the runs gave one at all, so that it is not judged.\n"
        "\n"
        "Examples:\n"
        "  desq coverage scenarios/mm1.json --runs 500\n"
        "  desq coverage mm1.json --set /run/precision=0.05 --set /arrivals/rate=0.8\n"
        "\n"
        "Exit status: 0 fine; 1 some coverage is surely too low; 2 bad usage or scenario; 130 interrupted."};

struct watcher {
    uint64_t runs;
    bool shown;
};

static void show_progress(void *context, uint64_t done)
{
    struct watcher *w = context;
    if (!w->shown)
        return;
    fprintf(stderr, "\r%llu of %llu runs", (unsigned long long)done, (unsigned long long)w->runs);
    if (done == w->runs)
        fprintf(stderr, "\r%40s\r", "");
    fflush(stderr);
}

/* How far the coverage may be from the confidence before it is marked. */
static const double tolerated = 0.02;

/* Where nearly all intervals are withheld, the few that are not speak of chance: they are shown, not judged. */
static bool judged(const struct coverage_figure *f, uint64_t runs)
{
    const double few = 0.1;
    return (double)f->given >= few * (double)runs;
}

static const char *mark(const struct coverage_figure *f, double confidence, uint64_t runs)
{
    if (!judged(f, runs))
        return " few";
    return f->high < confidence - tolerated ? "! low" : f->low > confidence + tolerated ? " ! high" : "";
}

static void row(struct table *t, const struct desq *d, const struct coverage_figure *f, double confidence, uint64_t runs)
{
    const struct scenario_file *file = desq_scenario(d);
    const struct scenario_point *p = &file->points[f->point];
    char text[400], one[NUMBER_ROOM], two[NUMBER_ROOM];
    size_t c = 0;
    table_row(t);
    if (file->point_count > 1) {
        int n = snprintf(text, sizeof text, "%s", p->variant != NULL ? p->variant : "");
        for (size_t i = 0; i < p->set_count && n >= 0 && (size_t)n < sizeof text; i++)
            n += snprintf(text + n, sizeof text - (size_t)n, "%s%s=%s", n > 0 ? " " : "", p->sets[i].pointer,
                          p->sets[i].value);
        table_cell(t, c++, text);
    }
    if (f->statistic == STATISTIC_QUANTILE)
        snprintf(text, sizeof text, "%s.%s.p%.10g", f->subject, f->measure, 100.0 * f->quantile);
    else
        snprintf(text, sizeof text, "%s.%s", f->subject, f->measure);
    table_cell(t, c++, text);
    table_cell(t, c++, number_short(f->truth, 5, one));
    table_cell(t, c++, f->form != NULL ? f->form : "long run");
    table_cell(t, c++, number_short(f->estimate, 5, one));
    snprintf(text, sizeof text, "%s %%", number_short(100.0 * f->half_width / fabs(f->truth), 2, one));
    table_cell(t, c++, text);
    table_cell(t, c++, number_whole((double)f->given, one));
    snprintf(text, sizeof text, "%.1f%s", 100.0 * (double)f->covered / (double)f->given, mark(f, confidence, runs));
    table_cell(t, c++, f->given > 0 ? text : "-");
    snprintf(text, sizeof text, "%s-%s", number_short(100.0 * f->low, 3, one),
             number_short(100.0 * f->high, 3, two));
    table_cell(t, c++, f->given > 0 ? text : "-");
    snprintf(text, sizeof text, "%llu/%llu", (unsigned long long)f->below, (unsigned long long)f->above);
    table_cell(t, c++, text);
}

static bool report(const struct desq *d, const char *path, const struct coverage_of_study *s,
                   struct arena *arena)
{
    struct table t;
    char one[NUMBER_ROOM];
    printf("%s: %llu runs%s, %s replications each in the mean, %s events in all", path,
           (unsigned long long)s->runs, s->unfinished ? " (interrupted)" : "",
           number_short(s->replications, 4, one), number_short(s->events, 3, (char[NUMBER_ROOM]){0}));
    if (s->reference > 0)
        printf("; reference: %llu replications", (unsigned long long)s->reference);
    printf("\nHow many of 100 intervals at %g %% held the truth:\n\n", 100.0 * s->confidence);
    table_init(&t, arena);
    if (desq_scenario(d)->point_count > 1)
        table_label(&t, "point");
    table_label(&t, "figure");
    table_column(&t, NULL, "truth");
    table_column(&t, NULL, "by");
    table_column(&t, NULL, "mean");
    table_column(&t, NULL, "mean ±");
    table_column(&t, NULL, "intervals");
    table_column(&t, NULL, "held, %");
    table_column(&t, NULL, "surely");
    table_column(&t, NULL, "under/over");
    bool rough = false;
    for (size_t i = 0; i < s->figure_count; i++) {
        row(&t, d, &s->figures[i], s->confidence, s->runs);
        rough |= s->figures[i].uncertainty > 0.25 * s->figures[i].half_width;
    }
    if (!table_print(&t, stdout, 0))
        return false;
    if (rough)
        text_wrapped(
            stdout,
            "The long run is so short that some truth is less sure than a quarter of an interval: the "
            "coverage is better than it looks (--reference).",
            0, 0);
    return true;
}

static int study(const struct coverage_args *args, size_t i)
{
    struct desq *d = NULL;
    struct coverage_of_study s;
    struct error err;
    struct arena arena;
    struct desq_options how = args->scenarios.options;
    struct watcher watcher = {.runs = args->runs, .shown = !args->quiet && isatty(STDERR_FILENO)};
    how.set = args->scenarios.set;
    how.set_count = args->scenarios.set_count;
    if (!scenario_args_read(&args->scenarios, i, &d))
        return STATUS_BAD;
    arena_init(&arena);
    int status = STATUS_FINE;
    if (!coverage_study(&arena, args->scenarios.files[i], &how,
                        &(struct coverage_how){.runs = args->runs,
                                               .reference = args->reference,
                                               .jobs = args->jobs,
                                               .ranks = args->ranks,
                                               .stop = &interrupted,
                                               .progress = show_progress,
                                               .context = &watcher},
                        &s, &err)) {
        complain(&err);
        status = STATUS_BAD;
    } else if (s.runs == 0) {
        fprintf(stderr, "desq: interrupted before the first run was over\n");
    } else {
        if (!report(d, args->scenarios.files[i], &s, &arena))
            status = STATUS_BAD;
        for (size_t f = 0; f < s.figure_count; f++)
            if (judged(&s.figures[f], s.runs) && s.figures[f].high < s.confidence - tolerated && status == STATUS_FINE)
                status = STATUS_NOT_MET;
    }
    arena_free(&arena);
    desq_free(d);
    return status;
}

static int run(struct ranks *ranks, int argc, char **argv)
{
    extern const struct command command_coverage;
    struct coverage_args args = {.ranks = ranks, .runs = 500};
    int status = STATUS_BAD;
    if (!scenario_args_init(&args.scenarios, argc))
        return STATUS_BAD;
    if (arguments_parse(&command_coverage, argc, argv, &args, &status)) {
        interrupt_listen();
        status = STATUS_FINE;
        for (size_t i = 0; i < args.scenarios.file_count && !interrupted; i++) {
            const int one = study(&args, i);
            status = one > status ? one : status;
            if (i + 1 < args.scenarios.file_count)
                printf("\n");
        }
        if (interrupted)
            status = STATUS_SIGNAL + interrupted;
    }
    scenario_args_free(&args.scenarios);
    return status;
}

const struct command command_coverage = {
    .name = "coverage",
    .summary = "repeat a study with other seeds: how often do its intervals hold the truth?",
    .argp = &coverage_argp,
    .run = run};
