#include "models/rare.h"

#include "models/conduct.h"
#include "models/experiment.h"
#include "models/rare_possible.h"
#include "models/rare_split.h"
#include "models/theory/theory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory(struct error *err)
{
    return error_set(err, "out of memory");
}

/* ---- One replication ---- */

/* Of a task that ends: whether it took long. */
static void hear(void *context, const struct world *w, uint32_t task, enum task_end how)
{
    struct splitter *x = context;
    const struct rare_how *asked = x->study->how;
    const struct task *t = &w->tasks[task];
    if (how == TASK_COMPLETED && t->kind == asked->kind)
        x->hits += (asked->of == RARE_WAITS ? t->wait : w->sim.now - t->arrived) > asked->beyond;
}

static bool failed(const struct splitter *x, struct error *err)
{
    return x->too_long ? error_set(err, "cycles from empty to empty take more than %.0g events: losses are not rare here; desq run finds them", CYCLE_EVENTS_MOST)
                       : no_memory(err);
}

/* Whole cycles, to see how many tasks come to the station (or of the kind are done) in one; where they pass the first level on the way. *hits: of a
 * cycle up to there, in the mean. */
static bool first_level(struct splitter *x, uint64_t r, struct record *out, size_t *reached, double *hits, struct error *err)
{
    const struct rare_study *s = x->study;
    double offered = 0.0;
    *reached = 0;
    *hits = 0.0;
    for (uint64_t i = 0; i < s->how->effort; i++) {
        const uint64_t cycle = (r + 1) << 32 | i;
        world_begin(x->world, cycle, &x->record);
        x->hits = 0.0;
        enum outcome o = rare_climb(x, s->levels[0]);
        *hits += x->hits / (double)s->how->effort;
        if (o == REACHED) {
            x->to[(*reached)++] = (struct entrance){cycle, NULL, x->world->sim.events};
            o = rare_climb(x, INFINITY);
        }
        if (o == FAILED)
            return failed(x, err);
        offered += (double)(s->times ? x->world->kinds[s->how->kind].completed : x->world->stations[s->station].offered);
    }
    out->samples[0] = sample_of_ratio(0.0, offered / (double)s->how->effort);
    out->samples[1] = sample_of_ratio((double)*reached, (double)s->how->effort);
    return true;
}

static struct entrance drawn(struct splitter *x, size_t reached)
{
    return x->from[stream_below(&x->stream, reached)];
}

/* From a level to the next. *hits: on the way, in the mean. */
static bool next_level(struct splitter *x, size_t level, struct record *out, size_t *reached, double *hits, struct error *err)
{
    const struct rare_study *s = x->study;
    struct entrance *swap = x->from;
    x->from = x->to;
    x->to = swap;
    const size_t before = *reached;
    *reached = 0;
    *hits = 0.0;
    for (uint64_t i = 0; i < s->how->effort; i++) {
        struct entrance e = drawn(x, before);
        if (!rare_split(x, &e))
            return failed(x, err);
        x->hits = 0.0;
        const enum outcome o = rare_climb(x, s->levels[level]);
        *hits += x->hits / (double)s->how->effort;
        if (o == FAILED)
            return failed(x, err);
        if (o == REACHED)
            x->to[(*reached)++] = (struct entrance){e.cycle, e.split, x->world->sim.events};
    }
    out->samples[1 + level] = sample_of_ratio((double)*reached, (double)s->how->effort);
    return true;
}

/* Tasks lost (or that took long) from the first time that the station is at the last level to the end of the cycle, in the mean. */
static bool losses(struct splitter *x, size_t reached, double *mean, struct error *err)
{
    const struct rare_study *s = x->study;
    struct entrance *swap = x->from;
    x->from = x->to;
    x->to = swap;
    double lost = 0.0;
    for (uint64_t i = 0; i < s->how->effort; i++) {
        struct entrance e = drawn(x, reached);
        if (!rare_split(x, &e))
            return failed(x, err);
        x->hits = 0.0;
        if (rare_climb(x, INFINITY) == FAILED)
            return failed(x, err);
        lost += s->times ? x->hits : (double)x->world->stations[s->station].lost;
    }
    *mean = lost / (double)s->how->effort;
    return true;
}

