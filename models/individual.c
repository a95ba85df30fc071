#include "models/individual.h"

#include "models/alarm.h"
#include "models/counted.h"
#include "models/crowd.h"
#include "models/drop.h"
#include "models/individual_change.h"
#include "models/patience.h"
#include "models/stint.h"
#include "models/visit_waiting.h"

#include <math.h>
#include <stdlib.h>

struct individuals *individual_new(const struct station_model *m)
{
    struct individuals *all = calloc(1, sizeof *all + m->servers * sizeof *all->servers);
    if (all == NULL)
        return NULL;
    all->servers = (struct server *)(void *)(all + 1);
    all->count = m->servers;
    return all;
}

void individual_clock(const struct world *w, struct station *st)
{
    struct individuals *all = st->individuals;
    const double elapsed = w->sim.now - all->since;
    all->on_area += all->on * elapsed;
    all->broken_area += all->broken * elapsed;
    all->away_area += all->away * elapsed;
    all->busy_area += st->busy * elapsed;
    all->cold_area += all->cold * elapsed;
    all->since = w->sim.now;
}

void individual_cut(const struct world *w, struct station *st)
{
    struct individuals *all = st->individuals;
    individual_clock(w, st);
    all->looked_on -= all->on_area;
    all->looked_busy -= all->busy_area;
    all->on_area = all->broken_area = all->away_area = all->busy_area = all->cold_area = 0.0;
}

/* A server changes its state; the clock has been brought up. */
void individual_set(struct individuals *all, struct server *server, enum server_state state)
{
    all->idle -= server->state == SERVER_IDLE;
    all->away -= server->state == SERVER_AWAY;
    all->cold -= server->state == SERVER_COLD;
    all->warming -= server->state == SERVER_WARMING;
    const bool was_on = server->state > SERVER_STARTING, is_on = state > SERVER_STARTING;
    all->on += (uint32_t)is_on - (uint32_t)was_on;
    if (server->broken)
        all->broken += (uint32_t)is_on - (uint32_t)was_on;
    server->state = (uint8_t)state;
    all->idle += state == SERVER_IDLE;
    all->away += state == SERVER_AWAY;
    all->cold += state == SERVER_COLD;
    all->warming += state == SERVER_WARMING;
}

/* Which of the idle servers takes a task; there is one. */
static struct server *idle_server(struct station *st)
{
    struct individuals *all = st->individuals;
    struct server *found = NULL;
    uint32_t ties = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        struct server *server = &all->servers[i];
        if (server->state != SERVER_IDLE)
            continue;
        switch (st->model->take) {
        case TAKE_FASTEST:
            return server;
        case TAKE_LONGEST_IDLE:
            if (found == NULL || server->idle_since < found->idle_since)
                found = server;
            break;
        case TAKE_RANDOM:
            if (++ties == 1 || stream_below(&st->line.stream, ties) == 0)
                found = server;
            break;
        }
    }
    return found;
}

/* More servers for one who takes several: they are chained behind its first. */
static void take_more(struct world *w, struct station *st, struct server *first, uint32_t count)
{
    for (struct server *last = first; count > 0; count--) {
        struct server *server = idle_server(st);
        if (st->model->keep_alive != NULL)
            alarm_clear(w, server->returns);
        individual_set(st->individuals, server, SERVER_BUSY);
        st->busy++;
        server->task = NO_TASK;
        server->began = w->sim.now;
        server->next_held = UINT32_MAX;
        last->next_held = (uint32_t)(server - st->individuals->servers);
        last = server;
    }
}

/* Tasks in service, where some have several servers. */
static void in_service(const struct world *w, struct station *st, int more)
{
    if (!st->model->counted)
        return;
    crowd_clock(w, st);
    st->served_tasks = (uint32_t)((int)st->served_tasks + more);
}

