/* threads.c: replications on POSIX threads; the calling thread works too.
 *
 * Replications are taken in the order of their numbers. A finished one waits in a ring of slots (slot r %
 * size) until all before it are merged; whoever finds the next one ready merges it, outside the lock but one
 * at a time. Nobody runs further ahead than the ring is long, so memory stays bounded. The first failure is
 * that of the least r that fails, whatever the number of workers: everything before it has been taken, and is
 * finished and merged. */
#include "sim/study/study.h"

#include <pthread.h>
#include <stdlib.h>

enum { SLOTS_PER_WORKER = 2 };

struct slot {
    struct record record;
    bool ready;
};

struct shared {
    const struct job *job;
    pthread_mutex_t lock;      /* guards all below */
    pthread_cond_t merged_one; /* room in the ring, or the end */
    uint64_t next;             /* to be taken */
    uint64_t merged;           /* all before it are */
    uint64_t end;              /* none from here on will be merged */
    bool merging;              /* somebody is */
    struct error error;        /* of replication `end`, if it failed */
    struct slot *slots;
    size_t slot_count;
};

static bool stopped(const struct job *job)
{
    return job->stop != NULL && __atomic_load_n(job->stop, __ATOMIC_RELAXED) != 0;
}

/* Under the lock: replication r is the end, because of err. */
static void end_at(struct shared *s, uint64_t r, const struct error *err)
{
    if (r >= s->end)
        return;
    s->end = r;
    s->error = *err;
}

/* Takes the next replication, waiting for room in the ring. false: none left. */
static bool take(struct shared *s, uint64_t *r)
{
    pthread_mutex_lock(&s->lock);
    while (s->next < s->end && s->next - s->merged >= s->slot_count && !stopped(s->job))
        pthread_cond_wait(&s->merged_one, &s->lock);
    const bool taken = s->next < s->end && !stopped(s->job);
    if (taken)
        *r = s->next++;
    pthread_mutex_unlock(&s->lock);
    return taken;
}

/* Under the lock, which is given back during each merge: merges what is ready, in order. */
static void merge_ready(struct shared *s)
{
    if (s->merging)
        return; /* who merges will come to it */
    s->merging = true;
    while (s->merged < s->end && s->slots[s->merged % s->slot_count].ready) {
        const uint64_t r = s->merged;
        struct slot *slot = &s->slots[r % s->slot_count];
        pthread_mutex_unlock(&s->lock);
        const bool good = s->job->merge(s->job->context, r, &slot->record);
        pthread_mutex_lock(&s->lock);
        slot->ready = false;
        if (good) {
            s->merged++;
        } else {
            struct error err;
            error_set(&err, "out of memory while adding up the results of the replications");
            end_at(s, r, &err);
        }
        pthread_cond_broadcast(&s->merged_one);
    }
    s->merging = false;
}

static void work(struct shared *s, void *worker)
{
    uint64_t r;
    while (take(s, &r)) {
        struct slot *slot = &s->slots[r % s->slot_count];
        struct error err;
        error_set(&err, "%s", "");
        const bool good = s->job->run(worker, r, &slot->record, &err);
        pthread_mutex_lock(&s->lock);
        if (good) {
            slot->ready = true;
            merge_ready(s);
        } else {
            end_at(s, r, &err);
            pthread_cond_broadcast(&s->merged_one);
        }
        pthread_mutex_unlock(&s->lock);
    }
}

struct helper {
    struct shared *shared;
    void *worker;
    pthread_t thread;
    bool started;
};

static void *help(void *argument)
{
    struct helper *helper = argument;
    work(helper->shared, helper->worker);
    return NULL;
}

/* helpers[0] is the calling thread. Threads that cannot be started are done without. */
static void work_together(struct shared *s, struct helper *helpers, size_t count)
{
    /* Signals stay with the calling thread. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (size_t i = 1; i < count; i++)
        helpers[i].started = pthread_create(&helpers[i].thread, NULL, help, &helpers[i]) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    work(s, helpers[0].worker);
    for (size_t i = 1; i < count; i++)
        if (helpers[i].started)
            pthread_join(helpers[i].thread, NULL);
}

/* Makes as many workers and slots as memory allows, at least one of each; returns the number of workers. */
static size_t prepare(struct shared *s, struct helper *helpers, size_t workers)
{
    size_t count = 0;
    for (; count < workers; count++) {
        helpers[count].shared = s;
        if ((helpers[count].worker = s->job->worker_new(s->job->context)) == NULL)
            break;
    }
    const size_t slots = count * SLOTS_PER_WORKER;
    for (s->slot_count = 0; s->slot_count < slots; s->slot_count++)
        if (!record_init(&s->slots[s->slot_count].record, s->job->samples, s->job->histograms))
            break;
    return count;
}

static uint64_t threads_run(const struct job *job, uint64_t from, uint64_t to, unsigned workers,
                            struct error *err)
{
    struct error unread;
    err = err != NULL ? err : &unread;
    error_set(err, "%s", "");
    if (from >= to)
        return 0;
    size_t count = workers > 0 ? workers : 1;
    if (count > to - from)
        count = (size_t)(to - from);

    struct shared s = {.job = job, .next = from, .merged = from, .end = to};
    struct helper *helpers = calloc(count, sizeof *helpers);
    s.slots = calloc(count, SLOTS_PER_WORKER * sizeof *s.slots);
    bool ready = false;
    if (helpers != NULL && s.slots != NULL && pthread_mutex_init(&s.lock, NULL) == 0) {
        if (pthread_cond_init(&s.merged_one, NULL) == 0) {
            count = prepare(&s, helpers, count);
            ready = count > 0 && s.slot_count > 0;
            if (ready) {
                work_together(&s, helpers, count);
                *err = s.error;
            }
            for (size_t i = 0; i < s.slot_count; i++)
                record_free(&s.slots[i].record);
            for (size_t i = 0; i < count; i++)
                job->worker_free(helpers[i].worker);
            pthread_cond_destroy(&s.merged_one);
        }
        pthread_mutex_destroy(&s.lock);
    }
    if (!ready)
        error_set(err, "out of memory before the first replication");
    free(s.slots);
    free(helpers);
    return s.merged - from;
}

const struct engine engine_threads = {
    .name = "threads",
    .summary = "replications side by side on the processor's cores",
    .run = threads_run,
};
