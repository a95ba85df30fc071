/* { "schedule": [[t, rate], ...], "repeat": period }: a Poisson process with a rate that changes with time.
 *
 * By change of time: the integral of the rate from one arrival to the next is exponential of mean 1 (Cinlar,
 * Introduction to Stochastic Processes, 1975, section 4.7). So one draw per arrival, nothing rejected, and a
 * gap may pass through any number of segments. */
#include "models/arrival/schedule.h"

#include <math.h>

struct segment {
    double from, rate;
};

struct schedule {
    const struct segment *segments;
    size_t count;
    double period;        /* INFINITY: no repeat */
    double of_one_period; /* the rate's integral */
};

static bool fault(struct error *err, const struct arg *arg)
{
    error_place(err, NULL, &arg->at);
    return false;
}

static bool init(struct arrival *arrival, const struct arg *args, struct arena *arena, struct error *err)
{
    const size_t n = args[0].count;
    struct schedule *s = arena_alloc(arena, sizeof *s);
    struct segment *segments = arena_array(arena, n + 1, sizeof *segments);
    if (s == NULL || segments == NULL)
        return error_set(err, "out of memory");
    *s = (struct schedule){
        .segments = segments, .count = n, .period = args[1].given ? args[1].number : INFINITY};
    if (n == 0 || args[0].list[0] != 0.0) {
        error_set(err, "a schedule begins at time 0: its first pair gives the rate from there");
        return fault(err, &args[0]);
    }
    for (size_t i = 0; i < n; i++) {
        segments[i] = (struct segment){args[0].list[2 * i], args[0].list[2 * i + 1]};
        if (i > 0 && !(segments[i].from > segments[i - 1].from)) {
            error_set(err, "the times of a schedule ascend, but %.10g comes after %.10g", segments[i].from,
                      segments[i - 1].from);
            return fault(err, &args[0]);
        }
    }
    if (!(s->period > segments[n - 1].from)) {
        error_set(err, "\"repeat\" must be after the last time of the schedule (%.10g)",
                  segments[n - 1].from);
        return fault(err, &args[1]);
    }
    double most = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double to = i + 1 < n ? segments[i + 1].from : s->period;
        if (segments[i].rate > 0.0)
            s->of_one_period += segments[i].rate * (to - segments[i].from);
        most = fmax(most, segments[i].rate);
    }
    if (!(most > 0.0)) {
        error_set(err, "every rate of the schedule is 0: nothing would ever arrive");
        return fault(err, &args[0]);
    }
    if (s->period < INFINITY && !(s->of_one_period > 0.0 && isfinite(s->of_one_period))) {
        error_set(err, "the number of arrivals in a period is beyond any number");
        return fault(err, &args[0]);
    }
    arrival->form = ARRIVAL_OPEN;
    arrival->data = s;
    arrival->drawn = true;
    arrival->scv = 1.0;
    if (s->period < INFINITY) {
        arrival->rate = s->of_one_period / s->period;
        arrival->period = n > 1 ? s->period : 0.0;
    } else {
        arrival->rate = segments[n - 1].rate;
        arrival->settles = segments[n - 1].from;
        arrival->ends = !(arrival->rate > 0.0);
    }
    return true;
}

static void begin(const struct arrival *arrival, struct arrival_state *state, struct stream *stream)
{
    const struct schedule *s = arrival->data;
    (void)stream;
    *state = (struct arrival_state){.time = arrival->start};
    double within = arrival->start;
    if (s->period < INFINITY) {
        state->cycle = (uint64_t)fmin(floor(arrival->start / s->period), 0x1p53);
        within = fmax(arrival->start - (double)state->cycle * s->period, 0.0);
    }
    while (state->place + 1 < s->count && s->segments[state->place + 1].from <= within)
        state->place++;
}

static double next(const struct arrival *arrival, struct arrival_state *state, struct stream *stream)
{
    const struct schedule *s = arrival->data;
    const bool repeats = s->period < INFINITY;
    double need = stream_exponential(stream); /* of the integrated rate */
    for (;;) {
        const bool last = state->place + 1 == s->count;
        const double rate = s->segments[state->place].rate;
        /* Boundaries from the number of the period, not by adding up: no drift. */
        const double base = repeats ? (double)state->cycle * s->period : 0.0;
        const double to = base + (last ? s->period : s->segments[state->place + 1].from);
        if (rate > 0.0) {
            const double room = rate * fmax(to - state->time, 0.0);
            if (need < room) {
                state->time = fmin(state->time + need / rate, to);
                return state->time;
            }
            need -= room;
        }
        if (last && !repeats)
            return INFINITY;
        if (last) {
            const double whole = floor(need / s->of_one_period);
            state->cycle += 1 + (whole < 0x1p53 ? (uint64_t)whole : 0);
            need -= whole < 0x1p53 ? whole * s->of_one_period : 0.0;
            state->time = (double)state->cycle * s->period;
            state->place = 0;
        } else {
            state->time = to;
            state->place++;
        }
        if (!isfinite(state->time))
            return INFINITY;
    }
}

const struct arrival_type arrival_schedule = {
    .name = "schedule",
    .summary = "Poisson process with a rate that changes with time",
    .rule =
        "Each pair gives the rate from its time on, the first from 0; a rate of 0 is a pause. With "
        "\"repeat\" all "
        "begins anew after each period; without it the last rate holds for ever, and a last rate of 0 ends "
        "the "
        "arrivals. Times are those of the clock: \"start\" leaves out what would come before it. Exact: the "
        "integral of the rate between two arrivals is exponential of mean 1.",
    .params = {{.name = "schedule",
                .type = PARAM_PAIRS,
                .dimension = DIMENSION_RATE,
                .range = RANGE_NOT_NEGATIVE,
                .required = true,
                .summary = "pairs [time, rate from then on], from time 0, ascending"},
               {.name = "repeat",
                .type = PARAM_NUMBER,
                .dimension = DIMENSION_TIME,
                .range = RANGE_POSITIVE,
                .summary = "period after which it begins anew; default: the last rate holds for ever"}},
    .examples = {"{ \"schedule\": [ [0, \"10/s\"], [\"9h\", \"80/s\"], [\"17h\", 0] ], \"repeat\": \"24h\" }",
                 "{ \"schedule\": [ [0, 2], [10, 0.5] ] }"},
    .clock = true,
    .init = init,
    .begin = begin,
    .next = next,
};

bool schedule_is(const struct arrival *arrival)
{
    return arrival->type == &arrival_schedule;
}

double schedule_rate(const struct arrival *arrival, double t, double *until)
{
    const struct schedule *s = arrival->data;
    const double cycle = isinf(s->period) ? 0.0 : floor(t / s->period) * s->period;
    size_t i = s->count;
    while (i > 1 && cycle + s->segments[i - 1].from > t)
        i--;
    *until = i < s->count ? cycle + s->segments[i].from : cycle + s->period;
    return s->segments[i - 1].rate;
}
