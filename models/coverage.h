/* coverage.h: how often the intervals of a study hold the truth, found by repeating it with other seeds. */
#ifndef MODELS_COVERAGE_H
#define MODELS_COVERAGE_H

#include "models/desq.h"

/* One figure of one point over all runs. An interval that was withheld (half-width NAN) counts as not given.
 */
struct coverage_figure {
    size_t point;
    const char *subject, *measure; /* names of a kind or station ("run" for the run), of a probe */
    enum statistic statistic;      /* MEAN or QUANTILE */
    double quantile;
    double truth;
    const char *form;      /* the row of theory that says so; NULL: the reference run */
    double uncertainty;    /* half-width of the truth, where it is that of the reference run; else 0 */
    uint64_t given;        /* runs that gave an interval */
    uint64_t covered;      /* of these: it held the truth */
    uint64_t below, above; /* it lay below the truth; above */
    double low, high;      /* of covered / given: at 95 % (Clopper and Pearson, Biometrika 1934) */
    double half_width;     /* mean over the runs */
    double estimate;       /* mean over the runs */
};

struct coverage_of_study {
    double confidence;
    uint64_t runs;       /* done */
    double replications; /* mean over runs and points */
    double events;       /* in all */
    uint64_t reference;  /* replications of the reference run; 0: theory knew all */
    bool unfinished;
    const struct coverage_figure *figures;
    size_t figure_count;
};

struct coverage_how {
    uint64_t runs;
    uint64_t reference; /* replications; 0: a hundred times as many as one run takes */
    unsigned jobs;      /* as in struct desq_run */
    struct ranks *ranks; /* as there */
    const volatile sig_atomic_t *stop;
    void (*progress)(void *context, uint64_t done); /* runs; or NULL */
    void *context;
};

/* Repeats the scenario at path with the seeds after its own (or options->seed). Storage in arena. Figures
 * that no run varies are left out. false: err. */
bool coverage_study(struct arena *arena, const char *path, const struct desq_options *options,
                    const struct coverage_how *how, struct coverage_of_study *out, struct error *err);

/* The Clopper-Pearson interval for a probability of which `hits` of `trials` came out so: exact, from the
 * beta law; it reaches to 0 where nothing was seen. NAN without trials. */
void coverage_share(double hits, double trials, double confidence, double *low, double *high);

#endif
