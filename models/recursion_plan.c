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

/* From op number `at` on, `draw` draws having been made, coming from node `before`. */
static bool follow(struct pen *pen, uint32_t at, uint64_t draw, uint32_t before, struct plan_place *out)
{
    struct plan *plan = pen->plan;
    const struct op *op = &pen->kind->program[at];
    for (uint32_t jumps = 0; op->code == OP_JUMP; jumps++) {
        if (jumps > pen->kind->program_length)
            return refuse(pen, "tasks go round without a visit");
        op = &pen->kind->program[op->target];
    }
    if (op->code == OP_END) {
        if (plan->way_count == PLAN_WAYS)
            return refuse(pen, "tasks have more than 128 ways to go");
        *out = (struct plan_place){true, plan->way_count};
        plan->ways[plan->way_count++] = pen->way;
        return true;
    }
    if ((op->code != OP_AT && op->code != OP_CHOOSE) || op->given)
        return refuse(pen, "steps are not visits to one station after another");
    if (plan->node_count == PLAN_NODES)
        return refuse(pen, "there are more than 64 steps");
    const bool visit = op->code == OP_AT, counted = visit && pen->model->stations[op->station].servers != UNLIMITED;
    const uint32_t count = visit ? 1 : op->target, first = plan->place_count, node = plan->node_count;
    if (first + count > PLAN_NODES + PLAN_WAYS)
        return refuse(pen, "tasks have more than 128 ways to go");
    *out = (struct plan_place){false, node};
    plan->nodes[plan->node_count++] = (struct plan_node){
        .op = op, .depth = pen->way.depth, .draw = draw, .first = first, .count = count, .before = before, .line = node};
    plan->place_count += count;
    if (visit) {
        if (pen->seen[op->station])
            return refuse(pen, comes_back);
        if (pen->way.depth == RECURSION_STAGES)
            return refuse(pen, "there are more than 8 visits in a row");
        pen->seen[op->station] = counted;
        pen->way.stations[pen->way.depth++] = op->station;
    }
    bool ok = true;
    for (uint32_t n = 0; ok && n < count; n++)
        ok = follow(pen, (uint32_t)(visit ? op + 1 - pen->kind->program : op[1 + n].target), draw + 1, node, &plan->places[first + n]);
    if (visit)
        pen->seen[op->station] = false;
    pen->way.depth -= visit;
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
    plan->source_count = plan->node_count = plan->way_count = plan->place_count = 0;
    plan->merges = false;
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
    return find_levels(plan) ? NULL : comes_back;
}
