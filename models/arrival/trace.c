/* { "trace": FILE, "time": COLUMN, "service": COLUMN }: replay of a log. */
#include "models/arrival/arrival.h"
#include "models/dist/column.h"

#include <math.h>

enum { TRACE, TIME, SERVICE, ORIGIN };

struct trace {
    const double *times; /* ascending, at least 0 */
    size_t count;
};

static double no_draw(const struct dist *d, struct stream *s)
{
    (void)s;
    return d->mean;
}

static double no_cdf(const struct dist *d, double x)
{
    (void)d;
    (void)x;
    return (double)NAN;
}

/* What the service column is for the analysis before the run, and for those who print it. */
static const struct dist_type given_type = {
    .name = "given by the trace", .summary = "the service column of a trace", .draw = no_draw, .cdf = no_cdf};

static const char *text_of(const struct arg *arg)
{
    return arg->given ? arg->text : NULL;
}

static bool read_services(struct arrival *arrival, const struct arg *args, size_t rows, struct arena *arena,
                          struct error *err)
{
    double *services = NULL;
    int *lines = NULL;
    size_t count = 0;
    struct dist *law = arena_alloc(arena, sizeof *law);
    if (law == NULL)
        return error_set(err, "out of memory");
    if (!column_read_lines(args[TRACE].text, args[SERVICE].text, arena, &services, &lines, &count, err))
        return false;
    if (count != rows)
        return error_set(err, "%s has %zu times but %zu service times", args[TRACE].text, rows, count);
    double mean = 0.0, variance = 0.0, least = INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (services[i] < 0.0)
            return error_set(err, "%s:%d: a service time of %.15g: it must be at least 0", args[TRACE].text,
                             lines[i], services[i]);
        mean += (services[i] - mean) / (double)(i + 1);
        least = fmin(least, services[i]);
    }
    for (size_t i = 0; i < count; i++)
        variance += (services[i] - mean) * (services[i] - mean) / (double)count;
    *law = (struct dist){.type = &given_type,
                         .shape = DIST_GIVEN,
                         .mean = mean,
                         .variance = variance,
                         .scv = mean > 0.0 ? variance / (mean * mean) : 0.0,
                         .min = least};
    arrival->services = services;
    arrival->service_law = law;
    return true;
}

static bool init(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err)
{
    struct trace *t = arena_alloc(arena, sizeof *t);
    double *times = NULL;
    int *lines = NULL;
    if (t == NULL)
        return error_set(err, "out of memory");
    const char *path = args[TRACE].text;
    if (!column_read_lines(path, text_of(&args[TIME]), arena, &times, &lines, &t->count, err)) {
        error_place(err, NULL, &args[TRACE].at);
        return false;
    }
    const double origin = args[ORIGIN].number;
    for (size_t i = 0; i < t->count; i++) {
        times[i] -= origin;
        if (!(times[i] >= 0.0))
            error_set(err, "%s:%d: the time %.15g is before %.15g, which is time 0 of the run (\"origin\")",
                      path, lines[i], times[i] + origin, origin);
        else if (i > 0 && times[i] < times[i - 1])
            error_set(err, "%s:%d: the times are not in ascending order: %.15g comes after %.15g", path,
                      lines[i], times[i] + origin, times[i - 1] + origin);
        else
            continue;
        error_place(err, NULL, &args[TRACE].at);
        return false;
    }
    if (args[SERVICE].given && !read_services(arrival, args, t->count, arena, err)) {
        error_place(err, NULL, &args[TRACE].at);
        return false;
    }
    t->times = times;
    arrival->form = ARRIVAL_OPEN;
    arrival->data = t;
    arrival->number = (double)t->count;
    arrival->scv = 1.0;
    arrival->ends = true;
    return true;
}

static void begin(const struct arrival *arrival, struct arrival_state *state, struct stream *s)
{
    const struct trace *t = arrival->data;
    (void)s;
    *state = (struct arrival_state){0};
    while (state->place < t->count && t->times[state->place] < arrival->start)
        state->place++;
}

/* place: the rows used up; the epoch just given is that of row place - 1. */
static double next(const struct arrival *arrival, struct arrival_state *state, struct stream *s)
{
    const struct trace *t = arrival->data;
    (void)s;
    if (state->place == t->count)
        return INFINITY;
    return state->time = t->times[state->place++];
}

const struct arrival_type arrival_trace = {
    .name = "trace",
    .summary = "replay of a log: arrival times from a file, and service times if it has them",
    .rule =
        "One arrival per line, at the time that the file gives less \"origin\", in time_unit; times must not "
        "descend. The run ends when all tasks of the file are done. With \"service\" that column is the "
        "service "
        "time of the tasks of its line, at each `at` step that leaves out \"for\"; a kind without steps then "
        "makes one visit to the only station. \"start\" and \"stop\" leave out the lines before and after.",
    .params = {{.name = "trace",
                .type = PARAM_FILE,
                .required = true,
                .summary = "a file of comma-separated values, a line for each arrival"},
               {.name = "time",
                .type = PARAM_TEXT,
                .summary =
                    "its column of times, by name or by number from 1; may be left out if there is but one"},
               {.name = "service",
                .type = PARAM_TEXT,
                .summary = "its column of service times; default: service times are drawn as the steps say"},
               {.name = "origin",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_TIME,
                .summary = "the time in the file that is time 0 of the run; default 0"}},
    .examples = {"{ \"trace\": \"requests.csv\", \"time\": \"arrived\", \"service\": \"took\" }"},
    .clock = true,
    .init = init,
    .begin = begin,
    .next = next,
};
