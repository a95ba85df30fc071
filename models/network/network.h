/* network.h: a scenario as a network of queues: how often each kind comes to each station, for how long; and
 * what theory makes of that. Shares nothing with the engine but the model.
 *
 * Product form: J. R. Jackson, "Jobshop-like queueing systems", Management Science 10 (1963); Gordon, Newell,
 * "Closed queuing systems with exponential servers", Oper. Res. 15 (1967); Baskett, Chandy, Muntz, Palacios,
 * "Open, closed, and mixed networks of queues with different classes of customers", J. ACM 22 (1975) (BCMP).
 */
#ifndef MODELS_NETWORK_NETWORK_H
#define MODELS_NETWORK_NETWORK_H

#include "models/model.h"

enum network_form {
    NETWORK_QUEUE,  /* c servers, one line, whatever order that does not look at the tasks */
    NETWORK_SHARED, /* ps */
    NETWORK_LATEST, /* lcfs_pr */
    NETWORK_DELAY   /* infinitely many servers */
};

struct network_station {
    enum network_form form;
    double servers;     /* INFINITY for DELAY */
    double mean, scv;   /* of one visit, over all visits of open kinds; NAN: nobody comes */
    const char *unlike; /* QUEUE, LATEST with several servers: why its visits are not exponential with one
                           mean; NULL: they are */
};

struct network_kind {
    bool closed;
    double number, think; /* closed */
    double rate, scv;     /* open: arrivals per time, variability of the interarrival time */
    bool poisson;
    double delay;         /* mean of all `delay` steps of a task */
    const double *visits; /* by station: mean number per task */
    const double *demand; /* by station: visits times mean service */
};

struct network {
    const struct model *model;
    uint32_t stations, kinds;
    struct network_station *station;
    struct network_kind *kind;
    /* By kind: mean number of passages of one task from station i (index i + 1; 0: from outside) to station j
     * (j + 1; 0: it leaves), row by row. */
    const double **passages;
};

/* false: err names what no network of queues has (servers held, losses, forks, ...). */
bool network_make(const struct model *model, struct arena *arena, struct network *out, struct error *err);

/* Means in the long run. By kind and station at kind * stations + station. */
struct network_means {
    double *throughput;  /* by kind */
    double *response;    /* by kind, delays included, think time left out */
    double *in_system;   /* by kind */
    double *number;      /* at each station, by kind */
    double *waiting;     /* of them, who are not in service (ps: number less servers at work); NAN: too few to tell from number */
    double *utilisation; /* by station, as in reports */
};

/* Exact means of a network with product form, open, closed or mixed. false: err says which condition fails,
 * or that it is too large. */
bool network_product_form(const struct network *n, struct arena *arena, struct network_means *out,
                          struct error *err);

/* Bounds for one closed kind (Denning, Buzen, "The operational analysis of queueing network models", ACM
 * Comp. Surveys 10, 1978): throughput is at most min(N / (D + Z), min over stations of servers / demand);
 * they meet at N*. Servers held across other steps count with the time they are held at the least. */
struct network_bounds {
    double throughput_most, response_least;
    double population; /* N*: beyond it somebody has to wait */
    uint32_t bottleneck;
    double balanced_low, balanced_high; /* of throughput (Zahorjan, Sevcik, Eager, Galler, Comm. ACM 25,
                                           1982); NAN: not all stations are single servers */
};
bool network_bounds(const struct model *model, uint32_t kind, struct network_bounds *out, struct error *err);

/* Whitt, "The queueing network analyzer", Bell System Tech. J. 62 (1983): an approximation for open networks
 * of queues in order of arrival, with general times. means as above. */
bool network_qna(const struct network *n, struct arena *arena, struct network_means *out, struct error *err);

#endif
