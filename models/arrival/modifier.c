/* modifier.c: what may stand beside any form of arrivals: batches, and where arrivals begin and end. */
#include "models/arrival/arrival.h"

#include <math.h>
#include <string.h>

const struct param arrival_modifier_params[MODIFIERS + 1] = {
    [MODIFIER_BATCH] = {.name = "batch",
                        .type = PARAM_DIST,
                        .dimension = DIMENSION_NUMBER,
                        .summary =
                            "tasks per arrival, a draw rounded to a whole number (0: none comes); default 1"},
    [MODIFIER_START] = {.name = "start",
                        .type = PARAM_NUMBER,
                        .dimension = DIMENSION_TIME,
                        .range = RANGE_NOT_NEGATIVE,
                        .summary = "nothing arrives before this time; default 0"},
    [MODIFIER_STOP] = {.name = "stop",
                       .type = PARAM_NUMBER,
                       .dimension = DIMENSION_TIME,
                       .range = RANGE_POSITIVE,
                       .summary = "nothing arrives after this time; default: never"},
    [MODIFIER_COUNT] = {.name = "count",
                        .type = PARAM_WHOLE,
                        .range = RANGE_FROM_ONE,
                        .summary = "most arrivals (each may be a batch); default: no limit"},
    [MODIFIERS] = {0},
};

static const struct arrival_modifier_row batch = {
    "batch", "tasks per arrival, a draw rounded to a whole number; default 1",
    "{ \"rate\": 2, \"batch\": { \"dist\": \"geometric\", \"mean\": 4 } }",
    "A number or a distribution; `rate` is then of batches. Half is rounded upwards; 0 means that no task "
    "comes at that "
    "arrival. The tasks of a batch come at the same instant, one after the other. With `at_once` each of its "
    "number is "
    "a batch; not with `closed`."};
static const struct arrival_modifier_row start = {
    "start", "nothing arrives before this time; default 0", "{ \"interarrival\": 2, \"start\": 10 }",
    "rate, interarrival, mmpp, map: the process begins then (the first task one interval later). at_once: "
    "all come "
    "then. closed: all clients begin to think then. schedule, trace: their times are those of the clock, and "
    "what would "
    "come before is left out. A task that would come exactly then comes."};
static const struct arrival_modifier_row stop = {
    "stop", "nothing arrives after this time; default: never", "{ \"rate\": 2, \"stop\": \"8h\" }",
    "What would come exactly then still comes. The run then ends when all is done, if no other kind goes on. "
    "closed: a "
    "client whose thinking ends later does not come back. Not with `at_once`."};
static const struct arrival_modifier_row count = {"count", "most arrivals; default: no limit",
                                                  "{ \"rate\": 2, \"count\": 1000 }",
                                                  "Counts batches where there are batches, those of 0 tasks "
                                                  "included (a kind's `limit` counts tasks); with `closed` "
                                                  "the tasks of all clients together. The run then ends when "
                                                  "all is done, if no other kind goes on. Not with "
                                                  "`at_once`."};
static const struct arrival_modifier_row sessions = {
    "sessions", "partly open: what arrives are sessions of several requests",
    "{ \"sessions\": { \"rate\": 2, \"requests\": { \"dist\": \"geometric\", \"mean\": 5 }, \"think\": 10 } }",
    "Around any form but `closed`. `requests`: a number or a distribution, rounded, at least 1; `think`: the time between the "
    "end of one request, however it ended, and the next (0). Each request is a task, with random draws of its own; "
    "thinking sessions are not in the system. A kind's `limit` and `count` count sessions; those that have begun go on "
    "after `stop`. What arrives by `send` is a single request."};
static const void *const modifier_rows[] = {&batch, &start, &stop, &count, &sessions};
const struct lookup_table arrival_modifier_table = {modifier_rows, sizeof modifier_rows / sizeof *modifier_rows};

/* P(X >= x). */
static double at_least(const struct dist *d, double x)
{
    return 1.0 - d->type->cdf(d, nextafter(x, -INFINITY));
}

