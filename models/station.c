#include "models/station.h"

#include "models/block.h"
#include "models/breaker.h"
#include "models/drop.h"
#include "models/environment.h"
#include "models/group.h"
#include "models/individual.h"
#include "models/paced.h"
#include "models/part.h"
#include "models/patience.h"
#include "models/plain_ps.h"
#include "models/preempt.h"
#include "models/redelivery.h"
#include "models/timeout.h"
#include "models/tokens.h"

#include <assert.h>
#include <stdlib.h>

void ready_push(struct world *w, uint32_t ti)
{
    if (w->ready_count == w->ready_size) {
        const uint32_t size = w->ready_size == 0 ? 64 : 2 * w->ready_size;
        uint32_t *ready = malloc(size * sizeof *ready);
        if (ready == NULL) {
            w->failed = true;
            w->sim.stop = true;
            return;
        }
        for (uint32_t i = 0; i < w->ready_count; i++)
            ready[i] = w->ready[(w->ready_first + i) & (w->ready_size - 1)];
        free(w->ready);
        w->ready = ready;
        w->ready_first = 0;
        w->ready_size = size;
    }
    w->ready[(w->ready_first + w->ready_count++) & (w->ready_size - 1)] = ti;
}

void ready_remove(struct world *w, uint32_t ti)
{
    for (uint32_t i = 0; i < w->ready_count; i++) {
        uint32_t *slot = &w->ready[(w->ready_first + i) & (w->ready_size - 1)];
        if (*slot == ti)
            *slot = NO_TASK;
    }
}

static uint32_t ready_take(struct world *w)
{
    const uint32_t ti = w->ready[w->ready_first];
    w->ready_first = (w->ready_first + 1) & (w->ready_size - 1);
    w->ready_count--;
    return ti;
}

/* The task in front of the server gets it: for service, or to hold. Returns true if it holds the server now
 * and can move on at once. again: it had it already, and was kept from being served (models/block.h). */
static inline bool turn(struct world *w, struct station *st, uint32_t ti, const bool again)
{
    const struct station_model *m = st->model;
    struct task *t = &w->tasks[ti];
    const double now = w->sim.now, wait = now - t->since;
    if (!again)
        tally_add(&st->wait, wait);
    t->wait += wait;
    double cost = 0.0;
    if (m->unusual) {
        if (w->model->weighed && (again || task_stay(w, ti)->where == TASK_WAITING))
            st->line_work -= station_task_work(w, st, ti);
        if (m->impatient)
            patience_over(w, ti);
        if (m->drops && !again)
            drop_settle(w, st, wait);
        if (again)
            t->since = task_more(w, ti)->joined;
        else if (w->model->blocking_before && block_begins_not(w, st, ti))
            return false;
        if (m->switch_cost != NULL) {
            cost = dist_draw(m->switch_cost, &st->line.stream);
            task_more(w, ti)->overhead += cost;
        }
    }
    if (t->resuming != 0) {
        struct holding *holding = &task_holdings(w, ti)[t->resuming - 1];
        holding->state = HOLDING_HELD;
        holding->since = t->since;
        task_more(w, ti)->wanted--;
        t->resuming = 0;
    } else if (task_op(w, ti)->code == OP_TAKE) {
        task_holdings(w, ti)[t->holds++] = (struct holding){
            .since = t->since, .station = (uint16_t)(st - w->stations), .state = HOLDING_HELD};
        t->step++;
    } else {
        t->service += t->demand;
        if (!m->unusual) {
            calendar_push(&w->sim.calendar, now + t->demand, RANK_COMPLETION, EV_SERVICE_END, ti);
        } else {
            if (w->model->interruptible) {
                task_is(w, ti, TASK_SERVED);
                task_stay(w, ti)->cost = cost;
                st->ends += now + (cost + t->demand);
                st->serving_here++;
            }
            task_schedule(w, ti, now + (cost + t->demand), EV_SERVICE_END);
        }
        return false;
    }
    if (!m->unusual)
        return true;
    task_is(w, ti, m->switch_cost == NULL ? TASK_WALKING : TASK_SWITCHED);
    if (m->switch_cost == NULL)
        return true;
    task_schedule(w, ti, now + cost, EV_SWITCH_END);
    return false;
}

