#include "models/environment.h"

#include "models/alarm.h"
#include "models/batch.h"
#include "models/individual.h"
#include "models/polling.h"
#include "models/preempt.h"

void work_timer(struct world *w, struct station *st, double at)
{
    const uint32_t station = (uint32_t)(st - w->stations);
    if (!(at < INFINITY)) { /* there are no servers */
        st->work_next = at;
        timer_clear(&st->timer);
        return;
    }
    if (st->model->environment == NULL) {
        timer_set(&w->sim.calendar, &st->timer, at, RANK_COMPLETION, EV_SHARED_END, station);
        return;
    }
    st->work_next = at;
    if (!(st->speed > 0.0)) {
        timer_clear(&st->timer);
        return;
    }
    const double left = at - work_clock(w, st);
    timer_set(&w->sim.calendar, &st->timer, w->sim.now + (left > 0.0 ? left / st->speed : 0.0), RANK_COMPLETION, EV_SHARED_END,
              station);
}

void work_reached(struct world *w, struct station *st)
{
    if (st->model->environment == NULL)
        return;
    st->worked = st->work_next;
    st->worked_since = w->sim.now;
}

static double speed_of(const struct world *w, const struct environment_spec *e)
{
    return e->states[w->environments[e - w->model->scenario->environments].state].speed;
}

static void set_speed(struct world *w, struct station *st, double speed)
{
    if (st->model->shape == &station_individual) {
        individual_speed(w, st, speed);
        return;
    }
    if (st->model->shape == &station_preemptive) {
        preempt_speed(w, st, speed);
        return;
    }
    if (st->model->shape == &station_batch) {
        batch_speed(w, st, speed);
        return;
    }
    if (st->model->shape == &station_polling) {
        polling_speed(w, st, speed);
        return;
    }
    station_clock(w, st);
    st->worked = work_clock(w, st);
    st->worked_since = w->sim.now;
    st->speed = speed;
    if (st->sharing.count > 0 && st->work_next < INFINITY)
        work_timer(w, st, st->work_next);
}

static void on_change(struct world *w, struct alarm *alarm)
{
    const struct environment_spec *e = &w->model->scenario->environments[alarm->subject];
    struct environment *now = &w->environments[alarm->subject];
    const double *next = &e->next[now->state * e->state_count];
    const double u = stream_uniform(&now->stream);
    uint32_t to = 0;
    while (to + 1 < e->state_count && !(u < next[to]))
        to++;
    now->state = to;
    alarm_set(w, now->alarm, w->sim.now + dist_draw(e->states[to].lasts, &now->stream), RANK_EXPIRY);
    for (uint32_t s = 0; s < w->model->part_count; s++)
        if (w->stations[s].model->environment == e && w->stations[s].model->group == NULL)
            set_speed(w, &w->stations[s], e->states[to].speed);
}

void environment_reset(struct world *w, uint64_t seed, uint64_t r)
{
    const struct scenario *s = w->model->scenario;
    for (size_t i = 0; i < s->environment_count; i++)
        w->environments[i] = (struct environment){
            .stream.state = stream_key(seed, r, STREAM_ENVIRONMENT, s->environments[i].name)};
    for (uint32_t i = 0; i < w->model->part_count; i++)
        w->stations[i].speed =
            w->model->stations[i].environment == NULL ? 1.0 : speed_of(w, w->model->stations[i].environment);
}

void environment_begin(struct world *w)
{
    const struct scenario *s = w->model->scenario;
    for (uint32_t i = 0; i < s->environment_count; i++) {
        struct environment *e = &w->environments[i];
        e->alarm = alarm_new(w, on_change, i, 0);
        if (w->failed)
            return;
        alarm_set(w, e->alarm, dist_draw(s->environments[i].states[0].lasts, &e->stream), RANK_EXPIRY);
    }
}
