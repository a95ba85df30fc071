/* Stations whose servers are shared by all who are there. */
#include "models/environment.h"
#include "models/individual.h"
#include "models/paced.h"
#include "models/plain_ps.h"
#include "models/preempt.h"

static void sharing_changed(struct world *w, struct station *st)
{
    const uint32_t servers = st->individuals == NULL ? st->model->servers : st->individuals->idle;
    if (st->individuals != NULL)
        individual_clock(w, st);
    st->busy = st->present < servers ? st->present : servers;
    if (st->present > 0)
        work_timer(w, st, st->model->discipline->next(&st->sharing, work_clock(w, st)));
}

void station_share(struct world *w, struct station *st)
{
    if (st->model->shape == &station_preemptive)
        preempt_servers(w, st, st->individuals->idle);
    if (!st->model->sharing)
        return;
    station_clock(w, st);
    st->model->discipline->change(&st->sharing, work_clock(w, st), st->individuals->idle);
    sharing_changed(w, st);
}

static bool join_sharing(struct world *w, struct station *st, uint32_t ti)
{
    if (st->model->plain_ps) {
        plain_ps_join(w, st, (uint32_t)(st - w->stations), ti, w->sim.now);
        return false;
    }
    station_clock(w, st);
    st->present++;
    check_joined(&st->check, w->sim.now, NULL);
    st->sharing.kind = w->model->linked ? w->links[ti].weight : w->tasks[ti].kind;
    if (!st->model->discipline->join(&st->sharing, work_clock(w, st), ti, w->tasks[ti].demand))
        w->failed = w->sim.stop = true;
    else
        sharing_changed(w, st);
    task_is(w, ti, TASK_SHARED);
    return false;
}

static void account_sharing(const struct world *w, const struct station *st, uint32_t ti, struct parts *parts)
{
    const struct task *t = &w->tasks[ti];
    const double elapsed = w->sim.now - t->since;
    double served = t->demand - st->model->discipline->left(&st->sharing, work_clock(w, st), ti);
    if (st->model->environment != NULL && served > elapsed)
        served = elapsed; /* faster than at full speed */
    parts->service += served;
    parts->wait += elapsed - served;
}

static void withdraw_sharing(struct world *w, struct station *st, uint32_t ti)
{
    station_clock(w, st);
    st->model->discipline->leave(&st->sharing, work_clock(w, st), ti);
    st->present--;
    check_left(&st->check, w->sim.now, NULL);
    if (st->present == 0)
        timer_clear(&st->timer);
    sharing_changed(w, st);
}

const struct station_shape station_sharing = {
    .join = join_sharing, .withdraw = withdraw_sharing, .account = account_sharing};

void station_on_shared_end(void *world, const struct event *e)
{
    struct world *w = world;
    struct station *st = &w->stations[e->subject];
    if (st->model->plain_ps) {
        const uint32_t done = plain_ps_end(w, e);
        if (done != NO_TASK)
            world_advance(w, done, true);
        return;
    }
    if (!timer_due(&w->sim.calendar, &st->timer, e)) {
        w->sim.events--;
        return;
    }
    work_reached(w, st);
    if (st->model->inner != NULL) {
        paced_on_end(w, st);
        return;
    }
    station_clock(w, st);
    const uint32_t ti = st->model->discipline->finish(&st->sharing, work_clock(w, st));
    if (ti == NO_TASK) {
        sharing_changed(w, st);
        return;
    }
    st->present--;
    sharing_changed(w, st);
    struct task *t = &w->tasks[ti];
    const double response = w->sim.now - t->since;
    double wait = response - t->demand;
    if (wait < SHARING_ROUNDING * w->sim.now)
        wait = 0.0; /* what the clock's last digits cannot tell from none; nobody is served faster than at
                       full speed */
    t->wait += wait;
    t->service += st->model->pace == NULL && st->model->environment == NULL ? t->demand : response - wait;
    tally_add(&st->wait, wait);
    tally_add(&st->response, response);
    check_left(&st->check, w->sim.now, NULL);
    check_station(st);
    if (w->model->interruptible) {
        w->kinds[t->kind].served += t->demand;
        task_is(w, ti, TASK_WALKING);
    }
    t->step++;
    world_advance(w, ti, true);
}
