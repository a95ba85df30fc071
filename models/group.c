#include "models/group.h"

#include "models/alarm.h"
#include "models/environment.h"
#include "models/individual.h"

#include <math.h>

uint32_t group_present(const struct world *w, const struct group_model *group)
{
    uint32_t present = 0;
    for (uint32_t i = 0; i < group->count; i++)
        present += w->stations[group->members[i]].present;
    return present;
}

static const struct station *target(const struct dispatch_view *view, uint32_t i)
{
    return &((const struct world *)view->world)->stations[view->targets[i]];
}

static uint32_t present(const struct dispatch_view *view, uint32_t i)
{
    return target(view, i)->present;
}

static uint32_t idle(const struct dispatch_view *view, uint32_t i)
{
    const struct station *st = target(view, i);
    return st->model->sharing && st->individuals != NULL         ? st->individuals->idle - st->busy
           : st->model->shape == &station_individual             ? st->individuals->idle
           : st->model->sharing && st->model->servers != UNLIMITED ? st->model->servers - st->busy
           : st->model->servers == UNLIMITED                     ? 1
                                                                 : st->idle;
}

static double work(const struct dispatch_view *view, uint32_t i)
{
    const struct world *w = view->world;
    const struct station *st = target(view, i);
    const double servers = st->model->servers == UNLIMITED ? 1.0 : (double)st->model->servers;
    if (st->present == 0)
        return 0.0;
    if (st->model->shape != NULL && st->model->shape->work != NULL)
        return st->model->shape->work(w, st);
    if (st->model->sharing)
        return st->model->discipline->work(&st->sharing, work_clock(w, st)) / servers;
    return (st->ends - st->serving_here * w->sim.now + (st->busy - st->serving_here) * st->model->visit_mean +
            st->line_work) /
           servers;
}

/* The same as they were at the last look. */
static const struct told_load *told(const struct dispatch_view *view, uint32_t i)
{
    const struct world *w = view->world;
    return &w->stations[view->group].told[i];
}

static uint32_t present_told(const struct dispatch_view *view, uint32_t i)
{
    return told(view, i)->present;
}

static uint32_t idle_told(const struct dispatch_view *view, uint32_t i)
{
    return told(view, i)->idle;
}

static double work_told(const struct dispatch_view *view, uint32_t i)
{
    return told(view, i)->work;
}

static void look(struct world *w, uint32_t station)
{
    const struct group_model *group = w->stations[station].model->group;
    const struct dispatch_view view = {.world = w, .targets = group->members, .count = group->count};
    for (uint32_t i = 0; i < group->count; i++)
        w->stations[station].told[i] =
            (struct told_load){present(&view, i), idle(&view, i), w->model->weighed ? work(&view, i) : 0.0};
}

static void on_look(struct world *w, struct alarm *alarm)
{
    struct station *st = &w->stations[alarm->subject];
    look(w, alarm->subject);
    alarm_set(w, alarm->number, w->sim.now + dist_draw(st->model->group->information, &st->line.stream), RANK_EXPIRY);
}

void group_begin(struct world *w)
{
    for (uint32_t i = 0; i < w->model->station_count; i++) {
        const struct group_model *group = w->model->stations[i].group;
        if (group == NULL || group->information == NULL)
            continue;
        look(w, i);
        const uint32_t alarm = alarm_new(w, on_look, i, 0);
        if (w->failed)
            return;
        w->alarms[alarm].number = alarm;
        alarm_set(w, alarm, dist_draw(group->information, &w->stations[i].line.stream), RANK_EXPIRY);
    }
}

/* Of what it takes to ask; unrelated to the keys of a task's own draws. */
#define PROBE_KEY UINT64_C(0x9B05688C2B3E6C1F)

/* Number of the first of the draws of keys, beyond all others of a task. */
#define KEY_DRAWS (UINT64_C(1) << 35)

/* The task's key here: the same at each visit, for its branches too. */
static uint64_t key_of(const struct world *w, const struct station *st, uint32_t ti)
{
    struct stream s = stream_draw(task_more(w, ti)->shared, KEY_DRAWS + (uint64_t)(st - w->stations));
    return (uint64_t)llround(fmin(dist_draw(st->model->group->key, &s), 0x1p53)); /* beyond that nothing is rounded */
}

void group_forget(const struct world *w, uint32_t ti, bool session)
{
    uint16_t *places = task_sticky(w, ti);
    for (uint32_t i = 0; i < w->model->station_count; i++) {
        const struct group_model *group = w->model->stations[i].group;
        if (group != NULL && group->sticky != STICKY_NOT && (session || group->sticky == STICKY_TASK))
            places[group->sticky_slot] = 0;
    }
}

void group_probe(struct world *w, struct station *st, const struct station *chosen, uint32_t ti)
{
    const struct group_model *group = st->model->group;
    struct task *t = &w->tasks[ti];
    struct stream s = stream_draw(stream_mix(t->key ^ PROBE_KEY), t->draws);
    const double d = dist_draw(group->probe, &s);
    task_more(w, ti)->probed = (uint16_t)(1 + (chosen - w->stations));
    task_more(w, ti)->delay += d;
    task_is(w, ti, TASK_DELAYED);
    task_schedule(w, ti, w->sim.now + d, EV_SWITCH_END);
}

static struct station *choose(struct world *w, struct station *st, uint32_t ti);