static bool replicate(void *worker, uint64_t r, struct record *out, struct error *err)
{
    struct splitter *x = worker;
    const struct rare_study *s = x->study;
    size_t reached;
    double chance = 1.0, lost = 0.0, hits, sum;
    x->events = 0;
    x->too_long = false;
    x->stream = (struct stream){stream_key(s->model.seed, r, STREAM_SPLIT, "split")};
    arena_free(&x->arena);
    arena_init(&x->arena);
    for (size_t l = 0; l < LEVELS_MOST; l++)
        out->samples[1 + l] = sample_of_ratio(0.0, 0.0);
    if (!first_level(x, r, out, &reached, &hits, err))
        return false;
    sum = hits;
    chance = (double)reached / (double)s->how->effort;
    for (size_t l = 1; l < s->level_count && reached > 0; l++) {
        if (s->how->stop != NULL && *s->how->stop)
            return false;
        if (!next_level(x, l, out, &reached, &hits, err))
            return false;
        sum += chance * hits;
        chance *= (double)reached / (double)s->how->effort;
    }
    if (reached > 0 && !losses(x, reached, &lost, err))
        return false;
    out->samples[0] = sample_of_ratio(chance * lost + (s->times ? sum : 0.0), out->samples[0].denominator);
    out->events = x->events;
    return true;
}

static void splitter_free(void *worker)
{
    struct splitter *x = worker;
    world_free(x->world);
    record_free(&x->record);
    arena_free(&x->arena);
    free(x->from);
    free(x->to);
    free(x);
}

static void *splitter_new(void *context)
{
    const struct rare_study *s = context;
    struct splitter *x = calloc(1, sizeof *x);
    if (x == NULL)
        return NULL;
    x->study = s;
    arena_init(&x->arena);
    x->from = calloc(s->how->effort, sizeof *x->from);
    x->to = calloc(s->how->effort, sizeof *x->to);
    x->world = world_new(&s->model);
    if (!record_init(&x->record, experiment_samples(&s->model), s->model.kind_count * model_histograms_per_kind())) {
        world_free(x->world);
        free(x->from);
        free(x->to);
        free(x);
        return NULL;
    }
    if (x->world == NULL || x->from == NULL || x->to == NULL) {
        splitter_free(x);
        return NULL;
    }
    x->world->unmeasured = true;
    if (s->times) {
        x->world->left = hear;
        x->world->left_context = x;
    }
    return x;
}

static bool merge(void *context, uint64_t r, const struct record *record)
{
    (void)r;
    return batches_add(((struct rare_study *)context)->batches, record);
}

/* ---- The study ---- */

/* Levels of the work in line: about so many that two in five paths reach the next, by the tail of waits in heavy traffic,
 * exp(-2 (1 - rho) servers t / ((1 + scv) E[S])) (Kingman 1962). */
static void choose_work(struct rare_study *s)
{
    const struct model *m = &s->model;
    const size_t i = s->station;
    const double servers = (double)m->stations[i].servers, spread = isfinite(m->scv[i]) ? 1.0 + m->scv[i] : 2.0;
    const double decay = 2.0 * fmax(1.0 - m->load[i], 0.01) * servers / (spread * (m->held_mean[i] / m->visits[i]));
    const double count = fmin(fmax(ceil(decay * s->how->beyond / 0.9), 2.0), LEVELS_MOST);
    s->work = true;
    s->certain = false; /* an arrival reaches a level by what it draws */
    s->level_count = (size_t)count;
    for (size_t l = 0; l < s->level_count; l++)
        s->levels[l] = s->how->beyond * ((double)l + 1.0) / count;
}

static void choose_levels(struct rare_study *s, uint32_t capacity)
{
    s->level_count = capacity < LEVELS_MOST ? capacity : LEVELS_MOST;
    for (size_t l = 0; l < s->level_count; l++)
        s->levels[l] = (double)((uint64_t)capacity * (l + 1) / s->level_count);
}

