/* ranks.c: messages between the leader and the others.
 *
 * The leader keeps two replications in flight to each of the others, so that none waits for the next while its last result
 * travels; results are merged in order as they come. Nobody waits inside MPI, whose waiting keeps a processor busy: there
 * may be more ranks than processors. */
#include "sim/study/ranks.h"

#ifndef DESQ_MPI

bool ranks_open(int *argc, char ***argv, struct ranks **out, struct error *err)
{
    (void)argc;
    (void)argv;
    (void)err;
    *out = NULL;
    return true;
}

void ranks_close(struct ranks *ranks)
{
    (void)ranks;
}

int ranks_number(const struct ranks *ranks)
{
    (void)ranks;
    return 0;
}

int ranks_count(const struct ranks *ranks)
{
    (void)ranks;
    return 1;
}

struct ranks_leader *ranks_lead(struct ranks *ranks, struct crew *crew, const void *study, size_t bytes)
{
    (void)ranks;
    (void)crew;
    (void)study;
    (void)bytes;
    return NULL;
}

void ranks_release(struct ranks_leader *leader)
{
    (void)leader;
}

void ranks_serve(struct ranks *ranks, const struct ranks_served *served)
{
    (void)ranks;
    (void)served;
}

#else

#include "sim/study/record_bytes.h"

#include <limits.h>
#include <mpi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { IN_FLIGHT = 2 };

/* What a message says. To the others: a study, a replication, the end of the study, the end of all. From them: a record, or why
 * there is none. */
enum tag { TAG_STUDY = 1, TAG_REPLICATION, TAG_STUDY_OVER, TAG_ALL_OVER, TAG_RECORD, TAG_FAILED };

struct order {
    uint64_t replication;
    unsigned char description[JOB_DESCRIPTION];
};

struct ranks {
    MPI_Comm with; /* ours alone, so that no message is taken for another's */
    int number, count;
};

static void send_bytes(const struct ranks *ranks, const void *bytes, size_t count, int to, enum tag tag)
{
    MPI_Send(bytes, (int)count, MPI_BYTE, to, (int)tag, ranks->with);
}

void ranks_close(struct ranks *ranks)
{
    if (ranks != NULL) {
        for (int i = 1; ranks->number == 0 && i < ranks->count; i++)
            send_bytes(ranks, NULL, 0, i, TAG_ALL_OVER);
        MPI_Comm_free(&ranks->with);
        MPI_Finalize();
    }
    free(ranks);
}

bool ranks_open(int *argc, char ***argv, struct ranks **out, struct error *err)
{
    int provided = MPI_THREAD_SINGLE;
    struct ranks *ranks = *out = calloc(1, sizeof *ranks);
    if (ranks == NULL)
        return error_set(err, "out of memory");
    if (MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS ||
        MPI_Comm_dup(MPI_COMM_WORLD, &ranks->with) != MPI_SUCCESS || MPI_Comm_rank(ranks->with, &ranks->number) != MPI_SUCCESS ||
        MPI_Comm_size(ranks->with, &ranks->count) != MPI_SUCCESS)
        return error_set(err, "MPI could not be started");
    return provided >= MPI_THREAD_SERIALIZED ||
           error_set(err, "this MPI library can be used by one thread alone (it lacks MPI_THREAD_SERIALIZED)");
}

int ranks_number(const struct ranks *ranks)
{
    return ranks == NULL ? 0 : ranks->number;
}

int ranks_count(const struct ranks *ranks)
{
    return ranks == NULL ? 1 : ranks->count;
}

