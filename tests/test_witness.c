/* witness.c: what a task went through, stay by stay, adds up to what it is told of it as a whole; on the same path. */
#include "models/witness.h"
#include "tests/random_scenario.h"
#include "tests/trial.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

struct lives {
    const struct history *h;
    size_t told, there, wrong;
    char what[300];
    size_t place_seen[STAY_PLACES];
    uint64_t number[16]; /* last one by kind */
};

static bool all(void *context, size_t kind, uint64_t number, uint64_t key)
{
    (void)context, (void)kind, (void)number, (void)key;
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct desq_task *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

static bool near(double a, double b, double scale)
{
    return fabs(a - b) <= 1e-9 * (1.0 + fabs(scale));
}

static void check(void *context, const struct task_life *life)
{
    struct lives *l = context;
    double wait = 0.0, service = 0.0, delay = 0.0, overhead = 0.0, at = life->arrived;
    bool good = true;
    for (size_t i = 0; i < life->count; i++) {
        const struct task_stay_told *s = &life->stays[i];
        good &= s->begin == at && s->end > s->begin; /* one after the other, without gaps */
        good &= near(s->wait + s->service + s->delay + s->overhead, s->end - s->begin, life->left);
        good &= s->wait > -1e-9 * (1.0 + life->left) && s->service > -1e-9 * (1.0 + life->left);
        good &= s->place != STAY_LINE || (s->station != SIZE_MAX && near(s->wait, s->end - s->begin, life->left));
        at = s->end;
        wait += s->wait;
        service += s->service;
        delay += s->delay;
        overhead += s->overhead;
        l->place_seen[s->place]++;
    }
    good &= at == life->left || life->count == 0;
    if (!good && l->wrong++ == 0)
        snprintf(l->what, sizeof l->what, "a stay of the task that came at %.9g", life->arrived);
    l->told++;
    l->there += life->there;
    if (life->there)
        return;
    const struct desq_task key = {.key = life->key}, *t = bsearch(&key, l->h->tasks, l->h->count, sizeof *l->h->tasks, by_key);
    if (t == NULL || t->arrived != life->arrived || t->left != life->left || t->kind != life->kind || t->lost != (life->lost || life->dead) ||
        t->timed_out != life->timed_out || t->abandoned != life->abandoned || !near(t->wait, wait, t->left) || !near(t->service, service, t->left) ||
        !near(t->delay, delay, t->left) || !near(t->overhead, overhead, t->left)) {
        if (l->wrong++ == 0)
            snprintf(l->what, sizeof l->what, "the task that came at %.9g: wait %.9g %.9g, service %.9g %.9g, delay %.9g %.9g, left %.9g %.9g",
                     life->arrived, t == NULL ? NAN : t->wait, wait, t == NULL ? NAN : t->service, service, t == NULL ? NAN : t->delay, delay,
                     t == NULL ? NAN : t->left, life->left);
    }
}

static void keep(void *context, const struct desq_task *task)
{
    struct history *h = context;
    if (h->count == h->size) {
        h->size = h->size == 0 ? 1024 : 2 * h->size;
        h->tasks = realloc(h->tasks, h->size * sizeof *h->tasks);
    }
    h->tasks[h->count++] = *task;
}

/* Watches every task of replication 0 of every point. */
static void watch(struct desq *d, const char *name, size_t *places)
{
    for (size_t p = 0; p < desq_scenario(d)->point_count; p++) {
        struct history h = {0};
        struct error err, err2;
        const bool whole = desq_trace(d, p, 0, keep, &h, &h.whole, &err);
        if (!whole || h.whole.unfinished > 100) { /* a deadlock, or an overload: to watch all of them at every event takes long */
            free(h.tasks);
            continue;
        }
        qsort(h.tasks, h.count, sizeof *h.tasks, by_key);
        struct lives l = {.h = &h};
        const struct witness_how how = {.wanted = all, .told = check, .context = &l};
        const bool watched = desq_witness(d, p, 0, &how, &err2);
        EXPECT(watched == whole, "%s, point %zu: %s", name, p, watched ? err.text : err2.text);
        EXPECT(l.wrong == 0, "%s, point %zu: %zu wrong, the first: %s", name, p, l.wrong, l.what);
        EXPECT(!whole || l.told - l.there == h.count, "%s, point %zu: told of %zu, %zu ended", name, p, l.told - l.there, h.count);
        EXPECT(!whole || l.there == h.whole.unfinished, "%s, point %zu: %zu still there, not %llu", name, p, l.there,
               (unsigned long long)h.whole.unfinished);
        for (size_t i = 0; i < STAY_PLACES; i++)
            places[i] += l.place_seen[i];
        free(h.tasks);
    }
}

static void lives_add_up_to_tasks(void)
{
    glob_t found;
    size_t places[STAY_PLACES] = {0};
    CU_ASSERT_EQUAL_FATAL(glob("scenarios/*.json", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct desq *d;
        struct error err;
        const char *const runs[] = {"/run={\"count\":300,\"warmup\":0,\"seed\":3}", "/run={\"replications\":2}"};
        bool read = false;
        for (int r = 0; r < 2 && !read; r++)
            read = desq_read(found.gl_pathv[i], &(struct desq_options){.set = &runs[r], .set_count = 1}, &d, &err);
        if (!EXPECT(read, "%s: %s", found.gl_pathv[i], err.text))
            continue;
        if (strstr(found.gl_pathv[i], "nested-calls") == NULL) /* which deadlocks */
            watch(d, found.gl_pathv[i], places);
        desq_free(d);
    }
    globfree(&found);
    static const char *const more[] = {
        "'timeout':2,'retry':{'max':3,'backoff':{'dist':'exponential','mean':1},'growth':2}",
        "'timeout':2,'abandoned':'continues','retry':{'max':3,'backoff':1,'jitter':'full'}",
    };
    for (size_t i = 0; i < 2; i++) {
        struct trial t;
        if (trial_read(&t, "{'stations':{'a':{'servers':2},'lock':{}},'tasks':{'x':{'arrivals':{'rate':0.45},'steps':[{'in':'lock','do':["
                           "{'delay':{'dist':'exponential','mean':0.1}}]},{%s,'do':[{'at':'a','for':{'dist':'exponential','mean':1.5}}]}]}},"
                           "'run':{'time':4000,'warmup':0,'replications':2}}",
                       more[i]))
            watch(t.desq, more[i], places);
        trial_free(&t);
    }
    for (size_t i = 0; i < STAY_PLACES; i++)
        EXPECT(places[i] > 0, "no stay of sort %zu", i);
}

/* Whatever features meet: the lives tile the tasks' times, on the very path of the run. */
static void lives_of_scenarios_at_random(void)
{
    const char *many = getenv("DESQ_RANDOM_MANY");
    const uint64_t wanted = many != NULL ? strtoull(many, NULL, 10) : 60;
    size_t places[STAY_PLACES] = {0};
    for (uint64_t number = getenv("DESQ_RANDOM_FROM") != NULL ? strtoull(getenv("DESQ_RANDOM_FROM"), NULL, 10) : 0, ran = 0; ran < wanted && number < 20 * wanted; number++) {
        char *text = random_scenario(number), name[40];
        struct desq *d = NULL;
        struct error err;
        snprintf(name, sizeof name, "scenario %llu", (unsigned long long)number);
        if (text != NULL && desq_read_text(name, text, NULL, &d, &err)) {
            watch(d, name, places);
            ran++;
        }
        desq_free(d);
        free(text);
    }
}

/* Two tasks at one server, by hand: the first is served from 0 to 2, the second waits from 0 to 2 behind it. */
struct by_hand {
    size_t count;
    struct task_stay_told stays[8];
    uint64_t numbers[8];
};

static void note(void *context, const struct task_life *life)
{
    struct by_hand *b = context;
    for (size_t i = 0; i < life->count && b->count < 8; i++) {
        b->numbers[b->count] = life->number;
        b->stays[b->count++] = life->stays[i];
    }
}

static void by_hand(void)
{
    struct trial t;
    struct error err;
    struct by_hand b = {0};
    const struct witness_how how = {.wanted = all, .told = note, .context = &b};
    if (trial_read(&t, "{'stations':{'a':{},'b':{'switch':0.5}},'tasks':{'x':{'arrivals':{'at_once':2},"
                       "'steps':[{'at':'a','for':2},{'delay':1},{'at':'b','for':3}]}}}") &&
        EXPECT(desq_witness(t.desq, 0, 0, &how, &err), "%s", err.text)) {
        CU_ASSERT_EQUAL_FATAL(b.count, 8);
        /* The first: a from 0 to 2, delay to 3, b to 6.5. The second: in line to 2, a to 4, delay to 5, in line to 6.5, b to 10. */
        static const struct {
            int number;
            enum stay_place place;
            double begin, end, wait, service;
            uint64_t before;
        } want[8] = {{1, STAY_SERVICE, 0, 2, 0, 2, 0},   {1, STAY_DELAY, 2, 3, 0, 0, 0},   {1, STAY_SERVICE, 3, 6.5, 0, 3, 0}, {2, STAY_LINE, 0, 2, 2, 0, 0},
                     {2, STAY_SERVICE, 2, 4, 0, 2, 0},   {2, STAY_DELAY, 4, 5, 0, 0, 0},   {2, STAY_LINE, 5, 6.5, 1.5, 0, 0},  {2, STAY_SERVICE, 6.5, 10, 0, 3, 0}};
        for (int i = 0; i < 8; i++) {
            const struct task_stay_told *s = &b.stays[i];
            EXPECT(b.numbers[i] == (uint64_t)want[i].number && s->place == want[i].place && s->begin == want[i].begin && s->end == want[i].end &&
                       s->wait == want[i].wait && s->service == want[i].service && s->before == want[i].before,
                   "stay %d: task %llu, sort %d, %g to %g, wait %g, service %g, before it %llu", i, (unsigned long long)b.numbers[i], (int)s->place,
                   s->begin, s->end, s->wait, s->service, (unsigned long long)s->before);
        }
    }
    trial_free(&t);
}

static void keep_response(void *context, size_t kind, uint64_t key, double response)
{
    double *found = context;
    (void)kind, (void)key;
    *found = fmax(*found, response);
}

/* A task that replies after 2 and goes on for 5 has responded after 2. */
static void replies_end_responses(void)
{
    struct trial t;
    struct error err;
    double longest = 0.0;
    if (trial_read(&t, "{'stations':{'a':{}},'tasks':{'x':{'arrivals':{'at_once':1},'steps':[{'at':'a','for':2},{'reply':true},{'delay':5}]}}}")) {
        EXPECT(desq_responses(t.desq, 0, 0, keep_response, &longest, &err), "%s", err.text);
        CU_ASSERT_EQUAL(longest, 2.0);
    }
    trial_free(&t);
}

const struct test witness_tests[] = {
    {"a reply ends the response", replies_end_responses},
    {"two tasks by hand, stay by stay", by_hand},
    {"the stays of every task add up to what is told of it, in every scenario", lives_add_up_to_tasks},
    {"the stays of every task add up to what is told of it, in scenarios made at random", lives_of_scenarios_at_random},
    {NULL, NULL},
};
