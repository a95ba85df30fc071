#include "models/tokens.h"

#include "models/alarm.h"
#include "models/patience.h"

/* When the bucket will have so many tokens, if it has not now; it may be full by then. */
static double ready_at(const struct station *st, double tokens)
{
    const double bucket = st->model->tokens_most;
    return st->tokens.full - (tokens < bucket ? bucket - tokens : 0.0) / st->model->tokens_rate;
}

bool tokens_suffice(const struct world *w, const struct station *st, double tokens)
{
    return st->line.count == 0 && ready_at(st, tokens) <= w->sim.now;
}

/* The time in which the bucket was full, from the cut to `to`. */
static double full_until(const struct world *w, const struct station *st, double to)
{
    const double from = st->tokens.full > w->cut ? st->tokens.full : w->cut;
    return to > from ? to - from : 0.0;
}

double tokens_used(const struct world *w, const struct station *st)
{
    const double used = w->end - w->cut - st->tokens.full_time - full_until(w, st, w->end);
    return used > 0.0 ? used : 0.0;
}

static void wake(struct world *w, struct alarm *alarm);

void tokens_begin(struct world *w, struct station *st)
{
    st->idle = 0;
    st->tokens.full = st->tokens.full_time = 0.0;
    st->tokens.alarm = alarm_new(w, wake, (uint32_t)(st - w->stations), 0);
}

void tokens_cut(struct world *w, struct station *st)
{
    (void)w;
    st->tokens.full_time = 0.0;
}

/* The task, which is present, takes its tokens and is gone. */
static void take(struct world *w, struct station *st, uint32_t ti)
{
    struct task *t = &w->tasks[ti];
    const double now = w->sim.now, wait = now - t->since;
    st->tokens.full_time += full_until(w, st, now);
    st->tokens.full = (st->tokens.full > now ? st->tokens.full : now) + t->demand / st->model->tokens_rate;
    t->wait += wait;
    tally_add(&st->wait, wait);
    tally_add(&st->response, wait);
    st->present--;
    check_left(&st->check, now, NULL);
    task_is(w, ti, TASK_WALKING);
    t->step++;
}

/* The first in line is waited for. */
static void wait_for_first(struct world *w, struct station *st)
{
    if (st->line.count == 0) {
        alarm_clear(w, st->tokens.alarm);
        return;
    }
    const double at = ready_at(st, w->tasks[st->line.list.first].demand);
    alarm_set(w, st->tokens.alarm, at > w->sim.now ? at : w->sim.now, RANK_COMPLETION);
}

bool tokens_pass(struct world *w, struct station *st, uint32_t ti)
{
    const bool suffice = tokens_suffice(w, st, w->tasks[ti].demand);
    station_clock(w, st);
    st->present++;
    check_joined(&st->check, w->sim.now, NULL);
    if (suffice) {
        take(w, st, ti);
        return true;
    }
    if (!st->model->push(&st->line, w->tasks, ti)) {
        w->failed = w->sim.stop = true;
        return false;
    }
    task_is(w, ti, TASK_WAITING);
    if (w->model->weighed)
        st->line_work += station_task_work(w, st, ti);
    if (st->model->impatient)
        patience_begin(w, ti);
    if (st->line.count == 1)
        wait_for_first(w, st);
    return false;
}

static void wake(struct world *w, struct alarm *alarm)
{
    struct station *st = &w->stations[alarm->subject];
    station_clock(w, st);
    while (st->line.count > 0 && ready_at(st, w->tasks[st->line.list.first].demand) <= w->sim.now) {
        const uint32_t ti = st->model->pop(&st->line, w->tasks);
        if (w->model->weighed)
            st->line_work -= station_task_work(w, st, ti);
        if (st->model->impatient)
            patience_over(w, ti);
        take(w, st, ti);
        ready_push(w, ti);
    }
    wait_for_first(w, st);
    check_station(st);
}

static bool join(struct world *w, struct station *st, uint32_t ti)
{
    return tokens_pass(w, st, ti);
}

static void withdraw(struct world *w, struct station *st, uint32_t ti)
{
    station_clock(w, st);
    check_left(&st->check, w->sim.now, NULL);
    st->present--;
    if (w->model->weighed)
        st->line_work -= station_task_work(w, st, ti);
    st->model->remove(&st->line, w->tasks, ti);
    wait_for_first(w, st);
}

const struct station_shape station_tokens = {.join = join, .withdraw = withdraw, .gone = wait_for_first};