/* A message into b, which grows as it must. false: none is there. */
static bool receive(const struct ranks *ranks, struct record_bytes *b, int from, MPI_Status *status)
{
    int there = 0, count = 0;
    MPI_Iprobe(from, MPI_ANY_TAG, ranks->with, &there, status);
    if (there == 0)
        return false;
    MPI_Get_count(status, MPI_BYTE, &count);
    if ((size_t)count > b->size) {
        unsigned char *more = realloc(b->at, (size_t)count);
        if (more == NULL)
            MPI_Abort(ranks->with, EXIT_FAILURE); /* the message cannot be refused */
        b->at = more;
        b->size = (size_t)count;
    }
    MPI_Recv(b->at, count, MPI_BYTE, status->MPI_SOURCE, status->MPI_TAG, ranks->with, MPI_STATUS_IGNORE);
    b->count = (size_t)count;
    b->place = 0;
    b->failed = false;
    return true;
}

/* Between looks for messages: short beside a replication, long beside a look. Longer while nothing comes. */
static void rest(unsigned *idle)
{
    const long least = 20000, most = 500000; /* nanoseconds */
    const long pause = *idle < 5 ? least << *idle : most;
    (*idle)++;
    nanosleep(&(struct timespec){.tv_nsec = pause}, NULL);
}

/* ---- The leader ---- */

struct flight {
    struct crew_unit units[IN_FLIGHT]; /* in the order in which they were sent */
    size_t count;
};

struct ranks_leader {
    struct ranks *ranks;
    struct crew *crew;
    struct flight *flights; /* one for each rank; that of rank 0 is empty */
    int count;
    struct record_bytes bytes;
    pthread_t thread;
    pthread_mutex_t lock;
    bool leaving; /* under the lock */
};

static void give(struct ranks_leader *l, int rank, const struct crew_unit *unit)
{
    struct order order = {.replication = unit->replication};
    unit->job->describe(unit->job->context, order.description);
    l->flights[rank].units[l->flights[rank].count++] = *unit;
    send_bytes(l->ranks, &order, sizeof order, rank, TAG_REPLICATION);
}

/* A replication to each that has fewer than so many. */
static bool give_all(struct ranks_leader *l, size_t most)
{
    bool some = false;
    struct crew_unit unit;
    for (int i = 1; i < l->count; i++) {
        if (l->flights[i].count >= most)
            continue;
        if (!crew_take(l->crew, &unit))
            return some;
        some = true;
        if (unit.job->known != NULL && unit.job->known(unit.job->context, unit.replication, unit.record))
            crew_give_back(l->crew, &unit, true, NULL);
        else
            give(l, i, &unit);
    }
    return some;
}

static bool take_result(struct ranks_leader *l)
{
    MPI_Status status;
    if (!receive(l->ranks, &l->bytes, MPI_ANY_SOURCE, &status))
        return false;
    struct flight *f = &l->flights[status.MPI_SOURCE];
    const struct crew_unit unit = f->units[0];
    memmove(f->units, f->units + 1, --f->count * sizeof *f->units);
    struct error err;
    error_set(&err, "%s", "");
    bool good = status.MPI_TAG == TAG_RECORD;
    if (good && !record_get(&l->bytes, unit.record))
        good = error_set(&err, "the record that rank %d sent cannot be read", status.MPI_SOURCE);
    else if (!good)
        memcpy(&err, l->bytes.at, l->bytes.count < sizeof err ? l->bytes.count : sizeof err);
    crew_give_back(l->crew, &unit, good, &err);
    return true;
}

static bool leaving(struct ranks_leader *l)
{
    pthread_mutex_lock(&l->lock);
    const bool yes = l->leaving;
    pthread_mutex_unlock(&l->lock);
    return yes;
}

static void *lead(void *argument)
{
    struct ranks_leader *l = argument;
    unsigned idle = 0;
    while (!leaving(l)) {
        bool some = false;
        while (take_result(l))
            some = true;
        for (size_t most = 1; most <= IN_FLIGHT; most++)
            some = give_all(l, most) || some;
        if (some)
            idle = 0;
        else
            rest(&idle);
    }
    return NULL;
}

