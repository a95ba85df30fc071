#include "models/program.h"

#include "models/scenario/scenario.h"
#include "models/step/step.h"

#include <string.h>

uint32_t program_emit(struct program *p, struct op op)
{
    if (p->failed)
        return 0;
    if (p->count == PROGRAM_MOST) {
        p->failed = p->too_large = true;
        return 0;
    }
    if (p->count == p->size) {
        const uint32_t size = p->size == 0 ? 16 : 2 * p->size;
        struct op *ops = arena_array(p->arena, size, sizeof *ops);
        if (ops == NULL) {
            p->failed = true;
            return 0;
        }
        if (p->count > 0)
            memcpy(ops, p->ops, p->count * sizeof *ops);
        p->ops = ops;
        p->size = size;
    }
    p->ops[p->count] = op;
    return p->count++;
}

void program_weight(struct program *p, struct op *op, double weight)
{
    double *weights = arena_array(p->arena, p->weight_count + 1, sizeof *weights);
    if (weights == NULL || p->weight_first + p->weight_count >= UINT16_MAX - 1) {
        p->failed = true;
        return;
    }
    for (uint32_t i = 0; i < p->weight_count; i++)
        weights[i] = p->weights[i];
    weights[p->weight_count] = weight;
    p->weights = weights;
    op->slot = (uint16_t)(1 + p->weight_first + p->weight_count++);
}

bool program_steps(struct program *p, const struct steps *steps)
{
    for (size_t i = 0; i < steps->count && !p->failed; i++)
        if (!steps->items[i].type->compile(&steps->items[i], p))
            return false;
    return !p->failed;
}

/* From a step to others: CHOOSE with one BRANCH for each, or a JUMP where there is no choice. Their targets
 * are indices of steps until all have been written. */
static void emit_routes(struct program *p, const struct step *step)
{
    if (step->route_count == 1) {
        program_emit(p, (struct op){.code = OP_JUMP, .target = (uint32_t)step->routes[0].to});
        return;
    }
    double sum = 0.0;
    program_emit(p, (struct op){.code = OP_CHOOSE, .target = (uint32_t)step->route_count});
    for (size_t i = 0; i < step->route_count; i++) {
        sum += step->routes[i].p;
        program_emit(p, (struct op){.code = OP_BRANCH, .p = sum, .target = (uint32_t)step->routes[i].to});
    }
}

bool program_routed(struct program *p, const struct steps *steps)
{
    const size_t count = steps->count;
    uint32_t *begins = arena_array(p->arena, count + 1, sizeof *begins);
    uint32_t *ends = arena_array(p->arena, count + 1, sizeof *ends); /* where its routes begin */
    if (begins == NULL || ends == NULL) {
        p->failed = true;
        return false;
    }
    for (size_t i = 0; i < count && !p->failed; i++) {
        begins[i] = p->count;
        if (!steps->items[i].type->compile(&steps->items[i], p))
            return false;
        ends[i] = p->count;
        if (steps->items[i].route_count > 0)
            emit_routes(p, &steps->items[i]);
    }
    begins[count] = p->count;
    for (size_t i = 0; i < count && !p->failed; i++) {
        const uint32_t behind = begins[i + 1];
        for (uint32_t o = ends[i]; o < behind; o++)
            if (p->ops[o].code != OP_CHOOSE)
                p->ops[o].target = begins[p->ops[o].target];
    }
    return !p->failed;
}

bool program_on_full(struct program *p, size_t station, uint32_t visit)
{
    const struct steps *steps = p->stations[station].on_full;
    if (p->stations[station].retry != NULL) {
        const uint32_t jump = program_emit(p, (struct op){.code = OP_JUMP});
        const uint32_t wait =
            program_emit(p, (struct op){.code = OP_DELAY, .dist = p->stations[station].retry});
        program_emit(p, (struct op){.code = OP_JUMP, .target = visit});
        p->delays = true;
        if (p->failed)
            return false;
        p->ops[visit].target = wait;
        p->ops[jump].target = p->count;
        return true;
    }
    if (steps == NULL)
        return !p->failed;
    if (p->call_depth == PROGRAM_CALLS) { /* they lead to the same station again, and so on */
        p->failed = p->too_large = true;
        return false;
    }
    const uint32_t jump = program_emit(p, (struct op){.code = OP_JUMP});
    if (p->failed)
        return false;
    p->ops[visit].target = p->count;
    p->call_depth++;
    const bool ok = program_steps(p, steps);
    p->call_depth--;
    if (ok)
        p->ops[jump].target = p->count;
    return ok;
}

bool program_call(struct program *p, size_t kind)
{
    if (p->call_depth == PROGRAM_CALLS || p->calls == PROGRAM_MOST) {
        p->failed = p->too_large = true;
        return false;
    }
    p->calls++;
    p->call_depth++;
    const bool ok = program_routed(p, p->steps_of_kind[kind]);
    p->call_depth--;
    return ok;
}
