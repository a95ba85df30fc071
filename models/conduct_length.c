/* conduct_length.c: how long the replications of a point are, and how many there are at first. */
#include "models/conduct.h"

#include <math.h>

static const double default_limit_events = 1e9; /* spent on one point, unless the scenario says otherwise */
static const double stretch_matters = 1.5;      /* lengths that are off by less are left as they are */
static const double stretch_most = 64.0;        /* at one go */
static const double overload_tasks = 2e5;       /* a line that grows without end is let grow to about so many */
static const double event_rate = 1e7; /* events per second, roughly: turns a limit of time into one of events */

size_t conduct_overloaded(const struct model *m)
{
    size_t worst = SIZE_MAX;
    if (m->terminating)
        return worst;
    /* At just its capacity a line grows without end, unless nothing ever varies. */
    const double full = m->deterministic ? 1.0 + 1e-12 : 1.0 - 1e-12;
    for (uint32_t i = 0; i < m->station_count; i++)
        if (m->exposed[i] && m->load_sure[i] >= full && (worst == SIZE_MAX || m->load[i] > m->load[worst]))
            worst = i;
    return worst;
}

const char *conduct_overload_warning(struct arena *arena, const struct model *m, const char *label)
{
    const size_t i = conduct_overloaded(m);
    return arena_printf(
        arena,
        "%sunstable: \"%s\" is offered %.4g times what it can carry; its line grows without end. The "
        "largest stable rate is below %.6g per %s (offered: %.6g), because of \"%s\".",
        label, m->stations[i].name, m->load[i], m->rate_most[i], m->scenario->time_unit, m->open_rate,
        m->stations[i].name);
}

void conduct_align(struct model *const *models, size_t count)
{
    double warmup = 0.0, length = 0.0;
    double period = 0.0;
    for (size_t v = 0; v < count; v++) {
        warmup = fmax(warmup, models[v]->warmup);
        length = fmax(length, models[v]->length);
        period = fmax(period, models[v]->period);
    }
    for (size_t v = 0; v < count; v++) {
        const struct run_spec *run = &models[v]->scenario->run;
        if (isnan(run->warmup) && !models[v]->terminating)
            models[v]->warmup = warmup;
        if (isnan(run->time) && isfinite(length))
            models[v]->length = length;
        if (!models[v]->terminating && period > 0.0) {
            models[v]->period = period;
            model_round_length(models[v]);
        }
    }
}

double conduct_limit_events(const struct run_spec *run)
{
    const bool chosen = isnan(run->time) && isnan(run->count) && run->replications == 0;
    if (run->limit_events < INFINITY || !chosen)
        return run->limit_events;
    return fmin(default_limit_events, fmax(run->limit_seconds * event_rate, 1e5));
}

uint64_t conduct_first_replications(const struct model *m)
{
    const struct run_spec *spec = &m->scenario->run;
    if (spec->replications > 0)
        return spec->replications;
    return m->deterministic ? REPLICATIONS_DETERMINISTIC : m->replications_first;
}

double conduct_stretch(struct experiment *e)
{
    const struct run_spec *spec = &e->model->scenario->run;
    const double drift = experiment_drift(e);
    double factor = drift > 0.1 ? 8.0 : drift > 0.0 ? 2.0 : 1.0;
    factor = fmax(factor, fmin(experiment_stretch(e), stretch_most));
    if (factor < stretch_matters)
        return 1.0;
    const bool open = isnan(spec->time) && isnan(spec->count);
    const double events = (double)batches_events(e->batches) / (double)batches_replications(e->batches);
    const double most = conduct_limit_events(spec) / 2.0 / (events * REPLICATIONS_FEWEST);
    if (open && fmin(factor, most) >= stretch_matters)
        return fmin(factor, most);
    e->unstable = drift > 0.0 && !(e->model->open_rate == 0.0);
    e->drifting = true;
    return 1.0;
}

bool conduct_lengthen(struct experiment *e, double factor, struct error *err)
{
    model_lengthen(e->model, factor);
    if (factor > 4.0)
        e->model->replications_first = REPLICATIONS_FEWEST;
    e->finished = false;
    return experiment_restart(e, err);
}

void conduct_shorten_overload(struct model *m)
{
    const struct run_spec *run = &m->scenario->run;
    const size_t i = conduct_overloaded(m);
    if (i == SIZE_MAX || !isfinite(m->length) || !isnan(run->time) || !isnan(run->warmup))
        return;
    const double growth = m->open_rate * (1.0 - 1.0 / m->load[i]);
    const double longest = growth > 0.0 ? overload_tasks / growth : INFINITY;
    if (m->warmup + m->length <= longest)
        return;
    m->warmup = longest / 11.0;
    m->length = 10.0 * m->warmup;
}

/* Where even the first replications would cost more than half the limit: fewer of them, then shorter ones,
 * and only if that does not do, a shorter warm-up. True in the last case. */
static bool shorten(struct model *m)
{
    const struct run_spec *run = &m->scenario->run;
    if (!isfinite(m->length) || !isnan(run->time) || !(m->events_per_time > 0.0))
        return false;
    const double budget = conduct_limit_events(run) / 2.0 / m->events_per_time; /* of simulated time */
    if (REPLICATIONS_FIRST * (m->warmup + m->length) <= budget)
        return false;
    const double least = 2.0 * m->warmup; /* a length that the warm-up does not dwarf */
    if (budget / REPLICATIONS_FIRST >= m->warmup + least) {
        m->length = budget / REPLICATIONS_FIRST - m->warmup;
        return false;
    }
    m->replications_first = REPLICATIONS_FEWEST;
    if (budget / REPLICATIONS_FEWEST >= m->warmup + least) {
        m->length = budget / REPLICATIONS_FEWEST - m->warmup;
        return false;
    }
    if (isnan(run->warmup))
        m->warmup = budget / REPLICATIONS_FEWEST / 3.0;
    m->length = 2.0 * budget / REPLICATIONS_FEWEST / 3.0;
    return true;
}

/* The one that costs most per time decides, so that all go on seeing the same arrivals. */
bool conduct_shorten(struct model *const *models, size_t count)
{
    struct model *costliest = NULL;
    for (size_t v = 0; v < count; v++)
        if (isfinite(models[v]->length) &&
            (costliest == NULL || models[v]->events_per_time > costliest->events_per_time))
            costliest = models[v];
    if (costliest == NULL)
        return false;
    const bool shortened = shorten(costliest);
    model_round_length(costliest);
    for (size_t v = 0; v < count; v++) {
        if (!isfinite(models[v]->length) || !isnan(models[v]->scenario->run.time))
            continue;
        models[v]->warmup = costliest->warmup;
        models[v]->length = costliest->length;
        models[v]->replications_first = costliest->replications_first;
    }
    return shortened;
}
