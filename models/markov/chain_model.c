/* chain_model.c: of which models chains are made, and what they need to know. */
#include "models/markov/scene.h"

#include "models/arrival/markov.h"
#include "models/arrival/schedule.h"
#include "models/dist/dist.h"

#include <math.h>
#include <string.h>

/* Stations. */
static const char *station_refused(const struct station_model *m)
{
    static const char *const lines[] = {"fcfs", "lcfs", "random", "priority", NULL};
    if (m->behaviour != NULL && setup_refused(m) != NULL)
        return setup_refused(m);
    if (m->environment != NULL)
        return "an environment";
    if (m->individual)
        return "servers that differ, come and go, or break down";
    if (m->drops_oldest)
        return "a line that drops its oldest";
    if (m->blocks)
        return "blocking";
    if (m->batch_max > 0)
        return "service in batches";
    if (m->counted)
        return "tasks that take several servers at once";
    if (m->list_count > 0)
        return "servers that go round several lines";
    if (m->quantum < INFINITY)
        return "a quantum";
    if (m->group != NULL && (m->group->information != NULL || m->group->key != NULL))
        return "dispatch by what is known late, or by keys";
    if (m->group != NULL && (m->group->sticky != STICKY_NOT || m->group->probe != NULL))
        return "dispatch that takes time, or sticks";
    if (m->wanders || (m->group != NULL && (m->group->steal || m->group->jockey > 0)))
        return "stealing or jockeying";
    if (m->group != NULL && strcmp(m->group->rule->name, "least_work") == 0)
        return "dispatch by the work that is left";
    if (m->preempt != PREEMPT_NOBODY) {
        if (m->discipline->order != ORDER_CLASS && m->discipline->order != ORDER_LATEST)
            return "an order by size or deadline";
        if (m->preempt != PREEMPT_RESUMES)
            return "preemption that restarts or repeats";
        if (m->switch_cost != NULL)
            return "a switch cost where tasks are preempted";
        if (m->impatient)
            return "patience where tasks are preempted";
        return NULL;
    }
    if (m->sharing) {
        if (m->discipline == lookup_row(discipline_table, "dps"))
            return m->servers == 1 && m->pace == NULL ? NULL : "dps with several servers";
        return m->discipline == lookup_row(discipline_table, "ps") ? NULL : "its order of service";
    }
    for (size_t i = 0; lines[i] != NULL; i++)
        if (m->discipline == lookup_row(discipline_table, lines[i]))
            return NULL;
    return m->servers == UNLIMITED ? NULL : "an order by size or deadline";
}

static const char *op_refused(const struct op *op)
{
    if (op->dist != NULL && op->dist->shape == DIST_SHARED)
        return "draws that steps share";
    switch ((enum opcode)op->code) {
    case OP_AT:
        return op->given ? "service times from a trace" : NULL;
    case OP_PASS:
        return "tokens";
    case OP_BUDGET:
    case OP_GUARD:
    case OP_ARM:
    case OP_BACKOFF:
        return timeout_refused(op);
    case OP_FORK:
    case OP_JOIN:
        return "forks";
    case OP_DELIVER:
    case OP_VISIBLE:
    case OP_ACKNOWLEDGE:
    case OP_LOST:
    case OP_DEAD:
        return "messages delivered again";
    case OP_REPLY:
        return "replies before the end";
    case OP_TAKE:
        return op->slot > 1 ? "tasks that take several servers at once" : NULL;
    case OP_REPEAT:
    case OP_LOOP:
        return op->slot >= SPOT_LOOPS ? "loops nested too deep" : NULL;
    case OP_TRY:
    case OP_DISARM:
    case OP_RETRY:
    case OP_GIVE_UP:
    case OP_DELAY:
    case OP_GIVE:
    case OP_AWAIT:
    case OP_RETURN:
    case OP_CHOOSE:
    case OP_BRANCH:
    case OP_JUMP:
    case OP_SEND:
    case OP_BECOME:
    case OP_END:
        break;
    }
    return NULL;
}

