#include "models/plain.h"

#include "models/discipline/discipline.h"
#include "models/plain_steps.h"

/* One line before whole servers that are always there and keep their task until it is done. */
static bool station_is_plain(const struct station_model *st)
{
    return st->shape == NULL && !st->unusual && st->behaviour == NULL && st->group == NULL && !st->individual && !st->impatient && !st->keyed &&
           !st->wanders && !st->counted;
}

static bool program_is_plain(const struct model *m, const struct kind_model *kind)
{
    for (uint32_t i = 0; i < kind->program_length; i++) {
        const struct op *op = &kind->program[i];
        switch ((enum opcode)op->code) {
        case OP_AT: {
            const struct station_model *st = &m->stations[op->station];
            if (op->given || (!st->plain && !st->plain_ps) || st->blocks || st->overflows)
                return false;
            break;
        }
        case OP_CHOOSE:
        case OP_BRANCH:
        case OP_JUMP:
        case OP_END:
            break;
        default:
            return false;
        }
    }
    return true;
}

void plain_stations(struct model *m)
{
    for (uint32_t i = 0; i < m->part_count; i++)
        m->stations[i].plain = station_is_plain(&m->stations[i]);
}

bool plain_suits_holding(const struct model *m)
{
    return m->more_size > 0 && !m->linked && !m->unusual && !m->impatient && !m->replies && !m->probes;
}

bool plain_suits(const struct model *m)
{
    if (m->more_size > 0 || m->linked || m->unusual || m->impatient || m->replies)
        return false;
    for (uint32_t k = 0; k < m->kind_count; k++)
        if (!program_is_plain(m, &m->kinds[k]))
            return false;
    return true;
}

void plain_go_on(struct world *w, uint32_t ti)
{
    plain_walk(w, ti, w->sim.now, false, false);
}

void plain_on_service_end(void *world, const struct event *e)
{
    struct world *w = world;
    plain_service_ends(w, e->subject, w->sim.now, false);
}

void plain_on_arrival(void *world, const struct event *e)
{
    struct world *w = world;
    if (w->sources[e->subject].plain)
        plain_arrive(w, e->subject, w->sim.now, false);
    else
        world_on_arrival(world, e);
}

__attribute__((noinline)) static void on_think_end(struct world *w, const struct event *e)
{
    plain_think_ends(w, e, false);
}

__attribute__((noinline)) static void on_shared_end(struct world *w, const struct event *e)
{
    plain_shared_ends(w, e, false);
}

bool plain_run(struct world *w, uint64_t most)
{
    struct event e;
    const bool standing = w->sim.calendar.stand_count > 0;
    while (!w->sim.stop && most-- > 0) {
        if (!sim_next(&w->sim, &e, standing))
            return false;
        if (e.kind == EV_SERVICE_END)
            plain_service_ends(w, e.subject, e.time, false);
        else if (e.kind == EV_ARRIVAL && w->sources[e.subject].plain)
            plain_arrive(w, e.subject, e.time, false);
        else if (e.kind == EV_THINK_END)
            on_think_end(w, &e);
        else if (e.kind == EV_SHARED_END)
            on_shared_end(w, &e);
        else
            w->handlers[e.kind](w, &e);
    }
    return !w->sim.stop;
}

