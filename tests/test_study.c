#include "sim/stream.h"
#include "sim/study/crew.h"
#include "tests/suites.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VALUES = 50 };

/* What a job is told, and what was seen of it. */
struct trial {
    struct batches *batches;
    uint64_t next;               /* the replication that must be merged next */
    bool disorder;               /* another came, or two at once */
    uint64_t fail_at, fail_also; /* replications that fail; UINT64_MAX: none */
    uint64_t merge_fails_at;     /* no memory there */
    uint64_t stop_at;            /* sets the flag while this one is merged */
    unsigned workers_most;       /* worker_new gives so many */
    volatile sig_atomic_t stop;
    pthread_mutex_t lock;
    unsigned workers, workers_freed;
    uint64_t ahead; /* the farthest that one ran ahead of the merging */
    bool slow;      /* even replications take longer */
};

static struct trial *trial_new(void)
{
    struct trial *t = calloc(1, sizeof *t);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t);
    t->batches = batches_new(2, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t->batches);
    t->fail_at = t->fail_also = t->merge_fails_at = t->stop_at = UINT64_MAX;
    t->workers_most = 1000;
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

static void trial_free(struct trial *t)
{
    CU_ASSERT_EQUAL(t->workers, t->workers_freed);
    CU_ASSERT_FALSE(t->disorder);
    batches_free(t->batches);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

struct worker {
    struct trial *trial;
};

static void *worker_new(void *context)
{
    struct trial *t = context;
    pthread_mutex_lock(&t->lock);
    struct worker *w = t->workers == t->workers_most ? NULL : malloc(sizeof *w);
    if (w != NULL) {
        w->trial = t;
        t->workers++;
    }
    pthread_mutex_unlock(&t->lock);
    return w;
}

static void worker_free(void *worker)
{
    struct worker *w = worker;
    w->trial->workers_freed++;
    free(w);
}

static bool run(void *worker, uint64_t r, struct record *record, struct error *err)
{
    struct trial *t = ((struct worker *)worker)->trial;
    pthread_mutex_lock(&t->lock);
    if (r - t->next > t->ahead)
        t->ahead = r - t->next;
    pthread_mutex_unlock(&t->lock);
    if (t->slow && r % 2 == 0)
        nanosleep(&(struct timespec){.tv_nsec = 300000}, NULL);
    if (r == t->fail_at || r == t->fail_also)
        return error_set(err, "replication %u fails", (unsigned)r);
    struct stream s = {stream_mix(r + 1)};
    struct tally tally;
    tally_init(&tally);
    histogram_reset(&record->histograms[0]);
    for (int i = 0; i < VALUES; i++) {
        const double x = -log(stream_uniform_open(&s));
        tally_add(&tally, x);
        histogram_add(&record->histograms[0], x);
    }
    record->samples[0] = sample_of_tally(&tally);
    record->samples[1] = sample_of_ratio(tally.max, 1.0 + stream_uniform(&s));
    record->events = VALUES;
    return true;
}

static bool merge(void *context, uint64_t r, const struct record *record)
{
    struct trial *t = context;
    pthread_mutex_lock(&t->lock);
    t->disorder = t->disorder || r != t->next;
    pthread_mutex_unlock(&t->lock);
    if (r == t->merge_fails_at)
        return false;
    const bool good = batches_add(t->batches, record);
    if (r == t->stop_at)
        __atomic_store_n(&t->stop, 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&t->lock);
    t->disorder = t->disorder || r != t->next;
    t->next = r + 1;
    pthread_mutex_unlock(&t->lock);
    return good;
}

static uint64_t study(const char *engine, struct trial *t, uint64_t from, uint64_t to, unsigned workers,
                      struct error *err)
{
    const struct engine *e = lookup_row(engine_table, engine);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    const struct job job = {
        .context = t,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .run = run,
        .samples = 2,
        .histograms = 1,
        .merge = merge,
        .stop = &t->stop,
    };
    t->next = from;
    struct crew *crew = crew_new(workers, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(crew);
    const uint64_t done = e->run(crew, &job, from, to, err);
    crew_free(crew);
    return done;
}

/* Every engine with 1, 2, 3 and 8 workers. */
static void for_all(void (*check)(const char *engine, unsigned workers))
{
    for (size_t i = 0; i < engine_table.count; i++) {
        const struct engine *e = engine_table.rows[i];
        const unsigned workers[] = {1, 2, 3, 8};
        for (size_t k = 0; k < sizeof workers / sizeof workers[0]; k++)
            check(e->name, workers[k]);
    }
}

static void table(void)
{
    CU_ASSERT(engine_table.count >= 2);
    for (size_t i = 0; i < engine_table.count; i++) {
        const struct engine *e = engine_table.rows[i];
        CU_ASSERT_PTR_EQUAL(lookup_row(engine_table, e->name), e);
        CU_ASSERT(strlen(e->summary) > 0);
    }
}

struct figures {
    struct estimate mean, ratio;
    double sd;
    struct quantile_estimate median, p99;
};

static struct figures figures_of(const struct trial *t)
{
    return (struct figures){
        batches_mean(t->batches, 0, 0.95),
        batches_mean(t->batches, 1, 0.95),
        batches_sd(t->batches, 0),
        batches_quantile(t->batches, 0, 0.5, 0.95),
        batches_quantile(t->batches, 0, 0.99, 0.95),
    };
}

static struct figures serial_figures(void)
{
    struct trial *t = trial_new();
    struct error err;
    CU_ASSERT_EQUAL(study("serial", t, 0, 150, 1, &err), 150);
    const struct figures f = figures_of(t);
    trial_free(t);
    return f;
}

static void check_bits(const char *engine, unsigned workers)
{
    const struct figures expected = serial_figures();
    struct trial *t = trial_new();
    t->slow = true;
    struct error err;
    CU_ASSERT_EQUAL(study(engine, t, 0, 100, workers, &err), 100); /* in two rounds, as a study does */
    CU_ASSERT_EQUAL(study(engine, t, 100, 150, workers, &err), 50);
    CU_ASSERT_EQUAL(err.text[0], '\0');
    CU_ASSERT_EQUAL(batches_replications(t->batches), 150);
    CU_ASSERT_EQUAL(batches_events(t->batches), 150 * VALUES);
    const struct figures found = figures_of(t);
    CU_ASSERT_EQUAL(memcmp(&expected, &found, sizeof found), 0);
    CU_ASSERT(t->ahead <= 2 * (uint64_t)workers); /* memory is bounded */
    trial_free(t);
}

static void same_bits(void)
{
    for_all(check_bits);
}

static void check_failure(const char *engine, unsigned workers)
{
    struct trial *t = trial_new();
    t->slow = true;
    t->fail_at = 26; /* slow: 27 fails earlier on the clock */
    t->fail_also = 27;
    struct error err;
    CU_ASSERT_EQUAL(study(engine, t, 10, 1000, workers, &err), 16);
    CU_ASSERT_STRING_EQUAL(err.text, "replication 26 fails");
    CU_ASSERT_EQUAL(batches_replications(t->batches), 16);
    trial_free(t);

    t = trial_new();
    t->fail_at = 0;
    CU_ASSERT_EQUAL(study(engine, t, 0, 5, workers, NULL), 0); /* also when nobody asks why */
    trial_free(t);
}

static void failure(void)
{
    for_all(check_failure);
}

static void check_no_memory(const char *engine, unsigned workers)
{
    struct error err;
    struct trial *t = trial_new();
    t->merge_fails_at = 7;
    CU_ASSERT_EQUAL(study(engine, t, 0, 100, workers, &err), 7);
    CU_ASSERT_NOT_EQUAL(err.text[0], '\0');
    trial_free(t);

    t = trial_new();
    t->workers_most = 0;
    CU_ASSERT_EQUAL(study(engine, t, 0, 100, workers, &err), 0);
    CU_ASSERT_NOT_EQUAL(err.text[0], '\0');
    trial_free(t);

    t = trial_new();
    t->workers_most = 1; /* memory for one only: done by that one */
    CU_ASSERT_EQUAL(study(engine, t, 0, 20, workers, &err), 20);
    CU_ASSERT_EQUAL(err.text[0], '\0');
    trial_free(t);
}

static void no_memory(void)
{
    for_all(check_no_memory);
}

static void check_stop(const char *engine, unsigned workers)
{
    struct error err;
    struct trial *t = trial_new();
    t->slow = true;
    t->stop_at = 9;
    const uint64_t done = study(engine, t, 0, 100000, workers, &err);
    CU_ASSERT(done >= 10 && done <= 10 + 2 * (uint64_t)workers); /* what was begun is finished */
    CU_ASSERT_EQUAL(batches_replications(t->batches), done);
    CU_ASSERT_EQUAL(err.text[0], '\0');
    CU_ASSERT_EQUAL(study(engine, t, done, done + 5, workers, &err), 0); /* still set */
    CU_ASSERT_EQUAL(err.text[0], '\0');
    trial_free(t);
}

static void stop(void)
{
    for_all(check_stop);
}

static void check_few(const char *engine, unsigned workers)
{
    struct error err;
    struct trial *t = trial_new();
    CU_ASSERT_EQUAL(study(engine, t, 3, 3, workers, &err), 0);
    CU_ASSERT_EQUAL(err.text[0], '\0');
    CU_ASSERT_EQUAL(study(engine, t, 0, 1, workers, &err), 1);
    CU_ASSERT_EQUAL(study(engine, t, 1, 3, workers, &err), 2);
    CU_ASSERT_EQUAL(study(engine, t, 3, 5, 0, &err), 2); /* no number of workers: one */
    CU_ASSERT_EQUAL(batches_replications(t->batches), 5);
    trial_free(t);
}

static void few(void)
{
    for_all(check_few);
}

/* Jobs that are run at once by one crew. */
enum { JOBS = 7, FAILING = 4 };

struct several {
    struct crew *crew;
    struct trial *trials[JOBS];
    struct error errors[JOBS];
    uint64_t done[JOBS];
};

static bool run_several(void *context, size_t i)
{
    struct several *s = context;
    struct trial *t = s->trials[i];
    const struct job job = {.context = t,
                            .worker_new = worker_new,
                            .worker_free = worker_free,
                            .run = run,
                            .samples = 2,
                            .histograms = 1,
                            .merge = merge,
                            .stop = &t->stop,
                            .order = i};
    s->done[i] = crew_run(s->crew, &job, 0, 150, &s->errors[i]);
    return s->errors[i].text[0] == '\0';
}

static void several_jobs(void)
{
    const struct figures expected = serial_figures();
    for (unsigned members = 1; members <= 8; members++) {
        struct several s = {.crew = crew_new(members, 0)};
        CU_ASSERT_PTR_NOT_NULL_FATAL(s.crew);
        for (size_t i = 0; i < JOBS; i++) {
            s.trials[i] = trial_new();
            s.trials[i]->slow = i % 2 == 0;
        }
        CU_ASSERT(crew_each(s.crew, JOBS, run_several, &s));
        for (size_t i = 0; i < JOBS; i++) {
            const struct figures found = figures_of(s.trials[i]);
            CU_ASSERT_EQUAL(s.done[i], 150);
            CU_ASSERT_EQUAL(memcmp(&expected, &found, sizeof found), 0);
            CU_ASSERT(s.trials[i]->ahead <= 2 * (uint64_t)members);
            trial_free(s.trials[i]);
        }
        crew_free(s.crew);
    }
}

/* All before the first that fails are finished, and none is begun once it is known. */
static void one_job_fails(void)
{
    for (unsigned members = 1; members <= 8; members++) {
        struct several s = {.crew = crew_new(members, 0)};
        CU_ASSERT_PTR_NOT_NULL_FATAL(s.crew);
        for (size_t i = 0; i < JOBS; i++) {
            s.trials[i] = trial_new();
            error_set(&s.errors[i], "%s", "");
        }
        s.trials[FAILING]->fail_at = 20;
        CU_ASSERT_FALSE(crew_each(s.crew, JOBS, run_several, &s));
        for (size_t i = 0; i < FAILING; i++)
            CU_ASSERT_EQUAL(s.done[i], 150);
        CU_ASSERT_EQUAL(s.done[FAILING], 20);
        CU_ASSERT_STRING_EQUAL(s.errors[FAILING].text, "replication 20 fails");
        CU_ASSERT(members > 1 || s.done[FAILING + 1] == 0);
        for (size_t i = 0; i < JOBS; i++)
            trial_free(s.trials[i]);
        crew_free(s.crew);
    }
}

const struct test study_tests[] = {
    {"every engine is in the table", table},
    {"any number of workers gives the same bits, in order, without running far ahead", same_bits},
    {"a failure keeps all before it and tells of the first, whoever met it", failure},
    {"no memory ends a study early and says so", no_memory},
    {"a study that is stopped keeps what it began, without a gap or an error", stop},
    {"no replication, one, and fewer than workers are run", few},
    {"several jobs at once give what each gives alone, by any number of members", several_jobs},
    {"of several jobs one fails: those before it are finished", one_job_fails},
    {NULL, NULL},
};
