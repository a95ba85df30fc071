/* serve.c: a study as bytes, and the other ranks' part in it. They read the scenario that the leader read, from the
 * leader's memory; only what it names in turn (traces) has to be on a disk that they share. */
#include "models/serve.h"

#include "models/conduct.h"
#include "models/experiment.h"

#include <stdlib.h>
#include <string.h>

/* The study's bytes begin so; name, text and what was set follow, each ended by a NUL. */
struct study_head {
    uint64_t seed, set_count;
    uint32_t calendar; /* nothing is run by recursion */
    uint32_t none;
};

static unsigned char *study_bytes(const struct scenario_file *file, struct model *const *models, size_t *count)
{
    struct study_head head = {.seed = models[0]->seed, .set_count = file->set_count, .calendar = 1};
    *count = sizeof head + strlen(file->path) + 1 + strlen(file->text) + 1;
    for (size_t i = 0; i < file->set_count; i++)
        *count += strlen(file->set[i]) + 1;
    for (size_t i = 0; i < file->point_count; i++)
        head.calendar &= !models[i]->recursion;
    unsigned char *bytes = malloc(*count);
    if (bytes == NULL)
        return NULL;
    memcpy(bytes, &head, sizeof head);
    char *at = (char *)bytes + sizeof head;
    at = stpcpy(at, file->path) + 1;
    at = stpcpy(at, file->text) + 1;
    for (size_t i = 0; i < file->set_count; i++)
        at = stpcpy(at, file->set[i]) + 1;
    return bytes;
}

/* Nothing is drawn at any point, so that each takes a replication or two: threads would take longer to start. */
static bool is_small(const struct scenario_file *file, struct model *const *models)
{
    for (size_t i = 0; i < file->point_count; i++)
        if (!models[i]->deterministic)
            return false;
    return true;
}

bool serve_crew(const struct scenario_file *file, struct model *const *models, unsigned jobs, struct ranks *ranks, struct crew **crew,
                struct ranks_leader **leader, struct error *err)
{
    const bool small = is_small(file, models);
    const int others = small ? 0 : ranks_count(ranks) - 1;
    *leader = NULL;
    *crew = crew_new(small || (others > 0 && jobs == 0) ? 1 : conduct_jobs(jobs), (unsigned)others);
    if (*crew != NULL && others > 0) {
        size_t count;
        unsigned char *bytes = study_bytes(file, models, &count);
        *leader = bytes == NULL ? NULL : ranks_lead(ranks, *crew, bytes, count);
        free(bytes);
        if (*leader == NULL) {
            crew_free(*crew);
            *crew = NULL;
        }
    }
    return *crew != NULL || error_set(err, "out of memory");
}

/* ---- The other ranks ---- */

struct service {
    struct ranks *ranks;
    const volatile sig_atomic_t *stop;
    struct desq *study;
    struct experiment experiment; /* of the job at hand */
    double began;
};

static bool begin_study(void *context, const void *study, size_t count, struct error *err)
{
    struct service *s = context;
    struct study_head head;
    memcpy(&head, study, sizeof head);
    const char *name = (const char *)study + sizeof head, *text = name + strlen(name) + 1, *at = text + strlen(text) + 1;
    const char **set = calloc(head.set_count + 1, sizeof *set);
    if (set == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < head.set_count && at < (const char *)study + count; i++, at += strlen(at) + 1)
        set[i] = at;
    const struct desq_options options = {.set = set,
                                         .set_count = head.set_count,
                                         .seed_given = true,
                                         .seed = head.seed,
                                         .engine = head.calendar != 0 ? DESQ_ENGINE_CALENDAR : DESQ_ENGINE_AUTO};
    struct error failed;
    s->began = conduct_clock();
    const bool good = desq_read_text(name, text, &options, &s->study, &failed);
    free(set);
    if (!good) {
        char where[sizeof failed.text + sizeof failed.pointer + sizeof failed.file];
        error_set(err, "rank %d of MPI cannot read what rank 0 could: %.600s", ranks_number(s->ranks), error_format(&failed, where, sizeof where));
    }
    return good;
}

static void end_study(void *context)
{
    struct service *s = context;
    desq_free(s->study);
    s->study = NULL;
}

static bool find_job(void *context, const unsigned char description[static JOB_DESCRIPTION], struct job *out, struct error *err)
{
    struct service *s = context;
    struct store_key key;
    memcpy(&key, description, sizeof key);
    struct model *m = desq_model(s->study, key.point);
    if (m == NULL)
        return error_set(err, "rank %d of MPI has no point %llu", ranks_number(s->ranks), (unsigned long long)key.point);
    m->warmup = key.warmup;
    m->length = key.length;
    const struct run_spec *spec = &m->scenario->run;
    s->experiment = (struct experiment){
        .model = m,
        .limits = {.stop = s->stop, .events = conduct_limit_events(spec), .deadline = s->began + spec->limit_seconds},
        .point = key.point};
    *out = experiment_job(&s->experiment);
    return true;
}

void desq_serve(struct ranks *ranks, const volatile sig_atomic_t *stop)
{
    struct service s = {.ranks = ranks, .stop = stop};
    const struct ranks_served served = {.context = &s, .begin = begin_study, .end = end_study, .job = find_job};
    ranks_serve(ranks, &served);
}
