#include "models/program.h"

#include "models/step/step.h"

#include <string.h>

uint32_t program_emit(struct program *p, struct op op)
{
    if (p->failed)
        return 0;
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

bool program_steps(struct program *p, const struct steps *steps)
{
    for (size_t i = 0; i < steps->count && !p->failed; i++)
        if (!steps->items[i].type->compile(&steps->items[i], p))
            return false;
    return !p->failed;
}