static const char *kind_refused(const struct model *model, const struct kind_model *kind, bool timed)
{
    const struct arrival *arrival = kind->arrival;
    const bool scheduled = timed && arrival->form == ARRIVAL_OPEN && schedule_is(arrival);
    const bool ends = arrival->form == ARRIVAL_AT_ONCE;
    if (ends != model->terminating && arrival->form != ARRIVAL_NONE && !scheduled)
        return "arrivals that end, while others do not, or at other times than 0";
    if (ends ? arrival->start != 0.0 || kind->limit != UINT64_MAX
             : arrival->form != ARRIVAL_NONE && ((arrival->ends && !scheduled) || kind->limit != UINT64_MAX))
        return "arrivals that end, at other times than 0";
    if (arrival->form == ARRIVAL_OPEN && arrival->type->next != NULL && arrival->type->next != markov_next &&
        !scheduled)
        return "arrivals that are neither a renewal process nor Markovian";
    if (arrival->requests != NULL)
        return "sessions of several requests";
    if (arrival->batch != NULL && arrival->batch->shape != DIST_CONSTANT)
        return "batches of random size";
    uint32_t holds = 0, most = 0;
    for (uint32_t i = 0; i < kind->program_length; i++) {
        const struct op *op = &kind->program[i];
        const char *why = op_refused(op);
        if (why != NULL)
            return why;
        if (op->code == OP_ARM && ends)
            return "time-outs in a run that ends";
        if (op->code == OP_SEND && model->kinds[op->station].arrival->form == ARRIVAL_CLOSED)
            return "messages to closed kinds";
        holds += op->code == OP_TAKE;
        holds -= op->code == OP_GIVE && holds > 0;
        most = holds > most ? holds : most;
    }
    return most > SPOT_HOLDS ? "servers held in too deep a nest" : NULL;
}

static bool refuses(const struct model *model, bool timed, struct error *err)
{
    for (uint32_t s = 0; s < model->part_count; s++) {
        const char *why = station_refused(&model->stations[s]);
        if (why != NULL) {
            error_set(err, "station %s has %s", model->stations[s].name, why);
            return true;
        }
    }
    for (uint32_t k = 0; k < model->kind_count; k++) {
        const char *why = kind_refused(model, &model->kinds[k], timed);
        if (why != NULL) {
            error_set(err, "kind %s has %s", model->kinds[k].name, why);
            return true;
        }
    }
    return false;
}

bool markov_refuses(const struct model *model, struct error *err)
{
    return refuses(model, false, err);
}

static bool law_of(const struct dist *d, struct arena *arena, struct phase_law *out, struct error *err,
                   const char *what, const char *where)
{
    if (dist_phases(d, arena, out))
        return true;
    error_set(err, "%s of %s is %s, not exponential or phase-type", what, where,
              d->type != NULL ? d->type->name : "a constant");
    return false;
}

static bool ops_laws(const struct model *model, struct arena *arena, struct chain_model *out,
                     struct error *err)
{
    size_t *first = arena_array(arena, model->kind_count + 1, sizeof *first);
    size_t count = 0;
    for (uint32_t k = 0; first != NULL && k < model->kind_count; k++) {
        first[k] = count;
        count += model->kinds[k].program_length;
    }
    const struct phase_law **laws = arena_array(arena, count + 1, sizeof *laws);
    if (first == NULL || laws == NULL)
        return error_set(err, "out of memory");
    for (uint32_t k = 0; k < model->kind_count; k++) {
        const struct kind_model *kind = &model->kinds[k];
        for (uint32_t i = 0; i < kind->program_length; i++) {
            const struct op *op = &kind->program[i];
            if (op->code != OP_AT && op->code != OP_DELAY && op->code != OP_BACKOFF)
                continue;
            struct phase_law *law = arena_alloc(arena, sizeof *law);
            if (law == NULL)
                return error_set(err, "out of memory");
            const bool at = op->code == OP_AT;
            if (!law_of(op->dist, arena, law, err, at ? "the service" : "a delay",
                        at ? model->stations[op->station].name : kind->name))
                return false;
            double sum = 0.0;
            for (size_t j = 0; j < law->n; j++)
                sum += law->alpha[j];
            if (at && model->stations[op->station].preempt != PREEMPT_NOBODY && sum < 1.0 - 1e-12)
                return error_set(err, "service of no length at %s, where tasks are preempted",
                                 model->stations[op->station].name);
            laws[first[k] + i] = law;
        }
    }
    out->law_of_op = laws;
    out->first_op = first;
    return true;
}

