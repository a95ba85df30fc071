/* select.h: which of several designs is best, with a stated probability of choosing well.
 *
 * The designs are the points of a scenario (its variants). All see the same arrivals and the same work, so what
 * counts are paired differences. They are run in looks, of growing numbers of replications; at look j every design
 * is set against the one that leads so far, with an interval for the difference at the level
 * 1 - (1 - confidence) 6 / (pi^2 j^2) / (designs - 1). A design surely worse than the leader is run no further. It
 * ends when the leader is surely better than each other one, or behind it by at most the difference that does not
 * matter (the indifference zone).
 *
 * Why that is right with the stated probability: let b be the best. The levels of all looks at all pairs of b with
 * another sum up to `confidence` (Bonferroni; sum of 1 / j^2 = pi^2 / 6). While these intervals hold the truth, b is
 * never found worse than another, and the leader that is chosen is b, or its interval against b says that it is
 * within the indifference zone of b. (Selection by screening on paired differences: Kim and Nelson, ACM TOMACS 11,
 * 2001; Nelson et al., Operations Research 49, 2001; here with intervals that serve means and quantiles alike.) */
#ifndef MODELS_SELECT_H
#define MODELS_SELECT_H

#include "models/desq.h"

struct model;

enum selection_fate {
    SELECTION_BEST,       /* chosen */
    SELECTION_WORSE,      /* surely worse than the one that led */
    SELECTION_NEAR,       /* perhaps better than the chosen one, but by no more than the indifference zone */
    SELECTION_OPEN,       /* not decided within the limit */
    SELECTION_OVERLOADED, /* its line grows without end: left out */
    SELECTION_STUCK,      /* deadlocks: left out */
    SELECTION_NOTHING     /* gives no such figure: left out */
};

struct selection_of_design {
    size_t point; /* of the scenario */
    enum selection_fate fate;
    double value, low, high;       /* at the scenario's confidence; NAN: none */
    double difference, half_width; /* its value - that of the best, paired, at the level of the last look; NAN: none */
    uint64_t replications;
};

struct selection {
    const struct selection_of_design *designs; /* one per point, in their order */
    size_t count;
    size_t best;      /* index; SIZE_MAX: none could be run */
    bool sure;        /* chosen as stated; false: the limit came first */
    double level;     /* of the intervals of the differences */
    unsigned looks;
    uint64_t events;
    bool unfinished;  /* interrupted */
};

struct selection_how {
    bool largest;        /* the largest figure is best; else the least */
    double confidence;   /* probability of choosing well */
    double indifference; /* as a share of the best figure; above 0 */
    unsigned jobs;       /* as in struct desq_run */
    struct ranks *ranks; /* as there */
    const volatile sig_atomic_t *stop;
    /* After each look: how many designs are still in, and the replications of each. Or NULL. */
    void (*progress)(void *context, unsigned look, size_t in, uint64_t replications);
    void *context;
};

/* Chooses among the points of d by the figure that the first requirement of each names (mean or percentile). The
 * result lives in d until it is freed. false: err. */
bool desq_select(struct desq *d, const struct selection_how *how, const struct selection **out, struct error *err);

/* The same for the compiled models of all points; storage in arena. */
bool select_best(struct arena *arena, const struct scenario_file *file, struct model *const *models, const struct selection_how *how,
                 const struct selection **out, struct error *err);

#endif
