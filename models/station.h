/* station.h: servers and what waits before them; and the walk of a task through its program.
 * Internal to the engine: world.c and station.c share one replication's state. */
#ifndef MODELS_STATION_H
#define MODELS_STATION_H

#include "models/world.h"

#include <assert.h>

/* The task moves on from the step it has reached until it has to wait, then everybody whom that gave a
 * server. gave: its event has freed a server already, so those served by that move on first. */
void world_advance(struct world *w, uint32_t ti, bool gave);

/* All tasks that were given a server to hold move on. */
void world_settle(struct world *w);

/* One more task of kind k, which has yet to take its first step. May move w->tasks and w->more. false: no
 * memory. */
bool world_task_start(struct world *w, uint32_t k, uint64_t key, uint32_t *out);

/* The task has ended. */
void world_task_end(struct world *w, uint32_t ti, enum task_end how);

/* All that the task holds goes back, innermost first. */
void station_give_all(struct world *w, uint32_t ti);

event_handler station_on_service_end, station_on_shared_end;

/* A server has nothing left to do. */
static inline void station_rest_server(struct world *w, struct station *st)
{
    st->busy--;
    if (st->model->behaviour != NULL)
        st->model->behaviour->freed(w, st);
    else
        st->idle++;
}

static inline struct task_more *task_more(const struct world *w, uint32_t ti)
{
    return (struct task_more *)(void *)(w->more + (size_t)ti * w->model->more_size);
}

static inline struct holding *task_holdings(const struct world *w, uint32_t ti)
{
    return (struct holding *)(void *)(w->more + (size_t)ti * w->model->more_size + w->model->holdings_offset);
}

static inline uint32_t *task_counters(const struct world *w, uint32_t ti)
{
    return (uint32_t *)(void *)(w->more + (size_t)ti * w->model->more_size + w->model->counters_offset);
}

/* The task's next draw from d. */
static inline double task_draw(struct task *t, const struct dist *d)
{
    struct stream s = stream_draw(t->key, t->draws++);
    return dist_draw(d, &s);
}

/* In a build with DESQ_CHECKS every replication checks itself: response = wait + service + delay + overhead
 * for each task; arrivals = completed + lost + present for each kind; Little's law on the sample path,
 * integral of the number present = sum of times spent, for each kind and station (claim C16); the invariant
 * of world.h; where tasks are preempted, that nobody waits who is more urgent than one in service, and that
 * whoever resumes is served for just what it demands. In other builds these are nothing. */
#ifdef DESQ_CHECKS
void check_require(bool holds, const char *what, double a, double b);
void check_joined(struct little_check *check, double now, uint64_t *counter);
void check_left(struct little_check *check, double now, uint64_t *counter);
void check_parts(double response, double parts, double now);
void check_station(const struct station *st);
void world_check(const struct world *w);
void check_epoch(const struct world *w, uint32_t k);
#else
#define check_joined(check, now, counter) ((void)0)
#define check_left(check, now, counter)   ((void)0)
#define check_parts(response, parts, now) ((void)(response), (void)(parts), (void)(now))
#define check_station(st)                 ((void)0)
#define world_check(w)                    ((void)0)
#define check_epoch(w, k)                 ((void)0)
#endif

#endif