static inline bool turn_to(struct world *w, struct station *st, uint32_t ti)
{
    return turn(w, st, ti, false);
}

void station_begin_blocked(struct world *w, struct station *st, uint32_t ti)
{
    const bool goes_on = turn(w, st, ti, true);
    assert(!goes_on);
    (void)goes_on;
}

bool station_turn_to(struct world *w, struct station *st, uint32_t ti)
{
    return turn_to(w, st, ti);
}

static void serve_next(struct world *w, struct station *st)
{
    const uint32_t ti = st->resumed.first != NO_TASK ? task_list_take(&st->resumed, w->tasks)
                                                     : st->model->pop(&st->line, w->tasks);
    if (turn_to(w, st, ti))
        ready_push(w, ti);
}

void station_serve_next(struct world *w, struct station *st)
{
    if (st->model->shape != NULL)
        st->model->shape->serve_next(w, st);
    else
        serve_next(w, st);
}

/* One who had a server here leaves; the server turns to the next, or rests. The clock has been brought up. */
static inline void free_server(struct world *w, struct station *st)
{
    st->present--;
    if (st->line.count > 0 || st->resumed.first != NO_TASK) {
        serve_next(w, st);
        return;
    }
    station_rest_server(w, st);
}

void station_free_server(struct world *w, struct station *st)
{
    free_server(w, st);
}

/* A held server goes back. */
static void give_back(struct world *w, uint32_t ti, const struct holding *holding)
{
    struct station *st = &w->stations[holding->station];
    station_clock(w, st);
    tally_add(&st->response, w->sim.now - holding->since);
    check_left(&st->check, w->sim.now, NULL);
    if (st->model->shape != NULL)
        st->model->shape->give_back(w, st, ti, holding);
    else
        free_server(w, st);
    if (st->model->wanders)
        group_left(w, st);
    check_station(st);
}

/* The task, its `since` set and its demand drawn, joins a station with a queueing discipline: true if it
 * holds a server now and can move on at once. */
static bool join_queue(struct world *w, struct station *st, uint32_t ti)
{
    const struct station_model *m = st->model;
    station_clock(w, st);
    st->present++;
    check_joined(&st->check, w->sim.now, NULL);
    if (m->behaviour == NULL && st->idle > 0) {
        st->idle--;
        st->busy++;
        return turn_to(w, st, ti);
    }
    if (m->behaviour != NULL && m->behaviour->take(w, st))
        return turn_to(w, st, ti);
    if (m->keyed)
        station_key(w, st, ti);
    if (w->tasks[ti].resuming != 0 && m->resume_first)
        task_list_append(&st->resumed, w->tasks, ti);
    else if (!m->push(&st->line, w->tasks, ti))
        w->failed = w->sim.stop = true;
    if (m->unusual) {
        task_is(w, ti, w->tasks[ti].resuming != 0 && m->resume_first ? TASK_RESUMING : TASK_WAITING);
        if (w->model->weighed)
            st->line_work += station_task_work(w, st, ti);
        if (m->impatient && w->tasks[ti].resuming == 0)
            patience_begin(w, ti);
        if (m->behaviour != NULL)
            m->behaviour->waiting(w, st);
    }
    return false;
}

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

/* The task joins, however the station serves. */
static inline bool join(struct world *w, struct station *st, uint32_t ti)
{
    return st->model->shape == NULL ? join_queue(w, st, ti) : st->model->shape->join(w, st, ti);
}

void station_give_down_to(struct world *w, uint32_t ti, uint32_t keep)
{
    struct task *t = &w->tasks[ti];
    while (t->holds > keep) {
        const struct holding holding = task_holdings(w, ti)[--t->holds];
        if (holding.state == HOLDING_HELD)
            give_back(w, ti, &holding);
        else if (holding.state == HOLDING_WANTED)
            task_more(w, ti)->wanted--;
    }
}

/* What becomes of a task that comes to a station. */
enum admission {
    ADMITTED,
    GONE,     /* it is lost, or waits for room */
    ELSEWHERE /* other steps are taken instead */
};

/* A newcomer at a station where more than joining can happen, its capacity_plain being reached: it may be full, the
 * task may not want to join, or go to one of a group (*at is then that one). Who is lost gives back what it holds. */
