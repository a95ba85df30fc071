/* print.c: task programs as text, for `desq check --program`. */
#include "models/model.h"

static const char *const opcode_names[] = {
    [OP_AT] = "at",       [OP_PASS] = "pass",   [OP_DELAY] = "delay",   [OP_TAKE] = "take",     [OP_GIVE] = "give",
    [OP_AWAIT] = "await", [OP_RETURN] = "return", [OP_CHOOSE] = "choose", [OP_BRANCH] = "branch",
    [OP_JUMP] = "jump",   [OP_REPEAT] = "repeat", [OP_LOOP] = "loop",     [OP_BECOME] = "become",
    [OP_SEND] = "send",   [OP_TRY] = "try", [OP_GUARD] = "guard", [OP_BUDGET] = "budget",       [OP_ARM] = "arm",       [OP_DISARM] = "disarm",
    [OP_RETRY] = "retry", [OP_BACKOFF] = "backoff", [OP_GIVE_UP] = "give up", [OP_FORK] = "fork",
    [OP_JOIN] = "join",   [OP_REPLY] = "reply", [OP_END] = "end",
    [OP_DELIVER] = "deliver", [OP_VISIBLE] = "visible", [OP_ACKNOWLEDGE] = "acknowledge", [OP_DEAD] = "dead", [OP_LOST] = "lost",
};

static const char *describe(struct arena *arena, const struct dist *d)
{
    if (d->shape == DIST_CONSTANT)
        return arena_printf(arena, "%.10g", d->a);
    return arena_printf(arena, "%s, mean %.10g, scv %.10g", d->type->name, d->mean, d->scv);
}

static char *print_op(struct arena *arena, const struct model *m, uint32_t i, const struct op *op)
{
    const char *dist = op->dist == NULL ? "" : describe(arena, op->dist);
    const char *name = opcode_names[op->code];
    if (dist == NULL)
        return NULL;
    switch ((enum opcode)op->code) {
    case OP_AT:
        return arena_printf(arena, "%4u  %-7s %s, for %s\n", i, name, m->stations[op->station].name, dist);
    case OP_PASS:
        return arena_printf(arena, "%4u  %-7s %s, tokens %s\n", i, name, m->stations[op->station].name, dist);
    case OP_DELAY:
        return arena_printf(arena, "%4u  %-7s %s\n", i, name, dist);
    case OP_TAKE:
    case OP_GIVE:
        return arena_printf(arena, "%4u  %-7s %s\n", i, name, m->stations[op->station].name);
    case OP_BRANCH:
        return arena_printf(arena, "%4u  %-7s below %.10g: %u\n", i, name, op->p, op->target);
    case OP_JUMP:
        return arena_printf(arena, "%4u  %-7s %u\n", i, name, op->target);
    case OP_REPEAT:
        return arena_printf(arena, "%4u  %-7s %s times, counter %u; none: %u\n", i, name, dist, op->slot,
                            op->target);
    case OP_LOOP:
        return arena_printf(arena, "%4u  %-7s counter %u, back to %u\n", i, name, op->slot, op->target);
    case OP_SEND:
        return arena_printf(arena, "%4u  %-7s %s\n", i, name, m->kinds[op->station].name);
    case OP_BECOME:
        return arena_printf(arena, "%4u  %-7s priority %.10g\n", i, name, op->p);
    case OP_GUARD:
        if (op->given)
            return arena_printf(arena, "%4u  %-7s throttle %u, ratio %.10g, memory %s; refused: %u\n", i, name, op->station, op->p, dist,
                                op->target);
        return arena_printf(arena, "%4u  %-7s breaker %u, open after %.0f failures for %s; open: %u\n", i, name, op->station, op->p, dist,
                            op->target);
    case OP_BUDGET:
        return op->given ? arena_printf(arena, "%4u  %-7s %u, %.10g more, at most %u\n", i, name, op->station, op->p, op->target)
                         : arena_printf(arena, "%4u  %-7s %u, one less; none: %u\n", i, name, op->station, op->target);
    case OP_TRY:
    case OP_DISARM:
        return arena_printf(arena, "%4u  %-7s time-out %u\n", i, name, op->slot);
    case OP_ARM:
        return arena_printf(arena, "%4u  %-7s time-out %u, %s%s; over: %u\n", i, name, op->slot, dist,
                            op->given ? ", continues" : "", op->target);
    case OP_RETRY:
        return arena_printf(arena, "%4u  %-7s time-out %u, at most %.0f times; else: %u\n", i, name, op->slot, op->p,
                            op->target);
    case OP_BACKOFF:
        return arena_printf(arena, "%4u  %-7s %s, growing by %.10g\n", i, name, dist, op->p);
    case OP_FORK:
        return arena_printf(arena, "%4u  %-7s %u branches, %.0f needed%s; then: %u\n", i, name, op->slot, op->p,
                            op->given ? ", others cancelled" : "", op->target);
    case OP_DELIVER:
        return arena_printf(arena, "%4u  %-7s to %u, at most %.0f times; dead: %u; acknowledged: %u\n", i, name,
                            op[1].target, op[1].p, op[2].target, op->target);
    case OP_VISIBLE:
        return arena_printf(arena, "%4u  %-7s again after %s\n", i, name, op->dist == NULL ? "ever" : dist);
    case OP_ACKNOWLEDGE:
        return arena_printf(arena, "%4u  %-7s but for %.10g\n", i, name, op->p);
    case OP_DEAD:
    case OP_REPLY:
    case OP_GIVE_UP:
    case OP_LOST:
    case OP_JOIN:
    case OP_AWAIT:
    case OP_RETURN:
    case OP_CHOOSE:
    case OP_END:
        return arena_printf(arena, "%4u  %s\n", i, name);
    }
    return NULL;
}

char *model_print(struct arena *arena, const struct model *m)
{
    char *text = arena_text(arena, "");
    for (uint32_t k = 0; k < m->kind_count && text != NULL; k++) {
        text = arena_printf(arena, "%s%s%s:\n", text, k > 0 ? "\n" : "", m->kinds[k].name);
        for (uint32_t i = 0; i < m->kinds[k].program_length && text != NULL; i++) {
            const char *line = print_op(arena, m, i, &m->kinds[k].program[i]);
            text = line == NULL ? NULL : arena_printf(arena, "%s%s", text, line);
        }
    }
    return text;
}
