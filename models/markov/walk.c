/* walk.c: what a task does between two moments at which time passes. */
#include "models/markov/scene.h"

#include "models/discipline/pace.h"

#include <math.h>
#include <string.h>

static const struct station_model *station(const struct scene *scene, uint32_t s)
{
    return &scene->chain->model->stations[s];
}

static const struct op *op_of(const struct scene *scene, const struct spot *p)
{
    return &scene->chain->model->kinds[p->kind].program[p->step];
}

static void push_ready(struct scene *scene, const struct spot *p)
{
    scene_push(scene, &scene->ready, &scene->ready_first, &scene->ready_count, &scene->ready_room, p);
}

/* Between two steps again. */
static void to_walk(struct spot *p)
{
    p->where = SPOT_WALKING;
    p->station = p->phase = 0;
}

static void set_busy_shared(struct scene *scene, uint32_t s)
{
    const uint32_t servers = station(scene, s)->servers;
    scene->busy[s] = scene->present[s] < servers ? scene->present[s] : servers;
}

/* ---- lines ---- */

static uint32_t number_waiting(struct scene *scene, const struct spot *p)
{
    struct spot kept = *p;
    kept.fresh = false;
    kept.phase = kept.station = 0;
    kept.where = SPOT_WAITING;
    const uint32_t number = spots_number(scene->spots, &kept);
    if (number == NO_SPOT)
        scene_fail(scene, "out of memory");
    return number;
}

/* Before which run a newcomer of this urgency stands: behind all that are not less urgent. */
static uint32_t behind_class(const struct scene *scene, const struct runs *line, uint16_t urgency)
{
    uint32_t i = line->count;
    while (i > 0 && scene_spot(scene, line->items[i - 1].number)->urgency > urgency)
        i--;
    return i;
}

static void push_line(struct scene *scene, uint32_t s, const struct spot *p)
{
    const struct discipline_type *discipline = station(scene, s)->discipline;
    struct runs *line = &scene->line[s];
    const uint32_t number = number_waiting(scene, p);
    if (number == NO_SPOT)
        return;
    bool ok;
    if (p->resuming != 0 && station(scene, s)->resume_first)
        ok = runs_append(&scene->resumed[s], number, 1);
    else if (discipline == lookup_row(discipline_table, "lcfs"))
        ok = runs_prepend(line, number);
    else if (discipline == lookup_row(discipline_table, "random"))
        ok = runs_add(line, number);
    else if (discipline == lookup_row(discipline_table, "priority"))
        ok = runs_insert(line, behind_class(scene, line, p->urgency), number);
    else
        ok = runs_append(line, number, 1);
    if (!ok)
        scene_fail(scene, "out of memory");
}

/* The next in line leaves it. */
static struct spot pop_line(struct scene *scene, uint32_t s)
{
    struct runs *line = scene->resumed[s].count > 0 ? &scene->resumed[s] : &scene->line[s];
    uint32_t i = 0;
    if (line == &scene->line[s] && line->count > 1 &&
        station(scene, s)->discipline == lookup_row(discipline_table, "random")) {
        double *p = scene_chances(scene, line->count), all = 0.0;
        for (uint32_t j = 0; p != NULL && j < line->count; j++)
            all += line->items[j].count;
        for (uint32_t j = 0; p != NULL && j < line->count; j++)
            p[j] = line->items[j].count / all;
        if (p != NULL)
            i = oracle_draw(scene->oracle, line->count, p);
    }
    const struct spot p = *scene_spot(scene, line->items[i].number);
    runs_remove(line, i);
    return p;
}

/* ---- servers ---- */