/* The server turns to the task. Returns true if it holds the server now and can move on at once. */
static bool start(struct world *w, struct station *st, struct server *server, uint32_t ti)
{
    const struct station_model *m = st->model;
    struct individuals *all = st->individuals;
    struct task *t = &w->tasks[ti];
    struct stint *stint = task_stint(w, ti);
    const double now = w->sim.now;
    if (m->impatient)
        patience_over(w, ti);
    if (m->drops)
        drop_settle(w, st, now - t->since);
    if (m->keep_alive != NULL)
        alarm_clear(w, server->returns);
    individual_set(all, server, SERVER_BUSY);
    st->busy++;
    stint->waited += now - stint->begun;
    t->wait += now - stint->begun;
    stint->begun = now;
    stint->server = (uint32_t)(server - all->servers);
    stint->cost = m->switch_cost == NULL ? 0.0 : dist_draw(m->switch_cost, &st->line.stream);
    server->task = NO_TASK;
    server->began = now;
    server->next_held = UINT32_MAX;
    const uint32_t count = m->counted ? counted_needs(w, ti) : 1;
    in_service(w, st, 1);
    take_more(w, st, server, count - 1);
    if (t->resuming == 0 && task_op(w, ti)->code != OP_TAKE) {
        server->task = ti;
        task_is(w, ti, TASK_VISITING);
        if (server->speed > 0.0)
            task_schedule(w, ti, now + (stint->cost + stint->left / server->speed), EV_SERVICE_END);
        return false;
    }
    tally_add(&st->wait, stint->waited);
    const uint8_t place = t->resuming != 0 ? (uint8_t)(t->resuming - 1) : t->holds;
    const bool now_on = stint_hold(w, st, ti);
    task_holdings(w, ti)[place].count = (uint16_t)count;
    return now_on;
}

/* The next in order, if there are enough idle servers for it; it then has left the line. NO_TASK: none, or it has to wait on. */
static uint32_t next_in_line(struct world *w, struct station *st)
{
    if (st->head == NO_TASK) {
        const uint32_t ti = st->resumed.first != NO_TASK ? task_list_take(&st->resumed, w->tasks)
                            : st->line.count > 0         ? st->model->pop(&st->line, w->tasks)
                                                         : NO_TASK;
        if (!st->model->counted || ti == NO_TASK)
            return ti;
        st->head = ti;
    }
    const uint32_t ti = st->head;
    if (counted_needs(w, ti) > st->individuals->idle)
        return NO_TASK;
    st->head = NO_TASK;
    return ti;
}

void individual_fill(struct world *w, struct station *st)
{
    if (st->model->shape != &station_individual) /* those in service there are station_share's business */
        return;
    while (st->individuals->idle > 0) {
        const uint32_t ti = next_in_line(w, st);
        if (ti == NO_TASK)
            break;
        if (start(w, st, idle_server(st), ti))
            ready_push(w, ti);
    }
    if (st->model->setup == NULL)
        return;
    individual_warm(w, st);
    /* Those whose time was over while somebody waited for several have it again. */
    for (uint32_t i = 0; st->model->counted && st->head == NO_TASK && i < st->individuals->count; i++) {
        struct server *server = &st->individuals->servers[i];
        if (server->state == SERVER_IDLE && !w->alarms[server->returns].timer.set)
            individual_keep(w, st, server);
    }
}

static bool join(struct world *w, struct station *st, uint32_t ti)
{
    const struct station_model *m = st->model;
    struct task *t = &w->tasks[ti];
    station_clock(w, st);
    individual_clock(w, st);
    st->present++;
    check_joined(&st->check, w->sim.now, NULL);
    *task_stint(w, ti) = (struct stint){.left = t->demand, .begun = w->sim.now, .server = UINT32_MAX};
    if (st->individuals->idle > 0 && (!m->counted || (st->head == NO_TASK && st->line.count == 0 && st->resumed.first == NO_TASK &&
                                                      st->individuals->idle >= counted_needs(w, ti))))
        return start(w, st, idle_server(st), ti);
    if (m->counted)
        counted_yield(w, st, t->resuming != 0 && m->resume_first);
    if (m->keyed)
        station_key(w, st, ti);
    if (t->resuming != 0 && m->resume_first)
        task_list_append(&st->resumed, w->tasks, ti);
    else if (!m->push(&st->line, w->tasks, ti))
        w->failed = w->sim.stop = true;
    task_is(w, ti, TASK_VISITING);
    if (m->impatient && t->resuming == 0)
        patience_begin(w, ti);
    individual_wake(w, st);
    if (m->counted)
        individual_fill(w, st);
    else if (m->setup != NULL)
        individual_warm(w, st);
    return false;
}

