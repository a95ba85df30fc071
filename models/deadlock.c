/* deadlock.c: a reduction of the graph of who waits for whom (Holt, Some deadlock properties of computer systems, ACM
 * Computing Surveys 1972, section 3). Starting from "whoever waits is stuck", all those are freed for whom there is a
 * server that is free, serving or held by somebody who goes on; what they hold will then go back. What is left when
 * nothing changes any more is the deadlock, whatever else goes on. */
#include "models/deadlock.h"

#include "models/counted.h"
#include "models/group.h"
#include "models/part.h"
#include "models/patience.h"
#include "models/timeout.h"
#include "models/visit_waiting.h"

#include <stdio.h>
#include <stdlib.h>

#define NO_STATION UINT32_MAX

enum state { GOES_ON, WAITS, FOR_ROOM, JOINS };

struct reduction {
    const struct world *w;
    uint8_t *state;    /* by task */
    uint32_t *where;   /* by task: station at which it waits, or for whose room */
    uint32_t *held;    /* by station: servers held by those who are taken for stuck */
    uint32_t *present; /* by station: those among them who are counted as present */
    uint32_t station;  /* in hand */
    bool changed, blocked;
};

/* Is the station s, or one of a group behind it? */
static bool within(const struct model *m, uint32_t station, uint32_t s)
{
    const struct group_model *group = m->stations[s].group;
    for (uint32_t i = 0; group != NULL && i < group->count; i++)
        if (group->members[i] == station)
            return true;
    return station == s;
}

static uint32_t servers_of(const struct station_model *m, const struct holding *holding)
{
    return m->counted ? holding->count : 1;
}

/* What the task has and where it is, counted or counted off. */
static void count(struct reduction *r, uint32_t ti, int sign)
{
    const struct world *w = r->w;
    if (r->state[ti] == WAITS)
        r->present[r->where[ti]] += (uint32_t)sign;
    if (w->model->more_size == 0)
        return;
    const struct holding *holdings = task_holdings(w, ti);
    for (uint8_t h = 0; h < w->tasks[ti].holds; h++) {
        if (holdings[h].state != HOLDING_HELD)
            continue;
        r->held[holdings[h].station] += (uint32_t)sign * servers_of(&w->model->stations[holdings[h].station], &holdings[h]);
        r->present[holdings[h].station] += (uint32_t)sign;
    }
    const uint32_t kept = w->model->blocking ? task_more(w, ti)->kept : 0;
    if (kept > 0) {
        r->held[kept - 1] += (uint32_t)sign;
        r->present[kept - 1] += (uint32_t)sign;
    }
}

/* It waits only for so long. */
static bool gives_up(const struct world *w, uint32_t ti)
{
    return patience_runs(w, ti) || (w->model->frames > 0 && timeout_runs(w, ti));
}

static void mark(struct reduction *r, uint32_t ti, enum state state, uint32_t where)
{
    if (gives_up(r->w, ti))
        return;
    r->state[ti] = (uint8_t)state;
    r->where[ti] = where;
    count(r, ti, 1);
}

static void mark_waiting(void *context, uint32_t ti)
{
    struct reduction *r = context;
    mark(r, ti, WAITS, r->station);
}

/* A delivery whose time runs will be followed by another one, or by the end of the message. */
static bool delivery_runs(const struct world *w, uint32_t ti)
{
    if (task_op(w, ti)->code != OP_DELIVER)
        return false;
    for (uint32_t b = task_part(w, ti)->first; b != NO_TASK; b = task_part(w, b)->next)
        if (task_part(w, b)->begun && task_frames(w, b)->timer.set)
            return true;
    return false;
}

static bool mark_all(struct reduction *r)
{
    const struct world *w = r->w;
    for (uint32_t s = 0; s < w->model->part_count; s++) {
        const struct station *st = &w->stations[s];
        r->station = s;
        visit_waiting(w, st, mark_waiting, r);
        if (st->head != NO_TASK)
            mark(r, st->head, WAITS, s);
        for (uint32_t ti = st->blocked.first; ti != NO_TASK; ti = w->tasks[ti].next)
            mark(r, ti, FOR_ROOM, s);
    }
    if (!w->model->parted)
        return true;
    bool *unused = calloc(w->task_count + 1, sizeof *unused);
    if (unused == NULL)
        return false;
    for (uint32_t ti = w->task_free; ti != NO_TASK; ti = w->tasks[ti].next)
        unused[ti] = true;
    for (uint32_t ti = 0; ti < w->task_count; ti++)
        if (!unused[ti] && task_stay(w, ti)->where == TASK_JOINING && task_part(w, ti)->first != NO_TASK &&
            !delivery_runs(w, ti))
            mark(r, ti, JOINS, NO_STATION);
    free(unused);
    return true;
}