/* The station on whose line long times depend: the most loaded one, unless it is named. As many tasks there take about as long as is asked for. */
static bool find_line(struct rare_study *s, struct error *err)
{
    const struct model *m = &s->model;
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < m->station_count; i++)
        if (s->how->station == NULL ? m->stations[i].servers != UNLIMITED && m->visits[i] > 0.0 && (found == UINT32_MAX || m->load[i] > m->load[found])
                                    : strcmp(m->stations[i].name, s->how->station) == 0)
            found = i;
    if (found == UINT32_MAX)
        return s->how->station == NULL ? error_set(err, "nobody ever waits: no station has a finite number of servers")
                                       : error_set(err, "there is no station \"%s\"", s->how->station);
    const struct station_model *st = &m->stations[found];
    const double servers = st->servers == UNLIMITED ? 1.0 : (double)st->servers;
    double top = fmin(servers + ceil(s->how->beyond * servers / (m->held_mean[found] / m->visits[found])), 1e6);
    if (st->capacity != UNLIMITED)
        top = fmin(top, (double)st->capacity);
    s->station = found;
    if (m->plain && st->plain_fcfs && st->servers != UNLIMITED && m->load[found] > 0.0)
        choose_work(s);
    else
        choose_levels(s, (uint32_t)fmax(top, 1.0));
    return true;
}

static bool find_station(struct rare_study *s, struct error *err)
{
    if (s->times)
        return find_line(s, err);
    const struct model *m = &s->model;
    for (uint32_t i = 0; i < m->station_count; i++)
        if (s->how->station == NULL ? m->stations[i].capacity != UNLIMITED : strcmp(m->stations[i].name, s->how->station) == 0) {
            s->station = i;
            if (m->stations[i].capacity == UNLIMITED)
                return error_set(err, "nothing is ever lost at station \"%s\": it has no capacity", m->stations[i].name);
            if (m->stations[i].overflows)
                return error_set(err, "at station \"%s\" those who find it full go on by other steps: they are not lost", m->stations[i].name);
            choose_levels(s, m->stations[i].capacity);
            return true;
        }
    return s->how->station == NULL ? error_set(err, "nothing is ever lost: no station has a capacity")
                                   : error_set(err, "there is no station \"%s\"", s->how->station);
}

/* What theory knows of the share lost. */
static bool find_exact(const struct rare_study *s, struct arena *arena, const struct model *m, struct rare *out, struct error *err)
{
    const struct theory_answer *answers;
    size_t count;
    if (s->times)
        return true; /* theory gives percentiles, not the chances of given times */
    if (!theory_ask(m, 0, arena, &answers, &count, err))
        return false;
    for (size_t a = 0; a < count; a++)
        for (size_t v = 0; answers[a].applies && answers[a].form->class == THEORY_EXACT && v < answers[a].value_count; v++) {
            const struct theory_value *x = &answers[a].values[v];
            if (x->scope == THEORY_OF_STATION && x->subject == s->station && strcmp(x->probe, "lost") == 0 && x->statistic == STATISTIC_MEAN &&
                x->relation == THEORY_EQUALS && isnan(out->exact)) {
                out->exact = x->value;
                out->form = answers[a].form->name;
            }
        }
    return true;
}

static bool report(const struct rare_study *s, struct arena *arena, struct rare *out)
{
    const double confidence = s->model.scenario->run.confidence;
    struct rare_level *levels = arena_array(arena, s->level_count, sizeof *levels);
    if (levels == NULL)
        return false;
    out->fewest = INFINITY;
    for (size_t l = 0; l < s->level_count; l++) {
        levels[l] = (struct rare_level){s->levels[l], batches_mean(s->batches, 1 + l, confidence).mean};
        out->fewest = fmin(out->fewest, isnan(levels[l].reached) ? 0.0 : levels[l].reached * (double)s->how->effort);
    }
    const struct estimate x = batches_mean(s->batches, 0, confidence);
    const bool seen = x.mean > 0.0;
    out->lost = seen ? x.mean : (double)NAN;
    out->half_width = seen ? x.half_width : (double)NAN;
    /* n tasks of which a share p is lost: half-width t sqrt(p (1 - p) / n). */
    const double t = 1.96;
    out->plain = seen ? t * t * x.mean * (1.0 - x.mean) / (x.half_width * x.half_width) : (double)NAN;
    out->work = s->work;
    out->levels = levels;
    out->level_count = s->level_count;
    out->replications = batches_replications(s->batches);
    out->events = batches_events(s->batches);
    return true;
}

