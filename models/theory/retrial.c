/* retrial.c: who finds the server busy comes again after an exponential time, until it is idle. */
#include "models/theory/theory.h"

#include <math.h>

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    static const char *const station_known[] = {"servers", "capacity", "on_full", "discipline", "cost", NULL};
    static const char *const kind_known[] = {"arrivals", "steps", "service", NULL};
    if (model->kind_count != 1 || model->station_count != 1 || model->scenario->stations[0].retry == NULL)
        return error_set(err, "it is not one kind of task that comes again to one station");
    const struct station_model *m = &model->stations[0];
    const struct kind_model *kind = &model->kinds[0];
    const char *other = station_other_key(&model->scenario->stations[0], station_known);
    if (other != NULL)
        return error_set(err, "the station has \"%s\"", other);
    other = kind_other_key(&model->scenario->kinds[0], kind_known);
    if (other != NULL)
        return error_set(err, "kind \"%s\" has \"%s\"", kind->name, other);
    /* At the station, else (from there) to the end; where it is full a delay, and again. */
    const struct op *p = kind->program;
    if (kind->program_length != 5 || p[0].code != OP_AT || p[0].given || p[1].code != OP_JUMP ||
        p[1].target != 4 || p[2].code != OP_DELAY || p[3].code != OP_JUMP || p[3].target != 0)
        return error_set(err, "tasks do more than visit the station once");
    if (m->servers != 1 || m->capacity != 1 || m->individual || m->sharing)
        return error_set(err, "it is not one server without a line");
    const struct arrival *a = kind->arrival;
    if (a->form != ARRIVAL_OPEN || !a->plain || a->interarrival.shape != DIST_EXPONENTIAL ||
        kind->limit != UINT64_MAX)
        return error_set(err, "arrivals are not Poisson");
    if (p[2].dist->shape != DIST_EXPONENTIAL)
        return error_set(err, "the time until a task comes again is not exponential: %s, scv %.4g",
                         p[2].dist->type->name, p[2].dist->scv);
    const struct dist *service = p[0].dist;
    const double rate = a->rate, load = rate * service->mean, idle = 1.0 - load, again = p[2].dist->mean;
    if (!(load < 1.0))
        return error_set(err, "the load is %.6g: at least 1, so more and more come again", load);
    const double second = service->variance + service->mean * service->mean;
    const double away = (0.5 * rate * second + load * again) / idle; /* of one task */
    const double tries = 1.0 + away / again;
    theory_mean(out, THEORY_OF_KIND, 0, "throughput", rate);
    theory_mean(out, THEORY_OF_KIND, 0, "wait", 0.0);
    theory_mean(out, THEORY_OF_KIND, 0, "delay", away);
    theory_mean(out, THEORY_OF_KIND, 0, "response", away + service->mean);
    theory_mean(out, THEORY_OF_KIND, 0, "in_system", rate * (away + service->mean));
    theory_mean(out, THEORY_OF_STATION, 0, "utilisation", load);
    theory_mean(out, THEORY_OF_STATION, 0, "in_station", load);
    theory_mean(out, THEORY_OF_STATION, 0, "lost", (away / again) / tries);
    return true;
}

const struct theory_form theory_retrial = {
    .name = "retrial",
    .title = "M/G/1 with retrials: who finds the server busy comes again after an exponential time",
    .source =
        "Keilson, Cozzolino, Young, Oper. Res. 16, 1968; Falin, Templeton, Retrial Queues, 1997, section 1.2",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.5},'capacity':1,'on_full':{'retry':{'dist':'exponential','mean':0.5}},"
                 "'service':{'dist':'exponential',"
                 "'mean':1}",
                 "'arrivals':{'rate':0.6},'capacity':1,'on_full':{'retry':{'dist':'exponential','mean':2}},'"
                 "service':{'dist':'uniform','min':0,"
                 "'max':2}"},
    .apply = apply,
};
