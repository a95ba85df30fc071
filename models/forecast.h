/* forecast.h: how long a study will take, told beforehand. */
#ifndef MODELS_FORECAST_H
#define MODELS_FORECAST_H

#include "models/model.h"

/* W. Whitt, "Planning queueing simulations", Management Science 35 (1989): in heavy traffic the number
 * present is a reflected Brownian motion, so that its mean over n customers has the relative variance D / n
 * with D = 2 (1 + rho) / (1 - rho)^2 * (ca^2 + cs^2) / 2, exact for M/M/1 (eq. 23 there, per customer). Here
 * it is taken for the share that waiting has in the response (by Allen and Cunneen's formula), and at least
 * the variance of service. Of a quantile p the indicator of being beyond it has the same effect of
 * dependence, and an exponential tail: D p / ((1 - p) ln^2(1 - p)), for p from 0.9 on. */
struct forecast {
    uint32_t station; /* that which decides */
    double load;
    double precision; /* asked for, or what the given length comes to */
    bool given;       /* the scenario gives the length: precision is what to expect of it */
    double quantile;  /* the figure that decides: NAN the mean response, else its quantile */
    double customers, events;
    double seconds; /* on one core, of a machine of 2020 or so */
};

/* false: err says why nothing can be foretold. */
bool forecast_make(const struct model *m, struct forecast *out, struct error *err);

#endif
