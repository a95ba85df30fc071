#include "models/individual_change.h"

#include "models/alarm.h"

#include <math.h>

static double draw(struct station *st, const struct dist *d)
{
    return dist_draw(d, &st->line.stream);
}

static void clocks(struct world *w, struct station *st)
{
    station_clock(w, st);
    individual_clock(w, st);
}

/* How a server is that has just come. */
static enum server_state fresh(const struct station_model *m)
{
    return m->setup != NULL ? SERVER_COLD : SERVER_IDLE;
}

/* ---- Vacations ---- */

static void come_back(struct world *w, struct station *st, struct server *server)
{
    server->idle_since = w->sim.now;
    individual_set(st->individuals, server, server->broken ? SERVER_DOWN : SERVER_IDLE);
    individual_fill(w, st);
}

static void on_return(struct world *w, struct alarm *alarm)
{
    struct station *st = &w->stations[alarm->subject];
    struct server *server = &st->individuals->servers[alarm->number];
    clocks(w, st);
    if (server->state == SERVER_WARMING) {
        individual_set_up(w, st, server);
        check_station(st);
        return;
    }
    if (server->state == SERVER_IDLE && st->head != NO_TASK)
        return; /* somebody waits for it, and for others: see individual_fill */
    if (server->state == SERVER_IDLE) { /* it has been kept warm long enough */
        individual_set(st->individuals, server, SERVER_COLD);
        return;
    }
    if (server->state == SERVER_STARTING) { /* its start, not a vacation */
        server->idle_since = w->sim.now;
        individual_set(st->individuals, server, server->broken ? SERVER_DOWN : fresh(st->model));
        individual_fill(w, st);
        station_share(w, st);
        check_station(st);
        return;
    }
    come_back(w, st, server);
    if (server->state == SERVER_IDLE && !st->model->vacation_single)
        individual_go_away(w, st, server);
    check_station(st);
}

void individual_go_away(struct world *w, struct station *st, struct server *server)
{
    individual_set(st->individuals, server, SERVER_AWAY);
    if (st->model->vacation != NULL)
        alarm_set(w, server->returns, w->sim.now + draw(st, st->model->vacation), RANK_COMPLETION);
}

void individual_wake(struct world *w, struct station *st)
{
    struct individuals *all = st->individuals;
    const uint32_t until = st->model->rest_until;
    if (until == 0 || all->away == 0 || station_waiting(st) < until)
        return;
    for (uint32_t i = 0; i < all->count && station_waiting(st) > 0; i++)
        if (all->servers[i].state == SERVER_AWAY)
            come_back(w, st, &all->servers[i]);
}

/* ---- Breakdowns: an up time runs out after all that is done and comes at its last instant; a repair is a completion ---- */

static void break_down(struct world *w, struct station *st, struct server *server)
{
    struct individuals *all = st->individuals;
    server->broken = true;
    all->broken += server->state > SERVER_STARTING;
    if (server->state == SERVER_IDLE && st->model->keep_alive != NULL)
        alarm_clear(w, server->returns);
    if (server->state == SERVER_WARMING)
        individual_not_warm(w, st, server, SERVER_DOWN);
    else if (server->state == SERVER_IDLE || server->state == SERVER_COLD)
        individual_set(all, server, SERVER_DOWN);
    else if (server->state == SERVER_BUSY && server->task != NO_TASK)
        individual_interrupt(w, st, server);
}

static void repair(struct world *w, struct station *st, struct server *server)
{
    struct individuals *all = st->individuals;
    all->broken -= server->state > SERVER_STARTING;
    server->broken = false;
    if (server->state == SERVER_DOWN && st->model->setup != NULL)
        individual_set(all, server, SERVER_COLD);
    else if (server->state == SERVER_DOWN)
        individual_free(w, st, server);
}

/* The station's alarm, or that of one server: it breaks, or is repaired. */
static void on_break(struct world *w, struct alarm *alarm)
{
    const uint32_t station = alarm->subject, which = alarm->number;
    struct station *st = &w->stations[station];
    struct individuals *all = st->individuals;
    const uint32_t first = which == UINT32_MAX ? 0 : which, last = which == UINT32_MAX ? all->count : which + 1;
    const bool breaks = !all->servers[first].broken;
    const uint32_t own = which == UINT32_MAX ? all->break_alarm : all->servers[which].alarm;
    clocks(w, st);
    alarm_set(w, own, w->sim.now + draw(st, breaks ? st->model->down : st->model->up), breaks ? RANK_COMPLETION : RANK_EXPIRY);
    for (uint32_t i = first; i < last; i++) {
        if (breaks)
            break_down(w, st, &all->servers[i]);
        else
            repair(w, st, &all->servers[i]);
    }
    individual_fill(w, st);
    station_share(w, st);
    check_station(st);
}

