#include "models/controls.h"

#include "models/conduct.h"

#include <math.h>

/* Arrivals more regular than this are as many in a given time as their phase lets them be, whatever the rate says. */
static const double scv_least = 0.25;

/* Do tasks start others of kind k, which come beside its own arrivals? */
static bool is_sent(const struct model *m, uint32_t k)
{
    for (uint32_t s = 0; s < m->kind_count; s++)
        for (uint32_t i = 0; i < m->kinds[s].program_length; i++)
            if (m->kinds[s].program[i].code == OP_SEND && m->kinds[s].program[i].station == k)
                return true;
    return false;
}

/* Poisson arrivals and those of a Markov chain, which starts in a phase of the long run, are rate times time in the mean from any moment on. Of
 * intervals from 0 on more begin (by (scv - 1) / 2 in the limit, Cox, Renewal Theory, 1962, section 4.2), and sessions begin to send at first. */
static bool rate_is_steady(const struct model *m, const struct arrival *a)
{
    const double forgets = 8.0; /* relaxation times, as of a warm-up that is chosen */
    if (a->requests == NULL && (a->type->next != NULL || a->interarrival.shape == DIST_EXPONENTIAL))
        return true;
    const double least = a->requests == NULL ? forgets * (1.0 + a->scv) / a->rate : model_warmup_for(m, NULL);
    return m->warmup * (1.0 + 1e-9) >= least;
}

/* So many per time in the long run, from the warm-up on. Tasks that are there at time 0 count as arrivals then. */
static bool rate_is_known(const struct model *m, uint32_t k)
{
    const struct kind_model *kind = &m->kinds[k];
    const struct arrival *a = kind->arrival;
    return a->form == ARRIVAL_OPEN && !a->ends && kind->limit == UINT64_MAX && a->rate > 0.0 && a->scv >= scv_least && isfinite(a->scv) &&
           a->services == NULL && !is_sent(m, k) && (m->warmup > 0.0 || m->initial[k] == 0) && rate_is_steady(m, a);
}

/* Is there a time over which to ask, and does nothing change by the clock meanwhile? */
static bool apply(const struct experiment *e)
{
    const struct model *m = e->model;
    return m->scenario->run.controls && !m->terminating && !m->deterministic && !e->unstable && isfinite(m->length) && model_steady_rates(m) &&
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
        const double mean = m->kinds[k].mean_service;
        const bool rate = rate_is_known(m, k);
        for (size_t i = 0; i < batches; i++) {
            const double time = batches_sample(e->batches, i, experiment_sample(m, PROBE_KIND, k, done)).denominator;
            const struct sample service = batches_sample(e->batches, i, experiment_sample(m, PROBE_KIND, k, work));
            if (rate)
                arrived[i] += (m->kind_time[k] > 0.0 ? m->kind_time[k] : 1.0) *
                              (batches_sample(e->batches, i, experiment_sample(m, PROBE_KIND, k, came)).denominator - m->kinds[k].arrival->rate * time);
            if (!isnan(mean))
                served[i] += service.numerator - mean * service.denominator +
                             batches_sample(e->batches, i, experiment_work_change(m, k)).numerator;
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
