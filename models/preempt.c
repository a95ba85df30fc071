#include "models/preempt.h"

#include "models/environment.h"
#include "models/individual.h"
#include "models/discipline/ordered.h"
#include "models/patience.h"

#include <float.h>
#include <stdlib.h>

/* What is left of a quantum's work after rounding: some units in the last place. */
#define ROUNDING (64.0 * DBL_EPSILON)

static struct visit *visit_of(const struct world *w, uint32_t ti)
{
    return (struct visit *)(void *)(w->more + (size_t)ti * w->model->more_size + w->model->visit_offset);
}

static void no_memory(struct world *w)
{
    w->failed = true;
    w->sim.stop = true;
}

/* ---- The tasks in service: a binary heap, the least urgent first, that knows where each one is. ---- */

static void put(const struct world *w, struct station *st, uint32_t i, const struct line_entry *entry)
{
    ordered_copy(&st->serving[i], entry);
    visit_of(w, entry->task)->place = i;
}

static void sift_up(const struct world *w, struct station *st, uint32_t i, const struct line_entry *entry)
{
    while (i > 0 && ordered_before(&st->serving[(i - 1) / 2], entry)) {
        put(w, st, i, &st->serving[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(w, st, i, entry);
}

static bool serving_add(struct world *w, struct station *st, const struct line_entry *entry)
{
    if (st->serving_count == st->serving_size) {
        const uint32_t size = st->serving_size == 0 ? 8 : 2 * st->serving_size;
        struct line_entry *serving = realloc(st->serving, size * sizeof *serving);
        if (serving == NULL)
            return false;
        st->serving = serving;
        st->serving_size = size;
    }
    sift_up(w, st, st->serving_count++, entry);
    return true;
}

static void serving_remove(const struct world *w, struct station *st, uint32_t i)
{
    const uint32_t count = --st->serving_count;
    if (i == count)
        return;
    struct line_entry last;
    ordered_copy(&last, &st->serving[count]);
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= count)
            break;
        if (child + 1 < count)
            child += ordered_before(&st->serving[child], &st->serving[child + 1]);
        if (!ordered_before(&last, &st->serving[child]))
            break;
        put(w, st, i, &st->serving[child]);
        i = child;
    }
    sift_up(w, st, i, &last);
}

/* ---- Order ---- */

/* The key of a task that waits. */
static double waiting_key(const struct world *w, const struct station *st, uint32_t ti)
{
    switch (st->model->discipline->order) {
    case ORDER_CLASS:
        return (double)(st->line.links == NULL ? st->line.class_of_kind[w->tasks[ti].kind]
                                               : (*st->line.links)[ti].class);
    case ORDER_LATEST:
        return -(double)visit_of(w, ti)->sequence;
    case ORDER_SIZE:
        return visit_of(w, ti)->size;
    case ORDER_LEFT:
        return visit_of(w, ti)->left + visit_of(w, ti)->mistake;
    case ORDER_DEADLINE:
        return task_more(w, ti)->deadline;
    case ORDER_TURN:
        break;
    }
    return 0.0;
}

/* Of tasks in service, what is left falls equally fast for all: the times at which they will be done order
 * them, by the station's work clock where its speed changes. */
static double serving_key(const struct world *w, const struct station *st, uint32_t ti)
{
    const struct visit *visit = visit_of(w, ti);
    if (st->model->discipline->order != ORDER_LEFT)
        return waiting_key(w, st, ti);
    if (st->model->environment != NULL)
        return work_clock(w, st) + visit->left + visit->mistake;
    return visit->ends + visit->mistake;
}

/* In service, at now: the work left, the switch not included. */
static double work_left(const struct station *st, const struct visit *visit, double now)
{
    const double work = (now - visit->begun - visit->cost) * st->speed;
    return visit->ends <= now ? 0.0 : work > 0.0 ? visit->left - work : visit->left;
}

/* The same as the discipline sees it. */
static double work_left_seen(const struct station *st, const struct visit *visit, double now)
{
    return work_left(st, visit, now) + visit->mistake;
}

/* Where the least urgent task in service is; there is one. A switch under way is no work, so that with such
 * costs the order of ends is not that of what is left. */
static uint32_t least_urgent(const struct world *w, const struct station *st)
{
    uint32_t least = 0;
    if (st->model->discipline->order != ORDER_LEFT || st->model->switch_cost == NULL)
        return least;
    const double now = w->sim.now;
    double most = work_left_seen(st, visit_of(w, st->serving[0].task), now);
    for (uint32_t i = 1; i < st->serving_count; i++) {
        const double left = work_left_seen(st, visit_of(w, st->serving[i].task), now);
        if (left > most || (left == most && st->serving[i].sequence > st->serving[least].sequence)) {
            most = left;
            least = i;
        }
    }
    return least;
}

/* Does a task that waits with this key come before the least urgent one in service, which could give way? */
static inline bool displaces(const struct world *w, const struct station *st, double key)
{
    const enum preempt_order order = st->model->discipline->order;
    if (order == ORDER_TURN)
        return false;
    const struct line_entry *worst = &st->serving[least_urgent(w, st)];
    const struct visit *visit = visit_of(w, worst->task);
    return visit->ends > w->sim.now &&
           key < (order == ORDER_LEFT ? work_left_seen(st, visit, w->sim.now) : worst->key);
}

/* ---- Stints ---- */

/* set_timer in an environment, where a quantum goes by the clock, however little is done in it. */
__attribute__((noinline)) static void set_timer_at_speed(struct world *w, struct station *st, uint32_t ti)
{
    struct visit *visit = visit_of(w, ti);
    const double over = visit->begun + (visit->cost + visit->left / st->speed);
    const bool last = st->speed > 0.0 && over <= visit->turn + ROUNDING * w->sim.now;
    visit->ends = st->speed > 0.0 ? over : (double)INFINITY;
    if (last || visit->turn < INFINITY)
        timer_set(&w->sim.calendar, &visit->timer, last ? over : visit->turn, RANK_COMPLETION, EV_STINT_END, ti);
    else
        timer_clear(&visit->timer);
}

static void begin_turn(const struct station *st, struct visit *visit)
{
    if (st->model->environment != NULL)
        visit->turn = visit->begun + (visit->cost + st->model->quantum);
}

/* The end of the work or of the quantum, from when the switch is over. */
static inline void set_timer(struct world *w, struct station *st, uint32_t ti)
{
    struct visit *visit = visit_of(w, ti);
    const double quantum = st->model->quantum;
    const bool last = visit->left <= quantum * (1.0 + ROUNDING);
    const double stint = last ? visit->left : quantum;
    if (st->model->environment != NULL) {
        set_timer_at_speed(w, st, ti);
        return;
    }
    visit->ends = visit->begun + (visit->cost + visit->left);
    timer_set(&w->sim.calendar, &visit->timer, last ? visit->ends : visit->begun + (visit->cost + stint),
              RANK_COMPLETION, EV_STINT_END, ti);
}

/* A busy server turns to the task. */
static void begin_stint(struct world *w, struct station *st, uint32_t ti)
{
    const struct station_model *m = st->model;
    struct visit *visit = visit_of(w, ti);
    if (m->impatient)
        patience_over(w, ti);
    visit->waited += w->sim.now - visit->begun;
    visit->timer.standing = st->standing;
    visit->begun = w->sim.now;
    visit->cost = m->switch_cost == NULL ? 0.0 : dist_draw(m->switch_cost, &st->line.stream);
    begin_turn(st, visit);
    set_timer(w, st, ti);
    const struct line_entry entry = {serving_key(w, st, ti), visit->sequence, ti};
    if (!serving_add(w, st, &entry))
        no_memory(w);
}

/* What has been done in the stint so far is counted, at the speed up to now. */
static void count_so_far(struct world *w, struct station *st, uint32_t ti)
{
    struct visit *visit = visit_of(w, ti);
    const double elapsed = w->sim.now - visit->begun;
    const double cost = elapsed < visit->cost ? elapsed : visit->cost;
    if (st->model->switch_cost != NULL)
        task_more(w, ti)->overhead += cost;
    visit->served += elapsed - cost;
    visit->left = fmax(visit->left - (elapsed - cost) * st->speed, 0.0);
    visit->cost -= cost;
    visit->begun = w->sim.now;
}

void preempt_speed(struct world *w, struct station *st, double speed)
{
    for (uint32_t i = 0; i < st->serving_count; i++)
        count_so_far(w, st, st->serving[i].task);
    st->worked = work_clock(w, st);
    st->worked_since = w->sim.now;
    st->speed = speed;
    for (uint32_t i = 0; i < st->serving_count; i++)
        set_timer(w, st, st->serving[i].task);
}

/* The stint is broken off: what was done in it is counted. */
static void break_off(struct world *w, struct station *st, uint32_t ti)
{
    const struct station_model *m = st->model;
    struct task *t = &w->tasks[ti];
    struct visit *visit = visit_of(w, ti);
    const double elapsed = w->sim.now - visit->begun;
    const double cost = elapsed < visit->cost ? elapsed : visit->cost;
    const double work = elapsed - cost;
    timer_clear(&visit->timer);
    if (m->switch_cost != NULL)
        task_more(w, ti)->overhead += cost;
    visit->served += work;
    visit->begun = w->sim.now;
    switch (m->preempt) {
    case PREEMPT_NOBODY:
    case PREEMPT_RESUMES:
        visit->left = visit->left > work * st->speed ? visit->left - work * st->speed : 0.0;
        break;
    case PREEMPT_RESTARTS:
        visit->left = t->demand;
        break;
    case PREEMPT_REPEATS: {
        const struct op *op = task_op(w, ti);
        if (!op->given) /* a trace's row gives one time, and no law to draw another from */
            t->demand = dist_draw(op->dist, &st->line.stream);
        visit->left = t->demand;
        break;
    }
    }
}

static void wait_in_line(struct world *w, struct station *st, uint32_t ti)
{
    if (!ordered_push(&st->line, waiting_key(w, st, ti), visit_of(w, ti)->sequence, ti))
        no_memory(w);
}

/* The least urgent task in service loses its server, which turns to ti. */
static void preempt(struct world *w, struct station *st, uint32_t ti)
{
    const uint32_t place = least_urgent(w, st), victim = st->serving[place].task;
    serving_remove(w, st, place);
    break_off(w, st, victim);
    wait_in_line(w, st, victim);
    begin_stint(w, st, ti);
}

/* Before the number of busy servers changes. */
static void clocks(struct world *w, struct station *st)
{
    station_clock(w, st);
    if (st->individuals != NULL)
        individual_clock(w, st);
}

void preempt_servers(struct world *w, struct station *st, uint32_t servers)
{
    clocks(w, st);
    while (st->serving_count > servers) {
        const uint32_t place = least_urgent(w, st), victim = st->serving[place].task;
        serving_remove(w, st, place);
        break_off(w, st, victim);
        wait_in_line(w, st, victim);
        st->busy--;
    }
    while (st->serving_count < servers && st->line.count > 0) {
        st->busy++;
        begin_stint(w, st, ordered_pop(&st->line));
    }
    st->idle = servers - st->serving_count;
    preempt_check(w, st);
}

static bool join(struct world *w, struct station *st, uint32_t ti)
{
    const struct station_model *m = st->model;
    clocks(w, st);
    st->present++;
    check_joined(&st->check, w->sim.now, NULL);
    const double demand = w->tasks[ti].demand, size = station_size(w, st, ti);
    *visit_of(w, ti) = (struct visit){
        .begun = w->sim.now, .left = demand, .size = size, .mistake = size - demand, .sequence = st->line.sequence++};
    bool idle = false;
    if (m->behaviour != NULL) {
        idle = m->behaviour->take(w, st);
    } else if (st->idle > 0) {
        st->idle--;
        st->busy++;
        idle = true;
    }
    task_is(w, ti, TASK_VISITING);
    if (idle) {
        begin_stint(w, st, ti);
        return false;
    }
    if (st->serving_count > 0 && displaces(w, st, waiting_key(w, st, ti))) {
        preempt(w, st, ti);
    } else {
        wait_in_line(w, st, ti);
        if (m->impatient)
            patience_begin(w, ti);
    }
    if (m->behaviour != NULL)
        m->behaviour->waiting(w, st);
    preempt_check(w, st);
    return false;
}

static void serve_next(struct world *w, struct station *st)
{
    begin_stint(w, st, ordered_pop(&st->line));
    /* Those that came while others were just about to finish, who could not give way. */
    while (st->line.count > 0 && displaces(w, st, st->line.heap[0].key))
        preempt(w, st, ordered_pop(&st->line));
}

static bool in_service(const struct station *st, const struct visit *visit, uint32_t ti)
{
    return visit->place < st->serving_count && st->serving[visit->place].task == ti;
}

static void account(const struct world *w, const struct station *st, uint32_t ti, struct parts *parts)
{
    const struct visit *visit = visit_of(w, ti);
    const double elapsed = w->sim.now - visit->begun;
    parts->wait += visit->waited;
    parts->service += visit->served;
    if (!in_service(st, visit, ti)) {
        parts->wait += elapsed;
        return;
    }
    const double cost = elapsed < visit->cost ? elapsed : visit->cost;
    parts->overhead += cost;
    parts->service += elapsed - cost;
}

static void withdraw(struct world *w, struct station *st, uint32_t ti)
{
    struct visit *visit = visit_of(w, ti);
    clocks(w, st);
    check_left(&st->check, w->sim.now, NULL);
    st->present--;
    if (!in_service(st, visit, ti)) {
        ordered_remove(&st->line, w->tasks, ti);
        return;
    }
    timer_clear(&visit->timer);
    serving_remove(w, st, visit->place);
    if (st->line.count > 0)
        serve_next(w, st);
    else
        station_rest_server(w, st);
}

static double work(const struct world *w, const struct station *st)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < st->serving_count; i++) {
        const struct visit *visit = visit_of(w, st->serving[i].task);
        const double cost = visit->begun + visit->cost - w->sim.now;
        sum += work_left(st, visit, w->sim.now) + (cost > 0.0 ? cost : 0.0);
    }
    for (uint32_t i = 0; i < st->line.count; i++)
        sum += visit_of(w, st->line.heap[i].task)->left;
    return sum / st->model->servers;
}

