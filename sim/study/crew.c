/* crew.c: the members of a crew take replications of the jobs at hand, those of the least order first, and of one job in
 * the order of their numbers.
 *
 * A finished one waits in a ring of slots (slot r % size) until all before it are merged; whoever finds the next one
 * ready merges it, outside the lock but one at a time. Nobody runs further ahead than the ring is long, so memory stays
 * bounded. The first failure of a job is that of the least r that fails, whoever ran what: everything before it has been
 * taken, and is finished and merged. */
#include "sim/study/crew.h"

#include <pthread.h>
#include <stdlib.h>

enum { SLOTS_PER_MEMBER = 2 };

struct slot {
    struct record record; /* made when the slot is first used */
    bool made, ready;
};

/* A job while it is run; all but the job under the crew's lock. */
struct assignment {
    const struct job *job;
    uint64_t next;       /* to be taken */
    uint64_t merged;     /* all before it are */
    uint64_t end;        /* none from here on will be merged */
    size_t running;      /* taken, and not yet given back */
    bool merging;        /* somebody is */
    struct error error;  /* of replication `end`, if it failed */
    struct slot *slots;  /* slot_count */
    void **idle;         /* workers that nobody uses: idle_count of them */
    size_t slot_count, idle_count, workers;
    struct assignment *following; /* in the order of the jobs */
};

struct crew {
    unsigned members; /* in all, in this process or elsewhere */
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t work;  /* there may be something to take, or a worker to use, or the end */
    pthread_cond_t done;  /* an assignment may be over */
    struct assignment *first;
    bool leaving;
    pthread_t *threads;
    unsigned started;
};

static bool stopped(const struct job *job)
{
    return job->stop != NULL && __atomic_load_n(job->stop, __ATOMIC_RELAXED) != 0;
}

/* Under the lock: replication r is the end, because of err. */
static void end_at(struct assignment *a, uint64_t r, const struct error *err)
{
    if (r >= a->end)
        return;
    a->end = r;
    a->error = *err;
}

/* Under the lock: nothing of it is running, or will be. */
static bool over(const struct assignment *a)
{
    return a->running == 0 && (a->merged >= a->end || stopped(a->job));
}

/* Under the lock: the first assignment that has a replication to take, and room for it. */
static struct assignment *at_hand(struct crew *crew, bool elsewhere)
{
    for (struct assignment *a = crew->first; a != NULL; a = a->following) {
        if (a->next < a->end && a->next - a->merged < a->slot_count && !stopped(a->job) &&
            (!elsewhere || a->job->describe != NULL))
            return a;
        if (over(a)) /* it may have been stopped since its caller last looked */
            pthread_cond_broadcast(&crew->done);
    }
    return NULL;
}

/* Under the lock, which is given back during each merge: merges what is ready, in order. */
static void merge_ready(struct crew *crew, struct assignment *a)
{
    if (a->merging)
        return; /* who merges will come to it */
    a->merging = true;
    while (a->merged < a->end && a->slots[a->merged % a->slot_count].ready) {
        const uint64_t r = a->merged;
        struct slot *slot = &a->slots[r % a->slot_count];
        pthread_mutex_unlock(&crew->lock);
        const bool good = a->job->merge(a->job->context, r, &slot->record);
        pthread_mutex_lock(&crew->lock);
        slot->ready = false;
        if (good) {
            a->merged++;
        } else {
            struct error err;
            error_set(&err, "out of memory while adding up the results of the replications");
            end_at(a, r, &err);
        }
        pthread_cond_broadcast(&crew->work);
    }
    a->merging = false;
}

/* Under the lock, which is given back meanwhile: a worker for one more replication, made if memory allows, else one that
 * another member has done with. NULL: there is none at all. */
static void *find_worker(struct crew *crew, struct assignment *a)
{
    if (a->idle_count == 0) {
        a->workers++;
        pthread_mutex_unlock(&crew->lock);
        void *worker = a->job->worker_new(a->job->context);
        pthread_mutex_lock(&crew->lock);
        if (worker != NULL)
            return worker;
        a->workers--;
    }
    while (a->idle_count == 0 && a->workers > 0)
        pthread_cond_wait(&crew->work, &crew->lock);
    return a->idle_count > 0 ? a->idle[--a->idle_count] : NULL;
}

