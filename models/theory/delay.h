/* delay.h: for rows: a wait that is 0 or, with probability `delayed`, exponential. */
#ifndef MODELS_THEORY_DELAY_H
#define MODELS_THEORY_DELAY_H

#include <stdbool.h>

struct delay {
    double delayed; /* P(wait > 0) */
    double theta;   /* P(wait > t) = delayed exp(-theta t) */
    double mu;      /* the service is exponential, of this rate */
    bool single;    /* response exponential of rate theta: one server */
};

double delay_wait_sd(const struct delay *x);
double delay_response_sd(const struct delay *x);

/* As single_add_spread takes them; law: a struct delay. */
double delay_wait_quantile(const void *law, double p);
double delay_response_quantile(const void *law, double p);

#endif
