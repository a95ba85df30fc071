/* exact.h: for tests: simulated queues against exact results.
 *
 * Each scenario runs with a fixed seed, 64 replications, and intervals at confidence 0.99999; the exact value
 * has to lie within. So each comparison of a sound program fails for one seed in 1e5 (normal |z| = 4.4), a
 * hundred of them for one in a thousand. An interval may not be wider than 4.5 % of the value (at the usual
 * confidence of 0.95 the same interval is 1.9 %; mostly it is far less): a comparison that could not fail
 * shows nothing. */
#ifndef TESTS_EXACT_H
#define TESTS_EXACT_H

#include "tests/trial.h"

#define EXACT_CONFIDENCE 0.99999

struct exact {
    struct trial trial;
    bool ran, scored;
};

/* Runs a scenario, given without its outer braces and its run. warmup and time are of each replication. */
struct exact exact_run(double warmup, double time, const char *scenario);
void exact_done(struct exact *e);

/* The figure of subject ("task", "station:queue", "run") is this. */
void exact_is(struct exact *e, const char *subject, const char *probe, double exact);
/* Its quantile p (0.2, 0.5, 0.9 or 0.99) is this. */
void exact_quantile_is(struct exact *e, const char *subject, const char *probe, double p, double exact);

/* The z-scores so far, one per scenario, of its first figure: independent of each other. */
size_t exact_scores(const double **out);

#endif