/* The task gets a server of s. true: it holds it and can move on at once. */
static bool turn_to(struct scene *scene, uint32_t s, struct spot *p)
{
    const bool turning = station(scene, s)->switch_cost != NULL;
    const struct op *op = op_of(scene, p);
    to_walk(p);
    if (p->resuming != 0) {
        p->hold[p->resuming - 1].state = HOLDING_HELD;
        p->hold[p->resuming - 1].level = 0;
        p->wanted--;
        p->resuming = 0;
    } else if (op->code == OP_TAKE) {
        p->hold[p->holds].station = (uint16_t)s;
        p->hold[p->holds].state = HOLDING_HELD;
        p->hold[p->holds].level = 0;
        p->holds++;
        p->step++;
    } else {
        p->station = (uint16_t)s;
        p->where = turning ? SPOT_TURNING_AT : SPOT_SERVED;
        scene_begin(scene, p, scene_law(scene, p));
        return false;
    }
    if (!turning)
        return true;
    p->station = (uint16_t)s;
    p->where = SPOT_TURNING;
    scene_begin(scene, p, scene_law(scene, p));
    return false;
}

static void free_server(struct scene *scene, uint32_t s)
{
    scene->present[s]--;
    if (scene->line[s].count == 0 && scene->resumed[s].count == 0) {
        scene->busy[s]--;
        if (scene_sets_up(scene, s))
            scene_server_rests(scene, s);
        return;
    }
    struct spot next = pop_line(scene, s);
    if (turn_to(scene, s, &next))
        push_ready(scene, &next);
}

/* Comes to a station where tasks are preempted. */
static void stay(struct scene *scene, uint32_t s, struct spot *p)
{
    struct runs *line = &scene->line[s];
    p->where = SPOT_STAYING;
    p->station = (uint16_t)s;
    p->fresh = false;
    const struct phase_law *law = scene_law(scene, p);
    if (law->n > 1) {
        double *chances = scene_chances(scene, (uint32_t)law->n);
        if (chances == NULL)
            return;
        for (size_t i = 0; i < law->n; i++)
            chances[i] = law->alpha[i];
        p->phase = (uint16_t)oracle_draw(scene->oracle, (uint32_t)law->n, chances);
    }
    scene->present[s]++;
    set_busy_shared(scene, s);
    const uint32_t number = spots_number(scene->spots, p);
    const bool latest = station(scene, s)->discipline->order == ORDER_LATEST;
    if (number == NO_SPOT || !runs_insert(line, latest ? 0 : behind_class(scene, line, p->urgency), number))
        scene_fail(scene, "out of memory");
}

/* true: it holds a server and can move on at once. */
static bool join(struct scene *scene, uint32_t s, struct spot *p)
{
    const struct station_model *m = station(scene, s);
    if (m->sharing) {
        scene->present[s]++;
        set_busy_shared(scene, s);
        p->where = SPOT_SHARED;
        p->station = (uint16_t)s;
        scene_begin(scene, p, scene_law(scene, p));
        return false;
    }
    if (scene_preempts(scene, s)) {
        stay(scene, s, p);
        return false;
    }
    scene->present[s]++;
    if (scene_sets_up(scene, s) ? scene->idle[s] > 0 : m->servers == UNLIMITED || scene->busy[s] < m->servers) {
        scene->busy[s]++;
        scene->idle[s] -= scene_sets_up(scene, s);
        return turn_to(scene, s, p);
    }
    push_line(scene, s, p);
    if (scene_sets_up(scene, s))
        scene_start_server(scene, s);
    return false;
}

static void give_down_to(struct scene *scene, struct spot *p, uint8_t keep)
{
    while (p->holds > keep) {
        p->holds--;
        const uint16_t s = p->hold[p->holds].station;
        const uint8_t state = p->hold[p->holds].state;
        memset(&p->hold[p->holds], 0, sizeof p->hold[p->holds]);
        if (state == HOLDING_HELD) {
            scene->stations[s].left++;
            free_server(scene, s);
        } else if (state == HOLDING_WANTED) {
            p->wanted--;
        }
    }
}

/* ---- the end ---- */

static void begin_thinking(struct scene *scene, uint16_t kind)
{
    struct spot p;
    memset(&p, 0, sizeof p);
    p.kind = kind;
    p.where = SPOT_THINKING;
    scene_begin(scene, &p, &scene->chain->thinking[kind]);
}

