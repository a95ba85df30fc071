#include "models/block.h"

#include "models/breaker.h"

/* Loop counters that change on the way are kept apart. */
enum { COUNTERS = 8 };

struct preview {
    const struct world *w;
    uint32_t ti, draws;
    struct {
        uint16_t slot;
        uint32_t left;
    } counters[COUNTERS];
    int count;
};

static uint32_t *counter(struct preview *p, uint16_t slot)
{
    for (int i = 0; i < p->count; i++)
        if (p->counters[i].slot == slot)
            return &p->counters[i].left;
    if (p->count == COUNTERS)
        return NULL;
    p->counters[p->count].slot = slot;
    p->counters[p->count].left = task_counters(p->w, p->ti)[slot];
    return &p->counters[p->count++].left;
}

static struct stream next_draw(struct preview *p)
{
    return stream_draw(p->w->tasks[p->ti].key, p->draws++);
}

/* The station that the task will come to next, were it to go on from opcode `step`, without anything in between;
 * NULL: none. Draws that it will make on the way are those of its key, so that looking ahead changes nothing. later: it
 * does not go on now, so that what a breaker will say is not known. */
static struct station *next_station(const struct world *w, uint32_t ti, uint32_t step, bool later)
{
    struct preview p = {.w = w, .ti = ti, .draws = w->tasks[ti].draws};
    const struct op *program = w->model->kinds[w->tasks[ti].kind].program;
    for (;;) {
        const struct op *op = &program[step];
        struct stream s;
        uint32_t *left;
        switch ((enum opcode)op->code) {
        case OP_AT:
        case OP_TAKE:
            return &w->stations[op->station];
        case OP_GIVE:
        case OP_TRY:
        case OP_DISARM:
        case OP_BECOME:
        case OP_REPLY:
            step++;
            break;
        case OP_BUDGET:
            if (!op->given)
                return NULL;
            step++;
            break;
        case OP_GUARD:
            if (later || w->model->breakers[op->station].ratio > 0.0)
                return NULL;
            step = breaker_lets(w, op->station) ? step + 1 : op->target;
            break;
        case OP_ARM:
            p.draws += op->dist->shape != DIST_SHARED;
            step++;
            break;
        case OP_SEND:
            p.draws++;
            step++;
            break;
        case OP_CHOOSE:
            s = next_draw(&p);
            step = op_choose(op, stream_uniform(&s));
            break;
        case OP_JUMP:
            step = op->target;
            break;
        case OP_REPEAT: {
            if ((left = counter(&p, op->slot)) == NULL)
                return NULL;
            double drawn;
            if (op->dist->shape == DIST_SHARED) {
                drawn = task_draw_step(w, ti, op->dist);
            } else {
                s = next_draw(&p);
                drawn = dist_draw(op->dist, &s);
            }
            const double n = drawn + 0.5;
            *left = n < 1.0 ? 0 : n >= 4294967295.0 ? UINT32_MAX : (uint32_t)n;
            step = *left == 0 ? op->target : step + 1;
            break;
        }
        case OP_LOOP:
            if ((left = counter(&p, op->slot)) == NULL)
                return NULL;
            step = --*left > 0 ? op->target : step + 1;
            break;
        case OP_PASS:  /* it may have to wait there, */
        case OP_AWAIT: /* gives back or asks for servers: what comes then is not the next thing */
        case OP_RETURN:
        case OP_DELAY:
        case OP_BRANCH:
        case OP_RETRY:
        case OP_BACKOFF:
        case OP_GIVE_UP:
        case OP_FORK:
        case OP_JOIN:
        case OP_DELIVER:
        case OP_VISIBLE:
        case OP_ACKNOWLEDGE:
        case OP_LOST:
        case OP_DEAD:
        case OP_END:
            return NULL;
        }
    }
}

static void append(struct world *w, struct station *st, uint32_t ti, uint16_t kept)
{
    task_more(w, ti)->kept = kept;
    w->tasks[ti].since = w->sim.now;
    task_is(w, ti, TASK_BLOCKED);
    task_list_append(&st->blocked, w->tasks, ti);
}

