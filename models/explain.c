#include "models/explain.h"

#include "models/experiment.h"
#include "models/witness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const explained_names[] = {"wait", "wait for room", "service", "switch", "delay", "back-off", "branches", "attempts in vain"};

enum { PER_STATION = 4, WITHOUT_STATION = 4, LOOKED_AT = 20000 };

/* One completed task. */
struct one {
    uint64_t key;
    double response;
    size_t kind;
};

struct ones {
    struct one *all;
    size_t count, room;
    bool failed;
};

struct study {
    const struct model *m;
    struct ones done;      /* of all replications */
    size_t *first;         /* by replication: its tasks begin at done.all[first] */
    double *threshold;     /* by kind */
    uint64_t step;         /* every step-th task is looked at, whatever it took */
    /* The replication in hand: keys of its slow tasks, ascending. */
    uint64_t *slow;
    size_t slow_count;
    struct record record;
    size_t components;     /* of one task, the response included */
};

static size_t component(const struct study *s, enum explained what, size_t station)
{
    switch (what) {
    case EXPLAINED_WAIT:
    case EXPLAINED_ROOM:
    case EXPLAINED_SERVICE:
    case EXPLAINED_SWITCH:
        return 1 + PER_STATION * station + (size_t)what;
    case EXPLAINED_DELAY:
    case EXPLAINED_BACKOFF:
    case EXPLAINED_BRANCHES:
    case EXPLAINED_IN_VAIN:
        return 1 + PER_STATION * s->m->station_count + (size_t)what - PER_STATION;
    }
    return 0;
}

/* Sample of a component of a kind: of all its tasks, or of the slow ones. */
static size_t sample(const struct study *s, size_t kind, bool slow, size_t c)
{
    return (2 * kind + slow) * s->components + c;
}

static void responded(void *context, size_t kind, uint64_t key, double response)
{
    struct ones *o = &((struct study *)context)->done;
    if (o->count == o->room) {
        const size_t room = o->room == 0 ? 4096 : 2 * o->room;
        struct one *all = realloc(o->all, room * sizeof *all);
        if (all == NULL) {
            o->failed = true;
            return;
        }
        o->all = all;
        o->room = room;
    }
    o->all[o->count++] = (struct one){key, response, kind};
}

