#include "models/batch.h"

#include "models/alarm.h"
#include "models/crowd.h"
#include "models/patience.h"
#include "models/stint.h"
#include "models/visit_waiting.h"

#include <math.h>
#include <stdlib.h>

struct batch_servers *batch_servers_new(const struct station_model *m)
{
    struct batch_servers *all = calloc(1, sizeof *all + m->servers * sizeof *all->servers);
    if (all == NULL)
        return NULL;
    all->servers = (struct batch_server *)(void *)(all + 1);
    all->count = m->servers;
    return all;
}

/* When its batch will be done, at the speed of now; at none: never. */
static void set_end(struct world *w, const struct station *st, const struct batch_server *server)
{
    if (st->speed > 0.0)
        alarm_set(w, server->alarm, server->begun + (server->cost + server->left / st->speed), RANK_COMPLETION);
    else
        alarm_clear(w, server->alarm);
}

void batch_speed(struct world *w, struct station *st, double speed)
{
    struct batch_servers *all = st->batches;
    for (uint32_t i = 0; i < all->count; i++) {
        struct batch_server *server = &all->servers[i];
        const double elapsed = w->sim.now - server->begun, cost = fmin(elapsed, server->cost);
        server->left = fmax(server->left - (elapsed - cost) * st->speed, 0.0);
        server->cost -= cost;
        server->begun = w->sim.now;
    }
    st->speed = speed;
    for (uint32_t i = 0; i < all->count; i++)
        if (all->servers[i].busy)
            set_end(w, st, &all->servers[i]);
}

/* The first so many of the line are served together. */
static void start(struct world *w, struct station *st, uint32_t size)
{
    const struct station_model *m = st->model;
    struct batch_servers *all = st->batches;
    const double now = w->sim.now;
    uint32_t i = 0;
    while (all->servers[i].busy)
        i++;
    struct batch_server *server = &all->servers[i];
    const double cost = m->switch_cost == NULL ? 0.0 : dist_draw(m->switch_cost, &st->line.stream);
    double time = m->batch_per_task * size;
    crowd_clock(w, st);
    st->idle--;
    st->busy++;
    st->served_tasks += size;
    server->busy = true;
    server->count = size;
    task_list_init(&server->tasks);
    for (uint32_t n = 0; n < size; n++) {
        const uint32_t ti = m->pop(&st->line, w->tasks);
        struct task *t = &w->tasks[ti];
        struct stint *stint = task_stint(w, ti);
        if (m->impatient)
            patience_over(w, ti);
        if (n == 0)
            time += t->demand;
        tally_add(&st->wait, now - t->since);
        t->wait += now - t->since;
        stint->begun = now;
        stint->cost = cost;
        stint->left = time;
        stint->server = i;
        task_list_append(&server->tasks, w->tasks, ti);
    }
    server->begun = now;
    server->cost = cost;
    server->left = time;
    set_end(w, st, server);
}

struct oldest {
    const struct world *w;
    uint32_t task;
};

static void older(void *oldest, uint32_t ti)
{
    struct oldest *o = oldest;
    if (o->task == NO_TASK || o->w->tasks[ti].since < o->w->tasks[o->task].since)
        o->task = ti;
}

/* Who has waited longest; fewer than a full batch wait. */
static uint32_t longest_waiting(const struct world *w, const struct station *st)
{
    struct oldest oldest = {w, NO_TASK};
    if (st->model->in_order)
        return st->line.list.first;
    visit_waiting(w, st, older, &oldest);
    return oldest.task;
}

/* When the one who has waited longest has waited long enough. */
static double deadline(struct world *w, struct station *st)
{
    struct batch_servers *all = st->batches;
    const uint32_t head = longest_waiting(w, st);
    const double since = w->tasks[head].since;
    if (all->head != head || all->head_since != since) {
        all->head = head;
        all->head_since = since;
        all->head_deadline = since + dist_draw(st->model->batch_wait, &st->line.stream);
    }
    return all->head_deadline;
}

static void fill(struct world *w, struct station *st)
{
    const struct station_model *m = st->model;
    alarm_clear(w, st->batches->wait_alarm);
    while (st->idle > 0 && st->line.count > 0) {
        if (st->line.count >= m->batch_max) {
            start(w, st, m->batch_max);
            continue;
        }
        if (st->line.count < m->batch_min)
            return;
        if (m->batch_wait != NULL && deadline(w, st) > w->sim.now) {
            alarm_set(w, st->batches->wait_alarm, st->batches->head_deadline, RANK_EXPIRY);
            return;
        }
        start(w, st, st->line.count);
    }
}