/* Replications until the half-width is small enough; twice as many at each look. */
static bool run_to_precision(struct rare_study *s, struct rare *out, struct error *err)
{
    const struct job job = {.context = s,
                            .worker_new = splitter_new,
                            .worker_free = splitter_free,
                            .run = replicate,
                            .samples = RARE_SAMPLES,
                            .merge = merge,
                            .stop = s->how->stop};
    struct crew *crew = crew_new(conduct_jobs(s->how->jobs), 0);
    if (crew == NULL)
        return no_memory(err);
    error_set(err, "%s", "");
    uint64_t done = 0;
    for (uint64_t target = REPLICATIONS_BEGIN;; target = 2 * done) {
        done += crew_run(crew, &job, done, target, err);
        out->unfinished = done < target;
        if (err->text[0] != '\0' || out->unfinished)
            break;
        const struct estimate x = batches_mean(s->batches, 0, s->model.scenario->run.confidence);
        if (x.mean > 0.0 && x.half_width <= s->how->precision * x.mean)
            break;
        if (2.0 * (double)batches_events(s->batches) > s->how->events_most)
            break;
    }
    crew_free(crew);
    return err->text[0] == '\0';
}

/* What is asked for, as far as it can be split. false: err. */
static bool prepare(struct rare_study *s, const struct model *m, struct error *err)
{
    s->model.warmup = 0.0;
    s->model.length = INFINITY;
    s->model.count = UINT64_MAX;
    s->model.recursion = false;
    s->certain = rare_moves_surely(m);
    s->times = s->how->of != RARE_LOSSES;
    for (uint32_t k = 0; k < m->kind_count; k++)
        s->sources += m->kinds[k].arrival->form != ARRIVAL_NONE;
    return rare_refused(&s->model, err) && find_station(s, err);
}

struct rare_how rare_as_asked(const struct run_spec *run)
{
    const struct rare_spec *a = &run->rare;
    return (struct rare_how){.of = a->of,
                             .kind = a->kind,
                             .beyond = a->beyond,
                             .station = a->station,
                             .effort = isnan(a->effort) ? RARE_EFFORT : (uint64_t)a->effort,
                             .precision = isnan(a->precision) ? RARE_PRECISION : a->precision,
                             .events_most = fmin(run->limit_events, RARE_EVENTS_MOST)};
}

bool rare_possible(const struct model *m, const struct rare_how *how, struct error *err)
{
    struct rare_study s = {.model = *m, .how = how};
    return prepare(&s, m, err);
}

bool rare_run(struct arena *arena, const struct model *m, const struct rare_how *how, const struct rare **out, struct error *err)
{
    struct rare_study s = {.model = *m, .how = how};
    struct rare *result = arena_alloc(arena, sizeof *result);
    if (result == NULL)
        return no_memory(err);
    *result = (struct rare){.exact = (double)NAN};
    *out = result;
    if (!prepare(&s, m, err))
        return false;
    result->station = m->stations[s.station].name;
    result->of = how->of;
    result->kind = m->kinds[how->kind].name;
    result->beyond = how->beyond;
    s.batches = batches_new(RARE_SAMPLES, 0);
    const bool ok = (s.batches != NULL || no_memory(err)) && run_to_precision(&s, result, err) && find_exact(&s, arena, m, result, err) &&
                    (report(&s, arena, result) || no_memory(err));
    batches_free(s.batches);
    return ok;
}
