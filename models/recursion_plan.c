#include "models/recursion_plan.h"

/* What is being written. */
struct pen {
    struct plan *plan;
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

/* From op number `at` on, `draw` draws having been made. */
static bool follow(struct pen *pen, uint32_t at, uint64_t draw, struct plan_place *out)
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
    const bool visit = op->code == OP_AT;
    const uint32_t count = visit ? 1 : op->target, first = plan->place_count;
    if (first + count > PLAN_NODES + PLAN_WAYS)
        return refuse(pen, "tasks have more than 128 ways to go");
    *out = (struct plan_place){false, plan->node_count};
    plan->nodes[plan->node_count++] = (struct plan_node){op, pen->way.depth, draw, first, count};
    plan->place_count += count;
    if (visit) {
        if (pen->seen[op->station])
            return refuse(pen, "a station is visited twice, or on two ways");
        if (pen->way.depth == RECURSION_STAGES)
            return refuse(pen, "there are more than 8 visits in a row");
        pen->seen[op->station] = true;
        pen->way.stations[pen->way.depth++] = op->station;
    }
    bool ok = true;
    for (uint32_t n = 0; ok && n < count; n++)
        ok = follow(pen, (uint32_t)(visit ? op + 1 - pen->kind->program : op[1 + n].target), draw + 1, &plan->places[first + n]);
    pen->way.depth -= visit;
    return ok;
}

const char *plan_make(struct plan *plan, const struct model *m, uint32_t k)
{
    struct pen pen = {.plan = plan, .kind = &m->kinds[k]};
    plan->node_count = plan->way_count = plan->place_count = 0;
    return follow(&pen, 0, 0, &plan->root) ? NULL : pen.why;
}
