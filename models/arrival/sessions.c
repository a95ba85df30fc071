/* { "sessions": { "rate": r, "requests": D, "think": D } }: partly open. A session issues a request, waits until it has
 * ended, thinks, issues the next, and so on, and leaves after its last (Schroeder, Wierman, Harchol-Balter, "Open versus
 * closed: a cautionary tale", NSDI 2006, section 2.3). */
#include "models/arrival/arrival.h"

#include <math.h>

const struct param arrival_session_params[SESSION_PARAMS + 1] = {
    [SESSION_REQUESTS] = {.name = "requests",
                          .type = PARAM_DIST,
                          .dimension = DIMENSION_NUMBER,
                          .required = true,
                          .summary = "requests of a session, a draw rounded to a whole number, at least 1"},
    [SESSION_THINK] = {.name = "think",
                       .type = PARAM_DIST,
                       .dimension = DIMENSION_TIME,
                       .summary = "time between the end of one request and the next; default 0"},
    [SESSION_PARAMS] = {0},
};

bool arrival_make_sessions(struct arrival *arrival, const struct arg *args, struct error *err)
{
    const struct dist *requests = args[SESSION_REQUESTS].dist;
    double mean, variance;
    if (arrival->form == ARRIVAL_CLOSED)
        return error_set(err, "sessions arrive, which a closed population does not");
    if (arrival->services != NULL)
        return error_set(err, "a trace with service times gives one to each arrival, not to each request of a session");
    arrival_batch_moments(requests, &mean, &variance);
    if (!isfinite(mean)) {
        error_set(err, "the mean number of requests must be finite");
        error_place(err, NULL, &args[SESSION_REQUESTS].at);
        return false;
    }
    /* A draw that is rounded to 0 is taken for 1. */
    const double none = requests->shape == DIST_CONSTANT ? mean == 0.0
                                                         : requests->type->cdf(requests, nextafter(0.5, 0.0));
    const double square = variance + mean * mean + none;
    mean += none;
    variance = square - mean * mean;
    arrival->requests = requests;
    arrival->think = args[SESSION_THINK].given ? *args[SESSION_THINK].dist : dist_make_constant(0.0);
    /* In a long time as many requests as if those of a session came together. */
    arrival->scv = mean * arrival->scv + fmax(variance, 0.0) / mean;
    arrival->rate *= mean;
    arrival->memory = fmax(arrival->memory, mean * arrival->think.mean);
    arrival->drawn |= requests->shape != DIST_CONSTANT || arrival->think.shape != DIST_CONSTANT;
    arrival->plain = false;
    return true;
}