/* ---- More and fewer servers ---- */

/* Servers there or coming that are not about to go. */
static uint32_t lasting(const struct individuals *all)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < all->count; i++)
        n += all->servers[i].state != SERVER_OFF && !all->servers[i].leaving;
    return n;
}

/* Fewer: those that are coming first, then the cold, those being set up, the idle, broken and away, then the busy ones when they are done; of
 * each the slowest first. */
static void fewer(struct world *w, struct station *st, uint32_t n)
{
    static const enum server_state order[] = {SERVER_STARTING, SERVER_COLD, SERVER_WARMING, SERVER_IDLE,
                                               SERVER_DOWN,     SERVER_AWAY, SERVER_BUSY};
    struct individuals *all = st->individuals;
    for (size_t o = 0; o < sizeof order / sizeof order[0]; o++)
        for (uint32_t i = all->count; n > 0 && i-- > 0;) {
            struct server *server = &all->servers[i];
            if (server->state != order[o] || server->leaving)
                continue;
            n--;
            if (order[o] == SERVER_BUSY) {
                server->leaving = true;
                continue;
            }
            if (order[o] == SERVER_WARMING) {
                individual_not_warm(w, st, server, SERVER_OFF);
                continue;
            }
            if (server->returns != UINT32_MAX)
                alarm_clear(w, server->returns);
            individual_set(all, server, SERVER_OFF);
        }
}

/* More: those about to go stay; then new ones, the fastest first, after a lag. */
static void more(struct world *w, struct station *st, uint32_t n, const struct dist *lag)
{
    struct individuals *all = st->individuals;
    for (uint32_t i = 0; n > 0 && i < all->count; i++)
        if (all->servers[i].leaving) {
            all->servers[i].leaving = false;
            n--;
        }
    for (uint32_t i = 0; n > 0 && i < all->count; i++) {
        struct server *server = &all->servers[i];
        if (server->state != SERVER_OFF)
            continue;
        n--;
        if (lag != NULL) {
            individual_set(all, server, SERVER_STARTING);
            alarm_set(w, server->returns, w->sim.now + draw(st, lag), RANK_COMPLETION);
            continue;
        }
        server->idle_since = w->sim.now;
        individual_set(all, server, server->broken ? SERVER_DOWN : fresh(st->model));
    }
    individual_fill(w, st);
    for (uint32_t i = 0; i < all->count; i++)
        if (all->servers[i].state == SERVER_IDLE && (st->model->vacation != NULL || st->model->rest_until > 0) &&
            !st->model->vacation_single)
            individual_go_away(w, st, &all->servers[i]);
}

static void become(struct world *w, struct station *st, uint32_t wanted, const struct dist *lag)
{
    const uint32_t have = lasting(st->individuals);
    clocks(w, st);
    if (wanted < have)
        fewer(w, st, have - wanted);
    else if (wanted > have)
        more(w, st, wanted - have, lag);
    station_share(w, st);
    check_station(st);
}

void individual_adapt(struct world *w, struct station *st, struct server *server, bool broken_off)
{
    struct individuals *all = st->individuals;
    const struct station_model *m = st->model;
    struct limit_state *limit = &all->limit;
    const uint32_t have = all->allowed;
    m->limit->hear(limit, &m->limit_told,
                   &(struct limit_visit){.began = server->began, .ended = w->sim.now, .at_once = st->busy, .broken_off = broken_off});
    limit->limit = fmin(fmax(limit->limit, m->limit_min), (double)m->servers);
    all->allowed = (uint32_t)floor(limit->limit + 1e-9); /* a whole number that came out rounded is one */
    if (all->allowed < have)
        fewer(w, st, have - all->allowed);
    else if (all->allowed > have)
        more(w, st, all->allowed - have, NULL);
    /* They are all alike: of those that are to go, the one that is done goes now. */
    for (uint32_t i = 0; !server->leaving && i < all->count; i++)
        if (all->servers[i].leaving) {
            all->servers[i].leaving = false;
            server->leaving = true;
        }
}

