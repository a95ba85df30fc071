#include "models/controls.h"

#include "models/conduct.h"
#include "models/discipline/discipline.h"

#include <math.h>
#include <stdlib.h>

/* Arrivals more regular than this are as many in a given time as their phase lets them be, whatever the rate says. */
static const double scv_least = 0.25;

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
static double walk(const struct model *m, const struct kind_model *kind, double *chance, bool *served)
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

double controls_mean_service(const struct model *m, uint32_t k)
{
    const struct kind_model *kind = &m->kinds[k];
    if (kind->patience != NULL || kind->balk_count > 0 || m->frames > 0 || m->parted || m->delivers || m->replies)
        return (double)NAN;
    double *chance = calloc(kind->program_length, sizeof *chance);
    bool *served = calloc(kind->program_length, sizeof *served);
    const double mean = chance == NULL || served == NULL ? (double)NAN : walk(m, kind, chance, served);
    free(chance);
    free(served);
    return mean;
}

/* Do tasks start others of kind k, which come beside its own arrivals? */
static bool is_sent(const struct model *m, uint32_t k)
{
    for (uint32_t s = 0; s < m->kind_count; s++)
        for (uint32_t i = 0; i < m->kinds[s].program_length; i++)
            if (m->kinds[s].program[i].code == OP_SEND && m->kinds[s].program[i].station == k)
                return true;
    return false;
}

/* So many per time in the long run, from the warm-up on. */
static bool rate_is_known(const struct model *m, uint32_t k)
{
    const struct kind_model *kind = &m->kinds[k];
    const struct arrival *a = kind->arrival;
    return a->form == ARRIVAL_OPEN && !a->ends && kind->limit == UINT64_MAX && a->rate > 0.0 && a->scv >= scv_least && isfinite(a->scv) &&
           a->services == NULL && !is_sent(m, k);
}

/* Without a warm-up what is measured is how the system fills: of intervals from 0 on more than rate times time begin (by (scv - 1) / 2 in the
 * limit, Cox, Renewal Theory, 1962, section 4.2), and those who are done by then had less work than those who are not. */
static bool apply(const struct experiment *e)
{
    const struct model *m = e->model;
    return m->scenario->run.controls && m->warmup > 0.0 && !m->terminating && !m->deterministic && !e->unstable && isfinite(m->length) && model_steady_rates(m) &&
           !model_one_long_run(m) && conduct_overloaded(m) == SIZE_MAX;
}

void controls_of(const struct experiment *e, struct controls *out)
{
    const struct model *m = e->model;
    *out = (struct controls){0};
    if (!apply(e))
        return;
    const size_t came = experiment_place(PROBE_KIND, "lost"), done = experiment_place(PROBE_KIND, "throughput"),
                 work = experiment_place(PROBE_KIND, "service"), batches = batches_groups(e->batches);
    bool arrivals = false, services = false;
    double *arrived = out->values[0], *served = out->values[1];
    for (uint32_t k = 0; k < m->kind_count; k++) {
        const double mean = controls_mean_service(m, k);
        const bool rate = rate_is_known(m, k);
        for (size_t i = 0; i < batches; i++) {
            const double time = batches_sample(e->batches, i, experiment_sample(m, PROBE_KIND, k, done)).denominator;
            const struct sample service = batches_sample(e->batches, i, experiment_sample(m, PROBE_KIND, k, work));
            if (rate)
                arrived[i] += (m->kind_time[k] > 0.0 ? m->kind_time[k] : 1.0) *
                              (batches_sample(e->batches, i, experiment_sample(m, PROBE_KIND, k, came)).denominator - m->kinds[k].arrival->rate * time);
            if (!isnan(mean))
                served[i] += service.numerator - mean * service.denominator;
        }
        arrivals = arrivals || rate;
        services = services || mean > 0.0;
    }
    if (!arrivals)
        for (size_t i = 0; i < batches; i++)
            arrived[i] = served[i];
    out->count = (size_t)arrivals + (size_t)services;
}

struct controlled controls_mean(const struct experiment *e, const struct probe_type *probe, size_t sample, const struct controls *controls)
{
    const double confidence = e->model->scenario->run.confidence;
    if (!probe->controlled)
        return (struct controlled){batches_mean(e->batches, sample, confidence), (double)NAN};
    return batches_mean_controlled(e->batches, sample, confidence, controls);
}
