#include "models/individual_change.h"

#include "models/alarm.h"
#include "models/counted.h"
#include "models/visit_waiting.h"

static void begin_setup(struct world *w, struct station *st, struct server *server)
{
    st->setting_up++;
    server->set_up = true;
    alarm_set(w, server->returns, w->sim.now + dist_draw(st->model->setup, &st->line.stream), RANK_COMPLETION);
}

/* One at a time: the next of those that are to be set up. */
static void next_setup(struct world *w, struct station *st)
{
    struct individuals *all = st->individuals;
    if (!st->model->setup_serial || all->warming == 0)
        return;
    for (uint32_t i = 0; i < all->count; i++)
        if (all->servers[i].state == SERVER_WARMING) {
            begin_setup(w, st, &all->servers[i]);
            return;
        }
}

struct wanted {
    const struct world *w;
    uint32_t servers;
};

static void add_needs(void *wanted, uint32_t ti)
{
    struct wanted *all = wanted;
    all->servers += counted_needs(all->w, ti);
}

/* Servers that those who wait lack. */
static uint32_t servers_wanted(const struct world *w, const struct station *st)
{
    if (!st->model->counted)
        return station_waiting(st);
    struct wanted wanted = {w, 0};
    visit_waiting(w, st, add_needs, &wanted);
    if (st->head != NO_TASK)
        add_needs(&wanted, st->head);
    return wanted.servers > st->individuals->idle ? wanted.servers - st->individuals->idle : 0;
}

void individual_warm(struct world *w, struct station *st)
{
    struct individuals *all = st->individuals;
    if (all->cold == 0)
        return;
    const uint32_t wanted = servers_wanted(w, st); /* which may look at all who wait */
    for (uint32_t i = 0; all->warming < wanted && all->cold > 0 && i < all->count; i++) {
        struct server *server = &all->servers[i];
        if (server->state != SERVER_COLD)
            continue;
        individual_set(all, server, SERVER_WARMING);
        if (!st->model->setup_serial || all->warming == 1)
            begin_setup(w, st, server);
    }
}

void individual_not_warm(struct world *w, struct station *st, struct server *server, enum server_state state)
{
    const bool set_up = server->set_up;
    alarm_clear(w, server->returns);
    individual_set(st->individuals, server, state);
    if (!set_up)
        return;
    server->set_up = false;
    st->setting_up--;
    next_setup(w, st);
}

void individual_set_up(struct world *w, struct station *st, struct server *server)
{
    individual_not_warm(w, st, server, SERVER_IDLE);
    server->idle_since = w->sim.now;
    individual_fill(w, st);
    if (server->state == SERVER_IDLE)
        individual_keep(w, st, server);
}

void individual_keep(struct world *w, struct station *st, struct server *server)
{
    const struct dist *keep = st->model->keep_alive;
    if (keep != NULL)
        alarm_set(w, server->returns, w->sim.now + dist_draw(keep, &st->line.stream), RANK_EXPIRY);
}
