/* Those in service are in the station's `sharing`, by the virtual time at which their work is done: as under processor
 * sharing, with another speed and at most as many as there are servers. */
#include "models/paced.h"

#include "models/drop.h"
#include "models/environment.h"
#include "models/patience.h"
#include "models/stint.h"
#include "models/visit_waiting.h"

static void changed(struct world *w, struct station *st)
{
    if (st->busy > 0)
        work_timer(w, st, st->model->inner->next(&st->sharing, work_clock(w, st)));
    else
        timer_clear(&st->timer);
}

static void start(struct world *w, struct station *st, uint32_t ti)
{
    struct task *t = &w->tasks[ti];
    struct stint *stint = task_stint(w, ti);
    if (st->model->impatient)
        patience_over(w, ti);
    if (st->model->drops)
        drop_settle(w, st, w->sim.now - t->since);
    st->busy++;
    if (st->idle != UNLIMITED)
        st->idle--;
    t->wait += w->sim.now - t->since;
    tally_add(&st->wait, w->sim.now - t->since);
    stint->begun = w->sim.now;
    stint->server = 0;
    double work = t->demand;
    if (st->model->switch_cost != NULL)
        work += dist_draw(st->model->switch_cost, &st->line.stream);
    if (!st->model->inner->join(&st->sharing, work_clock(w, st), ti, work))
        w->failed = w->sim.stop = true;
}

static bool join(struct world *w, struct station *st, uint32_t ti)
{
    station_clock(w, st);
    st->present++;
    check_joined(&st->check, w->sim.now, NULL);
    *task_stint(w, ti) = (struct stint){.server = UINT32_MAX, .begun = w->sim.now};
    task_is(w, ti, TASK_VISITING);
    if (st->idle > 0) {
        start(w, st, ti);
        changed(w, st);
        return false;
    }
    if (st->model->keyed)
        station_key(w, st, ti);
    if (!st->model->push(&st->line, w->tasks, ti))
        w->failed = w->sim.stop = true;
    if (st->model->impatient)
        patience_begin(w, ti);
    return false;
}

/* A server is free. */
static void next(struct world *w, struct station *st)
{
    st->busy--;
    if (st->idle != UNLIMITED)
        st->idle++;
    if (st->line.count > 0)
        start(w, st, st->model->pop(&st->line, w->tasks));
    changed(w, st);
}

void paced_on_end(struct world *w, struct station *st)
{
    station_clock(w, st);
    const uint32_t ti = st->model->inner->finish(&st->sharing, work_clock(w, st));
    struct task *t = &w->tasks[ti];
    const double served = w->sim.now - task_stint(w, ti)->begun;
    st->present--;
    t->service += served;
    w->kinds[t->kind].served += served;
    tally_add(&st->response, w->sim.now - t->since);
    check_left(&st->check, w->sim.now, NULL);
    next(w, st);
    check_station(st);
    task_is(w, ti, TASK_WALKING);
    t->step++;
    world_advance(w, ti, true);
}

static void account(const struct world *w, const struct station *st, uint32_t ti, struct parts *parts)
{
    const struct stint *stint = task_stint(w, ti);
    (void)st;
    *(stint->server == UINT32_MAX ? &parts->wait : &parts->service) += w->sim.now - stint->begun;
}

static void withdraw(struct world *w, struct station *st, uint32_t ti)
{
    station_clock(w, st);
    check_left(&st->check, w->sim.now, NULL);
    st->present--;
    if (task_stint(w, ti)->server == UINT32_MAX) {
        st->model->remove(&st->line, w->tasks, ti);
        return;
    }
    st->model->inner->leave(&st->sharing, work_clock(w, st), ti);
    next(w, st);
}

/* At speed 1, whatever their number makes of it. */
static double work(const struct world *w, const struct station *st)
{
    const double servers = st->model->servers == UNLIMITED ? 1.0 : (double)st->model->servers;
    return (waiting_work(w, st) + (st->busy > 0 ? st->model->inner->work(&st->sharing, work_clock(w, st)) : 0.0)) / servers;
}

const struct station_shape station_paced = {.work = work, .join = join, .account = account, .withdraw = withdraw};
