#include "models/polling.h"

#include "models/alarm.h"
#include "models/patience.h"
#include "models/stint.h"
#include "models/visit_waiting.h"

#include <math.h>
#include <stdlib.h>

struct polling *polling_new(const struct station_model *m)
{
    struct polling *all = calloc(1, sizeof *all + m->servers * sizeof *all->servers);
    if (all == NULL)
        return NULL;
    all->servers = (struct polling_server *)(void *)(all + 1);
    all->count = m->servers;
    return all;
}

/* When its service will be over, at the speed of the environment; at none: never. */
static void set_end(struct world *w, struct station *st, uint32_t ti)
{
    const struct stint *stint = task_stint(w, ti);
    if (st->speed > 0.0)
        task_schedule(w, ti, stint->begun + (stint->cost + stint->left / st->speed), EV_SERVICE_END);
    else
        timer_clear(&task_stay(w, ti)->timer);
}

/* What has been done so far, at the speed up to now. */
static void count_so_far(struct world *w, struct station *st, uint32_t ti)
{
    struct stint *stint = task_stint(w, ti);
    struct parts parts = {0};
    stint_account(w, st, ti, &parts);
    w->tasks[ti].service += parts.service;
    task_more(w, ti)->overhead += parts.overhead;
    w->kinds[w->tasks[ti].kind].served += parts.service;
    stint->left = fmax(stint->left - parts.service * st->speed, 0.0);
    stint->cost -= parts.overhead;
    stint->begun = w->sim.now;
}

void polling_speed(struct world *w, struct station *st, double speed)
{
    struct polling *all = st->polling;
    for (uint32_t i = 0; i < all->count; i++)
        if (all->servers[i].task != NO_TASK)
            count_so_far(w, st, all->servers[i].task);
    st->speed = speed;
    for (uint32_t i = 0; i < all->count; i++)
        if (all->servers[i].task != NO_TASK)
            set_end(w, st, all->servers[i].task);
}

/* The server turns to the task, which has left its line. Returns true if it holds the server now and can move on. */
static bool start(struct world *w, struct station *st, struct polling_server *server, uint32_t ti)
{
    const struct station_model *m = st->model;
    struct task *t = &w->tasks[ti];
    struct stint *stint = task_stint(w, ti);
    const double now = w->sim.now, waited = now - stint->begun;
    if (m->impatient)
        patience_over(w, ti);
    if (w->model->weighed)
        st->line_work -= station_task_work(w, st, ti);
    st->busy++;
    server->served++;
    t->wait += waited;
    tally_add(&st->wait, waited);
    stint->begun = now;
    stint->server = (uint32_t)(server - st->polling->servers);
    stint->cost = m->switch_cost == NULL ? 0.0 : dist_draw(m->switch_cost, &st->line.stream);
    if (t->resuming == 0 && task_op(w, ti)->code != OP_TAKE) {
        server->task = ti;
        if (m->environment == NULL)
            task_schedule(w, ti, now + (stint->cost + t->demand), EV_SERVICE_END);
        else
            set_end(w, st, ti);
        return false;
    }
    return stint_hold(w, st, ti);
}

/* A visit begins. */
static void open_visit(struct station *st, struct polling_server *server)
{
    server->gate = st->line.sequence;
    server->served = 0;
}

/* The task that the server serves next in this visit; NO_TASK: the visit is over. */
static uint32_t next_of_visit(const struct world *w, const struct station *st, const struct polling_server *server)
{
    const uint32_t ti = st->line.by_class[server->at].first;
    if (ti == NO_TASK)
        return NO_TASK;
    switch (st->model->told.visit) {
    case VISIT_EXHAUSTIVE:
        break;
    case VISIT_GATED:
        return task_stint(w, ti)->sequence < server->gate ? ti : NO_TASK;
    case VISIT_LIMITED:
        return server->served < st->model->told.limit ? ti : NO_TASK;
    }
    return ti;
}

static void rest(struct station *st, struct polling_server *server, bool rests)
{
    server->rests = rests;
    st->polling->resting += rests ? 1U : -1U;
    if (st->model->told.switch_over == NULL)
        st->idle = st->polling->resting;
}

/* On the way to the next line. */
static void walk(struct world *w, struct station *st, struct polling_server *server)
{
    if (++server->at == st->line.classes)
        server->at = 0;
    if (st->model->told.switch_over != NULL)
        alarm_set(w, server->alarm, w->sim.now + dist_draw(st->model->told.switch_over, &st->line.stream), RANK_COMPLETION);
    else
        open_visit(st, server);
}

/* The server, which is at a line and has nothing in hand, goes on. Returns the task that holds it now and can move on at
 * once, or NO_TASK. */
static uint32_t go_on(struct world *w, struct station *st, struct polling_server *server)
{
    const struct discipline_told *told = &st->model->told;
    for (;;) {
        const uint32_t ti = next_of_visit(w, st, server);
        if (ti != NO_TASK) {
            line_take(&st->line, &st->line.by_class[server->at], w->tasks);
            st->line.count--;
            return start(w, st, server, ti) ? ti : NO_TASK;
        }
        if (told->stays && st->line.count == 0) {
            rest(st, server, true);
            return NO_TASK;
        }
        walk(w, st, server);
        if (told->switch_over != NULL)
            return NO_TASK;
    }
}