static int by_response(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int by_key(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool is_slow(const struct study *s, uint64_t key)
{
    return s->slow_count > 0 && bsearch(&key, s->slow, s->slow_count, sizeof key, by_key) != NULL;
}

static bool wanted(void *context, size_t kind, uint64_t number, uint64_t key)
{
    const struct study *s = context;
    (void)kind, (void)number;
    return key % s->step == 0 || is_slow(s, key);
}

static void put(struct study *s, size_t kind, bool slow, const double *parts)
{
    for (size_t c = 0; c < s->components; c++) {
        struct sample *x = &s->record.samples[sample(s, kind, slow, c)];
        x->numerator += parts[c];
        x->denominator += 1.0;
    }
}

static void told(void *context, const struct task_life *life)
{
    struct study *s = context;
    const double end = witness_responded(s->m, life);
    double *parts = isnan(end) ? NULL : calloc(s->components, sizeof *parts);
    if (parts == NULL) {
        s->done.failed |= !isnan(end);
        return;
    }
    parts[0] = end - life->arrived;
    for (size_t i = 0; i < life->count && life->stays[i].begin < end; i++) { /* a reply ends a stay */
        const struct task_stay_told *x = &life->stays[i];
        if (x->in_vain) {
            parts[component(s, EXPLAINED_IN_VAIN, 0)] += x->end - x->begin;
        } else if (x->place == STAY_BRANCHES) {
            parts[component(s, EXPLAINED_BRANCHES, 0)] += x->end - x->begin;
        } else if (x->station == SIZE_MAX) {
            parts[component(s, x->place == STAY_BACKOFF ? EXPLAINED_BACKOFF : EXPLAINED_DELAY, 0)] += x->end - x->begin;
        } else {
            parts[component(s, x->place == STAY_ROOM ? EXPLAINED_ROOM : EXPLAINED_WAIT, x->station)] += x->wait;
            parts[component(s, EXPLAINED_SERVICE, x->station)] += x->service;
            parts[component(s, EXPLAINED_SWITCH, x->station)] += x->overhead;
            parts[component(s, EXPLAINED_DELAY, 0)] += x->delay;
        }
    }
    if (life->key % s->step == 0)
        put(s, life->kind, false, parts);
    if (parts[0] > s->threshold[life->kind])
        put(s, life->kind, true, parts);
    free(parts);
}

/* Who was slow, over all replications. */
static bool find_thresholds(struct study *s, double above)
{
    double *values = malloc((s->done.count + 1) * sizeof *values);
    if (values == NULL)
        return false;
    for (size_t k = 0; k < s->m->kind_count; k++) {
        size_t n = 0;
        for (size_t i = 0; i < s->done.count; i++)
            if (s->done.all[i].kind == k)
                values[n++] = s->done.all[i].response;
        qsort(values, n, sizeof *values, by_response);
        s->threshold[k] = n == 0 ? (double)NAN : values[(size_t)fmin((double)n - 1.0, fmax(ceil(above * (double)n) - 1.0, 0.0))];
    }
    free(values);
    return true;
}

static bool watch(struct study *s, uint64_t r, struct batches *b, struct error *err)
{
    s->slow_count = 0;
    for (size_t i = s->first[r]; i < s->first[r + 1]; i++)
        if (s->done.all[i].response > s->threshold[s->done.all[i].kind])
            s->slow[s->slow_count++] = s->done.all[i].key;
    qsort(s->slow, s->slow_count, sizeof *s->slow, by_key);
    for (size_t i = 0; i < s->record.sample_count; i++)
        s->record.samples[i] = sample_of_ratio(0.0, 0.0);
    const struct witness_how how = {.wanted = wanted, .told = told, .context = s};
    return witness_run(s->m, r, &how, err) && ((batches_add(b, &s->record) && !s->done.failed) || error_set(err, "out of memory"));
}

static bool report(const struct study *s, const struct batches *b, struct arena *arena, double above, const struct explanation **out)
{
    const struct model *m = s->m;
    struct explanation *all = arena_array(arena, m->kind_count, sizeof *all);
    if (all == NULL)
        return false;
    const double confidence = m->scenario->run.confidence;
    for (size_t k = 0; k < m->kind_count; k++) {
        struct explained_part *parts = arena_array(arena, s->components, sizeof *parts);
        if (parts == NULL)
            return false;
        struct explanation *e = &all[k];
        *e = (struct explanation){.kind = m->kinds[k].name, .above = above, .threshold = s->threshold[k], .parts = parts};
        for (size_t i = 0; i < s->done.count; i++) {
            e->tasks += s->done.all[i].kind == k;
            e->slow_tasks += s->done.all[i].kind == k && s->done.all[i].response > s->threshold[k];
        }
        e->all = batches_mean(b, sample(s, k, false, 0), confidence);
        e->slow = batches_mean(b, sample(s, k, true, 0), confidence);
        e->looked_at = (uint64_t)batches_count(b, sample(s, k, false, 0));
        for (size_t c = 1; c < s->components; c++) {
            const size_t of_stations = PER_STATION * m->station_count;
            struct explained_part *p = &parts[e->part_count];
            *p = (struct explained_part){
                .what = (enum explained)(c <= of_stations ? (c - 1) % PER_STATION : c - 1 - of_stations + PER_STATION),
                .station = c <= of_stations ? m->stations[(c - 1) / PER_STATION].name : NULL,
                .all = batches_mean(b, sample(s, k, false, c), confidence),
                .slow = batches_mean(b, sample(s, k, true, c), confidence)};
            /* What never occurs, rounding left out of account. */
            const double matters = 1e-9 * (isnan(e->slow.mean) ? e->all.mean : e->slow.mean);
            e->part_count += p->all.mean > matters || p->slow.mean > matters;
        }
    }
    *out = all;
    return true;
}

bool explain(struct arena *arena, const struct model *m, const struct explain_how *how, const struct explanation **out, size_t *count,
             struct error *err)
{
    struct study s = {.m = m, .components = 1 + PER_STATION * m->station_count + WITHOUT_STATION, .step = 1};
    const size_t samples = 2 * m->kind_count * s.components;
    struct batches *b = batches_new(samples, 0);
    s.first = calloc(how->replications + 1, sizeof *s.first);
    s.threshold = calloc(m->kind_count + 1, sizeof *s.threshold);
    bool ok = b != NULL && s.first != NULL && s.threshold != NULL && record_init(&s.record, samples, 0);
    if (!ok)
        error_set(err, "out of memory");
    for (uint64_t r = 0; ok && r < how->replications; r++) {
        ok = witness_responses(arena, m, r, responded, &s, err) && (!s.done.failed || error_set(err, "out of memory"));
        s.first[r + 1] = s.done.count;
    }
    s.step = 1 + s.done.count / LOOKED_AT;
    s.slow = ok ? malloc((s.done.count + 1) * sizeof *s.slow) : NULL;
    ok = ok && ((s.slow != NULL && find_thresholds(&s, how->above)) || error_set(err, "out of memory"));
    for (uint64_t r = 0; ok && r < how->replications; r++)
        ok = watch(&s, r, b, err);
    ok = ok && (report(&s, b, arena, how->above, out) || error_set(err, "out of memory"));
    *count = m->kind_count;
    free(s.slow);
    free(s.done.all);
    free(s.first);
    free(s.threshold);
    if (s.record.samples != NULL)
        record_free(&s.record);
    batches_free(b);
    return ok;
}
