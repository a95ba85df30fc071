/* plain_ps.h: processor sharing among servers that are always there and of full speed, whose tasks nobody takes away: by far the
 * commonest sharing, so that what happens at each event of it is inlined here. It does what the general way (models/station.c,
 * models/discipline/ps.c) does, bit for bit. */
#ifndef MODELS_PLAIN_PS_H
#define MODELS_PLAIN_PS_H

#include "models/discipline/ps.h"
#include "models/station.h"

#include <float.h>

/* Work shared in virtual time comes back rounded: some units in the last place of the clock. */
#define SHARING_ROUNDING (64.0 * DBL_EPSILON)

/* As station_clock, where nothing is ever set up. */
static inline void plain_bring_up(struct station *st, double now)
{
    const double elapsed = now - st->since;
    st->busy_area += (double)st->busy * elapsed;
    st->present_area += (double)st->present * elapsed;
    st->since = now;
}

/* Somebody has come to station number `at` or left it. */
static inline void plain_ps_changed(struct world *w, struct station *st, uint32_t at, double now)
{
    const uint32_t servers = st->model->servers;
    st->busy = st->present < servers ? st->present : servers;
    if (st->present > 0)
        timer_move(&w->sim.calendar, &st->timer, ps_next(&st->sharing, now, false), RANK_COMPLETION, EV_SHARED_END, at);
}

/* The task, its demand drawn, joins. */
static inline void plain_ps_join(struct world *w, struct station *st, uint32_t at, uint32_t ti, double now)
{
    plain_bring_up(st, now);
    st->present++;
    check_joined(&st->check, now, NULL);
    w->tasks[ti].since = now;
    if (!ps_join(&st->sharing, now, ti, w->tasks[ti].demand, false))
        w->failed = w->sim.stop = true;
    else
        plain_ps_changed(w, st, at, now);
}

/* Its timer went off: the task that is done, which has yet to move on; NO_TASK: none is. */
static inline uint32_t plain_ps_end(struct world *w, const struct event *e)
{
    struct station *st = &w->stations[e->subject];
    if (!timer_due(&w->sim.calendar, &st->timer, e)) {
        w->sim.events--;
        return NO_TASK;
    }
    const double now = e->time;
    plain_bring_up(st, now);
    const uint32_t ti = ps_finish(&st->sharing, now);
    st->present--;
    plain_ps_changed(w, st, e->subject, now);
    struct task *t = &w->tasks[ti];
    const double response = now - t->since, all = response - t->demand;
    /* What the clock's last digits cannot tell from none is none; nobody is served faster than at full speed. */
    const double wait = all < SHARING_ROUNDING * now ? 0.0 : all;
    t->wait += wait;
    t->service += t->demand;
    tally_add(&st->wait, wait);
    tally_add(&st->response, response);
    check_left(&st->check, now, NULL);
    check_station(st);
    t->step++;
    return ti;
}

#endif