bool block_stays(struct world *w, const struct station *st, uint32_t ti)
{
    if (st->model->shape != NULL || task_more(w, ti)->wanted > 0)
        return false;
    struct station *next = next_station(w, ti, w->tasks[ti].step + 1, false);
    if (next == NULL || !next->model->blocks || next->model->blocks_before || !block_full(w, next, ti))
        return false;
    w->tasks[ti].step++;
    task_more(w, ti)->joined = w->tasks[ti].since;
    append(w, next, ti, (uint16_t)(1 + (st - w->stations)));
    return true;
}

bool block_begins_not(struct world *w, struct station *st, uint32_t ti)
{
    const struct task *t = &w->tasks[ti];
    if (st->model->shape != NULL || t->resuming != 0 || task_op(w, ti)->code != OP_AT)
        return false;
    struct station *next = next_station(w, ti, t->step + 1, true);
    if (next == NULL || !next->model->blocks_before)
        return false;
    if (!block_full(w, next, ti)) {
        next->promised++;
        task_more(w, ti)->promised = (uint16_t)(1 + (next - w->stations));
        return false;
    }
    if (w->model->weighed) /* it is still to be done here */
        st->line_work += station_task_work(w, st, ti);
    task_more(w, ti)->joined = t->since;
    append(w, next, ti, (uint16_t)(1 + (st - w->stations)));
    return true;
}

void block_forgo(struct world *w, uint32_t ti)
{
    struct task_more *more = task_more(w, ti);
    if (more->promised == 0)
        return;
    w->stations[more->promised - 1].promised--;
    more->promised = 0;
}

void block_wait(struct world *w, struct station *st, uint32_t ti)
{
    append(w, st, ti, 0);
}

/* The server that the task kept turns to the next. */
static void free_kept(struct world *w, uint16_t kept, double since)
{
    if (kept == 0)
        return;
    struct station *st = &w->stations[kept - 1];
    station_clock(w, st);
    tally_add(&st->response, w->sim.now - since);
    check_left(&st->check, w->sim.now, NULL);
    station_free_server(w, st);
    if (st->model->wanders)
        group_left(w, st);
    check_station(st);
}

void block_settle(struct world *w)
{
    for (bool moved = true; moved;) {
        moved = false;
        for (uint32_t i = 0; i < w->model->station_count; i++) {
            struct station *st = &w->stations[i];
            if (st->blocked.first == NO_TASK || !block_room(w, st))
                continue;
            const uint32_t ti = task_list_take(&st->blocked, w->tasks);
            const uint16_t kept = task_more(w, ti)->kept;
            const double since = task_more(w, ti)->joined;
            task_more(w, ti)->kept = 0;
            task_is(w, ti, TASK_WALKING);
            moved = true;
            if (kept > 0 && st->model->blocks_before) {
                st->promised++;
                task_more(w, ti)->promised = (uint16_t)(1 + i);
                station_begin_blocked(w, &w->stations[kept - 1], ti);
                continue;
            }
            w->tasks[ti].wait += w->sim.now - w->tasks[ti].since;
            w->admitted = ti;
            world_walk(w, ti, false);
            w->admitted = NO_TASK;
            free_kept(w, kept, since);
        }
        world_settle_ready(w);
    }
}

const struct station *block_where(const struct world *w, uint32_t ti)
{
    for (uint32_t i = 0; i < w->model->station_count; i++)
        for (uint32_t other = w->stations[i].blocked.first; other != NO_TASK; other = w->tasks[other].next)
            if (other == ti)
                return &w->stations[i];
    return task_station(w, ti);
}

void block_leave(struct world *w, uint32_t ti)
{
    for (uint32_t i = 0; i < w->model->station_count; i++) {
        struct station *st = &w->stations[i];
        uint32_t other = st->blocked.first;
        while (other != NO_TASK && other != ti)
            other = w->tasks[other].next;
        if (other == NO_TASK)
            continue;
        task_list_remove(&st->blocked, w->tasks, ti);
        const uint16_t kept = task_more(w, ti)->kept;
        if (kept > 0 && st->model->blocks_before && w->model->weighed)
            w->stations[kept - 1].line_work -= station_task_work(w, &w->stations[kept - 1], ti);
        task_more(w, ti)->kept = 0;
        free_kept(w, kept, task_more(w, ti)->joined);
        return;
    }
}