static void let_go(struct reduction *r, uint32_t ti)
{
    count(r, ti, -1);
    r->state[ti] = GOES_ON;
    r->changed = true;
}

/* Servers of a station that are not held by anybody who is stuck. */
static uint32_t available(const struct reduction *r, uint32_t s)
{
    const struct station_model *m = &r->w->model->stations[s];
    return m->servers == UNLIMITED || m->tokens_rate > 0.0 ? UNLIMITED : m->servers - r->held[s];
}

/* Those who are stuck fill it. */
static bool full(const struct reduction *r, uint32_t s)
{
    const struct model *m = r->w->model;
    uint32_t present = 0;
    for (uint32_t i = 0; i < m->part_count; i++)
        present += within(m, i, s) ? r->present[i] : 0;
    return present >= m->stations[s].capacity;
}

static void try_waiting(void *context, uint32_t ti)
{
    struct reduction *r = context;
    const struct station_model *m = &r->w->model->stations[r->station];
    if (r->state[ti] != WAITS || r->blocked)
        return;
    if (available(r, r->station) >= (m->counted ? counted_needs(r->w, ti) : 1))
        let_go(r, ti);
    else
        r->blocked = m->counted && m->discipline == lookup_row(discipline_table, "fcfs"); /* nobody overtakes it */
}

/* Somebody else's server may come for those who wait here: another line of the same whole. */
static bool helped(const struct reduction *r, uint32_t s)
{
    const struct model *m = r->w->model;
    if (!m->stations[s].wanders)
        return false;
    for (uint32_t i = 0; i < m->part_count; i++)
        if (m->stations[i].wanders && m->stations[i].whole == m->stations[s].whole && available(r, i) > 0)
            return true;
    return false;
}

static void let_all_go(void *context, uint32_t ti)
{
    struct reduction *r = context;
    if (r->state[ti] == WAITS)
        let_go(r, ti);
}

static bool enough_branches(const struct reduction *r, uint32_t ti)
{
    const struct world *w = r->w;
    const struct part *part = task_part(w, ti);
    double joined = part->joined;
    for (uint32_t b = part->first; b != NO_TASK; b = task_part(w, b)->next)
        joined += r->state[b] == GOES_ON;
    return joined >= task_op(w, ti)->p;
}

static void reduce(struct reduction *r)
{
    const struct world *w = r->w;
    for (r->changed = true; r->changed;) {
        r->changed = false;
        for (uint32_t s = 0; s < w->model->part_count; s++) {
            const struct station *st = &w->stations[s];
            r->station = s;
            r->blocked = false;
            if (st->head != NO_TASK) {
                try_waiting(r, st->head);
                r->blocked |= r->state[st->head] == WAITS;
            }
            visit_waiting(w, st, helped(r, s) ? let_all_go : try_waiting, r);
            for (uint32_t ti = st->blocked.first; ti != NO_TASK; ti = w->tasks[ti].next)
                if (r->state[ti] == FOR_ROOM && !full(r, s))
                    let_go(r, ti);
        }
        for (uint32_t ti = 0; w->model->parted && ti < w->task_count; ti++)
            if (r->state[ti] == JOINS && enough_branches(r, ti))
                let_go(r, ti);
    }
}

static bool holds(const struct world *w, uint32_t ti, uint32_t s)
{
    if (w->model->more_size == 0)
        return false;
    const struct holding *holdings = task_holdings(w, ti);
    for (uint8_t h = 0; h < w->tasks[ti].holds; h++)
        if (holdings[h].state == HOLDING_HELD && within(w->model, holdings[h].station, s))
            return true;
    return w->model->blocking && task_more(w, ti)->kept > 0 && within(w->model, task_more(w, ti)->kept - 1U, s);
}

/* Whom a stuck task waits for: the first who is stuck and holds what it wants. *held: whether a server is. */
static uint32_t follow(const struct reduction *r, uint32_t ti, bool *held)
{
    const struct world *w = r->w;
    *held = r->state[ti] != JOINS;
    if (r->state[ti] == JOINS) {
        uint32_t b = task_part(w, ti)->first;
        while (b != NO_TASK && r->state[b] == GOES_ON)
            b = task_part(w, b)->next;
        return b;
    }
    for (uint32_t other = 0; other < w->task_count; other++)
        if (other != ti && r->state[other] != GOES_ON && holds(w, other, r->where[ti]))
            return other;
    if (holds(w, ti, r->where[ti]))
        return ti;
    *held = false;
    for (uint32_t other = 0; r->state[ti] == FOR_ROOM && other < w->task_count; other++)
        if (r->state[other] == WAITS && within(w->model, r->where[other], r->where[ti]))
            return other;
    return NO_TASK;
}