const struct station_shape station_preemptive = {
    .work = work,
    .join = join, .serve_next = serve_next, .withdraw = withdraw, .account = account};

/* The quantum is over, not the work. */
static void next_turn(struct world *w, struct station *st, uint32_t ti)
{
    struct visit *visit = visit_of(w, ti);
    const double quantum = st->model->quantum;
    if (st->model->environment != NULL) {
        count_so_far(w, st, ti);
    } else {
        if (st->model->switch_cost != NULL)
            task_more(w, ti)->overhead += visit->cost;
        visit->served += quantum;
        visit->left -= quantum;
        visit->begun = w->sim.now;
    }
    visit->cost = 0.0;
    if (st->line.count == 0) {
        begin_turn(st, visit);
        set_timer(w, st, ti);
        return;
    }
    station_clock(w, st);
    serving_remove(w, st, visit->place);
    visit->sequence = st->line.sequence++;
    wait_in_line(w, st, ti);
    serve_next(w, st);
}

#ifdef DESQ_CHECKS
static void check_served(const struct world *w, const struct station *st, uint32_t ti)
{
    const struct visit *visit = visit_of(w, ti);
    const double demand = w->tasks[ti].demand;
    check_require(st->model->preempt != PREEMPT_RESUMES || st->model->environment != NULL ||
                      fabs(visit->served - demand) <= 1e-9 * (w->sim.now + demand),
                  "served for what it demands", visit->served, demand);
    check_require(visit->waited >= 0.0, "wait >= 0", visit->waited, 0.0);
}

