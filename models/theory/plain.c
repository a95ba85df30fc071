#include "models/theory/plain.h"

#include "models/group.h"

#include <math.h>
#include <string.h>

bool plain_make(const struct model *model, struct plain *out, struct error *err)
{
    if (model->kind_count != 1 || model->station_count != 1)
        return error_set(err, "it is not one kind of task at one station");
    const struct kind_model *kind = &model->kinds[0];
    if (kind->program_length != 2 || kind->program[0].code != OP_AT || kind->program[0].given)
        return error_set(err, "its tasks do not just visit the station once");
    const struct station_model *m = &model->stations[0];
    if (m->switch_cost != NULL || m->behaviour != NULL || m->individual || m->impatient || m->batch_max > 0 ||
        m->pace != NULL || m->environment != NULL || m->counted || m->overflows || m->blocks || m->drops_oldest)
        return error_set(err, "the station has more than servers and an order of service");
    if (m->group != NULL && (m->group->sticky != STICKY_NOT || m->group->probe != NULL))
        return error_set(err, "dispatch takes time, or sticks to what it was at first");
    *out = (struct plain){m, kind, kind->program[0].dist};
    return true;
}

bool plain_poisson(const struct plain *p, struct error *err)
{
    const struct arrival *a = p->kind->arrival;
    if (a->form != ARRIVAL_OPEN || !a->plain || a->interarrival.shape != DIST_EXPONENTIAL ||
        p->kind->limit != UINT64_MAX)
        return error_set(err, "arrivals are not Poisson");
    return true;
}

bool plain_lines(const struct plain *p, const char *rule, struct error *err)
{
    const struct group_model *group = p->station->group;
    if (group == NULL)
        return error_set(err, "the servers have no lines of their own");
    if (strcmp(group->rule->name, rule) != 0)
        return error_set(err, "tasks are dispatched by %s, not %s", group->rule->name, rule);
    if (p->station->capacity != UNLIMITED)
        return error_set(err, "the station has a capacity");
    if (group->jockey > 0)
        return error_set(err, "tasks change lines");
    if (group->information != NULL)
        return error_set(err, "dispatch goes by what was known some time ago");
    return true;
}