static void end(struct scene *scene, const struct spot *p, enum task_end how)
{
    scene->kinds[p->kind].completed += how == TASK_COMPLETED;
    scene->kinds[p->kind].lost += how == TASK_LOST;
    scene->kinds[p->kind].abandoned += how == TASK_ABANDONED;
    scene->kinds[p->kind].timed_out += how == TASK_TIMED_OUT;
    if (how == TASK_ABANDONED || how == TASK_TIMED_OUT || (how == TASK_LOST && !p->fresh))
        scene->lost_late = true;
    if (scene->chain->closed[p->kind])
        begin_thinking(scene, p->kind);
    else
        scene->open--;
}

static struct spot newcomer(const struct scene *scene, uint32_t kind)
{
    struct spot p;
    memset(&p, 0, sizeof p);
    p.kind = (uint16_t)kind;
    p.urgency = (uint16_t)scene->chain->model->class_of_kind[kind];
    p.weight = (uint16_t)kind;
    p.fresh = true;
    return p;
}

static uint32_t present_in(const struct scene *scene, uint32_t s)
{
    const struct group_model *group = station(scene, s)->group;
    if (group == NULL)
        return scene->present[s];
    uint32_t all = 0;
    for (uint32_t i = 0; i < group->count; i++)
        all += scene->present[group->members[i]];
    return all;
}

static bool balks(struct scene *scene, const struct spot *p, uint32_t present)
{
    const struct kind_model *kind = &scene->chain->model->kinds[p->kind];
    if (kind->balk_count == 0)
        return false;
    const double chance = kind->balk[present < kind->balk_count ? present : kind->balk_count - 1];
    const double chances[] = {1.0 - chance, chance};
    return chance >= 1.0 || (chance > 0.0 && oracle_draw(scene->oracle, 2, chances) == 1);
}

enum admission { ADMITTED, GONE, ELSEWHERE };

/* Comes to the station of its op; *at is where it goes, of a group. */
static enum admission admit(struct scene *scene, uint32_t *at, struct spot *p, const struct op *op)
{
    const uint32_t s = *at;
    const struct station_model *m = station(scene, s);
    const uint32_t present = present_in(scene, s);
    scene->stations[s].offered++;
    if ((m->capacity != UNLIMITED && present >= m->capacity) || balks(scene, p, present)) {
        scene->stations[s].lost++;
        if (m->overflows) {
            p->step = op->target;
            return ELSEWHERE;
        }
        give_down_to(scene, p, 0);
        end(scene, p, TASK_LOST);
        return GONE;
    }
    if (m->group == NULL)
        return ADMITTED;
    *at = scene_dispatch(scene, s);
    const struct station_model *member = station(scene, *at);
    if (member->whole == s)
        return ADMITTED;
    scene->stations[*at].offered++;
    if (member->capacity == UNLIMITED || scene->present[*at] < member->capacity)
        return ADMITTED;
    scene->stations[s].lost++;
    scene->stations[*at].lost++;
    give_down_to(scene, p, 0);
    end(scene, p, TASK_LOST);
    return GONE;
}

/* ---- steps ---- */

static bool resume(struct scene *scene, struct spot *p)
{
    uint8_t h = 0;
    while (p->hold[h].state != HOLDING_WANTED)
        h++;
    p->resuming = (uint8_t)(h + 1);
    return join(scene, p->hold[h].station, p);
}

static bool await(struct scene *scene, struct spot *p)
{
    bool gave = false;
    p->awaits++;
    for (uint8_t h = p->holds; h-- > 0;) {
        const uint16_t s = p->hold[h].station;
        if (p->hold[h].state != HOLDING_HELD || !station(scene, s)->release)
            continue;
        p->hold[h].state = HOLDING_AWAY;
        p->hold[h].level = p->awaits;
        scene->stations[s].left++;
        free_server(scene, s);
        gave = true;
    }
    return gave;
}

static void await_over(struct spot *p)
{
    for (uint8_t h = 0; h < p->holds; h++)
        if (p->hold[h].state == HOLDING_AWAY && p->hold[h].level == p->awaits) {
            p->hold[h].state = HOLDING_WANTED;
            p->wanted++;
        }
    p->awaits--;
}

