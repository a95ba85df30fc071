#include "models/rare_split.h"

#include "models/station.h"

/* Nothing is there but the sources: no task, no branch, and no work that goes on when nobody waits for it any more. */
static bool is_empty(const struct splitter *x)
{
    return x->world->alive == x->study->sources;
}

/* What levels are of: the number present, or the work in line for each server. */
static double height_of(const struct splitter *x)
{
    const struct world *w = x->world;
    const struct station *st = &w->stations[x->study->station];
    if (!x->study->work)
        return (double)st->present;
    double work = 0.0;
    for (uint32_t ti = st->line.count > 0 ? st->line.list.first : NO_TASK; ti != NO_TASK; ti = w->tasks[ti].next)
        work += w->tasks[ti].demand;
    return work / (double)st->model->servers;
}

/* The next event. false: there is none, or no memory. */
static bool step(struct splitter *x)
{
    struct world *w = x->world;
    x->events++;
    return sim_run(&w->sim, w->handlers, w, 1) && !w->failed && !w->sim.calendar.failed;
}

/* The moment from which on what has no memory may be drawn anew, and the event that stays as it is. */
struct renewal {
    struct world *world;
    double from;
    uint64_t stays; /* key; UINT64_MAX: none */
    bool services;  /* service times too */
};

/* Poisson arrivals and exponential service times go on as if they began now. */
static double renew(void *context, const struct event *e)
{
    const struct renewal *r = context;
    struct world *w = r->world;
    if (e->key == r->stays)
        return e->time;
    if (e->kind == EV_ARRIVAL)
        return r->from + dist_draw(&w->model->kinds[e->subject].arrival->interarrival, &w->sources[e->subject].stream);
    if (e->kind != EV_SERVICE_END || !r->services)
        return e->time;
    struct task *t = &w->tasks[e->subject];
    const struct op *op = &w->model->kinds[t->kind].program[t->step];
    if (op->dist->shape != DIST_EXPONENTIAL)
        return e->time;
    const double time = r->from + task_draw(t, op->dist);
    t->demand += time - e->time;
    t->service += time - e->time;
    return time;
}

/* Other draws from now on; before: from the next event on, which stays. In models of plain stations what is drawn already but tells nothing yet is
 * drawn again: service times of tasks in line, and what is left of times without memory. So the paths from one state differ
 * from the first event on. Where very many events are pending they stay, which costs precision alone. */
static void resalt(struct world *w, uint64_t salt, bool before, bool work)
{
    struct renewal renewal = {.world = w, .from = w->sim.now, .stays = UINT64_MAX, .services = !work};
    for (uint32_t k = 0; k < w->model->kind_count; k++) {
        struct source *source = &w->sources[k];
        source->stream.state = stream_mix(source->stream.state ^ salt);
        source->key = stream_mix(source->key ^ salt);
        source->batches = stream_mix(source->batches ^ salt);
    }
    for (uint32_t ti = 0; ti < w->task_count; ti++)
        w->tasks[ti].key = stream_mix(w->tasks[ti].key ^ salt);
    for (uint32_t i = 0; w->model->plain && !work && i < w->model->part_count; i++) {
        const struct station *st = &w->stations[i];
        for (uint32_t ti = st->model->plain_fcfs && st->line.count > 0 ? st->line.list.first : NO_TASK; ti != NO_TASK; ti = w->tasks[ti].next) {
            struct task *t = &w->tasks[ti];
            t->demand = task_draw(t, w->model->kinds[t->kind].program[t->step].dist);
        }
    }
    struct event next;
    if (!w->model->plain || w->sim.calendar.in_radix || (before && !calendar_first(&w->sim.calendar, &next)))
        return;
    if (before) {
        renewal.from = next.time;
        renewal.stays = next.key;
    }
    calendar_change(&w->sim.calendar, renew, &renewal);
}

/* Events up to this number of them. */
static bool play(struct splitter *x, uint64_t event)
{
    while (x->world->sim.events < event)
        if (!step(x))
            return false;
    return true;
}

static bool replay_splits(struct splitter *x, const struct split *s)
{
    if (s == NULL)
        return true;
    if (!replay_splits(x, s->before) || !play(x, s->event))
        return false;
    resalt(x->world, s->salt, x->study->certain, x->study->work);
    return true;
}

bool rare_split(struct splitter *x, struct entrance *e)
{
    world_begin(x->world, e->cycle, &x->record);
    const uint64_t event = e->event - x->study->certain;
    if (!replay_splits(x, e->split) || !play(x, event))
        return false;
    struct split *s = arena_alloc(&x->arena, sizeof *s);
    if (s == NULL)
        return false;
    *s = (struct split){.before = e->split, .event = event, .salt = stream_bits(&x->stream)};
    e->split = s;
    resalt(x->world, s->salt, x->study->certain, x->study->work);
    return true;
}

enum outcome rare_climb(struct splitter *x, double level)
{
    struct world *w = x->world;
    bool begun = !is_empty(x);
    while (height_of(x) < level) {
        if (begun && is_empty(x))
            return ENDED;
        if (!step(x))
            return FAILED;
        begun = begun || !is_empty(x);
        if ((double)w->sim.events > CYCLE_EVENTS_MOST) {
            x->too_long = true;
            return FAILED;
        }
    }
    return REACHED;
}
