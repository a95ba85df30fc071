#include "models/predict.h"

#include "models/probe/probe.h"
#include "models/theory/theory.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* Chains of more states than this take too long beside a run that nobody asked to wait for; `desq theory`
 * solves them. */
enum { STATES_MOST = 4000, DEGREES_FEWEST = 5 };

/* The normal deviate that is as rare as t at so many degrees of freedom. */
static double normal_of(double t, double degrees)
{
    if (!isfinite(t))
        return t;
    const double beyond = gsl_cdf_tdist_Q(fabs(t), degrees);
    const double z = beyond > 0.0 ? gsl_cdf_ugaussian_Qinv(beyond) : fabs(t);
    return t < 0.0 ? -z : z;
}

/* z from the half-width of an interval at this confidence. NAN: there is none. */
static double score(double simulated, double value, double half_width, double confidence, double degrees)
{
    if (isnan(simulated) || isnan(half_width) || degrees < DEGREES_FEWEST)
        return (double)NAN;
    if (!(half_width > 1e-12 * fabs(value)))
        return fabs(simulated - value) <= 1e-9 * fabs(value) ? 0.0
                                                             : copysign((double)INFINITY, simulated - value);
    const double error = half_width / gsl_cdf_tdist_Pinv(0.5 + confidence / 2.0, degrees);
    return normal_of((simulated - value) / error, degrees);
}

static const struct figure *figure_of(const struct point *p, const struct theory_value *v)
{
    switch (v->scope) {
    case THEORY_OF_KIND:
        return subject_figure(&p->kinds[v->subject], v->probe);
    case THEORY_OF_STATION:
        return subject_figure(&p->stations[v->subject], v->probe);
    case THEORY_OF_RUN:
        return subject_figure(p->run, v->probe);
    }
    return NULL;
}

static size_t sample_of(const struct experiment *e, const struct theory_value *v)
{
    const enum probe_scope scope = v->scope == THEORY_OF_KIND ? PROBE_KIND : v->scope == THEORY_OF_STATION ? PROBE_STATION : PROBE_RUN;
    return experiment_sample(e->model, scope, v->subject, experiment_place(scope, v->probe));
}

/* How many of what the share is of were seen: of tasks that came, where it is a share of them; of time, as many as tasks were done. */
static double seen(const struct experiment *e, const struct point *p, const struct theory_value *v)
{
    static const char *const of_tasks[] = {"lost", "abandoned", "timed_out"};
    for (size_t i = 0; i < sizeof of_tasks / sizeof *of_tasks; i++)
        if (strcmp(v->probe, of_tasks[i]) == 0)
            return batches_count(e->batches, sample_of(e, v));
    double tasks = 0.0;
    for (size_t k = 0; k < p->kind_count; k++) {
        const struct figure *response = subject_figure(&p->kinds[k], "response");
        tasks += response != NULL && response->count > 0.0 ? response->count : 0.0;
    }
    return tasks;
}

/* What rarely happens: so few events are expected among what was seen that they say nothing. */
static bool too_rare(const struct experiment *e, const struct point *p, const struct theory_value *v, const struct figure *f)
{
    const double events_fewest = 16.0, rare = 1e-3;
    if (f->probe->unit == UNIT_FRACTION && v->statistic == STATISTIC_MEAN)
        return v->value * seen(e, p, v) < events_fewest;
    if (v->statistic != STATISTIC_MEAN || f->mean != 0.0 || f->half_width != 0.0)
        return false;
    /* It did not happen at all: whether it could have been expected is not known, but not where it is hardly ever to be seen. */
    const struct subject *s = v->scope == THEORY_OF_KIND ? &p->kinds[v->subject] : v->scope == THEORY_OF_STATION ? &p->stations[v->subject] : NULL;
    const struct figure *response = s == NULL ? NULL : subject_figure(s, "response");
    const double scale = f->probe->unit == UNIT_TIME && response != NULL ? response->mean : 1.0;
    return v->value < rare * scale;
}

static bool lay_beside(const struct experiment *e, const struct theory_value *v, const struct figure *f,
                       struct prediction *out)
{
    const double confidence = e->model->scenario->run.confidence,
                 degrees = (double)batches_groups(e->batches) - 1.0;
    double half_width = (double)NAN;
    switch (v->statistic) {
    case STATISTIC_MEAN:
        out->simulated = f->mean;
        half_width = f->half_width;
        break;
    case STATISTIC_SD:
        out->simulated = f->sd; /* no interval is given for it */
        break;
    case STATISTIC_QUANTILE:
        out->simulated = (double)NAN;
        for (size_t q = 0; q < f->quantile_count; q++)
            if (f->quantiles[q].p == v->quantile) {
                out->simulated = f->quantiles[q].value;
                half_width = v->value > out->simulated ? f->quantiles[q].high - out->simulated
                                                       : out->simulated - f->quantiles[q].low;
            }
        break;
    case STATISTIC_MAX:
        return false;
    }
    out->z = score(out->simulated, v->value, half_width, confidence, degrees);
    return !isnan(out->simulated);
}

static bool predicted(const struct prediction *all, size_t count, const struct prediction *p)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].of_station == p->of_station && all[i].of_run == p->of_run &&
            all[i].subject == p->subject && strcmp(all[i].measure, p->measure) == 0 &&
            all[i].statistic == p->statistic && all[i].quantile == p->quantile)
            return true;
    return false;
}

bool predict(const struct experiment *e, struct arena *arena, struct point *out)
{
    const struct theory_answer *answers;
    size_t count, most = 0, used = 0;
    struct error err;
    /* Where the line grows or nothing settled there is no steady state to speak of. */
    if (e->unstable || e->drifting || e->stopped == STOPPED_DEADLOCK || batches_replications(e->batches) == 0)
        return true;
    if (!theory_ask(e->model, STATES_MOST, arena, &answers, &count, &err))
        return false;
    for (size_t i = 0; i < count; i++)
        most += answers[i].value_count;
    struct prediction *all = arena_array(arena, most + 1, sizeof *all);
    if (all == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct theory_answer *a = &answers[i];
        for (size_t v = 0; a->applies && a->form->class == THEORY_EXACT && v < a->value_count; v++) {
            const struct theory_value *value = &a->values[v];
            const struct figure *f = figure_of(out, value);
            struct prediction p = {
                .form = a->form->name,
                .title = a->form->title,
                .source = a->form->source,
                .of_station = value->scope == THEORY_OF_STATION,
                .of_run = value->scope == THEORY_OF_RUN,
                .subject = value->subject,
                .measure = value->probe,
                .statistic = value->statistic,
                .quantile = value->quantile,
                .value = value->value,
            };
            if (value->relation != THEORY_EQUALS || f == NULL || predicted(all, used, &p) ||
                !lay_beside(e, value, f, &p))
                continue;
            if (too_rare(e, out, value, f))
                p.z = (double)NAN;
            all[used++] = p;
        }
    }
    out->predictions = all;
    out->prediction_count = used;
    return true;
}
