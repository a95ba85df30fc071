/* lab.h: what the claims have in common: scenarios run and taken apart, and rows of results. Internal to
 * models/claims/. */
#ifndef MODELS_CLAIMS_LAB_H
#define MODELS_CLAIMS_LAB_H

#include "models/claims/claims.h"
#include "models/desq.h"

#include <math.h>

/* Where one claim is tested. Functions that return a pointer into it return NULL, and set failed, when memory
 * is exhausted. */
struct lab {
    struct arena *arena;
    uint64_t seed;
    unsigned jobs;
    bool brief;
    struct claim_case *cases; /* room for room of them, in the arena */
    size_t count, room;
    bool failed;
};

/* printf into the arena; ' in the format becomes ", so that JSON can be read in C. NULL: no memory. */
__attribute__((format(printf, 2, 3))) const char *lab_json(struct lab *lab, const char *format, ...);

/* The number of replications for a mean that deserves n: fewer in brief. */
int lab_replications(const struct lab *lab, int n);

/* Reads the scenario (NULL: there was no memory for it). Free with desq_free. NULL: err. */
struct desq *lab_open(const struct lab *lab, const char *scenario, struct error *err);

/* One replication, task by task. */
struct lab_run {
    struct desq_task *tasks; /* in the order in which they ended */
    size_t count, room;
    struct desq_trace trace;
    bool failed;
};

/* Runs replication r of one point into *run, which keeps its memory from one call to the next (start with
 * {0}; end with lab_run_free). */
bool lab_sample(struct desq *d, size_t point, uint64_t r, struct lab_run *run, struct error *err);
void lab_run_free(struct lab_run *run);

/* Sums over a run's tasks. */
double lab_total_service(const struct lab_run *run);
double lab_total_delay(const struct lab_run *run);
double lab_total_overhead(const struct lab_run *run);
double lab_total_wait(const struct lab_run *run);
double lab_longest_service(const struct lab_run *run);

/* Looks at one law in many samples. Start with {0}. */
struct lab_check {
    uint64_t samples, held;
    double error; /* largest relative deviation */
};
/* The law a = b, within CLAIM_TOLERANCE. */
void lab_check_equal(struct lab_check *check, double a, double b);
/* The law a <= b, but for rounding (CLAIM_TOLERANCE). */
void lab_check_at_most(struct lab_check *check, double a, double b);

/* A new row: what it is about, the scenario that it comes from, the unit of its figures. */
struct claim_case *lab_case(struct lab *lab, const char *what, const char *scenario, const char *unit);

/* Fill a row (NULL is passed over). The verdict on the article's figure follows from the exact value: holds
 * when equal, fails when not, silent when it is NAN; callers may overwrite it. */
void lab_value(struct claim_case *row, double article, double exact, double simulated);
void lab_mean(struct claim_case *row, double article, double exact, double simulated, double half_width,
              uint64_t n);
void lab_every(struct claim_case *row, const struct lab_check *check, bool bound, enum claim_verdict verdict);

/* Runs one replication of `scenario`, in which nothing is random, and adds a row about its makespan. */
bool lab_makespan(struct lab *lab, const char *what, const char *scenario, const char *unit, double article,
                  double exact, struct error *err);

/* The level of the intervals in rows; scenarios whose figures become rows by lab_mean must ask for it. */
#define LAB_CONFIDENCE 0.99

/* A mean of independent observations. Start with {0}. */
struct lab_tally {
    uint64_t count;
    double mean, squares, least, most; /* squares: sum of squared deviations from the mean */
};
void lab_tally_add(struct lab_tally *tally, double x);
double lab_tally_half_width(const struct lab_tally *tally);


/* A figure of one point of a result, that becomes a row about its mean. */
struct lab_figure {
    const char *what;
    size_t point;
    const char *station; /* NULL: of the first kind; "": of the run */
    const char *probe;
    double article, exact;
};

/* Runs the scenario, which must ask for LAB_CONFIDENCE, and adds a row for each figure. */
bool lab_figures(struct lab *lab, const char *scenario, const char *unit, const struct lab_figure *figures, size_t count,
                 struct error *err);

/* Tests of fit of n observations, which are sorted, to a law that is fully known.
 * Kolmogorov-Smirnov: the largest distance of the distribution functions; probability by Kolmogorov's limit with Stephens'
 * correction for finite n (J. Roy. Statist. Soc. B 32, 1970). Anderson-Darling: tails count more; probability by Marsaglia
 * and Marsaglia, J. Statist. Software 9 (2004). */
struct lab_law {
    double (*cdf)(double x, const void *context);
    const void *context;
};
double lab_ks(double *x, size_t n, const struct lab_law *law, double *p);
double lab_ad(double *x, size_t n, const struct lab_law *law, double *p);

/* Fills a row (NULL is passed over) with a test's outcome. right: the law is, so that the test must not reject it; else it
 * must. */
void lab_fit(struct claim_case *row, double statistic, double p, size_t n, bool right, enum claim_verdict verdict);

#endif