static uint32_t choose(struct scene *scene, const struct op *branch)
{
    uint32_t n = 0;
    while (branch[n].code == OP_BRANCH)
        n++;
    double *p = scene_chances(scene, n), before = 0.0;
    if (p == NULL)
        return branch[0].target;
    for (uint32_t i = 0; i < n; i++) {
        p[i] = i + 1 < n ? branch[i].p - before : 1.0 - before;
        before = branch[i].p;
    }
    return branch[oracle_draw(scene->oracle, n, p)].target;
}

/* P(the draw, rounded, is i), until what is left does not count. */
static uint16_t rounds(struct scene *scene, const struct dist *d)
{
    enum { MOST = 4096 };
    if (d->shape == DIST_CONSTANT)
        return (uint16_t)fmin(fmax(floor(d->a + 0.5), 0.0), 60000.0);
    double *p = NULL, before = 0.0;
    uint32_t n = 0;
    for (uint32_t room = 64; room <= MOST && before < 1.0 - 1e-15; room *= 4) { /* few numbers are likely: all MOST need not be emptied */
        p = scene_chances(scene, room);
        before = 0.0;
        for (n = 0; p != NULL && n < room && before < 1.0 - 1e-15; n++) {
            const double upto = d->type->cdf(d, nextafter(n + 0.5, 0.0));
            p[n] = upto - before;
            before = upto;
        }
    }
    if (p == NULL || before < 1.0 - 1e-12) {
        scene_fail(scene, "a step may be repeated too often");
        return 0;
    }
    return (uint16_t)oracle_draw(scene->oracle, n, p);
}

static void walk(struct scene *scene, struct spot *p, bool gave)
{
    const struct model *m = scene->chain->model;
    for (uint32_t steps = 0; scene->failed == NULL; steps++) {
        const struct op *op = op_of(scene, p);
        const enum opcode code = op->code;
        if (steps > 1000000) {
            scene_fail(scene, "a task goes round and round in no time");
            return;
        }
        if (code == OP_AT || code == OP_DELAY || code == OP_TAKE || code == OP_AWAIT || code == OP_SEND || code == OP_BACKOFF) {
            if (gave && scene->ready_count > 0) { /* those whom it gave a server move first */
                push_ready(scene, p);
                return;
            }
            gave = false;
            if (p->wanted > 0) {
                if (resume(scene, p))
                    continue;
                return;
            }
        }
        switch (code) {
        case OP_AT:
        case OP_TAKE: {
            uint32_t s = op->station;
            const enum admission admission = admit(scene, &s, p, op);
            if (admission == ELSEWHERE)
                break;
            if (admission == GONE || !join(scene, s, p))
                return;
            break;
        }
        case OP_DELAY:
        case OP_BACKOFF:
            p->where = SPOT_DELAYED;
            scene_begin(scene, p, scene_law(scene, p));
            return;
        case OP_GIVE:
            give_down_to(scene, p, (uint8_t)(p->holds - 1));
            gave = true;
            p->step++;
            break;
        case OP_AWAIT:
            gave |= await(scene, p);
            p->step++;
            break;
        case OP_RETURN:
            await_over(p);
            p->step++;
            break;
        case OP_CHOOSE:
            p->step = choose(scene, op + 1);
            break;
        case OP_JUMP:
            p->step = op->target;
            break;
        case OP_REPEAT:
            p->loop[op->slot] = rounds(scene, op->dist);
            p->step = p->loop[op->slot] == 0 ? op->target : p->step + 1;
            break;
        case OP_LOOP:
            p->step = --p->loop[op->slot] > 0 ? op->target : p->step + 1;
            break;
        case OP_SEND: {
            p->step++;
            if (scene->open >= scene->open_most) {
                scene->full = true;
                break;
            }
            const struct spot sent = newcomer(scene, op->station);
            scene->open++;
            scene->kinds[op->station].arrived++;
            push_ready(scene, &sent);
            break;
        }
        case OP_BECOME:
            if (op->target != UINT32_MAX)
                p->urgency = (uint16_t)op->target;
            if (op->slot > 0)
                p->weight = (uint16_t)(op->slot - 1U);
            p->step++;
            break;
        case OP_TRY:
            scene_close_frame(p, op->slot);
            p->step++;
            break;
        case OP_ARM:
            scene_arm(p, op);
            break;
        case OP_DISARM:
            scene_close_frame(p, op->slot);
            p->step++;
            break;
        case OP_RETRY:
            scene_retry(p, op);
            break;
        case OP_GIVE_UP:
            give_down_to(scene, p, 0);
            end(scene, p, TASK_TIMED_OUT);
            return;
        case OP_END:
            end(scene, p, TASK_COMPLETED);
            return;
        case OP_BRANCH:
        case OP_REPLY:
        case OP_PASS:
        case OP_BUDGET:
        case OP_GUARD:
        case OP_FORK:
        case OP_DELIVER:
        case OP_VISIBLE:
        case OP_ACKNOWLEDGE:
        case OP_LOST:
        case OP_DEAD:
        case OP_JOIN: /* refused before */
            scene_fail(scene, "a step that no chain is made of");
            return;
        }
    }
    (void)m;
}