/* The schedule's next change into the calendar. */
static void set_schedule(struct world *w, struct station *st)
{
    struct individuals *all = st->individuals;
    const struct station_model *m = st->model;
    if (all->schedule_next == m->schedule_count) {
        if (!(m->schedule_repeat < INFINITY))
            return;
        all->schedule_next = 0;
        all->schedule_base += m->schedule_repeat;
    }
    /* More servers are there for those who come at that instant; fewer are left when those done then have gone. */
    const uint32_t next = all->schedule_next, before = next > 0 ? next - 1 : (uint32_t)m->schedule_count - 1;
    alarm_set(w, all->schedule_alarm, all->schedule_base + m->schedule[2 * next],
              m->schedule[2 * next + 1] < m->schedule[2 * before + 1] ? RANK_EXPIRY : RANK_COMPLETION);
}

static void on_schedule(struct world *w, struct alarm *alarm)
{
    struct station *st = &w->stations[alarm->subject];
    struct individuals *all = st->individuals;
    const double wanted = st->model->schedule[2 * all->schedule_next++ + 1];
    set_schedule(w, st);
    become(w, st, (uint32_t)wanted, NULL);
}

/* What the controller wants, the most of the stabilisation window where it is less than what is there. */
static double stabilised(struct individuals *all, const struct station_model *m, double now, double wanted)
{
    enum { MOST = sizeof all->past / sizeof all->past[0] };
    uint32_t kept = 0;
    double most = wanted;
    for (uint32_t i = 0; i < all->past_count; i++)
        if (all->past[i].time > now - m->scale_stabilisation) {
            most = fmax(most, all->past[i].wanted);
            all->past[kept++] = all->past[i];
        }
    all->past_count = kept < MOST ? kept : MOST - 1;
    all->past[all->past_count].time = now;
    all->past[all->past_count++].wanted = wanted;
    return most;
}

static void on_look(struct world *w, struct alarm *alarm)
{
    struct station *st = &w->stations[alarm->subject];
    struct individuals *all = st->individuals;
    const struct station_model *m = st->model;
    clocks(w, st);
    const double on = all->on_area - all->looked_on, busy = all->busy_area - all->looked_busy;
    all->looked_on = all->on_area;
    all->looked_busy = all->busy_area;
    alarm_set(w, all->look_alarm, w->sim.now + m->scale_every, RANK_EXPIRY);
    const double have = (double)lasting(all), metric = on > 0.0 ? busy / on : 0.0;
    const double ratio = metric / m->scale_target;
    double wanted = fabs(ratio - 1.0) <= m->scale_tolerance ? have : ceil(have * ratio - 1e-9);
    wanted = fmin(fmax(wanted, m->scale_min), m->scale_max);
    const double steady = stabilised(all, m, w->sim.now, wanted);
    if (wanted < have)
        wanted = fmin(steady, have);
    become(w, st, (uint32_t)wanted, m->scale_lag);
}

/* ---- Start of a replication ---- */

void individual_begin(struct world *w, struct station *st)
{
    const struct station_model *m = st->model;
    struct individuals *all = st->individuals;
    const uint32_t station = (uint32_t)(st - w->stations);
    struct server *servers = all->servers;
    *all = (struct individuals){.servers = servers, .count = m->servers};
    all->schedule_alarm = all->break_alarm = all->look_alarm = UINT32_MAX;
    uint32_t there = all->allowed = m->servers_at_start;
    all->limit = (struct limit_state){(double)there, INFINITY, -INFINITY};
    st->idle = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        servers[i] = (struct server){
            .speed = m->speeds[i] * st->speed, .task = NO_TASK, .alarm = UINT32_MAX, .returns = UINT32_MAX};
        if (m->vacation != NULL || m->scale_every > 0.0 || m->setup != NULL)
            servers[i].returns = alarm_new(w, on_return, station, i);
        if (m->up != NULL && !m->breaks_whole) {
            servers[i].alarm = alarm_new(w, on_break, station, i);
            alarm_set(w, servers[i].alarm, draw(st, m->up), RANK_EXPIRY);
        }
        if (there > 0) {
            there--;
            individual_set(all, &servers[i], fresh(m));
            if ((m->vacation != NULL && !m->vacation_single) || m->rest_until > 0)
                individual_go_away(w, st, &servers[i]);
        }
    }
    if (m->up != NULL && m->breaks_whole) {
        all->break_alarm = alarm_new(w, on_break, station, UINT32_MAX);
        alarm_set(w, all->break_alarm, draw(st, m->up), RANK_EXPIRY);
    }
    if (m->schedule_count > 0) {
        all->schedule_alarm = alarm_new(w, on_schedule, station, 0);
        all->schedule_next = 1; /* the first is there at time 0 */
        set_schedule(w, st);
    }
    if (m->scale_every > 0.0) {
        all->look_alarm = alarm_new(w, on_look, station, 0);
        alarm_set(w, all->look_alarm, m->scale_every, RANK_EXPIRY);
    }
    station_share(w, st);
}