/* Goes from one to whom it waits for until somebody comes up again, and tells that cycle. */
static bool tell(const struct reduction *r, uint32_t first, struct deadlock *out)
{
    const struct world *w = r->w;
    uint32_t at = first;
    bool held = true;
    bool *seen = calloc(w->task_count + 1, sizeof *seen);
    if (seen == NULL)
        return false;
    while (at != NO_TASK && !seen[at]) { /* then it is on the cycle */
        seen[at] = true;
        at = follow(r, at, &held);
    }
    free(seen);
    if (at == NO_TASK) /* a chain that ends: from its beginning */
        at = first;
    const uint32_t begin = at;
    bool held_by_first = held;
    uint32_t wanted = NO_STATION;
    while (at != NO_TASK) {
        const bool joins = r->state[at] == JOINS;
        const double since = joins ? 0.0 : w->tasks[at].since;
        out->since = since > out->since ? since : out->since;
        if (out->length < DEADLOCK_LINKS)
            out->links[out->length] = (struct deadlock_link){
                .task = at,
                .kind = w->tasks[at].kind,
                .branch = wanted == NO_STATION && out->length > 0,
                .holds = held ? wanted : NO_STATION,
                .wait = joins ? DEADLOCK_BRANCH : r->state[at] == WAITS ? DEADLOCK_SERVER : DEADLOCK_ROOM,
                .station = r->where[at],
                .since = since,
            };
        out->length++;
        wanted = r->where[at];
        at = follow(r, at, &held);
        if (at == begin)
            break;
    }
    held_by_first = held;
    out->links[0].holds = held_by_first ? wanted : NO_STATION; /* as the last one sees it */
    out->links[0].branch = wanted == NO_STATION;
    return true;
}

bool deadlock_find(const struct world *w, struct deadlock *out)
{
    const uint32_t stations = w->model->part_count;
    struct reduction r = {
        .w = w,
        .state = calloc(w->task_count + 1, sizeof *r.state),
        .where = calloc(w->task_count + 1, sizeof *r.where),
        .held = calloc(stations + 1, sizeof *r.held),
        .present = calloc(stations + 1, sizeof *r.present),
    };
    uint32_t first = NO_TASK;
    uint64_t tasks = 0;
    if (r.state != NULL && r.where != NULL && r.held != NULL && r.present != NULL && mark_all(&r)) {
        reduce(&r);
        for (uint32_t ti = w->task_count; ti-- > 0;)
            if (r.state[ti] != GOES_ON) {
                first = ti;
                tasks++;
            }
        if (first != NO_TASK && out != NULL) {
            *out = (struct deadlock){.tasks = tasks};
            if (!tell(&r, first, out))
                first = NO_TASK;
        }
    }
    free(r.state);
    free(r.where);
    free(r.held);
    free(r.present);
    return first != NO_TASK;
}

static size_t say(char *out, size_t size, size_t used, const struct world *w, const struct deadlock_link *l, bool first)
{
    const struct model *m = w->model;
    char held[160] = "", waits[160];
    if (l->holds != NO_STATION)
        snprintf(held, sizeof held, "holds \"%.120s\" and ", m->stations[l->holds].name);
    if (l->wait == DEADLOCK_BRANCH)
        snprintf(waits, sizeof waits, "waits for its branches");
    else
        snprintf(waits, sizeof waits, "waits for %s\"%.120s\"", l->wait == DEADLOCK_ROOM ? "room at " : "",
                 m->stations[l->station].name);
    const int n = snprintf(out + used, size - used, "%sa %s of \"%s\" %s%s", first ? "" : ", ",
                           l->branch ? "branch" : "task", m->kinds[l->kind].name, held, waits);
    return n < 0 || used + (size_t)n >= size ? size : used + (size_t)n;
}

bool world_deadlock(const struct world *w, char *out, size_t size)
{
    struct deadlock d;
    if (!deadlock_find(w, size > 0 ? &d : NULL))
        return false;
    size_t used = 0;
    for (size_t i = 0; size > 0 && i < d.length && i < DEADLOCK_LINKS && used < size; i++)
        used = say(out, size, used, w, &d.links[i], i == 0);
    if (used < size)
        snprintf(out + used, size - used, "%s, since time %.10g", d.length > DEADLOCK_LINKS ? ", and so on" : "", d.since);
    return true;
}