static void settle(struct scene *scene)
{
    while (scene->ready_count > 0 && scene->failed == NULL) {
        struct spot p = scene->ready[scene->ready_first++];
        scene->ready_count--;
        walk(scene, &p, false);
    }
}

static void begin_task(struct scene *scene, uint32_t kind)
{
    struct spot p = newcomer(scene, kind);
    scene->kinds[kind].arrived++;
    walk(scene, &p, false);
}

/* The time that ran at p, which is not among the active any more, is over. */
static void over(struct scene *scene, struct spot *p)
{
    const enum spot_where where = p->where;
    const uint32_t s = p->station;
    switch (where) {
    case SPOT_SERVED:
        scene->stations[s].left++;
        free_server(scene, s);
        break;
    case SPOT_SHARED:
    case SPOT_STAYING:
        scene->stations[s].left++;
        scene->present[s]--;
        set_busy_shared(scene, s);
        break;
    case SPOT_TURNING:
    case SPOT_DELAYED:
    case SPOT_THINKING:
        break;
    case SPOT_TURNING_AT:
        p->where = SPOT_SERVED;
        p->phase = 0;
        scene_begin(scene, p, scene_law(scene, p));
        return;
    case SPOT_WALKING:
    case SPOT_WAITING:
        return;
    }
    if (where == SPOT_THINKING) {
        begin_task(scene, p->kind);
        return;
    }
    to_walk(p);
    p->step += where != SPOT_TURNING;
    walk(scene, p, where == SPOT_SERVED || where == SPOT_SHARED || where == SPOT_STAYING);
}

static void come_to_rest(struct scene *scene)
{
    settle(scene);
    while (scene->instant_count > 0 && scene->failed == NULL) {
        struct spot p = scene->instants[scene->instant_first++];
        scene->instant_count--;
        over(scene, &p);
        settle(scene);
    }
    scene_instant_over(scene);
}

/* The tasks of one epoch come. */
static void come(struct scene *scene, uint32_t kind)
{
    if (scene->open_most - scene->open < scene->chain->batch[kind]) {
        scene->full = true;
        return;
    }
    for (uint32_t i = 0; i < scene->chain->batch[kind]; i++) {
        scene->open++;
        begin_task(scene, kind);
        settle(scene);
    }
    come_to_rest(scene);
}

void scene_arrival(struct scene *scene, uint32_t kind)
{
    const struct phase_law *law = &scene->chain->between[kind];
    if (law->n > 1) {
        double *p = scene_chances(scene, (uint32_t)law->n);
        for (size_t i = 0; p != NULL && i < law->n; i++)
            p[i] = law->alpha[i];
        if (p != NULL)
            scene->source[kind] = oracle_draw(scene->oracle, (uint32_t)law->n, p);
    }
    come(scene, kind);
}

void scene_arrival_to(struct scene *scene, uint32_t kind, uint32_t phase)
{
    scene->source[kind] = phase;
    come(scene, kind);
}

