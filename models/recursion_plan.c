#include "models/recursion_plan.h"

/* What is being written. */
struct pen {
    struct plan *plan;
    const struct model *model;
    const struct kind_model *kind;
    struct plan_way way; /* so far */
    bool seen[UINT16_MAX + 1];
    const char *why;
};

static bool refuse(struct pen *pen, const char *why)
{
    pen->why = why;
    return false;
}

static const char comes_back[] = "tasks come back to a station where they have been";

static const struct op *behind_jumps(const struct pen *pen, uint32_t at)
{
    const struct op *op = &pen->kind->program[at];
    for (uint32_t jumps = 0; op->code == OP_JUMP; jumps++) {
        if (jumps > pen->kind->program_length)
            return NULL;
        op = &pen->kind->program[op->target];
    }
    return op;
}

static const char go_round[] = "tasks go round without a visit", other_steps[] = "tasks have other steps than visits, delays, choices and forks";

/* The branch that begins at op number `at`. */
static bool follow_branch(struct pen *pen, struct plan_node *fork, uint32_t at)
{
    struct plan *plan = pen->plan;
    struct plan_visit *last = NULL;
    for (uint64_t draw = 0;; draw++) {
        const struct op *op = behind_jumps(pen, at);
        if (op == NULL)
            return refuse(pen, go_round);
        if (op->code == OP_JOIN)
            break;
        if (op->code != OP_AT || op->given)
            return refuse(pen, other_steps);
        if (last != NULL && pen->model->stations[last->op->station].servers != 1)
            return refuse(pen, "a branch of a fork goes on from a station of several servers");
        if (plan->visit_count == PLAN_VISITS)
            return refuse(pen, "branches of forks have more than 64 visits");
        const uint32_t visit = plan->visit_count++;
        plan->visits[visit] = (struct plan_visit){.op = op, .draw = draw, .kind = pen->way.kind, .fork = (uint32_t)(fork - plan->nodes),
                                                  .line = visit, .first = last == NULL};
        last = &plan->visits[visit];
        at = (uint32_t)(op + 1 - pen->kind->program);
        fork->visit_count++;
    }
    if (last == NULL)
        return refuse(pen, "a branch of a fork visits no station");
    last->last = true;
    fork->unsorted |= pen->model->stations[last->op->station].servers != 1;
    return true;
}

static bool follow_branches(struct pen *pen, uint32_t node)
{
    struct plan_node *fork = &pen->plan->nodes[node];
    const struct op *op = fork->op;
    if (op->given && op->p < op->slot)
        return refuse(pen, "branches of a fork are cancelled");
    fork->first_visit = pen->plan->visit_count;
    for (uint32_t b = 0; b < op->slot; b++)
        if (!follow_branch(pen, fork, op[1 + (op->station > 0 ? 0 : b)].target))
            return false;
    return true;
}

/* From op number `at` on, `draw` draws having been made, coming from node `before`. */
static bool follow(struct pen *pen, uint32_t at, uint64_t draw, uint32_t before, struct plan_place *out)
{
    struct plan *plan = pen->plan;
    const struct op *op = behind_jumps(pen, at);
    if (op == NULL)
        return refuse(pen, go_round);
    if (op->code == OP_END) {
        if (plan->way_count == PLAN_WAYS)
            return refuse(pen, "tasks have more than 128 ways to go");
        *out = (struct plan_place){true, plan->way_count};
        plan->ways[plan->way_count++] = pen->way;
        return true;
    }
    if ((op->code != OP_AT || op->given) && (op->code != OP_DELAY || op->dist->shape == DIST_SHARED || op->dist->shape == DIST_GIVEN) &&
        op->code != OP_CHOOSE && op->code != OP_FORK)
        return refuse(pen, other_steps);
    if (plan->node_count == PLAN_NODES)
        return refuse(pen, "there are more than 64 steps");
    const bool visit = op->code == OP_AT, counted = visit && pen->model->stations[op->station].servers != UNLIMITED;
    const uint32_t count = op->code == OP_CHOOSE ? op->target : 1, first = plan->place_count, node = plan->node_count;
    if (first + count > PLAN_NODES + PLAN_WAYS)
        return refuse(pen, "tasks have more than 128 ways to go");
    *out = (struct plan_place){false, node};
    plan->nodes[plan->node_count++] = (struct plan_node){
        .op = op, .depth = pen->way.depth, .draw = draw, .first = first, .count = count, .before = before, .line = node};
    plan->place_count += count;
    const uint32_t depth = pen->way.depth;
    if (op->code != OP_CHOOSE) {
        if (visit && pen->seen[op->station])
            return refuse(pen, comes_back);
        if (pen->way.depth == RECURSION_STAGES)
            return refuse(pen, "there are more than 8 visits in a row");
        pen->way.stations[pen->way.depth++] = visit ? op->station : op->code == OP_DELAY ? PLAN_DELAY : PLAN_FORK;
    }
    if (visit)
        pen->seen[op->station] = counted;
    plan->delays |= op->code == OP_DELAY;
    bool ok = op->code != OP_FORK || follow_branches(pen, node);
    for (uint32_t n = 0; ok && n < count; n++) {
        const uint32_t next = visit || op->code == OP_DELAY ? (uint32_t)(op + 1 - pen->kind->program) : op->code == OP_FORK ? op->target : op[1 + n].target;
        ok = follow(pen, next, draw + 1, node, &plan->places[first + n]);
    }
    if (visit)
        pen->seen[op->station] = false;
    pen->way.depth = depth;
    return ok;
}