__attribute__((noinline)) static enum admission admit(struct world *w, struct station **at, uint32_t ti,
                                                      const struct op *op)
{
    struct station *st = *at;
    const struct station_model *m = st->model;
    if (w->model->blocking_before && block_redeem(w, st, ti)) {
        /* there is a place for it */
    } else if (m->blocks && block_full(w, st, ti)) {
        st->offered--;
        if (op->code == OP_AT && !op->given) /* it will draw the same again */
            w->tasks[ti].draws--;
        block_wait(w, st, ti);
        return GONE;
    }
    if (w->model->probes && m->group != NULL && m->group->probe != NULL && task_more(w, ti)->probed == 0) {
        st->offered--; /* nothing is known of it before the answer */
        group_probe(w, st, group_dispatch(w, st, ti), ti);
        return GONE;
    }
    const bool passes = m->tokens_rate > 0.0 && tokens_suffice(w, st, w->tasks[ti].demand);
    while (m->drops_oldest && !passes && st->present >= individual_capacity(st) && drop_oldest(w, st))
        ;
    const uint32_t present = m->group == NULL ? st->present : group_present(w, m->group);
    const bool full = present >= individual_capacity(st) && !passes;
    if (full || (m->impatient && patience_balks(w, present, ti))) {
        st->lost++;
        if (m->overflows) {
            w->tasks[ti].step = op->target;
            return ELSEWHERE;
        }
        station_give_all(w, ti);
        world_task_end(w, ti, TASK_LOST);
        return GONE;
    }
    if (m->group != NULL) {
        struct task_more *more = task_more(w, ti);
        struct station *member = more->probed > 0 ? &w->stations[more->probed - 1] : group_dispatch(w, st, ti);
        more->probed = 0;
        member->offered += member->model->whole != st - w->stations;
        *at = member;
        if (member->model->whole != st - w->stations && member->present >= individual_capacity(member)) {
            st->lost++;
            member->lost++;
            station_give_all(w, ti);
            world_task_end(w, ti, TASK_LOST);
            return GONE;
        }
    }
    if (w->model->placed)
        task_more(w, ti)->station = (uint16_t)(*at - w->stations);
    return ADMITTED;
}

/* The outermost holding that is to be taken again: the task queues for it. True if it got it and can move on.
 */
static bool resume(struct world *w, uint32_t ti)
{
    struct task *t = &w->tasks[ti];
    struct holding *holdings = task_holdings(w, ti);
    uint8_t h = 0;
    while (holdings[h].state != HOLDING_WANTED)
        h++;
    t->resuming = (uint8_t)(h + 1);
    t->since = w->sim.now;
    if (w->model->placed)
        task_more(w, ti)->station = holdings[h].station;
    return join(w, &w->stations[holdings[h].station], ti);
}

/* An await begins: what is held at stations that release goes back, innermost first. True if anything did. */
static bool await(struct world *w, uint32_t ti)
{
    struct task_more *more = task_more(w, ti);
    struct holding *holdings = task_holdings(w, ti);
    bool gave = false;
    more->awaits++;
    for (uint8_t h = w->tasks[ti].holds; h-- > 0;) {
        if (holdings[h].state != HOLDING_HELD || !w->model->stations[holdings[h].station].release)
            continue;
        holdings[h].state = HOLDING_AWAY;
        holdings[h].level = (uint8_t)more->awaits;
        give_back(w, ti, &holdings[h]);
        gave = true;
    }
    return gave;
}

/* The innermost await is over: what it gave back is wanted again, if a step comes that needs it. */
static void await_over(struct world *w, uint32_t ti)
{
    struct task_more *more = task_more(w, ti);
    struct holding *holdings = task_holdings(w, ti);
    for (uint8_t h = 0; h < w->tasks[ti].holds; h++) {
        if (holdings[h].state == HOLDING_AWAY && holdings[h].level == more->awaits) {
            holdings[h].state = HOLDING_WANTED;
            more->wanted++;
        }
    }
    more->awaits--;
}

static uint32_t rounds(double drawn)
{
    const double n = drawn + 0.5;
    return n < 1.0 ? 0 : n >= 4294967295.0 ? UINT32_MAX : (uint32_t)n;
}