/* The server has nothing in hand. */
void individual_free(struct world *w, struct station *st, struct server *server)
{
    struct individuals *all = st->individuals;
    server->task = NO_TASK;
    if (server->leaving) {
        server->leaving = false;
        individual_set(all, server, SERVER_OFF);
        return;
    }
    if (server->broken) {
        individual_set(all, server, SERVER_DOWN);
        return;
    }
    server->idle_since = w->sim.now;
    individual_set(all, server, SERVER_IDLE);
    individual_fill(w, st);
    if (server->state != SERVER_IDLE)
        return;
    if (st->model->vacation != NULL || st->model->rest_until > 0)
        individual_go_away(w, st, server);
    else if (st->model->setup != NULL)
        individual_keep(w, st, server);
}

/* The task's stint is over or broken off: what it came to. */
static void end_stint(struct world *w, const struct station *st, uint32_t ti)
{
    struct stint *stint = task_stint(w, ti);
    const struct server *server = &st->individuals->servers[stint->server];
    const double elapsed = w->sim.now - stint->begun;
    const double cost = elapsed < stint->cost ? elapsed : stint->cost;
    w->tasks[ti].service += elapsed - cost;
    task_more(w, ti)->overhead += cost;
    w->kinds[w->tasks[ti].kind].served += elapsed - cost;
    stint->served += elapsed - cost;
    stint->left -= (elapsed - cost) * server->speed;
    if (stint->left < 0.0)
        stint->left = 0.0;
    stint->begun = w->sim.now;
    stint->server = UINT32_MAX;
}

void individual_speed(struct world *w, struct station *st, double speed)
{
    struct individuals *all = st->individuals;
    st->speed = speed;
    for (uint32_t i = 0; i < all->count; i++) {
        struct server *server = &all->servers[i];
        if (server->state == SERVER_BUSY && server->task != NO_TASK) {
            struct stint *stint = task_stint(w, server->task);
            const double cost = stint->cost - (w->sim.now - stint->begun); /* left of a switch */
            end_stint(w, st, server->task);
            stint->server = i;
            stint->cost = cost > 0.0 ? cost : 0.0;
        }
        server->speed = st->model->speeds[i] * speed;
        if (server->state != SERVER_BUSY || server->task == NO_TASK)
            continue;
        const struct stint *stint = task_stint(w, server->task);
        if (speed > 0.0)
            task_schedule(w, server->task, w->sim.now + (stint->cost + stint->left / server->speed), EV_SERVICE_END);
        else
            timer_clear(&task_stay(w, server->task)->timer);
    }
}

static void finish(struct world *w, struct station *st, uint32_t ti)
{
    struct individuals *all = st->individuals;
    struct server *server = &all->servers[task_stint(w, ti)->server];
    individual_clock(w, st);
    end_stint(w, st, ti);
    tally_add(&st->wait, task_stint(w, ti)->waited);
    in_service(w, st, -1);
    st->present--;
    if (st->model->limit != NULL)
        individual_adapt(w, st, server, false);
    st->busy--;
    individual_free(w, st, server);
}

/* The task gives a server back, not having come to where it would: it was withdrawn, or has ended. */
static bool broken_off(const struct world *w, uint32_t ti)
{
    const enum opcode code = task_op(w, ti)->code;
    return code != OP_GIVE && code != OP_AWAIT && code != OP_ACKNOWLEDGE && code != OP_DISARM;
}

static void give_back(struct world *w, struct station *st, uint32_t ti, const struct holding *holding)
{
    individual_clock(w, st);
    st->present--;
    if (st->model->limit != NULL)
        individual_adapt(w, st, &st->individuals->servers[holding->server], broken_off(w, ti));
    in_service(w, st, -1);
    for (uint32_t i = holding->server; i != UINT32_MAX;) {
        struct server *server = &st->individuals->servers[i];
        i = st->model->counted ? server->next_held : UINT32_MAX;
        st->busy--;
        individual_free(w, st, server);
    }
}

