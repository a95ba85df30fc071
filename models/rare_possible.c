/* rare_possible.c: of which models cycles begin alike, so that they can be split. */
#include "models/rare_possible.h"

static const char *station_refused(const struct station_model *m)
{
    if (m->behaviour != NULL)
        return "servers that are set up";
    if (m->environment != NULL)
        return "an environment";
    if (m->individual || m->list_count > 0 || m->limit != NULL)
        return "servers that differ, come and go, go round, or a limit that adapts itself";
    if (m->group != NULL || m->wanders)
        return "lines that are chosen among";
    if (m->tokens_rate > 0.0)
        return "tokens";
    if (m->drops)
        return "a line that drops tasks by what it saw before";
    if (m->blocks || m->batch_max > 0 || m->counted)
        return "blocking, batches, or tasks that take several servers";
    return NULL;
}

static const char *kind_refused(const struct kind_model *kind)
{
    const struct arrival *a = kind->arrival;
    if (kind->balk_count > 0)
        return "balking, which loses tasks where there is room";
    if (kind->limit != UINT64_MAX)
        return "a limit to how many arrive";
    if (a->form == ARRIVAL_NONE)
        return NULL;
    const bool poisson = a->form == ARRIVAL_OPEN && a->interarrival.shape == DIST_EXPONENTIAL && a->type->next == NULL;
    if (!poisson || a->requests != NULL || a->start > 0.0 || isfinite(a->stop) || isfinite(a->count))
        return "arrivals that are not Poisson for ever";
    return NULL;
}

bool rare_refused(const struct model *m, struct error *err)
{
    for (uint32_t i = 0; i < m->part_count; i++) {
        const char *why = station_refused(&m->stations[i]);
        if (why != NULL)
            return error_set(err, "splitting needs cycles that begin alike: station \"%s\" has %s", m->stations[i].name, why);
    }
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const char *why = m->initial[k] > 0 ? "tasks that are there at time 0" : kind_refused(&m->kinds[k]);
        if (why != NULL)
            return error_set(err, "splitting needs cycles that begin alike: task kind \"%s\" has %s", m->kinds[k].name, why);
    }
    if (m->breaker_count > 0 || m->delivers || m->terminating)
        return error_set(err, "splitting needs cycles that begin alike: breakers, deliveries and runs that end have none");
    return true;
}

bool rare_moves_surely(const struct model *m)
{
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const struct kind_model *kind = &m->kinds[k];
        if (kind->arrival->batch != NULL || kind->patience != NULL)
            return false;
        for (uint32_t i = 0; i < kind->program_length; i++)
            switch ((enum opcode)kind->program[i].code) {
            case OP_AT:
            case OP_DELAY:
            case OP_JUMP:
            case OP_END:
                break;
            default:
                return false;
            }
    }
    return true;
}