void preempt_check(const struct world *w, const struct station *st)
{
    check_require(st->serving_count == st->busy, "in service = busy", st->serving_count, st->busy);
    /* What is left is a difference of times, so that equals may differ in their last digits. */
    const double slack = st->model->discipline->order == ORDER_LEFT ? 1e-12 * w->sim.now : 0.0;
    if (st->line.count > 0 && st->serving_count > 0)
        check_require(!displaces(w, st, st->line.heap[0].key + slack), "nobody waits who would preempt",
                      st->line.heap[0].key, st->serving[0].key);
}
#else
#define check_served(w, st, ti) ((void)0)
#endif

uint32_t preempt_stint_end(struct world *w, const struct event *e)
{
    const uint32_t ti = e->subject;
    struct visit *visit = visit_of(w, ti);
    if (!timer_due(&w->sim.calendar, &visit->timer, e)) {
        w->sim.events--;
        return NO_TASK;
    }
    struct task *t = &w->tasks[ti];
    struct station *st = task_station(w, ti);
    if (w->sim.now < visit->ends) {
        next_turn(w, st, ti);
        check_station(st);
        preempt_check(w, st);
        return NO_TASK;
    }
    clocks(w, st);
    if (st->model->switch_cost != NULL)
        task_more(w, ti)->overhead += visit->cost;
    if (st->model->environment != NULL)
        visit->served += w->sim.now - visit->begun - visit->cost;
    else
        visit->served += visit->left;
    check_served(w, st, ti);
    t->wait += visit->waited;
    t->service += visit->served;
    tally_add(&st->wait, visit->waited);
    tally_add(&st->response, w->sim.now - t->since);
    check_left(&st->check, w->sim.now, NULL);
    serving_remove(w, st, visit->place);
    st->present--;
    if (st->line.count > 0)
        serve_next(w, st);
    else
        station_rest_server(w, st);
    check_station(st);
    preempt_check(w, st);
    if (w->model->interruptible) {
        w->kinds[t->kind].served += visit->served;
        task_is(w, ti, TASK_WALKING);
    }
    t->step++;
    return ti;
}

void preempt_on_stint_end(void *world, const struct event *e)
{
    struct world *w = world;
    const uint32_t done = preempt_stint_end(w, e);
    if (done != NO_TASK)
        world_advance(w, done, true);
}