/* The opcodes with which a task moves on, as bits. */
#define BIT(code)  (UINT64_C(1) << (code))
#define MOVING_ON                                                                                                      \
    (BIT(OP_AT) | BIT(OP_DELAY) | BIT(OP_TAKE) | BIT(OP_AWAIT) | BIT(OP_SEND) | BIT(OP_BACKOFF) | BIT(OP_FORK) |          \
     BIT(OP_DELIVER) | BIT(OP_PASS))
static_assert(OP_END < 64, "an opcode is a bit of a word");

/* The opcodes that few programs have, apart so that the others need fewer registers. false: the task has to wait or has ended. Tasks
 * may have moved. */
__attribute__((noinline)) static bool walk_rarely(struct world *w, uint32_t ti, const struct op *op)
{
    struct task *t = &w->tasks[ti];
    switch ((enum opcode)op->code) {
    case OP_PASS: {
        struct station *st = &w->stations[op->station];
        t->demand = task_draw_step(w, ti, op->dist);
        st->offered++;
        const enum admission admission = admit(w, &st, ti, op);
        if (admission == ELSEWHERE)
            return true;
        if (admission == GONE)
            return false;
        t->since = w->sim.now;
        const bool now = tokens_pass(w, st, ti);
        check_station(st);
        return now;
    }
    case OP_REPEAT:
        task_counters(w, ti)[op->slot] = rounds(task_draw_step(w, ti, op->dist));
        t->step = task_counters(w, ti)[op->slot] == 0 ? op->target : t->step + 1;
        return true;
    case OP_LOOP:
        t->step = --task_counters(w, ti)[op->slot] > 0 ? op->target : t->step + 1;
        return true;
    case OP_SEND: {
        uint32_t sent;
        const uint64_t key = stream_subkey(stream_mix(t->key ^ STREAM_GAMMA), t->draws++);
        if (!world_task_start(w, op->station, key, &sent))
            return false;
        ready_push(w, sent);
        w->tasks[ti].step++;
        return true;
    }
    case OP_BECOME:
        if (op->target != UINT32_MAX)
            w->links[ti].class = op->target;
        if (op->slot > 0)
            w->links[ti].weight = op->slot - 1U;
        t->step++;
        return true;
    case OP_REPLY:
        world_reply(w, ti);
        t->step++;
        return true;
    case OP_TRY:
        timeout_try(w, ti);
        return true;
    case OP_GUARD:
        breaker_guard(w, ti);
        return true;
    case OP_BUDGET:
        breaker_budget(w, ti);
        return true;
    case OP_ARM:
        timeout_arm(w, ti);
        return true;
    case OP_DISARM:
        return timeout_disarm(w, ti);
    case OP_RETRY:
        timeout_retry(w, ti);
        return true;
    case OP_BACKOFF:
        timeout_backoff(w, ti);
        return false;
    case OP_GIVE_UP:
        station_give_all(w, ti);
        world_task_end(w, ti, TASK_TIMED_OUT);
        return false;
    case OP_LOST:
        station_give_all(w, ti);
        world_task_end(w, ti, TASK_LOST);
        return false;
    case OP_FORK:
        part_fork(w, ti);
        return false;
    case OP_DELIVER:
        redelivery_begin(w, ti);
        return false;
    case OP_VISIBLE:
        redelivery_visible(w, ti);
        return true;
    case OP_ACKNOWLEDGE:
        redelivery_acknowledge(w, ti);
        return false;
    case OP_DEAD:
        station_give_all(w, ti);
        world_task_end(w, ti, TASK_DEAD);
        return false;
    case OP_JOIN:
        part_end(w, ti, TASK_COMPLETED);
        return false;
    case OP_BRANCH: /* never reached: CHOOSE goes beyond */
    default:        /* walk has them */
        assert(false);
        return false;
    }
}

