/* "setup": a cold server needs time before it can serve (thread creation, function cold start); with
 * "keep_alive" a warm one without work goes cold again. */
#include "models/server/server.h"
#include "models/world.h"

#include <stdlib.h>

static void begin(struct world *w, struct station *st)
{
    (void)w;
    st->cold = st->model->servers;
    st->idle = 0;
    st->starting = st->setting_up = 0;
    st->idle_slot = UINT32_MAX;
}

static void start_one(struct world *w, struct station *st)
{
    st->setting_up++;
    const double takes = dist_draw(st->model->setup, &st->line.stream);
    calendar_push(&w->sim.calendar, w->sim.now + takes, RANK_COMPLETION, EV_SETUP_END,
                  (uint32_t)(st - w->stations));
}

/* Takes slot out of the station's list and frees it; its timer is cleared by the caller or has fired. */
static void drop_slot(struct world *w, struct station *st, uint32_t slot)
{
    struct idle_server *server = &w->idle[slot];
    if (server->newer != UINT32_MAX)
        w->idle[server->newer].older = server->older;
    else
        st->idle_slot = server->older;
    if (server->older != UINT32_MAX)
        w->idle[server->older].newer = server->newer;
    server->older = w->idle_free;
    w->idle_free = slot;
}

/* Before the number of idle servers changes. */
static void warm_clock(const struct world *w, struct station *st)
{
    st->warm_area += st->idle * (w->sim.now - st->warm_since);
    st->warm_since = w->sim.now;
}

static bool take(struct world *w, struct station *st)
{
    if (st->idle == 0)
        return false;
    warm_clock(w, st);
    if (st->model->keep_alive != NULL) {
        const uint32_t slot = st->idle_slot;
        timer_clear(&w->idle[slot].timer);
        drop_slot(w, st, slot);
    }
    st->idle--;
    st->busy++;
    return true;
}

static uint32_t new_slot(struct world *w)
{
    if (w->idle_free != UINT32_MAX) {
        const uint32_t slot = w->idle_free;
        w->idle_free = w->idle[slot].older;
        return slot;
    }
    if (w->idle_count == w->idle_size) {
        const uint32_t size = w->idle_size == 0 ? 64 : 2 * w->idle_size;
        struct idle_server *idle = size > CALENDAR_SUBJECTS ? NULL : realloc(w->idle, size * sizeof *idle);
        if (idle == NULL) {
            w->failed = true;
            w->sim.stop = true;
            return UINT32_MAX;
        }
        w->idle = idle;
        w->idle_size = size;
    }
    w->idle[w->idle_count] = (struct idle_server){.older = UINT32_MAX};
    return w->idle_count++;
}

static void freed(struct world *w, struct station *st)
{
    warm_clock(w, st);
    st->idle++;
    if (st->model->keep_alive == NULL)
        return;
    const uint32_t slot = new_slot(w);
    if (slot == UINT32_MAX)
        return;
    struct idle_server *server = &w->idle[slot];
    server->station = (uint32_t)(st - w->stations);
    server->newer = UINT32_MAX;
    server->older = st->idle_slot;
    if (st->idle_slot != UINT32_MAX)
        w->idle[st->idle_slot].newer = slot;
    st->idle_slot = slot;
    timer_set(&w->sim.calendar, &server->timer,
              w->sim.now + dist_draw(st->model->keep_alive, &st->line.stream), RANK_EXPIRY, EV_KEEP_ALIVE,
              slot);
}

static void waiting(struct world *w, struct station *st)
{
    if (st->starting >= station_waiting(st) || st->cold == 0)
        return;
    if (st->model->servers != UNLIMITED)
        st->cold--;
    st->starting++;
    if (!st->model->setup_serial || st->starting == 1)
        start_one(w, st);
}

static void event(struct world *w, struct station *st, uint32_t slot)
{
    station_clock(w, st);
    if (slot != UINT32_MAX) { /* the keep-alive time of this idle server is over */
        drop_slot(w, st, slot);
        warm_clock(w, st);
        st->idle--;
        if (st->model->servers != UNLIMITED)
            st->cold++;
        return;
    }
    st->starting--;
    st->setting_up--;
    if (st->model->setup_serial && st->starting > 0)
        start_one(w, st);
    if (station_waiting(st) > 0) {
        st->busy++;
        station_serve_next(w, st);
    } else {
        freed(w, st);
    }
}

const struct server_type server_setup = {
    .name = "setup",
    .summary = "time for a cold server to start (thread creation, function cold start), with `keep_alive`",
    .rule = "At time 0 all servers are cold. A task that finds no idle server, and fewer starts under way "
            "than tasks "
            "waiting (itself included), begins one, if a cold server is left. Starts run in parallel, or one "
            "at a time "
            "with \"setup_serial\": true. A start is never cancelled; the server that becomes warm takes the "
            "next "
            "waiting task, whoever that is. A warm server without work goes cold after `keep_alive` "
            "(default: never). "
            "Of several idle servers the one that became idle last is used first, so that the others can go "
            "cold.",
    .begin = begin,
    .take = take,
    .freed = freed,
    .waiting = waiting,
    .event = event,
};