static const char no_memory_text[] = "out of memory before the first replication";

/* The slot's record, made if it is the first. NULL: no memory. Its slot is the caller's alone. */
static struct record *record_of(const struct assignment *a, uint64_t r)
{
    struct slot *slot = &a->slots[r % a->slot_count];
    slot->made = slot->made || record_init(&slot->record, a->job->samples, a->job->histograms);
    return slot->made ? &slot->record : NULL;
}

/* Under the lock, which is given back during merges. */
static void give_back(struct crew *crew, struct assignment *a, uint64_t r, bool good, const struct error *err)
{
    if (good) {
        a->slots[r % a->slot_count].ready = true;
        merge_ready(crew, a);
    } else {
        end_at(a, r, err);
    }
    a->running--;
    pthread_cond_broadcast(&crew->work);
    if (over(a))
        pthread_cond_broadcast(&crew->done);
}

/* Under the lock, which is given back meanwhile: runs replication r, or finds that it is known. */
static bool run_one(struct crew *crew, struct assignment *a, uint64_t r, struct error *err)
{
    const struct job *job = a->job;
    pthread_mutex_unlock(&crew->lock);
    struct record *record = record_of(a, r);
    const bool known = record != NULL && job->known != NULL && job->known(job->context, r, record);
    pthread_mutex_lock(&crew->lock);
    if (known)
        return true;
    void *worker = record == NULL ? NULL : find_worker(crew, a);
    if (worker == NULL)
        return error_set(err, "%s", no_memory_text);
    pthread_mutex_unlock(&crew->lock);
    error_set(err, "%s", "");
    const bool good = job->run(worker, r, record, err);
    pthread_mutex_lock(&crew->lock);
    a->idle[a->idle_count++] = worker;
    return good;
}

bool crew_take(struct crew *crew, struct crew_unit *out)
{
    pthread_mutex_lock(&crew->lock);
    struct assignment *a = at_hand(crew, true);
    if (a == NULL) {
        pthread_mutex_unlock(&crew->lock);
        return false;
    }
    const uint64_t r = a->next++;
    a->running++;
    pthread_mutex_unlock(&crew->lock);
    *out = (struct crew_unit){a, a->job, r, record_of(a, r)};
    if (out->record != NULL)
        return true;
    struct error err;
    error_set(&err, "%s", no_memory_text);
    crew_give_back(crew, out, false, &err);
    return false;
}

void crew_give_back(struct crew *crew, const struct crew_unit *unit, bool good, const struct error *err)
{
    pthread_mutex_lock(&crew->lock);
    give_back(crew, unit->assignment, unit->replication, good, err);
    pthread_mutex_unlock(&crew->lock);
}

