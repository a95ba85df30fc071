#include "models/work.h"

#include "models/discipline/discipline.h"
#include "models/station.h"

#include <math.h>

/* Nothing at the station makes its work differ from what was drawn, or ends a task because of it. */
static bool work_is_drawn(const struct station_model *st)
{
    return st->behaviour == NULL && st->environment == NULL && !st->individual && st->batch_max == 0 && st->pace == NULL && !st->counted &&
           st->group == NULL && !st->drops_oldest && !(st->tokens_rate > 0.0) &&
           st->preempt != PREEMPT_RESTARTS && st->preempt != PREEMPT_REPEATS;
}

/* Tasks may take other steps here, or leave in a way that is not looked into. */
static bool leads_away(const struct station_model *st)
{
    return st->overflows || st->limit != NULL || st->drops;
}

/* Can tasks be turned away here? */
static bool turns_away(const struct station_model *st)
{
    return st->group != NULL || (st->capacity != UNLIMITED && !st->blocks);
}

/* Mean service of a program whose jumps lead forwards only, by the chances of its branches. Where tasks are turned away, those that are
 * done differ from those that came, unless everybody comes there and nobody has been served before. */
static double mean_of(const struct model *m, const struct kind_model *kind, double *chance, bool *served)
{
    double mean = 0.0;
    chance[0] = 1.0;
    for (uint32_t i = 0; i < kind->program_length; i++) {
        const struct op *op = &kind->program[i];
        if (!(chance[i] > 0.0))
            continue;
        uint32_t next = i + 1;
        switch ((enum opcode)op->code) {
        case OP_AT:
        case OP_TAKE:
            if (leads_away(&m->stations[op->station]))
                return (double)NAN;
            if (turns_away(&m->stations[op->station]) && (served[i] || chance[i] < 1.0 - 1e-9))
                return (double)NAN;
            if (!work_is_drawn(&m->stations[op->station]) && op->code == OP_AT)
                return (double)NAN;
            if (op->code == OP_AT) {
                if (op->given || !isfinite(op->dist->mean) || !isfinite(op->dist->scv))
                    return (double)NAN;
                mean += chance[i] * op->dist->mean;
                served[i] = true;
            }
            break;
        case OP_DELAY:
        case OP_GIVE:
        case OP_AWAIT:
        case OP_RETURN:
            break;
        case OP_CHOOSE:
            for (uint32_t n = 0; n < op->target; n++) {
                const struct op *branch = op + 1 + n;
                if (branch->target <= i + op->target || branch->target >= kind->program_length)
                    return (double)NAN;
                chance[branch->target] += chance[i] * (branch->p - (n > 0 ? op[n].p : 0.0));
                served[branch->target] |= served[i];
            }
            continue;
        case OP_JUMP:
            if (op->target <= i)
                return (double)NAN;
            next = op->target;
            break;
        case OP_END:
            continue;
        default:
            return (double)NAN;
        }
        if (next >= kind->program_length)
            return (double)NAN;
        chance[next] += chance[i];
        served[next] |= served[i];
    }
    return mean;
}

static double mean_service(const struct model *m, const struct kind_model *kind, double *chance, bool *served)
{
    if (kind->patience != NULL || kind->balk_count > 0 || m->frames > 0 || m->parted || m->delivers || m->replies)
        return (double)NAN;
    return mean_of(m, kind, chance, served);
}

bool work_means(struct arena *arena, struct model *m)
{
    for (uint32_t k = 0; k < m->kind_count; k++) {
        struct kind_model *kind = &m->kinds[k];
        double *chance = arena_array(arena, kind->program_length, sizeof *chance);
        bool *served = arena_array(arena, kind->program_length, sizeof *served);
        if (chance == NULL || served == NULL)
            return false;
        for (uint32_t i = 0; i < kind->program_length; i++) {
            chance[i] = 0.0;
            served[i] = false;
        }
        kind->mean_service = mean_service(m, kind, chance, served);
    }
    return true;
}

/* Draws that a task made before its first step: a client's, or a session's, of how long it thought. */
static uint64_t first_draw(const struct world *w, uint32_t ti)
{
    const struct arrival *arrival = w->model->kinds[w->tasks[ti].kind].arrival;
    return arrival->form == ARRIVAL_CLOSED ? 1 : arrival->requests != NULL ? task_more(w, ti)->thought : 0;
}

/* All services of a task, those to come included: its draws are a function of its key. Its program is one whose mean is known. */
static double whole_service(const struct world *w, uint32_t ti)
{
    const struct task *t = &w->tasks[ti];
    const struct op *program = w->model->kinds[t->kind].program;
    uint64_t draw = first_draw(w, ti);
    double sum = 0.0;
    for (uint32_t step = 0; program[step].code != OP_END;) {
        const struct op *op = &program[step++];
        const bool draws = op->code == OP_AT || op->code == OP_CHOOSE || (op->code == OP_DELAY && op->dist->shape != DIST_SHARED);
        struct stream s = stream_draw(t->key, draw);
        draw += draws;
        if (op->code == OP_AT)
            sum += dist_draw(op->dist, &s);
        else if (op->code == OP_CHOOSE)
            step = op_choose(op, stream_uniform(&s));
        else if (op->code == OP_JUMP)
            step = op->target;
    }
    return sum;
}

void work_note(struct world *w, double sign)
{
    for (uint32_t ti = 0; ti < w->task_count; ti++) {
        const struct task *t = &w->tasks[ti];
        const double mean = w->model->kinds[t->kind].mean_service;
        if (t->arrived < INFINITY && mean > 0.0)
            w->kinds[t->kind].work_change += sign * (whole_service(w, ti) - mean);
    }
}