struct ranks_leader *ranks_lead(struct ranks *ranks, struct crew *crew, const void *study, size_t bytes)
{
    struct ranks_leader *l = calloc(1, sizeof *l);
    const int count = ranks->count;
    if (l == NULL || bytes > INT_MAX || (l->flights = calloc((size_t)count, sizeof *l->flights)) == NULL) {
        free(l);
        return NULL;
    }
    l->ranks = ranks;
    l->crew = crew;
    l->count = count;
    pthread_mutex_init(&l->lock, NULL);
    for (int i = 1; i < count; i++)
        send_bytes(ranks, study, bytes, i, TAG_STUDY);
    sigset_t all, before; /* signals stay with the threads that were there before */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = pthread_create(&l->thread, NULL, lead, l) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        return l;
    for (int i = 1; i < count; i++)
        send_bytes(ranks, NULL, 0, i, TAG_STUDY_OVER);
    pthread_mutex_destroy(&l->lock);
    free(l->flights);
    free(l);
    return NULL;
}

void ranks_release(struct ranks_leader *l)
{
    if (l == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->leaving = true;
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    for (int i = 1; i < l->count; i++)
        send_bytes(l->ranks, NULL, 0, i, TAG_STUDY_OVER);
    pthread_mutex_destroy(&l->lock);
    free(l->bytes.at);
    free(l->flights);
    free(l);
}

/* ---- The others ---- */

struct server {
    const struct ranks *ranks;
    const struct ranks_served *served;
    bool ready;          /* the study could be begun */
    struct error reason; /* else why not */
    struct job job;      /* that of the description, if worker is not NULL */
    unsigned char description[JOB_DESCRIPTION];
    void *worker;
    struct record record;
    struct record_bytes in, out;
};

static void put_down(struct server *s)
{
    if (s->worker == NULL)
        return;
    s->job.worker_free(s->worker);
    record_free(&s->record);
    s->worker = NULL;
}

static bool take_up(struct server *s, const struct order *order, struct error *err)
{
    if (s->worker != NULL && memcmp(s->description, order->description, JOB_DESCRIPTION) == 0)
        return true;
    put_down(s);
    if (!s->served->job(s->served->context, order->description, &s->job, err))
        return false;
    if (!record_init(&s->record, s->job.samples, s->job.histograms))
        return error_set(err, "out of memory before the first replication");
    if ((s->worker = s->job.worker_new(s->job.context)) == NULL) {
        record_free(&s->record);
        return error_set(err, "out of memory before the first replication");
    }
    memcpy(s->description, order->description, JOB_DESCRIPTION);
    return true;
}

static void run_order(struct server *s)
{
    struct order order;
    struct error err;
    memcpy(&order, s->in.at, sizeof order);
    error_set(&err, "%s", "");
    bool good = s->ready;
    if (!good)
        err = s->reason;
    good = good && take_up(s, &order, &err) && s->job.run(s->worker, order.replication, &s->record, &err);
    if (good) {
        record_put(&s->out, &s->record);
        good = (!s->out.failed && s->out.count <= INT_MAX) || error_set(&err, "out of memory for the record of a replication");
    }
    if (good)
        send_bytes(s->ranks, s->out.at, s->out.count, 0, TAG_RECORD);
    else
        send_bytes(s->ranks, &err, sizeof err, 0, TAG_FAILED);
}

static void end_study(struct server *s)
{
    put_down(s);
    if (s->ready)
        s->served->end(s->served->context);
    s->ready = false;
}

void ranks_serve(struct ranks *ranks, const struct ranks_served *served)
{
    struct server s = {.ranks = ranks, .served = served};
    unsigned idle = 0;
    for (bool over = false; !over;) {
        MPI_Status status;
        if (!receive(ranks, &s.in, 0, &status)) {
            rest(&idle);
            continue;
        }
        idle = 0;
        switch (status.MPI_TAG) {
        case TAG_STUDY:
            s.ready = served->begin(served->context, s.in.at, s.in.count, &s.reason);
            break;
        case TAG_REPLICATION:
            run_order(&s);
            break;
        case TAG_STUDY_OVER:
            end_study(&s);
            break;
        default:
            over = true;
        }
    }
    end_study(&s);
    free(s.in.at);
    free(s.out.at);
}

#endif