void scene_start(struct scene *scene, uint32_t kind)
{
    scene->source[kind]--;
    scene->open++;
    begin_task(scene, kind);
    come_to_rest(scene);
}

/* One of the active leaves them. */
static struct spot take_active(struct scene *scene, uint32_t number)
{
    uint32_t i = 0;
    while (scene->active.items[i].number != number)
        i++;
    runs_remove(&scene->active, i);
    return *scene_spot(scene, number);
}

void scene_phase(struct scene *scene, uint32_t number, uint32_t phase)
{
    struct spot p = take_active(scene, number);
    p.phase = (uint16_t)phase;
    scene_add_active(scene, &p);
}

void scene_done(struct scene *scene, uint32_t number)
{
    struct spot p = take_active(scene, number);
    over(scene, &p);
    come_to_rest(scene);
}

void scene_stay_phase(struct scene *scene, uint32_t s, uint32_t i, uint32_t before, uint32_t phase)
{
    struct spot p = *scene_spot(scene, scene->line[s].items[i].number);
    p.phase = (uint16_t)phase;
    const uint32_t number = spots_number(scene->spots, &p);
    if (number == NO_SPOT || !runs_replace(&scene->line[s], i, before, number))
        scene_fail(scene, "out of memory");
}

void scene_stay_done(struct scene *scene, uint32_t s, uint32_t i)
{
    struct spot p = *scene_spot(scene, scene->line[s].items[i].number);
    runs_remove(&scene->line[s], i);
    over(scene, &p);
    come_to_rest(scene);
}

void scene_abandon(struct scene *scene, uint32_t s, uint32_t i)
{
    struct spot p = *scene_spot(scene, scene->line[s].items[i].number);
    runs_remove(&scene->line[s], i);
    scene->present[s]--;
    give_down_to(scene, &p, 0);
    end(scene, &p, TASK_ABANDONED);
    come_to_rest(scene);
}

/* The attempt ends of a task that has been taken from where it was. */
static void attempt_ends(struct scene *scene, struct spot *p, uint32_t frame)
{
    to_walk(p);
    p->resuming = 0;
    for (uint32_t f = frame + 1; f < SPOT_FRAMES; f++)
        scene_close_frame(p, f);
    give_down_to(scene, p, p->frame[frame].holds);
    scene_attempt_over(scene, p, frame);
    walk(scene, p, true);
    come_to_rest(scene);
}

void scene_time_out(struct scene *scene, uint32_t number, uint32_t frame)
{
    struct spot p = take_active(scene, number);
    switch ((enum spot_where)p.where) {
    case SPOT_SERVED:
    case SPOT_TURNING_AT:
        free_server(scene, p.station);
        break;
    case SPOT_SHARED:
        scene->present[p.station]--;
        set_busy_shared(scene, p.station);
        break;
    case SPOT_TURNING:
    case SPOT_DELAYED:
    case SPOT_THINKING:
    case SPOT_WALKING:
    case SPOT_WAITING:
    case SPOT_STAYING:
        break;
    }
    attempt_ends(scene, &p, frame);
}

void scene_time_out_in_line(struct scene *scene, uint32_t s, uint32_t i, bool resumed, uint32_t frame)
{
    struct runs *line = resumed ? &scene->resumed[s] : &scene->line[s];
    struct spot p = *scene_spot(scene, line->items[i].number);
    runs_remove(line, i);
    scene->present[s]--;
    if (scene_preempts(scene, s))
        set_busy_shared(scene, s);
    attempt_ends(scene, &p, frame);
}

void scene_is_set_up(struct scene *scene, uint32_t s)
{
    scene->starting[s]--;
    if (scene->line[s].count == 0 && scene->resumed[s].count == 0) {
        scene_server_rests(scene, s);
    } else {
        struct spot next = pop_line(scene, s);
        scene->busy[s]++;
        if (turn_to(scene, s, &next))
            push_ready(scene, &next);
    }
    come_to_rest(scene);
}

void scene_think(struct scene *scene, uint32_t kind)
{
    begin_thinking(scene, (uint16_t)kind);
    come_to_rest(scene);
}