static void on_wait(struct world *w, struct alarm *alarm)
{
    struct station *st = &w->stations[alarm->subject];
    station_clock(w, st);
    fill(w, st);
    check_station(st);
}

static void on_end(struct world *w, struct alarm *alarm)
{
    struct station *st = &w->stations[alarm->subject];
    struct batch_server *server = &st->batches->servers[alarm->number];
    station_clock(w, st);
    crowd_clock(w, st);
    const struct task_list done = server->tasks;
    for (uint32_t ti = done.first; ti != NO_TASK; ti = w->tasks[ti].next) {
        struct task *t = &w->tasks[ti];
        const struct stint *stint = task_stint(w, ti);
        t->service += w->sim.now - stint->begun - stint->cost;
        task_more(w, ti)->overhead += stint->cost;
        w->kinds[t->kind].served += w->sim.now - stint->begun - stint->cost;
        tally_add(&st->response, w->sim.now - t->since);
        check_left(&st->check, w->sim.now, NULL);
        st->present--;
    }
    st->served_tasks -= server->count;
    server->busy = false;
    st->busy--;
    st->idle++;
    fill(w, st);
    check_station(st);
    for (uint32_t ti = done.first; ti != NO_TASK;) {
        const uint32_t next = w->tasks[ti].next;
        task_is(w, ti, TASK_WALKING);
        w->tasks[ti].step++;
        ready_push(w, ti);
        ti = next;
    }
}

static bool join(struct world *w, struct station *st, uint32_t ti)
{
    station_clock(w, st);
    st->present++;
    check_joined(&st->check, w->sim.now, NULL);
    *task_stint(w, ti) = (struct stint){.server = UINT32_MAX, .begun = w->sim.now};
    if (st->model->keyed)
        station_key(w, st, ti);
    if (!st->model->push(&st->line, w->tasks, ti))
        w->failed = w->sim.stop = true;
    task_is(w, ti, TASK_VISITING);
    if (st->model->impatient)
        patience_begin(w, ti);
    if (st->model->batch_wait == NULL && st->idle > 0 && st->line.count < st->model->batch_max)
        alarm_set(w, st->batches->wait_alarm, w->sim.now, RANK_EXPIRY); /* with all who come at this instant */
    else
        fill(w, st);
    return false;
}

/* The others of its batch go on; if there are none the server is free. */
static void withdraw(struct world *w, struct station *st, uint32_t ti)
{
    const struct stint *stint = task_stint(w, ti);
    station_clock(w, st);
    crowd_clock(w, st);
    check_left(&st->check, w->sim.now, NULL);
    st->present--;
    if (stint->server == UINT32_MAX) {
        st->model->remove(&st->line, w->tasks, ti);
    } else {
        struct batch_server *server = &st->batches->servers[stint->server];
        task_list_remove(&server->tasks, w->tasks, ti);
        st->served_tasks--;
        if (--server->count == 0) {
            alarm_clear(w, server->alarm);
            server->busy = false;
            st->busy--;
            st->idle++;
        }
    }
    fill(w, st);
}

void batch_servers_begin(struct world *w, struct station *st)
{
    struct batch_servers *all = st->batches;
    const uint32_t station = (uint32_t)(st - w->stations);
    all->head = NO_TASK;
    all->wait_alarm = alarm_new(w, on_wait, station, 0);
    for (uint32_t i = 0; i < all->count; i++)
        all->servers[i] = (struct batch_server){.alarm = alarm_new(w, on_end, station, i)};
}

/* A batch in service has the time that is left of it; those who wait have each their own, for it is not known who will be
 * together. */
static double work(const struct world *w, const struct station *st)
{
    double sum = waiting_work(w, st);
    for (uint32_t i = 0; i < st->batches->count; i++) {
        const struct batch_server *server = &st->batches->servers[i];
        if (!server->busy)
            continue;
        const double elapsed = w->sim.now - server->begun;
        const double left = elapsed < server->cost ? server->cost - elapsed + server->left : server->left - (elapsed - server->cost) * st->speed;
        sum += left > 0.0 ? left : 0.0;
    }
    return sum / st->model->servers;
}

const struct station_shape station_batch = {
    .work = work,
   .join = join, .account = stint_account, .withdraw = withdraw, .gone = fill};