static void go_on_ready(struct world *w, struct station *st, struct polling_server *server)
{
    const uint32_t ti = go_on(w, st, server);
    if (ti != NO_TASK)
        ready_push(w, ti);
}

static void on_come(struct world *w, struct alarm *alarm)
{
    struct station *st = &w->stations[alarm->subject];
    struct polling_server *server = &st->polling->servers[alarm->number];
    station_clock(w, st);
    open_visit(st, server);
    go_on_ready(w, st, server);
    check_station(st);
}

/* A task has joined line `at`: the resting server with the shortest way to it starts. As go_on. */
static uint32_t wake(struct world *w, struct station *st, uint32_t at)
{
    struct polling *all = st->polling;
    const uint32_t lines = st->line.classes;
    struct polling_server *nearest = NULL;
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < all->count; i++) {
        const uint32_t way = at >= all->servers[i].at ? at - all->servers[i].at : at + lines - all->servers[i].at;
        if (all->servers[i].rests && way < least) {
            least = way;
            nearest = &all->servers[i];
        }
    }
    rest(st, nearest, false);
    open_visit(st, nearest);
    return go_on(w, st, nearest);
}

static bool join(struct world *w, struct station *st, uint32_t ti)
{
    const struct station_model *m = st->model;
    struct line *line = &st->line;
    station_clock(w, st);
    st->present++;
    check_joined(&st->check, w->sim.now, NULL);
    *task_stint(w, ti) = (struct stint){.left = w->tasks[ti].demand,
                                        .begun = w->sim.now,
                                        .server = UINT32_MAX,
                                        .sequence = line->sequence++};
    if (!m->push(line, w->tasks, ti))
        w->failed = w->sim.stop = true;
    task_is(w, ti, TASK_VISITING);
    if (w->model->weighed)
        st->line_work += station_task_work(w, st, ti);
    if (m->impatient && w->tasks[ti].resuming == 0)
        patience_begin(w, ti);
    if (st->polling->resting == 0)
        return false;
    const uint32_t class = line->list_by_class ? w->links[ti].class : w->tasks[ti].kind;
    const uint32_t served = wake(w, st, line->list_of[class]);
    if (served != NO_TASK && served != ti)
        ready_push(w, served);
    return served == ti;
}

/* The server has nothing in hand any more. */
static void freed(struct world *w, struct station *st, uint32_t server)
{
    st->present--;
    st->busy--;
    st->polling->servers[server].task = NO_TASK;
    go_on_ready(w, st, &st->polling->servers[server]);
}

static void finish(struct world *w, struct station *st, uint32_t ti)
{
    const struct stint *stint = task_stint(w, ti);
    struct task *t = &w->tasks[ti];
    if (st->model->environment != NULL) {
        count_so_far(w, st, ti);
    } else {
        t->service += t->demand;
        task_more(w, ti)->overhead += stint->cost;
        w->kinds[t->kind].served += t->demand;
    }
    freed(w, st, stint->server);
}

static void give_back(struct world *w, struct station *st, uint32_t ti, const struct holding *holding)
{
    (void)ti;
    freed(w, st, holding->server);
}

/* Its parts have been brought up by the caller. */
static void withdraw(struct world *w, struct station *st, uint32_t ti)
{
    struct stint *stint = task_stint(w, ti);
    station_clock(w, st);
    check_left(&st->check, w->sim.now, NULL);
    if (stint->server == UINT32_MAX) {
        st->present--;
        if (w->model->weighed)
            st->line_work -= station_task_work(w, st, ti);
        st->model->remove(&st->line, w->tasks, ti);
        return;
    }
    freed(w, st, stint->server);
}

void polling_begin(struct world *w, struct station *st)
{
    struct polling *all = st->polling;
    const uint32_t station = (uint32_t)(st - w->stations);
    st->idle = 0;
    all->resting = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        all->servers[i] = (struct polling_server){.at = i % st->line.classes, .task = NO_TASK, .alarm = alarm_new(w, on_come, station, i)};
        if (w->failed)
            return;
        alarm_set(w, all->servers[i].alarm, 0.0, RANK_EXPIRY);
    }
}

static double work(const struct world *w, const struct station *st)
{
    const struct polling *all = st->polling;
    double sum = waiting_work(w, st);
    uint32_t served = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        if (all->servers[i].task == NO_TASK)
            continue;
        const struct stint *stint = task_stint(w, all->servers[i].task);
        const double elapsed = w->sim.now - stint->begun;
        const double left = elapsed < stint->cost ? stint->cost - elapsed + stint->left : stint->left - (elapsed - stint->cost) * st->speed;
        sum += left > 0.0 ? left : 0.0;
        served++;
    }
    return (sum + (st->busy - served) * st->model->visit_mean) / all->count;
}

const struct station_shape station_polling = {
    .work = work,
    .join = join,
    .finish = finish,
    .give_back = give_back,
    .account = stint_account,
    .withdraw = withdraw,
};