/* Runs opcodes until the task has to wait or ends. gave: see world_advance. */
static void walk(struct world *w, uint32_t ti, bool gave)
{
    struct task *t = &w->tasks[ti];
    const struct op *const program = w->model->kinds[t->kind].program;
    const bool plain = w->model->more_size == 0;
    for (;;) {
        const struct op *op = &program[t->step];
        const enum opcode code = op->code;
        if ((BIT(code) & MOVING_ON) != 0) {
            /* Moving on: first those whom it gave a server, then whatever an await gave back. */
            if (gave && w->ready_count > 0) {
                ready_push(w, ti);
                return;
            }
            gave = false;
            if (!plain && task_more(w, ti)->wanted > 0) {
                if (resume(w, ti))
                    continue;
                return;
            }
        }
        switch (code) {
        case OP_AT: {
            struct station *st = &w->stations[op->station];
            if (!w->model->probes || task_more(w, ti)->probed == 0) /* else it was drawn before the answer came */
                t->demand = !op->given                      ? task_draw(t, op->dist)
                            : op->dist->shape == DIST_GIVEN ? task_more(w, ti)->given
                                                            : task_draw_step(w, ti, op->dist);
            st->offered++;
            if (st->present >= st->model->capacity_plain) {
                const enum admission admission = admit(w, &st, ti, op);
                if (admission == ELSEWHERE)
                    break;
                if (admission == GONE)
                    return;
            }
            t->since = w->sim.now;
            join(w, st, ti);
            check_station(st);
            return;
        }
        case OP_DELAY: {
            const double d = task_draw_step(w, ti, op->dist);
            task_more(w, ti)->delay += d;
            task_is(w, ti, TASK_DELAYED);
            task_schedule(w, ti, w->sim.now + d, EV_DELAY_END);
            return;
        }
        case OP_TAKE: {
            struct station *st = &w->stations[op->station];
            st->offered++;
            if (st->present >= st->model->capacity_plain) {
                const enum admission admission = admit(w, &st, ti, op);
                if (admission == ELSEWHERE)
                    break;
                if (admission == GONE)
                    return;
            }
            t->since = w->sim.now;
            const bool now = join(w, st, ti);
            check_station(st);
            if (!now)
                return;
            break;
        }
        case OP_GIVE: {
            station_give_down_to(w, ti, t->holds - 1U);
            gave = true;
            t->step++;
            break;
        }
        case OP_AWAIT:
            gave |= await(w, ti);
            t->step++;
            break;
        case OP_RETURN:
            await_over(w, ti);
            t->step++;
            break;
        case OP_CHOOSE:
            t->step = station_choose(t, op);
            break;
        case OP_JUMP:
            t->step = op->target;
            break;
        case OP_END:
            world_task_end(w, ti, TASK_COMPLETED);
            return;
        default:
            if (!walk_rarely(w, ti, op))
                return;
            t = &w->tasks[ti]; /* they may have moved */
        }
    }
}

void world_settle_ready(struct world *w)
{
    while (w->ready_count > 0) {
        const uint32_t ti = ready_take(w);
        if (ti != NO_TASK)
            walk(w, ti, false);
    }
}

void world_settle(struct world *w)
{
    world_settle_ready(w);
    if (w->model->blocking)
        block_settle(w);
}

void world_walk(struct world *w, uint32_t ti)
{
    walk(w, ti, false);
}

void world_advance(struct world *w, uint32_t ti, bool gave)
{
    walk(w, ti, gave);
    world_settle(w);
}

void station_on_service_end(void *world, const struct event *e)
{
    struct world *w = world;
    const uint32_t ti = e->subject;
    struct station *st;
    if (!w->model->unusual) {
        st = &w->stations[task_op(w, ti)->station];
    } else {
        if (!task_due(w, e))
            return;
        st = task_station(w, ti);
        if (st->model->shape == NULL) {
            w->kinds[w->tasks[ti].kind].served += w->tasks[ti].demand;
            if (w->model->interruptible)
                station_not_serving(st, w->sim.now);
        }
        if (w->model->blocking && block_stays(w, st, ti))
            return;
    }
    const struct task *t = &w->tasks[ti];
    station_clock(w, st);
    tally_add(&st->response, w->sim.now - t->since);
    check_left(&st->check, w->sim.now, NULL);
    if (st->model->shape != NULL)
        st->model->shape->finish(w, st, ti);
    else
        free_server(w, st);
    if (st->model->wanders)
        group_left(w, st);
    check_station(st);
    w->tasks[ti].step++;
    world_advance(w, ti, true);
}

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
