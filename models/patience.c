#include "models/patience.h"

#include "models/preempt.h"

/* Of the key that draws here come from; unrelated to the task's own. */
#define PATIENCE_KEY UINT64_C(0x6A09E667F3BCC909)

/* Draw `which` (0: balking, 1: patience) at the line that the task has come to. */
static struct stream draw(const struct world *w, uint32_t ti, uint64_t which)
{
    const uint64_t key = stream_mix(w->tasks[ti].key ^ PATIENCE_KEY);
    return stream_draw(key, 2 * task_impatience(w, ti)->lines + which);
}

bool patience_balks(struct world *w, uint32_t present, uint32_t ti)
{
    const struct kind_model *kind = &w->model->kinds[w->tasks[ti].kind];
    task_impatience(w, ti)->lines++;
    if (kind->balk_count == 0)
        return false;
    const double p = kind->balk[present < kind->balk_count ? present : kind->balk_count - 1];
    if (p <= 0.0 || p >= 1.0)
        return p >= 1.0;
    struct stream s = draw(w, ti, 0);
    return stream_uniform(&s) < p;
}

void patience_begin(struct world *w, uint32_t ti)
{
    const struct dist *patience = w->model->kinds[w->tasks[ti].kind].patience;
    if (patience == NULL)
        return;
    struct stream s = draw(w, ti, 1);
    timer_set(&w->sim.calendar, &task_impatience(w, ti)->timer, w->sim.now + dist_draw(patience, &s),
              RANK_EXPIRY, EV_PATIENCE_END, ti);
}

void patience_on_end(void *world, const struct event *e)
{
    struct world *w = world;
    const uint32_t ti = e->subject;
    if (!timer_due(&w->sim.calendar, &task_impatience(w, ti)->timer, e)) {
        w->sim.events--;
        return;
    }
    struct task *t = &w->tasks[ti];
    struct station *st = task_station(w, ti);
    station_clock(w, st);
    if (w->model->weighed)
        st->line_work -= station_task_work(w, st, ti);
    if (st->head == ti)
        st->head = NO_TASK;
    else
        st->model->remove(&st->line, w->tasks, ti);
    st->present--;
    t->wait += w->sim.now - t->since;
    check_left(&st->check, w->sim.now, NULL);
    if (st->model->shape != NULL && st->model->shape->gone != NULL)
        st->model->shape->gone(w, st);
    check_station(st);
    if (st->model->preempt != PREEMPT_NOBODY)
        preempt_check(w, st);
    station_give_all(w, ti);
    world_task_end(w, ti, TASK_ABANDONED);
    world_settle(w);
}