/* Who visits the same line. Infinite servers have none. */
static void find_lines(struct plan *plan, const struct model *m)
{
    for (uint32_t i = 0; i < plan->node_count; i++) {
        struct plan_node *n = &plan->nodes[i];
        if (n->op->code != OP_AT || m->stations[n->op->station].servers == UNLIMITED)
            continue;
        for (uint32_t j = 0; j < i && n->line == i; j++) {
            struct plan_node *other = &plan->nodes[j];
            if (other->op->code != OP_AT || other->op->station != n->op->station)
                continue;
            n->line = other->line;
            n->shared = plan->nodes[n->line].shared = plan->merges = true;
        }
    }
}

/* The same of visits in branches. false: a line is visited in branches and elsewhere, or by branches that do not come to it together. */
static bool find_lines_of_branches(struct plan *plan, const struct model *m)
{
    for (uint32_t i = 0; i < plan->visit_count; i++) {
        struct plan_visit *v = &plan->visits[i];
        const uint16_t station = v->op->station;
        if (m->stations[station].servers == UNLIMITED)
            continue;
        for (uint32_t n = 0; n < plan->node_count; n++)
            if (plan->nodes[n].op->code == OP_AT && plan->nodes[n].op->station == station)
                return false;
        for (uint32_t j = 0; j < i && v->line == i; j++) {
            const struct plan_visit *other = &plan->visits[j];
            if (other->op->station != station)
                continue;
            if (other->fork != v->fork || !v->first || !v->last || !other->first || !other->last)
                return false;
            v->line = other->line;
            v->shared = plan->visits[v->line].shared = true;
        }
    }
    return true;
}

/* Levels are raised until all are high enough: in a circle of stations they never are. */
static bool find_levels(struct plan *plan)
{
    uint32_t level_of_line[PLAN_NODES] = {0};
    bool raised = true;
    for (uint32_t round = 0; raised && round <= plan->node_count; round++) {
        raised = false;
        for (uint32_t i = 0; i < plan->node_count; i++) {
            struct plan_node *n = &plan->nodes[i];
            const uint32_t least = n->before == UINT32_MAX ? 0 : plan->nodes[n->before].level + 1;
            uint32_t *line = &level_of_line[n->line];
            *line = *line > least ? *line : least;
            raised |= n->level < *line;
            n->level = *line;
        }
    }
    uint32_t count = 0;
    for (uint32_t level = 0; level < plan->node_count; level++)
        for (uint32_t i = 0; i < plan->node_count; i++)
            if (plan->nodes[i].level == level)
                plan->order[count++] = i;
    return !raised;
}

const char *plan_make(struct plan *plan, const struct model *m)
{
    struct pen pen = {.plan = plan, .model = m};
    plan->source_count = plan->node_count = plan->way_count = plan->place_count = plan->visit_count = 0;
    plan->merges = plan->delays = false;
    for (uint32_t k = 0; k < m->kind_count; k++) {
        if (m->kinds[k].arrival->form == ARRIVAL_NONE)
            continue;
        if (plan->source_count == PLAN_KINDS)
            return "more than 32 kinds of task arrive";
        pen.kind = &m->kinds[k];
        pen.way = (struct plan_way){.kind = k};
        struct plan_source *source = &plan->sources[plan->source_count++];
        source->kind = k;
        if (!follow(&pen, 0, 0, UINT32_MAX, &source->root))
            return pen.why;
    }
    find_lines(plan, m);
    if (!find_lines_of_branches(plan, m))
        return "a station of a fork's branches is visited at other times too";
    return find_levels(plan) ? NULL : comes_back;
}