static bool among(const struct task_list *list, const struct task *tasks, uint32_t ti)
{
    uint32_t other = list->first;
    while (other != NO_TASK && other != ti)
        other = tasks[other].next;
    return other == ti;
}

/* Its parts have been brought up by the caller. */
static void withdraw(struct world *w, struct station *st, uint32_t ti)
{
    struct stint *stint = task_stint(w, ti);
    station_clock(w, st);
    individual_clock(w, st);
    check_left(&st->check, w->sim.now, NULL);
    st->present--;
    if (stint->server != UINT32_MAX) {
        struct server *server = &st->individuals->servers[stint->server];
        stint->server = UINT32_MAX;
        if (st->model->limit != NULL)
            individual_adapt(w, st, server, true);
        in_service(w, st, -1);
        st->busy--;
        individual_free(w, st, server);
        return;
    }
    if (st->head == ti) {
        st->head = NO_TASK;
    } else if (among(&st->resumed, w->tasks, ti)) {
        task_list_remove(&st->resumed, w->tasks, ti);
    } else {
        st->model->remove(&st->line, w->tasks, ti);
    }
    if (st->model->counted)
        individual_fill(w, st);
}

/* One who waited has lost patience: others may go on that waited behind it. */
static void gone(struct world *w, struct station *st)
{
    if (!st->model->counted)
        return;
    individual_clock(w, st);
    individual_fill(w, st);
}

/* The server breaks under its task, which goes back to the head of its line, or is lost. */
void individual_interrupt(struct world *w, struct station *st, struct server *server)
{
    const uint32_t ti = server->task;
    struct stint *stint = task_stint(w, ti);
    end_stint(w, st, ti);
    timer_clear(&task_stay(w, ti)->timer);
    in_service(w, st, -1);
    st->busy--;
    server->task = NO_TASK;
    individual_set(st->individuals, server, SERVER_DOWN);
    if (st->model->broken_task == BROKEN_LOST) {
        st->present--;
        check_left(&st->check, w->sim.now, NULL);
        task_is(w, ti, TASK_WALKING);
        station_give_all(w, ti);
        world_task_end(w, ti, TASK_LOST);
        return;
    }
    if (st->model->broken_task == BROKEN_RESTARTS)
        stint->left = w->tasks[ti].demand;
    if (st->model->counted)
        counted_yield(w, st, true);
    if (st->line.by_class != NULL && st->model->by_class) {
        line_prepend(&st->line, &st->line.by_class[w->links[ti].class], w->tasks, ti);
        st->line.count++;
    } else {
        task_list_prepend(&st->resumed, w->tasks, ti);
    }
}

/* Per speed of the servers that are there, broken ones included; of all if none is. */
static double work(const struct world *w, const struct station *st)
{
    const struct individuals *all = st->individuals;
    double sum = waiting_work(w, st), there = 0.0, ever = 0.0;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct server *server = &all->servers[i];
        ever += st->model->speeds[i];
        there += server->state > SERVER_STARTING ? st->model->speeds[i] : 0.0;
        if (server->state != SERVER_BUSY)
            continue;
        if (server->task == NO_TASK) {
            sum += st->model->visit_mean;
            continue;
        }
        const struct stint *stint = task_stint(w, server->task);
        const double elapsed = w->sim.now - stint->begun;
        const double left = elapsed < stint->cost ? stint->left + (stint->cost - elapsed) * server->speed : stint->left - (elapsed - stint->cost) * server->speed;
        sum += left > 0.0 ? left : 0.0;
    }
    return sum / (there > 0.0 ? there : ever);
}

const struct station_shape station_individual = {
    .work = work,
    .join = join,
    .serve_next = individual_fill,
    .give_back = give_back,
    .finish = finish,
    .account = stint_account,
    .withdraw = withdraw,
    .gone = gone,
};