static void *serve(void *argument)
{
    struct crew *crew = argument;
    pthread_mutex_lock(&crew->lock);
    while (!crew->leaving) {
        struct assignment *a = at_hand(crew, false);
        if (a == NULL) {
            pthread_cond_wait(&crew->work, &crew->lock);
            continue;
        }
        struct error err;
        const uint64_t r = a->next++;
        a->running++;
        const bool good = run_one(crew, a, r, &err);
        give_back(crew, a, r, good, &err);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* Signals stay with the threads that were there before. */
static bool start(pthread_t *thread, void *(*body)(void *), void *argument)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool good = pthread_create(thread, NULL, body, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

struct crew *crew_new(unsigned threads, unsigned elsewhere)
{
    const unsigned wanted = threads > 0 ? threads : 1;
    struct crew *crew = calloc(1, sizeof *crew);
    if (crew == NULL || pthread_mutex_init(&crew->lock, NULL) != 0) {
        free(crew);
        return NULL;
    }
    pthread_cond_init(&crew->work, NULL);
    pthread_cond_init(&crew->done, NULL);
    crew->threads = wanted + elsewhere > 1 ? calloc(wanted, sizeof *crew->threads) : NULL;
    while (crew->threads != NULL && crew->started < wanted && start(&crew->threads[crew->started], serve, crew))
        crew->started++;
    const unsigned all = crew->started + elsewhere;
    crew->members = crew->started > 0 && all > 1 ? all : 1;
    return crew;
}

void crew_free(struct crew *crew)
{
    if (crew == NULL)
        return;
    pthread_mutex_lock(&crew->lock);
    crew->leaving = true;
    pthread_cond_broadcast(&crew->work);
    pthread_mutex_unlock(&crew->lock);
    for (unsigned i = 0; i < crew->started; i++)
        pthread_join(crew->threads[i], NULL);
    free(crew->threads);
    pthread_cond_destroy(&crew->done);
    pthread_cond_destroy(&crew->work);
    pthread_mutex_destroy(&crew->lock);
    free(crew);
}

unsigned crew_members(const struct crew *crew)
{
    return crew->members;
}

/* Has the crew run it. */
static void assign(struct crew *crew, struct assignment *a)
{
    pthread_mutex_lock(&crew->lock);
    struct assignment **place = &crew->first;
    while (*place != NULL && (*place)->job->order <= a->job->order)
        place = &(*place)->following;
    a->following = *place;
    *place = a;
    pthread_cond_broadcast(&crew->work);
    while (!over(a))
        pthread_cond_wait(&crew->done, &crew->lock);
    for (place = &crew->first; *place != a;)
        place = &(*place)->following;
    *place = a->following;
    pthread_mutex_unlock(&crew->lock);
}

uint64_t crew_share(struct crew *crew, const struct job *job, uint64_t from, uint64_t to, struct error *err)
{
    struct error unread;
    err = err != NULL ? err : &unread;
    error_set(err, "%s", "");
    if (from >= to)
        return 0;
    if (crew->members == 1)
        return ((const struct engine *)lookup_row(engine_table, "serial"))->run(crew, job, from, to, err);
    const uint64_t slots = (uint64_t)crew->members * SLOTS_PER_MEMBER;
    struct assignment a = {
        .job = job, .next = from, .merged = from, .end = to, .slot_count = (size_t)(slots < to - from ? slots : to - from)};
    a.slots = calloc(a.slot_count, sizeof *a.slots);
    a.idle = calloc(crew->members, sizeof *a.idle);
    if (a.slots != NULL && a.idle != NULL) {
        assign(crew, &a);
        *err = a.error;
    } else {
        error_set(err, "%s", no_memory_text);
    }
    for (size_t i = 0; a.slots != NULL && i < a.slot_count; i++)
        if (a.slots[i].made)
            record_free(&a.slots[i].record);
    for (size_t i = 0; i < a.idle_count; i++)
        job->worker_free(a.idle[i]);
    free(a.slots);
    free(a.idle);
    return a.merged - from;
}

uint64_t crew_run(struct crew *crew, const struct job *job, uint64_t from, uint64_t to, struct error *err)
{
    const struct engine *engine = lookup_row(engine_table, crew->members > 1 ? "threads" : "serial");
    return engine->run(crew, job, from, to, err);
}

/* ---- Decisions side by side ---- */

struct round {
    bool (*each)(void *context, size_t i);
    void *context;
    pthread_mutex_t lock; /* guards both below */
    size_t next, end;
};

static void *decide(void *argument)
{
    struct round *round = argument;
    pthread_mutex_lock(&round->lock);
    while (round->next < round->end) {
        const size_t i = round->next++;
        pthread_mutex_unlock(&round->lock);
        const bool good = round->each(round->context, i);
        pthread_mutex_lock(&round->lock);
        if (!good && i < round->end)
            round->end = i;
    }
    pthread_mutex_unlock(&round->lock);
    return NULL;
}

bool crew_each(struct crew *crew, size_t count, bool (*each)(void *context, size_t i), void *context)
{
    struct round round = {.each = each, .context = context, .end = count};
    const size_t most = crew->members < count ? crew->members : count;
    pthread_t *threads = most > 1 ? calloc(most - 1, sizeof *threads) : NULL;
    if (threads == NULL || pthread_mutex_init(&round.lock, NULL) != 0) {
        free(threads);
        for (size_t i = 0; i < count; i++)
            if (!each(context, i))
                return false;
        return true;
    }
    size_t started = 0;
    while (started < most - 1 && start(&threads[started], decide, &round))
        started++;
    decide(&round);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&round.lock);
    free(threads);
    return round.end == count;
}