struct station *group_dispatch(struct world *w, struct station *st, uint32_t ti)
{
    const struct group_model *group = st->model->group;
    if (group->sticky == STICKY_NOT)
        return choose(w, st, ti);
    uint16_t *place = &task_sticky(w, ti)[group->sticky_slot];
    if (*place == 0) {
        const struct station *chosen = choose(w, st, ti);
        uint16_t i = 0;
        while (&w->stations[group->members[i]] != chosen)
            i++;
        *place = (uint16_t)(i + 1);
    }
    return &w->stations[group->members[*place - 1]];
}

/* By the rule, and where lines are stolen from not behind a busy server. */
static struct station *choose(struct world *w, struct station *st, uint32_t ti)
{
    const struct group_model *group = st->model->group;
    const bool stale = group->information != NULL;
    const struct dispatch_view view = {
        .world = w,
        .group = (uint32_t)(st - w->stations),
        .count = group->count,
        .present = stale ? present_told : present,
        .idle = stale ? idle_told : idle,
        .work = stale ? work_told : work,
        .key = group->key == NULL ? 0 : key_of(w, st, ti),
        .targets = group->members,
        .stream = &st->line.stream,
        .d = group->d,
        .replacement = group->replacement,
        .weights = group->weights,
        .turn = &st->turn,
    };
    struct station *chosen = &w->stations[group->members[group->rule->choose(&view)]];
    if (!group->steal || chosen->idle > 0)
        return chosen;
    for (uint32_t i = 0; i < group->count; i++)
        if (w->stations[group->members[i]].idle > 0)
            return &w->stations[group->members[i]];
    return chosen;
}

/* The task, which waits at from and has left its line, waits or is served at `to` from now on: the visit goes on
 * there. */
static void move(struct world *w, struct station *from, struct station *to, uint32_t ti)
{
    const double demand = station_task_work(w, from, ti);
    station_clock(w, from);
    station_clock(w, to);
    from->line_work -= demand;
    to->line_work += demand;
    from->present--;
    check_left(&from->check, w->sim.now, NULL);
    to->present++;
    check_joined(&to->check, w->sim.now, NULL);
    task_more(w, ti)->station = (uint16_t)(to - w->stations);
}

/* The member with the longest line, st left out; NULL: nobody waits. */
static struct station *longest(struct world *w, const struct group_model *group, const struct station *st)
{
    struct station *found = NULL;
    for (uint32_t i = 0; i < group->count; i++) {
        struct station *other = &w->stations[group->members[i]];
        if (other != st && other->line.count > 0 && (found == NULL || other->line.count > found->line.count))
            found = other;
    }
    return found;
}

/* An idle server takes a task from elsewhere. */
static void steal(struct world *w, struct station *st, const struct group_model *group)
{
    struct station *from = longest(w, group, st);
    if (from == NULL)
        return;
    const uint32_t ti = from->model->pop(&from->line, w->tasks);
    move(w, from, st, ti);
    st->idle--;
    st->busy++;
    if (station_turn_to(w, st, ti))
        ready_push(w, ti);
    check_station(from);
}

/* The last of another line comes here. */
static void jockey(struct world *w, struct station *st, const struct group_model *group)
{
    struct station *from = NULL; /* the one with most present, if somebody waits there */
    for (uint32_t i = 0; i < group->count; i++) {
        struct station *other = &w->stations[group->members[i]];
        if (other != st && other->line.count > 0 && (from == NULL || other->present > from->present))
            from = other;
    }
    if (from == NULL || from->present < st->present + group->jockey)
        return;
    const uint32_t ti = from->line.list.last; /* the reader lets fcfs alone change lines */
    from->model->remove(&from->line, w->tasks, ti);
    move(w, from, st, ti);
    if (st->idle > 0) {
        st->idle--;
        st->busy++;
        if (station_turn_to(w, st, ti))
            ready_push(w, ti);
    } else if (!st->model->push(&st->line, w->tasks, ti)) {
        w->failed = w->sim.stop = true;
    }
    check_station(from);
}

void group_left(struct world *w, struct station *st)
{
    const struct group_model *group = w->stations[st->model->whole].model->group;
    if (group->steal && st->idle > 0)
        steal(w, st, group);
    if (group->jockey > 0)
        jockey(w, st, group);
}

void group_gather(struct world *w)
{
    for (uint32_t i = 0; i < w->model->station_count; i++) {
        struct station *st = &w->stations[i];
        const struct group_model *group = st->model->group;
        if (group == NULL)
            continue;
        st->since = w->end;
        st->busy_area = st->present_area = st->setting_up_area = st->half_area = st->served_area = 0.0;
        st->served_since = w->end;
        tally_init(&st->wait);
        tally_init(&st->response);
        for (uint32_t m = 0; m < group->count; m++) {
            const struct station *member = &w->stations[group->members[m]];
            const double elapsed = w->end - member->since;
            st->busy_area += member->busy_area + (double)member->busy * elapsed;
            st->present_area += member->present_area + (double)member->present * elapsed;
            st->setting_up_area += member->setting_up_area + (double)member->setting_up * elapsed;
            st->half_area += member->half_area;
            st->served_area += member->model->crowd
                                   ? member->served_area + member->served_tasks * (w->end - member->served_since)
                                   : member->busy_area + (double)member->busy * elapsed;
            tally_merge(&st->wait, &member->wait);
            tally_merge(&st->response, &member->response);
        }
    }
}
