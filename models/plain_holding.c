/* The loop of models whose tasks hold servers. */
#include "models/plain.h"

#include "models/plain_steps.h"
#include "models/preempt.h"

/* The task has been served, or its delay is over. */
static void held_service_ends(struct world *w, const struct event *e)
{
    if (w->stations[task_op(w, e->subject)->station].model->plain)
        plain_service_ends(w, e->subject, e->time, true);
    else
        w->handlers[EV_SERVICE_END](w, e);
}

static void held_arrival(struct world *w, const struct event *e)
{
    if (w->sources[e->subject].plain && w->model->kinds[e->subject].arrival->requests == NULL)
        plain_arrive(w, e->subject, e->time, true);
    else
        w->handlers[EV_ARRIVAL](w, e);
}

static void held_shared_end(struct world *w, const struct event *e)
{
    if (w->stations[e->subject].model->plain_ps)
        plain_shared_ends(w, e, true);
    else
        w->handlers[EV_SHARED_END](w, e);
}

static void held_delay_end(struct world *w, const struct event *e)
{
    w->tasks[e->subject].step++;
    plain_walk(w, e->subject, e->time, false, true);
}

static void held_stint_end(struct world *w, const struct event *e)
{
    const uint32_t ti = preempt_stint_end(w, e);
    if (ti != NO_TASK)
        plain_walk(w, ti, e->time, true, true);
}

static void held_think_end(struct world *w, const struct event *e)
{
    plain_think_ends(w, e, true);
}

bool plain_run_holding(struct world *w, uint64_t most)
{
    struct event e;
    const bool standing = w->sim.calendar.stand_count > 0;
    while (!w->sim.stop && most-- > 0) {
        if (!sim_next(&w->sim, &e, standing))
            return false;
        if (e.kind == EV_SERVICE_END)
            held_service_ends(w, &e);
        else if (e.kind == EV_SHARED_END)
            held_shared_end(w, &e);
        else if (e.kind == EV_ARRIVAL)
            held_arrival(w, &e);
        else if (e.kind == EV_DELAY_END)
            held_delay_end(w, &e);
        else if (e.kind == EV_STINT_END)
            held_stint_end(w, &e);
        else if (e.kind == EV_THINK_END)
            held_think_end(w, &e);
        else
            w->handlers[e.kind](w, &e);
        if (w->ready_count > 0)
            world_settle_ready(w);
    }
    return !w->sim.stop;
}
