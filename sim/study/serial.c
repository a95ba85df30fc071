/* serial.c: one replication after the other, in the calling thread. */
#include "sim/study/study.h"

static uint64_t run_all(const struct job *job, void *worker, struct record *record, uint64_t from,
                        uint64_t to, struct error *err)
{
    for (uint64_t r = from; r < to; r++) {
        if (job->stop != NULL && *job->stop != 0)
            return r - from;
        if ((job->known == NULL || !job->known(job->context, r, record)) && !job->run(worker, r, record, err))
            return r - from;
        if (!job->merge(job->context, r, record)) {
            error_set(err, "out of memory while adding up the results of the replications");
            return r - from;
        }
    }
    return to - from;
}

static uint64_t serial_run(struct crew *crew, const struct job *job, uint64_t from, uint64_t to, struct error *err)
{
    (void)crew; /* the calling thread alone */
    struct error unread;
    err = err != NULL ? err : &unread;
    error_set(err, "%s", "");
    if (from >= to)
        return 0;
    uint64_t done = 0;
    struct record record;
    void *worker = job->worker_new(job->context);
    if (worker != NULL && record_init(&record, job->samples, job->histograms)) {
        done = run_all(job, worker, &record, from, to, err);
        record_free(&record);
    } else {
        error_set(err, "out of memory before the first replication");
    }
    if (worker != NULL)
        job->worker_free(worker);
    return done;
}

const struct engine engine_serial = {
    .name = "serial",
    .summary = "one replication after the other",
    .run = serial_run,
};