/* All values are whole numbers already, so that rounding changes nothing. */
static bool is_whole(const struct dist *d)
{
    enum { ATOMS_MOST = 64 };
    double values[ATOMS_MOST], p[ATOMS_MOST];
    if (strcmp(d->type->name, "geometric") == 0 || strcmp(d->type->name, "poisson") == 0)
        return true;
    const size_t atoms = dist_atoms(d, ATOMS_MOST, values, p);
    for (size_t i = 0; i < atoms; i++)
        if (values[i] != floor(values[i]))
            return false;
    return atoms > 0;
}

void arrival_batch_moments(const struct dist *d, double *mean, double *variance)
{
    if (d->shape == DIST_CONSTANT) {
        *mean = floor(d->a + 0.5);
        *variance = 0.0;
        return;
    }
    if (is_whole(d)) {
        *mean = d->mean;
        *variance = d->variance;
        return;
    }
    /* E[n] = sum over i >= 1 of P(n >= i), E[n^2] = sum of (2 i - 1) P(n >= i); n >= i when X >= i - 1/2.
     * What is left after many terms is told by the moments of X itself: rounding moves it by less than 1/2 in
     * thousands. */
    enum { TERMS = 4096 };
    double first = 0.0, second = 0.0, left = 1.0;
    for (int i = 1; i <= TERMS && left > 1e-14; i++) {
        left = at_least(d, i - 0.5);
        first += left;
        second += (2.0 * i - 1.0) * left;
    }
    if (left > 1e-14) {
        double m[3];
        const double low = TERMS + 0.5 > d->min ? TERMS + 0.5 : d->min, off = low - TERMS;
        dist_moments_between(d, low, INFINITY, m);
        if (low == d->min) { /* all of it lies beyond */
            *mean = d->mean;
            *variance = d->variance;
            return;
        }
        first += m[1] + off * m[0];
        second += m[2] + 2.0 * low * m[1] + (low * low - (double)TERMS * TERMS) * m[0];
    }
    *mean = isfinite(d->mean) ? first : INFINITY;
    *variance = isfinite(d->variance) ? second - first * first : INFINITY;
    if (*variance < 0.0)
        *variance = 0.0;
}

static bool fault(struct error *err, const struct arg *arg, const char *text)
{
    error_set(err, "%s", text);
    error_place(err, NULL, &arg->at);
    return false;
}

static bool take_batch(struct arrival *arrival, const struct arg *arg, struct error *err)
{
    double mean, variance;
    arrival->batch = arg->dist;
    arrival_batch_moments(arrival->batch, &mean, &variance);
    if (!(mean > 0.0))
        return fault(err, arg, "every batch would be rounded to 0 tasks: nothing would ever arrive");
    if (!isfinite(mean))
        return fault(err, arg, "the mean size of a batch must be finite");
    /* Batches that come by themselves: variance of a random sum over its mean. */
    arrival->scv = mean * arrival->scv + variance / mean;
    arrival->rate *= mean;
    arrival->drawn |= arrival->batch->shape != DIST_CONSTANT;
    return true;
}

bool arrival_modify(struct arrival *arrival, const struct arg *args, struct error *err)
{
    const struct arrival_type *type = arrival->type;
    for (int i = 0; i < MODIFIERS; i++) {
        if (!args[i].given || type->refuses[i] == NULL)
            continue;
        error_set(err, "\"%s\" has no meaning with \"%s\": %s", arrival_modifier_params[i].name, type->name,
                  type->refuses[i]);
        error_place(err, NULL, &args[i].at);
        return false;
    }
    arrival->start = args[MODIFIER_START].number;
    arrival->stop = args[MODIFIER_STOP].given ? args[MODIFIER_STOP].number : INFINITY;
    arrival->count = args[MODIFIER_COUNT].given ? args[MODIFIER_COUNT].number : INFINITY;
    if (arrival->stop <= arrival->start)
        return fault(err, &args[MODIFIER_STOP], "\"stop\" must be after \"start\"");
    if (args[MODIFIER_BATCH].given && !take_batch(arrival, &args[MODIFIER_BATCH], err))
        return false;
    if (arrival->start > arrival->settles)
        arrival->settles = arrival->start;
    arrival->ends |= arrival->stop < INFINITY || arrival->count < INFINITY;
    arrival->plain =
        arrival->form == ARRIVAL_OPEN && type->next == NULL && arrival->batch == NULL && !arrival->ends;
    return true;
}
