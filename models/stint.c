#include "models/stint.h"

void stint_account(const struct world *w, const struct station *st, uint32_t ti, struct parts *parts)
{
    const struct stint *stint = task_stint(w, ti);
    const double elapsed = w->sim.now - stint->begun;
    (void)st;
    if (stint->server == UINT32_MAX) {
        parts->wait += elapsed;
        return;
    }
    const double cost = elapsed < stint->cost ? elapsed : stint->cost;
    parts->overhead += cost;
    parts->service += elapsed - cost;
}

bool stint_hold(struct world *w, struct station *st, uint32_t ti)
{
    struct task *t = &w->tasks[ti];
    const struct stint *stint = task_stint(w, ti);
    struct holding *holding;
    task_more(w, ti)->overhead += stint->cost;
    if (t->resuming != 0) {
        holding = &task_holdings(w, ti)[t->resuming - 1];
        task_more(w, ti)->wanted--;
        t->resuming = 0;
    } else {
        holding = &task_holdings(w, ti)[t->holds++];
        t->step++;
    }
    *holding = (struct holding){
        .since = t->since, .station = (uint16_t)(st - w->stations), .state = HOLDING_HELD, .server = stint->server};
    const bool at_once = st->model->switch_cost == NULL;
    task_is(w, ti, at_once ? TASK_WALKING : TASK_SWITCHED);
    if (!at_once)
        task_schedule(w, ti, w->sim.now + stint->cost, EV_SWITCH_END);
    return at_once;
}
