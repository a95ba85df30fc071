/* The walk of a task through its program, from one visit to the next. */
#include "models/station.h"

#include "models/block.h"
#include "models/breaker.h"
#include "models/drop.h"
#include "models/group.h"
#include "models/individual.h"
#include "models/part.h"
#include "models/patience.h"
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
    return station_join(w, &w->stations[holdings[h].station], ti);
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
        station_give_back(w, ti, &holdings[h]);
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
            station_join(w, st, ti);
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
            const bool now = station_join(w, st, ti);
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

void world_walk(struct world *w, uint32_t ti, bool gave)
{
    walk(w, ti, gave);
}

void world_advance(struct world *w, uint32_t ti, bool gave)
{
    walk(w, ti, gave);
    world_settle(w);
}
