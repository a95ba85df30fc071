/* trial.h: for tests: a scenario written inside the test, run as a user would run it. */
#ifndef TESTS_TRIAL_H
#define TESTS_TRIAL_H

#include "models/desq.h"
#include "tests/suites.h"

/* Like CU_ASSERT, with a sentence that says what was seen. */
#define EXPECT(holds, ...) expect_that((holds), __LINE__, __FILE__, __VA_ARGS__)
bool expect_that(bool holds, int line, const char *file, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct trial {
    struct desq *desq;
    const struct result *result; /* of the latest trial_run; lives until the next */
};

/* Reads a scenario: JSON with ' for ", through printf. false: a failed assertion says why. Free with
 * trial_free, also then. */
bool trial_read(struct trial *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with another seed than the scenario's. */
bool trial_read_seeded(struct trial *t, uint64_t seed, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, run by one engine alone. */
bool trial_read_engine(struct trial *t, enum desq_engine engine, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* jobs 0: as many threads as cores. */
bool trial_run(struct trial *t, unsigned jobs);
void trial_free(struct trial *t);

/* A figure of the result: subject "task", "station:queue", or "run". Never NULL: a missing one is a failed
 * assertion and all NAN. */
const struct figure *trial_figure(const struct trial *t, size_t point, const char *subject,
                                  const char *probe);
/* One of its quantiles; NAN when it was not asked for. */
struct quantile trial_quantile(const struct figure *f, double p);

/* One replication, task by task in the order in which they ended. */
struct history {
    struct desq_task *tasks;
    size_t count, size;
    struct desq_trace whole; /* arrays live in the trial */
};
bool trial_trace(struct trial *t, size_t point, uint64_t replication, struct history *h);
void history_free(struct history *h);
/* The tasks in the order of their keys, so that those of two variants stand side by side. */
void history_by_key(struct history *h);
/* The task of this kind that ended n-th (from 0) among its kind; NULL: there is none. */
const struct desq_task *history_task(const struct history *h, size_t kind, size_t n);

#endif
