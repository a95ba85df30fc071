/* block.h: "on_full": "block": who finds a station full waits for room there, and keeps what it has meanwhile.
 * Internal to the engine.
 *
 * Blocking after service: a task that is done with its service at a plain station, and whose next station is full,
 * keeps the server that served it; that one serves nobody (it counts as busy). Those who hold servers keep them. Of
 * those who wait for room at one station the one that has waited longest goes first; when it has gone in, the server
 * that it kept turns to the next task. All that happens at the instant at which there is room, which may make room
 * elsewhere, and so on. The time counts as wait. Who comes from anywhere else than a server (an arrival, a delay)
 * waits outside in the same order. */
#ifndef MODELS_BLOCK_H
#define MODELS_BLOCK_H

#include "models/group.h"
#include "models/station.h"

/* The service of ti at st is over: does it stay there, because its next station is full? Then it now waits for
 * room, and the server is not free. */
bool block_stays(struct world *w, const struct station *st, uint32_t ti);

/* The task, which keeps no server, waits for room at st; it is at the step that leads there. */
void block_wait(struct world *w, struct station *st, uint32_t ti);

/* Whoever finds room now goes in. */
void block_settle(struct world *w);

/* A blocked task leaves; the server it kept is free. */
void block_leave(struct world *w, uint32_t ti);

/* Is there room? A group's tasks are those of its stations. */
static inline bool block_room(const struct world *w, const struct station *st)
{
    return (st->model->group == NULL ? st->present : group_present(w, st->model->group)) < st->model->capacity;
}

/* Is the station full for ti? */
static inline bool block_full(const struct world *w, const struct station *st, uint32_t ti)
{
    return !block_room(w, st) || (st->blocked.first != NO_TASK && w->admitted != ti);
}

#endif
