/* single.h: for rows of theory: a model whose tasks all visit one station, once, taken apart. */
#ifndef MODELS_THEORY_SINGLE_H
#define MODELS_THEORY_SINGLE_H

#include "models/theory/theory.h"

/* What visits the only station of a scenario. */
struct single_visit {
    double rate; /* of arrivals; 0 for closed kinds */
    bool poisson;
    double number;            /* closed: tasks; else 0 */
    const struct dist *think; /* closed */
    const struct arrival *arrival;
    const struct dist *service;
    uint32_t class; /* of its priority, 0 the most urgent */
    double weight;
};

/* A model seen as theory sees it; made once, for all rows. */
struct single {
    const struct model *model;
    struct arena *arena;     /* for what rows need */
    const double *quantiles; /* asked for, ascending */
    size_t quantile_count;
    uint32_t station;
    const struct station_model *st;
    const struct station_spec *spec;
    double servers; /* INFINITY: as many as come */
    uint32_t kinds;
    const struct single_visit *visits; /* by kind */
    bool open;                         /* all kinds are */
    double rate;                       /* of all kinds together */
    double mean, second, third; /* moments of the service time over all arrivals; third NAN: not known */
    double scv;
    double load; /* rate * mean / servers; 0 where infinite */
};

/* Takes m apart. false: err says why it is not of this shape. */
bool single_make(const struct model *m, struct arena *arena, struct single *out, struct error *err);

/* Conditions, each false with err's text. */
/* Nothing at the station but servers of one kind, a discipline and a capacity; no patience or balking.
 * `also`: keys of the station that the row knows (NULL-ended), or NULL. */
bool single_plain(const struct single *c, const char *const *also, struct error *err);
/* The same where servers may differ, come and go by one of these keys. */
bool single_plain_but(const struct single *c, const char *const *also, struct error *err);
bool single_no_capacity(const struct single *c, struct error *err);
bool single_open(const struct single *c, struct error *err);
bool single_poisson(const struct single *c, struct error *err);
bool single_one_kind(const struct single *c, struct error *err);
/* All services are exponential of one mean. */
bool single_exponential(const struct single *c, struct error *err);
/* All services take the same time. */
bool single_constant(const struct single *c, struct error *err);
bool single_one_server(const struct single *c, struct error *err);
bool single_finite_servers(const struct single *c, struct error *err);
bool single_stable(const struct single *c, struct error *err);
/* The discipline is one of these names (NULL-ended), without preemption. */
bool single_discipline(const struct single *c, const char *const *names, struct error *err);

/* Means of an open station from the mean wait of each kind (response - service where nobody waits for servers
 * but shares them): wait, response, number, utilisation, throughput. */
void single_add_open(const struct single *c, struct theory_sheet *out, const double *wait);
/* Quantiles and standard deviations of all kinds alike. */
void single_add_spread(const struct single *c, struct theory_sheet *out, const char *measure, double sd,
                       double (*quantile)(const void *law, double p), const void *law);

/* The t >= 0 at which `above`, which falls from above(0), is 1 - p: a quantile from the complementary
 * distribution function; 0 where above(0) <= 1 - p. */
double single_quantile(double (*above)(const void *law, double t), const void *law, double p, double scale);

#endif
