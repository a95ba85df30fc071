/* block.h: "on_full": "block" (or { "block": "after" or "before" }): who finds a station full waits for room there, and
 * keeps what it has meanwhile. Internal to the engine.
 *
 * Blocking after service: a task that is done with its service at a plain station, and whose next station is full,
 * keeps the server that served it; that one serves nobody (it counts as busy). Those who hold servers keep them. Of
 * those who wait for room at one station the one that has waited longest goes first; when it has gone in, the server
 * that it kept turns to the next task. All that happens at the instant at which there is room, which may make room
 * elsewhere, and so on. The time counts as wait. Who comes from anywhere else than a server (an arrival, a delay)
 * waits outside in the same order.
 *
 * Blocking before service ("before"; Onvural, Survey of closed queueing networks with blocking, ACM Computing Surveys
 * 1990, section 1: BBS-SO): a server at a plain station that turns to a task whose next station is full does not begin.
 * It stays with that task, and counts as busy, until there is room; then a place is kept for the task at the next
 * station, which counts against its capacity, and the service begins. So who is done with its service goes in at
 * once, and no service is ever interrupted (with one server upstream this is the same as counting those present; with
 * several of them, or several stations, it is a system of credits). Of those who wait for room the one that has waited
 * longest comes first. A place that is not taken after all (the task is withdrawn) is given back. What comes after the
 * service is known beforehand as with blocking after it, but for a breaker, whose state may change: who has to pass
 * one, and who comes from anywhere else than a plain station's server, waits outside. */
#ifndef MODELS_BLOCK_H
#define MODELS_BLOCK_H

#include "models/group.h"
#include "models/station.h"

/* The service of ti at st is over: does it stay there, because its next station is full? Then it now waits for
 * room, and the server is not free. */
bool block_stays(struct world *w, const struct station *st, uint32_t ti);

/* The server at st has turned to ti, and the wait so far is counted: may its service not begin, because its next
 * station is full? Then it now waits for room there. Otherwise, if that station blocks before service, a place is kept
 * for it. */
bool block_begins_not(struct world *w, struct station *st, uint32_t ti);

/* The place that was kept for ti anywhere is not needed any more. */
void block_forgo(struct world *w, uint32_t ti);

/* The station for whose room ti, which is blocked, waits. */
const struct station *block_where(const struct world *w, uint32_t ti);

/* The task, which keeps no server, waits for room at st; it is at the step that leads there. */
void block_wait(struct world *w, struct station *st, uint32_t ti);

/* Whoever finds room now goes in. */
void block_settle(struct world *w);

/* A blocked task leaves; the server it kept is free. */
void block_leave(struct world *w, uint32_t ti);

/* Is there room? A group's tasks are those of its stations. Places that are kept for others are taken. */
static inline bool block_room(const struct world *w, const struct station *st)
{
    const uint32_t present = st->model->group == NULL ? st->present : group_present(w, st->model->group);
    return present + st->promised < st->model->capacity;
}

/* Is the station full for ti? */
static inline bool block_full(const struct world *w, const struct station *st, uint32_t ti)
{
    return !block_room(w, st) || (st->blocked.first != NO_TASK && w->admitted != ti);
}

/* The task comes to st: was a place kept for it? Then it takes it. */
static inline bool block_redeem(const struct world *w, struct station *st, uint32_t ti)
{
    struct task_more *more = task_more(w, ti);
    if (more->promised != 1 + (st - w->stations))
        return false;
    more->promised = 0;
    st->promised--;
    return true;
}

#endif