bool chain_model_make(const struct model *model, bool timed, struct arena *arena, struct chain_model *out,
                      struct error *err)
{
    if (refuses(model, timed, err))
        return false;
    struct phase_law *switching = arena_array(arena, model->part_count + 1, sizeof *switching);
    struct phase_law *thinking = arena_array(arena, model->kind_count + 1, sizeof *thinking);
    struct phase_law *between = arena_array(arena, model->kind_count + 1, sizeof *between);
    uint32_t *batch = arena_array(arena, model->kind_count + 1, sizeof *batch);
    double *patience = arena_array(arena, model->kind_count + 1, sizeof *patience);
    bool *closed = arena_array(arena, model->kind_count + 1, sizeof *closed);
    struct chain_source *source = arena_array(arena, model->kind_count + 1, sizeof *source);
    if (switching == NULL || thinking == NULL || between == NULL || batch == NULL || patience == NULL ||
        closed == NULL || source == NULL)
        return error_set(err, "out of memory");
    for (uint32_t s = 0; s < model->part_count; s++)
        if (model->stations[s].switch_cost != NULL &&
            !law_of(model->stations[s].switch_cost, arena, &switching[s], err, "the switch cost",
                    model->stations[s].name))
            return false;
    for (uint32_t k = 0; k < model->kind_count; k++) {
        const struct kind_model *kind = &model->kinds[k];
        closed[k] = kind->arrival->form == ARRIVAL_CLOSED;
        batch[k] = 1;
        if (closed[k] &&
            !law_of(&kind->arrival->think, arena, &thinking[k], err, "the think time", kind->name))
            return false;
        if (kind->arrival->batch != NULL)
            batch[k] = (uint32_t)floor(kind->arrival->batch->a + 0.5);
        if (kind->arrival->form == ARRIVAL_OPEN && kind->arrival->type->next == markov_next) {
            source[k].n = markov_rates(kind->arrival, &source[k].d0, &source[k].d1);
        } else if (timed && kind->arrival->form == ARRIVAL_OPEN && schedule_is(kind->arrival)) {
            static const double one = 1.0, zero = 0.0; /* at rate 1, to be multiplied by that of the moment */
            between[k] = (struct phase_law){1, &one, &one, &zero};
        } else if (kind->arrival->form == ARRIVAL_OPEN) {
            if (!law_of(&kind->arrival->interarrival, arena, &between[k], err, "the interarrival time",
                        kind->name))
                return false;
            double sum = 0.0;
            for (size_t j = 0; j < between[k].n; j++)
                sum += between[k].alpha[j];
            if (sum < 1.0 - 1e-12)
                return error_set(err, "arrivals of %s may come at one instant", kind->name);
        }
        if (kind->patience != NULL) {
            if (kind->patience->shape != DIST_EXPONENTIAL)
                return error_set(err, "the patience of %s is not exponential", kind->name);
            patience[k] = 1.0 / kind->patience->a;
        }
    }
    out->model = model;
    out->switching = switching;
    out->thinking = thinking;
    out->between = between;
    out->batch = batch;
    out->patience = patience;
    out->closed = closed;
    out->source = source;
    out->timed = timed;
    out->ends = model->terminating && !timed;
    return ops_laws(model, arena, out, err);
}
